"""torch.func: functions made of functions: their gradients, Jacobians and Hessians, and their maps over samples.

TABLE
"""

from .forward import hessian as hessian, jacfwd as jacfwd, jvp as jvp, linearize as linearize
from .mapping import vmap as vmap
from .modules import (
    functional_call as functional_call,
    replace_all_batch_norm_modules_ as replace_all_batch_norm_modules_,
    stack_module_state as stack_module_state,
)
from .reverse import grad as grad, grad_and_value as grad_and_value, jacrev as jacrev, vjp as vjp

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "replace_all_batch_norm_modules_",
    "stack_module_state", "vjp", "vmap",
]  # fmt: skip
