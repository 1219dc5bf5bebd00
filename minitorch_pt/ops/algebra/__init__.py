"""The derivative sheet of linear algebra: inverses, factorisations, norms and powers of matrices, each with its gradients.

All functions take batches: matrices are the last two axes. The names are those of `torch.linalg`; `ops/matrices.py` has the older
ones of `torch` itself.
"""

from .common import *
from .determinants import *
from .elimination import *
from .factorizations import *
from .inverses import *
from .least_squares import *
from .norms import *
from .powers import *
from .vectors import *
