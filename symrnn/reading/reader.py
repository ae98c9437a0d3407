"""From a text to its readings: blocks, tokens, trees, statements, groups. A problem is taken down and stops nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from symrnn.reading.calls import Functions
from symrnn.reading.clock import clocked
from symrnn.reading.components import whole
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.extract import INLINE, MAX_BLOCK, PLAIN, Block, extract
from symrnn.reading.grouping import Group, groups_of, settings
from symrnn.reading.kinds import MATRIX
from symrnn.reading.lengths import mark_batches
from symrnn.reading.lexemes import Lexeme, Macro, expanded, macros, scan
from symrnn.reading.lexer import Lexer
from symrnn.reading.loops import unrolled
from symrnn.reading.naming import Namer
from symrnn.reading.parser import Context, Statement, parse
from symrnn.reading.rows import CONDITIONS, Piece, cut
from symrnn.reading.scan import context_of, with_adjoints, with_styles
from symrnn.reading.solving import Options, Solved, solve
from symrnn.reading.source import Source, Span
from symrnn.reading.spelling import runs_over_time
from symrnn.reading.statements import CLAIM, FUNCTION, MENTION, Item, declarations, items_of, spaces
from symrnn.reading.traversal import mapped, walk
from symrnn.reading.tree import Binary, Call, Infinity, Name, Number, Over, Partial, Relation, Symbol, Time
from symrnn.reading.unrolled import set_apart


@dataclass
class Parsed:
    """A block with its statements as tokens."""

    block: Block
    pieces: list[Piece] = field(default_factory=list)


@dataclass
class Text:
    """A text read as far as it goes without cells."""

    source: Source
    report: Report
    items: list[Item]
    groups: list[Group]
    solved: list[Solved]
    functions: Functions
    constants: dict[str, Item]
    starts: list[tuple[str, Item]]
    styles: dict[str, Span]


def read_text(source: Source, kind: str, options: Options) -> Text:
    """Everything that a text says, without cells made of it yet."""
    report = Report(source)
    known, spans = macros(source.text)
    parsed = [_tokens(block, known, report) for block in extract(source, kind) if not _inside(block, spans)]
    pieces = [piece for one in parsed for piece in one.pieces]
    with_adjoints(pieces)
    with_styles(pieces)
    overall = context_of(pieces)
    items: list[Item] = []
    styles: dict[str, Span] = {}
    for one in parsed:
        items += _items(one, overall, report, options, styles)
    if len(styles) > 1:
        first, other, *_ = styles.items()
        message = f"the time index is written as a {other[0]} here and as a {first[0]} elsewhere"
        report.add("MIXED-TIME-STYLE", other[1], message)
    functions = Functions(report, options.functions)
    for item in items:
        if item.purpose == FUNCTION and isinstance(item.left, Call):
            functions.define(item.left, item.right)
    set_apart(items, overall.times, report)
    mark_batches(items)
    options.facts.kinds |= dict(spaces(items)) | {name: MATRIX for item in items for name in item.matrices}
    groups = groups_of(items)
    solved = [solve(group, functions, options, report) for group in groups]
    constants, starts = settings(items)
    return Text(source, report, items, groups, solved, functions, constants, starts, styles)


def _inside(block: Block, spans: list[Span]) -> bool:
    return any(span.start <= block.span.start and block.span.end <= span.end for span in spans)


def _tokens(block: Block, known: dict[str, Macro], report: Report) -> Parsed:
    """The statements of a block as tokens."""
    if block.span.end - block.span.start > MAX_BLOCK:
        message = f"a formula has at most {MAX_BLOCK} characters; this one is left out"
        report.add("UNSUPPORTED", block.span, message, given_up=block.span)
        return Parsed(block)
    try:
        lexemes = expanded(scan(report.source.text, block.span.start, block.span.end), known)
        if block.breaks:
            lexemes = [Lexeme("\\\\", *piece[1:]) if piece.start in block.breaks else piece for piece in lexemes]
        lexer = Lexer(lexemes, block.kind == PLAIN)
        made = cut(lexer.run())
    except ReadError as error:
        report.refuse(error, block.span)
        return Parsed(block)
    for token in lexer.bare:
        message = f"'{token.text}' without a backslash is read as the function"
        if block.kind != PLAIN:
            report.add("BARE-FUNCTION-NAME", token.span, message)
    if made.dangling and made.rows and not block.breaks:
        report.add("TRAILING-NEWLINE", made.dangling[0].span, "a line break at the end begins no further row")
    return Parsed(block, made.pieces)


def _items(one: Parsed, overall: Context, report: Report, options: Options, styles: dict[str, Span]) -> list[Item]:
    """The statements of a block, named and sorted by purpose."""
    context = context_of(one.pieces, overall)
    found: list[Item] = []
    try:
        pieces = unrolled(one.pieces, options.constants, context.times)
    except ReadError as error:
        report.refuse(error, one.block.span)
        return []
    for row, piece in enumerate(pieces):
        try:
            made = _read(piece, one.block, context, report, options, styles)
        except ReadError as error:
            if _is_listing(one.block, piece):
                report.add("NOT-AN-EQUATION", piece.span, f"this defines nothing: {error}")
            elif _is_prose(one.block, piece):
                message = "a line without a relation that is no formula either: taken for prose"
                report.add("NOT-AN-EQUATION", piece.span, message)
            else:
                report.refuse(error, piece.span)
            continue
        if piece.after in CONDITIONS and found:
            if not _explains(piece, found[-1]):
                found[-1].conditions += [r for item in made for r in _relations(item)]
                continue
            made = [item for item in made if item.left is not None]
        for item in made:
            item.row = row
        found += made
    return found


def _explains(piece: Piece, before: Item) -> bool:
    """Whether what follows *where* says what a name in an equation is; behind a claim it is a condition."""
    return piece.after in ("where", "with", "given") and before.purpose != CLAIM


def _read(
    piece: Piece, block: Block, context: Context, report: Report, options: Options, styles: dict[str, Span]
) -> list[Item]:
    """One statement; what is nested too deep for Python is no equation that anybody wrote."""
    try:
        statement = parse(piece.tokens, context, block.span.end)
        return _named(statement, piece.role, block, context, report, options, styles)
    except RecursionError:
        raise ReadError("UNSUPPORTED", piece.span, "this statement nests too deep to be read") from None


def _is_prose(block: Block, piece: Piece) -> bool:
    """Whether a line of plain text is no equation at all."""
    return block.kind == PLAIN and not any(token.kind == "rel" for token in piece.tokens)


def _is_listing(block: Block, piece: Piece) -> bool:
    """Whether a sentence lists values or says where they lie: ``X = [x_1, …, x_T]``, ``x_{1:T} ∈``, ``f: A → B``."""
    relations = {token.text for token in piece.tokens if token.kind == "rel"}
    listed = any(token.kind in ("dots", ":") for token in piece.tokens)
    equals = next((at for at, token in enumerate(piece.tokens) if token.kind == "rel" and token.text == "="), -1)
    begins = piece.tokens[equals + 1].kind == "open" if 0 <= equals < len(piece.tokens) - 1 else equals < 0
    return listed and (relations <= {"in", "to"} and equals < 0 or block.kind == INLINE and begins)


def _relations(item: Item) -> list[Relation]:
    return [Relation(item.op, item.left, item.right, span=item.span)] if item.left is not None else []


def _named(
    statement: Statement,
    role: str,
    block: Block,
    context: Context,
    report: Report,
    options: Options,
    styles: dict[str, Span],
) -> list[Item]:
    delays = {name: int(value) for name, value in options.constants.items() if float(value).is_integer()}
    times = context.times | _bound(statement)
    many = any(isinstance(node, Over) and node.kind == "prod" for value in statement.values for node in walk(value))
    namer = Namer(times, report, delays, many, context.labelled)
    letters = context.times if statement.relations else frozenset("t")
    values = [_timed(namer.tree(value), letters) for value in statement.values]
    namer.layers.finish()
    for code in dict.fromkeys(code for code, _, _ in statement.notes):
        _, span, message = next(note for note in statement.notes if note[0] == code)
        report.add(code, span, message)
    for style, span in namer.styles.items():
        styles.setdefault(style, span)
    pairs = zip(values, statement.relations, values[1:], strict=False)
    relations = [Relation(op.text, left, right, span=left.span.to(right.span)) for left, op, right in pairs]
    if role:
        return declarations(relations, role, statement.span, block)
    if _is_about_time(values, context.times):
        return [Item(MENTION, statement.span, block, right=values[0])]
    made = items_of(relations, values, block, statement.span, report)
    return [clocked(whole(item, report), context.times, report) for item in made]


def _is_about_time(values: list[Any], times: frozenset[str]) -> bool:
    """Whether a statement says which steps there are, as ``1 \\le t \\le T`` does."""
    parts = [node for value in values for node in walk(value)]
    names = [node for node in parts if isinstance(node, Name)]
    plain = all(isinstance(node, Name | Number | Binary | Relation | Infinity) for node in parts)
    return plain and all(n.time is None and len(n.name) == 1 for n in names) and any(n.name in times for n in names)


def _bound(statement: Statement) -> frozenset[str]:
    """The letters that run over time in a claim: those of its sums and products, and of the derivative by a state."""
    letters: set[str] = set()
    for value in statement.values:
        for node in walk(value):
            if isinstance(node, Over) and runs_over_time(node):
                letters |= {node.letter, *(n.text for b in (node.low, node.high) if b is not None
                                           for n in walk(b) if isinstance(n, Symbol) and n.text != "T")}  # fmt: skip
            elif isinstance(node, Partial):
                letters |= {n.text for n in walk(node.wrt) if isinstance(n, Symbol) and n.text in "kjs"}
    return frozenset(letter for letter in letters if len(letter) == 1)


def _timed(tree: Any, times: frozenset[str]) -> Any:
    """The tree with the time called t."""

    def change(node: Any) -> Any:
        if isinstance(node, Name) and node.time is not None and node.time.letter in times:
            return replace(node, time=Time("t", node.time.shift))
        return node

    return tree if times == frozenset({"t"}) else mapped(tree, change)
