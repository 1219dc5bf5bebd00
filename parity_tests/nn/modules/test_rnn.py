"""nn/modules/rnn.py and nn/utils/rnn.py against torch."""

from __future__ import annotations

import pytest

import minitorch_pt
from parity_tests.oracle import rand, same_program

KINDS = ["RNN", "LSTM", "GRU"]
OPTIONS = [{}, {"num_layers": 2, "bidirectional": True}, {"bias": False, "batch_first": True}, {"num_layers": 3, "dropout": 0.5}]  # fmt: skip


def tensor(t, *shape):
    return t.tensor(rand(*shape).tolist())


def run(t, net, x):
    optimizer = t.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(20):
        optimizer.zero_grad()
        output, hidden = net(x)
        ((output.data if hasattr(output, "batch_sizes") else output) ** 2).sum().backward()
        optimizer.step()
    return [repr(net), list(output), hidden, dict(net.state_dict())]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5, 2, 3), (5, 3)])
def test_trains_as_torch(kind, options, shape):
    def program(t):
        t.manual_seed(0)
        return run(t, getattr(t.nn, kind)(3, 4, **options), tensor(t, *shape))

    same_program(program, rtol=1e-4)  # 20 steps in float32


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize("options", [{"proj_size": 2, "num_layers": 2, "bidirectional": True}])
def test_projection(options):
    same_program(lambda t: (t.manual_seed(0), run(t, t.nn.LSTM(3, 4, **options), tensor(t, 5, 2, 3)))[1], rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_packed(kind, bidirectional):
    def program(t):
        t.manual_seed(0)
        rnn = t.nn.utils.rnn
        packed = rnn.pack_padded_sequence(tensor(t, 5, 3, 3), t.tensor([2, 5, 3]), enforce_sorted=False)
        output, hidden = getattr(t.nn, kind)(3, 4, 2, bidirectional=bidirectional)(packed)
        padded = rnn.pad_packed_sequence(output, batch_first=True, padding_value=7.0, total_length=6)
        return [list(packed), hidden, list(padded), list(rnn.unpack_sequence(output))]

    same_program(program, rtol=1e-5)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("shape", [(2, 3), (3,)])
@pytest.mark.parametrize("bias", [True, False])
def test_cells(kind, shape, bias):
    def program(t):
        t.manual_seed(0)
        cell = getattr(t.nn, kind)(3, 4, bias)
        return [repr(cell), cell(tensor(t, *shape)), dict(cell.state_dict())]

    same_program(program, rtol=1e-5)


@pytest.mark.parametrize("program", [
    lambda t: t.nn.LSTM(3, 4)(tensor(t, 5, 2, 4)), lambda t: t.nn.LSTM(3, 4)(tensor(t, 3)),
    lambda t: t.nn.GRU(3, 4)(tensor(t, 5, 2, 3), tensor(t, 1, 3, 4)), lambda t: t.nn.RNN(3, 4)(tensor(t, 5, 3), tensor(t, 1, 1, 4)),
    lambda t: t.nn.RNN(3, 4, dropout=2), lambda t: t.nn.LSTM(3, 4, proj_size=4), lambda t: t.nn.GRU(3, 4, proj_size=2),
    lambda t: t.nn.GRU(3, 4, dropout=0.5), lambda t: t.nn.RNN(3, 4, nonlinearity="x"), lambda t: t.nn.LSTMCell(3, 4)(tensor(t, 2, 4)),
    lambda t: t.nn.GRUCell(3, 4)(tensor(t, 2, 3), tensor(t, 3, 4)),
    lambda t: t.nn.utils.rnn.pack_padded_sequence(tensor(t, 5, 2, 3), [2, 5]),
    lambda t: t.nn.utils.rnn.pack_padded_sequence(tensor(t, 5, 2, 3), [5, 0]),
    lambda t: t.nn.utils.rnn.pack_padded_sequence(tensor(t, 5, 2, 3), [5]),
])  # fmt: skip
def test_errors(program):
    same_program(program)


def test_lengths_beyond_the_input_are_refused():
    # torch makes batch_sizes that do not fit the data
    with pytest.raises(RuntimeError, match="at most 5"):
        minitorch_pt.nn.utils.rnn.pack_padded_sequence(minitorch_pt.ones(5, 2, 3), [6, 2])


@pytest.mark.parametrize("side", ["left", "right", "middle"])
def test_pad_sequence(side):
    same_program(lambda t: t.nn.utils.rnn.pad_sequence([tensor(t, 2, 3), tensor(t, 4, 3)], True, 1.0, side))


@pytest.mark.parametrize("kind", KINDS)
def test_second_order(kind):
    def program(t):
        t.manual_seed(0)
        net, x = getattr(t.nn, kind)(3, 4).double(), tensor(t, 5, 2, 3).double().requires_grad_()
        (first,) = t.autograd.grad((net(x)[0] ** 2).sum(), x, create_graph=True)
        return list(t.autograd.grad((first**2).sum(), list(net.parameters()) + [x]))

    same_program(program)
