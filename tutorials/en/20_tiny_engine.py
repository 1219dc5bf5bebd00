# %% [markdown]
# # 20 · The tiny engine
#
# **Question:** How does an engine for single numbers become one for whole networks?
#
# **Needs:** lessons 02, 05, 07, 09, 10, 11, 12, 13, 14.
#
# **Time:** 16 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What is attention, in a few words? (lesson 19)
# 2. When may a value hand its gradient on? (lesson 11)
# 3. What does the last axis of an array do in memory? (lesson 02)
#
# The engine of lesson 11 remembers single numbers. A layer of 16 neurons has 24 samples · 16 neurons · 2 products to remember, before it
# has added anything up. A real engine does the same with whole arrays. This lesson builds one, part by part, and checks each part
# against the library. In the end it trains a network, and you have read `minitorch_pt/tiny.py`: the same engine on one page.

# %%
import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## A tensor that remembers
# A `Value` of lesson 11 kept its inputs and the slope along each. With arrays, a slope becomes a function: given `g`, the gradient of the
# loss along the result, it returns the gradient along that input. We call it a *pull*, for it pulls the gradient back. The walk is the
# old one: from the youngest to the oldest, and what comes along several paths adds up.


# %%
class Tensor:
    """An array that remembers what it was made of."""

    made = 0  # how many there are so far

    def __init__(self, data, made_of=()):
        self.data, self.made_of, self.grad = np.array(data, dtype=float), made_of, None
        self.number = Tensor.made  # whoever is made later has a larger number
        Tensor.made += 1

    def backward(self):
        waiting = {self: np.ones(self.data.shape)}  # tensors, each with what has arrived of its gradient
        while waiting:
            tensor = max(waiting, key=lambda one: one.number)  # the youngest
            gradient = waiting.pop(tensor)
            for source, pull in tensor.made_of:
                waiting[source] = waiting.get(source, 0.0) + source.fit(pull(gradient))
            if not tensor.made_of:  # a leaf
                tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient

    def fit(self, gradient):
        return gradient  # nothing to do, it seems


# %% [markdown]
# ## Rules
# An operation is written once, as a *rule* on arrays: it returns its value and a pull for each input. `operation` makes of it a function
# of tensors that remembers.


# %%
def operation(rule):
    def apply(*inputs):
        tensors = [part if isinstance(part, Tensor) else Tensor(part) for part in inputs]
        value, *pulls = rule(*[tensor.data for tensor in tensors])
        return Tensor(value, list(zip(tensors, pulls, strict=True)))

    return apply


add = operation(lambda a, b: (a + b, lambda g: g, lambda g: g))
mul = operation(lambda a, b: (a * b, lambda g: g * b, lambda g: g * a))
total = operation(lambda a: (a.sum(), lambda g: np.full(a.shape, g)))

# %% [markdown]
# ## Measure
# The dot product of lesson 05: the pulls say that its gradient along `a` is `b`. Does a nudge agree?

# %%
a, b = Tensor([1.0, 2.0, 3.0]), Tensor([3.0, 2.0, 1.0])
total(mul(a, b)).backward()  # (3,) * (3,) -> (3,) -> ()
nudged = [(np.array([1.0, 2.0, 3.0]) + 0.001 * np.eye(3)[i]) @ b.data for i in range(3)]
print("gradient along a:", a.grad)
print("measured:        ", [round(float(value - 10.0) / 0.001, 3) for value in nudged])

# %% [markdown]
# ## When it goes wrong
# Now add a bias `(3,)` to four samples `(4, 3)`. Broadcasting uses each number of the bias four times.
#
# **Guess first:** which shape will the gradient of the bias have?

# %%
samples, bias = Tensor(np.ones((4, 3))), Tensor([0.5, -1.0, 2.0])
total(add(samples, bias)).backward()  # (4, 3) + (3,) -> (4, 3) -> ()
print("bias", bias.data.shape, "its gradient", bias.grad.shape)
try:
    bias.data -= 0.1 * bias.grad
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# No error in the walk, and yet a gradient of the wrong shape: one for each *use* of a number, not one for each number. (The error, when it
# comes at last, says that a `(4, 3)` does not fit into a `(3,)`.)
#
# ## Derive: broadcasting is undone by a sum
# A number that is used four times reaches the loss along four paths, and the slopes of paths add up (lesson 11). So what broadcasting
# repeated, the way back adds: along axes that were put in front, and along axes of size 1 that were stretched. That is what `fit` is for.


