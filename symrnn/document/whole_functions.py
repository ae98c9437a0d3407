"""The differentials of the functions of whole vectors and matrices that a step applies, each once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symrnn.document.arithmetic import inverse, product, total, transposed
from symrnn.document.draft import Draft
from symrnn.document.formula import (
    Diagonal,
    Formula,
    Hadamard,
    Ones,
    Paren,
    Related,
    Sum,
    Symbol,
    WholeCall,
)
from symrnn.document.model import Block, Table, Text
from symrnn.primitives import CumSum, Expm, LogSumExp, Softmax, Solve

A, B, V, Y = (Symbol(name) for name in ("A", "b", "v", "y"))


def d(symbol: Symbol) -> Symbol:
    """A small change of something."""
    return Symbol(f"d{symbol.name}")


def whole_functions(draft: Draft) -> list[Block]:
    """A table of the functions by first use; what only moves entries changes as its argument does, and is left out."""
    lines: dict[object, tuple[Text, ...]] = {}
    for _, node in draft.program.forward.equations:
        row = ROWS.get(type(node.op))
        if row is not None:
            axis = getattr(node.op, "axis", None) if len(node.args[0].shape) == 2 else None
            function, change = row(axis)
            defined: Text = (Related((Y, function), ("=",)),)
            lines.setdefault((type(node.op), axis), (defined, (Related((d(Y), change), ("=",)),)))
    if not lines:
        return []
    head: tuple[Text, ...] = ((draft.words("function"),), (draft.words("differential"),))
    return [draft.paragraph("whole_text"), Table(head, tuple(lines.values()), (2, 3))]


def _softmax(axis: int | None) -> tuple[Formula, Formula]:
    """Of a vector the symmetric matrix diag(y) − y yᵀ; of a matrix the same in every column or row."""
    function = WholeCall("softmax", (V,), axis)
    if axis is None:
        jacobian = Sum(((1, Diagonal(Y)), (-1, product([Y, transposed(Y)]))))
        return function, product([jacobian, d(V)])
    moved = Hadamard((Y, d(V)))
    shared = product([Ones(), transposed(Ones()), moved] if axis == 0 else [moved, Ones(), transposed(Ones())])
    return function, Hadamard((Y, Paren(Sum(((1, d(V)), (-1, shared))))))


def _logsumexp(axis: int | None) -> tuple[Formula, Formula]:
    shares = WholeCall("softmax", (V,), axis)
    if axis is None:
        return WholeCall("logsumexp", (V,)), product([transposed(shares), d(V)])
    moved = Hadamard((shares, d(V)))
    change = product([transposed(moved), Ones()] if axis == 0 else [moved, Ones()])
    return WholeCall("logsumexp", (V,), axis), change


def _cumsum(axis: int | None) -> tuple[Formula, Formula]:
    return WholeCall("cumsum", (V,), axis), WholeCall("cumsum", (d(V),), axis)


def _solve(axis: int | None) -> tuple[Formula, Formula]:
    change = total([(1, d(B)), (-1, product([d(A), Y]))])
    return product([inverse(A), B]), product([inverse(A), change])


def _expm(axis: int | None) -> tuple[Formula, Formula]:
    return WholeCall("expm", (A,)), WholeCall("expm_derivative", (A, d(A)))


ROWS: dict[type, Callable[[Any], tuple[Formula, Formula]]] = {
    Softmax: _softmax,
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Solve: _solve,
    Expm: _expm,
}
