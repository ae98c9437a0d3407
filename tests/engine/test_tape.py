"""What the tape holds, and what the backward pass computes again."""

from __future__ import annotations

import re

import pytest
import sympy

import symrnn
from symrnn import zoo
from symrnn.backends.c_steps import steps
from symrnn.backends.numpy_plan import plan
from symrnn.schedule import schedule, stored
from symrnn.tape import arithmetic, single_expression, tape_of

a, b, c = sympy.symbols("a b c")


@pytest.mark.parametrize(
    ("expr", "cheap"),
    [
        (a * b, True),
        (1 - a, True),
        (a - b + c, True),
        (a * b + c, True),
        (a * b + c * (1 - a), False),  # four operations: as slow as reading the value back, or slower
        (sympy.tanh(a), False),
        (a / b, False),
        (a**2, False),
    ],
)
def test_the_price_of_arithmetic(expr: sympy.Expr, cheap: bool) -> None:
    assert arithmetic(expr) is cheap and single_expression(expr)


def kept(id: str) -> str:
    return str(stored(plan(schedule(symrnn.derive(zoo[id]).program)).forward))


@pytest.mark.parametrize(
    ("id", "again", "numbers"),
    [
        ("mgu3", ("u_h_tilde",), "2*n_h"),
        ("multiplicative_gru", ("m",), "10*n_h"),
        ("mesa", ("u_y",), "n_k**2 + n_k*n_v + 3*n_k + 2*n_v + 2"),  # a whole matrix a tick less
        ("kda", ("S_bar", "u_S"), "2*n_k*n_v + 9*n_k + 4*n_v + 3"),
        ("lstm", (), "7*n_h"),  # tanh(c) is a function: NumPy reads it back
    ],
)
def test_what_is_cheap_is_not_kept(id: str, again: tuple[str, ...], numbers: str) -> None:
    plan_of = schedule(symrnn.derive(zoo[id]).program)
    assert set(again) <= set(plan_of.again) and not set(plan_of.again) & set(plan_of.tape)
    assert (kept(id), bool(again)) == (numbers, bool(plan_of.again))


def test_a_backend_that_fuses_computes_more_again() -> None:
    program = symrnn.derive(zoo["lstm"]).program
    assert tape_of(program, single_expression).again == ("tanh_c",) and "tanh_c" not in steps(program).kept
    assert tape_of(program, arithmetic).again == ()


def test_the_schedule_says_what_is_computed_again() -> None:
    assert "\ncomputed again: u_h_tilde\n" in str(schedule(symrnn.derive(zoo["mgu3"]).program))
    assert "computed again" not in str(schedule(symrnn.derive(zoo["lstm"]).program))


@pytest.mark.parametrize("id", list(zoo)[::6])
def test_no_view_is_made_that_nothing_reads(id: str) -> None:
    (source,) = symrnn.emit(zoo[id])
    for name in re.findall(r"(?m)^    ([wv]\.\w+_lanes) = ", source.text):
        assert source.text.count(name) > 1
