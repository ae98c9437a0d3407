"""The primitives: what a node can be, and the shape of its value.

Every rule table (value, vjp, jvp, local Jacobian, emission, printing) has one row for each:

- ``Leaf``: a value from outside the step (input, carry, parameter, tape, cotangent, tangent).
- ``Pointwise``: a SymPy scalar expression, applied to every component. It is either one elementwise function or a
  rational expression; builders split anything deeper, so that every function result has a node of its own.
- ``Contract``: a sum of products over shared indices in Einstein's notation. ``ij,j->i`` is the matrix-vector
  product, ``i,j->ij`` the outer product, ``i->`` a sum, ``i->ii`` a diagonal matrix. One primitive in place of a dozen,
  because its adjoint is again a contraction with the letters moved, which is one rule to prove instead of a dozen.
- ``Broadcast``: a value repeated along new axes: a scalar to any shape, a vector to the columns or rows of a matrix.
- ``Total``: the sum over time and batch of a value of each tick. It stands in adjoints only, where the gradient of what
  is computed once per sequence begins; evaluated at one tick it is that tick's share, which is the value itself.
- functions of whole values that no sum of products gives: ``Softmax``, ``LogSumExp``, ``CumSum``, ``Concat``,
  ``Slice``, ``Reshape``, ``Solve``, ``Expm`` and its derivative ``ExpmDerivative``.

Layer norm, RMS norm and normalization are no primitives: they are written in these when a cell is lowered, and their
adjoints follow. ``axis`` counts the axes of the value itself: 0 runs down a vector or the columns of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy

from symrnn.errors import StepError

Shape = tuple[sympy.Expr, ...]
Shapes = tuple[Shape, ...]
SCALAR: Shape = (sympy.Integer(1),)


@dataclass(frozen=True)
class Leaf:
    """A value from outside.

    ``role`` is input, carry, parameter, cotangent or tangent; tape for a forward value of the tick, static for one of
    the whole sequence.
    """

    name: str
    role: str
    shape: Shape


@dataclass(frozen=True)
class Pointwise:
    """A scalar expression over ``slot(0)``, ``slot(1)``, …; other symbols are named constants and sizes."""

    expr: sympy.Expr


@dataclass(frozen=True)
class Contract:
    """An Einstein sum such as ``ij,j->i``; an empty index list is a scalar, a repeated letter a diagonal."""

    spec: str


@dataclass(frozen=True)
class Broadcast:
    """A value repeated to ``shape``; ``axes`` are those of the result that it has already: none, if it is a scalar."""

    shape: Shape
    axes: tuple[int, ...] = ()

    @property
    def sum_spec(self) -> str:
        """The Einstein sum that undoes the repetition by adding up, which is the adjoint."""
        letters = "ij"[: len(self.shape)]
        return f"{letters}->{''.join(letters[axis] for axis in self.axes)}"


@dataclass(frozen=True)
class Total:
    """The sum over time and batch."""


@dataclass(frozen=True)
class Softmax:
    """exp(v) divided by its sum along an axis."""

    axis: int


@dataclass(frozen=True)
class LogSumExp:
    """The logarithm of the sum of exp(v) along an axis; that axis is gone from the result."""

    axis: int


@dataclass(frozen=True)
class CumSum:
    """The sums of all entries up to each along an axis, or from each on where ``reverse``."""

    axis: int
    reverse: bool = False


@dataclass(frozen=True)
class Concat:
    """Vectors one after the other."""


@dataclass(frozen=True)
class Slice:
    """The entries ``start`` to ``stop`` of a vector."""

    start: sympy.Expr
    stop: sympy.Expr


@dataclass(frozen=True)
class Reshape:
    """The same entries, taken by rows, in another shape."""

    shape: Shape


@dataclass(frozen=True)
class Solve:
    """The solution y of A y = b, for a vector or the columns of a matrix."""


@dataclass(frozen=True)
class Expm:
    """The exponential of a square matrix."""


@dataclass(frozen=True)
class ExpmDerivative:
    """The derivative of the exponential at A in the direction E (Fréchet): d/dε expm(A + εE)."""


Whole = Softmax | LogSumExp | CumSum | Concat | Slice | Reshape | Solve | Expm | ExpmDerivative
Primitive = Leaf | Pointwise | Contract | Broadcast | Total | Whole


def shape_of(op: Primitive, shapes: Shapes) -> Shape:
    """The shape of a value from those of its operands. Raises StepError where they do not fit."""
    return _RULES[type(op)](op, shapes)


def _leaf(op: Leaf, shapes: Shapes) -> Shape:
    return op.shape


def _pointwise(op: Pointwise, shapes: Shapes) -> Shape:
    return common_shape(op.expr, shapes)


def common_shape(expr: sympy.Expr, shapes: Shapes) -> Shape:
    """The one shape that operands have, scalars aside."""
    found = set(shapes) - {SCALAR}
    if len(found) > 1:
        raise StepError(f"{expr} combines shapes {sorted(map(str, found))}")
    return found.pop() if found else SCALAR


def _contract(op: Contract, shapes: Shapes) -> Shape:
    inputs, output = op.spec.split("->")
    size: dict[str, sympy.Expr] = {}
    letters = inputs.split(",")
    if len(letters) != len(shapes):
        raise StepError(f"{op.spec} takes {len(letters)} operands, got {len(shapes)}")
    for word, own in zip(letters, shapes, strict=True):
        shape = own if word else ()
        if len(shape) != len(word) or (not word and own != SCALAR):
            raise StepError(f"{op.spec}: operand {word!r} has shape {own}")
        for letter, extent in zip(word, shape, strict=True):
            if size.setdefault(letter, extent) != extent:
                raise StepError(f"{op.spec}: index {letter} is {size[letter]} and {extent}")
    return tuple(size[letter] for letter in output) or SCALAR


def _broadcast(op: Broadcast, shapes: Shapes) -> Shape:
    expected = tuple(op.shape[axis] for axis in op.axes) or SCALAR
    if any(shape != expected for shape in shapes):
        raise StepError(f"a value of shape {shapes[0]} cannot be repeated to {op.shape}")
    return op.shape


def _same(op: Any, shapes: Shapes) -> Shape:
    return shapes[0]


def _reduced(op: LogSumExp, shapes: Shapes) -> Shape:
    return tuple(n for axis, n in enumerate(shapes[0]) if axis != op.axis) or SCALAR


def _joined(op: Concat, shapes: Shapes) -> Shape:
    if any(len(shape) != 1 for shape in shapes):
        raise StepError(f"only vectors are joined, not {shapes}")
    return (sympy.Add(*(shape[0] for shape in shapes)),)


def _cut(op: Slice, shapes: Shapes) -> Shape:
    if len(shapes[0]) != 1:
        raise StepError(f"only a vector is cut, not {shapes[0]}")
    return (sympy.expand(op.stop - op.start),)


def _reshaped(op: Reshape, shapes: Shapes) -> Shape:
    if sympy.expand(sympy.Mul(*shapes[0]) - sympy.Mul(*op.shape)) != 0:
        raise StepError(f"{shapes[0]} cannot be reshaped to {op.shape}")
    return op.shape


def _solved(op: Solve, shapes: Shapes) -> Shape:
    matrix, right = shapes
    if len(matrix) != 2 or matrix[0] != matrix[1] or matrix[0] != right[0]:
        raise StepError(f"a matrix of shape {matrix} cannot be solved for {right}")
    return right


def _square(op: Any, shapes: Shapes) -> Shape:
    if any(len(shape) != 2 or shape[0] != shape[1] or shape != shapes[0] for shape in shapes):
        raise StepError(f"only square matrices have an exponential, not {shapes}")
    return shapes[0]


_RULES: dict[type, Callable[[Any, Shapes], Shape]] = {
    Leaf: _leaf,
    Pointwise: _pointwise,
    Contract: _contract,
    Broadcast: _broadcast,
    Total: _same,
    Softmax: _same,
    LogSumExp: _reduced,
    CumSum: _same,
    Concat: _joined,
    Slice: _cut,
    Reshape: _reshaped,
    Solve: _solved,
    Expm: _square,
    ExpmDerivative: _square,
}
