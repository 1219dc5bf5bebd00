# %% [markdown]
# # 18 · Generative adversarial networks
#
# **Question:** How can a network learn to make new samples, when nobody can tell it the right output?
#
# **Needs:** lessons 02, 06, 09, 10, 11, 12, 13, 14.
#
# **Time:** 17 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does a forget gate of 1 do? (lesson 17)
# 2. What does max pooling keep? (lesson 15)
# 3. A network is sure and wrong. How large is its cross entropy? (lesson 10)
#
# So far each sample had a target, and the loss compared the two. For "draw a three that nobody has drawn yet" there is no
# target: every good three is right. A *generative adversarial network* (GAN) puts a second network in the target's place. The
# *generator* makes samples; the *discriminator* tells real samples from made ones; each learns from the other (Goodfellow et
# al., 2014).

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# products this small take one thread less time than several, which wait for each other
torch.set_num_threads(1)

# %% [markdown]
# ## The real samples
# The threes among the handwritten digits: 183 pictures of 8x8 grey values, here from 0 to 1.

# %%
pixels, labels = datasets.digits()
threes = pixels[labels == 3] / 16  # (1797, 64) -> (183, 64)
print(threes.shape)

# %% [markdown]
# ## Two networks
# The generator takes 8 random numbers, the *noise*, and gives a picture: other noise, another picture. `Sigmoid` keeps its
# pixels between 0 and 1. The discriminator takes a picture and gives one score; the sigmoid of the score is the probability
# that it gives to "this one is real". `LeakyReLU(0.2)` is a ReLU that multiplies negative numbers by 0.2 instead of making them
# 0, so that a slope always comes through: the generator will live on the slopes of the discriminator.


# %%
def networks():
    nn = torch.nn
    generator = nn.Sequential(
        nn.Linear(8, 72),  # (32, 8) @ (8, 72) -> (32, 72)
        nn.ReLU(),
        nn.Linear(72, 64),  # (32, 72) @ (72, 64) -> (32, 64)
        nn.Sigmoid(),
    )
    discriminator = nn.Sequential(
        nn.Linear(64, 80),  # (32, 64) @ (64, 80) -> (32, 80)
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
        nn.Linear(80, 1),  # (32, 80) @ (80, 1) -> (32, 1)
    )
    return generator, discriminator


torch.manual_seed(0)
generator, discriminator = networks()
discriminator.eval()  # no dropout while we measure
noise = torch.randn(32, 8)
made = generator(noise)  # (32, 8) -> (32, 64)
print(made.shape, discriminator(made).shape)
print(f"real with probability {discriminator(made).sigmoid().mean().item():.2f}, says the untrained discriminator")

# %% [markdown]
# ## Two opposite wishes
# With `p` for the discriminator's probability of "real":
#
# - The discriminator wants `p` near 1 for real samples and near 0 for made ones: `loss = -log(p_real) - log(1 - p_made)`.
# - The generator wants `p` near 1 for what it made: `loss = -log(p_made)`.
#
# Both are the binary cross entropy of lesson 10, with the target 1 for "real" and 0 for "made". `BCEWithLogitsLoss` takes the
# scores and applies the sigmoid itself. A discriminator that cannot tell says `p = 0.5`: then the losses are `2 · 0.693` and `0.693`.

# %%
loss_function = torch.nn.BCEWithLogitsLoss()
real, fake = torch.ones(32, 1), torch.zeros(32, 1)  # the targets of 32 scores
undecided = torch.zeros(32, 1)  # scores whose sigmoid is 0.5
print(f"discriminator: {(loss_function(undecided, real) + loss_function(undecided, fake)).item():.3f}")
print(f"generator:     {loss_function(undecided, real).item():.3f}")

# %% [markdown]
# ## Measure: what does the discriminator know about a pixel?
# Let the discriminator learn for 30 steps, with the generator as it is. Then nudge one pixel of a made picture by 0.001, and
# see how the generator's loss moves.
#
# **Guess first:** nobody told it where a three has ink. Which sign will the slope of a pixel on the stroke have, and of one
# beside it?

