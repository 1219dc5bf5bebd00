"""What operations of the graph are called in pictures and pages: the sign that a formula has for them, and a plain name."""

from __future__ import annotations

from ..autograd.graph import Node

__all__ = ["PLAIN", "SYMBOLS", "name_of", "title_of"]

SYMBOLS = {"add": "+", "sub": "−", "rsub": "−", "mul": "×", "true_divide": "÷", "matmul": "@", "sum": "Σ"}
PLAIN = {
    "power_number": "pow",
    "power": "pow",
    "true_divide": "div",
    "view": "reshape",
    "scale": "dropout",
    "max_values": "max_pool",
    "max_with_places": "max_pool",
    "sequence": "recurrent",
    "linear_otherwise": "linear",
    "split_with_sizes": "split",
    "einsum_rule": "einsum",
    "lookup": "embedding",
    "copied": "copy",
    "part": "view",
}


def name_of(node: Node) -> str:
    """The name of the rule; of a user's Function its own."""
    function = node.kind.rule
    if function is not None and function.__name__ == "_view" and function.__module__.endswith("indexing"):
        return "index"  # x[0], which is a view too
    return function.__name__.strip("_") if function is not None else node.name().removesuffix("Backward")


def title_of(name: str, *details: str) -> str:
    """Sign, plain name and what tells more: `× mul 2`."""
    return " ".join(filter(None, (SYMBOLS.get(name), PLAIN.get(name, name), *details)))
