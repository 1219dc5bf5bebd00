"""An LSTM learns Brazilian first names letter by letter, and makes up new ones."""

import minitorch_pt as torch
from minitorch_pt.teaching.datasets import brazilian_names

nn, F = torch.nn, torch.nn.functional

DATA = "the 5,000 most frequent first names in Brazil"
STEPS = 1500

LETTERS = "\nabcdefghijklmnopqrstuvwxyz"  # a line feed begins and ends a name
LONGEST = 12
NOTHING = -100  # what cross_entropy ignores


def encode(names):
    """Inputs and targets (N, 13): each target is the letter after its input."""
    inputs = torch.zeros(len(names), LONGEST + 1, dtype=torch.int64)
    targets = torch.full((len(names), LONGEST + 1), NOTHING)
    for row, name in enumerate(names):
        codes = torch.tensor([LETTERS.index(letter) for letter in name.lower()])
        inputs[row, 1 : len(name) + 1] = codes
        targets[row, : len(name)] = codes
        targets[row, len(name)] = 0
    return inputs, targets


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(len(LETTERS), 24)
        self.lstm = nn.LSTM(24, 128, batch_first=True)
        self.head = nn.Linear(128, len(LETTERS))

    def forward(self, letters, state=None):
        hidden, state = self.lstm(self.embedding(letters), state)
        return self.head(hidden), state


def train(steps):
    torch.manual_seed(0)
    inputs, targets = encode(brazilian_names())
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in steps:
        rows = torch.randint(0, len(inputs), (64,))
        optimizer.zero_grad()
        scores, _ = model(inputs[rows])
        loss = F.cross_entropy(scores.flatten(0, 1), targets[rows].flatten(), ignore_index=NOTHING)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def sample(model, count):
    """That many names, each letter drawn with the probability that the model gives it."""
    letters, state = torch.zeros(count, 1, dtype=torch.int64), None
    names = [""] * count
    for _ in range(LONGEST):
        scores, state = model(letters, state)
        letters = torch.multinomial(scores[:, -1].softmax(-1), 1)
        names = [name + LETTERS[code] for name, code in zip(names, letters[:, 0].tolist(), strict=True)]
    return [name.split("\n")[0].capitalize() for name in names]


def report(model, path):
    torch.manual_seed(1)
    known = set(brazilian_names())
    new = [name for name in sample(model, 40) if name not in known]
    return f"of 40 names {len(new)} are new: {', '.join(new[:8])}"
