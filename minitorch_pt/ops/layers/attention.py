"""Scaled dot-product attention, the heart of the transformer.

Each query looks at all keys: the products query · key, scaled and made positive by softmax, are the weights of an average of the values.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ...arrays.rows import largest_along
from ...autograd.contract import composed
from ...autograd.rule import array, differentiable
from ..elementwise.softmaxes import softmax
from ..reordering import repeat_interleave
from .dropouts import dropout_noise

if TYPE_CHECKING:
    from ...autograd.contract import Array, Pulled, Tensor


__all__: list[str] = []  # torch has it in nn.functional alone

_HALF = np.dtype(np.float16)


def _turned(x: Array) -> Array:
    return x.swapaxes(-1, -2)


def _plain_attention(
    query: Array, key: Array, value: Array, mask: Array | None, noise: Array | None, scale: float
) -> Array:
    """What `_attention` computes, composed of other operations."""
    scores = query @ _turned(key) * scale
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if array(mask).dtype.kind == "b" else scores + mask
    blind = (array(scores) == -np.inf).all(axis=-1, keepdims=True)
    weights = np.where(blind, 0, softmax(np.where(blind, 0, scores), -1))
    return (weights if noise is None else weights * noise) @ value


def _fused(query: Array, mask: Array | None, noise: Array | None) -> bool:
    """Whether torch takes the kernel that computes all at once; it composes the rest of multiplications."""
    return query.ndim == 4 and noise is None and (mask is None or array(mask).dtype.kind == "b")


def _name(query: Array, key: Array, value: Array, *rest: object) -> str:
    """torch's name depends on the ranks."""
    return "MmBackward0" if query.ndim == value.ndim == 2 else "UnsafeViewBackward0"


@differentiable(joint=True, name=_name, plain=_plain_attention, saves=["value", "value", "", "value"])
def _attention(query: Array, key: Array, value: Array, mask: Array | None, noise: Array | None, scale: float) -> Pulled:
    """One node that writes over its own scores, in place of seven nodes with an (L, S) array each.

    mask: what to add to the scores, or where True stands for "look here". noise: what dropout multiplies the weights with.
    """
    scaled = query * query.dtype.type(scale)
    weights = scaled @ _turned(key)
    if mask is not None:
        if mask.dtype.kind == "b":
            np.copyto(weights, -np.inf, where=~mask)
        else:
            weights += mask
    top = largest_along(weights, -1)
    top[top == -np.inf] = 0  # a query that may look nowhere: all weights 0
    weights -= top
    np.exp(weights, out=weights)
    total = (weights @ np.ones(weights.shape[-1], weights.dtype))[..., None]  # a product takes 1/5 of the time of .sum
    total[total == 0] = 1
    weights /= total
    kept = weights if noise is None else weights * noise
    # what torch composes multiplies a copy, and lets the key be changed
    scaled_key = None if _fused(query, mask, noise) else key * key.dtype.type(scale)

    def pull(g: Array) -> tuple:
        flow = g @ _turned(value)
        if noise is not None:
            flow *= noise
        # not (g * output).sum(-1), which is the same number but cancels only to rounding where one weight is 1
        flow -= np.einsum("...i,...i->...", flow, weights)[..., None]
        flow *= weights
        factor = key * key.dtype.type(scale) if scaled_key is None else scaled_key
        return flow @ factor, _turned(flow) @ scaled, _turned(kept) @ g, flow

    return kept @ value, pull


_fused_attention = differentiable(
    _attention.__wrapped__,
    joint=True,
    name="ScaledDotProductFlashAttentionForCpuBackward0",
    plain=_plain_attention,
    saves="query key value result",
)


