"""What every elementwise function is asked: over its domain, at special values, in place, in mixed types, broadcast."""

from __future__ import annotations

import numpy as np

from parity_tests.oracle import check, check_error, rand, randint

X, Y, ROW = rand(3, 4), rand(3, 4, seed=1), rand(4, seed=2)
UNIT, POSITIVE, LARGE = rand(3, 4, low=-0.9, high=0.9), rand(3, 4, low=0.1, high=3), rand(3, 4, low=1.1, high=3)
WHOLE, OTHER, TRUTH = randint(1, 9, (3, 4)), randint(1, 4, (4,), seed=1), randint(0, 2, (3, 4), dtype="bool")
EDGES = np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan])
SPECIAL = np.array([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 1e-200, np.inf, -np.inf, np.nan])


def label(call: tuple) -> str:
    """The name of a call and the shapes of its arguments."""
    return f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}"


def rows(domains: dict[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    """(name, numbers of its domain) of each function."""
    return [(name, array) for names, array in domains.items() for name in names.split()]


def one_argument(name: str, array: np.ndarray) -> None:
    """Values and gradients over the domain, in any layout, in place, of whole numbers."""
    check(name, array, second=True, grad_fn=False)
    check(name, array.T, grad_fn=False)
    check(name, EDGES, grad=False, rtol=1e-6)
    if name != "positive":
        # torch has no gradient of some in-place forms
        hyperbolic = name.startswith(("asinh", "acosh", "atanh", "arcsinh", "arccosh", "arctanh"))
        check(f"Tensor.{name}_", array, grad=not hyperbolic, grad_fn=False)
    (check_error if name == "frac" else lambda *args: check(*args, grad=False, rtol=1e-6))(name, WHOLE)


def special_values(name: str) -> None:
    """Zeros of both signs, kinks, a number whose square underflows, infinities and nan."""
    check(name, SPECIAL, grad_fn=False)


def two_arguments(name: str, second: bool = True, inplace: bool = True) -> None:
    """Values and gradients, broadcast, in place, and shapes that do not fit."""
    check(name, X, Y, second=second, grad_fn=False)
    check(name, X, ROW, grad_fn=False)
    check(name, EDGES[:, None], EDGES, grad=False, rtol=1e-6)
    if inplace:
        check(f"Tensor.{name}_", X, ROW, grad_fn=False)
    check_error(name, X, rand(3))


def special_pairs(name: str) -> None:
    """Each special value with each."""
    # torch's log2(1/2 + 1/2) is -4.8e-17, and 0 has no relative tolerance
    mended: dict = {"atol": 1e-16, "dtypes": ("float64",)} if name == "logaddexp2" else {}
    check(name, SPECIAL[:, None], SPECIAL, grad_fn=False, **mended)


def whole_numbers(name: str) -> None:
    """Two whole numbers of each type."""
    for dtype in ("int64", "int32", "uint8"):
        check(name, WHOLE.astype(dtype), OTHER.astype(dtype), grad=False)
