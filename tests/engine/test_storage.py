"""Buffers and lanes: names made of several, stretches of lanes, and the order that keeps them together."""

from __future__ import annotations

from itertools import permutations

import pytest
import sympy

from symrnn.ir import Node, leaf
from symrnn.lane_order import EXHAUSTIVE, best_order
from symrnn.storage import Buffer, Partition, Slot, joined, stretches

n = sympy.Symbol("n")
LANES = tuple(leaf(f"lane {k}", "input", (n,)) for k in range(9))


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        (["da_i"], "da_i"),
        (["da_i", "da_f", "da_o"], "da_ifo"),
        (["i", "f"], "if"),
        (["W_in_x", "W_out_x"], "W_in_out_x"),
        (["a_i", "b_f"], "a_i_b_f"),
        (["a", "b_f"], "a_b_f"),
        (["a", "a"], "a_a"),
        ([f"name_{k}{k}" for k in range(20)], "name_" + "_".join(f"{k}{k}" for k in range(20))),
        (["first_value", "second_thing", "third_one"], "first_value_to_third_one"),
        (["the_first_value", "another", "the_last"], "the_first_value_to_the_last"),
    ],
)
def test_several_names_make_one(names: list[str], whole: str) -> None:
    assert joined(names) == whole


def test_a_stretch_is_consecutive_in_every_column() -> None:
    one, other = Buffer("one", 4, (n,), True, True), Buffer("other", 4, (n,), False, True)

    def lanes(buffer: Buffer, *numbers: int, previous: bool = False) -> tuple[Slot, ...]:
        return tuple(Slot(buffer, k, previous) for k in numbers)

    assert stretches([lanes(one, 0, 1, 2, 3)]) == [[0, 1, 2, 3]]
    assert stretches([lanes(one, 2, 3, 0)]) == [[2], [0, 1]]
    assert stretches([lanes(one, 0, 1, 2, 3), lanes(other, 0, 1, 3, 2)]) == [[0, 1], [2], [3]]
    assert stretches([lanes(one, 1, 2), lanes(other, 0, 1)]) == [[0, 1]]
    assert stretches([(Slot(one, 0), Slot(other, 1))]) == [[0], [1]]
    assert stretches([(Slot(one, 0), Slot(one, 1, previous=True))]) == [[0], [1]]


def test_sets_are_merged_under_their_first_member() -> None:
    sets = Partition()
    a, b, c, d = LANES[:4]
    sets.merge(a, b)
    sets.merge(c, d)
    assert sets.find(b) is a and sets.find(d) is c
    sets.merge(d, b)
    assert {sets.find(x) for x in (a, b, c, d)} == {c}
    sets.merge(a, c)
    assert sets.find(a) is c


def breaks(order: tuple[Node, ...], column: set[Node]) -> int:
    """In how many pieces beyond the first a column lies."""
    inside = [x in column for x in order]
    return sum(here and not before for before, here in zip([False, *inside], inside, strict=False)) - 1


@pytest.mark.parametrize("count", [3, EXHAUSTIVE, EXHAUSTIVE + 2])
def test_columns_lie_in_stretches_where_some_order_allows_it(count: int) -> None:
    lanes = LANES[:count]
    columns = [{lanes[0], lanes[-1]}, {lanes[-1], lanes[1]}]
    order = best_order(lanes, [(1, column, set(lanes)) for column in columns])
    assert sorted(order, key=lanes.index) == list(lanes)
    assert [breaks(order, column) for column in columns] == [0, 0]


def test_the_heavier_column_wins_and_the_given_order_breaks_ties() -> None:
    lanes = LANES[:3]
    circle = [{lanes[0], lanes[1]}, {lanes[1], lanes[2]}, {lanes[2], lanes[0]}]
    for heavy in range(3):
        order = best_order(lanes, [(1 + (k != heavy), column, set(lanes)) for k, column in enumerate(circle)])
        assert [breaks(order, column) for column in circle] == [int(k == heavy) for k in range(3)]
    assert best_order(lanes, []) == lanes and best_order(LANES, []) == LANES
    assert best_order(lanes[:2], [(1, {lanes[0]}, set(lanes))]) == lanes[:2]


def test_lanes_of_another_buffer_do_not_interrupt() -> None:
    lanes = LANES[:4]
    own = {lanes[0], lanes[1], lanes[3]}
    assert best_order(lanes, [(1, {lanes[1], lanes[3]}, own)]) == lanes


def test_the_cheapest_of_all_orders_is_taken() -> None:
    lanes = LANES[:5]
    wanted = [(4, {lanes[0], lanes[3]}, set(lanes)), (1, {lanes[1], lanes[4], lanes[0]}, set(lanes))]
    found = best_order(lanes, wanted)
    least = min(sum(w * breaks(order, c) for w, c, _ in wanted) for order in permutations(lanes))
    assert sum(w * breaks(found, c) for w, c, _ in wanted) == least == 0
