"""nn/utils/parametrize.py and parametrizations.py against torch."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program


def kinds(t):
    """The parametrisations of these tests, of that package."""

    class Positive(t.nn.Module):
        def forward(self, x):
            return x.exp()

        def right_inverse(self, x):
            return x.log()

    class Doubled(t.nn.Module):
        def forward(self, x):
            return x * 2

    class Product(t.nn.Module):
        def forward(self, x, y):
            return x.unsqueeze(-1) * y

        def right_inverse(self, w):
            return w[:, 0].clone(), (w[0] / w[0, 0]).clone()

    class Longer(t.nn.Module):
        def forward(self, x):
            return t.cat([x, x])

    class Unwilling(Doubled):
        def right_inverse(self, x):
            raise NotImplementedError

    return {kind.__name__: kind for kind in (Positive, Doubled, Product, Longer, Unwilling)}


def positive_linear(t, bias=True):
    linear = t.nn.Linear(3, 2, bias=bias)
    with t.no_grad():
        for i, parameter in enumerate(linear.parameters()):
            parameter.copy_(t.tensor(rand(*parameter.shape, low=0.5, seed=i).tolist()))
    return linear


def steps(t, module, x, seen=()):
    """Three steps of gradient descent; what the module is afterwards."""
    optimizer = t.optim.SGD(module.parameters(), lr=0.1)
    outputs = []
    for _ in range(3):
        optimizer.zero_grad()
        y = module(x)
        (y**2).mean().backward()
        optimizer.step()
        outputs.append(y.detach())
    with t.no_grad():
        return [
            repr(module),
            outputs,
            dict(module.state_dict()),
            [n for n, _ in module.named_parameters()],
            module(x),
            *seen,
        ]


@pytest.mark.parametrize("names", [
    ["Positive"], ["Doubled"], ["Unwilling"], ["Positive", "Doubled"], ["Positive", "Positive"], ["Product"],
    ["Product", "Doubled"], ["Positive", "Unwilling"],
])  # fmt: skip
def test_register(names):
    def program(t):
        module = positive_linear(t)
        P = t.nn.utils.parametrize
        for name in names:
            assert P.register_parametrization(module, "weight", kinds(t)[name]()) is module
        asked = [P.is_parametrized(module), P.is_parametrized(module, "weight"), P.is_parametrized(module, "bias")]
        return steps(t, module, t.tensor(rand(4, 3).tolist()), [asked, P.type_before_parametrizations(module).__name__])

    same_program(program)


@pytest.mark.parametrize("name", ["Positive", "Product"])
def test_assign(name):
    def program(t):
        module = positive_linear(t)
        t.nn.utils.parametrize.register_parametrization(module, "weight", kinds(t)[name]())
        module.weight = t.full((2, 3), 2.0)
        return [module.weight.detach(), dict(module.state_dict())]

    same_program(program)


@pytest.mark.parametrize("leave", [True, False])
@pytest.mark.parametrize("name", ["Positive", "Product"])
def test_remove(name, leave):
    def program(t):
        module = positive_linear(t)
        P = t.nn.utils.parametrize
        P.register_parametrization(module, "weight", kinds(t)[name]())
        P.register_parametrization(module, "bias", kinds(t)["Doubled"]())
        P.remove_parametrizations(module, "bias")
        P.remove_parametrizations(module, "weight", leave)
        asked = [type(module).__name__, P.is_parametrized(module), P.type_before_parametrizations(module).__name__]
        return steps(t, module, t.tensor(rand(4, 3).tolist()), asked)

    same_program(program)


def test_buffer_and_state():
    def program(t):
        module = t.nn.BatchNorm1d(3)
        P = t.nn.utils.parametrize
        P.register_parametrization(module, "running_var", kinds(t)["Doubled"]())
        state = dict(module.state_dict())
        P.remove_parametrizations(module, "running_var")
        return [state, dict(module.state_dict())]

    same_program(program)


def test_layers_that_look_parameters_up_in_their_table():
    def program(t):
        results = []
        for module in (t.nn.LayerNorm(3), t.nn.RMSNorm(3), t.nn.Linear(3, 3)):
            with t.no_grad():
                module.weight.fill_(0.5)
            t.nn.utils.parametrize.register_parametrization(module, "weight", kinds(t)["Doubled"]())
            results.append(module.weight.detach())
            results.append(module.eval()(t.tensor(rand(2, 3).tolist())).shape)
        return results

    same_program(program)
    module = minitorch_pt.nn.utils.parametrizations.weight_norm(minitorch_pt.nn.Linear(2, 2))
    with pytest.raises(KeyError):
        module._parameters["other"]


def test_copies_are_apart():
    def program(t):
        module = positive_linear(t)
        t.nn.utils.parametrize.register_parametrization(module, "weight", kinds(t)["Positive"]())
        twin = copy.deepcopy(module)
        with t.no_grad():
            module.parametrizations.weight.original.zero_()
        x = t.tensor(rand(4, 3).tolist())
        return [module(x).detach(), twin(x).detach(), repr(twin)]

    same_program(program)


def test_pickle_is_refused():
    def program(t):
        return pickle.dumps(t.nn.utils.parametrizations.weight_norm(t.nn.Linear(2, 2)))

    same_program(program)


def test_cached():
    def program(t):
        module = positive_linear(t)
        P = t.nn.utils.parametrize
        P.register_parametrization(module, "weight", kinds(t)["Positive"]())
        with P.cached():
            with P.cached():
                first = module.weight
            same = first is module.weight
        return [same, first is module.weight]

    same_program(program)


class Odd:
    """Parametrisations that do wrong."""

    def __init__(self, t, forward=None, inverse=None):
        class Module(t.nn.Module):
            pass

        Module.forward = forward or (lambda self, x: x)
        if inverse is not None:
            Module.right_inverse = inverse
        self.module = Module()


def odd(forward=None, inverse=None, second=False):
    def program(t):
        linear = positive_linear(t)
        if second:
            t.nn.utils.parametrize.register_parametrization(linear, "weight", kinds(t)["Doubled"]())
        t.nn.utils.parametrize.register_parametrization(linear, "weight", Odd(t, forward, inverse).module)

    return program


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("forward, inverse", [
    (lambda self, x: 3, None), (lambda self, x: x.double(), None), (lambda self, x: x[:1], None),
    (None, lambda self, x: x.double()), (None, lambda self, x: 3), (None, lambda self, x: [x, 3]),
])  # fmt: skip
def test_odd_parametrizations(forward, inverse, second):
    same_program(odd(forward, inverse, second))


def answers(*values):
    """A right_inverse that returns one value after the other."""
    rest = list(values)
    return lambda self, x: rest.pop(0)(x)


@pytest.mark.parametrize("first, later", [
    (lambda x: x, lambda x: 3), (lambda x: x, lambda x: x.double()), (lambda x: (x, x), lambda x: 3), (lambda x: (x, x), lambda x: (x,)),
    (lambda x: (x, x), lambda x: (x, 3)), (lambda x: (x, x), lambda x: (x, x.double())),
])  # fmt: skip
def test_odd_assignments(first, later):
    def program(t):
        linear = positive_linear(t)
        module = Odd(t, lambda self, *parts: parts[0], answers(first, later)).module
        t.nn.utils.parametrize.register_parametrization(linear, "weight", module, unsafe=True)
        linear.weight = t.ones(2, 3)

    with pytest.raises(ValueError):
        program(torch)
    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.utils.parametrize.register_parametrization(t.nn.Linear(2, 2), "none", t.nn.Identity()),
    lambda t: t.nn.utils.parametrize.remove_parametrizations(t.nn.Linear(2, 2), "weight"),
    lambda t: t.nn.utils.parametrize.ParametrizationList([], t.nn.Parameter(t.zeros(2))),
    lambda t: setattr(t.nn.utils.parametrize.register_parametrization(t.nn.Linear(2, 2), "weight", kinds(t)["Doubled"]()), "weight", t.zeros(2, 2)),
    lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), "none"),
    lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), n_power_iterations=0),
    lambda t: t.nn.utils.parametrizations.spectral_norm(t.nn.Linear(2, 2), dim=2),
])  # fmt: skip
def test_errors(program):
    with pytest.raises(Exception):  # noqa: B017  # whichever: same_program compares the types
        program(torch)
    same_program(program)


def test_unsafe():
    def program(t):
        module = positive_linear(t)
        P = t.nn.utils.parametrize
        P.register_parametrization(module, "weight", kinds(t)["Longer"](), unsafe=True)
        P.register_parametrization(module, "weight", kinds(t)["Longer"](), unsafe=True)
        return [module.weight.detach(), module.parametrizations.weight.unsafe]

    same_program(program)


@pytest.mark.parametrize("dim", [0, 1, -1, None])
def test_weight_norm(dim):
    def program(t):
        module = t.nn.utils.parametrizations.weight_norm(positive_linear(t), dim=dim)
        before = dict(module.state_dict())
        return steps(t, module, t.tensor(rand(4, 3).tolist()), [before])

    same_program(program)


def test_weight_norm_of_a_bias_and_old_states():
    def program(t):
        module = t.nn.utils.parametrizations.weight_norm(positive_linear(t), "bias")
        module.load_state_dict({"bias_g": t.ones(2), "bias_v": t.tensor([3.0, -2.0]), "weight": t.zeros(2, 3)})
        state = dict(module.state_dict())
        module.load_state_dict({key: value + 1 for key, value in state.items()})
        return [module.bias.detach(), state]

    same_program(program)


@pytest.mark.parametrize("options", [{}, {"n_power_iterations": 3}, {"dim": 1}, {"eps": 0.1}, {"name": "bias"}])
def test_spectral_norm(options):
    def program(t):
        t.manual_seed(4)
        module = t.nn.utils.parametrizations.spectral_norm(positive_linear(t), **options)
        before = dict(module.state_dict())
        result = steps(t, module, t.tensor(rand(4, 3).tolist()), [before])
        name = options.get("name", "weight")
        return [*result, getattr(module.eval(), name).detach(), getattr(module, name).detach()]

    same_program(program)


def test_spectral_norm_assign_and_remove():
    def program(t):
        t.manual_seed(4)
        module = t.nn.utils.parametrizations.spectral_norm(positive_linear(t)).eval()
        module.weight = t.tensor(rand(2, 3).tolist())
        t.nn.utils.parametrize.remove_parametrizations(module, "weight")
        return module.weight.detach()

    same_program(program)


def test_spectral_norm_has_norm_one():
    module = minitorch_pt.nn.utils.parametrizations.spectral_norm(positive_linear(minitorch_pt), n_power_iterations=20)
    largest = torch.linalg.matrix_norm(torch.from_numpy(module.weight.detach().numpy()), 2)
    assert_same(minitorch_pt.tensor(float(largest)), torch.tensor(1.0))


def test_transfer():
    def program(t):
        class Symmetric(t.nn.Module):
            def forward(self, x):
                return x.triu() + x.triu(1).T

        parametrize = t.nn.utils.parametrize
        one, other = t.nn.Linear(3, 3), t.nn.Linear(3, 3)
        parametrize.register_parametrization(one, "weight", Symmetric())
        with t.no_grad():
            one.parametrizations.weight.original.copy_(t.arange(9.0).view(3, 3))
        made = parametrize.transfer_parametrizations_and_params(one, other, "weight")
        return (
            made is other,
            other.weight,
            other.parametrizations.weight.original is one.parametrizations.weight.original,
            [*other.state_dict()],
        )

    same_program(program)
