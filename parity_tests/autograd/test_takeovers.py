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


def test_a_class_sees_what_is_no_operation():
    def program(t):
        class Logged(t.Tensor):
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                seen.append((func.__name__, getattr(t.Tensor, func.__name__, None) is func))
                return super().__torch_function__(func, types, args, kwargs or {})

        def changed(x):
            x += 1
            x *= 2
            x[0] = 3.0
            x.requires_grad = True
            x.grad = t.ones(2, 2)

        calls = [
            lambda x: x.shape, lambda x: x.T, lambda x: x.grad, lambda x: x.sum().item(), lambda x: x.tolist(), lambda x: x.double(), lambda x: len(x),
            lambda x: x.new_zeros(2), lambda x: x.add_(1), lambda x: x[0], lambda x: x.size(), lambda x: bool(x[0, 0]), lambda x: 1.0 in x, changed,
            lambda x: x + 1, lambda x: 1 + x, lambda x: 1 - x, lambda x: 1 / x, lambda x: x // 2, lambda x: 2**x, lambda x: x @ x, lambda x: x == x,
            lambda x: x.to(t.double), lambda x: x.detach(), lambda x: f"{x}", lambda x: hash(x) and None, lambda x: x.copy_(t.zeros(2, 2)),
        ]  # fmt: skip
        told = []
        for call in calls:
            x, seen = t.full((2, 2), 2.0).as_subclass(Logged), []
            told.append((type(call(x)).__name__, *seen))
        return told, t.Tensor.shape.__get__ == t.Tensor.shape.__get__

    same_program(program)


def test_parameters_keep_their_class():
    def program(t):
        class Marked(t.Tensor):
            pass

        class Net(t.nn.Module):
            def __init__(self):
                super().__init__()
                self.w = t.nn.Parameter(t.ones(2).as_subclass(Marked))
                self.b = t.nn.Buffer(t.zeros(2).as_subclass(Marked))

        net, plain = Net(), t.ones(2).as_subclass(Marked)
        (net.w * 2).sum().backward()
        t.optim.SGD(net.parameters(), 0.5).step()
        kinds = [
            isinstance(v, t.nn.Parameter)
            for v in (net.w, net.w * 2, net.w.detach(), plain, t.nn.Parameter(t.ones(1)), 3)
        ]
        return (
            kinds,
            type(net.w * 2).__name__,
            list(net.state_dict()),
            repr(net.w),
            net.w.tolist(),
            isinstance(net.b, t.nn.Buffer),
        )

    same_program(program)


def test_modes_are_asked_first():
    def program(t):
        class Mode(t.overrides.TorchFunctionMode):
            def __init__(self, name):
                self.name = name

            def __torch_function__(self, func, types, args=(), kwargs=None):
                seen.append((self.name, func.__name__, func is t.ones, func is t.Tensor.mul))
                return func(*args, **(kwargs or {}))

        class Minus(Mode):
            def __torch_function__(self, func, types, args=(), kwargs=None):
                return NotImplemented if func is t.exp else -1

        class Marked(t.Tensor):
            pass

        def mine(x):
            return t.overrides.handle_torch_function(mine, (x,), x) if t.overrides.has_torch_function((x,)) else x

        seen, x = [], t.tensor([1.0, 2.0], requires_grad=True)
        with Mode("outer") as outer, t._C.DisableTorchFunctionSubclass():
            y = t.ones(2).mul(x)[0]
            mine(3)
            t.nn.Linear(2, 2)(x)
            with t._C.DisableTorchFunction():
                t.ones(2)
            y.backward()
        count = len(seen)
        with Mode("a"), Mode("b"):
            t.zeros(2)
        with outer:
            t.zeros(1)
            marked = type(t.ones(2).as_subclass(Marked) + 1).__name__
        after = t.ones(2) * 2
        with Minus("m"):
            told = t.ones(3), x + 1, x.shape, 1 - x
            try:
                t.exp(x)
            except TypeError as error:
                told += (type(error),)
        return (
            [s for s in seen[:count] if s[1] in ("ones", "mul", "__getitem__", "linear", "backward", "mine")],
            seen[count:],
            told,
            after,
            x.grad,
            marked,
        )

    same_program(program)


def test_names_of_what_is_handed_over():
    def program(t):
        o = t.overrides
        given = t.add, t.Tensor.add_, t.nn.functional.relu, t.Tensor.shape.__get__, t.linalg.norm
        everywhere = o.get_overridable_functions()

        class Wrapped:
            @classmethod
            def __torch_function__(cls, func, types, args=(), kwargs=None):
                return "taken"

        @o.wrap_torch_function(lambda x: (x,))
        def mine(x):
            return x

        return (
            [o.resolve_name(f) for f in given], [t.add in everywhere[t], t.Tensor.add_ in everywhere[t.Tensor], t.is_tensor in o.get_ignored_functions()],
            t.add in o.get_testing_overrides(), mine(Wrapped()), mine(3), o.resolve_name(print),
        )  # fmt: skip

    same_program(program)
