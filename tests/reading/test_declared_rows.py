"""Rows that declare names: a word, a wide space, names, and the set that they lie in."""

from __future__ import annotations

import pytest

import symrnn
from symrnn import zoo

STEP = r"h_t &= \tanh(W x_t + U h_{t-1} + v) \\"


def read(*rows: str) -> symrnn.Reading:
    lines = " \\\\\n".join(rows)
    return symrnn.read("$$\\begin{aligned}\n" + STEP + "\n" + lines + "\n\\end{aligned}$$")


def shapes(reading: symrnn.Reading) -> dict[str, str]:
    (cell,) = reading.cells
    return {item.name: symrnn.unify.shape_text(item.shape) for item in (*cell.inputs, *cell.states, *cell.params)}


def test_what_a_printed_cell_declares() -> None:
    """Read by eye: every line as a paper would have it."""
    equations, rows = zoo["phased_lstm"].latex().split("[1ex]\n")
    assert equations.startswith("\\begin{aligned}\n\\phi_{t} &= ")
    assert rows.splitlines() == [
        r"\text{input}\quad x_{t} &\in \mathbb{R}^{n_{x}} \\",
        r"\text{input}\quad t_{t} &\in \mathbb{N} \\",
        r"\text{state}\quad h_{t} &\in \mathbb{R}^{n_{h}} \\",
        r"\text{state}\quad c_{t} &\in \mathbb{R}^{n_{h}} \\",
        r"\text{vectors}\quad s_{k}, \tau_{k} &\in \mathbb{R}_{>0}^{n_{h}} \\",
        r"\text{vector}\quad r_{on} &\in (0, 1)^{n_{h}} \\",
        r"\text{weights}\quad W_{i}, W_{f}, W_{g}, W_{o} &\in \mathbb{R}^{n_{h} \times n_{x}} \\",
        r"\text{weights}\quad U_{i}, U_{f}, U_{g}, U_{o} &\in \mathbb{R}^{n_{h} \times n_{h}} \\",
        r"\text{biases}\quad b_{i}, b_{f}, b_{g}, b_{o} &\in \mathbb{R}^{n_{h}} \\",
        r"\text{scales}\quad p_{i}, p_{f}, p_{o} &\in \mathbb{R}^{n_{h}} \\",
        r"\text{constant}\quad \alpha &= 0.001",
        r"\end{aligned}",
    ]


@pytest.mark.parametrize(
    ("id", "row"),
    [
        ("deltanet", r"\text{sizes}\quad n_{k}, n_{v} &\in \mathbb{N} \\"),
        ("clockwork_rnn", r"\text{fixed matrix}\quad M_{h} &\in \{0, 1\}^{n_{h} \times n_{h}} \\"),
        ("rhn", r"\text{weights}\quad R_{H}, R_{T} &\in \left(\mathbb{R}^{n_{h} \times n_{h}}\right)^{3} \\"),
        ("lru", r"\text{matrix}\quad B &\in \mathbb{C}^{n_{h} \times n_{x}} \\"),
        ("rwkv4", r"m_{0} &= -1 \cdot 10^{38} \\"),
        ("comba", r"\text{scalars}\quad d_{fb}, a_{\mathrm{log}}, \mathrm{dt}_{b} &\in \mathbb{R} \\"),
    ],
)
def test_a_row_of_each_kind(id: str, row: str) -> None:
    assert row in zoo[id].latex().splitlines()


def test_a_length_of_its_own() -> None:
    reading = read(r"\text{input}\quad x_t \in \mathbb{R}^{d}", r"\text{state}\quad h_t \in \mathbb{R}^{n_k}")
    assert shapes(reading) == {"x": "(n_x)", "h": "(n_k)", "W": "(n_k, n_x)", "U": "(n_k, n_k)", "v": "(n_k)"}
    assert not reading.diagnostics


def test_sets_say_domains() -> None:
    reading = read(
        r"\text{matrix}\quad W &\in \mathbb{R}_{+}^{n \times d}",
        r"\text{fixed matrix:}\quad U &\in \{0,1\}^{n \times n}",
        r"\text{vector}\quad v &\in (0,1)^n",
    )
    (cell,) = reading.cells
    assert [(p.name, p.domain, p.fixed) for p in cell.params] == [
        ("W", "positive", False),
        ("U", "mask", True),
        ("v", "unit", False),
    ]


def test_the_order_of_states_is_that_of_the_rows() -> None:
    text = zoo["lstm"].latex().replace(
        r"\end{aligned}", r"\\ \text{states}\quad c_t, h_t &\in \mathbb{R}^n" + "\n" + r"\end{aligned}"
    )
    (cell,) = symrnn.read(text).cells
    assert [state.name for state in cell.states] == ["c", "h"]


def test_a_start_among_the_equations_of_a_cell_is_its_own() -> None:
    first = "$$\\begin{aligned}\n" + STEP + "\nh_0 &= 1\n\\end{aligned}$$"
    second = "$$\\begin{aligned}\nh_t &= \\sigma(W x_t + U h_{t-1})\n\\end{aligned}$$"
    made = symrnn.read(f"# ONE\n{first}\n# TWO\n{second}").cells
    assert [cell.states[0].start for cell in made] == [1.0, 0.0]
    shared = symrnn.read(f"Start from $$h_0 = 1.$$\n# ONE\n{second}").cells
    assert [cell.states[0].start for cell in shared] == [1.0]


