"""The prose of a derivation in English; ``{name}`` is a piece put in, what stands in backticks is mathematics."""

from __future__ import annotations

PHRASES = {
    "title": "{name}: the derivation of its backpropagation through time",
    "reference": "Reference: {text}",
    "stamp": "Verification: {text}",
    "origin": (
        "Printed by symrnn from the trace of its own differentiation: every line is the result of the rule beside it."
    ),
    "conventions": (
        "Vectors are columns, and Jacobians are in numerator layout: row `j` of {jacobian} holds the derivatives "
        "of {entry}. Functions, powers and fractions act on every component; {odot} multiplies component by "
        "component."
    ),
    "adjoints": (
        "For every value `v` of the step, named or written out, {delta} is its adjoint: the derivative of the "
        "scalar loss `L`, with the shape of `v`."
    ),
    "indicator": "1 in the components where it holds, 0 elsewhere",
    "complex": (
        "A complex value is handled as a pair of real ones, {whole}. Its gradient is the pair of the gradients of its "
        "parts, {gradient}."
    ),
    "notation": "Notation",
    "step": "The step",
    "as_written": "As written",
    "canonical": "Canonical form",
    "functions": "Local derivatives",
    "recursion": "The adjoint recursion",
    "gradients": "Gradients",
    "parameters": "Parameters",
    "sequences": "Inputs and initial states",
    "flow": "The Jacobian of one step",
    "blocks": "Its blocks",
    "long_run": "Over many steps",
    "symbol": "Symbol",
    "meaning": "Meaning",
    "shape": "Shape",
    "defined": "Defined",
    "steps": "number of steps; `t` counts them from `1`",
    "input": "input",
    "length": "length of {of}",
    "size": "size",
    "state": "state; {start} at `t = 0`",
    "output_state": "state and output; {start} at `t = 0`",
    "output": "output",
    "value": "intermediate value",
    "argument": "argument of {of}",
    "weight": "weight matrix",
    "bias": "bias",
    "parameter": "parameter",
    "constant": "constant, {value}",
    "fixed": "{meaning}, not trained",
    "complex_kind": "complex {meaning}",
    "past": "state; it keeps {value} for a delay",
    "softmax": "exponentials divided by their sum{axis}",
    "logsumexp": "logarithm of the sum of exponentials{axis}",
    "cumsum": "entry `j` is the sum of the entries `1` to `j`{axis}",
    "cumsum_reversed": "entry `j` is the sum of the entries `j` to the last{axis}, the transpose of {cumsum}",
    "cumsum_matrix": "lower triangular matrix of ones, of `n` rows",
    "down": " of each column",
    "along": " of each row",
    "expm": "matrix exponential",
    "expm_derivative": (
        "derivative of the matrix exponential at `A` in the direction `E`, that of {moved} by {step} at `0`"
    ),
    "vec": "entries of `M`, row after row, as a vector",
    "mat": "entries of `v` as a matrix, filled row after row",
    "part": "first of {count} equal parts of `v`, and so on",
    "layer_norm": "layer norm: mean 0 and mean square 1",
    "rms_norm": "root-mean-square norm: mean square 1",
    "normalize": "divided by its norm, of the exponent below",
    "real": "real part",
    "imag": "imaginary part",
    "inner": "sum of the products of entries in the same place",
    "diagonal": "diagonal of `M` as a vector",
    "inverse": "inverse of `A`; with a vector or matrix behind it, the solution of a linear system",
    "stacked": "`a` with `b` below it",
    "entries": "entries `j` to `k` of `v`, counted from `1`; of a matrix its rows",
    "ones_vector": "vector of `n` ones",
    "zeros_vector": "vector of `n` zeros",
    "identity": "identity matrix of `n` rows",
    "imaginary_unit": "imaginary unit",
    "kronecker": "Kronecker product: {map} takes {vec} to {result}",
    "commutation": "permutation that takes {vec} to {result}, `M` of `n` rows and `m` columns",
    "einstein": "sums over indices that do not appear outside the brackets",
    "adjoint": "adjoint, {form}",
    "arrival": "part of {adjoint} that arrives from step `t+1`",
    "cotangent": "part of {adjoint} through the output at `t` itself",
    "given": "given",
    "as_written_text": "The equations in the order and spelling of their author.",
    "canonical_text": (
        "One operation a line: arguments of functions have names, products with a matrix stand where they are used."
    ),
    "functions_text": (
        "The derivative in the output is what the kernel computes from values that it has saved; the one in the "
        "argument is free of cancellation where the function saturates. This derivation uses the derivative in "
        "the {form}."
    ),
    "no_functions": "The step applies no function that is not linear.",
    "function": "Function",
    "in_output": "In the output {y}",
    "in_argument": "In the argument {z}",
    "form_output": "output",
    "form_argument": "argument",
    "recursion_text": (
        "For `t = T, …, 1`, from the last equation to the first, the adjoint of a value is the sum of what each of "
        "its uses contributes. Beside each term stand the shapes of its factors, the rule, and the equation in "
        "which the value is used."
    ),
    "cotangents": "{cotangent}: given at every step.",
    "arrivals": (
        "{cotangent}: given at every step. {arrival}: from step `t+1`; at `t = T` the derivative with respect to "
        "the final state, `0` where the loss does not read it."
    ),
    "aliases": (
        "A sum hands its adjoint on to each of its terms unchanged, so what stands in it without a name has the "
        "adjoint of the sum:"
    ),
    "leaving": "What leaves for step `t-1`, and arrives there as {arrival}:",
    "static_text": (
        "What is computed from parameters alone has one value for the whole sequence. Its adjoint is summed over time "
        "(and over the batch where there is one) and then handed on once:"
    ),
    "parameters_both": (
        "A parameter is used at every step, so its gradient is a sum over time, and over the batch where there is one; "
        "what comes through a value of the whole sequence is summed already."
    ),
    "parameters_text": (
        "A parameter is used at every step, so its gradient is a sum over time, and over the batch where there is one."
    ),
    "sequences_text": (
        "The gradient of an input is needed at once by what produced the input; that of an initial state is what "
        "arrives at `t = 0`."
    ),
    "flow_text": "The states at `t` as functions of the states at `t-1`:",
    "blocks_text": "Each block is taken with the other states at `t-1` held fixed.",
    "total_text": (
        "Perturb {state} where it was computed instead, so that what else was computed from it at `t-1` follows; "
        "this is written with an upright d:"
    ),
    "over_time": (
        "Over several steps the Jacobians multiply, the latest to the left, and its transpose takes adjoints back:"
    ),
    "bound_text": (
        "Norms of sums and products give the size of each block ({norm} is the spectral norm of a matrix, "
        "{largest} the largest magnitude of a component):"
    ),
    "gain_text": (
        "The norm of {jacobian} is at most the sum of these bounds; call it {gain}. If {gain} stays below a "
        "number less than `1`, gradients vanish geometrically; they can explode only where it exceeds `1`."
    ),
    "zero_path": "No gradient stays in {state}: {block}.",
    "carried": (
        "One term of {block} passes through no matrix: {term}. Over many steps this path alone contributes {product}."
    ),
    "carried_long": (
        "The first term of {block} passes through no matrix. Over many steps this path alone contributes the product "
        "of its factors."
    ),
    "carried_inside": (
        "Its components lie in {range}: along this path a gradient never grows and never changes sign; it lasts "
        "as long as the factor stays near `1`, and is cut off where the factor is near `0`."
    ),
    "carried_bounded": "Its components lie in {range}: along this path a gradient cannot grow.",
    "carried_one": "It is the identity: this path passes a gradient on unchanged.",
    "carried_free": "Nothing in the equations keeps its components below `1` in magnitude.",
    "through_weights": (
        "Every term of {block} passes through a matrix, so that a long path is a product of as many matrices."
    ),
    "slope": "Below it is written {slope}.",
    "declared": (
        "After {sign} stands a derivative that is declared, not that of the function, which is 0 wherever it exists "
        "(straight-through estimator)."
    ),
    "whole_text": "Functions of whole vectors and matrices, by what a small change of their arguments does:",
    "differential": "Differential",
    "zero_blocks": "The blocks that are not listed are 0.",
    "flattened": "A matrix counts as the vector of its entries, row after row.",
}

RULES: dict[str, str] = {}
