# %% [markdown]
# # 19 · Attention and a small GPT
#
# **Question:** How can each letter of a name find out which of the letters before it matter?
#
# **Needs:** lessons 02, 05, 07, 09, 10, 11, 12, 13, 16, 17.
#
# **Time:** 19 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does a generator learn from, if it sees no real sample? (lesson 18)
# 2. What is handed on from step to step in a recurrent network? (lesson 16)
# 3. When is a dot product of two vectors large? (lesson 05)
#
# A recurrent network squeezes everything it has read into one state, step after step. *Attention* keeps all places, and lets
# each one choose from which others it takes, and how much. Networks built of it are called *transformers* (Vaswani et al.,
# 2017); a GPT is one that continues a text. Ours will write names.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

nn, F = torch.nn, torch.nn.functional

# products this small take one thread less time than several, which wait for each other
torch.set_num_threads(1)

# %% [markdown]
# ## A weighted mean
# Three places, each with a vector of two numbers, its *value*. Place 2 is to take half of its own value, and a quarter of each
# other. With one row of weights for each place, a matrix product does it for all:

# %%
value = torch.tensor([[4.0, 0.0], [0.0, 8.0], [2.0, 2.0]])  # (3, 2)
weights = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])  # (3, 3): each row sums to 1
print(weights @ value)  # (3, 3) @ (3, 2) -> (3, 2)

# %% [markdown]
# ## Where the weights come from
# Nobody chooses them. Each place has two more vectors: a *query*, what it looks for, and a *key*, what it offers. The dot
# product of a query and a key is large when they point the same way: that is the score of the pair. Softmax turns the scores of
# a row into weights that sum to 1 (lesson 09).

# %%
query = torch.tensor([[1.0, 0.0, 0.0, 1.0], [0.0, 2.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]])  # (3, 4)
key = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 2.0, 0.0]])  # (3, 4)
scores = query @ key.transpose(0, 1)  # (3, 4) @ (4, 3) -> (3, 3): row = who asks, column = who is asked
print(scores)
print(scores.softmax(dim=1))  # (3, 3) -> (3, 3)

# %% [markdown]
# ## Measure: how large are the scores?
# Random queries and keys of `d` numbers with standard deviation 1: what is that of the scores, and how large is the largest of
# 10 weights?
#
# **Guess first:** how large is the largest of 10 weights if `d` is 1024 and nothing is divided?

# %%
torch.manual_seed(0)
for d in (4, 64, 1024):
    q, k = torch.randn(500, d), torch.randn(10, d)
    scores = q @ k.transpose(0, 1)  # (500, d) @ (d, 10) -> (500, 10)
    largest, scaled = (s.softmax(dim=1).amax(dim=1).mean().item() for s in (scores, scores / math.sqrt(d)))
    print(
        f"d = {d}: standard deviation {scores.std().item():.1f}, largest weight {largest:.2f}; divided by √d: {scaled:.2f}"
    )

# %% [markdown]
# ## Derive: divide by √d
# A score is a sum of `d` products, each of variance 1 (the variance is the square of the standard deviation). Variances add up,
# so the score has variance `d`, and standard deviation `√d`. With large `d` the softmax gives nearly everything to one place,
# its slopes are nearly 0, and nothing is learned. Divided by `√d`, the scores keep the standard deviation 1, whatever `d` is.
#
# ## No look ahead
# A network that has to guess the next letter must not see it. So place `i` may look at the places up to `i` only: the other
# scores become minus infinity, and `exp(-∞) = 0` makes their weights 0. This is the *causal mask*.


# %%
def attention(query, key, value):
    length, d = query.shape[-2:]
    scores = query @ key.transpose(-2, -1) / math.sqrt(d)  # (..., 3, 4) @ (..., 4, 3) -> (..., 3, 3)
    after = query.new_ones(length, length).triu(1) == 1  # True where the column comes after the row
    weights = scores.masked_fill(after, -math.inf).softmax(dim=-1)
    return weights @ value, weights  # (..., 3, 3) @ (..., 3, 2) -> (..., 3, 2)


output, weights = attention(query, key, value)
print(output)
figure = viz.attention(weights, ["a", "n", "i"])
viz.save(figure, "pictures/19_three_letters")
figure

# %% [markdown]
# Is that true? Nudge the value and the key of the last place by 0.001. Only the last row of the output may move.

# %%
nudge = torch.tensor([[0.0], [0.0], [0.001]])  # (3, 1)
moved, _ = attention(query, key + nudge, value + nudge)
print((moved - output).abs().amax(dim=1) > 0)  # (3, 2) -> (3,)

# %% [markdown]
# ## Names in numbers
# The 5,000 most frequent first names in Brazil, without accents, as the census prints them. A letter becomes its number in the
# alphabet; the dot, number 0, stands at the beginning and the end. The target of each place is the letter after it; places after
# the end have the target -100, which `cross_entropy` leaves out. The last 500 of the shuffled names are for validation.

# %%
LETTERS = ".abcdefghijklmnopqrstuvwxyz"
LENGTH = 13  # the longest name has 12 letters, and the dot


