"""Random programs as people write them, under both packages: all types, empty, 0-d and nan tensors, views, in-place changes, modules,
optimisers, hooks, flags, random draws and printing.

A program is a list of lines. After each the type of its error is compared, and of every tensor its value, type, shape, strides,
gradient and text. Numbers that agree but for rounding are then made equal, so that rounding does not decide a comparison later.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.sweeps import compared
from parity_tests.sweeps.test_views import asked, tensors_of

LINES = 16
TENSORS = 6
DTYPES = ["float32"] * 4 + "float64 float64 float16 int64 int64 int32 int16 int8 uint8 bool".split()
TOLERANCES = {"float64": 1e-9, "float32": 2e-5, "float16": 4e-3}
SHAPES = ["(2, 3)"] * 5 + ["(4, 3)", "(3,)", "(3,)", "(1, 3)", "(2, 2, 3)", "()", "(0, 3)", "(2, 0)"]
NUMBERS = [
    "2", "0.5", "-1", "3", "True", "1.5", "float('nan')", "np.float64(0.5)", "np.int64(2)", "np.float32(2)",
    "torch.tensor(2)", "torch.tensor(0.5)", "torch.tensor(1.5, dtype=torch.float64)",
]  # fmt: skip

BEGIN = """
torch.manual_seed(0)
log = []
m = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4, eps=0.5), torch.nn.ReLU(inplace=True), torch.nn.Dropout(0.25), torch.nn.Linear(4, 3))
m[1].bias.data.fill_(0.25)
"""
WATCHED = ["m[0].weight", "m[1].weight", "m[1].running_mean", "m[1].num_batches_tracked", "m[4].bias"]
OPTIMISERS = [
    "SGD(m.parameters(), lr=0.1, momentum=0.5)", "Adam(m.parameters(), lr=0.1)", "AdamW(m.parameters())",
    "RMSprop(m.parameters())", "Adagrad(m.parameters())",
    "SGD([{'params': m[0].parameters(), 'lr': np.float64(0.5)}, {'params': m[4].bias}], lr=0.1, weight_decay=0.1)",
    "NAdam(m.parameters(), maximize=True)",
]  # fmt: skip

NEW = [
    "torch.tensor(np.array({values}).reshape({shape}), dtype=torch.{dtype})",
    "torch.tensor(np.array({values}).reshape({shape}), dtype=torch.{dtype})",
    "torch.from_numpy(np.array({values}).reshape({shape}).astype('{dtype}'))",
    "torch.ones({shape}, dtype=torch.{dtype})",
    "torch.tensor(np.array({values}).reshape({shape}), dtype=torch.{float}, requires_grad=True)",
    "torch.randn({shape}, requires_grad=True)", "torch.full({shape}, float('nan'), dtype=torch.{float})",
]  # fmt: skip
DRAWS = [
    "torch.rand({shape}, dtype=torch.{float})", "torch.randn({shape}, dtype=torch.{float})", "torch.randint(-2, 4, {shape})", "torch.randint(0, 5, {shape}, dtype=torch.{dtype})", "torch.randn_like({t})", "torch.rand_like({t})",
    "torch.bernoulli({t})", "torch.randperm({t}.numel())", "torch.nn.functional.dropout({t}, 0.5)", "{t}.normal_()", "{t}.uniform_()", "{t}.random_(5)", "{t}.bernoulli_(0.5)", "torch.normal({t}, 1.0)", "torch.multinomial({t}.abs(), 2, replacement=True)",
    "torch.empty_like({t}).exponential_()", "{t}[torch.randperm({t}.shape[0])]",
]  # fmt: skip
VIEWS = [
    "{t}[{i}]", "{t}[:, 1:]", "{t}[..., ::2]", "{t}[None]", "{t}.T", "{t}.transpose(0, -1)", "{t}.view(-1)", "{t}.reshape(3, -1)", "{t}.unsqueeze({d})", "{t}.squeeze()", "{t}.expand(2, *{t}.shape)", "{t}.flatten()", "{t}.detach()",
    "{t}.chunk(2, {d})[0]", "{t}.unbind({d})[-1]", "{t}.permute(*reversed(range({t}.dim())))", "{t}.diagonal()", "{t}.split([1, 2], dim={d})[1]", "{t}.narrow({d}, 0, 1)", "{t}.contiguous()", "{t}.data",
]  # fmt: skip
OPERATIONS = [
    "{t} + {u}", "{t} - {u}", "{t} * {u}", "{t} / {u}", "{t} // {u}", "{t} % {u}", "{t} ** 2", "{t} @ {u}.T", "{t} + {s}", "{s} - {t}", "{s} * {t}", "{t} / {s}", "{t} // {s}", "(2 ** {t}).contiguous()", "{t} ** {s}", "-{t}", "~{t}", "{t} & {u}", "{t} | {s}", "{t} > {u}", "{t} == {s}", "{s} < {t}",
    "abs({t})", "{t}.sin()", "{t}.exp()", "{t}.sqrt()", "{t}.tanh()", "{t}.sigmoid()", "{t}.relu()", "{t}.log1p()", "{t}.round()", "{t}.sign()", "{t}.isnan()", "{t}.reciprocal()", "{t}.clamp(0, {s})", "{t}.clamp(min={s})",
    "{t}.sum()", "{t}.sum({d})", "{t}.mean({d}, keepdim=True)", "{t}.std({d})", "{t}.var(dim={d}, correction=0)", "{t}.prod({d})", "{t}.max()", "{t}.max({d})[0]", "{t}.min({d}).indices", "{t}.argmax({d})", "{t}.amax({d})", "{t}.norm()", "{t}.norm(dim={d})", "{t}.all()", "{t}.any({d})", "{t}.cumsum({d})", "{t}.cumprod({d})",
    "{t}.sort({d})[0]", "{t}.argsort(dim={d}, stable=True)", "{t}.topk(1, {d})[0]", "{t}.median({d})[0]", "{t}.logsumexp({d})", "{t}.softmax({d})", "torch.log_softmax({t}, dim={d})", "{t}.unique()", "{t}.flip({d})", "{t}.roll(1, {d})", "{t}.repeat(2, 1)", "{t}.diff(dim={d})", "{t}.nonzero()", "{t}.count_nonzero()",
    "torch.where({t} > {u}, {t}, {u})", "torch.where({t} > 0, {t}, {s})", "torch.where({t} > 0, 1, 0)", "torch.maximum({t}, {u})", "torch.cat([{t}, {u}])", "torch.stack([{t}, {u}], {d})", "torch.outer({t}.view(-1), {u}.view(-1))", "torch.einsum('...i,...i->...', {t}, {u}.type_as({t}))", "torch.lerp({t}, {u}, 0.5)", "torch.addcmul({t}, {t}, {u}, value=2)",
    "{t}.gather(-1, {u}.argsort(-1))", "{t}.scatter(-1, {u}.argsort(-1), {t})", "{t}.index_select({d}, torch.tensor([0, 0]))", "{t}[{t} > 0]", "{t}[[0, -1]]", "{t}[{u}]", "{t}[..., torch.tensor([0, 2])]", "{t}.masked_fill({u} > 0, {s})", "{t}.masked_select({u} > 0)", "torch.triu({t})", "{t}.take(torch.tensor([0]))",
    "{t}.float()", "{t}.to(torch.{dtype})", "{t}.long()", "{t}.bool()", "{t}.type_as({u})", "{t}.clone()", "torch.zeros_like({t})", "torch.tensor({t}.tolist())", "torch.as_tensor({t}.detach().numpy() * 2)", "{t}.new_tensor([1, 2])", "torch.ones_like({t}, dtype=torch.{dtype})", "copy.deepcopy({t})",
    "torch.nn.functional.mse_loss({t}, {u})", "torch.nn.functional.layer_norm({t}, (3,))", "torch.nn.functional.normalize({t}, dim={d})", "torch.nn.functional.one_hot({t}.long().clamp(0, 2), 3)", "torch.nn.functional.cross_entropy({t}, {t}.argmax(-1))", "torch.nn.functional.gelu({t}.clamp(-3, 3))", "torch.nn.functional.pad({t}, (1, 1), value={s})", "torch.nn.functional.softplus({t})",
    "torch.nn.functional.binary_cross_entropy_with_logits({t}, ({u} > 0).type_as({t}))", "torch.nn.functional.leaky_relu({t}, {s})", "torch.nn.functional.smooth_l1_loss({t}, {u}, reduction='none')", "torch.nn.functional.linear({t}, m[0].weight, m[0].bias)", "torch.add({t}, {u}, alpha=2)", "torch.sum({t}, dim={d}, dtype=torch.{float})",
]  # fmt: skip
CHANGES = [
    "{t}.add_({u})", "{t}.mul_({s})", "{t} += {s}", "{t} *= {u}", "{t} /= {s}", "{t} -= {t}.clone()", "{t} **= 2", "{t} //= 2", "{t} |= {u}", "{t}[0] = {s}", "{t}[{i}] = {u}[0]", "{t}[:, 0] = {s}", "{t}[{t} > 0] = {s}", "{t}[{t} != {t}] = 0", "{t}[..., 1:] *= 2", "{t}[[0]] = {u}[:1]", "{t}[{u} > 0] += 1", "{t}[:] = {u} * 1",
    "{t}.zero_()", "{t}.fill_({s})", "{t}.clamp_(-1, {s})", "{t}.copy_({u})", "{t}.relu_()", "{t}.exp_()", "{t}.sigmoid_()", "{t}.masked_fill_({t} > 0, {s})", "{t}.sub_({t}.mean())", "{t}.div_({t}.norm(dim=-1, keepdim=True))", "{t}.scatter_(-1, {u}.argsort(-1), 1.5)", "{t}.index_add_(0, torch.arange(len({t})), {u})", "{t}.lerp_({u}, 0.5)", "{t}.neg_()", "{t}.t_()",
    "{t}.addcdiv_({u}, {u}.abs() + 1)", "{t}.unsqueeze_(0)", "{t}.squeeze_()", "{t}.requires_grad_()", "{t}.detach_()", "{t}.clone().mul_(2)", "{t}.view(-1)[0] = {s}", "{t}.gt_({s})", "torch.add({t}, {u}, out={t}.clone())", "torch.nn.functional.relu({t}, inplace=True)", "torch.nn.init.uniform_({t})", "{t}.grad = None", "{t}.floor_()", "{t}.pow_(2)", "{t}.fill_diagonal_(1)",
]  # fmt: skip
TRAINING = [
    "{v} = m({t})", "{v} = m({t})", "{v} = m({t}.float().clamp(-9, 9))", "{v} = m({t}.float().clamp(-9, 9).reshape(-1, 3))", "{v} = m[:3]({t})", "{v} = m[0]({t})", "{v} = m(torch.randn(4, 3))", "m(torch.randn(4, 3)).pow(2).mean().backward()", "m(torch.randn(2, 3)).sum().backward()", "o = torch.optim.{optimiser}", "o = torch.optim.{optimiser}", "o.step()", "o.step()", "o.zero_grad()", "o.zero_grad(set_to_none=False)",
    "m.eval()", "m.train()", "m[0].requires_grad_(False)", "m.requires_grad_()",  "m.load_state_dict(m.state_dict())", "m = copy.deepcopy(m)", "m[0].weight.data[0] = 0", "m[4].bias.data.copy_({t})", "torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)", "m.apply(lambda k: torch.nn.init.zeros_(k.bias) if hasattr(k, 'bias') else None)",
    "with torch.no_grad(): m[4].bias += 1", "with torch.no_grad(): m[4].bias.mul_(np.float64(0.5)).add_({t})", "{v} = m[0].weight", "{v} = m[4].bias", "m[4].bias.add_(1)", "{v} = m[0].weight[0]", "{v} = m[0].weight.grad", "m[0].weight = torch.nn.Parameter({t})", "m.zero_grad()",
]  # fmt: skip
BACKWARD = [
    "{t}.sum().backward()", "{t}.sum().backward()", "({t} * {t}).mean().backward(retain_graph=True)",
    "{t}.backward(torch.ones_like({t}))", "{t}.backward()",
    "{v} = torch.autograd.grad(({t} * {t}).sum(), {u}, allow_unused=True)[0].contiguous()",
    "{v} = torch.autograd.grad({t}.sin().sum(), {t}, create_graph=True)[0]",
]  # fmt: skip
HOOKS = [
    "{t}.register_hook(lambda g: g * 2)", "h = {t}.register_hook(lambda g: log.append(g.sum().item()))", "h.remove()", "{t}.retain_grad()", "h = m[0].register_forward_hook(lambda m, i, o: o * 2)", "h = m.register_forward_pre_hook(lambda m, i: (i[0] + 1,))",
    "h = m[4].register_full_backward_hook(lambda m, i, o: log.append((tuple(i[0].shape), o[0].dtype)))", "h = m[0].weight.register_hook(lambda g: g.clamp(-1, 1))", "h = m[0].register_full_backward_hook(lambda m, i, o: None)",
]  # fmt: skip
FLAGS = [
    "torch.set_grad_enabled(False)", "torch.set_grad_enabled(True)", "torch.set_grad_enabled(True)",
    "torch.set_default_dtype(torch.float64)", "torch.set_default_dtype(torch.float32)",
    "torch.set_printoptions(precision=2)", "torch.set_printoptions(profile='default')", "torch.manual_seed(1)",
]  # fmt: skip
PRINTS = [
    "log.append({t}.tolist())", "log.append(str({t}.shape))", "log.append({t}.item())",
    "log.append(f'{{{t}.sum() > 0}}')", "log.append(bool({t}))", "log.append(len({t}))",
    "log.append([r.shape for r in {t}])", "log.append(repr(m))", "log.append(repr(o))", "log.append(int({t}))",
    "log.append(str({t}.dtype))", "log.append({t}.equal({u}))", "log.append({t}.type())",
]  # fmt: skip
MADE = (NEW, DRAWS, VIEWS, OPERATIONS)
KINDS = [
    (NEW, 2),
    (DRAWS, 2),
    (VIEWS, 3),
    (OPERATIONS, 9),
    (CHANGES, 6),
    (TRAINING, 4),
    (BACKWARD, 3),
    (HOOKS, 1),
    (FLAGS, 1),
    (PRINTS, 1),
]

# torch has no kernel; it writes before it refuses; it refuses to read what it writes, where we read first
LEFT_OPEN = (
    "not implemented for",
    "does not support bool",
    "Inplace update to inference tensor",
    "out of bounds",
    "single memory location",
)


def draw(generator: random.Random, names: dict) -> str:
    """The next line of a program, for the shapes that torch's tensors have now."""
    tensors = tensors_of(names)
    kind = NEW if len(tensors) < 2 else generator.choices([k for k, _ in KINDS], [w for _, w in KINDS])[0]
    pick, shape, dtype = generator.choice, generator.choice(SHAPES), generator.choice(DTYPES)
    values = [pick([-2, -1, -0.5, 0, 0.5, 1, 2, 3]) for _ in range(int(np.prod(eval(shape))))]
    if generator.random() < 0.2:
        values = [pick([v, float("nan"), float("inf")]) for v in values]
    given = {"t": "t0", "u": "t0"}
    if tensors:
        given["t"] = pick(tensors)
        alike = [u for u in tensors if names[u].shape == names[given["t"]].shape]
        given["u"] = pick(alike if generator.random() < 0.6 else tensors)
    target = f"t{len(tensors) if len(tensors) < TENSORS else generator.randrange(TENSORS)}"
    line = pick(kind).format(
        **given, v=target, s=pick(NUMBERS), d=pick([0, -1, -1, 1]), i=pick([0, -1, 1]), shape=shape, dtype=dtype, float=pick(["float32", "float64", "float16"]),
        values=str(values).replace("nan", "np.nan").replace("inf", "np.inf"), optimiser=pick(OPTIMISERS),
    )  # fmt: skip
    line = f"{target} = {line}" if kind in MADE else line
    block = pick(["torch.no_grad()", "torch.no_grad()", "torch.enable_grad()", "torch.inference_mode()"])
    if "detach_" in line:  # in inference mode torch leaves the flag of a leaf
        return line
    return (
        f"with {block}: {line}"
        if kind is not NEW and not line.startswith("with") and generator.random() < 0.1
        else line
    )


