# %% [markdown]
# # 10 · Loss functions
#
# **Question:** How can one number say how wrong a network is?
#
# **Needs:** lessons 01, 02, 03, 05, 09.
#
# **Time:** 17 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Two layers without a function between them: what are they together? (lesson 09)
# 2. What does a seed repeat? (lesson 07)
# 3. Why were the differences squared before taking their mean? (lesson 03)
#
# Lesson 03 found weights by making one number smaller. That number is the *loss*: it compares the predictions with the targets,
# the right answers. Training does exactly what the loss asks for and nothing else, so it matters which loss we choose.

# %%
import math
import warnings

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

F = torch.nn.functional

# %% [markdown]
# ## Regression: how far from a number?
# The prices of four houses, in hundreds of thousands, and what a network said of them.

# %%
targets = torch.tensor([1.0, 1.8, 2.5, 3.6])  # (4,)
predictions = torch.tensor([1.2, 1.6, 2.5, 3.0])  # (4,)
difference = predictions - targets  # (4,) - (4,) -> (4,)

print("differences:", difference)
print(f"mean:                {difference.mean().item():.4f}")
print(f"mean of the sizes:   {difference.abs().mean().item():.4f}")
print(f"mean of the squares: {(difference * difference).mean().item():.4f}")

# %% [markdown]
# The plain mean is no loss. In the first two houses 0.2 too much and 0.2 too little cancel, as if nothing were wrong; and a
# network could make it as small as it likes by always answering less. A loss counts each difference without its sign:
#
# - **mean absolute error:** the mean of `|prediction − target|`. Here, (0.2 + 0.2 + 0 + 0.6) / 4 = 0.25.
# - **mean squared error:** the mean of `(prediction − target)²`. Here, (0.04 + 0.04 + 0 + 0.36) / 4 = 0.11.
#
# Both are 0 only if every prediction is right. The library has them:

# %%
print(f"l1_loss:  {F.l1_loss(predictions, targets).item():.4f}")
print(f"mse_loss: {F.mse_loss(predictions, targets).item():.4f}")

# %% [markdown]
# ## Measure: what does a loss ask for?
# Nudge one prediction by 0.001 and see how far each loss moves. Divided by the nudge, that is its slope (lesson 01).


# %%
def slope(loss, place):
    nudged = predictions.clone()
    nudged[place] += 0.001
    return (loss(nudged, targets) - loss(predictions, targets)).item() / 0.001


for i in (0, 1, 3):
    print(f"off by {difference[i].item():4.1f}:", end=" ")
    print(f"absolute {slope(F.l1_loss, i):5.2f}, squared {slope(F.mse_loss, i):5.2f}")

# %% [markdown]
# ## Derive: a square listens to large errors
# Write `d` for the difference and `h` for the nudge. `(d + h)² = d² + 2·d·h + h²`, and `h²` is too small to matter; so the square
# moves by `2·d·h`: its slope is `2·d`, and `2·d/4` in a mean of four. For the last house: 2 · (−0.6) / 4 = −0.3. The absolute
# value moves by `h` or `−h`, whatever `d` is: 1/4 or −1/4.
#
# So the squared error asks most of the largest errors, and hardly anything of the small ones. The absolute error asks the same of
# all. That decides what happens when one target is simply wrong. A fifth price was typed without its point, 36 for 3.6. Which
# *one* number is the best prediction for all five?
#
# **Guess first:** which number is best by the absolute error, and which by the squared one?

# %%
prices = torch.tensor([1.0, 1.8, 2.5, 3.6, 36.0])  # (5,)
candidates = torch.arange(0, 201) / 10  # (201,): 0.0, 0.1, … 20.0
off = candidates.reshape(201, 1) - prices  # (201, 1) - (5,) -> (201, 5): each candidate minus each price
absolute = off.abs().mean(dim=1)  # (201, 5) -> (201,)
squared = (off * off).mean(dim=1)  # (201, 5) -> (201,)

# argmin: the place of the smallest number
print(f"best by the absolute error: {candidates[absolute.argmin()].item():.1f}")
print(f"best by the squared error:  {candidates[squared.argmin()].item():.1f}")
print(f"mean of the prices:         {prices.mean().item():.2f}")

