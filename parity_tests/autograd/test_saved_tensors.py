"""torch.autograd.graph and torch.utils.checkpoint: hooks on saved tensors, edges, and computing again, as in torch."""

from __future__ import annotations

import importlib
import tracemalloc
import warnings

import numpy as np
import pytest
import torch
import torch.utils.checkpoint

import minitorch_pt
from parity_tests.oracle import same_program


def graph_of(package):
    return package.autograd.graph


def checkpoint_of(package):
    return importlib.import_module(f"{package.__name__}.utils.checkpoint")


# ---------------------------------------------------------------------------------------------------------------------
# Hooks on saved tensors
# ---------------------------------------------------------------------------------------------------------------------
FUNCTIONS = {
    "mul": lambda t, x, w: x * w,
    "square": lambda t, x, w: x * x,
    "exp": lambda t, x, w: x.exp(),
    "sin": lambda t, x, w: x.sin(),
    "softmax": lambda t, x, w: w.softmax(1),
    "linear": lambda t, x, w: t.nn.functional.linear(x, w),
    "matmul": lambda t, x, w: w @ x,
    "power": lambda t, x, w: x**3,
    "relu": lambda t, x, w: x.relu(),
    "norm": lambda t, x, w: w.norm(),
    "max": lambda t, x, w: w.max(1)[0],
    "many": lambda t, x, w: x.log() + x.sqrt() * t.sigmoid(x) * t.tanh(x),
}


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "max"])  # which saves an index
def test_what_is_packed_is_what_backward_gets(name):
    """Twice what was saved gives the gradients that torch computes of it."""

    def program(package):
        x = package.tensor([1.0, 2.0, 3.0], requires_grad=True)
        w = package.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
        with graph_of(package).saved_tensors_hooks(lambda saved: saved * 2, lambda kept: kept):
            y = FUNCTIONS[name](package, x, w)
        gradients = package.autograd.grad(y.sum(), [x, w], allow_unused=True)
        return [0 if g is None else g for g in gradients]

    same_program(program)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("square", "linear", "matmul")])
def test_the_shapes_that_are_packed(name):
    def program(package):
        x = package.tensor([1.0, 2.0, 3.0], requires_grad=True)
        w = package.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
        shapes: list = []
        with graph_of(package).saved_tensors_hooks(
            lambda saved: (shapes.append(tuple(saved.shape)), saved)[1], lambda kept: kept
        ):
            FUNCTIONS[name](package, x, w)
        return shapes

    same_program(program)


def test_hooks_may_keep_what_they_like():
    def program(package):
        x = package.rand(3, 4, generator=package.Generator().manual_seed(0)).requires_grad_()
        stored: dict = {}

        def pack(saved):
            stored[len(stored)] = saved.numpy(force=True).tobytes(), tuple(saved.shape), saved.dtype
            return len(stored) - 1

        def unpack(key):
            data, shape, dtype = stored[key]
            return package.frombuffer(bytearray(data), dtype=dtype).reshape(shape)

        with graph_of(package).saved_tensors_hooks(pack, unpack):
            y = package.nn.functional.layer_norm(x.exp(), (4,)).tanh().sum()
        y.backward(retain_graph=True)
        y.backward()
        return x.grad

    same_program(program)


def test_hooks_are_nested_and_the_inner_ones_hold():
    def program(package):
        graph, x = graph_of(package), package.ones(2, requires_grad=True)
        called: list = []

        def hooks(name):
            return graph.saved_tensors_hooks(lambda t: (called.append(name), t)[1], lambda t: t)

        with hooks("outer"):
            x.exp()
            with hooks("inner"):
                x.sin()
            x.cos()
        x.tan()
        return called

    same_program(program)


def test_what_hooks_see():
    def program(package):
        x = package.ones(2, requires_grad=True)
        y = x.sin()
        seen: list = []
        with graph_of(package).saved_tensors_hooks(lambda t: (seen.append(t), t)[1], lambda t: t):
            z = x * y
        enabled: list = []
        with graph_of(package).saved_tensors_hooks(
            lambda t: (enabled.append(package.is_grad_enabled()), t)[1], lambda t: t
        ):
            x.exp()
        return [s.requires_grad for s in seen], seen[1].grad_fn is None, enabled, z.grad_fn._saved_self

    same_program(program)


