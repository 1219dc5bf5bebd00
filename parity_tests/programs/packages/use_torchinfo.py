"""torchinfo: the table of a network's layers."""

import torch
from torch import nn
from torchinfo import summary


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.norm = nn.BatchNorm2d(8)
        self.linear = nn.Linear(8 * 26 * 26, 10)
        self.lstm = nn.LSTM(10, 4, batch_first=True)

    def forward(self, x):
        h = torch.relu(self.norm(self.conv(x)))
        return self.lstm(self.linear(h.flatten(1))[:, None])[0]


columns = ["input_size", "output_size", "num_params", "kernel_size", "mult_adds", "trainable"]
print(summary(Net(), input_size=(2, 1, 28, 28), verbose=0))
print(summary(Net(), input_size=(2, 1, 28, 28), col_names=columns, depth=2, verbose=0))
print(summary(Net(), verbose=0))
print(summary(Net(), input_data=torch.zeros(1, 1, 28, 28), row_settings=["var_names", "ascii_only"], verbose=0))
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
print(summary(encoder, input_size=(2, 5, 16), col_names=["output_size", "params_percent"], verbose=0))
table = summary(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1)), (7, 3), verbose=0)
print(table.total_params, table.trainable_params, table.total_mult_adds, table.total_output_bytes)
