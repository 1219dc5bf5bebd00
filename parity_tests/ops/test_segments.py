"""ops/segments.py against torch."""

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program


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
