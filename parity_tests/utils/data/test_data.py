"""Data sets, samplers and the loader against torch: what they give, in which order, and what they draw."""

import collections
import contextlib
import gc
import pickle
import random
import threading
import time
import warnings

import numpy as np
import pytest
import torch
import torch.utils.data

import minitorch_pt
from parity_tests.oracle import assert_same, same_program

Point = collections.namedtuple("Point", "x y")


def both(program, seed=0):
    """The same values, warnings and stream afterwards; or the same type of error."""

    def run(t):
        t.manual_seed(seed)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = program(t, t.utils.data)
        return value, [w.category.__name__ for w in caught], t.rand(1)

    same_program(run)


class Squares:
    """A data set that is only a sequence."""

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return i * i


def listed(loader):
    return [[b.tolist() for b in batch] if isinstance(batch, list) else batch.tolist() for batch in loader]


@pytest.mark.parametrize("n", [1, 10, 33])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"shuffle": True},
        {"shuffle": True, "drop_last": True},
        {"batch_size": 3},
        {"batch_size": 4, "shuffle": True},
    ],
    ids=str,
)
def test_loader(n, options):
    both(
        lambda t, d: [
            listed(d.DataLoader(d.TensorDataset(t.arange(n), t.arange(n) * 2.0), **options)) for _ in range(2)
        ]
    )
    both(lambda t, d: listed(d.DataLoader(Squares(n), **options)))
    both(lambda t, d: len(d.DataLoader(Squares(n), **options)))


def test_loader_with_generator():
    def program(t, d):
        g = t.Generator().manual_seed(5)
        loader = d.DataLoader(d.TensorDataset(t.arange(10)), batch_size=7, shuffle=True, generator=g)
        return [listed(loader) for _ in range(2)], g.get_state()

    both(program)


def drawing(t):
    """Samples of all three random streams, with what the worker knows of itself."""

    class Drawing(t.utils.data.Dataset):
        start = 0

        def __len__(self):
            return 5

        def __getitem__(self, i):
            worker = t.utils.data.get_worker_info()
            known = [worker.id, worker.num_workers, worker.seed % 1000, worker.dataset is self] if worker else []
            return self.start + i, *known, float(t.rand(())), random.random(), np.random.rand()

    return Drawing()


def ranges(t):
    class Ranges(t.utils.data.IterableDataset):
        ends = (5, 3)

        def __iter__(self):
            worker = t.utils.data.get_worker_info()
            i = worker.id if worker else 0
            return iter(range(100 * i, 100 * i + self.ends[i]))

    return Ranges()


def begin_anew(t):
    def begin(i):
        t.utils.data.get_worker_info().dataset.start = 10 * i + float(t.rand(()))

    return begin


WORKERS = {
    "one": lambda t: (drawing(t), {"batch_size": 2, "num_workers": 1}),
    "two": lambda t: (drawing(t), {"batch_size": 2, "num_workers": 2}),
    "shuffled": lambda t: (drawing(t), {"shuffle": True, "num_workers": 2}),
    "shuffled by a generator": lambda t: (
        drawing(t), {"shuffle": True, "num_workers": 2, "generator": t.Generator().manual_seed(3)}
    ),
    "started": lambda t: (drawing(t), {"num_workers": 2, "worker_init_fn": begin_anew(t), "prefetch_factor": 1}),
    "persistent": lambda t: (drawing(t), {"num_workers": 2, "persistent_workers": True, "worker_init_fn": begin_anew(t)}),
    "without batches": lambda t: (drawing(t), {"batch_size": None, "num_workers": 2}),
    "iterable": lambda t: (ranges(t), {"batch_size": 2, "num_workers": 2}),
    "iterable without the last": lambda t: (ranges(t), {"batch_size": 2, "num_workers": 2, "drop_last": True}),
    "iterable without batches": lambda t: (ranges(t), {"batch_size": None, "num_workers": 2}),
    "iterable and persistent": lambda t: (ranges(t), {"batch_size": 3, "num_workers": 2, "persistent_workers": True}),
}  # fmt: skip


