# %% [markdown]
# # 09 · Activation functions
#
# **Question:** Why does a layer need a function after its sum, and which one?
#
# **Needs:** lessons 01, 05, 07, 08.
#
# **Time:** 12 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What is a sparse layer? (lesson 08)
# 2. Why does the initial scale of the weights depend on the number of inputs? (lesson 07)
# 3. Why does `x @ W` fail, where `x @ W.T` works? (lesson 05)
#
# Two layers in a row look stronger than one. Without a function between them they are not: this lesson measures it, proves it,
# and then looks at the functions that help.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Measure: the slope of two layers
# One input, a hidden layer of three neurons, one output, all weights chosen by hand. Nudge the input by 0.001 at five places.
#
# **Guess first:** five slopes without a function, five with ReLU. Which of them will be the same?

# %%
W1, b1 = torch.tensor([[1.0], [-1.0], [2.0]]), torch.tensor([0.0, 0.5, -1.0])  # (3, 1), (3,)
W2, b2 = torch.tensor([[1.0, 1.0, 0.5]]), torch.tensor([0.25])  # (1, 3), (1,)


def two_layers(x, function):
    hidden = function(x @ W1.T + b1)  # (n, 1) @ (1, 3) -> (n, 3)
    return hidden @ W2.T + b2  # (n, 3) @ (3, 1) -> (n, 1)


def nothing(z):
    return z


places = torch.tensor([[-2.0], [-1.0], [0.2], [1.0], [2.0]])  # (5, 1)


def slopes(function):
    step = two_layers(places + 0.001, function) - two_layers(places, function)  # (5, 1)
    return [round(s, 2) for s in (step / 0.001)[:, 0].tolist()]


print("no function:", slopes(nothing))
print("ReLU:       ", slopes(torch.relu))

# %% [markdown]
# Without a function the slope is the same everywhere: a straight line, however many layers there are. With ReLU, which is `z`
# above 0 and 0 below, the slope changes from place to place: the line has corners.
#
# ## Derive: two layers collapse into one
# Put the first layer into the second and multiply out. (The transpose of a product is the product of the transposes in the other
# order: `(W2 @ W1).T` is `W1.T @ W2.T`.)
#
# `(x @ W1.T + b1) @ W2.T + b2  =  x @ (W2 @ W1).T + (W2 @ b1 + b2)`
#
# The right side is one layer, with the weights `W2 @ W1` and the bias `W2 @ b1 + b2`. A third layer collapses in the same way,
# and so do a hundred.

# %%
W = W2 @ W1  # (1, 3) @ (3, 1) -> (1, 1)
b = W2 @ b1 + b2  # (1, 3) @ (3,) -> (1,)
one_layer = places @ W.T + b  # (5, 1) @ (1, 1) -> (5, 1)
print("weight", W.tolist(), "bias", b.tolist())
for name, function in [("no function", nothing), ("ReLU", torch.relu)]:
    print(f"{name}: farthest from one layer {(two_layers(places, function) - one_layer).abs().max().item():.2f}")

x = torch.linspace(-2.0, 2.0, 201).reshape(-1, 1)  # (201, 1)
figure, (axes,) = viz.panels(height=3.0)
axes.plot(x[:, 0].numpy(), two_layers(x, nothing)[:, 0].numpy(), "--", linewidth=2, label="two layers, no function")
axes.plot(x[:, 0].numpy(), two_layers(x, torch.relu)[:, 0].numpy(), linewidth=2, label="two layers, ReLU between")
axes.set(xlabel="x", ylabel="output")
axes.legend(frameon=False)
figure.alt = "Two layers without a function give a straight line; with ReLU between them, a line with corners."
viz.save(figure, "pictures/09_collapse")
figure

# %% [markdown]
# ## What a straight line cannot do
# Three samples lie inside a region, four outside around it. One layer without a function cannot tell them apart, whatever its weights
# are. The point (1, 1) inside is the mean of (-1, -1), (4, 0) and (0, 4) outside, and without a function the output at the mean is the
# mean of the outputs. If it is negative at all three, it is negative at (1, 1) as well.
#
# Three hidden neurons with ReLU can do it. Each is 0 on one side of a line, and grows on the other. The output begins at 0.5, and every
# neuron that grows takes away from it:

# %%
points = torch.tensor(
    [[1.0, 1.0], [0.5, 1.5], [1.5, 0.5], [-1.0, -1.0], [4.0, 0.0], [0.0, 4.0], [3.0, 3.0]]
)  # (7, 2): three inside, four outside
V1 = torch.tensor([[-1.0, 0.0], [0.0, -1.0], [1.0, 1.0]])  # (3, 2): left of 0, below 0, beyond x1 + x2 = 3
c1 = torch.tensor([0.0, 0.0, -3.0])  # (3,)


