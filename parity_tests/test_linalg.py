"""linalg.py: the names of torch.linalg, and which are left out."""

import subprocess
import sys

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import same_program

COMPLEX = {"eig", "eigvals"}
PACKED = {"ldl_factor", "ldl_factor_ex", "ldl_solve"}


def test_the_names_of_torch():
    theirs = {name for name in dir(torch.linalg) if not name.startswith("_") and callable(getattr(torch.linalg, name))}
    assert set(minitorch_pt.linalg.__all__) == theirs - COMPLEX - PACKED - {"Tensor"}


# what torch takes as keywords, which its documentation does not always name
KEYWORDS = [
    ("norm", "input"), ("matrix_norm", "input"), ("vector_norm", "x"), ("inv", "A"), ("det", "A"), ("matrix_power", "input n"), ("matrix_rank", "input tol hermitian"),
    ("pinv", "input rcond hermitian"), ("cond", "input p"), ("lstsq", "input b"), ("matrix_exp", "input"), ("tensorinv", "input ind"), ("eigh", "input UPLO"),
    ("solve", "A B"), ("solve_triangular", "input B upper left unitriangular"), ("cholesky", "input upper"), ("svd", "A full_matrices"), ("qr", "A mode"),
    ("cross", "input other dim"), ("vecdot", "x y"), ("diagonal", "A offset dim1 dim2"), ("vander", "x N"), ("slogdet", "A"), ("inv_ex", "A check_errors"),
    ("eigvalsh", "input UPLO"), ("svdvals", "A"), ("cholesky_ex", "input upper check_errors"), ("solve_ex", "A B left check_errors"),
]  # fmt: skip
VALUES = {
    "n": 2, "tol": 0.1, "hermitian": True, "rcond": 0.1, "p": 1, "ind": 1, "UPLO": "U", "upper": True, "left": False,
    "unitriangular": True, "full_matrices": False, "mode": "r", "dim": 0, "offset": 1, "dim1": 0, "dim2": 1, "N": 3,
    "check_errors": True,
}  # fmt: skip


@pytest.mark.parametrize("name, keywords", KEYWORDS)
def test_the_keywords_of_torch(name, keywords):
    def program(p):
        result = getattr(p.linalg, name)(**{word: VALUES.get(word, p.eye(3)) for word in keywords.split()})
        return list(result) if isinstance(result, tuple) else result

    program(torch)  # it is no error
    same_program(program)


def test_it_is_a_module_of_its_own():
    code = "import minitorch_pt.linalg as L; from minitorch_pt.linalg import inv; import minitorch_pt; print(L is minitorch_pt.linalg, L.inv is inv)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.split() == [
        b"True",
        b"True",
    ]


def test_the_error_is_a_runtime_error():
    def program(p):
        try:
            p.linalg.inv(p.zeros(2, 2))
        except p.linalg.LinAlgError as error:
            return type(error).__name__.strip("_"), isinstance(error, RuntimeError), "singular" in str(error)

    same_program(program)