@pytest.mark.parametrize("made", WORKERS.values(), ids=WORKERS)
def test_workers_read_what_processes_read(made):
    def program(t, d):
        t.manual_seed(0)
        random.seed(0)
        np.random.seed(0)
        dataset, options = made(t)
        loader = d.DataLoader(dataset, **options)
        epochs = [[listed([batch]) if hasattr(batch, "tolist") else batch for batch in loader] for _ in range(2)]
        return epochs, dataset.__dict__, d.get_worker_info(), t.get_rng_state(), random.random(), np.random.rand()

    both(program)


class Broken(Squares):
    """Its second sample cannot be read."""

    def __init__(self, error):
        super().__init__(4)
        self.error = error

    def __getitem__(self, i):
        if i == 1:
            raise self.error
        return i


class Telling(Exception):
    """An error that has a message of its own."""

    message = "told"

    def __init__(self, message):
        super().__init__(message)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("bad"),
        KeyError("bad"),
        StopIteration(3),
        Telling("bad"),
        UnicodeDecodeError("utf-8", b"", 0, 1, "bad"),
    ],
    ids=repr,
)
def test_an_error_in_a_worker_arrives_with_its_traceback(error):
    def program(t, d):
        batches = iter(d.DataLoader(Broken(error), num_workers=1))
        next(batches)
        with pytest.raises(Exception) as caught:
            next(batches)
        lines = str(caught.value).strip().split("\n")
        assert any("in __getitem__" in line for line in lines) and "raise self.error" in str(caught.value)
        told = [type(caught.value).__name__, lines[:2], lines[-1], "\\n" in repr(caught.value)]
        return told, [batch.tolist() for batch in batches], d.get_worker_info()  # the rest can be read

    both(program)


def test_an_error_in_the_program_itself_is_the_data_sets():
    def program(t, d):
        batches = iter(d.DataLoader(Broken(ValueError("bad"))))
        first = next(batches)
        with pytest.raises(ValueError, match="^bad$"):
            next(batches)
        return first, list(batches)

    both(program)


def test_a_worker_that_ends_the_program_is_an_error():  # torch's too, after five seconds
    with pytest.raises(RuntimeError, match="^DataLoader worker .* exited unexpectedly$"):
        list(minitorch_pt.utils.data.DataLoader(Broken(SystemExit(0)), num_workers=1))


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # torch's half-made iterator, when it goes
def test_workers_must_read_ahead():
    both(lambda t, d: iter(d.DataLoader(Squares(3), num_workers=1, prefetch_factor=0)))
    gc.collect()


def test_a_worker_has_so_much_time():
    class Slow(Squares):
        def __getitem__(self, i):
            time.sleep(0.5 if i == 1 else 0)
            return float(torch.is_grad_enabled()), float(minitorch_pt.is_grad_enabled())

    def program(t, d):
        with t.no_grad():
            batches = iter(d.DataLoader(Slow(3), num_workers=1, timeout=0.2))
            read = [next(batches)]
            with pytest.raises(RuntimeError, match=r"^DataLoader timed out after 0\.2 seconds$"):
                next(batches)
            while len(read) < 3:  # the batch arrives later
                with contextlib.suppress(RuntimeError):
                    read.append(next(batches))
        return len(read), t.rand(1)

    both(program)
    with minitorch_pt.no_grad():
        modes = next(iter(minitorch_pt.utils.data.DataLoader(Slow(1), num_workers=1, timeout=5)))
    assert modes[1].tolist() == [0]  # as in a process forked here


def test_leaving_a_loop_early_waits_for_nothing():
    read = []

    class Noting(Squares):
        def __getitem__(self, i):
            read.append(i)
            return i

    before = threading.active_count()
    for _ in minitorch_pt.utils.data.DataLoader(Noting(1000), num_workers=2):
        break
    assert read == [0] and threading.active_count() == before


