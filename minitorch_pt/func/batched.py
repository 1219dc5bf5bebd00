"""Batched: a tensor inside vmap. It shows itself as one sample and holds all of them, along the first axis of `value`.

An operation that meets one is done here: by its batching rule (`rules.py`) on the values of all samples at once, or, where there is none,
on one sample after the other. Maps within maps lie within each other: the `value` of an inner one is Batched by the outer one. Gradients
are recorded where the plain Tensors at the bottom are: the engine knows nothing of samples.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, NoReturn

from .. import ops
from ..arrays import samples
from ..arrays.samples import NeedsValues, Outline
from ..tensors.protocols import Traced
from ..tensors.tensor import Tensor
from ..utils._pytree import tree_map

__all__ = [
    "Batched", "Level", "batched", "bottom", "innermost", "levels_of", "lifted", "one_sample", "raised", "refuse_larger", "rewrapped",
]  # fmt: skip


class Level:
    """One vmap that is under way: how many samples it has, and what random numbers do in it."""

    def __init__(self, size: int, randomness: str) -> None:
        self.size, self.randomness = size, randomness
        self.thread, self.depth = threading.get_ident(), len(samples.levels()) + 1
        self.whole = self.single = False  # whether all samples are at work now, or one of them

    def __enter__(self) -> Level:
        samples.active.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        samples.active.remove(self)


class Batched(Traced):
    """One sample of `value`, whose first axis counts the samples of `level`. A rule's gradient functions take it as they take an array."""

    value: Any
    level: Level

    @property
    def requires_grad(self) -> bool:
        """Whether gradients flow through the samples."""
        return self.value.requires_grad

    @requires_grad.setter
    def requires_grad(self, mode: bool) -> None:
        self.requires_grad_(mode)

    def requires_grad_(self, requires_grad: bool = True) -> NoReturn:
        """Refused.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a "
            "function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch "
            "transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being "
            "transformed instead."
        )

    def backward(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead or call backward() outside of functorch transforms."
        )

    @property
    def grad_fn(self) -> Any:
        """The node that made the values of all samples."""
        return self.value.grad_fn

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made the values."""
        return self.value.is_leaf

    @property
    def data(self) -> Tensor:
        """The same memory without history."""
        return batched(self.value.data, self.level)

    @data.setter
    def data(self, value: Tensor) -> None:
        raise RuntimeError("vmap: .data of a sample cannot be set; use copy_()")

    def detach(self) -> Tensor:
        """The same memory without history."""
        return batched(self.value.detach(), self.level)

    def _needs_values(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: vmap does not give the values of samples one by one.

        Raises:
            RuntimeError: always.
        """
        raise NeedsValues

    resize_ = resize_as_ = set_ = data_ptr = storage = untyped_storage = __dlpack__ = _needs_values
    item = tolist = numpy = __int__ = __float__ = __index__ = __array__ = _needs_values

    def __bool__(self) -> NoReturn:
        raise RuntimeError(
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, please file an issue at https://github.com/pytorch/pytorch/issues ."
        )

    is_nonzero = __bool__

    def _new(self, name: str, size: tuple, kwargs: dict) -> Any:
        shape = size[0] if len(size) == 1 and isinstance(size[0], (tuple, list)) else size
        return batched(getattr(self.value, name)((self.level.size, *shape), **kwargs), self.level)

    def new_zeros(self, *size: Any, **kwargs: Any) -> Any:
        """Zeros for each sample, of the type of this tensor."""
        return self._new("new_zeros", size, kwargs)

    def new_ones(self, *size: Any, **kwargs: Any) -> Any:
        """Ones for each sample, of the type of this tensor."""
        return self._new("new_ones", size, kwargs)

    def new_empty(self, *size: Any, **kwargs: Any) -> Any:
        """Memory for each sample, of the type of this tensor."""
        return self._new("new_empty", size, kwargs)

    def new_full(self, size: Any, fill_value: Any, **kwargs: Any) -> Any:
        """A number for each sample, of the type of this tensor."""
        return self._new("new_full", (tuple(size),), {"fill_value": fill_value, **kwargs})

    def __repr__(self) -> str:
        inner = repr(self.value).replace("\n", "\n    ")
        return f"BatchedTensor(lvl={self.level.depth}, bdim=0, value=\n    {inner}\n)"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __setitem__(self, index: Any, value: Any) -> None:
        refuse_larger(self, [index, value])
        plain = index if isinstance(index, tuple) else (index,)
        if not any(isinstance(i, (Tensor, list)) for i in plain):
            part = self[index]
            if isinstance(value, Tensor):
                value = raised(lifted(value, [self.level]).value, part.ndim)
            self.value[(slice(None), *plain)] = value
            return
        for sample in range(self.level.size):
            one = tree_map(lambda leaf, sample=sample: one_sample(leaf, self.level, sample), (index, value))
            self.value[sample][one[0]] = one[1]


def batched(value: Any, level: Level) -> Batched:
    """The samples that lie along the first axis of `value`, as one."""
    sample: Any = object.__new__(Batched)
    sample._data = Outline(value._data.shape[1:], value._data.dtype)
    sample._requires_grad, sample._grad, sample._node, sample._base = False, None, None, None
    sample.value, sample.level = value, level
    return sample


def bottom(tensor: Any) -> Any:
    """The plain Tensor with the samples of all levels, whose first axes count them."""
    while isinstance(tensor, Batched):
        tensor = tensor.value
    return tensor


def lifted(tensor: Any, levels: list[Level]) -> Any:
    """The tensor as Batched by all of these levels, outermost first: what a level does not know is the same in all its samples."""
    if not levels:
        return tensor
    *outer, level = levels
    if isinstance(tensor, Batched) and tensor.level is level:
        return batched(lifted(tensor.value, outer), level)
    whole = lifted(tensor, outer)
    return batched(ops.expand(ops.unsqueeze(whole, 0), (level.size, *whole.shape)), level)


def levels_of(tensor: Any) -> list[Level]:
    """The levels by which a tensor is Batched, outermost first."""
    found: list[Level] = []
    while isinstance(tensor, Batched):
        found.insert(0, tensor.level)
        tensor = tensor.value
    return found


def rewrapped(tensor: Any, levels: list[Level]) -> Any:
    """The inverse of `bottom`."""
    for level in levels:
        tensor = batched(tensor, level)
    return tensor


def _batched_in(value: Any, depth: int = 2) -> Iterator[Batched]:
    if isinstance(value, Batched):
        yield value
    elif depth and isinstance(value, (list, tuple)):
        for item in value:
            yield from _batched_in(item, depth - 1)
    elif depth and isinstance(value, dict):
        yield from _batched_in([*value.values()], depth - 1)


def innermost(*values: Any) -> Level | None:
    """The innermost level by which something among these values is Batched."""
    return max((b.level for b in _batched_in(values, 4)), key=lambda level: level.depth, default=None)


def raised(value: Any, ndim: int) -> Any:
    """The values of samples with axes of size 1 behind the first, so that each sample has `ndim` axes."""
    missing = ndim + 1 - value.ndim
    return ops.reshape(value, (value.shape[0], *(1,) * missing, *value.shape[1:])) if missing > 0 else value


def one_sample(leaf: Any, level: Level, sample: int) -> Any:
    """One of the samples of a level, of what is Batched by it."""
    return leaf.value[sample] if isinstance(leaf, Batched) and leaf.level is level else leaf


def refuse_larger(tensor: Any, others: list) -> None:
    """Raise if what is to be changed in place has one value where the others have one for each sample.

    Raises:
        RuntimeError: so it is.
    """
    known = levels_of(tensor)
    if not all(level in known for other in _batched_in(others) for level in levels_of(other)):
        raise RuntimeError(
            f"output with shape {list(tensor.shape)} doesn't match the broadcast shape: vmap: it has one value for all samples, and what is "
            "written into it has one for each. Use the out-of-place form, or make it of a sample, by torch.zeros_like or "
            "x.new_zeros"
        )
