"""ops/layers/resizing.py against torch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from parity_tests.oracle import check, check_error, rand, randint, same_program

F = "nn.functional."
SIZES = {3: [(2, 3, 5)], 4: [(2, 2, 5, 4)], 5: [(1, 2, 4, 3, 5)]}
TARGETS = [
    {"size": 3}, {"size": 7}, {"size": 10}, {"size": 1}, {"size": 5}, {"scale_factor": 2}, {"scale_factor": 0.6},
    {"scale_factor": 1.7}, {"scale_factor": 1.7, "recompute_scale_factor": True},
]  # fmt: skip
MODES = [
    ("nearest", (3, 4, 5)), ("nearest-exact", (3, 4, 5)), ("area", (3, 4, 5)), ("linear", (3,)), ("bilinear", (4,)),
    ("trilinear", (5,)), ("bicubic", (4,)),
]  # fmt: skip
CASES = [(mode, shape) for mode, axes in MODES for n in axes for shape in SIZES[n]]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("mode, shape", CASES)
def test_interpolate(mode, shape, target):
    for align in (None,) if mode in ("nearest", "nearest-exact", "area") else (None, False, True):
        check(F + "interpolate", rand(*shape), mode=mode, align_corners=align, **target)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "mode, corners",
    [("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True), ("lanczos", False)],
)
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
    check(F + "interpolate", rand(1, 2, 4, 5), (0, 3), mode="area", grad=False)


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
