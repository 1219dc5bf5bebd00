"""torch.func against torch.func: what it gives, and what it refuses."""

from __future__ import annotations

import collections
import functools
import re
import sys
import threading
from types import FunctionType

import numpy as np
import pytest
import torch
import torch.func

import minitorch_pt
import minitorch_pt.nn.utils.stateless
from minitorch_pt.func import table
from minitorch_pt.utils._pytree import tree_leaves
from parity_tests.oracle import assert_same, rand

# torch's own forward mode warns of torch when it is first used
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*torch.jit.script.*:DeprecationWarning", "ignore:.*get_attr Node:UserWarning"
)
X, Y, V = rand(3, 4), rand(3, 4, seed=1), rand(4, seed=2)


def same(program, texts=False):
    """Run the program(package, x, y, v) in both: equal values, or errors of one type (and of one text)."""
    try:
        theirs = program(torch, *map(torch.tensor, (X, Y, V)))
    except Exception as error:
        with pytest.raises(type(error)) as ours:
            program(minitorch_pt, *map(minitorch_pt.tensor, (X, Y, V)))
        if texts:
            assert str(ours.value)[:44] == str(error)[:44]
    else:
        assert_same(program(minitorch_pt, *map(minitorch_pt.tensor, (X, Y, V))), theirs, 1e-11)


def linear(t):
    layer = t.nn.Linear(4, 2).double()
    with t.no_grad():
        layer.weight.copy_(t.tensor(rand(2, 4, seed=3)))
        layer.bias.copy_(t.tensor(rand(2, seed=4)))
    return layer


def changed(a):
    a = a.clone()
    a[0] = 5
    a[1:3] = a[2:4]
    return a


def placed(t, a):
    a = a.clone()
    a[t.tensor([0, 2])] = a[:2] * 0
    return a


def without_grad(t, a):
    with t.no_grad():
        constant = a**2
    return (a - constant).sum()


