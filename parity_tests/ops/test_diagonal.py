"""ops/diagonal.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand

X, CUBE, ROW, NUMBER = rand(3, 4), rand(2, 3, 4), rand(4), np.array(1.0)


@pytest.mark.parametrize("offset", (0, 1, -2, 9))
@pytest.mark.parametrize("array", (X, CUBE, np.zeros((0, 3))), ids=lambda a: str(a.shape))
@pytest.mark.parametrize("name", ("tril", "triu", "Tensor.tril", "Tensor.triu", "Tensor.tril_", "Tensor.triu_"))
def test_triangles(name, array, offset):
    check(name, array, offset, second=True)


CALLS = [
    ("diag", X), ("diag", ROW), ("diag", X, 1), ("diag", ROW, -1), ("diag_embed", X), ("diag_embed", X, 1), ("diag_embed", X, -1, 0, 2), ("diag_embed", X, 0, 2, 0),
    ("diagflat", X), ("diagflat", ROW, 1), ("diagflat", NUMBER), ("trace", X), ("Tensor.diag", X), ("Tensor.diag_embed", ROW), ("Tensor.diagflat", X),
    ("Tensor.trace", X), ("diagonal", CUBE), ("diagonal", CUBE, 1, 1, 2), ("diagonal", X, -1),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', a) for a in c[1:]]}")
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)  # diag and diag_embed are made of other operations than torch's


ERRORS = [
    ("tril", ROW), ("triu", NUMBER), ("diag", CUBE), ("diag", NUMBER), ("diag_embed", X, 0, 1, 1), ("diag_embed", X, 0, 0, 5), ("trace", ROW), ("trace", CUBE),
    ("diagonal", ROW), ("diagonal", X, 0, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', a) for a in c[1:]]}")
def test_errors(call):
    check_error(*call)
