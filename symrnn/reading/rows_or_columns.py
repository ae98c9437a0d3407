"""Whether a text writes its vectors as rows or as columns, and what makes a matrix of two of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import Report
from symrnn.reading.kinds import COLUMN, MATRIX, Kinds, default, key_of
from symrnn.reading.roles import Definition
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Inverse, Name, Stack, Transposed


def is_row_convention(definitions: list[Definition]) -> bool:
    """Whether signals stand on the left of weights, and nowhere on their right."""
    rows = columns = 0
    for item in definitions:
        pairs = _outer_signs(item)
        rows, columns = rows + pairs.count("rows"), columns + pairs.count("columns")
        for node in walk(item.right):
            if isinstance(node, Binary) and node.op in ("juxtaposed", "cdot", "star", "@", "times"):
                left, right = _weighs(node.left, last=True), _weighs(node.right, last=False)
                rows += left == "signal" and right == "weight"
                columns += left == "weight" and right == "signal"
    return rows > 0 and columns == 0


def is_matrix_signal(tree: Any) -> bool:
    """Whether a signal's letter suggests a matrix."""
    return isinstance(tree, Name) and tree.time is not None and default(tree) == MATRIX


def matrices_of_rows(definitions: list[Definition]) -> list[str]:
    """The signals that are matrices because ``k^T v`` of two rows is added to them."""
    return [key_of(item.left) for item in definitions if "rows" in _outer_signs(item)]


def ask_for_rows(definitions: list[Definition], inputs: list[str], kinds: Kinds, report: Report) -> None:
    """``K_t^T V_t`` of two capitals: several rows for each step, or one row that is written as a capital."""
    for item in definitions:
        for node in walk(item.right):
            if not isinstance(node, Binary) or node.op != "@":
                continue
            sides = [side.arg if isinstance(side, Transposed) else side for side in (node.left, node.right)]
            names = [side.name for side in sides if isinstance(side, Name) and side.time is not None]
            turned = isinstance(node.left, Transposed) != isinstance(node.right, Transposed)
            if turned and len(set(names) & set(inputs)) == 2 and all(kinds.tree(side) == MATRIX for side in sides):
                shown = " and ".join(names)
                message = (f"{shown} are read as matrices of several rows in each step; where each of them is one "
                           "vector, write it as a small letter")  # fmt: skip
                report.add("ROW-CONVENTION", node.span, message, severity="question")
                return


def _outer_signs(item: Definition) -> list[str]:
    return [_outer_sign(node) for node in walk(item.right)] if is_matrix_signal(item.left) else []


def _outer_sign(node: Any) -> str:
    """Whether two signals make a matrix as rows, ``k^T v``, or as columns, ``v k^T``."""
    if not isinstance(node, Binary) or node.op not in ("juxtaposed", "cdot", "@", "times"):
        return ""
    left, right = node.left, node.right
    while isinstance(left, Binary) and left.op == "juxtaposed" and not left.grouped:
        left = left.right
    bare = [side.arg if isinstance(side, Transposed) else side for side in (left, right)]
    if not all(isinstance(side, Name) and side.time is not None and default(side) == COLUMN for side in bare):
        return ""
    turned = isinstance(left, Transposed), isinstance(right, Transposed)
    return {(True, False): "rows", (False, True): "columns"}.get(turned, "")


def outer(item: Definition) -> Definition:
    """A matrix that is defined with ``v \\otimes k``, neither of them a matrix: there it is the outer product."""
    signs = [node for node in walk(item.right) if isinstance(node, Binary) and node.op == "otimes"]
    if not is_matrix_signal(item.left) or any(is_matrix_signal(n) for sign in signs for n in walk(sign)):
        return item

    def change(node: Any) -> Any:
        if isinstance(node, Binary) and node.op == "otimes" and not isinstance(node.right, Transposed):
            return replace(node, op="@", right=Transposed(node.right, span=node.right.span))
        return node

    return replace(item, right=mapped(item.right, change))


def _weighs(node: Any, last: bool) -> str:
    """Whether a factor is a weight or holds a signal."""
    while isinstance(node, Binary) and node.op == "juxtaposed" and not node.grouped:
        node = node.right if last else node.left
    bare = node.arg if isinstance(node, Transposed) else node
    if isinstance(bare, Name) and bare.time is None and default(bare) == MATRIX:
        return "weight"
    if isinstance(node, Name) and default(node) == "S":
        return ""
    vector = isinstance(node, Name | Stack) or isinstance(node, Binary) and node.grouped
    if vector and any(isinstance(n, Name) and n.time is not None for n in walk(node)):
        capitals = any(isinstance(n, Inverse) for n in walk(node))
        return "" if capitals else "signal"
    return ""
