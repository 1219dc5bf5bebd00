"""SummaryWriter: what a training tells, in a file that TensorBoard shows. It writes with the package `tensorboard`, which is not part of this one."""

from __future__ import annotations

import datetime
import importlib
import os
import socket
import time
from typing import Any

import numpy as np

from ...tensors.tensor import Tensor

__all__ = ["SummaryWriter"]


def _numbers(values: Any) -> np.ndarray:
    return values.detach().numpy() if isinstance(values, Tensor) else np.asarray(values)


class SummaryWriter:
    """Writes scalars, texts and histograms to `log_dir`, by default runs/DATE_HOST.

    Raises:
        ModuleNotFoundError: the package tensorboard is not installed. NotImplementedError: pictures, graphs and others that torch can write.
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        try:
            self._protos: Any = importlib.import_module("tensorboard.compat.proto")
            for name in ("event_pb2", "summary_pb2", "tensor_pb2", "tensor_shape_pb2"):
                importlib.import_module(f"tensorboard.compat.proto.{name}")
            writers = importlib.import_module("tensorboard.summary.writer.event_file_writer")
        except ImportError as error:
            raise ModuleNotFoundError(
                "torch.utils.tensorboard needs the package tensorboard: `pip install tensorboard`, or leave SummaryWriter out and print the numbers"
            ) from error
        if not log_dir:
            log_dir = os.path.join("runs", f"{datetime.datetime.now():%b%d_%H-%M-%S}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        self._writer = writers.EventFileWriter(self.log_dir, max_queue, flush_secs, filename_suffix)

    def _add(self, value: Any, global_step: int | None, walltime: float | None) -> None:
        event = self._protos.event_pb2.Event(summary=self._protos.summary_pb2.Summary(value=[value]))
        event.wall_time = time.time() if walltime is None else walltime
        if global_step is not None:
            event.step = int(global_step)
        self._writer.add_event(event)

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """A number, as a point of the curve `tag` at `global_step`."""
        number = float(_numbers(scalar_value))
        self._add(self._protos.summary_pb2.Summary.Value(tag=tag, simple_value=number), global_step, walltime)

    def add_scalars(
        self, main_tag: str, tag_scalar_dict: dict, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Several numbers, as points of curves in one picture."""
        for tag, value in tag_scalar_dict.items():
            self.add_scalar(f"{main_tag}/{tag}", value, global_step, walltime)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """A text."""
        protos = self._protos
        plugin = protos.summary_pb2.SummaryMetadata(
            plugin_data=protos.summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
        )
        shape = protos.tensor_shape_pb2.TensorShapeProto(dim=[protos.tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
        tensor = protos.tensor_pb2.TensorProto(dtype="DT_STRING", string_val=[text_string.encode()], tensor_shape=shape)
        self._add(
            protos.summary_pb2.Summary.Value(tag=f"{tag}/text_summary", metadata=plugin, tensor=tensor),
            global_step,
            walltime,
        )

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Any = "auto",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """How often numbers fall into each of the bins."""
        numbers = _numbers(values).astype(np.float64).reshape(-1)
        counts, edges = np.histogram(numbers, bins=30 if bins in ("tensorflow", "auto", "fd") else bins)
        histogram = self._protos.summary_pb2.HistogramProto(
            min=numbers.min(), max=numbers.max(), num=numbers.size, sum=numbers.sum(), sum_squares=numbers @ numbers, bucket_limit=edges[1:].tolist(),
            bucket=counts.tolist(),
        )  # fmt: skip
        self._add(self._protos.summary_pb2.Summary.Value(tag=tag, histo=histogram), global_step, walltime)

    def get_logdir(self) -> str:
        """Where it writes."""
        return self.log_dir

    def flush(self) -> None:
        """Write what waits."""
        self._writer.flush()

    def close(self) -> None:
        """Write what waits, and end."""
        self._writer.close()

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("add_"):
            raise NotImplementedError(f"SummaryWriter.{name}() is left out: it writes scalars, texts and histograms")
        raise AttributeError(f"'SummaryWriter' object has no attribute '{name}'")
