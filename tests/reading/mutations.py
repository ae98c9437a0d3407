"""Damaged equations, drawn from the corpus by a seed, and what of them a reading has lost."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from symrnn.reading import note

TEXTS: list[str] = [
    entry["latex"] for entry in json.loads((Path(__file__).parent / "corpus.json").read_text(encoding="utf-8"))
]
SIGNS = "\\{}[]()^_&=+-,;.'tTWxhc0 1<>|*/~#\n"
COMMANDS = (
    "\\\\", "\\frac", "\\sigma", "\\tanh", "\\left", "\\right", "_{t-1}", "^{(t)}", "\\odot", "\\cdot", "\\mathbf",
    "\\tilde", "\\begin{pmatrix}", "\\end{pmatrix}", "\\text{", "\\quad", "\\sum_{j}", "\\partial", "\\delta",
    "\\to", "\\in", "^T", "^{-1}", "\\foo", "\\sqrt", "\\top", "&=", "\\,", "\\mathrm{x}", "\\prod_{k=1}^{t}",
    "\\nabla_W", "σ", "ĉ", "₁", "遗",
)  # fmt: skip
PIECES = [*SIGNS, *COMMANDS]
DOCUMENT = re.compile(r"\$|\\\[|\\\(|```|\\begin\{(?:document|equation|align|gather|multline|eqnarray)\*?\}")
COMMENT = re.compile(r"(?<!\\)%[^\n]*")
NAMES = re.compile(r"\\[A-Za-z]+\*?|\\.|sigma|[A-Za-z]", re.DOTALL)
# What is no name by itself: indices, operators, and commands that look or space.
LETTERS = set("tTeidnmkI")
ARGUMENT = r"\s*\{(?:[^{}]|\{[^{}]*\})*\}"
UNREAD = re.compile(
    rf"\\(?:text|mathrm|operatorname|mbox|label|tag|begin|end)\*?{ARGUMENT}|\\(?:begin|end)\b|\{{[lcr|]+\}}"
)
GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "varphi", "varepsilon", "Gamma", "Delta",
    "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
}  # fmt: skip


def damaged(count: int, seed: int) -> Iterator[str]:
    """Texts with one to four random edits each."""
    rng = random.Random(seed)
    for _ in range(count):
        text = rng.choice(TEXTS)
        for _ in range(rng.randint(1, 4)):
            at, to = sorted((rng.randint(0, len(text)), rng.randint(0, len(text))))
            match rng.randrange(6):
                case 0:
                    text = text[:at] + text[at + 1 :]
                case 1:
                    text = text[:at] + rng.choice(PIECES) + text[at:]
                case 2:
                    text = text[:at] + rng.choice(PIECES) + text[at + 1 :]
                case 3:
                    text = text[:at] + text[at : at + 6] + text[at:]
                case 4:
                    text = text[:at] + text[to : to + 12]
                case 5:
                    other = rng.choice(TEXTS)
                    text = text[:at] + other[rng.randint(0, len(other)) :]
        yield text


def lost(text: str) -> list[str]:
    """The names of a text that stand neither in a reading nor under a message; prose is left aside."""
    reading = note.read(text + "\n")
    refused = [d for d in reading.diagnostics if d.severity == "error" or d.code == "NOT-AN-EQUATION"]
    spans = [span for d in refused for span in (d.span, d.given_up) if span]
    covered = [(span.start, span.end) for span in spans]
    said = [(item.span.start, item.span.end, item.text) for item in (*reading.equations, *reading.claims)]
    noted = [(d.span.start, d.span.end, d.message) for d in reading.diagnostics]
    if DOCUMENT.search(text):
        return []
    blank = COMMENT.sub(lambda match: " " * len(match[0]), text)
    blank = UNREAD.sub(lambda match: " " * len(match[0]), blank)
    missing = []
    for match in NAMES.finditer(blank):
        name = match[0].lstrip("\\").rstrip("*")
        if match[0][0] == "\\" and name not in GREEK or name in LETTERS:
            continue
        at = match.start()
        if any(start <= at < end for start, end in covered):
            continue
        wanted = {"sigma": "si", "l": "", "delta": "d"}.get(name, name)
        if not any(start <= at < end and wanted.lower() in words.lower() for start, end, words in (*said, *noted)):
            missing.append(f"{name} at {at}")
    return missing
