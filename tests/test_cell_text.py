"""How cells print: as text, in LaTeX, with the parentheses that are needed and no others."""

from __future__ import annotations

import ast
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given

from symrnn.cell_text import name_latex, tree_latex, tree_text
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
)
from symrnn.unify import size_symbol
from symrnn.zoo import LSTM, Elman


def test_text_of_a_cell() -> None:
    assert str(Elman) == repr(Elman)
    assert str(Elman).splitlines() == [
        "Elman: Simple recurrent network (Elman network) with tanh",
        "  input      x (n_x)",
        "  state      h (n_h)",
        "  parameter  W_h (n_h, n_x), U_h (n_h, n_h), b_h (n_h)",
        "  h[t] = tanh(W_h @ x[t] + U_h @ h[t-1] + b_h)  (n_h)",
        "  output     h",
    ]


def test_latex_of_a_cell() -> None:
    assert LSTM.latex().splitlines()[4:] == [
        r"c_{t} &= f_{t} \odot c_{t-1} + i_{t} \odot g_{t} \\",
        r"o_{t} &= \sigma\left(W_{o} x_{t} + U_{o} h_{t-1} + b_{o}\right) \\",
        r"h_{t} &= o_{t} \odot \tanh\left(c_{t}\right)",
        r"\end{aligned}",
    ]
    assert LSTM._repr_latex_() == f"$$\n{LSTM.latex()}\n$$"


@pytest.mark.parametrize(
    ("name", "time", "latex"),
    [
        ("h", "t", "h_{t}"),
        ("h_tilde", "t", r"\tilde{h}_{t}"),
        ("s_hat_1", "t-1", r"\hat{s}_{1,t-1}"),
        ("h_prime", "t", "h'_{t}"),
        ("x_bar", None, r"\bar{x}"),
        ("W_i", None, "W_{i}"),
        ("W_xh", None, "W_{xh}"),
        ("A_log", None, r"A_{\mathrm{log}}"),
        ("alpha", None, r"\alpha"),
        ("W_mu", None, r"W_{\mu}"),
        ("dt", None, r"\mathrm{dt}"),
        ("a__b", None, r"\mathrm{a\_\_b}"),
        ("_", None, r"\mathrm{\_}"),
        ("_q", "t", r"\mathrm{\_q}_{t}"),
    ],
)
def test_names_in_latex(name: str, time: str | None, latex: str) -> None:
    assert name_latex(name, time) == latex


A, B, C, M = Ref("a"), Ref("b"), Ref("c", 1), Param("M")
HALF = Number(Fraction(1, 2))
N = size_symbol("n_h")


def arith(op: str, *args: Tree) -> Tree:
    return Arith(op, args)


