"""nn.utils: clipping of gradients by norm and by value."""

from __future__ import annotations

import pytest

from parity_tests.oracle import rand, same_program


def parameters(package, scale=1.0):
    """Three parameters, the last without a gradient."""
    made = [package.nn.Parameter(package.zeros(*shape, dtype=package.float64)) for shape in ((3, 4), (5,), (2,))]
    for i, parameter in enumerate(made[:2]):
        parameter.grad = package.tensor((scale * rand(*parameter.shape, seed=i)).tolist(), dtype=package.float64)
    return made


@pytest.mark.parametrize("norm_type", [2.0, 1, 3.0, float("inf")])
@pytest.mark.parametrize("scale, max_norm", [(1.0, 0.5), (1.0, 1e3), (1e-6, 1e-9)])
def test_clip_grad_norm(scale, max_norm, norm_type):
    def program(package):
        made = parameters(package, scale)
        total = package.nn.utils.clip_grad_norm_(made, max_norm, norm_type)
        return [total, made[0].grad, made[1].grad, made[2].grad is None]

    same_program(program)


@pytest.mark.parametrize("strict", [False, True])
def test_norm_that_is_not_finite(strict):
    def program(package):
        made = parameters(package, float("inf"))
        return package.nn.utils.clip_grad_norm_(made, 1.0, error_if_nonfinite=strict)

    same_program(program)


def test_clip_one_tensor_a_generator_and_nothing():
    def program(package):
        one, two, none = parameters(package)
        return [
            package.nn.utils.clip_grad_norm_(one, 0.1),
            package.nn.utils.clip_grad_norm_((p for p in (one, two)), 0.1),
            package.nn.utils.clip_grad_norm_([none], 0.1),
            one.grad,
        ]

    same_program(program)


def test_clip_grad_value():
    def program(package):
        made = parameters(package)
        assert package.nn.utils.clip_grad_value_(made, 0.5) is None
        package.nn.utils.clip_grad_value_(made[0], 0.25)
        return [made[0].grad, made[1].grad, made[2].grad is None]

    same_program(program)


@pytest.mark.parametrize("norm_type", [2.0, 1, float("inf")])
def test_norm_and_scaling_apart(norm_type):
    def program(package):
        made = parameters(package)
        total = package.nn.utils.get_total_norm([p.grad for p in made[:2]], norm_type)
        assert package.nn.utils.clip_grads_with_norm_(made, 0.5, total) is None
        package.nn.utils.clip_grads_with_norm_(made[0], 0.1, package.tensor(2.0, dtype=package.float64))
        return [total, made[0].grad, made[1].grad, package.nn.utils.get_total_norm([])]

    same_program(program)


@pytest.mark.parametrize("strict", [False, True])
def test_total_norm_that_is_not_finite(strict):
    def program(package):
        return package.nn.utils.get_total_norm(package.tensor([1.0, float("nan")]), error_if_nonfinite=strict)

    same_program(program)
