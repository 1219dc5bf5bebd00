"""What torch deprecates, or warns of, warns here too: the same category, and the same advice."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

import minitorch_pt


def matrix(t):
    return t.tensor([[2.0, 1.0], [1.0, 3.0]])


# name: (what warns, a word that both texts have)
OLD = {
    "cholesky": (lambda t: t.cholesky(matrix(t)), "torch.linalg.cholesky"),
    "Tensor.cholesky": (lambda t: matrix(t).cholesky(), "torch.linalg.cholesky"),
    "qr": (lambda t: t.qr(matrix(t)), "torch.linalg.qr"),
    "lu": (lambda t: t.lu(matrix(t)), "torch.linalg.lu_factor"),
    "triangular_solve": (lambda t: t.triangular_solve(matrix(t), matrix(t)), "torch.linalg.solve_triangular"),
    "chain_matmul": (lambda t: t.chain_matmul(matrix(t), matrix(t)), "multi_dot"),
    "cross": (lambda t: t.cross(t.ones(3), t.ones(3)), "dim"),
    "range": (lambda t: t.range(1, 3), "torch.arange"),
    "T of a cube": (lambda t: t.ones(2, 3, 4).T, "mT"),
    "a mask of bytes": (lambda t: t.ones(2)[t.tensor([1, 0], dtype=t.uint8)], "torch.bool"),
    "the gradient of a result": (lambda t: (t.ones(2, requires_grad=True) * 2).grad, "leaf"),
    "a read-only array": (lambda t: t.from_numpy(np.broadcast_to(np.ones(1), (3,))), "not writable"),
    "a read-only buffer": (lambda t: t.frombuffer(b"abcd", dtype=t.uint8), "not writable"),
    "meshgrid": (lambda t: t.meshgrid(t.ones(2), t.ones(3)), "indexing"),
    "T of a number": (lambda t: t.ones(()).T, "T"),
    "mT of a number": (lambda t: t.ones(()).mT, "0-D"),
    "mH of a number": (lambda t: t.ones(()).mH, "0-D"),
    "H of a number": (lambda t: t.ones(()).H, "0-D"),
    "float of a tensor with gradient": (lambda t: float(t.ones((), requires_grad=True)), "detach"),
    "a read-only array as a tensor": (lambda t: t.as_tensor(np.broadcast_to(np.ones(1), (3,))), "not writable"),
    "where of bytes": (lambda t: t.where(t.tensor([1, 0], dtype=t.uint8), t.ones(2), t.ones(2)), "uint8"),
    "padding of an even kernel": (
        lambda t: t.nn.functional.conv1d(t.ones(1, 1, 5), t.ones(1, 1, 2), padding="same"),
        "even kernel",
    ),
    "no degrees of freedom": (lambda t: t.std(t.ones(2), correction=3), "degrees of freedom"),
    "lu_solve": (lambda t: t.lu_solve(t.ones(2, 1), *t.linalg.lu_factor(matrix(t))), "torch.linalg.lu_solve"),
    "copied tensor": (lambda t: t.tensor(t.ones(2)), "detach"),
}


def raised(package, program):
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            program(package)
    finally:
        torch.set_warn_always(False)
    # NumPy's notes on 0/0, which the package silences until another filter is set
    return [(w.category, str(w.message), w.filename) for w in caught if w.category is not RuntimeWarning]


@pytest.mark.parametrize("program, word", OLD.values(), ids=OLD.keys())
def test_warnings(program, word):
    ours, theirs = raised(minitorch_pt, program), raised(torch, program)
    assert [w[0] for w in ours] == [w[0] for w in theirs] == [UserWarning]
    assert word in ours[0][1] and word in theirs[0][1]
    assert ours[0][2] == __file__, "the warning names the line of the library, not the user's"


def test_a_list_of_arrays():
    """torch says it twice."""
    ours, theirs = (raised(t, lambda t: t.tensor([np.ones(2), np.ones(2)])) for t in (minitorch_pt, torch))
    assert [w[0] for w in ours] == [UserWarning] and ours[0][2] == __file__
    assert (
        {w[0] for w in theirs} == {UserWarning}
        and "list of numpy.ndarrays" in ours[0][1]
        and "list of numpy.ndarrays" in theirs[0][1]
    )


def silent(t):
    x = t.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    z = t.ones(2) * 2
    return x.grad, y.grad, z.grad, matrix(t).T, t.linalg.cross(t.ones(3), t.ones(3)), t.nn.LSTM(3, 4, proj_size=2)


@pytest.mark.parametrize("package", [minitorch_pt, torch], ids=["minitorch_pt", "torch"])
def test_what_does_not_warn(package):
    assert raised(package, silent) == []
