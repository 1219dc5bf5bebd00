"""torch.library: operations of a program's own do as they do under torch."""

from __future__ import annotations

import itertools
import json
from importlib import import_module

import pytest
import torch

import minitorch_pt

BOTH = pytest.mark.parametrize("library", (minitorch_pt, torch), ids=("ours", "torch"))
COUNT = itertools.count()


def made(library, fn, **options):
    """An operation of a fresh name, and this name: torch's names stay."""
    fn.__annotations__ = {name: {"Tensor": library.Tensor, "Tensors": list[library.Tensor]}.get(kind, kind) for name, kind in fn.__annotations__.items()}  # fmt: skip
    name = f"parity{next(COUNT)}::op"
    return library.library.custom_op(name, fn, mutates_args=options.pop("mutates_args", ()), **options), name


def operation(library):
    def op(x, k=2.0, *, shift=0.0):
        return x * k + shift

    op.__annotations__ = {"x": "Tensor", "k": float, "shift": float, "return": "Tensor"}
    return made(library, op)


@BOTH
def test_values_and_names(library):
    op, name = operation(library)
    space = getattr(library.ops, name.partition("::")[0])
    x = library.tensor([1.0, 2.0])
    for call in (op, space.op, space.op.default, library.no_grad()(op)):
        assert call(x).tolist() == [2.0, 4.0]
        assert call(x, 3.0, shift=1.0).tolist() == call(x, shift=1.0, k=3.0).tolist() == [4.0, 7.0]
    assert repr(op) == f"<CustomOpDef({name})>"
    assert not op(x).requires_grad and op(x.requires_grad_()).requires_grad
    with pytest.raises(RuntimeError, match="takes|too many"):
        op(x, 1.0, 2.0)
    with pytest.raises(AttributeError):
        space.other  # noqa: B018


@BOTH
def test_without_a_formula_backward_raises(library):
    op, _ = operation(library)
    with pytest.raises(RuntimeError, match="no autograd formula was registered"):
        op(library.ones(2, requires_grad=True)).sum().backward()


@BOTH
@pytest.mark.parametrize("by_name", [False, True])
def test_gradients(library, by_name):
    op, name = operation(library)
    seen = []

    def keep(ctx, inputs, keyword_only_inputs, output):
        seen.append((len(inputs), inputs[1], keyword_only_inputs))
        ctx.k = inputs[1]
        ctx.save_for_backward(output)

    def back(ctx, g):
        assert ctx.saved_tensors[0].shape == g.shape
        return g * ctx.k * 10, None  # not what autograd would find

    if by_name:
        library.library.register_autograd(name, back, setup_context=keep)
    else:
        op.register_autograd(back, setup_context=keep)
    x = library.tensor([1.0, 2.0], requires_grad=True)
    (found,) = library.autograd.grad(op(x, 3.0, shift=1.0).sum(), x)
    assert found.tolist() == [30.0, 30.0] and seen == [(2, 3.0, {"shift": 1.0})]


@BOTH
def test_several_outputs_lists_and_changed_inputs(library):
    def two(x, y):
        y.add_(1)
        return x + 1, x + y

    two.__annotations__ = {"x": "Tensor", "y": "Tensor", "return": tuple[library.Tensor, library.Tensor]}
    op, _ = made(library, two, mutates_args={"y"})
    y = library.zeros(2)
    assert [t.tolist() for t in op(library.ones(2), y)] == [[2.0, 2.0], [2.0, 2.0]] and y.tolist() == [1.0, 1.0]

    def several(xs):
        return [x * 2 for x in xs]

    several.__annotations__ = {"xs": "Tensors", "return": "Tensors"}
    op, _ = made(library, several)
    found = op([library.ones(1), library.ones(2)])
    assert isinstance(found, list) and [t.tolist() for t in found] == [[2.0], [2.0, 2.0]]


@BOTH
def test_memory_is_the_operations_own(library):
    def same(x):
        return x.view(-1)

    same.__annotations__ = {"x": "Tensor", "return": "Tensor"}
    op, _ = made(library, same)
    with pytest.raises(RuntimeError, match="may not alias any inputs"):
        op(library.ones(2))


@BOTH
def test_other_kernels(library):
    op, name = operation(library)
    library.library.register_fake(name, lambda x, k=2.0, *, shift=0.0: library.empty_like(x))
    op.register_kernel("cuda")(lambda x, k=2.0, *, shift=0.0: x * 0)
    assert op(library.ones(1)).item() == 2.0
    op.register_kernel("cpu", lambda x, k=2.0, *, shift=0.0: x + 100)
    assert op(library.ones(1)).item() == 101.0

    @op.register_vmap
    def mapped(info, in_dims, x, *others, **named):
        return x * 5, in_dims[0]

    assert library.vmap(op)(library.ones(3, 1)).tolist() == [[5.0]] * 3


