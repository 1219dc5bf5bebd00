"""Operations of several operands over every pair of types, in every form of an operand: the type and value of the result, or of the error."""

from __future__ import annotations

import collections
import fnmatch
import random
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same, builtin_type
from parity_tests.sweeps import accepted, compared

DIFFERENCES = accepted("types")
TYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")
TOLERANCE = {"float64": 1e-12, "float32": 2e-6, "float16": 2e-3}

# ---------------------------------------------------------------------------------------------------------------------
# Operands: what stands for each of them in one package
# ---------------------------------------------------------------------------------------------------------------------
FORMS = {
    **{f"{name}": lambda t, v, name=name: t.tensor(v, dtype=t.float64).to(getattr(t, name)) for name in TYPES},
    **{
        f"{name} 0-d": lambda t, v, name=name: t.tensor(first(v), dtype=t.float64).to(getattr(t, name))
        for name in TYPES
    },
}
TENSORS = tuple(FORMS)
FORMS.update(
    {
        "True": lambda t, v: True,
        "int": lambda t, v: int(first(v)),
        "float": lambda t, v: float(first(v)),
        **{f"np.{name}": lambda t, v, name=name: np.dtype(name).type(first(v)) for name in TYPES},
        **{f"array {name}": lambda t, v, name=name: np.array(v).astype(name) for name in TYPES},
    }
)
OTHERS = tuple(form for form in FORMS if form not in TENSORS)
ENDS = {"2**62": 2**62, "2**63-1": 2**63 - 1, "-2**63": -(2**63)}  # of what 64 bits hold


def first(values: Any) -> float:
    while isinstance(values, list):
        values = values[0]
    return values


VECTOR, SECOND, MATRIX = [2.0, 1.0, 3.0], [1.0, 2.0, 2.0], [[2.0, 1.0], [1.0, 3.0]]

