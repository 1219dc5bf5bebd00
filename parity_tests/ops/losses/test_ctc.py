"""ops/losses/ctc.py against torch, and against the sum over all rows of signs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, same_program, to_ours

F = "nn.functional."
CTC = F + "ctc_loss"
REDUCTIONS = ["none", "mean", "sum"]


def scores(steps, samples, classes):
    """Log-probabilities (T, N, C)."""
    x = rand(steps, samples, classes)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


PADDED = np.array([[1, 2, 2], [3, 1, 1], [2, 4, 1]])
# targets, lengths of inputs, lengths of targets: full, shorter, with equal neighbours, empty targets, a single sound
CASES = {
    "full": (PADDED, (8, 8, 8), (3, 3, 3)),
    "shorter": (PADDED, (8, 5, 6), (3, 2, 1)),
    "empty targets": (PADDED, (8, 1, 6), (0, 1, 0)),
    "all empty": (PADDED, (8, 7, 6), (0, 0, 0)),
    "all empty, in a row": (np.array([], "int64"), (8, 7, 6), (0, 0, 0)),
    "in a row": (np.array([1, 2, 2, 3, 2, 1]), (8, 5, 6), (3, 1, 2)),
    "padded with no sign": (np.array([[1, -1], [2, 3], [9, 9]]), (8, 5, 6), (1, 2, 0)),
    "no sounds": (PADDED, (0, 5, 6), (0, 2, 1)),
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("blank", [0, 4])
def test_ctc_loss(case, reduction, blank):
    targets, heard, spelled = CASES[case]
    check(CTC, scores(8, 3, 5), targets, heard, spelled, blank, reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_targets_too_long_for_their_input(reduction, zero_infinity):
    x, heard = scores(5, 4, 3), (5, 2, 0, 5)
    targets = np.array([[1, 2], [1, 1], [1, 2], [2, 1]])
    check(CTC, x, targets, heard, (2, 2, 2, 2), 0, reduction, zero_infinity)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("lengths", [((6,), (2,)), (np.array(6), np.array(2)), (np.array([4]), np.array([1]))], ids=str)
@pytest.mark.parametrize("zero_infinity", [False, True])
def test_without_batch(reduction, lengths, zero_infinity):
    check(
        CTC,
        scores(6, 1, 4)[:, 0],
        np.array([3, 1])[: int(lengths[1][0]) if np.ndim(lengths[1]) else 2],
        *lengths,
        0,
        reduction,
        zero_infinity,
    )


@pytest.mark.parametrize("kind", ["int64", "int32", "int16", "uint8"])
def test_types_of_labels_and_lengths(kind):
    lengths = np.array([8, 5, 6]), np.array([3, 2, 1])
    check(CTC, scores(8, 3, 5), PADDED.astype(kind), *(a.astype(kind) for a in lengths))
    check(CTC, scores(8, 3, 5), PADDED, [8, 5, 6], [3, 2, 1])


def test_other_layouts():
    x = np.ascontiguousarray(scores(8, 3, 5).transpose(1, 0, 2)).transpose(1, 0, 2)
    check(CTC, x, np.asfortranarray(PADDED), (8, 5, 6), (3, 2, 1))


@pytest.mark.parametrize("case", CASES)
def test_improbable_targets(case):
    """Also where exponentials of the padding's scores overflow."""
    check(CTC, 400 * scores(8, 3, 5), *CASES[case], 0, "none")


def test_a_sign_that_cannot_be():
    """A score of -inf: its gradient is nan, as in torch."""
    x = scores(5, 2, 3)
    x[0, :, 0] = -np.inf
    check(CTC, x, np.array([[1, 2], [2, 1]]), (5, 5), (2, 2), reduction="none")


def collapsed(row, blank):
    """The text that a row of signs reads as."""
    return [sign for sign, _ in itertools.groupby(row) if sign != blank]


@pytest.mark.parametrize("target", [[], [1], [2, 2], [1, 2], [2, 1, 2], [1, 1, 1]])
def test_the_sum_over_all_rows(target):
    x = scores(5, 1, 3)[:, 0]
    rows = [row for row in itertools.product(range(3), repeat=5) if collapsed(row, 0) == target]
    expected = -math.log(sum(math.exp(sum(x[t, sign] for t, sign in enumerate(row))) for row in rows))
    loss = minitorch_pt.nn.functional.ctc_loss(
        to_ours(x), minitorch_pt.tensor(target, dtype=minitorch_pt.int64), (5,), (len(target),), reduction="sum"
    )
    assert loss.item() == pytest.approx(expected, rel=1e-12)


