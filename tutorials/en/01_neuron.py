# %% [markdown]
# # 01 · The neuron
#
# **Question:** What does a neural network compute?
#
# **Needs:** Python, nothing else.
#
# **Time:** 10 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What goes into the network that reads digits, and what comes out? (lesson 00)
# 2. Why is it tested on digits that it has never seen? (lesson 00)
# 3. What does the loss say? (lesson 00)
#
# A neural network is a function: numbers go in, numbers come out. In the quick start, 64 grey values went in and 10 scores
# came out, one for each digit. What makes it a *neural* network is that many small parts of one kind do the work: the
# neurons. This lesson builds one, and then a network of four.
#
# What are such functions used for? They recognise (a digit, a face, a spoken word, a spot on an X-ray), they foretell (a price, the
# weather, what somebody will buy), they translate and write texts, they draw pictures, they steer cars and robots. It is always
# the same: numbers in, numbers out, and examples to learn from. In these lessons: digits (00), prices (03), sunspots (16),
# pictures of threes (18), names (19).

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## A fruit in numbers
# A network takes numbers, so a fruit becomes two of them: its colour, from 0 (green) to 1 (orange), and its roundness,
# from 0 to 1. Each fruit is a *sample*, each quantity that we measure on it a *feature*.

# %%
orange = [0.9, 0.8]  # colour, roundness
apple = [0.3, 0.7]

# %% [markdown]
# ## One neuron, by hand
# A neuron multiplies each input by a number of its own, the *weight*; it adds the products, and then one more number, the
# *bias*. We choose them by hand: colour tells much about the fruit (weight 4), roundness little (weight 1). The bias is -3.


# %%
def weighted_sum(colour, roundness):
    return colour * 4.0 + roundness * 1.0 - 3.0


print(f"orange: z = {weighted_sum(0.9, 0.8):.1f}")  # 3.6 + 0.8 - 3.0
print(f"apple:  z = {weighted_sum(0.3, 0.7):.1f}")  # 1.2 + 0.7 - 3.0

# %% [markdown]
# The sum is called `z`, the *pre-activation*. It is not yet the neuron's answer: a function follows, the *activation
# function*, and its result is the output. The simplest one is the step: 1 if `z` is above 0, else 0. Here 1 means "orange".


# %%
def step(z):
    return 1 if z > 0 else 0


print(f"orange: output {step(weighted_sum(0.9, 0.8))}")
print(f"apple:  output {step(weighted_sum(0.3, 0.7))}")

# %% [markdown]
# ## Measure: what does each input do?
# Nudge one input by 0.001 and see how far `z` moves. Divided by the nudge, that is the *slope*: how much the result moves
# for each unit of that input.
#
# **Guess first:** by how much does `z` move for each unit of the colour, and of the roundness?

# %%
nudge = 0.001
z = weighted_sum(0.9, 0.8)
slope_colour = (weighted_sum(0.9 + nudge, 0.8) - z) / nudge
slope_roundness = (weighted_sum(0.9, 0.8 + nudge) - z) / nudge
print(f"slope along the colour:    {slope_colour:.3f}")
print(f"slope along the roundness: {slope_roundness:.3f}")

# %% [markdown]
# ## Derive: why exactly these numbers?
# The slopes are the weights. For `z = x1·w1 + x2·w2 + b`, moving `x1` by 0.001 changes the first product by `0.001·w1` and
# nothing else; divided by 0.001, that is `w1`. So a weight says how strongly the neuron listens to one input. The bias
# listens to none: it shifts `z` by the same amount, whatever comes in.
#
# ## Automate: any number of inputs
# With `n` inputs:
#
# - pre-activation: `z = x1·w1 + x2·w2 + … + xn·wn + b`, in short `z = Σ xi·wi + b`: the sum of `xi·wi` for `i` from 1 to `n`
# - output: `f(z)`, where `f` is the activation function


# %%
def neuron(inputs, weights, bias):
    z = bias
    for x, w in zip(inputs, weights, strict=True):
        z += x * w
    return step(z)


for name, fruit in [("orange", orange), ("apple", apple)]:
    print(f"{name}: output {neuron(fruit, [4.0, 1.0], -3.0)}")

# %% [markdown]
# ## The picture
# The same neuron, with every number on its way. `Σ` is the sign for a sum.

# %%
figure = viz.neuron(orange, [4.0, 1.0], -3.0, "step", names=["colour", "roundness"])
viz.save(figure, "pictures/01_neuron")
figure

# %% [markdown]
# ## When it goes wrong
# Now we also measure the diameter, but the neuron still has two weights.
#
# **Guess first:** an error, or an answer that is wrong without a word?

# %%
try:
    neuron([0.9, 0.8, 0.07], [4.0, 1.0], -3.0)
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# A neuron has exactly one weight for each input. `strict=True` makes `zip` insist on that; without it, `zip` drops the third
# input without a word, and the answer is computed from the other two. An error is better than a wrong number. The repair is
# a third weight:

# %%
print(neuron([0.9, 0.8, 0.07], [4.0, 1.0, 0.5], -3.0))

# %% [markdown]
# ## From the neuron to the network
# Neurons that receive the same inputs form a *layer*, and the outputs of one layer are the inputs of the next.
#
# - The *input layer* is the inputs themselves. It computes nothing and has no weights.
# - *Hidden layers* stand in between.
# - The *output layer* gives the result: one neuron for one number, such as a price; several for several classes, such as
#   ten digits.


# %%
def layer(inputs, weights, biases):
    return [neuron(inputs, w, b) for w, b in zip(weights, biases, strict=True)]


