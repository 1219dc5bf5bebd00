"""torch.version: which torch this is, and for which GPU it was built: for none."""

from __future__ import annotations

from . import __version__ as __version__

__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "xpu"]

debug = False
cuda = hip = xpu = rocm = None
git_version = "Unknown"
