"""torch.distributed with a group of one process, as a program makes that was written for several: what it gathers is its own.

Several processes cannot train together here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from typing import Any

from .tensors.tensor import Tensor

__all__ = [
    "ProcessGroup", "ReduceOp", "Work", "all_gather", "all_gather_into_tensor", "all_gather_object", "all_reduce", "all_to_all", "all_to_all_single",
    "barrier", "broadcast", "broadcast_object_list", "destroy_process_group", "gather", "gather_object", "get_backend", "get_global_rank", "get_group_rank",
    "get_node_local_rank", "get_process_group_ranks", "get_rank", "get_world_size", "group", "init_process_group", "is_available", "is_gloo_available",
    "is_initialized", "is_mpi_available", "is_nccl_available", "is_torchelastic_launched", "is_ucc_available", "is_xccl_available", "monitored_barrier",
    "new_group", "reduce", "reduce_scatter", "reduce_scatter_tensor", "scatter", "scatter_object_list",
]  # fmt: skip


class ProcessGroup:
    """Processes that train together: this one alone."""

    def __init__(self, backend: str) -> None:
        self._backend = backend

    def rank(self) -> int:
        """The number of this process: 0."""
        return 0

    def size(self) -> int:
        """The number of processes: 1."""
        return 1


class group:
    """`group.WORLD`: the group that `init_process_group` made, or None."""

    WORLD: ProcessGroup | None = None


_world = group  # many functions have an argument of that name


class ReduceOp(Enum):
    """What becomes of the tensors of several processes; of that of one, itself."""

    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR, PREMUL_SUM = range(9)


class Work:
    """What an operation with `async_op=True` returns: it is done."""

    def wait(self, timeout: object = None) -> bool:
        """True."""
        return True

    def is_completed(self) -> bool:
        """True."""
        return True


def is_available() -> bool:
    """False: several processes cannot train together. A group of one can be made all the same."""
    return False


def is_initialized() -> bool:
    """Whether `init_process_group` has made a group."""
    return group.WORLD is not None


def is_torchelastic_launched() -> bool:
    """False: no launcher started this process as one of several."""
    return False


def is_gloo_available() -> bool:
    """False, as `is_available`."""
    return False


is_mpi_available = is_nccl_available = is_ucc_available = is_xccl_available = is_gloo_available


def init_process_group(
    backend: str | None = None,
    init_method: str | None = None,
    timeout: Any = None,
    world_size: int = -1,
    rank: int = -1,
    store: Any = None,
    group_name: str = "",
    pg_options: Any = None,
    device_id: Any = None,
    _ranks: Any = None,
) -> None:
    """Make the group of this process alone. Sizes that are not given are those of the environment variables RANK and WORLD_SIZE.

    Raises:
        ValueError: there is a group already, or no size. RuntimeError: the backend needs a GPU. NotImplementedError: more than one process.
    """
    if is_initialized():
        raise ValueError("trying to initialize the default process group twice!")
    sizes = []
    for name, size in (("RANK", rank), ("WORLD_SIZE", world_size)):
        if size < 0 and name not in os.environ:
            raise ValueError(
                f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set"
            )
        sizes.append(size if size >= 0 else int(os.environ[name]))
    if sizes != [0, 1]:
        raise NotImplementedError(
            f"minitorch_pt trains in one process, not as number {sizes[0]} of {sizes[1]}: run the program with WORLD_SIZE=1 and RANK=0, or with PyTorch"
        )
    if backend in ("nccl", "mpi"):
        raise RuntimeError(
            f"Distributed package doesn't have {backend.upper()} built in: minitorch_pt runs on the CPU; use backend='gloo'"
        )
    group.WORLD = ProcessGroup(backend or "undefined")


def destroy_process_group(group: ProcessGroup | None = None) -> None:
    """Forget the group.

    Raises:
        ValueError: there is none.
    """
    if _members(group) is _world.WORLD:
        _world.WORLD = None


def _members(given: ProcessGroup | None) -> ProcessGroup:
    """The group that is meant."""
    if group.WORLD is None:
        raise ValueError("Default process group has not been initialized, please make sure to call init_process_group.")
    return group.WORLD if given is None else given


def new_group(
    ranks: Sequence[int] | None = None,
    timeout: Any = None,
    backend: str | None = None,
    pg_options: Any = None,
    use_local_synchronization: bool = False,
    group_desc: str | None = None,
    device_id: Any = None,
    sort_ranks: bool = True,
) -> ProcessGroup:
    """A group of some of the processes: again of this one."""
    world = _members(None)
    if ranks is not None and list(ranks) != [0]:
        raise ValueError(f"the new group's ranks {list(ranks)} must be among those of the world, [0]")
    return ProcessGroup(backend or world._backend)


def get_rank(group: ProcessGroup | None = None) -> int:
    """The number of this process: 0."""
    return _members(group).rank()


def get_world_size(group: ProcessGroup | None = None) -> int:
    """The number of processes: 1."""
    return _members(group).size()


def get_backend(group: ProcessGroup | None = None) -> str:
    """The name that `init_process_group` was given."""
    return _members(group)._backend


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """The number of this process on its machine: LOCAL_RANK, or what is given."""
    if fallback_rank is None and "LOCAL_RANK" not in os.environ:
        raise RuntimeError("LOCAL_RANK is not in the environment. Consider passing fallback_rank")
    return int(os.environ.get("LOCAL_RANK", fallback_rank or 0))


def get_process_group_ranks(group: ProcessGroup | None) -> list[int]:
    """[0]."""
    return list(range(get_world_size(group)))


def get_global_rank(group: ProcessGroup, group_rank: int) -> int:
    """0."""
    return _root(group, group_rank)


def get_group_rank(group: ProcessGroup, global_rank: int) -> int:
    """0."""
    return _root(group, global_rank)


def _root(group: ProcessGroup | None, rank: int | None) -> int:
    _members(group)
    if rank not in (0, None):
        raise RuntimeError(f"invalid root rank: {rank}; there is one process, of rank 0")
    return 0


def _sent(
    received: Sequence[Any], sent: Sequence[Any], group: ProcessGroup | None, root: int | None, async_op: bool
) -> Work | None:
    """Copy what this process sends to what it receives."""
    _root(group, root)
    for tensor in (*received, *sent):
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"Invalid function argument. Expected parameter of type torch.Tensor but got {type(tensor)} instead."
            )
    if len(received) != len(sent):
        raise RuntimeError(f"invalid tensor list: expected length {len(sent)}, got {len(received)}")
    for place, tensor in zip(received, sent, strict=True):
        place.detach().copy_(tensor.detach().view_as(place))
    return Work() if async_op else None


def all_reduce(
    tensor: Tensor, op: ReduceOp = ReduceOp.SUM, group: ProcessGroup | None = None, async_op: bool = False
) -> Work | None:
    """The sum over all processes, or another `op`, in place: the tensor as it is."""
    return _sent([tensor], [tensor], group, 0, async_op)


def reduce(
    tensor: Tensor,
    dst: int | None = None,
    op: ReduceOp = ReduceOp.SUM,
    group: ProcessGroup | None = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """As `all_reduce`, for the process `dst`."""
    return _sent([tensor], [tensor], group, dst or group_dst, async_op)


def broadcast(
    tensor: Tensor,
    src: int | None = None,
    group: ProcessGroup | None = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """The tensor of the process `src`, in place: the tensor as it is."""
    return _sent([tensor], [tensor], group, src or group_src, async_op)


def all_gather(
    tensor_list: list[Tensor], tensor: Tensor, group: ProcessGroup | None = None, async_op: bool = False
) -> Work | None:
    """Copy the tensors of all processes into the list's: this one's into its one."""
    return _sent(tensor_list, [tensor], group, 0, async_op)


def all_gather_into_tensor(
    output_tensor: Tensor, input_tensor: Tensor, group: ProcessGroup | None = None, async_op: bool = False
) -> Work | None:
    """As `all_gather`, joined in one tensor."""
    return _sent([output_tensor], [input_tensor], group, 0, async_op)


def gather(
    tensor: Tensor,
    gather_list: list[Tensor] | None = None,
    dst: int | None = None,
    group: ProcessGroup | None = None,
    async_op: bool = False,
    group_dst: int | None = None,
) -> Work | None:
    """As `all_gather`, for the process `dst`."""
    return _sent(gather_list or [], [tensor], group, dst or group_dst, async_op)


def scatter(
    tensor: Tensor,
    scatter_list: list[Tensor] | None = None,
    src: int | None = None,
    group: ProcessGroup | None = None,
    async_op: bool = False,
    group_src: int | None = None,
) -> Work | None:
    """Copy this process's part of the list of the process `src` into the tensor."""
    return _sent([tensor], scatter_list or [], group, src or group_src, async_op)


