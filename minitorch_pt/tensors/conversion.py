"""Conversions: a tensor as another dtype, as NumPy's array, as Python's numbers and lists, as text."""

from __future__ import annotations

import builtins
import functools
import warnings
from collections.abc import Iterator
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ops
from ..arrays import dtypes, formats
from ..arrays.size import Size
from ..autograd import graph
from ..autograd.modes import is_grad_enabled
from ..autograd.readers import read
from ..autograd.rule import differentiable, named
from ..autograd.takeovers import DisableTorchFunctionSubclass, asked_of, hand_over
from ..names.titles import alias, titled
from ..ops.shape import laid_out
from .device import DeviceError, DLDeviceType, device as _device, on_cpu
from .elements import elements
from .printing import tensor_repr

if TYPE_CHECKING:
    from ..autograd.contract import MemoryFormat
    from .tensor import Tensor


@differentiable(linear=True, name="ToCopyBackward0")
def _cast(input: Any, dtype: dtypes.dtype) -> Any:
    return dtypes.converted(input, dtype.dtype), lambda g: g  # the engine casts gradients back


@differentiable(linear=True, view=True, name="AliasBackward0")
def _alias(input: Any) -> Any:
    return input.view(), lambda g: g


class Conversions:
    """The part of Tensor that gives its elements in other forms."""

    __slots__ = ()
    _data: np.ndarray
    _made_sparse: Any  # given by the package, which loads torch.sparse where a program asks for it
    dtype: Any
    device: Any
    requires_grad: Any
    is_leaf: Any
    __dict__: dict

    def to(
        self: Any,
        *args: Any,
        dtype: Any = None,
        device: Any = None,
        non_blocking: bool = False,
        copy: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        """This tensor with another dtype (or that of another tensor) or memory format; itself if nothing changes and `copy` is False.

        Called as to(dtype), to(device), to(device, dtype) or to(other); `non_blocking` and `copy` may follow without a name.

        Raises:
            DeviceError: a device other than the CPU. TypeError: something that is neither dtype, device nor tensor.

        >>> torch.tensor([1, 2]).to(torch.float64)
        tensor([1., 2.], dtype=torch.float64)
        """
        flags = 1  # where they begin: behind a dtype, a tensor, or a device and a dtype
        for place, a in enumerate(args):
            if isinstance(a, (dtypes.dtype, type)) and place <= flags - 1:
                dtype = dtypes.given(a)
            elif not place and isinstance(a, Conversions):
                dtype = a.dtype
            elif not place and (
                a is None or (isinstance(a, (str, int, np.integer, _device)) and not isinstance(a, bool))
            ):
                device, flags = a, 2
            elif place >= flags and isinstance(a, bool) and place < flags + 2:
                copy = a if place == flags + 1 else copy
            elif a is not None or place >= flags:
                if asked_of(a):
                    return hand_over(graph.Tensor.to, asked_of(self, a), (self, *args), {})
                raise TypeError(
                    f"to() takes a dtype such as torch.float32, a device or a tensor, then flags, and got {a!r} in place {place + 1}"
                )
        if device is not None:
            on_cpu(device)
        if dtype is not None and dtype.__class__ is not dtypes.dtype:
            dtype = dtypes.given(dtype)
        kept = dtype is None or dtype is self.dtype
        if memory_format is not None and memory_format is not formats.preserve_format:
            read("MemoryFormat", memory_format, "to", "memory_format")
            if kept and not copy and formats.suggested(self._data) is memory_format:
                return self
            return named(laid_out(self, memory_format, dtype), "ToCopyBackward0")
        if kept:
            return named(self.clone(), "ToCopyBackward0") if copy else self
        return _cast(self, dtype)

    def to_dense(self: Any, dtype: Any = None, *, masked_grad: Any = None) -> Tensor:
        """Itself, or with another dtype: it is dense. Of a sparse tensor, the tensor with its zeros."""
        return self if dtype is None else self.to(read("DType", dtype, "to_dense", "dtype"))

    def to_sparse(self: Any, sparse_dim: Any = None, *, layout: Any = None) -> Tensor:
        """Of a matrix the elements that are not 0, with their indices: see `torch.sparse`.

        sparse_dim: how many axes get indices, from the first on; all by default.

        Raises:
            NotImplementedError: another layout than torch.sparse_coo. RuntimeError: no such number of axes.
        """
        return self._made_sparse(sparse_dim, layout)

    def to_sparse_coo(self: Any) -> Tensor:
        """`to_sparse()`."""
        return self.to_sparse()

    def sparse_mask(self: Any, mask: Any) -> Tensor:
        """The elements at the indices that the sparse tensor `mask` has, as a sparse tensor.

        Raises:
            TypeError: mask is no tensor. RuntimeError: it is not sparse, or of another shape.
        """
        if not hasattr(mask, "is_sparse"):
            raise TypeError(f"sparse_mask(): argument 'mask' must be Tensor, not {type(mask).__name__}")
        if not mask.is_sparse:
            raise RuntimeError("sparse_mask(): expected a sparse mask, and it is dense; make it one with .to_sparse()")
        return mask._mask(self)

    def _not_sparse(self: Any) -> Any:
        """Only sparse tensors have it.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "expected sparse coordinate tensor layout but got Strided: the tensor is dense; make it sparse with .to_sparse()"
        )

    coalesce, is_coalesced, indices, values, _indices, _values, _nnz = map(
        functools.partial(alias, _not_sparse), "coalesce is_coalesced indices values _indices _values _nnz".split()
    )

    def type(self, dtype: Any = None) -> Any:
        """The name of the tensor's type ("torch.FloatTensor"), or the tensor converted to `dtype`.

        Raises:
            ValueError: no type of this name. TypeError: neither a name nor a type.

        >>> torch.zeros(2).type()
        'torch.FloatTensor'
        >>> torch.zeros(2).type(torch.int64)
        tensor([0, 0])
        """
        if dtype is None:
            return f"torch.{dtypes.TITLES[self._data.dtype.name]}Tensor"
        if isinstance(dtype, str):
            known = {f"torch.{title}Tensor": name for name, title in dtypes.TITLES.items()}
            if dtype not in known:
                raise ValueError(f"invalid type: {dtype!r}; known are {', '.join(known)}")
            dtype = dtypes.of(np.dtype(known[dtype]))
        # torch.LongTensor and its kin have a dtype
        kind = None if isinstance(dtype, Conversions) else getattr(dtype, "dtype", None)
        kind = kind if isinstance(kind, dtypes.dtype) else None  # that of a class such as np.float64 is no type
        if dtype is graph.Tensor:
            kind = dtypes.get_default_dtype()
        if isinstance(dtype, dtypes.dtype):
            kind = dtype
        if kind is None:
            wrong = ValueError if isinstance(dtype, type) else TypeError
            raise wrong(
                f"invalid type: {dtype!r} is no type of tensors, nor its name; give torch.float32, for instance"
            )
        return self.to(kind)

    def new(self, *args: Any, size: Any = None, data: Any = None, other: Any = None, device: Any = None) -> Any:
        """torch's old constructor, of this tensor's type: x.new(2, 3), x.new([1, 2]); see `legacy`.

        Raises:
            TypeError: neither sizes nor a sequence of values, or a tensor of another type.
        """
        named = [Size(size)] if size is not None else [x for x in (data, other) if x is not None]
        return graph.Tensor._of((*args, *named), self.dtype, device)

    @classmethod
    def _of(cls: Any, data: tuple, dtype: dtypes.dtype | None, device: Any) -> Any:
        """What torch's old constructors make of their arguments: of a tensor a view of it, with its history."""
        array = elements(data, dtype, device)
        if len(data) == 1 and isinstance(data[0], graph.Tensor):
            return data[0].as_subclass(cls)
        return graph.wrap(array, False, cls)

    def type_as(self, other: Any) -> Tensor:
        """This tensor with the dtype of `other`."""
        return self.to(other.dtype)

    def double(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As float64."""
        return self.to(dtypes.float64, memory_format=memory_format)

    def float(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As float32.

        >>> torch.tensor([1, 2]).float()
        tensor([1., 2.])
        """
        return self.to(dtypes.float32, memory_format=memory_format)

    def half(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As float16."""
        return self.to(dtypes.float16, memory_format=memory_format)

    def long(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As int64.

        >>> torch.tensor([1.5, -1.5]).long()
        tensor([ 1, -1])
        """
        return self.to(dtypes.int64, memory_format=memory_format)

    def int(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As int32."""
        return self.to(dtypes.int32, memory_format=memory_format)

    def short(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As int16."""
        return self.to(dtypes.int16, memory_format=memory_format)

    def char(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As int8."""
        return self.to(dtypes.int8, memory_format=memory_format)

    def byte(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As uint8."""
        return self.to(dtypes.uint8, memory_format=memory_format)

    def bool(self, *, memory_format: MemoryFormat | None = None) -> Tensor:
        """As bool: whether elements differ from 0."""
        return self.to(dtypes.bool, memory_format=memory_format)

    def cpu(self: Any) -> Tensor:
        """Itself: every tensor is on the CPU."""
        return self

    def cuda(self, *args: Any, **kwargs: Any) -> Any:
        """Not possible.

        Raises:
            DeviceError: always.
        """
        raise DeviceError(
            "minitorch_pt runs on the CPU only: leave .cuda() out, or write .to(device) with device='cpu'"
        )

    def numpy(self, *, force: Any = False) -> np.ndarray:
        """The ndarray, sharing memory.

        Raises:
            RuntimeError: the tensor requires grad, outside no_grad (use `detach()` first, or `force=True`).

        >>> torch.tensor([1, 2]).numpy()
        array([1, 2])
        """
        if self.requires_grad and not force and is_grad_enabled():
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        return self._data

    def __dlpack__(self, *, stream: Any = -1, max_version: Any = None, dl_device: Any = None, copy: Any = None) -> Any:
        """A DLPack capsule of the memory: what other libraries' `from_dlpack` asks for.

        Raises:
            BufferError: the tensor requires grad, or another device is asked for.
        """
        if self.requires_grad:
            raise BufferError("Can't export tensors that require gradient, use tensor.detach()")
        if stream not in (None, -1):
            raise AssertionError("stream should be None on cpu.")
        if dl_device is not None and tuple(dl_device) != self.__dlpack_device__():
            raise BufferError(f"the memory is on the CPU, and cannot be handed out to device {tuple(dl_device)}")
        return (self._data.copy() if copy else self._data).__dlpack__(max_version=max_version)

    def __dlpack_device__(self) -> tuple[DLDeviceType, builtins.int]:
        """Where the memory is: on the CPU."""
        return DLDeviceType.kDLCPU, 0

    def item(self) -> Any:
        """The only element as a Python number.

        Raises:
            RuntimeError: there is not exactly one element.

        >>> torch.tensor([3.5]).item()
        3.5
        """
        if self._data.size != 1:
            raise RuntimeError(
                f"a Tensor with {self._data.size} elements cannot be converted to Scalar; pick one with an index, or reduce it with .sum() or .mean()"
            )
        return self._data.item()

    def tolist(self) -> Any:
        """Nested lists of Python numbers, or one number for a tensor without axes.

        >>> torch.tensor([[1, 2], [3, 4]]).tolist()
        [[1, 2], [3, 4]]
        """
        return self._data.tolist()

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        data = self.numpy()
        if dtype is not None and np.dtype(dtype) != data.dtype:
            if copy is False:
                raise ValueError(f"Unable to avoid copy while making an array of {np.dtype(dtype)} of {self.dtype}")
            return data.astype(dtype)
        return data.copy() if copy else data

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: Any = False) -> Tensor:
        # torch's too takes a result of bools for one of uint8
        return graph.wrap(array.astype(np.uint8) if array.dtype == bool else array)

    def __bool__(self) -> Any:
        if self._data.size != 1:
            what = "no values" if self._data.size == 0 else "more than one value"
            raise RuntimeError(f"Boolean value of Tensor with {what} is ambiguous; use .any() or .all()")
        return bool(self._data.item())

    def is_nonzero(self) -> Any:
        """Whether the only element is not 0.

        Raises:
            RuntimeError: another number of elements.

        >>> torch.is_nonzero(torch.tensor([0.0])), torch.is_nonzero(torch.tensor(3))
        (False, True)
        """
        return self.__bool__()

    def is_same_size(self, other: Any) -> Any:
        """Whether the other tensor has the same shape.

        >>> torch.is_same_size(torch.zeros(2, 3), torch.ones(2, 3))
        True
        """
        return self._data.shape == other._data.shape

    def _number(self) -> Any:
        if self._data.size != 1:
            raise ValueError(
                f"only one element tensors can be converted to Python scalars, got shape {list(self._data.shape)}; "
                "pick one with an index, or take all with .tolist()"
            )
        return self._data.item()

    def __int__(self) -> Any:
        return int(self._number())

    def __float__(self) -> Any:
        if self.requires_grad:
            warnings.warn(
                "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior. Consider using tensor.detach() first, or .item().",
                stacklevel=2,
            )
        return float(self._number())

    def __complex__(self) -> complex:
        return complex(self._number())

    def __index__(self) -> Any:
        if self._data.dtype.kind == "f" or self._data.size != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self._data.item())

    # -- as a tensor of another class ------------------------------------------------------------------------------------
    def as_subclass(self: Any, cls: Any) -> Any:
        """The same memory and history as a tensor of a subclass.

        Raises:
            TypeError: `cls` is no class of tensors.
        """
        if not (isinstance(cls, type) and issubclass(cls, graph.Tensor)):
            raise TypeError(f"as_subclass(): argument 'cls' must be a subclass of Tensor, not {cls!r}")
        with DisableTorchFunctionSubclass():
            seen = _alias(self)
        out: Any = object.__new__(cls)
        for name in ("_data", "_grad", "_node", "_requires_grad", "_base"):
            setattr(out, name, getattr(seen, name))
        if out._base is not None:
            out._seen = seen._seen
        vars(out).update(vars(seen))
        return out

    @staticmethod
    def _make_subclass(cls: Any, data: Any, require_grad: Any = False) -> Any:
        """A leaf of a class on the memory of a tensor: what programs call in `__new__`."""
        out = data.detach().as_subclass(cls)
        return out.requires_grad_() if require_grad else out

    # -- as a container and as text --------------------------------------------------------------------------------------
    def __len__(self) -> Any:
        if not self._data.ndim:
            raise TypeError("len() of a 0-d tensor")
        return len(self._data)

    def __iter__(self: Any) -> Iterator:
        if not self._data.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __reversed__(self: Any) -> Tensor:
        return ops.flip(self, (0,)) if self._data.ndim else self

    def __contains__(self, element: Any) -> Any:
        if not isinstance(element, (Conversions, Number)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
            )
        equal: Any = self == element
        return bool(equal._data.any())

    def __repr__(self: Any) -> str:
        text = tensor_repr(self)
        return f"Parameter({text})" if "_is_param" in self.__dict__ else text

    def __format__(self, spec: str) -> str:
        if self._data.ndim == 0 and type(self) is graph.Tensor:
            return format(self.item(), spec)
        return object.__format__(self, spec)


def rebuilt(cls: Any, data: np.ndarray, requires_grad: bool, attributes: dict) -> Any:
    """A leaf around `data`: what unpickling and deepcopy make."""
    tensor = graph.wrap(data, requires_grad, cls)
    tensor.__dict__.update(attributes)
    return tensor


_rebuild = rebuilt  # what pickles of 0.1.0 call it


def parse_to(
    *args: Any,
    device: Any = None,
    dtype: Any = None,
    non_blocking: bool = False,
    memory_format: Any = None,
) -> tuple:
    """The (device, dtype, non_blocking, memory_format) that `to` is asked for: modules that have a `to` of their own call it."""
    for a in args:
        if isinstance(a, (dtypes.dtype, type)):
            dtype = a
        elif isinstance(a, Conversions):
            device, dtype = a.device, a.dtype
        elif isinstance(a, bool):
            non_blocking = a
        else:
            device = a
    dtype = None if dtype is None else dtypes.given(dtype)
    return None if device is None else on_cpu(device), dtype, non_blocking, memory_format


titled(parse_to, "_parse_to")  # torch's name, in torch._C._nn
