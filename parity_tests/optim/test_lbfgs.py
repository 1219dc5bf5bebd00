"""L-BFGS against torch: trajectories, line search, early ends, state and its exchange."""

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, same_program

LOSSES = {
    "rosenbrock": lambda t, a, b: ((1 - a) ** 2).sum() + 10 * ((b - a**2) ** 2).sum(),
    "quadratic": lambda t, a, b: (a * a * 3).sum() + ((b - a) ** 2).sum(),
    "not convex": lambda t, a, b: (t.sin(a * 3) + 0.1 * a * a).sum() + (t.cos(b * 2 + a) + 0.1 * b * b).sum(),
    "flat then steep": lambda t, a, b: t.exp(a * 2).sum() + t.exp(-b).sum() + (b**4).sum(),
    "steep": lambda t, a, b: (a**6).sum() * 1000 + (b * b).sum() * 1e-3,
    "with a pole": lambda t, a, b: (a * a - t.log(a + 3)).sum() + (b**4).sum(),
}
OPTIONS = [
    {"lr": 0.1},
    {"lr": 0.5, "max_iter": 4, "history_size": 2},
    {"lr": 1, "max_iter": 7, "max_eval": 3},
    {"lr": 0.1, "max_iter": 1},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 3, "lr": 0.3},
    {"line_search_fn": "strong_wolfe", "max_eval": 4},
    {"line_search_fn": "strong_wolfe", "lr": 30.0},
    {"line_search_fn": "strong_wolfe", "lr": 1e-4},
    {"lr": 0.1, "tolerance_grad": 0.5},
    {"lr": 0.1, "tolerance_change": 1e-2},
]


def start(t):
    a = t.linspace(-1.2, 1, 6, dtype=t.float64).reshape(2, 3).requires_grad_()
    b = t.linspace(0.3, 2, 6, dtype=t.float64).reshape(2, 3).requires_grad_()
    return a, b


def run(t, loss, options, steps, params=None, state=None):
    a, b = start(t) if params is None else params
    unused = t.ones((), dtype=t.float64, requires_grad=True)
    optimizer = t.optim.LBFGS([a, b, unused], **options)
    if state is not None:
        optimizer.load_state_dict(state)
    seen = []

    def closure():
        optimizer.zero_grad()
        value = LOSSES[loss](t, a, b)
        value.backward()
        seen.append(value.item())
        return value

    first = [optimizer.step(closure).item() for _ in range(steps)]
    return optimizer, (a, b), first, seen


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("loss", LOSSES)
def test_trajectory(loss, options):
    def program(t):
        optimizer, params, first, seen = run(t, loss, options, 1)
        return seen, [p.detach() for p in params], optimizer

    (ours, mine, optimizer), (theirs, reference, other) = program(minitorch_pt), program(torch)
    # each evaluation passes on the rounding of those before it; the curvature is a difference of nearly equal gradients
    np.testing.assert_allclose(ours[:8], theirs[:8], rtol=1e-9, atol=1e-12)
    assert_same(mine, reference, rtol=1e-4, atol=1e-4)
    assert repr(optimizer) == repr(other)
    ours, theirs = optimizer.state_dict(), other.state_dict()
    assert list(ours["state"][0]) == list(theirs["state"][0])
    assert ours["param_groups"] == theirs["param_groups"]


@pytest.mark.parametrize("options", OPTIONS[:7], ids=str)
def test_state(options):
    same_program(lambda t: run(t, "rosenbrock", options, 2)[0].state_dict()["state"], rtol=1e-8)


def converted(value, tensor, to):
    if isinstance(value, tensor):
        return to(value.detach().numpy().copy())
    if isinstance(value, dict):
        return {k: converted(v, tensor, to) for k, v in value.items()}
    return [converted(v, tensor, to) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("direction", ["ours to torch", "torch to ours"])
def test_state_moves(direction):
    ends = (minitorch_pt, lambda x: minitorch_pt.from_numpy(np.asarray(x))), (torch, torch.from_numpy)
    (source, _), (target, make) = ends if direction == "ours to torch" else ends[::-1]
    options = {"max_iter": 5, "line_search_fn": "strong_wolfe"}
    optimizer, params, *_ = run(source, "rosenbrock", options, 1)
    moved = tuple(make(p.detach().numpy().copy()).requires_grad_() for p in params)
    state = converted(optimizer.state_dict(), source.Tensor, lambda x: make(np.asarray(x)))
    _, ends_at, *_ = run(target, "rosenbrock", options, 1, moved, state)
    _, whole, *_ = run(torch, "rosenbrock", options, 2)
    for a, b in zip(ends_at, whole, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-9)


def test_nothing_to_do():
    def program(t):
        p = t.zeros(3, requires_grad=True)
        optimizer = t.optim.LBFGS([p])

        def closure():
            optimizer.zero_grad()
            value = (p * p).sum()
            value.backward()
            return value

        with t.no_grad():
            return optimizer.step(closure), optimizer.state_dict(), p.detach()

    same_program(program)


def test_float32():
    def program(t):
        p = t.linspace(-1, 1, 5).requires_grad_()
        optimizer = t.optim.LBFGS([p], line_search_fn="strong_wolfe", max_iter=3)

        def closure():
            optimizer.zero_grad()
            value = ((p - 2) ** 4).sum()
            value.backward()
            return value

        optimizer.step(closure)
        return p.detach(), optimizer.state_dict()["state"][0]["H_diag"]

    same_program(program, rtol=1e-4)  # sums in another order


ERRORS = {
    "rate": lambda t: t.optim.LBFGS([t.ones(1, requires_grad=True)], lr=-1),
    "groups": lambda t: t.optim.LBFGS([{"params": [t.ones(1, requires_grad=True)]}, {"params": [t.ones(1, requires_grad=True)]}]),
    "line search": lambda t: run(t, "quadratic", {"line_search_fn": "golden"}, 1),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])
