"""Lexemes made into the tokens that the parser reads: every spelling of one sign becomes one token.

What says nothing about the mathematics is left out (sizes, spaces, labels); a space that an author put on purpose
between two factors is remembered on the token after it, because ``a\\,(b)`` is a product and ``a(b)`` may be a call.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from symrnn.reading import lexicon as lex
from symrnn.reading.diagnostics import ReadError
from symrnn.reading.lexemes import Lexeme
from symrnn.reading.lowered import plain_subscript, raised
from symrnn.reading.meanings import BRACKETS, NAMED_BRACKETS, SIMPLE, meaning
from symrnn.reading.programs import as_formula
from symrnn.reading.source import Span
from symrnn.reading.upright import upright

MAX_WORD, MAX_DIGITS, MAX_BRACES = 100, 40, 200


class Token(NamedTuple):
    """A kind, what it is, its place, and whether a deliberate space stands before it."""

    kind: str
    text: str
    start: int
    end: int
    gap: bool = False

    @property
    def span(self) -> Span:
        """Where the token stands."""
        return Span(self.start, self.end)


class Lexer:
    """Turns lexemes into tokens, one construct after the other."""

    def __init__(self, lexemes: list[Lexeme], plain: bool = False) -> None:
        self.lexemes = as_formula(lexemes) if plain else lexemes
        self.plain = plain
        self.at = 0
        self.gap = False
        self.tokens: list[Token] = []
        self.bare: list[Token] = []
        self.scripts: list[bool] = []

    def run(self) -> list[Token]:
        """All tokens."""
        while self.at < len(self.lexemes):
            lexeme = self.lexemes[self.at]
            self.at += 1
            self.lexeme(lexeme)
        return self.tokens

    def put(self, kind: str, text: str, start: int, end: int) -> None:
        """Add a token; the space before it is used up."""
        if kind == "lbrace":
            self.scripts.append(self._in_script())
            if len(self.scripts) > MAX_BRACES:
                raise ReadError("UNSUPPORTED", Span(start, end), f"braces nest at most {MAX_BRACES} deep")
        elif kind == "rbrace" and self.scripts:
            self.scripts.pop()
        self.tokens.append(Token(kind, text, start, end, self.gap))
        self.gap = False

    def lexeme(self, lexeme: Lexeme) -> None:
        """The tokens of one lexeme, and of what it takes with it."""
        text, start, end = lexeme
        head = text[0]
        if head == "\\":
            self._command(text[1:], start, end)
        elif head.isascii() and head.isalpha():
            self._word(text, start, end)
        elif text.isspace():
            self.gap |= self.plain
        elif head.isdecimal() or (head == "." and len(text) > 1):
            if len(text) > MAX_DIGITS:
                raise ReadError("PARSE-ERROR", Span(start, end), f"a number has at most {MAX_DIGITS} digits")
            self.put("num", text, start, end)
        elif text in BRACKETS:
            self.put(*BRACKETS[text], start, end)
        elif text in SIMPLE:
            self._simple(text, start, end)
        elif text in "=<>":
            self._relation(text, start, end)
        else:
            self._unicode(text, start, end)

    def _simple(self, text: str, start: int, end: int) -> None:
        kind = SIMPLE[text]
        last = self.tokens[-1] if self.tokens else None
        if kind == "gap":
            self.gap = True
        elif text == "*" and last is not None and last.end == start and last.text in ("star", "."):
            # Two stars are a power, a dot and a star the elementwise product of a well-known language.
            self.tokens.pop()
            power = last.text == "star" and last.kind == "sign"
            self.put("^" if power else "sign", "**" if power else "odot", last.start, end)
        elif kind == "_" and self.plain:
            plain_subscript(self, start, end)
        elif kind == "sign":
            self.put("sign", {"*": "star"}.get(text, text), start, end)
        else:
            self.put(kind, text, start, end)

    def _relation(self, text: str, start: int, end: int) -> None:
        last = self.tokens[-1] if self.tokens else None
        joined = {(":", "="): "=", ("+", "="): "+=", ("<", "="): "<=", (">", "="): ">=", ("=", "="): "=",
                  ("-", ">"): "to", ("!", "="): "!=", ("=", ">"): "connective"}  # fmt: skip
        made = joined.get((last.text, text)) if last is not None and last.end == start else None
        if made is not None and last is not None:
            self.tokens.pop()
            self.put("connective" if made == "connective" else "rel", made, last.start, end)
        else:
            self.put("rel", text, start, end)

    def _word(self, text: str, start: int, end: int) -> None:
        """A run of letters: a function's plain name, otherwise one letter after the other."""
        if len(text) > MAX_WORD:
            raise ReadError("PARSE-ERROR", Span(start, end), f"a run of {len(text)} letters is no formula")
        if len(text) > 1 and not self._in_script():
            name = next((text[i:] for i in range(len(text) - 1) if self._plain_function(text[i:], end, i)), "")
            if name:
                self._letters(text[: -len(name)], start)
                self.put("fn", name, end - len(name), end)
                self.bare.append(self.tokens[-1])
                return
        self._letters(text, start)

    def _plain_function(self, word: str, end: int, prefix: int) -> bool:
        """Whether letters are a function's name; behind other letters only where an argument follows."""
        if word not in lex.BARE and word.lower() not in lex.BARE and word != "sigma":
            return False
        if not prefix and word != "sigma":
            return True
        rest = [piece.text for piece in self.lexemes[self.at : self.at + 2] if not piece.text.isspace()]
        return bool(rest) and (rest[0] == "(" or rest[0] == "\\left") and len(word) > 2

    def _in_script(self) -> bool:
        """Whether the next token stands in a subscript or superscript."""
        raised = bool(self.tokens) and self.tokens[-1].kind in ("_", "^")
        return raised or bool(self.scripts and self.scripts[-1])

    def _letters(self, text: str, start: int) -> None:
        weighted = len(text) == 2 and text[0].isupper() and text[1].islower() and not self._multiplied()
        if self.plain and len(text) > 1 and not weighted:
            self.put("greek" if text in lex.GREEK else "word", text, start, start + len(text))
            return
        for offset, letter in enumerate(text):
            self.put("letter", letter, start + offset, start + offset + 1)

    def _multiplied(self) -> bool:
        """Whether a sign of a product follows, or behind a space a signal: two factors would not be run together."""
        ahead = [piece.text for piece in self.lexemes[self.at : self.at + 3]]
        if ahead[:1] == [" "]:
            signal = ahead[1:2] == ["["] or len(ahead) == 3 and ahead[1].isalpha() and ahead[2] in ("_", "(", "[")
            return signal or ahead[1:2] in (["*"], ["@"], ["·"])
        return ahead[:1] in (["*"], ["@"], ["·"], [","])

    def _unicode(self, text: str, start: int, end: int) -> None:
        if text in lex.UNICODE_PLAIN:
            for letter in lex.UNICODE_PLAIN[text]:
                self.lexeme(Lexeme(letter, start, end))
        elif text in lex.UNICODE_SIGNS:
            self._command(lex.UNICODE_SIGNS[text], start, end)
        elif text in lex.GREEK_LETTERS:
            self.put("greek", lex.GREEK_LETTERS[text], start, end)
        elif text in lex.COMBINING:
            self.put("combining", lex.COMBINING[text], start, end)
        elif text in lex.SUPERSCRIPTS or text in lex.SUBSCRIPTS:
            raised(self, text, start, end)
        else:
            self._other(text, start, end)

    def _other(self, text: str, start: int, end: int) -> None:
        """A letter with an accent or of a mathematical alphabet; writing of other languages is prose."""
        plain = unicodedata.normalize("NFKD", text)
        if plain != text and plain[0].isalnum():
            for letter in plain:
                self.lexeme(Lexeme(letter, start, end))
        elif text.isalpha():
            last = self.tokens[-1] if self.tokens else None
            if last is not None and last.kind == "text" and last.end == start:
                self.tokens[-1] = last._replace(text=last.text + text, end=end)
            else:
                self.put("text", text, start, end)
        elif text[0] == "#":
            self.put("cmd", "hash", start, end)
        elif unicodedata.category(text)[0] in "CZ":
            self.gap |= self.plain
        else:
            self.put("unknown", text, start, end)

    def _command(self, name: str, start: int, end: int) -> None:
        """A control sequence: looked up in the tables of the lexicon."""
        if name in lex.SKIPPED and name not in lex.TRANSPARENT:
            self._fence(name, start)
        elif name in lex.DROPPED:
            self.argument(start, end)
        elif name in ("mathrel", "mathbin", "mathop"):
            self.gap = True
            self._set_off()
        elif name in lex.SPACES or name in lex.TRANSPARENT:
            self.gap |= name != "!"
        elif name in lex.WIDE:
            self.put("quad", name, start, end)
        elif name == "\\" or name in ("newline", "cr"):
            self._newline(start, end)
        elif name in ("begin", "end"):
            self._environment(name, start, end)
        elif name in lex.UPRIGHT:
            upright(self, name, start, end)
        elif name in ("{", "}"):
            self.put(*NAMED_BRACKETS["lbrace" if name == "{" else "rbrace"], start, end)
        elif name == "Re" and self.at < len(self.lexemes) and self.lexemes[self.at].text in "^_":
            # An older sign of the real numbers.
            self.put("cmd", "RR", start, end)
        elif name == "|":
            self.put("bar", "||", start, end)
        else:
            self.put(*meaning(name), start, end)

    def _set_off(self) -> None:
        """``\\mathbin{+}`` is the sign alone; in ``\\mathrel{+}=`` it belongs to the sign behind it."""
        pieces = self.lexemes[self.at : self.at + 4]
        texts = [piece.text for piece in pieces]
        if texts in (["{", "+", "}", "="], ["{", ":", "}", "="]):
            self.put("rel", "+=" if pieces[1].text == "+" else "=", pieces[1].start, pieces[3].end)
            self.at += 4
        elif texts[::2][:2] == ["{", "}"]:
            self.at += 3
            self.lexeme(pieces[1])

    def _fence(self, name: str, start: int) -> None:
        """``\\left.`` and ``\\right.`` are brackets that are not there; ``\\left<`` is an angle."""
        if name not in ("left", "right", "middle") and not name.lower().startswith("big"):
            return
        while self.at < len(self.lexemes) and self.lexemes[self.at].text.isspace():
            self.at += 1
        text, first, last = self.lexemes[self.at] if self.at < len(self.lexemes) else Lexeme("", start, start)
        if text == ".":
            self.at += 1
            self.put("fence", name, first, last)
        elif text in ("<", ">"):
            self.at += 1
            self.put("open" if text == "<" else "close", text, first, last)
        elif text[:1] == "." and len(text) > 1:
            self.lexemes[self.at] = Lexeme(text[1:], first + 1, last)

    def _newline(self, start: int, end: int) -> None:
        if self.at < len(self.lexemes) and self.lexemes[self.at].text == "[":
            closing = next((i for i in range(self.at, min(self.at + 6, len(self.lexemes)))
                            if self.lexemes[i].text == "]"), None)  # fmt: skip
            inner = "".join(p.text for p in self.lexemes[self.at + 1 : closing]) if closing is not None else ""
            if closing is not None and inner.strip()[-2:] in ("em", "pt", "ex", "mm", "cm", "in", "px", "mu"):
                self.at = closing + 1
        elif self.at < len(self.lexemes) and self.lexemes[self.at].text == "*":
            self.at += 1
        self.put("newline", "\\\\", start, end)

    def argument(self, start: int, end: int) -> tuple[list[Lexeme], int]:
        """The lexemes of the braces that follow, taken; the place where they end."""
        at = self.at
        while at < len(self.lexemes) and self.lexemes[at].text.isspace():
            at += 1
        if at >= len(self.lexemes) or self.lexemes[at].text != "{":
            return [], end
        depth, first = 0, at + 1
        for index in range(at, len(self.lexemes)):
            depth += {"{": 1, "}": -1}.get(self.lexemes[index].text, 0)
            if not depth:
                self.at = index + 1
                return self.lexemes[first:index], self.lexemes[index].end
        place = self.lexemes[at]
        raise ReadError("PARSE-ERROR", Span(place.start, self.lexemes[-1].end), "unclosed '{' opened here")

    def _environment(self, name: str, start: int, end: int) -> None:
        pieces, end = self.argument(start, end)
        environment = "".join(piece.text for piece in pieces).strip()
        if not environment:
            raise ReadError("PARSE-ERROR", Span(start, end), f"\\{name} takes the name of an environment in braces")
        if name == "begin" and environment.rstrip("*") in ("array", "alignat", "alignedat", "subarray", "tabular"):
            if self.at < len(self.lexemes) and self.lexemes[self.at].text == "[":
                while self.at < len(self.lexemes) and self.lexemes[self.at].text != "]":
                    self.at += 1
                self.at += 1
            pieces, end = self.argument(start, end)
            columns = "".join(piece.text for piece in pieces)
            if set(columns) - set("lcr|@{}*p!>.\\ 0123456789"):
                raise ReadError("PARSE-ERROR", Span(start, end), f"{columns!r} says no columns; they are l, c and r")
        self.put(name, environment.rstrip("*"), start, end)
