# %% [markdown]
# # 03 · Weights
#
# **Question:** What does a weight say about its input, and how can a weight be found?
#
# **Needs:** lessons 01, 02.
#
# **Time:** 9 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Which shape has the sum of a `(5, 2)` along axis 1? (lesson 02)
# 2. What does the bias do that no weight does? (lesson 01)
# 3. What did the network of the quick start find by itself? (lesson 00)
#
# One neuron tells the price of a house from its size and its number of rooms. Its weights are 100 and 50. Does that mean that
# the size matters twice as much?

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Five houses
# Each row is a house (a sample), each column a feature: the size in hundreds of m², and the rooms. The price is in
# thousands of dollars. The neuron has no bias yet (lesson 04) and no activation function: the price is the weighted sum itself.

# %%
houses = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0]])  # (5, 2)
weights = torch.tensor([100.0, 50.0])  # (2,)

products = houses * weights  # (5, 2) * (2,) -> (5, 2): each row times the weights
prices = products.sum(dim=1)  # (5, 2) -> (5,): the sum of each row
print(products)
print(prices)

# %% [markdown]
# ## The picture
# The house in the middle of the table, on its way through the neuron. No activation function means one that changes nothing:
# `identity`.

# %%
figure = viz.neuron(houses[2], weights, 0.0, "identity", names=["size", "rooms"])
viz.save(figure, "pictures/03_neuron")
figure

# %% [markdown]
# ## Measure: nudge each feature
# As in lesson 01: 0.001 more of one feature, and how far does the price move?


# %%
def price(size, rooms):
    return 100.0 * size + 50.0 * rooms


print(f"slope along the size:  {(price(1.001, 3.0) - price(1.0, 3.0)) / 0.001:.3f}")
print(f"slope along the rooms: {(price(1.0, 3.001) - price(1.0, 3.0)) / 0.001:.3f}")

# %% [markdown]
# The slopes are the weights: 100 thousand for one more *hundred m²*, 50 thousand for one more *room*. These are different
# units, and that is the catch. In m² the same neuron needs the weight 1, and all prices stay:

# %%
in_square_metres = houses * torch.tensor([100.0, 1.0])  # (5, 2) * (2,) -> (5, 2): sizes 50, 80, 100, 110, 160
new_weights = torch.tensor([1.0, 50.0])
new_prices = (in_square_metres * new_weights).sum(dim=1)  # (5, 2) * (2,) -> (5, 2) -> (5,)
print(new_prices)

# %% [markdown]
# The size did not lose its influence, and yet its weight fell from 100 to 1. So a weight alone tells nothing about influence.
#
# ## Derive: weight times spread
# From its smallest to its largest value in these houses, a feature moves by its *spread*. The price then moves by
# `weight · spread`, in whatever unit the feature is given.
#
# **Guess first:** what moves the price more from house to house: the size, with the weight 100, or the rooms, with 50?

# %%
spread = houses.amax(dim=0) - houses.amin(dim=0)  # (5, 2) -> (2,): largest minus smallest of each column
new_spread = in_square_metres.amax(dim=0) - in_square_metres.amin(dim=0)
print("spread:         ", spread)
print("weight * spread:", weights * spread)
print("the same in m²: ", new_weights * new_spread)

# %% [markdown]
# In these houses the rooms move the price by 200 thousand, the size by 110, though the size has the larger weight. The
# bars below show the products: rooms differ more from house to house.

# %%
figure, (axes,) = viz.panels(height=3.2)
places = torch.arange(5).numpy()
axes.bar(places - 0.2, products[:, 0].numpy(), 0.4, label="100 · size", color="#0072B2")
axes.bar(places + 0.2, products[:, 1].numpy(), 0.4, label="50 · rooms", color="#E69F00", hatch="//", edgecolor="white")
axes.set(xlabel="house", ylabel="part of the price (thousands)", xticks=places)
axes.legend(frameon=False)
figure.alt = "Bars of 100 · size and 50 · rooms for five houses. The sizes give 50 to 160, the rooms 50 to 250."
viz.save(figure, "pictures/03_products")
figure

# %% [markdown]
# ## When it goes wrong
# A third weight, for a feature that the houses do not have:

# %%
try:
    houses * torch.tensor([100.0, 50.0, 10.0])  # (5, 2) * (3,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print((houses * weights).shape)  # repaired: one weight for each column, (5, 2) * (2,) -> (5, 2)

