# %% [markdown]
# # 15 · Convolutional networks
#
# **Question:** How can a network find the same thing anywhere in a picture, with few weights?
#
# **Needs:** lessons 05, 08, 09, 10, 12, 13.
#
# **Time:** 15 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. Both losses are high and near each other. Which illness is it? (lesson 14)
# 2. With which loss does an untrained network with ten classes begin? (lesson 10)
# 3. What does a mask do? (lesson 08)
#
# A dense layer has a weight of its own for each pixel. If a digit moves by one pixel, other weights meet it, and what was
# learned at the old place is of no use at the new one. A convolution uses the same few weights at every place.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("en")

nn, F = torch.nn, torch.nn.functional

# %% [markdown]
# ## By hand: a window that slides
# A bright bar on a dark ground, and six weights, the *filter* (also *kernel*). At each place the filter lies on a window of its
# own size: number times number, then the sum. That is the dot product of lesson 05, of one window with the filter. (In
# mathematics, a convolution turns the filter by half a turn first. Neither PyTorch nor this library does: training finds the
# weights the one way as well as the other.)

# %%
bar = torch.zeros(5, 6)
bar[1:4, 2:5] = 1.0
edge = torch.tensor([[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]])  # (3, 2): right column minus left column
print(bar)


def convolve(picture, kernel):
    (height, width), (h, w) = picture.shape, kernel.shape
    result = torch.zeros(height - h + 1, width - w + 1)
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            result[i, j] = (picture[i : i + h, j : j + w] * kernel).sum()  # (3, 2) * (3, 2) -> (3, 2) -> ()
    return result


print(convolve(bar, edge))  # (5, 6) with (3, 2) -> (3, 5)

# %% [markdown]
# The result is a *feature map*: what the filter saw, place by place. This filter sees vertical edges: 3 where dark turns bright,
# -3 where bright turns dark, 0 where nothing changes, 2 where only two rows of the window hold the bar. A filter of height `h`
# has `height - h + 1` places from top to bottom, here 5 - 3 + 1 = 3.
#
# ## Measure: which outputs does one pixel reach?
# Nudge the pixel in row 2, column 3 (counted from 0) by 0.001, and see which numbers of the map move, and how far.
#
# **Guess first:** how many of the 15 numbers of the map will move?

# %%
nudged = bar.clone()
nudged[2, 3] += 0.001
slopes = (convolve(nudged, edge) - convolve(bar, edge)) / 0.001
print(slopes.round(decimals=2))

# %% [markdown]
# Six of the 15 numbers move: those whose window holds the pixel. Their slopes are the weights of the filter, as in lesson 01.
# The other nine have the slope 0, as if their weight for this pixel were fixed at zero.
#
# ## Derive: a sparse layer with shared weights
# So a convolution is a layer of lesson 08: each number of the map is a neuron, most of its weights are zero, and all neurons share
# the same six. The matrix of that layer shows it. Its column for a pixel is the map of a picture in which only that pixel is lit.

# %%
pixels = torch.eye(30).reshape(30, 5, 6)  # 30 pictures with one lit pixel each
columns = [convolve(picture, edge).flatten() for picture in pixels]  # each (3, 5) -> (15,)
matrix = torch.stack(columns, dim=1)  # 30 columns -> (15, 30)
as_layer = matrix @ bar.flatten()  # (15, 30) @ (30,) -> (15,)
print("the same map:", (as_layer.reshape(3, 5) == convolve(bar, edge)).all().item())
print(f"weights of the dense layer: {matrix.numel()}, not zero: {(matrix != 0).sum()}, of the filter: {edge.numel()}")

figure, (axes,) = viz.panels(height=3.4)
shown = axes.imshow(matrix.numpy(), cmap="cividis")
axes.set(xlabel="pixel (input)", ylabel="place in the map (output)")
figure.colorbar(shown, ax=axes, label="weight", ticks=[-1, 0, 1], shrink=0.8)
figure.alt = (
    "The 15 x 30 matrix of the convolution: zero but for bands of -1 and 1, the same in each row, only further right."
)
viz.save(figure, "pictures/15_matrix")
figure

# %% [markdown]
# Information still flows in one direction only: a convolutional network (CNN) is a feedforward network too. It serves the same tasks
# as the dense ones, regression and classification, which need not be simple; only its wiring is made for pictures.
#
# ## Automate: `conv2d`
# The library's convolution takes many pictures, with several channels each (red, green and blue, say), and many filters:
#
# - pictures `(N, C, H, W)`: samples, channels, rows, columns
# - weights `(out, C, h, w)`: each of `out` filters looks at all channels and adds what it finds
# - result `(N, out, H - h + 1, W - w + 1)`; with `padding=p`, `p` rows and columns of zeros are put around first
#
# Two filters look at a real digit: one for vertical edges, one for horizontal ones.

