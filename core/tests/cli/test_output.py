"""Streams: their width, what they can show, and what happens where they cannot."""

from __future__ import annotations

import io
import json
import sys

import pytest

from hamr.cli import output


@pytest.mark.parametrize(("told", "columns"), [("60", 60), ("5", 20), ("0", 80), ("wide", 80), ("", 80)])
def test_the_width_is_what_columns_says(monkeypatch: pytest.MonkeyPatch, told: str, columns: int) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", told)
    assert output.width() == columns


def test_json_is_readable_where_the_encoding_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, shown in [("utf-8", '"ü☂"\n'), ("latin-1", '"\\u00fc\\u2602"\n'), ("ascii", '"\\u00fc\\u2602"\n')]:
        data = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(data, encoding=encoding))
        output.write_json("ü☂")
        assert data.getvalue().decode(encoding) == shown
        assert json.loads(data.getvalue()) == "ü☂"


def test_a_stream_without_an_encoding_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", told := io.StringIO())
    output.prepare()
    output.write_json("ü")
    assert told.getvalue() == '"ü"\n'


def test_without_standard_error_asides_go_nowhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    output.note("hello")
    output.note_json({"a": 1})
    assert capsys.readouterr() == ("", "")
