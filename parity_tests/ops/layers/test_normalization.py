"""ops/layers/normalization.py against torch."""

from __future__ import annotations

import functools

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, check, check_error, rand, randint, same_program

# float32: sums over many elements, of which each package adds in its own order
TOLERANCE = {"rtol": 2e-5}
F = "nn.functional."
SHAPES = [(4, 6), (4, 6, 5), (3, 6, 2, 5), (2, 6, 2, 3, 2)]


def both(name, *args, **kwargs):
    """float64 to the oracle's 1e-12, then float32."""
    check(name, *args, dtypes=("float64",), **kwargs)
    check(name, *args, dtypes=("float32",), **TOLERANCE, **kwargs)


def second_order(name, *args, **kwargs):
    """Gradients of a weighted sum of all gradients. Not by the oracle: torch calls the bias's gradient a function of the input."""

    def program(t):
        tensors = [
            t.tensor(a.tolist(), dtype=t.float64, requires_grad=True) if isinstance(a, np.ndarray) else a for a in args
        ]
        leaves = [a for a in tensors if isinstance(a, t.Tensor)]
        y = functools.reduce(getattr, name.split("."), t)(*tensors, **kwargs)
        first = t.autograd.grad((y**3).sum(), leaves, create_graph=True)
        return t.autograd.grad(sum((g**2).sum() for g in first), leaves)

    same_program(program, rtol=1e-10)  # differences of large sums


def parameters(kind, channels=6):
    weight, bias = rand(channels, seed=1), rand(channels, seed=2)
    return {"none": (None, None), "weight": (weight, None), "bias": (None, bias), "both": (weight, bias)}[kind]


@pytest.mark.parametrize("kind", ["none", "weight", "bias", "both"])
@pytest.mark.parametrize("shape", SHAPES)
def test_batch_norm(shape, kind):
    statistics = rand(6, seed=3), rand(6, low=0.5, seed=4)
    both(F + "batch_norm", rand(*shape), None, None, *parameters(kind), True)
    if kind != "bias":  # there torch itself fails
        second_order(F + "batch_norm", rand(*shape), None, None, *parameters(kind), True)
    both(F + "batch_norm", rand(*shape), *statistics, *parameters(kind), False, constant=(1, 2))
    both(F + "batch_norm", rand(*shape), *statistics, *parameters(kind), True, 0.3, 1e-3, constant=(1, 2))


@pytest.mark.parametrize(
    "name, shape",
    [
        ("batch_norm", (4, 3)),
        ("batch_norm", (2, 3, 4, 2)),
        ("instance_norm", (2, 3, 4)),
        ("instance_norm", (3, 3, 2, 2)),
    ],
)
@pytest.mark.parametrize("half", [False, True])
def test_running_statistics(name, shape, half):
    def program(t):
        mean, var = t.zeros(3), t.ones(3)
        for seed in range(3):
            x = t.tensor(rand(*shape, seed=seed).tolist())
            y = getattr(t.nn.functional, name)(x.half() if half else x, mean, var, None, None, True, 0.2)
        return [mean, var, y, getattr(t.nn.functional, name)(x, mean, var, None, None, False)]

    same_program(program, rtol=2e-3 if half else 2e-6)


def test_statistics_are_taken_once():
    """Differentiating a gradient runs the rule again, which must not move the running statistics again."""

    def program(t):
        mean, var, x = t.zeros(3), t.ones(3), t.tensor(rand(4, 3).tolist(), requires_grad=True)
        (g,) = t.autograd.grad(
            (t.nn.functional.batch_norm(x, mean, var, training=True) ** 3).sum(), x, create_graph=True
        )
        (second,) = t.autograd.grad((g**2).sum(), x)
        return [mean, var, second]

    same_program(program, rtol=1e-4)


