"""The words of mathematical text: letters, accents, styles, functions, signs, and what they are in plain Unicode."""

from __future__ import annotations

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ",
    "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω", "varepsilon": "ε", "varphi": "φ", "vartheta": "ϑ", "varrho": "ϱ", "varsigma": "ς",
}  # fmt: skip
LETTERS = {"imath": "i", "jmath": "j", "ell": "l", "hbar": "h", "wp": "p", "aleph": "aleph", "digamma": "digamma"}
ACCENTS = {
    "tilde": "tilde", "widetilde": "tilde", "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar",
    "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve", "acute": "acute", "grave": "grave",
    "mathring": "ring", "overrightarrow": "right", "overleftarrow": "left", "underline": "under",
}  # fmt: skip
# \vec and the rest of these change how a letter looks, not which letter it is.
STYLES = {
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "pmb": "bold", "bf": "bold", "mathcal": "cal",
    "mathscr": "cal", "mathfrak": "frak", "mathbb": "bb", "mathit": "", "mathsf": "sans", "mathnormal": "",
    "vec": "vec", "mathds": "bb", "mathbbm": "bb", "symbf": "bold", "symbfit": "bold",
}  # fmt: skip
UPRIGHT = {"mathrm", "operatorname", "text", "textrm", "textit", "textbf", "textsf", "texttt", "mathtt", "mbox",
           "operatorname*", "textnormal", "hbox"}  # fmt: skip
# Sizes, spaces and switches that say nothing about the mathematics.
SKIPPED = {
    "left", "right", "middle", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "Biggl",
    "Biggr", "bigm", "Bigm", "displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "nonumber", "notag",
    "limits", "nolimits", "normalsize", "small", "large", "Large", "hfill", "hline", "cr", "centering", "noindent",
    "par", "allowbreak", "nobreak", "smallskip", "medskip", "bigskip", "relax", "mathstrut", "strut", "it", "rm",
    "protect", "ensuremath", "mathop", "mathbin", "mathrel", "mathord", "mathopen", "mathclose", "displaylimits",
    "normalfont", "footnotesize", "scriptsize",
}  # fmt: skip
SPACES = {",", "!", ";", ":", ">", " ", "thinspace", "enspace", "medspace", "thickspace", "negthinspace", "/", "-"}
WIDE = {"quad", "qquad", "hspace", "hskip", "enskip"}
# Commands whose argument is dropped with them.
DROPPED = {"label", "tag", "tag*", "hspace", "hspace*", "vspace", "vspace*", "phantom", "hphantom", "vphantom",
           "color", "ref", "eqref", "cite", "footnote", "intertext", "shortintertext"}  # fmt: skip
# Commands whose argument stands for itself.
TRANSPARENT = {"mathop", "mathrel", "mathbin", "ensuremath", "boxed", "fbox", "mathord", "smash", "mathclap"}
BIG = {"sum": "sum", "prod": "prod"}
SIGNS = {
    "odot": "odot", "circ": "odot", "bullet": "odot", "otimes": "otimes", "cdot": "cdot", "times": "times",
    "ast": "star", "star": "star", "div": "/", "bmod": "%", "mod": "%", "oplus": "+", "boxdot": "odot",
    "circledast": "odot", "circledcirc": "odot", "pm": "pm", "mp": "pm", "wedge": "wedge", "vee": "vee",
    "ltimes": "times", "centerdot": "cdot", "diamond": "odot", "setminus": "setminus", "cap": "cap", "cup": "cup",
}  # fmt: skip
RELATIONS = {
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">",
    "ne": "!=", "neq": "!=", "in": "in", "to": "to", "rightarrow": "to", "longrightarrow": "to", "approx": "approx",
    "simeq": "approx", "sim": "approx", "equiv": "equiv", "triangleq": "=", "coloneqq": "=", "coloneq": "=",
    "leftarrow": "assign", "gets": "assign", "longleftarrow": "assign", "ll": "<", "gg": ">", "doteq": "=",
    "cong": "approx", "propto": "approx", "notin": "notin", "subset": "subset", "subseteq": "subset", "eqdef": "=",
    "xleftarrow": "assign",
}  # fmt: skip
CONNECTIVES = {"Rightarrow", "Longrightarrow", "implies", "iff", "Leftrightarrow", "Longleftrightarrow", "therefore",
               "because", "forall", "exists", "mapsto", "Leftarrow", "impliedby", "mid", "colon"}  # fmt: skip
DOTS = {"dots", "ldots", "cdots", "vdots", "ddots", "dotsc", "dotsb", "dotsm"}

