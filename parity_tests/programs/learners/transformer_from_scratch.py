"""The annotated Transformer in little: clones, sublayers, masks, label smoothing by KL, the Noam schedule; then nn.Transformer on the same copy task."""

import copy
import math

import torch
import torch.nn as nn
from torch.nn.functional import log_softmax, pad
from torch.optim.lr_scheduler import LambdaLR

RUN_EXAMPLES = True
torch.manual_seed(0)


def clones(module, N):
    "Produce N identical layers."
    return nn.ModuleList([copy.deepcopy(module) for _ in range(N)])


class LayerNorm(nn.Module):
    def __init__(self, features, eps=1e-6):
        super(LayerNorm, self).__init__()
        self.a_2 = nn.Parameter(torch.ones(features))
        self.b_2 = nn.Parameter(torch.zeros(features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        std = x.std(-1, keepdim=True)
        return self.a_2 * (x - mean) / (std + self.eps) + self.b_2


class SublayerConnection(nn.Module):
    def __init__(self, size, dropout):
        super().__init__()
        self.norm = LayerNorm(size)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, sublayer):
        return x + self.dropout(sublayer(self.norm(x)))


def subsequent_mask(size):
    "Mask out subsequent positions."
    attn_shape = (1, size, size)
    return torch.triu(torch.ones(attn_shape), diagonal=1).type(torch.uint8) == 0


def attention(query, key, value, mask=None, dropout=None):
    d_k = query.size(-1)
    scores = torch.matmul(query, key.transpose(-2, -1)) / math.sqrt(d_k)
    if mask is not None:
        scores = scores.masked_fill(mask == 0, -1e9)
    p_attn = scores.softmax(dim=-1)
    if dropout is not None:
        p_attn = dropout(p_attn)
    return torch.matmul(p_attn, value), p_attn


class MultiHeadedAttention(nn.Module):
    def __init__(self, h, d_model, dropout=0.1):
        super().__init__()
        assert d_model % h == 0
        self.d_k, self.h = d_model // h, h
        self.linears = clones(nn.Linear(d_model, d_model), 4)
        self.attn, self.dropout = None, nn.Dropout(p=dropout)

    def forward(self, query, key, value, mask=None):
        if mask is not None:
            mask = mask.unsqueeze(1)
        nbatches = query.size(0)
        query, key, value = [
            lin(x).view(nbatches, -1, self.h, self.d_k).transpose(1, 2)
            for lin, x in zip(self.linears, (query, key, value))
        ]
        x, self.attn = attention(query, key, value, mask=mask, dropout=self.dropout)
        x = x.transpose(1, 2).contiguous().view(nbatches, -1, self.h * self.d_k)
        del query, key, value
        return self.linears[-1](x)


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout, max_len=50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = torch.zeros(max_len, d_model)
        position = torch.arange(0, max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * -(math.log(10000.0) / d_model))
        pe[:, 0::2] = torch.sin(position * div_term)
        pe[:, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe.unsqueeze(0))

    def forward(self, x):
        return self.dropout(x + self.pe[:, : x.size(1)].requires_grad_(False))


class Layer(nn.Module):
    def __init__(self, size, attn, cross, dropout):
        super().__init__()
        self.self_attn, self.cross = attn, cross
        self.feed_forward = nn.Sequential(
            nn.Linear(size, 2 * size), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * size, size)
        )
        self.sublayer = clones(SublayerConnection(size, dropout), 2 if cross is None else 3)

    def forward(self, x, mask, memory=None, memory_mask=None):
        x = self.sublayer[0](x, lambda x: self.self_attn(x, x, x, mask))
        if self.cross is not None:
            x = self.sublayer[1](x, lambda x: self.cross(x, memory, memory, memory_mask))
        return self.sublayer[-1](x, self.feed_forward)


class Model(nn.Module):
    def __init__(self, vocab, d=16, h=2, N=2, dropout=0.1):
        super().__init__()
        attn = MultiHeadedAttention(h, d)
        self.embed, self.position = nn.Embedding(vocab, d), PositionalEncoding(d, dropout)
        self.encoder = clones(Layer(d, copy.deepcopy(attn), None, dropout), N)
        self.decoder = clones(Layer(d, copy.deepcopy(attn), copy.deepcopy(attn), dropout), N)
        self.norms, self.proj, self.d = clones(LayerNorm(d), 2), nn.Linear(d, vocab), d
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def start(self, x):
        return self.position(self.embed(x) * math.sqrt(self.d))

    def encode(self, src, src_mask):
        x = self.start(src)
        for layer in self.encoder:
            x = layer(x, src_mask)
        return self.norms[0](x)

    def decode(self, memory, src_mask, tgt, tgt_mask):
        x = self.start(tgt)
        for layer in self.decoder:
            x = layer(x, tgt_mask, memory, src_mask)
        return log_softmax(self.proj(self.norms[1](x)), dim=-1)


