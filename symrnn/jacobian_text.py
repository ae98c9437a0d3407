"""Jacobians as text, in the notation of a cell's own equations: ``diag(f[t] * (1 - f[t])) @ U_f``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.jacobian_factors import (
    Contraction,
    Diagonal,
    Differential,
    Factor,
    Identity,
    Matrix,
    Reference,
    Reshaped,
    Selection,
    Spread,
)
from symrnn.jacobian_terms import Term, Terms, size_of
from symrnn.primitives import CumSum, Expm, Solve
from symrnn.step import NAMED_CONTRACTIONS

if TYPE_CHECKING:
    from symrnn.jacobian import Block, StepJacobian, TimeProduct


def block_text(block: Block) -> str:
    """A block: its shape and what is known of it, its terms one a line, and what they refer to."""
    facts = [f"({block.shape[0]}, {block.shape[1]})", block.sparsity]
    if block.path == "total":
        facts.append(f"total: what was computed from {block.wrt}[t-1] at t-1 follows")
    lines = [f"{block_name(block)}  {', '.join(facts)}", *_sum_lines(block.terms)]
    for definition in block.definitions:
        name = reference_text(definition.reference)
        lines += [f"  where {name}", *("  " + line for line in _sum_lines(definition.terms))]
    return "\n".join(lines) + "\n"


def block_name(block: Block) -> str:
    """``∂c[t]/∂h[t-1]``; an input is of the same tick."""
    state = any(c.name == block.wrt for c in block.step.carries)
    return f"∂{block.of}[t]/∂{block.wrt}[{'t-1' if state else 't'}]"


def step_text(jacobian: StepJacobian) -> str:
    """All blocks, row by row."""
    states = ", ".join(jacobian.states)
    head = f"∂s[t]/∂s[t-1], s = ({states}), {jacobian.sparsity}" + (", affine in s[t-1]" if jacobian.affine else "")
    return "\n".join([head, *(block_text(block).rstrip() for row in jacobian.blocks for block in row)]) + "\n"


def product_text(product: TimeProduct) -> str:
    """The product in its order, the latest step leftmost, and what a factor is."""
    name = product.symbol
    factors = " @ ".join(index if index == "…" else f"J[{index}]" for index in product.indices())
    lines = [f"∂{name}[T]/∂{name}[k] = {factors}"]
    if product.diagonal:
        lines.append("  diagonal: entry by entry the product of the diagonals of J[k+1], …, J[T]")
    return "\n".join([*lines, "J[t] = " + str(product.factor).rstrip()]) + "\n"


def _sum_lines(terms: Terms) -> list[str]:
    if not terms:
        return ["    = 0"]
    signs = ["=" if k == 0 else "+" for k in range(len(terms))]
    lines = []
    for sign, term in zip(signs, terms, strict=True):
        negative = term.coefficient.could_extract_minus_sign()
        body = term_text(Term(-term.coefficient, term.factors) if negative else term)
        lead = {("=", True): "= -", ("+", True): "- ", ("=", False): "= ", ("+", False): "+ "}[sign, negative]
        lines.append(f"    {lead}{body}")
    return lines


def term_text(term: Term) -> str:
    """A term: its number, then its factors joined by the matrix product."""
    body = " @ ".join(factor_text(factor) for factor in term.factors)
    return body if term.coefficient == 1 else f"{term.coefficient} * {body}"


def factor_text(factor: Factor) -> str:
    """One factor; ``·`` stands for what a map is applied to."""
    match factor:
        case Diagonal(expr):
            return f"diag({expr})"
        case Matrix(value, _, transposed):
            return f"{value}.T" if transposed else str(value)
        case Identity() | Reshaped():
            return "eye()"
        case Spread(_, axes):
            return "ones()" if size_of(factor.columns) == 1 else f"repeated({'i·' if axes == (0,) else '·j'})"
        case Selection(start, stop, _, placed):
            return f"{'placed' if placed else 'part'}({start}:{stop})"
        case Reference():
            return reference_text(factor)
        case Contraction(spec):
            return f"{NAMED_CONTRACTIONS.get(spec, spec)}({', '.join(_operands(factor))})"
    return _differential_text(factor)


def _operands(factor: Contraction | Differential) -> list[str]:
    return ["·" if k == factor.hole else str(symbol) for k, symbol in enumerate(factor.operands)]


def _differential_text(factor: Differential) -> str:
    match factor.op:
        case CumSum(_, reverse):
            return f"cumsum(·{', reverse=True' if reverse else ''})"
        case Solve() if factor.hole == 1:
            return f"solve({factor.operands[0]}, ·)"
        case Solve():
            return f"-solve({factor.operands[0]}, · @ {factor.value})"
        case Expm():
            return f"dexpm({factor.operands[0]}, ·)"
    return f"d{type(factor.op).__name__.lower()}({', '.join(_operands(factor))})"


def reference_text(reference: Reference) -> str:
    """``∂s_3[t]/∂s[t-1]``."""
    return f"∂{reference.of}/∂{reference.wrt}"
