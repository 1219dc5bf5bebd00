"""torch.utils.safetensors does what safetensors.torch does: the same bytes, tensors, errors."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch

import minitorch_pt
from minitorch_pt.utils import safetensors as ours
from parity_tests.oracle import assert_same

SIDES = [(minitorch_pt, ours), (torch, safetensors.torch)]
DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")


def tensors(p):
    found = {dtype: p.arange(6).reshape(2, 3).to(getattr(p, dtype)) for dtype in DTYPES}
    return found | {"empty": p.empty(0, 2), "scalar": p.tensor(2.5), "parameter": p.nn.Parameter(p.ones(2))}


def test_files_are_the_same(tmp_path):
    for p, module in SIDES:
        module.save_file(tensors(p), tmp_path / p.__name__, metadata={"format": "pt"})
    content = (tmp_path / "torch").read_bytes()
    assert (tmp_path / "minitorch_pt").read_bytes() == content == ours.save(tensors(minitorch_pt), {"format": "pt"})
    for loaded in (ours.load_file(tmp_path / "torch"), ours.load(content)):
        assert sorted(loaded) == sorted(tensors(torch))
        for name, expected in safetensors.torch.load(content).items():
            assert_same(loaded[name], expected, rtol=0)
    loaded["float32"][0, 0] = 7  # its memory is its own
    minitorch_pt.save(loaded, file := io.BytesIO())
    file.seek(0)
    assert torch.load(file)["float32"][0, 0] == 7


def test_an_open_file_is_read_tensor_by_tensor(tmp_path):
    ours.save_file(tensors(minitorch_pt), tmp_path / "file", {"a": "b"})
    with safetensors.safe_open(tmp_path / "file", "pt") as theirs, ours.safe_open(tmp_path / "file") as file:
        assert file.metadata() == theirs.metadata() == {"a": "b"}
        assert file.keys() == theirs.keys() and file.offset_keys() == theirs.offset_keys()
        assert_same(file.get_tensor("int16"), theirs.get_tensor("int16"), rtol=0)
        for index in (slice(1), (slice(None), slice(1, 2)), (slice(None), 1)):
            assert_same(file.get_slice("float16")[index], theirs.get_slice("float16")[index], rtol=0)
        part = file.get_slice("int8")
        assert part.get_shape() == [2, 3] and part.get_dtype() == "I8"
        with pytest.raises(safetensors.SafetensorError):
            file.get_tensor("none")


def test_torch_load_reads_them(tmp_path):
    for p, module in SIDES:
        module.save_file({"a": p.ones(2)}, tmp_path / "x.safetensors")
        assert p.load(tmp_path / "x.safetensors", map_location="cpu")["a"].tolist() == [1, 1]


@pytest.mark.parametrize(("p", "module"), SIDES, ids=["ours", "torch"])
def test_wrong_arguments(p, module, tmp_path):
    x = p.ones(4, 2)
    for wrong, error in (
        ([x], ValueError),
        ({"a": 1}, ValueError),
        ({"a": x.t()}, ValueError),
        ({"a": x, "b": x}, RuntimeError),
        ({"a": x, "b": x[:1]}, RuntimeError),
        ({"a": x[:3], "b": x[2:]}, RuntimeError),
    ):
        with pytest.raises(error):
            module.save(wrong)
    assert module.save({"a": x[:2], "b": x[2:], "c": x[:0]})
    with pytest.raises(FileNotFoundError):
        module.load_file(tmp_path / "none")
    content = bytearray(module.save({"a": x}))
    for damaged in (b"", b"abc", content[:-1], content[:20], bytes([255] * 8) + content[8:]):
        with pytest.raises(safetensors.SafetensorError):
            module.load(bytes(damaged))


def test_types_that_we_have_not(tmp_path):
    content = safetensors.torch.save({"a": torch.ones(2, dtype=torch.bfloat16)})
    (tmp_path / "file").write_bytes(content)
    for load, given in ((ours.load, content), (ours.load_file, tmp_path / "file")):
        with pytest.raises(RuntimeError, match=r"'a' .* BF16, which minitorch_pt has not"):
            load(given)


def tied(p):
    p.manual_seed(0)
    model = p.nn.Sequential(p.nn.Linear(2, 2), p.nn.Linear(2, 2), p.nn.BatchNorm1d(2))
    model[1].weight = model[0].weight
    return model


def test_models_with_shared_weights(tmp_path):
    read = {}
    for p, module in SIDES:
        module.save_model(tied(p), tmp_path / p.__name__, {"a": "b"})
        with safetensors.safe_open(tmp_path / p.__name__, "numpy") as file:
            read[p] = file.metadata(), {name: file.get_tensor(name).tolist() for name in file.keys()}  # noqa: SIM118
    assert read[minitorch_pt] == read[torch]
    for p, module in SIDES:
        model = tied(p)
        with p.no_grad():
            model[0].weight.zero_()
        assert module.load_model(model, tmp_path / "torch") == (set(), [])
        assert np.array_equal(model[1].weight.detach().numpy(), tied(torch)[0].weight.detach().numpy())
        other = p.nn.Sequential(p.nn.Linear(2, 2), p.nn.Tanh(), p.nn.Tanh(), p.nn.Linear(2, 2))
        missing, unexpected = module.load_model(other, tmp_path / "torch", strict=False)
        assert missing == {"3.weight", "3.bias"} and "2.running_mean" in unexpected
        with pytest.raises(RuntimeError, match=r"Error\(s\) in loading state_dict"):
            module.load_model(other, tmp_path / "torch")


def test_programs_find_it(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import torch\nfrom safetensors.torch import load_file, save_file\nimport safetensors.torch\n"
        "save_file({'a': torch.ones(2)}, 'file')\nprint(load_file('file'), safetensors.torch.__name__)"
    )
    command = [sys.executable, "-m", "minitorch_pt", "run", str(program)]
    folder = Path(minitorch_pt.__file__).parent.parent
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONPATH": str(folder)})
    assert done.stdout == "{'a': tensor([1., 1.])} minitorch_pt.utils.safetensors\n", done.stderr


def test_where_the_memory_is():
    for p, module in SIDES:
        x = p.ones(3, 4)
        assert module.storage_ptr(x) == module.storage_ptr(x[1:]) == x.data_ptr() != module.storage_ptr(x.clone())
        assert module.storage_size(x[1:]) == module.storage_size(x) == 48
