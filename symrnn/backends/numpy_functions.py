"""Functions that an emitted module brings along if it calls them: their texts are copied from this file.

Arguments may have leading axes; a value's own axes are the last.
"""

from __future__ import annotations

import numpy as np


def _cast(array, dtype):
    """The array in the precision of a real dtype, complex if it is."""
    return array.astype(np.result_type(dtype, np.complex64) if np.iscomplexobj(array) else dtype)


def _softmax(v, axis):
    """exp(v) divided by its sum along an axis, shifted so that nothing overflows."""
    e = np.exp(v - v.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _logsumexp(v, axis, keep):
    """log of the sum of exp(v) along an axis, shifted so that nothing overflows."""
    top = v.max(axis=axis, keepdims=True)
    total = np.log(np.exp(v - top).sum(axis=axis, keepdims=True)) + top
    return total if keep else total.squeeze(axis)


def _concat(*parts):
    """Vectors one after the other; one without a batch is repeated."""
    lead = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    return np.concatenate([np.broadcast_to(part, lead + part.shape[-1:]) for part in parts], axis=-1)


def _expm(a):
    """The exponential of a matrix: scaling and squaring of the [13/13] Padé approximant (Higham 2005)."""
    pade = (
        64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
        10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
    )  # fmt: skip
    norm = float(np.abs(a).sum(axis=-1).max(initial=0.0))
    halvings = max(0, int(np.ceil(np.log2(norm / 5.4)))) if np.isfinite(norm) and norm > 5.4 else 0
    a = a / a.dtype.type(2.0**halvings)
    square, power = a @ a, np.eye(a.shape[-1], dtype=a.dtype)
    even, odd = np.zeros_like(a), np.zeros_like(a)
    for k in range(0, len(pade), 2):
        scale = pade[0]  # the coefficients are 1 at most, so that float32 holds them
        even, odd = even + a.dtype.type(pade[k] / scale) * power, odd + a.dtype.type(pade[k + 1] / scale) * power
        power = power @ square
    value = np.linalg.solve(even - a @ odd, even + a @ odd)
    for _ in range(halvings):
        value = value @ value
    return value


def _expm_derivative(a, e):
    """d/ds expm(a + s e) at s = 0: the upper right block of the exponential of [[a, e], [0, a]]."""
    size = np.abs(e).max(initial=0.0)
    size = size if size > 0 and np.isfinite(size) else e.dtype.type(1)  # linear in e, whose size must not drown a
    top, bottom = np.concatenate([a, e / size], axis=-1), np.concatenate([np.zeros_like(a), a], axis=-1)
    whole = _expm(np.concatenate([top, bottom], axis=-2))
    return size * whole[..., : a.shape[-1], a.shape[-1] :]
