"""User-written autograd.Function against torch's."""

import pytest

import minitorch_pt
from parity_tests.oracle import same_program

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def scaled(torch):
    class Scaled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor, w):
            ctx.save_for_backward(x, w)
            ctx.factor = factor
            return x * factor * w

        @staticmethod
        def backward(ctx, g):
            x, w = ctx.saved_tensors
            return g * ctx.factor * w, None, (g * x * ctx.factor).sum(0) if ctx.needs_input_grad[2] else None

    return Scaled


def inputs(torch):
    x = torch.arange(6, dtype=torch.float64).reshape(2, 3).requires_grad_()
    return x, torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64, requires_grad=True)


@program
def gradients(torch):
    x, w = inputs(torch)
    y = scaled(torch).apply(x, 2.5, w)
    (y * y).sum().backward()
    return y, x.grad, w.grad, y.grad_fn.name()


@program
def twice_differentiable(torch):
    x, w = inputs(torch)
    (g,) = torch.autograd.grad((scaled(torch).apply(x, 2.5, w) ** 2).sum(), w, create_graph=True)
    return torch.autograd.grad((g * g).sum(), [x, w])


@program
def needs_input_grad(torch):
    x, w = inputs(torch)
    y = scaled(torch).apply(x, 2.5, w.detach())
    y.sum().backward()
    return x.grad


@program
def untracked(torch):
    x, w = inputs(torch)
    with torch.no_grad():
        y = scaled(torch).apply(x, 2.5, w)
    return y, y.requires_grad, scaled(torch).apply(x.detach(), 1.0, w.detach()).requires_grad


@program
def two_outputs(torch):
    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.set_materialize_grads(True)
            return x.sin(), x.cos()

        @staticmethod
        def backward(ctx, gs, gc):
            (x,) = ctx.saved_tensors
            return gs * x.cos() - gc * x.sin()

    x, _ = inputs(torch)
    s, c = Both.apply(x)
    s.sum().backward(retain_graph=True)
    first = x.grad.clone()
    (s * c).sum().backward()
    return first, x.grad, c.output_nr


@program
def gradients_not_filled(torch):
    seen = []

    class Both(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx, a, b):
            seen.append((a is None, b is None))
            return b * 2

    x, _ = inputs(torch)
    Both.apply(x)[1].sum().backward()
    return seen, x.grad


@program
def non_differentiable_output(torch):
    class Largest(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            values, where = x * 1, x * 2
            ctx.mark_non_differentiable(where)
            return values, where

        @staticmethod
        def backward(ctx, g, unused):
            return g * 3

    x, _ = inputs(torch)
    a, b = Largest.apply(x)
    a.sum().backward()
    return x.grad, b.requires_grad, a.requires_grad


@program
def with_setup_context(torch):
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x**3

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, None)

        @staticmethod
        def backward(ctx, g):
            x, _ = ctx.saved_tensors
            return 3 * x**2 * g

    x, _ = inputs(torch)
    Cube.apply(x).sum().backward()
    return x.grad


@program
def in_place(torch):
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x, _ = inputs(torch)
    h = x * 1
    y = Doubled.apply(h)
    (y * y).sum().backward()
    return x.grad, y is h


@program
def in_place_on_a_leaf(torch):
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 2

    Doubled.apply(inputs(torch)[0])


