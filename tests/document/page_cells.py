"""The cells whose pages are read back: one for every notation, some of the zoo and some made for the purpose."""

from __future__ import annotations

from functools import cache

import symrnn
from symrnn.cell import Bias, Cell, Input, Matrix, Output, Scalar, Size, State, Vector, Weight
from symrnn.document.content import compose
from symrnn.document.model import Document
from symrnn.ops import concat, cumsum, diag, exp, logsumexp, ones, relu, sigmoid, softmax, split, tanh, where
from symrnn.zoo import zoo


class Mixed(Cell):
    """Signs, numbers, scalars, powers, transposes, several uses, a state that is only remembered."""

    x, u = Input(), Input(1)
    h, c, last = State(), State(), State()
    y = Output()
    W, U, V, b = Weight(x), Weight(h), Weight(h, to=1), Bias()
    p, s = Vector(), Scalar()

    a = sigmoid(W.a @ x - U.a @ h + b.a)
    w = sigmoid(V.w @ h + u)
    c = -a * c + (1 - a) * tanh(U.c @ (p * h) - 0.5 * last)
    last = relu(W.l @ x + s * h)
    y = w * c - h * (a - 2) ** 2 / 3
    h = tanh(U.h.T @ c + s * b.h) - 0.25 * y * y


class Whole(Cell):
    """Functions of whole values of the state itself: of vectors, of rows and of columns."""

    n_k, n_v = Size(), Size()
    x = Input()
    S, h = State(n_k, n_v), State(n_v)
    W, V, U = Weight(x, to=n_k), Weight(x, to=n_v), Weight(h)
    B = Matrix(n_v, n_v)
    d = Vector(n_v)

    k = softmax(W.k @ x)
    A = diag(d)
    P = softmax(S, axis=1) + softmax(S, axis=0)
    r = logsumexp(S, axis=1)
    e = cumsum(tanh(U.h @ h)) * logsumexp(h) + logsumexp(S, axis=0)
    first, second = split(concat(h, e), 2)
    S = P @ B.T @ A + k @ tanh(h).T - 0.1 * cumsum(S, axis=1) + r @ first.T
    h = A @ h + B @ second * where(h > e, 0.5, 2.0) + V.h @ x + S.T @ k


class Turned(Cell):
    """Matrix products with every factor transposed once, and remainders."""

    x, u = Input(), Input(1)
    n_h = Size()
    S, h = State(n_h, n_h), State(n_h)
    A, B, C = Matrix(h, h), Matrix(h, h), Matrix(h, h)
    W, p = Weight(x), Vector(h, domain="positive")

    k = tanh(W.k @ x)
    M = A @ S.T + S.T @ B + (C @ S).T
    S = 0.1 * tanh(M @ k @ k.T) + S.T - k @ (S.T @ k).T
    h = (S.T @ h - u) % p + S @ S.T @ k


class Shared(Cell):
    """What every unit gets from all: the bound on its Jacobian is reached."""

    x = Input()
    h = State()
    W = Weight(x)

    s = ones().T @ h
    h = s + W.h @ x


class OneSlope(Cell):
    """A static value that is used once per sequence and at every step."""

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    a, b = Vector(), Vector()
    rate = exp(-exp(a))
    gain = rate * b
    h = rate * h + gain * (W.h @ x) + a * tanh(U.h @ h)


OWN = {cell.name: cell for cell in (Mixed, Whole, Turned, Shared, OneSlope)}
# Every primitive, complex values, copies, delays, comparisons, micro-steps; then the plain ones.
NEW = (
    "antisymmetric_rnn", "cfc", "clockwork_rnn", "ctgru", "deltanet", "exprnn", "fast_weights", "gateloop", "gru_d",
    "hippo_legs", "linear_attention", "ln_gru", "lru", "ltc", "mclstm_mass", "mesa", "mlstm", "on_lstm", "phased_lstm",
    "rhn", "rwkv7", "s5", "scornn", "taugru", "urnn_note",
)  # fmt: skip
PLAIN = ("elman", "hard_lstm", "lstm_peephole", "gru_v3", "mgu")
CELLS = {**OWN, **{id: zoo[id] for id in (*NEW, *PLAIN)}}
FEW = ("Mixed", "lstm_peephole", "hard_lstm", "gru_v3")


@cache
def document(id: str, accurate: bool = False) -> Document:
    """The document of one of these cells, composed once for all tests."""
    return compose(symrnn.derive(CELLS[id], accurate=accurate))
