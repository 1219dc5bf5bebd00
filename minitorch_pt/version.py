"""torch.version: the PyTorch whose names and numbers these are, which needs no GPU's library."""

__all__ = ["__version__", "cuda", "debug", "hip", "rocm", "xpu"]

__version__ = "2.13.0"
debug = False
cuda = hip = rocm = xpu = None
