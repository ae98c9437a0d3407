"""The character-level example: short, trained with the emitted file and numpy alone, and better than a bigram model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


@pytest.fixture(scope="module")
def kernel() -> Any:
    return symrnn.build(symrnn.zoo["lstm"])


def test_the_gradients_are_the_slopes_of_the_loss(kernel: Any) -> None:
    """Of the head, which the example differentiates itself, and of a weight of the cell behind it."""
    exact = SimpleNamespace(
        forward=lambda p, x, state: kernel.forward(p, x.astype(float), state), backward=kernel.backward
    )
    rng, size = np.random.default_rng(5), 7
    p = kernel.init(size, 3, rng=rng)
    head = {"V": rng.normal(size=(size, 3)), "a": rng.normal(size=size)}
    codes = rng.integers(size, size=(6, 2))

    def loss() -> float:
        return float(character_lstm.run(exact, p, head, codes, None)[0])

    _, grads, _ = character_lstm.run(exact, p, head, codes, None)
    assert grads.keys() == {*p, *head}
    for name, array in {**p, **head}.items():
        direction, whole = rng.normal(size=array.shape), array.copy()
        array[...] = whole + 1e-5 * direction
        above = loss()
        array[...] = whole - 1e-5 * direction
        slope = (above - loss()) / 2e-5
        array[...] = whole
        np.testing.assert_allclose((grads[name] * direction).sum(), slope, rtol=1e-6, atol=1e-9)


def test_a_few_updates_learn_less_than_all_of_them(kernel: Any) -> None:
    """The first loss is that of a guess among all characters."""
    held, losses = character_lstm.train(kernel, watch=lambda updates: updates[:30], n=16)
    assert len(losses) == 30 and abs(losses[0] - np.log(character_lstm.corpus()[2])) < 0.2
    assert character_lstm.GOAL < held < losses[0]


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
