"""Budgets that machines share over a redis-server, which may go away in mid-run; in both colours."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.errors import BudgetSpent, StateLost
from hamr.streams import Stream
from hamr.types import Settings
from hamr_testkit.canary import KEYS
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import SCRIPTED, Answer, ScriptedTransport

MODEL = "local/m"
PRICES = '[[model]]\nid = "local/m"\n[[model.price]]\ninput = 0\noutput = 1e6\n'
"""A token that comes out costs a dollar."""
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
WHOLE = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": USAGE}
HI = Answer((json.dumps(WHOLE).encode(),))
PIECES = Answer(
    (
        b'data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n',
        f'data: {{"choices":[{{"delta":{{}},"finish_reason":"stop"}}],"usage":{json.dumps(USAGE)}}}\n\n'.encode(),
        b"data: [DONE]\n\n",
    )
)


class Machine:
    """A client with folders of its own, and a budget of three dollars."""

    def __init__(self, folder: Path, server: Any, budgets: Any = None, **environ: str) -> None:
        folder.mkdir(exist_ok=True)
        (folder / "models.toml").write_text(PRICES)
        self.told: list[str] = []
        said = {"HAMR_STATE_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder), "HAMR_STATE_URL": server.url}
        self.client = Hamr(
            environ={**SCRIPTED, **said, "LOCAL_API_KEY": KEYS[0], "HAMR_SPEND": "1", **environ},
            settings=Settings(retries=0),
            budgets={"all": 3} if budgets is None else budgets,
            folder=None,
            tell=lambda text, _: self.told.append(text),
        )

    def call(self, colour: Colour, times: int = 1, **options: Any) -> None:
        """Calls that cost a dollar each, and may cost no more."""
        for _ in range(times):
            colour.call(self.client, "hi", MODEL, **{"max_tokens": 1, **options})


@pytest.fixture(autouse=True)
def _without_network(scripted: ScriptedTransport, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.play_always(HI)
    monkeypatch.setattr("hamr.state.substitutes.AGAIN", 0.0)
    monkeypatch.setattr("hamr.spend.gate.PATIENCE", 0.5)


def test_two_machines_share_a_budget(tmp_path: Path, server: Any, colour: Colour) -> None:
    one, two = Machine(tmp_path / "1", server), Machine(tmp_path / "2", server)
    one.call(colour, 2)
    two.call(colour)
    for machine in (one, two):
        with pytest.raises(BudgetSpent, match=r"the budget of \$3 a month for all has no room: \$3.00 is spent"):
            machine.call(colour)
    kept = server.ask(b"HGETALL {hamr}:table:budgets")
    assert b"|all" in kept
    assert b"canary" not in kept
    assert KEYS[0].encode() not in kept
    assert int(server.ask(b"TTL {hamr}:table:budgets").split(b":")[-1].split()[0]) > 300 * 86_400


@pytest.mark.parametrize("scope", ["project:web", "tag:a", "provider:local"])
def test_each_scope_is_shared(tmp_path: Path, server: Any, colour: Colour, scope: str) -> None:
    said = {"HAMR_PROJECT": "web", "HAMR_TAGS": "a,b"}
    one, two = (Machine(tmp_path / name, server, {scope: 1}, **said) for name in ("1", "2"))
    other = Machine(tmp_path / "3", server, {"project:else": 1}, HAMR_PROJECT="else")
    one.call(colour)
    with pytest.raises(BudgetSpent):
        two.call(colour)
    other.call(colour)


def test_what_a_machine_without_budgets_spends_counts_for_others(tmp_path: Path, server: Any, colour: Colour) -> None:
    Machine(tmp_path / "1", server, {}).call(colour, 3)
    with pytest.raises(BudgetSpent):
        Machine(tmp_path / "2", server).call(colour)


def test_what_is_held_for_a_call_under_way_is_no_longer_there(
    tmp_path: Path, server: Any, scripted: ScriptedTransport, colour: Colour
) -> None:
    one, two = Machine(tmp_path / "1", server), Machine(tmp_path / "2", server)
    scripted.play(PIECES, HI, HI)
    with one.client.stream("hi", MODEL, max_tokens=2) as stream:
        next(iter(stream))
        with pytest.raises(BudgetSpent, match=r"\$0.00 is spent, \$2.00 is held for calls under way"):
            two.call(colour, max_tokens=2)
    assert isinstance(stream, Stream)
    one.call(colour)  # what the stream came to is owed, and goes along
    two.call(colour)


def test_what_was_held_comes_back_where_a_call_costs_less_or_nothing(
    tmp_path: Path, server: Any, scripted: ScriptedTransport, colour: Colour
) -> None:
    one, two = Machine(tmp_path / "1", server), Machine(tmp_path / "2", server)
    one.call(colour, max_tokens=3)
    scripted.play(Answer((b"{}",), 401))
    with pytest.raises(Exception, match="401"):
        one.call(colour, max_tokens=2)
    scripted.play_always(HI)
    two.call(colour, 2)
    with pytest.raises(BudgetSpent):
        one.call(colour)


def test_a_budget_holds_however_many_call_at_once(tmp_path: Path, server: Any) -> None:
    machines = [Machine(tmp_path / str(number), server, {"all": 6}) for number in range(4)]
    outcomes: list[bool] = []

    def calls(machine: Machine) -> None:
        for _ in range(4):
            try:
                machine.call(Colour("sync"))
            except BudgetSpent:
                outcomes.append(False)
            else:
                outcomes.append(True)

    threads = [threading.Thread(target=calls, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count(True), len(outcomes)) == (6, 16)


def test_while_the_server_is_lost_each_machine_counts_for_itself(tmp_path: Path, server: Any, colour: Colour) -> None:
    one, two = Machine(tmp_path / "1", server), Machine(tmp_path / "2", server)
    one.call(colour)
    server.kill()
    one.call(colour, 2)
    with pytest.raises(BudgetSpent):
        one.call(colour)
    assert sum("budgets are kept on this machine alone until" in text for text in one.told) == 1
    assert server.url not in "".join(one.told)
    server.start()  # with nothing in it: what was spent before is known to each machine alone
    with pytest.raises(BudgetSpent):
        one.call(colour)
    assert any("is back" in text for text in one.told)
    two.call(colour)
    with pytest.raises(BudgetSpent):
        two.call(colour)  # the two dollars that the other has spent meanwhile came along


def test_a_server_lost_in_mid_call_loses_no_answer(tmp_path: Path, server: Any, scripted: ScriptedTransport) -> None:
    one, two = Machine(tmp_path / "1", server, {"all": 2}), Machine(tmp_path / "2", server, {"all": 2})
    scripted.play(PIECES)
    with one.client.stream("hi", MODEL, max_tokens=2) as stream:
        next(iter(stream))
        server.kill()
        assert stream.response.text == "Hi"
    server.start()
    scripted.play_always(HI)
    with pytest.raises(BudgetSpent):
        one.call(Colour("sync"), max_tokens=2)
    two.call(Colour("sync"))


@pytest.mark.parametrize("said", ["open", "closed"])
def test_what_counts_meanwhile_is_as_the_user_wants(tmp_path: Path, server: Any, colour: Colour, said: str) -> None:
    machine = Machine(tmp_path, server, {"all": 1}, HAMR_STATE_ON_FAILURE=said)
    server.kill()
    if said == "closed":
        with pytest.raises(StateLost, match="whether a budget has room cannot be told"):
            machine.call(colour)
        return
    machine.call(colour, 3)
    assert any("budgets are not kept until" in text for text in machine.told)


def test_hamr_budget_shows_what_all_machines_have_spent(
    tmp_path: Path, server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from hamr.cli.main import main

    one = Machine(tmp_path / "1", server)
    one.call(Colour("sync"), 2)
    two = tmp_path / "2"
    two.mkdir()
    monkeypatch.setenv("HAMR_STATE_DIR", str(two))
    monkeypatch.setenv("HAMR_CONFIG_DIR", str(two))
    monkeypatch.setenv("HAMR_STATE_URL", server.url)
    for arguments in (["budget", "set", "all", "3", "--json"], ["budget", "--json"]):
        assert main(arguments) == 0
        (budget,) = json.loads(capsys.readouterr().out)["budgets"]
        assert (budget["spent"], budget["left"]) == (2.0, 1.0)
    server.kill()
    assert main(["budget", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["budgets"][0]["spent"] == 0.0
    assert "budgets are kept on this machine alone" in printed.err
