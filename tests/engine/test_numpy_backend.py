"""Emitted kernels: what they refuse and how they say it, and cells that need something special of the backend."""

from __future__ import annotations

import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import plain
import pytest
from runs import agree, kernel_results, meant

import symrnn
from symrnn.backends.numpy_names import OWN
from symrnn.cell import Bias, Cell, Input, Output, Scale, Size, State, Vector, Weight
from symrnn.errors import EmitError, UsageError
from symrnn.ops import sigmoid, tanh
from symrnn.zoo import zoo


class Two(Cell):
    """Two inputs, two states and two outputs, so that each is a mapping."""

    x, u = Input(), Input(1)
    h, m = State(), State(1)
    y, z = Output(), Output()
    W, U, V = Weight(x), Weight(h), Weight(h, to=1)
    h = tanh(W.h @ x + U.h @ h + m)
    m = sigmoid(V.m @ h) * u
    y = V.y @ h
    z = h * u


ONE, MANY = symrnn.build(zoo["lstm"]), symrnn.build(Two)
T, B, X, H = 3, 2, 2, 4
Numbers = dict[str, Any]


def numbers(kernel: Any) -> Numbers:
    """What a call of a kernel needs, by the names of its arguments."""
    rng = np.random.default_rng(0)
    state = {n: rng.normal(size=(B, H if n != "m" else 1)) for n in kernel.STATES}
    x = {n: rng.normal(size=(T, B, X if n == "x" else 1)) for n in kernel.INPUTS}
    dy = {n: rng.normal(size=(T, B, 1 if n == "y" else H)) for n in kernel.OUTPUTS}
    one = [next(iter(g.values())) if len(g) == 1 else g for g in (x, dy)]
    return {"params": kernel.init(X, H, rng=rng), "x": one[0], "state": state, "dy": one[1], "dstate": dict(state)}


def forward(kernel: Any, n: Numbers, **options: Any) -> Any:
    return kernel.forward(n["params"], n["x"], n["state"], **options)


def backward(kernel: Any, n: Numbers, tape: Any, **options: Any) -> Any:
    return kernel.backward(n["params"], tape, n["dy"], n["dstate"], **options)


def changed(n: Numbers, name: str, change: Callable[[Any], Any]) -> Numbers:
    return {**n, name: change(n[name])}


WRONG_FORWARD = {
    "params is a list": ("params", lambda p: list(p.values()), ValueError, "params must be a mapping with the names"),
    "a parameter missing": ("params", lambda p: {"W": p["W"], "U": p["U"]}, ValueError, r"not \['U', 'W'\]"),
    "a parameter too many": ("params", lambda p: {**p, "V": p["W"]}, ValueError, r"\['U', 'V', 'W', 'b'\]"),
    "half precision": ("params", lambda p: {n: np.float16(v) for n, v in p.items()}, TypeError, "'W'.* is float16"),
    "whole numbers": ("params", lambda p: {n: np.int64(v) for n, v in p.items()}, TypeError, "give float32 or float64"),
    "two precisions": ("params", lambda p: {**p, "b": np.float32(p["b"])}, TypeError, "must be float64, as the param"),
    "a parameter that is a list": ("params", lambda p: {**p, "b": list(p["b"])}, TypeError, "it must be a plain"),
    "three axes": ("params", lambda p: {**p, "W": p["W"][None]}, ValueError, r"\(1, 16, 2\); it must be \(4\*n_h, n_x"),
    "a row too many": ("params", lambda p: {**p, "U": p["U"][:-1]}, ValueError, r"params\['U'\] has shape \(15, 4\)"),
    "x is a list": ("x", lambda x: x.tolist(), TypeError, "x is <class 'list'>; it must be a plain NumPy array"),
    "x without a batch": ("x", lambda x: x[0], ValueError, r"x has shape \(2, 2\); it must be \(T, B, n_x\)"),
    "x too wide": ("x", lambda x: np.zeros((T, B, 5)), ValueError, r"must be \(T, B, n_x\) = \(3, 2, 2\)"),
    "x in float32": ("x", np.float32, TypeError, "x is float32; it must be float64"),
    "no state c": ("state", lambda s: {"h": s["h"]}, ValueError, r"state must be a mapping with the names \['c', 'h"),
    "a state of another batch": ("state", lambda s: {**s, "c": s["c"][:1]}, ValueError, r"state\['c'\] has shape \(1"),
    "a state of float32": ("state", lambda s: {**s, "c": np.float32(s["c"])}, TypeError, r"state\['c'\] is float32"),
}


