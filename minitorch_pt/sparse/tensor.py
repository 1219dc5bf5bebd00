"""SparseTensor: a matrix of which only the elements that are not 0 are kept, each with its indices (torch's layout sparse_coo)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from ..arrays import dtypes, formats
from ..arrays.size import Size, size_of
from ..autograd import graph, hooks
from ..autograd.changes import changed
from ..autograd.modes import recording
from ..autograd.readers import read
from ..autograd.rule import differentiable, named, same
from ..autograd.takeovers import Elsewhere
from ..ops.shape import sizes
from ..tensors.creation import as_tensor
from ..tensors.device import on_cpu
from ..tensors.printing import sparse_repr
from ..tensors.tensor import Tensor, wrap
from .places import added, flat_places, put_into

__all__ = ["OPERATIONS", "NotDense", "SparseTensor", "made", "on_sparse", "sparse_coo_tensor", "to_sparse"]

F = TypeVar("F", bound=Callable)

# what some operations do with sparse tensors, by the names of the operations
OPERATIONS: dict[str, Callable] = {}


def on_sparse(*names: str) -> Callable[[F], F]:
    """A decorator: what operations of these names do when one of their arguments is sparse."""

    def enter(function: F) -> F:
        OPERATIONS.update(dict.fromkeys(names, function))
        return function

    return enter


class NotDense(Elsewhere):
    """What is raised where a sparse tensor is asked for the array that it has not."""

    def instead(self, operation: Any, args: tuple, kwargs: dict) -> Any:
        """The operation on sparse tensors, if there is one.

        Raises:
            NotImplementedError: there is none.
        """
        name = operation.desk.function.__name__.strip("_") if hasattr(operation, "desk") else operation.__name__
        if name not in OPERATIONS:
            raise NotImplementedError(f"{name}() does not take tensors of layout torch.sparse_coo: {self}") from None
        return OPERATIONS[name](*args, **kwargs)


def _refuse(self: Any) -> NoReturn:
    raise NotDense(
        "minitorch_pt computes with sparse matrices in few operations (products with torch.mm and @, sums, +, *, transposes, torch.cat, parts, "
        "torch.sparse.softmax); write x.to_dense() for all others, or work on x.coalesce().values()"
    )


@differentiable(linear=True)
def _through(input: Any) -> Any:
    return input, same


def made(indices: np.ndarray, values: Tensor, shape: tuple, coalesced: bool, name: str) -> SparseTensor:
    """A result: `values` have the history that leads to it, whose last step is called `name`."""
    if values.requires_grad and recording.on:
        values = named(_through(values), name)
    return SparseTensor(indices, values, shape, coalesced)


class SparseTensor(Tensor):
    """Elements `values[n]` at the indices `indices[:, n]`, and 0 elsewhere; those of the same indices count as their sum.

    It has no array (`_data`): an operation that asks for it is told so, and does what stands under its name in `OPERATIONS`, or raises.
    The values are an ordinary tensor (nnz, ...), which has the history and the gradients.
    """

    __slots__ = ("_indices_array", "_size", "_unique", "_values_tensor")
    # a tensor of this class is one of torch's own, and has no history but that of its values
    _data = _node = _grad = _seen = property(_refuse)  # type: ignore[assignment]
    _base = property(lambda self: None)  # type: ignore[assignment]
    _requires_grad = property(lambda self: self._values_tensor._requires_grad)  # type: ignore[assignment]

    def __new__(cls, *args: Any) -> Any:
        return object.__new__(cls)

    def __init__(self, indices: np.ndarray, values: Tensor, shape: tuple, coalesced: bool) -> None:
        self._indices_array, self._values_tensor, self._size = indices, values, tuple(shape)
        self._unique = coalesced or indices.shape[1] < 2
        hooks.Sparse = SparseTensor  # from now on backward passes look for them

    def _with(self, values: Tensor, name: str, indices: np.ndarray | None = None) -> SparseTensor:
        """Other values at the same places."""
        return made(self._indices_array if indices is None else indices, values, self._size, self._unique, name)

    # -- what it tells of itself -----------------------------------------------------------------------------------------
    shape = property(lambda self: size_of(self._size))
    dtype = property(lambda self: self._values_tensor.dtype)
    ndim = property(lambda self: len(self._size))
    itemsize = property(lambda self: self._values_tensor.itemsize)
    layout = property(lambda self: formats.sparse_coo)  # type: ignore[assignment]
    is_sparse = property(lambda self: True)
    grad_fn = property(lambda self: self._values_tensor.grad_fn)
    is_leaf = property(lambda self: self._values_tensor.is_leaf)
    data = property(lambda self: self.detach())

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one axis."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        """The number of axes."""
        return len(self._size)

    def numel(self) -> int:
        """The number of elements, zeros included."""
        return self.shape.numel()

    ndimension, nelement = dim, numel

    def element_size(self) -> int:
        """Bytes per element."""
        return self.itemsize

    def sparse_dim(self) -> int:
        """The number of axes that have indices."""
        return len(self._indices_array)

    def dense_dim(self) -> int:
        """The number of axes of each value."""
        return self._values_tensor.ndim - 1

    def is_floating_point(self) -> bool:
        """Whether the elements are floating point numbers."""
        return self.dtype.is_floating_point

    def is_inference(self) -> bool:
        """Whether the tensor was made in inference mode."""
        return self._values_tensor.is_inference()

    def is_contiguous(self, *, memory_format: object = formats.contiguous_format) -> bool:
        """False: elements lie where their indices say."""
        return False

    def __len__(self) -> int:
        return self._size[0]

    def __getitem__(self, index: Any) -> Any:
        return OPERATIONS["getitem"](self, index)

    def __iter__(self) -> Any:
        return (self[i] for i in range(len(self)))

    def _nnz(self) -> int:
        return self._indices_array.shape[1]

    def is_coalesced(self) -> bool:
        """Whether no indices occur twice, and they are in order."""
        return self._unique

    def _indices(self) -> Tensor:
        return wrap(self._indices_array)

    def _values(self) -> Tensor:
        return self._values_tensor.detach()

    def indices(self) -> Tensor:
        """The indices of the elements, (axes, nnz).

        Raises:
            RuntimeError: the tensor is not coalesced.
        """
        self._need_coalesced("indices")
        return self._indices()

    def values(self) -> Tensor:
        """The elements that are kept, (nnz), with their history.

        Raises:
            RuntimeError: the tensor is not coalesced.
        """
        self._need_coalesced("values")
        tracked = self._values_tensor.requires_grad and recording.on
        return named(_through(self._values_tensor), "ValuesBackward0") if tracked else self._values()

    def _need_coalesced(self, what: str) -> None:
        if not self._unique:
            raise RuntimeError(f"Cannot get {what} on an uncoalesced tensor, please call .coalesce() first")

    # -- gradients ---------------------------------------------------------------------------------------------------------
    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow to or through the values."""
        return self._values_tensor.requires_grad

    @requires_grad.setter
    def requires_grad(self, mode: bool) -> None:
        self._values_tensor.requires_grad = mode

    @property  # type: ignore[override]
    def grad(self) -> SparseTensor | None:
        """The gradient of the elements that are kept, as a sparse tensor with the same indices."""
        grad = self._values_tensor.grad
        return None if grad is None else SparseTensor(self._indices_array, grad, self._size, self._unique)

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            _refuse(self)
        self._values_tensor.grad = None

    def detach(self) -> SparseTensor:
        """The same elements without history."""
        return SparseTensor(self._indices_array, self._values(), self._size, self._unique)

    @staticmethod
    def accumulated(present: Any, gradient: Any, recorded: bool) -> Any:
        """The `.grad` of a leaf when a gradient comes to the one that is there, None at first; one of both is sparse.

        It stays the tensor that it was, and sparse, where both are; otherwise it becomes dense. Its memory is its own.
        """
        if present is None:
            return gradient if recorded else gradient.clone().detach()
        if recorded or not isinstance(present, SparseTensor):
            dense, rows = (present, gradient) if isinstance(gradient, SparseTensor) else (gradient, present)
            return dense + rows if recorded else dense.add_(rows)
        if isinstance(gradient, SparseTensor):
            return present.add_(gradient)
        return wrap(gradient) + present

    def passed_on(self, to_leaf: bool) -> Any:
        """The gradient as it arrives: a leaf gets it sparse, the operation before gets it dense."""
        if to_leaf:
            return self
        dense = self.to_dense()
        return dense if recording.on else dense._data

    def _put(self, other: SparseTensor) -> SparseTensor:
        """Become what another is, in place."""
        mine, new = self._values_tensor, other._values_tensor
        if mine.requires_grad or (new.requires_grad and recording.on):
            _refuse(self)
        if other._indices_array is self._indices_array and mine.dtype is new.dtype:
            mine._data[...] = new._data  # what shares its memory changes with it
            changed(mine._data)
        else:
            self._indices_array, self._values_tensor = other._indices_array, new.detach()
            self._size, self._unique = other._size, other._unique
        return self

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None) -> Any:
        """What a backward pass asks of it: sums with arrays, and whether it holds nan; NumPy gets nothing else."""
        if ufunc is np.isnan:
            return np.isnan(self._values_tensor._data)
        if ufunc is not np.add or method != "__call__":
            self.numpy()
        (array,) = (x for x in inputs if x is not self)
        total = out[0] if out else np.array(array)
        return put_into(total, self, 1)

    def __add__(self, other: Any) -> Any:
        if type(other) is np.ndarray or type(other) is graph.Traced:  # only a backward pass knows these
            return other + self
        return super().__add__(other)

    def new(self, *data: Any, device: Any = None) -> SparseTensor:  # type: ignore[override]
        """A sparse tensor of this one's dtype, of (indices, values, size) or of a size: torch's old constructor."""
        if len(data) == 1 and isinstance(data[0], Size):
            data = data[0]
        if len(data) == 1 and not isinstance(data[0], int):
            raise TypeError(
                "SparseTensor.new(sequence) only accepts sizes.  Please use torch.sparse_coo_tensor() or construct a strided tensor and convert it to sparse via to_sparse."
            )
        given = {"size": data or (0,)} if all(isinstance(n, int) for n in data) else {}
        return sparse_coo_tensor(*(() if given else data), **given, device=device).to(self.dtype)

    def _mask(self, dense: Tensor) -> SparseTensor:
        """The elements of a dense tensor at the indices of this one."""
        if dense.is_sparse or dense.shape != self.shape:
            raise RuntimeError(
                f"sparse_mask(): expected a dense tensor of the mask's shape {list(self.shape)}, and it is {dense.layout} of shape {list(dense.shape)}"
            )
        values = dense[tuple(map(wrap, self._indices_array))]
        return made(self._indices_array, values, self._size, self._unique, "SparseMaskBackward0")

    def _refused(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not offered of sparse tensors.

        Raises:
            NotImplementedError: always.
        """
        _refuse(self)

    def detach_(self) -> SparseTensor:
        """Without history from now on."""
        self._values_tensor = self._values_tensor.detach()
        return self

    backward = register_hook = register_post_accumulate_grad_hook = retain_grad = _refused  # type: ignore[assignment]
    new_tensor = new_zeros = new_ones = new_full = new_empty = new_empty_strided = _refused  # type: ignore[assignment]

    # -- in other forms ----------------------------------------------------------------------------------------------------
    def coalesce(self) -> SparseTensor:
        """The same elements, those of the same indices added up, in the order of their indices."""
        if self._unique or not self.sparse_dim():
            return self
        axes = self._size[: self.sparse_dim()]
        numbers, places = np.unique(flat_places(self), return_inverse=True)
        indices = np.stack(np.unravel_index(numbers, axes)).astype(np.int64, copy=False)
        return made(indices, added(self._values_tensor, places, len(numbers)), self._size, True, "CoalesceBackward0")

    def to_dense(self, dtype: dtypes.dtype | None = None, *, masked_grad: bool | None = None) -> Tensor:
        """The tensor with its zeros.

        Raises:
            RuntimeError: a dtype is asked for.
        """
        if dtype is not None:
            read("DType", dtype, "to_dense", "dtype")
            raise RuntimeError(
                "dtype argument is not supported by to_dense() of a sparse tensor: convert it with .to() before"
            )
        axes = self._size[: self.sparse_dim()]
        places = flat_places(self)
        rows = added(self._values_tensor, places, Size(axes).numel())
        return named(rows.reshape(self._size), "ToDenseBackward0")

    def to_sparse(self, sparse_dim: int | None = None, *, layout: Any = None, **others: Any) -> SparseTensor:
        """Itself.

        Raises:
            RuntimeError: other axes are to have indices. NotImplementedError: another layout is asked for.
        """
        _only_coo(layout)
        if sparse_dim is not None and read("int", sparse_dim, "to_sparse", "sparse_dim") != self.sparse_dim():
            raise RuntimeError(
                f"to_sparse: this tensor has indices for {self.sparse_dim()} axes, which does not change; call .to_dense() before"
            )
        return self

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """With another dtype; itself if nothing changes."""
        values = self._values_tensor.to(*args, **kwargs)
        return self if values is self._values_tensor else self._with(values, "ToCopyBackward0")

    def type(self, dtype: Any = None) -> Any:
        """The name of the tensor's type ("torch.sparse.FloatTensor"), or the tensor converted to `dtype`."""
        if dtype is None:
            return self._values_tensor.type().replace("torch.", "torch.sparse.")
        dense = dtype.replace("sparse.", "") if isinstance(dtype, str) else dtype
        return self.to(self._values()[:0].type(dense).dtype)

    def numpy(self, *, force: Any = False) -> NoReturn:
        """Refused.

        Raises:
            TypeError: always: a sparse tensor has no array.
        """
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        self.numpy()

    def __repr__(self) -> str:
        return sparse_repr(self)

    def __format__(self, spec: str) -> str:
        return object.__format__(self, spec)

    def __deepcopy__(self, memo: dict) -> SparseTensor:
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment. Use detach().clone() for a copy without history."
            )
        values = self._values().clone().requires_grad_(self.requires_grad)
        return memo.setdefault(id(self), SparseTensor(self._indices_array.copy(), values, self._size, self._unique))

    def __reduce_ex__(self, protocol: Any) -> tuple:
        return SparseTensor, (self._indices_array, self._values_tensor.detach(), self._size, self._unique)


