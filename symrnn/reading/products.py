"""Products written by signs turned into elementwise and matrix products, once the kinds of all names are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import Report
from symrnn.reading.kinds import COLUMN, MATRIX, ROW, SCALAR, Kinds, gates, product, spreads
from symrnn.reading.traversal import walk, within
from symrnn.reading.tree import Binary, Call, Name, Negative, Number, Stack, Transposed, Tree

SIGNS = {"juxtaposed": "side by side", "cdot": r"\cdot", "times": r"\times", "star": "*"}


class Products:
    """Rewrites the trees of one group of equations; each inference that a reader might miss is reported."""

    def __init__(self, kinds: Kinds, report: Report) -> None:
        self.kinds = kinds
        self.report = report

    def tree(self, node: Any) -> Any:
        """The tree with ``*`` and ``@`` in place of signs."""
        if isinstance(node, Binary) and node.op == "juxtaposed":
            return self._side_by_side(node)
        return self._one(within(node, self.tree))

    def _one(self, node: Any) -> Any:
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Negative):
            return negated(node)
        if isinstance(node, Transposed) and isinstance(node.arg, Stack):
            return self._transposed(node, node.arg)
        if isinstance(node, Call) and node.function == "exp":
            return self._exponential(node)
        return node

    def _side_by_side(self, node: Binary) -> Any:
        """Factors side by side, from the left; scalars in front of a matrix product multiply its result."""
        items = [self.tree(item) for item in _factors(node)]
        kinds = [self.kinds.tree(item) for item in items]
        lead = next((index for index, kind in enumerate(kinds) if kind != SCALAR), 0)
        rest = self._joined(items[lead:])
        if not lead or not (isinstance(rest, Binary) and _has_matrix_product(rest, len(items) - lead - 1)):
            return replace(self._joined(items), grouped=node.grouped)
        front = self._joined(items[:lead])
        return Binary("*", front, replace(rest, grouped=True), node.grouped, span=node.span)

    def _joined(self, items: list[Any]) -> Any:
        result = items[0]
        for item in items[1:]:
            made = Binary("juxtaposed", result, item, span=result.span.to(item.span))
            result = self._binary(made)
        return result

    def _binary(self, node: Binary) -> Any:
        op = node.op
        if op in ("odot", "otimes"):
            left, right = self.kinds.tree(node.left), self.kinds.tree(node.right)
            if op == "otimes" and (left, right) == (COLUMN, ROW):
                return replace(node, op="@")
            if spreads(node, left, right):
                first, second = (_diagonal(side) if isinstance(side, Transposed) else side
                                 for side in (node.left, node.right))  # fmt: skip
                return replace(node, op="@", left=first, right=second)
            return self._checked(replace(node, op="*"))
        if op not in SIGNS:
            return node
        left, right = self.kinds.tree(node.left), self.kinds.tree(node.right)
        _, made = product(left, right, op)
        made = "*" if gates(node, left, right) else made
        if self.kinds.is_convolution(node):
            message = "'*' joins a weight and a signal while another sign is elementwise: read as a convolution"
            self.report.add("STAR-IS-CONV", node.span, message)
            return Call("conv", (node.left, node.right), span=node.span)
        self._say(node, left, right, made)
        return replace(node, op=made)

    def _say(self, node: Binary, left: str, right: str, made: str) -> None:
        """Report what a sign was read as, where it could be read otherwise."""
        signals = [any(isinstance(n, Name) and n.time is not None for n in walk(s)) for s in (node.left, node.right)]
        vectors = left == right and left in (COLUMN, ROW) and any(signals)
        if node.op == "star" and made == "@":
            message = "'*' joins a weight and a signal: read as the matrix product, by shapes"
            self.report.add("STAR-IS-MATMUL", node.span, message)
        elif node.op == "cdot" and vectors:
            message = "\\cdot between two vectors is read as elementwise: both sides have one length"
            self.report.add("CDOT-BY-SHAPE", node.span, message)
        elif node.op == "juxtaposed" and vectors:
            message = "two vectors side by side are read as an elementwise product"
            self.report.add("JUXTAPOSED-VECTORS", node.span, message)
        elif made == "@" and _may_be_diagonal(node, left, right):
            message = f"{_shown(node.left)} may be meant to be diagonal: then the product is elementwise"
            self.report.add("DIAGONAL-A", node.span, message)

    def _checked(self, node: Binary) -> Any:
        """An elementwise product; where factors side by side stand in it, say how tightly they bind."""
        for part in (node.left, node.right):
            if isinstance(part, Binary) and part.op == "@" and not part.grouped and part is node.right:
                message = "factors side by side bind tighter than the sign of an elementwise product"
                self.report.add("PRECEDENCE", node.span, message)
        return node

    def _transposed(self, node: Transposed, stack: Stack) -> Any:
        """``[a^T, b^T]^T`` is the column of a and b; a transposed list is a column in any case."""
        if all(isinstance(item, Transposed) for item in stack.items):
            message = "[a^T, b^T]^T is read as the column of a and b"
            self.report.add("TRANSPOSED-CONCAT", node.span, message)
            return Stack(tuple(item.arg for item in stack.items if isinstance(item, Transposed)), span=node.span)
        return replace(node, arg=stack)

    def _exponential(self, node: Call) -> Any:
        """The exponential of a matrix is one only where the matrix comes from matrix algebra."""
        arg = node.args[0]
        if self.kinds.tree(arg) != MATRIX or not _is_linear(arg, self.kinds):
            return node
        message = "exp of a matrix is read as the matrix exponential; elementwise if the matrix is diagonal"
        self.report.add("MATRIX-EXP", node.span, message)
        return replace(node, function="expm")


def _may_be_diagonal(node: Binary, left: str, right: str) -> bool:
    """Whether a matrix that changes with time stands before a state's previous value."""
    if left != MATRIX or right != COLUMN or not isinstance(node.left, Name) or not isinstance(node.right, Name):
        return False
    return node.left.time is not None and node.right.time is not None and node.right.time.shift < 0


def _is_linear(node: Tree, kinds: Kinds) -> bool:
    """Whether a matrix is a scalar times a single capital, as in a discretised linear system."""
    if isinstance(node, Negative):
        return _is_linear(node.arg, kinds)
    if isinstance(node, Binary) and node.op == "*":
        scalar = kinds.tree(node.left) == SCALAR
        return scalar and isinstance(node.right, Name) and len(node.right.name) == 1
    return isinstance(node, Name) and len(node.name) == 1 and node.time is None


def _diagonal(node: Transposed) -> Tree:
    """The diagonal matrix that a vector beside a matrix stands for."""
    return Call("diag", (node.arg,), span=node.span)


def negated(node: Negative) -> Tree:
    """The sign of a product belongs to its first factor, that of a matrix product to the whole."""
    arg = node.arg
    if isinstance(arg, Number):
        return Number(-arg.value, span=node.span)
    if isinstance(arg, Binary) and arg.op == "*" and not arg.grouped:
        inner = negated(Negative(arg.left, span=node.span.to(arg.left.span)))
        return replace(arg, left=inner, span=node.span)
    return node


def _factors(node: Any) -> list[Any]:
    """The factors of a product written side by side, without going into parentheses."""
    found: list[Any] = []
    while isinstance(node, Binary) and node.op == "juxtaposed" and (not found or not node.grouped):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _has_matrix_product(node: Any, depth: int) -> bool:
    while depth and isinstance(node, Binary):
        if node.op == "@":
            return True
        node, depth = node.left, depth - 1
    return False


def _shown(node: Tree) -> str:
    return node.name if isinstance(node, Name) else "the matrix"
