"""What was found out about models: rules that hamr keeps in a file of the user's, each with its source and its day."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hamr import schema
from hamr.capabilities.capability import Capabilities, rule
from hamr.errors import ConfigError

FILE = "capabilities.toml"
"""In the folder of the user's configuration."""
HEAD = (
    "# Written by hamr: what was found out about models. Rules of your own stand in providers.toml, and count before.\n"
)
HINT = "docs/capabilities.md says what such a file holds."
Tables = dict[str, list[dict[str, Any]]]
"""The rules by provider."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one model, where it is known from (`probe`, or `eval: <evidence>`), and on which day."""

    provider: str
    model: str
    said: Mapping[str, Any]
    source: str
    date: str

    @property
    def rule(self) -> dict[str, Any]:
        """The rule that says it, and leaves all else to the rules behind it."""
        said = {name: list(value) if isinstance(value, tuple) else value for name, value in self.said.items()}
        return {"model_match": self.model.lower(), "extends": True, **said, "source": self.source, "date": self.date}

    def replaces(self, other: Mapping[str, Any]) -> bool:
        """Whether a rule is an older one of the same model and the same kind of source."""
        kind = str(other.get("source", "")).partition(":")[0]
        return other.get("model_match") == self.model.lower() and kind == self.source.partition(":")[0]


def kept(tables: Tables, findings: Iterable[Finding]) -> list[Finding]:
    """Put the findings into the tables, each in place of what was found before; gives those that change something."""
    changed = []
    for finding in findings:
        rules = tables.setdefault(finding.provider, [])
        old = next((each for each in rules if finding.replaces(each)), {})
        new = {**old, **finding.rule}
        if new == old:
            continue
        rules[:] = [new, *(each for each in rules if each is not old)]
        changed.append(finding)
    return changed


def text(tables: Tables) -> str:
    """The file that holds these rules."""
    lines = [HEAD]
    for provider, rules in tables.items():
        for each in rules:
            lines.append(f"\n[[provider.{json.dumps(provider)}]]\n")
            lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in each.items()]
    return "".join(lines)


def read(found: Mapping[str, Any], place: str) -> Tables:
    """The rules of such a file; raises ConfigError naming the place of what is none."""
    tables = found.get("provider", {})
    if not isinstance(tables, Mapping) or not all(isinstance(rules, list) for rules in tables.values()):
        raise ConfigError(f"{place}: provider must be a table of lists of tables", hint=HINT)
    for name, rules in tables.items():
        for at, each in enumerate(rules):
            where = f"{place}: provider.{name}[{at}]"
            if not isinstance(each, Mapping):
                raise ConfigError(f"{where} must be a table", hint=HINT)
            rule(each, where)
    return {str(name): [dict(each) for each in rules] for name, rules in tables.items()}


@dataclass(frozen=True, slots=True)
class FormatStats:
    """How the runs with tools in one format went."""

    total_runs: int = 0
    passed_runs: int = 0
    unique_fixtures: int = 0
    replicate_count: int = 0
    pass_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class ParityRow:
    """How tools of both formats fared with one model, as `harn eval coding-agent` writes it (inventory N-109)."""

    provider: str
    model: str
    tool_mode_parity: str
    preferred_tool_format: str
    confidence: str = ""
    sample_size: int = 0
    last_updated: str = ""
    evidence_path: str = ""
    verifier_divergence_rate: float = 0.0
    native: FormatStats = field(default=FormatStats(), metadata={"table": FormatStats})
    text: FormatStats = field(default=FormatStats(), metadata={"table": FormatStats})

    def finding(self) -> Finding:
        """What it says of the model."""
        told = "; ".join(
            f"{name} {stats.passed_runs} of {stats.total_runs}"
            for name, stats in (("native", self.native), ("text", self.text))
            if stats.total_runs
        )
        notes = f"{told or 'no runs told'}; {self.sample_size} fixtures, confidence {self.confidence or 'unknown'}"
        said = {
            "preferred_tool_format": self.preferred_tool_format,
            "tool_mode_parity": self.tool_mode_parity,
            "tool_mode_parity_notes": notes,
        }
        return Finding(self.provider, self.model, said, f"eval: {self.evidence_path}", self.last_updated[:10])


def evaluated(found: Mapping[str, Any], place: str) -> list[Finding]:
    """The findings of an evaluation: its `rows`, or rules as this file has them; raises ConfigError."""
    if "rows" not in found:
        return [_of_rule(name, each, place) for name, rules in read(found, place).items() for each in rules]
    rows = found["rows"]
    if found.get("schema_version", 1) != 1 or not isinstance(rows, list):
        raise ConfigError(f"{place}: only rows of schema_version 1 are known", hint=HINT)
    findings = []
    for at, row in enumerate(rows):
        where = f"{place}: rows[{at}]"
        if not isinstance(row, Mapping):
            raise ConfigError(f"{where} must be a table", hint=HINT)
        made = schema.read(ParityRow, row, where, HINT).finding()
        rule(made.rule, where)  # its words must be those of the matrix
        findings.append(made)
    return findings


def _of_rule(provider: str, table: Mapping[str, Any], place: str) -> Finding:
    known = {each.name for each in fields(Capabilities)}
    source = str(table.get("source", ""))
    said = {name: value for name, value in table.items() if name in known}
    kind = source if source.startswith("eval: ") else f"eval: {source or place}"
    return Finding(provider, str(table.get("model_match", "*")), said, kind, str(table.get("date", "")))
