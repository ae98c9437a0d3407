"""Trees of a reading recorded as expressions of a cell."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symrnn import ops
from symrnn.expr import Expr
from symrnn.ops import REGISTRY
from symrnn.ops.structural import NAMES as STRUCTURAL
from symrnn.reading.diagnostics import ReadError
from symrnn.reading.kinds import MATRIX
from symrnn.reading.literals import signed, subscript
from symrnn.reading.text import tree_text
from symrnn.reading.tree import (
    Binary,
    Call,
    Cases,
    Indicator,
    Inverse,
    Name,
    Negative,
    Number,
    Relation,
    Stack,
    Transposed,
)
from symrnn.tree import Number as Exact
from symrnn.unify import ONE

if TYPE_CHECKING:
    from symrnn.reading.cells import Builder

AXES = {"rightarrow": 1, "downarrow": 0}
MAX_POWER = 64


OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _opposite(test: Relation, other: Relation | None) -> bool:
    """Whether of two conditions one holds exactly where the other does not; at a single point it may be both."""
    if other is None or test.op not in OPPOSITE or other.op not in OPPOSITE:
        return False
    signs = {test.op, OPPOSITE[test.op]} if test.left == other.left and test.right == other.right else set()
    return other.op[0] in {sign[0] for sign in signs} and other.op[0] != test.op[0]


class Values:
    """Records the value of an equation, operation by operation."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder

    def of(self, node: Any) -> Any:
        """A value as an expression of the cell."""
        made = self._value(node)
        return made if isinstance(made, Expr) else self._number(made) if isinstance(made, Fraction) else made

    def _number(self, value: Fraction) -> Expr:
        return Expr(Exact(value), (ONE,), self.builder.body.scope)

    def _value(self, node: Any) -> Any:
        match node:
            case Number(value):
                return self._number(value)
            case Name():
                return self._name(node)
            case Negative(arg):
                return -self.of(arg)
            case Binary():
                return self._binary(node)
            case Transposed(arg):
                return self.of(arg).T
            case Inverse(arg):
                return self._inverse(arg)
            case Call():
                return self._call(node)
            case Stack(items):
                return ops.concat(*(self.of(item) for item in items))
            case Cases(rows):
                return self._cases(rows)
            case Indicator(relation):
                return self._test(relation)
        raise ReadError("UNSUPPORTED", node.span, f"{tree_text(node)} cannot be part of a cell's equation")

    def _name(self, node: Name) -> Any:
        head, _, label = node.name.partition("_")
        if node.name == "1":
            return ops.ones()
        if node.name == "1j":
            return 1j
        identity = head == "I" and node.time is None and (not label or label[0] in "ndmk")
        if identity and node.name not in self.builder.body:
            return ops.eye()
        return self.builder.name(node)

    def _binary(self, node: Binary) -> Any:
        if node.op == "@" and isinstance(node.left, Inverse):
            return ops.solve(self.of(node.left.arg), self.of(node.right))
        sums = node.op in ("+", "-")
        left, right = self._operand(node.left, sums), self._operand(node.right, sums)
        if node.op == "**" and isinstance(node.right, Number) and abs(node.right.value) > MAX_POWER:
            raise ReadError("UNSUPPORTED", node.right.span, f"constant exponents go up to {MAX_POWER}")
        table: dict[str, Callable[[], Any]] = {
            "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right,
            "@": lambda: left @ right, "**": lambda: left**right, "%": lambda: left % right,
        }  # fmt: skip
        if node.op not in table:
            raise ReadError("UNSUPPORTED", node.span, f"the sign {node.op} cannot be part of a cell's equation")
        return table[node.op]()

    def _operand(self, node: Any, sums: bool) -> Any:
        """An operand; in a sum a bold 1 is the number."""
        if sums and isinstance(node, Name) and node.name == "1":
            return self._number(Fraction(1))
        return self.of(node)

    def _inverse(self, arg: Any) -> Any:
        value = self.of(arg)
        if self.builder.kinds.tree(arg) == MATRIX:
            return ops.solve(value, ops.eye() + 0 * value)
        return 1 / value

    def _cases(self, rows: tuple[tuple[Any, Relation | None], ...]) -> Any:
        value, test = rows[0]
        if test is None:
            return self.of(value)
        if len(rows) == 1:
            raise ReadError("UNSUPPORTED", value.span, "what holds in the other cases is not said")
        if len(rows) == 2 and _opposite(test, rows[1][1]):
            return ops.where(self._test(test), self.of(value), self.of(rows[1][0]))
        return ops.where(self._test(test), self.of(value), self._cases(rows[1:]))

    def _test(self, relation: Relation) -> Any:
        left, right = self.of(relation.left), self.of(relation.right)
        signs: dict[str, Callable[[], Any]] = {
            "<": lambda: left < right, "<=": lambda: left <= right, ">": lambda: left > right,
            ">=": lambda: left >= right, "=": lambda: ops.equal(left, right),
        }  # fmt: skip
        if relation.op not in signs:
            raise ReadError("UNSUPPORTED", relation.span, f"a condition cannot be {relation.op}")
        return signs[relation.op]()

    def _call(self, node: Call) -> Any:
        name = node.function
        if name.startswith("Linear_"):
            return self._linear(node)
        if name == "split":
            return self._part(node)
        if name == "norm":
            value = self.of(node.args[0])
            return ops.sqrt(value.T @ value)
        args = [self.of(arg) for arg in node.args]
        if name == "sqrt" and isinstance(node.args[0], Name) and self._is_size(node.args[0]):
            return ops.sqrt(self._size(node.args[0]))
        if node.derivative:
            raise ReadError("UNSUPPORTED", node.span, "a function's derivative cannot be part of a cell's equation")
        if name in ("mat", "vec", "reshape"):
            return self._reshaped(node, args)
        numbers, axis = self._options(node)
        if name in REGISTRY:
            op = REGISTRY[name]
            behind = [signed(arg) for arg in node.args[op.arity :]]
            if behind and len(behind) <= len(op.options) and None not in behind and not numbers:
                # clip(v, -2, 2): the options of a function may stand behind its values.
                args, numbers = args[: op.arity], [value for value in behind if value is not None]
            if len(args) == op.arity:
                return op(*args, *[float(value) for value in numbers[: len(op.options)]])
            if name in ("maximum", "minimum") and len(args) > 2:
                result = args[0]
                for arg in args[1:]:
                    result = op(result, arg)
                return result
            raise ReadError("PARSE-ERROR", node.span, f"{name} takes {op.arity} values, not {len(args)}")
        if name in STRUCTURAL:
            return self._structural(node, args, numbers, axis)
        raise ReadError("UNSUPPORTED", node.span, f"{name} cannot be part of a cell's equation")

    def _structural(self, node: Call, args: list[Any], numbers: list[Fraction], axis: int | None) -> Any:
        name = node.function
        if name in ("softmax", "cumsum", "logsumexp"):
            return getattr(ops, name)(args[0], axis=axis)
        if name == "normalize":
            power = float(numbers[0]) if numbers else 2.0
            return ops.normalize(args[0], power, self._eps(node, 1e-6), axis)
        if name in ("layer_norm", "rms_norm"):
            function: Any = ops.layer_norm if name == "layer_norm" else ops.rms_norm
            return function(*args, axis=axis, eps=self._eps(node, 1e-5))
        try:
            return getattr(ops, name)(*args)
        except TypeError as error:
            raise ReadError("PARSE-ERROR", node.span, f"{name} is not called with {len(args)} values") from error

    def _eps(self, node: Call, usual: float) -> float:
        for item in dict(node.options).get("sub", ()):
            if isinstance(item, Relation) and isinstance(item.right, Number):
                return float(item.right.value)
        return usual

    def _options(self, node: Call) -> tuple[list[Fraction], int | None]:
        """The subscript of a function: numbers and a direction."""
        numbers: list[Fraction] = []
        axis: int | None = None
        for item in subscript(node):
            value = signed(item)
            if value is not None:
                numbers.append(value)
            elif isinstance(item, Name) and item.name in AXES:
                axis = AXES[item.name]
        return numbers, axis

    def _part(self, node: Call) -> Any:
        which, count = dict(node.options)["part"]
        return ops.split(self.of(node.args[0]), count)[which - 1]

    def _linear(self, node: Call) -> Any:
        label = node.function.replace("Linear_", "linear")
        weight = self.builder.parameter(Name(f"W_{label}", span=node.span))
        bias = self.builder.parameter(Name(f"b_{label}", span=node.span))
        return weight @ self.of(node.args[0]) + bias

    def _is_size(self, node: Name) -> bool:
        return node.time is None and node.name not in self.builder.body and node.name.split("_")[0] in "ndm"

    def _size(self, node: Name) -> Any:
        name = "n_" + node.name.partition("_")[2] if "_" in node.name else {"d": "n_x"}.get(node.name, "n_h")
        return self.builder.size(name)

    def _length(self, part: Any) -> Any:
        if isinstance(part, Number) and part.value.denominator == 1:
            return int(part.value)
        if isinstance(part, Name):
            return self.builder.size(part.name)
        raise ReadError("UNSUPPORTED", part.span, "this is no length")

    def _reshaped(self, node: Call, args: list[Any]) -> Any:
        lengths: list[Any] = []
        for item in dict(node.options).get("sub", ()):
            parts = [item.left, item.right] if isinstance(item, Binary) and item.op in ("times", "*") else [item]
            lengths += [self._length(part) for part in parts]
        if not lengths and node.function == "mat":
            lengths = [self.builder.size("n_h")] * 2
        if not lengths:
            raise ReadError("UNSUPPORTED", node.span, "the length of a reshaped value has to be said")
        return ops.reshape(args[0], *lengths)
