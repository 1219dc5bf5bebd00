"""Every place in torch's Python sources that warns: a call that gets there warns here too, in the same category and of the same thing."""

from __future__ import annotations

import ast
import contextlib
import fnmatch
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

import minitorch_pt
from parity_tests.sweeps import accepted, compared

TORCH = Path(torch.__file__).parent
FILES = (
    "_linalg_utils.py", "_lowrank.py", "_tensor.py", "_tensor_str.py", "autograd/*.py", "distributions/*.py", "functional.py", "nn/*.py", "nn/modules/*.py",
    "nn/utils/*.py", "optim/*.py", "random.py", "serialization.py", "testing/*.py", "utils/data/*.py",
)  # fmt: skip
DIFFERENCES = accepted("warnings")


class Site(NamedTuple):
    """A call of warnings.warn, or a function that is marked as deprecated."""

    file: str
    function: str
    line: int
    text: str  # of a deprecated function

    def __str__(self) -> str:
        return f"{self.file} {self.function}"


def sites() -> Iterator[Site]:
    def inside(node: ast.AST, names: tuple[str, ...]) -> Iterator[Site]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                called = ast.unparse(child.func)
                if called == "warnings.warn":
                    yield Site(file, ".".join(names), child.lineno, "")
                elif called == "deprecated":
                    yield Site(file, ".".join(names), child.lineno, str(ast.literal_eval(child.args[0])))
            scope = isinstance(child, (ast.FunctionDef, ast.ClassDef))
            yield from inside(child, (*names, child.name) if scope else names)  # type: ignore[attr-defined]

    for path in sorted({path for pattern in FILES for path in TORCH.glob(pattern)}):
        file = path.relative_to(TORCH).as_posix()
        yield from inside(ast.parse(path.read_text()), ())


# ---------------------------------------------------------------------------------------------------------------------
# The calls
# ---------------------------------------------------------------------------------------------------------------------
def sgd(t: Any, **options: Any) -> Any:
    return t.optim.SGD([t.nn.Parameter(t.ones(1))], lr=0.1, **options)


def stepped(t: Any, scheduler: Callable, *args: Any) -> None:
    optimizer = sgd(t)
    made = scheduler(optimizer)
    optimizer.step()
    made.step(*args)


def overridden(t: Any) -> None:
    optimizer = sgd(t)
    scheduler = t.optim.lr_scheduler.StepLR(optimizer, 1)
    optimizer.step = lambda: None
    scheduler.step()


def attention(t: Any) -> None:
    layer = t.nn.MultiheadAttention(2, 1)
    x = t.ones(3, 1, 2)
    layer(x, x, x, key_padding_mask=t.zeros(1, 3, dtype=t.bool), attn_mask=t.zeros(3, 3))


def without(t: Any, name: str) -> Any:
    """A distribution of the user's that lacks an attribute."""
    whole = {"arg_constraints": {}, "support": t.distributions.constraints.real}
    kind = type("Mine", (t.distributions.Distribution,), {k: v for k, v in whole.items() if k != name})
    return kind(validate_args=True)


def ambiguous(t: Any) -> None:
    d = t.distributions
    left, right = type("Left", (d.Normal,), {}), type("Right", (d.Normal,), {})
    d.register_kl(left, d.Normal)(lambda p, q: 0)
    d.register_kl(d.Normal, right)(lambda p, q: 0)
    d.kl_divergence(left(0.0, 1.0), right(0.0, 1.0))


def hooked(t: Any, output: Callable, register: str = "register_full_backward_hook", x: Any = None) -> None:
    module = type("Mine", (t.nn.Module,), {"forward": lambda self, x: output(x)})()
    getattr(module, register)(lambda *args: None)
    module(t.ones(2, requires_grad=True) if x is None else x)


def always(t: Any) -> None:
    def fail(*args: Any) -> None:
        raise ValueError("of the hook")

    module = t.nn.Linear(2, 2)
    module.register_forward_hook(fail, always_call=True)
    with contextlib.suppress(RuntimeError):
        module(t.ones(3))


