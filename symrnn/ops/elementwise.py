"""An elementwise function as data: its meaning, its derivatives in two forms, and how it prints.

One file of this folder declares one function. The same object is called in the body of a cell (``sigmoid(z)``)
and read by every stage after it:

- ``head`` is an unevaluated SymPy function. Equations hold heads, so that SymPy neither rewrites nor expands them.
- ``definition`` says what it means in SymPy's own functions; the oracles use it and nothing else.
- ``fast`` and ``accurate`` are its derivatives, a tuple with one entry per differentiable argument. The fast form
  is written in the saved output ``y``; the accurate form in the argument, free of cancellation where it saturates.
- ``kernel`` and ``stable`` spell the value in functions that a backend has of its own; ``None`` means it has this one.
- ``value`` is the reference meaning on arrays. It accepts complex numbers (the complex step), kinks branch on the
  real part.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import sympy

from symrnn.errors import CellError


class Operand(Protocol):
    """What an elementwise function can be applied to in a cell: anything that knows how to record the call."""

    def apply(self, op: Elementwise, args: tuple[Any, ...]) -> Any: ...


V = TypeVar("V", bound=Operand)
Form = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Elementwise:
    """One elementwise function; ``op(z)`` records it in a cell, ``op.head(z)`` builds the SymPy term."""

    name: str
    definition: Form
    fast: Form
    accurate: Form
    value: Form
    latex: str
    text: str
    arity: int = 1
    kernel: Form | None = None
    stable: Form | None = None
    kinks: Form | None = None
    defaults: tuple[Any, ...] = ()
    surrogate: bool = False
    domain: str = "real"
    head: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", type(self.name, (Head,), {"op": self}))
        REGISTRY[self.name] = self

    @property
    def options(self) -> tuple[str, ...]:
        """The names of the numbers that follow the operands (``slope``), from the signature of the definition."""
        return tuple(inspect.signature(self.definition).parameters)[self.arity :] if self.defaults else ()

    def __call__(self, *args: V | float, **named: float) -> V:
        """Record the function in a cell; arguments after the operands are numbers, by place or by name."""
        placed = dict(zip(self.options, args[self.arity :], strict=False))
        given = {**placed, **named}
        fits = self.arity <= len(args) <= self.arity + len(self.options) and not placed.keys() & named.keys()
        if not fits or not given.keys() <= set(self.options):
            takes = ", ".join((*("v" * self.arity), *(f"{name}=…" for name in self.options)))
            raise CellError(f"{self.name}() is called as {self.name}({takes})")
        numbers = tuple(given.get(name, default) for name, default in zip(self.options, self.defaults, strict=True))
        for arg in args[: self.arity]:
            # Looked up on the type: on a family of parameters every attribute is a block.
            apply = getattr(type(arg), "apply", None)
            if apply is not None:
                result: V = apply(arg, self, (*args[: self.arity], *numbers))
                return result
        raise CellError(f"{self.name}() takes a signal or parameter of a cell, not {type(args[0]).__name__}")

    def __repr__(self) -> str:
        return self.name


class Head(sympy.Function):  # type: ignore[misc]  # SymPy is untyped
    """The SymPy face of an elementwise function: never evaluated, differentiated by its declared fast form."""

    op: Elementwise

    def fdiff(self, argindex: int = 1) -> Any:
        """The derivative with respect to argument ``argindex`` (counted from 1), written in the output."""
        return self.op.fast(*self.args, self)[argindex - 1]


REGISTRY: dict[str, Elementwise] = {}
