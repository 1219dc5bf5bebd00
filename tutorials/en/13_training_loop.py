# %% [markdown]
# # 13 · The training loop
#
# **Question:** Which lines train a network, in which order, and what does each of them change?
#
# **Needs:** lessons 06, 07, 08, 09, 10, 11, 12.
#
# **Time:** 19 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. The loss grows from step to step. What would you change? (lesson 12)
# 2. A value is used twice. What happens to the slopes of the two paths? (lesson 11)
# 3. Who chooses the number of inputs, of hidden neurons, of outputs? (lesson 08)
#
# A network learns in five steps that come round again and again: the samples pass forward through the layers, activation
# functions bend what the layers compute, a loss compares the result with the truth, backpropagation finds the slopes, and the
# optimizer changes the weights. Each step had its lesson. This one puts them together.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Two moons
# 300 points in the plane, on two half circles that reach into each other: class 0 and class 1. No straight line parts them. The
# network learns from 200 points, the training set; the other 100, the validation set, only tell how it fares on points that it
# has not learned from. The targets have one column, as the output of the network will have.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
targets = labels.float().reshape(-1, 1)  # (300,) -> (300, 1)
x_train, y_train = points[:200], targets[:200]
x_valid, y_valid = points[200:], targets[200:]
print(f"training {tuple(x_train.shape)}, validation {tuple(x_valid.shape)}")
print(f"first point {[round(value, 2) for value in x_train[0].tolist()]}, target {y_train[0].item():.0f}")

# %% [markdown]
# ## The parts
# The network gives one score for each point: above 0, it says class 1. The loss is the cross entropy of two classes from such
# scores (lesson 10). A function makes the parts anew, from the same seed, as often as we want to begin again.


# %%
def parts(lr=0.5, activation=torch.nn.ReLU, seed=1):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 16),  # (24, 2) @ (2, 16) -> (24, 16)
        activation(),  # torch.nn.ReLU(), unless another class is given
        torch.nn.Linear(16, 1),  # (24, 16) @ (16, 1) -> (24, 1)
    )
    return model, torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(model.parameters(), lr=lr)


model, loss_function, optimizer = parts()
print(model)

# %% [markdown]
# ## Measure: one round, line by line
# Take the first 24 training points as a batch and run the lines one at a time. After each, look at one weight, the first of the
# first layer, and at its gradient.
#
# **Guess first:** after which line is the weight another one, and after which the gradient?


# %%
def look(line):
    weight = model[0].weight  # (16, 2)
    gradient = "None" if weight.grad is None else f"{weight.grad[0, 0].item():.4f}"
    print(f"{line:<32} weight {weight[0, 0].item():.4f}   gradient {gradient}")


x, y = x_train[:24], y_train[:24]
look("before")
scores = model(x)  # (24, 2) -> (24, 1)
look("scores = model(x)")
loss = loss_function(scores, y)  # (24, 1), (24, 1) -> ()
look("loss = loss_function(scores, y)")
loss.backward()
look("loss.backward()")
optimizer.step()
look("optimizer.step()")
optimizer.zero_grad()
look("optimizer.zero_grad()")

# %% [markdown]
# Each line does one thing, and what it does shows in the table:
#
# | line | reads | writes |
# |---|---|---|
# | `model(x)` | samples, weights | scores, and the computational graph |
# | `loss_function(scores, y)` | scores, targets | one number |
# | `loss.backward()` | the graph | the gradients |
# | `optimizer.step()` | the gradients | the weights |
# | `optimizer.zero_grad()` | nothing | the gradients, emptied |
#
# It is often said that backpropagation adjusts the weights. It does not: after `backward()` the weight is what it was, only the
# gradient is new. The weight changes in `step()`. By hand: 0.3643 - 0.5 · 0.0106 = 0.3590.
#
# ## Derive: why does the loss fall?
# A gradient is a slope: move one weight by a little `d`, and the loss moves by `slope · d`. The step moves each weight by `-lr ·
# slope`, so that weight moves the loss by `slope · (-lr · slope) = -lr · slope²`. A square is never negative, so no weight pushes
# the loss up. All of them together: the loss falls by `lr` times the sum of the squared slopes. Is that so?
#
# **Guess first:** for which of the rates 0.001, 0.1 and 100 will the promise hold?

# %%
for lr in (0.001, 0.1, 100.0):
    model, loss_function, optimizer = parts(lr)
    loss = loss_function(model(x), y)
    loss.backward()
    promised = -lr * sum((p.grad * p.grad).sum().item() for p in model.parameters())
    optimizer.step()
    measured = loss_function(model(x), y).item() - loss.item()
    print(f"lr {lr}: the loss should change by {promised:.5f}, it changes ≈ {measured:.5f}")

