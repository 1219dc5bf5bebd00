"""save and load: what goes in comes out, in either package, whichever wrote the file; files that could run code are refused."""

from __future__ import annotations

import collections
import fractions
import io
import math
import mmap
import pickle
import zipfile

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same

PACKAGES = [(minitorch_pt, minitorch_pt), (minitorch_pt, torch), (torch, minitorch_pt)]
WAYS = ["ours", "ours to torch", "torch to ours"]


class Named(minitorch_pt.Tensor):
    """A user's own kind of tensor."""


class Net(minitorch_pt.nn.Module):
    """A user's own model."""

    def __init__(self):
        super().__init__()
        self.layer = minitorch_pt.nn.Linear(3, 2)
        self.register_buffer("scale", minitorch_pt.ones(2), persistent=False)

    def forward(self, x):
        return self.layer(x) * self.scale


def carried(writer, reader, make, **options):
    """What `reader` loads of what `writer` made and saved."""
    file = io.BytesIO()
    writer.save(make(writer), file)
    file.seek(0)
    return reader.load(file, **options)


def trained(package):
    """The state of a model and of its optimizer after a step."""
    package.manual_seed(0)
    model = package.nn.Sequential(package.nn.BatchNorm1d(3), package.nn.Linear(3, 2))
    optimizer = package.optim.Adam(model.parameters())
    model(package.linspace(-1, 2, 12).reshape(4, 3)).exp().sum().backward()
    optimizer.step()
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": package.get_rng_state()}


DTYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]
STRUCTURES = {
    **{dtype: lambda p, dtype=dtype: p.ones(2, 3).to(getattr(p, dtype)) for dtype in DTYPES},
    "nested": lambda p: {"a": [p.arange(3), (1, 2.5, None, True)], 3: "text", "b": b"bytes", "s": {1, 2}, "big": 2**70},
    "types": lambda p: [p.Size([2, 3]), p.float32, p.int64],
    "empty": lambda p: [p.empty(0, 2), {}, [], ()],
    "scalar": lambda p: p.tensor(2.5),
    "transposed": lambda p: p.arange(6).reshape(2, 3).t(),
    "transposed memory": lambda p: p.from_numpy(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
    "every other": lambda p: p.from_numpy(np.arange(12.0).reshape(3, 4)[:, ::2]),
    "part": lambda p: p.arange(6)[2:4],
    "expanded": lambda p: p.ones(1, 3).expand(2, 3),
    "learnt": lambda p: [p.nn.Parameter(p.ones(2)), p.ones(2, requires_grad=True), p.nn.Parameter(p.arange(2), False)],
    "trained": trained,
}


@pytest.mark.parametrize(("writer", "reader"), PACKAGES, ids=WAYS)
@pytest.mark.parametrize("make", STRUCTURES.values(), ids=STRUCTURES)
def test_what_goes_in_comes_out(writer, reader, make):
    result, expected = carried(writer, reader, make), carried(torch, torch, make)
    if reader is minitorch_pt:
        assert_same(result, expected, rtol=None if make is trained else 0)  # an update of Adam in float32
    else:
        assert str(result) == str(expected)
    assert repr(result).count("requires_grad=True") == repr(expected).count("requires_grad=True")


@pytest.mark.parametrize(("writer", "reader"), PACKAGES, ids=WAYS)
def test_what_was_shared_is_shared(writer, reader):
    def make(p):
        x = p.zeros(2, 3)
        weight = p.nn.Parameter(x)
        return x, x.t(), x[1], weight, weight, p.nn.Parameter(x)

    whole, turned, row, weight, same, other = carried(writer, reader, make)
    row[0] = 5
    assert whole[1, 0] == turned[0, 1] == weight[1, 0] == other[1, 0] == 5
    assert weight is same and weight is not other
    assert turned.stride() == (1, 3) and row.storage_offset() == 3


@pytest.mark.parametrize(("writer", "reader"), PACKAGES, ids=WAYS)
def test_devices(writer, reader):
    assert str(carried(writer, reader, lambda p: [p.device("cpu"), p.device("cpu:0")])) == str(
        [torch.device("cpu"), torch.device("cpu:0")]
    )


@pytest.mark.parametrize(("writer", "reader"), PACKAGES, ids=WAYS)
def test_attributes(writer, reader):
    def make(p):
        x = p.ones(2)
        x.note = "mine"
        return x

    assert carried(writer, reader, make).note == "mine"


LAYERS = {
    "linear": (lambda nn: nn.Linear(3, 2), (4, 3)),
    "nested": (lambda nn: nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.BatchNorm1d(2), nn.Dropout(0.5)), (4, 3)),
    "conv": (lambda nn: nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten()), (1, 1, 6, 6)),
    "attention": (lambda nn: nn.TransformerEncoderLayer(4, 2), (5, 2, 4)),
    "a function as an option": (
        lambda nn: nn.TransformerEncoderLayer(4, 2, activation=nn.functional.gelu),
        (5, 2, 4),
    ),
    "recurrent": (lambda nn: nn.Sequential(nn.LSTM(3, 2))[0], None),
    "embedding": (lambda nn: nn.ModuleDict({"a": nn.Embedding(5, 2, padding_idx=1)})["a"], None),
}


