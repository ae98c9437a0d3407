"""What claims about gradients leave to the reader: which delta is whose, and products of derivatives as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.operators import LOSSES
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Adjoint, Binary, Name, Number, Over, Partial, Time


def is_error_signal(left: Any, right: Any) -> bool:
    """Whether a delta at t is said to come from deltas at t+1: a backward pass written with bare deltas."""
    if not isinstance(left, Name) or left.name.split("_")[0] != "delta" or left.time is None:
        return False
    return any(isinstance(n, Name) and n.name.split("_")[0] == "delta" and n.time is not None and n.time.shift > 0
               for n in walk(right))  # fmt: skip


def names_signal(left: Any, right: Any) -> bool:
    r"""Whether an equation says what a bare delta stands for: ``\delta_t = \partial L / \partial a_t``."""
    if not isinstance(left, Name) or left.name.split("_")[0] != "delta" or left.time is None:
        return False
    loss = right.of if isinstance(right, Partial) else None
    return isinstance(right, Adjoint) or isinstance(loss, Name) and loss.name in LOSSES and loss.time is None


def is_sum_of_signals(left: Any, right: Any) -> bool:
    """Whether a sum over time of error signals is said to be the gradient of a value."""
    loss = right.of if isinstance(right, Partial) else None
    gradient = isinstance(right, Adjoint) or isinstance(loss, Name) and loss.name in LOSSES
    return gradient and isinstance(left, Over) and left.kind == "sum"


def adjoints(tree: Any) -> Any:
    """The tree with deltas read as gradients: ``\\delta_t`` of something, ``\\delta^h_t`` of h."""

    def change(node: Any) -> Any:
        if not isinstance(node, Name) or node.name.split("_")[0] != "delta" or node.time is None:
            return node
        label = node.name.partition("_")[2]
        if label.isidentifier():
            return Adjoint(Name(label, node.time, span=node.span), span=node.span)
        return Adjoint(None, node.time, label, span=node.span)

    return mapped(tree, change)


def telescoped(tree: Any) -> Any:
    """A product of the derivatives of one value by itself a step before as the derivative over all of these steps."""
    body = tree.body if isinstance(tree, Over) and tree.kind == "prod" else None
    if not isinstance(body, Partial) or not isinstance(body.of, Name) or not isinstance(body.wrt, Name):
        return tree
    ends = _moment(tree.high, 0), _moment(tree.low, -1)
    steps = (Time(tree.letter), Time(tree.letter, -1))
    if body.of.name != body.wrt.name or (body.of.time, body.wrt.time) != steps or None in ends:
        return tree
    return Partial(replace(body.of, time=ends[0]), replace(body.wrt, time=ends[1]), body.total, span=tree.span)


def _moment(end: Any, shift: int) -> Time | None:
    """The end of a product as a time index."""
    match end:
        case Name(name, None):
            return Time(name, shift)
        case Name(_, Time(letter, by, delay)):
            return Time(letter, by + shift, delay)
        case Number(value) if value.denominator == 1:
            return Time("", int(value) + shift)
        case Binary("+" | "-" as sign, left, Number(value)) if value.denominator == 1:
            return _moment(left, shift + int(value) * (1 if sign == "+" else -1))
    return None
