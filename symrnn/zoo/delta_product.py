"""DeltaProduct: several steps of the delta rule for each input."""

from __future__ import annotations

from symrnn.cell import Cell, Constant, Input, Output, Size, State, Weight
from symrnn.ops import normalize, sigmoid, sqrt


def delta_product(householders: int = 2) -> type[Cell]:
    """The cell with that many steps of the delta rule for each input."""

    class DeltaProduct(Cell):
        """DeltaProduct: several steps of the delta rule for each input.

        The transition is a product of H generalised Householder matrices, each with a key, value and step size of its
        own. Step sizes reach 2, where a factor is a reflection; that lets the memory permute and so keep track of
        states.

        Reference: J. Siems et al., DeltaProduct: Improving State-Tracking in Linear RNNs via Householder Products,
            arXiv:2502.10297, 2025.
        Evidence: recalled-from-paper
        Year: 2025
        """

        n_k, n_v = Size(), Size()
        x = Input()
        S = State(n_k, n_v)
        y = Output()
        W, w = Weight(x), Weight(x, to=1)
        H = Constant(householders)

        q = W.q @ x / sqrt(n_k)
        M = S
        for j in range(H):
            k = normalize(W.k[j] @ x)
            v = W.v[j] @ x
            beta = 2 * sigmoid(w.b[j] @ x)
            M = M + beta * k @ (v - M.T @ k).T
        S = M
        y = S.T @ q

    return DeltaProduct


DeltaProduct = delta_product()
