"""ops/losses/top_level.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, rand

UNIT = {"low": 0.01, "high": 0.99}
SIGNS = np.array([1.0, -1.0, 1.0])
LOSSES = [
    ("binary_cross_entropy_with_logits", (rand(3), rand(3, **UNIT)), ()),
    ("binary_cross_entropy_with_logits", (rand(3), rand(3, **UNIT)), (None, rand(3, **UNIT))),
    ("cosine_embedding_loss", (rand(3, 4), rand(3, 4, seed=1), SIGNS), (0.2,)),
    ("ctc_loss", (-rand(5, 1, 3, **UNIT), np.array([[1, 2]]), (5,), (2,)), (0,)),
    ("hinge_embedding_loss", (rand(3), SIGNS), (0.5,)),
    ("kl_div", (rand(3), rand(3, **UNIT)), ()),
    ("margin_ranking_loss", (rand(3), rand(3, seed=1), SIGNS), (0.5,)),
    ("triplet_margin_loss", (rand(3, 4), rand(3, 4, seed=1), rand(3, 4, seed=2)), (1.0, 2.0, 1e-6, True)),
]


@pytest.mark.parametrize(("name", "inputs", "options"), LOSSES)
@pytest.mark.parametrize("reduction", [0, 1, 2])
def test_loss(name, inputs, options, reduction):
    constant = tuple(range(2, len(inputs) + len(options)))
    check(name, *inputs, *options, constant=constant, dtypes=("float64",))
    check(name, *inputs, *options, reduction=reduction, constant=constant, dtypes=("float64",))


@pytest.mark.parametrize("reduction", [0, 1, 2])
def test_poisson_nll_loss(reduction):
    check("poisson_nll_loss", rand(3), rand(3, low=0.1), True, False, 1e-8, reduction, dtypes=("float64",))


def test_kl_div_of_logarithms():
    check("kl_div", rand(3), rand(3, seed=1), 1, log_target=True)


def test_no_such_number():
    with pytest.raises(ValueError, match="0 .none., 1 .mean. or 2 .sum."):  # torch takes 7 as 0
        minitorch_pt.hinge_embedding_loss(minitorch_pt.zeros(2), minitorch_pt.ones(2), 1.0, 7)
