"""Statistics of samples: covariance, correlation, and histograms of any number of variables."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import return_types
from ..arrays.dtypes import TITLES
from ..arrays.notices import warn
from ..autograd import graph
from ..autograd.contract import composed
from ..autograd.rule import array, differentiable
from .diagonal import diag
from .elementwise.arithmetic import true_divide
from .elementwise.choosing import clip
from .elementwise.exponentials import sqrt
from .picking import underivable
from .shape import squeeze

if TYPE_CHECKING:
    from ..autograd.contract import Array, Pulled, Scale, Size, Tensor, Tensors


__all__ = ["corrcoef", "cov", "histogram", "histogramdd"]


def _check_weights(name: str, weights: Array, count: int, kind: str) -> None:
    """Check one kind of weights of the observations.

    Raises:
        RuntimeError: not a vector of the observations' number, of another type, or negative.
    """
    data = array(weights)
    if data.ndim > 1:
        raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got shape {list(data.shape)}")
    if data.dtype.kind not in kind:
        raise RuntimeError(
            f"cov(): expected {name} to have {'integral' if 'i' in kind else 'floating point'} dtype but got {data.dtype.name}"
        )
    if data.size != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations, {count}, but got {data.size}"
        )
    if (data < 0).any():
        raise RuntimeError(f"cov(): {name} cannot be negative")


@composed
def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariances of the variables, a row of `input` each, over the observations, its columns: (v, n) -> (v, v); (n) -> ().

    Each is Σ (x - mean) (y - mean) / (n - correction). fweights: how often each observation occurred; aweights: its importance.

    Raises:
        RuntimeError: more than two axes, bool, or weights that do not fit.

    >>> torch.cov(torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if array(input).dtype == bool:
        raise RuntimeError("cov(): bool dtype is not supported for input; convert with .float()")
    x = input.reshape((1, -1)) if input.ndim < 2 else input
    n = x.shape[1]
    w: Any = None
    if fweights is not None:
        _check_weights("fweights", fweights, n, "iu")
        w = fweights
    if aweights is not None:
        _check_weights("aweights", aweights, n, "f")
        w = aweights if w is None else w * aweights
    total = n if w is None else w.sum()
    if w is not None and float(array(total)) == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    freedom = total - correction
    if aweights is not None and correction != 0:
        freedom = total - correction * (w * aweights).sum() / total
    if float(array(freedom)) <= 0:
        warn("cov(): degrees of freedom is <= 0")
        freedom = freedom * 0
    mean = true_divide((x if w is None else x * w).sum(1, keepdim=True), total)
    rest = x - mean
    return squeeze(true_divide(rest @ (rest if w is None else rest * w).T, freedom))


@composed
def corrcoef(input: Tensor) -> Tensor:
    """The correlations of the variables, a row of `input` each: cov(x, y) / sqrt(cov(x, x) cov(y, y)), between -1 and 1.

    Raises:
        RuntimeError: more than two axes, or bool.

    >>> torch.corrcoef(torch.tensor([[1.0, 2.0, 3.0], [6.0, 4.0, 2.0]]))
    tensor([[ 1., -1.],
            [-1.,  1.]])
    """
    c = cov(input)
    if c.ndim == 0:
        return c / c
    deviation = sqrt(diag(c))
    return clip(c / deviation[:, None] / deviation, -1, 1)


# ---------------------------------------------------------------------------------------------------------------------
# Histograms
# ---------------------------------------------------------------------------------------------------------------------
def _even_edges(column: np.ndarray, bins: int, limits: tuple[float, float] | None, place: int) -> np.ndarray:
    """The edges of equal bins between the limits, or else the smallest and the largest element.

    Raises:
        RuntimeError: no bins, limits that are not finite, or in the wrong order.
    """
    if bins <= 0:
        raise RuntimeError(f"torch.histogram(): bins must be > 0, but got {bins} for dimension {place}")
    low, high = limits or ((column.min(), column.max()) if column.size else (0, 1))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(
            f"torch.histogramdd: dimension {place}'s range [{low}, {high}] is not finite: leave nan and inf out with input[input.isfinite()], or give a range"
        )
    if low > high:
        raise RuntimeError(
            f"torch.histogramdd: min should not exceed max, but got min {low} max {high} for dimension {place}"
        )
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1, dtype=column.dtype)


@np.errstate(all="ignore")  # np.diff is NumPy's own Python code
def _counted(name: str, points: np.ndarray, edges: list, weight: Array | None, density: bool) -> np.ndarray:
    """How many of the points (a row each), or how much weight, lie in each bin; the last one includes its upper edge."""
    if points.dtype.kind != "f":
        raise NotImplementedError(f"{name} is not implemented for '{TITLES[points.dtype.name]}'; convert with .float()")
    sizes = tuple(len(e) - 1 for e in edges)
    for place, edge in enumerate(edges):
        if len(edge) == 1:
            raise RuntimeError(
                f"torch.{name}(): bins must be > 0, but got 0 for dimension {place}: one edge bounds none"
            )
        if edge.dtype != points.dtype:
            raise RuntimeError(
                f"torch.{name}: input tensor and bins tensors should have the same dtype, but got input with dtype "
                f"{points.dtype} and bins for dimension {place} with dtype {edge.dtype}"
            )
    inside, places = np.ones(len(points), bool), []
    for column, edge in zip(points.T, edges, strict=True):
        inside &= (column >= edge[0]) & (column <= edge[-1])
        places.append(np.minimum(np.searchsorted(edge, column, "right") - 1, len(edge) - 2))
    flat = np.ravel_multi_index([p[inside] for p in places], sizes)
    hist: Any = np.bincount(flat, None if weight is None else weight.reshape(-1)[inside], math.prod(sizes))
    hist = hist.reshape(sizes).astype(points.dtype)
    if density:
        hist /= hist.sum()
        for axis, edge in enumerate(edges):
            hist /= np.diff(edge).reshape([-1 if d == axis else 1 for d in range(len(edges))])
    return hist


@differentiable(returns=return_types.histogram, linear=True, name="torch::autograd::NotImplemented")
def _histogram(
    input: Array, bins: Tensor | int, limits: tuple[float, float] | None, weight: Array | None, density: bool
) -> Pulled:
    data = input.reshape(-1, 1)
    if weight is not None and weight.dtype != input.dtype:
        raise RuntimeError(
            f"torch.histogram: input and weight should have the same dtype, and have {input.dtype} and {weight.dtype}"
        )
    if weight is not None and weight.shape != input.shape:
        raise RuntimeError(
            f"torch.histogram: if weight tensor is provided it should have the same shape as the input tensor, but got {list(weight.shape)} for an input of {list(input.shape)}"
        )
    if isinstance(bins, np.ndarray) and (bins.ndim != 1 or not bins.size):
        raise RuntimeError(
            f"torch.histogram: bins must be a number or a vector of edges, but got shape {list(bins.shape)}"
        )
    edges = bins if isinstance(bins, np.ndarray) else _even_edges(data[:, 0], bins, limits, 0)
    found = _counted("histogram", data, [edges], weight, density), edges.copy()
    return found, *[underivable("histogram")] * 4


@composed
def histogram(
    input: Tensor,
    bins: Tensor | int = 100,
    *,
    range: Scale | None = None,
    weight: Tensor | None = None,
    density: bool = False,
    out: tuple[Tensor, ...] | None = None,
) -> Any:
    """How many elements lie in each bin, or how much weight; and the edges of the bins.

    bins: the edges, or how many equal bins there are in the range (low, high), which is by default that of the elements.
    density: divide by the sum and by the width of each bin.

    Raises:
        RuntimeError: no bins, a range that is not finite or in the wrong order, or a weight of another shape.

    >>> torch.histogram(torch.tensor([1.0, 2.0, 2.0]), 2, range=(0.0, 4.0)).hist
    tensor([1., 2.])
    """
    if range is not None and not isinstance(bins, int):
        raise TypeError("histogram() takes a range for a number of bins, and got the edges of the bins too")
    if range is not None and not isinstance(range, (list, tuple)):
        raise TypeError(f"histogram(): argument 'range' must be tuple of floats, not {type(range).__name__}")
    if range is not None and len(range) != 2:
        raise RuntimeError(f"torch.histogram: range should have 2 elements, low and high, and is {range}")
    return _histogram(input, bins, range, weight, density)


@differentiable(linear=True, name="torch::autograd::NotImplemented")
def _histogramdd(
    input: Array, weight: Array | None, *ends: Array, bins: Any, limits: tuple[float, ...] | None, density: bool
) -> Pulled:
    """The histogram, and after it the edges of each variable, which are `ends` if these are given."""
    if input.ndim < 2:
        raise RuntimeError(f"torch.histogramdd: input tensor should have at least 2 dimensions, but got {input.ndim}")
    n = input.shape[-1]
    if weight is not None and weight.shape != input.shape[:-1]:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
            f"innermost dimension, but got {list(weight.shape)} for an input of {list(input.shape)}"
        )
    points = input.reshape(-1, n)
    given = ends or ([bins] * n if isinstance(bins, int) else bins)
    if len(given) != n:
        raise RuntimeError(
            f"torch.histogramdd: expected {n} sequences of bin edges, or numbers of bins, for a {n}-dimensional histogram but got {len(given)}. "
            "histogramdd: The size of bins must be equal to the innermost dimension of the input."
        )
    if limits is not None and len(limits) != 2 * n:
        raise RuntimeError(
            f"torch.histogramdd: for a {n}-dimensional histogram range should have {2 * n} elements, but got {len(limits)}"
        )
    edges = [
        b.copy() if isinstance(b, np.ndarray) else _even_edges(points[:, i], b, limits and limits[2 * i : 2 * i + 2], i)
        for i, b in enumerate(given)
    ]
    found = _counted("histogramdd", points, edges, weight, density), *edges
    return found, *[underivable("_histogramdd_from_bin_cts")] * (2 + len(ends))


@composed
def histogramdd(
    input: Tensor,
    bins: Size | Tensors,
    range: Scale | None = None,
    weight: Tensor | None = None,
    density: bool = False,
) -> Any:
    """`histogram` of several variables, the last axis of `input`: (*, d) -> an axis of bins for each, and a tuple of their edges.

    bins: how many bins, for all or for each, or vectors of edges. range: (low, high, low, high, ...).

    Raises:
        RuntimeError: as `histogram`, or bins and ranges of another number than the variables.

    >>> points = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    >>> torch.histogramdd(points, bins=[2, 2]).hist
    tensor([[1., 1.],
            [0., 2.]])
    """
    ends = bins if not isinstance(bins, int) and bins and isinstance(bins[0], graph.Tensor) else ()
    hist, *edges = _histogramdd(input, weight, *ends, bins=bins, limits=range, density=density)
    return return_types.histogramdd((hist, tuple(ends or edges)))
