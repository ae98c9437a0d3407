"""Anybody's pair of functions at drawn points: its slopes, its gradients, and what it promises beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from symrnn.verification.arrays import Malformed
from symrnn.verification.comparison import block_error
from symrnn.verification.conclusion import Place
from symrnn.verification.difference import Central, along, central, probes
from symrnn.verification.given import NotFinite
from symrnn.verification.kernel import KERNEL_ERRORS

Array = Any
Table = dict[str, Array]
Forward = Callable[[Table], Mapping[str, Any]]
Backward = Callable[[Table, Table], Mapping[str, Any]]
Drawing = Callable[[np.random.Generator], Mapping[str, Any]]

LINEAR = 1e-12
COMPLEX_STEP = 1e-20  # of functions that are not ours, which may compute in single precision, where 1e-60 is 0


class Pair:
    """The two functions, with their results as arrays and their inputs never shared."""

    def __init__(self, forward: Forward, backward: Backward) -> None:
        self.given = (forward, backward)
        self.unjudged: set[str] = set()
        self.notes: set[str] = set()

    def forward(self, inputs: Table) -> Table:
        """Outputs as arrays."""
        return {n: np.asarray(v) for n, v in self.given[0](_copied(inputs)).items()}

    def backward(self, inputs: Table, cotangents: Table) -> Table:
        """Gradients by the name of their input. Raises Malformed."""
        gradients = {n: np.asarray(v) for n, v in self.given[1](_copied(inputs), _copied(cotangents)).items()}
        for name, value in gradients.items():
            if name not in inputs:
                raise Malformed(f"backward returns a gradient of {name}, which sample does not draw")
            if value.shape != inputs[name].shape:
                raise Malformed(f"the gradient of {name} has shape {value.shape}, {name} has {inputs[name].shape}")
        real = {n for n, v in inputs.items() if v.dtype.kind == "f"}
        self.unjudged |= real - set(gradients)
        if not real & set(gradients):
            raise Malformed("backward returns no gradient of a real input")
        return {n: v for n, v in gradients.items() if n in real}


def _copied(table: Table) -> Table:
    return {n: v.copy() for n, v in table.items()}


class Draw:
    """One drawn point of a pair."""

    def __init__(self, pair: Pair, inputs: Table, outputs: Table, cotangents: Table, rng: np.random.Generator) -> None:
        self.pair, self.inputs, self.outputs, self.cotangents = pair, inputs, outputs, cotangents
        self.gradients = pair.backward(inputs, cotangents)
        self.directions = probes({n: inputs[n] for n in self.gradients}, rng)
        lengths = {n for v in (*inputs.values(), *outputs.values()) for n in v.shape if n > 1}
        self.place = Place({}, {f"{n} (the length of an axis)": n for n in sorted(lengths)})
        self.predicted = {n: along(self.gradients[n], d) for n, d in self.directions.items()}

    def loss(self, inputs: Table) -> tuple[float, float]:
        """Σ cotangent·output, and the sum of the sizes of its terms."""
        outputs = self.pair.forward(inputs)
        terms = [np.ravel(c * outputs[n]) for n, c in self.cotangents.items()]
        return float(sum(np.sum(t) for t in terms)), float(sum(np.sum(np.abs(t)) for t in terms))

    def slopes(self, at: tuple[float, float]) -> dict[str, Central]:
        """Central differences of every judged input."""

        def evaluate(name: str, values: Array) -> Array:
            return np.array([self.loss(self.inputs | {name: value})[0] for value in values])

        return {n: central(evaluate, n, self.inputs[n], d, at) for n, d in self.directions.items()}

    def complex_slopes(self) -> Table | None:
        """Complex-step derivatives, or None where forward does not take complex numbers."""
        result = {}
        for name, directions in self.directions.items():
            slopes = []
            for direction in directions:
                try:
                    outputs = self.pair.forward(self.inputs | {name: self.inputs[name] + 1j * COMPLEX_STEP * direction})
                except KERNEL_ERRORS:
                    return None
                slopes.append(sum(np.sum(np.imag(outputs[n]) * c) for n, c in self.cotangents.items()) / COMPLEX_STEP)
            result[name] = np.array(slopes, dtype=np.float64)
        return result

    def shaped(self, table: Table) -> Table:
        """Values along unit vectors in the shape of their array."""
        shapes = {n: self.inputs[n].shape for n in table}
        return {n: v.reshape(shapes[n]) if v.size == int(np.prod(shapes[n])) else v for n, v in table.items()}


def drawn(pair: Pair, sample: Drawing, seed: tuple[int, ...]) -> Draw:
    """The point that ``sample`` draws from a seed. Raises NotFinite and Malformed."""
    rng = np.random.default_rng(seed)
    inputs = {n: np.asarray(v) for n, v in sample(rng).items()}
    inputs = {n: v.astype(np.float64) if v.dtype.kind == "f" else v for n, v in inputs.items()}
    wrong = [n for n, v in inputs.items() if v.dtype.kind == "f" and not np.all(np.isfinite(v))]
    if wrong:
        raise NotFinite(f"{', '.join(wrong)} holds NaN or infinity")
    outputs = pair.forward(inputs)
    single = [n for n, v in outputs.items() if v.dtype.kind == "f" and v.dtype.itemsize < 8]
    if single:
        raise Malformed(f"{', '.join(single)} is {outputs[single[0]].dtype}: a difference of it resolves nothing")
    cotangents = {n: rng.standard_normal(v.shape) for n, v in outputs.items() if v.dtype.kind == "f"}
    return Draw(pair, inputs, outputs, cotangents, rng)


def _same_twice(draw: Draw) -> str | None:
    outputs, gradients = draw.pair.forward(draw.inputs), draw.pair.backward(draw.inputs, draw.cotangents)
    wrong = [n for n, v in draw.outputs.items() if not np.array_equal(v, outputs[n], equal_nan=v.dtype.kind == "f")]
    wrong += [f"the gradient of {n}" for n, v in draw.gradients.items() if not np.array_equal(v, gradients[n])]
    return f"{', '.join(wrong)} differs in a second run" if wrong else None


def _untouched(draw: Draw) -> str | None:
    inputs, cotangents = _copied(draw.inputs), _copied(draw.cotangents)
    draw.pair.given[0](inputs)
    draw.pair.given[1](inputs, cotangents)
    wrong = [n for n, v in inputs.items() if not np.array_equal(v, draw.inputs[n])]
    wrong += [f"the cotangent of {n}" for n, v in cotangents.items() if not np.array_equal(v, draw.cotangents[n])]
    return f"{', '.join(wrong)} has been written to" if wrong else None


def _zero(draw: Draw) -> str | None:
    zero = {n: np.zeros_like(v) for n, v in draw.cotangents.items()}
    wrong = [n for n, v in draw.pair.backward(draw.inputs, zero).items() if np.any(v != 0)]
    return f"a zero cotangent gives a gradient of {', '.join(wrong)} that is not zero" if wrong else None


def _linear(draw: Draw) -> str | None:
    other = {n: np.flip(v) - 0.3 for n, v in draw.cotangents.items()}
    mixed = draw.pair.backward(draw.inputs, {n: 2.0 * v - 0.7 * other[n] for n, v in draw.cotangents.items()})
    second = draw.pair.backward(draw.inputs, other)
    expected = {n: 2.0 * v - 0.7 * second[n] for n, v in draw.gradients.items()}
    wrong = [n for n, v in expected.items() if not block_error(v, mixed[n]) <= LINEAR]
    return f"{', '.join(wrong)} is not linear in the cotangent" if wrong else None


CHECKS: dict[str, Callable[[Draw], str | None]] = {
    "the same result twice": _same_twice,
    "no array passed in is written to": _untouched,
    "backward of zero is zero": _zero,
    "backward is linear in the cotangent": _linear,
}
