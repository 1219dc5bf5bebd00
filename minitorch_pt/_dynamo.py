"""torch._dynamo: the part of PyTorch that compiles. Here nothing is compiled, and what steers it changes nothing."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

from .compiler import (
    OptimizedModule,
    allow_in_graph,
    assume_constant_result,
    disable,
    is_compiling,
    list_backends,
    reset,
)
from .names.places import settle

__all__ = [
    "OptimizedModule",
    "allow_in_graph",
    "assume_constant_result",
    "config",
    "disable",
    "graph_break",
    "is_compiling",
    "list_backends",
    "mark_dynamic",
    "mark_static",
    "mark_static_address",
    "maybe_mark_dynamic",
    "reset",
]


class Unsupported(RuntimeError):
    """What PyTorch raises of code that it cannot compile: packages catch it, and nothing raises it."""


class TransformGetItemToIndex(nullcontext):
    """In this block x[i] takes tensors of one number as indices while torch.vmap runs: here it always does."""


class _Config(SimpleNamespace):
    """Programs set suppress_errors, cache_size_limit, ...: what is set stays and changes nothing."""

    def patch(self, *given: Any, **settings: Any) -> nullcontext:
        """A block in which settings hold, of which none changes anything."""
        return nullcontext()


config = _Config()


def graph_break(msg: str = "") -> None:
    """Nothing: there is no graph of compiled code that would break."""


def mark_dynamic(t: Any, index: Any, **options: Any) -> None:
    """Nothing: all sizes may change."""


mark_static = maybe_mark_dynamic = mark_dynamic


def mark_static_address(t: Any, guard: bool = True) -> None:
    """Nothing: no compiled code relies on where a tensor's memory is."""


def innermost_fn(fn: Any, unaltered_fn_attr: str = "_torchdynamo_orig_callable") -> Any:
    """The function as it is: nothing is put around one that is not compiled."""
    return fn


def is_dynamo_supported() -> bool:
    """False."""
    return False


def is_compile_supported(device_type: str) -> bool:
    """False."""
    return False


# torch's modules behind this door
settle(f"{__name__}.eval_frame", {"innermost_fn": innermost_fn, "is_dynamo_supported": is_dynamo_supported})
vars(sys.modules[f"{__name__}.eval_frame"])["OptimizedModule"] = OptimizedModule
settle(f"{__name__}.exc", {"Unsupported": Unsupported})
settle(f"{__name__}._trace_wrapped_higher_order_op", {"TransformGetItemToIndex": TransformGetItemToIndex})
settle(f"{__name__}.utils", {"is_compile_supported": is_compile_supported})