@program
def input_returned_as_it_is(torch):
    class Same(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x, _ = inputs(torch)
    y = Same.apply(x)
    y.sum().backward()
    return x.grad, y is x


@program
def other_values_pass_through(torch):
    class Odd(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2, "label", 3

        @staticmethod
        def backward(ctx, g, *rest):
            return g * 2

    x, _ = inputs(torch)
    y, label, number = Odd.apply(x)
    y.sum().backward()
    return x.grad, label, number


@program
def too_few_gradients(torch):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            return x * w

        @staticmethod
        def backward(ctx, g):
            return g

    Bad.apply(*inputs(torch)).sum().backward()


@program
def wrong_shape(torch):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.sum()

        @staticmethod
        def backward(ctx, g):
            return torch.ones(4, 5, dtype=torch.float64)

    Bad.apply(inputs(torch)[0]).backward()


@program
def no_forward(torch):
    class Bad(torch.autograd.Function):
        pass

    Bad.apply(torch.ones(1))


@program
def no_backward(torch):
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    Bad.apply(inputs(torch)[0]).sum().backward()


@program
def instance(torch):
    scaled(torch)()(torch.ones(1))


@program
def saved_tensor_changed(torch):
    x, w = inputs(torch)
    h = x * 1
    y = scaled(torch).apply(h, 2.0, w)
    h.add_(1)
    y.sum().backward()


@program
def backward_twice(torch):
    x, w = inputs(torch)
    y = scaled(torch).apply(x, 2.0, w).sum()
    y.backward()
    y.backward()


@program
def once_differentiable(torch):
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx, g):
            return 2 * ctx.saved_tensors[0] * g

    x, _ = inputs(torch)
    Square.apply(x).sum().backward()
    (g,) = torch.autograd.grad((Square.apply(x) * x).sum(), x, create_graph=True)
    first = g.detach().clone()
    try:
        torch.autograd.grad(g.sum(), x)
    except RuntimeError as error:
        return first, x.grad, type(error).__name__
    return "differentiated twice"


def custom(p, forward, backward=lambda ctx, *g: g[0], **more):
    methods = {"forward": forward, "backward": backward, **more}
    return type("Custom", (p.autograd.Function,), {name: staticmethod(f) for name, f in methods.items()})


def ran(p, forward, backward=lambda ctx, *g: g[0], *args, **kwargs):
    """(outputs, gradients of the arguments) of a Function."""
    args = args or (p.ones(2, requires_grad=True),)
    out = custom(p, forward, backward).apply(*args, **kwargs)
    outputs = out if isinstance(out, tuple) else (out,)
    sum((o * 2).sum() for o in outputs if isinstance(o, p.Tensor) and o.requires_grad).backward()
    return [o.detach() if isinstance(o, p.Tensor) else o for o in outputs], [
        a.grad for a in args if isinstance(a, p.Tensor)
    ]


def with_context(p, *args, **kwargs):
    def setup_context(ctx, inputs, output):
        ctx.given = inputs[1:]

    function = custom(
        p, lambda x, factor=3: x * factor, lambda ctx, g: (g * ctx.given[0], None), setup_context=setup_context
    )
    x = p.ones(2, requires_grad=True)
    function.apply(x, *args, **kwargs).sum().backward()
    return x.grad


def changed_behind(p, forward, change):
    x = p.ones(2, requires_grad=True) * 1
    out = custom(p, forward, lambda ctx, *g: g[: max(1, len(g))]).apply(x)
    first = out[0] if isinstance(out, tuple) else out
    change(x, first)
    return (first * 2).sum().backward()


def saved_and_given_back(p, change):
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(x, y, None)
        return y

    def backward(ctx, g):
        x, y, nothing = ctx.saved_tensors
        return g * y if nothing is None else x

    x = p.ones(2, dtype=p.float64, requires_grad=True)
    y = custom(p, forward, backward).apply(x * 1)
    change(y)
    (g,) = p.autograd.grad(y.sum(), x, create_graph=True)
    return p.autograd.grad(g.sum(), x)


def twice(p, forward, saved=False):
    x = p.ones(2, requires_grad=True)
    y = custom(p, forward, lambda ctx, g: g * len(ctx.saved_tensors) if saved else g).apply(x)
    y.sum().backward()
    y.sum().backward()
    return x.grad


def dirty(p, returns=True, leaf=False):
    def forward(ctx, x):
        ctx.mark_dirty(x)
        x.mul_(2)
        return x if returns else x * 1

    x = p.ones(2, requires_grad=True)
    y = x if leaf else x * 1
    if not leaf:
        y.retain_grad()
    out = custom(p, forward, lambda ctx, g: g * 2).apply(y)
    out.sum().backward()
    return out is y, x.grad, y.grad


def dead(p, which):
    def forward(ctx, x):
        y = x * 2
        ctx.mark_non_differentiable(x if which == "input" else y)
        return (y, x) if which == "input" else (y, x * 3)

    outputs = custom(p, forward, lambda ctx, *g: g[0] + g[1]).apply(p.ones(2, requires_grad=True))
    return [o.requires_grad for o in outputs]


EDGES = {
    "keyword": lambda p: ran(p, lambda ctx, x, k=2: x * k, lambda ctx, g: (g, None), k=3),
    "keyword unknown": lambda p: ran(p, lambda ctx, x, k=2: x * k, lambda ctx, g: (g, None), m=3),
    "context default": lambda p: with_context(p),
    "context keyword": lambda p: with_context(p, factor=5),
    "context too many": lambda p: with_context(p, 1, 2),
    "no backward": lambda p: type("A", (p.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 2)}).apply(p.ones(2, requires_grad=True)).sum().backward(),
    "vjp": lambda p: type("A", (p.autograd.Function,), {"forward": staticmethod(lambda ctx, x: x * 2), "vjp": staticmethod(lambda ctx, g: g * 5)}).apply(p.ones(2, requires_grad=True)).requires_grad,
    "called": lambda p: custom(p, lambda ctx, x: x)()(p.ones(2)),
    "too few": lambda p: ran(p, lambda ctx, x, y: x * y, lambda ctx, g: g, p.ones(2, requires_grad=True), p.ones(2, requires_grad=True)),
    "too many": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: (g, g)),
    "too many None": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: (g, None, None)),
    "None": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: None),
    "a list": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: [g]),
    "a number": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: 3.0),
    "other shape": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: p.ones(3)),
    "expandable shape": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: p.ones(3, 2)),
    "other dtype": lambda p: ran(p, lambda ctx, x: x * 2, lambda ctx, g: p.ones(2, dtype=p.float64)),
    "gradient of a number": lambda p: ran(p, lambda ctx, x, y: x * 2, lambda ctx, g: (g, g), p.ones(2, requires_grad=True), 3),
    "gradient not needed": lambda p: ran(p, lambda ctx, x, y: x * 2, lambda ctx, g: (g, g), p.ones(2, requires_grad=True), p.ones(2)),
    "gradient not needed, of another shape": lambda p: ran(p, lambda ctx, x, y: x * 2, lambda ctx, g: (g, p.ones(5)), p.ones(2, requires_grad=True), p.ones(2)),
    "outputs of all kinds": lambda p: ran(p, lambda ctx, x: (x * 2, 3, None, x.long()), lambda ctx, *g: g[0] + (0 if g[3] is None else g[3])),
    "input given back": lambda p: ran(p, lambda ctx, x: x),
    "input given back, changed": lambda p: changed_behind(p, lambda ctx, x: x, lambda x, y: y.mul_(2)),
    "input given back, itself changed": lambda p: changed_behind(p, lambda ctx, x: x, lambda x, y: x.mul_(2)),
    "view, changed": lambda p: changed_behind(p, lambda ctx, x: x.view(-1), lambda x, y: y.mul_(2)),
    "output, changed": lambda p: changed_behind(p, lambda ctx, x: x * 2, lambda x, y: y.mul_(2)),
    "unsaved input, changed": lambda p: changed_behind(p, lambda ctx, x: x * 2, lambda x, y: x.mul_(2)),
    "saved": lambda p: saved_and_given_back(p, lambda y: None),
    "saved, changed": lambda p: saved_and_given_back(p, lambda y: y.mul_(2)),
    "a number saved": lambda p: ran(p, lambda ctx, x: (ctx.save_for_backward(3), x * 2)[1]),
    "saved, before the end": lambda p: ran(p, lambda ctx, x: (ctx.save_for_backward(x), x * (2 + len(ctx.saved_tensors)))[1]),
    "twice, nothing saved": lambda p: twice(p, lambda ctx, x: x * 2),
    "twice, saved": lambda p: twice(p, lambda ctx, x: (ctx.save_for_backward(x), x * 2)[1], True),
    "dirty": lambda p: dirty(p),
    "dirty, not returned": lambda p: dirty(p, returns=False),
    "dirty leaf": lambda p: dirty(p, leaf=True),
    "dead output": lambda p: dead(p, "output"),
    "dead input": lambda p: dead(p, "input"),
}  # fmt: skip


@pytest.mark.parametrize("program", EDGES.values(), ids=EDGES)
@pytest.mark.filterwarnings("ignore:.*should not be instantiated")
def test_edge(program):
    same_program(program)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore:.*should not be instantiated")
def test_program(name):
    same_program(PROGRAMS[name])


def test_saved_tensors_of_a_released_graph():
    torch = minitorch_pt
    kept = []

    class Keeps(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            kept.append(ctx)
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    Keeps.apply(inputs(torch)[0]).sum().backward()
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        _ = kept[0].saved_tensors


def test_a_tuple_of_one_output():
    def program(package):
        class Twice(package.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return (x * 2,)

            @staticmethod
            def backward(ctx, gradient):
                return gradient * 2

        x = package.ones(3, requires_grad=True)
        (y,) = Twice.apply(x)
        y.sum().backward()
        return x.grad

    same_program(program)
