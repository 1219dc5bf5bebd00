"""Random programs that read data with loaders: kinds of data sets, samplers, options, workers, errors, and loops that are left early.

torch's workers are processes that it forks. Batches, their order, all random numbers, errors and what remains afterwards must be the same.
"""

from __future__ import annotations

import gc
import random
import warnings
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same
from parity_tests.sweeps import compared


class Refused(Exception):
    """Of a type that wants other arguments than a text."""

    def __init__(self, where: int, why: str) -> None:
        super().__init__(where, why)


ERRORS = (ValueError, KeyError, IndexError, StopIteration, Refused, RuntimeError, ZeroDivisionError)


def fail(kind: type) -> None:
    raise kind(3, "why") if kind is Refused else kind("broken")


def drawn(t: Any) -> list:
    """The next number of each of the three streams, and what a worker knows of itself."""
    worker = t.utils.data.get_worker_info()
    known = [worker.id, worker.num_workers, worker.seed % 2**31] if worker else [-1, -1, -1]
    return [float(t.rand(())), random.random(), float(np.random.rand()), *known]


def broken(plan: dict, at: Any, where: str) -> None:
    if plan["error"] and plan["where"] == where and at in plan["places"]:
        fail(plan["error"])


def numbered(t: Any, plan: dict) -> Any:
    """A data set that is asked by number; what it gives depends on the plan."""

    class Numbered(t.utils.data.Dataset):
        start = 0.0

        def __len__(self) -> int:
            return plan["n"]

        def __getitem__(self, i: Any) -> Any:
            broken(plan, i, "sample")
            self.start += 1  # a worker's own
            forms = {
                "tensor": lambda: t.tensor([*drawn(t), i, self.start]),
                "array": lambda: np.array([*drawn(t), i, self.start]),
                "tuple": lambda: (i, *drawn(t)),
                "dict": lambda: {"drawn": np.float32(drawn(t)[0]), "i": [i, str(i)]},
            }
            return forms[plan["form"]]()

    if plan["kind"] == "at once":
        Numbered.__getitems__ = lambda self, keys: [self[i] for i in reversed(keys)]
    return Numbered()


def streaming(t: Any, plan: dict) -> Any:
    """An iterable data set, of which each worker reads its part."""

    class Streaming(t.utils.data.IterableDataset):
        def __iter__(self) -> Any:
            worker = t.utils.data.get_worker_info()
            broken(plan, worker.id if worker else 0, "iter")
            step, first = (worker.num_workers, worker.id) if worker else (1, 0)

            def samples() -> Any:
                for i in range(first, plan["n"], step):
                    # Python makes it of a StopIteration
                    broken({**plan, "error": plan["error"] and RuntimeError}, i, "sample")
                    yield t.tensor([*drawn(t), i])

            return samples()

        if plan["kind"] == "iterable with length":

            def __len__(self) -> int:
                return plan["n"] // 2

    return Streaming()


def planned(seed: int) -> dict:
    """The options of a random program."""
    r = random.Random(seed)
    iterable = r.random() < 0.35
    workers = r.choice([0, 0, 1, 2, 2])
    plan: dict = {
        "seed": r.randrange(2**31),
        "n": r.choice([0, 1, 5, 8, 13]),
        "kind": r.choice(["iterable", "iterable with length"] if iterable else ["numbered", "numbered", "at once", "rows"]),
        "form": r.choice(["tensor", "array", "tuple", "dict"]),
        "error": r.choice([None, None, *ERRORS]),
        "where": r.choice(["sample", "init", "iter", "collate", "sampler"]),
        "places": r.choice([(0,), (1,), (2, 3), (0, 1, 4)]),
        "epochs": r.choice([1, 2, 2, 3]) if workers else 2,
        "left": r.choice([None, None, 0, 1, 3]),
        "asked": r.random() < 0.3,
    }  # fmt: skip
    options: dict = {"num_workers": workers, "batch_size": r.choice([None, 1, 2, 3, 5])}
    options["drop_last"] = r.random() < 0.2 and options["batch_size"] is not None
    if workers:
        options["persistent_workers"] = r.random() < 0.5
        options["prefetch_factor"] = r.choice([None, 1, 3])
        options["timeout"] = r.choice([0, 0, 30])
    if options.get("persistent_workers") and plan["where"] in ("init", "iter"):
        plan["epochs"] = (
            1  # torch's worker that could not begin goes on uninitialised in the next epoch, or dies; ours begins again
        )
    plan["generator"] = r.random() < 0.3
    plan["order"] = (
        None if iterable else r.choice([None, None, "shuffle", "replacement", "weighted", "own", "batches", "subset"])
    )
    plan["init"] = r.random() < 0.5 and workers > 0
    plan["collate"] = r.random() < 0.3 or plan["where"] == "collate"
    plan["pinned"] = r.random() < 0.1
    return {**plan, "options": options}


