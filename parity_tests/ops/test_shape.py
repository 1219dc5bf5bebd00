"""ops/shape.py and broadcasting.py against torch: views and copies in other shapes, and what each refuses."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, same_program

X, CUBE, ROW = rand(2, 3), rand(2, 3, 4), rand(4)
CALLS = [
    ("reshape", CUBE, (6, 4)), ("reshape", CUBE, (-1, 2)), ("Tensor.reshape", CUBE, 4, -1), ("reshape", np.zeros((0, 3)), (3, 0)), ("Tensor.view", CUBE, 6, -1),
    ("Tensor.view_as", X, rand(6)), ("Tensor.reshape_as", X, rand(3, 2)), ("flatten", CUBE), ("flatten", CUBE, 1), ("flatten", CUBE, -2, -1), ("flatten", np.array(1.0)),
    ("ravel", X), ("unflatten", X, 1, (3, 1)), ("unflatten", CUBE, -1, (2, -1)), ("squeeze", rand(1, 2, 1)), ("squeeze", rand(1, 2, 1), 0), ("squeeze", X, 0),
    ("squeeze", rand(1, 2, 1), (0, 2)), ("unsqueeze", X, -1), ("unsqueeze", X, 1), ("transpose", CUBE, 0, 2), ("swapaxes", CUBE, 0, -1), ("swapdims", X, 0, 1), ("t", X),
    ("t", ROW), ("adjoint", CUBE), ("permute", CUBE, (2, 0, 1)), ("Tensor.permute", CUBE, -1, 0, 1), ("movedim", CUBE, 0, 2), ("moveaxis", CUBE, (0, 1), (2, 0)),
    ("Tensor.expand", rand(2, 1), 2, 3), ("Tensor.expand", rand(3), 2, -1), ("Tensor.expand_as", rand(2, 1), X), ("broadcast_to", ROW, (2, 4)),
    ("broadcast_tensors", rand(2, 1), rand(3)), ("clone", X), ("Tensor.contiguous", X),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    name, *args = call
    check(name, *args, second=True)


ERRORS = [
    ("reshape", X, (4, -1)), ("reshape", X, (-1, -1)), ("reshape", X, (7,)), ("reshape", np.zeros(0), (-1, 0)), ("Tensor.view", X, 5), ("flatten", CUBE, 2, 1),
    ("flatten", X, 5), ("unflatten", X, 1, (2, 2)), ("unflatten", X, 1, ()), ("unflatten", X, 4, (3,)), ("squeeze", X, 3), ("unsqueeze", X, 4), ("transpose", X, 0, 2),
    ("t", CUBE), ("adjoint", ROW), ("permute", X, (0,)), ("permute", X, (0, 0)), ("permute", X, (0, 3)), ("movedim", X, (0, 1), (0,)), ("movedim", X, (0, 0), (0, 1)),
    ("movedim", X, 0, 5), ("Tensor.expand", X, 3, 3), ("Tensor.expand", X, 3), ("Tensor.expand", rand(3), -1, 3), ("broadcast_to", X, (4,)),
    ("broadcast_tensors", X, ROW), ("broadcast_shapes", (2,), (3,)),
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
    "bits": lambda p: [(x := p.tensor([1.0, -2.0])).view(p.int32), x.view(p.uint8), x.view(dtype=p.int16), x[0].view(p.int32), p.ones(2, 4).T.view(p.int32)],
    "bytes": lambda p: p.tensor([1, 2, 3, 4], dtype=p.uint8).view(p.int32),
    "bytes that do not divide": lambda p: p.tensor([1, 2, 3], dtype=p.uint8).view(p.int32),
    "bits of a number, of another size": lambda p: p.tensor(1.0).view(p.int64),
    "bits of columns": lambda p: p.ones(2, 4).T.view(p.int16),
    "bits of gaps": lambda p: p.ones(4, 4)[:, ::2].view(p.float64),
    "bits of rows with gaps": lambda p: p.ones(3, 5)[:, :4].view(p.float64),
    "squeeze an axis twice": lambda p: p.ones(1, 2).squeeze((0, 0)),
    "bits from an odd place": lambda p: p.ones(7)[1:].view(p.float64),
    "bits share": lambda p: [(x := p.ones(2)).view(p.int32).zero_(), x],
    "bits have no gradient": lambda p: p.ones(2, requires_grad=True).view(p.int32).requires_grad,
    "H": lambda p: p.tensor(X).H,
    "H of a vector": lambda p: p.tensor(ROW).H,
    "H of a batch": lambda p: p.tensor(CUBE).H,
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)
