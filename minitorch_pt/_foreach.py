"""torch._foreach_add and its kin: one operation on each tensor of a list, as optimisers and averages of weights call them.

In PyTorch they spare a GPU the start of many small kernels; here each is a loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .arrays.dtypes import TITLES
from .names.titles import titled
from .ops.norms import vector_norm
from .tensors.tensor import Tensor

__all__: list[str] = []  # `find` makes them

_ALONE = (
    "abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal "
    "round rsqrt sigmoid sign sin sinh sqrt tan tanh trunc"
).split()
_WITH_OTHERS = "add addcdiv addcmul clamp_max clamp_min div lerp maximum minimum mul pow sub".split()
NAMES = {
    *(f"{name}{end}" for name in (*_ALONE, *_WITH_OTHERS) for end in ("", "_")),
    *("clone", "copy_", "max", "mm", "norm", "powsum", "zero_"),
}


def _norm(x: Tensor, ord: Any = 2, dtype: Any = None) -> Tensor:
    if dtype is not None and not x.is_floating_point():
        raise RuntimeError(
            f"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {x.dtype}; convert with .float()"
        )
    return vector_norm(x, ord, dtype=dtype)


def _powsum(x: Tensor, ord: Any, dtype: Any = None) -> Tensor:
    x = x if dtype is None else x.to(dtype)
    if not x.is_floating_point():
        raise NotImplementedError(f"powsum is not implemented for '{TITLES[x.dtype.name]}'; convert with .float()")
    return (x.abs() ** ord).sum()


# what torch calls the arguments behind the list
_KEYWORDS = set("exponent ord other scalar scalars src tensor1 tensor2 tensors1 value weight weights".split())
_ALIKE: dict[str, Callable] = {
    "maximum": Tensor.clamp_min, "maximum_": Tensor.clamp_min_, "minimum": Tensor.clamp_max, "minimum_": Tensor.clamp_max_,
    "norm": _norm, "powsum": _powsum,
}  # fmt: skip


def _column(name: str, given: Any, count: int) -> Sequence:
    """An argument for each of `count` tensors: those of a list, the elements of a vector of factors, or the same for all.

    Raises:
        RuntimeError: there is another number of them.
    """
    if isinstance(given, Tensor) and given.ndim and name in ("addcmul", "addcdiv"):
        given = given.tolist()
        if len(given) != count:
            raise RuntimeError(
                f"Expected length of scalars to match input of length {count} but got {len(given)} instead."
            )
    if isinstance(given, Tensor) and given.ndim:
        raise RuntimeError(
            f"scalar tensor expected to be 0 dim but it has {given.ndim} dimensions and {given.numel()} elements."
        )
    if not isinstance(given, (list, tuple)):
        return [given] * count
    if len(given) != count and all(isinstance(x, Tensor) for x in given):
        raise RuntimeError(f"Tensor lists must have the same number of tensors, got {count} and {len(given)}")
    if len(given) != count:
        raise RuntimeError("Tensor list must have same number of elements as scalar list.")
    return given


def find(name: str) -> Callable:
    """The function torch._foreach_`name`: of lists of tensors, and of numbers, one for all or a list of them.

    Raises:
        AttributeError: there is none.

    >>> weights = [torch.tensor([1.0, 2.0]), torch.tensor([3.0])]
    >>> torch._foreach_mul(weights, [2.0, 10.0])
    (tensor([2., 4.]), tensor([30.]))
    >>> torch._foreach_lerp_(weights, [torch.zeros(2), torch.zeros(1)], 0.5)
    [tensor([0.5000, 1.0000]), tensor([1.5000])]
    """
    if name not in NAMES:
        raise AttributeError(f"torch has no function _foreach_{name}")
    plain = name.removesuffix("_")
    operation = _ALIKE.get(name) or getattr(Tensor, name)

    def each(
        self: Sequence[Tensor],
        *others: Any,
        alpha: Any = None,
        dtype: Any = None,
        non_blocking: bool = False,
        **named: Any,
    ) -> Any:
        if name == "pow" and not isinstance(self, (list, tuple)):
            return tuple(self**exponent for exponent in others[0])  # a number to the power of each
        if unknown := named.keys() - _KEYWORDS:
            raise TypeError(f"_foreach_{name}() got an unexpected keyword argument '{min(unknown)}'")
        if not isinstance(self, (list, tuple)):
            raise TypeError(
                f"_foreach_{name}(): argument 'self' (position 1) must be tuple of Tensors, not {type(self).__name__}"
            )
        for i, x in enumerate(self):
            if not isinstance(x, Tensor):
                raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}")
        if not self:
            raise RuntimeError("Tensor list must have at least one tensor.")
        options = {key: given for key, given in (("alpha", alpha), ("dtype", dtype)) if given is not None}
        columns = [_column(plain, given, len(self)) for given in (*others, *named.values())]
        factors = columns.pop() if plain in ("addcmul", "addcdiv") and len(columns) == 3 else None
        made = []
        for i, x in enumerate(self):
            if factors is not None:
                options["value"] = factors[i]
            made.append(operation(x, *(column[i] for column in columns), **options))
        return self if name[-1] == "_" else tuple(made)

    return titled(each, f"_foreach_{name}", f"Tensor.{name} of each tensor in a list.")
