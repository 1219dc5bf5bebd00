# %% [markdown]
# # 23 · The clinic
#
# **Question:** A training goes wrong and no error says why. How do you find out?
#
# **Needs:** lessons 03, 06, 07, 09, 10, 11, 12, 13, 14.
#
# **Time:** 36 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Which line turns a program of these lessons into one of PyTorch's? (lesson 22)
# 2. Training loss low, validation loss high: what is that called? (lesson 14)
# 3. What is the slope of ReLU below 0? (lesson 09)
#
# Ten trainings, all ill, none with an error message. You see the symptom first, as one sees it in life: losses, answers. **Guess**
# before you read on. Then we measure, for a guess is no diagnosis; then come the cause, the repair, and the curve after it. At the end
# all ten stand on one card, to be printed and pinned up beside the screen.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## The instruments
# Three data sets, all small: the prices of 100 houses (lesson 03), the two moons of lesson 13, three spirals. One network, one loop. What
# we measure before and after goes into `curves`, for the picture at the end.

# %%
torch.manual_seed(0)
houses, prices = datasets.house_prices(100)  # (100, 2), (100, 1): m² and rooms, thousands
scaled = (houses - houses.mean(dim=0)) / houses.std(dim=0)  # each feature with mean 0 and standard deviation 1
moons, sides = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
sides = sides.float().reshape(-1, 1)  # (300, 1)
spirals, arms = datasets.spirals(90, noise=0.1)  # (90, 2), (90,): three classes
mse, bce = torch.nn.functional.mse_loss, torch.nn.functional.binary_cross_entropy_with_logits
curves = {}


def network(outputs=1):
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, outputs))


def train(model, optimizer, loss_function, x, y, steps=200):
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# ## Case 1: the same answer for every house
# The inputs are scaled, the targets are prices in thousands, the learning rate of 0.02 is not large.

# %%
model = network()
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.02), mse, scaled, prices)
answers = model(scaled)  # (100, 2) -> (100, 1)
print(
    f"loss: {ill[0]:.0f} at first, in the end ≈ {ill[-1]:.0f}; the variance of the prices is {prices.var(unbiased=False).item():.0f}"
)
print(f"prices from {prices.min().item():.0f} to {prices.max().item():.0f}")
print(f"answers from ≈ {answers.min().item():.1f} to ≈ {answers.max().item():.1f}")

# %% [markdown]
# **Guess:** why does a network that sees different houses answer the same for all of them?
#
# An answer that does not depend on the input has lost it somewhere on the way. So look at what each part hands on. For each of the 16
# hidden neurons, the largest value that it gives any house:

# %%
hidden = model[:2](scaled)  # (100, 2) -> (100, 16), after ReLU
print("largest value of each neuron:", hidden.max(dim=0).values.tolist())
mse(model(scaled), prices).backward()
print("largest slope of the first layer:", model[0].weight.grad.abs().max().item())

# %% [markdown]
# **Cause:** all neurons are dead. The targets are some 200, the first answers some 0, so the first gradients were huge; one step threw the
# weights so far that each `z` is negative for every house. ReLU makes 0 of it, and the slope of ReLU is 0 there: no gradient will ever
# bring the neurons back. What is left is the last bias, which learns the mean price.
#
# **Repair:** targets with mean 0 and standard deviation 1, as the inputs have. (Raw prices
# with a learning rate of 0.001 work too. Leaky ReLU keeps neurons alive, but steps of this size end in `nan` with it.)

# %%
model = network()
targets = (prices - prices.mean()) / prices.std()
well = train(model, torch.optim.SGD(model.parameters(), lr=0.02), mse, scaled, targets)
well = [loss * prices.var().item() for loss in well]  # as squares of thousands again
print(f"loss in the end ≈ {well[-1]:.0f}")
curves["1 dead ReLU"] = ill, well

# %% [markdown]
# ## Case 2: it learns a little, and no more
# One neuron is enough for these prices: size + 5 · rooms + 30. With a learning rate five times as large, as someone has tried,
# the loss grows without end.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.00001), mse, houses, prices)
print(f"loss: {ill[0]:.0f}, after 50 steps ≈ {ill[50]:.0f}, after 200 ≈ {ill[-1]:.0f}")
print("weights ≈", [round(value, 2) for value in model.weight[0].tolist()], f"bias ≈ {model.bias.item():.1f}")

