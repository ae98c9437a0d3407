"""A scalar expression as a sequence of NumPy calls that write into given arrays.

Several forms of an expression are tried (as it stands, factored, in Horner's form for each of its symbols) and the one
with the fewest calls is taken; the first of equals, so the text is the same everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import sympy

from symrnn.backends.numpy_infix import ATOM, NATIVE, infix, number
from symrnn.errors import EmitError
from symrnn.ir import is_slot
from symrnn.ops.elementwise import Head

MOST_TERMS = 16  # of an expression that is multiplied out for Horner's form


@dataclass(frozen=True)
class Call:
    """``function(*args, out=out)``."""

    function: str
    args: tuple[str, ...]
    out: str

    def __str__(self) -> str:
        if self.function == "np.copyto":
            return f"np.copyto({self.out}, {self.args[0]})"
        return f"{self.function}({', '.join(self.args)}, out={self.out})"


def spelt(expr: sympy.Expr, accurate: bool) -> sympy.Expr:
    """``expr`` with every function that NumPy lacks written in functions that it has."""
    for head in sorted(expr.atoms(Head), key=str):
        form = (head.op.stable if accurate else None) or head.op.kernel
        if form and head.op.name not in NATIVE:
            expr = expr.xreplace({head: form(*head.args)})
            return spelt(expr, accurate)
    return expr


def calls(expr: sympy.Expr, operands: list[str], out: str, scratch: Callable[[int], str], accurate: bool) -> list[Call]:
    """The calls that put ``expr`` over ``operands`` into ``out``; ``scratch(k)`` names the k-th temporary."""
    best: list[Call] | None = None
    for form in forms(expr, accurate):
        writer = _Writer(operands, scratch)
        writer.place(form, out)
        if best is None or len(writer.calls) < len(best):
            best = writer.calls
    assert best is not None
    return best


@lru_cache(maxsize=4096)
def forms(expr: sympy.Expr, accurate: bool) -> tuple[sympy.Expr, ...]:
    """Equal expressions worth trying, in functions that NumPy has."""
    expr = spelt(expr, accurate)
    forms = [expr]
    if not expr.atoms(Head) and expr.is_polynomial():
        forms.append(sympy.factor_terms(expr))
        if _multiplied_out(expr) <= MOST_TERMS:
            terms = sympy.Add.make_args(sympy.expand(expr))
            # A symbol that stands in one term alone has nothing in common with the others.
            shared = [s for s in sorted(expr.free_symbols, key=str) if sum(s in t.free_symbols for t in terms) > 1]
            forms += [sympy.horner(expr, wrt=symbol) for symbol in shared]
    return tuple(dict.fromkeys(forms))


def _multiplied_out(expr: sympy.Expr) -> int:
    """How many terms an expression has when it is multiplied out, at most."""
    if isinstance(expr, sympy.Add):
        return sum(map(_multiplied_out, expr.args))
    if isinstance(expr, sympy.Mul):
        return math.prod(map(_multiplied_out, expr.args))
    if isinstance(expr, sympy.Pow) and expr.exp.is_Integer:
        return int(_multiplied_out(expr.base) ** abs(int(expr.exp)))
    return 1


@dataclass
class _Writer:
    """Writes calls; temporaries are taken and given back like a stack."""

    operands: list[str]
    scratch: Callable[[int], str]
    calls: list[Call] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    made: int = 0

    def place(self, expr: sympy.Expr, out: str) -> None:
        """Compute ``expr`` into ``out``, by a copy if it is a bare operand."""
        value = self.value(expr, out)
        if value != out:
            self.calls.append(Call("np.copyto", (value,), out))

    def value(self, expr: sympy.Expr, target: str | None) -> str:
        """The name under which ``expr`` can be read; calls write into ``target``, or a temporary where it is None."""
        if isinstance(expr, sympy.Symbol):
            return self.operands[int(expr.name[1:])] if is_slot(expr) else expr.name
        if expr.is_Number:
            return number(expr)
        if not expr.free_symbols:
            return number(expr.evalf(17))
        if not expr.atoms(Head) and not any(map(is_slot, expr.free_symbols)):  # of named constants: a Python number
            text, binding = infix(expr, [])
            return text if binding == ATOM else f"({text})"
        out = target if target is not None else self.take()
        if isinstance(expr, Head):
            self.apply(expr, out)
        elif isinstance(expr, sympy.Add):
            self.sum(expr, out)
        elif isinstance(expr, sympy.Mul):
            self.product(expr, out)
        elif isinstance(expr, sympy.Pow):
            self.power(expr.base, expr.exp, out)
        else:
            raise EmitError(f"the NumPy backend cannot write {type(expr).__name__}")
        return out

    def take(self) -> str:
        """A temporary that is not in use."""
        if self.free:
            return self.scratch(self.free.pop())
        self.made += 1
        return self.scratch(self.made - 1)

    def give(self, name: str) -> None:
        """Give a temporary back; anything else is ignored."""
        for k in range(self.made):
            if self.scratch(k) == name and k not in self.free:
                self.free.append(k)

    def call(self, function: str, args: Iterable[str], out: str) -> None:
        args = tuple(args)
        self.calls.append(Call(function, args, out))
        for name in args:
            if name != out:
                self.give(name)

    def values(self, parts: Iterable[sympy.Expr], out: str) -> list[str]:
        """The values of several parts; the first that needs calls may use ``out``."""
        names = []
        target: str | None = out
        for part in parts:
            bare = isinstance(part, sympy.Symbol) or part.is_Number
            names.append(self.value(part, None if bare else target))
            target = target if bare else None
        return names

    def apply(self, expr: Head, out: str) -> None:
        args = self.values(expr.args, out)
        if expr.op.name == "heaviside":
            self.call("np.heaviside", (*args, "0.0"), out)
        elif expr.op.name in NATIVE:
            self.call(NATIVE[expr.op.name], args, out)
        else:
            raise EmitError(f"the NumPy backend has no {expr.op.name}; give it a kernel form in its file of symrnn/ops")

    def sum(self, expr: sympy.Expr, out: str) -> None:
        terms = sorted(expr.args, key=lambda t: (negative(t), t.is_Number and t.is_negative))
        signs = [negative(t) for t in terms]
        names = self.values([-t if s else t for t, s in zip(terms, signs, strict=True)], out)
        self.chain(list(zip(signs, names, strict=True)), ("np.add", "np.subtract", "np.negative"), out)

    def product(self, expr: sympy.Expr, out: str) -> None:
        coefficient, rest = expr.as_coeff_Mul()
        factors = sympy.Mul.make_args(rest)
        below = [isinstance(f, sympy.Pow) and bool(f.exp.is_negative) for f in factors]
        parts = [(False, coefficient)] if abs(coefficient) != 1 else []
        parts += sorted(
            ((under, 1 / f if under else f) for f, under in zip(factors, below, strict=True)), key=lambda p: p[0]
        )
        names = self.values([f for _, f in parts], out)
        if coefficient == -1 and len(parts) == 1 and not parts[0][0]:
            self.call("np.negative", names, out)
            return
        self.chain(
            [(under, n) for (under, _), n in zip(parts, names, strict=True)],
            ("np.multiply", "np.divide", "np.reciprocal"),
            out,
        )
        if coefficient == -1:
            self.call("np.negative", (out,), out)

    def chain(self, parts: list[tuple[bool, str]], functions: tuple[str, str, str], out: str) -> None:
        """Combine values from left to right into ``out``; a part that lies in ``out`` already is read first.

        ``functions`` are the operation, its inverse (for parts marked True) and the inverse of a single value.
        """
        parts = sorted(parts, key=lambda p: (p[0], p[1] != out))
        inverse, total = parts.pop(0)
        if inverse:
            self.call(functions[2], (total,), out)
            total = out
        for inverse, name in sorted(parts, key=lambda p: p[1] != out):
            self.call(functions[inverse], (total, name), out)
            total = out
        if not parts and total != out:
            self.call("np.copyto", (total,), out)

    def power(self, base: sympy.Expr, exponent: sympy.Expr, out: str) -> None:
        if exponent == -1:
            self.call("np.reciprocal", (self.value(base, out),), out)
            return
        if exponent.is_Integer and 2 <= exponent <= 4:
            name = self.values([base], out)[0]
            if name == out and exponent == 3:
                name = self.take()
                self.calls.append(Call("np.copyto", (out,), name))
            self.call("np.multiply", (name, name), out)
            if exponent != 2:
                self.call("np.multiply", (out, name if exponent == 3 else out), out)
            return
        self.call("np.power", self.values([base, exponent], out), out)


def negative(term: sympy.Expr) -> bool:
    return bool(term.could_extract_minus_sign()) and not term.is_Add
