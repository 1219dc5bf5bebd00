"""ops/picking.py: chosen by a mask, bit for bit what np.where gives, however many numbers there are and however they lie."""

from __future__ import annotations

import numpy as np
import pytest

from minitorch_pt.ops.picking import either, pick

SPECIAL = [np.inf, -np.inf, np.nan, -0.0, 0.0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("shape", [(7,), (3, 20_000), (20_000, 3)], ids=str)
@pytest.mark.parametrize("turned", ["neither", "numbers", "mask", "both"])
def test_bits(dtype, shape, turned):
    random = np.random.default_rng(0)

    def numbers() -> np.ndarray:
        x = np.where(random.random(shape) < 0.3, random.choice(SPECIAL, shape), random.standard_normal(shape))
        return np.asfortranarray(x.astype(dtype)) if turned in ("numbers", "both") else x.astype(dtype)

    mask = random.random(shape) < 0.5
    mask = np.asfortranarray(mask) if turned in ("mask", "both") else mask
    chosen, rest = numbers(), numbers()
    for other, plain in ((None, np.zeros(shape, dtype)), (rest, rest), (1.0, np.ones(shape, dtype))):
        found = pick(mask, chosen, other)
        assert found.dtype == dtype
        assert found.tobytes() == np.where(mask, chosen, plain).tobytes()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize("shapes", [((5,), (5,)), ((90, 100), (90, 100)), ((90, 1), (100,)), ((90, 100), ())], ids=str)
def test_either(dtype, shapes):
    random = np.random.default_rng(0)
    chosen, other = (np.asarray(random.integers(0, 9, shape), dtype) for shape in shapes)
    for mask in (random.random((90, 100) if len(shapes[0]) > 1 else 5) < 0.5, np.True_, np.array(False)):
        found = either(mask, chosen, other)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, np.where(mask, chosen, other))
        np.testing.assert_array_equal(either(mask, chosen), np.where(mask, chosen, 0))
    assert either(mask, chosen, 2.5).dtype == np.where(mask, chosen, 2.5).dtype
