"""Module: registration, state_dict, hooks, conversion, walking the tree: the same answers and errors as torch's."""

from __future__ import annotations

import copy
import importlib
import inspect

import pytest

from parity_tests.oracle import same_program


def net(package):
    """Two levels, a buffer, a shared layer."""
    package.manual_seed(0)
    nn = package.nn
    made = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Sequential(nn.Linear(3, 2), nn.ReLU()))
    made.add_module("again", made[0])
    return made


def refusal(module, state: dict) -> list[str]:
    """The lines of load_state_dict's message."""
    with pytest.raises(RuntimeError) as caught:
        module.load_state_dict(state)
    return str(caught.value).splitlines()


ITERATORS = [f"{named}{what}" for named in ("", "named_") for what in ("parameters", "buffers", "children", "modules")]
WALKS = {
    "named_modules": lambda m: [n for n, _ in m.named_modules()],
    "named_modules twice": lambda m: [n for n, _ in m.named_modules(prefix="p", remove_duplicate=False)],
    "modules": lambda m: [type(x).__name__ for x in m.modules()],
    "named_children": lambda m: [n for n, _ in m.named_children()],
    "children": lambda m: [type(x).__name__ for x in m.children()],
    "named_parameters": lambda m: list(m.named_parameters()),
    "named_parameters not below": lambda m: list(m[0].named_parameters("p", recurse=False)),
    "named_parameters twice": lambda m: [n for n, _ in m.named_parameters(remove_duplicate=False)],
    "parameters": lambda m: list(m.parameters()),
    "named_buffers": lambda m: list(m.named_buffers()),
    "buffers": lambda m: list(m.buffers()),
    "what is printed of a walk": lambda m: [str(getattr(m, name)()).partition(" at ")[0] for name in ITERATORS],
    "get_submodule": lambda m: repr(m.get_submodule("2.0")),
    "get_submodule missing": lambda m: m.get_submodule("2.7"),
    "get_parameter": lambda m: m.get_parameter("2.0.bias"),
    "get_parameter of a buffer": lambda m: m.get_parameter("1.running_mean"),
    "get_buffer": lambda m: m.get_buffer("1.running_var"),
    "get_buffer missing": lambda m: m.get_buffer("1.none"),
    "state_dict": lambda m: dict(m.state_dict()),
    "state_dict prefix": lambda m: list(m.state_dict(prefix="p.")),
    "load": lambda m: repr(m.load_state_dict(copy.deepcopy(m.state_dict()))),
    "load too little": lambda m: m.load_state_dict({}),
    "load what is not there": lambda m: refusal(m, {"x": m[0].bias})[1:],
    "load what is there": lambda m: list(m.load_state_dict({"x": m[0].bias}, strict=False)),
    "load no dictionary": lambda m: m.load_state_dict([1]),
    "load another shape": lambda m: m.load_state_dict({"0.bias": m[0].weight}, strict=False),
    "eval": lambda m: [x.training for x in m.eval().modules()],
    "train": lambda m: [x.training for x in m.train(False).modules()],
    "train by a number": lambda m: m.train(3),
    "requires_grad_": lambda m: [p.requires_grad for p in m.requires_grad_(False).parameters()],
    "double": lambda m: dict(m.double().state_dict()),
    "half": lambda m: dict(m.half().state_dict()),
    "float": lambda m: dict(m.double().float().state_dict()),
    "deepcopy": lambda m: [repr(copy.deepcopy(m)), dict(copy.deepcopy(m).state_dict())],
    "apply": lambda m: repr(m.apply(lambda x: x.train(False))),
    "attribute missing": lambda m: m.nothing,
    "add a number": lambda m: m.add_module("n", 3),
    "add a name with a dot": lambda m: m.add_module("a.b", m[0]),
    "register a number": lambda m: m.register_parameter("n", 3),
    "register a taken name": lambda m: m.register_parameter("training", None),
    "buffer of a number": lambda m: m.register_buffer("n", 3),
    "assign a number": lambda m: setattr(m[0], "weight", 3),
    "register_module": lambda m: [m.register_module("last", m[2]), repr(m)],
    "extra_repr": lambda m: [m.extra_repr(), m[0].extra_repr(), m[1].extra_repr()],
    "set_submodule": lambda m: [m.set_submodule("2.1", m[0]), repr(m)],
    "set_submodule new": lambda m: [m.set_submodule("2.7", m[0]), repr(m)],
    "set_submodule new, strict": lambda m: m.set_submodule("2.7", m[0], strict=True),
    "set_submodule below nothing": lambda m: m.set_submodule("7.1", m[0]),
    "set_submodule without a name": lambda m: m.set_submodule("", m[0]),
    "set_submodule to a number": lambda m: m.set_submodule("2.1", 3),
    "set_submodule below a parameter": lambda m: m.set_submodule("0.bias.x", m[0]),
    "get_extra_state of none": lambda m: m.get_extra_state(),
    "set_extra_state of none": lambda m: m.set_extra_state(1),
}


