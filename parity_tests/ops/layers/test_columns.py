"""ops/layers/columns.py against torch."""

from __future__ import annotations

import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint

# torch warns, once a process, that it copies the input where 'same' needs more zeros at one end
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
INPUT, WEIGHT = rand(2, 3, 8, 8), rand(4, 3, 2, 2)
UNFOLD, FOLD = "nn.functional.unfold", "nn.functional.fold"
WINDOWS = [
    {"kernel_size": 2}, {"kernel_size": (3, 2), "stride": (2, 1)}, {"kernel_size": 3, "padding": 1}, {"kernel_size": 2, "dilation": (2, 3), "padding": (1, 2)},
    {"kernel_size": [2, 1], "stride": 3, "dilation": 2, "padding": 2},
]  # fmt: skip


@pytest.mark.parametrize("options", WINDOWS)
@pytest.mark.parametrize("shape", [(2, 3, 6, 7), (3, 6, 7), (0, 3, 6, 7)])
def test_unfold_and_fold(shape, options):
    check(UNFOLD, rand(*shape), **options, second=True)
    columns = minitorch_pt.nn.functional.unfold(minitorch_pt.zeros(*shape), **options).shape
    check(FOLD, rand(*columns), shape[-2:], **options, second=True)


def test_columns_of_other_types():
    for dtype in ("bool", "float16"):
        check(UNFOLD, randint(0, 2, (1, 2, 3, 3)).astype(dtype), 2, grad=False, dtypes=("float16",))
        check(FOLD, randint(0, 2, (4, 4)).astype(dtype), 3, 2, grad=False, dtypes=("float16",))
    check_error(UNFOLD, randint(0, 2, (1, 2, 3, 3)), 2)
    check_error(FOLD, randint(0, 2, (4, 4)), 3, 2)


@pytest.mark.parametrize("name, args, options", [
    (UNFOLD, (rand(8, 8), 2), {}), (UNFOLD, (INPUT, 9), {}), (UNFOLD, (INPUT, (2, 2, 2)), {}), (UNFOLD, (INPUT, (2,)), {}), (UNFOLD, (INPUT, 0), {}),
    (UNFOLD, (INPUT, 2), {"stride": 0}), (UNFOLD, (INPUT, 2), {"dilation": 0}), (UNFOLD, (INPUT, 2), {"padding": -1}), (UNFOLD, (rand(2, 0, 8, 8), 2), {}),
    (UNFOLD, (rand(1, 1, 1, 3, 3), 2), {}), (UNFOLD, (INPUT, "2"), {}),
    (FOLD, (rand(12, 48), 8, 2), {}), (FOLD, (rand(11, 49), 8, 2), {}), (FOLD, (rand(2, 12, 7, 7), 8, 2), {}), (FOLD, (rand(12, 49), (8, 8, 8), 2), {}),
    (FOLD, (rand(12, 49), 1, 2), {}), (FOLD, (rand(12, 1), -8, 2), {}), (FOLD, (rand(2, 0, 49), 8, 2), {}), (FOLD, (rand(12, 49), 8, 2), {"stride": 0}),
])  # fmt: skip
def test_errors_of_columns(name, args, options):
    check_error(name, *args, **options)
