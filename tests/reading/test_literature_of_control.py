r"""Equations of control theory, reservoirs, spikes, filters and linear attention, with the readings of a person."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.reading.note import Reading

READINGS = [
    # Control theory and filters
    (r"x_{k+1} = A x_k + B u_k, \quad y_k = C x_k + D u_k",
     "x[t] = A @ x[t-1] + B @ u[t]|y[t] = C @ x[t-1] + D @ u[t]"),
    (r"\mathbf{x}[k+1] = \mathbf{A}\mathbf{x}[k] + \mathbf{B}\mathbf{u}[k], \quad \mathbf{y}[k] = "
     r"\mathbf{C}\mathbf{x}[k]", "x[t] = A @ x[t-1] + B @ u[t]|y[t] = C @ x[t-1]"),
    (r"\hat{x}_k^- = A \hat{x}_{k-1} + B u_k, \quad \hat{x}_k = \hat{x}_k^- + K (z_k - H \hat{x}_k^-)",
     "x_hat_minus[t] = A @ x_hat[t-1] + B @ u[t]|x_hat[t] = x_hat_minus[t] + K @ (z[t] - H @ x_hat_minus[t])"),
    (r"P_k^- = A P_{k-1} A^T + Q, \quad K_k = P_k^- H^T (H P_k^- H^T + R)^{-1}, \quad P_k = (I - K_k H) P_k^-",
     "P_minus[t] = A @ P[t-1] @ A.T + Q|K[t] = P_minus[t] @ H.T @ inv(H @ P_minus[t] @ H.T + R)|"
     "P[t] = (I - K[t] @ H) @ P_minus[t]"),
    # Reservoirs and spikes
    (r"\mathbf{x}(t+1) = (1-a)\mathbf{x}(t) + a \tanh(\mathbf{W}^{\mathrm{in}}\mathbf{u}(t+1) + "
     r"\mathbf{W}\mathbf{x}(t) + \mathbf{W}^{\mathrm{fb}}\mathbf{y}(t))",
     "x[t] = (1 - a) * x[t-1] + a * tanh(W_in @ u[t] + W @ x[t-1] + W_fb @ y[t-1])"),
    (r"v_t = v_{t-1} + \frac{\Delta t}{\tau_m}(-(v_{t-1} - v_{rest}) + R I_t)",
     "v[t] = v[t-1] + Delta_t / tau_m * (-(v[t-1] - v_rest) + R @ I[t])"),
    (r"V_{t} = \lambda V_{t-1} (1 - S_{t-1}) + W X_t, \quad S_t = \Theta(V_t - V_{th})",
     "V[t] = lambda * V[t-1] * (1 - S[t-1]) + W @ X[t]|S[t] = heaviside_st(V[t] - V_th)"),
    # Memories
    (r"m_t = \bar{A} m_{t-1} + \bar{B} u_t, \quad u_t = e_x^\top x_t + e_h^\top h_{t-1} + e_m^\top m_{t-1}",
     "m[t] = A_bar @ m[t-1] + B_bar * u[t]|u[t] = e_x.T @ x[t] + e_h.T @ h[t-1] + e_m.T @ m[t-1]"),
    (r"\mathbf{z}_n = (1 - \mathbf{\Delta t}_n) \odot \mathbf{z}_{n-1} + \mathbf{\Delta t}_n \odot "
     r"\sigma(\mathbf{W}_z \mathbf{y}_{n-1} + \mathbf{V}_z \mathbf{u}_n)",
     "z[t] = (1 - Delta_t[t]) * z[t-1] + Delta_t[t] * sigmoid(W_z @ y[t-1] + V_z @ u[t])"),
    (r"\xi^{t+1} = X \mathrm{softmax}(\beta X^\top \xi^t)", "xi[t] = X @ softmax(beta * (X.T @ xi[t-1]))"),
    (r"A_t = \lambda A_{t-1} + \eta h_{t-1} h_{t-1}^T", "A[t] = lambda * A[t-1] + eta * (h[t-1] @ h[t-1].T)"),
    # Linear attention
    (r"\mathbf{H}_t = a_t \mathbf{H}_{t-1} + \mathbf{x}_t \mathbf{b}_t^\top, \quad \mathbf{y}_t = \mathbf{H}_t "
     r"\mathbf{c}_t", "H[t] = a[t] * H[t-1] + x[t] @ b[t].T|y[t] = H[t] @ c[t]"),
    (r"S_t = S_{t-1} (\mathrm{diag}(w_t) + z_t^\top b_t) + v_t^\top k_t",
     "S[t] = S[t-1] @ (diag(w[t]) + z[t].T @ b[t]) + v[t].T @ k[t]"),
    (r"S_t = \alpha_t^\top \odot S_{t-1} + k_t^\top v_t, \quad o_t = q_t S_t",
     "S[t] = diag(alpha[t]) @ S[t-1] + k[t].T @ v[t]|o[t] = q[t] @ S[t]"),
    (r"S_t = S_{t-1} \odot \alpha_t^\top + v_t k_t^\top, \quad o_t = S_t q_t",
     "S[t] = S[t-1] @ diag(alpha[t]) + v[t] @ k[t].T|o[t] = S[t] @ q[t]"),
    (r"n_t = f_t n_{t-1} + i_t k_t, \quad \tilde{h}_t = C_t q_t / \max\{|n_t^\top q_t|, 1\}, \quad C_t = f_t C_{t-1} "
     r"+ i_t v_t k_t^\top",
     "n[t] = f[t] * n[t-1] + i[t] * k[t]|h_tilde[t] = (C[t] @ q[t]) / maximum(abs(n[t].T @ q[t]), 1)|"
     "C[t] = f[t] * C[t-1] + i[t] * (v[t] @ k[t].T)"),
    # Blocks
    (r"h_t = \tanh\left(\begin{bmatrix} W & U \end{bmatrix} \begin{bmatrix} x_t \\ h_{t-1} \end{bmatrix} + b\right)",
     "h[t] = tanh(W @ x[t] + U @ h[t-1] + b)"),
]  # fmt: skip


def read(tex: str) -> Reading:
    return symrnn.read(f"$${tex}$$\n")


@pytest.mark.parametrize(("tex", "text"), READINGS)
def test_an_equation_of_control_and_memory(tex: str, text: str) -> None:
    reading = read(tex)
    assert not [d.message for d in reading.diagnostics if d.severity in ("error", "question")]
    assert [e.text for e in sorted(reading.equations, key=lambda e: e.span.start)] == text.split("|")
    assert len(reading.cells) == 1


def test_a_vector_beside_a_matrix_keeps_its_length() -> None:
    (cell,) = read(r"S_t = \alpha_t^\top \odot S_{t-1} + k_t^\top v_t, \quad o_t = q_t S_t").cells
    assert str(cell.record.states[0].shape) == "(n_h, n_h)"


@pytest.mark.parametrize(
    ("tex", "weight", "shape"),
    [
        (r"x_{k+1} = A x_k + B u_k, \quad y_k = C x_k + D u_k", "C", "(n_y, n_h)"),
        (r"h_t = \tanh(W x_t + U h_{t-1}), \quad \hat{y}_t = \mathrm{softmax}(V h_t + c)", "V", "(n_y_hat, n_h)"),
        (r"h_t = \tanh(W x_t + U h_{t-1}), \quad y_t = h_t \odot (V h_t)", "V", "(n_h, n_h)"),
        (r"h_t = \tanh(W x_t + U y_{t-1}), \quad y_t = V h_t", "V", "(n_h, n_h)"),
    ],
)
def test_an_output_has_a_length_of_its_own(tex: str, weight: str, shape: str) -> None:
    (cell,) = read(tex).cells
    assert str({d.name: d.shape for d in cell.record.params}[weight]) == shape


@pytest.mark.parametrize("tex", [r"s_c(t) = s_c(t-1) + \tanh(net_c(t))", r"y_j(t) = \sigma(net_j(t)) + y_j(t-1)"])
def test_the_time_is_no_letter_of_a_name(tex: str) -> None:
    messages = [d.message for d in read(tex).diagnostics if d.severity == "error"]
    assert messages == [r"t is the time here; a name of several letters is written \mathrm{net}"]
