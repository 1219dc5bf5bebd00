"""Sparse matrices (torch.sparse_coo): values, printed text, gradients, files and errors as torch's; what is left out raises."""

from __future__ import annotations

import copy
import io
import itertools
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import minitorch_pt

LIBRARIES = (minitorch_pt, torch)
pytestmark = pytest.mark.filterwarnings("ignore")

INDICES = np.array([[0, 1, 1, 0], [2, 0, 2, 1]])
VALUES = np.array([3.0, -4.0, 5.0, 0.5])


def things(library, requires_grad=False):
    """What the expressions below speak of."""
    i, v = library.tensor(INDICES), library.tensor(VALUES, requires_grad=requires_grad)
    s = library.sparse_coo_tensor(i, v, (2, 3))
    return {
        "torch": library,
        "i": i,
        "v": v,
        "s": s,
        "c": s.coalesce(),
        "u": library.sparse_coo_tensor(
            [[0, 1, 0], [2, 1, 2]], library.tensor([1.0, 2.0, 3.0], dtype=library.float64), (2, 3)
        ),
        "q": library.sparse_coo_tensor([[2, 0, 1, 2], [1, 1, 0, 1]], library.tensor(VALUES), (3, 3)),
        "h": library.sparse_coo_tensor([[2, 0, 2]], library.tensor(np.arange(6.0).reshape(3, 2)), (4, 2)),
        "d": library.tensor(np.arange(6.0).reshape(3, 2) - 2.25, requires_grad=requires_grad),
        "e": library.tensor(np.arange(6.0).reshape(2, 3) - 2.25, requires_grad=requires_grad),
    }


def answer(expression, library, **others):
    try:
        return eval(expression, {**things(library), **others})
    except Exception as error:
        return error


