"""The form of every Jacobian of the zoo against the catalogue: which blocks are 0, diagonal or full, what is affine.

``catalogue_structure.json`` has for every cell whether the step is affine in its states, which states are given for
that, whether they act on each other entry by entry, and the form of every block.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symrnn.derivation import derive
from symrnn.jacobian import StepJacobian
from symrnn.zoo import zoo

CATALOGUE = json.loads(Path(__file__).with_name("catalogue_structure.json").read_text(encoding="utf-8"))
FORMS = ("zero", "diagonal", "full")
# Where the catalogue says something else, and why.
DIFFERENT = {
    # It takes the derivative of a step function, which is 0; what is propagated is the declared one.
    ("lif", "s", "s"): "full",
    ("lif", "s", "v"): "diagonal",
    ("skip_rnn", "h", "v"): "full",
    # It leaves out that m_t is the larger of m_{t-1} + log f and the input gate; its slstm has that block.
    ("mlstm", "m", "m"): "diagonal",
}


def forms(jacobian: StepJacobian) -> dict[tuple[str, str], str]:
    """The form of every block between the author's states: the fullest of those between real and imaginary parts."""
    found: dict[tuple[str, str], str] = {}
    for block in (block for row in jacobian.blocks for block in row):
        of, wrt = (name.partition(".")[0] for name in (block.of, block.wrt))
        if "_past[" not in of + wrt:  # the catalogue's states are those of the cell itself
            found[of, wrt] = max(found.get((of, wrt), "zero"), block.sparsity, key=FORMS.index)
    return found


@pytest.mark.parametrize("id", zoo)
def test_the_form_is_that_of_the_catalogue(id: str) -> None:
    said, jacobian = CATALOGUE[id], derive(zoo[id]).jacobian()
    expected = {(of, wrt): form for of, row in said["blocks"].items() for wrt, form in row.items()}
    expected |= {(of, wrt): form for (cell, of, wrt), form in DIFFERENT.items() if cell == id}
    assert forms(jacobian) == expected
    rest = jacobian.given(*said["given"]) if said["given"] else jacobian
    assert rest.affine == said["affine"]
    assert (rest.sparsity != "full") == said["elementwise"]


def test_the_catalogue_is_whole_and_no_difference_is_stale() -> None:
    assert set(CATALOGUE) == set(zoo)
    for (id, of, wrt), form in DIFFERENT.items():
        assert CATALOGUE[id]["blocks"][of][wrt] != form
