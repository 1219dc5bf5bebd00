"""ops/losses/classification.py against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, randint

F = "nn.functional."
REDUCTIONS = ["none", "mean", "sum"]
UNIT = {"low": 0.01, "high": 0.99}
# yes or no ------------------------------------------------------------------------------------------------------------
WEIGHTS = [None, rand(4, low=0.1, seed=3), rand(3, 1, low=0.1, seed=3), rand(3, 4, low=0.1, seed=3)]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", WEIGHTS, ids=str)
def test_binary_cross_entropy(reduction, weight):
    x, t = rand(3, 4, **UNIT), rand(3, 4, **UNIT, seed=1)
    check(F + "binary_cross_entropy", x, t, reduction=reduction, weight=weight)
    # torch adds 1e-12 to x (1 - x) in the second order
    check(
        F + "binary_cross_entropy",
        x,
        t,
        reduction=reduction,
        weight=weight,
        second=True,
        rtol=1e-9,
        dtypes=("float64",),
    )


def test_binary_cross_entropy_at_the_limits():
    x = np.array([0.0, 1.0, 0.0, 1.0, 1e-300, 1e-13, 0.5])
    t = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.5, 0.0])
    for reduction in REDUCTIONS:
        check(F + "binary_cross_entropy", x, t, reduction=reduction, constant=(1,), dtypes=("float64",))
    check(F + "binary_cross_entropy", x, t, reduction="none", dtypes=("float64",))
    near = np.array([1e-13, 1e-6, 1e-3, 1 - 1e-7])
    check(F + "binary_cross_entropy", near, np.array([1.0, 0.5, 0.2, 0.3]), dtypes=("float64",), second=True)
    check(F + "binary_cross_entropy", rand(0, 2), rand(0, 2))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", WEIGHTS, ids=str)
@pytest.mark.parametrize("pos_weight", [None, rand(4, low=0.1, seed=4)], ids=["", "pos_weight"])
def test_binary_cross_entropy_with_logits(reduction, weight, pos_weight):
    x, t = rand(3, 4, low=-5, high=5), rand(3, 4, **UNIT, seed=1)
    check(
        F + "binary_cross_entropy_with_logits",
        x,
        t,
        reduction=reduction,
        weight=weight,
        pos_weight=pos_weight,
        second=True,
    )


@pytest.mark.parametrize("pos_weight", [None, np.array(3.0)], ids=["", "pos_weight"])
def test_binary_cross_entropy_with_logits_at_the_limits(pos_weight):
    x = np.array([1e4, -1e4, 1e4, -1e4, 0.0, 40.0, -40.0, np.inf, -np.inf, np.nan, np.inf, -np.inf])
    t = np.array([1.0, 0.0, 0.0, 1.0, 0.5, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0])
    check(F + "binary_cross_entropy_with_logits", x, t, reduction="none", pos_weight=pos_weight, constant=(1,))
    check(F + "binary_cross_entropy_with_logits", x[:7], t[:7], pos_weight=pos_weight, second=True)
    check(F + "binary_cross_entropy_with_logits", rand(0), rand(0))


def test_binary_cross_entropy_errors():
    name = F + "binary_cross_entropy"
    check_error(name, rand(4), rand(4), match="sigmoid")
    check_error(name, np.array([np.nan]), np.array([0.0]))
    check_error(name, rand(4, **UNIT), rand(4, 3, **UNIT), match="target size")
    check_error(name, rand(4, **UNIT), rand(1, **UNIT))
    check_error(name, rand(4, **UNIT), rand(4, **UNIT), reduction="average")
    check_error(name, rand(4, **UNIT), np.arange(4))
    check_error(name, rand(4, **UNIT), rand(4, **UNIT).astype("float32"))
    check_error(name, rand(4, **UNIT), rand(4, **UNIT), weight=rand(3))
    check_error(name, rand(4, **UNIT), rand(4, **UNIT), rand(4), grad=True, match="weight")
    name += "_with_logits"
    check_error(name, rand(4), rand(3), match="Target size")
    check_error(name, rand(4), np.arange(4), match="float")
    check_error(name, rand(4), rand(4), reduction="average")
    check_error(name, rand(4, 3), rand(4, 3), pos_weight=rand(2))
    check_error(name, rand(4), rand(4), rand(4), grad=True, match="weight")


def test_binary_cross_entropy_of_integers():
    check_error(F + "binary_cross_entropy", np.array([0, 1]), np.array([0, 1]))


def test_binary_cross_entropy_with_logits_promotes():
    a, b = rand(4).astype("float32"), rand(4, **UNIT)
    assert_same(
        minitorch_pt.nn.functional.binary_cross_entropy_with_logits(
            minitorch_pt.from_numpy(a), minitorch_pt.from_numpy(b)
        ),
        torch.nn.functional.binary_cross_entropy_with_logits(torch.from_numpy(a), torch.from_numpy(b)),
        rtol=1e-6,  # torch computes the part that looks at the input alone in float32
    )


# classes --------------------------------------------------------------------------------------------------------------
# (input, labels): every shape that torch takes
CLASSES = [
    (rand(6, 4), randint(0, 4, (6,))),
    (rand(4), np.array(2)),
    (rand(2, 4, 3), randint(0, 4, (2, 3))),
    (rand(2, 4, 3, 5), randint(0, 4, (2, 3, 5))),
    (rand(2, 4, 2, 2, 3), randint(0, 4, (2, 2, 2, 3))),
    (rand(6, 4), randint(0, 4, (6,), dtype="uint8")),
    (rand(4, 6).T, randint(0, 4, (6,))),
]
OPTIONS = [
    {},
    {"weight": rand(4, low=0.1, seed=5)},
    {"ignore_index": 2},
    {"weight": rand(4, low=0.1, seed=5), "ignore_index": 1},
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("x", "t"), CLASSES, ids=lambda a: str(a.shape))
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: ",".join(o))
def test_nll_loss(x, t, options, reduction):
    check(F + "nll_loss", x, t, reduction=reduction, second=True, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("x", "t"), CLASSES, ids=lambda a: str(a.shape))
@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: ",".join(o))
@pytest.mark.parametrize("label_smoothing", [0.0, 0.15, 1.0, -0.1])
def test_cross_entropy(x, t, options, reduction, label_smoothing):
    if t.dtype == np.uint8 and label_smoothing > 0 and "weight" in options:
        t = t.astype(np.int64)  # torch's gather refuses uint8
    check(F + "cross_entropy", x, t, reduction=reduction, label_smoothing=label_smoothing, second=True, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(6, 4), (4,), (2, 4, 3)])
@pytest.mark.parametrize("weight", [None, rand(4, low=0.1, seed=5)], ids=["", "weight"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.15])
def test_cross_entropy_of_probabilities(shape, reduction, weight, label_smoothing):
    t = np.exp(rand(*shape, seed=1))
    t /= t.sum(axis=min(len(shape) - 1, 1), keepdims=True)
    # torch divides by a symbolic number, whose node is DivBackward1
    check(
        F + "cross_entropy",
        rand(*shape),
        t,
        weight=weight,
        reduction=reduction,
        label_smoothing=label_smoothing,
        second=True,
        grad_fn=reduction != "mean",
    )


@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_empty_and_wholly_ignored_batches(name, reduction):
    check(F + name, rand(0, 4), randint(0, 4, (0,)), reduction=reduction)
    check(F + name, rand(3, 4), np.full(3, -100), reduction=reduction)
    check(F + name, rand(3, 4), np.full(3, 2), ignore_index=2, reduction=reduction)
    check(F + name, rand(3, 4), np.array([-100, 1, -100]), reduction=reduction)


def test_cross_entropy_of_no_elements():
    check(F + "cross_entropy", rand(0, 4), rand(0, 4), grad_fn=False)
    check(F + "cross_entropy", rand(3, 4), np.full(3, -100), label_smoothing=0.1)


def test_nll_loss_ignores_infinities():
    x = rand(3, 4)
    x[0] = -np.inf
    check(F + "nll_loss", x, np.array([2, 1, 0]), ignore_index=2)
    check(F + "nll_loss", x, np.array([2, 1, 0]), ignore_index=2, reduction="none")
    check(F + "cross_entropy", x[1:], np.array([2, 1]), ignore_index=2, label_smoothing=0.1)


@pytest.mark.parametrize(
    "row",
    [
        [1e4, -1e4, 0.0],
        [np.inf, 1.0, 0.0],
        [-np.inf, 1.0, 0.0],
        [1.0, -np.inf, 0.0],
        [np.nan, 1.0, 0.0],
        [-np.inf] * 3,
        [88.0, 800.0, -800.0],
    ],
)
def test_cross_entropy_at_the_limits(row):
    check(F + "cross_entropy", np.array([row, [0.0, 1.0, 2.0]]), np.array([0, 1]))
    check(F + "cross_entropy", np.array([row, [0.0, 1.0, 2.0]]), np.array([0, 1]), reduction="none")


@pytest.mark.parametrize("dtypes", [("float64",), ("float32",)])
@pytest.mark.parametrize("n", [1, 32, 1000])
def test_cross_entropy_of_a_batch(n, dtypes):
    check(F + "cross_entropy", rand(n, 10), randint(0, 10, (n,)), dtypes=dtypes)


def test_cross_entropy_twice_from_one_graph():
    x = minitorch_pt.tensor(rand(5, 3), requires_grad=True)
    loss = minitorch_pt.nn.functional.cross_entropy(x, minitorch_pt.tensor([0, 1, 2, 0, 1]))
    loss.backward(retain_graph=True)
    first = x.grad.numpy().copy()
    loss.backward()
    np.testing.assert_array_equal(x.grad.numpy(), 2 * first)


def test_cross_entropy_remembers_few_sizes():
    for n in range(1, 40):
        check(F + "cross_entropy", rand(n, 2), randint(0, 2, (n,)), dtypes=("float32",), grad=False)


@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
@pytest.mark.parametrize(
    ("shape", "t", "kwargs", "match"),
    [((4, 3), np.array([0, 1, 2, 7]), {}, "Target 7 is out of bounds: there are 3 classes"),
     ((4, 3), np.array([0, 1, 2, -1]), {}, "Target -1 is out of bounds"),
     ((4, 3), np.array([0, 1, 2, 7]), {"reduction": "none"}, "Target 7 is out of bounds"),
     ((2, 3, 4), np.full((2, 4), 7), {}, "Target 7 is out of bounds"),
     ((3,), np.array(3), {}, "Target 3 is out of bounds"),
     ((4, 3), np.array([0, 1]), {}, "batch_size"),
     ((4, 3), np.array([[0, 1, 2, 0]]), {}, "batch_size"),
     ((4, 3), np.array([[0], [1], [2], [0]]), {}, "multi-target"),
     ((2, 3, 4, 5), np.zeros((2, 4, 4), "int64"), {}, "size mismatch"),
     ((4, 3), np.array([0, 1, 2, 0], "int32"), {}, "long"),
     ((4, 3), np.array([0.0, 1, 2, 0]), {}, "long"),
     ((4, 3), np.array([0, 1, 2, 0]), {"reduction": "average"}, "reduction"),
     ((4, 3), np.array([0, 1, 2, 0]), {"weight": rand(2)}, "3 classes"),
     ((4, 3), np.array([0, 1, 2, 0]), {"weight": rand(3).astype("float32")}, "dtype"),
     ((), np.array(0), {}, None)],
)  # fmt: skip
def test_class_errors(name, shape, t, kwargs, match):
    check_error(F + name, rand(*shape), t, match=match, **kwargs)


def test_other_class_errors():
    labels, weight = np.array([0, 1, 2, 0]), rand(3)
    check_error(F + "nll_loss", rand(4, 3), labels, weight, grad=True, match="weight")
    check_error(F + "cross_entropy", rand(4, 3), labels, weight, grad=True, match="weight")
    check_error(F + "nll_loss", np.zeros((4, 3), "int64"), labels)
    check_error(F + "cross_entropy", np.zeros((4, 3), "int64"), labels)
    check_error(F + "cross_entropy", rand(4, 3), labels, label_smoothing=1.1, match="label_smoothing")
    check_error(F + "cross_entropy", rand(4, 3), rand(4, 3), ignore_index=1, match="ignore_index")
    check_error(F + "cross_entropy", rand(4, 3), rand(4, 3), weight=rand(2), match="3 classes")
    check_error(F + "cross_entropy", rand(4, 3), randint(0, 3, (4, 3)), match="class probabilities")
