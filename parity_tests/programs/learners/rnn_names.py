# Names to languages (two invented ones): letters as one-hot lines, packed sequences of different lengths, a collate function, a bidirectional GRU.
from collections import Counter

import torch
import torch.nn as nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, Sampler

all_letters = "abcdefghijklmnopqrstuvwxyz"
names = {
    "vowelish": "aia ouea eio iaoue aeo uio oaie eaau".split(),
    "hard": "krt brkta dkr tkbb grtkd pkra trk kdrb".split(),
}
all_categories = list(names)


def letterToIndex(letter):
    return all_letters.find(letter)


def lineToTensor(line):
    tensor = torch.zeros(len(line), 1, len(all_letters))
    for li, letter in enumerate(line):
        tensor[li][0][letterToIndex(letter)] = 1
    return tensor


print(lineToTensor("abc").size(), lineToTensor("ab")[:, 0, :4])


class Names(Dataset):
    def __init__(self):
        self.pairs = [(name, i) for i, kind in enumerate(all_categories) for name in names[kind]]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        name, label = self.pairs[i]
        return torch.tensor([letterToIndex(c) for c in name]), label


def collate(batch):
    batch.sort(key=lambda pair: len(pair[0]), reverse=True)
    xs, ys = zip(*batch)
    lengths = torch.tensor([len(x) for x in xs])
    return pad_sequence(xs, batch_first=True, padding_value=26), lengths, torch.tensor(ys)


class ByLength(Sampler):
    def __init__(self, data):
        self.order = sorted(range(len(data)), key=lambda i: len(data[i][0]))

    def __iter__(self):
        return iter(self.order)

    def __len__(self):
        return len(self.order)


class Classifier(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.embedding = nn.Embedding(27, 5, padding_idx=26)
        self.gru = nn.GRU(5, hidden, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden, 2)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.embedding(x), lengths, batch_first=True)
        out, hidden = self.gru(packed)
        out, lens = pad_packed_sequence(out, batch_first=True, padding_value=-1.0)
        assert torch.equal(lens, lengths)
        return self.fc(torch.cat([hidden[0], hidden[1]], dim=1)), out


torch.manual_seed(5)
data = Names()
net = Classifier()
print(net, net.embedding.weight[26])
loader = DataLoader(data, batch_size=4, shuffle=True, collate_fn=collate)
opt = torch.optim.Adagrad(net.parameters(), lr=0.1)
loss_fn = nn.NLLLoss()
for epoch in range(4):
    correct, total = 0, 0.0
    for x, lengths, y in loader:
        out, _ = net(x, lengths)
        loss = loss_fn(nn.LogSoftmax(dim=-1)(out), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(y)
        correct += (out.argmax(1) == y).sum()
    print(f"epoch {epoch} loss {total / len(data):.4f} accuracy {correct.item() / len(data):.2%}")
print(net.embedding.weight[26], net.embedding.weight.grad[26])
x, lengths, y = next(
    iter(DataLoader(data, batch_sampler=BatchSampler(ByLength(data), 3, drop_last=False), collate_fn=collate))
)
print(x, lengths, y, net(x, lengths)[1][:, -1, :3], sep="\n")
print(
    [b for b in BatchSampler(ByLength(data), 6, True)],
    list(RandomSampler(range(5), generator=torch.Generator().manual_seed(1))),
)

packed = pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4, 5]), torch.tensor([6])])
print(packed, packed.data, packed.batch_sizes, type(packed) is PackedSequence, pad_packed_sequence(packed))
loose = pack_padded_sequence(torch.arange(12.0).view(3, 4, 1), [2, 4, 1], batch_first=True, enforce_sorted=False)
print(
    loose.sorted_indices,
    loose.unsorted_indices,
    loose.data.flatten(),
    pad_packed_sequence(loose, batch_first=True, total_length=5)[0].squeeze(-1),
)
print(
    packed.to(torch.float).data.dtype, packed.is_cuda, pad_sequence([torch.ones(2), torch.ones(3)], padding_value=0.5)
)
try:
    pack_padded_sequence(torch.zeros(3, 4, 1), [2, 4, 1], batch_first=True)
except RuntimeError as e:
    print("RuntimeError:", e)
try:
    DataLoader(data, batch_sampler=BatchSampler(ByLength(data), 3, False), shuffle=True)
except ValueError as e:
    print("ValueError:", e)
print(
    Counter(len(n) for n, _ in data.pairs),
    str(loader.sampler).split(" object")[0],
    loader.batch_size,
    loader.drop_last,
    loader.num_workers,
)
