"""Names, shapes and parameter blocks as the emitted NumPy module spells them."""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import sympy

from symrnn.flat import Place, places
from symrnn.ir import Leaf, Node, Shape, is_slot
from symrnn.record import Array, Record
from symrnn.simplify import parameter_of

# Names that the emitted module uses itself, and three that are hard to tell from digits.
OWN = {
    *("np", "T", "B", "params", "state", "dstate", "tape", "work", "w", "v", "dy", "dparams", "dtype", "rng", "ticks"),
    *("blocks", "uniform", "x_t", "calls", "key", "adjoint", "l", "O", "I"),
    *("checkpoint", "Checkpoints", "_checkpointed", "_checkpointed_back", "_buffers", "_segment", "_placed"),
    *("CELL", "INPUTS", "STATES", "OUTPUTS", "CONSTANTS", "PARAMS", "Workspace", "init", "initial_state", "pack"),
    *("unpack", "workspace", "forward", "backward", "step", "jacobian", "_adjoint_workspace", "_sizes", "_named"),
    *("_axis", "_check", "_reserve", "_block", "_", "_cast", "_softmax", "_logsumexp", "_concat", "_expm"),
    *("_array", "_whole", "_held", "_precision"),
    "_expm_derivative",
    *("ROWS", "_pieces", "start", "steps", "now"),
}
# Where a name comes from. One name from two places is two variables: an author may call an equation dh, or U_T.
VALUE, ADJOINT, TANGENT, STATIC_VALUE = "", "adjoint", "tangent", "static"
ARRAY, NUMBER, MADE = "array", "number", "made"


@dataclass
class Names:
    """Unique Python identifiers for the names of a cell; a name that the module uses itself gets an underscore."""

    given: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def __call__(self, name: str, space: str = VALUE) -> str:
        """The identifier of ``name``; the same name in another space gets another identifier."""
        if (space, name) not in self.given:
            plain = name.replace("[t-1]", "_prev").replace("[t+1]", "_next")
            plain = re.sub(r"\W+", "_", plain.replace("]", ""))  # flat names: h_past[0], B.re
            while keyword.iskeyword(plain) or plain in OWN or plain in self.taken or hasattr(builtins, plain):
                plain += "_"
            self.given[space, name] = plain
            self.taken.add(plain)
        return self.given[space, name]

    def claim(self, record: Record) -> None:
        """Give the names that the author chose, and those of the gradients, the first choice."""
        for symbol in record.sizes:
            self(symbol.name, NUMBER)
        for name in (*(d.name for d in (*record.inputs, *record.states)), *(e.name for e in record.equations)):
            self(name, VALUE)
        for name, _ in record.constants:
            self(name, NUMBER)
        for array in record.arrays:
            self(array.name, ARRAY)
            self(f"d{array.name}", ARRAY)

    def numbers(self, expr: sympy.Expr) -> sympy.Expr:
        """An expression with its sizes and named constants as the module calls them."""
        return expr.xreplace({s: sympy.Symbol(self(s.name, NUMBER)) for s in expr.free_symbols if not is_slot(s)})


def words(text: str) -> set[str]:
    """The names that stand in code by themselves: no attributes, and nothing in quotes."""
    return set(re.findall(r"(?<![\w.\"'])[A-Za-z_]\w*", text))


def size(expr: sympy.Expr, names: Names) -> str:
    """A size as Python: sums and products of symbols."""
    return str(names.numbers(expr))


def interval(start: sympy.Expr, stop: sympy.Expr, names: Names) -> str:
    """A slice as Python writes it."""
    return f"{'' if start == 0 else size(start, names)}:{size(stop, names)}"


def shape(extents: Iterable[sympy.Expr | str], names: Names) -> str:
    """A shape as a Python tuple; leading axes such as T and B are given as they are spelt."""
    parts = [e if isinstance(e, str) else size(e, names) for e in extents]
    return "(" + ", ".join(parts) + ("," if len(parts) == 1 else "") + ")"


def quoted(value: object) -> str:
    """A string, tuple or dict of strings as Python writes it with double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return "(" + ", ".join(map(quoted, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)}: {quoted(v)}" for k, v in value.items()) + "}"
    return repr(value)


def symbols(extents: Iterable[object]) -> str:
    """A shape in symbols, as the module's messages show it."""
    return quoted(tuple(map(str, extents)))


def comment(extents: Iterable[object]) -> str:
    """A shape as a comment writes it."""
    return "(" + ", ".join(map(str, extents)) + ")"


