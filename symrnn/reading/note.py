"""A text read: its cells, its equations with their readings, its claims, and what is to be said about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from symrnn.cell import Cell
from symrnn.errors import UsageError
from symrnn.reading.cells import Builder, as_columns, column_kinds
from symrnn.reading.checks import check
from symrnn.reading.claim import Claim
from symrnn.reading.declared import Fact, Facts, facts_of
from symrnn.reading.diagnostics import Diagnostic, ReadError
from symrnn.reading.kinds import Kinds
from symrnn.reading.lengths import memberships, with_lengths
from symrnn.reading.products import Products
from symrnn.reading.reader import Text, read_text
from symrnn.reading.signals import adjoints
from symrnn.reading.solving import Options, Solved, left_text, texts
from symrnn.reading.source import Source, Span
from symrnn.reading.statements import CLAIM, DECLARATION, DEFINITION, EXPRESSION, FUNCTION, SHAPE, Item
from symrnn.reading.text import relation_text, tree_text
from symrnn.reading.traversal import walk
from symrnn.reading.tree import Adjoint, Name, Partial, Relation, Tree

MAX_BYTES = 16 * 2**20
MAX_EQUATIONS = 400
KINDS = {".md": "markdown", ".markdown": "markdown", ".tex": "tex", ".ipynb": "markdown", ".txt": "plain"}


@dataclass(frozen=True)
class Equation:
    """One equation of a text: its reading in Python syntax, its own spelling, and where it stands."""

    text: str
    kind: str
    file: str
    line: int
    column: int
    span: Span = field(compare=False)
    tex: str = field(default="", repr=False)
    cell: str = ""


@dataclass(frozen=True)
class Reading:
    """Everything that a text says; ``source`` is the text itself, to which every span refers."""

    cells: list[type[Cell]]
    equations: tuple[Equation, ...]
    claims: tuple[Claim, ...]
    diagnostics: tuple[Diagnostic, ...]
    source: Source = field(repr=False)

    def __str__(self) -> str:
        parts = [str(cell) for cell in self.cells]
        parts += [f"{claim.file}:{claim.line}: {claim.text}" for claim in self.claims]
        return "\n\n".join([*parts, *map(str, self.diagnostics)])


def read(
    text: str | Path,
    *,
    states: Iterable[str] | Mapping[str, float] | None = None,
    inputs: Iterable[str] | None = None,
    outputs: Iterable[str] = (),
    sizes: Mapping[str, Any] | None = None,
    constants: Mapping[str, float] | None = None,
    functions: Mapping[str, str] | None = None,
    fix: Iterable[str] = (),
) -> Reading:
    """Read the equations of a note, a paper or a docstring: cells, claims, and every problem found on the way.

    ``text`` is a path, or a text (a str with a line break, ``$``, a backslash or ``=``). ``states`` and ``inputs`` win
    over what the indices say; ``states`` may map each to what it starts from. ``sizes`` gives shapes by name, such as
    ``{"w_b": (1, "n_x")}``; ``functions`` says what an unnamed activation is, ``{"g": "tanh"}``. ``fix`` names the
    corrections to be made, ``["h_t'"]``. Raises UsageError where there is no such file; what a text gets wrong is
    reported in the diagnostics.
    """
    source, kind = _source(text)
    if isinstance(states, str) or isinstance(inputs, str) or isinstance(fix, str):
        raise UsageError("states=, inputs= and fix= take lists of names, not a str")
    given = tuple(states) if states is not None and not isinstance(states, Mapping) else states
    facts = facts_of(given, inputs, tuple(outputs), sizes or {}, constants or {})
    options = Options(
        facts=facts,
        constants=constants or {},
        functions=functions or {},
        fix=tuple(fix),
    )
    return _Composer(read_text(source, kind, options)).reading()


def _source(text: str | Path) -> tuple[Source, str]:
    """The text and what kind of file it is from."""
    if isinstance(text, str) and any(sign in text for sign in "\n$\\="):
        return Source(_checked(text)), ""
    path = Path(text)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(f"{path} has {size} bytes; a text to be read has at most {MAX_BYTES}")
        content = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise UsageError(f"{text}: there is no such file, and it is no equation (it holds no '=')") from error
    if "\0" in content:
        raise UsageError(f"{path} holds binary data; a note is a text")
    if path.suffix == ".ipynb":
        content = notebook(content, path)
    return Source(_checked(content), str(path)), KINDS.get(path.suffix.lower(), "")


def _checked(text: str) -> str:
    if len(text) > MAX_BYTES:
        raise UsageError(f"a text to be read has at most {MAX_BYTES} characters")
    return text.replace("\r\n", "\n")


def notebook(content: str, path: Path) -> str:
    """The Markdown cells of a notebook, one after the other; lines count from the first of them."""
    try:
        cells = json.loads(content)["cells"]
        texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"{path} is no notebook: {error}") from error
    return "\n\n".join(texts)


class _Composer:
    """Puts a reading together from what was read."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.report = text.report
        self.cells: list[type[Cell]] = []
        self.equations: list[Equation] = []
        self.claims: list[Claim] = []
        self.names: set[str] = set()

    def reading(self) -> Reading:
        """Cells first, then everything else in the order of the text."""
        for solved in self.text.solved:
            check(solved, self.report)
        made = [(solved, self._cell(solved)) for solved in self.text.solved]
        for solved, cell in made:
            written = {}
            for definition, text in texts(solved):
                self._equation(definition.item, text, DEFINITION, cell.name if cell is not None else "")
                written[id(definition.item)] = text
            for item, first in solved.group.repeats:
                if id(first) in written:
                    self._equation(item, written[id(first)], DEFINITION, cell.name if cell is not None else "")
        for item in self.text.items:
            try:
                self._other(item, made)
            except ReadError as error:
                self.report.refuse(error, item.span)
        self.equations.sort(key=lambda equation: equation.span.start)
        return Reading(
            self.cells, tuple(self.equations), tuple(self.claims), self.report.diagnostics(), self.report.source
        )

    def _cell(self, solved: Solved) -> type[Cell] | None:
        if solved.broken or not solved.roles.states:
            return None
        if len(solved.definitions) > MAX_EQUATIONS:
            message = f"a cell has at most {MAX_EQUATIONS} equations; none is made of these {len(solved.definitions)}"
            self.report.add("UNSUPPORTED", solved.definitions[0].span, message)
            return None
        definitions, kinds = solved.definitions, solved.kinds
        if solved.row:
            definitions, kinds = as_columns(definitions), column_kinds(kinds)
        facts = replace(solved.facts, constants=self._numbers() | solved.facts.constants)
        facts.names.update(self._starts(solved))
        try:
            cell = self._built(solved, replace(solved, definitions=definitions, kinds=kinds), facts)
        except ReadError as error:
            self.report.add(error.code, error.span, str(error), error.fix)
            return None
        self.cells.append(cell)
        return cell

    def _built(self, solved: Solved, columns: Solved, facts: Facts) -> type[Cell]:
        """The cell with the lengths that the text gives, or without them where they do not fit its equations."""
        names = {n.name for d in solved.definitions for n in walk(d.right) if isinstance(n, Name)}
        said = memberships(self.text.items, solved.group.headings, names | set(solved.roles.states))
        longer = with_lengths(facts, solved.roles, said, solved.row)
        name = self._name(solved)
        if longer is not facts:
            try:
                return Builder(columns.definitions, solved.roles, columns.kinds, longer, self.report).build(name)
            except ReadError as error:
                message = f"the lengths that the text gives do not fit its equations and are left out: {error}"
                self.report.add("SHAPE", next(iter(said.values())).span, message, severity="warning")
        return Builder(columns.definitions, solved.roles, columns.kinds, facts.copy(), self.report).build(name)

    def _numbers(self) -> dict[str, float]:
        return {name: float(item.right.value) for name, item in self.text.constants.items()}

    def _starts(self, solved: Solved) -> dict[str, Fact]:
        """What states start from, as the text says; a value among the equations of a cell is for that cell only."""
        blocks = [{id(item.block) for item in other.group.items} for other in self.text.solved if other is not solved]
        elsewhere = set().union(*blocks) - {id(item.block) for item in solved.group.items}
        starts = [(name, item) for name, item in self.text.starts if id(item.block) not in elsewhere]
        return {name: replace(solved.facts.of(name), start=float(item.right.value)) for name, item in starts}

    def _name(self, solved: Solved) -> str:
        title = solved.group.title or "Note"
        name, count = title, 1
        while name in self.names:
            count += 1
            name = f"{title}_{count}"
        self.names.add(name)
        return name

    def _equation(self, item: Item, text: str, kind: str, cell: str = "") -> None:
        line, column = self.report.source.place(item.span.start)
        tex = self.report.source.slice(item.span)
        file = self.report.source.file
        self.equations.append(Equation(text, kind, file, line, column, item.span, tex, cell))

    def _other(self, item: Item, made: list[tuple[Solved, type[Cell] | None]]) -> None:
        """An expression, a function, a shape or a claim."""
        if item.purpose == CLAIM:
            self._claim(item, made)
        elif item.purpose == EXPRESSION:
            self._equation(item, f"expr: {tree_text(self._resolved(item.right, made)[0])}", EXPRESSION)
        elif item.purpose == FUNCTION:
            name = self.report.source.slice(item.left.span).partition("(")[0].strip()
            name = re.sub(r"\\(?:mathrm|text|operatorname)\{(\w+)\}", r"\1", name).lstrip("\\")
            args = ", ".join(tree_text(arg) for arg in item.left.args)
            right = tree_text(self._resolved(item.right, made)[0])
            self._equation(item, f"def: {name.removesuffix('left').rstrip(chr(92))}({args}) = {right}", FUNCTION)
        elif item.purpose in (SHAPE, DECLARATION):
            word = item.role or "shape"
            self._equation(item, f"{word}: {tree_text(item.left)} {item.op} {tree_text(item.right)}", item.purpose)
        elif item.purpose != DEFINITION and item.left is not None:
            text = f"{left_text(item.left)} = {tree_text(self._resolved(item.right, made)[0])}"
            self._equation(item, text, item.purpose)

    def _resolved(self, tree: Tree, made: list[tuple[Solved, type[Cell] | None]]) -> tuple[Any, type[Cell] | None]:
        """A tree with its products told apart by the kinds of the group that knows most of its names."""
        names = {node.name for node in walk(tree) if isinstance(node, Name)}
        best, cell, most = None, None, 0
        for solved, candidate in made:
            known = len(names & {n.name for d in solved.definitions for n in d.names()})
            if known > most:
                best, cell, most = solved, candidate, known
        kinds = Kinds(best.kinds.known, best.kinds.defined, row=best.kinds.row) if best else Kinds({})
        return Products(kinds, self.report).tree(self.text.functions.tree(tree)), cell

    def _claim(self, item: Item, made: list[tuple[Solved, type[Cell] | None]]) -> None:
        left, right, conditions = item.left, item.right, tuple(item.conditions)
        whole = Relation(item.op, left, right, span=item.span)
        resolved, cell = self._resolved(whole, made)
        left, right = loss_derivatives(resolved.left, cell), loss_derivatives(resolved.right, cell)
        kind = "adjoint" if item.claim == "derivative" and Adjoint in (type(left), type(right)) else item.claim
        if kind in ("adjoint", "derivative"):
            left, right = adjoints(left), adjoints(right)
        text = f"claim: {relation_text(Relation(item.op, left, right))}"
        if conditions:
            text += " when " + ", ".join(map(relation_text, conditions))
        line, column = self.report.source.place(item.span.start)
        place = (self.report.source.file, line, column, item.span)
        self.claims.append(Claim(text, kind, item.op, left, right, *place, cell, None, conditions))


def loss_derivatives(tree: Any, cell: type[Cell] | None) -> Any:
    """The derivative of a loss by a value is that value's adjoint."""
    from symrnn.reading.operators import LOSSES
    from symrnn.reading.traversal import mapped

    known = {e.name for e in cell.equations} if cell is not None else set()

    def change(node: Any) -> Any:
        of = node.of if isinstance(node, Partial) else None
        if isinstance(of, Name) and of.name in LOSSES and of.name not in known:
            return Adjoint(node.wrt, span=node.span)
        return node

    return mapped(tree, change)
