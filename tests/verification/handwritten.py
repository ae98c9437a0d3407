"""An LSTM written by hand to the contract of emitted modules: an independent reference, and something to plant bugs in.

Plain and slow on purpose: per step, one line per formula. ``ACCURATE`` chooses how derivatives are written.
"""

import numpy as np

CELL = "lstm"
ACCURATE = False


def init(n_x, n_h, *, rng, dtype=np.float64):
    shapes = {"W": (4 * n_h, n_x), "U": (4 * n_h, n_h)}
    params = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    return params | {"b": np.zeros(4 * n_h, dtype)}


def initial_state(params, B):
    n = params["U"].shape[1]
    return {name: np.zeros((B, n), params["U"].dtype) for name in ("h", "c")}


def workspace(params, T, B):
    return {"T": T, "B": B}


def pack(blocks):
    return {name: np.concatenate([blocks[f"{name}_{gate}"] for gate in "ifgo"]) for name in ("W", "U", "b")}


def unpack(params):
    return {f"{n}_{gate}": np.split(params[n], 4)[k] for n in ("W", "U", "b") for k, gate in enumerate("ifgo")}


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, np.ones_like(z)) / (1 + e)


def d_sigmoid(z):
    if not ACCURATE:
        return sigmoid(z) * (1 - sigmoid(z))
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


def d_tanh(z):
    if not ACCURATE:
        return 1 - np.tanh(z) ** 2
    e = np.exp(-2 * np.abs(z))
    return 4 * e / (1 + e) ** 2


def gates(params, x_t, state):
    z = x_t @ params["W"].T + state["h"] @ params["U"].T + params["b"]
    return np.split(z, 4, axis=-1)


def step(params, x_t, state):
    zi, zf, zg, zo = gates(params, x_t, state)
    c = sigmoid(zf) * state["c"] + sigmoid(zi) * np.tanh(zg)
    h = sigmoid(zo) * np.tanh(c)
    return h, {"h": h, "c": c}


def forward(params, x, state=None, *, work=None):
    state = initial_state(params, x.shape[1]) if state is None else state
    y = np.zeros((*x.shape[:2], params["U"].shape[1]), x.dtype)
    states = [state]
    for t in range(len(x)):
        y[t], state = step(params, x[t], state)
        states.append(state)
    return y, {name: value.copy() for name, value in state.items()}, (x, states)


def backward(params, tape, dy, dstate=None, *, work=None):
    x, states = tape
    dparams = {name: np.zeros_like(value) for name, value in params.items()}
    dx = np.zeros_like(x)
    dh, dc = (np.zeros_like(states[0][n]) if dstate is None else dstate[n].copy() for n in ("h", "c"))
    for t in reversed(range(len(x))):
        dh = dh + dy[t] if dy is not None else dh
        old, c = states[t], states[t + 1]["c"]
        zi, zf, zg, zo = gates(params, x[t], old)
        do = dh * np.tanh(c)
        dc = dc + dh * sigmoid(zo) * d_tanh(c)
        df = dc * old["c"]
        di = dc * np.tanh(zg)
        dg = dc * sigmoid(zi)
        dz = np.concatenate([di * d_sigmoid(zi), df * d_sigmoid(zf), dg * d_tanh(zg), do * d_sigmoid(zo)], axis=-1)
        dparams["W"] += dz.T @ x[t]
        dparams["U"] += dz.T @ old["h"]
        dparams["b"] += dz.sum(axis=0)
        dx[t] = dz @ params["W"]
        dh = dz @ params["U"]
        dc = dc * sigmoid(zf)
    return dparams, dx, {"h": dh, "c": dc}


def jacobian(params, x_t, state):
    zi, zf, zg, zo = gates(params, x_t, state)
    ui, uf, ug, uo = np.split(params["U"], 4)
    c = sigmoid(zf) * state["c"] + sigmoid(zi) * np.tanh(zg)
    eye = np.eye(len(params["U"]) // 4)
    cc = sigmoid(zf)[..., None] * eye
    ch = (state["c"] * d_sigmoid(zf))[..., None] * uf + (np.tanh(zg) * d_sigmoid(zi))[..., None] * ui
    ch = ch + (sigmoid(zi) * d_tanh(zg))[..., None] * ug
    through = (sigmoid(zo) * d_tanh(c))[..., None]
    hh = through * ch + (np.tanh(c) * d_sigmoid(zo))[..., None] * uo
    return {("h", "h"): hh, ("h", "c"): through * cc, ("c", "h"): ch, ("c", "c"): cc}
