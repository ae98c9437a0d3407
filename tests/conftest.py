"""What holds for every test: small matrices on one thread, and hypothesis without a stopwatch."""

from __future__ import annotations

import os

# Read when numpy loads its BLAS. Sizes here are tiny: a second thread only waits, and would disturb other tests.
for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from hypothesis import settings  # noqa: E402  numpy must not be imported before the lines above

settings.register_profile("symrnn", deadline=None, print_blob=True)
settings.load_profile("symrnn")
