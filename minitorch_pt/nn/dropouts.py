"""nn.functional.dropout and its kin: of single elements or whole channels. The masks are drawn in `ops/layers/dropouts.py`."""

from __future__ import annotations

import warnings

from .. import ops
from ..autograd.takeovers import asks, handed
from ..tensors.tensor import Tensor

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero each element with probability p and scale the others by 1 / (1 - p); the input itself unless `training`.

    Raises:
        ValueError: p is not between 0 and 1.
        RuntimeError: the input is not floating point.

    >>> _ = torch.manual_seed(0)
    >>> F.dropout(torch.ones(6), p=0.5)
    tensor([0., 0., 2., 0., 0., 0.])
    """
    if type(input) is not Tensor and asks(input):
        return handed(dropout, locals())
    _probability(p)
    return (ops.dropout_ if inplace else ops.dropout)(input, p, training)


def _probability(p: float) -> None:
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean and variance, for selu networks: see `nn.AlphaDropout`.

    >>> _ = torch.manual_seed(0)
    >>> F.alpha_dropout(torch.ones(4), training=True)
    tensor([-0.7792, -0.7792,  1.6656, -0.7792])
    """
    if type(input) is not Tensor and asks(input):
        return handed(alpha_dropout, locals())
    _probability(p)
    return (ops.alpha_dropout_ if inplace else ops.alpha_dropout)(input, p, training)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels: see `nn.FeatureAlphaDropout`.

    >>> _ = torch.manual_seed(0)
    >>> F.feature_alpha_dropout(torch.ones(1, 3, 2), training=True)
    tensor([[[-0.7792, -0.7792],
             [-0.7792, -0.7792],
             [ 1.6656,  1.6656]]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(feature_alpha_dropout, locals())
    _probability(p)
    return (ops.feature_alpha_dropout_ if inplace else ops.feature_alpha_dropout)(input, p, training)


def _channel_dropout(input: Tensor, p: float, training: bool, inplace: bool, batched: bool = True) -> Tensor:
    """Drop whole channels; an input without batch axis gets one for the while."""
    _probability(p)
    if batched:
        return (ops.feature_dropout_ if inplace else ops.feature_dropout)(input, p, training)
    if inplace:
        return ops.feature_dropout_(input.unsqueeze_(0), p, training).squeeze_(0)
    return ops.feature_dropout(input.unsqueeze(0), p, training).squeeze(0)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero whole channels of (N, C, L) or (C, L): see `nn.Dropout1d`.

    Raises:
        RuntimeError: the input has neither 2 nor 3 axes.

    >>> _ = torch.manual_seed(0)
    >>> F.dropout1d(torch.ones(1, 3, 2))
    tensor([[[0., 0.],
             [0., 0.],
             [2., 2.]]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(dropout1d, locals())
    if 0 <= p <= 1 and input.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input; for other inputs there is dropout"
        )
    return _channel_dropout(input, p, training, inplace, input.ndim == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero whole channels of (N, C, H, W): see `nn.Dropout2d`. As in torch, 3 axes are read as (N, C, L), with a warning.

    >>> _ = torch.manual_seed(0)
    >>> F.dropout2d(torch.ones(1, 4, 1, 2)).squeeze()
    tensor([[0., 0.],
            [0., 0.],
            [2., 2.],
            [0., 0.]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(dropout2d, locals())
    if input.ndim != 4:
        warnings.warn(
            f"dropout2d: Received a {input.ndim}-D input, of which the first two axes are taken for batch and channels; "
            "use dropout1d for (N, C, L), dropout for what has no channels",
            stacklevel=2,
        )
    return _channel_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Zero whole channels of (N, C, D, H, W) or (C, D, H, W): see `nn.Dropout3d`.

    >>> _ = torch.manual_seed(0)
    >>> F.dropout3d(torch.ones(1, 4, 1, 1, 2)).squeeze()
    tensor([[0., 0.],
            [0., 0.],
            [2., 2.],
            [0., 0.]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(dropout3d, locals())
    if input.ndim not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {input.ndim}-D input, which is taken for one without batch axis; "
            "use dropout for what has no channels",
            stacklevel=2,
        )
    return _channel_dropout(input, p, training, inplace, input.ndim == 5)
