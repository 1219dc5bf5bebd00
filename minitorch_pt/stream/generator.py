"""The random stream of torch's CPU generator, bit for bit, as NumPy arrays.

One Mersenne Twister gives 32-bit words; each kind of draw takes words in torch's order and rounds as torch's kernels round. Those
kernels (AVX2) fuse a multiplication and an addition into one rounding, which NumPy does not: `fma32` and `fma64` do it by hand.
"""

from __future__ import annotations

import contextlib
import math
import os
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..arrays import layouts, samples
from ..arrays.samples import active
from . import rejection
from .shuffling import swaps_at_once, swaps_in_turn

__all__ = ["DEFAULT_SEED", "Stream", "default_generator"]

f32, f64, u32, u64, i64 = np.float32, np.float64, np.uint32, np.uint64, np.int64
DEFAULT_SEED = 67280421310721
STATE_BYTES = 5056  # of torch.get_rng_state()
# as arrays: NumPy takes those more quickly than numbers
_BITS_24, _TO_24 = np.array(0xFFFFFF, u32), np.array(2.0**-24, f32)
_BITS_53, _TO_53, _HALF_WORD = np.array(2**53 - 1, u64), np.array(2.0**-53, f64), np.array(32, u64)
INSIDE_OUT = (2**32 - 1) // 20  # from so many numbers on, torch shuffles another way


