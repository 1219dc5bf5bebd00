# %% [markdown]
# # 02 · Shapes: vector, matrix, tensor
#
# **Question:** How are numbers arranged in an array, and what does its shape say?
#
# **Needs:** lesson 01.
#
# **Time:** 10 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does a neuron compute, in two steps? (lesson 01)
# 2. The slope of `z` along an input: what else is it called? (lesson 01)
# 3. Which digits decide how good the network is? (lesson 00)
#
# A network computes with many numbers at once. They come in *arrays*: numbers of one kind, ordered along *axes*. The *shape*
# says how. Most errors that you will meet are about shapes, so it pays to learn to read them.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## From lists to an array
# NumPy is Python's library for arrays. Three lists of four numbers in one list. Count the opening brackets at the start: two, so there will be two axes.

# %%
rows = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
]
array = np.array(rows)
print(array)
print("shape:", array.shape)  # the size of each axis, in order
print("axes:", array.ndim)  # as many as brackets
print("numbers:", array.size)  # 3 · 4

# %% [markdown]
# An **axis** is a direction in which we count; its **size** is how far the count goes. `(3, 4)` has two axes: axis 0 has size 3,
# axis 1 has size 4. Axes are counted from 0, like everything in Python.
#
# ## One axis: a vector
# `(3,)` is one axis of size 3. The comma only tells Python that this is a tuple.

# %%
vector = np.array([5, 6, 7])
print(vector.shape)

figure = viz.shape(vector)
viz.save(figure, "pictures/02_vector")
figure

# %% [markdown]
# The same three numbers can be a row `(1, 3)` or a column `(3, 1)`. These have two axes, and behave differently:
#
# **Guess first:** what is the first element, `[0]`, of each of the three?

# %%
row = np.array([[5, 6, 7]])
column = np.array([[5], [6], [7]])
for numbers in (vector, row, column):
    print(f"shape {numbers.shape}, axes: {numbers.ndim}, first: {numbers[0]}")

# %% [markdown]
# ## Two axes: a matrix
# Axis 0 counts the rows, axis 1 the columns. With data, a row is a sample and a column a feature.

# %%
matrix = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
print(matrix.shape)  # (rows, columns)

figure = viz.shape(matrix)
viz.save(figure, "pictures/02_matrix")
figure

# %% [markdown]
# ## When it goes wrong
# Three mistakes that everybody makes once. The first: a list has no shape, however its variable is named.

# %%
try:
    print(rows.shape)
except AttributeError as error:
    print(f"AttributeError: {error}")
print(np.array(rows).shape)  # repaired: an array has one

# %% [markdown]
# The second: two lists instead of one list of lists. NumPy takes the second one for the *type* of the numbers, and the
# message speaks of that.

# %%
try:
    np.array([0, 1, 2, 3], [4, 5, 6, 7])
except TypeError as error:
    print(f"TypeError: {error}")
print(np.array([[0, 1, 2, 3], [4, 5, 6, 7]]).shape)  # repaired: brackets around both

# %% [markdown]
# The third: rows that differ in length. An array has no holes. The message says so: after the first axis, of size 2, the shape is not
# the same everywhere, it is *inhomogeneous*.

# %%
try:
    np.array([[0, 1, 2, 3], [4, 5, 6]])
except ValueError as error:
    print(f"ValueError: {error}")
print(np.array([[0, 1, 2, 3], [4, 5, 6, 0]]).shape)  # repaired: four numbers in each row

# %% [markdown]
# ## Three axes and more: tensors
# Matrices of one shape, one behind the other, make a third axis: `(planes, rows, columns)`. The new axis is in front.

# %%
cube = np.arange(24).reshape(2, 3, 4)  # the numbers 0 to 23, filled in row by row
print(cube)
print(cube.shape)

figure = viz.shape(cube)
viz.save(figure, "pictures/02_tensor")
figure

# %% [markdown]
# With a fourth axis the same goes on: 2 groups of 3 planes of 4 rows of 5 columns, 120 numbers in 24 rows. They are random here,
# and the *seed* 0 makes them the same at each run.

# %%
four_axes = np.random.default_rng(seed=0).random((2, 3, 4, 5)).round(2)
print(four_axes)
print(four_axes.shape, four_axes.size)

figure = viz.shape(four_axes)
viz.save(figure, "pictures/02_four_axes")
figure

