"""Wishart's distribution: numbers, draws and what is refused."""

from __future__ import annotations

import warnings

import pytest

from parity_tests.oracle import same_program


def matrix(t, *batch):
    """Positive definite matrices of float64."""
    t.manual_seed(3)
    a = t.randn(*batch, 3, 3, dtype=t.float64)
    return a @ a.mT + t.eye(3, dtype=t.float64)


@pytest.mark.parametrize("name", ["covariance_matrix", "precision_matrix", "scale_tril"])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_numbers(name, batch):
    def program(t):
        given = matrix(t, *batch)
        given = t.linalg.cholesky(given) if name == "scale_tril" else given
        degrees = t.tensor(5.5, dtype=t.float64).expand(batch)
        distribution = t.distributions.Wishart(degrees, **{name: given})
        value = matrix(t, 4, *batch)
        matrices = [distribution.covariance_matrix, distribution.precision_matrix, distribution.scale_tril]
        return (
            distribution.log_prob(value), distribution.entropy(), distribution.mean, distribution.mode, distribution.variance, matrices,
            distribution.expand((3, *batch)).log_prob(value[:1]),
        )  # fmt: skip

    same_program(program, rtol=1e-9)


@pytest.mark.parametrize("degrees", [2.5, 3.0, 7.0])
def test_draws(degrees):
    def program(t):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            distribution = t.distributions.Wishart(t.tensor([degrees] * 2), covariance_matrix=matrix(t, 2).float())
            t.manual_seed(0)
            drawn = distribution.rsample((5,)), distribution.sample((2, 3))
        return drawn, sorted({str(w.message)[:20] for w in told}), t.rand(1)

    same_program(program, rtol=1e-4)  # of float32 matrices that are multiplied four times


@pytest.mark.parametrize(
    "make",
    [
        lambda t: t.distributions.Wishart(t.tensor(4.0)),
        lambda t: t.distributions.Wishart(t.tensor(4.0), t.eye(2), t.eye(2)),
        lambda t: t.distributions.Wishart(t.tensor(4.0), t.ones(2)),
        lambda t: t.distributions.Wishart(t.tensor(1.0), t.eye(3)),
        lambda t: t.distributions.Wishart(t.tensor(4.0), t.eye(3)).log_prob(t.ones(2, 2)),
    ],
)
def test_what_is_refused(make):
    same_program(make)
