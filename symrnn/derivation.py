"""The derivation of backpropagation through time for one cell: its equations, their adjoint, and every rule applied.

This is what a reader of ``derive(cell)`` holds in hand. The text here is the short one, for a terminal; documents in
other formats print the same trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from symrnn.adjoint import Line, Program, differentiate
from symrnn.cell import Cell, CellType
from symrnn.derivation_text import derivation_text
from symrnn.errors import UsageError
from symrnn.jacobian import PATHS, Block, Jacobians, StepJacobian
from symrnn.lower import lower
from symrnn.schedule import Schedule, schedule
from symrnn.step import Step

if TYPE_CHECKING:
    from symrnn.document.model import Document


@dataclass(frozen=True, repr=False)
class Derivation:
    """A cell, the program that differentiation made of it, and the questions one can ask of both."""

    cell: type[Cell]
    program: Program

    @property
    def forward(self) -> Step:
        """One tick of the cell as typed equations."""
        return self.program.forward

    @property
    def backward(self) -> Step:
        """One tick of the adjoint, whose time runs backwards."""
        return self.program.backward

    @property
    def trace(self) -> tuple[Line, ...]:
        """Every adjoint line with the rules that produced it, in the order in which it was derived."""
        return self.program.trace

    @property
    def accurate(self) -> bool:
        """Whether derivatives are written in the argument of a function instead of its output."""
        return self.program.accurate

    @cached_property
    def schedule(self) -> Schedule:
        """What runs before, in and after the loop in both directions, and its cost."""
        return schedule(self.program)

    @cached_property
    def documents(self) -> dict[tuple[str, str | None], Document]:
        """The documents composed so far, by language and stamp; they are the same for every format."""
        return {}

    @cached_property
    def jacobians(self) -> Jacobians:
        """What the blocks of the Jacobian have in common."""
        return Jacobians(self.forward, self.accurate)

    @overload
    def jacobian(self, of: str, wrt: str, path: str = "block") -> Block: ...

    @overload
    def jacobian(self, of: None = None, wrt: None = None, path: str = "block") -> StepJacobian: ...

    def jacobian(self, of: str | None = None, wrt: str | None = None, path: str = "block") -> Block | StepJacobian:
        """∂of_t/∂wrt_{t-1}; without names the whole ∂s_t/∂s_{t-1}, block by block.

        ``path="block"`` (or ``"direct"``) holds the other states at t-1 fixed; ``"total"`` perturbs the state where it
        was computed at t-1, so that what else was computed from it there follows. Raises UsageError for unknown names.
        """
        if path not in PATHS:
            raise UsageError(f"there is no path {path!r}; say block (or direct) or total")
        if of is None and wrt is None:
            return self.jacobians.all(path)
        if of is None or wrt is None:
            raise UsageError("a block needs two names, as in jacobian('c', 'h'); without names you get all blocks")
        return self.jacobians.block(of, wrt, path)

    def to(self, format: str, lang: str = "en") -> str:
        """The derivation as a document in ``tex``, ``html``, ``md`` or ``txt``."""
        # Documents are imported when asked for: deriving does not need them.
        from symrnn.document import render

        return render(self, format, lang)

    def __str__(self) -> str:
        return derivation_text(self)

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        from symrnn.derivation_latex import derivation_latex

        return f"$\\displaystyle {derivation_latex(self)}$"


def derive(cell: type[Cell], *, accurate: bool = False) -> Derivation:
    """Derive backpropagation through time for a cell.

    ``accurate`` writes derivatives in the argument of a function, which keeps their digits where it saturates, instead
    of its saved output. Raises UsageError for anything but a cell.
    """
    if not isinstance(cell, CellType):
        raise UsageError(f"derive takes a cell, not {type(cell).__name__}; for one of the zoo say zoo['lstm']")
    return Derivation(cell, differentiate(lower(cell.record), accurate=accurate))
