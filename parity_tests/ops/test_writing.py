"""ops/writing.py against torch."""

import numpy as np
import pytest

from parity_tests.oracle import check, rand, randint

A, CUBE = rand(3, 4), rand(2, 3, 4)


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
