# %% [markdown]
# # 16 · Recurrent networks
#
# **Question:** How can a network read a sequence of any length, step by step?
#
# **Needs:** lessons 01, 05, 09, 10, 11, 12, 13.
#
# **Time:** 14 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Why does a convolution need few weights? (lesson 15)
# 2. On which samples is the validation loss measured, and what for? (lesson 13)
# 3. What happens to the slopes of steps in a row? (lesson 11)
#
# The networks so far had a fixed number of inputs. A word, a melody, the sunspots of the last centuries have any number, and
# their order counts. A recurrent network reads one step at a time and hands a *state* on from each step to the next.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

nn, F = torch.nn, torch.nn.functional

# products this small take one thread less time than several, which wait for each other
torch.set_num_threads(1)

# %% [markdown]
# ## By hand: one unit
# The unit is a neuron with two inputs: the number `x` of this step, and its own output of the step before, the state `h`. So it
# has two weights, `w` for the new and `u` for the old, and the state begins at 0: `h = tanh(w·x + u·h + b)`.
#
# **Guess first:** the sequences 1, 0, 0, 0 and 0, 0, 0, 1 have the same sum. Do they end in the same state?


# %%
def read(sequence, w=1.0, u=0.5, b=0.0):
    h, states = 0.0, []
    for x in sequence:
        h = math.tanh(w * x + u * h + b)
        states.append(h)
    return states


for sequence in ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0]):
    print(sequence, "->", ", ".join(f"{h:.3f}" for h in read(sequence)))

# %% [markdown]
# Three things to see. The 1 of the first step is still in the state three steps later: a trace of it. The same numbers in another
# order end in another state, though their sum is the same. And four steps need no more parameters than two: the same `w`, `u`,
# `b` serve each step, as a filter serves each place of a picture (lesson 15).
#
# ## The picture
# The same unit, drawn once for each step: the network is *unrolled*. From left to right it is an ordinary network, with one
# layer for each step; only, all layers share their weights.

# %%
figure = viz.unrolled([1.0, 0.0, 0.0, 0.0], read([1.0, 0.0, 0.0, 0.0]), w=1.0, u=0.5)
viz.save(figure, "pictures/16_unrolled")
figure

# %% [markdown]
# ## Measure: how long does it remember?
# Nudge the first number by 0.001. How far does the last state move, if the sequence has 1, 2, 5, 10, 20 steps?


# %%
def slope_of_first(steps, u):
    silence = [0.0] * steps
    nudged = [0.001, *silence[1:]]
    return (read(nudged, u=u)[-1] - read(silence, u=u)[-1]) / 0.001


for steps in (1, 2, 5, 10, 20):
    print(f"steps: {steps}, slope: {slope_of_first(steps, 0.5):.6f}")

# %% [markdown]
# ## Derive: a product of slopes
# Each step makes the new state from the old one, and the slope of that step is `u` times the slope of tanh, which is 1 at 0 and
# smaller elsewhere. By the chain rule (lesson 11) slopes of steps in a row are multiplied: over `n - 1` steps of silence,
# `u · u · … · u`, that is `uⁿ⁻¹`. With `u = 0.5`, each step forgets half.

# %%
print(f"measured {slope_of_first(10, 0.5):.6f}, derived {0.5**9:.6f}")

figure, (axes,) = viz.panels(height=3.0)
for u, style in [(0.5, "-"), (0.9, "--"), (1.0, ":"), (1.1, "-.")]:
    axes.plot(range(41), [u**n for n in range(41)], style, linewidth=2, label=f"u = {u}")
axes.set(xlabel="steps back", ylabel="slope", yscale="log", ylim=(1e-6, 1e3))
axes.legend(ncols=4, loc="upper left", frameon=False)
figure.alt = "Slope against steps back, logarithmic: falling lines for u = 0.5 and 0.9, level for 1, rising for 1.1."
viz.save(figure, "pictures/16_slopes")
figure