# ---------------------------------------------------------------------------------------------------------------------
# The table: expressions of `a`, `b` (and `c`), which are tensors or what else may stand there
# ---------------------------------------------------------------------------------------------------------------------
BINARY = (
    "add sub mul div true_divide floor_divide remainder fmod pow float_power atan2 maximum minimum fmax fmin "
    "hypot copysign nextafter ldexp logaddexp logaddexp2 xlogy heaviside gcd lcm bitwise_and bitwise_or "
    "bitwise_xor bitwise_left_shift bitwise_right_shift logical_and logical_or logical_xor eq ne lt le gt ge "
    "isclose rsub igamma igammac"
).split()
IN_PLACE = (
    "add sub mul div true_divide floor_divide remainder fmod pow float_power atan2 hypot copysign nextafter ldexp "
    "xlogy heaviside gcd lcm bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift "
    "logical_and logical_or logical_xor eq ne lt le gt ge"
).split()
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">="]
ANY = [
    *(f"t.{name}(a, b)" for name in BINARY), *(f"a.{name}(b)" for name in BINARY if name != "rsub"), *(f"a.{name}_(b)" for name in IN_PLACE),
    *(f"a {sign} b" for sign in OPERATORS), *(f"b {sign} a" for sign in OPERATORS),
    "t.special.xlog1py(a, b)", "t.special.zeta(a, b)", "t.where(a > 1, a, b)", "t.where(a > 1, b, a)", "t.where(a > 1, b, b)", "a.where(a > 1, b)", "t.clamp(a, b)",
    "t.clamp(a, max=b)", "t.clamp(a, 1, b)", "a.clamp_(b)", "t.clamp_min(a, b)", "t.clamp_max(a, b)", "t.result_type(a, b)", "a.masked_fill(a > 1, b)", "a.masked_fill_(a > 1, b)",
    "t.full_like(a, b)", "a.clone().fill_(b)", "put(a, b)", "t.isin(a, b)", "t.isin(b, a)", "t.add(a, a, alpha=b)", "t.sub(a, a, alpha=b)", "t.lerp(a, a, b)", "t.addcmul(a, a, a, value=b)",
    "t.addcdiv(a, a, a, value=b)", "t.searchsorted(a.sort()[0], b)", "t.bucketize(b, a.sort()[0])", "F.threshold(a, b, b)", "F.hardtanh(a, 0, b)", "F.elu(a, b)", "F.leaky_relu(a, b)",
    "F.celu(a, b)", "F.softplus(a, b)", "F.pad(a, (1, 1), value=b)", "t.nan_to_num(a, b)", "t.index_fill(a, 0, t.tensor([0]), b)", "t.scatter(a, 0, t.tensor([0]), b)", "a.new_full((2,), b)",
]  # fmt: skip
TWO = [
    *(f"t.{name}(a, b)" for name in ["max", "min", "dot", "vdot", "inner", "outer", "kron", "cross", "dist", "equal", "allclose"]),
    "t.cat([a, b])", "t.stack([a, b])", "t.hstack([a, b])", "t.vstack([a, b])", "t.cat([a, b.new_zeros(0)])", "t.cat([a.new_zeros(0), b])", "t.einsum('i,i->', a, b)", "t.einsum('i,j->ij', a, b)",
    "t.tensordot(a, b, 1)", "t.matmul(a, b)", "a @ b", "t.lerp(a, b, 0.5)", "t.lerp(a, a, b)", "t.addcmul(a, b, b)", "t.addcmul(a, a, b)", "t.addcdiv(a, b, b)", "t.addcdiv(a, a, b)",
    "t.clamp(a, a, b)", "t.clamp(a, b, b)", "t.where(b > 1, a, a)", "t.where(b, a, a)", "t.masked_select(a, b)", 
    
    "a.copy_(b)", "a.type_as(b)", 
    *(f"F.{name}(a, b)" for name in ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "poisson_nll_loss", "binary_cross_entropy_with_logits", "hinge_embedding_loss"]),
    "F.binary_cross_entropy(a / 4, b / 4)", "F.multilabel_soft_margin_loss(a[None], b[None])", "F.mse_loss(a, a, weight=b)", 
    "F.cosine_similarity(a, b, 0)", "F.pairwise_distance(a[None], b[None])", "F.prelu(a, b[:1])", "F.linear(a, b[None])", "F.linear(a[None], b[None], a[:1])",
    
    "F.layer_norm(a, (3,), b, b)", "F.bilinear(a[None], b[None], a.new_ones(1, 3, 3))", "F.margin_ranking_loss(a, a, b)", "F.cosine_embedding_loss(a[None], b[None], t.tensor([1]))",
    "F.triplet_margin_loss(a[None], a[None], b[None])", "F.embedding(b - 1, a[:, None])", "F.conv1d(a[None, None], b[None, None])", "t.bincount(a, b)",
    "t.bitwise_and(a, b)", "t.cdist(a[None], b[None])", "t.linalg.vecdot(a, b)", "t.linalg.cross(a, b)", "t.polygamma(1, a) + b", "t.repeat_interleave(a, b)", "t.quantile(a, b / 4)",
    "t.block_diag(a, b)", "t.cartesian_prod(a, b)", "t.meshgrid(a, b, indexing='ij')[1]", "t.broadcast_tensors(a, b)[1]", "t.cov(a, aweights=b)", "t.promote_types(a.dtype, b.dtype)",
    "t.can_cast(a.dtype, b.dtype)", "t.searchsorted(a.sort()[0], b)", "t.bucketize(a, b.sort()[0])", "a.expand_as(b)", "t.renorm(a[None], 2, 0, 1) + b", "F.glu(a[:2]) + b",
]  # fmt: skip
PLACED = [  # both have axes: what a tensor without them means is a question of shapes
    "t.take(a, b)", "t.gather(a, 0, b)", "t.index_select(a, 0, b)", "t.scatter(a, 0, t.tensor([0, 1, 2]), b)", "t.scatter_add(a, 0, t.tensor([0, 1, 2]), b)", "t.index_add(a, 0, t.tensor([0, 1, 2]), b)", "t.index_copy(a, 0, t.tensor([0, 1, 2]), b)", "t.scatter_reduce(a, 0, t.tensor([0, 1, 2]), b, 'sum')", "a.masked_scatter(a > 1, b)", "a.index_put((t.tensor([0, 1, 2]),), b)", "a[b]", "a.put(t.tensor([0, 1, 2]), b)", "t.histogram(a, 2, weight=b)", "t.trapezoid(a, b)", "t.cumulative_trapezoid(a, b)", "F.cross_entropy(a[None], b[:1] - 1)", "F.cross_entropy(a[None], b[None])", "F.nll_loss(a[None], b[:1] - 1)", "F.cross_entropy(a[None], t.tensor([1]), b)", "F.nll_loss(a[None], t.tensor([1]), b)", "F.gaussian_nll_loss(a, a, b)", "F.binary_cross_entropy_with_logits(a, a, pos_weight=b)", "F.soft_margin_loss(a, b)",
]  # fmt: skip
MATRICES = [
    "a @ b", "t.mm(a, b)", "t.matmul(a[None], b)", "t.bmm(a[None], b[None])", "t.mv(a, b[0])", "t.addmm(a, b, b)", "t.addmm(a, a, b)", "t.addmv(a[0], b, b[0])", "t.addr(a, b[0], b[0])",
    "t.baddbmm(a[None], b[None], b[None])", "t.addbmm(a, b[None], b[None])", "t.linalg.multi_dot([a, b])", "t.chain_matmul(a, b)", "t.linalg.solve(a, b)", "t.cholesky_solve(a, b)",
    "t.linalg.lstsq(a, b)[0]", "t.linalg.solve_triangular(a, b, upper=True)", "t.einsum('ij,jk->ik', a, b)", "t.tensordot(a, b)", "t.kron(a, b)", "F.linear(a, b)", "F.cross_entropy(a, b)", "t.inner(a, b)",
    "F.scaled_dot_product_attention(a, b, b)", "t.cdist(a, b)", "F.embedding_bag((a - 1).clamp(0, 1), b)", "t.outer(a[0], b[0])", "t.trapezoid(a, b)", "F.conv2d(a[None, None], b[None, None])", "F.pairwise_distance(a, b)",
]  # fmt: skip


