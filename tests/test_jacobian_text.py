"""Jacobians as printed text: read by eye once, kept from then on."""

from __future__ import annotations

import pytest
from jacobian_cells import FastWeights, Leaky, Remembering, ScalarGate, deep

from symrnn.derivation import derive
from symrnn.zoo import zoo

LSTM_BLOCKS = """\
∂s[t]/∂s[t-1], s = (h, c), full
∂h[t]/∂h[t-1]  (n_h, n_h), full
    = diag(o[t]*(1 - o[t])*tanh(c[t])) @ U_o
    + diag(c[t-1]*f[t]*o[t]*(1 - f[t])*(1 - tanh(c[t])**2)) @ U_f
    + diag(g[t]*i[t]*o[t]*(1 - i[t])*(1 - tanh(c[t])**2)) @ U_i
    + diag(i[t]*o[t]*(1 - g[t]**2)*(1 - tanh(c[t])**2)) @ U_g
∂h[t]/∂c[t-1]  (n_h, n_h), diagonal
    = diag(f[t]*o[t]*(1 - tanh(c[t])**2))
∂c[t]/∂h[t-1]  (n_h, n_h), full
    = diag(c[t-1]*f[t]*(1 - f[t])) @ U_f
    + diag(g[t]*i[t]*(1 - i[t])) @ U_i
    + diag(i[t]*(1 - g[t]**2)) @ U_g
∂c[t]/∂c[t-1]  (n_h, n_h), diagonal
    = diag(f[t])
"""

LSTM_TOTAL = """\
∂c[t]/∂c[t-1]  (n_h, n_h), full, total: what was computed from c[t-1] at t-1 follows
    = diag(f[t])
    + diag(c[t-1]*f[t]*(1 - f[t])) @ U_f @ diag(o[t-1]*(1 - tanh(c[t-1])**2))
    + diag(g[t]*i[t]*(1 - i[t])) @ U_i @ diag(o[t-1]*(1 - tanh(c[t-1])**2))
    + diag(i[t]*(1 - g[t]**2)) @ U_g @ diag(o[t-1]*(1 - tanh(c[t-1])**2))
"""

GRU_PRODUCT = """\
∂s[T]/∂s[k] = J[T] @ J[T-1] @ … @ J[k+1]
J[t] = ∂s[t]/∂s[t-1], s = (h), full
∂h[t]/∂h[t-1]  (n_h, n_h), full
    = diag(z[t])
    + diag(z[t]*(1 - z[t])*(h[t-1] - n[t])) @ U_z
    + diag(r[t]*u_n[t]*(1 - n[t]**2)*(1 - r[t])*(1 - z[t])) @ U_r
    + diag(r[t]*(1 - n[t]**2)*(1 - z[t])) @ U_n
"""

DIRECT_PRODUCT = """\
∂c[T]/∂c[k] = J[T] @ J[T-1] @ … @ J[k+1]
  diagonal: entry by entry the product of the diagonals of J[k+1], …, J[T]
J[t] = ∂c[t]/∂c[t-1]  (n_h, n_h), diagonal
    = diag(f[t])
"""

DEEP_BLOCK = """\
∂h[t]/∂h[t-1]  (n_h, n_h), full
    = diag(z[t]*(1 - a[t]**2)) @ R_h2 @ ∂s_3[t]/∂h[t-1]
    + diag(z[t]*(1 - z[t])*(a[t] - s_3[t])) @ R_t2 @ ∂s_3[t]/∂h[t-1]
    + diag(1 - z[t]) @ ∂s_3[t]/∂h[t-1]
  where ∂s_2[t]/∂h[t-1]
      = diag(1 - z_1[t])
      + diag(z_1[t]*(1 - a_1[t]**2)) @ R_h0
      + diag(z_1[t]*(1 - z_1[t])*(a_1[t] - h[t-1])) @ R_t0
  where ∂s_3[t]/∂h[t-1]
      = diag(z_2[t]*(1 - a_2[t]**2)) @ R_h1 @ ∂s_2[t]/∂h[t-1]
      + diag(z_2[t]*(1 - z_2[t])*(a_2[t] - s_2[t])) @ R_t1 @ ∂s_2[t]/∂h[t-1]
      + diag(1 - z_2[t]) @ ∂s_2[t]/∂h[t-1]
"""


def test_the_blocks_of_an_lstm() -> None:
    assert str(derive(zoo["lstm"]).jacobian()) == LSTM_BLOCKS
    assert repr(derive(zoo["lstm"]).jacobian("c", "c", "total")) == LSTM_TOTAL


def test_the_products_over_time() -> None:
    assert str(derive(zoo["gru_cudnn"]).jacobian().product()) == GRU_PRODUCT
    product = derive(zoo["lstm"]).jacobian("c", "c").product()
    assert str(product) == DIRECT_PRODUCT
    assert (product.indices(3, 1), product.indices()) == (("3", "2"), ("T", "T-1", "…", "k+1"))


def test_a_deep_cell_is_printed_by_its_definitions() -> None:
    assert str(derive(deep(3)).jacobian("h", "h")) == DEEP_BLOCK


@pytest.mark.parametrize(
    ("cell", "of", "wrt", "lines"),
    [
        (zoo["hard_lstm"], "c", "h", ["    = 1/5 * diag(c[t-1]*heaviside(f[t])*heaviside(1 - f[t])) @ U_f"]),
        (ScalarGate, "m", "h", ["    + diag(alpha) @ dot(·, tanh_h[t])"]),
        (ScalarGate, "h", "m", ["    = diag(tanh_W_h_x[t]) @ ones() @ diag(g[t])"]),
        (FastWeights, "S", "S", ["∂S[t]/∂S[t-1]  (n_k*n_v, n_k*n_v), full", "    - outer(·, k[t]) @ matvec(·, k[t])"]),
        (FastWeights, "S", "q", ["    = -outer(·, k[t]) @ S[t-1] @ diag(1 - k[t]**2) @ Q_k"]),
        (Leaky, "h", "h", ["    = diag(rate)"]),
        (Remembering, "u", "h", ["∂u[t]/∂h[t-1]  (n_x, n_h), zero", "    = 0"]),
        (Remembering, "k", "h", ["    = eye()"]),
    ],
)
def test_lines_of_other_blocks(cell: object, of: str, wrt: str, lines: list[str]) -> None:
    text = str(derive(cell).jacobian(of, wrt)).splitlines()  # type: ignore[arg-type]
    assert set(lines) <= set(text), "\n".join(text)
