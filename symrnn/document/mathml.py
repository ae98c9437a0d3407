"""Formulas as presentation MathML, which every current browser typesets without a script."""

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
from symrnn.document.mathml_names import mi, mo, mrow, symbol
from symrnn.document.spelling import decimal, indices, ten
from symrnn.ops import REGISTRY

AXES, JOINED = ("↓", "→"), {"mat": "×", "part": "/", "K": "×"}
WHOLE = {"cumsum_reversed": "cumsum", "layer_norm": "LN", "rms_norm": "RMSNorm", "real": "Re", "imag": "Im"}
THIN = '<mspace width="0.17em"/>'


def mathml(formula: Formula, display: bool = False) -> str:
    """The formula as a ``math`` element; ``display`` gives sums and fractions their full size, prose keeps them low."""
    style = ' displaystyle="true"' if display else ""
    return f"<math{style}>{fold(formula, _rule if display else _inline)}</math>"


def _inline(item: Formula, parts: list[str]) -> str:
    if isinstance(item, Partial):
        d = mi("d" if item.kind == "total" else "∂")
        return mrow(d, parts[0], mo("/", "infix"), d, parts[1])
    return _rule(item, parts)


def enclosed(inner: str, left: str = "(", right: str = ")") -> str:
    """Brackets around a formula, as tall as it is; around a low one they keep the height of a letter."""
    if any(tag in inner for tag in ("<mfrac>", "<munderover>", "<mtable>")):
        return mrow(f'<mo form="prefix">{left}</mo>', inner, f'<mo form="postfix">{right}</mo>')
    return mrow(mo(left, "prefix"), inner, mo(right, "postfix"))


def _sized(sign: str, parts: list[str]) -> str:
    return f"<msub>{sign}{parts[0]}</msub>" if parts else sign


def _raised(base: str, above: str) -> str:
    """A superscript; over a subscript of the same symbol it stands above it."""
    if base.startswith("<msub>") and base.count("<msub>") == 1 and base.endswith("</msub>"):
        return f"<msubsup>{base.removeprefix('<msub>').removesuffix('</msub>')}{above}</msubsup>"
    return f"<msup>{base}{above}</msup>"


def _joined(parts: list[str], sign: str) -> str:
    return mrow(sign.join(parts))


def _rule(item: Formula, parts: list[str]) -> str:
    match item:
        case Symbol():
            return symbol(item)
        case Number(value) if value.denominator == 1:
            return f"<mn>{value}</mn>"
        case Number(value) if ten(value):
            return f"<msup><mn>10</mn>{mrow(mo('−', 'prefix'), f'<mn>{ten(value)}</mn>')}</msup>"
        case Number(value) if decimal(value):
            return f"<mn>{decimal(value)}</mn>"
        case Number(value):
            return f"<mfrac><mn>{value.numerator}</mn><mn>{value.denominator}</mn></mfrac>"
        case Adjoint(_, kind, sign):
            mark = mi(kind) if kind.isalpha() else mo(kind)
            return mrow(f"<msup>{mi(sign)}{mark}</msup>" if kind else mi(sign), parts[0])
        case Sum(terms):
            signs = [mo("−") if s < 0 else mo("+") if k else "" for k, (s, _) in enumerate(terms)]
            return mrow(*(s + p for s, p in zip(signs, parts, strict=True)))
        case Hadamard():
            return _joined(parts, mo("⊙"))
        case Scaled() | Product():
            return _joined(parts, THIN)
        case Run(items):
            return mrow(*(THIN if item == Sign("") else part for item, part in zip(items, parts, strict=True)))
        case Quotient():
            return f"<mfrac>{parts[0]}{parts[1]}</mfrac>"
        case Power():
            return _raised(parts[0], parts[1])
        case Transposed():
            return _raised(parts[0], mo("⊤"))
        case Inverse(Transposed(inner)):
            return _raised(fold(inner, _rule), mrow(mo("−", "prefix"), mo("⊤")))
        case Inverse():
            return _raised(parts[0], mrow(mo("−", "prefix"), "<mn>1</mn>"))
        case Kronecker():
            return _joined(parts, mo("⊗"))
        case Paren():
            return enclosed(parts[0])
    return _named(item, parts)


