"""Authored equations in LaTeX: names typeset, elementwise and matrix products told apart, no parenthesis too many.

A matrix product is written side by side, an elementwise one with a circled dot; where the two meet they are
parenthesised, because readers disagree about which binds tighter. Every name is taken apart into letters that are
escaped one by one, so that no name can carry a command of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy

from symrnn.notation import (
    ATOM,
    COMPARISON,
    DEFAULTS,
    LEVEL,
    MUL,
    NEG,
    NO_NAMES,
    POWER,
    SUM,
    Names,
    Text,
    names_of,
    number_text,
)
from symrnn.ops import REGISTRY
from symrnn.record import Record
from symrnn.tree import (
    Apply,
    Arith,
    Compare,
    Imaginary,
    Named,
    Number,
    Param,
    Product,
    Ref,
    Structural,
    Transpose,
    Tree,
    fold,
    walk,
)

GREEK = frozenset(
    {
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta",
        "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
    }
)
RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "="}
AXES = (r"\downarrow", r"\rightarrow")
STRUCTURAL = {"layer_norm": "LN", "rms_norm": "RMSNorm", "real": "Re", "imag": "Im"}
TIMES = frozenset({"t", "prev", "previous", "pre", "old", "last", "next", "top", "odot"})  # and signs: no labels
ACCENTS = {"tilde": r"\tilde", "hat": r"\hat", "bar": r"\bar", "prime": "'"}


def name_latex(name: str, time: str | None) -> str:
    r"""A name typeset: ``h_tilde`` at ``t`` is ``\tilde{h}_{t}``, ``W_i`` without a time ``W_{i}``."""
    head, *rest = name.split("_")
    subscripts: list[str] = []
    if not _has_subscripts(head, rest, time):
        # Set as it is: h with the subscript prev would be h one step earlier, one with an underscore would vanish.
        head, rest = name, []
    base = _word(head)
    for part in rest:
        if part in ACCENTS and not subscripts:
            base = base + "'" if part == "prime" else f"{ACCENTS[part]}{{{base}}}"
        else:
            subscripts.append(_subscript(part))
    if time is not None:
        subscripts.append(time)
    return base + (f"_{{{','.join(subscripts)}}}" if subscripts else "")


def _word(word: str) -> str:
    """One word of a name: a Greek letter, a single letter, or an upright word."""
    if word in GREEK:
        return f"\\{word}"
    if len(word) == 1 and word != "_":
        return word
    shown = word.replace("_", r"\_")
    return rf"\mathrm{{{shown}}}"


def _has_subscripts(head: str, rest: list[str], time: str | None) -> bool:
    """Whether what follows the first part of a name can be set as accents and subscripts that mean no other thing."""
    if rest == ["t"] and time is None:
        return True  # W_t beside W_q and W_k
    accented = rest[1:] if rest and rest[0] in ACCENTS else rest
    return bool(head) and all(part and part not in TIMES and part not in ACCENTS for part in accented)


def _subscript(word: str) -> str:
    """A part of a subscript; two letters are two indices, more are a word."""
    return word if len(word) == 2 and word not in GREEK else _word(word)


def tree_latex(tree: Tree, names: Names = NO_NAMES) -> str:
    """An expression in LaTeX; ``names`` says what has no time index and what is a scalar."""
    return fold(tree, lambda node, parts: _latex(node, parts, names))[0]


def record_latex(record: Record, declared: Sequence[str] = ()) -> str:
    """The equations of a cell, one line each, aligned at the sign of equality; below them what is declared."""
    names = names_of(record)
    lines = [
        f"{name_latex(item.name, None if item.static else 't')} &= {tree_latex(item.tree, names)}"
        for item in record.equations
    ]
    blocks = [" \\\\\n".join(rows) for rows in (lines, declared) if rows]
    return "\\begin{aligned}\n" + " \\\\[1ex]\n".join(blocks) + "\n\\end{aligned}"


def _latex(tree: Tree, parts: tuple[Text, ...], names: Names) -> Text:
    """The LaTeX of a node from those of its children, and how tightly its operation binds."""
    match tree:
        case Ref(name, lag):
            time = None if name in names.static else f"t-{lag}" if lag else "t"
            return name_latex(name, time), ATOM
        case Param(name, copy):
            return name_latex(name, None if copy is None else str(copy)), ATOM
        case Named(name):
            return name_latex(name, None), ATOM
        case Number(value):
            return _number_latex(value)
        case Imaginary():
            return r"\mathrm{i}", ATOM
        case Apply("where", (test, *_)):
            return _cases_latex(test, [text for text, _ in parts]), ATOM
        case Apply(op):
            return _call_latex(op, [text for text, _ in parts]), ATOM
        case Structural():
            return _structural_latex(tree, parts)
        case Compare(op, left, right):
            return rf"\left[{parts[0][0]} {RELATIONS[op]} {parts[1][0]}\right]", ATOM
        case Transpose(arg):
            return _base(arg, parts[0]) + r"^{\top}", ATOM
        case Product(left, right):
            return f"{_factor(left, parts[0], True)} {_factor(right, parts[1], True, right=True)}", MUL
        case Arith(op, args):
            return _arith_latex(op, args, parts, names)
    raise AssertionError(tree)


def _number_latex(value: Fraction) -> Text:
    text = number_text(value)
    if "/" in text:
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", NEG if value < 0 else ATOM
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", MUL
    return text, NEG if value < 0 else ATOM


def _call_latex(name: str, args: list[str]) -> str:
    op = REGISTRY[name]
    inner = ", ".join(args[: op.arity])
    if name == "sqrt":
        return rf"\sqrt{{{inner}}}"
    if name == "magnitude":
        return rf"\left|{inner}\right|"
    options = ", ".join(args[op.arity :])
    return rf"{op.latex}{f'_{{{options}}}' if options else ''}\left({inner}\right)"


def _cases_latex(test: Tree, args: list[str]) -> str:
    """One of two values; the brackets of a comparison are left away."""
    condition = args[0].removeprefix(r"\left[").removesuffix(r"\right]")
    condition = condition if isinstance(test, Compare) else f"{args[0]} > 0"
    return rf"\begin{{cases}}{args[1]} & {condition}\\ {args[2]} & \text{{otherwise}}\end{{cases}}"


def _structural_latex(call: Structural, parts: tuple[Text, ...]) -> Text:
    """A function of whole values: some have a sign of their own, the others a name with options as its subscript."""
    args = [text for text, _ in parts]
    sizes = [size_latex(size) for size in call.option("shape") or ()]
    match call.name:
        case "ones":
            return r"\mathbf{1}", ATOM
        case "eye":
            return f"I_{{{sizes[0]}}}", ATOM
        case "solve":
            return f"{_base(call.args[0], parts[0])}^{{-1}} {_factor(call.args[1], parts[1], True, right=True)}", MUL
        case "concat":
            listed = r";\; ".join(args)
            return rf"\left[{listed}\right]", ATOM
        case "split":
            which = f"{call.option('part') + 1}/{call.option('parts')}"
            return f"{_base(call.args[0], parts[0])}^{{[{which}]}}", POWER
        case "reshape":
            name, subscript = ("mat", r" \times ".join(sizes)) if len(sizes) == 2 else ("vec", "")
        case name:
            name, subscript = STRUCTURAL.get(name, name), _options_latex(call)
    inner = args[0] + (rf";\, {', '.join(args[1:])}" if len(args) > 1 else "")
    return rf"\operatorname{{{name}}}{f'_{{{subscript}}}' if subscript else ''}\left({inner}\right)", ATOM


def _options_latex(call: Structural) -> str:
    """The subscript of a function: a norm's exponent, what is not the default, and the direction in a matrix."""
    known = DEFAULTS.get(call.name, {})
    shown = [str(value) for key, value in call.options if key == "p"]
    for key, value in call.options:
        if key == "axis" and isinstance(value, int):
            shown.append(AXES[value])
        elif key == "eps" and isinstance(value, Fraction) and known.get(key) != value:
            shown.append(rf"\epsilon={_number_latex(value)[0]}")
    return ",".join(shown)


