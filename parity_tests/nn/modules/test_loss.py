"""nn/modules/loss.py against torch."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, randint, same_program

X = rand(6, 4).astype("float32")
T = rand(6, 4, seed=1).astype("float32")
P = rand(6, 4, low=0.05, high=0.95, seed=2).astype("float32")
LABELS = randint(0, 4, (6,))
W = rand(4, low=0.1, seed=3).astype("float32")
SIGNS = np.sign(T)
LISTS = randint(-1, 4, (6, 4))
LOSSES = [
    ("L1Loss", X, T, {}), ("MSELoss", X, T, {}), ("SmoothL1Loss", X, T, {}), ("SmoothL1Loss", X, T, {"beta": 0.3}),
    ("HuberLoss", X, T, {}), ("HuberLoss", X, T, {"delta": 0.3}), ("BCELoss", P, P[::-1].copy(), {}),
    ("BCELoss", P, P[::-1].copy(), {"weight": W}), ("BCEWithLogitsLoss", X, P, {}),
    ("BCEWithLogitsLoss", X, P, {"weight": W}), ("BCEWithLogitsLoss", X, P, {"weight": W, "pos_weight": W}),
    ("NLLLoss", X, LABELS, {}), ("NLLLoss", X, LABELS, {"weight": W, "ignore_index": 1}),
    ("CrossEntropyLoss", X, LABELS, {}),
    ("CrossEntropyLoss", X, LABELS, {"weight": W, "ignore_index": 1, "label_smoothing": 0.2}),
    ("CrossEntropyLoss", X, P, {"weight": W}), ("KLDivLoss", X, P, {}), ("KLDivLoss", X, P, {"log_target": True}),
    ("PoissonNLLLoss", X, P, {}), ("PoissonNLLLoss", P, P * 4, {"log_input": False, "full": True, "eps": 0.1}),
    ("HingeEmbeddingLoss", X, SIGNS, {}), ("HingeEmbeddingLoss", X, SIGNS, {"margin": 0.3}),
    ("SoftMarginLoss", X, SIGNS, {}), ("MultiMarginLoss", X, LABELS, {}),
    ("MultiMarginLoss", X, LABELS, {"p": 2, "margin": 0.5, "weight": W}),
    ("MultiLabelMarginLoss", X, LISTS, {}), ("MultiLabelSoftMarginLoss", X, P, {}),
    ("MultiLabelSoftMarginLoss", X, P, {"weight": W}),
]  # fmt: skip


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(("name", "x", "t", "options"), LOSSES)
@pytest.mark.filterwarnings("ignore:reduction")
def test_loss(name, x, t, options, reduction):
    results = []
    for package, wrap in ((minitorch_pt, minitorch_pt.from_numpy), (torch, torch.from_numpy)):
        tensors = {
            key: wrap(value.copy()) if isinstance(value, np.ndarray) else value for key, value in options.items()
        }
        module = getattr(package.nn, name)(reduction=reduction, **tensors)
        input = wrap(x.copy()).requires_grad_()
        loss = module(input, wrap(t))
        (loss * loss).sum().backward()
        results.append([repr(module), dict(module.state_dict()), module.reduction, loss.detach(), input.grad])
    assert_same(*results)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize(
    ("name", "inputs", "options"),
    [
        ("MarginRankingLoss", (X, T, SIGNS), {}),
        ("MarginRankingLoss", (X, T, SIGNS), {"margin": 0.4}),
        ("CosineEmbeddingLoss", (X, T, SIGNS[:, 0].copy()), {}),
        ("CosineEmbeddingLoss", (X, T, SIGNS[:, 0].copy()), {"margin": 0.4}),
        ("GaussianNLLLoss", (X, T, P), {}),
        ("GaussianNLLLoss", (X, T, P), {"full": True, "eps": 0.3}),
        ("TripletMarginLoss", (X, T, P), {}),
        ("TripletMarginLoss", (X, T, P), {"margin": 2.0, "p": 1.0, "eps": 1e-3, "swap": True}),
        ("TripletMarginWithDistanceLoss", (X, T, P), {}),
        ("TripletMarginWithDistanceLoss", (X, T, P), {"margin": 2.0, "swap": True}),
    ],
)
def test_loss_of_three(name, inputs, options, reduction):
    def program(t):
        module = getattr(t.nn, name)(reduction=reduction, **options)
        tensors = [t.from_numpy(x.copy()) for x in inputs]
        tensors[0].requires_grad_()
        loss = module(*tensors)
        return (
            loss,
            t.autograd.grad((loss * loss).sum(), tensors[0]),
            repr(module),
            module.margin if "Margin" in name else 0,
        )

    same_program(program)


@pytest.mark.parametrize(
    "options", [{}, {"blank": 3, "reduction": "sum"}, {"reduction": "none", "zero_infinity": True}]
)
def test_ctc_loss(options):
    def program(t):
        module = t.nn.CTCLoss(**options)
        targets = t.tensor([[1, 2, 2], [2, 1, 0]])
        loss = module(t.from_numpy(rand(5, 2, 4)).log_softmax(2), targets, t.tensor([5, 2]), t.tensor([3, 2]))
        return loss, repr(module)

    same_program(program)


def test_distance_modules_and_functions():
    for distance in (minitorch_pt.nn.CosineSimilarity(), lambda x, y: (x - y).abs().sum(1)):
        module = minitorch_pt.nn.TripletMarginWithDistanceLoss(distance_function=distance)
        assert module.distance_function is distance
    assert repr(
        minitorch_pt.nn.TripletMarginWithDistanceLoss(distance_function=minitorch_pt.nn.CosineSimilarity())
    ) == repr(torch.nn.TripletMarginWithDistanceLoss(distance_function=torch.nn.CosineSimilarity()))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("TripletMarginLoss", {"margin": 0.0}),
        ("TripletMarginWithDistanceLoss", {"margin": -1.0}),
        ("MultiMarginLoss", {"p": 3}),
    ],
)
def test_options_refused(name, options):
    same_program(lambda t: getattr(t.nn, name)(**options))


def test_weights_refused():
    same_program(lambda t: t.nn.MultiMarginLoss(weight=t.ones(2, 2)))


def test_nll_loss_2d():
    for package in (torch, minitorch_pt):
        with pytest.warns(FutureWarning, match="`NLLLoss2d` has been deprecated"):
            module = package.nn.NLLLoss2d(None, ignore_index=2, reduction="sum")
        assert isinstance(module, package.nn.NLLLoss)
        assert (repr(module), module.ignore_index, module.reduction) == ("NLLLoss2d()", 2, "sum")


NAMES = [name for name in minitorch_pt.nn.modules.loss.__all__ if name != "NLLLoss2d"]


@pytest.mark.parametrize("name", NAMES)
def test_signature(name):
    for find in (lambda package: getattr(package.nn, name), lambda package: getattr(package.nn, name).forward):
        ours, theirs = (inspect.signature(find(p)).parameters.values() for p in (minitorch_pt, torch))
        assert [(p.name, p.default, p.kind) for p in ours] == [(p.name, p.default, p.kind) for p in theirs]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if "size_average" in inspect.signature(getattr(torch.nn, name)).parameters]
)
@pytest.mark.parametrize(
    "old", [{"size_average": False}, {"size_average": True}, {"reduce": False}, {"reduce": True, "size_average": False}]
)
def test_old_arguments(name, old):
    results = []
    for package in (minitorch_pt, torch):
        with pytest.warns(UserWarning, match="size_average and reduce") as caught:
            results.append(
                (getattr(package.nn, name)(reduction="sum", **old).reduction, [str(w.message) for w in caught])
            )
    assert results[0] == results[1]


@pytest.mark.parametrize("name", NAMES)
def test_defaults(name):
    sizes = (3, 5) if name == "LinearCrossEntropyLoss" else ()
    ours, theirs = getattr(minitorch_pt.nn, name)(*sizes), getattr(torch.nn, name)(*sizes)
    assert repr(ours) == repr(theirs)
    for option in (
        "reduction beta delta weight pos_weight ignore_index label_smoothing log_target log_input full eps margin "
        "p swap blank zero_infinity"
    ).split():
        assert getattr(ours, option, "absent") == getattr(theirs, option, "absent")


def test_batchmean():
    x = minitorch_pt.nn.KLDivLoss(reduction="batchmean")(minitorch_pt.from_numpy(X), minitorch_pt.from_numpy(P))
    assert_same(x, torch.nn.KLDivLoss(reduction="batchmean")(torch.from_numpy(X), torch.from_numpy(P)))


def test_huber_delta():
    for package in (torch, minitorch_pt):
        with pytest.raises(TypeError, match="delta must be"):
            package.nn.HuberLoss(delta="1")


def test_a_weight_may_become_a_parameter():
    def program(p):
        loss = p.nn.CrossEntropyLoss()
        loss.weight = p.nn.Parameter(p.tensor([1.0, 2.0, 3.0]), requires_grad=False)
        return loss(p.tensor([[1.0, 0.0, 2.0], [0.5, 1.0, 0.0]]), p.tensor([2, 1])), list(loss.state_dict())

    same_program(program)
