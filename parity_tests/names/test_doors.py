"""torch's modules of which little is left in one process without a compiler: jit, overrides, the sampler of several processes, types by name."""

from __future__ import annotations

import importlib
import itertools
import subprocess
import sys
import typing

import pytest
import torch

import minitorch_pt
from minitorch_pt.arrays.dtypes import LeftOut
from parity_tests.oracle import lookup

BOTH = pytest.mark.parametrize("library", (minitorch_pt, torch), ids=("ours", "torch"))


@pytest.mark.parametrize(
    ("n", "replicas", "drop", "shuffle"),
    [*itertools.product((1, 2, 7, 10), (1, 2, 3, 4), (False, True), (False, True))],
)
def test_the_sampler_of_several_processes(n, replicas, drop, shuffle):
    for rank in range(replicas):
        seen = []
        for library in (minitorch_pt, torch):
            sampler = library.utils.data.distributed.DistributedSampler(
                range(n), replicas, rank, shuffle, seed=3, drop_last=drop
            )
            sampler.set_epoch(2)
            try:
                seen.append((len(sampler), list(sampler)))
            except AssertionError:  # torch's, where a process would get less than nothing
                seen.append((len(sampler), []))
        assert seen[0] == seen[1]


@BOTH
def test_the_sampler_wants_to_know_its_place(library):
    with pytest.raises((RuntimeError, ValueError)):
        library.utils.data.DistributedSampler(range(3))
    with pytest.raises(ValueError, match="Invalid rank"):
        library.utils.data.DistributedSampler(range(3), 2, 2)