@dataclass(frozen=True)
class Block:
    """Where a flat parameter lies: rows of a stacked array, of one of its copies, the real or imaginary part."""

    array: Array
    start: sympy.Expr
    stop: sympy.Expr
    place: Place

    @property
    def whole(self) -> bool:
        """Whether the parameter has all rows of its array."""
        return len(self.array.blocks) == 1

    def text(self, held: str, rows: str) -> str:
        """The block as a view of the array that ``held`` names; ``rows`` is empty for all of them."""
        index = [] if self.place.index is None else [str(self.place.index)]
        index += [rows] if rows else []
        view = f"{held}[{', '.join(index)}]" if index else held
        return view + {"re": ".real", "im": ".imag", None: ""}[self.place.part]


class Parameters:
    """Where every parameter of a record lies in the stacked arrays, by flat name."""

    def __init__(self, record: Record, names: Names) -> None:
        self.record, self.names = record, names
        declared = {d.name: d for d in record.params}
        flat_names: dict[str, list[tuple[str, Place]]] = {}
        for name, place in places(record).items():
            flat_names.setdefault(place.name, []).append((name, place))
        self.blocks: dict[str, Block] = {}
        self.complex = {a.name for a in record.arrays if declared[a.blocks[0]].complex}
        for array in record.arrays:
            row: sympy.Expr = sympy.Integer(0)
            for block in array.blocks:
                shape = declared[block].shape[0 if declared[block].copies is None else 1 :]
                rows = shape[0] if shape else sympy.Integer(1)
                for name, place in flat_names[block]:
                    self.blocks[name] = Block(array, row, row + rows, place)
                row = row + rows

    def view(self, name: str, array: str | None = None) -> str:
        """The rows of one parameter, as a view of its stacked array."""
        block = self.blocks[name]
        held = array or self.names(block.array.name, ARRAY)
        return block.text(held, "" if block.whole else interval(block.start, block.stop, self.names))

    def run(self, names: list[str], array: str | None = None) -> str | None:
        """Several parameters as one view, where they lie one after the other in one array; else None."""
        blocks = [self.blocks[n] for n in names]
        if any(b.array != blocks[0].array or b.start != a.stop for a, b in pairwise(blocks)):
            return None
        if any(replace(b.place, name="") != replace(blocks[0].place, name="") for b in blocks):
            return None
        held = array or self.names(blocks[0].array.name, ARRAY)
        everything = len(names) == len(blocks[0].array.blocks)
        return blocks[0].text(held, "" if everything else interval(blocks[0].start, blocks[-1].stop, self.names))

    def stacked(self, weights: tuple[Node, ...], axis: int = 0) -> str:
        """Matrices below each other (axis 0) or beside each other (axis 1), each times its number."""
        parts: list[tuple[sympy.Expr, list[str]]] = []
        for name, number in map(scaled_name, weights):
            together = parts and axis == 0 and parts[-1][0] == number and self.run([*parts[-1][1], name])
            if together:
                parts[-1][1].append(name)
            else:
                parts.append((number, [name]))
        texts = [times(number, self.run(names) or "") for number, names in parts]
        return texts[0] if len(texts) == 1 else f"np.concatenate([{', '.join(texts)}]{', axis=1' if axis else ''})"

    def scaled(self, node: Node) -> str:
        """A parameter, times its number."""
        name, number = scaled_name(node)
        return times(number, self.view(name))


def times(number: sympy.Expr, text: str) -> str:
    """A number times an array."""
    return text if number == 1 else f"{float(number)!r} * {text}"


def scaled_name(node: Node) -> tuple[str, sympy.Expr]:
    """The name of a parameter, and the number that it is multiplied by."""
    found = parameter_of(node)
    assert found is not None
    return leaf_name(found[0]), found[1]


def leaf_name(node: Node) -> str:
    """The name of a leaf."""
    assert isinstance(node.op, Leaf)
    return node.op.name


def shape_of_buffer(lanes: int, extents: Shape, rows: bool, names: Names, lead: list[str]) -> str:
    """The shape of a buffer: leading axes, then rows of all lanes or one block a lane."""
    if rows:
        parts = [*lead, "B", size(lanes * extents[0], names)]
    else:
        parts = [*lead, *([str(lanes)] if lanes > 1 else []), "B", *(size(e, names) for e in extents)]
    return f"({', '.join(parts)})"
