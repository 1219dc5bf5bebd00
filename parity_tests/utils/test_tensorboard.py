"""SummaryWriter: what it writes is read back where tensorboard is installed; elsewhere it says what is missing."""

from __future__ import annotations

import importlib.util

import pytest

import minitorch_pt
from minitorch_pt.utils.tensorboard import SummaryWriter, writer

INSTALLED = importlib.util.find_spec("tensorboard") is not None


def test_without_tensorboard(monkeypatch, tmp_path):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(writer.importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="pip install tensorboard"):
        SummaryWriter(tmp_path)


class Events:
    """Stands for tensorboard's file and its messages: what is written can be read."""

    def __init__(self, *args, **kwargs):
        self.__dict__.update(kwargs)
        self.args, self.added = args, []

    def add_event(self, event):
        self.added.append(event)

    def flush(self):
        self.flushed = True

    def close(self):
        self.closed = True

    def __getattr__(self, name):
        return Events


def test_what_is_written(monkeypatch, tmp_path):
    class Module:
        EventFileWriter = Events

        def __getattr__(self, name):
            return Events() if name.endswith("_pb2") else Events

    Events.Value = Events.PluginData = Events.Dim = Events
    monkeypatch.setattr(writer.importlib, "import_module", lambda name: Module())
    with SummaryWriter(tmp_path) as board:
        board.add_scalar("loss", minitorch_pt.tensor(0.5), 3)
        board.add_scalars("both", {"a": 1, "b": 2.0}, 4, walltime=7.0)
        board.add_text("note", "hello")
        board.add_histogram("weights", minitorch_pt.arange(4.0), 1, bins=2)
        board.flush()
    events = board._writer.added
    values = [event.summary.value[0] for event in events]
    assert [v.tag for v in values] == ["loss", "both/a", "both/b", "note/text_summary", "weights"]
    assert [v.simple_value for v in values[:3]] == [0.5, 1.0, 2.0] and [e.step for e in events[:3]] == [3, 4, 4]
    assert events[1].wall_time == 7.0 and values[3].tensor.string_val == [b"hello"]
    assert values[4].histo.bucket == [2, 2] and values[4].histo.num == 4 and values[4].histo.sum_squares == 14
    assert board.get_logdir() == str(tmp_path) and board._writer.flushed and board._writer.closed
    with pytest.raises(NotImplementedError, match="add_image"):
        board.add_image("picture", minitorch_pt.ones(3, 2, 2))
    with pytest.raises(AttributeError, match="nonsense"):
        board.nonsense  # noqa: B018


@pytest.mark.skipif(not INSTALLED, reason="tensorboard is not installed")
def test_the_file(tmp_path):
    with SummaryWriter(tmp_path) as board:
        board.add_scalar("loss", 0.5, 3)
    assert any(path.name.startswith("events.out.tfevents") for path in tmp_path.iterdir())
