# %% [markdown]
# # 22 · Graduating to PyTorch
#
# **Question:** What changes when you go on with PyTorch?
#
# **Needs:** lessons 06, 07, 09, 10, 11, 12, 13, 21.
#
# **Time:** 17 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does a node of the graph hold? (lesson 21)
# 2. What is the test set for? (lesson 14)
# 3. The gradient of a batch points the right way on average. Why only on average? (lesson 06)
#
# Each lesson has said `import minitorch_pt as torch`. With PyTorch you say `import torch`, and that is nearly all. This lesson runs
# one program under both, carries weights from one to the other and back, and ends with something that only PyTorch does: training
# in several processes at once. If PyTorch is not installed, the parts that need it say so and are skipped.

# %%
import contextlib
import importlib.util
import io
import os
import runpy
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, in_pytorch

speak("en")

# %% [markdown]
# ## One program
# It says `import torch`, as any PyTorch program does, and knows nothing of minitorch_pt. It trains a small network on `y = x²` and
# saves the losses and the `state_dict`: the parameters under their names (lesson 07).

# %%
PROGRAM = """\
import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 8).unsqueeze(1)  # (8, 1)
y = x * x

model = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
losses = []
for epoch in range(201):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)  # (8, 1) -> (8, 3) -> (8, 1)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if epoch % 50 == 0:
        print(f"epoch {epoch}: loss ≈ {loss.item():.5f}")
torch.save({"losses": losses, "model": model.state_dict()}, "weights.pt")
"""
scratch = tempfile.TemporaryDirectory()  # a folder that is gone in the end
folder = Path(scratch.name)
(folder / "program.py").write_text(PROGRAM, encoding="utf-8")

# %% [markdown]
# In a terminal, `python -m minitorch_pt run program.py` runs it on this library: while it runs, `import torch` gives minitorch_pt. The
# same command from Python:

# %%
package = Path(torch.__path__[0]).parent  # where the program, which runs elsewhere, finds minitorch_pt
done = subprocess.run(
    [sys.executable, "-m", "minitorch_pt", "run", "program.py"],
    cwd=folder,
    env=os.environ | {"PYTHONPATH": str(package), "PYTHONIOENCODING": "utf-8"},
    capture_output=True,
    encoding="utf-8",
    timeout=120,
)
print(done.stdout + done.stderr, end="")
(folder / "weights.pt").rename(folder / "ours.pt")
ours = torch.load(folder / "ours.pt")
print({name: tuple(value.shape) for name, value in ours["model"].items()})

# %% [markdown]
# ## The same under PyTorch
# The other way to run it is `python program.py`; here it runs inside this lesson, so that we can compare. From here on, `pytorch`
# is PyTorch, if it is there. The seed gives both libraries the same initial weights, and each operation the same numbers up to
# rounding, so the whole training agrees.

# %%
pytorch = None
if importlib.util.find_spec("torch") is None:
    print("PyTorch is not installed: what follows is skipped where it needs it.")
else:
    import torch as pytorch

    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            theirs = runpy.run_path("program.py")  # its variables
    finally:
        os.chdir(before)
    print(textwrap.indent(printed.getvalue(), "PyTorch: "), end="")
    (folder / "weights.pt").rename(folder / "theirs.pt")
    compare("PyTorch: losses", torch.tensor(ours["losses"]), pytorch.tensor(theirs["losses"]))
    compare("PyTorch: weights in the end", ours["model"]["0.weight"], theirs["model"][0].weight)

# %% [markdown]
# ## Weights, both ways
# `torch.save` of minitorch_pt writes PyTorch's own file format: a zip archive with the numbers as plain bytes, one entry a
# tensor, and a table of what they are. Nothing in it belongs to one library alone.

# %%
with zipfile.ZipFile(folder / "ours.pt") as archive:
    for entry in archive.infolist():
        print(f"{entry.filename}: {entry.file_size} bytes" if "/data/" in entry.filename else entry.filename)

# %% [markdown]
# `0.weight` is `(3, 1)`: 3 numbers of 4 bytes. So each library reads the other's file.


# %%
def new_model():
    return torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))


model = new_model()
model.load_state_dict(ours["model"])
inputs = [[-0.5], [0.8]]
predicted = model(torch.tensor(inputs)).flatten().tolist()  # (2, 1) -> (2, 3) -> (2, 1) -> (2,)
print(f"x = -0.5: y ≈ {predicted[0]:.3f}, and x² = 0.25")