# ---------------------------------------------------------------------------------------------------------------------
# a * b + c with one rounding
# ---------------------------------------------------------------------------------------------------------------------
def fma32(a: Any, b: Any, c: Any) -> np.ndarray:
    """float32 a*b + c rounded once; c is a number. The product is exact in float64, so only ties of the sum need care."""
    product = np.multiply(a, b, dtype=f64)
    total = np.asarray(product + f64(c))
    tie = np.nonzero((total.view(i64) & 0x1FFFFFFF) == 0x10000000)  # halfway between two float32 numbers
    if len(tie[0]):
        p, t, c = product[tie], total[tie], f64(c)
        back = t - p
        error = (p - (t - back)) + (c - back)  # p + c is exactly t + error
        step = np.sign(error) * np.sign(t)  # off the tie, towards the true value
        total[tie] = (t.view(i64) + step.astype(i64)).view(f64)
    return total.astype(f32)


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """The rounded sum and its exact error (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _halves(a: Any) -> tuple[Any, Any]:
    """A number as two of half its digits (Veltkamp)."""
    t = a * 134217729.0
    high = t - (t - a)
    return high, a - high


def fma64(a: Any, b: Any, c: Any) -> np.ndarray:
    """float64 a*b + c rounded once: exact product and sums, the low part rounded to odd (Boldo and Melquiond, 2008)."""
    a, b, c = np.broadcast_arrays(f64(a), f64(b), f64(c))
    p = a * b
    (ah, al), (bh, bl) = _halves(a), _halves(b)
    e = ((ah * bh - p) + ah * bl + al * bh) + al * bl
    th, tl = _two_sum(c, e)
    vh, vl = _two_sum(p, th)
    z, r = _two_sum(tl, vl)
    z = np.array(z)
    bits = z.view(i64)
    bits += np.where((r != 0) & ((bits & 1) == 0), np.where((r > 0) == (z > 0), 1, -1), 0)
    total = vh + z
    return np.where(np.isfinite(total), total, p + c)  # the parts of an infinite number are nan


# ---------------------------------------------------------------------------------------------------------------------
# Float32 normals: the Box-Muller transform with the Cephes polynomials, rounded as the AVX2 kernel rounds
# ---------------------------------------------------------------------------------------------------------------------
def _f32(*values: float) -> list[Any]:
    return [np.array(f32(v), f64) for v in values]


_LOG = _f32(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
_SIN = _f32(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = _f32(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_PI_4_HIGH, _PI_4_MIDDLE = (np.array(v, f32) for v in (-0.78515625, -2.4187564849853515625e-4))  # -pi/4 in three parts
(_PI_4_LOW,) = _f32(-3.77489497744594108e-8)
_LN2_LOW, _LN2_HIGH, _ONE, _MINUS_TWO, _HALF = (np.array(v, f32) for v in (-2.12194440e-4, 0.693359375, 1, -2, 0.5))
_TWO_PI, _OCTANTS = (np.array(v, f32) for v in (2 * math.pi, 1.27323954473516))
_ROOT_HALF = np.array(0.707106781186547524, f32).view(np.int32)
_FEW = 2**13  # words
_BLOCK = 2048  # rows of 16 at a time, whose parts stay in the cache


def _mad(a: Any, b: Any, c: Any) -> Any:
    """fma32 of float32 numbers kept as float64, as its result is. No tie occurs here: all 2**24 numbers were compared with hardware.

    Where a * b has so few digits that float32 holds it, the formulas below need no _mad.
    """
    t = a * b
    t += c
    return t.astype(f32).astype(f64)


def _radius32(u: np.ndarray) -> np.ndarray:
    """sqrt(-2 log(1 - u)) for u = k / 2**24."""
    # 1 - u = mantissa * 2**e with a mantissa in [sqrt(1/2), sqrt(2)), by its bits
    bits = (_ONE - u).view(np.int32) - _ROOT_HALF
    e = (bits >> 23).astype(f32)
    bits &= 0x7FFFFF
    bits += _ROOT_HALF
    x = bits.view(f32) - _ONE
    wide, z = x.astype(f64), x * x
    y: Any = _LOG[0]
    for c in _LOG[1:]:
        y = _mad(y, wide, c)
    y = _mad((x * y.astype(f32)).astype(f64), z, e * _LN2_LOW).astype(f32)
    y -= z * _HALF
    x += y
    e *= _LN2_HIGH
    x += e
    x *= _MINUS_TWO
    return np.sqrt(x, out=x)


def _cos_sin32(u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin of 2 pi u for u = k / 2**24 in [0, 1)."""
    x = u * _TWO_PI
    octant = ((x * _OCTANTS).astype(np.int32) + 1) & -2
    y = octant.astype(f32)
    x += y * _PI_4_HIGH
    x += y * _PI_4_MIDDLE
    x = _mad(y.astype(f64), _PI_4_LOW, x)
    narrow = x.astype(f32)
    narrow *= narrow
    z = narrow.astype(f64)
    c = _mad(_mad(z, _COS[0], _COS[1]), z, _COS[2]).astype(f32)
    c = _mad((narrow * c).astype(f64), z, z * -0.5).astype(f32)
    c += _ONE
    s = _mad(_mad(z, _SIN[0], _SIN[1]), z, _SIN[2]).astype(f32)
    s = _mad((narrow * s).astype(f64), x, x).astype(f32)
    cosine, sine = c.view(np.int32), s.view(np.int32)
    swapped = (cosine ^ sine) & (octant << 30 >> 31)  # all bits of a number, or none: by the second bit of its octant
    cosine ^= swapped
    sine ^= swapped
    sine ^= (octant & 4) << 29  # to the sign bit
    cosine ^= (~(octant - 2) & 4) << 29
    return c, s


def _box_muller32(u: np.ndarray, mean: Any, std: Any) -> np.ndarray:
    """Rows of 16 uniforms, 8 for radii and 8 for angles, to rows of 8 cosine and 8 sine normals."""
    out = np.empty_like(u)
    for i in range(0, len(u), _BLOCK):
        block, normal = u[i : i + _BLOCK], out[i : i + _BLOCK]
        radius = _radius32(block[:, :8].copy())
        for place, wave in zip((0, 8), _cos_sin32(block[:, 8:].copy()), strict=True):
            np.multiply(radius, wave, out=normal[:, place : place + 8])
        if mean == 0:
            normal *= std
            normal += f32(0)
        else:
            normal[...] = fma32(normal, std, mean)
    return out


