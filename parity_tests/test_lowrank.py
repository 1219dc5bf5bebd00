"""Decompositions of matrices of low rank: from torch's seed the same random vectors, and so torch's factors up to their signs."""

import numpy as np
import pytest

from parity_tests.oracle import rand, same_program

SHAPES = [(9, 5), (5, 9), (2, 7, 6)]


def low(shape, rank=3):
    *batch, m, n = shape
    return rand(*batch, m, rank) @ rand(*batch, rank, n, seed=1)


def parts(factors):
    """What is the same for either sign of a singular vector; those beyond the rank are arbitrary."""
    U, S, V = factors
    return U.shape, S[..., :3], V.shape, (U * S.unsqueeze(-2)) @ V.mT, U.abs()[..., :3], V.abs()[..., :3]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    "options", [{}, {"q": 4}, {"q": None, "niter": None}, {"q": 3, "niter": 0}, {"M": True}], ids=str
)
def test_svd_lowrank(shape, options):
    def program(p):
        A = p.from_numpy(low(shape))
        given = {**options, "q": min(options.get("q", 6) or 6, *shape[-2:])}
        if "M" in options:
            given["M"] = A.mean(-2, keepdim=True)
        p.manual_seed(3)
        return parts(p.svd_lowrank(A, **given)), p.rand(2)

    same_program(program)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("options", [{}, {"q": 4}, {"center": False, "niter": 1}], ids=str)
def test_pca_lowrank(shape, options):
    def program(p):
        A = p.from_numpy(low(shape))
        p.manual_seed(3)
        return parts(p.pca_lowrank(A, **options))

    same_program(program)


def test_gradient():
    def program(p):
        A = p.from_numpy(low((9, 5))).requires_grad_()
        p.manual_seed(3)
        p.svd_lowrank(A, q=3)[1].sum().backward()
        return A.grad

    same_program(program)


@pytest.mark.parametrize("options", [{"q": 5}, {"q": -1}, {"niter": -1}], ids=str)
def test_errors(options):
    same_program(lambda p: p.pca_lowrank(p.from_numpy(np.ones((3, 4))), **options))
