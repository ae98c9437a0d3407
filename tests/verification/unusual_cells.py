"""Cells that together use everything the surface has, each with one run of it written out by hand in NumPy.

``by_hand`` gives outputs and final states of one row of a sample, from its flat values: an independent forward.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Size, State, Vector, Weight
from symrnn.ops import (
    concat,
    cumsum,
    diag,
    equal,
    exp,
    expm,
    eye,
    imag,
    layer_norm,
    logsumexp,
    modrelu,
    normalize,
    ones,
    real,
    reshape,
    rms_norm,
    softmax,
    solve,
    split,
    tanh,
    where,
)
from symrnn.verification.samples import Sample

Table = dict[str, Any]


class Remembering(Cell):
    """A state of three steps ago and an input of two steps ago."""

    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()

    h = tanh(W.a @ x + W.b @ x.delay(2) + U.a @ h + U.b @ h.delay(3) + b.h)


def remembering(p: Table, s: Table, x: Any) -> tuple[Table, Table]:
    states, inputs = [s["h_past[1]"], s["h_past[0]"], s["h"]], [s["x_past[1]"], s["x_past[0]"]]
    for x_t in x["x"]:
        old = p["W_a"] @ x_t + p["W_b"] @ inputs[-2] + p["U_a"] @ states[-1] + p["U_b"] @ states[-3] + p["b_h"]
        inputs.append(x_t)
        states.append(np.tanh(old))
    last = {"h": states[-1], "h_past[0]": states[-2], "h_past[1]": states[-3]}
    return {"h": states[3:]}, last | {"x_past[0]": inputs[-1], "x_past[1]": inputs[-2]}


class Turning(Cell):
    """A complex state whose eigenvalues are made once per sequence."""

    x = Input()
    h = State(complex=True)
    y = Output()
    nu, theta, b = Vector(h), Vector(h), Vector(h)
    B, C = Matrix(h, x, complex=True), Matrix(x, h, complex=True)

    lam = exp(-exp(nu) + 1j * exp(theta))
    r = where(b > 0, h, 2 - 0.5j) / lam
    h = lam * h + modrelu(B @ x + r, b)
    y = real(C @ h) - imag(C @ h**2) + abs(h).T @ ones() * x


def turning(p: Table, s: Table, x: Any) -> tuple[Table, Table]:
    lam = np.exp(-np.exp(p["nu"]) + 1j * np.exp(p["theta"]))
    B, C, h, b = p["B.re"] + 1j * p["B.im"], p["C.re"] + 1j * p["C.im"], s["h.re"] + 1j * s["h.im"], p["b"]
    outputs = []
    for x_t in x["x"]:
        z = B @ x_t + np.where(b > 0, h, 2 - 0.5j) / lam
        h = lam * h + z / abs(z) * np.maximum(abs(z) + b, 0)
        outputs.append((C @ h).real - (C @ h**2).imag + abs(h).sum() * x_t)
    return {"y": outputs}, {"h.re": h.real, "h.im": h.imag}


class Deep(Cell):
    """Two layers with weights of their own, copies of one parameter, beside weights without copies."""

    x = Input()
    h = State()
    W, R, b = Weight(x), Weight(h), Bias()

    for k in range(2):
        g = tanh(R.g[k] @ h + b.g[k])
        h = g + tanh(R.h[k] @ h + b.h[k] + W.h @ x)


def deep(p: Table, s: Table, x: Any) -> tuple[Table, Table]:
    h, outputs = s["h"], []
    for x_t in x["x"]:
        for k in (0, 1):
            g = np.tanh(p[f"R_g[{k}]"] @ h + p[f"b_g[{k}]"])
            h = g + np.tanh(p[f"R_h[{k}]"] @ h + p[f"b_h[{k}]"] + p["W_h"] @ x_t)
        outputs.append(h)
    return {"h": outputs}, {"h": h}


class Whole(Cell):
    """Functions of whole values: of vectors, and of the rows and columns of a matrix state."""

    n_k = Size()
    x = Input()
    S = State(n_k, 2 * n_k)
    y = Output()
    W, g, b = Weight(x, to=n_k), Vector(2 * n_k), Scalar()
    A = Matrix(n_k, n_k)

    u = W.u @ x
    v = layer_norm(concat(u, cumsum(W.v @ x)), g, b)
    left, right = split(softmax(v), 2)
    Q = expm(A - A.T)
    H = solve(eye() + diag(left) / 4, Q @ softmax(S, axis=1))
    S = rms_norm(H, g, axis=1) * 0.5 + normalize(S, p=3, axis=0) + u @ v.T
    y = logsumexp(S, axis=0) * logsumexp(v) + reshape(normalize(S, p=1, axis=1), 1, 2 * n_k**2) @ ones() + right.T @ u


def whole(p: Table, s: Table, x: Any) -> tuple[Table, Table]:
    S, outputs = s["S"], []
    k = len(S)
    skew, Q, term = p["A"] - p["A"].T, np.eye(k), np.eye(k)
    for n in range(1, 60):
        term = term @ skew / n
        Q = Q + term
    for x_t in x["x"]:
        u = p["W_u"] @ x_t
        v = np.concatenate([u, np.cumsum(p["W_v"] @ x_t)])
        v = (v - v.mean()) / np.sqrt(v.var() + 1e-5) * p["g"] + p["b"]
        share = np.exp(v) / np.exp(v).sum()
        rows = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
        H = np.linalg.solve(np.eye(k) + np.diag(share[:k]) / 4, Q @ rows)
        H = H / np.sqrt((H**2).mean(axis=1, keepdims=True) + 1e-5) * p["g"]
        S = H / 2 + S / ((abs(S) ** 3).sum(axis=0) + 1e-6) ** (1 / 3) + np.outer(u, v)
        flat = (S / (abs(S).sum(axis=1, keepdims=True) + 1e-6)).sum()
        outputs.append(np.log(np.exp(S).sum(axis=0)) * np.log(np.exp(v).sum()) + flat + share[k:] @ u)
    return {"y": outputs}, {"S": S}


class Clocked(Cell):
    """Masks, times, comparisons: points that lie on a jump by design."""

    x, m, t = Input(), Input(1, domain="mask"), Input(1, domain="time")
    h = State()
    W, b = Weight(x), Bias()
    T_h, M = Vector(h, domain="time"), Matrix(h, h, domain="mask")
    alpha = Constant(0.25)

    u = tanh(W.h @ x + M @ h + b.h)
    g = equal(t % T_h, 0) * where(m, u, alpha * u) + where(u >= b.h, u, 0.5)
    h = g + where(m > 0, h, 0.5 * h)


def clocked(p: Table, s: Table, x: Any) -> tuple[Table, Table]:
    h, outputs = s["h"], []
    for x_t, m, t in zip(x["x"], x["m"], x["t"], strict=True):
        u = np.tanh(p["W_h"] @ x_t + p["M"] @ h + p["b_h"])
        tick = np.array([round(t[0]) % round(T) == 0 for T in p["T_h"]])
        h = tick * (u if m[0] else 0.25 * u) + np.where(u >= p["b_h"], u, 0.5) + (h if m[0] else 0.5 * h)
        outputs.append(h)
    return {"h": outputs}, {"h": h}


CELLS = {Remembering: remembering, Turning: turning, Deep: deep, Whole: whole, Clocked: clocked}


def by_hand(cell: type[Cell], sample: Sample, row: int) -> tuple[Table, Table]:
    """Outputs ``(T, …)`` and final states of one row, by flat name."""
    states = {n: v[row] for n, v in sample.states.items()}
    return CELLS[cell](sample.parameters, states, {n: v[:, row] for n, v in sample.inputs.items()})
