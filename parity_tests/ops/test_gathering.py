"""ops/gathering.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint

X, ROW, NUMBER = rand(3, 4), rand(4), np.array(1.0)
INDEX, LINE, MASK = randint(0, 3, (2, 4)), np.array([2, 0, 2]), randint(0, 2, (3, 4), dtype="bool")

CALLS = [
    ("index_select", X, 0, LINE), ("index_select", X, 1, LINE), ("index_select", NUMBER, 0, np.array([0])), ("gather", X, 0, INDEX), ("gather", X, 1, INDEX),
    ("gather", NUMBER, 0, np.array(0)), ("masked_select", X, MASK), ("masked_select", ROW, MASK), ("take", X, INDEX), ("take_along_dim", X, INDEX, 0),
    ("take_along_dim", X, INDEX.reshape(-1)), ("take_along_dim", X, INDEX - 7, 0), ("take_along_dim", X, INDEX + 9, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)


ERRORS = [
    ("index_select", X, 0, INDEX), ("index_select", X, 0, np.array([3])), ("index_select", X, 0, rand(2)), ("index_select", X, 2, LINE), ("gather", X, 0, INDEX + 3),
    ("gather", X, 0, LINE), ("gather", X, 0, rand(2, 4)), ("gather", X, 0, randint(0, 3, (2, 5))), ("masked_select", X, X), ("take", X, np.array([99])), ("take", X, ROW),
    ("take_along_dim", X, LINE, 0), ("take_along_dim", X, X, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_errors(call):
    check_error(*call)


def test_places_of_what_is_not_zero():
    for array in (np.where(X > 0, X, 0), MASK, NUMBER, np.zeros((0, 2))):
        check("nonzero", array, grad=False)
        check("nonzero", array, grad=False, as_tuple=True)
        check("argwhere", array, grad=False)
