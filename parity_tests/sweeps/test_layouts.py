"""Where the elements of results lie in memory: every operation and module of torch's databases, its inputs laid out in every way.

Programs see it: `view` works on some layouts only, `*_like` and `clone` keep them, and random numbers fill memory in its order.

    python -m parity_tests.sweeps.test_layouts 'softmax*'      # what differs, input by input
"""

import collections
import inspect
import random
import sys
import warnings
from fnmatch import fnmatchcase

import numpy as np
import pytest
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import module_db

import minitorch_pt
from minitorch_pt.arrays import layouts
from minitorch_pt.autograd.graph import Kind
from minitorch_pt.ops import pathwise
from parity_tests.databases.modules import made_module
from parity_tests.databases.operations import ARBITRARY_PLACES, ARBITRARY_SIGNS, built, operation_name, rtol_of
from parity_tests.databases.outcomes import Outcome, both, noise_like, some, tensors_in
from parity_tests.databases.table import OutOfScope, table
from parity_tests.databases.twins import Converter, twin
from parity_tests.sweeps import accepted, compared


def permuted(t, order):
    """The same tensor whose memory runs along the axes in this order, the last one fastest."""
    back = [order.index(d) for d in range(t.ndim)]
    return t.permute(order).contiguous().permute(back)


def channels_last(t):
    return permuted(t, [0, *range(2, t.ndim), 1])


def expanded(t):
    """One slice, shown along the first axis that has several."""
    axis = next(d for d, n in enumerate(t.shape) if n > 1)
    return t.narrow(axis, 0, 1).clone().expand(t.shape)


def sliced(t):
    """Every second element of a longer last axis."""
    return torch.stack([t, t], -1).flatten(-2)[..., ::2]


LAYOUTS = {  # name -> (how, for tensors of at least so many axes)
    "contiguous": (torch.Tensor.contiguous, 0),
    "transposed": (lambda t: permuted(t, [*range(t.ndim - 2), t.ndim - 1, t.ndim - 2]), 2),
    "reversed": (lambda t: permuted(t, [*range(t.ndim)][::-1]), 2),
    "channels last": (channels_last, 3),
    "expanded": (expanded, 1),
    "sliced": (sliced, 1),
}
WHICH = {"all": lambda place: True, "first": lambda place: place == 0, "others": lambda place: place > 0}


