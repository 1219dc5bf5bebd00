# %% [markdown]
# # 04 · Bias
#
# **Question:** What can a neuron with a bias do that one without it cannot?
#
# **Needs:** lessons 01, 02, 03.
#
# **Time:** 10 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. A weight is 100. Does its input matter much? (lesson 03)
# 2. What is the difference between `(3,)` and `(3, 1)`? (lesson 02)
# 3. When does the step say 1? (lesson 01)
#
# The neuron of lesson 03 gave the price of a house from its size and its rooms. Ask it for a plot of land without a house: size
# 0, rooms 0. It answers 0, whatever its weights are. Land is not free, so something is missing.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Five houses and a plot of land
# Size in hundreds of m², rooms, and the price in thousands of dollars. The last row is the bare plot.

# %%
places = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0], [0.0, 0.0]])  # (6, 2)
prices = torch.tensor([180.0, 260.0, 330.0, 440.0, 440.0, 80.0])  # (6,)

weights = torch.tensor([100.0, 50.0])  # (2,)
sums = (places * weights).sum(dim=1)  # (6, 2) * (2,) -> (6, 2) -> (6,)
print("prices:         ", prices)
print("weighted sums:  ", sums)
print("what is missing:", prices - sums)

# %% [markdown]
# With the weights 100 and 50, every price is missing the same 80: the land, which costs as much under a small house as under a
# large one. A number that is added whatever the inputs are is the *bias*: `z = x1·w1 + x2·w2 + b`, here with `b` = 80.
# With any number of inputs, and `Σ` as the sign for a sum: `z = Σ xi·wi + b`.

# %%
bias = 80.0
print((places * weights).sum(dim=1) + bias)  # (6, 2) * (2,) -> (6, 2) -> (6,)

# %% [markdown]
# ## The picture
# The house in the middle again. The bias comes in from below: no input leads to it.

# %%
figure = viz.neuron(places[2], weights, bias, "identity", names=["size", "rooms"])
viz.save(figure, "pictures/04_neuron")
figure

# %% [markdown]
# ## Measure: nudge the bias
# 0.001 more of the bias, and how far does the price move? Once for the large house, once for the bare plot.
#
# **Guess first:** does the same nudge of the bias move the price of the large house more than that of the bare plot?


# %%
def price(size, rooms, bias):
    return 100.0 * size + 50.0 * rooms + bias


for name, size, rooms in [("large house", 1.6, 4.0), ("bare plot", 0.0, 0.0)]:
    slope = (price(size, rooms, 80.001) - price(size, rooms, 80.0)) / 0.001
    print(f"{name}: slope along the bias {slope:.3f}")

# %% [markdown]
# ## Derive: a line that need not go through the origin
# The slope along the bias is 1 for every input: the bias moves all outputs together. With one input, `z = w·x` is a line
# through the origin, where `x` and `z` are 0. The weight can only turn that line. The bias shifts it, and at `x = 0` it is all
# that remains: `z = b`.

# %%
figure = viz.bias(0.5, 2.0)
viz.save(figure, "pictures/04_line")
figure

# %% [markdown]
# Where a step follows, as in lesson 01, the bias says how much is enough. The step gives 1 when `w·x + b > 0`, and for a positive
# `w` that means `x > -b/w`: this place is the *threshold*.


# %%
def step(z):
    return 1 if z > 0 else 0


for b in (-1.0, -2.0, -3.0):
    outputs = [step(4.0 * x + b) for x in (0.1, 0.3, 0.6, 0.9)]
    print(f"weight 4, bias {b}: threshold {-b / 4.0:.2f}, outputs {outputs}")

# %% [markdown]
# ## When it goes wrong
# There is one bias for each neuron, not one for each input. Two of them for our one neuron do not fit its six sums:

# %%
try:
    sums + torch.tensor([40.0, 40.0])  # (6,) + (2,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(sums + 80.0)  # repaired: one number, added to each of the six sums

# %% [markdown]
# The next mistake raises no error. Here the bias is added before the sum, so to each of the two products:
#
# **Guess first:** by how much will each price be wrong?

# %%
print((places * weights + bias).sum(dim=1))  # (6, 2) + () -> (6, 2) -> (6,): wrong, every price is 80 too high
print((places * weights).sum(dim=1) + bias)  # repaired: first the sum, then the bias

# %% [markdown]
# The bare plot shows it at once: at inputs 0 the output must be the bias itself. That is a test worth remembering.
#
# ## Automate: find the bias too
# A bias can be seen as the weight of one more input, which is always 1: `80 = 1·80`. With a column of ones beside the features,
# the search of lesson 03 finds the bias as it finds the weights. It tries a small change of each number in turn, keeps what makes
# the mean squared difference fall, and makes the changes smaller when none helps.