# %%
same = F.conv2d(bar.reshape(1, 1, 5, 6), edge.reshape(1, 1, 3, 2))  # (1, 1, 5, 6), (1, 1, 3, 2) -> (1, 1, 3, 5)
print("the same map:", (same[0, 0] == convolve(bar, edge)).all().item())

images, labels = datasets.digits()
images = images.reshape(-1, 1, 8, 8) / 16  # (1797, 64) -> (1797, 1, 8, 8)
vertical = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
two = torch.stack([vertical, vertical.T]).unsqueeze(1)  # (2, 1, 3, 3)
maps = F.conv2d(images[:1], two, padding=1)  # (1, 1, 8, 8), (2, 1, 3, 3) -> (1, 2, 8, 8)
print(maps.shape)

titles = ["the digit", "vertical\nedges", "horizontal\nedges"]
scaled = maps[0] / maps.abs().max()  # from -1 to 1
figure = viz.samples(torch.cat([images[0], scaled.abs()]), titles=titles)
viz.save(figure, "pictures/15_edges")
figure

# %% [markdown]
# The 0 (drawn dark on white) has vertical edges left and right, horizontal ones above and below. Here nobody learned anything: we
# chose the weights. In a network, training chooses them.
#
# ## Pooling: keep the largest
# After a convolution the exact place matters little. *Max pooling* keeps the largest number of each block of 2 by 2 and halves
# height and width; it has no weights.

# %%
small = torch.tensor([[1.0, 2.0, 0.0, 5.0], [3.0, 0.0, 1.0, 1.0]])
print(F.max_pool2d(small.reshape(1, 1, 2, 4), 2))  # (1, 1, 2, 4) -> (1, 1, 1, 2)

# %% [markdown]
# ## Two networks, one task
# The digits again: 1,437 for training, 360 for the test. A dense network and a convolutional one with fewer parameters, each
# with the training loop of lesson 13. (`Flatten` makes one row of numbers of each picture.)


# %%
def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 30), nn.ReLU(), nn.Linear(30, 10))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),  # (64, 1, 8, 8) -> (64, 6, 8, 8)
        nn.ReLU(),
        nn.MaxPool2d(2),  # -> (64, 6, 4, 4)
        nn.Conv2d(6, 16, 3, padding=1),  # -> (64, 16, 4, 4)
        nn.ReLU(),
        nn.MaxPool2d(4),  # -> (64, 16, 1, 1): does the picture hold it, wherever?
        nn.Flatten(),  # -> (64, 16)
        nn.Linear(16, 10),  # (64, 16) @ (16, 10) -> (64, 10)
    )


torch.manual_seed(0)
order = torch.randperm(1797)
train, test = order[:1437], order[1437:]


def fit(model, epochs=15):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    data = torch.utils.data.TensorDataset(images[train], labels[train])
    for _ in range(epochs):
        for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return model


# %% [markdown]
# Both are tested twice: with the digits as they are, and with the same digits moved by one pixel to the right, which neither has
# seen. One network may be lucky in its initial weights, so four of each kind are trained, from the seeds 0 to 3.
#
# **Guess first:** both kinds read still digits well. Moved by one pixel, what share will each read?


# %%
def accuracy(model, x):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == labels[test]).float().mean().item()


moved = F.pad(images[test], (1, 0, 0, 0))[:, :, :, :8]  # one column of zeros on the left; the last column goes
shifted = {}
for name, build in [("dense", dense), ("convolutional", convolutional)]:
    networks = []
    for seed in range(4):
        torch.manual_seed(seed)
        networks.append(fit(build()))
    count = sum(p.numel() for p in networks[0].parameters())
    still, shifted[name] = ([accuracy(network, x) for network in networks] for x in (images[test], moved))
    print(f"{name}: {count} parameters, mean of the tests ≈ {sum(still) / 4:.2f}")
    print(f"    moved by one pixel ≈ {sum(shifted[name]) / 4:.2f}")
print("the worst convolutional one beats the best dense one:", min(shifted["convolutional"]) > max(shifted["dense"]))