# %% [markdown]
# **Guess:** the loss falls fast and then stands, far from the noise, whose variance is 1. The weight of the rooms is hardly better than at
# the beginning. Too few steps?
#
# Compare what arrives at the three parameters: the standard deviation of each input, and the gradients of the first step.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
mse(model(houses), prices).backward()
print("deviation of the inputs:", [round(value, 1) for value in houses.std(dim=0).tolist()])
print("gradients:", [round(value) for value in (*model.weight.grad[0].tolist(), model.bias.grad.item())])

# %% [markdown]
# **Cause:** unscaled inputs. A weight's gradient is a sum of products with its input, so that of the size is some 50 times that of the
# rooms. The learning rate must be small enough for the one, and then the others crawl.
#
# **Repair:** subtract the mean of each feature and divide by its standard deviation. Then one learning rate fits all, and it may be large.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
well = train(model, torch.optim.SGD(model.parameters(), lr=0.1), mse, scaled, prices)
print(f"loss after 50 steps ≈ {well[50]:.2f}")
curves["2 unscaled inputs"] = ill, well

# %% [markdown]
# ## Case 3: a hundred percent, and a third
# A classifier of three spirals. Its loss cannot get below 3.4, and yet all samples are right. Then it goes to work, where samples
# come one at a time.


# %%
def spiral_network(dim):
    torch.manual_seed(1)
    layers = torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3), torch.nn.LogSoftmax(dim=dim)
    return torch.nn.Sequential(*layers)


def right(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


model = spiral_network(dim=0)
ill = train(model, torch.optim.Adam(model.parameters(), lr=0.05), torch.nn.NLLLoss(), spirals, arms)
alone = [right(model, spirals[i : i + 1], arms[i : i + 1]) for i in range(90)]
print(
    f"loss ≈ {ill[-1]:.2f}; right, all in one batch: {right(model, spirals, arms):.0%}; one by one: {sum(alone) / 90:.0%}"
)

# %% [markdown]
# **Guess:** what can a sample's answer have to do with the samples beside it?
#
# The network ends with the logarithms of probabilities. Probabilities add up to 1: which of them?

# %%
with torch.no_grad():
    chances = model(spirals).exp()  # (90, 3)
    print("sums over the classes, first three samples:", [round(v, 2) for v in chances.sum(dim=1)[:3].tolist()])
    print("sums over the samples, each class:", [round(v, 2) for v in chances.sum(dim=0).tolist()])
    print("a sample alone:", model(spirals[:1]).exp().tolist())

# %% [markdown]
# **Cause:** softmax along the wrong axis. `dim=0` shares each class out among the samples of the batch: 30 samples of a class can have
# 1/30 each at best, and `-log(1/30)` is 3.4. A sample alone gets 1 for every class.
#
# **Repair:** `dim=1`, along the classes. Or leave softmax out and use `CrossEntropyLoss`, which knows the right axis.

# %%
model = spiral_network(dim=1)
well = train(model, torch.optim.Adam(model.parameters(), lr=0.05), torch.nn.NLLLoss(), spirals, arms)
alone = [right(model, spirals[i : i + 1], arms[i : i + 1]) for i in range(90)]
print(f"loss ≈ {well[-1]:.2f}; one by one: {sum(alone) / 90:.0%}")
curves["3 softmax along the batch"] = ill, well

# %% [markdown]
# ## Case 4: every house costs the mean
# Here the targets come as a list of 100 numbers, and somebody wrote the squared error by hand. Inputs and targets are scaled.


# %%
def squared_error(answers, targets):
    return ((answers - targets) ** 2).mean()


listed = targets.reshape(-1)  # (100,)
model = network()
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.1), squared_error, scaled, listed)
print(f"loss: {ill[0]:.2f} at first, in the end ≈ {ill[-1]:.2f}")
print(f"deviation of the answers ≈ {model(scaled).std().item():.3f}, of the targets {listed.std().item():.3f}")

# %% [markdown]
# **Guess first:** the symptom is that of case 1. Are these neurons dead too?