PRINTED = """
s.norm() | s.norm(1) | s.norm(float("inf")) | torch.zeros_like(s) | torch.empty_like(h) | s.any() | c.isnan().any() | h * torch.ones(4, 2) | torch.ones(4, 2) * h
s.add_(s) | s.add_(c, alpha=2) | s.sub_(c) | s.mul_(2) | s.div_(2) | s.zero_() | s.copy_(c) | c.neg_() | s.neg_() | c.abs_() | c.sin_() | s.__imul__(3) | s.detach_()
s.add(c) | h + h * 2 | h + h.coalesce() | h.coalesce() + h | h.add_(h.coalesce()) | h.mul_(2).coalesce()
e.sparse_mask(s) | e.sparse_mask(c) | torch.ones(4, 2).sparse_mask(h) | e.add_(s) | e.add_(s, alpha=-0.5) | e.sub_(c) | e.__iadd__(s) | e.__isub__(0.5 * s) | torch.ones(4, 2).double().add_(h)
torch.cat([s, u]) | torch.cat([s, u], 1) | torch.cat([h, h], 1) | torch.cat([h, h.double()]) | torch.cat([s]) | torch.hstack([s, u]) | torch.vstack([s, u])
torch.stack([s, u]) | torch.stack([s, u], -1) | s.unsqueeze(0) | s.unsqueeze(1) | s.unsqueeze(-1) | h.unsqueeze(1) | h.unsqueeze(2) | c.unsqueeze(0).is_coalesced()
s.index_select(0, i[0]).coalesce() | u.index_select(1, i[0] + 1).coalesce() | h.index_select(1, torch.tensor([1, 1])) | h.index_select(0, torch.tensor([2, 0])).coalesce() | s.narrow_copy(1, 1, 2) | h.narrow_copy(1, 0, 1)
s[0] | s[-1] | h[2] | h[1] | s[0, 2] | c[1, 1] | s[None] | s[:, 1] | s.select(1, 2) | h.select(1, 0) | u[0].coalesce() | list(s) | h[None, 2] | h[2, 1]
s.new(i, v, (2, 3)) | s.new(i, v) | s.new() | s.new(2, 3) | s.float().new(2, 3)
s | c | u | u.coalesce() | h | h.coalesce() | s.float() | s.to(torch.float32) | s.long() | s.bool() | s.type() | s.type("torch.sparse.FloatTensor")
torch.sparse_coo_tensor(i, v) | torch.sparse_coo_tensor((2, 3)) | torch.sparse_coo_tensor(size=(2, 3)) | torch.sparse_coo_tensor([[0, 1]], [1, 2])
torch.sparse_coo_tensor([[], []], [], (2, 3)) | torch.sparse_coo_tensor(i, v, (2, 3), dtype=torch.float32) | torch.sparse_coo_tensor(i.int(), v, (2, 3))
torch.sparse_coo_tensor(i, v, (2, 3), requires_grad=True) | torch.sparse_coo_tensor(i, v.clone().requires_grad_(), (2, 3), device="cpu")
torch.sparse_coo_tensor(indices=i, values=v, size=(2, 3)) | torch.sparse_coo_tensor(i, v, torch.Size([2, 3]), is_coalesced=True).is_coalesced()
torch.sparse.FloatTensor(i, v, torch.Size([2, 3])) | torch.sparse.FloatTensor(i, v) | torch.sparse.FloatTensor(2, 3) | torch.sparse.LongTensor(2, 3)
isinstance(s, torch.sparse.DoubleTensor), isinstance(s, torch.sparse.FloatTensor), isinstance(s, torch.DoubleTensor), isinstance(s, torch.Tensor)
torch.is_tensor(s), s.shape, s.dtype, s.device, s.layout, s.is_sparse, s.is_sparse_csr, s.ndim, s.dim(), s.size(), s.size(1), s.numel(), s._nnz()
h.sparse_dim(), h.dense_dim(), e.sparse_dim(), e.dense_dim(), s.element_size(), s.itemsize, len(s), s.is_contiguous(), s.is_floating_point()
s._indices(), s._values(), c.indices(), c.values(), s.is_coalesced(), c.is_coalesced(), s.coalesce() is s, c.coalesce() is c, s.is_leaf, s.grad
s.to_dense(), u.to_dense(), h.to_dense(), e.to_dense() is e, e.to_dense(torch.float32)
e.to_sparse() | e.to_sparse(1) | d.to_sparse().is_coalesced() | e.to_sparse_coo() | s.to_sparse() is s | torch.eye(30).to_sparse() | torch.zeros(0, 3).to_sparse() | torch.zeros(2, 0).to_sparse(1) | torch.zeros(2, 0, 3).to_sparse(2) | torch.ones(40, 30).to_sparse()
torch.mm(s, d), torch.sparse.mm(s, d), s @ d, torch.spmm(s, d), torch.dsmm(s, d), s.mm(d), s.matmul(d), torch.matmul(s, d), u @ d
d.t() @ s.t(), torch.mm(e, q), e[0] @ q, s @ d[:, 0], torch.mv(s, d[:, 1]), s.mv(d[:, 0])
s @ s.t() | torch.sparse.mm(q, q) | torch.sparse.mm(u, q) | (q @ q).is_coalesced() | torch.sparse.mm(s, torch.sparse_coo_tensor((3, 4)).double())
torch.sparse.addmm(torch.ones(2, 2).double(), s, d) | torch.addmm(torch.ones(2, 2).double(), s, d, alpha=2, beta=3) | torch.nn.functional.linear(s, e)
torch.nn.functional.linear(s, e, torch.ones(2).double()) | s.float() @ torch.ones(3, 0) | torch.sparse_coo_tensor((2, 3)) @ torch.ones(3, 2)
torch.sparse.sum(s), torch.sparse.sum(s, 0), torch.sparse.sum(s, dim=1), torch.sparse.sum(s, (0, 1)), torch.sparse.sum(s, dtype=torch.float32)
torch.sparse.sum(u, 1), torch.sparse.sum(h, 0), torch.sparse.sum(h, 1), torch.sparse.sum(h, -1), torch.sparse.sum(h, [0, 1]), s.sum(), s.sum(1), torch.sum(s, 0)
torch.sparse.softmax(s, 1), torch.sparse.softmax(s, 0), torch.sparse.softmax(u, -1), torch.sparse.softmax(h, 1), torch.sparse.softmax(h, 0)
torch.sparse.log_softmax(s, 1), torch.sparse.log_softmax(u, dim=0), torch.sparse.softmax(s.float(), 1, dtype=torch.float64)
s + s | c + c | c + u.coalesce() | s - s | c - u.coalesce() | e + s | e - s | torch.add(c, c, alpha=2) | (c + c).is_coalesced(), (s + s).is_coalesced()
s * 2 | 2 * s | s / 2 | c * u.coalesce() | s * e | e * s | s * torch.ones(3) | s * torch.tensor(2.0) | s / torch.tensor(2.0) | -s | s.float() * 2.5
s**2 | s.pow(3) | s.abs() | torch.sqrt(s.abs()) | torch.relu(s) | torch.nn.functional.relu(u) | s.sin() | s.tanh() | u.sign() | s.isnan() | s.round()
s.t() | d[0].to_sparse().t() | s.T | s.mT | s.transpose(0, 1) | s.transpose(-1, -2) | s.permute(1, 0) | s.permute(0, 1) | s.t().coalesce() | c.t().is_coalesced()
s.clone() | s.detach() | s.data | s.to("cpu") is s | s.to(s.dtype) is s | s.double() is s | s.cpu() is s | s.type_as(s) is s
"""


