"""What lets calls in: Bedrock's own key as a bearer token, or AWS's signature."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hamr.api import ConfigError, Open, WallClock
from hamr_provider_bedrock.credentials import Search
from hamr_provider_bedrock.model_id import region_of
from hamr_provider_bedrock.profile import read_profile
from hamr_provider_bedrock.region import at_region, checked, is_open
from hamr_provider_bedrock.signature import signed

if TYPE_CHECKING:
    from hamr.api import Call, Flow, OpenReply, Route
    from hamr_provider_bedrock.profile import Profile
    from hamr_provider_bedrock.signature import AwsKeys

EARLY = 300.0
"""Credentials are renewed so many seconds before they expire."""
REFUSED = 403


class AwsAuth:
    """Lets one route's calls in; keeps what it has found until shortly before it expires, or is refused."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._keys: AwsKeys | None = None
        self._profile: Profile | None = None

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call at its region, let in; raises ConfigError where there is no region, or no credentials."""
        secret = self._route.secret()
        signs = secret is None and self._route.provider.parameters.get("skip_auth") != "1"
        if signs or is_open(call.url):
            region = yield from self._region()
            call = replace(call, url=at_region(call.url, region))
            if signs:
                keys = yield from self._found(region)
                call = signed(call, keys, region, (yield WallClock()))
        if secret is not None:
            call = call.with_secret("authorization", f"Bearer {secret.reveal()}")
        reply: OpenReply = yield Open(call)
        if reply.head.status == REFUSED:
            self._keys = self._profile = None
        return reply

    def _region(self) -> Flow[str]:
        """That of an ARN, then what is set, then the profile's (N-81)."""
        said = self._route.provider.parameters.get("region")
        if (of_arn := region_of(self._route.model.id)) is not None:
            return checked(of_arn, "the model's ARN")
        if said is not None:
            return checked(said, self._route.provider.origins.get("parameters.region", "the region"))
        profile = yield from self._read_profile()
        if said := profile.values.get("region"):
            return checked(said, profile.told)
        variables = "the environment variables AWS_REGION, AWS_DEFAULT_REGION and BEDROCK_REGION"
        raise ConfigError(
            f"no region for {self._route.provider.id}; looked in {variables}, {profile.told}",
            hint="Set it: export AWS_REGION=us-east-1",
        )

    def _read_profile(self) -> Flow[Profile]:
        if self._profile is None:
            self._profile = yield from read_profile(self._route.provider)
        return self._profile

    def _found(self, region: str) -> Flow[AwsKeys]:
        now: float = yield WallClock()
        keys = self._keys
        if keys is None or (keys.expires is not None and keys.expires - EARLY <= now):
            keys = self._keys = yield from Search(self._route, self._read_profile, region).find()
        return keys