@BOTH
@pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning")
def test_what_is_to_be_compiled_runs(library):
    def double(x: library.Tensor) -> library.Tensor:
        return x * 2

    class Twice(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = library.nn.Linear(2, 2)

        def forward(self, x):
            return double(self.inner(x))

        @library.jit.ignore
        def left(self, x):
            return x

        @library.jit.unused
        def unused(self, x):
            return x

    x, model = library.ones(3, 2), Twice()
    for made in (library.jit.trace(model, x), library.jit.freeze(model.eval()) if library is minitorch_pt else model):
        assert library.equal(made(x), model(x))
        assert isinstance(made, library.nn.Module)
    assert library.equal(library.jit.trace(double, (x,))(x), x * 2)
    assert library.equal(library.jit.script_if_tracing(double)(x), x * 2)
    assert library.equal(library.jit.ignore(drop=False)(double)(x), x * 2)
    assert library.jit.export(double) is double
    assert library.jit.annotate(int, 3) == 3
    assert not library.jit.is_scripting()
    assert not library.jit.is_tracing()
    assert not isinstance(model, (library.jit.ScriptModule, library.jit.ScriptFunction))


def test_files_of_compiled_code_are_refused():
    for call in (lambda: minitorch_pt.jit.save(None, "a.pt"), lambda: minitorch_pt.jit.load("a.pt")):
        with pytest.raises(RuntimeError, match="no compiler"):
            call()


@BOTH
def test_whether_a_function_is_taken_over(library):
    x = library.ones(2)
    assert not library.overrides.has_torch_function((x, 1))
    assert not library.overrides.has_torch_function_unary(x)
    assert not library.overrides.has_torch_function_variadic(x, x)
    assert library.overrides.is_tensor_like(x)
    assert not library.overrides.is_tensor_like([1])
    assert library.overrides.is_tensor_method_or_property(library.Tensor.add)
    assert not library.overrides.is_tensor_method_or_property(library.nn.functional.linear)


LEFT_OUT = sorted(name for name, value in vars(minitorch_pt).items() if isinstance(value, LeftOut))


@pytest.mark.parametrize("name", LEFT_OUT)
def test_types_without_tensors(name):
    mine, other = getattr(minitorch_pt, name), getattr(torch, name)
    assert repr(mine) == repr(other)
    for fact in ("is_floating_point", "is_complex", "itemsize"):
        assert getattr(mine, fact) == getattr(other, fact)
    if not name.startswith("q"):  # torch itself cannot say it of quantized numbers
        assert mine.is_signed == other.is_signed
    x = minitorch_pt.ones(2)
    for use in (
        lambda: minitorch_pt.zeros(2, dtype=mine), lambda: minitorch_pt.tensor([1.0], dtype=mine), lambda: x.to(mine), lambda: x.type(mine),
        lambda: x.sum(dtype=mine), lambda: minitorch_pt.nn.Linear(2, 2, dtype=mine), lambda: minitorch_pt.promote_types(mine, minitorch_pt.float32), lambda: minitorch_pt.softmax(x, 0, dtype=mine),
        lambda: minitorch_pt.empty_like(x, dtype=mine), lambda: minitorch_pt.randn(2, dtype=mine),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=f"no tensors of torch.{mine.name}"):
            use()
    assert x.dtype != mine
    with pytest.raises(TypeError):  # whole numbers are refused as such, as in torch
        minitorch_pt.nn.Linear(2, 2).to(mine)


@BOTH
def test_an_option_that_must_be_given(library):
    required = importlib.import_module(f"{library.__name__}.optim.optimizer").required

    class Mine(library.optim.Optimizer):
        def __init__(self, params, lr=required):
            super().__init__(params, {"lr": lr})

    assert repr(required) == "<required parameter>"
    with pytest.raises(ValueError, match="required optimization parameter lr"):
        Mine([library.ones(2)])
    assert Mine([{"params": [library.ones(2)], "lr": 1}]).param_groups[0]["lr"] == 1


def test_the_handle_of_hooks():
    for library in (minitorch_pt, torch):
        handle = library.nn.Linear(1, 1).register_forward_hook(print)
        assert isinstance(handle, lookup(library, "utils.hooks").RemovableHandle)


@BOTH
def test_the_compiler_that_is_not_there(library):
    def double(x):
        return x * 2

    library = library.compiler
    assert library.disable(double)(2) == library.disable()(double)(2) == library.allow_in_graph(double)(2) == 4
    assert library.assume_constant_result(double)(2) == 4
    assert not library.is_compiling()
    assert not library.is_dynamo_compiling()
    assert not library.is_exporting()
    assert library.reset() is None
    if library is minitorch_pt.compiler:
        assert library.list_backends() == []
        assert library.cudagraph_mark_step_begin() is None
        assert library.compile(double)(2) == 4


def test_one_process_alone():
    door = minitorch_pt.distributed
    for name in door.__all__:
        assert hasattr(torch.distributed, name)
        assert not name.startswith("is_") or getattr(door, name)() is False
    assert not torch.distributed.is_initialized()


@BOTH
def test_a_value_that_comes_later(library):
    futures = importlib.import_module(f"{library.__name__}.futures")
    first, second = futures.Future(), futures.Future()
    seen = []
    first.add_done_callback(lambda f: seen.append(f.value()))
    doubled = first.then(lambda f: f.value() * 2)
    broken = first.then(lambda f: f.value()[0])
    both = futures.collect_all([first, second])
    assert not first.done()
    with pytest.raises(RuntimeError):
        first.value()
    first.set_result(3)
    assert not both.done()
    assert (doubled.wait(), seen, first.done()) == (6, [3], True)
    first.add_done_callback(lambda f: seen.append(f.value() + 1))
    assert seen == [3, 4]
    with pytest.raises(Exception, match="subscriptable"):
        broken.wait()
    with pytest.raises(RuntimeError):
        first.set_result(4)
    second.set_exception(ValueError("no value"))
    for wait in (both.wait, lambda: futures.wait_all([first, second])):
        with pytest.raises(ValueError, match="no value"):
            wait()
    assert [f.value() for f in futures.collect_all([first, doubled]).wait()] == [3, 6]
    with pytest.raises(AssertionError):
        futures.Future().set_exception("text")
    assert futures.wait_all([first, doubled]) == [3, 6]
    assert futures.collect_all([]).wait() == []


@BOTH
def test_what_it_computes_with(library):
    assert "built with:" in library.__config__.show()
    assert f"get_num_threads() : {library.get_num_threads()}" in library.__config__.parallel_info()


@BOTH
def test_kernels_of_attention(library):
    door = importlib.import_module(f"{library.__name__}.nn.attention")
    x = library.ones(1, 2, 3, 4)
    plain = library.nn.functional.scaled_dot_product_attention(x, x, x)
    for kernels in (door.SDPBackend.MATH, [door.SDPBackend.FLASH_ATTENTION, door.SDPBackend.MATH]):
        with door.sdpa_kernel(kernels):
            assert library.equal(library.nn.functional.scaled_dot_product_attention(x, x, x), plain)
    with pytest.raises(AssertionError), door.sdpa_kernel("math"):
        pass


def test_the_numbers_of_the_kernels():
    theirs = importlib.import_module("torch.nn.attention").SDPBackend.__members__
    ours = importlib.import_module("minitorch_pt.nn.attention").SDPBackend.__members__
    assert {name: int(member.value) for name, member in ours.items()} == {
        name: int(member) for name, member in theirs.items()
    }


@pytest.mark.parametrize("name", ("sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged"))
def test_layouts_without_tensors(name):
    mine = getattr(minitorch_pt, name)
    assert repr(mine) == repr(getattr(torch, name))
    assert minitorch_pt.ones(2).layout != mine
    for use in (
        lambda: minitorch_pt.zeros(2, layout=mine),
        lambda: minitorch_pt.empty_like(minitorch_pt.ones(1), layout=mine),
    ):
        with pytest.raises(TypeError, match="no tensors of layout"):
            use()


REACHED = """
import importlib, sys, {package} as library
for name in {names}:
    found = library
    for part in name.split("."):
        found = getattr(found, part, None)
    if (type(found) is type(sys)) is {wanted}:
        try:
            made = importlib.import_module("{package}." + name)
            if type(made) is type(sys):  # and not something that says at its use that it is left out
                print(name)
        except ImportError:
            pass
"""


def test_modules_that_the_import_brings():
    """`import torch` alone makes torch.nn.attention an attribute: so here, of all that can be imported."""

    def printed(**kwargs):
        command = [sys.executable, "-W", "ignore", "-c", REACHED.format(**kwargs)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    loaded = '[n[6:] for n in sorted(sys.modules) if n.startswith("torch.")]'
    theirs = printed(package="torch", names=loaded, wanted=True)
    assert {"nn.functional", "nn.attention"} < set(theirs)
    assert printed(package="minitorch_pt", names=theirs, wanted=False) == []


ASKED = "__file__ __path__ __spec__ __loader__ __wrapped__ __all__ __warningregistry__ __dataclass_fields__ __test__ __doctest_skip__"
WALK = f"""
import importlib, pkgutil, sys
import minitorch_pt
for rounds in range(2):
    before = set(sys.modules)
    for module in [m for name, m in sys.modules.items() if name.partition(".")[0] == "minitorch_pt"]:
        for name in {ASKED.split()}:
            getattr(module, name, None)
    print(sorted(set(sys.modules) - before))
    for info in pkgutil.walk_packages(minitorch_pt.__path__, "minitorch_pt."):
        if not info.name.startswith("minitorch_pt.teaching") and not info.name.endswith("__main__"):
            importlib.import_module(info.name)
"""


def test_asking_a_module_what_tools_ask_imports_nothing():
    """`inspect`, coverage and notebooks walk through all modules: that loaded nn, in programs that do not use it."""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", WALK], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"


VALUES = (
    1,
    True,
    1.5,
    None,
    "a",
    [],
    {},
    (),
    [1],
    [1, "a"],
    [None, 2],
    [[1], ["a"]],
    (1, "a"),
    (1,),
    {1: "a"},
    {"a": [1]},
    {1: None},
    ([1], {"a": 2}),
)
PLAIN = (
    int,
    float,
    str,
    type(None),
    list,
    dict,
    tuple,
    list,
    dict,
    tuple,
    typing.Optional,
    typing.Any,
    3,
    [int],
)


@pytest.mark.filterwarnings("ignore:The inner type")
def test_types_of_containers():
    """torch.jit.isinstance of many values and types, made of one another: the answer, or the type of the error."""
    inner = (int, str, list[int], int | None, dict[str, int], typing.List[typing.Union[int, str]])  # noqa: UP006, UP007
    kinds = [
        *PLAIN,
        *(list[a] for a in inner),
        *(a | float for a in inner),
        *(typing.Optional[a] for a in inner),  # noqa: UP045
        (int, list[int]),
    ]
    kinds += [form[a, b] for form in (dict, tuple, typing.Tuple) for a, b in itertools.product(inner, inner)]  # noqa: UP006

    def answer(library, value, kind):
        try:
            return library.jit.isinstance(value, kind)
        except Exception as error:
            return type(error), str(error)

    for value, kind in itertools.product(VALUES, kinds):
        assert answer(minitorch_pt, value, kind) == answer(torch, value, kind), (value, kind)


@pytest.mark.filterwarnings("ignore:Only works in script mode", "ignore:.torch.jit:DeprecationWarning")
@BOTH
def test_calls_that_wait(library):
    assert library.jit.wait(library.jit.fork(lambda x, y: x + y, 1, y=2)) == 3
    assert library.jit.Attribute(1, int) == (1, int)
    assert issubclass(library.jit.Error, Exception)
    with library.jit.strict_fusion():
        assert library.ones(1) == 1
