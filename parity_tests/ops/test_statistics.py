"""ops/statistics.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

X, V = rand(3, 5), rand(5)
FREQUENCIES, WEIGHTS = np.array([1, 2, 0, 3, 1]), rand(5, low=0.5)


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"correction": 0},
        {"fweights": FREQUENCIES},
        {"aweights": WEIGHTS},
        {"aweights": WEIGHTS, "correction": 0},
        {"fweights": FREQUENCIES, "aweights": WEIGHTS},
    ],
    ids=lambda kwargs: str(list(kwargs)),
)
@pytest.mark.parametrize("x", [X, V, rand(1, 5)], ids=lambda x: str(x.shape))
@pytest.mark.parametrize("name", ("cov", "Tensor.cov"))
def test_cov(name, x, kwargs):
    check(name, x, grad_fn=False, second=True, **kwargs)


def test_cov_of_whole_numbers():
    check("cov", randint(0, 9, (2, 5)))
    check("cov", randint(0, 9, (2, 5)), fweights=FREQUENCIES)


@pytest.mark.parametrize("x", [X, V, np.array(2.0), randint(0, 9, (2, 5))], ids=lambda x: str(x.shape))
@pytest.mark.parametrize("name", ("corrcoef", "Tensor.corrcoef"))
@pytest.mark.filterwarnings("ignore:cov.*degrees of freedom")
def test_corrcoef(name, x):
    check(name, x, grad_fn=False, dtypes=("float64",), atol=1e-12)  # the gradient of a correlation with itself is 0
    check(name, x, grad_fn=False, dtypes=("float32",), atol=2e-6)


def test_too_few_observations():
    with np.errstate(all="ignore"), pytest.warns(UserWarning, match="degrees of freedom is <= 0"):
        check("cov", rand(2, 1), grad=False)


EDGES = np.array([-2.0, -0.5, 0.0, 1.0, 1.5])
HISTOGRAMS = [
    ((4,), {}), ((EDGES,), {}), ((1,), {}), ((3,), {"range": (-1.0, 1.0)}), ((3,), {"range": (0.5, 0.5)}), ((EDGES,), {"weight": rand(3, 5, low=0.0, seed=1)}),
    ((5,), {"density": True}), ((EDGES,), {"density": True, "weight": rand(3, 5, low=0.0, seed=1)}),
]  # fmt: skip


@pytest.mark.parametrize("args, kwargs", HISTOGRAMS, ids=str)
@pytest.mark.parametrize("name", ("histogram", "Tensor.histogram"))
def test_histogram(name, args, kwargs):
    check(name, X, *args, grad=False, **kwargs)


def test_the_edges_given_are_not_the_edges_returned():
    def program(p):
        edges = p.tensor([0.0, 1.0, 2.0])
        p.histogram(p.ones(3), edges).bin_edges[0] = 9
        return edges

    same_program(program)


def test_histograms_of_little():
    check("histogram", rand(0), 3, grad=False)
    check("histogram", np.ones(4), 3, grad=False)
    # the last edge belongs to the last bin
    check("histogram", np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 2.0]), grad=False)
    same_program(lambda p: repr(p.histogram(p.tensor([1.0, 2.0, 2.0]), 2)))
    same_program(lambda p: repr(p.histogramdd(p.tensor([[1.0, 2.0]]), 2)))


POINTS = rand(10, 2)
DD = [
    ((3,), {}), (([2, 3],), {}), (([EDGES, EDGES[1:]],), {}), (([2, 3],), {"range": [-1.0, 1.0, 0.0, 2.0]}), (([2, 3],), {"density": True}),
    (([2, 3],), {"weight": rand(10, low=0.0, seed=1)}),
]  # fmt: skip


@pytest.mark.parametrize("args, kwargs", DD, ids=str)
def test_histogramdd(args, kwargs):
    check("histogramdd", POINTS, *args, grad=False, **kwargs)


def test_histogramdd_of_more_axes():
    check("histogramdd", rand(2, 5, 3), [2, 1, 3], grad=False, weight=rand(2, 5, low=0.0))


ERRORS = [
    ("cov", rand(2, 2, 2)), ("cov", np.ones((2, 2), bool)), ("corrcoef", rand(2, 2, 2)), ("histogram", X, 0), ("histogram", np.array([1.0, np.nan]), 3),
    ("histogram", randint(0, 3, (3,)), 3), ("histogram", X, X), ("histogramdd", rand(3), [2]), ("histogramdd", POINTS, [2]), ("histogramdd", POINTS, [2, 0]),
    ("histogramdd", randint(0, 3, (3, 2)), 3),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    for wrong in (WEIGHTS, FREQUENCIES[:2], -FREQUENCIES, FREQUENCIES.reshape(1, 5), FREQUENCIES * 0):
        check_error("cov", X, fweights=wrong)
    for wrong in (FREQUENCIES, WEIGHTS[:2], -WEIGHTS):
        check_error("cov", X, aweights=wrong)
    check_error("histogram", X, 3, range=(1.0, 0.0))
    check_error("histogram", X, 3, weight=V)
    check_error("histogram", X, EDGES, range=(0.0, 1.0))
    check_error("histogramdd", POINTS, 3, weight=V)
    check_error("histogramdd", POINTS, 3, range=[0.0, 1.0])
    assert minitorch_pt.histogram(minitorch_pt.ones(3), 1).hist.tolist() == [3]
