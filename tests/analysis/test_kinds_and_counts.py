"""Small cells whose structure is known, and counts of parameters and operations."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
import sympy

import symrnn
from symrnn.analysis.counting import conventions, parameters
from symrnn.analysis.structure import DIAGONAL, ZERO, Structure, structure
from symrnn.cell import Bias, Cell, Input, Scale, State, Vector, Weight
from symrnn.lower import lower
from symrnn.ops import exp, heaviside_st, maximum, round_st, sigmoid, solve, tanh, where
from symrnn.zoo import zoo


@cache
def of(id: str) -> Structure:
    return structure(zoo[id])


def test_what_has_no_derivative_is_still_not_affine() -> None:
    """A Jacobian that is free of the state does not make a step affine: it is declared so, or it jumps."""

    class Spikes(Cell):
        x = Input()
        h = State(x)
        h = heaviside_st(h) + x

    class Rounds(Cell):
        x = Input()
        h = State(x)
        h = round_st(h) + x

    class Chooses(Cell):
        x = Input()
        h = State(x)
        h = where(h > 0, x, -x)

    for cell in (Spikes, Rounds, Chooses):
        found = structure(cell)
        assert not found.affine and not found.linear


def test_a_chain_of_linear_recurrences() -> None:
    class Chain(Cell):
        x = Input()
        c, s = State(x), State(x)
        s = sigmoid(x) * s + x
        c = tanh(s) * c + exp(s)

    found = structure(Chain)
    assert found.linear and not found.affine and found.given == ("s",)

    class Circle(Cell):
        x = Input()
        c, s = State(x), State(x)
        s = sigmoid(c) * s + x
        c = tanh(s) * c + x

    assert not structure(Circle).linear and structure(Circle).elementwise


def test_products_of_two_values_of_the_state() -> None:
    """Bilinear in the state is not affine in it, however the product is written."""

    class Dot(Cell):
        x = Input()
        h = State(x)
        h = (h.T @ h) * x

    class Outer(Cell):
        x = Input()
        h, k = State(x), State(x)
        h = (x @ h.T) @ k
        k = x

    class Solved(Cell):
        x = Input()
        h, S = State(x), State(x, x)
        S = S + x @ x.T
        h = solve(S, h)

    assert not structure(Dot).linear and not structure(Outer).affine
    # k is only the last input; once S is known, the solution is linear in h.
    assert structure(Outer).given == ("k",) and structure(Solved).given == ("S",)


def test_a_running_maximum_is_linear_and_a_maximum_of_two_states_is_not() -> None:
    class Running(Cell):
        x = Input()
        m = State(x)
        m = maximum(m - x, x)

    class Rectified(Cell):
        x = Input()
        m = State(x)
        m = maximum(m * m, x)

    class Doubled(Cell):
        x = Input()
        m = State(x)
        m = maximum(m, x - m)

    assert structure(Running).classes == ("linear", "stabiliser")
    assert structure(Rectified).classes == structure(Doubled).classes == ("nonlinear",)


def test_products_that_cancel_are_seen_through() -> None:
    class Cancels(Cell):
        x = Input()
        h = State(x)
        h = (1 - h) * x + h * (x + 1)

    assert structure(Cancels).affine


def test_a_matrix_of_one_entry_is_diagonal() -> None:
    assert of("mlstm").sparsity("m", "m") == DIAGONAL
    assert of("skip_rnn").sparsity("v", "v") == DIAGONAL


# Counts.


@pytest.mark.parametrize("id", ["lstm", "gru_cudnn", "rhn", "s4d", "clockwork_rnn", "mamba2", "hippo_legs", "retnet"])
def test_the_number_of_parameters_is_that_of_the_kernel(id: str) -> None:
    """Counted in the arrays that the emitted module makes, a complex number as two."""
    found = of(id)
    numbers = {s.name: 3 + k for k, s in enumerate(zoo[id].sizes)}
    made = symrnn.build(zoo[id]).init(**numbers, rng=np.random.default_rng(0))
    count = sum(array.size * (2 if np.iscomplexobj(array) else 1) for array in map(np.asarray, made.values()))
    total = found.parameters + found.fixed
    assert total.xreplace({s: sympy.Integer(numbers[s.name]) for s in total.free_symbols}) == count


def test_a_gru_has_three_quarters_of_an_lstm_under_one_convention() -> None:
    """torch.nn.LSTM has 4 n (d + n + 2), torch.nn.GRU 3 n (d + n + 2); Keras has one bias in an LSTM."""
    lstm, gru = of("lstm"), of("gru_cudnn")
    assert lstm.biases is not None and gru.biases is not None
    assert str(lstm.biases.two_biases) == "4*n_h*(n_h + n_x + 2)"
    for name in ("no_bias", "one_bias", "two_biases"):
        ratio = sympy.cancel(getattr(gru.biases, name) / getattr(lstm.biases, name))
        assert ratio == sympy.Rational(3, 4)
    assert sympy.cancel(gru.parameters / lstm.parameters) != sympy.Rational(3, 4), "as they are written"


@pytest.mark.parametrize("id", ["gru_v1", "gru_v3", "gru_note", "gru_cudnn", "gru_chung", "mut2_proj"])
def test_conventions_do_not_depend_on_how_a_cell_is_written(id: str) -> None:
    assert of(id).biases == of("gru_cudnn").biases


def test_there_is_no_convention_where_a_gate_reads_one_thing() -> None:
    assert of("mingru").biases is None and of("indrnn").biases is None


def test_a_peephole_is_no_bias() -> None:
    class Peeping(Cell):
        x, h = Input(), State()
        W, U, b, p = Weight(x), Weight(h), Bias(), Scale()
        h = tanh(W.h @ x + U.h @ h + p.h * h + b.h)

    found = conventions(Peeping.record, lower(Peeping.record))
    assert found is not None
    assert sympy.expand(parameters(Peeping.record) - found.one_bias) == 0
    assert str(found.no_bias) == "n_h*(n_h + n_x + 1)"


@pytest.mark.parametrize("id", ["elman", "lstm", "gru_v3", "mgu"])
def test_operations_of_the_products(id: str) -> None:
    """Two for every weight forwards (one product, one sum), four backwards; what is left grows with n alone."""
    found = of(id)
    weights = sum(sympy.Mul(*d.shape) for d in zoo[id].params if len(d.shape) == 2)
    forward, backward = found.flops
    for total, each in ((forward, 2), (backward, 4)):
        rest = sympy.expand(total - each * weights)
        assert sympy.Poly(rest, *sorted(rest.free_symbols, key=str)).total_degree() == 1


def test_it_prints_and_is_data() -> None:
    text = str(of("lstm"))
    assert "nonlinear" in text and "4*n_h*(n_h + n_x + 1)" in text
    assert "  h[t]    ■       \\" in text and "  c[t]    ■       \\" in text
    assert "affine in the state once m, u are known" in str(of("rwkv4"))
    facts = json.loads(of("rwkv4").to_json())
    assert facts["classes"] == ["linear", "stabiliser"] and facts["jacobian"]["u"]["a"] == "zero"


class Vectors(Cell):
    """A recurrence whose states only look coupled: b reads a, a reads nothing."""

    x = Input()
    a, b = State(x), State(x)
    u = Vector(x)
    a = x + 0 * u
    b = u * a + b


def test_states_of_the_past_alone_are_no_recurrence() -> None:
    found = structure(Vectors)
    assert found.sparsity("a", "a") == ZERO and found.affine
