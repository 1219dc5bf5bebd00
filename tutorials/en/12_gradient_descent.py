# %% [markdown]
# # 12 · Gradient descent, momentum, Adam
#
# **Question:** How far should a weight move along its gradient?
#
# **Needs:** lessons 03, 05, 06, 10, 11.
#
# **Time:** 20 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does `backward()` change? (lesson 11)
# 2. To which number does the squared error lead, if there is one answer for all? (lesson 10)
# 3. How many updates has an epoch of 96 samples in batches of 16? (lesson 06)
#
# The gradient says in which direction the loss grows. So a step *against* it makes the loss smaller, if the step is short enough.
# What takes these steps is called the *optimizer*. We write three of them by hand, watch where each is good, and then use the
# library's.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## One weight
# The loss `(w − 3)²` is smallest at 3, and we begin at −1. Each step subtracts the gradient times a small number, the *learning
# rate*.


# %%
def bowl(w):
    return (w - 3.0) ** 2


def descend(lr, steps):
    w = torch.tensor(-1.0, requires_grad=True)
    path = [w.item()]
    for _ in range(steps):
        bowl(w).backward()  # fills w.grad
        with torch.no_grad():  # the step itself is not part of any loss
            w -= lr * w.grad
        w.grad = None  # or the next gradient would be added to this one
        path.append(w.item())
    return path


path = descend(lr=0.1, steps=5)
print("weights:      ", [round(w, 3) for w in path])
print("distance to 3:", [round(3.0 - w, 3) for w in path])

# %% [markdown]
# ## Measure: how fast does it come near?
#
# **Guess first:** of the rates 0.1, 0.4, 0.5, 0.9, 1.0 and 1.1, which arrives first, and which never?

# %%
for lr in (0.1, 0.4, 0.5, 0.9, 1.0, 1.1):
    path = descend(lr, steps=4)
    print(
        f"learning rate {lr}: each step multiplies the distance by {(3.0 - path[1]) / (3.0 - path[0]):4.1f}", end=", "
    )
    print(f"after 4 steps w = {path[-1]:.3f}")

# %% [markdown]
# ## Derive: the factor is 1 − 2·lr
# Call the distance `d = w − 3`. The gradient is `2·d`, so after a step the distance is `d − lr·2·d = (1 − 2·lr)·d`.
#
# - Below 0.5, it shrinks from the same side; at 0.5 one step arrives.
# - Between 0.5 and 1, it jumps to the other side, and yet comes nearer.
# - At 1 it jumps to and fro for ever; above 1 it flies away.
#
# In general: if the gradient grows by `c` for each unit of the weight (here 2), the factor is `1 − lr·c`, and the learning rate
# must stay below `2/c`. The steeper the valley, the shorter the steps. (In the picture, the square is the start, the star the
# end; the third panel had to zoom out.)

# %%
figure, places = viz.panels(3, height=3.0)
for ax, lr in zip(places, (0.1, 0.9, 1.1), strict=True):
    viz.descent(bowl, descend(lr, steps=6), around=[-1.0, 7.0], ax=ax)
    ax.legend().remove()
    ax.set_title(f"lr = {lr}")
figure.alt = (
    "Six steps on a parabola, three times. With lr = 0.1, down the left side towards the bottom. "
    "With lr = 0.9, to and fro between the sides, lower each time. With lr = 1.1, to and fro, higher each time."
)
viz.save(figure, "pictures/12_learning_rate")
figure

# %% [markdown]
# ## Two weights: one steep, one flat
# The weights of a network rarely need the same step. Here the loss is `(w1² + 25·w2²) / 2`: its gradient is `w1` along the one and
# `25·w2` along the other. Features of different spread do this to a network (lesson 03). Along `w2` the learning rate must stay
# below 2/25 = 0.08.


# %%
def valley(w):
    return (w[0] ** 2 + 25.0 * w[1] ** 2) / 2


def run(rule, steps=30):
    """The weights before each step and after the last; `rule` says by how much to change them."""
    w = torch.tensor([-4.0, 1.0], requires_grad=True)
    path = [w.tolist()]
    for _ in range(steps):
        valley(w).backward()
        with torch.no_grad():
            w -= rule(w.grad)
        w.grad = None
        path.append(w.tolist())
    return torch.tensor(path)  # (steps + 1, 2)


def plain(gradient, lr=0.07):
    return lr * gradient


plain_path = run(plain)
for step in (0, 1, 2, 30):
    w1, w2 = plain_path[step].tolist()
    print(f"step {step:2}: w1 = {w1:6.3f}, w2 = {w2:6.3f}, loss {valley(plain_path[step]).item():.4f}")

# %% [markdown]
# Along `w2` the factor is 1 − 0.07·25 = −0.75: to and fro. Along `w1` it is 1 − 0.07 = 0.93: slow. A longer step would help `w1`,
# but `w2` forbids it.
#
# ## Momentum: remember the steps before
# Keep a *velocity*: 0.7 of the last one, plus the new gradient. Along `w1`, where all gradients have the same sign, they add up,
# to almost 1 + 0.7 + 0.7² + … = 1 / (1 − 0.7) = 3.3 times one of them. Along `w2`, where the signs change, they mostly cancel.


