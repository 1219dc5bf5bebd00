"""The derivative sheet of linear algebra: inverses, factorisations, norms and powers of matrices, each with its gradients.

All functions take batches: matrices are the last two axes. The names are those of `torch.linalg`; `ops/matrices.py` has the older
ones of `torch` itself.
"""

from . import common, determinants, elimination, factorizations, inverses, least_squares, norms, powers, vectors
from .common import *
from .determinants import *
from .elimination import *
from .factorizations import *
from .inverses import *
from .least_squares import *
from .norms import *
from .powers import *
from .vectors import *

__all__ = (
    common.__all__ + determinants.__all__ + elimination.__all__ + factorizations.__all__ + inverses.__all__
    + least_squares.__all__ + norms.__all__ + powers.__all__ + vectors.__all__
)  # fmt: skip
