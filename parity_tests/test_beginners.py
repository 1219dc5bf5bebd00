"""The mistakes that beginners make: torch's type of error, torch's words where one would search for them, and the repair beside them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

import minitorch_pt
from parity_tests.oracle import builtin_type

NET = """
class Net(nn.Module):
    def __init__(self):
        {init}
    def {forward}(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""
IN_A_LIST = "super().__init__()\n        self.layers = [nn.Linear(3, 3), nn.Linear(3, 1)]"
IN_A_MODULE_LIST = "super().__init__()\n        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 1)])"
NO_SUPER = "self.layers = nn.ModuleList([nn.Linear(3, 1)])"
NO_SUPER_NOR_LAYER = "self.layers = 3"

# what goes wrong: (the program, torch's words, the repair)
MISTAKES = {
    # what a model is given
    "float64 from NumPy into a model": (
        "nn.Linear(3, 2)(torch.from_numpy(np.ones((4, 3))))",
        "mat1 and mat2 must have the same dtype, but got Double and Float",
        "the input is float64, the weights are float32: input.float()",
    ),
    "whole numbers into a model": (
        "nn.Linear(3, 2)(torch.tensor([[1, 2, 3]]))",
        "mat1 and mat2 must have the same dtype, but got Long and Float",
        "the input is int64, the weights are float32: input.float()",
    ),
    "float32 into a model of float64": (
        "nn.Linear(3, 2).double()(torch.ones(4, 3))",
        "mat1 and mat2 must have the same dtype, but got Float and Double",
        "the input is float32, the weights are float64: input.double()",
    ),
    "an image of bytes into a convolution": (
        "nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 8, 8, dtype=torch.uint8))",
        "should be the same",
        "the input is uint8, the weights are float32: input.float()",
    ),
    "float64 into a recurrent layer": (
        "nn.LSTM(3, 2)(torch.ones(4, 1, 3, dtype=torch.float64))",
        "RNN input dtype (torch.float64) does not match weight dtype (torch.float32)",
        "input.to(torch.float32)",
    ),
    "float64 into a normalization": (
        "nn.BatchNorm1d(3)(torch.ones(4, 3, dtype=torch.float64))",
        "mixed dtype (CPU): all inputs must share same datatype.",
        "the input is float64, the weights are float32: input.float()",
    ),
    "an array into a model": (
        "nn.Linear(3, 2)(np.ones((4, 3)))",
        "linear(): argument 'input' (position 1) must be Tensor, not numpy.ndarray",
        "torch.from_numpy()",
    ),
    "a list into a model": (
        "nn.Linear(3, 2)([1.0, 2.0, 3.0])",
        "linear(): argument 'input' (position 1) must be Tensor, not list",
        "torch.tensor()",
    ),
    "images that were not flattened": (
        "nn.Linear(784, 10)(torch.ones(32, 1, 28, 28))",
        "mat1 and mat2 shapes cannot be multiplied (896x28 and 784x10)",
        "input.flatten(1)",
    ),
    "a layer of another width": (
        "nn.Sequential(nn.Linear(4, 8), nn.Linear(9, 2))(torch.ones(1, 4))",
        "mat1 and mat2 shapes cannot be multiplied (1x8 and 9x2)",
        "the last axis of the input must be 9, the layer's in_features, and is 8",
    ),
    "an image without channels": (
        "nn.Conv2d(1, 2, 3)(torch.ones(28, 28))",
        "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [28, 28]",
        "input.unsqueeze(0)",
    ),
    "a batch without channels": (
        "nn.Conv2d(1, 2, 3)(torch.ones(32, 28, 28))",
        "expected input[1, 32, 28, 28] to have 1 channels, but got 32 channels instead",
        "input.unsqueeze(1)",
    ),
    "channels at the end": (
        "nn.Conv2d(3, 2, 3)(torch.ones(32, 28, 28, 3))",
        "expected input[32, 28, 28, 3] to have 3 channels, but got 28 channels instead",
        "input.permute(0, 3, 1, 2)",
    ),
    "one sample in training with batch normalization": (
        "nn.BatchNorm1d(3)(torch.ones(1, 3))",
        "Expected more than 1 value per channel when training, got input size",
        ".eval()",
    ),
    "a word that the embedding does not have": (
        "nn.Embedding(5, 2)(torch.tensor([5]))",
        "index out of range in self",
        "the table has 5 rows (0 to 4)",
    ),
    "numbers of words as floats": (
        "nn.Embedding(5, 2)(torch.tensor([1.0]))",
        "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int",
        ".long()",
    ),
    "the pair that an LSTM gives into a layer": (
        "nn.Sequential(nn.LSTM(3, 2), nn.Linear(2, 1))(torch.ones(4, 1, 3))",
        "must be Tensor, not tuple",
        "take one of them by its place, as in [0]",
    ),
    # tensors
    "the mean of a list": (
        "torch.mean([1.0, 2.0])",
        "mean(): argument 'input' (position 1) must be Tensor, not list",
        "torch.tensor()",
    ),
    "an array times a tensor": (
        "np.ones(2) * torch.ones(2)",
        "unsupported operand type(s) for *: 'numpy.ndarray' and 'Tensor'",
        "torch.from_numpy()",
    ),
    "the root of a number": (
        "torch.sqrt(2.0)",
        "sqrt(): argument 'input' (position 1) must be Tensor, not float",
        "torch.tensor()",
    ),
    "the mean of whole numbers": (
        "torch.tensor([1, 2]).mean()",
        "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype.",
        ".float()",
    ),
    "a number that is missing": (
        "torch.tensor([1, None])",
        "Could not infer dtype of NoneType",
        "float('nan')",
    ),
    "numbers as text": ("torch.tensor(['1', '2'])", "too many dimensions 'str'", "float()"),
    "rows of different lengths": (
        "torch.tensor([[1, 2], [3]])",
        "expected sequence of length 2 at dim 1 (got 1)",
        "fill the lists up to one length",
    ),
    "a tensor of a list of tensors": (
        "torch.tensor([torch.ones(2), torch.ones(2)])",
        "only one element tensors can be converted to Python scalars",
        "torch.stack()",
    ),
    "shapes that do not broadcast": (
        "torch.ones(4, 3) + torch.ones(4)",
        "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
        "Sizes must be equal, or 1",
    ),
    "a product of matrices that need transposing": (
        "torch.ones(2, 3) @ torch.ones(2, 3)",
        "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
        "Transpose one of them?",
    ),
    "tensors joined along the wrong axis": (
        "torch.cat([torch.ones(2, 3), torch.ones(2, 4)])",
        "Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for tensor number 1 in the list.",
        "dim=1",
    ),
    "tensors joined without a list": (
        "torch.cat(torch.ones(2), torch.ones(2))",
        "cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor",
        "in a list",
    ),
    "numbers joined with cat": (
        "torch.cat([torch.tensor(1.0), torch.tensor(2.0)])",
        "zero-dimensional tensor (at position 0) cannot be concatenated",
        "use stack",
    ),
    "the view of a transposed tensor": (
        "torch.ones(2, 3).t().view(6)",
        "view size is not compatible with input tensor's size and stride",
        "Use .reshape(...) instead.",
    ),
    "a shape of another size": (
        "torch.ones(2, 3).view(4, 2)",
        "shape '[4, 2]' is invalid for input of size 6",
        "the sizes must multiply to 6",
    ),
    "item() of several elements": (
        "torch.ones(2).item()",
        "a Tensor with 2 elements cannot be converted to Scalar",
        ".sum() or .mean()",
    ),
    "if of several elements": (
        "if torch.ones(2) > 0: pass",
        "Boolean value of Tensor with more than one value is ambiguous",
        ".any() or .all()",
    ),
    "an index of floats": (
        "torch.ones(3)[torch.tensor([1.0])]",
        "tensors used as indices must be long, int, byte or bool tensors",
        ".long()",
    ),
    "numpy() of what requires a gradient": (
        "torch.ones(2, requires_grad=True).numpy()",
        "Can't call numpy() on Tensor that requires grad.",
        "Use tensor.detach().numpy() instead.",
    ),
    "a histogram of nan": (
        "torch.tensor([1.0, float('nan')]).histc()",
        "is not finite",
        "input[input.isfinite()]",
    ),
    # losses
    "a loss made of its inputs": (
        "nn.CrossEntropyLoss(torch.ones(2, 3), torch.tensor([0, 1]))",
        "Boolean value of Tensor with more than one value is ambiguous",
        "make the loss first",
    ),
    "class indices as floats": (
        "nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([1.0, 0.0]))",
        "expected target dtype to be Long or Byte, but got",
        ".long()",
    ),
    "one-hot rows of whole numbers": (
        "nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([[1, 0, 0], [0, 1, 0]]))",
        "Expected floating point type for target with class probabilities",
        "target.argmax(1)",
    ),
    "a column of class indices": (
        "nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([[1], [0]]))",
        "0D or 1D target tensor expected, multi-target not supported",
        "target.squeeze(1)",
    ),
    "classes counted from 1": (
        "nn.CrossEntropyLoss()(torch.ones(3, 3), torch.tensor([1, 2, 3]))",
        "Target 3 is out of bounds",
        "labels go from 0 to 2",
    ),
    "another number of targets": (
        "nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([1, 0, 2]))",
        "Expected input batch_size (2) to match target batch_size (3)",
        "input [2, 3], target [3]",
    ),
    "scores where probabilities belong": (
        "nn.BCELoss()(torch.tensor([2.0, -1.0]), torch.tensor([1.0, 0.0]))",
        "all elements of input should be between 0 and 1",
        "torch.sigmoid",
    ),
    "whole numbers as targets of a binary loss": (
        "nn.BCEWithLogitsLoss()(torch.ones(2), torch.tensor([1, 0]))",
        "result type Float can't be cast to the desired output type",
        ".float()",
    ),
    "outputs in a column, targets in a row": (
        "nn.BCEWithLogitsLoss()(torch.ones(2, 1), torch.ones(2))",
        "must be the same as input size",
        "input.squeeze(-1)",
    ),
    # modules
    "a layer called before it is made": (
        "nn.Sigmoid(torch.ones(2))",
        "Sigmoid.__init__() takes 1 positional argument but 2 were given",
        "make the module first, then call it: Sigmoid()(input)",
    ),
    "a layer taken for its result": (
        "nn.Softmax(torch.ones(2, 3)).argmax(1)",
        "'Softmax' object has no attribute 'argmax'",
        "Softmax()(input)",
    ),
    "a layer given to a layer": (
        "nn.Linear(2, 2)(nn.ReLU(torch.ones(2)))",
        "linear(): argument 'input' (position 1) must be Tensor, not ReLU",
        "ReLU()(input)",
    ),
    "super().__init__() forgotten": (
        NET.format(init=NO_SUPER, forward="forward") + "Net()",
        "cannot assign module before Module.__init__() call",
        "super().__init__()",
    ),
    "super().__init__() forgotten, and noticed late": (
        NET.format(init=NO_SUPER_NOR_LAYER, forward="forward") + "Net()(torch.ones(1, 3))",
        "'Net' object has no attribute '_backward_hooks'",
        "super().__init__()",
    ),
    "forward misspelt": (
        NET.format(init=IN_A_MODULE_LIST, forward="foward") + "Net()(torch.ones(1, 3))",
        'Module [Net] is missing the required "forward" function',
        "the one called foward",
    ),
    "a ModuleList called": (
        "nn.ModuleList([nn.Linear(3, 2)])(torch.ones(1, 3))",
        'Module [ModuleList] is missing the required "forward" function',
        "nn.Sequential",
    ),
    "a list into Sequential": (
        "nn.Sequential([nn.Linear(3, 2), nn.ReLU()])",
        "list is not a Module subclass",
        "nn.Sequential(*layers)",
    ),
    "a class into Sequential": (
        "nn.Sequential(nn.Linear(3, 2), nn.ReLU)",
        "ReLU is not a Module subclass",
        "ReLU()",
    ),
    "a function into Sequential": (
        "nn.Sequential(nn.Linear(3, 2), torch.relu)",
        "is not a Module subclass",
        "nn.ReLU() for torch.relu",
    ),
    "a tensor in place of a parameter": (
        "nn.Linear(2, 1).weight = torch.ones(1, 2)",
        "cannot assign",
        "nn.Parameter(tensor)",
    ),
    "the state of a model of other sizes": (
        "nn.Linear(3, 2).load_state_dict(nn.Linear(3, 4).state_dict())",
        "size mismatch for weight: copying a param with shape torch.Size([4, 3]) from checkpoint",
        "with the sizes of the one that was saved",
    ),
    "the state of a model in a wrapper": (
        "nn.Linear(3, 2).load_state_dict(nn.ModuleDict({'module': nn.Linear(3, 2)}).state_dict())",
        'Missing key(s) in state_dict: "weight", "bias"',
        'k.removeprefix("module.")',
    ),
    "the path of a file in place of a state": (
        "nn.Linear(3, 2).load_state_dict('model.pt')",
        "Expected state_dict to be dict-like, got <class 'str'>.",
        "torch.load(path)",
    ),
    "a model in place of its state": (
        "nn.Linear(3, 2).load_state_dict(nn.Linear(3, 2))",
        "Expected state_dict to be dict-like, got",
        "state_dict()",
    ),
    # optimizers
    "layers in a plain list": (
        NET.format(init=IN_A_LIST, forward="forward") + "torch.optim.SGD(Net().parameters(), lr=0.1)",
        "optimizer got an empty parameter list",
        "nn.ModuleList",
    ),
    "an optimizer of a model": (
        "torch.optim.SGD(nn.Linear(3, 2), lr=0.1)",
        "'Linear' object is not iterable",
        "model.parameters()",
    ),
    "parameters without parentheses": (
        "torch.optim.SGD(nn.Linear(3, 2).parameters, lr=0.1)",
        "'method' object is not iterable",
        "call it, model.parameters()",
    ),
    "an optimizer of a list of layers": (
        "torch.optim.SGD([nn.Linear(3, 2)], lr=0.1)",
        "optimizer can only optimize Tensors, but one of the params is",
        "parameters()",
    ),
    "an optimizer of one tensor": (
        "torch.optim.SGD(torch.ones(2, requires_grad=True), lr=0.1)",
        "should be an iterable of Tensors or dicts, but got torch.FloatTensor",
        "[tensor]",
    ),
    "an optimizer of what was computed": (
        "torch.optim.SGD([torch.ones(2, requires_grad=True) * 2], lr=0.1)",
        "can't optimize a non-leaf Tensor",
        "the tensor that it was computed from",
    ),
    # gradients
    "backward under no_grad": (
        "with torch.no_grad():\n    loss = nn.Linear(3, 1)(torch.ones(1, 3)).sum()\nloss.backward()",
        "element 0 of tensors does not require grad and does not have a grad_fn",
        "torch.no_grad()",
    ),
    "backward through argmax": (
        "nn.Linear(3, 2)(torch.ones(1, 3)).argmax().backward()",
        "element 0 of tensors does not require grad and does not have a grad_fn",
        "argmax",
    ),
    "backward of a vector": (
        "x = torch.ones(2, requires_grad=True)\n(x * x).backward()",
        "grad can be implicitly created only for scalar outputs",
        ".sum() or .mean()",
    ),
    "backward twice": (
        "x = torch.ones(2, requires_grad=True)\nloss = (x * x).sum()\nloss.backward()\nloss.backward()",
        "Trying to backward through the graph a second time",
        "compute the loss anew",
    ),
    "a state carried from step to step": (
        "cell, h = nn.RNNCell(2, 2), torch.zeros(1, 2)\nfor _ in range(2):\n    h = cell(torch.ones(1, 2), h)\n    h.sum().backward()",
        "Trying to backward through the graph a second time",
        "detach()",
    ),
    "a step that changes a parameter in place": (
        "w = torch.ones(2, requires_grad=True)\nw -= 0.1",
        "a leaf Variable that requires grad is being used in an in-place operation.",
        "torch.no_grad()",
    ),
    "a change of what a gradient needs": (
        "x = torch.ones(2, requires_grad=True)\ny = x.exp()\ny += 1\ny.sum().backward()",
        "one of the variables needed for gradient computation has been modified by an inplace operation",
        "out-of-place",
    ),
    "gradients of whole numbers": (
        "torch.arange(3).requires_grad_()",
        "only Tensors of floating point dtype can require gradients",
        ".float()",
    ),
    "a gradient that nothing leads to": (
        "x, y = (torch.ones(1, requires_grad=True) for _ in range(2))\ntorch.autograd.grad((x * 2).sum(), y)",
        "appears to not have been used in the graph",
        "allow_unused=True",
    ),
    # data
    "inputs and targets of different numbers": (
        "torch.utils.data.TensorDataset(torch.ones(3), torch.ones(2))",
        "Size mismatch between tensors",
        "need the same number",
    ),
    "samples of different lengths": (
        "list(torch.utils.data.DataLoader([torch.ones(2), torch.ones(3)], batch_size=2))",
        "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1",
        "torch.nn.utils.rnn.pad_sequence",
    ),
    "parts that are not the whole": (
        "torch.utils.data.random_split(torch.ones(10), [7, 2])",
        "Sum of input lengths does not equal the length of the input dataset!",
        "[7, 2] sum to 9, and there are 10",
    ),
}


def error_of(t, program: str) -> Exception:
    """What the program ends with under one of the packages."""
    with warnings.catch_warnings(), pytest.raises(Exception) as caught:
        warnings.simplefilter("ignore")
        exec(program, {"torch": t, "nn": t.nn, "np": np})
    return caught.value


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_message_says_the_repair(mistake):
    program, words, repair = MISTAKES[mistake]
    ours, theirs = error_of(minitorch_pt, program), error_of(torch, program)
    assert issubclass(type(ours), builtin_type(theirs)), f"{type(ours)}, torch: {type(theirs)}: {theirs}"
    assert words in str(theirs)
    said = "\n".join([str(ours), *getattr(ours, "__notes__", [])])  # what a traceback shows
    assert words in said and repair in said.replace(words, ""), said
