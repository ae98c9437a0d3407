"""What an equation of a note says, once its names, time indices and products are told apart.

The reader's parser makes these nodes with ``Symbol``, ``Scripted`` and products by sign; naming and product inference
replace them, so that a finished reading, and every claim, holds none of them. Each node knows the characters that it
was read from; they do not count when trees are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symrnn.reading.source import Span

NOWHERE = Span(0, 0)


@dataclass(frozen=True, kw_only=True)
class Node:
    """Anything in an equation; ``span`` is where it stands in the source."""

    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True)
class Time:
    """A time index: ``t-1`` is letter ``t``, shift -1; a fixed time such as ``0`` has no letter.

    ``delay`` is what else is added in letters, with its signs: ``-k`` in ``t-k``, as claims about many steps have it.
    """

    letter: str = "t"
    shift: int = 0
    delay: str = ""

    def __str__(self) -> str:
        if not self.letter:
            return str(self.shift)
        return self.letter + self.delay + (f"{self.shift:+d}" if self.shift else "")


@dataclass(frozen=True)
class Name(Node):
    """A name as a cell has it: ``h_tilde`` at a time, or a parameter without one; ``tex`` is its original spelling."""

    name: str
    time: Time | None = None
    tex: str = field(default="", compare=False)


@dataclass(frozen=True)
class Number(Node):
    """A number, exact."""

    value: Fraction


@dataclass(frozen=True)
class Infinity(Node):
    """Infinity, as the end of an interval or of a sum, or as a limit."""


@dataclass(frozen=True)
class Negative(Node):
    """The negative of a value."""

    arg: Tree


@dataclass(frozen=True)
class Binary(Node):
    """Two values and one of ``+ - / % **``, ``*`` (elementwise or scalar), ``@`` (matrix product), ``conv``.

    Before products are told apart their op is the sign as written: ``odot``, ``cdot``, ``star``, ``times``,
    ``juxtaposed`` or ``@``. ``grouped`` says that the author put parentheses around it.
    """

    op: str
    left: Tree
    right: Tree
    grouped: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Call(Node):
    """A function of values: ``tanh(a)``; ``derivative`` counts its primes, ``options`` are what follows as ``_{…}``."""

    function: str
    args: tuple[Tree, ...]
    options: tuple[tuple[str, Any], ...] = ()
    derivative: int = 0


@dataclass(frozen=True)
class Function(Node):
    r"""A function itself, without arguments: ``\tanh`` in ``\tanh \in (-1, 1)``, ``\sigma'``."""

    function: str
    derivative: int = 0


@dataclass(frozen=True)
class Transposed(Node):
    """The transpose."""

    arg: Tree


@dataclass(frozen=True)
class Inverse(Node):
    """The inverse of a matrix."""

    arg: Tree


@dataclass(frozen=True)
class Stack(Node):
    """Values one after the other: ``[a, b]``, ``[a; b]``, a column of a matrix environment; ``row``: side by side."""

    items: tuple[Tree, ...]
    row: bool = False
    bracket: str = field(default="", compare=False)


@dataclass(frozen=True)
class Cases(Node):
    """Values by condition; the last one may have none (``otherwise``)."""

    rows: tuple[tuple[Tree, Relation | None], ...]


@dataclass(frozen=True)
class Indicator(Node):
    """1 where a relation holds, else 0, entry by entry."""

    relation: Relation


@dataclass(frozen=True)
class Interval(Node):
    """All numbers from ``low`` to ``high``; ``closed`` says for both ends whether they belong to it."""

    low: Tree
    high: Tree
    closed: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Partial(Node):
    r"""A derivative of one value by another: ``\frac{\partial a}{\partial b}``, also with d or \\delta.

    ``total`` says that it was written with d. ``of`` is None for the operator alone.
    """

    of: Tree | None
    wrt: Tree
    total: bool = False


@dataclass(frozen=True)
class Adjoint(Node):
    r"""The gradient of the loss with respect to a value: ``\delta h_t``, ``dW``, ``\nabla_W L``, ``\delta_t``.

    ``of`` is None where the note gives its error signal a bare time index, or a number, only; ``label`` is then that
    number or what else tells it apart.
    """

    of: Tree | None
    time: Time | None = None
    label: str = ""


@dataclass(frozen=True)
class Over(Node):
    """A sum or product over time (``kind`` is ``sum`` or ``prod``) of ``body``, with ``letter`` from low to high."""

    kind: str
    letter: str
    low: Tree | None
    high: Tree | None
    body: Tree


@dataclass(frozen=True)
class Limit(Node):
    r"""``\lim_{f_t \to 1} body``."""

    variable: Tree
    value: Tree
    body: Tree


@dataclass(frozen=True)
class Symbol(Node):
    """A letter or word before its scripts are understood; ``style`` is bold, calligraphic and the like."""

    text: str
    style: str = field(default="", compare=False)


@dataclass(frozen=True)
class Accented(Node):
    r"""A value under an accent: ``\tilde{c}``."""

    accent: str
    arg: Tree


@dataclass(frozen=True)
class Scripted(Node):
    """A value with scripts and primes; ``leading`` of its superscripts were written before its first subscript."""

    arg: Tree
    sub: tuple[Tree, ...] = ()
    sup: tuple[Tree, ...] = ()
    primes: int = 0
    leading: int = 0


@dataclass(frozen=True)
class Group(Node):
    """A bracketed value before it is known what the bracket means: ``(``, ``[``, ``{``, ``|`` or ``angle``.

    ``items`` are separated by commas, ``semicolon`` says that one of the separators was a semicolon; ``close`` is the
    closing bracket where it differs in kind (``[0, 1)``).
    """

    bracket: str
    items: tuple[Tree, ...]
    close: str = ""
    semicolon: bool = False


@dataclass(frozen=True)
class Grid(Node):
    """A matrix environment as written: rows of cells."""

    environment: str
    rows: tuple[tuple[Tree, ...], ...]


@dataclass(frozen=True)
class Relation(Node):
    """Two values and how they relate: ``= < <= > >= != in to approx equiv assign``."""

    op: str
    left: Tree
    right: Tree


Tree = (
    Name
    | Number
    | Infinity
    | Negative
    | Binary
    | Call
    | Function
    | Transposed
    | Inverse
    | Stack
    | Cases
    | Indicator
    | Interval
    | Partial
    | Adjoint
    | Over
    | Limit
    | Symbol
    | Accented
    | Scripted
    | Group
    | Grid
    | Relation
)
