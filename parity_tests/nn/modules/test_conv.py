"""nn/modules/conv.py against torch."""

from __future__ import annotations

import copy
import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program

# torch warns, once a process, that it copies the input where 'same' needs more zeros at one end
pytestmark = pytest.mark.filterwarnings(
    "ignore:Using padding='same':UserWarning", "ignore:Lazy modules are a new feature:UserWarning"
)

SIZES = {1: (9,), 2: (9, 8), 3: (6, 5, 7)}
FORWARD = [
    {}, {"stride": 2}, {"padding": 1}, {"padding": "same"}, {"padding": "valid"}, {"dilation": 2}, {"groups": 2}, {"bias": False},
    *({"padding": 2, "padding_mode": mode, "dilation": 2, "stride": 2} for mode in ("zeros", "reflect", "replicate", "circular")),
    {"padding": "same", "padding_mode": "circular"}, {"padding": "valid", "padding_mode": "reflect"},
]  # fmt: skip
BACK = [
    {}, {"stride": 2, "output_padding": 1}, {"padding": 1}, {"dilation": 2, "output_padding": 1, "groups": 2}, {"bias": False, "padding_mode": "zeros"},
]  # fmt: skip


def steps(t, module, shape, *rest):
    """Text, parameters drawn, and one step."""
    x = t.tensor(rand(*shape).tolist(), requires_grad=True)
    y = module(x, *rest)
    (y**2).sum().backward()
    return [repr(module), dict(module.state_dict()), y.detach(), x.grad, [p.grad for p in module.parameters()]]


@pytest.mark.parametrize("options", FORWARD)
@pytest.mark.parametrize("batch", [(2,), ()])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_conv(n, batch, options):
    for lazy in ("", "Lazy"):

        def program(t, lazy=lazy):
            t.manual_seed(3)
            channels = (6, 3) if lazy else (4, 6, 3)
            return steps(t, getattr(t.nn, f"{lazy}Conv{n}d")(*channels, **options), (*batch, 4, *SIZES[n]))

        same_program(program)


@pytest.mark.parametrize("options", BACK)
@pytest.mark.parametrize("batch", [(2,), ()])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_conv_transpose(n, batch, options):
    for lazy in ("", "Lazy"):

        def program(t, lazy=lazy):
            t.manual_seed(3)
            channels = (6, 3) if lazy else (4, 6, 3)
            return steps(t, getattr(t.nn, f"{lazy}ConvTranspose{n}d")(*channels, **options), (*batch, 4, *SIZES[n]))

        same_program(program, rtol=2e-5)  # float32: gradients are sums of up to 10,000 products


@pytest.mark.parametrize("kernel", [(3, 2), [2, 3]])
def test_sizes_for_each_axis(kernel):
    def program(t):
        t.manual_seed(3)
        forward = t.nn.Conv2d(2, 3, kernel, stride=(1, 2), padding=(0, 1), dilation=(2, 1), padding_mode="circular")
        back = t.nn.ConvTranspose2d(2, 3, kernel, (1, 2), padding=(0, 1), output_padding=(0, 1), dilation=(2, 1))
        return steps(t, forward, (2, 2, 7, 6)) + steps(t, back, (2, 2, 7, 6))

    same_program(program)


@pytest.mark.parametrize("shape, size", [
    ((2, 2, 3, 4), (6, 8)), ((2, 2, 3, 4), [7, 9]), ((2, 2, 3, 4), (2, 3, 6, 9)), ((2, 3, 4), (6, 8)), ((2, 3, 4), (3, 7, 8)),
    ((2, 2, 3, 4), (5, 8)), ((2, 2, 3, 4), (8, 8)), ((2, 2, 3, 4), (6,)), ((2, 3, 4), (2, 3, 6, 8)),
])  # fmt: skip
def test_output_size(shape, size):
    def program(t):
        t.manual_seed(3)
        return steps(t, t.nn.ConvTranspose2d(2, 3, 2, stride=2), shape, size)

    same_program(program)