def _check(query: Array, key: Array, value: Array, mask: Array | None, dropout_p: float) -> None:
    given = {"query": query, "key": key, "value": value}
    shapes = ", ".join(f"{name} {list(x.shape)}" for name, x in given.items())
    if min(x.ndim for x in given.values()) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be at least 2 dimensional, but got {shapes}: (..., length, features)"
        )
    if len({x.dtype for x in given.values()}) > 1 or array(query).dtype.kind != "f":
        kinds = ", ".join(f"{name} {array(x).dtype.name}" for name, x in given.items())
        raise RuntimeError(
            f"Expected query, key, and value to have the same floating point dtype, but got {kinds}; convert with .to()"
        )
    if query.shape[-1] != key.shape[-1]:
        raise RuntimeError(f"query and key must have as many features (last axis), but got {shapes}")
    if key.shape[-2] != value.shape[-2]:
        raise RuntimeError(f"key and value must be as long (last but one axis), but got {shapes}")
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    try:
        scores = (
            *np.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2]),
            query.shape[-2],
            key.shape[-2],
        )
    except ValueError:
        raise RuntimeError(
            f"The sizes of the leading axes must match or be 1, but got {shapes}; enable_gqa=True lets several query heads share a key"
        ) from None
    if mask is None:
        return
    if mask.ndim < 2:
        raise IndexError(
            f"attn_mask must have at least 2 axes, (..., {scores[-2]}, {scores[-1]}), but got shape {list(mask.shape)}"
        )
    if array(mask).dtype.kind not in "bf":
        raise RuntimeError(
            f"Expected attn_mask dtype to be bool or float, but got {array(mask).dtype.name}; convert with .bool() (True: look here)"
        )
    if any(m not in (1, n) for m, n in zip(mask.shape[::-1], scores[::-1], strict=False)) or mask.ndim > len(scores):
        raise RuntimeError(
            f"attn_mask must broadcast to {list(scores)}, the shape of the scores, but got shape {list(mask.shape)}"
        )


def _shared_heads(query: Array, key: Array) -> Array:
    """The key (or value) heads, each as often as there are query heads that share it."""
    if query.ndim < 3 or key.ndim < 3:
        raise IndexError(
            f"enable_gqa needs heads, (..., heads, length, features), but got shapes {list(query.shape)} and {list(key.shape)}"
        )
    if query.shape[-3] % key.shape[-3]:
        raise RuntimeError(
            f"Number of heads in key and value must divide the number of heads in query, but got {key.shape[-3]} and {query.shape[-3]}"
        )
    return repeat_interleave(key, query.shape[-3] // key.shape[-3], -3)


@composed
def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """softmax(query @ keyᵀ * scale + mask) @ value: for each query an average of the values, weighted by how well its key fits.

    attn_mask: True where a query may look, or numbers that are added to the scores; a query that may look nowhere gives zeros.
    is_causal: query i sees the keys 0 to i only (besides what `attn_mask` says). scale: 1 / sqrt(E) if left out.
    dropout_p: weights are dropped with this probability, always: give 0 in evaluation. enable_gqa: query heads share key heads.

    Shapes: query (..., L, E), key (..., S, E), value (..., S, Ev) -> (..., L, Ev); attn_mask broadcasts to (..., L, S).
    With enable_gqa the axis before L has Hq heads in query and H, a divisor of Hq, in key and value.

    Raises:
        RuntimeError: shapes or dtypes do not match, or dropout_p is no probability.

    Source: Vaswani et al. 2017, arXiv:1706.03762.

    >>> x = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> torch.nn.functional.scaled_dot_product_attention(x, x, x, is_causal=True)
    tensor([[1.0000, 0.0000],
            [0.3302, 0.6698]])
    """
    if enable_gqa:
        key, value = _shared_heads(query, key), _shared_heads(query, value)
    _check(query, key, value, attn_mask, dropout_p)
    if is_causal and attn_mask is not None and (query.ndim != 4 or dropout_p > 0 or attn_mask.requires_grad):
        raise RuntimeError(
            "scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True; give one of them, "
            "or a mask in which later keys are left out"
        )
    dtype = query.dtype
    if array(query).dtype == _HALF:  # as in torch the sums are float32
        query, key, value = query.float(), key.float(), value.float()
    length, source = query.shape[-2], key.shape[-2]
    mask = attn_mask
    if mask is not None and array(mask).dtype.kind == "f" and mask.dtype != query.dtype:
        mask = mask.to(query.dtype)
    if is_causal:
        seen = np.tri(length, source, dtype=bool)
        if mask is None:
            mask = seen
        elif array(mask).dtype.kind == "b":
            mask = array(mask) & seen
        else:
            mask = mask + np.where(seen, 0, -np.inf).astype(array(mask).dtype)
    noise = None
    if dropout_p > 0:
        heads = np.broadcast_shapes(query.shape[:-2], key.shape[:-2])
        noise = dropout_noise(np.empty((*heads, length, source), array(query).dtype), dropout_p)
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    attention = _fused_attention if _fused(query, mask, noise) else _attention
    return attention.rule(query, key, value, mask, noise, scale).to(dtype)