class LabelSmoothing(nn.Module):
    def __init__(self, size, padding_idx, smoothing=0.0):
        super(LabelSmoothing, self).__init__()
        self.criterion = nn.KLDivLoss(reduction="sum")
        self.padding_idx, self.confidence, self.smoothing, self.size = padding_idx, 1.0 - smoothing, smoothing, size
        self.true_dist = None

    def forward(self, x, target):
        assert x.size(1) == self.size
        true_dist = x.data.clone()
        true_dist.fill_(self.smoothing / (self.size - 2))
        true_dist.scatter_(1, target.data.unsqueeze(1), self.confidence)
        true_dist[:, self.padding_idx] = 0
        mask = torch.nonzero(target.data == self.padding_idx)
        if mask.dim() > 0:
            true_dist.index_fill_(0, mask.squeeze(), 0.0)
        self.true_dist = true_dist
        return self.criterion(x, true_dist.clone().detach())


def rate(step, model_size, factor, warmup):
    if step == 0:
        step = 1
    return factor * (model_size ** (-0.5) * min(step ** (-0.5), step * warmup ** (-1.5)))


print(subsequent_mask(4), pad(torch.ones(2, 2), (1, 0), value=7))
crit = LabelSmoothing(5, 0, 0.4)
predict = torch.FloatTensor([[0, 0.2, 0.7, 0.1, 0], [0, 0.2, 0.7, 0.1, 0], [0, 0.2, 0.7, 0.1, 0]])
print(crit(x=predict.log().clamp(min=-20), target=torch.LongTensor([2, 1, 0])), crit.true_dist)
V = 8
model = Model(V)
print(model.decoder[0], sum(p.numel() for p in model.parameters()), len(list(model.modules())))
optimizer = torch.optim.Adam(model.parameters(), lr=0.5, betas=(0.9, 0.98), eps=1e-9)
scheduler = LambdaLR(optimizer=optimizer, lr_lambda=lambda step: rate(step, model_size=16, factor=1.0, warmup=10))
criterion = LabelSmoothing(size=V, padding_idx=0, smoothing=0.1)
for step in range(6):
    data = torch.randint(1, V, size=(8, 6))
    data[:, 0] = 1
    src = data.requires_grad_(False).clone().detach()
    tgt, tgt_y = src[:, :-1], src[:, 1:]
    src_mask = (src != 0).unsqueeze(-2)
    tgt_mask = (tgt != 0).unsqueeze(-2) & subsequent_mask(tgt.size(-1)).type_as((tgt != 0).data)
    out = model.decode(model.encode(src, src_mask), src_mask, tgt, tgt_mask)
    ntokens = (tgt_y != 0).data.sum()
    loss = criterion(out.contiguous().view(-1, V), tgt_y.contiguous().view(-1)) / ntokens
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    scheduler.step()
    print(f"Step {step} | Loss {loss.data:.4f} | Tokens {ntokens} | Learning Rate: {scheduler.get_last_lr()[0]:.3e}")
model.eval()
src = torch.LongTensor([[1, 2, 3, 4, 5, 6]])
memory = model.encode(src, torch.ones(1, 1, 6))
ys = torch.zeros(1, 1).fill_(1).type_as(src.data)
for _ in range(5):
    prob = model.decode(memory, torch.ones(1, 1, 6), ys, subsequent_mask(ys.size(1)).type_as(src.data))[:, -1]
    _, next_word = torch.max(prob, dim=1)
    ys = torch.cat([ys, torch.zeros(1, 1).type_as(src.data).fill_(next_word.data[0])], dim=1)
print("Example Untrained Model Prediction:", ys.shape, ys.dtype, model.encoder[0].self_attn.attn[0, 0])

torch.manual_seed(3)
stock = nn.Transformer(
    d_model=16,
    nhead=2,
    num_encoder_layers=1,
    num_decoder_layers=2,
    dim_feedforward=32,
    dropout=0.0,
    batch_first=True,
    norm_first=True,
    activation="gelu",
)
embed, head = nn.Embedding(V, 16), nn.Linear(16, V)
causal = nn.Transformer.generate_square_subsequent_mask(5)
print(causal, stock.decoder.layers[0])
opt = torch.optim.AdamW([*stock.parameters(), *embed.parameters(), *head.parameters()], lr=3e-3, amsgrad=True)
for step in range(5):
    data = torch.randint(1, V, size=(8, 6))
    padding = torch.zeros(8, 6, dtype=torch.bool)
    padding[::2, -1] = True
    out = head(
        stock(
            embed(data),
            embed(data[:, :-1]),
            tgt_mask=causal,
            tgt_is_causal=True,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
    )
    loss = nn.functional.cross_entropy(out.transpose(1, 2), data[:, 1:], label_smoothing=0.1)
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(step, f"{loss.item():.4f}")
stock.eval()
with torch.no_grad():
    print(
        head(stock(embed(data[:2]), embed(data[:2, :3]), tgt_mask=causal[:3, :3])).softmax(-1)[0, -1],
        stock.encoder.norm,
        opt,
    )
