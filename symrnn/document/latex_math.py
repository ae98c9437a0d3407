"""Formulas as LaTeX, in commands of amsmath that MathJax knows as well."""

from __future__ import annotations

from fractions import Fraction

from symrnn.cell_latex import ACCENTS, name_latex
from symrnn.document.folding import fold
from symrnn.document.formula import (
    Adjoint,
    Call,
    Cases,
    Diagonal,
    Einstein,
    Extent,
    Formula,
    Hadamard,
    Identity,
    ImaginaryUnit,
    Indicator,
    Interval,
    Inverse,
    Kronecker,
    Listed,
    Matrix,
    Norm,
    Number,
    Ones,
    Paren,
    Part,
    Partial,
    Power,
    Product,
    Quotient,
    Related,
    Repeated,
    Run,
    Scaled,
    Sign,
    Slope,
    Stacked,
    Sum,
    Symbol,
    Transposed,
    WholeCall,
    Zeros,
)
from symrnn.document.spelling import decimal, indices, spelled, ten, unmarked
from symrnn.ops import REGISTRY

SIGNS = {
    "δ": r"\delta",
    "∇": r"\nabla",
    "⊙": r"\odot",
    "diag": r"\operatorname{diag}",
    "·": r"\cdot",
    "…": r"\dots",
    "⋯": r"\cdots",
    "≤": r"\le",
    "≥": r"\ge",
    "∈": r"\in",
    "∧": r"\wedge",
    "≔": r"\mathrel{:=}",
    "×": r"\times",
    "‖": r"\lVert",
    "‖∞": r"\rVert_{\infty}",
    "-": "-",
    "−": "-",
}
AXES, JOINED = (r"\downarrow", r"\rightarrow"), {"mat": r" \times ", "part": "/", "K": r" \times "}
WHOLE = {"cumsum_reversed": "cumsum", "layer_norm": "LN", "rms_norm": "RMSNorm", "real": "Re", "imag": "Im"}
REPEATED = {"sum": r"\sum", "product": r"\prod"}


def latex(formula: Formula, inline: bool = False) -> str:
    """The formula as the inside of a math environment, on one line; ``inline`` keeps derivatives low, for prose."""
    return fold(formula, _inline if inline else _rule)


def _inline(item: Formula, parts: list[str]) -> str:
    if isinstance(item, Partial):
        d = _differential(item)
        return rf"{d}{parts[0]} / {d}{parts[1]}"
    return _rule(item, parts)


def _differential(item: Partial) -> str:
    return r"\mathrm{d}" if item.kind == "total" else r"\partial "


def enclosed(inner: str, left: str = "(", right: str = ")") -> str:
    """Brackets around a formula, as tall as it is; around a low one they are plain, and closer."""
    tall = any(command in inner for command in (r"\frac", r"\sum", r"\prod", r"\begin"))
    return rf"\mathopen{{}}\left{left}{inner}\right{right}\mathclose{{}}" if tall else f"{left}{inner}{right}"


def sign(text: str) -> str:
    """A sign that stands by itself."""
    return SIGNS.get(text, text)


def _symbol(item: Symbol) -> str:
    if item.of:
        name, above = unmarked(item.name)
        below = _name(item.of, "") + (f",{item.time}" if item.time else "")
        return f"{name_latex(name, None)}_{{{below}}}" + (f"^{{{' '.join(above)}}}" if above else "")
    return _name(item.name, item.time)


def _name(name: str, time: str) -> str:
    """A name at a time; what stands above is put on last."""
    plain, above = unmarked(name)
    if "[" in plain or "." in plain:
        parts = spelled(plain)
        below = [_below(word) for word in parts.subscripts] + ([time] if time else [])
        text = f"{name_latex('_'.join([parts.base, *parts.accents]), None)}_{{{','.join(below)}}}"
    else:
        text = name_latex(plain, time or None)
    marks = [mark if mark.startswith("(") else rf"\mathrm{{{mark}}}" for mark in above]
    return f"{_base(text)}^{{{' '.join(marks)}}}" if marks else text


def _below(word: str) -> str:
    """A subscript that may have marks of its own."""
    plain, above = unmarked(word)
    text = name_latex(f"x_{plain}", None).removeprefix("x_{").removesuffix("}")
    return text + (f"^{{{' '.join(above)}}}" if above else "")


def _sized(sign: str, parts: list[str]) -> str:
    return f"{sign}_{{{parts[0]}}}" if parts else sign


def _rule(item: Formula, parts: list[str]) -> str:
    match item:
        case Symbol(name) if not unmarked(name)[0].replace("_", "").replace(".", "").isalnum() and not item.of:
            return name
        case Symbol():
            return _symbol(item)
        case Number(value):
            return _number(value)
        case Adjoint(_, kind, mark):
            return f"{SIGNS[mark]}^{{{kind}}}{parts[0]}" if kind else f"{SIGNS[mark]} {parts[0]}"
        case Sum(terms):
            signed = [("- " if s < 0 else "+ ") + part for (s, _), part in zip(terms, parts, strict=True)]
            return " ".join(signed).removeprefix("+ ")
        case Hadamard():
            return r" \odot ".join(parts)
        case Scaled():
            return r" \, ".join(parts)
        case Product():
            return r" \, ".join(parts)
        case Run(items):
            spaced = [r"\," if item == Sign("") else part for item, part in zip(items, parts, strict=True)]
            return " ".join(p for p in ("{}" if parts and parts[0] in "+-" else "", *spaced) if p)
        case Quotient():
            return rf"\frac{{{parts[0]}}}{{{parts[1]}}}"
        case Power():
            return f"{_base(parts[0])}^{{{parts[1]}}}"
        case Transposed():
            return rf"{_base(parts[0])}^{{\top}}"
        case Inverse(Transposed()):
            return parts[0].removesuffix(r"^{\top}") + r"^{-\top}"
        case Inverse():
            return f"{_base(parts[0])}^{{-1}}"
        case Kronecker():
            return r" \otimes ".join(parts)
        case Paren():
            return enclosed(parts[0])
    return _named(item, parts)


