"""The named tuples that functions with several results return: torch.max(x, dim=0).indices."""

from __future__ import annotations

from collections import namedtuple

from .names.titles import titled

__all__ = [
    "aminmax", "cummax", "cummin", "frexp", "geqrf", "histogram", "histogramdd", "kthvalue", "linalg_cholesky_ex", "linalg_eigh", "linalg_inv_ex",
    "linalg_lstsq", "linalg_lu", "linalg_lu_factor", "linalg_lu_factor_ex", "linalg_qr", "linalg_slogdet", "linalg_solve_ex", "linalg_svd",
    "lu_unpack", "lu_with_info", "max", "median", "min", "mode", "nanmedian", "qr", "slogdet", "sort", "svd", "topk", "triangular_solve",
]  # fmt: skip


def _returns(name: str, fields: str) -> type:
    """A named tuple that prints as torch's."""

    class Returns(namedtuple("Returns", fields)):  # type: ignore[misc]  # the fields are not written here
        __slots__ = ()

        def __repr__(self) -> str:
            fields_: tuple = self._fields
            parts = ",\n".join(f"{field}={self[i]!r}" for i, field in enumerate(fields_))
            return f"torch.return_types.{name}(\n{parts})"

    return titled(
        Returns, name, f"What torch.{name.replace('linalg_', 'linalg.')} returns: ({fields.replace(' ', ', ')})."
    )


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
lu_with_info = _returns("_lu_with_info", "LU pivots info")
linalg_qr, qr = _returns("linalg_qr", "Q R"), _returns("qr", "Q R")
linalg_slogdet, slogdet = _returns("linalg_slogdet", "sign logabsdet"), _returns("slogdet", "sign logabsdet")
linalg_solve_ex = _returns("linalg_solve_ex", "result info")
linalg_svd, svd = _returns("linalg_svd", "U S Vh"), _returns("svd", "U S V")
triangular_solve = _returns("triangular_solve", "solution cloned_coefficient")
