"""What the signs and functions that occur in a document mean: a line of the table of notation for each."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symrnn.document.arithmetic import inverse, kronecker, product, transposed
from symrnn.document.draft import Draft
from symrnn.document.folding import walk
from symrnn.document.formula import (
    Einstein,
    Formula,
    Identity,
    ImaginaryUnit,
    Indicator,
    Inverse,
    Kronecker,
    Number,
    Ones,
    Part,
    Scaled,
    Sign,
    Stacked,
    Sum,
    Symbol,
    WholeCall,
    Zeros,
)
from symrnn.document.model import Text

A, B, E, M, V = (Symbol(name) for name in ("A", "B", "E", "M", "v"))
ARGUMENTS = {"expm": (A,), "expm_derivative": (A, E), "vec": (M,), "diagonal": (M,), "inner": (A, B)}
AXES = ("down", "along")
COMMUTATION = "K"
Key = tuple[str, int | None, tuple[Formula, ...]]


def vocabulary(draft: Draft, formulas: Iterable[Formula]) -> list[tuple[Text, Text]]:
    """The signs and functions in the formulas, by first use, and their meaning; what everybody knows is left out."""
    found: dict[object, tuple[Text, Text]] = {}
    for part in (part for formula in formulas for part in walk(formula)):
        key = _key(part)
        if key is not None and key not in found:
            found[key] = _line(draft, part)
    return list(found.values())


def _key(part: Formula) -> object:
    """What a part is explained as; None if it needs no explanation."""
    match part:
        case WholeCall("mat", _, axis):
            return "mat", axis
        case WholeCall("part"):
            return "part"
        case WholeCall("cumsum" | "K" as name, ()):
            return name, ()
        case WholeCall(op, _, axis, options):
            return op, axis, options
        case Ones(size) | Identity(size):
            return type(part) if size is not None else None
        case Stacked() | Part() | Zeros() | ImaginaryUnit() | Inverse() | Kronecker() | Einstein():
            return type(part)
        case Indicator():
            return Indicator
    return None


def _line(draft: Draft, part: Formula) -> tuple[Text, Text]:
    """The symbol and what it means."""
    n, j, k = Symbol("n"), Symbol("j"), Symbol("k")
    match part:
        case WholeCall("K"):
            vec, result = WholeCall("vec", (M,)), WholeCall("vec", (transposed(M),))
            shown = WholeCall(COMMUTATION, (), None, (n, Symbol("m")))
            return (shown,), draft.phrase("commutation", vec=vec, result=result)
        case WholeCall("cumsum", ()):
            return (WholeCall("cumsum", (), None, (n,)),), draft.phrase("cumsum_matrix")
        case WholeCall():
            return _function(draft, part)
        case Ones():
            return (Ones(n),), draft.phrase("ones_vector")
        case Zeros():
            return (Zeros(n),), draft.phrase("zeros_vector")
        case Identity():
            return (Identity(n),), draft.phrase("identity")
        case ImaginaryUnit():
            return (part,), draft.phrase("imaginary_unit")
        case Inverse():
            return (inverse(A),), draft.phrase("inverse")
        case Stacked():
            return (Stacked((Symbol("a"), Symbol("b"))),), draft.phrase("stacked")
        case Part():
            return (Part(V, j, k),), draft.phrase("entries")
        case Indicator():
            return (Indicator(Symbol("a"), ">", Symbol("b")),), draft.phrase("indicator")
        case Kronecker():
            vec = WholeCall("vec", (M,))
            result = WholeCall("vec", (product([A, M, transposed(B)]),))
            return (kronecker([A, B]),), draft.phrase("kronecker", map=kronecker([A, B]), vec=vec, result=result)
    return (Sign("Σ"),), draft.phrase("einstein")


def _function(draft: Draft, call: WholeCall) -> tuple[Text, Text]:
    """A function applied to a letter."""
    arguments = ARGUMENTS.get(call.op, (M if call.axis is not None else V,))
    options = call.options
    pieces: dict[str, Formula | str] = {}
    match call.op:
        case "softmax" | "logsumexp" | "cumsum" | "cumsum_reversed":
            pieces["axis"] = "" if call.axis is None else draft.words(AXES[call.axis])
            if call.op == "cumsum_reversed":
                pieces["cumsum"] = WholeCall("cumsum", (), call.axis)
        case "expm_derivative":
            step = Symbol("epsilon")
            moved = Sum(((1, A), (1, Scaled((step, E)))))
            pieces = {"moved": WholeCall("expm", (moved,)), "step": step}
        case "mat":
            options = (Symbol("n"), Symbol("m"))
        case "part":
            options = (Number(Fraction(1)), options[1])
            pieces = {"count": str(options[1].value) if isinstance(options[1], Number) else ""}
    return (WholeCall(call.op, arguments, call.axis, options),), draft.phrase(call.op, **pieces)