if pytorch is None:
    print("PyTorch is not installed: nobody to carry weights to.")
else:
    there = in_pytorch(new_model)
    there.load_state_dict(pytorch.load(folder / "ours.pt")["model"])  # saved here, loaded in PyTorch
    compare("PyTorch: with our weights", model(torch.tensor(inputs)), there(pytorch.tensor(inputs)))

    model.load_state_dict(torch.load(folder / "theirs.pt")["model"])  # saved in PyTorch, loaded here
    compare("PyTorch: its weights, here", model(torch.tensor(inputs)), theirs["model"](pytorch.tensor(inputs)))

# %% [markdown]
# ## When it goes wrong
# It is tempting to save the whole model instead of its `state_dict`:
#
# **Guess first:** a moment ago it was saved without complaint. Will it load?

# %%
torch.save(model, folder / "whole.pt")
try:
    torch.load(folder / "whole.pt")
except Exception as error:
    print(f"{type(error).__name__}: {textwrap.shorten(str(error), 150)}")

# %% [markdown]
# A file that holds an object names code to run when it is loaded, and a stranger's file could name any code. So `load`, in
# both libraries, takes only tensors and containers. The repair is what the program does: save the numbers, and let your own
# code build the model. `weights_only=False` is for files that you made yourself.

# %%
torch.save(model.state_dict(), folder / "numbers.pt")
print(new_model().load_state_dict(torch.load(folder / "numbers.pt")))

# %% [markdown]
# ## What changes, what does not
#
# | | minitorch_pt | PyTorch |
# |---|---|---|
# | names, arguments, numbers, files | the same | the same |
# | `check`, `compare`, `viz` | here | stay with minitorch_pt |
# | what computes | NumPy, on the CPU | compiled code, on CPU and GPU: `model.to("cuda")` |
# | the source | Python to the bottom | Python on top, C++ below |
# | several processes, complex numbers, sparse tensors | no | yes |
# | `torch.compile(model)` | returns the model as it is | makes it faster |
#
# ## Two processes: measure first
# Large models learn in many processes, each with its part of the batch. Do they find the gradient that one process would find? Four
# samples, one weight, and first everything in one process, here:
#
# **Guess first:** is the gradient of all four the sum of those of the halves, their mean, or neither?

# %%
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 1.0, 3.0, 2.0])


def gradient(part):
    w = torch.tensor(1.0, requires_grad=True)
    loss = ((w * x[part] - y[part]) ** 2).mean()
    loss.backward()
    return w.grad.item()


whole, first, second = gradient(slice(0, 4)), gradient(slice(0, 2)), gradient(slice(2, 4))
print(f"all four samples: {whole}")
print(f"the halves: {first} and {second}, their mean {(first + second) / 2}")

# %% [markdown]
# ## Derive: why the mean
# The loss is a mean over the samples, so the loss of the whole is the mean of the losses of two *equal* halves, and the gradient of
# a mean is the mean of the gradients. As a graph: one weight goes two ways, each way brings back half of its own gradient,
# 0.5 and 4, and Σ∂ is 4.5.

# %%
w = torch.tensor(1.0, requires_grad=True)
x1, x2 = x[:2], x[2:]  # (4,) -> (2,), (2,)
loss2 = ((w * x2 - y[2:]) ** 2).mean()  # the graph draws what came last on the left
loss1 = ((w * x1 - y[:2]) ** 2).mean()
figure = viz.graph((loss1 + loss2) / 2, names={"w": w, "x1": x1, "x2": x2})
viz.save(figure, "pictures/22_two_halves")
figure

# %% [markdown]
# ## Automate: two processes
# Both processes run the same program, each with its number, its *rank*. They meet through a file, talk over the loopback (this
# machine's line to itself), and `all_reduce` leaves in each of them the sum over both. *gloo* is the part of PyTorch that
# carries numbers between CPUs.

# %%
WORKER = """\
import sys
from datetime import timedelta

import torch
import torch.distributed as dist

rank, meeting = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2, timeout=timedelta(seconds=30))

x = torch.tensor([1.0, 2.0, 3.0, 4.0])[2 * rank : 2 * rank + 2]  # (4,) -> (2,): its half
y = torch.tensor([2.0, 1.0, 3.0, 2.0])[2 * rank : 2 * rank + 2]
w = torch.tensor(1.0, requires_grad=True)
loss = ((w * x - y) ** 2).mean()
loss.backward()
alone = w.grad.item()

dist.all_reduce(w.grad)  # now the sum of both gradients, in both processes
w.grad /= dist.get_world_size()
print(alone, w.grad.item())
dist.destroy_process_group()
"""
(folder / "worker.py").write_text(WORKER, encoding="utf-8")

