# %% [markdown]
# # 11 · Gradients and backpropagation
#
# **Question:** How does a network learn in which direction to change each of its weights?
#
# **Needs:** lessons 01, 04, 05, 07, 09, 10.
#
# **Time:** 21 minutes to read; twice that with pencil and paper, which is worth it.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. The slope of `d²` along `d`? (lesson 10)
# 2. What is the slope of ReLU above 0, and below? (lesson 09)
# 3. What is the slope of `z` along the bias? (lesson 04)
#
# The slope of the loss along a weight says whether a larger weight is better or worse, and how much. The slopes along all
# parameters together are the *gradient*. Measuring it takes two runs of the network for each weight: too many for a million
# weights. Backpropagation finds the whole gradient in one walk back through the computation. We do it by hand, then write the
# engine that does it, and then use the library's.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## One neuron, one sample, step by step
# The weight is 2, the bias −4. The input is 3 and the target 5. Each line does one thing:


# %%
def neuron_loss(w, b):
    product = w * 3.0
    z = product + b
    difference = z - 5.0
    return difference**2


print(f"loss: {neuron_loss(2.0, -4.0)}")  # product 6, z 2, difference -3, loss 9

# %% [markdown]
# What this lesson derives can be watched first: open the page in a browser and press the right arrow key, or drag the slider.
# Forwards you see each line compute, and then the gradients come back, one line at a time.

# %%
w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(-4.0, requires_grad=True)
print(f"the page to step through: {viz.replay(lambda: neuron_loss(w, b), '11_replay.html')}")

# %% [markdown]
# ## Measure: nudge to both sides
# A nudge up and a nudge down, and the difference of the two losses. It is more exact than a nudge to one side: the bend of the
# curve lifts both losses alike, and so falls out of the difference.

# %%
h = 0.001
slope_w = (neuron_loss(2.0 + h, -4.0) - neuron_loss(2.0 - h, -4.0)) / (2 * h)
slope_b = (neuron_loss(2.0, -4.0 + h) - neuron_loss(2.0, -4.0 - h)) / (2 * h)
print(f"slope along w: {slope_w:.3f}")
print(f"slope along b: {slope_b:.3f}")

# %% [markdown]
# ## Derive: slopes of steps in a row are multiplied
# Each line alone has an easy slope:
#
# | step | its slope | here |
# |---|---|---|
# | `product = w · 3` | 3 along `w` | 3 |
# | `z = product + b` | 1 along `product`, 1 along `b` | 1 |
# | `difference = z − 5` | 1 along `z` | 1 |
# | `loss = difference²` | 2 · `difference` (lesson 10) | −6 |
#
# Nudge `w` by 0.001: the product moves by 0.003, `z` and the difference by the same, and the loss by −6 · 0.003 = −0.018. That is
# −18 for each unit of `w`: the product of the slopes along the path, −6 · 1 · 1 · 3. This is the **chain rule**.
#
# Now begin at the *end*. The slope of the loss along itself is 1. Going back line by line, each slope is that of the line after it
# times the line's own; what is known already is never computed again, and so one walk serves both `w` and `b`:

# %%
grad_loss = 1.0
grad_difference = grad_loss * (2 * -3.0)
grad_z = grad_difference * 1.0
grad_product, grad_b = grad_z * 1.0, grad_z * 1.0
grad_w = grad_product * 3.0
print(f"gradient: {grad_w} along w, {grad_b} along b")

# %% [markdown]
# The picture shows both walks: values go down, gradients come back up. It is the *computational graph*, drawn from the library's
# own record of these steps. What `requires_grad` means comes further below.

# %%
w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-4.0, requires_grad=True)
figure = viz.graph(neuron_loss(w, b), names={"w": w, "b": b})
viz.save(figure, "pictures/11_neuron")
figure