def cases(text):
    return [case.strip() for line in text.strip().splitlines() for case in line.split(" | ")]


@pytest.mark.parametrize("expression", cases(PRINTED))
def test_the_same_is_printed(expression):
    ours, theirs = (answer(expression, library) for library in LIBRARIES)
    assert not isinstance(theirs, Exception), theirs
    assert not isinstance(ours, Exception), repr(ours)
    assert repr(ours) == repr(theirs)


REFUSED = """
torch.sparse_coo_tensor(i, v, (2,)) | torch.sparse_coo_tensor(i, v[:2], (2, 3)) | torch.sparse_coo_tensor(i[0], v, (2, 3)) | torch.sparse_coo_tensor(i, v[0], (2, 3))
torch.sparse_coo_tensor(i, v, (2, 2), check_invariants=True) | torch.sparse_coo_tensor(i - 1, v, (2, 3), check_invariants=True)
torch.sparse_coo_tensor(i, torch.ones(4, 2), (2, 3, 3)) | s.indices() | s.values() | e.coalesce() | e.is_coalesced() | e.indices() | e.values() | e._nnz() | e._values()
s.numpy() | s.tolist() | s.item() | s.storage() | s.data_ptr() | s.nbytes | bool(s) | s[0:1] | c[i] | s.mean() | s.max() | s.exp() | s.sigmoid()
torch.softmax(s, 1) | s == s | s > 0 | s.view(6) | s.reshape(6) | s.flatten() | s.squeeze() | s.nonzero() | torch.ones_like(s) | torch.rand_like(s)
torch.equal(s, s) | s.fill_(1) | s.contiguous() | s + 1 | 1 + s | s + e | s - e | s / s | s / e | 1 / s | torch.mm(s, e) | torch.sparse.mm(s, e) | torch.mm(s, d.float())
s @ torch.ones(2, 3, 2) | torch.bmm(s, s) | torch.where(s, s, s) | torch.nn.functional.dropout(s) | torch.sparse.softmax(s, 2) | torch.sparse.sum(s, 2)
s.transpose(0, 2) | s.permute(0) | h.t() | torch.stack([d, d]).to_sparse().t() | torch.sparse.sum(e) | torch.sparse.softmax(e, 1) | e.to_sparse(3) | s.to_sparse(1)
s.to_dense(1) | s.to_dense(torch.float32) | e.to_dense("x") | s + q | s * q | torch.mv(s, d) | s.exp_() | s.requires_grad_() + 1 | s.long().requires_grad_()
torch.cat([s, h]) | torch.cat([s, e]) | torch.cat([s, s], 2) | s[2] | s[-3] | s[0, 0, 0] | s[0:1] | s.index_select(0, i[0] + 5) | s.narrow_copy(1, 2, 5) | s.select(2, 0) | s.unsqueeze(4)
s.norm(dim=0) | s.any(0) | s.new([1, 2]) | s.abs_() | s.sqrt_() | s.add_(e) | e.copy_(s) | s.copy_(e) | torch.ones(4, 4).add_(s) | e.sparse_mask(e) | e.sparse_mask(h) | s.clamp_(0, 1) | s.add_(h) | e.sparse_mask(1)
torch.nn.functional.cross_entropy(s, torch.tensor([0, 1])) | s.register_hook(1) | s.backward()
"""


