"""Tangents of a step: forward-mode differentiation along chosen leaves."""

from __future__ import annotations

from collections.abc import Mapping

from symrnn.ir import Node
from symrnn.rules import JVP
from symrnn.step import Step


def tangents(step: Step, seeds: Mapping[Node, Node], *, accurate: bool = False) -> dict[Node, Node]:
    """The tangent of every value that moves with the seeds.

    ``seeds`` maps leaves of the step to their tangents, of the same shape; a leaf without a seed stands still. Tangents
    read forward values directly, so a step that contains both is the forward step followed by its tangents. A value
    that is missing from the result does not move.
    """
    moved: dict[Node, Node] = dict(seeds)
    for _, node in step.equations:
        tangent = JVP[type(node.op)](node, [moved.get(a) for a in node.args], lambda n: n, accurate)
        if tangent is not None:
            moved[node] = tangent
    return moved
