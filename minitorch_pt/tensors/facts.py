"""What a tensor tells of itself: its shape, its type, and where its elements lie in memory."""

from __future__ import annotations

import functools
import itertools
import warnings
from typing import Any

import numpy as np

from ..arrays import dtypes, formats, layouts
from ..arrays.size import Size, size_of
from ..arrays.storage import is_inference, offset
from ..names.titles import alias
from .device import CPU, META, device, within_meta


def warn_of_grad() -> None:
    """Say that `backward` leaves nothing in the `.grad` that was asked for."""
    warnings.warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during "
        "autograd.backward(). If you want it, call .retain_grad() on the tensor before.",
        stacklevel=3,
    )


class Facts:
    """The part of Tensor that describes its array."""

    __slots__ = ()
    _data: np.ndarray
    _base: Any

    @property
    def shape(self) -> Size:
        """The size of each axis."""
        return size_of(self._data.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        """The type of the elements."""
        return dtypes.of(self._data.dtype)

    @property
    def device(self) -> device:
        """device(type='cpu'); within `with torch.device("meta")`, that."""
        return META if within_meta else CPU

    @property
    def is_cpu(self) -> bool:
        """True."""
        return True

    def _never(self) -> bool:
        """False."""
        return False

    # each is a property of its own, which a class that takes over is told by
    is_cuda, is_meta, is_mps, is_nested = property(_never), property(_never), property(_never), property(_never)
    is_quantized, is_sparse, is_sparse_csr = property(_never), property(_never), property(_never)
    is_ipu, is_maia, is_mkldnn, is_mtia = property(_never), property(_never), property(_never), property(_never)
    is_vulkan, is_xla, is_xpu = property(_never), property(_never), property(_never)

    @property
    def layout(self) -> formats.layout:
        """torch.strided: each element has its place in memory."""
        return formats.strided

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    @property
    def itemsize(self) -> int:
        """Bytes per element."""
        return self._data.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self._data.nbytes

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one axis.

        >>> torch.zeros(2, 3).size()
        torch.Size([2, 3])
        >>> torch.zeros(2, 3).size(1)
        3
        """
        if dim is None:
            return self.shape
        if not -max(self.ndim, 1) <= dim < max(self.ndim, 1) or not self.ndim:
            n = max(self.ndim, 1)
            raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n - 1}], but got {dim})")
        return self._data.shape[dim]

    def dim(self) -> int:
        """The number of axes.

        >>> torch.zeros(2, 3).dim()
        2
        """
        return self._data.ndim

    def numel(self) -> int:
        """The number of elements."""
        return self._data.size

    ndimension, nelement = alias(dim, "ndimension"), alias(numel, "nelement")

    def element_size(self) -> int:
        """Bytes per element.

        >>> torch.zeros(2).element_size()
        4
        """
        return self._data.itemsize

    def stride(self, dim: int | None = None) -> Any:
        """How many elements apart neighbours along each axis lie.

        >>> torch.zeros(2, 3).stride()
        (3, 1)
        """
        steps = layouts.strides(self._data)
        return steps if dim is None else steps[dim]

    def storage_offset(self) -> int:
        """How many elements after the start of its memory the tensor begins."""
        return offset(self._data) // self._data.itemsize

    def sparse_dim(self) -> int:
        """0: a dense tensor has no axes with indices."""
        return 0

    def dense_dim(self) -> int:
        """The number of axes."""
        return self._data.ndim

    def is_inference(self) -> bool:
        """Whether the tensor was made in inference mode.

        >>> torch.is_inference(torch.zeros(2))
        False
        """
        return is_inference(self._data)

    def is_set_to(self, tensor: Any) -> bool:
        """Whether the other tensor shows the same memory in the same form."""
        one, other = self._data, tensor._data
        return self.data_ptr() == tensor.data_ptr() and (one.shape, one.strides) == (other.shape, other.strides)

    def _is_view(self) -> bool:
        return self._base is not None

    def data_ptr(self) -> int:
        """The address of the first element, 0 where there is none.

        >>> x = torch.zeros(4)
        >>> x.view(2, 2).data_ptr() == x.data_ptr()
        True
        """
        return self._data.__array_interface__["data"][0] if self._data.size else 0

    def is_contiguous(self, *, memory_format: object = formats.contiguous_format) -> bool:
        """Whether elements lie in memory in the order of their indices, or in that of `memory_format`.

        >>> torch.zeros(2, 3).is_contiguous(), torch.zeros(2, 3).t().is_contiguous()
        (True, False)
        """
        if memory_format is formats.contiguous_format:
            return self._data.flags.c_contiguous
        return formats.fits(self._data, memory_format)

    def dim_order(self, *, ambiguity_check: bool | list[formats.memory_format] = False) -> tuple[int, ...]:
        """The axes from the slowest to the fastest in memory.

        ambiguity_check: True refuses axes whose order could be another: of size 1, or neighbours of one stride; a list of memory
        formats allows that if the tensor fits exactly one of them.

        Raises:
            RuntimeError: the order could be another. TypeError: another kind of check.
        """
        allowed = ambiguity_check if isinstance(ambiguity_check, list) else []
        if not isinstance(ambiguity_check, (bool, list)) or not all(
            isinstance(f, formats.memory_format) for f in allowed
        ):
            raise TypeError("The ambiguity_check argument must be a bool or a list of memory formats.")
        loose = 1 in self._data.shape or any(a == b for a, b in itertools.pairwise(self._data.strides))
        if loose and ambiguity_check is not False and sum(self.is_contiguous(memory_format=f) for f in allowed) != 1:
            raise RuntimeError(
                "The tensor does not have unique dim order, or cannot map to exact one of the given memory formats."
            )
        last = self._data.ndim == 4 and self.is_contiguous(memory_format=formats.channels_last)
        plain = self._data.flags.c_contiguous and not last  # what fits both is told by its strides
        return tuple(range(self._data.ndim) if plain else layouts.axes(self._data))

    def is_floating_point(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self._data.dtype.kind == "f"

    def is_complex(self) -> bool:
        """Always False.

        >>> torch.is_complex(torch.zeros(2))
        False
        """
        return False

    is_conj, is_neg, is_distributed = map(functools.partial(alias, is_complex), ("is_conj", "is_neg", "is_distributed"))

    def is_signed(self) -> bool:
        """Whether the type has negative values.

        >>> torch.is_signed(torch.tensor(1)), torch.is_signed(torch.tensor(1, dtype=torch.uint8))
        (True, False)
        """
        return self.dtype.is_signed

    def is_pinned(self) -> bool:
        """False: memory is pinned for copies to a GPU."""
        return False

    def pin_memory(self) -> Any:
        """Nothing to be had without a GPU.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "pin_memory() prepares memory for copies to a GPU, and minitorch_pt computes on the CPU: leave it out"
        )

    def get_device(self) -> int:
        """-1, torch's number for the CPU.

        >>> torch.get_device(torch.zeros(2))
        -1
        """
        return -1
