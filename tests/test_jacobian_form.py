"""What the form of a Jacobian says, whatever the values: zero, diagonal, affine, equal terms."""

from __future__ import annotations

import pytest
import sympy
from jacobian_cells import Leaky, Remembering, Structured
from jacobian_oracle import sample

from symrnn.derivation import derive
from symrnn.errors import StepError, UsageError
from symrnn.jacobian_factors import Diagonal, Identity, Matrix, Selection
from symrnn.jacobian_terms import Term, combine, compose
from symrnn.zoo import LSTM, zoo


def test_sparsity_and_affinity() -> None:
    lstm = derive(LSTM).jacobian()
    kinds = {(b.of, b.wrt): (b.sparsity, b.affine) for row in lstm.blocks for b in row}
    assert kinds == {
        ("h", "h"): ("full", False),
        ("h", "c"): ("diagonal", False),
        ("c", "h"): ("full", False),
        ("c", "c"): ("diagonal", True),
    }
    assert lstm.sparsity == "full" and not lstm.affine
    leaky = derive(Leaky).jacobian()
    assert (leaky.sparsity, leaky.affine) == ("diagonal", True)
    assert str(leaky).startswith("∂s[t]/∂s[t-1], s = (h), diagonal, affine in s[t-1]\n")
    nothing = derive(Remembering).jacobian("u", "h")
    assert nothing.sparsity == "zero" and nothing.affine
    assert nothing.evaluate(sample(derive(Remembering).forward)).shape == (4, 2, 3)
    # c_t is affine in c_{t-1}, h_{t-1} held fixed; in total it is not, since h_{t-1} = o tanh(c_{t-1})
    assert not derive(LSTM).jacobian("c", "c", "total").affine
    assert not derive(zoo["lstm_peephole"]).jacobian("c", "c").affine


def test_what_has_kinks_or_jumps_is_not_affine_though_its_block_reads_nothing() -> None:
    lif = derive(zoo["lif"])
    assert not lif.jacobian("s", "v").affine and not lif.jacobian().affine
    assert lif.jacobian("v", "v").affine
    clocked = derive(zoo["skip_rnn"]).jacobian()
    assert not clocked.block("h", "v").affine


def test_what_is_affine_or_diagonal_once_other_states_are_given() -> None:
    whole = derive(zoo["gilr_lstm"]).jacobian()
    assert (whole.affine, whole.sparsity) == (False, "full")
    assert (whole.given("s").affine, whole.given("s").sparsity) == (True, "diagonal")
    assert whole.given("s").states == ("c",)
    with pytest.raises(UsageError, match="all states are given"):
        whole.given("s", "c")
    with pytest.raises(UsageError, match="there is no state 'q'"):
        whole.given("q")


def test_diagonal_matrices_are_known_by_their_form() -> None:
    jacobian = derive(Structured).jacobian()
    kinds = {(b.of, b.wrt): b.sparsity for row in jacobian.blocks for b in row}
    assert kinds["h", "h"] == kinds["S", "S"] == kinds["p", "p"] == "diagonal"
    assert kinds["q", "q"] == "full"  # a product with an arbitrary matrix in between
    assert kinds["p", "q"] == "zero"  # the parts of what was joined do not mix


def test_a_selection_of_what_was_placed_is_the_identity_or_nothing() -> None:
    n, one = sympy.Symbol("n", integer=True, positive=True), sympy.Integer(1)
    zero = sympy.Integer(0)
    take = [Term(one, (Selection(start, stop, 3 * n),)) for start, stop in ((zero, n), (n, 3 * n))]
    place = Term(one, (Selection(zero, n, 3 * n, placed=True),))
    assert compose([take[0]], [place]) == (Term(one, (Identity((n,)),)),)
    assert compose([take[1]], [place]) == ()


def test_like_terms_are_added_and_cancelling_terms_vanish() -> None:
    n = (sympy.Symbol("n"),)
    f, g, one = sympy.Symbol("f[t]"), sympy.Symbol("g[t]"), sympy.Integer(1)
    U = Matrix(sympy.Symbol("U"), (*n, *n))
    terms = [
        Term(one, (Diagonal(f, n), U)),
        Term(one, (Diagonal(g, n), U)),
        Term(one * 2, (U,)),
        Term(one, (Identity(n),)),
    ]
    total = combine(terms)
    assert total == (Term(one, (Identity(n),)), Term(one, (Diagonal(f + g + 2, n), U)))
    assert combine([*total, *(Term(-t.coefficient, t.factors) for t in total)]) == ()
    with pytest.raises(StepError, match="a factor takes shape"):
        Term(one, (Matrix(U.value, (*n, sympy.Symbol("m"))), U))


def test_diagonal_blocks_beside_each_other_are_no_diagonal_matrix() -> None:
    complex_state = derive(zoo["lru"]).jacobian()
    assert complex_state.sparsity == "diagonal" and not complex_state.product().diagonal
    assert derive(zoo["ema"]).jacobian().product().diagonal
