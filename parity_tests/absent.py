"""Makes the table of what torch has and minitorch_pt leaves out: `python -m parity_tests.absent`, after a name was added or torch was renewed.

A name has the first reason one of whose patterns fits it. A name that none fits stops the script: say why it is left out, or build it.
Where a merge has left the table in two versions, take either and run the script.
"""

from __future__ import annotations

import fnmatch
import functools
import importlib
import importlib.util
import pkgutil
import sys
import textwrap
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import torch

import minitorch_pt
from minitorch_pt.names.absent import Absent

FILE = Path(minitorch_pt.__file__).parent / "names/absent_names.txt"
CLASSES = {
    "torch.Generator": torch.Generator,
    "torch.Tensor": torch.Tensor,
    "torch.dtype": torch.dtype,
    "torch.nn.Module": torch.nn.Module,
}
# a register that fills while torch runs; here the room of the operations
NOT_THE_SAME = {"torch.ops"}

# name: what is said after "minitorch_pt leaves out torch.fft: ", and the names of which it is said, as patterns without "torch."
REASONS = {
    "fourier": (
        "complex numbers are not offered; use numpy.fft on x.numpy()",
        "fft stft istft *.stft *.istft",
    ),
    "eigenvalues": (
        "complex numbers are not offered; use torch.linalg.eigh if the matrix is symmetric, else numpy.linalg.eig on x.numpy()",
        "linalg.eig linalg.eigvals return_types.linalg_eig",
    ),
    "complex": (
        "complex numbers are not offered; keep the real and the imaginary parts in two tensors, or compute with NumPy",
        "complex* dtype.to_* *.cfloat *.cdouble *.chalf *conj_physical* polar view_as_complex* view_as_real* Complex*Storage cuda.Complex*",
    ),
    "removed": (
        "torch itself has removed it; use its namesake in torch.linalg: lstsq, eigh, solve, matrix_rank",
        "eig lstsq symeig solve matrix_rank *.eig *.lstsq *.symeig *.solve",
    ),
    "replaced": (
        "torch itself has replaced it; use torch.nn.Module, torch.testing.assert_close, torch.linalg.vector_norm and matrix_norm, torch.utils.data.Dataset",
        "nn.Container nn.modules.Container nn.modules.container.Container frobenius_norm nuclear_norm *.volatile "
        "autograd.profiler_legacy *.resize *.resize_as",
    ),
    "graphics card": (
        "it runs on the CPU only; leave out what is meant for a GPU, or ask torch.cuda.is_available() first",
        "cuda.* mps.* xpu.* backends.* accelerator.* cudnn_* miopen_* mtia *.xpu *.mtia *.ipu is_vulkan_available Event Stream *.record_stream "
        "Generator.* get_device_module cpu utils.*privateuse1* utils.backend_registration utils.mobile_optimizer profiler_allow_cudagraph* "
        "serialization.validate_* nn.parallel* autograd.graph.set_override_stale_capture_stream "
        "autograd.graph.set_warn_on_accumulate_grad_stream_mismatch",
    ),
    "processes": (
        "it trains in one process; leave out what starts or joins several, or train with PyTorch",
        "distributed* multiprocessing* *.is_shared *.share_memory* "
        "fork wait monitor numa RRefType prepare_multiprocessing_environment",
    ),
    "sparse": (
        "of sparse tensors there is torch.sparse_coo_tensor with few operations (torch.sparse); use those, or x.to_dense()",
        "sparse* *.sparse_* *_sparse_* *.to_sparse* *indices_copy *values_copy *col_indices "
        "*.row_indices *.crow_indices hsmm hspmm saddmm smm sspaddmm *.smm *.sspaddmm",
    ),
    "quantized": (
        "quantized numbers are not offered; compute in torch.float32",
        "quantize* *quantize *.q_* q_* *qscheme quint* QInt* QUInt* *int_repr fbgemm_* fake_quantize_* fused_moving_* per_channel_* per_tensor_* ao "
        "quantization choose_qparams_* nn.quantized nn.quantizable nn.qat nn.intrinsic quantized_* empty_quantized",
    ),
    "half": (
        "of the half formats there is torch.float16 alone; use it, or torch.float32",
        "*.bfloat16 BFloat16* float4_* float8_* nn.functional.*scaled* nn.functional.S[cw]* nn.functional.grouped_mm",
    ),
    "whole numbers": (
        "it is no type that NumPy computes with as torch does; use torch.uint8, or a signed type from torch.int8 to torch.int64",
        "int[1-7] uint* bits* bit",
    ),
    "compiled": (
        "code is not compiled, traced or exported; call the function or the model as it is",
        "jit* fx* export* compiler* nativert cond while_loop _inductor _export utils.jit utils.bundled_inputs utils.model_dump *Type Alias* "
        "Argument* Block CallStack Code CompilationUnit CompleteArgumentSpec Concrete* ErrorReport ExecutionPlan FileCheck FunctionSchema Gradient "
        "Graph GraphExecutorState import_ir* JITException LiteScriptModule Node OperatorInfo parse_* merge_type_* unify_type_list Script* "
        "StaticModule Sym* sym_* TracingState Use Value FatalError classes",
    ),
    "C++": (
        "nothing is compiled; write operations of your own in Python, as a torch.autograd.Function",
        "library* cpp utils.cpp_* utils.*cpp_backtrace utils.hipify nn.cpp",
    ),
    "mixed precision": (
        "there is no mixed precision; leave it out: with torch.autocast and torch.amp.GradScaler programs compute in torch.float32",
        "amp.* *autocast*",
    ),
    "taken apart": (
        "functions run as they are here, so there is nothing to take apart or to rewrite; leave it out, and use einops for rearrange",
        "func.debug_unwrap func.functionalize func.rearrange",
    ),
    "nested": (
        "tensors of unlike lengths are not offered; pad them with torch.nn.utils.rnn.pad_sequence, and mask what was added",
        "nested *.to_padded_tensor masked",
    ),
    "exchange": (
        "models are kept as their numbers; use torch.save(model.state_dict()) and torch.load, and define the model in Python",
        "onnx* package hub* utils.model_zoo",
    ),
    "measure": (
        "it measures in Python only; use torch.profiler, time.perf_counter or cProfile",
        "profiler* utils.benchmark utils.flop_counter.* utils.*hroughput* autograd.profiler* utils.collect_env Benchmark* "
        "ThroughputBenchmark",
    ),
    "memory": (
        "a tensor is a dense NumPy array; x.numpy(), x.stride() and x.contiguous() show and order its memory",
        "*Storage StorageBase *contiguous_format *.const_data_ptr from_file *mkldnn",
    ),
    "copies": (
        "it is a variant of a plain operation, for compilers; use the operation, and clone() where a copy is needed",
        "*_copy unsafe_* *.unsafe_* *slice_inverse i0_",
    ),
    "special": (
        "Bessel functions and orthogonal polynomials are not offered; use scipy.special on x.numpy()",
        "special.*",
    ),
    "distributions": (
        "it is outside a course; what is here: dir(torch.distributions)",
        "distributions.*",
    ),
    "pipes": (
        "data pipes are not offered, and are no longer developed; use Dataset or IterableDataset with DataLoader",
        "utils.data.*",
    ),
    "yet": (
        "it is not offered yet; build it from what is here, or run the program with PyTorch",
        "linalg.ldl_* lobpcg nn.*CrossMapLRN2d nn.*LinearCrossEntropy* nn.*linear_cross_entropy* nn.attention.* "
        "utils.checkpoint* autograd.graph.* quasirandom *.name *.index "
        "is_warn_always_enabled set_warn_always functional.*_lowrank",
    ),
    "private": (
        "it is an inner part of PyTorch's; a program finds what it needs under PyTorch's documented names",
        "_* functional.has_* return_types.* serialization.* overrides* classproperty SUM AVG *Dict Capsule Deep* Deserialization* "
        "Serialization* DisableTorchFunction* Dispatch* Exclude* IODescriptor Lock* Logger* NoopLogger PyTorchFile* Tag contrib get_file_path has_* "
        "compiled_with_cxx11_abi *native_* batch_norm_* mkldnn_* *grid_*sampler* affine_grid_* convolution conv_tbc embedding_bag "
        "init_num_threads set_flush_denormal *thread_safe_generator *anomaly_* autograd.* nn.backends nn.factory_kwargs "
        "nn.parameter.* nn.modules.rnn.* nn.utils.rnn.* nn.utils.*_norm.* nn.functional.* optim.swap_* utils.* hash_tensor *.hash_tensor "
        "*.module_load *.reinforce *.grad_dtype *.abbr *.call_super_init *.dump_patches *.T_destination",
    ),
}  # fmt: skip


