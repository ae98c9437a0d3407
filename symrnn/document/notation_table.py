"""The table of symbols: what each means, its shape, and where it is defined."""

from __future__ import annotations

from collections.abc import Iterable

from symrnn.document.arithmetic import adjoint
from symrnn.document.contractions import extent
from symrnn.document.draft import Draft, listed
from symrnn.document.formula import Formula, Listed, Partial, Sign, Symbol
from symrnn.document.model import Section, Table, Text
from symrnn.document.vocabulary import vocabulary
from symrnn.flat import places
from symrnn.ir import SCALAR, Node, Pointwise, Shape
from symrnn.jacobian_naming import parts
from symrnn.ops.elementwise import Head
from symrnn.record import Declaration

Line = tuple[Text, ...]
KINDS = {"weight": "weight", "bias": "bias"}


def notation_section(draft: Draft, formulas: Iterable[Formula]) -> Section:
    """Sizes, inputs, states, other values, parameters, adjoints, then the signs and functions in the formulas."""
    head = tuple((draft.words(key),) for key in ("symbol", "meaning", "shape", "defined"))
    body = [*_sizes(draft), *_inputs(draft), *_states(draft), *_values(draft), *_parameters(draft), *_adjoints(draft)]
    body += [(symbol, meaning, (), ("",)) for symbol, meaning in vocabulary(draft, formulas)]
    return Section("", draft.words("notation"), (Table(head, tuple(body), (5, 8, 4, 3)),))


def _line(draft: Draft, symbol: Formula, meaning: Text | str, shape: Shape | None, defined: str = "") -> Line:
    said = (meaning,) if isinstance(meaning, str) else meaning
    extents: Text = () if shape is None else (extent(shape),)
    return (symbol,), said, extents, (defined,)


def _sizes(draft: Draft) -> list[Line]:
    lines = [_line(draft, draft.steps, draft.phrase("steps"), None)]
    inputs = {d.shape[0]: d.name for d in reversed(draft.record.inputs) if len(d.shape) == 1}
    states = {d.shape[0]: d.name for d in reversed(draft.record.states) if len(d.shape) == 1}
    for size in draft.record.sizes:
        name = {**states, **inputs}.get(size)
        meaning = draft.phrase("length", of=Symbol(name, "t")) if name else draft.words("size")
        lines.append(_line(draft, Symbol(size.name), meaning, None))
    for name, value in draft.record.constants:
        lines.append(_line(draft, Symbol(name), draft.words("constant", value=f"{value:g}"), None))
    return lines


def _inputs(draft: Draft) -> list[Line]:
    given = draft.words("given")
    return [_line(draft, Symbol(d.name, "t"), draft.words("input"), d.shape, given) for d in draft.record.inputs]


def _states(draft: Draft) -> list[Line]:
    lines = []
    for d in draft.record.states:
        key = "output_state" if d.name in draft.record.outputs else "state"
        meaning = draft.phrase(key, start=f"{d.start:g}")
        lines.append(
            _line(draft, Symbol(d.name, "t"), _kind(draft, d, meaning), d.shape, listed([draft.authored[d.name]]))
        )
    for name, place in places(draft.record).items():
        signal = place.name.removesuffix("_past")
        if name in draft.past and place.index is not None:
            held = draft.past[name]
            part = "" if place.part is None else f".{place.part}"
            kept = Symbol(f"{signal}{part}", f"t-{held}" if held else "t")
            shape = draft.record.shape_of(signal)
            lines.append(
                _line(draft, Symbol(name, "t"), draft.phrase("past", value=kept), shape, listed(draft.shift[name]))
            )
    return lines


def _kind(draft: Draft, d: Declaration, meaning: Text) -> Text:
    """What a declaration adds to the meaning of a name."""
    if d.fixed:
        meaning = _filled(draft, "fixed", meaning)
    return _filled(draft, "complex_kind", meaning) if d.complex else meaning


