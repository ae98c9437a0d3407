"""Cells that need something special of lowering or of the backend."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Matrix, Output, Scalar, Size, State, Vector, Weight
from symrnn.ops import exp, heaviside, relu, sigmoid, tanh


class Swapped(Cell):
    """Two states that change places, so that each is read before it is overwritten."""

    x = Input()
    a, b = State(), State()
    y = Output()
    W = Weight(x)
    y = tanh(a + 2 * b + W.y @ x)
    old = a
    a = b
    b = old


class Remembered(Cell):
    """The input of the tick before, and an output that is an input."""

    x = Input()
    last = State(x)
    y, z = Output(), Output()
    W = Weight(x, to=1)
    y = tanh(W.y @ last)
    z = x
    last = x


class Settled(Cell):
    """A state and an output that depend on parameters alone."""

    x = Input()
    h, k = State(), State()
    y = Output()
    W, u, v = Weight(x), Vector(h), Scalar()
    y = exp(u) * v
    k = sigmoid(u)
    h = tanh(W.h @ x + k * h)


class Straight(Cell):
    """The input is only read before the loop, and the loop is a sum."""

    x = Input()
    h = State()
    W, d = Weight(x), Vector()
    h = d * h + tanh(W.h @ x)


class Cancelled(Cell):
    """Terms that cancel: what is left is a scalar, repeated at every tick, or nothing."""

    x = Input()
    h, m = State(), State(1)
    y = Output()
    W, w = Weight(x), Weight(h, to=1)
    m = tanh(w.m @ h + m)
    y = h - h
    h = (h - h + m) * tanh(W.h @ x)


class Square(Cell):
    """A matrix-valued state beside its own transpose and beside a scalar."""

    n_k = Size()
    x = Input()
    S = State(n_k, n_k)
    y = Output()
    W, A, s = Weight(x, to=n_k), Matrix(n_k, n_k), Scalar()
    v = W.v @ x
    S = tanh(S.T * A + s * S.T + v @ v.T)
    y = S.T @ v


class Lanes(Cell):
    """A product whose result lies beside others, and sums of products over several operands."""

    x = Input()
    h, c = State(), State()
    y = Output()
    W, U, V = Weight(x), Weight(h), Weight(h)
    a = sigmoid(W.a @ x + U.a @ h)
    b = sigmoid(W.b @ x + U.b @ c)
    d = relu(U.d @ a + U.e @ b)
    c = a * c + b * d
    h = tanh(V.a @ (a * h) + V.b @ (b * c) + W.h @ x)
    y = U.a @ d + h


class Flat(Cell):
    """A gate that no gradient passes: what it is made of has no adjoint at all."""

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    g = heaviside(W.g @ x + U.g @ h)
    h = g * tanh(W.h @ x) + (1 - g) * h


class Repeated(Cell):
    """A scalar of the tick, repeated over a vector."""

    x = Input()
    h, m = State(), State(1)
    W, w = Weight(x), Weight(h, to=1)
    m = tanh(w.m @ h + m)
    h = tanh(h - h + m) * tanh(W.h @ x)


class Chain(Cell):
    """A product of a product: its adjoint lies beside others in a weight gradient."""

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    h = tanh(U.a @ (W.b @ x) + W.c @ x + h)


class Mixed(Cell):
    """A state that is a sum of products, with nothing else in it."""

    x = Input()
    h = State()
    W, U = Weight(x), Weight(h)
    a = tanh(W.a @ x + h)
    b = sigmoid(W.b @ x - h)
    h = U.a @ a + U.b @ b


class Outer(Cell):
    """An outer product over the sequence, whose gradient is a product of what has no time."""

    x = Input()
    h = State()
    W, p, q = Weight(x), Vector(), Vector()
    A = p @ tanh(q).T
    h = tanh(A @ h + W.h @ x)


class Stateless(Cell):
    """Nothing is carried on: a layer applied to every tick."""

    x = Input()
    y = Output()
    W, b = Weight(x, to=3), Bias(to=3)
    y = tanh(W.y @ x + b.y)


class Fixed(Cell):
    """Every length is a number."""

    x = Input(2)
    h = State(3)
    W, U = Weight(x, to=h), Weight(h, to=h)
    h = tanh(W.h @ x + U.h @ h)


class Bare(Cell):
    """No parameters at all."""

    x = Input(1)
    h = State(1)
    h = tanh(x + 0.5 * h)


class Powers(Cell):
    """A constant as an exponent."""

    x = Input()
    h = State()
    W, kappa = Weight(x), Constant(1.5)
    h = tanh(W.h @ x) * (1 + h * h) ** kappa


class Growing(Cell):
    """A signal as an exponent."""

    x = Input()
    h = State()
    W, kappa = Weight(x), Constant(1.5)
    h = tanh(W.h @ x) * kappa ** h


class Handed(Cell):
    """A state whose adjoint is handed on as it is, and read after the loop."""

    x = Input()
    m = State()
    y = Output()
    W, b = Weight(x), Bias()
    y = tanh(W.y @ x)
    m = m + b.m


class Wider(Cell):
    """A sum of a product that is a scalar and one that is a vector, both of values of the tick."""

    x = Input()
    h = State()
    U, V, W = Weight(h), Weight(h, to=1), Weight(x)
    g = tanh(h)
    h = tanh(V.h @ g + U.h @ g) + W.h @ x


class Forgotten(Cell):
    """A scalar state that nothing reads."""

    x = Input()
    h, m = State(x), State(1)
    v = Vector(x)
    h = tanh(h + v * x)
    m = v.T @ x


SOUND = (
    Swapped, Remembered, Settled, Straight, Cancelled, Square, Lanes, Flat, Repeated, Chain, Mixed, Outer, Handed,
    Wider, Powers, Growing, Stateless, Fixed,
)  # fmt: skip
