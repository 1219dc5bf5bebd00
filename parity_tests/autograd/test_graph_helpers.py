"""torch.autograd.graph and what stands around a backward pass: hooks of single saved tensors, changes of what is saved, callbacks, trackers."""

from __future__ import annotations

import importlib

import pytest

from parity_tests.oracle import same_program

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def leaf(torch, *values):
    return torch.tensor(values or (1.0, 2.0), dtype=torch.float64, requires_grad=True)


def error_of(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "none"


# -- changes of what is saved ------------------------------------------------------------------------------------------
@program
def saved_may_change(torch):
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        a = leaf(torch)
        b = a.clone()
        squares = b**2
        b.mul_(3)
        again = b**2
        b.zero_()
        (squares + again).sum().backward()
    return a.grad


@program
def views_of_saved_may_change(torch):
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        a = leaf(torch)
        b = a.clone()
        product = b * b.exp()
        b[0].fill_(5)
        return torch.autograd.grad(product.sum(), a)


@program
def backward_outside(torch):
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = (leaf(torch) ** 2).sum()
    return error_of(y.backward)


@program
def cleared(torch):
    with torch.autograd.graph.allow_mutation_on_saved_tensors() as context:
        y = (leaf(torch) ** 2).sum()
        context.clear()
        return error_of(y.backward)


@program
def nested(torch):
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        found = error_of(lambda: torch.autograd.graph.allow_mutation_on_saved_tensors().__enter__())
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        return found


# -- hooks of one saved tensor -----------------------------------------------------------------------------------------
@program
def hooks_of_one(torch):
    a = leaf(torch)
    y = a.exp() * a
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t * 10, lambda t: t + 1)
    y.sum().backward()
    return a.grad


@program
def what_is_raw(torch):
    node = leaf(torch).sum(0).grad_fn
    return [
        hasattr(node, name)
        for name in ("_saved_dim", "_raw_saved_dim", "_raw_saved_self_sym_sizes", "_raw_saved_nothing")
    ]


@program
def hooks_of_each(torch):
    a, b = leaf(torch), leaf(torch, 3.0, 4.0)
    y = a * b
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t * 2, lambda t: t)
    y.grad_fn._raw_saved_other.register_hooks(
        lambda t: t.tolist(), lambda kept: torch.tensor(kept, dtype=torch.float64) / 2
    )
    shown = y.grad_fn._saved_self, y.grad_fn._saved_other
    y.sum().backward()
    return a.grad, b.grad, [t.detach() for t in shown]


@program
def hooks_of_a_result(torch):
    a = leaf(torch)
    y = a.exp()
    y.grad_fn._raw_saved_result.register_hooks(lambda t: t.float(), lambda t: t.double() * 2)
    y.sum().backward()
    return a.grad.round()


@program
def hooks_twice(torch):
    y = leaf(torch) ** 2
    hook = y.grad_fn._raw_saved_self.register_hooks
    hook(lambda t: t, lambda t: t)
    return error_of(lambda: y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t))


@program
def hooks_that_are_refused(torch):
    y = leaf(torch) ** 2
    saved = y.grad_fn._raw_saved_self
    return (
        error_of(lambda: saved.register_hooks(lambda t: t)),
        error_of(lambda: saved.register_hooks(1, 2)),
        error_of(lambda: saved.register_hooks(lambda t: t.mul_(2), lambda t: t)),
    )


@program
def hooks_within_hooks(torch):
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        y = leaf(torch) ** 2
    return error_of(lambda: y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t))


@program
def hooks_of_a_function(torch):
    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx, g):
            x, y = ctx.saved_tensors
            return g * y, g * x

    a, b = leaf(torch), leaf(torch, 3.0, 4.0)
    y = Product.apply(a, b)
    first, second = y.grad_fn._raw_saved_tensors
    second.register_hooks(lambda t: t * 2, lambda t: t + 1)
    again = error_of(lambda: y.grad_fn._raw_saved_tensors[1].register_hooks(lambda t: t, lambda t: t))
    y.sum().backward()
    return a.grad, b.grad, again


# -- around a backward pass --------------------------------------------------------------------------------------------
@program
def callbacks(torch):
    log = []
    a = leaf(torch)
    queue = torch.autograd.Variable._execution_engine.queue_callback

    def hook(gradient):
        for i in range(3):
            queue(lambda i=i: log.append((i, a.grad is None)))
        queue(lambda: queue(lambda: log.append("queued by a callback")))

    a.register_hook(hook)
    (a * 2).sum().backward()
    log.append("end")
    (a * 2).sum().backward()
    return log, error_of(lambda: queue(lambda: None))


@program
def callbacks_of_grad(torch):
    log = []
    a = leaf(torch)
    b = a * 2
    b.register_hook(lambda g: torch.autograd.Variable._execution_engine.queue_callback(lambda: log.append("done")))
    torch.autograd.grad(b.sum(), a)
    return log


@program
def callbacks_of_a_function(torch):
    log = []

    class Noted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            torch.autograd.Variable._execution_engine.queue_callback(lambda: log.append("callback"))
            log.append("backward")
            return g

    a = leaf(torch)
    a.register_post_accumulate_grad_hook(lambda p: log.append("accumulated"))
    Noted.apply(a).sum().backward()
    return log


@program
def number_of_a_pass(torch):
    numbers = []
    a = leaf(torch)
    (a * 1).sum().backward()
    a.register_hook(lambda g: numbers.append(torch._C._current_graph_task_id()))
    for _ in range(3):
        (a * a).sum().backward()
    return [n >= 0 for n in numbers], len({*numbers}), torch._C._current_graph_task_id()


@program
def hooks_of_the_accumulator(torch):
    """As distributed training of before 2.1 knows that a gradient is ready."""
    log = []
    a = leaf(torch)
    node = a.expand_as(a).grad_fn.next_functions[0][0]
    node.register_prehook(lambda g: log.append(("before", len(g), a.grad is None)))
    handle = node.register_hook(
        lambda *gs: log.append(("after", [len(g) for g in gs], gs[1][0].tolist(), a.grad.tolist()))
    )
    (a * 2).sum().backward()
    (a * 3).sum().backward()
    handle.remove()
    (a * 3).sum().backward()
    return log, node._sequence_nr()


@program
def tracked_modules(torch):
    nn, log = torch.nn, []
    tracker = importlib.import_module(f"{torch.__name__}.utils.module_tracker").ModuleTracker()

    class Noted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            log.append(("forward", sorted(tracker.parents), tracker.is_bw))
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            log.append(("backward", sorted(tracker.parents), tracker.is_bw))
            return g

    class Inner(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            return Noted.apply(self.layer(x))

    model = nn.Sequential(Inner(), nn.Sequential(Inner(), nn.Identity()))
    with tracker:
        model(torch.ones(3, 2, requires_grad=True)).sum().backward()
        model(torch.ones(3, 2)).sum().backward()
    model(torch.ones(3, 2))
    return log, sorted(tracker.parents)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    same_program(PROGRAMS[name])