# %% [markdown]
# Below 1 the slopes *vanish* (the *vanishing gradient*), above 1 they *explode*, until tanh holds them back. Training needs these
# slopes: what has vanished cannot be learned from. The next lesson is about the cure.
#
# ## Automate: many units
# With 12 units the state is a vector, and `u` becomes a matrix: each unit hears all the states. For `N` sequences together:
#
# `h = tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)`
#
# `nn.RNN` does this for each step. `batch_first=True` says that sequences come as `(N, steps, features)`. The names of its
# parameters end in `l0`: layer 0. It returns the states of all steps, `(N, steps, units)`, and once more the last one of each
# sequence, `(1, N, units)`: the 1 counts the layers.

# %%
torch.manual_seed(0)
rnn = nn.RNN(1, 12, batch_first=True)
sequences = torch.randn(5, 7, 1)  # 5 sequences, 7 steps, 1 number each

h = torch.zeros(5, 12)
for t in range(7):
    new = sequences[:, t] @ rnn.weight_ih_l0.T + rnn.bias_ih_l0  # (5, 1) @ (1, 12) -> (5, 12)
    old = h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0  # (5, 12) @ (12, 12) -> (5, 12)
    h = torch.tanh(new + old)

states, last = rnn(sequences)
print("all states:", states.shape, "the last ones:", last.shape)
print("the loop gives the same:", torch.allclose(h, states[:, -1], atol=1e-6))

# %% [markdown]
# ## Sunspots
# The number of spots on the sun was counted each year from 1700 on; it rises and falls in some 11 years. The network reads 22
# years and predicts the next. It learns from the years before 1921, and is tested on the later ones.

# %%
years, spots = datasets.sunspots()
windows = (spots / 100).unfold(0, 23, 1)  # (309,) -> (287, 23): each row has 23 years and begins one year later
past, target, year = windows[:, :22].unsqueeze(2), windows[:, 22], years[22:]  # (287, 22, 1), (287,), (287,)
known = year < 1921


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 12, batch_first=True)
        self.head = nn.Linear(12, 1)

    def forward(self, past):
        states, _ = self.rnn(past)  # (N, 22, 1) -> (N, 22, 12)
        return self.head(states[:, -1])[:, 0]  # the last state: (N, 12) @ (12, 1) -> (N, 1) -> (N,)


torch.manual_seed(0)
model = Forecast()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _ in range(300):
    optimizer.zero_grad()
    F.mse_loss(model(past[known]), target[known]).backward()
    optimizer.step()

# %% [markdown]
# `backward` walks through the unrolled network from the last step to the first. Each step adds its part to the gradient of the
# same weights: *backpropagation through time* is nothing but backpropagation. How good is the forecast? A guess that costs nothing
# is the yardstick: "as many as last year".


# %%
def off_by(guess):
    return 100 * (guess - target)[~known].square().mean().sqrt().item()  # root of the mean square, in sunspots


with torch.no_grad():
    guess = model(past)
print(f"as many as last year: off by {off_by(past[:, -1, 0]):.1f} sunspots")
print(f"the network: off by ≈ {off_by(guess):.1f}")

figure, (axes,) = viz.panels(height=3.2)
axes.plot(year.numpy(), 100 * target.numpy(), color="#767676", linewidth=2.5, label="counted")
axes.plot(year.numpy(), 100 * guess.numpy(), "--", color="#D55E00", label="predicted a year ahead")
axes.axvline(1921, ymax=0.84, color="#222222", linestyle=":", label="test from 1921 on")
axes.set(xlabel="year", ylabel="sunspots", ylim=(-5, 240))
axes.legend(ncols=3, loc="upper left", frameon=False)
figure.alt = "Sunspots from 1722 to 2008, waves of some 11 years, and the forecast close to them, after 1921 too."
viz.save(figure, "pictures/16_sunspots")
figure

# %% [markdown]
# ## How far back does it look?
# The gradient of the last forecast, for each of the 22 years that it read: how much it would change with one more sunspot then.
#
# **Guess first:** it reads 22 years. What share of all the slopes belongs to the last three?

# %%
window = past[-1:].clone().requires_grad_()
model(window).sum().backward()
reach = window.grad.flatten()  # (1, 22, 1) -> (22,)
print(f"share of the last 3 years ≈ {reach[-3:].abs().sum() / reach.abs().sum():.2f}")

