"""Files that an earlier version wrote still load: what a pickle calls a class stays its name, wherever the class moves.

`parity_tests/data/pickled.pkl.gz` (plain pickle) and `saved.pt.gz` (torch.save) were written by version 0.1.0, when classes still went by
the names of their files (`minitorch_pt.tensor.Tensor`), from `things()` and `by_name()` below.
"""

from __future__ import annotations

import functools
import gzip
import importlib
import inspect
import io
import pickle
from collections import OrderedDict
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import minitorch_pt as torch
from minitorch_pt import distributions, nn, optim
from minitorch_pt.optim import lr_scheduler
from minitorch_pt.storage import storagetype
from minitorch_pt.utils import data

DATA = Path(__file__).parent / "data"
DOORS = (
    "", "autograd", "autograd.functional", "distributions", "distributions.constraints", "distributions.transforms", "linalg", "nn", "nn.functional", "nn.init",
    "nn.utils", "nn.utils.parametrizations", "nn.utils.rnn", "optim", "optim.lr_scheduler", "optim.swa_utils", "special", "testing", "utils.data",
)  # fmt: skip


def trained() -> dict[str, Any]:
    """A model after three steps, with what trained it."""
    torch.manual_seed(0)
    model = nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(1, 2, 3),
            norm=nn.BatchNorm2d(2),
            relu=nn.ReLU(inplace=False),
            pool=nn.MaxPool2d(2),
            flat=nn.Flatten(),
            drop=nn.Dropout(0.2),
            head=nn.Linear(8, 3),
        )
    )
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    scheduler = lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2), lr_scheduler.StepLR(optimizer, 2)],
        milestones=[2],
    )
    for _ in range(3):
        optimizer.zero_grad()
        nn.CrossEntropyLoss()(model(torch.randn(4, 1, 6, 6)), torch.tensor([0, 1, 2, 0])).backward()
        optimizer.step()
        scheduler.step()
    return {"model": model, "optimizer": optimizer, "scheduler": scheduler, "state": model.state_dict()}


def things() -> dict[str, Any]:
    """What a program may keep in a file."""
    x = torch.arange(6.0).reshape(2, 3)
    rows = data.TensorDataset(x, torch.tensor([0, 1]))
    weight = nn.Parameter(torch.ones(2, 2))
    for kind in (optim.SGD, optim.AdamW, optim.RMSprop, optim.Muon, optim.Adafactor):
        optimizer = kind([weight], lr=0.1)
        weight.grad = torch.ones(2, 2)
        optimizer.step()
    return {
        **trained(),
        "tensors": [x, x.T, x[0], x.requires_grad_(), torch.tensor(True), torch.tensor([], dtype=torch.int64)],
        "parameters": [nn.Parameter(torch.ones(2)), nn.Buffer(torch.zeros(2)), nn.LazyLinear(3)],
        "facts": [torch.Size([2, 3]), torch.float16, torch.device("cpu"), torch.max(torch.ones(2, 2), 0)],
        "attention": nn.TransformerEncoderLayer(4, 2, 8, batch_first=True).eval(),
        "recurrent": nn.LSTM(2, 3, num_layers=2),
        "optimizer of half a step": optimizer,
        "plateau": lr_scheduler.ReduceLROnPlateau(optimizer, patience=3),
        "loader": data.DataLoader(data.ConcatDataset([rows, data.Subset(rows, [1])]), batch_size=2),
        "distributions": [distributions.Normal(0.0, 1.0), distributions.Categorical(logits=torch.zeros(3))],
        "transform": distributions.AffineTransform(1.0, 2.0),
        "functions": [torch.exp, nn.functional.gelu, torch.einsum],
        "partial": functools.partial(nn.functional.softmax, dim=1),
    }


def by_name() -> dict[str, Any]:
    """Every public class and function, which a pickle holds by its name alone."""
    found = {}
    for door in DOORS:
        module = importlib.import_module(f"minitorch_pt.{door}".rstrip("."))
        for name in dir(module):
            thing = getattr(module, name)
            if isinstance(thing, (type, FunctionType)) and (getattr(thing, "__module__", None) or "").startswith(
                "minitorch_pt"
            ):
                found[f"{door}.{name}"] = thing
    return found