def longer_than_told(t: Any) -> None:
    kind = type(
        "Mine", (t.utils.data.IterableDataset,), {"__iter__": lambda self: iter([1, 2]), "__len__": lambda self: 1}
    )
    loader = t.utils.data.DataLoader(kind())
    len(loader)
    list(loader)


def image(t: Any) -> Any:
    return t.ones(1, 1, 2, 2)


LOSSES = ("smooth_l1_loss", "huber_loss", "l1_loss", "mse_loss")
INITS = (
    "uniform normal constant eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal sparse"
).split()
CALLS: dict[str, Callable[[Any], Any]] = {
    **{loss: lambda t, loss=loss: getattr(t.nn.functional, loss)(t.ones(2), t.ones(2, 1)) for loss in LOSSES},
    **{
        f"{loss} size_average": lambda t, loss=loss: getattr(t.nn.functional, loss)(t.ones(2), t.ones(2), size_average=True)
        for loss in LOSSES if loss != "huber_loss"
    },
    "BCELoss reduce": lambda t: t.nn.BCELoss(reduce=False),
    "elementwise_mean": lambda t: t.nn.functional.nll_loss(t.zeros(1, 2), t.tensor([0]), reduction="elementwise_mean"),
    "dropout2d of 2 axes": lambda t: t.nn.functional.dropout2d(t.ones(2, 2)),
    "dropout2d of 3 axes": lambda t: t.nn.functional.dropout2d(t.ones(2, 2, 2)),
    "dropout3d of 3 axes": lambda t: t.nn.functional.dropout3d(t.ones(2, 2, 2)),
    "softmax": lambda t: t.nn.functional.softmax(t.ones(2, 2)),
    "softmin": lambda t: t.nn.functional.softmin(t.ones(2, 2)),
    "log_softmax": lambda t: t.nn.functional.log_softmax(t.ones(2)),
    "Softmax": lambda t: t.nn.Softmax()(t.ones(2, 2)),
    "gumbel_softmax": lambda t: t.nn.functional.gumbel_softmax(t.ones(2, 2), eps=1e-9, dim=1),
    "embedding_bag": lambda t: t.nn.functional.embedding_bag(t.ones(4, 3), t.tensor([[1, 2]])),
    "kl_div": lambda t: t.nn.functional.kl_div(t.zeros(2), t.ones(2)),
    "KLDivLoss": lambda t: t.nn.KLDivLoss()(t.zeros(2), t.ones(2)),
    "upsample": lambda t: t.nn.functional.upsample(image(t), scale_factor=2),
    "upsample_nearest": lambda t: t.nn.functional.upsample_nearest(image(t), scale_factor=2),
    "upsample_bilinear": lambda t: t.nn.functional.upsample_bilinear(image(t), scale_factor=2),
    "grid_sample": lambda t: t.nn.functional.grid_sample(image(t), t.zeros(1, 2, 2, 2)),
    "affine_grid": lambda t: t.nn.functional.affine_grid(t.ones(1, 2, 3), [1, 1, 2, 2]),
    "affine_grid of one place": lambda t: t.nn.functional.affine_grid(t.ones(1, 2, 3), [1, 1, 1, 1], align_corners=True),
    "masks of two types": attention,
    "trunc_normal_": lambda t: t.nn.init.trunc_normal_(t.empty(3), mean=5.0, std=1.0, a=-2, b=2),
    "kaiming_uniform_": lambda t: t.nn.init.kaiming_uniform_(t.empty(0, 2)),
    "kaiming_normal_": lambda t: t.nn.init.kaiming_normal_(t.empty(0, 2)),
    **{
        f"init.{name}": lambda t, name=name: getattr(t.nn.init, name)(t.empty(2, 2, 2), *[0.5] * (name in ("constant",)))
        for name in INITS if name not in ("eye", "sparse")
    },
    "init.eye": lambda t: t.nn.init.eye(t.empty(2, 2)),
    "init.sparse": lambda t: t.nn.init.sparse(t.empty(2, 2), 0.5),
    "Hardtanh min_value": lambda t: t.nn.Hardtanh(min_value=0.5),
    "Hardtanh max_value": lambda t: t.nn.Hardtanh(max_value=0.5),
    "InstanceNorm1d": lambda t: t.nn.InstanceNorm1d(3)(t.ones(1, 2, 4)),
    "InstanceNorm2d without batch": lambda t: t.nn.InstanceNorm2d(3)(t.ones(2, 4, 4)),
    "NLLLoss2d": lambda t: t.nn.NLLLoss2d(),
    "LSTM": lambda t: t.nn.LSTM(2, 2, dropout=0.5),
    "TransformerEncoder": lambda t: t.nn.TransformerEncoder(t.nn.TransformerEncoderLayer(2, 1, 4), 1),
    "TransformerEncoder norm_first": lambda t: t.nn.TransformerEncoder(t.nn.TransformerEncoderLayer(2, 1, 4, batch_first=True, norm_first=True), 1),
    "clip_grad_norm": lambda t: t.nn.utils.clip_grad_norm([t.nn.Parameter(t.ones(2))], 1.0),
    "clip_grad_norm_ of nothing": lambda t: t.nn.utils.clip_grad_norm_((p for p in []), 1.0),
    "weight_norm": lambda t: t.nn.utils.weight_norm(t.nn.Linear(2, 2)),
    "positional state_dict": lambda t: t.nn.Linear(2, 2).state_dict({}, "a."),
    "output that is no tensor": lambda t: hooked(t, lambda x: {"a": x * 2}),
    "hook: output that is no tensor": lambda t: hooked(t, lambda x: {"a": x * 2}, "register_backward_hook"),
    "hook: input that is no tensor": lambda t: hooked(t, lambda x: x[0] * 2, "register_backward_hook", [t.ones(2, requires_grad=True)]),
    "hook: outputs of two nodes": lambda t: hooked(t, lambda x: (x * 2, x * 3), "register_backward_hook"),
    "hook: two nodes": lambda t: hooked(t, lambda x: (x * 2).exp(), "register_backward_hook"),
    "hook that fails": always,
    "scheduler before optimizer": lambda t: t.optim.lr_scheduler.StepLR(sgd(t), 1).step(),
    "step overridden": overridden,
    "step(epoch)": lambda t: stepped(t, lambda o: t.optim.lr_scheduler.StepLR(o, 1), 3),
    "plateau step(epoch)": lambda t: stepped(t, t.optim.lr_scheduler.ReduceLROnPlateau, 1.0, 3),
    **{
        f"get_lr {name}": lambda t, name=name, args=args: getattr(t.optim.lr_scheduler, name)(sgd(t), *args).get_lr()
        for name, args in {
            "StepLR": (1,), "MultiStepLR": ([1],), "ConstantLR": (), "LinearLR": (), "ExponentialLR": (0.5,), "PolynomialLR": (), "CosineAnnealingLR": (3,),
            "CosineAnnealingWarmRestarts": (3,), "LambdaLR": (lambda n: 1.0,), "MultiplicativeLR": (lambda n: 1.0,), "OneCycleLR": (1.0, 5),
        }.items()
    },
    "get_lr SWALR": lambda t: t.optim.swa_utils.SWALR(sgd(t), 0.1).get_lr(),
    "duplicate parameters": lambda t: t.optim.SGD([p := t.nn.Parameter(t.ones(1)), p], lr=0.1),
    "no arg_constraints": lambda t: without(t, "arg_constraints"),
    "no support": lambda t: without(t, "support")._validate_sample(t.ones(())),
    "sample_n": lambda t: t.distributions.Normal(0.0, 1.0).sample_n(2),
    "ambiguous kl": ambiguous,
    "many workers": lambda t: t.utils.data.DataLoader([1], num_workers=999),
    "pin_memory": lambda t: iter(t.utils.data.DataLoader([1], pin_memory=True)),
    "pin_memory_device": lambda t: iter(t.utils.data.DataLoader([1], pin_memory=True, pin_memory_device="cpu")),
    "longer than told": longer_than_told,
    "random_split": lambda t: t.utils.data.random_split([1], [1.0, 0.0]),
    "cummulative_sizes": lambda t: t.utils.data.ConcatDataset([[1]]).cummulative_sizes,
    "grad only_inputs": lambda t: t.autograd.grad(t.ones(1, requires_grad=True) * 2, t.ones(1, requires_grad=True), only_inputs=False, allow_unused=True),
    "backward grad_variables": lambda t: t.autograd.backward(t.ones(1, requires_grad=True) * 2, grad_variables=t.ones(1)),
    "gradcheck of floats": lambda t: t.autograd.gradcheck(lambda x: x * 2, t.ones(1, requires_grad=True), atol=1, rtol=1),
    "a Function made": lambda t: t.autograd.Function(),
    "mark_shared_storage": lambda t: t.autograd.function.FunctionCtx().mark_shared_storage(),
    "detect_anomaly": lambda t: t.autograd.detect_anomaly(),
    "make_tensor": lambda t: t.testing.make_tensor(2, dtype=t.float32, device="cpu", low=1, high=1),
    "assert_allclose": lambda t: t.testing.assert_allclose(1.0, 1.0),
    "resize": lambda t: t.ones(1).resize(1),
    "resize_as": lambda t: t.ones(1).resize_as(t.ones(1)),
    "apply_permutation": lambda t: t.nn.modules.rnn.apply_permutation(t.ones(1, 1), t.tensor([0])),
}  # fmt: skip


