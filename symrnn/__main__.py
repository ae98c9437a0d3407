"""The command line: ``symrnn …``, the same as ``python -m symrnn …``.

Exit code 0: fine, 1: a check failed, 2: bad usage or input, 130: stopped by Ctrl-C. Results go to standard output,
everything else to standard error. A command imports the engine when it runs, so that ``--help`` does not wait for it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from symrnn.command import options
from symrnn.errors import SymrnnError, UsageError

if TYPE_CHECKING:
    from symrnn.command.summary import Report

FAILED, BAD_INPUT, STOPPED = 1, 2, 130

app = typer.Typer(
    name="symrnn",
    help="Equations of a recurrent cell in; derivation, kernel and certificate out.",
    epilog=(
        "CELL is an id of the zoo (see `symrnn list`), file.py:ClassName (such a file is imported, so it runs), or a "
        "note, .md or .tex, with #name where it holds several cells."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def top(show_version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Equations of a recurrent cell in; derivation, kernel and certificate out."""
    if show_version:
        print(f"symrnn {_version()}")
        raise typer.Exit


@app.command("list")
def list_zoo(
    word: Annotated[str, typer.Argument(metavar="WORD", help="Only cells that mention it.", show_default=False)] = "",
    kind: options.Kind = "",
    year: Annotated[str, typer.Option(metavar="YEARS", help="2014, 2014-2018, 2014- or -2014.")] = "",
    state: Annotated[str, typer.Option(metavar="KIND", help="matrix, vector, scalar or complex.")] = "",
    evidence: Annotated[str, typer.Option(metavar="HOW", help="numeric, source-read or recalled.")] = "",
    missing: Annotated[bool, typer.Option("--missing", help="Cells that the zoo leaves out, and why.")] = False,
    as_json: options.Json = False,
) -> None:
    """Print the zoo: year, class, states, number of parameters, evidence.

    A star marks a complex state. How sure the equations are: run against an existing implementation (numeric), read
    against one (source-read), or recalled from the paper.
    """
    from symrnn.command import listing

    if missing:
        _print(listing.missing() if as_json else listing.missing_text())
        return
    found = list(listing.rows(listing.filters(word, kind, year, state, evidence)))
    _print([row.facts() for row in found] if as_json else listing.table(found))


@app.command()
def show(cell: options.CellName, passes: options.Passes = False, as_json: options.Json = False) -> None:
    """Print a cell: equations, shapes, class, sparsity of its Jacobian, parameters, schedule and what a step costs."""
    from symrnn.command.describe import cell_facts, cell_text
    from symrnn.loading import find

    name, found = find(cell)
    _print(cell_facts(name, found, passes) if as_json else cell_text(found, passes))


@app.command()
def derive(
    cell: options.CellName,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="txt, md, tex or html.")] = "txt",
    lang: Annotated[str, typer.Option(metavar="LANG", help="Language of the prose.")] = "en",
    output: options.OutFile = None,
    accurate: options.Accurate = False,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print the derivation of backpropagation through time, every line with its rule."""
    import symrnn
    from symrnn.building import formats_from
    from symrnn.loading import find

    name, found = find(cell)
    if len(formats := formats_from(to)) != 1:
        raise UsageError(f"--to takes one format, not {to!r}; `symrnn build {cell}` writes all of them")
    (format,) = formats
    text = symrnn.derive(found, accurate=accurate).to(format, lang=lang)
    _deliver({"cell": name, "format": format, "lang": lang, "text": text}, text, output, force, as_json)


@app.command()
def emit(
    cell: options.CellName,
    backend: Annotated[str, typer.Option(metavar="NAME", help="What the kernel is written for.")] = "numpy",
    output: options.OutFile = None,
    accurate: options.Accurate = False,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Print the kernel: one NumPy module, or one C file; -o FOLDER writes what belongs to a C file, too."""
    import symrnn
    from symrnn.building import write
    from symrnn.loading import find

    name, found = find(cell)
    source, *others = symrnn.emit(found, backend=backend, accurate=accurate)
    facts = {"cell": name, "backend": backend, "path": source.path, "text": source.text}
    if output is not None and not others and output.suffix not in ("", Path(source.path).suffix):
        raise UsageError(f"{output} is no {Path(source.path).suffix} file, as the {backend} kernel is; see --backend")
    if output is not None and others:
        folder = output.parent if output.name == source.path else output
        paths = [str(path) for path in write(folder, [source, *others], force)]
        _print({**facts, "path": paths[0], "files": paths} if as_json else "\n".join(f"wrote {p}" for p in paths))
        return
    _deliver(facts, source.text, output, force, as_json)


@app.command("read")
def read_note(file: options.NoteFile, fix: options.Fix = None, as_json: options.Json = False) -> None:
    """Print what a note holds: cells, claims with their verdicts, and everything to be said, with carets in place."""
    from symrnn.command.notes import read_report

    _conclude(read_report(file, tuple(fix or ())), as_json)