VALUES = {
    "dims at the end": lambda t, x, y, v: t.func.vmap(lambda a: a * 2, in_dims=-1, out_dims=-1)(x),
    "one for all": lambda t, x, y, v: t.func.vmap(lambda a, b: a * b, in_dims=(0, None))(x, v),
    "a dict": lambda t, x, y, v: t.func.vmap(lambda d: d["a"] * d["b"], in_dims=({"a": 0, "b": None},))({"a": x, "b": v}),
    "a list": lambda t, x, y, v: t.func.vmap(lambda d: d[0] * d[1], in_dims=([0, None],))([x, v]),
    "outputs": lambda t, x, y, v: t.func.vmap(lambda a: (a, {"b": a.sum()}), out_dims=(1, {"b": 0}))(x),
    "a constant": lambda t, x, y, v: t.func.vmap(lambda a: v)(x),
    "keywords": lambda t, x, y, v: t.func.vmap(lambda a, k=1: a * k)(x, k=3),
    "chunks": lambda t, x, y, v: t.func.vmap(lambda a: (a.sum(), a), out_dims=(0, 1), chunk_size=2)(x),
    "one chunk": lambda t, x, y, v: t.func.vmap(lambda a: (a.sum(), a), out_dims=(0, 1), chunk_size=9)(x),
    "out_dims none": lambda t, x, y, v: t.func.vmap(lambda a: (v * 2, a, 3), out_dims=(None, 0, None))(x),
    "torch.vmap": lambda t, x, y, v: t.vmap(t.dot)(x, y),
    "nested": lambda t, x, y, v: t.vmap(t.vmap(lambda a, b: a * b.sum(), (0, None)), (None, 0))(v, x),
    "nested over one": lambda t, x, y, v: t.vmap(t.vmap(lambda a: a.exp() * v.sum()))(x),
    "shape": lambda t, x, y, v: t.vmap(lambda a: a * a.shape[0] * a.ndim * len(a) * a.numel())(x),
    "types": lambda t, x, y, v: t.vmap(lambda a, b: a.float() * b)(x, x.sum(1)),
    "bool": lambda t, x, y, v: t.vmap(lambda a: (a > 0) & (a < 1))(x),
    "index": lambda t, x, y, v: t.vmap(lambda a: a[None, ..., ::2])(x),
    "index list": lambda t, x, y, v: t.vmap(lambda a: a[[0, 1]])(x),
    "index of its own": lambda t, x, y, v: t.vmap(lambda a, i: a[i] + v[i])(x, t.tensor([0, 1, 2])),
    "indices": lambda t, x, y, v: t.vmap(lambda i: x[i, i])(t.tensor([0, 1, 2])),
    "written": lambda t, x, y, v: t.vmap(changed)(x),
    "written at": lambda t, x, y, v: t.vmap(lambda a: placed(t, a))(x),
    "in place": lambda t, x, y, v: (t.vmap(lambda a: a.mul_(2).sum())(x), x),
    "in place in new": lambda t, x, y, v: t.vmap(lambda a: t.zeros_like(a).add_(a) + a.new_ones(4).mul_(a))(x),
    "where": lambda t, x, y, v: t.vmap(lambda a: t.where(a > 0, a, v))(x),
    "cat": lambda t, x, y, v: t.vmap(lambda a: t.cat([a, v, t.stack([a, a])[0]]))(x),
    "solve": lambda t, x, y, v: t.vmap(t.linalg.solve)(t.eye(4, dtype=t.float64).expand(3, 4, 4) * 2, x),
    "the larger of two": lambda t, x, y, v: t.vmap(lambda a, b: t.max(a, b) - t.min(b, v))(x, y),
    "attention": lambda t, x, y, v: t.vmap(lambda q: t.nn.functional.scaled_dot_product_attention(q, t.stack([x, y]), t.stack([y, x])))(t.stack([x, y])),
    "probabilities": lambda t, x, y, v: t.vmap(t.nn.functional.binary_cross_entropy)(x.sigmoid(), y.sigmoid()),
    "counted rows": lambda t, x, y, v: t.vmap(t.func.grad(lambda w: t.nn.functional.embedding(t.tensor([0, 0, 2]), w, scale_grad_by_freq=True).exp().sum()))(t.stack([x, y])),
    "empty": lambda t, x, y, v: t.vmap(lambda a: (a * 2).sum())(x[:0]),
    "partial": lambda t, x, y, v: t.vmap(functools.partial(t.mul, v))(x),
    "same draws": lambda t, x, y, v: t.vmap(lambda a: a + t.rand(4), randomness="same")(seeded(t, x)),
    "draws": lambda t, x, y, v: t.vmap(lambda a: a + t.rand(4), randomness="different")(seeded(t, x)),
    "normal draws": lambda t, x, y, v: t.vmap(lambda a: t.randn(20), randomness="different")(seeded(t, x)),
    "draws of a kind": lambda t, x, y, v: t.vmap(lambda a: t.randn_like(a) + t.randint(9, (4,)), randomness="different")(seeded(t, x)),
    "dropout": lambda t, x, y, v: t.vmap(t.nn.Dropout(0.5), randomness="different")(seeded(t, x)),
    "same dropout": lambda t, x, y, v: t.vmap(t.nn.Dropout(0.5), randomness="same")(seeded(t, x)),
    "bernoulli": lambda t, x, y, v: t.vmap(lambda a: t.bernoulli(a.sigmoid()), randomness="different")(seeded(t, x)),
    "filled": lambda t, x, y, v: t.vmap(lambda a: t.empty_like(a).normal_(), randomness="different")(seeded(t, x)),
    "draws one by one": lambda t, x, y, v: t.vmap(lambda a: t.nn.functional.gumbel_softmax(a), randomness="different")(seeded(t, x)),
    "multinomial": lambda t, x, y, v: t.vmap(lambda a: t.multinomial(a.exp(), 3), randomness="different")(seeded(t, x)),
    "permutations": lambda t, x, y, v: t.vmap(lambda a: t.randperm(3).sort()[0], randomness="different")(x),
    "last argument": lambda t, x, y, v: t.func.grad(lambda a, b: (a * a * b).sum(), argnums=-1)(x, y),
    "two arguments": lambda t, x, y, v: t.func.grad(lambda a, b: (a * a * b).sum(), argnums=(1, 0))(x, y),
    "a tree": lambda t, x, y, v: t.func.grad(lambda p: (p["a"] * p["b"][0]).sum())({"a": x, "b": [y, v]}),
    "aux": lambda t, x, y, v: t.func.grad(lambda a: (a.sum(), a * 2), has_aux=True)(x),
    "no_grad outside": lambda t, x, y, v: no_grad(t, lambda: t.func.grad(lambda a: (a**3).sum())(v)),
    "no_grad inside": lambda t, x, y, v: t.func.grad(lambda a: without_grad(t, a))(v),
    "no_grad inside jvp": lambda t, x, y, v: t.func.jvp(lambda a: without_grad(t, a), (v,), (v,)),
    "no_grad inside jacfwd": lambda t, x, y, v: t.func.jacfwd(t.func.jacfwd(lambda a: without_grad(t, a)))(v),
    "no_grad inside linearize": lambda t, x, y, v: t.func.linearize(lambda a: without_grad(t, a), v)[1](v),
    "unused": lambda t, x, y, v: t.func.grad(lambda a, b: b.sum(), argnums=(0, 1))(x, y),
    "independent": lambda t, x, y, v: t.func.jvp(lambda a: v * 2, (x,), (y,)),
    "jvp with aux": lambda t, x, y, v: t.func.jvp(lambda a: (a.sin(), a.cos()), (x,), (y,), has_aux=True),
    "jacobian tree": lambda t, x, y, v: t.func.jacrev(lambda p: {"s": p["a"] * p["b"]})({"a": v, "b": v * 2}),
    "jacobian in chunks": lambda t, x, y, v: t.func.jacrev(lambda a: a.sum(0) * v, chunk_size=2)(x),
    "jacfwd with aux": lambda t, x, y, v: t.func.jacfwd(lambda a, b: (a * b, a), argnums=(0, 1), has_aux=True)(v, v),
    "hessian": lambda t, x, y, v: t.func.hessian(lambda a, b: (a * a * b).sum(), argnums=(0, 1))(v, v),
    "vmap(hessian)": lambda t, x, y, v: t.vmap(t.func.hessian(lambda a: (a * v).sin().prod()))(x),
    "grad(vmap)": lambda t, x, y, v: t.func.grad(lambda w: t.vmap(lambda a: (a * w).exp().sum())(x).prod())(v),
    "vmap(vjp_fn)": lambda t, x, y, v: t.vmap(t.func.vjp(lambda a: a.sin(), v)[1])(x),
    "vmap(jvp)": lambda t, x, y, v: t.vmap(lambda d: t.func.jvp(lambda a: a.sin(), (v,), (d,)))(x),
    "vmap(linearized)": lambda t, x, y, v: t.vmap(t.func.linearize(lambda a: a.sin(), v)[1])(x),
    "vjp of vjp": lambda t, x, y, v: t.func.vjp(t.func.vjp(lambda a: a.sin() * v, x)[1], y)[1]((x,)),
    "third order": lambda t, x, y, v: t.vmap(t.func.grad(t.func.grad(t.func.grad(t.sin))))(v),
    "functional_call": lambda t, x, y, v: t.func.functional_call(linear(t), {"weight": x[:2]}, (y,)),
    "one argument": lambda t, x, y, v: t.func.functional_call(linear(t), ({"weight": x[:2]}, {"bias": v[:2]}), y),
    "unknown names": lambda t, x, y, v: t.func.functional_call(linear(t), {"wight": x}, y),
    "vmap over functional_call": lambda t, x, y, v: t.vmap(lambda w: t.func.functional_call(linear(t), {"weight": w}, y))(t.stack([x[:2], y[:2]])),
}  # fmt: skip


