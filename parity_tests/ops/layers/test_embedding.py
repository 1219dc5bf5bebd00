"""ops/layers/embedding.py against torch."""

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

    same_program(program)


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


@pytest.mark.parametrize("history", [lambda w: w * 2, lambda w: w.T.T, lambda w: w[:5], lambda w: w.relu()])
def test_sparse_gradients_of_what_was_computed_are_dense(history):
    tables = [minitorch_pt.arange(12.0).view(6, 2).requires_grad_() for _ in range(2)]
    for table, sparse in zip(tables, (True, False), strict=True):
        minitorch_pt.embedding(history(table), minitorch_pt.tensor([1, 4, 1]), sparse=sparse).sin().sum().backward()
    assert not tables[0].grad.is_sparse and minitorch_pt.equal(tables[0].grad, tables[1].grad)


# ---------------------------------------------------------------------------------------------------------------------
# Bags
# ---------------------------------------------------------------------------------------------------------------------
BAG = "nn.functional.embedding_bag"
NUMBERS = np.array([1, 2, 4, 5, 4, 0, 1])


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("options", [{}, {"padding_idx": 4}, {"padding_idx": -5}, {"padding_idx": 0}])
@pytest.mark.parametrize("numbers, offsets", [
    (NUMBERS, [0, 3]), (NUMBERS, [0, 0, 3, 7, 7]), (NUMBERS, [0, 1, 2, 3, 4, 5, 6]), (NUMBERS[:0], [0, 0]),
    (NUMBERS[:6].reshape(2, 3), None), (NUMBERS[:0].reshape(0, 3), None),
])  # fmt: skip
@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_embedding_bag(numbers, offsets, mode, options, dtype):
    offsets = None if offsets is None else np.array(offsets, dtype)
    check(BAG, numbers.astype(dtype), rand(6, 3), offsets, mode=mode, **options)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_with_a_last_offset(mode):
    check(BAG, NUMBERS, rand(6, 3), np.array([0, 3, 7]), mode=mode, include_last_offset=True)
    # beyond the last offset: only the fast sums leave these numbers out, and torch's gradients of them read memory that nobody wrote
    for offsets in ([0, 0, 5], [0, 3, 3], [0, 2]):
        for padding in (None, 2):
            fast = mode != "max" and padding is None
            check(
                BAG,
                NUMBERS,
                rand(6, 3),
                np.array(offsets),
                mode=mode,
                include_last_offset=True,
                padding_idx=padding,
                dtypes=("float64", "float32"),
                grad=not fast,
            )
    check(
        BAG, NUMBERS, rand(6, 3), np.array([0, 2]), mode=mode, include_last_offset=True, dtypes=("float16",), grad=False
    )


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("numbers", [[4, 1, 2], [1, 4, 2], [2, 5, 1], [3, 3, 1]])
def test_bags_of_nan_infinities_and_equal_rows(mode, numbers):
    table = rand(6, 3)
    table[4], table[5], table[3] = np.nan, -np.inf, table[1]
    check(BAG, np.array([numbers]), table, mode=mode)


@pytest.mark.parametrize("numbers, offsets", [(NUMBERS, np.array([0, 3, 3])), (NUMBERS[:6].reshape(2, 3), None)])
@pytest.mark.parametrize("padding_idx", [None, 4])
def test_weighted_bags(numbers, offsets, padding_idx):
    weights = rand(*numbers.shape, seed=2)

    def program(t):
        table = t.tensor(rand(6, 3).tolist(), dtype=t.float64, requires_grad=True)
        samples = t.tensor(weights.tolist(), dtype=t.float64, requires_grad=True)
        bags = None if offsets is None else t.tensor(offsets.tolist())
        y = t.nn.functional.embedding_bag(
            t.tensor(numbers.tolist()), table, bags, mode="sum", per_sample_weights=samples, padding_idx=padding_idx
        )
        (y**3).sum().backward()
        return [y.detach(), y.grad_fn.name(), table.grad, samples.grad]

    same_program(program)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_twice(mode):
    """torch cannot differentiate them twice."""
    arguments = to_ours(NUMBERS), to_ours(np.array([0, 3, 3, 6]))
    samples = to_ours(rand(7, seed=2), requires_grad=True) if mode == "sum" else None

    def bags(table, samples=None):
        return minitorch_pt.nn.functional.embedding_bag(
            arguments[0], table, arguments[1], mode=mode, per_sample_weights=samples
        )

    inputs = [to_ours(rand(6, 3), requires_grad=True), *([] if samples is None else [samples])]
    assert minitorch_pt.autograd.gradcheck(bags, inputs)
    assert minitorch_pt.autograd.gradgradcheck(bags, inputs)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_bags_scaled_by_frequency(mode):
    check(BAG, np.array([1, 3, 2, 2, 1, 3]), rand(6, 3), np.array([0, 4]), mode=mode, scale_grad_by_freq=True)
    # where rows are named unequally often torch divides by another row's number; the gradient is the embedding's
    gradients = []
    for summed in (True, False):
        table = to_ours(rand(6, 3), requires_grad=True)
        numbers = to_ours(np.array([[1, 2, 4, 5, 4, 4]]))
        if summed:
            y = minitorch_pt.nn.functional.embedding_bag(numbers, table, mode=mode, scale_grad_by_freq=True)
        else:
            rows = minitorch_pt.nn.functional.embedding(numbers, table, scale_grad_by_freq=True)
            y = getattr(rows, mode)(1)
        y.backward(to_ours(rand(1, 3)))
        gradients.append(table.grad.numpy())
    np.testing.assert_allclose(*gradients, rtol=1e-12)


