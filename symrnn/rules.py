"""The derivative of every primitive: one table for the adjoint (vjp), one for the tangent (jvp).

For y = op(args) and a cotangent g = ∂L/∂y, the vjp row gives the contribution to the adjoint of each argument; for
tangents of the arguments, the jvp row gives the tangent of y. Forward values are read through ``read``, which hands
out the leaf under which the other step knows them. Sources: Magnus & Neudecker, Matrix Differential Calculus; the
forms "fast" (in the saved output) and "accurate" (in the argument) are declared by each elementwise function.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy

from symrnn import whole_rules
from symrnn.ir import Contract, Node, Pointwise, add, broadcast, contract, is_slot, make, pointwise, repeat, slot, times
from symrnn.ops import log
from symrnn.ops.elementwise import Head
from symrnn.step import NAMED_CONTRACTIONS
from symrnn.whole_rules import Jvp, Read, Term, Vjp


def partial(node: Node, index: int, read: Read, accurate: bool) -> sympy.Expr | Node:
    """∂y/∂(argument ``index``) of a Pointwise: a node, or a bare expression where it holds no forward value."""
    assert isinstance(node.op, Pointwise)
    expr = node.op.expr
    wrt = slot(index)
    nodes = [read(a) for a in node.args]
    if isinstance(expr, Head) and not any(isinstance(f, Head) for a in expr.args for f in sympy.preorder_traversal(a)):
        if accurate:
            forms = expr.op.accurate(*expr.args)
        else:
            y = slot(len(nodes))
            nodes.append(read(node))
            forms = expr.op.fast(*expr.args, y)
        # A value may stand in several places: where(c, v, v), maximum(v, v).
        derivative = sympy.Add(*(form for form, arg in zip(forms, expr.args, strict=False) if arg == wrt))
    else:
        # SymPy's own logarithm comes from a power with the value in its exponent.
        derivative = sympy.diff(expr, wrt).replace(sympy.log, lambda z: log.head(z))
    derivative = sympy.sympify(derivative, strict=True)
    return pointwise(derivative, nodes) if any(is_slot(s) for s in derivative.free_symbols) else derivative


def scaled(g: Node, factor: sympy.Expr | Node) -> Node:
    """``factor`` ∘ g, where the factor is a node or a number."""
    return times(g, factor) if isinstance(factor, Node) else pointwise(factor * slot(0), (g,))


def rule_of(node: Node, factor: sympy.Expr | Node) -> str:
    """The name of the rule behind a pointwise contribution."""
    assert isinstance(node.op, Pointwise)
    if isinstance(node.op.expr, Head):
        return "chain rule"
    return "product rule" if isinstance(factor, Node) else "sum rule"


def _pointwise_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    terms = []
    for index, arg in enumerate(node.args):
        factor = partial(node, index, read, accurate)
        if factor == 0:
            continue
        term = scaled(broadcast(g, node.shape), factor)
        if arg.shape != term.shape:
            term = contract("i->" if len(term.shape) == 1 else "ij->", term)
        terms.append(Term(index, term, rule_of(node, factor)))
    return terms


def _contract_vjp(node: Node, g: Node, read: Read, accurate: bool) -> list[Term]:
    """The adjoint of an Einstein sum is the Einstein sum with the operand and the output exchanged.

    An index of the operand that is summed over and found nowhere else is repeated.
    """
    assert isinstance(node.op, Contract)
    words, output = node.op.spec.split("->")
    letters = words.split(",")
    terms = []
    for index, arg in enumerate(node.args):
        others = [k for k in range(len(letters)) if k != index]
        rule = CONTRACTION_RULES.get((NAMED_CONTRACTIONS.get(node.op.spec, ""), index), "contraction")
        present = {*output, *(letter for k in others for letter in letters[k])}
        kept = "".join(letter for letter in letters[index] if letter in present)
        spec = ",".join([output, *(letters[k] for k in others)]) + "->" + kept
        value = contract(spec, g, *(read(node.args[k]) for k in others)) if others or kept != output else g
        if kept != letters[index]:
            value = repeat(value, f"{kept}->{letters[index]}", arg.shape)
        terms.append(Term(index, value, rule))
    return terms


CONTRACTION_RULES = {
    ("matvec", 0): "outer product",
    ("matvec", 1): "transposed product",
    ("matvec_t", 0): "outer product",
    ("matvec_t", 1): "matrix product",
    ("matmul", 0): "transposed product",
    ("matmul", 1): "transposed product",
    ("outer", 0): "matrix product",
    ("outer", 1): "transposed product",
    ("dot", 0): "dot product",
    ("dot", 1): "dot product",
    ("sum", 0): "sum over components",
    ("row_sums", 0): "sum over components",
    ("column_sums", 0): "sum over components",
    ("transpose", 0): "transpose",
    ("diagonal", 0): "diagonal",
    ("diagonal_of", 0): "diagonal",
}

VJP: dict[type, Vjp] = {Pointwise: _pointwise_vjp, Contract: _contract_vjp, **whole_rules.VJP}


def _pointwise_jvp(node: Node, tangents: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    terms = []
    for index, tangent in enumerate(tangents):
        factor = partial(node, index, read, accurate) if tangent is not None else sympy.Integer(0)
        if tangent is not None and factor != 0:
            terms.append(broadcast(scaled(tangent, factor), node.shape))
    return add(terms) if terms else None


def _contract_jvp(node: Node, tangents: Sequence[Node | None], read: Read, accurate: bool) -> Node | None:
    """The product rule: one term for each operand that moves."""
    terms = []
    for index, tangent in enumerate(tangents):
        if tangent is not None:
            operands = [tangent if k == index else read(a) for k, a in enumerate(node.args)]
            terms.append(make(node.op, *operands))
    return add(terms) if terms else None


JVP: dict[type, Jvp] = {Pointwise: _pointwise_jvp, Contract: _contract_jvp, **whole_rules.JVP}
