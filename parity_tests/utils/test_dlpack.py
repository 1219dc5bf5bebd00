"""torch.utils.dlpack: memory shared with NumPy and with torch itself, both ways; and torch's old forms: Tensor.new, factors before tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import minitorch_pt

PACKAGES = pytest.mark.parametrize("package", [torch, minitorch_pt], ids=["torch", "minitorch_pt"])
TYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@PACKAGES
@pytest.mark.parametrize("name", TYPES)
def test_numpy_and_back_share_memory(package, name):
    array = np.arange(6).reshape(2, 3).astype(name)
    for given in (array, array.T, array[:, ::2], array[1]):
        tensor = package.from_dlpack(given)
        assert tensor.tolist() == given.tolist() and tensor.stride() == tuple(
            s // array.itemsize for s in given.strides
        )
        back = np.from_dlpack(tensor)
        assert np.shares_memory(back, array) and str(tensor.dtype).endswith(name)
    package.from_dlpack(array)[0, 0] = 1
    assert array[0, 0] == 1


def test_torch_and_here_share_memory():
    ours, theirs = minitorch_pt.arange(4.0), torch.arange(4.0)
    torch.from_dlpack(ours)[0] = 5
    minitorch_pt.from_dlpack(theirs)[0] = 6
    assert ours[0] == 5 and theirs[0] == 6


@PACKAGES
def test_a_capsule_is_taken_once(package):
    x = package.arange(3.0)
    capsule = x.__dlpack__()
    package.utils.dlpack.from_dlpack(capsule)[0] = 4
    assert package.from_dlpack(package.to_dlpack(x)).tolist() == [4, 1, 2]
    assert x[0] == 4
    for wrong in (capsule, None, 5, [1.0]):
        with pytest.raises(RuntimeError, match="invalid capsule"):
            package.from_dlpack(wrong)


@PACKAGES
def test_options_and_refusals(package):
    x = package.arange(3.0)
    assert tuple(x.__dlpack_device__()) == (1, 0)
    package.from_dlpack(x, copy=True)[0] = 9
    package.from_dlpack(x.__dlpack__(max_version=(1, 0)))
    with pytest.raises(AssertionError, match="not supported"):
        package.from_dlpack(x.__dlpack__(), device="cpu")
    assert x[0] == 0
    with pytest.raises(BufferError, match="require gradient"):
        np.from_dlpack(x.clone().requires_grad_())
    with pytest.raises(AssertionError, match="stream"):
        x.__dlpack__(stream=1)
    with pytest.raises(BufferError):
        package.from_dlpack(np.array(["a"]))


NEW = [
    "x.new()", "x.new(2)", "x.new(2, 3)", "x.new([1, 2])", "x.new((2, 3))", "x.new(p.Size([2, 3]))", "x.new(x)", "x.new(np.ones(2))", "x.new(size=(2,))", "x.new(device='cpu')",
    "i.new([1.5])", "x.new(p.ones(2))", "x.new(2.5)", "x.new('a')", "x.new(None)", "x.new([])", "x.new(-1)", "p.nn.Parameter(x).new(2)", "x.new(())", "x.new(other=x)", "x.new(data=[1.])", "x.new_tensor([1.]).new(1, 2)",
]  # fmt: skip
ORDERS = [
    "p.add(x, 2, y)", "x.add(2, y)", "x.clone().add_(2, y)", "p.sub(x, 2, y)", "p.addcmul(x, 2, y, y)", "x.clone().addcmul_(2, y, y)", "p.addcdiv(x, 0.5, y, y)", "p.addmm(2, m, 3, m, m)",
    "p.addmm(2, m, m, m)", "p.add(x, 2, 2)", "p.add(x, y, y)", "p.mul(x, 2, y)", "p.addmv(2, x, 3, m, x)", "p.add(x, 1, 2, 3)", "p.exp(x, 2)", "p.addr(2, m, 3, x, x)", "m.addmm(2, 3, m, m)", "m.addmm(2, m, m)",
    "p.baddbmm(2, m[None], 3, m[None], m[None])", "p.lerp(x, 2, y)",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", [*NEW, *ORDERS])
def test_old_forms(call):
    def told(p):
        x = p.tensor([1.0, 2.0], dtype=p.float64)
        names = {
            "x": x,
            "y": x + 3,
            "m": p.eye(2, dtype=p.float64) + 1,
            "i": p.ones(1, dtype=p.int64),
            "p": p,
            "np": np,
        }
        try:
            found = eval(call, names)
        except Exception as error:
            return type(error)
        filled = call in ORDERS or call.startswith(
            ("x.new([1", "x.new((2", "x.new(np", "x.new(x", "i.", "x.new(other", "x.new(data")
        )
        return tuple(found.shape), str(found.dtype).rpartition(".")[2], filled and found.tolist()

    assert told(minitorch_pt) == told(torch)