def opened(name: str) -> dict[str, Any]:
    """An old file's things, and the classes and functions that it names."""
    text = gzip.decompress((DATA / name).read_bytes())
    return pickle.loads(text) if ".pkl" in name else torch.load(io.BytesIO(text), weights_only=False)


TRAINED = ("model", "optimizer", "scheduler", "state")  # the last digits of a training depend on the order of its sums


def state(thing: Any) -> Any:
    """What a thing holds, without what is new at each making: addresses and the memory of tensors."""
    if isinstance(thing, torch.Tensor) and not nn.modules.lazy.is_lazy(thing):
        return type(thing), thing.dtype, thing.requires_grad, thing.tolist()
    if isinstance(thing, dict):
        return {k if isinstance(k, (str, int)) else str(i): state(v) for i, (k, v) in enumerate(thing.items())}
    if isinstance(thing, (list, tuple)):
        return type(thing), [state(v) for v in thing]
    if isinstance(thing, (nn.Module, optim.Optimizer)):
        return repr(thing), state(thing.state_dict())
    if isinstance(thing, data.DataLoader):
        return [state(batch) for batch in thing]
    if isinstance(thing, lr_scheduler.LRScheduler):
        return type(thing), {k: state(v) for k, v in vars(thing).items() if not callable(v)}
    if isinstance(thing, distributions.Distribution):
        return repr(thing), repr(thing.mean), repr(thing.variance)
    return repr(thing)


def shaped(found: Any) -> Any:
    """What `state` gives, with each number as its type."""
    if isinstance(found, dict):
        return {key: shaped(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [shaped(value) for value in found]
    return type(found) if isinstance(found, float) else found


@pytest.mark.parametrize("name", ["pickled.pkl.gz", "saved.pt.gz"])
def test_the_things_of_an_old_file(name):
    old, new = opened(name)["things"], things()
    assert old.keys() == new.keys()
    for key in new:
        was, now = state(old[key]), state(new[key])
        assert (shaped(was) == shaped(now)) if key in TRAINED else (was == now), key
    # what was trained then fits together, and goes on
    assert state(old["model"].state_dict()) == state(old["state"])
    before = state(old["state"])
    old["model"](torch.ones(4, 1, 6, 6)).sum().backward()
    old["optimizer"].step()
    assert state(old["model"].state_dict()) != before


def same(old: Any, new: Any) -> bool:
    """Whether it is the same class; a function may have become two, torch.tanh and nn.functional.tanh, or clamp and clip."""
    names = old.__name__.lstrip("_"), new.__name__
    one = inspect.unwrap(old) is inspect.unwrap(new) or names in [(names[0],) * 2, ("transpose", "swapaxes")]
    return old is new or (isinstance(old, FunctionType) and one)


@pytest.mark.parametrize("name", ["pickled.pkl.gz", "saved.pt.gz"])
def test_the_names_of_an_old_file(name):
    old, new = opened(name)["names"], by_name()
    assert len(old) > 850
    different = [
        key for key, thing in old.items() if isinstance(thing, (type, FunctionType)) and not same(thing, new.get(key))
    ]
    assert not different


def test_a_loaded_model_goes_on_as_the_one_that_was_saved():
    losses = []
    for made in (opened("pickled.pkl.gz")["things"], opened("saved.pt.gz")["things"], trained()):
        model, optimizer, scheduler = made["model"], made["optimizer"], made["scheduler"]
        torch.manual_seed(1)
        for _ in range(2):
            optimizer.zero_grad()
            loss = model(torch.ones(2, 1, 6, 6)).square().sum()
            loss.backward()
            optimizer.step()
            scheduler.step()
        losses.append((loss.item(), scheduler.get_last_lr()))
    assert losses[0] == losses[1] == losses[2]


def test_names_written_today():
    for key, thing in by_name().items():
        assert pickle.loads(pickle.dumps(thing)) is thing, key
        file = io.BytesIO()
        torch.save(thing, file)
        file.seek(0)
        loaded = torch.load(file, weights_only=False)
        if isinstance(thing, storagetype):  # in torch's files such a name is the type of what follows, and no class
            assert loaded.dtype == thing.dtype.dtype, key
        else:
            assert loaded is thing, key
