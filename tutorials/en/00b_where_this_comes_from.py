# %% [markdown]
# # 00b · Where this comes from
#
# **Question:** What is machine learning, how did it get here, and what must one not expect of it?
#
# **Needs:** nothing.
#
# **Time:** 21 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does the network of the quick start read? (lesson 00)
# 2. What does the seed decide there? (lesson 00)
# 3. What happens to the loss on digits that only watch? (lesson 00)
#
# This is a lesson to look at. Its programs run, and their numbers are real; how they work is told from lesson 01 on, piece by piece.
#
# *Artificial intelligence* is the old name for the wish that machines do what takes a mind. *Machine learning* is the part of it in which
# nobody writes the rule down: a program finds it in examples. A *neural network* is one kind of such program, sums and simple functions
# with numbers in them that training adjusts; *deep learning* is the same with many layers.
#
# | what for | example | here |
# |---|---|---|
# | a number from numbers | the price of a house, tomorrow's temperature | lesson 03 |
# | one of several classes | a digit, spam or not, ill or not | lessons 00, 10, 13 |
# | pictures | what is to be seen in a photograph, and where | lesson 15 |
# | sequences | speech, electricity demand, sunspots | lessons 16, 17 |
# | something new of a known kind | faces, voices, pictures | lesson 18 |
# | text | translation, answers, programs | lesson 19 |

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

# %% [markdown]
# ## 1957: a machine that learns
# In 1943 McCulloch and Pitts [1] describe a nerve cell as arithmetic: it adds up what comes in, and fires if the sum passes a threshold. In
# 1957 Frank Rosenblatt describes the *perceptron* [2], such a cell whose weights change by themselves. His rule fits on one line: if the answer
# is right, do nothing; if it is wrong, add the inputs to the weights, or take them away.
#
# Let it learn the word "and": two inputs, answer 1 if both are 1.


# %%
def perceptron(inputs, targets, rounds=100):
    """Rosenblatt's rule: the weights, the bias, and how many answers were wrong in each round."""
    weights, bias, wrong = torch.zeros(2), torch.zeros(()), []
    for _ in range(rounds):
        mistakes = 0
        for x, target in zip(inputs, targets, strict=True):
            answer = 1.0 if weights @ x + bias > 0 else 0.0  # (2,) @ (2,) -> ()
            weights, bias = weights + (target - answer) * x, bias + (target - answer)
            mistakes += answer != target
        wrong.append(mistakes)
    return weights, bias, wrong


inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
weights, bias, wrong = perceptron(inputs, [0.0, 0.0, 0.0, 1.0])
print("wrong answers, round by round:", wrong[:8])
print(f"weights {weights.tolist()}, bias {bias.item()}")

# %% [markdown]
# After five rounds it makes no more mistakes, and nobody told it the rule. The New York Times of 8 July 1958 reports that the Navy expects of it
# a machine that will walk, talk, see, write and know that it exists.
#
# ## 1969: the word "or"
# Take "either ... or", XOR: 1 if exactly one input is 1. **Guess first:** how many rounds?

# %%
_, _, wrong = perceptron(inputs, [0.0, 1.0, 1.0, 0.0])
print("wrong answers, the first rounds:", wrong[:8])
print("wrong answers, the last rounds: ", wrong[-4:])

# %% [markdown]
# It never learns it, and no other rule would. A cell with the weights `w1`, `w2` and the bias `b` would have to satisfy
#
# | inputs | answer | so |
# |---|---|---|
# | 0, 0 | 0 | `b ≤ 0` |
# | 0, 1 | 1 | `w2 + b > 0` |
# | 1, 0 | 1 | `w1 + b > 0` |
# | 1, 1 | 0 | `w1 + w2 + b ≤ 0` |
#
# The two lines in the middle add up to `w1 + w2 + 2b > 0`. Take the last one away from it: `b > 0`. That contradicts the first. In 1969
# Minsky and Papert's book *Perceptrons* [3] proves this and much more about what single layers cannot do, and for years few people work on
# networks.
#
# Yet two layers can do it, and everybody knew: "either ... or" is "or, but not and".


# %%
def fires(x, weights, bias):
    return (x @ torch.tensor(weights) + bias > 0).float()  # (4, 2) @ (2,) -> (4,)


either = fires(inputs, [1.0, 1.0], -0.5)  # or
both = fires(inputs, [1.0, 1.0], -1.5)  # and
print("or, and:", either.tolist(), both.tolist())
print("xor:    ", fires(torch.stack([either, both], dim=1), [1.0, -1.0], -0.5).tolist())