def relaid(value, layout, which, seen):
    """`value` with its tensors laid out anew; `seen` collects those that changed."""
    if isinstance(value, torch.Tensor):
        if value.layout is not torch.strided or value.is_nested or value.is_quantized or value.is_complex():
            raise OutOfScope("complex, sparse, nested and quantized tensors")
        how, least = LAYOUTS[layout]
        place = seen["tensors"]
        seen["tensors"] += 1
        if not which(place) or value.ndim < least or not value.numel():
            return value
        if layout == "expanded" and max(value.shape) == 1:
            return value
        new = how(value.detach())
        seen["changed"] += new.stride() != value.stride()
        return new.requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {k: relaid(v, layout, which, seen) for k, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(relaid(v, layout, which, seen) for v in value)
    return value


def variants(parts):
    """(label, the same arguments) in all layouts; what changes nothing is left out."""
    for layout in LAYOUTS:
        for name, which in WHICH.items():
            seen = collections.Counter()
            new = relaid(parts, layout, which, seen)
            if layout == "contiguous" and name == "all":
                yield layout, new
            elif seen["changed"] and (name == "all" or seen["changed"] < seen["tensors"] > 1):
                yield f"{layout} {name}", new


def tensors(value, package):
    return tensors_in(value, package)


def steps(t):
    """The strides; of axes with less than two elements they say nothing, and `test_strides_of_small_axes` is about them."""
    return [s for s, n in zip(t.stride(), t.shape, strict=True) if n > 1] if t.numel() else []


def assert_same_layout(ours, theirs, offsets):
    """Strides, whether contiguous, and of views the offset."""
    for i, (a, b) in enumerate(zip(tensors(ours, minitorch_pt), tensors(theirs, torch), strict=True)):
        seen = offsets and b._is_view() and a._base is not None and b.numel() > 0
        mine, its = ((steps(t), t.is_contiguous(), t.storage_offset() if seen else None) for t in (a, b))
        assert mine == its, f"output {i} of {tuple(b.shape)}: strides, contiguous, offset {mine}, torch has {its}"


def assert_gradients_same_layout(results, leaves):
    """`.grad` of every leaf after backward."""
    pairs = [p for p in zip(*(tensors(r, p) for r, p in zip(results, (minitorch_pt, torch), strict=True)), strict=True)]
    pairs = [(a, b) for a, b in pairs if a.requires_grad and b.requires_grad]
    if not pairs:
        return
    seeds = noise_like([b for _, b in pairs], 16)
    try:
        torch.autograd.backward([b for _, b in pairs], [torch.from_numpy(s) for s in seeds])
    except (NotImplementedError, RuntimeError):
        return
    minitorch_pt.autograd.backward([a for a, _ in pairs], [minitorch_pt.from_numpy(s) for s in seeds])
    for i, (a, b) in enumerate(zip(*leaves, strict=True)):
        if a.grad is not None and b.grad is not None:
            assert steps(a.grad) == steps(b.grad), f"gradient {i}: strides {steps(a.grad)}, torch has {steps(b.grad)}"


def compare(outcome, program, rtol, values=True, offsets=False):
    """Values, layouts and layouts of gradients of `program(package, leaves)`."""
    leaves = {minitorch_pt: [], torch: []}
    results = both(outcome, lambda package: program(package, leaves[package]), rtol, values)
    if results is not None:
        assert_same_layout(*results, offsets)
        assert_gradients_same_layout(results, (leaves[minitorch_pt], leaves[torch]))


def by_name(function, args, kwargs):
    """All arguments as keywords: those of our function's own names."""
    names = [n for n, p in inspect.signature(function).parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD]
    if len(names) < len(args):
        raise OutOfScope("several arguments that have one name")
    return {**dict(zip(names, args, strict=False)), **kwargs}


DTYPES = ("float32", "float64", "int64", "bool")  # the first that torch takes: its float32 has kernels of its own
ARBITRARY = (*ARBITRARY_SIGNS, *ARBITRARY_PLACES)


def run_operation(entry, limit):
    name = operation_name(entry)
    outcome = Outcome("layout", name)
    types = [d for d in DTYPES if getattr(torch, d) in entry.supported_dtypes("cpu")]
    if not types:
        outcome.skipped["no type that both packages have"] += 1
        return outcome
    dtype = types[0]
    kind = getattr(torch, dtype)
    tracked = kind.is_floating_point and entry.supports_autograd and kind in entry.supported_backward_dtypes("cpu")
    values = name not in table().unstable and name not in ARBITRARY
    ours = twin(entry.op, entry.name)

    def run(parts, named):
        def program(package, leaves):
            convert = Converter(package)
            input, args, kwargs = convert(parts)
            if "out" in kwargs:
                raise OutOfScope("out=")
            package.manual_seed(0)
            leaves.extend(convert.leaves)
            function = entry.op if package is torch else ours
            return function(**by_name(ours, (input, *args), kwargs)) if named else function(input, *args, **kwargs)

        compare(outcome, program, rtol_of(name, dtype), values, offsets=True)

    def forms(label):
        # with names too where all is laid out anew; of several forms of one function torch gives each names of its own
        single = hasattr(ours, "desk") and not ours.desk.rest and "[" not in name and "split" not in name
        return (False, True) if single and label.endswith(" all") else (False,)

    for i, sample in some(entry.sample_inputs("cpu", kind, requires_grad=tracked), limit, name):
        try:
            for label, parts in variants((sample.input, sample.args, sample.kwargs)):
                for named in forms(label):
                    outcome.run(f"{i} {label}{' by name' * named}", lambda p=parts, n=named: run(p, n))
        except OutOfScope as reason:
            outcome.skipped[str(reason)] += 1
    return outcome


def run_module(info, limit):
    outcome = Outcome("layout", info.name)

    def run(sample, parts, named):
        def program(package, leaves):
            module = made_module(package, info.name, sample).to(package.float32)
            convert = Converter(package)
            args, kwargs = convert(parts)
            package.manual_seed(0)
            result = module(**by_name(module.forward, args, kwargs)) if named else module(*args, **kwargs)
            leaves.extend([*convert.leaves, *(p for p in module.parameters() if p.requires_grad)])
            return result

        compare(outcome, program, rtol_of(info.name, "float32"))

    inputs = info.module_inputs_func(info, device="cpu", dtype=torch.float32, requires_grad=True, training=True)
    for i, sample in some(inputs, limit, info.name):
        given = sample.forward_input
        try:
            for label, parts in variants((given.args, given.kwargs)):
                if info.name == "nn.CTCLoss" and label != "contiguous" and "first" not in label:
                    continue  # torch reads targets and lengths as if they were contiguous, and may crash
                for named in (False, True) if label.endswith(" all") else (False,):
                    outcome.run(f"{i} {label}{' by name' * named}", lambda s=sample, p=parts, n=named: run(s, p, n))
        except OutOfScope as reason:
            outcome.skipped[str(reason)] += 1
    return outcome


ENTRIES = {operation_name(e): (run_operation, e) for e in op_db if built(e)}
ENTRIES |= {info.name: (run_module, info) for info in module_db}
ENTRIES = {name: entry for name, entry in ENTRIES.items() if table().reason(name) is None}


DIFFERS = accepted("layouts")


def excused(name, label):
    """The line of the table that lets this input differ; None if there is none."""
    return next((p for p in DIFFERS if fnmatchcase(f"{name}: {label}", p)), None)


def sweep(limit, part=slice(None)):
    """All entries, `limit` inputs of each in all layouts: what differs without a reason, the lines of the table that were used, counts."""
    wrong, used, counts = [], set(), collections.Counter()
    for name, (run, entry) in [*ENTRIES.items()][part]:
        outcome = run(entry, limit)
        counts.update(compared=outcome.inputs, **{f"skipped: {why}": n for why, n in outcome.skipped.items()})
        for label, text in outcome.failures.items():
            line = excused(name, label)
            used.add(line)
            if line is None:
                wrong.append(f"{name}: {label}: {text}")
    compared("layouts", counts)
    skipped = counts.total() - counts["compared"]
    assert skipped <= 0.02 * counts["compared"], f"{skipped} skipped: {counts}"
    assert not wrong, f"{len(wrong)} of {counts['compared']} differ:\n" + "\n".join(wrong[:40])
    return used


@pytest.mark.parametrize("part", range(4))
def test_results_lie_in_memory_as_torchs(part):
    sweep(1, slice(part, None, 4))


@pytest.mark.long
def test_results_lie_in_memory_as_torchs_whole():
    unused = DIFFERS.keys() - sweep(None)
    assert not unused, f"differences.toml lists what does not differ: {unused}"


FILLS = {
    **{f"{name}_": lambda p, x, name=name: getattr(x, name + "_")() for name in ("uniform", "normal", "exponential", "cauchy", "log_normal", "random")},
    "bernoulli_": lambda p, x: x.bernoulli_(0.3),
    "bernoulli_ of tensors": lambda p, x: x.bernoulli_(p.linspace(0, 1, x.shape[-1])),
    "geometric_": lambda p, x: x.geometric_(0.3),
    "rand_like": lambda p, x: p.rand_like(x),
    "randn_like": lambda p, x: p.randn_like(x),
    "randint_like": lambda p, x: p.randint_like(x, 0, 100),
    **{name: lambda p, x, name=name: getattr(p.nn.functional, name)(x, 0.4) for name in ("dropout", "dropout2d", "alpha_dropout", "feature_alpha_dropout")},
    "dropout in place": lambda p, x: p.nn.functional.dropout(x, 0.4, inplace=True),
    "rrelu": lambda p, x: p.nn.functional.rrelu(-x, training=True),
    "bernoulli": lambda p, x: p.bernoulli(x / 2),
    "poisson": lambda p, x: p.poisson(x),
    "binomial": lambda p, x: p.binomial(9 * x, x / 2),
    "normal of means": lambda p, x: p.normal(x, 1.0),
    "normal of both": lambda p, x: p.normal(x, p.ones(x.shape)),
    "multinomial": lambda p, x: p.multinomial(x.reshape(-1, x.shape[-1]), 2),
    "gumbel_softmax": lambda p, x: p.nn.functional.gumbel_softmax(x, dim=-1),
    "xavier_uniform_": lambda p, x: p.nn.init.xavier_uniform_(x),
    "kaiming_normal_": lambda p, x: p.nn.init.kaiming_normal_(x),
    "trunc_normal_": lambda p, x: p.nn.init.trunc_normal_(x),
}  # fmt: skip
BASES = {  # of ones: of shapes (3, 4) to (2, 3, 4, 5)
    "contiguous": lambda p, s: p.ones(s),
    "reversed": lambda p, s: p.ones(s[::-1]).permute(tuple(range(len(s)))[::-1]),
    "transposed": lambda p, s: p.ones((*s[:-2], s[-1], s[-2])).transpose(-1, -2),
    "sliced": lambda p, s: p.ones((*s[:-1], 2 * s[-1]))[..., ::2],
    "sliced and transposed": lambda p, s: p.ones((*s[:-2], 2 * s[-1], s[-2]))[..., ::2, :].transpose(-1, -2),
    "expanded": lambda p, s: p.ones((1, *s[1:])).expand(s),
}


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("fill", FILLS)
def test_random_numbers_fill_memory_in_torchs_order(fill, base):
    for shape in ((3, 4), (5, 6), (2, 3, 4), (2, 3, 4, 5)):

        def program(package, leaves, shape=shape):
            package.manual_seed(3)
            return FILLS[fill](package, BASES[base](package, shape))

        compare(Outcome("fill", fill), program, 2e-6)


def test_einsum_lies_in_memory_as_torchs():
    """Random products of two tensors: torch's are matrix products or elementwise, permuted."""
    draw, sizes = random.Random(0), dict(zip("abcde", range(2, 7), strict=True))
    for _ in range(500):
        terms = ["".join(draw.sample("abcde", draw.randint(1, 4))) for _ in range(2)]
        letters = sorted({*terms[0], *terms[1]})
        equation = ",".join(terms) + "->" + "".join(draw.sample(letters, draw.randint(0, len(letters))))
        arrays = [np.ones([sizes[c] for c in term], order=draw.choice("CF")) for term in terms]
        ours = minitorch_pt.einsum(equation, *map(minitorch_pt.from_numpy, arrays))
        theirs = torch.einsum(equation, *map(torch.from_numpy, arrays))
        assert ours.stride() == theirs.stride(), equation


ELEMENTWISE = {
    **{name: lambda p, a, b, c, name=name: getattr(p, name)(a, b, c) for name in ("addcmul", "addcdiv", "lerp", "clamp")},
    **{name: lambda p, a, b, c, name=name: getattr(p, name)(a, b) for name in ("add", "maximum", "gt", "pow", "atan2", "remainder")},
    "where": lambda p, a, b, c: p.where(a > 0, b, c),
    "masked_fill": lambda p, a, b, c: a.masked_fill(b > 0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_operands_that_each_lie_in_another_order(name):
    """The first one that torch looks at decides, which is not always the first argument."""

    def strides(package, seed):
        draw = random.Random(seed)
        shape = [draw.randint(2, 4) for _ in range(draw.randint(2, 4))]
        orders = [draw.sample(range(len(shape)), len(shape)) for _ in range(3)]
        operands = [
            package.ones([shape[d] for d in order]).permute([order.index(d) for d in range(len(shape))])
            for order in orders
        ]
        return ELEMENTWISE[name](package, *operands).stride()

    for seed in range(100):
        assert strides(minitorch_pt, seed) == strides(torch, seed), seed


SMALL = """
    empty(0, 3)  zeros(2, 0, 3)  ones(3, 1)  ones(1, 3).t()  ones(3)[:, None]  ones(3)[None]  ones(2, 3).unsqueeze(0)  ones(2, 3).unsqueeze(1)
    ones(2, 3).unsqueeze(-1)  ones(2, 3)[0:0]  ones(2, 3)[:, 0:0]  ones(2, 3)[:1]  ones(2, 3)[:, :1]  ones(2, 3).t().sum(0, keepdim=True)
    ones(2, 3).sum(1, keepdim=True)  ones(2, 3).t().mean(1, keepdim=True)  ones(2, 3).t().amax(0, keepdim=True)  ones(2, 1, 3).squeeze()
    ones(3, 2, 1).permute(2, 0, 1).squeeze(1)  ones(1, 1, 3).reshape(3, 1)  ones(1, 3).t().relu()
    ones(0, 3).exp()  ones(0, 3)+1  ones(0, 3)@ones(3,0)  ones(1, 3).expand(2, 3)  ones(3).expand(1, 3)
    ones(2, 1).t().softmax(0)  ones(2, 3).narrow(0, 1, 1)  ones(4, 3).split(1)[2]  ones(1, 3).flatten()  tensor(1.)[None, None]
    cat([ones(1, 2)])  stack([ones(2)])  ones(3, 2).view(3, 1, 2)  ones(3, 2).T.view(2, 1, 3)  ones(2, 3).diagonal()  ones(1, 2, 3).movedim(0, 2)
    ones(0, 3)[None]  ones(2, 0)[:, None]  ones(3, 0, 2)[:, None]  ones(4, 6)[::2, ::3][:, :1]+ones(2, 0)
    (ones(2, 3, dtype=int16).t()[..., None]*0.5).squeeze()  ones(2, 3, dtype=int16).t()[:, None].sqrt().squeeze()
"""


@pytest.mark.parametrize("text", [t.strip() for line in SMALL.splitlines() for t in line.split("  ") if t.strip()])
def test_strides_of_small_axes(text):
    """Axes of size 0 and 1, whose strides NumPy chooses otherwise. What is contiguous is not looked at further: where torch reports (1, 3)
    for ones(1, 3).t() + 1, we report (1, 1)."""
    ours, theirs = (eval(text, dict(vars(p))) for p in (minitorch_pt, torch))
    assert (ours.stride(), ours.is_contiguous()) == (theirs.stride(), theirs.is_contiguous())


PLACES = (":", ":, 1:3", ":, 2:", "::2", ":, ::2", ":, :, None", "0", ":, 4:")
BYTES = ("bool", "uint8", "int16", "float16", "int32", "float32", "int64", "float64")


@pytest.mark.parametrize("dtype", BYTES)
@pytest.mark.parametrize("part", PLACES)
def test_bytes_of_a_part_are_its_bytes(part, dtype):
    """view(dtype) of parts, of what is expanded and transposed: where it lies, and what is written through it."""

    def facts(package, other, how):
        whole = package.arange(16).to(getattr(package, dtype)).reshape(2, 8)
        seen = eval(f"whole[{part}]{how}")
        try:
            view = seen.view(getattr(package, other))
        except RuntimeError:
            return "refused"
        if ".expand" not in how:
            view.zero_()
        shared = view.untyped_storage().data_ptr() == whole.untyped_storage().data_ptr()
        return tuple(view.shape), steps(view), view.storage_offset(), shared, whole.tolist()

    for other in BYTES:
        for how in ("", ".transpose(0, -1)", f".expand(3, *whole[{part}].shape)"):
            assert facts(minitorch_pt, other, how) == facts(torch, other, how), (other, how)


COPIES = (
    "tensor({})",
    "tensor({}, dtype=torch.float64)",
    "ones(1).new_tensor({})",
    "{}.clone()",
    "2.0**{}",
    "pow(2, {})",
    "float_power(2, {})",
)


@pytest.mark.parametrize("copy", COPIES)
def test_copies_of_what_is_not_dense(copy):
    arrays = ("{}.expand(3, 2, 4).numpy()", "{}.t().numpy()") if "tensor" in copy else ()
    for source in ("{}.t()", "{}.expand(3, 2, 4)", "{}.t().expand(3, 4, 2)", "{}[:, ::2].t()", *arrays):

        def strides(package, text=source):
            made = text.format("arange(8.0).reshape(2, 4)")
            return eval(copy.format(made), {**vars(package), "torch": package}).stride()

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert strides(minitorch_pt) == strides(torch), source


IMAGE = "ones(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)"


@pytest.mark.parametrize("image", [IMAGE, f"{IMAGE}.contiguous()", f"{IMAGE}.transpose(0, 1)", f"{IMAGE}[0]"])
def test_rolled_images(image):
    def strides(package):
        x = eval(image, {**vars(package), "torch": package})
        return [x.roll(*by).stride() for by in ((1,), (1, 1), ((1, 2), (0, 2)), (1, -1))]

    assert strides(minitorch_pt) == strides(torch)


def test_every_kind_of_layout_names_a_rule():
    places = [m for name, m in sys.modules.items() if name.startswith("minitorch_pt.")]
    things = [x for place in (*places, pathwise) for x in vars(place).values()]
    things += [x for t in things if type(t) is tuple for x in t]
    kinds = [x.kind for x in things if isinstance(getattr(x, "kind", None), Kind)]
    assert not layouts.KINDS.keys() - {kind.rule.__name__ for kind in kinds if kind.rule is not None}


if __name__ == "__main__":
    total = collections.Counter()
    for name, (run, entry) in ENTRIES.items():
        if any(fnmatchcase(name, pattern) for pattern in sys.argv[1:] or ["*"]):
            outcome = run(entry, 6)
            total += collections.Counter(
                entries=1, inputs=outcome.inputs, failures=len(outcome.failures), bad=bool(outcome.failures)
            )
            total += outcome.skipped
            if outcome.failures:
                print(f"{name}: {len(outcome.failures)} of {outcome.inputs} inputs differ", flush=True)
                print(*(f"    {label}: {text}" for label, text in outcome.failures.items()), sep="\n")
    print(total)