def test_a_module_without_options_takes_none():
    same_program(lambda t: t.nn.Tanh(3))
    same_program(lambda t: t.nn.Tanh(inplace=True))
    for kind in ("Tanh", "Sigmoid", "Softsign", "Tanhshrink", "LogSigmoid", "Softmax2d", "Module"):
        same_program(
            lambda t, kind=kind: [p.kind.name for p in inspect.signature(getattr(t.nn, kind)).parameters.values()]
        )


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_walks(walk):
    same_program(lambda package: walk(net(package)))


def test_hooks_in_order():
    def program(package):
        layer, seen = package.nn.Linear(2, 2), []
        handles = [
            layer.register_forward_pre_hook(lambda m, args: seen.append("pre")),
            layer.register_forward_hook(lambda m, args, out: seen.append("forward")),
            layer.register_forward_hook(lambda m, args, out: seen.append("first"), prepend=True),
            layer.register_full_backward_pre_hook(lambda m, g: seen.append("backward pre")),
            layer.register_full_backward_hook(lambda m, gi, go: seen.append("backward")),
        ]
        layer(package.ones(1, 2, requires_grad=True)).sum().backward()
        for handle in handles:
            handle.remove()
        layer(package.ones(1, 2))
        return seen

    same_program(program)


def doubled(m, args, out=None):
    return out * 2 if out is not None else args[0] * 2


HOOKS = {
    "pre returns a tensor": lambda m, x, t: (m.register_forward_pre_hook(doubled), m(x))[1],
    "pre with keywords": lambda m, x, t: (m.register_forward_pre_hook(lambda m, a, k: (a, {**k}), with_kwargs=True), m(x))[1],
    "pre with keywords, wrong": lambda m, x, t: (m.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True), m(x))[1],
    "forward returns": lambda m, x, t: (m.register_forward_hook(doubled), m(x))[1],
    "forward with keywords": lambda m, x, t: (m.register_forward_hook(lambda m, a, k, out: out + len(k), with_kwargs=True), m(x))[1],
    "backward returns": lambda m, x, t: (m.register_full_backward_hook(lambda m, gi, go: (gi[0] * 3,)), m(x))[1],
    "backward returns a tensor": lambda m, x, t: (m.register_full_backward_hook(lambda m, gi, go: gi[0] * 3), m(x))[1],
    "backward returns too much": lambda m, x, t: (m.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0])), m(x))[1],
    "backward pre returns": lambda m, x, t: (m.register_full_backward_pre_hook(lambda m, go: go[0] * 3), m(x))[1],
    "backward pre returns a tuple": lambda m, x, t: (m.register_full_backward_pre_hook(lambda m, go: (go[0] * 3,)), m(x))[1],
}  # fmt: skip


