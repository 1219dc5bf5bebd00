# %% [markdown]
# # 07 · A layer as an object
#
# **Question:** How does a layer keep its weights, and which numbers should they start from?
#
# **Needs:** lessons 02, 04, 05, 06.
#
# **Time:** 17 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What is an epoch? (lesson 06)
# 2. What does a row of the weights hold? (lesson 05)
# 3. The size is given in m² and no longer in hundreds of m². What becomes of its weight? (lesson 03)
#
# So far weights and biases were loose variables: with ten layers there would be twenty of them. An object keeps together what
# belongs together: the weights, the bias, and the computation that uses them.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, same_in_pytorch

speak("en")

X = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)

# %% [markdown]
# `X` is the usual name of the *inputs*: 3 samples, 4 features. The *targets*, the right answers, are called `y`; there are none
# in this lesson.
#
# ## The class
# A *class* is a plan, and an *object* is what is built after it. A function in a class is a *method*; its first argument, `self`, is the
# object itself. What is kept in the object, as `self.weight`, is an *attribute*.
#
# `__init__` runs once, when the object is made: here it makes the parameters. `forward` computes the output and returns it; it
# initialises nothing, and may be called as often as we like. Its one matrix product makes the weighted sums of all neurons for all
# samples.


# %%
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weight = 0.10 * torch.randn(n_neurons, n_inputs)  # (neurons, inputs): a row is a neuron
        self.bias = torch.zeros(n_neurons)  # (neurons,): a vector

    def forward(self, inputs):
        return inputs @ self.weight.T + self.bias  # (n, inputs) @ (inputs, neurons) + (neurons,) -> (n, neurons)


torch.manual_seed(0)
layer1 = Layer_Dense(4, 5)
layer2 = Layer_Dense(5, 2)
hidden = layer1.forward(X)  # (3, 4) @ (4, 5) -> (3, 5)
output = layer2.forward(hidden)  # (3, 5) @ (5, 2) -> (3, 2)
print(hidden.shape, output.shape)
print(output)

# %% [markdown]
# Two objects of one class, each with parameters of its own: `layer1.weight` is `(5, 4)`, `layer2.weight` is `(2, 5)`. The bias is a
# vector `(5,)`; `(1, 5)` would be a matrix with one row, which adds to the same numbers but is not the shape that PyTorch has.
#
# Something is still missing between the two layers: an activation function. Lesson 09 shows why two layers without one are no more than
# a single layer.
#
# ## One layout
# You will also see weights stored as `(inputs, neurons)`, and then `X @ W + b` without `.T`. It is the same layer, transposed.
# These lessons keep to PyTorch's `(outputs, inputs)`. Here is a pair of layers in the other layout, from NumPy's seed 0, with biases 0;
# first as it is, then transposed into our two objects. (NumPy's numbers have 64 bits each, PyTorch's usually 32: hence the `dtype`.)

# %%
stream = np.random.RandomState(0)
W1 = torch.tensor(0.10 * stream.randn(4, 5), dtype=torch.float32)  # (inputs, neurons)
W2 = torch.tensor(0.10 * stream.randn(5, 2), dtype=torch.float32)
print((X @ W1) @ W2)  # (3, 4) @ (4, 5) @ (5, 2) -> (3, 2)
layer1.weight, layer2.weight = W1.T, W2.T  # (5, 4) and (2, 5)
print(layer2.forward(layer1.forward(X)))

# %% [markdown]
# ## When it goes wrong
# Four slips while typing a class. The first: two names for one thing.


# %%
class TwoNames(Layer_Dense):
    def forward(self, inputs):
        return inputs @ self.weights.T + self.bias


try:
    TwoNames(4, 5).forward(X)
except AttributeError as error:
    print(f"AttributeError: {error}")

# %% [markdown]
# `__init__` made `weight`, and `forward` reads `weights`. One name from end to end, PyTorch's: `weight`. The second: `forward` at
# the left margin is a function of its own, and the class has no such method. The third: without `return`, a call gives `None`.


# %%
class Outside:
    def __init__(self):
        self.weight = torch.ones(5, 4)


def forward(self, inputs):
    return inputs @ self.weight.T  # (3, 4) @ (4, 5) -> (3, 5)


try:
    Outside().forward(X)
except AttributeError as error:
    print(f"AttributeError: {error}")


class NoReturn(Layer_Dense):
    def forward(self, inputs):
        self.output = inputs @ self.weight.T + self.bias  # (3, 4) @ (4, 5) -> (3, 5)


print(NoReturn(4, 5).forward(X))

# %% [markdown]
# The fourth is invisible: what is copied from a web page or a note may hold *non-breaking* spaces, or tabs beside spaces. Python
# refuses both. The repair is to indent with four plain spaces everywhere.

# %%
for text in ("class A:\n\u00a0   x = 1", "class A:\n    x = 1\n\ty = 2", "class A:\n    x = 1\n    y = 2"):
    try:
        compile(text, "text", "exec")
        print("fine")
    except SyntaxError as error:
        print(f"{type(error).__name__}: {error}")