# %%
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.velocity = lr, momentum, 0.0

    def __call__(self, gradient):
        self.velocity = self.momentum * self.velocity + gradient
        return self.lr * self.velocity


momentum_path = run(Momentum(lr=0.07, momentum=0.7))
print(f"plain:    loss {valley(plain_path[-1]).item():.4f} after 30 steps")
print(f"momentum: loss {valley(momentum_path[-1]).item():.4f}")

# %% [markdown]
# ## Adam: a length of step for each weight
# Adam keeps two running means for each weight: of its gradients (`mean`, as momentum does) and of their squares (`square`). It
# moves by `lr · mean / √square`. If the gradients of a weight agree, this quotient is near 1 or −1, *however large they are*; if
# they contradict each other, it is near 0. So the learning rate is about the length of a step, along steep and flat weights alike.
#
# Both means begin at 0, and in the first steps they are too small: by a factor of `1 − 0.9ᵗ` and `1 − 0.999ᵗ` after `t` steps.
# Dividing by that puts it right. The tiny 10⁻⁸ avoids a division by 0.
#
# **Guess first:** the first gradient is −4 along `w1` and 25 along `w2`. How long are Adam's two first steps?


# %%
class AdamByHand:
    def __init__(self, lr):
        self.lr, self.mean, self.square, self.t = lr, 0.0, 0.0, 0

    def __call__(self, gradient):
        self.t += 1
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient * gradient
        mean = self.mean / (1 - 0.9**self.t)
        square = self.square / (1 - 0.999**self.t)
        return self.lr * mean / (square.sqrt() + 1e-8)


adam_path = run(AdamByHand(lr=0.3))
print("first step, plain:", plain_path[1] - plain_path[0])
print("first step, Adam: ", adam_path[1] - adam_path[0])
print(f"Adam: loss {valley(adam_path[-1]).item():.4f} after 30 steps")

# %% [markdown]
# The first gradient was −4 along `w1` and 25 along `w2`. The plain step is 0.28 and −1.75; Adam's is 0.3 and −0.3. In this small
# valley, Adam is not the fastest. Its strength is that the same learning rate serves weights whose gradients differ a hundredfold,
# so that there is less to try.
#
# ## The picture
# The three paths; lines join places of equal loss. The square is the start, the star the end, after 30 steps.

# %%
figure, places = viz.panels(rows=3, height=2.5)
paths = {"plain": plain_path, "momentum": momentum_path, "Adam": adam_path}
every = torch.cat(list(paths.values()))  # three times (31, 2) -> (93, 2): the panels show the same part of the valley
for ax, (name, path) in zip(places, paths.items(), strict=True):
    viz.descent(valley, path, around=every, ax=ax)
    ax.legend().remove()
    ax.set_aspect("equal")
    ax.set_title(name)
figure.alt = (
    "A valley from above, and three paths of 30 steps from the same start. Plain: a zigzag, then a creep that ends before the middle. "
    "Momentum: wide swings that end in the middle. Adam: one curve that runs past the middle, turns and ends beside it."
)
viz.save(figure, "pictures/12_valley")
figure

# %% [markdown]
# ## Automate: the library's optimizers
# `torch.optim` has them all. An optimizer is given the parameters once. Then, for each step: empty the gradients (`zero_grad`),
# walk back (`backward`), change the parameters (`step`).


# %%
def run_library(make, steps=30):
    w = torch.tensor([-4.0, 1.0], requires_grad=True)
    optimizer = make([w])
    path = [w.tolist()]
    for _ in range(steps):
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        path.append(w.tolist())
    return torch.tensor(path)


makers = {
    "plain": lambda parameters: torch.optim.SGD(parameters, lr=0.07),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.07, momentum=0.7),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.3),
}
for name, make in makers.items():
    print(f"{name}, the same path as by hand: {torch.allclose(run_library(make), paths[name], atol=1e-5)}")

# %% [markdown]
# `SGD` is *stochastic* gradient descent: plain gradient descent, given the gradient of a batch instead of all samples. The
# gradient of a mean is the mean of the gradients, so a batch points the right way on average, and costs less (lesson 06).
#
# ## The houses of lesson 03
# Two weights, five houses. There, trying took 153 rounds of up to four trials. Now each step knows its direction. The learning
# rates suit the optimizers: Adam's is about the length of a step, and the weights have to go as far as 100.

# %%
houses = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0]])  # (5, 2)
prices = torch.tensor([100.0, 180.0, 250.0, 360.0, 360.0])  # (5,)


def learn(make, steps=150):
    weights = torch.zeros(2, requires_grad=True)
    optimizer = make([weights])
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(houses @ weights, prices)  # (5, 2) @ (2,) -> (5,)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return weights.detach(), losses  # detach: the numbers alone, without their record


