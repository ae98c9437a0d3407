"""Correct kernels are never refuted: fresh seeds, a few cells of every kind, and the whole zoo where there is time."""

from __future__ import annotations

import pytest

from symrnn import zoo
from symrnn.verification import verify

pytestmark = pytest.mark.usefixtures("kept_kernels")

# One for each thing that a cell may hold: copies, delays, complex states, matrix states, norms, softmax, solve, expm,
# masks, times, comparisons, several inputs or outputs, what is computed once per sequence, straight-through functions.
KINDS = (
    "elman", "lstm", "rhn", "taugru", "lru", "s4d", "gateloop", "deltanet", "mesa", "scornn", "exprnn", "ln_gru", "gsa",
    "on_lstm", "mclstm_mass", "clockwork_rnn", "phased_lstm", "gru_d", "zoneout_lstm", "ema", "rwkv4", "mlstm", "lmu",
    "lif", "skip_rnn",
)  # fmt: skip
STRAIGHT = {"lif", "skip_rnn"}


def assert_right(id: str) -> None:
    certificate = verify(zoo[id])
    assert certificate.verdict == ("SURROGATE" if id in STRAIGHT else "VERIFIED"), str(certificate)


@pytest.mark.parametrize("id", KINDS)
def test_a_fresh_seed(id: str) -> None:
    assert_right(id)


@pytest.mark.long
@pytest.mark.parametrize("id", sorted(zoo))
def test_fresh_seeds_for_the_whole_zoo(id: str) -> None:
    for _ in range(5):
        assert_right(id)


def test_quotients_of_saturated_gates_have_fewer_digits() -> None:
    """The fast sigmoid rounds by 1e-16 however small it is: f/(f + i) of two closed gates keeps half of the digits."""
    certificate = verify(zoo["minlstm"], seed=683438653)
    assert certificate.verdict == "VERIFIED", str(certificate)
    assert "rounding alone explains" in str(certificate)
