"""Where torch puts the elements of a result in memory: which axis runs fastest. `view`, `*_like` and random fills depend on it.

NumPy has rules of its own, which agree as long as arrays are contiguous; what follows is looked at only where one is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import gt
from typing import Any

import numpy as np

__all__: list[str] = []  # for the library itself


def contiguous(shape: Sequence[int]) -> tuple[int, ...]:
    """The strides, in elements, of a contiguous tensor; torch counts an axis of size 0 as 1."""
    steps, step = [], 1
    for n in reversed(shape):
        steps.append(step)
        step *= max(n, 1)
    return tuple(reversed(steps))


def strides(array: np.ndarray) -> tuple[int, ...]:
    """The strides, in elements, that torch reports: they differ from NumPy's for axes of size 0 and 1."""
    shape = array.shape
    if array.flags.c_contiguous and (array.base is None or not (array.size or any(array.strides))):
        return contiguous(shape)
    steps = [s // array.itemsize for s in array.strides]
    for i in reversed(range(len(shape))):
        if shape[i] == 1 and steps[i] == 0:  # an axis that NumPy added
            steps[i] = shape[i + 1] * steps[i + 1] if i + 1 < len(shape) else 1
    return tuple(steps)


def dense(array: np.ndarray) -> bool:
    """Whether the elements fill one piece of memory, each its own place, in whatever order of the axes."""
    if array.flags.forc:
        return True
    step = array.itemsize
    for s, n in sorted((s, n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if s != step:
            return False
        step *= n
    return True


def _after(shape: Sequence[int], steps: list, a: int, b: int) -> int:
    """1 if axis `a` runs slower than axis `b`, -1 if faster, 0 if no operand tells: the first one that does decides."""
    for step in steps:
        if step[a] and step[b]:
            if step[a] != step[b]:
                return 1 if step[a] > step[b] else -1
            if shape[a] > shape[b]:
                return 1
    return 0


def order(shape: Sequence[int], steps: list) -> list[int]:
    """The axes from the fastest to the slowest (torch's TensorIterator::reorder_dimensions)."""
    axes = [*range(len(shape))][::-1]
    for i in range(1, len(axes)):
        place = i
        for j in reversed(range(i)):
            found = _after(shape, steps, axes[j], axes[place])
            if found > 0:
                axes[j], axes[place] = axes[place], axes[j]
                place = j
            elif found < 0:
                break
    return axes


def packed(shape: Sequence[int], axes: list[int]) -> tuple[int, ...]:
    """The strides of a dense tensor whose axes run in this order."""
    steps, step = [0] * len(shape), 1
    for axis in axes:
        steps[axis] = step
        step *= max(shape[axis], 1)
    return tuple(steps)


def preserved(array: np.ndarray) -> tuple[int, ...]:
    """The strides of `empty_like(array)`: its own if it is dense, else those of a dense tensor whose axes run in its order."""
    own = strides(array)
    return own if dense(array) else packed(array.shape, order(array.shape, [own]))


def _aligned(array: np.ndarray, shape: Sequence[int]) -> list[int]:
    """Strides of an operand in a shape that it is broadcast to."""
    new = len(shape) - array.ndim
    own = zip(strides(array), array.shape, shape[new:], strict=True)
    return [0] * new + [0 if n == 1 != m else s for s, n, m in own]


def elementwise(shape: Sequence[int], operands: list[np.ndarray], numbers: bool = False) -> tuple[int, ...]:
    """The strides of what an elementwise operation gives; numbers: whether one operand is a number."""
    if not numbers and all(x.shape == shape for x in operands):
        if all(x.flags.c_contiguous for x in operands):
            return contiguous(shape)
        steps = [strides(x) for x in operands]
        if len(set(steps)) == 1 and dense(operands[0]):
            return steps[0]
    axes = order(shape, [_aligned(x, shape) for x in operands])
    return packed(shape, axes)


def new(shape: Sequence[int], dtype: np.dtype, steps: Sequence[int]) -> np.ndarray:
    """Fresh memory seen through these strides."""
    last = sum((n - 1) * s for n, s in zip(shape, steps, strict=True))
    memory = np.empty(last + 1 if math.prod(shape) else 0, dtype)
    return np.ndarray(tuple(shape), dtype, memory, 0, tuple(s * dtype.itemsize for s in steps))


def empty_like(array: np.ndarray, dtype: np.dtype | None = None) -> np.ndarray:
    """An array to be filled, of the shape and order of another."""
    return new(array.shape, array.dtype if dtype is None else dtype, preserved(array))


def clone(array: np.ndarray) -> np.ndarray:
    """A copy whose axes lie in memory in the same order, as torch's `clone`."""
    if 0 not in array.strides:
        return np.array(array)
    result = empty_like(array)
    result[...] = array
    return result


def placed(values: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    """The values in memory of these strides: as they are if they lie so."""
    if strides(values) == tuple(steps):
        return values
    result = new(values.shape, values.dtype, steps)
    result[...] = values
    return result


def like(gradient: np.ndarray, leaf: np.ndarray) -> np.ndarray:
    """A gradient with the strides of its leaf if that is dense, else contiguous."""
    return placed(gradient, strides(leaf) if dense(leaf) else contiguous(leaf.shape))


def axes(array: np.ndarray) -> list[int]:
    """The axes from the slowest to the fastest: how torch walks through the elements."""
    return order(array.shape, [strides(array)])[::-1]


def walk(array: np.ndarray) -> np.ndarray:
    """The array seen in the order in which torch fills it with random numbers."""
    return array if array.flags.c_contiguous else array.transpose(axes(array))


# ---------------------------------------------------------------------------------------------------------------------
# What an operation gives, by its kind: a function of the value and the operands for each. A table by the names of the rules, not an option
# of each rule: one page shows what torch does, and an operation that is not named does what nearly all do.
# ---------------------------------------------------------------------------------------------------------------------
def arranged(value: Any, operands: list) -> Any:
    """In the order of the operands if it has their shape, as elementwise operations do; else contiguous."""
    if type(value) is tuple or type(value) is list:
        return type(value)(arranged(part, operands) for part in value)
    arrays = [x for x in operands if type(x) is np.ndarray]
    if type(value) is not np.ndarray or not arrays:
        return value
    first, steps = arrays[0], arrays[0].strides
    if value.shape == first.shape:  # the first operand decides, and most often is alone
        if value.strides == steps and dense(value):
            return value
        if (
            value.flags.c_contiguous
            and steps
            and steps[-1] > 0
            and 1 not in value.shape
            and all(map(gt, steps, steps[1:]))
        ):
            return value  # as a part of a contiguous tensor, with gaps
    if not _broadcast(arrays, value.shape):
        return compact(value)
    numbers = any(type(x) in (int, float, bool) for x in operands)
    return placed(value, elementwise(value.shape, arrays, numbers))


def _broadcast(arrays: list[np.ndarray], shape: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(*(x.shape for x in arrays)) == shape
    except ValueError:
        return False


def _by(*places: int) -> Callable:
    """Elementwise, but torch looks at the operands in another order."""

    def by(value: Any, operands: list) -> Any:
        if all(x.flags.c_contiguous for x in (value, *operands) if type(x) is np.ndarray):
            return value
        return arranged(value, [operands[i] for i in places])

    return by


def compact(value: Any, operands: list | None = None) -> Any:
    """In the order of indices."""
    if type(value) is tuple or type(value) is list:
        return type(value)(compact(part) for part in value)
    return value.copy() if type(value) is np.ndarray and not value.flags.c_contiguous else value


def _as_first(value: Any, operands: list) -> Any:
    """With the very strides of the first operand, also where it is not dense, but for one that shows an element twice."""
    first = operands[0]
    steps = (
        strides(first) if all(s or n < 2 for s, n in zip(first.strides, first.shape, strict=True)) else preserved(first)
    )
    return placed(value, steps)


def channels_fastest(rank: int) -> list[int]:
    """The axes of (N, C, *) from the fastest to the slowest, where the channels run fastest."""
    return [1, *range(rank - 1, 1, -1), 0]


def channels_last(x: Any) -> bool:
    """Whether the channels of (N, C, *) run fastest: torch's is_channels_last_strides, ambiguous cases included."""
    steps, shape = strides(x), x.shape
    if steps[1] == 0:
        return False
    least = 0
    for d in (1, *range(x.ndim - 1, 1, -1), 0):
        if shape[d] == 0 or steps[d] < least or (d == 0 and least == steps[1]):
            return False
        least = steps[d] * max(shape[d], 1)
    return True


def _images(value: Any, operands: list, ranks: tuple[int, ...] = (4, 5), operands_read: int = 1) -> Any:
    """(N, C, *) with the channels fastest if they are so in one of the first operands, else contiguous."""
    if type(value) is tuple or type(value) is list:
        return type(value)(_images(part, operands, ranks, operands_read) for part in value)
    if value.flags.c_contiguous and all(x.flags.c_contiguous for x in operands[:operands_read]):
        return value
    given = [x for x in operands[:operands_read] if not x.flags.c_contiguous and x.ndim == value.ndim]
    if given and value.ndim in ranks and any(map(channels_last, given)):
        return placed(value, packed(value.shape, channels_fastest(value.ndim)))
    return compact(value)


def _joined(value: Any, operands: list) -> Any:
    """Images with the channels fastest if they are so in all of them."""
    if value.flags.c_contiguous and operands[0].flags.c_contiguous:
        return value
    return _images(value, operands) if value.ndim > 3 and all(map(channels_last, operands)) else compact(value)


def _rolled(value: Any, operands: list) -> Any:
    """Along axes it is two parts joined, else a flat copy."""
    return _images(value, operands) if len(operands) > 2 and operands[2] not in (None, ()) else compact(value)


def _pooled(value: Any, operands: list) -> Any:
    n = len(operands[1])  # axes that are pooled over
    deep = len(operands) == 3 and operands[2].startswith("MaxPool3D")  # torch's name of the node
    return _images(value, operands, (n + 2,) if n < 3 or deep else ())


def _convolved(value: Any, operands: list) -> Any:
    if value.ndim == 3:  # torch makes the input contiguous, and looks at the weight alone
        return _images(value, operands[1:], (3,))
    return _images(value, operands, operands_read=2)


def _attended(value: Any, operands: list) -> Any:
    """As the query in torch's flash kernel, which takes four axes, features side by side and no dropout."""
    query, noise = operands[0], operands[4]
    flash = query.ndim == 4 and noise is None and all(x.strides[-1] == x.itemsize for x in operands[:3])
    if flash and value.shape == query.shape and not query.flags.c_contiguous:
        return placed(value, preserved(query))
    return compact(value)


def _quantiles(value: Any, operands: list) -> Any:
    """The axis of the different quantiles is the fastest, though the first."""
    last = value.ndim - 1
    return compact(value) if np.ndim(operands[1]) == 0 else placed(value, packed(value.shape, [0, *range(last, 0, -1)]))


def _padded(value: Any, operands: list) -> Any:
    return compact(value) if operands[2] == "circular" else _images(value, operands)


def _unpooled(value: Any, operands: list) -> Any:
    return _images(value, operands, (4,))


def _columns(outputs: str) -> Callable:
    """Matrices as LAPACK leaves them, one column after the other, where `outputs` has a c; else contiguous."""

    def column(value: Any, kind: str) -> Any:
        n = value.ndim
        if kind == "." or n < 2:
            return compact(value)
        return placed(value, packed(value.shape, [n - 2, n - 1, *range(n - 3, -1, -1)]))

    def columns(value: Any, operands: list) -> Any:
        if type(value) is tuple or type(value) is list:
            return type(value)(column(part, kind) for part, kind in zip(value, outputs, strict=True))
        return column(value, outputs)

    return columns


_CONTIGUOUS = (
    "addbmm", "addmm", "addmv", "all", "amax", "amin", "aminmax", "any", "argmax", "argmin", "baddbmm", "bmm",
    "bucketize", "_cdist", "compact", "count_nonzero", "_cross", "cummax", "cummin", "cumprod", "cumsum",
    "dirichlet_draw", "_drawn_with", "_euclidean", "gamma_draw", "gather", "_identity", "_index_add", "inner", "kthvalue",
    "_layer_norm", "linear", "_linear_otherwise", "log_softmax", "_lu", "logcumsumexp", "logsigmoid", "logsumexp",
    "masked_fill", "masked_scatter", "matmul", "matrix_exp", "mean", "median", "mm", "mode", "mvlgamma", "nanmedian",
    "nansum", "_nll_loss", "_nonzero_columns", "_not_differentiated", "_once", "_permutation", "_pinv", "_prod_all",
    "_prod_along", "_repeat", "_rrelu", "scatter_add", "scatter_reduce", "_scatter_combined", "_scatter_src", "_scatter_value",
    "searchsorted", "softmax", "_stack", "std", "std_mean", "sum", "take_slices", "topk", "tril", "triu", "var",
    "var_mean", "vector_norm",
)  # fmt: skip
_COLUMNS = {
    "cholesky_inverse": "c", "cholesky_solve": "c", "geqrf": "c.", "_lu_factor_ex": "c..", "_cholesky_ex": "c.", "qr": "cc", "eigh": ".c",
    "_svd": "c.c", "_inv_ex": "c.", "_solve_ex": "c.", "_lstsq": "c.", "argwhere": "c", "_solve_triangular": "c",
}  # fmt: skip

# name of the rule -> (what must be contiguous for nothing to be done: the operand of a place, the "value", or nothing), how it is laid out
KINDS: dict[str, tuple[int | str, Callable | None]] = {
    **dict.fromkeys(_CONTIGUOUS, ("value", compact)),
    **{name: ("", _columns(outputs)) for name, outputs in _COLUMNS.items()},
    **dict.fromkeys(("constant_pad_nd", "_resize", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "_batch_norm", "_group_norm",
                     "_rms_norm"), ("", _images)),
    **dict.fromkeys(("_max_values", "_max_with_places", "_mean", "_window_sums"), ("", _pooled)),
    **dict.fromkeys(("quantile", "nanquantile"), ("", _quantiles)),
    "_attention": ("", _attended),
    "_border": ("", _padded),
    "_unpool": ("", _unpooled),
    "_with_region": ("", _as_first),
    "_convolution": ("", _convolved),
    # as the rule leaves it: these look into memory, or lay out their result themselves
    **dict.fromkeys(("_rot90", "_glu", "_einsum_rule", "squeeze", "unsqueeze", "transpose", "t", "as_strided", "look_up", "replaced", "_accumulated", "placed_along", "_placed", "_filled", "_sliced", "part", "put", "_outside", "_copy_slices", "laid_out", "_view_dtype"), ("", None)),
    "_cat": ("", _joined),
    "roll": ("", _rolled),
    "rsub": (0, _by(1, 0)),
    "addr": ("", _by(0)),
    **dict.fromkeys(("igamma", "igammac", "zeta"), ("", arranged)),
    "_where": (2, _by(2, 0, 1)),
    "_binary_cross_entropy_with_logits": ("", _by(1, 0)),
}  # fmt: skip


def kind(name: str) -> tuple[int | str, Callable | None]:
    """When to look at the result of a rule, and what then lays it out as torch does."""
    return KINDS.get(name, (0, arranged))
