"""Equations as papers, documentation and notes write them, each with the reading and the messages it has to get."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import symrnn

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "corpus.json").read_text(encoding="utf-8"))
IDS = [entry["id"] for entry in CORPUS]


@pytest.mark.parametrize("entry", CORPUS, ids=IDS)
def test_the_reading(entry: dict[str, Any]) -> None:
    reading = symrnn.read(entry["latex"])
    placed = sorted((item.span.start, item.text) for item in (*reading.equations, *reading.claims))
    if entry["reading"] == ["error"]:
        assert not placed and [d.severity for d in reading.diagnostics] == ["error"]
    else:
        assert [text for _, text in placed] == entry["reading"]


@pytest.mark.parametrize("entry", CORPUS, ids=IDS)
def test_the_messages(entry: dict[str, Any]) -> None:
    found = {(d.code, d.severity) for d in symrnn.read(entry["latex"]).diagnostics}
    assert {tuple(pair) for pair in entry["codes"]} <= found


@pytest.mark.parametrize("entry", [entry for entry in CORPUS if "caret" in entry], ids=lambda entry: entry["id"])
def test_a_malformed_equation_is_refused_at_its_place(entry: dict[str, Any]) -> None:
    (message,) = symrnn.read(entry["latex"]).diagnostics
    assert entry["latex"][message.column - 1 :].startswith(entry["caret"])
    line, carets = message.excerpt.splitlines()
    assert line[carets.index("^") :].startswith(entry["caret"])


def test_nothing_is_an_error_that_the_corpus_does_not_call_one() -> None:
    for entry in CORPUS:
        expected = {code for code, severity in entry["codes"] if severity == "error"}
        found = {d.code for d in symrnn.read(entry["latex"]).diagnostics if d.severity == "error"}
        assert found == expected, entry["id"]