def test_bags_of_half_precision_are_summed_in_single():
    check(BAG, randint(0, 6, (2, 50)), rand(6, 3), dtypes=("float16",))


def test_rows_of_bags_are_shortened_in_place():
    def program(t):
        weight = t.tensor(rand(6, 3).tolist(), dtype=t.float64, requires_grad=True)
        y = t.nn.functional.embedding_bag(t.tensor([[1, 2], [2, 3]]), weight, None, 0.5, 1.0)
        return [weight.detach(), y.detach()]

    same_program(program)


def test_old_order_of_a_bag_s_arguments():
    def program(t):
        with pytest.warns(UserWarning, match="Argument order of nn.functional.embedding_bag was changed"):
            return t.nn.functional.embedding_bag(t.tensor(rand(6, 3).tolist()), t.tensor([[1, 2]]))

    same_program(program)


@pytest.mark.parametrize("arguments, keywords", [
    ((NUMBERS, rand(6, 3)), {}), ((NUMBERS, rand(6, 3), np.array([[0]])), {}), ((NUMBERS, rand(6, 3), np.array([1])), {}),
    ((NUMBERS, rand(6, 3), np.array([0, 8])), {}), ((NUMBERS[:6].reshape(2, 3), rand(6, 3), np.array([0])), {}),
    ((NUMBERS.reshape(7, 1, 1), rand(6, 3)), {}), ((NUMBERS, rand(6), np.array([0])), {}), ((np.array([[6]]), rand(6, 3)), {}),
    ((np.array([[-1]]), rand(6, 3)), {}), ((NUMBERS.astype("int16")[None], rand(6, 3)), {}), ((rand(1, 3), rand(6, 3)), {}),
    ((NUMBERS[None], np.ones((6, 3), "int32")), {}), ((NUMBERS[None], rand(6, 3)), {"mode": "prod"}),
    ((NUMBERS[None], rand(6, 3)), {"padding_idx": 6}), ((NUMBERS[None], rand(6, 3)), {"padding_idx": -7}),
    ((NUMBERS[None], rand(6, 3)), {"mode": "max", "scale_grad_by_freq": True}),
    ((NUMBERS[None], rand(6, 3)), {"mode": "max", "sparse": True}), ((NUMBERS[:0].reshape(2, 0), rand(6, 3)), {}),
    ((NUMBERS[None], rand(6, 3)), {"per_sample_weights": rand(1, 7)}),
    ((NUMBERS[None], rand(6, 3)), {"per_sample_weights": rand(7), "mode": "sum"}),
    ((NUMBERS[None], rand(6, 3)), {"per_sample_weights": rand(1, 7).astype("float32"), "mode": "sum"}),
    ((NUMBERS, rand(6, 3), rand(2)), {}),
])  # fmt: skip
def test_errors_of_bags(arguments, keywords):
    check_error(BAG, *arguments, **keywords)


@pytest.mark.parametrize("offsets, last", [([0, 3, 2], False), ([], True)])
def test_offsets_that_torch_does_not_check(offsets, last):
    """torch reads memory that is not its own."""
    with pytest.raises(RuntimeError, match="offset"):
        minitorch_pt.nn.functional.embedding_bag(
            to_ours(NUMBERS), to_ours(rand(6, 3)), to_ours(np.array(offsets, "int64")), include_last_offset=last
        )


@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS[:6].reshape(2, 3), np.array(3), NUMBERS.astype("int32")])
def test_embedding_renorm_(numbers):
    check("embedding_renorm_", rand(6, 3), numbers, 1.0, 2.0, grad=False)


@pytest.mark.parametrize("arguments", [
    (rand(6), NUMBERS, 1.0, 2.0), (rand(6, 3), rand(2), 1.0, 2.0), (rand(6, 3), np.array([9]), 1.0, 2.0),
    (np.ones((6, 3), "int64"), NUMBERS, 1.0, 2.0),
])  # fmt: skip
def test_errors_of_embedding_renorm_(arguments):
    check_error("embedding_renorm_", *arguments)


def test_embedding_renorm_has_no_derivative():
    with pytest.raises(RuntimeError, match=r"detach\(\)"):
        minitorch_pt.embedding_renorm_(to_ours(rand(6, 3), requires_grad=True), to_ours(NUMBERS), 1.0, 2.0)
