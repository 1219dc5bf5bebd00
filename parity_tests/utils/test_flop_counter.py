"""torch.utils.flop_counter: what products of all kinds take, forward and backward, by module, as torch counts it."""

from __future__ import annotations

import itertools
import random
import sys
import types

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode  # noqa: F401  # a module that torch does not import by itself

import minitorch_pt
import minitorch_pt.utils.flop_counter

# expressions of x (4, 3), y (3, 3), b (2, 4, 3), i (2, 2, 6, 6), q (2, 2, 4, 3), s (2, 3, 4), torch t, nn and F
PRODUCTS = [
    "x @ y", "x @ y[0]", "y[0] @ y[0]", "b @ y", "x @ b.mT", "b @ b.mT", "b[None] @ b.mT", "x[0] @ b.mT", "b @ y[0]", "t.mm(x, y)", "t.bmm(b, b.mT)", "t.mv(x, y[0])",
    "t.outer(x[0], y[0])", "t.inner(x, y)", "t.inner(x, y[0])", "t.addmm(y[0], x, y)", "t.baddbmm(x, b, b.mT[:, :, :3])", "t.tensordot(b, b, ([2], [2]))", "t.linalg.multi_dot([x, x.T, x])",
    "t.linalg.matrix_power(y, 3)", "t.cov(x)", "t.einsum('ij,kj->ik', x, y)", "t.einsum('bij,bkj->bik', b, b)", "t.einsum('i,j->ij', x[0], y[0])", "t.einsum('bij,jk->bik', b, y)", "t.einsum('ij,j->i', x, y[0])",
    "F.linear(x, y)", "F.linear(b, y)", "F.linear(x[0], y)", "F.linear(x, y, y[0])", "nn.Linear(3, 5)(x)", "nn.Linear(3, 5)(b)", "nn.Linear(3, 5, bias=False)(b)", "nn.Linear(3, 5)(b[0, 0])", "nn.Bilinear(3, 3, 2)(x, x)",
    "nn.Conv2d(2, 4, 3)(i)", "nn.Conv2d(2, 4, 3, padding=1, stride=2)(i)", "nn.Conv2d(2, 4, 3, groups=2)(i)", "nn.Conv2d(2, 4, 3)(i[0])", "nn.Conv1d(4, 2, 2)(b)", "nn.ConvTranspose2d(2, 4, 3)(i)",
    "nn.ConvTranspose1d(4, 2, 2, stride=2)(b)", "F.scaled_dot_product_attention(q, q, q)", "F.scaled_dot_product_attention(q, q, q, dropout_p=0.5)", "nn.GRU(3, 5)(b)[0]", "nn.RNN(3, 5)(b)[0]",
    "nn.RNN(3, 5, nonlinearity='relu')(b)[0]", "nn.LSTM(3, 5)(b)[0]", "nn.LSTMCell(3, 5)(x)[0]", "nn.GRUCell(3, 5)(x)", "nn.MultiheadAttention(4, 2, batch_first=True)(s, s, s)[0]",
    "nn.MultiheadAttention(4, 2)(s, s, s, need_weights=False)[0]", "nn.TransformerEncoderLayer(4, 2, 8, batch_first=True)(s)", "nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 2)))(x)",
    "F.unfold(i, 3)", "t.kron(x, y)", "x.cumsum(0)",
]  # fmt: skip


def counted(library, expression: str, tracked: bool, backward: bool) -> tuple:
    library.manual_seed(0)
    sizes = {"x": (4, 3), "y": (3, 3), "b": (2, 4, 3), "i": (2, 2, 6, 6), "q": (2, 2, 4, 3), "s": (2, 3, 4)}
    names = {name: library.randn(size).requires_grad_(tracked) for name, size in sizes.items()}
    counter = library.utils.flop_counter.FlopCounterMode(display=False)
    with counter:
        out = eval(expression, names | {"t": library, "nn": library.nn, "F": library.nn.functional})
        if backward and out.requires_grad:
            out.sum().backward()
    counts = {name: {str(key): n for key, n in found.items()} for name, found in counter.get_flop_counts().items()}
    return counts, counter.get_total_flops()


