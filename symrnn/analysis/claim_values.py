"""What the two sides of a claim mean: the trees of a reading as values of a cell's ticks, or as linear maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sympy

from symrnn.analysis import linear_maps
from symrnn.analysis.agreement import proved, same_at
from symrnn.analysis.claim_algebra import (
    Item,
    Undecided,
    Value,
    added,
    constant,
    divided,
    multiplied,
    negated,
    stacked,
    transposed,
)
from symrnn.analysis.linear_maps import Map
from symrnn.analysis.ticks import Ticks
from symrnn.ir import SCALAR, Node, leaf, make, pointwise, slot
from symrnn.lower import TRANSPOSE
from symrnn.lower_whole import COLUMN, MATRIX, Side
from symrnn.ops import REGISTRY
from symrnn.primitives import LogSumExp, Softmax
from symrnn.reading import tree as read
from symrnn.reading.claim import Claim
from symrnn.reading.traversal import walk

ALIASES = {"abs": "magnitude", "max": "maximum", "min": "minimum"}
NEXT = "next"  # in the spelling of a gradient that a program hands from one step to the one before
Held = Callable[[Node, Node, int, int], tuple[Node, ...]]


def nothing(of: Node, wrt: Node, later: int, earlier: int) -> tuple[Node, ...]:
    """Nothing is held fixed: a derivative along all paths."""
    return ()


@dataclass
class Meaning:
    """The meaning of names and of derivatives in one claim.

    ``held`` says what stands still in a derivative. ``gradients`` has for error signals that name no value of the cell
    the value of which they are the gradient, ``inner`` for gates whose gradient is meant before the activation the name
    of what stands there; ``direct`` are gradients of which only a part is meant. ``base`` is how vectors stand,
    ``offset`` moves all ticks. ``free`` says that names which the cell does not have are arguments, ``turned`` that
    gradients stand as rows where values are columns, ``matrices`` that derivatives by matrices are maps as well.
    """

    ticks: Ticks
    held: Held = nothing
    gradients: Mapping[str, str] = field(default_factory=dict)
    inner: Mapping[str, str] = field(default_factory=dict)
    letter: str = "t"
    base: Side = COLUMN
    direct: Mapping[tuple[str, int], Node] = field(default_factory=dict)
    offset: int = 0
    free: bool = False
    turned: bool = False
    matrices: bool = False
    named: list[Node] = field(default_factory=list)

    def value(self, tree: read.Tree) -> Value:
        """The value of one side."""
        match tree:
            case read.Name():
                return self._name(tree)
            case read.Number(value):
                return constant(sympy.Rational(value.numerator, value.denominator))
            case read.Negative(arg):
                return negated(self.value(arg))
            case read.Binary(op, left, right):
                return self._binary(op, left, right)
            case read.Call():
                return self._call(tree)
            case read.Transposed(arg):
                return transposed(self.value(arg))
            case read.Stack(items):
                return stacked([self.value(item) for item in items])
            case read.Partial():
                return self.derivative(tree)
            case read.Adjoint():
                return self.gradient(tree)
            case read.Over("sum", _, _, _, body):
                return self.value(body)
        raise Undecided(f"what stands here is not understood in a claim: {type(tree).__name__.lower()}")

    def tick(self, time: read.Time | None) -> int:
        """The tick of a time index, counted from t; a name without one is meant at t."""
        if time is None or time.letter == self.letter and not time.delay:
            return 0 if time is None else time.shift + self.offset
        raise Undecided(f"the time {time} is not one near t")

    def _name(self, name: read.Name) -> Value:
        node = self.node(name)
        self.named.append(node)
        return self._standing(node)

    def _standing(self, node: Node) -> Item:
        """A value as a matrix, or as the column or row that vectors are here."""
        return Item(node, MATRIX if len(node.shape) == 2 else COLUMN if node.shape == SCALAR else self.base)

    def node(self, name: read.Name) -> Node:
        """The value that a name stands for. Raises Undecided for names that the cell does not have."""
        tick = self.tick(name.time)
        found = self.ticks.value(name.name, tick)
        if found is None and name.name in self.constants:
            return pointwise(self.constants[name.name], ())
        if found is None and name.name == "I" and name.time is None:
            return pointwise(sympy.Integer(1), ())
        if found is None and self.free and name.time is None:
            return leaf(name.name, "input", SCALAR)
        if found is None:
            raise Undecided(f"{self.ticks.record.name} has no {name.name}" + (f"[{name.time}]" if name.time else ""))
        return found

    @property
    def constants(self) -> dict[str, sympy.Symbol]:
        """The named numbers and sizes of the cell."""
        record = self.ticks.record
        return {n: sympy.Symbol(n) for n, _ in record.constants} | {s.name: s for s in record.sizes}

    def _binary(self, op: str, left: read.Tree, right: read.Tree) -> Value:
        a, b = self.value(left), self.value(right)
        match op:
            case "+" | "-":
                return added(a, b if op == "+" else negated(b))
            case "/" | "**":
                return divided(op, a, b)
            case "conv":
                raise Undecided("a convolution is not part of any cell here")
        return multiplied(a, b, entrywise=op in ("*", "odot"))

    def _call(self, call: read.Call) -> Value:
        args = [self.value(arg) for arg in call.args]
        if call.function == "diag" and isinstance(args[0], Item):
            return linear_maps.diagonal(args[0].node)
        items = [arg for arg in args if isinstance(arg, Item)]
        name = ALIASES.get(call.function, call.function)
        if len(items) < len(args) or not items:
            raise Undecided(f"{call.function} of a Jacobian is not decided here")
        if name in REGISTRY and len(items) == REGISTRY[name].arity:
            op = REGISTRY[name]
            slots = tuple(slot(k) for k in range(len(items)))
            expr = op.head(*slots, *op.defaults)
            if call.derivative:
                expr = sympy.diff(expr, slots[0], call.derivative)
            return Item(pointwise(expr, [i.node for i in items]), items[0].side)
        match call.function:
            case "concat":
                return stacked(args)
            case "softmax":
                return Item(make(Softmax(0), items[0].node))
            case "logsumexp":
                return Item(make(LogSumExp(0), items[0].node))
            case "sum":
                return Item(linear_maps.entry_sum(items[0].node))
        raise Undecided(f"the function {call.function} is not known here")

    def derivative(self, partial: read.Partial) -> Map:
        """A Jacobian of one value by another, with what is to be held fixed held."""
        if partial.of is None:
            raise Undecided("a derivative of nothing")
        of, wrt = self.value(partial.of), self.value(partial.wrt)
        if not isinstance(of, Item) or not isinstance(wrt, Item):
            raise Undecided("a derivative of a Jacobian is not decided here")
        if len(of.node.shape) > 1 or len(wrt.node.shape) > 1 and not self.matrices:
            raise Undecided("a derivative by or of a matrix is no matrix")
        later, earlier = self.latest(partial.of), self.latest(partial.wrt)
        return linear_maps.derivative(of.node, wrt.node, self.held(of.node, wrt.node, later, earlier))

    def latest(self, tree: read.Tree) -> int:
        """The latest tick that a tree speaks of."""
        times = [self.tick(n.time) for n in walk(tree) if isinstance(n, read.Name) and n.time is not None]
        return max(times, default=0)

    def gradient(self, adjoint: read.Adjoint) -> Item:
        """The gradient of the loss by a value; it stands as the value does."""
        node = self.gradient_node(adjoint)
        self.named.append(node)
        found = self._standing(node)
        return Item(node, TRANSPOSE[found.side]) if self.turned else found

    def gradient_node(self, adjoint: read.Adjoint) -> Node:
        """The derived gradient that an error signal stands for."""
        if adjoint.of is None:
            key, tick = signal_key(adjoint), self.tick(adjoint.time)
            if key not in self.gradients:
                raise Undecided(f"the note does not say of which value {key} is the gradient")
            return self._known(self.gradients[key], tick)
        if not isinstance(adjoint.of, read.Name):
            return self.gradient_of(self.value(adjoint.of))
        name, tick = adjoint.of.name, self.tick(adjoint.of.time)
        if (name, tick) in self.direct:
            return self.direct[name, tick]
        if name in self.ticks.carries and NEXT in adjoint.of.tex:
            return self.ticks.handed_back(name, tick)
        if name in self.gradients:
            return self._known(self.gradients[name], tick)
        found = self.ticks.gradient(self.inner.get(name, name), tick)
        if found is None:
            found = self._edge(name, tick)
        if found is None:
            raise Undecided(f"{self.ticks.record.name} has no gradient of {name}[{adjoint.of.time or 't'}]")
        return found

    def _known(self, name: str, tick: int) -> Node:
        found = self.ticks.gradient(name, tick)
        if found is None:
            raise Undecided(f"there is no gradient of {name} at step {tick:+d}")
        return found

    def _edge(self, name: str, tick: int) -> Node | None:
        """The gradient of a state under the name of its neighbour (``h_next``)."""
        for suffix, there in (("next", 1), ("prev", 0)):
            state = name.removesuffix(suffix).rstrip("_")
            if name.endswith(suffix) and state in self.ticks.carries:
                return self.ticks.handed_back(state, tick + there)
        return None

    def gradient_of(self, value: Value) -> Node:
        """The derived gradient of a value that has no name of its own, such as a pre-activation written out."""
        for tick in range(self.ticks.first, self.ticks.last + 1):
            for name, node in self.ticks.named.items():
                there = self.ticks.at(node, tick)
                if not isinstance(value, Item) or not node.args or there.shape != value.node.shape:
                    continue
                same = same_at(self.ticks.points, there, value.node, (0,)) and proved(there, value.node)
                if same and (found := self.ticks.gradient(name, tick)) is not None:
                    return found
        raise Undecided("the derivation has no gradient of this value")


def signal_key(adjoint: read.Adjoint) -> str:
    """How an error signal without a value is told apart: by its label and how far from t it stands."""
    return f"δ{adjoint.label}" if adjoint.label else "δ"


def window(claim: Claim, letter: str = "t") -> tuple[int, int]:
    """The first and last tick that a claim speaks of."""
    trees = (claim.left, claim.right)
    times = [n.time for tree in trees for n in walk(tree) if isinstance(n, read.Name | read.Adjoint) and n.time]
    shifts = [time.shift for time in times if time.letter == letter]
    return min([0, *shifts]), max([0, *shifts])
