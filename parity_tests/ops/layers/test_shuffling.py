"""ops/layers/shuffling.py against torch."""

from __future__ import annotations

import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand

F = "nn.functional."


@pytest.mark.parametrize("name", ["", F])
@pytest.mark.parametrize("operation, shape, arguments", [
    ("pixel_shuffle", (2, 8, 3, 4), (2,)), ("pixel_shuffle", (9, 2, 1), (3,)), ("pixel_shuffle", (1, 2, 4, 2, 2), (2,)),
    ("pixel_unshuffle", (2, 3, 4, 6), (2,)), ("pixel_unshuffle", (3, 6, 3), (3,)), ("pixel_unshuffle", (1, 2, 4, 2, 2), (2,)),
    ("channel_shuffle", (2, 6, 3), (2,)), ("channel_shuffle", (2, 6, 3, 2), (3,)), ("channel_shuffle", (1, 4, 1, 2, 2), (4,)),
])  # fmt: skip
def test_shuffles(name, operation, shape, arguments):
    check(name + operation, rand(*shape), *arguments, second=True)


def test_shuffle_of_an_empty_batch():
    """torch leaves the shape of such an input as it is."""
    x = minitorch_pt.zeros(0, 4, 2, 2, requires_grad=True)
    for operation, shape in (("pixel_shuffle", (0, 1, 4, 4)), ("pixel_unshuffle", (0, 16, 1, 1))):
        y = getattr(minitorch_pt, operation)(x, 2)
        y.sum().backward()
        assert (tuple(y.shape), x.grad.shape) == (shape, x.shape)


@pytest.mark.parametrize("operation, shape, argument", [
    ("pixel_shuffle", (6, 2, 2), 2), ("pixel_shuffle", (2, 2), 2), ("pixel_shuffle", (4, 2, 2), 0), ("pixel_unshuffle", (4, 2, 3), 2),
    ("pixel_unshuffle", (4, 3, 2), 2), ("pixel_unshuffle", (2, 2), 2), ("pixel_unshuffle", (1, 2, 2), -1),
    ("channel_shuffle", (1, 4, 2), 3), ("channel_shuffle", (4, 2), 2), ("channel_shuffle", (1, 4, 2), 0),
])  # fmt: skip
def test_shuffle_errors(operation, shape, argument):
    check_error(operation, rand(*shape), argument)
