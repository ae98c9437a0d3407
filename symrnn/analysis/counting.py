"""How many numbers a cell learns, as a formula in its sizes, and how that count moves with the bias convention.

Where a gate adds W x and U h, papers write one bias and cuDNN stores two, one next to each product; some cells have no
biases at all. Counts of two cells can be compared only under one convention: a GRU has three quarters of the parameters
of an LSTM with one bias in both or two in both, and no fixed share of them if one is counted as torch stores it and the
other as it is printed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sympy

from symrnn.ir import Contract, Leaf, Node, Pointwise, is_slot
from symrnn.ops.elementwise import Head
from symrnn.phases import moving
from symrnn.record import Declaration, Record
from symrnn.step import Step


@dataclass(frozen=True)
class Conventions:
    """The number of parameters if every gate of two products has no bias, one bias, or one next to each product."""

    no_bias: sympy.Expr
    one_bias: sympy.Expr
    two_biases: sympy.Expr


def parameters(record: Record) -> sympy.Expr:
    """Real numbers that are trained; a complex one counts as two."""
    return _formula(_numbers(d) for d in record.params if not d.fixed)


def fixed(record: Record) -> sympy.Expr:
    """Real numbers that are parameters and not trained."""
    return _formula(_numbers(d) for d in record.params if d.fixed)


def conventions(record: Record, step: Step) -> Conventions | None:
    """The three counts, where there is a choice: where a gate adds a product of the input and one of the state."""
    gates = {gate.weights: gate for gate in _gates(step)}.values()
    if not gates:
        return None
    written = {bias for gate in gates for bias in gate.biases}
    bare = _formula([parameters(record), *(-_size(bias) for bias in written)])
    each = [_size(gate.sum) for gate in gates]
    return Conventions(bare, _formula([bare, *each]), _formula([bare, *each, *each]))


@dataclass(frozen=True)
class _Gate:
    """A sum of products of weights with the input and the state, and the biases that it adds."""

    sum: Node
    weights: frozenset[Node]
    biases: frozenset[Node]


def _gates(step: Step) -> Iterator[_Gate]:
    """The sums that add a product of the input and one of the state; a scaled inner sum belongs to the outer one."""
    moves = moving(step)
    uses = Counter(arg for _, node in step.equations for arg in node.args)
    uses.update(step.roots)
    inner = {arg for _, n in step.equations if _is_sum(n) for arg in n.args if _is_sum(arg) and uses[arg] == 1}
    for _, node in step.equations:
        if not _is_sum(node) or node in inner:
            continue
        products, biases = _gathered(node, inner)
        if len({product.args[1] in moves for product in products}) == 2:
            yield _Gate(node, frozenset(product.args[0] for product in products), frozenset(biases))


def _gathered(node: Node, inner: set[Node]) -> tuple[list[Node], list[Node]]:
    """The products of a weight and a vector in a sum and in its inner sums, and the parameters added as they are."""
    products: list[Node] = []
    biases: list[Node] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        assert isinstance(current.op, Pointwise)
        added = current.op.expr.args if isinstance(current.op.expr, sympy.Add) else (current.op.expr,)
        for term in added:
            factors = [current.args[int(s.name[1:])] for s in sorted(term.free_symbols, key=str) if is_slot(s)]
            products += [f for f in factors if _is_product(f)]
            waiting += [f for f in factors if f in inner]
            if len(factors) == 1 and _is_parameter(factors[0]):
                biases.append(factors[0])
    return products, biases


def _is_sum(node: Node) -> bool:
    return isinstance(node.op, Pointwise) and not isinstance(node.op.expr, Head)


def _is_product(node: Node) -> bool:
    return isinstance(node.op, Contract) and node.op.spec in ("ij,j->i", "ij,i->j") and _is_parameter(node.args[0])


def _is_parameter(node: Node) -> bool:
    return isinstance(node.op, Leaf) and node.op.role == "parameter"


def _numbers(d: Declaration) -> sympy.Expr:
    return sympy.Mul(*d.shape) * (2 if d.complex else 1)


def _size(node: Node) -> sympy.Expr:
    return sympy.Mul(*node.shape)


def _formula(counts: Iterable[sympy.Expr]) -> sympy.Expr:
    """A sum of counts with what is common to all terms in front: ``4*n_h*(n_h + n_x + 1)``."""
    total = sympy.expand(sympy.Add(*counts))
    terms = [(c.as_coeff_Mul()[0], c.as_coeff_Mul()[1].as_powers_dict()) for c in sympy.Add.make_args(total)]
    number = sympy.Integer(math.gcd(*(int(c) for c, _ in terms)))
    powers = {size: min(table.get(size, 0) for _, table in terms) for size in terms[0][1]}
    common = sympy.Mul(number, *(size**power for size, power in powers.items()))
    return common * sympy.expand(total / common) if common not in (0, 1) else total
