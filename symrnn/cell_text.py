"""Authored equations and whole cells as plain text, with the parentheses that Python's precedence asks for.

Products of the two kinds are parenthesised where they meet, ``r * (U @ h)``: Python binds ``*`` and ``@`` equally from
the left, readers of mathematics do not.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from fractions import Fraction

from symrnn.cell_latex import name_latex as name_latex
from symrnn.cell_latex import tree_latex as tree_latex
from symrnn.notation import (
    ATOM,
    COMPARISON,
    DEFAULTS,
    LEVEL,
    MUL,
    NEG,
    NO_NAMES,
    POWER,
    SUM,
    Names,
    Text,
    number_text,
)
from symrnn.notation import names_of as names_of
from symrnn.ops import REGISTRY
from symrnn.record import Declaration, Record
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
)
from symrnn.unify import shape_text


def tree_text(tree: Tree, names: Names = NO_NAMES, brief: bool = False) -> str:
    """An expression as text; ``brief`` abbreviates the arguments of functions, for error messages."""
    return fold(tree, lambda node, parts: _text(node, parts, names, brief))[0]


def _text(tree: Tree, parts: tuple[Text, ...], names: Names, brief: bool) -> Text:
    """The text of a node from those of its children, and how tightly its operation binds."""
    match tree:
        case Ref(name, lag):
            plain = name.partition("@")[0]
            if name in names.static:
                return plain, ATOM
            return f"{plain}[t-{lag}]" if lag else f"{plain}[t]", ATOM
        case Param(name, copy):
            return name if copy is None else f"{name}[{copy}]", ATOM
        case Named(name):
            return name, ATOM
        case Number(value):
            text = number_text(value)
            return text, MUL if "/" in text else NEG if value < 0 else ATOM
        case Imaginary():
            return "1j", ATOM
        case Apply(op):
            return _call_text(op, [text for text, _ in parts], brief), ATOM
        case Structural():
            return _structural_text(tree, [text for text, _ in parts], brief), ATOM
        case Compare("=="):
            return "equal(…)" if brief else f"equal({parts[0][0]}, {parts[1][0]})", ATOM
        case Compare(op):
            return f"{_inside(parts[0], SUM)} {op} {_inside(parts[1], SUM)}", COMPARISON
        case Transpose(arg):
            # 2.T would be read as a decimal.
            return _inside(parts[0], ATOM + isinstance(arg, Number)) + ".T", ATOM
        case Product(left, right):
            return f"{_factor(left, parts[0], True)} @ {_factor(right, parts[1], True, True)}", MUL
        case Arith(op, args):
            return _arith_text(op, args, parts)
    raise AssertionError(tree)


def _call_text(name: str, args: list[str], brief: bool) -> str:
    op = REGISTRY[name]
    shown = "abs" if name == "magnitude" else name
    if brief:
        return f"{shown}(…)"
    for index, option in enumerate(op.options, op.arity):
        args[index] = f"{option}={args[index]}"
    return f"{shown}({', '.join(args)})"


def _structural_text(call: Structural, args: list[str], brief: bool) -> str:
    """A function of whole values as it is called; a part of a split is an element of its result."""
    options = dict(call.options)
    element = f"[{options.pop('part')}]" if call.name == "split" else ""
    if brief and args:
        return f"{call.name}(…){element}"
    if call.name == "split":
        args.append(str(options.pop("parts")))
    shape = options.pop("shape", ())
    if call.name == "reshape" and isinstance(shape, tuple):
        args += map(str, shape)
    known = DEFAULTS.get(call.name, {})
    for key, value in options.items():
        if known.get(key) != value:
            args.append(f"{key}={number_text(value) if isinstance(value, Fraction) else value}")
    return f"{call.name}({', '.join(args)}){element}"


def _arith_text(op: str, args: tuple[Tree, ...], parts: tuple[Text, ...]) -> Text:
    if op == "neg":
        return "-" + _inside(parts[0], NEG), NEG
    if op == "**":
        return f"{_inside(parts[0], ATOM)} ** {_inside(parts[1], ATOM)}", POWER
    if LEVEL[op] == SUM:
        # Only the left operand may be a sum without parentheses: a - (b + c) is not a - b + c.
        term, own = parts[1]
        return f"{_inside(parts[0], SUM)} {op} {f'({term})' if own <= SUM or own == NEG else term}", SUM
    return f"{_factor(args[0], parts[0], False)} {op} {_factor(args[1], parts[1], False, True)}", MUL


def _factor(tree: Tree, part: Text, matrix: bool, right: bool = False) -> str:
    """A factor of ``*``, ``/`` or ``@``: parenthesised on the right, and wherever the two kinds of product meet."""
    text, level = part
    mixed = isinstance(tree, Product) != matrix
    return f"({text})" if level < MUL or (level == MUL and (right or mixed)) else text


def _inside(part: Text, level: int) -> str:
    return f"({part[0]})" if part[1] < level else part[0]


def paragraph(doc: str, key: str) -> str:
    """The text of a docstring after ``key:`` at the start of a line, with the lines that continue it."""
    match = re.search(rf"^{key}:[ \t]*(.*(?:\n(?![A-Z]\w*:)[^\n]*\S[^\n]*)*)", doc, re.MULTILINE)
    return " ".join(match[1].split()) if match else ""


def title(doc: str) -> str:
    """The first line of a docstring without its full stop and without a reference in parentheses at its end."""
    first = doc.strip().partition("\n")[0].strip()
    return re.sub(r"\s*\([^()]*\)\s*\.?$", "", first).rstrip(".")


def record_text(record: Record) -> str:
    """A cell as text: what is declared, then the equations with their shapes in the author's order."""
    names = names_of(record)
    head = title(record.doc)
    lines = [f"{record.name}: {head}" if head else record.name]
    lines += _declared("input", record.inputs)
    lines += _declared("state", record.states)
    lines += _declared("parameter", record.params)
    lines += _listed("constant", (f"{name} = {value}" for name, value in record.constants))
    written = []
    for equation in record.equations:
        left = equation.name if equation.static else f"{equation.name}[t]"
        written.append((f"  {left} = {tree_text(equation.tree, names)}", shape_text(equation.shape)))
    width = min(max((len(text) for text, _ in written), default=0), 88)
    lines += [f"{text:<{width}}  {shape}" for text, shape in written]
    lines += _listed("output", record.outputs)
    return "\n".join(lines)


def _declared(word: str, declarations: tuple[Declaration, ...]) -> list[str]:
    kinds = {True: " complex", False: ""}
    return _listed(word, (f"{item.name} {shape_text(item.shape)}{kinds[item.complex]}" for item in declarations))


def _listed(word: str, items: Iterable[str]) -> list[str]:
    """``word  item, item, …`` wrapped under its first item; nothing for no items."""
    # An item is kept on one line: its blanks are hidden from the wrapping.
    text = ", ".join(item.replace(" ", "\0") for item in items)
    if not text:
        return []
    indent = f"  {word:<11}"
    wrapped = textwrap.wrap(text, 100, initial_indent=indent, subsequent_indent=" " * len(indent))
    return [line.replace("\0", " ") for line in wrapped]
