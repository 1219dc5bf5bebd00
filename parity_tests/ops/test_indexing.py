"""ops/indexing.py against torch: reading and writing by index."""

from __future__ import annotations

import numpy as np
import pytest

from parity_tests.oracle import check, rand, randint, same_program

X, ROW, NUMBER = rand(3, 4), rand(4), np.array(1.0)
INDEX, LINE, MASK = randint(0, 3, (2, 4)), np.array([2, 0, 2]), randint(0, 2, (3, 4), dtype="bool")
INDICES = {
    "number": lambda p: 1, "last": lambda p: -1, "slice": lambda p: slice(1, 3), "steps": lambda p: (slice(None), slice(0, None, 2)), "ellipsis": lambda p: (..., 1),
    "new axis": lambda p: (None, 1), "list": lambda p: [0, 2], "tensor": lambda p: p.tensor([[0, 2], [1, 1]]), "mask": lambda p: p.tensor(MASK), "rows": lambda p: p.tensor(MASK[:, 0]),
    "two": lambda p: (p.tensor([0, 2]), p.tensor([1, -1])), "mixed": lambda p: (slice(None), p.tensor([1, 1])), "apart": lambda p: (p.tensor([0, 1]), None, p.tensor([2, 3])),
    "nothing": lambda p: p.tensor([], dtype=p.int64), "truth": lambda p: True, "whole": lambda p: (), "zero axes": lambda p: (p.tensor(1), slice(1, 2)),
    "too far": lambda p: 3, "too many": lambda p: (0, 0, 0), "backwards": lambda p: slice(None, None, -1), "float": lambda p: 1.5, "float tensor": lambda p: p.ones(2),
    "mask of another shape": lambda p: p.tensor([True, False]), "far in a tensor": lambda p: p.tensor([0, 5]), "do not match": lambda p: (p.tensor([0, 1]), p.tensor([0, 1, 2])),
}  # fmt: skip
WRITES = {
    "number": lambda x, v: 2.5,
    "tensor of numbers": lambda x, v: v.sum(),
    "values": lambda x, v: v[: x.shape[-1]] if x.ndim else v[0],
    "wrong shape": lambda x, v: v[:7].reshape(7, 1, 1, 1),
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_read(index):
    def program(p):
        leaf = p.tensor(X, requires_grad=True)
        part = leaf[index(p)]
        (part * part).sum().backward()
        return [part.detach(), leaf.grad]

    same_program(program)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_write(index, write):
    def program(p):
        leaf, values = p.tensor(X, requires_grad=True), p.tensor(rand(9, seed=3), requires_grad=True)
        changed, place = leaf * 1, index(p)
        changed[place] = write(leaf[place], values)
        (changed * changed).sum().backward()
        return [changed.detach(), leaf.grad]

    same_program(program)


@pytest.mark.parametrize("dtype", ["int64", "float64", "bool"])
@pytest.mark.parametrize("index", [INDICES[name] for name in INDICES if name != "do not match"])
def test_write_of_another_type(index, dtype):
    def program(p):
        target = p.zeros(3, 4)
        target[index(p)] = p.tensor(7).to(getattr(p, dtype))
        return target

    same_program(program)


SRC = rand(2, 4, seed=5)
CALLS = [
    ("index_put", X, (LINE,), ROW), ("index_put", X, (LINE,), ROW, True),
]  # fmt: skip


def label(call):
    return f"{call[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in call[1:]]}"


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)


PROGRAMS = {
    "text": lambda p: p.ones(2)["a"],
    "text set": lambda p: p.ones(2).__setitem__("a", 1),
    "text among others": lambda p: p.ones(2)["a", 0],
    "nothing set": lambda p: [(x := p.ones(2, 3)).__setitem__(False, p.ones(4)), x, x.__setitem__(False, 5.0), x],
    "everything set, of another type": lambda p: [(x := p.ones(2, 3)).__setitem__(True, p.tensor(3)), x, (y := p.ones(2, requires_grad=True) * 1).__setitem__(True, p.tensor(3)), y],
    "everything set": lambda p: p.ones(2, 3).__setitem__(True, p.ones(4)),
    "nothing set by a tensor": lambda p: p.ones(2, 3).__setitem__(p.tensor(False), p.ones(4)),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)