# %%
def search(features):
    def how_far_off(parameters):
        difference = (features * parameters).sum(dim=1) - prices  # (6, n) * (n,) -> (6, n) -> (6,)
        return (difference * difference).mean().item()

    found = torch.zeros(features.shape[1])
    trail, change = [how_far_off(found)], 16.0
    while change > 0.01:
        best = trail[-1]
        for i in range(len(found)):
            for direction in (1.0, -1.0):
                trial = found.clone()
                trial[i] += direction * change
                if how_far_off(trial) < how_far_off(found):
                    found = trial
        trail.append(how_far_off(found))
        if trail[-1] == best:
            change = change / 2
    return found, trail


# %% [markdown]
# Once with the two features alone, once with the ones, which `cat` sets beside them:

# %%
with_ones = torch.cat([places, torch.ones(6, 1)], dim=1)  # (6, 2) and (6, 1) -> (6, 3)
without_bias, trail_without = search(places)
with_bias, trail_with = search(with_ones)
print(f"without bias: weights {[round(w) for w in without_bias.tolist()]}, off by {trail_without[-1]:.0f}")
print(f"with bias: weights and bias {[round(w) for w in with_bias.tolist()]}, off by {trail_with[-1]:.1f}")

figure, (axes,) = viz.panels(height=2.8)
axes.plot(trail_without, linewidth=2, linestyle="--", color="#0072B2", label="without bias")
axes.plot(trail_with, linewidth=2, color="#D55E00", label="with bias")
axes.set(xlabel="round", ylabel="mean squared difference", yscale="log")
axes.legend(frameon=False)
figure.alt = (
    "Two falling curves. Without a bias the mean squared difference stops near 1700, with one it falls below 0.1."
)
viz.save(figure, "pictures/04_search")
figure

# %% [markdown]
# Without a bias, the best that the search can do is to let the size pay for the land, with a weight of 171 instead of 100. The
# small houses still come out too cheap, the largest too dear, the plot free, and no pair of weights helps. With a bias, it finds
# the true numbers.
#
# ## The same under PyTorch


# %%
def neuron():
    inputs = torch.tensor([[1.6, 4.0], [0.0, 0.0], [1.0, 3.0]])
    z = (inputs * torch.tensor([100.0, 50.0])).sum(dim=1) + 80.0  # (3, 2) * (2,) -> (3, 2) -> (3,)
    return {"prices with a bias": z}


print(*neuron().values())
same_in_pytorch(neuron)

# %% [markdown]
# ## Summary
# - The bias is added to the weighted sum, whatever the inputs are; at inputs 0, `z` is the bias.
# - Its slope is 1 everywhere: it shifts, the weights turn.
# - Before a step, it sets the threshold: `w·x + b > 0` where `x > -b/w`, for a positive `w`.
# - There is one bias for each neuron. It is learned like a weight, the weight of an input that is always 1.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The weights are known, the bias is not. Find it from a single house `(features,)` and its price.


# %%
def exercise_1(house, weights, price):
    return ...


check(
    exercise_1,
    (torch.tensor([1.0, 3.0]), torch.tensor([100.0, 50.0]), 330.0, 80.0),
    (torch.tensor([0.0, 2.0, 1.0]), torch.tensor([9.0, -1.0, 0.5]), 0.5, 2.0),
)

# %% [markdown]
# **2.** A neuron with one input and a step is to say 1 only above this threshold. Which bias does it need?


# %%
def exercise_2(weight, threshold):
    return ...


check(exercise_2, (4.0, 0.75, -3.0), (0.5, -2.0, 1.0))

# %% [markdown]
# **3.** All inputs are 0 or 1, all weights are 1, and a step follows. Choose the bias such that the neuron says 1 if at least `k`
# of its inputs are 1.


# %%
def exercise_3(k):
    return ...


def judge_3(k):
    def judge(bias):
        for ones in range(5):
            if step(ones + bias) != (ones >= k):
                return f"gives a bias that says {step(ones + bias)} with {ones} of the inputs at 1"

    return judge


check(exercise_3, (1, judge_3(1)), (3, judge_3(3)))

# %% [markdown]
# **4.** From now on the size is given as the difference from a house of `usual` size: a house of 1.6 becomes 0.6 if 1.0 is usual.
# The weights stay. Which bias keeps all prices as they were?


# %%
def exercise_4(bias, weight_of_size, usual):
    return ...


check(exercise_4, (80.0, 100.0, 1.0, 180.0), (80.0, 100.0, 0.5, 130.0), (-3.0, 4.0, 0.0, -3.0))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. One cannot say: influence is weight times spread, and the unit decides the weight.
# 2. The first has one axis, the second two: a vector and a column.
# 3. When `z` is above 0.
#
# </details>
