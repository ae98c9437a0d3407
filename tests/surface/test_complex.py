"""Complex values: where they come from, how far they spread, and how they leave."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from explicit_values import evaluated
from refusal import refused

from symrnn.cell import Cell, Input, Matrix, Output, Scalar, State, Vector
from symrnn.ops import concat, diag, exp, imag, modrelu, ones, real, reshape, where
from symrnn.tree import Apply, Arith, Imaginary, Number, Ref, Structural, walk


class Rotor(Cell):
    """A complex diagonal recurrence with everything that complex values may meet."""

    x = Input()
    h = State(x, complex=True)
    y, z = Output(), Output()
    nu, theta, b = Vector(x), Vector(x), Vector(x)
    B, C = Matrix(x, x, complex=True), Matrix(x, x, complex=True)
    s = Scalar(complex=True)

    lam = exp(-exp(nu) + 1j * exp(theta))
    r = where(x > 0, h, 2 - 0.5j) * s
    g = modrelu(B @ x + r, b)
    q = diag(lam) @ h + g**2 / lam
    h = lam * h + exp(b) * q - 3j * x
    p = concat(h, x)
    y = abs(h) + real(C @ h) - imag(reshape(h, 1, x).T @ ones())
    z = imag(p.T @ p)


def test_what_is_complex() -> None:
    assert {item.name: item.complex for item in Rotor.equations} == {
        "lam": True, "r": True, "g": True, "q": True, "h": True, "p": True, "y": False, "z": False,
    }  # fmt: skip
    assert {item.name for item in (*Rotor.params, *Rotor.states, *Rotor.inputs) if item.complex} == {"B", "C", "s", "h"}
    assert {item.name for item in Rotor.equations if item.static} == {"lam"}


def test_trees() -> None:
    trees = {item.name: item.tree for item in Rotor.equations}
    two = Arith("-", (Number(Fraction(2)), Arith("*", (Number(Fraction(1, 2)), Imaginary()))))
    assert Apply("where", (walked(trees["r"], Apply).args[0], Ref("h", 1), two)) in walk(trees["r"])
    assert Arith("*", (Number(Fraction(3)), Imaginary())) in walk(trees["h"])
    assert Imaginary() in walk(trees["lam"])
    assert {node.name for node in walk(trees["y"]) if isinstance(node, Structural)} >= {"real", "imag"}
    assert Apply("magnitude", (Ref("h"),)) in walk(trees["y"])


def walked(tree: object, kind: type[Apply]) -> Apply:
    return next(node for node in walk(tree) if isinstance(node, kind))  # type: ignore[arg-type]


def test_literals() -> None:
    class Literals(Cell):
        h = State(complex=True)
        y = Output()
        h = h * 1j + h * -1j + h * (1 + 2j) + h * np.complex64(0.5 - 1j) + h * (4 + 0j)
        y = real(h)

    text = str(Literals)
    assert "h[t-1] * 1j + h[t-1] * -1j + h[t-1] * (1 + 2 * 1j) + h[t-1] * (0.5 - 1j) + h[t-1] * 4" in text
    assert "state      h (n_h) complex" in text and r"\mathrm{i}" in Literals.latex()


def test_meaning() -> None:
    rng = np.random.default_rng(3)

    def draw(*shape: int, unreal: bool = True) -> np.ndarray:
        return rng.normal(size=shape) + (1j * rng.normal(size=shape) if unreal else 0)

    nu, theta, b, x = (draw(3, unreal=False) for _ in range(4))
    B, C, s, h = draw(3, 3), draw(3, 3), draw(), draw(3)
    given = {"nu": nu, "theta": theta, "b": b, "B": B, "C": C, "s": s, ("x", 0): x, ("h", 1): h}
    found = evaluated(Rotor, {"n_x": 3}, given)
    lam = np.exp(-np.exp(nu) + 1j * np.exp(theta))
    g = B @ x + np.where(x > 0, h, 2 - 0.5j) * s
    g = g / np.abs(g) * np.maximum(np.abs(g) + b, 0)
    new = lam * h + np.exp(b) * (lam * h + g**2 / lam) - 3j * x
    p = np.concatenate([new, x])
    np.testing.assert_allclose(found["h"], new, rtol=1e-12)
    np.testing.assert_allclose(found["y"], np.abs(new) + (C @ new).real - new.imag, rtol=1e-12)
    np.testing.assert_allclose(found["z"], [(p @ p).imag], rtol=1e-12)


def test_the_explicit_view_can_be_differentiated_in_the_real_and_imaginary_part() -> None:
    class Square(Cell):
        h = State(complex=True)
        y = Output()
        h = h * h
        y = imag(h)

    update, readout = Square.sympy(n_h=1)
    a, b = sympy.symbols("h_{t-1}_0_re h_{t-1}_0_im", real=True)
    value = update.rhs[0]
    assert sympy.expand(value - (a**2 - b**2 + 2 * sympy.I * a * b)) == 0
    assert sympy.expand(value.diff(b) - sympy.I * value.diff(a)) == 0
    assert readout.rhs[0] == sympy.Symbol("h_t_0_im", real=True)


def test_the_symbolic_view() -> None:
    class Turned(Cell):
        x = Input()
        h = State(x, complex=True)
        y = Output()
        h = 1j * h + x
        y = real(h)

    update, readout = Turned.sympy()
    assert update.rhs.has(sympy.I) and readout.rhs.has(sympy.re) and update.rhs.shape == readout.rhs.shape


@pytest.mark.parametrize(
    ("body", "line", "part"),
    [
        (
            "h = 1j * h",
            6,
            "state h is real but its update is complex; declare h = State(complex=True) or take real(…)",
        ),
        (
            "c = Vector(h, complex=True); y = Output(); y = c * h",
            8,
            "output y is real but its value is complex; take re",
        ),
        ("c = State(complex=True); c = c + h; y = Output(); y = c", 9, "output y is real but its value is complex"),
        (
            "c = h * 1j; h = tanh(c)",
            7,
            "tanh() takes real values, but c[t] is complex; take real(…), imag(…) or abs(…)",
        ),
        ("c = h * 1j; h = c % 2", 7, "% takes real values, but c[t] is complex"),
        ("c = h * 1j; h = where(c > 0, h, 0)", 7, "> takes real values, but c[t] is complex"),
        ("c = h * 1j; h = equal(h, c)", 7, "== takes real values, but c[t] is complex"),
        ("c = h * 1j; h = where(c, h, 0)", 7, "where() takes real values, but c[t] is complex"),
        ("c = h * 1j; h = modrelu(h, c)", 7, "modrelu() takes real values, but c[t] is complex"),
        ("c = h * 1j; h = softmax(c)", 7, "softmax() takes real values, but c[t] is complex"),
        ("c = h * 1j; h = solve(U.h, c)", 7, "solve() takes real values, but c[t] is complex"),
        ("c = h * 1j; h = c ** 0.5", 7, "c[t] ** 0.5: a complex value is raised to whole numbers only"),
        ("c = h * 1j; h = 2 ** c", 7, "2 ** c[t]: a complex value is raised to whole numbers only"),
        ("h = h * complex(0, float('inf'))", 6, "numbers must be finite"),
        ("c = Vector(complex=True, domain='positive')", 6, "complex=True goes with domain='real' only"),
    ],
)
def test_refused(body: str, line: int, part: str) -> None:
    message, where_raised = refused(body)
    assert part in message
    assert where_raised == line


def test_a_complex_state_is_no_output() -> None:
    message, line = refused("h = h * 1j", ["h = State(complex=True)"])
    assert message.startswith("Bad: state h (line 3) is complex and would be the output; declare one that is real")
    assert line == 0