# %%
print("neurons that are 0 for all houses:", (model[:2](scaled).max(dim=0).values == 0).sum().item(), "of 16")
print(
    "answers",
    tuple(model(scaled).shape),
    "targets",
    tuple(listed.shape),
    "difference",
    tuple((model(scaled) - listed).shape),
)

# %% [markdown]
# **Cause:** labels of the wrong shape. `(100, 1) - (100,)` is broadcast to `(100, 100)`: every answer is compared with every target, and the
# best that one can say to all targets at once is their mean. Nothing crashes. (`MSELoss` gives a warning here: do not wave it away.)
#
# **Repair:** the same shape on both sides, and a line that insists on it: `assert answers.shape == targets.shape`.

# %%
model = network()
well = train(model, torch.optim.SGD(model.parameters(), lr=0.1), squared_error, scaled, listed.reshape(-1, 1))
print(f"loss in the end ≈ {well[-1]:.3f}")
curves["4 labels (100,)"] = ill, well

# %% [markdown]
# ## Case 5: it was good and gets worse
# The two moons, the loop written anew by hand. It learns well, even fast.


# %%
def loop(steps, empty):
    model, losses, lengths = network(), [], []
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(steps):
        if empty:
            optimizer.zero_grad()
        loss = bce(model(moons), sides)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        lengths.append(model[0].weight.grad.norm().item())
    return losses, lengths


ill, lengths = loop(200, empty=False)
print("loss at steps 1, 9, 25, 200: ≈", [round(ill[i - 1], 2) for i in (1, 9, 25, 200)])

# %% [markdown]
# **Guess:** the loss falls fast, swings up, and never finds its way back. A learning rate that is too large would look alike. How do you
# tell the two apart?
#
# Where the loss is small and flat, the gradient should be short. Its length, at four steps, beside that of a healthy loop with the same
# learning rate:

# %%
well, healthy = loop(200, empty=True)
print("ill:  ≈", [round(lengths[i - 1], 2) for i in (1, 9, 25, 200)])
print("well: ≈", [round(healthy[i - 1], 2) for i in (1, 9, 25, 200)])

# %% [markdown]
# **Cause:** `zero_grad()` is missing. `backward()` adds to what is there, so each step follows the sum of all gradients so far, like a ball
# that nothing slows down. It even runs faster at first.
#
# **Repair:** `optimizer.zero_grad()` in every round.

# %%
print(f"loss in the end ≈ {well[-1]:.2f}")
curves["5 no zero_grad"] = ill, well

# %% [markdown]
# ## Case 6: ask twice, get two answers
# The network has dropout. It is asked about the same 100 new points three times, with no training in between.

# %%
torch.manual_seed(1)
parts = torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(32, 1)
model = torch.nn.Sequential(*parts)
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
x_new, y_new = moons[200:], sides[200:]


def right_side(model):
    with torch.no_grad():
        return ((model(x_new) > 0) == (y_new == 1)).float().mean().item()


ill, well = [], []
for _ in range(60):
    train(model, optimizer, bce, moons[:200], sides[:200], steps=5)
    ill.append(right_side(model))
    model.eval()
    well.append(right_side(model))
    model.train()
print("right: ≈", [f"{right_side(model):.0%}" for _ in range(3)])

# %% [markdown]
# **Guess:** no weight has changed between the three lines. What has?
#
# The instrument: the same input twice. Equal answers, or not? And in which mode is the network?

# %%
print("the same twice:", torch.equal(model(x_new), model(x_new)), "- training mode:", model.training)
model.eval()
print("the same twice:", torch.equal(model(x_new), model(x_new)), "- training mode:", model.training)
print(f"right ≈ {right_side(model):.0%}")

# %% [markdown]
# **Cause:** `eval()` was forgotten: half of the neurons are still switched off at random. With batch normalisation, an answer would depend
# on the other samples of its batch.
#
# **Repair:** `model.eval()` before every answer, `model.train()` before going on. `no_grad()` is something else: it does not stop dropout.

# %%
print(f"mean of 60 looks during training: without eval ≈ {sum(ill) / 60:.2f}, with it ≈ {sum(well) / 60:.2f}")
curves["6 eval forgotten"] = ill, well

# %% [markdown]
# ## Case 7: too good to be true
# A hundred patients, 500 numbers of each, and whether they fell ill. First the ten numbers are chosen that go best with the illness; with
# them a network learns from 60 patients and is tested on the other 40.