# %%
optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.001)
for _ in range(30):
    optimizer.zero_grad()
    loss = loss_function(discriminator(threes[:32]), real) + loss_function(discriminator(made.detach()), fake)
    loss.backward()
    optimizer.step()


def generator_loss(picture):
    return loss_function(discriminator(picture), real[:1])  # (1, 64) -> (1, 1) -> ()


picture = made[:1].detach()  # (1, 64)
for row, column in [(7, 3), (4, 0)]:
    nudged = picture.clone()
    nudged[0, 8 * row + column] += 0.001
    slope = (generator_loss(nudged) - generator_loss(picture)).item() / 0.001
    print(f"pixel in row {row}, column {column}: slope {slope:+.2f}")

# %% [markdown]
# Row 7, column 3 lies on the lower stroke of a three: there more ink makes the loss fall. Row 4, column 0 is empty in real
# threes: there more ink makes it grow. The discriminator, which was only asked "real or made?", knows where a three has ink.
#
# ## Derive: the target is a slope
# Backpropagation gives all 64 slopes at once. By the chain rule it goes on through the picture into the generator: loss, score,
# picture, weights of the generator. So the generator needs no target; it needs the slope of each pixel, and the
# discriminator is what provides it.

# %%
picture.requires_grad_()
generator_loss(picture).backward()
slopes = picture.grad[0]  # (1, 64) -> (64,)
print(f"row 7, column 3: {slopes[59].item():+.2f}; row 4, column 0: {slopes[32].item():+.2f}")

figure = viz.samples(
    torch.stack([threes.mean(dim=0), slopes / slopes.abs().max() * -0.5 + 0.5]).reshape(2, 8, 8),
    titles=["mean of the threes", "dark: more ink wanted"],
)
viz.save(figure, "pictures/18_slopes")
figure

# %% [markdown]
# ## One round
# The two take turns. In the discriminator's turn, `detach()` cuts the made pictures off from the generator: its gradients stop
# there. In the generator's turn they pass through the discriminator, but only the generator's optimizer steps.


# %%
def one_round(networks, optimizers, x, noise, loss_function):
    (generator, discriminator), (of_generator, of_discriminator) = networks, optimizers
    made = generator(noise)  # (32, 8) -> (32, 64)
    scores = discriminator(x)  # (32, 64) -> (32, 1)
    real, fake = torch.ones(32, 1), torch.zeros(32, 1)  # the targets

    of_discriminator.zero_grad()
    loss = loss_function(scores, real) + loss_function(discriminator(made.detach()), fake)
    loss.backward()
    of_discriminator.step()

    of_generator.zero_grad()
    wish = loss_function(discriminator(made), real)
    wish.backward()
    of_generator.step()
    return loss.item(), wish.item()


# %% [markdown]
# ## When it goes wrong
# Everybody forgets the `detach()` once:

# %%
generator, discriminator = networks()
made = generator(noise)
loss_function(discriminator(made), fake).backward()  # the discriminator's turn, without detach()
try:
    loss_function(discriminator(made), real).backward()  # the generator's turn
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown]
# The first `backward()` went on into the generator, and freed what the graph had kept on its way. The second one needs it
# again. `retain_graph=True`, which the message offers, would silence the error and waste the work: the repair is
# `made.detach()`.
#
# A mistake without an error: the generator's turn also leaves gradients in the discriminator. They point the wrong way for it.
# `of_discriminator.zero_grad()` throws them away, and so must stand after the generator's turn and before the discriminator's.

# %%
generator, discriminator = networks()
made = generator(noise)
loss_function(discriminator(made.detach()), fake).backward()
print("generator has gradients after the discriminator's turn:", generator[0].weight.grad is not None)
discriminator.zero_grad()
loss_function(discriminator(made), real).backward()
print("discriminator has gradients after the generator's turn:", discriminator[0].weight.grad is not None)

