"""The functions that declare what a cell is made of. Each returns a thing that takes its name from the assignment.

They return ``Expr`` or ``Family``, so that ``c = f * c + i * g`` type-checks in the body of a class.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import sympy

from symrnn.errors import CellError
from symrnn.expr import Expr
from symrnn.family import Family, FamilySpec
from symrnn.lengths import length as length_of
from symrnn.recorder import Spec, Undeclared
from symrnn.scope import Options

Length: TypeAlias = "int | Expr"
Init: TypeAlias = "float | Callable[..., Any] | None"
DOMAINS = ("real", "positive", "unit", "mask", "time")


def Size() -> Expr:
    """A symbolic size, called as the variable it is assigned to; in equations it is a number."""
    return Undeclared(Spec("size", "Size"))


def Constant(value: float) -> Expr:
    """A named number. An integer may also steer the recording (``range(L)``); a float can be changed later."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Undeclared(Spec("constant", "Constant", value=value))
    return Undeclared(Spec("constant", "Constant", value=number(value, "Constant(value)")))


def Input(*shape: Length, domain: str = "real") -> Expr:
    """A signal from outside; without a shape a vector of a size of its own, ``n_x`` for ``x``."""
    return Undeclared(Spec("input", "Input", _signal_shape(shape, "Input"), domain=_domain(domain)))


def State(*shape: Length, start: float = 0.0, complex: bool = False) -> Expr:
    """A signal that is carried from step to step; without a shape a vector of length ``n_h``."""
    value = number(start, "State(start=…)")
    return Undeclared(Spec("state", "State", _signal_shape(shape, "State"), start=value, complex=bool(complex)))


def Output() -> Expr:
    """A name that is returned; its shape is that of what is assigned to it."""
    return Undeclared(Spec("output", "Output"))


def Weight(
    source: Length | None = None,
    to: Length | None = None,
    *,
    domain: str = "real",
    fixed: bool = False,
    complex: bool = False,
    init: Init = None,
) -> Family:
    """A family of matrices, ``W.i @ x``: columns as long as ``source``, rows as long as ``to``."""
    options = _options(domain, fixed, complex, init)
    return Family(FamilySpec("weight", (_length(to, "Weight"), _length(source, "Weight")), options))


def Bias(
    to: Length | None = None, *, domain: str = "real", fixed: bool = False, complex: bool = False, init: Init = None
) -> Family:
    """A family of vectors that are added, ``… + b.i``; they start at 0."""
    return Family(FamilySpec("bias", (_length(to, "Bias"),), _options(domain, fixed, complex, init)))


def Scale(
    to: Length | None = None, *, domain: str = "real", fixed: bool = False, complex: bool = False, init: Init = None
) -> Family:
    """A family of vectors that are multiplied, ``p.i * c``: peepholes, diagonals."""
    return Family(FamilySpec("scale", (_length(to, "Scale"),), _options(domain, fixed, complex, init)))


def Matrix(
    rows: Length | None = None,
    cols: Length | None = None,
    *,
    domain: str = "real",
    fixed: bool = False,
    complex: bool = False,
    init: Init = None,
) -> Expr:
    """One matrix, named by its variable; a length that is not given comes from its use."""
    shape = (_length(rows, "Matrix"), _length(cols, "Matrix"))
    return Undeclared(Spec("parameter", "Matrix", shape, "matrix", options=_options(domain, fixed, complex, init)))


def Vector(
    length: Length | None = None, *, domain: str = "real", fixed: bool = False, complex: bool = False, init: Init = None
) -> Expr:
    """One vector, named by its variable; its length, if not given, comes from its use."""
    shape = (_length(length, "Vector"),)
    return Undeclared(Spec("parameter", "Vector", shape, "vector", options=_options(domain, fixed, complex, init)))


def Scalar(*, domain: str = "real", fixed: bool = False, complex: bool = False, init: Init = None) -> Expr:
    """One parameter that is a single number; in equations it is a vector of length 1."""
    return Undeclared(Spec("parameter", "Scalar", (), "scalar", options=_options(domain, fixed, complex, init)))


def number(value: object, what: str) -> float:
    """A finite float from a Python number, or an error that names what it was for."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise CellError(f"{what} must be a finite number, not {value!r}")
    return float(value)


def _domain(domain: str) -> str:
    if domain not in DOMAINS:
        raise CellError(f"domain={domain!r} is not known; it is one of {', '.join(DOMAINS)}")
    return domain


def _options(domain: str, fixed: bool, complex: bool, init: Init) -> Options:
    if complex and domain != "real":
        raise CellError(f"complex=True goes with domain='real' only, not with {domain!r}")
    if init is not None and (isinstance(init, Expr) or not callable(init)):
        init = number(init, "init")
    return Options(_domain(domain), bool(fixed), init, bool(complex))


def _signal_shape(shape: tuple[Length, ...], call: str) -> tuple[sympy.Expr | None, ...]:
    if len(shape) > 2:
        raise CellError(f"{call}() takes a length, or rows and columns; {len(shape)} lengths are too many")
    if any(size is None for size in shape):
        raise CellError(f"{call}(None): a length is an int, a Size, or a declared vector")
    return tuple(_length(size, call) for size in shape)


def _length(value: object, call: str) -> sympy.Expr | None:
    return None if value is None else length_of(value, call)
