# %% [markdown]
# # 05 · The dot product
#
# **Question:** How does one product compute all neurons of a layer, and which shapes fit together?
#
# **Needs:** lessons 01, 02, 03, 04.
#
# **Time:** 9 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. All inputs are 0. What is `z`? (lesson 04)
# 2. How were the weights of the houses found from examples? (lesson 03)
# 3. `x` is `(2, 4)`. Which shape has `x[:, 1]`? (lesson 02)
#
# Inputs times weights, then the sum: every neuron does this, so the operation has a name and a sign of its own. It is also where
# most shape errors come from. This lesson makes one on purpose, and repairs it in two ways.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Two vectors
# The *dot product* of two vectors of the same length: each number is multiplied by the one at the same place in the other.
# First all the products, then their sum.

# %%
a = torch.tensor([1.0, 2.0, 3.0])
b = torch.tensor([3.0, 2.0, 1.0])
print(a * b)  # (3,) * (3,) -> (3,): 3, 4, 3
print((a * b).sum())  # (3,) -> ()
print(torch.dot(a, b))  # (3,) · (3,) -> (): both steps in one

figure = viz.dot(a, b)
viz.save(figure, "pictures/05_dot")
figure

# %% [markdown]
# ## Measure: nudge one number
# 0.001 more of the first number of `a`, then of the second, then of the third. How far does the dot product move?
#
# **Guess first:** three slopes along `a` will be printed. Which numbers are they?

# %%
slopes = []
for i in range(3):
    nudged = a.clone()
    nudged[i] += 0.001
    slopes.append(round(((torch.dot(nudged, b) - torch.dot(a, b)) / 0.001).item(), 2))
print("slopes:", slopes)

# %% [markdown]
# The slopes along `a` are the numbers of `b`. That is the neuron of lesson 01: with inputs `x` and weights `w`, its pre-activation
# is `torch.dot(x, w)` plus the bias.
#
# ## A layer: one dot product for each neuron
# Four inputs, three neurons. The weights stand in a matrix `(3, 4)`: a **row** holds all the weights of **one neuron**, so there
# are as many rows as neurons. A **column** holds what the neurons do with one input.

# %%
x = torch.tensor([1.0, 2.0, 3.0, 2.5])  # (4,)
W = torch.tensor([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]])  # (3, 4)
biases = torch.tensor([2.0, 3.0, 0.5])  # (3,): one for each neuron

for i in range(3):
    z = torch.dot(x, W[i]) + biases[i]  # (4,) · (4,) -> ()
    print(f"neuron {i}: {torch.dot(x, W[i]).item():.3f} + {biases[i].item()} = {z.item():.3f}")

# %% [markdown]
# The second row in colour, and its neuron. The four numbers of the row are the four lines that end in it. (Pictures count from 1, as
# mathematics does: `y₂` is what the code calls neuron 1.)

# %%
figure = viz.weight_rows(W, neuron=1)
viz.save(figure, "pictures/05_weight_rows")
figure

# %% [markdown]
# Each input goes to each neuron: 4 · 3 = 12 connections, and 12 numbers in the matrix.

# %%
figure = viz.network([4, 3], names=["size", "rooms", "age", "floor"])
viz.save(figure, "pictures/05_connections")
figure

# %% [markdown]
# ## When it goes wrong
# We would like all three neurons in one go. `torch.dot` refuses: it is for two vectors. The product with a matrix is another
# operation, the *matrix product*, written `@`. It refuses as well:

# %%
for product in (torch.dot, torch.matmul):  # torch.matmul is the name of @
    try:
        product(x, W)  # (4,) and (3, 4)
    except RuntimeError as error:
        print(f"RuntimeError: {error}")

# %% [markdown]
# A matrix product takes the dot product of each row on the left with each **column** on the right. Our `x` has 4 numbers, a
# column of `W` only 3. The first three find their partners, and the last number has none.

# %%
figure = viz.matmul(x, W, names=("x", "W"))
viz.save(figure, "pictures/05_misfit")
figure

# %% [markdown]
# ## Derive: the inner sizes must be equal
# Write the two shapes side by side. The sizes that meet in the middle, the *inner* sizes, must be equal, for they count
# the partners of the dot products. They vanish from the result, and the outer ones remain:
#
# - `(4,) @ (3, 4)`: 4 meets 3, no product.
# - `(4,) @ (4, 3) -> (3,)`: 4 meets 4.
# - `(3, 4) @ (4,) -> (3,)`: 4 meets 4.
# - `(2, 4) @ (4, 3) -> (2, 3)`: 4 meets 4.
#
# ## First repair: transpose
# To *transpose* a matrix is to turn its rows into columns: `(3, 4)` becomes `(4, 3)`. The numbers stay; the one in row `i` and
# column `j` moves to row `j` and column `i`. In code: `W.T`.

# %%
print(W.T)  # (3, 4) -> (4, 3)