for name, fruit in [("orange", orange), ("apple", apple)]:
    hidden = layer(fruit, [[4.0, 1.0], [-2.0, 3.0], [1.0, -1.0]], [-3.0, -1.0, 0.0])  # 2 inputs -> 3 outputs
    output = layer(hidden, [[1.0, -1.0, 2.0]], [-0.5])  # 3 inputs -> 1 output
    print(f"{name}: hidden layer {hidden}, output layer {output}")

figure = viz.network([2, 3, 1])
viz.save(figure, "pictures/01_network")
figure

# %% [markdown]
# Weights and biases together are the *parameters*: here 2·3 + 3 in the hidden layer and 3·1 + 1 in the output layer, 13 in
# all. The network of the quick start has 19,210. Nobody chooses so many by hand: *training* finds them, and most lessons are about how.
#
# ## The biological picture, and where it ends
# The names come from the brain. Nerve cells send signals to each other through *synapses*; some synapses strengthen a
# signal, others weaken it; a cell that receives enough sends a signal on.

# %%
figure = viz.biological_neuron()
viz.save(figure, "pictures/01_biological_neuron")
figure

# %% [markdown]
# | nerve cell | artificial neuron |
# |---|---|
# | dendrites receive signals | inputs |
# | synapses strengthen or weaken them | weights |
# | the cell body collects them, and fires or not | sum, bias and activation function |
# | the axon sends the signal on | output |
#
# There the likeness ends. A nerve cell is alive, sends pulses over time, changes its chemistry, and is wired in loops. An
# artificial neuron is the four lines of `neuron` above. Networks of them work because they can be trained, not because they
# resemble a brain.
#
# ## Kinds of networks
# They differ in how the neurons are wired, and so in what they are good for:
#
# - **Feedforward networks:** information flows in one direction, from the inputs to the outputs. For samples with a fixed number of
#   features, like our fruit (lessons 07 to 14).
# - **Convolutional networks (CNN):** feedforward too; the same small filter looks at every place of a picture (lesson 15).
# - **Recurrent networks (RNN):** a state is handed on from each step to the next. For sequences, such as measurements over time
#   (lesson 16).
# - **LSTM, long short-term memory:** a recurrent network with gates that decide what is kept. For longer sequences (lesson 17).
# - **Generative adversarial networks (GAN):** a generator and a discriminator that compete. They make new samples (lesson 18).
#
# Predicting a number (*regression*) and choosing a class (*classification*) are tasks. Every kind above can be used for both.
#
# ## The same under PyTorch
# Our neuron took lists. minitorch_pt and PyTorch take *tensors*, which multiply all their numbers at once; the next lesson
# is about them. The same lines run under both. `same_in_pytorch` runs a function here and, if PyTorch is installed, there, and says in one
# line whether the results are equal; every lesson ends like this.


# %%
def with_tensors():
    inputs = torch.tensor(orange)
    weights = torch.tensor([4.0, 1.0])
    z = (inputs * weights).sum() - 3.0  # (2,) * (2,) -> (2,), and the sum of its numbers -> ()
    return {"z": z}


print(*with_tensors().values())
same_in_pytorch(with_tensors)

# %% [markdown]
# ## Summary
# - A neuron computes `z = x1·w1 + … + xn·wn + b` and returns `f(z)`.
# - A weight is the slope of `z` along its input; the bias shifts `z`, whatever the input.
# - Neurons with the same inputs form a layer; layers in a row form a network.
# - The input layer computes nothing. Weights and biases are the parameters, and training finds them.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** A neuron with another activation function, called ReLU: its output is `z` if `z` is above 0, else 0.


# %%
def exercise_1(inputs, weights, bias):
    return ...


check(
    exercise_1,
    ([2.0, 1.0], [3.0, -1.0], 0.5, 5.5),
    ([2.0, 1.0], [-3.0, 1.0], 0.5, 0.0),
    ([0.5, 2.0, 1.0], [1.0, 0.25, -0.25], -0.25, 0.5),
    ([1.0, 1.0], [1.0, 1.0], -3.0, 0.0),
)

# %% [markdown]
# **2.** Which bias makes `z` exactly 0 for these inputs and weights?


# %%
def exercise_2(inputs, weights):
    return ...


check(exercise_2, ([0.5, 2.0], [4.0, 1.0], -4.0), ([1.0, 1.0, 1.0], [1.0, -3.0, 1.0], 1.0))

# %% [markdown]
# **3.** Measure the slope of any function of one number at the place `x`, with a nudge of 0.001.


# %%
def exercise_3(function, x):
    return ...


def about(wanted):
    def judge_3(slope):
        if not near(slope, wanted, tolerance=0.002):
            return f"returns {slope}, expected about {wanted}"

    return judge_3


check(
    exercise_3,
    (lambda x: 3.0 * x + 1.0, 2.0, about(3.0)),
    (lambda x: 7.0 - 0.5 * x, -1.0, about(-0.5)),
    (lambda x: x * x, 3.0, about(6.0)),
    (lambda x: x * x, -0.5, about(-1.0)),
)

# %% [markdown]
# **4.** Choose two weights and a bias such that the neuron says 1 only if both inputs are 1. Return `[w1, w2], b`.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    weights, bias = answer
    outputs = [neuron(inputs, weights, bias) for inputs in ([0, 0], [0, 1], [1, 0], [1, 1])]
    if outputs != [0, 0, 0, 1]:
        return f"gives {outputs} for [0, 0], [0, 1], [1, 0], [1, 1], not [0, 0, 0, 1]"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. 64 grey values go in, 10 scores come out, one for each digit.
# 2. Because those it has learned from it might know by heart.
# 3. How wrong the network is: one number, and smaller is better.
#
# </details>
