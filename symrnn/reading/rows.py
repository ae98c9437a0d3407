"""The tokens of a block divided into statements: rows of an environment, and what commas and wide spaces part.

A row without a relation that begins with a sign continues the row above it, and so does one that begins with a
relation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symrnn.cell_declarations import PLURALS
from symrnn.reading.asides import begins_value, column, is_complete, is_remark, without_ranges
from symrnn.reading.diagnostics import ReadError
from symrnn.reading.lexer import Token
from symrnn.reading.source import Span

ROWS = {
    "equation", "align", "aligned", "alignat", "alignedat", "gather", "gathered", "multline", "multlined", "eqnarray",
    "flalign", "displaymath", "math", "split", "array", "dmath", "dgroup", "IEEEeqnarray", "subequations", "document",
    "center", "equations",
}  # fmt: skip
PARAMETERS = ("parameter", "weight", "bias", "scale", "matrix", "vector", "scalar")
ROLES = {"size", "input", "state", "output", "constant", *PARAMETERS}
SINGULAR = {many: one for one, many in PLURALS.items()} | {"bias": "bias"}
MAX_NESTED = 50
MARKS = (",", ";", ".", ":", "quad", "&", "gap", "fence")
OPENING = {"lbrace", "open", "begin"}
CLOSING = {"rbrace", "close", "end"}


@dataclass
class Piece:
    """The tokens of one statement; ``after`` is the arrow or word such as *when* that it follows.

    ``role`` is the word in front of a declaration, such as *input*.
    """

    tokens: list[Token] = field(default_factory=list)
    after: str = ""
    indented: bool = False
    role: str = ""

    @property
    def span(self) -> Span:
        """From the first to the last token."""
        return Span(self.tokens[0].start, self.tokens[-1].end)


@dataclass
class Cut:
    """The statements of a block, and the line breaks at its end that begin no row."""

    pieces: list[Piece]
    dangling: list[Token]
    rows: int = 1


def cut(tokens: list[Token]) -> Cut:
    """Divide a block into statements."""
    rows, dangling = _rows(_unwrapped(tokens))
    joined: list[list[Token]] = []
    for row in rows:
        content = [token for token in row if token.kind not in ("&", "gap", "fence", "quad")]
        if not content:
            continue
        first = content[0]
        goes_on = first.kind in ("+", "-", "sign", "/") and not _relates(content)
        goes_on |= first.kind == "rel"
        if joined and (goes_on or _unfinished(joined[-1])):
            joined[-1] += row
        else:
            joined.append(row)
    pieces = [piece for row in joined for piece in _statements(row)]
    return Cut(pieces, dangling, len(joined))


def _unfinished(row: list[Token]) -> bool:
    """Whether a row ends in a sign that wants an operand."""
    last = next((token for token in reversed(row) if token.kind not in ("&", "gap", "fence")), None)
    return last is not None and (last.kind in ("+", "-", "/", "sign") or last.kind == "rel")


def _relates(tokens: list[Token]) -> bool:
    """Whether a relation stands outside all brackets."""
    depth = 0
    for token in tokens:
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if token.kind == "rel" and depth <= 0:
            return True
    return False


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """The tokens without the environments that only set rows: those that hold relations and stand in no value."""
    result = list(tokens)
    ends = _ends(result)
    at = 0
    while at < len(result):
        token = result[at]
        if token.kind == "begin" and token.text in ROWS:
            end = ends[at]
            earlier = (result[i] for i in range(at - 1, -1, -1))
            before = next((t for t in earlier if t.kind not in ("&", "gap", "fence")), None)
            free = before is None or before.kind in ("newline", "quad", ",", ";", "begin", "end", "text", "open")
            bracket = before is not None and before.kind == "open" and before.text == "{"
            free = free and (before is None or before.kind != "open" or bracket)
            if free and (token.text != "array" or _has_relation(result[at + 1 : end])):
                if end < len(result):
                    result[end] = result[end]._replace(kind="newline", text="")
                result[at] = token._replace(kind="newline", text="")
                if bracket and before is not None:
                    _drop_brace(result, before, end)
        at += 1
    return result


def _drop_brace(tokens: list[Token], opened: Token, end: int) -> None:
    """A big brace in front of a system of equations says nothing more."""
    at = tokens.index(opened)
    tokens[at] = opened._replace(kind="fence")
    if end + 1 < len(tokens) and tokens[end + 1].kind == "close":
        tokens[end + 1] = tokens[end + 1]._replace(kind="fence")


def _ends(tokens: list[Token]) -> dict[int, int]:
    """Where each environment ends that begins at a token; ReadError where environments nest too deep."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "begin":
            stack.append(index)
            found[index] = len(tokens)
            if len(stack) > MAX_NESTED:
                raise ReadError("UNSUPPORTED", token.span, f"environments nest at most {MAX_NESTED} deep")
        elif token.kind == "end" and stack:
            found[stack.pop()] = index
    return found