def ordered(t: Any, plan: dict, options: dict) -> dict:
    """What gives the numbers of samples."""
    d, n, order = t.utils.data, plan["n"], plan["order"]
    generator = t.Generator().manual_seed(plan["seed"] % 1000) if plan["generator"] else None

    class Own:
        def __iter__(self) -> Any:
            first = int(t.randint(0, 5, ()))  # drawn when it is asked, and again for each number
            return ((first + i + int(t.randint(0, 3, ()))) % n for i in range(n + 2))

        def __len__(self) -> int:
            return n + 2

    if order == "shuffle":
        options["shuffle"] = True
    elif order == "replacement":
        options["sampler"] = d.RandomSampler(range(n), replacement=True, num_samples=7, generator=generator)
    elif order == "weighted":
        options["sampler"] = d.WeightedRandomSampler([1.0 + i % 3 for i in range(n)], 6, generator=generator)
    elif order == "subset":
        options["sampler"] = d.SubsetRandomSampler(range(0, n, 2), generator=generator)
    elif order == "own":
        options["sampler"] = Own()
    elif order == "batches":
        options.update(batch_sampler=d.BatchSampler(d.RandomSampler(range(n)), 3, False), batch_size=1, drop_last=False)
    return {**options, "generator": generator}


def loader(t: Any, plan: dict) -> Any:
    d, options = t.utils.data, dict(plan["options"])
    if plan["kind"].startswith("iterable"):
        dataset = streaming(t, plan)
    elif plan["kind"] == "rows":
        dataset = d.TensorDataset(t.arange(plan["n"]) * 0.5, t.arange(plan["n"] * 2).view(-1, 2))
    else:
        dataset = numbered(t, plan)

    def begin(i: int) -> None:
        broken(plan, i, "init")
        t.utils.data.get_worker_info().dataset.start = 10.0 * i + float(t.rand(()))

    def collate(batch: Any) -> Any:
        one = t.rand(1)
        broken(plan, int(float(one) * 4), "collate")
        made = d.default_collate if plan["options"]["batch_size"] or plan["order"] == "batches" else d.default_convert
        return made(batch), one

    options = ordered(t, plan, options)
    if plan["init"]:
        options["worker_init_fn"] = begin
    if plan["collate"]:
        options["collate_fn"] = collate
    return d.DataLoader(dataset, pin_memory=plan["pinned"], **options)


def told(error: Exception, workers: int) -> list:
    """An error as text: its type, and of a worker's the lines before and after the traceback."""
    lines = str(error).strip().split("\n")
    return [type(error).__name__, *(lines[:2] + lines[-1:] if workers else [])]


def epoch(reading: Any, plan: dict, log: list) -> None:
    """Read on after errors, as torch can, and leave the loop where the plan says."""
    while plan["left"] is None or len(log) < plan["left"]:
        try:
            log.append(next(reading))
        except StopIteration:
            log.append("end")
            return
        except Exception as error:
            log.append(told(error, plan["options"]["num_workers"]))
            if len(log) > 20 or plan["where"] in ("init", "iter"):  # what torch then goes on with is no data set
                return


def program(t: Any, plan: dict) -> list:
    t.manual_seed(plan["seed"])
    random.seed(plan["seed"])
    np.random.seed(plan["seed"])
    log: list = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            loading = loader(t, plan)
            if plan["asked"]:
                log.append(len(loading))
            for _ in range(plan["epochs"]):
                epoch_log: list = []
                log.append(epoch_log)
                reading = iter(loading)
                epoch(reading, plan, epoch_log)
                del reading
        except Exception as error:
            log.append(type(error).__name__)
        finally:
            loading = None
    kinds = [w.category.__name__ for w in caught if issubclass(w.category, UserWarning)]
    return [log, kinds, t.rand(3), random.random(), float(np.random.rand()), t.utils.data.get_worker_info()]


def flat(value: Any) -> list:
    if isinstance(value, dict):
        return [x for k, v in value.items() for x in (k, *flat(v))]
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *(x for v in value for x in flat(v))]
    return [value]


def difference(plan: dict, counts: Counter) -> str:
    theirs, ours = program(torch, plan), program(minitorch_pt, plan)
    if plan["error"] and plan["options"]["num_workers"]:
        gc.collect()  # torch's errors hold on to its processes, and the next ones, forked meanwhile, would too
    log = flat(theirs[0])
    counts["values"] += sum(isinstance(x, torch.Tensor) for x in log)
    counts["errors"] += sum(isinstance(x, str) and (x.endswith("Error") or x == "Refused") for x in log)
    try:
        assert_same(ours, theirs)
    except AssertionError as error:
        return f"{plan}\n{str(error)[:1500]}\ntorch: {theirs}\nminitorch_pt: {ours}"
    return ""


def run(seeds: range) -> None:
    counts: Counter = Counter()
    wrong = [found for found in (difference(planned(seed), counts) for seed in seeds) if found]
    compared("loaders", counts)
    print(dict(counts))
    assert not wrong, f"{len(wrong)} of {len(seeds)} programs differ; the shortest:\n" + min(wrong, key=len)
    assert counts["values"] > 5 * len(seeds) and counts["errors"] > len(seeds) / 10, counts


@pytest.fixture(autouse=True)
def soon(monkeypatch: Any) -> None:
    """torch waits so many seconds for a process to end before it ends it."""
    monkeypatch.setattr(torch.utils.data._utils, "MP_STATUS_CHECK_INTERVAL", 0.3)


def test_a_sample_of_loaders():
    run(range(60))


@pytest.mark.long
def test_many_loaders():
    run(range(60, 1500))
