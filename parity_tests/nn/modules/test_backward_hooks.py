"""Hooks of modules: what full backward hooks are shown, for every kind of input and output, and forward hooks with options."""

from __future__ import annotations

import collections
import warnings

import pytest

from parity_tests.oracle import same_program

Pair = collections.namedtuple("Pair", "first second")


def hooked(p, forward, *args, hook=None, pre=None, kwargs=None, after=None):
    """(what the hooks saw, type of the output, gradients of the arguments) of a module with this `forward`."""

    class Net(p.nn.Module):
        def forward(self, *args, **kwargs):
            return forward(*args, **kwargs)

    net, seen = Net(), []
    if pre is not False:
        net.register_full_backward_pre_hook(lambda m, go: (seen.append(go), pre(go) if pre else None)[1])
    net.register_full_backward_hook(lambda m, gi, go: (seen.append((gi, go)), hook(gi, go) if hook else None)[1])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        out = net(*args, **(kwargs or {}))
        (after or (lambda p, out: first(p, out).sum().backward()))(p, out)
    told = [str(w.message)[:40] for w in caught]
    return seen, type(out).__name__, told, [a.grad for a in args if isinstance(a, p.Tensor)]


def first(p, out):
    while not isinstance(out, p.Tensor):
        out = next(iter(out.values())) if isinstance(out, dict) else out[0]
    return out


def x(p, requires_grad=True):
    return p.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=p.float64, requires_grad=requires_grad)


def twice(p, out):
    y = out.pow(3).sum()
    (g,) = p.autograd.grad(y, out, create_graph=True)
    g.sum().backward()


def double_backward(p):
    a, seen = x(p), []
    net = p.nn.Tanh()
    net.register_full_backward_hook(lambda m, gi, go: seen.append((gi, go)))
    (g,) = p.autograd.grad(net(a).sum(), a, create_graph=True)
    (g * g).sum().backward()
    return [[[t.detach() for t in part] for part in one] for one in seen], a.grad


def old_kind(p):
    net, a, seen = p.nn.Sequential(p.nn.Tanh()), x(p), []
    net.register_backward_hook(lambda m, gi, go: (seen.append((gi, go)), (gi[0] * 2,))[1])
    net(a).sum().backward()
    return seen, a.grad


def both_kinds(p):
    net = p.nn.Tanh()
    net.register_backward_hook(lambda m, gi, go: None)
    net.register_full_backward_hook(lambda m, gi, go: None)


def in_place(p):
    net = p.nn.Sequential(p.nn.Tanh(), p.nn.ReLU(inplace=True))
    net[0].register_full_backward_hook(lambda m, gi, go: None)
    net(x(p))


def always(p, fails=True):
    class Net(p.nn.Module):
        def forward(self, a, scale=1):
            if fails:
                raise ValueError("no")
            return a * scale

    net, seen = Net(), []
    net.register_forward_hook(lambda m, args, out: seen.append(("plain", out)))
    net.register_forward_hook(
        lambda m, args, kwargs, out: seen.append(("always", len(args), kwargs, out)), with_kwargs=True, always_call=True
    )
    net.register_forward_hook(
        lambda m, args, out: (seen.append(("first", out)), 1 / 0)[0], always_call=True, prepend=True
    )
    net.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": 3}), with_kwargs=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            net(x(p, False))
        except (ValueError, ZeroDivisionError) as error:
            seen.append(type(error).__name__)
    return seen


PROGRAMS = {
    "one": lambda p: hooked(p, lambda a: a * 2, x(p)),
    "two": lambda p: hooked(p, lambda a, b: (a * b, a + b), x(p), x(p)),
    "two, one used": lambda p: hooked(p, lambda a, b: (a * b, a + b), x(p), x(p), after=lambda p, out: out[1].sum().backward()),
    "some without gradient": lambda p: hooked(p, lambda a, n, b: (a * b * n, 3), x(p), 2, x(p, False)),
    "changed": lambda p: hooked(p, lambda a: a * 2, x(p), hook=lambda gi, go: (gi[0] * 5,), pre=lambda go: (go[0] * 3,)),
    "too many": lambda p: hooked(p, lambda a: a * 2, x(p), hook=lambda gi, go: (gi[0], gi[0])),
    "too many before": lambda p: hooked(p, lambda a: a * 2, x(p), pre=lambda go: (go[0], go[0])),
    "no tuple": lambda p: hooked(p, lambda a: a * 2, x(p), hook=lambda gi, go: gi[0] * 2),
    "namedtuple": lambda p: hooked(p, lambda a: Pair(a * 2, a * 3), x(p)),
    "list": lambda p: hooked(p, lambda a: [a * 2, a * 3], x(p)),
    "dict": lambda p: hooked(p, lambda a: {"a": a * 2}, x(p)),
    "no input requires grad": lambda p: hooked(p, lambda a: a * x(p), x(p, False)),
    "no input requires grad, changed": lambda p: hooked(p, lambda a: a * x(p), x(p, False), hook=lambda gi, go: (go[0],)),
    "keyword": lambda p: hooked(p, lambda a, b: a * b, x(p), kwargs={"b": x(p)}),
    "an input given back": lambda p: hooked(p, lambda a: a, x(p)),
    "second": lambda p: hooked(p, lambda a: a * 2, x(p), after=twice),
    "hooks after only": lambda p: hooked(p, lambda a: a * 2, x(p), pre=False),
    "double backward": double_backward,
    "old kind": old_kind,
    "both kinds": both_kinds,
    "in place behind": in_place,
    "always called": always,
    "always called, no error": lambda p: always(p, False),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.filterwarnings("ignore:Using a non-full")
def test_program(program):
    same_program(program)
