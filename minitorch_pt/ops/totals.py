"""Running totals: sums, products and extremes of all elements up to each."""

from __future__ import annotations

import builtins
import itertools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .. import return_types
from ..arrays.dtypes import TITLES
from ..autograd.rule import array, differentiable, same
from ..names.titles import titled
from .axes import from_front
from .extremes import itself_at_0, same_value
from .gathering import sum_into

if TYPE_CHECKING:
    from ..autograd.contract import Array, Dim, DType, Pulled, Tensor, TypedOut


__all__ = ["cummax", "cummin", "cumprod", "cumsum", "logcumsumexp"]


def wider(dtype: np.dtype) -> np.dtype:
    """The type in which torch adds up numbers of that type."""
    return np.dtype({"float16": "float32", "float32": "float64"}.get(dtype.name, dtype))


def sum_type(data: np.ndarray, dtype: np.dtype) -> np.dtype:
    """The type of a sum: as asked for, int64 for whole numbers."""
    if dtype is not None:
        return np.dtype(dtype)
    return data.dtype if data.dtype.kind == "f" else np.dtype(np.int64)


def _accumulated(ufunc: np.ufunc, data: np.ndarray, axis: int, target: np.dtype) -> np.ndarray:
    """Running totals, kept in the next wider type as torch does: in its own float16 stops at 2048 + 1, and a product that
    leaves the range of float32 for a while does not come back."""
    kind, data = wider(target), data.astype(target, copy=False)
    if data.size > _WIDE * data.shape[axis]:
        # slice by slice: NumPy goes number by number, each of which waits for the one before
        beside = math.prod(data.shape[axis + 1 :]) > _WIDE
        lines = np.moveaxis(data, axis, 0).astype(kind, order="K" if beside else "C")
        for before, line in itertools.pairwise(lines):
            ufunc(before, line, out=line)
        return np.moveaxis(lines, 0, axis).astype(target, order="C", copy=False)
    return ufunc.accumulate(data, axis, kind).astype(target, copy=False)


_WIDE = 256  # running totals side by side


def _running_type(name: str, input: Array, dtype: np.dtype) -> np.dtype:
    """The type of running sums or products.

    Raises:
        NotImplementedError: bool.
    """
    target = sum_type(input, dtype)
    if target.kind == "b" and input.ndim and input.size:
        raise NotImplementedError(f"{name}() is not implemented for 'Bool'; leave dtype out, or give torch.int64")
    return target


@differentiable(linear=True)
def cumsum(input: Tensor, dim: Dim, *, dtype: DType | None = None, out: TypedOut | None = None) -> Pulled:
    """The sums of all elements up to each one, along an axis. Whole numbers are summed as int64.

    Raises:
        IndexError: no such axis.

    >>> torch.cumsum(torch.tensor([1, 2, 3, 4]), dim=0)
    tensor([ 1,  3,  6, 10])
    """
    axis, target = from_front(dim, input.ndim), _running_type("cumsum", input, dtype)
    if not input.ndim:
        return input.astype(target), same
    return _accumulated(np.add, input, axis, target), lambda g: np.flip(cumsum.rule(np.flip(g, axis), axis), axis)


def _recurrence(terms: Array, factors: Array) -> Array:
    """t[k] = terms[k] + factors[k] * t[k + 1] along the first axis, from the end; there is one factor less than terms.

    In log2(n) steps on whole arrays instead of n on slices: after each, t[k] covers twice as many terms, and factors[k] leads
    past them (a parallel prefix; Hillis and Steele, Data parallel algorithms, 1986).
    """
    n, step = terms.shape[0], 1
    while step < n:
        terms = np.concatenate([terms[: n - step] + factors * terms[step:], terms[n - step :]], 0)
        factors = factors[: builtins.max(n - 2 * step, 0)] * factors[step:]
        step *= 2
    return terms


@differentiable(saves="input result")
def cumprod(input: Tensor, dim: Dim, *, dtype: DType | None = None, out: TypedOut | None = None) -> Pulled:
    """The products of all elements up to each one, along an axis.

    Element k is a factor of each product from k on: its gradient is the product of those before it times
    g[k] + x[k+1] (g[k+1] + x[k+2] (g[k+2] + ...)), which stays right where elements are 0.

    Raises:
        IndexError: no such axis.

    >>> torch.cumprod(torch.tensor([1, 2, 3, 4]), dim=0)
    tensor([ 1,  2,  6, 24])
    """
    data, axis = array(input), from_front(dim, input.ndim)
    target = _running_type("cumprod", data, dtype)
    if not data.ndim:
        return data.astype(target), same

    def pull(g: Array) -> Array:
        x = np.moveaxis(input, axis, 0)
        after = _recurrence(np.moveaxis(g, axis, 0), x[1:])
        return np.moveaxis(np.concatenate([after[:1], cumprod.rule(x, 0)[:-1] * after[1:]], 0), 0, axis)

    return _accumulated(np.multiply, data, axis, target), pull


def _running(name: str, ufunc: np.ufunc, which: str, shown: str) -> Callable[..., tuple]:
    def rule(input: Tensor, dim: Dim, *, out: tuple[Tensor, ...] | None = None) -> Pulled:
        axis, shape = from_front(dim, input.ndim), input.shape
        if not input.ndim:
            return itself_at_0(input)
        value = ufunc.accumulate(input, axis=axis)
        places = np.arange(shape[axis]).reshape([-1 if d == axis else 1 for d in range(input.ndim)])
        where = np.maximum.accumulate(np.where(same_value(input, value), places, 0), axis=axis)
        return (value, where), lambda g, _: sum_into.rule(g, where, axis, shape)

    text = f"The {which} element up to each one along an axis, and where it is (the last of equal ones)."
    example = f">>> torch.{name}(torch.tensor([3, 1, 5, 2]), dim=0).values\ntensor([{shown}])"
    text = f"{text}\n\n{example}"
    return differentiable(
        titled(rule, name, text), linear=True, returns=getattr(return_types, name), saves="input result1"
    )


cummax = _running("cummax", np.maximum, "largest", "3, 3, 5, 5")
cummin = _running("cummin", np.minimum, "smallest", "3, 1, 1, 1")


@differentiable(saves="input result")
def logcumsumexp(input: Tensor, dim: Dim, *, out: Tensor | None = None) -> Pulled:
    """log of the running sums of e^x along an axis, without overflow.

    Raises:
        IndexError: no such axis. NotImplementedError: whole numbers.

    >>> torch.logcumsumexp(torch.tensor([1000.0, 1000.0]), dim=0)
    tensor([1000.0000, 1000.6932])
    """
    data, axis = array(input), from_front(dim, input.ndim)
    if data.dtype.kind != "f":
        raise NotImplementedError(
            f"logcumsumexp is not implemented for '{TITLES[data.dtype.name]}'; convert with .float()"
        )
    if not data.ndim:
        return data.copy(), same
    value = _accumulated(np.logaddexp, data, axis, data.dtype)

    def pull(g: Array) -> Array:
        y = value if isinstance(input, np.ndarray) else logcumsumexp(input, axis)
        x, y = np.moveaxis(input, axis, 0), np.moveaxis(y, axis, 0)
        # sum over k' >= k of g[k'] e^(x[k] - y[k']): y never falls, so no exponent is positive
        return np.moveaxis(_recurrence(np.moveaxis(g, axis, 0), np.exp(y[:-1] - y[1:])) * np.exp(x - y), 0, axis)

    return value, pull