# How functions are written, and which one is meant. A name of symrnn.ops, or one that only claims use.
FUNCTIONS = {
    "tanh": "tanh", "sigmoid": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid", "sigma": "sigmoid", "relu": "relu",
    "exp": "exp", "log": "log", "ln": "log", "sqrt": "sqrt", "softmax": "softmax", "softplus": "softplus",
    "silu": "silu", "swish": "silu", "elu": "elu", "logsigmoid": "logsigmoid", "hardsigmoid": "hard_sigmoid",
    "hard_sigmoid": "hard_sigmoid", "hardtanh": "hardtanh", "hard_tanh": "hardtanh", "sin": "sin", "cos": "cos",
    "max": "maximum", "min": "minimum", "maximum": "maximum", "minimum": "minimum", "clip": "clip", "abs": "magnitude",
    "modrelu": "modrelu", "ln_norm": "layer_norm", "layernorm": "layer_norm", "layer_norm": "layer_norm",
    "rmsnorm": "rms_norm", "rms_norm": "rms_norm", "normalize": "normalize", "cumsum": "cumsum", "cumax": "cumax",
    "concat": "concat", "diag": "diag", "expm": "expm", "re": "real", "im": "imag", "real": "real", "imag": "imag",
    "where": "where", "logsumexp": "logsumexp", "round": "round_st", "floor": "floor", "mat": "mat", "vec": "vec",
    "step": "heaviside_st", "heaviside": "heaviside_st", "expm1": "expm1", "log1p": "log1p", "tan": "tan",
    "sinh": "sinh", "cosh": "cosh", "arctan": "arctan", "trace": "trace", "tr": "trace", "det": "det", "sign": "sign",
    "sgn": "sign", "erf": "erf", "gelu": "gelu", "prelu": "prelu", "leakyrelu": "leaky_relu", "mean": "mean",
    "var": "var", "linear": "linear", "dense": "linear", "reshape": "reshape", "split": "split", "solve": "solve",
    "inv": "inv", "ones": "ones", "eye": "eye", "equal": "equal", "conv": "conv", "rank": "rank", "dropout": "dropout",
    "selu": "selu", "mish": "mish", "softsign": "softsign", "dot": "dot", "matmul": "dot", "outer": "outer",
    "multiply": "multiply", "concatenate": "concat", "cat": "concat", "hstack": "concat",
}  # fmt: skip
# Written in capitals a norm; in small letters the logarithm.
EXACT = {"LN": "layer_norm", "ln": "log", "Re": "real", "Im": "imag", "RMSNorm": "rms_norm"}
# Function words that are plain enough to be meant without a backslash.
BARE = frozenset(
    word for word in FUNCTIONS if len(word) > 2 and word not in {"sigma", "max_", "mat", "vec", "step", "var", "inv"}
) | {"LN", "ReLU", "ln"}
WEIGHTS = "WUVR"  # capitals that are matrices wherever they stand
LETTER_FUNCTIONS = {"f", "g", "phi", "varphi", "psi", "rho", "Phi", "F", "G", "varrho", "q"}

UNICODE_SIGNS = {
    "⊙": "odot", "∘": "circ", "◦": "circ", "·": "cdot", "⋅": "cdot", "∙": "cdot", "•": "bullet", "×": "times",
    "∗": "ast", "⊗": "otimes", "⊕": "oplus", "∂": "partial", "∇": "nabla", "∑": "sum", "∏": "prod", "≤": "le",
    "≥": "ge", "≠": "neq", "≈": "approx", "≡": "equiv", "∈": "in", "→": "to", "←": "leftarrow", "√": "sqrt",
    "∞": "infty", "⟨": "langle", "⟩": "rangle", "〈": "langle", "〉": "rangle", "‖": "Vert", "⊤": "top",
    "⇒": "Rightarrow", "≔": "coloneqq", "ℝ": "RR", "∀": "forall", "⩽": "le", "⩾": "ge", "∼": "sim", "…": "dots",
    "⋯": "dots", "≜": "triangleq",
    "ı": "imath", "ℓ": "ell",
}  # fmt: skip
UNICODE_PLAIN = {"−": "-", "–": "-", "′": "'", "’": "'", "（": "(", "）": ")", "，": ",", "：": ":", "＝": "=",
                 "；": ";", "［": "[", "］": "]", "＋": "+", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "。": ".",
                 "、": ",", "\u2061": " ", "″": "''", "＊": "*", "\u200b": " ", "\u2003": " ",
                 "\ufeff": " "}  # fmt: skip
COMBINING = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u0308": "ddot"}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵗⁱʰˣᶜʸᶠᵒᵍᶻʳⁿ", "0123456789+-()Ttihxcyfogzrn", strict=True)) | {"ᵎ": "!"}
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₜᵢₕₓₒᵣₙⱼₖₘₐₑₗₛₚᵤᵥ", "0123456789+-()tihxornjkmaelspuv", strict=True))
GREEK_LETTERS = {sign: name for name, sign in GREEK.items()} | {"µ": "mu", "∆": "Delta", "ε": "varepsilon"}
