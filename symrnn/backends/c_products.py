"""Matrix products as calls of the runtime: one for each run of rows that lie side by side in values and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sympy

from symrnn.backends.c_operations import TICK, Outer
from symrnn.backends.c_places import Place, Places
from symrnn.backends.c_streams import pointer, rows_at
from symrnn.backends.c_text import extent, size
from symrnn.ir import Node
from symrnn.operations import Gathered, Stacked


@dataclass(frozen=True)
class Packed:
    """A matrix rearranged once per call: ``kind`` is ``t`` where the product is with its transpose, else ``n``."""

    kind: str
    matrix: Place
    rows: sympy.Expr
    columns: sympy.Expr


@dataclass(frozen=True)
class _Part:
    """One factor of a product: where the vector lies, where the matrix, and the shape of the matrix."""

    vector: Place
    matrix: Place
    rows: sympy.Expr
    columns: sympy.Expr


@dataclass
class Products:
    """Writes the products of one direction; ``single`` for one tick alone, where it does not pay to pack."""

    places: Places
    single: bool = False
    packed: dict[Packed, str] = field(default_factory=dict)
    scratch: list[str] = field(default_factory=list)

    def stacked(self, op: Stacked, stage: str) -> list[str]:
        """One operand times several matrices."""
        parts = self._parts(op.results, op.weights)
        operand = self.places.place(op.operand)
        lines = []
        for run in _runs(parts, joins=not op.transposed):
            rows, columns = _sum(p.rows for p in run), run[0].columns
            length, width = (rows, columns) if op.transposed else (columns, rows)
            lines.append(self._product(stage, (operand, run[0].matrix, run[0].vector), length, width, op.transposed, 0))
        return lines

    def gathered(self, op: Gathered, stage: str, target: Place, add: bool) -> list[str]:
        """A sum of products of several operands; ``add`` says that it is added to what is there."""
        parts = self._parts(op.operands, op.weights)
        lines = []
        for position, run in enumerate(_runs(parts, joins=op.transposed)):
            rows, columns = _sum(p.rows for p in run), run[0].columns
            length, width = (rows, columns) if op.transposed else (columns, rows)
            places = (run[0].vector, run[0].matrix, target)
            lines.append(self._product(stage, places, length, width, op.transposed, int(add or position > 0)))
        return lines

    def outer(self, op: Outer, targets: Sequence[Place], stage: str) -> list[str]:
        """Σ left rightᵀ over the rows of a stage, added to gradients."""
        width = extent(op.right.shape)
        parts = [
            _Part(self.places.place(v), target, v.shape[0], width) for v, target in zip(op.left, targets, strict=True)
        ]
        right, lines = self.places.place(op.right), []
        for run in _runs(sorted(parts, key=_order), joins=True):
            m, n, k = self._size(_sum(p.rows for p in run)), self._size(width), rows_at(stage)
            left = run[0].vector
            self.scratch.append(f"gemm_scratch({m}, {n}, {k})")
            operands = [text for p in (left, right) for text in (self._at(p, stage), self._size(p.stride))]
            call = [m, n, k, *operands, self._at(run[0].matrix, stage), n, "1", "v.scratch"]
            lines.append(f"gemm_tn({', '.join(call)});")
        return lines

    def _product(
        self, stage: str, places: tuple[Place, ...], length: sympy.Expr, width: sympy.Expr, plain: bool, add: int
    ) -> str:
        """target (+)= vector · matrix (``plain``) or vector · matrixᵀ, for all rows of a stage."""
        vector, matrix, target = places
        m, n, k = rows_at(stage), self._size(width), self._size(length)
        left = [self._at(vector, stage), self._size(vector.stride)]
        right = [self._at(target, stage), self._size(target.stride), str(add)]
        if self.single:
            self.scratch.append(f"gemm_scratch({m}, {n}, {k})")
            held = [self._at(matrix, stage), n if plain else k]
            return f"gemm_{'nn' if plain else 'nt'}({', '.join([m, n, k, *left, *held, *right, 'v.scratch'])});"
        key = Packed("n" if plain else "t", matrix, length if plain else width, width if plain else length)
        if key not in self.packed:
            stem = matrix.base.partition("->")[2] or matrix.base.partition(".")[2]
            self.packed[key] = self.places.buffer(
                f"{stem}_packed", f"packed_size({k}, {n})", sympy.Integer(1), f"{stem}{'' if plain else ' transposed'}"
            )
        return f"gemm_packed({', '.join([m, n, k, *left, self.packed[key], *right])});"

    def packing(self) -> list[str]:
        """The statements that rearrange matrices, once per call."""
        lines = []
        for key, buffer in self.packed.items():
            k, n = (key.rows, key.columns) if key.kind == "n" else (key.columns, key.rows)
            leading = self._size(key.columns)
            given = [self._size(k), self._size(n), pointer(key.matrix, TICK, self.places.names), leading, buffer]
            lines.append(f"pack_{key.kind}({', '.join(given)});")
        return lines

    def _parts(self, vectors: Sequence[Node], matrices: Sequence[Node]) -> list[_Part]:
        place = self.places.place
        parts = [_Part(place(v), place(m), m.shape[0], m.shape[1]) for v, m in zip(vectors, matrices, strict=True)]
        return sorted(parts, key=_order)

    def _size(self, expr: sympy.Expr) -> str:
        return size(expr, self.places.names)

    def _at(self, place: Place, stage: str) -> str:
        return pointer(place, stage, self.places.names)


def _order(part: _Part) -> tuple[str, int]:
    """Parts of one row in their order: an offset grows with every size in it."""
    offset = part.vector.offset
    return part.vector.base, int(offset.subs(dict.fromkeys(offset.free_symbols, 1000)))


def _runs(parts: Sequence[_Part], joins: bool) -> list[list[_Part]]:
    """Parts that lie one after the other in the row and in the parameter; each alone unless it ``joins``."""
    runs: list[list[_Part]] = []
    for part in parts:
        if joins and runs and _follows(runs[-1][-1], part):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _follows(a: _Part, b: _Part) -> bool:
    beside = b.vector == a.vector.moved(a.rows)
    return beside and a.columns == b.columns and b.matrix == a.matrix.moved(a.rows * a.columns)


def _sum(extents: Iterable[sympy.Expr]) -> sympy.Expr:
    return sympy.expand(sympy.Add(*extents))
