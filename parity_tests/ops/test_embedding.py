"""ops/embedding.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program, to_ours

F = "nn.functional.embedding"
ROWS = [(), (7,), (4, 5), (2, 3, 4), (0,), (2, 0)]


@pytest.mark.parametrize("shape", ROWS)
@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}, {"padding_idx": -1}, {"padding_idx": 0}])
@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_embedding(shape, options, dtype):
    check(F, randint(0, 6, shape, dtype=dtype), rand(6, 3), second=True, **options)


@pytest.mark.parametrize("shape", ROWS)
@pytest.mark.parametrize("options", [{}, {"padding_idx": 2}])
def test_scaled_by_frequency(shape, options):
    check(F, randint(0, 6, shape), rand(6, 3), scale_grad_by_freq=True, **options)


def test_scaled_by_frequency_twice():
    """Differentiated twice torch forgets the scale; the true derivative is that of a linear map."""
    weight = to_ours(rand(6, 3), requires_grad=True)
    rows = to_ours(randint(0, 6, (9,)))

    def gradient(g):
        with minitorch_pt.enable_grad():
            y = minitorch_pt.embedding(weight, rows, 1, True)
            return minitorch_pt.autograd.grad(y, weight, g, create_graph=True)[0]

    assert minitorch_pt.autograd.gradcheck(gradient, to_ours(rand(9, 3), requires_grad=True))


@pytest.mark.parametrize("padding_idx", [-1, 0, 3, -2, 40])
def test_numbers_that_are_no_row_pad_nothing(padding_idx):
    check("embedding", rand(6, 3), randint(0, 6, (5,)), padding_idx=padding_idx)


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.0, float("inf")])
@pytest.mark.parametrize("max_norm", [1.0, 100.0, 0.0])
@pytest.mark.parametrize("shape", [(4, 2), (0,)])
def test_rows_are_shortened_in_place(norm_type, max_norm, shape):
    def program(t):
        weight = t.tensor(rand(6, 3).tolist(), dtype=t.float64, requires_grad=True)
        rows = t.tensor(randint(0, 5, shape).tolist(), dtype=t.int64)
        y = t.nn.functional.embedding(rows, weight, None, max_norm, norm_type)
        (y**3).sum().backward()
        return [weight.detach(), y.detach(), weight.grad]

    same_program(program, rtol=1e-12)


def test_a_row_that_changed_is_noticed():
    def program(t):
        weight = t.tensor(rand(6, 3).tolist(), requires_grad=True)
        y = (weight * weight).sum()
        t.nn.functional.embedding(t.tensor([1]), weight, max_norm=0.1)
        y.backward()

    same_program(program)


def test_strided_table_and_numbers():
    def program(t):
        weight = t.tensor(rand(3, 6).tolist(), dtype=t.float64, requires_grad=True)
        y = t.nn.functional.embedding(t.tensor(randint(0, 6, (4, 5)).tolist()).t(), weight.t())
        return [y.detach(), *t.autograd.grad(y, weight, y.detach() ** 2)]

    same_program(program)


@pytest.mark.parametrize("name, arguments, keywords", [
    (F, (np.array([1, 6]), rand(6, 3)), {}), (F, (np.array([-1]), rand(6, 3)), {}), (F, (rand(4), rand(6, 3)), {}),
    (F, (np.array([1]), rand(6)), {}), (F, (np.array([1]), rand(6, 3, 2)), {}), (F, (np.array([1], "int16"), rand(6, 3)), {}),
    (F, (np.array([1]), rand(6, 3)), {"padding_idx": 6}), (F, (np.array([1]), rand(6, 3)), {"padding_idx": -7}),
    (F, (np.array([True]), rand(6, 3)), {}), ("embedding", (rand(6, 3), [1, 2]), {}), (F, (rand(4), rand(6, 3)), {"max_norm": 1.0}),
])  # fmt: skip
def test_errors(name, arguments, keywords):
    check_error(name, *arguments, **keywords)


def test_sparse_gradients_are_refused():
    with pytest.raises(NotImplementedError, match="sparse=False has the same numbers"):
        minitorch_pt.embedding(minitorch_pt.zeros(2, 2), minitorch_pt.tensor([1]), sparse=True)
