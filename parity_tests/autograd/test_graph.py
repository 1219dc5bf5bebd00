"""The graph and the backward pass: each program runs under both packages and must give the same, or fail with the same type."""

import gc
import sys
import threading
import weakref

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program


def leaf(torch, *shape, start=1.0):
    n = int(np.prod(shape))
    return (torch.arange(n, dtype=torch.float64).reshape(shape) * 0.25 + start).requires_grad_()


PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


@program
def used_twice(torch):
    a = leaf(torch, 3)
    (a + a).sum().backward()
    return a.grad


@program
def accumulates_over_calls(torch):
    a = leaf(torch, 3)
    (a * a).sum().backward()
    first = a.grad
    (a * 3).sum().backward()
    return a.grad, first, first is a.grad


@program
def diamond(torch):
    a = leaf(torch, 2, 3)
    b = a.exp()
    c = b * a + b.sin()
    (c * b).sum().backward()
    return a.grad


@program
def broadcasting(torch):
    a, b, c = leaf(torch, 2, 1, 3), leaf(torch, 4, 1), leaf(torch, 1)
    seed = torch.arange(24, dtype=torch.float64).reshape(2, 4, 3)
    (a * b + c / b).backward(seed)
    return a.grad, b.grad, c.grad


@program
def mixed_dtypes(torch):
    a = leaf(torch, 3)
    b = torch.ones(3, dtype=torch.float32, requires_grad=True)
    (a * b).sum().backward()
    return a.grad, b.grad


@program
def given_gradient(torch):
    a = leaf(torch, 3)
    (a * 2).backward(torch.tensor([1.0, 10.0, 100.0], dtype=torch.float64))
    return a.grad


@program
def into_inputs_only(torch):
    a, b = leaf(torch, 3), leaf(torch, 3, start=2.0)
    (a * b).sum().backward(inputs=[a])
    return a.grad, b.grad


@program
def inputs_accumulate(torch):
    a = leaf(torch, 3)
    for _ in range(2):
        (a * a).sum().backward(inputs=a)
    return a.grad


@program
def several_roots(torch):
    a = leaf(torch, 3)
    torch.autograd.backward([(a * 2).sum(), (a * a).sum()])
    return a.grad


@program
def backward_of_a_leaf(torch):
    a = leaf(torch, 1)
    a.backward()
    return a.grad


@program
def retained_graph(torch):
    a = leaf(torch, 3)
    loss = (a * a).sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return a.grad


@program
def retain_grad(torch):
    a = leaf(torch, 3)
    b = a * a
    b.retain_grad()
    b.retain_grad()
    (b * a).sum().backward()
    return b.grad, a.grad, b.retains_grad, a.retains_grad


@program
def retain_grad_with_graph(torch):
    a = leaf(torch, 3)
    b = a * a
    b.retain_grad()
    (b * b).sum().backward(create_graph=True)
    return b.grad, b.grad.requires_grad


@program
def grad_of_intermediate(torch):
    a = leaf(torch, 3)
    b = a.exp()
    return torch.autograd.grad((b * a).sum(), [b, a])


@program
def grad_leaves_grad_alone(torch):
    a = leaf(torch, 3)
    torch.autograd.grad((a * a).sum(), a)
    return a.grad


@program
def grad_unused(torch):
    a, b = leaf(torch, 3), leaf(torch, 2)
    return torch.autograd.grad((a * a).sum(), [a, b], allow_unused=True)


@program
def grad_materialized(torch):
    a, b = leaf(torch, 3), leaf(torch, 2)
    return torch.autograd.grad((a * a).sum(), [a, b], materialize_grads=True)


@program
def third_order(torch):
    a, w = leaf(torch, 2, 3), leaf(torch, 3, 2, start=-0.5)
    y = ((a @ w).tanh() * (a @ w).exp()).sum()
    (da,) = torch.autograd.grad(y, a, create_graph=True)
    (dw,) = torch.autograd.grad((da * da).sum(), w, create_graph=True)
    (third,) = torch.autograd.grad((dw**3).sum(), a)
    return third


@program
def second_order_accumulates(torch):
    a = leaf(torch, 3)
    (a**3).sum().backward(create_graph=True)
    (a.grad * a).sum().backward()
    return a.grad.detach()


@program
def gradient_penalty(torch):
    a, w = leaf(torch, 4, 3), leaf(torch, 3, 1)
    score = (a @ w).sigmoid()
    (g,) = torch.autograd.grad(score.sum(), a, create_graph=True)
    ((g.norm(dim=1) - 1) ** 2).mean().backward()
    return w.grad