# %%
torch.manual_seed(0)
numbers, fell_ill = torch.randn(100, 500), torch.randint(0, 2, (100, 1)).float()  # (100, 500), (100, 1)


def chosen(rows):
    """The ten columns that go best with the illness, judged by these rows."""
    x, y = numbers[rows], fell_ill[rows] - 0.5
    return (x * y).mean(dim=0).abs().argsort(descending=True)[:10]


def tested(columns):
    torch.manual_seed(1)
    model, correct = torch.nn.Linear(10, 1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(60):
        train(model, optimizer, bce, numbers[:60, columns], fell_ill[:60], steps=1)
        said = model(numbers[60:, columns]) > 0  # (40, 10) -> (40, 1)
        correct.append((said == (fell_ill[60:] == 1)).float().mean().item())
    return correct


ill = tested(chosen(slice(0, 100)))
print(f"right on the 40 test patients ≈ {ill[-1]:.0%}")

# %% [markdown]
# **Guess:** a success? Look again at the first line of the code: where do the numbers come from, and where the illness?
#
# Both are random, so nobody can be right more than half of the time. A test that is sure of that in any study: toss coins for the labels
# and do *everything* again. Or ask for patients that nothing has seen, choice of numbers included:

# %%
well = tested(chosen(slice(0, 60)))
print(f"chosen by the 60 training patients alone: right ≈ {well[-1]:.0%}")

# %% [markdown]
# **Cause:** test data leaked into training. The ten numbers were chosen by all 100 patients, the 40 of the test among them; of 500 random
# numbers some always go with the labels by chance. The same happens, more quietly, when mean and deviation for scaling are taken of all data,
# or when one patient has rows on both sides.
#
# **Repair:** divide first. Whatever is computed from data, choice and scaling included, is computed from the training part alone.

# %%
curves["7 leak of test data"] = ill, well

# %% [markdown]
# ## Case 8: nan after a few steps
# Nine hidden layers of 32 neurons. Someone wanted strong weights, from a normal distribution with standard deviation 0.5.


# %%
def deep(deviation):
    torch.manual_seed(1)
    layers = []
    for inputs in (2, 32, 32, 32, 32, 32, 32, 32, 32):
        layers += [torch.nn.Linear(inputs, 32), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(32, 1))
    for layer in model[::2]:  # every other one is a Linear
        torch.nn.init.normal_(layer.weight, std=deviation)
    return model


model = deep(0.5)
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.02), bce, moons, sides)
print(f"loss: {ill[0]:.0f}, {ill[1]:.0f}, then ≈ {ill[3]:.0e}, in the end {ill[-1]}")

# %% [markdown]
# **Guess:** the loss starts at 144 where a network that knows nothing should have 0.69. Is the learning rate to blame?
#
# The first loss was computed before any step, so no. Layer by layer: the standard deviation of what it hands on, and the length of its gradient.

# %%
for deviation in (0.5, 0.25):
    model, x, deviations = deep(deviation), moons, []
    for layer in model:
        x = layer(x)
        deviations.append(x.std().item())
    bce(x, sides).backward()
    lengths = [layer.weight.grad.norm().item() for layer in model[::2]]
    print(f"weights ≈ {deviation}: layers 1, 5, 9 hand on ≈", [round(deviations[i], 1) for i in (1, 9, 17)], end=", ")
    print("gradients ≈", [round(lengths[i], 1) for i in (0, 4, 8)])

# %% [markdown]
# **Cause:** exploding gradients. A neuron adds up 32 products; with ReLU behind it, its deviation is about `0.5 · sqrt(32 / 2) = 2` times
# that of its inputs, so it doubles from layer to layer, and so does what comes back in the other direction. A weight's gradient is a product of
# both: in every layer it is a thousand times too long.
#
# **Repair:** first weights whose factor is 1, `sqrt(2 / 32) = 0.25` (`torch.nn.init.kaiming_normal_`). Where the factor cannot be chosen,
# as in recurrent networks, `torch.nn.utils.clip_grad_norm_` shortens gradients that are too long. (With PyTorch's own first weights this deep
# network has the opposite illness: its factor is 0.4, the gradients vanish, and the loss stays at 0.69.)

