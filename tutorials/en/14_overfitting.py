# %% [markdown]
# # 14 · Overfitting and underfitting
#
# **Question:** Why can a network be right on every sample it learned from and wrong on new ones, and what helps?
#
# **Needs:** lessons 06, 07, 09, 10, 12, 13.
#
# **Time:** 24 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. In which order do the lines of a round stand? (lesson 13)
# 2. What does momentum remember? (lesson 12)
# 3. Which function stands behind the output for one class out of several? (lesson 09)
#
# In lesson 13 the losses of training and validation fell together. Often they do not. A network may learn its samples by heart,
# with all their noise, and be worse for it on new samples: *overfitting*. Or it may be bad on both, since it is too simple or has
# trained too little: *underfitting*.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## Apples and oranges
# Each fruit has a colour, a roundness and six numbers for small marks on its skin, which have nothing to do with its kind. The
# training set has only 30 fruits. The *validation set*, 200 fruits, tells how training went, and we choose by it. The *test set*
# is kept for the end, to judge by once: what was chosen because it did well on some samples is judged too kindly by them.

# %%
torch.manual_seed(0)
fruits, kinds = datasets.apples_and_oranges(1230, noise=1.2)  # (1230, 8), (1230,)
kinds = kinds.float().reshape(-1, 1)  # (1230, 1), 1 for an orange
training = fruits[:30], kinds[:30]
validation = fruits[30:230], kinds[30:230]
test = fruits[230:], kinds[230:]

# %% [markdown]
# ## One function for all experiments
# It is the loop of lesson 13, with a switch for each cure of this lesson, all of them off. `model.train()` and `model.eval()`
# tell the network whether it is learning or answering; only dropout, below, heeds that.


# %%
def train(
    training, validation, hidden=64, epochs=200, batch_size=30, weight_decay=0.0, l1=0.0, dropout=0.0, change=None,
    patience=None, seed=1,
):  # fmt: skip
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(training[0].shape[1], hidden),  # (30, 8) @ (8, 64) -> (30, 64)
        torch.nn.ReLU(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(hidden, 1),  # (30, 64) @ (64, 1) -> (30, 1)
    )
    loss_function = torch.nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=weight_decay)
    dataset = torch.utils.data.TensorDataset(*training)
    batches = torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
    history = {"train": [], "valid": []}
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_function(model(change(x) if change else x), y)
            if l1:
                loss = loss + l1 * sum(p.abs().sum() for p in model.parameters())
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for name, (x, y) in (("train", training), ("valid", validation)):
                history[name].append(loss_function(model(x), y).item())
        model.train()
        if patience and min(history["valid"][-patience:]) > min(history["valid"]):
            break
    return model.eval(), history


def accuracy(model, samples):
    x, y = samples
    with torch.no_grad():
        return ((model(x) > 0) == (y == 1)).float().mean().item()


# %% [markdown]
# ## Measure: the gap
# How much worse the network is on new samples is the *gap*: validation loss minus training loss.

# %%
model, history = train(training, validation)
for epoch in (10, 50, 200):
    a, b = history["train"][epoch - 1], history["valid"][epoch - 1]
    print(f"epoch {epoch}: training loss ≈ {a:.2f}, validation loss ≈ {b:.2f}, gap ≈ {b - a:.2f}")
print(f"right: training ≈ {accuracy(model, training):.0%}, validation ≈ {accuracy(model, validation):.0%}")

figure = viz.history({"training": history["train"], "validation": history["valid"]})
figure.alt = (
    f"Two curves over 200 epochs. The training loss falls from {history['train'][0]:.2f} to {history['train'][-1]:.2f}. The validation "
    f"loss falls from {history['valid'][0]:.2f} to {min(history['valid']):.2f}, and rises again to {history['valid'][-1]:.2f}."
)
viz.save(figure, "pictures/14_curves")
figure

