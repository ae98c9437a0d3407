r"""Equations as papers, books, documentation and messages write them, each with the reading that a person would give.

``|`` parts the equations of an entry. Nothing of an entry may be refused or asked about.
"""

from __future__ import annotations

import pytest

from symrnn.reading import note

READINGS = [
    # Graves 2013, Greff 2017, Cho 2014, Chung 2014, Jozefowicz 2015, Zaremba 2014
    (r"i_t = \sigma\left(W_{xi} x_t + W_{hi} h_{t-1} + W_{ci} c_{t-1} + b_i\right)",
     "i[t] = sigmoid(W_xi @ x[t] + W_hi @ h[t-1] + W_ci @ c[t-1] + b_i)"),
    (r"c_t = f_t c_{t-1} + i_t \tanh\left(W_{xc} x_t + W_{hc} h_{t-1} + b_c\right)",
     "c[t] = f[t] * c[t-1] + i[t] * tanh(W_xc @ x[t] + W_hc @ h[t-1] + b_c)"),
    (r"\bar{\mathbf{i}}^t &= \mathbf{W}_i \mathbf{x}^t + \mathbf{R}_i \mathbf{y}^{t-1} + \mathbf{p}_i \odot "
     r"\mathbf{c}^{t-1} + \mathbf{b}_i & \textit{input gate}",
     "i_bar[t] = W_i @ x[t] + R_i @ y[t-1] + p_i * c[t-1] + b_i"),
    (r"\mathbf{y}^t &= \tanh(\mathbf{c}^t) \odot \mathbf{o}^t & \textit{output}", "y[t] = tanh(c[t]) * o[t]"),
    (r"r_j = \sigma\left([\mathbf{W}_r \mathbf{x}]_j + [\mathbf{U}_r \mathbf{h}_{\langle t-1\rangle}]_j\right)",
     "r[t] = sigmoid(W_r @ x[t] + U_r @ h[t-1])"),
    (r"h_j^{\langle t\rangle} = z_j^{\langle t\rangle} h_j^{\langle t-1\rangle} + (1 - z_j^{\langle "
     r"t\rangle}) \tilde{h}_j^{\langle t\rangle}",
     "h[t] = z[t] * h[t-1] + (1 - z[t]) * h_tilde[t]"),
    (r"\tilde{h}^j_t = \tanh(W\mathbf{x}_t + U(\mathbf{r}_t \odot \mathbf{h}_{t-1}))^j",
     "h_tilde[t] = tanh(W @ x[t] + U @ (r[t] * h[t-1]))"),
    (r"h_{t+1} = \tanh(W_{hh}(r \odot h_t) + \tanh(x_t) + b_h) \odot z + h_t \odot (1 - z)",
     "h[t] = tanh(W_hh @ (r[t] * h[t-1]) + tanh(x[t]) + b_h) * z[t] + h[t-1] * (1 - z[t])"),
    # Books and lectures
    (r"s_i^{(t)} = f_i^{(t)} s_i^{(t-1)} + g_i^{(t)} \sigma\left(b_i + \sum_j U_{i,j} x_j^{(t)} + \sum_j "
     r"W_{i,j} h_j^{(t-1)}\right)",
     "s[t] = f[t] * s[t-1] + g[t] * sigmoid(b + U @ x[t] + W @ h[t-1])"),
    (r"a^{(t)} = b + W h^{(t-1)} + U x^{(t)}, \quad h^{(t)} = \tanh(a^{(t)})",
     "a[t] = b + W @ h[t-1] + U @ x[t]|h[t] = tanh(a[t])"),
    (r"\mathbf{H}_t = \tanh(\mathbf{X}_t \mathbf{W}_{\textrm{xh}} + \mathbf{H}_{t-1} \mathbf{W}_{\textrm{hh}} "
     r"+ \mathbf{b}_\textrm{h})",
     "H[t] = tanh(X[t] @ W_xh + H[t-1] @ W_hh + b_h)"),
    (r"\tilde{C}_t = \tanh(W_C\cdot[h_{t-1}, x_t] + b_C), \quad C_t = f_t * C_{t-1} + i_t * \tilde{C}_t",
     "C_tilde[t] = tanh(W_C @ concat(h[t-1], x[t]) + b_C)|C[t] = f[t] * C[t-1] + i[t] * C_tilde[t]"),
    (r"c^{<t>} = \Gamma_u * \tilde{c}^{<t>} + (1 - \Gamma_u) * c^{<t-1>}",
     "c[t] = Gamma_u[t] * c_tilde[t] + (1 - Gamma_u[t]) * c[t-1]"),
    (r"h_t = \sigma_h(W_{h} x_t + U_{h} h_{t-1} + b_h)", "h[t] = sigmoid(W_h @ x[t] + U_h @ h[t-1] + b_h)"),
    (r"h_t = \tanh(x_t W_{ih}^T + b_{ih} + h_{t-1}W_{hh}^T + b_{hh})",
     "h[t] = tanh(x[t] @ W_ih.T + b_ih + h[t-1] @ W_hh.T + b_hh)"),
    # Gates in one block
    (r"\begin{pmatrix} i_t \\ f_t \end{pmatrix} = \begin{pmatrix} \sigma \\ \tanh \end{pmatrix} W \cdot "
     r"[h_{t-1}, x_t]",
     "stack(i[t], f[t]) = stack_apply((sigmoid, tanh), W @ concat(h[t-1], x[t]))"),
    (r"\mathbf{f}'_t, \mathbf{i}'_t \leftarrow \frac{\mathbf{f}_t}{\mathbf{f}_t + \mathbf{i}_t}, "
     r"\frac{\mathbf{i}_t}{\mathbf{f}_t + \mathbf{i}_t}",
     "f_prime[t] = f[t] / (f[t] + i[t])|i_prime[t] = i[t] / (f[t] + i[t])"),
    # xLSTM
    (r"C_t = f_t C_{t-1} + i_t v_t k_t^\top, \quad f_t = \sigma(w_f^\top x_t + b_f), \quad i_t = "
     r"\exp(w_i^\top x_t + b_i)",
     "C[t] = f[t] * C[t-1] + i[t] * (v[t] @ k[t].T)|f[t] = sigmoid(w_f.T @ x[t] + b_f)|i[t] = exp(w_i.T @ "
     "x[t] + b_i)"),
    (r"C_t = f'_t C_{t-1} + v_t k_t^\top, \quad f'_t = \exp(\tilde{f}_t + m_{t-1} - m_t), \quad m_t = "
     r"\max(\tilde{f}_t + m_{t-1}, \tilde{i}_t), \quad \tilde{f}_t = w_f^\top x_t + b_f, \quad \tilde{i}_t = "
     r"w_i^\top x_t + b_i",
     "C[t] = f_prime[t] * C[t-1] + v[t] @ k[t].T|f_prime[t] = exp(f_tilde[t] + m[t-1] - m[t])|m[t] = "
     "maximum(f_tilde[t] + m[t-1], i_tilde[t])|f_tilde[t] = w_f.T @ x[t] + b_f|i_tilde[t] = w_i.T @ x[t] + b_i"),
    (r"c_t &= \mathrm{f}_t c_{t-1} + \mathrm{i}_t z_t & z_t &= \tanh(w_z^\top x_t + r_z h_{t-1} + b_z)",
     "c[t] = f[t] * c[t-1] + i[t] * z[t]|z[t] = tanh(w_z.T @ x[t] + r_z * h[t-1] + b_z)"),
    # Linear recurrences
    (r"z_t = \sigma(\mathrm{Linear}_{d_h}(x_t)), \quad h_t = (1 - z_t) \odot h_{t-1} + z_t \odot "
     r"\mathrm{Linear}_{d_h}(x_t)",
     "z[t] = sigmoid(Linear_1(x[t]))|h[t] = (1 - z[t]) * h[t-1] + z[t] * Linear_2(x[t])"),
    (r"x_k &= \overline{A} x_{k-1} + \overline{B} u_k & \overline{B} &= (I - \Delta/2 \cdot A)^{-1} \Delta B",
     "x[t] = A_bar @ x[t-1] + B_bar @ u[t]|B_bar = inv(I - (Delta / 2) @ A) @ Delta @ B"),
    (r"a_t = a^{c r_t}, \quad h_t = a_t \odot h_{t-1} + \sqrt{1 - a_t^2} \odot (i_t \odot x_t)",
     "a[t] = a ** (c * r[t])|h[t] = a[t] * h[t-1] + sqrt(1 - a[t] ** 2) * (i[t] * x[t])"),
    (r"\mathbf{h}_t = \mathbf{f}_t \odot \mathbf{h}_{t-1} + (1 - \mathbf{f}_t) \odot "
     r"\mathrm{SiLU}(\mathbf{x}_t \mathbf{W}_i + \mathbf{b}_i)",
     "h[t] = f[t] * h[t-1] + (1 - f[t]) * silu(x[t] @ W_i + b_i)"),
    (r"\mathbf{S}_t = \mathrm{Diag}(\boldsymbol{\alpha}_t)\mathbf{S}_{t-1} + \mathbf{k}_t^{\top}\mathbf{v}_t, "
     r"\quad \mathbf{o}_t = \mathbf{q}_t\mathbf{S}_t",
     "S[t] = diag(alpha[t]) @ S[t-1] + k[t].T @ v[t]|o[t] = q[t] @ S[t]"),
    (r"S_t = S_{t-1} + k_t^\top v_t, \quad o_t = q_t S_t", "S[t] = S[t-1] + k[t].T @ v[t]|o[t] = q[t] @ S[t]"),
    (r"S_t = S_{t-1} + v_t k_t^\top, \quad o_t = S_t q_t", "S[t] = S[t-1] + v[t] @ k[t].T|o[t] = S[t] @ q[t]"),
    (r"\mathbf{S}_t = \mathbf{S}_{t-1}(\mathbf{I} - \beta_t \mathbf{k}_t\mathbf{k}_t^\top) + "
     r"\beta_t\mathbf{v}_t\mathbf{k}_t^\top",
     "S[t] = S[t-1] @ (I - beta[t] * (k[t] @ k[t].T)) + beta[t] * (v[t] @ k[t].T)"),
    (r"W_t = W_{t-1} + \beta_t (v_t - \bar{v}_t) \otimes k_t", "W[t] = W[t-1] + (beta[t] * (v[t] - v_bar[t])) "
     r"@ k[t].T"),
    (r"W_t = W_{t-1} - 2\eta (W_{t-1} k_t - v_t) k_t^\top", "W[t] = W[t-1] - 2 * eta * ((W[t-1] @ k[t] - "
     r"v[t]) @ k[t].T)"),
    (r"x_k = \mathrm{diag}(\lambda) x_{k-1} + \gamma\odot B u_k", "x[t] = diag(lambda) @ x[t-1] + gamma * (B "
     r"@ u[t])"),
    (r"r_t = W_r (\mu_r \odot x_t + (1-\mu_r)\odot x_{t-1})", "r[t] = W_r @ (mu_r * x[t] + (1 - mu_r) * x[t-1])"),
    (r"h_t = e^{-w} \odot h_{t-1} + \sigma(r_t)\odot k_t", "h[t] = exp(-w) * h[t-1] + sigmoid(r[t]) * k[t]"),
    # SRU, QRNN, IndRNN, peepholes, reset gates
    (r"r_t = \sigma(W_r x_t + v_r \odot c_{t-1} + b_r), \quad h_t = r_t \odot c_t + (1-r_t) \odot x_t",
     "r[t] = sigmoid(W_r @ x[t] + v_r * c[t-1] + b_r)|h[t] = r[t] * c[t] + (1 - r[t]) * x[t]"),
    (r"z_t = \tanh(W_z^1 x_{t-1} + W_z^2 x_t)", "z[t] = tanh(W_1_z @ x[t-1] + W_2_z @ x[t])"),
    (r"\mathbf{h}_t = \mathrm{ReLU}(\mathbf{W}\mathbf{x}_t + \mathbf{u}\odot\mathbf{h}_{t-1}+\mathbf{b})",
     "h[t] = relu(W @ x[t] + u * h[t-1] + b)"),
    (r"\tilde{\mathbf{h}}_t = \tanh(\mathbf{W}\mathbf{x}_t + \mathbf{r}_t \circ \mathbf{U}\mathbf{h}_{t-1})",
     "h_tilde[t] = tanh(W @ x[t] + r[t] * (U @ h[t-1]))"),
    (r"\tilde{f}_t = \operatorname{cumax}(W_{\tilde f} x_t + U_{\tilde f} h_{t-1} + b_{\tilde f})",
     "f_tilde[t] = cumsum(softmax(W_ftilde @ x[t] + U_ftilde @ h[t-1] + b_ftilde))"),
    (r"h_t = \tanh(\mathrm{ReLU}(W_1 x_t \odot U_1 h_{t-1}) + \sigma(W_2 x_t + U_2 h_{t-1}))",
     "h[t] = tanh(relu((W_1 @ x[t]) * (U_1 @ h[t-1])) + sigmoid(W_2 @ x[t] + U_2 @ h[t-1]))"),
    # Continuous time, reservoirs, spikes
    (r"h_{t+1} = h_t + \Delta t \tanh(W h_t + U x_t + b)", "h[t] = h[t-1] + Delta_t * tanh(W @ h[t-1] + U @ "
     r"x[t] + b)"),
    (r"h_t = \left(1-\frac{\Delta t}{\tau}\right) h_{t-1} + \frac{\Delta t}{\tau}\left(W_{rec}\, r_{t-1} + "
     r"W_{in} u_t + b\right)",
     "h[t] = (1 - Delta_t / tau) * h[t-1] + Delta_t / tau * (W_rec @ r[t-1] + W_in @ u[t] + b)"),
    (r"\mathbf{x}(n) = (1-\alpha)\mathbf{x}(n-1) + \alpha \tanh(\mathbf{W}^{in}[1;\mathbf{u}(n)] + "
     r"\mathbf{W}\mathbf{x}(n-1))",
     "x[t] = (1 - alpha) * x[t-1] + alpha * tanh(W_in @ concat(1, u[t]) + W @ x[t-1])"),
    (r"h_t = h_{t-1} + \epsilon \tanh((W - W^T - \gamma I) h_{t-1} + V x_t + b)",
     "h[t] = h[t-1] + epsilon * tanh((W - W.T - gamma * I) @ h[t-1] + V @ x[t] + b)"),
    (r"h_t = \alpha^{\Delta t} \odot h_{t-1} + (1-\alpha^{\Delta t}) \odot x_t",
     "h[t] = alpha ** Delta_t * h[t-1] + (1 - alpha ** Delta_t) * x[t]"),
    (r"u_i[n+1] = \beta u_i[n] + \sum_j w_{ij} s_j[n] - \vartheta s_i[n]",
     "u[t] = beta * u[t-1] + w @ s[t] - vartheta * s[t]"),
    (r"v[t] = \alpha v[t-1] + (1-\alpha) I[t] - v_{th} s[t-1], \quad s[t] = \Theta(v[t] - v_{th})",
     "v[t] = alpha * v[t-1] + (1 - alpha) * I[t] - v_th * s[t-1]|s[t] = heaviside_st(v[t] - v_th)"),
    (r"c_k = (1 - A/k) c_{k-1} + \frac{1}{k} B f_k", "c[t] = (1 - A / t[t]) @ c[t-1] + 1 / t[t] * (B @ f[t])"),
    (r"h_t = \begin{cases} \tanh(W_I x_t + W_H h_{t-1}) & \text{if } t \bmod T_i = 0\\ h_{t-1} & "
     r"\text{otherwise}\end{cases}",
     "h[t] = where(t[t] % T_i == 0, tanh(W_I @ x[t] + W_H @ h[t-1]), h[t-1])"),
    # Unitary networks
    (r"h_t = \sigma_{\mathrm{modReLU}}(W h_{t-1} + V x_t, b)", "h[t] = modrelu(W @ h[t-1] + V @ x[t], b)"),
    # Layers, directions, decorations
    (r"h^{(l)}_t = \tanh(W^{(l)} h^{(l-1)}_t + U^{(l)} h^{(l)}_{t-1} + b^{(l)})",
     "h_l[t] = tanh(W_l @ h_l_prev[t] + U_l @ h_l[t-1] + b_l)"),
    (r"\overrightarrow{h}_t = \tanh(W_{\overrightarrow{h}} x_t + U_{\overrightarrow{h}} \overrightarrow{h}_{t-1})",
     "h_right[t] = tanh(W_hright @ x[t] + U_hright @ h_right[t-1])"),
    (r"\vec{h}_t \triangleq \tanh(\mathbf{W}\vec{x}_t + \mathbf{U}\vec{h}_{t-1} + \vec{b})", "h[t] = tanh(W @ "
     r"x[t] + U @ h[t-1] + b)"),
    (r"c_t = \underbrace{f_t \odot c_{t-1}}_{\text{forget}} + \underbrace{i_t \odot \tilde{c}_t}_{\text{write new}}",
     "c[t] = f[t] * c[t-1] + i[t] * c_tilde[t]"),
    (r"c_t = f_t \otimes c_{t-1} \oplus i_t \otimes g_t", "c[t] = f[t] * c[t-1] + i[t] * g[t]"),
    (r"\text{cell}_t = \text{forget}_t \odot \text{cell}_{t-1} + \tanh(W_c x_t)",
     "cell[t] = forget[t] * cell[t-1] + tanh(W_c @ x[t])"),
    (r"z_n = z_{n-1} + \sigma(W y_{n-1} + \mathcal{W} z_{n-1}), \quad y_n = y_{n-1} + z_n",
     "z[t] = z[t-1] + sigmoid(W @ y[t-1] + W_cal @ z[t-1])|y[t] = y[t-1] + z[t]"),
    (r"h_t = \lambda_t \odot h_{t-1} + (1-\lambda_t)\odot(W x_t) \quad\text{where}\quad \lambda_t = \sigma(V "
     r"x_t + b)",
     "h[t] = lambda[t] * h[t-1] + (1 - lambda[t]) * (W @ x[t])|lambda[t] = sigmoid(V @ x[t] + b)"),
    (r"u_t = \sigma(W_u x_t + V_u h_{t-1}), \qquad (2)", "u[t] = sigmoid(W_u @ x[t] + V_u @ h[t-1])"),
    (r"h_t = \tanh(W x_t + U h_{t-1}), \quad t = 1, \dots, T", "h[t] = tanh(W @ x[t] + U @ h[t-1])"),
]  # fmt: skip


