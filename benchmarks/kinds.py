"""The kinds of the wide table: a line each, with its name, its two sizes n, and the program that both packages run.

A program is an expression that builds a step, which is then called again and again and timed. In it, `torch` is the package, `nn` and `F` its own, n the
size; a tuple among the inputs of `layer` and `plain` is the shape of a random tensor. A step returns what it computed; what it changes besides
(gradients, parameters) is in its `leaves`.
"""

from __future__ import annotations

import copy
import functools
import io
from collections.abc import Callable
from typing import Any, NamedTuple

TABLE = {
    "layers, forward and backward": """
        Linear(n, n), 64 rows          | 32, 512   | layer(nn.Linear(n, n), (64, n))
        Embedding(n, 64), 512 indices  | 100, 5000 | layer(nn.Embedding(n, 64), torch.randint(0, n, (16, 32)))
        EmbeddingBag(n, 64), 512       | 100, 5000 | layer(nn.EmbeddingBag(n, 64), torch.randint(0, n, (16, 32)))
        Conv1d(n, n, 3), length 64     | 8, 64     | layer(nn.Conv1d(n, n, 3), (16, n, 64))
        Conv2d(n, n, 1), 16x16         | 8, 64     | layer(nn.Conv2d(n, n, 1), (16, n, 16, 16))
        Conv2d(n, n, 3), 16x16         | 8, 64     | layer(nn.Conv2d(n, n, 3, padding=1), (16, n, 16, 16))
        Conv2d(n, n, 5), 16x16         | 8, 64     | layer(nn.Conv2d(n, n, 5), (16, n, 16, 16))
        Conv2d(n, n, 3), stride 2      | 8, 64     | layer(nn.Conv2d(n, n, 3, 2, 1), (16, n, 16, 16))
        Conv2d(n, n, 3), depthwise     | 8, 64     | layer(nn.Conv2d(n, n, 3, padding=1, groups=n), (16, n, 16, 16))
        Conv3d(n, n, 3), 8x8x8         | 4, 16     | layer(nn.Conv3d(n, n, 3), (4, n, 8, 8, 8))
        ConvTranspose2d(n, n, 2, 2)    | 8, 64     | layer(nn.ConvTranspose2d(n, n, 2, 2), (16, n, 8, 8))
        ConvTranspose2d(n, n, 4, 2, 1) | 8, 64     | layer(nn.ConvTranspose2d(n, n, 4, 2, 1), (16, n, 8, 8))
        MaxPool2d(2)                   | 8, 64     | layer(nn.MaxPool2d(2), (16, n, 16, 16))
        MaxPool2d(3, 2, 1)             | 8, 64     | layer(nn.MaxPool2d(3, 2, 1), (16, n, 16, 16))
        AvgPool2d(2)                   | 8, 64     | layer(nn.AvgPool2d(2), (16, n, 16, 16))
        AdaptiveAvgPool2d(1)           | 8, 64     | layer(nn.AdaptiveAvgPool2d(1), (16, n, 16, 16))
        AdaptiveAvgPool2d(7)           | 8, 64     | layer(nn.AdaptiveAvgPool2d(7), (16, n, 16, 16))
        AdaptiveMaxPool2d(4)           | 8, 64     | layer(nn.AdaptiveMaxPool2d(4), (16, n, 16, 16))
        Upsample(2)                    | 4, 32     | layer(nn.Upsample(scale_factor=2), (16, n, 16, 16))
        Upsample(2, bilinear)          | 4, 32     | layer(nn.Upsample(scale_factor=2, mode="bilinear"), (16, n, 16, 16))
        PixelShuffle(2)                | 4, 32     | layer(nn.PixelShuffle(2), (16, n, 16, 16))
        ZeroPad2d(1)                   | 8, 64     | layer(nn.ZeroPad2d(1), (16, n, 16, 16))
        ReflectionPad2d(1)             | 8, 64     | layer(nn.ReflectionPad2d(1), (16, n, 16, 16))
        Unfold(3)                      | 4, 16     | layer(nn.Unfold(3), (16, n, 16, 16))
        BatchNorm1d(n), 64 rows        | 32, 512   | layer(nn.BatchNorm1d(n), (64, n))
        BatchNorm2d(n), 16x16          | 8, 64     | layer(nn.BatchNorm2d(n), (16, n, 16, 16))
        InstanceNorm2d(n), 16x16       | 8, 64     | layer(nn.InstanceNorm2d(n), (16, n, 16, 16))
        GroupNorm(4, n), 16x16         | 8, 64     | layer(nn.GroupNorm(4, n), (16, n, 16, 16))
        LayerNorm(n), 1024 rows        | 32, 256   | layer(nn.LayerNorm(n), (1024, n))
        RMSNorm(n), 1024 rows          | 32, 256   | layer(nn.RMSNorm(n), (1024, n))
        Dropout(0.5), 64 rows          | 64, 4096  | layer(nn.Dropout(0.5), (64, n))
        Dropout2d(0.5), 16x16          | 8, 64     | layer(nn.Dropout2d(0.5), (16, n, 16, 16))
        RNN(n, n), 16 steps            | 16, 128   | layer(nn.RNN(n, n), (16, 16, n))
        LSTM(n, n), 16 steps           | 16, 128   | layer(nn.LSTM(n, n), (16, 16, n))
        GRU(n, n), 16 steps            | 16, 128   | layer(nn.GRU(n, n), (16, 16, n))
        LSTM, 2 layers, both ways      | 16, 128   | layer(nn.LSTM(n, n, 2, bidirectional=True), (16, 16, n))
        RNNCell(n, n), 16 times        | 16, 128   | layer(loop(nn.RNNCell(n, n)), (16, 16, n))
        LSTMCell(n, n), 16 times       | 16, 128   | layer(loop(nn.LSTMCell(n, n)), (16, 16, n))
        GRUCell(n, n), 16 times        | 16, 128   | layer(loop(nn.GRUCell(n, n)), (16, 16, n))
        MultiheadAttention(n, 4)       | 16, 128   | layer(nn.MultiheadAttention(n, 4), *[(32, 16, n)] * 3)
        TransformerEncoderLayer(n, 4)  | 16, 128   | layer(nn.TransformerEncoderLayer(n, 4, 4 * n, 0.0), (32, 16, n))
        attention, n long, causal      | 16, 128   | layer(lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True), *[(8, 4, n, 32)] * 3)
        attention, n long, with a mask | 16, 128   | layer(lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, m), *[(8, 4, n, 32)] * 3, torch.ones(n, n).tril().bool())
    """,
    "activations, n numbers, forward and backward": """
        ReLU              | 1000, 1000000 | layer(nn.ReLU(), (n,))
        LeakyReLU         | 1000, 1000000 | layer(nn.LeakyReLU(), (n,))
        PReLU             | 1000, 1000000 | layer(nn.PReLU(), (n,))
        ELU               | 1000, 1000000 | layer(nn.ELU(), (n,))
        GELU              | 1000, 1000000 | layer(nn.GELU(), (n,))
        GELU, tanh        | 1000, 1000000 | layer(nn.GELU("tanh"), (n,))
        SiLU              | 1000, 1000000 | layer(nn.SiLU(), (n,))
        Softplus          | 1000, 1000000 | layer(nn.Softplus(), (n,))
        Sigmoid           | 1000, 1000000 | layer(nn.Sigmoid(), (n,))
        Tanh              | 1000, 1000000 | layer(nn.Tanh(), (n,))
        Hardswish         | 1000, 1000000 | layer(nn.Hardswish(), (n,))
        Softmax(1)        | 1000, 1000000 | layer(nn.Softmax(1), (n // 100, 100))
        LogSoftmax(1)     | 1000, 1000000 | layer(nn.LogSoftmax(1), (n // 100, 100))
    """,
    "losses, n rows of 10, forward and backward": """
        MSELoss                     | 32, 4096 | layer(nn.MSELoss(), (n, 10), torch.randn(n, 10))
        L1Loss                      | 32, 4096 | layer(nn.L1Loss(), (n, 10), torch.randn(n, 10))
        SmoothL1Loss                | 32, 4096 | layer(nn.SmoothL1Loss(), (n, 10), torch.randn(n, 10))
        HuberLoss                   | 32, 4096 | layer(nn.HuberLoss(), (n, 10), torch.randn(n, 10))
        CrossEntropyLoss            | 32, 4096 | layer(nn.CrossEntropyLoss(), (n, 10), torch.randint(0, 10, (n,)))
        CrossEntropyLoss, smoothed  | 32, 4096 | layer(nn.CrossEntropyLoss(label_smoothing=0.1), (n, 10), torch.randint(0, 10, (n,)))
        CrossEntropyLoss, shares    | 32, 4096 | layer(nn.CrossEntropyLoss(), (n, 10), torch.randn(n, 10).softmax(1))
        log_softmax and NLLLoss     | 32, 4096 | layer(lambda x, y: F.nll_loss(F.log_softmax(x, 1), y), (n, 10), torch.randint(0, 10, (n,)))
        sigmoid and BCELoss         | 32, 4096 | layer(lambda x, y: F.binary_cross_entropy(x.sigmoid(), y), (n, 10), torch.rand(n, 10))
        BCEWithLogitsLoss           | 32, 4096 | layer(nn.BCEWithLogitsLoss(), (n, 10), torch.rand(n, 10))
        KLDivLoss                   | 32, 4096 | layer(nn.KLDivLoss(reduction="batchmean"), (n, 10), torch.randn(n, 10).softmax(1))
        GaussianNLLLoss             | 32, 4096 | layer(nn.GaussianNLLLoss(), (n, 10), torch.randn(n, 10), torch.rand(n, 10))
        PoissonNLLLoss              | 32, 4096 | layer(nn.PoissonNLLLoss(), (n, 10), torch.rand(n, 10))
        MultiMarginLoss             | 32, 4096 | layer(nn.MultiMarginLoss(), (n, 10), torch.randint(0, 10, (n,)))
        CosineEmbeddingLoss         | 32, 4096 | layer(nn.CosineEmbeddingLoss(), (n, 10), (n, 10), torch.ones(n))
        TripletMarginLoss           | 32, 4096 | layer(nn.TripletMarginLoss(), *[(n, 10)] * 3)
        CTCLoss, n steps            | 32, 128  | layer(lambda x, y: F.ctc_loss(x.log_softmax(2), y, (n,) * 16, (10,) * 16), (n, 16, 20), torch.randint(1, 20, (16, 10)))
        a loss by hand              | 32, 4096 | layer(lambda x, y: ((x - y) ** 2).mean() + 0.1 * x.abs().sum(), (n, 10), torch.randn(n, 10))
    """,
    "optimizers, 4 layers of n neurons": """
        SGD                   | 16, 256 | optimizer("SGD", [(n, n), (n,)] * 4)
        SGD with momentum     | 16, 256 | optimizer("SGD", [(n, n), (n,)] * 4, momentum=0.9, weight_decay=0.01)
        Adam                  | 16, 256 | optimizer("Adam", [(n, n), (n,)] * 4)
        AdamW                 | 16, 256 | optimizer("AdamW", [(n, n), (n,)] * 4)
        RMSprop               | 16, 256 | optimizer("RMSprop", [(n, n), (n,)] * 4)
        Adagrad               | 16, 256 | optimizer("Adagrad", [(n, n), (n,)] * 4)
        Adadelta              | 16, 256 | optimizer("Adadelta", [(n, n), (n,)] * 4)
        Adamax                | 16, 256 | optimizer("Adamax", [(n, n), (n,)] * 4)
        NAdam                 | 16, 256 | optimizer("NAdam", [(n, n), (n,)] * 4)
        clip_grad_norm_       | 16, 256 | plain(nn.utils.clip_grad_norm_, list(network(n).parameters()), 1.0)
        SGD by hand           | 16, 256 | by_hand(n)
    """,
    "arithmetic, n x n, forward and backward": """
        x + y             | 10, 1000 | layer(lambda x, y: x + y, (n, n), (n, n))
        x - a row         | 10, 1000 | layer(lambda x, y: x - y, (n, n), (n,))
        x * a column      | 10, 1000 | layer(lambda x, y: x * y, (n, n), (n, 1))
        x / y             | 10, 1000 | layer(lambda x, y: x / y, (n, n), torch.rand(n, n) + 1)
        x ** 2            | 10, 1000 | layer(lambda x: x**2, (n, n))
        x ** 3            | 10, 1000 | layer(lambda x: x**3, (n, n))
        abs               | 10, 1000 | layer(torch.abs, (n, n))
        exp               | 10, 1000 | layer(torch.exp, (n, n))
        log               | 10, 1000 | layer(lambda x: torch.log(x.abs()), (n, n))
        sqrt              | 10, 1000 | layer(lambda x: torch.sqrt(x.abs()), (n, n))
        sin               | 10, 1000 | layer(torch.sin, (n, n))
        clamp             | 10, 1000 | layer(lambda x: x.clamp(-1, 1), (n, n))
        maximum           | 10, 1000 | layer(torch.maximum, (n, n), (n, n))
        where             | 10, 1000 | layer(lambda x, y: torch.where(x > 0, x, y), (n, n), (n, n))
        masked_fill       | 10, 1000 | layer(lambda x, m: x.masked_fill(m, 0.0), (n, n), torch.randn(n, n) > 0)
        x @ y             | 10, 500  | layer(lambda x, y: x @ y, (n, n), (n, n))
        x @ a vector      | 10, 1000 | layer(lambda x, y: x @ y, (n, n), (n,))
        bmm, 32 matrices  | 10, 100  | layer(torch.bmm, (32, n, n), (32, n, n))
        einsum            | 10, 300  | layer(lambda x, y: torch.einsum("ij,kj->ik", x, y), (n, n), (n, n))
        linalg.inv        | 10, 200  | layer(torch.linalg.inv, (n, n))
        linalg.solve      | 10, 200  | layer(torch.linalg.solve, (n, n), (n, 4))
    """,
    "sums and shapes, n x n, forward and backward": """
        sum                  | 10, 1000 | layer(torch.sum, (n, n))
        sum(0)               | 10, 1000 | layer(lambda x: x.sum(0), (n, n))
        mean(1)              | 10, 1000 | layer(lambda x: x.mean(1), (n, n))
        var(1)               | 10, 1000 | layer(lambda x: x.var(1), (n, n))
        std                  | 10, 1000 | layer(torch.std, (n, n))
        norm                 | 10, 1000 | layer(torch.norm, (n, n))
        max                  | 10, 1000 | layer(torch.max, (n, n))
        max(1)               | 10, 1000 | layer(lambda x: x.max(1).values, (n, n))
        logsumexp(1)         | 10, 1000 | layer(lambda x: x.logsumexp(1), (n, n))
        cumsum(1)            | 10, 1000 | layer(lambda x: x.cumsum(1), (n, n))
        prod(1)              | 10, 1000 | layer(lambda x: x.prod(1), (n, n))
        cat                  | 10, 1000 | layer(lambda x, y: torch.cat([x, y], 1), (n, n), (n, n))
        stack                | 10, 1000 | layer(lambda x, y: torch.stack([x, y]), (n, n), (n, n))
        chunk and cat        | 10, 1000 | layer(lambda x: torch.cat(x.chunk(2, 1)), (n, n))
        transpose, copied    | 10, 1000 | layer(lambda x: x.T.contiguous(), (n, n))
        view, permute        | 10, 1000 | layer(lambda x: x.view(n, 2, -1).permute(1, 0, 2).reshape(2, -1), (n, n))
        expand, multiplied   | 10, 1000 | layer(lambda x: x.expand(n, n) * 2, (1, n))
        repeat               | 10, 500  | layer(lambda x: x.repeat(2, 2), (n, n))
        flip(1)              | 10, 1000 | layer(lambda x: x.flip(1), (n, n))
        F.pad                | 10, 1000 | layer(lambda x: F.pad(x, (1, 1, 1, 1)), (n, n))
        F.normalize          | 10, 1000 | layer(F.normalize, (n, n))
        cdist                | 10, 200  | layer(torch.cdist, (n, n), (n, n))
    """,
    "indexing, n x 64, forward and backward": """
        x[1]              | 100, 10000 | layer(lambda x: x[1], (n, 64))
        x[:, 1:]          | 100, 10000 | layer(lambda x: x[:, 1:], (n, 64))
        x[::2]            | 100, 10000 | layer(lambda x: x[::2], (n, 64))
        x[:, None]        | 100, 10000 | layer(lambda x: x[:, None], (n, 64))
        x[indices]        | 100, 10000 | layer(lambda x, i: x[i], (n, 64), torch.randint(0, n, (n,)))
        x[rows, columns]  | 100, 10000 | layer(lambda x, i, j: x[i, j], (n, 64), torch.arange(n), torch.randint(0, 64, (n,)))
        x[mask]           | 100, 10000 | layer(lambda x, m: x[m], (n, 64), torch.arange(n * 64).view(n, 64) % 3 == 0)
        index_select      | 100, 10000 | layer(lambda x, i: x.index_select(0, i), (n, 64), torch.randint(0, n, (n,)))
        gather            | 100, 10000 | layer(lambda x, i: x.gather(1, i), (n, 64), torch.randint(0, 64, (n, 1)))
        scatter_add       | 100, 10000 | layer(lambda x, i: torch.zeros(n, 64).scatter_add(0, i, x), (n, 64), torch.randint(0, n, (n, 64)))
        x[1] = y          | 100, 10000 | layer(lambda x, y: assign(x.clone(), 1, y), (n, 64), (64,))
        x[mask] = 0       | 100, 10000 | layer(lambda x: assign(x.clone(), x > 0, 0), (n, 64))
        one_hot           | 100, 10000 | plain(lambda i: F.one_hot(i, 64), torch.randint(0, 64, (n,)))
    """,
    "small operations without gradients": """
        x + y              | 4, 32 | plain(lambda x, y: x + y, (n, n), (n, n))
        x * 2              | 4, 32 | plain(lambda x: x * 2, (n, n))
        x += 1             | 4, 32 | plain(lambda x: x.add_(1), (n, n))
        x > 0              | 4, 32 | plain(lambda x: x > 0, (n, n))
        x @ y              | 4, 32 | plain(lambda x, y: x @ y, (n, n), (n, n))
        exp                | 4, 32 | plain(torch.exp, (n, n))
        relu               | 4, 32 | plain(torch.relu, (n, n))
        softmax            | 4, 32 | plain(lambda x: torch.softmax(x, 1), (n, n))
        sum                | 4, 32 | plain(torch.sum, (n, n))
        mean(0)            | 4, 32 | plain(lambda x: x.mean(0), (n, n))
        argmax(1)          | 4, 32 | plain(lambda x: x.argmax(1), (n, n))
        x[0]               | 4, 32 | plain(lambda x: x[0], (n, n))
        x[0, 0].item()     | 4, 32 | plain(lambda x: x[0, 0].item(), (n, n))
        x[0, 0] = 1        | 4, 32 | plain(lambda x: assign(x, (0, 0), 1.0), (n, n))
        view               | 4, 32 | plain(lambda x: x.view(-1), (n, n))
        cat                | 4, 32 | plain(lambda x, y: torch.cat((x, y), 1), (n, n), (n, n))
        stack              | 4, 32 | plain(lambda x, y: torch.stack((x, y)), (n, n), (n, n))
        unsqueeze          | 4, 32 | plain(lambda x: x.unsqueeze(0), (n, n))
        float()            | 4, 32 | plain(lambda x: x.float(), torch.arange(n))
        zeros              | 4, 32 | plain(lambda: torch.zeros(n, n))
        arange             | 4, 32 | plain(lambda: torch.arange(n))
        tensor of a list   | 4, 32 | plain(lambda x: torch.tensor(x), [0.5] * n)
        tolist             | 4, 32 | plain(lambda x: x.tolist(), (n,))
        for row in x       | 4, 32 | plain(lambda x: [row for row in x][-1], (n, n))
        Linear in no_grad  | 4, 32 | plain(without_gradients(nn.Linear(n, n)), (1, n))
        six of them        | 4, 32 | plain(lambda x, y: ((x + y) * 2 - x).exp().sum() / 3, (n, n), (n, n))
    """,
    "small operations, forward and backward": """
        x * w + b, squared, mean   | 4, 32 | layer(lambda x, w, b: ((x * w + b) ** 2).mean(), (n,), (1,), (1,))
        ten additions in a row     | 4, 32 | layer(lambda x: x + x + x + x + x + x + x + x + x + x + x, (n,))
        Linear, one row            | 4, 32 | layer(nn.Linear(n, n), (1, n))
        Linear, ReLU, Linear       | 4, 32 | layer(nn.Sequential(nn.Linear(n, n), nn.ReLU(), nn.Linear(n, n)), (1, n))
        tanh of W x + U h          | 4, 32 | layer(lambda w, x, u, h: torch.tanh(w @ x + u @ h), (n, n), (n,), (n, n), (n,))
        cat, Linear, log_softmax   | 4, 32 | layer(lambda x, y, w: F.log_softmax(F.linear(torch.cat((x, y), 1), w), 1), (1, n), (1, n), (n, 2 * n))
        log_prob of a Categorical  | 4, 32 | layer(lambda x, i: torch.distributions.Categorical(logits=x).log_prob(i), (n,), torch.tensor(1))
        autograd.grad of sin       | 4, 32 | plain(lambda x: torch.autograd.grad(x.sin().sum(), x)[0], torch.randn(n).requires_grad_())
    """,
    "random numbers": """
        rand                  | 1000, 1000000 | plain(lambda: torch.rand(n))
        randn                 | 1000, 1000000 | plain(lambda: torch.randn(n))
        randint               | 1000, 1000000 | plain(lambda: torch.randint(0, 10, (n,)))
        randperm              | 1000, 100000  | plain(lambda: torch.randperm(n))
        bernoulli             | 1000, 1000000 | plain(torch.bernoulli, torch.full((n,), 0.3))
        multinomial           | 10, 1000      | plain(lambda p: torch.multinomial(p, n, replacement=True), torch.rand(100))
        normal_               | 1000, 1000000 | plain(lambda x: x.normal_(), (n,))
        kaiming_uniform_      | 32, 512       | plain(nn.init.kaiming_uniform_, (n, n))
        Linear(n, n), made    | 32, 512       | plain(lambda: nn.Linear(n, n).weight)
        Categorical.sample    | 10, 1000      | plain(lambda p: torch.distributions.Categorical(p).sample(), torch.rand(n))
    """,
    "sorting and searching, n numbers": """
        sort              | 1000, 100000 | plain(lambda x: x.sort(), torch.randperm(n).float())
        argsort           | 1000, 100000 | plain(torch.argsort, torch.randperm(n).float())
        sort of rows      | 1000, 100000 | plain(lambda x: x.sort(1), (n // 100, 100))
        sort, backward    | 1000, 100000 | layer(lambda x: x.sort().values, torch.randperm(n).float().requires_grad_())
        topk(10)          | 1000, 100000 | plain(lambda x: x.topk(10), torch.randperm(n).float())
        argmax            | 1000, 100000 | plain(torch.argmax, (n,))
        median            | 1000, 100000 | plain(torch.median, (n,))
        quantile          | 1000, 100000 | plain(lambda x: torch.quantile(x, 0.9), (n,))
        unique            | 1000, 100000 | plain(torch.unique, torch.randint(0, 100, (n,)))
        bincount          | 1000, 100000 | plain(torch.bincount, torch.randint(0, 100, (n,)))
        searchsorted      | 1000, 100000 | plain(torch.searchsorted, torch.linspace(-3, 3, 100), (n,))
        nonzero           | 1000, 100000 | plain(lambda x: (x > 0).nonzero(), (n,))
        accuracy of rows  | 1000, 100000 | plain(lambda x, y: (x.argmax(1) == y).float().mean(), (n // 10, 10), torch.randint(0, 10, (n // 10,)))
    """,
    "loaders and models": """
        DataLoader of a TensorDataset | 256, 4096 | epoch(data.TensorDataset(torch.randn(n, 20), torch.randint(0, 10, (n,))), shuffle=True)
        DataLoader of one's own       | 256, 2048 | epoch(pairs(n), shuffle=True)
        DataLoader, in order          | 256, 2048 | epoch(pairs(n))
        random_split                  | 256, 4096 | plain(lambda d: data.random_split(d, [n // 2, n // 2])[0][0][0], pairs(n))
        state_dict, loaded            | 16, 256   | plain(lambda m: m.load_state_dict(m.state_dict()) and m[0].weight, network(n))
        save and load                 | 16, 256   | plain(saved, network(n))
        deepcopy                      | 16, 256   | plain(lambda m: copy.deepcopy(m)[0].weight, network(n))
    """,
}