# %% [markdown]
# Here a person has chosen the weights. What was missing was a rule for *learning* them: a step is flat almost everywhere, so that
# nothing tells a weight of the first layer whether it should grow.
#
# ## 1986: errors on their way back
# Put a smooth function in place of the step, and the chain rule tells each weight, however deep, which way is better. Linnainmaa described the
# method in 1970 [4]; Rumelhart, Hinton and Williams showed in 1986 [5] that networks learn with it what nobody taught their hidden
# layers: *backpropagation*, lesson 11.


# %%
def learn_xor(steps=300):
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    targets, losses = torch.tensor([[0.0], [1.0], [1.0], [0.0]]), []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


model, losses = learn_xor()
print(f"loss: {losses[0]:.2f} at first, in the end ≈ {losses[-1]:.3f}")
print("answers:", (model(inputs) > 0).int().flatten().tolist())

# %% [markdown]
# ## From there to here
# After 1986 the ideas come one by one; computers and collections of data catch up with them. LeCun reads postcodes with a convolutional network
# in 1989 [6], and cheques in 1998 [7]. The LSTM of 1997 [8] remembers over long sequences. Then little happens in public, until in 2012 a large
# convolutional network [10], trained on the million photographs of ImageNet [9], makes 15 % mistakes (with five guesses for each photograph) where
# the second-best program makes 26 %. From then on things go fast.

# %%
EVENTS = {
    1943: "a nerve cell as arithmetic",
    1957: "the perceptron learns",
    1969: "one layer cannot do XOR",
    1986: "backpropagation",
    1989: "LeNet reads postcodes",
    1997: "LSTM",
    2012: "AlexNet wins at ImageNet",
    2014: "generative adversarial networks",
    2017: "attention is all you need",
    2018: "GPT",
    2020: "GPT-3: 175 billion weights",
}
figure, (axes,) = viz.panels(height=4.6)
axes.plot([0, 0], [1940, 2023], color="#767676", linewidth=2)
for i, (year, event) in enumerate(EVENTS.items()):
    place = 1942 + i * 8  # labels at equal distances, whatever the years
    setback = year == 1969
    axes.plot([0, 0.25], [year, place], color="#767676", linewidth=0.8)
    axes.plot(0, year, marker="^" if setback else "o", markersize=8, color="#D55E00" if setback else "#0072B2")
    axes.text(0.27, place, f"{year}   {event}", va="center", fontsize=11)
axes.set(xlim=(-0.1, 1.2), ylim=(2027, 1938), yticks=range(1940, 2021, 20))
axes.xaxis.set_visible(False)
axes.spines[["bottom", "left"]].set_visible(False)
figure.alt = (
    "A time line from 1940 to today, later years below. " + "; ".join(f"{y}: {e}" for y, e in EVENTS.items()) + "."
)
viz.save(figure, "pictures/00b_time_line")
figure

# %% [markdown]
# The triangle is the turning point: the proof that one layer is not enough is the reason that networks have several. The generative adversarial
# networks are Goodfellow's [11], attention without recurrence is Vaswani's [12], the first GPT Radford's [13], the third Brown's [14]. Small ones of
# each kind you will build.
#
# ## Limits: asked about what it has not seen
# A network of this kind draws smooth curves through its examples. Where there are none, it says something too, and as firmly.

