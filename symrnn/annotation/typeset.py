"""Formulas of a note as MathML, as their author wrote them: from the trees of the parser, before anything is inferred.

Every part knows the characters that it was read from, so a mark on some characters becomes a mark on the smallest
parts that they make up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.document.html_printer import plain
from symrnn.document.mathml import enclosed
from symrnn.document.mathml_names import mi, mo, mrow
from symrnn.document.spelling import letter
from symrnn.ops import REGISTRY
from symrnn.reading import tree as read
from symrnn.reading.source import Span

RELATIONS = {"<=": "≤", ">=": "≥", "!=": "≠", "in": "∈", "to": "→", "approx": "≈", "equiv": "≡", "assign": "≔"}
SIGNS = {"odot": "⊙", "cdot": "·", "star": "∗", "times": "×", "?": "", "juxtaposed": "", "*": "⊙", "@": ""}
ACCENTS = {"tilde": "~", "hat": "^", "bar": "¯", "overline": "¯", "dot": "˙", "vec": "→", "check": "ˇ"}
STYLES = {"bold": "bold", "cal": "script", "bb": "double-struck", "frak": "fraktur"}
BRACKETS = {"(": ")", "[": "]", "{": "}", "|": "|", "||": "‖", "angle": "⟩"}
OPENING = {"||": "‖", "angle": "⟨"}
WIDE = '<mspace width="1em"/>'
THIN = '<mspace width="0.17em"/>'


@dataclass(frozen=True)
class Mark:
    """Characters that something is said about, and how grave it is."""

    span: Span
    severity: str


@dataclass(frozen=True)
class Typesetter:
    """Sets trees of one block, marks in place."""

    marks: Sequence[Mark] = ()

    def chain(self, values: Sequence[Any], relations: Sequence[str], word: str = "") -> str:
        """Values and the relations between them, as a ``math`` element; ``word`` is what a row declares them as."""
        parts = [f"<mtext>{plain(word)}</mtext>{WIDE}"] if word else []
        parts.append(self._first(values[0]))
        for sign, value in zip(relations, values[1:], strict=True):
            parts += [mo(RELATIONS.get(sign, sign)), self.part(value)]
        return f'<math displaystyle="true">{mrow(*parts)}</math>'

    def _first(self, node: Any) -> str:
        """What stands in front of the relations: several names with commas, which stand in no bracket."""
        if not isinstance(node, read.Group) or not node.items or node.span.start != node.items[0].span.start:
            return self.part(node)
        listed = [self.part(item) for item in node.items]
        return mrow(listed[0], *(piece for item in listed[1:] for piece in (mo(","), item)))

    def part(self, node: Any, inside: bool = False) -> str:
        """A part with the mark that lies on it."""
        mark = None if inside else next((m for m in self.marks if _covers(m.span, node.span)), None)
        text = self._set(node, inside or mark is not None)
        return f'<mrow class="mark {mark.severity}">{text}</mrow>' if mark is not None else text

    def _set(self, node: Any, inside: bool) -> str:
        def part(inner: Any) -> str:
            return self.part(inner, inside)

        rule = RULES.get(type(node))
        if rule is None:
            return mi(type(node).__name__)
        text = rule(node, part)
        return enclosed(text) if getattr(node, "grouped", False) else text


def _covers(mark: Span, span: Span) -> bool:
    """Whether a part stands within the marked characters."""
    return span.end > span.start and mark.start <= span.start and span.end <= mark.end


Part = Callable[[Any], str]


def _symbol(node: read.Symbol, part: Part) -> str:
    text = letter(node.text)
    style = STYLES.get(node.style, "")
    return f'<mi mathvariant="{style}">{mi(text).removeprefix("<mi>")}' if style else mi(text)


def _name(node: read.Name, part: Part) -> str:
    return f"<msub>{mi(node.name)}{mi(str(node.time))}</msub>" if node.time is not None else mi(node.name)


def _number(node: read.Number, part: Part) -> str:
    if node.value.denominator == 1:
        return f"<mn>{node.value}</mn>"
    return f"<mn>{float(node.value):.12g}</mn>"


def _binary(node: read.Binary, part: Part) -> str:
    left, right = part(node.left), part(node.right)
    if node.op == "frac":
        return f"<mfrac>{left}{right}</mfrac>"
    if node.op == "**":
        return f"<msup>{left}{right}</msup>"
    if node.op in ("+", "-", "/"):
        return mrow(left, mo(node.op.replace("-", "−")), right)
    sign = SIGNS.get(node.op, node.op)
    return mrow(left, mo(sign) if sign else THIN, right)


def _function(name: str, primes: int = 0) -> str:
    text = REGISTRY[name].text if name in REGISTRY else name
    return mi(text + "′" * primes)


def _call(node: read.Call, part: Part) -> str:
    args = [part(arg) for arg in node.args]
    if node.function == "sqrt":
        return f"<msqrt>{''.join(args)}</msqrt>"
    if node.function in ("abs", "magnitude"):
        return enclosed("".join(args), "|", "|")
    if node.function == "exp":
        return f"<msup>{mi('e')}{mrow(*args)}</msup>"
    return mrow(_function(node.function, node.derivative), enclosed(mo(",").join(args)))


def _scripted(node: read.Scripted, part: Part) -> str:
    base = part(node.arg)
    below = mo(",").join(part(item) for item in node.sub)
    above = mo("′") * node.primes + mo(",").join(part(item) for item in node.sup)
    if below and above:
        return f"<msubsup>{base}{mrow(below)}{mrow(above)}</msubsup>"
    if below or above:
        tag = "msub" if below else "msup"
        return f"<{tag}>{base}{mrow(below or above)}</{tag}>"
    return base


def _group(node: read.Group, part: Part) -> str:
    sign = mo(";" if node.semicolon else ",")
    inner = sign.join(part(item) for item in node.items)
    opening = OPENING.get(node.bracket, node.bracket)
    closing = node.close or BRACKETS.get(node.bracket, node.bracket)
    return enclosed(inner, opening, closing)


def _grid(node: read.Grid, part: Part) -> str:
    rows = ("".join(f"<mtd>{part(cell)}</mtd>" for cell in row) for row in node.rows)
    table = "<mtable>" + "".join(f"<mtr>{row}</mtr>" for row in rows) + "</mtable>"
    left, right = {"bmatrix": "[]", "vmatrix": "||", "matrix": ("", ""), "array": ("", "")}.get(node.environment, "()")
    return enclosed(table, left, right)


def _cases(node: read.Cases, part: Part) -> str:
    tests = ["<mtext>otherwise</mtext>" if test is None else part(test) for _, test in node.rows]
    cells = [f"<mtd>{part(value)}</mtd><mtd>{test}</mtd>" for (value, _), test in zip(node.rows, tests, strict=True)]
    rows = "".join(f"<mtr>{row}</mtr>" for row in cells)
    return mrow('<mo form="prefix">{</mo>', f'<mtable columnalign="left left">{rows}</mtable>')


def _relation(node: read.Relation, part: Part) -> str:
    return mrow(part(node.left), mo(RELATIONS.get(node.op, node.op)), part(node.right))


def _partial(node: read.Partial, part: Part) -> str:
    d = mi("d" if node.total else "∂")
    above = mrow(d, part(node.of)) if node.of is not None else d
    return f"<mfrac>{above}{mrow(d, part(node.wrt))}</mfrac>"


def _adjoint(node: read.Adjoint, part: Part) -> str:
    if node.of is not None:
        return mrow(mi("δ"), part(node.of))
    below = node.label or str(node.time or "")
    return f"<msub>{mi('δ')}{mi(below)}</msub>" if below else mi("δ")


def _over(node: read.Over, part: Part) -> str:
    sign = mo("∑" if node.kind == "sum" else "∏")
    low = mrow(mi(node.letter), mo("="), part(node.low)) if node.low is not None else mi(node.letter)
    high = part(node.high) if node.high is not None else ""
    whole = f"<munderover>{sign}{low}{high}</munderover>" if high else f"<munder>{sign}{low}</munder>"
    return mrow(whole, part(node.body))


def _limit(node: read.Limit, part: Part) -> str:
    below = mrow(part(node.variable), mo("→"), part(node.value))
    return mrow(f"<munder>{mo('lim')}{below}</munder>", part(node.body))


def _interval(node: read.Interval, part: Part) -> str:
    left, right = "[" if node.closed[0] else "(", "]" if node.closed[1] else ")"
    return enclosed(mrow(part(node.low), mo(","), part(node.high)), left, right)


def _accented(node: read.Accented, part: Part) -> str:
    return f'<mover accent="true">{part(node.arg)}{mo(ACCENTS.get(node.accent, node.accent))}</mover>'


RULES: dict[type, Callable[[Any, Part], str]] = {
    read.Symbol: _symbol,
    read.Name: _name,
    read.Number: _number,
    read.Infinity: lambda node, part: mi("∞"),
    read.Negative: lambda node, part: mrow(mo("−", "prefix"), part(node.arg)),
    read.Binary: _binary,
    read.Call: _call,
    read.Function: lambda node, part: _function(node.function, node.derivative),
    read.Transposed: lambda node, part: f"<msup>{part(node.arg)}{mo('⊤')}</msup>",
    read.Inverse: lambda node, part: f"<msup>{part(node.arg)}{mrow(mo('−', 'prefix'), '<mn>1</mn>')}</msup>",
    read.Stack: lambda node, part: enclosed(mo(";").join(part(item) for item in node.items), "[", "]"),
    read.Scripted: _scripted,
    read.Group: _group,
    read.Grid: _grid,
    read.Cases: _cases,
    read.Relation: _relation,
    read.Partial: _partial,
    read.Adjoint: _adjoint,
    read.Over: _over,
    read.Limit: _limit,
    read.Interval: _interval,
    read.Accented: _accented,
    read.Indicator: lambda node, part: enclosed(part(node.relation), "[", "]"),
}
