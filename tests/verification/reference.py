"""A module with the contract of emitted kernels that runs the reference interpreter: a second kernel for every cell.

It is slow and shares nothing with the backends, so what the checks say of it says something about the checks. Arrays
are put together here by their own few lines, not by those of the checks.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import sympy

from symrnn.adjoint import differentiate
from symrnn.cell import Cell
from symrnn.flat import carried, places
from symrnn.interpret import interpret, unroll, write_name
from symrnn.lower import lower
from symrnn.record import Record

TINY = 1e-30


def length(size: sympy.Expr, numbers: dict[str, float]) -> int:
    """A size in numbers."""
    return int(size.xreplace({s: sympy.Integer(numbers[s.name]) for s in size.free_symbols}))


class Reference:
    """The functions of a module for one cell."""

    def __init__(self, record: Record, accurate: bool, surrogates: bool) -> None:
        self.record, self.held, self.places = record, carried(record), places(record)
        self.program = differentiate(lower(record, surrogates=surrogates), accurate=accurate)

    def init(self, *sizes: int, rng: Any, dtype: Any = np.float64, **named: int) -> dict[str, Any]:
        order = sorted(map(str, self.record.sizes), key=lambda n: ("n_x", "n_h").index(n) if n in ("n_x", "n_h") else 2)
        numbers = dict(zip(order, sizes, strict=False)) | named
        params = {}
        for array in self.record.arrays:
            shape = [length(n, numbers) for n in array.shape]
            complex = any(d.complex for d in self.record.params if d.name == array.blocks[0])
            params[array.name] = rng.standard_normal(shape).astype(
                np.result_type(dtype, np.complex64) if complex else dtype
            )
        return params

    def sizes(self, params: dict[str, Any]) -> dict[str, float]:
        """The sizes that the shapes of the parameters say, and the named constants."""
        return dict(self.solved(tuple(np.shape(params[array.name]) for array in self.record.arrays)))

    @cache  # noqa: B019  a handful of objects, each for one test
    def solved(self, shapes: tuple[tuple[int, ...], ...]) -> dict[str, float]:
        lengths = [
            pair for a, s in zip(self.record.arrays, shapes, strict=True) for pair in zip(a.shape, s, strict=True)
        ]
        linear = [n - k for n, k in lengths if n.free_symbols and sympy.Poly(n, *n.free_symbols).total_degree() == 1]
        found = sympy.solve(linear, self.record.sizes, dict=True)[0] if linear else {}
        return {str(s): int(found[s]) for s in self.record.sizes} | dict(self.record.constants)

    def initial_state(self, params: dict[str, Any], B: int) -> dict[str, Any]:
        numbers, dtype = self.sizes(params), next(iter(params.values())).real.dtype
        state = {}
        for d in self.held:
            shape = (B, *([d.copies] if d.copies else []), *(length(n, numbers) for n in d.shape))
            start = 0 if d.name.removesuffix("_past") in {i.name for i in self.record.inputs} else d.start
            state[d.name] = np.full(shape, start, np.result_type(dtype, np.complex64) if d.complex else dtype)
        return state

    def pack(self, blocks: dict[str, Any]) -> dict[str, Any]:
        table = {d.name: d for d in self.record.params}
        return {
            a.name: np.concatenate([blocks[b] for b in a.blocks], axis=int(table[a.blocks[0]].copies is not None))
            if len(a.blocks) > 1
            else np.array(blocks[a.blocks[0]])
            for a in self.record.arrays
        }

    def unpack(self, params: dict[str, Any]) -> dict[str, Any]:
        table, numbers, blocks = {d.name: d for d in self.record.params}, self.sizes(params), {}
        for a in self.record.arrays:
            axis = int(table[a.blocks[0]].copies is not None)
            lengths = [length(table[b].shape[axis], numbers) for b in a.blocks] if a.shape else [1]
            cuts = np.cumsum(lengths)[:-1]
            parts = np.split(params[a.name], cuts, axis=axis) if len(a.blocks) > 1 else [params[a.name]]
            blocks |= dict(zip(a.blocks, parts, strict=True))
        return blocks

    def flat(self, arrays: dict[str, Any], axis: int) -> dict[str, Any]:
        found = {}
        for name, place in self.places.items():
            if place.name in arrays:
                value = np.asarray(arrays[place.name])
                value = value if place.index is None else np.take(value, place.index, axis=axis)
                found[name] = {"re": value.real, "im": value.imag, None: value}[place.part].astype(np.float64)
        return found

    def states(self, flat: dict[str, Any], B: int, dtype: Any) -> dict[str, Any]:
        state = {}
        for d in self.held:
            mine = [(n, p) for n, p in self.places.items() if p.name == d.name]
            rows = [
                sum(np.asarray(flat[n]) * (1j if p.part == "im" else 1) for n, p in mine if p.index == k)
                for k in dict.fromkeys(p.index for _, p in mine)
            ]
            value = np.stack(rows, axis=1) if d.copies else rows[0]
            state[d.name] = value.astype(np.result_type(dtype, np.complex64) if d.complex else dtype)
        return state

    def inputs(self, x: Any) -> dict[str, Any]:
        table = x if isinstance(x, dict) else {self.record.inputs[0].name: x}
        return {n: np.asarray(v, dtype=np.float64) for n, v in table.items()}

    def forward(self, params: dict[str, Any], x: Any, state: Any = None, *, work: Any = None) -> tuple[Any, Any, Any]:
        dtype, inputs = next(iter(params.values())).real.dtype, self.inputs(x)
        B, numbers, step = next(iter(inputs.values())).shape[1], self.sizes(params), self.program.forward
        state = self.initial_state(params, B) if state is None else state
        values, carry = {n: np.atleast_1d(v) for n, v in self.flat(self.unpack(params), 0).items()}, self.flat(state, 1)
        ticks, final = unroll(step, inputs, carry, values, numbers)
        y = {n: self.rows([t[n] for t in ticks], B, self.shape(n, numbers)).astype(dtype) for n in self.record.outputs}
        tape = (values, {n: v.shape for n, v in inputs.items()}, ticks, carry, numbers, dtype)
        return (next(iter(y.values())) if len(y) == 1 else y), self.states(final, B, dtype), tape

    def shape(self, name: str, numbers: dict[str, float]) -> tuple[int, ...]:
        return tuple(length(n, numbers) for n in self.record.shape_of(name))

    def rows(self, ticks: list[Any], B: int, shape: tuple[int, ...]) -> Any:
        return np.array([np.broadcast_to(t, (B, *shape)) for t in ticks]).reshape(len(ticks), B, *shape)

    def backward(
        self, params: Any, tape: Any, dy: Any, dstate: Any = None, *, work: Any = None
    ) -> tuple[Any, Any, Any]:
        values, shapes, ticks, carry, numbers, dtype = tape
        T, B = next(iter(shapes.values()))[:2]
        step, names = self.program.backward, self.record.outputs
        dy = {} if dy is None else dy if isinstance(dy, dict) else {names[0]: dy}
        dy = {f"dy_{n}": np.asarray(dy.get(n, np.zeros((T, B, *self.shape(n, numbers)))), dtype=float) for n in names}
        adjoint = {n: np.zeros(v.shape) for n, v in carry.items()} if dstate is None else self.flat(dstate, 1)
        wanted = {leaf.op.name for leaf in step.inputs if leaf.op.role in ("tape", "static")}
        results: list[dict[str, Any]] = []
        for t in reversed(range(T)):
            leaves = values | {n: ticks[t][n] for n in wanted} | {n: v[t] for n, v in dy.items()}
            leaves |= {step.names[c.read]: adjoint[c.name] for c in step.carries}
            results.insert(0, interpret(step, leaves, numbers))
            adjoint = {
                c.name: np.broadcast_to(results[0][write_name(step, c.name)], adjoint[c.name].shape)
                for c in step.carries
            }
        dx = {n: self.rows([r[f"d{n}"] for r in results], B, s[2:]).astype(dtype) for n, s in shapes.items()}
        sums = {n: sum((np.broadcast_to(r[f"d{n}"], (B, *v.shape)).sum(axis=0) for r in results), np.zeros(v.shape))
                for n, v in values.items()}  # fmt: skip
        blocks = self.blocks(sums, params)
        return blocks, (next(iter(dx.values())) if len(dx) == 1 else dx), self.states(adjoint, B, dtype)

    def blocks(self, flat: dict[str, Any], params: Any) -> dict[str, Any]:
        made = {}
        for d in self.record.params:
            mine = [(n, p) for n, p in self.places.items() if p.name == d.name]
            rows = [
                sum(flat[n] * (1j if p.part == "im" else 1) for n, p in mine if p.index == k)
                for k in dict.fromkeys(p.index for _, p in mine)
            ]
            made[d.name] = np.stack(rows) if d.copies else rows[0] if d.shape else rows[0].reshape(())
        return {n: v.astype(np.asarray(params[n]).dtype) for n, v in self.pack(made).items()}

    def step(self, params: Any, x_t: Any, state: Any) -> tuple[Any, Any]:
        x = {n: v[None] for n, v in x_t.items()} if isinstance(x_t, dict) else x_t[None]
        y, final, _ = self.forward(params, x, state)
        return ({n: v[0] for n, v in y.items()} if isinstance(y, dict) else y[0]), final

    def jacobian(self, params: Any, x_t: Any, state: Any) -> dict[tuple[str, str], Any]:
        step, numbers, carry = self.program.forward, self.sizes(params), self.flat(state, 1)
        leaves = {n: np.atleast_1d(v)[None, None] for n, v in self.flat(self.unpack(params), 0).items()}
        leaves |= {n: v[None] for n, v in self.inputs(x_t).items()}
        blocks = {}
        for wrt, value in carry.items():
            size = value[0].size
            moves = TINY * 1j * np.eye(size).reshape(size, 1, *value.shape[1:])
            tick = interpret(
                step, leaves | {f"{n}[t-1]": v[None] + (moves if n == wrt else 0) for n, v in carry.items()}, numbers
            )
            for of, target in carry.items():
                slope = np.broadcast_to(np.imag(tick[f"{of}[t]"]) / TINY, (size, *target.shape))
                blocks[of, wrt] = np.moveaxis(slope.reshape(size, len(target), -1), 0, -1)
        return blocks


def build(cell: type[Cell], backend: str = "numpy", *, accurate: bool = False, surrogates: bool = True) -> ModuleType:
    """The reference in place of an emitted module."""
    reference = Reference(cell.record, accurate, surrogates)
    module = ModuleType(cell.record.name)
    names = ("init", "initial_state", "pack", "unpack", "forward", "backward", "step", "jacobian")
    module.__dict__.update({name: getattr(reference, name) for name in names})
    module.__dict__.update({"CELL": cell.record.id, "__source__": "", "workspace": lambda *_: SimpleNamespace()})
    return module
