"""What an author handles in the body of a cell: expressions of signals, parameters and numbers.

An ``Expr`` is a tree and the shape it has. Its operators check shapes at once, so that an error is raised at the
author's line; the trees alone go into the record. A comparison is an expression as well, of the values 1 and 0.
"""

from __future__ import annotations

import numbers
import operator
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NoReturn, SupportsIndex

from symrnn.cell_text import tree_text
from symrnn.complex_values import complex_number, is_complex, leaf_is_complex
from symrnn.errors import CellError
from symrnn.notation import Names
from symrnn.ops import magnitude
from symrnn.ops.elementwise import Elementwise
from symrnn.ops.structural import Unsized
from symrnn.record import Shape
from symrnn.scope import NoValue, Scope, exact
from symrnn.shape_rules import joint_shape, product_shape
from symrnn.structural_shapes import composed, unsized
from symrnn.tree import Apply, Arith, Compare, Named, Number, Param, Product, Ref, Structural, Transpose, Tree
from symrnn.unify import ONE

MAX_DEPTH = 200
MAX_NODES = 100_000
MAX_POWER = 64
MAX_DELAY = 10_000
# What an operator between a NumPy number or array and an expression is of the expression.
MIRRORED = {
    "add": "__radd__", "subtract": "__rsub__", "multiply": "__rmul__", "divide": "__rtruediv__",
    "true_divide": "__rtruediv__", "remainder": "__rmod__", "power": "__rpow__", "matmul": "__rmatmul__",
    "less": "__gt__", "less_equal": "__ge__", "greater": "__lt__", "greater_equal": "__le__",
}  # fmt: skip