@pytest.mark.parametrize(("writer", "reader"), PACKAGES, ids=WAYS)
@pytest.mark.parametrize(("layer", "shape"), LAYERS.values(), ids=LAYERS)
def test_whole_models(writer, reader, layer, shape):
    def make(p):
        p.manual_seed(0)
        return layer(p.nn).eval()

    model, twin = carried(writer, reader, make, weights_only=False), make(torch)
    assert repr(model) == repr(twin)
    if isinstance(twin, torch.nn.LSTM):
        x = np.linspace(-1, 1, 24).reshape(2, 4, 3).astype(np.float32)
        result, expected = model(reader.from_numpy(x))[0], twin(torch.from_numpy(x))[0]
        np.testing.assert_allclose(result.detach().numpy(), expected.detach().numpy(), rtol=2e-6, atol=1e-6)  # float32
        return
    x = np.linspace(-1, 1, np.prod(shape)).reshape(shape).astype(np.float32) if shape else np.array([1, 4])
    result, expected = model(reader.from_numpy(x)), twin(torch.from_numpy(x))
    np.testing.assert_allclose(result.detach().numpy(), expected.detach().numpy(), rtol=2e-6, atol=1e-6)  # float32


def test_models_and_tensors_of_the_users_own():
    net = Net()
    loaded = carried(minitorch_pt, minitorch_pt, lambda p: (net, Named(np.ones(2))), weights_only=False)
    assert type(loaded[0]) is Net and type(loaded[1]) is Named
    assert minitorch_pt.equal(loaded[0](minitorch_pt.ones(1, 3)), net(minitorch_pt.ones(1, 3)))
    assert list(loaded[0].state_dict()) == ["layer.weight", "layer.bias"]
    with pytest.raises(pickle.UnpicklingError, match=r"Net.*weights_only=False"):
        carried(minitorch_pt, minitorch_pt, lambda p: net)


class Harmful:
    """What an attacker would put into a file: `print` stands for any function."""

    def __reduce__(self):
        return print, ("run!",)


class Changes:
    """Changes the attributes of what it can name."""

    def __reduce__(self):
        return dict, (), {"numel": 1}


@pytest.mark.parametrize("harm", [Harmful, Changes])
def test_no_code_is_run(harm, capsys):
    file = io.BytesIO()
    torch.save(harm(), file)
    for package in (torch, minitorch_pt):
        file.seek(0)
        with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
            package.load(file)
    assert capsys.readouterr().out == ""


def archive(**members):
    """A file as torch.save writes it, with some members replaced, or left out if None."""
    file = io.BytesIO()
    torch.save(torch.arange(4), file)
    changed = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = members.get(name.rpartition("/")[2], old.read(name))
            if content is not None:
                new.writestr(name, content)
    changed.seek(0)
    return changed


def test_files_of_machines_with_the_other_byte_order():
    swapped = archive(byteorder="big", **{"0": np.arange(4, dtype=">i8").tobytes()})
    assert minitorch_pt.load(swapped).tolist() == [0, 1, 2, 3]
    assert minitorch_pt.load(archive(byteorder=None)).tolist() == [0, 1, 2, 3]


STATE = b"\x80\x02ctorch\nfloat32\n}X\x04\x00\x00\x00nameX\x01\x00\x00\x00xsb."
OTHER = b"\x80\x02X\x05\x00\x00\x00otherK\x01K\x01K\x01K\x01tQ."
DAMAGED = {
    "text": (lambda: io.BytesIO(b"no tensors here"), pickle.UnpicklingError, "not a file of torch.save"),
    "nothing": (lambda: io.BytesIO(b""), EOFError, "empty"),
    "cut off": (lambda: io.BytesIO(archive().getvalue()[:300]), RuntimeError, "damaged"),
    "no structure": (lambda: archive(**{"data.pkl": None}), RuntimeError, "damaged"),
    "no numbers": (lambda: archive(**{"0": None}), RuntimeError, "damaged"),
    "too few numbers": (lambda: archive(**{"0": bytes(8)}), RuntimeError, "claims 4 elements"),
    "attributes": (lambda: archive(**{"data.pkl": STATE}), pickle.UnpicklingError, "sets attributes of a dtype"),
    "reference": (lambda: archive(**{"data.pkl": b"(" + OTHER}), pickle.UnpicklingError, "only storages"),
}


