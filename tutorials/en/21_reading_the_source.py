# %% [markdown]
# # 21 · Reading the source
#
# **Question:** What happens, file by file, in one step of training?
#
# **Needs:** lessons 07, 10, 11, 12, 13, 20.
#
# **Time:** 23 minutes.
#
# **From earlier lessons:** three questions; their answers stand at the end.
#
# 1. What does a rule return? (lesson 20)
# 2. Which line changes the weights? (lesson 13)
# 3. Why does one call `layer(x)`, and not `layer.forward(x)`? (lesson 07)
#
# Lesson 20 ended at `minitorch_pt/tiny.py`, whose parts each name the file where their grown-up lives. Here they are: four lines train a
# network: predict, measure the loss, go back, step. All that they do stands in Python files that you can open. This lesson follows one step through them. The code that it shows is read from the installed files while the lesson
# runs, so it is always the code that just ran.

# %%
import ast
import inspect
import sys
import textwrap
import traceback
from pathlib import Path

import minitorch_pt as torch
from minitorch_pt.autograd import graph, rule
from minitorch_pt.autograd.walk import Pass
from minitorch_pt.optim import sgd
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, in_pytorch, same_in_pytorch

speak("en")

# %% [markdown]
# ## One step, small enough to check by hand
# Four samples with two features, one layer with one output, the mean of the squared differences.

# %%
x = torch.tensor([[1.0, 2.0], [2.0, 0.0], [0.0, 1.0], [3.0, 1.0]])  # (4, 2)
y = torch.tensor([1.5, 1.0, 2.5, -1.0])  # (4,)


def new_model():
    model = torch.nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, -0.5]]))
        model.bias.fill_(1.0)
    return model


def loss_of(model, x, y):
    prediction = model(x).squeeze(1)  # (4, 2) @ (2, 1) -> (4, 1) -> (4,)
    difference = prediction - y
    return (difference * difference).mean()  # (4,) -> ()


def one_step(model, optimizer):
    optimizer.zero_grad()
    loss = loss_of(model, x, y)
    loss.backward()
    optimizer.step()
    return loss


model = new_model()
loss = one_step(model, torch.optim.SGD(model.parameters(), lr=0.2))
print(f"loss {loss.item():.4f}; after the step: weight {model.weight.detach()}, bias {model.bias.detach()}")

# %% [markdown]
# ## Measure: which files did it run through?
# `sys.setprofile` has Python report each call of a function. We keep the calls whose code lies in the library's folder, in
# the order in which each file is first met.
#
# **Guess first:** how many files does one step of training run through?

# %%
FOLDER = Path(inspect.getfile(torch)).parent


def trace(function, *arguments):
    visited = {}  # file -> names of the functions that ran in it

    def report(frame, event, _):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(FOLDER):
            names = visited.setdefault(path.relative_to(FOLDER).as_posix(), [])
            if frame.f_code.co_name not in names:
                names.append(frame.f_code.co_name)

    sys.setprofile(report)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return visited


model = new_model()
visited = trace(one_step, model, torch.optim.SGD(model.parameters(), lr=0.2))
for file, names in visited.items():
    print(f"│ {file}: {', '.join(names)}")

# %% [markdown]
# That is the whole way. The step runs through these few files; the others wait for their operation. What each one does:

# %%
WORDS = {
    "optim/optimizer.py": "what all optimizers share: groups of parameters, zero_grad",
    "nn/modules/module.py": "Module: a call such as model(x) becomes model.forward(x)",
    "nn/modules/linear.py": "Linear: its forward hands weight and bias on",
    "autograd/rule.py": "makes a rule an operation: unpacks Tensors, runs the rule, records a node",
    "ops/layers/linears.py": "the rule of a layer's product: linear",
    "ops/shape.py": "the rules that move numbers and change none: squeeze, transpose",
    "ops/axes.py": "what an axis means: counted from the front, one of several or all",
    "ops/elementwise/arithmetic.py": "the rules that work number by number: sub, mul",
    "ops/reductions.py": "the rules that make few numbers of many: sum, mean",
    "ops/checks.py": "what operations refuse, and with which words",
    "arrays/dtypes.py": "the types of elements, and which one operands have in common",
    "arrays/sums.py": "adds up along axes, with few rounding errors",
    "arrays/notices.py": "warnings for users; those of NumPy on 1/0 reach none",
    "arrays/layouts.py": "where a result lies in memory: row by row, or as its inputs do",
    "arrays/storage.py": "the memory that several arrays may share, and whose it is",
    "autograd/graph.py": "Node: what an operation recorded",
    "autograd/gradients.py": "backward() and grad(), as users call them",
    "autograd/walk.py": "the pass that carries gradients back",
    "autograd/changes.py": "counts changes in place",
    "tensors/tensor.py": "Tensor: the array, its gradient, the node that made it",
    "optim/sgd.py": "SGD: changes the parameters",
    "tensors/methods.py": "makes operations methods: x.sum() is sum(x)",
    "tensors/operators.py": "makes operations operators: a * b is mul(a, b)",
}
for file in visited:
    print(f"{file}: {WORDS.get(file, '?')}")