def texts(text: str) -> list[str]:
    reading = note.read(text)
    assert not [d.message for d in reading.diagnostics if d.severity in ("error", "question")]
    return [item.text for item in sorted(reading.equations, key=lambda item: item.span.start)]


@pytest.mark.parametrize(("tex", "read"), READINGS)
def test_an_equation_of_the_literature(tex: str, read: str) -> None:
    assert texts(f"$${tex}$$\n") == read.split("|")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("fₜ = σ(W_f·xₜ + b_f)", "f[t] = sigmoid(W_f @ x[t] + b_f)"),
        ("h̃_t = tanh(W_h [f_t ⊙ h_{t-1}; x_t] + b_h)", "h_tilde[t] = tanh(W_h @ concat(f[t] * h[t-1], x[t]) + b_h)"),
        ("z = sigmoid(Wz @ x + Uz @ h + bz)\nh = (1 - z) * h + z * x",
         "z[t] = sigmoid(Wz @ x[t] + Uz @ h[t-1] + bz)|h[t] = (1 - z[t]) * h[t-1] + z[t] * x[t]"),
        ("h[t] = np.tanh(np.dot(Wxh, x[t]) + np.dot(Whh, h[t-1]) + bh)", "h[t] = tanh(Wxh @ x[t] + Whh @ "
     "h[t-1] + bh)"),
        ("z = hard_sigmoid(dot(x_t, W_z) + dot(h_tm1, U_z) + b_z)", "z[t] = hard_sigmoid(x[t] @ W_z + h[t-1] "
     "@ U_z + b_z)"),
        ("a<t> = tanh(Waa a<t-1> + Wax x<t> + ba)", "a[t] = tanh(Waa @ a[t-1] + Wax @ x[t] + ba)"),
        ("c_t = f_t o c_{t-1} + i_t o g_t", "c[t] = f[t] * c[t-1] + i[t] * g[t]"),
    ],
)  # fmt: skip
def test_plain_text(text: str, read: str) -> None:
    assert texts(text + "\n") == read.split("|")


