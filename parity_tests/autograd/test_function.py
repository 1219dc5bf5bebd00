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
