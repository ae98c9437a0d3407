"""A record in which every signal and parameter is one real scalar, vector or matrix: what the engine works on.

Three things of the surface are brought down to plain ones, so that no stage below has to know them:

- a complex value ``z`` becomes the pair ``z.re``, ``z.im`` of real ones;
- copies of a parameter become parameters of their own, ``R_H[0]``, ``R_H[1]``, …;
- what a delay needs beyond the state becomes states that hand a value on, one step at a time: ``h_past[0]`` at t is
  h_{t-1}, ``h_past[1]`` is h_{t-2}; of an input ``x_past[0]`` at t is x_t.

Users never meet these names in arrays: ``places`` says which part of which array each of them is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symrnn.record import Declaration, Equation, Record
from symrnn.tree import (
    Apply,
    Arith,
    Imaginary,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
    rebuilt,
    walk,
)

Pair = tuple[Tree | None, Tree | None]  # real and imaginary part; None is 0
PARTS = ("re", "im")
ONE, ZERO = Number(Fraction(1)), Number(Fraction(0))


@dataclass(frozen=True)
class Place:
    """Which part of an array a flat name stands for: an entry of its leading axis, or its real or imaginary part."""

    name: str
    index: int | None = None
    part: str | None = None

    def __str__(self) -> str:
        index = "" if self.index is None else f"[{self.index}]"
        return f"{self.name}{index}" + (f".{self.part}" if self.part else "")


def flat(record: Record) -> Record:
    """The record of plain real values; a record that has nothing else is returned as it is."""
    if all(str(place) == place.name for place in places(record).values()):
        return record
    return _Flattening(record).record()


def places(record: Record) -> dict[str, Place]:
    """For every flat name of an input, state or parameter, the part of the authored array that it is."""
    found = [place for d in (*record.inputs, *record.states, *record.params) for place in _places(d)]
    found += [place for name, depth in pasts(record).items() for place in _past_places(record, name, depth)]
    return {str(place): place for place in found}


def pasts(record: Record) -> dict[str, int]:
    """How many older values each delayed state or input keeps in ``…_past``."""
    held = {d.name: 0 for d in record.inputs} | {d.name: 1 for d in record.states}
    depth: dict[str, int] = {}
    for node in (node for equation in record.equations for node in walk(equation.tree)):
        if isinstance(node, Ref) and node.lag > held.get(node.name, node.lag):
            depth[node.name] = max(depth.get(node.name, 0), node.lag - held[node.name])
    return {name: depth[name] for name in held if name in depth}


def carried(record: Record) -> tuple[Declaration, ...]:
    """The states as a kernel takes and returns them: those declared, then the pasts, newest row first."""
    known = {d.name: d for d in (*record.inputs, *record.states)}
    extra = (
        replace(known[name], name=f"{name}_past", role="state", domain="real", copies=depth)
        for name, depth in pasts(record).items()
    )
    return (*record.states, *extra)


def _places(d: Declaration) -> Iterator[Place]:
    for index in range(d.copies) if d.copies is not None else (None,):
        for part in PARTS if d.complex else (None,):
            yield Place(d.name, index, part)


def _past_places(record: Record, name: str, depth: int) -> Iterator[Place]:
    declared = next(d for d in (*record.inputs, *record.states) if d.name == name)
    for index in range(depth):
        for part in PARTS if declared.complex else (None,):
            yield Place(f"{name}_past", index, part)


class _Flattening:
    """One record, brought down to plain real values."""

    def __init__(self, record: Record) -> None:
        self.origin = record
        self.held = {d.name: 0 for d in record.inputs} | {d.name: 1 for d in record.states}
        self.complex = {d.name for d in (*record.params, *record.states) if d.complex}
        self.complex |= {equation.name for equation in record.equations if equation.complex}

    def record(self) -> Record:
        """The flat record."""
        origin = self.origin
        return replace(
            origin,
            states=tuple(part for d in carried(origin) for part in self._declared(d)),
            params=tuple(part for d in origin.params for part in self._declared(d)),
            equations=(*self._equations(), *self._shifts()),
        )

    def _declared(self, d: Declaration) -> Iterator[Declaration]:
        shape = d.shape[1:] if d.copies is not None and d.role == "parameter" else d.shape
        for place in _places(d):
            yield replace(d, name=str(place), shape=shape, copies=None, complex=False)

    def _equations(self) -> Iterator[Equation]:
        for equation in self.origin.equations:
            pair = fold(equation.tree, self._pair)
            if not equation.complex:
                yield replace(equation, tree=_whole(pair)[0])
                continue
            for name, tree in zip(PARTS, _whole(pair), strict=True):
                yield replace(equation, name=f"{equation.name}.{name}", tree=tree, complex=False)

    def _shifts(self) -> Iterator[Equation]:
        """The values that are handed on: the newest from the signal itself, every other from the one before it."""
        for name, depth in pasts(self.origin).items():
            for place in _past_places(self.origin, name, depth):
                suffix = f".{place.part}" if place.part else ""
                source = Ref(f"{name}{suffix}", self.held[name])
                if place.index:
                    source = Ref(str(replace(place, index=place.index - 1)), 1)
                yield Equation(str(place), source, self.origin.shape_of(name))

    def _ref(self, name: str, lag: int) -> Pair:
        if lag > self.held.get(name, lag):
            older = Place(f"{name}_past", lag - self.held[name] - 1)
            return self._leaf(name, lambda part: Ref(str(replace(older, part=part)), 1))
        return self._leaf(name, lambda part: Ref(str(Place(name, None, part)), lag))

    def _leaf(self, name: str, make: Callable[[str | None], Tree]) -> Pair:
        return (make("re"), make("im")) if name in self.complex else (make(None), None)

    def _pair(self, node: Tree, parts: tuple[Pair, ...]) -> Pair:
        """The real and imaginary part of an operation from those of its operands."""
        match node:
            case Ref(name, lag):
                return self._ref(name, lag)
            case Param(name, copy):
                return self._leaf(name, lambda part: Param(str(Place(name, copy, part))))
            case Imaginary():
                return None, ONE
        if all(part[1] is None for part in parts):
            return rebuilt(node, tuple(_whole(part)[0] for part in parts)), None
        match node:
            case Arith(op):
                return _arithmetic(op, parts)
            case Product():
                return _times(parts[0], parts[1], Product)
            case Transpose() | Structural("concat" | "split" | "reshape" | "diag" | "cumsum"):
                real, imaginary = zip(*map(_whole, parts), strict=True)
                return rebuilt(node, real), rebuilt(node, imaginary)
            case Structural("real" | "imag" as name):
                return _whole(parts[0])[PARTS.index(name[:2])], None
            case Apply(op):
                return _function(op, parts)
        raise AssertionError(node)


def _whole(pair: Pair) -> tuple[Tree, Tree]:
    """Both parts; one that is 0 has the shape of the other, which a bare number would not have."""
    real, imaginary = pair
    if real is None:
        return (ZERO, ZERO) if imaginary is None else (_zero_like(imaginary), imaginary)
    return real, _zero_like(real) if imaginary is None else imaginary


def _zero_like(tree: Tree) -> Tree:
    return Arith("*", (ZERO, tree))


def _plus(a: Tree | None, b: Tree | None) -> Tree | None:
    return Arith("+", (a, b)) if a is not None and b is not None else a if b is None else b


def _minus(a: Tree | None, b: Tree | None) -> Tree | None:
    if b is None:
        return a
    return Arith("neg", (b,)) if a is None else Arith("-", (a, b))


def _by(a: Tree | None, b: Tree | None, make: type) -> Tree | None:
    if a is None or b is None:
        return None
    if make is Product:
        return Product(a, b)
    return b if a == ONE else a if b == ONE else Arith("*", (a, b))


def _times(a: Pair, b: Pair, make: type = Arith) -> Pair:
    """(a + ib)(c + id) = ac − bd + i(ad + bc)."""
    return (
        _minus(_by(a[0], b[0], make), _by(a[1], b[1], make)),
        _plus(_by(a[0], b[1], make), _by(a[1], b[0], make)),
    )


def _modulus2(z: Pair) -> Tree:
    squares = [Arith("*", (part, part)) for part in z if part is not None]
    return squares[0] if len(squares) == 1 else Arith("+", (squares[0], squares[1]))


def _scaled(z: Pair, op: str, by: Tree) -> Pair:
    real, imaginary = (None if part is None else Arith(op, (part, by)) for part in z)
    return real, imaginary


def _arithmetic(op: str, parts: tuple[Pair, ...]) -> Pair:
    if op == "neg":
        return _minus(None, parts[0][0]), _minus(None, parts[0][1])
    a, b = parts
    match op:
        case "+":
            return _plus(a[0], b[0]), _plus(a[1], b[1])
        case "-":
            return _minus(a[0], b[0]), _minus(a[1], b[1])
        case "*":
            return _times(a, b)
        case "/" if b[1] is None:
            return _scaled(a, "/", b[0] or ZERO)
        case "/":
            return _scaled(_times(a, (b[0], _minus(None, b[1]))), "/", _modulus2(b))
    exponent = b[0]
    assert isinstance(exponent, Number)
    power: Pair = (ONE, None)
    for _ in range(abs(int(exponent.value))):
        power = _times(power, a)
    return power if exponent.value >= 0 else _arithmetic("/", ((ONE, None), power))


def _function(op: str, parts: tuple[Pair, ...]) -> Pair:
    z = parts[0]
    match op:
        case "exp":
            size = None if z[0] is None else Apply("exp", (z[0],))
            angle = z[1] or ZERO
            return _times((size or ONE, None), (Apply("cos", (angle,)), Apply("sin", (angle,))))
        case "magnitude":
            return Apply("sqrt", (_modulus2(z),)), None
        case "where":
            (test, _), yes, no = map(_whole, parts)
            return Apply("where", (test, yes[0], no[0])), Apply("where", (test, yes[1], no[1]))
        case "modrelu":
            size, shift = Apply("sqrt", (_modulus2(z),)), parts[1][0] or ZERO
            active = Apply("heaviside", (Arith("+", (size, shift)),))
            return _scaled(z, "*", Arith("*", (active, Arith("+", (ONE, Arith("/", (shift, size)))))))
    raise AssertionError(op)
