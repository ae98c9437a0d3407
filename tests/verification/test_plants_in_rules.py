"""A bug planted in a rule table, a declared derivative or a pass is refuted in every kernel that comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sympy

import symrnn.adjoint
import symrnn.lower
import symrnn.whole_rules
from symrnn import zoo
from symrnn.ir import Contract, Node, Pointwise, broadcast, pointwise, slot
from symrnn.ops import REGISTRY, elementwise
from symrnn.rules import VJP
from symrnn.verification import Certificate, verify

Patch = pytest.MonkeyPatch


def wrong(certificate: Certificate, leg: str) -> set[str]:
    """The arrays that one leg found wrong in any case."""
    return {array for _, found in certificate.failed if found.leg == leg for array in found.examples}


def derivative(name: str, form: str, change: Callable[..., Any]) -> Callable[[Patch], None]:
    """Replace a declared derivative of an elementwise function."""

    def plant(patch: Patch) -> None:
        op, old = REGISTRY[name], getattr(REGISTRY[name], form)
        patch.setattr(elementwise.Elementwise, "__setattr__", object.__setattr__)
        patch.setattr(op, form, lambda *args: tuple(change(part, *args) for part in old(*args)))

    return plant


def rule(kind: type, change: Callable[[Node, Any], Any]) -> Callable[[Patch], None]:
    """Replace a row of the vjp table; ``change(node, term)`` gives the new term, or None for none."""

    def plant(patch: Patch) -> None:
        old = VJP[kind]

        def row(node: Node, g: Node, read: Any, accurate: bool) -> list[Any]:
            return [t for t in (change(node, term) for term in old(node, g, read, accurate)) if t is not None]

        patch.setitem(VJP, kind, row)

    return plant


def scaled(factor: int, index: int) -> Callable[[Node, Any], Any]:
    """One operand's term times a factor."""
    return lambda node, t: replace(t, node=pointwise(factor * slot(0), (t.node,))) if t.index == index else t


def lost_carry(name: str) -> Callable[[Patch], None]:
    """The adjoint of one state at t-1 is zero."""

    def plant(patch: Patch) -> None:
        closed = symrnn.adjoint._closed

        def lossy(run: Any, node: Node, kind: str, title: str) -> Node:
            total = closed(run, node, kind, title)
            zero = broadcast(pointwise(sympy.Integer(0), ()), node.shape)
            return zero if kind == "carry" and title == f"d{name}[t-1]" else total

        patch.setattr(symrnn.adjoint, "_closed", lossy)

    return plant


def last_dropped(node: Node, term: Any) -> Any:
    """A sum forgets its last term."""
    return None if len(node.args) == 3 and term.index == 2 else term


ELMAN = {"dW_h", "dU_h", "db_h", "dx", "dh0"}
# cell, plant, the leg that must see it, the arrays that it must find wrong there, and no others
PLANTS = {
    "tanh, accurate": ("elman", derivative("tanh", "accurate", lambda d, z: d / 2), "A", ELMAN),
    "tanh, fast": ("elman", derivative("tanh", "fast", lambda d, z, y: 1 - y), "A'", ELMAN),
    "ReLU": ("relu_rnn", derivative("relu", "accurate", lambda d, z: sympy.Integer(1)), "A", ELMAN),
    "sigmoid, accurate": ("mgu", derivative("sigmoid", "accurate", lambda d, z: 2 * d), "A", None),
    "sigmoid, fast": ("mgu", derivative("sigmoid", "fast", lambda d, z, y: y), "A'", None),
    "outer product": ("elman", rule(Contract, scaled(-1, 0)), "A", {"dW_h", "dU_h"}),
    "transposed product": ("elman", rule(Contract, scaled(2, 1)), "A", ELMAN),
    "sum": ("elman", rule(Pointwise, last_dropped), "A", None),
    "lost carry": ("elman", lost_carry("h"), "A", ELMAN),
    "lost carry of the cell": ("cifg", lost_carry("c"), "A", None),
    "product rule": ("gru_note", rule(Pointwise, scaled(3, 1)), "A", None),
}


@pytest.mark.parametrize("name", PLANTS)
def test_a_plant_is_refuted(name: str, monkeypatch: Patch) -> None:
    cell, plant, leg, arrays = PLANTS[name]
    plant(monkeypatch)
    certificate = verify(zoo[cell], seed=5)
    assert certificate.verdict == "REFUTED", str(certificate)
    assert wrong(certificate, leg)
    assert arrays is None or wrong(certificate, leg) == arrays
    assert wrong(certificate, "E adjoint"), "the derivation itself is wrong, before anything is emitted"
    assert not wrong(certificate, "A tie") and not wrong(certificate, "E"), "the forward is right"


def test_a_lost_carry_names_the_initial_state(monkeypatch: Patch) -> None:
    lost_carry("c")(monkeypatch)
    certificate = verify(zoo["cifg"], seed=5)
    example = certificate.counterexample
    assert example is not None and example.array == "dc0" and "lost carry" in example.hint


def test_a_wrong_lowering_is_seen_by_the_oracle_alone(monkeypatch: Patch) -> None:
    right = symrnn.lower._Lowering._arithmetic

    def plus_for_minus(self: Any, op: str, *rest: Any) -> Any:
        return right(self, "+" if op == "-" else op, *rest)

    monkeypatch.setattr(symrnn.lower._Lowering, "_arithmetic", plus_for_minus)
    certificate = verify(zoo["gru_note"], seed=5)
    assert certificate.verdict == "REFUTED"
    assert "h" in wrong(certificate, "E")
    assert not wrong(certificate, "A") and not wrong(certificate, "B"), "a wrong forward has a right derivative"
    assert wrong(certificate, "E adjoint")


def test_the_tables_are_whole_again() -> None:
    assert set(VJP) == {Pointwise, Contract, *symrnn.whole_rules.VJP}
    assert VJP[Contract].__module__ == "symrnn.rules"
    assert verify(zoo["elman"], seed=5).verdict == "VERIFIED"
