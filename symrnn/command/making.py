"""What ``symrnn build`` and ``symrnn verify`` do: cell by cell, in as many processes as are asked for."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import symrnn
from symrnn.building import Difference, compare, formats_for, plan, strangers, write
from symrnn.command.pool import Outcome, Work, outcomes
from symrnn.command.progress import Note
from symrnn.command.summary import (
    Facts,
    Report,
    built_facts,
    built_text,
    count,
    differences_text,
    failures,
    verified_facts,
    verified_text,
)
from symrnn.emission import Source
from symrnn.loading import find

Cells = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Made:
    """What a process hands back for one cell: facts, and the files; once compared, how they differ."""

    facts: Facts
    sources: tuple[Source, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Order:
    """What is to be built: which cells, where, which formats if any were named, and whether it is the whole zoo."""

    cells: Cells
    folder: Path
    formats: str | None
    whole: bool
    jobs: int | None = None
    fix: tuple[str, ...] = ()

    def work(self) -> Work[Made]:
        """What a process does for one cell; a format that does not exist is found out here, before any work."""
        chosen = {text: formats_for(self.folder, id, self.formats, self.whole) for id, text in self.cells}
        return partial(_planned, formats=chosen, fix=self.fix)

    def command(self) -> str:
        """The command that writes the files."""
        named = [] if self.whole else [text for _, text in self.cells]
        chosen = [] if self.formats is None else ["--formats", self.formats]
        fixed = [part for name in self.fix for part in ("--fix", name)]
        return shlex.join(["symrnn", "build", *named, *fixed, *chosen, "-o", str(self.folder)])


def verify_cells(cells: Cells, seed: int | None, jobs: int | None, fix: tuple[str, ...] = ()) -> Report:
    """Check every cell."""
    found = list(outcomes(cells, partial(_verified, seed=seed, fix=fix), "verify", jobs))
    data = {o.id: o.value["parts"] if o.value else {"error": o.error} for o in found}
    return Report(verified_text(found), data, failures(found))


def build_cells(order: Order, force: bool) -> Report:
    """Write every cell as soon as it is done, all its files or none."""

    def written(made: Made) -> Made:
        paths = write(order.folder, made.sources, force)
        return Made(made.facts | {"files": [str(path) for path in paths]})

    found = _facts(outcomes(order.cells, order.work(), "build", order.jobs, written))
    data = [o.value if o.value else {"cell": o.id, "error": o.error} for o in found]
    return Report(built_text(found, order.folder), data, failures(found))


def check_cells(order: Order) -> Report:
    """Compare what would be built with what is there; the certificate of every cell has to be a good one, too."""

    def compared(made: Made) -> Made:
        return Made(made.facts, (), compare(order.folder, made.sources))

    made = list(outcomes(order.cells, order.work(), "check", order.jobs, compared))
    differences = [d for o in made if o.value for d in o.value.differences]
    differences += strangers(order.folder, [id for id, _ in order.cells]) if order.whole else []
    failed = failures(_facts(made))
    lines = [differences_text(differences, order.command())] if differences else []
    if not differences and all(o.value for o in made):
        lines = [f"{order.folder}: all files are as built ({count(len(made), 'cell')})"]
    lines += [f"{id}: {reason}" for id, reason in failed.items()]
    wrong = {count(len(differences), "file"): "not as built"} if differences else {}
    return Report("\n".join(lines), [asdict(d) for d in differences], failed | wrong)


def _facts(found: Iterable[Outcome[Made]]) -> list[Outcome[Facts]]:
    return [Outcome(o.id, o.value.facts if o.value else None, o.error) for o in found]


def _verified(text: str, note: Note, seed: int | None, fix: tuple[str, ...] = ()) -> Facts:
    """The certificate of one cell as plain data."""
    _, cell = find(text, fix)
    return verified_facts(symrnn.verify(cell, seed=seed, progress=note))


def _planned(text: str, note: Note, formats: dict[str, tuple[str, ...]], fix: tuple[str, ...] = ()) -> Made:
    """Everything about one cell, before it is written."""
    id, cell = find(text, fix)
    built = plan(id, cell, formats[text], note)
    return Made(built_facts(built), built.sources)
