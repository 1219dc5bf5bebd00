"""functions.py: the methods that torch also has as functions; and the few dense functions of other files that came with them."""

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program

X, UNIT = rand(3, 4), rand(3, 4, low=-0.9, high=0.9)
POSITIVE, ABOVE = rand(3, 4, low=0.1), rand(3, 4, low=1.1)

CALLS = [
    ("abs_ ceil_ cos_ cosh_ deg2rad_ erf_ erfc_ exp2_ exp_ expm1_ fix_ floor_ frac_ neg_ negative_ rad2deg_ reciprocal_ round_ sin_ sinc_ sinh_ square_ tan_ "
     "trunc_ zero_ arctan_ atan_ nan_to_num_", X, ()),
    ("acos_ arccos_ asin_ arcsin_", UNIT, ()),
    ("log_ log10_ log1p_ log2_ rsqrt_ sqrt_", POSITIVE, ()),
    ("clamp_ clip_", X, (-0.5, 0.5)), ("clamp_max_ clamp_min_ fill_ xlogy_", X, (0.5,)), ("ldexp_", X, (np.array(2),)), ("logit_", POSITIVE / 3, (1e-6,)),
    ("addmv_", rand(3), (X, rand(4))),
]  # fmt: skip
IN_PLACE = [pytest.param(name, x, args, id=name) for names, x, args in CALLS for name in names.split()]


@pytest.mark.parametrize("name, x, args", IN_PLACE)
def test_in_place(name, x, args):
    check(name, x, *args, grad_fn=name in ("fill_", "zero_"))


@pytest.mark.parametrize("name", ("acosh_", "arccosh_", "asinh_", "arcsinh_", "atanh_", "arctanh_"))
def test_in_place_without_gradient(name):
    """torch has a gradient for the function alone."""
    check(name, ABOVE if name.endswith("cosh_") else UNIT, grad=False)


@pytest.mark.parametrize("name", ("gcd_", "lcm_"))
def test_of_whole_numbers(name):
    check(name, randint(1, 20, (5,)), randint(1, 20, (5,), seed=1))


def test_they_return_what_they_change():
    def program(p):
        x = p.arange(6.0)
        y = p.as_strided_(x, (2, 3), (1, 2))
        z = p.exp_(y)
        w = (z * p.ones(3, requires_grad=True)).exp()
        return [x is y, y is z, x, p.detach(w).requires_grad, p.detach_(w) is w, w.requires_grad]

    same_program(program)


@pytest.mark.parametrize("name", ("is_complex", "is_signed", "is_nonzero", "Tensor.is_nonzero", "Tensor.is_signed"))
@pytest.mark.parametrize("x", [np.array(1.5), np.zeros((1, 1)), np.array([3], np.uint8), np.array(True)], ids=str)
def test_questions(name, x):
    check(name, x, grad=False)


def test_the_same_size():
    for name in ("is_same_size", "Tensor.is_same_size"):
        check(name, X, UNIT, grad=False)
        check(name, X, X[0], grad=False)
    check_error("is_nonzero", X)
    check_error("is_nonzero", X[:0])


@pytest.mark.parametrize("value", [2, 2.5, True, np.array(3.0)], ids=str)
def test_fill(value):
    check("fill", X, value)
    check("fill", randint(0, 5, (3,)), value, grad=False)
    check("Tensor.fill_", X, value)


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("shape", [(3, 3), (7, 2), (2, 5), (3, 3, 3)])
def test_fill_diagonal(shape, wrap):
    check("Tensor.fill_diagonal_", rand(*shape), 5.0, wrap, grad_fn=False)
    check("Tensor.fill_diagonal_", randint(0, 5, shape), 2, wrap)


def test_frexp():
    check("frexp", X * 100, second=True)
    check("Tensor.frexp", np.array([0.0, np.inf, -np.inf, np.nan, 1e-310]), grad=False, dtypes=("float64",))
    same_program(lambda p: repr(p.frexp(p.tensor([3.0]))))


@pytest.mark.parametrize("with_replacement", [False, True])
@pytest.mark.parametrize("r", [0, 1, 2, 3, 6])
def test_combinations(r, with_replacement):
    check("combinations", rand(4), r, with_replacement, second=r > 0)
    check("combinations", randint(0, 9, (4,)), r, with_replacement)


@pytest.mark.parametrize("kwargs", [{}, {"invert": True}, {"assume_unique": True}], ids=str)
def test_isin(kwargs):
    check("isin", np.arange(5), np.array([1, 3, 7]), **kwargs)
    check("isin", np.array([[1.0, np.nan], [2.0, 3.0]]), np.array([1.0, np.nan]), grad=False, **kwargs)
    check("isin", np.arange(5), 3, **kwargs)
    check("isin", 3, np.arange(5), **kwargs)


@pytest.mark.parametrize("size, fill_value", [(0, -1), (2, -1), (9, -1), (9, 7)])
def test_nonzero_static(size, fill_value):
    for name in ("nonzero_static", "Tensor.nonzero_static"):
        check(name, np.array([[1, 0, 2], [0, 3, 0]]), size=size, fill_value=fill_value)
        check(name, np.array(1), size=size, fill_value=fill_value)


@pytest.mark.parametrize("shape", [(2, 3), (6,), 6, (1, 6), (3, 2, 1)])
def test_unravel_index(shape):
    check("unravel_index", np.array([[0, 5], [3, 2]]), shape)
    check("unravel_index", np.array(4, np.int32), shape)


def test_split_with_sizes():
    for name in ("split_with_sizes", "Tensor.split_with_sizes"):
        check(name, X, [1, 3], 1, second=True)
        check(name, X, (1, 0, 2))


ERRORS = [
    ("fill", X, X), ("Tensor.fill_", X, X), ("frexp", np.arange(3)), ("combinations", X), ("combinations", rand(3), -1), ("isin", np.ones(2, bool), np.ones(2, bool)),
    ("unravel_index", rand(2), (2, 3)), ("unravel_index", np.arange(2), (2, -3)), ("unravel_index", np.arange(2), (2.0, 3)), ("split_with_sizes", X, [1, 1]),
    ("Tensor.fill_diagonal_", rand(3), 1.0), ("Tensor.fill_diagonal_", rand(2, 2, 3), 1.0),
]  # fmt: skip


@pytest.mark.parametrize("call", ERRORS, ids=lambda call: f"{call[0]}{[getattr(a, 'shape', a) for a in call[1:]]}")
def test_errors(call):
    check_error(*call)


def test_more_errors():
    check_error("nonzero_static", X, size=-1)
