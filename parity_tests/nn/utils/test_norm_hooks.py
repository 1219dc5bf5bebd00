"""nn/utils/weight_norm.py and nn/utils/spectral_norm.py against torch."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

pytestmark = pytest.mark.filterwarnings("ignore:.*torch.nn.utils.weight_norm:FutureWarning")

LAYERS = {
    "linear": (lambda nn: nn.Linear(3, 4), (5, 3)),
    "conv": (lambda nn: nn.Conv2d(2, 3, 2, bias=False), (1, 2, 4, 4)),
    "transposed": (lambda nn: nn.ConvTranspose1d(2, 3, 2), (1, 2, 4)),
}
each = pytest.mark.parametrize("make, shape", LAYERS.values(), ids=LAYERS.keys())


def trained(t, layer, shape, steps=4):
    """What a few steps of training give, the layer being called twice a step, as the discriminator of a GAN."""
    optimizer = t.optim.SGD(layer.parameters(), lr=0.1)
    x = t.tensor(rand(*shape).tolist(), dtype=t.float64)
    seen = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (layer(x) ** 2).mean() - layer(x + 1).mean()
        loss.backward()
        optimizer.step()
        seen.append(loss.detach())
    layer.eval()
    return [*seen, layer(x).detach(), repr(layer), {k: v.clone() for k, v in layer.state_dict().items()}]


@each
@pytest.mark.parametrize("dim", [0, 1, -1, None])
def test_weight_norm(make, shape, dim):
    def program(t):
        t.manual_seed(0)
        layer = t.nn.utils.weight_norm(make(t.nn).double(), dim=dim)
        names = [name for name, _ in layer.named_parameters()]
        seen = trained(t, layer, shape)
        t.nn.utils.remove_weight_norm(layer)
        return [names, seen, [name for name, _ in layer.named_parameters()], layer.weight.detach()]

    same_program(program)


@each
@pytest.mark.parametrize("options", [{}, {"n_power_iterations": 3, "eps": 1e-6}, {"dim": 1}], ids=str)
def test_spectral_norm(make, shape, options):
    def program(t):
        t.manual_seed(0)
        layer = t.nn.utils.spectral_norm(make(t.nn).double(), **options)
        names = [[name for name, _ in layer.named_parameters()], list(layer.state_dict()), layer.weight.requires_grad]
        seen = trained(t, layer, shape)
        t.nn.utils.remove_spectral_norm(layer)
        return [names, seen, list(layer.state_dict()), layer.weight.detach(), isinstance(layer.weight, t.nn.Parameter)]

    same_program(program)


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_states_are_exchanged(name):
    def program(t):
        t.manual_seed(0)
        first, second = (getattr(t.nn.utils, name)(t.nn.Linear(3, 4)) for _ in range(2))
        second.load_state_dict(first.state_dict())
        return [second.eval()(t.ones(1, 3)).detach(), first.eval()(t.ones(1, 3)).detach()]

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.utils.weight_norm(t.nn.utils.weight_norm(t.nn.Linear(2, 2))), lambda t: t.nn.utils.remove_weight_norm(t.nn.Linear(2, 2)),
    lambda t: t.nn.utils.spectral_norm(t.nn.utils.spectral_norm(t.nn.Linear(2, 2))), lambda t: t.nn.utils.remove_spectral_norm(t.nn.Linear(2, 2)),
    lambda t: t.nn.utils.spectral_norm(t.nn.Linear(2, 2), n_power_iterations=0), lambda t: t.nn.utils.spectral_norm(t.nn.Linear(2, 2, bias=False), "bias"),
    lambda t: repr(t.nn.utils.weight_norm(t.nn.utils.weight_norm(t.nn.Linear(2, 2)), "bias")),
])  # fmt: skip
def test_wrong_uses(program):
    same_program(program)


@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature:UserWarning")
@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_a_lazy_layer_must_know_its_shape(name):
    same_program(lambda t: getattr(t.nn.utils, name)(t.nn.LazyLinear(2)))


@pytest.mark.parametrize(
    "make",
    [
        lambda nn: nn.Linear(3, 3),
        lambda nn: nn.LayerNorm(3),
        lambda nn: nn.RMSNorm(3),
        lambda nn: nn.Linear(3, 3, bias=False),
    ],
)
def test_a_tensor_in_the_place_of_a_parameter(make):
    """As a hypernetwork does, or a program that computes its weights."""

    def program(t):
        t.manual_seed(0)
        layer = make(t.nn)
        scale = t.ones((), requires_grad=True)
        weight = layer.weight.detach() * scale
        del layer.weight
        layer.weight = weight
        y = layer(t.tensor(rand(2, 3).tolist()))
        return [y.detach(), *t.autograd.grad((y**2).sum(), scale), list(layer.state_dict())]

    same_program(program)


@pytest.mark.parametrize(
    "name", ["weight_norm", "spectral_norm", "remove_weight_norm", "remove_spectral_norm", "clip_grad_norm"]
)
def test_signatures(name):
    ours, theirs = (inspect.signature(getattr(t.nn.utils, name)).parameters.values() for t in (minitorch_pt, torch))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


@pytest.mark.parametrize("package", [minitorch_pt, torch], ids=["minitorch_pt", "torch"])
def test_old_names_warn(package):
    utils = package.nn.utils
    with pytest.warns(FutureWarning, match="parametrizations.weight_norm"):
        utils.weight_norm(package.nn.Linear(2, 2))
    x = package.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    with pytest.warns(FutureWarning, match="clip_grad_norm_"):
        total = utils.clip_grad_norm(x, 1.0)
    assert float(total) == pytest.approx(18**0.5)


@pytest.mark.parametrize("dim", [-1, 0, 1, 2, 3])
@pytest.mark.parametrize("power", [1, 2])
def test_norm_except_dim(dim, power):
    """torch.norm_except_dim and torch._weight_norm, which older programs call themselves."""
    found = []
    for package in (minitorch_pt, torch):
        v = package.arange(1.0, 13.0).reshape(2, 3, 2)
        try:
            norm = package.norm_except_dim(v, power, dim)
        except IndexError as error:
            found.append([str(error)[:30]])
        else:
            found.append([norm.tolist(), package._weight_norm(v, norm, dim).tolist() if dim >= 0 else "over all"])
    for ours, theirs in zip(*found, strict=True):
        assert ours == theirs if isinstance(ours, str) else np.allclose(ours, theirs, rtol=1e-6)
