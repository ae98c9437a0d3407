"""What a cell's printed equations leave open, as comments in LaTeX, so that they read back to the same cell.

Equations show neither the value of a constant nor that a gate is a scalar or that a size is another one than n_h. Only
what a reader would not take for granted is said.
"""

from __future__ import annotations

from symrnn.record import Declaration, Record, Shape
from symrnn.tree import Ref, walk
from symrnn.unify import HIDDEN, ONE, shape_text, size_symbol

MARK = "% symrnn: "
FIRST = ("h", "y", "H", "s")
LOWER_GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    }
)  # fmt: skip


def hints(record: Record) -> list[str]:
    """The comments, one a line; none for a cell whose equations say everything."""
    found = [f"constant {name} = {value!r}" for name, value in record.constants]
    found += [f"size {size}" for size in record.sizes if str(size) not in ("n_x", "n_h")]
    shaped = _unusual(record)
    if shaped or len(record.inputs) > 1:
        found += [_declared(item) for item in record.inputs]
    if shaped or not _usual_states(record):
        found += [_declared(item) for item in record.states]
    found += [f"output {name}" for name in record.outputs if record.outputs != _usual_outputs(record)]
    family = _families(record)
    for item in record.params:
        if shaped or family[item.name] or _rank(item) != _usual_rank(item.name) or _options(item):
            found.append(_declared(item) + family[item.name])
    return [MARK + line for line in found]


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
    return names == [item.name for item in record.states] and not any(_options(item) for item in record.states)


def _usual_outputs(record: Record) -> tuple[str, ...]:
    """What is returned if nothing is said: values that nothing reads, or else the first state."""
    read = {node.name for equation in record.equations for node in walk(equation.tree) if isinstance(node, Ref)}
    states = [item.name for item in record.states]
    unread = [e.name for e in record.equations if e.name not in read and e.name not in states and not e.static]
    return tuple(unread) or tuple(states[:1])


def _declared(item: Declaration) -> str:
    """A declaration in one line: role, name, shape, and what is not usual about it."""
    shape: Shape = item.shape if item.copies is None else item.shape[1:]
    return " ".join([item.role, item.name, shape_text(shape), *_options(item)])


def _options(item: Declaration) -> list[str]:
    found = [] if item.domain == "real" else [f"domain={item.domain}"]
    found += [f"start={item.start!r}"] if item.start else []
    found += ["complex"] if item.complex else []
    found += ["fixed"] if item.fixed else []
    return found + ([f"copies={item.copies}"] if item.copies is not None else [])


def _rank(item: Declaration) -> int:
    return len(item.shape) - (item.copies is not None)


def _usual_rank(name: str) -> int:
    """The rank that the letters of a name suggest."""
    base = name.split("_")[0]
    if base in LOWER_GREEK or name in ("dt", "Delta_t"):
        return 0
    return 2 if base[:1].isupper() and (len(base) == 1 or base.lower() in LOWER_GREEK) else 1


def _families(record: Record) -> dict[str, str]:
    """What to say of the family of each parameter: nothing where it is the first part of the name."""
    taken = {item.name for item in (*record.inputs, *record.states, *record.params)}
    taken |= {equation.name for equation in record.equations}
    found = {}
    for item in record.params:
        head, _, block = item.name.partition("_")
        usual = head if head and block and item.shape and head not in taken else None
        found[item.name] = "" if item.family == usual else f" family={item.family or '-'}"
    return found
