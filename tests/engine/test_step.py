"""Steps: what is refused as no step, how a step is asked for its values, and what it prints."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy

from symrnn.errors import StepError
from symrnn.interpret import evaluate, interpret
from symrnn.ir import SCALAR, Node, add, broadcast, contract, leaf, pointwise, slot, times
from symrnn.lower import lower
from symrnn.ops import tanh
from symrnn.schedule import flops
from symrnn.simplify import simplify
from symrnn.step import Carry, Step, name_by_reader, show
from symrnn.tangent import tangents
from symrnn.zoo import zoo

n, m = sympy.Symbol("n"), sympy.Symbol("m")
x, h, W = leaf("x", "input", (m,)), leaf("h[t-1]", "carry", (n,)), leaf("W", "parameter", (n, m))
product = contract("ij,j->i", W, x)
total = add((product, h))
new = pointwise(tanh.head(slot(0)), (total,))
GOOD = Step(
    "Small", (x,), (W,), (Carry("h", h, new),), (("W_x", product), ("a_h", total), ("h", new)), (("h", new),)
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"equations": GOOD.equations[1:]}, "a_h reads a value that is not defined above it"),
        ({"equations": GOOD.equations[::-1]}, "h reads a value that is not defined above it"),
        ({"inputs": ()}, "W_x reads a value that is not defined above it: .*name='x'"),
        ({"equations": (*GOOD.equations, ("u", leaf("u", "input", (n,))))}, "u is only another name of a leaf"),
        ({"equations": (*GOOD.equations, ("kept", h))}, "kept is only another name of a leaf"),
        ({"equations": (*GOOD.equations, ("again", total))}, "again is only another name of .* an equation above it"),
        ({"outputs": (("y", times(h, new)),)}, "a result is not among the equations"),
        ({"sums": (("dW", times(h, new)),)}, "a result is not among the equations"),
        ({"carries": (Carry("h", h, x),)}, r"h has shape \(n,\) but is written as \(m,\)"),
        ({"equations": (*GOOD.equations, ("h", times(h, h)))}, r"two equations of one name: \['h'\]"),
    ],
)
def test_what_is_no_step_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(StepError, match=f"Small: {message}"):
        replace(GOOD, **change)  # type: ignore[arg-type]  # one field of any type


def test_values_are_found_by_name() -> None:
    assert GOOD.find("a_h") is total and GOOD.find("h") is new and GOOD.find("h[t-1]") is h and GOOD.find("W") is W
    with pytest.raises(KeyError, match="c"):
        GOOD.find("c")
    assert GOOD.leaves == (x, h, W) and GOOD.roots == (new, new)


def test_an_output_may_be_another_name_of_a_leaf() -> None:
    step = Step("Keep", (), (), (Carry("h", h, h),), (), (("y", h),))
    assert step.names == {h: "h[t-1]"} and simplify(step).roots == (h, h) and tangents(step, {h: x}) == {h: x}
    assert interpret(step, {"h[t-1]": 2.0}, {}) == {"h[t-1]": 2.0, "y": 2.0, "h[t]": 2.0}


def test_a_step_prints_as_equations_with_shapes() -> None:
    assert str(GOOD) == (
        "step Small\n"
        "  input     x (m)\n"
        "  parameter W (n, m)\n"
        "  carry     h[t-1] (n) <- h\n"
        "  W_x (n) = matvec(W, x)\n"
        "  a_h (n) = W_x + h[t-1]\n"
        "  h (n) = tanh(a_h)\n"
        "  output    h = h\n"
    )
    assert str(replace(GOOD, reverse=True)).startswith("step Small (time runs backwards)\n")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (x, "x"),
        (leaf("z", "input", (n,)), "z"),
        (contract("ij,ik->jk", W, W), "ij,ik->jk(W, W)"),
        (contract("ij->ji", W), "transpose(W)"),
        (contract("i->", h), "sum(h[t-1])"),
        (broadcast(leaf("k", "input", SCALAR), (n, m)), "broadcast(?, (n, m))"),
        (pointwise(2 * slot(0) / (1 + slot(1)), (h, new)), "2*h[t-1]/(h + 1)"),
    ],
)
def test_every_primitive_has_a_text(node: Node, text: str) -> None:
    """A value without a name is a question mark."""
    assert show(node, GOOD.names) == text


def test_a_value_without_a_name_is_called_after_the_first_that_reads_it() -> None:
    inner, other = times(h, new), times(h, h)
    root = add((inner, other, product))
    names = {h: "h", new: "new", product: "W_x", root: "root"}
    taken = {"k_root", "k"}
    name_by_reader([inner, other, root, times(root, h)], names, "k", taken)
    assert names[other] == "k_root_2" and names[inner] == "k_root_3" and names[times(root, h)] == "k_2"
    assert {"k_root_2", "k_root_3", "k_2"} <= taken


def test_a_leaf_has_no_value_of_its_own() -> None:
    with pytest.raises(StepError, match=r"h\[t-1\] has no value"):
        evaluate(h, [], {})


def test_a_broadcast_costs_nothing_and_a_product_two_operations_an_entry() -> None:
    k = leaf("k", "carry", SCALAR)
    spread = broadcast(k, (n,))
    step = Step("Cost", (x,), (W,), (Carry("k", k, k),), (("s", spread), ("p", product)), (("s", spread),))
    assert flops(step) == 2 * n * m
    assert flops(GOOD) == 2 * n * m + 2 * n


def test_a_record_that_contradicts_its_own_shapes_is_not_lowered() -> None:
    record = zoo["elman"].record
    wrong = replace(record.equations[0], shape=(sympy.Symbol("n_x"),))
    with pytest.raises(StepError, match=r"h has shape \(n_h,\), the record says \(n_x,\)"):
        lower(replace(record, equations=(wrong,)))
