"""Emitted C under the address and undefined-behaviour sanitizers of the compiler, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from symrnn.zoo import zoo

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: emitted C cannot be run"),
]
CODE = """
import sys
import numpy as np
import symrnn
from c_agreement import CASES, Numbers, results
from symrnn.zoo import zoo
for name in sys.argv[1:]:
    kernel = symrnn.build(zoo[name], backend="c")
    for case in CASES:
        for dtype in (np.float64, np.float32):
            results(kernel, Numbers(zoo[name], *case, dtype).arguments(kernel))
"""


def sanitized(names: list[str], folder: Path, flags: str = "") -> subprocess.CompletedProcess[str]:
    """Run all cases of some cells; a report of a sanitizer ends the process."""
    found = subprocess.run(["cc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    library = found.stdout.strip()
    if not Path(library).is_absolute():
        pytest.skip("the compiler has no address sanitizer")
    settings = {
        "SYMRNN_CACHE": str(folder),
        "CFLAGS": f"-O1 -fsanitize=address,undefined -fno-sanitize-recover=all {flags}",
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
    }
    command = [sys.executable, "-c", CODE, *names]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", sorted(zoo))
def test_no_report_for_a_cell(name: str, tmp_path: Path) -> None:
    done = sanitized([name], tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_planted_overrun_is_reported(tmp_path: Path) -> None:
    done = sanitized(["elman"], tmp_path, f"-include {_plant(tmp_path)}")
    assert done.returncode != 0 and "AddressSanitizer" in done.stderr


def _plant(folder: Path) -> Path:
    """A header that reads past an array as the library is loaded."""
    path = folder / "plant.h"
    path.write_text(
        "#include <stdlib.h>\n__attribute__((constructor)) static void plant(void)\n"
        "{\n    volatile char *p = malloc(8);\n    volatile char c = p[8 + (p == 0)];\n    (void)c;\n}\n"
    )
    return path