# %% [markdown]
# The squared error chose the mean, which lies far from every true price: one *outlier* pulled it there. The absolute error chose
# the value in the middle, the median, and would choose the same if the typing error were 360. In the picture, each loss is divided
# by its smallest value, so that both fit in.

# %%
figure, (left, right) = viz.panels(2, height=3.1)
d = torch.arange(-20, 21) / 10
for name, values, curve, style, colour in [
    ("absolute", d.abs(), absolute, "--", "#D55E00"),
    ("squared", d * d, squared, "-", "#0072B2"),
]:
    left.plot(d.numpy(), values.numpy(), style, linewidth=2, color=colour, label=name)
    right.plot(candidates.numpy(), (curve / curve.amin()).numpy(), style, linewidth=2, color=colour)
    best = curve.argmin().item()
    right.plot(candidates[best].item(), 1.0, "o", color=colour)
    right.text(candidates[best].item(), 0.94, f"{candidates[best].item():.1f}", ha="center", va="top", color=colour)
left.set(title="loss of one sample", xlabel="difference")
right.set(title="five prices, one wrong", xlabel="the one prediction", ylabel="loss ÷ its minimum", ylim=(0.85, 2.0))
left.legend(frameon=False)
figure.alt = "Left: the absolute loss is a V, the squared one a parabola. Right: with an outlier they are smallest at 2.5 and 9.0."
viz.save(figure, "pictures/10_regression")
figure

# %% [markdown]
# ## Classification: why not count mistakes?
# Four fruits, three classes: 0 is apple, 1 orange, 2 lemon. A network gives each fruit three *scores*, and the largest one is its
# answer.
#
# **Guess first:** the right score of the last fruit gets a little more. By how much does the number of mistakes move?

# %%
scores = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0], [1.0, 0.2, 1.5], [0.3, 0.1, 0.2]])  # (4, 3)
labels = torch.tensor([0, 1, 2, 2])  # (4,): a whole number for each sample


def mistakes(scores):
    return (scores.argmax(dim=1) != labels).sum().item()  # (4, 3) -> (4,) -> ()


nudged = scores.clone()
nudged[3, 2] += 0.001  # a little more for the right class of the last fruit
print(f"mistakes: {mistakes(scores)}, after the nudge: {mistakes(nudged)}")

# %% [markdown]
# The nudge was an improvement, and the count did not move: its slope is 0 nearly everywhere, so it never says which way is better.
# Counting mistakes is for people, as the *accuracy*; for training we need a number that feels every nudge.
#
# ## Derive: cross entropy
# Softmax (lesson 09) turns the scores of a sample into probabilities. A good network gives a high probability to what is true. So
# look at the probability `p` that it gave to the *right* class.

# %%
probabilities = torch.softmax(scores, dim=1)  # (4, 3) -> (4, 3): each row adds up to 1
p_right = torch.stack(
    [probabilities[i, label] for i, label in enumerate(labels.tolist())]
)  # four numbers in one tensor, (4,)
print(probabilities)
print("of the right class:", p_right)
print(f"all four right:     {p_right.prod().item():.4f}")
print(f"-log of the product: {-p_right.prod().log().item():.4f}")
print(f"sum of the -log:     {(-p_right.log()).sum().item():.4f}")

# %% [markdown]
# The probability that all four are right is the product. A product of thousands of such numbers is too small for a computer, and
# its slopes are awkward; the logarithm makes a sum of it. Minus, so that smaller is better; the mean, so that it does not depend on
# the number of samples. That is the **cross entropy**: the mean of `−log p`, `p` being the probability of the right class.

# %%
for p in (1.0, 0.9, 0.5, 0.1, 0.01):  # -log p is log 1/p
    print(f"p = {p:4}: loss {math.log(1 / p):.3f}")

figure, (axes,) = viz.panels(height=3.0)
p = torch.arange(1, 101) / 100
axes.plot(p.numpy(), (-p.log()).numpy(), linewidth=2, color="#0072B2")
axes.plot([1 / 3], [math.log(3)], "o", color="#D55E00")
axes.text(0.35, 1.2, "three classes, a blind guess: log 3", color="#D55E00")
axes.set(xlabel="probability of the right class", ylabel="loss of one sample")
figure.alt = "The curve of minus the logarithm: 4.6 at a probability of 0.01, 1.1 at one third, 0 at 1."
viz.save(figure, "pictures/10_cross_entropy")
figure

