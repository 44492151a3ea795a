"""What lets calls in: Bedrock's own key as a bearer token, or AWS's signature."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from hamr.api import ConfigError, Open, Wait, WallClock
from hamr_provider_bedrock.address import at_region, checked, is_open, region_of
from hamr_provider_bedrock.credentials import HINT, SharedFiles, tried
from hamr_provider_bedrock.signature import AwsKeys, signed

if TYPE_CHECKING:
    from hamr.api import Call, Flow, OpenReply, Route
    from hamr_provider_bedrock.credentials import Place

EARLY = 300
"""Credentials are renewed so many seconds before they expire."""
REFUSED = 403
_SECRETS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN")


class AwsAuth:
    """Lets one route's calls in; keeps what it has found until shortly before it expires, or is refused."""

    def __init__(self, route: Route) -> None:
        self._route, self._provider = route, route.provider
        self._said = route.provider.parameters
        self._files: SharedFiles | None = None
        self._keys: AwsKeys | None = None

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call at its region, let in; raises ConfigError where there is no region, or no credentials."""
        secret = (yield Wait(self._route.secret)) if self._route.waits else self._route.secret()
        signs = secret is None and self._said.get("skip_auth") != "1"
        if signs or is_open(call.url):
            region = yield from self._region()
            call = replace(call, url=at_region(call.url, region))
            if signs:
                now: float = yield WallClock()
                call = signed(call, (yield from self._letting_in(region, now)), region, now)
        if secret is not None:
            call = call.with_secret("authorization", f"Bearer {secret.reveal()}")
        reply: OpenReply = yield Open(call)
        if reply.head.status == REFUSED:
            self._keys = self._files = None
        return reply

    def _region(self) -> Flow[str]:
        """That of an ARN, then what is set, then the profile's (N-81)."""
        if (of_arn := region_of(self._route.model.id)) is not None:
            return checked(of_arn, "the model's ARN")
        if (said := self._said.get("region")) is not None:
            return checked(said, self._provider.origins.get("parameters.region", "the region"))
        files = yield from self._shared()
        if said := files.values.get("region"):
            return checked(said, files.told)
        variables = "the environment variables AWS_REGION, AWS_DEFAULT_REGION and BEDROCK_REGION"
        raise ConfigError(
            f"no region for {self._provider.id}; looked in {variables}, {files.told}",
            hint="Set it: export AWS_REGION=us-east-1",
        )

    def _shared(self) -> Flow[SharedFiles]:
        if self._files is None:
            self._files = yield Wait(partial(tried, partial(SharedFiles, self._said), "AWS's shared files"))
        return self._files

    def _letting_in(self, region: str, now: float) -> Flow[AwsKeys]:
        """Those of the variables, then what was found and still holds for a while, then what there is (N-80)."""
        looked: list[str] = []
        if (given := self._variables(now, looked)) is not None:
            return given
        if self._keys is None or self._keys.expires_within(EARLY):
            self._keys = yield from self._search(region, looked)
        return self._keys

    def _variables(self, now: float, looked: list[str]) -> AwsKeys | None:
        if self._provider.origins.get("parameters.profile") == "Hamr(parameters=...)":
            return None  # whoever names a profile in code means it
        id, secret, token = (self._route.variable(name) for name in _SECRETS[:3])
        if id is None and secret is None:
            looked.append("the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            return None
        if id is None or secret is None:
            there, missing = _SECRETS[:2] if secret is None else _SECRETS[1::-1]
            raise ConfigError(f"{there} is set, and {missing} is not", hint="Set both, or neither.")
        if _is_past(self._said.get("expiration"), now):
            looked.append("the environment variable AWS_ACCESS_KEY_ID (they have expired)")
            return None
        return AwsKeys(id.reveal(), secret.reveal(), token.reveal() if token else None)

    def _search(self, region: str, looked: list[str]) -> Flow[AwsKeys]:
        """The first that hold; raises ConfigError, naming every place, or the one that should have them and failed."""
        files = yield from self._shared()
        held = {name: secret.reveal() for name in _SECRETS if (secret := self._route.variable(name)) is not None}
        places: list[Place] = yield Wait(partial(tried, partial(files.places, region, held), files.told))
        for place in places:
            found = partial(tried, place.keys, place.told, files.profile, tuple(looked))
            keys: AwsKeys | None = yield Wait(found, asks=place.told if place.asks else "")
            if keys is not None:
                return keys
            looked.append(place.told)
        raise ConfigError(f"no AWS credentials for {self._provider.id}; looked in {', '.join(looked)}", hint=HINT)


def _is_past(when: str | None, now: float) -> bool:
    """Whether a time as ISO 8601 has it is over; what is no time says nothing."""
    from datetime import UTC, datetime

    try:
        read = datetime.fromisoformat(when or "")
    except ValueError:
        return False
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() <= now