@pytest.mark.parametrize(("tracked", "backward"), [(False, False), (False, True), (True, True)])
@pytest.mark.parametrize("expression", PRODUCTS)
@pytest.mark.filterwarnings("ignore")
def test_products(expression, tracked, backward):
    assert counted(minitorch_pt, expression, tracked, backward) == counted(torch, expression, tracked, backward)


def test_random_products():
    """Batches of matrices of random shapes, and einsum of random letters."""
    generator = random.Random(0)
    for _ in range(200):
        axes = generator.sample((1, 2, 3), 2)
        batch = (generator.randint(2, 4),)
        one = batch * (axes[0] == 3) + (3, 4)[: axes[0]] if axes[0] > 1 else (4,)
        other = batch * (axes[1] == 3) + ((4, 5) if axes[1] > 1 else (4,))
        turned = [f"t.ones({shape[:-2] + shape[:-3:-1]}){'.mT' * (len(shape) > 1)}" for shape in (one, other)]
        expression = " @ ".join(
            generator.choice([f"t.ones({shape})", other]) for shape, other in zip((one, other), turned, strict=True)
        )
        if generator.random() < 0.3:
            terms = ["".join(generator.sample("ijk", generator.randint(1, 3))) for _ in range(2)]
            shapes = [tuple("ijk".index(c) + 2 for c in term) for term in terms]
            expression = f"t.einsum({','.join(terms)!r}, t.ones({shapes[0]}), t.ones({shapes[1]}))"
        assert counted(minitorch_pt, expression, False, False) == counted(torch, expression, False, False), expression


def test_gradients_of_gradients():
    def program(library):
        x = library.ones(4, 3, requires_grad=True)
        with library.utils.flop_counter.FlopCounterMode(display=False) as counter:
            (slope,) = library.autograd.grad((x @ library.ones(3, 2)).pow(3).sum(), x, create_graph=True)
            library.autograd.grad(slope.pow(2).sum(), x)
        library.ones(2, 2) @ library.ones(2, 2)  # after the block
        return counter.get_total_flops()

    assert program(minitorch_pt) == program(torch) > 0


@pytest.mark.parametrize(("depth", "width"), [*itertools.product((1, 2, None), (4, 400))])
def test_table(monkeypatch, capsys, depth, width):
    """The cells of torch's table, which another package draws; ours draws it itself."""
    drawer = types.SimpleNamespace(tabulate=lambda values, headers, colalign: [headers, *values])
    monkeypatch.setitem(sys.modules, "tabulate", drawer)
    tables = []
    for library in (minitorch_pt, torch):
        nn = library.nn
        model = nn.Sequential(
            nn.Linear(3, width), nn.Sequential(nn.Linear(width, width), nn.Sequential(nn.Linear(width, 2)))
        )
        with library.utils.flop_counter.FlopCounterMode(depth=depth, display=False) as counter:
            model(library.ones(2, 3))
            library.ones(2, 3) @ library.ones(3, 2)
        tables.append(counter.get_table())
    title, rule, *lines = tables[0].split("\n")
    cells = [line.rsplit(None, 2) for line in (title.replace("% Total", "%_Total"), *lines)]
    assert [[a.rstrip(), b, c.replace("_", " ")] for a, b, c in cells] == tables[1]
    assert {len(line) for line in lines} == {len(title), len(rule)} - {0}
    with (
        minitorch_pt.utils.flop_counter.FlopCounterMode(),
        torch.utils.flop_counter.FlopCounterMode(display=False) as nothing,
    ):
        pass
    printed = capsys.readouterr().out.split("\n")
    assert printed[2].split() == nothing.get_table()[1]


def test_refused():
    with pytest.raises(NotImplementedError, match="custom_mapping"):
        minitorch_pt.utils.flop_counter.FlopCounterMode(custom_mapping={minitorch_pt.ops.aten.mm: len})
