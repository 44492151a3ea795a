"""The book outlives whoever writes it, and whatever befalls its file."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest

from hamr import BudgetSpent, Hamr, HamrError
from hamr.spend.budget import Budget, scopes
from hamr.spend.ledger import Account, Full, Ledger
from hamr.spend.money import whole
from hamr.spend.reckoning import Sum
from hamr.spend.spending import FILE
from hamr.types import Usage
from hamr_testkit.colours import Colour

KILLS = 25
"""How many processes are killed one after the other at one book."""
ROUNDS = int(os.environ.get("HAMR_TEST_KILLS", str(KILLS))) // KILLS
"""Each death costs a start of Python, so that a thousand of them are for whoever asks for it."""
WRITER = """
import sys
from decimal import Decimal
from hamr.spend.budget import Budget, scopes
from hamr.spend.ledger import Account
from hamr.spend.reckoning import Sum
from hamr.spend.spending import ledger
from hamr.types import Usage
book = ledger({"HAMR_STATE_DIR": sys.argv[1]})
account = Account("", ("t",), "-", "acme", "m", scopes("", ("t",), "-", "acme"))
most, came = Sum(Usage(output=5), 5 * 10**12, 5 * 10**12, ""), Sum(Usage(output=1), 10**12, 10**12, "")
while True:
    book.settle(book.reserve(account, most, [Budget("all", Decimal(10**6), "total")]), account, came)
    sys.stdout.write("settled\\n")
    sys.stdout.flush()
"""
ALL = Budget("all", Decimal(10**6), "total")
WHO = Account("", (), "-", "acme", "m", scopes("", (), "-", "acme"))
DOLLAR = 10**12


def writer(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("again", range(ROUNDS))
def test_a_killed_process_loses_no_settled_call_and_holds_nobody_up(tmp_path: Path, again: int) -> None:
    told = 0
    for _ in range(KILLS):
        with writer(tmp_path) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(random.uniform(0, 0.02))
            process.send_signal(signal.SIGKILL)
            told += 1 + len(process.stdout.read().split())
    book = Ledger(str(tmp_path / FILE), time.time)
    number = book.reserve(WHO, Sum(Usage(), DOLLAR, DOLLAR, ""), [ALL])
    assert isinstance(number, int), "nothing is locked"
    book.settle(number, WHO, None)
    spent = book.spent(ALL)
    left = book.reserve(WHO, Sum(Usage(), 0, 10**6 * DOLLAR, ""), [ALL])
    assert left == Full(ALL, spent, 0), "of the dead nobody is waited for"
    book.database.close()
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    sums = "SUM(charged = :sum), SUM(charged = 5 * :sum), SUM(charged), (SELECT COUNT(*) FROM tags)"
    settled, held, total, tags = database.execute(f"SELECT {sums} FROM calls", {"sum": DOLLAR}).fetchone()
    database.close()
    assert told <= settled <= told + KILLS, "no more than each of them had not told yet"
    assert held <= KILLS, "no more than each of them held at its death"
    assert total == spent == (settled + 5 * held) * DOLLAR
    assert tags == settled + held


def test_a_process_whose_folder_is_removed_ends_in_silence(tmp_path: Path) -> None:
    removing = WRITER.replace("while True:", "import shutil\nfor _ in range(1):").replace('"settled\\n"', "'settled'")
    script = f"{removing}\nshutil.rmtree(sys.argv[1])\n"
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "state")], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "settled", "")


def environ(folder: Path) -> dict[str, str]:
    price = '[[model]]\nid = "sim/echo"\nmax_tokens = 100\n[[model.price]]\ninput = 1000\noutput = 1000\n'
    (folder / "models.toml").write_text(price)
    return {"HAMR_STATE_DIR": str(folder), "HAMR_CONFIG_DIR": str(folder), "HAMR_SPEND": "1"}


def test_a_book_that_is_spoilt_is_set_aside_told_of_and_begun_anew(
    colour: Colour, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but as long as a header of one would be" * 100)
    with Hamr(environ=environ(tmp_path), budgets={"all": 1}) as client:
        assert colour.call(client, "hi", "sim/echo").text
        told = capsys.readouterr().err
        assert "is corrupt" in told
        assert "begun anew" in told
        assert colour.call(client, "hi", "sim/echo").text
        assert "corrupt" not in capsys.readouterr().err, "it is told once"
    [kept] = tmp_path.glob(f"{FILE}.corrupt-*")
    assert kept.read_bytes().startswith(b"no database")
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_page_of_it_that_is_spoilt_is_found_too(tmp_path: Path) -> None:
    book = Ledger(str(tmp_path / FILE), time.time)
    for _ in range(300):
        book.settle(None, WHO, Sum(Usage(), DOLLAR, DOLLAR, "x" * 100))
    book.database.write(lambda db: db.execute("SELECT 1"))
    book.database.close()
    with (tmp_path / FILE).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for place in range(4096, size, 4096):
            file.seek(place)
            file.write(b"\xff" * 512)
    again = Ledger(str(tmp_path / FILE), time.time)
    assert again.spent(ALL) == 0
    assert "begun anew" in again.database.news[0]


def test_where_the_disk_is_full_a_budget_has_no_room_and_other_calls_are_made(tmp_path: Path) -> None:
    script = f"""