def _libm(function: Callable, x: np.ndarray) -> np.ndarray:
    """Through the C library element by element, as torch's scalar loops: NumPy's own vector code may differ in the last bit."""
    return np.fromiter(map(function, x.ravel().tolist()), f64, x.size).reshape(x.shape)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _box_muller64(u: np.ndarray, mean: Any, std: Any) -> np.ndarray:
    radius = np.sqrt(-2 * _libm(math.log, 1 - u[:, :8]))
    angle = 2 * math.pi * u[:, 8:]
    return fma64(np.concatenate([radius * _libm(math.cos, angle), radius * _libm(math.sin, angle)], axis=1), std, mean)


def _cast(x: np.ndarray, dtype: Any) -> np.ndarray:
    """torch reaches half precision through float32."""
    return (
        x.astype(f32).astype(dtype) if np.dtype(dtype).itemsize < 4 and x.dtype == f64 else x.astype(dtype, copy=False)
    )


# ---------------------------------------------------------------------------------------------------------------------
# The generator
# ---------------------------------------------------------------------------------------------------------------------
class Stream:
    """One generator: its state, and every kind of draw as a new array in C order.

    Sizes are tuples, dtypes NumPy's.
    """

    def __init__(self, seed: Any = DEFAULT_SEED) -> None:
        self.seed_with(seed)

    def seed_with(self, seed: Any) -> None:
        """Start anew. Only the low 32 bits of the seed matter to the stream.

        Raises:
            ValueError: the seed is not in [-2**63, 2**64).
        """
        number = int(seed)
        if not -(2**63) <= number < 2**64:
            raise ValueError(
                f"Overflow when unpacking long long: a seed is at least -2**63 and below 2**64, got {number}"
            )
        self._seed = number % 2**64
        self._raw: Any = None
        self._cached: float | None = None  # the second of a pair of single normals
        self._fresh = True

    def _open(self) -> None:
        """Make the twister of the seed: only when the first number is drawn, as NumPy takes long to import its random module."""
        if self._raw is None:
            self._restart(np.random.RandomState(self._seed & 0xFFFFFFFF).get_state(legacy=True)[1], 624)  # type: ignore[index]  # a tuple, not a dict

    def _restart(self, key: Any, position: int) -> None:
        self._bits = np.random.MT19937()
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
        self._raw, self._bytes = self._bits.random_raw, np.random.RandomState(self._bits).bytes

    def entropy_seed(self) -> int:
        """Seed with a number from the operating system, and return it."""
        number = int.from_bytes(os.urandom(8), "little") >> 1
        self.seed_with(number)
        return number

    @property
    def state(self) -> bytes:
        """The bytes of torch.get_rng_state(): seed, place in the block, 624 words, the cached normal."""
        self._open()
        inner = self._bits.state["state"]
        place = inner["pos"]
        head = struct.pack("<QiiQ", self._seed, 1 if self._fresh else 625 - place, 1, 0 if self._fresh else place)
        cached = self._cached
        tail = struct.pack("<dddiifi", 0.0, 0.0 if cached is None else cached, 0.0, cached is not None, 0, 0.0, 0)
        return head + inner["key"].astype(u64).tobytes() + tail

    @state.setter
    def state(self, raw: bytes) -> None:
        if len(raw) != STATE_BYTES:
            raise RuntimeError(
                f"RNG state is wrong size: a state has {STATE_BYTES} bytes, got {len(raw)}; give what get_state() returned"
            )
        self._seed, left, _, place = struct.unpack_from("<QiiQ", raw)
        key = np.frombuffer(raw, u64, 624, 24).astype(u32)
        _, cached, _, valid = struct.unpack_from("<dddi", raw, 24 + 4992)
        self._cached = cached if valid else None
        self._fresh = left == 1 and place == 0
        self._restart(key, 624 if left == 1 else place)

    # -- raw material --------------------------------------------------------------------------------------------------
    def words(self, n: int) -> np.ndarray:
        """The next n 32-bit words."""
        if n == 0:
            return np.empty(0, u32)
        if active:
            samples.before_drawing()
        self._open()
        self._fresh = False
        # NumPy's raw words have 64 bits each, its bytes take a while to start
        return self._raw(n).astype(u32) if n <= _FEW else np.frombuffer(self._bytes(4 * n), u32)

    def words64(self, n: int) -> np.ndarray:
        """The next n pairs of words, the first of a pair as the high half."""
        pairs = self.words(2 * n).view(u64)
        return pairs << _HALF_WORD | pairs >> _HALF_WORD

    def _unit32(self, n: int) -> np.ndarray:
        # from signed numbers: NumPy converts those twice as fast
        unit = (self.words(n) & _BITS_24).view(np.int32).astype(f32)
        unit *= _TO_24
        return unit

    def _unit64(self, n: int) -> np.ndarray:
        unit = (self.words64(n) & _BITS_53).view(i64).astype(f64)
        unit *= _TO_53
        return unit

    # -- draws ---------------------------------------------------------------------------------------------------------
    def uniform(self, size: tuple, low: float = 0.0, high: float = 1.0, dtype: Any = f32) -> np.ndarray:
        """Uniform in [low, high)."""
        n = math.prod(size)
        a: Any
        b: Any
        if dtype == f64:
            x, a, b = self._unit64(n), *map(f64, (low, high))
            if (a, b) != (0, 1):
                x = fma64(x, b - a, a)
        else:
            x, a, b = self._unit32(n), *map(f32, (low, high))
            if (a, b) != (0, 1):
                for i in range(0, n, 16 * _BLOCK):
                    part = x[i : i + 16 * _BLOCK]
                    part[...] = fma32(part, b - a, a)
            x = x.astype(dtype, copy=False)
        if n and ((a, b) != (0, 1) or x.itemsize == 2):
            x[x == x.dtype.type(high)] = low  # rounding may reach the open end
        return x.reshape(size)

    def normal(
        self, size: tuple, mean: float = 0.0, std: float = 1.0, dtype: Any = f32, contiguous: bool = True
    ) -> np.ndarray:
        """Normal with this mean and standard deviation.

        Fewer than 16, or into memory that is not contiguous, one at a time in float64; else in blocks of 16, where a ragged
        end draws 16 anew for the last 16 places.
        """
        n = math.prod(size)
        if n < 16 or not contiguous:
            return _cast(np.array([self._one_normal(mean, std) for _ in range(n)], f64), dtype).reshape(size)
        kind = f64 if dtype == f64 else f32
        unit, transform = (self._unit64, _box_muller64) if kind is f64 else (self._unit32, _box_muller32)
        centre, width, whole = kind(mean), kind(std), n & -16
        u = unit(n if dtype in (f32, f64) else whole)  # half types draw no words for a ragged end that is drawn anew
        if whole == n:
            return transform(u.reshape(-1, 16), centre, width).astype(dtype, copy=False).reshape(size)
        rows = transform(np.concatenate([u[:whole], unit(16)]).reshape(-1, 16), centre, width)
        out = np.empty(n, dtype)
        out[:whole], out[-16:] = rows[:-1].ravel(), rows[-1]
        return out.reshape(size)

    def _one_normal(self, mean: float = 0, std: float = 1, uniform: Callable | None = None) -> float:
        value, self._cached = self._cached, None
        if value is None:
            first, second = self._unit64(2).tolist() if uniform is None else (uniform(), uniform())
            radius, angle = math.sqrt(-2.0 * math.log1p(-second)), 2.0 * math.pi * first
            value, self._cached = radius * math.cos(angle), radius * math.sin(angle)
        return value if (mean, std) == (0, 1) else float(fma64(value, std, mean))

    @contextlib.contextmanager
    def _one_by_one(self) -> Iterator[Callable[[], float]]:
        """A function that gives the next float64 uniform. It reads ahead, which takes a tenth of the time, and at the end goes back."""
        self._open()
        before, taken = self._bits.state, 0

        def uniforms() -> Iterator[float]:
            nonlocal taken
            while True:
                for u in self._unit64(256).tolist():
                    taken += 1
                    yield u

        try:
            yield uniforms().__next__
        finally:
            self._bits.state = before
            self.words(2 * taken)

    def keep_mask(self, size: tuple, p: float) -> np.ndarray:
        """True with probability p, by the stream of bernoulli_(p).

        torch compares u < p for a 53-bit u; here the two words are compared with the digits of p, which needs no 64-bit numbers.
        """
        pairs = self.words(2 * math.prod(size)).reshape(-1, 2)
        bound = math.ceil(p * 2.0**53)
        high, low = pairs[:, 0] & u32(0x1FFFFF), bound & 0xFFFFFFFF
        mask = high < (bound >> 32)
        if low:
            tie = np.flatnonzero(high == (bound >> 32))
            mask[tie] = pairs[tie, 1] < low
        return mask.reshape(size)

    def bernoulli(self, size: tuple, p: Any, dtype: Any = f32) -> np.ndarray:
        """1 with probability p, else 0; p is a number or an array. Arrays of other types than float64 draw 24-bit uniforms."""
        if np.ndim(p) == 0 and not isinstance(p, np.ndarray):
            return self.keep_mask(size, p).astype(dtype)
        p = np.broadcast_to(p, size).ravel()
        hits = self._unit64(p.size) < p if p.dtype == f64 else self._unit32(p.size) < p.astype(f32)
        return hits.astype(dtype).reshape(size)

    def exponential(self, size: tuple, lambd: float = 1.0, dtype: Any = f32) -> np.ndarray:
        """Exponential: -log(1 - u) / lambda."""
        u = self._unit64(math.prod(size))
        logs = _libm(math.log1p, -u) if dtype == f64 else np.log1p(-u)
        return _cast(-1.0 / lambd * logs, dtype).reshape(size)

    def cauchy(self, size: tuple, median: float = 0.0, sigma: float = 1.0, dtype: Any = f32) -> np.ndarray:
        """Cauchy: median + sigma tan(pi (u - 1/2))."""
        u = self._unit64(math.prod(size))
        return _cast(fma64(sigma, _libm(math.tan, math.pi * (u - 0.5)), median), dtype).reshape(size)

    def log_normal(self, size: tuple, mean: float = 1.0, std: float = 2.0, dtype: Any = f32) -> np.ndarray:
        """e to the power of a normal."""
        z = np.array([self._one_normal(mean, std) for _ in range(math.prod(size))], f64)
        return _cast(_libm(_exp, z), dtype).reshape(size)

    def geometric(self, size: tuple, p: float, dtype: Any = f32) -> np.ndarray:
        """How many trials of probability p up to the first success."""
        u = self._unit64(math.prod(size))
        return _cast(np.ceil(_libm(math.log, u) / math.log1p(-p)), dtype).reshape(size)

    def poisson(self, rate: np.ndarray) -> np.ndarray:
        """How many events come, where `rate` come on average; in the rate's type."""
        with self._one_by_one() as uniform:
            drawn = [rejection.poisson(x, uniform) for x in rate.ravel().tolist()]
        return np.array(drawn, f64).astype(rate.dtype).reshape(rate.shape)

    def binomial(self, count: np.ndarray, p: np.ndarray) -> np.ndarray:
        """How many of `count` trials of probability p succeed; arrays of one type and shape."""
        with self._one_by_one() as uniform:
            drawn = [rejection.binomial(n, chance, uniform) for n, chance in zip(count.ravel(), p.ravel(), strict=True)]
        return np.array(drawn, f64).astype(p.dtype).reshape(p.shape)

    def gamma(self, alpha: np.ndarray) -> np.ndarray:
        """Gamma numbers of shape alpha and rate 1, at least the smallest positive number of the type."""
        with self._one_by_one() as uniform:
            drawn = [rejection.gamma(a, uniform, lambda: self._one_normal(uniform=uniform)) for a in alpha.ravel()]
        return np.maximum(np.array(drawn, f64).astype(alpha.dtype), np.finfo(alpha.dtype).tiny).reshape(alpha.shape)

    def dirichlet(self, alpha: np.ndarray) -> np.ndarray:
        """Positive numbers of sum 1 along the last axis: gamma numbers, divided by their sum."""
        drawn = self.gamma(alpha.astype(f64))
        limits = np.finfo(alpha.dtype)
        return np.clip((drawn / drawn.sum(axis=-1, keepdims=True)).astype(alpha.dtype), limits.tiny, 1 - limits.epsneg)

    def randint(self, low: int, high: int, size: tuple, dtype: Any = i64) -> np.ndarray:
        """Whole numbers in [low, high); ranges of 2**28 and more take two words each."""
        n, span = math.prod(size), high - low
        kind: Any = u64 if span >= 2**28 else u32
        words = self.words64(n) if kind is u64 else self.words(n)
        rest = words - words // kind(span) * kind(span)  # words % span, but NumPy divides faster than it takes the rest
        return (rest.astype(i64) + low).astype(dtype, copy=False).reshape(size)

    def random(self, size: tuple, dtype: Any = i64) -> np.ndarray:
        """Whole numbers over all that the type holds exactly: Tensor.random_() without bounds."""
        n, kind = math.prod(size), np.dtype(dtype)
        if kind.kind == "b":
            return (self.words(n) & u32(1)).astype(bool).reshape(size)
        top = int(np.iinfo(kind).max) if kind.kind in "iu" else 2 ** (np.finfo(kind).nmant + 1)
        words = self.words64(n) if kind.itemsize == 8 else self.words(n).astype(u64)
        return (words % u64(top + 1)).astype(f64 if kind.kind == "f" else kind).astype(kind).reshape(size)

    def randperm(self, n: int) -> np.ndarray:
        """0 .. n-1 shuffled: step i swaps places i and i + word % (n - i)."""
        if n >= INSIDE_OUT:
            return self._randperm_inside_out(n)
        target = np.arange(n)
        target[:-1] += self.words(max(n - 1, 0)) % np.arange(n, 1, -1, dtype=u32)
        return swaps_at_once(target) if n > 256 else swaps_in_turn(target)

    def _randperm_inside_out(self, n: int) -> np.ndarray:
        """torch's other shuffle, for more than 2**32 / 20 numbers: place i takes a random earlier one's number."""
        result = np.arange(n)
        for i, word in enumerate(self.words64(n).tolist()):
            j = word % (i + 1)
            result[i] = result[j]
            result[j] = i
        return result

    def multinomial(self, p: np.ndarray, num_samples: int, replacement: bool = False) -> np.ndarray:
        """Places drawn with probabilities in proportion to p, (n) or (rows, n).

        One draw, or draws without replacement: the largest p / q for exponential q. With replacement: places in the running sum.
        """
        rows = np.atleast_2d(p)
        if not replacement or num_samples == 1:
            if rows.flags.c_contiguous:
                waits = self.exponential(rows.shape, 1.0, rows.dtype.type)
            else:
                waits = layouts.empty_like(rows)
                walk = layouts.walk(waits)
                walk[...] = self.exponential(walk.shape, 1.0, rows.dtype.type)
            score = rows / waits
            if num_samples == 1:
                out = score.argmax(axis=1, keepdims=True)
            else:
                out = np.argsort(-score, axis=1, kind="stable")[:, :num_samples]
        else:
            out = np.empty((len(rows), num_samples), i64)
            for drawn, row in zip(out, rows, strict=True):
                running = np.cumsum(row, dtype=rows.dtype)
                running /= running[-1]
                running[-1] = 1
                drawn[:] = np.searchsorted(running.astype(f64), self._unit64(num_samples))
        return out if np.ndim(p) == 2 else out[0]


default_generator: Stream = Stream()
