"""Anybody's pair of functions: right ones pass, wrong ones are refuted by the array, doubtful ones are left open."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn.errors import UsageError
from symrnn.verification import verify_functions

Table = dict[str, np.ndarray]


def sample(rng: np.random.Generator) -> Table:
    return {
        "W": rng.standard_normal((3, 4)),
        "h": rng.standard_normal((2, 3)),
        "x": rng.standard_normal((2, 4)),
        "steps": np.arange(3),
    }


def forward(inputs: Table) -> Table:
    """A leaky layer: an output that bears the name of an input, and a second one."""
    h = 0.5 * inputs["h"] + np.tanh(inputs["x"] @ inputs["W"].T)
    return {"h": h, "energy": np.sum(h**2, axis=1)}


def backward(inputs: Table, cotangents: Table) -> Table:
    a = np.tanh(inputs["x"] @ inputs["W"].T)
    dh = cotangents["h"] + 2 * cotangents["energy"][:, None] * (0.5 * inputs["h"] + a)
    da = dh * (1 - a**2)
    return {"W": da.T @ inputs["x"], "h": 0.5 * dh, "x": da @ inputs["W"]}


def changed(**gradients: Any) -> Any:
    """The backward with some gradients replaced by ``f(right value)``."""

    def wrong(inputs: Table, cotangents: Table) -> Table:
        right = backward(inputs, cotangents)
        return right | {n: f(right[n]) for n, f in gradients.items()}

    return wrong


def test_a_right_pair_is_verified() -> None:
    certificate = verify_functions(forward, backward, sample, name="leaky")
    assert certificate.verdict == "VERIFIED", str(certificate)
    assert certificate.cell == "leaky" and certificate.backend == "functions"
    assert {leg.leg for case in certificate.cases for leg in case.legs} == {"A", "B"}
    assert "nothing was given to compare it with" in " ".join(certificate.not_covered)
    assert len(certificate.hashes["backward"]) == 64


@pytest.mark.parametrize(
    ("array", "change", "hint"),
    [
        ("W", lambda v: -v, "sign"),
        ("W", lambda v: v / 2, "mean"),
        ("x", lambda v: 0 * v, "zero"),
        ("h", lambda v: v * (1 + 1e-5), "same factor"),
        ("W", lambda v: v + 1e-4 * (np.arange(12).reshape(3, 4) == 5), ""),
        ("x", lambda v: v * np.nan, "not finite"),
    ],
)
def test_a_wrong_gradient_is_refuted_by_name(array: str, change: Any, hint: str) -> None:
    certificate = verify_functions(forward, changed(**{array: change}), sample, seed=1)
    assert certificate.verdict == "REFUTED"
    assert {a for _, leg in certificate.failed for a in leg.examples} == {f"d{array}"}
    assert certificate.counterexample is not None and hint in certificate.counterexample.hint


def test_an_error_as_small_as_lost_digits_is_left_open() -> None:
    certificate = verify_functions(forward, changed(W=lambda v: v * (1 + 1e-10)), sample, seed=1)
    assert certificate.verdict == "INCONCLUSIVE"
    assert "a small error, or digits lost" in str(certificate)


def test_the_complex_step_sees_more_than_differences() -> None:
    certificate = verify_functions(forward, changed(W=lambda v: v * (1 + 1e-8)), sample, seed=1)
    assert certificate.verdict == "REFUTED"
    assert {leg.leg for _, leg in certificate.failed} == {"A"}


def real_only(inputs: Table) -> Table:
    return forward({n: v.astype(float, casting="same_kind") if v.dtype.kind == "c" else v for n, v in inputs.items()})


def not_analytic(inputs: Table) -> Table:
    return {n: np.real(v) for n, v in forward(inputs).items()}


@pytest.mark.parametrize("function", [real_only, not_analytic])
def test_without_a_complex_step_the_central_difference_judges(function: Any) -> None:
    certificate = verify_functions(function, backward, sample, seed=1)
    assert certificate.verdict == "VERIFIED", str(certificate)
    assert {leg.leg for case in certificate.cases for leg in case.legs} == {"B"}
    assert "leg A was not run" in certificate.notes[0]
    assert verify_functions(function, changed(h=lambda v: 2 * v), sample, seed=1).verdict == "REFUTED"


def test_a_gradient_too_small_for_differences_needs_the_complex_step() -> None:
    tiny = 1e-40

    def faint(inputs: Table) -> Table:
        return {"y": inputs["a"] + tiny * inputs["b"]}

    def slopes(inputs: Table, cotangents: Table) -> Table:
        return {"a": cotangents["y"], "b": tiny * cotangents["y"]}

    def drawing(rng: np.random.Generator) -> Table:
        return {"a": rng.standard_normal(3), "b": rng.standard_normal(3)}

    assert verify_functions(faint, slopes, drawing, seed=1).verdict == "VERIFIED"
    blind = verify_functions(lambda i: {n: np.real(v) for n, v in faint(i).items()}, slopes, drawing, seed=1)
    assert blind.verdict == "INCONCLUSIVE"
    assert "no draw resolves db" in str(blind)


def test_a_kink_is_no_alarm() -> None:
    def kinked(inputs: Table) -> Table:
        return {"y": np.abs(inputs["v"])}

    def at_kinks(rng: np.random.Generator) -> Table:
        return {"v": np.where(np.arange(6) < 1, 1e-8, 1.0) * rng.standard_normal(6)}

    def slope(inputs: Table, cotangents: Table) -> Table:
        return {"v": np.sign(inputs["v"]) * cotangents["y"]}

    assert verify_functions(kinked, slope, at_kinks, seed=1, draws=2).verdict == "INCONCLUSIVE"
    away = verify_functions(kinked, slope, lambda rng: {"v": rng.standard_normal(6)}, seed=1)
    assert away.verdict == "VERIFIED", str(away)


def writing(inputs: Table) -> Table:
    inputs["x"] *= 2
    return forward(inputs)


def clipping(inputs: Table, cotangents: Table) -> Table:
    return backward(inputs, {n: np.clip(v, -1, 1) for n, v in cotangents.items()})


class Remembering:
    """A backward whose result depends on how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, inputs: Table, cotangents: Table) -> Table:
        self.calls += 1
        return {n: v * (1 + 1e-9 * self.calls) for n, v in backward(inputs, cotangents).items()}


