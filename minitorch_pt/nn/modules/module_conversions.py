"""A module as another dtype, or in another order in memory: all its parameters and buffers are converted in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...arrays import dtypes
from ...arrays.formats import memory_format as MemoryFormat
from ...autograd.modes import no_grad
from ...autograd.readers import read
from ...tensors.conversion import parse_to
from ...tensors.creation import empty_like
from ...tensors.device import DeviceError, on_cpu
from ...tensors.tensor import Tensor


class _Ways:
    """How parameters are exchanged (torch.__future__)."""

    overwrite = False
    swap = False


ways = _Ways()


class Conversions:
    """The part of Module that converts its parameters and buffers."""

    children: Callable
    _parameters: dict[str, Any]
    _buffers: dict[str, Any]

    @no_grad()
    def _apply(self, fn: Callable, recurse: bool = True) -> Any:
        """Exchange the data of every parameter, and every buffer itself, for a function of it.

        All conversions come here: programs override it, to convert tensors that are neither.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, parameter in self._parameters.items():
            if ways.overwrite and not ways.swap and parameter is not None:
                old, parameter = (
                    parameter,
                    parameter.data.as_subclass(type(parameter)).requires_grad_(parameter.requires_grad),
                )
                self._parameters[name], parameter._grad = parameter, old._grad
            for tensor in (parameter, None if parameter is None else parameter._grad):
                if tensor is not None:
                    tensor.data = fn(tensor)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to_empty(self, *, device: Any, recurse: bool = True) -> Any:
        """New memory for all parameters and buffers, whose numbers are still to be set; returns the module."""
        on_cpu(device)
        return self._apply(empty_like, recurse=recurse)

    def to(
        self,
        *args: Any,
        device: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        memory_format: MemoryFormat | None = None,
    ) -> Any:
        """Convert all floating point parameters and buffers to a dtype, in place; returns the module.

        memory_format: the order in memory of the parameters and buffers of four or five axes.

        Raises:
            TypeError: the dtype is no floating point type. DeviceError: a device other than the CPU.
        """
        _, dtype, _, memory_format = parse_to(*args, device=device, dtype=dtype, memory_format=memory_format)
        if memory_format is not None:
            read("MemoryFormat", memory_format, "to", "memory_format")
        elif dtype is None:
            return self
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
            )

        def converted(t: Tensor) -> Tensor:
            order = memory_format if t.ndim in (4, 5) else None
            return t.to(dtype=dtype if t.is_floating_point() else None, memory_format=order)

        return self._apply(converted)

    def type(self, dst_type: Any) -> Any:
        """Convert all parameters and buffers to a dtype, in place; returns the module."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Any:
        """Convert all floating point parameters and buffers to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Any:
        """Convert all floating point parameters and buffers to float64."""
        return self.to(dtypes.float64)

    def half(self) -> Any:
        """Convert all floating point parameters and buffers to float16."""
        return self.to(dtypes.float16)

    def cpu(self) -> Any:
        """Itself: everything is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Any:
        """Not possible.

        Raises:
            DeviceError: always.
        """
        raise DeviceError(
            "minitorch_pt runs on the CPU only: leave .cuda() out, or write .to(device) with device='cpu'"
        )
