"""The complex step resolves what the kernels resolve: huge gradients, tiny values; it refutes no right kernel."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.cell import Bias, Cell, Input, Scalar, State, Vector, Weight
from symrnn.ops import REGISTRY, exp, heaviside_st, softplus, tanh
from symrnn.verification import verify
from symrnn.verification.difference import COMPLEX_STEP


class Spiking(Cell):
    """Declared derivatives let the gradient grow by orders of magnitude a step, the values stay of order 1."""

    x = Input()
    v, s = State(), State()
    W, R = Weight(x), Weight(s)
    beta, theta = Vector(v, domain="unit"), Scalar(domain="positive")
    v = beta * v * (1 - s) + W.v @ x + R.v @ s
    s = heaviside_st(v - theta)


class Decay(Cell):
    """A time constant of 1e-18 divides."""

    x, dt = Input(), Input(1, domain="positive")
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    tau = softplus(W.tau @ x + b.tau)
    h = exp(-dt / tau) * h + (1 - exp(-dt / tau)) * tanh(W.h @ x + U.h @ h + b.h)


@pytest.mark.parametrize("seed", [3, 5, 8])
def test_a_gradient_that_explodes_is_resolved(seed: int) -> None:
    certificate = verify(Spiking, seed=seed)
    assert certificate.verdict == "SURROGATE", str(certificate)


def test_a_value_near_nothing_is_resolved() -> None:
    certificate = verify(Decay, seed=1178177290)
    assert certificate.verdict == "VERIFIED", str(certificate)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_a_step_off_the_real_line_moves_no_value_on_it(name: str) -> None:
    """A function of a complex number whose real part has lost digits is no reference for anything."""
    op = REGISTRY[name]
    sizes = np.array([1e-30, 1e-18, 1e-12, 1e-8, 1e-4, 0.1, 0.5, 1.0, 3.0, 10.0, 20.0, 36.0, 40.0, 100.0, 300.0])
    points = sizes if op.domain == "positive" else np.concatenate([-sizes, sizes])
    others = [np.full_like(points, 0.7)] * (op.arity - 1)
    for k in range(op.arity):
        real = [*others[:k], points, *others[k:], *(op.defaults or ())]
        moved = [*real[:k], points + 1j * COMPLEX_STEP, *real[k + 1 :]]
        np.testing.assert_allclose(np.real(op.value(*moved)), op.value(*real), rtol=1e-14, atol=1e-100)
