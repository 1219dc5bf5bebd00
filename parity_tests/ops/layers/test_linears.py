"""ops/layers/linears.py against torch."""

import itertools

import pytest

from parity_tests.oracle import check_error, rand, same_program


def test_linear_says_which_size_is_wrong():
    check_error("nn.functional.linear", rand(2, 3), rand(5, 4), match=r"\(2x3 and 4x5\).*must be 4.*is 3")


WEIGHTS = [(4, 3), (1, 3), (3, 3), (3,), (), (4, 3, 3), (3, 3, 3)]
BIASES = [None, (), (1,), (4,), (3,), (1, 4), (2, 4), (2, 1), (10, 4), (5, 1, 1), (5, 2, 4), (1, 1, 4), (1, 1, 1)]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 3), (5, 2, 3), (1, 2, 3), (5, 1, 3), (2, 5, 2, 3)])
@pytest.mark.parametrize("turned", [False, True])
def test_linear_of_all_ranks(shape, turned):
    """torch adds some biases within the product and others after it; which shapes it takes, and the nodes' names, depend on that."""
    for weight_shape, bias_shape in itertools.product(WEIGHTS, BIASES):

        def program(t, weight_shape=weight_shape, bias_shape=bias_shape):
            x = t.from_numpy(rand(*shape))
            if turned and shape:
                x = x.transpose(0, -1).contiguous().transpose(0, -1)
            leaves = [x.requires_grad_(), t.from_numpy(rand(*weight_shape, seed=1)).requires_grad_()]
            if bias_shape is not None:
                leaves.append(t.from_numpy(rand(*bias_shape, seed=2)).requires_grad_())
            y = t.nn.functional.linear(*leaves)
            y.square().sum().backward()
            return y, y.grad_fn.name(), [leaf.grad for leaf in leaves]

        same_program(program)
