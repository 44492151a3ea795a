"""Where Google's credentials are looked for: a file that is named, gcloud's own, the server of a machine of Google's.

The order is that of Application Default Credentials (google-auth 2.62, google/auth/_default.py, November 2026).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Call, CallError, ConfigError, ReadFile
from hamr_provider_vertex.exchange import exchanged
from hamr_provider_vertex.token import SCOPE, Token, asked, read, table

if TYPE_CHECKING:
    from hamr.api import Flow, Head, Route

PROBE = 1.0
"""Seconds for a machine's own server, which answers at once where there is one."""
FILE = "application_default_credentials.json"
_FLAVOR = {"metadata-flavor": "Google"}
_OK = 200


class Search:
    """One search; `looked` names each place that was looked in, and what was there."""

    def __init__(self, route: Route) -> None:
        self._id = route.provider.id
        self._said = route.provider.parameters
        self.looked = [f"the environment variable {name}" for name in route.provider.auth.env]

    def token(self) -> Flow[Token]:
        """The first that is given; raises ConfigError, naming every place, and NotLetIn where one is refused."""
        info, place = yield from self.file()
        if info is not None:
            return (yield from exchanged(info, place))
        token = yield from self._machine()
        if token is not None:
            return token
        raise ConfigError(
            f"no credentials of Google's for {self._id}; looked in Hamr(keys={{{self._id!r}: ...}}), "
            f"{', '.join(self.looked)}",
            hint="Set GOOGLE_APPLICATION_CREDENTIALS to a key file, or log in: gcloud auth application-default login",
        )

    def file(self) -> Flow[tuple[dict[str, Any] | None, str]]:
        """What the first file there is holds, and what people call it; raises ConfigError."""
        named = self._said.get("credentials_file")
        if named is not None:
            place = f"the file {named} of GOOGLE_APPLICATION_CREDENTIALS"
            data: bytes | None = yield ReadFile(named)
            if data is None:
                raise ConfigError(f"{place} is not there", hint="Mend the variable, or take it away.")
            return self._read(data, place), place
        self.looked.append("the environment variable GOOGLE_APPLICATION_CREDENTIALS")
        path = self._gclouds()
        if path is None:
            self.looked.append("no file of gcloud's, for there is no home")
            return None, ""
        place = f"gcloud's file {path}"
        data = yield ReadFile(path)
        if data is None:
            self.looked.append(f"{place} (there is none)")
            return None, place
        return self._read(data, place), place

    def project(self) -> Flow[str]:
        """The project where neither a parameter nor a token's credentials say it; raises ConfigError."""
        info, _ = yield from self.file()
        for name in ("project_id", "quota_project_id"):
            value = (info or {}).get(name)
            if isinstance(value, str) and value:
                return value
        raise self.no_project()

    def no_project(self) -> ConfigError:
        """Nobody says which project is meant."""
        return ConfigError(
            f"no project for {self._id}; looked in Hamr(parameters={{{self._id!r}: {{'project': ...}}}}), the "
            "environment variables VERTEX_AI_PROJECT, GOOGLE_CLOUD_PROJECT, GOOGLE_VERTEX_PROJECT and GCLOUD_PROJECT, "
            "and the credentials",
            hint="Set it: export GOOGLE_CLOUD_PROJECT=...",
        )

    def _gclouds(self) -> str | None:
        folder, home = self._said.get("gcloud_folder"), self._said.get("home")
        if folder is None and (windows := self._said.get("appdata")) is not None:
            folder = f"{windows}/gcloud"
        if folder is None and home is not None:
            folder = f"{home}/.config/gcloud"
        return None if folder is None else f"{folder}/{FILE}"

    @staticmethod
    def _read(data: bytes, place: str) -> dict[str, Any]:
        from hamr.api import Head

        info = table(Head(_OK, {}, data))
        if not info:
            raise ConfigError(f"{place} is no JSON that holds credentials", hint="Download it again.")
        return info

    def _machine(self) -> Flow[Token | None]:
        """The service account of a machine of Google's, by the server beside it."""
        host = self._said["metadata_host"]
        place = f"the metadata server {host}"
        if self._said.get("no_gce_check", "").strip().lower() == "true":
            self.looked.append("not the metadata server (NO_GCE_CHECK is true)")
            return None
        base = f"http://{host}/computeMetadata/v1"
        try:
            head: Head = yield from asked(Call(f"{base}/project/project-id", "GET", _FLAVOR), PROBE)
        except CallError as error:
            self.looked.append(f"{place} ({type(error).__name__}: {error.message})")
            return None
        if head.headers.get("metadata-flavor") != "Google":
            self.looked.append(f"{place} (what answered there is none)")
            return None
        account = f"{base}/instance/service-accounts/default/token?scopes={SCOPE}"
        token = yield from read(Call(account, "GET", _FLAVOR), place)
        project = head.body.decode("utf-8", "replace").strip() if head.status == _OK else ""
        return token._replace(project=project or None)