# %%
model = deep(0.25)
well = train(model, torch.optim.SGD(model.parameters(), lr=0.02), bce, moons, sides)
print(f"loss: {well[0]:.2f} at first, in the end ≈ {well[-1]:.2f}")
curves["8 exploding gradients"] = ill, well

# %% [markdown]
# ## Case 9: two twins
# The same network, the same moons. One twin does nothing, the other leaps.

# %%
sleepy, wild = network(), network()
slow = train(sleepy, torch.optim.SGD(sleepy.parameters(), lr=0.001), bce, moons, sides)
fast = train(wild, torch.optim.SGD(wild.parameters(), lr=30.0), bce, moons, sides)
print("one twin, steps 1, 3, 200:  ", [round(slow[i - 1], 2) for i in (1, 3, 200)])
print(f"the other: {fast[0]:.2f}, {fast[1]:.2f}, then ≈ {fast[2]:.0f}")

# %% [markdown]
# **Guess:** the easy case. But how large is right? Measure how far one step moves the weights, as a share of their length; and try
# learning rates, most of them 10 times the one before, for 50 steps.

# %%
for lr in (0.001, 0.01, 0.1, 1.0, 3.0, 30.0):
    model = network()
    optimizer, before = torch.optim.SGD(model.parameters(), lr=lr), model[0].weight.detach().clone()
    losses = train(model, optimizer, bce, moons, sides, steps=1)
    share = ((model[0].weight.detach() - before).norm() / before.norm()).item()
    losses += train(model, optimizer, bce, moons, sides, steps=50)
    verdict = f"loss ≈ {losses[-1]:.2f}" if max(losses) < 1 else "the loss leaps"
    print(f"lr {lr}: the first step moves the weights by ≈ {share:.2%}, after 50 more {verdict}")

# %% [markdown]
# **Cause:** a learning rate that is too small, and one that is too large. Steps of hundredths of a percent get nowhere; a step as long as
# the weights themselves jumps over every valley.
#
# **Repair:** the largest learning rate that does not leap, or a third of it: here 3.

# %%
model = network()
well = train(model, torch.optim.SGD(model.parameters(), lr=3.0), bce, moons, sides)
print(f"loss in the end ≈ {well[-1]:.2f}")
curves["9 learning rate"] = fast, well, slow

# %% [markdown]
# ## Case 10: the loss is constant to the last digit
# A network that knows the moons shall learn the spirals. Its first layer is kept as it is, the last one is exchanged for one of three
# outputs, and only that is to learn.

# %%
model = network()
train(model, torch.optim.SGD(model.parameters(), lr=1.0), bce, moons, sides)
model[0].requires_grad_(False)
optimizer = torch.optim.Adam(model[2].parameters(), lr=0.05)
torch.manual_seed(2)
model[2] = torch.nn.Linear(16, 3)
ill = train(model, optimizer, torch.nn.CrossEntropyLoss(), spirals, arms)
print(f"different losses in 200 steps: {len(set(ill))}; right ≈ {right(model, spirals, arms):.0%}")

# %% [markdown]
# **Guess first:** even a bad training moves the last digits. Not one of them moves, so no weight changes. Is there no gradient, or does nobody
# use it?

# %%
print("the last layer has a gradient:", model[2].weight.grad.abs().max().item() > 0)
held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
print("the optimizer holds its weight:", any(parameter is model[2].weight for parameter in held))
print("what the optimizer holds:", [tuple(parameter.shape) for parameter in held])

# %% [markdown]
# **Cause:** the optimizer was built before the layer was replaced. It holds the tensors of the old layer, which no loss depends on any
# more; the new ones get gradients, and nobody takes a step with them.
#
# **Repair:** first the model, whole; then the optimizer.

# %%
torch.manual_seed(2)
model[2] = torch.nn.Linear(16, 3)
optimizer = torch.optim.Adam(model[2].parameters(), lr=0.05)
well = train(model, optimizer, torch.nn.CrossEntropyLoss(), spirals, arms)
print(f"loss in the end ≈ {well[-1]:.2f}; right ≈ {right(model, spirals, arms):.0%}")
curves["10 optimizer too early"] = ill, well

