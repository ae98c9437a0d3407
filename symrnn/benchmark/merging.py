"""A product that is only added to something is one call with the sum, as users of torch write it (``addmm``)."""

from __future__ import annotations

import re
from collections import Counter

PRODUCT, SUM = re.compile(r"(\w+) = (\w+) @ (\w+)"), re.compile(r"(\w+) = (\w+) \+ (\w+)")


def with_sums(lines: list[str], results: list[str]) -> list[str]:
    """The lines of a tick with such products merged; ``results`` are what the tick returns."""
    count = Counter(word for line in (*lines, *results) for word in re.findall(r"\w+", line))
    products = {m[1]: (m[2], m[3]) for m in map(PRODUCT.fullmatch, lines) if m and count[m[1]] == 2}
    merged: list[str] = []
    gone: set[str] = set()
    for line in lines:
        added = SUM.fullmatch(line)
        factor = next((n for n in (added[2], added[3]) if n in products and n not in gone), None) if added else None
        if added and factor:
            gone.add(factor)
            other = added[3] if factor == added[2] else added[2]
            line = f"{added[1]} = np.addmm({other}, {', '.join(products[factor])})"
        merged.append(line)
    return [line for line in merged if line.partition(" = ")[0] not in gone]
