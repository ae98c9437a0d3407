"""A character-level LSTM; needs numpy and the emitted kernel beside it, nothing else: `symrnn emit lstm -o lstm.py`."""

import ast
import inspect
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

GOAL = 1.9  # nats per character of held-out text; a bigram model of the same text stays above 2.5
MODULES = "argparse collections contextlib difflib doctest inspect ipaddress logging optparse tarfile threading typing"


def corpus() -> tuple[Any, Any, int]:
    """Docstrings of MODULES as character codes, every tenth one held out, and the size of the alphabet."""
    nodes = [n for m in MODULES.split() for n in ast.walk(ast.parse(inspect.getsource(import_module(m))))]
    docs = [ast.get_docstring(n) for n in nodes if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
    texts = ["".join(c if " " <= c <= "~" or c == "\n" else "?" for c in doc) + "\n\n" for doc in docs if doc]
    code = {c: k for k, c in enumerate(sorted(set("".join(texts))))}
    held, rest = "".join(texts[::10]), "".join(text for k, text in enumerate(texts) if k % 10)
    return np.array([code[c] for c in rest]), np.array([code[c] for c in held]), len(code)


def run(lstm: Any, p: Any, head: Any, codes: Any, state: Any) -> tuple[float, Any, Any]:
    """The mean loss of predicting codes (T+1, B) each from those before it, its gradients, and the last state."""
    one_hot = np.eye(len(head["a"]), dtype="f4")[codes]
    y, state, tape = lstm.forward(p, one_hot[:-1], state)
    e = np.exp(y @ head["V"].T + head["a"])
    softmax = e / e.sum(-1, keepdims=True)
    loss = -np.log((softmax * one_hot[1:]).sum(-1)).mean()
    delta = (softmax - one_hot[1:]) / codes[1:].size  # the gradient of the loss in the argument of softmax
    grads, rows = lstm.backward(p, tape, delta @ head["V"])[0], delta.reshape(-1, len(head["a"]))
    return loss, {**grads, "V": rows.T @ y.reshape(len(rows), -1), "a": rows.sum(0)}, state


def train(lstm: Any, watch: Any = iter, n: int = 96, B: int = 32, T: int = 64) -> tuple[float, list[float]]:
    """Adam, gradient clipped to global norm 1, time cut every T steps; the held-out loss and the loss per update."""
    (text, held, V), rng, state, losses = corpus(), np.random.default_rng(0), None, []
    p = lstm.init(V, n, rng=rng, dtype="f4")
    head = {"V": rng.normal(0, 0.1, (V, n)).astype("f4"), "a": np.zeros(V, "f4")}
    text, held = (codes[: len(codes) // B * B].reshape(B, -1).T for codes in (text, held))
    mean, square = ({name: 0 * w for name, w in {**p, **head}.items()} for _ in range(2))
    for k in watch(range(1000)):
        loss, grads, state = run(lstm, p, head, text[(t := k * T % (len(text) - T)) : t + T + 1], state)
        losses.append(loss)
        scale = min(1, 1 / np.sqrt(sum((g * g).sum() for g in grads.values())))
        for name, w in {**p, **head}.items():
            mean[name] += 0.1 * (scale * grads[name] - mean[name])
            square[name] += 0.001 * ((scale * grads[name]) ** 2 - square[name])
            w -= 6e-3 * mean[name] / (1 - 0.9 ** (k + 1)) / (np.sqrt(square[name] / (1 - 0.999 ** (k + 1))) + 1e-8)
    return run(lstm, p, head, held, None)[0], losses


if __name__ == "__main__":
    loss, losses = train(import_module("lstm"), import_module("rich.progress").track if find_spec("rich") else iter)
    print(f"held-out loss {loss:.2f} nats per character (goal: under {GOAL})")
    if find_spec("matplotlib"):
        import_module("matplotlib.pyplot").plot(losses)[0].figure.savefig("loss.png")
