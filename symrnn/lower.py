"""Cell to Step: every function argument, function result, matrix operand and product gets a node; shapes are checked.

A sum that holds a matrix product and stands inside an elementwise product is named as well (the ``U h + c`` of a GRU's
candidate), because its adjoint is what the weight gradients are made of. Functions of whole values are lowered beside
(``lower_whole``); complex values, copies and delays are gone before (``flat``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sympy

from symrnn.errors import StepError
from symrnn.flat import flat
from symrnn.ir import SCALAR, Contract, Leaf, Node, Pointwise, broadcast, contract, leaf, pointwise, slot
from symrnn.lower_whole import COLUMN, MATRIX, ROW, TRANSPOSED, Side, column_product, diagonal_product, whole
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Head
from symrnn.record import Record
from symrnn.step import NAMED_CONTRACTIONS, Carry, Step, unique_name
from symrnn.tree import Apply, Arith, Compare, Named, Number, Param, Product, Ref, Structural, Transpose, Tree

PRODUCTS = {
    (MATRIX, COLUMN): ("ij,j->i", COLUMN),
    (TRANSPOSED, COLUMN): ("ij,i->j", COLUMN),
    (COLUMN, ROW): ("i,j->ij", MATRIX),
    (ROW, COLUMN): ("i,i->", COLUMN),
    (ROW, MATRIX): ("i,ij->j", ROW),
    (ROW, TRANSPOSED): ("j,ij->i", ROW),
    (MATRIX, MATRIX): ("ij,jk->ik", MATRIX),
    (TRANSPOSED, MATRIX): ("ji,jk->ik", MATRIX),
    (MATRIX, TRANSPOSED): ("ij,kj->ik", MATRIX),
    (TRANSPOSED, TRANSPOSED): ("ji,kj->ik", MATRIX),
}
TRANSPOSE: dict[Side, Side] = {COLUMN: ROW, ROW: COLUMN, MATRIX: TRANSPOSED, TRANSPOSED: MATRIX}


def lower(record: Record, *, surrogates: bool = True) -> Step:
    """The step of a cell: one primitive per equation, in the author's order.

    Without ``surrogates`` a straight-through function is written in what it computes, so that its derivative is the
    true one, 0 almost everywhere, instead of the one that it declares.
    """
    return _Lowering(flat(record), record, surrogates).step()


@dataclass
class _Lowering:
    """The state of one lowering: what is defined so far and what it is called."""

    record: Record
    origin: Record
    surrogates: bool = True
    values: dict[Tree, Node] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    tried: dict[str, int] = field(default_factory=dict)
    symbols: dict[str, sympy.Symbol] = field(default_factory=dict)
    equations: list[tuple[str, Node]] = field(default_factory=list)

    def step(self) -> Step:
        """Declare the leaves, lower the equations in order, and collect what the outputs and carries need."""
        record = self.record
        self.symbols = {s.name: s for s in record.sizes} | {n: sympy.Symbol(n) for n, _ in record.constants}
        inputs = tuple(self._declare(Ref(d.name), d.name, "input", d.shape) for d in record.inputs)
        reads = {d.name: self._declare(Ref(d.name, 1), f"{d.name}[t-1]", "carry", d.shape) for d in record.states}
        params = tuple(self._declare(Param(d.name), d.name, "parameter", d.shape) for d in record.params)
        self.taken = {*self.names.values(), *(e.name for e in record.equations)}
        for equation in record.equations:
            node = self._node(equation.tree)
            if node.shape != (equation.shape or node.shape):
                raise StepError(f"{equation.name} has shape {node.shape}, the record says {equation.shape}")
            self.values[Ref(equation.name)] = node
            self._name(node, equation.name)
        carries = tuple(Carry(n, read, self.values[Ref(n)]) for n, read in reads.items())
        outputs = tuple((n, self.values[Ref(n)]) for n in record.outputs)
        constants = tuple(n for n, _ in record.constants)
        equations = tuple(self.equations)
        return Step(record.name, inputs, params, carries, equations, outputs, constants=constants, origin=self.origin)

    def _declare(self, tree: Tree, name: str, role: str, shape: tuple[sympy.Expr, ...]) -> Node:
        node = leaf(name, role, shape)
        self.values[tree], self.names[node] = node, name
        return node

    def _node(self, tree: Tree) -> Node:
        nodes: list[Node] = []
        node = pointwise(self._term(tree, nodes), nodes)
        # Where everything cancels (x - x), what is left has no operands and still has their shape.
        return broadcast(node, next((n.shape for n in nodes if n.shape != SCALAR), node.shape))

    def _term(self, tree: Tree, nodes: list[Node]) -> sympy.Expr:
        """``tree`` as a scalar expression over slots; ``nodes`` grows by what the slots stand for."""
        match tree:
            case Number(value):
                return sympy.Rational(value.numerator, value.denominator)
            case Named(name):
                return self.symbols[name]
            case Arith(op, args):
                return self._arithmetic(op, [self._term(a, nodes) for a in args], nodes)
            case Apply(op, args):
                return self._applied(op, [self._term(a, nodes) for a in args], nodes)
            case Compare(op, left, right):
                return self._compared(op, self._term(left, nodes), self._term(right, nodes), nodes)
            case Product() | Transpose() | Structural():
                nodes.append(self._column_or_matrix(tree))
            case _:
                nodes.append(self.values[tree])
        return slot(len(nodes) - 1)

    def _slot(self, term: sympy.Expr, nodes: list[Node]) -> sympy.Expr:
        nodes.append(pointwise(term, nodes))
        return slot(len(nodes) - 1)

    def _applied(self, op: str, terms: list[sympy.Expr], nodes: list[Node]) -> sympy.Expr:
        function = REGISTRY[op]
        head = function.kernel if function.surrogate and not self.surrogates else function.head
        assert head is not None
        return head(*(t if t.is_Number else self._slot(t, nodes) for t in terms))

    def _compared(self, op: str, left: sympy.Expr, right: sympy.Expr, nodes: list[Node]) -> sympy.Expr:
        """1 or 0, by the unit step, which is 0 at 0."""

        def positive(difference: sympy.Expr) -> sympy.Expr:
            return self._applied("heaviside", [difference], nodes)

        match op:
            case ">":
                return positive(left - right)
            case "<":
                return positive(right - left)
            case ">=":
                return 1 - positive(right - left)
            case "<=":
                return 1 - positive(left - right)
        return (1 - positive(left - right)) * (1 - positive(right - left))

    def _arithmetic(self, op: str, terms: list[sympy.Expr], nodes: list[Node]) -> sympy.Expr:
        if op == "neg":
            return -terms[0]
        left, right = terms
        if op in "+-":
            return left + right if op == "+" else left - right
        if op == "%":
            return self._applied("mod", terms, nodes)
        left, right = (self._slot(t, nodes) if _holds_product(t, nodes) else t for t in (left, right))
        return {"*": lambda: left * right, "/": lambda: left / right, "**": lambda: left**right}[op]()

    def _column_or_matrix(self, tree: Tree) -> Node:
        """The value of a product, transposition or function of whole values, a transposed matrix written out."""
        node, side = self._operand(tree)
        return contract("ij->ji", node) if side == TRANSPOSED else node

    def _operand(self, tree: Tree) -> tuple[Node, Side]:
        """An operand of a matrix product and how it stands: a column, a row, a matrix or a transposed matrix."""
        match tree:
            case Transpose(arg):
                node, side = self._operand(arg)
                return node, TRANSPOSE[side]
            case Product(Structural("diag", (v,)), right):
                return diagonal_product(self._node(v), *self._operand(right), left=True)
            case Product(left, Structural("diag", (v,))):
                return diagonal_product(self._node(v), *self._operand(left), left=False)
            case Product(left, right):
                (a, side_a), (b, side_b) = self._operand(left), self._operand(right)
                spec, side = PRODUCTS[side_a, side_b]
                return column_product(spec, a, b), side
            case Structural(name, args, options):
                node = whole(name, [self._node(a) for a in args], dict(options))
            case _:
                node = self._node(tree)
        return node, MATRIX if len(node.shape) == 2 else COLUMN

    def _name(self, node: Node, name: str) -> None:
        """Name the node of an equation and what it was built from, which are the next equations of the step."""
        if self.names.setdefault(node, name) != name:
            return  # another name for a value that is there already
        for inner in _unlisted(node, self.names):
            if inner not in self.names:
                activation = isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head)
                wish = f"a_{name}" if activation and inner in node.args else self._describe(inner, name)
                self.names[inner] = unique_name(wish, self.taken, self.tried)
            self.equations.append((self.names[inner], inner))

    def _describe(self, node: Node, equation: str) -> str:
        """A name made of an intermediate's parts (``tanh_c``, ``U_i_h``), or ``u`` and the equation it is part of."""
        parts = [self.names.get(a, "v").replace("[t-1]", "") for a in node.args]
        match node.op:
            case Pointwise(Head() as head):
                parts.insert(0, head.op.name)
            case Pointwise():
                parts = ["u", equation]
            case Contract(spec) if NAMED_CONTRACTIONS.get(spec) not in ("matvec", "matmul"):
                parts.insert(0, NAMED_CONTRACTIONS.get(spec, "contract"))
            case Contract():
                pass
            case op:
                parts.insert(0, type(op).__name__.lower())
        name = "_".join(parts)
        return name if len(name) <= LONGEST else f"u_{equation}"


LONGEST = 24  # of a name made of its operands' names


def _unlisted(node: Node, names: dict[Node, str]) -> list[Node]:
    """The value and what it was built from that is no equation yet, operands first; what has a name is known."""
    if isinstance(node.op, Leaf):
        return []
    order: list[Node] = []
    seen: set[Node] = set()
    stack = [(node, False)]
    while stack:
        current, ready = stack.pop()
        if ready:
            order.append(current)
        elif current not in seen and (current is node or current not in names):
            seen.add(current)
            stack.append((current, True))
            stack.extend((a, False) for a in reversed(current.args))
    return order


def _holds_product(term: sympy.Expr, nodes: list[Node]) -> bool:
    """Whether a term is a sum with a matrix product among its terms."""
    return isinstance(term, sympy.Add) and any(
        isinstance(nodes[int(s.name[1:])].op, Contract) for s in term.free_symbols if s.name.startswith("$")
    )
