"""The same arguments, functions and modules in both packages."""

from __future__ import annotations

import copy
import functools
import io
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

import minitorch_pt
from parity_tests.oracle import lookup

from .table import OutOfScope


class Converter:
    """Copies of an input's arguments for one package: same strides, same sharing of objects, same requires_grad."""

    def __init__(self, package: Any) -> None:
        self.package = package
        self.made: dict[int, Any] = {}
        self.leaves: list = []

    def __call__(self, value: Any) -> Any:
        """The twin of a value, containers included.

        Raises:
            OutOfScope: there is none.
        """
        if isinstance(value, torch.Tensor):
            if id(value) not in self.made:
                self.made[id(value)] = self._tensor(value)
            return self.made[id(value)]
        if isinstance(value, complex):
            raise OutOfScope("complex numbers")
        if isinstance(value, dict):
            return {self(k): self(v) for k, v in value.items()}
        if type(value) in (list, tuple):
            return type(value)(self(v) for v in value)
        if isinstance(value, slice):
            return slice(self(value.start), self(value.stop), self(value.step))
        if isinstance(value, np.ndarray):
            return value.copy()
        if self.package is torch:
            return copy.deepcopy(value) if isinstance(value, torch.Generator) else value
        if isinstance(value, torch.Size):
            return tuple(value)
        if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
            name = str(value).removeprefix("torch.")
            if not hasattr(minitorch_pt, name):
                raise OutOfScope(f"torch.{name}")
            return getattr(minitorch_pt, name)
        if isinstance(value, torch.device):
            return minitorch_pt.device(str(value))
        if isinstance(value, torch.Generator):
            return minitorch_pt.Generator().manual_seed(value.initial_seed())
        if isinstance(value, torch.nn.Module):
            return twin_module(value)
        if callable(value):
            return twin(value)
        return value

    def _tensor(self, source: torch.Tensor) -> Any:
        if source.layout is not torch.strided or source.is_nested or source.is_quantized:
            raise OutOfScope("sparse, nested and quantized tensors")
        if source.device.type != "cpu":
            raise OutOfScope(f"device {source.device.type}")
        name = str(source.dtype).removeprefix("torch.")
        if source.ndim > 64:
            raise OutOfScope("more than 64 axes, NumPy's limit")
        if source.is_complex():
            raise OutOfScope("complex numbers")
        if not hasattr(minitorch_pt, name):
            raise OutOfScope(f"torch.{name}")
        source_data, dtype = source.detach().resolve_neg(), np.dtype(name)
        memory, offset = _memory(source_data, dtype), source.storage_offset() if source.numel() else 0
        if self.package is torch:
            result = torch.from_numpy(memory).as_strided(source.shape, source_data.stride(), offset).detach()
        else:
            strides = tuple(s * dtype.itemsize for s in source_data.stride())
            result = minitorch_pt.from_numpy(
                np.ndarray(tuple(source.shape), dtype, memory, offset * dtype.itemsize, strides)
            )
        if isinstance(source, torch.nn.Parameter):
            result = self.package.nn.Parameter(result, source.requires_grad)
        if source.requires_grad:
            self.leaves.append(result.requires_grad_())
        return result


def _memory(source: torch.Tensor, dtype: np.dtype) -> np.ndarray:
    """A copy of the memory that the tensor looks into."""
    if not source.numel():
        return np.empty(1, dtype)
    last = source.storage_offset() + sum((n - 1) * s for n, s in zip(source.shape, source.stride(), strict=True))
    return torch.as_strided(source, (last + 1,), (1,), 0).numpy().copy()


def _with_seed(operation: Callable, *args: Any, **kwargs: Any) -> Any:
    minitorch_pt.manual_seed(42)
    return operation(*args, **kwargs)


def twin(function: Any, name: str | None = None) -> Any:
    """Our counterpart of one of torch's functions; a function of the databases is run again with our package as `torch`.

    Raises:
        AttributeError: it does not exist.
    """
    if isinstance(function, functools.partial):
        return functools.partial(twin(function.func), *function.args, **function.keywords)
    if isinstance(function, types.FunctionType) and function.__module__.startswith("torch.testing"):
        names = {
            "torch": minitorch_pt,
            "wrapper_set_seed": _with_seed,
            "__builtins__": function.__globals__["__builtins__"],
        }
        for used in _names(function.__code__):
            if used not in names and used in function.__globals__:
                value = function.__globals__[used]
                names[used] = twin(value) if _of_torch(value) else value
        made = types.FunctionType(
            function.__code__, names, function.__name__, function.__defaults__, function.__closure__
        )
        made.__kwdefaults__ = function.__kwdefaults__
        return made
    name = (name or getattr(function, "__name__", str(function))).removeprefix("torch.")
    for place in (minitorch_pt, minitorch_pt.Tensor, minitorch_pt.nn.functional, minitorch_pt.optim.lr_scheduler):
        try:
            return lookup(place, name)
        except AttributeError:
            continue
    raise AttributeError(f"minitorch_pt has no {name}")


def _of_torch(value: Any) -> bool:
    kinds = (types.FunctionType, functools.partial, type)
    return isinstance(value, kinds) and getattr(value, "__module__", "").startswith(
        ("torch.testing", "torch.nn", "torch.optim")
    )


def _names(code: types.CodeType) -> set[str]:
    inner = [_names(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return set(code.co_names).union(*inner)


def twin_module(module: torch.nn.Module) -> Any:
    """Our module for one that stands as an argument: what we read of the file that torch writes."""
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    return minitorch_pt.load(file, weights_only=False)
