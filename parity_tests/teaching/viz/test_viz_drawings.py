"""Drawings say the right numbers and words, and refuse what they cannot draw: shapes, products, networks, neurons."""

from __future__ import annotations

import numpy as np
import pytest
import torch as theirs
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

import minitorch_pt as torch
from minitorch_pt import nn
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.viz.style import BLUE, GREY, VERMILION, fixed, number
from parity_tests.teaching.viz.gallery import INPUTS, WEIGHTS, mlp, numbers


class Skip(nn.Module):
    def __init__(self, inner, strict=False):
        super().__init__()
        self.inner, self.strict = inner, strict

    def forward(self, x):
        if self.strict:
            raise ValueError("not this input")
        return x + self.inner(x)


def texts(figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts if text.get_text()]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (viz.shape(3.5), ["3.5"]),
        (viz.shape([7, 8, 9]), ["7", "8", "9", "axis 0: 3", "3", ",)"]),
        (viz.shape(torch.tensor([[0.5, 2.0]])), ["0.5", "2", "axis 0: 1", "axis 1: 2"]),
        (viz.shape(theirs.tensor([[1.5]], requires_grad=True)), ["1.5"]),
        (viz.shape(np.arange(1000)), ["0", "999", "⋯"]),
        (viz.shape(np.arange(8).reshape(2, 2, 2)), ["[0]", "[1]", "axis 0: 2", "axis 1: 2", "axis 2: 2", "7"]),
        (viz.shape(numbers(2, 3, 4, 5)), ["[0, 0]", "[1, 2]", "axis 0: 2", "axis 1: 3", "axis 2: 4", "axis 3: 5"]),
        (viz.dot([1, 2, 3], [3, 2, 1]), ["4", "10"]),
        (viz.matmul(INPUTS, WEIGHTS.T), ["1.885", "-4.81", "1 × 0.2 + 2 × 0.8 + 3 × -0.5 + 2.5 × 1 = 2.8"]),
        (viz.matmul(INPUTS[0], WEIGHTS), ["?", "4 ≠ 3", "1 × 0.2 + 2 × 0.5 + 3 × -0.26 + 2.5 × ? = ?"]),
        (viz.matmul([[1, 2]], np.ones((3, 1))), ["1 × 1 + 2 × 1 + ? × 1 = ?"]),
        (viz.transpose(WEIGHTS), ["a (3, 4)", "a.T (4, 3)"]),
        (viz.batches(np.arange(10), 4), ["batch 1  (4,)", "batch 3  (2,)"]),
        (viz.batches(np.arange(20).reshape(10, 2), 4, language="pt"), ["lote 3  (2, 2)", "conjunto de dados\n(10, 2)"]),
        (viz.network([4, 5, 2]), ["input\nlayer", "hidden\nlayer", "output\nlayer", "4 inputs", "5 neurons", "$y_{2}$"]),
        (viz.network([4, 5, 1], language="pt"), ["camada de\nentrada", "camada\noculta", "camada de\nsaída", "1 neurônio"]),
        (viz.network(mlp()), ["ReLU", "weight > 0", fixed(mlp()[0].weight[1, 2].item()), f"b {fixed(mlp()[2].bias[1].item())}"]),
        (viz.network(torch.nn.Linear(2, 1), names=["size", "rooms"]), ["size", "rooms"]),
        (viz.neuron([0.1, 3], [100, 50], 20), ["z = 180", "b = 20", "180", "× 100", "relu"]),
        (viz.neuron([1.0], [2.0], -3, torch.nn.ReLU()), ["z = -1", "0", "ReLU"]),
        (viz.unrolled([1.0, 0.0], [0.762, 0.363], w=1, u=0.5), ["step 2", "× 0.5", "0.762", "0.363", "inputs"]),
        (viz.biological_neuron(language="pt"), ["dendritos", "corpo celular", "axônio", "sinapses"]),
        (viz.weight_rows(WEIGHTS), ["W (3, 4)", "-0.91", "$y_{3}$"]),
    ],
)  # fmt: skip
def test_a_drawing_says(picture, expected):
    assert set(expected) <= set(texts(picture))


