"""PyTorch, small enough to read, on NumPy alone: `import minitorch_pt as torch`."""

import importlib as _importlib
import math as _math
import sys as _sys
import typing as _typing
from contextlib import suppress as _suppress

from . import autograd as autograd, ops as ops, random as random
from .arrays import dtypes as _dtypes, memory as _memory
from .arrays.dtypes import *
from .arrays.formats import *
from .arrays.size import *
from .autograd import (
    enable_grad as enable_grad,
    inference_mode as inference_mode,
    is_anomaly_enabled as is_anomaly_enabled,
    is_grad_enabled as is_grad_enabled,
    is_inference_mode_enabled as is_inference_mode_enabled,
    no_grad as no_grad,
    set_grad_enabled as set_grad_enabled,
)
from .names.absent import attribute as _attribute, mark as _mark, tell as _tell
from .names.inner import CORE as _CORE, TOP as _TOP
from .names.places import adopt as _adopt, settle as _settle
from .ops import *
from .random import *
from .tensors import conversion as _conversion, protocols as _protocols
from .tensors.creation import *
from .tensors.device import *
from .tensors.draws import *
from .tensors.functions import *
from .tensors.generator import Generator as Generator, default_generator as default_generator
from .tensors.grids import *
from .tensors.kinds import *
from .tensors.legacy import *
from .tensors.printing import get_printoptions as get_printoptions, set_printoptions as set_printoptions
from .tensors.ranges import *
from .tensors.settings import *
from .tensors.tensor import Tensor as Tensor
from .tensors.threads import *
from .tensors.window_functions import *

_memory.keep_freed_pages()
globals().update(_TOP)
_VF = _sys.modules[__name__]  # where older programs find torch.lstm
__version__ = "0.1.0"
e, pi, inf, nan, newaxis = _math.e, _math.pi, _math.inf, _math.nan, None

for _name, _thing in vars(ops).items():
    if isinstance(_thing, type(_sys)) and globals().get(_name) is _thing:
        del globals()[_name]  # a file of ops, which * has brought along

# torch's modules behind these doors, and what lives there
_settle(
    __name__,
    globals(),
    {
        "_C": "Generator",
        "autograd.grad_mode": "enable_grad inference_mode no_grad set_grad_enabled",
        "functional": "atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist chain_matmul einsum lu "
        "meshgrid norm split tensordot unique unique_consecutive unravel_index",
        "random": "fork_rng get_rng_state initial_seed manual_seed seed set_rng_state",
    },
)
_settle(
    f"{__name__}.autograd.graph",
    {
        name: getattr(module, name)
        for module in (autograd.edges, autograd.saved_tensors)
        for name in module.__all__
        if name != "through_hooks"
    },
)
_settle(
    f"{__name__}._C",
    {
        "LinAlgError": ops.algebra.LinAlgError,
        "DisableTorchFunction": autograd.takeovers.DisableTorchFunction,
        "DisableTorchFunctionSubclass": autograd.takeovers.DisableTorchFunctionSubclass,
    },
)
vars(_sys.modules[f"{__name__}._C"]).update(
    _CORE,
    _infer_size=ops.broadcast_shapes,
    _current_graph_task_id=autograd.variable.current_task,
    _disabled_torch_function_impl=autograd.takeovers.never,
    _TensorMeta=type,
)
_settle(
    f"{__name__}.autograd",
    vars(autograd),
    {
        "anomaly_mode": "detect_anomaly set_detect_anomaly",
        "function": "Function",
        "gradcheck": "gradcheck gradgradcheck",
        "variable": "Variable",
    },
)
_settle(f"{__name__}.autograd.gradcheck", {"GradcheckError": autograd.check.GradcheckError})
# where pickles of 0.1.0 look for them
for _name, _thing in {
    **{name: getattr(autograd, name) for name in ("Variable", "backward", "grad")},
    "Handle": autograd.hooks.RemovableHandle,
}.items():
    setattr(autograd.graph, _name, _thing)
householder_product = ops.algebra.householder_product  # what is orgqr was pickled as
for _then, _now in ("random", "draws"), ("random", "generator"), ("tensors.settings", "threads"):
    for _name in _sys.modules[f"{__name__}.tensors.{_now}"].__all__:
        setattr(_sys.modules[f"{__name__}.{_then}"], _name, globals()[_name])


def _made_sparse(*given: object) -> _typing.Any:
    return _importlib.import_module(".sparse.tensor", __package__).to_sparse(*given)


def _sparse_rows(*given: object) -> _typing.Any:
    return _importlib.import_module(".sparse.shapes", __package__).rows_of(*given)


Tensor._made_sparse = _made_sparse
autograd.hooks.sparse_rows = _sparse_rows
_adopt(Tensor)
_mark(Tensor, Generator, _dtypes.dtype)

