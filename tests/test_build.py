"""``symrnn build``: what it computes, how it writes it, and how it compares."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import symrnn
from symrnn import building
from symrnn.__main__ import main
from symrnn.building import FORMATS, MARK, RUN_FILE, Source, compare, formats_for, formats_from, plan, strangers, write
from symrnn.command import summary
from symrnn.errors import UsageError

OURS = "# written by symrnn build tiny\n"
EXPECTED = {
    "elman.py",
    *(f"derivation.{name}" for name in FORMATS),
    "schedule.txt",
    "certificate.json",
    RUN_FILE,
}


def tiny(**texts: str) -> list[Source]:
    return [Source(f"tiny/{name}.txt", OURS + text) for name, text in texts.items()]


@pytest.fixture(scope="module")
def elman() -> building.Built:
    return plan("elman", symrnn.zoo["elman"])


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_everything_about_a_cell(elman: building.Built) -> None:
    texts = {source.path: source.text for source in elman.sources}
    assert texts.keys() == {f"elman/{name}" for name in EXPECTED}
    assert texts["elman/elman.py"] == symrnn.emit(symrnn.zoo["elman"])[0].text
    assert json.loads(texts["elman/certificate.json"])["verdict"] == "VERIFIED"
    assert "before:" in texts["elman/schedule.txt"]


def test_every_text_carries_the_mark(elman: building.Built) -> None:
    """Without it a second build would take its own files for somebody else's."""
    for source in elman.sources:
        assert MARK.search(source.text[:4000]), source.path


def test_what_is_checked_in_is_the_same_twice(elman: building.Built) -> None:
    again = plan("elman", symrnn.zoo["elman"])
    for first, second in zip(elman.sources, again.sources, strict=True):
        if not first.path.endswith(RUN_FILE):
            assert first == second


def test_formats_are_chosen() -> None:
    assert formats_from("md, tex,md") == ("md", "tex")
    assert formats_from("") == ()
    with pytest.raises(UsageError, match="no format 'docx'"):
        formats_from("md,docx")
    paths = {source.path for source in plan("mgu", symrnn.zoo["mgu"], ("md",)).sources}
    assert {p for p in paths if "derivation" in p} == {"mgu/derivation.md"}


def test_write_and_write_again(tmp_path: Path) -> None:
    paths = write(tmp_path / "out", tiny(a="1", b="2"))
    assert [path.name for path in paths] == ["a.txt", "b.txt"]
    assert paths[0].read_text() == OURS + "1"
    write(tmp_path / "out", tiny(a="3"))
    assert paths[0].read_text() == OURS + "3"
    assert sorted(p.name for p in paths[0].parent.iterdir()) == ["a.txt", "b.txt"], "no temporary file is left"


def test_files_have_ordinary_permissions(tmp_path: Path) -> None:
    (path,) = write(tmp_path, tiny(a="1"))
    plain = tmp_path / "plain"
    plain.write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_line_ends_are_the_same_everywhere(tmp_path: Path) -> None:
    (path,) = write(tmp_path, tiny(a="1\n2\n"))
    assert b"\r" not in path.read_bytes()


@pytest.mark.parametrize("path", ["../escaped.txt", "/tmp/escaped.txt", "tiny/../../escaped.txt", "."])
def test_a_path_stays_inside(tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="outside"):
        write(tmp_path / "out", [*tiny(a="1"), Source(path, OURS)])
    assert not list(tmp_path.rglob("*.txt")), "nothing is written unless everything can be"


def test_a_link_does_not_lead_outside(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / "tiny").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(UsageError, match="outside"):
        write(tmp_path / "out", tiny(a="1"))


def test_a_file_of_another_origin_stays(tmp_path: Path) -> None:
    mine = tmp_path / "tiny" / "b.txt"
    mine.parent.mkdir()
    mine.write_text("import symrnn\n")
    with pytest.raises(UsageError, match="not written by symrnn.*--force"):
        write(tmp_path, tiny(a="1", b="2"))
    assert mine.read_text() == "import symrnn\n"
    assert not (tmp_path / "tiny" / "a.txt").exists()
    write(tmp_path, tiny(a="1", b="2"), force=True)
    assert mine.read_text() == OURS + "2"


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "tiny" / "a.txt").mkdir(parents=True)
    with pytest.raises(UsageError, match="is a folder"):
        write(tmp_path, tiny(a="1"))


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "tiny").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        write(tmp_path, tiny(a="1"))


@pytest.mark.parametrize("survivors", [0, 1])
def test_a_failed_write_leaves_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survivors: int) -> None:
    """Whatever breaks, every file is the old one or the new one, and no temporary name stays."""
    write(tmp_path, tiny(a="old", b="old"))
    replaced = []

    def breaks(source: Any, target: Any) -> None:
        if len(replaced) == survivors:
            raise KeyboardInterrupt
        replaced.append(target)
        os.rename(source, target)

    monkeypatch.setattr(building.os, "replace", breaks)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, tiny(a="new", b="new"))
    assert {p.name: p.read_text() for p in (tmp_path / "tiny").iterdir()} == {
        "a.txt": OURS + ("new" if survivors else "old"),
        "b.txt": OURS + "old",
    }


def test_compare_as_a_set(tmp_path: Path) -> None:
    write(tmp_path, tiny(same="1", changed="old\nline", extra="2"))
    (tmp_path / "tiny" / RUN_FILE).write_text("never compared")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("")
    wanted = tiny(same="1", changed="new\nline", missing="3")
    found = compare(tmp_path, wanted)
    assert [(d.path, d.kind) for d in found] == [
        ("tiny/changed.txt", "changed"),
        ("tiny/extra.txt", "extra"),
        ("tiny/missing.txt", "missing"),
    ]
    assert "-old" in found[0].diff and "+new" in found[0].diff
    assert compare(tmp_path / "nothing here", tiny(a="1"))[0].kind == "missing"


