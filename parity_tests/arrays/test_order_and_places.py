"""arrays/order.py, places.py and rows.py: what they do quickly is what NumPy does plainly."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_pt.arrays.order import _FEW, stable_order
from minitorch_pt.arrays.places import added_at, added_at_index, flat_places, row_sums, take_along
from minitorch_pt.arrays.rows import NumberBesideRow, largest_along, sums

RNG = np.random.default_rng(0)
N = 2 * _FEW
NUMBERS = {
    "float32": RNG.standard_normal(N).astype("f4"),
    "ties": RNG.integers(-3, 3, N).astype("f4"),
    "tiny": (RNG.integers(-3, 3, N) * np.float32(1e-45)).astype("f4"),
    "zeros": np.where(RNG.random(N) < 0.5, 0.0, -0.0).astype("f4"),
    "infinities": RNG.choice(np.array([np.inf, -np.inf, 3e38, -3e38], "f4"), N),
    "nan": RNG.choice(np.array([1, np.nan, -np.nan, np.inf, -np.inf, -0.0, 0.0], "f4"), N),
    "float16": RNG.standard_normal(N).astype("f2"),
    "float64": RNG.standard_normal(N),
    "int64": RNG.integers(-50, 50, N),
    "wide": RNG.integers(-(2**63), 2**63 - 1, N),
    "int8": RNG.integers(-128, 128, N).astype("i1"),
    "uint8": RNG.integers(0, 256, N).astype("u1"),
    "uint64": RNG.integers(2**63, 2**64 - 1, N, dtype="u8"),
    "bool": RNG.random(N) < 0.5,
    "few": RNG.integers(0, 3, 7),
    "none": np.zeros(0, "f4"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_order(name):
    data = NUMBERS[name]
    before = data.copy()
    np.testing.assert_array_equal(stable_order(data), np.argsort(data, kind="stable"))
    np.testing.assert_array_equal(stable_order(data[::-1]), np.argsort(data[::-1], kind="stable"))
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize("name", ["float32", "ties", "nan", "int64"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_order_along_axes(name, axis):
    data = RNG.choice(NUMBERS[name], (N, 3) if axis == 0 else (3, N))
    np.testing.assert_array_equal(stable_order(data, axis), np.argsort(data, axis, kind="stable"))
    np.testing.assert_array_equal(stable_order(data.T, 1 - axis % 2), np.argsort(data.T, 1 - axis % 2, kind="stable"))


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_flat_places(axis):
    data = RNG.standard_normal((3, 4, 5))
    index = RNG.integers(0, data.shape[axis], tuple(7 if d == axis else n for d, n in enumerate(data.shape)))
    np.testing.assert_array_equal(take_along(data, index, axis), np.take_along_axis(data, index, axis))
    np.testing.assert_array_equal(
        take_along(data.transpose(2, 0, 1), index.transpose(2, 0, 1), [1, 2, 0][axis]),
        np.take_along_axis(data, index, axis).transpose(2, 0, 1),
    )
    total = np.zeros(data.shape)
    grid = list(np.indices(index.shape))
    grid[axis] = index
    parts = RNG.standard_normal(index.shape)
    np.add.at(total, tuple(grid), parts)
    np.testing.assert_array_equal(added_at(flat_places(index, axis, data.shape), parts, data.shape), total)


@pytest.mark.parametrize("shape", [(7,), (5, 7), (1, 7), (7, 1), (2, 3, 7)])
@pytest.mark.parametrize("k", [0, 1, 7, 9])
def test_places_along_the_last_axis(shape, k):
    data = RNG.standard_normal(shape)
    index = RNG.integers(0, shape[-1], (*shape[:-1], k))
    np.testing.assert_array_equal(take_along(data, index, len(shape) - 1), np.take_along_axis(data, index, -1))
    none = np.zeros((*shape[:-1], 0))
    assert take_along(none, index[..., :0], len(shape) - 1).shape == none.shape
    if len(shape) > 1:  # an index with fewer rows than the data
        few = index[:1]
        columns = np.broadcast_to(np.arange(shape[0])[:1].reshape(-1, *[1] * (len(shape) - 1)), few.shape)
        expected = data[(columns, *np.indices(few.shape)[1:-1], few)]
        np.testing.assert_array_equal(take_along(data, few, len(shape) - 1), expected)


@pytest.mark.parametrize("shape", [(4, 4), (16, 16), (17, 16), (1, 300), (300, 1), (3, 40, 50), (20,), (0, 5)])
@pytest.mark.parametrize("axis", [-1, 0, None])
def test_largest_along(shape, axis):
    data = RNG.standard_normal(shape).astype("f4")
    data[..., ::3] = np.where(RNG.random(data[..., ::3].shape) < 0.1, np.nan, -np.inf)
    plain = data.max(axis=axis, keepdims=True, initial=-np.inf)
    np.testing.assert_array_equal(largest_along(data, axis), plain)


@pytest.mark.parametrize("count, n, width", [(5, 40, 3), (500, 2100, 16), (60, 2048, 33), (3000, 600, 64), (9, 0, 20)])
@pytest.mark.parametrize("skewed", [False, True])
def test_row_sums(count, n, width, skewed):
    rows, parts = RNG.integers(0, count, n), RNG.standard_normal((n, width))
    if skewed:
        rows[RNG.random(n) < 0.5] = 1
    plain = np.zeros((count, width))
    np.add.at(plain, rows, parts)
    np.testing.assert_allclose(row_sums(rows, parts, count), plain, rtol=1e-12, atol=1e-12)


WHOLE, PAIRS, PLACES = slice(None), RNG.integers(-4, 4, (2, 3)), RNG.integers(-3, 3, 3)


@pytest.mark.parametrize(
    "index",
    [(PAIRS,), (WHOLE, PLACES), (PAIRS, PLACES), (PLACES, WHOLE, PLACES), (WHOLE, PLACES, PLACES), (WHOLE, WHOLE, PLACES),
     (..., PLACES), (np.array([True, False, True, True]), PLACES), (np.zeros((2, 0), int), PLACES[:0])],
)  # fmt: skip
def test_added_at_index(index):
    shape = (4, 3, 5)
    plain = np.zeros(shape)
    parts = RNG.standard_normal(plain[index].shape)
    np.add.at(plain, index, parts)
    np.testing.assert_allclose(added_at_index(index, parts, shape), plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(1000, 1000), (3, 40, 50), (2, 7), (5, 5000), (0, 10), (10, 0), (20,)])
@pytest.mark.parametrize("axis", [-1, 0, None])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i8"])
def test_sums(shape, axis, dtype):
    data = (RNG.standard_normal(shape) * 10).astype(dtype)
    plain = data.sum(axis=axis, keepdims=True)
    np.testing.assert_allclose(sums(data, axis), plain, rtol=1e-6, atol=np.finfo("f4").eps * 10 * np.sqrt(data.size))
    assert sums(data, axis).dtype == (plain.dtype if dtype == "i8" else data.dtype)


def test_sums_of_infinite_numbers():
    data = np.ones((4, 20), "f4")
    data[0, 3], data[1, 4], data[2, :2], data[3] = np.inf, np.nan, (np.inf, -np.inf), 3e38
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(sums(data, -1), data.sum(axis=-1, keepdims=True))


@pytest.mark.parametrize("shape, axis", [((0, 300), 1), ((300, 0), 0)])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_the_order_of_nothing(shape, axis, dtype):
    empty = np.zeros(shape, dtype)
    assert stable_order(empty, axis).shape == np.argsort(empty, axis).shape


@pytest.mark.parametrize("length", [1, 511, 512, 5000])
def test_a_number_beside_each_row(length):
    """The same numbers, and NumPy's buffer as before, also after an error."""
    rows, numbers, size = RNG.standard_normal((3, length)), RNG.standard_normal((3, 1)), np.getbufsize()
    plain = rows - numbers
    with pytest.raises(KeyError), NumberBesideRow(length):
        assert (np.getbufsize() != size) == (length >= 512)
        np.testing.assert_array_equal(rows - numbers, plain)
        raise KeyError
    assert np.getbufsize() == size
