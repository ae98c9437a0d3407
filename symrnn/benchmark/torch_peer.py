"""torch as a contender: its own fused layer where the cell is one, and a loop over ticks with its autograd.

torch is imported when a peer is made, and by nothing else; ``None`` says that it is not installed.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.benchmark.problem import Problem
from symrnn.benchmark.ticks import tick_module

Array = Any
# Of the cells that torch has a fused layer for: the layer, and the blocks that are the rows of its two biases.
# A name may be taken by a cell of another meaning; the comparison of gradients finds out.
FUSED: Mapping[str, tuple[str, tuple[str, ...], tuple[str | None, ...]]] = {
    "elman": ("RNN", ("h",), (None,)),
    "lstm": ("LSTM", ("i", "f", "g", "o"), (None, None, None, None)),
    "gru_cudnn": ("GRU", ("r", "z", "n"), (None, None, "c_n")),
}


def installed() -> bool:
    """Whether torch can be imported; it is not imported to find out."""
    return importlib.util.find_spec("torch") is not None


def version() -> str:
    """torch's version."""
    return str(importlib.import_module("torch").__version__)


def fused(problem: Problem) -> TorchLayer | None:
    """torch's own layer for the cell of a problem; None where it has none."""
    return TorchLayer(problem) if problem.id in FUSED else None


class _Functions:
    """NumPy's names for torch's functions, as far as the ticks use them."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch

    def __getattr__(self, name: str) -> Any:
        for place in (self.torch, self.torch.nn.functional):
            if hasattr(place, name):
                return getattr(place, name)
        raise AttributeError(name)

    def concatenate(self, parts: Any, axis: int = -1) -> Any:
        return self.torch.cat(parts, axis)

    def pieces(self, array: Any, extents: tuple[int, ...]) -> Any:
        return self.torch.split(array, extents, -1)

    def heaviside(self, z: Any, at_zero: float) -> Any:
        return (z > 0).to(z.dtype)

    def maximum(self, a: Any, b: Any) -> Any:
        return self.torch.maximum(*self.both(a, b))

    def minimum(self, a: Any, b: Any) -> Any:
        return self.torch.minimum(*self.both(a, b))

    def both(self, a: Any, b: Any) -> tuple[Any, Any]:
        """Two operands as tensors; a number becomes one like the other."""
        like = a if hasattr(a, "dtype") else b
        first, second = (v if hasattr(v, "dtype") else like.new_tensor(v) for v in (a, b))
        return first, second

    def mod(self, a: Any, b: Any) -> Any:
        return self.torch.remainder(a, b)

    def power(self, a: Any, b: Any) -> Any:
        return self.torch.pow(a, b)

    def ones(self, shape: Any, dtype: Any) -> Any:
        return self.torch.ones(shape, dtype=dtype)

    def full(self, count: int, value: float, dtype: Any) -> Any:
        return self.torch.full((count,), value, dtype=dtype)

    @property
    def whole(self) -> dict[str, Any]:
        """Functions of whole values by the names that emitted code calls them by."""
        torch = self.torch

        def joined(*parts: Any) -> Any:
            lead = torch.broadcast_shapes(*(part.shape[:-1] for part in parts))
            return torch.cat([part.expand(*lead, part.shape[-1]) for part in parts], -1)

        return {
            "_softmax": torch.softmax,
            "_logsumexp": torch.logsumexp,
            "_concat": joined,
            "_expm": torch.linalg.matrix_exp,
        }


class TorchPeer:
    """What both torch contenders have: the sample as tensors, and gradients by autograd."""

    def __init__(self, problem: Problem) -> None:
        self.torch = importlib.import_module("torch")
        self.torch.set_num_threads(1)
        self.problem, sample = problem, problem.sample
        self.dtype = getattr(self.torch, problem.dtype)
        self.params = {name: self.leaf(np.atleast_1d(value)) for name, value in sample.parameters.items()}
        self.inputs = {name: self.leaf(value) for name, value in sample.inputs.items()}
        self.state = {name: self.leaf(value) for name, value in sample.states.items()}
        self.dy = [self.torch.from_numpy(value) for value in sample.outputs.values()]

    def leaf(self, value: Array) -> Any:
        """A tensor that autograd differentiates by."""
        return self.torch.from_numpy(np.array(value)).requires_grad_()

    def outputs(self) -> list[Any]:
        """Forward: the outputs over time, in the cell's order."""
        return []

    def leaves(self) -> dict[str, Any]:
        """What is differentiated, by the name of its gradient."""
        starts = self.problem.sample.starts
        table = {f"d{name}": value for name, value in (self.params | self.inputs).items()}
        return table | {starts[name]: value for name, value in self.state.items()}

    def run(self) -> Any:
        """Forward and full backward."""
        leaves = list(self.leaves().values())
        y = self.outputs()
        return y, self.torch.autograd.grad(y, leaves, self.dy, allow_unused=True)

    def gradients(self) -> dict[str, Array]:
        """All gradients by flat name; 0 where autograd found no way."""
        table = self.leaves()
        found = self.run()[1]
        return {
            name: np.zeros(leaf.shape) if value is None else value.numpy()
            for (name, leaf), value in zip(table.items(), found, strict=True)
        }

    def held(self) -> int:
        """Bytes that are kept for the backward pass, with the outputs and the gradients of the inputs."""
        kept: dict[int, int] = {}
        fixed = {value.data_ptr() for value in (self.params | self.inputs | self.state).values()}

        def keep(tensor: Any) -> Any:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in fixed:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        with self.torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            y = self.outputs()
        for value in y:
            kept.setdefault(value.untyped_storage().data_ptr(), value.nbytes)
        return sum(kept.values()) + sum(int(value.nbytes) for value in self.inputs.values())