def attempt(line: str, names: dict) -> BaseException | None:
    """Run a line; the error."""
    try:
        exec(line, names)
    except Exception as error:
        return error
    return None


def kind(error: BaseException | None) -> type:
    return RuntimeError if isinstance(error, RuntimeError) else type(error)  # a NotImplementedError is one


def facts(t) -> dict:
    """What a tensor tells of itself beside its numbers."""
    broken = asked(lambda: t.grad_fn is None) == "RuntimeError"  # a view whose base was changed against the rules
    return {
        "dtype": str(t.dtype).rpartition(".")[2],
        "shape": tuple(t.shape),
        "stride": [step for step, size in zip(t.stride(), t.shape, strict=True) if size > 1] if t.numel() > 1 else None,
        "requires_grad": t.requires_grad,
        "is_leaf": broken or t.is_leaf,
        "grad_fn": broken or t.grad_fn is None,
        "grad": None if broken or not (t.is_leaf or t.retains_grad) else t.grad is None,
    }


def text(value) -> str:
    return str(asked(lambda: repr(value))).replace("minitorch_pt", "torch")


def apart(theirs, ours) -> str:
    """How two tensors differ, or nothing; what differs by rounding is then made equal."""
    expected, found = facts(theirs), facts(ours)
    if 0 in (expected["stride"] or ()) and expected["is_leaf"] is True:  # gradients are often expanded in torch
        found["stride"] = expected["stride"]
    if expected != found:
        return f"torch {expected}, minitorch_pt {found}"
    with torch.no_grad(), minitorch_pt.no_grad():
        one, other = theirs.detach().numpy(), ours.detach().numpy()
    if not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
        tolerance = TOLERANCES.get(one.dtype.name, 0)
        scale = np.abs(one[np.isfinite(one)], dtype=float).max(initial=0) if tolerance else 0
        if not np.allclose(
            one.astype(float), other.astype(float), rtol=tolerance, atol=tolerance * (1 + scale), equal_nan=True
        ):
            return f"torch {one}, minitorch_pt {other}"
        if other.flags.writeable:
            np.copyto(other, one)
    elif one.tobytes() == other.tobytes() and text(theirs) != text(ours) and expected["grad_fn"] is True:
        return f"torch {text(theirs)}, minitorch_pt {text(ours)}"
    if expected["grad"] is False:
        wrong = apart(theirs.grad, ours.grad)
        return wrong and f"gradient: {wrong}"
    return ""


