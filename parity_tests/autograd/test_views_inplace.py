"""In-place operations and views: shared memory, new histories, version checks. Each program runs under both packages."""

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import same_program

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def leaf(torch, *shape, start=1.0):
    n = int(np.prod(shape))
    return (torch.arange(n, dtype=torch.float64).reshape(shape) * 0.25 + start).requires_grad_()


@program
def view_changes_its_base(torch):
    x = torch.zeros(2, 3)
    x.view(-1)[0] = 1
    x[1].fill_(7)
    x.t()[2, 0] = 5
    return x


@program
def view_changes_its_base_with_grad(torch):
    a = leaf(torch, 2, 3)
    x = a * 1
    x.view(-1)[0] = 1
    (x * x).sum().backward()
    return x, a.grad


@program
def base_changes_its_views(torch):
    a = leaf(torch, 2, 3)
    x = a * 1
    v = x[0]
    x.mul_(3)
    (v * v).sum().backward()
    return v, a.grad


@program
def view_of_a_view(torch):
    a = leaf(torch, 2, 3, 2)
    x = a * 1
    v = x.transpose(0, 1)[1]
    w = x[:, 1]
    v.mul_(2)
    w.exp_()
    (x * x).sum().backward()
    return x, v, w, a.grad


@program
def change_of_a_view_seen_by_another(torch):
    a = leaf(torch, 4)
    x = a * 1
    left, right = x[:3], x[1:]
    left.mul_(5)
    (right**2).sum().backward()
    return a.grad, right


@program
def untracked_base_becomes_tracked(torch):
    a = leaf(torch, 3)
    x = torch.zeros(2, 3, dtype=torch.float64)
    v = x[1]
    x[0] = a
    x[1] = a * a
    (x * x + v).sum().backward()
    return x, v.requires_grad, a.grad


@program
def value_broadcast_into_a_region(torch):
    a, b = leaf(torch, 2, 3), leaf(torch, 1)
    x = a * 1
    x[:, 1:] = b
    (x * x).sum().backward()
    return a.grad, b.grad


@program
def in_place_chain(torch):
    a = leaf(torch, 3)
    h = a * 2
    h += 1
    h *= a
    h -= a
    h /= 2
    h.sum().backward()
    return h, a.grad, h.grad_fn.name()


@program
def in_place_on_both_sides(torch):
    a = leaf(torch, 3)
    h = a * 2
    h.mul_(h)
    h.sum().backward()
    return a.grad


@program
def in_place_keeps_the_other_factors_gradient(torch):
    a, b = leaf(torch, 3), leaf(torch, 3, start=2.0)
    h = a * 1
    h.mul_(b)
    h.sum().backward()
    return a.grad, b.grad


@program
def in_place_twice_differentiable(torch):
    a = leaf(torch, 2, 3)
    x = a * a
    x[0].mul_(x[1])
    (g,) = torch.autograd.grad(x.sum(), a, create_graph=True)
    return torch.autograd.grad((g * g).sum(), a)


@program
def copy_in_place(torch):
    a, b = leaf(torch, 2, 3), leaf(torch, 3)
    x = a * 1
    x.copy_(b)
    (x * x).sum().backward()
    return x, a.grad, b.grad, x.grad_fn.name()


@program
def copy_casts(torch):
    x = torch.zeros(3, dtype=torch.int64)
    x.copy_(torch.tensor([1.7, -1.7, 2.0]))
    return x


@program
def parameter_update_under_no_grad(torch):
    a = leaf(torch, 3)
    (a * a).sum().backward()
    with torch.no_grad():
        a -= 0.1 * a.grad
        a[0] = 7
    (a * a).sum().backward()
    return a.grad, a.is_leaf, a.requires_grad


@program
def result_type_must_fit(torch):
    torch.ones(3, dtype=torch.int64).add_(0.5)


@program
def shape_must_fit(torch):
    torch.ones(3).add_(torch.ones(2, 3))


