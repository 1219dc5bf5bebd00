"""ops/losses/ against torch."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, rand, randint, to_ours, to_theirs

F = "nn.functional."
UNIT = {"low": 0.01, "high": 0.99}
# reductions -----------------------------------------------------------------------------------------------------------
X, T, LABELS = rand(4, 3, **UNIT), rand(4, 3, **UNIT, seed=1), randint(0, 3, (4,))
SIGNS = np.array([1.0, -1.0, 1.0, 1.0])
# every loss that takes torch's old arguments
WITH_OLD_ARGUMENTS = {
    "mse_loss": (X, T), "l1_loss": (X, T), "smooth_l1_loss": (X, T), "kl_div": (X, T), "binary_cross_entropy": (X, T),
    "binary_cross_entropy_with_logits": (X, T), "nll_loss": (X, LABELS), "cross_entropy": (X, LABELS),
    "poisson_nll_loss": (X, T), "margin_ranking_loss": (X[:, 0], X[:, 1], SIGNS), "hinge_embedding_loss": (X[:, 0], SIGNS),
    "cosine_embedding_loss": (X, T, SIGNS), "soft_margin_loss": (X[:, 0], SIGNS), "multi_margin_loss": (X, LABELS),
    "multilabel_margin_loss": (X, np.array([[0, -1, 1]] * 4)), "multilabel_soft_margin_loss": (X, T),
    "triplet_margin_loss": (X, T, rand(4, 3, seed=2)),
}  # fmt: skip


@pytest.mark.parametrize("name", WITH_OLD_ARGUMENTS)
@pytest.mark.parametrize("size_average", [None, True, False])
@pytest.mark.parametrize("reduce", [None, True, False])
def test_old_arguments(name, size_average, reduce):
    texts, values = [], []
    for package, convert in ((minitorch_pt, to_ours), (torch, to_theirs)):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            loss = getattr(package.nn.functional, name)
            values.append(
                loss(
                    *convert(list(WITH_OLD_ARGUMENTS[name])), size_average=size_average, reduce=reduce, reduction="sum"
                )
            )
        texts.append([str(w.message) for w in caught])
        assert package is torch or all(w.filename == __file__ for w in caught)
    assert_same(*values)
    assert texts[0] == texts[1]


def test_the_oldest_name_of_the_mean():
    with pytest.warns(UserWarning, match="reduction='elementwise_mean' is deprecated"):
        check(F + "mse_loss", X, T, reduction="elementwise_mean", dtypes=("float64",))
