# %% [markdown]
# # 17 · LSTM
#
# **Question:** How can a recurrent network remember something for long?
#
# **Needs:** lessons 09, 10, 11, 12, 13, 16.
#
# **Time:** 16 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Why does an RNN forget? (lesson 16)
# 2. What does dropout do while the network learns, and while it answers? (lesson 14)
# 3. Between which numbers does a sigmoid lie, and between which tanh? (lesson 09)
#
# In lesson 16 a state was made anew at each step, and what was long past faded: its slope vanished. The LSTM keeps a second
# state that is not made anew, only changed where *gates* let it. The name is *long short-term memory*: a network's weights are its
# long-term memory, its state is a short-term one, and this one lasts long.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

nn, F = torch.nn, torch.nn.functional

# %% [markdown]
# ## By hand: a cell with three gates
# A gate is a number from 0 (shut) to 1 (open) that something is multiplied by. One unit has three:
#
# - the *input gate* `i`: how much of the new value, the *candidate* `g`, comes in
# - the *forget gate* `f`: how much of the old cell state stays (1: all of it)
# - the *output gate* `o`: how much of the cell state is shown
#
# The cell state is `c = f·c + i·g`, what the unit shows is the state `h = o·tanh(c)`. Here the gates are set by hand: take in the
# first value, hold it for two steps, show it in the last.


# %%
def cell(c, i, f, g, o):
    c = f * c + i * g
    return c, o * math.tanh(c)


c = 0.0
for i, f, g, o in [(1, 0, 0.9, 0), (0, 1, -0.4, 0), (0, 1, 0.7, 0), (0, 1, -0.2, 1)]:
    c, h = cell(c, i, f, g, o)
    print(f"i = {i}, f = {f}, g = {g:4.1f}, o = {o}: c = {c:.3f}, h = {h:.3f}")

# %% [markdown]
# ## Measure: how long does it remember?
# Nudge the first candidate by 0.001 and see how far the cell state moves 20 steps later, with forget gates of 0.5, 0.9, 0.99 and 1.
#
# **Guess first:** with a forget gate of 0.9, how much of the nudge is left after 20 steps: nearly all, half, an eighth?


# %%
def last_cell_state(first, f, steps=20):
    c, _ = cell(0.0, 1.0, f, first, 1.0)
    for _ in range(steps):
        c, _ = cell(c, 0.1, f, 0.3, 1.0)  # something else comes in at each step
    return c


for f in (0.5, 0.9, 0.99, 1.0):
    slope = (last_cell_state(0.501, f) - last_cell_state(0.5, f)) / 0.001
    print(f"f = {f}: measured {slope:.6f}, f to the 20th {f**20:.6f}")

# %% [markdown]
# ## Derive: the slope of one step is the gate
# In `c = f·c + i·g` the old state is multiplied by `f`, and by nothing else: no tanh, no weight. So the slope over many steps is the
# product of the forget gates, `f · f · … · f`. In lesson 16 the factor was a weight, the same at each step. A gate may be 1 while
# something is to be kept, and 0 at the step when it is to be dropped.
#
# Who sets the gates? The network itself. Each gate is a neuron with a sigmoid (0 to 1) that reads the input `x` and the last state
# `h`; the candidate is one with tanh. (Through `h` the old cell state reaches the new one by other ways too. The direct one, whose
# slope is the gate, is the one that does not vanish.)
#
# ## Automate: `nn.LSTM`
# It keeps the weights of all four in one matrix, one below the other, in the order `i, f, g, o`: 3 units have 12 rows.

# %%
torch.manual_seed(0)
lstm = nn.LSTM(2, 3, batch_first=True)
sequences = torch.randn(5, 7, 2)  # 5 sequences, 7 steps, 2 numbers each
print("weights:", lstm.weight_ih_l0.shape, lstm.weight_hh_l0.shape)

h, c = torch.zeros(5, 3), torch.zeros(5, 3)
for t in range(7):
    new = sequences[:, t] @ lstm.weight_ih_l0.T + lstm.bias_ih_l0  # (5, 2) @ (2, 12) -> (5, 12)
    old = h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0  # (5, 3) @ (3, 12) -> (5, 12)
    i, f, g, o = (new + old).chunk(4, dim=1)  # (5, 12) -> four times (5, 3)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)

states, (last_h, last_c) = lstm(sequences)
print("all states:", states.shape, "last h and c:", last_h.shape, last_c.shape)
print("the loop gives the same:", torch.allclose(h, last_h[0], atol=1e-6), torch.allclose(c, last_c[0], atol=1e-6))

