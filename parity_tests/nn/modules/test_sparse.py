"""nn/modules/sparse.py against torch."""

from __future__ import annotations

import inspect

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import rand, randint, same_program

OPTIONS = [
    {}, {"padding_idx": 2}, {"padding_idx": -1}, {"padding_idx": 0, "max_norm": 1.0}, {"max_norm": 1.5, "norm_type": 1.0},
    {"scale_grad_by_freq": True}, {"_freeze": True}, {"dtype": "float64"},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("size", [(6, 3), (3, 2), (20, 16)])
def test_embedding(size, options):
    """From one seed: the table bit for bit, the text, the output, the gradient, the table afterwards."""

    def program(t):
        t.manual_seed(3)
        arguments = {k: getattr(t, v) if k == "dtype" else v for k, v in options.items()}
        module = t.nn.Embedding(*size, **arguments)
        seen = [repr(module), [k for k in module.state_dict()], module.padding_idx, module.weight.tolist(), t.rand(1)]
        y = module(t.tensor(randint(0, size[0], (4, 5)).tolist()))
        if not options.get("_freeze"):
            (y**2).sum().backward()
        return [*seen, y.detach(), module.weight.grad, module.weight.detach(), y.requires_grad]

    same_program(program)


@pytest.mark.parametrize("options", [{}, {"freeze": False}, {"padding_idx": 1}, {"max_norm": 0.5, "norm_type": 1.0}])
def test_from_pretrained(options):
    def program(t):
        table = t.tensor(rand(4, 3).tolist())
        module = t.nn.Embedding.from_pretrained(table, **options)
        y = module(t.tensor([1, 1, 3]))
        return [repr(module), module.weight.requires_grad, y.detach(), table]  # the table is shared, not copied

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.Embedding(4, 3, padding_idx=4), lambda t: t.nn.Embedding(4, 3, padding_idx=-5),
    lambda t: t.nn.Embedding(4, 3, _weight=t.zeros(3, 4)), lambda t: t.nn.Embedding.from_pretrained(t.zeros(3)),
    lambda t: t.nn.Embedding(4, 3)(t.tensor([4])), lambda t: t.nn.Embedding(4, 3)(t.tensor([1.0])),
])  # fmt: skip
def test_errors(program):
    with pytest.raises((AssertionError, IndexError, RuntimeError)):
        program(torch)
    same_program(program)


BAGS = [
    {}, {"mode": "sum"}, {"mode": "max"}, {"padding_idx": 2}, {"padding_idx": -1, "mode": "max"}, {"padding_idx": 0, "max_norm": 1.0},
    {"max_norm": 1.5, "norm_type": 1.0}, {"include_last_offset": True}, {"dtype": "float64"},
]  # fmt: skip


@pytest.mark.parametrize("options", BAGS)
def test_embedding_bag(options):
    """From one seed: the table bit for bit, the text, the output, the gradient, the table afterwards."""

    def program(t):
        t.manual_seed(3)
        arguments = {k: getattr(t, v) if k == "dtype" else v for k, v in options.items()}
        module = t.nn.EmbeddingBag(6, 3, **arguments)
        seen = [repr(module), [k for k in module.state_dict()], module.padding_idx, module.weight.tolist(), t.rand(1)]
        lines = module(t.tensor(randint(0, 6, (4, 5)).tolist()))
        y = module(t.tensor(randint(0, 6, (9,)).tolist()), t.tensor([0, 2, 2, 9]))
        ((y**2).sum() + (lines**3).sum()).backward()
        return [*seen, lines.detach(), y.detach(), module.weight.grad, module.weight.detach()]

    same_program(program)


def test_a_weighted_bag():
    def program(t):
        t.manual_seed(0)
        module = t.nn.EmbeddingBag(6, 3, mode="sum", scale_grad_by_freq=True, _weight=t.tensor(rand(6, 3).tolist()))
        weights = t.tensor(rand(2, 3).tolist())
        return [repr(module), module(t.tensor([[1, 2, 3], [3, 2, 4]]), per_sample_weights=weights).detach()]

    same_program(program)


@pytest.mark.parametrize(
    "options", [{}, {"freeze": False}, {"padding_idx": 1}, {"mode": "sum", "include_last_offset": True}]
)
def test_bags_from_pretrained(options):
    def program(t):
        table = t.tensor(rand(4, 3).tolist())
        module = t.nn.EmbeddingBag.from_pretrained(table, **options)
        y = module(t.tensor([1, 1, 3]), t.tensor([0, 2]))
        return [repr(module), module.weight.requires_grad, y.detach(), table]

    same_program(program)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.EmbeddingBag(4, 3, padding_idx=4), lambda t: t.nn.EmbeddingBag(4, 3, padding_idx=-5),
    lambda t: t.nn.EmbeddingBag(4, 3, _weight=t.zeros(3, 4)), lambda t: t.nn.EmbeddingBag.from_pretrained(t.zeros(3)),
    lambda t: t.nn.EmbeddingBag(4, 3)(t.tensor([4])), lambda t: t.nn.EmbeddingBag(4, 3, mode="min")(t.tensor([[1]])),
])  # fmt: skip
def test_errors_of_bags(program):
    same_program(program)


@pytest.mark.parametrize("layer", ["Embedding", "EmbeddingBag"])
def test_sparse_gradients(layer):
    def program(t):
        table = getattr(t.nn, layer)(4, 3, sparse=True, _weight=t.arange(12.0).view(4, 3))
        for numbers in [[2, 0], [2, 2]], [[1, 1], [3, 0]]:
            table(t.tensor(numbers)).cos().sum().backward()
        before = repr(table.weight.grad)
        table.zero_grad(set_to_none=False)
        return before, repr(table.weight.grad)

    assert program(minitorch_pt) == program(torch)


@pytest.mark.parametrize("layer", ["Embedding", "EmbeddingBag"])
def test_signature(layer):
    for name in ("__init__", "from_pretrained", "forward"):
        ours, theirs = (inspect.signature(getattr(getattr(p.nn, layer), name)) for p in (minitorch_pt, torch))
        assert [(p.name, p.default, p.kind) for p in ours.parameters.values()] == [
            (p.name, p.default, p.kind) for p in theirs.parameters.values()
        ]
