"""Which names of two cells play the same part, found from their structure, and which cell of the zoo a cell is.

Every value is coloured by what it is made of and by what is made of it, again and again until no further values are
told apart, as in the refinement by which graphs are compared. Names of one colour belong together. The colours decide
nothing: what they propose is proved or refuted as any equivalence is.
"""

from __future__ import annotations

import hashlib
import pkgutil
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import sympy

from symrnn.analysis.equivalence import PROVED, Equivalence, equivalent
from symrnn.analysis.splitting import Split, split_stacks
from symrnn.cell import Cell
from symrnn.errors import SymrnnError
from symrnn.ir import Leaf, Node, Pointwise, slot
from symrnn.lower import lower
from symrnn.step import Step
from symrnn.zoo import __name__ as package
from symrnn.zoo import zoo

ROUNDS = 4


@dataclass(frozen=True)
class Twin:
    """A cell of the zoo that a cell is, the proof, and how its stacked weights were split for it."""

    id: str
    proof: Equivalence
    split: Split

    def __str__(self) -> str:
        return ", ".join([f"{self.id} of the zoo"] + [f"{theirs} = {ours}" for theirs, ours in self.names])

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """What names of the zoo's cell are in this one, where they differ: another name, or columns of a weight."""
        columns = dict(self.split.columns)
        return tuple((theirs, columns.get(ours, ours)) for theirs, ours in self.proof.mapping)


def names_between(a: type[Cell], b: type[Cell]) -> dict[str, str] | None:
    """What every name of b is called in a, by the parts that they play; None where the cells are built differently."""
    left, right = (_Colours(lower(cell.record)).names() for cell in (a, b))
    if {k: len(v) for k, v in left.items()} != {k: len(v) for k, v in right.items()}:
        return None
    return {theirs: ours for key in right for theirs, ours in zip(right[key], left[key], strict=True)}


class _Colours:
    """The colours of the values of a step."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.leaf = {n: n.op.role for n in step.leaves if isinstance(n.op, Leaf)}
        self.uses: dict[Node, list[tuple[Node, int]]] = defaultdict(list)
        for _, node in step.equations:
            for place, arg in enumerate(node.args):
                self.uses[arg].append((node, place))

    def names(self) -> dict[str, list[str]]:
        """The names of parameters, inputs and states by their final colours."""
        for _ in range(ROUNDS):
            made = self._made_of()
            used = self._used_for(made)
            self.leaf = {n: _hash(made[n], used[n], self._written(n, made, used)) for n in self.leaf}
        found: dict[str, list[str]] = defaultdict(list)
        states = {c.read: c.name for c in self.step.carries}
        for node, colour in self.leaf.items():
            found[colour].append(states.get(node, self.step.names[node]))
        return dict(found)

    def _written(self, node: Node, made: dict[Node, str], used: dict[Node, str]) -> str:
        """The colour of what is written where this is read."""
        return next((_hash(made[c.write], used[c.write]) for c in self.step.carries if c.read is node), "")

    def _made_of(self) -> dict[Node, str]:
        made = {n: _hash("leaf", colour, len(n.shape)) for n, colour in self.leaf.items()}
        for _, node in self.step.equations:
            made[node] = _hash("node", *_parts(node, [made[a] for a in node.args]))
        return made

    def _used_for(self, made: dict[Node, str]) -> dict[Node, str]:
        outputs = Counter(n for _, n in self.step.outputs)
        carried = Counter(c.write for c in self.step.carries)
        used: dict[Node, str] = {}
        order = dict.fromkeys([*self.step.leaves, *(n for _, n in self.step.equations)])
        for node in reversed(list(order)):
            contexts = []
            for parent, place in self.uses[node]:
                colours = [made[a] if k != place else "here" for k, a in enumerate(parent.args)]
                contexts.append(_hash(used[parent], *_parts(parent, colours)))
            used[node] = _hash(outputs[node], carried[node], *sorted(contexts))
        return used


def _parts(node: Node, colours: list[str]) -> list[str]:
    """An operation with colours for its operands; SymPy puts those of a sum or product in one order."""
    if isinstance(node.op, Pointwise):
        table = {slot(k): sympy.Symbol(colour) for k, colour in enumerate(colours)}
        return ["pointwise", str(node.op.expr.xreplace(table))]
    return [type(node.op).__name__, getattr(node.op, "spec", ""), *colours]


def _hash(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def twin(cell: type[Cell]) -> Twin | None:
    """The cell of the zoo that a cell is, if there is one and it is found."""
    split = split_stacks(cell)
    for id in _candidates(split.cell):
        if len(zoo[id].params) != len(split.cell.params):
            continue
        names = names_between(split.cell, zoo[id])
        if names is None:
            continue
        try:
            found = equivalent(split.cell, zoo[id], {a: b for a, b in names.items() if a != b})
        except SymrnnError:
            continue
        if found.verdict == PROVED:
            return Twin(id, found, split)
    return None


def _candidates(cell: type[Cell]) -> Iterator[str]:
    """Cells of the zoo with as many states, and as many of each function, by the text of their files."""
    record = cell.record
    functions = Counter(
        name for e in record.equations for name in re.findall(r"op='(\w+)'", str(e.tree)) if name.isidentifier()
    )
    for id in zoo:
        text = (pkgutil.get_data(package, f"{id}.py") or b"").decode().partition("class ")[2]
        own = Counter(re.findall(r"\b([a-z_]+)\(", text))
        alike = all(own[name] == count for name, count in functions.items())
        if alike and text.count("State(") == len(record.states) and own["sigmoid"] == functions["sigmoid"]:
            yield id