def test_the_gradient_of_scores_is_the_mathematical_one():
    x = minitorch_pt.tensor(rand(6, 2, 4), requires_grad=True)
    F_ours = minitorch_pt.nn.functional
    targets = minitorch_pt.tensor([[1, 3], [2, 2]])
    assert minitorch_pt.autograd.gradcheck(
        lambda x: F_ours.ctc_loss(F_ours.log_softmax(x, 2), targets, (6, 5), (2, 2), reduction="none"), (x,)
    )


@pytest.mark.parametrize("again", [False, True])
def test_the_gradient_cannot_be_differentiated(again):
    def program(t):
        x = t.tensor(scores(5, 2, 3).tolist(), requires_grad=True, dtype=t.float64)
        loss = t.nn.functional.ctc_loss(x, t.tensor([[1, 2], [2, 1]]), (5, 5), (2, 2))
        (gradient,) = t.autograd.grad(loss, x, create_graph=True)
        return (t.autograd.grad((gradient**2).sum(), x) if again else None), gradient.detach()

    same_program(program)


X, Y = scores(5, 2, 3), np.array([[1, 2], [2, 1]])


@pytest.mark.parametrize(
    ("arguments", "options", "match"),
    [((X, Y, (6, 5), (2, 2)), {}, "from 0 to 5, but got value 6"),
     ((X, Y, (-1, 5), (2, 2)), {}, "value -1"),
     ((X, Y, (5, 5), (-1, 2)), {}, "value -1"),
     ((X, Y, (5, 5), (3, 2)), {}, "target_lengths to have value from 0 to 2"),
     ((X, Y, (5, 5, 5), (2, 2)), {}, "batch_size, 2"),
     ((X, Y, (5, 5), (2, 2, 1)), {}, "batch_size, 2"),
     ((X, Y, np.array([5.0, 5.0]), np.array([2, 2])), {}, r"\.long"),
     ((X, Y, np.array([5, 5]), np.array([2.0, 2.0])), {}, r"\.long"),
     ((X, Y, (5, 5), (2, 2)), {"blank": 3}, "label range"),
     ((X, Y, (5, 5), (2, 2)), {"blank": -1}, "label range"),
     ((X, Y, (5, 5), (2, 2)), {"reduction": "average"}, "reduction"),
     ((X, np.array([1, 2, 2]), (5, 5), (2, 2)), {}, "targets of size 4"),
     ((X, np.array([1, 2, 2, 1, 1]), (5, 5), (2, 2)), {}, "targets of size 4"),
     ((X, Y[:1], (5, 5), (2, 2)), {}, "targets of size 2"),
     ((X, Y[None], (5, 5), (2, 2)), {}, "targets of shape"),
     ((X[:, 0, 0], Y, (5,), (2,)), {}, "log_probs of shape"),
     ((X[None], Y, (5, 5), (2, 2)), {}, "log_probs of shape"),
     ((X[:0], Y, (0, 0), (2, 2)), {}, "must not be empty"),
     ((X[:, :0], Y[:0], (), ()), {}, "must not be empty"),
     ((np.ones((5, 2, 3), "int64"), Y, (5, 5), (2, 2)), {}, r"\.float"),
     ((X.astype("float16"), Y, (5, 5), (2, 2)), {}, r"\.float")],
)  # fmt: skip
def test_errors(arguments, options, match):
    check_error(CTC, *arguments, match=match, **options)


@pytest.mark.parametrize("label", [-1, 3])
def test_labels_out_of_range(label):
    """torch reads memory beyond its table."""
    with pytest.raises(IndexError, match=f"Target {label} is out of bounds: there are 3 signs"):
        minitorch_pt.nn.functional.ctc_loss(to_ours(X), minitorch_pt.tensor([[1, 2], [label, 1]]), (5, 5), (2, 2))


def test_training_learns_to_spell():
    """30 steps of descent from the same scores."""

    def program(t):
        x = t.tensor(rand(10, 2, 4).tolist(), dtype=t.float64, requires_grad=True)
        losses = []
        for _ in range(30):
            loss = t.nn.functional.ctc_loss(x.log_softmax(2), t.tensor([[1, 2, 3], [3, 3, 0]]), (10, 8), (3, 2))
            (gradient,) = t.autograd.grad(loss, x)
            with t.no_grad():
                x -= 2 * gradient
            losses.append(loss.detach())
        return losses

    same_program(program)
    assert program(minitorch_pt)[-1] < 0.3
