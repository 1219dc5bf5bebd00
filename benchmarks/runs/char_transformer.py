"""A transformer learns Brazilian first names letter by letter, and makes up new ones."""

import minitorch_pt as torch
from minitorch_pt.teaching.datasets import brazilian_names

nn, F = torch.nn, torch.nn.functional

DATA = "the 5,000 most frequent first names in Brazil"
STEPS = 1000

LETTERS = "\nabcdefghijklmnopqrstuvwxyz"  # a line feed stands between two names
CONTEXT = 32


class Model(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), width)
        self.places = nn.Parameter(0.02 * torch.randn(CONTEXT, width))
        layer = nn.TransformerEncoderLayer(
            width, nhead=4, dim_feedforward=4 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, len(LETTERS))
        self.mask = nn.Transformer.generate_square_subsequent_mask(CONTEXT)  # a letter does not see those after it

    def forward(self, letters):
        length = letters.shape[1]
        x = self.letters(letters) + self.places[:length]
        return self.head(self.blocks(x, mask=self.mask[:length, :length], is_causal=True))


def train(steps):
    torch.manual_seed(0)
    names = brazilian_names()
    order = torch.randperm(len(names)).tolist()
    text = "".join(f"\n{names[i].lower()}" for i in order)
    codes = torch.tensor([LETTERS.index(letter) for letter in text])
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
    losses = []
    for _ in steps:
        # 32 letters and the one after them, from 16 places of the text
        window = codes[torch.randint(0, len(codes) - CONTEXT, (16, 1)) + torch.arange(CONTEXT + 1)]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def sample(model, count):
    """That many names, each letter drawn with the probability that the model gives it."""
    letters = torch.zeros(count, 1, dtype=torch.int64)
    for _ in range(CONTEXT - 1):
        scores = model(letters)[:, -1]
        letters = torch.cat([letters, torch.multinomial(scores.softmax(-1), 1)], 1)
    texts = ["".join(LETTERS[code] for code in row) for row in letters.tolist()]
    return [text.split("\n")[1].capitalize() for text in texts]


def report(model, path):
    torch.manual_seed(1)
    known = set(brazilian_names())
    new = [name for name in sample(model, 40) if name not in known]
    return f"of 40 names {len(new)} are new: {', '.join(new[:8])}"
