"""linear_cross_entropy and its module, compared with torch: every form of target, shape of scores and wrong argument."""

from __future__ import annotations

import pytest

from parity_tests.oracle import same_program

CASES = {
    "labels": (dict(), (4, 5), lambda t: t.tensor([0, 2, 1, 2])),
    "one label": (dict(), (5,), lambda t: t.tensor(2)),
    "bias": (dict(bias=True), (4, 5), lambda t: t.tensor([0, 2, 1, 2])),
    "several axes": (dict(out_features=(2,), bias=True), (4, 5), lambda t: t.tensor([[0, 1], [2, 2], [1, 0], [2, 1]])),
    "probabilities": (dict(), (2, 5), lambda t: t.tensor([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])),
    "ignored": (dict(ignore_index=2, reduction="sum"), (4, 5), lambda t: t.tensor([0, 2, 1, 2])),
    "smoothing": (dict(label_smoothing=0.2, reduction="none"), (4, 5), lambda t: t.tensor([0, 2, 1, 2])),
    "ignored probabilities": (dict(ignore_index=2), (1, 5), lambda t: t.tensor([[0.2, 0.3, 0.5]])),
    "several axes, one input": (dict(out_features=(2,)), (5,), lambda t: t.tensor([0, 1])),
    "three axes": (dict(), (2, 2, 5), lambda t: t.tensor([0, 1])),
    "other features": (dict(), (2, 4), lambda t: t.tensor([0, 1])),
    "smoothing above 1": (dict(label_smoothing=1.5), (2, 5), lambda t: t.tensor([0, 1])),
}


@pytest.mark.parametrize("name", CASES)
def test_loss(name):
    options, shape, target = CASES[name]

    def program(package):
        package.manual_seed(0)
        loss = package.nn.LinearCrossEntropyLoss(5, 3, **options)
        x = package.rand(*shape, requires_grad=True)
        value = loss(x, target(package))
        value.sum().backward()
        return value, x.grad, [p.grad for p in loss.parameters()], str(loss), list(loss.state_dict())

    same_program(program, 1e-5)


def test_weights():
    def program(package):
        package.manual_seed(0)
        loss = package.nn.LinearCrossEntropyLoss(5, 3, weight=package.tensor([1.0, 2.0, 0.5]))
        return loss(package.rand(3, 5), package.tensor([0, 1, 2])), list(loss.state_dict())

    same_program(program, 1e-5)
    same_program(lambda t: t.nn.LinearCrossEntropyLoss(5, 3, weight=t.ones(2)))


@pytest.mark.parametrize("weight, bias", [((5,), None), ((3, 5), (2,))])
def test_wrong_shapes(weight, bias):
    def program(package):
        return package.nn.functional.linear_cross_entropy(
            package.ones(2, 5),
            package.ones(*weight),
            package.tensor([0, 1]),
            linear_bias=None if bias is None else package.ones(*bias),
        )

    same_program(program)
