"""Which operation is done on all samples at once, and by which rule: the table of vmap.

An operation that stands here under no rule runs for one sample after the other. A test runs every operation of PyTorch's database both
ways.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import layer_rules, rules

__all__ = ["TABLE", "of"]

# in these files all operations are elementwise, but for those named below
_ELEMENTWISE = ("ops/elementwise/", "tensors/conversion", "ops/layers/dropouts")
_NAMES: dict[Callable, str] = {
    rules.along: "softmax log_softmax _glu _prod_along cumsum cumprod logcumsumexp cummax cummin argmax argmin sort "
    "argsort topk kthvalue mode median nanmedian gather scatter_add scatter_reduce transpose unbind _flip roll "
    "select narrow narrow_copy diagonal.diagonal _split_with_sizes slicing.unfold _cross",
    rules.reduced: "sum mean nansum var std var_mean std_mean amax amin all any count_nonzero logsumexp "
    "vector_norm",
    rules.extreme: "max min",
    rules.with_new_axis: "unsqueeze",
    rules.joined: "_cat _stack",
    rules.leading: "clone tril triu det slogdet _lu_factor_ex _lu _cholesky_ex qr eigh eigvalsh _svd "
    "_svdvals _inv_ex matrix_exp _identity constant_pad_nd _max_values _max_with_places pooling._mean pixel_shuffle "
    "pixel_unshuffle saving",
    rules.chosen: "where",
    rules.filled: "masked_fill",
    rules.selected: "masked_select",
    rules.refused: "argwhere nonzero unique unique_consecutive bincount",
    layer_rules.code_then_reduce: "_mse_loss _huber_loss _smooth_l1_loss _binary_cross_entropy "
    "_binary_cross_entropy_with_logits _soft_margin_loss",
    layer_rules.probable: "binary_cross_entropy",
    rules.shaped: "shape._view",
    rules.viewed: "view",
    rules.squeezed: "squeeze",
    rules.strided: "as_strided",
    rules.expanded: "_expand",
    rules.repeated: "_repeat",
    rules.permuted: "permute",
    rules.turned: "t",
    rules.indexed: "indexing._view",
    rules.picked: "look_up",
    rules.matmul: "matmul",
    rules.product((2, 2)): "mm",
    rules.product((3, 3)): "bmm",
    rules.product((2, 1)): "mv",
    rules.product((1, 1)): "dot vdot",
    rules.composition(rules.added): "addmm baddbmm addmv",
    rules.composition(rules.outer): "outer",
    rules.summed: "_einsum_rule",
    rules.linear: "linear _linear_otherwise",
    layer_rules.convolution: "_convolution",
    layer_rules.normalized(lambda parameter, input: parameter.shape): "_layer_norm _rms_norm",
    layer_rules.normalized(lambda parameter, input: (-1, *(1,) * (input.ndim - 2))): "_group_norm",
    layer_rules.over_images: "_resize channel_shuffle _unfold _border",
    layer_rules.embedded: "embedding",
    layer_rules.attended: "_attention",
    layer_rules.batch_normalized: "batch_norm",
    layer_rules.drawn: "dropout alpha_dropout feature_dropout rrelu rand_like randn_like randint_like bernoulli "
    "poisson normal_ uniform_ random_ bernoulli_ exponential_",
    layer_rules.alike: "zeros_like ones_like empty_like full_like",
    layer_rules.labelled: "cross_entropy nll_loss",
}  # fmt: skip
TABLE: dict[str, Callable] = {name: rule for rule, names in _NAMES.items() for name in names.split()}


def of(operation: Any) -> Callable | None:
    """The batching rule of an operation."""
    function = getattr(operation, "__wrapped__", operation)
    path = function.__code__.co_filename.replace("\\", "/").removesuffix(".py")
    name = function.__name__
    rule = TABLE.get(name) or TABLE.get(f"{path.rpartition('/')[2]}.{name}")
    if rule is None and hasattr(operation, "promote") and any(place in path for place in _ELEMENTWISE):
        return rules.elementwise
    return rule