@pytest.mark.parametrize("name", WRONG_FORWARD)
def test_wrong_arguments_of_forward_are_refused(name: str) -> None:
    key, change, error, message = WRONG_FORWARD[name]
    with pytest.raises(error, match=message):
        forward(ONE, changed(numbers(ONE), key, change))


def test_step_and_jacobian_check_like_forward() -> None:
    n = numbers(ONE)
    for function in (ONE.step, ONE.jacobian):
        with pytest.raises(ValueError, match=r"x_t has shape \(3, 2, 2\); it must be \(B, n_x\)"):
            function(n["params"], n["x"], n["state"])
        with pytest.raises(ValueError, match="state must be a mapping"):
            function(n["params"], n["x"][0], n["state"]["h"])


def test_several_inputs_and_outputs_are_mappings() -> None:
    n = numbers(MANY)
    y, _, tape = forward(MANY, n)
    assert y.keys() == {"y", "z"} and backward(MANY, n, tape)[1].keys() == {"x", "u"}
    with pytest.raises(ValueError, match=r"x must be a mapping with the names \['u', 'x'\], not <class 'numpy"):
        forward(MANY, changed(n, "x", lambda x: x["x"]))
    with pytest.raises(ValueError, match=r"x\['u'\] has shape \(3, 2, 2\); it must be \(T, B, 1\)"):
        forward(MANY, changed(n, "x", lambda x: {**x, "u": x["x"]}))
    with pytest.raises(ValueError, match=r"dy must be a mapping with the names \['y', 'z'\], not \['y'\]"):
        backward(MANY, changed(n, "dy", lambda dy: {"y": dy["y"]}), tape)
    assert not any(v.any() for v in MANY.backward(n["params"], tape, None)[0].values())


@pytest.mark.parametrize(
    ("key", "change", "error", "message"),
    [
        ("dy", lambda dy: dy[:2], ValueError, r"dy has shape \(2, 2, 4\); it must be \(T, B, n_h\) = \(3, 2, 4\)"),
        ("dy", np.float32, TypeError, "dy is float32"),
        ("dy", lambda dy: 1.0, TypeError, "dy is <class 'float'>"),
        ("dstate", lambda s: {"h": s["h"]}, ValueError, "dstate must be a mapping"),
        ("dstate", lambda s: {**s, "h": s["h"][:, :2]}, ValueError, r"dstate\['h'\] has shape \(2, 2\)"),
        ("params", lambda p: {n: np.float32(v) for n, v in p.items()}, ValueError, "the tape was made for .*float64"),
        ("params", lambda p: ONE.init(3, 4, rng=np.random.default_rng(0)), ValueError, "the tape"),
    ],
)
def test_wrong_arguments_of_backward_are_refused(key: str, change: Any, error: type[Exception], message: str) -> None:
    n = numbers(ONE)
    _, _, tape = forward(ONE, n)
    with pytest.raises(error, match=message):
        backward(ONE, changed(n, key, change), tape)
    assert backward(ONE, n, tape)[1].shape == (T, B, X)