# %% [markdown]
# ## Seeds
# `randn` draws random numbers. A computer's random numbers come from a fixed stream, and the seed says where it starts.
#
# **Guess first:** the seed is set three times. Which rows of numbers will be the same? And the one before the last, which draws
# one number first?

# %%
torch.manual_seed(0)
print("first call: ", torch.randn(3))
print("next call:  ", torch.randn(3))
torch.manual_seed(0)
print("seed again: ", torch.randn(3))
torch.manual_seed(0)
torch.randn(1)
print("one before: ", torch.randn(3))
print("NumPy's 0:  ", np.random.RandomState(0).randn(3).round(4))

# %% [markdown]
# So a seed repeats the numbers only if the same calls follow in the same order. One call more, and all numbers after it are others.
# And each library has its own stream: PyTorch's seed 0 is not NumPy's. minitorch_pt has PyTorch's.
#
# ## The bell curve
# `randn` follows the *normal distribution*: most numbers near the mean 0, no limit on either side. How far they typically lie from it
# is told by the *standard deviation*, σ (sigma), here 1: the square root of the mean of the squared distances. Draw 100,000 numbers,
# count how many lie within 1, 2 and 3 σ, then multiply by 0.10 and count again. In a *histogram* each bar stands for the numbers
# between its left and its right edge: the more of them there are, the higher it is.

# %%
torch.manual_seed(0)
draws = torch.randn(100_000)
figure, rows = viz.panels(rows=2, height=2.5)
for scale, axes in zip((1.0, 0.10), rows, strict=True):
    numbers = scale * draws
    sigma = numbers.std().item()
    print(f"times {scale}: standard deviation {sigma:.3f}")
    for k in (1, 2, 3):
        inside = ((numbers - numbers.mean()).abs() < k * sigma).float().mean().item()
        print(f"    within {k * sigma:.1f} of the mean: {100 * inside:.2f} %")
    viz.histogram(numbers, ax=axes)

viz.save(figure, "pictures/07_histograms")
figure

# %% [markdown]
# Both have the same shape, and the same shares lie in the bands; only the ruler has changed. After the multiplication by 0.10, σ is
# 0.1, and the bands end at 0.1, 0.2 and 0.3. With more and more numbers the bars come nearer and nearer to the dashed curve, and the
# shares to those of any normal distribution: 68.27, 95.45 and 99.73 %. (Exactly 95 % lie within 1.96 σ; one often reads 2 for it.)

# %%
figure = viz.bell(0.0, 0.10)
viz.save(figure, "pictures/07_bell")
figure

# %% [markdown]
# ## Measure: is 0.10 a good scale?
# Send 200 samples through ten layers, as wide as the number of inputs, and look at the standard deviation of the numbers after each.
#
# **Guess first:** with the scale 0.10, what becomes of the signal after ten layers with 5 inputs, with 100, with 1000?


# %%
def deviations(width, scale):
    torch.manual_seed(0)
    x = torch.randn(200, width)
    found = [x.std().item()]
    for _ in range(10):
        x = x @ (scale * torch.randn(width, width)).T  # (200, width) @ (width, width) -> (200, width)
        found.append(x.std().item())
    return found


runs = {width: deviations(width, 0.10) for width in (5, 100, 1000)}
for width, run in runs.items():
    print(f"{width} inputs: after 1 layer {run[1]:.2g}, after 10 layers {run[10]:.1g}")

# %% [markdown]
# With 5 inputs the signal dies, with 1000 it explodes, with 100 it stays.
#
# ## Derive
# A neuron adds `n` products. Take inputs around 0 with standard deviation 1, and weights around 0 with σ: each product has the standard
# deviation `1 · σ`. When independent numbers are added, it is the *squares* of their standard deviations that add up, here to
# `n · σ²`. So the output has the standard deviation `σ · √n`: for 0.10 and 5, 100, 1000 inputs that makes 0.22, 1 and 3.2; measured
# were 0.24, 1 and 3.2. (With 5 inputs there are 25 weights only, and chance has its say: other seeds give 0.15 to 0.26.) It stays 1 if
#
# `σ = 1 / √n`
#
# For `n = 100` that is exactly 0.10. So the initial scale depends on the number of inputs; no single number is right for all.

# %%
figure, (axes,) = viz.panels(height=3.2)
for width, style, color in ((5, "-", "#0072B2"), (100, "--", "#D55E00"), (1000, ":", "#009E73")):
    axes.plot(runs[width], style, color=color, linewidth=2, label=f"{width} inputs, scale 0.10")
axes.plot(deviations(1000, 1000**-0.5), "d", color="#222222", markersize=6, label="1000 inputs, scale 1/√1000")
axes.set(xlabel="layers", ylabel="standard deviation", yscale="log")
axes.legend(fontsize=8, frameon=False)
figure.alt = "Standard deviation over ten layers. Scale 0.10: it falls with 5 inputs, stays with 100, grows with 1000. 1/√n: it stays."
viz.save(figure, "pictures/07_scale")
figure