@pytest.mark.parametrize(("make", "error", "message"), DAMAGED.values(), ids=DAMAGED)
def test_damaged_files(make, error, message):
    with pytest.raises(error, match=message):
        minitorch_pt.load(make())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.complex64, torch.uint16, torch.float8_e5m2], ids=str)
def test_types_that_we_have_not(dtype):
    with pytest.raises(RuntimeError, match="elements of a type that minitorch_pt has not; convert"):
        carried(torch, minitorch_pt, lambda p: torch.zeros(2, dtype=dtype))


def test_where_to_load():
    for package in (minitorch_pt, torch):
        assert carried(package, package, lambda p: p.ones(2), map_location="cpu").sum() == 2
        assert carried(package, package, lambda p: p.ones(2), map_location=lambda storage, where: storage).sum() == 2
        assert carried(package, package, lambda p: p.ones(2), map_location={"cuda:0": "cpu"}).sum() == 2
    with pytest.raises(RuntimeError, match="CPU only"):
        carried(minitorch_pt, minitorch_pt, lambda p: p.ones(2), map_location="cuda")
    for package in (minitorch_pt, torch):
        with pytest.raises(FileNotFoundError):
            package.load("/nowhere/model.pt")
        with pytest.raises(AttributeError):
            package.load(1)


@pytest.mark.parametrize("package", [minitorch_pt, torch], ids=lambda package: package.__name__)
def test_where_to_save(package, tmp_path):
    for path in (tmp_path, tmp_path / "none" / "model.pt"):
        with pytest.raises(RuntimeError):
            package.save(1, path)
    link = tmp_path / "link.pt"
    link.symlink_to(tmp_path / "model.pt")
    package.save(2, link)
    assert link.is_symlink() and package.load(tmp_path / "model.pt") == 2


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.pt"
    minitorch_pt.save([1], path)
    with pytest.raises((AttributeError, pickle.PicklingError)):
        minitorch_pt.save(lambda: 0, path)
    assert minitorch_pt.load(str(path)) == torch.load(path) == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]


def test_tensors_of_two_types_that_share_memory():
    """torch refuses them; we save each with memory of its own."""
    raw = np.arange(4, dtype=np.int32)
    first, second = carried(
        minitorch_pt, minitorch_pt, lambda p: [p.from_numpy(raw), p.from_numpy(raw.view(np.float32))]
    )
    assert_same([first, second], [torch.from_numpy(raw), torch.from_numpy(raw.view(np.float32))], rtol=0)


@pytest.mark.parametrize("library", (minitorch_pt, torch), ids=("ours", "torch"))
def test_the_pickle_module_and_its_protocol(library):
    """As programs give them: Python's own module, and a number that changes nothing in what is read."""
    for given in ((pickle,), (pickle, 2), (pickle, 4)):
        file = io.BytesIO()
        library.save({"a": library.ones(2), "n": [1, None, "text"]}, file, *given)
        file.seek(0)
        assert library.load(file, "cpu", pickle)["n"] == [1, None, "text"]
        file.seek(0)
        assert library.load(file, weights_only=False, encoding="latin1")["a"].tolist() == [1, 1]
        file.seek(0)
        with pytest.raises(RuntimeError):
            library.load(file, pickle_module=pickle, weights_only=True)
    file = io.BytesIO()
    library.save(library.ones(2), file, pickle_protocol=2)
    file.seek(0)
    assert library.load(file).tolist() == [1, 1]


def test_another_pickle_module_is_refused():
    with pytest.raises(NotImplementedError, match="pickle_module out"):
        minitorch_pt.save(minitorch_pt.ones(1), io.BytesIO(), math)
    with pytest.raises(NotImplementedError, match="pickle_module out"):
        minitorch_pt.load(io.BytesIO(), pickle_module=math)


@pytest.fixture
def switches(monkeypatch):
    """Both libraries, whose switches are put back."""
    yield minitorch_pt, torch
    for library in (minitorch_pt, torch):
        library.serialization.set_default_load_endianness(None)
        library.serialization.set_default_mmap_options(mmap.MAP_PRIVATE)
        library.serialization.set_crc32_options(True)


