"""A derivation for a terminal: one line per adjoint, what it is made of, and the rules that gave it.

An adjoint that only repeats another is replaced by that one, and local factors are written out in place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sympy

from symrnn.adjoint import Line
from symrnn.ir import Broadcast, Contract, Node, Pointwise, Shape, is_slot
from symrnn.primitives import Total
from symrnn.step import NAMED_CONTRACTIONS, show

if TYPE_CHECKING:
    from symrnn.derivation import Derivation

# The kinds of line in the order in which they are shown.
TITLES = {
    "adjoint": "adjoints, time running from T to 1; [t+1] is what the step after hands on, rules are on the right",
    "carry": "handed on to t-1",
    "input": "gradients of the inputs",
    "static": "adjoints of what is computed once, summed over time and batch; what is marked (once) comes as it is",
    "parameter": "gradients of the parameters, summed over time and batch",
}
TEXT = {
    "matvec": "{} @ {}",
    "matvec_t": "{}.T @ {}",
    "matmul": "{} @ {}",
    "outer": "{} @ {}.T",
    "dot": "{}.T @ {}",
    "transpose": "{}.T",
    "sum": "sum({})",
    "diagonal": "diag({})",
    "diagonal_of": "diagonal({})",
    "row_sums": "{} @ ones()",
    "column_sums": "{}.T @ ones()",
    "i,->i": "{} * {}",
    "ij,->ij": "{} * {}",
    "i,j->ji": "{1} @ {0}.T",
    "ji,jk->ik": "{}.T @ {}",
    "ij,kj->ik": "{} @ {}.T",
    "ij,jk->ki": "({} @ {}).T",
    "ji,jk->ki": "({}.T @ {}).T",
    "ij,kj->ki": "({} @ {}.T).T",
}


@dataclass(frozen=True)
class Writer:
    """Writes nodes in terms of those that have a printed form, in one notation."""

    forms: Mapping[Node, sympy.Expr]
    patterns: Mapping[str, str]
    show: Callable[[sympy.Expr], str]

    def text(self, node: Node) -> str:
        """A node as text."""
        return self.show(self._expression(node, True))

    def _expression(self, node: Node, top: bool) -> sympy.Expr:
        """A node as a scalar expression over symbols that bear their printed form."""
        if node in self.forms:
            return self.forms[node]
        args = [self._expression(a, False) for a in node.args]
        match node.op:
            case Pointwise(expr):
                return expr.xreplace({s: args[int(s.name[1:])] for s in expr.free_symbols if is_slot(s)})
            case Contract(spec):
                blanks = ", ".join("{}" for _ in args)
                pattern = self.patterns.get(NAMED_CONTRACTIONS.get(spec, spec), f"{spec}({blanks})")
                bare = pattern.endswith(")")
                text = pattern.format(*(self.show(a) if a.is_Atom or bare else f"({self.show(a)})" for a in args))
                return sympy.Symbol(text if top or text.endswith(")") else f"({text})")
            case Broadcast(_, axes) if axes:
                pattern = "{} @ ones().T" if axes == (0,) else "ones() @ {}.T"
                shown = self.show(args[0]) if args[0].is_Atom else f"({self.show(args[0])})"
                return sympy.Symbol(pattern.format(shown) if top else f"({pattern.format(shown)})")
            case Broadcast() | Total():
                return args[0]
            case _:
                names = {a: self.show(form) for a, form in zip(node.args, args, strict=True)}
                return sympy.Symbol(show(node, names))

    def without(self, form: sympy.Expr) -> Writer:
        """The same without one form: an adjoint is not defined by itself."""
        return replace(self, forms={node: other for node, other in self.forms.items() if other != form})


def derivation_text(derivation: Derivation) -> str:
    """The equations, the adjoint lines in sections, and the blocks of the Jacobian."""
    lines = [str(derivation.cell)]
    forms = {leaf: sympy.Symbol(derivation.backward.names[leaf]) for leaf in derivation.backward.leaves}
    for line in derivation.trace:
        forms.setdefault(line.node, sympy.Symbol(line.name))
    writer = Writer(forms, TEXT, str)
    for kind, title in TITLES.items():
        rows = [_cells(line, writer) for line in kept(derivation, kind)]
        if rows:
            lines += ["", title, *_table(rows)]
    if derivation.forward.carries:
        lines += ["", str(derivation.jacobian()).rstrip()]
    return "\n".join(lines) + "\n"


def kept(derivation: Derivation, kind: str) -> list[Line]:
    """The lines of one kind; of adjoints of intermediates only those that are the first to be what they are."""
    first: dict[Node, str] = {}
    for line in derivation.trace:
        first.setdefault(line.node, line.name)
    return [x for x in derivation.trace if x.kind == kind and (kind != "adjoint" or first[x.node] == x.name)]


def _cells(line: Line, writer: Writer) -> tuple[str, str, str]:
    """An adjoint with its shape, the sum of its uses, and the rules that give them."""
    own = writer.without(sympy.Symbol(line.name))
    text = ""
    for use in line.uses:
        term = own.text(use.node)
        sign = " - " if term.startswith("-") else " + "
        text += sign + term.lstrip("-") if text else term
    summed = line.kind in ("static", "parameter")
    rules = ", ".join(dict.fromkeys(use.rule + (" (once)" if summed and use.once else "") for use in line.uses))
    return f"{line.name} {_shape_text(line.of.shape)}", text, rules


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    left, middle = (max(len(row[k]) for row in rows) for k in (0, 1))
    return [f"  {name:<{left}} = {text:<{middle}}  {rules}" for name, text, rules in rows]


def _shape_text(shape: Shape) -> str:
    return "(" + ", ".join(map(str, shape)) + ")"