def test_a_loader_with_persistent_workers_has_one_iterator():
    def program(t, d):
        loader = d.DataLoader(Squares(3), num_workers=1, persistent_workers=True)
        first = iter(loader)
        return iter(loader) is first, len(first), list(first), list(first)

    both(program)


def test_what_a_loader_reads_stays():
    for name in ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers"):
        for package in (minitorch_pt, torch):
            with pytest.raises(ValueError, match=f"{name} attribute should not be set"):
                setattr(package.utils.data.DataLoader(Squares(3)), name, None)


def test_forms_of_the_loader():
    both(lambda t, d: [x for x in d.DataLoader(Squares(3), batch_size=None)])
    both(lambda t, d: [x for x in d.DataLoader([np.float32(1.5), np.float32(2.5)], batch_size=None)])
    both(lambda t, d: [x for x in d.DataLoader([(np.ones(2), 1)], batch_size=None)])
    both(lambda t, d: [x for x in d.DataLoader([{"a": np.ones(2)}], batch_size=None)])
    both(
        lambda t, d: listed(
            d.DataLoader(Squares(7), batch_sampler=d.BatchSampler(d.SequentialSampler(range(7)), 3, True))
        )
    )
    both(lambda t, d: listed(d.DataLoader(Squares(7), sampler=[3, 1, 5], batch_size=2)))
    both(lambda t, d: len(d.DataLoader(Squares(7), batch_size=None)))
    both(lambda t, d: [x for x in d.DataLoader(Squares(4), batch_size=2, collate_fn=lambda batch: sum(batch))])
    both(lambda t, d: list(d.DataLoader(["a", "b", "c"], batch_size=2)))
    both(lambda t, d: list(d.DataLoader(d.Subset(d.TensorDataset(t.arange(9)), [1, 4, 7]), batch_size=2)))
    point = next(iter(minitorch_pt.utils.data.DataLoader([Point(np.ones(1), 2)], batch_size=None)))
    assert isinstance(point, Point) and isinstance(point.x, minitorch_pt.Tensor)


class Counting:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def counting(d, n):
    return type(
        "Counting", (d.IterableDataset,), {"__iter__": lambda self: iter(range(n)), "__len__": lambda self: n}
    )()


def test_iterable_data_sets():
    both(lambda t, d: listed(d.DataLoader(counting(d, 7), batch_size=3)))
    both(lambda t, d: listed(d.DataLoader(counting(d, 7), batch_size=3, drop_last=True)))
    both(lambda t, d: list(d.DataLoader(counting(d, 3), batch_size=None)))
    both(
        lambda t, d: [
            len(d.DataLoader(counting(d, 7), **o))
            for o in ({"batch_size": 3}, {"batch_size": 3, "drop_last": True}, {"batch_size": None})
        ]
    )
    both(lambda t, d: list(counting(d, 2) + counting(d, 3)))
    both(lambda t, d: len(d.ChainDataset([counting(d, 2), counting(d, 3)])))
    both(lambda t, d: list(d.ChainDataset([Squares(2)])))


def test_data_sets():
    both(lambda t, d: (len(d.TensorDataset(t.ones(3, 2), t.zeros(3))), d.TensorDataset(t.arange(3), t.ones(3))[1]))
    both(lambda t, d: [(d.TensorDataset(t.arange(3)) + d.TensorDataset(t.arange(5)))[i] for i in (0, 2, 3, 7, -1, -8)])
    both(lambda t, d: d.ConcatDataset([Squares(2), Squares(3)]).cumulative_sizes)
    both(lambda t, d: d.ConcatDataset([Squares(2)])[-3])
    both(lambda t, d: d.StackDataset(Squares(3), Squares(3))[2])
    both(lambda t, d: (d.StackDataset(a=Squares(3), b=Squares(3))[2], len(d.StackDataset(Squares(3)))))
    both(
        lambda t, d: (
            d.Subset(Squares(9), [4, 2])[1],
            len(d.Subset(Squares(9), [4, 2])),
            d.Subset(d.Subset(Squares(9), [4, 2, 8]), [2, 0]).__getitems__([0, 1]),
        )
    )
    both(lambda t, d: d.Subset(d.TensorDataset(t.arange(9)), [4, 2])[[0, 1]])
    both(lambda t, d: d.Dataset()[0])