LIMIT = 1.5  # of torch's time, at one thread
MEAN = 0.85  # the same, the geometric mean of all
# the limit of a kind or of a whole group that has its own, and the reason
SPECIAL = {
    "small operations without gradients": (1.4, "the path of one operation"),
    "small operations, forward and backward": (1.4, "the path of one operation"),
    "GELU": (2.0, "a curve of 30 passes, in each of which NumPy reads and writes all numbers: 2.7x by hand"),
    "SiLU": (2.0, "a curve of many passes: 1.8x by hand"),
    "Sigmoid": (2.0, "a curve of seven passes: 1.7x by hand"),
    "Softplus": (2.0, "a curve of many passes"),
    "Hardswish": (2.0, "a curve of 16 passes for three pieces, infinities kept apart: 3.1x by hand"),
    "Softmax(1)": (2.0, "passes along short rows: 1.7x by hand"),
    "LogSoftmax(1)": (2.0, "passes along short rows: 1.9x by hand"),
    # measured: what NumPy takes with the least of calls, without graph and checks
    "randperm": (
        5.0,
        "a chain of single swaps, each of which depends on those before; NumPy's calls alone take 7.6x and 5.2x",
    ),
    "randn": (1.5, "torch's bits need about 110 calls of NumPy, which alone take 17x and 4.5x"),
    "normal_": (1.5, "as randn; NumPy's calls alone take 20x and 4.4x"),
    "multinomial": (1.5, "a running sum and a search in it; NumPy's calls alone take 3.1x and 1.2x"),
    "topk(10)": (1.5, "NumPy's calls alone take 1.7x and 0.8x"),
    "softmax": (1.5, "five calls, two of which broadcast; NumPy's calls alone take 2.9x and 3.9x"),
    "LayerNorm(n), 1024 rows": (1.5, "some sixteen passes; NumPy's alone take 1.3x and 2.6x"),
    "GroupNorm(4, n), 16x16": (
        1.5,
        "eleven passes over the numbers, which alone take NumPy 1.3x and 1.8x; torch has three",
    ),
}


