"""ops/layers/sampling.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

F = "nn.functional."


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode, shape, points", [
    ("bilinear", (2, 3, 4, 5), (3, 6)), ("nearest", (2, 3, 4, 5), (3, 6)), ("bicubic", (2, 3, 4, 5), (3, 6)),
    ("bilinear", (2, 2, 3, 4, 5), (2, 3, 6)), ("nearest", (2, 2, 3, 4, 5), (2, 3, 6)), ("bilinear", (1, 2, 1, 4), (5, 4)),
])  # fmt: skip
def test_grid_sample(mode, shape, points, padding, align):
    grid = rand(shape[0], *points, len(points), seed=1)
    check(F + "grid_sample", rand(*shape), grid, mode, padding, align)


@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grid_sample_second_order(mode, padding):
    """torch has none: by differences."""
    tensors = [minitorch_pt.from_numpy(a).requires_grad_() for a in (rand(1, 2, 3, 4), rand(1, 2, 3, 2, seed=1))]
    sample = minitorch_pt.nn.functional.grid_sample
    assert minitorch_pt.autograd.gradgradcheck(lambda x, g: sample(x, g, mode, padding, False), tensors)


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("number", [np.inf, np.nan])
def test_grid_sample_of_what_is_not_finite(number, align):
    """The first element stands in for those outside, and may not show there; a point that is nan reaches no element."""
    image, grid = rand(1, 2, 3, 4), rand(1, 5, 5, 2, seed=1)
    image[0, 0, 0, 0] = number
    check(F + "grid_sample", image, grid, align_corners=align)
    grid[0, 0, 0] = number
    check(F + "grid_sample", rand(1, 2, 3, 4), grid, align_corners=align)


def test_grid_sample_without_points():
    check(F + "grid_sample", rand(1, 2, 3, 4), rand(1, 0, 3, 2), align_corners=False, grad=False)
    check(F + "grid_sample", rand(1, 2, 3, 4), rand(1, 0, 3, 2), align_corners=False, constant=(1,))


def test_sampling_what_was_resized_and_turned():
    def program(t):
        x = t.tensor(rand(1, 2, 6, 5).tolist(), dtype=t.float64, requires_grad=True)
        theta = t.tensor([[[0.8, -0.6, 0.1], [0.6, 0.8, -0.2]]], dtype=t.float64, requires_grad=True)
        grid = t.nn.functional.affine_grid(theta, (1, 2, 4, 4), align_corners=False)
        y = t.nn.functional.grid_sample(x, grid, align_corners=False)
        return [y.detach(), *t.autograd.grad((y**2).sum(), (x, theta))]

    same_program(program)


@pytest.mark.filterwarnings(
    "ignore:Since version 1.3.0", "ignore:affine_grid of one place"
)  # both say so of axes of one point
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (2, 1, 1, 3), (2, 3, 2, 3, 4)])
def test_affine_grid(size, align):
    axes = len(size) - 2
    check(F + "affine_grid", rand(2, axes, axes + 1), size, align)


def test_corners_not_said():
    for name, arguments in (
        ("grid_sample", (minitorch_pt.zeros(1, 1, 2, 2), minitorch_pt.zeros(1, 1, 1, 2))),
        ("affine_grid", (minitorch_pt.zeros(1, 2, 3), (1, 1, 2, 2))),
    ):
        with pytest.warns(UserWarning, match="align_corners"):
            getattr(minitorch_pt.nn.functional, name)(*arguments)


@pytest.mark.parametrize("input, grid, keywords", [
    ((2, 3, 4, 5), (1, 3, 3, 2), {}), ((2, 3, 4, 5), (2, 3, 3, 1), {}), ((2, 3, 4, 5), (2, 3, 3, 2), {"mode": "x"}),
    ((2, 3, 4, 5), (2, 3, 3, 2), {"padding_mode": "x"}), ((3, 4, 5), (2, 3, 3, 2), {}), ((1, 2, 3, 4, 5), (1, 2, 3, 4, 3), {"mode": "bicubic"}),
    ((2, 3, 4, 0), (2, 3, 3, 2), {}), ((2, 3, 4, 5), (2, 3, 3, 4, 2), {}),
])  # fmt: skip
def test_grid_sample_errors(input, grid, keywords):
    check_error(F + "grid_sample", rand(*input), rand(*grid), align_corners=False, **keywords)


def test_grid_sample_of_two_types():
    check_error(F + "grid_sample", rand(1, 1, 2, 2), rand(1, 1, 1, 2).astype("float32"), align_corners=False)


@pytest.mark.parametrize(
    "theta, size",
    [
        ((2, 2, 3), (3, 3, 4, 5)),
        ((2, 2, 3), (2, 3, 4)),
        ((2, 2, 3), (2, 3, 0, 4)),
        ((2, 3), (2, 3, 4, 4)),
        ((2, 2, 3), (2, 3, 4, 5, 6)),
    ],
)
def test_affine_grid_errors(theta, size):
    check_error(F + "affine_grid", rand(*theta), size, align_corners=False)


def test_affine_grid_integers():
    check_error(F + "affine_grid", randint(0, 9, (2, 2, 3)), (2, 3, 4, 5), align_corners=False)
