"""Constraints: which values a parameter may have, or a distribution can give. `check` tells it of each event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import linalg, ops
from ..arrays import dtypes

__all__ = [
    "Constraint", "MixtureSameFamilyConstraint", "boolean", "cat", "corr_cholesky", "dependent", "dependent_property", "greater_than", "greater_than_eq", "half_open_interval", "independent",
    "integer_interval", "interval", "is_dependent", "less_than", "lower_cholesky", "lower_triangular", "multinomial", "nonnegative",
    "nonnegative_integer", "one_hot", "positive", "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector", "simplex",
    "square", "stack", "symmetric", "unit_interval",
]  # fmt: skip


class Constraint:
    """A region of values. is_discrete: it holds separate points; event_dim: so many last axes make one event."""

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Any:
        """Whether each event is inside: a bool tensor without the event's axes."""
        raise NotImplementedError(f"{type(self).__name__} has no check")

    def _described(self) -> dict[str, Any]:
        return vars(self)

    def __repr__(self) -> str:
        described = ", ".join(f"{name}={value}" for name, value in self._described().items())
        return f"{type(self).__name__[1:]}({described})"


class _Dependent(Constraint):
    """A region that depends on other parameters, so that it cannot be checked by itself."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> None:
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def _described(self) -> dict[str, Any]:
        return {}

    def _known(self, name: str) -> Any:
        value = getattr(self, f"_{name}")
        if value is NotImplemented:
            raise NotImplementedError(f".{name} cannot be determined statically")
        return value

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]  # computed, where others state it
        """Whether it holds separate points."""
        return self._known("is_discrete")

    @property
    def event_dim(self) -> int:  # type: ignore[override]  # computed, where others state it
        """How many axes an event has."""
        return self._known("event_dim")

    def __call__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> _Dependent:
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
            event_dim=self._event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, x: Any) -> Any:
        """Refused.

        Raises:
            ValueError: always.
        """
        raise ValueError("Cannot determine validity of dependent constraint")


def is_dependent(constraint: Any) -> bool:
    """Whether the constraint depends on other parameters."""
    return isinstance(constraint, _Dependent)


class _DependentProperty(property, _Dependent):
    """A property of an object whose value is a constraint; asked of the class, it is a dependent constraint itself."""

    def __init__(
        self, fn: Callable | None = None, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented
    ):
        super().__init__(fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn: Callable) -> _DependentProperty:  # type: ignore[override]  # computed, where others state it
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


class _IndependentConstraint(Constraint):
    """A constraint on events with more axes: all their parts must be inside."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        if reinterpreted_batch_ndims < 0:
            raise AssertionError(f"reinterpreted_batch_ndims must be >= 0, got {reinterpreted_batch_ndims}")
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]  # computed, where others state it
        """Whether it holds separate points."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:  # type: ignore[override]  # computed, where others state it
        """How many axes an event has."""
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Any:
        """Whether all parts of each event are inside.

        Raises:
            ValueError: too few axes.
        """
        parts = self.base_constraint.check(value)
        kept = parts.ndim - self.reinterpreted_batch_ndims
        if kept < 0:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        if self.reinterpreted_batch_ndims != 1:
            parts = parts.reshape((*parts.shape[:kept], -1))
        return parts.all(-1)

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(Constraint):
    """The components' constraint, for a mixture's values: each must be inside for all components."""

    def __init__(self, base_constraint: Constraint) -> None:
        self.base_constraint = base_constraint

    @property
    def is_discrete(self) -> bool:  # type: ignore[override]  # computed, where others state it
        """Whether it holds separate points."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> int:  # type: ignore[override]  # computed, where others state it
        """How many axes an event has."""
        return self.base_constraint.event_dim

    def check(self, value: Any) -> Any:
        """Whether each event is inside for all components.

        Raises:
            IndexError: too few axes.
        """
        return self.base_constraint.check(value.unsqueeze(-1 - self.event_dim)).all(-1)

    def __repr__(self) -> str:
        return f"MixtureSameFamilyConstraint({self.base_constraint!r})"


class _Boolean(Constraint):
    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value == 0) | (value == 1)


class _OneHot(Constraint):
    is_discrete = True
    event_dim = 1

    def check(self, value: Any) -> Any:
        return ((value == 0) | (value == 1)).all(-1) & value.sum(-1).eq(1)


class _Bounded(Constraint):
    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound, self.upper_bound = lower_bound, upper_bound


class _Interval(_Bounded):
    """lower_bound <= value <= upper_bound."""

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class _HalfOpenInterval(_Bounded):
    """lower_bound <= value < upper_bound."""

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value < self.upper_bound)