def _has_relation(tokens: list[Token]) -> bool:
    depth = 0
    for token in tokens:
        depth += {"begin": 1, "end": -1}.get(token.kind, 0)
        if token.kind == "rel" and depth == 0:
            return True
    return False


def _rows(tokens: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The rows between line breaks outside inner environments, and the written breaks behind the last row."""
    rows: list[list[Token]] = [[]]
    breaks: list[Token] = []
    depth = 0
    for token in tokens:
        depth += {"begin": 1, "end": -1}.get(token.kind, 0)
        if token.kind == "newline" and depth <= 0:
            if token.text:
                breaks.append(token)
            rows.append([])
        else:
            rows[-1].append(token)
            if token.kind not in ("&", "gap", "fence"):
                breaks.clear()
    return [row for row in rows if row], breaks


def _statements(row: list[Token]) -> list[Piece]:
    """The statements of one row."""
    looped = row[0].kind == "text" and row[0].text.lower().startswith("for")
    row = without_ranges(row, looped)
    if looped and row and any(t.kind == "dots" for t in row):
        return [Piece(row[1:], "for")]
    if not any(token.kind not in MARKS for token in row):
        return []
    role, at = _role(row)
    if role:
        return [Piece(row[at:], role=role)]
    parts: list[Piece] = [Piece(indented=row[0].kind == "quad")]
    depth = skipped = 0
    for index, token in enumerate(row):
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if index < skipped:
            continue
        if depth > 0 or token.kind not in ("quad", ",", ";", "connective", "text", "&"):
            parts[-1].tokens.append(token)
        elif token.kind in ("&", "quad") and _may_end(parts[-1].tokens) and is_remark(column(row, index + 1)):
            skipped = index + 1 + len(column(row, index + 1))
        elif token.kind == "&":
            apart = _may_end(parts[-1].tokens) and begins_value(row[index + 1 :]) and _relates_next(row[index + 1 :])
            parts += [Piece()] if apart else []
            parts[-1].tokens.append(token)
        elif token.kind in ("connective", "text"):
            parts.append(Piece([], token.text))
            if token.kind == "text":
                parts[-1].after = token.text.lower()
        elif _relates(parts[-1].tokens) and _relates_next(row[index + 1 :]):
            parts.append(Piece([], parts[-1].after if parts[-1].after in CONDITIONS else ""))
        else:
            parts[-1].tokens.append(token)
    return [part for part in parts if any(token.kind not in MARKS for token in part.tokens)]


def _may_end(tokens: list[Token]) -> bool:
    """Whether a statement may end here: it has a relation and nothing is open."""
    return _relates(tokens) and is_complete(tokens)


def _role(row: list[Token]) -> tuple[str, int]:
    """The word for what a row declares, in the singular, and where its names begin: a wide space parts the two."""
    marks = ("&", "gap", "fence")
    at = next((at for at, token in enumerate(row) if token.kind not in marks), 0)
    space = next((at for at in range(at + 1, len(row)) if row[at].kind not in marks), len(row))
    if row[at].kind not in ("word", "text") or space == len(row) or row[space].kind != "quad":
        return "", 0
    head, _, last = row[at].text.strip(" :").lower().rpartition(" ")
    word = SINGULAR.get(last, last.removesuffix("s"))
    if word not in ROLES or head not in ("", "fixed"):
        return "", 0
    return f"{head} {word}".strip(), space + 1


def _relates_next(tokens: list[Token]) -> bool:
    """Whether what follows, up to the next comma, is a relation too."""
    depth = 0
    for token in tokens:
        depth += (token.kind in OPENING) - (token.kind in CLOSING)
        if depth <= 0 and token.kind == "rel":
            return True
        if depth <= 0 and token.kind in ("connective", "text"):
            return False
    return False


CONDITIONS = {"if", "when", "as", "for", "where", "with", "while", "given"}
