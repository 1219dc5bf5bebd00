"""Methods that overwrite a tensor with random numbers, in the order of its memory."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from ..arrays import layouts
from ..arrays.notices import warn
from ..arrays.storage import refuse_overlap, writable
from ..autograd.changes import changed
from ..autograd.contract import composed, method
from ..autograd.inplace import check_inplace, rebase
from ..autograd.modes import recording
from ..ops.checks import check_floating
from ..ops.elementwise.choosing import overwritten
from .generator import source
from .tensor import Tensor


def whole_numbers(name: str, **values: Any) -> list[int]:
    """Arguments that must be whole numbers.

    Raises:
        TypeError: one is not.
    """
    numbers = []
    for key, value in values.items():
        try:
            if isinstance(value, bool):
                raise TypeError
            numbers.append(operator.index(value))
        except TypeError:
            raise TypeError(f"{name}(): argument '{key}' must be int, not {type(value).__name__}") from None
    return numbers


@functools.cache
def _limits(kind: np.dtype) -> tuple[int, int]:
    """The least and the largest whole number of a type."""
    if kind.kind == "b":
        return 0, 1
    limits = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    return int(limits.min), int(limits.max)


def bounds_in(kind: np.dtype, low: int, high: int) -> tuple[int, int]:
    """The bounds of the whole numbers of [low, high) that are drawn in a type: where it rounds to one outside, the nearest inside.

    Raises:
        RuntimeError: it does not hold them, or none is left.
    """
    least, most = _limits(kind)
    for what, number in (("from", low), ("to - 1", high - 1)):
        if not least <= number <= most:
            raise RuntimeError(
                f"{what} is out of bounds for {kind.name}, which holds {least} to {most}, and is {number}"
            )
        digits = np.finfo(kind).nmant + 1 if kind.kind == "f" else 64
        if abs(number) <= 2**digits:
            continue
        warn(f"{what} is out of bounds [-(2^{digits}), 2^{digits}]: not all whole numbers beyond exist in {kind.name}")
        step = 1 << (abs(number).bit_length() - digits)
        if what == "from":
            above = int(kind.type(low + 1))
            low = above + step if above < low else low
        else:
            last = int(kind.type(number))
            high = last - step if last >= high else high
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    return low, high


def check_probabilities(p: np.ndarray) -> None:
    """Check that all are in [0, 1].

    Raises:
        RuntimeError: one is not.
    """
    if p.size and not (p.min() >= 0 and p.max() <= 1):
        raise RuntimeError(
            f"Expected p_in >= 0 && p_in <= 1 to be true, but probabilities reach from {p.min()} to {p.max()}"
        )


def _fill(self: Tensor, name: str, draw: Any) -> Tensor:
    """Overwrite with `draw(shape, contiguous)`, as an in-place operation whose node has this name."""
    node = None
    if recording.on and self.requires_grad:
        check_inplace(self)
        node = overwritten(self, None, self._data, name)._node  # the old values' gradient ends here
    data = writable(self._data)
    refuse_overlap(data, ())
    walk = layouts.walk(data)
    walk[...] = draw(walk.shape, data.flags.c_contiguous)
    changed(self._data)
    if node is not None:
        rebase(self, node)
    return self


@composed
def uniform_(self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with uniform numbers in [from, to).

    Raises:
        RuntimeError: from is above to.
    """
    check_floating("uniform_", self)
    if not from_ <= to:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={from_} > to={to}")
    if not to - from_ <= np.finfo(self._data.dtype).max:
        raise RuntimeError(
            f"uniform_ expects to - from to be a number of {self.dtype}, but found from={from_}, to={to}"
        )
    return _fill(
        self, "UniformBackward0", lambda shape, _: source(generator).uniform(shape, from_, to, self._data.dtype.type)
    )


