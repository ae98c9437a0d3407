"""Every structural check fails on a kernel that breaks what it checks, and on no other account."""

from __future__ import annotations

import pytest
from planting import handwritten

from symrnn import zoo
from symrnn.lower import lower
from symrnn.verification.cases import CASES, draw
from symrnn.verification.kernel import Kernel
from symrnn.verification.single import single_points
from symrnn.verification.structure import structural

RECORD = zoo["lstm"].record
POINT = draw(RECORD, lower(RECORD), CASES[0], (7, 0))
SINGLE = single_points(RECORD, lower(RECORD), 7)

FORWARD = "def forward(params, x, state=None, *, work=None):\n"
BACKWARD = "def backward(params, tape, dy, dstate=None, *, work=None):\n"
STEP = "def step(params, x_t, state):\n"

# what is broken -> the place, what stands there instead, and the check that must say so
PLANTS = {
    "a memory": (FORWARD, "SEEN = []\n\n\n" + FORWARD + "    SEEN.append(0)\n    x = x + 1e-9 * len(SEEN)\n",
                 "the same result twice"),
    "a tape used up": (BACKWARD, BACKWARD + '    tape[1][0]["h"] *= 0.5\n', "the same result twice"),
    "writing to an input": (FORWARD, FORWARD + "    x[0, 0, 0] += 1.0\n",
                            "no array passed in is written to, read-only arrays are taken"),
    "writing what was there": (FORWARD, FORWARD + "    x[0, 0, 0] += 0.0\n",
                               "no array passed in is written to, read-only arrays are taken"),
    "a constant in the gradient": ('dparams["b"] += dz', 'dparams["b"] += 1e-9 + dz', "backward of zero is zero"),
    "clipped gradients": ("dh = dh + dy[t] if", "dh = dh + np.clip(dy[t], -1, 1) if",
                          "backward is linear in the cotangent"),
    "always float64": ("dx = np.zeros_like(x)", "dx = np.zeros(x.shape)",
                       "exact shapes and dtypes, float64 and float32"),
    "a row too many": ("    return y, {", "    y = np.vstack([y, y[-1:]]) if len(y) > 1 else y\n    return y, {",
                       "exact shapes and dtypes, float64 and float32"),
    "NaN swallowed": (FORWARD, FORWARD + "    x = np.nan_to_num(x)\n", "NaN passes through"),
    "NaN spread": (FORWARD, FORWARD + "    x = x + 0 * x.sum()\n", "NaN passes through"),
    "NaN of a cotangent swallowed": (BACKWARD, BACKWARD + "    dy = None if dy is None else np.nan_to_num(dy)\n",
                                     "NaN passes through"),
    "other results with buffers": (FORWARD, FORWARD + "    x = x if work is None else x * (1 + 1e-12)\n",
                                   "kept buffers change nothing"),
    "a forgotten state": ("dh, dc = (np.zeros_like(states[0][n]) if dstate is None",
                          "dh, dc = (np.zeros_like(states[0][n]) if dstate is None or not len(x)",
                          "no steps: the state passes through"),
    "a mean": ("dz.sum(axis=0)", "dz.mean(axis=0) * 3", "no rows: zeros"),
    "half precision": (FORWARD, FORWARD + "    x = x if x.dtype == np.float64 else np.float32(np.float16(x))\n",
                       "float32 is close to float64"),
    "another start": ("return {name: np.zeros((B, n), params", "return {name: np.ones((B, n), params",
                      "init and initial_state"),
    "a start of its own": (FORWARD, FORWARD + "    if state is None:\n        state = {n: v + 1 for n, v in "
                           "initial_state(params, x.shape[1]).items()}\n",
                           "absent states and cotangents have their meaning"),
    "no cotangent is one": ("+ dy[t] if dy is not None else dh", "+ (dy[t] if dy is not None else 1.0)",
                            "absent states and cotangents have their meaning"),
    "reading behind strides": (FORWARD, FORWARD + "    x = x if x.flags.c_contiguous else x * 1.001\n",
                               "strided, reversed and Fortran-ordered arrays"),
    "another step": (STEP, STEP + "    x_t = x_t * (1 + 1e-9) if np.ndim(x_t) and not TRACED else x_t\n",
                     "step by step equals the whole sequence"),
    "packed otherwise": ('for gate in "ifgo"]) for name', 'for gate in "figo"]) for name', "pack and unpack"),
    "unpacked otherwise": ('enumerate("ifgo")', 'enumerate("figo")', "pack and unpack"),
    "a start of the wrong shape": ('{"W": (4 * n_h, n_x),', '{"W": (n_x, 4 * n_h),', "init and initial_state"),
    "a start that is not finite": ('"b": np.zeros(4 * n_h, dtype)', '"b": np.zeros(4 * n_h, dtype) / 0',
                                   "init and initial_state"),
    "a Jacobian": ("cc = sigmoid(zf)[..., None] * eye", "cc = 0.9 * sigmoid(zf)[..., None] * eye", "jacobian"),
    "a block short": ('("c", "h"): ch, ', "", "jacobian"),
}  # fmt: skip


def failures(*changes: tuple[str, str]) -> dict[str, str]:
    """The checks that did not pass, with their outcome."""
    checks = structural(Kernel(handwritten(*changes), RECORD, "given"), POINT, SINGLE)
    return {check.name: check.outcome for check in checks if check.outcome != "passed"}


def test_a_sound_kernel_passes_every_check() -> None:
    assert failures() == {}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", PLANTS)
def test_a_broken_promise_is_found(name: str) -> None:
    old, new, check = PLANTS[name]
    changes = [(old, new)]
    if "TRACED" in new:  # forward calls step itself; only a caller from outside sees the change
        call = "        y[t], state = step(params, x[t], state)\n"
        changes += [("CELL = ", "TRACED = []\nCELL = ")]
        changes += [(call, f"        TRACED.append(1)\n{call}        TRACED.pop()\n")]
    assert check in failures(*changes)


def test_a_missing_function_is_an_error_not_a_pass() -> None:
    assert failures(("def jacobian(", "def no_jacobian(")) == {"jacobian": "error"}
