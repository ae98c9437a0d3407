"""The certificate: its verdicts, its two files, its table, and who may be judged."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
from planting import handwritten

from symrnn import zoo
from symrnn.cell import Cell
from symrnn.errors import UsageError
from symrnn.verification import cases, protocol, verify
from symrnn.verification.certificate import CaseReport, Certificate, Check, Leg, judge, number
from symrnn.verification.comparison import Counterexample

KEYS = [
    *("schema", "cell", "backend", "dtype", "verdict", "claim", "not_covered", "hashes", "forward_oracle"),
    *("cases", "structural", "mutants", "reproduce"),
]


@pytest.fixture(scope="module")
def elman() -> Certificate:
    return verify(zoo["elman"], seed=11)


def outcomes(*words: str) -> tuple[CaseReport, ...]:
    legs = tuple(Leg("A", "accurate", 1e-11, word) for word in words)
    return (CaseReport("case", 0, {}, (), {}, legs),)


@pytest.mark.parametrize(
    ("legs", "checks", "verdict"),
    [
        (["passed", "passed"], ["passed"], "VERIFIED"),
        (["passed", "failed"], ["passed"], "REFUTED"),
        (["failed", "inconclusive"], ["error"], "REFUTED"),
        (["passed"], ["failed"], "REFUTED"),
        (["passed", "inconclusive"], ["passed"], "INCONCLUSIVE"),
        (["passed"], ["error"], "INCONCLUSIVE"),
        (["passed", "declared"], ["passed"], "SURROGATE"),
        (["declared", "inconclusive"], ["passed"], "INCONCLUSIVE"),
        ([], ["passed"], "INCONCLUSIVE"),
    ],
)
def test_the_verdict(legs: list[str], checks: list[str], verdict: str) -> None:
    assert judge(outcomes(*legs), tuple(Check("check", "fast", word) for word in checks)) == verdict


def test_the_schema(elman: Certificate) -> None:
    table = json.loads(elman.to_json())
    assert list(table) == KEYS
    assert table["schema"] == "symrnn-certificate/1"
    assert table["verdict"] == "VERIFIED"
    assert table["mutants"]["run"] is False
    assert any("leg C" in text for text in table["not_covered"])
    assert [case["name"] for case in table["cases"]][:7] == [case.name for case in cases.CASES]
    for case in table["cases"][:7]:
        assert {leg["leg"] for leg in case["legs"]} == {"A", "A tie", "A'", "B", "E"}
        assert set(case["elements"]) == {"dW_h", "dU_h", "db_h", "dx", "dh0"}
    assert {leg["leg"] for leg in table["cases"][7]["legs"]} == {"E adjoint"}
    assert all(len(digest) == 64 for form in ("fast", "accurate") for digest in table["hashes"][form].values())


def test_one_seed_gives_one_certificate(elman: Certificate) -> None:
    again = verify(zoo["elman"], seed=11)
    assert again.to_json() == elman.to_json()
    assert json.loads(again.run_json())["cases"] == json.loads(elman.run_json())["cases"]


def test_the_certificate_does_not_hang_on_the_hash_seed(elman: Certificate) -> None:
    code = "import symrnn; print(symrnn.verify(symrnn.zoo['elman'], seed=11).to_json(), end='')"
    run = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONHASHSEED": "77", "PYTHONPATH": "."}, capture_output=True, check=True
    )
    assert run.stdout.decode() == elman.to_json()


def test_the_certificate_holds_no_figures_of_a_run(elman: Certificate) -> None:
    text = elman.to_json()
    assert np.__version__ not in text and "seconds" not in text and '"error"' not in text
    run = json.loads(elman.run_json())
    assert run["seed"] == 11 and run["versions"]["numpy"] == np.__version__ and run["seconds"] > 0
    central = next(leg for leg in run["cases"][0]["legs"] if leg["leg"] == "B")
    assert 0 < central["arrays"]["dW_h"]["error"] < central["arrays"]["dW_h"]["resolution"] < 1e-3


def test_fresh_seeds_differ_and_are_recorded() -> None:
    first, second = verify(zoo["relu_rnn"]), verify(zoo["relu_rnn"])
    assert first.seed != second.seed
    assert f"--seed {first.seed}" in first.reproduce
    assert json.loads(first.to_json())["cases"][0]["seed"] == first.seed


def test_the_table(elman: Certificate) -> None:
    text = str(elman)
    assert text.splitlines()[0] == "elman: VERIFIED  (numpy, float64, seed 11)"
    assert all(case.name in text for case in cases.CASES)
    assert "structure: 32 of 32 checks passed" in text
    assert "symrnn verify elman --seed 11" in text


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_the_table_of_a_failure() -> None:
    certificate = verify(handwritten(("dz.sum(axis=0)", "dz.mean(axis=0)")), seed=1)
    text = str(certificate)
    assert "lstm: REFUTED" in text
    assert "a mean over B stands where a sum belongs" in text and "more cases" in text
    table = json.loads(certificate.to_json())
    failed = [leg for case in table["cases"] for leg in case["legs"] if leg["outcome"] == "failed"]
    assert failed[0]["counterexample"]["ratio"] == pytest.approx(2)
    assert {"dx", "dW_i"}.isdisjoint(failed[0]["counterexample"]["arrays"])
    assert "module, cell=" in certificate.reproduce


def test_figures_that_json_has_no_number_for() -> None:
    assert [number(v) for v in (math.nan, math.inf, -math.inf)] == ["nan", "infinity", "-infinity"]
    assert Counterexample("dW", (0,), None, 1.0, 0.0, "", "").ratio == math.inf


def test_progress_is_told() -> None:
    lines: list[str] = []
    verify(zoo["elman"], seed=1, progress=lines.append)
    assert lines[0] == "elman: generic" and len(lines) == len(cases.CASES) + 2


def test_float32_is_checked_where_it_is_asked_for() -> None:
    certificate = verify(zoo["elman"], seed=1, dtype="float32")
    assert certificate.verdict == "VERIFIED", str(certificate)
    single = [c.name for c in certificate.cases for leg in c.legs if leg.leg == "float32"]
    assert single == ["generic", "square", "one step", "one row", "loss on the last step"]
    assert "dtype='float32'" in certificate.reproduce


@pytest.mark.parametrize(
    ("subject", "options", "message"),
    [
        (Cell, {}, "takes a cell or an emitted module"),
        ("lstm", {}, "takes a cell or an emitted module"),
        (zoo["elman"], {"dtype": "float16"}, "float16 cannot be verified"),
        (zoo["elman"], {"seed": -1}, "from 0 up"),
        (zoo["elman"], {"backend": "cobol"}, "cobol"),
        (ModuleType("nothing"), {}, "pass the cell it computes as cell="),
    ],
)
def test_what_cannot_be_judged(subject: object, options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        verify(subject, **options)  # type: ignore[arg-type]


def test_a_module_of_no_zoo_cell_is_judged_by_the_cell_given() -> None:
    module = handwritten(('CELL = "lstm"', 'CELL = "mine"'))
    assert verify(module, cell=zoo["lstm"], seed=1).verdict == "VERIFIED"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_parameters_that_are_not_finite_are_named(value: float) -> None:
    params = protocol.build(zoo["lstm"]).init(2, 3, rng=np.random.default_rng(0))
    params["U"][4, 1] = value
    certificate = verify(zoo["lstm"], seed=1, params=params)
    assert certificate.verdict == "INCONCLUSIVE"
    assert "U_f holds NaN or infinity" in str(certificate)


def test_a_case_at_given_parameters() -> None:
    params = protocol.build(zoo["lstm"]).init(3, 5, rng=np.random.default_rng(0))
    certificate = verify(zoo["lstm"], seed=1, params=params)
    assert certificate.verdict == "VERIFIED", str(certificate)
    given = next(case for case in certificate.cases if case.name == "given parameters")
    assert given.sizes == {"T": 5, "B": 3, "n_x": 3, "n_h": 5}
    assert "params=params" in certificate.reproduce


def test_directions_stand_in_for_elements_where_there_are_too_many() -> None:
    params = protocol.build(zoo["elman"]).init(40, 70, rng=np.random.default_rng(0))
    certificate = verify(zoo["elman"], seed=1, params=params)
    assert certificate.verdict == "VERIFIED", str(certificate)
    given = next(case for case in certificate.cases if case.name == "given parameters")
    judged = next(leg for leg in given.legs if leg.leg == "A")
    assert {m.elements for m in judged.measurements} == {3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.pop("b"), "lack b"),
        (lambda p: p.update(U=p["U"][:, 0]), r"U has shape \(12,\), expected"),
        (lambda p: p.update(W=p["W"][:-1]), "11 rows or columns where 4\\*n_h"),
    ],
)
def test_parameters_of_the_wrong_shape(change: object, message: str) -> None:
    params = dict(protocol.build(zoo["lstm"]).init(2, 3, rng=np.random.default_rng(0)))
    change(params)  # type: ignore[operator]
    with pytest.raises(UsageError, match=message):
        verify(zoo["lstm"], params=params)


RAISES = ("def backward(params, tape, dy, dstate=None, *, work=None):\n", "    raise RuntimeError('out of order')\n")


def test_a_kernel_that_raises_is_not_passed_over() -> None:
    certificate = verify(handwritten((RAISES[0], "".join(RAISES))), seed=1)
    assert certificate.verdict == "INCONCLUSIVE"
    assert "RuntimeError: out of order" in str(certificate)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('return dparams, dx, {"h": dh, "c": dc}', 'return dparams, dx, {"h": dh}', "no dc0"),
        ('return dparams, dx, {"h"', 'dparams.pop("b")\n    return dparams, dx, {"h"', "no gradient of b"),
        ("return dparams, dx, {", "return dparams, dx[:1], {", "dx has shape"),
        ("return dparams, dx", 'dparams["U"] = dparams["U"][1:]\n    return dparams, dx', "gradient of U has shape"),
    ],
)
def test_a_gradient_that_is_missing_or_misshapen(old: str, new: str, message: str) -> None:
    certificate = verify(handwritten((old, new)), seed=1)
    assert certificate.verdict != "VERIFIED"
    assert message in str(certificate)


def test_a_cell_that_no_draw_suits_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "CONDITION", 1e-9)
    certificate = verify(zoo["elman"], seed=1)
    assert certificate.verdict == "INCONCLUSIVE"
    assert "draws in a row" in str(certificate)