# %% [markdown]
# ## Automate: `torch.nn.Linear`
# The library has this class. A `Linear` chooses its own scale: for `n` inputs, every weight and bias is drawn between `-1/√n` and
# `1/√n`, each number in between as likely as any other. We call the layer itself, `layer(X)`, and it calls its `forward`.

# %%
torch.manual_seed(0)
layer = torch.nn.Linear(4, 5)
print(layer)
for name, parameter in layer.named_parameters():
    print(name, tuple(parameter.shape), f"largest {parameter.abs().max().item():.4f}")  # below 1/√4 = 0.5
print(layer(X).shape)  # (3, 4) @ (4, 5) -> (3, 5)

figure = viz.network(layer, neuron=1)
viz.save(figure, "pictures/07_dense")
figure

# %% [markdown]
# In colour are the four weights of one of the five neurons, with its bias; each of the others has its own.
#
# Our own class becomes a full layer in two steps: it inherits from `torch.nn.Module`, whose `__init__` is called first, and its
# weights are wrapped in `Parameter`. Then it knows its parameters, prints itself, and can be called.


# %%
class Dense(torch.nn.Module):
    def __init__(self, n_inputs, n_neurons):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))

    def forward(self, inputs):
        return inputs @ self.weight.T + self.bias  # (n, inputs) @ (inputs, neurons) -> (n, neurons)


own = Dense(4, 5)
own.load_state_dict(layer.state_dict())  # the weights of the library's layer, copied into ours
compare("our layer and Linear", own(X), layer(X))
print("parameters:", sum(parameter.numel() for parameter in own.parameters()))  # 4·5 + 5

# %% [markdown]
# ## The same under PyTorch
# The same seed gives the same weights.


# %%
def linear():
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 5)
    return {"weights": layer.weight, "output": layer(X)}  # (3, 4) @ (4, 5) -> (3, 5)


same_in_pytorch(linear)

# %% [markdown]
# ## Summary
# - A layer is an object: `__init__` makes the parameters, `forward` computes the output and returns it.
# - One layout: weights `(outputs, inputs)`, a bias `(outputs,)`, and `x @ W.T + b`.
# - A seed repeats numbers only with the same calls in the same order.
# - In a normal distribution 68.27, 95.45 and 99.73 % lie within 1, 2 and 3 σ.
# - The initial scale depends on the number of inputs, `n`: with σ = `1/√n` the standard deviation stays. `torch.nn.Linear` is such a class,
#   with a scale of its own: evenly between `-1/√n` and `1/√n`, which is a standard deviation of about `0.58/√n`.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** How many parameters does a layer with so many inputs and neurons have?


# %%
def exercise_1(n_inputs, n_neurons):
    return ...


check(exercise_1, (4, 5, 25), (64, 10, 650))

# %% [markdown]
# **2.** Weights are drawn as `scale * randn`. Between which two numbers do 95.45 % of them lie? Return `[low, high]`.


# %%
def exercise_2(scale):
    return ...


check(exercise_2, (0.10, [-0.2, 0.2]), (0.5, [-1.0, 1.0]))

# %% [markdown]
# **3.** A layer with `n` inputs of standard deviation 1 gets the weights `scale * randn`. What is the standard deviation of its outputs?


# %%
def exercise_3(n, scale):
    return ...


check(exercise_3, (100, 0.10, 1.0), (25, 0.10, 0.5), (400, 0.05, 1.0))

# %% [markdown]
# **4.** Somebody gives you weights `(inputs, neurons)` and a bias `(1, neurons)`. Make a `Dense` or a `torch.nn.Linear` of them,
# and return it.


# %%
def exercise_4(weight, bias):
    return ...


def judge_4(weight, bias):
    def judge(layer):
        if not isinstance(layer, torch.nn.Module):
            return "returns no layer"
        shapes = [tuple(t.shape) for t in (layer.weight, layer.bias)]
        wanted = [tuple(t.shape) for t in (weight.T, bias[0])]
        if shapes != wanted:
            return f"returns a layer with weight and bias {shapes}, expected {wanted}"
        x = torch.eye(len(weight))  # one sample for each input, in which it alone is 1
        if not near(layer(x), x @ weight + bias):  # (inputs, inputs) @ (inputs, neurons) -> (inputs, neurons)
            return "has the right shapes, and gives other outputs than the given weights"

    return judge


check(
    exercise_4,
    (W1, torch.ones(1, 5), judge_4(W1, torch.ones(1, 5))),
    (W2, torch.zeros(1, 2), judge_4(W2, torch.zeros(1, 2))),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. One pass over all the samples.
# 2. All the weights of one neuron.
# 3. It is divided by 100, and the price stays.
#
# </details>
