"""Complex values, copies and delays brought down to plain real ones: held against NumPy's own complex arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.cell import Cell, Input, Output, State, Vector, Weight
from symrnn.emission import build
from symrnn.flat import Place, carried, flat, pasts, places
from symrnn.interpret import interpret
from symrnn.lower import lower
from symrnn.ops import concat, exp, imag, modrelu, real, split, tanh, where

Array = Any


class Everything(Cell):
    """One of each operation on complex values."""

    x = Input()
    z = State(complex=True)
    h = State()
    y, u = Output(), Output()
    B, C = Weight(x, complex=True), Weight(z, complex=True)
    lam, b = Vector(z, complex=True), Vector(z)
    w = B.z @ x
    spin = 1j * tanh(b)  # no real part at all
    front, back = split(concat(spin, z), 2)
    decay = exp(1j * lam)
    ratio = (w + 2) / (lam - 1j * z)
    turned = front * back + where(b > 0, spin, w)
    z = decay * z - w * z / 3 + turned + (0.5 - 2j) * ratio + modrelu(w, b) + lam**2 - lam**-1
    h = tanh(real(z) * imag(w) + abs(z) + where(h > 0, h, b))
    y = real(C.y @ z)
    u = imag(C.y @ (z - w))


def everything(p: dict[str, Array], x: Array, z: Array, h: Array) -> tuple[Array, ...]:
    w, lam = p["B_z"] @ x, p["lam"]
    size, spin = np.abs(w), 1j * np.tanh(p["b"])
    kept = np.where(size + p["b"] > 0, w * (1 + p["b"] / size), 0)
    turned = spin * z + np.where(p["b"] > 0, spin, w)
    ratio = (w + 2) / (lam - 1j * z)
    z = np.exp(1j * lam) * z - w * z / 3 + turned + (0.5 - 2j) * ratio + kept + lam**2 - 1 / lam
    h = np.tanh(z.real * w.imag + np.abs(z) + np.where(h > 0, h, p["b"]))
    return z, h, (p["C_y"] @ z).real, (p["C_y"] @ (z - w)).imag


def complex_numbers(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def test_pairs_compute_what_complex_numbers_do() -> None:
    rng = np.random.default_rng(0)
    params = {"B_z": complex_numbers(rng, 3, 2), "C_y": complex_numbers(rng, 3, 3), "lam": complex_numbers(rng, 3)}
    params["b"] = rng.standard_normal(3)
    x, z, h = rng.standard_normal(2), complex_numbers(rng, 3), rng.standard_normal(3)
    leaves: dict[str, Array] = {"x": x, "z.re[t-1]": z.real, "z.im[t-1]": z.imag, "h[t-1]": h, "b": params["b"]}
    for name in ("B_z", "C_y", "lam"):
        leaves |= {f"{name}.re": params[name].real, f"{name}.im": params[name].imag}
    tick = interpret(lower(Everything.record), leaves, {"n_x": 2, "n_h": 3})
    expected = everything(params, x, z, h)
    found = (tick["z.re[t]"] + 1j * tick["z.im[t]"], tick["h[t]"], tick["y"], tick["u"])
    for actual, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-13)


def test_a_kernel_shows_complex_arrays() -> None:
    kernel = build(Everything)
    rng = np.random.default_rng(1)
    params = kernel.init(2, 3, rng=rng)
    params["lam"] = complex_numbers(rng, 3)
    x, state = rng.standard_normal((4, 2, 2)), kernel.initial_state(params, 2)
    state["z"] = complex_numbers(rng, 2, 3)
    y, last, tape = kernel.forward(params, x, state)
    assert state["z"].dtype == last["z"].dtype == params["B_z"].dtype == np.complex128
    for row in range(2):
        z, h = state["z"][row], state["h"][row]
        for t in range(4):
            z, h, *outputs = everything(kernel.unpack(params), x[t, row], z, h)
        np.testing.assert_allclose(last["z"][row], z, rtol=1e-12)
        np.testing.assert_allclose(y["u"][-1, row], outputs[1], rtol=1e-12)
    dparams, dx, dstate = kernel.backward(params, tape, {name: np.ones_like(v) for name, v in y.items()})
    assert dparams["B_z"].dtype == dstate["z"].dtype == np.complex128 and dx.dtype == np.float64
    single = {name: v.astype(np.complex64 if np.iscomplexobj(v) else np.float32) for name, v in params.items()}
    y, last, _ = kernel.forward(single, x.astype(np.float32))
    assert last["z"].dtype == np.complex64 and y["y"].dtype == np.float32


def test_the_gradient_of_a_complex_parameter_has_both_slopes() -> None:
    """dL/dRe + i dL/dIm, by central differences."""
    kernel = build(Everything, accurate=True)
    rng = np.random.default_rng(2)
    params = kernel.init(1, 2, rng=rng)
    params["lam"] = complex_numbers(rng, 2)
    x, state = rng.standard_normal((3, 1, 1)), kernel.initial_state(params, 1)
    state["z"] = complex_numbers(rng, 1, 2)
    y, _, tape = kernel.forward(params, x, state)
    gradient = kernel.backward(params, tape, {name: np.ones_like(v) for name, v in y.items()})[0]["lam"]

    def loss(move: Array) -> float:
        moved = kernel.forward({**params, "lam": params["lam"] + move}, x, state)[0]
        return float(sum(v.sum() for v in moved.values()))

    for k, unit in enumerate(np.eye(2)):
        slopes = [(loss(step * unit) - loss(-step * unit)) / 2e-6 for step in (1e-6, 1e-6j)]
        np.testing.assert_allclose([gradient[k].real, gradient[k].imag], slopes, rtol=1e-6)


class Remembering(Cell):
    """A state read three steps back, an input two steps back, and a parameter in two copies."""

    x, h = Input(), State(start=0.5)
    W, A = Weight(x), Weight(h)
    a = tanh(A.s[0] @ h + W.a @ x.delay(2))
    h = tanh(A.s[1] @ h.delay(3) + a + W.h @ x)


def test_names_of_what_is_remembered() -> None:
    record = Remembering.record
    assert pasts(record) == {"x": 2, "h": 2}
    assert [d.name for d in flat(record).states] == ["h", "x_past[0]", "x_past[1]", "h_past[0]", "h_past[1]"]
    assert places(record)["A_s[1]"] == Place("A_s", 1) and places(record)["h_past[1]"] == Place("h_past", 1)
    assert [d.name for d in carried(record)] == ["h", "x_past", "h_past"]
    assert flat(Everything.record) is not Everything.record


def test_delays_reach_back_to_before_the_first_step() -> None:
    kernel = build(Remembering)
    rng = np.random.default_rng(3)
    params = kernel.init(2, 3, rng=rng)
    assert params["A_s"].shape == (2, 3, 3)
    start = kernel.initial_state(params, 1)
    assert start["h_past"].shape == (1, 2, 3) and (start["h_past"] == 0.5).all() and not start["x_past"].any()
    state = {name: rng.standard_normal(v.shape) for name, v in start.items()}
    x = rng.standard_normal((5, 1, 2))
    y, last, _ = kernel.forward(params, x, state)
    blocks = kernel.unpack(params)
    before = [state["h_past"][0, 1], state["h_past"][0, 0], state["h"][0]]
    inputs = [state["x_past"][0, 1], state["x_past"][0, 0], *x[:, 0]]
    for t in range(5):
        a = np.tanh(blocks["A_s"][0] @ before[-1] + blocks["W_a"] @ inputs[t])
        before.append(np.tanh(blocks["A_s"][1] @ before[-3] + a + blocks["W_h"] @ inputs[t + 2]))
        np.testing.assert_allclose(y[t, 0], before[-1], rtol=1e-12)
    np.testing.assert_array_equal(last["h_past"][0], [y[3, 0], y[2, 0]])
    np.testing.assert_array_equal(last["x_past"][0], [x[4, 0], x[3, 0]])


def test_a_sequence_in_two_pieces() -> None:
    """The state holds all that a delay needs."""
    kernel = build(Remembering)
    rng = np.random.default_rng(4)
    params = kernel.init(2, 3, rng=rng)
    x = rng.standard_normal((6, 2, 2))
    whole, last, _ = kernel.forward(params, x)
    first, middle, _ = kernel.forward(params, x[:1])
    second, end, _ = kernel.forward(params, x[1:], middle)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)
    for name in last:
        np.testing.assert_allclose(end[name], last[name], rtol=1e-12)


def test_what_is_passed_in_is_checked() -> None:
    kernel = build(Everything)
    params = kernel.init(1, 2, rng=np.random.default_rng(5))
    x = np.zeros((1, 1, 1))
    with pytest.raises(TypeError, match="params\\['B_z'\\] is float64; it must be complex128"):
        kernel.forward({**params, "B_z": params["B_z"].real.copy()}, x)
    state = kernel.initial_state(params, 1)
    with pytest.raises(TypeError, match="state\\['z'\\] is float64"):
        kernel.forward(params, x, {**state, "z": state["z"].real.copy()})