def encode(name):
    return [LETTERS.index(letter) for letter in f".{name.lower()}."]


names = datasets.brazilian_names()
torch.manual_seed(0)
inputs, targets = [], []
for i in torch.randperm(len(names)).tolist():
    codes = encode(names[i])
    gap = LENGTH + 1 - len(codes)
    inputs.append(codes[:-1] + [0] * gap)
    targets.append(codes[1:] + [-100] * gap)
inputs, targets = torch.tensor(inputs), torch.tensor(targets)
print(inputs.shape, targets.shape)
print(encode("Ana"))

# %% [markdown]
# ## Automate: a block
# A block does two things to each place. First attention: a `Linear` makes query, key and value of each place's vector. There
# are several *heads*: the 32 numbers are split into 4 heads of 8, each with weights of its own, so a place can look for several
# things. Then a small network of two layers, the same for each place.
#
# `LayerNorm` brings the numbers of each place to mean 0 and standard deviation 1 before each part. And each part is *added* to
# what was there: so slopes have an open way down to the first layer.


# %%
class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))

    def forward(self, x):
        n, length, width = x.shape
        parts = self.query_key_value(self.norm_1(x))  # (24, 13, 32) @ (32, 96) -> (24, 13, 96)
        parts = parts.reshape(n, length, 3, self.heads, width // self.heads)  # (24, 13, 3, 4, 8)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # axes in a new order: three times (24, 4, 13, 8)
        taken, self.weights = attention(query, key, value)  # (24, 4, 13, 8), (24, 4, 13, 13)
        taken = taken.transpose(1, 2).reshape(n, length, width)  # (24, 13, 4, 8) -> (24, 13, 32)
        x = x + self.join(taken)  # (24, 13, 32) @ (32, 32) -> (24, 13, 32)
        return x + self.think(self.norm_2(x))  # (24, 13, 32) -> (24, 13, 128) -> (24, 13, 32)


# %% [markdown]
# ## The GPT
# An `Embedding` is a table with a learned vector for each letter: the number of the letter chooses the row. Attention is a
# mean, and a mean does not know order: seen from their last letter, `ana` and `naa` would be the same. So each place has a
# learned vector too, which is added.


# %%
class GPT(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), width)
        self.places = nn.Embedding(LENGTH, width)
        self.block = Block(width, heads)
        self.norm = nn.LayerNorm(width)
        self.scores = nn.Linear(width, len(LETTERS))

    def forward(self, codes):
        places = torch.arange(codes.shape[1])
        x = self.letters(codes) + self.places(places)  # (24, 13, 32) + (13, 32) -> (24, 13, 32)
        x = self.block(x)
        return self.scores(self.norm(x))  # (24, 13, 32) @ (32, 27) -> (24, 13, 27)


torch.manual_seed(0)
model = GPT()
print("parameters:", sum(p.numel() for p in model.parameters()))
print(model(inputs[:24]).shape)

# %% [markdown]
# ## Training
# The loop of lesson 13, with a batch of 24 names drawn at random. All 13 places of a name are guessed at once: the mask makes
# that honest.


# %%
def loss_of(model, x, y):
    scores = model(x)  # (24, 13) -> (24, 13, 27)
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten())  # (312, 27), (312,) -> ()


