"""ops/scatters.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

A, CUBE, ROW = rand(3, 4), rand(2, 3, 4), rand(4)
INDEX, SRC = randint(0, 3, (2, 4)), rand(2, 4, seed=5)
CASES = [
    ("diagonal_scatter", A, rand(3), {}), ("diagonal_scatter", A, rand(2), {"offset": 2}), ("diagonal_scatter", CUBE, rand(2, 2), {"offset": -1, "dim1": 1, "dim2": 2}),
    ("select_scatter", A, rand(4), {"dim": 0, "index": 1}), ("select_scatter", CUBE, rand(2, 4), {"dim": -2, "index": -1}),
    ("slice_scatter", A, A[:2], {"end": 2}), ("slice_scatter", A, A[:, ::2], {"dim": 1, "step": 2}), ("slice_scatter", A, A[:, 1:3], {"dim": -1, "start": 1, "end": 3}),
    ("slice_scatter", A, A, {}), ("slice_scatter", A, A[:0], {"start": 2, "end": 1}), ("slice_scatter", A, A[-2:], {"start": -2}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}{case[3]}")
@pytest.mark.parametrize("form", ("", "Tensor."))
def test_scatters(form, case):
    name, input, src, kwargs = case
    check(form + name, input, src, second=True, **kwargs)
    check(form + name, np.swapaxes(input.T.copy(), 0, -1), src, **kwargs)
    check(form + name, (input * 9).astype(int), (src * 9).astype(int), grad=False, **kwargs)


@pytest.mark.parametrize("place", [((2, 2), (1, 2)), ((2, 2), (1, 2), 3), ((3,), (4,)), ((), ())], ids=str)
@pytest.mark.parametrize("name", ("as_strided_scatter", "Tensor.as_strided_scatter"))
def test_as_strided_scatter(name, place):
    """The gradient of the input, which torch has 0 outside of the region and not inside, is compared with assignment to a view."""
    src = np.asarray(rand(*place[0]))
    check(name, A, src, *place, constant=(0,))

    def gradients(replace):
        x, y = (minitorch_pt.from_numpy(a).requires_grad_() for a in (A, src))
        weights = minitorch_pt.from_numpy(rand(3, 4, seed=1))
        return [g.tolist() for g in minitorch_pt.autograd.grad((replace(x, y) * weights).sum(), [x, y])]

    def by_assignment(x, y):
        copy = x.clone()
        copy.as_strided(*place).copy_(y)
        return copy

    assert gradients(lambda x, y: x.as_strided_scatter(y, *place)) == gradients(by_assignment)


ERRORS = [
    ("diagonal_scatter", A, rand(4)), ("select_scatter", A, rand(3), 0, 1), ("select_scatter", A, rand(4), 2, 1), ("select_scatter", A, rand(4), 0, 3),
    ("slice_scatter", A, A, 0, 1), ("slice_scatter", A, A, 2), ("as_strided_scatter", A, rand(2), (3,), (1,)), ("as_strided_scatter", A, rand(20), (20,), (1,)),
    ("scatter", A, 0, INDEX + 3, SRC), ("scatter", A, 0, INDEX, SRC[:1]), ("scatter_add", A, 0, INDEX, ROW), ("scatter_reduce", A, 0, INDEX, SRC, "most"),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


CALLS = [
    ("scatter", A, 0, INDEX, SRC), ("scatter", A, 0, INDEX, 2.5), ("scatter_add", A, 0, INDEX, SRC), ("scatter_add", A, 1, INDEX, SRC),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)


@pytest.mark.parametrize("include_self", (True, False))
@pytest.mark.parametrize("reduce", ("sum", "prod", "mean", "amax", "amin"))
@pytest.mark.parametrize("array", (A, np.where(A > 0, A, 0), np.full((3, 4), 2.0)), ids=("any", "zeros", "ties"))
def test_scatter_reduce(array, reduce, include_self):
    check("scatter_reduce", array, 0, INDEX, np.ones((2, 4)), reduce, include_self=include_self, grad_fn=False)
    check("scatter_reduce", array, 1, INDEX, SRC, reduce, include_self=include_self, grad_fn=False)


@pytest.mark.parametrize("include_self", (True, False))
@pytest.mark.parametrize(
    "factors", ([2.0, 3, 4, 5], [2.0, 0, 4, 5], [0.0, 3, 4, 0]), ids=("no zero", "a zero", "a zero in each place")
)
@pytest.mark.parametrize("array", ([2.0, 3], [0.0, 3]), ids=str)
def test_product_differentiated_twice(array, factors, include_self):
    index = np.array([0, 0, 0, 1])
    check(
        "scatter_reduce",
        np.array(array),
        0,
        index,
        np.array(factors),
        "prod",
        include_self=include_self,
        second=True,
        grad_fn=False,
    )


def test_product_with_two_zeros_is_differentiated_once():
    def program(p, twice):
        source = p.tensor([0.0, 0, 3], requires_grad=True)
        y = p.ones(1).scatter_reduce(0, p.tensor([0, 0, 0]), source, "prod")
        (first,) = p.autograd.grad(y.sum(), source, create_graph=True)
        return p.autograd.grad(first.sum(), source) if twice else first.detach()

    same_program(lambda p: program(p, False))
    same_program(lambda p: program(p, True))


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", ["amax", "amin"])
def test_ties(reduce, include_self):
    data, source, index = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 5.0, 2.0, 3.0]), np.array([0, 0, 1, 1, 2])
    check("scatter_reduce", data, 0, index, source, reduce, include_self=include_self)


def test_a_source_larger_than_its_index_has_a_gradient():
    """torch's backward raises here."""
    source = minitorch_pt.ones(4, requires_grad=True)
    minitorch_pt.zeros(3).scatter_add(0, minitorch_pt.tensor([2, 0]), source).sum().backward()
    assert source.grad.tolist() == [1, 1, 0, 0]
