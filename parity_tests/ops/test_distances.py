"""ops/distances.py against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, randint, same_program

F = "nn.functional."
INF = float("inf")
NORMS = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, INF]
BY_PRODUCT, NEVER = "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"


def grid(*shape, seed=0):
    """Whole numbers, many of them equal: differences of 0 and largest differences that tie."""
    return randint(0, 3, shape, seed).astype("float64")


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize(
    "first, second", [((5, 3), (5, 3)), ((5, 3), (3,)), ((2, 1, 3), (4, 1)), ((), ()), ((0, 3), (0, 3))]
)
def test_one_by_one(first, second, p):
    x, y = rand(*first), rand(*second, seed=1)
    twice = p not in (0.0, 0.5) and x.size > 1  # of one number or a root the second slope is a difference of equals
    if p != INF or x.size:
        check("dist", x, y, p, second=twice, grad=p != 0)  # of p = 0 torch's backward pass fails
        check(F + "pairwise_distance", x, y, p, second=twice)
        check(F + "pairwise_distance", x, y, p, 0.1, True)
        check("dist", x, x.copy(), p, dtypes=("float64",), grad=p != 0)


@pytest.mark.parametrize("p", [2, 0, INF])
def test_dist_of_ties(p):
    check("dist", grid(4, 5), grid(4, 5, seed=1), p, grad=p != 0)
    check("Tensor.dist", grid(4, 5), grid(4, 5, seed=1), p, grad=p != 0)
    check(F + "pairwise_distance", grid(4, 5), grid(4, 5, seed=1), p, 0.0)


@pytest.mark.parametrize("first, second, dim", [
    ((4, 3), (4, 3), 1), ((4, 3), (4, 3), 0), ((2, 1, 3, 4), (5, 3, 4), -2), ((3,), (3,), 0), ((2, 3), (3,), -1),
    ((0, 3), (0, 3), 1), ((3, 0), (3, 0), 1),
])  # fmt: skip
@pytest.mark.parametrize("options", [{}, {"eps": 0.5}, {"eps": 3.0}])
def test_cosine_similarity(first, second, dim, options):
    x, y = rand(*first), rand(*second, seed=1)
    check(F + "cosine_similarity", x, y, dim, second=True, **options)
    check("cosine_similarity", x * 0, y, dim, **options)
    check("cosine_similarity", x, x.copy(), dim, grad=False, **options)


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("first, second", [
    ((4, 3), (5, 3)), ((2, 4, 3), (2, 5, 3)), ((2, 1, 4, 3), (3, 5, 3)), ((0, 3), (5, 3)), ((4, 0), (5, 0)),
    ((30, 0), (5, 0)), ((0, 4, 3), (0, 5, 3)),
])  # fmt: skip
def test_cdist(first, second, p):
    check("cdist", rand(*first), rand(*second, seed=1), p)
    check("cdist", grid(*first), grid(*second, seed=1), p)
    check("cdist", rand(*first), rand(*second, seed=1), p, compute_mode=NEVER)


@pytest.mark.parametrize(
    "first, second, mode",
    [
        ((30, 3), (4, 3), {}),
        ((4, 3), (26, 3), {}),
        ((25, 3), (25, 3), {}),
        ((4, 3), (5, 3), {"compute_mode": BY_PRODUCT}),
        ((2, 1, 4, 3), (3, 5, 3), {"compute_mode": BY_PRODUCT}),
        ((0, 3), (5, 3), {"compute_mode": BY_PRODUCT}),
    ],
)
def test_cdist_by_product(first, second, mode):
    twice = bool(mode) and first[0] > 0
    check("cdist", rand(*first), rand(*second, seed=1), 2.0, second=twice, **mode)


def test_cdist_by_product_of_a_point_from_itself():
    def program(t):
        x = t.tensor(grid(30, 3).tolist(), dtype=t.float64, requires_grad=True)
        y = t.cdist(x, x)
        y.sum().backward()
        return y.detach(), x.grad

    same_program(program)


def test_by_product_and_by_differences_agree():
    x, y = (minitorch_pt.from_numpy(rand(30, 4, seed=seed)).requires_grad_() for seed in (0, 1))
    results = []
    for mode in (BY_PRODUCT, NEVER):
        value = minitorch_pt.cdist(x, y, 2.0, mode)
        first = minitorch_pt.autograd.grad((value**2).sum(), (x, y), create_graph=True)
        results.append([value, *first, *minitorch_pt.autograd.grad(sum((g**3).sum() for g in first), (x, y))])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy())


@pytest.mark.parametrize("p", NORMS)
@pytest.mark.parametrize("shape", [(5, 3), (2, 4), (1, 3), (0, 3), (4, 0)])
def test_pdist(shape, p):
    grad = shape[0] > 0  # torch crashes in the backward pass of no points
    check(F + "pdist", rand(*shape), p, grad=grad)
    check("pdist", grid(*shape), p, grad=grad)


@pytest.mark.parametrize("p", [1.5, 2.0, 3.0])
def test_second_order_beyond_torch(p):
    """torch cannot differentiate these gradients again; ours are held against the differences of first gradients."""
    x, y = (minitorch_pt.from_numpy(rand(4, 3, seed=seed)).requires_grad_() for seed in (0, 1))
    assert minitorch_pt.autograd.gradgradcheck(lambda x, y: minitorch_pt.cdist(x, y, p), (x, y))
    assert minitorch_pt.autograd.gradgradcheck(lambda x: minitorch_pt.pdist(x, p), (x,))


def test_types():
    for name in ("dist", F + "pairwise_distance", F + "cosine_similarity"):
        for other in (np.float32(rand(4, 3, seed=1)), randint(1, 5, (4, 3))):
            ours = _called(minitorch_pt, name, minitorch_pt.from_numpy(rand(4, 3)), minitorch_pt.from_numpy(other))
            theirs = _called(torch, name, torch.from_numpy(rand(4, 3)), torch.from_numpy(other))
            # torch's cosine divides the float32 vectors by their length in float32
            assert_same(ours, theirs, rtol=1e-6)
        half = rand(4, 3).astype(np.float16), (rand(4, 3, seed=1) * 50).astype(np.float16)
        ours = _called(minitorch_pt, name, *map(minitorch_pt.from_numpy, half))
        assert_same(ours, _called(torch, name, *map(torch.from_numpy, half)))


def _called(package, name, *args):
    for part in name.split("."):
        package = getattr(package, part)
    return package(*args)


@pytest.mark.parametrize("name, arguments, options", [
    ("cdist", (rand(4, 3), rand(5, 4)), {}), ("cdist", (rand(3), rand(5, 3)), {}), ("cdist", (rand(4, 3), rand(3)), {}), ("cdist", (rand(4, 3), rand(5, 3), -1.0), {}),
    ("cdist", (rand(4, 3), rand(5, 3), "a"), {}), ("cdist", (rand(4, 3), rand(5, 3)), {"compute_mode": "x"}), ("cdist", (rand(2, 4, 3), rand(3, 5, 3)), {}),
    ("cdist", (rand(2, 30, 3), rand(3, 5, 3)), {}), ("cdist", (rand(4, 3), rand(5, 3).astype("f4")), {}), ("cdist", (randint(0, 3, (4, 3)), rand(5, 3)), {}),
    ("pdist", (rand(4),), {}), ("pdist", (rand(4, 3, 2),), {}), ("pdist", (rand(4, 3), -1), {}), ("pdist", (randint(0, 3, (4, 3)),), {}), ("pdist", (rand(4, 3), "a"), {}),
    ("dist", (rand(4, 3), rand(4)), {}), ("dist", (randint(0, 3, (4,)), randint(0, 3, (4,))), {}), ("dist", (rand(0), rand(0), INF), {}), ("dist", (np.ones(3, bool), np.ones(3, bool)), {}),
    ("pairwise_distance", (rand(4, 3), rand(4, 2)), {}), ("pairwise_distance", (np.ones(3, bool), np.ones(3, bool)), {}),
    ("cosine_similarity", (rand(4, 3), rand(4, 2)), {}), ("cosine_similarity", (rand(3), rand(3)), {}), ("cosine_similarity", (rand(4, 3), rand(4, 3), 2), {}),
    ("cosine_similarity", (randint(0, 3, (4, 3)), randint(0, 3, (4, 3))), {}),
])  # fmt: skip
def test_errors(name, arguments, options):
    check_error(name, *arguments, **options)