def seeded(t, x):
    t.manual_seed(3)
    return x


def no_grad(t, function):
    with t.no_grad():
        return function()


@pytest.mark.parametrize("name", VALUES)
def test_value(name):
    same(VALUES[name])


def test_results_are_plain_tensors():
    for name, program in VALUES.items():
        if name == "vmap over functional_call":  # draws, and is refused
            continue
        results = tree_leaves(program(minitorch_pt, *map(minitorch_pt.tensor, (X, Y, V))))
        kinds = {type(r) for r in results if isinstance(r, minitorch_pt.Tensor)}
        assert kinds <= {minitorch_pt.Tensor}, name


ERRORS = {
    "sizes": lambda t, x, y, v: t.vmap(t.add)(x, t.ones(2)),
    "in_dims for more": lambda t, x, y, v: t.vmap(lambda a: a, in_dims=(0, 0))(x),
    "in_dims too far": lambda t, x, y, v: t.vmap(lambda a: a, in_dims=2)(x),
    "in_dims a text": lambda t, x, y, v: t.vmap(lambda a: a, in_dims="0")(x),
    "in_dims a fraction": lambda t, x, y, v: t.vmap(lambda a: a, in_dims=(0.5,))(x),
    "no inputs": lambda t, x, y, v: t.vmap(lambda: x)(),
    "nothing mapped": lambda t, x, y, v: t.vmap(lambda a: a, in_dims=(None,))(x),
    "no tensor": lambda t, x, y, v: t.vmap(lambda a, b: a)(x, 3),
    "item": lambda t, x, y, v: t.vmap(lambda a: a.sum().item())(x),
    "an if": lambda t, x, y, v: t.vmap(lambda a: a if a.sum() > 0 else -a)(x),
    "a draw": lambda t, x, y, v: t.vmap(lambda a: a + t.randn(4))(x),
    "dropout": lambda t, x, y, v: t.vmap(t.nn.Dropout(0.5))(x),
    "randomness": lambda t, x, y, v: t.vmap(lambda a: a, randomness="some")(x),
    "filling what is the same": lambda t, x, y, v: t.vmap(lambda a: t.empty(4).normal_(), randomness="different")(x),
    "out_dims a text": lambda t, x, y, v: t.vmap(lambda a: a, out_dims="a")(x),
    "out_dims for more": lambda t, x, y, v: t.vmap(lambda a: (a, a), out_dims=(0, 1, 2))(x),
    "out_dims none": lambda t, x, y, v: t.vmap(lambda a: a, out_dims=None)(x),
    "out_dims too far": lambda t, x, y, v: t.vmap(lambda a: a, out_dims=5)(x),
    "a number returned": lambda t, x, y, v: t.vmap(lambda a: 3)(x),
    "nonzero": lambda t, x, y, v: t.vmap(lambda a: a.nonzero())(x),
    "multinomial of the same": lambda t, x, y, v: t.vmap(lambda a: t.multinomial(a.exp(), 3), randomness="same")(x),
    "a mask": lambda t, x, y, v: t.vmap(lambda a: a[a > 0])(x),
    "in place in what is the same": lambda t, x, y, v: t.vmap(lambda a: v.add_(a))(x),
    "list": lambda t, x, y, v: t.vmap(lambda a: a.tolist())(x),
    "numpy": lambda t, x, y, v: t.vmap(lambda a: a.numpy())(x),
    "chunks": lambda t, x, y, v: t.vmap(lambda a: a, chunk_size=0)(x),
    "batch norm": lambda t, x, y, v: t.vmap(t.nn.BatchNorm1d(4).double())(x[None]),
    "requires_grad": lambda t, x, y, v: t.vmap(lambda a: a.requires_grad_())(x),
    "backward": lambda t, x, y, v: t.vmap(lambda a: a.sum().backward())(x),
    "no scalar": lambda t, x, y, v: t.func.grad(lambda a: a)(x),
    "a float": lambda t, x, y, v: t.func.grad(lambda a: 3.0)(x),
    "argnums": lambda t, x, y, v: t.func.grad(lambda a: a.sum(), argnums=2)(x),
    "argnums twice": lambda t, x, y, v: t.func.grad(lambda a, b: a.sum(), argnums=(0, 0))(x, x),
    "no argnums": lambda t, x, y, v: t.func.grad(lambda a: a.sum(), argnums=())(x),
    "argnums a text": lambda t, x, y, v: t.func.grad(lambda a: a.sum(), argnums="a")(x),
    "of a number": lambda t, x, y, v: t.func.grad(lambda a: a)(3),
    "of integers": lambda t, x, y, v: t.func.grad(lambda a: a.sum())(t.arange(3)),
    "no aux": lambda t, x, y, v: t.func.grad(lambda a: a.sum(), has_aux=True)(x),
    "integers out": lambda t, x, y, v: t.func.vjp(lambda a: a.argmax(), x),
    "nothing out": lambda t, x, y, v: t.func.vjp(lambda a: None, x),
    "a number out": lambda t, x, y, v: t.func.vjp(lambda a: (a, 3), x),
    "cotangents": lambda t, x, y, v: t.func.vjp(lambda a: (a, a), x)[1](x),
    "primals": lambda t, x, y, v: t.func.jvp(lambda a: a, x, x),
    "tangents": lambda t, x, y, v: t.func.jvp(lambda a: a, (x,), (x, x)),
    "tangent's shape": lambda t, x, y, v: t.func.jvp(lambda a: a, (x,), (v,)),
    "strict": lambda t, x, y, v: t.func.jvp(lambda a: v * 2, (x,), (x,), strict=True),
    "chunk_size": lambda t, x, y, v: t.func.jacrev(lambda a: a, chunk_size=0),
    "linearized shape": lambda t, x, y, v: t.func.linearize(t.sin, x)[1](v),
    "linearized type": lambda t, x, y, v: t.func.linearize(t.sin, x)[1](x.float()),
    "in place": lambda t, x, y, v: t.func.grad(lambda a: a.sin_().sum())(x),
    "strict call": lambda t, x, y, v: t.func.functional_call(linear(t), {"weight": x}, y, strict=True),
    "twice": lambda t, x, y, v: t.func.functional_call(linear(t), ({"weight": x}, {"weight": x}), y),
    "no dict": lambda t, x, y, v: t.func.functional_call(linear(t), 3, y),
    "no tensors": lambda t, x, y, v: t.func.functional_call(linear(t), {"weight": 3}, y),
    "tied": lambda t, x, y, v: t.func.functional_call(tied(t), {"0.weight": x, "1.weight": y}, x),
    "no models": lambda t, x, y, v: t.func.stack_module_state([]),
    "other models": lambda t, x, y, v: t.func.stack_module_state([linear(t), t.nn.ReLU()]),
    "other modes": lambda t, x, y, v: t.func.stack_module_state([linear(t), linear(t).eval()]),
    "frozen models": lambda t, x, y, v: t.func.stack_module_state([linear(t), linear(t).requires_grad_(False)]),
}  # fmt: skip