def test_a_workspace_fits_one_shape_and_one_tape_at_a_time() -> None:
    n = numbers(ONE)
    work, other = (ONE.workspace(n["params"], T, B) for _ in range(2))
    with pytest.raises(ValueError, match=r"work was made for \(3, 2, 2, 4, .*\), this call needs \(2, 2, 2, 4,"):
        forward(ONE, changed(n, "x", lambda x: x[:2]), work=work)
    _, _, tape = forward(ONE, n, work=work)
    with pytest.raises(ValueError, match="work must be the workspace that forward was given"):
        backward(ONE, n, tape, work=other)
    backward(ONE, n, tape, work=work)
    forward(ONE, n, work=work)
    with pytest.raises(ValueError, match="the workspace of this tape was used again; run forward again"):
        backward(ONE, n, tape, work=work)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((-1, 2), ValueError, "T must be a whole number, 0 or more, not -1"),
        ((3, -2), ValueError, "B must be a whole number, 0 or more, not -2"),
        ((2.5, 2), ValueError, "T must be a whole number, 0 or more, not 2.5"),
        ((10**9, 10**9), MemoryError, "T=1000000000, B=1000000000 needs .* GiB of buffers"),
    ],
)
def test_a_workspace_of_no_possible_size_is_refused(sizes: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ONE.workspace(numbers(ONE)["params"], *sizes)


def test_parameters_are_packed_block_below_block_and_start_as_announced() -> None:
    n = numbers(ONE)["params"]
    blocks = ONE.unpack(n)
    assert list(blocks) == [f"{f}_{g}" for f in "WUb" for g in "ifgo"]
    for name, array in ONE.pack(blocks).items():
        np.testing.assert_array_equal(array, n[name])
    assert not n["b"].any() and np.abs(n["W"]).max() <= 1 / np.sqrt(X) and np.abs(n["U"]).max() <= 1 / np.sqrt(H)
    blocks["W_f"][...] = 7.0
    assert (n["W"][H : 2 * H] == 7.0).all()
    half = ONE.init(2, 3, rng=np.random.default_rng(0), dtype=np.float32)
    assert {v.dtype for v in half.values()} == {np.dtype(np.float32)}


class Starts(Cell):
    """Parameters and states that start from given numbers."""

    x = Input()
    h = State(start=0.5)
    W, b, p = Weight(x), Bias(init=1.0), Scale(domain="unit")
    tau, u = Vector(h, domain="positive"), Vector(h)
    h = p.h * h + tanh(W.h @ x + b.h) / tau * u


def test_what_a_cell_says_of_its_start_is_in_its_kernel() -> None:
    kernel = symrnn.build(Starts)
    params = kernel.unpack(kernel.init(2, 500, rng=np.random.default_rng(0)))
    assert (params["b_h"] == 1.0).all() and (kernel.initial_state(kernel.pack(params), 2)["h"] == 0.5).all()
    ranges = {"p_h": (0.1, 0.9), "tau": (0.5, 1.5), "u": (-1 / np.sqrt(500), 1 / np.sqrt(500))}
    for name, (low, high) in ranges.items():
        width = high - low
        assert low <= params[name].min() <= low + 0.05 * width and high - 0.05 * width <= params[name].max() <= high
    _, last, _ = kernel.forward(kernel.pack(params), np.zeros((0, 2, 2)))
    assert (last["h"] == 0.5).all()


def test_what_an_emitted_file_cannot_hold_is_refused() -> None:
    class Drawn(Cell):
        """A parameter that a Python function starts."""

        x = Input()
        h = State()
        W, b = Weight(x), Bias(init=lambda shape: np.ones(shape))
        h = tanh(W.h @ x + b.h)

    class Hidden(Cell):
        """A state of a length that no parameter has."""

        x = Input()
        n_k = Size()
        m = State(n_k)
        W = Weight(x, to=1)
        m = tanh(m + W.m @ x)

    class Alone(Cell):
        """A cell that nothing drives."""

        h = State()
        U = Weight(h)
        h = tanh(U.h @ h)

    with pytest.raises(EmitError, match="Alone has no inputs, from which a kernel learns T and B; add one"):
        symrnn.emit(Alone)
    with pytest.raises(EmitError, match="b_h starts from a Python function, which an emitted file cannot hold"):
        symrnn.emit(Drawn)
    with pytest.raises(EmitError, match="the shapes of the parameters do not tell n_k, .* e.g. n_k = 8"):
        symrnn.emit(Hidden)
    with pytest.raises(UsageError, match="there is no backend 'cobol'; there is c, numpy"):
        symrnn.emit(zoo["lstm"], "cobol")


def named_like_the_kernel(seed: int) -> type[Cell]:
    """A cell whose author chose the names that the kernel uses itself, or makes up."""
    made = ["held_0", "x_lanes", "U_T", "dh", "e_h", "zip", "s0", "dx", "W_rows", "h_prev", "h_next", "v_", "dy_h", "l"]
    x, h, c, W, U, b, g, q = random.Random(seed).sample([*sorted(OWN - {"_"}), *made], 8)

    def write(body: Any) -> None:
        body[x], body[h], body[c] = Input(), State(), State()
        body[W], body[U], body[b] = Weight(body[x]), Weight(body[h]), Bias()
        body[g] = sigmoid(body[W]["dh"] @ body[x] + body[U]["np"] @ body[h] + body[b]["T"])
        body[q] = tanh(body[U]["w"] @ (body[g] * body[c]) + body[b]["v"])
        body[c] = body[g] * body[c] + body[q]
        body[h] = tanh(body[c]) * body[g] + 0.1 * body[h]

    return types.new_class("Named", (Cell,), exec_body=write)


@pytest.mark.parametrize("seed", range(8))
def test_an_authors_names_never_meet_those_of_the_kernel(seed: int) -> None:
    cell = named_like_the_kernel(seed)
    (x,) = cell.inputs
    p = plain.problem(cell.record, np.random.default_rng(0), **{s.name: k + 2 for k, s in enumerate(cell.sizes)})
    kernel = symrnn.build(cell)
    agree(kernel_results(kernel, p), meant(p), 1e-12)
    blocks = kernel.jacobian(kernel.pack(p.params), p.x[x.name][0], p.state)
    assert blocks.keys() == {(of, wrt) for of in p.state for wrt in p.state}