@pytest.mark.parametrize("act", HOOKS.values(), ids=HOOKS)
def test_hooks_may_change_what_they_see(act):
    def program(t):
        t.manual_seed(0)
        layer, x = t.nn.Linear(2, 2), t.ones(3, 2, requires_grad=True)
        y = act(layer, x, t)
        (y * y).sum().backward()
        return [y.detach(), x.grad, layer.weight.grad]

    same_program(program)


def test_backward_hook_without_a_gradient_of_the_input():
    def program(t):
        layer, seen = t.nn.Linear(2, 2), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append([gi, go]))
        with pytest.warns(UserWarning, match="no inputs require gradients"):
            layer(t.ones(3, 2)).sum().backward()
        return seen

    same_program(program)


def test_hooks_without_any_gradient():
    def program(t):
        layer, seen = t.nn.Linear(2, 2).requires_grad_(False), []
        layer.register_full_backward_hook(lambda m, gi, go: seen.append(1))
        return [layer(t.ones(1, 2)).requires_grad, seen]

    same_program(program)


def test_a_hook_that_is_always_called():
    def program(t):
        layer, seen = t.nn.Linear(2, 2), []
        layer.register_forward_hook(lambda m, a, out: seen.append(out is None), always_call=True)
        layer.register_forward_hook(lambda m, a, k, out: seen.append(len(k)), always_call=True, with_kwargs=True)
        try:
            layer(t.ones(1, 3))
        except RuntimeError:
            seen.append("raised")
        return seen

    same_program(program)


def test_state_dict_hooks():
    def program(t):
        layer, seen = t.nn.Sequential(t.nn.Linear(2, 2)), []
        layer.register_state_dict_pre_hook(lambda m, prefix, keep: seen.append(["pre", prefix, keep]))
        layer.register_state_dict_post_hook(lambda m, state, prefix, meta: state.pop("0.bias") and None)
        layer.register_load_state_dict_pre_hook(
            lambda m, state, prefix, meta, strict, *rest: seen.append([prefix, strict])
        )
        layer.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
        state = layer.state_dict()
        return [list(state), repr(layer.load_state_dict(state)), seen]

    same_program(program)


def test_the_tables_hold_the_hooks_themselves():
    """As programs read them: of a pruned layer, to find which hook prunes what."""

    def program(t):
        layer, seen = t.nn.Linear(2, 2), []
        hook = max
        handles = [
            layer.register_forward_hook(hook),
            layer.register_forward_hook(hook, prepend=True, with_kwargs=True, always_call=True),
            layer.register_forward_pre_hook(hook, with_kwargs=True),
            layer.register_full_backward_hook(hook),
            layer.register_full_backward_pre_hook(hook),
            layer.register_state_dict_pre_hook(hook),
        ]
        names = [n for n in vars(layer) if n.endswith(("_hooks", "_with_kwargs", "_always_called"))]
        for _ in range(2):
            seen.append([(name, list(table.values())) for name in sorted(names) if (table := getattr(layer, name))])
            seen.append([type(table).__name__ for table in (layer._forward_hooks, layer._state_dict_hooks)])
            for handle in handles:
                handle.remove()
        return seen

    same_program(program)


def test_hooks_of_a_whole_module_that_was_saved(tmp_path):
    def program(t):
        prune = importlib.import_module(f"{t.__name__}.nn.utils.prune")
        layer = prune.identity(t.nn.Linear(2, 2), "weight")
        t.save(layer, tmp_path / "layer.pt")
        again = t.load(tmp_path / "layer.pt", weights_only=False)
        with t.no_grad():
            again.weight_mask.zero_(), again.bias.zero_()
        return again(t.ones(1, 2)), list(again._forward_pre_hooks)[0] == list(layer._forward_pre_hooks)[0]

    same_program(program)


class Bare:
    """A module that forgot super().__init__()."""

    def __init__(self):
        pass


def bare(t):
    return type("Bare", (Bare, t.nn.Module), {})()


