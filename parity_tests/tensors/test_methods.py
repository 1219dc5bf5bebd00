"""methods.py against torch: what is a method only (the operations themselves are proved in ops/)."""

from __future__ import annotations

import numpy as np
import pytest

import minitorch_pt
from parity_tests.oracle import rand, same_program

VIEWS = {
    "squeeze_": lambda t: t.squeeze_(),
    "squeeze_ of an axis": lambda t: t.squeeze_(0),
    "unsqueeze_": lambda t: t.unsqueeze_(1),
    "transpose_": lambda t: t.transpose_(0, 1),
    "t_": lambda t: t[0].t_(),
}


@pytest.mark.parametrize("change", VIEWS.values(), ids=VIEWS.keys())
def test_shape_changed_in_place(change):
    def program(torch):
        plain = torch.ones(1, 2, 3)
        results = [change(plain), plain]
        leaf = torch.tensor(rand(1, 2, 3), requires_grad=True)
        tracked = leaf * 2
        changed = change(tracked)
        changed.mul_(3)
        (changed * changed).sum().backward()
        return [*results, changed.shape, tracked.detach(), leaf.grad]

    same_program(program)


def test_a_view_changed_in_place_changes_its_base():
    def program(torch):
        leaf = torch.tensor(rand(4, 3), requires_grad=True)
        base = leaf * 1
        view = base[1:3]
        view.t_()
        view[0].mul_(5)
        (base * base).sum().backward()
        return [view.detach(), base.detach(), leaf.grad]

    same_program(program)


def test_shape_of_a_leaf():
    same_program(lambda torch: torch.ones(2, 3, requires_grad=True).t_())

    def program(torch):
        leaf = torch.ones(2, 3, requires_grad=True)
        with torch.no_grad():
            leaf.t_()
        (leaf * torch.arange(6.0).view(3, 2)).sum().backward()
        return [leaf.detach(), leaf.grad, leaf.is_leaf]

    same_program(program)


def test_copy_and_fill():
    def program(torch):
        leaf, source = torch.ones(2, 3, requires_grad=True), torch.arange(3.0, requires_grad=True)
        target = leaf * 2
        target[0].copy_(source)
        target[1, 1:].fill_(7)
        target[1, 0].zero_()
        target[1, 0] += 1
        name = (leaf * 2).copy_(source).grad_fn.name(), (leaf * 2).fill_(source.sum()).grad_fn.name()
        (target * target).sum().backward()
        return [target.detach(), leaf.grad, source.grad, name, torch.zeros(2).copy_(torch.tensor([1, 2]))]

    same_program(program)
    same_program(lambda torch: torch.zeros(2, 3).copy_(torch.zeros(2, 2)))
    same_program(lambda torch: torch.zeros(2).set_(torch.arange(3.0)))


def test_where_is_called_on_the_first_choice():
    same_program(lambda torch: torch.arange(4.0).where(torch.tensor([True, False, True, False]), torch.tensor(9.0)))


@pytest.mark.parametrize(
    "use",
    [
        lambda t: t + "a",
        lambda t: "a" * t,
        lambda t: t @ 2,
        lambda t: t < None,
        lambda t: t & 1.5,
    ],
)
def test_operators_refuse_what_they_do_not_know(use):
    same_program(lambda torch: use(torch.arange(3)))


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("use", [
    lambda x: np.ones((3, 2)) @ x, lambda x: x @ np.ones((3, 2)), lambda x: np.exp(x), lambda x: np.where(x > 2, 1, 0).tolist(),
    lambda x: np.add.reduce(x).tolist(), lambda x: float(np.linalg.norm([x.sum().item(), 1])), lambda x: float(np.median(x)),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning")  # torch's own has NumPy 1's form
def test_numpy_functions(use, grad):
    same_program(lambda torch: use(torch.arange(6.0).view(2, 3).requires_grad_(grad)))


@pytest.mark.parametrize("program", [
    lambda t: t.tensor([1.5, 2.0]).apply_(lambda x: x * x), lambda t: t.tensor([[1, 2], [3, 4]]).T.apply_(lambda x: x + 0.7),
    lambda t: t.tensor([True, False]).apply_(lambda x: not x), lambda t: t.ones(0).apply_(lambda x: x), lambda t: t.tensor(3.0).apply_(lambda x: -x),
    lambda t: t.tensor([1, 2]).apply_(lambda x: isinstance(x, int)), lambda t: t.ones(2).apply_(lambda x: "a"), lambda t: t.ones(2).apply_(None),
    lambda t: t.ones(2, requires_grad=True).apply_(lambda x: x), lambda t: (t.ones(2, requires_grad=True) * 2).apply_(lambda x: x),
    lambda t: t.tensor([1.0, 2.0]).map_(t.tensor([3.0, 4.0]), lambda x, y: x * y), lambda t: t.tensor([1.0, 2.0]).map_(t.tensor([3.0]), lambda x, y: x - y),
    lambda t: t.ones(2).map_(t.ones(2, dtype=t.int64), lambda x, y: x), lambda t: t.ones(2).map_(t.ones(3), lambda x, y: x),
    lambda t: t.ones(1).map_(t.ones(2), lambda x, y: x), lambda t: t.ones(2).map_(t.ones(2, requires_grad=True), lambda x, y: x),
    lambda t: t.ones(2).map_(3.0, lambda x, y: x), lambda t: t.tensor([1.0, 2.0]).map2_(t.tensor([3.0, 4.0]), t.tensor([5.0, 6.0]), lambda x, y, z: x * y + z),
    lambda t: t.ones(2).map2_(t.ones(2), 1, lambda x, y, z: x),
])  # fmt: skip
def test_python_functions_of_elements(program):
    same_program(program)


def test_apply_is_noticed_by_the_graph():
    t = minitorch_pt  # torch takes no notice, and its gradient is that of the new numbers
    factor = t.tensor([2.0, 3.0])
    y = (t.ones(2, requires_grad=True) * factor).sum()
    factor.apply_(lambda v: v + 1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


@pytest.mark.parametrize("shape", [(2, 3), (1, 3), (2, 3, 4, 5), (2, 1, 4, 5), ()])
@pytest.mark.parametrize(
    "formats", [False, True, ["contiguous_format"], ["contiguous_format", "channels_last"], [], "all", [1], 1]
)
def test_dim_order(shape, formats):
    def program(t):
        words = (
            [getattr(t, f, f) if isinstance(f, str) else f for f in formats] if isinstance(formats, list) else formats
        )
        x = t.zeros(shape)
        return [tuple(x.dim_order(ambiguity_check=words)), x.dim() > 1 and tuple(x.mT.dim_order(ambiguity_check=words))]

    same_program(program)


def test_half_precision_is_rounded_twice():
    """Between two numbers of float16, a little above the middle: it is the middle in float32, and then goes to the even one."""

    def program(torch):
        v = 1 + 2**-11 + 1e-10
        x = torch.tensor([v, -v], dtype=torch.float64)
        filled, copied, put = (torch.zeros(2).half() for _ in range(3))
        put[0], copied[:] = v, x
        made = (
            torch.tensor([v], dtype=torch.half),
            torch.full((1,), v, dtype=torch.half),
            x.new_tensor([v], dtype=torch.half),
        )
        pairs = torch.where(torch.tensor([True, False]), x.half(), v), torch.nn.functional.pad(put, (0, 1), value=v)
        return [x.half(), x.to(torch.half), filled.fill_(v), filled.copy_(x), copied, put, *made, *pairs]

    same_program(program)
