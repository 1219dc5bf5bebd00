"""torch.__future__: how `Module.to` and its kin exchange parameters."""

from __future__ import annotations

from .nn.modules.module_conversions import ways

__all__ = [
    "get_overwrite_module_params_on_conversion", "get_swap_module_params_on_conversion", "set_overwrite_module_params_on_conversion",
    "set_swap_module_params_on_conversion",
]  # fmt: skip


def set_overwrite_module_params_on_conversion(value: bool) -> None:
    """Whether conversions make new parameters, where they otherwise give the old ones new memory."""
    ways.overwrite = value


def get_overwrite_module_params_on_conversion() -> bool:
    """Whether conversions make new parameters."""
    return ways.overwrite


def set_swap_module_params_on_conversion(value: bool) -> None:
    """Whether conversions and `load_state_dict` exchange what parameters hold: they are the same objects before and behind, as here always."""
    ways.swap = value


def get_swap_module_params_on_conversion() -> bool:
    """Whether conversions exchange what parameters hold."""
    return ways.swap
