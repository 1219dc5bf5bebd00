"""ops/writing.py against torch."""

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program

A, CUBE, ROW, NUMBER = rand(3, 4), rand(2, 3, 4), rand(4), np.array(1.0)
LINE, MASK = np.array([2, 0, 2]), randint(0, 2, (3, 4), dtype="bool")
SRC = rand(2, 4, seed=5)


@pytest.mark.parametrize("include_self", [True, False])
@pytest.mark.parametrize("reduce", ("prod", "mean", "amax", "amin"))
@pytest.mark.parametrize("name", ("index_reduce", "Tensor.index_reduce", "Tensor.index_reduce_"))
@pytest.mark.filterwarnings("ignore:index_reduce")
def test_index_reduce(name, reduce, include_self):
    index = np.array([0, 2, 0])
    check(
        name,
        CUBE,
        1,
        index,
        rand(2, 3, 4, seed=1),
        reduce,
        include_self=include_self,
        grad_fn=False,
        second=name == "index_reduce",
        constant=(2,),
        dtypes=("float64",),
        atol=1e-12,
    )
    check(
        name,
        A,
        -1,
        np.array([3, 3]),
        rand(3, 2, seed=1),
        reduce,
        include_self=include_self,
        grad_fn=False,
        constant=(2,),
    )
    check(
        name,
        randint(1, 5, (3, 4)),
        0,
        np.array([1, 1]),
        randint(1, 5, (2, 4)),
        reduce,
        include_self=include_self,
        grad=False,
    )
    check(name, np.array(2.0), 0, np.array([0]), np.array(3.0), reduce, include_self=include_self, grad_fn=False)


CALLS = [
    ("index_add", A, 0, LINE, rand(3, 4)), ("index_copy", A, 1, np.array([3, 0]), rand(3, 2)), ("index_fill", A, 1, np.array([3, 0]), 2.0), ("masked_fill", A, MASK, 2.0),
    ("masked_fill", A, MASK, NUMBER), ("masked_scatter", A, MASK, rand(12)), ("Tensor.put", A, np.array([0, 5]), rand(2)),
    ("Tensor.put", A, np.array([0, 0]), rand(2), True),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", CALLS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
def test_values_and_gradients(call):
    check(*call, second=True, grad_fn=False)


ERRORS = [
    ("index_reduce", A, 0, np.array([0]), A[:1], "sum"), ("index_reduce", A, 0, np.array([0, 1]), A[:1], "prod"), ("index_reduce", A, 2, np.array([0]), A[:1], "prod"),
    ("index_reduce", A, 0, np.array([7]), A[:1], "prod"), ("index_reduce", A, 0, np.array([0.0]), A[:1], "prod"), ("index_reduce", A, 0, np.array([0]), A[0], "prod"),
    ("index_add", A, 0, LINE, SRC), ("index_add", A, 0, LINE + 5, rand(3, 4)), ("index_copy", A, 0, LINE, SRC), ("index_fill", A, 0, np.array([7]), 1.0),
    ("masked_fill", A, A, 1.0), ("masked_fill", A, MASK, ROW), ("masked_scatter", A, MASK, rand(1)),
]  # fmt: skip


@pytest.mark.parametrize(
    "call", ERRORS, ids=lambda c: f"{c[0]}{[getattr(a, 'shape', None) or str(a)[:20] for a in c[1:]]}"
)
@pytest.mark.filterwarnings("ignore:index_reduce")
def test_errors(call):
    check_error(*call)


OVERLAPS = {
    name: lambda p, i, other, name=name, options=options: getattr(i, name)(0, other, i.clone(), *options)
    for name, options in {
        "index_add_": (), "index_copy_": (), "index_reduce_": ("amax",), "scatter_": (), "scatter_add_": (), "scatter_reduce_": ("sum",),
    }.items()
} | {
    "index_fill_": lambda p, i, other: i.index_fill_(0, other, 1),
    "index_put_": lambda p, i, other: i.index_put_((other,), i.clone()),
    "put_": lambda p, i, other: i.put_(other, i.clone()),
    "masked_fill_": lambda p, i, other: i.masked_fill_(other > 0, 1),
    "gather": lambda p, i, other: p.gather(other, 0, i.clone(), out=i),
    "take": lambda p, i, other: p.take(other, i.clone(), out=i),
    "index_select": lambda p, i, other: p.index_select(other, 0, i.clone(), out=i),
    "take_along_dim": lambda p, i, other: p.take_along_dim(other, i.clone(), 0, out=i),
    "masked_select": lambda p, i, other: p.masked_select(other, i.clone() >= 0, out=i),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:index_reduce")
@pytest.mark.parametrize("other", ["itself", "a copy", "its first part"])
@pytest.mark.parametrize("name", OVERLAPS)
def test_memory_that_is_read_and_written(name, other):
    def program(p):
        i = p.tensor([2, 1, 0])
        return OVERLAPS[name](p, i, {"itself": i, "a copy": i.clone(), "its first part": i[:1].expand(3)}[other])

    same_program(program)


VALUES = (0.5, -0.5, float("nan"), 2, 300, -1, 1e-50, 1e30, 1e300, float("inf"), True)
WRITES = {
    "masked_fill": lambda p, x, m, v: x.masked_fill(m, v),
    "masked_fill_": lambda p, x, m, v: x.masked_fill_(m, v),
    "index_fill": lambda p, x, m, v: x.index_fill(0, p.tensor([0]), v),
    "fill_": lambda p, x, m, v: x.fill_(v),
    "x[mask]": lambda p, x, m, v: x.__setitem__(m, v) or x,
    "x[0]": lambda p, x, m, v: x.__setitem__(0, v) or x,
    "x[[0]]": lambda p, x, m, v: x.__setitem__([0], v) or x,
    "index_put": lambda p, x, m, v: x.index_put((m,), p.as_tensor(v)),
    "full_like": lambda p, x, m, v: p.full_like(x, v),
    "where": lambda p, x, m, v: p.where(m, v, x),
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("dtype", ("bool", "uint8", "int64", "float16", "float32", "float64"))
@pytest.mark.parametrize("write", WRITES)
def test_numbers_that_the_type_may_not_have(write, dtype):
    """As a number of Python's and as tensors without axes, of several types."""
    for value in VALUES:
        for kind in (None, "float32", "float64", "int64"):
            if kind == "int64" and not -(2**63) <= value < 2**63:
                continue

            def program(p, value=value, kind=kind):
                given = value if kind is None else p.tensor(value, dtype=p.float64).to(getattr(p, kind))
                return WRITES[write](p, p.zeros(3, dtype=getattr(p, dtype)), p.tensor([True, True, False]), given)

            same_program(program)
