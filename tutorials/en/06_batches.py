# %% [markdown]
# # 06 · Batches and epochs
#
# **Question:** How do many samples pass through a layer together, and why in portions?
#
# **Needs:** lessons 01, 02, 03, 04, 05.
#
# **Time:** 13 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What must be equal in `(2, 4) @ (4, 3)`, and what comes out? (lesson 05)
# 2. How many biases has a layer of three neurons with four inputs? (lesson 04)
# 3. What is an array with three axes called here? (lesson 02)
#
# So far one sample at a time met the matrix of weights. A data set has thousands. This lesson sends several through the layer in one
# product, and then cuts a data set into such portions: the *batches*.

# %%
import time

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch
from minitorch_pt.utils.data import DataLoader, TensorDataset

speak("en")

# %% [markdown]
# ## Two samples, one product
# The layer of lesson 05, with three neurons, and two samples with four features each. A feature is counted for each sample: the
# batch has 2 samples, each sample has 4 features, and all together that is 8 numbers.

# %%
X = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0]])  # (2, 4): samples, features
W = torch.tensor([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]])  # (3, 4)
b = torch.tensor([2.0, 3.0, 0.5])  # (3,)

for i in range(2):
    print(f"sample {i} alone:", X[i] @ W.T + b)  # (4,) @ (4, 3) -> (3,)
print(X @ W.T + b)  # (2, 4) @ (4, 3) -> (2, 3), then (2, 3) + (3,) -> (2, 3)

# %% [markdown]
# Row `i` of the result belongs to sample `i`, column `j` to neuron `j`. The biases are added to each row.
# The picture shows the product alone, still without biases.

# %%
figure = viz.matmul(X, W.T, row=1, column=0, names=("X", "W.T"))
viz.save(figure, "pictures/06_product")
figure

# %% [markdown]
# ## Measure: do the samples of a batch disturb each other?
# Nudge one feature of sample 0 and see which outputs move.
#
# **Guess first:** six outputs, two samples of three neurons. Which of them will move?

# %%
nudged = X.clone()
nudged[0, 1] += 0.001
moved = ((nudged @ W.T + b) - (X @ W.T + b)) / 0.001  # (2, 4) @ (4, 3) -> (2, 3)
for i in range(2):
    print(f"slopes of the outputs of sample {i}:", [round(slope, 2) for slope in moved[i].tolist()])

# %% [markdown]
# Only row 0 moves, by the weights of input 1 (column 1 of `W`). A batch saves work; it does not mix samples.
#
# ## When it goes wrong
# Lesson 05 had a second way, the other order. With a batch it fails: `W` has rows of 4, `X` columns of 2.

# %%
try:
    W @ X  # (3, 4) @ (2, 4)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

try:
    W @ X.T + b  # (3, 4) @ (4, 2) -> (3, 2), then (3, 2) + (3,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown]
# `W @ X.T` exists, but it has a row for each *neuron*, and the biases go along the last axis, where the samples now are: 2 of them,
# and 3 biases. That is an error, luckily. Now a third sample comes, and luck runs out: 3 samples, 3 biases.

# %%
three = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)
print("right:", three @ W.T + b)  # (3, 4) @ (4, 3) -> (3, 3), then (3, 3) + (3,) -> (3, 3)
print("wrong:", W @ three.T + b)  # the same shapes, but a bias for each sample

# %% [markdown]
# No error, and wrong numbers: the bias of neuron 1 is added to sample 1. Two repairs. Write layers as `X @ W.T + b`, samples first. And
# test with sizes that all differ, because only then do the shapes give away a mistake.
#
# ## Why in portions
# One product for many samples is much faster than many products. Here with 10,000 samples:

# %%
torch.manual_seed(0)
many = torch.randint(0, 10, (10_000, 4)).float()  # whole numbers from 0 to 9, at random
start = time.perf_counter()
for i in range(10_000):
    many[i] @ W.T + b  # (4,) @ (4, 3) -> (3,)