@program
def differentiates_the_seed(torch):
    a, v = leaf(torch, 3), leaf(torch, 3, start=0.0)
    (g,) = torch.autograd.grad(a * a, a, v, create_graph=True)
    return torch.autograd.grad(g.sum(), v)


@program
def only_needed_ways(torch):
    a, b = leaf(torch, 3), leaf(torch, 3)
    b.register_hook(lambda g: pytest.fail("the way to b was not asked for"))
    return torch.autograd.grad((a * b).sum(), a)


@program
def several_outputs(torch):
    a = leaf(torch, 6)
    first, second, third = a.split(2)
    (first * third).sum().backward()
    return a.grad, second.grad_fn is first.grad_fn, second.output_nr


@program
def several_outputs_twice(torch):
    a = leaf(torch, 2, 3)
    x, y = a.unbind(0)
    (g,) = torch.autograd.grad((x * y.exp()).sum(), a, create_graph=True)
    return torch.autograd.grad((g * g).sum(), a)


@program
def hook_changes_gradient(torch):
    a = leaf(torch, 3)
    b = a * 2
    seen = []
    b.register_hook(lambda g: g * 10)
    b.register_hook(lambda g: seen.append(g.clone()))
    handle = a.register_hook(lambda g: g + 1)
    (b * b).sum().backward()
    first = a.grad.clone()
    handle.remove()
    handle.remove()
    (a * 1).sum().backward()
    return first, a.grad, seen


@program
def node_prehook_of_several_outputs(torch):
    a = leaf(torch, 2, 3)
    x, y = a.unbind(0)
    seen = []
    x.grad_fn.register_prehook(lambda gs: seen.append(gs))
    (x * 3).sum().backward()
    z, _ = a.unbind(0)
    z.grad_fn.register_prehook(lambda gs: (gs[0] * 5, gs[1]))
    (z * 3).sum().backward()
    return [(gs[0], gs[1] is None) for gs in seen], a.grad


@program
def gradient_of_another_type(torch):
    a = leaf(torch, 3)
    a.relu().backward(torch.ones(3))
    return a.grad


@program
def hook_of_another_type(torch):
    a = leaf(torch, 3)
    a.register_hook(lambda g: g.float())
    (a * 2).sum().backward()


@program
def hook_of_another_shape(torch):
    a = leaf(torch, 3)
    b = a * 2
    b.register_hook(lambda g: g.sum())
    b.sum().backward()


@program
def hook_without_tensor(torch):
    a = leaf(torch, 3)
    a.register_hook(lambda g: 3)
    (a * 2).sum().backward()


@program
def hook_as_context(torch):
    a = leaf(torch, 3)
    with a.register_hook(lambda g: g * 0):
        (a * a).sum().backward()
    return a.grad


@program
def post_accumulate_hook(torch):
    a = leaf(torch, 3)
    seen = []
    a.register_post_accumulate_grad_hook(lambda t: seen.append(t.grad.clone()))
    (a * a).sum().backward()
    return seen


@program
def names_and_edges(torch):
    a = leaf(torch, 3)
    y = (a * 2 + a).sum()
    add = y.grad_fn.next_functions[0][0]
    return (
        y.grad_fn.name(),
        add.name(),
        add.next_functions[0][0].name(),
        add.next_functions[1][0].name(),
        add.next_functions[1][1],
        add.next_functions[1][0].next_functions,
        add.next_functions[1][0].variable is a,
        a.grad_fn,
    )


@program
def constant_edge(torch):
    a = leaf(torch, 3)
    return (a * torch.ones(3, dtype=torch.float64)).grad_fn.next_functions[1]


@program
def output_edge(torch):
    a = leaf(torch, 4)
    return (a.chunk(2)[1] * 2).grad_fn.next_functions[0][1]


@program
def node_prehook(torch):
    a = leaf(torch, 3)
    b = a * 2
    b.grad_fn.register_prehook(lambda gs: (gs[0] * 5,))
    b.sum().backward()
    return a.grad


@program
def requires_grad_flows(torch):
    a, b = leaf(torch, 2), torch.ones(2, dtype=torch.float64)
    return (
        [t.requires_grad for t in (a * b, b * b, a.detach(), (a > 0), a.sum(), (a * b).argmax())],
        a.is_leaf,
        (a * 1).is_leaf,
        b.is_leaf,
    )


@program
def detach_cuts(torch):
    a = leaf(torch, 3)
    (a * a.detach()).sum().backward()
    return a.grad


@program
def detach_in_place(torch):
    a = leaf(torch, 3)
    b = (a * 2).detach_()
    return b.requires_grad, b.is_leaf


