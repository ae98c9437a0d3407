r"""Thresholds, capitals that are functions, T as a label, indices at t-1, states written out over all steps."""

from __future__ import annotations

import pytest

import symrnn
from symrnn.reading.note import Reading


def read(tex: str, **given: object) -> Reading:
    return symrnn.read(f"$${tex}$$\n", **given)  # type: ignore[arg-type]


def texts(reading: Reading) -> list[str]:
    return [item.text for item in sorted(reading.equations, key=lambda item: item.span.start)]


def codes(reading: Reading) -> list[str]:
    return [d.code for d in reading.diagnostics if d.severity in ("error", "question")]


SPIKES = r"u_t = \beta u_{t-1} + W x_t - S_{t-1} U_{thr}, \quad S_t = %s"


@pytest.mark.parametrize(
    ("activation", "threshold"), [(r"\Theta(u_t - U_{thr})", "U_thr"), (r"\Theta(u_t - V_{th})", "V_th")]
)
def test_a_threshold_is_no_weight(activation: str, threshold: str) -> None:
    reading = read(SPIKES % activation)
    assert texts(reading) == [
        "u[t] = beta * u[t-1] + W @ x[t] - S[t-1] * U_thr",
        f"S[t] = heaviside_st(u[t] - {threshold})",
    ]
    (cell,) = reading.cells
    assert [len(d.shape) for d in cell.record.states] == [1, 1]


def test_a_threshold_of_capital_signals_is_a_number() -> None:
    (cell,) = read(r"U[t] = \beta U[t-1] + W X[t] - S[t-1] U_{\rm thr}, \quad S[t] = \Theta(U[t] - U_{\rm thr})").cells
    assert {d.name: d.shape for d in cell.record.params}["U_thr"] == ()


@pytest.mark.parametrize(
    "tex",
    [
        SPIKES % "H(u_t - V_{th})",
        r"h_t = F(W x_t + U h_{t-1})",
        r"h_t = H(W x_t + U h_{t-1})",
        r"h_t = \mathcal{H}(W_{ih} x_t + W_{hh} h_{t-1} + b_h)",
        r"h_t = z_t \odot h_{t-1} + \mathcal{F}(W x_t)",
        r"s_t = \Phi(A s_{t-1} + B x_t)",
        r"h_t = \mathrm{F}(A h_{t-1} + B x_t)",
        r"h_t = \tanh(\mathrm{BN}(W x_t) + U h_{t-1})",
        r"h_t = \operatorname{sg}(h_{t-1}) + x_t",
    ],
)
def test_a_capital_that_is_applied_is_asked_about(tex: str) -> None:
    reading = read(tex)
    assert codes(reading) == ["UNKNOWN-FUNCTION"]
    assert not reading.cells


def test_the_answer_to_what_a_capital_is() -> None:
    reading = read(SPIKES % "H(u_t - V_{th})", functions={"H": "heaviside"})
    assert texts(reading)[1] == "S[t] = heaviside_st(u[t] - V_th)"
    assert len(reading.cells) == 1
    message = next(d.message for d in read(r"h_t = H(W x_t + U h_{t-1})").diagnostics)
    assert r"if H is a matrix, write H \cdot (…)" in message
    assert texts(read(r"h_t = H \cdot (W x_t + U h_{t-1})")) == ["h[t] = H @ (W @ x[t] + U @ h[t-1])"]


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"h_t = \tanh(A(x_t + h_{t-1}))", "h[t] = tanh(A @ (x[t] + h[t-1]))"),
        (r"x_t = A x_{t-1} + K(y_t - C x_{t-1})", "x[t] = A @ x[t-1] + K @ (y[t] - C @ x[t-1])"),
        (r"h_t = U(r_t \odot h_{t-1})", "h[t] = U @ (r[t] * h[t-1])"),
        (r"x_t = A(x_{t-1} + B u_t), \quad z_t = A u_t", "x[t] = A @ (x[t-1] + B @ u[t])"),
    ],
)
def test_a_capital_that_multiplies(tex: str, text: str) -> None:
    reading = read(tex)
    assert texts(reading)[0] == text
    assert not codes(reading)


def test_a_capital_that_is_added_to_a_vector_is_one() -> None:
    (cell,) = read(r"T_t = \alpha T_{t-1} + \beta x_t").cells
    assert [len(d.shape) for d in (*cell.record.states, *cell.record.inputs)] == [1, 1]
    assert cell.record.inputs[0].shape == cell.record.states[0].shape


