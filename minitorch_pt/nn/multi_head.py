"""Attention in several heads as a function: nn.functional.multi_head_attention_forward."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

from .. import ops
from ..arrays import dtypes
from ..autograd.takeovers import asks, handed
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
            f"Support for mismatched {name} and attn_mask is deprecated. Use same type for both instead.", stacklevel=4
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


def _masks(
    mask: Tensor | None, padding: Tensor | None, dtype: Any, is_causal: bool, need_weights: bool
) -> tuple[Tensor | None, Tensor | None, bool]:
    """Both masks as numbers, and whether to take the first for causal, so that it need not be read."""
    padding = float_mask(padding, "key_padding_mask", dtype, mask)
    if is_causal and mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint; make one with nn.Transformer.generate_square_subsequent_mask"
        )
    causal = is_causal and padding is None and not need_weights
    return None if causal else float_mask(mask, "attn_mask", dtype), padding, causal


def _as_batch(
    query: Tensor, key: Tensor, value: Tensor, padding: Tensor | None, batched: bool
) -> tuple[tuple, Tensor | None]:
    """Query, key and value, and the mask of padding, with a batch axis: if they have none, as a batch of one."""
    if batched:
        return (query, key, value), padding
    one = query.unsqueeze(1)
    inputs = (one,) * 3 if query is key is value else (one, key.unsqueeze(1), value.unsqueeze(1))
    return inputs, None if padding is None else padding.unsqueeze(0)


def _check_sizes(inputs: tuple, expected: int, num_heads: int, separate: bool) -> None:
    """Check the features of the query, and that key and value fit each other."""
    (_, _, embed_dim), (*key, _), (*value, _) = (tuple(x.shape) for x in inputs)
    _promise(embed_dim == expected, f"was expecting embedding dimension of {expected}, but got {embed_dim}")
    _promise(embed_dim % num_heads == 0, f"embed_dim {embed_dim} not divisible by num_heads {num_heads}")
    fits = key == value and (separate or inputs[1].shape == inputs[2].shape)
    _promise(fits, f"key shape {tuple(inputs[1].shape)} does not match value shape {tuple(inputs[2].shape)}")


def _mask_of_heads(mask: Tensor, batch: int, num_heads: int, length: int, source: int) -> Tensor:
    """(L, S) or (N * H, L, S) as what broadcasts to (N, H, L, S)."""
    expected = (length, source) if mask.ndim == 2 else (batch * num_heads, length, source)
    if tuple(mask.shape) != expected:
        raise RuntimeError(f"The shape of the {mask.ndim}D attn_mask is {mask.shape}, but should be {expected}.")
    return mask.reshape(-1 if mask.ndim == 2 else batch, 1 if mask.ndim == 2 else num_heads, length, source)


def _with_learned(k: Tensor, v: Tensor, bias_k: Tensor | None, bias_v: Tensor | None, static: bool) -> tuple:
    """Keys and values, followed by the learned ones if there are any."""
    _promise((bias_k is None) == (bias_v is None), "bias_k and bias_v go together: give both or none")
    if bias_k is None or bias_v is None:
        return k, v
    _promise(not static, "bias cannot be added to static key or value.")
    batch = k.shape[1]
    return ops.cat([k, bias_k.repeat(1, batch, 1)]), ops.cat([v, bias_v.repeat(1, batch, 1)])


def _with_zero(x: Tensor) -> Tensor:
    """Keys or values in heads, (N, H, S, D), followed by one of zeros."""
    batch, num_heads, _, features = x.shape
    return ops.cat([x, creation.zeros(batch, num_heads, 1, features, dtype=x.dtype)], 2)


def _joined(mask: Tensor | None, padding: Tensor | None, batch: int, source: int, added: int) -> Tensor | None:
    """Both masks in one; of the `added` keys at the end none is left out."""
    if added and mask is not None:
        mask = pad(mask, (0, added))
    if padding is None:
        return mask
    padding = pad(padding, (0, added)) if added else padding
    expected = (batch, source - added)
    _promise(
        tuple(padding.shape) == (batch, source),
        f"Expected key_padding_mask of shape {expected}, but got {tuple(padding.shape)}",
    )
    padding = padding.reshape(batch, 1, 1, -1)
    return padding if mask is None else mask + padding


def _attended(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    mask: Tensor | None,
    dropout_p: float,
    need_weights: bool,
    average: bool,
    causal: bool,
) -> tuple[Tensor, Tensor | None]:
    """softmax(q kᵀ / sqrt(D) + mask) v, and the weights if they are needed: of each head, or their mean."""
    if not need_weights:
        return scaled_dot_product_attention(q, k, v, mask, dropout_p, causal), None
    scores = (q * math.sqrt(1 / q.shape[-1])) @ k.transpose(-2, -1)
    weights = dropout(ops.softmax(scores if mask is None else scores + mask, -1), dropout_p)
    return weights @ v, weights.mean(1) if average else weights


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

    >>> layer = nn.MultiheadAttention(4, 2)
    >>> x, W, out = torch.zeros(3, 1, 4), layer.in_proj_weight, layer.out_proj
    >>> F.multi_head_attention_forward(x, x, x, 4, 2, W, None, None, None, False, 0.0, out.weight, None)[1]  # evenly
    tensor([[[0.3333, 0.3333, 0.3333],
             [0.3333, 0.3333, 0.3333],
             [0.3333, 0.3333, 0.3333]]], grad_fn=<MeanBackward1>)
    """
    if type(query) is not Tensor and asks(query):
        return handed(multi_head_attention_forward, locals())
    batched = _check_attention(query, key, value, key_padding_mask, attn_mask, num_heads)
    inputs, key_padding_mask = _as_batch(query, key, value, key_padding_mask, batched)
    length, batch, embed_dim = inputs[0].shape
    mask, padding, causal = _masks(attn_mask, key_padding_mask, query.dtype, is_causal, need_weights)
    _check_sizes(inputs, embed_dim_to_check, num_heads, use_separate_proj_weight)

    separate = (q_proj_weight, k_proj_weight, v_proj_weight) if use_separate_proj_weight else None
    q, k, v = _projected(inputs, in_proj_weight, in_proj_bias, separate)
    mask = None if mask is None else _mask_of_heads(mask, batch, num_heads, length, inputs[1].shape[0])
    k, v = _with_learned(k, v, bias_k, bias_v, static_k is not None or static_v is not None)
    q = _in_heads(q, None, "query", batch, num_heads)
    k = _in_heads(k, static_k, "static_k", batch, num_heads)
    v = _in_heads(v, static_v, "static_v", batch, num_heads)
    k, v = (_with_zero(k), _with_zero(v)) if add_zero_attn else (k, v)
    mask = _joined(mask, padding, batch, k.shape[2], (bias_k is not None) + bool(add_zero_attn))

    output, weights = _attended(
        q, k, v, mask, dropout_p if training else 0.0, need_weights, average_attn_weights, causal
    )
    output = linear(output.permute(2, 0, 1, 3).reshape(length * batch, embed_dim), out_proj_weight, out_proj_bias)
    output = output.view(length, batch, output.shape[1])
    weights = weights if batched or weights is None else weights.squeeze(0)
    return output if batched else output.squeeze(1), weights