CASES = {
    "parameter before init": lambda t: setattr(bare(t), "p", t.nn.Parameter(t.ones(1))),
    "module before init": lambda t: setattr(bare(t), "m", t.nn.ReLU()),
    "buffer before init": lambda t: bare(t).register_buffer("b", t.ones(1)),
    "forward missing": lambda t: t.nn.Module()(1),
    "empty name": lambda t: t.nn.Module().register_parameter("", None),
    "name is a number": lambda t: t.nn.Module().register_parameter(3, None),
    "parameter of a graph": lambda t: t.nn.Module().register_parameter("p", t.nn.Parameter(t.ones(1)) * 2),
    "delete a parameter": lambda t: (lambda m: (delattr(m, "bias"), list(m.state_dict())))(t.nn.Linear(2, 2)),
    "delete what is not there": lambda t: delattr(t.nn.Linear(2, 2), "nothing"),
    "dir": lambda t: [n in dir(t.nn.Linear(2, 2)) for n in ("weight", "forward", "nothing")],
    "set a parameter to None": lambda t: (lambda m: (setattr(m, "bias", None), repr(m), list(m.state_dict())))(t.nn.Linear(2, 2)),
    "set a buffer": lambda t: (lambda m: (setattr(m, "running_mean", t.ones(2)), dict(m.state_dict())))(t.nn.BatchNorm1d(2)),
    "set a buffer to a number": lambda t: setattr(t.nn.BatchNorm1d(2), "running_mean", 3),
    "set a child to a number": lambda t: setattr(t.nn.Sequential(t.nn.ReLU()), "0", 3),
    "a Buffer": lambda t: (lambda m: (setattr(m, "b", t.nn.Buffer(t.ones(2))), list(m.state_dict())))(t.nn.Module()),
    "a Buffer that is not saved": lambda t: (lambda m: (setattr(m, "b", t.nn.Buffer(t.ones(2), persistent=False)), list(m.state_dict()), [n for n, _ in m.named_buffers()]))(t.nn.Module()),
    "to a dtype": lambda t: [p.dtype for p in t.nn.Linear(2, 2).to(t.float64).parameters()],
    "to a tensor's": lambda t: [p.dtype for p in t.nn.Linear(2, 2).to(t.ones(1, dtype=t.float16)).parameters()],
    "to a device and dtype": lambda t: [p.dtype for p in t.nn.Linear(2, 2).to("cpu", t.float64).parameters()],
    "to keywords": lambda t: [p.dtype for p in t.nn.Linear(2, 2).to(device="cpu", dtype=t.float64).parameters()],
    "to whole numbers": lambda t: t.nn.Linear(2, 2).to(t.int64),
    "type": lambda t: [p.dtype for p in t.nn.Linear(2, 2).type(t.float64).parameters()],
    "cpu": lambda t: repr(t.nn.Linear(2, 2).cpu()),
    "zero_grad": lambda t: (lambda m: (m(t.ones(1, 2)).sum().backward(), m.zero_grad(), m.weight.grad, m(t.ones(1, 2)).sum().backward(), m.zero_grad(set_to_none=False), m.weight.grad))(t.nn.Linear(2, 2)),
    "assign": lambda t: (lambda m, s: (repr(m.load_state_dict(s, assign=True)), m.weight.dtype))(t.nn.Linear(2, 2), t.nn.Linear(2, 2).double().state_dict()),
    "repr of nested text": lambda t: repr(t.nn.Sequential(t.nn.Sequential(t.nn.Linear(2, 2), t.nn.Identity()), t.nn.Module())),
}  # fmt: skip


@pytest.mark.parametrize("act", CASES.values(), ids=CASES)
def test_cases(act):
    same_program(act)


