"""What text and LaTeX of authored equations have in common: precedence, numbers, which names carry a time index."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symrnn.record import Record
from symrnn.unify import is_scalar

# A printed expression and how tightly its outermost operation binds.
Text = tuple[str, int]

COMPARISON, SUM, MUL, NEG, POWER, ATOM = 0, 1, 2, 3, 4, 5
LEVEL = {"+": SUM, "-": SUM, "*": MUL, "/": MUL, "%": MUL, "neg": NEG, "**": POWER}
# What a function of whole values takes for granted; only other values are printed.
DEFAULTS = {
    "normalize": {"p": Fraction(2), "eps": Fraction(1, 10**6)},
    "layer_norm": {"eps": Fraction(1, 10**5)},
    "rms_norm": {"eps": Fraction(1, 10**5)},
}


@dataclass(frozen=True)
class Names:
    """What a printer has to know about names: which have no time index, and which are scalars."""

    static: frozenset[str] = frozenset()
    scalar: frozenset[str] = frozenset()


NO_NAMES = Names()


def names_of(record: Record) -> Names:
    """The names of a cell that print without a time index, and its scalars."""
    declared = [(item.name, item.shape) for item in (*record.inputs, *record.states, *record.params)]
    items = declared + [(item.name, item.shape) for item in record.equations]
    return Names(
        static=frozenset(equation.name for equation in record.equations if equation.static),
        scalar=frozenset(name for name, shape in items if shape == () or is_scalar(shape)),
    )


def number_text(value: Fraction) -> str:
    """A number as an author would write it: a short decimal where that is exact, else a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = repr(float(value))
    if len(decimal) <= 12 and Fraction(decimal) == value:
        return decimal
    return f"{value.numerator}/{value.denominator}"