# %% [markdown]
# Read the picture from left to right. At first both losses are high: the network underfits, it has hardly trained. Then both
# fall: it learns what all fruits have in common. From about epoch 50 on only the training loss falls: what it still learns is
# true of these 30 fruits alone. In the end all 30 are right and the validation loss is twice its best.
#
# What does it look at? Nudge each feature of the new fruits by 0.001, and see how far the scores move.
#
# **Guess first:** the marks tell nothing. What share of the network's attention do they get?


# %%
def share_of_marks(model):
    x, slopes = validation[0], []
    with torch.no_grad():
        for i in range(8):
            nudged = x.clone()
            nudged[:, i] += 0.001
            slopes.append(((model(nudged) - model(x)).abs().mean() / 0.001).item())
    return sum(slopes[2:]) / sum(slopes)


print(f"share of the marks in all slopes: ≈ {share_of_marks(model):.0%}")

# %% [markdown]
# The marks tell nothing, and yet two fifths of its attention go to them: with six random numbers each, 30 fruits are easily told
# apart, and by chance some of these numbers seem to fit.
#
# ## Derive: what each cure does
# **L2** adds `λ/2 · w²` to the loss, for each weight. The slope of that is `λ · w`, so a plain step takes the same *share* from
# every weight. The optimizers do it when given `weight_decay=λ`. **L1** adds `λ · |w|`, whose slope is `λ` or `-λ`: a plain step
# takes the same *amount* from every weight, and small ones end near 0. (Adam, which `train` uses, divides these slopes too by the
# size of a weight's gradients, so that shares and amounts are no longer the same for all.) Without any other loss, one plain step
# with learning rate 0.1 and λ = 0.5:

# %%
weights = torch.tensor([2.0, 0.1], requires_grad=True)
optimizer = torch.optim.SGD([weights], lr=0.1, weight_decay=0.5)
(weights * 0.0).sum().backward()  # a loss that asks for nothing
optimizer.step()
print("L2:", weights.detach())  # 2 - 0.1 · 0.5 · 2 = 1.9 and 0.1 - 0.1 · 0.5 · 0.1 = 0.095

weights = torch.tensor([2.0, 0.1], requires_grad=True)
optimizer = torch.optim.SGD([weights], lr=0.1)
(0.5 * weights.abs().sum()).backward()
optimizer.step()
print("L1:", weights.detach())  # 2 - 0.1 · 0.5 = 1.95 and 0.1 - 0.1 · 0.5 = 0.05

# %% [markdown]
# **Dropout** sets each number that a layer computes to 0 with probability `p`, anew at each forward pass, so that no neuron can
# rely on any single other one. What remains is divided by `1 - p`, so that sums stay as large on average. When the network
# answers, nothing is dropped.

# %%
torch.manual_seed(4)
dropout = torch.nn.Dropout(0.5)
print("learning: ", dropout(torch.ones(8)))
print("answering:", dropout.eval()(torch.ones(8)))

# %% [markdown]
# **Data augmentation** makes new samples of the old ones by changing what does not matter. A fruit that is turned round shows
# other marks and is still the same fruit. A **smaller model** has less room to learn 30 fruits by heart. **Early stopping** ends
# training when the validation loss has not been at its best for some epochs; that number is called patience.


# %%
def turn_round(x):
    turned = x.clone()
    turned[:, 2:] = torch.rand(len(x), 6)  # other marks; colour and roundness stay
    return turned


# %% [markdown]
# ## Automate: each cure alone, from the same seed

# %%
cures = {
    "no cure": {},
    "L2": {"weight_decay": 0.01},
    "L1": {"l1": 0.005},
    "dropout": {"dropout": 0.5},
    "augmentation": {"change": turn_round},
    "smaller model": {"hidden": 8},
    "early stopping": {"patience": 20},
}
results, models = {}, {}
for name, options in cures.items():
    models[name], history = train(training, validation, **options)
    a, b = results[name] = history["train"][-1], history["valid"][-1]
    marks = share_of_marks(models[name])
    print(f"{name:<14} training ≈ {a:.2f}, validation ≈ {b:.2f}, gap ≈ {b - a:.2f}, marks ≈ {marks:.0%}")