def reduce_scatter(
    output: Tensor,
    input_list: list[Tensor],
    op: ReduceOp = ReduceOp.SUM,
    group: ProcessGroup | None = None,
    async_op: bool = False,
) -> Work | None:
    """The sum over all processes of this one's part of their lists."""
    return _sent([output], input_list, group, 0, async_op)


def reduce_scatter_tensor(
    output: Tensor,
    input: Tensor,
    op: ReduceOp = ReduceOp.SUM,
    group: ProcessGroup | None = None,
    async_op: bool = False,
) -> Work | None:
    """As `reduce_scatter`, of one tensor."""
    return _sent([output], [input], group, 0, async_op)


def all_to_all(
    output_tensor_list: list[Tensor],
    input_tensor_list: list[Tensor],
    group: ProcessGroup | None = None,
    async_op: bool = False,
) -> Work | None:
    """Each process sends each its part."""
    return _sent(output_tensor_list, input_tensor_list, group, 0, async_op)


def all_to_all_single(
    output: Tensor,
    input: Tensor,
    output_split_sizes: Any = None,
    input_split_sizes: Any = None,
    group: ProcessGroup | None = None,
    async_op: bool = False,
) -> Work | None:
    """As `all_to_all`, of one tensor."""
    return _sent([output], [input], group, 0, async_op)


