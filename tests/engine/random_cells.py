"""Random cells, written through the class-body recorder by drawing one choice after the other.

Aimed at what a compiler gets wrong: several states, values used in many places, products of many operands, scalars
beside vectors and matrices, states that are swapped, copied or constant, equations that hold for the whole sequence.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from random_whole_values import whole_value

import symrnn as s
from symrnn.cell import Cell
from symrnn.declarations import Bias, Input, Output, Scalar, Size, State, Vector, Weight
from symrnn.errors import CellError
from symrnn.tree import Param, Ref, walk

SIZES = {"n_x": 2, "n_h": 3, "n_k": 4}
H, X, K, ONE, HK = ("h",), ("x",), ("k",), ("1",), ("h", "k")
SMOOTH = (s.sigmoid, s.tanh, s.sin, s.cos)
KINKED = (s.relu, s.hard_sigmoid, abs)


@dataclass
class Writer:
    """Fills a class body; ``pick(n)`` chooses a number below n."""

    pick: Callable[[int], int]
    body: Any = None
    pool: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    static: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    count: int = 0

    def write(self, body: Any) -> None:
        """Declare inputs and states, write gates, then every state and the outputs."""
        self.body = body
        body["n_k"] = Size()
        shapes = [self.choice((H, H, H, ONE, K, HK)) for _ in range(1 + self.pick(3))]
        outputs = self.pick(3)
        self.declare("x", Input(), X)
        if self.pick(2):
            shape = self.choice((H, ONE, K))
            self.declare("m", self.signal(Input, shape), shape)
        names = [f"s_{k}" for k in range(len(shapes))]
        for name, shape in zip(names, shapes, strict=True):
            self.declare(name, self.signal(State, shape), shape)
        for k in range(outputs):
            body[f"y_{k}"] = Output()
        for _ in range(self.pick(4)):
            self.gate()
        for name, shape in zip(names, shapes, strict=True):
            self.assign(name, self.update(shape), shape)
            for _ in range(self.pick(2)):
                self.gate()
        self.finish([f"y_{k}" for k in range(outputs)], names)

    def choice(self, options: tuple[Any, ...]) -> Any:
        return options[self.pick(len(options))]

    def signal(self, kind: Callable[..., Any], shape: tuple[str, ...]) -> Any:
        """A declaration of that shape."""
        if shape == H:
            return kind(self.anchor()) if kind is Input else kind()
        if shape == HK:
            return kind(self.anchor(), self.body["n_k"])
        return kind(1 if shape == ONE else self.body["n_k"])

    def anchor(self) -> Any:
        """n_h, as the length of a vector that has it."""
        if "n_h" not in self.body:
            self.body["n_h"] = Size()
        return self.body["n_h"]

    def declare(self, name: str, declaration: Any, shape: tuple[str, ...]) -> Any:
        self.body[name] = declaration
        self.pool.setdefault(shape, []).append(self.body[name])
        return self.body[name]

    def assign(self, name: str, value: Any, shape: tuple[str, ...]) -> None:
        self.body[name] = value
        self.pool.setdefault(shape, []).append(self.body[name])

    def gate(self) -> None:
        """An equation: per step, or sometimes for the whole sequence."""
        self.count += 1
        shape = self.choice((H, H, H, K, ONE, HK))
        if self.pick(5) == 0:
            value = self.choice(SMOOTH)(
                self.parameter(shape) if shape != HK else self.parameter(H) @ self.parameter(K).T
            )
        else:
            value = self.choice((*SMOOTH, *KINKED, lambda v: v))(self.expression(shape, 2))
        self.assign(f"g_{self.count}", value, shape)

    def update(self, shape: tuple[str, ...]) -> Any:
        """What a state becomes: mostly bounded, sometimes a bare copy or a constant."""
        kind = self.pick(8)
        if kind == 0 and self.pool.get(shape):
            return self.choice(tuple(self.pool[shape]))
        if kind == 1 and shape != HK:
            return self.parameter(shape)
        if kind == 2:
            return s.sigmoid(self.expression(shape, 1)) * self.atom(shape) + s.tanh(self.expression(shape, 2))
        return s.tanh(self.expression(shape, 3))

    def atom(self, shape: tuple[str, ...]) -> Any:
        """A signal or gate of that shape, or a parameter."""
        known = self.pool.get(shape, [])
        k = self.pick(len(known) + 1)
        if k < len(known):
            return known[k]
        return self.parameter(H) @ self.parameter(K).T if shape == HK else self.parameter(shape)

    def parameter(self, shape: tuple[str, ...]) -> Any:
        """A block of a family of biases, a vector or a scalar; sometimes one that is in use already."""
        if shape == ONE:
            return self.new("scalar", Scalar)
        family = f"b_{shape[0]}"
        if self.pick(3) == 0:
            return self.new("vector", lambda: Vector(self.size(shape[0])))
        return self.block(family, lambda: Bias(to=self.size(shape[0])))

    def size(self, letter: str) -> Any:
        if letter == "x":
            return self.body["x"]
        return {"h": self.anchor, "k": lambda: self.body["n_k"], "1": lambda: 1}[letter]()

    def new(self, stem: str, declaration: Callable[[], Any]) -> Any:
        self.count += 1
        name = f"{stem}_{self.count}"
        self.body[name] = declaration()
        return self.body[name]

    def block(self, family: str, declaration: Callable[[], Any]) -> Any:
        if family not in self.body:
            self.body[family] = declaration()
        return self.body[family][f"q{self.pick(4)}"]

    def weight(self, rows: str, columns: str) -> Any:
        """A block of the family of matrices of that shape."""
        return self.block(f"W{rows}{columns}", lambda: Weight(self.size(columns), to=self.size(rows)))

    def expression(self, shape: tuple[str, ...], depth: int) -> Any:
        """A random expression of that shape."""
        if depth == 0:
            return self.atom(shape)
        options = [self.sum, self.sum, self.product, self.function, self.scaled, self.rational, self.atomic]
        options += [lambda shape, depth: whole_value(self, shape, depth), self.chosen]
        options += [self.matrix_product if shape == HK else self.contraction] * 4
        return self.choice(tuple(options))(shape, depth - 1)

    def atomic(self, shape: tuple[str, ...], depth: int) -> Any:
        return self.atom(shape)

    def sum(self, shape: tuple[str, ...], depth: int) -> Any:
        a, b = self.expression(shape, depth), self.expression(shape, depth)
        return self.choice((lambda: a + b, lambda: a - b, lambda: a + 2 * b - 1, lambda: a + b + self.atom(shape)))()

    def product(self, shape: tuple[str, ...], depth: int) -> Any:
        a, b = self.expression(shape, depth), self.atom(shape)
        return self.choice((lambda: a * b, lambda: (1 - a) * b, lambda: a * a * b, lambda: a * b * self.atom(shape)))()

    def function(self, shape: tuple[str, ...], depth: int) -> Any:
        return self.choice((*SMOOTH, *KINKED))(self.expression(shape, depth))

    def scaled(self, shape: tuple[str, ...], depth: int) -> Any:
        """A scalar beside the rest: multiplied, added, or divided by."""
        a, k = self.expression(shape, depth), self.expression(ONE, min(depth, 1))
        return self.choice((lambda: a * k, lambda: k + a, lambda: a / (2 + k * k), lambda: s.maximum(a, k)))()

    def rational(self, shape: tuple[str, ...], depth: int) -> Any:
        a = self.expression(shape, depth)
        return self.choice(
            (
                lambda: a / (1.5 + self.atom(shape) ** 2),
                lambda: s.exp(s.tanh(a)) - self.atom(shape),
                lambda: s.sqrt(1 + a * a),
                lambda: s.log(1.25 + a**2) + self.atom(shape),
                lambda: s.minimum(a, self.atom(shape)),
                lambda: 0.25 * a**3,
            )
        )()

    def chosen(self, shape: tuple[str, ...], depth: int) -> Any:
        """One of two values by a comparison."""
        a, b = self.atom(shape), self.expression(shape, depth)
        return self.choice(
            (
                lambda: s.where(a > b, b, a),
                lambda: s.where(a <= b, b * b, a),
                lambda: s.where(self.atom(ONE) < 0.5, a, b),
                lambda: (a >= 0) * b,
            )
        )()

    def contraction(self, shape: tuple[str, ...], depth: int) -> Any:
        """A vector or scalar from a matrix product of any kind that gives it."""
        rows = shape[0]
        source = self.choice((H, X, K, ONE) if rows != "1" else (H, X, K))
        v = self.expression(source, depth)
        kind = self.pick(6)
        if kind == 0 and rows == "1":
            return v.T @ self.expression(source, depth)
        if kind == 1:
            return self.weight(source[0], rows).T @ v
        if kind == 2 and (rows, source) in (("h", K),):
            return self.expression(HK, depth) @ v
        if kind == 3 and (rows, source) in (("k", H),):
            return self.expression(HK, depth).T @ v
        return self.weight(rows, source[0]) @ v

    def matrix_product(self, shape: tuple[str, ...], depth: int) -> Any:
        def outer() -> Any:
            return self.expression(H, min(depth, 1)) @ self.expression(K, min(depth, 1)).T

        return self.choice(
            (
                outer,
                lambda: outer() + self.weight("h", "k"),
                lambda: self.weight("h", "h") @ self.expression(HK, depth),
                lambda: self.expression(HK, depth) * self.weight("h", "k"),
                lambda: self.weight("h", "h").T @ self.atom(HK) @ self.weight("k", "k"),
            )
        )()

    def finish(self, outputs: list[str], states: list[str]) -> None:
        """Write the outputs and use what is not used yet in the last equation of all."""
        for name in outputs:
            shape = self.choice((H, ONE, K))
            value = self.expression(shape, 1)
            self.assign(name, value, shape)
        last = (outputs or states)[-1]
        # A kernel reads its sizes off the parameters: x needs one of its length, and so does whatever has length n_k.
        value = self.body[last] + self.parameter(X).T @ self.body["x"] + self.parameter(K).T @ self.parameter(K)
        value = value + self.parameter(H).T @ self.parameter(H)
        for unused in self.unused({*outputs, *states}):
            value = value + self.total(unused)
        self.body[last] = value

    def total(self, value: Any) -> Any:
        """A scalar made of any value."""
        if len(value.shape) == 2:
            return self.parameter(H).T @ value @ self.parameter(K)
        return value.T @ value

    def unused(self, results: set[str]) -> list[Any]:
        """Declared signals and equations that no equation reads."""
        read = {n.name for e in self.body.entries for n in walk(e.tree) if isinstance(n, (Ref, Param))}
        left = [e.provisional for e in self.body.entries if e.provisional not in read and e.name not in results]
        left += [n for n, d in self.body.declared.items() if d.role == "input" and n not in read]
        left += [n for n, d in self.body.declared.items() if d.role == "parameter" and n not in read]
        values = [v for pool in self.pool.values() for v in pool] + list(self.body.values())
        found = {}
        for v in values:
            if isinstance(getattr(v, "tree", None), (Ref, Param)) and v.tree.name in left:
                found.setdefault(v.tree.name, v)
        return list(found.values())


def random_cell(pick: Callable[[int], int]) -> type[Cell]:
    """A cell from a source of choices."""
    return types.new_class("Random", (Cell,), exec_body=Writer(pick).write)


@st.composite
def cells(draw: Any) -> type[Cell]:
    """Random cells that hypothesis can shrink: 0 is always the plainest choice."""
    try:
        return random_cell(lambda n: draw(st.integers(0, n - 1)) if n > 1 else 0)
    except CellError:  # a choice that came to nothing: ones() that stand alone, a family that lost its only use
        reject()
