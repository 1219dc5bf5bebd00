"""torch.autograd.forward_ad against torch's: tangents of what is computed of dual tensors."""

from __future__ import annotations

import pytest
import torch
import torch.autograd.forward_ad

import minitorch_pt
from parity_tests.oracle import assert_same, rand

# torch's own forward mode warns of torch when it is first used
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.jit.script.*:DeprecationWarning", "ignore:.*get_attr Node:UserWarning"
)
X, T, W = rand(3, 4), rand(3, 4, seed=1), rand(4, 2, seed=2)


def in_place(f, d, w):
    d = d * 2
    d += 1
    d[0] = d[1]
    return d.sin_()


LAYERS = {t: t.nn.Linear(4, 2).double() for t in (torch, minitorch_pt)}  # parameters are made outside of a level


def through_a_module(t, f, d, w):
    layer = LAYERS[t]
    for name, p in list(layer.named_parameters()):
        delattr(layer, name)
        setattr(layer, name, f.make_dual(t.full_like(p.detach(), 0.5), t.ones_like(p)))
    return layer(d)


def without_grad(t, f, d, w):
    with t.no_grad():
        return d.exp()


PROGRAMS = {
    "itself": lambda t, f, d, w: d,
    "elementwise": lambda t, f, d, w: d.tanh() * d,
    "product": lambda t, f, d, w: d @ w,
    "two": lambda t, f, d, w: d * f.make_dual(d.detach() + 1, t.ones_like(d)),
    "view": lambda t, f, d, w: d[1:].T.reshape(-1),
    "reduction": lambda t, f, d, w: d.softmax(1).max(1).values,
    "in place": lambda t, f, d, w: in_place(f, d, w),
    "module": through_a_module,
    "no_grad": without_grad,
    "cat": lambda t, f, d, w: t.cat([d, d.detach() * 0]),
    "constant": lambda t, f, d, w: w * 2,
    "tracked constant": lambda t, f, d, w: w.requires_grad_() * 2,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_tangent(name):
    def program(t):
        f = t.autograd.forward_ad
        with f.dual_level():
            dual = f.make_dual(t.tensor(X), t.tensor(T))
            primal, tangent = f.unpack_dual(PROGRAMS[name](t, f, dual, t.tensor(W)))
            return primal, tangent

    (ours, moved), (theirs, reference) = program(minitorch_pt), program(torch)
    assert_same([ours.detach(), moved], [theirs.detach(), reference], 1e-11)
    assert ours.requires_grad == theirs.requires_grad


def test_a_tangent_has_a_gradient():
    def program(t):
        f = t.autograd.forward_ad
        w, x, v = (t.tensor(a, requires_grad=True) for a in (W, X, T))
        with f.dual_level():
            primal, tangent = f.unpack_dual((f.make_dual(x, v) @ w).sin())
        (tangent**2).sum().backward()
        return primal, w.grad, x.grad, v.grad

    assert_same(program(minitorch_pt), program(torch), 1e-11)


def test_levels():
    def program(t):
        f = t.autograd.forward_ad
        level = f.enter_dual_level()
        dual = f.make_dual(t.tensor(X), t.tensor(T), level=level)
        inside = f.unpack_dual(dual, level=level).tangent
        f.exit_dual_level(level=level)
        return level, inside, f.unpack_dual(dual).tangent, t.is_grad_enabled()

    assert_same(program(minitorch_pt), program(torch))


def test_a_level_leaves_the_mode_as_it_was():
    def program(t):
        with t.no_grad():
            with t.autograd.forward_ad.dual_level():
                pass
            return t.is_grad_enabled(), (t.ones(2, requires_grad=True) * 2).requires_grad

    assert program(minitorch_pt) == program(torch)


def test_a_level_as_a_decorator():
    f = minitorch_pt.autograd.forward_ad

    @f.dual_level()
    def slope(x):
        return f.unpack_dual(f.make_dual(x, minitorch_pt.ones_like(x)) ** 3).tangent

    assert_same(slope(minitorch_pt.tensor(X)), torch.tensor(3 * X**2))


ERRORS = {
    "no level": lambda t, f: f.make_dual(t.tensor(X), t.tensor(T)),
    "integers": lambda t, f: f.dual_level().__enter__() or f.make_dual(t.arange(3), t.arange(3)),
    "integer tangent": lambda t, f: f.dual_level().__enter__() or f.make_dual(t.ones(3), t.arange(3)),
    "shape": lambda t, f: f.dual_level().__enter__() or f.make_dual(t.ones(3), t.ones(4)),
    "nested": lambda t, f: f.enter_dual_level() or f.enter_dual_level(),
    "another level": lambda t, f: f.enter_dual_level() or f.exit_dual_level(level=3),
    "none to close": lambda t, f: f.exit_dual_level(),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    def error(t):
        f = t.autograd.forward_ad
        with pytest.raises(Exception) as caught:
            ERRORS[name](t, f)
        if name not in ("no level", "none to close"):
            f.exit_dual_level()
        return type(caught.value), str(caught.value)[:40]

    if name == "none to close":  # torch loses count
        assert error(minitorch_pt)[0] is RuntimeError
    else:
        assert error(minitorch_pt) == error(torch)


@pytest.mark.parametrize("changed", [lambda t, f: t, lambda t, f: t.T, lambda t, f: t.clone()])
def test_the_tangent_that_was_given_comes_back(changed):
    """The very tensor, as long as the dual tensor is what it was, unless its layout is another one."""

    def program(t):
        f = t.autograd.forward_ad
        x, tangent = t.ones(2, 2), t.arange(4.0).view(2, 2)
        given = changed(tangent, f)
        with f.dual_level():
            dual = f.make_dual(x, given)
            same = f.unpack_dual(dual).tangent is given
            after = f.unpack_dual(dual * 2).tangent
            dual.mul_(3)
            return same, after, f.unpack_dual(dual).tangent

    assert_same(program(minitorch_pt), program(torch))
