"""Straight-through functions: what is declared is checked as declared, everything else as anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import symrnn.adjoint
from symrnn import zoo
from symrnn.cell import Bias, Cell, Input, State, Weight
from symrnn.emission import build
from symrnn.ops import elementwise, heaviside, round_st, tanh
from symrnn.ops.elementwise import REGISTRY, Elementwise
from symrnn.verification import Certificate, verify
from symrnn.whole_rules import zeros

TRUE = {"accurate, true derivative", "fast, true derivative"}


def legs(certificate: Certificate, outcome: str) -> set[tuple[str, str]]:
    return {(leg.leg, leg.kernel) for case in certificate.cases for leg in case.legs if leg.outcome == outcome}


@pytest.fixture(scope="module")
def lif() -> Certificate:
    return verify(zoo["lif"], seed=1)


def test_a_cell_of_spikes_is_a_surrogate(lif: Certificate) -> None:
    assert lif.verdict == "SURROGATE", str(lif)
    assert legs(lif, "declared") == {("A", "accurate")}
    assert legs(lif, "failed") == legs(lif, "inconclusive") == set()


def test_everything_else_is_checked_by_every_leg(lif: Certificate) -> None:
    passed = legs(lif, "passed")
    assert {("A tie", "accurate"), ("E", "accurate"), ("A'", "fast")} <= passed, "the kernels as they are emitted"
    assert {(leg, "accurate, true derivative") for leg in ("A tie", "E", "A", "B")} <= passed
    assert ("A'", "fast, true derivative") in passed
    assert {("E adjoint", f"{form} derivation") for form in ("accurate", "fast")} <= passed
    assert not any(leg == "B" and kernel not in TRUE for leg, kernel in passed), "no difference sees a declaration"


def test_the_certificate_names_the_function_and_says_how_it_was_checked(lif: Certificate) -> None:
    table = json.loads(lif.to_json())
    assert "heaviside_st has the derivative that is declared for it" in table["claim"]
    assert any("declared for heaviside_st" in text for text in table["not_covered"])
    assert set(table["hashes"]) == {"cell", "accurate", "fast", *TRUE}
    declared = next(leg for leg in table["cases"][0]["legs"] if leg["outcome"] == "declared")
    assert "heaviside_st" in declared["message"]


def test_another_function_with_another_declaration(spike: Elementwise) -> None:
    class Spiking(Cell):
        """A cell with a spike."""

        x = Input()
        h = State()
        W, U, b = Weight(x), Weight(h), Bias()

        s = spike(W.s @ x + b.s)
        h = tanh(U.h @ h + s)

    certificate = verify(Spiking, seed=1)
    assert certificate.verdict == "SURROGATE", str(certificate)


@pytest.fixture
def spike() -> Iterator[Elementwise]:
    """A spike whose declared derivative is 1/(1 + z²)."""
    yield Elementwise(
        "spike_of_this_test",
        definition=heaviside.definition,
        fast=lambda z, y: (1 / (1 + z**2),),
        accurate=lambda z: (1 / (1 + z**2),),
        value=lambda z: np.heaviside(z.real, 0.0) + 1j * z.imag / (1 + z.real**2),
        latex="s",
        text="s",
        kernel=lambda z: heaviside.head(z),
        kinks=lambda z: (z,),
        surrogate=True,
    )
    del REGISTRY["spike_of_this_test"]


@pytest.mark.parametrize(("form", "leg"), [("accurate", ("A", "accurate")), ("fast", ("A'", "fast"))])
def test_a_kernel_that_does_not_keep_to_the_declaration_is_refuted(
    form: str, leg: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elementwise.Elementwise, "__setattr__", object.__setattr__)
    monkeypatch.setattr(round_st, form, lambda *_: (2,))
    certificate = verify(zoo["skip_rnn"], seed=1)
    assert certificate.verdict == "REFUTED"
    assert leg in legs(certificate, "failed")
    assert not any(kernel in TRUE for _, kernel in legs(certificate, "failed"))


def test_a_lost_carry_beside_a_straight_through_function_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = symrnn.adjoint._closed

    def lossy(run: Any, node: Any, kind: str, title: str) -> Any:
        return zeros(node.shape) if kind == "carry" and title == "dv[t-1]" else closed(run, node, kind, title)

    monkeypatch.setattr(symrnn.adjoint, "_closed", lossy)
    failed = legs(verify(zoo["lif"], seed=1), "failed")
    assert {("A", "accurate"), ("A", "accurate, true derivative"), ("B", "accurate, true derivative")} <= failed
    assert ("E adjoint", "fast derivation") in failed


def test_a_given_kernel_is_judged_by_the_declaration() -> None:
    assert verify(build(zoo["lif"]), seed=1).verdict == "SURROGATE"
    certificate = verify(build(zoo["lif"], surrogates=False), seed=1)
    assert certificate.verdict == "REFUTED", "it has the true derivative, not the declared one"
    assert legs(certificate, "failed") == {("A'", "given")}
