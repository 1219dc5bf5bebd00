"""The named tuples that functions with several results return: torch.max(x, dim=0).indices."""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

__all__ = [
    "aminmax", "cummax", "cummin", "frexp", "geqrf", "histogram", "histogramdd", "kthvalue", "linalg_cholesky_ex", "linalg_eigh", "linalg_inv_ex",
    "linalg_lstsq", "linalg_lu", "linalg_lu_factor", "linalg_lu_factor_ex", "linalg_qr", "linalg_slogdet", "linalg_solve_ex", "linalg_svd",
    "lu_unpack", "lu_with_info", "max", "median", "min", "mode", "nanmedian", "qr", "slogdet", "sort", "svd", "topk", "triangular_solve",
]  # fmt: skip


class _Returned(tuple):
    """Several results, each with a name. (collections.namedtuple writes and compiles a class each, which the import would wait for.)"""

    __slots__ = ()
    __match_args__: tuple[str, ...]

    def __new__(cls, values: Sequence, *others: Any) -> _Returned:
        # as torch's a type of one argument; pickles of 0.1.0 give the values one by one
        values, count = (values, *others) if others else tuple(values), len(cls.__match_args__)
        if len(values) != count:
            raise TypeError(
                f"torch.return_types.{cls.__name__}() takes a {count}-sequence ({len(values)}-sequence given)"
            )
        return super().__new__(cls, values)

    def __repr__(self) -> str:
        parts = ",\n".join(f"{field}={value!r}" for field, value in zip(self.__match_args__, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{parts})"


def _returns(name: str, fields: str) -> type:
    names = tuple(fields.split())
    members: dict[str, Any] = {field: property(itemgetter(i)) for i, field in enumerate(names)}
    text = f"What torch.{name.replace('linalg_', 'linalg.')} returns: ({', '.join(names)})."
    here = {"__module__": __name__, "__doc__": text, "__slots__": (), "__match_args__": names, "n_fields": len(names)}
    return type(name, (_Returned,), here | members)


aminmax = _returns("aminmax", "min max")
cummax, cummin, kthvalue, max, median, min, mode, nanmedian, sort, topk = (
    _returns(name, "values indices")
    for name in ("cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk")
)
frexp, geqrf = _returns("frexp", "mantissa exponent"), _returns("geqrf", "a tau")
histogram, histogramdd = (_returns(name, "hist bin_edges") for name in ("histogram", "histogramdd"))
linalg_cholesky_ex = _returns("linalg_cholesky_ex", "L info")
linalg_eigh = _returns("linalg_eigh", "eigenvalues eigenvectors")
linalg_inv_ex = _returns("linalg_inv_ex", "inverse info")
linalg_lstsq = _returns("linalg_lstsq", "solution residuals rank singular_values")
linalg_lu, lu_unpack = _returns("linalg_lu", "P L U"), _returns("lu_unpack", "P L U")
linalg_lu_factor = _returns("linalg_lu_factor", "LU pivots")
linalg_lu_factor_ex = _returns("linalg_lu_factor_ex", "LU pivots info")
lu_with_info = _lu_with_info = _returns("_lu_with_info", "LU pivots info")
linalg_qr, qr = _returns("linalg_qr", "Q R"), _returns("qr", "Q R")
linalg_slogdet, slogdet = _returns("linalg_slogdet", "sign logabsdet"), _returns("slogdet", "sign logabsdet")
linalg_solve_ex = _returns("linalg_solve_ex", "result info")
linalg_svd, svd = _returns("linalg_svd", "U S Vh"), _returns("svd", "U S V")
triangular_solve = _returns("triangular_solve", "solution cloned_coefficient")
