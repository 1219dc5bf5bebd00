"""Hooks of all modules at once, compared with torch: what they see, what they change, and that they are gone afterwards."""

from __future__ import annotations

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program


def net(package):
    package.manual_seed(0)
    nn = package.nn
    return nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.Tanh(), nn.Linear(4, 2))).double()


def named(module):
    return type(module).__name__


HOOKS = {
    "forward_pre": lambda m, seen: m.register_module_forward_pre_hook(lambda module, args: seen.append((named(module), args[0]))),
    "forward_pre, changing": lambda m, seen: m.register_module_forward_pre_hook(lambda module, args: (args[0] * 2,)),
    "forward": lambda m, seen: m.register_module_forward_hook(lambda module, args, out: seen.append((named(module), out))),
    "forward, changing": lambda m, seen: m.register_module_forward_hook(lambda module, args, out: out + 1),
    "forward, keywords": lambda m, seen: m.register_module_forward_hook(
        lambda module, args, kwargs, out: seen.append((named(module), len(kwargs))), with_kwargs=True
    ),
    "backward_pre": lambda m, seen: m.register_module_full_backward_pre_hook(lambda module, grad: seen.append((named(module), grad[0]))),
    "backward": lambda m, seen: m.register_module_full_backward_hook(
        lambda module, grad_in, grad_out: seen.append((named(module), grad_out[0], grad_in[0]))
    ),
    "backward, changing": lambda m, seen: m.register_module_full_backward_hook(lambda module, grad_in, grad_out: (grad_in[0] * 3,)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOOKS)
def test_hooks(name):
    def program(package):
        seen: list = []
        model, x = net(package), package.ones(2, 3, requires_grad=True, dtype=package.float64)
        own = model[0].register_forward_hook(lambda module, args, out: seen.append(("own", out)))
        handle = HOOKS[name](package.nn.modules.module, seen)
        model(x).sum().backward()
        handle.remove()
        own.remove()
        length = len(seen)
        with_hooks = x.grad
        x.grad = None
        model(x).sum().backward()
        return seen, len(seen) - length, with_hooks, x.grad

    same_program(program)


def test_a_hook_that_is_always_called():
    def program(package):
        seen: list = []

        class Broken(package.nn.Module):
            def forward(self, x):
                raise ValueError("broken")

        handle = package.nn.modules.module.register_module_forward_hook(
            lambda module, args, out: seen.append(out), always_call=True
        )
        try:
            Broken()(package.ones(1))
        except ValueError:
            seen.append("raised")
        handle.remove()
        return seen

    same_program(program)


def test_both_kinds_of_backward_hooks():
    """torch never forgets which kind was registered: the rest of this process keeps to full ones."""
    for package in (minitorch_pt, torch):
        module = package.nn.modules.module
        module.register_module_full_backward_hook(lambda *_: None).remove()
        with pytest.raises(RuntimeError, match="both regular backward hooks and full backward hooks"):
            module.register_module_backward_hook(lambda *_: None)


def test_hooks_on_registration():
    def program(package):
        seen, module = [], package.nn.modules.module
        handles = [
            module.register_module_buffer_registration_hook(lambda m, name, value: seen.append(("buffer", name))),
            module.register_module_module_registration_hook(lambda m, name, value: seen.append(("module", name))),
            module.register_module_parameter_registration_hook(lambda m, name, value: seen.append(("parameter", name))),
        ]
        package.nn.Sequential(package.nn.Linear(2, 3), package.nn.BatchNorm1d(3))
        outer = package.nn.Module()
        outer.inner = package.nn.Tanh()
        outer.weight = package.nn.Parameter(package.ones(1))
        for handle in handles:
            handle.remove()
        changing = module.register_module_parameter_registration_hook(
            lambda m, name, value: package.nn.Parameter(value.detach() * 0 + 7)
        )
        layer = package.nn.Linear(1, 1)
        changing.remove()
        package.nn.Linear(2, 3)
        return seen, layer.bias is None or layer.bias.requires_grad

    same_program(program)