@pytest.mark.parametrize(
    ("functions", "check"),
    [
        ((writing, lambda i, c: backward(i | {"x": 2 * i["x"]}, c)), "no array passed in is written to"),
        ((forward, clipping), "backward is linear in the cotangent"),
        ((forward, Remembering()), "the same result twice"),
        ((forward, changed(h=lambda v: v + 1e-9)), "backward of zero is zero"),
    ],
)
def test_a_broken_promise_is_found(functions: Any, check: str) -> None:
    certificate = verify_functions(*functions, sample, seed=1)
    assert certificate.verdict == "REFUTED"
    assert check in {c.name for c in certificate.structural if c.outcome == "failed"}


def raising(inputs: Table) -> Table:
    raise ZeroDivisionError("no")


@pytest.mark.parametrize(
    ("functions", "drawing", "message"),
    [
        ((raising, backward), sample, "ZeroDivisionError: no"),
        ((forward, lambda i, c: backward(i, c) | {"q": i["x"]}), sample, "gradient of q, which sample does not draw"),
        ((forward, changed(W=lambda v: v.T)), sample, r"shape (4, 3), W has (3, 4)"),
        ((forward, lambda i, c: {}), sample, "no gradient of a real input"),
        ((forward, backward), lambda rng: sample(rng) | {"x": np.full((2, 4), np.inf)}, "x holds NaN or infinity"),
        (
            (lambda i: {n: v.astype("float32") for n, v in forward(i).items()}, backward),
            sample,
            "is float32: a difference of it resolves nothing",
        ),
    ],
)
def test_what_cannot_be_judged_is_inconclusive(functions: Any, drawing: Any, message: str) -> None:
    certificate = verify_functions(*functions, drawing, seed=1)
    assert certificate.verdict == "INCONCLUSIVE"
    assert message in str(certificate)


def test_a_gradient_that_is_not_returned_is_not_covered() -> None:
    def partial(inputs: Table, cotangents: Table) -> Table:
        return {n: v for n, v in backward(inputs, cotangents).items() if n != "x"}

    certificate = verify_functions(forward, partial, sample, seed=1)
    assert certificate.verdict == "VERIFIED"
    assert "the gradient of x: backward returns none" in certificate.not_covered


def test_draws_and_progress() -> None:
    lines: list[str] = []
    certificate = verify_functions(forward, backward, sample, seed=1, draws=2, progress=lines.append)
    assert lines == ["draw 1 of 2", "draw 2 of 2"] and len(certificate.cases) == 2
    assert certificate.to_json() == verify_functions(forward, backward, sample, seed=1, draws=2).to_json()
    with pytest.raises(UsageError, match="at least one draw"):
        verify_functions(forward, backward, sample, draws=0)
