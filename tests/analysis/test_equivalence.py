"""When two cells are one: the identities of the catalogue, claims that are false, and mappings that make no sense."""

from __future__ import annotations

import json

import numpy as np
import pytest

import symrnn
from symrnn.analysis import Equivalence, equivalent, neg, of
from symrnn.analysis.correspondence import correspondence
from symrnn.analysis.equivalence import _different
from symrnn.analysis.mapping import Mapped, Value
from symrnn.analysis.pairing import pair
from symrnn.zoo import zoo

# The identities of the catalogue's ``meta``: a, b, and what b's names are in terms of a.
IDENTITIES: list[tuple[str, str, dict[str, Value]]] = [
    ("gru_chung", "gru_v3", {"*_z": neg("*_z")}),
    ("gru_note", "gru_v1", {"b_*": 0}),
    ("mut2_proj", "gru_chung", {}),
    ("mgu_noreset", "ugrnn", {"*_g": "*_f", "*_c": "*_n"}),
    ("trnn", "mingru", {"*_z": neg("*_f"), "*_h": "*_z"}),
    ("gilr", "qrnn_f", {"V_*": 0, "*_f": "*_g", "*_z": "*_i"}),
    ("miru2", "leaky_rnn", {"U_h": of("theta") * of("U_h"), "alpha": 1 - of("lamb")}),
    ("cifg", "lstm", {"*_i": neg("*_f")}),
    ("gru_v1", "gru_cudnn", {"*_n": "*_h", "c_n": 0}),
    ("lstm_original", "lstm_nfg", {"p_*": 0}),
]


def ids(claims: list[tuple[str, str, dict[str, Value]]]) -> list[str]:
    return [f"{a}-{b}" for a, b, _ in claims]


@pytest.mark.parametrize(("a", "b", "mapping"), IDENTITIES, ids=ids(IDENTITIES))
def test_the_identities_of_the_catalogue_are_proved(a: str, b: str, mapping: Mapped) -> None:
    found = equivalent(zoo[a], zoo[b], mapping)
    assert found.verdict == "proved" and found
    assert found.points > 0 and found.counterexample is None and not found.constants


@pytest.mark.parametrize(("a", "b"), [("linoss_imex", "linoss_im"), ("gru_v1", "gru_v3"), ("lem", "lem_explicit")])
def test_controls_are_refuted_with_numbers(a: str, b: str) -> None:
    found = equivalent(zoo[a], zoo[b])
    assert found.verdict == "refuted" and not found
    example = found.counterexample
    assert example is not None and abs(example.ours - example.theirs) > 1e-6
    assert f"{example.ours.real:.10g}" in str(found) and example.about in str(found)


def test_a_counterexample_is_one() -> None:
    """Its point, put into the two kernels, gives its two values."""
    a, b = zoo["gru_v1"], zoo["gru_v3"]
    example = equivalent(a, b).counterexample
    assert example is not None and example.about == "output h"
    sizes = dict(example.sizes)
    blocks = {d.name: np.array(example.point[d.name]).reshape([sizes[str(n)] for n in d.shape]) for d in a.params}
    x = np.array(example.point["x"])[:, None, :, 0]
    start = np.array(example.point["h at the start"]).reshape(1, -1)
    for cell, value in ((a, example.ours), (b, example.theirs)):
        kernel = symrnn.build(cell)
        y, _, _ = kernel.forward(kernel.pack(blocks), x, {"h": start})
        assert abs(y[example.tick - 1, 0, example.entry[0]] - value) < 1e-12


@pytest.mark.parametrize("id", list(zoo)[::6] + ["taugru", "rhn", "s4d", "gateloop", "delta_product", "rwkv4"])
def test_every_cell_is_itself(id: str) -> None:
    assert equivalent(zoo[id], zoo[id], points=1)


# Claims that are false, of every kind of mapping.