# %% [markdown]
# The picture shows the gaps: a circle for the training loss, a triangle for the validation loss.


# %%
def gaps(results, place):
    figure, (axes,) = viz.panels(height=3.2)
    for i, losses in enumerate(results.values()):
        axes.plot(losses, [i, i], color="#767676", linewidth=2, zorder=1)
    a, b = zip(*results.values(), strict=True)
    for side, marker, colour, label in ((a, "o", "#0072B2", "training"), (b, "^", "#D55E00", "validation")):
        axes.scatter(side, range(len(side)), s=50, marker=marker, color=colour, label=label, zorder=3, clip_on=False)
    axes.set_yticks(range(len(results)), results)
    axes.set(xlabel="loss at the end", xlim=(0, None))
    axes.invert_yaxis()
    axes.legend(loc=place, frameon=False)
    each = "; ".join(f"{name}: {a:.2f} and {b:.2f}" for name, (a, b) in results.items())
    figure.alt = f"Training and validation loss at the end of training. {each}."
    return figure


figure = gaps(results, "lower right")
viz.save(figure, "pictures/14_overfitting")
figure

# %% [markdown]
# Every cure narrows the gap and lowers the validation loss, and every one makes the *training* loss worse: that is the price. All of
# this held in eight other sets of fruits too, with other first weights.
#
# Augmentation wins here, because it tells the network something that we know and the 30 fruits do not show: marks do not matter.
# In the eight other sets it always left the marks the least share, 6 to 9 %, and was right on the most new fruits seven times. Yet
# its validation loss was the smallest in three sets only; in four it was that of L1, which makes a network less sure of its
# mistakes. So which cure is best depends on the samples, and one tries several.
#
# ## Batches do not stop a network from memorising
# One sometimes reads that small batches keep a network from learning by heart. A test: 40 samples of pure noise, labelled by the
# toss of a coin. There is nothing to learn: a guess is right half of the time, and whatever is right beyond that is memorised.
#
# **Guess first:** the labels are tosses of a coin. What share of the 40 will it get right, and of new ones?

# %%
torch.manual_seed(2)
noise, coins = torch.rand(1040, 8), torch.randint(0, 2, (1040, 1)).float()
tossed, fresh = (noise[:40], coins[:40]), (noise[40:], coins[40:])
for size in (40, 8):
    model, _ = train(tossed, fresh, batch_size=size)
    print(f"batches of {size}: right ≈ {accuracy(model, tossed):.0%}, on new ones ≈ {accuracy(model, fresh):.0%}")

# %% [markdown]
# All are learned by heart, in one batch or in five. Batches save memory and give more steps in each epoch (lesson 06).
#
# ## Cross-validation measures
# Often there are no 200 fruits to spare. Then the 30 are cut into five parts, and five networks are trained, each without one
# part, which is its judge. The mean of the five verdicts is a measure of overfitting that uses every fruit. It cures nothing, but
# tells which cure to take.

# %%
x, y = training
for name in ("no cure", "augmentation"):
    verdicts = []
    for part in range(5):
        judge = torch.arange(30) // 6 == part  # (30,): True for the 6 fruits of this part
        _, history = train((x[~judge], y[~judge]), (x[judge], y[judge]), epochs=100, **cures[name])
        verdicts.append(history["valid"][-1])
    print(f"{name}: mean ≈ {sum(verdicts) / 5:.2f}, from ≈ {min(verdicts):.2f} to ≈ {max(verdicts):.2f}")

# %% [markdown]
# Six fruits are a capricious judge, as the distance from the smallest to the largest shows. Their mean prefers augmentation to no
# cure, as the 200 fruits do; in eight other sets of 30 it did so six times, the 200 fruits each time.
#
# ## Underfitting
# The same fruits, but the network has two neurons and stops after 10 epochs: it has not even learned what colour and roundness
# tell.

# %%
_, history = train(training, validation, hidden=2, epochs=10)
print(f"2 neurons, 10 epochs: training loss ≈ {history['train'][-1]:.2f}, validation loss ≈ {history['valid'][-1]:.2f}")