# %% [markdown]
# ## Automate: the training loop
# Each round takes 32 random threes and new noise. For both optimizers the first momentum is 0.5 instead of Adam's 0.9: the
# opponent changes all the time, so old gradients soon say little. The same 7 noises are drawn again and again, to see what
# becomes of their pictures.


# %%
def train(samples, rounds, watch=()):
    torch.manual_seed(0)
    pair = networks()
    optimizers = [torch.optim.Adam(network.parameters(), lr=0.001, betas=(0.5, 0.999)) for network in pair]
    loss_function = torch.nn.BCEWithLogitsLoss()
    same_noise = torch.randn(7, 8)
    losses, pictures = [], {}
    for i in range(rounds + 1):
        if i in watch:
            with torch.no_grad():
                pictures[i] = pair[0](same_noise).reshape(7, 8, 8)  # (7, 64) -> (7, 8, 8)
        x = samples[torch.randint(0, len(samples), (32,))]  # (183, 64) -> (32, 64)
        losses.append(one_round(pair, optimizers, x, torch.randn(32, 8), loss_function))
    return pair[0], losses, pictures


generator, losses, pictures = train(threes, 1200, watch=(0, 20, 50, 100, 300, 1200))
print(f"first losses: discriminator {losses[0][0]:.2f}, generator {losses[0][1]:.2f}")

# %% [markdown]
# ## The picture: samples over time
# Each column is one noise, each row a moment of the training.

# %%
figure = viz.samples({f"round {i}": images for i, images in pictures.items()})
viz.save(figure, "pictures/18_samples")
figure

# %% [markdown]
# First grey, then the place of the ink, then one three for all noises, and only later threes that differ. The losses tell much
# less:

# %%
means = torch.tensor(losses[:1200]).reshape(60, 20, 2).mean(dim=1)  # (1200, 2) -> (60, 20, 2) -> (60, 2)
figure, (axes,) = viz.panels(height=3.0)
rounds = torch.arange(10, 1200, 20).numpy()
axes.plot(rounds, means[:, 0].numpy(), color="#0072B2", linewidth=2, label="discriminator")
axes.plot(rounds, means[:, 1].numpy(), color="#E69F00", linewidth=2, linestyle="--", label="generator")
axes.axhline(1.386, color="#0072B2", linewidth=0.8, linestyle=":")
axes.axhline(0.693, color="#E69F00", linewidth=0.8, linestyle=":")
axes.set(xlabel="round", ylabel="loss (mean of 20 rounds)")
axes.legend(frameon=False)
figure.alt = (
    "The losses of both networks over 1200 rounds. From round 100 on they stay near the dotted lines, 1.386 and 0.693."
)
viz.save(figure, "pictures/18_losses")
figure

# %% [markdown]
# From round 100 on both stay near the dotted lines, where the discriminator cannot tell. No loss falls to 0, and none should:
# when one network gets better, the other's task gets harder. So a GAN is judged by its samples. Two questions are worth
# numbers:
#
# - **Do they look like threes?** The distance from each made picture to the nearest real one.
# - **Do they differ?** The standard deviation of each pixel over the samples. A generator that makes one and the same good
#   three is called *collapsed*; nothing in its loss forbids that.
#
# **Guess first:** how many of 200 made pictures are copies of a real three?


# %%
def nearest(made):
    distances = torch.cdist(made, threes)  # of each made one to each real one: (200, 64), (183, 64) -> (200, 183)
    return distances.amin(dim=1).mean().item()  # (200, 183) -> (200,) -> ()


torch.manual_seed(1)
with torch.no_grad():
    untrained, trained = (network(torch.randn(200, 8)) for network in (networks()[0], generator))
