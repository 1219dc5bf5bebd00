"""torch.signal: windows, by which parts of a signal are multiplied before their frequencies are looked for."""

from . import windows as windows

__all__ = ["windows"]
