"""ops/scatters.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand

A, CUBE = rand(3, 4), rand(2, 3, 4)
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
    ("index_reduce", A, 0, np.array([0]), A[:1], "sum"), ("index_reduce", A, 0, np.array([0, 1]), A[:1], "prod"), ("index_reduce", A, 2, np.array([0]), A[:1], "prod"),
    ("index_reduce", A, 0, np.array([7]), A[:1], "prod"), ("index_reduce", A, 0, np.array([0.0]), A[:1], "prod"), ("index_reduce", A, 0, np.array([0]), A[0], "prod"),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
@pytest.mark.filterwarnings("ignore:index_reduce")
def test_errors(call):
    check_error(*call)