def size_latex(size: sympy.Expr) -> str:
    """A length in LaTeX, its symbols typeset like names."""
    symbols = {symbol: name_latex(symbol.name, None) for symbol in size.free_symbols}
    return str(sympy.latex(size, symbol_names=symbols))


def _arith_latex(op: str, args: tuple[Tree, ...], parts: tuple[Text, ...], names: Names) -> Text:
    if op == "neg":
        # -(a*b) is written as such: -a*b is the product of -a and b.
        return "-" + (_inside(parts[0], NEG) if _shows_a_sign(args[0], names) else _inside(parts[0], MUL)), NEG
    if op == "**":
        whole = not isinstance(args[1], Number) or args[1].value.denominator == 1
        # Above a name, 0.5 would be a label of it.
        base = _base(args[0], parts[0]) if whole else rf"\left({parts[0][0]}\right)"
        return f"{base}^{{{parts[1][0]}}}", POWER
    if op == "%":
        return rf"{_inside(parts[0], POWER)} \bmod {_inside(parts[1], POWER)}", COMPARISON
    if op == "/":
        return rf"\frac{{{parts[0][0]}}}{{{parts[1][0]}}}", MUL
    if LEVEL[op] == SUM:
        return f"{_inside(parts[0], SUM)} {op} {_inside(parts[1], MUL, True)}", SUM
    scaled = any(_is_number(arg, names) for arg in args)
    sign = r" \odot " if not scaled else r" \cdot " if isinstance(args[1], Number) else " "
    left = _factor(args[0], parts[0], False, scaled)
    if sign == " " and _shows_a_sign(args[0], names):
        # Factors side by side bind tighter than the sign in front of them.
        left = rf"\left({left}\right)"
    return f"{left}{sign}{_factor(args[1], parts[1], False, scaled, right=True)}", MUL


