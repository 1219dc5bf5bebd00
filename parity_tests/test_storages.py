"""Storages, layouts, devices, and what torch asks of complex numbers: each line in both packages."""

from __future__ import annotations

import copy
import pickle
import re
import sys
import warnings
from typing import Any

import pytest
import torch

import minitorch_pt
from minitorch_pt import storage as storages
from parity_tests.oracle import check, check_error, rand, same_program

LINES = """
t.device("cuda")
t.device("cuda", 1)
t.device("cuda:0") == t.device("cuda", 0)
t.device("cuda:0") == t.device("cuda", 1)
t.device("cuda") == t.device("cpu")
t.device("meta")
str(t.device("cuda:0")), str(t.device("mps"))
t.device("cuda:x")
t.device("nonsense")
t.device(0)
t.zeros(2, device=t.device("cuda:0"))
t.zeros(2, device="meta:")
t.zeros(2).to(t.device("xpu"))
t.layout
t.memory_format
t.layout()
t.memory_format()
t.contiguous_format, t.preserve_format, t.channels_last, t.channels_last_3d, t.strided
x.layout, x.layout is t.strided, type(x.layout), isinstance(t.channels_last, t.memory_format)
t.zeros(2, layout=t.strided)
t.zeros(2, layout="a")
t.zeros(2, pin_memory=True)
t.full((2,), 1, layout=t.strided, pin_memory=False)
t.full((2,), 1, pin_memory=True)
t.tensor(2, pin_memory=True)
t.zeros_like(x, layout=t.strided, pin_memory=False).sum()
t.randint(3, (2,), layout=t.strided, pin_memory=False).shape
t.randint(3, (2,), pin_memory=True)
t.randperm(3, layout="a")
t.rand(3, layout="a")
t.rand(3, pin_memory=True)
t.normal(0.0, 1.0, (2,), layout=t.strided, pin_memory=False).shape
t.empty_strided((2, 3), (1, 2)).stride()
t.empty_strided((2, 3), (1, 2, 3))
t.empty_strided((2, 3), (-1, 2))
t.empty_strided((-2, 3), (1, 2))
t.empty_strided((2, 3), (0, 0)).stride()
t.empty_strided((2, 3), (1, 2), dtype=t.int64, layout=t.strided, device="cpu", requires_grad=False, pin_memory=False).dtype
t.empty_permuted((2, 3, 4), (0, 2, 1)).stride()
t.empty_permuted((2, 3, 4), (0, 2, 2))
t.empty_permuted((2, 3, 4), (0, 2))
x.new_empty_strided((2, 3), (1, 2), dtype=t.int64).stride()
x.new_empty_strided((2, 3), (1, 2)).dtype
x.is_contiguous(t.channels_last)
x.contiguous(t.channels_last)
x.real is x, t.real(x) is x, x.conj() is x, t.conj(x) is x, x.conj_physical() is x, x.resolve_conj() is x, x.resolve_neg() is x
t.conj_physical(x) is x, t.resolve_conj(x) is x, t.resolve_neg(x) is x, x.conj_physical_() is x
x.imag
t.imag(x)
t.view_as_real(x)
t.real(3)
t.angle(3)
x.is_conj(), x.is_neg(), t.is_conj(x), t.is_neg(x), x.is_distributed(), t.is_distributed(x)
x.get_device(), t.get_device(x)
x.is_mkldnn, x.is_ipu, x.is_maia, x.is_mtia, x.is_vulkan, x.is_xla
s.size(), len(s), u.size(), len(u), s.nbytes(), u.nbytes(), s.element_size(), u.element_size()
s[2], s[-1], u[4], u[-1], s.tolist(), u.tolist()[:8], list(s), list(u)[:5]
s.dtype, s.device, u.device, s.is_cuda, u.is_cuda, s.is_sparse, s.is_shared(), s.is_pinned(), u.is_shared()
s.type(), u.type(), s.pickle_storage_type(), s.storage_type if hasattr(s, "storage_type") else None
type(s), type(u), t.is_storage(s), t.is_storage(u), t.is_storage(x)
s[1:3]
u[1:3]
s["a"]
u["a"]
s[10]
u[100]
u[-25]
s.fill_(3).tolist()
s.copy_(t.ones(6).storage()).tolist()
u.copy_(t.ones(6).untyped_storage()).tolist()
u.copy_(t.zeros(3).untyped_storage())
s.copy_(t.zeros(3).storage())
u.fill_(1)[0]
u.resize_(24)
s.clone(), u.clone().nbytes(), s.cpu() is s, u.cpu() is u, u.untyped() is u
s.untyped(), s.data_ptr() == s.untyped().data_ptr(), s == s, u == u
s.double(), s.float(), s.half(), s.long(), s.int(), s.short(), s.char(), s.byte(), s.bool()
t.UntypedStorage([1, 2, 3])
t.UntypedStorage(), t.UntypedStorage(5).nbytes()
t.UntypedStorage(-1)
t.UntypedStorage(2, 3)
t.FloatStorage([1, 2.5]), t.LongStorage([1, 2]), t.BoolStorage([True]), t.FloatStorage(3).size(), t.FloatStorage().size()
t.FloatStorage("a")
t.ByteStorage([1]), t.CharStorage([1]), t.DoubleStorage([1]), t.HalfStorage([1]), t.IntStorage([1]), t.ShortStorage([1])
t.TypedStorage(wrap_storage=u, dtype=t.int32)
t.TypedStorage(wrap_storage=x, dtype=t.int32)
t.FloatStorage, isinstance(s, t.FloatStorage), isinstance(s, t.DoubleStorage), t.Storage, isinstance(u, t.UntypedStorage)
x.storage_type(), t.ones(1).bool().storage_type()
t.tensor(s), t.Tensor(s), t.FloatTensor(s)
t.zeros(1).set_(s), t.zeros(1).set_(u), t.zeros(1).set_(u, 1, (2,), (1,))
t.zeros(1).long().set_(s)
t.zeros(1).set_(3)
x.storage().size(), x[0, 1].storage().size(), x[0, 1].untyped_storage().nbytes(), x.T.contiguous().storage().tolist()[:4] if x.ndim == 2 else None
copies(x)
t.FloatStorage.from_buffer(bytearray([64, 16, 0, 0]), "big").tolist(), t.ShortStorage.from_buffer(bytearray([1, 2, 3, 4]), "little").tolist()
t.IntStorage.from_buffer(bytearray(range(12)), "big", 1, 4).tolist(), t.BoolStorage.from_buffer(bytearray([0, 1, 2]), "big").tolist()
t.IntStorage.from_buffer(bytearray(4), "middle")
x.untyped_storage().data_ptr() == x.data_ptr(), x[0, 1].untyped_storage().data_ptr() == x.data_ptr()
"""