@pytest.mark.parametrize("lengths", [[7, 3], [0.7, 0.3], [0.5, 0.25, 0.25], [0.999, 0.001], [1.0], [10]], ids=str)
def test_random_split(lengths):
    both(lambda t, d: [list(s.indices) for s in d.random_split(Squares(10), lengths)])
    both(
        lambda t, d: [
            list(s.indices) for s in d.random_split(range(10), lengths, generator=t.Generator().manual_seed(3))
        ]
    )


def test_samplers():
    both(lambda t, d: [list(d.SequentialSampler(range(4))), len(d.SequentialSampler(range(4)))])
    for options in (
        {},
        {"num_samples": 7},
        {"num_samples": 25},
        {"replacement": True},
        {"replacement": True, "num_samples": 70},
    ):
        both(lambda t, d, o=options: (list(d.RandomSampler(range(10), **o)), len(d.RandomSampler(range(10), **o))))
        both(lambda t, d, o=options: list(d.RandomSampler(range(10), generator=t.Generator().manual_seed(1), **o)))
    both(lambda t, d: (list(d.SubsetRandomSampler([5, 6, 7])), len(d.SubsetRandomSampler([5, 6, 7]))))
    both(lambda t, d: (list(d.WeightedRandomSampler([0.1, 0.9, 0.5], 5)), len(d.WeightedRandomSampler([0.1, 0.9], 5))))
    both(lambda t, d: list(d.WeightedRandomSampler([0.1, 0.9, 0.5], 2, replacement=False)))
    both(
        lambda t, d: (
            [list(d.BatchSampler(range(7), 3, drop)) for drop in (True, False)]
            + [len(d.BatchSampler(range(7), 3, drop)) for drop in (True, False)]
        )
    )
    both(lambda t, d: iter(d.Sampler()))


COLLATED = [
    lambda t: [t.ones(2), t.zeros(2)],
    lambda t: [np.ones(2), np.zeros(2)],
    lambda t: [np.float64(1), np.float64(2)],
    lambda t: [1.5, 2.5],
    lambda t: [1, 2],
    lambda t: ["a", "b"],
    lambda t: [b"a", b"b"],
    lambda t: [{"a": 1, "b": [1.0]}, {"a": 2, "b": [2.0]}],
    lambda t: [collections.OrderedDict(a=1), collections.OrderedDict(a=2)],
    lambda t: [(1, t.ones(1)), (2, t.zeros(1))],
    lambda t: [[1, 2], [3, 4]],
    lambda t: [[1, 2], [3]],
    lambda t: [object()],
    lambda t: [t.ones(2), t.ones(3)],
]


@pytest.mark.parametrize("case", range(len(COLLATED)))
def test_collate(case):
    both(lambda t, d: d.default_collate(COLLATED[case](t)))


def test_samples_of_types_that_the_default_is_told_of(monkeypatch):
    def program(t, d):
        functions = d._utils.collate.default_collate_fn_map
        monkeypatch.setitem(functions, Squares, lambda batch, *, collate_fn_map: [s.n for s in batch])
        monkeypatch.setitem(functions, t.Tensor, lambda batch, *, collate_fn_map: len(batch))
        samples = [{"a": (Squares(i), float(i))} for i in range(4)]
        batches = [*d.DataLoader(samples, batch_size=2), *d.DataLoader(d.TensorDataset(t.arange(4)), batch_size=3)]
        return batches, [len(key) if isinstance(key, tuple) else key.__name__ for key in functions]

    both(program)


