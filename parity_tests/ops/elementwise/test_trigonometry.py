"""ops/elementwise/trigonometry.py against torch."""

from __future__ import annotations

import pytest

from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import LARGE, UNIT, X, rows

ONE = rows(
    {
        "atan arctan asinh arcsinh cos cosh deg2rad rad2deg sin sinc sinh tan": X,
        "acos arccos asin arcsin atanh arctanh": UNIT,
        "acosh arccosh": LARGE,
    }
)
TWO = ["atan2", "arctan2", "hypot"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    forms.one_argument(name, array)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    forms.special_values(name)


@pytest.mark.parametrize("name", TWO)
def test_two_arguments(name):
    forms.two_arguments(name)


@pytest.mark.parametrize("name", TWO)
def test_special_values_of_two_arguments(name):
    forms.special_pairs(name)
