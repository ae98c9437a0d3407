"""Names, sizes and scalar expressions as C writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sympy

from symrnn.backends.c_runtime import reserved
from symrnn.errors import EmitError
from symrnn.ir import Shape, is_slot
from symrnn.ops.elementwise import Head

_KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof
bool true false complex imaginary NULL EOF errno real vec mask
"""
# Macros of the runtime, and names that the headers that it includes may define.
_MACROS = """
R LANES TYPED REAL_NAME REAL_IS_DOUBLE INLINE PANEL SYM I linux unix div exp log sin cos tan abs round floor j0 j1 jn y0
y1 yn gamma index signbit isnan remainder scalb significand drem
"""
# Variables of the emitted functions.
_OWN = """
T B j r s w v p x y t n at row rows first ticks from to start last next state dy dx dp dlast dstart memory line
"""
KEYWORDS, MACROS, OWN = _KEYWORDS.split(), [*_MACROS.split(), *sorted(reserved())], _OWN.split()
RESERVED = re.compile(r"(w_|v_|m_|s_|gemm|pack|row_|symrnn|SYM|CONST_|M_|FP_|U?INT|is|INFINITY|NAN|HUGE_).*|.*_t")
PRODUCT, ATOM = 1, 2  # how tightly a text binds; a sum binds by 0

# The functions of the runtime, by the name of the elementwise function.
NATIVE = {
    **{name: f"v_{name}" for name in ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "logsigmoid")},
    **{name: f"v_{name}" for name in ("sqrt", "sin", "cos", "floor", "maximum", "minimum", "mod", "relu")},
    "magnitude": "v_abs",
}


@dataclass
class Names:
    """Unique C identifiers for the names of a cell."""

    given: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: {*KEYWORDS, *MACROS, *OWN})

    def __call__(self, name: str, space: str = "") -> str:
        """The identifier of ``name``; the same name in another space gets another identifier."""
        if (space, name) not in self.given:
            plain = name.replace("[t-1]", "_prev").replace("[t+1]", "_next").replace("]", "")
            plain = re.sub(r"\W+", "_", plain)  # flat names: h_past[0], B.re
            plain = plain if plain.isascii() and plain[:1].isalpha() else f"q{plain.encode('ascii', 'ignore').decode()}"
            plain = f"q{plain}" if RESERVED.fullmatch(plain) else plain
            while plain in self.taken:
                plain += "_"
            self.given[space, name] = plain
            self.taken.add(plain)
        return self.given[space, name]


def size(expr: sympy.Expr, names: Names) -> str:
    """A size in ``size_t``: sums and products of symbols."""
    text, binding = _size(sympy.expand(expr), names)
    return text


def factor(expr: sympy.Expr, names: Names) -> str:
    """A size as the factor of a product."""
    text, binding = _size(sympy.expand(expr), names)
    return text if binding else f"({text})"


def _size(expr: sympy.Expr, names: Names) -> tuple[str, int]:
    if isinstance(expr, sympy.Symbol):
        return names(expr.name, "size"), ATOM
    if expr.is_Integer:
        return str(int(expr)), ATOM
    if isinstance(expr, sympy.Add):
        terms = sorted(expr.args, key=lambda t: bool(t.could_extract_minus_sign()))
        text = ""
        for term in terms:
            minus = bool(term.could_extract_minus_sign())
            text += (" - " if minus else " + " if text else "") + _size(-term if minus else term, names)[0]
        return text.strip(), 0
    if isinstance(expr, sympy.Mul):
        top, bottom = sympy.fraction(expr)
        if bottom != 1:
            return f"({_size(top, names)[0]}) / {factor(bottom, names)}", PRODUCT
        return " * ".join(factor(f, names) for f in expr.args), PRODUCT
    if isinstance(expr, sympy.Pow) and expr.exp.is_Integer and expr.exp > 0:
        return " * ".join([factor(expr.base, names)] * int(expr.exp)), PRODUCT
    raise EmitError(f"the C backend cannot write the length {expr}")


def extent(shape: Shape) -> sympy.Expr:
    """The number of components of a value."""
    return sympy.Mul(*shape)


def number(value: sympy.Expr) -> str:
    """A finite number in ``real``."""
    as_float = float(value) if value.is_real else math.nan
    if not math.isfinite(as_float):
        raise EmitError(f"{value} is no finite number")
    return f"R({as_float!r})"


def spelt(expr: sympy.Expr, accurate: bool) -> sympy.Expr:
    """``expr`` with every function that the runtime lacks written in functions that it has."""
    for head in sorted(expr.atoms(Head), key=str):
        form = (head.op.stable if accurate else None) or head.op.kernel
        if form and head.op.name not in NATIVE:
            return spelt(expr.xreplace({head: form(*head.args)}), accurate)
    return expr


@dataclass(frozen=True)
class Text:
    """An expression: how tightly it binds, and whether it is a vector of lanes or one number for all of them."""

    code: str
    binding: int
    lanes: bool

    @property
    def atom(self) -> str:
        return self.code if self.binding == ATOM else f"({self.code})"

    @property
    def factor(self) -> str:
        return self.code if self.binding >= PRODUCT else f"({self.code})"

    @property
    def vector(self) -> str:
        """The expression as a vector."""
        return self.code if self.lanes else f"v_set({self.code})"