# %%
def fit(self, gradient):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - self.data.ndim)))  # axes put in front
    stretched = tuple(i for i, size in enumerate(self.data.shape) if size == 1)
    return gradient.sum(axis=stretched, keepdims=True)


Tensor.fit = fit  # all tensors have the new method
samples, bias = Tensor(np.ones((4, 3))), Tensor([0.5, -1.0, 2.0])
total(add(samples, bias)).backward()
print("bias", bias.data.shape, "its gradient", bias.grad)

# %% [markdown]
# ## A layer
# The matrix product `(n, k) @ (k, m)` has the pulls that lesson 11 found: `(n, m) @ (m, k)` along the left, `(k, n) @ (n, m)` along the
# right. With it, ReLU and the transpose, we have a layer; the library's, with the same numbers, must give the same gradients.

# %%
matmul = operation(lambda a, b: (a @ b, lambda g: g @ b.T, lambda g: a.T @ g))
transpose = operation(lambda a: (a.T, lambda g: g.T))
relu = operation(lambda a: (np.maximum(a, 0.0), lambda g: g * (a > 0)))


class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = Tensor(weight), Tensor(bias)

    def __call__(self, x):
        return add(matmul(x, transpose(self.weight)), self.bias)  # (n, k) @ (k, m) + (m,) -> (n, m)


torch.manual_seed(0)
x = torch.randn(4, 3, dtype=torch.float64)
theirs = torch.nn.Linear(3, 2, dtype=torch.float64)
ours = Linear(theirs.weight.detach().numpy(), theirs.bias.detach().numpy())
total(relu(ours(x.numpy()))).backward()
torch.relu(theirs(x)).sum().backward()
print("the same gradients:", near(ours.weight.grad, theirs.weight.grad), near(ours.bias.grad, theirs.bias.grad))

# %% [markdown]
# ## The loss
# Cross entropy as one rule: its slope is the probability minus the truth, divided by the number of samples (lesson 10). The largest score
# is taken from all first: the probabilities stay, and no `exp` becomes infinite.


# %%
def cross_entropy(scores, labels):
    def rule(scores):
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)  # (n, classes)
        truth = np.eye(scores.shape[1])[labels]  # (n, classes): 1 at the right class
        return -np.log(shares[truth == 1]).mean(), lambda g: g * (shares - truth) / len(scores)

    return operation(rule)(scores)


scores, labels = torch.randn(4, 3, dtype=torch.float64, requires_grad=True), torch.tensor([0, 2, 1, 1])
mine = Tensor(scores.detach().numpy())
cross_entropy(mine, labels.numpy()).backward()
torch.nn.functional.cross_entropy(scores, labels).backward()
print("the same slopes:", near(mine.grad, scores.grad))

# %% [markdown]
# ## The optimizer, and dropout
# Adam with the formulas of lesson 12, on arrays. Dropout (lesson 14) needs no rule of its own: it is a product with a mask whose kept places
# are scaled up, so that the mean stays.


# %%
class Adam:
    def __init__(self, parameters, lr):
        self.parameters, self.lr, self.t = parameters, lr, 0
        self.means, self.squares = [0.0] * len(parameters), [0.0] * len(parameters)

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.means[i] = 0.9 * self.means[i] + 0.1 * p.grad
            self.squares[i] = 0.999 * self.squares[i] + 0.001 * p.grad**2
            mean, square = self.means[i] / (1 - 0.9**self.t), self.squares[i] / (1 - 0.999**self.t)
            p.data = p.data - self.lr * mean / (np.sqrt(square) + 1e-8)
            p.grad = None  # or the next backward() would add to it


def dropout(x, p, stream):
    kept = stream.random(x.data.shape) >= p
    return mul(x, kept / (1 - p))


dropped = dropout(Tensor(np.ones(10_000)), 0.5, np.random.default_rng(0))
print(f"numbers left: {np.unique(dropped.data)}, mean ≈ {dropped.data.mean():.2f}")

