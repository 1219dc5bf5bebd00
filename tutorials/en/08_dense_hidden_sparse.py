# %% [markdown]
# # 08 · Dense, hidden and sparse layers
#
# **Question:** What do the words dense, hidden and sparse say about a layer?
#
# **Needs:** lessons 01, 05, 07.
#
# **Time:** 10 minutes.
#
# The three words answer two different questions. *Hidden* says where a layer stands. *Dense* and *sparse* say how many of its
# connections exist. So a hidden layer may be dense or sparse, and a dense layer need not be hidden.

# %%
import importlib.util

import minitorch_pt as torch
from minitorch_pt import viz
from minitorch_pt.exercises import check
from minitorch_pt.testing import compare

# %% [markdown]
# ## Dense: every connection
# In a dense layer each neuron is connected to every input. With 4 inputs and 5 neurons that is 5 · 4 = 20 connections, and each
# has a weight: the whole matrix `(5, 4)`.

# %%
torch.manual_seed(0)
layer = torch.nn.Linear(4, 5)
print(tuple(layer.weight.shape), "connections:", layer.weight.numel())

figure = viz.network([4, 5], language="en")
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
print("the same as model(x):", torch.equal(output, model(x)))
for name, parameter in model.named_parameters():
    print(name, tuple(parameter.shape))

figure = viz.network([4, 5, 2], language="en")
viz.save(figure, "pictures/08_hidden")
figure

# %% [markdown]
# Three columns of neurons in the picture, but only two matrices of weights: the input layer computes nothing and has none. The
# numbers of `hidden` are neither given nor answered. Who uses the network sees `x` and `output`; hence the name.
#
# ## Measure: which input reaches which neuron?
# Nudge one input of a layer by 0.001 and see which outputs move. First the dense layer, then one in which most connections are
# missing: a *mask* holds 1 where there is a connection and 0 where there is none.

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


def reached(function):
    start = torch.tensor([1.0, 2.0, 3.0, 2.5])
    columns = []
    for i in range(4):
        nudged = start.clone()
        nudged[i] += 0.001
        columns.append((function(nudged) != function(start)).int())
    return torch.stack(columns, dim=1)  # four times (5,) -> (5, 4)


print("dense:", reached(dense).tolist())
print("sparse:", reached(sparse).tolist())

# %% [markdown]
# ## Derive
# Input `j` enters neuron `i` only in the product `x[j] · W[i, j]`. If `W[i, j]` is 0, whatever `x[j]` is, the product is 0: the
# connection might as well not exist. So a sparse layer is no other kind of layer. It is a dense one in which most weights are
# fixed at zero, and what we measured is the mask:

# %%
print("the mask, measured:", bool((reached(sparse) == mask).all()))
connections = int(mask.sum().item())
print(f"{connections} of {mask.numel()} connections: {100 * connections / mask.numel():.0f} %")

figure = viz.network([4, 5, 2], mask=[mask, None], language="en")
viz.save(figure, "pictures/08_sparse")
figure

# %% [markdown]
# *Fixed* is the point. Training changes every weight a little; a weight that was only set to zero once would come back. Multiplied
# by the mask at each use, it stays out:

# %%
once = layer.weight * mask  # set to zero, once
print("after a change of 0.1, set to zero once:  ", int(((once + 0.1) != 0).sum().item()), "connections")
print("after a change of 0.1, masked at each use:", int((((once + 0.1) * mask) != 0).sum().item()), "connections")

# %% [markdown]
# ## Automate: a sparse layer
# The mask belongs to the layer but is no parameter, for training must not change it. `register_buffer` keeps such a tensor.


# %%
class Sparse(torch.nn.Module):
    def __init__(self, mask):
        super().__init__()
        n_neurons, n_inputs = mask.shape
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))
        self.register_buffer("mask", mask)

    def forward(self, inputs):
        return inputs @ (self.weight * self.mask).T + self.bias  # (n, inputs) @ (inputs, neurons) -> (n, neurons)


torch.manual_seed(0)
network = torch.nn.Sequential(Sparse(mask), torch.nn.Linear(5, 2))  # a sparse hidden layer, a dense output layer
print(network(x).shape)  # (3, 4) @ (4, 5) -> (3, 5), then (3, 5) @ (5, 2) -> (3, 2)
print("parameters:", [name for name, _ in network.named_parameters()])
print("buffers:", [name for name, _ in network.named_buffers()])

# %% [markdown]
# Here the zeros are still stored and multiplied, so nothing is saved; what changes is which inputs a neuron can see. That is useful
# when we know that far inputs do not matter: a convolution (lesson 15) is a layer whose neurons see only their neighbourhood.
#
# ## When it goes wrong
# Layers in a row must fit: as many inputs as the layer before has neurons.

# %%
wrong = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(4, 2))
try:
    wrong(x)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
repaired = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
print(repaired(x).shape)  # (3, 4) -> (3, 5) -> (3, 2)

# %% [markdown]
# The first layer gives 5 numbers for each sample, and the second one takes 4. The message appears when the network is *used*: a
# `Sequential` does not know the shapes before.
#
# ## The same under PyTorch


# %%
def masked(package):
    package.manual_seed(0)
    layer = package.nn.Linear(4, 5)
    weight = layer.weight * package.tensor(mask.tolist())  # (5, 4) * (5, 4) -> (5, 4)
    return package.nn.functional.linear(package.tensor(x.tolist()), weight, layer.bias)  # (3, 4) -> (3, 5)


if importlib.util.find_spec("torch") is None:
    print("PyTorch is not installed: nothing to compare with, and nothing here needs it.")
else:
    import torch as pytorch

    compare("PyTorch: sparse layer", masked(torch), masked(pytorch))

# %% [markdown]
# ## Summary
# - Hidden is a place: between the inputs and the output. Dense and sparse are about connections.
# - Dense: every connection, `outputs · inputs` weights. Sparse: a dense layer with most weights fixed at zero.
# - The input layer has no weights: three columns of neurons, two matrices.
# - A mask holds the zeros in place, and is no parameter.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** How many weights (without biases) has a network of dense layers of these sizes, the inputs first?


# %%
def exercise_1(sizes):
    return ...


check(exercise_1, ([4, 5, 2], 30), ([64, 128, 64, 10], 17024), ([3, 7], 21), language="en")

# %% [markdown]
# **2.** How many *hidden* neurons has it?


# %%
def exercise_2(sizes):
    return ...


check(exercise_2, ([4, 5, 2], 5), ([64, 128, 64, 10], 192), ([3, 7], 0), language="en")

# %% [markdown]
# **3.** The mask `(n - 1, n)` of a layer in which neuron `i` sees only the inputs `i` and `i + 1`: its neighbourhood.


# %%
def exercise_3(n):
    return ...


check(exercise_3, (3, [[1, 1, 0], [0, 1, 1]]), (4, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), language="en")

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
    language="en",
)