@pytest.mark.parametrize(
    ("tex", "code"),
    [
        (r"i_t = \sigma(W_{xi} * \mathcal{X}_t + W_{hi} * \mathcal{H}_{t-1}) \odot \mathcal{C}_{t-1}",
         "STAR-IS-CONV"),
        (r"\tau \frac{dh}{dt} = -h + W\phi(h) + U x", "UNSUPPORTED"),
        (r"\frac{dh(t)}{dt} = f(h(t), t, \theta)", "UNSUPPORTED"),
        (r"\overleftarrow{h}_t = \tanh(W x_t + U \overleftarrow{h}_{t+1})", "UNSUPPORTED"),
        (r"s^l_t = \tanh(R s^{l-1}_t + x_t)", "UNSUPPORTED"),
        (r"W_t = W_{t-1} - \eta \nabla \ell(W_{t-1}; x_t)", "UNSUPPORTED"),
        (r"h_{t+1} = h_t + \Delta t\, f(h_t, x_t)", "UNKNOWN-FUNCTION"),
        (r"h_t = x_t + F(h_{t-1}, x_t)", "UNKNOWN-FUNCTION"),
        (r"h_t = \hat\sigma(W h_{t-1})", "UNKNOWN-FUNCTION"),
        (r"h_t = \sigma_{\mathrm{modReLU}}(W h_{t-1} + V x_t)", "PARSE-ERROR"),
        (r"z_n = z_{n-1} + \Delta t (\sigma(W z_{n-1}) - \epsilon z_n)", "ALGEBRAIC-LOOP"),
    ],
)
def test_what_is_refused_or_asked_about(tex: str, code: str) -> None:
    reading = note.read(f"$${tex}$$\n")
    assert not reading.cells
    assert code in {d.code for d in reading.diagnostics if d.severity in ("error", "question")}
