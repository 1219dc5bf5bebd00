"""Optimisers with differentiable=True: gradients flow through steps, as through torch's, and the steps are the plain ones."""

from __future__ import annotations

import itertools

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand

START, GOAL = rand(3, 2), rand(3, 2, seed=1)
COMMON = [{}, {"maximize": True}, {"weight_decay": 0.1}]
OPTIONS = {
    "SGD": [*COMMON, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.3}],
    "Adam": [*COMMON, {"amsgrad": True}, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "AdamW": COMMON,
    "RMSprop": [*COMMON, {"momentum": 0.5}, {"centered": True}],
    "Adagrad": [*COMMON, {"lr_decay": 0.1, "initial_accumulator_value": 0.3}],
    "Adadelta": COMMON,
    "Adamax": COMMON,
    "NAdam": [*COMMON, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "RAdam": [*COMMON, {"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "ASGD": [*COMMON, {"t0": 1}],
    "Rprop": [{}, {"maximize": True}],
}
CASES = [(name, options) for name, many in OPTIONS.items() for options in many]


@pytest.fixture(autouse=True)
def in_float64():  # the count of steps too: torch computes with it here
    torch.set_default_dtype(torch.float64)
    minitorch_pt.set_default_dtype(minitorch_pt.float64)
    yield
    torch.set_default_dtype(torch.float32)
    minitorch_pt.set_default_dtype(minitorch_pt.float32)


def trained(t, name, options, steps, differentiable=True):
    """The point after some steps, its optimiser, and the leaves."""
    start, goal = t.tensor(START, requires_grad=True), t.tensor(GOAL, requires_grad=True)
    p = start.clone() if differentiable else start
    optimizer = getattr(t.optim, name)([p], **{"lr": 0.1, **options}, differentiable=differentiable)
    for _ in range(steps):
        (p.grad,) = t.autograd.grad(((p.clone() - goal) ** 4).sum(), p, create_graph=differentiable)
        optimizer.step()
    return p, optimizer, [start, goal]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_gradients_flow_through_steps(name, options):
    def program(t):
        p, optimizer, leaves = trained(t, name, options, 3)
        try:
            return [p.detach(), *t.autograd.grad((p**2).sum(), leaves, allow_unused=True)]
        except RuntimeError as error:
            assert "modified by an inplace operation" in str(error) and t is torch
            return [p.detach()]

    ours, theirs = program(minitorch_pt), program(torch)
    assert_same(ours[: len(theirs)], theirs, 1e-10)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_gradients_agree_with_differences(name, options):
    """Also where torch refuses its own step, and of the first steps, which begin from no state."""
    if name == "Rprop" or "momentum" in options:
        pytest.skip("its gradient is not that of its values: signs, or a first velocity that is cut off")
    t, h = minitorch_pt, 1e-6

    def end(shift):
        start, goal = (t.tensor(START, requires_grad=True), t.tensor(GOAL + shift, requires_grad=True))
        p = start.clone()
        optimizer = getattr(t.optim, name)([p], **{"lr": 0.1, **options}, differentiable=True)
        for _ in range(2):
            (p.grad,) = t.autograd.grad(((p.clone() - goal) ** 4).sum(), p, create_graph=True)
            optimizer.step()
        return p, goal

    p, goal = end(0.0)
    (gradient,) = t.autograd.grad(p.sum(), goal)
    numeric = (end(h)[0].sum() - end(-h)[0].sum()) / (2 * h)
    assert gradient.sum().item() == pytest.approx(numeric.item(), rel=2e-5, abs=1e-7)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_the_steps_are_the_plain_ones(name, options):
    (p, recorded, _), (q, plain, _) = (trained(minitorch_pt, name, options, 4, how) for how in (True, False))
    assert_same(p.detach(), torch.tensor(q.detach().numpy()), 1e-11)
    for mine, other in zip(recorded.state.values(), plain.state.values(), strict=True):
        assert list(mine) == list(other)
        for key in mine:
            assert_same(mine[key].detach(), torch.tensor(other[key].numpy()), 1e-11)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_a_learned_rate(name):
    def program(t):
        rate = t.tensor(0.1, requires_grad=True)
        p, _, _ = trained(t, name, {"lr": rate}, 3)
        return t.autograd.grad((p**2).sum(), rate)

    assert_same(program(minitorch_pt), program(torch), 1e-10)


def test_learned_betas_and_decay():
    def program(t):
        betas = tuple(t.tensor(b, requires_grad=True) for b in (0.8, 0.95))
        decay = t.tensor(0.1, requires_grad=True)
        p, _, _ = trained(t, "Adam", {"betas": betas, "weight_decay": decay}, 3)
        return t.autograd.grad((p**2).sum(), [*betas, decay])

    assert_same(program(minitorch_pt), program(torch), 1e-10)


def test_a_leaf_cannot_be_stepped():
    for t in (minitorch_pt, torch):
        p = t.ones(2, requires_grad=True)
        p.grad = t.ones(2)
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            t.optim.SGD([p], differentiable=True).step()


def test_what_is_no_leaf_needs_the_option():
    for t, differentiable in itertools.product((minitorch_pt, torch), (True, False)):
        p = t.ones(2, requires_grad=True) * 2
        if differentiable:
            t.optim.Adam([p], differentiable=True)
        else:
            with pytest.raises(ValueError, match="can't optimize a non-leaf Tensor"):
                t.optim.Adam([p])