def importable(name: str) -> bool:
    """Whether there is a module of this name, and not only something that says at its use that it is left out."""
    try:
        if name not in sys.modules and getattr(importlib.util.find_spec(name), "loader_state", None):
            return False
        importlib.import_module(name)
    except ImportError:
        return False
    return not isinstance(sys.modules[name], Absent)


def offers(module: Any, name: str) -> bool:
    """Whether a module has a name, and not only something that says at its use that it is left out."""
    found = getattr(module, name, Absent(name))
    return not isinstance(found, Absent) and not getattr(found, "left_out", False)


def ours(place: str) -> str:
    """Our name of a module of torch's."""
    return minitorch_pt.__name__ + place.removeprefix("torch")


def belongs(thing: Any, place: str, name: str) -> bool:
    """Whether a module shows a thing as its own: modules also hold what they have imported."""
    if isinstance(thing, types.ModuleType):
        return thing.__name__ == f"{place}.{name}"
    home = getattr(thing, "__module__", None) or ("torch" if callable(thing) else type(thing).__module__)
    if isinstance(thing, types.BuiltinFunctionType):
        return home.startswith("torch")
    return not isinstance(thing, TypeVar) and f"{home}.".startswith(f"{place}.")


def absent_in(place: str) -> Iterator[tuple[str, list[str]]]:
    """(module, the names that it has in torch and not here), of a module of torch's and those within."""
    theirs, mine = importlib.import_module(place), importlib.import_module(ours(place))
    inner = {info.name for info in pkgutil.iter_modules(getattr(theirs, "__path__", ()))}
    listed = set(getattr(theirs, "__all__", ()))
    names = {
        name
        for name in {*dir(theirs), *listed, *inner}
        # private names are not told of, but for the modules that some programs import: torch._dynamo
        if (name[0] != "_" or (place == "torch" and name in inner))
        and (name in listed | inner or belongs(getattr(theirs, name), place, name))
    }
    yield place, sorted(n for n in names if not offers(mine, n) and not importable(f"{ours(place)}.{n}"))
    for name in sorted(names):
        inside = f"{place}.{name}"
        module = name in inner or isinstance(getattr(theirs, name, None), types.ModuleType)
        if module and name[0] != "_" and inside not in NOT_THE_SAME and importable(ours(inside)) and importable(inside):
            yield from absent_in(inside)


