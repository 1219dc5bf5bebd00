"""ops/layers/padding.py against torch."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import check, check_error, rand, randint, same_program

PAD = "nn.functional.pad"
MODES = ["constant", "reflect", "replicate", "circular"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape, pad", [
    ((3, 5), (2, 1)), ((2, 3, 5), (4, 0)), ((2, 3, 5), (-2, 0)), ((2, 3, 5), (0, 0)), ((2, 3, 4, 5), (1, 2, 3, 0)),
    ((3, 4, 5), (-1, -1, 2, -1)), ((2, 3, 4, 5), (-1, 2, 1, -2)), ((2, 2, 3, 4, 5), (1, 2, 2, 1, 0, 2)), ((2, 3, 4, 5), (1, 1, -1, 0, 2, 1)[:4]),
])  # fmt: skip
def test_pad(mode, shape, pad):
    # torch's circular padding is a copy into an empty tensor, and its node bears that name
    check(PAD, rand(*shape), pad, mode, grad_fn=mode != "circular")


@pytest.mark.parametrize("mode", MODES)
def test_second_order(mode):
    def program(t):
        x = t.tensor(rand(2, 3, 4).tolist(), dtype=t.float64, requires_grad=True)
        y = t.nn.functional.pad(x**3, (2, 1, -1, 2), mode)
        (first,) = t.autograd.grad((y**2).sum(), x, create_graph=True)
        return [first.detach(), *t.autograd.grad((first**2).sum(), x)]

    same_program(program)


@pytest.mark.parametrize("pad", [(7, 6), (-4, 5), (5, -4), (-6, 5), (5, -6), (6, -9), (-4, 1), (-3, 3)])
def test_replicate_further_than_the_axis(pad):
    check(PAD, rand(2, 3, 4), pad, "replicate")


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
def test_axis_cut_and_mirrored(mode):
    check(PAD, rand(1, 5), (-3, 4), mode)


@pytest.mark.parametrize("pad", [(1, 2), (), (-5, 1), (1, -5), (-2, -3), (1, 1, 0, 2, -1, 3)])
@pytest.mark.parametrize("value", [None, 0, 2.5])
def test_constant(pad, value):
    check(PAD, rand(2, 3, 5), pad, value=value)


def test_constant_other_types():
    for value in (0, 2, 1.7):
        check(PAD, randint(0, 9, (2, 3)), (1, 2), value=value)
        check(PAD, np.array([1, 2], np.uint8), (1, 2), value=value)
        check(PAD, np.array([True, False]), (1, 2), value=value)
    check(PAD, rand(0), (1, 2), value=3.0)
    check("constant_pad_nd", rand(2, 3), (1, 2), 1.5)
    for value in (-1, 300, float("nan")):
        same_program(lambda t, value=value: t.nn.functional.pad(t.ones(2, dtype=t.uint8), (1, 2), value=value))


def test_border_of_integers_and_empty_batch():
    for mode in MODES[1:]:
        check(PAD, randint(0, 9, (2, 3)), (1, 2), mode)
        check(PAD, rand(0, 2, 3), (1, 2), mode, grad_fn=mode != "circular")


def test_value_zero_passes_in_every_mode():
    check(PAD, rand(2, 3), (1, 2), "reflect", 0.0)


@pytest.mark.parametrize("shape, arguments", [
    ((2, 3, 5), ((1,),)), ((2, 3), ((1,) * 6,)), ((5,), ((-3, -3),)), ((5,), ((-6, 7),)), ((0,), ((1, -1),)),
    ((2, 3), ((1, 1), "same")), ((2, 3), ((1, 1), "reflect", 1.0)), ((2, 3), ((3, 0), "reflect")), ((2, 3), ((4, 0), "circular")),
    ((2, 3, 4, 5), ((1, 1), "reflect")), ((3,), ((1, 1), "circular")), ((2, 3), ((), "replicate")), ((2, 3), ((1,), "replicate")),
    ((2, 3), ((1,) * 6, "replicate")), ((2, 0, 3), ((1, 1, 1, 1), "reflect")),
    ((2, 3), ((-2, -2), "replicate")),
])  # fmt: skip
def test_errors(shape, arguments):
    check_error(PAD, rand(*shape), *arguments)


@pytest.mark.parametrize("mode", ["circular", "reflect"])
def test_more_taken_away_than_there_is(mode):
    """torch returns what happens to lie in memory there."""
    with pytest.raises(RuntimeError, match="empty dimension"):
        minitorch_pt.nn.functional.pad(minitorch_pt.zeros(2, 3), (-4, 2), mode)
