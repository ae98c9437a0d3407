r"""What a cell's printed equations leave open, declared in rows below them, so that they read back to the same cell.

Equations show neither the value of a constant nor that a gate is a scalar or that a size is another one than n_h. Only
what a reader would not take for granted is declared, as a paper does it: a word for what it is, names, and the set that
they lie in, as in ``\text{matrix}\quad M_{h} &\in \{0, 1\}^{n_{h} \times n_{h}}``. A scalar, vector or matrix is a
parameter of its own; a weight, bias or scale is one of a family that is stacked into one array.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symrnn.cell_latex import name_latex, size_latex
from symrnn.record import Declaration, Equation, Record, Shape
from symrnn.tree import Ref, walk
from symrnn.unify import HIDDEN, ONE, size_symbol

FIRST = ("h", "y", "H", "s")
LOWER_GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    }
)  # fmt: skip
GATES = frozenset({"r", "z", "f", "i", "o", "g"})  # letters that texts give no time index, as a habit
PLURALS = {"matrix": "matrices", "bias": "biases"}
ALONE = ("scalar", "vector", "matrix")
SETS = {"real": r"\mathbb{R}", "positive": r"\mathbb{R}_{>0}", "unit": "(0, 1)", "mask": r"\{0, 1\}",
        "time": r"\mathbb{N}"}  # fmt: skip


def declared_rows(record: Record) -> list[str]:
    """The rows in LaTeX, with a sign of alignment; none for a cell whose equations say everything."""
    shaped, families = _unusual(record), _families(record)
    own = [name_latex(str(size), None) for size in record.sizes if str(size) not in ("n_x", "n_h")]
    rows = list(_rows("size", ((name, SETS["time"]) for name in own)))
    if shaped or len(record.inputs) > 1:
        rows += _listed(record.inputs)
    if shaped or not _usual_states(record):
        rows += _listed(record.states)
    if record.outputs != _usual_outputs(record):
        rows += _rows("output", ((f"{name_latex(name, 't')}", _set(_value(record, name))) for name in record.outputs))
    params = [item for item in record.params if shaped or _said(item, families)]
    for word in dict.fromkeys(map(_word, params)):
        rows += _grouped(word, [item for item in params if _word(item) == word])
    for name, value in record.constants:
        rows.append(rf"\text{{constant}}\quad {name_latex(name, None)} &= {_number(value)}")
    return rows


def stacking_hints(record: Record) -> list[str]:
    """Comments on parameters that are stacked under another name than the first part of their own."""
    return [f"% symrnn: parameter {item.name} family={item.family}"
            for item in record.params if item.family is not None and _family_of(item) != item.family]  # fmt: skip


def _said(item: Declaration, families: set[str]) -> bool:
    """Whether a parameter has to be declared although all sizes are usual."""
    return item.name in families | GATES or _rank(item) != _usual_rank(item.name) or _special(item)


def _unusual(record: Record) -> bool:
    """Whether a size is another one than what lengths become by themselves."""
    named = {size_symbol("n_x"), HIDDEN}
    for item in (*record.inputs, *record.states, *record.params):
        shape = item.shape if item.copies is None else item.shape[1:]
        if any(size.free_symbols - named or size == ONE for size in shape) or item.copies is not None:
            return True
    usual = [item.shape == (size_symbol(f"n_{item.name}"),) for item in record.inputs]
    return not all(usual) or any(len(item.shape) != 1 for item in record.states)


def _usual_states(record: Record) -> bool:
    """Whether the states come in the order that equations suggest, and start from zero."""
    order = list(dict.fromkeys(equation.name for equation in record.equations))
    names = [item.name for item in sorted(record.states, key=lambda item: order.index(item.name))]
    first = next((name for name in FIRST if name in names), names[-1] if names else "")
    names.sort(key=lambda name: name != first)
    special = any(_special(item) or item.start for item in record.states)
    return names == [item.name for item in record.states] and not special


def _usual_outputs(record: Record) -> tuple[str, ...]:
    """What is returned if nothing is said: values that nothing reads, or else the first state."""
    read = {node.name for equation in record.equations for node in walk(equation.tree) if isinstance(node, Ref)}
    states = [item.name for item in record.states]
    unread = [e.name for e in record.equations if e.name not in read and e.name not in states and not e.static]
    return tuple(unread) or tuple(states[:1])


def _special(item: Declaration) -> bool:
    """Whether a declaration takes an option."""
    return item.domain != "real" or item.complex or item.fixed or item.copies is not None


def _listed(items: Iterable[Declaration]) -> Iterator[str]:
    """Inputs or states in their order, and below a state what it starts from where that is not zero."""
    for item in items:
        yield from _rows(item.role, [(name_latex(item.name, "t"), _set(item))])
        if item.start:
            yield f"{name_latex(item.name, '0')} &= {_number(item.start)}"


def _grouped(word: str, params: list[Declaration]) -> Iterator[str]:
    """Parameters of one word, those of one set in one row."""
    return _rows(word, ((name_latex(item.name, None), _set(item)) for item in params))


def _rows(word: str, named: Iterable[tuple[str, str]]) -> Iterator[str]:
    sets: dict[str, list[str]] = {}
    for name, space in named:
        sets.setdefault(space, []).append(name)
    for space, names in sets.items():
        head, _, last = word.rpartition(" ")
        many = PLURALS.get(last, f"{last}s") if len(names) > 1 else last
        yield rf"\text{{{f'{head} {many}'.strip()}}}\quad {', '.join(names)} &\in {space}"


def _word(item: Declaration) -> str:
    """What a parameter is: of a family, or a scalar, vector or matrix of its own; *fixed* where it is not trained."""
    of_family = item.kind if item.kind in ("weight", "bias", "scale") else ("scale", "bias", "weight")[_rank(item)]
    word = ALONE[_rank(item)] if item.family is None else of_family
    return f"fixed {word}" if item.fixed else word


def _value(record: Record, name: str) -> Declaration | Equation:
    values: tuple[Declaration | Equation, ...] = (*record.states, *record.equations)
    return next(item for item in values if item.name == name)


def _set(item: Declaration | Equation) -> str:
    """The set that a value lies in; a signal of one number is a number."""
    shape: Shape = item.shape
    signal = isinstance(item, Equation) or item.role != "parameter"
    if isinstance(item, Equation):
        base, copies = SETS["real"], None
    else:
        base, copies = SETS[item.domain], item.copies
        shape = shape if copies is None else shape[1:]
    base = r"\mathbb{C}" if item.complex else base
    lengths = "" if signal and shape == (ONE,) else r" \times ".join(map(size_latex, shape))
    text = f"{base}^{{{lengths}}}" if lengths else base
    return text if copies is None else rf"\left({text}\right)^{{{copies}}}"


def _number(value: float) -> str:
    """A number as Python prints it, so that it is the same one when it is read."""
    mantissa, _, exponent = repr(value).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _rank(item: Declaration) -> int:
    return len(item.shape) - (item.copies is not None)


def _usual_rank(name: str) -> int:
    """The rank that the letters of a name suggest."""
    base = name.split("_")[0]
    if base in LOWER_GREEK or name in ("dt", "Delta_t"):
        return 0
    return 2 if base[:1].isupper() and (len(base) == 1 or base.lower() in LOWER_GREEK) else 1


def _family_of(item: Declaration) -> str | None:
    """The family that the name of a parameter suggests."""
    head, _, block = item.name.partition("_")
    return head if head and block and item.shape else None


def _families(record: Record) -> set[str]:
    """The parameters that are of another family, or of none, than their names suggest."""
    taken = {item.name for item in (*record.inputs, *record.states, *record.params)}
    taken |= {equation.name for equation in record.equations}
    suggested = {item.name: _family_of(item) for item in record.params}
    usual = {name: None if family in taken else family for name, family in suggested.items()}
    return {item.name for item in record.params if item.family != usual[item.name]}
