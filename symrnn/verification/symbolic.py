"""Equations evaluated over SymPy expressions, with SymPy's own functions: what ``diff`` is applied to.

SymPy is given real expressions alone: a complex value is a pair of them, because SymPy does not see that a distinction
of cases between real values is real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from symrnn.ops import REGISTRY
from symrnn.sympy_whole import WHOLE, indicator, where
from symrnn.verification.oracle import Domain
from symrnn.verification.whole import Whole

Array = Any


@dataclass(frozen=True)
class Complex:
    """A complex value as two real expressions."""

    real: Any
    imag: Any

    def __add__(self, other: Any) -> Complex:
        z = _complex(other)
        return Complex(self.real + z.real, self.imag + z.imag)

    def __neg__(self) -> Complex:
        return Complex(-self.real, -self.imag)

    def __sub__(self, other: Any) -> Complex:
        return self + -_complex(other)

    def __rsub__(self, other: Any) -> Complex:
        return _complex(other) + -self

    def __mul__(self, other: Any) -> Complex:
        z = _complex(other)
        return Complex(self.real * z.real - self.imag * z.imag, self.real * z.imag + self.imag * z.real)

    def __truediv__(self, other: Any) -> Complex:
        z = _complex(other)
        square = z.real**2 + z.imag**2
        product = self * Complex(z.real, -z.imag)
        return Complex(product.real / square, product.imag / square)

    def __rtruediv__(self, other: Any) -> Complex:
        return _complex(other) / self

    def __pow__(self, exponent: Any) -> Complex:
        power = Complex(sympy.Integer(1), sympy.Integer(0))
        for _ in range(abs(int(exponent))):
            power = power * self
        return power if exponent >= 0 else 1 / power

    __radd__, __rmul__ = __add__, __mul__

    @property
    def modulus(self) -> Any:
        """The absolute value."""
        return sympy.sqrt(self.real**2 + self.imag**2)


def _complex(value: Any) -> Complex:
    return value if isinstance(value, Complex) else Complex(sympy.sympify(value, strict=True), sympy.Integer(0))


def of_parts(parts: list[Array]) -> Array:
    """The entries of a real value, or of one that has a real and an imaginary part."""
    return parts[0] if len(parts) == 1 else np.frompyfunc(Complex, 2, 1)(*parts)


def part_of(value: Array, part: str | None) -> Array:
    """The real or imaginary part of every entry, or the entries of a real value."""
    return value if part is None else np.frompyfunc(_real if part == "re" else _imag, 1, 1)(value)


def _real(value: Any) -> Any:
    return value.real if isinstance(value, Complex) else value


def _imag(value: Any) -> Any:
    return value.imag if isinstance(value, Complex) else sympy.Integer(0)


def _apply(op: str, args: list[Array]) -> Array:
    """An elementwise function by its definition; ``COMPLEX`` says what it is of complex values."""
    complex = any(isinstance(v, Complex) for a in args for v in a.flat)
    definition = COMPLEX[op] if complex else where if op == "where" else REGISTRY[op].definition
    return np.frompyfunc(definition, len(args), 1)(*args)


def _exp(z: Any) -> Any:
    z = _complex(z)
    return Complex(sympy.exp(z.real) * sympy.cos(z.imag), sympy.exp(z.real) * sympy.sin(z.imag))


def _where(test: Any, yes: Any, no: Any) -> Any:
    a, b = _complex(yes), _complex(no)
    return Complex(where(test, a.real, b.real), where(test, a.imag, b.imag))


def _modrelu(z: Any, b: Any) -> Any:
    """The modulus moved by b and kept from below by 0, the phase kept."""
    z = _complex(z)
    size = z.modulus
    return Complex(*(sympy.Piecewise((part * (1 + b / size), size + b > 0), (0, True)) for part in (z.real, z.imag)))


def _of_matrices(name: str) -> Callable[..., Array]:
    """A function of SymPy matrices, for arrays of expressions."""

    def apply(*args: Array) -> Array:
        result = WHOLE[name](*(sympy.ImmutableDenseMatrix(*a.shape, list(a.flat)) for a in args))
        return np.array(list(result), dtype=object).reshape(result.shape)

    return apply


COMPLEX: dict[str, Callable[..., Any]] = {
    "exp": _exp,
    "where": _where,
    "magnitude": lambda z: _complex(z).modulus,
    "modrelu": _modrelu,
}
EXPRESSIONS = Whole(
    lambda fraction: sympy.Rational(fraction.numerator, fraction.denominator),
    sympy.exp,
    sympy.log,
    sympy.sqrt,
    lambda z: sympy.Max(z, -z),
    _real,
    _imag,
    _of_matrices("solve"),
    _of_matrices("expm"),
)
SYMBOLIC = Domain(_apply, EXPRESSIONS, indicator, Complex(sympy.Integer(0), sympy.Integer(1)))
