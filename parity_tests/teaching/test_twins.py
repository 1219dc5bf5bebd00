"""The same code under PyTorch: each kind of value that a lesson's function uses has its twin there."""

from __future__ import annotations

import math
import sys

import pytest
import torch as pytorch

import minitorch_pt as torch
from minitorch_pt import nn
from minitorch_pt.nn import functional as F
from minitorch_pt.nn.functional import relu
from minitorch_pt.teaching.language import speaking
from minitorch_pt.teaching.twins import compare, in_pytorch, same_in_pytorch
from minitorch_pt.utils.data import DataLoader, TensorDataset

numbers = torch.tensor([[1.0, -2.0], [0.5, 4.0]])
table = {"pair": (numbers, [numbers[0], 3])}
trained = torch.tensor([1.0, 2.0], requires_grad=True)


def seeded(function):
    torch.manual_seed(3)
    return function(torch.randn(2, 4))


class Layer(nn.Module):
    kind = "layer"

    def __init__(self, width=4, activation=nn.ReLU):
        super().__init__()
        self.inner = nn.Linear(width, 3)
        self.activation = activation()

    def forward(self, x):
        return self.activation(self.inner(x)) + len(self.kind)


class Deeper(Layer):
    def forward(self, x):
        return super().forward(x) * 2


def countdown(n):
    return numbers if n == 0 else countdown(n - 1) + n


def shuffled():
    torch.manual_seed(0)
    return torch.cat([batch for (batch,) in DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)])


def gradient():
    trained.grad = None
    (trained**3).sum().backward()
    return trained.grad


@pytest.mark.parametrize(
    "function",
    [
        lambda: numbers @ numbers.T,
        lambda: table["pair"][1][0] * table["pair"][1][1],
        lambda: relu(F.softmax(numbers, dim=1)) + math.pi,
        lambda: seeded(lambda x: x.tanh()),
        lambda: seeded(Layer()),
        lambda: seeded(Deeper(activation=nn.Tanh)),
        lambda: countdown(3),
        lambda: [seeded(make(4, 2)) for make in (nn.Linear, torch.nn.Linear)][0],
        shuffled,
        gradient,
    ],
)
def test_a_function_gives_the_same_there(function, capsys):
    ours, theirs = function(), in_pytorch(function)
    assert isinstance(ours, torch.Tensor)
    assert isinstance(theirs, pytorch.Tensor)
    same_in_pytorch(lambda: {"it": function()})
    assert capsys.readouterr().out.startswith(("PyTorch: it: exact\n", "PyTorch: it: close"))


def test_the_values_of_the_lesson_stay_as_they_are():
    before = numbers.clone()

    def changes():
        numbers.add_(1)
        return numbers

    assert pytorch.equal(in_pytorch(changes), pytorch.tensor(before.tolist()) + 1)
    assert torch.equal(numbers, before)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "PyTorch is not installed"), ("pt", "O PyTorch não está instalado")]
)
def test_without_pytorch(monkeypatch, capsys, language, said):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with speaking(language):
        assert same_in_pytorch(lambda: {"a": numbers}) is None
    assert capsys.readouterr().out.startswith(said)


def test_compare_in_portuguese(capsys):
    with speaking("pt"):
        compare("a", numbers, numbers)
        compare("a", numbers, numbers + 1e-7)
        compare("a", numbers, numbers[0])
        compare("a", numbers, numbers.double() + 1)
    assert capsys.readouterr().out.splitlines() == [
        "a: exatamente iguais",
        "a: quase iguais, maior diferença 1.2e-07",
        "a: diferentes, formatos (2, 2) e (2,)",
        "a: diferentes, maior diferença 1, tipos float32 e float64",
    ]
    with pytest.raises(ValueError, match="language must be"):
        torch.testing.compare("a", 1, 1, language="fr")