def tied(t):
    first, second = t.nn.Linear(4, 4, bias=False), t.nn.Linear(4, 4, bias=False)
    second.weight = first.weight
    return t.nn.Sequential(first, second)


@pytest.mark.parametrize("name", ERRORS)
def test_error(name):
    same(
        ERRORS[name],
        texts=name
        not in {"out_dims too far", "multinomial of the same", "list", "numpy", "filling what is the same", "in place"},
    )


# -- Functions of users -----------------------------------------------------------------------------------------------
def square(t, by_vmap):
    class Square(t.autograd.Function):
        generate_vmap_rule = by_vmap == "generated"

        @staticmethod
        def forward(a):
            return a**2

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g):
            return 2 * g * ctx.saved_tensors[0]

        if by_vmap == "own":

            @staticmethod
            def vmap(info, in_dims, a):
                assert (info.batch_size, info.randomness) == (3, "error")
                return Square.apply(a), in_dims[0]

    return Square.apply


@pytest.mark.parametrize("by_vmap", ["generated", "own", "none"])
def test_a_function_of_the_user(by_vmap):
    same(lambda t, x, y, v: t.vmap(square(t, by_vmap))(x), texts=True)
    same(lambda t, x, y, v: t.func.grad(lambda a: square(t, by_vmap)(a).sum())(v))
    same(lambda t, x, y, v: t.vmap(t.func.grad(lambda a: square(t, by_vmap)(a).sum()))(x))


