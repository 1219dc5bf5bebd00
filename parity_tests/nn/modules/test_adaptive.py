"""nn/modules/adaptive.py against torch."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, randint, same_program

X, LABELS = rand(12, 64), randint(0, 30, (12,))
OPTIONS = [
    {"cutoffs": [4, 10, 20]},
    {"cutoffs": [29], "head_bias": True},
    {"cutoffs": (1, 2), "div_value": 2.0},
]


def made(t, cutoffs, **options):
    """The layer for 64 features and 30 classes, initial weights from one seed."""
    t.manual_seed(3)
    return t.nn.AdaptiveLogSoftmaxWithLoss(64, 30, cutoffs, dtype=t.float64, **options)


def test_signature():
    ours, theirs = (
        inspect.signature(package.nn.AdaptiveLogSoftmaxWithLoss).parameters.values()
        for package in (minitorch_pt, torch)
    )
    assert [(p.name, p.default, p.kind) for p in ours] == [(p.name, p.default, p.kind) for p in theirs]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(
    "labels", [LABELS, np.arange(12) % 4, np.full(12, 29), LABELS[:1]], ids=["all", "head", "last", "one"]
)
def test_loss_and_gradients(options, labels):
    def program(t):
        module = made(t, **options)
        x = t.from_numpy(X[: len(labels)].copy()).requires_grad_()
        output, loss = result = module(x, t.from_numpy(labels))
        parameters = [x, *module.parameters()]
        gradients = t.autograd.grad((output**2).sum() + loss, parameters, allow_unused=True, create_graph=True)
        # a cluster without samples has no gradient, which means zeros
        gradients = [t.zeros_like(p) if g is None else g for g, p in zip(gradients, parameters, strict=True)]
        (second,) = t.autograd.grad((gradients[0] ** 2).sum(), x)
        return (
            output,
            loss,
            gradients,
            second,
            type(result).__name__,
            repr(module),
            dict(module.state_dict()),
        )

    same_program(program)


@pytest.mark.parametrize("label", [1, 25])
def test_without_batch(label):
    def program(t):
        output, loss = made(t, [4, 10])(t.from_numpy(X[0].copy()), t.tensor(label))
        return output.detach(), loss.detach()

    same_program(program)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("samples", [12, 1])
def test_log_prob_and_predict(options, samples):
    def program(t):
        module, x = made(t, **options), t.from_numpy(3 * X[:samples])
        return module.log_prob(x).detach(), module.predict(x)

    same_program(program)


def test_predictions_in_the_shortlist_alone():
    def program(t):
        module = made(t, [4, 10], head_bias=True)
        with t.no_grad():
            module.head.bias[:4] += 100
        first = module.predict(t.from_numpy(X))
        with t.no_grad():
            module.head.bias[:4] -= 200
        return first, module.predict(t.from_numpy(X))

    same_program(program)


def test_parameters_drawn_anew():
    def program(t):
        module = made(t, [4, 10])
        t.manual_seed(8)
        module.reset_parameters()
        return dict(module.state_dict())

    same_program(program)


@pytest.mark.parametrize("cutoffs", [[], [5, 5], [10, 5], [0, 5], [30], [2.5, 7]])
def test_cutoffs_refused(cutoffs):
    same_program(lambda t: t.nn.AdaptiveLogSoftmaxWithLoss(64, 30, cutoffs))


@pytest.mark.parametrize(
    ("shape", "labels"),
    [((3, 64), [0, 1]), ((64,), [0]), ((3, 64), 0), ((3, 64), [[0, 1, 2]]), ((2, 64), [0, 30]), ((2, 64), [0, -1])],
)
def test_errors(shape, labels):
    same_program(lambda t: made(t, [4, 10])(t.zeros(shape, dtype=t.float64), t.tensor(labels)))
