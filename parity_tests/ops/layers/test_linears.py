"""ops/layers/linears.py against torch."""

import itertools

import pytest

from parity_tests.oracle import check, check_error, rand, same_program

A, V, W = rand(3, 4), rand(4), rand(3)
CASES = [
    ("nn.functional.linear", (rand(2, 4), rand(3, 4), W), {}), ("nn.functional.linear", (rand(2, 4), rand(3, 4)), {}),
    ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4), W), {}), ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4)), {}),
    ("nn.functional.linear", (V, rand(3, 4), W), {}), ("nn.functional.linear", (V, rand(3, 4)), {}), ("nn.functional.linear", (rand(0, 4), rand(3, 4), W), {}),
    ("nn.functional.linear", (rand(2, 0, 4), rand(3, 4), W), {}), ("nn.functional.linear", (rand(2, 5, 4), V), {}),
    ("nn.functional.linear", (rand(2, 5, 4), V, rand()), {}), ("nn.functional.linear", (A, V), {}), ("nn.functional.linear", (V, V), {}),
    *( ("nn.functional.linear", (rand(2, 4), rand(3, 4), rand(*shape)), {}) for shape in [(), (1,), (1, 3), (2, 1), (2, 3)] ),
    ("nn.functional.linear", (rand(2, 5, 4), rand(3, 4), rand(1)), {}), ("nn.functional.bilinear", (rand(2, 4), rand(2, 3), rand(5, 4, 3), rand(5)), {}),
    ("nn.functional.bilinear", (rand(2, 6, 4), rand(2, 6, 3), rand(5, 4, 3)), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_product(name, args, kwargs):
    check(name, *args, second=True, grad_fn=name == "nn.functional.linear", **kwargs)


ERRORS = [
    ("nn.functional.linear", (rand(2, 3), rand(5, 4))), ("nn.functional.linear", (rand(2, 4), rand(5, 4).astype("float32"))),
    ("nn.functional.linear", (rand(2, 4), rand(5, 4), rand(5).astype("float32"))), ("nn.functional.linear", (rand(2, 4), rand(4), rand(1))),
    ("nn.functional.linear", (rand(2, 4), rand(4), rand())), ("nn.functional.linear", (rand(4), rand(4), rand(1))), ("nn.functional.linear", (rand(), rand(3, 4))),
    ("nn.functional.bilinear", (rand(2, 4), rand(3, 3), rand(5, 4, 3))), ("nn.functional.bilinear", (rand(2, 4), rand(2, 4), rand(5, 4, 3))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), ERRORS)
def test_error(name, args):
    check_error(name, *args)


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
