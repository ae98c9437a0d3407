"""The matrix products of a training step, read off its schedule: what the bound runs, and nothing else.

A product with a parameter is one GEMM over all rows where it stands outside the loop, and one over the batch at every
tick where it stands inside. A weight gradient sums over time and batch in one GEMM. Where both operands belong to a
sequence (a matrix that is a state), every sequence has a product of its own at every tick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy

from symrnn.ir import Contract, Node, Shape
from symrnn.operations import Gathered, Operation, Reduction, Single, Stacked
from symrnn.phases import LOOP, ONCE
from symrnn.primitives import Leaf
from symrnn.schedule import Direction, Schedule


@dataclass(frozen=True)
class Product:
    """``calls`` products of (rows, inner) by (inner, columns); ``transposed``: the left operand lies as (inner, rows).

    ``loop`` says that one call belongs to each tick and has to wait for the tick before.
    """

    rows: int
    inner: int
    columns: int
    calls: int = 1
    loop: bool = False
    transposed: bool = False

    @property
    def flops(self) -> int:
        """Multiplications and additions of all calls."""
        return 2 * self.rows * self.inner * self.columns * self.calls


def products(schedule: Schedule, numbers: Mapping[str, float], T: int, B: int) -> tuple[list[Product], list[Product]]:
    """The products of the forward and of the backward direction, each in the order in which they run."""
    ahead, back = (list(_of(d, numbers, T, B)) for d in (schedule.forward, schedule.backward))
    return ahead, back


def _of(direction: Direction, numbers: Mapping[str, float], T: int, B: int) -> Iterator[Product]:
    for operation in direction.grouping.operations:
        results = operation.results
        phase = direction.grouping.phase[results[0]] if results else ""
        if phase in ONCE:
            continue
        looped = phase == LOOP
        rows, calls = (B, T) if looped else (T * B, 1)
        match operation:
            case Stacked(lanes, _, operand):
                inner, columns = _size(operand.shape, numbers), sum(_size(r.shape, numbers) for r in lanes)
                yield Product(rows, inner, columns, calls, looped)
            case Gathered(result, _, operands):
                inner, columns = sum(_size(v.shape, numbers) for v in operands), _size(result.shape, numbers)
                yield Product(rows, inner, columns, calls, looped)
            case Reduction(_, left, right) if right is not None:
                rows, columns = sum(_size(v.shape, numbers) for v in left), _size(right.shape, numbers)
                yield Product(rows, T * B, columns, transposed=True)
            case _:
                yield from _own(operation, numbers, T * B)


def _own(operation: Operation, numbers: Mapping[str, float], sequences: int) -> Iterator[Product]:
    """The product of a matrix that belongs to a sequence, which no other sequence shares."""
    node = operation.node if isinstance(operation, Single) else None
    if node is None or not isinstance(node.op, Contract) or len(node.args) != 2:
        return
    words, output = node.op.spec.split("->")
    left, right = words.split(",")
    summed = [letter for letter in dict.fromkeys(left) if letter in right and letter not in output]
    if len(left) < 2 or not summed or not output or all(_fixed(a) for a in node.args):
        return
    extents = dict(zip(left + right, (*node.args[0].shape, *node.args[1].shape), strict=True))

    def size(letters: list[str]) -> int:
        return _size(tuple(extents[letter] for letter in letters), numbers)

    rows = [letter for letter in dict.fromkeys(left) if letter in output]
    columns = [letter for letter in dict.fromkeys(right) if letter in output and letter not in left]
    yield Product(size(rows), size(summed), size(columns), sequences)


def _fixed(node: Node) -> bool:
    return isinstance(node.op, Leaf) and node.op.role in ("parameter", "static")


def _size(shape: Shape, numbers: Mapping[str, float]) -> int:
    """The number of components of a value."""
    total = sympy.Mul(*shape)
    return int(total.xreplace({s: sympy.Integer(int(numbers[s.name])) for s in total.free_symbols}))