def _number(value: Fraction) -> str:
    if ten(value):
        return f"10^{{-{ten(value)}}}"
    whole = value.denominator == 1
    return decimal(value) or (str(value) if whole else rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}")


def _base(text: str) -> str:
    """What a superscript is put on; braces keep it apart from one that is there already.

    TeX takes braces around a lone accent away again, so there is something else in front of it.
    """
    front = "{}" if text.startswith(tuple(f"{accent}{{" for accent in ACCENTS.values())) else ""
    return f"{{{front}{text}}}" if ("'" in text or "^" in text) and not text.endswith(")") else text


def _named(item: Formula, parts: list[str]) -> str:
    """Functions, and what has a notation of its own."""
    match item:
        case Call("sqrt"):
            return rf"\sqrt{{{parts[0]}}}"
        case Call("magnitude"):
            return enclosed(f" {parts[0]} ", r"\lvert", r"\rvert")
        case Call("floor"):
            return enclosed(f" {parts[0]} ", r"\lfloor", r"\rfloor")
        case Call("mod"):
            return enclosed(rf"{parts[0]} \bmod {parts[1]}")
        case Call(op) | Slope(op):
            name = REGISTRY[op].latex + ("'" if isinstance(item, Slope) else "")
            options = ", ".join(parts[len(item.args) :])
            name += f"_{{{options}}}" if options else ""
            return name + enclosed(", ".join(parts[: len(item.args)])) if parts else name
        case Indicator(_, mark):
            return r"\mathbf{1}" + enclosed(f"{parts[0]} {sign(mark)} {parts[1]}", "[", "]")
        case Diagonal():
            return r"\operatorname{diag}" + enclosed(parts[0])
        case Norm(_, kind):
            return enclosed(f" {parts[0]} ", r"\lVert", r"\rVert") + (r"_{\infty}" if kind else "")
        case Ones():
            return _sized(r"\mathbf{1}", parts)
        case Zeros():
            return _sized(r"\mathbf{0}", parts)
        case Identity():
            return _sized("I", parts)
        case ImaginaryUnit():
            return r"\mathrm{i}"
        case WholeCall() | Stacked() | Part() | Cases() | Einstein():
            return _whole(item, parts)
        case Repeated(kind, index):
            return rf"{REPEATED[kind]}_{{{index}={parts[0]}}}^{{{parts[1]}}} {parts[2]}"
        case Matrix(rows):
            cells = iter(parts)
            lines = [" & ".join(rf"\displaystyle {next(cells)}" for _ in row) for row in rows]
            return r"\begin{pmatrix} " + r" \\[6pt] ".join(lines) + r" \end{pmatrix}"
    return _related(item, parts)


def _whole(item: Formula, parts: list[str]) -> str:
    """Functions of whole vectors and matrices."""
    match item:
        case WholeCall("inner"):
            return enclosed(rf" {parts[0]}, {parts[1]} ", r"\langle", r"\rangle")
        case WholeCall("expm_derivative"):
            return rf"\mathrm{{D}}\operatorname{{expm}}{enclosed(parts[0])}{enclosed(parts[1], '[', ']')}"
        case WholeCall(op, args, axis):
            name = rf"\operatorname{{{WHOLE.get(op, op)}}}" + (r"^{\top}" if op == "cumsum_reversed" else "")
            below = [*parts[len(args) :], *([] if axis is None else [AXES[axis]])]
            joined = JOINED.get(op, ",").join(below)
            name += f"_{{{joined}}}" if below else ""
            inner = (parts[0] + (rf";\, {', '.join(parts[1 : len(args)])}" if len(args) > 1 else "")) if args else ""
            return name + enclosed(inner) if args else name
        case Stacked():
            return enclosed(r";\; ".join(parts), "[", "]")
        case Part(arg):
            whole = parts[0] if isinstance(arg, Stacked) else enclosed(parts[0])
            return f"{whole}_{{{parts[1]}:{parts[2]}}}"
        case Cases(pairs):
            lines = [rf"{parts[2 * k]} & {parts[2 * k + 1]}" for k in range(len(pairs))]
            return r"\begin{cases}" + r" \\ ".join([*lines, rf"{parts[-1]} & \text{{otherwise}}"]) + r"\end{cases}"
        case Einstein(spec):
            words, over, output = indices(spec)
            product = " ".join(f"{enclosed(p)}_{{{word}}}" if word else p for p, word in zip(parts, words, strict=True))
            whole = enclosed(rf"\sum_{{{over}}} {product}" if over else product, "[", "]")
            return whole + (f"_{{{output}}}" if output else "")
    raise TypeError(f"no LaTeX for {type(item).__name__}")


def _related(item: Formula, parts: list[str]) -> str:
    """Derivatives, relations, shapes, lists and signs."""
    match item:
        case Partial():
            d = _differential(item)
            return rf"\frac{{{d}{parts[0]}}}{{{d}{parts[1]}}}"
        case Related(_, signs):
            return parts[0] + "".join(f" {sign(s)} {part}" for s, part in zip(signs, parts[1:], strict=True))
        case Extent():
            return "(" + r" \times ".join(parts) + ")"
        case Listed():
            return r", \; ".join(parts)
        case Interval(_, _, closed):
            return f"[{parts[0]}, {parts[1]}]" if closed else f"({parts[0]}, {parts[1]})"
        case Sign(text):
            return sign(text)
    raise TypeError(f"no LaTeX for {type(item).__name__}")
