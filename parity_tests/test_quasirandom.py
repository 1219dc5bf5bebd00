"""torch.quasirandom: the points, the state and the errors of SobolEngine, in every dimension that is here."""

from __future__ import annotations

import copy
import pickle
import random

import pytest
import torch

import minitorch_pt
from parity_tests.oracle import assert_same

BOTH = (minitorch_pt, torch)


def test_every_dimension():
    """The direction numbers, of which each dimension has its own."""
    ours, theirs = (library.quasirandom.SobolEngine(100) for library in BOTH)
    assert_same(ours.sobolstate, theirs.sobolstate)
    assert_same(ours.draw(300), theirs.draw(300))
    with pytest.raises(NotImplementedError, match="100 dimensions"):
        minitorch_pt.quasirandom.SobolEngine(101)


def steps(generator: random.Random) -> list[tuple]:
    calls = [
        ("draw", 1),
        ("draw", 5),
        ("draw", 0),
        ("draw_base2", 2),
        ("draw_base2", 0),
        ("fast_forward", 0),
        ("fast_forward", 7),
        ("reset",),
        ("draw", 1000),
    ]
    return generator.choices(calls, k=6)


@pytest.mark.parametrize("scramble", [False, True])
@pytest.mark.parametrize("seed", [None, 7])
def test_random_programs(scramble, seed):
    """Draws, jumps and beginnings in random order: all points, the state, or the types of the errors."""
    generator = random.Random(0)
    for _ in range(60):
        dimension, program, dtype = (
            generator.randint(1, 40),
            steps(generator),
            generator.choice([None, "float32", "float64", "float16", "int64"]),
        )
        told = []
        for library in BOTH:
            library.manual_seed(3)
            engine = library.quasirandom.SobolEngine(dimension, scramble, seed)
            found: list = []
            for name, *args in program:
                kwargs = {"dtype": getattr(library, dtype)} if dtype and name.startswith("draw") else {}
                try:
                    result = getattr(engine, name)(*args, **kwargs)
                except (RuntimeError, ValueError) as error:
                    found.append(type(error))
                    break
                found.append(result if isinstance(result, library.Tensor) else repr(result))
            told.append([*found, engine.quasi, engine.shift, engine.sobolstate, engine.num_generated, engine.seed])
        assert_same(told[0], told[1])


def test_copies_and_targets():
    for library in BOTH:
        engine = library.quasirandom.SobolEngine(3, scramble=True, seed=1)
        engine.draw(4)
        copies = copy.deepcopy(engine), pickle.loads(pickle.dumps(engine))
        out = library.empty(0)
        assert engine.draw(2, out=out) is out
        for made in copies:
            assert library.equal(made.draw(2), out)
        for dimension in (0, 21202):
            with pytest.raises(ValueError, match="Supported range"):
                library.quasirandom.SobolEngine(dimension)
