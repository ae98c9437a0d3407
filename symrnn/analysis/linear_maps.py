"""Linear maps between values as what they do: the Jacobian of any value by any other, weights, diagonals, and products.

A Jacobian that a note writes is compared with the derived one by what both make of an arbitrary vector, so no matrix of
symbolic size is ever formed, and products and transposes of any length cost no more than their factors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from symrnn.ir import SCALAR, Leaf, Node, Shape, add, contract, pointwise, slot, times, topological
from symrnn.lower_whole import TRANSPOSED, Side, column_product
from symrnn.rules import JVP, VJP
from symrnn.whole_rules import zeros

Act = Callable[[Node], Node]


@dataclass(frozen=True)
class Map:
    """A linear map from values of shape ``columns`` to values of shape ``rows``, and its adjoint."""

    rows: Shape
    columns: Shape
    forward: Act
    backward: Act

    @property
    def transposed(self) -> Map:
        """The adjoint map."""
        return Map(self.columns, self.rows, self.backward, self.forward)


def identity(shape: Shape) -> Map:
    """What changes nothing."""
    return Map(shape, shape, lambda v: v, lambda v: v)


def diagonal(entries: Node) -> Map:
    """diag(v)."""
    return Map(entries.shape, entries.shape, lambda v: times(entries, v), lambda v: times(entries, v))


def multiple(number: Node, map: Map) -> Map:
    """A scalar times a map."""

    def scaled(act: Act) -> Act:
        return lambda v: times(number, act(v))

    return Map(map.rows, map.columns, scaled(map.forward), scaled(map.backward))


def matrix(node: Node, side: Side) -> Map:
    """A weight, or its transpose."""
    there = Map(
        node.shape[:1],
        node.shape[1:],
        lambda v: column_product("ij,j->i", node, v),
        lambda u: column_product("ij,i->j", node, u),
    )
    return there.transposed if side == TRANSPOSED else there


def column(entries: Node) -> Map:
    """A number times a vector."""
    return Map(
        entries.shape,
        SCALAR,
        lambda v: times(v, entries),
        lambda u: entry_sum(times(entries, u)),
    )


def product(left: Map, right: Map) -> Map:
    """``left`` after ``right``."""
    return Map(
        left.rows,
        right.columns,
        lambda v: left.forward(right.forward(v)),
        lambda u: right.backward(left.backward(u)),
    )


def total(left: Map, right: Map) -> Map:
    """The sum of two maps."""
    return Map(
        left.rows,
        left.columns,
        lambda v: add([left.forward(v), right.forward(v)]),
        lambda u: add([left.backward(u), right.backward(u)]),
    )


def negative(map: Map) -> Map:
    """Minus the map."""

    def turned(act: Act) -> Act:
        return lambda v: pointwise(-slot(0), (act(v),))

    return Map(map.rows, map.columns, turned(map.forward), turned(map.backward))


def derivative(of: Node, wrt: Node, held: Collection[Node] = ()) -> Map:
    """∂of/∂wrt, where the values in ``held`` stand still."""
    still = frozenset(held) - {wrt}
    path = _between(of, wrt, still)
    return Map(of.shape, wrt.shape, lambda v: _pushed(of, wrt, path, v), lambda u: _pulled(of, wrt, path, u))


def _between(of: Node, wrt: Node, still: frozenset[Node]) -> list[Node]:
    """The values through which ``of`` depends on ``wrt``, in order."""
    moving = {wrt}
    path = []
    for node in topological([of]):
        if node not in still and node is not wrt and any(a in moving for a in node.args):
            moving.add(node)
            path.append(node)
    return path


def stops(of: Node, wrt: Node, held: Collection[Node]) -> list[Node]:
    """The held values that ``of`` reads and that would move with ``wrt``: what holding them leaves out."""
    free = set(_between(of, wrt, frozenset()))
    found: dict[Node, None] = {}
    stack, seen = [of], set[Node]()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in held and node in free and node is not of:
            found[node] = None
        elif node is not wrt:
            stack.extend(node.args)
    return list(found)


def _read(node: Node) -> Node:
    return node


def _pushed(of: Node, wrt: Node, path: list[Node], direction: Node) -> Node:
    """How ``of`` moves where ``wrt`` moves in a direction."""
    moved: dict[Node, Node] = {wrt: direction}
    for node in path:
        tangent = JVP[type(node.op)](node, [moved.get(a) for a in node.args], _read, False)
        if tangent is not None:
            moved[node] = tangent
    return moved.get(of) or zeros(of.shape)


def _pulled(of: Node, wrt: Node, path: list[Node], weight: Node) -> Node:
    """The gradient by ``wrt`` of what ``of`` is weighted with."""
    if of is wrt:
        return weight
    gathered: dict[Node, list[Node]] = {of: [weight]}
    inside = {*path, wrt}
    for node in reversed(path):
        if node not in gathered or isinstance(node.op, Leaf):
            continue
        for term in VJP[type(node.op)](node, add(gathered[node]), _read, False):
            if node.args[term.index] in inside:
                gathered.setdefault(node.args[term.index], []).append(term.node)
    return add(gathered[wrt]) if wrt in gathered else zeros(wrt.shape)


def entry_sum(node: Node) -> Node:
    """The sum of all entries."""
    return node if node.shape == SCALAR else contract("i->" if len(node.shape) == 1 else "ij->", node)
