"""nn.utils: parameters to one vector and back."""

from __future__ import annotations

from parity_tests.oracle import same_program


def test_there_and_back():
    def program(package):
        package.manual_seed(0)
        net = package.nn.Sequential(package.nn.Linear(3, 4), package.nn.Linear(4, 2))
        vector = package.nn.utils.parameters_to_vector(net.parameters())
        package.nn.utils.vector_to_parameters(vector.detach() * 2, net.parameters())
        return [vector.detach(), vector.requires_grad, *(p.detach() for p in net.parameters())]

    same_program(program, rtol=0)


def test_the_vector_must_be_a_tensor():
    same_program(lambda package: package.nn.utils.vector_to_parameters([1.0], package.nn.Linear(1, 1).parameters()))
