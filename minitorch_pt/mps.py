"""torch.mps, Apple's graphics cards, for the questions that programs ask when they choose a device: there is none."""

from __future__ import annotations

from .cuda import device_count as device_count, is_available as is_available, manual_seed as manual_seed
