"""nn/modules/fold.py against torch."""

from __future__ import annotations

import pytest

from parity_tests.oracle import rand, same_program


@pytest.mark.parametrize("make, shape", [
    (lambda nn: nn.Unfold(2), (2, 3, 4, 5)), (lambda nn: nn.Unfold((2, 3), dilation=(1, 2), padding=1, stride=2), (3, 4, 5)),
    (lambda nn: nn.Fold(3, 2), (2, 8, 4)), (lambda nn: nn.Fold((4, 5), (2, 3), dilation=(1, 2), padding=1, stride=2), (6, 6)),
])  # fmt: skip
def test_module(make, shape):
    def program(t):
        module = make(t.nn)
        x = t.tensor(rand(*shape).tolist(), requires_grad=True)
        y = module(x)
        return [repr(module), dict(module.state_dict()), y.detach(), *t.autograd.grad((y**2).sum(), x)]

    same_program(program)