class Kind(NamedTuple):
    """A line of the table."""

    group: str
    name: str
    sizes: list[int]
    program: str

    @property
    def limit(self) -> tuple[float, str]:
        """The largest ratio that is allowed, and the reason if it is not the one of all."""
        return SPECIAL.get(self.name) or SPECIAL.get(self.group) or (LIMIT, "")


def kinds(words: list[str], table: dict[str, str] = TABLE) -> list[Kind]:
    """Those whose group or name has one of the words in it; without words, all."""
    rows = [
        Kind(group, name.strip(), [int(n) for n in sizes.split(",")], program.strip())
        for group, lines in table.items()
        for name, sizes, program in (line.split("|", 2) for line in lines.strip().splitlines())
    ]
    return [k for k in rows if not words or any(w.lower() in f"{k.group}: {k.name}".lower() for w in words)]


def build(kind: Kind, torch: Any, n: int) -> Callable:
    """The step of a kind, of size n, for a package."""
    torch.manual_seed(0)
    names = {f.__name__: functools.partial(f, torch) for f in (layer, plain, loop, network, optimizer, by_hand, pairs)}
    names |= {f.__name__: functools.partial(f, torch) for f in (without_gradients, epoch, saved, mlp, training)}
    own = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "data": torch.utils.data, "copy": copy, "n": n}
    return eval(kind.program, own | names | {"assign": assign})


