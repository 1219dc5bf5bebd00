"""torch.xpu, Intel's graphics cards, for the questions that programs ask when they choose a device: there is none."""

from __future__ import annotations

from .cuda import (
    device_count as device_count,
    empty_cache as empty_cache,
    get_rng_state_all as get_rng_state_all,
    is_available as is_available,
    is_initialized as is_initialized,
    manual_seed as manual_seed,
    manual_seed_all as manual_seed_all,
    seed as seed,
    seed_all as seed_all,
    set_rng_state_all as set_rng_state_all,
)
