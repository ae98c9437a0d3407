"""Functions of whole values for random cells: norms, sums, joined and cut vectors, diagonals, linear systems."""

from __future__ import annotations

from typing import Any

import symrnn as s
from symrnn.declarations import Matrix

Shape = tuple[str, ...]
H, K, ONE, HK = ("h",), ("k",), ("1",), ("h", "k")


def whole_value(writer: Any, shape: Shape, depth: int) -> Any:
    """A random value of that shape from one of them; ``writer`` draws the choices and the operands."""
    if shape == HK:
        return _matrix(writer, depth)
    if shape == ONE:
        v = writer.expression(writer.choice((H, K)), depth)
        return writer.choice((s.logsumexp, lambda v: s.ones().T @ v))(v)
    return _vector(writer, shape, depth)


def _vector(writer: Any, shape: Shape, depth: int) -> Any:
    v = writer.expression(shape, depth)
    options = [
        lambda: s.softmax(v),
        lambda: s.cumsum(v),
        lambda: s.normalize(v),
        lambda: s.normalize(v, p=1, eps=0.5),
        lambda: s.layer_norm(v, writer.parameter(shape), writer.parameter(shape), eps=0.1),
        lambda: s.rms_norm(v, eps=0.1),
        lambda: s.split(s.concat(v, writer.atom(shape)), 2)[writer.pick(2)],
        lambda: s.diag(writer.atom(shape)) @ v,
    ]
    if shape == H:
        options += [lambda: _solved(writer, v), lambda: _joined(writer, depth), lambda: _flattened(writer, depth)]
    return writer.choice(tuple(options))()


def _solved(writer: Any, v: Any) -> Any:
    """A system whose matrix is far from singular."""
    return s.solve(s.eye() + s.tanh(writer.weight("h", "h")) / 5, v)


def _joined(writer: Any, depth: int) -> Any:
    """A matrix on a state and something else, one below the other."""
    both = s.concat(writer.expression(H, depth), writer.atom(K))
    return writer.new("joint", lambda: Matrix(writer.anchor(), writer.anchor() + writer.size("k"))) @ both


def _flattened(writer: Any, depth: int) -> Any:
    """A matrix on the entries of a matrix."""
    entries = s.reshape(writer.expression(HK, min(depth, 1)), writer.anchor() * writer.size("k"))
    return writer.new("flat", lambda: Matrix(writer.anchor(), writer.anchor() * writer.size("k"))) @ entries


def _matrix(writer: Any, depth: int) -> Any:
    m, axis = writer.expression(HK, depth), writer.pick(2)
    gain = writer.parameter((H, K)[axis])
    return writer.choice(
        (
            lambda: s.softmax(m, axis=axis),
            lambda: s.cumsum(m, axis=axis),
            lambda: s.layer_norm(m, gain, eps=0.1, axis=axis),
            lambda: s.normalize(m, axis=axis),
            lambda: s.diag(writer.atom(H)) @ m,
            lambda: m @ s.diag(writer.atom(K)),
            lambda: m + writer.atom(H) @ s.ones().T,
            lambda: (m @ s.ones()) @ writer.atom(K).T,
            lambda: s.logsumexp(m, axis=1) @ writer.atom(K).T,
            lambda: s.expm(s.tanh(writer.weight("h", "h"))) @ m,
            lambda: s.reshape(s.reshape(m, writer.size("k") * writer.anchor()), writer.anchor(), writer.size("k")),
        )
    )()
