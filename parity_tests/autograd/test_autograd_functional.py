"""torch.autograd.functional: jacobian, hessian, and products, against torch."""

import re

import pytest

from parity_tests.oracle import same_program


def a(torch):
    return torch.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], dtype=torch.float64)


def b(torch):
    return torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)


def one(x):
    return (x.sin() * x).sum(0)


def two(x, y):
    return x * y, (x @ y).exp()


def scalar(x):
    return (x**3).sum()


def scalar2(x, y):
    return (x * y * y).sum()


CASES = {
    "jacobian": lambda t, F, **k: F.jacobian(one, a(t), **k),
    "jacobian of several": lambda t, F, **k: F.jacobian(two, (a(t), b(t)), **k),
    "jacobian of a number": lambda t, F, **k: F.jacobian(scalar, a(t), **k),
    "jacobian independent": lambda t, F, **k: F.jacobian(lambda x: t.ones(2, dtype=t.float64), a(t), **k),
    "jacobian unused": lambda t, F, **k: F.jacobian(lambda x, y: x * 2, (a(t), b(t)), **k),
    "jacobian empty": lambda t, F, **k: F.jacobian(lambda x: x[:0], b(t), **k),
    "hessian": lambda t, F, **k: F.hessian(scalar, a(t), **k),
    "hessian of several": lambda t, F, **k: F.hessian(scalar2, (a(t), b(t)), **k),
    "hessian of a vector": lambda t, F, **k: F.hessian(one, a(t), **k),
    "vjp": lambda t, F, **k: F.vjp(one, a(t), b(t), **k),
    "vjp of several": lambda t, F, **k: F.vjp(two, (a(t), b(t)), (a(t), b(t)[:2]), **k),
    "vjp of a number": lambda t, F, **k: F.vjp(scalar, a(t), **k),
    "vjp without v": lambda t, F, **k: F.vjp(one, a(t), **k),
    "vjp wrong v": lambda t, F, **k: F.vjp(one, a(t), a(t), **k),
    "jvp": lambda t, F, **k: F.jvp(one, a(t), a(t) * 2, **k),
    "jvp of several": lambda t, F, **k: F.jvp(two, (a(t), b(t)), (a(t), b(t) * 3), **k),
    "jvp without v": lambda t, F, **k: F.jvp(one, a(t), **k),
    "vhp": lambda t, F, **k: F.vhp(scalar, a(t), a(t) * 2, **k),
    "vhp of several": lambda t, F, **k: F.vhp(scalar2, (a(t), b(t)), (a(t), b(t)), **k),
    "hvp": lambda t, F, **k: F.hvp(scalar, a(t), a(t) * 2, **k),
    "hvp of a vector": lambda t, F, **k: F.hvp(one, a(t), a(t) * 2, **k),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("options", [{}, {"create_graph": True}, {"strict": True}], ids=str)
def test_functional(case, options):
    same_program(lambda torch: CASES[case](torch, torch.autograd.functional, **options))


def tensors(results):
    return [t for r in results for t in tensors(r)] if isinstance(results, tuple) else [results]


@pytest.mark.parametrize("case", ["jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"])
@pytest.mark.parametrize("options", [{}, {"create_graph": True}], ids=str)
def test_what_requires_grad(case, options):
    same_program(lambda t: [r.requires_grad for r in tensors(CASES[case](t, t.autograd.functional, **options))])


def test_create_graph_can_be_differentiated():
    def program(torch):
        x = b(torch).requires_grad_()
        j = torch.autograd.functional.jacobian(lambda t: t**3, x, create_graph=True)
        return torch.autograd.grad(j.sum(), x)

    same_program(program)


def test_texts_of_what_is_refused():
    def told(call):
        try:
            return call()
        except Exception as error:
            return type(error), re.split(r"[.,:]| as ", str(error).replace("minitorch_pt.", "torch."))[0]

    def program(t):
        f, x, double = t.autograd.functional, t.ones(4), lambda a: a * 2
        calls = [
            lambda: f.jacobian(double, "text"), lambda: f.jacobian(double, (x, 3)), lambda: f.jacobian(lambda a: (a, "text"), x), lambda: f.hessian(lambda a: "text", x),
            lambda: f.jacobian(lambda a: a.detach(), x, strict=True), lambda: f.jacobian(lambda a: t.ones(1, requires_grad=True).clone(), x, strict=True),
            lambda: f.jacobian(t.clone, x, create_graph=True, strict=True), lambda: f.jacobian(double, x, strict=True, vectorize=True), lambda: f.hessian(double, x), lambda: f.hessian(lambda a: a.sum(), x, strict=True),
            lambda: f.vjp(double, x, t.ones(3)), lambda: f.vjp(double, x), lambda: f.jvp(double, x), lambda: f.jvp(double, x, t.ones(3)), lambda: f.vjp(double, x, (x, x)),
            lambda: f.vhp(double, x, x), lambda: f.hvp(double, x, x), lambda: f.vhp(lambda a: a.sum(), x, x, strict=True), lambda: f.jvp(double, x, x, strict=True),
            lambda: f.vjp(lambda a, b: a.sum(), (x, x), t.tensor(1.0), strict=True),
        ]  # fmt: skip
        forward = told(lambda: f.jacobian(double, x, strategy="forward-mode"))  # whose text torch misspells
        return [told(call) for call in calls], forward[0]

    same_program(program)
