"""parametrizations.orthogonal: its three maps, square, tall, wide and batched, assigned to and trained, as in torch."""

from __future__ import annotations

import pytest

from parity_tests.oracle import same_program

SHAPES = ((3, 3), (5, 3), (3, 5))


class Holder:
    """A module with one matrix, of either package."""

    def __new__(cls, package, shape):
        module = package.nn.Module()
        package.manual_seed(0)
        module.weight = package.nn.Parameter(package.rand(*shape, dtype=package.float64))
        return module


@pytest.mark.parametrize("trivial", (True, False))
@pytest.mark.parametrize("shape", (*SHAPES, (2, 4, 3)), ids=str)
@pytest.mark.parametrize("name", (None, "matrix_exp", "cayley", "householder"))
def test_maps(name, shape, trivial):
    def program(package):
        module = Holder(package, shape)
        package.nn.utils.parametrizations.orthogonal(module, orthogonal_map=name, use_trivialization=trivial)
        with package.no_grad():
            module.parametrizations.weight.original.add_(0.1 * package.rand(*shape, dtype=package.float64).tril())
        weight = module.weight
        (weight * package.arange(float(weight.numel())).view(weight.shape)).sum().backward()
        if name != "householder" and not (name is None and shape[-1] != shape[-2]):
            module.weight = weight.detach() if trivial else weight
        gradient = module.parametrizations.weight.original.grad
        return weight, gradient, sorted(module.state_dict()), module.weight, str(module), package.rand(1)

    same_program(program, 1e-8)


@pytest.mark.parametrize("wrong", [
    lambda t, o: o(t.nn.Linear(2, 2), "nothing"), lambda t, o: o(t.nn.Linear(2, 2), "bias"), lambda t, o: o(t.nn.Linear(2, 2), orthogonal_map="other"),
    lambda t, o: setattr(o(t.nn.Linear(2, 2)), "weight", t.ones(3, 3)),
    lambda t, o: setattr(o(t.nn.Linear(2, 2), use_trivialization=False), "weight", t.ones(2, 2)),
])  # fmt: skip
def test_wrong_calls(wrong):
    same_program(lambda package: wrong(package, package.nn.utils.parametrizations.orthogonal))


def test_training_keeps_it_orthogonal():
    def program(package):
        package.manual_seed(0)
        layer = package.nn.utils.parametrizations.orthogonal(package.nn.Linear(3, 5).double())
        optimizer = package.optim.SGD(layer.parameters(), 0.1)
        for _ in range(5):
            optimizer.zero_grad()
            layer(package.ones(3, dtype=package.float64)).square().sum().backward()
            optimizer.step()
        return layer.weight, layer.weight.T @ layer.weight

    same_program(program, 1e-8)
