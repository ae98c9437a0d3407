"""The frozen record behind a cell: what was declared, what was written, how parameters are stacked.

A ``Cell`` is a class so that type checkers accept ``derive(LSTM)``; everything it knows is in one ``Record``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sympy

from symrnn.tree import Tree

Shape = tuple[sympy.Expr, ...]


@dataclass(frozen=True)
class Declaration:
    """An input, state or parameter: its name, its shape in symbols, and what it is drawn from.

    ``shape`` is ``(n,)`` for a vector, ``(rows, columns)`` for a matrix, ``(1,)`` for a scalar signal and ``()`` for a
    scalar parameter. ``family`` and ``block`` are set for blocks of a family: ``W.i`` is ``W_i``, family ``W``, block
    ``i``. A parameter of ``copies`` has them as the leading axis of its shape: (L, rows, columns).
    """

    name: str
    role: str
    shape: Shape
    domain: str = "real"
    start: float = 0.0
    fixed: bool = False
    init: float | Callable[..., Any] | None = field(default=None, compare=False)
    family: str | None = field(default=None, compare=False)
    block: str | None = field(default=None, compare=False)
    kind: str = field(default="signal", compare=False)  # or weight, bias, scale, matrix, vector, scalar
    copies: int | None = None
    complex: bool = False


@dataclass(frozen=True)
class Equation:
    """``name[t] = tree``, with the shape of its value and the line where the author wrote it.

    A static equation reads no input and no state: it has no time index and holds for the whole sequence. ``complex``
    says that the value is complex.
    """

    name: str
    tree: Tree
    shape: Shape
    static: bool = False
    line: int = field(default=0, compare=False)
    complex: bool = False


@dataclass(frozen=True)
class Array:
    """Parameters stacked by rows into one array; a single parameter is an array of one block.

    Copies stay the leading axis: blocks of L copies make an array (L, all rows, columns).
    """

    name: str
    shape: Shape
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Record:
    """Everything a cell says, in the author's order. Equality ignores its name, docstring and line numbers.

    ``source`` is how a command line names the cell, empty where it cannot: a cell of a running program.
    """

    name: str = field(compare=False)
    doc: str = field(compare=False)
    inputs: tuple[Declaration, ...]
    states: tuple[Declaration, ...]
    outputs: tuple[str, ...]
    params: tuple[Declaration, ...]
    constants: tuple[tuple[str, float], ...]
    sizes: tuple[sympy.Symbol, ...]
    equations: tuple[Equation, ...]
    arrays: tuple[Array, ...]
    id: str = field(default="", compare=False)
    source: str = field(default="", compare=False)

    def shape_of(self, name: str) -> Shape:
        """The shape of an input, state, parameter or equation by name."""
        shapes = {d.name: d.shape for d in (*self.inputs, *self.states, *self.params)}
        shapes |= {e.name: e.shape for e in self.equations}
        return shapes[name]
