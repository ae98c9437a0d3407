"""A NaN has to show where it matters, and may be dropped where a mask, a comparison or a branch says nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import reference

from symrnn.cell import Cell, Input, State, Weight
from symrnn.lower import lower
from symrnn.ops import equal, tanh, where
from symrnn.verification.cases import CASES, draw
from symrnn.verification.kernel import Kernel
from symrnn.verification.nans import nan_passes


class Masked(Cell):
    """An input that a mask may hide, and a time that reaches the output through a comparison alone."""

    x, m, t = Input(), Input(1, domain="mask"), Input(1, domain="time")
    h = State()
    W = Weight(x)

    u = tanh(W.h @ x)
    h = where(m > 0, u, h / 2) + equal(t, 2) * h


DRAWN = draw(Masked.record, lower(Masked.record), CASES[0], (2, 0))
MASK = np.ones_like(DRAWN.inputs["m"])
MASK[2, 2] = 0.0  # where a NaN is put first, in the middle tick of the last row, it says nothing
POINT = replace(DRAWN, inputs=DRAWN.inputs | {"m": MASK})
Change = Callable[[ModuleType], None]


def wrong(change: Change | None = None) -> str | None:
    """What the check says of the reference with a change."""
    module = reference.build(Masked)
    if change is not None:
        change(module)
    with np.errstate(all="ignore"):
        return nan_passes(Kernel(module, Masked.record, "given"), POINT)


def inputs_changed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    def plant(module: ModuleType) -> None:
        forward = module.forward
        module.forward = lambda params, x, *rest, **options: forward(params, change(x), *rest, **options)

    return plant


def gradients_changed(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Change:
    def plant(module: ModuleType) -> None:
        backward = module.backward

        def changed(*given: Any, **options: Any) -> Any:
            dparams, dx, dstate = backward(*given, **options)
            return dparams, dx | change(dx), dstate

        module.backward = changed

    return plant


def test_the_reference_passes() -> None:
    assert wrong() is None


def test_what_a_mask_hides_may_be_dropped() -> None:
    assert wrong(inputs_changed(lambda x: x | {"x": np.where(x["m"] > 0, x["x"], 0.0)})) is None


def test_what_is_only_compared_may_be_dropped() -> None:
    assert wrong(inputs_changed(lambda x: x | {"t": np.nan_to_num(x["t"])})) is None


def summed(axis: int | None) -> Change:
    """Nothing is changed, but every row or step of x reads all of them."""
    return inputs_changed(lambda x: x | {"x": x["x"] + 0 * x["x"].sum(axis=axis, keepdims=True)})


def summed_gradient(axis: int) -> Change:
    """The same for the gradient of x."""
    return gradients_changed(lambda dx: {"x": dx["x"] + 0 * dx["x"].sum(axis=axis, keepdims=True)})


PLANTS: dict[str, tuple[Change, tuple[str, str]]] = {
    "swallowed": (inputs_changed(lambda x: x | {"x": np.nan_to_num(x["x"])}), ("in x[", "lost on the way")),
    "another row": (summed(1), ("in x[", "other rows")),
    "an earlier step": (summed(0), ("in x[", "or steps")),
    "a later step of a gradient": (summed_gradient(0), ("cotangent of h[", "or steps of dx")),
    "another row of a gradient": (summed_gradient(1), ("cotangent of h[", "other rows")),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_is_found(name: str) -> None:
    change, parts = PLANTS[name]
    found = wrong(change)
    assert found is not None and all(part in found for part in parts), found