def _named(item: Formula, parts: list[str]) -> str:
    """Functions, and what has a notation of its own."""
    match item:
        case Call("sqrt"):
            return f"<msqrt>{parts[0]}</msqrt>"
        case Call("magnitude"):
            return enclosed(parts[0], "|", "|")
        case Call("floor"):
            return enclosed(parts[0], "⌊", "⌋")
        case Call("mod"):
            return enclosed(mrow(parts[0], mo("mod"), parts[1]))
        case Call(op) | Slope(op):
            name = mi(REGISTRY[op].text + ("′" if isinstance(item, Slope) else ""))
            options = mrow(mo(",").join(parts[len(item.args) :]))
            name = f"<msub>{name}{options}</msub>" if len(parts) > len(item.args) else name
            return mrow(name, enclosed(mo(",").join(parts[: len(item.args)]))) if parts else name
        case Indicator(_, sign):
            return mrow('<mn mathvariant="bold">1</mn>', enclosed(mrow(parts[0], mo(sign), parts[1]), "[", "]"))
        case Diagonal():
            return mrow(mi("diag"), enclosed(parts[0]))
        case Norm(_, kind):
            whole = enclosed(parts[0], "‖", "‖")
            return f"<msub>{whole}{mi('∞')}</msub>" if kind else whole
        case Ones() | Zeros():
            return _sized(f'<mn mathvariant="bold">{int(isinstance(item, Ones))}</mn>', parts)
        case Identity():
            return _sized(mi("I"), parts)
        case ImaginaryUnit():
            return '<mi mathvariant="normal">i</mi>'
        case WholeCall() | Stacked() | Part() | Cases() | Einstein():
            return _whole(item, parts)
        case Repeated(kind, index):
            below = mrow(mi(index), mo("="), parts[0])
            return mrow(f"<munderover>{mo('∑' if kind == 'sum' else '∏')}{below}{parts[1]}</munderover>", parts[2])
        case Matrix(rows):
            cells = iter(parts)
            lines = ("".join(f"<mtd>{next(cells)}</mtd>" for _ in row) for row in rows)
            return enclosed("<mtable>" + "".join(f"<mtr>{line}</mtr>" for line in lines) + "</mtable>")
    return _related(item, parts)


def _whole(item: Formula, parts: list[str]) -> str:
    """Functions of whole vectors and matrices."""
    match item:
        case WholeCall("inner"):
            return enclosed(mo(",").join(parts), "⟨", "⟩")
        case WholeCall("expm_derivative"):
            return mrow(mi("D"), mi("expm"), enclosed(parts[0]), enclosed(parts[1], "[", "]"))
        case WholeCall(op, args, axis):
            name = mi(WHOLE.get(op, op))
            below = [*parts[len(args) :], *([] if axis is None else [mo(AXES[axis])])]
            name = f"<msub>{name}{mrow(mo(JOINED.get(op, ',')).join(below))}</msub>" if below else name
            name = f"<msup>{name}{mo('⊤')}</msup>" if op == "cumsum_reversed" else name
            inner = (
                mo(";").join([parts[0], *([mo(",").join(parts[1 : len(args)])] if len(args) > 1 else [])])
                if args
                else ""
            )
            return mrow(name, enclosed(inner)) if args else name
        case Stacked():
            return enclosed(mo(";").join(parts), "[", "]")
        case Part(arg):
            whole = parts[0] if isinstance(arg, Stacked) else enclosed(parts[0])
            return f"<msub>{whole}{mrow(parts[1], mo('…'), parts[2])}</msub>"
        case Cases(pairs):
            rows = [(parts[2 * k], parts[2 * k + 1]) for k in range(len(pairs))] + [
                (parts[-1], "<mtext>otherwise</mtext>")
            ]
            cells = "".join(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>" for value, condition in rows)
            return mrow('<mo form="prefix">{</mo>', f'<mtable columnalign="left left">{cells}</mtable>')
        case Einstein(spec):
            words, over, output = indices(spec)
            factors = [f"<msub>{enclosed(p)}{mi(w)}</msub>" if w else p for p, w in zip(parts, words, strict=True)]
            product = _joined(factors, THIN)
            whole = enclosed(mrow(f"<munder>{mo('∑')}{mi(over)}</munder>", product) if over else product, "[", "]")
            return f"<msub>{whole}{mi(output)}</msub>" if output else whole
    raise TypeError(f"no MathML for {type(item).__name__}")


def _related(item: Formula, parts: list[str]) -> str:
    """Derivatives, relations, shapes, lists and signs."""
    match item:
        case Partial(_, _, kind):
            d = mi("d" if kind == "total" else "∂")
            return f"<mfrac>{mrow(d, parts[0])}{mrow(d, parts[1])}</mfrac>"
        case Related(_, signs):
            return mrow(parts[0], *(mo(s) + part for s, part in zip(signs, parts[1:], strict=True)))
        case Extent():
            return enclosed(mo("×").join(parts))
        case Listed():
            return mrow(mo(",").join(parts))
        case Interval(_, _, closed):
            low, high = "[]" if closed else "()"
            return enclosed(mrow(parts[0], mo(","), parts[1]), low, high)
        case Sign("(" | ")" | "‖" | "‖∞" as text):
            bracket = mo(text[0], "prefix" if text == "(" else "postfix")
            return f"<msub>{bracket}{mi('∞')}</msub>" if text[1:] else bracket
        case Sign("diag"):
            return mi("diag")
        case Sign(text):
            return mo(text.replace("-", "−")) if text else ""
    raise TypeError(f"no MathML for {type(item).__name__}")