class Expr:
    """An expression of a cell: a tree with a shape. A vector is (n), a matrix (rows, columns), a scalar (1)."""

    __slots__ = ("complex", "depth", "nodes", "scope", "shape", "static", "tree")
    __hash__ = object.__hash__

    def __init__(self, tree: Tree, shape: Shape, scope: Scope, parts: tuple[Expr, ...] = ()) -> None:
        self.tree = tree
        self.shape = shape
        self.scope = scope
        self.depth: int = 1 + max((part.depth for part in parts), default=0)
        self.nodes: int = 1 + sum(part.nodes for part in parts)
        self.static: bool = all(part.static for part in parts) if parts else _leaf_is_static(tree, scope)
        self.complex: bool = is_complex(tree, parts) if parts else leaf_is_complex(tree, scope)
        if self.depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise CellError(
                f"an equation nests at most {MAX_DEPTH} operations and holds at most {MAX_NODES}; "
                "give a part of it a name of its own"
            )

    @property
    def T(self) -> Expr:
        """The transpose; of a vector the row, of shape (1, n)."""
        self._check()
        shape = (ONE, self.shape[0]) if len(self.shape) == 1 else (self.shape[1], self.shape[0])
        return Expr(Transpose(self.tree), shape, self.scope, (self,))

    def delay(self, steps: SupportsIndex) -> Expr:
        """The value ``steps`` steps before t, wherever it stands; only states and inputs are remembered."""
        self._check()
        name = _plain(self.tree) if isinstance(self.tree, Ref) else "s"
        if not isinstance(self.tree, Ref) or name not in self.scope.remembered:
            raise CellError(
                f"{self} is not a state; only states and inputs are remembered. "
                f"Declare {name} = State() to read its previous value"
            )
        count = _index(steps)
        if count is None or not 1 <= count <= MAX_DELAY:
            raise CellError(f"{name}.delay({steps!r}): a delay is a whole number of steps from 1 to {MAX_DELAY}")
        if self.tree.lag > self.scope.remembered[name]:
            raise CellError(f"{self} is delayed already; delays are counted from t, so write {name}.delay(…) once")
        return Expr(Ref(name, count), self.shape, self.scope)

    def apply(self, op: Elementwise, args: tuple[Any, ...]) -> Expr:
        """Record an elementwise function of operands (expressions or numbers) and of the numbers after them."""
        parts = tuple(self._operand(arg) for arg in args)
        for part in parts[op.arity :]:
            if not isinstance(part.tree, Number):
                raise CellError(f"{op.name}() takes a number after its operands, not {part}")
        tree = Apply(op.name, tuple(part.tree for part in parts))
        return Expr(tree, joint_shape(parts[: op.arity], op.name), self.scope, parts)

    def compose(self, name: str, args: tuple[Any, ...], options: Mapping[str, Any]) -> Expr:
        """Record a function of whole values, from the closed list of ``symrnn.ops.structural``."""
        parts = tuple(self._operand(arg) for arg in args)
        if name == "equal":
            return self._compare(parts[0], "==", parts[1])
        shape, settled = composed(name, parts, options)
        return Expr(Structural(name, tuple(part.tree for part in parts), settled), shape, self.scope, parts)

    def __add__(self, other: Expr | complex) -> Expr:
        return self._arith("+", self, other)

    def __radd__(self, other: Expr | complex) -> Expr:
        return self._arith("+", other, self)

    def __sub__(self, other: Expr | complex) -> Expr:
        return self._arith("-", self, other)

    def __rsub__(self, other: Expr | complex) -> Expr:
        return self._arith("-", other, self)

    def __mul__(self, other: Expr | complex) -> Expr:
        return self._arith("*", self, other)

    def __rmul__(self, other: Expr | complex) -> Expr:
        return self._arith("*", other, self)

    def __truediv__(self, other: Expr | complex) -> Expr:
        return self._arith("/", self, other)

    def __rtruediv__(self, other: Expr | complex) -> Expr:
        return self._arith("/", other, self)

    def __pow__(self, other: Expr | complex) -> Expr:
        return self._arith("**", self, other)

    def __rpow__(self, other: Expr | complex) -> Expr:
        return self._arith("**", other, self)

    def __neg__(self) -> Expr:
        self._check()
        return Expr(Arith("neg", (self.tree,)), self.shape, self.scope, (self,))

    def __pos__(self) -> Expr:
        return self

    def __abs__(self) -> Expr:
        return self.apply(magnitude, (self,))

    def __matmul__(self, other: Expr) -> Expr:
        self._check()
        return _product(self, self._operand(other))

    def __rmatmul__(self, other: Expr) -> Expr:
        self._check()
        return _product(self._operand(other), self)

    def __mod__(self, other: Expr | float) -> Expr:
        return self._arith("%", self, other)

    def __rmod__(self, other: Expr | float) -> Expr:
        return self._arith("%", other, self)

    def __getitem__(self, key: SupportsIndex) -> Expr:
        self._check()
        count = _index(key)
        if not isinstance(self.tree, Param) or self.tree.copy is not None or count is None or count < 0:
            raise CellError(
                f"{self}[{key!r}]: an index from 0 names a copy of a block or of a single parameter; "
                "parts of a vector come from split(v, k)"
            )
        return Expr(Param(self.tree.name, count), self.shape, self.scope)

    def __lt__(self, other: Expr | float) -> Expr:
        return self._compare(self, "<", other)

    def __le__(self, other: Expr | float) -> Expr:
        return self._compare(self, "<=", other)

    def __gt__(self, other: Expr | float) -> Expr:
        return self._compare(self, ">", other)

    def __ge__(self, other: Expr | float) -> Expr:
        return self._compare(self, ">=", other)

    def __eq__(self, other: object) -> bool:
        message = f"{self} == … has no truth value while the cell is being recorded; a condition is equal(a, b)"
        return self._whole(message) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __index__(self) -> int:
        return self._whole(f"{self} is not an integer Constant, so it cannot count or index")

    def __bool__(self) -> NoReturn:
        raise _no_truth(str(self))

    def __iter__(self) -> NoReturn:
        raise CellError(f"{self} cannot be iterated over; an equation holds for the whole vector at once")

    def __float__(self) -> NoReturn:
        raise CellError(
            f"{self} is not a number while the cell is being recorded; use the functions of symrnn.ops, e.g. sqrt(v), "
            "instead of those of math"
        )

    __int__ = __complex__ = __float__

    def __round__(self, digits: int = 0) -> NoReturn:
        raise CellError(f"{self} cannot be rounded while the cell is being recorded; rounding has no derivative")

    def __call__(self, *others: object) -> NoReturn:
        raise CellError(f"{self} is no function; a matrix acts on a vector by @, e.g. W.i @ x, and * is elementwise")

    def __len__(self) -> NoReturn:
        raise CellError(f"the length of {self} is a symbol; name it, n_k = Size(), and declare by it, e.g. State(n_k)")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Expr:
        """Operators with NumPy numbers are ours; NumPy's functions of numbers are not those of expressions."""
        mirrored = MIRRORED.get(ufunc.__name__)
        if method == "__call__" and mirrored is not None and not isinstance(inputs[0], Expr):
            number = inputs[0][()] if getattr(inputs[0], "shape", None) == () else inputs[0]  # not an array of one
            value: Expr = getattr(self, mirrored)(number)
            return value
        raise CellError(
            f"np.{ufunc.__name__} takes numbers, and {self} is none while the cell is being recorded; use operators "
            "and the functions of symrnn.ops, e.g. tanh(v)"
        )

    def __repr__(self) -> str:
        return tree_text(self.tree, Names(static=frozenset(self.scope.static)), brief=True)

    def _check(self) -> None:
        """Overridden where an expression cannot be used yet."""

    def _whole(self, message: str) -> int:
        value = self.scope.numbers.get(self.tree.name) if isinstance(self.tree, Named) else None
        if not isinstance(value, int):
            raise CellError(f"{message}; only Python values and integer Constants can steer the recording")
        return value

    def _operand(self, value: object) -> Expr:
        """Whatever stands in an equation as an expression of this cell, or an error that says what it is."""
        self._check()
        if isinstance(value, Expr):
            value._check()
            if value.scope is not self.scope:
                raise CellError(f"{value} belongs to another cell")
            return value
        if isinstance(value, NoValue):
            value._refuse()
        if isinstance(value, Unsized):
            return _sized(value, self.scope)
        if isinstance(value, numbers.Complex) and not isinstance(value, numbers.Real):
            return Expr(complex_number(complex(value)), (ONE,), self.scope)
        return Expr(Number(exact(value)), (ONE,), self.scope)

    def _compare(self, left: object, op: str, right: object) -> Expr:
        parts = (self._operand(left), self._operand(right))
        return Expr(Compare(op, parts[0].tree, parts[1].tree), joint_shape(parts, op), self.scope, parts)

    def _arith(self, op: str, left: object, right: object) -> Expr:
        parts = (self._operand(left), self._operand(right))
        power = parts[1].tree
        if op == "**" and isinstance(power, Number) and abs(power.value) > MAX_POWER:
            raise CellError(f"{parts[0]} ** {right}: constant exponents go up to {MAX_POWER}")
        if op in "/%" and power == Number(Fraction(0)):
            raise CellError(f"{parts[0]} {op} 0 divides by zero")
        return Expr(Arith(op, (parts[0].tree, parts[1].tree)), joint_shape(parts, op), self.scope, parts)


def _product(left: Expr, right: Expr) -> Expr:
    for part, other in ((left, right), (right, left)):
        if isinstance(part.tree, Number):
            raise CellError(f"@ is the matrix product; scale {other} by {part} with *")
    return Expr(Product(left.tree, right.tree), product_shape(left, right), left.scope, (left, right))


def _sized(value: Unsized, scope: Scope) -> Expr:
    """``ones()`` or ``eye()`` as an expression of this cell, of a size that is open as yet."""
    shape, options = unsized(value.name, scope.sizes.unknown())
    made = Expr(Structural(value.name, (), options), shape, scope)
    return made.T if value.transposed else made


def _index(value: object) -> int | None:
    """An integer or an integer Constant as an int, None for anything else."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    return operator.index(value)


def _plain(ref: Ref) -> str:
    """The author's name of a signal: recorded versions carry a number after an @."""
    return ref.name.partition("@")[0]


def _leaf_is_static(tree: Tree, scope: Scope) -> bool:
    return not isinstance(tree, Ref) or tree.name in scope.static


def _no_truth(text: str) -> CellError:
    return CellError(
        f"{text} has no truth value while the cell is being recorded; write where(condition, a, b), maximum(a, b) or "
        "minimum(a, b), or let a Python value decide"
    )
