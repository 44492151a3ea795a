"""AWS credentials that stand elsewhere than in variables: botocore's own providers look for them (N-80).

All of this blocks and is done in a thread. What botocore would read of the process's environment is handed to it, for
hamr may have been given another.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.api import ConfigError
from hamr_provider_bedrock.failures import unsigned
from hamr_provider_bedrock.signature import AwsKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HINT = "Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
_PATIENCE = 2
"""Seconds for each question to a container's server or the instance's (inventory N-80)."""
_CONTAINER = {
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "container_path",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "container_url",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "container_token_file",
    "AWS_EC2_METADATA_DISABLED": "metadata_disabled",
}
_WEB = ("web_identity_token_file", "role_arn", "role_session_name")
_ASKING = frozenset({"role_arn", "web_identity_token_file", "sso_account_id", "sso_role_name", "credential_process"})
"""What a profile may say in place of keys; others are asked for them then."""


class Place(NamedTuple):
    """Where there may be credentials; `asks` says whether somebody is asked for them."""

    told: str
    asks: bool
    providers: tuple[Any, ...]

    def keys(self) -> AwsKeys | None:
        """What the first that has any gives; raises whatever botocore raises."""
        for source in filter(None, (provider.load() for provider in self.providers)):
            found = source.get_frozen_credentials()
            if not (found.access_key and found.secret_key):
                raise KeyError
            return AwsKeys(found.access_key, found.secret_key, found.token, source)
        return None


class SharedFiles:
    """AWS's shared files, and the profile in them that is asked for; raises ConfigError where that is not there."""

    def __init__(self, said: Mapping[str, str]) -> None:
        from botocore.config import Config
        from botocore.session import Session

        if (log := logging.getLogger("botocore")).level == logging.NOTSET:
            log.setLevel(logging.INFO)  # below, it shows answers with keys in them; whoever means it names this logger
        self._said, self._home = said, said.get("home", "~")
        self.profile = said.get("profile", "default")
        paths = {f"{name}_file": self._path(f"{name}_file", name) for name in ("credentials", "config")}
        self.told = f"the profile {self.profile!r} in {' and '.join(paths.values())}"
        self._session = Session()
        for name, value in {"profile": said.get("profile"), **paths}.items():
            self._session.get_component("config_store").set_config_variable(name, value)
        self._session.set_default_client_config(Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1}))
        if "profile" in said and said["profile"] not in self._session.available_profiles:
            hint = "`aws configure list-profiles` lists those that there are."
            raise ConfigError(f"{self.told} is not there", hint=hint)
        self.values: Mapping[str, str] = self._session.get_scoped_config()

    def places(self, region: str, secrets: Mapping[str, str]) -> list[Place]:
        """The profile, a web identity, the container, the instance (N-80); `secrets` are those of variables."""
        from botocore import credentials as of
        from botocore.utils import ContainerMetadataFetcher, InstanceMetadataFetcher, JSONFileCache

        session, said, name, cache = self._session, self._said, self.profile, dict[str, Any]()
        environ = {variable: said[key] for variable, key in _CONTAINER.items() if key in said} | dict(secrets)
        off = said.get("metadata_disabled", "").lower() == "true"
        at = said.get("metadata_url", "http://169.254.169.254")
        imds = {"ec2_metadata_service_endpoint": at, "ec2_metadata_v1_disabled": True}
        fetcher = ContainerMetadataFetcher(sleep=lambda _: None)
        fetcher.RETRY_ATTEMPTS = 1
        container = of.ContainerProvider(environ, fetcher)
        instance = of.InstanceMetadataProvider(InstanceMetadataFetcher(_PATIENCE, 1, env=environ, config=imds))
        client = partial(session.create_client, region_name=region)
        profiles = of.ProfileProviderBuilder(session, cache, region, JSONFileCache(f"{self._home}/.aws/sso/cache"))
        sources = of.CanonicalNameCredentialSourcer([of.EnvProvider(environ), container, instance])
        files = lambda: session.full_config  # noqa: E731  # what botocore calls it by
        role = of.AssumeRoleProvider(files, client, cache, name, _no_code, sources, profiles)
        identity = {"profiles": {name: {key: said[key] for key in _WEB if key in said}}}
        web = of.AssumeRoleWithWebIdentityProvider(lambda: identity, client, name, cache, disable_env_vars=True)
        of_profile = (role, *profiles.providers(name, disable_env_vars=True))
        of_web = "a web identity (AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN)"
        of_container = "a container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI)"
        of_instance = f"the instance's metadata at {at}" + (" (AWS_EC2_METADATA_DISABLED)" if off else "")
        return [
            Place(self.told, bool(self.values.keys() & _ASKING), of_profile),
            Place(of_web, _WEB[0] in said, (web,)),
            Place(of_container, bool({"container_path", "container_url"} & said.keys()), (container,)),
            Place(of_instance, not off, (instance,)),
        ]

    def _path(self, key: str, name: str) -> str:
        given = self._said.get(key, f"~/.aws/{name}")
        return f"{self._home}{given[1:]}" if given.startswith("~/") else given


def tried(work: Callable[[], Any], place: str, profile: str = "", before: Sequence[str] = ()) -> Any:
    """What the work gives; raises ConfigError, in words alone: botocore's errors may hold a line with a key in it."""
    try:
        return work()
    except ConfigError:
        raise
    except (KeyError, TypeError):
        why = "there are no keys in its answer"
    except Exception as error:  # noqa: BLE001  # botocore lets through whatever its parsers and sockets raise
        why = unsigned(f"{type(error).__name__}: {error}")[:500]
    login = f"Log in: aws sso login --profile {profile}" if "SSO" in why or "Token" in why else HINT
    looked = f"; before that, looked in {', '.join(before)}" if before else ""
    raise ConfigError(f"{place}: {why}{looked}", hint=login)


def _no_code(prompt: str) -> str:
    hint = 'Let AWS\'s own command line ask: eval "$(aws configure export-credentials --format env)"'
    raise ConfigError("the profile's role wants the code of an MFA device", hint=hint)
