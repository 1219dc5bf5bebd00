"""Poisson, binomial and gamma numbers: drawn from another distribution that is easy, and drawn again until accepted.

How many words a draw takes is not known before, so these are loops over single numbers. The methods, their constants and where they
round to float32 are those of torch's CPU kernels: the same words give the same numbers.

`uniform` and `normal` are functions that give the next number of the stream.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["binomial", "gamma", "poisson"]

Draw = Callable[[], float]


def poisson(rate: float, uniform: Draw) -> float:
    """How many events come, where `rate` come on average.

    Source: Hörmann 1993, the transformed rejection method PTRS; below 10, products of uniforms (Knuth).
    """
    if rate < 10:
        product, limit, k = uniform() if rate else 0.0, math.exp(-rate), 0
        while product > limit:
            product *= uniform()
            k += 1
        return k
    root, log_rate = math.sqrt(rate), math.log(rate)
    b = 0.931 + 2.53 * root
    a = -0.059 + 0.02483 * b
    inverse_alpha, v_sure = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = math.floor((2 * a / us + b) * u + rate + 0.43)
        if us >= 0.07 and v <= v_sure:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        bound = -rate + k * log_rate - math.lgamma(k + 1)
        if math.log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= bound:
            return k


_TAILS = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def _stirling_tail(k: float) -> float:
    """log(k!) less what Stirling's formula says of it."""
    if k < len(_TAILS):
        return _TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)


def binomial(count: Any, p: Any, uniform: Draw) -> Any:
    """How many of `count` trials of probability `p` succeed; both are NumPy numbers of one type, whose rounding matters.

    Source: Hörmann 1993, the transformed rejection method BTRS; below 10 expected successes, sums of geometric numbers.
    """
    if count <= 0 or p <= 0:
        return 0
    if p >= 1:
        return count
    if not p <= 0.5:
        return count - binomial(count, type(p)(1.0 - float(p)), uniform) if p > 0.5 else math.nan
    return _binomial_transformed(count, p, uniform) if count * p >= 10 else _binomial_by_waiting(count, p, uniform)


def _binomial_by_waiting(count: Any, p: Any, uniform: Draw) -> int:
    log_q, trials, successes = float(type(p)(math.log1p(-float(p)))), 0.0, -1
    while trials <= count:
        u = uniform()
        trials += math.ceil(math.log(u) / log_q) if u else math.inf
        successes += 1
    return successes


def _binomial_transformed(count: Any, p: Any, uniform: Draw) -> float:
    kind = type(p)
    deviation = float(np.sqrt(count * p * (1 - p)))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * float(p)
    centre, v_sure, odds = float(count * p) + 0.5, 0.92 - 4.2 / b, float(p / (1 - p))
    alpha, mode, n = (2.83 + 5.1 / b) * deviation, math.floor((count + 1) * p), float(count)
    while True:
        u, v = uniform() - 0.5, uniform()
        us = 0.5 - abs(u)
        k = float(kind(math.floor((2 * a / us + b) * u + centre)))
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= v_sure:
            return k
        rest = float(kind(n - k) + kind(1))
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (n - mode + 1)))
            + float(count + kind(1)) * math.log((n - mode + 1) / rest)
            + (k + 0.5) * math.log(odds * rest / float(kind(k) + kind(1)))
            + _stirling_tail(mode)
            + _stirling_tail(n - mode)
            - _stirling_tail(k)
            - _stirling_tail(n - k)
        )
        if (math.log(v * alpha / (a / (us * us) + b)) if v else -math.inf) <= bound:
            return k


_THIRD, _SURE = float(np.float32(1) / np.float32(3)), float(np.float32(0.0331))


def gamma(alpha: Any, uniform: Draw, normal: Draw) -> float:
    """A gamma number of shape `alpha` and rate 1; alpha is a NumPy number, whose rounding matters.

    Source: Marsaglia and Tsang 2000, doi:10.1145/358407.358414.
    """
    kind, scale = type(alpha), 1.0
    if alpha < 1:
        if alpha == 0:
            return 0.0
        scale = math.pow(1 - uniform(), float(kind(1) / alpha))
        alpha = alpha + kind(1)
    d = float(alpha - kind(_THIRD))
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal()
        y = 1.0 + c * x
        if y <= 0:
            continue
        v, u, square = y * y * y, 1 - uniform(), x * x
        if u < 1.0 - _SURE * square * square or math.log(u) < 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v
