"""torch.nn.functional: layers, activations and losses as functions. The formulas and gradients are in `ops/`."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..autograd.takeovers import asks, handed
from ..names.titles import alias
from ..ops.distances import cosine_similarity, pairwise_distance, pdist
from ..ops.elementwise.activations import elu, gelu, glu, leaky_relu, logsigmoid, mish, prelu, silu, softplus, softsign
from ..ops.elementwise.piecewise import hardshrink, hardsigmoid, hardswish, hardtanh, relu6, softshrink, tanhshrink
from ..ops.elementwise.softmaxes import gumbel_softmax
from ..ops.layers.attention import scaled_dot_product_attention
from ..ops.layers.columns import fold, unfold
from ..ops.layers.convolution import conv1d, conv2d, conv3d, conv_transpose1d, conv_transpose2d, conv_transpose3d
from ..ops.layers.embedding import embedding_bag, embedding_renorm_, row_number
from ..ops.layers.linears import bilinear, linear
from ..ops.layers.max_pooling import (
    adaptive_max_pool1d_with_indices,
    adaptive_max_pool2d,
    adaptive_max_pool2d_with_indices,
    adaptive_max_pool3d,
    adaptive_max_pool3d_with_indices,
    max_pool1d,
    max_pool1d_with_indices,
    max_pool2d,
    max_pool2d_with_indices,
    max_pool3d,
    max_pool3d_with_indices,
)
from ..ops.layers.normalization import local_response_norm, rms_norm
from ..ops.layers.padding import pad
from ..ops.layers.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    lp_pool3d,
)
from ..ops.layers.resizing import interpolate, upsample, upsample_bilinear, upsample_nearest
from ..ops.layers.sampling import affine_grid, grid_sample
from ..ops.layers.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle
from ..ops.layers.unpooling import (
    fractional_max_pool2d,
    fractional_max_pool2d_with_indices,
    fractional_max_pool3d,
    fractional_max_pool3d_with_indices,
    max_unpool1d,
    max_unpool2d,
    max_unpool3d,
)
from ..ops.losses.classification import binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, nll_loss
from ..ops.losses.ctc import ctc_loss
from ..ops.losses.likelihoods import gaussian_nll_loss, kl_div, poisson_nll_loss
from ..ops.losses.margins import (
    cosine_embedding_loss,
    hinge_embedding_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    soft_margin_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from ..ops.losses.regression import huber_loss, l1_loss, mse_loss, smooth_l1_loss
from ..tensors.grids import one_hot
from ..tensors.tensor import Tensor
from .dropouts import alpha_dropout, dropout, dropout1d, dropout2d, dropout3d, feature_alpha_dropout
from .multi_head import multi_head_attention_forward

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices",
    "adaptive_max_pool3d", "adaptive_max_pool3d_with_indices", "affine_grid", "alpha_dropout", "avg_pool1d",
    "avg_pool2d", "avg_pool3d", "batch_norm", "bilinear", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "celu", "celu_", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "ctc_loss", "dropout",
    "dropout1d", "dropout2d", "dropout3d", "elu", "elu_", "embedding", "embedding_bag", "feature_alpha_dropout", "fold",
    "fractional_max_pool2d", "fractional_max_pool2d_with_indices", "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices", "gaussian_nll_loss", "gelu", "glu", "grid_sample", "group_norm",
    "gumbel_softmax", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hardtanh_", "hinge_embedding_loss",
    "huber_loss", "instance_norm", "interpolate", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "leaky_relu_",
    "linear", "linear_cross_entropy", "local_response_norm", "log_softmax", "logsigmoid", "lp_pool1d", "lp_pool2d",
    "lp_pool3d", "margin_ranking_loss", "max_pool1d", "max_pool1d_with_indices", "max_pool2d",
    "max_pool2d_with_indices", "max_pool3d", "max_pool3d_with_indices", "max_unpool1d", "max_unpool2d", "max_unpool3d",
    "mish", "mse_loss", "multi_head_attention_forward", "multi_margin_loss", "multilabel_margin_loss",
    "multilabel_soft_margin_loss", "nll_loss", "normalize", "one_hot", "pad", "pairwise_distance", "pdist",
    "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu", "relu6", "relu_", "rms_norm", "rrelu",
    "rrelu_", "scaled_dot_product_attention", "selu", "selu_", "sigmoid", "silu", "smooth_l1_loss", "soft_margin_loss",
    "softmax", "softmin", "softplus", "softshrink", "softsign", "tanh", "tanhshrink", "threshold", "threshold_",
    "triplet_margin_loss", "triplet_margin_with_distance_loss", "unfold", "upsample", "upsample_bilinear",
    "upsample_nearest",
]  # fmt: skip


# of torch's two functions these are those of torch.nn.functional
for _name in ("max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d", "rms_norm"):
    globals()[_name] = alias(globals()[_name], _name)

celu_, relu_, rrelu_, selu_, threshold_ = ops.celu_, ops.relu_, ops.rrelu_, ops.selu_, ops.threshold_


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(0, x).

    >>> F.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    if type(input) is not Tensor and asks(input):
        return handed(relu, locals())
    return ops.relu_(input) if inplace else ops.relu(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e^-x): see `torch.sigmoid`.

    >>> F.sigmoid(torch.tensor([-100.0, 0.0, 100.0]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return input.sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Hyperbolic tangent: see `torch.tanh`.

    >>> F.tanh(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.7616])
    """
    return input.tanh()


