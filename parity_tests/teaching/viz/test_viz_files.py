"""Files of pictures, notebooks, and the door: matplotlib is imported when viz is first used, and missed with a clear word."""

from __future__ import annotations

import importlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from base64 import b64decode

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

import minitorch_pt
import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.viz.style import Picture
from parity_tests.teaching.viz.gallery import PICTURES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", ["matmul", "network", "graph of a neuron", "boundary", "gates", "samples over time"])
def test_two_runs_write_the_same_bytes(tmp_path, name):
    runs = [viz.save(PICTURES[name]("pt"), tmp_path / str(run)) for run in range(2)]
    for first, second in zip(*runs, strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.png", "0.svg", "1.png", "1.svg"]


def test_files_carry_the_alternative_text(tmp_path):
    figure = viz.shape([[0, 1], [2, 3]], language="pt")
    figure.alt = f"{viz.alt_text(figure)} 1 < 2 & 3."
    svg, png = viz.save(figure, tmp_path / "lesson.2")
    assert (svg.name, png.name) == ("lesson.2.svg", "lesson.2.png")
    root = ElementTree.parse(svg).getroot()
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Um array de formato (2, 2)"
    assert root.find(f"{SVG}desc").text == viz.alt_text(figure)
    with Image.open(png) as image:
        assert image.info["Description"] == viz.alt_text(figure)
    assert b"<dc:date>" not in svg.read_bytes()


def test_a_picture_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    svg, _ = viz.save(viz.shape([1]), tmp_path / "a")
    old = svg.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        viz.save(viz.shape([1, 2]), tmp_path / "a")
    assert svg.read_bytes() == old
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "a.svg"]


@pytest.mark.parametrize("path", ["a.svg", "a.png"])
def test_a_suffix_is_refused(tmp_path, path):
    with pytest.raises(ValueError, match="without suffix"):
        viz.save(viz.shape([1]), tmp_path / path)


def test_a_figure_of_other_origin_needs_alternative_text(tmp_path):
    figure = Figure()
    assert viz.alt_text(figure) == ""
    with pytest.raises(ValueError, match="figure.alt"):
        viz.save(figure, tmp_path / "a")
    viz.history({"loss": [2, 1]}, ax=figure.add_subplot())
    assert viz.save(figure, tmp_path / "a")[1].exists()


def test_notebooks_show_a_picture_with_its_words():
    data, metadata = viz.shape([1], language="pt")._repr_mimebundle_()
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == metadata["image/png"]["alt"]
    assert 'alt="Um array de formato (1,).' in data["text/html"]
    figure = Picture()
    figure.alt = 'x < y, "quoted"'
    assert 'alt="x &lt; y, &quot;quoted&quot;"' in figure._repr_mimebundle_()[0]["text/html"]


def test_numbers_have_a_comma_in_portuguese():
    def texts(figure):
        viz.alt_text(figure)
        figure.draw_without_rendering()
        return {text.get_text() for text in figure.findobj(Text)}

    portuguese, english = (texts(viz.neuron([0.5, 1.25], [2.0, 3.5], language=language)) for language in ("pt", "en"))
    assert {"0,5", "1,25", "× 3,5"} <= portuguese
    assert {"0.5", "1.25", "× 3.5"} <= english
    assert "0,5 × 2 + 1,25 × 3,5" in viz.alt_text(viz.neuron([0.5, 1.25], [2.0, 3.5], language="pt"))
    ticks = texts(viz.bias(0.5, 1.5, language="pt"))
    assert not [text for text in ticks if "." in text]
    assert [text for text in ticks if "," in text]
    gates = viz.gates(torch.nn.LSTM(1, 2), [[0.5], [1.5]], labels=["0.5", "1.5"], language="pt")
    assert {"0,5", "1,5"} <= texts(gates)


def test_a_picture_does_not_open_a_window():
    assert "matplotlib.pyplot" not in run(
        "import sys; from minitorch_pt.teaching import viz; viz.shape([1]); print(*sys.modules)"
    )


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_viz_is_imported_when_it_is_first_used():
    code = "import sys, minitorch_pt; print('matplotlib' in sys.modules); import minitorch_pt.teaching.viz; print('matplotlib' in sys.modules)"
    assert run(code).split() == ["False", "True"]


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        importlib.reload(viz)


def test_other_unknown_names_stay_unknown():
    assert not hasattr(minitorch_pt, "vis")
    with pytest.raises(AttributeError, match="module 'minitorch_pt' has no attribute 'vis'"):
        minitorch_pt.vis  # noqa: B018  the attribute is what is tested
