"""gradcheck and gradgradcheck: they accept what is right and refuse what is wrong, as torch's do."""

import pytest
import torch

import minitorch_pt
from minitorch_pt.autograd.check import GradcheckError
from parity_tests.oracle import same_program


def cubed(torch, wrong=False, wrong_second=False):
    class Cubed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            x = x.detach() if wrong_second else x
            return g * (2 if wrong else 3) * x**2

    return Cubed.apply


def point(torch, **kwargs):
    return torch.tensor([[0.5, -1.0], [2.0, 3.0]], dtype=torch.float64, requires_grad=True, **kwargs)


@pytest.mark.parametrize("name", ["gradcheck", "gradgradcheck"])
@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("raises", [False, True])
def test_single(name, wrong, raises):
    same_program(
        lambda torch: getattr(torch.autograd, name)(cubed(torch, wrong, wrong), point(torch), raise_exception=raises)
    )


def test_wrong_second_order_only():
    same_program(lambda torch: torch.autograd.gradcheck(cubed(torch, wrong_second=True), (point(torch),)))
    same_program(lambda torch: torch.autograd.gradgradcheck(cubed(torch, wrong_second=True), (point(torch),)))


def test_several_inputs_and_outputs():
    def f(a, b, n):
        return a * b**n, (a > 0), a.sum() + 0 * b.sum()

    same_program(
        lambda torch: torch.autograd.gradcheck(
            lambda a, b: (f(a, b, 2)[0], f(a, b, 2)[2]), (point(torch), point(torch))
        )
    )


def test_constant_output():
    same_program(
        lambda torch: torch.autograd.gradcheck(lambda a: (a * 2, torch.ones(2, dtype=torch.float64)), point(torch))
    )


def test_second_order_draws_from_the_stream_and_leaves_constants_out():
    def f(torch):
        torch.manual_seed(0)
        constant = torch.ones(2, dtype=torch.float64)
        passed = [
            torch.autograd.gradgradcheck(torch.sin, point(torch)),
            torch.autograd.gradgradcheck(lambda a: (a**3, constant, a > 0), point(torch)),
        ]
        return passed, torch.rand(3)

    same_program(f)


def test_nothing_requires_grad():
    same_program(lambda torch: torch.autograd.gradcheck(lambda a: a, (torch.ones(2, dtype=torch.float64),)))


def test_empty_input():
    same_program(
        lambda torch: torch.autograd.gradcheck(lambda a: a * 2, torch.zeros(0, dtype=torch.float64, requires_grad=True))
    )


def test_given_cotangents():
    def f(torch):
        seed = torch.ones(2, 2, dtype=torch.float64, requires_grad=True)
        return torch.autograd.gradgradcheck(lambda a: a**3, (point(torch),), seed), torch.autograd.gradgradcheck(
            lambda a: a**3, point(torch), (seed,)
        )

    same_program(f)


def test_not_contiguous():
    torch = minitorch_pt
    with pytest.raises(RuntimeError, match="contiguous"):
        torch.autograd.gradcheck(lambda a: a * 2, point(torch).detach().t().requires_grad_())


def test_options():
    class Drawn(minitorch_pt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return g + 1e-9 * minitorch_pt.rand_like(g)

    x = minitorch_pt.rand(3, dtype=minitorch_pt.float64, requires_grad=True)
    check, twice = minitorch_pt.autograd.gradcheck, minitorch_pt.autograd.gradgradcheck
    assert check(
        minitorch_pt.sin, x, check_forward_ad=True, check_backward_ad=False, fast_mode=True, check_batched_grad=True
    )
    assert twice(minitorch_pt.sin, x, check_fwd_over_rev=True, gen_non_contig_grad_outputs=True)
    with pytest.raises(GradcheckError, match="not reentrant"):
        check(Drawn.apply, x)
    assert check(Drawn.apply, x, nondet_tol=1e-8)
    assert not check(lambda t: t.detach() * t, x, check_forward_ad=True, raise_exception=False)
    with pytest.raises(ValueError, match="check_forward_ad or check_backward_ad"):
        check(minitorch_pt.sin, x, check_backward_ad=False)


def test_rough_numbers_are_warned_of():
    for t in (torch, minitorch_pt):
        with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision floating point"):
            t.autograd.gradcheck(lambda a: a * 2, t.ones(2, requires_grad=True), raise_exception=False)