SparseTensor._makes = Tensor


def _only_coo(layout: Any) -> None:
    if layout not in (None, formats.sparse_coo):
        raise NotImplementedError(
            f"minitorch_pt has no tensors of layout {layout!r}; use torch.sparse_coo, or keep it dense"
        )


def to_sparse(input: Tensor, sparse_dim: int | None = None, layout: Any = None) -> SparseTensor:
    """A dense tensor as a sparse one, of what is not 0: `Tensor.to_sparse`.

    Raises:
        NotImplementedError: another layout than sparse_coo. RuntimeError: sparse_dim is not from 1 (of a number: 0) to the number of axes.
    """
    _only_coo(layout)
    axes = input.ndim if sparse_dim is None else read("int", sparse_dim, "to_sparse", "sparse_dim")
    if not (min(1, input.ndim) <= axes <= input.ndim):
        raise RuntimeError(
            f"sparse_dim must be in range (0, {input.ndim}], got {axes}: a row of numbers needs an index"
        )
    there = (input._data != 0).any(tuple(range(axes, input.ndim)))
    places = np.argwhere(there).T  # of a number: no index, and one value or none
    values = input[tuple(map(wrap, places))] if axes else input.reshape(1)[: int(there)]
    return made(places, values, tuple(input.shape), True, f"ToSparseBackward{int(sparse_dim is None)}")