# %% [markdown]
# Being sure and wrong is expensive: there is no limit to it. A network that knows nothing gives three classes 1/3 each, and its
# loss is log 3 ≈ 1.10. If the loss of an untrained network starts far from the logarithm of the number of classes, something is
# wrong, in the network or in the scale of its inputs: the ten digits of the quick start give about 2.3, which is log 10, and 2.9 to
# 4.2 (from eight seeds) if their pixels are not divided by 16.
#
# ## Automate: from the scores in one call
# `cross_entropy` takes the *scores* and does softmax and logarithm itself.

# %%
print(f"by hand:       {(-p_right.log()).mean().item():.4f}")
print(f"cross_entropy: {F.cross_entropy(scores, labels).item():.4f}")  # (4, 3), (4,) -> ()

# %% [markdown]
# There is a reason to do both at once. In a sample with the scores 200, 0 and 0, the second class has a probability of 10⁻⁸⁷, which
# float32 rounds to 0, and the logarithm of 0 is −∞. From the scores, the loss is simply 200:

# %%
sure_and_wrong = torch.tensor([[200.0, 0.0, 0.0]])  # (1, 3)
print("probabilities:", torch.softmax(sure_and_wrong, dim=1))
print("cross_entropy:", F.cross_entropy(sure_and_wrong, torch.tensor([1])))

# %% [markdown]
# And what does it ask for? Nudge each score of the first fruit, an apple:

# %%
for j in range(3):
    nudged = scores[:1].clone()  # (1, 3)
    nudged[0, j] += 0.001
    moved = F.cross_entropy(nudged, labels[:1]) - F.cross_entropy(scores[:1], labels[:1])
    print(f"score {j}: slope {moved.item() / 0.001:5.2f}, probability {probabilities[0, j].item():.2f}")

# %% [markdown]
# The slope is the probability, minus 1 for the right class: 0.66 − 1 = −0.34. It says: raise the right score, the more its
# probability falls short of 1; lower each other one, the more probability it has. When the probabilities are right, it asks for
# nothing more.
#
# ## Two classes: one score is enough
# With two classes, yes or no, the sigmoid of one score is the probability of yes, `p`; that of no is `1 − p`. The loss is again
# minus the logarithm of what happened. `binary_cross_entropy_with_logits` takes the score (also called *logit*) and does the rest.

# %%
ripe_scores = torch.tensor([2.0, -1.0, 0.5])  # (3,)
ripe = torch.tensor([1.0, 0.0, 0.0])  # (3,): yes, no, no
p = torch.sigmoid(ripe_scores)
happened = torch.where(ripe == 1, p, 1 - p)  # p where ripe is 1, else 1 - p: (3,)
print("probability of what happened:", happened)
print(f"by hand: {(-happened.log()).mean().item():.4f}")
print(f"library: {F.binary_cross_entropy_with_logits(ripe_scores, ripe).item():.4f}")

# %% [markdown]
# ## When it goes wrong
# Three mistakes. The first is loud: the labels of `cross_entropy` are whole numbers, the numbers of the classes.

# %%
try:
    F.cross_entropy(scores, torch.tensor([0.0, 1.0, 2.0, 2.0]))
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(F.cross_entropy(scores, torch.tensor([0, 1, 2, 2])))  # repaired

# %% [markdown]
# The second only warns. A network with one output gives the shape `(4, 1)`; the targets are `(4,)`. Their difference is `(4, 4)`:
# each prediction minus *each* target. Here the warning is made an error, so that we can print it.

# %%
column = predictions.reshape(4, 1)  # as a layer with one output would give it
try:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.mse_loss(column, targets)
except UserWarning as warning:
    print(f"UserWarning: {warning}")
print(f"wrong:    {((column - targets) * (column - targets)).mean().item():.4f}")  # (4, 1) - (4,) -> (4, 4)
print(f"repaired: {F.mse_loss(column, targets.reshape(4, 1)).item():.4f}")  # (4, 1) - (4, 1) -> (4, 1)

