# %% [markdown]
# # 08 · Dense, hidden and sparse layers
#
# **Question:** What do the words dense, hidden and sparse say about a layer?
#
# **Needs:** lessons 01, 05, 06, 07.
#
# **Time:** 14 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What do `__init__` and `forward` of a layer do? (lesson 07)
# 2. Why not all samples in one batch? (lesson 06)
# 3. What does the bias do before a step? (lesson 04)
#
# The three words answer two different questions. *Hidden* says where a layer stands. *Dense* and *sparse* say how many of its
# connections exist. So a hidden layer may be dense or sparse, and a dense layer need not be hidden.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Dense: every connection
# In a dense layer each neuron is connected to every input. With 4 inputs and 5 neurons that is 5 · 4 = 20 connections, and each
# has a weight: the whole matrix `(5, 4)`.

# %%
torch.manual_seed(63)
layer = torch.nn.Linear(4, 5)
print(tuple(layer.weight.shape), "connections:", layer.weight.numel())

figure = viz.network([4, 5])
viz.save(figure, "pictures/08_dense")
figure

# %% [markdown]
# ## Hidden: between the inputs and the output
# A `Sequential` holds layers in a row and hands the output of each to the next. (Between the layers a function is still missing;
# lesson 09 says why it is needed.)

# %%
model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
x = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)
hidden = model[0](x)  # (3, 4) @ (4, 5) -> (3, 5)
output = model[1](hidden)  # (3, 5) @ (5, 2) -> (3, 2)
print(model)
for name, numbers in [("inputs", x), ("hidden", hidden), ("output", output)]:
    print(f"{name}: {tuple(numbers.shape)}")
print("the same as model(x):", torch.equal(output, model(x)))
for name, parameter in model.named_parameters():
    print(name, tuple(parameter.shape))

figure = viz.network([4, 5, 2])
viz.save(figure, "pictures/08_hidden")
figure

# %% [markdown]
# Three columns in the picture, but only two matrices of weights: the input layer is the inputs themselves, drawn as squares. It
# computes nothing and has no weights.
#
# The task fixes two of the three sizes. There are as many inputs as features, and as many output neurons as the answer has numbers: 1
# for a price, 10 for the scores of ten digits. The 5 in the middle is our own choice. Whoever uses the network gives `x`, gets `output`,
# and never sees the numbers of `hidden`; hence the name.
#
# ## Measure: which input reaches which neuron?
# Nudge each input of a layer by 0.001 and see how far each output moves. First the dense layer, then one in which most connections are
# missing: a *mask* holds 1 where there is a connection and 0 where there is none.
#
# **Guess first:** in which places will the slopes of the sparse layer be 0?

# %%
mask = torch.tensor(
    [
        [1.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)  # (5, 4): a row is a neuron, a column an input


def dense(x):
    return x @ layer.weight.T + layer.bias  # (4,) @ (4, 5) -> (5,)


def sparse(x):
    return x @ (layer.weight * mask).T + layer.bias  # (5, 4) * (5, 4) -> (5, 4); (4,) @ (4, 5) -> (5,)


def slopes(function):
    start = torch.tensor([1.0, 2.0, 3.0, 2.5])
    columns = []
    for j in range(4):
        nudged = start.clone()
        nudged[j] += 0.001
        columns.append((function(nudged) - function(start)) / 0.001)  # (5,)
    return torch.stack(columns, dim=1)  # four times (5,) -> (5, 4)


for name, function in [("dense", dense), ("sparse", sparse)]:
    print(name)
    for i, row in enumerate(slopes(function)):
        print(f"    neuron {i}:", [round(slope, 2) + 0.0 for slope in row.tolist()])  # + 0.0: -0.0 becomes 0.0

# %% [markdown]
# ## Derive
# Input `j` enters neuron `i` only in the product `x[j] · W[i, j]`, so the slope is `W[i, j]`. Where that weight is 0, the product is 0
# whatever `x[j]` is: the connection might as well not exist. So a sparse layer is not the opposite of a dense one, and no other kind of
# layer either. It is a dense layer in which most weights are fixed at zero.

# %%
print("measured zeros are the mask's:", torch.equal(slopes(sparse) != 0, mask != 0))
connections = int(mask.sum().item())
print(f"{connections} of {mask.numel()} connections: {100 * connections / mask.numel():.0f} %")

figure = viz.network([4, 5, 2], mask=[mask, None])
viz.save(figure, "pictures/08_sparse")
figure

# %% [markdown]
# In the picture the hidden layer is sparse and the output layer dense.
#
# *Fixed* is the word that counts. Training changes every weight a little, and a weight that was only set to zero once comes back.
# Multiplied by the mask at each use, it stays out:
#
# **Guess first:** how many of the 20 connections are there after the change, if the zeros were set once, and if the mask is
# used each time?

# %%
zeroed = layer.weight * mask  # (5, 4) * (5, 4) -> (5, 4): set to zero, once
changed = zeroed + 0.01  # as training might change them
print("zeroed once:       ", int((changed != 0).sum().item()), "connections")
print("masked at each use:", int((changed * mask != 0).sum().item()), "connections")

# %% [markdown]
# ## Automate: a sparse layer
# The weights are a `Parameter`: training changes them. The mask belongs to the layer too, but must stay as it is; `register_buffer`
# keeps such a tensor.


# %%
class Sparse(torch.nn.Module):
    def __init__(self, mask):
        super().__init__()
        n_neurons, n_inputs = mask.shape
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))
        self.register_buffer("mask", mask)

    def forward(self, inputs):
        # (n, inputs) @ (inputs, neurons) -> (n, neurons)
        return inputs @ (self.weight * self.mask).T + self.bias


