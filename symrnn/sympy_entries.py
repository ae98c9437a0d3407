"""The equations of a cell at given sizes, as matrices of scalars in SymPy's own functions, which ``diff`` can take.

It shares nothing with the engine's own rules: each operation is evaluated by its definition. A vector is a column, a
scalar a matrix of one row and one column. A complex entry is written in two real symbols, ``a_re + i a_im``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from symrnn.errors import CellError
from symrnn.ops import REGISTRY
from symrnn.record import Record
from symrnn.scope import exact
from symrnn.sympy_view import RELATIONS, rational, timed
from symrnn.sympy_whole import WHOLE, Grid, indicator, modulus, where
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
)
from symrnn.unify import size_symbol


def scalar_equations(record: Record, sizes: Mapping[str, int]) -> tuple[sympy.Eq, ...]:
    """The explicit view at given sizes: matrices of real symbols ``h_t_0``, ``W_i_0_1`` in SymPy's own functions."""
    expected = {str(size) for size in record.sizes}
    if set(sizes) != expected:
        raise CellError(f"{record.name}.sympy() takes no sizes or all of them: {', '.join(sorted(expected))}")
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise CellError(f"{record.name}.sympy({name}={size!r}): a size is an integer of at least 1")
    view = _ScalarView(record, sizes)
    return tuple(
        sympy.Eq(view.symbols(item.name, None if item.static else 0), view.grid(item.tree), evaluate=False)
        for item in record.equations
    )


class _ScalarView:
    """Evaluates trees to matrices of scalar expressions by the definitions of the operations, and by nothing else."""

    def __init__(self, record: Record, sizes: Mapping[str, int]) -> None:
        self.record = record
        self.sizes = {size_symbol(name): size for name, size in sizes.items()}
        self.complex = {item.name for item in (*record.params, *record.states) if item.complex}
        self.complex |= {item.name for item in record.equations if item.complex}
        self.static = {item.name for item in record.equations if item.static}
        self.numbers = {name: rational(exact(value)) for name, value in record.constants}
        self.numbers.update({str(size): sympy.Integer(value) for size, value in self.sizes.items()})

    def symbols(self, name: str, lag: int | None, copy: int | None = None) -> Grid:
        """A signal or parameter as a matrix of its entries' symbols; only a matrix has two indices, a copy one more."""
        shape = [int(size.xreplace(self.sizes)) for size in self.record.shape_of(name)]
        label = timed(name, lag)
        if copy is not None:
            shape, label = shape[1:], f"{label}_{copy}"
        if len(shape) == 2:
            names = [[f"{label}_{i}_{j}" for j in range(shape[1])] for i in range(shape[0])]
        else:
            names = [[f"{label}_{i}"] for i in range(shape[0])] if shape else [[label]]
        complex = name in self.complex
        return sympy.ImmutableDenseMatrix([[self._symbol(entry, complex) for entry in row] for row in names])

    def _symbol(self, entry: str, complex: bool) -> Any:
        if complex:
            return sympy.Symbol(f"{entry}_re", real=True) + sympy.I * sympy.Symbol(f"{entry}_im", real=True)
        return sympy.Symbol(entry, real=True)

    def grid(self, tree: Tree) -> Grid:
        """The value of an expression, entry by entry."""
        return fold(tree, self._node)

    def _node(self, tree: Tree, parts: tuple[Any, ...]) -> Grid:
        match tree:
            case Ref(name, lag):
                return self.symbols(name, None if name in self.static else lag)
            case Param(name, copy):
                return self.symbols(name, None, copy)
            case Named(name):
                return sympy.ImmutableDenseMatrix([[self.numbers[name]]])
            case Number(value):
                return sympy.ImmutableDenseMatrix([[rational(value)]])
            case Imaginary():
                return sympy.ImmutableDenseMatrix([[sympy.I]])
            case Transpose():
                return parts[0].T
            case Product():
                return parts[0] * parts[1]
            case Apply(op):
                return _entrywise(_DEFINITIONS.get(op, REGISTRY[op].definition), parts)
            case Compare(op):
                return _entrywise(lambda a, b: indicator(RELATIONS[op](a, b)), parts)
            case Structural(name, _, options):
                known = {k: [n.xreplace(self.sizes) for n in v] if isinstance(v, tuple) else v for k, v in options}
                return WHOLE[name](*parts, **known)
            case Arith(op):
                return _entrywise(_ARITHMETIC[op], parts)
        raise AssertionError(tree)


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": lambda a, b: REGISTRY["mod"].definition(a, b),
    "**": lambda a, b: a**b,
    "neg": lambda a: -a,
}

# Functions whose SymPy definition is for real values, or which are plainer where their condition is at hand.
_DEFINITIONS: dict[str, Callable[..., Any]] = {
    "where": where,
    "magnitude": lambda z: modulus(z) if z.has(sympy.I) else REGISTRY["magnitude"].definition(z),
    "modrelu": lambda z, b: _modrelu(z, b) if z.has(sympy.I) else REGISTRY["modrelu"].definition(z, b),
}


def _modrelu(z: Any, b: Any) -> Any:
    """The complex form: the modulus moved by b and kept from below by 0, the phase kept."""
    return sympy.Piecewise((z * (1 + b / modulus(z)), modulus(z) + b > 0), (0, True))


def _entrywise(function: Callable[..., Any], grids: tuple[Any, ...]) -> Grid:
    """Apply a function entry by entry; a matrix of one entry goes with every entry of the others."""
    rows, columns = next((grid.shape for grid in grids if grid.shape != (1, 1)), (1, 1))
    return sympy.ImmutableDenseMatrix(
        rows,
        columns,
        lambda i, j: function(*(grid[0, 0] if grid.shape == (1, 1) else grid[i, j] for grid in grids)),
    )