# %% [markdown]
# With fewer parameters, the convolutional networks read the digits as well; when the digits move, they lose about half as much as
# the dense ones. They still lose a good deal: the border of so small a picture, and the blocks of the pooling, do not move along.
# Single ones lie far apart (0.61 to 0.77 where this was written), so never judge by one. Shifted pictures in the training set (data
# augmentation, lesson 14) help further: `benchmarks/runs/cnn_digits.py` trains so, for a few seconds more.
#
# ## What it learned
# The six filters of the first layer, and their maps of the 0 from above, after ReLU. Some filters came to see edges by themselves:
# filter [2] has negative weights above positive ones, and answers where dark turns bright from top to bottom. Filters [1] and [3]
# answer nowhere: their sums are negative for all digits, ReLU makes 0 of them, and with a slope of 0 they no longer learn.

# %%
network = networks[0]  # the first of the four
figure = viz.filters(network[0].weight)
viz.save(figure, "pictures/15_filters")
figure

# %%
with torch.no_grad():
    seen = network[:2](images[:1])  # (1, 1, 8, 8) -> (1, 6, 8, 8)
figure = viz.feature_maps(seen)
viz.save(figure, "pictures/15_feature_maps")
figure

# %% [markdown]
# ## When it goes wrong
# Grey pictures have one channel, and it needs its axis. Without it, the 64 samples are taken for 64 channels of one picture:

# %%
batch = images[:64, 0]  # (64, 8, 8)
try:
    network(batch)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(network(batch.unsqueeze(1)).shape)  # repaired: (64, 1, 8, 8) -> (64, 10)

# %% [markdown]
# The error names the weight `(6, 1, 3, 3)`, which wants one channel, and the input, which came with 64. `unsqueeze(1)` puts the
# axis where it belongs.
#
# ## The same under PyTorch


# %%
def untrained():
    torch.manual_seed(3)
    model = convolutional()
    return {"filters from the same seed": model[0].weight, "scores": model(images[:5])}


same_in_pytorch(untrained)

# %% [markdown]
# ## Summary
# - A convolution takes the dot product of one small filter with each window of the picture: a feature map.
# - It is a layer whose weights are mostly zero, and shared by all places. Few weights, and what is learned serves everywhere.
# - Shapes: `(N, C, H, W)` with `(out, C, h, w)` gives `(N, out, H - h + 1, W - w + 1)`; padding `p` adds `2p`.
# - Max pooling keeps the largest number of each block: smaller maps, and the exact place matters less.
# - A CNN is feedforward, and can learn any task of the earlier lessons.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** How many places has a filter of size `h` along an axis of `size` pixels, with `padding` zeros on both sides?


# %%
def exercise_1(size, h, padding):
    return ...


check(exercise_1, (8, 3, 0, 6), (8, 3, 1, 8), (28, 5, 2, 28))

# %% [markdown]
# **2.** The number of parameters of `Conv2d(channels, out, h)`, with its square filters and one bias for each of them. The size
# of the picture is not among the arguments. Why?


# %%
def exercise_2(channels, out, h):
    return ...


check(exercise_2, (1, 8, 3, 80), (8, 16, 3, 1168), (3, 2, 5, 152))

# %% [markdown]
# **3.** Max pooling of a matrix `(H, W)` in blocks of 2 by 2, without `max_pool2d`. Two loops, as in `convolve`, will do.


# %%
def exercise_3(x):
    return ...


ramp = torch.arange(24.0).reshape(4, 6)
check(exercise_3, (small, [[3.0, 5.0]]), (-ramp, [[0.0, -2.0, -4.0], [-12.0, -14.0, -16.0]]))

# %% [markdown]
# **4.** Choose a filter `(1, 3)` that gives 0 wherever the three pixels of its window lie on a straight ramp (1, 2, 3 or 5, 5, 5 or
# 6, 4, 2), and 2 for a single bright pixel in the middle (0, 1, 0). Return it as nested lists.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    kernel = torch.tensor(answer)
    if kernel.shape != (1, 3):
        return f"has shape {tuple(kernel.shape)}, not (1, 3)"
    for window, wanted in [([1.0, 2.0, 3.0], 0), ([5.0, 5.0, 5.0], 0), ([6.0, 4.0, 2.0], 0), ([0.0, 1.0, 0.0], 2)]:
        got = convolve(torch.tensor([window]), kernel).item()
        if not near(got, wanted):
            return f"gives {got:g} for {window}, not {wanted}"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. Underfitting.
# 2. About log 10, that is 2.3.
# 3. It holds weights at zero: a neuron sees only some of the inputs.
#
# </details>