def layer(torch: Any, function: Callable, *inputs: Any) -> Callable:
    """Forward, and backward from a random gradient of the (first) output to the random inputs and all parameters."""
    given = [torch.randn(x).requires_grad_() if isinstance(x, tuple) else x for x in inputs]
    leaves = [x for x in given if x.requires_grad]
    leaves += function.parameters() if isinstance(function, torch.nn.Module) else []

    def forward() -> Any:
        output = function(*given)
        return output[0] if isinstance(output, tuple) else output

    gradient = torch.randn(forward().shape)

    def step() -> Any:
        for leaf in leaves:
            leaf.grad = None
        output = forward()
        output.backward(gradient)
        return output

    step.leaves = leaves  # type: ignore[attr-defined]
    return step


def plain(torch: Any, function: Callable, *inputs: Any) -> Callable:
    """Forward only, from inputs that need no gradient."""
    given = [torch.randn(x) if isinstance(x, tuple) else x for x in inputs]
    return lambda: function(*given)


def loop(torch: Any, cell: Any) -> Any:
    """A module that calls a recurrent cell step by step."""

    class Loop(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = cell

        def forward(self, x: Any) -> Any:
            state = None
            for now in x:
                state = self.cell(now, state)
            return state

    return Loop()


def mlp(torch: Any, depth: int, width: int) -> Any:
    """Layers of so many neurons with ReLU between them."""
    nn = torch.nn
    return nn.Sequential(*[part for _ in range(depth) for part in (nn.Linear(width, width), nn.ReLU())][:-1])


def training(torch: Any, model: Any, *shape: int) -> Callable:
    """One step of Adam on the mean of the squared outputs, from an input of that shape."""
    descent, x = torch.optim.Adam(model.parameters(), lr=0.001), torch.randn(shape)

    def step() -> Any:
        descent.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        descent.step()
        return loss

    step.leaves = list(model.parameters())  # type: ignore[attr-defined]
    return step


def network(torch: Any, n: int) -> Any:
    """Four layers of n neurons, with gradients."""
    model = torch.nn.Sequential(*[torch.nn.Linear(n, n) for _ in range(4)])
    for parameter in model.parameters():
        parameter.grad = torch.randn(parameter.shape)
    return model


def optimizer(torch: Any, name: str, shapes: list[tuple], **options: Any) -> Callable:
    """One step of an optimizer for weights of these shapes, gradients given."""
    leaves = [torch.randn(shape).requires_grad_() for shape in shapes]
    for leaf in leaves:
        leaf.grad = torch.randn(leaf.shape)
    descent = getattr(torch.optim, name)(leaves, lr=0.001, **options)

    def step() -> None:
        descent.step()

    step.leaves = leaves  # type: ignore[attr-defined]
    return step


def by_hand(torch: Any, n: int) -> Callable:
    """Gradient descent as a learner writes it first."""
    leaves = list(network(torch, n).parameters())

    def step() -> None:
        with torch.no_grad():
            for parameter in leaves:
                parameter -= 0.001 * parameter.grad

    step.leaves = leaves  # type: ignore[attr-defined]
    return step


def without_gradients(torch: Any, model: Any) -> Callable:
    """The call of a model under no_grad."""

    def call(x: Any) -> Any:
        with torch.no_grad():
            return model(x)

    return call


def assign(x: Any, place: Any, value: Any) -> Any:
    """x[place] = value, in an expression."""
    x[place] = value
    return x


def pairs(torch: Any, n: int) -> Any:
    """A data set of n pairs as a learner writes it."""

    class Pairs(torch.utils.data.Dataset):
        def __init__(self) -> None:
            self.x, self.y = torch.randn(n, 20), torch.randint(0, 10, (n,))

        def __len__(self) -> int:
            return n

        def __getitem__(self, i: int) -> tuple:
            return self.x[i], self.y[i]

    return Pairs()


def epoch(torch: Any, dataset: Any, **options: Any) -> Callable:
    """All batches of 32 of a data set; the step returns the last."""
    loader = torch.utils.data.DataLoader(dataset, batch_size=32, **options)

    def step() -> Any:
        for batch in loader:
            last = batch
        return last[0]

    return step


def saved(torch: Any, model: Any) -> Any:
    """A weight of a model that was saved and loaded again."""
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    file.seek(0)
    return torch.load(file)["0.weight"]
