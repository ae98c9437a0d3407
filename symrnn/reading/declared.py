"""What is said about the names of a cell beside its equations: by the caller, by rows, by hints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy

from symrnn.errors import UsageError
from symrnn.unify import size_symbol

ROLES = ("input", "state", "parameter", "output", "constant", "size", "cell")


@dataclass(frozen=True)
class Fact:
    """What is known of one name: its shape, and the options that a declaration takes."""

    shape: tuple[sympy.Expr, ...] | None = None
    domain: str = "real"
    start: float = 0.0
    complex: bool = False
    fixed: bool = False
    copies: int = 0


@dataclass
class Facts:
    """Everything declared, in the order in which it was said; empty lists where nothing was."""

    names: dict[str, Fact] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    constants: dict[str, float] = field(default_factory=dict)
    sizes: list[str] = field(default_factory=list)
    families: dict[str, str] = field(default_factory=dict)
    params: list[str] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    fixed_constants: set[str] = field(default_factory=set)

    def copy(self) -> Facts:
        """The same facts, to be added to."""
        return Facts(dict(self.names), list(self.inputs), list(self.states), list(self.outputs), dict(self.constants),
                     list(self.sizes), dict(self.families), list(self.params), self.kinds, set(self.fixed_constants))

    def of(self, name: str) -> Fact:
        """What is known of a name."""
        return self.names.get(name, Fact())


def facts_of(
    states: Iterable[str] | Mapping[str, float] | None,
    inputs: Iterable[str] | None,
    outputs: Iterable[str],
    sizes: Mapping[str, Any],
    constants: Mapping[str, float],
) -> Facts:
    """What the caller says; UsageError for a shape that is none."""
    facts = Facts(inputs=list(inputs or ()), states=list(states or ()), outputs=list(outputs))
    facts.constants.update(constants)
    for name, shape in sizes.items():
        made = shape_of(shape)
        copies = int(made[0]) if len(made) == 3 and made[0].is_Integer else 0
        spread = isinstance(shape, str) and "complex" in shape
        facts.names[name] = Fact(made[1:] if copies else made, complex=spread, copies=copies)
    if isinstance(states, Mapping):
        for name, start in states.items():
            facts.names[name] = replace(facts.of(name), start=float(start))
    return facts


def shape_of(value: Any) -> tuple[sympy.Expr, ...]:
    """A shape: a length or a tuple of lengths, each a number, a name such as ``n_k``, or a sum or product of these.

    It may be written in one str, ``"(n_k, n_x)"``; ``"scalar"`` is a single number.
    """
    if isinstance(value, str):
        value = value.replace("complex", "").replace("scalar", "").strip().strip("()").split(",")
        value = tuple(part for part in value if part.strip())
    parts = value if isinstance(value, tuple | list) else (value,)
    return tuple(length_of(part) for part in parts)


def length_of(value: Any) -> sympy.Expr:
    """One length."""
    if isinstance(value, int) and not isinstance(value, bool):
        return sympy.Integer(value)
    total = sympy.Integer(0)
    for term in str(value).replace("-", "+-").split("+"):
        if not term.strip():
            continue
        factor = sympy.Integer(1)
        for part in term.replace("**2", "^2").split("*"):
            factor *= _part(part.strip())
        total += factor
    return total


def _part(text: str) -> sympy.Expr:
    sign = -1 if text.startswith("-") else 1
    base, _, power = text.lstrip("- ").partition("^")
    if base.isdigit() and len(base) < 9:
        made: sympy.Expr = sympy.Integer(int(base))
    elif base.isidentifier() and base.isascii():
        # The letters of the literature: d and n are the lengths of input and state, any other one a size of its own.
        made = size_symbol({"d": "n_x", "n": "n_h"}.get(base, f"n_{base}") if len(base) == 1 else base)
    else:
        raise UsageError(f"{text!r} is no length; a length is made of numbers and names such as n_k, with + - *")
    if power and not (power.isdigit() and len(power) < 3):
        raise UsageError(f"{text!r} is no length: a power is a small number")
    return sign * made ** int(power or 1)