def rrelu(
    input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False
) -> Tensor:
    """x where x > 0, a x elsewhere, with random slopes a in training: see `torch.rrelu`.

    >>> F.rrelu(torch.tensor([-24.0, 2.0]))
    tensor([-5.5000,  2.0000])
    """
    if type(input) is not Tensor and asks(input):
        return handed(rrelu, locals())
    return (ops.rrelu_ if inplace else ops.rrelu)(input, lower, upper, training)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """x where x > 0, alpha (e^(x/alpha) - 1) elsewhere: see `torch.celu`.

    >>> F.celu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.6321,  0.0000,  2.0000])
    """
    if type(input) is not Tensor and asks(input):
        return handed(celu, locals())
    return (ops.celu_ if inplace else ops.celu)(input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The self-normalising unit: see `torch.selu`.

    >>> F.selu(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([-1.1113,  0.0000,  1.0507])
    """
    if type(input) is not Tensor and asks(input):
        return handed(selu, locals())
    return ops.selu_(input) if inplace else ops.selu(input)


def _threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """x where x > threshold, `value` elsewhere.

    >>> F.threshold(torch.tensor([0.5, 1.0, 2.0]), 1, -1)
    tensor([-1., -1.,  2.])
    """
    if type(input) is not Tensor and asks(input):
        return handed(_threshold, locals())
    return (ops.threshold_ if inplace else ops.threshold)(input, threshold, value)


threshold = _threshold


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """In-place form of `elu`.

    >>> x = torch.tensor([-1.0, 2.0])
    >>> F.elu_(x)
    tensor([-0.6321,  2.0000])
    >>> x
    tensor([-0.6321,  2.0000])
    """
    return elu(input, alpha, inplace=True)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """In-place form of `leaky_relu`.

    >>> x = torch.tensor([-2.0, 3.0])
    >>> F.leaky_relu_(x, 0.1)
    tensor([-0.2000,  3.0000])
    """
    return leaky_relu(input, negative_slope, inplace=True)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """In-place form of `hardtanh`.

    >>> x = torch.tensor([-4.0, 0.5, 3.0])
    >>> F.hardtanh_(x)
    tensor([-1.0000,  0.5000,  1.0000])
    """
    return hardtanh(input, min_val, max_val, inplace=True)


def _chosen(name: str, ndim: int, stacklevel: int) -> int:
    """The axis where none is named."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """e^x / Σ e^x along `dim`: see `torch.softmax`.

    >>> F.softmax(torch.tensor([0.0, 0.0, 100.0]), dim=0)
    tensor([3.7835e-44, 3.7835e-44, 1.0000e+00])
    >>> F.softmax(torch.tensor([[1.0, 1.0]]), dim=1)
    tensor([[0.5000, 0.5000]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(softmax, locals())
    return ops.softmax(input, _chosen("softmax", input.ndim, _stacklevel) if dim is None else dim, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """softmax(-x).

    >>> F.softmin(torch.tensor([0.0, 0.0, 100.0]), dim=0)
    tensor([5.0000e-01, 5.0000e-01, 1.9618e-44])
    """
    if type(input) is not Tensor and asks(input):
        return handed(softmin, locals())
    return ops.softmax(-input, _chosen("softmin", input.ndim, _stacklevel) if dim is None else dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """log(softmax(x)) along `dim`: see `torch.log_softmax`.

    >>> F.log_softmax(torch.tensor([0.0, 0.0]), dim=0)
    tensor([-0.6931, -0.6931])
    """
    if type(input) is not Tensor and asks(input):
        return handed(log_softmax, locals())
    return ops.log_softmax(input, _chosen("log_softmax", input.ndim, _stacklevel) if dim is None else dim, dtype)


def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12, out: Tensor | None = None) -> Tensor:
    """x / max(‖x‖_p, eps), the norm being taken along `dim`.

    >>> F.normalize(torch.tensor([[3.0, 4.0]]))
    tensor([[0.6000, 0.8000]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(normalize, locals())
    return ops.div(input, input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input), out=out)


def _several(size: Any, what: str) -> None:
    """Raise unless each channel has several values: one value has no variance."""
    if math.prod(size[:1]) * math.prod(size[2:]) == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got {what} {list(size)}; use a larger batch, or .eval()"
        )


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel (axis 1): see `nn.BatchNorm1d`.

    Raises:
        ValueError: there is one value per channel only, in training, or eps is too small.
        RuntimeError: a parameter has not one element for each channel.

    >>> x = torch.tensor([[1.0], [3.0]])
    >>> F.batch_norm(x, None, None, training=True)
    tensor([[-1.0000],
            [ 1.0000]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(batch_norm, locals())
    if training:
        _several(input.shape, "input size")
    if eps < 0 or (training and eps == 0):
        raise ValueError(
            f"batch_norm eps must be {'positive during training' if training else 'non-negative'}, but got {eps}"
        )
    return ops.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Batch norm of each sample by itself: see `nn.InstanceNorm1d`.

    Raises:
        ValueError: a channel has one place only.
        RuntimeError: the running statistics are to be used, and not given.

    >>> F.instance_norm(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]))
    tensor([[[-1.0000,  1.0000],
             [-1.0000,  1.0000]]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(instance_norm, locals())
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(f"Expected more than 1 spatial element when training, got input size {list(input.shape)}")
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    return ops.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias over the last axes: see `nn.LayerNorm`.

    >>> F.layer_norm(torch.tensor([1.0, 3.0, 5.0]), (3,))
    tensor([-1.2247,  0.0000,  1.2247])
    """
    if type(input) is not Tensor and asks(input):
        return handed(layer_norm, locals())
    return ops.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias over groups of channels: see `nn.GroupNorm`.

    Raises:
        ValueError: a group has one value only.
        RuntimeError: the channels do not divide into groups, or there are none.

    >>> F.group_norm(torch.tensor([[1.0, 3.0, 10.0, 30.0]]), 2)
    tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(group_norm, locals())
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    _several((input.shape[0] * input.shape[1] // num_groups, num_groups, *input.shape[2:]), "groups of size")
    return ops.group_norm(input, num_groups, weight, bias, eps)


def adaptive_max_pool1d(input: Tensor, output_size: int | Sequence[int], return_indices: bool = False) -> Any:
    """The largest element of each of `output_size` windows that cover the input: see `nn.AdaptiveMaxPool1d`.

    >>> F.adaptive_max_pool1d(torch.tensor([[1.0, 2.0, 3.0, 4.0]]), 2)
    tensor([[2., 4.]])
    """
    if type(input) is not Tensor and asks(input):
        return handed(adaptive_max_pool1d, locals())
    pooled = ops.adaptive_max_pool1d(input, output_size)
    return pooled if return_indices else pooled[0]


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """weight[input]: the row of the table for each number: see `nn.Embedding`.

    Raises:
        AssertionError: padding_idx is no row. IndexError: a number that is no row.

    >>> F.embedding(torch.tensor([2, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    tensor([[5., 6.],
            [1., 2.]])
    """
    if asks(input) or asks(weight):
        return handed(embedding, locals())
    padding = None if padding_idx is None or weight.ndim != 2 else row_number(padding_idx, weight.shape[0])
    if max_norm is not None:
        embedding_renorm_(weight.detach(), input, max_norm, norm_type)
    return ops.embedding(weight, input, -1 if padding is None else padding, scale_grad_by_freq, sparse)


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: Any = None,
) -> Tensor:
    """`cross_entropy` of `linear`: of the classes' scores W x + b.

    Shapes: input (F) or (N, F); linear_weight (C, F) or (C, d1, ..., F); linear_bias (C) or (C, d1, ...); target as for `cross_entropy`.
    options: how torch divides the work, which changes no number: not looked at here.

    Raises:
        RuntimeError: shapes that do not fit, or an ignored class where the target holds probabilities.

    >>> x, weight = torch.tensor([[1.0, 2.0]]), torch.zeros(2, 2)
    >>> F.linear_cross_entropy(x, weight, torch.tensor([0]))  # log 2
    tensor(0.6931)
    """
    if any(map(asks, (input, linear_weight, target, linear_bias, weight))):
        return handed(linear_cross_entropy, locals())
    if not (options is None or hasattr(options, "batch_chunk_size")):
        raise AttributeError(f"options must be LinearCrossEntropyOptions or None, not {type(options).__name__}")
    if input.dim() not in (1, 2):
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.dim()}")
    if linear_weight.dim() < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.dim()}")
    if input.shape[-1] != linear_weight.shape[-1]:
        raise RuntimeError(
            f"expected equal input and linear_weight last dimensions (in_features), got {input.shape[-1]} and {linear_weight.shape[-1]}, respectively"
        )
    scores = tuple(linear_weight.shape[:-1])
    if linear_bias is not None and tuple(linear_bias.shape) != scores:
        raise RuntimeError(f"expected linear_bias shape {scores}, got {tuple(linear_bias.shape)}")
    if len(scores) > 1 and input.dim() == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {input.shape[-1]}), got unbatched input with shape {tuple(input.shape)}"
        )
    if ignore_index is not None and tuple(target.shape) == (*input.shape[:-1], *scores):
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    flat = linear_weight.reshape(-1, linear_weight.shape[-1]) if len(scores) > 1 else linear_weight
    bias = linear_bias.reshape(-1) if linear_bias is not None and len(scores) > 1 else linear_bias
    logits = linear(input, flat, bias)
    logits = logits.reshape(*input.shape[:-1], *scores) if len(scores) > 1 else logits
    return cross_entropy(
        logits,
        target,
        weight=weight,
        ignore_index=-100 if ignore_index is None else ignore_index,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