def region(x):
    hidden = torch.relu(x @ V1.T + c1)  # (n, 2) @ (2, 3) -> (n, 3)
    return 0.5 - hidden.sum(dim=1)  # (n, 3) -> (n,): the output weights are -1, -1, -1


print(region(points).tolist())

figure = viz.boundary(region, points, [1, 1, 1, 0, 0, 0, 0], names=["outside", "inside"])
figure.alt = "A region that is a triangle with its corners cut off: three samples lie inside, four outside around it."
viz.save(figure, "pictures/09_region")
figure

# %% [markdown]
# The output is positive inside only. Three neurons make a region with three long sides; its corners are cut where two of them grow at
# once. With enough neurons it comes as close as we like to any shape. Lesson 13 trains
# a network on two half moons, with ReLU and without, and draws both regions.
#
# ## Four functions
# - **Step:** 1 above 0, else 0.
# - **Sigmoid:** `1 / (1 + exp(-z))`, between 0 and 1.
# - **Tanh:** the same S from -1 to 1.
# - **ReLU:** `z` above 0, else 0.
#
# Only the step says yes or no. The others are graded: a larger `z` gives a larger answer, and a small change of `z` a small change of
# the answer. The function belongs to the layer, which applies it to each of its numbers.


# %%
def step(z):
    return (z > 0).float()


z = torch.tensor([-4.0, -1.0, 0.5, 4.0])
for function in (step, torch.sigmoid, torch.tanh, torch.relu):
    values = [round(v, 3) for v in function(z).tolist()]
    measured = [round(s, 3) for s in ((function(z + 0.01) - function(z - 0.01)) / 0.02).tolist()]
    print(f"{function.__name__}: values {values}, slopes {measured}")

figure, panels = viz.panels(2, 2, height=2.9)
for name, axes in zip(("step", "sigmoid", "tanh", "relu"), panels, strict=True):
    viz.activation(name, ax=axes)
viz.save(figure, "pictures/09_activations")
figure

# %% [markdown]
# ## Why the slope matters
# Training asks each weight in which direction to move, and the answer is a slope (lesson 11): that of the output, often many layers
# away. So send one number through the same function again and again, as through layers with the weight 1, and measure how far the end
# moves when the beginning does:
#
# **Guess first:** which of the four still has a slope after ten layers?


# %%
def through(z, function, layers):
    for _ in range(layers):
        z = function(z)
    return z


start = torch.tensor(1.0, dtype=torch.float64)  # float64: twice as many digits, for slopes so small
for function in (step, torch.sigmoid, torch.tanh, torch.relu):
    print(function.__name__)
    for layers in (2, 5, 10):
        moved = through(start + 0.001, function, layers) - through(start - 0.001, function, layers)
        print(f"    {layers} layers: slope {(moved / 0.002).item():.2g}")

# %% [markdown]
# The slopes of steps in a row are multiplied. Hence:
#
# - The step's slope is 0 everywhere it has one: no weight before it learns anything.
# - The sigmoid's is at most 0.25, and nearly 0 far from 0. Ten times over, less than a millionth is left (`0.25 ** 10` is 0.00000095).
# - Tanh's is 1 at 0, and less everywhere else, nearly 0 far from 0.
# - ReLU's is exactly 1 above 0, through any number of layers. Below 0 it is 0: a neuron that is below 0 for every sample is stuck.
#
# Hidden layers mostly use ReLU or one of its relatives. The function of the output layer depends on the task: none for a number of
# any size, sigmoid for a probability, *softmax* for one class out of several: it makes all outputs positive, with the sum 1.

# %%
scores = torch.tensor([2.0, 1.0, -1.0])
shares = torch.softmax(scores, dim=0)  # exp(score) / the sum of all exp(score)
print(shares, f"sum {shares.sum().item():.2f}")

# %% [markdown]
# ## Automate: a function as a layer
# In a `Sequential` the functions stand between the layers, as objects: `torch.nn.ReLU()`, `Sigmoid()`, `Tanh()`. They have no
# parameters.

# %%
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
print(model)
print(model(torch.ones(3, 4)).shape)  # (3, 4) @ (4, 5) -> (3, 5), then (3, 5) @ (5, 2) -> (3, 2)
print("parameters:", sum(parameter.numel() for parameter in model.parameters()))  # 4·5 + 5 + 5·2 + 2

# %% [markdown]
# ## When it goes wrong
# A function in the place of an object:

# %%
try:
    torch.nn.Sequential(torch.nn.Linear(4, 5), torch.relu)
except TypeError as error:
    print(f"TypeError: {error}")
print(torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU())(torch.ones(3, 4)).shape)  # repaired: (3, 5)

# %% [markdown]
# `torch.relu` is a function and is applied to numbers; `torch.nn.ReLU()` is a module, which a `Sequential` can hold.
#
# ## The same under PyTorch


