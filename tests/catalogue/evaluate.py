"""One step of a catalogue cell at 50 digits, from its printed equations alone.

Nothing here reads a cell of the project or a function of its engine: the equations come from ``equations.json``, their
trees from ``reader``, and every function is written out in mpmath below. A vector is a column, a scalar a matrix of one
row and one column, held in arrays of Python objects. A printed 1 that is bold is a vector of ones, as long as what it
stands beside: summing over it is a product, and an outer product with it broadcasts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from reader import Assign, Call, Expr, Loop, Name, Num, read

Array = Any
DIGITS = 50
NORM_EPS, LAYER_EPS = "1e-6", "1e-5"  # added under the root, and not printed


@cache
def catalogue() -> dict[str, Any]:
    """Every cell by id: inputs, states and parameters with their shapes, outputs, constants, symbols, equations."""
    text = (Path(__file__).parent / "equations.json").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads(text)
    return result


def extents(shape: list[str], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """A shape in numbers; a length is a sum of products of sizes and integers."""
    return tuple(
        sum(math.prod(sizes[f] if f in sizes else int(f) for f in term.split("*")) for term in length.split(" + "))
        for length in shape
    )


def column(value: Any) -> Array:
    """Numbers as an array of mpmath's, exactly; a vector as a column, a single number as one row and one column."""
    array = np.asarray(value)
    array = array.reshape(-1, 1) if array.ndim < 2 else array
    return np.frompyfunc(lambda v: mpmath.mpmathify(v.item() if hasattr(v, "item") else v), 1, 1)(array)


class Evaluation:
    """One step of one cell. ``values`` holds parameters by name, inputs by ``(name, 0)``, states by ``(name, lag)``."""

    def __init__(self, cell: Mapping[str, Any], sizes: Mapping[str, int], values: Mapping[Any, Any]) -> None:
        self.cell = cell
        self.sizes = sizes
        self.values = values
        self.constants = dict(cell["constants"])
        self.known: dict[str, Array] = {}

    def run(self) -> dict[str, Array]:
        """The new states and the outputs, by name."""
        for statement in read(self.cell["equations"]):
            if isinstance(statement, Assign):
                self.assign(statement)
                continue
            for index in range(1, self.constants[statement.count] + 1):
                self.constants[statement.index] = index
                for line in statement.body:
                    self.assign(line)
        names = [*self.cell["states"], *(name for name in self.cell["outputs"] if name not in self.cell["states"])]
        return {name: self.known[name] for name in names}

    def assign(self, statement: Assign) -> None:
        """A name bound to a value. What is printed as an input at t on the left is the state that remembers it."""
        target = self.resolved(statement.target)
        if target in self.cell["inputs"]:
            target = self.cell["symbols"][f"{statement.target.word}[t-1]"]
        value = self.value(statement.value)
        if target in self.cell["states"]:
            shape = extents(self.cell["states"][target], self.sizes)
            value = np.broadcast_to(value, shape if len(shape) == 2 else (*shape, 1))
        self.known[target] = value

    def resolved(self, name: Name) -> str:
        """The declared name of a printed one."""
        symbols: dict[str, str] = self.cell["symbols"]
        return symbols.get(f"{name.word}[{name.time}]", symbols.get(name.word, name.word))

    def value(self, tree: Expr) -> Array:
        """The value of a tree; equations are short, so recursion is no matter."""
        match tree:
            case Num(fraction):
                return column(mpmath.mpf(fraction.numerator) / fraction.denominator)
            case Name():
                return self.named(tree)
            case Call("ones", ()):
                return ONES
            case Call("imaginary", ()):
                return column(mpmath.mpc(0, 1))
            case Call("identity_n", ()):
                return column(np.eye(self.sizes["n_h"], dtype=int))
            case Call(name, args) if name.startswith("part"):
                first = (int(name.removeprefix("part")) - 1) * self.sizes["n_h"]
                return self.value(args[0])[first : first + self.sizes["n_h"]]
            case Call(name, args):
                return FUNCTIONS[name](*(self.value(arg) for arg in args))
        raise AssertionError(tree)

    def named(self, name: Name) -> Array:
        """An input or equation at t, a state at t-1 or earlier, a parameter, a constant or a size."""
        word = self.resolved(name)
        if name.time in ("", "t"):
            if (word, 0) in self.values or word in self.known:
                return column(self.values[word, 0]) if (word, 0) in self.values else self.known[word]
            if word in self.values:
                return column(self.values[word] if not name.copy else self.values[word][self.constants[name.copy] - 1])
            return column(mpmath.mpf(str({**self.constants, **self.sizes}[word])))
        lag = name.time.removeprefix("t-")
        return column(self.values[word, int(lag) if lag.isdigit() else self.constants[lag]])


ONES, ROW_OF_ONES = object(), object()


def product(a: Array, b: Array) -> Array:
    """A product by juxtaposition: with a vector of ones a sum or a broadcast, with a scalar a scaling."""
    if a is ONES:
        return _row(b)
    if a is ROW_OF_ONES:
        return b.sum(axis=0, keepdims=True)
    if b is ONES:
        return a.sum(axis=1, keepdims=True)
    if b is ROW_OF_ONES:
        return _row(a.T).T
    return a * b if (1, 1) in (a.shape, b.shape) else a @ b