def put(a: Any, b: Any) -> Any:
    a[...] = b
    return a


NO_FUNCTION_OF_ONE = tuple(
    "_ is_ set_ requires retain share pin cuda rand record from_ conj view_as hs vs ds empty resize".split()
)


def unary() -> Iterator[str]:
    """The functions of one tensor, and the methods in place, as far as they need nothing else."""
    x = torch.tensor(VECTOR)
    for name in sorted({*dir(torch), *dir(torch.Tensor)}):
        if name.startswith(NO_FUNCTION_OF_ONE):
            continue
        for form, place, ours in (("t.{}(a)", torch, minitorch_pt), ("a.{}()", torch.Tensor, minitorch_pt.Tensor)):
            if not hasattr(place, name) or not hasattr(ours, name) or isinstance(getattr(place, name), type):
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    result = eval(form.format(name), {"t": torch, "a": x.clone()})
                except Exception:
                    continue
            if (
                isinstance(result, torch.Tensor)
                and name
                not in (
                    "bernoulli bernoulli_ normal multinomial poisson normal_ uniform_ exponential_ cauchy_ "
                    "log_normal_ random_ rrelu rrelu_"
                ).split()
            ):
                yield form.format(name)


def cases() -> Iterator[tuple[str, str, str, Any, Any]]:
    """(expression, form of a, form of b, values of a, values of b)"""
    for expression in dict.fromkeys(ANY):
        for a in TENSORS:
            for b in FORMS:
                yield expression, a, b, VECTOR, SECOND
    for expression in dict.fromkeys(TWO):
        for a in TENSORS:
            for b in TENSORS:
                yield expression, a, b, VECTOR, SECOND
    for expression in dict.fromkeys(PLACED):
        for a in TYPES:
            for b in TYPES:
                yield expression, a, b, VECTOR, SECOND
    for expression in dict.fromkeys(MATRICES):
        for a in TYPES:
            for b in TYPES:
                yield expression, a, b, MATRIX, MATRIX[::-1]
    for expression in unary():
        for a in TENSORS:
            yield expression, a, "int", VECTOR, SECOND