# %%
torch.manual_seed(0)
x = torch.linspace(-1.0, 1.0, 50).reshape(-1, 1)  # (50, 1)
square = torch.nn.Sequential(torch.nn.Linear(1, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
optimizer = torch.optim.Adam(square.parameters(), lr=0.02)
for _ in range(300):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(square(x), x * x).backward()
    optimizer.step()
for value in (0.5, 1.0, 3.0):
    print(f"the square of {value} is {value * value}, the network says ≈ {square(torch.tensor([[value]])).item():.2f}")

# %% [markdown]
# ## Bias: whoever is rare is served worse
# Two groups of people, 960 and 40. In the first a yes or no depends on one measurement, in the second on another. The network is told the group, so it
# could be fair. It is as right as could be wished, on average.


# %%
def people(n, group):
    x = torch.randn(n, 2)
    y = (x[:, group] > 0).float().reshape(-1, 1)  # the first or the second measurement decides
    return torch.cat([x, torch.full((n, 1), float(group))], dim=1), y  # (n, 3), (n, 1)


def classifier(x, y):
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
        optimizer.step()
    return lambda x, y: ((model(x) > 0) != (y == 1)).float().mean().item()  # the share of mistakes


torch.manual_seed(0)
test = people(960, 0), people(40, 1), people(1000, 1)
for rare in (40, 400):
    (x_a, y_a), (x_b, y_b) = people(960, 0), people(rare, 1)
    mistakes = classifier(torch.cat([x_a, x_b]), torch.cat([y_a, y_b]))
    average = mistakes(torch.cat([test[0][0], test[1][0]]), torch.cat([test[0][1], test[1][1]]))
    print(f"{rare} examples of the rare group: mistakes ≈ {average:.0%} on average,", end=" ")
    print(f"first group ≈ {mistakes(*test[0]):.0%}, rare group ≈ {mistakes(*test[2]):.0%}")

# %% [markdown]
# The average hides it: it is made of 96 parts of the one and 4 of the other. No ill will was needed, only a loss that is a mean over examples. The
# same was found in products: of three programs that tell women from men in photographs, none was wrong on more than 0.8 % of light-skinned men, and one
# on 34.7 % of dark-skinned women [15]. So: measure each group by itself, and collect where there is little.
#
# ## Privacy: what is learned by heart can be asked for
# Forty people with a secret, yes or no, that follows from nothing (the toss of a coin); a network learns them by heart (lesson 14 says
# how that comes). Somebody who holds a person's data asks the network, and wants to know: was this person among the forty?

# %%
torch.manual_seed(0)
known, secret = torch.randn(80, 8), torch.randint(0, 2, (80, 1)).float()
model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.binary_cross_entropy_with_logits(model(known[:40]), secret[:40]).backward()
    optimizer.step()
losses = torch.nn.functional.binary_cross_entropy_with_logits(model(known), secret, reduction="none").flatten()  # (80,)
member = losses < 0.1  # small loss: it has met this person
caught, suspected = member[:40].float().mean().item(), member[40:].float().mean().item()
print(f"said to be members: ≈ {caught:.0%} of those who are, ≈ {suspected:.0%} of those who are not")

# %% [markdown]
# Whether somebody was a patient in a study can be a secret in itself. This attack is of the kind of Shokri's [16]; Carlini and others made GPT-2
# recite names, telephone numbers and e-mail addresses that stood in its training texts [17]. What helps is what helps against overfitting, and above all not to train
# with what must not be known.
#
# ## Energy
# In training, each weight costs some 6 calculations for each symbol that is read: a product and a sum forward, two of each on the way back.

# %%
gpt3 = 6 * 175e9 * 300e9  # weights, symbols
digits = 6 * (64 * 256 + 256 + 256 * 10 + 10) * 1197 * 40  # the quick start: weights, digits, epochs
print(f"GPT-3: {gpt3:.1e} calculations, the quick start: {digits:.1e}: {gpt3 / digits:.0e} times as many")
print(f"{1287} MWh are what {1287 / 2:.0f} households use in a year, at 2 MWh each")

# %% [markdown]
# 1,287 MWh is what training GPT-3 once has taken, by Patterson's estimate [18]; asking it comes on top. The quick start of lesson 00 takes some seconds on an
# old laptop. A small model that suffices is better than a large one that impresses.
#
# ## When it goes wrong
# The inputs are zeros and ones, so somebody leaves out the points:

# %%
try:
    torch.tensor([[0, 1], [1, 1]]) @ torch.tensor([1.0, 1.0])
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(torch.tensor([[0.0, 1.0], [1.0, 1.0]]) @ torch.tensor([1.0, 1.0]))  # repaired: (2, 2) @ (2,) -> (2,)

# %% [markdown]
# `0` is a whole number and `0.0` one with a fraction; weights are of the second kind, and a product wants both of one kind.
#
# ## The same under PyTorch
# PyTorch [19] is the library that most networks of today are written in, and the one that these lessons copy.


# %%
def xor():
    return {"losses of XOR": learn_xor()[1]}


same_in_pytorch(xor)

# %% [markdown]
# ## Sources
# 1. W. S. McCulloch, W. Pitts: A logical calculus of the ideas immanent in nervous activity. *Bulletin of Mathematical Biophysics* 5, 115–133, 1943.
# 2. F. Rosenblatt: The perceptron: a perceiving and recognizing automaton. Report 85-460-1, Cornell Aeronautical Laboratory, 1957; and: The perceptron: a
#    probabilistic model for information storage and organization in the brain. *Psychological Review* 65(6), 386–408, 1958.
# 3. M. Minsky, S. Papert: *Perceptrons: An Introduction to Computational Geometry*. MIT Press, 1969.
# 4. S. Linnainmaa: The representation of the cumulative rounding error of an algorithm as a Taylor expansion of the local rounding errors. Master's thesis (in Finnish),
#    University of Helsinki, 1970.
# 5. D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors. *Nature* 323, 533–536, 1986.
# 6. Y. LeCun and others: Backpropagation applied to handwritten zip code recognition. *Neural Computation* 1(4), 541–551, 1989.
# 7. Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. *Proceedings of the IEEE* 86(11), 2278–2324, 1998.
# 8. S. Hochreiter, J. Schmidhuber: Long short-term memory. *Neural Computation* 9(8), 1735–1780, 1997.
# 9. J. Deng and others: ImageNet: a large-scale hierarchical image database. *CVPR*, 248–255, 2009.
# 10. A. Krizhevsky, I. Sutskever, G. E. Hinton: ImageNet classification with deep convolutional neural networks. *NIPS* 25, 2012.
# 11. I. Goodfellow and others: Generative adversarial nets. *NIPS* 27, 2014.
# 12. A. Vaswani and others: Attention is all you need. *NIPS* 30, 2017.
# 13. A. Radford, K. Narasimhan, T. Salimans, I. Sutskever: Improving language understanding by generative pre-training. OpenAI, 2018.
# 14. T. B. Brown and others: Language models are few-shot learners. *NeurIPS* 33, 2020.
# 15. J. Buolamwini, T. Gebru: Gender shades: intersectional accuracy disparities in commercial gender classification. *Proceedings of Machine Learning
#     Research* 81, 77–91, 2018.
# 16. R. Shokri, M. Stronati, C. Song, V. Shmatikov: Membership inference attacks against machine learning models. *IEEE Symposium on Security and Privacy*, 3–18, 2017.
# 17. N. Carlini and others: Extracting training data from large language models. *USENIX Security Symposium*, 2021.
# 18. D. Patterson and others: Carbon emissions and large neural network training. arXiv:2104.10350, 2021.
# 19. A. Paszke and others: PyTorch: an imperative style, high-performance deep learning library. *NeurIPS* 32, 2019.
#
# ## Summary
# - Machine learning finds rules in examples. A neural network is sums and simple functions whose numbers are adjusted.
# - One layer learns "and" and cannot learn "either ... or"; two can, and backpropagation finds their weights.
# - Where there were no examples, an answer is worth nothing; where there were few, it is worse. An average hides that.
# - What was learned by heart can be got out again.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Weights and bias of a single cell for "the first, but not the second": 1 for the inputs 1, 0, and 0 for the other three. Return
# `[w1, w2, b]`; the cell fires if `w1·x1 + w2·x2 + b > 0`.


# %%
def exercise_1():
    return ...


def judge_1(answer):
    w1, w2, b = answer
    for (x1, x2), wanted in {(0, 0): False, (0, 1): False, (1, 0): True, (1, 1): False}.items():
        if (w1 * x1 + w2 * x2 + b > 0) != wanted or not abs(w1 * x1 + w2 * x2 + b) < 1e9:
            return f"is wrong for the inputs {x1}, {x2}"


check(exercise_1, (judge_1,))

# %% [markdown]
# **2.** One step of Rosenblatt's rule: from `[w1, w2, b]`, an input `[x1, x2]` and the right answer, the new `[w1, w2, b]`.


# %%
def exercise_2(cell, x, target):
    return ...


check(
    exercise_2,
    ([0.0, 0.0, 0.0], [1.0, 1.0], 1.0, [1.0, 1.0, 1.0]),
    ([1.0, 1.0, 1.0], [0.0, 1.0], 0.0, [1.0, 0.0, 0.0]),
    ([2.0, 1.0, -2.0], [1.0, 1.0], 1.0, [2.0, 1.0, -2.0]),
    ([2.0, 3.0, -2.0], [0.5, 0.5], 0.0, [1.5, 2.5, -3.0]),
)

# %% [markdown]
# **3.** For each person, whether the answer was right, and the name of the group. Return the share of *wrong* answers in the group that is served
# worst.


# %%
def exercise_3(right, groups):
    return ...


check(
    exercise_3,
    ([True, True, True, False, True, False], ["a", "a", "a", "a", "b", "b"], 0.5),
    ([True, False, True, True, False, True, True], ["a", "a", "b", "b", "a", "c", "c"], 2 / 3),
    ([True, True], ["a", "b"], 0.0),
)

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. Handwritten digits, pictures of 8 × 8 pixels.
# 2. Which digits are for the test, and what the network begins with.
# 3. It soon falls more slowly, and ends higher than on those that the network learns from.
#
# </details>