def test_output_size_of_a_tensor():
    def program(t):
        t.manual_seed(3)
        x = t.tensor(rand(1, 2, 12, 11).tolist())
        down, up = t.nn.Conv2d(2, 2, 3, stride=2, padding=1), t.nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1)
        return up(down(x), output_size=x.size()).detach()

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.Conv2d(3, 4, 2, groups=0), lambda t: t.nn.Conv2d(3, 4, 2, groups=2), lambda t: t.nn.Conv2d(4, 3, 2, groups=2),
    lambda t: t.nn.Conv2d(3, 4, 2, padding="nowhere"), lambda t: t.nn.Conv2d(3, 4, 2, padding="same", stride=2),
    lambda t: t.nn.Conv2d(3, 4, 2, padding_mode="mirror"), lambda t: t.nn.ConvTranspose2d(3, 4, 2, padding_mode="reflect"),
    lambda t: t.nn.Conv2d(3, 4, 2)(t.zeros(2, 4, 5, 5)), lambda t: t.nn.Conv2d(3, 4, 2)(t.zeros(2, 5)),
    lambda t: t.nn.Conv2d(3, 4, 2)(t.zeros(2, 3, 1, 5)), lambda t: t.nn.LazyConv2d(4, 2)(t.zeros(2, 5)),
    lambda t: t.nn.LazyConv2d(4, 2, groups=2)(t.zeros(2, 3, 5, 5)), lambda t: t.nn.LazyConvTranspose1d(4, 2)(t.zeros(2, 3, 5, 5)),
])  # fmt: skip
def test_errors(program):
    with pytest.raises((ValueError, RuntimeError)):
        program(torch)
    same_program(program)


@pytest.mark.parametrize(
    "name", ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Fold", "Unfold"]
)
@pytest.mark.parametrize("lazy", ["", "Lazy"])
def test_signatures(name, lazy):
    if lazy and "Conv" not in name:
        return
    ours, theirs = (inspect.signature(getattr(p.nn, lazy + name)).parameters.values() for p in (minitorch_pt, torch))
    assert [(p.name, p.kind, p.default) for p in ours] == [(p.name, p.kind, p.default) for p in theirs]


def test_lazy_text_copy_and_state():
    def program(t):
        t.manual_seed(3)
        module = t.nn.LazyConv2d(4, 3, padding=1)
        before = repr(module)
        twin = copy.deepcopy(module)
        module(t.zeros(1, 2, 5, 5))
        twin.load_state_dict(module.state_dict())
        x = t.tensor(rand(1, 2, 5, 5).tolist())
        return [before, repr(module), module(x).detach(), twin(x).detach(), repr(twin), isinstance(twin, t.nn.Conv2d)]

    same_program(program)


def test_lazy_without_kernels_called_again():
    """A layer whose parameters are all known already is left as it is."""

    def program(t):
        module = t.nn.LazyConv1d(2, 3)
        x = t.zeros(1, 4, 5)
        module.initialize_parameters(x)
        weight = module.weight.detach().clone()
        module.initialize_parameters(x)
        return bool((module.weight == weight).all())

    same_program(program)


def test_training():
    """20 steps of a small LeNet from one seed."""

    def program(t):
        t.manual_seed(0)
        nn = t.nn
        model = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.ReLU(), nn.Conv2d(4, 6, 3), nn.Tanh(), nn.Flatten(), nn.Linear(24, 5)
        )  # fmt: skip
        optimizer = t.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        x, y = t.randn(8, 1, 8, 8), t.randint(0, 5, (8,))
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return losses

    same_program(program)


def test_parameters_in_double():
    def program(t):
        t.manual_seed(3)
        module = t.nn.Conv2d(2, 3, 2, dtype=t.float64)
        return [dict(module.state_dict()), module(t.tensor(rand(1, 2, 4, 4).tolist(), dtype=t.float64)).detach()]

    assert_same(program(minitorch_pt), program(torch))
