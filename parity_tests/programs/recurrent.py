"""Recurrent networks: an LSTM that continues a wave, and a GRU over packed sequences of letters that then writes words."""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

torch.manual_seed(2)
wave = torch.sin(torch.arange(0, 40, 0.2)) + 0.05 * torch.randn(200)
windows = wave.unfold(0, 21, 5)
inputs, targets = windows[:, :-1].unsqueeze(-1), windows[:, -1:]


class Forecast(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.lstm = nn.LSTM(input_size=1, hidden_size=hidden, num_layers=2, batch_first=True, dropout=0.1)
        self.linear = nn.Linear(hidden, 1)

    def forward(self, x):
        output, (h, c) = self.lstm(x)
        return self.linear(output[:, -1]), h.shape


model = Forecast(8)
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(15):
    prediction, shape = model(inputs)
    loss = nn.functional.mse_loss(prediction, targets)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optimizer.step()
    if step % 5 == 4:
        print(step, f"{loss.item():.4f}", shape)

words = ["ana", "bruna", "caio", "davi", "elisa", "joana"]
letters = "." + "".join(sorted(set("".join(words))))
code = {letter: i for i, letter in enumerate(letters)}
sequences = [torch.tensor([0, *(code[letter] for letter in word)]) for word in words]
sequences.sort(key=len, reverse=True)
lengths = torch.tensor([len(s) for s in sequences])
padded = pad_sequence(sequences, batch_first=True)
targets = pad_sequence([torch.cat([s[1:], s.new_zeros(1)]) for s in sequences], batch_first=True, padding_value=-100)


class Letters(nn.Module):
    def __init__(self, size, width):
        super().__init__()
        self.embedding = nn.Embedding(size, width)
        self.gru = nn.GRU(width, 16, batch_first=True)
        self.output = nn.Linear(16, size)

    def forward(self, x, lengths=None, state=None):
        x = self.embedding(x)
        if lengths is not None:
            x = pack_padded_sequence(x, lengths, batch_first=True)
        x, state = self.gru(x, state)
        if lengths is not None:
            x, _ = pad_packed_sequence(x, batch_first=True)
        return self.output(x), state


model = Letters(len(letters), 6)
optimizer = torch.optim.NAdam(model.parameters(), lr=0.05)
for step in range(25):
    scores, _ = model(padded, lengths)
    loss = nn.functional.cross_entropy(scores.transpose(1, 2), targets, ignore_index=-100)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 8 == 0:
        print(step, f"{loss.item():.3f}")
model.eval()
with torch.no_grad():
    for _ in range(3):
        letter, state, text = torch.zeros(1, 1, dtype=torch.long), None, ""
        for _ in range(10):
            scores, state = model(letter, state=state)
            letter = torch.multinomial(scores[0, -1].div(0.5).softmax(-1), 1).view(1, 1)
            if letter.item() == 0:
                break
            text += letters[letter]
        print(text)