print(f"files without a word: {len(set(visited) - set(WORDS))}")

# %% [markdown]
# ## The tool: show the code itself
# `inspect.getsource` returns the text of a function as it stands in its file. Long functions are shown from one line to another.


# %%
def show(function, start="", end=None):
    function = inspect.unwrap(function)  # the function that a decorator wrapped
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(i for i, line in enumerate(lines) if start in line)
    last = len(lines) - 1 if end is None else next(i for i in range(first, len(lines)) if end in lines[i])
    print(f"│ --- {Path(inspect.getfile(function)).relative_to(FOLDER).as_posix()}")
    print(textwrap.indent(textwrap.dedent("\n".join(lines[first : last + 1])), "│ ", lambda line: True))


show(torch.nn.Module.__call__)
show(torch.nn.Linear.forward)

# %% [markdown]
# ## Station 1: `model(x)`
# `model(x)` calls `Module.__call__`, which calls `forward` (unless there are hooks: functions of yours that want to look on).
# `Linear.forward` takes its two parameters and calls `F.linear`. Up to here nothing was computed: `nn/` keeps the parameters,
# it does no mathematics.
#
# ## Station 2: a rule
# `F.linear`, `squeeze`, `-`, `*` and `mean` are operations, and each is written as a *rule* in `ops/`: one function on plain arrays
# that returns the value and, for each input, how the gradient flows back to it. The shortest of the five is that of `*`:

# %%
show(torch.mul)

# %% [markdown]
# Three results: the product, and two functions of `g`, the gradient of the loss with respect to the product. A rule knows
# nothing of Tensors or graphs. We can run it alone, and nudge an input as in lesson 01:

# %%
mul_rule = inspect.unwrap(torch.mul)
value, pull_a, pull_b = mul_rule(3.0, 4.0)
print(f"3 * 4 = {value}; gradients {pull_a(1.0)} and {pull_b(1.0)}")
print(f"measured: {(mul_rule(3.001, 4.0)[0] - value) / 0.001:.3f} and {(mul_rule(3.0, 4.001)[0] - value) / 0.001:.3f}")

# %% [markdown]
# The rule of a layer has three inputs, and its gradients are matrix products (lesson 11). With `g` of shape `(4, 1)`, that of
# the weight is `g.T @ input`: `(1, 4) @ (4, 2) -> (1, 2)`.

# %%
show(torch.nn.functional.linear, "return value, lambda", "return value, lambda")

# %% [markdown]
# The decorator in a rule's first line, `@differentiable`, makes an operation of the rule. At its door stands the *front desk* of
# `autograd/contract.py`. It has read the annotations of the rule: `Tensor | Number` says that `mul` takes Tensors and numbers. Calls
# whose types it knows pass at a glance; others it reads, or refuses, as this one.

# %%
show(rule._served, "if desk.options", "args = desk.serve(args)")
try:
    torch.mul(x, [1.0, 2.0])
except TypeError as error:
    print(f"│ TypeError: {error}")

# %% [markdown]
# Then the operation takes the arrays out of the Tensors and notes where each input came from, its *edge*: the node that made it, or
# the Tensor itself if it is a leaf. It runs the rule, and puts the value into a new Tensor that knows its node.

# %%
show(rule._unpacked, "for a in args:", "edges.append(None)")
show(rule._served, "# run", "result = function")
show(rule._output, "out: Any", "out._requires_grad = True")

# %% [markdown]
# A rule may call other operations, and it has arrays, which the front desk refuses. It calls them by their other door:
# `mul.rule(...)` takes arrays and gives an array.

# %%
print(torch.mul.rule(x.numpy(), 2.0).tolist())

# %% [markdown]
# ## Station 3: the node
# A node holds what the way back needs: `pulls`, the gradient functions that the rule returned, and `edges`, where their
# results go.

# %%
show(graph.record)

model = new_model()
loss = loss_of(model, x, y)
node = loss.grad_fn
while isinstance(node, graph.Node):
    print(f"{node.name()}, shape {node.shape}")
    node = next(edge for edge in node.edges if edge is not None)
print(f"leaf, shape {tuple(node.shape)}: is it the weight? {node is model.weight}")