def test_switches_say_what_was_set(switches):
    for library in switches:
        here = library.serialization
        assert (here.get_default_load_endianness(), here.get_crc32_options(), here.get_default_mmap_options()) == (
            None,
            True,
            mmap.MAP_PRIVATE,
        )
        here.set_default_load_endianness(here.LoadEndianness.BIG)
        here.set_crc32_options(False)
        assert (here.get_default_load_endianness().name, here.get_crc32_options()) == ("BIG", False)
        with here.set_default_mmap_options(mmap.MAP_SHARED):
            assert here.get_default_mmap_options() == mmap.MAP_SHARED
        assert here.get_default_mmap_options() == mmap.MAP_PRIVATE
        with pytest.raises(TypeError):
            here.set_default_load_endianness("big")
        with pytest.raises(ValueError, match="MAP_SHARED"):
            here.set_default_mmap_options(77)


@pytest.mark.parametrize("order", ["NATIVE", "LITTLE", "BIG"])
def test_the_order_of_bytes_of_a_file_that_does_not_tell(switches, order):
    """Written by torch, and its record of the order taken out."""
    whole, without = io.BytesIO(), io.BytesIO()
    torch.save(torch.arange(3, dtype=torch.int32), whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(without, "w") as target:
        for name in source.namelist():
            if not name.endswith(("byteorder", ".data/serialization_id")):
                target.writestr(name, source.read(name))
    read = []
    for library in switches:
        library.serialization.set_default_load_endianness(library.serialization.LoadEndianness[order])
        read.append(library.load(io.BytesIO(without.getvalue())).tolist())
    assert read[0] == read[1] == ([0, 1, 2] if order != "BIG" else [0, 1 << 24, 2 << 24])


@pytest.mark.parametrize("writer", [minitorch_pt, torch], ids=["ours", "torch's"])
def test_maps_that_share_their_changes(switches, tmp_path, writer):
    for library in switches:
        path = tmp_path / library.__name__
        for flags, expected in ((mmap.MAP_PRIVATE, 1.0), (mmap.MAP_SHARED, 5.0)):
            writer.save(writer.ones(3), path)
            with library.serialization.set_default_mmap_options(flags):
                library.load(path, mmap=True)[0] = 5.0
            assert library.load(path, mmap=True)[0].item() == expected


def test_numbers_left_out(switches):
    for library in switches:
        file, empty = io.BytesIO(), io.BytesIO()
        library.save({"a": library.ones(4), "b": 2}, file)
        with library.serialization.skip_data():
            library.save({"a": library.ones(4), "b": 2}, empty)
            file.seek(0)
            loaded = library.load(file)
            with pytest.raises(RuntimeError, match="skip_data"):
                library.save(library.ones(2), io.BytesIO(), _use_new_zipfile_serialization=False)
        assert (tuple(loaded["a"].shape), loaded["b"]) == ((4,), 2)
        empty.seek(0)
        assert library.load(empty)["b"] == 2


def test_what_a_file_calls(switches):
    things = [{"a": 1}, [2.5], fractions.Fraction(1, 2), (collections.deque([1]), len), np.float64(3)]
    for thing in things:
        told = []
        for library in switches:
            file = io.BytesIO()
            library.save([thing, library.ones(2), library.nn.ReLU()], file)
            file.seek(0)
            told.append(sorted(library.serialization.get_unsafe_globals_in_checkpoint(file)))
            file.seek(0)
            with library.serialization.safe_globals([fractions.Fraction]):
                told.append(sorted(library.serialization.get_unsafe_globals_in_checkpoint(file)))
            file.seek(0)
            with pytest.raises(pickle.UnpicklingError, match="was not an allowed global by default"):
                library.load(file)
        assert told[:2] == told[2:]
    for library in switches:
        with pytest.raises(ValueError, match="checkpoint returned by torch.save"):
            library.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(b"abcdefgh"))


def test_each_byte_of_the_table_of_contents():
    """Whatever one of them becomes: the numbers are right, or the file is refused."""
    file = io.BytesIO()
    minitorch_pt.save({"a": minitorch_pt.arange(3.0)}, file)
    data, refused = file.getvalue(), 0
    for at in range(data.index(b"PK\x01\x02"), len(data)):
        for value in {0, 255, data[at] ^ 1, data[at] ^ 64}:
            changed = bytearray(data)
            changed[at] = value
            try:
                found = minitorch_pt.load(io.BytesIO(changed))
            except (RuntimeError, pickle.UnpicklingError):
                refused += 1
            else:
                assert found["a"].tolist() == [0.0, 1.0, 2.0]
    assert refused > 500
    for end in range(data.index(b"PK\x01\x02"), len(data)):
        with pytest.raises((RuntimeError, pickle.UnpicklingError, EOFError)):
            minitorch_pt.load(io.BytesIO(data[:end]))
