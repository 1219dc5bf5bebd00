"""ops/losses/margins.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program, to_ours

F = "nn.functional."
REDUCTIONS = ["none", "mean", "sum"]
SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 0.0])


# yes or no ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [{}, {"margin": 0.4}, {"margin": -0.5}], ids=str)
@pytest.mark.parametrize("shapes", [((5,), (5,)), ((3, 5), (3, 5)), ((3, 5), (1, 5))], ids=str)
def test_margin_ranking_loss(reduction, margin, shapes):
    target = np.broadcast_to(SIGNS, shapes[1])
    arguments = rand(*shapes[0]), rand(*shapes[1], seed=1), np.array(target)
    check(F + "margin_ranking_loss", *arguments, reduction=reduction, constant=(2,), second=True, **margin)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_margin_ranking_loss_of_whole_numbers(reduction):
    check(F + "margin_ranking_loss", np.array([3, 1]), np.array([1, 2]), np.array([-1, 1]), reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [{}, {"margin": 0.4}], ids=str)
@pytest.mark.parametrize("shape", [(5,), (3, 5), (0, 5)])
def test_hinge_embedding_loss(reduction, margin, shape):
    check(F + "hinge_embedding_loss", rand(*shape), SIGNS, reduction=reduction, constant=(1,), second=True, **margin)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("margin", [{}, {"margin": 0.2}], ids=str)
@pytest.mark.parametrize("shape, target", [((5, 3), SIGNS), ((3,), np.array(-1.0)), ((5, 3), SIGNS.astype("int64"))])
def test_cosine_embedding_loss(reduction, margin, shape, target):
    arguments = rand(*shape), rand(*shape, seed=1), target
    check(F + "cosine_embedding_loss", *arguments, reduction=reduction, constant=(2,), second=True, **margin)


def test_cosine_of_zeros():
    check(F + "cosine_embedding_loss", np.zeros((2, 3)), rand(2, 3), np.array([1.0, -1.0]), constant=(2,))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(), (5,), (3, 5), (0,)])
def test_soft_margin_loss(reduction, shape):
    target = randint(0, 2, shape) * 2.0 - 1
    for t in (target, target.astype("int64")):
        check(F + "soft_margin_loss", rand(*shape), np.asarray(t), reduction=reduction, constant=(1,), second=True)


def test_soft_margin_loss_at_the_limits():
    x = np.array([-800.0, -90.0, -30.0, 30.0, 90.0, 800.0, np.nan])
    check(F + "soft_margin_loss", x, np.ones(7), reduction="none", constant=(1,))


# classes --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [None, rand(4, low=0.1, seed=5)], ids=["", "weight"])
@pytest.mark.parametrize("options", [{}, {"p": 2}, {"margin": 0.3}, {"p": 2, "margin": 2}], ids=str)
@pytest.mark.parametrize(
    ("shape", "t"),
    [((6, 4), randint(0, 4, (6,))), ((4,), np.array(2)), ((4,), np.array([2]))],
)
def test_multi_margin_loss(reduction, weight, options, shape, t):
    check(F + "multi_margin_loss", rand(*shape), t, weight=weight, reduction=reduction, **options)


@pytest.mark.parametrize(
    ("name", "t"), [("multi_margin_loss", np.zeros(0, "int64")), ("multilabel_margin_loss", np.zeros((0, 4), "int64"))]
)
def test_no_samples(name, t):
    x = rand(0, 4)
    check(F + name, x, t, reduction="none")
    loss = getattr(minitorch_pt.nn.functional, name)  # of these torch gives what happens to be in memory
    assert np.isnan(loss(to_ours(x), to_ours(t)).item())
    assert loss(to_ours(x), to_ours(t), reduction="sum").item() == 0


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_multi_margin_loss_of_one_score_and_strange_layout(reduction):
    check(F + "multi_margin_loss", rand(), np.array(0), reduction=reduction)
    check(F + "multi_margin_loss", rand(4, 6).T, randint(0, 4, (6,)), reduction=reduction)


@pytest.mark.parametrize("p", [1, 2])
def test_multi_margin_loss_can_be_differentiated_twice(p):
    """Which torch cannot."""
    target = minitorch_pt.tensor([1, 0, 3])
    x = minitorch_pt.tensor(rand(3, 4), requires_grad=True)
    loss = minitorch_pt.nn.functional.multi_margin_loss
    assert minitorch_pt.autograd.gradgradcheck(lambda x: loss(x, target, p), (x,))


LISTS = np.array([[0, 2, -1, 1], [-1, 0, 0, 0], [3, 2, 1, 0], [1, 1, -1, -1], [2, -1, 3, 3]])


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("t", [LISTS, LISTS[1:2], *LISTS, np.array(0), np.array(-1)], ids=str)
def test_multilabel_margin_loss(reduction, t):
    check(F + "multilabel_margin_loss", rand(*t.shape), t, reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", [None, rand(4, low=0.1, seed=5)], ids=["", "weight"])
@pytest.mark.parametrize("shape", [(3, 4), (4,), (2, 3, 4)])
def test_multilabel_soft_margin_loss(reduction, weight, shape):
    target = randint(0, 2, shape).astype(float)
    check(F + "multilabel_soft_margin_loss", rand(*shape), target, weight=weight, reduction=reduction, second=True)


# triplets -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"p": 1.0}, {"margin": 3.0, "swap": True}, {"p": 3, "eps": 0.1}], ids=str)
@pytest.mark.parametrize("shape", [(5, 3), (3,), (2, 5, 3)])
def test_triplet_margin_loss(reduction, options, shape):
    triplet = (rand(*shape, seed=i) for i in range(3))
    check(F + "triplet_margin_loss", *triplet, reduction=reduction, second=True, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_triplet_margin_with_distance_loss(reduction, swap, own):
    def program(t):
        tensors = [t.tensor(rand(5, 3, seed=i).tolist(), dtype=t.float64, requires_grad=True) for i in range(3)]
        distance = (lambda x, y: (x - y).abs().amax(1)) if own else None
        loss = t.nn.functional.triplet_margin_with_distance_loss(
            *tensors, distance_function=distance, margin=0.7, swap=swap, reduction=reduction
        )
        return loss, t.autograd.grad((loss**2).sum(), tensors)

    same_program(program)


# errors ---------------------------------------------------------------------------------------------------------------
A, B = rand(3, 4), randint(0, 4, (3,))


@pytest.mark.parametrize(
    ("name", "arguments", "options", "match"),
    [("margin_ranking_loss", (A, rand(4), A), {}, "same dimension"),
     ("margin_ranking_loss", (A, rand(3, 3), A), {}, "size of tensor"),
     ("hinge_embedding_loss", (rand(3), np.ones(2)), {}, "size of tensor"),
     ("cosine_embedding_loss", (A, A, np.ones((3, 1))), {}, "multi-target"),
     ("cosine_embedding_loss", (A, A, np.array(1)), {}, "1D input"),
     ("cosine_embedding_loss", (rand(3), rand(3), np.ones(3)), {}, "2D input"),
     ("cosine_embedding_loss", (A, rand(3, 5), np.ones(3)), {}, "size of tensor"),
     ("cosine_embedding_loss", (A, A, np.ones(2)), {}, "size of tensor"),
     ("soft_margin_loss", (rand(3), np.ones(2)), {}, "size of tensor"),
     ("soft_margin_loss", (np.arange(3), np.ones(3)), {}, r"\.float"),
     ("multi_margin_loss", (A, np.array([0, 1, 4])), {}, "from 0 to 3"),
     ("multi_margin_loss", (A, np.array([0, 1, -1])), {}, "from 0 to 3"),
     ("multi_margin_loss", (A, np.array([0, 1])), {}, "target size"),
     ("multi_margin_loss", (A, np.array([[0, 1, 2]])), {}, "target size"),
     ("multi_margin_loss", (rand(3, 0), B), {}, "non-empty"),
     ("multi_margin_loss", (rand(3, 2, 2), B), {}, "non-empty"),
     ("multi_margin_loss", (A, B.astype("int32")), {}, r"\.long"),
     ("multi_margin_loss", (np.ones((3, 4), "int64"), B), {}, r"\.float"),
     ("multi_margin_loss", (A, B), {"weight": np.ones(3)}, "weight size"),
     ("multi_margin_loss", (A, B), {"weight": np.ones((4, 1))}, "one-dimensional"),
     ("multi_margin_loss", (A, B), {"weight": np.ones(4, "float32")}, "dtype"),
     ("multi_margin_loss", (A, B), {"p": 3}, "p == 1 and p == 2"),
     ("multilabel_margin_loss", (A, LISTS[:2]), {}, "target size"),
     ("multilabel_margin_loss", (rand(4), np.array([0, -1, 4, 0])), {}, "from 0 to 3"),
     ("multilabel_margin_loss", (rand(4), np.array([0, -2, 1, 0])), {}, "from 0 to 3"),
     ("multilabel_margin_loss", (rand(1, 2, 2), np.zeros((1, 2, 2), "int64")), {}, "non-empty"),
     ("multilabel_margin_loss", (rand(4), LISTS[0].astype(float)), {}, r"\.long"),
     ("multilabel_margin_loss", (np.arange(4), LISTS[0]), {}, r"\.float"),
     ("multilabel_soft_margin_loss", (A, rand(3, 3)), {}, "size of tensor"),
     ("triplet_margin_loss", (A, A, rand(4)), {}, "number of dimensions"),
     ("triplet_margin_loss", (A, A, A), {"margin": 0}, "greater than 0"),
     ("triplet_margin_loss", (A, A, rand(3, 3)), {}, "size of tensor"),
     ("triplet_margin_with_distance_loss", (A, A, rand(4)), {}, "number of dimensions"),
     ("triplet_margin_with_distance_loss", (A, A, A), {"margin": -1.0}, "greater than 0"),
     ("triplet_margin_with_distance_loss", (A, A, A), {"reduction": "average"}, "reduction"),
     ("margin_ranking_loss", (A, A, A), {"reduction": "average"}, "reduction"),
     ("hinge_embedding_loss", (A, A), {"reduction": "average"}, "reduction"),
     ("cosine_embedding_loss", (A, A, np.ones(3)), {"reduction": "average"}, "reduction"),
     ("soft_margin_loss", (A, A), {"reduction": "average"}, "reduction"),
     ("multi_margin_loss", (A, B), {"reduction": "average"}, "reduction"),
     ("multilabel_margin_loss", (rand(5, 4), LISTS), {"reduction": "average"}, "reduction"),
     ("multilabel_soft_margin_loss", (A, A), {"reduction": "average"}, "reduction"),
     ("triplet_margin_loss", (A, A, A), {"reduction": "average"}, "reduction")],
)  # fmt: skip
def test_errors(name, arguments, options, match):
    check_error(F + name, *arguments, match=match, **options)


def test_constants_that_require_grad():
    check_error(F + "soft_margin_loss", A, A, grad=True, match="detach")
    check_error(F + "multi_margin_loss", A, B, 1, 1.0, rand(4), grad=True, match="detach")
