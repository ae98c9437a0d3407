"""Documents of cells unlike those of the zoo: what is printed is right, well formed, and fits its page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
import sequences
from jacobian_cells import FastWeights, Leaky, Remembering, ScalarGate, deep
from sequences import Sequence
from test_documents import FORMATS
from test_meaning import slopes

import symrnn
from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Size, State, Vector, Weight
from symrnn.document.content import compose
from symrnn.ops import sigmoid, sqrt, tanh


class Linear(Cell):
    """No function at all, and a state of its own square."""

    x = Input()
    h, q = State(), State()
    W, U = Weight(x), Weight(h)
    h = W.h @ x + U.h @ h
    q = 0.5 * q + (h * q - 1) ** 3


class Layer(Cell):
    """A layer: nothing is carried on."""

    x = Input()
    y = Output()
    W, b = Weight(x, to=3), Bias(to=3)
    y = tanh(W.y @ x + b.y)


class Bare(Cell):
    """No parameters."""

    x = Input(1)
    h = State(1)
    h = tanh(x + 0.5 * h)


class Square(Cell):
    """A matrix-valued state beside its own transpose and beside a scalar."""

    n_k = Size()
    x = Input()
    S = State(n_k, n_k)
    y = Output()
    W, A, s = Weight(x, to=n_k), Matrix(n_k, n_k), Scalar()
    v = W.v @ x
    S = tanh(S.T * A + s * S.T + v @ v.T)
    y = S.T @ v


class Rooted(Cell):
    """Roots, reciprocals and a scalar repeated."""

    x = Input()
    h, m = State(), State(1)
    W, w, p = Weight(x), Weight(h, to=1), Vector()
    m = tanh(w.m @ h + m)
    r = (1 + h * h) ** 0.5
    h_prime = (h - h + m) * tanh(W.h @ x) / r
    h = h_prime * p / sqrt(1 + m * m)


class Wordy(Cell):
    """Names of great length, in a café.

    Reference: É. Ångström, Ł. Čapek, J. Õunapuu, Ünïts, 2020.
    """

    x = Input()
    h = State()
    the_internal_memory_of_the_cell_carried_on_from_step_to_step = State()
    W, kappa = Weight(x), Constant(0.125)
    an_update_gate_that_decides_how_much_of_the_old_is_replaced = sigmoid(W.gate @ x + h)
    the_internal_memory_of_the_cell_carried_on_from_step_to_step = (
        an_update_gate_that_decides_how_much_of_the_old_is_replaced
        * the_internal_memory_of_the_cell_carried_on_from_step_to_step
        + (1 - an_update_gate_that_decides_how_much_of_the_old_is_replaced) * tanh(W.new @ x)
    )
    h = kappa * tanh(the_internal_memory_of_the_cell_carried_on_from_step_to_step)


READ = (FastWeights, Linear, Layer, Square)  # no Greek names, no constants, no mere copies: what the reader can read
CELLS = (*READ, ScalarGate, Leaky, Remembering, deep(6), Bare, Rooted, Wordy)
EACH = pytest.mark.parametrize("cell", CELLS, ids=[f"{c.name}{k}" for k, c in enumerate(CELLS)])


@pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
@pytest.mark.parametrize("cell", READ, ids=[c.name for c in READ])
def test_the_printed_recursion_is_the_gradient(
    cell: type[Cell], accurate: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("n_k", 4), ("n_v", 3), ("3", 3)):
        monkeypatch.setitem(sequences.SIZES, name, size)
    sequence = Sequence(cell, compose(symrnn.derive(cell, accurate=accurate)), seed=3)
    sequence.given = {name: value / 2 for name, value in sequence.given.items()}
    expected, found = slopes(sequence), sequence.backwards()
    assert found.keys() == expected.keys()
    for name, (direction, slope) in expected.items():
        ours = float(np.sum(found[name] * direction * np.ones_like(direction)))
        np.testing.assert_allclose(ours, slope, atol=1e-7 * max(1.0, abs(slope)), rtol=0, err_msg=name)


@EACH
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_well_formed(cell: type[Cell], format: str) -> None:
    for accurate in (False, True) if format == "txt" else (False,):
        text = symrnn.derive(cell, accurate=accurate).to(format)
        if format == "html":
            ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
        elif format == "md":
            assert text.count("```") % 2 == 0
        elif format == "tex":
            bare = re.sub(r"\\[\\{}]", "", text)
            assert bare.count("{") == bare.count("}")
            assert re.findall(r"\\begin\{(\w+)\}", text).count("longtable") == text.count(r"\end{longtable}")
        else:
            assert max(map(len, text.splitlines())) <= 104
        assert "Node(" not in text and "$00" not in text


@EACH
def test_chinese_is_the_same_document(cell: type[Cell]) -> None:
    english, chinese = (symrnn.derive(cell).to("html", lang) for lang in ("en", "zh"))
    maths = [re.findall(r"<math.*?</math>", text, re.DOTALL) for text in (english, chinese)]
    assert sorted(maths[0]) == sorted(maths[1]) and chinese != english


def lines(cell: type[Cell]) -> str:
    """The text without its numbers and with single blanks."""
    return re.sub(r"[ \n]+", " ", symrnn.derive(cell).to("txt"))


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        (Linear, "The step applies no function that is not linear."),
        (Linear, "∂q[t]/∂q[t-1] = diag(1/2 + 3 · h[t] ⊙ (h[t] ⊙ q[t-1] - 1)²)"),
        (Bare, "∂h[t]/∂h[t-1] = 1/2 · (1 - h[t]²)"),
        (ScalarGate, "δm[t] = δ⁺m[t] (1) carry + (δh[t])ᵀ u_h[t]"),
        (ScalarGate, "∂h[t]/∂h[t-1] = g[t] · I_n_h (n_h × n_h) + g[t] · (1 - g[t]) · h[t-1] w_g"),
        (ScalarGate, "δκ = Σ[t=1…T] α · 𝟏ᵀ δh[t]"),
        (ScalarGate, "α constant, 0.5"),
        (Rooted, "δp = Σ[t=1…T] δh[t] ⊙ h′[t] / sqrt(u_h[t])"),
        (Square, "δA = Σ[t=1…T]"),
        (Remembering, "∂u[t]/∂u[t-1] = 0"),
    ],
)
def test_a_line_of_the_page(cell: type[Cell], part: str) -> None:
    assert part in lines(cell)


def test_a_layer_has_nothing_that_arrives_from_the_step_after() -> None:
    text = lines(Layer)
    assert "δʸy[t]: given at every step." in text and "t+1" not in text and "T the derivative" not in text


def test_a_copy_is_an_equation_of_the_canonical_form_too() -> None:
    canonical = lines(Remembering).partition("Canonical form")[2].partition("Local derivatives")[0]
    assert "u[t] = x[t]" in canonical
