"""__torch_function__: classes of their own, Tensors or not, that take over the functions they are given to."""

from __future__ import annotations

import pytest

import minitorch_pt
from parity_tests.oracle import same_program


def test_a_subclass_sees_each_call():
    def program(t):
        seen = []

        class Logged(t.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                seen.append(func.__name__)
                return super().__torch_function__(func, types, args, kwargs or {})

        x = Logged([[1.0, 2.0], [3.0, 4.0]])
        results = [
            x + 1, 1 + x, x.add(1), t.add(x, 1), x @ x, x.sum(), t.stack([x, x]), t.ones(2) + x, t.cat([t.ones(2, 2), x]), x.softmax(-1),
            t.where(x > 1, x, 0.0), t.nn.functional.linear(x, t.ones(2, 2)), x.view(4), t.max(x, 0).values, x.detach(), x.clone(),
        ]  # fmt: skip
        y = x.clone().requires_grad_()
        (y * 2).sum().backward()
        calls = [name for name in seen if name not in ("__get__", "requires_grad_", "backward")]
        seen.clear()
        with t._C.DisableTorchFunctionSubclass():
            x + 1
        quiet = [*seen]
        sums = [r.as_subclass(t.Tensor).sum().item() for r in results]
        return [type(r).__name__ for r in results], sums, calls[:14], quiet, type(y.grad).__name__

    same_program(program)


def test_new_tensors_are_of_the_class_of_their_model():
    def program(t):
        class Image(t.Tensor):
            pass

        x = t.tensor([[0.5, 1.0], [0.25, 0.0]]).as_subclass(Image)
        labels = t.tensor([0, 1]).as_subclass(Image)
        made = [
            t.zeros_like(x), t.ones_like(x), t.empty_like(x.T), t.full_like(x, 2), t.rand_like(x), t.randn_like(x.T), t.randint_like(x, 3),
            x.new_zeros(2), x.new_tensor([1]), x.new_full((2,), 3.0), t.nn.functional.one_hot(labels), t.bernoulli(x, 0.5), t.multinomial(x[0], 1),
            t.zeros_like(t.nn.Parameter(t.ones(2))), t.vmap(t.zeros_like)(t.ones(2, 3)), t.zeros_like(x, requires_grad=True),
        ]  # fmt: skip
        return [(type(m).__name__, m.requires_grad, m.is_leaf) for m in made]

    same_program(program)


def test_a_class_that_is_no_tensor():
    def program(t):
        class Identity:
            """A multiple of the identity matrix: the example of torch's own guide."""

            def __init__(self, value):
                self.value = value

            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                if func is t.mul:
                    return "mul"
                if func is t.exp:
                    return NotImplemented
                return func(*[a.value * t.eye(2) if isinstance(a, cls) else a for a in args], **(kwargs or {}))

        d, x = Identity(3.0), t.ones(2, 2)
        return (
            t.add(d, x),
            t.add(x, d),
            x + d,
            d + x if hasattr(d, "__add__") else 0,
            x @ d,
            t.mul(d, 2),
            t.sum(d, 0),
            t.nn.functional.linear(d, x),
            t.clamp(d, 0, 1),
            x.sub(d),
            t.overrides.has_torch_function((d,)),
            t.overrides.is_tensor_like(d),
        )

    same_program(program)


def test_all_decline():
    class Shy:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return NotImplemented

    for call in (
        lambda: minitorch_pt.exp(Shy()),
        lambda: minitorch_pt.ones(1) + Shy(),
        lambda: minitorch_pt.cat([minitorch_pt.ones(1), Shy()]),
        lambda: minitorch_pt.overrides.handle_torch_function(minitorch_pt.exp, (Shy(),), Shy()),
    ):
        with pytest.raises(
            TypeError, match=r"no implementation found for '.*' on types that implement __torch_function__: \[.*Shy\]"
        ):
            call()


def test_subclasses_with_constructors_of_their_own():
    def program(t):
        class Named(t.Tensor):
            @staticmethod
            def __new__(cls, data, *args, **kwargs):
                return super().__new__(cls, data)

            def __init__(self, data, label="none"):
                self.label = label

        class Tagged(t.nn.Parameter):
            def __new__(cls, data, requires_grad=True, tag="none"):
                made = super().__new__(cls, data, requires_grad)
                made.tag = tag
                return made

        class Plain(t.Tensor):
            __torch_function__ = t._C._disabled_torch_function_impl

        x, p = Named([1.0, 2.0], label="x"), Tagged(t.ones(2), tag="p")
        leaf = t.ones(2, requires_grad=True)
        cast = (leaf * 2).as_subclass(Named)
        cast.sum().backward()
        made = t.Tensor._make_subclass(Named, t.ones(2), True)
        kinds = [
            type(v).__name__
            for v in (
                x,
                x + 1,
                x.sum(),
                x.detach(),
                x.as_subclass(t.Tensor),
                p,
                p * 2,
                made,
                t.ones(2).as_subclass(Plain) + 1,
            )
        ]
        return kinds, x.label, p.tag, p.requires_grad, cast, type(cast.grad_fn).__name__, leaf.grad, made.requires_grad

    same_program(program)
    same_program(lambda t: t.ones(2).as_subclass(int))