# Imported at their first use: a program pays for what it names (`import minitorch_pt` alone takes half the time)
_PACKAGES = (
    "__config__", "__future__", "_dynamo", "_lowrank", "accelerator", "amp", "backends", "compiler", "cuda", "distributed", "distributions", "func", "futures", "hub", "jit", "library", "linalg", "mps",
    "multiprocessing", "nn", "onnx", "optim", "overrides", "profiler", "quasirandom", "serialization", "signal", "sparse", "special", "teaching", "testing", "torch_version", "types", "utils", "version", "xpu",
)  # fmt: skip
_FROM = {
    "from_dlpack": "utils.dlpack", "load": "serialization", "pca_lowrank": "_lowrank", "save": "serialization",
    "dsmm": "sparse.operations", "sparse_coo_tensor": "sparse.tensor", "spmm": "sparse.operations", "svd_lowrank": "_lowrank",
    "to_dlpack": "utils.dlpack", "vmap": "func", "_disable_dynamo": "compiler", "compile": "compiler", "_sample_dirichlet": "distributions.dirichlet", "_standard_gamma": "distributions.gamma", "_weight_norm": "nn.utils.parametrizations", "norm_except_dim": "nn.utils.parametrizations",
    "Future": "futures", "GradScaler": "amp", "SymBool": "types", "SymFloat": "types", "SymInt": "types", "autocast": "amp", "get_autocast_dtype": "amp.autocast_mode", "is_autocast_enabled": "amp.autocast_mode",
    **dict.fromkeys((
        "adaptive_avg_pool1d", "adaptive_max_pool1d", "alpha_dropout", "alpha_dropout_", "avg_pool1d", "batch_norm", "bilinear", "channel_shuffle",
        "constant_pad_nd", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "dropout", "dropout_",
        "embedding", "embedding_renorm_", "feature_alpha_dropout", "feature_alpha_dropout_", "feature_dropout", "feature_dropout_", "group_norm", "gru",
        "gru_cell", "instance_norm", "layer_norm", "linear", "lstm", "lstm_cell", "max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool3d", "pixel_shuffle", "pixel_unshuffle", "rms_norm", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell",
    ), "ops.layers"),
    **dict.fromkeys((
        "binary_cross_entropy_with_logits", "cosine_embedding_loss", "ctc_loss", "hinge_embedding_loss", "kl_div", "margin_ranking_loss", "poisson_nll_loss",
        "triplet_margin_loss",
    ), "ops.losses"),
    **dict.fromkeys(("Storage", "TypedStorage", "UntypedStorage", "is_storage", *(f"{title}Storage" for title in _dtypes.TITLES.values())), "storage"),
}  # fmt: skip
if _typing.TYPE_CHECKING:
    from . import (
        accelerator,
        amp,
        backends,
        compiler,
        cuda,
        distributed,
        distributions,
        func,
        futures,
        hub,
        jit,
        library,
        linalg,
        mps,
        multiprocessing,
        nn,
        onnx,
        optim,
        overrides,
        profiler,
        quasirandom,
        serialization,
        signal,
        sparse,
        special,
        teaching,
        testing,
        torch_version,
        types,
        utils,
        version,
        xpu,
    )
    from ._lowrank import pca_lowrank, svd_lowrank
    from .compiler import compile
    from .func import vmap
    from .ops.layers import *
    from .ops.losses import *
    from .serialization import load, save
    from .sparse.operations import dsmm, spmm
    from .sparse.tensor import sparse_coo_tensor
    from .storage import Storage, TypedStorage, UntypedStorage, is_storage
    from .utils.dlpack import from_dlpack, to_dlpack

else:  # checkers of types know all names by now, and mark others
    # what torch's * does not hand out: it would hide the program's own `import random`
    _BY_NAME = (
        "FAMILIES HalfStorage HalfTensor Storage arrays autograd broadcast_shapes channels_last channels_last_3d "
        "contiguous contiguous_format expand expand_as fill_inplace fork_rng from_dlpack functional "
        "get_printoptions getitem householder_product jagged lu matrix_transpose names one_hot ops pca_lowrank "
        "permute_dims preserve_format random repeat reshape_as return_types reversed_axes segment_reduce "
        "set_default_dtype set_grad_enabled sparse_bsc sparse_bsr sparse_coo sparse_csc sparse_csr storage stream "
        "strided sum_to_size svd_lowrank tensors to_dlpack unfold unique view view_as zeroed"
    ).split()
    __all__ = [name for name in (*globals(), *_FROM) if name[0] != "_" and name not in _BY_NAME]

    def __getattr__(name: str) -> _typing.Any:
        if name in _PACKAGES:
            return _importlib.import_module(f".{name}", __package__)
        if name in _FROM:
            thing = getattr(_importlib.import_module(f".{_FROM[name]}", __package__), name)
            return globals().setdefault(name, thing)
        if name.startswith("_foreach_"):
            with _suppress(AttributeError):
                return _importlib.import_module("._foreach", __package__).find(name.removeprefix("_foreach_"))
        raise _attribute(__package__, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PACKAGES, *_FROM})


_tell(__name__)
# torch's classes are there too: of those that are left out it tells the same
vars(_sys.modules[f"{__name__}._C"])["__getattr__"] = globals()["__getattr__"]


def _of_functional(name: str) -> object:
    """The operations that torch.nn calls: packages take them from torch._C._nn too."""
    if name[:2] == "__":  # what tools ask every module for
        raise AttributeError(f"module 'torch._C._nn' has no attribute {name!r}")
    return getattr(_importlib.import_module(".nn.functional", __package__), name)


_sys.modules[f"{__name__}._C._nn"] = _inner = type(_sys)(f"{__name__}._C._nn")
vars(_sys.modules[f"{__name__}._C"])["_nn"] = _inner
vars(_inner).update(_parse_to=_conversion.parse_to, __getattr__=_of_functional)
