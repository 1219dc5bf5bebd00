"""The engine: rule.py makes operations, which graph.py records, and walk.py carries gradients back; the rest is what users call."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING, Any as _Any

from . import edges as edges, hooks as hooks, saved_tensors as saved_tensors
from .check import gradcheck as gradcheck, gradgradcheck as gradgradcheck
from .function import Function as Function
from .gradients import backward as backward, grad as grad
from .modes import (
    detect_anomaly as detect_anomaly,
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_anomaly_enabled as is_anomaly_enabled,
    is_grad_enabled as is_grad_enabled,
    is_inference_mode_enabled as is_inference_mode_enabled,
    no_grad as no_grad,
    set_detect_anomaly as set_detect_anomaly,
    set_grad_enabled as set_grad_enabled,
)
from .variable import Variable

if _TYPE_CHECKING:
    from . import forward_ad as forward_ad, functional as functional, profiler as profiler


def __getattr__(name: str) -> _Any:  # what is imported at its first use
    if name == "profiler":
        _import_module("..profiler", __name__)  # which says where its classes live
    if name in ("forward_ad", "functional", "profiler"):
        return _import_module(f".{name}", __name__)
    if name == "_profiler_enabled":
        return _import_module(".profiler", __name__).is_open
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Function", "Variable", "backward", "detect_anomaly", "enable_grad", "forward_ad", "functional", "grad", "gradcheck", "gradgradcheck", "inference_mode",
    "is_anomaly_enabled", "is_grad_enabled", "is_inference_mode_enabled", "no_grad", "set_detect_anomaly", "set_grad_enabled",
]  # fmt: skip
