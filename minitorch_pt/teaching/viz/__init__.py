"""Pictures of arrays, networks, graphs and training, drawn with matplotlib: what a lesson shows, usable in any notebook.

Each function returns a matplotlib Figure that carries its alternative text (`viz.alt_text`), in English or, with `language="pt"` or
after `speak("pt")` of `minitorch_pt.teaching.language`, in Brazilian Portuguese; `viz.save` writes it as SVG and PNG. matplotlib is an extra: `pip install matplotlib`.

arrays              shape, batches
products            dot, matmul, transpose
neurons, networks   neuron, unrolled, biological_neuron, network, weight_rows
functions           activation, bias, bell, histogram, descent
autograd            graph; replay and recording (a page on which one steps through backpropagation)
training            history, boundary, fit, confusion
layers              filters, feature_maps, gates, attention, samples
files               panels (several pictures in one), save, alt_text

>>> import minitorch_pt as torch
>>> from minitorch_pt.teaching import datasets, viz
>>> figure = viz.matmul(torch.ones(2, 3), torch.ones(3, 4), row=1, column=2)
>>> viz.alt_text(figure)
'Matrix product (2, 3) @ (3, 4) → (2, 4). Row 1 of a meets column 2 of b: 1 × 1 + 1 × 1 + 1 × 1 = 3.'
"""

try:
    import matplotlib as _matplotlib
except ImportError as error:
    raise ImportError(
        "minitorch_pt.teaching.viz draws with matplotlib, which is not installed: pip install matplotlib"
    ) from error

from ..console import print_anything as _print_anything
from ..replay import recording, replay
from .files import *
from .functions import *
from .graphs import *
from .layers import *
from .networks import *
from .neurons import *
from .products import *
from .shapes import *
from .style import *
from .training import *

_print_anything()  # each lesson begins with pictures, and prints "≈"
