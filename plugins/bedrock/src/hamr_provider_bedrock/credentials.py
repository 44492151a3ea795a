"""AWS credentials that stand elsewhere than in variables: botocore's own providers look for them (N-80).

All of this blocks and is done in a thread. What botocore would read of the process's environment is handed to it, for
hamr may have been given another.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.api import ConfigError
from hamr_provider_bedrock.failures import unsigned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATIENCE = 2
"""Seconds for each question to a container's server or the instance's (inventory N-80)."""
_ELSEWHERE = "http://169.254.169.254"
_CONTAINER = {
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "container_path",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "container_url",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "container_token_file",
    "AWS_EC2_METADATA_DISABLED": "metadata_disabled",
}
_WEB = ("web_identity_token_file", "role_arn", "role_session_name")
_SERVERS = frozenset({"container-role", "iam-role"})


class Way(NamedTuple):
    """One place where there may be credentials; what fails at one that is `meant` ends the search."""

    place: str
    provider: Any
    asks: bool
    meant: bool


class SharedFiles:
    """AWS's shared files, and the profile in them that is asked for; raises ConfigError where that is not there."""

    def __init__(self, said: Mapping[str, str]) -> None:
        from botocore.config import Config
        from botocore.session import Session

        self._said = said
        self._home = said.get("home", "~")
        self.profile = said.get("profile", "default")
        config, credentials = (self._path(f"{name}_file", name) for name in ("config", "credentials"))
        self.told = f"the profile {self.profile!r} in {credentials} and {config}"
        self._session = Session()
        store = self._session.get_component("config_store")
        for name, value in (
            ("profile", said.get("profile")),
            ("config_file", config),
            ("credentials_file", credentials),
        ):
            store.set_config_variable(name, value)
        self._session.set_default_client_config(Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1}))
        if "profile" in said and said["profile"] not in self._session.available_profiles:
            hint = "`aws configure list-profiles` lists those that there are."
            raise ConfigError(f"{self.told} is not there", hint=hint)
        self.values: Mapping[str, str] = self._session.get_scoped_config()

    def ways(self, region: str, secrets: Mapping[str, str]) -> list[Way]:
        """What the profile says, a web identity, the container, the instance; `secrets` are those of variables."""
        from botocore import credentials as of
        from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher, JSONFileCache

        session, said = self._session, self._said
        environ = {name: said[key] for name, key in _CONTAINER.items() if key in said} | dict(secrets)
        endpoint = said.get("metadata_url", _ELSEWHERE)
        imds = {"ec2_metadata_service_endpoint": endpoint, "ec2_metadata_v1_disabled": True}
        asked = ContainerMetadataFetcher(sleep=lambda _: None)
        asked.RETRY_ATTEMPTS = 1
        container = of.ContainerProvider(environ, asked)
        instance = of.InstanceMetadataProvider(InstanceMetadataFetcher(PATIENCE, 1, env=environ, config=imds))
        cache: dict[str, Any] = {}
        client = partial(session.create_client, region_name=region)
        profiles = of.ProfileProviderBuilder(session, cache, region, JSONFileCache(f"{self._home}/.aws/sso/cache"))
        sources = of.CanonicalNameCredentialSourcer([of.EnvProvider(environ), container, instance])
        role = of.AssumeRoleProvider(
            lambda: session.full_config, client, cache, self.profile, _no_code, sources, profiles
        )
        identity = {"profiles": {self.profile: {name: said[name] for name in _WEB if name in said}}}
        web = of.AssumeRoleWithWebIdentityProvider(lambda: identity, client, self.profile, cache, disable_env_vars=True)
        off = " (AWS_EC2_METADATA_DISABLED)" if said.get("metadata_disabled", "").lower() == "true" else ""
        asks = {
            "custom-process": "credential_process" in self.values,
            "container-role": "container_path" in said or "container_url" in said,
            "iam-role": not off,
        }
        listed = [(self.told, each) for each in (role, *profiles.providers(self.profile, disable_env_vars=True))]
        listed += [
            ("a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN)", web),
            ("a container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI)", container),
            (f"the instance's metadata at {endpoint}{off}", instance),
        ]
        return [Way(place, each, asks.get(each.METHOD, False), each.METHOD not in _SERVERS) for place, each in listed]

    def _path(self, key: str, name: str) -> str:
        given = self._said.get(key, f"~/.aws/{name}")
        return f"{self._home}{given[1:]}" if given.startswith("~/") else given


def tried(work: Callable[[], Any]) -> tuple[Any, str]:
    """What the work gives, and in words why it gives nothing: what botocore raises may hold a line with a key in it."""
    try:
        return work(), ""
    except ConfigError:
        raise
    except (KeyError, TypeError):
        return None, "there are no keys in its answer"
    except Exception as error:  # noqa: BLE001  # botocore lets through whatever its parsers and sockets raise
        return None, unsigned(f"{type(error).__name__}: {error}")[:500]


def _no_code(prompt: str) -> str:
    hint = 'Let AWS\'s own command line ask: eval "$(aws configure export-credentials --format env)"'
    raise ConfigError("the profile's role wants the code of an MFA device", hint=hint)
