"""The part of an emitted C file that no cell changes: vectors, elementwise functions, packing and matrix products.

Its text stands in the ``.c`` files of this folder, written once in ``real``; an emitted file includes itself twice,
once with ``real`` = float and once with double. A suffix tells the names apart, ``gemm_nn_f32`` and ``gemm_nn_f64``.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent
TYPED = (
    "vector",
    "elementwise_exact",
    "elementwise_lanes",
    "elementwise_exp",
    "elementwise_gates",
    "pack",
    "tile",
    "gemm_packed",
    "gemm_blas",
    "gemm",
    "row_sums",
)
_DEFINED = re.compile(
    r"^(?:static|STATIC) [^;{=]*?\b(\w+)\(|^LANE_BY_LANE(?:_2)?\((\w+)|^typedef \S+ (\w+)", re.MULTILINE
)
_MACRO = re.compile(r"^ *#define (\w+)", re.MULTILINE)


def assembled(name: str, body: str, includes: str = "") -> str:
    """The whole text of ``name``.c: the runtime and then ``body``, each once for float and once for double.

    ``body`` is written in ``real`` and spells its own symbols ``TYPED(symbol)``; ``includes`` stands before all of it.
    """
    typed = "\n".join(_text(part) for part in TYPED)
    names = "\n".join(f"#define {found} TYPED({found})" for found in _names(typed))
    undo = "\n".join(f"#undef {macro}" for macro in _macros(typed + body))
    return f"""\
#ifndef REAL_NAME

{_text("prelude")}
{names}

{includes}
/* The rest of this file is read twice, in single and in double precision. */
#ifndef SYMRNN_FILE
#define SYMRNN_FILE "{name}.c"
#endif
#define real float
#define REAL_NAME f32
#define REAL_IS_DOUBLE 0
#include SYMRNN_FILE
#undef real
#undef REAL_NAME
#undef REAL_IS_DOUBLE
#define real double
#define REAL_NAME f64
#define REAL_IS_DOUBLE 1
#include SYMRNN_FILE

#else /* once for each precision */

{typed}
{body}
{undo}

#endif
"""


def reserved() -> frozenset[str]:
    """Every name that the runtime defines: functions, types and macros. Nothing in a body may be called so."""
    once, typed = _text("prelude"), "\n".join(_text(part) for part in TYPED)
    return frozenset({*_names(typed), *_macros(once + typed), "real", "REAL_NAME", "REAL_IS_DOUBLE", "SYMRNN_FILE"})


def _text(part: str) -> str:
    return (FOLDER / f"{part}.c").read_text(encoding="utf-8")


def _names(text: str) -> list[str]:
    """The functions and types that a text defines, in order."""
    return list(dict.fromkeys(next(filter(None, match.groups())) for match in _DEFINED.finditer(text)))


def _macros(text: str) -> list[str]:
    """The macros that a text defines, in order."""
    return list(dict.fromkeys(_MACRO.findall(text)))
