"""ops/shape.py against torch: views, copies, joins, splits, and what each refuses."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, same_program

X, CUBE, ROW = rand(2, 3), rand(2, 3, 4), rand(4)
CALLS = [
    ("reshape", CUBE, (6, 4)), ("reshape", CUBE, (-1, 2)), ("Tensor.reshape", CUBE, 4, -1), ("reshape", np.zeros((0, 3)), (3, 0)), ("Tensor.view", CUBE, 6, -1),
    ("Tensor.view_as", X, rand(6)), ("Tensor.reshape_as", X, rand(3, 2)), ("flatten", CUBE), ("flatten", CUBE, 1), ("flatten", CUBE, -2, -1), ("flatten", np.array(1.0)),
    ("ravel", X), ("unflatten", X, 1, (3, 1)), ("unflatten", CUBE, -1, (2, -1)), ("squeeze", rand(1, 2, 1)), ("squeeze", rand(1, 2, 1), 0), ("squeeze", X, 0),
    ("squeeze", rand(1, 2, 1), (0, 2)), ("unsqueeze", X, -1), ("unsqueeze", X, 1), ("transpose", CUBE, 0, 2), ("swapaxes", CUBE, 0, -1), ("swapdims", X, 0, 1),
    ("t", X), ("t", ROW), ("adjoint", CUBE), ("permute", CUBE, (2, 0, 1)), ("Tensor.permute", CUBE, -1, 0, 1), ("movedim", CUBE, 0, 2), ("moveaxis", CUBE, (0, 1), (2, 0)),
    ("Tensor.expand", rand(2, 1), 2, 3), ("Tensor.expand", rand(3), 2, -1), ("Tensor.expand_as", rand(2, 1), X), ("broadcast_to", ROW, (2, 4)),
    ("broadcast_tensors", rand(2, 1), rand(3)), ("Tensor.repeat", X, 2, 2), ("Tensor.repeat", X, 2, 1, 1), ("tile", X, (2,)), ("tile", X, (2, 1, 2)),
    ("repeat_interleave", X, 2), ("repeat_interleave", X, 2, 1), ("repeat_interleave", X, np.array([1, 0, 2]), 1), ("cat", [X, X]), ("cat", [X, rand(2, 1)], 1),
    ("cat", [np.zeros(0), X]), ("concat", [X, X], -1), ("concatenate", [X, X]), ("stack", [X, X]), ("stack", [X, X], -1), ("atleast_1d", np.array(1.0)), ("atleast_2d", ROW),
    ("atleast_3d", ROW), ("atleast_3d", X), ("atleast_2d", X, ROW), ("hstack", [ROW, ROW]), ("hstack", [X, X]), ("vstack", [ROW, rand(4, seed=2)]), ("row_stack", [X, X]),
    ("dstack", [X, X]), ("dstack", [ROW, ROW]), ("column_stack", [ROW, ROW]), ("column_stack", [ROW, rand(4, 2)]), ("split", CUBE, 3, 2), ("split", X, [1, 2], 1),
    ("split", X, 5), ("chunk", CUBE, 3, 2), ("chunk", ROW, 9), ("tensor_split", ROW, 3), ("tensor_split", ROW, (1, 3)), ("tensor_split", CUBE, 2, 1), ("hsplit", CUBE, 3),
    ("hsplit", ROW, [1, 2]), ("vsplit", X, 2), ("dsplit", CUBE, 2), ("unbind", X), ("unbind", CUBE, -1), ("flip", CUBE, (0, 2)), ("Tensor.flip", X, 1), ("fliplr", X), ("flipud", X),
    ("roll", CUBE, 1), ("roll", CUBE, 2, 1), ("roll", CUBE, (1, -1), (0, 2)), ("rot90", X), ("rot90", CUBE, 3, (1, 2)), ("rot90", X, -2), ("select", CUBE, 1, -1),
    ("narrow", CUBE, 2, 1, 2), ("narrow", CUBE, -1, -2, 1), ("diagonal", CUBE), ("diagonal", CUBE, 1, 1, 2), ("diagonal", X, -1), ("Tensor.unfold", ROW, 0, 2, 1),
    ("Tensor.unfold", CUBE, 2, 3, 2), ("Tensor.unfold", np.array(1.0), 0, 1, 1), ("as_strided", rand(6), (2, 2), (2, 1)), ("as_strided", rand(6), (2, 3), (1, 1), 1), ("clone", X),
    ("Tensor.contiguous", X),
]  # fmt: skip


# made of other operations than torch's: their nodes have other names
COMPOSED = ("as_strided", "atleast_2d", "atleast_3d", "repeat_interleave", "rot90")


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    name, *args = call
    check(name, *args, second=True, grad_fn=name not in COMPOSED)


ERRORS = [
    ("reshape", X, (4, -1)), ("reshape", X, (-1, -1)), ("reshape", X, (7,)), ("reshape", np.zeros(0), (-1, 0)), ("Tensor.view", X, 5), ("flatten", CUBE, 2, 1), ("flatten", X, 5),
    ("unflatten", X, 1, (2, 2)), ("unflatten", X, 1, ()), ("unflatten", X, 4, (3,)), ("squeeze", X, 3), ("unsqueeze", X, 4), ("transpose", X, 0, 2), ("t", CUBE), ("adjoint", ROW),
    ("permute", X, (0,)), ("permute", X, (0, 0)), ("permute", X, (0, 3)), ("movedim", X, (0, 1), (0,)), ("movedim", X, (0, 0), (0, 1)), ("movedim", X, 0, 5),
    ("Tensor.expand", X, 3, 3), ("Tensor.expand", X, 3), ("Tensor.expand", rand(3), -1, 3), ("broadcast_to", X, (4,)), ("broadcast_tensors", X, ROW), ("broadcast_shapes", (2,), (3,)),
    ("Tensor.repeat", X, 2), ("repeat_interleave", X, np.array([1, 2]), 1), ("repeat_interleave", X, np.array([-1]), 1), ("cat", []),
    ("cat", [X, CUBE]), ("cat", [X, rand(3, 2)]), ("cat", [X], 2), ("cat", [np.array(1.0)]), ("cat", X[0, 0]), ("stack", [X, ROW]), ("stack", []), ("stack", [X], 4), ("dstack", []),
    ("hstack", []), ("vstack", [X, ROW]), ("column_stack", [X, ROW]), ("split", X, [1, 1], 1), ("split", X, -1), ("split", X, 0), ("split", np.array(1.0), 1), ("chunk", X, 0),
    ("chunk", np.array(1.0), 1), ("tensor_split", X, 0), ("tensor_split", np.array(1.0), 1), ("hsplit", X, 2), ("hsplit", np.array(1.0), 1), ("vsplit", ROW, 2), ("dsplit", X, 1),
    ("unbind", np.array(1.0)), ("flip", X, (0, 0)), ("flip", X, (4,)), ("fliplr", ROW), ("flipud", np.array(1.0)), ("roll", X, (1, 2)), ("roll", X, (1, 2), (0,)), ("roll", X, 1, 4),
    ("rot90", ROW), ("rot90", X, 1, (0, 0)), ("rot90", X, 1, (0, 5)), ("rot90", X, 1, (0,)), ("select", X, 0, 2), ("select", np.array(1.0), 0, 0), ("narrow", X, 0, 1, 2),
    ("narrow", X, 0, 5, 0), ("narrow", X, 0, 0, -1), ("narrow", np.array(1.0), 0, 0, 1), ("diagonal", ROW), ("diagonal", X, 0, 0, 0), ("Tensor.unfold", ROW, 0, 5, 1),
    ("Tensor.unfold", ROW, 0, 1, 0), ("Tensor.unfold", ROW, 0, -1, 1), ("as_strided", ROW, (5,), (1,)), ("as_strided", ROW, (2,), (1, 1)), ("as_strided", ROW, (2,), (-1,)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_errors(call):
    check_error(*call)


PROGRAMS = {
    "broadcast_shapes": lambda p: [tuple(p.broadcast_shapes((2, 1), (3,), 1)), tuple(p.broadcast_shapes())],
    "properties": lambda p: [(x := p.tensor(CUBE)).mT, x[0].T, x.mH],
    "view of what is not contiguous": lambda p: p.tensor(X).t().view(6),
    "contiguous": lambda p: [(y := p.tensor(X).t().contiguous()).stride(), y],
    "broadcast_tensors of those that need not change": lambda p: [(x := p.ones(2, requires_grad=True)), *p.broadcast_tensors(x, p.ones(2)), [a is x for a in p.broadcast_tensors(x, p.ones(3, 2), p.ones(()))], p.broadcast_tensors(x)[0].is_leaf],
    "expand shares": lambda p: [(x := p.zeros(1, 2)).expand(3, 2).stride(), x.expand(3, 2)[0].fill_(5), x],
    "split shares": lambda p: [(x := p.zeros(4)).split(2)[0].fill_(5), x, x.chunk(2)[1].add_(1), x],
    "output_size": lambda p: p.repeat_interleave(p.arange(3), p.tensor([2, 0, 3]), output_size=5),
    "indices of a tensor": lambda p: p.tensor_split(p.arange(5), p.tensor([1, 3])),
    "cat of two types": lambda p: [p.cat([p.ones(2), p.arange(2)]), p.stack([p.ones(2, dtype=p.float64), p.ones(2)])],
    "repeat_interleave of one": lambda p: [p.repeat_interleave(x := p.tensor([1, 2, 0, 3], dtype=p.int32)), x.repeat_interleave(x), p.repeat_interleave(x, output_size=6)],
    "repeat_interleave of one of floats": lambda p: p.repeat_interleave(p.ones(2)),
    "repeat_interleave of one, negative": lambda p: p.repeat_interleave(p.tensor([1, -2])),
    "repeat_interleave of one, a matrix": lambda p: p.repeat_interleave(p.tensor([[1, 2]])),
    "bits": lambda p: [(x := p.tensor([1.0, -2.0])).view(p.int32), x.view(p.uint8), x.view(dtype=p.int16), x[0].view(p.int32), p.ones(2, 4).T.view(p.int32)],
    "bytes": lambda p: p.tensor([1, 2, 3, 4], dtype=p.uint8).view(p.int32),
    "bytes that do not divide": lambda p: p.tensor([1, 2, 3], dtype=p.uint8).view(p.int32),
    "bits of a number, of another size": lambda p: p.tensor(1.0).view(p.int64),
    "bits of columns": lambda p: p.ones(2, 4).T.view(p.int16),
    "bits of gaps": lambda p: p.ones(4, 4)[:, ::2].view(p.float64),
    "bits from an odd place": lambda p: p.ones(7)[1:].view(p.float64),
    "bits share": lambda p: [(x := p.ones(2)).view(p.int32).zero_(), x],
    "bits have no gradient": lambda p: p.ones(2, requires_grad=True).view(p.int32).requires_grad,
    "H": lambda p: p.tensor(X).H,
    "H of a vector": lambda p: p.tensor(ROW).H,
    "H of a batch": lambda p: p.tensor(CUBE).H,
    "nodes of rot90": lambda p: [p.rot90(p.ones(2, 3, requires_grad=True), k).grad_fn.name() for k in range(-2, 5)],
    "nodes of atleast": lambda p: [f(p.ones(s, requires_grad=True) * 1).grad_fn.name() for f in (p.atleast_1d, p.atleast_2d, p.atleast_3d) for s in ((), (2,), (2, 3))],
    "nodes of repeat_interleave": lambda p: [p.repeat_interleave(p.ones(2, 3, requires_grad=True), *a).grad_fn.name() for a in ((2,), (2, 0), (p.tensor([1, 2]), 0))],
    "strides of one memory": lambda p: p.as_strided(p.arange(6)[2:], (2,), (1,), 0),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)


@pytest.mark.parametrize("length", range(6))
def test_every_number_of_parts(length):
    """Tensors of 0 to 5 rows taken apart in every way: shapes, values and gradients, or the type of error."""
    forms = {
        "chunk": lambda t, x, n: x.chunk(n),
        "chunk of columns": lambda t, x, n: x.t().chunk(n, -1),
        "split": lambda t, x, n: x.split(n),
        "split in two": lambda t, x, n: x.split([n, length - n]),
        "tensor_split": lambda t, x, n: x.tensor_split(n),
        "tensor_split at": lambda t, x, n: x.tensor_split([n, 2]),
        "vsplit": lambda t, x, n: t.vsplit(x, n),
        "unbind": lambda t, x, n: x.unbind(n % 2),
    }
    for form in forms.values():
        for parts in range(-1, 8):

            def program(t, form=form, parts=parts):
                x = t.arange(2.0 * length).reshape(length, 2).requires_grad_()
                found = form(t, x, parts)
                grads = t.autograd.grad(sum((y * y).sum() * (i + 1) for i, y in enumerate(found)), x) if found else ()
                return [y.detach() for y in found], grads

            same_program(program)
