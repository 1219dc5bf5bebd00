"""The products of a layer: `linear`, x @ Wᵀ + b, and `bilinear`.

For y = x @ Wᵀ + b the gradients are dx = dy @ W, dW = dyᵀ @ x and db = Σ dy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from ...arrays.rows import ones
from ...arrays.sums import summed, total
from ...autograd.contract import composed
from ...autograd.rule import differentiable
from ..checks import need, weights_dtype
from ..products import shape_text

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__ = ["bilinear", "linear"]


def _linear_name(input: Array, weight: Array, bias: Array | None = None) -> str:
    """The name for weights in a matrix; others are handed on."""
    if input.ndim == 2:
        return "MmBackward0" if bias is None else "AddmmBackward0"
    if input.ndim == 1:
        return "SqueezeBackward4" if bias is None else "ViewBackward0"
    return "UnsafeViewBackward0" if bias is None else "ViewBackward0"


def _plain_linear(input: Array, weight: Array, bias: Array | None = None) -> Array:
    product = input @ (weight if weight.ndim == 1 else weight.T)
    if bias is None:
        return product
    value = product + bias
    need(
        value.shape == product.shape,
        f"linear(): output with shape {list(product.shape)} doesn't match the broadcast shape {list(value.shape)}: "
        f"the bias has shape {list(bias.shape)}; give it as [{weight.shape[0]}], a number for each output",
    )
    return value


@differentiable(name="AddmmBackward0", plain=_plain_linear, exact=True, order="bias input weight")
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Pulled:
    """input @ weightᵀ + bias: each row of `weight` holds the weights of one output.

    Shapes: (..., in), (out, in), (out) -> (..., out).

    Raises:
        RuntimeError: the last axis of the input is not the weight's last axis, or the dtypes differ.

    >>> torch.nn.functional.linear(torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))
    tensor([16.])
    """
    if bias is None or input.ndim != 2 or weight.ndim != 2 or bias.ndim != 1 or len(bias) != len(weight):
        return NotImplemented, _linear_otherwise
    try:
        value = input.dot(weight.T)  # of matrices, .dot is @ with less of preparation
    except ValueError:
        _refuse_features(input, input, weight)
    if not input.dtype is weight.dtype is bias.dtype:
        weights_dtype("linear", input, weight, bias)
    value += bias  # the product is still ours alone: no second array
    return value, lambda g: g.dot(weight), lambda g: g.T.dot(input), _sum_of_rows


@differentiable(name=_linear_name, plain=_plain_linear, order="bias weight input")
def _linear_otherwise(input: Array, weight: Array, bias: Array | None = None) -> Pulled:
    """`linear` for inputs that are no matrix, without bias, with one that broadcasts, or for weights of one output without an axis."""
    shape = input.shape
    if not input.ndim or not weight.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if weight.ndim > 2:
        raise RuntimeError(
            f"linear(): t() expects a tensor with <= 2 dimensions, but the weight is {weight.ndim}D: give it as (out, in)"
        )
    weights_dtype("linear", input, weight, *(() if bias is None else (bias,)))
    joined = bias is not None and (input.ndim == 2 or _adds_within(input, bias))
    if joined and weight.ndim == 1:
        raise RuntimeError(
            f"linear(): mat2 must be a matrix, got 1-D tensor: weights of one output, {list(weight.shape)}, take no bias of shape "
            f"{list(bias.shape)}; give the weight as {[1, *weight.shape]}"
        )
    if weight.ndim == 1 or (bias is not None and not joined):
        return NotImplemented, _plain_linear
    # all samples as one matrix: its product takes 2/3 of the time of a product for each
    rows = input.reshape(math.prod(shape[:-1]), shape[-1])
    try:
        value = rows.dot(weight.T)
    except ValueError:
        _refuse_features(input, rows, weight)
    flat = value.shape
    pulls = [lambda g: g.reshape(flat).dot(weight).reshape(shape), lambda g: g.reshape(flat).T.dot(rows)]
    if bias is not None:
        value += bias
        one = bias.ndim == 1
        pulls.append(lambda g: _sum_of_rows(g.reshape(flat)) if one else g.reshape(flat))
    return value.reshape(*shape[:-1], flat[-1]), *pulls


def _adds_within(input: Array, bias: Array | None) -> bool:
    """Whether torch adds the bias within the product; if not, it is a node of its own, and may have any shape that broadcasts."""
    return input.flags.c_contiguous and bias.flags.c_contiguous and (bias.ndim == 1 or bias.squeeze().ndim == 1)


def _refuse_features(input: Array, rows: Array, weight: Array) -> NoReturn:
    wanted = weight.shape[-1]
    flat = ". Make each sample one row: input.flatten(1), or nn.Flatten() before the layer"
    raise RuntimeError(
        f"mat1 and mat2 shapes cannot be multiplied ({shape_text(rows)} and {shape_text(weight.T)}): the last axis of the input must be "
        f"{wanted}, the layer's in_features, and is {rows.shape[-1]}{flat if math.prod(input.shape[1:]) == wanted else ''}"
    ) from None


def _sum_of_rows(g: np.ndarray) -> np.ndarray:
    n = len(g)
    return ones(n, g.dtype).dot(g) if n <= 1024 else total(g, (0,), False, g.dtype)  # a product of many loses digits


@composed
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input1ᵀ W[o] input2 + bias[o] for each output o.

    Shapes: (..., in1), (..., in2), (out, in1, in2), (out) -> (..., out).

    Raises:
        RuntimeError: shapes do not match.

    >>> torch.bilinear(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.eye(2).unsqueeze(0))
    tensor([[11.]])
    """
    need(
        0 not in (input1.ndim, input2.ndim) and weight.ndim == 3 and input1.shape[:-1] == input2.shape[:-1],
        f"bilinear(): input batch dimensions do not match: got {list(input1.shape)} and {list(input2.shape)}",
    )
    need(
        bias is None or tuple(bias.shape) == tuple(weight.shape[:1]),
        f"bilinear(): bias size does not match weight size: got {bias is not None and list(bias.shape)} but expected {list(weight.shape[:1])}",
    )
    need(
        input1.shape[-1] == weight.shape[1] and input2.shape[-1] == weight.shape[2],
        f"bilinear(): the weight expects inputs of {weight.shape[1]} and {weight.shape[2]} features, got {input1.shape[-1]} and {input2.shape[-1]}",
    )
    weights_dtype("bilinear", input1, weight, input2, *(() if bias is None else (bias,)))
    need(0 not in weight.shape[1:], "bilinear(): cannot multiply inputs without features")
    value = _bilinear(input1, input2, weight)
    return value if bias is None else value + bias


@differentiable(
    name="TrilinearBackward0", saves=["input2 weight", "input1 weight", "input1 input2"], order="weight input2 input1"
)
def _bilinear(input1: Array, input2: Array, weight: Array) -> Pulled:
    out, first, second = weight.shape
    a = np.expand_dims(input1.reshape((-1, first)), 2)
    b = np.expand_dims(input2.reshape((-1, second)), 1)
    pairs = (a * b).reshape((-1, first * second))
    flat = weight.reshape((out, first * second))

    def spread(g: Array) -> Array:
        return (g.reshape((-1, out)) @ flat).reshape((-1, first, second))

    return (
        (pairs @ flat.T).reshape((*input1.shape[:-1], out)),
        lambda g: summed(spread(g) * b, 2).reshape(input1.shape),
        lambda g: summed(spread(g) * a, 1).reshape(input2.shape),
        lambda g: (g.reshape((-1, out)).T @ pairs).reshape(weight.shape),
    )