def logged(entry) -> object:
    return (
        [round(x, 3) if isinstance(x, float) else x for x in np.ravel(entry)]
        if isinstance(entry, (float, list))
        else text(entry)
    )


def disagreement(line: str, theirs: dict, ours: dict, counts: Counter) -> str | None:
    """Run a line under both packages: what differs then, or nothing; None where torch has no kernel, and the program ends."""
    expected, found = attempt(line, theirs), attempt(line, ours)
    counts["errors" if expected else "values"] += 1
    if kind(found) is kind(expected) is RuntimeError and "inplace operation" in str(expected):
        return None  # torch has given the gradients of some leaves before it refuses
    if expected and any(words in str(expected) for words in LEFT_OPEN):
        return None
    if expected:  # some have drawn numbers before they refuse
        attempt("torch.manual_seed(0)", theirs), attempt("torch.manual_seed(0)", ours)
    elif isinstance(found, NotImplementedError):
        return None  # torch looks at the type of what is not empty
    if expected and isinstance(found, NotImplementedError):
        return ""  # one of two errors
    if kind(expected) is not kind(found):
        return f"torch: {expected!r}, minitorch_pt: {found!r}"
    if text([logged(e) for e in theirs["log"]]) != text([logged(e) for e in ours["log"]]):
        return f"log: torch {theirs['log']}, minitorch_pt {ours['log']}"
    for name in [*tensors_of(theirs), *WATCHED]:
        one, other = eval(name, theirs), eval(name, ours)
        if isinstance(one, torch.Tensor) != isinstance(other, minitorch_pt.Tensor):
            return f"{name}: torch {one}, minitorch_pt {other}"
        if isinstance(one, torch.Tensor) and (wrong := apart(one, other)):
            return f"{name}: {wrong}"
        if not isinstance(one, torch.Tensor) and name in theirs:
            del theirs[name], ours[name]
    return ""


