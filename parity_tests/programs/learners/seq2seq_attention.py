"""Sequence to sequence with Bahdanau attention: an encoder-decoder that reverses digits, teacher forcing, greedy decoding, beam search, a BLEU score."""

import collections
import math
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

SOS, EOS, PAD = 10, 11, 12
random.seed(1)
torch.manual_seed(1)


class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size, dropout_p=0.1):
        super().__init__()
        self.embedding = nn.Embedding(input_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout_p)

    def forward(self, input):
        return self.gru(self.dropout(self.embedding(input)))


class BahdanauAttention(nn.Module):
    def __init__(self, hidden_size):
        super().__init__()
        self.Wa, self.Ua, self.Va = (
            nn.Linear(hidden_size, hidden_size),
            nn.Linear(hidden_size, hidden_size),
            nn.Linear(hidden_size, 1),
        )

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys)))
        scores = scores.squeeze(2).unsqueeze(1)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights, keys), weights


class AttnDecoderRNN(nn.Module):
    def __init__(self, hidden_size, output_size):
        super().__init__()
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attention = BahdanauAttention(hidden_size)
        self.gru = nn.GRU(2 * hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, encoder_outputs, encoder_hidden, target_tensor=None, max_length=5):
        batch_size = encoder_outputs.size(0)
        decoder_input = torch.empty(batch_size, 1, dtype=torch.long).fill_(SOS)
        decoder_hidden, outputs, attentions = encoder_hidden, [], []
        for i in range(max_length):
            output, decoder_hidden, weights = self.forward_step(decoder_input, decoder_hidden, encoder_outputs)
            outputs.append(output)
            attentions.append(weights)
            if target_tensor is not None:
                decoder_input = target_tensor[:, i].unsqueeze(1)
            else:
                _, topi = output.topk(1)
                decoder_input = topi.squeeze(-1).detach()
        return F.log_softmax(torch.cat(outputs, dim=1), dim=-1), decoder_hidden, torch.cat(attentions, dim=1)

    def forward_step(self, input, hidden, encoder_outputs):
        embedded = self.embedding(input)
        context, weights = self.attention(hidden.permute(1, 0, 2), encoder_outputs)
        output, hidden = self.gru(torch.cat((embedded, context), dim=2), hidden)
        return self.out(output), hidden, weights


def pairs(n, length=4):
    for _ in range(n):
        digits = torch.tensor([[random.randrange(10) for _ in range(length)] for _ in range(8)])
        yield digits, torch.cat([digits.flip(1), torch.full((8, 1), EOS)], 1)


encoder, decoder = EncoderRNN(13, 16), AttnDecoderRNN(16, 13)
print(encoder, decoder, sep="\n")
optimizers = [torch.optim.Adam(m.parameters(), lr=0.01) for m in (encoder, decoder)]
schedulers = [torch.optim.lr_scheduler.StepLR(o, 4, 0.5) for o in optimizers]
criterion = nn.NLLLoss(ignore_index=PAD)
for step, (source, target) in enumerate(pairs(8)):
    [o.zero_grad() for o in optimizers]
    outputs, hidden = encoder(source)
    forced = target if random.random() < 0.7 else None
    log_probs, _, attn = decoder(outputs, hidden, forced)
    masked = target.clone()
    masked[0, 3:] = PAD
    loss = criterion(log_probs.view(-1, log_probs.size(-1)), masked.view(-1))
    loss.backward()
    [o.step() for o in optimizers]
    [s.step() for s in schedulers]
    print(f"{step} {'forced' if forced is not None else 'free'} {loss.item():.4f} {schedulers[0].get_last_lr()}")
print(attn.shape, attn.sum(-1)[0], attn.argmax(-1).shape)


@torch.no_grad()
def beam_search(source, width=3, length=5):
    encoder.eval(), decoder.eval()
    outputs, hidden = encoder(source)
    beams = [(0.0, [SOS], hidden)]
    for _ in range(length):
        grown = []
        for score, tokens, h in beams:
            if tokens[-1] == EOS:
                grown.append((score, tokens, h))
                continue
            logits, h2, _ = decoder.forward_step(torch.tensor([[tokens[-1]]]), h, outputs)
            values, indices = F.log_softmax(logits[0, -1], -1).topk(width)
            grown += [(score + v.item(), tokens + [i.item()], h2) for v, i in zip(values, indices)]
        beams = sorted(grown, key=lambda b: b[0], reverse=True)[:width]
    return [(round(s, 3), t) for s, t, _ in beams]


for beam in beam_search(torch.tensor([[1, 2, 3, 4]])):
    print(beam)


def bleu(pred_seq, label_seq, k):
    len_pred, len_label = len(pred_seq), len(label_seq)
    score = math.exp(min(0, 1 - len_label / len_pred))
    for n in range(1, k + 1):
        num_matches, label_subs = 0, collections.defaultdict(int)
        for i in range(len_label - n + 1):
            label_subs[tuple(label_seq[i : i + n])] += 1
        for i in range(len_pred - n + 1):
            if label_subs[tuple(pred_seq[i : i + n])] > 0:
                num_matches += 1
                label_subs[tuple(pred_seq[i : i + n])] -= 1
        score *= math.pow(num_matches / (len_pred - n + 1), math.pow(0.5, n))
    return score


print(bleu([4, 3, 2, 2], [4, 3, 2, 1], 2), bleu([4, 3, 2, 1], torch.tensor([4, 3, 2, 1]).tolist(), 2))


def sequence_mask(X, valid_len, value=0):
    maxlen = X.size(1)
    mask = torch.arange((maxlen), dtype=torch.float32, device=X.device)[None, :] < valid_len[:, None]
    X[~mask] = value
    return X


print(
    sequence_mask(torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([1, 2])),
    sequence_mask(torch.ones(2, 3, 4), torch.tensor([1, 2]), value=-1)[:, :, 0],
)


class MaskedSoftmaxCELoss(nn.CrossEntropyLoss):
    def forward(self, pred, label, valid_len):
        weights = torch.ones_like(label)
        weights = sequence_mask(weights, valid_len)
        self.reduction = "none"
        unweighted_loss = super(MaskedSoftmaxCELoss, self).forward(pred.permute(0, 2, 1), label)
        return (unweighted_loss * weights).mean(dim=1)


print(
    MaskedSoftmaxCELoss()(torch.ones(3, 4, 10), torch.ones((3, 4), dtype=torch.long), torch.tensor([4, 2, 0])),
    MaskedSoftmaxCELoss(),
)
