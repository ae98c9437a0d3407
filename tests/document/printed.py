"""Reads printed mathematics back and computes it: a second, small implementation of what the symbols mean.

The printed text of an equation is taken apart into tokens and evaluated with numpy. Nothing of the engine takes part,
so a lost transpose, sign or parenthesis on the page is a wrong number here. Vectors are columns, numbers broadcast.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from printed_functions import FUNCTIONS, RELATIONS, Ones

Value = Any
LETTER = r"(?![ᵀ⁰¹²³⁴-⁹])[\w′\u0300-\u036f]"
# A name: letters, the number of a copy above, what a function has below it, a time.
NAME = rf"[^\W\d_⁺ʸᵀ](?:{LETTER}|⁽[⁰¹²³⁴-⁹]+⁾)*(?:(?<=_)\([^()]*[×/][^()]*\)|(?<=_)[↓→])?(?:\[[\w+-]+\])?"
TOKEN = re.compile(
    r"\s*(?:(?P<number>10⁻[⁰¹²³⁴-⁹]+|[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?(?![\w′]))|(?P<repeat>[Σ∏]\[t=[^\]]*\])"
    rf"|(?P<name>(?:𝟏|𝟎|I|cumsum)_\([^()]*\)|[𝟏𝟎](?:_(?:{LETTER})+)?|∂{NAME}/∂{NAME}|(?:[δ∇][⁺ʸ]?)?{NAME})"
    r"|(?P<sign>⁻¹|⁻ᵀ|[δ∇][⁺ʸ]?|.))"
)
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
STOPS = ("⊙", "·", "/", "⊗", "+", "-", ")", "]", "⟩", ",", ";", "‖", "…", "∧", "if", "else", "mod", *RELATIONS)


@lru_cache(maxsize=4096)
def tokens(text: str) -> tuple[tuple[str, str], ...]:
    """The tokens of a formula, each with its kind."""
    found = []
    for match in TOKEN.finditer(text.strip()):
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
    return tuple(found)


class Page:
    """Evaluates printed formulas.

    ``values`` holds what the symbols on the page stand for, as they are printed; ``ticks`` holds that for every step,
    over which a printed sum over time runs.
    """

    def __init__(self, values: dict[str, Value], ticks: Sequence[dict[str, Value]] = ()) -> None:
        self.values, self.ticks = values, ticks

    def evaluate(self, text: str) -> Value:
        """The value of a whole formula."""
        self.rest = list(tokens(text)[::-1])
        value = self.sum()
        assert not self.rest, f"{text!r} goes on with {self.rest[::-1]}"
        return value

    def at(self, *signs: str) -> bool:
        return bool(self.rest) and self.rest[-1][1] in signs

    def take(self, *signs: str) -> str:
        assert not signs or self.at(*signs), f"expected {signs}, found {self.rest[::-1]}"
        return self.rest.pop()[1]

    def sum(self) -> Value:
        value = -self.product(self.take("-")) if self.at("-") else self.product()
        while self.at("+", "-"):
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self, _: str = "") -> Value:
        """Factors of one elementwise or Kronecker product; each is a matrix product of its own."""
        value = self.chain()
        while self.at("⊙", "·", "/", "⊗"):
            sign, other = self.take(), self.chain()
            value = value / other if sign == "/" else np.kron(value, other) if sign == "⊗" else value * other
        return value

    def chain(self) -> Value:
        """Factors side by side: a matrix product, unless one is a number."""
        factors = [self.power()]
        while self.rest and not self.at(*STOPS):
            factors.append(self.power())
        # Ones of no length go with the matrix beside them first.
        while len(factors) > 1:
            pairs = list(zip(factors, factors[1:], strict=False))
            tells = [isinstance(a, Ones) and a.row or isinstance(b, Ones) and not b.row for a, b in pairs]
            at = tells.index(True) if True in tells else 0
            left, right = factors[at : at + 2]
            factors[at : at + 2] = [left @ right if np.ndim(left) and np.ndim(right) else left * right]
        return factors[0]

    def power(self) -> Value:
        value = self.atom()
        while self.at("ᵀ", "^", "⁻¹", "⁻ᵀ", "²", "³", "⁴"):
            sign = self.take()
            if sign == "^":
                value = value ** self.atom()
            elif sign in ("⁻¹", "⁻ᵀ"):
                value = np.linalg.inv(value if sign == "⁻¹" else value.T)
            else:
                value = value.T if sign == "ᵀ" else value ** int(sign.translate(DIGITS))
        return value

    def atom(self) -> Value:
        kind, text = self.rest.pop()
        if kind == "number":
            return self.number(text)
        if kind == "repeat":
            return self.repeated(text)
        if text not in self.values and re.fullmatch("[δ∇][⁺ʸ]?", text) and self.at("("):
            return self.values[text + self.written_out()]
        if kind == "name" and text == "Dexpm":
            return FUNCTIONS["expm_derivative"](self.bracket(self.take("(")), self.bracket(self.take("[")))
        if kind == "name" and self.at("(", "ᵀ") and re.sub(r"_?\(.*|_[↓→]$", "", text) in FUNCTIONS:
            return self.call(text)
        return self.symbol(text) if kind == "name" else self.bracket(text)

    def number(self, text: str) -> Value:
        if text.startswith("10⁻"):
            return 10.0 ** -int(text[3:].translate(DIGITS))
        over, _, under = text.partition("/")
        value = float(over) / float(under or 1)
        return self.indicator() if value == 1 and self.at("[") else value

    def indicator(self) -> Value:
        """1[a > b]."""
        self.take("[")
        value = 1.0 * self.condition()
        self.take("]")
        return value

    def condition(self) -> Value:
        left = self.sum()
        holds = RELATIONS[self.take(*RELATIONS)](left, self.sum())
        while self.at("∧"):
            self.take()
            holds = holds & self.condition()
        return holds

    def repeated(self, text: str) -> Value:
        """Σ or ∏ over the steps of what follows."""
        assert self.ticks, f"{text} without steps"
        values, rest, results = self.values, self.rest, []
        for tick in self.ticks:
            self.values, self.rest = tick, list(rest)
            results.append(self.product())
        self.values = values
        return sum(results) if text.startswith("Σ") else np.prod(results, axis=0)

    def symbol(self, text: str) -> Value:
        if text in self.values or text == "ⅈ":
            return self.values.get(text, 1j)
        letter, _, size = text.partition("_")
        if letter == "K" and "×" in size:
            rows, columns = (int(Page(self.values).evaluate(n)) for n in size[1:-1].split("×"))
            return np.eye(rows * columns)[np.arange(rows * columns).reshape(rows, columns).T.reshape(-1)]
        if letter in ("𝟏", "𝟎", "I", "cumsum"):
            n = int(Page(self.values).evaluate(size)) if size else 0
            sized = {"I": np.eye(n), "cumsum": np.tril(np.ones((n, n))), "𝟏": np.ones((n, 1)), "𝟎": np.zeros((n, 1))}
            return sized[letter] if size else Ones()
        return self.values[text]

    def call(self, text: str) -> Value:
        """A function with its arguments; what stands below its name are options."""
        name, below, axis = text, [], {}
        if "_(" in text:
            name, _, options = text.partition("_(")
            below = [Page(self.values).evaluate(o) for o in re.split("[×/]", options.removesuffix(")"))]
        if text[-1] in "↓→":
            name, axis = text[:-2], {"axis": "↓→".index(text[-1])}
        if self.at("ᵀ"):
            self.take("ᵀ")
            name += "ᵀ"
        self.take("(")
        arguments = [self.sum()]
        while self.at(",", ";"):
            self.take()
            if len(self.rest) > 1 and self.rest[-2][1] == "=":  # an option by its name: slope=1/5
                self.take()
                self.take("=")
            arguments.append(self.sum())
        self.take(")")
        return FUNCTIONS[name](*arguments, *below, **axis)

    def bracket(self, opening: str) -> Value:
        """Parentheses, cases, vectors one below the other, an inner product or a norm."""
        value = self.sum()
        match opening:
            case "(":
                value = self.parenthesis(value)
            case "[":
                parts = [value]
                while self.at(";"):
                    self.take()
                    parts.append(self.sum())
                self.take("]")
                value = self.part(np.concatenate(parts, axis=0))
            case "⟨":
                self.take(",")
                value = np.sum(value * self.sum()).reshape(1, 1)
                self.take("⟩")
            case _:
                assert opening == "‖", f"{opening} before {self.rest[::-1]}"
                self.take("‖")
                largest = self.at("∞") and self.take()
                value = np.max(np.abs(value)) if largest else np.linalg.norm(np.atleast_2d(value), 2)
        return value

    def parenthesis(self, value: Value) -> Value:
        """What follows after the first formula in parentheses: nothing, a remainder, or cases; then perhaps entries."""
        if self.at("mod"):
            self.take()
            value = np.mod(value, self.sum())
        elif self.at("if"):
            self.take()
            holds = self.condition()
            self.take(",")
            if self.at("else"):
                self.take()
                other = self.sum()
            else:
                return np.where(holds, value, self.parenthesis(self.sum()))
            value = np.where(holds, value, other)
        self.take(")")
        return self.part(value)

    def part(self, value: Value) -> Value:
        """The entries of a vector that are named below it."""
        if not self.at("_"):
            return value
        self.take("_")
        self.take("(")
        first = int(self.sum())
        self.take("…")
        last = int(self.sum())
        self.take(")")
        return value[first - 1 : last]

    def written_out(self) -> str:
        """The argument of δ where it is no symbol: ``(tanh(c[t]))``, as one name."""
        depth, name = 0, ""
        while depth or not name:
            text = self.take()
            depth += {"(": 1, ")": -1}.get(text, 0)
            name += text
        return name


def key(text: str) -> str:
    """A left side as the name of a value; blanks do not count."""
    return "".join(part for _, part in tokens(text))
