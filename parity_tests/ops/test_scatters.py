"""ops/scatters.py against torch."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

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


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", ("prod", "mean", "amax", "amin"))
@pytest.mark.parametrize("name", ("index_reduce", "Tensor.index_reduce", "Tensor.index_reduce_"))
@pytest.mark.filterwarnings("ignore:index_reduce")
def test_index_reduce(name, reduce, include_self):
    index = np.array([0, 2, 0])
    check(
        name,
        CUBE,
        1,
        index,
        rand(2, 3, 4, seed=1),
        reduce,
        include_self=include_self,
        grad_fn=False,
        second=name == "index_reduce",
        constant=(2,),
        dtypes=("float64",),
        atol=1e-12,
    )
    check(
        name,
        A,
        -1,
        np.array([3, 3]),
        rand(3, 2, seed=1),
        reduce,
        include_self=include_self,
        grad_fn=False,
        constant=(2,),
    )
    check(
        name,
        randint(1, 5, (3, 4)),
        0,
        np.array([1, 1]),
        randint(1, 5, (2, 4)),
        reduce,
        include_self=include_self,
        grad=False,
    )
    check(name, np.array(2.0), 0, np.array([0]), np.array(3.0), reduce, include_self=include_self, grad_fn=False)


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


# ---------------------------------------------------------------------------------------------------------------------
# Segments
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduce", ["sum", "mean", "prod", "max", "min", "amax", "amin"])
@pytest.mark.parametrize("initial", [None, 1.5])
@pytest.mark.parametrize("shape, lengths, axis", [
    ((6,), [2, 0, 4], 0), ((6, 3), [1, 5], 0), ((2, 6, 2), [[2, 3, 1], [6, 0, 0]], 1), ((2, 6), [[2, 4], [3, 3]], -1), ((2, 0), [[0, 0], [0, 0]], 1),
])  # fmt: skip
def test_segment_reduce(reduce, initial, shape, lengths, axis):
    given = np.array(lengths)
    options = {"axis": axis, "initial": initial, "grad_fn": False}
    check("segment_reduce", rand(*shape), reduce, lengths=given, **options)
    offsets = np.concatenate([np.zeros((*given.shape[:-1], 1), np.int64), given.cumsum(axis=-1)], axis=-1)
    check("segment_reduce", rand(*shape), reduce, offsets=offsets, **options)


def test_segments_of_a_part():
    check("segment_reduce", rand(6), "sum", lengths=np.array([2, 3]), unsafe=True, grad_fn=False)
    check("segment_reduce", rand(6), "sum", offsets=np.array([1, 2, 5]), grad_fn=False)
    check("segment_reduce", rand(6), "max", lengths=np.array([2, 4], np.int32), grad_fn=False)


@pytest.mark.parametrize("arguments, keywords", [
    ((rand(6), "sum"), {}), ((rand(6), "average"), {"lengths": np.array([6])}), ((rand(6), "sum"), {"lengths": np.array([2, 3])}),
    ((rand(6), "sum"), {"lengths": np.array([2, -1, 5])}), ((rand(6), "sum"), {"lengths": np.array([2.0, 4.0])}), ((rand(6), "sum"), {"lengths": [2, 4]}),
    ((rand(6), "sum"), {"indices": np.array([2, 4])}), ((rand(2, 3), "sum"), {"lengths": np.array([2, 1]), "axis": 1}),
    ((rand(2, 3), "sum"), {"lengths": np.array([[2, 1], [1, 2]])}), ((randint(0, 9, (6,)), "sum"), {"lengths": np.array([2, 4])}),
])  # fmt: skip
def test_segment_reduce_refuses(arguments, keywords):
    if isinstance(keywords.get("lengths"), list):
        same_program(lambda t: t.segment_reduce(t.ones(6), "sum", lengths=[2, 4]))
    else:
        check_error("segment_reduce", *arguments, **keywords)