@pytest.mark.parametrize("expression", cases(REFUSED))
def test_what_torch_refuses_is_refused(expression):
    ours, theirs = (answer(expression, library) for library in LIBRARIES)
    assert isinstance(theirs, Exception)
    assert isinstance(ours, Exception), repr(ours)
    assert isinstance(ours, type(theirs) if type(theirs) is not NotImplementedError else RuntimeError), (ours, theirs)


LEFT_OUT = (
    "torch.dstack([s, s]) | s.sum(1, keepdim=True) | s.new_zeros(2) | s.stride() | e.to_sparse(layout=torch.sparse_csr)"
)


@pytest.mark.parametrize("expression", cases(LEFT_OUT))
def test_what_is_left_out_says_so(expression):
    assert not isinstance(answer(expression, torch), Exception)
    error = answer(expression, minitorch_pt)
    assert isinstance(error, NotImplementedError)
    assert "dense" in str(error)


def test_an_index_outside_is_refused_at_once():
    # torch looks only if it is asked to, and reads foreign memory later
    for indices in (INDICES + 1, INDICES - 1):
        with pytest.raises(RuntimeError, match="inconsistent with indices|negative index"):
            minitorch_pt.sparse_coo_tensor(indices, VALUES, (2, 3))


# gradients: of the values, the dense operands, for a random cotangent; and those of the gradients
TRACKED = """
torch.stack([s, s], 2).to_dense() | s[0, 2]
s.to_dense() | u.to_dense() * e | torch.sparse.mm(s, d) | torch.mm(s, d) | s @ d | d.t() @ s.t() | s @ d[:, 0] | torch.addmm(e[:, :2], s, d) | s.t() @ e[:, :2]
torch.sparse.addmm(e[:, :2], s, d, alpha=2.0, beta=0.5) | torch.sparse.sum(s) | torch.sparse.sum(s, 1).to_dense() | s.sum()
torch.sparse.softmax(s, 1).to_dense() | torch.sparse.log_softmax(s, 0).to_dense() | (s * 3).to_dense() | (s / 2).to_dense() | (s * e).to_dense() | (s * s).to_dense()
(s + s).to_dense() | e + s | e - s | torch.add(s, s, alpha=3).to_dense() | s.coalesce().values() | (s**2).to_dense() | s.abs().to_dense()
s.float().to_dense() | s.clone().t().to_dense() | e.to_sparse().to_dense() | e.to_sparse(1).to_dense() | torch.sparse.mm(e.to_sparse(), d) | torch.nn.functional.linear(s, e)
torch.nn.functional.linear(s, e, d[:2, 0]) | torch.sparse.mm(s, s.t()).to_dense() | torch.sparse.mm(torch.sparse.softmax(s, dim=1), d)
torch.sparse.mm(torch.sparse_coo_tensor(i, torch.exp(v), (2, 3)), d).tanh() | torch.sparse_coo_tensor(i, v.float(), (2, 3)).to_dense()
"""