class _IntegerInterval(_Bounded):
    """Whole numbers, lower_bound <= value <= upper_bound."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        inside = (value >= self.lower_bound) & (value <= self.upper_bound)
        return inside & (value % 1 == 0) if value.is_floating_point() else inside


class _BoundedBelow(Constraint):
    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound


class _GreaterThan(_BoundedBelow):
    """Numbers above lower_bound."""

    def check(self, value: Any) -> Any:
        return value > self.lower_bound


class _GreaterThanEq(_BoundedBelow):
    """Numbers from lower_bound on."""

    def check(self, value: Any) -> Any:
        return value >= self.lower_bound


class _IntegerGreaterThan(_BoundedBelow):
    """Whole numbers from lower_bound on."""

    is_discrete = True

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & (value >= self.lower_bound)


class _LessThan(Constraint):
    """Numbers below upper_bound."""

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        return value < self.upper_bound


class _Real(Constraint):
    """Everything but nan."""

    def check(self, value: Any) -> Any:
        return value == value


class _Simplex(Constraint):
    """Vectors of numbers that are not negative and add up to 1."""

    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class _Multinomial(Constraint):
    """Vectors of counts that add up to at most upper_bound."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound: int) -> None:
        self.upper_bound = upper_bound

    def _described(self) -> dict[str, Any]:
        return {}

    def check(self, x: Any) -> Any:
        return (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return (value.tril() == value).all(-1).all(-1)


class _LowerCholesky(_LowerTriangular):
    """Lower triangular matrices with a positive diagonal."""

    def check(self, value: Any) -> Any:
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _CorrCholesky(_LowerCholesky):
    """The factors of correlation matrices: their rows have length 1."""

    def check(self, value: Any) -> Any:
        length = linalg.vector_norm(value.detach(), dim=-1)
        few = dtypes.finfo(value.dtype).eps * value.shape[-1] * 10
        return super().check(value) & (length - 1).abs().le(few).all(-1)


class _Joined(Constraint):
    """Several constraints, each of a part of the value along an axis."""

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        self.cseq, self.dim = list(cseq), dim
        assert all(isinstance(c, Constraint) for c in self.cseq), "All elements of cseq must be Constraint instances"
        self.is_discrete = any(c.is_discrete for c in self.cseq)
        self.event_dim = max(c.event_dim for c in self.cseq)

    def __repr__(self) -> str:
        return f"{type(self).__name__[1:]}()"

    def _within(self, value: Any) -> None:
        assert -value.ndim <= self.dim < value.ndim, (
            f"dim {self.dim} out of range for value with {value.ndim} dimensions"
        )


class _Cat(_Joined):
    """Constraints of parts of those lengths, which `torch.cat` has joined."""

    def __init__(self, cseq: Any, dim: int = 0, lengths: Any = None) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        assert len(self.lengths) == len(self.cseq), f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})"

    def check(self, value: Any) -> Any:
        self._within(value)
        used = value.narrow(self.dim, 0, sum(self.lengths))
        parts = zip(self.cseq, used.split(self.lengths, self.dim), strict=True)
        return ops.cat([c.check(part) for c, part in parts], self.dim)


class _Stack(_Joined):
    """Constraints of parts that `torch.stack` has joined."""

    def __init__(self, cseq: Any, dim: int = 0) -> None:
        super().__init__(cseq, dim)
        self.event_dim += dim + self.event_dim < 0

    def check(self, value: Any) -> Any:
        self._within(value)
        parts = zip(self.cseq, value.unbind(self.dim), strict=False)
        return ops.stack([c.check(part) for c, part in parts], self.dim)


class _Square(Constraint):
    event_dim = 2

    def check(self, value: Any) -> Any:
        return value.new_full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=dtypes.bool)


class _Symmetric(_Square):
    def check(self, value: Any) -> Any:
        square = super().check(value)
        return square if not square.all() else value.isclose(value.mT, atol=1e-6).all(-2).all(-1)


class _PositiveSemidefinite(_Symmetric):
    """Symmetric matrices without negative eigenvalues."""

    def check(self, value: Any) -> Any:
        symmetric = super().check(value)
        return symmetric if not symmetric.all() else linalg.eigvalsh(value).ge(0).all(-1)


class _PositiveDefinite(_Symmetric):
    """Symmetric matrices that have a Cholesky factor."""

    def check(self, value: Any) -> Any:
        symmetric = super().check(value)
        return symmetric if not symmetric.all() else linalg.cholesky_ex(value).info.eq(0)


dependent, dependent_property = _Dependent(), _DependentProperty
boolean, one_hot, real, simplex = _Boolean(), _OneHot(), _Real(), _Simplex()
interval, half_open_interval, integer_interval = _Interval, _HalfOpenInterval, _IntegerInterval
greater_than, greater_than_eq, less_than = _GreaterThan, _GreaterThanEq, _LessThan
independent, multinomial = _IndependentConstraint, _Multinomial
positive, nonnegative, unit_interval = greater_than(0.0), greater_than_eq(0.0), interval(0.0, 1.0)
nonnegative_integer, positive_integer = _IntegerGreaterThan(0), _IntegerGreaterThan(1)
real_vector = independent(real, 1)
lower_triangular, lower_cholesky, square, symmetric = _LowerTriangular(), _LowerCholesky(), _Square(), _Symmetric()
corr_cholesky, cat, stack = _CorrCholesky(), _Cat, _Stack
positive_semidefinite, positive_definite = _PositiveSemidefinite(), _PositiveDefinite()
