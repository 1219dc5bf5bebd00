"""A recurrent network foretells the sunspots of the next year from those of the 22 years before."""

import minitorch_pt as torch
from minitorch_pt.teaching.datasets import sunspots

nn, F = torch.nn, torch.nn.functional

DATA = "yearly sunspots 1700 to 2008; the years from 1921 on are only for the test"
STEPS = 600

PAST = 22  # two cycles of the sun
FIRST_TEST_YEAR = 1921


def windows():
    """The past of each year, (N, 22, 1), the number of that year, (N), and the year; in hundreds of sunspots."""
    years, number = (torch.tensor(part.tolist()) for part in sunspots())
    slices = (number / 100).unfold(0, PAST + 1, 1)
    return slices[:, :-1].unsqueeze(2), slices[:, -1], years[PAST:]


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 24, batch_first=True)
        self.head = nn.Linear(24, 1)

    def forward(self, past):
        return self.head(self.rnn(past)[0][:, -1])[:, 0]


def train(steps):
    torch.manual_seed(0)
    past, number, years = windows()
    known = years < FIRST_TEST_YEAR
    past, number = past[known], number[known]
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.1)
    losses = []
    for _ in steps:
        optimizer.zero_grad()
        loss = F.mse_loss(model(past), number)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


@torch.no_grad()
def report(model, path):
    past, number, years = windows()
    unseen = years >= FIRST_TEST_YEAR

    def error(guess):
        return 100 * (guess - number)[unseen].square().mean().sqrt().item()

    guess = model(past)
    if path is not None:
        draw(years.numpy(), 100 * number.numpy(), 100 * guess.numpy(), path)
    return (
        f"off by {error(guess):.1f} sunspots a year (root mean square); 'as last year' by {error(past[:, -1, 0]):.1f}"
    )


def draw(years, number, guess, path):
    from matplotlib.figure import Figure

    axes = (figure := Figure(figsize=(8, 3), layout="constrained")).add_subplot()
    axes.plot(years, number, color="0.6", label="counted")
    axes.plot(years, guess, color="tab:orange", linewidth=1, label="foretold a year ahead")
    axes.axvline(FIRST_TEST_YEAR, color="0.3", linestyle=":", label="test from here on")
    axes.set(xlabel="year", ylabel="sunspots")
    axes.legend(loc="upper left", ncols=3, frameon=False)
    axes.set_ylim(top=235)
    figure.savefig(path, dpi=80)
