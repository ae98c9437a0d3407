"""The README: its Python blocks run in order and print what stands below them; its commands are those that CI runs."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn.__main__ import main
from symrnn.command import listing
from symrnn.command.table import aligned

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line where it starts."""

    language: str
    text: str
    line: int


BLOCKS = [
    Block(match[1], match[2], README.count("\n", 0, match.start()) + 1)
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
COMMANDS = [line.removeprefix("$ ") for b in BLOCKS if b.language == "console" for line in b.text.splitlines()]


@dataclass
class Session:
    """What the Python blocks printed, and the names that were there after each."""

    printed: dict[Block, str]
    names: dict[Block, dict[str, Any]]

    def after(self, text: str) -> dict[str, Any]:
        """The names after the block that contains ``text``."""
        (found,) = (block for block in self.names if text in block.text)
        return self.names[found]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The README read from top to bottom in one Python session."""
    names: dict[str, Any] = {"__name__": "readme"}
    result = Session({}, {})
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("readme"))
    try:
        for block in (b for b in BLOCKS if b.language == "python"):
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile("\n" * block.line + block.text, str(ROOT / "README.md"), "exec"), names)
            result.printed[block], result.names[block] = out.getvalue(), dict(names)
    finally:
        os.chdir(before)
    return result


def test_the_derivation_is_what_is_printed_today(session: Session) -> None:
    code, text = BLOCKS[:2]
    assert (code.language, text.language) == ("python", "text")
    assert len(text.text.splitlines()) > 20
    assert f"\n{text.text}" in session.printed[code]


def test_the_verdicts_are_what_is_printed_today(session: Session) -> None:
    place = next(k for k, block in enumerate(BLOCKS) if "symrnn.read(" in block.text)
    assert session.printed[BLOCKS[place]].strip() == BLOCKS[place + 1].text.strip()


def test_the_class_body_is_the_zoo_s(session: Session) -> None:
    """The same equations and roles; the order of two gates that do not read each other is no difference."""
    import symrnn

    ours, theirs = session.after("class LSTM")["LSTM"], symrnn.zoo["lstm"]
    assert {str(e.name): e.tree for e in ours.equations} == {str(e.name): e.tree for e in theirs.equations}
    assert ours.states == theirs.states and ours.arrays == theirs.arrays


def test_training_learned(session: Session) -> None:
    losses = session.after("losses = []")["losses"]
    assert losses[-1] < 0.2 * losses[0]


def test_stack_and_reverse_are_the_gradient(session: Session) -> None:
    """The dx of two layers, one of them in both directions, against a central difference along a direction."""
    names, rng = session.after("second ="), np.random.default_rng(5)
    lstm, dy = names["lstm"], names["dy"]

    def loss(x: Any) -> float:
        a, _, _ = lstm.forward(names["first"], x)
        b, _, _ = lstm.forward(names["back"], x[::-1])
        y, _, _ = lstm.forward(names["second"], np.concatenate([a, b[::-1]], axis=-1))
        return float((y * dy).sum())

    x, direction, h = names["x"], rng.normal(size=names["x"].shape), 1e-5
    numeric = (loss(x + h * direction) - loss(x - h * direction)) / (2 * h)
    assert np.isclose(numeric, (names["dx"] * direction).sum(), rtol=1e-7)


def test_padding_changes_nothing(session: Session) -> None:
    """Gradients of a padded batch against the sum over the sequences alone."""
    names = session.after("lengths =")
    lstm, params, x, lengths = (names[key] for key in ("lstm", "params", "x", "lengths"))
    total = {name: np.zeros_like(array) for name, array in params.items()}
    for k, length in enumerate(lengths):
        alone = x[:length, k : k + 1]
        y, state, tape = lstm.forward(params, alone)
        np.testing.assert_allclose(names["last"][k], state["h"][0], rtol=1e-12)
        dparams, dx, _ = lstm.backward(params, tape, None, {"h": y[-1], "c": np.zeros_like(y[-1])})
        np.testing.assert_allclose(names["dx"][:length, k], dx[:, 0], rtol=1e-9, atol=1e-14)
        np.testing.assert_array_equal(names["reversed_x"][:length, k], alone[::-1, 0])
        for name in total:
            total[name] += dparams[name]
    for name in total:
        np.testing.assert_allclose(names["dparams"][name], total[name], rtol=1e-9, atol=1e-14)


def test_parameters_come_back(session: Session) -> None:
    names = session.after("allow_pickle")
    assert names["loaded"].keys() == names["params"].keys()
    assert all(np.array_equal(names["loaded"][key], names["params"][key]) for key in names["params"])


def test_there_are_exactly_two_set_up_commands() -> None:
    """CI runs the first console block line by line."""
    first = next(b for b in BLOCKS if b.language == "console")
    assert [line[:2] for line in first.text.splitlines()] == ["$ ", "$ "]
    assert "symrnn build lstm -o out" in COMMANDS[0]
    assert COMMANDS[1].endswith("pytest")


@pytest.mark.parametrize("command", re.findall(r"^\| `(symrnn [^`]*)`", README, re.MULTILINE))
def test_every_command_of_the_table_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([shlex.split(command)[1], "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert all(option in said for option in re.findall(r"(?<!\w)--\w+", command))


def test_the_example_is_shown_as_it_is() -> None:
    example = (ROOT / "symrnn" / "examples" / "character_lstm.py").read_text(encoding="utf-8")
    (shown,) = (b.text for b in BLOCKS if b.language == "py" and "def train" in b.text)
    assert shown in example


def test_the_table_of_the_zoo_is_that_of_the_zoo() -> None:
    """Renewed by hand from what this prints: id, year, class, states, parameters and evidence of every cell."""
    found = list(listing.rows(listing.Filters()))
    lines = [listing.HEAD[:-1], *(row.columns()[:-1] for row in found)]
    assert f"```text\n{aligned(lines)}\n```" in README
    assert f"\n{len(found)} published cells, " in README


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
