"""ops/elementwise/comparison.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import EDGES, OTHER, ROW, WHOLE, X, Y
from parity_tests.oracle import check, same_program

TESTS = ["isfinite", "isinf", "isnan", "isneginf", "isposinf", "isreal", "signbit", "logical_not"]
COMPARE = "eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor isclose".split()
WHOLES = ["bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"]


@pytest.mark.parametrize("name", TESTS)
def test_questions(name):
    for array in (EDGES, WHOLE):
        check(name, array, grad=False)


@pytest.mark.parametrize("name", COMPARE)
def test_comparisons(name):
    for a, b in ((X, Y), (X, X), (WHOLE, OTHER), (EDGES[:, None], EDGES)):
        check(name, a, b, grad=False)


@pytest.mark.parametrize("name", WHOLES)
def test_whole_numbers(name):
    forms.whole_numbers(name)


def test_whole_answers():
    same_program(
        lambda p: [
            p.equal(p.tensor(X), p.tensor(X)),
            p.equal(p.tensor(X), p.tensor(ROW)),
            p.allclose(p.tensor(X), p.tensor(X) + 1e-12),
        ]
    )
    same_program(lambda p: p.allclose(p.tensor([np.nan]), p.tensor([np.nan]), equal_nan=True))
