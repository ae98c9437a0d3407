"""JAX as a contender: ``lax.scan`` over the tick, differentiated and compiled by JAX.

JAX is imported when a peer is made, and by nothing else.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import numpy as np

from symrnn.benchmark.problem import Problem
from symrnn.benchmark.ticks import tick_module

Array = Any


def installed() -> bool:
    """Whether JAX can be imported; it is not imported to find out."""
    return importlib.util.find_spec("jax") is not None


def version() -> str:
    """JAX's version."""
    return str(importlib.import_module("jax").__version__)


class _Functions:
    """NumPy's names for JAX's functions, as far as the ticks use them."""

    def __init__(self, jax: Any) -> None:
        self.jax, self.numpy = jax, jax.numpy

    def __getattr__(self, name: str) -> Any:
        return getattr(self.numpy if hasattr(self.numpy, name) else self.jax.nn, name)

    def addmm(self, c: Any, a: Any, b: Any) -> Any:
        return c + a @ b

    def pieces(self, array: Any, extents: tuple[int, ...]) -> Any:
        return self.numpy.split(array, [int(end) for end in np.cumsum(extents[:-1])], -1)

    def heaviside(self, z: Any, at_zero: float) -> Any:
        return (z > 0).astype(z.dtype)

    def logsigmoid(self, z: Any) -> Any:
        return self.jax.nn.log_sigmoid(z)

    @property
    def whole(self) -> dict[str, Any]:
        """Functions of whole values by the names that emitted code calls them by."""
        jax, numpy = self.jax, self.numpy

        def joined(*parts: Any) -> Any:
            lead = numpy.broadcast_shapes(*(part.shape[:-1] for part in parts))
            return numpy.concatenate([numpy.broadcast_to(part, lead + part.shape[-1:]) for part in parts], axis=-1)

        def logsumexp(v: Any, axis: int, keep: bool) -> Any:
            return jax.nn.logsumexp(v, axis=axis, keepdims=keep)

        def expm(a: Any) -> Any:
            return importlib.import_module("jax.scipy.linalg").expm(a)

        return {"_softmax": jax.nn.softmax, "_logsumexp": logsumexp, "_concat": joined, "_expm": expm}


class JaxScan:
    """The tick in ``lax.scan``, compiled with its gradient."""

    def __init__(self, problem: Problem) -> None:
        jax = self.jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        self.problem, sample = problem, problem.sample
        functions = _Functions(jax)
        module = tick_module(problem.schedule, problem.id)
        module.__dict__.update(functions.whole)
        numbers, dtype, T = sample.numbers, np.dtype(problem.dtype), problem.sizes[1]
        self.arguments = jax.device_put(
            (
                {name: np.atleast_1d(value) for name, value in sample.parameters.items()},
                sample.inputs,
                sample.states,
                tuple(sample.outputs.values()),
            )
        )

        def loss(params: Any, inputs: Any, state: Any, dy: Any) -> Any:
            once, sequences = module.once(functions, params, inputs, numbers, dtype)

            def tick(carry: Any, x: Any) -> Any:
                return module.tick(functions, once, carry, x, numbers, dtype)

            # JAX sorts the names of a mapping; the tick takes its state in the order of the cell.
            start = tuple(state[name] for name in sample.states)
            _, y = jax.lax.scan(tick, start, sequences, length=T)
            return sum(((a * b).sum() for a, b in zip(y, dy, strict=True)), 0.0), y

        step = jax.jit(jax.grad(loss, argnums=(0, 1, 2), has_aux=True))
        self.compiled = step.lower(*self.arguments).compile()

    def run(self) -> Any:
        """Forward and full backward."""
        return self.jax.block_until_ready(self.compiled(*self.arguments))

    def gradients(self) -> dict[str, Array]:
        """All gradients by flat name."""
        (dparams, dinputs, dstate), _ = self.run()
        starts = self.problem.sample.starts
        table = {f"d{name}": np.asarray(value) for name, value in (dparams | dinputs).items()}
        return table | {starts[name]: np.asarray(value) for name, value in dstate.items()}

    def held(self) -> int:
        """Bytes that the compiled program allocates, its results included."""
        found = self.compiled.memory_analysis()
        return int(found.temp_size_in_bytes + found.output_size_in_bytes)
