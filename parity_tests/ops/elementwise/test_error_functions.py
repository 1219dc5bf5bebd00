"""ops/elementwise/error_functions.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.ops.elementwise import forms
from parity_tests.ops.elementwise.forms import UNIT, X, rows
from parity_tests.oracle import check, rand

ONE = rows({"erf erfc": X, "erfinv": UNIT})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "array"), ONE)
def test_one_argument(name, array):
    forms.one_argument(name, array)


@pytest.mark.parametrize("name", [name for name, _ in ONE])
def test_special_values_of_one_argument(name):
    forms.special_values(name)


def test_erf_of_many_numbers():
    """float32 is computed block by block; torch's own is good to one digit in the last place."""
    x = np.concatenate([rand(70_000, low=-5, high=5), [np.inf, -np.inf, np.nan, 0.0, -0.0, 1e-30, 3.92, -3.9]])
    check("erf", x, rtol=5e-7, dtypes=("float32",))
    assert abs(minitorch_pt.erf(minitorch_pt.from_numpy(x.astype("float32"))).numpy()[:-6]).max() == 1