@pytest.mark.parametrize("expression", cases(TRACKED))
def test_gradients(expression):
    found = []
    for library in LIBRARIES:
        names = things(library, requires_grad=True)
        value = eval(expression, names)
        weight = library.tensor(np.cos(np.arange(value.numel())).reshape(tuple(value.shape))).to(value.dtype)
        grads = library.autograd.grad((value * weight).sum(), [names[n] for n in "vde"], allow_unused=True)
        found.append([value.detach(), *grads])
    for ours, theirs in zip(*found, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_allclose(ours.to_dense().numpy(), theirs.to_dense().numpy(), rtol=1e-12)


def test_the_names_of_the_nodes():
    for expression in cases(PRINTED):
        nodes = []
        for library in LIBRARIES:
            try:
                value = eval(expression, things(library, requires_grad=True))
            except Exception:
                nodes.append(None)
                continue
            nodes.append(
                [
                    x.grad_fn and x.grad_fn.name()
                    for x in (value if isinstance(value, tuple) else (value,))
                    if isinstance(x, library.Tensor)
                ]
            )
        if None not in nodes:
            assert nodes[0] == nodes[1], expression


@pytest.mark.parametrize(
    "product",
    [
        lambda t, s, d: t.sparse.mm(s, d),
        lambda t, s, d: s @ d,
        lambda t, s, d: t.sparse.softmax(s, 1) @ d,
        lambda t, s, d: t.sqrt(s.abs()).sum(0).to_dense() @ d,
    ],
)
def test_gradients_of_gradients(product):
    t = minitorch_pt

    def f(v, d):
        return product(t, t.sparse_coo_tensor(INDICES, v, (2, 3)), d).sin()

    v, d = t.tensor(VALUES, requires_grad=True), t.tensor(np.arange(6.0).reshape(3, 2) / 3, requires_grad=True)
    assert t.autograd.gradcheck(f, (v, d))
    assert t.autograd.gradgradcheck(f, (v, d))


def test_a_leaf_has_a_sparse_gradient():
    for library in LIBRARIES:
        names = things(library)
        s, d = names["s"].requires_grad_(), names["d"]
        assert s.is_leaf
        for _ in range(2):
            library.sparse.mm(s, d).sum().backward()
        assert s.grad.layout is library.sparse_coo
        there = s.detach().to_dense().numpy() != 0
        np.testing.assert_allclose(s.grad.to_dense().numpy(), 2 * there * d.numpy().sum(1))
        assert names["v"].grad is None
        s.grad = None
        assert s.grad is None
    s = things(minitorch_pt)["s"].requires_grad_()
    with pytest.raises(NotImplementedError):  # torch gives it
        minitorch_pt.autograd.grad(minitorch_pt.sparse.sum(s), s, allow_unused=True)


@pytest.mark.parametrize(("writer", "reader"), [*itertools.product(LIBRARIES, repeat=2)], ids=lambda x: x.__name__)
@pytest.mark.parametrize("weights_only", [False, True])
def test_files(writer, reader, weights_only):
    names = things(writer)
    content = {name: names[name] for name in "scuh"}
    file = io.BytesIO()
    writer.save({**content, "layout": writer.sparse_coo}, file)
    file.seek(0)
    found = reader.load(file, weights_only=weights_only)
    assert found.pop("layout") is reader.sparse_coo
    for name, tensor in found.items():
        assert repr(tensor) == repr(content[name])
        assert tensor.is_coalesced() == content[name].is_coalesced()


def test_damaged_files_are_refused():
    from minitorch_pt.serialization.names import REBUILDS, get_layout

    rebuild, t = REBUILDS["torch._utils._rebuild_sparse_tensor"], minitorch_pt
    i, v = t.tensor(INDICES), t.tensor(VALUES)
    for layout, data in (
        (t.sparse_csr, (i, v, (2, 3))),
        (t.sparse_coo, (i, v)),
        (t.sparse_coo, (i, [1.0], (2, 3))),
        (t.sparse_coo, (i, v, (2, -3))),
        (t.sparse_coo, (i, v, (2, 2))),
        (t.sparse_coo, (i, v, (2, 3), True)),  # not in order
    ):
        with pytest.raises(RuntimeError):
            rebuild(layout, data)
    with pytest.raises(RuntimeError, match="no layout"):
        get_layout("torch.tensor")


def test_copies_and_modules():
    t = minitorch_pt
    s = things(t)["s"].requires_grad_()
    for twin in (pickle.loads(pickle.dumps(s)), copy.deepcopy(s), copy.copy(s)):
        assert twin.to_dense().equal(s.to_dense())
    assert copy.deepcopy(s).requires_grad
    with pytest.raises(RuntimeError, match="graph leaves"):
        copy.deepcopy(s * 2)
    model = t.nn.Linear(2, 2)
    model.register_buffer("graph", s.detach())
    assert model.double().float().graph.dtype is t.float32
    assert model.state_dict()["graph"].is_sparse


# ---------------------------------------------------------------------------------------------------------------------
# Every name that there is, called with sparse tensors: it gives torch's numbers or raises
# ---------------------------------------------------------------------------------------------------------------------
CALLS = (
    "s",
    "c",
    "s c",
    "s d",
    "d s",
    "e s",
    "s one",
    "one s",
    "c half",
    "s zero row",
    "s zero one",
    "s axes",
    "e c s",
    "q d",
)
# values that are not of sparse tensors: settings, random draws, what is not filled, attributes of the class, and arguments that are looked at elsewhere
OTHERS = {
    "save", "compile", "manual_seed", "get_autocast_dtype", "is_autocast_enabled",
    "use_deterministic_algorithms", "resize_as_", "svd_lowrank", "pca_lowrank", "as_tensor", "type_as", "__array_wrap__", "is_storage", "seed",
}  # fmt: skip


OPERATORS = {
    f"__{n}__"
    for n in "add radd sub rsub mul rmul truediv rtruediv matmul rmatmul pow neg eq lt contains iter len".split()
}


def outcome(function, arguments, library):
    try:
        return True, plain(function(*arguments), library)
    except Exception as error:
        return False, error


def plain(value, library):
    if isinstance(value, (tuple, list)):
        return [plain(v, library) for v in value]
    return value.to_dense().detach().numpy() if isinstance(value, library.Tensor) else value


def same(ours, theirs):
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, np.ndarray):
        return (
            ours.dtype == theirs.dtype
            and ours.shape == theirs.shape
            and np.allclose(ours, theirs, 1e-12, equal_nan=True)
        )
    return type(ours).__name__ != "bool" or ours == theirs