# %% [markdown]
# The last axes must have the same size: 2 features ask for 2 weights. The vector of weights then serves every row; this
# repetition is called *broadcasting*.
#
# ## Automate: find the weights
# Now forget the weights, and keep the houses and their prices. A pair of weights is the better, the nearer its prices are to the
# true ones. One number says how far off they are: the mean of the squared differences. They are squared because too high and too low
# would cancel each other.


# %%
def how_far_off(weights):
    difference = (houses * weights).sum(dim=1) - prices  # (5, 2) * (2,) -> (5, 2) -> (5,)
    return (difference * difference).mean().item()  # (5,) -> (): the mean, as a number of Python


for guess in ([0.0, 0.0], [90.0, 50.0], [100.0, 50.0]):
    print(f"weights {guess}: {how_far_off(torch.tensor(guess)):.1f}")

# %% [markdown]
# So the search can begin anywhere: change one weight a little; if the number falls, keep the change, else undo it. When no
# change helps any more, make the changes smaller. (In the picture, each mark of the vertical axis is ten times the one below.)

# %%
found = torch.tensor([0.0, 0.0])
trail = [how_far_off(found)]
change = 16.0
while change > 0.01:
    better = False
    for i in range(2):
        for direction in (1.0, -1.0):
            trial = found.clone()  # a copy
            trial[i] += direction * change
            if how_far_off(trial) < how_far_off(found):
                found, better = trial, True
    trail.append(how_far_off(found))
    if not better:
        change = change / 2
print(f"found {found} in {len(trail) - 1} rounds; still off by {trail[-1]:.3f}")

figure, (axes,) = viz.panels(height=2.8)
axes.plot(trail, linewidth=2)
axes.set(xlabel="round", ylabel="mean squared difference", yscale="log")
figure.alt = f"A falling curve: the mean squared difference over {len(trail) - 1} rounds, from 72820 to 0.007."
viz.save(figure, "pictures/03_search")
figure

# %% [markdown]
# The weights were found from examples alone: this is *learning*. For two weights, trying is good enough. For thousands, one
# must know beforehand in which direction to change each: lessons 11 and 12 are about that.
#
# ## The same under PyTorch


# %%
def found_prices():
    return {"prices": (houses * found).sum(dim=1)}  # (5, 2) * (2,) -> (5, 2) -> (5,)


same_in_pytorch(found_prices)

# %% [markdown]
# ## Summary
# - A weight is the slope of the output along its input: so much more output for one unit more of the input.
# - Another unit, another weight. Influence is weight times spread.
# - The shapes: `(5, 2) * (2,) -> (5, 2)`, then the sum along axis 1 gives `(5,)`.
# - Weights can be found from examples, by making smaller the number that says how far off they are.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Return the prices `(n,)` of `n` houses `(n, features)` with these weights `(features,)`.


# %%
def exercise_1(houses, weights):
    return ...


check(
    exercise_1,
    (houses, weights, prices),
    (torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([10.0, 1.0, 0.5]), [13.5]),
)

# %% [markdown]
# **2.** The weight of the size was 1 for each m². What is it for each square foot? One m² is 10.764 square feet.


# %%
def exercise_2():
    return ...


check(exercise_2, (1 / 10.764,))

# %% [markdown]
# **3.** Which feature has the most influence? Return the number of its column.


# %%
def exercise_3(houses, weights):
    return ...


three_features = torch.tensor([[3.0, 0.1, 10.0], [5.0, 0.9, 10.0], [4.0, 0.2, 10.5]])  # (3, 3)
check(
    exercise_3,
    (houses, weights, 1),
    (houses, torch.tensor([-200.0, 50.0]), 0),
    (three_features, torch.tensor([1.0, -2.0, 3.0]), 0),
    (three_features, torch.tensor([0.5, -4.0, 1.0]), 1),
    (three_features, torch.tensor([0.1, 1.0, 5.0]), 2),
)

# %% [markdown]
# **4.** Measure: nudge weight `i` of these weights by 0.01 and see whether `how_far_off` grows or falls. Is a larger weight better
# or worse? Return 1 for better, -1 for worse.


# %%
def exercise_4(weights, i):
    return ...


check(
    exercise_4,
    (torch.tensor([90.0, 50.0]), 0, 1),
    (torch.tensor([100.0, 60.0]), 1, -1),
    (torch.tensor([120.0, 50.0]), 0, -1),
    (torch.tensor([100.0, 40.0]), 1, 1),
    (torch.tensor([90.0, 60.0]), 0, -1),
    (torch.tensor([80.0, 56.2]), 1, -1),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. `(5,)`: a sum takes its axis away.
# 2. It shifts `z` by the same amount, whatever the inputs are.
# 3. Its weights and biases, from examples.
#
# </details>
