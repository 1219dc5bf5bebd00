"""The one page, `minitorch_pt/tiny.py`: every part against its twin in torch, in float64 to 1e-12, and what the page promises of itself."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from minitorch_pt import tiny
from minitorch_pt.teaching import datasets
from parity_tests.oracle import rand
from parity_tests.test_architecture import FILES, PACKAGE, code_lines

PAGE = PACKAGE / "tiny.py"


def close(ours, theirs, what, rtol=1e-12):
    """To a relative 1e-12, also of the largest number: sums cancel."""
    theirs = np.asarray(theirs)
    assert np.shape(ours) == theirs.shape, f"{what}: shape {np.shape(ours)}, torch has {theirs.shape}"
    largest = np.abs(theirs).max(initial=0.0)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-12 * largest, err_msg=what)


def same(ours, theirs, *arrays, fixed=(), rtol=1e-12):
    """Compare the value and, for a random cotangent, the gradient of each array; the arrays of `fixed` come after them and have none."""
    mine = [tiny.Tensor(a, requires_grad=True) for a in arrays]
    its = [torch.tensor(a, requires_grad=True) for a in arrays]
    value, expected = ours(*mine, *fixed), theirs(*its, *map(torch.from_numpy, fixed))
    close(value.data, expected.detach(), "value")
    cotangent = rand(*expected.shape, seed=9)
    (value * cotangent).sum().backward()
    (expected * torch.from_numpy(cotangent)).sum().backward()
    for i, (a, b) in enumerate(zip(mine, its, strict=True)):
        close(a.grad, b.grad, f"gradient of input {i}", rtol)


# ---------------------------------------------------------------------------------------------------------------------
# Operations
# ---------------------------------------------------------------------------------------------------------------------
CURVES = ("neg", "exp", "relu", "sigmoid", "tanh", "sum", "mean", "log", "t")
SHAPES = [(), (1,), (3,), (1, 3), (2, 1), (2, 3), (4, 1, 3), (1, 2, 1)]
PAIRS = ["add", "sub", "mul", "div", "pow"]


@pytest.mark.parametrize("shape", [(3, 4), (1, 5), (2, 1), (1, 1)], ids=str)
@pytest.mark.parametrize("name", CURVES)
def test_operations_of_one_input(name, shape):
    x = rand(*shape, low=0.1 if name == "log" else -3.0, high=3.0)
    same(getattr(tiny, name), getattr(torch, name), x)
    if name not in ("t", "neg"):  # T and - of OPERATORS
        same(getattr(tiny.Tensor, name), getattr(torch.Tensor, name), x)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_activations_far_out_and_at_zero(name):
    same(getattr(tiny, name), getattr(torch, name), np.array([-1000.0, -40.0, -0.0, 0.0, 40.0, 1000.0]))


@pytest.mark.parametrize("exponent", [1, 2, 3, 2.0, -1, -2])
def test_powers_of_negative_numbers(exponent):
    same(lambda x: x**exponent, lambda x: x**exponent, np.array([-2.5, -1.0, 0.5] + [0.0] * (exponent > 0)))


@pytest.mark.parametrize("name", PAIRS)
def test_operations_of_two_inputs_broadcast(name):
    for i, shapes in enumerate(itertools.product(SHAPES, SHAPES)):
        one, two = (rand(*shape, low=0.5, seed=2 * i + k) for k, shape in enumerate(shapes))
        same(getattr(tiny, name), getattr(torch, name), one, two)


PRODUCTS = [
    ((3, 4), (4, 2)), ((1, 4), (4, 1)), ((5, 3, 4), (5, 4, 2)), ((3, 4), (5, 4, 2)), ((5, 1, 3, 4), (2, 4, 1)), ((0, 4), (4, 2)),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), PRODUCTS, ids=str)
def test_matrix_products(left, right):
    same(tiny.matmul, torch.matmul, rand(*left), rand(*right))


OPERATORS = [
    lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a**b, lambda a, b: a @ b.T, lambda a, b: -a * b,
    lambda a, b: 2 + a * b, lambda a, b: 2 - a * b, lambda a, b: 2 * a / b, lambda a, b: 2 / (a * b), lambda a, b: (a + 2) * b, lambda a, b: (a - 2) * b,
    lambda a, b: a * 2 * b, lambda a, b: a / 2 * b, lambda a, b: a**2 * b, lambda a, b: a**-1 * b, lambda a, b: a**0.5 * b, lambda a, b: a * a.T.T * b,
]  # fmt: skip


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators(operator):
    same(operator, operator, rand(3, 4, low=0.5), rand(3, 4, low=0.5, seed=1))


@pytest.mark.parametrize("number", [rand(2, 1), np.float64(2.5), 2.5, 3, [1.0, 2.0, 3.0]], ids=repr)
def test_arrays_and_numbers_beside_a_tensor(number):
    for operator in OPERATORS[:4]:
        for swap in (False, True):
            pairs = [(tiny.Tensor(rand(3)), number), (rand(3), np.array(number))]
            result, expected = (operator(*pair[::-1] if swap else pair) for pair in pairs)
            assert type(result) is tiny.Tensor
            close(result.data, expected, "value")


def random_program(seed):
    """A function of three matrices made of 25 random steps, each of which may use any result before it, more than once."""
    draw = np.random.default_rng(seed)
    one = ["tanh", "sigmoid", "exp", "relu", "neg", "mean", "sum"]
    steps = [(draw.choice([*one, "add", "sub", "mul", "matmul"]), draw.random(2)) for _ in range(25)]

    def program(package, *inputs):
        made = list(inputs)
        for name, places in steps:
            a, b = (made[int(len(made) * place)] for place in places)
            if name in one:
                value = getattr(package, name)(a * 0.5)
            elif name == "matmul" and len(a.shape) == len(b.shape) == 2:
                value = (a @ b).tanh()
            else:
                value = getattr(package, name if name != "matmul" else "div")(a, b * b + 1).tanh()
            made.append(value)
        total = made[0] * 0.1
        for i, value in enumerate(made):
            total = total + value * (0.3 + 0.01 * i)
        return total

    return program


@pytest.mark.parametrize("seed", range(40))
def test_random_programs(seed):
    program = random_program(seed)
    inputs = [rand(3, 3, seed=seed), rand(3, 3, seed=seed + 100), rand(3, 1, seed=seed + 200) @ np.ones((1, 3))]
    same(lambda *x: program(tiny, *x), lambda *x: program(torch, *x), *inputs)


# ---------------------------------------------------------------------------------------------------------------------
# The walk back
# ---------------------------------------------------------------------------------------------------------------------
def test_a_second_walk_adds_and_a_shared_part_is_walked_each_time():
    grads = []
    for make, options in ((tiny.Tensor, {}), (torch.tensor, {"retain_graph": True})):
        a, b = make(rand(3), requires_grad=True), make(rand(2, 1), requires_grad=True)
        shared = (a * b).tanh()
        (shared * 2).sum().backward(**options)
        loss = (shared * shared).sum()
        loss.backward(**options)
        loss.backward(**options)
        grads.append((a.grad, b.grad))
    for ours, theirs in zip(*grads, strict=True):
        close(ours, theirs, "sum of three gradients")


def test_each_tensor_has_one_turn():
    turns = []

    @tiny.differentiable
    def watched(input):
        return input, lambda g: turns.append(g) or g

    x = y = tiny.Tensor(0.5, requires_grad=True)
    for _ in range(12):  # 4096 ways back, of 12 steps
        y = watched(y)
        y = y * 0.5 + (y * y).tanh()
    y.backward()
    assert len(turns) == 12 and x.grad > 0


def test_many_terms_of_one_sum():
    leaf = tiny.Tensor(2.0, requires_grad=True)
    total = 0.0
    for term in [leaf * i for i in range(1000)]:
        total = total + term
    total.backward()
    assert leaf.grad == 999 * 1000 / 2


def test_a_long_chain_needs_no_recursion():
    x = y = tiny.Tensor(1.0, requires_grad=True)
    for _ in range(20_000):
        y = y + 1.0
    y.backward()
    assert x.grad == 1.0
    del y  # nor does letting it go


def test_only_what_requires_grad_is_remembered():
    constant, leaf = tiny.Tensor([1.0, 2.0]), tiny.Tensor([3.0, 4.0], requires_grad=True)
    assert not (constant * constant).exp().made_of and not (constant + 1).requires_grad
    product = constant * leaf
    assert [tensor for tensor, pull in product.made_of] == [leaf]
    product.sum().backward()
    assert constant.grad is None and product.grad is None and leaf.grad.tolist() == [1.0, 2.0]
    for start in (constant.sum(), product):
        with pytest.raises(RuntimeError, match="starts from one number"):
            start.backward()


def test_gradients_share_no_memory_and_inputs_are_copied():
    array = np.ones(3)
    a, b = tiny.Tensor(array, requires_grad=True), tiny.Tensor(array, requires_grad=True)
    (a + b).sum().backward()
    a.grad *= 5
    a.data -= 1
    assert b.grad.tolist() == array.tolist() == [1.0, 1.0, 1.0]


def test_a_step_between_the_way_forward_and_the_way_back_changes_no_gradient():
    a, b = tiny.Tensor([2.0], requires_grad=True), tiny.Tensor([3.0], requires_grad=True)
    loss = (a * b).sum()
    a.grad = b.grad = np.ones(1)
    optimizer = tiny.SGD([a, b], lr=1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    assert (a.grad, b.grad) == (3.0, 2.0) and (a.item(), b.item()) == (1.0, 2.0)


def test_what_is_printed():
    assert repr(tiny.Tensor([[1, 2.5], [3, 4]])) == "tensor([[1. , 2.5],\n        [3. , 4. ]])"
    assert tiny.Tensor(3).item() == 3.0 and tiny.Tensor([[1, 2]]).shape == (1, 2)


# ---------------------------------------------------------------------------------------------------------------------
# Modules
# ---------------------------------------------------------------------------------------------------------------------
def networks(*parts):
    """A row of layers and its twin, with the same weights: ("Linear", 3, 2), "Tanh"."""
    made = []
    for package in (tiny, torch.nn):
        layers = [
            getattr(package, part)() if type(part) is str else getattr(package, part[0])(*part[1:]) for part in parts
        ]
        made.append(package.Sequential(*layers))
    ours, theirs = made
    theirs.double()
    for mine, its in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert mine.shape == its.shape
        its.data = torch.from_numpy(mine.data.copy())
    return ours, theirs


@pytest.mark.parametrize("part", [("Linear", 4, 3), ("Linear", 4, 1), "ReLU", "Sigmoid", "Tanh"], ids=str)
def test_modules(part):
    ours, theirs = networks(part)
    same(ours, theirs, rand(5, 4))
    # the gradients of the parameters, which `same` has filled with those of its own cotangent
    for mine, its in zip(ours.parameters(), theirs.parameters(), strict=True):
        close(mine.grad, its.grad, "gradient of a parameter")


def test_first_weights_are_drawn_as_torch_draws_them():
    tiny.manual_seed(0)
    layer = tiny.Linear(25, 4000)
    torch.manual_seed(0)
    for mine, its in zip(layer.parameters(), torch.nn.Linear(25, 4000).parameters(), strict=True):
        for numbers in (mine.data, its.detach().numpy()):  # uniform in ±1/√25
            assert 0.1995 < np.abs(numbers).max() <= 0.2
            assert abs(numbers.mean()) < 0.01 and abs(numbers.std() - 0.4 / 12**0.5) < 0.003
    tiny.manual_seed(0)
    assert (tiny.Linear(25, 4000).weight.data == layer.weight.data).all()


def test_parameters_of_modules_in_modules_are_found_once():
    class Net(tiny.Module):
        def __init__(self):
            self.first = tiny.Sequential(tiny.Linear(2, 3), tiny.ReLU(), tiny.Dropout(0.3))
            self.second = self.again = tiny.Linear(3, 3)
            self.scale = tiny.Tensor(1.0, requires_grad=True)

        def forward(self, input):
            return self.again(self.second(self.first(input))) * self.scale

    net = Net()
    found = net.parameters()
    first, second = net.first.layers[0], net.second
    assert [id(p) for p in found] == [id(p) for p in (net.scale, first.weight, first.bias, second.weight, second.bias)]
    assert net(tiny.Tensor(rand(4, 2))).shape == (4, 3)
    dropout = net.first.layers[2]
    assert net.eval() is net and not dropout.training and not net.training
    assert net.train() is net and dropout.training and net.training


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_dropout(p):
    tiny.manual_seed(1)
    layer, twin = tiny.Dropout(p), torch.nn.Dropout(p)
    x = tiny.Tensor(rand(400, 500, low=1.0, high=3.0), requires_grad=True)
    y = layer(x)
    kept = y.data != 0
    deviation = (p * (1 - p) / kept.size) ** 0.5
    assert abs(kept.mean() - (1 - p)) <= 5 * deviation
    assert abs(y.data.mean() / x.data.mean() - 1) <= 6 * deviation / (1 - p)  # the mean stays
    close(y.data, np.where(kept, x.data / (1 - p), 0.0), "value")
    for axis in (0, 1):  # no row or column is treated alike
        assert np.abs(kept.mean(axis) - (1 - p)).max() <= 6 * (p * (1 - p) / 400) ** 0.5
    cotangent = rand(400, 500, seed=5)
    (y * cotangent).sum().backward()
    close(x.grad, np.where(kept, cotangent / (1 - p), 0.0), "gradient")  # the same mask
    assert p == 0 or (layer(x).data != y.data).any()  # a new one each time
    its = twin(torch.from_numpy(x.data))
    assert set(np.unique((y.data / x.data).round(9))) == set(np.unique((its.numpy() / x.data).round(9)))
    assert layer.eval()(x) is x


# ---------------------------------------------------------------------------------------------------------------------
# Losses
# ---------------------------------------------------------------------------------------------------------------------
F = torch.nn.functional


@pytest.mark.parametrize("shape", [(5,), (4, 1), (3, 4), (2, 3, 2)], ids=str)
def test_losses_of_numbers(shape):
    same(tiny.mse_loss, F.mse_loss, rand(*shape), rand(*shape, seed=1))
    same(tiny.mse_loss, F.mse_loss, rand(*shape), fixed=[rand(*shape, seed=1)])
    for targets in (rand(*shape, low=0, high=1, seed=2), (rand(*shape, seed=3) > 0).astype(float)):
        same(tiny.binary_cross_entropy, F.binary_cross_entropy, rand(*shape, low=0, high=1), fixed=[targets])


def test_binary_cross_entropy_of_certainties():
    inputs = np.array([0.0, 1.0, 0.0, 1.0, 1e-200, 1e-30, 1 - 1e-16, 0.5])
    targets = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0])
    # torch's least divisor is the float32 nearest to 1e-12, which is 4e-9 away
    same(tiny.binary_cross_entropy, F.binary_cross_entropy, inputs, fixed=[targets], rtol=1e-8)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
@pytest.mark.parametrize("rows", [1, 7])
def test_cross_entropy(rows, scale):
    scores, classes = rand(rows, 4) * scale, np.arange(rows) * 3 % 4
    same(tiny.cross_entropy, F.cross_entropy, scores, fixed=[classes])
    same(lambda x: tiny.cross_entropy(x, classes.tolist()), lambda x: F.cross_entropy(x, torch.tensor(classes)), scores)


# ---------------------------------------------------------------------------------------------------------------------
# Optimizers and whole trainings
# ---------------------------------------------------------------------------------------------------------------------
OPTIMIZERS = [
    ("SGD", {}), ("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {}), ("Adam", {"lr": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS, ids=str)
def test_twenty_steps(name, options):
    shapes = [(3, 4), (4,), ()]
    ours = [tiny.Tensor(rand(*s), requires_grad=True) for s in shapes]
    theirs = [torch.tensor(rand(*s), requires_grad=True) for s in shapes]
    optimizer, twin = getattr(tiny, name)(iter(ours), **options), getattr(torch.optim, name)(theirs, **options)
    for step in range(20):
        optimizer.zero_grad()
        twin.zero_grad()
        for i, (mine, its) in enumerate(zip(ours, theirs, strict=True)):
            assert mine.grad is None and its.grad is None
            if (step + i) % 5:  # now and then a parameter takes no part in the loss
                mine.grad = rand(*mine.shape, seed=step + 1) * 10.0 ** (i - 1)
                its.grad = torch.tensor(mine.grad)
        optimizer.step()
        twin.step()
        for i, (mine, its) in enumerate(zip(ours, theirs, strict=True)):
            close(mine.data, its.detach(), f"parameter {i} after step {step}")


def train(optimizer, model, loss_function, batches):
    """The losses of a training, written once for both."""
    losses = []
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(("name", "options"), [("SGD", {"lr": 0.05, "momentum": 0.9}), ("Adam", {"lr": 0.01})])
@pytest.mark.parametrize("loss", ["mse_loss", "binary_cross_entropy", "cross_entropy"])
def test_a_whole_training_from_copied_weights(loss, name, options):
    tiny.manual_seed(3)
    last = {"mse_loss": "Tanh", "binary_cross_entropy": "Sigmoid", "cross_entropy": "ReLU"}[loss]
    ours, theirs = networks(
        ("Linear", 6, 12), "Tanh", ("Dropout", 0.0), ("Linear", 12, 8), "ReLU", ("Linear", 8, 3), last
    )
    draw = np.random.default_rng(0)
    batches = []
    for _ in range(60):
        x = draw.normal(size=(10, 6))
        scores = np.sin(x[:, :3] * x[:, 3:])
        target = {"mse_loss": scores, "binary_cross_entropy": (scores > 0) * 1.0, "cross_entropy": scores.argmax(1)}
        batches.append((x, target[loss]))
    optimizers = [getattr(p, name)(m.parameters(), **options) for p, m in ((tiny, ours), (torch.optim, theirs))]
    losses = train(optimizers[0], ours, getattr(tiny, loss), [(tiny.Tensor(x), tiny.Tensor(y)) for x, y in batches])
    expected = train(optimizers[1], theirs, getattr(F, loss), [map(torch.from_numpy, pair) for pair in batches])
    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    close(losses, expected, "losses")
    for mine, its in zip(ours.parameters(), theirs.parameters(), strict=True):
        close(mine.data, its.detach(), "weights after the training")


def test_the_digits_of_the_quick_start_to_96_percent():
    # the network and the training of the quick start; from the seeds 0 to 7 it reads 96.6 to 98.9 % of new digits
    pixels, labels = (part.numpy() for part in datasets.digits())
    tiny.manual_seed(0)
    order = np.random.permutation(len(pixels))
    pixels, labels = pixels[order] / 16, labels[order]
    model = tiny.Sequential(tiny.Linear(64, 256), tiny.ReLU(), tiny.Dropout(0.5), tiny.Linear(256, 10))
    optimizer = tiny.Adam(model.parameters(), lr=0.003)
    for _ in range(40):
        rows = np.split(np.random.permutation(1440), 45)
        train(optimizer, model, tiny.cross_entropy, [(tiny.Tensor(pixels[r]), labels[r]) for r in rows])
    scores = model.eval()(tiny.Tensor(pixels[1440:]))
    assert (scores.data.argmax(axis=1) == labels[1440:]).mean() >= 0.96


# ---------------------------------------------------------------------------------------------------------------------
# Errors
# ---------------------------------------------------------------------------------------------------------------------
A, V = tiny.Tensor(np.ones((3, 2))), tiny.Tensor(np.ones(2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: A @ V, ValueError, r"shapes \(n, k\) and \(k, m\), got \(3, 2\) and \(2,\)"),
        (lambda: V @ A.T, ValueError, r"got \(2,\) and \(2, 3\)"),
        (lambda: tiny.Linear(3, 2)(A), ValueError, r"got \(3, 2\) and \(3, 2\)"),
        (lambda: A + tiny.Tensor(np.ones(3)), ValueError, "broadcast"),
        (lambda: tiny.Dropout(50), ValueError, "p must be at least 0 and below 1, got 50"),
        (lambda: tiny.Dropout(1), ValueError, "below 1, got 1"),
        (lambda: tiny.Dropout(-0.1), ValueError, "at least 0"),
        (lambda: tiny.mse_loss(A, tiny.Tensor(np.ones((3, 1)))), ValueError, r"shape of the input, \(3, 2\), got \(3, 1\)"),
        (lambda: tiny.mse_loss(V, np.ones((2, 1))), ValueError, r"\(2,\), got \(2, 1\)"),
        (lambda: tiny.binary_cross_entropy(V, np.ones((2, 1))), ValueError, r"targets of shape \(2,\), got \(2, 1\)"),
        (lambda: tiny.binary_cross_entropy(V * 1.5, V), ValueError, "Sigmoid"),
        (lambda: tiny.binary_cross_entropy(V * -0.1, V), ValueError, "Sigmoid"),
        (lambda: tiny.cross_entropy(A, [0, 1, 2]), ValueError, "from 0 to 1"),
        (lambda: tiny.cross_entropy(A, [0, 1, -1]), ValueError, "from 0 to 1"),
        (lambda: tiny.cross_entropy(A, [0, 1, 0.5]), ValueError, "from 0 to 1"),
        (lambda: tiny.cross_entropy(A, [0, 1]), ValueError, r"\(3, 2\) needs one class a row"),
        (lambda: tiny.cross_entropy(A, [[0], [1], [1]]), ValueError, "needs one class a row"),
        (lambda: tiny.Tensor([[1.0], [2.0, 3.0]]), ValueError, "inhomogeneous"),
        (lambda: tiny.Tensor(A), TypeError, "not 'Tensor'"),
        (lambda: A.item(), ValueError, "size 1"),
        (lambda: A.data @ tiny.Tensor(np.ones((2, 2))), TypeError, "unsupported operand"),
        (lambda: tiny.Module()(A), AttributeError, "forward"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()


# ---------------------------------------------------------------------------------------------------------------------
# What the page promises of itself
# ---------------------------------------------------------------------------------------------------------------------
TREE = ast.parse(PAGE.read_text(encoding="utf-8"))
CLASSES = [node for node in TREE.body if isinstance(node, ast.ClassDef)]
FUNCTIONS = [node for node in TREE.body if isinstance(node, ast.FunctionDef)]
OWN = {"differentiable", "unbroadcast"}  # what torch keeps inside


def test_it_has_at_most_200_lines_of_code():
    assert code_lines(PAGE) <= 200
    longest = max(PAGE.read_text(encoding="utf-8").splitlines(), key=len)
    assert len(longest) <= 120, longest


def test_nothing_is_private():
    names = {node.name for node in ast.walk(TREE) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    names |= {node.id for node in ast.walk(TREE) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}
    names |= {node.arg for node in ast.walk(TREE) if isinstance(node, ast.arg)}
    assert not [name for name in names if name.startswith("_") and not (name.startswith("__") and name.endswith("__"))]


def imports(tree):
    """What a file imports, in functions too: the modules and the names in them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_it_imports_numpy_alone():
    assert set(imports(TREE)) == {"functools", "functools.wraps", "numpy"}  # functools is Python's own
    code = f"import sys, runpy; runpy.run_path({str(PAGE)!r}); print('minitorch_pt' in sys.modules, 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_nothing_in_the_package_imports_it():
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        if path != PAGE and "tiny" in text:
            found = [name for name in imports(ast.parse(text)) if name.split(".")[-1] == "tiny"]
            assert not found, f"{path} imports {found}"