def copies(x: Any) -> Any:
    """A tensor and its storages, copied together."""
    tensor, typed, untyped = copy.deepcopy([x, x.storage(), x.untyped_storage()])
    tensor += 1
    return typed[2], untyped[8:12], x.storage()[2]


def _shown(value: object) -> str:
    return re.sub("minitorch_pt", "torch", repr(value))


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_line(line):
    def program(package):
        x = package.arange(24.0).view(1, 2, 3, 4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            s, u = package.arange(6.0).storage(), package.arange(6.0).untyped_storage()
            return _shown(eval(line, {"t": package, "copies": copies, "x": x, "s": s, "u": u}))

    same_program(program)


def test_a_storage_is_the_memory_of_its_tensors():
    def program(package):
        x = package.arange(6.0)
        view, storage = x[2:4], x.untyped_storage()
        storage.fill_(0)
        typed = package.TypedStorage(wrap_storage=storage, dtype=package.float32, _internal=True)
        typed[3] = 7
        typed[4:6] = 8
        return x, view, view.untyped_storage().nbytes(), x._version > 0

    same_program(program)


def test_other_sizes_of_storages_are_refused():
    with pytest.raises(NotImplementedError, match="size 24 cannot be resized to 48"):
        minitorch_pt.ones(6).untyped_storage().resize_(48)
    with pytest.raises(AssertionError, match="CPU only"):
        minitorch_pt.ones(6).untyped_storage().cuda()
    assert not minitorch_pt.ones(6).untyped_storage().resizable()


def test_typed_storages_are_deprecated():
    storages._deprecated.cache_clear()  # once in a process
    with pytest.warns(UserWarning, match="TypedStorage is deprecated"):
        minitorch_pt.ones(1).storage()


def test_words_are_pickled_by_name():
    for name in ("contiguous_format", "channels_last", "strided"):
        word = getattr(minitorch_pt, name)
        assert pickle.loads(pickle.dumps(word)) is word
    assert pickle.loads(pickle.dumps(minitorch_pt.FloatStorage)) is minitorch_pt.FloatStorage


def test_a_device_as_the_place_of_new_tensors():
    def program(package):
        with package.device("cpu") as place:
            inside = package.ones(1), package.get_default_device()

        return str(place), str(inside[1]), inside[0]

    same_program(program)
    with pytest.raises(AssertionError, match="CPU only"), minitorch_pt.device("cuda"):
        pass


def test_numbers_that_are_real():
    check("angle", rand(2, 3))
    check("narrow_copy", rand(3, 4), 1, 1, 2)
    check_error("narrow_copy", rand(3, 4), 1, 3, 2)
    for dtype in ("float64", "float16", "int64", "uint8", "bool"):
        same_program(
            lambda t, d=dtype: t.angle(
                t.tensor([1.0, -1.0, 0.0, -0.0, float("nan")]).nan_to_num().abs().to(getattr(t, d))
            )
        )
    same_program(lambda t: t.angle(t.tensor([1.0, -1.0, 0.0, -0.0, float("nan"), float("-inf")])))
    same_program(lambda t: (t.angle(t.tensor([-1, 2])), t.tensor([-1, 2]).angle()))
    assert torch.angle(torch.ones(1)).dtype == torch.float32


def test_a_storage_of_a_file(tmp_path):
    contents = []
    for p in (minitorch_pt, torch):
        file, new = tmp_path / f"{p.__name__}.bin", tmp_path / f"{p.__name__}.new"
        file.write_bytes(b"abcdefgh")
        from_file = p.UntypedStorage.from_file
        private, shared, made = (
            from_file(str(file), nbytes=4),
            from_file(str(file), True, 8),
            from_file(str(new), True, 3),
        )
        private[0], shared[1], made[2] = 65, 66, 67
        part = p.asarray(shared[1:5], dtype=p.uint8)
        contents.append((private.tolist(), shared.tolist(), part.tolist(), from_file(str(file)).size()))
        contents[-1] += (file.read_bytes(), new.read_bytes(), sys.getsizeof(shared) - sys.getsizeof(made))
        for name, size in ((str(tmp_path / "nowhere"), 1), (str(file), 99), (str(file), -1)):
            with pytest.raises(RuntimeError, match="file <"):
                from_file(name, False, size)
        with pytest.raises(TypeError):
            from_file(file, False, 1)
    assert contents[0] == contents[1]
