"""torch.quasirandom: points that fill a cube more evenly than random ones, for integrals: Sobol's sequence.

The k-th number along an axis has, in binary, the digits that its direction numbers make of the Gray code of k: from a point to the next
one direction number is added without carries. They follow from a polynomial over the numbers 0 and 1, one for each axis, and from a few first
numbers, which S. Joe and F. Kuo searched for (https://web.maths.unsw.edu.au/~fkuo/sobol/, criterion D(6)).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import ops
from .arrays import dtypes
from .names.places import settle
from .tensors.draws import randint
from .tensors.generator import Generator
from .tensors.tensor import Tensor, wrap

__all__ = ["SobolEngine"]

_BITS = 30
# for each axis from the second on its first numbers, without the very first, which is 1; so many as its polynomial has degrees
_STARTS = """
, 3, 3 1, 1 1, 1 3 3, 3 5 13, 1 5 5 17, 1 5 5 5, 1 7 11 19, 1 5 1 1, 1 1 3 11, 3 5 5 31, 3 3 9 7 49, 1 1 15 21 21, 3 1 13 27 49, 1 1 15 7 5,
3 1 15 13 25, 1 5 5 19 61, 3 7 11 23 15 103, 3 7 13 13 15 69, 1 3 13 7 35 63, 3 5 9 1 25 53, 3 1 13 9 35 107, 3 1 5 27 61 31, 1 5 11 19 41
61, 3 5 3 3 13 69, 1 7 13 1 19 1, 3 7 5 13 19 59, 1 3 9 25 29 41, 3 5 13 23 1 55, 3 7 3 13 59 17, 3 1 3 5 53 69, 1 5 5 23 33 13, 1 7 7 1 61
123, 1 7 9 13 61 49, 3 3 5 3 55 33, 3 1 15 31 13 49 245, 3 5 15 31 59 63 97, 3 1 11 11 11 77 249, 3 1 11 27 43 71 9, 1 7 15 21 11 81 45, 3 7
3 25 31 65 79, 3 1 1 19 11 3 205, 1 5 9 19 21 29 157, 3 7 11 1 33 89 185, 3 3 3 15 9 79 71, 3 7 11 15 39 119 27, 1 3 1 11 31 97 225, 1 1 3
23 43 57 177, 3 7 7 17 17 37 71, 3 1 5 27 63 123 213, 1 3 5 11 43 53 133, 3 5 5 29 17 47 173 479, 3 3 11 3 1 109 9 69, 1 1 5 17 39 23 5 343,
3 1 5 25 15 31 103 499, 1 1 11 11 17 63 105 183, 1 5 11 9 29 97 231 363, 1 5 15 19 45 41 7 383, 3 7 7 31 19 83 137 221, 1 1 3 23 15 111 223
83, 1 5 13 31 15 55 25 161, 1 3 13 25 47 39 87 257, 1 1 11 21 53 125 249 293, 1 7 11 11 7 57 79 323, 1 5 5 17 13 81 3 131, 1 7 13 23 7 65
251 475, 3 5 1 9 43 3 149 11, 1 3 13 31 13 13 255 487, 3 3 1 5 63 89 91 127, 1 3 3 1 19 123 127 237, 1 5 7 23 31 37 243 289, 1 5 11 17 53
117 183 491, 1 1 5 1 13 13 209 345, 1 3 15 1 57 115 7 33, 3 1 11 7 43 81 207 175, 3 1 1 15 27 63 255 49, 3 5 3 27 61 105 171 305, 1 5 3 1 3
57 249 149, 1 3 5 5 57 15 13 159, 1 1 11 7 11 105 141 225, 3 3 5 27 59 121 101 271, 3 5 9 11 49 51 59 115, 1 7 1 23 45 125 71 419, 1 3 5 23
5 105 109 75, 1 7 15 7 11 67 121 453, 3 7 3 9 13 31 27 449, 3 1 15 19 39 39 89 15, 1 1 1 1 33 73 145 379, 3 1 15 15 43 29 13 483, 1 7 3 19
27 85 131 431, 3 3 3 5 35 23 195 349, 3 3 7 9 27 39 59 297, 1 3 9 11 17 13 241 157, 3 7 15 25 57 33 189 213, 1 7 1 9 55 73 83 217, 3 3 13 19
27 23 113 249, 3 5 3 23 43 3 253 479, 1 5 5 11 5 45 117 217
"""


def _primitive(degree: int) -> Iterator[int]:
    """The primitive polynomials of a degree, their coefficients as the digits of a number, in ascending order."""
    order = (1 << degree) - 1
    divisors = [
        order // p for p in range(2, order + 1) if order % p == 0 and all(p % q for q in range(2, int(p**0.5) + 1))
    ]

    def power(exponent: int, polynomial: int) -> int:
        """x to the power, modulo the polynomial."""
        result, base = 1, 2 if degree > 1 else 1
        while exponent:
            if exponent & 1:
                result = _times(result, base, polynomial, degree)
            base, exponent = _times(base, base, polynomial, degree), exponent >> 1
        return result

    for polynomial in range((1 << degree) + 1, 2 << degree, 2):
        if power(order, polynomial) == 1 and all(power(n, polynomial) != 1 for n in divisors):
            yield polynomial


def _times(a: int, b: int, polynomial: int, degree: int) -> int:
    """The product of two polynomials, modulo a third."""
    result = 0
    while b:
        result ^= a * (b & 1)
        a, b = a << 1, b >> 1
        a ^= polynomial * (a >> degree)
    return result


@functools.cache
def _directions() -> np.ndarray:
    """The direction numbers of all axes that the table has, of shape (axes, 30)."""
    starts = [[1, *map(int, row.split())] for row in _STARTS.split(",")]
    polynomials = (p for degree in range(1, 32) for p in _primitive(degree))
    numbers = [[1] * _BITS]
    for found, polynomial in zip(starts, polynomials, strict=False):
        degree = len(found)
        while len(found) < _BITS:
            new = found[-degree] ^ (found[-degree] << degree)
            for back in range(1, degree):
                new ^= (found[-back] << back) * (polynomial >> (degree - back) & 1)
            found.append(new)
        numbers.append(found)
    return np.array(numbers) << np.arange(_BITS - 1, -1, -1)


class SobolEngine:
    """Draws the points of Sobol's sequence, in the unit cube of so many dimensions.

    scramble: random digits in place of the plain ones, after Owen: as even, and without the corner. seed: of these, for a stream of their own.

    Raises:
        ValueError: a dimension below 1 or above 21201. NotImplementedError: one above 100: the table of first numbers ends there.

    >>> torch.quasirandom.SobolEngine(dimension=5).draw(3)
    tensor([[0.0000, 0.0000, 0.0000, 0.0000, 0.0000],
            [0.5000, 0.5000, 0.5000, 0.5000, 0.5000],
            [0.7500, 0.2500, 0.2500, 0.2500, 0.7500]])
    """

    MAXBIT = _BITS
    MAXDIM = 21201

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None) -> None:
        if dimension > self.MAXDIM or dimension < 1:
            raise ValueError(f"Supported range of dimensionality for SobolEngine is [1, {self.MAXDIM}]")
        if dimension > len(_directions()):
            raise NotImplementedError(
                f"SobolEngine: minitorch_pt knows the numbers of {len(_directions())} dimensions, and was asked for {dimension}"
            )
        self.seed, self.scramble, self.dimension = seed, scramble, dimension
        self.sobolstate = wrap(_directions()[:dimension].copy())
        self.shift = wrap(np.zeros(dimension, np.int64))
        if scramble:
            self._scramble()
        self.quasi = self.shift.clone()
        self._first_point = (self.quasi / 2**_BITS).reshape(1, -1)
        self.num_generated = 0

    def _scramble(self) -> None:
        generator = None if self.seed is None else Generator().manual_seed(self.seed)
        bits = 1 << np.arange(_BITS)
        self.shift = wrap(randint(2, (self.dimension, _BITS), generator=generator)._data @ bits)
        mixed = np.tril(randint(2, (self.dimension, _BITS, _BITS), generator=generator)._data) | np.eye(
            _BITS, dtype=np.int64
        )
        digits = self.sobolstate._data[:, :, None] >> np.arange(_BITS - 1, -1, -1) & 1  # the highest first
        self.sobolstate = wrap((digits @ mixed.swapaxes(1, 2) % 2) @ bits[::-1])

    def _steps(self, n: int, start: int) -> np.ndarray:
        """The next n points as whole numbers, from the one of number `start` on."""
        following = np.arange(start + 1, start + n + 1)
        places = np.log2(following & -following).astype(np.int64)  # of the lowest digit that is 1
        turns = np.concatenate([self.quasi._data[None], self.sobolstate._data.T[places]])
        points = np.bitwise_xor.accumulate(turns, axis=0)
        self.quasi = wrap(points[-1].copy())
        return points[1:]

    def draw(self, n: int = 1, out: Tensor | None = None, dtype: Any = None) -> Tensor:
        """The next n points, of shape (n, dimension).

        >>> engine = torch.quasirandom.SobolEngine(2, scramble=True, seed=0)
        >>> engine.draw(2).shape
        torch.Size([2, 2])
        """
        dtype = dtypes.get_default_dtype() if dtype is None else dtype
        first = self.num_generated == 0
        if n < first:
            raise RuntimeError(
                f"Trying to create tensor with negative dimension {n - first}: [{n - first}, {self.dimension}]"
            )
        if dtype not in (dtypes.float32, dtypes.float64) and not (first and n == 1):
            raise NotImplementedError(
                f"SobolEngine.draw() is not implemented for {dtype}: it gives torch.float32 and torch.float64"
            )
        points = self._steps(n - 1 if first else n, 0 if first else self.num_generated - 1)
        result = wrap(points.astype(dtype.dtype) * np.asarray(2.0**-_BITS, dtype.dtype))
        if first:
            result = ops.cat([self._first_point.to(dtype), result])
        self.num_generated += n
        return result if out is None else out.resize_as_(result).copy_(result)

    def draw_base2(self, m: int, out: Tensor | None = None, dtype: Any = None) -> Tensor:
        """The next 2^m points.

        Raises:
            ValueError: with those drawn before they are no power of two, for which alone the points are balanced.
        """
        n = 2**m
        total = self.num_generated + n
        if total & (total - 1):
            raise ValueError(
                f"The balance properties of Sobol' points require n to be a power of 2. {self.num_generated} points have been previously generated, "
                f"then: n={self.num_generated}+2**{m}={total}. If you still want to do this, please use 'SobolEngine.draw()' instead."
            )
        return self.draw(n, out, dtype)

    def reset(self) -> SobolEngine:
        """Begin again; returns the engine."""
        self.quasi.copy_(self.shift)
        self.num_generated = 0
        return self

    def fast_forward(self, n: int) -> SobolEngine:
        """Pass over n points; returns the engine."""
        first = self.num_generated == 0
        self._steps(max(0, n - first), 0 if first else self.num_generated - 1)
        self.num_generated += n
        return self

    def __repr__(self) -> str:
        said = [f"dimension={self.dimension}", *["scramble=True"] * self.scramble]
        return f"SobolEngine({', '.join([*said, *([] if self.seed is None else [f'seed={self.seed}'])])})"


settle(__name__, globals())
