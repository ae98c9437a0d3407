"""Hints in the comments of printed equations: what symrnn itself says about a cell beside its equations."""

from __future__ import annotations

import re
from dataclasses import replace

from symrnn.errors import UsageError
from symrnn.reading.declared import Fact, Facts, shape_of
from symrnn.reading.diagnostics import Report
from symrnn.reading.source import Span

LINE = re.compile(r"^[ \t]*% symrnn: (\w+) ([A-Za-z]\w{0,63})([^\n]*)$", re.MULTILINE)
SHAPE = re.compile(r"^\s*\(([^()]*)\)")
OPTION = re.compile(r"(\w+)(?:=(\S+))?")


def hinted(span: Span, found: Facts, facts: Facts, report: Report) -> None:
    """Add the hints within a span and right above it to what is found; ``facts`` is what the caller says, and wins."""
    text = report.source.text
    if "% symrnn: " not in text:
        return
    given = {role: bool(getattr(facts, role + "s")) for role in ("input", "state", "output")}
    for match in LINE.finditer(text, _above(text, span.start), span.end):
        try:
            _line(match, found, facts, given)
        except (UsageError, ValueError) as error:
            report.add("PARSE-ERROR", Span(match.start(), match.end()), f"this hint cannot be read: {error}")


def _above(text: str, start: int) -> int:
    """Where the comments begin that stand right above an equation."""
    while start:
        line = text.rfind("\n", 0, start - 1) + 1
        if not text[line:start].lstrip().startswith("%"):
            break
        start = line
    return start


def _line(match: re.Match[str], found: Facts, facts: Facts, given: dict[str, bool]) -> None:
    role, name, rest = match[1], match[2], match[3]
    if role == "constant":
        value = rest.partition("=")[2].strip()
        found.constants.setdefault(name, int(value) if re.fullmatch(r"-?\d{1,9}", value) else float(value))
        found.fixed_constants.add(name)
    elif role == "size":
        found.sizes.append(name)
    elif role == "output":
        if not given["output"]:
            found.outputs.append(name)
    elif role in ("input", "state", "parameter"):
        if role != "parameter" and not given[role]:
            getattr(found, role + "s").append(name)
        if role == "parameter":
            found.params.append(name)
        if name not in facts.names:
            found.names[name] = _fact(rest, name, found)
    else:
        raise UsageError(f"{role} is no role")


def _fact(rest: str, name: str, found: Facts) -> Fact:
    shape = SHAPE.match(rest)
    fact = Fact(shape_of(tuple(part for part in shape[1].split(",") if part.strip())) if shape else None)
    for option in OPTION.finditer(rest, shape.end() if shape else 0):
        key, value = option[1], option[2] or ""
        if key == "complex":
            fact = replace(fact, complex=True)
        elif key == "fixed":
            fact = replace(fact, fixed=True)
        elif key == "domain" and value in ("real", "positive", "unit", "mask", "time"):
            fact = replace(fact, domain=value)
        elif key == "start":
            fact = replace(fact, start=float(value))
        elif key == "copies":
            fact = replace(fact, copies=int(value))
        elif key == "family":
            found.families[name] = "" if value == "-" else value
        else:
            raise UsageError(f"{key} is no option")
    return fact