def test_files_of_no_cell_are_strangers(tmp_path: Path) -> None:
    write(tmp_path, tiny(a="1"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("")
    (tmp_path / "stray").write_text("")
    assert [(d.path, d.kind) for d in strangers(tmp_path, ["tiny"])] == [("other/file", "extra"), ("stray", "extra")]
    assert strangers(tmp_path / "nothing here", ["tiny"]) == ()


def test_formats_of_a_cell_and_of_the_zoo(tmp_path: Path) -> None:
    """All four for a cell that is built for the first time, two for the zoo; a cell that is there keeps what it has."""
    assert formats_for(tmp_path, "tiny", None, whole=False) == FORMATS
    assert formats_for(tmp_path, "tiny", None, whole=True) == ("tex", "md")
    write(tmp_path, [Source("tiny/derivation.md", OURS), Source("tiny/derivation.html", OURS)])
    assert formats_for(tmp_path, "tiny", None, whole=False) == ("md", "html")
    assert formats_for(tmp_path, "tiny", None, whole=True) == ("tex", "md"), "what else is there is an extra file"
    assert formats_for(tmp_path, "tiny", "txt", whole=True) == ("txt",)


def test_compare_sees_line_ends_and_shortens_long_diffs(tmp_path: Path) -> None:
    write(tmp_path, tiny(ends="1\n", long="\n".join(map(str, range(500)))))
    (tmp_path / "tiny" / "ends.txt").write_bytes((OURS + "1\r\n").encode())
    ends, long = compare(tmp_path, tiny(ends="1\n", long="\n".join(map(str, range(0, 1000, 2)))))
    assert ends.diff == "only line ends differ"
    assert long.diff.splitlines()[-1].startswith("... and ") and len(long.diff.splitlines()) == 61


def test_the_main_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "elman", "-o", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert said.startswith("Elman: VERIFIED\n")
    assert "1 equations" not in said and "1 equation," in said
    for part in ("U_h (n_h, n_h)", "2*n_h**2", "allowed 1e-11", "derivation.html"):
        assert part in said
    assert {path.name for path in (tmp_path / "elman").iterdir()} == EXPECTED

    assert run("build", "elman", "-o", str(tmp_path), "--check") == 0
    assert "as built" in capsys.readouterr().out

    (tmp_path / "elman" / "elman.py").write_text("# generated by symrnn, then edited\n")
    assert run("build", "elman", "-o", str(tmp_path), "--check") == 1
    said = capsys.readouterr().out
    assert "+import numpy as np" in said
    assert said.endswith(f"to write them: symrnn build elman -o {tmp_path}\n")

    assert run("build", "elman", "-o", str(tmp_path), "--check", "--json") == 1
    (difference,) = json.loads(capsys.readouterr().out)
    assert (difference["path"], difference["kind"]) == ("elman/elman.py", "changed")


def test_what_is_not_verified_fails_the_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files as built are not enough: the certificate among them has to be a good one."""
    run("build", "elman", "-o", str(tmp_path))
    monkeypatch.setattr(summary, "GOOD", ())
    assert run("build", "elman", "-o", str(tmp_path), "--check") == 1
    said = capsys.readouterr()
    assert said.out.endswith("as built (1 cell)\nelman: VERIFIED\n")
    assert said.err == "symrnn: failed: elman (VERIFIED)\n"


def test_a_cell_that_is_there_is_checked_in_the_formats_that_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("build", "elman", "-o", str(tmp_path), "--formats", "md") == 0
    assert run("build", "elman", "-o", str(tmp_path), "--check") == 0
    assert run("build", "elman", "-o", str(tmp_path), "--check", "--formats", "md,txt") == 1
    said = capsys.readouterr().out
    assert "elman/derivation.txt is missing" in said
    assert said.endswith(f"to write them: symrnn build elman --formats md,txt -o {tmp_path}\n")


def test_the_main_job_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("build", "elman", "mgu", "-o", str(tmp_path), "--formats", "md", "--json") == 0
    elman, mgu = json.loads(capsys.readouterr().out)
    assert (elman["cell"], mgu["cell"]) == ("elman", "mgu")
    assert elman["errors"]["A"]["error"] <= elman["errors"]["A"]["allowed"]
    assert str(tmp_path / "elman" / "derivation.md") in elman["files"]


def test_ctrl_c_leaves_whole_cells_and_nothing_running(tmp_path: Path) -> None:
    """The signal goes to the command alone; its processes have to be stopped by it."""
    started = [sys.executable, "-m", "symrnn", "build", "-o", str(tmp_path), "--formats", "md", "--jobs", "2"]
    command = subprocess.Popen(started, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not any(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.02)
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=30)
    assert (command.returncode, out, err) == (130, "", "symrnn: stopped; what is written is complete\n")
    cells = list(tmp_path.iterdir())
    assert cells
    for cell in cells:
        names = {path.name for path in cell.iterdir()}
        assert names == {f"{cell.name}.py", "derivation.md", "schedule.txt", "certificate.json", RUN_FILE}


def test_two_cells_of_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from symrnn import Cell, Input, Scale, State\n\nclass LSTM(Cell):\n"
        "    x = Input()\n    h = State(x)\n    a = Scale(h)\n    h = a.h * h + x\n"
    )
    assert run("build", "lstm", f"{path}:LSTM", "-o", str(tmp_path)) == 2
    assert "is called lstm too" in capsys.readouterr().err


@pytest.mark.long
def test_generated_is_what_is_built() -> None:
    """What CI holds with ``symrnn build --check``."""
    assert run("build", "--check", "-o", str(Path(__file__).parent.parent / "generated")) == 0
