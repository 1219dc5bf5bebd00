"""torch.distributed with a group of one process: a program for several prints what it prints under PyTorch."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import minitorch_pt
from minitorch_pt import distributed

PROGRAM = """
import os, sys, warnings, torch, torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
warnings.simplefilter("ignore")
def show(text):
    try:
        print(text, eval(text))
    except Exception as error:
        print(text, type(error).__name__)
for text in "dist.get_rank()", "dist.barrier()", "DDP(nn.Linear(1, 1))", "dist.all_reduce(t)", "dist.init_process_group('gloo')", "dist.new_group()", "torch.utils.data.DistributedSampler(range(3))", "dist.is_initialized()":
    show(text)
dist.init_process_group("gloo", init_method=sys.argv[1], rank=0, world_size=1)
torch.manual_seed(0)
t, o = torch.arange(2.0), torch.zeros(2)
model = DDP(nn.Linear(2, 1))
sampler = torch.utils.data.DistributedSampler(range(5))
objects = [None]
for text in '''dist.get_rank(), dist.get_world_size(), dist.get_backend(), dist.is_initialized()
dist.init_process_group("gloo", init_method=sys.argv[1], rank=0, world_size=1)
dist.all_reduce(t, op=dist.ReduceOp.MAX), t
dist.all_reduce(t, async_op=True).wait()
dist.all_reduce(3)
dist.broadcast(t, src=0), dist.reduce(t, 0), t
dist.broadcast(t, 1)
dist.all_gather([o], t), o
dist.all_gather([], t)
dist.all_gather_into_tensor(o.fill_(7), t), o
dist.gather(t, [o.fill_(7)]), o
dist.scatter(o, [torch.ones(2)]), o
dist.reduce_scatter(o, [t]), o
dist.reduce_scatter_tensor(o.fill_(7), t), o
dist.all_to_all_single(o.fill_(7), t), o
dist.barrier(), dist.monitored_barrier()
dist.all_gather_object(objects, {"a": 1}), objects
dist.broadcast_object_list(objects, 0), objects
dist.gather_object(5, objects), objects
dist.scatter_object_list(objects, [7], 0), objects
dist.get_rank(dist.new_group([0])), dist.group.WORLD.size(), dist.group.WORLD.rank()
dist.get_process_group_ranks(None), dist.get_global_rank(dist.group.WORLD, 0), dist.get_group_rank(dist.group.WORLD, 0)
dist.get_node_local_rank(0)
list(sampler), len(sampler)
model, list(model.state_dict()), model(torch.ones(1, 2))
DDP(nn.ReLU())
DDP(nn.Linear(1, 1), device_ids=[0])
model.no_sync().__enter__()
torch.nn.utils.parameters_to_vector(p.grad for p in model.parameters()) if model(torch.ones(3, 2)).sum().backward() is None else 0'''.splitlines():
    show(text)
dist.destroy_process_group()
show("dist.is_initialized()")
sys.stdout.flush()
os._exit(0)  # past the threads of torch's group, which outlive it
"""


def test_a_group_of_one_process(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    texts = [
        subprocess.run(
            [sys.executable, *command, tmp_path / "program.py", f"file://{tmp_path}/{i}"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"GLOO_SOCKET_IFNAME": "lo"},
        ).stdout
        for i, command in enumerate(([], ["-m", "minitorch_pt", "run"]))
    ]
    assert len(texts[0].splitlines()) > 35
    assert texts[1] == texts[0]


def test_several_processes_are_refused(monkeypatch):
    for name, value in {"RANK": "1", "WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(NotImplementedError, match="one process, not as number 1 of 2"):
        distributed.init_process_group()
    with pytest.raises(RuntimeError, match="have NCCL built in"):
        distributed.init_process_group("nccl", rank=0, world_size=1)
    with pytest.raises(ValueError, match="init_process_group"):
        minitorch_pt.nn.parallel.DistributedDataParallel(minitorch_pt.nn.Linear(1, 1))
    with pytest.raises(RuntimeError, match="LOCAL_RANK"):
        distributed.get_node_local_rank()


def test_all_to_all_and_work():
    distributed.init_process_group("gloo", rank=0, world_size=1)
    try:
        sent, received = minitorch_pt.arange(2.0), minitorch_pt.zeros(2)
        work = distributed.all_to_all([received], [sent], async_op=True)
        assert isinstance(work, distributed.Work) and work.is_completed() and received.tolist() == [0.0, 1.0]
        assert isinstance(distributed.group.WORLD, distributed.ProcessGroup)
        with pytest.raises(ValueError, match="ranks"):
            distributed.new_group([0, 1])
    finally:
        distributed.destroy_process_group()