torch.manual_seed(0)
network = torch.nn.Sequential(Sparse(mask), torch.nn.Linear(5, 2))  # sparse hidden layer, dense output layer
print(network(x).shape)  # (3, 4) @ (4, 5) -> (3, 5), then (3, 5) @ (5, 2) -> (3, 2)
print("parameters:", [name for name, _ in network.named_parameters()])
print("buffers:", [name for name, _ in network.named_buffers()])

# %% [markdown]
# ## What is it good for?
# A mask is a piece of knowledge: these inputs have nothing to do with that neuron. In a picture, for example, what is near belongs
# together. Take pictures of 8 × 8 points, like the digits of the quick start, and let each neuron see a window of 3 × 3 points. The
# window fits in 6 · 6 places, so there are 36 neurons:

# %%
windows = torch.zeros(36, 64)  # (neurons, inputs)
for top in range(6):
    for left in range(6):
        seen = torch.zeros(8, 8)
        seen[top : top + 3, left : left + 3] = 1.0
        windows[6 * top + left] = seen.reshape(64)  # (8, 8) -> (64,): one row of the mask

kept = int(windows.sum().item())
print(f"dense: {windows.numel()} connections; windows: {kept}, {100 * kept / windows.numel():.0f} %")
print(Sparse(windows)(torch.ones(3, 64)).shape)  # (3, 64) @ (64, 36) -> (3, 36)

figure, panels = viz.panels(3, height=2.4)
for neuron, axes in zip((0, 14, 35), panels, strict=True):
    seen = windows[neuron].reshape(8, 8).numpy()  # (64,) -> (8, 8)
    axes.pcolormesh(seen, cmap="Blues", vmin=0, vmax=1.4, edgecolors="#AAAAAA", linewidth=0.5)
    axes.set(title=f"neuron {neuron}", xticks=[], yticks=[], aspect="equal", ylim=(8, 0))
figure.alt = (
    "Three pictures of 8 x 8 points. "
    "Neuron 0 sees the 3 x 3 points at the upper left, neuron 14 those at the middle, neuron 35 those at the lower right."
)
viz.save(figure, "pictures/08_windows")
figure

# %% [markdown]
# A neuron that sees less has less to learn, and needs fewer samples to learn it. Our layer still stores its zeros and multiplies by
# them, so it saves neither memory nor time. Convolutional networks (lesson 15) have such windows without storing the zeros.
#
# ## When it goes wrong
# Layers in a row must fit: as many inputs as the layer before has neurons. And a mask must have the shape of the weights, `(neurons,
# inputs)`.

# %%
wrong = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(4, 2))
try:
    wrong(x)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
repaired = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
print(repaired(x).shape)  # (3, 4) -> (3, 5) -> (3, 2)

try:
    layer.weight * mask.T  # (5, 4) * (4, 5)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print((layer.weight * mask).shape)  # repaired: (5, 4) * (5, 4) -> (5, 4)

# %% [markdown]
# The first layer gives 5 numbers for each sample, and the second one takes 4. The error comes only when the network is *used*: a
# `Sequential` does not compare its layers beforehand. The transposed mask is refused because 5 and 4 differ. With as many neurons as
# inputs it would fit, and cut the wrong connections without a word: one more reason to try a new layer with sizes that differ.
#
# ## The same under PyTorch


# %%
def masked():
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 5)
    weight = layer.weight * mask  # (5, 4) * (5, 4) -> (5, 4)
    return {"sparse layer": torch.nn.functional.linear(x, weight, layer.bias)}  # (3, 4) -> (3, 5)


same_in_pytorch(masked)

# %% [markdown]
# ## Summary
# - Hidden is a place: between the inputs and the output. Dense and sparse are about connections.
# - Dense: every connection, `outputs · inputs` weights. Sparse: a dense layer with most weights fixed at zero.
# - The input layer has no weights: three columns, two matrices. The task fixes the first and the last size.
# - A mask holds the zeros in place, and is no parameter: it says which inputs a neuron can see.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** How many weights (without biases) has a network of dense layers of these sizes, the inputs first?


# %%
def exercise_1(sizes):
    return ...


check(exercise_1, ([4, 5, 2], 30), ([64, 128, 64, 10], 17024), ([3, 7], 21))

# %% [markdown]
# **2.** How many *hidden* neurons does it have?


# %%
def exercise_2(sizes):
    return ...


check(exercise_2, ([4, 5, 2], 5), ([64, 128, 64, 10], 192), ([3, 7], 0))

# %% [markdown]
# **3.** The mask `(n - 1, n)` of a layer in which neuron `i` sees only the inputs `i` and `i + 1`: its neighbourhood.


# %%
def exercise_3(n):
    return ...


check(exercise_3, (3, [[1, 1, 0], [0, 1, 1]]), (4, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))

# %% [markdown]
# **4.** Two sparse layers, one after the other, with the masks `first` `(hidden, inputs)` and `second` `(outputs, hidden)`. In how many
# ways can each input reach each output? Return `(outputs, inputs)`. Count the ways on paper for the first case before you write code.


# %%
def exercise_4(first, second):
    return ...


check(
    exercise_4,
    (torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]), torch.tensor([[1.0, 1.0]]), [[1.0, 2.0, 1.0]]),
    (mask, torch.tensor([[1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]), [[2.0, 1, 0, 0], [0, 0, 1, 2]]),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. `__init__` makes the parameters once; `forward` computes the output.
# 2. They may not fit in memory, and there would be one update in each epoch only.
# 3. It sets the threshold.
#
# </details>
