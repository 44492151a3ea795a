"""The configuration of LiteLLM's proxy: `model_list` becomes providers, models and aliases."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from hamr.imports import names
from hamr.imports.found import Found
from hamr.imports.host_name import host_name
from hamr.imports.source import Source
from hamr.imports.source_file import table
from hamr.limits.configured import variable
from hamr.secrets import references

VARIABLE = "os.environ/"
"""What stands before the name of a variable, in place of a value."""
APIS = {
    "anthropic": "anthropic-messages",
    "cohere": "cohere",
    "gemini": "google-generative-ai",
    "ollama": "ollama",
}
"""The wires of those that do not speak OpenAI's, where they are at a URL of the user's own."""
GENERATION = ("temperature", "top_p", "seed", "max_tokens", "frequency_penalty", "presence_penalty")
LIMITS = ("rpm", "tpm")
PARAMETERS = {"api_version": "api_version", "vertex_project": "project", "vertex_location": "location"}
PARAMETERS |= {"aws_region_name": "region"}
"""What a URL needs to know besides, by the names that it has here."""
ADDRESSED = ("azure",)
"""Those whose every user has an address of their own: a base URL does not make another provider of them."""
CARRIED = {"model", "api_base", "base_url", "api_key", *GENERATION, *LIMITS, *PARAMETERS}
COSTS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
}
"""In dollars a token; hamr has them a million (inventory C-3)."""
SIZES = {"max_input_tokens": "context_window", "max_output_tokens": "max_tokens"}


def config(found: Found, place: str, held: Any) -> None:
    """`config.yaml`."""
    rows = table(held).get("model_list", [])
    for number, row in enumerate(rows if isinstance(rows, list) else []):
        where = f"{place}: model_list[{number}]"
        if isinstance(model := table(table(row).get("litellm_params")).get("model"), str) and model:
            _Row(found, where, table(row), model).take()
        else:
            found.leave(where, "the row", "it names no model")
    groups = table(table(held).get("router_settings")).get("model_group_alias")
    for alias, group in table(groups).items():
        meant = table(group).get("model", group)
        if isinstance(meant, str) and alias != meant:
            found.aliases.setdefault(str(alias), meant)
    for name in table(held).keys() - {"model_list"}:
        found.leave(place, str(name), _why(str(name)))


def _why(name: str) -> str:
    if name == "environment_variables":
        return "variables are set in the environment; none of their values was read"
    return "they are settings of a proxy" + ("; model_group_alias is carried" if name == "router_settings" else "")


class _Row:
    """One row of the list: a name for clients, and what is asked for it."""

    def __init__(self, found: Found, place: str, row: Mapping[str, Any], model: str) -> None:
        self.found, self.place = found, place
        self.params, self.info = table(row["litellm_params"]), table(row.get("model_info"))
        head, slash, rest = model.partition("/")
        self.kind = names.LITELLM.get(head, head) if slash else ""
        self.model = rest if slash else model
        base = self.params.get("api_base", self.params.get("base_url"))
        self.base = base if isinstance(base, str) and base else None
        named = row.get("model_name")
        self.alias = str(named) if isinstance(named, str | int | float) else ""
        self.own = False
        self.id = self._provider()

    def take(self) -> None:
        """The row's provider, key, model and alias."""
        if "*" in self.model or "*" in self.alias:
            self._leave(self.alias or self.model, "a pattern: hamr takes any model's name without")
            self._key()
            return
        self._key()
        self._limits()
        said = {name: self.params[name] for name in GENERATION if self.params.get(name) is not None}
        if said:
            self.found.default("model_defaults", {self.model: said})
        self._described()
        meant = f"{self.id}/{self.model}" if self.id else self.model
        if self.alias and self.alias != meant:
            self._named(meant)
        for name in self.params.keys() - CARRIED:
            self._leave(f"{self.alias}: {name}", "hamr has no such setting for a model")

    def _provider(self) -> str:
        """One that is there, or one of the user's own at this URL."""
        if self.base is None or (self.kind in ADDRESSED and "{" not in self.base):
            self._parameters()
            return self.kind
        if self.base.startswith(VARIABLE):
            self._leave(f"{self.alias}: api_base", f"it is in {self.base.removeprefix(VARIABLE)}: write the URL itself")
            return self.kind
        id, self.own = host_name(self.base), True
        self.found.providers.setdefault(id, {
            "base_url": self.base, "api": APIS.get(self.kind, "openai-completions"),
        })  # fmt: skip
        return id

    def _parameters(self) -> None:
        """What the provider's URL needs; one for all its models, so that the first row's word counts."""
        said = {PARAMETERS[name]: str(value) for name, value in self.params.items() if name in PARAMETERS}
        said = {name: value for name, value in said.items() if not value.startswith(VARIABLE)}
        entry: dict[str, Any] = {"parameters": said} if said else {}
        if self.kind in ADDRESSED and self.base and not self.base.startswith(VARIABLE):
            entry["base_url"] = self.base.rstrip("/")
        there = self.found.providers.get(self.kind, {})
        if different := [name for name in entry if there.get(name, entry[name]) != entry[name]]:
            self._leave(f"{self.alias}: {', '.join(different)}", f"an earlier row says otherwise of {self.kind}")
        if entry:
            self.found.providers[self.kind] = {**entry, **there}

    def _key(self) -> None:
        key = self.params.get("api_key")
        if not isinstance(key, str) or not key or not self.id:
            return
        if not key.startswith(VARIABLE):
            self.found.key(self.id, key, self.place)
            if self.own:
                wire = self.found.providers[self.id].get("api", "")
                style = "header" if wire in (APIS["anthropic"], APIS["gemini"]) else "bearer"
                self.found.providers[self.id].setdefault("auth_style", style)
            return
        entry = self.found.providers.setdefault(self.id, {})
        written = f"${key.removeprefix(VARIABLE)}"
        if entry.setdefault("api_key", written) != written:
            self._leave(
                f"{self.alias}: api_key", f"{self.id} has one already: {', '.join(references.variables(written))}"
            )

    def _limits(self) -> None:
        for name in LIMITS:
            if isinstance(number := self.params.get(name), int) and self.id:
                how = f"set {variable(f'{self.id}/{self.model}', name)}={number}"
                self._leave(f"{self.alias}: {name}", f"a limit of one model is a variable: {how}")

    def _described(self) -> None:
        """Prices and sizes, from beside the model or among its parameters."""
        said = {**self.info, **self.params}
        cost = {
            new: round(price * 1e6, 9) for old, new in COSTS.items() if (price := _number(said.get(old))) is not None
        }
        row: dict[str, Any] = {"cost": cost} if cost else {}
        row |= {new: said[old] for old, new in SIZES.items() if isinstance(said.get(old), int)}
        if not self.id:
            return
        if self.own:
            listed = self.found.providers[self.id].setdefault("models", [])
            if all(each["id"] != self.model for each in listed):
                listed.append({"id": self.model, **row})
        elif row:
            self.found.providers.setdefault(self.id, {}).setdefault("model_overrides", {})[self.model] = row

    def _named(self, meant: str) -> None:
        there = self.found.aliases.setdefault(self.alias, meant)
        if there != meant:
            self._leave(self.alias, f"the name is that of {there} already; for both: hamr -m {there},{meant}")

    def _leave(self, what: str, why: str) -> None:
        self.found.leave(self.place, what, why)


def _number(value: Any) -> float | None:
    """A price; YAML reads `1e-6` as a text."""
    try:
        return float(value) if isinstance(value, int | float | str) else None
    except ValueError:
        return None


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    named = environ.get("CONFIG_FILE_PATH", "").strip()
    files = [os.path.join(folder, name) for name in ("litellm_config.yaml", "config.yaml")]
    return [os.path.expanduser(named), *files] if re.search(r"\.ya?ml$", named) else files


READERS = dict.fromkeys(("litellm_config.yaml", "config.yaml", "litellm_config.yml", "config.yml"), config)

SOURCE = Source("litellm", "LiteLLM's proxy", READERS, _places)
