"""Where AWS credentials are looked for: variables, a profile, a web identity, a container, the instance (N-80).

A flow: files are read and other servers asked by effects, the latter with two seconds at most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from hamr.api import Call, CallError, ConfigError, Fetch, Now, ReadFile, Timeouts, WallClock
from hamr_provider_bedrock.profile import FOREIGN
from hamr_provider_bedrock.signature import AwsKeys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.api import Flow, Head, Route
    from hamr_provider_bedrock.profile import Profile

PATIENCE = 2.0
"""Seconds for each question to a container's server or the instance's (inventory N-80)."""
_CONTAINERS = "http://169.254.170.2"
_OF_CONTAINERS = frozenset({"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost", "127.0.0.1", "::1"})
"""Hosts that may be asked without TLS ("Container credential provider", docs.aws.amazon.com, 2026-11)."""
_INSTANCE = "http://169.254.169.254"
_ROLES = "/latest/meta-data/iam/security-credentials/"
_EXPORT = 'Let AWS\'s own command line do it: eval "$(aws configure export-credentials --profile {} --format env)"'


class Search:
    """One search for credentials; `looked` names each place that was looked in, and what was there."""

    def __init__(self, route: Route, profile: Callable[[], Flow[Profile]], region: str) -> None:
        self._route, self._profile, self._region = route, profile, region
        self._said = route.provider.parameters
        self.looked: list[str] = []

    def find(self) -> Flow[AwsKeys]:
        """The first that are there and have not expired; raises ConfigError, naming every place."""
        now: float = yield WallClock()
        for place in (self._variables, self._of_profile, self._web_identity, self._container, self._instance):
            keys = yield from place()
            if keys is not None and (keys.expires is None or keys.expires > now):
                return keys
            if keys is not None:
                self.looked.append(f"{keys.place} (they have expired)")
        id = self._route.provider.id
        raise ConfigError(
            f"no AWS credentials for {id}; looked in {', '.join(self.looked)}",
            hint="Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
        )

    def _variables(self) -> Flow[AwsKeys | None]:
        yield from ()
        if self._route.provider.origins.get("parameters.profile") == "Hamr(parameters=...)":
            return None  # whoever names a profile in code means it
        id, secret, token = (
            self._route.variable(f"AWS_{name}") for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
        )
        if id is None and secret is None:
            self.looked.append("the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            return None
        if id is None or secret is None:
            there, missing = ("SECRET_ACCESS_KEY", "ACCESS_KEY_ID")[:: 1 if id is None else -1]
            raise ConfigError(f"AWS_{there} is set, and AWS_{missing} is not", hint="Set both, or neither.")
        expires = _seconds(self._said.get("expiration"))
        place = "the environment variable AWS_ACCESS_KEY_ID"
        return AwsKeys(id.reveal(), secret.reveal(), token.reveal() if token else None, expires, place)

    def _of_profile(self) -> Flow[AwsKeys | None]:
        profile = yield from self._profile()
        said, told = profile.values, profile.told
        if said.get("aws_access_key_id") and said.get("aws_secret_access_key"):
            token = said.get("aws_session_token") or said.get("aws_security_token")
            return AwsKeys(said["aws_access_key_id"], said["aws_secret_access_key"], token, place=told)
        foreign = next((name for name in FOREIGN if said.get(name)), None)
        if foreign is not None:
            raise ConfigError(f"{told} has a {foreign}, which hamr does not follow", hint=_EXPORT.format(profile.name))
        self.looked.append(told)
        return None

    def _web_identity(self) -> Flow[AwsKeys | None]:
        """What Kubernetes gives to a pod: a token in a file, which is exchanged."""
        path, role = self._said.get("web_identity_token_file"), self._said.get("role_arn")
        if path is None or role is None:
            self.looked.append("a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN)")
            return None
        token: bytes | None = yield ReadFile(path)
        place = f"the web identity in {path}"
        if token is None:
            self.looked.append(f"{place} (there is no such file)")
            return None
        asked = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": role,
            "RoleSessionName": "hamr",
        }
        asked["WebIdentityToken"] = token.decode("utf-8", "replace").strip()
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        url = f"https://sts.{self._region}.amazonaws.com/"
        said = yield from self._asked(Call(url, headers=headers, body=urlencode(asked).encode()), place)
        answer: Any = said
        for name in ("AssumeRoleWithWebIdentityResponse", "AssumeRoleWithWebIdentityResult", "Credentials"):
            answer = answer.get(name) if isinstance(answer, dict) else None
        return None if said is None else self._read(answer, place)

    def _container(self) -> Flow[AwsKeys | None]:
        path, url = self._said.get("container_path"), self._said.get("container_url")
        if path is None and url is None:
            self.looked.append("a container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI)")
            return None
        url = f"{_CONTAINERS}{path}" if path is not None else str(url)
        parts = urlsplit(url)
        if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in _OF_CONTAINERS):
            raise ConfigError(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI leads elsewhere than to a container's own server",
                hint=f"It must be https, or one of {', '.join(sorted(_OF_CONTAINERS))}.",
            )
        call = Call(url, "GET", {"accept": "application/json"})
        token = self._route.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        written: bytes | None = None
        if (file := self._said.get("container_token_file")) is not None:
            written = yield ReadFile(file)
        if written is not None or token is not None:
            value = written.decode("utf-8", "replace").strip() if written is not None else token and token.reveal()
            call = call.with_secret("authorization", value or "")
        place = f"the container's server {parts.hostname}"
        said = yield from self._asked(call, place)
        return None if said is None else self._read(said, place)

    def _instance(self) -> Flow[AwsKeys | None]:
        """The role of an instance of EC2, by the second version of its metadata (IMDSv2)."""
        if self._said.get("metadata_disabled", "").lower() == "true":
            self.looked.append("not the instance (AWS_EC2_METADATA_DISABLED)")
            return None
        base = self._said.get("metadata_url", _INSTANCE).rstrip("/")
        place = f"the instance's metadata at {base}"
        opened = Call(f"{base}/latest/api/token", "PUT", {"x-aws-ec2-metadata-token-ttl-seconds": "300"})
        token = yield from self._fetched(opened, place)
        if token is None:
            return None
        name = "x-aws-ec2-metadata-token"
        asking = Call(base + _ROLES, "GET").with_secret(name, token.decode("latin-1").strip())
        roles = yield from self._fetched(asking, place)
        if roles is None:
            return None
        role = roles.decode("utf-8", "replace").strip().partition("\n")[0]
        asking = Call(f"{base}{_ROLES}{role}", "GET").with_secret(name, token.decode("latin-1").strip())
        said = yield from self._asked(asking, place)
        return None if said is None else self._read(said, place)

    def _asked(self, call: Call, place: str) -> Flow[Any]:
        """The JSON that a server answers with; None, and noted, where there is none."""
        from pydantic_core import from_json

        data = yield from self._fetched(call, place)
        if data is None:
            return None
        try:
            return from_json(data)
        except ValueError:
            self.looked.append(f"{place} (its answer is no JSON)")
            return None

    def _fetched(self, call: Call, place: str) -> Flow[bytes | None]:
        now: float = yield Now()
        timeouts = Timeouts(PATIENCE, PATIENCE, PATIENCE)
        call = Call(call.url, call.method, call.headers, call.body, call.secret, (), timeouts, now + PATIENCE)
        try:
            head: Head = yield Fetch(call)
        except CallError as error:
            self.looked.append(f"{place} ({type(error).__name__}: {error.message})")
            return None
        if head.status != 200:
            self.looked.append(f"{place} (it answered {head.status})")
            return None
        return head.body

    def _read(self, said: Any, place: str) -> AwsKeys | None:
        said = said if isinstance(said, dict) else {}
        token = said.get("Token") or said.get("SessionToken")
        id, secret = said.get("AccessKeyId"), said.get("SecretAccessKey")
        if not all(isinstance(part, str) and part for part in (id, secret, token)):
            self.looked.append(f"{place} (there are no keys in its answer)")
            return None
        return AwsKeys(str(id), str(secret), str(token), _seconds(said.get("Expiration")), place)


def _seconds(when: Any) -> float | None:
    """Seconds since 1970 of a time as ISO 8601 has it, or of a number."""
    from datetime import UTC, datetime

    if isinstance(when, int | float):
        return float(when)
    try:
        read = datetime.fromisoformat(str(when))
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