@pytest.mark.parametrize("batch", ([["x"], ["y"]], [1.5, 2], [True], [b"x"], [np.float32(1)], [("x", 1)]), ids=str)
def test_collate_with_functions_of_ones_own(batch):
    functions = {(int, str): lambda batch, *, collate_fn_map: (len(batch), len(collate_fn_map))}
    both(lambda t, d: d._utils.collate.collate(batch, collate_fn_map=functions))
    both(lambda t, d: d._utils.collate.collate(batch))


def test_collate_keeps_types():
    d = minitorch_pt.utils.data
    batch = d.default_collate([Point(1, 2.0), Point(3, 4.0)])
    assert isinstance(batch, Point) and batch.x.tolist() == [1, 3]

    class Odd(collections.UserDict):
        def __init__(self, a):
            if not isinstance(a, int):
                raise TypeError("made of a number")
            super().__init__(a=a)

    assert d.default_collate([Odd(1), Odd(2)])["a"].tolist() == [1, 2]
    assert_same(d.default_collate([1, 2]), torch.utils.data.default_collate([1, 2]))


@pytest.mark.parametrize("data", [
    1, "a", b"a", 1.5, np.float32(1.5), np.ones(2), np.array(["a"]), (1, np.ones(1)), [np.ones(1), [2]],
    {"a": np.ones(1)}, collections.OrderedDict(a=np.ones(1)), range(3), None,
], ids=repr)  # fmt: skip
def test_convert(data):
    both(lambda t, d: d.default_convert(data))
    kinds = [type(package.utils.data.default_convert(data)).__name__ for package in (minitorch_pt, torch)]
    assert kinds[0] == kinds[1]


def test_collections_of_samples_keep_their_type():
    class Noted(list):
        note = "kept"

    class Fixed(collections.abc.Mapping):
        def __init__(self, items):
            self.items_ = dict(items)

        __getitem__ = lambda self, key: self.items_[key]  # noqa: E731
        __iter__ = lambda self: iter(self.items_)  # noqa: E731
        __len__ = lambda self: len(self.items_)  # noqa: E731

    samples = [collections.defaultdict(int, a=1), Noted([1, 2.0]), Fixed({"a": 1}), range(2), collections.UserList([1])]
    for sample in samples:
        made = [package.utils.data.default_collate([sample, sample]) for package in (minitorch_pt, torch)]
        assert [type(m) for m in made][:1] == [type(made[1])]
        assert getattr(made[0], "note", None) == getattr(made[1], "note", None)


def test_a_pass_cannot_be_pickled():
    both(lambda t, d: pickle.dumps(iter(d.DataLoader(Squares(3)))))


def test_a_loader_can_be_pickled():
    both(lambda t, d: listed(pickle.loads(pickle.dumps(d.DataLoader(Squares(3), batch_size=2)))))


def test_what_a_worker_is():
    class Asking(Squares):
        def __getitem__(self, i):
            worker = [package.utils.data.get_worker_info() for package in (torch, minitorch_pt)]
            worker = next(w for w in worker if w)
            with pytest.raises(AttributeError):
                worker.id = 3
            return str(worker).split("dataset")[0].split("seed")[0], worker.worker_method, worker.rng is None

    both(lambda t, d: list(d.DataLoader(Asking(2), num_workers=2)))