# %% [markdown]
# To say nothing, a score of 0 for all, costs `log 2`, about 0.69. Both losses are hardly better.
#
# The two moons of lesson 13 are a more interesting patient. Here the network is too simple (2 neurons), trains too little (20
# epochs), gets bare coordinates, and is held back too hard (L2 with 0.1). Four cures, each alone; the better features are `x1²`
# and `x1³`, which bend a straight line. Networks this small depend much on their first weights: one of them says something after 20
# epochs, another still nothing. So each line is the mean of three networks, from the seeds 1, 2 and 3.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
labels = labels.float().reshape(-1, 1)
with_powers = torch.cat([points, points[:, :1] ** 2, points[:, :1] ** 3], dim=1)  # (300, 2) -> (300, 4)
patient = {"hidden": 2, "epochs": 20, "batch_size": 50, "weight_decay": 0.1}
cures_2 = {
    "no cure": (points, {}),
    "larger model": (points, {"hidden": 64}),
    "longer training": (points, {"epochs": 60}),
    "better features": (with_powers, {}),
    "no L2": (points, {"weight_decay": 0.0}),
    "all together": (with_powers, {"hidden": 64, "epochs": 60, "weight_decay": 0.0}),
}
results_2 = {}
for name, (x, options) in cures_2.items():
    a = b = 0.0
    for seed in (1, 2, 3):
        _, history = train((x[:200], labels[:200]), (x[200:], labels[200:]), seed=seed, **(patient | options))
        a, b = a + history["train"][-1] / 3, b + history["valid"][-1] / 3
    results_2[name] = a, b
    print(f"{name:<15} training ≈ {a:.2f}, validation ≈ {b:.2f}")

figure = gaps(results_2, "lower center")
viz.save(figure, "pictures/14_underfitting")
figure

# %% [markdown]
# Underfitting shows no gap: circle and triangle lie on top of each other, both far from 0. Each cure moves both. All together
# reach what none reaches alone. Whoever goes on like this finds a gap some day, as in the first half of this lesson.
#
# | | training loss | gap | what helps |
# |---|---|---|---|
# | underfitting | high | small | larger model, longer training, better features, less regularisation |
# | overfitting | low | large | more or augmented data, L1, L2, dropout, smaller model, early stopping |
#
# ## When it goes wrong
# Half of the numbers are to be dropped, so 50 percent:

# %%
try:
    torch.nn.Dropout(50)
except ValueError as error:
    print(f"ValueError: {error}")
torch.nn.Dropout(0.5)  # repaired: a probability lies between 0 and 1

# %% [markdown]
# This mistake is announced. Another is not: whoever forgets `eval()` gets answers from a network that still drops half of its
# numbers, and different ones each time.

# %%
model = models["dropout"]
with torch.no_grad():
    for mode in ("train", "train", "eval", "eval"):
        score = model.train(mode == "train")(fruits[30:31]).item()  # (1, 8) -> (1, 1), and its number
        print(f"{mode}: score ≈ {score:.2f}")

# %% [markdown]
# ## The verdict
# By the validation loss we choose augmentation. Only now the test set is used, once.

# %%
print(f"right on 1000 fruits never used before: ≈ {accuracy(models['augmentation'], test):.0%}")

# %% [markdown]
# ## The same under PyTorch
# From the same seed PyTorch drops the same numbers.


# %%
def ten_epochs():
    _, history = train(training, validation, epochs=10, dropout=0.5, weight_decay=0.01, l1=0.001)
    return {
        "training losses with dropout, L1 and L2": history["train"],
        "validation losses with dropout, L1 and L2": history["valid"],
    }


same_in_pytorch(ten_epochs)

