"""ops/contractions.py against torch: values, gradients, second order, errors."""

import itertools
import math
import random

import pytest

from parity_tests.oracle import check, check_error, rand, same_program

A, B = rand(3, 4), rand(4, 5)
CASES = [
    ("tensordot", (rand(2, 3, 4), rand(3, 4, 5)), {}), ("tensordot", (rand(2, 3, 4), rand(4, 5)), {"dims": 1}), ("tensordot", (rand(2, 3), rand(4)), {"dims": 0}),
    ("tensordot", (rand(2, 3, 4), rand(4, 2, 5)), {"dims": ([2, 0], [0, 1])}), ("einsum", ("ij,jk->ik", A, B), {}), ("einsum", ("ij,jk", A, B), {}),
    ("einsum", ("ba,ca", rand(2, 3), rand(4, 3)), {}), ("einsum", ("bij,bjk->bik", rand(2, 3, 4), rand(2, 4, 5)), {}),
    ("einsum", ("...ij,...jk->...ik", rand(2, 3, 4), B), {}), ("einsum", ("...i,...i", rand(2, 3, 4), rand(4)), {}), ("einsum", ("ii", rand(3, 3)), {}),
    ("einsum", ("ii->i", rand(3, 3)), {}), ("einsum", ("iij->j", rand(3, 3, 2)), {}), ("einsum", ("ij->", A), {}), ("einsum", ("ij->ji", A), {}),
    ("einsum", ("i,j,k->kij", rand(2), rand(3), rand(4)), {}), ("einsum", ("ij,kl->il", rand(2, 3), rand(4, 5)), {}),
    ("einsum", ("ij,ij->i", rand(2, 3), rand(2, 1)), {}), ("einsum", (" i j , j k -> i k ", A, B), {}), ("einsum", ("ij,jk->ik", [A, B]), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args", "kwargs"), CASES)
def test_product(name, args, kwargs):
    # grad_fn: torch composes these of several kernels whose names tell nothing of the operation
    check(name, *args, second=True, grad_fn=False, **kwargs)


ERRORS = [
    ("tensordot", (A, B)), ("tensordot", (A, A, 3)), ("tensordot", (A, B, ([0, 1], [0]))), ("einsum", ("ij,jk->ik", A)), ("einsum", ("ijk->ik", A)),
    ("einsum", ("ij,ij->i", A, B)), ("einsum", ("ij->iz", A)),
    ("einsum", ("......ij->ij", A)), ("einsum", ("ij->...ij...", A)), ("einsum", ("ii", rand(1, 3))), ("einsum", ("ii->i", rand(0, 3))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), ERRORS)
def test_error(name, args):
    check_error(name, *args)


def test_one_equation_for_many_shapes_and_types():
    """What an equation asks of shapes is remembered: other shapes, types and errors must not be taken for those seen before."""

    def program(t, *shapes, kinds=("float32", "float32"), equation="ij,kj->ik"):
        factors = [
            t.arange(1, t.Size(s).numel() + 1).view(s).to(getattr(t, k)) for s, k in zip(shapes, kinds, strict=True)
        ]
        return t.einsum(equation, *factors)

    for _ in range(2):
        for shapes in (
            ((2, 3), (4, 3)),
            ((2, 1), (4, 3)),
            ((2, 3), (4, 1)),
            ((2, 3), (4, 5)),
            ((0, 3), (4, 3)),
            ((2, 3), (4,)),
        ):
            for kinds in (("float32", "float32"), ("int64", "int64")):
                same_program(lambda t, s=shapes, k=kinds: program(t, *s, kinds=k))
        same_program(lambda t: program(t, (2, 3), (4, 3), kinds=("float32", "float64")))
        same_program(lambda t: program(t, (3, 3), (3, 3), equation="ii,jj->ij"))
        same_program(lambda t: program(t, (3, 3), (3, 3), equation="...i,...i"))


def test_random_einsum():
    """Letters twice and three times in an operand, in every place; sums, diagonals, products; values, the name of the node, gradients,
    or the type of error."""
    generator = random.Random(0)
    sizes = {"i": 2, "j": 3, "k": 1, "l": 3}
    for _ in range(300):
        terms = ["".join(generator.choices("ijkl", k=generator.randint(0, 3))) for _ in range(generator.randint(1, 3))]
        letters = sorted(set("".join(terms)))
        result = "".join(generator.sample(letters, generator.randint(0, len(letters))))
        equation = ",".join(terms) + generator.choice(["", f"->{result}"])
        operands = [rand(*(sizes[c] for c in term)) for term in terms]

        def program(t, equation=equation, operands=operands):
            tensors = [t.from_numpy(x).requires_grad_() for x in operands]
            y = t.einsum(equation, *tensors)
            return y.detach(), y.grad_fn.name(), t.autograd.grad((y * y).sum(), tensors)

        same_program(program)


@pytest.mark.parametrize("equation", ("ij->ji", "ij->ij", "ii->i", "ij", "ji", "...i->i..."))
def test_einsum_that_only_moves_axes_is_a_view(equation):
    def program(t):
        leaf = t.from_numpy(rand(3, 3)).requires_grad_()
        x = leaf * 1
        y = t.einsum(equation, x)
        y.mul_(2)
        (x**2).sum().backward()
        return y._is_view(), x.detach(), leaf.grad

    same_program(program)


TYPED = {  # some letters are summed alone, some stand for 1 in one operand; some operands have no axes, or no elements
    ",i->i": [(), (3,)], "i,->": [(3,), ()], ",->": [(), ()], "a,->a": [(0,), ()], "a,a->": [(0,), (0,)], "ab,bc->ac": [(2, 0), (0, 3)], "ab,bd->ad": [(0, 2), (2, 3)],
    "ab,ab->ab": [(0, 2), (0, 2)], "ab,bc,cd->ad": [(2, 0), (0, 3), (3, 2)], "a,a,b->b": [(0,), (0,), (2,)],
    "ij->i": [(2, 3)], "ij->": [(2, 1)], "ii->": [(2, 2)], "i,j->": [(2,), (3,)], "i,j->ij": [(2,), (3,)], "i,i->": [(1,), (1,)],
    "ij,jk->ik": [(2, 3), (3, 2)], "ij,kj->ik": [(2, 1), (3, 2)], "ij,lj->il": [(2, 3), (2, 1)], "ij,jk->i": [(2, 3), (3, 2)],
    "ij,jk,kl->il": [(2, 3), (3, 1), (1, 2)],
}  # fmt: skip
TYPES = ("float32", "float64", "float16", "int64", "int32", "uint8", "bool")


@pytest.mark.parametrize("equation", TYPED)
def test_types_of_sums_of_products(equation):
    """Mixed types where nothing is multiplied and summed; whole numbers and bools are counted in int64 where they are only summed."""
    shapes = TYPED[equation]

    def program(torch, types):
        factors = [
            (torch.arange(math.prod(shape)).reshape(shape) * 90 + 1).to(getattr(torch, kind))
            for shape, kind in zip(shapes, types, strict=False)
        ]
        return torch.einsum(equation, *factors)

    for types in itertools.product(TYPES, repeat=min(len(shapes), 2)):
        same_program(program, (*types, types[0]))