def test_rows_below_the_equations_belong_to_them() -> None:
    rows = "$$\n\\text{state}\\quad h_t \\in \\mathbb{R}^{n_k}\n$$"
    other = "$$\nh_t = \\sigma(W x_t + U h_{t-1})\n$$"
    made = symrnn.read(f"# ONE\n$$\n{STEP[:-3].replace('&', '')}\n$$\nwhere\n{rows}\n# TWO\n{other}").cells
    assert [str(cell.states[0].shape[0]) for cell in made] == ["n_k", "n_h"]


def test_a_whole_constant_stays_whole() -> None:
    floats = ("3.0", r"3 \cdot 10^{2}", r"\frac{1}{4}", "-0.5")
    for text, kind in (("3", int), *((text, float) for text in floats)):
        text = rf"h_t &= \tanh(W x_t + a h_{{t-1}}) \\ \text{{constant}}\quad a &= {text}"
        (cell,) = symrnn.read("$$\\begin{aligned}\n" + text + "\n\\end{aligned}$$").cells
        value = dict(cell.constants)["a"]
        assert type(value) is kind and value != 0


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        (r"\text{output}\quad h_t", "h_t", r"this declares no output; behind the word stand names, \in and a set"),
        (r"\text{constant}\quad a = n", "a = n", "this declares no constant; behind the word stand a name, = and"),
        (r"\text{matrix}\quad W \in [2, 3]", r"W \in [2, 3]", "this declares no matrix"),
        (r"\text{state}\quad h_t + x_t \in \mathbb{R}", r"h_t + x_t \in \mathbb{R}", "this declares no state"),
        (r"\text{input}\quad x_t \in \mathbb{R}^{2 \times 3 \times 4}", "", "x has 3 lengths; a value has at most two"),
        (r"\text{input}\quad x_t \in \mathbb{R}^{\sqrt{n}}", "", "a length is made of whole numbers and names"),
        (r"\text{input}\quad x_t \in \mathbb{R}^{n^{k+1}}", "", "a length is made of whole numbers and names"),
    ],
)
def test_a_row_that_cannot_be_read(row: str, place: str, message: str) -> None:
    (said,) = (item for item in read(row).diagnostics if item.severity == "error")
    assert said.code == "PARSE-ERROR" and said.message.startswith(message)
    assert not place or said.excerpt.splitlines()[1].count("^") == len(place)


def test_a_word_without_a_wide_space_is_a_name() -> None:
    reading = symrnn.read(r"$$\text{state}_t = \tanh(W \, \text{input}_t + U \, \text{state}_{t-1})$$")
    (cell,) = reading.cells
    assert [item.name for item in (*cell.inputs, *cell.states)] == ["input", "state"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (r"\text{input}\quad q_t \in \mathbb{R}^n", "q is declared as an input, but no equation reads it at t"),
        (r"\text{input}\quad h_t \in \mathbb{R}^n", "h is declared as an input, but an equation defines it"),
        (r"\text{state}\quad q_t \in \mathbb{R}^n", "q is declared as a state, but no equation defines it at t; add"),
        (r"\text{output}\quad y_t \in \mathbb{R}^n", "y is declared as an output, but no equation defines it at t"),
        (r"\text{matrix}\quad h_t \in \mathbb{R}^{n \times n}", "h is declared as a matrix, but it changes with t"),
        (r"\text{constant}\quad x = 2", "x is declared as a constant, but it changes with t"),
    ],
)
def test_a_row_that_the_equations_contradict(row: str, message: str) -> None:
    reading = read(row)
    (said,) = (item for item in reading.diagnostics if item.severity == "error")
    assert said.message.startswith(message) and (said.line, reading.cells) == (3, [])


def test_what_no_row_declares_is_found_as_ever() -> None:
    rows = (r"h_t &= \tanh(W x_t + U h_{t-1} + u_t)", r"\text{input}\quad u_t &\in \mathbb{R}^n")
    text = r"$$\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}$$"
    (cell,) = symrnn.read(text).cells
    assert [item.name for item in cell.inputs] == ["u", "x"]


def test_a_shape_that_is_declared_is_no_surprise() -> None:
    assert not symrnn.read(zoo["deltanet"].latex()).diagnostics


def test_an_output_that_something_reads_is_declared() -> None:
    class Gated(symrnn.Cell):
        x = symrnn.Input()
        h = symrnn.State()
        z = symrnn.Output()
        W, U = symrnn.Weight(x), symrnn.Weight(h)
        z = symrnn.sigmoid(W.z @ x)
        h = z * symrnn.tanh(U.h @ h)

    assert Gated.latex().splitlines()[-2] == r"\text{output}\quad z_{t} &\in \mathbb{R}^{n_{h}}"
    assert symrnn.read(Gated.latex()).cells == [Gated]
