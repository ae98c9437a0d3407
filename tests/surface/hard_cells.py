"""Published cells that ask the most of the surface, each with one step written by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Size, State, Vector, Weight
from symrnn.ops import (
    exp,
    eye,
    logsigmoid,
    maximum,
    minimum,
    normalize,
    ones,
    reshape,
    round_st,
    sigmoid,
    silu,
    softmax,
    softplus,
    solve,
    sqrt,
    tanh,
)

Values = Mapping[str, Any]
Step = Callable[[Values, Values], dict[str, Any]]


def sigma(v: Any) -> Any:
    return 1 / (1 + np.exp(-v))


class GatedDelta(Cell):
    """Gated DeltaNet (Yang, Kautz & Hatamizadeh 2025)."""

    n_k, n_v = Size(), Size()
    x = Input()
    S = State(n_k, n_v)
    y = Output()
    W, w = Weight(x), Weight(x, to=1)
    a_log, dt_b = Scalar(), Scalar()
    q = normalize(silu(W.q @ x)) / sqrt(n_k)
    k = normalize(silu(W.k @ x))
    v = silu(W.v @ x)
    beta = sigmoid(w.b @ x)
    g = -exp(a_log) * softplus(w.a @ x + dt_b)
    S_bar = exp(g) * S
    S = S_bar + beta * k @ (v - S_bar.T @ k).T
    y = S.T @ q


def gated_delta(p: Values, s: Values) -> dict[str, Any]:
    x = s["x"]
    q, k, v = (a * sigma(a) for a in (p["W_q"] @ x, p["W_k"] @ x, p["W_v"] @ x))
    q, k = (a / np.sqrt(a @ a + 1e-6) for a in (q, k))
    decay = np.exp(-np.exp(p["a_log"]) * np.log1p(np.exp(p["w_a"] @ x + p["dt_b"])))
    memory = decay * s["S"]
    memory = memory + sigma(p["w_b"] @ x) * np.outer(k, v - memory.T @ k)
    return {"S": memory, "y": memory.T @ q / np.sqrt(len(q))}


class MatrixLSTM(Cell):
    """mLSTM of xLSTM (Beck et al. 2024)."""

    n_k, n_v = Size(), Size()
    x = Input()
    S, nrm, m = State(n_k, n_v), State(n_k), State(1)
    h = Output()
    W, w, b = Weight(x), Weight(x, to=1), Bias()
    b_i, b_f = Vector(1), Vector(1)
    epsilon = Constant(1e-6)
    q = W.q @ x + b.q
    k = (W.k @ x + b.k) / sqrt(n_k)
    v = W.v @ x + b.v
    i_tilde = w.i @ x + b_i
    f_tilde = logsigmoid(w.f @ x + b_f) + m
    m = maximum(f_tilde, i_tilde)
    S = exp(f_tilde - m) * S + exp(i_tilde - m) * (k @ v.T)
    nrm = exp(f_tilde - m) * nrm + exp(i_tilde - m) * k
    h = S.T @ q / (maximum(abs(q.T @ nrm), exp(-m)) + epsilon)


def matrix_lstm(p: Values, s: Values) -> dict[str, Any]:
    x = s["x"]
    q, v = p["W_q"] @ x + p["b_q"], p["W_v"] @ x + p["b_v"]
    k = (p["W_k"] @ x + p["b_k"]) / np.sqrt(len(q))
    i, f = p["w_i"] @ x + p["b_i"], -np.log1p(np.exp(-p["w_f"] @ x - p["b_f"])) + s["m"]
    m = np.maximum(f, i)
    memory = np.exp(f - m) * s["S"] + np.exp(i - m) * np.outer(k, v)
    norm = np.exp(f - m) * s["nrm"] + np.exp(i - m) * k
    return {"S": memory, "nrm": norm, "m": m, "h": memory.T @ q / (max(abs(q @ norm), np.exp(-m)[0]) + 1e-6)}


class MassConserving(Cell):
    """MC-LSTM (Hoedt et al. 2021)."""

    x, u = Input(), Input(1, domain="positive")
    c = State()
    h = Output()
    W, U, b = Weight(x), Weight(c), Bias()
    q = normalize(c, p=1)
    i = softmax(W.i @ x + U.i @ q + b.i)
    o = sigmoid(W.o @ x + U.o @ q + b.o)
    R = softmax(reshape(W.R @ x + U.R @ q + b.R, c, c), axis=0)
    m = R @ c + i * u
    c = (1 - o) * m
    h = o * m


def mass_conserving(p: Values, s: Values) -> dict[str, Any]:
    q = s["c"] / (np.abs(s["c"]).sum() + 1e-6)
    i, o, r = (p[f"W_{g}"] @ s["x"] + p[f"U_{g}"] @ q + p[f"b_{g}"] for g in "ioR")
    r = np.exp(r.reshape(len(q), len(q)))
    m = r / r.sum(axis=0) @ s["c"] + np.exp(i) / np.exp(i).sum() * s["u"]
    return {"c": (1 - sigma(o)) * m, "h": sigma(o) * m}


class LiquidTime(Cell):
    """LTC with two steps of the fused solver (Hasani et al. 2021)."""

    x, ts = Input(), Input(1, domain="positive")
    v = State()
    g_l, v_l, c_m = Vector(v, domain="positive"), Vector(v), Vector(v, domain="positive")
    w, sig, mu, E = Matrix(v, v, domain="positive"), Matrix(v, v), Matrix(v, v), Matrix(v, v)
    w_s, mu_s, E_s = Matrix(), Matrix(), Matrix()
    K = Constant(2)
    a = w_s * sigmoid(x @ ones().T - mu_s)
    N_s, D_s = (a * E_s).T @ ones(), a.T @ ones()
    C_hat = c_m / (ts / K)
    for _ in range(K):
        b = w * sigmoid(sig * (v @ ones().T - mu))
        v = (C_hat * v + g_l * v_l + (b * E).T @ ones() + N_s) / (C_hat + g_l + b.T @ ones() + D_s)


def liquid_time(p: Values, s: Values) -> dict[str, Any]:
    a = p["w_s"] * sigma(s["x"][:, None] - p["mu_s"])
    v, c = s["v"], p["c_m"] / (s["ts"] / 2)
    for _ in range(2):
        b = p["w"] * sigma(p["sig"] * (v[:, None] - p["mu"]))
        v = c * v + p["g_l"] * p["v_l"] + (b * p["E"]).sum(axis=0) + (a * p["E_s"]).sum(axis=0)
        v = v / (c + p["g_l"] + b.sum(axis=0) + a.sum(axis=0))
    return {"v": v}


class Legendre(Cell):
    """HiPPO-LegS (Gu et al. 2020)."""

    u, t = Input(1), Input(1, domain="time")
    c = State()
    A, b = Matrix(c, c, fixed=True), Vector(c, fixed=True)
    c = solve(eye() + A / (2 * t), (eye() - A / (2 * t)) @ c + b / t * u)


def legendre(p: Values, s: Values) -> dict[str, Any]:
    half, unit = p["A"] / (2 * s["t"]), np.eye(len(s["c"]))
    return {"c": np.linalg.solve(unit + half, (unit - half) @ s["c"] + p["b"] / s["t"] * s["u"])}


class Skip(Cell):
    """Skip RNN (Campos et al. 2018)."""

    x = Input()
    h, v = State(), State(1, start=1.0)
    W, U, b = Weight(x), Weight(h), Bias()
    W_p, b_p = Matrix(1, h), Vector(1)
    u = round_st(v)
    h = u * tanh(W.h @ x + U.h @ h + b.h) + (1 - u) * h
    delta = sigmoid(W_p @ h + b_p)
    v = u * delta + (1 - u) * (v + minimum(delta, 1 - v))


def skip(p: Values, s: Values) -> dict[str, Any]:
    u = np.floor(s["v"] + 0.5)
    h = u * np.tanh(p["W_h"] @ s["x"] + p["U_h"] @ s["h"] + p["b_h"]) + (1 - u) * s["h"]
    delta = sigma(p["W_p"] @ h + p["b_p"])
    return {"h": h, "v": u * delta + (1 - u) * (s["v"] + np.minimum(delta, 1 - s["v"]))}


CELLS: dict[str, tuple[type[Cell], Step, str]] = {
    "gated delta": (GatedDelta, gated_delta, "W_q k,x W_k k,x W_v v,x w_b 1,x w_a 1,x a_log  dt_b "),
    "matrix LSTM": (
        MatrixLSTM,
        matrix_lstm,
        "W_q k,x W_k k,x W_v v,x w_i 1,x w_f 1,x b_i 1 b_f 1 b_q k b_k k b_v v",
    ),
    "mass": (MassConserving, mass_conserving, "W_i h,x U_i h,h b_i h W_o h,x U_o h,h b_o h W_R hh,x U_R hh,h b_R hh"),
    "liquid": (LiquidTime, liquid_time, "g_l h v_l h c_m h w h,h sig h,h mu h,h E h,h w_s x,h mu_s x,h E_s x,h"),
    "Legendre": (Legendre, legendre, "A h,h b h"),
    "skip": (Skip, skip, "W_h h,x U_h h,h b_h h W_p 1,h b_p 1"),
}
