"""Attention in several heads as a function: nn.functional.multi_head_attention_forward."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..ops.layers.attention import scaled_dot_product_attention
from ..ops.layers.linears import linear
from ..ops.layers.padding import pad
from ..tensors import creation
from ..tensors.tensor import Tensor
from .dropouts import dropout

__all__ = ["float_mask", "multi_head_attention_forward"]


def float_mask(mask: Tensor | None, name: str, dtype: Any, beside: Tensor | None = None) -> Tensor | None:
    """A mask as numbers to be added to scores: -inf where it says True, if it is of bools."""
    if mask is None:
        return None
    if mask.dtype != dtypes.bool and not mask.is_floating_point():
        raise AssertionError(f"only bool and floating types of {name} are supported, not {mask.dtype}; use .bool()")
    if beside is not None and beside.dtype != mask.dtype:
        warnings.warn(
            f"Support for mismatched {name} and attn_mask is deprecated. Use same type for both instead.", stacklevel=3
        )
    if mask.is_floating_point():
        return mask
    return creation.zeros(mask.shape, dtype=dtype).masked_fill(mask, -math.inf)


def _promise(ok: bool, message: str) -> None:
    if not ok:
        raise AssertionError(message)


def _check_attention(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, mask: Tensor | None, num_heads: int
) -> bool:
    """Whether there is a batch axis."""
    _promise(query.ndim in (2, 3), f"query should be unbatched 2D or batched 3D tensor but received {query.ndim}-D")
    batched = query.ndim == 3
    kind = "batched (3-D)" if batched else "unbatched (2-D)"
    _promise(
        key.ndim == query.ndim and value.ndim == query.ndim,
        f"For {kind} query, expected key and value to be {query.ndim}-D but found {key.ndim}-D and {value.ndim}-D",
    )
    if padding is not None:
        axes = query.ndim - 1
        _promise(
            padding.ndim == axes,
            f"For {kind} query, expected key_padding_mask to be {axes}-D but found {padding.ndim}-D",
        )
    if mask is not None:
        _promise(mask.ndim in (2, 3), f"For {kind} query, expected attn_mask to be 2-D or 3-D but found {mask.ndim}-D")
        if not batched and mask.ndim == 3:
            expected = (num_heads, query.shape[0], key.shape[0])
            _promise(
                tuple(mask.shape) == expected, f"Expected attn_mask shape to be {expected} but got {tuple(mask.shape)}"
            )
    return batched


def _projected(inputs: tuple, weight: Tensor | None, bias: Tensor | None, separate: tuple | None) -> Sequence[Tensor]:
    """query, key and value, each times its weights: the three thirds of `weight`, or `separate` ones."""
    embed_dim = inputs[0].shape[-1]
    if separate is None:
        _promise(weight is not None, "use_separate_proj_weight is False but in_proj_weight is None")
        if inputs[0] is inputs[1] is inputs[2]:
            return linear(inputs[0], weight, bias).chunk(3, -1)  # type: ignore[arg-type]
        separate = weight.chunk(3)  # type: ignore[union-attr]
    else:
        for name, w, x in zip(("q", "k", "v"), separate, inputs, strict=True):
            _promise(w is not None, f"use_separate_proj_weight is True but {name}_proj_weight is None")
            expected = (embed_dim, x.shape[-1])
            _promise(
                tuple(w.shape) == expected,
                f"expecting {name}_proj_weight of shape {expected}, but got {tuple(w.shape)}",
            )
    biases = (None,) * 3 if bias is None else bias.chunk(3)
    return [linear(x, w, b) for x, w, b in zip(inputs, separate, biases, strict=True)]


def _in_heads(x: Tensor, static: Tensor | None, name: str, batch: int, num_heads: int) -> Tensor:
    """(L, N, H * D), or the (N * H, L, D) given in its place, as (N, H, L, D)."""
    if static is None:
        return x.reshape(x.shape[0], batch, num_heads, x.shape[2] // num_heads).permute(1, 2, 0, 3)
    expected = batch * num_heads, x.shape[2] // num_heads
    _promise(
        (static.shape[0], static.shape[2]) == expected,
        f"expecting {name} of shape ({expected[0]}, S, {expected[1]}), but got {tuple(static.shape)}",
    )
    return static.reshape(batch, num_heads, *static.shape[1:])


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """Attention in several heads at once, and its weights if needed: see `nn.MultiheadAttention`.

    static_k, static_v: take the place of the projected key and value, (N * H, S, D).

    Shapes: query (L, N, E), key and value (S, N, E), or without N -> (L, N, E) and (N, L, S).

    Raises:
        AssertionError: shapes do not match. RuntimeError: attn_mask is not (L, S) or (N * H, L, S), or is_causal without it.
    """
    batched = _check_attention(query, key, value, key_padding_mask, attn_mask, num_heads)
    inputs = (query, key, value)
    if not batched:
        same = query is key is value
        inputs = (query.unsqueeze(1),) * 3 if same else (query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1))
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    length, batch, embed_dim = inputs[0].shape
    source = inputs[1].shape[0]
    padding = float_mask(key_padding_mask, "key_padding_mask", query.dtype, attn_mask)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint; make one with nn.Transformer.generate_square_subsequent_mask")  # fmt: skip
    causal = is_causal and padding is None and not need_weights  # then the mask itself need not be read
    mask = None if causal else float_mask(attn_mask, "attn_mask", query.dtype)
    _promise(embed_dim == embed_dim_to_check, f"was expecting embedding dimension of {embed_dim_to_check}, but got {embed_dim}")  # fmt: skip
    _promise(embed_dim % num_heads == 0, f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    axes = 2 if use_separate_proj_weight else 3
    _promise(inputs[1].shape[:axes] == inputs[2].shape[:axes], f"key shape {tuple(key.shape)} does not match value shape {tuple(value.shape)}")  # fmt: skip

    separate = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _projected(inputs, in_proj_weight, in_proj_bias, separate)
    if mask is not None:
        expected = (length, source) if mask.ndim == 2 else (batch * num_heads, length, source)
        if tuple(mask.shape) != expected:
            raise RuntimeError(f"The shape of the {mask.ndim}D attn_mask is {tuple(mask.shape)}, but should be {expected}.")  # fmt: skip
        mask = mask.reshape(-1 if mask.ndim == 2 else batch, 1 if mask.ndim == 2 else num_heads, length, source)
    _promise((bias_k is None) == (bias_v is None), "bias_k and bias_v go together: give both or none")
    added = 0
    if bias_k is not None and bias_v is not None:
        _promise(static_k is None and static_v is None, "bias cannot be added to static key or value.")
        k = ops.cat([k, bias_k.repeat(1, batch, 1)])
        v = ops.cat([v, bias_v.repeat(1, batch, 1)])
        added += 1
    q = _in_heads(q, None, "query", batch, num_heads)
    k = _in_heads(k, static_k, "static_k", batch, num_heads)
    v = _in_heads(v, static_v, "static_v", batch, num_heads)
    if add_zero_attn:
        zero = creation.zeros(batch, num_heads, 1, embed_dim // num_heads, dtype=k.dtype)
        k, v = ops.cat([k, zero], 2), ops.cat([v, zero], 2)
        added += 1
    if added and mask is not None:
        mask = pad(mask, (0, added))
    if padding is not None:
        padding = pad(padding, (0, added)) if added else padding
        _promise(tuple(padding.shape) == (batch, k.shape[2]), f"Expected key_padding_mask of shape {(batch, k.shape[2] - added)}, but got {tuple(padding.shape)}")  # fmt: skip
        padding = padding.reshape(batch, 1, 1, -1)
        mask = padding if mask is None else mask + padding

    dropout_p = dropout_p if training else 0.0
    weights = None
    if need_weights:
        scores = (q * math.sqrt(1 / q.shape[-1])) @ k.transpose(-2, -1)
        weights = dropout(ops.softmax(scores if mask is None else scores + mask, -1), dropout_p)
        output = weights @ v
        if average_attn_weights:
            weights = weights.mean(1)
        weights = weights if batched else weights.squeeze(0)
    else:
        output = scaled_dot_product_attention(q, k, v, mask, dropout_p, causal)
    output = linear(output.permute(2, 0, 1, 3).reshape(length * batch, embed_dim), out_proj_weight, out_proj_bias)
    output = output.view(length, batch, output.shape[1])
    return output if batched else output.squeeze(1), weights
