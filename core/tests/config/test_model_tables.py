"""`[models.<id>]`, `[patch.models.<id>]` and `[suppress]`: rows of models that files add, change and take out."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.resolve.outcome import Selection
from hamr.types import Usage
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

MILLION = Usage(input=1_000_000, output=1_000_000)
MANIFEST = """id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
"""
LIST = """source = "acme.example"
date = "2026-11-01"
[[model]]
id = "acme-large"
name = "Acme Large"
context_window = 1000
price = [{ input = 1.0, output = 2.0 }]
[[model]]
id = "acme-broken"
"""
DEDICATED = """
[models."acme/big-coder"]
name = "Big Coder, rented"
provider = "together"
context_window = 65536
availability = "dedicated"
"""


@pytest.fixture
def there(install: Install, provider: Canned, tmp_path: Path) -> Path:
    """A provider with a list of two models; the folder of the user's files."""
    package = install("acme", manifest=MANIFEST.format(url=provider.url))
    (package / "models.toml").write_text(LIST)
    own = tmp_path / "own"
    own.mkdir()
    return own


def client(own: Path, text: str = "", models_json: str = "", project: str | None = None) -> Hamr:
    for name, content in (("providers.toml", text), ("models.json", models_json)):
        if content:
            (own / name).write_text(content)
    environ = {"HAMR_CONFIG_DIR": str(own), "HAMR_AGENT_DIR": str(own)}
    if project is not None:
        (own / "hamr.toml").write_text(project)
        environ["HAMR_PROJECT_TRUST"] = "always"
    return Hamr(environ=environ, folder=None if project is None else str(own), tell=lambda *_: None)


def row(client: Hamr, model: str) -> Any:
    charge: Any = client.pipeline(model).charge
    return charge.row()


def refused(chosen: Selection) -> list[tuple[str, str]]:
    """Who was refused by the lists."""
    return [(each.candidate, each.why) for step in chosen.steps if step.name == "lists" for each in step.refused]


def cost(client: Hamr, model: str) -> Decimal | None:
    charge: Any = client.pipeline(model).charge
    usd: Decimal | None = charge(MILLION, model.partition("/")[2], None, "2026-11-25").usd
    return usd


def test_a_patch_changes_what_it_names_and_nothing_else(there: Path) -> None:
    """N-125: tables are merged, lists replaced; the rest stays that of the list."""
    text = '[patch.models."acme/acme-large".pricing]\noutput_per_mtok = 5.0\n'
    with client(there, text) as made:
        assert cost(made, "acme/acme-large") == 6
        known = row(made, "acme/acme-large")
    assert (known.name, known.context_window) == ("Acme Large", 1000)
    assert known.source == str(there / "providers.toml")


def test_a_patch_counts_before_rows_of_later_files(there: Path) -> None:
    """It means "always change this", and not "change it once"."""
    later = """{"providers": {"acme": {"models": [{"id": "acme-large", "contextWindow": 7, "maxTokens": 8}]}}}"""
    with client(there, "[patch.models.acme-large]\ncontext_window = 5\n", later) as made:
        known = row(made, "acme/acme-large")
    assert (known.context_window, known.max_tokens) == (5, 8)


def test_of_two_files_that_patch_a_model_each_field_is_that_of_the_later(there: Path) -> None:
    user = "[patch.models.acme-large]\ncontext_window = 5\nmax_tokens = 6\n"
    with client(there, user, project='[llm.patch.models."acme/acme-large"]\ncontext_window = 9\n') as made:
        known = row(made, "acme/acme-large")
    assert (known.context_window, known.max_tokens) == (9, 6)


def test_a_patch_awry_is_told_and_the_row_stays_as_it_was(there: Path) -> None:
    with client(there, '[patch.models.acme-large]\ncontext_window = "big"\nzz = true\n') as made:
        problems = [str(each) for each in made.providers.configuration.problems]
        assert row(made, "acme/acme-large").context_window == 1000
    place = f"{there}/providers.toml: patch.models.acme-large"
    assert problems == [
        f"{place}.zz: unknown field; it is passed over",
        f"{place}: context_window must be a whole number",
    ]


def test_a_row_of_a_file_is_found_and_has_a_price(there: Path) -> None:
    """N-108: its tags say nothing of what it can do."""
    text = '[models.acme-next]\nprovider = "acme"\ncontext_window = 3\npricing = { input_per_mtok = 1 }\n'
    text += 'cost = { output = 2 }\ncapabilities = ["tools"]\n'
    with client(there, text) as made:
        assert cost(made, "acme/acme-next") == 3
        assert made.selection("acme-next").provider == "acme"
        assert made.capabilities.of("acme", "acme-next").capabilities.native_tools is None


