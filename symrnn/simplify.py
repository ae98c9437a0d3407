"""Step to Step: five rewrites that make a step cheaper to run without changing what it computes.

- ``join_factors``: (g ∘ a) ∘ b becomes g ∘ (a ∘ b) where a and b do not depend on the carry. In an adjoint step this
  turns every chain of local derivatives into one factor that can be computed for all steps at once, outside the loop.
- ``merge_terms``: g ∘ a + g ∘ b becomes g ∘ (a + b), for the same reason (the peepholes of a cell state).
- ``split_sums``: the terms of a sum that do not depend on the carry become a sum of their own, for the same reason
  (the ``W x + b`` of every gate).
- ``split_factors``: the factors of a term that do not depend on the carry become a value of their own, for the same
  reason (the decay of a linear recurrence, whose loop is then one product and one sum).
- ``gather_products``: matrix products that meet in one sum and nowhere else become neighbours, to be one GEMM later.

The order matters: factors first, since joining removes nodes that the others would otherwise name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy

from symrnn.ir import (
    Contract,
    Leaf,
    Node,
    Pointwise,
    add,
    is_product,
    is_slot,
    make,
    pointwise,
    slot,
    times,
    topological,
)
from symrnn.ops.elementwise import Head
from symrnn.phases import LOOP, moving, phases
from symrnn.step import Carry, Step, name_by_reader

Rule = Callable[[Node, Node], Node]
MOST_OPERANDS = 12  # of an expression made of several


def simplify(step: Step) -> Step:
    """All rewrites in the order that works."""
    for rewrite in (join_factors, merge_terms, split_sums, split_factors, gather_products):
        step = rewrite(step)
    return step


def rebuild(step: Step, rule: Rule, prefix: str) -> Step:
    """The step with ``rule`` applied to every node, operands first; it is given the node as rebuilt and as it was.

    What the rule makes up is named by ``prefix`` and the name of the first value that reads it.
    """
    swap: dict[Node, Node] = {leaf: leaf for leaf in step.leaves}
    names: dict[Node, str] = {}
    for name, node in step.equations:
        swap[node] = rule(with_args(node, [swap[a] for a in node.args]), node)
        if not isinstance(swap[node].op, Leaf):
            names.setdefault(swap[node], name)
    return assembled(step, swap, names, prefix)


def assembled(step: Step, swap: dict[Node, Node], names: dict[Node, str], prefix: str) -> Step:
    """The step with other nodes in the place of its own, in an order in which they can be computed, dead ones left out.

    What has no name yet gets ``prefix`` and the name of the first value that reads it.
    """
    outputs = tuple((name, swap[node]) for name, node in step.outputs)
    sums = tuple((name, swap[node]) for name, node in step.sums)
    carries = tuple(Carry(c.name, c.read, swap[c.write]) for c in step.carries)
    live = set(topological([*(n for _, n in outputs + sums), *(c.write for c in carries)]))
    order = [n for n in topological(swap.values()) if n in live and not isinstance(n.op, Leaf)]
    names = {n: name for n, name in names.items() if n in live}
    name_by_reader(order, names, prefix, {*names.values(), *(step.names[leaf] for leaf in step.leaves)})
    equations = tuple((names[n], n) for n in order)
    return replace(step, carries=carries, equations=equations, outputs=outputs, sums=sums)


def with_args(node: Node, args: list[Node]) -> Node:
    """The same primitive on other operands, in normal form."""
    if isinstance(node.op, Pointwise):
        return pointwise(node.op.expr, args)
    return make(node.op, *args)


def fuse(node: Node) -> tuple[sympy.Expr, tuple[Node, ...]]:
    """A rational expression and its operands; a function, leaf or contraction counts as a bare operand."""
    if isinstance(node.op, Pointwise) and not isinstance(node.op.expr, Head):
        return node.op.expr, node.args
    return slot(0), (node,)


def fused(combine: type[sympy.Expr], nodes: Sequence[Node]) -> Node:
    """The sum (``sympy.Add``) or product (``sympy.Mul``) of several nodes as one expression over all operands.

    Operands that would make it long stay values of their own, so that a chain of any length stays of linear size.
    """
    parts: list[sympy.Expr] = []
    args: list[Node] = []
    for node in nodes:
        expr, own = fuse(node)
        if len(args) + len(own) > MOST_OPERANDS:
            expr, own = slot(0), (node,)
        parts.append(expr.xreplace({slot(k): slot(k + len(args)) for k in range(len(own))}))
        args += own
    return pointwise(combine(*parts), args)


def join_factors(step: Step) -> Step:
    """Reassociate the products of the loop so that factors without the carry meet first."""
    depends = moving(step)
    when = phases(step)

    def free(node: Node) -> bool:
        return node not in depends

    def rule(node: Node, before: Node) -> Node:
        if not is_product(node) or when[before] != LOOP:
            return node
        g, factor = sorted(node.args, key=free)
        if not is_product(g) or not free(factor):
            return node
        inner, other = sorted(g.args, key=free)
        if free(inner) or not free(other):
            return node
        return times(inner, fused(sympy.Mul, (other, factor)))

    return rebuild(step, _tracked(rule, depends), "k")


def merge_terms(step: Step) -> Step:
    """Put the terms of a sum that share a factor with the carry together, and add up their other factors."""
    depends = moving(step)
    uses = Counter(a for _, n in step.equations for a in n.args)
    uses.update(step.roots)

    def split(node: Node) -> tuple[Node, Node] | None:
        if not is_product(node) or uses[node] > 1:
            return None
        moves, rests = (sum((a in depends) == side for a in node.args) for side in (True, False))
        g, factor = sorted(node.args, key=lambda a: a not in depends)
        return (g, factor) if moves == rests == 1 else None

    def rule(node: Node, before: Node) -> Node:
        if not isinstance(node.op, Pointwise) or not isinstance(node.op.expr, sympy.Add):
            return node
        groups: dict[Node, list[tuple[sympy.Expr, Node]]] = defaultdict(list)
        for term in node.op.expr.args:
            pair = split(node.args[slots_of(term)[0]]) if is_slot(term) else None
            if pair:
                groups[pair[0]].append((term, pair[1]))
        expr, args = node.op.expr, list(node.args)
        for g, found in groups.items():
            if len(found) > 1:
                args.append(times(g, fused(sympy.Add, [f for _, f in found])))
                expr = expr - sympy.Add(*(t for t, _ in found)) + slot(len(args) - 1)
        return pointwise(expr, args)

    return rebuild(step, _tracked(rule, depends), "k")


def terms_of(expr: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """The terms of a sum; anything else is one term."""
    return expr.args if isinstance(expr, sympy.Add) else (expr,)


def slots_of(expr: sympy.Expr) -> list[int]:
    """The numbers of the slots that an expression reads."""
    return sorted(int(s.name[1:]) for s in expr.free_symbols if is_slot(s))


def split_sums(step: Step) -> Step:
    """Give the carry-free terms of a sum a node of their own."""
    depends = moving(step)

    def rule(node: Node, before: Node) -> Node:
        if not isinstance(node.op, Pointwise) or not any(a in depends for a in node.args):
            return node
        free = [t for t in terms_of(node.op.expr) if not any(node.args[k] in depends for k in slots_of(t))]
        rest = [t for t in terms_of(node.op.expr) if t not in free]
        reads = {k for t in free for k in slots_of(t)}
        if len(reads) < 2 or not rest:
            return node
        hoisted = pointwise(sympy.Add(*free), node.args)
        return pointwise(sympy.Add(*rest, slot(len(node.args))), (*node.args, hoisted))

    # ``depends`` is about the nodes of the step before; nothing upstream of a sum changes which side it is on.
    return rebuild(step, _tracked(rule, depends), "x")


def split_factors(step: Step) -> Step:
    """Give the carry-free factors of a term that holds the carry a node of their own, if they need computing."""
    depends = moving(step)

    def rule(node: Node, before: Node) -> Node:
        if not isinstance(node.op, Pointwise) or isinstance(node.op.expr, Head):
            return node
        args, terms = list(node.args), []
        for term in terms_of(node.op.expr):
            sides: dict[bool, list[sympy.Expr]] = {True: [], False: []}
            for factor in sympy.Mul.make_args(term):
                reads = slots_of(factor)
                sides[bool(reads) and not any(node.args[k] in depends for k in reads)].append(factor)
            free, rest = sympy.Mul(*sides[True]), sympy.Mul(*sides[False])
            if slots_of(rest) and sides[True] and not is_slot(free):
                args.append(pointwise(free, node.args))
                free = slot(len(args) - 1)
            terms.append(rest * free)
        return pointwise(sympy.Add(*terms), args)

    return rebuild(step, _tracked(rule, depends), "k")


def _tracked(rule: Rule, depends: set[Node]) -> Rule:
    """A rule that notes whether what it returns depends on the carry, so that later nodes can ask."""

    def tracking(node: Node, before: Node) -> Node:
        result = rule(node, before)
        if any(a in depends for a in result.args):
            depends.add(result)
        return result

    return tracking


def gather_products(step: Step) -> Step:
    """Put the matrix products of a sum that are used nowhere else into a sum of their own.

    A product whose operand feeds several products in the same phase stays: those are stacked by their operand instead.
    """
    uses = Counter(a for _, n in step.equations for a in n.args)
    uses.update(step.roots)
    when = phases(step)
    shared = Counter((n.args[1], when[n]) for _, n in step.equations if is_matvec(n))

    def gathers(node: Node) -> bool:
        return is_matvec(node) and uses[node] == 1 and shared[node.args[1], when[node]] == 1

    def rule(node: Node, before: Node) -> Node:
        if not isinstance(node.op, Pointwise) or not isinstance(node.op.expr, sympy.Add):
            return node
        bare = [t for t in node.op.expr.args if is_slot(t)]
        products = [t for t in bare if gathers(node.args[slots_of(t)[0]])]
        if len(products) < 2 or len(products) == len(node.op.expr.args):
            return node
        rest = [t for t in node.op.expr.args if t not in products]
        gathered = add(node.args[slots_of(t)[0]] for t in products)
        return pointwise(sympy.Add(*rest, slot(len(node.args))), (*node.args, gathered))

    return rebuild(step, rule, "p")


def is_matvec(node: Node) -> bool:
    """Whether the node is a parameter matrix, or its transpose, times a vector."""
    return is_scaled_matvec(node) and isinstance(node.args[0].op, Leaf)


def is_scaled_matvec(node: Node) -> bool:
    """The same for a number times a parameter."""
    if not isinstance(node.op, Contract) or node.op.spec not in ("ij,j->i", "ij,i->j"):
        return False
    return is_parameter(node.args[0])


def is_parameter(node: Node) -> bool:
    """Whether a value is a parameter, or a number times a parameter."""
    return parameter_of(node) is not None


def parameter_of(node: Node) -> tuple[Node, sympy.Expr] | None:
    """A parameter and the number it is multiplied by; nothing for any other value."""
    if isinstance(node.op, Leaf):
        return (node, sympy.Integer(1)) if node.op.role == "parameter" else None
    if isinstance(node.op, Pointwise) and len(node.args) == 1 and not isinstance(node.op.expr, Head):
        held, number = parameter_of(node.args[0]), node.op.expr / slot(0)
        return (held[0], held[1] * number) if held and number.is_Number else None
    return None
