"""Which transform leads from all numbers into a constrained region: what lets an optimiser learn a scale or probabilities freely.

scale = transform_to(Normal.arg_constraints["scale"])(unconstrained)     # positive, whatever `unconstrained` is
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import constraints, transforms

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """A table from classes of constraints to functions that make a transform of a constraint."""

    def __init__(self) -> None:
        self._factories: dict[type, Callable] = {}

    def register(self, constraint: Any, factory: Callable | None = None) -> Callable:
        """Enter a factory for this class (or the class of this constraint); without factory, as a decorator.

        Raises:
            TypeError: no constraint.
        """
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, constraints.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}")
        self._factories[kind] = factory
        return factory

    def __call__(self, constraint: Any) -> Any:
        """The transform into the region of this constraint.

        Raises:
            NotImplementedError: its class is not in the table.
        """
        if type(constraint) not in self._factories:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return self._factories[type(constraint)](constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()  # one to one; many to one, and then simpler


def _bounded(constraint: Any) -> Any:
    low, high = constraint.lower_bound, constraint.upper_bound
    if all(isinstance(bound, (int, float)) for bound in (low, high)) and (low, high) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform([transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)])


def _from(bound: Any, direction: int) -> Any:
    return transforms.ComposeTransform([transforms.ExpTransform(), transforms.AffineTransform(bound, direction)])


for _registry in (biject_to, transform_to):
    _registry.register(constraints.real, lambda c: transforms.identity_transform)
    _registry.register(
        constraints.independent,
        lambda c, registry=_registry: transforms.IndependentTransform(
            registry(c.base_constraint), c.reinterpreted_batch_ndims
        ),
    )
    for _kind in ("greater_than", "greater_than_eq"):
        _registry.register(getattr(constraints, _kind), lambda c: _from(c.lower_bound, 1))
    _registry.register(constraints.less_than, lambda c: _from(c.upper_bound, -1))
    for _kind in ("interval", "half_open_interval"):
        _registry.register(getattr(constraints, _kind), _bounded)
biject_to.register(constraints.simplex, lambda c: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda c: transforms.SoftmaxTransform())
for _registry in (biject_to, transform_to):
    _registry.register(constraints.corr_cholesky, lambda c: transforms.CorrCholeskyTransform())
    _registry.register(
        constraints.cat,
        lambda c, registry=_registry: transforms.CatTransform(list(map(registry, c.cseq)), c.dim, c.lengths),
    )
    _registry.register(
        constraints.stack, lambda c, registry=_registry: transforms.StackTransform(list(map(registry, c.cseq)), c.dim)
    )
transform_to.register(constraints.lower_cholesky, lambda c: transforms.LowerCholeskyTransform())
for _place in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_place, lambda c: transforms.PositiveDefiniteTransform())