@program
def grad_can_be_set(torch):
    a = leaf(torch, 3)
    a.grad = torch.ones(3, dtype=torch.float64)
    (a * a).sum().backward()
    given = a.grad
    del a.grad
    return given, a.grad


@program
def grads_that_are_refused(torch):
    a = leaf(torch, 3)
    found = []
    for value in (a, a.detach(), torch.ones(4, dtype=torch.float64), torch.ones(3), 1.0, [1.0], None):
        try:
            a.grad = value
            found.append("set")
        except Exception as error:
            found.append(type(error).__name__)
    return found


@program
def empty_tensor(torch):
    a = torch.zeros(0, 3, dtype=torch.float64, requires_grad=True)
    (a * 2).sum().backward()
    return a.grad


@program
def data_and_versions(torch):
    a = torch.ones(3)
    before = a._version
    a.add_(1)
    a[0] = 5
    return before, a._version, a.view(-1)._version, a.detach()._version


# -- what must fail ---------------------------------------------------------------------------------------------------
@program
def not_a_scalar(torch):
    (leaf(torch, 3) * 2).backward()


@program
def no_graph(torch):
    torch.ones(1).backward()


@program
def second_backward(torch):
    loss = (leaf(torch, 3) ** 2).sum()
    loss.backward()
    loss.backward()


@program
def second_backward_of_linear_steps_works(torch):
    a = leaf(torch, 3)
    total = (a + a).sum()
    total.backward()
    total.backward()
    return a.grad


@program
def wrong_gradient_shape(torch):
    (leaf(torch, 3) * 2).backward(torch.ones(2, dtype=torch.float64))


@program
def wrong_number_of_gradients(torch):
    a = leaf(torch, 3)
    torch.autograd.backward([a * 2, a * 3], [torch.ones(3, dtype=torch.float64)])


@program
def unused_input(torch):
    torch.autograd.grad(leaf(torch, 3).sum(), leaf(torch, 2))


@program
def input_without_grad(torch):
    torch.autograd.grad(leaf(torch, 3).sum(), torch.ones(2))


@program
def empty_inputs(torch):
    leaf(torch, 3).sum().backward(inputs=[])


@program
def integers_cannot_require_grad(torch):
    torch.arange(3).requires_grad_()


@program
def computed_cannot_stop_requiring(torch):
    (leaf(torch, 3) * 2).requires_grad = False


@program
def hook_without_grad(torch):
    torch.ones(3).register_hook(print)


@program
def post_hook_on_computed(torch):
    (leaf(torch, 3) * 2).register_post_accumulate_grad_hook(print)


@program
def retain_without_grad(torch):
    torch.ones(3).retain_grad()


@program
def grad_of_other_shape(torch):
    leaf(torch, 3).grad = torch.ones(2, dtype=torch.float64)


@program
def grad_of_other_type(torch):
    leaf(torch, 3).grad = torch.ones(3)


@program
def grad_no_tensor(torch):
    leaf(torch, 3).grad = 1.0


@program
def numpy_of_tracked(torch):
    leaf(torch, 3).numpy()


@program
def nan_under_anomaly(torch):
    a = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    with torch.autograd.detect_anomaly(check_nan=True):
        (a.sqrt() * 0).sum().backward()


@program
def anomaly_without_nan(torch):
    a = leaf(torch, 3)
    with torch.autograd.set_detect_anomaly(True):
        (a.sqrt() * 0).sum().backward()
    return a.grad, torch.is_anomaly_enabled()


def _of_many_rows(torch, dtype, rows):
    """The gradients of what was broadcast over many rows: each a sum of equal numbers, whose errors go in one direction."""
    bias = torch.zeros(3, dtype=dtype, requires_grad=True)
    column = torch.zeros(4, 1, 3, dtype=dtype, requires_grad=True)
    layer = torch.nn.Linear(2, 3, dtype=dtype)
    flow = torch.full((rows, 3), 0.1, dtype=dtype)
    (flow * 0 + bias).backward(flow)
    (flow * 0 + column).sum(0).backward(flow)
    layer(torch.zeros(rows, 2, dtype=dtype)).backward(flow)
    return bias.grad, column.grad, layer.bias.grad


@program
def broadcast_over_many_rows(torch):
    return _of_many_rows(torch, torch.float32, 100_000)


@program
def broadcast_over_many_rows_of_float16(torch):
    return _of_many_rows(torch, torch.float16, 10_000)


def squares(p):
    x = p.ones(2, dtype=p.float64, requires_grad=True)
    return x, x * x


def arguments(p, *args, **kwargs):
    x, y = squares(p)
    return p.autograd.grad(y, x, *args, **kwargs)


