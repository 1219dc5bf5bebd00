"""torch.func: functions made of functions: their gradients, Jacobians and Hessians, and their maps over samples.

`reverse.py` has vjp, grad and jacrev, `forward.py` jvp, jacfwd and hessian, `mapping.py` vmap, `modules.py` functional_call. Derivatives
come from the engine's one graph: of higher orders by differentiating the backward pass, J v by differentiating uᵀJ with respect to u.

vmap calls a function once, with tensors that show one sample and hold all (`batched.py`). What operations do with them:

| on all samples at once | |
|---|---|
| elementwise operations | all in `ops/elementwise/`; dropout, `where`, `masked_fill`, losses of elements |
| with a dim | reductions, softmax, cumulative sums, sorting, argmax, gather and scatter, `cat`, `stack`, `split`, `unbind` |
| shapes | view, reshape, permute, expand, repeat, squeeze, flip, roll, indices of numbers, slices and arrays that are the same for all |
| products | matmul and its kin, linear, addmm, outer, dot, einsum |
| matrices, square and in batches | det, inv, cholesky, qr, eigh, svd, matrix_exp |
| layers | convolution, pooling, layer, group and batch norm, embedding, attention, padding, interpolation; cross_entropy, nll_loss |
| made of such operations | what else `torch` and `nn.functional` compose |
| **one sample after the other** | |
| the rest | indices that differ from sample to sample, linalg.solve, lstsq and pinv, index_add and its kin, recurrent layers, unpooling, grid_sample, ctc_loss, cdist, histograms, a user's Function |
| **refused** | |
| sizes that depend on values | nonzero, masked_select, unique, bincount, indexing by a mask |
| values | item(), tolist(), numpy(), an `if` on a tensor |

`table.py` holds the table that the code goes by.
"""

from ..names.places import settle as _settle
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

_settle(__name__, globals())
