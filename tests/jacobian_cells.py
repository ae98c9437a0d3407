"""Cells outside the zoo that ask something of Jacobians which no cell of the zoo does."""

from __future__ import annotations

from symrnn.cell import Bias, Cell, Constant, Input, Scalar, Size, State, Vector, Weight
from symrnn.ops import concat, diag, exp, expm, eye, sigmoid, solve, split, tanh


def deep(depth: int) -> type[Cell]:
    """Layers with a highway inside one step; the number of paths grows as 3 to the depth."""

    class Deep(Cell):
        """A deep transition."""

        x = Input()
        h = State()
        W, R, b = Weight(x), Weight(h), Bias()
        L = Constant(depth)
        s = h
        for k in range(L):
            a = tanh(R[f"h{k}"] @ s + b[f"h{k}"] + (W.h @ x if k == 0 else 0))
            z = sigmoid(R[f"t{k}"] @ s + b[f"t{k}"])
            s = a * z + s * (1 - z)
        h = s

    return Deep


class ScalarGate(Cell):
    """A scalar state and a scalar gate: columns, rows and dot products."""

    x = Input()
    h, m = State(), State(1)
    W, w = Weight(x), Weight(h, to=1)
    alpha = Constant(0.5)
    kappa = Scalar()
    g = sigmoid(w.g @ h)
    m = m * g + alpha * (h.T @ tanh(h))
    h = g * h + m * tanh(W.h @ x) + kappa * alpha


class FastWeights(Cell):
    """A matrix-valued state, written by outer products and read by a vector."""

    n_k, n_v = Size(), Size()
    x = Input()
    S, q = State(n_v, n_k), State(n_v)
    W, V, Q = Weight(x), Weight(x, to=n_v), Weight(q, to=n_k)
    k = tanh(W.k @ x + Q.k @ q)
    v = V.v @ x
    S = S * tanh(S) + (v - S @ k) @ k.T
    q = S @ k


class Leaky(Cell):
    """A diagonal linear recurrence with rates derived once per sequence: affine in its state."""

    x = Input()
    h = State()
    nu = Vector(h)
    W = Weight(x)
    rate = exp(-exp(nu))
    i = sigmoid(W.i @ x)
    h = rate * h + i * (W.h @ x)


class Remembering(Cell):
    """A state that is the input, and one that is another's copy."""

    x = Input()
    h, u, k = State(), State(x), State()
    W, V, U = Weight(x), Weight(u), Weight(k)
    h = tanh(W.h @ x + V.h @ u + U.h @ k) + h
    k = h
    u = x


class Structured(Cell):
    """Diagonal matrices in disguise, and parts of what was joined."""

    x = Input()
    h, q = State(), State()
    S, p = State(h, x), State()
    W, V = Weight(x), Weight(h)
    a, b = Vector(h), Vector(h)
    D = diag(a) + 2 * (eye() @ diag(b).T)
    E = expm(diag(tanh(a)))
    first, second = split(concat(p, q), 2)
    p = E @ sigmoid(first) + W.p @ x
    q = V.q @ tanh(second)
    S = D @ S + h @ x.T
    h = solve(eye() + E, D @ h) + W.h @ x
