"""The end of a cell's body: what is missing or unused is an error, what is open is decided, the record is frozen."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable

import sympy

from symrnn.errors import CellError
from symrnn.names import check_name
from symrnn.record import Declaration, Equation, Record, Shape
from symrnn.recorder import Body
from symrnn.stacking import arrays, parameters
from symrnn.tree import Named, Param, Ref, Structural, Tree, fold, rebuilt, walk
from symrnn.unify import HIDDEN, size_symbol


def close(body: Body, name: str, doc: str | None, identity: str) -> Record:
    """The record of a finished body; errors name the line of what they are about."""
    check_name(name)
    outputs = _outputs(body, name)
    _check_returned(body, name, outputs)
    _check_assigned(body, name)
    _check_used(body, name)
    final = _final_names(body, name)
    shapes = _Shapes(body, name)
    inputs, states = _signals(body, "input", shapes), _signals(body, "state", shapes)
    equations = _equations(body, final, shapes)
    params = parameters(body, name, shapes.of)
    sizes = _sizes(body, (*inputs, *states, *params), equations)
    record = Record(
        name=name,
        doc=clean_doc(doc),
        inputs=inputs,
        states=states,
        outputs=outputs,
        params=params,
        constants=tuple((key, n) for key, n in body.scope.numbers.items() if not isinstance(n, sympy.Basic)),
        sizes=sizes,
        equations=equations,
        arrays=arrays(params, name, sizes),
        id=identity,
    )
    _check_clashes(body, record)
    return record


def _signals(body: Body, role: str, shapes: _Shapes) -> tuple[Declaration, ...]:
    """The inputs, or the states, in order of declaration."""
    return tuple(
        Declaration(
            item.name,
            role,
            shapes.of(item.shape, item.name, item.line),
            item.domain,
            item.start,
            complex=item.complex,
        )
        for item in body.declared.values()
        if item.role == role
    )


def _equations(body: Body, final: dict[str, str], shapes: _Shapes) -> tuple[Equation, ...]:
    """The equations under their final names, in the author's order."""
    return tuple(
        Equation(
            final[entry.provisional],
            _settled(entry.tree, final, shapes, entry.line),
            shapes.of(entry.shape, entry.name, entry.line),
            entry.static,
            entry.line,
            entry.complex,
        )
        for entry in body.entries
    )


