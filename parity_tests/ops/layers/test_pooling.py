"""ops/layers/pooling.py and max_pooling.py against torch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

import minitorch_pt
from minitorch_pt.ops.layers import max_pooling, pooling, windows
from parity_tests.oracle import assert_same, check, check_error, lookup, rand, randint, same_program

F = "nn.functional."
SIZES = (7, 8, 6)  # the axes after the channels, as many as there are


def image(axes, *lead, seed=0):
    return rand(*(lead or (2, 3)), *SIZES[:axes], seed=seed)


def ties(*shape):
    """Small whole numbers: many are equal."""
    return randint(0, 3, shape).astype("float64")


def holes(value, *shape, seed=0):
    """Numbers with `value` in a third of the places."""
    return np.where(rand(*shape, seed=seed + 9) > 0.6, value, rand(*shape, seed=seed))


def odd(axes):
    """A kernel that is not as long along each axis."""
    return (2, 3, 1)[:axes]


# kernel_size, stride, padding, dilation, ceil_mode
MAX = [
    (2, None, 0, 1, False), (2, 2, 1, 1, False), (3, 2, 1, 1, False), (3, 2, 1, 1, True), (3, None, 0, 1, True), (2, 1, 0, 2, False),
    (3, 2, 1, 2, True), (2, 3, 1, 1, True), (1, 2, 0, 1, False), (1, (), 0, 1, False), ("odd", None, 0, 1, False),
    ("odd", "odd", 0, 1, True),
]  # fmt: skip


def sizes(value, axes):
    return odd(axes) if value == "odd" else value


@pytest.mark.parametrize("arguments", MAX, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("indices", [False, True])
def test_max_pool(axes, arguments, indices):
    arguments = [sizes(value, axes) for value in arguments]
    name = F + f"max_pool{axes}d"
    check(name, image(axes), *arguments, indices, second=True)
    check(name, image(axes, 3), *arguments, indices, second=True)
    for data in (
        ties(2, 3, *SIZES[:axes]),
        holes(np.nan, 2, 3, *SIZES[:axes]),
        holes(-np.inf, 2, 3, *SIZES[:axes]),
        np.full((2, *SIZES[:axes]), -np.inf),
    ):
        check(name, data, *arguments, indices)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_max_pool_other_names(axes):
    check(F + f"max_pool{axes}d_with_indices", image(axes), 3, 2, 1, 1, True)
    check(f"max_pool{axes}d", image(axes), 3, 2, 1, 1, True)
    if axes == 1:
        check("max_pool1d_with_indices", image(1), 3, 2)


@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "int8", "uint8"])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_max_pool_of_whole_numbers(axes, dtype):
    check(F + f"max_pool{axes}d", randint(0, 9, (2, 3, *SIZES[:axes]), dtype=dtype), 3, 2, 1, return_indices=True)
    if axes > 1:
        lowest = np.full((2, 3, *SIZES[:axes]), np.iinfo(dtype).min, dtype)
        check(F + f"max_pool{axes}d", lowest, 3, 2, 1, return_indices=True)
        check(F + f"max_pool{axes}d", randint(0, 9, (2, 3, *SIZES[:axes]), dtype=dtype), 3, 2, 1)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(
    "data", [ties, rand, lambda *shape: holes(np.nan, *shape), lambda *shape: holes(-np.inf, *shape)]
)
@pytest.mark.parametrize("arguments", [(2,), (3, 2, 1)])
def test_comparing_gives_what_places_give(axes, data, arguments):
    """The fast gradient, by comparing with the largest, is the plain one, by places."""
    data = data(2, 3, *SIZES[:axes])
    wide = windows.spaced(f"max_pool{axes}d", data, arguments[0], *arguments[1:] or (None, 0), 1, False)
    value, pull = max_pooling._max_values.__wrapped__(data, wide, "")
    (same, places), pull_places = max_pooling._max_with_places.__wrapped__(data, wide, "")
    np.testing.assert_array_equal(value, same)
    g = rand(*value.shape, seed=3)
    g.flat[0] = np.inf
    np.testing.assert_allclose(pull(g), pull_places(g, places), rtol=1e-13)


# kernel_size, stride, padding, ceil_mode, count_include_pad
AVG = [
    (2, None, 0, False, True), (3, 2, 1, False, True), (3, 2, 1, False, False), (3, 2, 1, True, True), (3, 2, 1, True, False),
    (2, 3, 1, True, True), (3, 1, 0, False, True), (4, (), 2, True, True), ("odd", None, 0, True, True), ("odd", "odd", 0, False, False),
]  # fmt: skip


@pytest.mark.parametrize("arguments", AVG, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_avg_pool(axes, arguments):
    arguments = [sizes(value, axes) for value in arguments]
    name = F + f"avg_pool{axes}d"
    check(name, image(axes), *arguments, second=True)
    check(name, image(axes, 3), *arguments, second=True)
    check(name, holes(np.inf, 2, 3, *SIZES[:axes]), *arguments)
    if axes > 1:
        check(name, image(axes), *arguments, 3, second=True)
        check(name, image(axes), *arguments, divisor_override=-2)


def test_avg_pool_of_whole_numbers():
    for axes in (1, 2, 3):
        check(F + f"avg_pool{axes}d", randint(-9, 9, (2, 3, *SIZES[:axes])), 3, 2, 1)
    for divisor in (-3, 2):
        check(F + "avg_pool2d", randint(-9, 9, (2, 3, *SIZES[:2])), 3, divisor_override=divisor)
    check("avg_pool1d", image(1), 2)


# sizes of the output: of 7, 8 and 6 places
ADAPTIVE = [3, 1, 2, 9, (4, 3, 5), (7, 8, 6), (1, 4, 2), (None, 3, None), (5, None, 1), (None, None, None)]


@pytest.mark.parametrize("size", ADAPTIVE, ids=str)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_adaptive(axes, size):
    size = size[:axes] if isinstance(size, tuple) else size
    if axes == 1 and size == (None,):
        size = 7
    for data in (
        image(axes),
        image(axes, 3),
        ties(2, 3, *SIZES[:axes]),
        holes(np.nan, 2, 3, *SIZES[:axes]),
        holes(np.inf, 2, 3, *SIZES[:axes]),
    ):
        finite = bool(np.isfinite(data).all())
        check(F + f"adaptive_avg_pool{axes}d", data, size, second=finite)
        check(F + f"adaptive_max_pool{axes}d", data, size, second=finite)
        check(F + f"adaptive_max_pool{axes}d", data, size, return_indices=True)
    check(F + f"adaptive_max_pool{axes}d", np.full((2, *SIZES[:axes]), -np.inf), size, return_indices=True)
    check(F + f"adaptive_max_pool{axes}d_with_indices", image(axes), size)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_adaptive_to_nothing(axes):
    for name in ("avg", "max"):  # of which torch takes no gradient
        check(F + f"adaptive_{name}_pool{axes}d", image(axes), 0, grad=False)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("data", [rand, lambda *shape: holes(np.inf, *shape), lambda *shape: holes(np.nan, *shape)])
def test_matrices_of_windows_give_what_their_elements_give(monkeypatch, axes, data):
    """Windows that are not evenly spaced: the fast sums, by a matrix product, are the plain ones; so are the gradients."""
    name, data, g = (
        f"adaptive_avg_pool{axes}d",
        data(2, 3, *SIZES[:axes]),
        holes(np.inf, 2, 3, *(4, 5, 4)[:axes], seed=1),
    )
    wide = windows.adapted(name, data, (4, 5, 4)[:axes])
    assert any(pooling._members(axis, data.dtype) is not None for axis in wide)

    @np.errstate(invalid="ignore")
    def both():
        return (
            pooling._window_sums.rule(data, wide),
            pooling._into_windows.rule(g, wide),
            pooling._into_windows.rule(g.clip(-1, 1), wide),
        )

    quick = both()
    monkeypatch.setattr(pooling, "_members", lambda *_: None)
    for ours, plain in zip(quick, both(), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-13, atol=1e-14)  # a matrix product adds in another order


def test_adaptive_top_level():
    check("adaptive_avg_pool1d", image(1), 3)
    check("adaptive_max_pool1d", image(1), 3)


@pytest.mark.parametrize(
    "arguments", [(2.0, 2), (1, 3, 2), (3.0, 2, 1, True), (float("inf"), 3, 2), (-float("inf"), 2), (0.5, "odd")]
)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_lp_pool(axes, arguments):
    p, kernel, *rest = arguments
    kernel = (2 if axes == 1 else odd(axes)) if kernel == "odd" else kernel
    data = np.abs(image(axes)) + 0.1
    check(F + f"lp_pool{axes}d", data, p, kernel, *rest, second=True)
    check(F + f"lp_pool{axes}d", 0 * data, p, kernel, *rest)  # the root is infinitely steep there, and the gradient 0
    if p in (2.0, float("inf")):
        check(F + f"lp_pool{axes}d", image(axes, 3), p, kernel, *rest)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize(
    "kernel, stride, padding, extra", [(2, None, 0, 0), (2, None, 0, 1), (3, 2, 1, 0), (2, 3, 0, -2)]
)
@pytest.mark.parametrize("lead", [(2, 3), (3,), (0, 3)])
def test_max_unpool(axes, kernel, stride, padding, extra, lead):
    n, step = 3, stride or kernel
    out = (n - 1) * step + kernel - 2 * padding
    x = rand(*lead, *(n,) * axes)
    room = (out + min(extra, 0)) ** axes
    rows = [np.random.RandomState(i).permutation(room)[: n**axes] for i in range(int(np.prod(lead)))]
    places = np.array(rows, np.int64).reshape(x.shape)
    check(F + f"max_unpool{axes}d", x, places, kernel, stride, padding, second=True)
    wanted = (out + extra,) * axes
    check(F + f"max_unpool{axes}d", x, places, kernel, stride, padding, wanted)
    check(F + f"max_unpool{axes}d", x, places, kernel, stride, padding, (1, 1, *wanted))


FRACTIONAL = [
    (2, {"output_size": 3}), (3, {"output_size": (2, 4, 3)}), (2, {"output_ratio": (0.5, 0.6, 0.7)}), ("odd", {"output_size": 1}),
    (2, {"output_size": 4, "return_indices": True}), (2, {"output_size": 0}),
]  # fmt: skip


@pytest.mark.parametrize("kernel, options", FRACTIONAL, ids=str)
@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("lead", [(2, 3), (3,), (0, 3)])
def test_fractional_max_pool(axes, kernel, options, lead):
    options = {key: value[:axes] if isinstance(value, tuple) else value for key, value in options.items()}
    for name, data in itertools.product(
        ("", "_with_indices"), (image(axes, *lead), holes(np.nan, *lead, *SIZES[:axes]))
    ):
        for package in (torch, minitorch_pt):
            package.manual_seed(7)
        state = minitorch_pt.get_rng_state(), torch.get_rng_state()
        for dtype in ("float64", "float32"):
            minitorch_pt.set_rng_state(state[0])
            torch.set_rng_state(state[1])
            check(
                F + f"fractional_max_pool{axes}d{name}",
                data,
                sizes(kernel, axes),
                dtypes=(dtype,),
                second=True,
                **options,
            )
        assert bytes(minitorch_pt.get_rng_state().numpy()) == bytes(torch.get_rng_state().numpy())


def test_fractional_max_pool_with_given_samples():
    check(F + "fractional_max_pool2d", image(2), 2, 4, _random_samples=rand(2, 3, 2, low=0, high=1))
    check(F + "fractional_max_pool2d", image(2), 2, 4, _random_samples=rand(3, 3, 2, low=0, high=1))
    check(F + "fractional_max_pool3d", image(3), 2, 4, _random_samples=rand(2, 3, 3, low=0, high=1))
    same_program(
        lambda t: t.nn.functional.fractional_max_pool3d(
            t.tensor(image(3).tolist()), 2, output_ratio=0.5, _random_samples=t.zeros(2, 3, 3)
        )
    )


@pytest.mark.parametrize("name, arguments", [
    ("max_pool2d", (2,)), ("max_pool2d", (3, 2, 1)), ("max_pool1d", (2,)), ("max_pool3d", (2,)), ("avg_pool1d", (3, 2, 1)), ("avg_pool2d", (3, 2, 1)),
    ("adaptive_avg_pool2d", (3,)), ("adaptive_max_pool2d", (3,)), ("adaptive_avg_pool3d", (1,)), ("lp_pool2d", (2.0, 2)),
])  # fmt: skip
def test_half(name, arguments):
    axes = int(name[-2])
    data = image(axes).astype(np.float16)
    results = []
    for package, make in ((minitorch_pt, minitorch_pt.from_numpy), (torch, torch.from_numpy)):
        x = make(np.array(data)).requires_grad_()
        y = lookup(package, F + name)(x, *arguments)
        y.backward(y.detach())
        results.append([y.detach(), x.grad])
    assert_same(*results)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("max_pool", (3, 2, 1)),
        ("avg_pool", (3, 2, 1)),
        ("adaptive_avg_pool", (3,)),
        ("adaptive_max_pool", (4,)),
        ("lp_pool", (2.0, 2)),
    ],
)
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_not_contiguous_and_empty(name, arguments, axes):
    def program(t, change, shape):
        x = t.tensor(rand(*shape).tolist(), dtype=t.float64).reshape(shape).requires_grad_()
        y = getattr(t.nn.functional, f"{name}{axes}d")(change(x), *arguments)
        (y**2).sum().backward()
        return y.detach(), x.grad

    same_program(lambda t: program(t, lambda x: x.transpose(0, -1), (6, 3, *SIZES[1:axes], 2)))
    same_program(lambda t: program(t, lambda x: x[..., ::2], (2, 3, *SIZES[: axes - 1], 12)))
    same_program(lambda t: program(t, lambda x: x.flip(-1), (2, 3, *SIZES[:axes])))
    check(F + f"{name}{axes}d", image(axes, 0, 3), *arguments, dtypes=("float64",))


def whole(*shape):
    return np.zeros(shape, np.int64)


def flat(axes):
    return np.zeros((2, 2, *(6,) * axes))


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
@pytest.mark.parametrize("arguments", [
    (0,), (-1,), (7,), (2.0,), ((2, 2, 2, 2),), ((),), (2, 0), (2, -1), (2, 2, -1), (2, 2, 2), (2, 2, 1.0), (2, (2, 2, 2, 2)), ("2",), (None,), (3, 2, (1, 2, 2)),
], ids=str)  # fmt: skip
def test_errors_of_windows(name, axes, arguments):
    if arguments[-1] == (1, 2, 2):
        arguments = (3, 2, (1, 2, 2)[-axes:])
    check_error(F + f"{name}{axes}d", flat(axes), *arguments)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
@pytest.mark.parametrize(
    "shape", [(0, "axes"), (2, 0, "axes"), (2, 2, "axes", 0), ("axes",), (1, 1, 1, "axes")], ids=str
)
def test_errors_of_shapes(name, axes, shape):
    full = [n for part in shape for n in ((6,) * (axes - (shape[-1] == 0)) if part == "axes" else (part,))]
    check_error(F + f"{name}{axes}d", np.zeros(full), 2, match=f"{name}{axes}d")


def test_errors_of_images_without_axes():
    """To one window, the mean of all, too."""
    for size in (1, (1, 1), (2, 2)):
        check_error(F + "adaptive_avg_pool2d", rand(5), size)
    check_error(F + "adaptive_max_pool3d", rand(5), (1, 1, 1))
    check_error(F + "adaptive_avg_pool1d", rand(5), 1)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_avg_pool"])
def test_errors_of_adaptive_pools(name, axes):
    name = F + f"{name}{axes}d"
    for size in (-1, (), (2,) * (axes + 1), None, 2.0, "2"):
        check_error(name, flat(axes), size)
    for shape in ((2, 2, *(6,) * (axes - 1), 0), (6,) * axes, (1, 1, 1, *(6,) * axes)):
        check_error(name, np.zeros(shape), 2)
    check_error(name, whole(2, 2, *(6,) * axes), 2)
    check_error(name, whole(2, 2, *(6,) * axes), 1)
    if axes > 1:
        check_error(name, np.zeros((6,) * axes), (2,) * axes, match="at least")


@pytest.mark.parametrize("name, arguments, options", [
    ("max_pool1d", (whole(2, 2, 6), 2), {}), ("max_pool2d", (np.zeros((2, 6, 6), bool), 2), {}), ("max_pool3d", (np.zeros((2, 6, 6, 6), bool), 2), {}),
    ("avg_pool2d", (whole(2, 6, 6).astype("int32"), 2), {}), ("avg_pool2d", (flat(2), 2), {"divisor_override": 0}), ("avg_pool3d", (flat(3), 2), {"divisor_override": 0}),
    ("max_pool2d", (flat(2), 2, 1, 0, 0), {}), ("max_pool2d", (flat(2), 2, 1, 0, -1), {}), ("max_pool2d", (flat(2), 3, 1, 2, 2), {}), ("max_pool2d", (flat(2), 4, 1, 0, 2), {}),
    ("max_unpool1d", (np.zeros(3), whole(3), 2), {}), ("max_unpool2d", (np.zeros((1, 1, 1, 3, 3)), whole(1, 1, 1, 3, 3), 2), {}),
    ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3).astype("int32"), 2), {}), ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3) + 36, 2), {}),
    ("max_unpool3d", (np.zeros((2, 3, 3, 3)), whole(2, 3, 3, 3) - 1, 2), {}), ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 2), 2), {}),
    ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3), 2), {"output_size": (9, 9)}), ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3), 2), {"output_size": (7, 7, 7)}),
    ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3), 1, 1, 3), {}), ("max_unpool2d", (np.zeros((2, 0, 3, 3)), whole(2, 0, 3, 3), 2), {}),
    ("max_unpool2d", (whole(2, 3, 3), whole(2, 3, 3), 2), {}), ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3), 2.0), {}),
    ("max_unpool2d", (np.zeros((2, 3, 3)), whole(2, 3, 3), 2), {"output_size": 7}),
    ("fractional_max_pool2d", (np.zeros((6, 6)), 2, 3), {}), ("fractional_max_pool3d", (np.zeros((6, 6, 6)), 2, 3), {}), ("fractional_max_pool2d", (np.zeros((1, 1, 1, 6, 6)), 2, 3), {}),
    ("fractional_max_pool2d", (flat(2), 2), {}), ("fractional_max_pool3d", (flat(3), 2), {}), ("fractional_max_pool2d", (flat(2), 2, 6), {}),
    ("fractional_max_pool2d", (flat(2), 2), {"output_ratio": (0.5, 0.5, 0.5)}), ("fractional_max_pool2d", (flat(2), 2, -1), {}), ("fractional_max_pool2d", (flat(2), 2, (3, 3, 3)), {}),
    ("fractional_max_pool3d", (flat(3), (2, 2, 2, 2), 3), {}), ("fractional_max_pool2d", (np.zeros((2, 0, 6, 6)), 2, 3), {}), ("fractional_max_pool2d", (whole(2, 2, 6, 6), 2, 3), {}),
    ("fractional_max_pool2d", (flat(2), 2, 3), {"_random_samples": np.zeros((1, 2, 2))}), ("fractional_max_pool2d", (flat(2), 2, 3), {"_random_samples": np.zeros((2, 1, 2))}),
    ("fractional_max_pool2d", (flat(2), 2, 3), {"_random_samples": np.zeros((2, 2, 3))}), ("fractional_max_pool2d", (flat(2), 2, 3), {"_random_samples": np.zeros((2, 2))}),
    ("fractional_max_pool2d", (flat(2), 2, 3), {"_random_samples": np.zeros((2, 2, 2), "float32")}),
    ("avg_pool3d", (flat(3), 7), {"ceil_mode": True}), ("avg_pool3d", (flat(3), (7, 2, 2), 1, (1, 0, 0)), {}),
    ("lp_pool2d", (flat(2), 2.0, 7), {}), ("lp_pool2d", (np.zeros((6, 6)), 2.0, 2), {}),
])  # fmt: skip
def test_errors(name, arguments, options):
    check_error(F + name, *arguments, **options)


def test_a_second_backward_says_so():
    def program(t):
        x = t.ones(1, 1, 4, 4, requires_grad=True)
        y = t.nn.functional.avg_pool2d(x, 2).sum() + t.nn.functional.max_pool2d(x, 2).sum()
        y.backward()
        y.backward()

    same_program(program)


NAMES = [
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d_with_indices",
    "fractional_max_pool2d_with_indices", "fractional_max_pool3d_with_indices", "lp_pool1d", "lp_pool3d",
    "max_pool2d_with_indices", "max_pool3d_with_indices",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names(name):
    def program(t):
        t.manual_seed(0)
        axes = next(int(letter) for letter in name if letter.isdigit())
        x = t.tensor(rand(2, 3, *[6] * axes).tolist())
        sizes = (2, 2) if name.startswith(("lp", "fractional")) else (2,)
        return getattr(t.nn.functional, name)(x, *sizes)

    same_program(program)


def test_large_images_go_back_in_parts():
    check("nn.functional.max_pool2d", rand(3, 2, 260, 260), 2)
    check("nn.functional.max_pool2d", rand(3, 1, 260, 260), 3, 2, 1)