@dataclass(frozen=True)
class Formula:
    """Writes scalar expressions over named vectors; ``names`` spells sizes and constants."""

    names: Names
    accurate: bool

    def vector(self, expr: sympy.Expr, operands: Sequence[str]) -> str:
        """An expression over ``operands`` as a vector."""
        return self.text(spelt(expr, self.accurate), operands).vector

    def text(self, expr: sympy.Expr, operands: Sequence[str]) -> Text:
        """An expression whose functions the runtime has."""
        if isinstance(expr, sympy.Symbol):
            if is_slot(expr):
                return Text(operands[int(expr.name[1:])], ATOM, True)
            return Text(self.symbol(expr.name), ATOM, False)
        if expr.is_Number:
            return Text(number(expr), ATOM, False)
        if not expr.free_symbols:
            return Text(number(expr.evalf(17)), ATOM, False)
        if isinstance(expr, Head):
            return self.head(expr, operands)
        if isinstance(expr, sympy.Add):
            return self.sum(expr, operands)
        if isinstance(expr, sympy.Mul):
            return self.product(expr, operands)
        if isinstance(expr, sympy.Pow):
            return self.power(self.text(expr.base, operands), expr.exp, operands)
        raise EmitError(f"the C backend cannot write {type(expr).__name__}")

    def symbol(self, name: str) -> str:
        """A named constant, or a size as a number."""
        known = self.names.given.get(("size", name))
        return f"(real){known}" if known else f"CONST_{self.names(name, 'constant')}"

    def head(self, expr: Head, operands: Sequence[str]) -> Text:
        args = [self.text(a, operands).vector for a in expr.args]
        if expr.op.name == "heaviside":
            return Text(f"v_heaviside({args[0]}, v_set(R(0.0)))", ATOM, True)
        if expr.op.name not in NATIVE:
            raise EmitError(f"the C backend has no {expr.op.name}; give it a kernel form in its file of symrnn/ops")
        return Text(f"{NATIVE[expr.op.name]}({', '.join(args)})", ATOM, True)

    def sum(self, expr: sympy.Expr, operands: Sequence[str]) -> Text:
        terms = sorted(expr.args, key=lambda t: (_negative(t), t.is_Number and bool(t.is_negative)))
        code, lanes = "", False
        for term in terms:
            minus = _negative(term)
            part = self.text(-term if minus else term, operands)
            lanes = lanes or part.lanes
            sign = (" - " if minus else " + ") if code else "-" if minus else ""
            code += sign + (part.factor if minus else part.code)
        return Text(code, 0, lanes)

    def product(self, expr: sympy.Expr, operands: Sequence[str]) -> Text:
        top, bottom = sympy.fraction(expr)
        if bottom != 1:
            above, below = self.text(top, operands), self.text(bottom, operands)
            return Text(f"{above.factor} / {below.atom}", PRODUCT, above.lanes or below.lanes)
        if expr.could_extract_minus_sign():
            rest = self.text(-expr, operands)
            return Text(f"-{rest.atom}", PRODUCT, rest.lanes)
        parts = [self.text(f, operands) for f in sympy.Mul.make_args(expr)]
        return Text(" * ".join(p.factor for p in parts), PRODUCT, any(p.lanes for p in parts))

    def power(self, base: Text, exponent: sympy.Expr, operands: Sequence[str]) -> Text:
        if exponent.is_Integer and exponent < 0:
            below = self.power(base, -exponent, operands)
            return Text(f"R(1.0) / {below.atom}", PRODUCT, below.lanes)
        if exponent == 1:
            return base
        if exponent.is_Integer and (exponent == 2 or not base.lanes) and re.fullmatch(r"\w+", base.code):
            return Text(" * ".join([base.atom] * int(exponent)), PRODUCT, base.lanes)
        if exponent.is_Integer:
            return Text(f"v_powi({base.vector}, {int(exponent)})", ATOM, True)
        if exponent == sympy.Rational(1, 2):
            return Text(f"v_sqrt({base.vector})", ATOM, True)
        return Text(f"v_pow({base.vector}, {self.text(exponent, operands).vector})", ATOM, True)


def _negative(term: sympy.Expr) -> bool:
    return bool(term.could_extract_minus_sign()) and not term.is_Add


def folded(line: str, width: int = 110) -> str:
    """One line of C as one or more, broken after commas and before operators."""
    indent = line[: len(line) - len(line.lstrip())]
    lines = []
    while len(line) > width:
        cut = max(_breaks(line[:width], len(indent)), default=0)
        if not cut:
            break
        lines.append(line[:cut].rstrip())
        line = f"{indent}    {line[cut:].lstrip()}"
    return "\n".join([*lines, line])


def _breaks(line: str, indent: int) -> Iterable[int]:
    for match in re.finditer(r", | (?=[-+*] )", line):
        if match.start() > indent + 8:
            yield match.end()