@BOTH
def test_an_operation_for_other_devices_needs_a_kernel(library):
    def op(x):
        return x + 1

    op.__annotations__ = {"x": "Tensor", "return": "Tensor"}
    op, _ = made(library, op, device_types="cuda")
    with pytest.raises(NotImplementedError, match="Could not run"):
        op(library.ones(1))
    op.register_kernel("cpu", lambda x: x + 2)
    assert op(library.ones(1)).item() == 3.0


@BOTH
def test_what_is_refused(library):
    for said in ({"return": "Tensor"}, {"x": "Tensor"}):

        def op(x):
            return x + 1

        op.__annotations__ = said
        with pytest.raises(ValueError, match="annotation"):
            made(library, op)
    with pytest.raises(ValueError):
        library.library.custom_op("without a namespace", lambda x: x, mutates_args=())
    with pytest.raises(TypeError):
        library.library.custom_op("parity::op")
    with pytest.raises((RuntimeError, AttributeError)):
        library.library.register_autograd(f"parity{next(COUNT)}::nothing", lambda ctx, g: g)


def test_gradients_of_tensors_in_lists_are_refused():
    def several(xs):
        return [x * 2 for x in xs]

    several.__annotations__ = {"xs": "Tensors", "return": "Tensors"}
    op, _ = made(minitorch_pt, several)
    with pytest.raises(NotImplementedError, match="no gradient flows to tensors in a list"):
        op([minitorch_pt.ones(1, requires_grad=True)])


@BOTH
def test_what_packages_name_where_they_start(library):
    """Each of these stands in a package of PyPI outside all functions: an annotation, a base, a decorator, a table."""
    for name in (
        "PyTorchFileReader ScriptModule DeviceObjType Stream cuda.CUDAGraph cuda.Stream cuda.get_device_capability cuda.reset_peak_memory_stats "
        "autograd.profiler.emit_nvtx fx.GraphModule export.ExportedProgram quint4x2 _C.Graph _C.Value jit._script_if_tracing "
        "onnx.register_custom_op_symbolic library.register_fake ops.load_library _dynamo.eval_frame.OptimizedModule _dynamo.config.patch "
        "_dynamo.mark_static_address utils._pytree.Context utils._pytree._list_flatten profiler.kineto_available"
    ).split():
        thing = library
        for part in name.split("."):
            thing = getattr(thing, part)
        assert callable(thing) or name in ("quint4x2", "utils._pytree.Context")
    for name in (
        "nn.attention.flex_attention.BlockMask _dynamo._trace_wrapped_higher_order_op.TransformGetItemToIndex jit.annotations.BroadcastingList2 "
        "onnx.symbolic_helper.parse_args onnx.symbolic_opset11.unsqueeze hub.HASH_REGEX _dynamo.exc.Unsupported"
    ).split():
        module, _, last = name.rpartition(".")
        assert hasattr(import_module(f"{library.__name__}.{module}"), last)
    assert not isinstance(3, library.nn.attention.flex_attention.BlockMask)
    with pytest.raises((RuntimeError, AssertionError)):
        library.cuda.get_device_capability()
    with pytest.raises(OSError):
        library.ops.load_library("nothing.so")


def test_a_use_of_what_is_only_named_raises():
    import minitorch_pt.nn.attention.flex_attention

    for use in (
        lambda: minitorch_pt.PyTorchFileReader("x"),
        lambda: minitorch_pt.fx.symbolic_trace(minitorch_pt.nn.ReLU()),
        lambda: minitorch_pt.nn.attention.flex_attention.flex_attention(1, 2, 3),
        lambda: minitorch_pt.export.export(1),
    ):
        with pytest.raises(NotImplementedError, match="^minitorch_pt leaves out torch"):
            use()
    # marks for what takes functions apart: torch wants them outside all functions
    assert (minitorch_pt.fx.wrap("sorted"), minitorch_pt.fx.wrap(made)) == ("sorted", made)


@BOTH
def test_what_a_module_with_a_to_of_its_own_asks(library):
    parsed = library._C._nn._parse_to
    cpu, half = library.device("cpu"), library.float16
    for args, kwargs, expected in (
        ((cpu,), {}, (cpu, None, False, None)),
        (("cpu", half), {}, (cpu, half, False, None)),
        ((half, True), {}, (None, half, True, None)),
        ((library.ones(1, dtype=half),), {}, (cpu, half, False, None)),
        ((), {"device": "cpu", "memory_format": library.channels_last}, (cpu, None, False, library.channels_last)),
        ((None,), {}, (None, None, False, None)),
    ):
        assert parsed(*args, **kwargs) == expected
    assert library._C._nn.gelu(library.zeros(1)).item() == 0.0
    assert not library.autograd._profiler_enabled()
    with library.autograd.profiler.profile():
        assert library.autograd._profiler_enabled()


