"""The namespace in which the body of a cell runs: it takes every assignment down, in the author's order.

An assignment of a declaration (``x = Input()``) gives the declaration its name; an assignment of an expression is an
equation. Reading a name gives its newest value, for a state its value at t-1 until it is assigned. While the body runs,
each equation has a provisional name (``s@2``); ``closing`` gives the final ones.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sympy

from symrnn.errors import CellError
from symrnn.expr import MAX_NODES, Expr
from symrnn.family import Family, FamilySpec
from symrnn.names import check_name
from symrnn.record import Shape
from symrnn.scope import NoValue, Options, Parameter, Scope
from symrnn.tree import Named, Param, Ref, Tree
from symrnn.unify import HIDDEN, ONE, size_symbol

DECLARATIONS = "symrnn.declarations"  # where the functions are that a body calls to declare
ROLE_WORDS = {
    "input": "an input",
    "state": "a state",
    "output": "an output",
    "size": "a size",
    "constant": "a constant",
    "parameter": "a parameter",
    "family": "a family of parameters",
}


@dataclass
class Spec:
    """What a declaration says before it has a name: its role, its kind, its lengths and its options."""

    role: str
    call: str
    shape: tuple[sympy.Expr | None, ...] = ()
    kind: str = "signal"
    domain: str = "real"
    start: float = 0.0
    value: float = 0.0
    options: Options = field(default_factory=Options)
    complex: bool = False
    name: str | None = None


class Undeclared(Expr):
    """A declaration that has no name yet, so that it cannot be used."""

    __slots__ = ("spec",)
    spec: Spec

    def __init__(self, spec: Spec) -> None:
        super().__init__(Named(spec.call), (ONE,), Scope())
        self.spec = spec

    def _check(self) -> None:
        raise CellError(
            f"{self.spec.call}() has no name yet; declare it on a line of its own before use, "
            f"e.g. s = {self.spec.call}()"
        )


@dataclass(frozen=True)
class Declared:
    """A name that was declared: its role, the line, and for a signal its shape and what it starts from."""

    name: str
    role: str
    line: int
    shape: Shape = ()
    domain: str = "real"
    start: float = 0.0
    complex: bool = False


@dataclass(frozen=True)
class Entry:
    """An equation as recorded, under its provisional name."""

    name: str
    provisional: str
    tree: Tree
    shape: Shape
    static: bool
    line: int
    complex: bool = False


class Body(dict[str, Any]):
    """The recording namespace of the body of the class called ``owner``."""

    def __init__(self, owner: str = "") -> None:
        super().__init__()
        # Python writes __h in the body of Bad as _Bad__h.
        self.mangled = f"_{owner.lstrip('_')}__"
        self.scope = Scope()
        self.declared: dict[str, Declared] = {}
        self.families: dict[str, FamilySpec] = {}
        self.entries: list[Entry] = []
        self.latest: dict[str, Entry] = {}
        self.versions: Counter[str] = Counter()
        self.nodes = 0

    def __setitem__(self, key: str, value: Any) -> None:
        # The frame that assigns is the class body itself; its line is the author's.
        self.put(key, value, sys._getframe(1).f_lineno)

    def __getitem__(self, key: str) -> Any:
        if key not in self and key in self.declared and self.declared[key].role == "output":
            raise CellError(f"{key} is an output that has no value yet; assign it before reading it")
        return super().__getitem__(key)

    def put(self, name: str, value: Any, line: int) -> None:
        """Take down one assignment: a declaration, an equation, or a plain Python value."""
        if name.startswith("__") and name.endswith("__"):
            super().__setitem__(name, value)
        elif name.startswith(self.mangled):
            check_name(name.removeprefix(self.mangled[:-2]))
        elif isinstance(value, Undeclared):
            self._declare(name, value.spec, line)
        elif isinstance(value, Family) and value._spec.name is None:
            self._declare_family(name, value, line)
        elif isinstance(value, Expr):
            self._assign(name, value, line)
        elif isinstance(value, NoValue):
            value._refuse()
        else:
            self._keep(name, value)

    def _keep(self, name: str, value: Any) -> None:
        """A plain Python value is not recorded, but it may not hide what is."""
        if getattr(value, "__module__", None) == DECLARATIONS and callable(value):
            raise CellError(f"{name} is {value.__name__} itself; call it, {name} = {value.__name__}()")
        if name in self.declared or name in self.latest:
            raise CellError(f"{self._what(name)} and cannot become a plain Python value; choose another name")
        super().__setitem__(name, value)

    def _what(self, name: str) -> str:
        if name in self.declared:
            return f"{name} is {ROLE_WORDS[self.declared[name].role]} (line {self.declared[name].line})"
        return f"{name} is computed (line {self.latest[name].line})"

    def _claim(self, name: str, role: str, line: int, **facts: Any) -> Declared:
        """Enter a new declaration; a name is declared once."""
        check_name(name)
        if name in self.declared or name in self.latest:
            raise CellError(f"{self._what(name)} already; choose another name for {ROLE_WORDS[role]}, e.g. {name}_hat")
        self.declared[name] = Declared(name, role, line, **facts)
        return self.declared[name]

    def _declare(self, name: str, spec: Spec, line: int) -> None:
        if spec.name is not None:
            raise CellError(f"{name} and {spec.name} are one declaration; write {name} = {spec.call}() on its own")
        shape: Shape = tuple(self.scope.sizes.unknown() if size is None else size for size in spec.shape)
        if spec.role in ("input", "state"):
            self._declare_signal(name, spec, shape, line)
        elif spec.role == "parameter":
            self._claim(name, "parameter", line)
            if name in self.scope.params:
                raise CellError(f"{name} is a block of {self.scope.params[name].family} already; choose another name")
            self.scope.params[name] = Parameter(name, spec.kind, shape, line, spec.options)
            self._bind(name, Expr(Param(name), shape or (ONE,), self.scope))
        elif spec.role == "output":
            self._claim(name, "output", line)
            self.pop(name, None)
        else:
            self._claim(name, spec.role, line)
            self.scope.numbers[name] = size_symbol(name) if spec.role == "size" else spec.value
            if spec.role == "size":
                self.scope.sizes.brought.discard(size_symbol(name))
            self._bind(name, Expr(Named(name), (ONE,), self.scope))
        spec.name = name

    def _declare_signal(self, name: str, spec: Spec, shape: Shape, line: int) -> None:
        lag = 1 if spec.role == "state" else 0
        if not shape:
            own = HIDDEN if spec.role == "state" else size_symbol(f"n_{name}")
            if spec.role == "input" and str(own) not in self.scope.numbers and own != HIDDEN:
                self.scope.sizes.brought.add(own)
            shape = (own,)
        facts = {"domain": spec.domain, "start": spec.start, "complex": spec.complex}
        self._claim(name, spec.role, line, shape=shape, **facts)
        self.scope.remembered[name] = lag
        if spec.complex:
            self.scope.complex.add(name)
        self._bind(name, Expr(Ref(name, lag), shape, self.scope))

    def _declare_family(self, name: str, family: Family, line: int) -> None:
        self._claim(name, "family", line)
        spec = family._spec
        spec.name, spec.scope, spec.line = name, self.scope, line
        self.families[name] = spec
        self._bind(name, family)

    def _bind(self, name: str, value: Expr | Family) -> None:
        super().__setitem__(name, value)

    def _assign(self, name: str, value: Expr, line: int) -> None:
        """Take down the equation ``name = value``."""
        check_name(name)
        value._check()
        if value.scope is not self.scope:
            raise CellError(f"{value} belongs to another cell")
        known = self.declared.get(name)
        if known is not None and known.role not in ("state", "output"):
            raise CellError(
                f"{name} is {ROLE_WORDS[known.role]} and cannot be assigned; choose another name, e.g. {name}_hat"
            )
        if known is not None and known.role == "state":
            self._check_update(known, value)
        elif known is not None and value.complex:
            raise CellError(f"output {name} is real but its value is complex; take real(…), imag(…) or abs(…)")
        self.versions[name] += 1
        self.nodes += value.nodes
        if self.nodes > MAX_NODES:
            raise CellError(f"a cell holds at most {MAX_NODES} operations")
        # A state or an output has a time index even if nothing on its right-hand side has one.
        static = value.static and known is None
        shape = known.shape if known is not None and known.role == "state" else value.shape
        spread = value.complex or (known is not None and known.complex)
        entry = Entry(name, f"{name}@{self.versions[name]}", value.tree, shape, static, line, spread)
        if static:
            self.scope.static.add(entry.provisional)
        if spread:
            self.scope.complex.add(entry.provisional)
        self.entries.append(entry)
        self.latest[name] = entry
        self._bind(name, Expr(Ref(entry.provisional), shape, self.scope))

    def _check_update(self, state: Declared, value: Expr) -> None:
        if not self.scope.sizes.unify_shapes(state.shape, value.shape):
            raise CellError(
                f"state {state.name} has {self.scope.extent(state.shape)} but its update {value} has "
                f"{self.scope.extent(value.shape)}; an assignment to a state neither broadcasts nor ties two lengths, "
                f"declare them equal, e.g. Weight(x, to={state.name})"
            )
        if value.complex and not state.complex:
            raise CellError(
                f"state {state.name} is real but its update is complex; "
                f"declare {state.name} = State(complex=True) or take real(…)"
            )
