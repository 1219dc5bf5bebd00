"""ops/joins.py against torch: tensors put together and taken apart, and what each refuses."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, same_program

X, CUBE, ROW = rand(2, 3), rand(2, 3, 4), rand(4)
CALLS = [
    ("cat", [X, X]), ("cat", [X, rand(2, 1)], 1), ("cat", [np.zeros(0), X]), ("concat", [X, X], -1), ("concatenate", [X, X]), ("stack", [X, X]), ("stack", [X, X], -1),
    ("atleast_1d", np.array(1.0)), ("atleast_2d", ROW), ("atleast_3d", ROW), ("atleast_3d", X), ("atleast_2d", X, ROW), ("hstack", [ROW, ROW]), ("hstack", [X, X]),
    ("vstack", [ROW, rand(4, seed=2)]), ("row_stack", [X, X]), ("dstack", [X, X]), ("dstack", [ROW, ROW]), ("column_stack", [ROW, ROW]),
    ("column_stack", [ROW, rand(4, 2)]), ("split", CUBE, 3, 2), ("split", X, [1, 2], 1), ("split", X, 5), ("chunk", CUBE, 3, 2), ("chunk", ROW, 9),
    ("tensor_split", ROW, 3), ("tensor_split", ROW, (1, 3)), ("tensor_split", CUBE, 2, 1), ("hsplit", CUBE, 3), ("hsplit", ROW, [1, 2]), ("vsplit", X, 2),
    ("dsplit", CUBE, 2), ("unbind", X), ("unbind", CUBE, -1),
]  # fmt: skip

# made of other operations than torch's: their nodes have other names
COMPOSED = ("atleast_2d", "atleast_3d")


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    name, *args = call
    check(name, *args, second=True, grad_fn=name not in COMPOSED)


ERRORS = [
    ("cat", []), ("cat", [X, CUBE]), ("cat", [X, rand(3, 2)]), ("cat", [X], 2), ("cat", [np.array(1.0)]), ("cat", X[0, 0]), ("stack", [X, ROW]), ("stack", []),
    ("stack", [X], 4), ("dstack", []), ("hstack", []), ("vstack", [X, ROW]), ("column_stack", [X, ROW]), ("split", X, [1, 1], 1), ("split", X, -1), ("split", X, 0),
    ("split", np.array(1.0), 1), ("chunk", X, 0), ("chunk", np.array(1.0), 1), ("tensor_split", X, 0), ("tensor_split", np.array(1.0), 1), ("hsplit", X, 2),
    ("hsplit", np.array(1.0), 1), ("vsplit", ROW, 2), ("dsplit", X, 1), ("unbind", np.array(1.0)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_errors(call):
    check_error(*call)


def images(p):
    whole = p.ones(2, 3, 4, 4)
    last = whole.contiguous(memory_format=p.channels_last)
    return whole, last, last.double(), last[:, :, ::2, ::2].repeat(1, 1, 2, 2)


PROGRAMS = {
    "split shares": lambda p: [(x := p.zeros(4)).split(2)[0].fill_(5), x, x.chunk(2)[1].add_(1), x],
    "indices of a tensor": lambda p: p.tensor_split(p.arange(5), p.tensor([1, 3])),
    "cat of two types": lambda p: [p.cat([p.ones(2), p.arange(2)]), p.stack([p.ones(2, dtype=p.float64), p.ones(2)])],
    "channels last": lambda p: [p.cat([x, y], d).stride() for x in images(p) for y in images(p) for d in range(4)],
    "nodes of atleast": lambda p: [f(p.ones(s, requires_grad=True) * 1).grad_fn.name() for f in (p.atleast_1d, p.atleast_2d, p.atleast_3d) for s in ((), (2,), (2, 3))],
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
