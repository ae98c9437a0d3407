"""The kinds of all names of some equations: what their letters suggest, and the fewest deviations that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symrnn.reading.kinds import (
    COLUMN,
    ELEMENTWISE,
    MATRIX,
    PRODUCTS,
    ROW,
    SCALAR,
    THIN,
    Kinds,
    Sides,
    default,
    key_of,
)
from symrnn.reading.traversal import walk
from symrnn.reading.tree import Binary, Call, Name, Negative, Transposed, Tree

MAX_ROUNDS = 24
ALTERNATIVES: dict[str, tuple[tuple[str, float], ...]] = {
    THIN: (),
    MATRIX: ((COLUMN, 1.0), (SCALAR, 1.6)),
    COLUMN: ((SCALAR, 1.0), (MATRIX, 1.3)),
    SCALAR: ((COLUMN, 0.6), (MATRIX, 1.8)),
    ROW: ((SCALAR, 1.0), (MATRIX, 1.3)),
}


def infer(
    sides: list[Sides], given: dict[str, str], states: Iterable[str], row: bool, convolves: bool = False
) -> Kinds:
    """The kinds of all names: defaults, and the fewest deviations from them that fit."""
    names = _free(sides, set(states))
    defaults = {key: given.get(key) or default(name, row) for key, name in names.items()}
    for key in _multiplied(sides, names):
        if defaults[key] == SCALAR and key not in given:
            defaults[key] = ROW if row else COLUMN
    guessed = dict([*_levels(sides, row), *(() if row else _biases(sides))])
    defaults |= {key: kind for key, kind in guessed.items() if key in names and key not in given}
    chosen = dict(defaults)
    best, cost = _tried(sides, chosen, row, convolves), 0.0
    for _ in range(MAX_ROUNDS):
        if not best.conflicts and best.penalty < 0.5:
            break
        found = min(_moves(sides, best, chosen, defaults, given, row), key=lambda move: move[0], default=None)
        if found is None or found[0] >= _total(best, cost) - 1e-9:
            break
        _, chosen, best, cost = found
    return best


Move = tuple[float, dict[str, str], Kinds, float]


def _moves(
    sides: list[Sides], best: Kinds, chosen: dict[str, str], defaults: dict[str, str], given: dict[str, str], row: bool
) -> Iterator[Move]:
    """Every change of one name that stands in a conflict, with what it would cost in all."""
    for key in _suspects(sides, best, chosen):
        if key in given:
            continue
        for kind, _ in ALTERNATIVES[defaults[key]]:
            wanted = ROW if row and kind == COLUMN else kind
            if wanted == chosen[key]:
                continue
            trial = {**chosen, key: wanted}
            cost = sum(_price(name, defaults[name], trial[name]) for name in trial)
            kinds = _tried(sides, trial, row, best.convolves)
            yield _total(kinds, cost), trial, kinds, cost
    for trial in _joint(sides, best, chosen, given):
        cost = sum(_price(name, defaults[name], trial[name]) for name in trial)
        kinds = _tried(sides, trial, row, best.convolves)
        yield _total(kinds, cost), trial, kinds, cost


def _joint(sides: list[Sides], best: Kinds, chosen: dict[str, str], given: dict[str, str]) -> Iterator[dict[str, str]]:
    """Choices in which everything that is added up to a factor of a matrix is a scalar, as the factor has to be, or in
    which no signal is a matrix."""
    capitals = [key for key, kind in chosen.items() if kind == MATRIX and key.endswith("@") and key not in given]
    if capitals and any({c.left[0], c.right[0]} == {COLUMN, MATRIX} for c in best.conflicts):
        yield {**chosen, **dict.fromkeys(capitals, COLUMN)}
    definitions = {item.key: item.right for item in sides}
    for conflict in best.conflicts:
        for (kind, tree), (other, _) in ((conflict.left, conflict.right), (conflict.right, conflict.left)):
            if kind in (COLUMN, ROW) and other == MATRIX:
                keys = {key for key in _added(tree, definitions) if chosen.get(key) == kind and key not in given}
                yield {**chosen, **dict.fromkeys(keys, SCALAR)}


def _added(tree: Tree, definitions: dict[str, Tree]) -> set[str]:
    """The names that a value is made of by sums and functions, followed through definitions."""
    found: set[str] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name) and key_of(node) not in found:
            found.add(key_of(node))
            stack += [definitions[key_of(node)]] if key_of(node) in definitions else []
        elif isinstance(node, Negative):
            stack.append(node.arg)
        elif isinstance(node, Call):
            stack += node.args
        elif isinstance(node, Binary) and node.op in ("+", "-"):
            stack += [node.left, node.right]
    return found


def _price(key: str, default_kind: str, kind: str) -> float:
    """What a deviation costs; of two that fit alike, that of a parameter is likelier than that of a signal."""
    if default_kind == kind:
        return 0.0
    column = COLUMN if kind == ROW else kind
    price = next((price for other, price in ALTERNATIVES[default_kind] if other == column), 1.0)
    # A capital that is added to vectors is one of them sooner than they are numbers.
    return price + 0.05 * (key.endswith("@") and (default_kind, column) != (MATRIX, COLUMN))


def _total(kinds: Kinds, cost: float) -> float:
    return 10 * len(kinds.conflicts) + kinds.penalty + cost


def _tried(sides: list[Sides], chosen: dict[str, str], row: bool, convolves: bool) -> Kinds:
    kinds = Kinds(chosen, row=row, convolves=convolves)
    for item in sides:
        kinds.define(item)
    return kinds


def _suspects(sides: list[Sides], kinds: Kinds, chosen: dict[str, str]) -> list[str]:
    """The free names of everything that stands in a conflict, followed through definitions."""
    definitions = {item.key: item.right for item in sides}
    found: dict[str, None] = {}
    stack = [tree for conflict in kinds.conflicts for _, tree in (conflict.left, conflict.right)]
    if not stack:
        stack = [item.right for item in sides]
    seen: set[str] = set()
    while stack and len(found) < 60:
        for node in walk(stack.pop()):
            if not isinstance(node, Name):
                continue
            key = key_of(node)
            if key in chosen:
                found[key] = None
            elif key in definitions and key not in seen:
                seen.add(key)
                stack.append(definitions[key])
    return list(found)


def _free(sides: list[Sides], states: set[str]) -> dict[str, Name]:
    """The names whose kind no definition gives: inputs, parameters, states."""
    defined = {item.key for item in sides} - {f"{state}@" for state in states}
    names: dict[str, Name] = {}
    for item in sides:
        for node in walk(item.right):
            if isinstance(node, Name) and key_of(node) not in defined:
                names.setdefault(key_of(node), node)
    for item in sides:
        if item.key not in defined:
            names.setdefault(item.key, item.left)
    return names


def _levels(sides: list[Sides], row: bool) -> Iterator[tuple[str, str]]:
    """Capital parameters that are levels and no weights, such as thresholds: a signal is compared with them or they are
    added to one. One that multiplies a signal as well is a number."""
    nodes = [node for item in sides for node in walk(item.right) if isinstance(node, Binary)]
    pairs = [(node.op, *pair) for node in nodes
             for pair in ((node.left, node.right), (node.right, node.left))]  # fmt: skip
    beside = [(op, level, signal) for op, level, signal in pairs
              if isinstance(level, Name) and level.time is None and isinstance(signal, Name)
              and signal.time is not None and default(level) == MATRIX]  # fmt: skip
    factors = {key_of(level) for op, level, _ in beside if op in PRODUCTS | ELEMENTWISE}
    for op, level, signal in beside:
        if op in ("+", "-") and key_of(level) in factors:
            yield key_of(level), SCALAR
        elif op in ("+", "-") and default(signal) == COLUMN:
            yield key_of(level), ROW if row else COLUMN


def _biases(sides: list[Sides]) -> Iterator[tuple[str, str]]:
    """Parameters that are added to inner products ``w^T x_t`` and to nothing else: numbers as they are."""
    for item in sides:
        for node in walk(item.right):
            terms = _terms(node)
            alone = [n for n in terms if isinstance(n, Name) and n.time is None and default(n) == COLUMN]
            if alone and len(terms) > len(alone) and all(n in alone or _is_inner(n) for n in terms):
                yield from ((key_of(n), SCALAR) for n in alone if n.name != "1")


def _terms(node: Tree) -> list[Tree]:
    """The terms of a sum."""
    if isinstance(node, Binary) and node.op in ("+", "-"):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _is_inner(node: Tree) -> bool:
    """Whether a value is ``w^T x`` of two small letters."""
    if not isinstance(node, Binary) or node.op not in PRODUCTS or not isinstance(node.left, Transposed):
        return False
    pair = (node.left.arg, node.right)
    return all(isinstance(n, Name) and default(n) == COLUMN for n in pair)


def _multiplied(sides: list[Sides], names: dict[str, Name]) -> Iterator[str]:
    """The names that stand directly beside an elementwise sign: no scalars."""
    for item in sides:
        for node in walk(item.right):
            if isinstance(node, Binary) and node.op in ("odot", "otimes"):
                for part in (node.left, node.right):
                    if isinstance(part, Name) and key_of(part) in names and part.name != "1j":
                        yield key_of(part)
            elif isinstance(node, Call) and node.function == "diag":
                yield from (key_of(arg) for arg in node.args if isinstance(arg, Name) and key_of(arg) in names)
