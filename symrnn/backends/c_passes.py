"""A pass as a function of the emitted file: loads, one statement for each value, stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from symrnn.backends.c_fusion import Pass
from symrnn.backends.c_operations import Lane, Put, Tally
from symrnn.backends.c_places import Place, Places
from symrnn.backends.c_streams import Streams
from symrnn.backends.c_text import Formula, factor, size
from symrnn.ir import Broadcast, Contract, Node, Pointwise, Shape

INDICES = ("line", "j")
Strides = tuple[sympy.Expr, ...]  # from component to component, along the axes of the pass


def own_strides(shape: Shape) -> Strides:
    """The strides of a value stored by rows."""
    return (sympy.Integer(1),) if len(shape) == 1 else (shape[1], sympy.Integer(1))


def operand_strides(node: Node, position: int) -> Strides:
    """How an operand is walked through while the components of ``node`` are."""
    arg, rank = node.args[position], len(node.shape)
    none = (sympy.Integer(0),) * rank
    match node.op:
        case Contract(spec):
            words, output = spec.split("->")
            word = words.split(",")[position]
            along = dict(zip(word, own_strides(arg.shape), strict=False))
            return tuple(along.get(letter, sympy.Integer(0)) for letter in output) or (sympy.Integer(1),)
        case Broadcast(_, axes):
            if arg.shape == node.shape:
                return own_strides(arg.shape)
            repeated = dict(zip(axes, own_strides(arg.shape), strict=False))
            return tuple(repeated.get(axis, sympy.Integer(0)) for axis in range(rank))
    return own_strides(arg.shape) if arg.shape == node.shape else none


@dataclass
class PassWriter:
    """Writes one pass."""

    block: Pass
    places: Places
    formula: Formula
    targets: dict[tuple[str, str], Place]
    lines: list[str] = field(default_factory=list)
    values: dict[object, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.streams = Streams(self.places.names)
        self.made: dict[Node, str] = {}

    def write(self) -> None:
        """Write the statements of all operations; loads come where they are first needed."""
        for operation in self.block.operations:
            match operation:
                case Lane(node):
                    self.lane(node)
                case Put(node, kind, name):
                    self.store(self.targets[kind, name], self.value(node))
                case Tally(node, kind, name):
                    target = self.targets[kind, name]
                    address = self.address(target, own_strides(self.block.shape), write=True)
                    self.lines.append(
                        f"v_store_part({address}, v_load_part({address}, w) + {self.value(node)}, w);"
                    )

    def lane(self, node: Node) -> None:
        """One value: its statement, and its store where somebody else reads it."""
        operands = [self.operand(node, k) for k in range(len(node.args))]
        product = " * ".join(operands)
        text = self.formula.vector(node.op.expr, operands) if isinstance(node.op, Pointwise) else product
        name = self.streams.local(self.places.step_names[node], f"value {id(node)}")
        self.lines.append(f"const vec {name} = {text};")
        self.made[node] = name
        if self.places.held(node):
            self.store(self.places.place(node), name)

    def store(self, target: Place, value: str) -> None:
        """Write a value to memory."""
        address = self.address(target, own_strides(self.block.shape), write=True)
        self.lines.append(f"v_store_part({address}, {value}, w);")

    def value(self, node: Node) -> str:
        """A value at the component of the pass."""
        return self.made.get(node) or self.load(node, own_strides(node.shape))

    def operand(self, node: Node, position: int) -> str:
        """An operand of a value."""
        arg = node.args[position]
        strides = operand_strides(node, position)
        if arg in self.made and strides == own_strides(self.block.shape):
            return self.made[arg]
        return self.load(arg, strides)

    def load(self, node: Node, strides: Strides) -> str:
        """A vector of a value in memory, loaded once."""
        place = self.places.place(node)
        key = (place, strides)
        if key not in self.values:
            name = self.streams.local(self.places.step_names.get(node, "held"), f"load {key}")
            self.lines.append(f"const vec {name} = {self.read(place, strides)};")
            self.values[key] = name
        return self.values[key]

    def read(self, place: Place, strides: Strides) -> str:
        """The vector at the component of the pass."""
        last = strides[-1]
        if last == 0:
            return f"v_set(*({self.address(place, strides)}))"
        if last == 1:
            return f"v_load_part({self.address(place, strides)}, w)"
        return f"v_load_strided({self.address(place, strides)}, {size(last, self.places.names)}, w)"

    def address(self, place: Place, strides: Strides, write: bool = False) -> str:
        """Where the component of the pass lies."""
        steps = []
        for index, stride in zip(INDICES[2 - len(strides) :], strides, strict=True):
            if stride != 0:
                steps.append(index if stride == 1 else f"{index} * {factor(stride, self.places.names)}")
        return self.streams.at(place, " + ".join(steps), write)

    def context(self, name: str) -> dict[str, Any]:
        """What the template prints."""
        names, shape = self.places.names, self.block.shape
        head = [size(s, names) for s in shape]
        text = [*self.lines, *head]
        made = [self.places.step_names[o.node] for o in self.block.operations if isinstance(o, Lane)]
        return {
            "name": name,
            "about": ", ".join(made) or "copies",
            "shape": "(" + ", ".join(map(str, shape)) + ")",
            "columns": size(shape[-1], names),
            "rows": size(shape[0], names) if len(shape) == 2 else "",
            "parameters": self.streams.parameters(text),
            "arguments": self.streams.row_arguments(text),
            "bare": [*self.streams.sizes(text), *self.streams.pointers.values()],
            "lines": self.lines,
        }

    def call(self, name: str, stage: str, rows: str) -> str:
        """The statement that runs the pass at a stage."""
        text = [*self.lines, *(size(s, self.places.names) for s in self.block.shape)]
        return f"TYPED({name})({', '.join([rows, *self.streams.arguments(text, stage)])});"