# %% [markdown]
# ## Before and after
# Dashed: ill. Solid: repaired. Cases 6 and 7 show the share of right answers, the others the loss. In case 8 the ill curve ends where
# `nan` begins, and the dots of case 9 are the twin with the small learning rate.

# %%
figure, panels = viz.panels(2, rows=5, height=1.75)
for (name, (ill, well, *slow)), axes in zip(curves.items(), panels, strict=True):
    axes.plot(ill, color="#D55E00", linestyle=(0, (4, 2)), linewidth=1.5)
    axes.plot(well, color="#0072B2", linewidth=2)
    for losses in slow:
        axes.plot(losses, color="#222222", linestyle=":", linewidth=2, zorder=3)
    axes.set_title(name)
    axes.set_yscale("log" if name[:2] in ("1 ", "2 ", "5 ", "8 ", "9 ") else "linear")
    axes.yaxis.set_minor_formatter("")  # powers of ten are enough
figure.alt = (
    "Ten small pictures, each with the curve of a broken training and the curve after the repair. At the end: "
    + "; ".join(f"{name}: {ill[-1]:.2f} and {well[-1]:.2f}" for name, (ill, well, *_) in curves.items())
)
viz.save(figure, "pictures/23_clinic")
figure

# %% [markdown]
# ## When it goes wrong
# An illness that is announced is half cured. Batch normalisation in training mode, with a batch of one sample:

# %%
try:
    torch.nn.BatchNorm1d(4)(torch.ones(1, 4))
except ValueError as error:
    print(f"ValueError: {error}")
print(torch.nn.BatchNorm1d(4).eval()(torch.ones(1, 4)).shape)  # repaired: with eval() it uses what it has learned

# %% [markdown]
# One sample has no deviation, so there is nothing to divide by. Whoever meets this error at work has found case 6 before it did harm.
#
# ## The card
# Before all: make the network learn ten samples by heart. If it cannot, the fault is in the code, not in the data.
#
# | | symptom | measure | cause | repair |
# |---|---|---|---|---|
# | 1 | one answer for all inputs, loss at the variance of the targets | largest value of each hidden neuron: 0 | dead ReLU | scale the targets, smaller learning rate |
# | 2 | falls fast, then crawls; with a larger learning rate it runs away | deviation of each input, gradient of each weight | unscaled inputs | subtract the mean, divide by the deviation |
# | 3 | right in a batch, wrong one by one; loss stands at log(batch / classes) | sums of the probabilities along each axis | softmax along the wrong axis | `dim=1`, or `CrossEntropyLoss` on the scores |
# | 4 | one answer for all inputs, neurons alive | shape of answers, targets and their difference | labels of the wrong shape, broadcast | `assert answers.shape == targets.shape` |
# | 5 | falls fast, swings up, stays bad | length of the gradient grows while the loss is small | `zero_grad()` missing | `optimizer.zero_grad()` in every round |
# | 6 | the same question, two answers | `model.training`; the same input twice | `eval()` forgotten | `model.eval()` to answer, `model.train()` to learn |
# | 7 | too good to be true | do everything again with labels from a coin | test data leaked into training | divide first; choose and scale by the training part |
# | 8 | first loss huge, `nan` after a few steps | deviation and length of the gradient, layer by layer | exploding gradients | Kaiming's first weights, `clip_grad_norm_` |
# | 9 | flat, or leaping from the first steps on | length of a step as a share of the weights; several learning rates | learning rate too small or too large | the largest that does not leap, or a third of it |
# | 10 | loss constant to the last digit | does the optimizer hold the model's parameters? | optimizer built before the layer was replaced | build the optimizer last |

# %% [markdown]
# ## The same under PyTorch
# Illnesses are not made of this library: PyTorch has them number for number.


# %%
def ward():
    mean, shared = network(), spiral_network(dim=0)
    first, second = (torch.optim.SGD(model.parameters(), lr=0.1) for model in (mean, shared))
    return {
        "softmax along the batch, 20 steps": train(shared, second, torch.nn.functional.nll_loss, spirals, arms, 20),
        "broadcast labels, 20 steps": train(mean, first, squared_error, scaled, listed, 20),
        "no zero_grad, 20 steps": loop(20, empty=False)[0],
    }


same_in_pytorch(ward)

