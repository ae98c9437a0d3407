"""Which values of a cell are complex, and what may be done with them.

Complex values come from parameters and states that were declared so and from the imaginary unit, and spread through
arithmetic and matrix products. Only functions with a meaning on the whole plane take them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from symrnn.errors import CellError
from symrnn.scope import Scope, exact
from symrnn.tree import Apply, Arith, Compare, Imaginary, Number, Param, Ref, Structural, Tree

# Functions of complex values: those whose result is complex as well, and those whose result is real.
ENTIRE = {"exp", "where", "modrelu"}
TO_REAL = {"magnitude"}
SPREADING = {"concat", "split", "reshape", "diag", "cumsum"}
PARTS = {"real", "imag"}


class Operand(Protocol):
    """An operand of an operation, printed as the author wrote it."""

    tree: Tree
    complex: bool


def leaf_is_complex(tree: Tree, scope: Scope) -> bool:
    """Whether a signal, parameter or number is complex."""
    match tree:
        case Ref(name):
            return name in scope.complex
        case Param(name):
            return scope.params[name].options.complex
    return isinstance(tree, Imaginary)


def is_complex(tree: Tree, parts: Sequence[Operand]) -> bool:
    """Whether the result of an operation is complex; raises CellError where it has no meaning on complex values."""
    first = next((part for part in parts if part.complex), None)
    if first is None:
        return False
    match tree:
        case Arith("%"):
            raise _refused("%", first)
        case Arith("**"):
            power = parts[1].tree
            if not (isinstance(power, Number) and power.value.denominator == 1):
                raise CellError(f"{parts[0]} ** {parts[1]}: a complex value is raised to whole numbers only")
        case Apply(op):
            if op not in ENTIRE | TO_REAL or (op in {"where", "modrelu"} and parts[op == "modrelu"].complex):
                raise _refused(f"{op}()", first)
            return op not in TO_REAL
        case Compare(op):
            raise _refused(op, first)
        case Structural(name):
            if name not in SPREADING | PARTS:
                raise _refused(f"{name}()", first)
            return name not in PARTS
    return True


def _refused(what: str, part: Operand) -> CellError:
    return CellError(f"{what} takes real values, but {part} is complex; take real(…), imag(…) or abs(…) of it")


def complex_number(value: complex) -> Tree:
    """A Python complex number as a tree: real part plus imaginary part times i, without what is 0 or 1."""
    real, imaginary = exact(value.real), exact(value.imag)
    if imaginary == 0:
        return Number(real)
    size = abs(imaginary)
    unit: Tree = Imaginary() if size == 1 else Arith("*", (Number(size), Imaginary()))
    if real != 0:
        return Arith("+" if imaginary > 0 else "-", (Number(Fraction(real)), unit))
    return unit if imaginary > 0 else Arith("neg", (unit,))
