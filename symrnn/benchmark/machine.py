"""What a time was measured on: processor, threads, and the versions of everything that computes."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from symrnn.benchmark import jax_peer, torch_peer

# Read by BLAS and OpenMP when they are loaded, and by XLA: a process that has them already is too late to set them.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def facts(peers: bool = True) -> dict[str, str]:
    """The machine in words; with ``peers`` the versions of those that are installed."""
    found = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "threads": "1",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "symrnn": _version("symrnn"),
        "NumPy": np.__version__,
        "BLAS": blas(),
        "C compiler": compiler(),
    }
    if peers:
        found |= {"torch": torch_peer.version()} if torch_peer.installed() else {}
        found |= {"JAX": jax_peer.version()} if jax_peer.installed() else {}
    return found


def processor() -> str:
    """The name of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def blas() -> str:
    """The BLAS that NumPy was built with."""
    config = np.show_config(mode="dicts")
    found = config["Build Dependencies"]["blas"] if config else {}
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()


def compiler() -> str:
    """The first line that the C compiler says of itself, or none."""
    path = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if path is None:
        return "none"
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return said.splitlines()[0] if said else "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of a source tree"
