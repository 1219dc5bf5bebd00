"""ops/elementwise/activations.py against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, same_program, to_ours, to_theirs

F = "nn.functional."
CURVES = [
    ("relu", (), {}), ("relu6", (), {}), ("sigmoid", (), {}), ("tanh", (), {}), ("silu", (), {}), ("mish", (), {}),
    ("softsign", (), {}), ("logsigmoid", (), {}), ("selu", (), {}), ("elu", (), {}), ("elu", (0.3,), {}),
    ("leaky_relu", (), {}), ("leaky_relu", (1.5,), {}), ("leaky_relu", (-0.2,), {}), ("gelu", (), {}),
    ("gelu", (), {"approximate": "tanh"}), ("softplus", (), {}), ("softplus", (2.0, 1.0), {}),
    ("softplus", (0.5, 3.0), {}), ("hardtanh", (), {}), ("hardtanh", (-0.5, 1.5), {}), ("threshold", (0.3, -7.0), {}),
    ("celu", (), {}), ("celu", (0.25,), {}), ("hardsigmoid", (), {}), ("hardswish", (), {}), ("rrelu", (), {}),
    ("rrelu", (0.1, 0.1), {}),
]  # fmt: skip
EXTREME = np.array(
    [0.0, -0.0, 1e-30, -1e-30, 1e-8, -1e-8, 10.0, -10.0, 30.0, -30.0, 88.0, -88.0, 104.0, -104.0, 1e4, -1e4]
)
LIMITS = np.array([np.inf, -np.inf, np.nan] * 6)  # 18: both the vector part and the rest of torch's kernels


@pytest.mark.parametrize(("name", "args", "kwargs"), CURVES)
@pytest.mark.parametrize(
    "x",
    [rand(3, 4), rand(2, 3, 4, low=-8, high=8), rand(), rand(0, 3), rand(37, low=-40, high=40)],
    ids=lambda x: str(x.shape),
)
def test_curve(name, args, kwargs, x):
    check(
        F + name,
        x,
        *args,
        rtol=5e-6 if name in ("gelu", "mish", "selu") else None,
        dtypes=("float32",),
        **kwargs,
    )
    second = name != "hardsigmoid"  # torch cannot
    check(F + name, x, *args, second=second, dtypes=("float64",), **kwargs)


@pytest.mark.parametrize(("name", "args", "kwargs"), CURVES)
def test_curve_on_a_transposed_input(name, args, kwargs):
    check(F + name, rand(4, 3).T, *args, dtypes=("float64",), **kwargs)


@pytest.mark.parametrize(("name", "args", "kwargs"), CURVES)
def test_extreme_inputs(name, args, kwargs):
    # 1 - y and 1 - y² near y = 1 differ by units in the last place of 1; torch's second-order mish has nan at 1e4
    check(
        F + name, EXTREME, *args, second=name not in ("mish", "hardsigmoid"), dtypes=("float64",), atol=1e-14, **kwargs
    )
    check(F + name, EXTREME, *args, dtypes=("float32",), **kwargs)
    near_one = name in ("gelu", "mish")
    check(
        F + name,
        EXTREME,
        *args,
        grad=False,
        dtypes=("float64",),
        rtol=1e-12,
        atol=1e-14 if near_one else 1e-300,
        **kwargs,
    )


@pytest.mark.parametrize(("name", "args", "kwargs"), CURVES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_infinities_and_nan(name, args, kwargs, dtype):
    if (name, dtype, kwargs) == ("gelu", "float32", {}):
        return  # torch's float32 erf has nan at infinity, its float64 one 1
    check(F + name, LIMITS, *args, grad=False, dtypes=(dtype,), **kwargs)
    # what torch gives as the gradient at nan differs along the array for these
    x = LIMITS[np.isinf(LIMITS)] if name in ("celu", "elu", "hardswish", "hardtanh", "relu6", "selu") else LIMITS
    check(F + name, x, *args, dtypes=(dtype,), **kwargs)


def test_celu_of_an_alpha_that_single_precision_rounds():
    """torch rounds it in the gradient."""
    check(F + "celu", rand(3, 4), 0.3, second=True, rtol=1e-6)
    check(F + "celu_", rand(3, 4), 0.3, rtol=1e-6)


def test_hardsigmoid_twice():
    x = minitorch_pt.tensor(rand(5), requires_grad=True)
    assert minitorch_pt.autograd.gradgradcheck(minitorch_pt.nn.functional.hardsigmoid, (x,))


@pytest.mark.parametrize("name", ["relu", "relu6", "hardtanh", "threshold"])
def test_cut_off_inputs_block_even_an_infinite_gradient(name):
    args = (0.0, 0.0) if name == "threshold" else ()
    x = np.array([-1.0, 0.0, 0.5, -3.0, 7.0])
    results = []
    for package, tensor in ((minitorch_pt, to_ours(x, True)), (torch, to_theirs(x, True))):
        y = getattr(package.nn.functional, name)(tensor, *args)
        results.append(package.autograd.grad(y, tensor, package.full_like(y, float("inf")))[0])
    assert_same(*results)


def test_sigmoid_in_float32_is_exact_to_the_smallest_numbers():
    x = np.linspace(-104, 104, 10001)
    check("sigmoid", x, grad=False, dtypes=("float32",), rtol=1e-6, atol=3e-45)
    check("sigmoid", x, grad=False, dtypes=("float64",), rtol=1e-14, atol=0.0)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "selu", "Tensor.relu", "Tensor.sigmoid", "Tensor.tanh"])
def test_top_level_and_methods(name):
    check(name, rand(5, 3), second=True)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("relu_", ()),
        ("sigmoid_", ()),
        ("tanh_", ()),
        ("selu_", ()),
        ("threshold_", (0.2, 3.0)),
        ("Tensor.relu_", ()),
        ("Tensor.sigmoid_", ()),
        ("Tensor.tanh_", ()),
        (F + "relu_", ()),
        (F + "selu_", ()),
        (F + "elu_", (0.7,)),
        (F + "elu_", ()),
        (F + "leaky_relu_", ()),
        (F + "leaky_relu_", (0.2,)),
        (F + "hardtanh_", ()),
        (F + "hardtanh_", (-0.3, 0.4)),
        (F + "threshold_", (0.2, 3.0)),
        ("celu_", ()),
        (F + "celu_", (0.5,)),
        ("rrelu_", ()),
        (F + "rrelu_", (0.2, 0.7)),
    ],
)
def test_in_place(name, args):
    check(name, rand(4, 5), *args)


@pytest.mark.parametrize("name", ["relu_", "sigmoid_", "tanh_", "selu_", "relu"])
def test_in_place_changes_the_tensor_itself(name):
    x = minitorch_pt.tensor([-1.0, 0.5])
    y = getattr(minitorch_pt.nn.functional if name == "relu" else minitorch_pt, name)(
        x, *((True,) if name == "relu" else ())
    )
    assert y is x
    assert_same(x, getattr(torch, name.rstrip("_"))(torch.tensor([-1.0, 0.5])))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", F + "softsign", "relu", F + "relu6", F + "hardtanh"])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_integers(name, dtype):
    x = np.array([0, 1, 2, 9]).astype(dtype)
    try:
        getattr(torch if "." not in name else torch.nn.functional, name.removeprefix(F))(torch.from_numpy(x))
    except (RuntimeError, NotImplementedError):
        check_error(name, x)
    else:
        check(name, x, grad=False)


def test_threshold_of_integers():
    check("threshold", np.arange(4), 1.5, 2.5, grad=False)
    check_error("threshold", np.array([True]), 0, 0)


@pytest.mark.parametrize(
    "name",
    "leaky_relu elu selu gelu silu mish softplus logsigmoid celu hardswish hardsigmoid glu rrelu".split(),
)
def test_curves_that_need_floating_point(name):
    check_error(F + name, np.arange(4), match=r"\.float\(\)")


def test_gelu_tanh_needs_floating_point():
    check_error(F + "gelu", np.arange(4), approximate="tanh")


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("hardtanh", (rand(3), 1.0, -1.0), {}),
        ("gelu", (rand(3),), {"approximate": "fast"}),
        ("relu", ("a",), {}),
        ("celu", (rand(3), 0.0), {}),
        ("glu", (rand(4, 3),), {}),
        ("glu", (rand(),), {}),
        ("glu", (rand(4, 3), 2), {}),
        ("glu", (rand(4, 3), -3), {}),
        ("rrelu", (rand(3), 0.5, 0.1), {}),
        ("gumbel_softmax", (np.arange(3),), {}),
        ("gumbel_softmax", (rand(3),), {"dim": 1}),
        ("softmax", (rand(3), 2), {}),
        ("softmax", (rand(), 1), {}),
        ("log_softmax", (rand(3), -2), {}),
        ("softmax", (np.arange(3), 0), {}),
        ("log_softmax", (np.arange(3), 0), {}),
        ("dropout", (rand(3), 1.5), {}),
        ("dropout", (rand(3), -0.1), {}),
        ("dropout", (np.arange(3), 0.5), {}),
        ("prelu", (rand(4, 3), rand(2)), {}),
        ("prelu", (rand(4), rand(4)), {}),
        ("prelu", (rand(4, 3), rand(2, 2)), {}),
        ("prelu", (rand(4, 3), rand(3).astype("float32")), {}),
    ],
)
def test_errors(name, args, kwargs):
    check_error(F + name, *args, **kwargs)


@pytest.mark.parametrize(
    "name",
    "relu elu selu leaky_relu silu mish relu6 hardtanh celu rrelu hardswish hardsigmoid".split(),
)
def test_in_place_on_a_leaf_is_refused(name):
    check_error(F + name, rand(3), inplace=True, grad=True)


# prelu ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("x", "weight"),
    [
        (rand(4, 3), rand(3, seed=1)),
        (rand(4, 3), rand(1, seed=1)),
        (rand(4, 3), rand(seed=1)),
        (rand(2, 3, 4, 5), rand(3, seed=1)),
        (rand(4), rand(1, seed=1)),
        (rand(), rand(1, seed=1)),
        (rand(0, 3), rand(3, seed=1)),
    ],
)
@pytest.mark.parametrize("name", [F + "prelu", "prelu", "Tensor.prelu"])
def test_prelu(name, x, weight):
    check(name, x, weight, second=True)


# gates and random slopes ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("shape", "dim"), [((6,), 0), ((3, 4), -1), ((4, 3), 0), ((2, 3, 4), -3), ((0, 4), 1), ((4, 0), 1)]
)
def test_glu(shape, dim):
    check(F + "glu", rand(*shape), dim, second=True)
    check(F + "glu", rand(*shape) * 100, dim)


@pytest.mark.parametrize("name", ["rrelu", "rrelu_", F + "rrelu", F + "rrelu_"])
@pytest.mark.parametrize("bounds", [(1 / 8, 1 / 3), (0.1, 0.7), (-0.3, 0.9), (0.2, 0.2)])
@pytest.mark.parametrize("x", [rand(7), rand(10, 100), rand(4, 6).T, LIMITS, rand()], ids=lambda x: str(x.shape))
def test_rrelu_draws_what_torch_draws(name, bounds, x):
    for dtype in ("float64", "float32"):
        for package in (minitorch_pt, torch):
            package.manual_seed(7)
        check(name, x, *bounds, True, dtypes=(dtype,), rtol=0.0, atol=0.0, second=dtype == "float64")
        assert_same(minitorch_pt.rand(3), torch.rand(3))  # the stream goes on at the same place


def test_rrelu_with_a_generator():
    results = []
    for package in (minitorch_pt, torch):
        given = package.Generator().manual_seed(5)
        results.append(package.rrelu(-package.ones(9), training=True, generator=given))
    assert_same(*results, rtol=0.0, atol=0.0)


@pytest.mark.parametrize(
    "name", ("sigmoid", "nn.functional.softplus", "nn.functional.silu", "nn.functional.logsigmoid")
)
def test_float16_beyond_e_to_the_11(name):
    """Each number by itself: e^12 is no float16."""
    x = np.array([-16.0, -12.0, -3.0, 0.0, 3.0, 12.0, 16.0, 20.0, 21.0])
    check(name, x, dtypes=("float16",), atol=1e-6)  # 16 times the least float16


AT_THE_NUMBER = {
    "softplus": lambda f, x, n: f.softplus(x, 2.0, 2 * n),
    "threshold": lambda f, x, n: f.threshold(x, n, 9.0),
    "hardtanh": lambda f, x, n: f.hardtanh(x, -n, n),
    "hardshrink": lambda f, x, n: f.hardshrink(x, n),
    "softshrink": lambda f, x, n: f.softshrink(x, n),
    "relu6": lambda f, x, n: f.relu6(x * (6 / n)),
    "hardsigmoid": lambda f, x, n: f.hardsigmoid(x * (3 / n)),
    "hardswish": lambda f, x, n: f.hardswish(x * (3 / n)),
    "clamp": lambda f, x, n: x.clamp(-n, n),
    "huber_loss": lambda f, x, n: f.huber_loss(x, x.detach() * 0, reduction="none", delta=n),
    "smooth_l1_loss": lambda f, x, n: f.smooth_l1_loss(x, x.detach() * 0, reduction="none", beta=n),
    "hinge_embedding_loss": lambda f, x, n: f.hinge_embedding_loss(x, x.detach() * 0 - 1, n, reduction="none"),
    "relu": lambda f, x, n: f.relu(x),
    "elu": lambda f, x, n: f.elu(x, n),
    "logsigmoid": lambda f, x, n: f.logsigmoid(x),
}


@pytest.mark.parametrize("name", AT_THE_NUMBER)
@pytest.mark.parametrize("number", [0.5, 1.0, 2.0])
def test_exactly_at_the_number_where_a_piece_ends(name, number):
    """0, the number and its negative, and their neighbours: value, first and second gradient."""

    def program(t):
        steps = [0.0, number, -number, *np.nextafter([number, -number, number], [9, -9, 0])]
        x = t.tensor(steps, dtype=t.float64, requires_grad=True)
        y = AT_THE_NUMBER[name](t.nn.functional, x, number)
        (slope,) = t.autograd.grad(y, x, t.arange(1.0, 7, dtype=t.float64), create_graph=True)
        # torch's second of softplus ends before the number
        if not slope.requires_grad or name in (
            "softplus",
            "hardsigmoid",
        ):
            return y.detach(), slope.detach()
        second = t.autograd.grad(slope.sum(), x, allow_unused=True)
        return y.detach(), slope.detach(), second

    same_program(program)