def told(package: Any, program: Callable) -> tuple[list[warnings.WarningMessage], set]:
    """The warnings of a call, and where in which sources they were given."""
    places = set()
    original = warnings.warn

    def warn(message: Any, category: Any = None, stacklevel: int = 1, **rest: Any) -> None:
        frame = sys._getframe(1)
        places.add((frame.f_code.co_filename, frame.f_lineno, str(message)))
        original(message, category, stacklevel + 1, **rest)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn = warn
        try:
            program(package)
        finally:
            warnings.warn = original
    return caught, places


def words(text: str) -> set[str]:
    return set(re.findall("[a-z_0-9]{4,}", text.lower()))


def difference(program: Callable) -> tuple[str, set]:
    theirs, places = told(torch, program)
    try:
        ours, _ = told(minitorch_pt, program)
    except Exception as error:
        return f"{type(error).__name__}: {error}", places
    if [w.category for w in ours] != [w.category for w in theirs]:
        return (
            f"{[(w.category.__name__, str(w.message)[:90]) for w in ours]} for {[(w.category.__name__, str(w.message)[:90]) for w in theirs]}",
            places,
        )
    for mine, other in zip(ours, theirs, strict=True):
        if len(words(str(mine.message)) & words(str(other.message))) < 2:
            return f"{mine.message} for {other.message}", places
        if other.filename == __file__ != mine.filename:
            return f"names line {mine.lineno} of {mine.filename}, not the user's", places
    return "" if theirs else "torch does not warn", places


def test_warnings():
    reached: set = set()
    wrong, used = [], set()

    def excused(entry: str) -> bool:
        reasons = [pattern for pattern in DIFFERENCES if fnmatch.fnmatchcase(entry, pattern)]
        used.update(reasons)
        return bool(reasons)

    for name, program in CALLS.items():
        what, places = difference(program)
        reached |= places
        if what and not excused(name):
            wrong.append(f"{name}: {what}")
    lines = {
        (Path(file).relative_to(TORCH).as_posix(), line)
        for file, line, _ in reached
        if Path(file).is_relative_to(TORCH)
    }
    texts = {text for *_, text in reached}
    missed = [s for s in SITES if (s.file, s.line) not in lines and s.text not in texts]
    wrong += [f"{s}, line {s.line}: no call gets there" for s in missed if not excused(str(s))]
    compared("warnings", {"calls": len(CALLS)})
    assert not wrong, "\n".join(wrong)
    assert not DIFFERENCES.keys() - used, "these differ no more: take them out of differences.toml"
    assert len(SITES) > 90


SITES = list(sites())
