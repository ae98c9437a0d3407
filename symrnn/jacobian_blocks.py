"""What a Jacobian of a step is: a block, the matrix of all blocks, and their product over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy

from symrnn.errors import UsageError
from symrnn.ir import Shape
from symrnn.jacobian_entries import explicit
from symrnn.jacobian_matrices import symbolic
from symrnn.jacobian_terms import DIAGONAL, FULL, ZERO, Definition, Terms, size_of, sparsity
from symrnn.jacobian_text import block_text, product_text, step_text
from symrnn.jacobian_values import collect, evaluate
from symrnn.step import Step

Array = Any


@dataclass(frozen=True, repr=False)
class Block:
    """∂of_t/∂wrt_{t-1} (∂of_t/∂wrt_t for an input): the sum of ``terms``, a matrix of shape ``(rows, columns)``.

    ``definitions`` are the inner Jacobians that terms refer to, in the order in which they can be computed. ``reads``
    are the states at t-1 on which the block itself depends, and ``wrt`` where ``of`` jumps in it or a derivative on the
    way is declared, so that the block does not tell.
    """

    of: str
    wrt: str
    path: str
    terms: Terms
    definitions: tuple[Definition, ...]
    rows: Shape
    columns: Shape
    reads: tuple[str, ...]
    step: Step = field(compare=False, repr=False)

    @property
    def shape(self) -> tuple[sympy.Expr, sympy.Expr]:
        """Rows and columns; a matrix-valued state is flattened by rows."""
        return size_of(self.rows), size_of(self.columns)

    @property
    def sparsity(self) -> str:
        """``zero``, ``diagonal`` or ``full``, whatever the values."""
        return sparsity(self.terms)

    @property
    def affine(self) -> bool:
        """Whether ``of`` is affine in ``wrt``: the block does not read it, nothing in between has a kink."""
        return self.wrt not in self.reads

    def sympy(self, **sizes: int) -> Any:
        """The block in SymPy: a matrix expression of symbolic size, or at given sizes a matrix of scalars."""
        return explicit(self, sizes) if sizes else symbolic(self)

    def evaluate(self, values: Mapping[str, Array], previous: Mapping[str, Array] | None = None) -> Array:
        """The block in numbers, shape ``(*batch, rows, columns)``.

        ``values`` holds the leaves of tick t by name (``x``, ``h[t-1]``, ``U_f``), ``previous`` those of tick t-1 by
        the same names, which only ``total`` needs; arrays may carry leading axes.
        """
        return evaluate(self.terms, self.definitions, self.rows, self.columns, collect(self.step, values, previous))

    def product(self) -> TimeProduct:
        """∂of_T/∂of_k along this block alone: the path on which no other state takes part."""
        if self.path != "block" or self.of != self.wrt:
            raise UsageError(
                f"only a block of a state with respect to itself, other states held fixed, has a product over time; "
                f"this is ∂{self.of}/∂{self.wrt} ({self.path})"
            )
        return TimeProduct(self)

    def __str__(self) -> str:
        return block_text(self)

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class StepJacobian:
    """∂s_t/∂s_{t-1} for the whole state s: ``blocks[i][j]`` belongs to state i at t and state j at t-1."""

    states: tuple[str, ...]
    blocks: tuple[tuple[Block, ...], ...]
    path: str = "block"

    def block(self, of: str, wrt: str) -> Block:
        """One block by the names of its states."""
        for name in (of, wrt):
            if name not in self.states:
                raise UsageError(f"there is no state {name!r}; the states are {', '.join(self.states)}")
        return self.blocks[self.states.index(of)][self.states.index(wrt)]

    @property
    def sparsity(self) -> str:
        """``zero`` (every block is), ``diagonal`` (no block is full) or ``full``."""
        found = {block.sparsity for row in self.blocks for block in row}
        return next(kind for kind in (FULL, DIAGONAL, ZERO) if kind in found)

    @property
    def affine(self) -> bool:
        """Whether the step is affine in all of these states: no block depends on any of them."""
        return not any(set(self.states) & set(block.reads) for row in self.blocks for block in row)

    def given(self, *states: str) -> StepJacobian:
        """The Jacobian of the other states where these are given: what is affine or diagonal once they are known."""
        for name in states:
            self.block(name, name)
        kept = tuple(name for name in self.states if name not in states)
        if not kept:
            raise UsageError("all states are given, so nothing is left to differentiate")
        return StepJacobian(kept, tuple(tuple(self.block(of, wrt) for wrt in kept) for of in kept), self.path)

    def sympy(self, **sizes: int) -> Any:
        """The block matrix in SymPy, of symbolic size, or at given sizes as a matrix of scalars."""
        blocks = [[block.sympy(**sizes) for block in row] for row in self.blocks]
        if sizes:
            return sympy.ImmutableDenseMatrix(sympy.Matrix.vstack(*(sympy.Matrix.hstack(*row) for row in blocks)))
        return sympy.BlockMatrix(blocks) if len(blocks) > 1 else blocks[0][0]

    def evaluate(self, values: Mapping[str, Array], previous: Mapping[str, Array] | None = None) -> Array:
        """The whole matrix in numbers, shape ``(*batch, N, N)``, N the sum of the states' sizes."""
        known = collect(self.blocks[0][0].step, values, previous)
        rows = [
            np.concatenate([evaluate(b.terms, b.definitions, b.rows, b.columns, known) for b in row], axis=-1)
            for row in self.blocks
        ]
        return np.concatenate(rows, axis=-2)

    def product(self) -> TimeProduct:
        """∂s_T/∂s_k, the Jacobian of the state at T with respect to the state at k."""
        if self.path != "block":
            raise UsageError("only the blocks with other states held fixed multiply to ∂s_T/∂s_k")
        return TimeProduct(self)

    def __str__(self) -> str:
        return step_text(self)

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class TimeProduct:
    """J_T J_{T-1} … J_{k+1}, the latest step leftmost; ``factor`` is J_t."""

    factor: Block | StepJacobian

    @property
    def symbol(self) -> str:
        """The letter of what is propagated: a state's own name, or s for all of them."""
        return self.factor.of if isinstance(self.factor, Block) else "s"

    @property
    def diagonal(self) -> bool:
        """Whether every factor is a diagonal matrix, so that the product is a diagonal of products."""
        if isinstance(self.factor, Block):
            return self.factor.sparsity == DIAGONAL
        # Diagonal blocks beside each other are no diagonal matrix.
        apart = all(b.sparsity == ZERO for row in self.factor.blocks for b in row if b.of != b.wrt)
        return apart and self.factor.sparsity == DIAGONAL

    def indices(self, last: int | str = "T", first: int | str = "k") -> tuple[str, ...]:
        """The times of the factors from left to right: ``3, 2`` from 3 down to 1, with letters ``T, T-1, …, k+1``."""
        if isinstance(last, int) and isinstance(first, int):
            return tuple(str(t) for t in range(last, first, -1))
        return (str(last), f"{last}-1", "…", f"{first}+1")

    def evaluate(self, ticks: Sequence[Mapping[str, Array]]) -> Array:
        """The product in numbers; ``ticks`` are the leaves of the ticks k+1, …, T in order of time."""
        if not ticks:
            raise UsageError("a product over no ticks is the identity; give the values of at least one tick")
        total = self.factor.evaluate(ticks[0])
        for tick in ticks[1:]:
            total = self.factor.evaluate(tick) @ total
        return total

    def __str__(self) -> str:
        return product_text(self)

    __repr__ = __str__
