"""What programs ask of the machine: devices, threads, determinism, compilation."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import threadpoolctl
import torch

import minitorch_pt
from parity_tests.oracle import same_program

QUESTIONS = [
    "cuda.is_available", "cuda.is_initialized", "cuda.device_count", "cuda.empty_cache", "backends.mps.is_available", "backends.mps.is_built",
    "backends.cuda.is_built", "backends.cudnn.is_available", "backends.cudnn.version", "accelerator.is_available", "accelerator.device_count",
    "accelerator.current_accelerator", "cuda.synchronize", "cuda.current_device", "cuda.get_device_name", "cuda.memory_allocated",
    "cuda.memory_reserved", "cuda.max_memory_allocated", "cuda.max_memory_reserved", "cuda.is_bf16_supported", "utils.data.get_worker_info", "get_float32_matmul_precision", "are_deterministic_algorithms_enabled",
    "cuda.get_rng_state_all", "cuda.seed", "cuda.seed_all", "xpu.is_available", "xpu.is_initialized", "xpu.device_count", "xpu.empty_cache",
    "xpu.get_rng_state_all", "xpu.seed", "xpu.seed_all", "mps.is_available", "mps.device_count",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions(question):
    def program(package):
        *path, name = question.split(".")
        for part in path:
            package = getattr(package, part)
        return getattr(package, name)()

    same_program(program)


def test_seeds_of_other_devices_leave_the_stream_alone():
    def program(package):
        package.manual_seed(3)
        package.cuda.manual_seed(5)
        package.cuda.manual_seed_all(5)
        package.cuda.set_rng_state_all(package.cuda.get_rng_state_all())
        package.xpu.set_rng_state_all([])
        package.xpu.manual_seed(5)
        package.xpu.manual_seed_all(5)
        package.mps.manual_seed(5)
        return package.rand(3), package.ones(1).is_cuda

    same_program(program)


def test_a_full_card_is_an_error_to_catch():
    same_program(lambda t: (t.cuda.OutOfMemoryError is t.OutOfMemoryError, t.OutOfMemoryError.__mro__[1].__name__))


def test_switches():
    def program(package):
        before = package.get_num_threads()
        try:
            package.use_deterministic_algorithms(True)
            package.set_float32_matmul_precision("high")
            package.set_num_threads(1)
            package.set_default_device("cpu")
            return (
                package.are_deterministic_algorithms_enabled(),
                package.get_float32_matmul_precision(),
                package.get_num_threads(),
                str(package.get_default_device()),
            )
        finally:
            package.use_deterministic_algorithms(False)
            package.set_float32_matmul_precision("highest")
            package.set_num_threads(before)
            package.set_default_device(None)

    same_program(program)


def test_switches_of_cudnn(monkeypatch):
    cudnn = minitorch_pt.backends.cudnn
    assert (cudnn.enabled, cudnn.benchmark, cudnn.deterministic) == (True, False, False)
    monkeypatch.setattr(cudnn, "benchmark", True)
    assert cudnn.benchmark


def test_bad_switches():
    same_program(lambda package: package.set_num_threads(0))
    for package in (minitorch_pt, torch):
        with pytest.warns(UserWarning, match="not one of"):
            package.set_float32_matmul_precision("exact")
    with pytest.raises(RuntimeError, match="CPU only"):
        minitorch_pt.set_default_device("cuda")


@pytest.mark.parametrize("attempt", [
    lambda t: t.ones(1).cuda(), lambda t: t.nn.Linear(1, 1).cuda(), lambda t: t.ones(1).to("cuda:0"), lambda t: t.nn.Linear(1, 1).to("cuda"),
    lambda t: t.rand(1, device="cuda"), lambda t: t.zeros_like(t.ones(1), device="cuda"), lambda t: t.ones(1, device="mps"), lambda t: t.ones(1).to("mps"),
    lambda t: t.ones(1, device="xpu"), lambda t: t.Generator("cuda"), lambda t: t.ones(1).pin_memory(), lambda t: t.ones(1, device="nonsense"),
])  # fmt: skip
def test_other_devices(attempt):
    same_program(attempt)


def test_facts_of_a_tensor_on_the_cpu():
    names = "is_cpu is_cuda is_meta is_mps is_nested is_quantized is_sparse is_sparse_csr is_xpu".split()
    same_program(lambda t: [*(getattr(t.ones(1), name) for name in names), t.ones(1).is_pinned()])


def test_pinned_batches_are_ordinary_ones_with_a_warning():
    for t in (minitorch_pt, torch):
        with pytest.warns(UserWarning, match="no accelerator is found"):
            assert [int(x) for x in t.utils.data.DataLoader([1, 2], pin_memory=True)] == [1, 2]


COMPILED = """
import copy, torch

