"""One scalar expression as NumPy calls and as a line of Python: both give what the expression means."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn.backends import three_address
from symrnn.backends.numpy import check, fold
from symrnn.backends.numpy_inline import infix
from symrnn.backends.three_address import NATIVE, Call, calls, number, spelt
from symrnn.errors import EmitError
from symrnn.interpret import scalar
from symrnn.ir import slot
from symrnn.ops import REGISTRY, exp, heaviside, maximum, sigmoid, tanh
from symrnn.ops.elementwise import Head

a, b, c = slot(0), slot(1), slot(2)
kappa = sympy.Symbol("kappa")
VALUES = [np.array([0.3, -1.2, 2.5]), np.array([1.7, 0.4, -0.6]), np.array([-0.2, 3.1, 0.9])]
NAMES = ["p", "q", "r"]
GIVEN: dict[str, Any] = {**dict(zip(NAMES, VALUES, strict=True)), "kappa": 0.7}
EXPRESSIONS = {
    "operand": a, "number": sympy.Rational(3, 4), "root of two": sympy.sqrt(2), "constant": kappa,
    "sum": a + b - c, "negative": -a, "negative sum": -a - b, "minus one": a - 1, "one minus": 1 - a, "scaled": 3 * a,
    "product": -2 * a * b, "negative product": -a * b, "quotient": a / b, "reciprocal": 1 / b, "over two": a / (b * c),
    "square": a**2, "cube": a**3, "cube of a sum": (a + b) ** 3, "fourth": a**4, "fourth of a sum": (a + b) ** 4,
    "fifth": a**5, "inverse square": a**-2, "root": sympy.sqrt(a**2 + 1),
    "inverse cube of a sum": 1 / (2 + a**2) ** 3, "slope": a * (1 - a), "gate": a * b + c * (1 - a),
    "tree": (a + b) * (b + c) * (c - a), "long": a * b * c + a**2 * b - 3 * a * c + kappa * b - 2, "minus over": -a / b,
    "function": tanh.head(a), "of a sum": tanh.head(a + b * c), "two": sigmoid.head(a) * tanh.head(b) + exp.head(c),
    "step": heaviside.head(a - b) * c, "negative functions": -tanh.head(a) - sigmoid.head(b), "half": a / 2 + b / 4,
    "of both": maximum.head(a * b, c + 1), "ratio": (a - b) / (1 + tanh.head(c) ** 2), "inverse": 1 / exp.head(a),
}  # fmt: skip
EACH = pytest.mark.parametrize("expr", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
FORM = pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
WAYS = [(op.name, accurate) for op in REGISTRY.values() for accurate in (False, True)]


def meaning(expr: sympy.Expr) -> Any:
    """The value by the interpreter, which knows the functions by their own values."""
    if not expr.free_symbols:
        return np.full(3, float(expr))
    return np.broadcast_to(scalar(expr, VALUES, {"kappa": 0.7}), (3,))


def run(written: list[Call]) -> Any:
    """What some calls leave in ``out``."""
    known = {**{name: np.array(v) for name, v in GIVEN.items()}, "out": np.full(3, np.nan)}

    def read(text: str) -> Any:
        return known[text] if text in known else ast.literal_eval(text)

    for call in written:
        target = known.setdefault(call.out, np.full(3, np.nan))
        if call.function == "np.copyto":
            np.copyto(target, read(call.args[0]))
        else:
            getattr(np, call.function.removeprefix("np."))(*map(read, call.args), out=target)
    for name, value in GIVEN.items():
        np.testing.assert_array_equal(known[name], value, err_msg="an operand was written to")
    return known["out"]


@EACH
@FORM
def test_calls_give_the_value(expr: sympy.Expr, accurate: bool) -> None:
    written = calls(expr, NAMES, "out", lambda k: f"<{k}>", accurate)
    np.testing.assert_allclose(run(written), meaning(expr), rtol=1e-14, atol=1e-15)
    assert written[-1].out == "out"


@EACH
@FORM
def test_a_line_of_python_gives_the_value(expr: sympy.Expr, accurate: bool) -> None:
    text, _ = infix(spelt(expr, accurate), NAMES)
    np.testing.assert_allclose(eval(text, {"np": np}, GIVEN), meaning(expr), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("name", "accurate"), WAYS)
def test_every_function_can_be_written_both_ways(name: str, accurate: bool) -> None:
    op = REGISTRY[name]
    numbers = [sympy.Rational(1, 3) + k for k in range(len(op.defaults))]
    # log and sqrt want positive arguments
    operands = [a**2 + 1, b**2 + 1, c][: op.arity] if op.domain == "positive" else [a, b, c][: op.arity]
    expr = op.head(*operands, *numbers)
    np.testing.assert_allclose(run(calls(expr, NAMES, "out", lambda k: f"<{k}>", accurate)), meaning(expr), rtol=1e-13)
    text, _ = infix(spelt(expr, accurate), NAMES)
    np.testing.assert_allclose(eval(text, {"np": np}, GIVEN), meaning(expr), rtol=1e-13)


def test_no_more_calls_than_needed_and_temporaries_are_given_back() -> None:
    def texts(expr: sympy.Expr) -> list[str]:
        return [str(call) for call in calls(expr, NAMES, "out", lambda k: f"<{k}>", False)]

    assert texts(a) == ["np.copyto(out, p)"]
    assert texts(1 - a) == ["np.subtract(1, p, out=out)"]
    assert texts(a * (1 - a)) == ["np.subtract(1, p, out=out)", "np.multiply(out, p, out=out)"]
    assert len(texts(a - a**2)) == 2
    assert len(texts(a * b + c * (1 - a))) == 3
    assert texts((a + b) ** 3)[1] == "np.copyto(<0>, out)"
    both = texts((a + b) * (b + c) * (c - a))
    assert len(both) == 5 and {t.rpartition("out=")[2] for t in both} == {"out)", "<0>)", "<1>)"}


@pytest.mark.parametrize("value", [sympy.oo, -sympy.oo, sympy.nan])
def test_a_number_that_is_not_finite_is_refused(value: sympy.Expr) -> None:
    with pytest.raises(EmitError, match="is no finite number"):
        number(value)


def test_what_numpy_cannot_write_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(expr: sympy.Expr) -> None:
        calls(expr, NAMES, "out", lambda k: f"<{k}>", False)

    for attempt in (write, lambda expr: infix(expr, NAMES)):
        with pytest.raises(EmitError, match="cannot write sin"):
            attempt(sympy.sin(a))
    monkeypatch.delitem(three_address.NATIVE, "tanh")
    for attempt in (write, lambda expr: infix(expr, NAMES)):
        with pytest.raises(EmitError, match="has no tanh; give it a kernel form in its file of symrnn/ops"):
            attempt(tanh.head(a))
    assert all(hasattr(np, f.removeprefix("np.")) for f in NATIVE.values())


def test_a_function_is_spelt_in_functions_of_numpy() -> None:
    for op in REGISTRY.values():
        numbers = [sympy.Rational(1, 3)] * len(op.defaults)
        for accurate in (False, True):
            form = spelt(op.head(*[a, b, c][: op.arity], *numbers), accurate)
            assert {h.op.name for h in form.atoms(Head)} <= {*NATIVE, "heaviside"}


LONG = {
    "call": "    " + "value = function(" + ", ".join(f"argument_{k}" for k in range(20)) + ")",
    "nested": "x = f(" + ", ".join(f"(a{k}, b{k}, c{k})" for k in range(20)) + ", f(" + ", ".join("abc" * 45) + "))[0]",
    "loop": "for (" + ", ".join(f"name_{k}" for k in range(20)) + ") in zip(w.ticks):",
    "quoted": "    w = f(" + ", ".join(f'"word, {k})", value_{k}' for k in range(12)) + ")",
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_a_long_statement_is_broken_inside_its_brackets(name: str) -> None:
    line = LONG[name]
    folded = fold(line)
    tail = " pass" if name == "loop" else ""
    assert "\n" in folded and max(map(len, folded.split("\n"))) <= 116
    assert ast.dump(ast.parse(folded.strip() + tail)) == ast.dump(ast.parse(line.strip() + tail))


def test_a_long_mapping_is_broken_too() -> None:
    line = "    return {" + ", ".join(f'"key_{k}": dkey_{k}' for k in range(12)) + "}, v.dx"
    assert max(map(len, fold(line).split("\n"))) <= 116


def test_what_cannot_be_broken_stays_whole() -> None:
    words = "a word " * 30
    for line in (f'"""{words}"""', f'raise ValueError(f"{words}", {words.split()})', "name_" * 40):
        assert fold(line) == line
    code = f"x = f({', '.join('argument' for _ in range(20))})"
    assert fold(f"    {code}  # a note").startswith("    # a note\n    x = f(\n        argument,")
    assert fold("short(1, 2)") == "short(1, 2)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("from numpy import array", "holds a ImportFrom"),
        ("def f():\n    global x\n    x = 1", "holds a Global"),
        ("async def f():\n    pass", "holds a AsyncFunctionDef"),
        ("import numpy, os", "imports something else than numpy"),
        ("import os", "imports something else than numpy"),
        ("x.__class__", "reads __class__"),
        ("eval('1')", "names eval"),
        ("f = __import__", "names __import__"),
        ("getattr(x, 'y')", "names getattr"),
    ],
)
def test_a_module_that_does_more_than_compute_is_not_emitted(text: str, message: str) -> None:
    with pytest.raises(EmitError, match=message):
        check(text)
    check("import numpy as np\n\n\ndef f(x):\n    return np.sum(x)\n")
