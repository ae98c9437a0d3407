"""``symrnn bench``: its options, its tables and pictures, and the process with one thread that it measures in."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from symrnn.__main__ import main
from symrnn.benchmark import blas, machine, picture
from symrnn.benchmark.contest import TEXTBOOK, Row
from symrnn.benchmark.growth import BOUND, Point
from symrnn.benchmark.problem import sizes_from
from symrnn.command import timing
from symrnn.command.timing_text import report_text
from symrnn.errors import UsageError

SMALL = ("bench", "elman", "--shape", "2,3,4,5", "--repeats", "7", "--backend", "numpy", "--no-peers")


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line in this process; exit code, standard output, standard error."""
    monkeypatch.setattr(timing, "pinned", lambda: True)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def test_the_table(said: Any) -> None:
    code, out, _ = said(*SMALL)
    assert code == 0
    head = next(line for line in out.splitlines() if "bound ms" in line).split("  ")
    assert [name.strip() for name in head if name.strip()] == [
        "B,T,n_x,n", "dtype", "bound ms", "NumPy", "textbook", "NumPy/textbook",
    ]  # fmt: skip
    assert sum(line.split()[:1] == ["2,3,4,5"] for line in out.splitlines()) == 3  # two dtypes, and memory
    assert "threads 1" in out and "NumPy 2" in out and "torch" not in out


def test_the_data(said: Any) -> None:
    code, out, _ = said(*SMALL, "--dtype", "float32", "--json")
    found = json.loads(out)
    (row,) = found["rows"]
    assert code == 0 and found["machine"]["threads"] == "1"
    assert row["cell"] == "elman" and row["dtype"] == "float32" and row["sizes"] == [2, 3, 4, 5]
    assert row["bound_ms"] > 0 and set(row["ratios"]) == set(row["memory"]) == {"NumPy", TEXTBOOK}


