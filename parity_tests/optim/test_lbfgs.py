"""L-BFGS against torch: trajectories, line search, early ends, state and its exchange."""

import math
import types

import numpy as np
import pytest
import torch
from torch.optim.lbfgs import _strong_wolfe as torch_search

import minitorch_pt
from minitorch_pt.optim import lbfgs
from parity_tests.oracle import assert_same, rand, same_program

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


class TorchVector(np.ndarray):
    """A vector whose dot products and sum are torch's."""

    def __matmul__(self, other):
        return torch.tensor(self).dot(torch.tensor(other)).numpy()[()]

    __rmatmul__ = __matmul__

    def sum(self):
        return torch.tensor(self).sum().numpy()[()]


def torch_add(x, t, d):
    torch.from_numpy(np.asarray(x)).add_(torch.from_numpy(np.asarray(d)), alpha=float(t))


@pytest.fixture
def torch_sqrt(monkeypatch):
    """Square roots as torch computes them: MKL's are not always the nearest number."""
    names = {**vars(np), "sqrt": lambda x: torch.tensor(x).sqrt().numpy()[()]}
    monkeypatch.setattr(lbfgs, "np", types.SimpleNamespace(**names))


TERMS = {  # of products alone, which are the same in both packages
    "quadratic": lambda square, weight: square * weight,
    "quartic": lambda square, weight: square * square,
}


@pytest.mark.parametrize(
    ("dtype", "rate"), [("float64", None), ("float32", None), ("float64", "float32"), ("float32", "float64")]
)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("terms", TERMS)
def test_the_algorithm_is_torchs_to_the_last_bit(terms, options, dtype, rate, torch_sqrt, monkeypatch):
    """NumPy adds the terms of a dot product in another order than torch, which also rounds x + t·d only once.

    With these operations of torch in place of NumPy's nothing may differ: all other operations, their order and types are torch's.
    """
    gathered = lbfgs._gathered
    monkeypatch.setattr(lbfgs, "_gathered", lambda params: gathered(params).view(TorchVector))
    monkeypatch.setattr(lbfgs, "_add", torch_add)

    def program(t):
        p = t.from_numpy(rand(2, 11).astype(dtype)).requires_grad_()
        weight = t.from_numpy(rand(2, 11, low=0.1, high=30.0).astype(dtype))
        goal = t.from_numpy(rand(2, 11, seed=1).astype(dtype))
        given = {"lr": 1, **options}
        if rate:
            given["lr"] = t.tensor(given["lr"], dtype=getattr(t, rate))
        optimizer = t.optim.LBFGS([p], **given)
        seen = []

        def closure():
            optimizer.zero_grad()
            error = p - goal
            square = error * error
            # one by one: `sum()` has an order of its own too
            value = sum(TERMS[terms](square, weight).reshape(-1).unbind())
            value.backward()
            seen.append(p.detach().clone())
            return value

        for _ in range(2):
            optimizer.step(closure)
        return len(seen), seen, optimizer.state_dict()["state"]

    assert_same(program(minitorch_pt), program(torch), rtol=1e-300, atol=0)


def search_along(package, function, first, budget):
    """The points that the line search of a package visits on a function of one number, and what it returns."""
    visited = []

    def probe(t):
        visited.append(float(t))
        return function(float(t))

    loss, slope = function(0.0)
    if package is torch:
        one = torch.ones(1, dtype=torch.float64)

        def along(x, t, d):
            f, g = probe(t)
            return f, one * g

        result = torch_search(along, None, first, one, loss, one * slope, one[0] * slope, max_ls=budget)
    else:
        result = lbfgs._strong_wolfe(
            lambda t: (lambda f, g: (f, np.full(1, g), np.float64(g)))(*probe(t)),
            first, np.float64(1), (loss, np.full(1, slope), np.float64(slope)), budget,
        )  # fmt: skip
    f, g, t, count = result
    return visited, f, g.item(), float(t), count


@pytest.mark.parametrize("seed", range(40))
def test_line_search(seed, torch_sqrt):
    """Functions with many minima, steep and flat: the same points to the last bit."""
    draw = np.random.Generator(np.random.PCG64(seed)).uniform
    waves = np.stack([draw(-1, 1, 4), 10 ** draw(-1, 1, 4), draw(-3, 3, 4)], 1).tolist()
    if sum(h * r * math.cos(s) for h, r, s in waves) > 0:  # the search goes downhill
        waves = [[-h, r, s] for h, r, s in waves]

    def function(t):
        return sum(h * math.sin(r * t + s) for h, r, s in waves), sum(h * r * math.cos(r * t + s) for h, r, s in waves)

    for first in (1e-3, 0.1, 1.0, 30.0):
        for budget in (1, 4, 25):
            ours, theirs = (search_along(package, function, first, budget) for package in (minitorch_pt, torch))
            assert ours == theirs


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # which `step` would see to
@pytest.mark.parametrize("first", (1e-3, 0.1, 1.0, 30.0))
def test_line_search_at_a_kink(first, torch_sqrt):
    """No slope is flat: it ends when the bracket is too small."""

    def function(t):
        return 2 * abs(t - 0.3), 2.0 if t > 0.3 else -2.0

    ours, theirs = (search_along(package, function, first, 200) for package in (minitorch_pt, torch))
    assert ours == theirs
    assert ours[-1] < 200


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


ERRORS = {
    "rate": lambda t: t.optim.LBFGS([t.ones(1, requires_grad=True)], lr=-1),
    "groups": lambda t: t.optim.LBFGS([{"params": [t.ones(1, requires_grad=True)]}, {"params": [t.ones(1, requires_grad=True)]}]),
    "line search": lambda t: run(t, "quadratic", {"line_search_fn": "golden"}, 1),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    same_program(ERRORS[case])
