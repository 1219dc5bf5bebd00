"""The algorithms as functions of lists (`torch.optim.adam.adam`): numbers, state and signatures."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest
import torch

import minitorch_pt

# values of options; a list of state begins as zeros, or as said here
OPTIONS = {
    "lr": 0.1, "weight_decay": 0.02, "eps": 1e-6, "beta1": 0.8, "beta2": 0.95, "momentum": 0.7, "dampening": 0.1, "nesterov": False,
    "maximize": False, "amsgrad": True, "momentum_decay": 0.004, "lr_decay": 0.01, "rho": 0.9, "alpha": 0.9, "centered": True,
    "step_size_min": 1e-6, "step_size_max": 50.0, "etaminus": 0.5, "etaplus": 1.2, "lambd": 1e-4, "t0": 1e6,
}  # fmt: skip
BEGINS = {"mus": 1.0, "etas": 0.1, "mu_products": 1.0, "step_sizes": 0.01}
SINGLE = ("state_steps", "mus", "etas", "mu_products")
ALGORITHMS = ["sgd", "adam", "adamw", "radam", "nadam", "adagrad", "adadelta", "adamax", "rmsprop", "rprop", "asgd"]
VARIANTS = (
    {},
    {"nesterov": True, "dampening": 0.0},
    {"maximize": True},
    {"amsgrad": False},
    {"centered": False},
    {"momentum": 0.0},
)


def function_of(library, name):
    return getattr(importlib.import_module(f"{library.__name__}.optim.{name}"), name)


def after_steps(library, name, changed):
    """Parameters and state after three steps."""
    function, rng = function_of(library, name), np.random.default_rng(0)
    lists, options = {}, {}
    for parameter in inspect.signature(torch_form := function_of(torch, name)).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY or parameter.name in changed:
            options[parameter.name] = changed.get(parameter.name, OPTIONS[parameter.name])
        elif parameter.default is parameter.empty:
            lists[parameter.name] = [
                library.full(() if parameter.name in SINGLE else (3,), BEGINS.get(parameter.name, 0.0))
                for _ in range(2)
            ]
    first, second = [*lists][:2]
    for each in (first, second):
        lists[each] = [library.tensor(rng.standard_normal(3), dtype=library.float32) for _ in range(2)]
    if name == "sgd":
        lists["momentum_buffer_list"] = [None, None]
    assert str(inspect.signature(function)).count("=") == str(inspect.signature(torch_form)).count("=")
    for _ in range(3):
        assert function(*lists.values(), **options) is None
    return [t if t is None else t.tolist() for each in lists.values() for t in each]


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("changed", VARIANTS, ids=str)
def test_steps_as_functions(name, changed):
    changed = {k: v for k, v in changed.items() if k in inspect.signature(function_of(torch, name)).parameters}
    found, wanted = (after_steps(library, name, changed) for library in (minitorch_pt, torch))
    for mine, theirs in zip(found, wanted, strict=True):
        assert (mine is None) == (theirs is None)
        if mine is not None:  # float32: the two round in another order
            np.testing.assert_allclose(mine, theirs, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_parameters_of_the_functions(name):
    mine, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(function_of(library, name)).parameters.values()]
        for library in (minitorch_pt, torch)
    )
    assert mine == theirs
    assert getattr(minitorch_pt.optim._functional, name) is function_of(minitorch_pt, name)


def test_gradients_of_the_parameters_stay():
    p, g = minitorch_pt.zeros(2), minitorch_pt.ones(2)
    p.grad = kept = minitorch_pt.full((2,), 5.0)
    function_of(minitorch_pt, "sgd")(
        [p], [g], [None], lr=1.0, momentum=0, dampening=0, weight_decay=0, nesterov=False, maximize=False
    )
    assert p.tolist() == [-1.0, -1.0]
    assert p.grad is kept


@pytest.mark.parametrize("history", (False, True), ids=("plain", "with history"))
@pytest.mark.parametrize(
    "zero_grad",
    (
        lambda library, p: library.optim.SGD([p], lr=0.1).zero_grad(set_to_none=False),
        lambda library, p: library.nn.ParameterList([p]).zero_grad(set_to_none=False),
    ),
    ids=("optimizer", "module"),
)
def test_zeroed_gradients_are_the_same_tensors(history, zero_grad):
    for library in (minitorch_pt, torch):
        p = library.nn.Parameter(library.ones(2))
        (p**2).sum().backward(create_graph=history)
        kept = p.grad
        zero_grad(library, p)
        assert p.grad is kept
        assert not kept.requires_grad
        assert kept.tolist() == [0.0, 0.0]
