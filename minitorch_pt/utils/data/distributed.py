"""The sampler of training in several processes: the part of the sample numbers that one of them reads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ...distributed import get_rank, get_world_size
from ...tensors.draws import randperm
from ...tensors.generator import Generator
from .sampler import Sampler

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[int]):
    """Every num_replicas-th sample number from the rank-th on, in an order that all processes draw alike for an epoch.

    Raises:
        ValueError: rank is not in [0, num_replicas), or one of the two is left out, and no group of processes was made.

    >>> list(torch.utils.data.DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False))
    [1, 3, 0]
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        num_replicas = get_world_size() if num_replicas is None else num_replicas
        rank = get_rank() if rank is None else rank
        if not 0 <= rank < num_replicas:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset, self.num_replicas, self.rank, self.epoch = dataset, num_replicas, rank, 0
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        share = len(dataset) / num_replicas
        self.num_samples = math.floor(share) if drop_last else math.ceil(share)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[int]:
        n = len(self.dataset)
        order = (
            randperm(n, generator=Generator().manual_seed(self.seed + self.epoch)).tolist()
            if self.shuffle
            else [*range(n)]
        )
        rounds = math.ceil(self.total_size / max(n, 1))  # the first ones again, until all processes have as many
        return iter((order * rounds)[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Draw another order from now on: call it before each epoch."""
        self.epoch = epoch
