"""What kind of token a sign, a command or an upright word is."""

from __future__ import annotations

from symrnn.reading import lexicon as lex

BRACKETS = {"(": ("open", "("), ")": ("close", ")"), "[": ("open", "["), "]": ("close", "]"), "|": ("bar", "|")}
NAMED_BRACKETS = {
    "langle": ("open", "<"), "rangle": ("close", ">"), "lbrack": ("open", "["), "rbrack": ("close", "]"),
    "lparen": ("open", "("), "rparen": ("close", ")"), "lvert": ("bar", "|"), "rvert": ("bar", "|"),
    "vert": ("bar", "|"), "Vert": ("bar", "||"), "lVert": ("bar", "||"), "rVert": ("bar", "||"),
    "lbrace": ("open", "{"), "rbrace": ("close", "}"), "lfloor": ("open", "floor"), "rfloor": ("close", "floor"),
    "lceil": ("open", "ceil"), "rceil": ("close", "ceil"),
}  # fmt: skip
SIMPLE = {
    "_": "_", "^": "^", "'": "'", "&": "&", ",": ",", ";": ";", ":": ":", ".": ".", "+": "+", "-": "-", "{": "lbrace",
    "}": "rbrace", "!": "!", "@": "sign", "/": "/", "*": "sign", "%": "sign", "~": "gap",
}  # fmt: skip
COMMANDS = {"frac", "dfrac", "tfrac", "cfrac", "sqrt", "partial", "nabla", "infty", "lim", "root", "binom", "prime",
            "underbrace", "overbrace", "underset", "overset", "stackrel", "substack", "xrightarrow", "atop",
            "not", "operatorname", "dagger", "top", "intercal", "RR", "argmax", "argmin", "limsup", "sup", "inf",
            "int", "prod", "sum", "textsuperscript", "hash", "wedge", "color"}  # fmt: skip
PROSE = {
    "if", "otherwise", "else", "where", "and", "for", "with", "when", "as", "or", "then", "so", "hence", "thus",
    "since", "all", "is", "else:", "let", "given", "subject", "by",
}  # fmt: skip


def is_prose(word: str) -> bool:
    """Whether an upright word is one of the words between formulas, and no name."""
    return word.lower() in PROSE


def function_of(word: str) -> str:
    """The function that a word names, empty where it names none."""
    return lex.EXACT.get(word) or lex.FUNCTIONS.get(word) or lex.FUNCTIONS.get(word.lower(), "")


def meaning(name: str) -> tuple[str, str]:
    """What kind of token a command is."""
    if name in lex.SIGNS:
        return ("/", "/") if lex.SIGNS[name] == "/" else ("+", "+") if name == "oplus" else ("sign", lex.SIGNS[name])
    if name in lex.RELATIONS:
        return "rel", lex.RELATIONS[name]
    if name in lex.BIG:
        return "big", lex.BIG[name]
    if name in NAMED_BRACKETS:
        return NAMED_BRACKETS[name]
    if name in COMMANDS:
        return "cmd", name
    if name in lex.ACCENTS:
        return "accent", lex.ACCENTS[name]
    if name in lex.STYLES:
        return "style", lex.STYLES[name]
    if name in lex.FUNCTIONS and name != "sigma" or name in lex.EXACT:
        return "fn", name
    if name in lex.GREEK:
        return "greek", name
    if name in lex.LETTERS:
        return "letter", lex.LETTERS[name]
    if name in lex.CONNECTIVES:
        return "connective", name
    if name in lex.DOTS:
        return "dots", name
    known = {"_": ("_", "_"), "%": ("sign", "%"), "$": ("gap", ""), "#": ("cmd", "hash"), "&": ("&", "&")}
    return known.get(name, ("unknown", "\\" + name))
