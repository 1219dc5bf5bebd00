"""nn.utils.prune: masks, state_dicts, gradients and errors of each method, alone and one after the other, as in torch."""

from __future__ import annotations

import copy

import pytest
import torch.nn.utils.prune  # noqa: F401  # torch.nn.utils does not import it

from parity_tests.oracle import same_program


def net(package):
    package.manual_seed(0)
    nn = package.nn
    return nn.Sequential(nn.Conv2d(2, 4, 3), nn.Flatten(), nn.Linear(16, 5))


PRUNED = {
    "identity": lambda t, p, m: p.identity(m[0], "bias"),
    "l1": lambda t, p, m: p.l1_unstructured(m[2], "weight", 0.3),
    "l1, a number": lambda t, p, m: p.l1_unstructured(m[2], "weight", 7),
    "l1, none": lambda t, p, m: p.l1_unstructured(m[2], "weight", 0),
    "l1, all": lambda t, p, m: p.l1_unstructured(m[2], "weight", 1.0),
    "l1, scores": lambda t, p, m: p.l1_unstructured(m[0], "weight", 0.5, importance_scores=t.arange(72.0).view(4, 2, 3, 3)),
    "random": lambda t, p, m: p.random_unstructured(m[0], "weight", 5),
    "random, structured": lambda t, p, m: p.random_structured(m[2], "weight", 2, 0),
    "random, no channel": lambda t, p, m: p.random_structured(m[2], "weight", 0, -1),
    "norms": lambda t, p, m: p.ln_structured(m[0], "weight", 0.5, 2, 0),
    "norms, last axis": lambda t, p, m: p.ln_structured(m[2], "weight", 3, float("inf"), -1),
    "norms, scores": lambda t, p, m: p.ln_structured(m[2], "weight", 0.5, 1, 1, importance_scores=t.arange(80.0).view(5, 16)),
    "mask": lambda t, p, m: p.custom_from_mask(m[2], "bias", t.tensor([1, 0, 1, 0, 1])),
    "several": lambda t, p, m: [
        p.random_structured(m[2], "weight", 2, 0), p.ln_structured(m[2], "weight", 0.5, 2, 1), p.l1_unstructured(m[2], "weight", 4),
        p.custom_from_mask(m[2], "weight", t.arange(80).view(5, 16) % 3), p.identity(m[2], "weight"),
    ],
    "global": lambda t, p, m: p.global_unstructured([(m[0], "weight"), (m[2], "weight")], pruning_method=p.L1Unstructured, amount=0.4),
    "global, twice": lambda t, p, m: [
        p.global_unstructured([(m[0], "weight"), (m[2], "weight")], p.L1Unstructured, amount=n) for n in (0.2, 0.3)
    ],
    "global, scores": lambda t, p, m: p.global_unstructured(
        [(m[0], "weight"), (m[2], "bias")], p.L1Unstructured, {(m[0], "weight"): t.arange(72.0).view(4, 2, 3, 3)}, amount=10
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRUNED)
def test_methods(name):
    def program(package):
        prune, model = package.nn.utils.prune, net(package)
        package.manual_seed(1)
        PRUNED[name](package, prune, model)
        before = dict(model.state_dict())
        model(package.ones(2, 2, 4, 4)).sum().backward()
        gradients = [(n, 0 if p.grad is None else p.grad) for n, p in model.named_parameters()]
        pruned = [(m, n.removesuffix("_orig")) for m in model for n, _ in m.named_parameters() if n.endswith("_orig")]
        grad_fns = [getattr(m, n).grad_fn is not None for m, n in pruned]
        twin = copy.deepcopy(net(package))
        answers = [prune.is_pruned(model), prune.is_pruned(twin), [prune.remove(m, n) is m for m, n in pruned]]
        return before, gradients, grad_fns, answers, prune.is_pruned(model), dict(model.state_dict())

    same_program(program, 1e-5)


WRONG = {
    "a text": lambda t, p, m: p.l1_unstructured(m[2], "weight", "a"),
    "above 1": lambda t, p, m: p.l1_unstructured(m[2], "weight", 1.5),
    "negative": lambda t, p, m: p.random_unstructured(m[2], "weight", -1),
    "too many": lambda t, p, m: p.l1_unstructured(m[2], "weight", 1000),
    "too many channels": lambda t, p, m: p.random_structured(m[2], "weight", 1000, 0),
    "a vector": lambda t, p, m: p.ln_structured(m[2], "bias", 1, 2, 0),
    "no such axis": lambda t, p, m: p.ln_structured(m[2], "weight", 1, 2, 5),
    "scores of another shape": lambda t, p, m: p.l1_unstructured(m[2], "weight", 0.5, importance_scores=t.ones(3)),
    "scores of another shape, of a tensor": lambda t, p, m: p.L1Unstructured(1).prune(
        t.ones(2), importance_scores=t.ones(3)
    ),
    "a mask of another shape": lambda t, p, m: p.custom_from_mask(m[2], "bias", t.ones(3)),
    "not pruned": lambda t, p, m: p.remove(m[2], "weight"),
    "structured, global": lambda t, p, m: p.global_unstructured([(m[0], "weight")], p.LnStructured, amount=0.4, n=2),
    "no parameters": lambda t, p, m: p.global_unstructured(3, p.L1Unstructured, amount=1),
    "no scores": lambda t, p, m: p.global_unstructured([(m[0], "weight")], p.L1Unstructured, [1], amount=1),
    "no method": lambda t, p, m: container(p).add_pruning_method(3),
    "a method of another parameter": lambda t, p, m: container(p).add_pruning_method(
        p.L1Unstructured.apply(m[0], "weight", 1)
    ),
    "the base": lambda t, p, m: p.BasePruningMethod(),
}


def container(prune):
    made = prune.PruningContainer()
    made._tensor_name = "other"
    return made


@pytest.mark.parametrize("name", WRONG)
def test_wrong_calls_change_nothing(name):
    def program(package):
        model = net(package)
        try:
            WRONG[name](package, package.nn.utils.prune, model)
        finally:
            assert model(package.ones(1, 2, 4, 4)).shape == (1, 5)
            assert "mask" not in "".join(model.state_dict()) or "another parameter" in name

    same_program(program)


def test_tensors_of_no_module():
    def program(package):
        prune, x = package.nn.utils.prune, package.tensor([[1.0, -3.0, 2.0], [0.5, 0.1, 4.0]])
        package.manual_seed(0)
        return (
            prune.L1Unstructured(2).prune(x),
            prune.RandomStructured(1, dim=0).prune(x),
            prune.RandomUnstructured(0.5).prune(x),
            prune.LnStructured(1, float("inf"), 0).prune(x),
            prune.L1Unstructured(1).prune(x, default_mask=package.tensor([[1.0, 0, 1], [1, 1, 0]])),
        )

    same_program(program)


def test_containers_and_methods_of_ones_own():
    def program(package):
        prune, model = package.nn.utils.prune, net(package)

        class EveryOther(prune.BasePruningMethod):
            PRUNING_TYPE = "unstructured"

            def compute_mask(self, t, default_mask):
                mask = default_mask.clone()
                mask.view(-1)[::2] = 0
                return mask

        EveryOther.apply(model[2], "bias")
        prune.L1Unstructured.apply(model[2], "weight", 2)
        method = prune.LnStructured.apply(model[2], "weight", 1, 2, dim=0)
        names = [type(m).__name__ for m in method], len(method), type(method[0]).__name__, type(method).__name__
        twin = copy.deepcopy(prune.remove(model[2], "bias"))
        return dict(model.state_dict()), names, sorted(twin.state_dict())

    same_program(program)


@pytest.mark.parametrize("kind", ("structured", "nonsense"))
def test_containers_need_a_type(kind):
    def program(package):
        prune, model = package.nn.utils.prune, net(package)

        class Odd(prune.BasePruningMethod):
            PRUNING_TYPE = kind

            def compute_mask(self, t, default_mask):
                return default_mask

        prune.identity(model[2], "weight")
        Odd.apply(model[2], "weight")

    same_program(program)


def test_a_container_is_made_of_methods():
    def program(t):
        prune = t.nn.utils.prune
        first, second = prune.L1Unstructured(2), prune.L1Unstructured(3)
        first._tensor_name = second._tensor_name = "weight"
        found = []
        for methods in ((first,), (first, second)):
            container = prune.PruningContainer(*methods)
            found.append(
                (
                    len(container),
                    [type(method).__name__ for method in container],
                    container._tensor_name if len(methods) == 1 else None,
                )
            )
        return found

    same_program(program)
