"""What a document says about the range of a factor holds: the intervals of values against values at random."""

from __future__ import annotations

import numpy as np
import pytest
from page_cells import CELLS
from sequences import Sequence

import symrnn
from symrnn.document.content import compose
from symrnn.document.ranges import Ranges
from symrnn.document.text_math import plain
from symrnn.document.values import Values
from symrnn.ir import Leaf

KINDS = ("Mixed", "Whole", "gru_d", "hard_lstm", "lstm_peephole", "ltc", "lru", "mlstm", "phased_lstm", "rwkv7")


@pytest.mark.parametrize("id", KINDS)
def test_every_value_lies_in_its_interval(id: str) -> None:
    derivation = symrnn.derive(CELLS[id])
    values = Values(derivation.forward)
    ranges, bounded = Ranges(values.naming), 0
    for seed in range(5):
        sequence = Sequence(CELLS[id], compose(derivation), seed)
        for tick in sequence.forwards("2.2", sequence.given):
            for node in derivation.forward.names:
                shown = plain(values.symbol(node))
                if isinstance(node.op, Leaf) or shown not in tick:
                    continue
                interval = ranges.known.get(node)
                if interval is not None:
                    low, high = float(interval.low), float(interval.high)
                    assert np.all(tick[shown] >= low) and np.all(tick[shown] <= high), (shown, interval)
                    bounded += low > -np.inf or high < np.inf
    assert bounded


def test_the_decay_of_a_gated_memory_is_known_to_lie_between_0_and_1() -> None:
    """exp(-8 softplus(Lambda) r): a product of signs, a named exponent, and a function that grows."""
    derivation = symrnn.derive(symrnn.zoo["rglru"])
    decay = Ranges(Values(derivation.forward).naming).known[derivation.forward.find("a")]
    assert (decay.low, decay.high, decay.closed) == (0, 1, False)