# %% [markdown]
# For a small step the promise holds. For a large one it does not, since the slopes themselves change on the way: with 100 the loss
# should fall by far more than there is of it, and it grows. So a step is short, and there are many of them.
#
# ## Automate: the loop
# Two loops, one in the other: epochs, and in each epoch the batches. `DataLoader` shuffles the points and hands out 24 at a time
# (the last batch of 200 has 8). The batches differ in size, so the loss of an epoch is the mean over samples, not over batches.
# After each epoch the loss on the validation set is measured, without recording a graph.


# %%
def train(epochs=100, lr=0.5, activation=torch.nn.ReLU, seed=1):
    model, loss_function, optimizer = parts(lr, activation, seed)
    dataset = torch.utils.data.TensorDataset(x_train, y_train)
    batches = torch.utils.data.DataLoader(dataset, batch_size=24, shuffle=True)
    history = {"train": [], "valid": []}
    for _ in range(epochs):
        total = 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        history["train"].append(total / len(x_train))
        with torch.no_grad():
            history["valid"].append(loss_function(model(x_valid), y_valid).item())
    return model, history


def accuracy(model):
    with torch.no_grad():
        right = (model(x_valid) > 0) == (y_valid == 1)  # (100, 1): True where the answer is right
    return right.float().mean().item()


model, history = train()
for epoch in (1, 10, 100):
    train_loss, valid_loss = history["train"][epoch - 1], history["valid"][epoch - 1]
    print(f"epoch {epoch}: training loss ≈ {train_loss:.3f}, validation loss ≈ {valid_loss:.3f}")
print(f"right on new points: ≈ {accuracy(model):.0%}")

# %% [markdown]
# The four lines in the middle, from `zero_grad` to `step`, do the work. They are the same for a network of 65 parameters, as
# here, and for one of billions.
#
# ## The picture
# First, what happened to the loss.

# %%
figure = viz.history({"training": history["train"], "validation": history["valid"]})
viz.save(figure, "pictures/13_curves")
figure

# %% [markdown]
# The curve falls fast, rests on a plateau, and falls again. How long it rests depends on the first weights: for the way from 0.30 to
# 0.25 this network needs 24 epochs, those from the seeds 2 to 9 between 9 and 18. Now and then the validation loss leaps: with a
# learning rate of 0.5, the steps are long.
#
# The *decision boundary*, the line where the answer changes, tells why. Here it runs among the 100 points of the validation set. At
# epoch 0 this network says class 1 everywhere. One almost straight line already does well, and that is the plateau; the bends come
# late.


# %%
def draw(model, title, axes):
    viz.boundary(model, x_valid, labels[200:], ax=axes)
    axes.set_title(f"{title}: {accuracy(model):.0%} right")
    axes.get_legend().remove()


figure, panels = viz.panels(2, rows=2, height=2.9)
for axes, epochs in zip(panels, (0, 1, 10, 100), strict=True):
    draw(train(epochs)[0], f"epoch {epochs}", axes)
panels[0].legend(loc="upper right", frameon=False)
figure.alt = (
    "The two moons and the decision boundary. Epoch 0: there is none, all is class 1. Epoch 1: a slightly bent line at the lower "
    "right. Epoch 10: a slightly bent line through the middle. Epoch 100: a line that winds between the moons. "
    f"{'; '.join(axes.get_title() for axes in panels)}."
)
viz.save(figure, "pictures/13_boundaries")
figure

# %% [markdown]
# ## What the activation function is worth
# Lesson 09 proved that two layers without a function between them are one layer. Now both networks can be trained: the same first
# weights, the same batches, the same 100 epochs. The one has ReLU in its middle, the other `Identity`, which hands on what it gets.

# %%
figure, panels = viz.panels(2, height=2.9)
for axes, activation, title in zip(panels, (torch.nn.Identity, torch.nn.ReLU), ("no activation", "ReLU"), strict=True):
    model, history = train(activation=activation)
    print(f"{title}: training loss ≈ {history['train'][-1]:.3f}, right on new points ≈ {accuracy(model):.0%}")
    draw(model, title, axes)
panels[0].legend(loc="upper right", frameon=False)
figure.alt = (
    "The two moons and the decision boundaries of two networks after 100 epochs. Without activation: a straight line that cuts off "
    f"the tips of both moons. With ReLU: a line that winds between the moons. {'; '.join(axes.get_title() for axes in panels)}."
)
viz.save(figure, "pictures/13_activation")
figure

# %% [markdown]
# Without activation, the score is `w1·x1 + w2·x2 + b`, whatever the 65 parameters are. The places where such a score is 0 lie on a
# straight line, and no training can bend it: the loss rests on the plateau for ever.

# %% [markdown]
# ## When it goes wrong
# Somebody wants to save work and computes the loss once, before the loop:

# %%
model, loss_function, optimizer = parts()
loss = loss_function(model(x), y)
try:
    for _ in range(3):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
except RuntimeError as error:
    print(f"RuntimeError: {str(error).partition('(')[0]}")