GRAD = {
    "only_inputs": lambda p: arguments(p, p.ones(2), only_inputs=True),
    "batched": lambda p: arguments(p, p.eye(2, dtype=p.float64), is_grads_batched=True),
    "batched, other shape": lambda p: arguments(p, p.ones(3, 3), is_grads_batched=True),
    "batched, without rows": lambda p: p.autograd.grad(squares(p)[1].sum(), p.ones(2, requires_grad=True), p.ones(0), is_grads_batched=True),
    "batched, fewer axes": lambda p: arguments(p, p.ones(3, dtype=p.float64), is_grads_batched=True),
    "batched, of two sizes": lambda p: (lambda x, y: p.autograd.grad([y, y], x, [p.ones(3, 2, dtype=p.float64), p.ones(2, 2, dtype=p.float64)], is_grads_batched=True))(*squares(p)),
    "a dict of inputs": lambda p: p.autograd.grad(squares(p)[1].sum(), {"x": p.ones(3, requires_grad=True)}, allow_unused=True),
    "zeros": lambda p: p.autograd.grad(squares(p)[1].sum(), p.ones(3, requires_grad=True), materialize_grads=True),
    "zeros, but not unused": lambda p: arguments(p, p.ones(2), allow_unused=False, materialize_grads=True),
    "unused": lambda p: p.autograd.grad(squares(p)[1].sum(), p.ones(3, requires_grad=True)),
    "gradient of whole numbers": lambda p: arguments(p, p.tensor([1, 2])),
    "gradient of float32": lambda p: arguments(p, p.tensor([1.0, 2.0])),
    "gradient a number": lambda p: arguments(p, 1.0),
    "gradient of another shape": lambda p: arguments(p, p.ones(1)),
    "more gradients than outputs": lambda p: arguments(p, [p.ones(2), None]),
    "fewer gradients than outputs": lambda p: p.autograd.grad([*squares(p)], p.ones(2, requires_grad=True), [p.ones(2)]),
    "a number for an output": lambda p: p.autograd.grad([3], p.ones(2, requires_grad=True)),
    "a text for an input": lambda p: p.autograd.grad(squares(p)[1].sum(), "x"),
    "twice where nothing is needed": lambda p: (lambda x, y: (y.sum().backward(), p.autograd.grad(y, y, p.ones(2)))[1])(*squares(p)),
    "into a dict of inputs": lambda p: (lambda x, y: (y.sum().backward(inputs={"x": x}), x.grad)[1])(*squares(p)),
    "into what is no leaf": lambda p: (lambda x, y: (y.sum().backward(inputs=[y, y]), x.grad, y.grad, y.retains_grad)[1:])(*squares(p)),
    "into what needs no gradient": lambda p: squares(p)[1].sum().backward(inputs=[p.ones(2)]),
    "the old name and the new": lambda p: p.autograd.backward(squares(p)[1], p.ones(2), grad_variables=p.ones(2)),
    "Variable": lambda p: (p.autograd.Variable(p.ones(2), True).requires_grad, p.autograd.Variable(squares(p)[1]).grad_fn, p.autograd.Variable()),
    "Variable of a list": lambda p: p.autograd.Variable([1.0]),
    "Variable is every tensor": lambda p: (isinstance(p.ones(1), p.autograd.Variable), isinstance(1, p.autograd.Variable)),
    "requires_grad switched off later": lambda p: (lambda x, y: (x.requires_grad_(False), y.sum().backward(), x.grad)[2])(*squares(p)),
}  # fmt: skip


@pytest.mark.parametrize("program", GRAD.values(), ids=GRAD)
@pytest.mark.filterwarnings("ignore:`grad_variables`")
def test_arguments_of_grad_and_backward(program):
    same_program(program)


@pytest.mark.parametrize("package", [torch, minitorch_pt], ids=["torch", "minitorch_pt"])
def test_warnings(package):
    x = package.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="volatile was removed"):
        package.autograd.Variable(x, volatile=True)
    with pytest.warns(FutureWarning, match="only_inputs argument is deprecated"):
        package.autograd.grad((x * x).sum(), x, only_inputs=False)
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        package.autograd.detect_anomaly()


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings(
    "ignore:Anomaly Detection has been enabled", "ignore:Error detected in", "ignore:Using backward"
)
def test_program(name):
    same_program(PROGRAMS[name])


