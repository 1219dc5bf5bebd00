"""min-char-rnn, LSTM and GRU cells written out, compared with nn.RNN, nn.LSTM, nn.GRU by copied weights; truncated BPTT; sampling with a temperature."""

import string

import torch
import torch.nn as nn
import torch.nn.functional as F

text = "hello hello world, the weather in the world is well. " * 3
chars = sorted(list(set(text)))
data_size, vocab_size = len(text), len(chars)
print("data has %d characters, %d unique." % (data_size, vocab_size))
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}
torch.manual_seed(1337)
hidden_size, seq_length, learning_rate = 12, 10, 1e-1

Wxh = torch.randn(hidden_size, vocab_size) * 0.01
Whh = torch.randn(hidden_size, hidden_size) * 0.01
Why = torch.randn(vocab_size, hidden_size) * 0.01
bh = torch.zeros(hidden_size, 1)
by = torch.zeros(vocab_size, 1)


def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = hprev.clone()
    loss = 0
    for t in range(len(inputs)):
        xs[t] = torch.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = torch.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        ys[t] = Why @ hs[t] + by
        ps[t] = torch.exp(ys[t]) / torch.sum(torch.exp(ys[t]))
        loss += -torch.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = torch.zeros_like(Wxh), torch.zeros_like(Whh), torch.zeros_like(Why)
    dbh, dby = torch.zeros_like(bh), torch.zeros_like(by)
    dhnext = torch.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
        dy = ps[t].clone()
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += dhraw @ xs[t].T
        dWhh += dhraw @ hs[t - 1].T
        dhnext = Whh.T @ dhraw
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        dparam.clamp_(-5, 5)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]


mems = [torch.zeros_like(p) for p in (Wxh, Whh, Why, bh, by)]
smooth_loss = -torch.log(torch.tensor(1.0 / vocab_size)) * seq_length
p = 0
for n in range(12):
    if p + seq_length + 1 >= len(text) or n == 0:
        hprev = torch.zeros((hidden_size, 1))
        p = 0
    inputs = [char_to_ix[ch] for ch in text[p : p + seq_length]]
    targets = [char_to_ix[ch] for ch in text[p + 1 : p + seq_length + 1]]
    loss, *grads, hprev = lossFun(inputs, targets, hprev)
    smooth_loss = smooth_loss * 0.9 + loss * 0.1
    if n % 4 == 0:
        print("iter %d, loss: %f" % (n, smooth_loss))
    for param, dparam, mem in zip((Wxh, Whh, Why, bh, by), grads, mems):
        mem += dparam * dparam
        param += -learning_rate * dparam / torch.sqrt(mem + 1e-8)
    p += seq_length
# the same gradients by autograd
leaves = [t.clone().requires_grad_() for t in (Wxh, Whh, Why, bh, by)]
h, total = torch.zeros(hidden_size, 1), 0
for i, t in zip(inputs, targets):
    h = torch.tanh(leaves[0][:, [i]] + leaves[1] @ h + leaves[3])
    total = total + F.cross_entropy((leaves[2] @ h + leaves[4]).T, torch.tensor([t]))
found = torch.autograd.grad(total, leaves)
_, *byhand, _ = lossFun(inputs, targets, torch.zeros(hidden_size, 1))
print(["%.3f" % g.norm() for g in found])


class MyLSTM(nn.Module):
    def __init__(self, other):
        super().__init__()
        self.W, self.U, self.b = other.weight_ih_l0, other.weight_hh_l0, other.bias_ih_l0 + other.bias_hh_l0

    def forward(self, x):
        h = c = torch.zeros(x.size(1), self.U.size(1))
        out = []
        for xt in x:
            i, f, g, o = (xt @ self.W.t() + h @ self.U.t() + self.b).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            out.append(h)
        return torch.stack(out), (h[None], c[None])


def my_gru(gru, x):
    h = x.new_zeros(x.shape[1], gru.hidden_size)
    for xt in torch.unbind(x):
        gi = F.linear(xt, gru.weight_ih_l0, gru.bias_ih_l0)
        gh = F.linear(h, gru.weight_hh_l0, gru.bias_hh_l0)
        (ir, iz, inn), (hr, hz, hn) = gi.chunk(3, 1), gh.chunk(3, 1)
        r, z = torch.sigmoid(ir + hr), torch.sigmoid(iz + hz)
        h = (1 - z) * torch.tanh(inn + r * hn) + z * h
    return h


x = torch.randn(5, 2, 3)
lstm, gru = nn.LSTM(3, 4), nn.GRU(3, 4)
ours, (h, c) = MyLSTM(lstm)(x)
theirs, (hn, cn) = lstm(x)
print(
    torch.allclose(ours, theirs, atol=1e-6),
    torch.allclose(c, cn, atol=1e-6),
    torch.allclose(my_gru(gru, x), gru(x)[1][0], atol=1e-6),
)
cell = nn.LSTMCell(3, 4)
cell.load_state_dict({k.removesuffix("_l0"): v for k, v in lstm.state_dict().items()})
state = None
for xt in x:
    state = cell(xt, state)
print(torch.allclose(state[0], hn[0], atol=1e-6), cell, nn.GRUCell(2, 3), nn.RNNCell(2, 3, nonlinearity="relu"), lstm)
print([(n, tuple(p.shape)) for n, p in nn.LSTM(2, 3, num_layers=2, bidirectional=True, proj_size=1).named_parameters()])
for bad in (
    lambda: lstm(torch.randn(5, 2, 4)),
    lambda: gru(x, torch.zeros(1, 3, 4)),
    lambda: lstm(torch.randn(5)),
    lambda: nn.LSTM(3, 4, dropout=2),
):
    try:
        bad()
    except Exception as e:
        print(f"{type(e).__name__}: {e}")


class CharRNN(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, 6)
        self.rnn = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[kind](
            6, 12, num_layers=2, batch_first=True, dropout=0.1
        )
        self.head = nn.Linear(12, vocab_size)

    def forward(self, x, state=None):
        out, state = self.rnn(self.embed(x), state)
        return self.head(out), state


def detach(state):
    return tuple(map(detach, state)) if isinstance(state, tuple) else state.detach()


ids = torch.tensor([char_to_ix[c] for c in text])
for kind in ("rnn", "gru", "lstm"):
    torch.manual_seed(0)
    net = CharRNN(kind)
    opt = torch.optim.Adam(net.parameters(), 0.02)
    state = None
    for start in range(0, 80, 16):
        logits, state = net(ids[start : start + 16].view(2, 8), state)
        state = detach(state)
        loss = F.cross_entropy(logits.reshape(-1, vocab_size), ids[start + 1 : start + 17])
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5, norm_type="inf")
        opt.step()
    net.eval()
    with torch.no_grad():
        letter, s, out = ids[:1].view(1, 1), None, []
        for _ in range(20):
            logits, s = net(letter, s)
            letter = torch.multinomial(F.softmax(logits[:, -1] / 0.5, -1), 1)
            out.append(ix_to_char[letter.item()])
    print(f"{kind} {loss.item():.4f}", repr("".join(out)), set(out) <= set(string.printable))
