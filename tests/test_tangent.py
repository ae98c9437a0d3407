"""Tangents of a step: against complex steps, and against the adjoint by the identity ⟨g, J v⟩ = ⟨Jᵀg, v⟩."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from jacobian_cells import FastWeights, Leaky, Remembering, ScalarGate, deep
from jacobian_oracle import BATCH, EPS, extents, is_parameter, numbers, sample

from symrnn.adjoint import Program, differentiate
from symrnn.cell import Cell
from symrnn.interpret import evaluate, interpret
from symrnn.ir import Leaf, Node, leaf, topological
from symrnn.lower import lower
from symrnn.step import Step
from symrnn.tangent import tangents
from symrnn.zoo import zoo

CELLS = {**dict(zoo), **{c.name: c for c in (ScalarGate, FastWeights, Leaky, Remembering)}, "Deep": deep(3)}
EACH = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
FORM = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])


def seeded(step: Step) -> dict[Node, Node]:
    """A tangent for every leaf."""
    return {node: leaf(f"e_{step.names[node]}", "tangent", node.shape) for node in step.leaves}


def drawn(step: Step, seed: int) -> dict[Node, Any]:
    """A direction: a change of every leaf, of parameters too, the latter the same for the whole batch."""
    rng = np.random.default_rng(seed)
    return {n: rng.normal(size=(*(() if is_parameter(n) else (BATCH,)), *extents(n))) for n in step.leaves}


def moved(step: Step, values: dict[str, Any], change: dict[Node, Any], accurate: bool) -> dict[Node, Any]:
    """The tangent of every root, computed from the tangent nodes."""
    seeds = seeded(step)
    table = tangents(step, seeds, accurate=accurate)
    known: dict[Node, Any] = {node: values[step.names[node]] for node in step.leaves}
    known |= {seed: change[node] for node, seed in seeds.items()}
    for node in topological([*step.roots, *table.values()]):
        if node not in known:
            known[node] = evaluate(node, [known[a] for a in node.args], numbers(step))
    return {root: known[table[root]] for root in step.roots if root in table}


@EACH
@FORM
def test_a_tangent_is_what_a_complex_step_gives(cell: type[Cell], accurate: bool) -> None:
    step = lower(cell.record)
    values, change = sample(step), drawn(step, 1)
    shifted = {step.names[n]: values[step.names[n]] + 1j * EPS * change[n] for n in step.leaves}
    result = interpret(step, shifted, numbers(step))
    found = moved(step, values, change, accurate)
    assert found.keys() == set(step.roots)
    for carry in step.carries:
        np.testing.assert_allclose(found[carry.write], result[f"{carry.name}[t]"].imag / EPS, rtol=1e-12, atol=1e-13)


@EACH
@FORM
def test_tangent_and_adjoint_are_transposes(cell: type[Cell], accurate: bool) -> None:
    step = lower(cell.record)
    program = differentiate(step, accurate=accurate)
    values, change = sample(step), drawn(step, 1)
    rng = np.random.default_rng(2)
    arriving = {c.name: rng.normal(size=(BATCH, *extents(c.write))) for c in step.carries}
    outputs = {name: rng.normal(size=(BATCH, *extents(node))) for name, node in step.outputs}
    found = moved(step, values, change, accurate)
    left = [np.sum(arriving[c.name] * found[c.write]) for c in step.carries]
    left += [np.sum(outputs[name] * found[node]) for name, node in step.outputs]
    back = backwards(program, interpret(step, values, numbers(step)) | values, arriving, outputs)
    right = [np.sum(back[node] * change[node]) for node in step.leaves]
    scale = sum(map(abs, left)) + sum(map(abs, right))
    assert abs(sum(left) - sum(right)) <= 1e-12 * scale
    assert abs(sum(left)) > 1e-3


def backwards(program: Program, known: dict[str, Any], arriving: dict[str, Any], outputs: dict[str, Any]) -> Any:
    """The adjoint of every leaf of the forward step, by interpreting the backward step."""
    forward, backward = program.forward, program.backward
    leaves = {}
    for node in backward.leaves:
        assert isinstance(node.op, Leaf)
        name = node.op.name
        cotangent = node.op.role == "cotangent"
        leaves[name] = outputs[name.removeprefix("dy_")] if cotangent else known.get(name)
    leaves |= {backward.names[c.read]: arriving[c.name] for c in backward.carries}
    result = interpret(backward, leaves, numbers(forward))
    adjoints = {c.read: result[f"d{c.name}[t-1]"] for c in forward.carries}
    adjoints |= {node: result[f"d{forward.names[node]}"] for node in (*forward.inputs, *forward.parameters)}
    return adjoints


def test_what_does_not_depend_on_the_seeds_has_no_tangent() -> None:
    step = lower(zoo["lstm"].record)
    carry = step.carries[1]
    table = tangents(step, {carry.read: leaf("e_c", "tangent", carry.read.shape)})
    assert {step.names[n] for n in table} == {"c[t-1]", "c", "tanh_c", "h"}
    assert tangents(step, {}) == {}
