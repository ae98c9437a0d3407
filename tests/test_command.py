"""The command line: what it prints, its exit codes, and what it says to bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import symrnn
from symrnn.__main__ import main
from symrnn.command import progress, summary
from symrnn.command.pool import Outcome

CELL_FILE = '''
from symrnn import Bias, Cell, Input, State, Weight, tanh

class Tiny(Cell):
    """A recurrent layer (nobody, 2000)."""
    x = Input()
    h = State()
    W, U, b = Weight(x), Weight(h), Bias()
    h = tanh(W.h @ x + U.h @ h + b.h)

class Other:
    pass
'''


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line; exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def cell_file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.py"
    path.write_text(CELL_FILE, encoding="utf-8")
    return path


def test_version(said: Any) -> None:
    code, out, _ = said("--version")
    assert code == 0
    assert out.startswith("symrnn ")


def test_no_arguments_is_help(said: Any) -> None:
    _, out, err = said()
    assert "Usage: symrnn" in out + err


def test_show(said: Any) -> None:
    code, out, _ = said("show", "lstm")
    assert code == 0
    assert str(symrnn.zoo["lstm"]) in out
    assert "W  (4*n_h, n_x)  W_i W_f W_g W_o" in out
    assert "FLOPs" in out and "loop:" in out
    assert "  c[t]    ■       \\" in out and "parameters  4*n_h*(n_h + n_x + 1)" in out


def test_show_says_what_each_pass_makes_of_the_loop(said: Any) -> None:
    code, out, _ = said("show", "lstm", "--passes")
    assert code == 0 and "passes of the NumPy kernel" not in said("show", "lstm")[1]
    forward = out.partition("passes of the NumPy kernel")[2].partition("backward:")[0]
    names = [line.split(":")[0].strip() for line in forward.splitlines() if line.startswith("  ") and line[2] != " "]
    assert names == ["schedule", "halving", "single", "batches", "lanes"]
    assert "    every tick, one after the other: i, f, o, g, c\n" in forward
    code, out, _ = said("show", "lstm", "--passes", "--json")
    assert json.loads(out)["passes"][0] == "passes of the NumPy kernel"


def test_show_as_json(said: Any) -> None:
    code, out, _ = said("show", "lstm", "--json")
    assert code == 0
    facts = json.loads(out)
    assert facts["states"] == {"h": ["n_h"], "c": ["n_h"]}
    assert facts["arrays"]["U"] == {"shape": ["4*n_h", "n_h"], "blocks": ["U_i", "U_f", "U_g", "U_o"]}
    assert facts["structure"]["jacobian"]["c"] == {"h": "full", "c": "diagonal"}
    assert facts["equations"][-1] == {"name": "h", "expression": "o[t] * tanh(c[t])", "shape": ["n_h"], "static": False}


@pytest.mark.parametrize("format", ["txt", "md", "tex", "html"])
def test_derive(said: Any, format: str) -> None:
    code, out, _ = said("derive", "elman", "--to", format)
    assert code == 0
    assert out.rstrip("\n") == symrnn.derive(symrnn.zoo["elman"]).to(format).rstrip("\n")


def test_derive_as_json(said: Any) -> None:
    code, out, _ = said("derive", "elman", "--json")
    assert code == 0
    facts = json.loads(out)
    assert (facts["cell"], facts["format"], facts["lang"]) == ("elman", "txt", "en")
    assert facts["text"] == symrnn.derive(symrnn.zoo["elman"]).to("txt")


def test_emit_prints_the_kernel(said: Any) -> None:
    code, out, _ = said("emit", "elman")
    assert code == 0
    assert out == symrnn.emit(symrnn.zoo["elman"])[0].text
    assert said("emit", "elman", "--accurate")[1] == symrnn.emit(symrnn.zoo["elman"], accurate=True)[0].text


def test_emit_to_a_file(said: Any, tmp_path: Path) -> None:
    target = tmp_path / "new" / "rnn.py"
    code, out, _ = said("emit", "rnn", "-o", str(target))
    assert (code, out) == (0, f"wrote {target}\n")
    assert target.read_text(encoding="utf-8") == symrnn.emit(symrnn.zoo["elman"])[0].text
    assert said("emit", "rnn", "-o", str(target), "--json")[0] == 0, "its own file may be written again"


def test_emit_keeps_the_file_of_somebody_else(said: Any, cell_file: Path) -> None:
    """The cell imports from symrnn, which does not make it a file of symrnn."""
    code, _, err = said("emit", f"{cell_file}:Tiny", "-o", str(cell_file))
    assert code == 2
    assert "was not written by symrnn" in err and "--force" in err
    assert cell_file.read_text(encoding="utf-8") == CELL_FILE
    assert said("emit", "lstm", "-o", str(cell_file), "--force")[0] == 0
    assert cell_file.read_text(encoding="utf-8") != CELL_FILE


def test_a_cell_from_a_file(said: Any, cell_file: Path) -> None:
    code, out, _ = said("show", f"{cell_file}:Tiny")
    assert code == 0
    assert "h[t] = tanh(W_h @ x[t] + U_h @ h[t-1] + b_h)" in out


def test_verify(said: Any) -> None:
    code, out, err = said("verify", "mgu", "elman")
    assert (code, err) == (0, "")
    assert out.index("mgu: VERIFIED") < out.index("elman: VERIFIED"), "in the order of the command"


LEAVES = '''
import multiprocessing
from symrnn import Cell, Input, State

class Leaves(Cell):
    """A cell whose file does not run in another process."""
    x = Input()
    h = State(x)
    h = 0.5 * h + x

if multiprocessing.parent_process() is not None:
    raise KeyError("not here")
'''


def test_a_cell_that_fails_stops_no_other(said: Any, tmp_path: Path) -> None:
    path = tmp_path / "leaves.py"
    path.write_text(LEAVES, encoding="utf-8")
    code, out, err = said("verify", "elman", f"{path}:Leaves", "mgu", "relu_rnn", "--jobs", "2")
    assert code == 1
    rows = [line.split()[:2] for line in out.splitlines()[1:5]]
    assert rows == [["elman", "VERIFIED"], ["leaves", "not"], ["mgu", "VERIFIED"], ["relu_rnn", "VERIFIED"]]
    assert out.endswith("4 cells: 3 VERIFIED, 1 not finished\n")
    assert err.startswith("symrnn: failed: leaves (") and "KeyError: 'not here'" in err and "Traceback" not in err


def test_verify_as_json(said: Any) -> None:
    code, out, _ = said("verify", "elman", "--seed", "3", "--json")
    assert code == 0
    both = json.loads(out)["elman"]
    assert both["certificate"]["verdict"] == "VERIFIED"
    assert both["run"]["seed"] == 3


def test_a_failed_check_is_exit_code_1(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from symrnn.ops import REGISTRY

    monkeypatch.setitem(REGISTRY["tanh"].__dict__, "fast", lambda z, y: (1 + y**2,))
    monkeypatch.setitem(REGISTRY["tanh"].__dict__, "accurate", lambda z: (1 + REGISTRY["tanh"].head(z) ** 2,))
    code, out, _ = said("verify", "elman")
    assert code == 1
    assert "elman: REFUTED" in out


def test_a_line_for_each_of_many_cells() -> None:
    """Of those that are not good the certificates follow."""
    facts = {"verdict": "VERIFIED", "text": "all of it", "cases": ["a"], "errors": {}, "seconds": 1.25}
    found: list[Outcome[Any]] = [Outcome(f"cell_{k}", facts) for k in range(4)]
    found[2] = Outcome("bad", facts | {"verdict": "REFUTED", "text": "what is wrong with it"})
    lines = summary.verified_text(found).splitlines()
    assert [line.split()[0] for line in lines[1:5]] == ["cell_0", "cell_1", "bad", "cell_3"]
    assert "what is wrong with it" in lines and "all of it" not in lines
    assert lines[-1] == "4 cells: 3 VERIFIED, 1 REFUTED"
    assert summary.failures(found) == {"bad": "REFUTED"}


def test_a_line_for_each_of_many_built_cells() -> None:
    facts = {"verdict": "VERIFIED", "equations": 4, "adjoint_lines": 11, "files": ["a/cell.tex", "a/numpy.py"]}
    found: list[Outcome[Any]] = [Outcome(f"cell_{k}", facts) for k in range(3)]
    found.insert(1, Outcome("bad", error="it cannot be done"))
    heading, *lines = summary.built_text(found, Path("out")).splitlines()
    assert heading.split() == ["cell", "verdict", "equations", "adjoint", "lines", "files"]
    assert [line.split() for line in lines[:2]] == [
        ["cell_0", "VERIFIED", "4", "11", "2"],
        ["bad", "not", "finished"],
    ]
    assert lines[-1] == "4 cells: 3 VERIFIED, 1 not finished; written to out"


BAD = [
    (["show", "lstn"], "no cell 'lstn' in the zoo; did you mean"),
    (["show", "LSTM"], "no cell 'LSTM' in the zoo; did you mean lstm"),
    (["derive", "elman", "-o", "."], ". is a folder; name a file"),
    (["emit", "elman", "-o", "elman.c"], "elman.c is no .py file, as the numpy kernel is; see --backend"),
    (["derive", "lstm", "--to", "docx"], "no format 'docx'; choose from tex, md, html, txt"),
    (["derive", "lstm", "--to", "md,tex"], "one format"),
    (["derive", "lstm", "--lang", "xx"], "xx"),
    (["emit", "lstm", "--backend", "abacus"], "no backend 'abacus'"),
    (["build", "lstm", "--formats", "tex,pdf"], "no format 'pdf'"),
    (["verify", "note.md"], "there is no such file"),
    (["verify", "missing.py:Cell"], "missing.py: there is no such file"),
    (["verify", "missing.py"], "missing.py: there is no such file"),
    (["bench"], "Missing argument"),
    (["frobnicate"], "No such command"),
    (["list", "--class", "lin"], "no class 'lin'; choose from linear, nonlinear"),
    (["list", "--year", "20"], "'20' is no year; write 2014, 2014-2018"),
    (["list", "--year", "2014 2015"], "is no year"),
    (["list", "--state", "tensor"], "no kind of state 'tensor'; choose from matrix"),
    (["list", "--evidence", "guessed"], "no evidence 'guessed'"),
    (["verify", "lstm", "mgu", "--jobs", "0"], "--jobs"),
    (["build", "lstm", "mgu", "lstn"], "no cell 'lstn'"),
    (["show"], "Missing argument"),
    (["bench", "lstm", "--repeats", "1"], "--repeats"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_exit_code_2_and_a_message(said: Any, arguments: list[str], message: str) -> None:
    code, out, err = said(*arguments)
    assert code == 2
    assert message in " ".join(err.split())
    assert not out and "Traceback" not in err


FILES = [
    ("x = 1\n", "Tiny", "Tiny is not defined"),
    (CELL_FILE, "tiny", "tiny is not defined; did you mean Tiny?"),
    (CELL_FILE, "Other", "Other is not a Cell; did you mean Tiny?"),
    ("class A(:\n", "A", ":1: SyntaxError"),
    ("import nowhere_to_be_found\n", "A", ":1: ModuleNotFoundError"),
    ("\n1 / 0\n", "A", ":2: ZeroDivisionError"),
    ("import sys\n\nsys.exit(7)\n", "A", ":3: SystemExit: 7"),
    (CELL_FILE.replace("W.h @ x", "W.h @ h"), "Tiny", "W_h takes a vector of length n_x, but h[t-1] has length n_h"),
]


@pytest.mark.parametrize(("text", "name", "message"), FILES, ids=[m for _, _, m in FILES])
def test_a_bad_cell_file(said: Any, tmp_path: Path, text: str, name: str, message: str) -> None:
    path = tmp_path / "cells.py"
    path.write_text(text, encoding="utf-8")
    code, out, err = said("show", f"{path}:{name}")
    assert code == 2
    assert message in err and str(path) in err
    assert not out and "Traceback" not in err


def test_a_file_without_a_class_name(said: Any, cell_file: Path) -> None:
    code, _, err = said("show", str(cell_file))
    assert code == 2
    assert f"{cell_file}:Tiny" in err


def test_a_reader_that_leaves_is_no_error() -> None:
    """``symrnn list | head -1``: no traceback, as with any other program."""
    command = f"{sys.executable} -m symrnn derive lstm | head -c 10"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_bar_only_where_somebody_watches(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    list(progress.watched([1, 2], "count"))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    for item, note in progress.watched([1, 2], "count"):
        note(f"number {item}")
    assert "count" in capsys.readouterr().err