import resource, sys
from hamr import Hamr, HamrError
environ = {environ(tmp_path)!r}
with Hamr(environ=environ) as client:
    for _ in range(3):
        client.call("hi", "sim/echo")
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    print(client.call("hi", "sim/echo").text)
with Hamr(environ=environ, budgets={{"all": 100}}) as client:
    try:
        client.call("hi", "sim/echo")
    except HamrError as error:
        print(type(error).__name__, error.message)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    answer, refusal, *_ = [*ran.stdout.splitlines(), "", ""]
    assert "hi" in answer, ran.stderr
    assert "what a call cost was not written" in ran.stderr or "what calls cost is not kept" in ran.stderr
    assert refusal.startswith("HamrError whether a budget has room cannot be told: "), ran.stdout + ran.stderr
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("SELECT COUNT(*) FROM calls").fetchone() == (3,)
    database.close()


def test_a_folder_in_its_place_is_told(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with (
        Hamr(environ=environ(tmp_path), budgets={"all": 100}) as client,
        pytest.raises(HamrError, match="Is a directory"),
    ):
        colour.call(client, "hi", "sim/echo")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_one_that_may_not_be_read_is_told(colour: Colour, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"")
    tmp_path.chmod(0o500)
    (tmp_path / FILE).chmod(0)
    with Hamr(environ=environ(tmp_path), budgets={"all": 100}) as client, pytest.raises(HamrError, match="denied"):
        colour.call(client, "hi", "sim/echo")


def test_one_of_a_later_version_is_left_alone(colour: Colour, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / FILE)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with (
        Hamr(environ=environ(tmp_path), budgets={"all": 100}) as client,
        pytest.raises(HamrError, match="another version"),
    ):
        colour.call(client, "hi", "sim/echo")
    database = sqlite3.connect(tmp_path / FILE)
    assert database.execute("PRAGMA user_version").fetchone() == (99,)
    assert database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)
    database.close()


def test_a_clock_that_is_set_back_takes_nothing_out_of_a_budget_for_good(tmp_path: Path) -> None:
    now = 1_800_000_000.0
    book = Ledger(str(tmp_path / FILE), lambda: now)
    day = Budget("all", Decimal(10), "day")
    number = book.reserve(WHO, Sum(Usage(), 9 * DOLLAR, 9 * DOLLAR, ""), [day, ALL])
    assert isinstance(number, int)
    now -= 3 * 86_400
    book.settle(number, WHO, Sum(Usage(), 4 * DOLLAR, 4 * DOLLAR, ""))
    assert (book.spent(ALL), book.spent(day)) == (4 * DOLLAR, 4 * DOLLAR)
    now += 3 * 86_400
    assert book.spent(day) == 0, "it is charged to the day on which it ended"
    assert book.spent(ALL) == whole(Decimal(4))


def test_a_budget_that_is_spent_says_so_in_both_colours(colour: Colour, tmp_path: Path) -> None:
    with Hamr(environ=environ(tmp_path), budgets={"tag:x": "0.15"}, tags=["x"]) as client:
        colour.call(client, "hi", "sim/echo", max_tokens=1)
        with pytest.raises(BudgetSpent, match="the budget of"):
            colour.call(client, "hi " * 500, "sim/echo", max_tokens=1)