def train(model, inputs, targets, steps):
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        rows = torch.randint(0, 4500, (24,))
        optimizer.zero_grad()
        loss = loss_of(model, inputs[rows], targets[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def validate(model):
    with torch.no_grad():
        return loss_of(model, inputs[4500:], targets[4500:]).item()


print(f"every letter as likely as any other: {math.log(len(LETTERS)):.2f}")
print(f"untrained: {validate(model):.2f}")
losses = train(model, inputs, targets, 400)
print(f"trained ≈ {validate(model):.2f}")

# %% [markdown]
# Is that good? A fair opponent counts in the same 4,500 names how often each letter follows each other, and knows nothing else:
#
# **Guess first:** is the table of pairs far behind the GPT?

# %%
counts = torch.ones(27, 27)  # one each, so that no pair is impossible
for x, y in zip(inputs[:4500].tolist(), targets[:4500].tolist(), strict=True):
    for before, after in zip(x, y, strict=True):
        if after >= 0:
            counts[before, after] += 1
pair_scores = (counts / counts.sum(dim=1, keepdim=True)).log()  # (27, 27) / (27, 1) -> (27, 27)
print(f"pairs of letters: {loss_of(lambda codes: pair_scores[codes], inputs[4500:], targets[4500:]).item():.2f}")

# %% [markdown]
# ## It writes
# Start with the dot; ask for the probabilities of the next letter; draw one; append it; ask again, until a dot is drawn.


# %%
def write(model, count, begin="."):
    codes = torch.tensor([[LETTERS.index(letter) for letter in begin]] * count)  # (12, 1)
    with torch.no_grad():
        while codes.shape[1] < LENGTH:
            probabilities = model(codes)[:, -1].softmax(dim=1)  # (12, 1, 27) -> (12, 27)
            codes = torch.cat([codes, torch.multinomial(probabilities, 1)], dim=1)  # (12, 1) -> (12, 2)
    texts = ["".join(LETTERS[code] for code in row) for row in codes.tolist()]
    return [text.split(".")[1].capitalize() for text in texts]


torch.manual_seed(2)
for name in write(model, 12):
    print(name, "(a name of the list)" if name in names else "(new)")

# %% [markdown]
# ## The picture: attention maps
# What each letter of `Mariana` looks at, in each of the four heads. A row is the letter that asks (the symbols of a sequence
# are called *tokens*); the upper triangle is empty, because nobody looks ahead. Nobody told the heads what to look for: what
# one sees there is what helped to guess the next letter. Head 1, for instance, mostly looks one letter back; from
# another seed the heads share their work otherwise.

# %%
with torch.no_grad():
    model(torch.tensor([encode("Mariana")[:-1]]))  # (1, 8) -> (1, 8, 27)
maps = model.block.weights[0]  # (4, 8, 8)
figure = viz.attention(maps, list(".mariana"))
viz.save(figure, "pictures/19_attention_maps")
figure

# %% [markdown]
# ## When it goes wrong
# A text longer than what the network has places for:

# %%
try:
    model(torch.zeros(1, 14, dtype=torch.int64))
except IndexError as error:
    print(f"IndexError: {error}")
print(model(torch.zeros(1, 14, dtype=torch.int64)[:, -LENGTH:]).shape)  # repaired: the last 13 letters

# %% [markdown]
# The table of places has 13 rows, and place 13 would be the 14th. A GPT has a longest text, its *context*; what is longer gets
# cut at the beginning.
#
# A mistake without an error: to forget the mask. The loss then falls to nearly 0, in training and validation alike, for each
# place copies the next letter from its neighbour. And the network cannot write, since it finds no neighbour to copy from. A
# loss too good to be true is not true.
#
# ## The same under PyTorch
# The same classes, the same seed, and PyTorch's own `scaled_dot_product_attention`, which does what our `attention` does.


# %%
def ten_steps():
    torch.manual_seed(0)
    losses = train(GPT(), inputs, targets, 10)
    taken = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    return {"attention": taken, "losses of 10 steps": losses}


same_in_pytorch(ten_steps)

# %% [markdown]
# ## Summary
# - Attention is a weighted mean of values; the weights are `softmax(query · key / √d)`.
# - The causal mask gives weight 0 to what comes later: so all places can be trained at once.
# - Places need vectors of their own, for a mean knows no order.
# - A GPT: embeddings, blocks of attention and a small network, scores for the next letter. To write, draw, append, ask again.
#
# PyTorch and minitorch_pt have it ready-made: `nn.MultiheadAttention`, `nn.TransformerEncoder`.
# `benchmarks/runs/char_transformer.py` trains one of two blocks for longer.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** One place asks: its weights `(n,)` for the keys `(n, d)`, given its query `(d,)`. No mask.


# %%
def exercise_1(query, key):
    return ...


check(
    exercise_1,
    (torch.tensor([0.0, 0.0]), key[:, :2], [1 / 3, 1 / 3, 1 / 3]),
    (torch.tensor([2.0, 0.0, 0.0, 0.0]), key[:2], [0.731059, 0.268941]),
)

# %% [markdown]
# **2.** A mask with a window: a tensor `(n, n)` of True and False, True where place `i` (row) may look at place `j` (column):
# at itself and the `back` places before it.


# %%
def exercise_2(n, back):
    return ...


check(
    exercise_2,
    (
        4,
        1,
        [
            [True, False, False, False],
            [True, True, False, False],
            [False, True, True, False],
            [False, False, True, True],
        ],
    ),
    (3, 0, [[True, False, False], [False, True, False], [False, False, True]]),
    (3, 5, [[True, False, False], [True, True, False], [True, True, True]]),
)

# %% [markdown]
# **3.** Scores divided by a *temperature* before the softmax: a small one makes the network play safe, a large one wild. Return
# the probabilities. Then try it in `write`.


# %%
def exercise_3(scores, temperature):
    return ...


check(
    exercise_3,
    (torch.tensor([[0.0, 2.0]]), 1.0, [[0.119203, 0.880797]]),
    (torch.tensor([[0.0, 2.0]]), 0.5, [[0.017986, 0.982014]]),
    (torch.tensor([[0.0, 2.0]]), 4.0, [[0.377541, 0.622459]]),
)

# %% [markdown]
# **4.** How many parameters has a block of this width? Count the two `LayerNorm` (a weight and a bias for each number), and the
# four `Linear` with their biases. Does the number of heads matter?


# %%
def exercise_4(width):
    return ...


def count(width, heads):
    return sum(p.numel() for p in Block(width, heads).parameters())


check(exercise_4, (6, count(6, 2)), (10, count(10, 5)), (32, count(32, 1)))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. From the slopes of the discriminator's score along each pixel.
# 2. The state.
# 3. When both are large at the same places: they point the same way.
#
# </details>
