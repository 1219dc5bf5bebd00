"""grad_fn: torch's classes and names, calls, hooks, and what a node saved."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, rand, same_program

# for each common node what it saved, by torch's names, is compared with torch's
SAVED = {
    "mul": lambda p, x: x * (x + 1),
    "mul by a constant": lambda p, x: x * p.ones_like(x),
    "mul by a number": lambda p, x: x * 3,
    "div": lambda p, x: x / (x + 3),
    "div by a number": lambda p, x: x / 2,
    "pow": lambda p, x: x**3,
    "exp": lambda p, x: x.exp(),
    "log": lambda p, x: (x + 3).log(),
    "sqrt": lambda p, x: (x + 3).sqrt(),
    "rsqrt": lambda p, x: (x + 3).rsqrt(),
    "reciprocal": lambda p, x: (x + 3).reciprocal(),
    "sin": lambda p, x: x.sin(),
    "cos": lambda p, x: x.cos(),
    "abs": lambda p, x: x.abs(),
    "tanh": lambda p, x: x.tanh(),
    "sigmoid": lambda p, x: x.sigmoid(),
    "relu": lambda p, x: x.relu(),
    "sum": lambda p, x: x.sum(),
    "sum along": lambda p, x: x.sum(1),
    "sum kept": lambda p, x: x.sum(0, keepdim=True),
    "mm": lambda p, x: x.mm(x.T),
    "softmax": lambda p, x: x.softmax(1),
    "log_softmax": lambda p, x: x.log_softmax(1),
    "view": lambda p, x: x.view(-1),
}


# nodes of several outputs, of which some have no gradient
SEVERAL = {
    "unbind": lambda p, x: x.unbind(0),
    "split": lambda p, x: x.split(1, 1),
    "aminmax": lambda p, x: x.aminmax(dim=0),
    "std_mean": lambda p, x: p.std_mean(x, 0),
    "eigh": lambda p, x: p.linalg.eigh(x @ x.T),
    **{name: lambda p, x, name=name: getattr(x, name)(1)[:1] for name in ("max", "sort", "topk", "median", "cummax")},
}


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize("name", [*SAVED, *SEVERAL])
def test_a_node_is_called(name, recording):
    """With a gradient of its first output alone; what it gives has a history where one is recorded."""

    def program(p):
        x = p.tensor(rand(2, 3), requires_grad=True)
        outputs = {**SAVED, **SEVERAL}[name](p, x)
        outputs = [outputs] if isinstance(outputs, p.Tensor) else [*outputs]
        first = p.tensor(rand(*outputs[0].shape, seed=1), requires_grad=recording)
        given = [first, *[None] * (len(outputs) - 1)]
        with p.set_grad_enabled(recording):
            found = outputs[0].grad_fn(*given)
        found = found if isinstance(found, tuple) else (found,)
        return [g if g is None else (g.detach(), g.requires_grad) for g in found]

    same_program(program)


def saved(package, name):
    x = package.from_numpy(rand(2, 3)).requires_grad_()
    return x, SAVED[name](package, x).grad_fn


@pytest.mark.parametrize("name", SAVED)
def test_what_a_node_saved(name):
    _, theirs = saved(torch, name)
    _, ours = saved(minitorch_pt, name)
    names = [n for n in dir(theirs) if n.startswith("_saved")]
    if "_saved_self" in names:  # its sizes tell nothing more
        names = [n for n in names if "_sym_" not in n]
    assert names, "torch's node saves nothing"
    for n in names:
        assert n in dir(ours), f"{n} is not in {[n for n in dir(ours) if '_saved' in n]}"
        a, b = getattr(ours, n), getattr(theirs, n)
        assert_same(a, b, what=n)
        if isinstance(b, torch.Tensor):
            assert a.requires_grad == b.requires_grad
            assert (a.grad_fn and a.grad_fn.name()) == (b.grad_fn and b.grad_fn.name())


def classes(p):
    x = p.ones(2, requires_grad=True)
    nodes = [
        (x * 2).grad_fn,
        (1 - x).grad_fn,
        (1 / x).grad_fn,
        (2**x).grad_fn,
        (x // 1).grad_fn,
        x[None].grad_fn,
        x.unbind()[0].grad_fn,
    ]
    return [
        (
            n.name(),
            type(n).__name__,
            type(n).__module__,
            isinstance(n, p.autograd.graph.Node),
            n.metadata,
            n.requires_grad,
        )
        for n in nodes
    ]


def one_object(p):
    x = p.ones(2, requires_grad=True)
    y = x * 2
    leaf = y.grad_fn.next_functions[0][0]
    y.grad_fn.metadata["note"] = 3
    return [
        y.grad_fn is y.grad_fn,
        leaf is (x + 1).grad_fn.next_functions[0][0],
        leaf.variable is x,
        y.grad_fn.metadata,
        type(leaf).__name__,
        type(y.grad_fn) is type((x * 3).grad_fn),
        [f.name() for f, _ in (y + x).grad_fn.next_functions],
    ]


def called(p):
    x = p.tensor([1.0, 2.0], requires_grad=True)
    first = (x * x).grad_fn(p.ones(2))
    parts = x.expand(2, 2).unbind()
    return (
        [(g, g.requires_grad) for g in first],
        (x * 2).grad_fn(p.ones(2)),
        (x * 2).grad_fn(None),
        x.exp().grad_fn(p.ones(2)),
        parts[0].grad_fn(p.ones(2), None),
        parts[1].output_nr,
    )


def call_with_too_many(p):
    (p.ones(2, requires_grad=True) * 2).grad_fn(p.ones(2), p.ones(2))


def call_with_a_number(p):
    (p.ones(2, requires_grad=True) * 2).grad_fn(1.0)


def call_released(p):
    y = p.ones(2, requires_grad=True).exp()
    y.sum().backward()
    y.grad_fn(p.ones(2))


def saved_released(p):
    y = p.ones(2, requires_grad=True).exp()
    y.sum().backward()
    return y.grad_fn._saved_result


def not_saved(p):
    return (p.ones(2, requires_grad=True) * 2).grad_fn._saved_nothing


def nothing_saved(p):
    return (p.ones(2, requires_grad=True) + p.ones(2)).grad_fn._saved_self


def of_a_function(p):
    class Double(p.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.factor = 2
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * ctx.factor

    node = Double.apply(p.ones(2, requires_grad=True)).grad_fn
    return node.name(), type(node).__name__, node.factor, node.saved_tensors, node.needs_input_grad


def refused(p):
    results = []
    for f in (lambda x: x // 2, lambda x: p.floor_divide(x, 2), lambda x: p.heaviside(x, p.zeros(2))):
        y = f(p.tensor([1.0, -3.0], requires_grad=True))
        try:
            y.sum().backward()
        except RuntimeError:
            results.append((y.requires_grad, y.grad_fn.name()))
    return results


def norm_of_zeroth_order(p):
    x = p.tensor([1.0, -3.0], requires_grad=True)
    x.norm(0).backward()
    return x.grad


FACTS = [
    classes, one_object, called, call_with_too_many, call_with_a_number, call_released, saved_released, not_saved,
    nothing_saved, of_a_function, refused, norm_of_zeroth_order,
]  # fmt: skip


@pytest.mark.parametrize("program", FACTS, ids=lambda f: f.__name__)
def test_fact(program):
    same_program(program)


def test_looking_at_a_node_keeps_nothing_alive():
    gc.disable()
    try:
        x = minitorch_pt.ones(2, requires_grad=True)
        y = x * 2
        node = weakref.ref(y.grad_fn)
        leaf = weakref.ref(y.grad_fn.next_functions[0][0])
        assert leaf() is None  # as nobody holds it
        del y
        assert node() is None
        seen = weakref.ref(x)
        del x
        assert seen() is None
    finally:
        gc.enable()


def test_a_saved_array_that_was_changed():
    x = minitorch_pt.ones(2, requires_grad=True)
    y = (x * 1).exp()
    y.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.grad_fn.next_functions[0][0]._saved_result  # noqa: B018
    assert np.array_equal(x.exp().grad_fn._saved_result.detach().numpy(), np.exp(np.ones(2, "f4")))