def _row(value: Array) -> Array:
    if value.shape[0] != 1:
        raise ValueError(f"an outer product with ones of a matrix of shape {value.shape}")
    return value


def transpose(a: Array) -> Array:
    return ROW_OF_ONES if a is ONES else a.T


def elementwise(function: Callable[..., Any]) -> Callable[..., Array]:
    return lambda *args: np.frompyfunc(function, len(args), 1)(*args)


def matrix(function: Callable[[Any], Any]) -> Callable[[Array], Array]:
    """A function of a whole matrix, by mpmath's own."""
    return lambda a: np.array(function(mpmath.matrix(a.tolist())).tolist(), dtype=object)


def sigma(v: Any) -> Any:
    return 1 / (1 + mpmath.exp(-v))


def clamped(v: Any, low: Any, high: Any) -> Any:
    return min(max(v, mpmath.mpf(low)), mpmath.mpf(high))


def softmax(axis: int) -> Callable[[Array], Array]:
    def value(v: Array) -> Array:
        e = elementwise(mpmath.exp)(v)
        return e / e.sum(axis=axis, keepdims=True)

    return value


def layer_norm(v: Array, gamma: Array, beta: Array | int = 0) -> Array:
    d = v - v.sum() / v.size
    return gamma * d / mpmath.sqrt((d * d).sum() / v.size + mpmath.mpf(LAYER_EPS)) + beta


def square_matrix(v: Array) -> Array:
    rows = math.isqrt(v.size)
    return v.reshape(rows, rows)


FUNCTIONS: dict[str, Callable[..., Array]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "neg": lambda a: -a,
    "odot": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "bmod": elementwise(lambda a, b: a - b * mpmath.floor(a / b)),
    "product": product,
    "transpose": transpose,
    "inverse": matrix(mpmath.inverse),
    "square": lambda a: a * a,
    "concat": lambda *parts: np.concatenate(parts),
    "where": elementwise(lambda test, yes, no: yes if test else no),
    "indicator": elementwise(lambda test: mpmath.mpf(1 if test else 0)),
    "=": elementwise(lambda a, b: a == b),
    "<": elementwise(lambda a, b: a < b),
    "ge": elementwise(lambda a, b: a >= b),
    "abs": elementwise(abs),
    "sqrt": elementwise(mpmath.sqrt),
    "exp": elementwise(mpmath.exp),
    "log": elementwise(mpmath.log),
    "tanh": elementwise(mpmath.tanh),
    "sigma": elementwise(sigma),
    "logsigma": elementwise(lambda v: mpmath.log(sigma(v))),
    "max": elementwise(max),
    "min": elementwise(min),
    "Theta": elementwise(lambda v: mpmath.mpf(1 if v > 0 else 0)),
    "round": elementwise(mpmath.nint),
    "ReLU": elementwise(lambda v: max(v, mpmath.mpf(0))),
    "SiLU": elementwise(lambda v: v * sigma(v)),
    "ELU": elementwise(lambda v: v if v > 0 else mpmath.exp(v) - 1),
    "softplus": elementwise(lambda v: mpmath.log(1 + mpmath.exp(v))),
    "hardtanh": elementwise(lambda v: clamped(v, -1, 1)),
    "hardsigmoid": elementwise(lambda v: clamped(v / 6 + mpmath.mpf("0.5"), 0, 1)),
    "hardsigmoid_0.2,0.5": elementwise(lambda v: clamped(v / 5 + mpmath.mpf("0.5"), 0, 1)),
    "modReLU": elementwise(lambda z, b: z * max(abs(z) + b, mpmath.mpf(0)) / abs(z)),
    "Re": elementwise(lambda z: z.real),
    "softmax": softmax(0),
    "softmax_downarrow": softmax(0),
    "softmax_rightarrow": softmax(1),
    "cumsum": lambda v: v.cumsum(axis=0),
    "normalize_1": lambda v: v / (abs(v).sum() + mpmath.mpf(NORM_EPS)),
    "normalize_2": lambda v: v / mpmath.sqrt((v * v).sum() + mpmath.mpf(NORM_EPS)),
    "LN": layer_norm,
    "RMSNorm": lambda v: v / mpmath.sqrt((v * v).sum() / v.size + mpmath.mpf(LAYER_EPS)),
    "mat": square_matrix,
    "diag": lambda v: np.diag(v[:, 0]) + mpmath.mpf(0),
    "expm": matrix(mpmath.expm),
}


def step(id: str, sizes: Mapping[str, int], values: Mapping[Any, Any]) -> dict[str, Array]:
    """The new states and the outputs of the catalogue's cell of that id, at 50 digits."""
    with mpmath.workdps(DIGITS + 10):
        return Evaluation(catalogue()[id], sizes, values).run()


def words(id: str) -> set[str]:
    """Every declared name that the printed equations of a cell read or write."""
    evaluation = Evaluation(catalogue()[id], {}, {})
    lines: list[Assign] = []
    for statement in read(catalogue()[id]["equations"]):
        lines += statement.body if isinstance(statement, Loop) else (statement,)
    stack: list[Expr] = [tree for line in lines for tree in (line.target, line.value)]
    found: set[str] = set()
    while stack:
        tree = stack.pop()
        stack += tree.args if isinstance(tree, Call) else ()
        found |= {evaluation.resolved(tree)} if isinstance(tree, Name) else set()
    return found