def test_a_function_that_takes_ctx_is_refused():
    def program(t, x, y, v):
        class Old(t.autograd.Function):
            @staticmethod
            def forward(ctx, a):
                return a * 2

            @staticmethod
            def backward(ctx, g):
                return g * 2

        return t.vmap(Old.apply)(x)

    same(program, texts=True)


# -- who records ------------------------------------------------------------------------------------------------------
def recorded(t, x, y, v):
    layer = linear(t)
    w = v.clone().requires_grad_()
    return [
        t.func.grad(lambda a: (a * w).sum())(v),
        t.func.grad(lambda a: (a * a * w).sum())(v),
        t.func.grad(lambda a: (a * a).sum())(v),
        t.func.grad(lambda a: (a * a).sum())(w),
        t.func.vjp(lambda a: a * 2, v)[0],
        t.func.vjp(lambda a: a * w, v)[0],
        t.func.vjp(lambda a: a * 2, v)[1](v)[0],
        t.func.vjp(lambda a: a.sin(), v)[1](w)[0],
        t.func.jvp(lambda a: a.sin(), (v,), (w,))[1],
        t.func.jacrev(lambda a: a * w)(v),
        t.vmap(lambda a: a * w)(x),
        t.vmap(t.func.grad(lambda a: layer(a).sum()))(x),
        t.func.grad(lambda p: t.vmap(t.func.grad(lambda p, a: (p * a).sin().sum(), 1), (None, 0))(p, x).square().sum())(
            v
        ),
        no_grad(t, lambda: t.func.grad(lambda a: (a * w).sum())(v)),
    ]