@composed
def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with normal numbers.

    Raises:
        RuntimeError: a negative std.
    """
    if not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    check_floating("normal_", self)
    return _fill(
        self,
        "NormalBackward0",
        lambda shape, contiguous: source(generator).normal(shape, mean, std, self._data.dtype.type, contiguous),
    )


@composed
def random_(self: Tensor, from_: int | None = None, to: int | None = None, *, generator: object = None) -> Tensor:
    """Overwrite with whole numbers: random_() over all that the type holds, random_(to) in [0, to), random_(from, to) in [from, to).

    Raises:
        RuntimeError: from is not below to.
    """
    kind = self._data.dtype
    if from_ is None and to is None:
        return _fill(self, "RandomBackward2", lambda shape, _: source(generator).random(shape, kind))
    low, high = whole_numbers("random_", low=0 if to is None else from_ or 0, high=from_ if to is None else to)
    low, high = bounds_in(kind, low, high)
    return _fill(
        self, f"RandomBackward{int(to is None)}", lambda shape, _: source(generator).randint(low, high, shape, kind)
    )


@composed
def bernoulli_(self: Tensor, p: Tensor | float = 0.5, *, generator: object = None) -> Tensor:
    """Overwrite with 1 with probability p (a number, or a tensor of one for each element), else 0.

    Raises:
        RuntimeError: a probability outside [0, 1].
    """
    chance = p._data if isinstance(p, Tensor) else p
    if isinstance(p, Tensor):
        check_floating("bernoulli_", p)
    elif not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p}")
    check_probabilities(np.asarray(chance))
    if np.ndim(chance):
        if np.ndim(chance) > self.ndim or any(
            m not in (1, n) for m, n in zip(np.shape(chance)[::-1], self.shape[::-1], strict=False)
        ):
            raise RuntimeError(
                f"bernoulli_() needs probabilities that can be expanded to the shape {list(self.shape)}, and got {list(np.shape(chance))}"
            )
        chance = np.broadcast_to(chance, self._data.shape).transpose(layouts.axes(self._data))
    return _fill(
        self,
        f"BernoulliBackward{2 - isinstance(p, Tensor)}",
        lambda shape, _: source(generator).bernoulli(shape, chance, self._data.dtype),
    )


def _check_positive(name: str, filled: Tensor, parameter: str, value: float, keyword: str = "") -> None:
    if not value > 0:
        raise RuntimeError(f"{name} expects {parameter} > 0.0, but found {keyword or parameter}={value}")
    check_floating(name, filled)


@composed
def exponential_(self: Tensor, lambd: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with exponential numbers.

    Raises:
        RuntimeError: lambd is not positive.
    """
    _check_positive("exponential_", self, "lambda", lambd)
    return _fill(
        self,
        "ExponentialBackward0",
        lambda shape, _: source(generator).exponential(shape, lambd, self._data.dtype.type),
    )


@composed
def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: object = None) -> Tensor:
    """Overwrite with Cauchy numbers.

    Raises:
        RuntimeError: sigma is not positive.
    """
    _check_positive("cauchy_", self, "sigma", sigma)
    return _fill(
        self, "CauchyBackward0", lambda shape, _: source(generator).cauchy(shape, median, sigma, self._data.dtype.type)
    )


@composed
def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: object = None) -> Tensor:
    """Overwrite with e to the power of normal numbers.

    Raises:
        RuntimeError: std is not positive.
    """
    _check_positive("log_normal_", self, "std", std)
    return _fill(
        self,
        "LogNormalBackward0",
        lambda shape, _: source(generator).log_normal(shape, mean, std, self._data.dtype.type),
    )


@composed
def geometric_(self: Tensor, p: float, *, generator: object = None) -> Tensor:
    """Overwrite with the numbers of trials up to the first success of probability p.

    Raises:
        RuntimeError: p is not in (0, 1).
    """
    if not 0 < p < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={p}")
    if self._data.dtype.kind == "b":
        raise NotImplementedError("geometric_() is not implemented for 'Bool'; convert with .int()")
    return _fill(self, "GeometricBackward0", lambda shape, _: source(generator).geometric(shape, p, self._data.dtype))


for _method in (uniform_, normal_, random_, bernoulli_, exponential_, cauchy_, log_normal_, geometric_):
    setattr(Tensor, _method.__name__, method(_method))
