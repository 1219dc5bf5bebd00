"""torch.linalg: systems of equations, factorisations, norms and powers of matrices, and batches of them; the rules are in ops/algebra/."""

from .ops.algebra import *  # noqa: F403
from .ops.algebra import __all__ as __all__