# %% [markdown]
# ## The picture
# Values flow down, gradients flow up. `difference` is used twice, so two gradients arrive at it: Σ∂ is their sum.

# %%
named = {"x": x, "y": y, "weight": model.weight, "bias": model.bias}
figure = viz.graph(loss, names=named)
viz.save(figure, "pictures/21_graph")
figure

# %% [markdown]
# ## Station 4: `loss.backward()`
# Before we read it, we walk the way ourselves, over the real nodes. The gradient of the loss with respect to itself is 1.
# Each node gives its gradient to its `pulls`, and what comes out is added up where the edges lead. The youngest node goes
# first: then all that flows into a node has arrived before the node is asked.


# %%
def walk(loss):
    waiting, leaves = {loss.grad_fn: torch.ones(()).numpy()}, {}
    while waiting:
        node = max(waiting, key=lambda node: node.seq)  # numbered as they were made: the largest is the youngest
        gradient = waiting.pop(node)
        print(f"{node.name()} gets {gradient.round(4).ravel().tolist()}")
        for pull, edge in zip(node.pulls, node.edges, strict=False):
            if edge is not None:
                home = waiting if isinstance(edge, graph.Node) else leaves
                home[edge] = home[edge] + pull(gradient) if edge in home else pull(gradient)
    return leaves


leaves = walk(loss)
for leaf, gradient in leaves.items():
    print(f"leaf of shape {tuple(leaf.shape)}: {gradient.tolist()}")

loss.backward()
compare("weight", leaves[model.weight], model.weight.grad)
compare("bias", leaves[model.bias], model.bias.grad)

# %% [markdown]
# The library's own walk is our loop, with a heap (a queue that gives the smallest number first, here the youngest node's) in place of
# `max`. `arrive` adds up, `settle` fills `.grad` of a leaf. What is not as most are, nodes with several outputs, hooks, gradients of
# gradients, goes through `exception`. For gradients of gradients (`create_graph=True`) the same rules run again, on Tensors of the class
# `Traced` (`protocols.py`), on which NumPy's functions are operations that record nodes: so no rule need be written twice.

# %%
show(Pass.walk)
show(Pass.arrive)

# %% [markdown]
# ## Station 5: `optimizer.step()`
# Without momentum and weight decay, one line of it does the work: `data -= scale * p._grad._data`, where `scale` is the learning rate. It
# works on the arrays, so nothing is recorded; `changed` tells the graph that old values are gone. What you change in place yourself, with
# `add_` or `x[0] = 1`, is recorded: that is the work of `autograd/inplace.py`, which also knows which Tensors share memory.

# %%
show(torch.optim.SGD.step, "for group in", "_descend(params")
show(sgd._descend)

by_hand = model.weight.detach() - 0.2 * model.weight.grad  # (1, 2)
torch.optim.SGD(model.parameters(), lr=0.2).step()
compare("weight after the step", model.weight, by_hand)

# %% [markdown]
# ## When it goes wrong
# An error's traceback is a way through the source too. Here `backward` is called twice on one graph; we print where the
# error came through, from our line to the line that raised it.

# %%
try:
    loss.backward()
except RuntimeError as error:
    print(f"RuntimeError: {textwrap.shorten(str(error), 120)}")
    for place in traceback.extract_tb(error.__traceback__)[1:]:
        print(f"│ {Path(place.filename).relative_to(FOLDER).as_posix()}, {place.name}: {place.line}")

# %% [markdown]
# Read a traceback from below: the last line raised the error, and the code around it says why. `pulls` was None, for
# the backward pass drops what a node kept as soon as its gradient has passed: the arrays are freed while it still runs. The
# repair is a new forward pass for each `backward`; `retain_graph=True` if you do need the same graph twice.
#
# **Guess first:** what is in `.grad` after the second `backward`?

# %%
model.zero_grad()
loss = loss_of(model, x, y)
loss.backward(retain_graph=True)
print(f"once:  {model.weight.grad}")
loss.backward()
print(f"twice: {model.weight.grad}")  # added up: no zero_grad in between

# %% [markdown]
# ## The map
# Each file says in its first line what it is for. These are the files of the first level and the folders; open what you are
# curious about.

# %%
places = [*sorted(FOLDER.glob("*.py")), *sorted(FOLDER.glob("*/__init__.py"))]
undescribed = 0
for path in places:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    undescribed += words is None
    print(f"│ {path.relative_to(FOLDER).as_posix()}: {(words or '?').partition(chr(10))[0]}")
print(f"files without a word: {undescribed}")