@functools.cache
def absent() -> dict[str, list[str]]:
    """The names that torch has and we have not, by the module or class of torch's that has them."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's, of what it will drop
        found = {place: names for place, names in absent_in("torch") if names}
        for place, theirs in CLASSES.items():
            mine = getattr(importlib.import_module(ours(place.rpartition(".")[0])), theirs.__name__)
            found[place] = sorted(name for name in dir(theirs) if name[0] != "_" and not hasattr(mine, name))
    return found


def reason(name: str) -> str:
    """Why a name such as "torch.fft" is left out: the first reason whose pattern fits it.

    Raises:
        SystemExit: none does.
    """
    for title, (_, patterns) in REASONS.items():
        if any(fnmatch.fnmatchcase(name.removeprefix("torch."), pattern) for pattern in patterns.split()):
            return title
    sys.exit(f"{name} is not here and has no reason: build it, or give it one in {__file__}")


def text() -> str:
    """The file of the table."""
    used = set()
    places = []
    for place, names in sorted(absent().items()):
        by_reason: dict[str, list[str]] = {}
        for name in names:
            by_reason.setdefault(reason(f"{place}.{name}"), []).append(name)
        used.update(by_reason)
        lines = [f"{title}: {' '.join(by_reason[title])}" for title in sorted(by_reason)]
        wrapped = [textwrap.fill(line, 120, subsequent_indent="    ", break_on_hyphens=False) for line in lines]
        places.append("\n".join([f"[{place}]", *wrapped]))
    said = [f"{title}: {said}" for title, (said, _) in REASONS.items() if title in used]
    head = f"# The public names of torch {torch.__version__.partition('+')[0]} that are not here, and why: made by parity_tests/absent.py. First the"
    head += " reasons,\n# then each module or class of torch's with the names that they hold for."
    return "\n".join([head, *said, *places, ""])


if __name__ == "__main__":
    FILE.write_text(text())
    print(f"{FILE.name}: {sum(map(len, absent().values()))} names")
    names = [f"{place}.{name}".removeprefix("torch.") for place, names in absent().items() for name in names]
    patterns = [pattern for _, patterns in REASONS.values() for pattern in patterns.split()]
    print("patterns that fit none:", *(p for p in patterns if not fnmatch.filter(names, p)))
