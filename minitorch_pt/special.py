"""Special functions under the names of torch.special: those of ops/elementwise/special_functions.py and its neighbours, and some that torch has elsewhere too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .arrays.dtypes import TITLES
from .autograd.contract import composed
from .names.places import settle
from .names.titles import alias
from .ops.elementwise import rounding
from .ops.elementwise.activations import sigmoid
from .ops.elementwise.error_functions import erf, erfc, erfcx, erfinv, log_ndtr, ndtr, ndtri
from .ops.elementwise.exponentials import exp2, expm1, log1p, logit
from .ops.elementwise.gamma_functions import digamma, igamma, igammac, lgamma, mvlgamma, polygamma, zeta
from .ops.elementwise.softmaxes import log_softmax, softmax
from .ops.elementwise.special_functions import entr, i0, i0e, i1, i1e, xlog1py, xlogy
from .ops.elementwise.trigonometry import sinc
from .ops.norms import logsumexp

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
        raise NotImplementedError(f"special.round() is not implemented for '{TITLES[input.dtype.name]}'")
    return rounding.round(input, decimals=decimals)


__all__ = [
    "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2", "expit", "expm1", "gammainc", "gammaincc", "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr",
    "log_softmax", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "polygamma", "psi", "round", "sinc", "softmax", "xlog1py", "xlogy",
    "zeta",
]  # fmt: skip

for _name in __all__:
    globals()[_name] = alias(globals()[_name], _name, "special_")

settle(__name__, globals())
