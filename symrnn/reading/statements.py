"""What a statement is for: it defines a signal or a function, declares a shape, gives a number, or claims something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from symrnn.ops import REGISTRY
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.extract import INLINE, PLAIN, Block
from symrnn.reading.sets import space_of
from symrnn.reading.signals import adjoints, is_error_signal, is_sum_of_signals, names_signal, telescoped
from symrnn.reading.source import Span
from symrnn.reading.traversal import walk
from symrnn.reading.tree import (
    Adjoint,
    Binary,
    Call,
    Function,
    Infinity,
    Interval,
    Limit,
    Name,
    Negative,
    Number,
    Over,
    Partial,
    Relation,
    Stack,
    Time,
    Tree,
)

DEFINITION, FUNCTION, EXPRESSION, CLAIM, SHAPE, START, CONSTANT, MENTION, DECLARATION = (
    "definition", "function", "expression", "claim", "shape", "start", "constant", "mention", "declaration",
)  # fmt: skip
MAX_CHAIN = 20
COUNTS = {"params", "parameters", "param", "weights", "count"}
INVERTED = {"log": "exp", "exp": "log"}


@dataclass
class Item:
    """One statement with its purpose; ``claim`` is the kind of a claim, ``conditions`` are what it holds under.

    ``role`` is the word in front of a declaration: *input*, *state*, *fixed vector*.
    """

    purpose: str
    span: Span
    block: Block
    left: Any = None
    right: Any = None
    op: str = "="
    claim: str = ""
    conditions: list[Relation] = field(default_factory=list)
    row: int = 0
    role: str = ""
    matrices: frozenset[str] = frozenset()
    batch: str = ""


def items_of(relations: list[Relation], values: list[Any], block: Block, span: Span, report: Report) -> list[Item]:
    """The statements that a chain of values and relations makes."""
    if not relations:
        return [_expression(values[0], block, span, report)]
    first = relations[0]
    if all(relation.op in ("<", "<=", ">", ">=", "!=") for relation in relations):
        return [Item(CLAIM, r.span, block, r.left, r.right, r.op, "range") for r in relations]
    if len(relations) == 1 or first.op not in ("=", "assign"):
        return [item for relation in relations for item in _single(relation, block, report)]
    return _chain(relations, block, span, report)


def _expression(value: Any, block: Block, span: Span, report: Report) -> Item:
    derivative = any(isinstance(node, Partial | Adjoint) for node in walk(value))
    if block.kind == INLINE and not derivative:
        return Item(MENTION, span, block, right=value)
    said = any(isinstance(n, Call) or isinstance(n, Name) and n.time is not None for n in walk(value))
    if block.kind == PLAIN and not derivative and not said:
        report.add("NOT-AN-EQUATION", span, "a line without a relation that is no formula either: taken for prose")
        return Item(MENTION, span, block, right=value)
    if derivative and block.kind != INLINE:
        message = "this is an expression: nothing is said to equal it"
        report.add("NOT-AN-EQUATION", span, message, severity="error")
    return Item(EXPRESSION, span, block, right=value)


def _chain(relations: list[Relation], block: Block, span: Span, report: Report) -> list[Item]:
    """``a = b = c``: names in front are all defined by the last value; other equalities are claims."""
    if len(relations) > MAX_CHAIN:
        raise ReadError("UNSUPPORTED", span, f"a chain holds at most {MAX_CHAIN} relations")
    message = "a chain of equalities is read as several statements"
    report.add("CHAINED-EQUALITY", span, message)
    found: list[Item] = []
    rest = list(relations)
    heads = []
    while len(rest) > 1 and _is_head(rest[0].right) and rest[0].op == "=":
        heads.append(rest.pop(0).left)
    for head in heads:
        found += _single(replace(rest[0], left=head, span=head.span.to(rest[0].span)), block, report)
    found += _single(rest[0], block, report)
    for relation in rest[1:]:
        if relation.op in ("=", "approx", "equiv"):
            found.append(Item(CLAIM, relation.span, block, relation.left, relation.right, relation.op, "equivalence"))
        else:
            found += _single(replace(relation, left=found[-1].left), block, report)
    # What is defined last stands on what is defined first in the text.
    return found[len(heads) : len(heads) + 1] + found[: len(heads)] + found[len(heads) + 1 :]


def _is_head(tree: Any) -> bool:
    """Whether the middle of a chain is defined by its end: a name, or a function as in ``g(x) = h(x) = tanh(x)``."""
    named = isinstance(tree, Call) and len(tree.function) == 1 and not tree.derivative
    return isinstance(tree, Name) or named and all(isinstance(arg, Name) and arg.time is None for arg in tree.args)


def _single(relation: Relation, block: Block, report: Report) -> list[Item]:
    left, right, op, span = relation.left, relation.right, relation.op, relation.span
    if op in ("in", "subset"):
        sides = left.items if isinstance(left, Stack) else (left,)
        return [_membership(replace(relation, left=side), block) for side in sides]
    if op == "to":
        return [Item(CLAIM, span, block, left, right, op, "limit")]
    if op in ("<", "<=", ">", ">=", "!="):
        return [Item(CLAIM, span, block, left, right, op, "range")]
    if op == "notin":
        raise ReadError("UNSUPPORTED", span, "that something is no element of a set is not read")
    left = telescoped(left)
    named = names_signal(left, right) and op in ("=", "equiv")
    claim = "adjoint" if named or is_sum_of_signals(left, right) else _claim(left, right, op)
    if claim:
        if claim in ("derivative", "adjoint"):
            message = "this is a claim about a derivative, to be checked; it defines nothing"
            report.add("DERIV-CLAIM-NOT-EQUATION", span, message)
        if claim == "count":
            left = Call("count", (), span=left.span)
        return [Item(CLAIM, span, block, left, right, op, claim)]
    if is_error_signal(left, right):
        message = "an error signal that is computed from the next step: a claim about a gradient, to be checked"
        report.add("FORWARD-INDEX", span, message)
        return [Item(CLAIM, span, block, adjoints(left), adjoints(right), op, "adjoint")]
    return _definition(relation, block, report)


def _claim(left: Any, right: Any, op: str) -> str:
    """The kind of claim that an equality is, empty where it defines something."""
    partials = [node for node in walk(left) if isinstance(node, Partial)]
    rate = next((n for n in partials if isinstance(n.wrt, Name) and n.wrt.name == "t"), None)
    if rate is not None:
        message = "a differential equation in continuous time is not read; write the step from t-1 to t"
        raise ReadError("UNSUPPORTED", rate.span, message)
    if isinstance(left, Partial):
        return "derivative"
    if any(isinstance(node, Adjoint) for node in walk(left)):
        return "adjoint"
    if isinstance(left, Call | Function) and left.derivative:
        return "derivative"
    if isinstance(left, Over) and any(isinstance(node, Partial) for node in walk(left)):
        return "derivative"
    if isinstance(left, Binary) and any(isinstance(node, Partial) for node in walk(left)):
        return "derivative"
    if isinstance(left, Limit):
        return "limit"
    names = [node for node in walk(left) if isinstance(node, Name)]
    if any(set(name.name.lower().split("_")) & COUNTS for name in names) and all(name.time is None for name in names):
        return "count"
    if op in ("approx", "equiv"):
        return "equivalence"
    if op == "+=":
        return "adjoint"
    return ""


def _membership(relation: Relation, block: Block) -> Item:
    """``x_t \\in \\mathbb{R}^n`` declares a shape; membership in an interval is a claim."""
    right = relation.right
    if space_of(right) is not None and not _is_pair(right) or isinstance(right, Name) and right.name == "Z":
        return Item(SHAPE, relation.span, block, relation.left, right, "in")
    base = right.left if isinstance(right, Binary) and right.op == "**" else right
    if isinstance(base, Stack) and base.bracket == "{":
        return Item(MENTION, relation.span, block, right=right)
    if isinstance(base, Stack) and len(base.items) == 2:
        right = _interval(base)
    elif isinstance(base, Interval):
        right = base
    return Item(CLAIM, relation.span, block, relation.left, right, "in", "range")


def _is_pair(tree: Any) -> bool:
    """Whether a set is an interval or a pair of numbers, or made of one."""
    return isinstance(tree, Stack) or isinstance(tree, Binary) and _is_pair(tree.left)


def declarations(relations: list[Relation], role: str, span: Span, block: Block) -> list[Item]:
    """What a row with a word in front of it declares: names in a set, or the value of a constant."""
    word = role.split()[-1]
    if len(relations) == 1 and relations[0].op == ("=" if word == "constant" else "in"):
        left, right = relations[0].left, relations[0].right
        sides = left.items if isinstance(left, Stack) else (left,)
        number = _number(right)
        fits = number is not None if word == "constant" else space_of(right) is not None
        if fits and all(isinstance(side, Name) for side in sides):
            value = right if number is None else Number(number, span=right.span)
            return [Item(DECLARATION, span, block, side, value, relations[0].op, role=role) for side in sides]
    wanted = "a name, = and a number" if word == "constant" else r"names, \in and a set such as \mathbb{R}^{n}"
    raise ReadError("PARSE-ERROR", span, f"this declares no {word}; behind the word stand {wanted}")


def spaces(items: list[Item]) -> Iterator[tuple[str, str]]:
    """The kinds of names that are said to lie in a space: a scalar, a column or a matrix."""
    for item in items:
        space = space_of(item.right) if item.purpose == SHAPE else None
        if space is not None and isinstance(item.left, Name) and item.left.name != "1" and len(space.lengths) < 3:
            signal = item.left.time is not None
            # A signal of one row or column is a vector, whichever of the two a text makes of its vectors.
            lengths = [length for length in space.lengths if getattr(length, "value", 0) != 1]
            lengths = [length for length in lengths if not item.batch or getattr(length, "name", "") != item.batch]
            if not signal and len(lengths) < len(space.lengths):
                # A row or column of a matrix, or a bias that is one.
                continue
            yield item.left.name + ("@" if signal else ""), "SCM"[len(lengths)]


def _interval(stack: Stack) -> Tree:
    closed = stack.bracket == "["
    return Interval(stack.items[0], stack.items[1], (closed, closed), span=stack.span)


def _definition(relation: Relation, block: Block, report: Report) -> list[Item]:
    left, right, span = relation.left, relation.right, relation.span
    if isinstance(left, Name) and (left == right or _undone(right) == left):
        report.add("NOT-AN-EQUATION", span, f"{left.name} equals itself: this says nothing")
        return [Item(MENTION, span, block, right=right)]
    if isinstance(left, Name):
        return [_named(left, right, span, block)]
    if isinstance(left, Stack) and isinstance(right, Stack) and right.bracket == "," and (
        len(left.items) == len(right.items)
    ):
        pairs = zip(left.items, right.items, strict=True)
        return [item for a, b in pairs for item in _single(replace(relation, left=a, right=b), block, report)]
    if isinstance(left, Stack) and all(isinstance(item, Name) for item in left.items):
        return [Item(DEFINITION, span, block, left, right, relation.op)]
    if isinstance(left, Call) and all(isinstance(arg, Name) and arg.time is None for arg in left.args):
        if left.function in REGISTRY and not report.source.slice(left.span).lstrip("\\{").startswith(("sigma", "σ")):
            return [Item(CLAIM, span, block, left, right, relation.op, "equivalence")]
        message = f"this defines the function {left.function}, no signal"
        report.add("FUNCTION-DEFINITION", span, message)
        return [Item(FUNCTION, span, block, left, right)]
    free = not any(isinstance(node, Name) and node.time is not None for node in walk(left))
    if isinstance(left, Call) and left.function in REGISTRY and left.function not in INVERTED and free:
        return [Item(CLAIM, span, block, left, right, relation.op, "equivalence")]
    if isinstance(left, Call) and left.function in INVERTED and isinstance(left.args[0], Name):
        inner = left.args[0]
        message = f"{left.function} stands on the left: solved for {inner.name}"
        report.add("LHS-IS-FUNCTION", left.span, message)
        solved = Call(INVERTED[left.function], (right,), span=right.span)
        return [Item(DEFINITION, span, block, inner, solved, relation.op)]
    if isinstance(left, Call):
        raise ReadError("UNSUPPORTED", left.span, f"{left.function} on the left cannot be solved for what stands in it")
    if isinstance(left, Number):
        raise ReadError("UNSUPPORTED", left.span, "a number stands on the left, so that nothing is defined")
    raise ReadError("UNSUPPORTED", left.span, "what stands on the left is no name; solve the equation for one")


def _undone(tree: Any) -> Any:
    """What stands in exp(log(…))."""
    inner = tree.args[0] if isinstance(tree, Call) and tree.function in INVERTED and tree.args else None
    opposite = isinstance(inner, Call) and inner.function == INVERTED[tree.function]
    return inner.args[0] if opposite and isinstance(inner, Call) else None


def _named(left: Name, right: Any, span: Span, block: Block) -> Item:
    base, _, label = left.name.rpartition("_")
    plain = _number(right)
    if left.time is None and base and label == "0" and plain is not None:
        return Item(START, span, block, replace(left, name=base, time=Time("", 0)), Number(plain, span=right.span))
    if left.time is None and plain is not None:
        return Item(CONSTANT, span, block, left, Number(plain, span=right.span))
    if block.kind == INLINE and (plain is not None or isinstance(right, Infinity)):
        return Item(MENTION, span, block, left, right)
    return Item(DEFINITION, span, block, left, right)


def _number(tree: Any) -> Any:
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Negative) and isinstance(tree.arg, Number):
        return -tree.arg.value
    return None
