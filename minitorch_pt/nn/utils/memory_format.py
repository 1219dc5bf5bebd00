"""The weights of convolutions in another memory format, and nothing else of a module."""

from __future__ import annotations

from typing import Any

from ..modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def _converted(module: Any, memory_format: Any, kinds: tuple) -> Any:
    for inside in module.modules():
        if isinstance(inside, kinds):
            inside.weight.data = inside.weight.detach().clone().contiguous(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module, with the weights of its Conv2d and ConvTranspose2d in that format.

    >>> layer = nn.utils.convert_conv2d_weight_memory_format(nn.Conv2d(3, 4, 2), torch.channels_last)
    >>> layer.weight.stride()
    (12, 1, 6, 3)
    """
    return _converted(module, memory_format, (Conv2d, ConvTranspose2d))


def convert_conv3d_weight_memory_format(module: Any, memory_format: Any) -> Any:
    """The module, with the weights of its Conv3d and ConvTranspose3d in that format.

    >>> layer = nn.utils.convert_conv3d_weight_memory_format(nn.Conv3d(3, 4, 2), torch.channels_last_3d)
    >>> layer.weight.stride()
    (24, 1, 12, 6, 3)
    """
    return _converted(module, memory_format, (Conv3d, ConvTranspose3d))
