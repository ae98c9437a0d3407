"""A cell from SymPy equations: the inverse of ``cell.sympy()``, and a way in for whoever thinks in SymPy.

The symbols say by their names what they are: ``h_t`` and ``h_{t-1}`` are signals, everything else a parameter, ``W_i``
the block ``i`` of family ``W``. Expressions are walked node by node and recorded like the body of a class, with the
same checks; no text is parsed. SymPy cannot hold every spelling: ``a + (-b)`` comes back as ``a - b``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction

from symrnn.cell import Cell, cell_of, identifier
from symrnn.closing import close
from symrnn.declarations import number
from symrnn.errors import CellError
from symrnn.expr import MAX_DEPTH, Expr
from symrnn.names import check_name
from symrnn.ops import REGISTRY
from symrnn.ops.elementwise import Head
from symrnn.recorder import Body, Spec, Undeclared
from symrnn.scope import Options, Parameter, exact
from symrnn.sympy_symbols import (
    shape_of,
    signal_of,
    size_of,
    spellings,
    spread_scalar,
    symbols_of,
    uses_of,
    without_sign,
)
from symrnn.sympy_view import EntrywiseFunction
from symrnn.tree import Named, Number, Param, Ref
from symrnn.unify import ONE, size_symbol


def from_sympy(
    equations: Iterable[sympy.Eq],
    states: Sequence[str] | Mapping[str, float],
    inputs: Sequence[str],
    outputs: Sequence[str] = (),
    constants: Mapping[str, float] | None = None,
    name: str = "FromSympy",
) -> type[Cell]:
    """The cell whose equations these are, in the order given.

    ``states`` may map each state to the value that it starts from. ``constants`` gives the values of named numbers; any
    other scalar symbol is a scalar parameter, or a size where it is the length of something. Without ``outputs`` the
    first state is returned. Raises CellError for whatever a class body would, with the number of the equation as line.
    """
    pairs = [_sides(equation, index) for index, equation in enumerate(equations, 1)]
    reader = _Reader(pairs, states, inputs, outputs, constants or {})
    for line, (left, right) in enumerate(pairs, 1):
        reader.equation(left, right, line)
    return cell_of(close(reader.body, name, "", identifier(name)))


def _sides(equation: object, index: int) -> tuple[sympy.MatrixSymbol, sympy.MatrixExpr]:
    if not isinstance(equation, sympy.Eq) or not isinstance(equation.lhs, sympy.MatrixSymbol):
        raise CellError(f"equation {index} is not of the form Eq(MatrixSymbol, …): {type(equation).__name__}")
    return equation.lhs, equation.rhs


class _Reader:
    """Knows what every symbol stands for, and records expression after expression."""

    def __init__(
        self,
        pairs: list[tuple[sympy.MatrixSymbol, sympy.MatrixExpr]],
        states: Sequence[str] | Mapping[str, float],
        inputs: Sequence[str],
        outputs: Sequence[str],
        constants: Mapping[str, float],
    ) -> None:
        self.body = Body()
        self.scope = self.body.scope
        self.symbols = symbols_of(pairs)
        self.signals = {*states, *inputs, *(signal_of(left.name)[0] for left, _ in pairs)}
        self.multiplied, self.matrices = uses_of(right for _, right in pairs)
        starts = states if isinstance(states, Mapping) else {}
        for value in inputs:
            self._declare(value, "input", 0.0)
        for value in states:
            self._declare(value, "state", number(starts.get(value, 0.0), f"the start of {value}"))
        for value in outputs:
            self.body.put(value, Undeclared(Spec("output", "Output")), 0)
        for key, constant in constants.items():
            self.body.put(check_name(key), Undeclared(Spec("constant", "Constant", value=number(constant, key))), 0)

    def _declare(self, name: str, role: str, start: float) -> None:
        lags = (0,) if role == "input" else (1, 0)
        symbol = next((self.symbols[key] for lag in lags for key in spellings(name, lag) if key in self.symbols), None)
        if symbol is None:
            raise CellError(f"{role} {name} stands in no equation; its symbol would be {spellings(name, lags[0])[0]}")
        spec = Spec(role, role.capitalize(), shape_of(symbol), start=start)
        self.body.put(check_name(name), Undeclared(spec), 0)

    def equation(self, left: sympy.MatrixSymbol, right: sympy.MatrixExpr, line: int) -> None:
        """Record one equation; what it computes must have the shape of the symbol on its left."""
        value = self.matrix(right, 0)
        if not self.scope.sizes.unify_shapes(shape_of(left), value.shape):
            raise CellError(
                f"equation {line}: {left.name} has {self.scope.extent(shape_of(left))}, "
                f"but its right-hand side has {self.scope.extent(value.shape)}"
            )
        self.body.put(check_name(signal_of(left.name)[0]), value, line)

    def _symbol(self, symbol: sympy.MatrixSymbol) -> Expr:
        name, lag = signal_of(symbol.name)
        if name not in self.signals:
            return self._parameter(symbol.name, symbol)
        known = self.body.declared.get(name)
        state = known is not None and known.role == "state"
        if lag and not state:
            raise CellError(f"{symbol.name} is the previous value of {name}, which is not a state; list it in states")
        if lag:
            return Expr(Ref(name, lag), shape_of(symbol), self.scope)
        if name not in self.body or (state and name not in self.body.latest):
            raise CellError(f"{symbol.name} is read before the equation that computes {name}")
        value: Expr = self.body[name]
        return value

    def _parameter(self, name: str, symbol: sympy.MatrixSymbol | None) -> Expr:
        """A parameter by its symbol: a block of a family where its name has two parts, else one of its own."""
        shape = () if symbol is None else shape_of(symbol)
        if name in self.matrices and symbol is not None:
            shape = tuple(size_of(size) for size in symbol.shape)
        if name not in self.scope.params:
            head, _, block = check_name(name).partition("_")
            single = not (head and block) or not shape or head in self.signals or head in self.symbols
            if single:
                kind = ("scalar", "vector", "matrix")[len(shape)]
                parameter = Parameter(name, kind, shape, 0, Options())
            else:
                kind = "weight" if len(shape) == 2 else "scale" if name in self.multiplied else "bias"
                parameter = Parameter(name, kind, shape, 0, Options(), head, block)
            self.scope.params[name] = parameter
        return Expr(Param(name), shape or (ONE,), self.scope)

    def matrix(self, node: Any, depth: int) -> Expr:
        """A matrix expression recorded."""
        if depth > MAX_DEPTH:
            raise CellError(f"an equation nests at most {MAX_DEPTH} operations")
        if isinstance(node, sympy.MatrixSymbol):
            return self._symbol(node)
        if isinstance(node, sympy.MatAdd):
            return self._sum(node, depth + 1)
        if isinstance(node, sympy.MatMul):
            return self._product(node, depth + 1)
        if isinstance(node, sympy.HadamardProduct):
            return self._elementwise_product(node, depth + 1)
        if isinstance(node, sympy.HadamardPower):
            base, power = node.args
            exponent = self.matrix(power, depth + 1) if power.is_Matrix else self.scalar(power, {}, depth + 1)
            return self.matrix(base, depth + 1) ** exponent
        if isinstance(node, sympy.Transpose):
            return self.matrix(node.arg, depth + 1).T
        if isinstance(node, sympy.OneMatrix):
            return self._number(1)
        if isinstance(node, ElementwiseApplyFunction | EntrywiseFunction):
            function, *arguments = node.args
            values = [self.matrix(argument, depth + 1) for argument in arguments]
            return self._function(function, values, depth + 1)
        raise CellError(f"{type(node).__name__} cannot be read as part of a cell's equation")

    def _sum(self, node: sympy.MatAdd, depth: int) -> Expr:
        result = self.matrix(node.args[0], depth)
        for term in node.args[1:]:
            rest = without_sign(term)
            result = result + self.matrix(term, depth) if rest is None else result - self.matrix(rest, depth)
        return result

    def _product(self, node: sympy.MatMul, depth: int) -> Expr:
        numbers = [arg for arg in node.args if not arg.is_Matrix]
        factors = [arg for arg in node.args if arg.is_Matrix]
        spread = spread_scalar(factors)
        if spread is not None:
            value = self.matrix(spread, depth)
        elif all(isinstance(factor, sympy.OneMatrix) for factor in factors):
            return self.scalar(sympy.Mul(*numbers), {}, depth)
        else:
            value = self.matrix(factors[0], depth)
            for factor in factors[1:]:
                value = value @ self.matrix(factor, depth)
        if not numbers:
            return value
        if numbers == [-1]:
            return -value
        scale = self.scalar(sympy.Mul(*numbers), {}, depth)
        return value * scale if node.args[0].is_Matrix else scale * value

    def _elementwise_product(self, node: sympy.HadamardProduct, depth: int) -> Expr:
        result = self.matrix(node.args[0], depth)
        for factor in node.args[1:]:
            if isinstance(factor, sympy.HadamardPower) and factor.args[1] == -1:
                result = result / self.matrix(factor.args[0], depth)
            else:
                result = result * self.matrix(factor, depth)
        return result

    def _function(self, function: Any, values: list[Expr], depth: int) -> Expr:
        if not isinstance(function, sympy.Lambda):
            raise CellError(f"{function} cannot be read: an elementwise function is a Lambda")
        return self.scalar(function.expr, dict(zip(function.variables, values, strict=True)), depth)

    def scalar(self, node: Any, given: Mapping[Any, Expr], depth: int) -> Expr:
        """A scalar expression, in which the bound symbols of a Lambda stand for the operands ``given``."""
        if depth > MAX_DEPTH:
            raise CellError(f"an equation nests at most {MAX_DEPTH} operations")
        if node in given:
            return given[node]
        if node.is_Rational:
            return self._number(sympy.Rational(node))
        if node.is_Float:
            return self._number(float(node))
        if node.is_Symbol:
            return self._named(node)
        known = _by_definition(node, given)
        if known is not None:
            return known[1].apply(REGISTRY[known[0]], (known[1], *REGISTRY[known[0]].defaults))
        args = [self.scalar(arg, given, depth + 1) for arg in node.args]
        if isinstance(node, Head) and node.op.name == "mod":
            return args[0] % args[1]
        if isinstance(node, Head):
            return next(arg for arg in args if not isinstance(arg.tree, Number)).apply(node.op, tuple(args))
        return _operation(node, args)

    def _named(self, symbol: sympy.Symbol) -> Expr:
        name = symbol.name
        if size_symbol(name) in self.sizes():
            self.scope.numbers.setdefault(name, size_symbol(name))
        if name in self.scope.numbers:
            return Expr(Named(name), (ONE,), self.scope)
        return self._parameter(name, None)

    def sizes(self) -> set[sympy.Symbol]:
        """Every size that is a length of some symbol."""
        return {s for symbol in self.symbols.values() for size in symbol.shape for s in size_of(size).free_symbols}

    def _number(self, value: Any) -> Expr:
        return Expr(Number(exact(value)), (ONE,), self.scope)


def _operation(node: Any, args: list[Expr]) -> Expr:
    """Arithmetic and functions of SymPy's own on operands that are recorded already."""
    if isinstance(node, sympy.Add | sympy.Mul | sympy.Max | sympy.Min):
        result = args[0]
        for arg in args[1:]:
            if isinstance(node, sympy.Add):
                result = result + arg
            elif isinstance(node, sympy.Mul):
                result = result * arg
            else:
                result = result.apply(REGISTRY["maximum" if isinstance(node, sympy.Max) else "minimum"], (result, arg))
        return result
    if isinstance(node, sympy.Pow):
        return args[0] ** args[1]
    for op in REGISTRY.values():
        if node.func is op.definition and op.arity == len(args):
            return args[0].apply(op, tuple(args))
    if isinstance(node, sympy.Abs):
        return abs(args[0])
    raise CellError(f"{type(node).__name__} cannot be read as an elementwise function")


def _by_definition(node: Any, given: Mapping[Any, Expr]) -> tuple[str, Expr] | None:
    """The function of one operand whose definition this very expression is: ``1/(1 + exp(-z))`` is the sigmoid."""
    for slot, value in given.items():
        for op in REGISTRY.values():
            if op.arity == 1 and not op.surrogate and op.definition(slot, *map(sympy.nsimplify, op.defaults)) == node:
                return op.name, value
    return None
