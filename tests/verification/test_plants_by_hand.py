"""A bug planted in a hand-written LSTM is refuted, with the right array and a fitting hint."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from planting import handwritten

from symrnn.verification import Certificate, verify

pytestmark = pytest.mark.usefixtures("kept_kernels")

W, U, B = ({f"d{family}_{gate}" for gate in "ifgo"} for family in "WUb")
EVERY = W | U | B | {"dx", "dh0", "dc0"}


@dataclass(frozen=True)
class Plant:
    """A change of the text, the arrays that must be found wrong (any of EVERY), and a part of the hint."""

    name: str
    old: str
    new: str
    wrong: set[str]
    hint: str = ""


PLANTS = [
    Plant("mean over the batch", "dz.sum(axis=0)", "dz.sum(axis=0) / len(dz)", B, "a mean over B"),
    Plant("no sum over the batch", "dz.sum(axis=0)", "dz[0]", B),
    Plant("no sum over time", 'dparams["b"] += dz', 'dparams["b"][:] = dz', B),
    Plant("no sum over the batch in a product", "dz.T @ x[t]", "dz[:1].T @ x[t][:1]", W),
    Plant("lost carry of c", "dc = dc * sigmoid(zf)", "dc = 0 * dc", EVERY, "zero"),
    Plant("lost carry of h", 'dh = dz @ params["U"]', 'dh = 0 * dz @ params["U"]', EVERY, "zero"),
    Plant("unscaled carry", "dc = dc * sigmoid(zf)", "dc = dc * 1.0", EVERY),
    Plant("= for += on the cell state", "dc = dc + dh *", "dc = dh *", EVERY),
    Plant("c(t) for c(t-1) in the forget gate", 'df = dc * old["c"]', "df = dc * c", EVERY),
    Plant("h(t) for h(t-1) in dU", 'dz.T @ old["h"]', 'dz.T @ states[t + 1]["h"]', U),
    Plant("x(t-1) for x(t) in dW", "dz.T @ x[t]", "dz.T @ x[t - 1]", W),
    Plant("a sign", 'dx[t] = dz @ params["W"]', 'dx[t] = -dz @ params["W"]', {"dx"}, "sign"),
    Plant("a factor of two", 'dx[t] = dz @ params["W"]', 'dx[t] = 2 * dz @ params["W"]', {"dx"}, "factor of two"),
    Plant("one step late", 'dx[t] = dz @ params["W"]', 'dx[t - 1] = dz @ params["W"]', {"dx"}, "shifted in time"),
    Plant("a dropped gate", "do = dh * np.tanh(c)", "do = 0 * dh", EVERY, "zero"),
    Plant("swapped gates", "np.concatenate([di * d_sigmoid(zi), df * d_sigmoid(zf),",
          "np.concatenate([df * d_sigmoid(zf), di * d_sigmoid(zi),", EVERY),  # fmt: skip
    Plant("transposed weights", 'dz @ params["U"]', 'dz @ np.vstack([u.T for u in np.split(params["U"], 4)])', EVERY),
    Plant("a derivative", "return 1 - np.tanh(z) ** 2", "return 1 - np.tanh(z)", EVERY),
    Plant("scaled by 1 + 1e-6", 'dz.T @ old["h"]', '(1 + 1e-6) * dz.T @ old["h"]', U, "the same factor"),
    Plant("one element", "    return dparams", '    dparams["U"][1, 0] *= 1.0001\n    return dparams', {"dU_i"}),
    Plant("no cotangent of the last state", "dstate[n].copy()", "0 * dstate[n]", EVERY),
]


def wrong_arrays(certificate: Certificate) -> set[str]:
    """Every array that some leg of some case found wrong."""
    return {array for _, leg in certificate.failed for array in leg.examples}


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: p.name)
def test_a_plant_is_refuted_where_it_is(plant: Plant) -> None:
    certificate = verify(handwritten((plant.old, plant.new)), seed=3)
    assert certificate.verdict == "REFUTED"
    assert certificate.counterexample is not None
    assert certificate.counterexample.array in plant.wrong
    found = wrong_arrays(certificate)
    assert found <= EVERY if plant.wrong == EVERY else found == plant.wrong
    hints = [example.hint for _, leg in certificate.failed for example in leg.examples.values()]
    assert any(plant.hint in hint for hint in hints), hints
    # The accurate kernel is the engine's own and stays right; what is given fails against it and against itself.
    assert {leg.kernel for _, leg in certificate.failed} == {"given"}


def test_the_counterexample_is_small() -> None:
    certificate = verify(handwritten(("dz.sum(axis=0)", "dz[0]")), seed=3)
    example = certificate.counterexample
    assert example is not None
    assert example.sizes == "T=1 B=2 n_x=1 n_h=1", "one row sums to itself, so two are needed"
    assert example.index == (0,)
    assert example.time is None


def test_the_counterexample_of_an_input_has_a_time() -> None:
    change = ('dx[t] = dz @ params["W"]', 'dx[t] = dz @ params["W"] * (1 + (t == 1))')
    example = verify(handwritten(change), seed=3).counterexample
    assert example is not None
    assert (example.array, example.time) == ("dx", 1)
    assert example.ratio == pytest.approx(0.5)


def test_a_wrong_forward_with_its_own_derivative_is_refuted() -> None:
    module = handwritten(
        (' + params["b"]\n', "\n"),
        ('dparams["b"] += dz.sum(axis=0)', 'dparams["b"] += 0'),
    )
    certificate = verify(module, seed=3)
    assert certificate.verdict == "REFUTED"
    failed = {leg.leg for _, leg in certificate.failed}
    assert failed == {"A'"}, "its own difference agrees with it; only the comparison of outputs sees it"
    assert {"h", "h[T]", "c[T]"} <= wrong_arrays(certificate)


@pytest.mark.parametrize("accurate", [False, True], ids=["fast", "accurate"])
def test_the_hand_written_kernel_is_verified(accurate: bool) -> None:
    certificate = verify(handwritten(accurate=accurate))
    assert certificate.verdict == "VERIFIED", str(certificate)


def test_an_accurate_module_is_judged_by_the_complex_step() -> None:
    change = ("    return 4 * e / (1 + e) ** 2", "    return 4 * e / (1 + e) ** 2 * (1 + 1e-10)")
    certificate = verify(handwritten(change, accurate=True), seed=3)
    assert certificate.verdict == "REFUTED", "1e-10 is within the tolerance of the fast form, not of the accurate one"
    assert ("A", "given") in {(leg.leg, leg.kernel) for _, leg in certificate.failed}
