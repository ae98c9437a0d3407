"""Contractions and functions of whole values, each as a function of the emitted file that runs row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy

from symrnn.backends.c_passes import own_strides
from symrnn.backends.c_places import Place, Places
from symrnn.backends.c_streams import Streams
from symrnn.backends.c_text import extent, factor, size
from symrnn.ir import Contract, Node, Shape
from symrnn.primitives import Concat, CumSum, Expm, ExpmDerivative, LogSumExp, Softmax, Solve

ZERO, ONE = sympy.Integer(0), sympy.Integer(1)


@dataclass
class FunctionWriter:
    """Writes the loop over the rows of one value; scratch memory that it needs is a size in reals."""

    node: Node
    places: Places
    lines: list[str] = field(default_factory=list)
    scratch: str = ""

    def __post_init__(self) -> None:
        self.streams = Streams(self.places.names)
        self.target = self.places.place(self.node)

    def write(self) -> None:
        """Write the statements for one row."""
        if isinstance(self.node.op, Contract):
            self.contract(self.node.op)
        else:
            _ROWS[type(self.node.op)](self, self.node.op)

    def size(self, expr: sympy.Expr) -> str:
        return size(expr, self.places.names)

    def read(self, k: int) -> str:
        """The address of an operand."""
        return self.streams.at(self.places.place(self.node.args[k]))

    def out(self) -> str:
        """The address of the value."""
        return self.streams.at(self.target, write=True)

    def contract(self, op: Contract) -> None:
        """An Einstein sum as nested loops: letters of the result outside, unless the memory runs along them."""
        words, output = op.spec.split("->")
        letters = words.split(",")
        lengths: dict[str, sympy.Expr] = {}
        for word, arg in zip(letters, self.node.args, strict=True):
            lengths |= dict(zip(word, arg.shape, strict=True)) if word else {}
        strides = [_by_letter(word, a.shape) for word, a in zip(letters, self.node.args, strict=True)]
        goal = _by_letter(output, self.node.shape)
        summed = [x for x in lengths if x not in output]
        if not summed and len(set(output)) == len(output):
            self.nest(list(lengths), lengths, strides, goal, "=")
        elif summed and letters[0][-1] in summed:
            self.dot(list(dict.fromkeys(output)), summed, lengths, strides, goal)
        else:
            self.lines.append(f"TYPED(w_zero)({self.size(extent(self.node.shape))}, {self.out()});")
            last = letters[0][-1]
            order = [x for x in lengths if x != last] + [last]
            self.nest(order, lengths, strides, goal, "+=")

    def nest(self, order: list[str], lengths: Any, strides: list[dict[str, sympy.Expr]], goal: Any, sign: str) -> None:
        """Loops in a given order around one assignment."""
        left = self.element(self.target, goal, write=True)
        places = [self.places.place(a) for a in self.node.args]
        right = " * ".join(self.element(p, s) for p, s in zip(places, strides, strict=True))
        self.looped(order, lengths, [f"{left} {sign} {right};"])

    def dot(
        self, free: list[str], summed: list[str], lengths: Any, strides: list[dict[str, sympy.Expr]], goal: Any
    ) -> None:
        """Loops over the result around a sum, its innermost loop along the memory of the first operand."""
        last, parts = summed[-1], []
        for arg, own in zip(self.node.args, strides, strict=True):
            fixed = {x: s for x, s in own.items() if x != last}
            parts.append(f"{self.address(self.places.place(arg), fixed)}, {self.size(own.get(last, ZERO))}")
        name = "w_sum" if len(parts) == 1 else "w_dot"
        line = f"sum += TYPED({name})({self.size(lengths[last])}, {', '.join(parts)});"
        goal_text = self.element(self.target, goal, write=True)
        inner = list(_nested([self.loop(x, lengths) for x in summed[:-1]], [line]))
        self.looped(free, lengths, ["real sum = 0;", *inner, f"{goal_text} = sum;"])

    def looped(self, order: list[str], lengths: Any, inside: list[str]) -> None:
        """Statements in loops over some letters."""
        self.lines += _nested([self.loop(letter, lengths) for letter in order], inside)

    def loop(self, letter: str, lengths: Any) -> str:
        index = f"{letter}_"
        return f"for (size_t {index} = 0; {index} < {self.size(lengths[letter])}; {index}++)"

    def address(self, place: Place, strides: dict[str, sympy.Expr], write: bool = False) -> str:
        """The address of an entry."""
        steps = [f"{x}_" if s == 1 else f"{x}_ * {factor(s, self.places.names)}" for x, s in strides.items() if s != 0]
        return self.streams.at(place, " + ".join(steps), write)

    def element(self, place: Place, strides: dict[str, sympy.Expr], write: bool = False) -> str:
        """An entry."""
        name, _, index = self.address(place, strides, write).partition(" + ")
        return f"{name}[{index or 0}]"

    def lines_of(self, shape: Any, axis: int) -> str:
        """An axis as the runtime takes it: how many lines, their distance, their length, the step along them."""
        if len(shape) == 1:
            return f"1, 0, {self.size(shape[0])}, 1"
        rows, columns = self.size(shape[0]), self.size(shape[1])
        return f"{columns}, 1, {rows}, {columns}" if axis == 0 else f"{rows}, {columns}, {columns}, 1"

    def context(self, name: str) -> dict[str, Any]:
        """What the template prints."""
        held = {p: n for p, n in self.streams.pointers.items() if p.stride != 0}
        return {
            "name": name,
            "about": self.places.step_names[self.node],
            "parameters": self.streams.parameters(self.lines) + (["real *scratch"] if self.scratch else []),
            "lines": "\n".join(self.lines).split("\n"),
            "advance": [f"{n} += {self.size(p.stride)};" for p, n in held.items()],
        }

    def call(self, name: str, stage: str, rows: str) -> str:
        """The statement that runs the function at a stage."""
        extra = ["v.scratch"] if self.scratch else []
        return f"TYPED({name})({', '.join([rows, *self.streams.arguments(self.lines, stage), *extra])});"


def _by_letter(word: str, shape: Shape) -> dict[str, sympy.Expr]:
    """The stride of every letter of a value; that of a repeated letter runs along the diagonal."""
    found: dict[str, sympy.Expr] = {}
    for letter, stride in zip(word, own_strides(shape), strict=False):
        found[letter] = found.get(letter, ZERO) + stride
    return found


def _nested(heads: Sequence[str], inside: list[str]) -> list[str]:
    """Statements in loops, each indented by four more."""
    lines = inside
    for head in reversed(heads):
        lines = [f"{head} {{", *(f"    {line}" for line in lines), "}"]
    return lines


def _softmax(w: FunctionWriter, op: Softmax) -> None:
    w.lines.append(f"TYPED(w_softmax)({w.lines_of(w.node.shape, op.axis)}, {w.read(0)}, {w.out()});")


def _logsumexp(w: FunctionWriter, op: LogSumExp) -> None:
    w.lines.append(f"TYPED(w_logsumexp)({w.lines_of(w.node.args[0].shape, op.axis)}, {w.read(0)}, {w.out()});")


def _cumsum(w: FunctionWriter, op: CumSum) -> None:
    w.lines.append(f"TYPED(w_cumsum)({w.lines_of(w.node.shape, op.axis)}, {w.read(0)}, {w.out()}, {int(op.reverse)});")


def _concat(w: FunctionWriter, op: Concat) -> None:
    at: sympy.Expr = ZERO
    for k, arg in enumerate(w.node.args):
        to = w.streams.at(w.target.moved(at), write=True)
        w.lines.append(f"TYPED(w_copy)({w.size(arg.shape[0])}, {w.read(k)}, {to});")
        at = sympy.expand(at + arg.shape[0])


def _solve(w: FunctionWriter, op: Solve) -> None:
    n, right = w.node.args[0].shape[0], w.node.args[1].shape
    columns = w.size(right[1]) if len(right) == 2 else "1"
    w.scratch = f"({w.size(n)}) * ({w.size(n)})"
    w.lines.append(f"TYPED(w_solve)({w.size(n)}, {columns}, {w.read(0)}, {w.read(1)}, {w.out()}, scratch);")


def _expm(w: FunctionWriter, op: Expm) -> None:
    n = w.size(w.node.shape[0])
    w.scratch = f"TYPED(w_expm_size)({n})"
    w.lines.append(f"TYPED(w_expm)({n}, {w.read(0)}, {w.out()}, scratch);")


def _expm_derivative(w: FunctionWriter, op: ExpmDerivative) -> None:
    n = w.size(w.node.shape[0])
    w.scratch = f"TYPED(w_expm_derivative_size)({n})"
    w.lines.append(f"TYPED(w_expm_derivative)({n}, {w.read(0)}, {w.read(1)}, {w.out()}, scratch);")


_ROWS: dict[type, Callable[[FunctionWriter, Any], None]] = {
    Softmax: _softmax,
    LogSumExp: _logsumexp,
    CumSum: _cumsum,
    Concat: _concat,
    Solve: _solve,
    Expm: _expm,
    ExpmDerivative: _expm_derivative,
}