@pytest.mark.parametrize(
    ("draw", "error", "message"),
    [
        (lambda: viz.shape(numbers(1, 1, 1, 1, 1)), ValueError, "0 or 1 or 2 or 3 or 4 axes, got 5"),
        (lambda: viz.shape([]), ValueError, "at least one number"),
        (lambda: viz.shape(["a"]), TypeError, "real numbers"),
        (lambda: viz.shape([1], language="fr"), ValueError, "language"),
        (lambda: viz.dot([1, 2], [1, 2, 3]), ValueError, r"\(2,\) and \(3,\)"),
        (lambda: viz.dot([[1]], [1]), ValueError, "a must have 1 axis, got 2"),
        (lambda: viz.dot(range(13), range(13)), ValueError, "too large to draw"),
        (lambda: viz.matmul(numbers(2, 2, 2), [1, 2]), ValueError, "1 or 2 axes"),
        (lambda: viz.matmul(INPUTS, WEIGHTS.T, row=2), IndexError, "row must be from 0 to 1"),
        (lambda: viz.matmul(INPUTS, WEIGHTS.T, column=-1), IndexError, "column must be from 0 to 2"),
        (lambda: viz.transpose([1, 2]), ValueError, "2 axes"),
        (lambda: viz.transpose(WEIGHTS, row=3), IndexError, "row must be from 0 to 2"),
        (lambda: viz.batches(INPUTS, 0), ValueError, "batch_size must be positive"),
        (lambda: viz.network([3]), ValueError, "at least two layers"),
        (lambda: viz.network([3, 0]), ValueError, "at least one neuron"),
        (lambda: viz.network(torch.nn.ReLU()), ValueError, "no Linear layer"),
        (lambda: viz.network(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(4, 1))), ValueError, "layer 1 gives 3 numbers, the next takes 4"),
        (lambda: viz.network([3, 2], names=["x"]), ValueError, "each of the 3 inputs"),
        (lambda: viz.network([3, 2], mask=np.ones((3, 2))), ValueError, r"\(out, in\) = \(2, 3\)"),
        (lambda: viz.network([3, 2, 1], mask=[np.ones((2, 3))]), ValueError, "each of 2 layers"),
        (lambda: viz.unrolled([1, 2], [1], w=1, u=1), ValueError, "as many states as inputs"),
        (lambda: viz.unrolled([0] * 6, [0] * 6, w=1, u=1), ValueError, "at most 5"),
        (lambda: viz.neuron([1, 2], [1]), ValueError, "as many weights as inputs"),
        (lambda: viz.neuron([1], [1], 0, "rel"), ValueError, "unknown activation 'rel'"),
        (lambda: viz.weight_rows(numbers(9, 2)), ValueError, "too many"),
        (lambda: viz.network(nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2))), ValueError, "not the Conv2d '0'"),
        (lambda: viz.network(Skip(nn.LSTM(3, 3))), ValueError, "not the LSTM 'inner'"),
        (lambda: viz.network(nn.Linear(3, 2), neuron=2), ValueError, "from 0 on, got 2"),
        (lambda: viz.network([3, 2], neuron=0), ValueError, "single Linear layer"),
        (lambda: viz.network(mlp(), neuron=0), ValueError, "single Linear layer"),
        (lambda: viz.weight_rows(WEIGHTS, neuron=3), IndexError, "neuron must be from 0 to 2"),
    ],
)  # fmt: skip
def test_a_drawing_refuses(draw, error, message):
    with pytest.raises(error, match=message):
        draw()


def test_lines_of_a_network_show_sign_and_size():
    model = torch.nn.Linear(3, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[2.0, -1.0, 0.0]]))
    lines = viz.network(model).axes[0].lines[:2]  # a weight of 0 has no line; the legend's lines come after
    assert [line.get_color() for line in lines] == [BLUE, VERMILION]
    assert lines[0].get_linestyle() == "-" and lines[1].get_linestyle() == "--"
    assert lines[0].get_linewidth() > lines[1].get_linewidth()


