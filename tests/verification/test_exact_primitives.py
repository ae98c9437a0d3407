"""The evaluators at 50 digits, primitive by primitive, against formulas that share nothing with them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

from symrnn.ir import Node, contract, leaf, make, repeat
from symrnn.primitives import (
    Concat,
    CumSum,
    Expm,
    ExpmDerivative,
    LogSumExp,
    Reshape,
    Slice,
    Softmax,
    Solve,
    Total,
)
from symrnn.verification import derived, oracle, symbolic
from symrnn.verification.samples import Case, Sample
from symrnn.verification.whole import FUNCTIONS, Whole

N, M = sympy.symbols("n m", integer=True, positive=True)
NUMBERS = {"n": 3, "m": 2}
RNG = np.random.default_rng(5)
VALUES = {"v": RNG.standard_normal(3), "w": RNG.standard_normal(2), "A": RNG.standard_normal((3, 2)),
          "Q": RNG.standard_normal((3, 3)), "E": RNG.standard_normal((3, 3))}  # fmt: skip
V, W, A = leaf("v", "input", (N,)), leaf("w", "input", (M,)), leaf("A", "input", (N, M))
Q, E = leaf("Q", "input", (N, N)), leaf("E", "input", (N, N))
v, w, a, q, e = VALUES.values()

PRIMITIVES: dict[str, tuple[Node, Any]] = {
    "softmax": (make(Softmax(0), V), np.exp(v) / np.exp(v).sum()),
    "softmax of columns": (make(Softmax(0), A), np.exp(a) / np.exp(a).sum(axis=0)),
    "softmax of rows": (make(Softmax(1), A), np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)),
    "log-sum-exp": (make(LogSumExp(0), V), np.log(np.exp(v).sum(keepdims=True))),
    "log-sum-exp of rows": (make(LogSumExp(1), A), np.log(np.exp(a).sum(axis=1))),
    "cumulative sum": (make(CumSum(0), V), np.cumsum(v)),
    "cumulative sum, reversed": (make(CumSum(0, True), V), [v[0] + v[1] + v[2], v[1] + v[2], v[2]]),
    "cumulative sum of rows, reversed": (make(CumSum(1, True), A), np.stack([a.sum(axis=1), a[:, 1]], axis=1)),
    "concatenation": (make(Concat(), V, W), [*v, *w]),
    "slice": (make(Slice(sympy.Integer(1), N), V), v[1:]),
    "reshape": (make(Reshape((M, N)), A), a.reshape(2, 3)),
    "to a vector": (make(Reshape((N * M,)), A), a.ravel()),
    "total": (make(Total(), A), a),
    "columns": (repeat(V, "i->ij", (N, M)), np.stack([v, v], axis=1)),
    "rows": (repeat(W, "j->ij", (N, M)), np.stack([w, w, w])),
    "diagonal matrix": (contract("i->ii", V), np.diag(v)),
    "diagonal": (contract("ii->i", Q), np.diag(q)),
    "row sums": (contract("ij->i", A), a.sum(axis=1)),
    "one contraction of three": (contract("ij,j,i->i", A, W, V), a @ w * v),
    "solve": (make(Solve(), Q, V), np.linalg.solve(q, v)),
    "solve for columns": (make(Solve(), Q, A), np.linalg.solve(q, a)),
}


def value(node: Node) -> Any:
    """A node at 50 digits, its operands from VALUES."""
    with mpmath.workdps(50):
        return derived._node(node, [derived.exact(VALUES[arg.op.name]) for arg in node.args], NUMBERS)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_a_primitive(name: str) -> None:
    node, expected = PRIMITIVES[name]
    found = np.array(value(node), dtype=float)
    assert found.shape == np.shape(expected)
    assert np.max(np.abs(found - expected)) < 1e-13 * np.max(np.abs(expected))


def test_a_solution_solves() -> None:
    with mpmath.workdps(50):
        assert max(abs(r) for r in derived.exact(q) @ value(PRIMITIVES["solve"][0]) - derived.exact(v)) < 1e-48


def series(matrix: Any, terms: int = 90) -> Any:
    """The exponential by its series."""
    term = total = np.frompyfunc(mpmath.mpf, 1, 1)(np.eye(len(matrix)).astype(int).astype(object))
    for k in range(1, terms):
        term = term @ matrix / k
        total = total + term
    return total


def test_the_exponential_of_a_matrix_and_its_derivative() -> None:
    found, slope = value(make(Expm(), Q)), value(make(ExpmDerivative(), Q, E))
    with mpmath.workdps(80):
        exact_q, exact_e, step = derived.exact(q), derived.exact(e), mpmath.mpf("1e-25")
        assert max(abs(g) for g in (found - series(exact_q)).flat) < 1e-46
        near = (series(exact_q + step * exact_e) - series(exact_q - step * exact_e)) / (2 * step)
        assert max(abs(g) for g in (slope - near).flat) < 1e-44


COLUMN, MATRIX, SQUARE = (RNG.standard_normal(shape) for shape in ((4, 1), (2, 3), (2, 2)))
HALF = {"eps": Fraction(1, 2)}
# a function of the closed list, its operands, its options, and the value
FUNCTION_CASES: dict[str, tuple[str, list[Any], dict[str, Any], Any]] = {
    "softmax": ("softmax", [COLUMN], {}, np.exp(COLUMN) / np.exp(COLUMN).sum()),
    "softmax of rows": ("softmax", [MATRIX], {"axis": 1}, np.exp(MATRIX) / np.exp(MATRIX).sum(axis=1, keepdims=True)),
    "logsumexp": ("logsumexp", [COLUMN], {}, np.log(np.exp(COLUMN).sum(keepdims=True))),
    "logsumexp of rows": ("logsumexp", [MATRIX], {"axis": 1}, np.log(np.exp(MATRIX).sum(axis=1))[:, None]),
    "logsumexp of columns": ("logsumexp", [MATRIX], {"axis": 0}, np.log(np.exp(MATRIX).sum(axis=0))[:, None]),
    "cumsum": ("cumsum", [COLUMN], {}, np.cumsum(COLUMN)[:, None]),
    "cumsum of rows": ("cumsum", [MATRIX], {"axis": 1}, np.cumsum(MATRIX, axis=1)),
    "normalize": ("normalize", [COLUMN], {"p": Fraction(2), **HALF}, COLUMN / np.sqrt((COLUMN**2).sum() + 0.5)),
    "normalize by sums": (
        "normalize", [MATRIX], {"p": Fraction(1), "axis": 0, **HALF}, MATRIX / (abs(MATRIX).sum(axis=0) + 0.5),
    ),
    "normalize by cubes": (
        "normalize", [COLUMN], {"p": Fraction(3), **HALF}, COLUMN / np.cbrt((abs(COLUMN) ** 3).sum() + 0.5),
    ),
    "rms_norm": ("rms_norm", [COLUMN], HALF, COLUMN / np.sqrt((COLUMN**2).mean() + 0.5)),
    "layer_norm of rows": (
        "layer_norm", [MATRIX, COLUMN[:3], COLUMN[1:]], {"axis": 1, **HALF},
        (MATRIX - MATRIX.mean(axis=1, keepdims=True)) / np.sqrt(MATRIX.var(axis=1, keepdims=True) + 0.5)
        * COLUMN[:3].T + COLUMN[1:].T,
    ),
    "concat": ("concat", [COLUMN, COLUMN[:2]], {}, np.concatenate([COLUMN, COLUMN[:2]])),
    "split": ("split", [COLUMN], {"part": 1, "parts": 2}, COLUMN[2:]),
    "reshape": ("reshape", [MATRIX], {"shape": (3, 2)}, MATRIX.reshape(3, 2)),
    "reshape to a vector": ("reshape", [MATRIX], {"shape": (6,)}, MATRIX.reshape(6, 1)),
    "ones": ("ones", [], {"shape": (2,)}, np.ones((2, 1))),
    "eye": ("eye", [], {"shape": (2, 2)}, np.eye(2)),
    "diag": ("diag", [COLUMN], {}, np.diag(COLUMN[:, 0])),
    "solve": ("solve", [SQUARE, MATRIX], {}, np.linalg.solve(SQUARE, MATRIX)),
    "expm": ("expm", [SQUARE], {}, series(SQUARE)),
    "real": ("real", [COLUMN], {}, COLUMN),
    "imag": ("imag", [COLUMN], {}, 0 * COLUMN),
}  # fmt: skip


def exact_of(functions: Whole, array: Any) -> Any:
    return np.frompyfunc(lambda u: functions.number(Fraction(float(u))), 1, 1)(array)


@pytest.mark.parametrize("functions", [oracle.NUMBERS, symbolic.EXPRESSIONS], ids=["numbers", "expressions"])
@pytest.mark.parametrize("name", FUNCTION_CASES)
def test_a_function_of_whole_values(name: str, functions: Whole) -> None:
    function, operands, options, expected = FUNCTION_CASES[name]
    found = functions(function, [exact_of(functions, operand) for operand in operands], options)
    assert found.shape == expected.shape
    assert np.max(np.abs(found.astype(float) - expected.astype(float))) < 1e-13


def test_every_function_of_the_closed_list_is_tested() -> None:
    assert {case[0] for case in FUNCTION_CASES.values()} == set(FUNCTIONS)


Z, Y = symbolic.Complex(sympy.Rational(3, 4), sympy.Rational(-1, 3)), symbolic.Complex(sympy.Integer(2), sympy.S.One)
z, y = 0.75 - 1j / 3, 2 + 1j


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Z + Y, z + y),
        (Z - Y, z - y),
        (2 - Z, 2 - z),
        (Z * Y, z * y),
        (Z / Y, z / y),
        (1 / Z, 1 / z),
        (sympy.Integer(3) * Z, 3 * z),
        (Z**3, z**3),
        (Z**-2, z**-2),
        (-Z, -z),
        (symbolic.COMPLEX["exp"](Z), np.exp(z)),
        (symbolic.COMPLEX["modrelu"](Z, sympy.Rational(-1, 2)), z * (1 - 0.5 / abs(z))),
        (symbolic.COMPLEX["modrelu"](Z, sympy.Integer(-1)), 0),
        (symbolic.COMPLEX["where"](sympy.Integer(1), Z, Y), z),
        (symbolic.COMPLEX["where"](sympy.Integer(0), Z, Y), y),
    ],
)
def test_complex_expressions(found: symbolic.Complex, expected: complex) -> None:
    assert complex(float(found.real), float(found.imag)) == pytest.approx(expected, rel=1e-13)


def test_complex_numbers_of_the_oracle() -> None:
    entry = np.array([[mpmath.mpc(0.75, -0.25)]], dtype=object)
    bias = np.array([[mpmath.mpf("-0.5")]], dtype=object)
    assert abs(complex(oracle._apply("modrelu", [entry, bias])[0, 0]) - (0.75 - 0.25j) * (1 - 0.5 / 0.625**0.5)) < 1e-15
    assert float(oracle._apply("magnitude", [entry])[0, 0]) == pytest.approx(0.625**0.5)
    assert float(oracle._apply("magnitude", [bias])[0, 0]) == 0.5


def test_a_state_and_a_parameter_of_one_gradient_name_are_both_differentiated() -> None:
    """``h0`` as a parameter and the start of ``h`` would both be dh0."""
    one = np.ones(2)
    sample = Sample(Case("", 1, 1, ()), {}, {"h0": one}, {}, {"h": one + 1, "h_past[0]": one, "z.re": one}, {}, None)
    assert list(sample.variables) == ["dh0", "dh0'", "dh_past0[0]", "dz0.re"]
    assert np.array_equal(sample.moved({"dh0'": 3 * one}).states["h"], 3 * one)
