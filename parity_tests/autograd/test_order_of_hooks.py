"""In which order the hooks of parameters run: what a program that prints their gradients prints."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt


def first_output(nn, layer):
    """The layer's first output alone."""

    class First(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            found = self.layer(x)
            return found[0] if isinstance(found, tuple) else found

    return First()


def together(nn, function, count, shape=(3,)):
    """A function of `count` parameters at once, times the input."""
    library = minitorch_pt if nn is minitorch_pt.nn else torch

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = nn.ParameterList([nn.Parameter(library.rand(*shape)) for _ in range(count)])

        def forward(self, x):
            return function(library, [*self.weights]).sum() * x

    return Model()


MODELS = {
    "linear": (lambda nn: nn.Linear(3, 2), (4, 3)),
    "linear without bias": (lambda nn: nn.Linear(3, 2, bias=False), (4, 3)),
    **{f"linear of {len(shape)} axes": (lambda nn: nn.Linear(3, 2), shape) for shape in ((3,), (2, 4, 3), (2, 2, 4, 3))},
    **{f"linear of {len(shape)} axes without bias": (lambda nn: nn.Linear(3, 2, bias=False), shape) for shape in ((3,), (2, 4, 3))},
    "rms norm": (lambda nn: nn.RMSNorm(3), (4, 3)),
    "transformer": (lambda nn: nn.TransformerEncoderLayer(4, 2, 8, 0.0), (3, 1, 4)),
    "gru cell": (lambda nn: nn.GRUCell(3, 2), (4, 3)),
    "convolution": (lambda nn: nn.Conv2d(1, 2, 3), (1, 1, 5, 5)),
    "transposed": (lambda nn: nn.ConvTranspose2d(1, 2, 3), (1, 1, 5, 5)),
    "grouped": (lambda nn: nn.Sequential(nn.Conv2d(2, 2, 3, groups=2), nn.ConvTranspose2d(2, 1, 2)), (1, 2, 5, 5)),
    "batch norm": (lambda nn: nn.BatchNorm1d(3), (4, 3)),
    "layer norm": (lambda nn: nn.LayerNorm(3), (4, 3)),
    "group norm": (lambda nn: nn.GroupNorm(1, 4), (2, 4, 3)),
    "prelu": (lambda nn: nn.PReLU(), (3,)),
    "perceptron": (lambda nn: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)), (5, 3)),
    "with norms": (lambda nn: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 4), nn.LayerNorm(4)), (5, 3)),
    "images": (
        lambda nn: nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(18, 2)),
        (1, 1, 5, 5),
    ),
    **{
        f"{name} {options}": (lambda nn, name=name, options=options: first_output(nn, getattr(nn, name)(3, 4, **options)), (5, 2, 3))
        for name in ("RNN", "GRU", "LSTM")
        for options in ({}, {"num_layers": 2}, {"bias": False}, {"bidirectional": True, "num_layers": 2}, {"batch_first": True})
    },
    "lstm with projections": (lambda nn: first_output(nn, nn.LSTM(3, 4, proj_size=2)), (5, 2, 3)),
    **{
        f"{name} bias={bias}": (lambda nn, name=name, bias=bias: first_output(nn, getattr(nn, name)(3, 4, bias=bias)), (2, 3))
        for name in ("RNNCell", "GRUCell", "LSTMCell")
        for bias in (False, True)
    },
    "instance norm": (lambda nn: nn.InstanceNorm1d(3, affine=True), (2, 3, 4)),
    **{f"list of {n}": (lambda nn, n=n: together(nn, lambda t, ws: t.cat(ws), n), (3,)) for n in range(2, 9)},
    **{
        equation: (lambda nn, e=equation: together(nn, lambda t, ws: t.einsum(e, *ws), e.count(",") + 1, (3, 3)), (3, 3))
        for equation in ("ij,jk->ik", "ij,ij->ij", "ij,kj->kij", "ij->ji", "ij,jk,kl->il")
    },
    "twice": (lambda nn: nn.Sequential(*[nn.Linear(3, 3)] * 2), (2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("watched", (False, True), ids=("parameters", "and the input"))
@pytest.mark.parametrize("after", (False, True), ids=("before", "after accumulation"))
def test_the_order_of_hooks(name, watched, after):
    make, shape = MODELS[name]
    orders = []
    for library in (minitorch_pt, torch):
        model, order = make(library.nn), []
        x = library.rand(*shape, requires_grad=watched)
        for label, leaf in (*model.named_parameters(), *([("x", x)] if watched else [])):
            register = leaf.register_post_accumulate_grad_hook if after else leaf.register_hook
            register(lambda given, label=label, order=order: order.append(label))
        model(x).pow(2).sum().backward()
        orders.append(order)
    assert orders[0] == orders[1]
