"""Size unification: which unknown length of a cell is which symbol.

Sizes are SymPy symbols, never numbers. Declared sizes, ``n_h`` and the sizes of inputs are rigid: two different ones
never become equal. Every length that an author left open is an unknown, bound in program order. The rows of a family
are *soft* unknowns: they take any size but one that an input brought along, because adding an input to a state would
otherwise tie the two lengths together silently; what nothing decides becomes the default, ``n_h``.
"""

from __future__ import annotations

import sympy

from symrnn.record import Shape


def size_symbol(name: str) -> sympy.Symbol:
    """The symbol of a size; the only place that makes one, so that equal names are equal symbols."""
    return sympy.Symbol(name, integer=True, positive=True)


HIDDEN = size_symbol("n_h")
ONE = sympy.Integer(1)


class Sizes:
    """The unknown lengths of one cell and what they have been bound to."""

    def __init__(self) -> None:
        self.bindings: dict[sympy.Symbol, sympy.Expr] = {}
        self.soft: set[sympy.Symbol] = set()
        self.brought: set[sympy.Symbol] = set()

    def unknown(self, soft: bool = False) -> sympy.Symbol:
        """A length that is not decided yet."""
        symbol: sympy.Symbol = sympy.Dummy("size", integer=True, positive=True)
        if soft:
            self.soft.add(symbol)
        return symbol

    def resolve(self, size: sympy.Expr) -> sympy.Expr:
        """The size with everything put in that is known so far."""
        while True:
            known = size.free_symbols & self.bindings.keys()
            if not known:
                return size
            size = size.xreplace({symbol: self.bindings[symbol] for symbol in known})

    def resolve_shape(self, shape: Shape) -> Shape:
        """Each length of a shape resolved."""
        return tuple(self.resolve(size) for size in shape)

    def unify(self, left: sympy.Expr, right: sympy.Expr) -> bool:
        """Make two lengths equal; False when they cannot be."""
        left, right = self.resolve(left), self.resolve(right)
        if left == right:
            return True
        if is_unknown(left) and is_unknown(right):
            # A soft length stays soft when it meets an open one: whatever is learnt later must suit both.
            if left in self.soft and right not in self.soft:
                left, right = right, left
            self.bindings[left] = right
            return True
        if is_unknown(left):
            return self._bind(left, right)
        if is_unknown(right):
            return self._bind(right, left)
        return self._solve(left, right)

    def unify_shapes(self, left: Shape, right: Shape) -> bool:
        """Make two shapes of the same rank equal, length by length; False when they cannot be."""
        return len(left) == len(right) and all(self.unify(a, b) for a, b in zip(left, right, strict=True))

    def settle(self, size: sympy.Expr, default: sympy.Expr | None) -> sympy.Expr | None:
        """The decided length at the end of a cell: open soft lengths take the default, None when one stays open."""
        size = self.resolve(size)
        for symbol in sorted(size.free_symbols, key=str):
            if is_unknown(symbol):
                if default is None or symbol not in self.soft:
                    return None
                self.bindings[symbol] = default
        return self.resolve(size)

    def _bind(self, unknown: sympy.Symbol, value: sympy.Expr) -> bool:
        if unknown in value.free_symbols:
            return False
        if unknown in self.soft and value.free_symbols & self.brought:
            return False
        self.bindings[unknown] = value
        return True

    def _solve(self, left: sympy.Expr, right: sympy.Expr) -> bool:
        """Solve a linear equation with one unknown; without an unknown, the two must be the same."""
        difference = sympy.expand(left - right)
        if difference == 0:
            return True
        unknowns = [symbol for symbol in difference.free_symbols if is_unknown(symbol)]
        if len(unknowns) != 1:
            return False
        factor = difference.coeff(unknowns[0])
        rest = sympy.expand(difference - factor * unknowns[0])
        if factor == 0 or unknowns[0] in rest.free_symbols | factor.free_symbols:
            return False
        value = -rest / factor
        if value.is_number and not (value.is_integer and value.is_positive):
            return False
        return self._bind(unknowns[0], value)


def is_unknown(size: sympy.Expr) -> bool:
    """Whether a length is a single open unknown."""
    return isinstance(size, sympy.Dummy)


def is_scalar(shape: Shape) -> bool:
    """Whether a value is a scalar: a vector of length 1."""
    return len(shape) == 1 and shape[0] == ONE


def shape_text(shape: Shape) -> str:
    """A shape as printed: ``(n_h, n_x)``, an open length as its default or ``?``."""
    return "(" + ", ".join(size_text(size) for size in shape) + ")"


def size_text(size: sympy.Expr) -> str:
    """A length as printed: ``n_h``, ``2*n_k``, an open one as ``?``."""
    return str(size.xreplace({s: sympy.Symbol("?") for s in size.free_symbols if is_unknown(s)}))
