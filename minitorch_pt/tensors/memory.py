"""Memory: copies of a tensor, in files too, other memory and other sizes for it, and the storages behind it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import formats
from ..arrays.storage import copied, looking, resize
from ..autograd import changes, graph
from ..autograd.contract import composed
from ..autograd.modes import recording
from ..autograd.readers import read
from ..ops.axes import sizes as given_sizes
from ..ops.slicing import as_strided
from ..storage import KINDS, TypedStorage, UntypedStorage, shown, storage, untyped_storage
from .conversion import rebuilt

if TYPE_CHECKING:
    from ..autograd.contract import MemoryFormat
    from .tensor import Tensor


class Memory:
    """The part of Tensor that tells of its memory."""

    __slots__ = ()
    _data: np.ndarray
    dtype: Any
    requires_grad: Any
    is_leaf: Any
    __dict__: dict

    def __deepcopy__(self: Any, memo: dict) -> Any:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. Use detach().clone() for a copy without history."
            )
        if id(self) not in memo:
            data = copied(self._data, memo)
            memo[id(self)] = made = rebuilt(
                type(self), data, self.requires_grad, copy.deepcopy(self._attributes(), memo)
            )
            if self._grad is not None:
                made._grad = copy.deepcopy(self._grad, memo)
        return memo[id(self)]

    def set_(self: Any, source: Any = None, storage_offset: Any = 0, size: Any = None, stride: Any = None) -> Any:
        """Show the memory of `source` from now on, from an element on and with sizes and strides if they are given; none without it.

        Raises:
            RuntimeError: of another type, or the history of a tensor that requires grad would be lost.
        """
        if source is not None and not isinstance(source, graph.Tensor):
            source = shown(source, self.dtype)
        if recording.on and (self.requires_grad or (source is not None and source.requires_grad)):
            raise RuntimeError("set_() of a tensor that requires grad has no derivative: do it under torch.no_grad()")
        if source is None:
            data = np.empty(0, self._data.dtype)
        elif source.dtype is not self.dtype:
            raise RuntimeError(f"Could not set tensor of type {source.dtype} to a tensor of type {self.dtype}")
        elif size is None:
            data = source._data
        else:
            stride = np.empty(size, "b").strides if stride is None else stride
            data = as_strided(source.detach(), size, stride, storage_offset)._data
        changes.exchange(self, data)
        changes.changed(self._data)
        return self

    def resize_(self: Any, *sizes: Any, memory_format: Any = None) -> Any:
        """Take another shape on the same memory, or on more of it: elements keep their places in memory, not their indices.

        Raises:
            RuntimeError: the tensor requires grad.
        """
        if not sizes:
            raise TypeError("resize_() needs a size; for a single number it is ()")
        if self.requires_grad:
            raise RuntimeError("cannot resize variables that require grad: use reshape(), or detach() first")
        shape = given_sizes(sizes)
        if any(n < 0 for n in shape):
            raise RuntimeError(f"resize_() got a negative size: {list(shape)}")
        if shape != self._data.shape or memory_format is not None:
            if memory_format is not None:
                order = formats.steps(shape, read("MemoryFormat", memory_format, "resize_", "memory_format"))
            resize(self, shape)
            if memory_format is not None:
                self._data = looking(self._data, shape, [step * self._data.itemsize for step in order])
            changes.changed(self._data)
        return self

    @composed
    def resize_as_(self: Any, the_template: Tensor, *, memory_format: MemoryFormat | None = None) -> Any:
        """`resize_` to the shape of another tensor, and with `preserve_format` to its order in memory.

        >>> x = torch.tensor([1, 2, 3, 4])
        >>> torch.resize_as_(x, torch.zeros(2, 2))
        tensor([[1, 2],
                [3, 4]])
        """
        if memory_format is formats.preserve_format:
            memory_format = formats.suggested(the_template._data)
        return self.resize_(tuple(the_template.shape), memory_format=memory_format)

    def untyped_storage(self: Any) -> UntypedStorage:
        """The memory in which the tensor lies, as bytes; tensors that share it have storages of one `data_ptr()`."""
        return untyped_storage(self)

    def storage(self: Any) -> TypedStorage:
        """The memory in which the tensor lies, as elements of its type; torch deprecates it for `untyped_storage`."""
        return storage(self)

    def storage_type(self: Any) -> Any:
        """What torch calls the storage of a tensor of this type: torch.FloatStorage."""
        return KINDS[self.dtype]

    def _attributes(self) -> dict:
        """What the user has set on this tensor: without the engine's own."""
        return {k: v for k, v in self.__dict__.items() if k not in ("_origin", "_hooks", "_after", "_retains")}

    def __reduce_ex__(self: Any, protocol: Any) -> tuple:
        return rebuilt, (type(self), self._data, self.requires_grad, self._attributes())