# %% [markdown]
# In these lessons, as in PyTorch, **tensor** is the word for all of them: no axis (one number, `()`), one (a vector), two (a
# matrix), or more.
#
# To turn three axes around with the mouse, `import json`, print `json.dumps(cube.tolist())` and paste that on
# [array-3d-viz](https://array-3d-viz.vercel.app/).
#
# ## Measure: how far is one step along an axis?
# The numbers of `cube` are 0 to 23 in the order in which they lie in memory. So the difference of two neighbours is the
# distance between them. Nudge one index by 1:
#
# **Guess first:** by how much does the number grow with one step along axis 0?

# %%
start = cube[0, 1, 2]
print("one step along axis 0:", cube[1, 1, 2] - start)
print("one step along axis 1:", cube[0, 2, 2] - start)
print("one step along axis 2:", cube[0, 1, 3] - start)

# %% [markdown]
# ## Derive
# The last axis runs fastest: its neighbours lie side by side, 1 apart. A step along axis 1 skips a row of 4. A step along
# axis 0 skips a plane of 3 · 4 = 12. In general: a step along an axis skips the product of the sizes after it.
#
# ## Automate
# So a shape and an index are enough to find a number in memory, and that is exactly what an array does.


# %%
def place(shape, index):
    distance = 0
    for size, i in zip(shape, index, strict=True):
        distance = distance * size + i
    return distance


print(place((2, 3, 4), (1, 2, 0)), cube[1, 2, 0])
print(place((2, 3, 4, 5), (1, 0, 3, 2)), np.arange(120).reshape(2, 3, 4, 5)[1, 0, 3, 2])

# %% [markdown]
# ## What happens to the shape
# An index takes its axis away; a colon keeps an axis whole. A sum along an axis takes that axis away too. PyTorch calls an
# axis *dim*.

# %%
x = torch.tensor([[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]])  # (2, 4)
print(x[1], x[1].shape)  # (2, 4) -> (4,)
print(x[:, 1], x[:, 1].shape)  # (2, 4) -> (2,)
print(x.sum(dim=0), x.sum(dim=0).shape)  # (2, 4) -> (4,)
print(x.sum(dim=1), x.sum(dim=1).shape)  # (2, 4) -> (2,)
print(x.sum(), x.sum().shape)  # (2, 4) -> ()

# %% [markdown]
# ## The same under PyTorch


# %%
def sums():
    numbers = torch.arange(24.0).reshape(2, 3, 4)
    return {"sums along axis 1": numbers.sum(dim=1)}  # (2, 3, 4) -> (2, 4)


print(*sums().values())
same_in_pytorch(sums)

# %% [markdown]
# ## Summary
# - The shape lists the sizes of the axes, in order; there are as many axes as opening brackets.
# - `(3,)`, `(1, 3)` and `(3, 1)` hold the same numbers and are three different shapes.
# - A vector has one axis, a matrix two; tensor is the word for any number of axes.
# - The last axis runs fastest. An index, or a sum along an axis, takes that axis away.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Which shape has this array? Count, then write the tuple.
#
# `[[[1], [2]], [[3], [4]], [[5], [6]]]`


# %%
def exercise_1():
    return ...


check(exercise_1, (np.array([[[1], [2]], [[3], [4]], [[5], [6]]]).shape,))

# %% [markdown]
# **2.** How many numbers does an array of this shape hold?


# %%
def exercise_2(shape):
    return ...


check(exercise_2, ((2, 3, 4), 24), ((5,), 5), ((), 1))

# %% [markdown]
# **3.** Make a column `(n, 1)` of a vector `(n,)`.


# %%
def exercise_3(vector):
    return ...


check(
    exercise_3,
    (torch.tensor([5.0, 6.0]), [[5.0], [6.0]]),
    (torch.arange(4.0), [[0.0], [1.0], [2.0], [3.0]]),
)

# %% [markdown]
# **4.** From an array `(groups, planes, rows, columns)`, take the last row of plane 1 of each group: `(groups, columns)`.


# %%
def exercise_4(x):
    return ...


check(
    exercise_4,
    (np.arange(120).reshape(2, 3, 4, 5), [[35, 36, 37, 38, 39], [95, 96, 97, 98, 99]]),
    (np.arange(48).reshape(3, 4, 2, 2), [[6, 7], [22, 23], [38, 39]]),
    (np.arange(24).reshape(1, 2, 3, 4), [[20, 21, 22, 23]]),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The weighted sum plus the bias, `z`; then a function of `z`.
# 2. The weight of that input.
# 3. Those of the test, which it has never seen.
#
# </details>
