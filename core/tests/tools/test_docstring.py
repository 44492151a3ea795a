"""Docstrings in the three manners."""

from __future__ import annotations

import pytest

from hamr.tools.docstring import Docstring, read

GOOGLE = """The weather in a city,
    right now.

    More of it.

    Args:
        city (str): The name: as in
            English.
        units: Of temperature.

        *rest: What else.

    Returns:
        text: what it is.
    """
NUMPY = """The weather in a city,
    right now.

    Parameters
    ----------
    city : str, optional
        The name: as in
        English.
    units, unit
        Of temperature.

    Returns
    -------
    str
        what it is
    """
SPHINX = """The weather in a city,
    right now.

    :param city: The name: as in
        English.
    :param str units: Of temperature.
    :type city: str
    :returns: what it is
    """


@pytest.mark.parametrize("text", [GOOGLE, NUMPY, SPHINX])
def test_the_manners(text: str) -> None:
    said = read(text)
    assert said.summary == "The weather in a city, right now."
    assert said.parameters["city"] == "The name: as in English."
    assert said.parameters["units"] == "Of temperature."
    assert "text" not in said.parameters
    assert "str" not in said.parameters


def test_names_that_share_a_line() -> None:
    assert read(NUMPY).parameters["unit"] == "Of temperature."


def test_google_goes_on_after_an_empty_line() -> None:
    assert read(GOOGLE).parameters["rest"] == "What else."


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_is_said(text: str | None) -> None:
    assert read(text) == Docstring()


def test_parameters_at_once() -> None:
    assert read("\n    Args:\n        a: first\n    ") == Docstring("", {"a": "first"})
    assert read("Do it.\n:param a: first") == Docstring("Do it.", {"a": "first"})