@pytest.mark.parametrize("kind", ["none", "weight", "bias", "both"])
@pytest.mark.parametrize("shape", [(2, 6, 5), (3, 6, 2, 5)])
def test_instance_norm(shape, kind):
    both(F + "instance_norm", rand(*shape), None, None, *parameters(kind))
    if kind != "bias":  # there torch itself fails
        second_order(F + "instance_norm", rand(*shape), None, None, *parameters(kind))
    both(F + "instance_norm", rand(*shape), rand(6), rand(6, low=0.5), *parameters(kind), False, constant=(1, 2))


@pytest.mark.parametrize("kind", ["none", "weight", "bias", "both"])
@pytest.mark.parametrize("shape, last", [((4, 6), 1), ((3, 4, 6), 1), ((3, 4, 6), 2), ((6,), 1)])
def test_layer_norm(shape, last, kind):
    normalized = shape[-last:]
    weight, bias = (None if p is None else rand(*normalized, seed=i) for i, p in enumerate(parameters(kind), 1))
    both(F + "layer_norm", rand(*shape), normalized, weight, bias)
    if kind != "bias":  # there torch itself fails
        second_order(F + "layer_norm", rand(*shape), normalized, weight, bias)


@pytest.mark.parametrize("eps", [None, 1e-3])
@pytest.mark.parametrize("shape, last", [((4, 6), 1), ((3, 4, 6), 2)])
def test_rms_norm(shape, last, eps):
    both(F + "rms_norm", rand(*shape), shape[-last:], None, eps)
    both(F + "rms_norm", rand(*shape), shape[-last:], rand(*shape[-last:], seed=1), eps)
    second_order(F + "rms_norm", rand(*shape), shape[-last:], rand(*shape[-last:], seed=1), eps)


@pytest.mark.parametrize("kind", ["none", "weight", "bias", "both"])
@pytest.mark.parametrize("shape", SHAPES[1:])
@pytest.mark.parametrize("groups", [1, 3, 6])
def test_group_norm(shape, groups, kind):
    # with a bias and no weight, torch itself fails in the backward pass
    both(F + "group_norm", rand(*shape), groups, *parameters(kind), grad=kind != "bias")
    if kind != "bias":  # there torch itself fails
        second_order(F + "group_norm", rand(*shape), groups, *parameters(kind))


@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 5, 3, 4), (1, 4, 2, 2, 3)])
@pytest.mark.parametrize("arguments", [(3,), (2, 0.5, 0.6, 2.0), (5, 1.0)])
def test_local_response_norm(shape, arguments):
    both(F + "local_response_norm", rand(*shape), *arguments)
    second_order(F + "local_response_norm", rand(*shape), *arguments)


def test_empty():
    check(F + "layer_norm", rand(0, 6), (6,), rand(6), rand(6))
    check(F + "group_norm", rand(0, 6, 2), 3)
    check(F + "batch_norm", rand(0, 6, 2), rand(6), rand(6), training=True, constant=(1, 2))
    check(F + "batch_norm", rand(0, 6, 2), None, None, rand(6), rand(6), training=True)
    check(F + "batch_norm", rand(0), rand(0), rand(0), constant=(1, 2))
    check(F + "local_response_norm", rand(0, 6, 2), 3, grad=False)
    check(F + "local_response_norm", randint(-9, 9, (2, 6, 2)), 3)
    check(F + "local_response_norm", randint(-9, 9, (0, 6, 2)), 3)


@pytest.mark.parametrize("name, arguments", [("layer_norm", ((6,),)), ("group_norm", (3,)), ("rms_norm", ((6,),))])
def test_half(name, arguments):
    data = rand(4, 6).astype(np.float16)
    ours = getattr(minitorch_pt.nn.functional, name)(minitorch_pt.from_numpy(data), *arguments)
    assert_same(ours, getattr(torch.nn.functional, name)(torch.from_numpy(data), *arguments))