def test_results_have_a_history_where_the_caller_records():
    ours, theirs = ([r.requires_grad for r in recorded(t, *map(t.tensor, (X, Y, V)))] for t in (minitorch_pt, torch))
    assert ours == theirs


def test_gradients_flow_through_transforms():
    def program(t, x, y, v):
        w = v.clone().requires_grad_()
        loss = (
            t.vmap(t.func.grad(lambda a: (a * w).exp().sum()))(x).sum() + t.func.jacfwd(lambda a: a.sin() * w)(v).sum()
        )
        loss.backward()
        return w.grad

    same(program)


# -- modules ----------------------------------------------------------------------------------------------------------
def test_a_call_leaves_the_module_as_it_was():
    layer = linear(minitorch_pt)
    before = dict(layer.named_parameters())
    with pytest.raises(RuntimeError):
        minitorch_pt.func.functional_call(layer, {"weight": minitorch_pt.ones(2, 5)}, minitorch_pt.ones(3, 4))
    assert all(value is before[name] for name, value in layer.named_parameters())


def test_tied_weights_are_exchanged_together():
    def program(t, x, y, v):
        model = tied(t).double()
        square = x.T @ x
        return (
            t.func.functional_call(model, {"0.weight": square}, x),
            t.func.functional_call(model, {"1.weight": square, "0.weight": square}, x),
        )

    same(program)


def test_buffers_change_in_their_place():
    def program(t, x, y, v):
        norm = t.nn.BatchNorm1d(4).double()
        buffers = {k: b.clone() for k, b in norm.named_buffers()}
        out = t.func.functional_call(norm, buffers, (x,))
        return out, buffers["running_mean"], norm.running_mean

    same(program)


