"""What is left in the loop: of a linear recurrence one product and one sum, of a memory of the input nothing."""

from __future__ import annotations

import pytest

from symrnn import zoo
from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.emission import compile_record
from symrnn.lower import lower
from symrnn.operations import Bundle
from symrnn.ops import sigmoid, tanh
from symrnn.ops.elementwise import Head
from symrnn.phases import AFTER, BEFORE, LOOP, phases, recurrence
from symrnn.schedule import Direction, Schedule

# Published linear recurrences whose gates see the input alone, and the states that each carries.
LINEAR = {
    "ema": 1, "gilr": 1, "gla": 1, "hgrn": 1, "hgrn2": 1, "longhorn": 1, "mamba": 1, "mamba2": 1, "mingru": 1,
    "mingru_log": 1, "minlstm": 1, "qrnn_f": 1, "qrnn_fo": 1, "qrnn_ifo": 1, "retnet": 1, "rglru": 1, "rwkv5": 1,
    "rwkv6": 1, "sru_v1": 1, "tgru": 1, "tlstm": 1, "trnn": 1, "gsa": 2, "linear_attention": 2, "mesa": 2,
}  # fmt: skip


def plan(cell: type[Cell]) -> Schedule:
    return compile_record(cell.record)


def loop_calls(direction: Direction) -> int:
    """Elementwise calls in the loop; anything else there is not an elementwise linear recurrence."""
    operations = direction.phase(LOOP)
    assert all(isinstance(o, Bundle) and not isinstance(o.expr, Head) for o in operations)
    return sum(int(o.expr.count_ops()) for o in operations if isinstance(o, Bundle))


@pytest.mark.parametrize("id", LINEAR)
def test_a_linear_recurrence_is_a_product_and_a_sum(id: str) -> None:
    """h = a∘h + b forwards and λ = g + a∘λ backwards; all gates are computed for all steps at once."""
    found = plan(zoo[id])
    assert loop_calls(found.forward) <= 2 * LINEAR[id]
    assert loop_calls(found.backward) <= 2 * LINEAR[id]


class Shift(Cell):
    """Gates of this input and the last; the state u remembers the input."""

    x = Input()
    h, u = State(), State(x)
    W, V, b = Weight(x), Weight(u), Bias()
    f = sigmoid(W.f @ x + V.f @ u + b.f)
    z = tanh(W.z @ x + V.z @ u + b.z)
    h = f * h + (1 - f) * z
    u = x


class Chain(Cell):
    """A value that only a later step's output reads."""

    x, h = Input(), State()
    m = State()
    W, U = Weight(x), Weight(h)
    h = tanh(W.h @ x + U.h @ h + 0 * m)
    m = h * h


class Mutual(Cell):
    """Two states that only see each other."""

    x, p, q = Input(), State(), State()
    W = Weight(x)
    p, q = tanh(q + W.p @ x), tanh(p)


def test_a_memory_of_the_input_leads_and_its_adjoint_trails() -> None:
    found = plan(Shift)
    forward, backward = found.forward.step, found.backward.step
    assert [c.name for c in recurrence(forward).leading] == ["u"] and recurrence(forward).trailing == ()
    assert recurrence(backward).leading == () and [c.name for c in recurrence(backward).trailing] == ["u"]
    when = phases(forward)
    assert when[forward.find("u[t-1]")] == BEFORE and when[forward.find("z")] == BEFORE
    assert phases(backward)[backward.find("du[t-1]")] == AFTER
    assert loop_calls(found.forward) == loop_calls(found.backward) == 2


def test_a_value_that_nothing_in_the_loop_reads_trails() -> None:
    step = lower(Chain.record)
    assert [c.name for c in recurrence(step).trailing] == ["m"] and phases(step)[step.find("m")] == AFTER


def test_states_that_need_each_other_stay_in_the_loop() -> None:
    step = lower(Mutual.record)
    assert recurrence(step).shifted == ()
    assert phases(step)[step.find("p")] == LOOP