# %% [markdown]
# ## A task for a memory
# Sequences of 20 numbers from -1 to 1. Beside each stands a mark: 1 for one of the first twelve, 0 for all others. At the end the
# network must say the number that was marked, after 8 to 19 others that do not matter.


# %%
def make(n):
    values = torch.rand(n, 20) * 2 - 1
    place = torch.randint(0, 12, (n,))
    marks = torch.zeros(n, 20)
    marks[torch.arange(n), place] = 1.0  # in row 0 at place[0], in row 1 at place[1], …
    return torch.stack([values, marks], dim=2), values[torch.arange(n), place]  # (n, 20, 2), (n,)


class Teller(nn.Module):
    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent
        self.head = nn.Linear(3, 1)

    def forward(self, x):
        states, _ = self.recurrent(x)  # (n, 20, 2) -> (n, 20, 3)
        return self.head(states[:, -1])[:, 0]  # (n, 3) @ (3, 1) -> (n, 1) -> (n,)


def fit(recurrent, steps=600):
    model = Teller(recurrent)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(steps):
        x, y = make(64)
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# Three networks of 3 units, each from seed 1: the RNN of lesson 16; the LSTM as it comes; the LSTM with 3 for the bias of its
# forget gates. As it comes, its gates begin near sigmoid(0) = 0.5, and 0.5 to the 20th is a millionth. With the bias 3 they begin
# near 0.95, and more than a third is left after 20 steps: enough of a slope to learn from.
#
# **Guess first:** which of the three will learn to tell the number?


# %%
def rnn():
    return nn.RNN(2, 3, batch_first=True)


def plain_lstm():
    return nn.LSTM(2, 3, batch_first=True)


def open_lstm():
    layer = nn.LSTM(2, 3, batch_first=True)
    with torch.no_grad():
        layer.bias_ih_l0[3:6] = 3.0  # rows 3 to 5 of i, f, g, o are those of f
    return layer


curves = {}
for name, build in [("RNN", rnn), ("LSTM", plain_lstm), ("LSTM, forget bias 3", open_lstm)]:
    torch.manual_seed(1)
    trained = build()
    losses = fit(trained)
    curves[name] = [sum(losses[k : k + 20]) / 20 for k in range(0, 600, 20)]
    print(f"{name}: loss ≈ {curves[name][-1]:.2f}")

figure = viz.history(curves, ylabel="loss (mean of 20 steps)", log=True)
figure.axes[0].set_xlabel("training steps ÷ 20")
viz.save(figure, "pictures/17_losses")
figure

# %% [markdown]
# A network that always says 0 has the loss 1/3, the mean square of such numbers. For more than 300 steps none of the three does
# better. Then the LSTM with open gates finds the way; the plain one later, for its forget gates must open first; the RNN not at all
# in these 600 steps. Its units could hold a number, but the slope that leads there is too small.
#
# One seed is one draw. With the seeds 1 to 8, within 600 steps, the open LSTM found the way seven times, the plain one twice, the
# RNN never. Try other seeds yourself.
#
# ## The gates over time
# One sequence through the trained LSTM: a row for each of the 3 units, a column for each step. `*` is the marked number.

# %%
torch.manual_seed(19)
x, y = make(1)
labels = [f"{round(value, 1) + 0.0:.1f}" + "\n*" * int(mark) for value, mark in x[0].tolist()]
figure = viz.gates(trained, x[0], labels=labels)
viz.save(figure, "pictures/17_gates")
figure

# %% [markdown]
# Look at the first and the third row of each panel. Their input gates are shut, and open at the mark. Their forget gates are open,
# but dip at the mark: what was there goes out. From then on they keep what they have, or nearly. The second unit does something
# else: its cell state grows with each step, as if it counted them. Nobody told the network to; it is what the loss asked for.
#
# Now the cell state of the first unit alone, for the same sequence with five different marked numbers. The LSTM runs step by step
# here: given the two states where it stopped, it goes on from there (given `None`, it begins at zeros).

# %%
numbers = torch.tensor([0.8, 0.4, 0.0, -0.4, -0.8])
five = x.repeat(5, 1, 1)  # (1, 20, 2) -> (5, 20, 2)
mark = x[0, :, 1].argmax().item()
five[:, mark, 0] = numbers
both, kept = None, []
with torch.no_grad():
    for t in range(20):
        _, both = trained(five[:, t : t + 1], both)  # (5, 1, 2) and the states h and c
        kept.append(both[1][0, :, 0])  # c of the first unit: (1, 5, 3) -> (5,)
