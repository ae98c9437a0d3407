"""Families of parameters, whose attributes are their blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn, cast

import sympy

from symrnn.errors import CellError
from symrnn.expr import Expr
from symrnn.names import check_name
from symrnn.record import Shape
from symrnn.scope import NoValue, Options, Parameter, Scope
from symrnn.tree import Param


@dataclass
class FamilySpec:
    """What a family was declared with; the name comes when it is assigned to one."""

    kind: str
    dims: tuple[sympy.Expr | None, ...]
    options: Options
    name: str | None = None
    scope: Scope | None = None
    line: int = 0


class Family(NoValue):
    """A family of parameters, whose attributes are its blocks: ``W.i`` is the parameter ``W_i``.

    It has no other attributes, so that every letter is free for a block; what it knows of itself hides behind an
    underscore.
    """

    __slots__ = ("_spec",)
    __array_ufunc__ = None
    __hash__ = object.__hash__
    _spec: FamilySpec

    def __init__(self, spec: FamilySpec) -> None:
        self._spec = spec

    def __getattribute__(self, name: str) -> Expr:
        if name.startswith("_"):
            return cast(Expr, object.__getattribute__(self, name))
        return _block(self._spec, name)

    def __getitem__(self, key: str | int) -> Expr:
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise CellError(f"{self._spec.name}[{key!r}]: a block is named by a word or a number")
        return _block(self._spec, str(key))

    def _refuse(self, *others: object) -> NoReturn:
        name = self._spec.name or "W"
        raise CellError(f"{name} is a family; name a block of it, e.g. {name}.i")

    apply = compose = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = (
        _refuse
    )
    __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __mod__ = __rmod__ = __neg__ = __pos__ = __abs__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __iter__ = __float__ = __int__ = __index__ = __round__ = _refuse
    __call__ = __len__ = _refuse


def _block(spec: FamilySpec, key: str) -> Expr:
    """The block of a family as an expression; its shape is made once, when the block is first named."""
    if spec.name is None or spec.scope is None:
        raise CellError("a family is declared on a line of its own before its blocks are used, e.g. W = Weight(x)")
    name = check_name(f"{spec.name}_{key}")
    known = spec.scope.params.get(name)
    if known is None:
        known = Parameter(name, spec.kind, _block_shape(spec, spec.scope), spec.line, spec.options, spec.name, key)
        spec.scope.params[name] = known
    elif known.family != spec.name:
        raise CellError(f"{spec.name}.{key} is the parameter {name}, which is declared already (line {known.line})")
    return Expr(Param(name), known.shape, spec.scope)


def _block_shape(spec: FamilySpec, scope: Scope) -> Shape:
    """Rows first: as declared, else soft; the columns of a matrix as declared, else open."""
    rows, *columns = spec.dims
    shape = [scope.sizes.unknown(soft=True) if rows is None else rows]
    return tuple(shape + [scope.sizes.unknown() if size is None else size for size in columns])
