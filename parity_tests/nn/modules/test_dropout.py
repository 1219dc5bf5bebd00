"""nn/modules/dropout.py and ops/layers/dropouts.py against torch, mask by mask."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program

SHAPES = {
    "Dropout": [(20, 7)], "Dropout1d": [(4, 6, 3), (9, 4)], "Dropout2d": [(4, 6, 3, 2)], "Dropout3d": [(2, 6, 3, 2, 2), (9, 4, 2, 3)],
    "AlphaDropout": [(20, 7)], "FeatureAlphaDropout": [(4, 6, 3), (9, 4)],
}  # fmt: skip
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]


@pytest.mark.parametrize("name, shape", CASES)
@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("training", [True, False])
def test_dropout(name, shape, p, inplace, training):
    for dtype in ("float32", "float64"):
        data = rand(*shape).astype(dtype)
        results = []
        for package, x in (
            (minitorch_pt, minitorch_pt.from_numpy(data.copy()).requires_grad_()),
            (torch, torch.from_numpy(data.copy()).requires_grad_()),
        ):
            package.manual_seed(11)
            module = getattr(package.nn, name)(p, inplace).train(training)
            y = module(module(x * 2))
            (y * y).sum().backward()
            results.append([repr(module), y.detach(), x.grad])
        assert_same(*results)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_probability(name, p):
    for package in (torch, minitorch_pt):
        with pytest.raises(ValueError, match="between 0 and 1"):
            getattr(package.nn, name)(p)
    functional = {"AlphaDropout": "alpha_dropout", "FeatureAlphaDropout": "feature_alpha_dropout"}.get(
        name, name.lower()
    )
    same_program(lambda t: getattr(t.nn.functional, functional)(t.zeros(2, 3, 4, 5), p))


@pytest.mark.parametrize("name", SHAPES)
def test_default(name):
    assert repr(getattr(minitorch_pt.nn, name)()) == repr(getattr(torch.nn, name)())


@pytest.mark.parametrize(
    "name",
    [
        "alpha_dropout",
        "alpha_dropout_",
        "feature_dropout",
        "feature_dropout_",
        "feature_alpha_dropout",
        "feature_alpha_dropout_",
    ],
)
@pytest.mark.parametrize("train", [False, True])
def test_torch_names(name, train):
    def program(t):
        t.manual_seed(3)
        return getattr(t, name)(t.tensor(rand(4, 5, 2).tolist()), 0.3, train)

    same_program(program)


def test_memory_order_of_the_mask():
    def program(t):
        t.manual_seed(3)
        x = t.tensor(rand(4, 5, 2).tolist()).transpose(0, 2)
        return [
            getattr(t, name)(x, 0.3, True) for name in ("alpha_dropout", "feature_dropout", "feature_alpha_dropout")
        ]

    same_program(program)


@pytest.mark.parametrize("name, shape", [("dropout2d", (2, 3, 4)), ("dropout2d", (2, 3)), ("dropout3d", (4, 5, 2))])
def test_axes_with_a_warning(name, shape):
    def program(t):
        t.manual_seed(3)
        with pytest.warns(UserWarning, match=name):
            return getattr(t.nn.functional, name)(t.tensor(rand(*shape).tolist()), 0.3)

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.functional.dropout1d(t.zeros(2)), lambda t: t.nn.functional.dropout1d(t.zeros(2, 2, 2, 2)),
    lambda t: t.feature_dropout(t.zeros(2), 0.5, True), lambda t: t.alpha_dropout(t.zeros(2, dtype=t.bool), 0.5, True),
])  # fmt: skip
def test_errors(program):
    same_program(program)
