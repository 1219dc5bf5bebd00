"""What packages built on torch name or ask at their start: types, torch's inner parts, operations by the names of its library."""

from __future__ import annotations

import multiprocessing
import warnings

import numpy as np
import pytest
import torch

import minitorch_pt

BOTH = pytest.mark.parametrize("library", (minitorch_pt, torch), ids=("ours", "torch"))


@BOTH
def test_types(library):
    from importlib import import_module

    types = import_module(f"{library.__name__}.types")
    assert isinstance(1.5, types.Number) and isinstance("file", types.FileLike.__args__[0])
    assert types._dtype is library.dtype and types._device is library.device and types._int is int
    assert isinstance(library.device("cpu"), types.Device)
    for name in ("SymInt", "SymFloat", "SymBool"):
        assert not isinstance(1, getattr(library, name))
        assert getattr(library, name) is getattr(types, name)
    assert issubclass(library.futures.Future, library.Future)
    assert import_module(f"{library.__name__}.autograd.function").FunctionCtx
    assert not library._C._get_tracing_state()
    assert not library._C._are_functorch_transforms_active()
    library._C._log_api_usage_once("a package")

    class Mine(library.Tensor):
        __torch_function__ = library._C._disabled_torch_function_impl

    library._assert_async(library.tensor(1))
    library._check(True)
    for wrong in (lambda: library._assert_async(library.tensor(0.0)), lambda: library._check(False, lambda: "why")):
        with pytest.raises(RuntimeError):
            wrong()
    with pytest.raises(TypeError):
        library._check(1)


@pytest.mark.parametrize("name", ["bfloat16", "float8_e4m3fn", "complex64", "complex32", "qint8", "uint16"])
def test_tensors_without_elements_of_types_that_are_left_out(name):
    kind = getattr(minitorch_pt, name)
    empty = minitorch_pt.empty(2, 0, dtype=kind)
    if name != "qint8":
        theirs = torch.empty(2, 0, dtype=getattr(torch, name))
        assert (empty.element_size(), empty.shape, str(empty.dtype)) == (
            theirs.element_size(),
            theirs.shape,
            str(theirs.dtype),
        )
    assert empty.dtype is kind
    for use in (
        lambda: minitorch_pt.empty(2, dtype=kind),
        lambda: empty + empty,
        lambda: minitorch_pt.zeros(1, dtype=kind),
    ):
        with pytest.raises((TypeError, RuntimeError)):
            use()


@BOTH
def test_the_operations_of_the_library_by_name(library):
    aten, x = library.ops.aten, library.tensor([[3.0, -1.0], [2.0, 0.5]])
    assert library.equal(aten.relu(x), x.relu()) and library.equal(aten.relu.default(x), x.relu())
    assert library.equal(aten.add.Tensor(x, x), x + x) and library.equal(aten.cat.default([x, x]), library.cat([x, x]))
    assert library.equal(aten.sort.stable(x, stable=True, dim=0)[0], x.sort(0)[0])
    assert library.equal(aten.add_.Tensor(x.clone(), x), x + x)
    assert (
        aten.relu is aten.relu and aten.sort.default is aten.sort.default and aten.sort.default is not aten.sort.stable
    )
    assert repr(aten.add.Tensor) == "<OpOverload(op='aten.add', overload='Tensor')>"
    assert repr(aten.add) == "<OpOverloadPacket(op='aten.add')>"
    with pytest.raises((AttributeError, NotImplementedError)):
        aten.no_such_operation(x)
    with pytest.raises(AttributeError):
        aten.relu.__wrapped__  # noqa: B018
    with pytest.raises(AttributeError):
        aten.__wrapped__  # noqa: B018


@BOTH
def test_processes(library):
    from importlib import import_module

    processes = import_module(f"{library.__name__}.multiprocessing")
    assert processes.cpu_count() == multiprocessing.cpu_count() and processes.Queue and processes.get_context("spawn")
    assert processes.get_sharing_strategy() in processes.get_all_sharing_strategies()
    processes.set_sharing_strategy("file_system")
    processes.set_sharing_strategy("file_descriptor")
    with pytest.raises(AssertionError):
        processes.set_sharing_strategy("post")


def test_no_process_is_started():
    with pytest.raises(RuntimeError, match="one process"):
        minitorch_pt.multiprocessing.spawn(print, nprocs=2)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum", "elementwise_mean", "product"])
@pytest.mark.parametrize("flags", [(None, None), (True, None), (False, True), (True, False), (False, False)])
def test_reductions_by_number(reduction, flags):
    import torch.nn._reduction as theirs

    import minitorch_pt.nn._reduction as mine

    results = []
    for library in (mine, theirs):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                number = library.get_enum(reduction)
            except ValueError:
                number = None
            results.append(
                (
                    number,
                    library.legacy_get_string(*flags),
                    library.legacy_get_enum(*flags, emit_warning=False),
                    [str(w.message) for w in caught],
                )
            )
    assert results[0] == results[1]


