"""What a text claims is found and told from what it defines; whether it is true is another matter."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.reading import note
from symrnn.reading.claim import KINDS
from symrnn.reading.traversal import walk
from symrnn.reading.tree import (
    Accented,
    Adjoint,
    Function,
    Grid,
    Group,
    Interval,
    Name,
    Partial,
    Scripted,
    Symbol,
    Time,
)

CELL = r"$$h_t = \tanh(W x_t + U h_{t-1} + b)$$"


@pytest.mark.parametrize(
    ("tex", "kind", "text"),
    [
        (r"\frac{\partial h_t}{\partial h_{t-1}} = U", "derivative", "d(h[t])/d(h[t-1]) == U"),
        (r"\frac{\mathrm{d} h_t}{\mathrm{d} h_{t-1}} = U", "derivative", "d(h[t])/d(h[t-1]) == U"),
        (r"\partial h_t / \partial h_{t-1} = U", "derivative", "d(h[t])/d(h[t-1]) == U"),
        (
            r"\frac{\partial h_t}{\partial h_k} = \prod_{j=k+1}^{t} U^\top \mathrm{diag}(1 - h_j^2)",
            "derivative",
            "d(h[t])/d(h[k]) == prod(U.T @ diag(1 - h[j] ** 2), j, k + 1, t)",
        ),
        (r"\tanh'(x) = 1 - \tanh^2(x)", "derivative", "tanh'(x) == 1 - tanh(x) ** 2"),
        (r"\frac{\partial L}{\partial W} = \delta_t x_t^\top", "adjoint", "delta(W) == delta()[t] @ x[t].T"),
        (r"\frac{\partial \mathcal{L}}{\partial h_t} = y_t", "adjoint", "delta(h[t]) == y[t]"),
        (r"\nabla_{W} L = z_t x_t^\top", "adjoint", "delta(W) == z[t] @ x[t].T"),
        (r"\delta h_{t-1} = U^\top \delta z_t", "adjoint", "delta(h[t-1]) == U.T @ delta(z[t])"),
        (r"dU \mathrel{+}= dz_t h_{t-1}^T", "adjoint", "delta(U) += delta(z[t]) @ h[t-1].T"),
        (r"\delta_t = U^\top \delta_{t+1} \odot (1 - h_t^2)", "adjoint", None),
        (r"\delta^h_t = U^\top \delta^h_{t+1}", "adjoint", "delta(h[t]) == U.T @ delta(h[t+1])"),
        (r"\delta 8 = \delta 7 + \delta 4", "adjoint", "delta(8) == delta(7) + delta(4)"),
        (r"|h_t| \le 1", "range", "abs(h[t]) <= 1"),
        (r"\tanh \in (-1, 1)", "range", "tanh in (-1, 1)"),
        (r"h_t \in [-1, 1)", "range", "h[t] in [-1, 1)"),
        (r"h_t \to x_t \quad \text{when } U \to 0", "limit", "h[t] -> x[t] when U -> 0"),
        (r"\lim_{x \to \infty} \sigma(x) = 1", "limit", "limit(sigmoid(x), x, inf) == 1"),
        (r"\#\text{parameters} = n(n + m + 1)", "count", "count() == n * (n + m + 1)"),
        (r"\mathrm{RNN} \equiv \mathrm{Elman}", "equivalence", "RNN == Elman"),
    ],
)
def test_a_claim(tex: str, kind: str, text: str | None) -> None:
    reading = note.read(f"{CELL}\n\n$${tex}$$\n")
    (claim,) = reading.claims
    assert claim.kind == kind and kind in KINDS
    assert text is None or claim.text == f"claim: {text}"
    assert claim.line == 3 and len(reading.equations) == 1
    for side in (claim.left, claim.right):
        assert not [node for node in walk(side) if isinstance(node, Symbol | Scripted | Accented | Group | Grid)]


def test_a_chain_of_inequalities_is_several_claims() -> None:
    claims = note.read(f"{CELL}\n\n$$0 < \\sigma'(x) \\le \\frac14$$\n").claims
    assert [claim.relation for claim in claims] == ["<", "<="]


def test_what_the_nodes_hold() -> None:
    claims = r"\frac{\partial h_t}{\partial h_{t-1}} = U,\quad dW = dh_t,\quad \tanh \in [-1, 1]"
    text = f"{CELL}\n\n$${claims}$$\n"
    derivative, adjoint, interval = note.read(text).claims
    assert derivative.left == Partial(Name("h", Time("t")), Name("h", Time("t", -1)))
    assert adjoint.left == Adjoint(Name("W")) and adjoint.right == Adjoint(Name("h", Time("t")))
    assert interval.left == Function("tanh") and isinstance(interval.right, Interval)
    assert interval.right.closed == (True, True)


def test_a_claim_belongs_to_the_cell_that_has_its_names() -> None:
    lstm, gru = symrnn.zoo["lstm"].latex(), symrnn.zoo["gru_note"].latex()
    claims = "\\frac{\\partial c_t}{\\partial c_{t-1}} = f_t"
    reading = note.read(f"# LSTM\n$$\n{lstm}\n$$\n# GRU\n$$\n{gru}\n$$\n# Claims\n$${claims}$$\n$$z_t > 0$$\n")
    assert [claim.cell for claim in reading.claims] == reading.cells


def test_conditions_are_kept() -> None:
    (claim,) = note.read(f"{CELL}\n\n$$h_t \\to h_{{t-1}} \\text{{ as }} W \\to 0, b \\to 0$$\n").claims
    assert [(r.op, str(r.left.name)) for r in claim.conditions] == [("to", "W"), ("to", "b")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("tex", "code"),
    [
        (r"\frac{\partial^2 h_t}{\partial h_{t-1}} = 0", "UNSUPPORTED"),
        (r"\nabla L = 0", "UNSUPPORTED"),
        (r"\nabla_{W} x_t = 0", "UNSUPPORTED"),
        (r"\lim \sigma(x) = 1", "PARSE-ERROR"),
        (r"\sqrt[3]{x_t} = 1", "UNSUPPORTED"),
        (r"x_t \notin \{1\}", "UNSUPPORTED"),
        (r"h_{1:t} = 0", "UNSUPPORTED"),
        (r"\frac{1}{2", "PARSE-ERROR"),
        (r"y_t = \begin{bmatrix} W & U \\ V & b \end{bmatrix} x_t", "UNSUPPORTED"),
        (r"y_t = \overline{x_t + h_t}", "UNSUPPORTED"),
        (r"y_t = (x_t + h_t)_{2}", "UNSUPPORTED"),
        (r"y_t = \left(x_t \right", "PARSE-ERROR"),
        (r"y_t = x_t +", "PARSE-ERROR"),
        (r"y_t = x_t^", "PARSE-ERROR"),
        (r"y_t = {}", "PARSE-ERROR"),
        (r"y_t = \begin{cases} x_t", "PARSE-ERROR"),
        (r"y_t = \dots", "UNSUPPORTED"),
        (r"y_t^{t-1} = x_t", "PARSE-ERROR"),
        (r"y_t = (x_t]", None),
        (r"5 = x_t", "UNSUPPORTED"),
        (r"y_t = \left\{ x_t, h_t", "PARSE-ERROR"),
        (r"\begin{align} y_t = x_t", None),
        (r"y_t = |x_t", "PARSE-ERROR"),
        (r"y_t = W^{\dagger} x_t", "UNSUPPORTED"),
    ],
)
def test_what_is_not_read_is_said(tex: str, code: str | None) -> None:
    found = {d.code for d in note.read(f"$${tex}$$\n").diagnostics}
    assert code is None or code in found