@pytest.mark.parametrize(
    ("tree", "text", "latex"),
    [
        (arith("-", A, arith("+", B, C)), "a - (b + c')", r"a - \left(b + c'\right)"),
        (arith("-", arith("-", A, B), C), "a - b - c'", r"a - b - c'"),
        (arith("*", A, arith("+", B, C)), "a * (b + c')", r"a \odot \left(b + c'\right)"),
        (arith("*", A, arith("*", B, C)), "a * (b * c')", r"a \odot \left(b \odot c'\right)"),
        (arith("*", arith("*", A, B), C), "a * b * c'", r"a \odot b \odot c'"),
        (arith("*", A, Product(M, B)), "a * (M @ b)", r"a \odot \left(M b\right)"),
        (arith("*", Product(M, A), B), "(M @ a) * b", r"\left(M a\right) \odot b"),
        (Product(arith("*", A, B), Transpose(C)), "(a * b) @ c'.T", r"\left(a \odot b\right) c'^{\top}"),
        (Product(M, arith("*", A, B)), "M @ (a * b)", r"M \left(a \odot b\right)"),
        (arith("*", Number(Fraction(2)), Product(M, B)), "2 * (M @ b)", r"2 M b"),
        (arith("/", A, arith("+", B, C)), "a / (b + c')", r"\frac{a}{b + c'}"),
        (arith("/", A, arith("*", B, C)), "a / (b * c')", r"\frac{a}{b \odot c'}"),
        (arith("neg", arith("+", A, B)), "-(a + b)", r"-\left(a + b\right)"),
        (arith("*", arith("neg", A), B), "-a * b", r"-a \odot b"),
        (arith("**", A, Number(Fraction(1, 2))), "a ** 0.5", r"\left(a\right)^{0.5}"),
        (arith("**", A, Number(Fraction(2))), "a ** 2", "a^{2}"),
        (arith("neg", arith("*", A, B)), "-(a * b)", r"-\left(a \odot b\right)"),
        (arith("-", A, arith("neg", B)), "a - (-b)", r"a - \left(-b\right)"),
        (arith("**", arith("neg", A), Number(Fraction(2))), "(-a) ** 2", r"\left(-a\right)^{2}"),
        (arith("**", A, arith("**", B, HALF)), "a ** (b ** 0.5)", r"a^{\left(b\right)^{0.5}}"),
        (arith("*", A, Number(Fraction(-1, 3))), "a * (-1/3)", r"a \cdot \left(-\frac{1}{3}\right)"),
        (Transpose(arith("+", A, B)), "(a + b).T", r"\left(a + b\right)^{\top}"),
        (Product(A, Transpose(B)), "a @ b.T", r"a b^{\top}"),
        (Apply("magnitude", (A,)), "abs(a)", r"\left|a\right|"),
        (Apply("sqrt", (Named("n_k"),)), "sqrt(n_k)", r"\sqrt{n_{k}}"),
        (Apply("maximum", (A, B)), "maximum(a, b)", r"\max\left(a, b\right)"),
        (Param("R_H", 2), "R_H[2]", "R_{H,2}"),
        (arith("%", arith("-", A, B), C), "(a - b) % c'", r"\left(a - b\right) \bmod c'"),
        (arith("+", A, arith("%", B, C)), "a + b % c'", r"a + \left(b \bmod c'\right)"),
        (Compare("<=", A, arith("+", B, C)), "a <= b + c'", r"\left[a \le b + c'\right]"),
        (arith("*", Compare(">", A, B), C), "(a > b) * c'", r"\left[a > b\right] \odot c'"),
        (arith("-", A, Compare("<", A, B)), "a - (a < b)", r"a - \left[a < b\right]"),
        (Compare("==", A, B), "equal(a, b)", r"\left[a = b\right]"),
        (
            Apply("where", (Compare(">=", A, B), A, C)),
            "where(a >= b, a, c')",
            r"\begin{cases}a & a \ge b\\ c' & \text{otherwise}\end{cases}",
        ),
        (
            Apply("where", (A, B, C)),
            "where(a, b, c')",
            r"\begin{cases}b & a > 0\\ c' & \text{otherwise}\end{cases}",
        ),
        (arith("*", Number(Fraction(2)), Imaginary()), "2 * 1j", r"2 \mathrm{i}"),
        (Structural("softmax", (A,)), "softmax(a)", r"\operatorname{softmax}\left(a\right)"),
        (
            Structural("softmax", (M,), (("axis", 1),)),
            "softmax(M, axis=1)",
            r"\operatorname{softmax}_{\rightarrow}\left(M\right)",
        ),
        (
            Structural("normalize", (A,), (("p", Fraction(1)), ("eps", Fraction(1, 10**6)))),
            "normalize(a, p=1)",
            r"\operatorname{normalize}_{1}\left(a\right)",
        ),
        (
            Structural("layer_norm", (A, B, C), (("eps", Fraction(1, 10**5)),)),
            "layer_norm(a, b, c')",
            r"\operatorname{LN}\left(a;\, b, c'\right)",
        ),
        (
            Structural("rms_norm", (A,), (("eps", Fraction(1, 4)),)),
            "rms_norm(a, eps=0.25)",
            r"\operatorname{RMSNorm}_{\epsilon=0.25}\left(a\right)",
        ),
        (Structural("concat", (A, C)), "concat(a, c')", r"\left[a;\; c'\right]"),
        (Structural("split", (A,), (("part", 0), ("parts", 4))), "split(a, 4)[0]", "a^{[1/4]}"),
        (
            Structural("reshape", (A,), (("shape", (N, 2 * N)),)),
            "reshape(a, n_h, 2*n_h)",
            r"\operatorname{mat}_{n_{h} \times 2 n_{h}}\left(a\right)",
        ),
        (Structural("reshape", (M,), (("shape", (N,)),)), "reshape(M, n_h)", r"\operatorname{vec}\left(M\right)"),
        (Product(A, Transpose(Structural("ones", (), (("shape", (N,)),)))), "a @ ones().T", r"a \mathbf{1}^{\top}"),
        (arith("+", M, Structural("eye", (), (("shape", (N, N)),))), "M + eye()", r"M + I_{n_{h}}"),
        (
            arith("*", A, Structural("solve", (arith("+", M, M), B))),
            "a * solve(M + M, b)",
            r"a \odot \left(\left(M + M\right)^{-1} b\right)",
        ),
        (Structural("real", (A,)), "real(a)", r"\operatorname{Re}\left(a\right)"),
        (Number(Fraction(1, 10**8)), "1e-08", r"1 \cdot 10^{-8}"),
    ],
)
def test_parentheses_are_needed_and_enough(tree: Tree, text: str, latex: str) -> None:
    assert tree_text(tree).replace("[t]", "").replace("[t-1]", "'") == text
    assert tree_latex(tree).replace("_{t}", "").replace("_{t-1}", "'") == latex


TREES = st.recursive(
    st.sampled_from([A, B, C, M, Named("n_k"), Number(Fraction(2)), HALF]),
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: Arith(op, (a, b)), st.sampled_from(["+", "-", "*", "/", "%", "**"]), inner, inner),
        st.builds(lambda a: Arith("neg", (a,)), inner),
        st.builds(lambda a, b: Apply("maximum", (a, b)), inner, inner),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">="]), inner, inner),
        st.builds(Product, inner, inner),
        st.builds(Transpose, inner),
    ),
    max_leaves=12,
)
OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "**"}
RELATIONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@given(TREES)
def test_python_reads_the_printed_text_back_as_the_same_tree(tree: Tree) -> None:
    assert read_back(ast.parse(tree_text(tree), mode="eval").body) == tree


def read_back(node: ast.expr) -> Tree:
    """The tree that Python's own grammar finds in a printed expression."""
    match node:
        case ast.BinOp(left, ast.MatMult(), right):
            return Product(read_back(left), read_back(right))
        case ast.BinOp(left, op, right):
            return Arith(OPERATORS[type(op)], (read_back(left), read_back(right)))
        case ast.Compare(left, [op], [right]):
            return Compare(RELATIONS[type(op)], read_back(left), read_back(right))
        case ast.UnaryOp(ast.USub(), arg):
            return Arith("neg", (read_back(arg),))
        case ast.Call(ast.Name(name), args):
            return Apply(name, tuple(read_back(arg) for arg in args))
        case ast.Attribute(arg, "T"):
            return Transpose(read_back(arg))
        case ast.Subscript(ast.Name(name), time):
            return Ref(name, 0 if isinstance(time, ast.Name) else 1)
        case ast.Name(name):
            return Param(name) if name == "M" else Named(name)
        case ast.Constant(int() | float() as value):
            return Number(Fraction(str(value)))
    raise AssertionError(ast.dump(node))
