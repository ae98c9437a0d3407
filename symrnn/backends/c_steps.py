"""The two steps that the C backend works from, and which forward values the tape holds.

What can be had again for the price of at most one function from values that are kept anyway is no load for the tape:
the backward step computes it anew. Of an LSTM this is tanh(c), one number in eight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.adjoint import Program
from symrnn.ir import Node
from symrnn.simplify import simplify
from symrnn.step import Step
from symrnn.tape import single_expression, tape_of


@dataclass(frozen=True)
class Steps:
    """The forward step, whose outputs hold the tape as well, its adjoint, and a single step without a tape.

    ``kept`` gives for the name of every tape leaf of the backward step the forward value under it.
    """

    forward: Step
    backward: Step
    single: Step
    kept: dict[str, Node]


def steps(program: Program) -> Steps:
    """The steps of a program."""
    tape = tape_of(program, single_expression)
    own = {name for name, _ in program.forward.outputs}
    extra = tuple((n, program.forward.find(n)) for n in tape.names if n not in own)
    forward = simplify(replace(program.forward, outputs=(*program.forward.outputs, *extra)))
    found = dict(forward.outputs)
    kept = {n: found[n] for n in tape.names}
    outputs = tuple((n, v) for n, v in forward.outputs if n in own)
    return Steps(replace(forward, outputs=outputs), tape.backward, program.forward, kept)