def _filled(draft: Draft, key: str, meaning: Text, **pieces: str) -> Text:
    """A phrase around another."""
    found: list[str | Formula] = []
    for piece in draft.phrase(key, meaning=Sign(""), **pieces):
        found += meaning if piece == Sign("") else [piece]
    return tuple(found)


def _values(draft: Draft) -> list[Line]:
    """Values that are neither state nor leaf: the author's, then those that the canonical form names."""
    states = {d.name for d in draft.record.states}
    lines = []
    for equation in draft.record.equations:
        if equation.name not in states:
            key = "output" if equation.name in draft.record.outputs else "value"
            symbol = Symbol(equation.name.partition("@")[0], "" if equation.static else "t")
            number = listed([draft.authored[equation.name]])
            meaning = _filled(draft, "complex_kind", (draft.words(key),)) if equation.complex else draft.words(key)
            lines.append(_line(draft, symbol, meaning, equation.shape, number))
    readers = _readers(draft)
    for _, node in draft.program.forward.equations:
        own = draft.program.forward.names[node] in draft.values.naming.authored
        if not own and not draft.values.written_out(node):
            number = listed(draft.home[node])
            meaning = _made(draft, readers.get(node, []))
            lines.append(_line(draft, draft.values.symbol(node), meaning, node.shape, number))
    return lines


def _readers(draft: Draft) -> dict[Node, list[Node]]:
    """The values that read each value."""
    found: dict[Node, list[Node]] = {}
    for _, node in draft.program.forward.equations:
        for arg in dict.fromkeys(node.args):
            found.setdefault(arg, []).append(node)
    return found


def _made(draft: Draft, readers: list[Node]) -> Text:
    """What a value is for that the canonical form names."""
    if readers and all(isinstance(n.op, Pointwise) and isinstance(n.op.expr, Head) for n in readers):
        return draft.phrase("argument", of=draft.values.refer(readers[0]))
    return (draft.words("value"),)


def _parameters(draft: Draft) -> list[Line]:
    """Blocks of one family and shape share a line."""
    groups: dict[tuple[object, ...], list[Declaration]] = {}
    for d in draft.record.params:
        key = (d.family or d.name, d.shape, d.complex, d.copies, d.fixed)
        groups.setdefault(key, []).append(d)
    lines = []
    for blocks in groups.values():
        first = blocks[0]
        shape = first.shape[1:] if first.copies is not None else first.shape
        for start in range(0, len(blocks), 4):
            symbols = tuple(s for d in blocks[start : start + 4] for s in _copies(d))
            symbol = symbols[0] if len(symbols) == 1 else Listed(symbols)
            meaning = _kind(draft, first, (draft.words(KINDS.get(first.kind, "parameter")),))
            lines.append(_line(draft, symbol, meaning, shape or SCALAR, draft.words("given")))
    return lines


def _copies(d: Declaration) -> tuple[Formula, ...]:
    """A parameter, or the first and the last of its copies."""
    if d.copies is None:
        return (Symbol(d.name),)
    last = Symbol(f"{d.name}[{d.copies - 1}]")
    return (Symbol(f"{d.name}[0]"), *((Sign("…"),) if d.copies > 2 else ()), *((last,) if d.copies > 1 else ()))


def _adjoints(draft: Draft) -> list[Line]:
    v = Symbol("v")
    lines = [_line(draft, adjoint(v), draft.phrase("adjoint", form=Partial(Symbol("L"), v)), None)]
    program = draft.program
    for carry in program.forward.carries[:1]:
        state = Symbol(carry.name, "t")
        meaning = draft.phrase("arrival", adjoint=adjoint(state))
        lines.append(_line(draft, adjoint(state, "+"), meaning, carry.write.shape, listed(draft.leaving)))
    for name, node in program.forward.outputs[:1]:
        output = Symbol(parts(name)[0], "t")
        meaning = draft.phrase("cotangent", adjoint=adjoint(output))
        lines.append(_line(draft, adjoint(output, "y"), meaning, node.shape, draft.words("given")))
    return lines
