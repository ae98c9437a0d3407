"""Elementwise operations in passes: all that one run over the components can compute, in one loop.

A pass holds operations of one shape. A value that an operation of the pass reads must be there at the same component:
what is repeated, transposed, cut out of or shifted in time has to be in memory before, so it ends the pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.backends.c_operations import Function, Lane, Operation, Outer, Put, Tally, reads, results, root
from symrnn.ir import Contract, Node, Pointwise, Shape
from symrnn.operations import Gathered, Stacked


@dataclass(frozen=True)
class Pass:
    """Elementwise operations that run component by component."""

    shape: Shape
    operations: tuple[Lane | Put | Tally, ...]

    @property
    def results(self) -> tuple[Node, ...]:
        """The values that the pass computes."""
        return tuple(r for o in self.operations for r in results(o))

    @property
    def reads(self) -> tuple[Node, ...]:
        """What the pass needs from elsewhere."""
        made = set(self.results)
        return tuple(dict.fromkeys(n for o in self.operations for n in reads(o) if n not in made))


Block = Pass | Stacked | Gathered | Outer | Function


def block_reads(block: Block) -> tuple[Node, ...]:
    """The values that a block reads from memory."""
    return block.reads if isinstance(block, Pass) else reads(block)


def block_results(block: Block) -> tuple[Node, ...]:
    """The values that a block computes."""
    return block.results if isinstance(block, Pass) else results(block)


def aligned(operation: Lane | Put | Tally, position: int) -> bool:
    """Whether an operand is read at the component that is computed."""
    if not isinstance(operation, Lane):
        return True
    node = operation.node
    match node.op:
        case Pointwise():
            return node.args[position].shape == node.shape
        case Contract(spec):
            words, output = spec.split("->")
            return words.split(",")[position] == output or (not output and node.args[position].shape == node.shape)
    return node.args[position].shape == node.shape


def shape_of(operation: Lane | Put | Tally) -> Shape:
    """The shape over which an operation runs."""
    return operation.node.shape


def fuse(operations: Sequence[Operation], shifted: dict[Node, Node]) -> list[Block]:
    """The operations of a stage in passes; ``shifted`` gives what has to be written before a carry can be read."""
    owner = {r: k for k, o in enumerate(operations) for r in results(o)}
    for k, operation in enumerate(operations):
        if isinstance(operation, Put) and operation.kind == "carry":
            owner |= {read: k for read, write in shifted.items() if write is operation.node}
    for read, write in shifted.items():
        if read not in owner and root(write) in owner:
            owner[read] = owner[root(write)]
    needs: list[dict[int, bool]] = []
    for operation in operations:
        found: dict[int, bool] = {}
        for position, node in enumerate(reads(operation)):
            maker = owner.get(root(node))
            if maker is not None:
                inside = (isinstance(operation, Lane | Put | Tally) and node not in shifted and root(node) is node
                          and aligned(operation, position))  # fmt: skip
                found[maker] = found.get(maker, True) and inside
        needs.append(found)
    return _blocks(operations, needs)


def _blocks(operations: Sequence[Operation], needs: list[dict[int, bool]]) -> list[Block]:
    """List scheduling: whatever is no pass runs as soon as it can, a pass takes in all that it can."""
    blocks: list[Block] = []
    done: set[int] = set()
    left = list(range(len(operations)))
    while left:
        ready = [k for k in left if needs[k].keys() <= done]
        alone = [k for k in ready if not isinstance(operations[k], Lane | Put | Tally)]
        if alone:
            block = operations[alone[0]]
            assert not isinstance(block, Lane | Put | Tally)
            blocks.append(block)
            done.add(alone[0])
            left.remove(alone[0])
            continue
        taken = _taken(operations, needs, left, done, _first(operations, ready))
        members = [operations[k] for k in taken]
        blocks.append(Pass(_shape(members[0]), tuple(m for m in members if isinstance(m, Lane | Put | Tally))))
        done.update(taken)
        left = [k for k in left if k not in done]
    return blocks


def _shape(operation: Operation) -> Shape:
    assert isinstance(operation, Lane | Put | Tally)
    return shape_of(operation)


def _first(operations: Sequence[Operation], ready: list[int]) -> Shape:
    return _shape(operations[ready[0]])


def _taken(
    operations: Sequence[Operation], needs: list[dict[int, bool]], left: list[int], done: set[int], shape: Shape
) -> list[int]:
    """The operations of one shape that can run in one pass, in order."""
    taken: list[int] = []
    inside: set[int] = set()
    for k in left:  # the order is one in which they can run, so one sweep finds all
        operation = operations[k]
        if not isinstance(operation, Lane | Put | Tally) or shape_of(operation) != shape:
            continue
        if all(maker in done or (maker in inside and fits) for maker, fits in needs[k].items()):
            taken.append(k)
            inside.add(k)
    return taken