figure, (axes,) = viz.panels(height=2.6)
axes.bar(range(22, 0, -1), reach.numpy(), color="#0072B2")
axes.invert_xaxis()  # time runs to the right
axes.axhline(0, color="#767676", linewidth=0.8)
axes.set(xlabel="years before the forecast", ylabel="slope")
figure.alt = "Bars of the slope for each of 22 years: large for the last three years, hardly visible before."
viz.save(figure, "pictures/16_reach")
figure

# %% [markdown]
# The last three years do nearly all: more spots last year raise the forecast, more in the two years before lower it. So the network
# extends the line it sees. It reads 22 years and uses a few: the slopes of those long past are nearly 0.
#
# ## When it goes wrong
# Sequences `(N, steps)` without the axis of the features:

# %%
try:
    rnn(past[:, :, 0])  # (287, 22)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(rnn(past)[0].shape)  # repaired: (287, 22, 1) -> (287, 22, 12)

# %% [markdown]
# Two axes are taken for one sequence of 287 steps with 22 numbers each. Worse is what raises no error: without `batch_first=True`,
# the first axis is time. Then the samples are read as steps of each other, and the shapes look right:

# %%
wrong = nn.RNN(1, 12)
changed = sequences.clone()
changed[0, 0] += 1.0  # only in the first sequence
print(wrong(sequences)[0].shape)
for name, layer in [("batch_first=True", rnn), ("without", wrong)]:
    moved = (layer(changed)[0] != layer(sequences)[0]).any(dim=2).any(dim=1)
    print(f"{name}: the states change in {moved.sum()} of 5 sequences")

# %% [markdown]
# ## The same under PyTorch


# %%
def from_the_same_seed():
    torch.manual_seed(0)
    rnn = nn.RNN(1, 12, batch_first=True)
    return {"weights": rnn.weight_hh_l0, "states": rnn(sequences)[0]}


same_in_pytorch(from_the_same_seed)

# %% [markdown]
# ## Summary
# - A recurrent unit is a neuron that hears its own last output: `h = tanh(w·x + u·h + b)`.
# - Unrolled, it is a network with a layer for each step, all with the same weights; any length will do.
# - `nn.RNN(…, batch_first=True)`: `(N, steps, features)` gives the states `(N, steps, units)`.
# - The slope over many steps is a product: it vanishes or explodes, so what is long past is hardly learned.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The states of a unit without tanh and without bias, `h = w·x + u·h`, as a list.


# %%
def exercise_1(sequence, w, u):
    return ...


check(exercise_1, ([1.0, 0.0, 0.0], 2.0, 0.5, [2.0, 1.0, 0.5]), ([1.0, 1.0], 1.0, -3.0, [1.0, -2.0]))

# %% [markdown]
# **2.** In that unit, how many steps after a number was read is less than a hundredth of it left? `u` lies between 0 and 1.


# %%
def exercise_2(u):
    return ...


check(exercise_2, (0.5, 7), (0.9, 44))

# %% [markdown]
# **3.** The number of parameters of `nn.RNN(inputs, units)`: look at the formula, it has two matrices and two biases.


# %%
def exercise_3(inputs, units):
    return ...


check(exercise_3, (1, 12, 180), (3, 5, 50))

# %% [markdown]
# **4.** A unit with the step function of lesson 01 (1 if `z > 0`, else 0) reads zeros and ones. Choose `w, u, b` such that its state
# becomes 1 with the first one and stays 1 for ever.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    w, u, b = answer
    for sequence, wanted in [([0, 0, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1]), ([0, 0, 0], [0, 0, 0]), ([1, 1, 0], [1, 1, 1])]:
        h, states = 0, []
        for x in sequence:
            h = 1 if w * x + u * h + b > 0 else 0
            states.append(h)
        if states != wanted:
            return f"gives {states} for {sequence}, not {wanted}"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The same filter serves every place.
# 2. On those that it does not learn from, to see how it fares on new ones.
# 3. They are multiplied: the chain rule.
#
# </details>
