"""Emitted kernels against torch.nn.RNN, LSTM and GRU: same weights, outputs, last states and all gradients to 1e-12."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn

torch = pytest.importorskip("torch", reason="torch is not installed; `pip install torch==2.13.0` runs this comparison")

T, B, N_X, N_H = 11, 3, 5, 4
# Which blocks, in which order, are the rows of torch's weight_ih, weight_hh, bias_ih and bias_hh.
LAYOUT = {
    "elman": ("RNN", ("h",), ("b_h",), (None,)),
    "lstm": ("LSTM", ("i", "f", "g", "o"), ("b_i", "b_f", "b_g", "b_o"), (None,) * 4),
    "gru_cudnn": ("GRU", ("r", "z", "n"), ("b_r", "b_z", "b_n"), (None, None, "c_n")),
}


def stacks(id: str) -> dict[str, tuple[str | None, ...]]:
    """The blocks of every torch parameter; None stands for zeros, where torch has a second bias to be added."""
    _, gates, bias_ih, bias_hh = LAYOUT[id]
    return {
        "weight_ih_l0": tuple(f"W_{gate}" for gate in gates),
        "weight_hh_l0": tuple(f"U_{gate}" for gate in gates),
        "bias_ih_l0": bias_ih,
        "bias_hh_l0": bias_hh,
    }


def torch_layer(id: str, blocks: dict[str, Any]) -> Any:
    """torch's own layer with the same weights, in double precision."""
    layer = getattr(torch.nn, LAYOUT[id][0])(N_X, N_H).double()
    with torch.no_grad():
        for name, rows in stacks(id).items():
            stack = np.concatenate([np.zeros(N_H) if row is None else blocks[row] for row in rows])
            getattr(layer, name).copy_(torch.from_numpy(stack))
    return layer


def torch_run(id: str, blocks: dict[str, Any], x: Any, state: dict[str, Any], dy: Any, dstate: dict[str, Any]) -> Any:
    """Outputs, last state, and by torch's autograd the gradients of sum(y dy) + sum(state dstate)."""
    layer = torch_layer(id, blocks)
    x = torch.from_numpy(x).requires_grad_()
    start = {name: torch.from_numpy(value[None]).requires_grad_() for name, value in state.items()}
    y, last = layer(x, (start["h"], start["c"]) if "c" in start else start["h"])
    final = dict(zip(start, last if "c" in start else (last,), strict=True))
    loss = (y * torch.from_numpy(dy)).sum()
    loss = loss + sum((final[name][0] * torch.from_numpy(dstate[name])).sum() for name in final)
    loss.backward()
    gradients = {"dx": x.grad.numpy()} | {f"d{name}0": value.grad.numpy()[0] for name, value in start.items()}
    for name, rows in stacks(id).items():
        parts = np.split(getattr(layer, name).grad.numpy(), len(rows))
        gradients |= {f"d{row}": part for row, part in zip(rows, parts, strict=True) if row is not None}
    return y.detach().numpy(), {name: value.detach().numpy()[0] for name, value in final.items()}, gradients


def kernel_run(id: str, params: Any, x: Any, state: dict[str, Any], dy: Any, dstate: dict[str, Any]) -> Any:
    """The same from the emitted kernel."""
    kernel = symrnn.build(symrnn.zoo[id])
    y, last, tape = kernel.forward(params, x, state)
    dparams, dx, dstart = kernel.backward(params, tape, dy, dstate)
    gradients = {"dx": dx} | {f"d{name}0": value for name, value in dstart.items()}
    gradients |= {f"d{name}": value for name, value in kernel.unpack(dparams).items()}
    return y, last, gradients


def worst(a: Any, b: Any) -> float:
    """The largest difference, relative to the largest element."""
    return float(np.abs(a - b).max() / np.abs(b).max())


@pytest.mark.parametrize("id", LAYOUT)
def test_same_as_torch(id: str) -> None:
    rng = np.random.default_rng(7)
    kernel = symrnn.build(symrnn.zoo[id])
    params = kernel.init(N_X, N_H, rng=rng)
    params = {name: rng.normal(0, 0.7, array.shape) for name, array in params.items()}
    x, dy = rng.normal(size=(T, B, N_X)), rng.normal(size=(T, B, N_H))
    state, dstate = ({name: rng.normal(size=(B, N_H)) for name in kernel.STATES} for _ in range(2))

    y, last, gradients = kernel_run(id, params, x, state, dy, dstate)
    their_y, their_last, theirs = torch_run(id, kernel.unpack(params), x, state, dy, dstate)

    assert worst(y, their_y) < 1e-12
    assert all(worst(last[name], their_last[name]) < 1e-12 for name in their_last)
    assert gradients.keys() == theirs.keys()
    errors = {name: worst(gradients[name], theirs[name]) for name in theirs}
    assert max(errors.values()) < 1e-12, errors
