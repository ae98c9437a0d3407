"""Formulas as Unicode text: ``δa_i = δi ⊙ i[t] ⊙ (1 - i[t])``."""

from __future__ import annotations

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
from symrnn.document.spelling import decimal, indices, letter, spelled, ten, unmarked
from symrnn.ops import REGISTRY

MARKS = {"tilde": "\u0303", "hat": "\u0302", "bar": "\u0304", "dot": "\u0307", "prime": "′"}
RAISED = {str(n): digit for n, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
ABOVE = str.maketrans({**RAISED, "(": "⁽", ")": "⁾", "r": "ʳ", "e": "ᵉ", "i": "ⁱ", "m": "ᵐ"})
WHOLE = {
    "cumsum_reversed": "cumsum", "layer_norm": "LN", "rms_norm": "RMSNorm", "real": "Re", "imag": "Im",
    "expm_derivative": "Dexpm",
}  # fmt: skip
AXES, JOINED = ("↓", "→"), {"mat": "×", "part": "/", "K": "×"}


def plain(formula: Formula) -> str:
    """The formula on one line."""
    return fold(formula, _rule)


def symbol(item: Symbol) -> str:
    """A name with its accents, subscripts and what stands above, and the time in brackets."""
    name, above = unmarked(item.name) if item.of else (item.name, ())
    text = _name(name)
    text = f"{text}_{_name(item.of)}" + "".join(above).translate(ABOVE) if item.of else text
    return f"{text}[{item.time}]" if item.time else text


def _name(name: str) -> str:
    parts = spelled(name)
    base = letter(parts.base) + "".join(MARKS.get(a, a) for a in parts.accents)
    words = [base, *map(_word, parts.subscripts)]
    return "_".join(words) + "".join(parts.above).translate(ABOVE)


def _word(word: str) -> str:
    plain, above = unmarked(word)
    return plain + "".join(above).translate(ABOVE)


def _sized(sign: str, parts: list[str]) -> str:
    """A sign with a size below, in parentheses where that is an expression."""
    return sign + (f"_{parts[0] if parts[0].isidentifier() else f'({parts[0]})'}" if parts else "")


def _rule(item: Formula, parts: list[str]) -> str:
    match item:
        case Symbol():
            return symbol(item)
        case Number(value):
            power = ten(value)
            return f"10⁻{str(power).translate(ABOVE)}" if power else decimal(value) or str(value)
        case Adjoint(_, kind, sign):
            return sign + {"": "", "+": "⁺", "y": "ʸ"}[kind] + parts[0]
        case Sum(terms):
            signed = [("- " if sign < 0 else "+ ") + part for (sign, _), part in zip(terms, parts, strict=True)]
            return " ".join(signed).removeprefix("+ ").replace("- ", "-", 1 if terms[0][0] < 0 else 0)
        case Hadamard():
            return " ⊙ ".join(parts)
        case Scaled():
            return " · ".join(parts)
        case Product():
            return " ".join(parts)
        case Run(items):
            return _run(items, parts)
        case Quotient():
            over = f"({parts[0]})" if isinstance(item.over, Sum | Product | Quotient) else parts[0]
            loose = isinstance(item.under, Sum | Hadamard | Scaled | Product | Quotient | Kronecker)
            return f"{over} / {f'({parts[1]})' if loose else parts[1]}"
        case Power():
            return parts[0] + RAISED.get(parts[1], f"^{parts[1] if parts[1].isalnum() else f'({parts[1]})'}")
        case Transposed():
            return f"{parts[0]}ᵀ"
        case Inverse(Transposed()):
            return parts[0].removesuffix("ᵀ") + "⁻ᵀ"
        case Inverse():
            return f"{parts[0]}⁻¹"
        case Kronecker():
            return " ⊗ ".join(parts)
        case Paren():
            return f"({parts[0]})"
    return _named(item, parts)


def _run(items: tuple[Formula, ...], parts: list[str]) -> str:
    """Pieces of a broken formula: no blank within brackets, nor between a function and its bracket."""
    text, tight = "", True
    for item, part in zip(items, parts, strict=True):
        if not part:
            continue
        closing = isinstance(item, Sign) and item.text in (")", ",", "‖∞")
        calls = tight and isinstance(item, Sign) and item.text == "("
        text += ("" if tight and (calls or text[-1:] in "(‖") or closing or not text else " ") + part
        name = item == Sign("diag") or (isinstance(item, Call) and not item.args)
        tight = name or item in (Sign("("), Sign("‖"))
    return text


def _named(item: Formula, parts: list[str]) -> str:
    """Functions, signs and what has a notation of its own."""
    match item:
        case Call("mod"):
            return f"({parts[0]} mod {parts[1]})"
        case Call(op) | Slope(op):
            name = REGISTRY[op].text + ("′" if isinstance(item, Slope) else "")
            options = zip(REGISTRY[op].options, parts[len(item.args) :], strict=False)
            inner = [*parts[: len(item.args)], *(f"{option}={value}" for option, value in options)]
            return f"{name}({', '.join(inner)})" if parts else name
        case Indicator(_, sign):
            return f"1[{parts[0]} {sign} {parts[1]}]"
        case Diagonal():
            return f"diag({parts[0]})"
        case Norm(_, kind):
            return f"‖{parts[0]}‖{kind}"
        case Ones():
            return _sized("𝟏", parts)
        case Zeros():
            return _sized("𝟎", parts)
        case Identity():
            return _sized("I", parts)
        case ImaginaryUnit():
            return "ⅈ"
        case WholeCall() | Stacked() | Part() | Cases() | Einstein():
            return _whole(item, parts)
        case Repeated(sign, index):
            return f"{'Σ' if sign == 'sum' else '∏'}[{index}={parts[0]}…{parts[1]}] {parts[2]}"
    return _related(item, parts)


def _whole(item: Formula, parts: list[str]) -> str:
    """Functions of whole vectors and matrices."""
    match item:
        case WholeCall("inner"):
            return f"⟨{parts[0]}, {parts[1]}⟩"
        case WholeCall("expm_derivative"):
            return f"Dexpm({parts[0]})[{parts[1]}]"
        case WholeCall(op, args, axis):
            below = JOINED.get(op, ",").join([*parts[len(args) :], *([] if axis is None else [AXES[axis]])])
            name = WHOLE.get(op, op) + (f"_({below})" if op in JOINED else f"_{below}" if below else "")
            name += "ᵀ" if op == "cumsum_reversed" else ""
            inner = parts[0] + (f"; {', '.join(parts[1 : len(args)])}" if len(args) > 1 else "") if args else ""
            return f"{name}({inner})" if args else name
        case Stacked():
            return f"[{'; '.join(parts)}]"
        case Part(arg):
            whole = parts[0] if isinstance(arg, Stacked) else f"({parts[0]})"
            return f"{whole}_({parts[1]}…{parts[2]})"
        case Cases(pairs):
            listed = [f"{parts[2 * k]} if {parts[2 * k + 1]}" for k in range(len(pairs))]
            return f"({', '.join(listed)}, else {parts[-1]})"
        case Einstein(spec):
            words, over, output = indices(spec)
            product = " ".join(f"({part})_{word}" if word else part for part, word in zip(parts, words, strict=True))
            return f"[{f'Σ_{over} ' if over else ''}{product}]" + (f"_{output}" if output else "")
    raise TypeError(f"no text for {type(item).__name__}")


def _related(item: Formula, parts: list[str]) -> str:
    """Derivatives, relations, shapes, lists and signs."""
    match item:
        case Partial(_, _, kind):
            d = "d" if kind == "total" else "∂"
            return f"{d}{parts[0]}/{d}{parts[1]}"
        case Matrix(rows):
            cells = iter(parts)
            return "[" + "; ".join(", ".join(next(cells) for _ in row) for row in rows) + "]"
        case Related(_, signs):
            return parts[0] + "".join(f" {sign} {part}" for sign, part in zip(signs, parts[1:], strict=True))
        case Extent():
            return f"({' × '.join(parts)})"
        case Listed():
            return ", ".join(parts)
        case Interval(_, _, closed):
            return f"[{parts[0]}, {parts[1]}]" if closed else f"({parts[0]}, {parts[1]})"
        case Sign(text):
            return text
    raise TypeError(f"no text for {type(item).__name__}")
