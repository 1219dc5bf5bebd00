"""torch._dynamo: the part of PyTorch that compiles. Here nothing is compiled, and what steers it changes nothing."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

from .compiler import OptimizedModule, allow_in_graph, assume_constant_result, disable, is_compiling, reset

__all__ = [
    "OptimizedModule",
    "allow_in_graph",
    "assume_constant_result",
    "config",
    "disable",
    "graph_break",
    "is_compiling",
    "mark_dynamic",
    "mark_static",
    "reset",
]


eval_frame = sys.modules[f"{__name__}.eval_frame"] = ModuleType(f"{__name__}.eval_frame")
vars(eval_frame)["OptimizedModule"] = OptimizedModule
config = SimpleNamespace()  # programs set suppress_errors, cache_size_limit, ...


def graph_break(msg: str = "") -> None:
    """Nothing: there is no graph of compiled code that would break."""


def mark_dynamic(t: Any, index: Any, **options: Any) -> None:
    """Nothing: all sizes may change."""


mark_static = mark_dynamic
