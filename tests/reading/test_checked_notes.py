"""Notes read and judged: the public ``read``, ``symrnn read`` and ``check``, notes in the place of a cell, and what is
found in the equations of six public texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import symrnn
from symrnn.__main__ import main
from symrnn.errors import UsageError
from symrnn.loading import find, find_texts

TEXTS = Path(__file__).parent / "texts"
FOUND = json.loads((TEXTS / "found.json").read_text(encoding="utf-8"))
LSTM = r"""
# LSTM

$$ i_t = \sigma(W_i x_t + U_i h_{t-1} + b_i), \quad f_t = \sigma(W_f x_t + U_f h_{t-1} + b_f) $$
$$ g_t = \tanh(W_g x_t + U_g h_{t-1} + b_g), \quad o_t = \sigma(W_o x_t + U_o h_{t-1} + b_o) $$
$$ c_t = f_t \odot c_{t-1} + i_t \odot g_t $$
$$ h_t = o_t \odot \tanh(c_t) $$
"""
CLAIMS = r"""
Claims:

$$ \frac{\partial c_t}{\partial c_{t-1}} = f_t $$
$$ \frac{\partial h_t}{\partial h_{t-1}} = o_t $$
$$ \delta o_t = \delta h_t \odot \tanh(c_t) $$
$$ \delta i_t = \delta c_t \odot f_t $$
$$ \sigma'(x) \le \frac14 $$
$$ \lim_{f_t \to 0} c_t = i_t \odot g_t $$
$$ \delta 8 = \delta 7 \cdot \delta 4 $$
"""
GRU = r"""
# GRU

$$ z_t = \sigma(W_z x_t + U_z h_{t-1}) $$
$$ r_t = \sigma(W_r x_t + U_r h_{t-1}) $$
$$ h_t' = \tanh(W x_t + r_t \odot U h_{t-1}) $$
$$ h_t = z_t \odot h_{t-1} + (1 - z_t) \odot h_{t-1}' $$
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.md"
    path.write_text(LSTM + CLAIMS + GRU, encoding="utf-8")
    return path


