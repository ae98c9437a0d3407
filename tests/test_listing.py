"""``symrnn list``: the table of the zoo and its filters."""

from __future__ import annotations

import json
from typing import Any

import pytest

import symrnn
from symrnn.__main__ import main
from symrnn.command import listing
from symrnn.command.table import aligned
from symrnn.lower import lower


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line; exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_list(said: Any) -> None:
    code, out, _ = said("list")
    assert code == 0
    head, *lines, _, total = out.splitlines()
    assert head.split() == ["id", "year", "class", "states", "parameters", "evidence", "name"]
    assert [line.split()[0] for line in lines] == list(symrnn.zoo)
    assert total == f"{len(lines)} of {len(symrnn.zoo)} cells"
    lstm = next(line for line in lines if line.startswith("lstm "))
    assert "2000  nonlinear" in lstm and "4*n_h*(n_h + n_x + 1)" in lstm and "forget gate" in lstm


def test_list_as_json(said: Any) -> None:
    code, out, _ = said("list", "--json", "--year", "2000")
    assert code == 0
    (lstm,) = (entry for entry in json.loads(out) if entry["id"] == "lstm")
    assert (lstm["class"], lstm["year"], lstm["classes"]) == ("LSTM", 2000, ["nonlinear"])
    assert lstm["states"] == {"h": ["n_h"], "c": ["n_h"]} and lstm["arrays"] == ["W", "U", "b"]
    assert lstm["parameters"] == "4*n_h*(n_h + n_x + 1)" and "Gers" in lstm["reference"]


def listed(said: Any, *arguments: str) -> set[str]:
    code, out, _ = said("list", "--json", *arguments)
    assert code == 0
    return {entry["id"] for entry in json.loads(out)}


def test_list_filters(said: Any) -> None:
    everything = set(symrnn.zoo)
    linear, nonlinear = listed(said, "--class", "linear"), listed(said, "--class", "nonlinear")
    assert linear | nonlinear == everything and not linear & nonlinear
    assert {"mingru", "rwkv4"} <= linear and {"lstm", "slstm"} <= nonlinear
    assert listed(said, "--class", "linear,stabiliser") == {"mlstm", "rwkv4"}
    early, late = listed(said, "--year", "-2013"), listed(said, "--year", "2014-")
    assert early | late == everything and not early & late and {"elman", "lstm"} <= early
    assert listed(said, "--year", "2014-2015") == listed(said, "--year", "2014") | listed(said, "--year", "2015")
    assert {"s4d", "lru"} <= listed(said, "--state", "complex") < listed(said)
    assert "S4D".lower() in listed(said, "--state", "matrix") and "lstm" not in listed(said, "--state", "matrix")
    assert listed(said, "--state", "scalar") >= {"mlstm"}
    assert listed(said, "--evidence", "recalled") == listed(said, "--evidence", "recalled-from-paper")
    assert listed(said, "hochreiter", "--year", "1997") == {"lstm_original"}
    assert said("list", "no such word anywhere")[1].startswith("no cell of the")


def test_nothing_is_computed_of_what_is_not_shown(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(listing, "lower", lambda record: asked.append(record.id) or lower(record))
    assert listed(said, "--year", "1990") == set(asked) != set()


def test_what_the_zoo_leaves_out(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("list", "--missing")[1].startswith("none: every cell of the catalogue is in the zoo")
    assert json.loads(said("list", "--missing", "--json")[1]) == {}
    doc = "The zoo.\n\nLeft out:\n\n- odd_cell: nobody knows its equations\n- other: needs a sort\n"
    monkeypatch.setattr(symrnn.zoo, "__doc__", doc)
    assert said("list", "--missing")[1].splitlines() == [
        "odd_cell  nobody knows its equations",
        "other     needs a sort",
    ]


@pytest.mark.parametrize("width", [60, 100, 150, 400])
def test_a_table_fits_its_terminal(width: int) -> None:
    rows = [listing.HEAD, *(row.columns() for row in listing.rows(listing.Filters()))]
    lines = aligned(listing.fitted(rows, width)).splitlines()
    assert max(map(len, lines)) <= max(width, 60)
    assert [line.split()[0] for line in lines[1:]] == list(symrnn.zoo), "an id is never cut"
    assert ("forget gate" in "\n".join(lines)) == (width == 400)