@pytest.mark.parametrize("head", ["", "llm."])
def test_a_dedicated_model_is_asked_only_where_it_is_named_with_its_provider(
    install: Install, tmp_path: Path, head: str
) -> None:
    """N-160, M-14, the example of the page, which a project has outside of `[llm]`."""
    install("together")
    (tmp_path / "own").mkdir()
    text = DEDICATED.replace("[models", f"[{head}models")
    with client(tmp_path / "own", project=text) as made:
        assert made.providers.configuration.problems == []
        assert made.selection("together/acme/big-coder").provider == "together"
        assert row(made, "together/acme/big-coder").context_window == 65536
        chosen = made.selection("acme/big-coder")
    assert chosen.provider != "together"
    assert refused(chosen) == [("together/acme/big-coder", "it is dedicated")]


def test_a_patch_makes_a_model_of_a_list_dedicated_and_one_free(there: Path) -> None:
    with client(there) as made:
        assert made.selection("acme-large").provider == "acme"
    with client(there, '[patch.models.acme-large]\navailability = "dedicated"\n') as made:
        assert refused(made.selection("acme-large")) == [("acme/acme-large", "it is dedicated")]
        assert made.selection("acme/acme-large").model == "acme-large"


@pytest.mark.parametrize("route", ["acme:acme-large", '["acme/acme-large"]', '["acme:x", "acme:*large"]'])
def test_what_is_suppressed_is_in_no_list_but_may_be_asked_by_name(
    colour: Colour, there: Path, provider: Canned, route: str
) -> None:
    provider.answer({"object": "list", "data": [{"id": "acme-large"}, {"id": "acme-small"}]})
    with client(there, f"[suppress]\nroutes = {route if route.startswith('[') else repr(route)}\n") as made:
        assert [each.id for each in colour.models(made, "acme").models] == ["acme-small"]
        where = there / "providers.toml"
        assert refused(made.selection("acme-large")) == [("acme/acme-large", f"it is suppressed in {where}")]
        assert made.selection("acme/acme-large").model == "acme-large"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[suppress]\nroutes = 3\n", "suppress.routes: it must be a list of texts"),
        ('[suppress]\nroutes = ["acme"]\n', "suppress.routes[0]: it must be provider:model"),
        ("suppress = 3\n", "suppress: it must be a table with routes"),
        ("[suppress]\nmodels = []\n", "suppress.models: unknown field (known: routes); it is passed over"),
        ("[patch]\nmodels = 3\n", "patch.models: it must be a table"),
        ("[models.x]\nname = 'x'\n", "models.x: it must name its provider"),
        ("models = 3\n", "models: it must be a table"),
    ],
)
def test_what_is_awry_is_told_with_its_place(there: Path, text: str, told: str) -> None:
    with client(there, text) as made:
        assert [str(each) for each in made.providers.configuration.problems] == [f"{there}/providers.toml: {told}"]


def test_a_project_that_is_not_trusted_changes_no_list(there: Path, tmp_path: Path) -> None:
    """C-5."""
    text = '[models.a]\nprovider = "acme"\n[patch.models.acme-large]\ncontext_window = 2\n'
    (there / "hamr.toml").write_text(f'{text}[suppress]\nroutes = ["acme:acme-large"]\n')
    with Hamr(environ={"HAMR_AGENT_DIR": str(there)}, folder=str(there)) as made:
        assert row(made, "acme/acme-large").context_window == 1000
        assert made.selection("acme-large").provider == "acme"
        told = [each.path for each in made.providers.configuration.problems]
    assert told == ["llm.models", "llm.patch", "llm.suppress"]


def test_limits_of_one_model_count_for_it_alone(there: Path) -> None:
    """N-124, N-162: a later file's, field by field; the other models of the provider have its own."""
    text = '[providers.acme]\nrpm = 100\n[models.acme-next]\nprovider = "acme"\nrate_limits = { rpm = 5, tpm = 70 }\n'
    text += '[patch.models."acme/acme-next".rate_limits]\nrpm = 6\n'
    project = '[llm.models.acme-next]\nprovider = "acme"\nrate_limits = { rpm = 9, concurrency = 2 }\n'
    with client(there, text, project=project) as made:
        limits = made.pipeline("acme/acme-next").route.model.limits
        other = made.pipeline("acme/acme-large").route
        place = made.providers.provider("acme", {}).origins["model"]
    assert (limits.rpm, limits.tpm, limits.concurrency) == (6, 70, 2)
    assert (other.model.limits.any, other.provider.limits.rpm) == (False, 100)
    assert place == str(there / "providers.toml")


