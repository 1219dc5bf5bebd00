"""ops/losses/regression.py against torch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand

F = "nn.functional."
REDUCTIONS = ["none", "mean", "sum"]
SHAPES = [(), (5,), (3, 4), (2, 3, 4), (0, 3)]


# distances ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("mse_loss", {}),
        ("l1_loss", {}),
        ("smooth_l1_loss", {}),
        ("smooth_l1_loss", {"beta": 0.4}),
        ("smooth_l1_loss", {"beta": 0.0}),
        ("huber_loss", {}),
        ("huber_loss", {"delta": 0.4}),
    ],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_distance(name, kwargs, reduction, shape):
    check(F + name, rand(*shape), rand(*shape, seed=1), reduction=reduction, second=True, **kwargs)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_distance_at_the_limits(name):
    x = np.array([1e4, -1e4, 0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5])
    check(F + name, x, np.zeros(9), reduction="none", second=True)
    check(F + name, np.full(3, 1e200), np.zeros(3), dtypes=("float64",))


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize(("a", "b"), [((3, 1), (3,)), ((4,), (2, 4)), ((5, 1), (1, 5))])
def test_distance_warns_when_sizes_differ(name, a, b):
    with pytest.warns(UserWarning, match="Using a target size") as theirs:
        getattr(torch.nn.functional, name)(torch.from_numpy(rand(*a)), torch.from_numpy(rand(*b)))
    with pytest.warns(UserWarning, match="Using a target size") as ours:
        getattr(minitorch_pt.nn.functional, name)(minitorch_pt.from_numpy(rand(*a)), minitorch_pt.from_numpy(rand(*b)))
    assert str(ours[0].message) == str(theirs[0].message)
    assert ours[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(F + name, rand(*a), rand(*b, seed=1), second=True)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.parametrize("count", [1024, 1025, 100_000])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_distance_of_many(name, count, reduction):
    # equal numbers: what a sum loses is lost in one direction
    check(F + name, np.full(count, 0.1), np.zeros(count), reduction=reduction)


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_distance_errors(name):
    check_error(F + name, rand(4), rand(3), match="size of tensor")
    check_error(F + name, rand(4), rand(4), reduction="average", match="reduction")
    check_error(F + name, np.arange(3), np.arange(3))
    if name != "smooth_l1_loss":
        check_error(F + name, rand(4), rand(4), weight=rand(1))
        check_error(F + name, rand(4), rand(4), weight=rand(4), reduction="average")


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_weighted_distance(name, reduction):
    check(
        F + name, rand(3, 4), rand(3, 4, seed=1), weight=rand(3, 4, low=0.1, seed=2), reduction=reduction, second=True
    )


@pytest.mark.parametrize(
    "name", ["mse_loss", "l1_loss", "smooth_l1_loss"]
)  # torch's huber_loss fails in the backward pass
def test_distance_promotes(name):
    check(F + name, rand(4).astype("float32"), np.arange(4), constant=(1,), dtypes=("float32",))
    a, b = rand(4).astype("float32"), rand(4, seed=1)
    for reduction in REDUCTIONS:
        ours, theirs = minitorch_pt.from_numpy(a).requires_grad_(), torch.from_numpy(a).requires_grad_()
        x = getattr(minitorch_pt.nn.functional, name)(ours, minitorch_pt.from_numpy(b), reduction=reduction)
        y = getattr(torch.nn.functional, name)(theirs, torch.from_numpy(b), reduction=reduction)
        assert_same(x, y)
        x.sum().backward()
        y.sum().backward()
        assert_same(ours.grad, theirs.grad)


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [("smooth_l1_loss", {"beta": -1.0}), ("huber_loss", {"delta": 0.0}), ("huber_loss", {"delta": -1.0})],
)
def test_distance_options(name, kwargs):
    check_error(F + name, rand(3), rand(3), match="does not support", **kwargs)