@app.command("check")
def check_note(
    file: options.NoteFile,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="txt, or html: the note itself, annotated.")] = "txt",
    output: options.OutFile = None,
    fix: options.Fix = None,
    force: options.Force = False,
    as_json: options.Json = False,
) -> None:
    """Judge what a note claims: each claim with its verdict and the evidence; exit code 1 if something is wrong."""
    from symrnn.command.notes import annotated, check_report

    fixes = tuple(fix or ())
    report = check_report(file, fixes)
    if to == "html":
        page = annotated(file, fixes)
        _deliver({"file": str(file), "format": "html", "text": page}, page, output, force, as_json)
        _fail(report)
    elif to == "txt":
        _conclude(report, as_json)
    else:
        raise UsageError(f"--to takes txt or html, not {to!r}")


@app.command()
def verify(
    cells: options.CellNames = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Seed of the cases; fresh if not given.")] = None,
    jobs: options.Jobs = None,
    fix: options.Fix = None,
    as_json: options.Json = False,
) -> None:
    """Check derivation and kernel against independent evidence; exit code 1 unless everything holds.

    Of up to three cells the certificates are printed; of more a line for each, and the certificates that are not good.
    """
    from symrnn.command.making import verify_cells
    from symrnn.loading import find_texts

    with _stopping("nothing was written"):
        _conclude(verify_cells(find_texts(cells, fix or ()), seed, jobs, tuple(fix or ())), as_json)


@app.command()
def build(
    cells: options.CellNames = None,
    output: options.OutFolder = Path("generated"),
    check: Annotated[bool, typer.Option("--check", help="Compare with what is there instead of writing.")] = False,
    formats: options.Formats = None,
    force: options.Force = False,
    jobs: options.Jobs = None,
    fix: options.Fix = None,
    as_json: options.Json = False,
) -> None:
    """Write everything for a cell to DIR/CELL: kernel, derivation, schedule, certificate.

    Each cell is written when it is done, all its files or none. One that fails does not stop the others; it is named at
    the end, and the exit code is 1.
    """
    from symrnn.command.making import Order, build_cells, check_cells
    from symrnn.command.notes import complaints
    from symrnn.loading import find_texts

    for complaint in complaints(cells or (), fix or ()):
        print(complaint, file=sys.stderr)
    order = Order(find_texts(cells, fix or ()), output, formats, whole=not cells, jobs=jobs, fix=tuple(fix or ()))
    with _stopping("nothing was written" if check else "what is written is complete"):
        _conclude(check_cells(order) if check else build_cells(order, force), as_json)


@app.command()
def bench(
    cells: Annotated[list[str], typer.Argument(metavar="CELL...", help="Ids of the zoo or file.py:ClassName.")],
    shape: options.Shapes = None,
    dtype: options.Dtypes = None,
    backend: options.Kernels = None,
    repeats: Annotated[int, typer.Option(min=7, help="Runs of each; the figure is their median.")] = 15,
    peers: Annotated[bool, typer.Option(help="Also time torch and JAX where they are installed.")] = True,
    plot: options.Picture = None,
    as_json: options.Json = False,
) -> None:
    """Time the kernels of a cell against what a user would run instead, as ratios to its matrix products.

    One thread, medians of interleaved runs of a training step: forward and the full backward. Nothing is timed before
    its gradients agree with those of the cell written the naive way.
    """
    from symrnn.command import timing

    some = {"shapes": shape, "dtypes": dtype, "backends": backend}
    given: dict[str, Any] = {name: tuple(texts) for name, texts in some.items() if texts}
    order = timing.Order(tuple(cells), repeats=repeats, peers=peers, plot=plot, as_json=as_json, **given)
    order.check()
    if not timing.pinned():
        raise typer.Exit(timing.run_pinned(order.arguments()))
    report = timing.bench(order)
    _print(report.data if as_json else report.text)


def _version() -> str:
    try:
        return version("symrnn")
    except PackageNotFoundError:
        return "of a source tree that is not installed"


def _print(result: Any) -> None:
    print(result if isinstance(result, str) else json.dumps(result, indent=2, ensure_ascii=False), flush=True)


def _conclude(report: Report, as_json: bool) -> None:
    """Print a report; what went wrong is named once more at the end, and is exit code 1."""
    _print(report.data if as_json else report.text)
    _fail(report)


def _fail(report: Report) -> None:
    """Exit code 1 if something went wrong, which is named."""
    if report.failed:
        print(f"symrnn: {report.complaint()}", file=sys.stderr)
        raise typer.Exit(FAILED)


@contextmanager
def _stopping(left: str) -> Iterator[None]:
    """Ctrl-C ends the command in one line."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"symrnn: stopped; {left}", file=sys.stderr)
        raise typer.Exit(STOPPED) from None


def _deliver(facts: dict[str, str], text: str, output: Path | None, force: bool, as_json: bool) -> None:
    """Print a text, or write it to a file and say so."""
    if output is None:
        _print(facts if as_json else text.removesuffix("\n"))
        return
    from symrnn.building import write
    from symrnn.emission import Source

    (path,) = write(output.parent, [Source(output.name, text)], force)
    _print({**facts, "path": str(path)} if as_json else f"wrote {output}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors that symrnn raises become a message on standard error and exit code 2."""
    try:
        app(args=arguments, prog_name="symrnn")
    except SymrnnError as error:
        print(f"symrnn: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except BrokenPipeError:
        # Whoever read standard output has had enough (`symrnn list | head`); Python would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