def clean_doc(doc: str | None) -> str:
    """A docstring without its indentation and without control characters."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", " ", inspect.cleandoc(doc or ""))


def _outputs(body: Body, cell: str) -> tuple[str, ...]:
    declared = [item for item in body.declared.values() if item.role == "output"]
    for item in declared:
        if item.name not in body.latest:
            raise CellError(
                f"{cell}: output {item.name} (line {item.line}) is never assigned; add an equation '{item.name} = …'"
            )
    states = [item.name for item in body.declared.values() if item.role == "state"]
    if not declared and not states:
        raise CellError(f"{cell}: nothing is returned; declare a state, h = State(), or an output, y = Output()")
    return tuple(item.name for item in declared) or (states[0],)


def _check_returned(body: Body, cell: str, outputs: tuple[str, ...]) -> None:
    """What is returned is real; declared outputs were asked when they were assigned."""
    for item in (body.declared[name] for name in outputs):
        if item.complex:
            raise CellError(
                f"{cell}: state {item.name} (line {item.line}) is complex and would be the output; declare one that is "
                f"real, y = Output(), and assign it, e.g. y = real({item.name})"
            )


def _check_assigned(body: Body, cell: str) -> None:
    for item in body.declared.values():
        if item.role == "state" and item.name not in body.latest:
            raise CellError(
                f"{cell}: state {item.name} (line {item.line}) is never updated; add an equation '{item.name} = …'"
            )


def _check_used(body: Body, cell: str) -> None:
    """Dead code is an error: whatever is computed or declared must reach a state or an output."""
    live = {body.latest[item.name].provisional for item in body.declared.values() if item.name in body.latest}
    for entry in reversed(body.entries):
        if entry.provisional in live:
            live |= {node.name for node in walk(entry.tree) if isinstance(node, Ref)}
    for entry in body.entries:
        if entry.provisional not in live:
            raise CellError(f"{cell}: {entry.name} (line {entry.line}) is computed but never used")
    used = {node.name for entry in body.entries for node in walk(entry.tree) if isinstance(node, (Ref, Param, Named))}
    used |= {str(body.scope.params[name].family) for name in used & body.scope.params.keys()}
    for item in body.declared.values():
        checked = item.role in ("input", "parameter", "family")
        # An integer constant may have steered the recording; a size stands in shapes.
        checked |= item.role == "constant" and isinstance(body.scope.numbers[item.name], float)
        if checked and item.name not in used:
            raise CellError(f"{cell}: {item.role} {item.name} (line {item.line}) is declared but never used")


def _final_names(body: Body, cell: str) -> dict[str, str]:
    """``s@1, s@2, s@3`` become ``s_1, s_2, s``: the last version keeps the name."""
    final: dict[str, str] = {}
    for entry in body.entries:
        last = body.latest[entry.name] is entry
        name = entry.name if last else entry.name + "_" + entry.provisional.partition("@")[2]
        if not last and (name in body.declared or name in body.latest or name in body.scope.params):
            raise CellError(
                f"{cell}: {entry.name} is assigned more than once, which makes the version {name} (line {entry.line}), "
                f"but the cell has another {name}; rename one of them"
            )
        final[entry.provisional] = name
    return final


def _settled(tree: Tree, final: dict[str, str], shapes: _Shapes, line: int) -> Tree:
    """The tree with final names, and with the shapes decided that it names: those of ones(), eye() and reshape()."""

    def settle(node: Tree, parts: tuple[Tree, ...]) -> Tree:
        match node:
            case Ref(name, lag):
                return Ref(final.get(name, name), lag)
            case Structural(name, _, options):
                what = f"{name}()"
                decided = ((k, shapes.of(v, what, line) if isinstance(v, tuple) else v) for k, v in options)
                return Structural(name, parts, tuple(decided))
        return rebuilt(node, parts)

    return fold(tree, settle)


class _Shapes:
    """Decides what the body left open: soft lengths become n_h where a state or input has it."""

    def __init__(self, body: Body, cell: str) -> None:
        self.cell = cell
        self.sizes = body.scope.sizes
        signals = [item for item in body.declared.values() if item.role in ("input", "state")]
        present = any(HIDDEN in self.sizes.resolve(size).free_symbols for item in signals for size in item.shape)
        self.default = HIDDEN if present else None

    def of(self, shape: Shape, name: str, line: int) -> Shape:
        """The final shape of what is called ``name``."""
        settled = [self.sizes.settle(size, self.default) for size in shape]
        result = tuple(size for size in settled if size is not None)
        if len(result) < len(settled):
            raise CellError(
                f"{self.cell}: nothing decides the shape of {name} (line {line}); declare it, "
                "e.g. Weight(x, to=h), Bias(to=n_k), Matrix(n_k, n_h) or Vector(h)"
            )
        return result


def _sizes(body: Body, items: Iterable[Declaration], equations: tuple[Equation, ...]) -> tuple[sympy.Symbol, ...]:
    """Every size that occurs: n_x and n_h first, then in order of declaration."""
    declared = [value for value in body.scope.numbers.values() if isinstance(value, sympy.Symbol)]
    shapes = [item.shape for item in items] + [equation.shape for equation in equations]
    nodes = [node for equation in equations for node in walk(equation.tree)]
    options = [value for node in nodes if isinstance(node, Structural) for _, value in node.options]
    shapes += [value for value in options if isinstance(value, tuple)]
    occurring: dict[sympy.Symbol, None] = {}
    for shape in shapes:
        for size in shape:
            occurring.update(dict.fromkeys(sorted(size.free_symbols, key=str)))
    named = {node.name for node in nodes if isinstance(node, Named)}
    order = [size_symbol("n_x"), HIDDEN, *declared, *occurring]
    return tuple(dict.fromkeys(size for size in order if size in occurring or size in declared and str(size) in named))


def _check_clashes(body: Body, record: Record) -> None:
    """Blocks, equations and sizes come to their names in different ways; no two may end up with one."""
    sizes = {str(size) for size in record.sizes}
    lines = {item.name: body.scope.params[item.name].line for item in record.params}
    signals = {item.name: body.declared[item.name].line for item in (*record.inputs, *record.states)}
    signals.update({item.name: item.line for item in record.equations})
    for name, line in (*signals.items(), *lines.items()):
        if name in sizes:
            raise CellError(
                f"{record.name}: {name} (line {line}) is the name of a size; choose another name, e.g. {name}_hat"
            )
    for name in past_names(record):
        taken = signals.get(name, lines.get(name))
        if taken is not None:
            raise CellError(
                f"{record.name}: {name} (line {taken}) is the name of what is kept of {name.removesuffix('_past')} for "
                f"its delay; choose another name, e.g. {name}_hat"
            )
    for name, line in signals.items():
        if name in lines:
            raise CellError(
                f"{record.name}: {name} (line {line}) is also the name of a parameter (line {lines[name]}); "
                f"choose another name, e.g. {name}_hat"
            )


def past_names(record: Record) -> tuple[str, ...]:
    """The names of older values: ``h_past`` where a state is read at t-2 or before, ``x_past`` an input at t-1."""
    held = {item.name: 0 for item in record.inputs} | {item.name: 1 for item in record.states}
    nodes = (node for equation in record.equations for node in walk(equation.tree))
    read = {node.name for node in nodes if isinstance(node, Ref) and node.lag > held.get(node.name, 0)}
    return tuple(f"{name}_past" for name in held if name in read)
