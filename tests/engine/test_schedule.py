"""Schedules: when a value is computed, what is computed together, and that no two values are in each other's way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import sympy
from jacobian_cells import Leaky, ScalarGate
from random_cells import random_cell

from symrnn.cell import Cell
from symrnn.emission import compile_record
from symrnn.grouping import Grouping
from symrnn.ir import Leaf, Node, add, broadcast, contract, leaf, pointwise, slot
from symrnn.layout import Layout
from symrnn.lower import lower
from symrnn.operations import Bundle, Gathered, Reduction, Single, Stacked, reads
from symrnn.ops import sigmoid, tanh
from symrnn.phases import AFTER, BEFORE, CLOSING, LOOP, STATIC, phases
from symrnn.primitives import Total
from symrnn.schedule import Direction, Schedule, reads_once
from symrnn.step import Carry, Step
from symrnn.storage import Slot
from symrnn.zoo import zoo

n = sympy.Symbol("n")
CELLS: dict[str, type[Cell]] = {**dict(zoo), "scalar": ScalarGate, "leaky": Leaky}
CELLS |= {f"random {seed}": random_cell(random.Random(seed).randrange) for seed in range(12)}
EACH = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
ORDER = (STATIC, BEFORE, LOOP, AFTER)


def directions(cell: type[Cell]) -> list[Direction]:
    plan = compile_record(cell.record)
    return [plan.forward, plan.backward]


def test_every_value_has_its_phase() -> None:
    one = lower(Leaky.record)
    when = phases(one)
    found = {phase: {one.names[x] for x, p in when.items() if p == phase} for phase in ORDER}
    assert found[STATIC] == {"nu", "W_i", "W_h", "exp_nu", "a_rate", "rate"}
    assert found[BEFORE] == {"x", "a_i", "i", "W_h_x"}
    assert found[LOOP] == {"h[t-1]", "h"} and not found[AFTER]
    out = pointwise(tanh.head(slot(0)), (one.find("h"),))
    assert phases(replace(one, equations=(*one.equations, ("y", out)), outputs=(("y", out),)))[out] == AFTER


def test_a_state_that_is_handed_on_as_it_is_belongs_to_the_loop() -> None:
    h = leaf("h[t-1]", "carry", (n,))
    assert phases(Step("Keep", (), (), (Carry("h", h, h),), (), (("y", h),))) == {h: LOOP}


@EACH
def test_every_value_is_made_once_and_after_what_it_needs(cell: type[Cell]) -> None:
    for direction in directions(cell):
        known: set[Node] = set(direction.step.leaves)
        for phase in ORDER:
            for operation in direction.phase(phase):
                assert known.issuperset(n for n in reads(operation) if not outer_of(direction, n)), operation
                assert known.isdisjoint(operation.results)
                known.update(operation.results)
        left = {x for _, x in direction.step.equations} - known
        inside = {a for o in direction.grouping.operations if isinstance(o, Gathered) for a in o.result.args}
        assert all(x in inside or outer_of(direction, x) for x in left)


def outer_of(direction: Direction, node: Node) -> bool:
    """Whether a value is a sum over all ticks, a product under such a sum, or made of sums: never a value of a tick."""
    totals = [x for _, x in direction.step.equations if isinstance(x.op, Total)]
    summed = [x for _, x in direction.step.sums] + [x.args[0] for x in totals]
    made = {r for o in direction.grouping.operations for r in o.results}
    return direction.grouping.phase[node] == CLOSING or any(x is node for x in summed) and node not in made


def clash(direction: Direction) -> str:
    """The first value that is overwritten although it is still read or returned; nothing if there is none."""
    order = [o for phase in ORDER for o in direction.phase(phase)]
    last = {x: k for k, o in enumerate(order) for x in reads(o)}
    made: dict[Slot, Node] = {}
    for k, operation in enumerate(order):
        for value in operation.results:
            place = direction.layout.slots.get(value)
            if place is not None:
                before = made.get(place)
                if before and (last.get(before, -1) > k or before in direction.keep):
                    return direction.step.names[before]
                made[place] = value
    return ""


@EACH
def test_no_value_is_overwritten_before_its_last_use(cell: type[Cell]) -> None:
    assert [clash(direction) for direction in directions(cell)] == ["", ""]


def test_a_value_that_is_overwritten_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(grouping: Grouping, keep: frozenset[Node], accurate: bool) -> set[tuple[Node, Node]]:
        bundles = [o for o in grouping.operations if isinstance(o, Bundle)]
        return {(c[0], o.results[0]) for o in bundles for c in o.args if grouping.phase[c[0]] == LOOP}

    monkeypatch.setattr("symrnn.schedule._in_place", careless)
    assert any(clash(direction) for cell in zoo.values() for direction in directions(cell))


@EACH
def test_the_tape_is_what_the_backward_direction_reads(cell: type[Cell]) -> None:
    plan = compile_record(cell.record)
    step = plan.backward.step
    tape = [x.op.name for x in step.inputs if isinstance(x.op, Leaf) and x.op.role in ("tape", "static")]
    assert tuple(tape) == plan.tape and len(set(tape)) == len(tape)
    used = {a for _, x in step.equations for a in x.args} | {x for _, x in step.outputs} | set(step.roots)
    assert all(x in used for x in step.inputs if isinstance(x.op, Leaf) and x.op.role in ("tape", "static"))
    kept = {plan.forward.step.find(name) for name in plan.tape}
    for value in kept:
        place = plan.forward.layout.slots.get(value)
        assert place is None or place.buffer.kept


def operations(plan: Schedule, kind: type, phase: str, forward: bool = True) -> list[list[str]]:
    """The names of what the operations of a kind make, in one phase."""
    direction = plan.forward if forward else plan.backward
    names = direction.step.names
    return [[names[x] for x in o.results] for o in direction.phase(phase) if isinstance(o, kind)]


def test_the_gates_of_an_lstm_are_computed_together() -> None:
    plan = compile_record(zoo["lstm"].record)
    assert operations(plan, Stacked, BEFORE) == [["W_i_x", "W_f_x", "W_g_x", "W_o_x"]]
    assert operations(plan, Stacked, LOOP) == [["U_i_h", "U_f_h", "U_g_h", "U_o_h"]]
    assert ["i", "f", "o"] in operations(plan, Bundle, LOOP)
    assert operations(plan, Gathered, LOOP, forward=False) == [["dh[t-1]"]]
    assert operations(plan, Gathered, AFTER, forward=False) == [["dx"]]
    reductions = [o.names for o in plan.backward.phase(AFTER) if isinstance(o, Reduction)]
    assert ("dW_i", "dW_f", "dW_g", "dW_o") in reductions and ("db_i", "db_f", "db_g", "db_o") in reductions


def hand(*equations: tuple[str, Node], inputs: tuple[Node, ...] = (), weights: tuple[Node, ...] = ()) -> Grouping:
    """The grouping of a step that carries on the last of its equations."""
    last = equations[-1][1]
    return Grouping(Step("Hand", inputs, weights, (Carry("g", g, last),), equations, ()))


g, p, q = leaf("g", "carry", (n,)), leaf("p", "input", (n,)), leaf("q", "input", (n,))
U, V = leaf("U", "parameter", (n, n)), leaf("V", "parameter", (n, n))


def test_a_weight_and_a_transposed_weight_are_two_products() -> None:
    left, right = (pointwise(f.head(slot(0)), (g,)) for f in (tanh, sigmoid))
    straight, turned = contract("ij,j->i", U, left), contract("ij,i->j", V, right)
    total = add((straight, turned))
    mixed = hand(("l", left), ("r", right), ("s", straight), ("t", turned), ("sum", total), weights=(U, V))
    assert not any(isinstance(o, Gathered) for o in mixed.operations)
    other = contract("ij,j->i", V, right)
    total = add((straight, other))
    alike = hand(("l", left), ("r", right), ("s", straight), ("t", other), ("sum", total), weights=(U, V))
    assert [o.results for o in alike.operations if isinstance(o, Gathered)] == [(total,)]


def test_values_that_differ_in_what_was_computed_before_the_loop_are_one_bundle() -> None:
    first = add((contract("ij,j->i", U, g), pointwise(slot(0) * slot(1), (p, q))))
    second = add((contract("ij,j->i", V, g), pointwise(slot(0) + 2 * slot(1), (p, q))))
    last = add((first, second))
    named = [(f"v_{k}", x) for k, x in enumerate((*first.args, *second.args))]
    grouping = hand(*named, ("a", first), ("b", second), ("c", last), inputs=(p, q), weights=(U, V))
    assert (first, second) in [o.results for o in grouping.operations]


@pytest.mark.parametrize(("lanes", "bundles"), [(2, 2), (3, 1)])
def test_a_shared_operand_is_broadcast_over_three_lanes_but_not_over_two(lanes: int, bundles: int) -> None:
    weights = tuple(leaf(f"U_{k}", "parameter", (n, n)) for k in range(lanes))
    products = [contract("ij,j->i", w, g) for w in weights]
    scaled = [pointwise(slot(0) * slot(1), (x, g)) for x in products]
    named = [(f"v_{k}", x) for k, x in enumerate((*products, *scaled))]
    grouping = hand(*named, ("c", add(scaled)), weights=weights)
    assert sum(isinstance(o, Bundle) for o in grouping.operations) == bundles + 1


def test_a_broadcast_and_a_contraction_stand_alone() -> None:
    k = leaf("k", "input", (sympy.Integer(1),))
    spread, matrix = broadcast(k, (n,)), contract("i,j->ij", g, p)
    back = contract("ij,j->i", matrix, p)
    grouping = hand(("s", spread), ("m", matrix), ("b", back), ("c", add((back, spread))), inputs=(p, k))
    assert [o.node for o in grouping.operations if isinstance(o, Single)] == [spread, matrix, back]


def test_of_two_states_with_one_value_the_one_of_its_name_holds_it() -> None:
    first, second = leaf("a[t-1]", "carry", (n,)), leaf("b[t-1]", "carry", (n,))
    value = pointwise(tanh.head(slot(0)), (add((first, second)),))
    for name in ("a", "b", "c"):
        equations = (("u", value.args[0]), (name, value))
        one = Step("Two", (), (), (Carry("a", first, value), Carry("b", second, value)), equations, ((name, value),))
        plan = Direction(one, Grouping(one), layout_of(one), frozenset({value}))
        assert plan.layout.slots[value].buffer.name == (name if name in "ab" else "a")


def layout_of(one: Step) -> Layout:
    return Layout(Grouping(one), frozenset(x for _, x in one.outputs), frozenset())


@pytest.mark.parametrize(
    ("expr", "accurate", "once"),
    [
        (tanh.head(slot(0)), False, True),
        (sigmoid.head(slot(0)), False, True),
        (sigmoid.head(slot(0)), True, False),
        (slot(0) + slot(1), False, True),
        (slot(0) * slot(1), False, False),
        (slot(0) + slot(1) + slot(2), False, False),
        (slot(0) - slot(1), False, False),
        (slot(0) ** 2, False, False),
    ],
)
def test_only_a_call_that_reads_an_entry_once_works_in_place(expr: sympy.Expr, accurate: bool, once: bool) -> None:
    assert reads_once(expr, accurate) is once