def test_torch_names():
    x, w, b, mean, var = rand(2, 6, 3), rand(6), rand(6, seed=1), rand(6, seed=2), rand(6, low=1)
    both("batch_norm", x, w, b, None, None, True, 0.1, 1e-5, False)
    both("instance_norm", x, w, b, mean, var, False, 0.1, 1e-5, False, constant=(3, 4))
    both("group_norm", x, 2, w, b)
    both("layer_norm", x, (6, 3))
    both("rms_norm", x, (3,))


@pytest.mark.parametrize("name, arguments, keywords", [
    ("batch_norm", (rand(1, 6), None, None), {"training": True}), ("batch_norm", (rand(2, 6), None, None), {}),
    ("batch_norm", (rand(2, 6), rand(5), rand(6)), {}), ("batch_norm", (rand(2, 6), None, None, rand(3)), {"training": True}),
    ("batch_norm", (rand(6), None, None), {"training": True}), ("batch_norm", (randint(0, 9, (2, 6)), rand(6), rand(6)), {}),
    ("batch_norm", (rand(2, 6), rand(6), None), {}), ("batch_norm", (rand(2, 6), None, None), {"training": True, "eps": 0.0}),
    ("batch_norm", (rand(2, 6), rand(6), rand(6)), {"eps": -1.0}), ("batch_norm", (rand(2, 6), rand(6), rand(6), rand(6).astype("f4")), {}),
    ("layer_norm", (rand(2, 6), (5,)), {}), ("layer_norm", (rand(2, 6), ()), {}), ("layer_norm", (rand(2, 6), 6), {}),
    ("layer_norm", (rand(2, 6), (6,), rand(5)), {}), ("layer_norm", (rand(2, 6), (6,), None, rand(5)), {}),
    ("layer_norm", (randint(0, 9, (2, 6)), (6,)), {}), ("layer_norm", (rand(6), (2, 6)), {}),
    ("rms_norm", (rand(2, 6), (5,)), {}), ("rms_norm", (rand(2, 6), (6,), rand(5)), {}),
    ("group_norm", (rand(2, 6), 4), {}), ("group_norm", (rand(2, 6), 3, rand(3)), {}), ("group_norm", (rand(2, 6), 3, None, rand(3)), {}),
    ("group_norm", (rand(1, 3), 3), {}), ("group_norm", (rand(6), 3), {}), ("group_norm", (rand(2, 6), 0), {}),
    ("instance_norm", (rand(2, 6, 1),), {}), ("instance_norm", (rand(2, 6, 3),), {"use_input_stats": False}),
    ("local_response_norm", (rand(2, 6), 2), {}),
])  # fmt: skip
def test_errors(name, arguments, keywords):
    check_error(F + name, *arguments, **keywords)


@pytest.mark.parametrize(
    "name, arguments", [("layer_norm", ((6,),)), ("group_norm", (3,)), ("batch_norm", (None, None))]
)
def test_second_order_of_parameters_alone(name, arguments):
    def program(t):
        x = t.tensor(rand(4, 6).tolist(), dtype=t.float64)
        w, b = (t.tensor(rand(6, seed=i).tolist(), dtype=t.float64, requires_grad=True) for i in (1, 2))
        options = {"training": True} if name == "batch_norm" else {}
        y = getattr(t.nn.functional, name)(x, *arguments, w, b, **options)
        first = t.autograd.grad((y**3).sum(), (w, b), create_graph=True)
        return t.autograd.grad(sum((g**2).sum() for g in first), (w, b))

    same_program(program, rtol=1e-11)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("types", [("float64", "float32"), ("float32", "float64"), ("float16", "float32")])
def test_rms_norm_of_two_types(types):
    def program(t):
        x, w = (t.tensor(rand(2, 5, seed=i).tolist(), dtype=getattr(t, d)) for i, d in enumerate(types))
        return t.rms_norm(x, (5,), w[0], 1e-3)

    same_program(program, rtol=1e-3 if types[0] == "float16" else 1e-6)  # the types' own digits
