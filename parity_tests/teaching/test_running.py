"""`python -m minitorch_pt run` runs, fails and exits as `python` does; only that `import torch` gives minitorch_pt."""

from __future__ import annotations

import importlib.metadata
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import torch

import minitorch_pt
from minitorch_pt import torch_version, version
from minitorch_pt.__main__ import main

ROOT = Path(minitorch_pt.__file__).parent.parent

FACTS = """
import __main__, pickle, sys
class Point:
    pass
print(sys.argv, __name__, __file__, sys.path[0], __package__, __doc__, type(__loader__).__name__, getattr(__spec__, "name", None))
print(type(pickle.loads(pickle.dumps(Point()))) is Point is __main__.Point)
"""
VERSIONS = """
import importlib.metadata, torch
print(torch.__version__ > "2.6", torch.__version__ >= (2, 13), type(torch.__version__).__name__)
print(torch.__version__.split("+")[0], torch.version.cuda, importlib.metadata.version("torch").split("+")[0])
"""
FILES = {
    "facts.py": FACTS,
    "versions.py": VERSIONS,
    "inner/__main__.py": FACTS,
    "package/__init__.py": "",
    "package/__main__.py": FACTS,
    "package/part.py": FACTS,
    "empty/nothing.txt": "",
    "wrong.py": "x = (1\n",
    "latin.py": "# -*- coding: latin-1 -*-\nprint('caf\\xe9', 'annotations' in globals())\n",
    "annotated.py": "def f(x: int): ...\nprint(f.__annotations__)\n",
    "fails.py": "def f(x):\n    return 1 / x\n\n\ntry:\n    f('a')\nexcept TypeError as e:\n    raise ValueError('chained') from e\n",
    "fails_inside.py": "import package.broken\n",
    "package/broken.py": "import nothing_of_this_name\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "says.py": "import sys\nsys.exit('goodbye')\n",
    "interrupted.py": "raise KeyboardInterrupt\n",
    "hooked.py": "import sys\nsys.excepthook = lambda kind, error, trace: print('mine', kind.__name__)\n1 / 0\n",
    "at_exit.py": "import atexit, pickle\nclass P: pass\natexit.register(lambda: print(type(pickle.loads(pickle.dumps(P())))))\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="latin-1")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("__main__.py", FACTS)
    return folder


def output(folder, *command, given=""):
    """What a process has printed and its status."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    return done.stdout, done.stderr, done.returncode


def runner(text):
    """Without the steps of `python -m` and of a failing import, which we do not show, and with the name of python for ours."""
    steps = re.sub(r'  File "<frozen runpy>".*\n', "", text)
    return steps.replace("minitorch-pt: can't open", f"{Path(sys.executable).name}: can't open").replace(
        f"{sys.executable}: can't open", f"{Path(sys.executable).name}: can't open"
    )


COMMANDS = [
    "facts.py", "versions.py", "./facts.py a --b -m c", "inner/../facts.py", "inner x", "packed.zip y", "-m package", "-m package.part --lr 3 -h", "-m nothing_of_this_name",
    "-m empty", "absent.py", "empty", "wrong.py", "latin.py", "annotated.py", "fails.py", "fails_inside.py", "-m package.broken", "exits.py",
    "says.py", "interrupted.py", "hooked.py", "at_exit.py",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_as_python(folder, command):
    expected = output(folder, *command.split())
    ours = output(folder, "-m", "minitorch_pt", "run", *command.split())
    assert ours[0] == expected[0]
    assert runner(ours[1]) == runner(expected[1])
    assert ours[2] == expected[2]


@pytest.mark.parametrize("command", ["-", "- a -b"])
def test_standard_input(folder, command):
    expected = output(folder, *command.split(), given=FACTS)
    ours = output(folder, "-m", "minitorch_pt", "run", *command.split(), given=FACTS)
    assert "facts" not in expected[0] and expected[2] == 0
    assert ours == (expected[0], *expected[1:])


def test_a_safe_path_is_kept(folder):
    assert output(folder, "-P", "-m", "minitorch_pt", "run", "facts.py") == output(folder, "-P", "facts.py")


@pytest.mark.parametrize(
    ("program", "last"),
    [
        (
            "import torch\n\ntorch.fft.fft(torch.ones(2))\n",
            "AttributeError: minitorch_pt leaves out torch.fft: complex",
        ),
        (
            "import torch.fft\n\nrfft = torch.fft.rfft\n\nrfft(torch.ones(2))\n",
            "NotImplementedError: minitorch_pt leaves out torch.fft: complex",
        ),
        ("from torch.fft import rfft\n\nrfft(2)\n", "NotImplementedError: minitorch_pt leaves out torch.fft: complex"),
        ("import torch.masked\n", "ModuleNotFoundError: minitorch_pt leaves out torch.masked: tensors of unlike"),
        ("from torch import stft\n", "ModuleNotFoundError: minitorch_pt leaves out torch.stft: complex"),
        (
            "import torch\nx = torch.ones(2)\nx.cfloat()\n",
            "AttributeError: minitorch_pt leaves out torch.Tensor.cfloat: complex",
        ),
        (
            "import torch\ntorch.nn.Linear(1, 1).bfloat16()\n",
            "AttributeError: minitorch_pt leaves out torch.nn.Module.bfloat16: ",
        ),
        ("import torch\ntorch.nonsense\n", "AttributeError: module 'torch' has no attribute 'nonsense'"),
        ("import torch\ntorch.nn.nonsense\n", "AttributeError: module 'torch.nn' has no attribute 'nonsense'"),
        ("import torch.nonsense\n", "ModuleNotFoundError: No module named 'torch.nonsense'"),
    ],
)
def test_what_is_missing(tmp_path, program, last):
    (tmp_path / "program.py").write_text(program)
    printed, errors, status = output(tmp_path, "-m", "minitorch_pt", "run", "program.py")
    first, *steps, said = errors.splitlines()
    assert (printed, status, first) == ("", 1, "Traceback (most recent call last):") and said.startswith(last)
    if "leaves out" in last:  # the line of the program, and nothing of ours
        assert [step for step in steps if step.startswith("  File")] == [
            f'  File "{tmp_path}/program.py", line {len(program.splitlines())}, in <module>'
        ]


def test_programs_that_try(tmp_path):
    (tmp_path / "program.py").write_text(
        "import torch\n"
        "for name in ('masked', 'mtia', 'onnx.nonsense'):\n"
        "    try:\n"
        "        __import__(f'torch.{name}')\n"
        "    except ImportError as error:\n"
        "        print(error.name)\n"
        "print(hasattr(torch, 'fft'), getattr(torch, 'stft', 3), hasattr(torch.Tensor, 'cfloat'))\n"
    )
    printed, errors, _ = output(tmp_path, "-m", "minitorch_pt", "run", "program.py")
    assert (
        errors == ""
        and printed.startswith("minitorch_pt.masked\nminitorch_pt.mtia\n")
        and printed.endswith("\nFalse 3 False\n")
    )


def test_what_packages_ask_when_they_are_imported(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, torch, torch.utils.model_zoo as model_zoo\n"
        "from torch.utils import _pytree\n"
        "x = torch.ones(2, requires_grad=True) * 2\n"
        "print(type(x).__module__, type(x), x, getattr(sys.modules[type(x).__module__], 'tensordot') is torch.tensordot)\n"
        "print(torch.cuda._initialized, isinstance(torch.nn.ReLU(), torch._dynamo.eval_frame.OptimizedModule), isinstance(torch.Tensor, torch._C._TensorMeta))\n"
        "print(torch.finfo(torch.bfloat16), torch.finfo(torch.float8_e4m3fn), torch.finfo(torch.float8_e5m2))\n"
        "print(_pytree._dict_flatten_with_keys({'a': 1})[1], callable(model_zoo.load_url))\n"
    )
    expected, ours = output(tmp_path, "program.py"), output(tmp_path, "-m", "minitorch_pt", "run", "program.py")
    assert ours == expected and expected[2] == 0


def test_the_script(capsys, monkeypatch):
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"] == {
        "minitorch-pt": "minitorch_pt.__main__:main"
    }
    monkeypatch.setattr(sys, "argv", ["minitorch-pt", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"minitorch-pt {minitorch_pt.__version__}, after PyTorch 2.13.0\n"


def test_versions():
    torchs = torch.version
    assert (
        version.__version__
        == torchs.__version__.partition("+")[0]
        == importlib.metadata.version("torch").partition("+")[0]
    )
    assert all(getattr(version, name) == getattr(torchs, name) for name in torchs.__all__ if name != "__version__")
    texts = [
        "2.13.0",
        "2.13",
        "2.6",
        "2.13.0+cpu",
        "2.13.0.dev20240101",
        "2.13.0a0",
        "2.13.0rc1",
        "1.10",
        "nonsense",
        "2.13.0.post1",
        "0",
    ]
    for mine in texts:
        ours, theirs = torch_version.TorchVersion(mine), torch.torch_version.TorchVersion(mine)
        assert hash(ours) == hash(theirs) and ours.split(".") == theirs.split(".")
        for other in (*texts, (2, 13), (2, 14, 1), (0,), ["2", "13"], None, 3):
            for operator in ("__eq__", "__ne__", "__gt__", "__lt__", "__ge__", "__le__"):
                assert getattr(ours, operator)(other) is getattr(theirs, operator)(other), (mine, operator, other)


CLASSES = """
import importlib, warnings
warnings.simplefilter("ignore")
for place in "nn nn.utils.prune nn.utils.rnn nn.utils.parametrize optim optim.lr_scheduler optim.swa_utils utils.data distributions autograd amp".split() + [""]:
    module = importlib.import_module("torch." + place if place else "torch")
    for name in sorted(dir(module)):
        if name[0] != "_" and isinstance(getattr(module, name), type):
            print(module.__name__.partition(".")[2], name, getattr(module, name))
"""


def _printed_by_both(text, path, capsys):
    path.write_text(text)
    ours = subprocess.run(
        [sys.executable, "-m", "minitorch_pt", "run", path], capture_output=True, text=True, check=True
    )
    runpy.run_path(str(path))
    return capsys.readouterr().out, ours.stdout


def test_classes_are_called_torchs(tmp_path, capsys):
    """`print(type(layer))` is `<class 'torch.nn.modules.linear.Linear'>`: each class that both have prints as torch's."""
    texts = _printed_by_both(CLASSES, tmp_path / "program.py", capsys)
    theirs, ours = ({tuple(line.split()[:-2]): line for line in text.splitlines()} for text in texts)
    shared = theirs.keys() & ours.keys()
    assert len(shared) > 300
    others = {"Future", "ExponentialFamily"}  # of another place in torch's C++, and left out
    assert [ours[k] for k in shared if ours[k] != theirs[k] and k[-1] not in others] == []


def test_what_is_called_torchs_is_pickled_and_found(tmp_path, capsys):
    theirs, ours = _printed_by_both(
        """
import copy, io, pickle, sys, typing, torch
from torch import nn
torch.manual_seed(0)
m = nn.Sequential(nn.Linear(2, 3), nn.GELU())
print(type(pickle.loads(pickle.dumps(m))[1]), copy.deepcopy(m), nn.Parameter(torch.ones(1)))
file = io.BytesIO()
torch.save(m, file)
file.seek(0)
print(torch.load(file, weights_only=False)(torch.ones(2)), typing.get_type_hints(nn.Linear)["training"])
print(sys.modules[nn.Linear.__module__].Linear is nn.Linear)
""",
        tmp_path / "program.py",
        capsys,
    )
    assert ours == theirs


def test_functions_are_pickled_by_torchs_names(tmp_path):
    """All of them, also those of modules that are loaded after the others were given torch's names."""
    path = tmp_path / "program.py"
    path.write_text("""
import pickle, torch
unlike, found = [], 0
for place in (torch, torch.Tensor, torch.special, torch.linalg, torch.nn.functional, torch.nn.init, torch.signal.windows):
    for name in dir(place):
        thing = getattr(place, name, None)
        if name[0] != "_" and callable(thing) and not isinstance(thing, type):
            found += 1
            try:
                again = pickle.loads(pickle.dumps(thing))
            except Exception as error:
                again = error
            if again is not thing:
                unlike.append(name)
print(found > 1200, unlike)
""")
    command = [sys.executable, "-W", "ignore", "-m", "minitorch_pt", "run", path]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True []\n"
