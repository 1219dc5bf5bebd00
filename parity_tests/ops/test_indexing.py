"""ops/indexing.py against torch: reading and writing by index, gathering and scattering, masks."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

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


SRC = rand(2, 4, seed=5)
CALLS = [
    ("index_select", X, 0, LINE), ("index_select", X, 1, LINE), ("index_select", NUMBER, 0, np.array([0])), ("gather", X, 0, INDEX), ("gather", X, 1, INDEX), ("gather", NUMBER, 0, np.array(0)),
    ("scatter", X, 0, INDEX, SRC), ("scatter", X, 0, INDEX, 2.5), ("scatter_add", X, 0, INDEX, SRC), ("scatter_add", X, 1, INDEX, SRC), ("index_add", X, 0, LINE, rand(3, 4)),
    ("index_copy", X, 1, np.array([3, 0]), rand(3, 2)), ("index_fill", X, 1, np.array([3, 0]), 2.0), ("index_put", X, (LINE,), ROW), ("index_put", X, (LINE,), ROW, True),
    ("masked_fill", X, MASK, 2.0), ("masked_fill", X, MASK, NUMBER), ("masked_select", X, MASK), ("masked_select", ROW, MASK), ("masked_scatter", X, MASK, rand(12)),
    ("take", X, INDEX), ("Tensor.put", X, np.array([0, 5]), rand(2)), ("Tensor.put", X, np.array([0, 0]), rand(2), True), ("take_along_dim", X, INDEX, 0), ("take_along_dim", X, INDEX.reshape(-1)),
]  # fmt: skip


def label(call):
    return f"{call[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in call[1:]]}"


@pytest.mark.parametrize("call", CALLS, ids=label)
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)


@pytest.mark.parametrize("include_self", (True, False))
@pytest.mark.parametrize("reduce", ("sum", "prod", "mean", "amax", "amin"))
@pytest.mark.parametrize("array", (X, np.where(X > 0, X, 0), np.full((3, 4), 2.0)), ids=("any", "zeros", "ties"))
def test_scatter_reduce(array, reduce, include_self):
    check("scatter_reduce", array, 0, INDEX, np.ones((2, 4)), reduce, include_self=include_self, grad_fn=False)
    check("scatter_reduce", array, 1, INDEX, SRC, reduce, include_self=include_self, grad_fn=False)


@pytest.mark.parametrize("include_self", (True, False))
@pytest.mark.parametrize(
    "factors", ([2.0, 3, 4, 5], [2.0, 0, 4, 5], [0.0, 3, 4, 0]), ids=("no zero", "a zero", "a zero in each place")
)
@pytest.mark.parametrize("array", ([2.0, 3], [0.0, 3]), ids=str)
def test_product_differentiated_twice(array, factors, include_self):
    index = np.array([0, 0, 0, 1])
    check(
        "scatter_reduce",
        np.array(array),
        0,
        index,
        np.array(factors),
        "prod",
        include_self=include_self,
        second=True,
        grad_fn=False,
    )


def test_product_with_two_zeros_is_differentiated_once():
    def program(p, twice):
        source = p.tensor([0.0, 0, 3], requires_grad=True)
        y = p.ones(1).scatter_reduce(0, p.tensor([0, 0, 0]), source, "prod")
        (first,) = p.autograd.grad(y.sum(), source, create_graph=True)
        return p.autograd.grad(first.sum(), source) if twice else first.detach()

    same_program(lambda p: program(p, False))
    same_program(lambda p: program(p, True))


def test_places_of_what_is_not_zero():
    for array in (np.where(X > 0, X, 0), MASK, NUMBER, np.zeros((0, 2))):
        check("nonzero", array, grad=False)
        check("nonzero", array, grad=False, as_tuple=True)
        check("argwhere", array, grad=False)


PROGRAMS = {
    "text": lambda p: p.ones(2)["a"],
    "text set": lambda p: p.ones(2).__setitem__("a", 1),
    "text among others": lambda p: p.ones(2)["a", 0],
    "nothing set": lambda p: [(x := p.ones(2, 3)).__setitem__(False, p.ones(4)), x, x.__setitem__(False, 5.0), x],
    "everything set": lambda p: p.ones(2, 3).__setitem__(True, p.ones(4)),
    "nothing set by a tensor": lambda p: p.ones(2, 3).__setitem__(p.tensor(False), p.ones(4)),
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_program(program):
    same_program(program)


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", ["amax", "amin"])
def test_ties(reduce, include_self):
    data, source, index = np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 5.0, 2.0, 3.0]), np.array([0, 0, 1, 1, 2])
    check("scatter_reduce", data, 0, index, source, reduce, include_self=include_self)


ERRORS = [
    ("index_select", X, 0, INDEX), ("index_select", X, 0, np.array([3])), ("index_select", X, 0, rand(2)), ("index_select", X, 2, LINE), ("gather", X, 0, INDEX + 3), ("gather", X, 0, LINE),
    ("gather", X, 0, rand(2, 4)), ("gather", X, 0, randint(0, 3, (2, 5))), ("scatter", X, 0, INDEX + 3, SRC), ("scatter", X, 0, INDEX, SRC[:1]), ("scatter_add", X, 0, INDEX, ROW),
    ("scatter_reduce", X, 0, INDEX, SRC, "most"), ("index_add", X, 0, LINE, SRC), ("index_add", X, 0, LINE + 5, rand(3, 4)), ("index_copy", X, 0, LINE, SRC), ("index_fill", X, 0, np.array([7]), 1.0),
    ("masked_fill", X, X, 1.0), ("masked_fill", X, MASK, ROW), ("masked_select", X, X), ("masked_scatter", X, MASK, rand(1)), ("take", X, np.array([99])), ("take", X, ROW),
    ("take_along_dim", X, LINE, 0), ("take_along_dim", X, X, 0),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=label)
def test_errors(call):
    check_error(*call)


def test_a_source_larger_than_its_index_has_a_gradient():
    """torch's backward raises here."""
    source = minitorch_pt.ones(4, requires_grad=True)
    minitorch_pt.zeros(3).scatter_add(0, minitorch_pt.tensor([2, 0]), source).sum().backward()
    assert source.grad.tolist() == [1, 1, 0, 0]
