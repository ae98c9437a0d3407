"""Ratios to the bound that the same contenders had on another machine, which says whether those here are fair.

Two cores of an x86-64 with AVX-512, one thread, NumPy 2.4, torch 2.13, JAX 0.10; the textbook, the loop and the scan
were written by hand. A processor with narrower vectors has a slower bound, and so smaller ratios at large sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symrnn.benchmark.contest import LAYER, LOOP, SCAN, TEXTBOOK, Row

WITHIN = 0.15
# Cell, dtype, B,T,n_x,n; torch layer, torch loop, JAX scan, textbook.
MEASURED = """
elman         float32  1,100,32,32     159   114   7.86  73
elman         float32  8,50,64,64      16    12    3.86  7.00
elman         float32  16,1000,64,64   5.98  5.06  2.57  3.98
elman         float32  32,100,128,128  1.88  1.64  1.59  1.93
elman         float32  64,100,256,256  1.18  1.28  1.67  1.53
elman         float32  32,200,512,512  1.16  1.19  1.38  1.72
elman         float64  1,100,32,32     119   89    7.80  57
elman         float64  8,50,64,64      9.19  6.98  4.74  4.52
elman         float64  16,1000,64,64   3.30  3.07  2.81  2.38
elman         float64  32,100,128,128  1.38  1.29  1.91  1.66
elman         float64  64,100,256,256  1.09  1.10  2.01  1.33
elman         float64  32,200,512,512  0.99  1.04  1.77  1.49
lstm          float32  1,100,32,32     17    176   9.22  126
lstm          float32  8,50,64,64      3.28  12    3.56  8.49
lstm          float32  16,1000,64,64   1.63  5.91  3.35  4.29
lstm          float32  32,100,128,128  1.01  1.80  2.17  2.10
lstm          float32  64,100,256,256  1.09  1.37  1.88  1.54
lstm          float32  32,200,512,512  0.96  1.28  1.49  1.80
lstm          float64  1,100,32,32     96    93    8.10  70
lstm          float64  8,50,64,64      5.82  5.50  3.36  4.37
lstm          float64  16,1000,64,64   3.20  3.00  3.84  2.65
lstm          float64  32,100,128,128  1.75  1.63  2.77  1.85
lstm          float64  64,100,256,256  1.36  1.49  2.47  1.51
lstm          float64  32,200,512,512  1.20  1.29  2.19  1.91
gru_cudnn     float32  1,100,32,32     234   247   11    140
gru_cudnn     float32  8,50,64,64      15    15    3.78  9.31
gru_cudnn     float32  16,1000,64,64   7.78  8.30  3.68  5.08
gru_cudnn     float32  32,100,128,128  2.06  2.16  1.66  2.27
gru_cudnn     float32  64,100,256,256  1.59  1.56  1.84  1.88
gru_cudnn     float32  32,200,512,512  1.08  1.07  1.34  1.67
gru_cudnn     float64  1,100,32,32     143   152   9.27  88
gru_cudnn     float64  8,50,64,64      7.75  7.80  3.82  5.18
gru_cudnn     float64  16,1000,64,64   3.90  4.59  3.28  3.14
gru_cudnn     float64  32,100,128,128  1.65  1.75  2.62  1.96
gru_cudnn     float64  64,100,256,256  1.27  1.36  2.20  1.57
gru_cudnn     float64  32,200,512,512  1.33  1.25  2.18  1.97
cifg_peephole float32  1,100,32,32     -     372   14    157
cifg_peephole float32  8,50,64,64      -     21    4.04  10
cifg_peephole float32  16,1000,64,64   -     11    3.98  6.32
cifg_peephole float32  32,100,128,128  -     2.71  1.73  2.28
cifg_peephole float32  64,100,256,256  -     1.48  2.03  1.64
cifg_peephole float32  32,200,512,512  -     1.19  1.34  1.80
cifg_peephole float64  1,100,32,32     -     200   9.45  91
cifg_peephole float64  8,50,64,64      -     11    4.34  5.80
cifg_peephole float64  16,1000,64,64   -     5.14  3.86  3.29
cifg_peephole float64  32,100,128,128  -     2.04  3.01  2.02
cifg_peephole float64  64,100,256,256  -     1.54  2.50  1.71
cifg_peephole float64  32,200,512,512  -     1.37  2.19  1.90
"""
COLUMNS = (LAYER, LOOP, SCAN, TEXTBOOK)


def elsewhere() -> Mapping[tuple[str, str, tuple[int, ...]], Mapping[str, float]]:
    """The ratios by cell, dtype and sizes; a contender that the cell does not have is missing."""
    table = {}
    for line in MEASURED.split("\n")[1:-1]:
        cell, dtype, sizes, *ratios = line.split()
        found = {name: float(text) for name, text in zip(COLUMNS, ratios, strict=True) if text != "-"}
        table[cell, dtype, tuple(map(int, sizes.split(",")))] = found
    return table


def unlike(row: Row) -> Iterator[tuple[str, float, float]]:
    """The contenders of a row whose ratio is more than ``WITHIN`` off: name, ratio here, ratio there."""
    for name, there in elsewhere().get((row.cell, row.dtype, tuple(row.sizes)), {}).items():
        here = row.ratios.get(name)
        if here is not None and abs(here / there - 1) > WITHIN:
            yield name, here, there