def test_hooks_with_gradients_of_gradients():
    def program(package):
        x = package.tensor([0.5, 1.0], requires_grad=True)
        with graph_of(package).saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
            y = (x.sin() * x.exp()).sum()
        (first,) = package.autograd.grad(y, x, create_graph=True)
        return first, package.autograd.grad(first.sum(), x)[0]

    same_program(program)


def test_hooks_around_a_function():
    def program(package):
        class Sine(package.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x, None)
                return x.sin()

            @staticmethod
            def backward(ctx, g):
                x, nothing = ctx.saved_tensors
                return g * x.cos() if nothing is None else None

        x, called = package.ones(2, requires_grad=True), []
        hooks = graph_of(package).saved_tensors_hooks(
            lambda t: (called.append("pack"), t * 2)[1], lambda t: (called.append("unpack"), t)[1]
        )
        with hooks:
            y = Sine.apply(x)
        y.sum().backward()
        return called, x.grad

    same_program(program)


def test_changes_in_place_are_the_hooks_business():
    def program(package):
        x = package.ones(2, requires_grad=True)
        y = x * 2
        with graph_of(package).saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t):
            z = y * y
        y.data.zero_()
        y.add_(1)
        z.sum().backward()
        return x.grad

    same_program(program)


@pytest.mark.parametrize(
    "pack, unpack",
    [(lambda t: t.detach().add_(1), lambda t: t), (lambda t: t, lambda t: 3), (lambda t: t, lambda t: None)],
)
def test_wrong_hooks(pack, unpack):
    def program(package):
        x = package.ones(2, requires_grad=True)
        with graph_of(package).saved_tensors_hooks(pack, unpack):
            y = x * x
        y.sum().backward()

    same_program(program)


def test_save_on_cpu_and_disabled_hooks():
    def program(package):
        graph, x = graph_of(package), package.ones(3, requires_grad=True)
        with graph.save_on_cpu():
            (x.exp() * x).sum().backward()
        refused: list = []
        with graph.disable_saved_tensors_hooks("not here"):
            x.exp()
            try:
                graph.saved_tensors_hooks(lambda t: t, lambda t: t).__enter__()
            except RuntimeError as error:
                refused.append(str(error))
        with graph.saved_tensors_hooks(lambda t: t, lambda t: t):
            x.exp()
        return x.grad, refused

    same_program(program)
    with pytest.raises(RuntimeError, match="pin_memory"):
        minitorch_pt.autograd.graph.save_on_cpu(pin_memory=True)


# ---------------------------------------------------------------------------------------------------------------------
# Edges, several gradients, versions
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("mode", ("all", "any"))
def test_hooks_on_several_gradients(mode):
    def program(package):
        x, other = package.ones(2, requires_grad=True), package.ones(2, requires_grad=True)
        y = x * 2
        found: list = []
        handle = graph_of(package).register_multi_grad_hook((x, y, other), found.append, mode=mode)
        y.sum().backward(retain_graph=True)
        (x * 3 + other).sum().backward()
        (x * y + other).sum().backward(inputs=(x,), retain_graph=True)
        package.autograd.grad(y.sum(), y, retain_graph=True)
        handle.remove()
        y.sum().backward()
        return [[0 if g is None else g for g in f] if isinstance(f, list) else f for f in found]

    same_program(program)


@pytest.mark.parametrize("wrong", [
    lambda t: graph_of(t).register_multi_grad_hook((t.ones(1, requires_grad=True),), print, mode="some"),
    lambda t: graph_of(t).register_multi_grad_hook((t.ones(1),), print),
    lambda t: graph_of(t).get_gradient_edge(t.ones(1)),
])  # fmt: skip
def test_wrong_edges(wrong):
    same_program(wrong)


def test_gradient_edges():
    def program(package):
        graph, x = graph_of(package), package.ones(2, 3, requires_grad=True)
        y = x * 2
        first, second = x.unbind(0)
        edges = [graph.get_gradient_edge(t) for t in (y, x, second)]
        isinstance(edges[0], graph.GradientEdge)
        z = (y * y).sum() + (first * second**2).sum()
        return (
            [edge.output_nr for edge in edges],
            edges[0].node is y.grad_fn,
            [isinstance(edge.node, graph.Node) for edge in edges],
            package.autograd.grad(z, edges, retain_graph=True),
            package.autograd.grad(z, edges[0]),
        )

    same_program(program)