print(f"distance to the nearest three, untrained: {nearest(untrained):.1f}")
print("trained, at most half of that:", nearest(trained) < 0.5 * nearest(untrained))
print(f"standard deviation of a pixel, real threes: {threes.std(dim=0).mean().item():.2f}")
print("trained, at least half of that:", (trained.std(dim=0).mean() > 0.5 * threes.std(dim=0).mean()).item())
print("copies of a real three:", (torch.cdist(trained, threes) < 0.1).sum().item())

# %% [markdown]
# The generator has never seen a real three: only slopes have reached it. With all ten digits, larger networks and the digit's
# label as a further input, the same lines make what `benchmarks/runs/gan_digits.py` draws.
#
# ## The same under PyTorch


# %%
def ten_rounds():
    _, losses, pictures = train(threes, 9, watch=(0, 9))
    return {"losses of 10 rounds": losses, "pictures after 9 rounds": pictures[9]}


same_in_pytorch(ten_rounds)

# %% [markdown]
# ## Summary
# - The generator turns noise into samples; the discriminator gives the probability that a sample is real.
# - The generator learns from the slopes of the discriminator's score along each pixel; it sees no real sample.
# - The discriminator's turn needs `made.detach()`; each turn begins with its own `zero_grad()`.
# - Losses near 1.386 and 0.693 mean a draw. A GAN is judged by its samples: are they good, and do they differ?
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The discriminator's loss, from its probabilities for one real and one made sample: two tensors without axes.


# %%
def exercise_1(p_real, p_made):
    return ...


check(
    exercise_1,
    (torch.tensor(0.5), torch.tensor(0.5), 1.386294),
    (torch.tensor(0.9), torch.tensor(0.2), 0.328504),
)

# %% [markdown]
# **2.** A generator could also minimise `log(1 - p)` instead of `-log(p)`: both fall when `p` grows. Return the slope of each
# along the *score* (`p` is its sigmoid), by autograd or by hand. Which one still teaches a beginner, whose `p` is 0.01?


# %%
def exercise_2(score):
    return ...


check(exercise_2, (0.0, [-0.5, -0.5]), (-4.59512, [-0.01, -0.99]), (4.59512, [-0.99, -0.01]))

# %% [markdown]
# **3.** Is a generator collapsed? Return True if the standard deviation of the pixels of `made` `(n, 64)`, on average, is less
# than a tenth of that of `real` `(m, 64)`.


# %%
def exercise_3(made, real):
    return ...


check(
    exercise_3,
    (threes[:40], threes, False),
    (threes[:1] + 0.01 * threes[:40], threes, True),
    (threes[5:6].repeat(7, 1), threes, True),
)

# %% [markdown]
# **4.** Walk from one noise to another `(8,)` in `n` equal steps, both ends included, and return the pictures `(n + 1, 64)` of
# the generator on the way. Draw yours with `viz.samples`.


# %%
def exercise_4(generator, start, end, n):
    return ...


walker, _ = networks()  # any generator will do


def judge_4(answer):
    if not isinstance(answer, torch.Tensor):
        return f"returns a {type(answer).__name__}, expected a tensor (5, 64)"
    if answer.shape != (5, 64):
        return f"returns the shape {tuple(answer.shape)}, expected (5, 64)"
    noises = torch.linspace(0, 1, 5).reshape(5, 1).repeat(1, 8)  # (5,) -> (5, 8)
    wanted = walker(noises)  # (5, 8) -> (5, 64)
    if not near(answer[[0, 4]], wanted[[0, 4]]):
        return "does not begin and end with the pictures of the two noises"
    if not near(answer, wanted):
        return "does not take equal steps from noise to noise: step 1 of 4 is a quarter of the way"


check(
    exercise_4,
    (walker, torch.zeros(8), torch.ones(8), 4, judge_4),
    (torch.nn.Identity(), torch.tensor([0.0, 3.0]), torch.tensor([3.0, 0.0]), 3, [[0.0, 3], [1, 2], [2, 1], [3, 0]]),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. It keeps the whole of the old cell state.
# 2. The largest number of each block.
# 3. There is no limit to it: minus the logarithm of a probability near 0.
#
# </details>