def test_a_mask_takes_lines_away():
    mask = np.zeros((2, 3), int)
    mask[1, 2] = 1
    ways = [part for part in viz.network([3, 2], mask=mask).axes[0].patches if isinstance(part, FancyArrowPatch)]
    assert [to_hex(way.get_edgecolor()).upper() for way in ways] == [GREY]
    assert "Connections: 1 of 6" in viz.alt_text(viz.network([3, 2], mask=[mask]))


MORE = "forward() does more than these layers"


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (mlp(), False),
        (nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 2)), False),
        (nn.Linear(3, 2).double(), False),
        (Skip(nn.Linear(3, 3)), True),
        (nn.Sequential(Skip(nn.Linear(3, 3)), nn.Linear(3, 2)), True),
        (Skip(nn.Linear(3, 3), strict=True), True),
    ],
)
def test_a_network_says_if_it_does_more_than_its_layers(model, more):
    modes = [part.training for part in model.modules()]
    stream = torch.get_rng_state()
    figure = viz.network(model)
    assert (MORE in texts(figure)) == (MORE in viz.alt_text(figure)) == more
    assert [part.training for part in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), stream)


def test_one_neuron_of_a_network_stands_out():
    model = nn.Linear(3, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]))
    shown = texts(viz.network(model, neuron=1))
    assert {"0.4", "-0.5", "0.6"} <= set(shown)
    assert not {"0.1", "0.2", "0.3"} & set(shown)
    assert [text for text in shown if text.startswith("b ")] == [f"b {fixed(model.bias[1].item())}"]


def test_a_product_has_the_names_that_it_is_given():
    figure = viz.matmul([1, 2], WEIGHTS[:, :2].T, names=("x", "W.T"))
    assert {"x (2,)", "W.T (2, 3)"} <= set(texts(figure))
    assert "Row 0 of x meets column 0 of W.T" in viz.alt_text(figure)
    assert {"W (3, 4)", "W.T (4, 3)"} <= set(texts(viz.transpose(WEIGHTS, name="W")))


def test_numbers_of_a_network_can_be_left_out_or_asked_for():
    model = torch.nn.Linear(7, 7)
    value = fixed(model.weight[3, 4].item())
    assert value not in texts(viz.network(model)) and value in texts(viz.network(model, numbers=True))
    assert not any(text.startswith("b ") for text in texts(viz.network(mlp(), numbers=False)))


@pytest.mark.parametrize(("inputs", "outputs"), [(3, 5), (4, 5), (5, 4), (6, 6)])
def test_numbers_of_a_network_stand_apart_in_columns(inputs, outputs):
    torch.manual_seed(0)
    weights = [
        text
        for text in viz.network(torch.nn.Linear(inputs, outputs), numbers=True).axes[0].texts
        if text.get_color() in (BLUE, VERMILION)
    ]
    places = np.array([text.get_position() for text in weights]).round(6)
    columns = np.unique(places[:, 0])
    assert len(places) == inputs * outputs and len(columns) == 1 + (min(inputs, outputs) > 3)
    assert all(np.diff(np.sort(places[places[:, 0] == x, 1])).min() >= 0.16999 for x in columns)
    assert len(columns) == 1 or np.diff(columns) > 0.5


def test_drawings_go_into_given_axes():
    figure, axes = viz.panels(2, rows=2)
    assert len(axes) == 4
    assert viz.shape([1, 2], ax=axes[0]) is viz.network([2, 3], ax=axes[3]) is figure
    assert "shape (2,)" in viz.alt_text(figure) and "neural network" in viz.alt_text(figure)
    assert not any(isinstance(artist, PathCollection) for artist in axes[1].get_children())


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (1e-8, "1e-8"), (2.5e7, "2.5e7"), (12345, "12345"), (0.00012345, "1.23e-4"), (np.True_, "True"), (3, "3")],
)  # fmt: skip
def test_number(value, text):
    assert number(value) == text
