"""Damaged and hostile texts: nothing is lost in silence, nothing raises what is not ours, nothing takes long."""

from __future__ import annotations

import time

import pytest
from mutations import TEXTS, damaged, lost

from symrnn.reading import note


@pytest.mark.parametrize("text", TEXTS)
def test_no_name_of_the_corpus_is_lost(text: str) -> None:
    assert lost(text) == []


def test_no_name_of_a_damaged_equation_is_lost() -> None:
    assert [text for text in damaged(300, seed=11) if lost(text)] == []


@pytest.mark.long
def test_no_name_of_many_damaged_equations_is_lost() -> None:
    assert [text for text in damaged(10_000, seed=12) if lost(text)] == []


def test_a_lost_name_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = note.read

    def forgetful(text: str) -> note.Reading:
        return whole(text.replace("+ U_z h_{t-1}", " " * 13))

    monkeypatch.setattr(note, "read", forgetful)
    assert lost(r"z_t = \sigma(W_z x_t + U_z h_{t-1})") != []


HOSTILE = {
    "one long line": "h_t = " + "x_t + " * 175_000 + "x_t",
    "one long line of commands": r"h_t = \tanh(h_{t-1} + x_t) + " * 40_000 + "x_t",
    "a long word": "h_t = " + "a" * 50_000,
    "backslashes": "\\" * 90_000,
    "back ticks": "`" * 90_000 + "\n",
    "dollars": "$ x " * 8_000,
    "open braces": "h_t = " + "{" * 10_000,
    "nested braces": "h_t = " + "{" * 10_000 + "x_t" + "}" * 10_000,
    "nested brackets": "h_t = " + "(" * 10_000 + "x_t" + ")" * 10_000,
    "nested subscripts": "h" + "_{h" * 10_000 + "}" * 10_000 + " = x",
    "nested fractions": "h_t = " + r"\frac{" * 3_000 + "h" + "}{2}" * 3_000,
    "nested functions": "h_t = " + r"\tanh " * 10_000 + "x_t",
    "nested cases": "h_t = " + r"\begin{cases}" * 2_000,
    "environments": r"\begin{aligned}" * 6_000,
    "a macro of itself": r"\newcommand{\foo}{\foo\foo} $h_t = \foo$",
    "macros of each other": r"\newcommand{\a}{\b}\newcommand{\b}{\a} $h_t = \a$",
    "doubling macros": "".join(
        rf"\newcommand{{\m{chr(97 + i)}}}{{\m{chr(98 + i)}\m{chr(98 + i)}}}" for i in range(24)
    ) + "$h_t = \\ma$",
    "a long number": "h_t = " + "9" * 5_000 + " x_t",
    "a high power": "h_t = x_t^{99999999999} + h_{t-1}",
    "a far delay": "h_t = h_{t-99999999999}",
    "a long chain": " = ".join(f"a_{i}" for i in range(3_000)),
    "control characters": "h_t = \x00\x1b[31m x_t",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_answered(text: str) -> None:
    """Whatever it is, there is an answer; the bound is generous, because a hang is what is looked for."""
    start = time.process_time()
    reading = note.read(text)
    assert time.process_time() - start < 20
    assert all("\x1b" not in str(d) for d in reading.diagnostics)


@pytest.mark.parametrize("name", [name for name in HOSTILE if "nested" in name or "macro" in name or "long" in name])
def test_what_is_too_much_is_said(name: str) -> None:
    assert {d.severity for d in note.read(HOSTILE[name]).diagnostics} >= {"error"}


def test_text_is_data() -> None:
    (message,) = note.read("h_t = __import__('os').system('true')").diagnostics[:1]
    assert message.severity in ("error", "question")


def equations(count: int) -> str:
    return "\n".join(
        rf"$$a^{{{k}}}_t = \sigma(W_{{{k}}} x_t + U_{{{k}}} h_{{t-1}} + b_{{{k}}})$$" for k in range(count)
    )


def test_the_time_grows_with_the_text_and_not_faster() -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        assert len(note.read(equations(count)).equations) == count
        return time.process_time() - start

    seconds(50)
    # Eight times the text may take eight times as long; a quadratic reader would take 64 times as long.
    assert seconds(480) < 20 * seconds(60)