one_by_one = time.perf_counter() - start
start = time.perf_counter()
many @ W.T + b  # (10000, 4) @ (4, 3) -> (10000, 3)
together = time.perf_counter() - start
print(f"one by one: {one_by_one:.4f} seconds; together: {together:.4f} seconds")

# %% [markdown]
# Then why not always all samples together? For two reasons: a large data set with all its intermediate results does not fit in memory;
# and the weights would be changed only once for each pass over all the samples. With portions they change after each.
#
# - A **batch** is the samples that pass through the network together.
# - An **epoch** is one pass over all the samples.
#
# With 10,000 samples and batches of 32 there are 313 batches in an epoch; the last one has only 16 samples.

# %%
figure = viz.batches(many, 32)
viz.save(figure, "pictures/06_ten_thousand")
figure

# %% [markdown]
# ## Cut a data set into batches
# Ten samples with two features. A `TensorDataset` keeps each sample beside its *target*, the right answer; a `DataLoader` hands them
# out in batches. Of 10 samples in batches of 4, the last batch has 2.

# %%
features = torch.arange(20.0).reshape(10, 2)  # (10, 2)
targets = features.sum(dim=1)  # (10, 2) -> (10,)
dataset = TensorDataset(features, targets)
for x, y in DataLoader(dataset, batch_size=4):
    print(x.shape, y)

figure = viz.batches(features, 4)
viz.save(figure, "pictures/06_batches")
figure

# %% [markdown]
# What happens with each batch is written at the right. Forward: compute the outputs. Loss: how far off are they? Backward: in which direction
# must each weight change? Step: change it. Lessons 10 to 13 take them one by one.
#
# With `shuffle=True` the order is new in each epoch, so that the same samples do not always share a batch. The seed makes the
# random order the same at each run. (This data set has a single tensor, so each batch is a list of one: `(batch,)`.)

# %%
torch.manual_seed(0)
loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)
for epoch in (1, 2):
    print(f"epoch {epoch}:", [batch.tolist() for (batch,) in loader])

# %% [markdown]
# ## Derive: what does the size of a batch change?
# 96 samples with two features, and a column of ones for the bias (lesson 04). The targets come from the weights 3 and -2 and the
# bias 1, with a little *noise*: something random that no weight explains. (`randn` draws random numbers around 0: lesson 07.)

# %%
torch.manual_seed(1)
samples = torch.cat([torch.randn(96, 2), torch.ones(96, 1)], dim=1)  # (96, 2) and (96, 1) -> (96, 3)
answers = samples @ torch.tensor([3.0, -2.0, 1.0]) + 0.1 * torch.randn(96)  # (96, 3) @ (3,) -> (96,)


def how_far_off(parameters, x, y):
    difference = x @ parameters - y  # (n, 3) @ (3,) -> (n,)
    return (difference * difference).mean().item()


def update(parameters, x, y):
    """Measure the slope along each parameter, by a nudge, and take a small step against it."""
    now, slopes = how_far_off(parameters, x, y), torch.zeros(3)
    for i in range(3):
        nudged = parameters.clone()
        nudged[i] += 0.001
        slopes[i] = (how_far_off(nudged, x, y) - now) / 0.001
    return parameters - 0.02 * slopes


# %% [markdown]
# A positive slope says that a larger parameter makes things worse, so the step goes against it. Now 10 epochs, once for each size of
# batch, and after each epoch a look at all samples.
#
# **Guess first:** each saw all samples ten times. Which is nearest to the targets: batches of 1, of 16 or of 96?

