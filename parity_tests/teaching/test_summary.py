"""The table of a model: counted by hand, and against what PyTorch's models count and give."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from minitorch_pt.teaching.summary import summary

PACKAGES = (minitorch_pt, torch)


def convnet(t):
    """A network of several kinds of layers."""
    return t.nn.Sequential(
        t.nn.Conv2d(1, 8, 3, padding=1),
        t.nn.BatchNorm2d(8),
        t.nn.ReLU(),
        t.nn.MaxPool2d(2),
        t.nn.Flatten(),
        t.nn.Linear(128, 10, bias=False),
    )


def tied(t):
    """Two layers that share a weight."""
    model = t.nn.Sequential(t.nn.Embedding(7, 4), t.nn.Linear(4, 7))
    model[1].weight = model[0].weight
    return model


def hand_made(t):
    """A network with a part that is frozen, one that gives a pair, one that is not called, and layers in a plain list."""

    class Net(t.nn.Module):
        def __init__(self):
            super().__init__()
            self.body = t.nn.ModuleDict({"lstm": t.nn.LSTM(6, 4), "unused": t.nn.Dropout()})
            self.scale = t.nn.Parameter(t.ones(4))
            self.heads = [t.nn.Linear(4, 1)]
            self.body["lstm"].bias_hh_l0.requires_grad_(False)

        def forward(self, x):
            output, state = self.body["lstm"](x)
            return {"scores": self.heads[0](output * self.scale), "state": state}

    return Net()


# the model, what it is called with, the parameters of each row as counted by hand, and how many of them are not trainable
MODELS = {
    "convolutions": (convnet, lambda t: [(2, 1, 8, 8)], [0, 8 * 9 + 8, 8 + 8, 0, 0, 0, 128 * 10], 0),
    "a shared weight": (tied, lambda t: [t.tensor([[1, 2, 3]])], [0, 7 * 4, 7], 0),
    "parts": (hand_made, lambda t: [t.ones(5, 2, 6)], [4, 0, 16 * 6 + 16 * 4 + 16 + 16, 0], 16),
    "a transformer": (
        lambda t: t.nn.Transformer(8, 2, 1, 1, 16, batch_first=True),
        lambda t: [(2, 5, 8), (2, 3, 8)],
        None,
        0,
    ),
    "no parameters": (lambda t: t.nn.ReLU(), lambda t: [t.ones(2, 3)], [0], 0),
    "lazy": (lambda t: t.nn.Sequential(t.nn.LazyLinear(3)), lambda t: [t.ones(2, 5)], [0, 18], 0),
    "not called": (convnet, lambda t: [], [0, 80, 16, 0, 0, 0, 1280], 0),
}


@pytest.mark.filterwarnings("ignore:Lazy modules")
@pytest.mark.parametrize("model", MODELS)
def test_the_table_is_that_of_torchs_model(model):
    make, inputs, by_hand, frozen = MODELS[model]
    ours, theirs = (summary(make(t), *inputs(t)) for t in PACKAGES)
    assert repr(ours) == repr(theirs)
    counts = [row.parameters for row in ours.rows]
    assert by_hand is None or counts == by_hand
    called = make(torch)
    called(*(torch.zeros(x) if isinstance(x, tuple) else x for x in inputs(torch))) if inputs(torch) else None
    assert sum(counts) == ours.total == sum(p.numel() for p in called.parameters())
    assert ours.trainable == ours.total - frozen and ours.bytes == 4 * ours.total


def test_shapes_are_those_of_the_results():
    rows = summary(hand_made(minitorch_pt), (5, 2, 6)).rows
    assert [(row.name, row.kind, row.shape) for row in rows] == [
        ("", "Net", (5, 2, 1)),
        ("body", "ModuleDict", None),
        ("body.lstm", "LSTM", (5, 2, 4)),
        ("body.unused", "Dropout", None),
    ]


def test_it_tells_of_layers_in_a_plain_list():
    assert summary(hand_made(minitorch_pt)).plain == ["heads"]
    assert repr(summary(hand_made(minitorch_pt), (5, 2, 6))).endswith("make it an nn.ModuleList or nn.ModuleDict")


def test_the_model_is_left_as_it_was():
    model = convnet(minitorch_pt)
    model[1].eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = minitorch_pt.get_rng_state()
    summary(model, (2, 1, 8, 8))
    assert [m.training for m in model.modules()] == [True, True, False, True, True, True, True]
    assert all((value == before[name]).all() for name, value in model.state_dict().items())
    assert (minitorch_pt.get_rng_state() == state).all()
    assert not any(m._forward_hooks for m in model.modules())


def test_the_model_is_left_as_it_was_after_an_error():
    model = convnet(minitorch_pt)
    with pytest.raises(RuntimeError, match="to have 1 channels"):
        summary(model, (2, 3, 8, 8))
    assert all(m.training and not m._forward_hooks for m in model.modules())


def test_it_speaks_portuguese():
    lines = repr(summary(convnet(minitorch_pt), (2, 1, 8, 8), language="pt")).splitlines()
    assert lines[0].split("  ")[0] == "camada" and "parâmetros" in lines[0]
    assert lines[-1] == "1.376 parâmetros, 1.376 deles treináveis, 6 KiB"
