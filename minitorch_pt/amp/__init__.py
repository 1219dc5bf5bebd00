"""torch.amp: computing in short floating point types, which NumPy has not. What programs write for a GPU runs here in float32, as in torch on a CPU."""

from ..names.places import settle as _settle
from . import autocast_mode as autocast_mode, grad_scaler as grad_scaler
from .autocast_mode import (
    autocast as autocast,
    custom_bwd as custom_bwd,
    custom_fwd as custom_fwd,
    is_autocast_available as is_autocast_available,
)
from .grad_scaler import GradScaler as GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

_settle(
    __name__,
    {name: globals()[name] for name in __all__},
    {"autocast_mode": "autocast custom_bwd custom_fwd is_autocast_available", "grad_scaler": "GradScaler"},
)
