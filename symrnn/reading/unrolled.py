r"""A state written out over all steps, ``c_t = \sum_{k=1}^{t} (\prod_{j=k+1}^{t} f_j) i_k g_k``, and its recursion.

That is no step of a cell. Beside the recursion of the same text it is a claim; alone it is refused, with the recursion
to write instead where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from symrnn.reading.diagnostics import Report
from symrnn.reading.grouping import defined_by
from symrnn.reading.statements import CLAIM, DEFINITION, MENTION, Item
from symrnn.reading.text import tree_text
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Name, Number, Over, Time

MATRIX_SIGNS = {"@", "juxtaposed", "cdot"}
PRODUCTS = {"*", "odot", *MATRIX_SIGNS}
BEFORE = Time("t", -1)


def set_apart(items: Iterable[Item], times: frozenset[str], report: Report) -> None:
    """Take what is written out over all steps from the definitions: as a claim, or refused."""
    found = list(items)
    for item in found:
        if item.purpose == DEFINITION:
            item.right = mapped(item.right, lambda node: _called_t(node, times))
    defined = [item for item in found if item.purpose == DEFINITION]
    written = [item for item in defined if isinstance(item.left, Name) and over_steps(item)]
    steps = {name for item in defined if all(item is not other for other in written) for name in defined_by(item)}
    for item in written:
        if item.left.name in steps:
            item.purpose, item.claim = CLAIM, "equivalence"
            continue
        item.purpose = MENTION
        recursion = recursion_of(item.left, item.right)
        shown = "a recursion from t-1 to t"
        if recursion is not None:
            shown = f"{tree_text(item.left)} = {tree_text(mapped(recursion, _plain))}"
        message = f"{item.left.name} is written out over all steps, which is no step of a cell; write {shown}"
        report.add("UNSUPPORTED", item.span, message)


def over_steps(item: Item) -> bool:
    """Whether a value is a sum or product over the steps of a sequence."""
    label = item.left.name.rpartition("_")[2]
    return any(isinstance(node, Over) and _runs(node, label) for node in walk(item.right))


def _runs(node: Over, label: str) -> bool:
    """Whether the letter of a sum is that of a step, or the sum ends at the index of what is defined."""
    if _is_now(node.high) or isinstance(node.high, Name) and node.high.name == label:
        return True
    return any(isinstance(n, Name) and n.time is not None and n.time.letter == node.letter for n in walk(node.body))


def _called_t(node: Any, times: frozenset[str]) -> Any:
    r"""A sum or product with the letter of the time called t in its ends, and its own letter as a time where it ends
    at t: in ``\sum_{i=1}^{t} \alpha_i h_i`` the index i is no label."""

    def change(part: Any) -> Any:
        known = isinstance(part, Name) and part.time is None and part.name in times
        return replace(part, name="t") if known else part

    if not isinstance(node, Over) or node.low is None or node.high is None:
        return node
    made = replace(node, low=mapped(node.low, change), high=mapped(node.high, change))
    if not _is_now(made.high):
        return made

    def timed(part: Any) -> Any:
        base, _, label = part.name.rpartition("_") if isinstance(part, Name) and part.time is None else ("", "", "")
        return replace(part, name=base, time=Time(label)) if base and label == node.letter else part

    return replace(made, body=mapped(made.body, timed))


def recursion_of(left: Name, right: Any) -> Any:
    """The value at t from the one at t-1, None where the form does not say it.

    A sum up to t gains its last term and, in each of the others, one more factor of every product up to t.
    """
    if not (isinstance(right, Over) and right.kind == "sum" and _is_now(right.high) and isinstance(right.low, Number)):
        return None
    growing, rest = [], []
    for at, (factor, sign) in enumerate(_factors(right.body)):
        if isinstance(factor, Over) and factor.kind == "prod" and _begins_after(factor, right.letter):
            if not _is_now(factor.high) or (at and sign in MATRIX_SIGNS):
                return None
            growing.append((_at(factor.body, factor.letter), sign))
        elif any(_is_present(n) or isinstance(n, Over) for n in walk(factor)):
            return None
        else:
            rest.append((_at(factor, right.letter), sign))
    if not rest:
        return None
    before: Any = replace(left, time=BEFORE)
    sign = "@" if any(sign == "@" for _, sign in growing) else "juxtaposed"
    for factor, _ in reversed(growing):
        before = Binary(sign if _is_open(right.body) or sign == "@" else "*", factor, before, span=left.span)
    return Binary("+", before, _product(rest), span=right.span)


def _is_open(body: Any) -> bool:
    """Whether the products of a value are not told apart yet."""
    return any(isinstance(n, Binary) and n.op in ("juxtaposed", "cdot") for n in walk(body))


def _factors(tree: Any, sign: str = "") -> list[tuple[Any, str]]:
    """The factors of a product, each with a sign that joins it to another one."""
    if isinstance(tree, Binary) and tree.op in PRODUCTS:
        return [*_factors(tree.left, tree.op), *_factors(tree.right, tree.op)]
    return [(tree, sign)]


def _product(factors: list[tuple[Any, str]]) -> Any:
    value = factors[0][0]
    for factor, sign in factors[1:]:
        value = Binary(sign, value, factor, span=value.span.to(factor.span))
    return value


def _begins_after(product: Over, letter: str) -> bool:
    low = product.low
    after = isinstance(low, Binary) and low.op == "+" and isinstance(low.left, Name) and low.left.name == letter
    return after and isinstance(low, Binary) and isinstance(low.right, Number) and low.right.value == 1


def _is_now(end: Any) -> bool:
    return isinstance(end, Name) and (end.time is None and end.name == "t" or end.time == Time("t"))


def _is_present(node: Any) -> bool:
    return isinstance(node, Name) and node.time is not None and node.time.letter == "t"


def _at(tree: Any, letter: str) -> Any:
    """What holds for the letter of a sum, at step t."""

    def change(node: Any) -> Any:
        if isinstance(node, Name) and node.time is not None and node.time.letter == letter:
            return replace(node, time=Time("t", node.time.shift))
        return node

    return mapped(tree, change)


def _plain(node: Any) -> Any:
    return replace(node, op="*") if isinstance(node, Binary) and node.op in ("juxtaposed", "cdot", "odot") else node
