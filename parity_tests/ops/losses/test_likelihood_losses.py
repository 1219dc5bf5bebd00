"""ops/losses/likelihoods.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint

F = "nn.functional."
REDUCTIONS = ["none", "mean", "sum"]
UNIT = {"low": 0.01, "high": 0.99}


@pytest.mark.parametrize("reduction", [*REDUCTIONS, "batchmean"])
@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("shape", [(), (4,), (3, 4)])
@pytest.mark.filterwarnings("ignore:reduction")
def test_kl_div(reduction, log_target, shape):
    t = rand(*shape, seed=1) if log_target else rand(*shape, **UNIT, seed=1)
    check(F + "kl_div", rand(*shape), t, reduction=reduction, log_target=log_target, second=True)


@pytest.mark.filterwarnings("ignore:reduction")
def test_kl_div_edges():
    check(F + "kl_div", rand(4), np.array([0.0, -1.0, 2.0, 0.0]), reduction="none")
    check(F + "kl_div", rand(4), rand(2, 4, **UNIT))
    check_error(F + "kl_div", rand(4), rand(4), reduction="average")
    check_error(F + "kl_div", rand(4, 3), rand(4))
    check_error(F + "kl_div", rand(4), np.arange(4))


def test_kl_div_warns_of_mean():
    with pytest.warns(UserWarning, match="batchmean") as caught:
        minitorch_pt.nn.functional.kl_div(minitorch_pt.tensor([0.0]), minitorch_pt.tensor([1.0]))
    assert caught[0].filename == __file__


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shape", [(), (4,), (3, 4)])
def test_poisson_nll_loss(reduction, full, shape):
    counts = rand(*shape, low=0.5, high=4.0, seed=1)
    check(F + "poisson_nll_loss", rand(*shape), counts, True, full, reduction=reduction, second=True)
    means = rand(*shape, low=0.1)
    check(F + "poisson_nll_loss", means, counts, False, full, reduction=reduction, eps=0.1, second=True)


def test_poisson_nll_loss_edges():
    check(F + "poisson_nll_loss", np.zeros(4), np.arange(4.0), False, True, reduction="none", constant=(1,))
    check(F + "poisson_nll_loss", rand(3, 4), rand(4, low=0.1))
    check_error(F + "poisson_nll_loss", rand(3), rand(2), match="size of tensor")
    check_error(F + "poisson_nll_loss", rand(3), rand(3), reduction="average", match="reduction")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("var", [rand(3, 4, low=0.1), rand(3, low=0.1), rand(3, 1, low=0.1), rand(1, 4, low=0.1), 0.7])
def test_gaussian_nll_loss(reduction, full, var):
    check(F + "gaussian_nll_loss", rand(3, 4), rand(3, 4, seed=1), var, full, reduction=reduction, second=True)


def test_gaussian_nll_loss_of_whole_numbers():
    check(F + "gaussian_nll_loss", randint(0, 9, (3, 4)), randint(0, 9, (3, 4), seed=1), 0.7, grad=False)


def test_gaussian_nll_loss_of_small_variances():
    var = np.array([0.0, 1e-9, 0.1, 0.5])
    check(F + "gaussian_nll_loss", rand(4), rand(4, seed=1), var, eps=0.2, reduction="none", second=True)


@pytest.mark.parametrize(
    ("var", "options", "match"),
    [(-rand(3, 4), {}, "negative"), (-1.0, {}, "negative"), (rand(4, low=0.1), {}, "incorrect size"),
     (rand(1, 1, low=0.1), {}, "incorrect size"), (1, {}, "float"), (np.ones((3, 4), "int64"), {}, r"\.float"), (rand(3, 4, low=0.1), {"reduction": "average"}, "valid")],
)  # fmt: skip
def test_gaussian_nll_loss_errors(var, options, match):
    check_error(F + "gaussian_nll_loss", rand(3, 4), rand(3, 4), var, match=match, **options)
