"""The character-level example: short, trained with the emitted file and numpy alone, and better than a bigram model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import symrnn
from symrnn.examples import character_lstm

SOURCE = Path(character_lstm.__file__)


@pytest.fixture(scope="module")
def bigram_loss() -> float:
    """Nats per held-out character of a bigram model whose smoothing is the best one for that very text."""
    text, held, size = character_lstm.corpus()
    counts = np.zeros((size, size))
    np.add.at(counts, (text[:-1], text[1:]), 1)
    losses = []
    for smoothing in (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01):
        chances = (counts + smoothing) / (counts + smoothing).sum(axis=1, keepdims=True)
        losses.append(float(-np.log(chances[held[:-1], held[1:]]).mean()))
    return min(losses)


def test_it_is_under_60_lines() -> None:
    assert SOURCE.read_text(encoding="utf-8").count("\n") < 60


def test_held_out_text_is_held_out() -> None:
    text, held, size = character_lstm.corpus()
    assert 0.05 < len(held) / len(text) < 0.2
    assert len(text) > 100_000 and 60 < size < 100
    assert set(held) <= set(range(size))


def test_a_bigram_model_does_not_reach_the_goal(bigram_loss: float) -> None:
    assert bigram_loss > 2.5 > character_lstm.GOAL


def test_it_learns_from_an_empty_folder(tmp_path: Path, bigram_loss: float) -> None:
    """As a user runs it: the script and the emitted file in a folder, nothing of symrnn in reach."""
    (tmp_path / "lstm.py").write_text(symrnn.emit(symrnn.zoo["lstm"])[0].text, encoding="utf-8")
    (tmp_path / "train.py").write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8")
    forbid = "import sys; sys.modules['symrnn'] = sys.modules['sympy'] = None; import runpy; "
    command = [sys.executable, "-c", forbid + "runpy.run_path('train.py', run_name='__main__')"]
    environment = {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(tmp_path), "PATH": "", "MPLBACKEND": "agg"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loss = float(done.stdout.split("held-out loss ")[1].split()[0])
    assert loss < character_lstm.GOAL < bigram_loss