# %% [markdown]
# `backward()` uses up the graph that the forward pass recorded, so a second one finds nothing. That is as it should be: after
# `step()` the weights are new, and a loss of the old weights says nothing about them. The repair: forward and loss stand inside
# the loop, before each `backward()`.
#
# Worse are the mistakes without an error. Here the lines come as a list, so that one can be left out or moved:
#
# **Guess first:** five lists of lines will be tried. Without `zero_grad`, without `step`, without `backward`: who still learns?


# %%
def train_with(lines, epochs=100):
    model, loss_function, optimizer = parts()
    batches = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x_train, y_train), batch_size=24, shuffle=True)
    for _ in range(epochs):
        for x, y in batches:
            for line in lines:
                if line == "zero_grad":
                    optimizer.zero_grad()
                elif line == "forward":
                    loss = loss_function(model(x), y)
                elif line == "backward":
                    loss.backward()
                elif line == "step":
                    optimizer.step()
    return accuracy(model)  # it was 98 % above


for lines in (
    ["zero_grad", "forward", "backward", "step"],
    ["zero_grad", "forward", "backward"],
    ["zero_grad", "forward", "step"],
    ["forward", "backward", "zero_grad", "step"],
    ["forward", "backward", "step"],
):
    print(f"{'learns' if train_with(lines) > 0.9 else 'fails '}: {', '.join(lines)}")

# %% [markdown]
# Without `step`, without `backward`, or with `zero_grad` between the two, the network is the one that the seed made: it has
# learned nothing in 100 epochs, and nobody complains. Without `zero_grad`, each gradient is the sum of all before it (lesson 12):
# the steps go where batches long past have pointed. A loss that does not fall, or leaps, is a reason to read these lines again.
#
# ## The same under PyTorch
# The same function, there: the same seed gives the same first weights and the same order of points.


# %%
def ten_epochs():
    model, history = train(10)
    return {
        "training losses of 10 epochs": history["train"],
        "validation losses of 10 epochs": history["valid"],
        "first layer's weights after 90 steps": model[0].weight,
    }


same_in_pytorch(ten_epochs)

# %% [markdown]
# ## Summary
# - One round: `zero_grad`, forward, loss, `backward`, `step`. An epoch is one round for each batch.
# - `backward()` fills the gradients and changes no weight; `step()` changes the weights.
# - A small step makes the loss fall by about `lr` times the sum of the squared slopes.
# - The loss of an epoch is a mean over samples. The validation loss is measured without steps and without a graph.
# - A line left out or misplaced often brings no error, only a network that does not learn.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The lines `forward`, `backward`, `step` stand in this order. `zero_grad` may be put at place 0 (before all), 1, 2 or 3
# (after all). Return the list of all places where the network still learns well.


# %%
def exercise_1():
    return ...


def judge_1(answer):
    if not set(answer) <= {0, 1, 2, 3}:
        return f"returns {answer}: the places are 0, 1, 2 and 3"
    for place in range(4):
        lines = ["forward", "backward", "step"]
        lines.insert(place, "zero_grad")
        learns = train_with(lines) > 0.9
        if learns != (place in answer):
            return f"is wrong about place {place}: with {lines} it {'learns' if learns else 'does not learn'}"


check(exercise_1, (judge_1,))

# %% [markdown]
# **2.** The mean loss of an epoch over its samples, from the mean loss of each batch and the batches' sizes.


# %%
def exercise_2(losses, sizes):
    return ...


check(exercise_2, ([0.5, 0.3, 0.1], [24, 24, 24], 0.3), ([0.5, 0.3, 1.3], [24, 24, 2], 0.436))

# %% [markdown]
# **3.** A batch is too large for the memory, so it comes in two halves of equal size. Take the `parts()`, make one step that
# changes the weights as the whole batch at once would, and return the model. Each forward pass may see one half only. (Without
# `zero_grad`, gradients add up; and the loss is a mean.)


# %%
def exercise_3(x_first, y_first, x_second, y_second):
    return ...


def judge_3(model):
    whole, loss_function, optimizer = parts()
    loss_function(whole(x), y).backward()
    optimizer.step()
    for ours, wanted in zip(model.parameters(), whole.parameters(), strict=True):
        if not near(ours, wanted):
            off = (ours - wanted).abs().max().item()
            return f"has parameters that differ by up to {off:.2g} from those after a step with the whole batch"


check(
    exercise_3,
    (x[:12], y[:12], x[12:], y[12:], judge_3),
    (x[12:], y[12:], x[:12], y[:12], judge_3),
)

# %% [markdown]
# **4.** Three networks, from the seeds 1, 2 and 3: with a learning rate of 0.5, the mean of their training losses in epoch 20 is
# still 0.246. Find a learning rate with which it is below 0.2.


# %%
def exercise_4():
    return ...


def judge_4(lr):
    losses = [train(20, lr=lr, seed=seed)[1]["train"][-1] for seed in (1, 2, 3)]
    if not sum(losses) / 3 < 0.2:
        return f"leads to a mean training loss of {sum(losses) / 3:.3f} in epoch 20"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. The learning rate: a smaller one.
# 2. They are added.
# 3. The task the first and the last, we the one in the middle.
#
# </details>