def test_it_measures_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has loaded its BLAS with more threads hands everything over to one that has not."""
    for name in machine.ONE_THREAD:
        monkeypatch.setenv(name, "2")
    started: list[list[str]] = []
    monkeypatch.setattr(timing, "run_pinned", lambda arguments: started.append(list(arguments)) or 0)
    with pytest.raises(SystemExit):
        main([*SMALL, "--json", "--dtype", "float64"])
    (arguments,) = started
    asked: list[timing.Order] = []
    monkeypatch.setattr(timing, "pinned", lambda: True)
    monkeypatch.setattr(timing, "bench", lambda order: asked.append(order) or timing.Report("", {}))
    for words in ([*SMALL, "--json", "--dtype", "float64"], arguments):
        with pytest.raises(SystemExit):
            main(words)
    assert asked[0] == asked[1]


def test_the_process_it_starts_is_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def run(command: list[str], env: dict[str, str], check: bool) -> Any:
        seen.update(env, command=" ".join(command[1:]))
        return type("Done", (), {"returncode": 3})

    monkeypatch.setattr(timing.subprocess, "run", run)
    assert timing.run_pinned(["bench", "lstm"]) == 3
    assert seen["command"] == "-m symrnn bench lstm"
    assert all(seen[name] == value for name, value in machine.ONE_THREAD.items())
    for name, value in machine.ONE_THREAD.items():
        monkeypatch.setenv(name, value)
    assert timing.pinned()
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert not timing.pinned()


BAD = [
    (("lstm", "--shape", "8,50,64"), "a shape is four whole numbers B,T,n_x,n as in 8,50,64,64, not '8,50,64'"),
    (("lstm", "--shape", "8,50,0,64"), "a shape is four whole numbers"),
    (("lstm", "--dtype", "float16"), "no dtype 'float16'; there is float32, float64"),
    (("lstm", "--backend", "abacus"), "no kernel to time 'abacus'; there is c, numpy"),
    (("lstn",), "did you mean lstm"),
    (("lstm", "--plot", "nowhere/at.png"), "nowhere is no folder"),
    (("lstm", "--plot", "picture.doc"), "a picture is one of .png, .svg, .pdf"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input(said: Any, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str) -> None:
    monkeypatch.setattr(picture.importlib.util, "find_spec", lambda name: object())
    code, out, err = said("bench", *arguments)
    assert code == 2 and message in " ".join(err.split()) and not out


def test_a_picture_says_which_extra_it_needs(said: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(picture.importlib.util, "find_spec", lambda name: None)
    code, _, err = said(*SMALL, "--plot", str(tmp_path / "growth.png"))
    assert code == 2 and "pip install 'symrnn[plot]'" in err


def test_several_cells_have_several_pictures(monkeypatch: pytest.MonkeyPatch, said: Any, tmp_path: Path) -> None:
    drawn: list[tuple[str, int, Path]] = []
    monkeypatch.setattr(picture.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(timing, "draw", lambda cell, points, path: drawn.append((cell, len(points), path)))
    monkeypatch.setattr(timing, "AXES", {"n": ((1, 3, 4, 4), (1, 3, 5, 5)), "T": ((1, 6, 4, 4),)})
    words = ("bench", "elman", "mgu", *SMALL[2:], "--dtype", "float64", "--json", "--plot", str(tmp_path / "g.svg"))
    code, out, _ = said(*words)
    assert code == 0
    assert drawn == [(cell, 3, tmp_path / f"g-{cell}.svg") for cell in ("elman", "mgu")]
    found = json.loads(out)["growth"]
    assert [p["sizes"] for p in found] == [[1, 3, 4, 4], [1, 3, 5, 5], [1, 6, 4, 4]] * 2


def points() -> list[Point]:
    """What a kernel of constant cost would give."""
    sizes = {"n": [(8, 50, n, n) for n in (8, 16)], "T": [(1, T, 8, 8) for T in (10, 100_000)]}
    placed = [(axis, s) for axis in sizes for s in sizes[axis]]
    memory = {"NumPy": 3.0, "NumPy, checkpoint √T": 1.0}
    return [Point(axis, s, "float32", {BOUND: 1.0, "NumPy": 2.0 * s[3]}, memory) for axis, s in placed]


@pytest.mark.parametrize("suffix", picture.FORMATS)
def test_the_picture(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed; `pip install matplotlib` runs this test")
    path = tmp_path / f"growth{suffix}"
    picture.draw("lstm", points(), path)
    assert path.stat().st_size > 1000
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        picture.draw("lstm", points(), tmp_path / f"folder{suffix}")


def test_a_picture_is_the_same_twice(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed; `pip install matplotlib` runs this test")
    texts = []
    for name in ("a.svg", "b.svg"):
        picture.draw("lstm", points(), tmp_path / name)
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert texts[0] == texts[1] and "time per step" in texts[0]


def test_remarks_say_who_is_missing_and_who_is_unlike() -> None:
    row = Row("lstm", "float32", (1, 100, 32, 32), 0.1, "C", {"NumPy": 17.0, TEXTBOOK: 1260.0}, {}, {"JAX scan": "why"})
    text = report_text([row], {"threads": "1"})
    assert "JAX scan was not timed: why" in text
    assert "textbook at 1,100,32,32 float32: 1260 here, 126 on another machine" in text
    assert text.endswith("threads 1")
    fair = Row("lstm", "float32", (1, 100, 32, 32), 0.1, "C", {"NumPy": 17.0, TEXTBOOK: 126.0})
    assert "another machine" not in report_text([fair], {})


def test_a_shape_may_be_written_in_several_ways() -> None:
    assert sizes_from("8,50,64,32") == sizes_from("(8, 50, 64, 32)") == sizes_from("8x50x64x32") == (8, 50, 64, 32)


def test_the_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = machine.facts()
    assert found["Python"] == ".".join(map(str, sys.version_info[:3])) and found["processor"] and found["BLAS"]
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
    assert machine.compiler() == "none" and blas.LETTERS
    monkeypatch.setattr(machine.Path, "is_file", lambda path: False)
    assert machine.processor()
    assert "source tree" in machine._version("a-package-that-is-not-installed")
