"""Time several callables against each other: interleaved, warm, medians; only ratios mean anything.

What is counted is the time that this process had a processor, so that other programs of a busy machine do not count.
On a quiet machine, with one thread, that is the time of the clock.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence
from statistics import median

SAMPLE_S = 0.005  # a sample repeats a short call until it lasts this long
FINE_S = 1e-6  # a clock of processor time that is coarser than this is no use
clock = time.process_time if time.get_clock_info("process_time").resolution <= FINE_S else time.perf_counter


def medians(calls: Sequence[Callable[[], object]], repeats: int) -> list[float]:
    """The median time of each call in seconds, over ``repeats`` samples taken A B C A B C …

    A machine drifts by a factor of two within minutes. Neighbours in time share the drift, so it leaves their ratio.
    """
    numbers = [_calls_per_sample(call) for call in calls]
    samples: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, number, times in zip(calls, numbers, samples, strict=True):
            if number > 1:
                call()  # what ran before has left its own data in the caches; a long call warms itself
            times.append(_time(call, number))
    return [median(times) for times in samples]


def _calls_per_sample(call: Callable[[], object]) -> int:
    call()
    return max(1, int(SAMPLE_S / max(_time(call, 1), 1e-9)))


def _time(call: Callable[[], object], number: int) -> float:
    start = clock()
    for _ in range(number):
        call()
    return (clock() - start) / number


def peak_bytes(call: Callable[[], object]) -> int:
    """The most memory that a call held at one time, of what NumPy and Python allocate, its result included."""
    tracemalloc.start()
    try:
        result = call()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    del result
    return peak