def test_versions():
    def program(package):
        x = package.ones(2, requires_grad=True)
        y = x * 1
        z = y * y
        graph_of(package).increment_version([y, y])
        graph_of(package).increment_version(y)
        return y._version, z.sum().backward()

    same_program(program)


# ---------------------------------------------------------------------------------------------------------------------
# Checkpoints
# ---------------------------------------------------------------------------------------------------------------------
def network(package):
    package.manual_seed(0)
    nn = package.nn
    return nn.Sequential(
        nn.Linear(3, 8), nn.GELU(), nn.Dropout(0.5), nn.Linear(8, 8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 1)
    )


@pytest.mark.parametrize("preserve", (True, False))
@pytest.mark.parametrize("use_reentrant", (True, False))
def test_a_network_computed_again(use_reentrant, preserve):
    def program(package):
        net, calls = network(package), []

        def run(x):
            calls.append(1)
            return net(x)

        package.manual_seed(1)
        x = package.randn(4, 3).requires_grad_()
        y = checkpoint_of(package).checkpoint(run, x, use_reentrant=use_reentrant, preserve_rng_state=preserve)
        between = package.rand(1)
        y.sum().backward()
        return y, between, package.rand(1), x.grad, [p.grad for p in net.parameters()], len(calls)

    same_program(program, 1e-5)


def test_without_gradients_of_the_input():
    def program(package):
        net, x = network(package).eval(), package.ones(2, 3)
        checkpoint_of(package).checkpoint(net, x, use_reentrant=False).sum().backward()
        return [p.grad for p in net.parameters()]

    same_program(program, 1e-5)
    for package in (minitorch_pt, torch):
        with pytest.warns(UserWarning, match="None of the inputs have requires_grad=True"):
            checkpoint_of(package).checkpoint(package.sin, package.ones(1), use_reentrant=True)