@BOTH
def test_batch_normalisation_of_several_processes_is_that_of_one(library):
    nn = library.nn
    x = library.tensor(np.random.default_rng(0).normal(size=(4, 3, 5)).astype("f"))
    model = nn.Sequential(
        nn.BatchNorm1d(3, momentum=None),
        nn.Sequential(nn.ReLU(), nn.BatchNorm1d(3, affine=False)),
        nn.BatchNorm1d(3, track_running_stats=False),
    ).eval()
    model(x)
    twin = nn.SyncBatchNorm.convert_sync_batchnorm(model)
    assert [type(m).__name__ for m in twin.modules()] == [
        "Sequential",
        "SyncBatchNorm",
        "Sequential",
        "ReLU",
        "SyncBatchNorm",
        "SyncBatchNorm",
    ]
    assert twin[0].weight is model[0].weight and not twin[0].training
    assert isinstance(nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm2d(2)), nn.SyncBatchNorm)
    plain, sync = nn.BatchNorm1d(3), nn.SyncBatchNorm(3)
    assert repr(sync) == repr(torch.nn.SyncBatchNorm(3))
    for mode in (True, False):
        assert library.equal(plain.train(mode)(x), sync.train(mode)(x))
    assert library.equal(plain.running_var, sync.running_var) and sync.process_group is None
    for wrong in (library.ones(3), library.ones(2, 0)):
        with pytest.raises(ValueError):
            sync(wrong)


@BOTH
def test_hooks_before_loading_by_their_inner_name(library):
    seen = []
    layer = library.nn.Linear(1, 1)
    layer._register_load_state_dict_pre_hook(
        lambda state, prefix, *others: seen.append((sorted(state), prefix, len(others)))
    )
    layer._register_load_state_dict_pre_hook(
        lambda module, state, *others: seen.append(module is layer), with_module=True
    )
    layer.load_state_dict(layer.state_dict())
    assert seen == [(["bias", "weight"], "", 5), True]


@BOTH
def test_deterministic_algorithms(library):
    for mode, warn_only in ((True, True), (False, True), (True, False), (False, False)):
        library.use_deterministic_algorithms(mode, warn_only=warn_only)
        assert library.are_deterministic_algorithms_enabled() is mode
        assert library.is_deterministic_algorithms_warn_only_enabled() is warn_only


def test_the_card_that_is_not_there():
    for kind in (minitorch_pt.cuda.Stream, minitorch_pt.cuda.Event):
        assert not isinstance(1, kind)
        with pytest.raises(RuntimeError, match="CPU only"):
            kind()


def test_libraries_that_are_not_there():
    for name in ("mkldnn", "mkl", "openmp"):
        assert not getattr(minitorch_pt.backends, name).is_available()


CONSTRAINTS = """
C.corr_cholesky.check(t.eye(3)) | C.corr_cholesky.check(t.tensor([[1.0, 0.0], [0.6, 0.8]])) | C.corr_cholesky.check(t.ones(2, 2)) | C.corr_cholesky.check(2 * t.eye(2))
C.cat([C.positive, C.real, C.unit_interval], 1).check(x) | C.cat([C.positive, C.real], -1, [1, 2]).check(x) | C.cat([C.positive, C.nonnegative_integer]).is_discrete
C.stack([C.positive, C.real], 0).check(x) | C.stack([C.positive, C.real_vector], -1).event_dim | C.stack([C.positive, C.real], -1).event_dim
C.cat([C.positive], 5).check(x) | C.stack([C.positive], 5).check(x) | C.cat([C.positive], 0, [1, 2]) | C.cat([1]) | C.stack([1]) | C.corr_cholesky.event_dim
"""


@pytest.mark.parametrize(
    "expression", [case.strip() for line in CONSTRAINTS.strip().splitlines() for case in line.split("|")]
)
def test_constraints_of_parts(expression):
    results = []
    for library in (minitorch_pt, torch):
        names = {
            "t": library,
            "C": library.distributions.constraints,
            "x": library.tensor([[0.5, -1.0, 0.3], [-2.0, 1.0, 3.0]]),
        }
        try:
            results.append(repr(eval(expression, names)))
        except AssertionError:
            results.append(AssertionError)
    assert results[0] == results[1]


@BOTH
def test_passes_of_a_loader_are_called_as_torchs(library):
    from importlib import import_module

    names = vars(import_module(f"{library.__name__}.utils.data.dataloader"))
    one = iter(library.utils.data.DataLoader([1, 2]))
    assert type(one) is names["_SingleProcessDataLoaderIter"] and isinstance(one, names["_BaseDataLoaderIter"])
    assert not isinstance(one, names["_MultiProcessingDataLoaderIter"])


def test_what_packages_take_from_the_distributions():
    from minitorch_pt.distributions.utils import _standard_normal, _sum_rightmost

    minitorch_pt.manual_seed(0)
    torch.manual_seed(0)
    noise = _standard_normal(minitorch_pt.Size([2, 3]), dtype=minitorch_pt.float64, device="cpu")
    np.testing.assert_array_equal(
        noise.numpy(), torch.distributions.utils._standard_normal((2, 3), torch.float64, "cpu").numpy()
    )
    assert _sum_rightmost(noise, 1).shape == (2,)

    class Mine:
        pass

    minitorch_pt.distributions.register_kl(Mine, minitorch_pt.distributions.Normal)


