"""ops/elementwise/softmaxes.py against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, rand, to_ours, to_theirs

F = "nn.functional."
# softmax --------------------------------------------------------------------------------------------------------------
SCORES = [
    (rand(5), 0),
    (rand(4, 3), 1),
    (rand(4, 3), 0),
    (rand(2, 3, 4), -2),
    (rand(2, 3, 4, low=-300, high=300), 2),
    (rand(), 0),
    (rand(), -1),
    (rand(0, 3), 0),
    (rand(3, 0), 1),
    (rand(2, 3, 4).transpose(2, 0, 1), 1),
]


@pytest.mark.parametrize(
    "name",
    ["softmax", "log_softmax", F + "softmax", F + "log_softmax", F + "softmin", "Tensor.softmax", "Tensor.log_softmax"],
)
@pytest.mark.parametrize(("x", "dim"), SCORES)
def test_softmax(name, x, dim):
    # far from 0 the second-order gradients are differences of nearly equal numbers
    check(name, x, dim, second=True, atol=1e-14 if x.size and abs(x).max() > 100 else None, dtypes=("float64",))
    check(name, x, dim, dtypes=("float32",))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize(
    "x",
    [
        np.array([np.inf, 1.0]),
        np.full(3, -np.inf),
        np.array([np.nan, 0.0]),
        np.array([-np.inf, 0.0]),
        np.array([1e4, -1e4]),
    ],
)
def test_softmax_limits(name, x):
    check(name, x, 0)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", F + "softmax", F + "log_softmax", F + "softmin"])
def test_softmax_converts_first(name):
    for x in (rand(4, 3).astype("float32"), np.arange(12).reshape(4, 3)):
        ours, theirs = to_ours(x), to_theirs(x)
        run = [getattr(p.nn.functional if F in name else p, name.removeprefix(F)) for p in (minitorch_pt, torch)]
        assert_same(run[0](ours, 1, dtype=minitorch_pt.float64), run[1](theirs, 1, dtype=torch.float64))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (2, 2, 2, 2)])
@pytest.mark.filterwarnings("ignore:Implicit dimension choice")
def test_softmax_without_axis(name, shape):
    check(F + name, rand(*shape))
    with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name}") as caught:
        getattr(minitorch_pt.nn.functional, name)(minitorch_pt.tensor(1.0))
    assert caught[0].filename == __file__


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("options", [{}, {"tau": 0.3}, {"tau": 2, "dim": 0}, {"dim": -2}], ids=str)
@pytest.mark.parametrize("x", [rand(4, 3), rand(2, 3, 40), rand(4, 3).T, rand(3, 0)], ids=lambda x: str(x.shape))
def test_gumbel_softmax_draws_what_torch_draws(hard, options, x):
    if hard and 0 in x.shape and options.get("dim") not in (0, -2):
        return  # an error in both packages: the largest of nothing
    for package in (minitorch_pt, torch):
        package.manual_seed(7)
    check(F + "gumbel_softmax", x, hard=hard, **options, second=True, dtypes=("float64",))
    assert_same(minitorch_pt.rand(3), torch.rand(3))
    for package in (minitorch_pt, torch):
        package.manual_seed(7)
    check(F + "gumbel_softmax", x, hard=hard, **options, dtypes=("float32",))


def test_gumbel_softmax_warns_of_eps():
    with pytest.warns(UserWarning, match="no effect") as caught:
        minitorch_pt.nn.functional.gumbel_softmax(minitorch_pt.zeros(3), eps=1e-5)
    assert caught[0].filename == __file__