# -- ours alone: memory, threads, depth -------------------------------------------------------------------------------
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_error_texts():
    torch = minitorch_pt
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs.*\\[3\\]"):
        not_a_scalar(torch)
    with pytest.raises(RuntimeError, match="Specify retain_graph=True"):
        second_backward(torch)
    with (
        pytest.warns(UserWarning, match="Anomaly Detection has been enabled|SqrtBackward0. Traceback of forward call"),
        pytest.raises(RuntimeError, match="SqrtBackward0' returned nan values in its 0th output"),
        torch.autograd.detect_anomaly(),
    ):
        a = torch.zeros(2, requires_grad=True)
        (a.sqrt() * 0).sum().backward()
    assert "<MulBackward0 object at 0x" in repr((leaf(torch, 2) * 2).grad_fn)
    assert "AccumulateGrad object at" in repr((leaf(torch, 2) * 2).grad_fn.next_functions[0][0])


@pytest.mark.parametrize(
    "build",
    [
        lambda t, a: a + a,
        lambda t, a: a.reshape(3, 2),
        lambda t, a: a.T,
        lambda t, a: a * 1,
        lambda t, a: a.expand(4, 2, 3),
    ],
)
def test_grad_shares_memory_with_nothing(build):
    torch = minitorch_pt
    a = leaf(torch, 2, 3)
    out = build(torch, a)
    seed = torch.ones(*out.shape, dtype=torch.float64)
    out.backward(seed, retain_graph=True)
    other = leaf(torch, 2, 3)
    (a.detach() + other + other).backward(torch.ones(2, 3, dtype=torch.float64))
    for t in (seed, out, a, other, other.grad):
        assert not np.shares_memory(a.grad._data, t._data)
    kept = a.grad.clone()
    a.grad.mul_(0)
    a.grad = None
    out.backward(seed)
    assert a.grad.equal(kept)


def test_grad_shares_no_memory_with_what_a_hook_returned():
    def program(torch):
        kept, a = [], leaf(torch, 3)
        a.register_hook(lambda g: kept.append(g * 2) or kept[0])
        (a * 3).sum().backward()
        kept[0].zero_()
        return a.grad

    same_program(program)


def test_two_leaves_get_their_own_gradients():
    torch = minitorch_pt
    a, b = leaf(torch, 3), leaf(torch, 3)
    (a + b).sum().backward()
    assert not np.shares_memory(a.grad._data, b.grad._data)


def test_a_fresh_gradient_is_taken_not_copied():
    torch = minitorch_pt
    x, w = torch.ones(8, 4), torch.ones(3, 4, requires_grad=True)
    torch.nn.functional.linear(x, w).sum().backward()
    assert w.grad._data.flags.owndata


def test_graph_dies_without_the_garbage_collector():
    torch = minitorch_pt
    gc.collect()
    gc.disable()
    try:
        a = leaf(torch, 3)
        h = a * 2
        h.add_(h.exp())  # in place, with its own old history among the inputs
        v = h.view(-1)
        v.mul_(h.sum())
        loss = (h * v).sum()
        nodes = [weakref.ref(t) for t in (h.grad_fn, v.grad_fn, loss.grad_fn)]
        loss.backward(retain_graph=True)
        del h, v, loss
        assert [ref() for ref in nodes] == [None] * 3
    finally:
        gc.enable()


def test_saved_arrays_are_released_by_backward():
    torch = minitorch_pt
    a = leaf(torch, 3)
    b = a.exp()
    saved = weakref.ref(b._data)
    loss = b.sum()
    del b
    assert saved() is not None
    loss.backward()
    assert saved() is None


def test_linear_rules_keep_no_arrays():
    torch = minitorch_pt
    a = leaf(torch, 3)
    b = a.exp()
    c = b + 1
    saved = weakref.ref(c._data)
    d = (c + b).reshape(3, 1)
    del c
    assert saved() is None
    d.sum().backward()


def test_deep_chain_needs_no_recursion():
    torch = minitorch_pt
    a = leaf(torch, 2)
    total = a
    for _ in range(20 * sys.getrecursionlimit()):
        total = total + a
    total.sum().backward()
    assert a.grad.tolist() == [20 * sys.getrecursionlimit() + 1] * 2
    del total


def test_grad_mode_is_per_thread():
    torch = minitorch_pt
    found = []
    with torch.no_grad():
        thread = threading.Thread(target=lambda: found.append(torch.is_grad_enabled()))
        thread.start()
        thread.join()
    assert found == [True]


def test_interrupted_backward_leaves_the_model_usable():
    torch = minitorch_pt
    a = leaf(torch, 3)

    def interrupt(g):
        raise KeyboardInterrupt

    handle = a.register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        (a * a).sum().backward()
    handle.remove()
    assert torch.is_grad_enabled() and a.grad is None
    (a * a).sum().backward()
    assert a.grad.equal(2 * a.detach())