kept = torch.stack(kept, dim=1)  # (5, 20)

figure, (axes,) = viz.panels(height=3.0)
for line, value, style in zip(kept.numpy(), numbers.tolist(), ["-", "--", ":", "-.", ".-"], strict=True):
    axes.plot(range(20), line, style, linewidth=2, label=f"{value:.1f}")
axes.axvline(mark, color="#767676", linewidth=0.8)
axes.set(xlabel="time step", ylabel="cell state c", xlim=(-0.5, 22.5), xticks=range(0, 20, 5))
axes.legend(title="marked", frameon=False)
figure.alt = "The cell state over 20 steps, five lines: one until the mark, then apart and sinking slowly, in the order of the marked numbers."
viz.save(figure, "pictures/17_cell")
figure

# %% [markdown]
# Up to the mark the five lines are one; after it each number has its own, in their order. The lines sink a little, for a trained
# forget gate is near 1, not 1, and an input gate near 0, not 0. But they stay apart, and so the number can still be told at the end.
#
# ## When it goes wrong
# `nn.LSTM` returns two things: all states, and the pair of the last `h` and `c`. A layer after it wants the states only, so it cannot
# simply follow:

# %%
head = nn.Linear(3, 1)
try:
    head(lstm(sequences))
except TypeError as error:
    print(f"TypeError: {error}")
states, _ = lstm(sequences)
print(head(states[:, -1]).shape)  # repaired: (5, 7, 3) -> (5, 3), and (5, 3) @ (3, 1) -> (5, 1)

# %% [markdown]
# The error names a tuple where a tensor should be. This is also why an LSTM does not go into `nn.Sequential`, but into a class with a
# `forward` of its own, as in `Teller`.
#
# ## The same under PyTorch


# %%
def from_the_same_seed():
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, batch_first=True)
    states, (_, last_c) = lstm(sequences)
    return {"weights": lstm.weight_hh_l0, "states": states, "cell states": last_c}


same_in_pytorch(from_the_same_seed)

# %% [markdown]
# ## Summary
# - LSTM is long short-term memory: a cell state `c = f·c + i·g`, and what it shows, `h = o·tanh(c)`.
# - The slope from one cell state to the next is the forget gate; while that is near 1, nothing vanishes.
# - Gates are neurons with a sigmoid; training learns when they open. Begin with the forget gate open.
# - `nn.LSTM` returns the states `(N, steps, units)` and the pair `(h, c)`.
#
# A larger one, which learns 5,000 Brazilian names letter by letter and makes up new ones, is `benchmarks/runs/char_lstm.py`.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The lesson's `cell` takes gates. This one takes the four pre-activations, in the order `i, f, g, o`, and the old cell state.
# Return the new cell state and the new state, as a list `[c, h]`. (There is `math.exp` for the sigmoid.)


# %%
def exercise_1(i, f, g, o, c):
    return ...


check(
    exercise_1,
    (0.0, 0.0, 0.0, 0.0, 2.0, [1.0, math.tanh(1.0) / 2]),
    (50.0, -50.0, 1.0, 50.0, 3.0, [math.tanh(1.0), math.tanh(math.tanh(1.0))]),
)

# %% [markdown]
# **2.** Which bias of a forget gate, if it hears nothing else, leaves this `share` of the cell state after so many `steps`? First
# find the gate that leaves the share, then the bias whose sigmoid is that gate.


# %%
def exercise_2(share, steps):
    return ...


check(exercise_2, (0.5, 1, 0.0), (0.5, 20, 3.344866), (0.9, 100, 6.855011))

# %% [markdown]
# **3.** The number of parameters of `nn.LSTM(inputs, units)`, with its two biases.


# %%
def exercise_3(inputs, units):
    return ...


check(exercise_3, (2, 3, 84), (24, 128, 78848))

# %% [markdown]
# **4.** Do by hand what the network learned: set `i` and `f` from the marks such that `c = f·c + i·g`, with the values as `g`, is at
# the end the value that was marked last (0 if there was none). Return that `c`.


# %%
def exercise_4(values, marks):
    return ...


check(
    exercise_4,
    ([0.3, 0.7, -0.2], [0, 1, 0], 0.7),
    ([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 0], 3.0),
    ([1.0, 2.0], [0, 0], 0.0),
    ([5.0, 2.0, -1.0], [1, 1, 0], 2.0),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The slope over many steps is a product, which vanishes.
# 2. It switches numbers off at random while learning, and nothing while answering.
# 3. 0 and 1; -1 and 1.
#
# </details>