ERRORS = {
    "context of no workers": lambda t, d: d.DataLoader(Squares(3), multiprocessing_context="fork"),
    "context of another name": lambda t, d: d.DataLoader(Squares(3), num_workers=1, multiprocessing_context="thread"),
    "no context": lambda t, d: d.DataLoader(Squares(3), num_workers=1, multiprocessing_context=3),
    "context": lambda t, d: str(
        d.DataLoader(Squares(3), num_workers=1, multiprocessing_context="fork").multiprocessing_context
    )[:30],
    "timeout of no workers": lambda t, d: iter(d.DataLoader(Squares(3), timeout=1)),
    "pinned": lambda t, d: listed(d.DataLoader(Squares(3), num_workers=1, pin_memory=True)),
    "pinned at a device": lambda t, d: listed(d.DataLoader(Squares(3), pin_memory=True, pin_memory_device="cpu")),
    "too many workers": lambda t, d: len(d.DataLoader(Squares(3), num_workers=50)),
    "attributes": lambda t, d: [
        getattr(d.DataLoader(Squares(3), num_workers=w), name)
        for w in (0, 2)
        for name in (
            "prefetch_factor timeout pin_memory in_order persistent_workers pin_memory_device drop_last "
            "num_workers batch_size worker_init_fn generator multiprocessing_context"
        ).split()
    ],
    "workers": lambda t, d: d.DataLoader(Squares(3), num_workers=-1),
    "timeout": lambda t, d: d.DataLoader(Squares(3), timeout=-1),
    "prefetch": lambda t, d: d.DataLoader(Squares(3), prefetch_factor=2),
    "negative prefetch": lambda t, d: d.DataLoader(Squares(3), num_workers=1, prefetch_factor=-2),
    "persistent": lambda t, d: d.DataLoader(Squares(3), persistent_workers=True),
    "shuffled iterable": lambda t, d: d.DataLoader(counting(d, 3), shuffle=True),
    "sampled iterable": lambda t, d: d.DataLoader(counting(d, 3), sampler=[1]),
    "sampler and shuffle": lambda t, d: d.DataLoader(Squares(3), sampler=[1], shuffle=True),
    "batch sampler and size": lambda t, d: d.DataLoader(Squares(3), batch_sampler=[[1]], batch_size=2),
    "no batches and drop": lambda t, d: d.DataLoader(Squares(3), batch_size=None, drop_last=True),
    "batch size": lambda t, d: d.DataLoader(Squares(3), batch_size=0),
    "sizes differ": lambda t, d: d.TensorDataset(t.ones(3), t.ones(2)),
    "nothing to join": lambda t, d: d.ConcatDataset([]),
    "iterable to join": lambda t, d: d.ConcatDataset([counting(d, 3)]),
    "stack of nothing": lambda t, d: d.StackDataset(),
    "stack of unequal": lambda t, d: d.StackDataset(Squares(2), Squares(3)),
    "split sum": lambda t, d: d.random_split(Squares(10), [3, 3]),
    "split fraction": lambda t, d: d.random_split(Squares(10), [1.5, -0.5]),
    "replacement": lambda t, d: d.RandomSampler(range(3), replacement=1),
    "num_samples": lambda t, d: d.RandomSampler(range(3), num_samples=0),
    "weights": lambda t, d: d.WeightedRandomSampler([[0.5]], 1),
    "weighted samples": lambda t, d: d.WeightedRandomSampler([0.5], 0),
    "weighted replacement": lambda t, d: d.WeightedRandomSampler([0.5], 1, replacement=1),
    "batch sampler size": lambda t, d: d.BatchSampler(range(3), 0, False),
    "batch sampler drop": lambda t, d: d.BatchSampler(range(3), 1, 1),
}


@pytest.mark.parametrize("case", ERRORS)
def test_error(case):
    both(ERRORS[case])


@pytest.mark.parametrize(
    "use",
    (
        lambda d: d.IterableDataset(),
        lambda d: d.DataLoader(d.IterableDataset()),
        lambda d: type("Wordless", (d.IterableDataset,), {})(),
        lambda d: d.Dataset()[0],
        lambda d: len(d.Dataset()),
        lambda d: next(iter(d.Sampler())),
        lambda d: next(iter(d.ChainDataset([[1]]))),
        lambda d: len(d.ChainDataset([[1]])),
    ),
)
def test_what_has_to_be_written(use):
    same_program(lambda package: use(package.utils.data))