FALSE: list[tuple[str, str, dict[str, Value]]] = [
    ("gru_chung", "gru_v3", {}),
    ("gru_chung", "gru_v3", {"W_z": neg("W_z")}),
    ("gru_chung", "gru_v3", {"*_z": neg("*_z"), "*_h": neg("*_h")}),
    ("gru_chung", "gru_v3", {"*_z": neg("*_r"), "*_r": "*_z"}),
    ("gru_note", "gru_v1", {"b_*": 1}),
    ("mgu_noreset", "ugrnn", {"*_g": "*_n", "*_c": "*_f"}),
    ("trnn", "mingru", {"*_z": "*_f", "*_h": "*_z"}),
    ("trnn", "mingru", {"*_z": neg("*_f"), "*_h": neg("*_z")}),
    ("gilr", "qrnn_f", {"V_*": 1, "*_f": "*_g", "*_z": "*_i"}),
    ("gilr", "qrnn_f", {"V_z": "W_i", "V_f": 0, "*_f": "*_g", "*_z": "*_i"}),
    ("miru2", "leaky_rnn", {"alpha": 1 - of("lamb")}),
    ("miru2", "leaky_rnn", {"U_h": 2 * of("U_h"), "alpha": 1 - of("lamb")}),
    ("miru2", "leaky_rnn", {"U_h": of("theta") * of("U_h")}),
    ("cifg", "lstm", {"*_i": "*_f"}),
    ("cifg", "lstm", {"*_i": 1 - of("*_f")}),
    ("cifg", "lstm", {"*_i": neg("*_f"), "c": neg("c")}),
    ("gru_v1", "gru_cudnn", {"*_n": "*_h", "c_n": "b_h"}),
    ("gru_v1", "gru_cudnn", {"*_n": "*_h", "b_n": 0, "c_n": "b_h"}),
    ("lstm_original", "lstm_nfg", {"p_i": 0, "p_o": "b_o"}),
    ("lstm_original", "lstm", {"*_f": 0}),
    ("elman", "elman", {"U_h": of("U_h").T}),
    ("elman", "elman", {"x": 2 * of("x"), "W_h": of("W_h") / 3}),
]


@pytest.mark.parametrize(("a", "b", "mapping"), FALSE, ids=[f"{a}-{b}-{k}" for k, (a, b, _) in enumerate(FALSE)])
def test_false_claims_are_refuted_and_not_provable(a: str, b: str, mapping: dict[str, Value]) -> None:
    """By numbers; and normal forms alone would not prove them either, so the proof does not lean on the points."""
    assert equivalent(zoo[a], zoo[b], mapping).verdict == "refuted"
    assert _different(pair(correspondence(zoo[a].record, zoo[b].record, mapping)), numbers=False)


def test_what_holds_for_these_constants_only_says_so() -> None:
    """lamb and theta are both 0.5, so that either may stand for the other and lamb for 1 - lamb; for no other value."""
    a, b = zoo["miru2"], zoo["leaky_rnn"]
    mapping: Mapped = {"U_h": of("lamb") * of("U_h"), "alpha": of("lamb")}
    found = equivalent(a, b, mapping)
    assert found and dict(found.constants) == {"lamb": 0.5, "theta": 0.5} and "lamb = 0.5" in str(found)
    assert equivalent(a.with_constants(lamb=0.25), b, mapping).verdict == "refuted"


def test_it_prints_and_is_data() -> None:
    found = symrnn.equivalent(zoo["cifg"], zoo["lstm"], {"*_i": neg("*_f")})
    assert isinstance(found, Equivalence)
    assert str(found).startswith("lstm = cifg: proved\n") and "W_i = -W_f" in str(found)
    facts = json.loads(found.to_json())
    assert facts["verdict"] == "proved" and facts["mapping"]["b_i"] == "-b_f"
    refuted = json.loads(equivalent(zoo["gru_v1"], zoo["gru_v3"]).to_json())
    assert refuted["counterexample"]["sizes"] == {"n_x": 2, "n_h": 3}
    assert refuted["counterexample"]["point"]["W_z"]