def _shows_a_sign(tree: Tree, names: Names) -> bool:
    """Whether a factor is an elementwise product that is printed with its sign."""
    return isinstance(tree, Arith) and tree.op == "*" and not any(_is_number(arg, names) for arg in tree.args)


def _is_number(tree: Tree, names: Names) -> bool:
    """Whether a factor is plainly a scalar, so that no elementwise product is meant."""
    for node in walk(tree):
        if isinstance(node, Product | Transpose | Structural):
            return False
        if isinstance(node, Ref | Param) and node.name not in names.scalar:
            return False
    return True


def _factor(tree: Tree, part: Text, matrix: bool, scaled: bool = False, right: bool = False) -> str:
    """A factor of a product, in parentheses where it is a sum, a product on the right, or of the other kind.

    A number in front of a matrix product needs none: both readings are the same value.
    """
    text, level = part
    mixed = _is_product(tree) != matrix
    loose = level < MUL or (level == NEG and (right or mixed))
    fraction = isinstance(tree, Arith) and tree.op == "/"
    grouped = level == MUL and not fraction and (right or mixed) and not (scaled and _is_product(tree))
    return rf"\left({text}\right)" if loose or grouped else text


def _is_product(tree: Tree) -> bool:
    """Whether an expression is written like a matrix product: side by side."""
    return isinstance(tree, Product) or (isinstance(tree, Structural) and tree.name == "solve")


def _inside(part: Text, level: int, right: bool = False) -> str:
    """A term, in parentheses where it binds less than ``level`` or, on the right, carries a sign of its own."""
    text, own = part
    return rf"\left({text}\right)" if own < level or (right and own == NEG) else text


def _base(tree: Tree, part: Text) -> str:
    """The base of a power or transpose: an atom as it is, a primed one in braces, all else in parentheses."""
    text, level = part
    call = isinstance(tree, Transpose | Apply) or (isinstance(tree, Structural) and bool(tree.args))
    if level < ATOM or call:
        return rf"\left({text}\right)"
    return f"{{{text}}}" if "'" in text else text
