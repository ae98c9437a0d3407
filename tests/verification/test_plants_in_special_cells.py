"""Bugs in what complex values, copies, delays and functions of whole values add to a kernel are found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from unusual_cells import Deep, Remembering, Turning, Whole

import symrnn.flat
from symrnn.cell import Cell
from symrnn.emission import build
from symrnn.ir import pointwise, slot
from symrnn.primitives import (
    Broadcast,
    Concat,
    CumSum,
    Expm,
    LogSumExp,
    Reshape,
    Slice,
    Softmax,
    Solve,
)
from symrnn.rules import VJP
from symrnn.verification import Certificate, protocol, verify
from symrnn.verification.cases import CASES

Change = Callable[[dict[str, Any], dict[str, Any]], None]


@pytest.fixture(autouse=True)
def one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to find these."""
    monkeypatch.setattr(protocol, "CASES", CASES[:1])


def with_gradients(cell: type[Cell], change: Change) -> ModuleType:
    """The emitted module, its gradients of parameters and of the initial state changed in place."""
    module = build(cell)
    backward = module.backward

    def changed(*given: Any, **options: Any) -> Any:
        dparams, dx, dstate = backward(*given, **options)
        change(dparams, dstate)
        return dparams, dx, dstate

    module.backward = changed  # type: ignore[attr-defined]
    return module


def wrong(certificate: Certificate, leg: str) -> set[str]:
    return {array for _, found in certificate.failed if found.leg == leg for array in found.examples}


def conjugated(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
    dparams["C"] = np.conj(dparams["C"])


def without_imaginary_part(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
    dstate["h"] = dstate["h"].real + 0j


def swapped_copies(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
    dparams["R"] = dparams["R"][::-1]


def one_row_off(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
    dstate["h_past"] = np.roll(dstate["h_past"], 1, axis=1)


def of_the_last_tick(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
    dparams["A"] = dparams["A"] / 5


COPIES = {f"dR_{gate}[{k}]" for gate in "gh" for k in range(2)}
PLANTS: dict[str, tuple[type[Cell], Change, set[str]]] = {
    "conjugated": (Turning, conjugated, {"dC.im"}),
    "without the imaginary part": (Turning, without_imaginary_part, {"dh0.im"}),
    "copies swapped": (Deep, swapped_copies, COPIES),
    "past values shifted": (Remembering, one_row_off, {"dh_past0[0]", "dh_past0[1]"}),
    "what is static summed over one tick": (Whole, of_the_last_tick, {"dA"}),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_wrong_gradient_is_named(name: str) -> None:
    cell, change, arrays = PLANTS[name]
    certificate = verify(with_gradients(cell, change), cell=cell, seed=2)
    assert certificate.verdict == "REFUTED"
    assert wrong(certificate, "A'") == wrong(certificate, "B") == arrays


@pytest.mark.parametrize("kind", [Softmax, LogSumExp, CumSum, Concat, Slice, Reshape, Solve, Expm, Broadcast])
def test_a_wrong_rule_is_found(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    right = VJP[kind]

    def doubled(*given: Any) -> list[Any]:
        return [replace(term, node=pointwise(2 * slot(0), (term.node,))) for term in right(*given)]

    monkeypatch.setitem(VJP, kind, doubled)
    certificate = verify(Whole, seed=2)
    assert certificate.verdict == "REFUTED"
    for leg in ("A", "B", "E adjoint"):
        assert wrong(certificate, leg), leg
    assert not wrong(certificate, "E") and not wrong(certificate, "A tie"), "the forward is right"


def test_a_kernel_that_returns_real_gradients_of_complex_parameters_is_not_verified() -> None:
    def real(dparams: dict[str, Any], dstate: dict[str, Any]) -> None:
        dparams["B"] = dparams["B"].real

    certificate = verify(with_gradients(Turning, real), cell=Turning, seed=2)
    assert certificate.verdict != "VERIFIED" and "where it is complex" in str(certificate)


def test_a_wrong_flattening_is_seen_by_the_oracle_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """(a + ib)(c + id) with ac + bd for its real part, differentiated consistently."""
    right, plus = symrnn.flat._minus, symrnn.flat._plus
    monkeypatch.setattr(symrnn.flat, "_minus", lambda a, b: right(a, b) if a is None else plus(a, b))
    certificate = verify(Turning, seed=2)
    assert certificate.verdict == "REFUTED"
    assert "y" in wrong(certificate, "E") and wrong(certificate, "E adjoint")
    assert not wrong(certificate, "A") and not wrong(certificate, "B") and not wrong(certificate, "A tie")
