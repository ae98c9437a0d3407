"""Jacobians against perturbation: blocks, total derivatives, products over time, and their form."""

from __future__ import annotations

import numpy as np
import pytest
from jacobian_cells import FastWeights, Leaky, Remembering, ScalarGate, Structured, deep
from jacobian_oracle import by_leaf, columns, directions, numbers, sample, tick, total

from symrnn.cell import Cell
from symrnn.derivation import Derivation, derive
from symrnn.errors import UsageError
from symrnn.interpret import interpret
from symrnn.step import Step
from symrnn.zoo import LSTM, zoo

OWN = {c.name: c for c in (ScalarGate, FastWeights, Leaky, Remembering, Structured)} | {"Deep": deep(3)}
CELLS = {**dict(zoo), **OWN}
# One of each kind: gates, peepholes, several states, complex ones, matrices, copies, delays, whole values.
FEW = (
    "lstm_peephole",
    "gru_v3",
    "hard_lstm",
    "on_lstm",
    "lru",
    "deltanet",
    "mlstm",
    "rhn",
    "taugru",
    "exprnn",
    "skip_rnn",
)
SOME = {**{id: zoo[id] for id in FEW}, **OWN}


def close(ours: object, reference: object) -> None:
    np.testing.assert_allclose(ours, reference, rtol=1e-11, atol=1e-12)


def check_blocks(derivation: Derivation) -> None:
    """Every block against perturbation; what it says of its form is true of its numbers."""
    step = derivation.forward
    values = sample(step)
    jacobian = derivation.jacobian()
    for wrt in step.carries:
        perturbed = by_leaf(step, values, wrt.read)
        for of in step.carries:
            block = jacobian.block(of.name, wrt.name)
            exact = columns(perturbed[of.write], of.write, wrt.read)
            close(block.evaluate(values), exact)
            if block.sparsity != "full":
                off = exact * (1 - np.eye(*exact.shape[-2:])) if block.sparsity == "diagonal" else exact
                assert not off.any(), (of.name, wrt.name)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_every_block_is_the_derivative_with_other_states_held_fixed(cell: type[Cell]) -> None:
    check_blocks(derive(cell))


@pytest.mark.parametrize("cell", SOME.values(), ids=SOME.keys())
def test_so_is_every_block_in_the_accurate_form(cell: type[Cell]) -> None:
    check_blocks(derive(cell, accurate=True))


@pytest.mark.parametrize("cell", SOME.values(), ids=SOME.keys())
def test_the_total_derivative_lets_the_rest_of_the_step_before_follow(cell: type[Cell]) -> None:
    derivation = derive(cell)
    step = derivation.forward
    before, now = sample(step, 1), sample(step, 2)
    parameters = {step.names[p]: before[step.names[p]] for p in step.parameters}
    known = interpret(step, before, numbers(step))
    now |= parameters | {step.names[c.read]: known[f"{c.name}[t]"] for c in step.carries}
    for of in step.carries:
        for wrt in step.carries:
            if cell is Remembering and wrt.name != "k":
                continue  # a state that another one copies: see below
            block = derivation.jacobian(of.name, wrt.name, path="total")
            if cell is Remembering or wrt.write in step.leaves:
                # What is only another name of a value is perturbed alone.
                reference = columns(by_leaf(step, now, wrt.read)[of.write], of.write, wrt.read)
            else:
                reference = total(step, before, now, of.name, wrt.name)
            close(block.evaluate(now, before), reference)


def test_a_copy_follows_its_original_and_not_the_other_way_round() -> None:
    derivation = derive(Remembering)
    values = sample(derivation.forward)
    total, h, k = (derivation.jacobian("h", *w).evaluate(values, values) for w in (("h", "total"), ("h",), ("k",)))
    close(total, h + k)
    close(derivation.jacobian("h", "k", "total").evaluate(values, values), k)
    # u is the input itself: what else was computed from the input at t-1 does not follow u
    alone = derivation.jacobian("h", "u", "total")
    assert alone.terms == derivation.jacobian("h", "u").terms