# %% [markdown]
# ## Automate: it trains
# The two moons of lesson 13, with this engine alone. The first weights are the library's, so that both begin alike.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(200)
points = points.double()  # (200, 2), float64


def layers():
    torch.manual_seed(1)
    return torch.nn.Linear(2, 8, dtype=torch.float64), torch.nn.Linear(8, 2, dtype=torch.float64)


first, second = (Linear(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers())
optimizer = Adam([first.weight, first.bias, second.weight, second.bias], lr=0.05)
losses = []
for _ in range(60):
    scores = second(relu(first(points.numpy())))  # (200, 2) -> (200, 8) -> (200, 2)
    loss = cross_entropy(scores, labels.numpy())
    loss.backward()
    optimizer.step()
    losses.append(loss.data.item())
right = (scores.data.argmax(axis=1) == labels.numpy()).mean()
print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f}, right: {right:.1%}")


# %% [markdown]
# The same with the library, in its words:


# %%
def library():
    first, second = layers()
    model = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(points), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"losses of 60 steps": losses}


(their_losses,) = library().values()
print("the same losses to five decimals:", near(losses, their_losses))
figure = viz.history({"tiny engine": losses, "torch.nn": their_losses})
viz.save(figure, "pictures/20_losses")
figure

# %% [markdown]
# One curve hides the other. These are some 80 lines; `minitorch_pt/tiny.py` has them with operators (`a + b`), modules, more operations and
# checks of what it is given, and each part names the file where its grown-up lives. The next lesson goes there.
#
# ## The same under PyTorch

# %%
same_in_pytorch(library)

# %% [markdown]
# ## Summary
# - A tensor is an array that remembers what it was made of; a rule gives a value and, for each input, a pull.
# - The walk back goes from the youngest to the oldest and adds up what arrives.
# - Broadcasting repeats numbers; the way back adds their gradients up again.
# - A layer, a loss, an optimizer and dropout need nothing more: some 80 lines train a network, with the library's numbers.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The rule of the division `a / b`: return its value and the two pulls.


# %%
def exercise_1(a, b):
    return ...


def pulls(value, *gradients):
    def judge(answer):
        if not isinstance(answer, tuple) or len(answer) != 1 + len(gradients) or not all(map(callable, answer[1:])):
            return f"must return a value and then {len(gradients)} function(s) of g"
        if not near(answer[0], value):
            return f"has the value {answer[0]}, expected {value}"
        for i, (pull, gradient) in enumerate(zip(answer[1:], gradients, strict=True)):
            for g in (1.0, -2.0):
                if not near(pull(g), g * np.array(gradient)):
                    return f"pulls g = {g} back to input {i} as {pull(g)}, expected {g * np.array(gradient)}"

    return judge


check(
    exercise_1,
    (np.array([6.0, 1.0]), np.array([3.0, 4.0]), pulls([2.0, 0.25], [1 / 3, 0.25], [-2 / 3, -1 / 16])),
    (np.array([-1.0]), np.array([0.5]), pulls([-2.0], [2.0], [4.0])),
)

# %% [markdown]
# **2.** The rule of the mean of all numbers of an array of any shape: its value and its pull.


# %%
def exercise_2(a):
    return ...


check(
    exercise_2,
    (np.array([1.0, 2.0, 6.0]), pulls(3.0, [1 / 3, 1 / 3, 1 / 3])),
    (np.array([[1.0, 3.0], [5.0, 7.0]]), pulls(4.0, [[0.25, 0.25], [0.25, 0.25]])),
)

# %% [markdown]
# **3.** Without `fit`: a column `(m, 1)` was added to a matrix `(m, n)`. Return the gradient of the column from that of the sum.


# %%
def exercise_3(gradient):
    return ...


check(
    exercise_3,
    (np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), [[6.0], [60.0]]),
    (np.array([[1.0, -1.0], [2.0, 0.5], [4.0, 4.0]]), [[0.0], [2.5], [8.0]]),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. A weighted mean of the values of all places.
# 2. When everything made from it has done so.
# 3. It runs fastest: its neighbours lie side by side.
#
# </details>