@BOTH
def test_recordings_as_files_for_tensorboard(library, tmp_path):
    made = library.profiler.tensorboard_trace_handler(str(tmp_path / "log"), worker_name="one")
    with library.profiler.profile(activities=[library.profiler.ProfilerActivity.CPU], on_trace_ready=made):
        library.ones(3).exp()
    (file,) = (tmp_path / "log").iterdir()
    assert file.name.startswith("one.") and file.name.endswith(".pt.trace.json")
    assert json.loads(file.read_text())["traceEvents"] and library.profiler.kineto_available()


@BOTH
def test_files_at_an_address(library, tmp_path, monkeypatch):
    source = tmp_path / "weights-0123.pt"
    library.save({"weight": library.ones(2)}, source)
    before = library.hub.get_dir()
    library.hub.set_dir(tmp_path / "hub")
    try:
        found = library.hub.load_state_dict_from_url(source.as_uri(), progress=False)
        assert found["weight"].tolist() == [1.0, 1.0] and library.hub.get_dir() == str(tmp_path / "hub")
        source.write_bytes(b"changed")  # it was kept
        again = library.hub.load_state_dict_from_url(source.as_uri(), progress=False, map_location="cpu")
        assert again["weight"].tolist() == [1.0, 1.0]
        with pytest.raises(RuntimeError, match='invalid hash value .expected "0123"'):
            library.hub.load_state_dict_from_url(
                source.as_uri(), str(tmp_path / "other"), progress=False, check_hash=True
            )
        assert [*(tmp_path / "other").iterdir()] == []
    finally:
        library.hub.set_dir(before)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert library.hub._get_torch_home() == str(tmp_path)


@BOTH
def test_a_model_made_to_be_loaded(library):
    """As transformers makes it: without numbers, without drawing any, and those that no file has are drawn behind."""
    trained = library.nn.Linear(2, 3)
    library.manual_seed(0)
    outside = library.get_rng_state()
    with library.device("meta"):
        model = library.nn.Sequential(library.nn.Linear(2, 3), library.nn.Dropout())
        assert library.tensor([]).device == library.device("meta") and model[0].weight.device.type == "meta"
        with library.device("meta"):
            assert library.empty(3, device="meta").to(dtype=library.float64).shape == (3,)
    assert library.equal(library.get_rng_state(), outside) and library.tensor([]).device.type == "cpu"
    model.load_state_dict({f"0.{name}": value for name, value in trained.state_dict().items()}, assign=True)
    assert library.equal(model[0].weight, trained.weight) and model[0].weight.device.type == "cpu"
    with pytest.raises(RuntimeError), library.device("meta"):
        raise RuntimeError("the block ends all the same")
    assert library.rand(1).device.type == "cpu"


def test_what_has_no_numbers_is_made_in_a_block_only():
    for use in (lambda: minitorch_pt.empty(2, device="meta"), lambda: minitorch_pt.ones(2).to("meta")):
        with pytest.raises(NotImplementedError, match="CPU only"):
            use()


@BOTH
def test_inner_names_that_packages_import(library):
    transforms = import_module(f"{library.__name__}.distributions.transforms")
    assert isinstance(transforms.ExpTransform().inv, transforms._InverseTransform)
    x = library.tensor([-200.0, 0.0, 200.0])
    assert library.equal(transforms._clipped_sigmoid(x), transforms.SigmoidTransform()(x))
    assert library.serialization.DEFAULT_PROTOCOL == 2
    assert import_module(f"{library.__name__}.nn.modules.module")._EXTRA_STATE_KEY_SUFFIX == "_extra_state"
    assert isinstance(library.backends.cpu.get_cpu_capability(), str)


@BOTH
def test_batches_of_a_packages_own_classes(library):
    class Mine(library.Tensor):
        pass

    collate = import_module(f"{library.__name__}.utils.data._utils.collate")
    collate.default_collate_fn_map[Mine] = lambda batch, *, collate_fn_map=None: ("mine", len(batch))
    try:
        sample = {"a": library.ones(2).as_subclass(Mine), "b": library.ones(2)}
        (batch,) = library.utils.data.DataLoader([sample, sample], batch_size=2)
        assert batch["a"] == ("mine", 2) and batch["b"].tolist() == [[1.0, 1.0]] * 2
    finally:
        del collate.default_collate_fn_map[Mine]
    assert collate.np_str_obj_array_pattern.search("<U3") and not collate.np_str_obj_array_pattern.search("<f4")