def run(t: Any, expression: str, a: str, b: str, of_a: Any, of_b: Any) -> Any:
    other = ENDS[b] if b in ENDS else FORMS[b](t, of_b)
    names = {"t": t, "F": t.nn.functional, "a": FORMS[a](t, of_a), "b": other, "put": put}
    return eval(compiled(expression), names)


_code: dict[str, Any] = {}


def compiled(expression: str) -> Any:
    if expression not in _code:
        _code[expression] = compile(expression, expression, "eval")
    return _code[expression]


def difference(case: tuple) -> tuple[str, str, bool] | None:
    """How the packages differ, in a word and in full (empty if they do not), and whether torch refuses; None: types that are not here."""
    try:
        theirs = run(torch, *case)
    except Exception as error:
        try:
            ours = run(minitorch_pt, *case)
        except builtin_type(error):
            return "", "", True
        except Exception as other:
            return "another error", f"{other!r}, torch {error!r}", True
        return "a value here", f"{getattr(getattr(ours, '_data', None), 'dtype', type(ours))}, torch {error!r}", True
    if isinstance(theirs, torch.Tensor) and not hasattr(minitorch_pt, str(theirs.dtype).removeprefix("torch.")):
        return None
    try:
        ours = run(minitorch_pt, *case)
    except Exception as error:
        return "refused here", f"{error!r}, torch {getattr(theirs, 'dtype', theirs)}", False
    if isinstance(theirs, torch.dtype):
        return ("" if str(ours) == str(theirs) else "type"), f"{ours}, torch {theirs}", False
    if isinstance(ours, minitorch_pt.Tensor) != isinstance(theirs, torch.Tensor):
        return "type", f"{type(ours)}, torch {type(theirs)}", False
    if isinstance(theirs, torch.Tensor) and theirs.is_sparse:
        ours, theirs = ours.to_dense(), theirs.to_dense()
    try:
        tolerance = (
            TOLERANCE.get(str(theirs.dtype).removeprefix("torch."), 0) if isinstance(theirs, torch.Tensor) else 0
        )
        # numbers that went through a smaller type on the way have its accuracy
        assert_same(ours, theirs, max([tolerance] + [TOLERANCE.get(form.split()[0], 0) for form in case[1:3]]))
    except AssertionError as error:
        return "value", " ".join(str(error).split()), False
    return "", "", False


def sweep(chosen: list) -> str:
    counts: collections.Counter = collections.Counter()
    found: dict[str, str] = {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for case in chosen:
            outcome = difference(case)
            if outcome is None:
                counts["skipped: types that NumPy lacks"] += 1
                continue
            word, text, refused = outcome
            counts["errors" if refused else "values"] += 1
            if word:
                found[f"{case[0]}: {case[1]}, {case[2]}, {word}"] = text[:200]
    compared("types", counts)
    patterns = [re.compile(fnmatch.translate(pattern)) for pattern in DIFFERENCES]
    unknown = {k: v for k, v in found.items() if not any(p.match(k) for p in patterns)}
    assert counts["values"] > 0.4 * len(chosen)
    assert counts["errors"] > 0.3 * len(chosen)
    return f"{dict(counts)}, {len(found)} differ, {len(unknown)} unknown\n" + "\n".join(
        f"{k}: {v}" for k, v in unknown.items()
    )


def test_types() -> None:
    """A fixed third of all."""
    everything = list(cases())
    report = sweep(random.Random(7).sample(everything, len(everything) // 3))
    assert " 0 unknown" in report, report


def test_whole_numbers_that_64_bits_just_hold() -> None:
    """They are no overflow, whatever they stand beside; torch goes past the end by itself where it turns the sign, or rounds to a float."""
    past = {("t.sub(a, a, alpha=b)", "-2**63"), ("F.pad(a, (1, 1), value=b)", "2**63-1")}
    pairs = [(e, b) for e in dict.fromkeys(ANY) for b in ENDS if (e, b) not in past]
    chosen = [(e, a, b, VECTOR, SECOND) for e, b in pairs for a in ("float64", "int64", "bool")]
    report = sweep(chosen)
    assert " 0 unknown" in report, report


@pytest.mark.long
def test_types_whole() -> None:
    report = sweep(list(cases()))
    assert " 0 unknown" in report, report