def difference(seed: int, counts: Counter) -> str:
    """The first difference of a random program, or nothing."""
    import copy

    generator = random.Random(seed)
    theirs, ours = ({"torch": package, "np": np, "copy": copy} for package in (torch, minitorch_pt))
    lines = [BEGIN]
    try:
        for _ in range(LINES):
            if lines[-1] is BEGIN:
                disagreement(BEGIN, theirs, ours, counts)
            lines.append(draw(generator, theirs))
            wrong = disagreement(lines[-1], theirs, ours, counts)
            if wrong:
                return "\n".join([*lines, wrong])
            if wrong is None:
                counts["skipped: no kernel in torch"] += 1
                break
    finally:
        for package in (torch, minitorch_pt):
            package.set_grad_enabled(True)
            package.set_default_dtype(package.float32)
            package.set_printoptions(profile="default")
    return ""


def run(seeds) -> None:
    counts: Counter = Counter()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        wrong = [found for found in (difference(seed, counts) for seed in seeds) if found]
    compared("programs", counts)
    assert not wrong, f"{len(wrong)} of {len(seeds)} programs differ; the shortest:\n" + min(wrong, key=len)
    assert counts["errors"] < counts["values"] / 2, counts


def test_a_sample_of_programs():
    run(range(100))


@pytest.mark.long
def test_many_programs():
    run(range(100, 6100))
