"""Equations of entries, of layers, of the time itself; lists of equations; names that differ in their style."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.reading import note


def texts(text: str) -> list[str]:
    reading = note.read(text + "\n")
    assert not [d.message for d in reading.diagnostics if d.severity in ("error", "warning", "question")]
    return [item.text for item in reading.equations if item.kind == "definition"]


@pytest.mark.parametrize(
    ("tex", "read"),
    [
        (r"z^j_t = \sigma(W x_t + U h_{t-1})^j, \quad h^j_t = z^j_t h^j_{t-1}",
         "z[t] = sigmoid(W @ x[t] + U @ h[t-1])|h[t] = z[t] * h[t-1]"),
        (r"z_{t,j} = \sigma(W x_t)_j, \quad h_{t,j} = z_{t,j} h_{t-1,j}",
         "z[t] = sigmoid(W @ x[t])|h[t] = z[t] * h[t-1]"),
        (r"u_i[n+1] = \beta u_i[n] + \sum_j w_{ij} s_j[n]", "u[t] = beta * u[t-1] + w @ s[t]"),
        (r"h_i^t = \tanh\left(\sum_j w_{ij} x_j^t + \sum_k u_{ik} h_k^{t-1} + b_i\right)",
         "h[t] = tanh(w @ x[t] + u @ h[t-1] + b)"),
        (r"h_i(t) = \tanh\Big(\sum_j x_j(t) w_{ji} + \sum_j h_j(t-1) u_{ji}\Big)",
         "h[t] = tanh(w.T @ x[t] + u.T @ h[t-1])"),
        (r"y_t = \mathrm{softmax}(V h_t)_i, \quad h_t = \tanh(W x_t + h_{t-1})",
         "y[t] = softmax(V @ h[t])|h[t] = tanh(W @ x[t] + h[t-1])"),
        (r"f_t', i_t' \leftarrow \frac{f_t}{f_t + i_t}, \frac{i_t}{f_t + i_t}",
         "f_prime[t] = f[t] / (f[t] + i[t])|i_prime[t] = i[t] / (f[t] + i[t])"),
        (r"c_t, h_t = f_t \odot c_{t-1} + x_t, \tanh(c_t)", "c[t] = f[t] * c[t-1] + x[t]|h[t] = tanh(c[t])"),
        (r"h^{(l)}_t = \tanh(W^{(l)} h^{(l-1)}_t + U^{(l)} h^{(l)}_{t-1})",
         "h_l[t] = tanh(W_l @ h_l_prev[t] + U_l @ h_l[t-1])"),
        (r"z_t = \sigma(W y_{t-1} + \mathcal{W} z_{t-1}), \quad y_t = y_{t-1} + z_t",
         "z[t] = sigmoid(W @ y[t-1] + W_cal @ z[t-1])|y[t] = y[t-1] + z[t]"),
        (r"\mathcal{H}_t = \mathcal{F}_t \odot \mathcal{H}_{t-1}", "H[t] = F[t] * H[t-1]"),
        (r"c_k = (1 - A/k) c_{k-1} + \frac{1}{k} B f_k", "c[t] = (1 - A / t[t]) @ c[t-1] + 1 / t[t] * (B @ f[t])"),
        (r"a_t = a^{c r_t}, \quad h_t = a_t \odot h_{t-1} + x_t, \quad a = \sigma(\Lambda), \quad r_t = \sigma(W x_t)",
         "a[t] = a ** (c * r[t])|h[t] = a[t] * h[t-1] + x[t]|a = sigmoid(Lambda)|r[t] = sigmoid(W @ x[t])"),
    ],
)  # fmt: skip
def test_a_reading(tex: str, read: str) -> None:
    assert texts(f"$${tex}$$") == read.split("|")


def test_the_lower_layer_of_a_stack_is_an_input() -> None:
    text = r"""
$$\begin{pmatrix} i \\ f \\ o \\ g \end{pmatrix} = \begin{pmatrix} \sigma \\ \sigma \\ \sigma \\ \tanh \end{pmatrix}
T_{2n,4n} \begin{pmatrix} h_t^{l-1} \\ h_{t-1}^l \end{pmatrix}$$
$$c_t^l = f \odot c_{t-1}^l + i \odot g, \qquad h_t^l = o \odot \tanh(c_t^l)$$"""
    (cell,) = symrnn.read(text).cells
    assert [item.name for item in (*cell.states, *cell.inputs)] == ["h_l", "c_l", "h_l_prev"]


def test_a_recursion_over_layers_is_refused() -> None:
    (found,) = note.read(r"$$s^l_t = \tanh(R s^{l-1}_t + x_t)$$").diagnostics
    assert found.code == "UNSUPPORTED" and found.message.startswith("a recursion over the index l")


@pytest.mark.parametrize(
    "tex",
    [r"\phi_t = \frac{(t - s) \bmod \tau}{\tau}, \quad h_t = \phi_t h_{t-1} + x_t",
     r"h_t = \begin{cases} W x_t & \text{if } t \bmod T_i = 0 \\ h_{t-1} & \text{otherwise} \end{cases}"],
)  # fmt: skip
def test_the_time_itself_is_an_input_that_counts(tex: str) -> None:
    (cell,) = symrnn.read(f"$${tex}$$").cells
    assert {item.name: item.domain for item in cell.inputs} == {"t": "time", "x": "real"}


def test_lambda_is_a_name_like_any_other() -> None:
    (cell,) = symrnn.read(r"$$h_t = \lambda_t \odot h_{t-1} + x_t$$").cells
    assert [item.name for item in cell.inputs] == ["lam", "x"]


@pytest.mark.parametrize(
    ("tex", "warned"),
    [
        (r"M_t = a_t M_{t-1} + S_t, \quad S_t = \eta S_{t-1} - (M_{t-1} k_t - v_t) k_t^\top", False),
        (r"h_t = (1 - z_t) h_{t-1} + z_t x_t, \quad z_t = \sigma(U h_{t-1})", False),
        (r"c_t = f_t \odot c_{t-1} + x_t, \quad h_t = \tanh(c_{t-1})", True),
    ],
)
def test_an_old_value_is_no_slip_where_the_new_one_would_be_a_loop(tex: str, warned: bool) -> None:
    found = {d.code for d in symrnn.read(f"$${tex}$$").diagnostics}
    assert ("STATE-READ-LATE" in found) == warned


def test_names_as_they_are_written() -> None:
    assert texts(r"$$h_t = x_{1.5} + h_{t-1}$$") == ["h[t] = x_1_5 + h[t-1]"]
    (found,) = note.read(r"$$\mathrm{Attention}(Q, K) = \mathrm{softmax}(Q K^\top)$$" + "\n").equations
    assert found.text == "def: Attention(Q, K) = softmax(Q @ K.T)"