def test_extra_state():
    def program(package):
        class Counter(package.nn.Module):
            count = 0

            def get_extra_state(self):
                return {"count": self.count}

            def set_extra_state(self, state):
                self.count = state["count"]

        one, two = package.nn.Sequential(Counter()), package.nn.Sequential(Counter())
        one[0].count = 5
        two.load_state_dict(one.state_dict())
        plain = package.nn.Sequential(package.nn.ReLU())
        return [
            dict(one.state_dict()),
            two[0].count,
            plain.load_state_dict(one.state_dict(), strict=False).unexpected_keys,
            two.load_state_dict({}, strict=False).missing_keys,
        ]

    same_program(program)


@pytest.mark.parametrize("key", ["weight.deeper", "child.weight", "other", "other.weight", "_extra_state"])
def test_names_that_a_module_does_not_have(key):
    def program(t):
        module = t.nn.Linear(2, 1)
        module.register_module("child", None)
        return list(module.load_state_dict({**module.state_dict(), key: t.zeros(1)}, strict=False).unexpected_keys)

    same_program(program)


def test_ways_of_conversion():
    def program(t):
        future, told = t.__future__, []
        for overwrite, swap in ((False, False), (True, False), (False, True), (True, True)):
            future.set_overwrite_module_params_on_conversion(overwrite)
            future.set_swap_module_params_on_conversion(swap)
            try:
                layer = t.nn.Linear(2, 2)
                before = layer.weight
                layer.double()
                told.append(
                    (
                        layer.weight is before,
                        before.dtype,
                        layer.weight.dtype,
                        future.get_swap_module_params_on_conversion(),
                    )
                )
            finally:
                future.set_overwrite_module_params_on_conversion(False)
                future.set_swap_module_params_on_conversion(False)
        empty = t.nn.Linear(2, 3).to_empty(device="cpu")
        one, other = t.nn.Parameter(t.ones(2)), t.zeros(3)
        one.name_of_mine = "one"
        t.utils.swap_tensors(one, other)
        return (
            told[0::2],
            empty.weight.shape,
            one,
            other,
            type(one).__name__,
            other.name_of_mine,
            isinstance(other, t.nn.Parameter),
        )

    same_program(program)


def test_texts_of_what_is_refused():
    def told(t, call):
        try:
            return call(t)
        except Exception as error:
            return type(error), str(error).splitlines()[0]

    def before_init(kind):
        def call(t):
            class Net(t.nn.Module):
                def __init__(self):
                    kind(self, t)

            Net()

        return call

    def program(t):
        relu = t.nn.Sequential(t.nn.ReLU())
        calls = [
            lambda t: setattr(t.nn.Linear(2, 2), "weight", t.ones(2)), lambda t: setattr(t.nn.Linear(2, 2), "bias", 3),
            lambda t: setattr(t.nn.BatchNorm1d(2), "running_mean", 3), lambda t: setattr(relu, "0", t.ones(1)),
        ]  # fmt: skip
        starts = [
            before_init(lambda m, t: m.register_buffer("b", t.ones(1))), before_init(lambda m, t: setattr(m, "p", t.nn.Parameter(t.ones(1)))),
            before_init(lambda m, t: setattr(m, "m", t.nn.ReLU())),
        ]  # fmt: skip
        whole = [told(t, call) for call in calls]
        return whole, [(kind, text.split(" call")[0]) for kind, text in (told(t, call) for call in starts)]

    same_program(program)


def test_what_programs_import_by_torchs_inner_names():
    def program(t):
        module, transformer = (
            importlib.import_module(f"{t.__name__}.nn.modules.{n}") for n in ("module", "transformer")
        )

        class Told(t.nn.Module):
            def extra_repr(self):
                return "first\n\n  \nlast"

        copies = transformer._get_clones(t.nn.Linear(2, 1), 2)
        return [
            module._addindent("a\nb\n\n  c", 4), module._addindent("a", 2), str(t.nn.Sequential(t.nn.Sequential(Told()))), str(copies),
            transformer._get_activation_fn("relu") is t.nn.functional.relu, transformer._get_activation_fn("gelu") is t.nn.functional.gelu,
        ]  # fmt: skip

    same_program(program)
