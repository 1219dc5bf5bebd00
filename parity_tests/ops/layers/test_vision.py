"""ops/layers/shuffling.py, resizing.py and sampling.py against torch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

F = "nn.functional."


@pytest.mark.parametrize("name", ["", F])
@pytest.mark.parametrize("operation, shape, arguments", [
    ("pixel_shuffle", (2, 8, 3, 4), (2,)), ("pixel_shuffle", (9, 2, 1), (3,)), ("pixel_shuffle", (1, 2, 4, 2, 2), (2,)),
    ("pixel_unshuffle", (2, 3, 4, 6), (2,)), ("pixel_unshuffle", (3, 6, 3), (3,)), ("pixel_unshuffle", (1, 2, 4, 2, 2), (2,)),
    ("channel_shuffle", (2, 6, 3), (2,)), ("channel_shuffle", (2, 6, 3, 2), (3,)), ("channel_shuffle", (1, 4, 1, 2, 2), (4,)),
])  # fmt: skip
def test_shuffles(name, operation, shape, arguments):
    check(name + operation, rand(*shape), *arguments, second=True)


def test_shuffle_of_an_empty_batch():
    """torch leaves the shape of such an input as it is."""
    x = minitorch_pt.zeros(0, 4, 2, 2, requires_grad=True)
    for operation, shape in (("pixel_shuffle", (0, 1, 4, 4)), ("pixel_unshuffle", (0, 16, 1, 1))):
        y = getattr(minitorch_pt, operation)(x, 2)
        y.sum().backward()
        assert (tuple(y.shape), x.grad.shape) == (shape, x.shape)


@pytest.mark.parametrize("operation, shape, argument", [
    ("pixel_shuffle", (6, 2, 2), 2), ("pixel_shuffle", (2, 2), 2), ("pixel_shuffle", (4, 2, 2), 0), ("pixel_unshuffle", (4, 2, 3), 2),
    ("pixel_unshuffle", (4, 3, 2), 2), ("pixel_unshuffle", (2, 2), 2), ("pixel_unshuffle", (1, 2, 2), -1),
    ("channel_shuffle", (1, 4, 2), 3), ("channel_shuffle", (4, 2), 2), ("channel_shuffle", (1, 4, 2), 0),
])  # fmt: skip
def test_shuffle_errors(operation, shape, argument):
    check_error(operation, rand(*shape), argument)


SIZES = {3: [(2, 3, 5)], 4: [(2, 2, 5, 4)], 5: [(1, 2, 4, 3, 5)]}
TARGETS = [{"size": 3}, {"size": 7}, {"size": 10}, {"size": 1}, {"size": 5}, {"scale_factor": 2}, {"scale_factor": 0.6}, {"scale_factor": 1.7}, {"scale_factor": 1.7, "recompute_scale_factor": True}]  # fmt: skip
MODES = [("nearest", (3, 4, 5)), ("nearest-exact", (3, 4, 5)), ("area", (3, 4, 5)), ("linear", (3,)), ("bilinear", (4,)), ("trilinear", (5,)), ("bicubic", (4,))]  # fmt: skip
CASES = [(mode, shape) for mode, axes in MODES for n in axes for shape in SIZES[n]]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode, shape", CASES)
def test_interpolate(mode, shape, target):
    for align in (None,) if mode in ("nearest", "nearest-exact", "area") else (None, False, True):
        check(F + "interpolate", rand(*shape), mode=mode, align_corners=align, **target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode, corners", [("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True), ("lanczos", False)])  # fmt: skip
def test_antialias(mode, corners, target):
    check(F + "interpolate", rand(2, 2, 9, 7), mode=mode, align_corners=corners, antialias=True, **target)


def test_nearest_places_over_many_sizes():
    """The places are products of rounded numbers: one digit off, and another pixel is taken."""
    for n, size in itertools.product((5, 13, 49), range(1, 60, 2)):
        for mode in ("nearest", "nearest-exact"):
            check(F + "interpolate", rand(1, 1, n), size, None, mode, grad=False)


def test_sizes_for_each_axis():
    check(F + "interpolate", rand(1, 2, 4, 5), (6, 3), mode="bilinear")
    check(F + "interpolate", rand(1, 2, 4, 5), scale_factor=(1.5, 2), mode="bicubic")
    check(F + "interpolate", rand(0, 2, 4, 5), 3)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area"])
def test_interpolate_second_order(mode):
    def program(t):
        x = t.tensor(rand(1, 2, 4, 5).tolist(), dtype=t.float64, requires_grad=True)
        (g,) = t.autograd.grad((t.nn.functional.interpolate(x**2, 7, mode=mode) ** 2).sum(), x, create_graph=True)
        return [g.detach(), *t.autograd.grad((g**2).sum(), x)]

    same_program(program)  # sums of products of sums


@pytest.mark.parametrize("shape, keywords", [
    ((1, 1, 4, 4), {}), ((1, 1, 4, 4), {"size": 3, "scale_factor": 2}), ((1, 1, 4, 4), {"size": (3,)}), ((1, 1, 4, 4), {"scale_factor": (2,)}),
    ((1, 1, 4, 4), {"size": 3, "align_corners": True}), ((1, 1, 4, 4), {"size": 3, "mode": "linear"}), ((1, 1, 4), {"size": 3, "mode": "bilinear"}),
    ((1, 1, 4, 4), {"size": 3, "mode": "foo"}), ((1, 1, 4, 4), {"size": 3, "antialias": True}), ((1, 1, 4, 4), {"size": 0}),
    ((4, 4), {"size": 3}), ((1, 1, 4, 4), {"size": 3, "recompute_scale_factor": True}), ((1, 1, 4, 4), {"size": (2.0, 3)}),
    ((1, 1, 4, 4), {"size": 2.5}), ((1, 1, 4, 4), {"scale_factor": 0.1}), ((1, 1, 4, 4), {"size": 3, "mode": "lanczos"}),
    ((1, 1, 4, 4), {"size": 3, "mode": "lanczos", "antialias": True, "align_corners": True}), ((1, 1, 4), {"size": 3, "mode": "bicubic"}),
    ((1, 1, 0, 4), {"size": 3}), ((1, 1, 4, 4), {"scale_factor": -1.0}),
])  # fmt: skip
def test_interpolate_errors(shape, keywords):
    check_error(F + "interpolate", rand(*shape), **keywords)


def test_interpolate_integers():
    check_error(F + "interpolate", randint(0, 9, (1, 1, 4, 4)), 3)
    image = randint(0, 256, (2, 3, 4, 5), dtype="uint8")
    for mode in ("nearest", "nearest-exact"):
        check(F + "interpolate", image, (7, 3), mode=mode, grad=False)


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("target", [{"size": (9, 3)}, {"scale_factor": 1.7}])
def test_interpolate_half(mode, target):
    check(F + "interpolate", rand(2, 3, 4, 5), mode=mode, **target, dtypes=("float16",))


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
    for name, arguments in (("grid_sample", (minitorch_pt.zeros(1, 1, 2, 2), minitorch_pt.zeros(1, 1, 1, 2))), ("affine_grid", (minitorch_pt.zeros(1, 2, 3), (1, 1, 2, 2)))):  # fmt: skip
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


@pytest.mark.parametrize("theta, size", [((2, 2, 3), (3, 3, 4, 5)), ((2, 2, 3), (2, 3, 4)), ((2, 2, 3), (2, 3, 0, 4)), ((2, 3), (2, 3, 4, 4)), ((2, 2, 3), (2, 3, 4, 5, 6))])  # fmt: skip
def test_affine_grid_errors(theta, size):
    check_error(F + "affine_grid", rand(*theta), size, align_corners=False)


def test_affine_grid_integers():
    check_error(F + "affine_grid", randint(0, 9, (2, 2, 3)), (2, 3, 4, 5), align_corners=False)


@pytest.mark.parametrize("name, keywords", [
    ("upsample", {"size": 5}), ("upsample", {"scale_factor": 2, "mode": "bilinear", "align_corners": True}),
    ("upsample_nearest", {"size": (5, 7)}), ("upsample_nearest", {"scale_factor": 2}), ("upsample_bilinear", {"size": 5}),
    ("upsample_bilinear", {"scale_factor": (2, 3)}),
])  # fmt: skip
def test_old_names_of_interpolate(name, keywords):
    with pytest.warns(
        UserWarning, match=f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead."
    ):
        check(f"nn.functional.{name}", rand(2, 3, 4, 3), **keywords)


@pytest.mark.parametrize("shape", [(1, 2, 7), (1, 2, 7, 5), (1, 1, 7, 5, 4)])
def test_area_keeps_infinities_where_they_are(shape):
    x = rand(*shape)
    x.reshape(-1)[3] = np.inf
    check("nn.functional.interpolate", x, size=3, mode="area")