def run(capsys: Any, *arguments: object) -> tuple[int, str, str]:
    code = 0
    try:
        main([str(a) for a in arguments])
    except SystemExit as error:
        code = int(error.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_the_claims_of_a_text_have_verdicts_and_evidence() -> None:
    reading = symrnn.read(LSTM + CLAIMS)
    verdicts = [claim.verdict for claim in reading.claims]
    assert verdicts == ["holds_with", "false", "holds", "false", "holds", "holds", "false"]
    assert reading.claims[0].text == "claim: d(c[t])/d(c[t-1]) == f[t]"
    assert reading.claims[0].evidence.assumption == "h[t-1] held fixed"
    assert reading.claims[3].evidence.hint.startswith("g[t] for f[t]")
    codes = [(d.code, d.line, d.severity) for d in reading.diagnostics if d.code.startswith("CLAIM")]
    line = LSTM.count("\n") + CLAIMS[: CLAIMS.index(r"$$ \frac{\partial c_t}")].count("\n") + 1
    assert codes == [
        ("CLAIM-PARTIAL-ONLY", line, "warning"),
        ("CLAIM-FALSE", line + 1, "error"),
        ("CLAIM-FALSE", line + 3, "error"),
        ("CLAIM-FALSE", line + 6, "error"),
    ]


def test_claims_are_not_among_the_equations() -> None:
    reading = symrnn.read(LSTM + CLAIMS)
    assert len(reading.equations) == 6 and not any(" == " in e.text for e in reading.equations)


def test_a_claim_without_a_cell_is_about_the_oldest_of_the_zoo_with_its_names() -> None:
    text = r"\frac{\delta c_{t}}{\delta c_{t-1}}=f_{t}, \quad \frac{\delta h_{t}}{\delta h_{t-1}}=o_{t}"
    reading = symrnn.read(text)
    assert [claim.verdict for claim in reading.claims] == ["holds_with", "false"]
    assert all("lstm of the zoo" in claim.evidence.convention for claim in reading.claims)
    assert {"CLAIM-PARTIAL-ONLY", "CLAIM-FALSE"} <= {d.code for d in reading.diagnostics}
    lost = symrnn.read(r"\frac{\partial q_t}{\partial q_{t-1}} = 7 w_t")
    assert [claim.verdict for claim in lost.claims] == ["undecided"]


def test_a_reading_prints_everything(note: Path) -> None:
    text = str(symrnn.read(note))
    assert "LSTM\n" in text and "holds with h[t-1] held fixed" in text and "CLAIM-FALSE" in text


def test_check_prints_verdicts_and_fails_where_a_claim_is_false(note: Path, capsys: Any) -> None:
    code, out, err = run(capsys, "check", note)
    assert code == 1 and "4 CLAIM-FALSE" not in err and "3 CLAIM-FALSE" in err
    assert "d(c[t])/d(c[t-1]) == f[t]: holds with h[t-1] held fixed" in out
    assert "INTERMEDIATE-AT-PREVIOUS-STEP" in out and "7 claims" in out


def test_check_of_a_right_note_is_fine(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "right.md"
    path.write_text(LSTM + "$$ \\delta o_t = \\delta h_t \\odot \\tanh(c_t) $$\n", encoding="utf-8")
    code, out, _ = run(capsys, "check", path)
    assert code == 0 and "1 claim (1 holds)" in out


def test_read_and_check_as_data(note: Path, capsys: Any) -> None:
    code, out, _ = run(capsys, "read", note, "--json")
    data = json.loads(out)
    assert code == 1 and [cell["class"] for cell in data["cells"]] == ["LSTM", "GRU"]
    assert data["cells"][1]["states"] == ["h", "h_prime"]
    assert {"text", "verdict", "evidence", "line", "column", "kind", "cell", "file"} == set(data["claims"][0])
    code, out, _ = run(capsys, "check", note, "--json")
    assert [claim["verdict"] for claim in json.loads(out)["claims"]].count("false") == 3
    code, out, _ = run(capsys, "read", note)
    assert code == 1 and "^^^^" in out and "2 cells" in out


def test_bad_usage_is_exit_code_2(note: Path, tmp_path: Path, capsys: Any) -> None:
    assert run(capsys, "read", tmp_path / "nothing.md")[0] == 2
    assert run(capsys, "check", note, "--to", "pdf")[0] == 2
    code, _, err = run(capsys, "show", note)
    assert code == 2 and f"{note}#LSTM" in err and f"{note}#GRU" in err
    code, _, err = run(capsys, "show", f"{note}#nothing")
    assert code == 2 and "say which cell" in err
    empty = tmp_path / "empty.md"
    empty.write_text("$$ h_t = \\tanh(W_{h h_{t-1} + b) $$", encoding="utf-8")
    code, _, err = run(capsys, "show", empty)
    assert code == 2 and "no cell" in err and "PARSE-ERROR" in err


def test_a_note_stands_for_its_cells(note: Path, capsys: Any) -> None:
    assert find(f"{note}#LSTM")[1] == symrnn.read(note).cells[0] == find(f"{note}#lstm")[1]
    assert [id for id, _ in find_texts([str(note)])] == ["lstm", "gru"]
    code, out, _ = run(capsys, "show", f"{note}#GRU")
    assert code == 0 and "h_prime" in out


def test_a_note_is_corrected_only_when_the_user_says_so(note: Path) -> None:
    written = find(f"{note}#gru")[1]
    corrected = find(f"{note}#gru", ["h_t'"])[1]
    assert [d.name for d in written.states] == ["h", "h_prime"] and [d.name for d in corrected.states] == ["h"]
    with pytest.raises(UsageError):
        find(f"{note}#gru", "h_t'")


def test_build_of_a_note_writes_its_cells_and_says_what_is_wrong(note: Path, tmp_path: Path, capsys: Any) -> None:
    folder = tmp_path / "built"
    code, out, err = run(capsys, "build", f"{note}#GRU", "-o", folder, "--fix", "h_t'", "--formats", "md")
    assert code == 0 and "GRU: VERIFIED" in out and "INTERMEDIATE" not in err
    certificate = json.loads((folder / "gru" / "certificate.json").read_text(encoding="utf-8"))
    assert certificate["verdict"] == "VERIFIED"
    assert "h_prime[t-1]" not in (folder / "gru" / "gru.py").read_text(encoding="utf-8")


def found(path: Path) -> dict[str, Any]:
    """What a text holds, as it is written down in ``found.json``."""
    reading = symrnn.read(path)
    return {
        "cells": {cell.name: [d.name for d in cell.states] for cell in reading.cells},
        "equations": [equation.text for equation in reading.equations],
        "claims": {
            claim.text.removeprefix("claim: "): claim.head + (f"; {hint}" if (hint := claim.evidence.hint) else "")
            for claim in reading.claims
        },
        "problems": [f"{d.line} {d.code}" for d in reading.diagnostics if d.severity in ("error", "warning")],
    }


@pytest.mark.parametrize("name", sorted(path.name for path in TEXTS.iterdir() if path.suffix != ".json"))
def test_what_is_found_in_public_texts(name: str) -> None:
    assert found(TEXTS / name) == FOUND[name]


def test_every_public_text_is_written_down() -> None:
    assert sorted(FOUND) == sorted(path.name for path in TEXTS.iterdir() if path.suffix != ".json")