def barrier(
    group: ProcessGroup | None = None, async_op: bool = False, device_ids: Any = None, timeout: Any = None
) -> Work | None:
    """Wait for all processes: for none."""
    return _sent([], [], group, 0, async_op)


def monitored_barrier(group: ProcessGroup | None = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """As `barrier`."""
    barrier(group)


def all_gather_object(object_list: list[Any], obj: Any, group: ProcessGroup | None = None) -> None:
    """Put the objects of all processes into the list: this one's."""
    _root(group, 0)
    object_list[0] = obj


def gather_object(
    obj: Any,
    object_gather_list: list[Any] | None = None,
    dst: int | None = None,
    group: ProcessGroup | None = None,
    group_dst: int | None = None,
) -> None:
    """As `all_gather_object`, for the process `dst`."""
    _root(group, dst or group_dst)
    if object_gather_list is not None:
        object_gather_list[0] = obj


def broadcast_object_list(
    object_list: list[Any],
    src: int | None = None,
    group: ProcessGroup | None = None,
    device: Any = None,
    group_src: int | None = None,
) -> None:
    """Put the objects of the process `src` into the list: they are there."""
    _root(group, src or group_src)


def scatter_object_list(
    scatter_object_output_list: list[Any],
    scatter_object_input_list: list[Any] | None = None,
    src: int | None = None,
    group: ProcessGroup | None = None,
    group_src: int | None = None,
) -> None:
    """Put this process's part of the list of the process `src` first into the other list."""
    _root(group, src or group_src)
    scatter_object_output_list[0] = (scatter_object_input_list or [None])[0]
