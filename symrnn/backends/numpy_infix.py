"""A scalar expression in one line of Python, in functions that NumPy has."""

from __future__ import annotations

import sympy

from symrnn.errors import EmitError
from symrnn.ir import is_slot
from symrnn.ops.elementwise import Head

NATIVE = {
    "exp": "np.exp",
    "log": "np.log",
    "sqrt": "np.sqrt",
    "sin": "np.sin",
    "cos": "np.cos",
    "tanh": "np.tanh",
    "magnitude": "np.abs",
    "maximum": "np.maximum",
    "minimum": "np.minimum",
    "expm1": "np.expm1",
    "log1p": "np.log1p",
    "floor": "np.floor",
    "mod": "np.mod",
}

SUM, PRODUCT, ATOM = 1, 2, 3


def number(value: sympy.Expr) -> str:
    """A finite number as Python writes it."""
    if value.is_Integer:
        return str(int(value))
    as_float = float(value)
    if as_float != as_float or as_float in (float("inf"), float("-inf")):
        raise EmitError(f"{value} is no finite number")
    return repr(as_float)


def infix(expr: sympy.Expr, operands: list[str]) -> tuple[str, int]:
    """A scalar expression in Python, and how tightly it binds."""
    if isinstance(expr, sympy.Symbol):
        return (operands[int(expr.name[1:])] if is_slot(expr) else expr.name), ATOM
    if expr.is_Number:
        return number(expr), ATOM if expr >= 0 else SUM
    if isinstance(expr, Head):
        args = [infix(a, operands)[0] for a in expr.args]
        if expr.op.name == "heaviside":
            return f"np.heaviside({args[0]}, 0.0)", ATOM
        if expr.op.name not in NATIVE:
            raise EmitError(f"the NumPy backend has no {expr.op.name}; give it a kernel form in its file of symrnn/ops")
        return f"{NATIVE[expr.op.name]}({', '.join(args)})", ATOM
    if isinstance(expr, sympy.Add):
        text = ""
        for term in sorted(expr.args, key=lambda t: bool(t.could_extract_minus_sign())):
            minus = bool(term.could_extract_minus_sign())
            part = _bound(-term if minus else term, operands, PRODUCT if minus else SUM)
            text += (" - " if text else "-") + part if minus else (" + " if text else "") + part
        return text, SUM
    if isinstance(expr, sympy.Mul):
        top, bottom = sympy.fraction(expr)
        if bottom != 1:
            return f"{_bound(top, operands, PRODUCT)} / {_bound(bottom, operands, ATOM)}", PRODUCT
        sign, rest = ("-", -expr) if expr.could_extract_minus_sign() else ("", expr)
        return sign + " * ".join(_bound(f, operands, PRODUCT) for f in sympy.Mul.make_args(rest)), PRODUCT
    if isinstance(expr, sympy.Pow):
        if expr.exp == -1:
            return f"1 / {_bound(expr.base, operands, ATOM)}", PRODUCT
        return f"{_bound(expr.base, operands, ATOM)} ** {_bound(expr.exp, operands, ATOM)}", PRODUCT
    raise EmitError(f"the NumPy backend cannot write {type(expr).__name__}")


def _bound(expr: sympy.Expr, operands: list[str], least: int) -> str:
    text, binding = infix(expr, operands)
    return text if binding >= least else f"({text})"
