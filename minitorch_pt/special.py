"""Special functions under the names of torch.special: those of ops/elementwise/special_functions.py, and some that torch has elsewhere too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .autograd.contract import composed
from .names.places import settle
from .ops.elementwise import pointwise
from .ops.elementwise.activations import log_softmax, sigmoid, softmax
from .ops.elementwise.pointwise import exp2, expm1, log1p, logit, sinc
from .ops.elementwise.special_functions import (
    digamma,
    entr,
    erf,
    erfc,
    erfcx,
    erfinv,
    i0,
    i0e,
    i1,
    i1e,
    igamma,
    igammac,
    lgamma,
    log_ndtr,
    mvlgamma,
    ndtr,
    ndtri,
    polygamma,
    xlog1py,
    xlogy,
    zeta,
)
from .ops.reductions import logsumexp

if TYPE_CHECKING:
    from .autograd.contract import Tensor

expit, gammaln, multigammaln, psi = sigmoid, lgamma, mvlgamma, digamma
gammainc, gammaincc = igamma, igammac


@composed
def round(input: Tensor, *, decimals: int = 0, out: Tensor | None = None) -> Any:
    """The nearest number with so many decimals, halves to the even one.

    Raises:
        NotImplementedError: whole numbers.
    """
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"special.round() is not implemented for {input.dtype}")
    return pointwise.round(input, decimals=decimals)


__all__ = [
    "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammainc", "gammaincc", "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr",
    "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "psi", "round", "sinc", "softmax", "xlog1py", "xlogy",
    "zeta",
]  # fmt: skip

settle(__name__, globals())