CHECKPOINTS = {
    "keywords": lambda c, t, x: c.checkpoint(lambda a, b=None: a * b, x, b=3, use_reentrant=False),
    "keywords, reentrant": lambda c, t, x: c.checkpoint(lambda a, b=None: a * b, x, b=3, use_reentrant=True),
    "contexts, reentrant": lambda c, t, x: c.checkpoint(t.sin, x, context_fn=lambda: 1, use_reentrant=True),
    "structures": lambda c, t, x: c.checkpoint(lambda a: {"k": a * 2, "l": [a]}, x, use_reentrant=False)["k"],
    "several": lambda c, t, x: t.add(*c.checkpoint(lambda a: (a.sin(), a.exp()), x, use_reentrant=False)),
    "several, reentrant": lambda c, t, x: t.add(*c.checkpoint(lambda a: (a.sin(), a.exp()), x, use_reentrant=True)),
    "numbers": lambda c, t, x: c.checkpoint(lambda a, n, none: a**n, x, 3, None, use_reentrant=True),
    "nested": lambda c, t, x: c.checkpoint(
        lambda a: c.checkpoint(lambda b: (b * b).sin().exp(), a * 2, use_reentrant=False) * a, x, use_reentrant=False
    ),
    "nested, reentrant": lambda c, t, x: c.checkpoint(
        lambda a: c.checkpoint(lambda b: (b * b).sin().exp(), a * 2, use_reentrant=True) * a, x, use_reentrant=True
    ),
    "sequential": lambda c, t, x: c.checkpoint_sequential([t.sin, t.exp, t.tanh, t.sin, t.cos], 2, x, use_reentrant=False),
    "sequential, reentrant": lambda c, t, x: c.checkpoint_sequential(
        t.nn.Sequential(*[t.nn.Tanh() for _ in range(5)]), 3, x, use_reentrant=True
    ),
    "detached": lambda c, t, x: c.checkpoint(lambda a: a.detach(), x, use_reentrant=True),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_checkpoints(name):
    def program(package):
        x = package.tensor([0.5, 1.0, 1.5], requires_grad=True)
        y = CHECKPOINTS[name](checkpoint_of(package), package, x)
        y.sum().backward()
        return y, x.grad

    same_program(program)


@pytest.mark.parametrize("use_reentrant", (True, False))
def test_gradients_by_grad(use_reentrant):
    def program(package):
        x = package.tensor([0.5, 1.0], requires_grad=True)
        y = checkpoint_of(package).checkpoint(lambda a: a.sin() * a.exp(), x, use_reentrant=use_reentrant).sum()
        (first,) = package.autograd.grad(y, x, create_graph=True)
        return first, package.autograd.grad(first.sum(), x)[0]

    same_program(program)


@pytest.mark.parametrize("keep", (True, False))
def test_backward_twice(keep):
    def program(package):
        x = package.tensor([0.5, 1.0], requires_grad=True)
        y = checkpoint_of(package).checkpoint(lambda a: a.sin().exp(), x, use_reentrant=False).sum()
        y.backward(retain_graph=keep)
        y.backward()
        return x.grad

    same_program(program)


@pytest.mark.parametrize(
    "second", [lambda x: x.sin(), lambda x: x.double().sin() * x.exp(), lambda x: x[:1].sin() * x[:1].exp()]
)
def test_what_is_not_computed_again(second):
    def program(package):
        calls: list = []

        def run(x):
            calls.append(1)
            return x.sin() * x.exp() if len(calls) == 1 else second(x)

        x = package.ones(2, requires_grad=True)
        checkpoint_of(package).checkpoint(run, x, use_reentrant=False).sum().backward()

    same_program(program)
    assert issubclass(checkpoint_of(minitorch_pt).CheckpointError, RuntimeError)


def test_contexts_of_both_computations():
    def program(package):
        entered: list = []

        class Noted:
            def __init__(self, name):
                self.name = name

            def __enter__(self):
                entered.append(self.name)

            def __exit__(self, *exc):
                entered.append("end of " + self.name)

        x = package.ones(2, requires_grad=True)
        y = checkpoint_of(package).checkpoint(
            package.sin, x, use_reentrant=False, context_fn=lambda: (Noted("first"), Noted("second"))
        )
        y.sum().backward()
        return entered, x.grad

    same_program(program)


def test_which_kind_is_to_be_said():
    for package in (minitorch_pt, torch):
        c = checkpoint_of(package)
        with pytest.warns(UserWarning, match="use_reentrant parameter should be passed explicitly"):
            c.checkpoint(package.sin, package.ones(1, requires_grad=True))
        with pytest.warns(UserWarning, match="use_reentrant parameter should be passed explicitly"):
            c.checkpoint_sequential([package.sin, package.cos], 2, package.ones(1, requires_grad=True))


def test_parts_of_checkpoint():
    def program(package):
        c = checkpoint_of(package)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            c.check_backward_validity([package.ones(1)])
        first, second = c.noop_context_fn()
        with first, second:
            x, n = c.detach_variable((package.ones(1, requires_grad=True) * 2, 3))
        return len(caught), x, x.is_leaf, x.requires_grad, n, c.detach_variable([1])

    same_program(program)
    assert minitorch_pt.utils.checkpoint.CheckpointFunction.__module__ == "minitorch_pt.utils.checkpoint"


def test_a_checkpoint_keeps_no_memory():
    t = minitorch_pt
    x = t.ones(1 << 18, requires_grad=True)

    def deep(a):
        for _ in range(10):
            a = (a * 0.9).sin()
        return a

    def kept(run):
        tracemalloc.start()
        y = run()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size, y

    plain, y = kept(lambda: deep(x))
    less, z = kept(lambda: checkpoint_of(t).checkpoint(deep, x, use_reentrant=False))
    assert plain > 10 * x.nbytes and less < 3 * x.nbytes
    y.sum().backward()
    expected, x.grad = x.grad, None
    z.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), expected.numpy())


def test_early_stop_of_checkpoints():
    def program(t):
        checkpoint, calls = t.utils.checkpoint, []

        def function(x):
            y = x.exp()
            calls.append(1)
            return y

        for early in (True, False):
            with checkpoint.set_checkpoint_early_stop(early):
                checkpoint.checkpoint(function, t.ones(1, requires_grad=True), use_reentrant=False).backward()
            calls.append("|")
        checkpoint.checkpoint(function, t.ones(1, requires_grad=True), use_reentrant=False, early_stop=False).backward()
        return calls, checkpoint.get_device_states(t.ones(1))

    same_program(program)
