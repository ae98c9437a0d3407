"""What a mapping can say of two cells, each kind on small ones; and mappings that make no sense."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from symrnn.analysis import equivalent, neg, of
from symrnn.analysis.correspondence import correspondence
from symrnn.analysis.equivalence import _different
from symrnn.analysis.mapping import Mapped
from symrnn.analysis.pairing import pair
from symrnn.analysis.sizes import Matching
from symrnn.cell import Bias, Cell, Constant, Input, Output, Size, State, Vector, Weight
from symrnn.errors import UsageError
from symrnn.ops import exp, log, sigmoid, sqrt, tanh
from symrnn.zoo import zoo


class Plain(Cell):
    """A simple recurrent network."""

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    h = tanh(W.h @ x + U.h @ h + b.h)


def test_signs_of_states() -> None:
    """Every value of an LSTM turned around: tanh is odd, so the candidate turns with the blocks that make it."""
    turned: Mapped = {"h": neg("h"), "c": neg("c"), "U_g": "U_g", "*_g": neg("*_g"), "U_*": neg("U_*")}
    found = equivalent(zoo["lstm"], zoo["lstm"], turned)
    assert found and ("h", "-h") in found.mapping
    assert not equivalent(zoo["lstm"], zoo["lstm"], {**turned, "c": "c"})


def test_inputs_and_outputs() -> None:
    class Given(Cell):
        n_h = Size()
        z = Input(n_h)
        s = State()
        y = Output()
        U = Weight(s)
        s = tanh(U.s @ s + z)
        y = 3 * s

    class Scaled(Cell):
        x = Input()
        h = State()
        y, w = Output(), Output()
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)
        y = 3 * h
        w = h

    mapping: Mapped = {"z": of("W_h") @ of("x") + of("b_h"), "U_s": "U_h", "s": "h"}
    found = equivalent(Scaled, Given, mapping)
    assert found and set(found.compared) == {"state s", "start of s", "output y"}
    assert equivalent(Scaled, Given, {**mapping, "y": "w"}).verdict == "refuted"
    with pytest.raises(UsageError, match="returns s and .* returns"):
        equivalent(Scaled, cell_of_output("s"), {"z": of("W_h") @ of("x"), "U_s": "U_h"})


def test_an_output_that_is_a_state_in_the_other_cell() -> None:
    class Two(Cell):
        x = Input()
        h = State()
        y, h_again = Output(), Output()
        W, U = Weight(x), Weight(h)
        h = tanh(W.h @ x + U.h @ h)
        y = 2 * h
        h_again = h

    class One(Cell):
        x = Input()
        s = State()
        y = Output()
        W, U = Weight(x), Weight(s)
        s = tanh(W.h @ x + U.h @ s)
        y = s + s

    class Named(Cell):
        x = Input()
        s = State()
        h, w = Output(), Output()
        W, U = Weight(x), Weight(s)
        s = tanh(W.h @ x + U.h @ s)
        h = s
        w = 2 * s

    class Bare(Cell):
        x = Input()
        h = State()
        W, U = Weight(x), Weight(h)
        h = tanh(W.h @ x + U.h @ h)

    assert equivalent(Bare, Named, {"s": "h", "w": 2 * of("h")})
    assert equivalent(Bare, Named, {"s": "h", "w": "h"}).verdict == "refuted"
    assert equivalent(Two, One, {"s": "h"})
    assert equivalent(Two, One, {"s": "h", "y": "h_again"}).verdict == "refuted"
    assert equivalent(One, Plain, {"h": "s", "b_h": 0}).verdict == "proved"
    assert equivalent(One, Plain, {"h": of("s") * 1, "b_h": 0}).verdict == "proved"


def test_sizes_are_solved_for() -> None:
    n, m, k = sympy.symbols("n m k", positive=True, integer=True)

    def matching() -> Matching:
        return Matching(frozenset({m, k}))

    found = matching()
    assert found.match((2 * n, k), (m, n)) and found.resolved(m) == 2 * n and found.resolved(k) == n
    assert matching().match((n,), (sympy.Integer(3),))
    assert not matching().match((n,), (n + 1,))
    assert not matching().match((2 * n,), (sympy.Integer(3),)), "no length is 3/2"
    assert not matching().match((m + n,), (sympy.Integer(0),)), "no length is negative"
    assert not matching().match((n,), (n, n))


def cell_of_output(name: str) -> type[Cell]:
    class Other(Cell):
        n_h = Size()
        z = Input(n_h)
        s = State()
        U = Weight(s)
        s = tanh(U.s @ s + z)

    assert Other.outputs == (name,)
    return Other


def test_starts_have_to_correspond() -> None:
    class Raised(Cell):
        x = Input()
        h = State(start=1.0)
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)

    found = equivalent(Plain, Raised)
    assert found.verdict == "refuted" and found.counterexample is not None and found.counterexample.from_start
    assert [c.about for c in _different(pair(correspondence(Plain.record, Raised.record, {})), False)] == ["start of h"]


def test_a_state_that_is_not_mapped_must_not_matter() -> None:
    assert equivalent(zoo["gilr"], zoo["qrnn_f"], {"V_*": 0, "*_f": "*_g", "*_z": "*_i"}).free == ("u",)

    class Remembers(Cell):
        x = Input()
        h, u = State(), State()
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h + u)
        u = 0.5 * u

    found = equivalent(Plain, Remembers)
    assert found.verdict == "refuted" and found.counterexample is not None and not found.counterexample.from_start


def test_sizes_are_tied_where_the_mapping_needs_it() -> None:
    class Square(Cell):
        n_h = Size()
        x = Input(n_h)
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h)

    found = equivalent(Plain, Square)
    assert found and len(found.tied) == 1 and set(*found.tied) == {"n_x", "n_h"}


def test_copies_of_a_parameter() -> None:
    """What is said of a parameter of several copies holds for each of them."""

    class Deep(Cell):
        n_h = Size()
        x = Input(n_h)
        h = State()
        R = Weight(h)
        s = h
        for k in range(3):
            s = tanh(R.s[k] @ s + x)
        h = s

    class Halved(Cell):
        n_h = Size()
        x = Input(n_h)
        h = State()
        R = Weight(h)
        s = h
        for k in range(3):
            s = tanh(R.s[k] @ s / 2 + x)
        h = s

    class Tied(Cell):
        n_h = Size()
        x = Input(n_h)
        h = State()
        U = Weight(h)
        s = tanh(U.h @ h + x)
        u = tanh(U.h @ s + x)
        h = tanh(U.h @ u + x)

    assert equivalent(Deep, Halved, {"R_s": 2 * of("R_s")})
    assert equivalent(Deep, Halved).verdict == "refuted"
    assert equivalent(Tied, Deep, {"R_s": "U_h"})


def test_functions_of_parameters() -> None:
    class Decay(Cell):
        x = Input()
        h = State(x)
        a = Vector(x)
        h = sigmoid(a) * h + x

    class Rate(Cell):
        x = Input()
        h = State(x)
        lam = Vector(x)
        h = lam * h + x

    class Ratio(Cell):
        x = Input()
        h = State(x)
        e = Vector(x)
        h = h / (1 + e) + x

    assert equivalent(Decay, Rate, {"lam": sigmoid(of("a"))})
    assert equivalent(Decay, Rate, {"lam": 1 / (1 + exp(-of("a")))})
    assert equivalent(Decay, Ratio, {"e": exp(neg("a"))})
    assert equivalent(Decay, Ratio, {"e": exp(of("a"))}).verdict == "refuted"


def test_what_is_true_and_not_found_is_not_called_proved() -> None:
    class Root(Cell):
        x = Input()
        h = State(x)
        h = sqrt(h * h + x * x + 1)

    class Exponent(Cell):
        x = Input()
        h = State(x)
        h = exp(log(h * h + x * x + 1) / 2)

    found = equivalent(Root, Exponent, points=4)
    assert found.verdict == "agrees at 4 points" and not found
    assert "no proof was found for state h" in str(found)
    assert equivalent(Root, Exponent, points=0).verdict == "agrees at 0 points"


def test_a_difference_far_below_double_precision_refutes() -> None:
    class Nearly(Cell):
        x = Input()
        h = State()
        tiny = Constant(1e-30)
        W, U, b = Weight(x), Weight(h), Bias()
        h = tanh(W.h @ x + U.h @ h + b.h + tiny)

    assert equivalent(Plain, Nearly).verdict == "refuted"


# What makes no sense.

NONSENSE: list[tuple[str, str, Any, str]] = [
    ("mgu_noreset", "ugrnn", {"W_q": "W_f"}, "UGRNN has no 'W_q'"),
    ("mgu_noreset", "ugrnn", {"*_q": "*_f"}, "UGRNN has no '*_q'"),
    ("mgu_noreset", "ugrnn", {}, "has no W_c, U_c, b_c, W_g, U_g, b_g as UGRNN has; say what each comes from"),
    ("mgu_noreset", "ugrnn", {"*_g": "*_z", "*_c": "*_n"}, "'W_z', which MGUNoReset does not have; there is"),
    ("mgu_noreset", "ugrnn", {"*_g": "*_f", "*_c": "*_n", "b_c": "h"}, "cannot be made of h, which is a state"),
    ("mgu_noreset", "ugrnn", {"*_g": "*_f", "*_c": "*_n", "h": "x"}, "h is a state and cannot be made of x"),
    ("mgu_noreset", "ugrnn", {"*_g": "*_f", "*_c": "*_n", "b_c": "W_n"}, "b_c of UGRNN has shape (n_h)"),
    ("mgu_noreset", "ugrnn", {"*_g": "*_f", "*_c": "*_n", "b_c": of("W_n") + of("b_n")}, "b_c is mapped to what"),
    ("mgu_noreset", "ugrnn", {"b_c": None}, "None is no value of a mapping"),
    ("mgu_noreset", "ugrnn", {"b_c": True}, "True is no value of a mapping"),
]


@pytest.mark.parametrize(("a", "b", "mapping", "message"), NONSENSE, ids=[m for *_, m in NONSENSE])
def test_a_mapping_that_makes_no_sense(a: str, b: str, mapping: Any, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        equivalent(zoo[a], zoo[b], mapping)
    assert message in str(raised.value)


def test_only_cells_are_compared() -> None:
    with pytest.raises(UsageError, match="two cells, not str"):
        equivalent("lstm", zoo["lstm"])  # type: ignore[arg-type]  # that is the mistake


def test_names_that_are_spelt_out_go_first_then_what_is_written_first() -> None:
    a, b = zoo["elman"].record, zoo["elman"].record

    def said(mapping: Mapped) -> dict[str, str]:
        return dict(correspondence(a, b, mapping).lines())

    assert said({"*_h": 0, "W_h": "W_h"}) == {"U_h": "0", "b_h": "0"}
    assert said({"W_*": 1, "*_h": 0}) == {"W_h": "1", "U_h": "0", "b_h": "0"}
    assert said({"*_h": 0, "W_*": 1}) == {"W_h": "0", "U_h": "0", "b_h": "0"}