# %% [markdown]
# ## Summary
# - Overfitting: training loss low, gap large. Underfitting: both losses high, gap small.
# - L2 takes a share of each weight, L1 an amount; dropout switches off numbers at random while learning; augmentation shows what
#   does not matter; a smaller model has less room; early stopping ends in time. Each costs some training loss.
# - Batches do not keep a network from memorising. Cross-validation measures overfitting and cures nothing.
# - Against underfitting: a larger model, longer training, better features, less regularisation.
# - Choose by the validation set; judge by the test set, once.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Name the illness from the two losses: `UNDERFITTING` if the training loss is above 0.5, else `OVERFITTING` if the gap is
# above 0.2, else `FINE`.

# %%
UNDERFITTING, OVERFITTING, FINE = "underfitting", "overfitting", "fine"


def exercise_1(train_loss, valid_loss):
    return ...


check(
    exercise_1,
    (0.01, 0.76, OVERFITTING),
    (0.67, 0.68, UNDERFITTING),
    (0.28, 0.27, FINE),
    (0.60, 0.95, UNDERFITTING),
)

# %% [markdown]
# **2.** Early stopping: after how many epochs does training end? It ends as soon as the smallest loss lies `patience` epochs or
# more back; without that, after all of them.


# %%
def exercise_2(losses, patience):
    return ...


check(
    exercise_2,
    ([0.9, 0.7, 0.8, 0.75, 0.6, 0.5], 2, 4),
    ([0.9, 0.7, 0.8, 0.75, 0.6, 0.5], 3, 6),
    ([0.5, 0.6, 0.4, 0.6, 0.6, 0.6, 0.3], 3, 6),
)

# %% [markdown]
# **3.** One step of plain gradient descent with both penalties: the new weights from the weights, the gradient of the loss
# without penalties, the learning rate and the two λ. (`weights.sign()` is 1, 0 or -1.)


# %%
def exercise_3(weights, gradient, lr, l1, l2):
    return ...


check(
    exercise_3,
    (torch.tensor([2.0, -0.5]), torch.tensor([1.0, 0.0]), 0.1, 0.5, 0.0, [1.85, -0.45]),
    (torch.tensor([2.0, -0.5]), torch.tensor([1.0, 0.0]), 0.1, 0.0, 0.5, [1.8, -0.475]),
    (torch.tensor([4.0, -1.0, 0.0]), torch.tensor([0.0, 1.0, -2.0]), 0.5, 0.2, 0.4, [3.1, -1.2, 1.0]),
)

# %% [markdown]
# **4.** Cut the samples 0 to `n - 1` into `k` parts for cross-validation: a list of `k` lists. Each sample is in one part only,
# and the sizes of the parts differ by 1 at most.


# %%
def exercise_4(n, k):
    return ...


def parts_of(n, k):
    def judge(parts):
        if len(parts) != k:
            return f"has {len(parts)} parts, not {k}"
        if sorted(i for part in parts for i in part) != list(range(n)):
            return f"does not hold each number from 0 to {n - 1} exactly once"
        if max(map(len, parts)) - min(map(len, parts)) > 1:
            return f"has parts of the sizes {[len(part) for part in parts]}"

    return judge


check(exercise_4, (30, 5, parts_of(30, 5)), (11, 4, parts_of(11, 4)))

# %% [markdown]
# **5.** Cures are combined in practice. Return options for `train` with which the validation loss of the fruits falls below 0.362
# without augmentation, as the mean of three networks from the seeds 1, 2 and 3. `{"l1": 0.005}` leads to 0.365, and with dropout
# beside it, `{"l1": 0.005, "dropout": 0.5}`, to 0.386: two cures are not always better than one.


# %%
def exercise_5():
    return ...


def judge_5(options):
    if "change" in options:
        return "uses augmentation"
    losses = [train(training, validation, **(options | {"seed": seed}))[1]["valid"][-1] for seed in (1, 2, 3)]
    if not sum(losses) / 3 < 0.362:
        return f"leads to a mean validation loss of {sum(losses) / 3:.3f}"


check(exercise_5, (judge_5,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. `zero_grad`, forward, loss, `backward`, `step`.
# 2. The steps before: what agrees adds up, what swings cancels.
# 3. Softmax.
#
# </details>
