"""torch.version: the PyTorch whose names and numbers these are, without the libraries of a GPU."""

__all__ = ["__version__", "cuda", "debug", "git_version", "hip", "rocm", "xpu"]

__version__ = "2.13.0"
git_version = "cf30153c4c131c8164ee7798e5022d810682e2cb"
debug = False
cuda = hip = rocm = xpu = None
