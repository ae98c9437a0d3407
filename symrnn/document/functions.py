"""The derivatives of the functions that a step applies, each once, in both of their forms."""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from symrnn.document.draft import Draft
from symrnn.document.expressions import SYMPY_FUNCTIONS, Operand, expression
from symrnn.document.formula import Formula, Partial, Related, Sign, Slope, Symbol
from symrnn.document.model import Block, Section, Table, Text
from symrnn.document.whole_functions import whole_functions
from symrnn.ir import Pointwise, is_slot
from symrnn.ops.elementwise import Elementwise, Head

DECLARED = "≔"
Y, Z = sympy.Symbol("y"), sympy.symbols("z z_2 z_3")


def functions_section(draft: Draft) -> Section:
    """A table of the functions used, by first use."""
    used: dict[tuple[Elementwise, tuple[sympy.Expr, ...]], None] = {}
    for _, node in draft.program.forward.equations:
        if isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head):
            used[node.op.expr.op, _options(node.op.expr)] = None
    heading = draft.words("functions")
    whole = whole_functions(draft)
    if not used:
        return Section("", heading, tuple(whole) or (draft.paragraph("no_functions"),))
    form = draft.words("form_argument" if draft.program.accurate else "form_output")
    head: tuple[Text, ...] = (
        (draft.words("function"),),
        *(draft.phrase(key, **{letter: Symbol(letter)}) for key, letter in (("in_output", "y"), ("in_argument", "z"))),
    )
    body = tuple(line for op, options in used for line in _lines(op, options))
    blocks: list[Block] = [draft.paragraph("functions_text", form=form)]
    if draft.program.accurate:
        blocks.append(draft.paragraph("slope", slope=Slope(next(iter(used))[0].name, (Symbol("z"),))))
    blocks.append(Table(head, body, (5, 4, 5)))
    if any(op.surrogate for op, _ in used):
        blocks.append(draft.paragraph("declared", sign=Sign(DECLARED)))
    return Section("", heading, (*blocks, *whole))


def _options(expr: Head) -> tuple[sympy.Expr, ...]:
    """The numbers that follow the operands of a function."""
    return tuple(a for a in expr.args[expr.op.arity :] if not is_slot(a))


def _lines(op: Elementwise, options: Sequence[sympy.Expr]) -> list[tuple[Text, ...]]:
    """One line for each argument that a function has."""
    symbols = Z[: op.arity]
    call = _formula(op.head(*symbols, *options))
    meaning = _definition(op, (*symbols, *options))
    first = Related((Symbol("y"), call, *meaning), ("=",) * (1 + len(meaning)))
    lines: list[tuple[Text, ...]] = []
    for place, z in enumerate(symbols):
        forms = [op.fast(*symbols, *options, Y)[place], op.accurate(*symbols, *options)[place]]
        slope = Partial(Symbol("y"), _formula(z))
        sign = DECLARED if op.surrogate else "="
        shown: list[Text] = [(Related((slope, _formula(sympy.sympify(f, strict=True))), (sign,)),) for f in forms]
        lines.append(((first,) if place == 0 else (), *shown))
    return lines


def _formula(expr: sympy.Expr) -> Formula:
    return expression(expr, lambda symbol: Operand(Symbol(symbol.name), scalar=True))


def _definition(op: Elementwise, arguments: Sequence[sympy.Expr]) -> tuple[Formula, ...]:
    """What a function means in simpler ones; nothing where it is its own definition or cannot be written so."""
    meaning = op.definition(*arguments)
    functions = meaning.atoms(sympy.Function, sympy.Max, sympy.Min, sympy.exp) - meaning.atoms(sympy.Piecewise)
    if not all(f.func in SYMPY_FUNCTIONS for f in functions) or SYMPY_FUNCTIONS.get(meaning.func) == op.name:
        return ()
    written = _formula(meaning)
    return () if written == _formula(op.head(*arguments)) else (written,)
