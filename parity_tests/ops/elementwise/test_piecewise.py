"""ops/elementwise/piecewise.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand

F = "nn.functional."
SHRINKS = [
    ("hardshrink", ()), ("hardshrink", (0.2,)), ("hardshrink", (0.0,)),
    ("softshrink", ()), ("softshrink", (0.2,)), ("softshrink", (0.0,)), ("tanhshrink", ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), SHRINKS)
@pytest.mark.parametrize("x", [rand(3, 4), rand(), rand(0, 3), rand(4, 3).T], ids=lambda x: str(x.shape))
def test_shrink(name, args, x):
    check(F + name, x, *args, second=True)


@pytest.mark.parametrize("name", ["hardshrink", "softshrink"])
def test_borders(name):
    check(F + name, np.array([0.5, -0.5, 0.0, -0.0, np.inf, -np.inf, np.nan]))


def test_errors():
    check_error(F + "softshrink", rand(3), -0.5, match="lambda must be in range")
    check_error(F + "hardshrink", np.arange(3), match="floating")
    check_error(F + "softshrink", np.arange(3), match="floating")


@pytest.mark.parametrize("name", ["hardshrink", "Tensor.hardshrink"])
def test_other_names(name):
    check(name, rand(3, 4), 0.2)
