"""The loss of a softmax over very many classes, of which most are rare."""

from __future__ import annotations

import itertools
from collections import namedtuple
from collections.abc import Sequence
from typing import Any

from ...ops import cat
from ...tensors import creation
from ...tensors.tensor import Tensor
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]

_ASMoutput = namedtuple("_ASMoutput", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(Module):
    """log softmax over n_classes sorted by frequency, the frequent ones first, which computes few of them.

    The head is a softmax over the classes below cutoffs[0], the shortlist, and one place for each cluster of rarer classes,
    cutoffs[i] to cutoffs[i + 1]; in a cluster log p(class) = log p(cluster) + log p(class in cluster). A cluster is computed for
    those samples alone whose target lies in it, from in_features / div_value^(i + 1) features.

    Shapes: (N, in_features) and labels (N) -> output (N), log p of each target, and loss (), the mean of -output. Or without N.

    Raises:
        ValueError: cutoffs are not whole numbers between 1 and n_classes - 1 that grow.
        RuntimeError: in the forward pass: a label is no class, or other shapes.

    Source: Grave et al. 2017, arXiv:1609.04309.

    >>> words = torch.nn.AdaptiveLogSoftmaxWithLoss(16, 1000, cutoffs=[20, 200])
    >>> words
    AdaptiveLogSoftmaxWithLoss(
      (head): Linear(in_features=16, out_features=22, bias=False)
      (tail): ModuleList(
        (0): Sequential(
          (0): Linear(in_features=16, out_features=4, bias=False)
          (1): Linear(in_features=4, out_features=180, bias=False)
        )
        (1): Sequential(
          (0): Linear(in_features=16, out_features=1, bias=False)
          (1): Linear(in_features=1, out_features=800, bias=False)
        )
      )
    )
    >>> words.log_prob(torch.zeros(2, 16)).exp().sum(1).allclose(torch.ones(2))
    True
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        grows = all(a < b for a, b in itertools.pairwise([0, *cutoffs, n_classes]))
        if not grows or any(int(c) != c for c in cutoffs):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value "
                f"is between 1 and n_classes-1, got {cutoffs} for n_classes={n_classes}"
            )
        self.in_features, self.n_classes, self.cutoffs = in_features, n_classes, [*cutoffs, n_classes]
        self.div_value, self.head_bias = div_value, head_bias
        self.shortlist_size = self.cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for i, (low, high) in enumerate(itertools.pairwise(self.cutoffs)):
            features = int(in_features // div_value ** (i + 1))
            self.tail.append(
                Sequential(
                    Linear(in_features, features, False, device, dtype),
                    Linear(features, high - low, False, device, dtype),
                )
            )

    def reset_parameters(self) -> None:
        """Draw all weights anew."""
        self.head.reset_parameters()
        for cluster in self.tail:
            for layer in cluster:
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        """(output, loss): the log-probability of each target, and the mean of their negatives."""
        if target_.ndim > 1:
            raise RuntimeError(
                f"0D or 1D target tensor expected, multi-target not supported: got {list(target_.shape)}"
            )
        if input_.ndim != target_.ndim + 1:
            raise RuntimeError(
                f"{target_.ndim}D target tensor expects {target_.ndim + 1}D input tensors, but found inputs with size "
                f"{list(input_.shape)}"
            )
        if input_.shape[:-1] != target_.shape:
            raise RuntimeError(
                "Input and target should have the same size in the batch dimension, got "
                f"{list(input_.shape)} and {list(target_.shape)}"
            )
        batched = target_.ndim == 1
        input, target = (input_, target_) if batched else (input_.unsqueeze(0), target_.unsqueeze(0))
        if ((target < 0) | (target >= self.n_classes)).any():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{target.min().item()}, "
                f"{target.max().item()}] were found."
            )
        output = creation.zeros(len(target), dtype=input.dtype)  # first of each class in its cluster
        places = target.clone()  # of each class, or its cluster, in the head
        for i, (low, high) in enumerate(itertools.pairwise(self.cutoffs)):
            rows = ((target >= low) & (target < high)).nonzero().squeeze(1)
            if rows.numel():
                inside = F.log_softmax(self.tail[i](input[rows]), 1).gather(1, (target[rows] - low).unsqueeze(1))
                output = output.index_copy(0, rows, inside.squeeze(1))
                places[rows] = self.shortlist_size + i
        output = output + F.log_softmax(self.head(input), 1).gather(1, places.unsqueeze(1)).squeeze(1)
        return _ASMoutput(output if batched else output.squeeze(0), (-output).mean())

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes.

        Shapes: (N, in_features) -> (N, n_classes).
        """
        head = F.log_softmax(self.head(input), 1)
        parts = [head[:, : self.shortlist_size]]
        for i, cluster in enumerate(self.tail):
            parts.append(F.log_softmax(cluster(input), 1) + head[:, self.shortlist_size + i].unsqueeze(1))
        return cat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most likely class: that of the head if it is in the shortlist, else the most likely of all.

        Shapes: (N, in_features) -> (N).
        """
        output = self.head(input).argmax(1)
        rare = output >= self.shortlist_size
        if rare.any():
            output[rare] = self.log_prob(input[rare]).argmax(1)
        return output
