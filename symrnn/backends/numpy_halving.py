"""Step to Step: the ½ in σ(z) = (1 + tanh(z/2))/2 goes into the weights.

NumPy has no sigmoid. Written by a tanh it needs its argument halved, at every tick, unless what the argument is made of
is halved beforehand: the rows of the matrices, the bias, the projection of the input. Then a gate is a tanh like any
other, and all gates of a step share one call. The number is pushed through sums and products down to parameters,
which are scaled once a call; where it cannot go there, the argument stays as it is.

Before: i = sigmoid(a_i), a_i = U_i_h + x_a_i. After: i = tanh(half_a_i)/2 + 1/2, half_a_i = half_U_i_h + half_x_a_i.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sympy

from symrnn.ir import Leaf, Node, Pointwise, make, pointwise, slot
from symrnn.ops.elementwise import Head
from symrnn.phases import BEFORE, LOOP, STATIC, phases
from symrnn.simplify import assembled, is_scaled_matvec, parameter_of, slots_of, terms_of, with_args
from symrnn.step import Step


def halve(step: Step) -> Step:
    """The step with numbers in front of function arguments moved into parameters where they would cost a call."""
    run = _Halving(step)
    for name, node in step.equations:
        run.visit(name, node)
    return assembled(step, run.swap, run.names, "half")


def argument_factor(node: Node) -> tuple[sympy.Expr, sympy.Expr] | None:
    """For a function written in functions of c·z alone, c a number: that form with z for c·z, and c."""
    if not (isinstance(node.op, Pointwise) and isinstance(node.op.expr, Head) and node.op.expr.args == (slot(0),)):
        return None
    kernel = node.op.expr.op.kernel
    heads = kernel(slot(0)).atoms(Head) if kernel else ()
    factors = {h.args[0] / slot(0) for h in heads}
    if kernel is None or len(factors) != 1:
        return None
    (factor,) = factors
    form = kernel(slot(0)).xreplace({h: h.func(slot(0)) for h in heads})
    elsewhere = form.xreplace({h: sympy.Integer(0) for h in form.atoms(Head)}).free_symbols
    return (form, factor) if factor.is_Number and factor != 1 and not elsewhere else None


@dataclass
class _Halving:
    """What is known while one step is rewritten: phases, readers, and what has become of each value so far."""

    step: Step
    swap: dict[Node, Node] = field(default_factory=dict)
    names: dict[Node, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.swap.update({leaf: leaf for leaf in self.step.leaves})
        self.phase = phases(self.step)
        self.uses = Counter(a for _, n in self.step.equations for a in n.args)
        self.uses.update(self.step.roots)

    def visit(self, name: str, node: Node) -> None:
        """Find the new node of an equation."""
        new = with_args(node, [self.swap[a] for a in node.args])
        found = argument_factor(node) if self.phase[node] == LOOP else None
        if found:
            inner = self.scaled(node.args[0], found[1])
            new = pointwise(found[0], (inner,)) if inner else new
        self.swap[node] = new
        if not isinstance(new.op, Leaf):
            self.names.setdefault(new, name)

    def scaled(self, node: Node, factor: sympy.Expr) -> Node | None:
        """``factor`` times a value, without a call in the loop; nothing if that cannot be had."""
        pushable = self.uses[node] == 1 and self.phase[node] != STATIC or parameter_of(node)
        result = self.pushed(node, factor) if pushable else None
        if result is None and self.phase[node] in (BEFORE, STATIC):
            result = pointwise(factor * slot(0), (self.swap[node],))
        if result is not None and not isinstance(result.op, Leaf):
            stem = "half" if factor == sympy.Rational(1, 2) else "scaled"
            self.names.setdefault(result, f"{stem}_{self.step.names[node]}")
        return result

    def pushed(self, node: Node, factor: sympy.Expr) -> Node | None:
        """``factor`` times a value that nobody else reads, by scaling what the value is made of."""
        if is_scaled_matvec(node):
            weight = self.scaled(node.args[0], factor)
            return make(node.op, weight, self.swap[node.args[1]]) if weight else None
        if not isinstance(node.op, Pointwise) or isinstance(node.op.expr, Head):
            return None
        terms, args = [], [self.swap[a] for a in node.args]
        for term in terms_of(node.op.expr):
            place = self._factor_to_scale(term, node, factor)
            if place is None:
                return None
            if place < 0:
                terms.append(factor * term)
                continue
            scaled = self.scaled(node.args[place], factor)
            assert scaled is not None
            args.append(scaled)
            terms.append(term.xreplace({slot(place): slot(len(args) - 1)}))
        return pointwise(sympy.Add(*terms), args)

    def _factor_to_scale(self, term: sympy.Expr, node: Node, factor: sympy.Expr) -> int | None:
        """The operand of a term to scale: best a parameter, then what can be pushed on; -1 for its number, or None."""
        if not slots_of(term):
            return -1
        linear = [f for f in sympy.Mul.make_args(term) if slots_of(f) and f.is_Symbol]
        if any(not f.is_Symbol for f in sympy.Mul.make_args(term)):
            return -1 if sympy.Mul.make_args(term)[0].is_Number else None
        places = sorted((int(f.name[1:]) for f in linear), key=lambda k: parameter_of(node.args[k]) is None)
        return next((k for k in places if self.scaled(node.args[k], factor) is not None), None)
