"""Transforms of parts: several of them, each of a part of x along an axis, as torch.cat or torch.stack joins the parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from . import constraints
from .transform import Transform
from .utils import lazy_property, sum_rightmost

__all__ = ["CatTransform", "StackTransform"]


class _Joined(Transform):
    """What both have in common: `_parts` takes x apart, `_join` puts the results together.

    What other transforms have as attributes follows here from the parts, hence the properties.
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        assert all(isinstance(t, Transform) for t in tseq), "All elements of tseq must be Transform instances"
        super().__init__(cache_size)
        self.transforms = [t.with_cache(cache_size) if cache_size else t for t in tseq]
        self.dim = dim

    def _parts(self, x: Any) -> Sequence[Any]:
        raise NotImplementedError

    def _join(self, parts: list) -> Any:
        raise NotImplementedError

    def _check(self, x: Any, length: int) -> None:
        assert -x.ndim <= self.dim < x.ndim, f"dim {self.dim} out of range for tensor with {x.ndim} dimensions"
        assert x.shape[self.dim] == length, (
            f"size {x.shape[self.dim]} of axis {self.dim} must be {length}: {list(x.shape)}"
        )

    def _each(self, function: Callable, *values: Any) -> list:
        """function(transform, part of each value), for all transforms."""
        return [function(*pair) for pair in zip(self.transforms, *map(self._parts, values), strict=True)]

    def _call(self, x: Any) -> Any:
        return self._join(self._each(lambda t, part: t(part), x))

    def _inverse(self, y: Any) -> Any:
        return self._join(self._each(lambda t, part: t.inv(part), y))

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        """Whether all are."""
        return all(t.bijective for t in self.transforms)


class CatTransform(_Joined):
    """Each transform of `tseq` on its part of x along `dim`; the parts are of these `lengths`, 1 by default.

    >>> import minitorch_pt as torch
    >>> T = torch.distributions.transforms
    >>> T.CatTransform([T.ExpTransform(), T.identity_transform], lengths=[1, 2])(torch.zeros(3))
    tensor([1., 0., 0.])
    """

    def __init__(
        self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None, cache_size: int = 0
    ) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        assert len(self.lengths) == len(self.transforms), (
            f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})"
        )

    @lazy_property
    def event_dim(self) -> int:  # type: ignore[override]
        """The largest of all."""
        return max(t.event_dim for t in self.transforms)

    @lazy_property
    def length(self) -> int:
        """Of all parts."""
        return sum(self.lengths)

    def _parts(self, x: Any) -> Sequence[Any]:
        self._check(x, self.length)
        return x.split(self.lengths, self.dim)

    def _join(self, parts: list) -> Any:
        return ops.cat(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts: joined along `dim`, or added up where that is an axis of each value."""

        def of_part(t: Any, x: Any, y: Any) -> Any:
            return sum_rightmost(t.log_abs_det_jacobian(x, y), self.event_dim - t.event_dim)

        logs = self._each(of_part, x, y)
        dim = (self.dim - x.ndim if self.dim >= 0 else self.dim) + self.event_dim
        return ops.cat(logs, dim) if dim < 0 else sum(logs)

    @constraints.dependent_property
    def domain(self) -> Any:  # type: ignore[override]
        """Those of the parts, joined."""
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:  # type: ignore[override]
        """Those of the parts, joined."""
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(_Joined):
    """Each transform of `tseq` on its x.select(dim, i)."""

    def _parts(self, x: Any) -> Sequence[Any]:
        self._check(x, len(self.transforms))
        return x.unbind(self.dim)

    def _join(self, parts: list) -> Any:
        return ops.stack(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """Those of the parts, stacked."""
        return self._join(self._each(lambda t, x, y: t.log_abs_det_jacobian(x, y), x, y))

    @constraints.dependent_property
    def domain(self) -> Any:  # type: ignore[override]
        """Those of the parts, stacked."""
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:  # type: ignore[override]
        """Those of the parts, stacked."""
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