# %%
def functions():
    z = torch.linspace(-4.0, 4.0, 9)
    return {"sigmoid": torch.sigmoid(z), "tanh": torch.tanh(z), "relu": torch.relu(z)}


same_in_pytorch(functions)

# %% [markdown]
# ## Summary
# - Layers without a function between them collapse into one: `W2 @ W1` and `W2 @ b1 + b2`. One layer divides by a straight line only.
# - The function belongs to the layer and acts on each number; most functions are graded, not yes or no.
# - A slope of 0 teaches nothing. ReLU's is 1 above 0, the sigmoid's at most 0.25, the step's 0.
# - Hidden layers: mostly ReLU. Output layer: none, sigmoid or softmax, depending on the task.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** *Leaky ReLU* is `z` above 0 and `0.01 · z` below, so that its slope is never 0. Write it for a tensor of any shape.


# %%
def exercise_1(z):
    return ...


check(
    exercise_1,
    (torch.tensor([-2.0, 3.0]), [-0.02, 3.0]),
    (torch.tensor([[1.0, -1.0, 0.0]]), [[1.0, -0.01, 0.0]]),
)

# %% [markdown]
# **2.** The slope of the sigmoid can be computed from its own value `s`: 0.25 where `s` is 0.5, and 0 where `s` is 0 or 1. Which formula
# in `s` is it? Measure a third place if two formulas fit.


# %%
def exercise_2(s):
    return ...


check(exercise_2, (0.5, 0.25), (1.0, 0.0), (0.2, 0.16))

# %% [markdown]
# **3.** Three layers without functions: return the weights of the one layer that replaces them. (Biases are 0.)


# %%
def exercise_3(W1, W2, W3):
    return ...


def judge_3(W1, W2, W3):
    def judge(W):
        x = torch.tensor([[1.0, -2.0], [0.5, 3.0], [4.0, 1.0]])  # (3, 2)
        if tuple(W.shape) != (W3.shape[0], 2):
            return f"has the shape {tuple(W.shape)}, not {(W3.shape[0], 2)}"
        if not near(x @ W.T, x @ W1.T @ W2.T @ W3.T, tolerance=1e-3):
            return "gives other outputs than the three layers"

    return judge


first, second = torch.arange(6.0).reshape(3, 2), torch.arange(12.0).reshape(4, 3) - 5.0  # 2 -> 3 -> 4
check(
    exercise_3,
    (first, second, torch.ones(1, 4), judge_3(first, second, torch.ones(1, 4))),
    (first, -second, torch.arange(20.0).reshape(5, 4), judge_3(first, -second, torch.arange(20.0).reshape(5, 4))),
)

# %% [markdown]
# **4.** A hat: 0 up to x = 0, then rising to 1 at x = 1, falling to 0 at x = 2, and 0 from there on. The hidden neurons are `relu(x)`,
# `relu(x - 1)` and `relu(x - 2)`. Return the three weights of the output.


# %%
def exercise_4():
    return ...


def judge_4(weights):
    x = torch.tensor([[-1.0], [0.0], [0.5], [1.0], [1.5], [2.0], [3.0]])
    hat = torch.relu(x - torch.tensor([0.0, 1.0, 2.0])) @ torch.as_tensor(
        weights, dtype=torch.float32
    )  # (7, 3) @ (3,) -> (7,)
    if not near(hat, [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0]):
        return f"gives {hat.tolist()} at x = -1, 0, 0.5, 1, 1.5, 2, 3"


check(exercise_4, (judge_4,))

# %% [markdown]
# **5.** "Exactly one of the two inputs is 1", called XOR: the output is 1 for (0, 1) and (1, 0), and 0 for (0, 0) and (1, 1). Why can
# one layer not do it? Build it from hidden neurons with ReLU, as many as you like, and return `W1, b1, W2, b2`, of the shapes
# `(hidden, 2)`, `(hidden,)`, `(1, hidden)` and `(1,)`. Two are enough.


# %%
def exercise_5():
    return ...


def judge_5(answer):
    W1, b1, W2, b2 = (torch.as_tensor(part, dtype=torch.float32) for part in answer)
    pairs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
    output = torch.relu(pairs @ W1.T + b1) @ W2.T + b2  # (4, 2) @ (2, n) -> (4, n), (4, n) @ (n, 1) -> (4, 1)
    if tuple(output.shape) != (4, 1):
        return f"gives the shape {tuple(output.shape)} for four samples, not (4, 1)"
    if not near(output[:, 0], [0.0, 1.0, 1.0, 0.0]):
        return f"gives {output[:, 0].tolist()} for (0, 0), (0, 1), (1, 0), (1, 1), not 0, 1, 1, 0"


check(exercise_5, (judge_5,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. A dense one in which most weights are fixed at zero.
# 2. More products in the sum make its standard deviation larger: σ · √n.
# 3. `x` meets the columns of the right matrix, and these are the neurons only after transposing.
#
# </details>