def sparse_coo_tensor(
    *data: Any,
    size: Any = None,
    indices: Any = None,
    values: Any = None,
    dtype: Any = None,
    device: Any = None,
    pin_memory: bool = False,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> SparseTensor:
    """The sparse tensor with `values[n]` at the indices `indices[:, n]`: called as (indices, values, size=None), or as (size) for one of zeros.

    Indices may occur more than once: the element is the sum. Gradients flow to `values`.

    Raises:
        RuntimeError: the numbers of indices and values differ, the size has not as many axes, or an index lies outside.

    >>> torch.sparse_coo_tensor([[0, 1, 1], [2, 0, 2]], [3.0, 4.0, 5.0], (2, 3)).to_dense()
    tensor([[0., 0., 3.],
            [4., 0., 5.]])
    """
    if pin_memory:
        raise RuntimeError(
            "pin_memory=True prepares memory for copies to a GPU, and minitorch_pt computes on the CPU: leave it out"
        )
    if device is not None:
        on_cpu(device)
    if len(data) == 1 and indices is None and values is None:
        size, data = data[0], ()
    given = [*data, *(x for x in (indices, values) if x is not None)]
    if not given and size is not None:
        shape = tuple(sizes((size,)))
        given = [np.empty((len(shape), 0), np.int64), wrap(np.empty(0, dtypes.get_default_dtype().dtype))]
    if len(given) == 3:
        size = given.pop()
    if len(given) != 2:
        raise TypeError("sparse_coo_tensor() takes (indices, values), (indices, values, size) or (size)")
    where = as_tensor(given[0]).detach()._data.astype(np.int64)
    held = as_tensor(given[1], dtype=dtype)
    shape = tuple(sizes((size,))) if size is not None else None
    result = made(
        where, held, _checked(where, held, shape), bool(is_coalesced), "SparseCooTensorWithDimsAndTensorsBackward0"
    )
    if not result.requires_grad or not recording.on:
        result = result.detach().requires_grad_(requires_grad)  # a leaf of its own
    return result


def _checked(indices: np.ndarray, values: Tensor, shape: tuple | None) -> tuple:
    """The size of a sparse tensor: as given, or what the indices need."""
    if indices.ndim == 1 and not indices.size:
        indices = indices.reshape(0 if shape is None else len(shape), 0)
    if indices.ndim not in (1, 2):
        raise RuntimeError(f"indices must be sparse_dim x nnz, but got: {list(indices.shape)}")
    count = indices.shape[1] if indices.ndim == 2 else 0
    axes = len(indices)
    dense = tuple(values.shape[1:])
    if shape is not None and len(shape) != axes + len(dense):
        raise RuntimeError(
            f"'len(size) == sparse_dim + dense_dim' is not satisfied: len(size) = {len(shape)}, sparse_dim = {axes}, dense_dim = {len(dense)}; `indices` has a row for each sparse axis"
        )
    if not values.ndim or count != values.shape[0]:
        raise RuntimeError(
            f"indices and values must have same nnz, but got nnz from indices: {count}, nnz from values: {values.shape[0] if values.ndim else 'none, it is 0-dimensional'}"
        )
    if shape is None:
        if not count:
            raise RuntimeError("the size cannot be inferred without indices: give it")
        shape = (*(int(row.max()) + 1 for row in indices), *dense)
    if shape[axes:] != dense:
        raise RuntimeError(f"values has incorrect size, expected {[count, *shape[axes:]]}, got {list(values.shape)}")
    for axis, row in enumerate(indices if count else ()):
        if row.min() < 0:
            raise RuntimeError(f"found negative index {row.min()} for dim {axis}")
        if row.max() >= shape[axis]:
            raise RuntimeError(
                f"size is inconsistent with indices: for dim {axis}, size is {shape[axis]} but found index {row.max()}"
            )
    return shape