# %% [markdown]
# ## Summary
# - The costly illnesses give no error. What gives them away is a number that one looks at: a shape, a sum, a length, a mode.
# - A symptom has several causes (cases 1 and 4, cases 5 and 9). Measure before you repair.
# - What does not depend on the input has lost it on the way: look layer by layer.
# - What is too good is a reason to look for a leak.
# - Repair one thing at a time, from the same seed, and draw the curve again.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The share of dead neurons, from what a layer gives after ReLU, `(samples, neurons)`: a neuron is dead if it gives 0 for every
# sample.


# %%
def exercise_1(hidden):
    return ...


check(
    exercise_1,
    (torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 3.0, 0.0, 0.0]]), 0.5),
    (torch.tensor([[0.0, 1.0, 5.0], [0.0, 0.5, 2.0]]), 1 / 3),
    (torch.tensor([[0.0, 1.0], [0.5, 0.0]]), 0.0),
)

# %% [markdown]
# **2.** The names of all parameters of a model that an optimizer does not hold, in the model's order, as a list. (`named_parameters()` gives
# names and tensors. Two tensors with the same numbers are not the same tensor.)


# %%
def exercise_2(model, optimizer):
    return ...


def replaced(*places):
    """A model, and an optimizer that was built before the layers at these places were replaced by copies of themselves."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for place in places:
        fresh = torch.nn.Linear(model[place].in_features, model[place].out_features)
        fresh.load_state_dict(model[place].state_dict())
        model[place] = fresh
    return model, optimizer


check(
    exercise_2,
    (*replaced(2), ["2.weight", "2.bias"]),
    (*replaced(), []),
    (*replaced(0, 2), ["0.weight", "0.bias", "2.weight", "2.bias"]),
)

# %% [markdown]
# **3.** An instrument for case 8: from the gradients of all parameters, a list of tensors, the length of the longest divided by that of the
# shortest. Only those of weights count, which have two axes, not those of biases.


# %%
def exercise_3(gradients):
    return ...


def gradients_of(*lengths):
    """Gradients of these lengths for the weights of some layers, each with one for the bias behind it."""
    gradients = []
    for rows, length in enumerate(lengths, 2):
        gradients += [torch.full((rows, 4), length / (rows * 4) ** 0.5), torch.full((rows,), 1000.0)]
    return gradients


check(
    exercise_3,
    (gradients_of(2.0, 8.0, 4.0), 4.0),
    (gradients_of(0.5, 0.5), 1.0),
    (gradients_of(9.0, 3.0, 0.1), 90.0),
)

# %% [markdown]
# **4.** This training has three illnesses at once:
#
# ```
# model = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3), torch.nn.LogSoftmax(dim=0))
# optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
# for _ in range(150):
#     loss = torch.nn.functional.nll_loss(model(x), y)
#     loss.backward()
#     optimizer.step()
# return lambda x: model(x).argmax(dim=1)
# ```
#
# The points `x` are spirals of which one coordinate was measured in thousandths and has an offset. Return a function that gives the classes of
# new points of the same kind, also of a single one, and is right on 90 % of them.


# %%
def exercise_4(x, y):
    return ...


def patient(seed):
    """Points to learn from, their classes, and a judge with points of its own."""
    torch.manual_seed(seed)
    points, classes = datasets.spirals(390, noise=0.1)  # (390, 2), (390,)
    points = points * torch.tensor([1000.0, 1.0]) + torch.tensor([5000.0, 0.0])

    def judge(answer):
        if not callable(answer):
            return "must return a function that gives classes"
        one_by_one = torch.stack([answer(points[i : i + 1]).reshape(()) for i in range(300, 390)])
        for said, how in ((answer(points[300:]), "in one batch"), (one_by_one, "one by one")):
            if said.shape != (90,):
                return f"gives classes of the shape {tuple(said.shape)} for 90 points"
            share = (said == classes[300:]).float().mean().item()
            if not share >= 0.9:
                return f"is right on {share:.0%} of the new points, {how}"

    return points[:300], classes[:300], judge


check(exercise_4, patient(5), patient(6))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. `import torch` in place of `import minitorch_pt as torch`.
# 2. Overfitting.
# 3. 0: nothing is learned there.
#
# </details>
