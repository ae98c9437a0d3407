"""A cell: a class whose body is recorded and whose value is one frozen record.

It is a class, not an instance, so that type checkers accept ``derive(LSTM)`` and ``LSTM.equations``. Its names are the
record's; the class itself holds nothing of the body.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NoReturn, cast

from sympy import Eq, Symbol

from symrnn.cell_declarations import declared_rows, stacking_hints
from symrnn.cell_latex import record_latex
from symrnn.cell_text import paragraph, record_text
from symrnn.closing import close
from symrnn.declarations import Bias as Bias
from symrnn.declarations import Constant as Constant
from symrnn.declarations import Input as Input
from symrnn.declarations import Matrix as Matrix
from symrnn.declarations import Output as Output
from symrnn.declarations import Scalar as Scalar
from symrnn.declarations import Scale as Scale
from symrnn.declarations import Size as Size
from symrnn.declarations import State as State
from symrnn.declarations import Vector as Vector
from symrnn.declarations import Weight as Weight
from symrnn.declarations import number
from symrnn.errors import CellError
from symrnn.record import Array, Declaration, Equation, Record
from symrnn.recorder import Body
from symrnn.sympy_entries import scalar_equations
from symrnn.sympy_view import matrix_equations

ZOO = "symrnn.zoo"


class CellType(type):
    """The type of cells: records a class body, and reads the record."""

    _record: Record | None

    @classmethod
    def __prepare__(mcls, name: str, bases: tuple[type, ...], /, **keywords: Any) -> Any:
        """The recorder, in which the body runs; ``Cell`` itself has an ordinary one."""
        if keywords:
            raise CellError(f"{name}: a cell takes no keywords; write a function that returns the class")
        if any(getattr(base, "_record", None) is not None for base in bases):
            raise CellError(f"{name}: a cell cannot be extended; write a function that returns the class")
        return Body(name) if bases else {}

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> CellType:
        """Close the recording; of the body only its record, docstring and place stay."""
        if bases and not isinstance(namespace, Body):
            raise CellError(f"{name}: a cell is written as the body of a class")
        if not isinstance(namespace, Body):
            return super().__new__(mcls, name, bases, {**namespace, "_record": None})
        published = _zoo_id(namespace.get("__module__", ""))
        record = close(namespace, name, namespace.get("__doc__"), published or identifier(name))
        record = replace(record, source=published)
        kept = {key: namespace[key] for key in _KEPT if key in namespace}
        return super().__new__(mcls, name, bases, {**kept, "_record": record, "__slots__": ()})

    def __call__(cls, *args: object, **keywords: object) -> NoReturn:
        raise CellError(f"{cls.__name__} is a cell, which has no instances; pass it to derive, emit, build or verify")

    def __setattr__(cls, name: str, value: object) -> NoReturn:
        raise CellError(f"{cls.__name__}.{name} cannot be set; a cell does not change")

    def __delattr__(cls, name: str) -> NoReturn:
        raise CellError(f"{cls.__name__}.{name} cannot be deleted; a cell does not change")

    def __eq__(cls, other: object) -> bool:
        if isinstance(other, CellType) and cls._record is not None:
            return cls._record == other._record
        return cls is other

    def __hash__(cls) -> int:
        return type.__hash__(cls) if cls._record is None else hash(cls._record)

    def __str__(cls) -> str:
        return type.__repr__(cls) if cls._record is None else record_text(cls._record)

    __repr__ = __str__

    def _repr_latex_(cls) -> str:
        return f"$$\n{cls.latex()}\n$$"

    @property
    def record(cls) -> Record:
        """Everything the cell says, as one frozen value."""
        if cls._record is None:
            raise CellError("Cell is the class to derive cells from; it has no equations of its own")
        return cls._record

    @property
    def name(cls) -> str:
        """The name of the class."""
        return cls.record.name

    @property
    def id(cls) -> str:
        """The id in the zoo, elsewhere the name in small letters."""
        return cls.record.id

    @property
    def inputs(cls) -> tuple[Declaration, ...]:
        """The signals from outside."""
        return cls.record.inputs

    @property
    def states(cls) -> tuple[Declaration, ...]:
        """The signals that are carried from step to step."""
        return cls.record.states

    @property
    def outputs(cls) -> tuple[str, ...]:
        """The names that are returned."""
        return cls.record.outputs

    @property
    def params(cls) -> tuple[Declaration, ...]:
        """The parameters, block by block, in order of first use."""
        return cls.record.params

    @property
    def constants(cls) -> tuple[tuple[str, float], ...]:
        """The named numbers with their values."""
        return cls.record.constants

    @property
    def sizes(cls) -> tuple[Symbol, ...]:
        """The symbolic lengths: n_x and n_h first, then as declared."""
        return cls.record.sizes

    @property
    def equations(cls) -> tuple[Equation, ...]:
        """The equations of one step in the author's order."""
        return cls.record.equations

    @property
    def arrays(cls) -> tuple[Array, ...]:
        """The parameters as they are stacked."""
        return cls.record.arrays

    @property
    def reference(cls) -> str:
        """Where the cell was published, from its docstring; empty if it does not say."""
        return _reference(cls.record.doc)

    @property
    def evidence(cls) -> str:
        """How sure the equations are, from the docstring's line ``Evidence:``; empty if it does not say."""
        return paragraph(cls.record.doc, "Evidence")

    @property
    def year(cls) -> int | None:
        """When the cell was published, from the docstring's line ``Year:``; None if it does not say."""
        year = paragraph(cls.record.doc, "Year")
        return int(year) if year.isdigit() else None

    def latex(cls) -> str:
        """The equations in LaTeX, one line each, aligned at the sign of equality.

        What they leave open (the value of a constant, a size of its own) is declared in rows below them, so that
        ``read`` makes the same cell of the text.
        """
        record = cls.record
        return "\n".join([*stacking_hints(record), record_latex(record, declared_rows(record))])

    def sympy(cls, **sizes: int) -> tuple[Eq, ...]:
        """The equations in SymPy: as matrix expressions of symbolic size, or at given sizes as matrices of scalars."""
        return scalar_equations(cls.record, sizes) if sizes else matrix_equations(cls.record)

    def with_constants(cls, **values: float) -> type[Cell]:
        """The same cell with other values of its constants; integer ones shaped the equations and stay."""
        constants = dict(cls.record.constants)
        for name, value in values.items():
            if name not in constants:
                raise CellError(f"{cls.name} has no constant {name}; it has {', '.join(constants) or 'none'}")
            if isinstance(constants[name], int):
                raise CellError(f"{cls.name}: {name} is an integer constant; it shaped the equations and stays")
            constants[name] = number(value, f"constant {name}")
        return cell_of(replace(cls.record, constants=tuple(constants.items())), cls.__module__)


class Cell(metaclass=CellType):
    """A recurrent cell, written as a class: declarations first, then the equations of one step."""

    __slots__ = ()


_KEPT = ("__module__", "__qualname__", "__doc__", "__classcell__", "__firstlineno__")


def cell_of(record: Record, module: str = __name__) -> type[Cell]:
    """The cell that holds a given record."""
    place = {"__module__": module, "__qualname__": record.name, "__doc__": record.doc}
    made = type.__new__(CellType, record.name, (Cell,), {**place, "_record": record, "__slots__": ()})
    return cast("type[Cell]", made)


def _zoo_id(module: str) -> str:
    """The id of a cell of the zoo, which is known by its file; empty for any other."""
    package, _, stem = module.rpartition(".")
    return stem if package == ZOO else ""


def identifier(name: str) -> str:
    """A class name in small letters, with everything replaced that a file name should not hold."""
    return re.sub(r"[^a-z0-9_]", "_", name.lower())


def _reference(doc: str) -> str:
    first = doc.partition("\n")[0].strip().rstrip(".")
    match = re.search(r"\(([^()]*)\)$", first)
    return paragraph(doc, "Reference") or (match[1] if match else "")
