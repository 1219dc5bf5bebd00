"""What is left out says so: the table of absent names is torch's less ours, and whoever asks for one of them is told why."""

from __future__ import annotations

import copy
import importlib
import pickle
import subprocess
import sys

import pytest

import minitorch_pt
from minitorch_pt.names.absent import AT_USE, HOT, NAMED, PLACES, Absent, absence, is_late, left_out, reasons
from parity_tests.absent import CLASSES, FILE, ours, text
from parity_tests.oracle import lookup

NAMES = [(place, name) for place in PLACES for names in left_out(place).values() for name in names.split()]
IN_MODULES = [(ours(place), name) for place, name in NAMES if place not in CLASSES]
# what may be imported, and says at its use that it is left out
LATE = [(m, n) for m, n in IN_MODULES if is_late(f"torch{m.removeprefix('minitorch_pt')}.{n}")]


def test_the_table_is_torchs_names_less_ours():
    assert text() == FILE.read_text(), "names were added or are missing: python -m parity_tests.absent"
    assert len(set(NAMES)) == len(NAMES) > 700
    assert {reason for place in PLACES for reason in left_out(place)} == set(reasons())


def test_an_attribute_says_why_it_is_missing():
    silent = []
    for module, name in IN_MODULES:
        door = importlib.import_module(module)
        outer = f"torch{module.removeprefix('minitorch_pt')}"
        if outer in AT_USE or f"{outer}.{name}" in NAMED:
            continue
        if isinstance(vars(door).get(name), Absent):  # another test has imported it
            continue
        assert not hasattr(door, name) and getattr(door, name, 3) == 3
        if module not in HOT:
            with pytest.raises(AttributeError) as caught:
                getattr(door, name)
            if not str(caught.value).startswith(
                f"minitorch_pt leaves out torch{module.removeprefix('minitorch_pt')}.{name}: "
            ):
                silent.append(f"{module}.{name}")
    assert not silent


def test_an_import_says_why_it_fails():
    silent = []
    for module, name in set(IN_MODULES) - set(LATE):
        said = absence(f"torch{module.removeprefix('minitorch_pt')}.{name}")
        for statement in (f"from {module} import {name}", f"import {module}.{name}"):
            with pytest.raises(ModuleNotFoundError) as caught:
                exec(statement, {})
            if str(caught.value) != said:
                silent.append(statement)
    assert not silent


def used(thing):
    """The ways in which a program uses what it has imported."""
    yield lambda: thing(1)
    if isinstance(thing, Absent):
        yield lambda: thing.inner.name(1)

    class Mine(thing):
        pass

    yield Mine


def test_what_packages_import_at_their_start_says_at_its_use_that_it_is_left_out(monkeypatch):
    assert {"fft", "fx", "Stream", "irecv", "replicate", "scatter_gather"} <= {name for _, name in LATE}
    for module, name in LATE:
        names = {}
        monkeypatch.setitem(sys.modules, f"{module}.{name}", None)  # so that it is forgotten behind the test
        del sys.modules[f"{module}.{name}"]
        shown = vars(importlib.import_module(module))
        before = shown.get(name)
        monkeypatch.setitem(shown, name, before)
        if before is None:
            del shown[name]
        exec(f"from {module} import {name} as thing", names)
        thing = names["thing"]
        for use in used(thing):
            with pytest.raises(NotImplementedError, match="^minitorch_pt leaves out torch"):
                use()
        assert not isinstance(1, thing)
        assert thing | None is not None


def test_a_decorator_of_what_is_left_out_stands_before_functions_that_refuse():
    code = """
from minitorch_pt.distributed import rpc
@rpc.api.only_where_processes_have_met
def far():
    pass
try:
    far()
except NotImplementedError as error:
    print(str(error).partition(":")[0])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "minitorch_pt leaves out torch.distributed.rpc\n"


def test_modules_within_what_is_left_out():
    code = """
import minitorch_pt.distributed.nn.functional as F
from minitorch_pt.fft import fft
import minitorch_pt.fft
for use in (lambda: F.all_reduce(1), lambda: fft(1), lambda: minitorch_pt.fft.rfft(1)):
    try:
        use()
    except NotImplementedError as error:
        print(str(error).partition(":")[0])
assert not hasattr(fft, "__wrapped__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"minitorch_pt leaves out torch.{name}" for name in ("distributed.nn", "fft", "fft")
    ]


@pytest.mark.parametrize("place", CLASSES)
def test_classes(place):
    instance = {
        "torch.Generator": minitorch_pt.Generator(),
        "torch.Tensor": minitorch_pt.nn.Parameter(minitorch_pt.ones(2)),
        "torch.dtype": minitorch_pt.float32,
        "torch.nn.Module": minitorch_pt.nn.Linear(1, 1),
    }[place]
    cls = lookup(minitorch_pt, place.removeprefix("torch."))
    names = [name for where, name in NAMES if where == place]
    assert names
    for name in names:
        with pytest.raises(AttributeError) as caught:
            getattr(instance, name)
        assert str(caught.value) == absence(f"{place}.{name}")
        assert not hasattr(cls, name) and not hasattr(instance, name) and name not in dir(instance)
        if hasattr(instance, "__dict__"):  # a program may use the name for something of its own
            setattr(instance, name, 7)
            assert getattr(instance, name) == 7
    assert set(dir(instance)) & {"add_module", "add_", "seed", "itemsize"}


def test_what_it_says():
    with pytest.raises(
        AttributeError,
        match=r"^minitorch_pt leaves out torch\.fft: complex numbers are not offered; use numpy\.fft on x\.numpy\(\)$",
    ):
        minitorch_pt.fft  # noqa: B018
    assert repr(vars(minitorch_pt.Tensor)["cfloat"]).startswith("<minitorch_pt leaves out torch.Tensor.cfloat: complex")
    x = minitorch_pt.ones(2)
    assert copy.deepcopy(x).equal(x) and pickle.loads(pickle.dumps(x)).equal(x)


def test_the_methods_of_a_subclass_come_first():
    class Mine(minitorch_pt.Tensor):
        cfloat = 5

        def __getattr__(self, name):
            return f"mine: {name}"

    assert Mine([1.0]).cfloat == 5 and Mine([1.0]).cdouble == "mine: cdouble"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("torch.nonsense", "module 'minitorch_pt' has no attribute 'nonsense'"),
        ("torch.nn.nonsense", "module 'minitorch_pt.nn' has no attribute 'nonsense'"),
        ("torch.ones(2).nonsense", "'Tensor' object has no attribute 'nonsense'"),
        ("torch.nn.Linear(1, 1).nonsense", "'Linear' object has no attribute 'nonsense'"),
        (
            "from minitorch_pt.nn.functional import nonsense",
            "cannot import name 'nonsense' from 'minitorch_pt.nn.functional'",
        ),
        ("import minitorch_pt.nn.nonsense", "No module named 'minitorch_pt.nn.nonsense'"),
    ],
)
def test_what_torch_has_not_either(statement, said):
    with pytest.raises((AttributeError, ImportError)) as caught:
        exec(statement, {"torch": minitorch_pt})
    assert str(caught.value).startswith(said)


def last_line(code):
    done = subprocess.run(
        [sys.executable, "-c", f"import minitorch_pt as torch\n{code}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


def test_similar_names_are_suggested_for_what_is_misspelt_only():
    assert "Did you mean: 'Linear'" in last_line("torch.nn.Liner")
    assert "Did you mean: 'softmax'" in last_line("torch.ones(2).softmx()")
    assert last_line("torch.float8_e8m0fnu").endswith("use it, or torch.float32")