def test_the_total_derivative_of_an_lstm_cell_by_hand() -> None:
    step = derive(LSTM).forward
    before, now = sample(step, 1), sample(step, 2)
    now |= {step.names[p]: before[step.names[p]] for p in step.parameters}
    known = interpret(step, before, numbers(step))
    now |= {"h[t-1]": known["h"], "c[t-1]": known["c"]}
    i, f, g, _ = (interpret(step, now, numbers(step))[name] for name in "ifgo")
    rows = {"i": g * i * (1 - i), "f": now["c[t-1]"] * f * (1 - f), "g": i * (1 - g**2)}
    through_h = sum(rows[k][..., None] * now[f"U_{k}"] for k in rows)
    dh = known["o"] * (1 - np.tanh(known["c"]) ** 2)
    reference = f[..., None] * np.eye(3) + through_h * dh[:, None, :]
    close(derive(LSTM).jacobian("c", "c", path="total").evaluate(now, before), reference)


@pytest.mark.parametrize(
    "cell", [zoo["lstm_peephole"], zoo["gru_v3"], zoo["deltanet"], zoo["taugru"], FastWeights], ids=lambda c: c.name
)
def test_the_product_over_time_has_the_latest_step_leftmost(cell: type[Cell]) -> None:
    derivation = derive(cell)
    step, ticks, product = derivation.forward, following(derivation.forward), derivation.jacobian().product()
    close(product.evaluate(ticks), unrolled(step, ticks))
    assert np.abs(product.evaluate(ticks[::-1]) - product.evaluate(ticks)).max() > 1e-3
    close(product.evaluate(ticks[:1]), derivation.jacobian().evaluate(ticks[0]))


def test_the_product_over_time_of_a_complex_state() -> None:
    derivation = derive(zoo["gateloop"])
    ticks = following(derivation.forward)
    close(derivation.jacobian().product().evaluate(ticks), unrolled(derivation.forward, ticks))


def following(step: Step) -> list[dict[str, object]]:
    """The leaves of three ticks, one after the other."""
    ticks = [sample(step, seed) for seed in (1, 2, 3)]
    for tick_, after in zip(ticks, ticks[1:], strict=False):
        known = interpret(step, tick_, numbers(step))
        after |= {step.names[p]: tick_[step.names[p]] for p in step.parameters}
        after |= {step.names[c.read]: known[f"{c.name}[t]"] for c in step.carries}
    return ticks


def unrolled(step: Step, ticks: list[dict[str, object]]) -> object:
    """∂s_T/∂s_k by perturbing each state at k and running the ticks."""
    rows = []
    for wrt in step.carries:
        state = {step.names[c.read]: ticks[0][step.names[c.read]] for c in step.carries}
        state[step.names[wrt.read]] = state[step.names[wrt.read]] + directions(wrt.read)
        for leaves in ticks:
            known = tick(step, {**leaves, **state})
            state = {step.names[c.read]: known[c.write] for c in step.carries}
        parts = [columns(state[step.names[c.read]], c.write, wrt.read) for c in step.carries]
        rows.append(np.concatenate(parts, axis=-2))
    return np.concatenate(rows, axis=-1)


def test_the_direct_path_multiplies_block_by_block() -> None:
    derivation = derive(LSTM)
    ticks = [sample(derivation.forward, seed) for seed in (1, 2)]
    for leaves in ticks:
        leaves |= {k: v for k, v in ticks[0].items() if k[0] in "WUb"}
    gates = [interpret(derivation.forward, tick, numbers(derivation.forward))["f"] for tick in ticks]
    product = derivation.jacobian("c", "c", path="direct").product()
    assert product.diagonal
    close(product.evaluate(ticks), (gates[0] * gates[1])[..., None] * np.eye(3))