model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout())
done = torch.compile(model, backend="eager")
print(done, list(done.state_dict()), [name for name, _ in done.named_modules()], len(done), done._orig_mod is model)
done.eval()
done.scale, done.more = 2, torch.nn.Linear(3, 1)
print(model.training, model.scale, "more" in dict(model.named_children()), done(torch.ones(1, 2)).shape, isinstance(done, torch.nn.Sequential))
del done.scale
print(hasattr(model, "scale"), hasattr(done, "scale"), hasattr(model, "_orig_mod"), type(copy.deepcopy(done)).__name__)
print(isinstance(done, torch._dynamo.OptimizedModule), isinstance(model, torch._dynamo.eval_frame.OptimizedModule))
done.load_state_dict(done.state_dict())
for one, other in ((model, done), (done, model)):
    try:
        one.load_state_dict(other.state_dict())
    except Exception as error:
        print(type(error).__name__, str(error).split(":")[1])
"""


def test_a_compiled_model_is_the_model_within(tmp_path):
    """In processes of their own: PyTorch's compiler changes the one that it runs in, for good."""
    program = tmp_path / "program.py"
    program.write_text(COMPILED)
    printed = [
        subprocess.run([sys.executable, *way, str(program)], capture_output=True, text=True, check=True).stdout
        for way in ((), ("-m", "minitorch_pt", "run"))
    ]
    assert printed[0] == printed[1]
    assert printed[0].count("\n") > 6


def test_compiled_functions_are_as_they_were():
    layer = minitorch_pt.nn.Linear(2, 1)
    layer.compile()

    @minitorch_pt.compile(dynamic=True)
    def double(x):
        return 2 * x

    assert double(3) == 6
    assert minitorch_pt.compile(max) is max


def test_constants_and_variables():
    same_program(
        lambda package: (
            package.pi,
            package.e,
            package.inf,
            package.isnan(package.tensor(package.nan)),
            package.newaxis,
        )
    )

    def program(package):
        x = package.ones(2)
        variable = package.autograd.Variable(x, requires_grad=True)
        (variable * 3).sum().backward()
        x[0] = 7
        return variable, variable.grad, package.autograd.Variable(x).requires_grad

    same_program(program)


ASKED = [1, 2, 0, -1, 1.5, "2", True, None, 2**70, np.int64(2), np.float64(2)]


@pytest.mark.parametrize("number", ASKED, ids=repr)
@pytest.mark.parametrize("name", ["num_threads", "num_interop_threads"])
def test_numbers_of_threads(name, number):
    if name == "num_interop_threads" and str(number) in "12":
        return  # torch takes them once in a process: see the next test

    def program(package):
        before = package.get_num_threads()
        try:
            getattr(package, f"set_{name}")(number)
            return getattr(package, f"get_{name}")()
        finally:
            package.set_num_threads(before)

    same_program(program)


def test_interop_threads_are_set_once(monkeypatch):
    monkeypatch.setattr(minitorch_pt.tensors.threads, "_between", [])
    assert minitorch_pt.get_num_interop_threads() == os.cpu_count()
    minitorch_pt.set_num_interop_threads(3)
    assert minitorch_pt.get_num_interop_threads() == 3
    with pytest.raises(RuntimeError, match="cannot set number of interop threads"):
        minitorch_pt.set_num_interop_threads(3)


@pytest.fixture(params=["threadpoolctl", "OpenBLAS itself"])
def way(request, monkeypatch):
    """The two ways to reach NumPy's library for products."""
    if request.param != "threadpoolctl":
        monkeypatch.setitem(sys.modules, "threadpoolctl", None)  # it cannot be imported
    before = minitorch_pt.get_num_threads()
    minitorch_pt.tensors.threads._products.cache_clear()
    yield request.param
    minitorch_pt.set_num_threads(before)
    minitorch_pt.tensors.threads._products.cache_clear()


def test_products_run_in_so_many_threads(way):
    for number in (1, 2, 1):
        minitorch_pt.set_num_threads(number)
        libraries = [library for library in threadpoolctl.threadpool_info() if "numpy" in library["filepath"]]
        assert [library["num_threads"] for library in libraries] == [number]
        assert minitorch_pt.get_num_threads() == number


def test_a_library_that_cannot_be_told(monkeypatch):
    monkeypatch.setattr(minitorch_pt.tensors.threads, "_products", lambda: None)
    with pytest.warns(UserWarning, match="cannot be told"):
        minitorch_pt.set_num_threads(1)
    assert minitorch_pt.get_num_threads() == os.cpu_count()


@pytest.mark.parametrize("mode", [0, 1, 2, "default", "warn", "error", 3, "x", 1.5, None])
def test_debug_mode_of_deterministic_algorithms(mode):
    def program(package):
        try:
            package.set_deterministic_debug_mode(mode)
            return package.get_deterministic_debug_mode(), package.is_deterministic_algorithms_warn_only_enabled()
        finally:
            package.set_deterministic_debug_mode(0)

    same_program(program)
