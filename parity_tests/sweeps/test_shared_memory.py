"""What shares memory: every operation of the database, and calls that change nothing (a window of one, no padding, one part), whose
results in torch are new, or views, or the input itself. What is written into one would show, or not show, in the other."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db

import minitorch_pt
from parity_tests.databases.operations import built, forms_of, operation_name
from parity_tests.databases.outcomes import some, tensors_in
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter
from parity_tests.sweeps import judge, quiet

SHAPES = [(), (1,), (3,), (2, 3), (1, 1), (1, 2, 3), (1, 1, 2, 2), (2, 2, 1, 1), (1, 1, 2, 2, 2)]
# t: a tensor, F and nn: the package's
CALLS = (
    """
t.flip(0); t.roll(0, 0); t.sum(0); t.sum(); t.mean(); t.prod(); t.amax(); t.max(); t.repeat(1); t.tile(()); t.where(torch.tensor(True), t)
t.index_select(0, torch.tensor([0])); t.gather(0, torch.zeros(t.shape, dtype=torch.int64)); t.masked_select(torch.tensor(True)); t.clone(); t.round()
t.masked_fill(torch.tensor(False), 0); t.clamp(-9, 9); torch.cat([t]); torch.stack([t]); torch.hstack([t]); torch.vstack([t]); torch.dstack([t])
torch.column_stack([t]); t.pow(1); t.mul(1); t.div(1); t.add(0); t.sort()[0]; t.topk(1)[0]; t.cumsum(0); t.cummax(0)[0]; t.unique(); t.median(); t.mode()[0]
F.dropout(t, 0.0); F.dropout(t, 0.5, False); F.dropout1d(t, 0.0); F.dropout2d(t, 0.0); F.alpha_dropout(t, 0.0); F.alpha_dropout(t, 0.5, False)
F.relu(t); F.hardtanh(t, -9, 99); F.threshold(t, -9, 0); F.softmax(t, 0); F.normalize(t, dim=0, p=1); F.pad(t, ()); F.pad(t, (0, 0)); F.pad(t, (0, 0), mode='reflect')
F.pad(t, (0, 0), mode='replicate'); F.pad(t, (0, 0), mode='circular'); F.interpolate(t, size=t.shape[2:]); F.interpolate(t, scale_factor=1, mode='bilinear')
F.max_pool1d(t, 1); F.max_pool2d(t, 1); F.max_pool3d(t, 1); F.avg_pool1d(t, 1); F.avg_pool2d(t, 1); F.avg_pool3d(t, 1); F.lp_pool2d(t, 1, 1)
F.adaptive_avg_pool1d(t, t.shape[-1]); F.adaptive_avg_pool2d(t, None); F.adaptive_avg_pool3d(t, None); F.adaptive_max_pool2d(t, None); F.unfold(t, 1)
F.fold(t, 1, 1); F.fold(F.unfold(t, 1), t.shape[-2:], 1); F.pixel_shuffle(t, 1); F.pixel_unshuffle(t, 1); F.channel_shuffle(t, 1); F.linear(t, torch.eye(t.shape[-1]))
F.conv2d(t, torch.ones(1, t.shape[1], 1, 1)); F.embedding(torch.tensor([0]), t); F.instance_norm(t); F.layer_norm(t, t.shape); F.glu(t, -1); F.rrelu(t)
torch.einsum('...->...', t); torch.einsum('ij->ji', t); torch.einsum('ij->ij', t); torch.block_diag(t); torch.cartesian_prod(t); torch.combinations(t, 1)
torch.atleast_1d(t); torch.atleast_3d(t); torch.broadcast_tensors(t)[0]; torch.meshgrid(t, indexing='ij')[0]; torch.tensordot(t, torch.tensor(1.0), 0); torch.chain_matmul(t)
torch.matrix_power(t, 1); torch.matrix_power(t, 0); torch.narrow_copy(t, 0, 0, 1); t.unfold(0, 1, 1); t.sum_to_size(t.shape); t.contiguous(); t.to(t.dtype); t.float(); t.type(t.dtype)
t.type_as(t); t.reshape(t.shape); t.reshape(-1); t.squeeze(); t.flatten(); t.ravel(); t.view_as(t); t.movedim(0, 0); t.diag(); t.diagonal(); t.real; t.conj(); t.resolve_conj()
torch.as_tensor(t); torch.asarray(t); torch.Tensor(t); t.new(t); t.positive(); t.split(9)[0]; t.chunk(1)[0]; t.unbind()[0]; t[()]; t[...]; t[None]; t[True]; t[torch.tensor(True)]
t[torch.tensor([0])]; t[[0]]; t[0]; t[:]; t[t == t]; t[:, :]; t.masked_scatter(torch.zeros(t.shape, dtype=torch.bool), t); t.select_scatter(t[0], 0, 0); t.slice_scatter(t); t.nan_to_num()
t.diagonal_scatter(t.diagonal()); t.unflatten(0, (-1,)); t.swapaxes(0, 0); t.permute(tuple(range(t.dim()))); t.detach(); t.data; t.cpu(); t.to('cpu'); t.to_dense(); t.expand(t.shape); t.expand_as(t)
nn.Identity()(t); nn.Flatten()(t); nn.Sequential()(t); nn.Dropout(0.5).eval()(t); nn.Dropout(0.0)(t); nn.ZeroPad2d(0)(t); nn.ReflectionPad1d(0)(t); nn.Upsample(scale_factor=1)(t)
nn.BatchNorm2d(1).eval()(t); nn.utils.rnn.pad_sequence([t]); nn.utils.parameters_to_vector([t]); torch.utils.data.default_convert(t); torch.utils.data.default_collate([t]); nn.Parameter(t)
torch.clip(t, min=None, max=99); torch.lerp(t, t, 0.0); torch.ones_like(t).mul_(t); t.logsumexp(0); t.std(0, correction=0); t.norm(dim=0); t.rot90(0); t.rot90(4); torch.tril(t, 9); torch.triu(t, -9); t.diff(n=0); t.mm(torch.eye(t.shape[-1]))
t.trunc(); t.repeat_interleave(1); t.take(torch.tensor([0])); t.take_along_dim(torch.zeros(t.shape, dtype=torch.int64), 0); t.index_fill(0, torch.tensor([], dtype=torch.int64), 1.0); t.quantile(1.0); t.aminmax()[1]; t.repeat_interleave(1, 0); t.repeat_interleave(torch.tensor([1]), 0)
""".replace("\n", "; ")
    .strip("; ")
    .split("; ")
)


def shared(result: Any, inputs: list, package: Any) -> list[tuple[bool, list[bool], list[bool]]]:
    """Of each tensor of a result: whether it is a view, which inputs it is, and with which it shares memory."""
    found = []
    for tensor in tensors_in(result, package):
        memory = tensor.numel() and tensor.untyped_storage().data_ptr()
        with_input = [bool(memory) and bool(x.numel()) and x.untyped_storage().data_ptr() == memory for x in inputs]
        found.append((any(with_input) and tensor._is_view(), [tensor is x for x in inputs], with_input))
    return found


def attempted(package: Any, call: str, shape: tuple[int, ...]) -> Any:
    t = package.arange(1.0, 1 + np.prod(shape, dtype=int)).reshape(shape).clone()
    names = {"torch": package, "F": package.nn.functional, "nn": package.nn, "t": t}
    try:
        return shared(eval(call, names), [t], package)
    except Exception as error:
        return "error" if isinstance(error, Exception) else None


def test_calls_that_change_nothing() -> None:
    counts: collections.Counter[str] = collections.Counter()
    differ: dict[str, str] = {}
    with quiet():
        for call, shape in itertools.product(CALLS, SHAPES):
            expected, found = attempted(torch, call, shape), attempted(minitorch_pt, call, shape)
            counts["errors" if expected == "error" else "values"] += 1
            if found != expected:
                differ[f"{call}: {shape}"] = f"{found}, torch {expected}"
    judge("shared_memory", counts, differ, 1000)


def cases(limit: int | None) -> Iterator[tuple[str, Any, Any, Any]]:
    """Name, torch's callable, ours, and the inputs."""
    for entry in op_db:
        name = operation_name(entry)
        if table().reason(name) or not built(entry) or torch.float64 not in entry.dtypes:
            continue
        for _, sample in some(entry.sample_inputs("cpu", torch.float64), limit, name):
            for form, (theirs, ours, inplace) in forms_of(entry).items():
                if not inplace:
                    yield f"{name} {form}", theirs, ours, sample


def ran(package: Any, operation: Any, sample: Any) -> Any:
    convert = Converter(package)
    args, kwargs = convert((sample.input, *sample.args)), convert(sample.kwargs)
    package.manual_seed(0)
    return shared(operation(*args, **kwargs), tensors_in((args, kwargs), package), package)


def check(limit: int | None) -> None:
    counts: collections.Counter[str] = collections.Counter()
    differ: dict[str, str] = {}
    with quiet():
        for name, theirs, ours, sample in cases(limit):
            try:
                expected, found = ran(torch, theirs, sample), ran(minitorch_pt, ours, sample)
            except OutOfScope as reason:
                counts[f"skipped: {reason}"] += 1
                continue
            except Exception as error:
                counts[f"skipped: {type(error).__name__}"] += 1
                continue
            counts["values"] += len(expected)
            if found != expected:
                differ.setdefault(name, f"{found}, torch {expected}, {sample}")
    judge("shared_memory", counts, differ, 1000)
    assert sum(n for what, n in counts.items() if what.startswith("skipped")) < 0.02 * counts["values"], counts


def test_operations() -> None:
    check(3)


@pytest.mark.long
def test_operations_with_all_inputs() -> None:
    check(None)
