"""Losses from probability theory: how unlikely the target is under the distribution that the network predicts.

As in common.py, x is the prediction and t the target.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ...arrays import dtypes
from ...arrays.notices import warn
from ...autograd.contract import composed
from ...autograd.rule import array
from ..distances import at_least
from ..elementwise.exponentials import exp, log
from ..elementwise.special_functions import xlogy
from ..writing import masked_fill
from .common import reduced, reduction_code

if TYPE_CHECKING:
    from ...autograd.contract import Array, Flag, Tensor


__all__: list[str] = []  # torch has these under nn.functional; top_level.py has those that it also has at the top


def kl_divergence(input: Array, target: Array, code: int, log_target: bool) -> Array:
    """`kl_div` with the number of a reduction."""
    for values in (input, target):
        if array(values).dtype.kind != "f":
            raise RuntimeError(f"kl_div: Integral inputs not supported, got {values.dtype}; convert with .float()")
    # the second operand first, as torch computes it: in that order gradients of float16 are added up, and rounded
    if log_target:
        gap = target - input
        loss = exp(target) * gap
    else:
        product = target * input
        loss = xlogy(target, target) - product
    return reduced(loss, code)


@composed
def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: Flag | None = None,
    reduce: Flag | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Kullback-Leibler divergence: t (log t - x), x being log-probabilities; with log_target t is one too: e^t (t - x).

    reduction: also "batchmean", the sum over the batch size, which is the mathematical definition.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: an argument is not floating point.

    >>> half = torch.tensor([[0.5, 0.5]])
    >>> F.kl_div(half.log(), half, reduction="batchmean")
    tensor(0.)
    >>> F.kl_div(half.log(), torch.tensor([[1.0, 0.0]]), reduction="batchmean")  # log 2
    tensor(0.6931)
    """
    by_batch = reduction == "batchmean"
    code = reduction_code("sum" if by_batch else reduction, size_average, reduce)
    if reduction == "mean" and size_average is None and reduce is None:
        warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' divides "
            "only by the batch size, and aligns with the KL div math definition. 'mean' will be changed to behave the "
            "same as 'batchmean' in the next major release."
        )
    value = kl_divergence(input, target, code, log_target)
    return value / input.shape[0] if by_batch and input.ndim else value


@composed
def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: Flag | None = None,
    eps: float = 1e-8,
    reduce: Flag | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Negative log-likelihood of counts t under a Poisson distribution: e^x - t x, e^x being its mean, without log t!.

    log_input=False: x itself is the mean: x - t log(x + eps). full: where t > 1, Stirling's formula for log t! is added,
    t log t - t + log(2π t) / 2.

    Raises:
        ValueError: unknown reduction.
        RuntimeError: the shapes do not broadcast.

    >>> F.poisson_nll_loss(torch.tensor([0.0]), torch.tensor([3.0]))  # exp(0) - 3 * 0
    tensor(1.)
    """
    code = reduction_code(reduction, size_average, reduce)
    product = target * (input if log_input else log(input + eps))  # before e^x: see `kl_divergence`
    loss = (exp(input) if log_input else input) - product
    if full:
        half = 0.5 * log(2 * math.pi * target)
        stirling = target * log(target) - target + half
        loss = loss + masked_fill(stirling, target <= 1, 0)
    return reduced(loss, code)


def _variance(input: Array, var: Array) -> Array:
    """`var` in a shape that broadcasts to that of `input`."""
    if isinstance(var, float):
        var = input.new_full(input.shape, var, dtype=dtypes.of(dtypes.result_type_of([array(input), var])))
    elif not hasattr(var, "shape"):
        raise TypeError(f"var must be a Tensor or a float, not {type(var).__name__}")
    if array(var).dtype.kind != "f":
        raise RuntimeError(
            f"result type Float can't be cast to the desired output type {var.dtype}: var must be floating point; convert it "
            "with .float()"
        )
    if (array(var) < 0).any():
        raise ValueError("var has negative entry/entries; a variance is the square of a deviation, at least 0")
    if var.shape == input.shape:
        return var
    if var.shape == input.shape[:-1]:
        return var.unsqueeze(-1)
    if var.ndim == input.ndim and [v for x, v in zip(input.shape, var.shape, strict=True) if x != v] == [1]:
        return var
    raise ValueError(
        f"var is of incorrect size: {list(var.shape)} for input {list(input.shape)}; give it the input's size, if you like "
        "with one axis of size 1, or without the last axis"
    )


@composed
def gaussian_nll_loss(
    input: Tensor, target: Tensor, var: Tensor | float, full: Flag = False, eps: float = 1e-6, reduction: str = "mean"
) -> Tensor:
    """Negative log-likelihood of t under a normal distribution of mean x and variance v: (log v + (x - t)² / v) / 2.

    full: log(2π) / 2 is added. A variance below eps counts as eps, which its gradient does not notice.

    Shapes: input and target alike; var a float, as input, with 1 in one place, or without the last axis.

    Raises:
        ValueError: unknown reduction, a negative variance, or another shape of `var`.
        TypeError: var is a whole number. RuntimeError: a tensor of them.

    Source: Nix and Weigend 1994, doi:10.1109/ICNN.1994.374138.

    >>> F.gaussian_nll_loss(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1.0]))  # (1 - 3)² / 2
    tensor(2.)
    """
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid as a reduction; give 'none', 'mean' or 'sum'")
    var = at_least.rule(_variance(input, var), eps)
    loss = 0.5 * (log(var) + (input - target) ** 2 / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduced(loss, reduction_code(reduction))
