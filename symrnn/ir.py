"""The intermediate representation: hash-consed nodes, and how they are built in normal form.

A node is a primitive (``symrnn.primitives``) applied to nodes. Nodes are interned, so two equal values are one object
and identity is equality. Shapes are SymPy sizes; a scalar is a vector of length 1. Nothing here recurses: a step may
hold any number of equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from weakref import WeakValueDictionary

import sympy

from symrnn.ops.elementwise import Head
from symrnn.primitives import SCALAR as SCALAR
from symrnn.primitives import Broadcast as Broadcast
from symrnn.primitives import Contract as Contract
from symrnn.primitives import Leaf as Leaf
from symrnn.primitives import Pointwise as Pointwise
from symrnn.primitives import Primitive, common_shape, shape_of
from symrnn.primitives import Shape as Shape


class Node:
    """A value: a primitive applied to nodes, with its shape. Interned by ``make``; compare with ``is``."""

    __slots__ = ("op", "args", "shape", "__weakref__")

    def __init__(self, op: Primitive, args: tuple[Node, ...], shape: Shape) -> None:
        self.op, self.args, self.shape = op, args, shape

    def __repr__(self) -> str:
        return f"Node({self.op}, {len(self.args)} args, shape {self.shape})"


_interned: WeakValueDictionary[tuple[Primitive, tuple[Node, ...]], Node] = WeakValueDictionary()


def make(op: Primitive, *args: Node) -> Node:
    """The one node for ``op`` and ``args``; raises StepError where shapes do not fit."""
    key = (op, args)
    node = _interned.get(key)
    if node is None:
        node = Node(op, args, shape_of(op, tuple(a.shape for a in args)))
        _interned[key] = node
    return node


def leaf(name: str, role: str, shape: Shape) -> Node:
    """A value from outside; a scalar parameter of shape ``()`` counts as a vector of length 1."""
    return make(Leaf(name, role, shape or SCALAR))


def contract(spec: str, *args: Node) -> Node:
    """The Einstein sum ``spec`` of ``args``, in normal form: operands by falling rank, letters in reading order."""
    words, output = spec.split("->")
    pairs = sorted(zip(words.split(","), args, strict=True), key=lambda pair: -len(pair[0]))
    letters = dict.fromkeys("".join(word for word, _ in pairs))
    table = str.maketrans({old: "ijklmn"[k] for k, old in enumerate(letters)})
    normal = ",".join(word.translate(table) for word, _ in pairs) + "->" + output.translate(table)
    return make(Contract(normal), *(node for _, node in pairs))


def broadcast(node: Node, shape: Shape) -> Node:
    """``node`` repeated to ``shape`` if it is a scalar and the shape is not."""
    return node if node.shape == shape else make(Broadcast(shape), node)


def repeat(node: Node, spec: str, shape: Shape) -> Node:
    """A value repeated along new axes: ``i->ij`` to the columns of a matrix, ``j->ij`` to its rows."""
    word, output = spec.split("->")
    return make(Broadcast(shape, tuple(output.index(letter) for letter in word)), node)


@cache
def slot(k: int) -> sympy.Symbol:
    """The k-th argument of a Pointwise; the name is no identifier, so no author's name can meet it."""
    return sympy.Symbol(f"${k:03d}")


def is_slot(symbol: sympy.Basic) -> bool:
    """Whether a symbol stands for an argument (and not for a named constant or size)."""
    return isinstance(symbol, sympy.Symbol) and symbol.name.startswith("$")


def pointwise(expr: sympy.Expr, args: Iterable[Node]) -> Node:
    """The node for ``expr`` over ``args``, in normal form.

    Nested functions get nodes of their own, unused and repeated arguments are dropped, slots are numbered by first
    use, and an expression that is just one argument is that argument.
    """
    nodes = list(args)
    if not isinstance(expr, Head):
        expr = _split(expr, nodes)
    else:
        expr = expr.func(*(_slotted(_split(a, nodes), nodes) for a in expr.args))
    order: dict[Node, int] = {}
    for k in sorted(int(s.name[1:]) for s in expr.free_symbols if is_slot(s)):
        order.setdefault(nodes[k], len(order))
    renamed = expr.xreplace({slot(k): slot(order[n]) for k, n in enumerate(nodes) if n in order})
    if len(renamed.free_symbols & {slot(k) for k in range(len(order))}) < len(order):
        # Equal arguments cancel (x - x); the value keeps their shape.
        return broadcast(pointwise(renamed, order), common_shape(expr, tuple(n.shape for n in order)))
    return next(iter(order)) if renamed == slot(0) else make(Pointwise(renamed), *order)


def _split(expr: sympy.Expr, nodes: list[Node]) -> sympy.Expr:
    """``expr`` with every function application replaced by a slot of a node of its own."""
    heads = sorted(expr.atoms(Head), key=lambda h: (sympy.count_ops(h), str(h)))
    return expr.xreplace({head: _slotted(pointwise(head, nodes), nodes) for head in heads})


def _slotted(value: Node | sympy.Expr, nodes: list[Node]) -> sympy.Expr:
    """A slot for ``value``; numbers and bare slots stay as they are."""
    if not isinstance(value, Node):
        if value.is_Number or is_slot(value):
            return value
        value = pointwise(value, nodes)
    nodes.append(value)
    return slot(len(nodes) - 1)


def topological(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node that the roots depend on, operands first, each once; the order is that of the roots and operands."""
    seen: set[Node] = set()
    for root in roots:
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                yield node
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((a, False) for a in reversed(node.args))


def is_product(node: Node) -> bool:
    """Whether the node multiplies exactly two nodes elementwise."""
    return isinstance(node.op, Pointwise) and node.op.expr == slot(0) * slot(1)


def times(a: Node, b: Node) -> Node:
    """The elementwise product, a scalar broadcasting."""
    return pointwise(slot(0) * slot(1), (a, b))


def add(terms: Iterable[Node]) -> Node:
    """The sum of one or more nodes."""
    nodes = tuple(terms)
    return pointwise(sympy.Add(*(slot(k) for k in range(len(nodes)))), nodes)