# %%
LOOPBACK = {"linux": {"GLOO_SOCKET_IFNAME": "lo"}, "darwin": {"GLOO_SOCKET_IFNAME": "lo0"}}.get(sys.platform, {})


def run_worker(rank):
    command = [sys.executable, "worker.py", str(rank), (folder / "meeting").as_uri()]
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | LOOPBACK, capture_output=True, encoding="utf-8", timeout=60
        )
    except subprocess.TimeoutExpired:  # it was ended
        return [], "60 s passed"
    errors = [line for line in done.stderr.splitlines() if "Error" in line]
    return [float(number) for number in done.stdout.split()], " ".join(errors[-1:])


if pytorch is None or not pytorch.distributed.is_available():
    print("PyTorch with torch.distributed is not installed: no two processes.")
else:
    with ThreadPoolExecutor(2) as pool:  # both at once: each waits for the other
        results = list(pool.map(run_worker, range(2)))
    for rank, (numbers, errors) in enumerate(results):
        if len(numbers) == 2:
            print(f"PyTorch: process {rank} alone {numbers[0]}, together {numbers[1]}")
            compare(f"PyTorch: gradient in process {rank}", whole, numbers[1])
        else:
            print(f"PyTorch: no answer from process {rank}: {errors}")
scratch.cleanup()

# %% [markdown]
# Both processes end with the gradient that one process found. Their optimizers then take the same step, and the weights stay equal
# without being sent. In real programs, `torchrun --nproc-per-node 2 program.py` starts the processes, and
# `torch.nn.parallel.DistributedDataParallel(model)` does the `all_reduce` during `backward`.
#
# ## Summary
# - The same program runs under both: with `python -m minitorch_pt run program.py` and with `python program.py`.
# - The same seed gives the same training, up to rounding.
# - Save the `state_dict`, not the model; either library reads the other's file.
# - With equal parts, the mean of the processes' gradients is the gradient of the whole batch.
# - What you have learnt here is PyTorch. What lies below its operations, you have read in lesson 21.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** The parts need not be equal: three processes may get 3, 3 and 2 samples. Each gradient is that of the mean over its part.
# Compute the gradient of the whole batch from them.


# %%
def exercise_1(gradients, sizes):
    return ...


check(exercise_1, ([1.0, 8.0], [2, 2], 4.5), ([1.0, 5.0], [3, 1], 2.0), ([2.0, 2.0, 6.0], [3, 3, 2], 3.0))

# %% [markdown]
# **2.** Turn the import line of a program that was written for minitorch_pt into the one for PyTorch.


# %%
def exercise_2(text):
    return ...


check(
    exercise_2,
    ("import minitorch_pt as torch\n", "import torch\n"),
    ("from minitorch_pt import nn\n", "from torch import nn\n"),
    ("from minitorch_pt.utils.data import DataLoader\n", "from torch.utils.data import DataLoader\n"),
)

# %% [markdown]
# **3.** Carry the weights of `source` over into `target`, a model of the same form, without a file, and return `target`.


# %%
def exercise_3(source, target):
    return ...


def carried(source, target, x):
    def judge(answer):
        if answer is not target:
            return "returns something else than the target"
        before = target(x)
        if not torch.equal(before, source(x)):
            return "does not predict what the source predicts"
        with torch.no_grad():
            for parameter in source.parameters():
                parameter += 1.0  # the source learns on
        if not torch.equal(target(x), before):
            return "changes when the source learns on: the two share their weights"

    return judge


a, b, c, d = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3), new_model(), new_model()
check(
    exercise_3,
    (a, b, carried(a, b, torch.ones(4, 2))),
    (c, d, carried(c, d, torch.ones(4, 1))),
)

# %% [markdown]
# **4.** Somebody left out the line `w.grad /= dist.get_world_size()`. With which learning rate does plain SGD take the right step all
# the same?


# %%
def exercise_4(lr, processes):
    return ...


check(exercise_4, (0.1, 2, 0.05), (0.3, 6, 0.05))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. Gradient functions, and edges to where their results go.
# 2. To judge by, once, at the end.
# 3. A batch is a few of the samples, and their noise pulls to and fro.
#
# </details>
