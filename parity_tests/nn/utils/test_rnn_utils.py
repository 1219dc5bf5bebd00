"""nn/utils/rnn.py against torch."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, same_program

NAMES = [
    "invert_permutation", "pack_padded_sequence", "pad_packed_sequence", "pad_sequence", "unpad_sequence",
    "pack_sequence", "unpack_sequence",
]  # fmt: skip


def rnn(t):
    return t.nn.utils.rnn


def tensor(t, *shape, seed=0):
    return t.tensor(rand(*shape, seed=seed).tolist(), dtype=t.float64)


def packed(t, **options):
    return rnn(t).pack_padded_sequence(tensor(t, 4, 3, 2), t.tensor([2, 4, 3]), enforce_sorted=False, **options)


@pytest.mark.parametrize("name", [*NAMES, "PackedSequence.__new__"])
def test_signatures(name):
    def parameters(t):
        found = rnn(t)
        for part in name.split("."):
            found = getattr(found, part)
        return [(p.name, p.kind, p.default) for p in inspect.signature(found).parameters.values()]

    same_program(parameters)


def test_all_names_of_torch():
    assert sorted(rnn(minitorch_pt).__all__) == sorted(rnn(torch).__all__)


# ---------------------------------------------------------------------------------------------------------------------
# PackedSequence
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["double", "float", "half", "long", "int", "short", "char", "byte", "cpu"])
def test_conversions(method):
    def program(t):
        one = packed(t)
        other = getattr(one, method)()
        return [list(other), other is one, repr(other), other.is_cuda, other.is_pinned(), type(other).__name__]

    same_program(program)


@pytest.mark.parametrize("convert", [
    lambda t, p: p.to(t.float32), lambda t, p: p.to(dtype=t.int64), lambda t, p: p.to("cpu"), lambda t, p: p.to(t.ones(1)), lambda t, p: p.cpu(dtype=t.float32),
    lambda t, p: p.pin_memory(),
])  # fmt: skip
def test_to(convert):
    def program(t):
        one = packed(t)
        other = convert(t, one)
        return [list(other), other is one]

    same_program(program)


def test_no_gpu():
    for move in (lambda p: p.cuda(), lambda p: p.to("cuda")):
        same_program(lambda t, m=move: m(packed(t)))


@pytest.mark.parametrize("make", [
    lambda t, p, x, n: p((x, n)), lambda t, p, x, n: p(x, n), lambda t, p, x, n: p(x, n, t.tensor([1, 0])), lambda t, p, x, n: p(x), lambda t, p, x, n: p((x, n, n)),
    lambda t, p, x, n: p(data=x, batch_sizes=n, sorted_indices=t.tensor([1, 0]), unsorted_indices=t.tensor([0, 1])),
])  # fmt: skip
def test_made_of_parts(make):
    same_program(lambda t: list(make(t, rnn(t).PackedSequence, tensor(t, 3, 2), t.tensor([2, 1]))))


def test_is_a_named_tuple():
    same_program(lambda t: [packed(t)._fields, packed(t).sorted_indices, packed(t)[3]])


# ---------------------------------------------------------------------------------------------------------------------
# Functions
# ---------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [
    lambda t: None, lambda t: t.tensor([2, 0, 1]), lambda t: t.tensor([], dtype=t.int64), lambda t: t.tensor([2, 0, 1], dtype=t.int32),
    lambda t: t.tensor([1.0, 0.0]), lambda t: t.tensor([0, 5]), lambda t: t.tensor([[1, 0], [0, 1]]), lambda t: [1, 0],
])  # fmt: skip
def test_invert_permutation(make):
    same_program(lambda t: rnn(t).invert_permutation(make(t)))


@pytest.mark.parametrize(
    "lengths", [[5, 2], (5, 5), [1, 1], [2, 5], [5, 0], [5, -1], [5], [], 3, [[5, 2]], [2.7, 1.2], None, "ab"]
)
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("rest", [(), (3,), (1, 2)])
def test_pack_padded_sequence(lengths, batch_first, rest):
    def program(t):
        x = tensor(t, *((2, 5) if batch_first else (5, 2)), *rest).requires_grad_()
        one = rnn(t).pack_padded_sequence(x, lengths, batch_first)
        (slope,) = t.autograd.grad((one.data**2).sum(), x)
        return [list(one), repr(one), slope]

    same_program(program)


@pytest.mark.parametrize("lengths", [[2, 5, 3], [2, 2, 2], [1, 2, 2], [3, 0, 1]])
@pytest.mark.parametrize("batch_first", [False, True])
def test_pack_unsorted(lengths, batch_first):
    def program(t):
        x = tensor(t, *((3, 5) if batch_first else (5, 3)), 2).requires_grad_()
        one = rnn(t).pack_padded_sequence(x, t.tensor(lengths, dtype=t.int32), batch_first, enforce_sorted=False)
        (slope,) = t.autograd.grad((one.data**2).sum(), x)
        return [list(one), slope]

    same_program(program)


@pytest.mark.parametrize("lengths", [[[5, 2]], 3, None])
def test_lengths_to_be_sorted_that_are_no_vector(lengths):
    same_program(lambda t: rnn(t).pack_padded_sequence(tensor(t, 5, 2), lengths, enforce_sorted=False))


@pytest.mark.parametrize("shape", [(5,), (5, 0, 3)])
def test_pack_wrong_shapes(shape):
    same_program(lambda t: rnn(t).pack_padded_sequence(tensor(t, *shape), [5][: len(shape) % 3]))


def test_lengths_beyond_the_input_are_refused():
    # torch makes batch_sizes that do not fit the data
    with pytest.raises(RuntimeError, match="at most 5"):
        rnn(minitorch_pt).pack_padded_sequence(minitorch_pt.ones(5, 2, 3), [6, 2])


def test_fewer_lengths_than_sequences_are_refused():
    # torch forgets sequences without a word
    with pytest.raises(RuntimeError, match="equal to batch_size"):
        rnn(minitorch_pt).pack_padded_sequence(minitorch_pt.ones(5, 2, 3), [5], enforce_sorted=False)


@pytest.mark.parametrize("arguments", [(), (True,), (True, -1.5), (False, 7.0, 6), (False, 0.0, 4), (False, 0.0, 3)])
def test_pad_packed_sequence(arguments):
    def program(t):
        leaf = tensor(t, 4, 3, 2).requires_grad_()
        one = rnn(t).pack_padded_sequence(leaf, [4, 2, 3], enforce_sorted=False)
        padded, lengths = rnn(t).pad_packed_sequence(one, *arguments)
        return [padded, lengths, *t.autograd.grad((padded**2).sum(), leaf)]

    same_program(program)


@pytest.mark.parametrize("convert", [lambda p: p.long(), lambda p: p.half(), lambda p: p.byte()])
def test_pad_packed_sequence_of_other_types(convert):
    same_program(
        lambda t: list(rnn(t).pad_packed_sequence(convert(packed(t).float().to(t.float64)), padding_value=2.0))
    )
    same_program(
        lambda t: list(rnn(t).pad_packed_sequence(rnn(t).pack_sequence([t.tensor([True, False]), t.tensor([True])])))
    )


@pytest.mark.parametrize("side", ["left", "right", "middle"])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("lengths", [(2, 4, 0), (3,)])
def test_pad_sequence(side, batch_first, lengths):
    def program(t):
        sequences = [tensor(t, n, 2).requires_grad_() for n in lengths]
        padded = rnn(t).pad_sequence(sequences, batch_first, 1.5, side)
        return [padded, *t.autograd.grad((padded**2).sum(), sequences)]

    same_program(program)


@pytest.mark.parametrize("make", [
    lambda t: 5, lambda t: [], lambda t: [t.tensor(1.0)], lambda t: [[1, 2], [3]], lambda t: [t.ones(1, 2), t.ones(2, 3)], lambda t: t.ones(2, 3),
    lambda t: [t.ones(0, 2)] * 2,
    lambda t: (t.ones(n) for n in (1, 2)), lambda t: [t.ones(1), tensor(t, 2)], lambda t: [t.ones(1, dtype=t.int64), t.ones(2)],
])  # fmt: skip
def test_pad_sequence_of_all_kinds(make):
    same_program(lambda t: rnn(t).pad_sequence(make(t)))


@pytest.mark.parametrize(
    "options", [{"padding_value": "0"}, {"padding_value": None}, {"padding_side": None}, {"padding_value": True}]
)
def test_wrong_paddings(options):
    same_program(lambda t: rnn(t).pad_sequence([t.ones(1), t.ones(2)], **options))
    if "padding_value" in options:
        same_program(lambda t: list(rnn(t).pad_packed_sequence(packed(t), **options)))


@pytest.mark.parametrize("lengths", [[1, 3], [0, 2], [9, 1], [-1, 2], [1.5, 2.0], [1], [1, 2, 3]])
@pytest.mark.parametrize("batch_first", [False, True])
def test_unpad_sequence(lengths, batch_first):
    def program(t):
        x = tensor(t, *((2, 3) if batch_first else (3, 2)), 2)
        return rnn(t).unpad_sequence(x, t.tensor(lengths), batch_first)

    same_program(program)


def test_unpad_sequence_leaves_its_input_alone():
    x = minitorch_pt.ones(3, 2)  # torch transposes it in place
    rnn(minitorch_pt).unpad_sequence(x, minitorch_pt.tensor([1, 3]))
    assert x.shape == (3, 2)


@pytest.mark.parametrize("lengths", [(3, 2, 2), (1, 2), (2, 0), ()])
@pytest.mark.parametrize("enforce_sorted", [True, False])
def test_pack_and_unpack_sequence(lengths, enforce_sorted):
    def program(t):
        one = rnn(t).pack_sequence([tensor(t, n, 2) for n in lengths], enforce_sorted)
        return [list(one), rnn(t).unpack_sequence(one)]

    same_program(program)
    same_program(lambda t: rnn(t).pack_sequence("ab"))
