"""Delays: which tick an equation reads, and what is kept for it."""

from __future__ import annotations

import pytest
from refusal import refused

from symrnn.cell import Bias, Cell, Constant, Input, State, Weight
from symrnn.closing import past_names
from symrnn.ops import exp, maximum, tanh
from symrnn.tree import Ref, walk


def read(cell: type[Cell], name: str) -> set[int]:
    """At which lags the equations read a signal."""
    nodes = (node for equation in cell.equations for node in walk(equation.tree))
    return {node.lag for node in nodes if isinstance(node, Ref) and node.name == name}


def test_a_delay_counts_from_t_wherever_it_stands() -> None:
    class Delayed(Cell):
        x = Input()
        h, m = State(), State()
        D = Constant(3)
        W, U = Weight(x), Weight(h)
        m = maximum(m, h.delay(D))
        h = tanh(W.h @ x + W.d @ x.delay(2) + U.h @ h.delay(1)) * exp(m.delay(1) - m)
        h = h - h.delay(2)

    first, second, third = (equation.tree for equation in Delayed.equations)
    assert read(Delayed, "h") == {1, 2, 3} and read(Delayed, "x") == {0, 2} and read(Delayed, "m") == {0, 1}
    # Above and below its equation m is another value, m.delay(1) is the same.
    assert {node for node in walk(first) if isinstance(node, Ref)} == {Ref("m", 1), Ref("h", 3)}
    assert {node for node in walk(second) if isinstance(node, Ref) and node.name == "m"} == {Ref("m", 1), Ref("m")}
    assert set(walk(third)) >= {Ref("h_1"), Ref("h", 2)}
    assert past_names(Delayed.record) == ("x_past", "h_past")
    assert "W_d @ x[t-2]" in str(Delayed) and r"h_{t-3}" in Delayed.latex()
    assert "h_{t-3}" in str(Delayed.sympy()) and "x_{t-2}_1" in str(Delayed.sympy(n_x=2, n_h=1))


def test_one_step_back_needs_no_more_than_the_state() -> None:
    class Once(Cell):
        h = State()
        h = h + h.delay(1)

    assert past_names(Once.record) == () and read(Once, "h") == {1}


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("h = h.delay(0)", "h.delay(0): a delay is a whole number of steps from 1 to 10000"),
        ("h = h.delay(-1)", "h.delay(-1): a delay is a whole number"),
        ("h = h.delay(2.0)", "h.delay(2.0): a delay is a whole number"),
        ("h = h.delay(True)", "h.delay(True): a delay is a whole number"),
        ("h = h.delay(10**9)", "from 1 to 10000"),
        ("a = Constant(0.5); h = h.delay(a)", "a is not an integer Constant"),
        ("h = h.delay(2).delay(2)", "h[t-2] is delayed already; delays are counted from t, so write h.delay(…) once"),
        ("h = W.h @ x.delay(1).delay(1)", "x[t-1] is delayed already"),
        ("r = W.r @ x; h = r.delay(2)", "r[t] is not a state; only states and inputs are remembered. Declare r"),
        ("h = (h + h).delay(1)", "h[t-1] + h[t-1] is not a state"),
        ("h = b.h.delay(1)", "b_h is not a state"),
    ],
)
def test_refused(body: str, part: str) -> None:
    message, line = refused(body)
    assert part in message
    assert line == 5 + len(body.split("; "))


def test_the_names_of_what_is_kept_are_taken() -> None:
    message, line = refused("h_past = W.h @ x; h = tanh(h_past + U.h @ h.delay(2) + b.h)")
    assert message.startswith("Bad: h_past (line 6) is the name of what is kept of h for its delay") and line == 0

    class Free(Cell):
        x = Input()
        h = State()
        W, b = Weight(x), Bias()
        h_past = W.h @ x + b.h
        h = h_past + h

    assert Free.equations[0].name == "h_past"