# %% [markdown]
# ## A value that is used twice
# In `b = a + a`, a nudge of `a` by `h` reaches `b` along two paths, and moves it by `h` along each: 2·`h` together. So the slopes
# of different paths are **added**. An engine that only *sets* the gradient of `a` would say 1; it has to add 1 and 1.
#
# ## Automate: the engine
# A `Value` is a number that remembers what it was made of, and the slope of its step along each input. That is all that the walk
# back needs to know.


# %%
class Value:
    """A number that remembers the numbers it was made of."""

    made = 0  # how many there are so far

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.inputs, self.slopes, self.grad = data, inputs, slopes, 0.0
        self.number = Value.made  # whoever is made later has a larger number
        Value.made += 1

    def __repr__(self):
        return f"Value({self.data:.4g})"

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))


def as_value(number):
    return number if isinstance(number, Value) else Value(number)


# %% [markdown]
# The walk back: find all values behind the result, then let each hand its gradient to its inputs, times the slope. `+=` adds what
# comes along several paths.


# %%
def found_from(result):
    """All values behind a result, in the order in which a search finds them."""
    found = [result]
    for value in found:  # the list grows while we walk along it
        for source in value.inputs:
            if source not in found:
                found.append(source)
    return found


def walk(values):
    """Fill the gradients of values of which the first is the result."""
    for value in values:
        value.grad = 0.0
    values[0].grad = 1.0
    for value in values:
        for source, slope in zip(value.inputs, value.slopes, strict=True):
            source.grad += value.grad * slope


a = Value(3.0)
b = a + a
walk(found_from(b))
print(f"slope of a + a along a: {a.grad}")

# %% [markdown]
# ## Why the order matters
# One step more: `b = a + a`, then `d = b + b·b`. With `a = 3`, `b` is 6 and `d` is 42.
#
# **Guess first:** will the engine agree with the nudge?


# %%
def twice_and_square(a):
    b = a + a
    c = b * b
    return b + c


measured = (twice_and_square(3.0 + h) - twice_and_square(3.0 - h)) / (2 * h)
a = Value(3.0)
d = twice_and_square(a)
walk(found_from(d))
print(f"measured: {measured:.3f}")
print(f"engine:   {a.grad:.3f}")

# %% [markdown]
# The engine is wrong. Its search found `d`, then `b` and `c`, then `a`. So `b` handed on its gradient while it had only the 1 that
# came straight from `d`: 1 + 1 for `a`. Then came `c` and gave `b` another 12, too late.
#
# A value may hand on its gradient only when **everything made from it** has done so. There is an easy order that keeps this rule:
# whatever is made of `b` is made *after* `b`. So walk from the youngest value to the oldest.


# %%
def backward(result):
    """Fill the gradients of all values behind a result."""
    walk(sorted(found_from(result), key=lambda value: value.number, reverse=True))


backward(d)
print(f"engine:   {a.grad:.3f}")

a = torch.tensor(3.0, requires_grad=True)
figure = viz.graph(twice_and_square(a), names={"a": a})
viz.save(figure, "pictures/11_order")
figure

# %% [markdown]
# The picture agrees: the gradient of the sum `a + a` is 1 + 6 + 6 = 13 (Σ∂, one 6 for each factor of `b·b`), and `a` gets it
# twice.
#
# That was the engine, in fewer than 60 lines. It handles a whole network too. Here are two inputs, three hidden neurons with ReLU, one
# output: 13 parameters.


# %%
def network_loss(p):
    """The squared error of a network with 2 inputs, 3 hidden neurons and 1 output, whose 13 parameters are the list p."""
    loss = as_value(p[12])  # the bias of the output
    for i in range(3):
        z = p[i] * 0.9 + p[3 + i] * 0.8 + p[6 + i]  # two weights and a bias
        loss = loss + z.relu() * p[9 + i]
    return (loss - 1.0) ** 2