def names_of(door):
    library, other = (door and SimpleNamespace(x=eval(f"t.{door}", {"t": t})).x or t for t in LIBRARIES)
    for name in dir(library):
        mine, theirs = getattr(library, name, None), getattr(other, name, None)
        if (
            isinstance(mine, type)
            or not (callable(mine) and callable(theirs))
            or name in OTHERS
            or name.startswith("set_")
            or name.endswith("Storage")
        ):
            continue
        if name[0] != "_" or name in OPERATORS:
            yield name, mine, theirs


@pytest.mark.parametrize("door", ["", "Tensor", "nn.functional", "special", "linalg"])
def test_every_name_gives_torchs_numbers_or_raises(door):
    values = 0
    for (name, *functions), call in itertools.product(names_of(door), CALLS):
        results = []
        for library, function in zip(LIBRARIES, functions, strict=True):
            given = {**things(library), "one": 1, "zero": 0, "half": 0.5, "axes": (0, 1), "row": library.tensor([0, 1])}
            arguments = [given[word] for word in call.split()]
            if door == "Tensor" and isinstance(arguments[0], int):
                break
            results.append(
                outcome(
                    getattr(arguments[0], name) if door == "Tensor" else function,
                    arguments[door == "Tensor" :],
                    library,
                )
            )
        else:
            (done, ours), (there, theirs) = results
            if done:
                values += 1
                # torch has no kernel for some, of which the numbers are those of the dense tensor
                assert (there and same(ours, theirs)) or isinstance(theirs, NotImplementedError), (
                    name,
                    call,
                    ours,
                    theirs,
                )
    assert values > {"": 100, "Tensor": 200, "nn.functional": 1, "special": 9, "linalg": -1}[door]


@pytest.mark.parametrize("part", [
    lambda t, s: t.cat([s, s * 2], 1), lambda t, s: t.stack([s, s]), lambda t, s: s.unsqueeze(1), lambda t, s: s.index_select(1, t.tensor([2, 0, 2])),
    lambda t, s: s[0], lambda t, s: s[1, 2], lambda t, s: s.narrow_copy(1, 0, 2), lambda t, s: s[None, :, 1], lambda t, s: t.hstack([s, s]),
])  # fmt: skip
def test_gradients_of_parts_are_those_of_dense_tensors(part):
    """torch has most of them for dense tensors alone."""
    t, found = minitorch_pt, []
    for dense in (True, False):
        v = t.tensor(VALUES, requires_grad=True)
        s = t.sparse_coo_tensor(INDICES, v, (2, 3))
        value = part(t, s.to_dense() if dense else s).to_dense()
        found.append((value, *t.autograd.grad((value * value).sum(), v)))
    assert all(map(t.equal, *found))
