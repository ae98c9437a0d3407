"""What each name of a group of equations is: a signal at some step, a state, an input, or a parameter.

Defined at t: a signal; read at t-1 and defined at t: a state; read at t and never defined: an input; never indexed: a
parameter. A text may leave indices out, in part or everywhere; they are put in here, and the reading says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from symrnn.cell_declarations import GATES
from symrnn.reading.diagnostics import Report
from symrnn.reading.kinds import ELEMENTWISE
from symrnn.reading.source import Span
from symrnn.reading.statements import Item
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Name, Stack, Time, Tree

NOW, BEFORE = Time("t"), Time("t", -1)
SIGNS = ELEMENTWISE | {"odot", "times", "star", "cdot"}


@dataclass
class Definition:
    """One equation of a cell: what it defines, its value, and where it stands."""

    left: Any
    right: Any
    span: Span
    item: Item

    def names(self) -> list[Name]:
        """The names on the left."""
        return [n for n in (self.left.items if isinstance(self.left, Stack) else (self.left,)) if isinstance(n, Name)]


@dataclass
class Roles:
    """The names of a group by role, each in the order of the text."""

    states: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    static: list[str] = field(default_factory=list)


def definitions_of(items: Iterable[Item], report: Report, params: Iterable[str] = ()) -> list[Definition]:
    """The equations of a group with every time index put in; ``params`` are declared to have none."""
    found = [Definition(item.left, item.right, item.span, item) for item in items]
    timed = [name for item in found for name in _names(item) if name.time is not None]
    if not timed:
        return _unindexed(found, report)
    found = _forward(_prepared(found, report), report)
    return _indexed(found, set(params), report)


def _names(item: Definition) -> Iterator[Name]:
    for tree in (item.left, item.right):
        for node in walk(tree):
            if isinstance(node, Name):
                yield node


def _renamed(item: Definition, change: Callable[[Name, bool], Name]) -> Definition:
    """The equation with its names changed; the second argument says whether a name stands on the left."""
    left = mapped(item.left, lambda node: change(node, True) if isinstance(node, Name) else node)
    right = mapped(item.right, lambda node: change(node, False) if isinstance(node, Name) else node)
    return replace(item, left=left, right=right)


def _unindexed(found: list[Definition], report: Report) -> list[Definition]:
    """Equations without any index: a prime on the left is the next step; else what is read first is the old value."""
    defined = [name.name for item in found for name in item.names()]
    reads = {name.name for item in found for node in walk(item.right) if isinstance(node, Name) for name in (node,)}
    primed = {name: name.removesuffix("_prime") for name in defined if name.endswith("_prime")}
    bases = {base for name, base in primed.items() if base in reads or name in reads and base in defined}
    carried = bases or set(_early(found))
    # x is an input wherever it stands; what a weight multiplies beside it is one too, but for a bias.
    fed = set(_fed(found))
    inputs = ((fed - {"b"}) | {"x"} if "x" in reads else fed) - set(defined) - carried
    if not carried and not (inputs and {"x", "u"} & inputs):
        return found
    where = next(item for item in found if not carried or any(n.name.removesuffix("_prime") in carried
                                                               for n in item.names()))  # fmt: skip
    state = ", ".join(sorted(carried)) or "x"
    message = f"no time index: {state}' is the next value, {state} the previous one" if bases else (
        f"no time index: what is read of {state} before it is defined is its previous value")  # fmt: skip
    report.add("NO-TIME-INDEX", where.span, message)
    current: set[str] = set()

    def change(name: Name, left: bool) -> Name:
        base = name.name.removesuffix("_prime") if name.name in primed else name.name
        if bases and base in bases:
            return replace(name, name=base, time=NOW if name.name in primed else BEFORE)
        if name.name in carried and not left and name.name not in current:
            return replace(name, time=BEFORE)
        return replace(name, time=NOW) if name.name in defined or name.name in inputs else name

    result = []
    for item in found:
        result.append(_renamed(item, change))
        current |= {name.name for name in item.names()}
    return _static_again(result)


def _static_again(found: list[Definition]) -> list[Definition]:
    """Equations that depend on no signal lose the index that they were given."""
    timed = {name.name for item in found for name in item.names()}
    moving: set[str] = set()
    before = -1
    while before < len(moving):
        before = len(moving)
        for item in (*found, *reversed(found)):
            reads = [n for n in walk(item.right) if isinstance(n, Name) and n.time is not None]
            if any(n.name in moving or n.name not in timed or n.time != NOW for n in reads):
                moving |= {name.name for name in item.names()}
    still = timed - moving
    return [_renamed(item, lambda n, left: replace(n, time=None) if n.name in still else n) for item in found]


def _early(found: list[Definition]) -> Iterator[str]:
    """What equations read of themselves or of equations below them."""
    last = {name.name: at for at, item in enumerate(found) for name in item.names()}
    for at, item in enumerate(found):
        for node in walk(item.right):
            if isinstance(node, Name) and last.get(node.name, -1) >= at:
                yield node.name


def _fed(found: Iterable[Definition]) -> Iterator[str]:
    """Small letters without a label that a capital multiplies: signals, even without an index."""
    for item in found:
        for node in walk(item.right):
            if isinstance(node, Binary) and node.op in ("juxtaposed", "cdot", "@", "star", "times"):
                left, right = node.left, node.right
                while isinstance(left, Binary) and left.op == "juxtaposed":
                    left = left.right
                if isinstance(left, Name) and left.name[0].isupper() and left.time is None:
                    for name in [right] if isinstance(right, Name) else getattr(right, "items", ()):
                        if isinstance(name, Name) and name.name.islower() and len(name.name) == 1:
                            yield name.name


def _prepared(found: list[Definition], report: Report) -> list[Definition]:
    """``C^S_{t-1} = tanh(W C_{t-1})``: what is defined and read at t-1 only is no state but computed in step t."""
    reads = [n for item in found for n in walk(item.right) if isinstance(n, Name) and n.time is not None]
    defined = [name for item in found for name in item.names()]
    early = {name.name: name.span for name in reversed(defined) if name.time == BEFORE}
    early = {name: span for name, span in early.items()
             if all(n.time == BEFORE for n in (*reads, *defined) if n.name == name)}  # fmt: skip
    if len(early) == len({name.name for name in defined}):
        return found
    for name, span in early.items():
        report.add("UNEQUAL-TIME", span, f"{name} is defined and read at t-1 only: it is computed in step t")
    return [_renamed(item, lambda n, left: replace(n, time=NOW) if n.name in early else n) for item in found]


def _forward(found: list[Definition], report: Report) -> list[Definition]:
    """``h_{t+1} = f(h_t, x_t)``: what is defined one step ahead is taken one step back, inputs stay."""
    ahead = [name for item in found for name in item.names() if name.time is not None and name.time.shift > 0]
    if not ahead:
        return found
    message = "defined at t+1: the indices are read one step back, so that the step computes the value at t"
    report.add("FORWARD-INDEX", ahead[0].span, message)
    defined = {name.name for item in found for name in item.names()}
    steps = max(name.time.shift for name in ahead if name.time is not None)
    shifted = {name.name for name in ahead}
    inputs_ahead = any(n.time is not None and n.time.shift > 0 and n.name not in defined
                       for item in found for n in walk(item.right) if isinstance(n, Name))  # fmt: skip

    def change(name: Name, left: bool) -> Name:
        moves = name.name in shifted or inputs_ahead and name.name not in defined
        if name.time is None or not name.time.letter or not moves:
            return name
        return replace(name, time=replace(name.time, shift=name.time.shift - steps))

    return [_renamed(item, change) for item in found]


def _indexed(found: list[Definition], params: set[str], report: Report) -> list[Definition]:
    """Equations with indices, some of which may be left out: they are put in where a name is a signal."""
    timed = {name.name for item in found for name in _names(item) if name.time is not None}
    moving = _moving(found)
    added: dict[str, Span] = {}
    gates = {*_gates(found), *_fed(item for item in found if _timed(item.right))}
    gates -= {name.name for item in found for name in item.names()}
    own = {name.name for item in found for name in item.names() if name.time is not None
           and any(isinstance(n, Name) and n.name == name.name and n.time is None for n in walk(item.right))}

    def change(name: Name, left: bool) -> Name:
        if name.time is not None or name.name in ("1", "1j") or name.name in params:
            return name
        signal = name.name in moving or (name.name in timed and name.name not in own and name.name[0].islower())
        if not signal and name.name not in gates:
            return name
        added.setdefault(name.name, name.span)
        return replace(name, time=NOW)

    result = [_renamed(item, change) for item in found]
    for name, span in added.items():
        report.add("UNEQUAL-TIME", span, f"{name} has no time index here: read at t")
    return result


def _moving(found: list[Definition]) -> set[str]:
    """The names that are defined without an index but depend on signals."""
    moving: set[str] = set()
    for _ in found:
        before = len(moving)
        for item in (*found, *reversed(found)):
            reads = (n for n in walk(item.right) if isinstance(n, Name))
            if any(n.time is not None or n.name in moving for n in reads):
                moving |= {name.name for name in item.names() if name.time is None}
        if len(moving) == before:
            break
    return moving


def _gates(found: list[Definition]) -> Iterator[str]:
    """Names of gates beside an elementwise sign and a signal: their index is left out as a habit."""
    for item in found:
        for node in walk(item.right):
            if isinstance(node, Binary) and node.op in SIGNS:
                for part, other in ((node.left, node.right), (node.right, node.left)):
                    beside = _timed(other) or isinstance(other, Name) and _is_gate(other.name)
                    if isinstance(part, Name) and part.time is None and _is_gate(part.name) and beside:
                        yield part.name


def _is_gate(name: str) -> bool:
    return name in GATES or name.split("_")[0] == "Gamma"


def _timed(tree: Tree) -> bool:
    return any(isinstance(node, Name) and node.time is not None for node in walk(tree))


def roles_of(found: list[Definition], states: Iterable[str] | None, inputs: Iterable[str] | None) -> Roles:
    """The role of every name; what the caller says wins."""
    roles = Roles()
    defined: dict[str, None] = {}
    for item in found:
        for name in item.names():
            target = roles.static if name.time is None else roles.signals
            if name.name not in target:
                target.append(name.name)
            if name.time is not None:
                defined[name.name] = None
    lagged: dict[str, None] = {}
    fed: dict[str, None] = {}
    for item in found:
        for node in walk(item.right):
            if isinstance(node, Name) and node.time is not None:
                if node.name not in defined:
                    fed[node.name] = None
                elif node.time.shift < 0:
                    lagged[node.name] = None
    roles.states = ordered(roles.signals, lagged) if states is None else list(states)
    roles.inputs = [*fed] if inputs is None else list(inputs)
    # What is only remembered, as x_t = x_t says, is an input.
    roles.states = [name for name in roles.states if name not in roles.inputs or name in defined]
    return roles


def ordered(signals: list[str], lagged: Iterable[str]) -> list[str]:
    """The states, what is returned first: h or y where there is one, else the one that is defined last."""
    found = [name for name in signals if name in set(lagged)]
    first = next((name for name in ("h", "y", "H", "s") if name in found), found[-1] if found else "")
    return sorted(found, key=lambda name: name != first)
