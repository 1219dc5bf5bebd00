"""One picture of each kind, as a lesson would draw it, and of the sizes at which it changes: name -> picture in a language."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz

WEIGHTS = np.array([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]])
INPUTS = np.array([[1, 2, 3, 2.5], [2.0, 5.0, -1.0, 2.0]])
DIGITS = datasets.digits()[0].reshape(-1, 8, 8)


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


def mlp() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))


def wide() -> torch.nn.Module:
    layers = torch.nn
    return layers.Sequential(layers.Linear(64, 256), layers.ReLU(), layers.Dropout(0.5), layers.Linear(256, 10))


def lstm(hidden: int) -> torch.nn.LSTM:
    torch.manual_seed(0)
    return torch.nn.LSTM(2, hidden)


def neuron_graph(language: str) -> Figure:
    x, w = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, -1.0, 0.2], requires_grad=True)
    b = torch.tensor(0.3, requires_grad=True)
    z = (x * w).sum() + b
    return viz.graph((z.tanh() - 1) ** 2, names={"x": x, "w": w, "b": b, "z": z}, language=language)


def shared_graph(language: str) -> Figure:
    a = torch.tensor(3.0, requires_grad=True)
    b = a + a
    return viz.graph(b * a, names={"a": a, "b": b}, language=language)


def network_graph(language: str) -> Figure:
    model = mlp()
    x = torch.tensor(numbers(3, 4), dtype=torch.float32)
    loss = torch.nn.functional.cross_entropy(model(x), torch.tensor([0, 1, 0]))
    return viz.graph(loss, names=dict(model.named_parameters()) | {"x": x}, language=language)


def several_outputs(language: str) -> Figure:
    x = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
    first, second = x[None].expand(2, 3).unbind()
    return viz.graph((first * second + x.max(dim=0).values).exp().log().mean(), language=language)


def moons(language: str) -> Figure:
    torch.manual_seed(1)
    x, y = datasets.two_moons(120)
    model = torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))
    return viz.boundary(model, x, y, language=language)


def spirals(language: str) -> Figure:
    torch.manual_seed(1)
    x, y = datasets.spirals(90)
    return viz.boundary(torch.nn.Linear(2, 3), x, y, names=["red", "green", "blue"], language=language)


def fits(language: str) -> Figure:
    x = np.linspace(-1, 1, 14)
    y = np.sin(3 * x) + 0.25 * numbers(14)
    models = {}
    for name, degree in (("underfitting", 1), ("good fit", 3), ("overfitting", 11)):
        polynomial = np.poly1d(np.polyfit(x, y, degree))
        models[name] = lambda v, polynomial=polynomial: polynomial(v.numpy())
    return viz.fit(x, y, models, language=language)


def valley(language: str) -> Figure:
    path = [np.array([3.0, 2.0])]
    for _ in range(15):
        path.append(path[-1] - 0.1 * np.array([2, 8]) * path[-1])
    return viz.descent(lambda p: p[0] ** 2 + 4 * p[1] ** 2, np.array(path), language=language)


def attention(language: str) -> Figure:
    weights = torch.softmax(torch.tensor(1.5 * numbers(6, 6)), 1)
    return viz.attention(weights, ["the", "cat", "sat", "on", "the", "mat"], language=language)


def over_time(language: str) -> Figure:
    images = DIGITS[:8].numpy()
    made = {f"epoch {i}": images + (10 - i) * numbers(8, 8, 8) for i in (1, 5, 10)}
    return viz.samples(made, language=language)


def side_by_side(language: str) -> Figure:
    figure, (left, right) = viz.panels(2, height=3.4)
    viz.activation("tanh", ax=left, language=language)
    viz.matmul(INPUTS, WEIGHTS.T, ax=right, language=language)
    return figure


def call(function: Callable, *args: object, **options: object) -> Callable[[str], Figure]:
    return lambda language: function(*args, **options, language=language)


PICTURES: dict[str, Callable[[str], Figure]] = {
    "number": call(viz.shape, 3.5),
    "vector": call(viz.shape, [0, 1, 2]),
    "long vector": call(viz.shape, np.arange(1000)),
    "matrix": call(viz.shape, [[0, 1, 2, 3], [0, 1, 2, 3]]),
    "column": call(viz.shape, [[1], [2], [3]]),
    "row": call(viz.shape, [[1, 2, 3]]),
    "truths": call(viz.shape, [True, False]),
    "large matrix": call(viz.shape, numbers(60, 64)),
    "cube": call(viz.shape, np.arange(1, 9).reshape(2, 2, 2)),
    "cube 3 4 5": call(viz.shape, numbers(3, 4, 5)),
    "picture": call(viz.shape, numbers(3, 32, 32)),
    "many planes": call(viz.shape, numbers(9, 2, 3)),
    "4 axes": call(viz.shape, numbers(2, 3, 4, 5)),
    "batch of pictures": call(viz.shape, numbers(16, 1, 8, 8)),
    "dot": call(viz.dot, [1, 2, 3], [3, 2, 1]),
    "matmul": call(viz.matmul, INPUTS, WEIGHTS.T, row=1, column=2),
    "vector matmul": call(viz.matmul, INPUTS[0], WEIGHTS.T),
    "matmul vector": call(viz.matmul, WEIGHTS, INPUTS[0], row=2),
    "matmul of vectors": call(viz.matmul, INPUTS[0], WEIGHTS[0]),
    "matmul that does not fit": call(viz.matmul, INPUTS[0], WEIGHTS),
    "matmul that does not fit either": call(viz.matmul, INPUTS, numbers(5, 3), row=1),
    "long matmul": call(viz.matmul, numbers(2, 9), numbers(9, 2)),
    "transpose": call(viz.transpose, WEIGHTS, row=1),
    "batches": call(viz.batches, np.arange(20).reshape(10, 2), 4),
    "batches of one": call(viz.batches, [1.0, 2.0, 3.0], 1),
    "many batches": call(viz.batches, numbers(10_000, 8), 32),
    "network": lambda language: viz.network(mlp(), language=language),
    "network of sizes": call(viz.network, [4, 5, 5, 2]),
    "wide network": lambda language: viz.network(wide(), language=language),
    "sparse layer": call(viz.network, [4, 5], mask=numbers(5, 4) > 0.3),
    "sparse network": lambda language: viz.network(mlp(), mask=[np.eye(5, 4), None], language=language),
    "one neuron": lambda language: viz.network(torch.nn.Linear(3, 1, bias=False), names=["size", "rooms", "age"], language=language),
    "smallest network": call(viz.network, [1, 1]),
    "neuron": call(viz.neuron, [0.1, 3], [100, 50], 20, names=["size", "rooms"]),
    "neuron with sigmoid": call(viz.neuron, [1, 2, 3, 2.5], [0.2, 0.8, -0.5, 1.0], 2, "sigmoid"),
    "neuron of eight": call(viz.neuron, numbers(8), numbers(8), 0.5, torch.tanh),
    "unrolled": call(viz.unrolled, [1.0, 0.0, 0.0, 0.0, -1.0], [0.762, 0.363, 0.18, 0.09, -0.741], w=1.0, u=0.5),
    "biological neuron": call(viz.biological_neuron),
    "weight rows": call(viz.weight_rows, WEIGHTS, neuron=1),
    "weight rows 6 6": call(viz.weight_rows, numbers(6, 6)),
    "bell": call(viz.bell),
    "small bell": call(viz.bell, 0, 0.1),
    "histogram": call(viz.histogram, 0.1 * numbers(100, 50)),
    "relu": call(viz.activation, "relu"),
    "step": call(viz.activation, "step"),
    "identity": call(viz.activation, "identity", low=-1, high=1),
    "sigmoid": call(viz.activation, torch.sigmoid),
    "bias": call(viz.bias),
    "negative bias": call(viz.bias, -0.5, -1),
    "descent": call(viz.descent, lambda x: (x - 1) ** 2, [4.0, 2.56, 1.81, 1.42, 1.22, 1.12]),
    "descent in a valley": valley,
    "graph of a neuron": neuron_graph,
    "graph of a shared value": shared_graph,
    "graph of a network": network_graph,
    "graph of several outputs": several_outputs,
    "history": call(viz.history, {"train": [1, 0.5, 0.3, 0.2, 0.15], "valid": [1.1, 0.7, 0.5, 0.55, 0.6]}),
    "long history": call(viz.history, {"train": 1 / np.arange(1, 50), "valid": 2 / np.arange(1, 50)}, log=True, ylabel="MSE"),
    "boundary": moons,
    "boundary of three": spirals,
    "fit": fits,
    "confusion": call(viz.confusion, np.diag(range(20, 30)) + np.eye(10, k=1, dtype=int)),
    "confusion with names": call(viz.confusion, [[40, 3], [5, 52]], names=["apple", "orange"]),
    "confusion with long names": call(viz.confusion, np.eye(9, dtype=int), names=[f"long name {i}" for i in range(9)]),
    "filters": call(viz.filters, numbers(6, 1, 3, 3)),
    "filters of colours": call(viz.filters, numbers(4, 3, 5, 5)),
    "feature maps": call(viz.feature_maps, numbers(1, 8, 6, 6)),
    "gates": lambda language: viz.gates(lstm(5), numbers(9, 2), labels=list("olá, você"), language=language),
    "gates without labels": lambda language: viz.gates(lstm(3), numbers(40, 2), language=language),
    "samples": call(viz.samples, DIGITS[:24]),
    "samples with titles": call(viz.samples, DIGITS[:5], titles=[f"it is {i}\nsays {i}\n(99% sure)" for i in range(5)]),
    "samples over time": over_time,
    "attention": attention,
    "attention without names": call(viz.attention, np.full((3, 5), 0.2)),
    "long attention": call(viz.attention, np.eye(20), [f"word {i}" for i in range(20)]),
    "side by side": side_by_side,
}  # fmt: skip