def test_batch_norm_without_running_statistics():
    def program(t, x, y, v):
        model = t.func.replace_all_batch_norm_modules_(t.nn.Sequential(t.nn.BatchNorm1d(4)).double())
        return t.vmap(model)(t.stack([x, y])), [name for name, _ in model.named_buffers()]

    same(program)


def test_the_old_name_of_functional_call_warns():
    with pytest.warns(FutureWarning, match="deprecated"):
        out = minitorch_pt.nn.utils.stateless.functional_call(linear(minitorch_pt), {}, minitorch_pt.tensor(X))
    assert out.shape == (3, 2)


def test_samples_show_themselves():
    shown = []
    minitorch_pt.vmap(lambda a: shown.append((repr(a), a.shape, a.dtype)) or a)(minitorch_pt.tensor([[1.0, 2.0]]))
    assert shown == [("BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1., 2.]])\n)", (2,), minitorch_pt.float32)]


# -- the table --------------------------------------------------------------------------------------------------------
def operations():
    found = set()
    for module in [m for name, m in sys.modules.items() if re.match(r"minitorch_pt(?!\.sparse)", name)]:
        found |= {v.__wrapped__ for v in vars(module).values() if isinstance(v, FunctionType) and hasattr(v, "desk")}
    return found


def test_the_table_names_operations_that_exist_and_one_of_each():
    names = collections.Counter()
    for function in operations():
        names[function.__name__] += 1
        names[f"{function.__code__.co_filename.rpartition('/')[2].removesuffix('.py')}.{function.__name__}"] += 1
    # the operation and the functions that choose among its forms have one rule
    several = {"max", "min", "det", "slogdet", "qr"}
    assert {name: names[name] for name in table.TABLE if names[name] != 1 and name not in several} == {}


def test_what_is_in_the_table_runs_at_once(monkeypatch):
    """A rule that gives up for ordinary arguments is none."""
    t, alone = minitorch_pt, []
    monkeypatch.setattr(
        minitorch_pt.func.operations, "one_by_one", lambda function, *_: alone.append(function.__name__)
    )
    x = t.tensor(rand(3, 2, 4, 4))
    image = t.tensor(rand(3, 1, 2, 6, 6))
    for operation in (
        lambda a: a.softmax(0).sum(1).mean() + a.std() + a.amax(),
        lambda a: t.linalg.inv(a @ a.mT + t.eye(4)).reshape(-1)[2:].view(2, -1).T.flip(0),
        lambda a: t.nn.functional.layer_norm(a, (4,)).sort(1)[0].cumsum(0).max(0)[0],
        lambda a: t.einsum("bij,jk->bik", a, a[0]).permute(2, 0, 1).roll(1, 0).expand(2, 4, 2, 4),
        lambda a: t.nn.functional.cross_entropy(a[0], t.tensor([0, 1, 2, 3])) + t.where(a > 0, a, 0.0).sum(),
    ):
        t.vmap(operation)(x)
    t.vmap(lambda a: t.nn.functional.max_pool2d(t.nn.functional.conv2d(a, a[:, :, :3, :3]), 2))(image)
    assert alone == []


def test_many_samples_take_the_time_of_few_calls():
    calls = []
    x = minitorch_pt.tensor(np.ones((1000, 3)))
    minitorch_pt.vmap(lambda a: calls.append(1) or (a * 2).sum())(x)
    assert len(calls) == 1


def test_other_threads_go_on_as_they_were():
    t, drawn = minitorch_pt, []

    def beside(a):
        thread = threading.Thread(target=lambda: drawn.append(t.rand(2) + t.func.grad(t.sin)(t.tensor(0.0))))
        thread.start()
        thread.join()
        return a

    t.vmap(beside)(t.tensor(X))
    assert drawn[0].shape == (2,)