def test_t_is_a_label_beside_other_labels() -> None:
    reading = read(
        r"C_{t-1}^S = \tanh(W_d C_{t-1} + b_d) \\ C_{t-1}^T = C_{t-1} - C_{t-1}^S \\ C_{t-1}^* = C_{t-1}^T + \gamma_t "
        r"\odot C_{t-1}^S \\ C_t = f_t * C_{t-1}^* + i_t * \tilde{C}_t"
    )
    assert texts(reading) == [
        "C_S[t] = tanh(W_d @ C[t-1] + b_d)",
        "C_T[t] = C[t-1] - C_S[t]",
        "C_star[t] = C_T[t] + gamma[t] * C_S[t]",
        "C[t] = f[t] * C_star[t] + i[t] * C_tilde[t]",
    ]
    assert not codes(reading)
    assert [d.name for d in reading.cells[0].record.states] == ["C"]
    assert texts(read(r"y_t = k_t^T h_{t-1}, \quad h_t = W h_{t-1} + k_t"))[0] == "y[t] = k[t].T @ h[t-1]"
    kept = read(r"s_t = s_{t-1} + q_t^\top k_t^S v_t, \quad r_t = q_t^S + s_t")
    assert "q[t].T" in texts(kept)[0]


def test_what_is_defined_and_read_at_the_step_before_is_no_state() -> None:
    reading = read(r"y_{t-1} = V h_{t-1}, \quad h_t = \tanh(W x_t + U y_{t-1})")
    assert texts(reading) == ["y[t] = V @ h[t-1]", "h[t] = tanh(W @ x[t] + U @ y[t])"]
    assert [d.name for d in reading.cells[0].record.states] == ["h"]
    assert "UNEQUAL-TIME" in [d.code for d in reading.diagnostics]


def test_capitals_that_may_be_rows_are_asked_about() -> None:
    assert codes(read(r"S_t = \gamma S_{t-1} + K_t^\top V_t, \quad o_t = Q_t S_t")) == ["ROW-CONVENTION"]
    assert not codes(read(r"S_t = \gamma S_{t-1} + k_t^\top v_t, \quad o_t = q_t S_t"))


WRITTEN = r"c_t = \sum_{k=1}^{t} (\prod_{j=k+1}^{t} f_j) i_k g_k"


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (WRITTEN, "write c[t] = f[t] * c[t-1] + i[t] * g[t]"),
        (r"h_t = \tanh(c_t), \quad c_t = \sum_{k=1}^{t} i_k g_k", "write c[t] = c[t-1] + i[t] * g[t]"),
        (r"c_t = \sum_{i=1}^{t} \alpha_i h_i", "write c[t] = c[t-1] + alpha[t] * h[t]"),
        (r"S_t = \sum_{s=1}^{t} v_s k_s^\top", "write S[t] = S[t-1] + v[t] * k[t].T"),
        (r"y_t = o_t \odot \sum_{i=1}^{t} \alpha_i h_i", "write a recursion"),
    ],
)
def test_a_state_written_out_over_all_steps_is_refused(tex: str, said: str) -> None:
    reading = read(tex)
    assert codes(reading) == ["UNSUPPORTED"]
    assert said in next(d.message for d in reading.diagnostics if d.code == "UNSUPPORTED")


@pytest.mark.parametrize(
    ("step", "written", "verdict"),
    [
        ("c_t = f_t c_{t-1} + i_t g_t", WRITTEN, "holds with c[0] = 0"),
        ("c_t = f_t c_{t-1} + i_t g_t", WRITTEN.replace("k=1", "k=0"), "holds with c[-1] = 0"),
        ("c_t = f_t c_{t-1} + i_t g_t", WRITTEN.replace("j=k+1", "j=k"), "false"),
        ("c_t = f_t c_{t-1} + i_t g_t", r"c_t = \sum_{k=1}^{t} i_k g_k", "false"),
        ("c_t = c_{t-1} + i_t g_t", r"c_t = \sum_{k=1}^{t} i_k g_k", "holds with c[0] = 0"),
        ("c_t = A_t c_{t-1} + B x_t", r"c_t = \sum_{k=1}^{t} (\prod_{j=k+1}^{t} A_j) B x_k", "holds with c[0] = 0"),
        ("c_n = a_n c_{n-1} + x_n", r"c_n = \sum_{k=1}^{n} (\prod_{j=k+1}^{n} a_j) x_k", "holds with c[0] = 0"),
        ("c_t = a_t c_{t-1} + x_t", r"c_t = \sum_{k=1}^{t} (\prod_{j=k+1}^{t} a_j) (1 - a_k) x_k", "false"),
    ],
)
def test_a_state_written_out_beside_its_recursion_is_a_claim(step: str, written: str, verdict: str) -> None:
    (claim,) = read(rf"{step}, \quad {written}").claims
    assert claim.head == verdict