makers = {
    "plain": lambda parameters: torch.optim.SGD(parameters, lr=0.05),
    "momentum": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.8),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=20.0),
}
curves = {}
for name, make in makers.items():
    weights, curves[name] = learn(make)
    print(f"{name}: ≈ {weights[0].item():.1f}, {weights[1].item():.1f}, loss {curves[name][-1]:.1f}")

figure, (axes,) = viz.panels(height=3.2)
viz.history(curves, log=True, ax=axes)
axes.set_xlabel("step")
viz.save(figure, "pictures/12_houses")
figure

# %% [markdown]
# Plain descent is fast along the steep direction, where size and rooms grow together, and then creeps along the flat one. Momentum
# and Adam swing at first, and then are far ahead: they found the weights, 100 and 50.
#
# ## When it goes wrong
# The first mistake is loud: to change a weight while its changes are recorded.

# %%
w = torch.tensor(-1.0, requires_grad=True)
bowl(w).backward()
try:
    w -= 0.1 * w.grad
except RuntimeError as error:
    print(f"RuntimeError: {error}")
with torch.no_grad():
    w -= 0.1 * w.grad  # repaired
print(w)

# %% [markdown]
# A *leaf* is a tensor that was not computed from others, as a parameter is. If its number were changed, the record would no longer
# fit it.
#
# Two more are silent. Without `zero_grad`, every gradient is added to the old ones: momentum that never forgets, and so the weight
# swings without end. And with too large a learning rate, the loss grows until it is `inf` and then `nan`, no number any more.

# %%
w = torch.tensor(-1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
swings = []
for _ in range(40):
    bowl(w).backward()  # without zero_grad
    optimizer.step()
    swings.append(w.item())
print(f"without zero_grad, between {min(swings[20:]):.1f} and {max(swings[20:]):.1f} after 20 steps")
print(f"repaired: {descend(lr=0.1, steps=40)[-1]:.3f}")
print(f"learning rate 1.1, after 40 steps: {descend(lr=1.1, steps=40)[-1]:.0f}; after 1000: {descend(1.1, 1000)[-1]}")

# %% [markdown]
# ## The same under PyTorch


# %%
def weights_in_the_end():
    return {
        "SGD": run_library(lambda parameters: torch.optim.SGD(parameters, lr=0.07))[-1],
        "SGD with momentum": run_library(lambda parameters: torch.optim.SGD(parameters, lr=0.07, momentum=0.7))[-1],
        "Adam": run_library(lambda parameters: torch.optim.Adam(parameters, lr=0.3))[-1],
    }


same_in_pytorch(weights_in_the_end)

# %% [markdown]
# ## Summary
# - Gradient descent: `w -= lr * gradient`, again and again. The learning rate must stay below `2/c`, if the gradient grows by `c`
#   for each unit of the weight.
# - Momentum: the velocity adds up what agrees and cancels what swings.
# - Adam: each weight moves by about the learning rate, however large its gradients are.
# - Each step: `zero_grad`, `backward`, `step`.
# - A loss that grows: take a smaller learning rate. One that hardly falls: a larger one.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Where is `w` after `steps` steps on `(w − 3)²`, if it begins at `start`? A loop finds it; so does one line.


# %%
def exercise_1(start, lr, steps):
    return ...


check(exercise_1, (-1.0, 0.1, 5, 1.68928), (5.0, 1.1, 3, -0.456))

# %% [markdown]
# **2.** The loss is `c·w²/2`. Which learning rate brings `w` to 0 in a single step, and which one must not be reached? Return
# both.


# %%
def exercise_2(c):
    return ...


check(exercise_2, (2.0, (0.5, 1.0)), (25.0, (0.04, 0.08)))

# %% [markdown]
# **3.** One step with momentum: return the new weight and the new velocity.


# %%
def exercise_3(w, velocity, gradient, lr, momentum):
    return ...


check(exercise_3, (1.0, 0.0, 2.0, 0.1, 0.9, (0.8, 2.0)), (0.8, 2.0, -1.0, 0.1, 0.5, (0.8, 0.0)))

# %% [markdown]
# **4.** By how much does Adam change a weight in its *first* step, if the gradient is `gradient`, not 0? Put `t = 1` into its
# formulas.


# %%
def exercise_4(gradient, lr):
    return ...


check(exercise_4, (1000.0, 0.01, -0.01), (-0.5, 0.01, 0.01), (20.0, 0.3, -0.3))

# %% [markdown]
# **5.** Return an optimizer for these parameters that brings the loss of the houses below 0.01 in 100 steps. None of the three
# above does.


# %%
def exercise_5(parameters):
    return ...


def judge_5(answer):
    _, losses = learn(exercise_5, steps=100)
    if not losses[-1] < 0.01:
        return f"ends with a loss of {losses[-1]:.3g}, not below 0.01"


check(exercise_5, ([torch.zeros(2, requires_grad=True)], judge_5))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The gradients, by adding to them; no parameter.
# 2. To the mean of the targets.
# 3. Six.
#
# </details>