torch.manual_seed(3)
numbers = torch.randn(13).tolist()
parameters = [Value(number) for number in numbers]
loss = network_loss(parameters)
backward(loss)
print("gradient:", [round(p.grad, 3) for p in parameters])

# %% [markdown]
# The zeros belong to one neuron: its `z` is below 0, so ReLU makes its output 0. A nudge of its weights or its bias does not
# change that, and the weight that multiplies this 0 has no effect either. Now the same by nudging, one parameter after the other:


# %%
def at(i, nudge):
    nudged = numbers[:i] + [numbers[i] + nudge] + numbers[i + 1 :]
    return network_loss([Value(number) for number in nudged]).data


measured = [(at(i, h) - at(i, -h)) / (2 * h) for i in range(13)]
print(
    "measured, the same to six decimals:",
    all(abs(p.grad - m) < 1e-6 for p, m in zip(parameters, measured, strict=True)),
)
print(f"runs of the network: {2 * len(numbers)} with nudges, 1 with the engine (and the walk back)")

# %% [markdown]
# ## The library's own
# minitorch_pt and PyTorch do just this, with whole arrays in place of single numbers. `requires_grad=True` says: remember what is
# made of this tensor. `loss.backward()` walks back and leaves the gradient of each such tensor in its `.grad`.

# %%
w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-4.0, requires_grad=True)
loss = neuron_loss(w, b)
print(loss)  # grad_fn is the last step, the first of the walk back
loss.backward()
print("gradient:", w.grad, b.grad)
print("weights: ", w, b)

# %% [markdown]
# `backward()` filled the gradients and changed no weight: that is the next step, and the next lesson.
#
# A layer is one step too. Its gradients have the shapes of its parameters, and are again matrix products. Call the slopes of the
# loss along the pre-activations `G`, of shape `(4, 2)`. A weight multiplies one input in each sample, so its gradient is the sum,
# over the samples, of that input times the slope: `G.T @ x`. The bias is added in each sample: the sum of `G`.

# %%
torch.manual_seed(0)
x, y = torch.randn(4, 3), torch.randn(4, 2)
layer = torch.nn.Linear(3, 2)
z = layer(x)  # (4, 3) @ (3, 2) -> (4, 2)
loss = torch.nn.functional.mse_loss(z, y)
loss.backward()

with torch.no_grad():  # from here on, nothing is remembered
    G = 2 * (z - y) / 8  # the slope of a square, in a mean of 4 · 2 numbers
    by_hand = G.T @ x  # (2, 4) @ (4, 3) -> (2, 3)
    print("of the weights, by hand:", by_hand)
    print("of the weights, library:", layer.weight.grad)
    print("of the biases, by hand: ", G.sum(dim=0))  # (4, 2) -> (2,)
    print("of the biases, library: ", layer.bias.grad)

# %% [markdown]
# Inside `torch.no_grad()` nothing is remembered: what is computed there costs no memory for the record, and has no gradient. It is
# for using a network, and for changing its weights.
#
# ## When it goes wrong
# Two errors that you will meet. A slope needs small steps, and whole numbers have none: gradients are for floating-point numbers.

# %%
try:
    torch.tensor([1, 2, 3], requires_grad=True)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(torch.tensor([1.0, 2.0, 3.0], requires_grad=True))  # repaired

# %% [markdown]
# After the walk back, the record is thrown away, for it takes memory. A second walk needs a second computation:
#
# **Guess first:** a number is in `.grad` after the first walk. What is there after another one?

# %%
w = torch.tensor(2.0, requires_grad=True)
loss = neuron_loss(w, -4.0)
loss.backward()
first = w.grad.item()
try:
    loss.backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")
neuron_loss(w, -4.0).backward()  # repaired: computed again
print(f"gradient after one walk: {first}, after two: {w.grad.item()}")

