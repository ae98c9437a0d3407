"""Names out of letters with accents, primes and scripts; brackets, grids and powers told apart on the way.

A name is its base, then accent or prime, then superscript label, then subscript, joined by ``_``: ``\\tilde{c}_t`` is
``c_tilde`` at t. Products keep their signs here; which of them are matrix products is decided by shapes, later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.reading.brackets import grid, grouped, product_call, side_by_side
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.layers import Layers
from symrnn.reading.source import Span
from symrnn.reading.spelling import Spelling, core_of, is_keyword, is_layer, is_minus_one, part_of, runs_over_time
from symrnn.reading.text import number_text
from symrnn.reading.times import time_of
from symrnn.reading.traversal import within
from symrnn.reading.tree import (
    Accented,
    Adjoint,
    Binary,
    Call,
    Grid,
    Group,
    Indicator,
    Inverse,
    Name,
    Number,
    Over,
    Partial,
    Relation,
    Scripted,
    Symbol,
    Time,
    Transposed,
    Tree,
)

PREVIOUS, NEXT = {"prev", "old", "last", "previous", "pre", "tm1", "tminus1"}, {"next"}


class Namer:
    """Turns the parser's trees into trees of names; what it infers goes into the report."""

    def __init__(
        self, times: frozenset[str], report: Report, delays: dict[str, int] | None = None, many: bool = False,
        labelled: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.times = times
        self.labelled = labelled
        self.report = report
        self.delays = delays or {}
        self.styles: dict[str, Span] = {}
        # Above 0 inside a derivative in a statement about many steps, where T and 0 are times too.
        self.ends = 0 if many else -1
        self.layers = Layers(report)

    def tree(self, node: Any) -> Any:
        """The tree with names in place of letters and scripts."""
        if isinstance(node, Symbol | Accented | Scripted):
            return self._scripted(node)
        if isinstance(node, Group):
            return grouped(node, self.tree)
        if isinstance(node, Grid):
            return grid(node, self.tree)
        if isinstance(node, Over):
            return self._over(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Adjoint):
            return self._adjoint(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Partial):
            self.ends += 1
            derivative = within(node, self.tree)
            self.ends -= 1
            return derivative
        return within(node, self.tree)

    def _call(self, node: Call) -> Tree:
        if node.function in ("dot", "outer", "multiply", "concat"):
            return product_call(replace(node, args=tuple(self.tree(arg) for arg in node.args if not is_keyword(arg))))
        options = tuple((key, tuple(self._option(item) for item in value)) for key, value in node.options)
        return replace(node, args=tuple(self.tree(arg) for arg in node.args), options=options)

    def _option(self, item: Any) -> Any:
        if isinstance(item, Symbol):
            return Name(item.text, span=item.span)
        return self.tree(item)

    def _over(self, node: Over) -> Any:
        times = self.times
        if runs_over_time(node):
            self.times = times | {node.letter}
        made = within(node, self.tree)
        self.times = times
        return made

    def _adjoint(self, node: Adjoint) -> Any:
        if isinstance(node.of, Relation):
            raise ReadError("PARSE-ERROR", node.span, "a gradient is taken with respect to a name")
        of = None if node.of is None else self.tree(node.of)
        if isinstance(of, Transposed):
            return replace(of, arg=replace(node, of=of.arg))
        if isinstance(of, Binary) and of.op == "**":
            return replace(of, left=replace(node, of=of.left))
        return replace(node, of=of)

    def _binary(self, node: Binary) -> Tree:
        """A product or sum; ``1[…]`` is an indicator, ``a^T`` of a power of e is folded by the parser already."""
        left = node.left
        one = isinstance(left, Name | Symbol) and (left.text if isinstance(left, Symbol) else left.name) == "1"
        if node.op == "juxtaposed" and one and isinstance(node.right, Group) and len(node.right.items) == 1:
            inner = node.right.items[0]
            if isinstance(inner, Relation):
                return Indicator(self.tree(inner), span=node.span)
        made = replace(node, left=self.tree(node.left), right=self.tree(node.right))
        op = {"/": "/", "frac": "/"}.get(node.op, node.op)
        below, above = made.right, made.left
        if op in ("juxtaposed", "cdot", "@") and (blocks := side_by_side(above, below, node.span)) is not None:
            return blocks
        if op == "/" and isinstance(above, Number) and isinstance(below, Number) and below.value:
            return Number(above.value / below.value, span=node.span)
        if op == "cdot" and isinstance(above, Number) and isinstance(below, Number):
            return Number(above.value * below.value, span=node.span)
        return replace(made, op=op, grouped=node.op == "frac" or node.grouped)

    def _scripted(self, node: Symbol | Accented | Scripted) -> Any:
        if isinstance(node, Symbol) or isinstance(core_of(node), Symbol):
            return self._named(node)
        if isinstance(node, Accented):
            raise ReadError("UNSUPPORTED", node.span, "an accent over an expression is not read; give it a name")
        return self._raised(node)

    def _raised(self, node: Scripted) -> Any:
        """Scripts on what is no name: powers, transposes, a component of a bracket."""
        value = self.tree(node.arg)
        if node.primes:
            raise ReadError("UNSUPPORTED", node.span, "a prime on an expression is not read; give it a name")
        if node.sub:
            item = node.sub[0]
            if isinstance(node.arg, Group) and node.arg.bracket in ("|", "||"):
                largest = isinstance(item, Symbol) and item.text == "infty"
                if not largest and not (isinstance(item, Number) and item.value == 2):
                    raise ReadError("UNSUPPORTED", node.span, "only the Euclidean norm and the largest entry are read")
                value = self.tree(replace(node.arg, bracket="||"))
                value = replace(value, function="norm_inf") if largest else value
            elif isinstance(node.arg, Group | Call) and isinstance(item, Symbol) and item.text not in self.times:
                self._entry(item, node)
            elif isinstance(value, Name) and value.name == "1":
                pass
            else:
                raise ReadError("UNSUPPORTED", node.span, "a subscript on an expression is not read")
        for item in node.sup:
            if isinstance(node.arg, Group | Call) and isinstance(item, Symbol) and item.text in {"i", "j"} - self.times:
                self._entry(item, node)
            else:
                value = self._power(value, item, node.span)
        return value

    def _entry(self, item: Symbol, node: Tree) -> None:
        message = f"the component index {item.text} is left out: the equation is one of whole vectors"
        self.report.add("COMPONENT-FORM", node.span, message)

    def _power(self, value: Tree, item: Tree, span: Span) -> Tree:
        """One superscript on a value: transpose, inverse, a power."""
        if isinstance(item, Symbol) and item.text in ("T", "intercal"):
            return Transposed(value, span=span)
        if isinstance(item, Symbol) and item.text in ("H", "dagger"):
            raise ReadError("UNSUPPORTED", span, "the conjugate transpose is not read")
        if is_minus_one(item):
            return Inverse(value, span=span)
        if isinstance(item, Group):
            if len(item.items) != 1:
                raise ReadError("UNSUPPORTED", item.span, "a power is one value")
            item = item.items[0]
        if isinstance(item, Relation):
            raise ReadError("UNSUPPORTED", item.span, "a relation is no power")
        return Binary("**", value, self.tree(item), span=span)

    def _named(self, node: Tree) -> Tree:
        spelling = self._spelled(node)
        tex = self.report.source.slice(node.span)
        if spelling.base == "1":
            made: Tree = Name("1", span=node.span, tex=tex)
        elif spelling.base == "i" and spelling.style == "word" and spelling.name() == "i" and spelling.time is None:
            made = Name("1j", span=node.span, tex=tex)
        else:
            name = spelling.name()
            if len(name) > 64 or not name or not (name[0].isalpha() or name[0] == "_"):
                raise ReadError("UNSUPPORTED", node.span, "this is no name; a name has up to 64 letters and digits")
            made = Name(name, spelling.time, span=node.span, tex=tex)
            labelled = spelling.time is not None and (spelling.subscripts or spelling.labels)
            if spelling.base in self.times and not spelling.style and labelled:
                message = f"{spelling.base} is the time here; a name of several letters is written \\mathrm{{net}}"
                raise ReadError("UNSUPPORTED", node.span, message)
            if spelling.base in self.times and spelling.style:
                message = f"{spelling.style} {spelling.base} is a signal here, while plain {spelling.base} is the time"
                self.report.add("NAME-CLASH", node.span, message)
            if spelling.time is not None and spelling.time.shift < 0:
                self.layers.past(spelling.base, [*spelling.labels, *spelling.subscripts])
        if spelling.time_style:
            self.styles.setdefault(spelling.time_style, node.span)
        for kind, item in spelling.after:
            if kind == "part":
                made = Call("split", (made,), (("part", item),), span=node.span)
            else:
                made = self._power(made, item, node.span)
        return made

    def _spelled(self, node: Tree) -> Spelling:
        """A letter taken apart, from the outside in."""
        if isinstance(node, Symbol):
            return Spelling(node.text, node.style)
        if isinstance(node, Accented):
            spelling = self._spelled(node.arg)
            spelling.accents.append(node.accent)
            return spelling
        if not isinstance(node, Scripted):
            raise ReadError("UNSUPPORTED", node.span, "this is no name")
        spelling = self._spelled(node.arg)
        spelling.primes += node.primes
        for item in node.sub:
            self._subscript(spelling, item, node)
        timed = spelling.time is not None
        for index, item in enumerate(node.sup):
            self._superscript(spelling, item, node, index < node.leading or not timed)
        return spelling

    def _subscript(self, spelling: Spelling, item: Tree, node: Tree) -> None:
        time = time_of(item, self.times, self.delays, self.ends >= 0)
        if time is not None:
            called = isinstance(item, Group) and item.close == "call"
            self._at(spelling, time, node, "call" if called else "subscript")
        elif isinstance(item, Symbol) and item.text in PREVIOUS | NEXT and not spelling.subscripts:
            self._at(spelling, Time("t", -1 if item.text in PREVIOUS else 1), node, "subscript")
        elif self.ends > 0 and isinstance(item, Symbol) and item.text == "T":
            self._at(spelling, Time("T"), node, "subscript")
        elif self.ends > 0 and isinstance(item, Number) and item.value.denominator == 1:
            self._at(spelling, Time("", int(item.value)), node, "subscript")
        else:
            spelling.subscripts.append(self._label(item, node))

    def _superscript(self, spelling: Spelling, item: Tree, node: Tree, label: bool) -> None:
        time = time_of(item, self.times, self.delays, self.ends >= 0)
        if time is not None:
            self._at(spelling, time, node, "superscript")
        elif isinstance(item, Group) and item.bracket in "([<":
            part = part_of(item)
            if part and item.bracket == "[":
                spelling.after.append(("part", part))
            else:
                spelling.labels.append(self._label(item, node))
        elif isinstance(item, Number) and not is_minus_one(item):
            power = not label if spelling.time is not None else item.value == 2 and not spelling.base.isupper()
            if power and item.value > 1 or item.value.denominator != 1:
                spelling.after.append(("power", item))
            else:
                spelling.labels.append(self._label(item, node))
        elif isinstance(item, Symbol) and item.text == "T" and item.style != "top" and spelling.base in self.labelled:
            spelling.labels.append("T")
        elif isinstance(item, Symbol) and item.text in ("T", "intercal", "H", "dagger") and spelling.style != "bb":
            spelling.after.append(("power", item))
        elif isinstance(item, Symbol) and item.style != "compound" or is_layer(item):
            spelling.labels.append(self._label(item, node))
        else:
            if not is_minus_one(item) and not isinstance(item, Group) and spelling.style != "bb":
                message = f"the superscript of {spelling.base} is read as a power: it holds an expression, not a label"
                self.report.add("SUPERSCRIPT-IS-POWER", item.span, message)
            spelling.after.append(("power", item))

    def _at(self, spelling: Spelling, time: Time, node: Tree, style: str) -> None:
        if spelling.time is not None and spelling.time != time:
            raise ReadError("PARSE-ERROR", node.span, "this name has two different time indices")
        spelling.time = time
        spelling.time_style = style

    def _label(self, item: Tree, node: Tree) -> str:
        if isinstance(item, Symbol):
            return item.text
        if isinstance(item, Number):
            return number_text(item.value).replace("/", "_").replace(".", "_")
        if isinstance(item, Scripted) and not item.sup and isinstance(item.arg, Symbol):
            return "_".join([item.arg.text, *(self._label(part, node) for part in item.sub)])
        if isinstance(item, Group) and item.items:
            return "_".join(self._label(part, node) for part in item.items)
        if isinstance(item, Binary) and item.op in "+-" and isinstance(item.left, Symbol):
            letter, base = item.left.text, core_of(node)
            self.layers.below.append((item.span, base.text if isinstance(base, Symbol) else "", letter))
            return f"{letter}_prev" if item.op == "-" else f"{letter}_next"
        raise ReadError("UNSUPPORTED", item.span, "this script is neither a label nor a time index")