@BOTH
def test_switches_of_libraries(library):
    """What training scripts set before they know what is there."""
    from importlib import import_module

    cudnn = import_module(f"{library.__name__}.backends.cudnn")  # import torch.backends.cudnn as cudnn
    assert cudnn is library.backends.cudnn
    with cudnn.flags(enabled=True, benchmark=True):
        assert cudnn.benchmark
    assert not cudnn.benchmark
    matmul, before = library.backends.cuda.matmul, library.backends.cuda.matmul.allow_tf32
    matmul.allow_tf32 = True
    assert matmul.allow_tf32
    matmul.allow_tf32 = before
    for kernel in ("flash", "mem_efficient", "math"):
        switch, asked = (
            getattr(library.backends.cuda, name) for name in (f"enable_{kernel}_sdp", f"{kernel}_sdp_enabled")
        )
        assert asked()
        switch(False)
        assert not asked()
        switch(True)


@BOTH
def test_types_of_tensors_on_a_graphics_card(library):
    for name in ("FloatTensor", "LongTensor", "ByteTensor"):
        kind = getattr(library.cuda, name)
        assert repr(kind) == f"<class 'torch.cuda.{name}'>" and not isinstance(library.ones(1), kind)
        with pytest.raises(TypeError, match=f"type torch.cuda.{name} not available"):
            kind(2)


@BOTH
def test_names_of_inner_parts(library):
    from importlib import import_module

    collate = import_module(f"{library.__name__}.utils.data._utils.collate")
    assert collate.default_collate is library.utils.data.default_collate
    utils = library.distributions.utils
    assert utils._sum_rightmost(library.ones(2, 3, 4), 2).tolist() == [12.0, 12.0]
    library.manual_seed(0)
    drawn = utils._standard_normal((3,), library.float32, "cpu")
    library.manual_seed(0)
    assert drawn.equal(library.randn(3))
    assert import_module(f"{library.__name__}.optim.optimizer").ParamsT and callable(library.jit._overload_method)

    class Old(library.autograd.function.InplaceFunction):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2

    x = library.ones(2, requires_grad=True)
    Old.apply(x).sum().backward()
    assert (
        x.grad.tolist() == [2.0, 2.0]
        and isinstance(Old, type)
        and issubclass(Old, library.autograd.function.FunctionCtx)
    )


# what a module's own `to` is given, as packages ask torch._C._nn to read it
TO = (
    ((), {}), (("cpu",), {}), ((DTYPE := "float64",), {}), (("cpu", DTYPE, True), {}), ((None,), {}), ((DTYPE, True), {}), ((), {"device": None}),
    ((), {"device": "cpu", "dtype": DTYPE}), ((), {"memory_format": "channels_last"}), (("tensor",), {}), (("cpu",), {"bias": 1}),
)  # fmt: skip


@pytest.mark.parametrize(("args", "kwargs"), TO, ids=str)
def test_what_a_module_of_a_package_reads_from_the_arguments_of_to(args, kwargs):
    def read(library):
        known = {name: getattr(library, name) for name in ("float64", "channels_last")} | {"tensor": library.ones(1)}

        def real(x):
            return known.get(x, x) if isinstance(x, str) else x

        try:
            return str(library._C._nn._parse_to(*map(real, args), **{k: real(v) for k, v in kwargs.items()}))
        except TypeError:
            return TypeError

    assert read(minitorch_pt) == read(torch)


@BOTH
def test_errors_of_graphics_cards_are_named_where_they_are_caught(library):
    assert library.cuda.OutOfMemoryError is library.OutOfMemoryError and issubclass(
        library.OutOfMemoryError, RuntimeError
    )
    assert library.cuda.AcceleratorError is library.AcceleratorError and issubclass(
        library.AcceleratorError, RuntimeError
    )


@BOTH
def test_warnings_of_the_tracer_are_silenced_by_their_name(library):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=library.jit.TracerWarning)
    assert callable(library.jit._get_trace_graph)
    assert not isinstance(library.ones(1), (library._C.Graph, library._C.Node, library._C.Value))


def test_a_trace_is_refused_where_it_is_asked_for():
    with pytest.raises(NotImplementedError, match="hooks on modules"):
        minitorch_pt.jit._get_trace_graph(minitorch_pt.nn.ReLU(), ())


@BOTH
def test_inverses_and_exchanged_parameters_by_torchs_inner_names(library):
    inverse = library.distributions.transforms._InverseTransform
    assert isinstance(library.distributions.ExpTransform().inv, inverse) and inverse.__name__ == "_InverseTransform"
    layer = library.nn.Linear(1, 1)
    with library.nn.utils.stateless._reparametrize_module(layer, {"weight": library.full((1, 1), 3.0)}):
        assert layer.weight.item() == 3.0
    assert layer.weight.item() != 3.0