# %% [markdown]
# And that is a third mistake, a silent one: the second walk *added* to `.grad`, by the same `+=` that serves `a + a`. The gradient
# is −18, not −36. Before each walk the old gradients have to be emptied: `w.grad = None`, or as lesson 12 does it.
#
# ## The same under PyTorch


# %%
def gradients():
    torch.manual_seed(0)
    x, y = torch.randn(4, 3), torch.randn(4, 2)
    layer = torch.nn.Linear(3, 2)
    torch.nn.functional.mse_loss(layer(x), y).backward()  # (4, 3) @ (3, 2) -> (4, 2)
    return {"gradient of the weights": layer.weight.grad, "gradient of the biases": layer.bias.grad}


same_in_pytorch(gradients)

# %% [markdown]
# ## Summary
# - The gradient is the slopes of the loss along all parameters. Nudging measures it, and checks every other way to get it.
# - Chain rule: the slopes along one path are multiplied, those of different paths are added.
# - Backpropagation walks from the loss to the parameters. A value hands on its gradient when all that was made of it has done so:
#   from the youngest to the oldest.
# - `loss.backward()` fills `.grad`, in the shape of the parameter, by adding. It changes no parameter.
# - Gradients need floating-point numbers; under `torch.no_grad()` nothing is remembered.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The gradient of `(w·x + b − y)²`, for any numbers. Return the slopes along `w` and along `b`.


# %%
def exercise_1(w, b, x, y):
    return ...


check(exercise_1, (2.0, -4.0, 3.0, 5.0, (-18.0, -6.0)), (1.0, 1.0, 0.5, 0.0, (1.5, 3.0)))

# %% [markdown]
# **2.** A new step for the engine: the sigmoid of a `Value`, as a `Value`. Its slope is `s · (1 − s)`, if `s` is its result.


# %%
def exercise_2(value):
    return ...


def judge_2(source, data, slope):
    def judge(answer):
        if not isinstance(answer, Value) or source not in found_from(answer):
            return "does not return a Value that remembers its input"
        backward(answer)
        if not near(answer.data, data):
            return f"has the data {answer.data:.4f}, expected {data:.4f}"
        if not near(source.grad, slope):
            return f"gives its input the gradient {source.grad:.4f}, expected {slope:.4f}"

    return judge


half, more = Value(0.0), Value(math.log(3))
check(exercise_2, (half, judge_2(half, 0.5, 0.25)), (more, judge_2(more, 0.75, 0.1875)))

# %% [markdown]
# **3.** The gradient by nudging, to check any other: the slopes of a function of a list of numbers, along each of them, as a list.
# Nudge to both sides, and leave the list as it was.


# %%
def exercise_3(function, numbers):
    return ...


check(
    exercise_3,
    (lambda p: p[0] * p[1] + p[2] ** 2, [2.0, 5.0, -1.0], [5.0, 2.0, -2.0]),
    (lambda p: p[0] ** 3, [2.0], [12.0]),
    (lambda p: p[1] + abs(p[0]), [0.0, 1.0], [0.0, 1.0]),
)

# %% [markdown]
# **4.** Without `backward()`: the gradient of the mean of all squares of `z = x @ weight.T` along the weight. What is its shape?


# %%
def exercise_4(x, weight):
    return ...


check(
    exercise_4,
    (torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 1.0]]), [[10.0, 20.0]]),
    (torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [0.0], [-1.0]]), [[5.0], [0.0], [-5 / 3]]),
)

# %% [markdown]
# **5.** Start with `a`, and double it `n` times: `b = a + a`, `c = b + b`, and so on. What is the slope of the result along `a`?
# How many values does the engine visit, `a` included? Return both. (How many paths lead from the result back to `a`, and how long
# would an engine take that walks along each of them?)


# %%
def exercise_5(n):
    return ...


check(exercise_5, (3, (8, 4)), (10, (1024, 11)))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. `2·d`: a square asks most of large errors.
# 2. 1 above, 0 below.
# 3. 1, for every input.
#
# </details>
