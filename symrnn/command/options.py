"""The arguments and options that the commands share, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

JOBS_HELP = "Cells at once; if not given as many as there are processors."
CLASS_HELP = "linear, nonlinear, matrix-state, stabiliser, micro-steps; several with commas must all hold."
FORMATS_HELP = (
    "Formats of the derivation, of tex,md,html,txt. If not given: of a cell those that its folder has, all four if it "
    "has none; of the whole zoo tex,md."
)
FIX_HELP = 'Read a note with this correction that a warning of it proposes, e.g. "h_t\'"; may be given several times.'
SHAPE_HELP = "Batch, steps, size of the inputs, every other size; several with several --shape."
DTYPE_HELP = "float32 or float64; both if not given."
KERNEL_HELP = "Kernels to time: numpy, c; all that can be built if not given."
PLOT_HELP = "Write a picture: time and memory per step against n, B and T."

CellName = Annotated[str, typer.Argument(metavar="CELL", help="An id of the zoo, file.py:ClassName, or note.md#name.")]
CellNames = Annotated[list[str] | None, typer.Argument(metavar="CELL", help="The whole zoo if none is named.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Passes = Annotated[bool, typer.Option("--passes", help="Also what each pass of the NumPy backend does.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that symrnn did not write.")]
Accurate = Annotated[bool, typer.Option("--accurate", help="Derivatives that stay exact where gates saturate.")]
OutFolder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write to.")]
Jobs = Annotated[int | None, typer.Option(min=1, metavar="N", help=JOBS_HELP, show_default=False)]
Fix = Annotated[list[str] | None, typer.Option("--fix", metavar="NAME", help=FIX_HELP, show_default=False)]
NoteFile = Annotated[Path, typer.Argument(metavar="FILE", help="A note: .md, .tex, .ipynb or .txt.")]
OutFile = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")]
Kind = Annotated[str, typer.Option("--class", metavar="CLASS", help=CLASS_HELP)]
Formats = Annotated[str | None, typer.Option(metavar="LIST", help=FORMATS_HELP, show_default=False)]
Shapes = Annotated[list[str] | None, typer.Option("--shape", metavar="B,T,n_x,n", help=SHAPE_HELP, show_default=False)]
Dtypes = Annotated[list[str] | None, typer.Option("--dtype", metavar="DTYPE", help=DTYPE_HELP, show_default=False)]
Kernels = Annotated[list[str] | None, typer.Option("--backend", metavar="NAME", help=KERNEL_HELP, show_default=False)]
Picture = Annotated[Path | None, typer.Option("--plot", metavar="FILE", help=PLOT_HELP, show_default=False)]