# %%
curves = {}
for size in (1, 16, 96):
    torch.manual_seed(2)
    parameters, updates, curve = torch.zeros(3), 0, []
    for _epoch in range(10):
        for x, y in DataLoader(TensorDataset(samples, answers), batch_size=size, shuffle=True):
            parameters = update(parameters, x, y)
            updates += 1
        curve.append(how_far_off(parameters, samples, answers))
    curves[f"batches of {size} ({updates} updates)"] = curve
    print(f"batches of {size}: {updates} updates")
    print(f"    off by ≈ {curve[0]:.3f} after 1 epoch, ≈ {curve[-1]:.3f} after 10")

figure = viz.history(curves, ylabel="mean squared difference", log=True)
viz.save(figure, "pictures/06_sizes")
figure

# %% [markdown]
# All three saw each sample ten times. Batches of 1 changed the weights 960 times, all samples together only 10 times, and that is not
# enough yet. (Longer steps would help the large batches: lesson 12.) But one sample alone is a poor guide: its noise pulls the weights to
# and fro, and each update costs a product of its own. In between lies what is mostly used: 16 to 256 samples. (Nothing gets far below
# 0.01: that much of the mean squared difference is the noise itself, 0.1 squared.)
#
# Batches do not keep a network from memorising its samples. To memorise is to overfit, and lesson 14 is about the cures.
#
# ## Automate
# What a `DataLoader` does, in five lines: an order, cut into portions.


# %%
def batches(x, size, shuffle=False):
    n = len(x)
    order = torch.randperm(n) if shuffle else torch.arange(n)  # (n,): the numbers 0 to n - 1
    for start in range(0, n, size):
        yield x[order[start : start + size]]


print([batch.tolist() for batch in batches(torch.arange(10), 4)])
print(sorted(i for batch in batches(torch.arange(10), 4, shuffle=True) for i in batch.tolist()))

# %% [markdown]
# ## The same under PyTorch
# The same seed gives the same random order.


# %%
def batches():
    torch.manual_seed(0)
    loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)
    order = torch.cat([batch for (batch,) in loader])  # (4,), (4,) and (2,) -> (10,)
    return {"a batch": X @ W.T + b, "the order of the shuffled samples": order}  # (2, 4) @ (4, 3) -> (2, 3)


same_in_pytorch(batches)

# %% [markdown]
# ## Summary
# - `(samples, inputs) @ (inputs, neurons) -> (samples, neurons)`: `X @ W.T + b` serves one sample and any batch.
# - The other order serves one sample only; with as many samples as neurons it is wrong without an error.
# - A batch passes together and brings one update; an epoch is one pass over all the samples.
# - Smaller batches: more updates in an epoch, each noisier. Shuffling mixes who shares a batch.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** How many updates of the weights do `epochs` epochs bring, with `samples` samples in batches of `size`? The last batch may be
# smaller.


# %%
def exercise_1(samples, size, epochs):
    return ...


check(exercise_1, (10, 4, 1, 3), (10_000, 32, 5, 1565), (96, 16, 10, 60))

# %% [markdown]
# **2.** Somebody has computed `W @ X.T`, with a row for each neuron. Turn it into the right output of the layer, biases included:
# `(samples, neurons)`.


# %%
def exercise_2(product, biases):
    return ...


check(exercise_2, (W @ X.T, b, X @ W.T + b), (W @ three.T, b, three @ W.T + b))

# %% [markdown]
# **3.** How many samples does the last batch have?


# %%
def exercise_3(samples, size):
    return ...


check(exercise_3, (10, 4, 2), (10_000, 32, 16), (96, 16, 16), (5, 8, 5))

# %% [markdown]
# **4.** For each batch, the mean squared difference and the number of samples are known. What is the mean squared difference of all
# samples together?


# %%
def exercise_4(means, counts):
    return ...


check(exercise_4, ([3.0, 6.0, 9.0], [4, 4, 2], 5.4), ([1.0, 5.0], [3, 1], 2.0))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The inner sizes, both 4; `(2, 3)` comes out.
# 2. Three: one for each neuron.
# 3. A tensor, as are all the others too.
#
# </details>