def test_limits_of_a_model_make_no_provider_of_one_that_is_not_there(there: Path) -> None:
    with client(there, '[models.x]\nprovider = "nobody"\nrate_limits = { rpm = 5 }\n') as made:
        assert "nobody" not in made.providers.ids
        assert made.providers.configuration.problems == []


@pytest.mark.parametrize(
    "said",
    [
        "cost = [0.15, 0.6]",
        "pricing = [0.15, 0.6]",
        "cost = { input = 0.15, output = 0.6 }",
        "pricing = { input_per_mtok = 0.15, output_per_mtok = 0.6 }",
        "pricing = { input_per_1k = 0.00015, output_per_1k = 0.0006 }",
        "cost_per_1k_in = 0.00015\ncost_per_1k_out = 0.0006",
        "cost = { input = 0.15, input_per_1k = 7 }\ncost_per_1k_in = 8\ncost_per_1k_out = 0.0006",
    ],
)
def test_prices_in_any_spelling_are_kept_for_a_million_tokens(there: Path, said: str) -> None:
    """C-3: hundreds of thousandths of a cent stay what was written."""
    with client(there, f'[models."acme-large"]\nprovider = "acme"\n{said}\n') as it:
        assert not it.providers.configuration.problems
        assert cost(it, "acme/acme-large") == Decimal("0.75")
        (price,) = row(it, "acme/acme-large").price
    assert (price.input, price.output) == (0.15, 0.6)


@pytest.mark.parametrize(
    "said",
    [
        '"cost": [0.15, 0.6]',
        '"cost": {"inputPer1k": 0.00015, "outputPer1k": 0.0006}',
        '"costPer1kIn": 0.00015, "costPer1kOut": 0.0006',
        '"pricing": {"inputPerMtok": 0.15, "outputPerMtok": 0.6}',
    ],
)
def test_so_are_those_of_a_models_json(there: Path, said: str) -> None:
    """C-3."""
    text = '{"providers": {"acme": {"models": [{"id": "acme-large", %s}]}}}' % said  # noqa: UP031  # braces
    with client(there, models_json=text) as it:
        assert not it.providers.configuration.problems
        assert cost(it, "acme/acme-large") == Decimal("0.75")


@pytest.mark.parametrize("said", ["[1]", "[1, 2, 3]", '["1", "2"]', "[]"])
def test_a_list_of_prices_is_of_two(there: Path, said: str) -> None:
    """C-3."""
    with client(there, f'[models."acme-large"]\nprovider = "acme"\ncost = {said}\n') as it:
        (problem,) = it.providers.configuration.problems
        assert "cost" in problem.reason
        assert cost(it, "acme/acme-large") == 3, "that of the list below"


PAIRS = '{"acme-large": [0.15, 0.6], "other/acme-large": [7, 7], "large": [8, 8], "acme/acme-broken": [1, 1]}'


def test_a_file_of_pairs_has_prices_by_whole_names(there: Path) -> None:
    """C-3, R-140."""
    (there / "prices.json").write_text(PAIRS)
    environ = {"HAMR_CONFIG_DIR": str(there), "MODEL_PRICES_FILE": str(there / "prices.json")}
    with Hamr(environ=environ, folder=None) as it:
        assert [cost(it, f"acme/{name}") for name in ("acme-large", "acme-broken")] == [Decimal("0.75"), 2]
        assert cost(it, "acme/large-acme") is None


@pytest.mark.parametrize("text", ["[]", "{", '{"a": [1]}', '{"a": [1, -1]}', '{"a": [1, true]}'])
def test_a_file_that_holds_no_pairs_is_told_in_the_cost(there: Path, text: str) -> None:
    """C-3."""
    (there / "prices.json").write_text(text)
    environ = {"HAMR_CONFIG_DIR": str(there), "HAMR_MODEL_PRICES_FILE": str(there / "prices.json")}
    with Hamr(environ=environ, folder=None) as it:
        charge: Any = it.pipeline("acme/acme-large").charge
        told = charge(MILLION, "acme-large", None, "2026-11-25")
    assert told.usd is None
    assert "prices.json" in told.reason
