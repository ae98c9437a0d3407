"""A note in Markdown with two cells, claims, and an index that is one step off."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.reading import note

NOTE = Path(__file__).parent / "note.md"


@pytest.fixture(scope="module")
def reading() -> note.Reading:
    return note.read(NOTE)


def test_all_twelve_displays_are_read(reading: note.Reading) -> None:
    assert len(reading.equations) == 11 and len(reading.claims) == 2
    assert [cell.name for cell in reading.cells] == ["LSTM", "GRU"]
    assert [e.cell for e in reading.equations] == [""] + ["LSTM"] * 6 + ["GRU"] * 4


def test_every_equation_knows_its_place(reading: note.Reading) -> None:
    lines = NOTE.read_text(encoding="utf-8").splitlines()
    for equation in reading.equations:
        assert lines[equation.line - 1][equation.column - 1 :].startswith(equation.tex.splitlines()[0][:10])


def test_the_claims_are_about_the_cell_that_has_their_names(reading: note.Reading) -> None:
    assert [claim.text for claim in reading.claims] == [
        "claim: d(c[t])/d(c[t-1]) == f[t]",
        "claim: d(h[t])/d(h[t-1]) == o[t]",
    ]
    assert {claim.cell for claim in reading.claims} == {reading.cells[0]}


def test_the_early_candidate_is_reported_where_it_is_read(reading: note.Reading) -> None:
    (message,) = [d for d in reading.diagnostics if d.severity == "warning"]
    text = NOTE.read_text(encoding="utf-8").splitlines()[message.line - 1]
    assert message.code == "INTERMEDIATE-AT-PREVIOUS-STEP"
    assert text[message.column - 1 :] == "h_{t-1}'"
    assert "h_t'" in message.message and message.excerpt.splitlines()[1].strip() == "^" * 8
    assert message.fix == "h[t] = z[t] * h[t-1] + (1 - z[t]) * h_prime[t]"


def test_as_written_the_candidate_is_a_second_state(reading: note.Reading) -> None:
    assert [state.name for state in reading.cells[1].states] == ["h", "h_prime"]


def test_the_corrected_cell_is_the_one_of_the_zoo() -> None:
    cell = note.read(NOTE, fix=["h_t'"]).cells[1]
    assert [state.name for state in cell.states] == ["h"]
    result = symrnn.equivalent(cell, symrnn.zoo["gru_note"], mapping={"W_h": "W", "U_h": "U"})
    assert result.verdict == "proved", result


@pytest.mark.parametrize("fix", [[], ["h_t'"]], ids=["as written", "corrected"])
def test_the_kernels_compute_what_the_note_says(fix: list[str]) -> None:
    """One step of the emitted GRU against the note's four lines typed out in NumPy."""
    cell = note.read(NOTE, fix=fix).cells[1]
    module = symrnn.build(cell)
    rng = np.random.default_rng(3)
    params = module.init(n_x=2, n_h=3, rng=rng)
    x = rng.normal(size=(2, 1, 2))
    y, *_ = module.forward(params, x)
    p = module.unpack(params)

    def sigma(v: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-v))

    h, old = np.zeros(3), np.zeros(3)
    for step in range(2):
        z = sigma(p["W_z"] @ x[step, 0] + p["U_z"] @ h)
        r = sigma(p["W_r"] @ x[step, 0] + p["U_r"] @ h)
        candidate = np.tanh(p["W"] @ x[step, 0] + r * (p["U"] @ h))
        h = z * h + (1 - z) * (candidate if fix else old)
        old = candidate
        np.testing.assert_allclose(y[step, 0], h, rtol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize(("fix", "index"), [([], 0), ([], 1), (["h_t'"], 1)])
def test_the_cells_are_verified(fix: list[str], index: int) -> None:
    assert symrnn.verify(note.read(NOTE, fix=fix).cells[index]).verdict == "VERIFIED"
