"""The losses that torch also has at its top level, where `reduction` is a number: 0 for none, 1 for mean, 2 for sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...autograd.contract import composed
from . import classification, common, ctc, likelihoods, margins

if TYPE_CHECKING:
    from ...autograd.contract import Size, Tensor


__all__ = [
    "binary_cross_entropy_with_logits", "cosine_embedding_loss", "ctc_loss", "hinge_embedding_loss", "kl_div", "margin_ranking_loss",
    "poisson_nll_loss", "triplet_margin_loss",
]  # fmt: skip


def _named(reduction: int) -> str:
    if reduction not in (0, 1, 2):
        raise ValueError(f"{reduction} is not a valid value for reduction; give 0 (none), 1 (mean) or 2 (sum)")
    return ("none", "mean", "sum")[reduction]


@composed
def binary_cross_entropy_with_logits(
    input: Tensor, target: Tensor, weight: Tensor | None = None, pos_weight: Tensor | None = None, reduction: int = 0
) -> Tensor:
    """log(1 + e^-x) + (1 - t) x for scores x and targets t in [0, 1]: `nn.functional.binary_cross_entropy_with_logits`.

    >>> torch.binary_cross_entropy_with_logits(torch.tensor([0.0]), torch.tensor([1.0]))  # log 2
    tensor([0.6931])
    """
    return classification.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_named(reduction), pos_weight=pos_weight
    )


@composed
def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """1 - cos of the two where the target is 1, max(0, cos - margin) where it is -1: `nn.functional.cosine_embedding_loss`.

    >>> torch.cosine_embedding_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]]), torch.tensor([1]))
    tensor([1.])
    """
    return margins.cosine_embedding_loss(input1, input2, target, margin, reduction=_named(reduction))


@composed
def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Size,
    target_lengths: Tensor | Size,
    blank: int = 0,
    reduction: int = 0,
    zero_infinity: bool = False,
) -> Tensor:
    """-log of the probability of all ways to write the targets: `nn.functional.ctc_loss`.

    >>> log_p = torch.full((2, 1, 3), 1 / 3).log()  # two moments, one sample, three letters
    >>> torch.ctc_loss(log_p, torch.tensor([[1]]), [2], [1]).exp()  # 1 / P(11, 01 or 10)
    tensor([3.])
    """
    return ctc.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, _named(reduction), zero_infinity)


@composed
def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, reduction: int = 0) -> Tensor:
    """x where the target is 1, max(0, margin - x) where it is -1: `nn.functional.hinge_embedding_loss`.

    >>> torch.hinge_embedding_loss(torch.tensor([0.25, 0.25]), torch.tensor([1, -1]), reduction=0)
    tensor([0.2500, 0.7500])
    """
    return margins.hinge_embedding_loss(input, target, margin, reduction=_named(reduction))


@composed
def kl_div(input: Tensor, target: Tensor, reduction: int = 0, *, log_target: bool = False) -> Tensor:
    """t (log t - x), x being a logarithm: `nn.functional.kl_div`, whose mean is taken without a warning.

    >>> torch.kl_div(torch.tensor([0.5, 0.5]).log(), torch.tensor([1.0, 0.0]), reduction=2)  # log 2
    tensor(0.6931)
    """
    return likelihoods.kl_divergence(input, target, common.reduction_code(_named(reduction)), log_target)


@composed
def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, reduction: int = 0
) -> Tensor:
    """max(0, -t (x1 - x2) + margin): `nn.functional.margin_ranking_loss`.

    >>> torch.margin_ranking_loss(torch.tensor([1.0]), torch.tensor([3.0]), torch.tensor([1]))
    tensor([2.])
    """
    return margins.margin_ranking_loss(input1, input2, target, margin, reduction=_named(reduction))


@composed
def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool, full: bool, eps: float, reduction: int) -> Tensor:
    """e^x - t x, or x - t log(x + eps) without log_input: `nn.functional.poisson_nll_loss`.

    >>> torch.poisson_nll_loss(torch.tensor([0.0]), torch.tensor([3.0]), True, False, 1e-8, 1)
    tensor(1.)
    """
    return likelihoods.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=_named(reduction))


@composed
def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: int = 0,
) -> Tensor:
    """max(0, margin + distance to the positive - distance to the negative): `nn.functional.triplet_margin_loss`.

    >>> torch.triplet_margin_loss(torch.tensor([[0.0]]), torch.tensor([[1.0]]), torch.tensor([[1.5]]))  # 1 - 1.5 + 1
    tensor([0.5000])
    """
    return margins.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=_named(reduction))
