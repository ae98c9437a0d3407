"""Functions by name: which are known, which the text defines itself, and which have to be asked about."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symrnn.ops import REGISTRY
from symrnn.ops.structural import NAMES as STRUCTURAL
from symrnn.reading.activations import recognised
from symrnn.reading.diagnostics import ReadError, Report
from symrnn.reading.meanings import function_of
from symrnn.reading.traversal import mapped, walk, within
from symrnn.reading.tree import Binary, Call, Function, Name, Stack, Tree

# Functions that only claims use, or that are replaced before a cell is made.
OTHERS = {"norm", "norm_inf", "trace", "det", "conv", "linear", "cumax", "mat", "vec", "sum", "mean", "var", "sign",
          "floor", "ceil", "inv", "rank", "count", "leaky_relu", "gelu", "tan", "sinh", "cosh", "arctan", "erf",
          "split", "equal", "apply_parts", "dropout", "softsign", "selu", "mish", "prelu"}  # fmt: skip
SIGMA = "σ"
KNOWN = {*REGISTRY, *STRUCTURAL, *OTHERS}


class Functions:
    """The functions of a text; ``given`` says what the caller wants a name to mean."""

    def __init__(self, report: Report, given: Mapping[str, str]) -> None:
        self.report = report
        self.given = {name: function_of(meant) or meant for name, meant in given.items()}
        self.defined: dict[str, tuple[tuple[str, ...], Tree]] = {}
        self.layers = 0
        self.unknown: set[str] = set()

    def define(self, call: Call, value: Tree) -> None:
        """Take down ``f(x) = …``."""
        names = tuple(arg.name for arg in call.args if isinstance(arg, Name))
        if call.function not in KNOWN:
            self.defined[call.function] = (names, value)
        elif self._is_sigma(call) and len(names) == 1:
            # The letter is any activation's where a text says which.
            label, key = _label(call), SIGMA
            if label:
                key = f"sigma_{label}"
            found = recognised(names[0], value)
            if found:
                self.given.setdefault(key, found)
            elif not label:
                self.defined[key] = (names, value)

    def _is_sigma(self, call: Call) -> bool:
        """Whether the logistic function is meant by the letter only."""
        written = self.report.source.slice(call.span).lstrip("\\{")
        return call.function == "sigmoid" and written.startswith(("sigma", "σ"))

    def tree(self, node: Any) -> Any:
        """The tree with every call and stack of functions resolved."""
        if isinstance(node, Binary):
            node = self._applied_parts(node)
        node = within(node, self.tree)
        return self._call(node) if isinstance(node, Call) else node

    def _call(self, node: Call) -> Any:
        label = _label(node)
        name = self._meant(node, label) if node.function == "sigmoid" else ""
        if name in KNOWN:
            return replace(node, function=name, options=())
        if name in self.defined:
            return self._expanded(node, *self.defined[name])
        name = self.given.get(node.function, node.function)
        if name == "cumax":
            return Call("cumsum", (Call("softmax", node.args, span=node.span),), span=node.span)
        if name == "linear":
            self.layers += 1
            message = f"layer {self.layers} without a name: it gets a weight and a bias of its own"
            self.report.add("ANONYMOUS-LINEAR", node.span, message)
            return replace(node, function=f"Linear_{self.layers}", options=())
        if node.function == "sigmoid" and node.options:
            self._subscripted(node)
        if name in KNOWN:
            return replace(node, function=name)
        if name in self.defined:
            return self._expanded(node, *self.defined[name])
        self._ask(node, name)
        return node

    def _meant(self, node: Call, label: str) -> str:
        """What sigma is: what the caller or the text says, or the function that its subscript names."""
        given = self.given.get(f"sigma_{label}" if label else "", "")
        if given or not self._is_sigma(node):
            return given
        if label:
            return function_of(label) if len(label) > 2 else ""
        return self.given.get(SIGMA, SIGMA)

    def _subscripted(self, node: Call) -> None:
        shown = self.report.source.slice(node.span).partition("(")[0].strip().removesuffix("\\left")
        if all(not isinstance(item, Name) for item in dict(node.options).get("sub", ())):
            return
        message = f"{shown} is read as the logistic function; say functions= for another one"
        self.report.add("SUBSCRIPTED-FUNCTION", node.span, message)

    def _ask(self, node: Call, name: str) -> None:
        self.unknown.add(name)
        near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.7)
        hint = f"say which it is, e.g. functions={{{name!r}: 'tanh'}}"
        if len(name) == 1 and name.isupper():
            hint += rf"; if {name} is a matrix, write {name} \cdot (…)"
        hint = f"did you mean {near[0]}?" if near and len(name) > 2 else hint
        self.report.add("UNKNOWN-FUNCTION", node.span, f"{name} is no function that is known; {hint}")

    def _expanded(self, node: Call, names: tuple[str, ...], value: Tree) -> Any:
        """A function of the text's own, put in where it is called."""
        if len(names) != len(node.args):
            message = f"{node.function} is defined for {len(names)} values and called with {len(node.args)}"
            raise ReadError("PARSE-ERROR", node.span, message)
        given = dict(zip(names, node.args, strict=True))

        def put(part: Any) -> Any:
            return given.get(part.name, part) if isinstance(part, Name) and part.time is None else part

        if any(isinstance(n, Call) and n.function == node.function for n in _calls(value)):
            raise ReadError("UNSUPPORTED", node.span, f"{node.function} is defined in terms of itself")
        return self.tree(replace(mapped(value, put), span=node.span))

    def _applied_parts(self, node: Binary) -> Any:
        """A column of functions in front of a value: each is applied to its part."""
        left: Any = node.left
        while isinstance(left, Binary) and left.op == "juxtaposed" and not left.grouped:
            left = left.left
        if not (isinstance(left, Stack) and left.items and all(isinstance(item, Function) for item in left.items)):
            return node
        rest = _without_first(node, left)
        return Call("apply_parts", (rest,), (("functions", left.items),), span=node.span)


def _label(node: Call) -> str:
    """The subscript of a function where it is a single name."""
    sub = dict(node.options).get("sub", ())
    return sub[0].name if len(sub) == 1 and isinstance(sub[0], Name) else ""


def _calls(tree: Tree) -> Any:
    return walk(tree)


def _without_first(node: Any, first: Any) -> Any:
    """The product without its first factor."""
    if node.left is first:
        return node.right
    inner = _without_first(node.left, first)
    return replace(node, left=inner, span=inner.span.to(node.right.span))
