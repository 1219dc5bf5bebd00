"""ops/elementwise/gamma_functions.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program, to_ours

POSITIVE = np.concatenate([rand(20, low=0.01, high=12), rand(10, low=0.01, high=200)])
BETWEEN_POLES = np.arange(-9, 0) + rand(5, 1, low=0.2, high=0.8)
EDGES = np.array([0.0, -0.0, 1.0, 2.0, -1.0, -2.0, 0.5, -0.5, 1e-300, -1e-300, 30, -30, 1e300, np.inf, -np.inf, np.nan])


@pytest.mark.parametrize("name", ["lgamma", "digamma"])
def test_gamma_of_negative_numbers(name):
    check(name, BETWEEN_POLES, second=True, dtypes=("float64",))
    check(name, BETWEEN_POLES, grad=False, dtypes=("float32",))


def test_polygamma_far_on_the_left():
    """Its period there is 1. Term by term it would have a million million of them."""
    far, near = minitorch_pt.polygamma(3, to_ours(np.array([-1e12 - 0.25, -1e9 - 0.25]))).tolist()
    assert far == pytest.approx(near, rel=1e-12)


@pytest.mark.parametrize("n", range(5))
def test_polygamma(n):
    def program(torch):
        x = torch.tensor(
            np.concatenate([POSITIVE[POSITIVE > 0.1], BETWEEN_POLES.ravel()]).tolist(),
            dtype=torch.float64,
            requires_grad=True,
        )
        y = torch.polygamma(n, x)
        (first,) = torch.autograd.grad((y * y).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad((first / first.detach()).sum(), x)
        same = [x.polygamma(n), x.detach().clone().polygamma_(n), torch.special.polygamma(n, x)]
        return [y, first, second, y.grad_fn.name(), *same]

    same_program(program)
    check("polygamma", n, randint(1, 5, (4,)))
    check("polygamma", n, EDGES[np.abs(EDGES) < 100], grad=False, dtypes=("float64",))


@pytest.mark.parametrize("p", [1, 2, 5])
def test_mvlgamma(p):
    check("mvlgamma", rand(4, 3, low=2.1, high=9), p, second=True)
    check("special.multigammaln", rand(4, 3, low=2.1, high=9), p)
    check("Tensor.mvlgamma_", rand(4, 3, low=2.1, high=9), p)
    check("mvlgamma", randint(4, 9, (3,)), p)


def test_zeta():
    s, q = np.repeat([1.0, 1.2, 2.0, 3.5, 30.0, 0.5], 5), np.tile([1.0, 0.3, 9.7, 1e3, 12.0], 6)
    check("special.zeta", s, q, grad=False)
    check(
        "special.zeta",
        np.array([2.0, 3.0, 2.5, 2.0, np.nan]),
        np.array([-1.5, -2.0, -0.5, 0.0, 1.0]),
        grad=False,
    )
    check("special.zeta", rand(4, low=1.5, high=4), rand(4, low=0.2, high=4, seed=1), constant=(0,))
    check("special.zeta", 2.5, rand(4, low=0.2, high=4, seed=1), grad_fn=False)
    check("special.zeta", rand(4, low=1.5, high=4), 2.0, grad=False)
    same_program(lambda torch: torch.special.zeta(torch.ones(2, requires_grad=True), torch.ones(2)).sum().backward())


INCOMPLETE = ["igamma", "igammac", "special.gammainc", "special.gammaincc", "Tensor.igamma", "Tensor.igammac_"]


@pytest.mark.parametrize("name", INCOMPLETE)
@pytest.mark.parametrize("low, high", [(1e-6, 1e-2), (0.1, 1.0), (0.5, 8.0)])
def test_igamma(name, low, high):
    shape, x = rand(3, 40, low=low, high=high), rand(40, low=0.01, high=12, seed=1)
    x = np.broadcast_to(x, shape.shape)
    check(name, shape, x, constant=(0,), second="_" not in name, dtypes=("float64",))
    check(name, shape, x, grad=False, dtypes=("float32",), rtol=1e-3)  # which torch computes in float32


@pytest.mark.parametrize("name", INCOMPLETE[:2])
@pytest.mark.parametrize("low, high", [(8, 30), (30, 1000), (1e3, 1e4)])
def test_igamma_of_large_numbers(name, low, high):
    """torch's constants are good to nine digits there; these values to thirteen, as the identities below show."""
    a = rand(40, low=low, high=high)
    x = a * rand(40, low=0.95, high=1.05, seed=1)
    check(name, a, x, grad=False, rtol=1e-8, dtypes=("float64",))
    lower, upper = (getattr(minitorch_pt, n)(*map(minitorch_pt.from_numpy, (a, x))).numpy() for n in INCOMPLETE[:2])
    np.testing.assert_allclose(lower + upper, 1, rtol=1e-15)
    term = np.exp(a * np.log(x) - x - minitorch_pt.lgamma(minitorch_pt.tensor(a + 1)).numpy())
    next_lower = minitorch_pt.igamma(minitorch_pt.tensor(a + 1), minitorch_pt.tensor(x)).numpy()
    np.testing.assert_allclose(lower - next_lower, term, rtol=1e-9)  # a difference of large numbers


@pytest.mark.parametrize("name", INCOMPLETE[:2])
@pytest.mark.parametrize("size", [2e8, 1e12, 1e16, 3e38])
def test_igamma_of_huge_numbers(name, size):
    """Without a term for each digit: 9 sqrt(3e38) terms would never end."""
    spread = np.array([-3, -1.5, -0.1, 0, 0.2, 1, 3]) / np.sqrt(size)
    check(name, np.full(7, size), size * (1 + spread), grad=False, rtol=1e-8, dtypes=("float64",))


@pytest.mark.parametrize("name", INCOMPLETE[:2])
def test_igamma_at_its_edges(name):
    edges = np.array([0.0, 1.0, -1.0, np.inf, np.nan])
    check(name, np.repeat(edges, 5), np.tile(edges, 5), grad=False, rtol=1e-6)  # torch computes float32 in float32
    check(name, rand(0, 2), rand(0, 2), grad=False)


@pytest.mark.parametrize("name", INCOMPLETE[:2])
def test_igamma_refuses(name):
    check_error(name, randint(1, 3, (2,)), randint(1, 3, (2,)))
    check_error(name, rand(2, low=1), 2)
    check_error(name, 2.0, rand(2, low=1))
    same_program(lambda t: getattr(t, name)(t.ones(2, requires_grad=True), t.ones(2)).sum().backward())
    same_program(lambda t: getattr(t, name)(t.ones(2), t.tensor([1, 2])))