# %% [markdown]
# The third says nothing at all: to give `cross_entropy` probabilities instead of scores. Softmax is then applied twice, and even
# a perfect answer keeps a large loss, for probabilities differ by at most 1.
#
# **Guess first:** how large is the loss of a perfect answer then?

# %%
perfect = torch.tensor([[1.0, 0.0, 0.0]])  # probabilities: surely an apple
print(f"perfect probabilities taken for scores: {F.cross_entropy(perfect, torch.tensor([0])).item():.4f}")
print(f"scores 20, 0, 0:                        {F.cross_entropy(perfect * 20, torch.tensor([0])).item():.4f}")

# %% [markdown]
# ## The same under PyTorch


# %%
def losses():
    return {
        "l1_loss": F.l1_loss(predictions, targets),
        "mse_loss": F.mse_loss(predictions, targets),
        "cross_entropy": F.cross_entropy(scores, labels),
        "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits(ripe_scores, ripe),
    }


same_in_pytorch(losses)

# %% [markdown]
# Written as layers, the same functions are called `torch.nn.L1Loss()`, `MSELoss()`, `CrossEntropyLoss()` and `BCEWithLogitsLoss()`.
#
# ## Summary
# - A loss is one number, 0 or near it when all is right, and each nudge of a prediction moves it.
# - Regression: the squared error asks most of large errors and leads to the mean; the absolute error leads to the median.
# - Classification: cross entropy, minus the logarithm of the probability of the right class. Its slope is probability minus truth.
# - `cross_entropy` takes scores and whole numbers: `(4, 3), (4,) -> ()`. Predictions and targets of `mse_loss` have one shape.
# - Untrained, a network with `k` classes should start near log `k`.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The root of the mean squared error, which has the unit of the targets: for prices, money and not money squared.


# %%
def exercise_1(predictions, targets):
    return ...


check(
    exercise_1,
    (predictions, targets, 0.11**0.5),
    (torch.tensor([[1.0, 5.0, 2.0]]), torch.tensor([[1.0, 2.0, 6.0]]), (25 / 3) ** 0.5),
)

# %% [markdown]
# **2.** A loss between both: for each difference `d` it is `d²/2` where `|d|` is below 1, else `|d| − 1/2`. Return the mean. (It is
# called Huber's loss. Why does it tolerate outliers? And why −1/2?)


# %%
def exercise_2(predictions, targets):
    return ...


check(
    exercise_2,
    (torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), 1.3125),
    (torch.tensor([1.0, 0.0, -9.0]), torch.tensor([1.0, 2.0, 1.0]), 11 / 3),
)

# %% [markdown]
# **3.** Seven of ten fruits are apples, and the network knows nothing else. So it gives *every* fruit the same probability `p` of
# being an apple. Which `p` makes the loss smallest, if `apples` of `n` fruits are apples?


# %%
def exercise_3(apples, n):
    return ...


check(exercise_3, (7, 10, 0.7), (1, 4, 0.25))

# %% [markdown]
# **4.** The first loss that you expect of an untrained network with `classes` classes.


# %%
def exercise_4(classes):
    return ...


check(exercise_4, (3, math.log(3)), (10, math.log(10)))

# %% [markdown]
# **5.** The slopes of the cross entropy along all scores at once, `(n, classes)`, without any nudge. Mind the mean over the `n`
# samples.


# %%
def exercise_5(scores, labels):
    return ...


check(
    exercise_5,
    (torch.tensor([[0.0, 0.0, 0.0, 0.0]]), torch.tensor([3]), [[0.25, 0.25, 0.25, -0.75]]),
    (torch.tensor([[1.0, 2.0, 5.0]]).log(), torch.tensor([0]), [[-7 / 8, 2 / 8, 5 / 8]]),
    (
        torch.tensor([[1.0, 3.0], [1.0, 1.0], [4.0, 1.0]]).log(),
        torch.tensor([0, 1, 1]),
        [[-0.25, 0.25], [1 / 6, -1 / 6], [0.8 / 3, -0.8 / 3]],
    ),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. One layer, with the weights `W2 @ W1`.
# 2. The same numbers, if the same calls follow in the same order.
# 3. Because too high and too low would cancel each other.
#
# </details>
