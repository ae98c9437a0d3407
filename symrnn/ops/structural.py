"""Functions of whole values that a cell may use: a closed list, each recorded as a node of its own.

They differ from the elementwise functions in that an entry of the result depends on more than one entry of the
operands, or on none. Shapes are inferred where the call is recorded. A matrix needs ``axis=0`` (down a column) or
``axis=1`` (along a row); a small ``eps`` is added under the root.
"""

from __future__ import annotations

import operator
from typing import Any, Protocol, TypeVar

from symrnn.errors import CellError

NAMES = (
    "softmax", "cumsum", "logsumexp", "normalize", "layer_norm", "rms_norm", "concat", "split", "reshape", "ones",
    "eye", "diag", "solve", "expm", "real", "imag",
)  # fmt: skip


class Operand(Protocol):
    """What these functions can be applied to in a cell: anything that knows how to record the call."""

    def compose(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any: ...


V = TypeVar("V", bound=Operand)


class Unsized:
    """``ones()`` or ``eye()`` before it stands beside a value of a cell, from which it takes its size."""

    __slots__ = ("name", "transposed")
    __array_ufunc__ = None

    def __init__(self, name: str, transposed: bool = False) -> None:
        self.name = name
        self.transposed = transposed

    @property
    def T(self) -> Unsized:
        """The transpose; of ``ones()`` a row."""
        return Unsized(self.name, not self.transposed)

    def _leave(self, other: object = None) -> Any:
        """The value on the other side records the operation; without one there is no size."""
        if hasattr(type(other), "compose"):
            return NotImplemented
        raise CellError(
            f"{self!r} takes its size from its surroundings, so it stands beside a signal or parameter, "
            "e.g. v @ ones().T or A + eye()"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _leave
    __matmul__ = __rmatmul__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __abs__ = _leave
    __lt__ = __le__ = __gt__ = __ge__ = _leave

    def __repr__(self) -> str:
        return f"{self.name}(){'.T' if self.transposed else ''}"


def ones() -> Any:
    """A vector of ones, as long as what stands beside it asks for: ``v @ ones().T``, ``H @ ones()``."""
    return Unsized("ones")


def eye() -> Any:
    """The identity matrix, as large as what stands beside it: ``A - gamma * eye()``."""
    return Unsized("eye")


def softmax(v: V, axis: int | None = None) -> V:
    """exp(v) divided by its sum."""
    return _recorded("softmax", (v,), axis=axis)


def cumsum(v: V, axis: int | None = None) -> V:
    """The sums of all entries up to each."""
    return _recorded("cumsum", (v,), axis=axis)


def logsumexp(v: V, axis: int | None = None) -> V:
    """The logarithm of the sum of exp(v): of a vector a scalar, of a matrix one entry per column or row."""
    return _recorded("logsumexp", (v,), axis=axis)


def normalize(v: V, p: float = 2, eps: float = 1e-6, axis: int | None = None) -> V:
    """v divided by its p-norm, the root of the sum of abs(v)**p and eps."""
    return _recorded("normalize", (v,), p=p, eps=eps, axis=axis)


def layer_norm(
    v: V, gamma: V | float | None = None, beta: V | float | None = None, eps: float = 1e-5, axis: int | None = None
) -> V:
    """v less its mean, divided by the root of its variance and eps, times gamma, plus beta."""
    if beta is None:
        return _recorded("layer_norm", (v,) if gamma is None else (v, gamma), eps=eps, axis=axis)
    return _recorded("layer_norm", (v, 1 if gamma is None else gamma, beta), eps=eps, axis=axis)


def rms_norm(v: V, gamma: V | float | None = None, eps: float = 1e-5, axis: int | None = None) -> V:
    """v divided by the root of the mean of its squares and eps, times gamma."""
    return _recorded("rms_norm", (v,) if gamma is None else (v, gamma), eps=eps, axis=axis)


def concat(*v: V | float) -> V:
    """Vectors one after the other."""
    return _recorded("concat", v)


def split(v: V, parts: int) -> tuple[V, ...]:
    """A vector in ``parts`` of one length."""
    try:
        count = 0 if isinstance(parts, bool) else operator.index(parts)
    except TypeError:
        count = 0
    if count < 1:
        raise CellError(f"split(v, {parts!r}): the number of parts is an integer of at least 1")
    return tuple(_recorded("split", (v,), part=part, parts=count) for part in range(count))


def reshape(v: V, rows: Any, columns: Any = None) -> V:
    """The entries of v, taken row by row, as a matrix; without columns as a vector."""
    return _recorded("reshape", (v,), shape=(rows,) if columns is None else (rows, columns))


def diag(v: V) -> V:
    """The diagonal matrix of a vector: ``diag(v) @ M`` scales rows, ``M @ diag(v)`` columns."""
    return _recorded("diag", (v,))


def solve(A: V, b: V) -> V:
    """The solution y of A @ y = b, for a vector or the columns of a matrix."""
    return _recorded("solve", (A, b))


def expm(A: V) -> V:
    """The exponential of a square matrix."""
    return _recorded("expm", (A,))


def real(z: V) -> V:
    """The real part of a complex value."""
    return _recorded("real", (z,))


def imag(z: V) -> V:
    """The imaginary part of a complex value."""
    return _recorded("imag", (z,))


def equal(a: V, b: V | float) -> V:
    """The condition a = b, entry by entry: 1 where it holds, else 0."""
    return _recorded("equal", (a, b))


def _recorded(name: str, args: tuple[V | float, ...], **options: Any) -> V:
    """The call, recorded by the first of its arguments that belongs to a cell."""
    for arg in args:
        # Looked up on the type: on a family of parameters every attribute is a block.
        compose = getattr(type(arg), "compose", None)
        if compose is not None:
            result: V = compose(arg, name, args, options)
            return result
    given = type(args[0]).__name__ if args else "nothing"
    raise CellError(f"{name}() takes a signal or parameter of a cell, not {given}")