class TorchLoop(TorchPeer):
    """A loop over ticks with autograd: what a user of torch writes for a cell that torch has no layer for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.functions = _Functions(self.torch)
        self.module = tick_module(problem.schedule, problem.id)
        self.module.__dict__.update(self.functions.whole)

    def outputs(self) -> list[Any]:
        """Forward: the outputs over time."""
        np_, numbers, dtype = self.functions, self.problem.sample.numbers, self.dtype
        once, moving = self.module.once(np_, self.params, self.inputs, numbers, dtype)
        state, tick, ticks = tuple(self.state.values()), self.module.tick, []
        sequences = [value.unbind(0) for value in moving]
        for inputs in zip(*sequences, strict=True) if sequences else [()] * self.problem.sizes[1]:
            state, y = tick(np_, once, state, inputs, numbers, dtype)
            ticks.append(y)
        shapes = [value.shape[1:] for value in self.dy]
        columns = [[y[k] for y in ticks] for k in range(len(shapes))]
        return [
            self.torch.stack(c if c[0].shape == shape else [y.expand(shape) for y in c])
            for c, shape in zip(columns, shapes, strict=True)
        ]


class TorchLayer(TorchPeer):
    """``torch.nn.RNN``, ``LSTM`` or ``GRU`` with the same weights."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        kind, gates, second = FUSED[problem.id]
        _, _, n_x, n = problem.sizes
        self.layer = getattr(self.torch.nn, kind)(n_x, n).to(self.dtype)
        self.rows: dict[str, list[str | None]] = {
            "weight_ih_l0": [f"W_{gate}" for gate in gates],
            "weight_hh_l0": [f"U_{gate}" for gate in gates],
            "bias_ih_l0": [f"b_{gate}" for gate in gates],
            "bias_hh_l0": list(second),
        }
        with self.torch.no_grad():
            for name, blocks in self.rows.items():
                parts = [self.params[b] if b else self.torch.zeros(n, dtype=self.dtype) for b in blocks]
                getattr(self.layer, name).copy_(self.torch.cat(parts))

    def leaves(self) -> dict[str, Any]:
        """The layer's own parameters, inputs and states."""
        table = {name: getattr(self.layer, name) for name in self.rows} | {"dx": self.inputs["x"]}
        return table | {self.problem.sample.starts[name]: value for name, value in self.state.items()}

    def outputs(self) -> list[Any]:
        """Forward: the outputs over time."""
        state = [value[None] for value in self.state.values()]
        y, _ = self.layer(self.inputs["x"], tuple(state) if len(state) > 1 else state[0])
        return [y]

    def gradients(self) -> dict[str, Array]:
        """All gradients by flat name: the rows of the layer's arrays are the blocks."""
        found = super().gradients()
        for name, blocks in self.rows.items():
            parts = np.split(found.pop(name), len(blocks))
            found |= {f"d{b}": part for b, part in zip(blocks, parts, strict=True) if b is not None}
        return found