def test_the_whole_jacobian_holds_its_blocks() -> None:
    derivation = derive(LSTM)
    values = sample(derivation.forward)
    whole = derivation.jacobian().evaluate(values)
    for row, of in enumerate(("h", "c")):
        for column, wrt in enumerate(("h", "c")):
            part = whole[:, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            close(part, derivation.jacobian(of, wrt).evaluate(values))
            assert derivation.jacobian().block(of, wrt) == derivation.jacobian(of, wrt)


def test_a_block_with_respect_to_the_input_and_of_an_intermediate() -> None:
    derivation = derive(LSTM)
    step = derivation.forward
    values = sample(step)
    state, x, gate, h = step.carries[1].write, step.inputs[0], step.find("f"), step.carries[0].read
    close(derivation.jacobian("c", "x").evaluate(values), columns(by_leaf(step, values, x)[state], state, x))
    close(derivation.jacobian("f", "h").evaluate(values), columns(by_leaf(step, values, h)[gate], gate, h))
    assert str(derivation.jacobian("f", "x")).startswith("∂f[t]/∂x[t]  (n_h, n_x), full")


def test_values_may_have_more_axes_or_none() -> None:
    block = derive(LSTM).jacobian("h", "h")
    values = sample(derive(LSTM).forward)
    single = {name: v[0] if name[0] in "xhc" else v for name, v in values.items()}
    close(block.evaluate(single), block.evaluate(values)[0])
    more = {name: v[None].repeat(2, 0) if name[0] in "xhc" else v for name, v in values.items()}
    assert block.evaluate(more).shape == (2, 4, 3, 3)
    assert derive(ScalarGate).jacobian("m", "m").evaluate(
        {**sample(derive(ScalarGate).forward), "kappa": np.float64(2)}
    ).shape == (4, 1, 1)


def test_a_deep_cell_has_a_jacobian_of_linear_size() -> None:
    sizes = {}
    for depth in (16, 32):
        block = derive(deep(depth)).jacobian("h", "h")
        sizes[depth] = len(block.terms) + sum(len(d.terms) for d in block.definitions)
    assert sizes[32] - sizes[16] == 3 * 16
    values = sample(block.step)
    carry = block.step.carries[0]
    exact = by_leaf(block.step, values, carry.read)[carry.write]
    close(block.evaluate(values), columns(exact, carry.write, carry.read))


def test_definitions_stand_before_their_use_and_total_uses_them_too() -> None:
    block = derive(deep(6)).jacobian("h", "h", "total")
    assert block == derive(deep(6)).jacobian("h", "h", "total") and hash(block)
    seen = set()
    for definition in block.definitions:
        used = {f for term in definition.terms for f in term.factors if f in {d.reference for d in block.definitions}}
        assert used <= seen
        seen.add(definition.reference)
    close(
        block.evaluate(sample(block.step), sample(block.step)), derive(deep(6)).jacobian().evaluate(sample(block.step))
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("c", "q"), "LSTM has no state 'q'; try h, c"),
        (("gate", "h"), "LSTM computes no 'gate'"),
        (("c", "c", "sideways"), "there is no path 'sideways'; say block"),
        (("c", "x", "total"), "an input is not carried"),
        (("c",), "a block needs two names"),
    ],
)
def test_wrong_names_are_refused(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        derive(LSTM).jacobian(*arguments)


def test_what_cannot_be_evaluated_or_multiplied_is_refused() -> None:
    derivation = derive(LSTM)
    values = sample(derivation.forward)
    with pytest.raises(UsageError, match="LSTM: no value is given for x"):
        derivation.jacobian("c", "c").evaluate({k: v for k, v in values.items() if k != "x"})
    with pytest.raises(UsageError, match=r"W_i has shape .*, not \(2,\)"):
        derivation.jacobian("c", "c").evaluate({**values, "W_i": np.ones(2)})
    with pytest.raises(UsageError, match=r"o\[t-1\] has no value; give the values of the tick before as previous="):
        derivation.jacobian("c", "c", "total").evaluate(values)
    for block in (
        derivation.jacobian("c", "h"),
        derivation.jacobian("c", "c", "total"),
        derivation.jacobian(path="total"),
    ):
        with pytest.raises(UsageError, match="other states held fixed"):
            block.product()
    with pytest.raises(UsageError, match="no ticks"):
        derivation.jacobian().product().evaluate([])
    with pytest.raises(UsageError, match="there is no state 'f'"):
        derivation.jacobian().block("f", "c")