figure = viz.transpose(W, row=1, name="W")
viz.save(figure, "pictures/05_transpose")
figure

# %% [markdown]
# Now each neuron is a column, and every number of `x` has its partner:

# %%
print(x @ W.T)  # (4,) @ (4, 3) -> (3,)

figure = viz.matmul(x, W.T, names=("x", "W.T"))
viz.save(figure, "pictures/05_after_transposing")
figure

# %% [markdown]
# ## Second repair: swap the order
# With `W` in front, its rows are already what the product needs. Nothing has to be transposed:
#
# **Guess first:** will the three numbers be the same as before?

# %%
print(W @ x)  # (3, 4) @ (4,) -> (3,)

figure = viz.matmul(W, x, names=("W", "x"))
viz.save(figure, "pictures/05_other_order")
figure

# %% [markdown]
# The numbers are the same: with one vector, both orders take the dot product of `x` with each row of `W`. They part ways as
# soon as several samples come at once. Lesson 06 shows why all layers are written in the first way: `x @ W.T + b`.

# %%
print(x @ W.T + biases)  # (4,) @ (4, 3) -> (3,), then (3,) + (3,) -> (3,)

# %% [markdown]
# ## Automate: any two matrices
# The rule in three loops: for each row on the left and each column on the right, a dot product.


# %%
def matrix_product(left, right):
    (rows, inner), (other, columns) = left.shape, right.shape
    if inner != other:
        raise ValueError(f"the inner sizes differ: {inner} and {other}")
    result = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                result[i, j] += left[i, k] * right[k, j]
    return result


two = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0]])  # (2, 4)
print(matrix_product(two, W.T))  # (2, 4) @ (4, 3) -> (2, 3), by hand
print(two @ W.T)  # (2, 4) @ (4, 3) -> (2, 3)

# %% [markdown]
# With three axes, `@` takes one matrix product for each plane: `(2, 3, 4) @ (2, 4, 5) -> (2, 3, 5)`, plane 0 with plane 0, plane 1 with
# plane 1. NumPy's `np.dot` is another thing there: it multiplies each plane by *every* plane, `(2, 3, 2, 5)`. That is why these
# lessons write `@`.

# %%
planes, others = torch.ones(2, 3, 4), torch.ones(2, 4, 5)
print("@:     ", tuple((planes @ others).shape))  # (2, 3, 4) @ (2, 4, 5) -> (2, 3, 5)
print("np.dot:", np.dot(planes.numpy(), others.numpy()).shape)

# %% [markdown]
# ## The same under PyTorch


# %%
def products():
    return {
        "dot product": torch.dot(a, b),
        "transposed": x @ W.T,  # (4,) @ (4, 3) -> (3,)
        "other order": W @ x,  # (3, 4) @ (4,) -> (3,)
    }


same_in_pytorch(products)

# %% [markdown]
# ## Summary
# - The dot product of two vectors: multiply what stands at the same place, then add. It is a neuron without its bias.
# - In the weights `(neurons, inputs)`, a row is one neuron and a column one input.
# - The matrix product takes each row on the left with each column on the right. The inner sizes must be equal.
# - `W.T` turns rows into columns. For one sample `x @ W.T` and `W @ x` give the same numbers.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Which shape does `left @ right` have? Both are shapes of matrices. Return `None` if there is no such product.


# %%
def exercise_1(left, right):
    return ...


check(
    exercise_1,
    ((2, 4), (4, 3), (2, 3)),
    ((3, 4), (2, 4), None),
    ((5, 1), (1, 6), (5, 6)),
)

# %% [markdown]
# **2.** Transpose a matrix without `.T`: start from zeros of the right shape, and fill them in two loops.


# %%
def exercise_2(matrix):
    return ...


check(
    exercise_2,
    (torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]),
    (torch.tensor([[7.0, 8.0, 9.0, 1.0]]), [[7.0], [8.0], [9.0], [1.0]]),
)

# %% [markdown]
# **3.** Input `j` grows by 1, the others stay. By how much does the pre-activation of each neuron change? The answer has the shape
# `(neurons,)`.


# %%
def exercise_3(weights, j):
    return ...


check(exercise_3, (W, 0, [0.2, 0.5, -0.26]), (W, 3, [1.0, -0.5, 0.87]))

# %% [markdown]
# **4.** Two layers in a row, without biases: the outputs of the first are the inputs of the second. `first` and `second` are their
# weights, each `(neurons, inputs)`, and `x` is one sample. Return the outputs of the second layer.


# %%
def exercise_4(x, first, second):
    return ...


check(
    exercise_4,
    (x, W, torch.tensor([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]), [2.895, -3.58]),
    (torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0], [2.0], [-1.0]]), [11.0, 22.0, -11.0]),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The bias.
# 2. By small changes, each kept if it made the mean squared difference smaller.
# 3. `(2,)`: the index takes axis 1 away.
#
# </details>
