"""Attention in several heads, as a layer."""

from __future__ import annotations

from typing import Any

from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F, init as initializers
from ..parameter import Parameter
from .linear import NonDynamicallyQuantizableLinear
from .module import Module

__all__ = ["MultiheadAttention"]


class MultiheadAttention(Module):
    """Attention in `num_heads` heads: each looks at its own projection of query, key and value, and all are joined and projected.

    head_i = softmax(Q W_iᵠ (K W_iᵏ)ᵀ / sqrt(E / H)) V W_iᵛ; output = concat(head_1, ..., head_H) Wᵒ.

    add_bias_kv: one more key and value, which are learned. add_zero_attn: one more of zeros. kdim, vdim: features of key and value, if
    not embed_dim. dropout: of the weights. batch_first: the batch is axis 0, not 1.

    Shapes: query (L, N, E), key (S, N, kdim), value (S, N, vdim), or without N, or with N first -> output as query, weights (N, L, S).

    Raises:
        ValueError: embed_dim or num_heads is not positive.
        AssertionError: embed_dim is no multiple of num_heads; in the forward pass: shapes do not match.

    Source: Vaswani et al. 2017, arXiv:1706.03762.

    >>> layer = nn.MultiheadAttention(4, num_heads=2, batch_first=True)
    >>> x = torch.zeros(1, 3, 4)
    >>> output, weights = layer(x, x, x)
    >>> output.shape, weights.shape
    (torch.Size([1, 3, 4]), torch.Size([1, 3, 3]))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError(
                f"embed_dim must be divisible by num_heads, got embed_dim={embed_dim} and num_heads={num_heads}"
            )
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn

        def parameter(name: str, wanted: bool, *shape: int) -> None:
            empty = creation.empty(*shape, device=device, dtype=dtype) if wanted else None
            self.register_parameter(name, None if empty is None else Parameter(empty))

        separate = not self._qkv_same_embed_dim
        parameter("q_proj_weight", separate, embed_dim, embed_dim)
        parameter("k_proj_weight", separate, embed_dim, self.kdim)
        parameter("v_proj_weight", separate, embed_dim, self.vdim)
        parameter("in_proj_weight", not separate, 3 * embed_dim, embed_dim)
        parameter("in_proj_bias", bias, 3 * embed_dim)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, device, dtype)
        parameter("bias_k", add_bias_kv, 1, 1, embed_dim)
        parameter("bias_v", add_bias_kv, 1, 1, embed_dim)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                initializers.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            initializers.zeros_(self.in_proj_bias)
            initializers.zeros_(self.out_proj.bias)
        if self.bias_k is not None:
            initializers.xavier_normal_(self.bias_k)
            initializers.xavier_normal_(self.bias_v)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """The output, and the weights if needed (their mean over the heads, or (N, H, L, S)).

        key_padding_mask (N, S), attn_mask (L, S) or (N * H, L, S): True (or -inf) where not to look. is_causal: a hint that attn_mask is causal.
        """
        swap = self.batch_first and query.ndim == 3
        if swap:
            same = query is key is value
            query = query.transpose(1, 0)
            key, value = (query, query) if same else (key.transpose(1, 0), value.transpose(1, 0))
        output, weights = F.multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            not self._qkv_same_embed_dim,
            self.q_proj_weight,
            self.k_proj_weight,
            self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return output.transpose(1, 0) if swap else output, weights
