"""Shapes and options of the functions of whole values, inferred from their operands where they are recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy

from symrnn.errors import CellError
from symrnn.lengths import length
from symrnn.record import Shape
from symrnn.scope import exact
from symrnn.shape_rules import Operand
from symrnn.tree import Option
from symrnn.unify import ONE, is_scalar

Given = Mapping[str, Any]
Options = tuple[tuple[str, Option], ...]
Found = tuple[Shape, Options]


def composed(name: str, parts: Sequence[Operand], given: Given) -> Found:
    """The shape of a function's result, and its options as they are recorded."""
    return _RULES[name](name, parts, given)


def unsized(name: str, size: sympy.Expr) -> Found:
    """The shape of ``ones()`` or ``eye()`` of an open size; it is recorded, because no operand says it."""
    shape = (size,) if name == "ones" else (size, size)
    return shape, (("shape", shape),)


def _along(name: str, part: Operand, axis: object) -> Options:
    """The axis of a matrix, which has to be given; a vector has one only, which is not recorded."""
    allowed = (None, 0) if len(part.shape) == 1 else (0, 1)
    if isinstance(axis, bool) or axis not in allowed:
        if len(part.shape) == 1:
            raise CellError(f"{name}({part}, axis={axis!r}): a vector has only axis 0")
        raise CellError(
            f"{part} has {part.scope.extent(part.shape)}; {name}() of a matrix needs axis=0 (down a column) or "
            "axis=1 (along a row)"
        )
    return (("axis", axis),) if len(part.shape) == 2 and isinstance(axis, int) else ()


def _number(name: str, key: str, value: object, least: int = 0) -> Fraction:
    number = exact(value)
    if number < least:
        raise CellError(f"{name}({key}={value!r}): {key} is at least {least}")
    return number


def _same(name: str, parts: Sequence[Operand], given: Given) -> Found:
    """softmax, cumsum: the shape of the operand."""
    return parts[0].shape, _along(name, parts[0], given["axis"])


def _summed(name: str, parts: Sequence[Operand], given: Given) -> Found:
    """logsumexp: one entry for each vector that is summed over."""
    axis = _along(name, parts[0], given["axis"])
    return ((parts[0].shape[1 - given["axis"]],) if axis else (ONE,)), axis


def _normalized(name: str, parts: Sequence[Operand], given: Given) -> Found:
    power = _number(name, "p", given["p"], least=1)
    eps = _number(name, "eps", given["eps"])
    return parts[0].shape, (*_along(name, parts[0], given["axis"]), ("p", power), ("eps", eps))


def _standardized(name: str, parts: Sequence[Operand], given: Given) -> Found:
    """layer_norm, rms_norm: gain and offset are vectors along the axis that is normalized, or scalars."""
    value, *rest = parts
    axis = _along(name, value, given["axis"])
    size = value.shape[given["axis"] or 0]
    for part in rest:
        if is_scalar(part.scope.sizes.resolve_shape(part.shape)):
            continue
        if len(part.shape) != 1 or not part.scope.sizes.unify(part.shape[0], size):
            raise CellError(
                f"{name}() normalizes vectors of length {value.scope.length_text(size)}, but {part} has "
                f"{part.scope.extent(part.shape)}"
            )
    return value.shape, (*axis, ("eps", _number(name, "eps", given["eps"])))


def _joined(name: str, parts: Sequence[Operand], given: Given) -> Found:
    for part in parts:
        _vector(name, part)
    return (sum((part.shape[0] for part in parts), sympy.Integer(0)),), ()


def _divided(name: str, parts: Sequence[Operand], given: Given) -> Found:
    """split: an open length becomes a multiple of an open part, a known one must be a multiple."""
    count = given["parts"]
    sizes, scope = parts[0].scope.sizes, parts[0].scope
    (whole,) = sizes.resolve_shape(_vector(name, parts[0]))
    options = (("part", given["part"]), ("parts", count))
    if isinstance(whole, sympy.Dummy):
        part = sizes.unknown(soft=whole in sizes.soft)
        sizes.unify(whole, count * part)
        return (part,), options
    part = sympy.expand(whole / count)
    if not all(term.as_coeff_Mul()[0].is_Integer for term in sympy.Add.make_args(part)):
        if any(isinstance(symbol, sympy.Dummy) for symbol in whole.free_symbols):
            raise CellError(
                f"split({parts[0]}, {count}): some lengths that {parts[0]} is made of are not known yet; say them "
                "where they are declared, e.g. W = Weight(x, to=h)"
            )
        raise CellError(
            f"split({parts[0]}, {count}): length {scope.length_text(whole)} is not a multiple of {count}; declare the "
            f"length of a part, e.g. n_k = Size(), and give {parts[0]} the length {count} * n_k"
        )
    return (part,), options


def _reshaped(name: str, parts: Sequence[Operand], given: Given) -> Found:
    scope = parts[0].scope
    shape = tuple(length(size, name) for size in given["shape"])
    if not scope.sizes.unify(sympy.Mul(*parts[0].shape), sympy.Mul(*shape)):
        raise CellError(
            f"{parts[0]} has {scope.extent(parts[0].shape)}, which cannot be reshaped to {scope.shape_text(shape)}"
        )
    return shape, (("shape", shape),)


def _diagonal(name: str, parts: Sequence[Operand], given: Given) -> Found:
    (size,) = _vector(name, parts[0])
    return (size, size), ()


def _square(name: str, parts: Sequence[Operand], given: Given) -> Found:
    part = parts[0]
    if len(part.shape) != 2 or not part.scope.sizes.unify(*part.shape):
        raise CellError(f"{name}() takes a square matrix, but {part} has {part.scope.extent(part.shape)}")
    return part.shape, ()


def _solved(name: str, parts: Sequence[Operand], given: Given) -> Found:
    (size, _), _ = _square(name, parts, given)
    right = parts[1]
    if not right.scope.sizes.unify(size, right.shape[0]):
        scope = right.scope
        raise CellError(
            f"solve({parts[0]}, {right}): the matrix has {scope.length_text(size)} rows, "
            f"but {right} has {scope.extent(right.shape)}"
        )
    return right.shape, ()


def _part(name: str, parts: Sequence[Operand], given: Given) -> Found:
    return parts[0].shape, ()


def _vector(name: str, part: Operand) -> Shape:
    if len(part.shape) != 1:
        raise CellError(f"{name}() takes vectors, but {part} has {part.scope.extent(part.shape)}")
    return part.shape


_RULES = {
    "softmax": _same,
    "cumsum": _same,
    "logsumexp": _summed,
    "normalize": _normalized,
    "layer_norm": _standardized,
    "rms_norm": _standardized,
    "concat": _joined,
    "split": _divided,
    "reshape": _reshaped,
    "diag": _diagonal,
    "solve": _solved,
    "expm": _square,
    "real": _part,
    "imag": _part,
}