@program
def expanded_memory(torch):
    torch.ones(1).expand(3).add_(1)


@program
def leaf_in_place(torch):
    leaf(torch, 3).add_(1)


@program
def leaf_setitem(torch):
    leaf(torch, 3)[0] = 1


@program
def view_of_leaf_in_place(torch):
    leaf(torch, 3)[:2].add_(1)


@program
def split_view_in_place(torch):
    (leaf(torch, 4) * 1).split(2)[0].add_(1)


@program
def split_view_in_place_without_grad(torch):
    x = torch.zeros(4)
    x.split(2)[1].add_(1)
    x.unbind(0)[0].fill_(9)
    return x


@program
def no_grad_view_in_place(torch):
    a = leaf(torch, 3) * 1
    with torch.no_grad():
        v = a[:2]
    v.mul_(leaf(torch, 2))


@program
def no_grad_view_plain_change(torch):
    a = torch.ones(3)
    with torch.no_grad():
        v = a[:2]
    v.mul_(2)
    return a


@program
def saved_result_changed(torch):
    y = leaf(torch, 3).exp()
    y.add_(1)
    y.sum().backward()


@program
def saved_input_changed(torch):
    a = leaf(torch, 3)
    b = a * 1
    c = b * b
    b.add_(1)
    c.sum().backward()


@program
def saved_input_changed_through_a_view(torch):
    a = leaf(torch, 2, 3)
    b = a * 1
    c = b.sin()
    b[0, 0] = 3
    c.sum().backward()


@program
def saved_leaf_changed_by_hand(torch):
    a = leaf(torch, 3)
    loss = (a * a).sum()
    with torch.no_grad():
        a.mul_(2)
    loss.backward()


@program
def unsaved_input_changed(torch):
    a = leaf(torch, 3)
    b = a * 1
    c = b + 1
    b.mul_(5)
    (c + b).sum().backward()
    return a.grad


@program
def changed_before_saving(torch):
    a = leaf(torch, 3)
    b = a * 1
    b.mul_(2)
    (b * b).sum().backward()
    return a.grad


@program
def changed_before_differentiating_twice(torch):
    a = leaf(torch, 3)
    b = a * 1
    c = b.sin()
    b.add_(1)
    torch.autograd.grad(c.sum(), a, create_graph=True)


@program
def detached_shares_memory_and_version(torch):
    a = leaf(torch, 3)
    b = a * 1
    c = b * b
    b.detach().zero_()
    c.sum().backward()


@program
def data_setter(torch):
    a = leaf(torch, 3)
    a.data = torch.zeros(3, dtype=torch.float64)
    return a


@program
def set_takes_memory(torch):
    a, b = torch.zeros(3), torch.ones(2)
    a.set_(b)
    return a


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    same_program(PROGRAMS[name])


def test_messages_name_what_was_given():
    with pytest.raises(RuntimeError, match=r"result type Float can't be cast to the desired output type Long"):
        result_type_must_fit(minitorch_pt)
    with pytest.raises(RuntimeError, match=r"output with shape \[3\] doesn't match the broadcast shape \[2, 3\]"):
        shape_must_fit(minitorch_pt)
    with pytest.raises(
        RuntimeError,
        match=r"modified by an inplace operation: \[torch.DoubleTensor \[3\]\], which is output 0 of ExpBackward0, saved by",
    ):
        saved_result_changed(minitorch_pt)


@pytest.mark.parametrize(
    "view", ["x.t()[None]", "x[:, ::2][:, None]", "x.t().unsqueeze(-1)", "x[1:, ::3][None, :, None]"]
)
def test_zeros_take_the_sign_in_views_with_axes_of_size_1(view):
    """NumPy steps along such an axis by 0, which shows no element twice."""

    def program(t):
        x = t.zeros(4, 6)
        eval(view, {"x": x}).neg_()
        return 1 / x

    same_program(program)