@pytest.mark.parametrize("node", CLASSES, ids=lambda node: node.name)
def test_each_class_says_where_its_grown_up_lives(node):
    first = ast.get_docstring(node).splitlines()[0]
    path = re.search(r"Grown up: `([\w/]+\.py)`", first).group(1)
    assert re.search(rf"^class {node.name}\b", (PACKAGE / path).read_text(encoding="utf-8"), re.M), path


def test_all_files_that_it_names_exist():
    for path in re.findall(r"`([\w/]+(?:\.py|/))`", PAGE.read_text(encoding="utf-8")):
        assert (PACKAGE / path).exists(), path


def twin(name):
    """The function or class of that name in torch."""
    for room in (torch, torch.nn, torch.nn.functional, torch.optim):
        if hasattr(room, name):
            return getattr(room, name)
    return None


def parameters(function):
    """The names of the parameters and their default values; torch's compiled functions are known to `torch.overrides`."""
    function = torch.overrides.get_testing_overrides().get(function, function)
    return {p.name: p.default for p in inspect.signature(function).parameters.values()}


@pytest.mark.parametrize("name", [node.name for node in (*CLASSES, *FUNCTIONS) if node.name not in OWN])
def test_names_and_signatures_are_torchs(name):
    ours, theirs = getattr(tiny, name), twin(name)
    assert theirs is not None, f"torch has no {name}"
    if name in ("Tensor", "Optimizer", "Sequential", "Module"):
        return
    mine, its = parameters(ours), parameters(theirs)
    assert list(mine) == [p for p in its if p in mine], f"{list(mine)}, torch has {list(its)}"
    for parameter, default in mine.items():
        assert default == its[parameter] or default is its[parameter], f"{parameter}={default}"


def test_methods_are_torchs_too():
    pairs = [(tiny.Tensor, torch.Tensor), (tiny.Module, torch.nn.Module), (tiny.Optimizer, torch.optim.Optimizer)]
    beside = {"count", "direction", "training"}  # torch gives `training` to each module itself
    for ours, theirs in pairs:
        for name in vars(ours):
            assert name.startswith("__") or hasattr(theirs, name) or name in beside, (
                f"torch's {ours.__name__} has no {name}"
            )


def test_the_readmes_begin_with_it():
    for page, heading in (("README.md", "How to read the source"), ("README.pt-BR.md", "Como ler o código")):
        text = (PACKAGE.parent / page).read_text(encoding="utf-8")
        assert re.search(r"^\d\. .*", text.partition(f"## {heading}\n\n")[2], re.M)[0].startswith(
            "1. `minitorch_pt/tiny.py`"
        ), page


def test_help_shows_the_rule():
    assert str(inspect.signature(tiny.mul)) == "(input, other)"
    assert "hyperbolic tangent" in tiny.Tensor.tanh.__doc__
    assert "return y, lambda g: g * (1 - y**2)" in inspect.getsource(tiny.tanh)
