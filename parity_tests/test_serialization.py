"""save and load: what goes in comes out, files are written beside and renamed, what cannot be saved is refused."""

from __future__ import annotations

import io

import pytest

import minitorch_pt
from parity_tests.oracle import same_program


def there_and_back(make):
    def program(package):
        file = io.BytesIO()
        package.save(make(package), file)
        file.seek(0)
        return package.load(file)

    return program


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"])
def test_dtypes(dtype):
    same_program(there_and_back(lambda package: package.ones(2, 3).to(getattr(package, dtype))), rtol=0)


STRUCTURES = {
    "nested": lambda p: {"a": [p.arange(3), (1, 2.5, None, True)], 3: "text"},
    "empty": lambda p: [p.empty(0, 2), {}, [], ()],
    "scalar": lambda p: p.tensor(2.5),
    "transposed": lambda p: p.arange(6).reshape(2, 3).t(),
    "state": lambda p: p.nn.BatchNorm1d(3).state_dict(),
}


@pytest.mark.parametrize("make", STRUCTURES.values(), ids=STRUCTURES)
def test_structures(make):
    same_program(there_and_back(make), rtol=0)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.pt"
    minitorch_pt.save([1], path)
    with pytest.raises(TypeError):
        minitorch_pt.save(object(), path)
    assert minitorch_pt.load(path) == [1]
    assert [p.name for p in tmp_path.iterdir()] == ["model.pt"]


def test_not_a_file_of_save(tmp_path):
    (tmp_path / "x.pt").write_text("no tensors here")
    with pytest.raises(RuntimeError, match="is not a file"):
        minitorch_pt.load(tmp_path / "x.pt")
    with pytest.raises(FileNotFoundError):
        minitorch_pt.load(tmp_path / "none.pt")
