"""ops/reordering.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, same_program

X, CUBE, ROW = rand(2, 3), rand(2, 3, 4), rand(4)
CALLS = [
    ("Tensor.repeat", X, 2, 2), ("Tensor.repeat", X, 2, 1, 1), ("tile", X, (2,)), ("tile", X, (2, 1, 2)), ("repeat_interleave", X, 2), ("repeat_interleave", X, 2, 1),
    ("repeat_interleave", X, np.array([1, 0, 2]), 1), ("flip", CUBE, (0, 2)), ("Tensor.flip", X, 1), ("fliplr", X), ("flipud", X), ("roll", CUBE, 1),
    ("roll", CUBE, 2, 1), ("roll", CUBE, (1, -1), (0, 2)), ("rot90", X), ("rot90", CUBE, 3, (1, 2)), ("rot90", X, -2),
]  # fmt: skip

# made of other operations than torch's: their nodes have other names
COMPOSED = ("repeat_interleave", "rot90")


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    name, *args = call
    check(name, *args, second=True, grad_fn=name not in COMPOSED)


ERRORS = [
    ("Tensor.repeat", X, 2), ("repeat_interleave", X, np.array([1, 2]), 1), ("repeat_interleave", X, np.array([-1]), 1), ("flip", X, (0, 0)), ("flip", X, (4,)),
    ("fliplr", ROW), ("flipud", np.array(1.0)), ("roll", X, (1, 2)), ("roll", X, (1, 2), (0,)), ("roll", X, 1, 4), ("rot90", ROW), ("rot90", X, 1, (0, 0)),
    ("rot90", X, 1, (0, 5)), ("rot90", X, 1, (0,)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_errors(call):
    check_error(*call)


PROGRAMS = {
    "output_size": lambda p: p.repeat_interleave(p.arange(3), p.tensor([2, 0, 3]), output_size=5),
    "repeat_interleave of one": lambda p: [p.repeat_interleave(x := p.tensor([1, 2, 0, 3], dtype=p.int32)), x.repeat_interleave(x), p.repeat_interleave(x, output_size=6)],
    "repeat_interleave of one of floats": lambda p: p.repeat_interleave(p.ones(2)),
    "repeat_interleave of one, negative": lambda p: p.repeat_interleave(p.tensor([1, -2])),
    "repeat_interleave of one, a matrix": lambda p: p.repeat_interleave(p.tensor([[1, 2]])),
    "nodes of rot90": lambda p: [p.rot90(p.ones(2, 3, requires_grad=True), k).grad_fn.name() for k in range(-2, 5)],
    "nodes of repeat_interleave": lambda p: [p.repeat_interleave(p.ones(2, 3, requires_grad=True), *a).grad_fn.name() for a in ((2,), (2, 0), (p.tensor([1, 2]), 0))],
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)