# %% [markdown]
# A good order: `tiny.py` first, the whole idea on one page, each of whose parts names the file where its grown-up lives; then
# `autograd/rule.py`, `ops/elementwise/activations.py`, `autograd/graph.py`, `autograd/walk.py`, `tensors/tensor.py`, `autograd/contract.py`,
# `autograd/inplace.py`, then any family of `ops/`; and with each file its tests in `parity_tests/`.
#
# ## The same under PyTorch
# The same step gives the same numbers, and the graph has nodes of the same names. Its Python files can be read the same way,
# down to the operations: these are compiled C++, which `inspect` cannot show. To read on there, you now know what to look
# for: a value, a node, gradient functions, edges.


# %%
def names_of(loss):
    names, node = [], loss.grad_fn
    while node is not None:
        names.append(node.name())
        node = next((edge for edge, _ in node.next_functions if edge is not None), None)
    return names


def one_step_again():
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    one_step(model, optimizer)
    return {"gradient": model.weight.grad, "weight after the step": model.weight}


same_in_pytorch(one_step_again)
theirs = in_pytorch(lambda: names_of(loss_of(new_model(), x, y)))
if theirs is not None:
    print(f"PyTorch: the same names of nodes? {names_of(loss_of(new_model(), x, y)) == theirs}")
    try:
        inspect.getsource(in_pytorch(lambda: torch.mul))
    except TypeError as error:
        print(f"PyTorch: no source of mul in Python: {textwrap.shorten(str(error), 60)}")

# %% [markdown]
# ## Summary
# - `nn/` keeps parameters, `ops/` holds the rules (value and gradient functions), `autograd/` records and goes back, `optim/`
#   changes the parameters.
# - A rule is a function on arrays; `@differentiable` makes it an operation on Tensors that records a node. Its annotations say what
#   arguments the front desk lets through.
# - A node holds gradient functions and edges. `backward` gives each node its gradient, the youngest first, and adds up what
#   arrives at the same place.
# - `inspect.getsource`, `sys.setprofile` and a traceback lead from a call to its code, in any library that is written in Python.
#
# ## Exercises
# Write your answer in place of the dots and run the lesson again.
#
# **1.** Write a rule, in the form of the one of `*`: `input³` and the function that carries `g` back.


# %%
def exercise_1(input):
    return ...


def is_cube(at, expected):
    def judge(answer):
        if not isinstance(answer, tuple) or len(answer) != 2 or not callable(answer[1]):
            return "must return two things: the value and a function of g"
        value, pull = answer
        if value != expected:
            return f"has the value {value}, expected {expected}"
        if not near(pull(2.0), 6.0 * at * at):
            return f"carries g = 2 back as {pull(2.0)}, expected {6.0 * at * at}"
        if not near(pull(-0.5), -1.5 * at * at):
            return f"carries g = -0.5 back as {pull(-0.5)}, expected {-1.5 * at * at}"

    return judge


check(exercise_1, (2.0, is_cube(2.0, 8.0)), (-1.0, is_cube(-1.0, -1.0)))

# %% [markdown]
# **2.** Count the nodes behind a result, from its `grad_fn` along the `edges`. A node that several edges lead to is one node.


# %%
def exercise_2(tensor):
    return ...


a = torch.tensor(2.0, requires_grad=True)
b = a * 3.0
check(exercise_2, (loss_of(new_model(), x, y), 5), (a * 2.0, 1), (b * b + b, 3), (a.exp() + a.sqrt(), 3))

# %% [markdown]
# **3.** Broadcasting repeats an input along an axis; on the way back, `fit` in `autograd/walk.py` adds up the gradients of the
# copies. Do it for a vector `(n,)` that was added to a matrix `(m, n)`: from the gradient `(m, n)` to that of the vector.


# %%
def exercise_3(gradient):
    return ...


check(
    exercise_3,
    (torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), [11.0, 22.0, 33.0]),
    (torch.ones(5, 2), [5.0, 5.0]),
)

# %% [markdown]
# **4.** Read `SGD.step` above. What does the second step with momentum do (no decay, no Nesterov)? Return the new parameter and the
# new velocity.


# %%
def exercise_4(parameter, gradient, velocity, lr, momentum):
    return ...


check(exercise_4, (1.0, 2.0, 4.0, 0.1, 0.5, [0.6, 4.0]), (0.0, 1.0, 0.0, 0.5, 0.9, [-0.5, 1.0]))

# %% [markdown]
# ## Answers to the three questions
#
# <details>
# <summary>Show them</summary>
#
# 1. Its value and, for each input, a function that pulls the gradient back.
# 2. `optimizer.step()`.
# 3. The call does what else belongs to a module, and then calls `forward`.
#
# </details>
