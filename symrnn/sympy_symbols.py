"""What SymPy symbols and factors say about a cell: which signal at which time, which shape, which use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy

from symrnn.errors import CellError
from symrnn.record import Shape
from symrnn.unify import size_symbol


def symbols_of(pairs: list[tuple[sympy.MatrixSymbol, sympy.MatrixExpr]]) -> dict[str, sympy.MatrixSymbol]:
    """Every matrix symbol by name; one name has one shape."""
    found: dict[str, sympy.MatrixSymbol] = {}
    for left, right in pairs:
        for symbol in [left, *sorted(right.atoms(sympy.MatrixSymbol), key=str)]:
            if found.setdefault(symbol.name, symbol).shape != symbol.shape:
                raise CellError(f"{symbol.name} has the shapes {found[symbol.name].shape} and {symbol.shape}")
    return found


def uses_of(sides: Iterable[sympy.MatrixExpr]) -> tuple[set[str], set[str]]:
    """The names of what is multiplied elementwise, and of what acts on a scalar, so is a matrix of one column."""
    multiplied: set[str] = set()
    matrices: set[str] = set()
    for side in sides:
        for node in sympy.preorder_traversal(side):
            if isinstance(node, sympy.HadamardProduct):
                multiplied |= {arg.name for arg in node.args if isinstance(arg, sympy.MatrixSymbol)}
            if isinstance(node, sympy.MatMul):
                factors = [arg for arg in node.args if arg.is_Matrix]
                for left, right in zip(factors, factors[1:], strict=False):
                    if isinstance(left, sympy.MatrixSymbol) and right.shape == (1, 1):
                        matrices.add(left.name)
    return multiplied, matrices


def signal_of(name: str) -> tuple[str, int | None]:
    """A symbol's name as signal and lag: ``h_{t-1}`` is h one step ago; None where it has no time."""
    for lag in (0, 1):
        for ending in ("_t", "_{t}") if lag == 0 else ("_{t-1}",):
            if name.endswith(ending) and len(name) > len(ending):
                return name[: -len(ending)], lag
    return name, None


def spellings(name: str, lag: int) -> tuple[str, ...]:
    """The names under which a signal's symbol is looked for."""
    return (f"{name}_{{t-1}}",) if lag else (f"{name}_t", f"{name}_{{t}}")


def size_of(size: Any) -> sympy.Expr:
    """A length in the symbols of this package, whatever the assumptions of the given ones."""
    return size.xreplace({symbol: size_symbol(symbol.name) for symbol in size.free_symbols})


def shape_of(symbol: sympy.MatrixSymbol) -> Shape:
    """A matrix of one column is a vector."""
    rows, columns = (size_of(size) for size in symbol.shape)
    return (rows,) if columns == 1 else (rows, columns)


def without_sign(term: Any) -> Any:
    """What stands after the -1 of a term, or None if there is none."""
    if not isinstance(term, sympy.MatMul) or term.args[0] != -1:
        return None
    rest = term.args[1:]
    return rest[0] if len(rest) == 1 else sympy.MatMul(*rest)


def spread_scalar(factors: list[Any]) -> Any:
    """The scalar between matrices of ones, or None: ``1 s`` and ``1 s 1ᵀ`` are s in every entry."""
    ones = [isinstance(factor, sympy.OneMatrix) for factor in factors]
    return factors[1] if ones in ([True, False], [True, False, True]) and factors[1].shape == (1, 1) else None
