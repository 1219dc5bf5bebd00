"""Word2vec: skip-gram with negative sampling, CBOW, n-grams as in the tutorial; then TextCNN and bags of embeddings on the same corpus."""

import random
from collections import Counter, OrderedDict

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(1)
random.seed(1)
corpus = """the king rules the land the queen rules the land the man walks in the field
the woman walks in the field the king loves the queen the man loves the woman""".split()
counts = Counter(corpus)
vocab = OrderedDict((w, i) for i, (w, _) in enumerate(counts.most_common()))
word_to_ix = dict(vocab)
print(len(vocab), counts.most_common(4), word_to_ix["queen"])


class SkipGram(nn.Module):
    def __init__(self, n, dim=6):
        super().__init__()
        self.center = nn.Embedding(n, dim)
        self.context = nn.Embedding(n, dim)
        bound = 0.5 / dim
        self.center.weight.data.uniform_(-bound, bound)
        self.context.weight.data.uniform_(0, 0)

    def forward(self, centers, contexts, negatives):
        v = self.center(centers)
        positive = F.logsigmoid((v * self.context(contexts)).sum(-1))
        negative = F.logsigmoid(-torch.bmm(self.context(negatives), v.unsqueeze(2)).squeeze(2)).sum(1)
        return -(positive + negative).mean()


pairs = [
    (vocab[corpus[i]], vocab[corpus[j]])
    for i in range(len(corpus))
    for j in range(max(0, i - 2), min(len(corpus), i + 3))
    if i != j
]
unigram = torch.tensor([counts[w] for w in vocab], dtype=torch.float) ** 0.75
unigram /= unigram.sum()
model = SkipGram(len(vocab))
optimizer = optim.SparseAdam(model.parameters(), lr=0.05) if False else optim.Adam(model.parameters(), lr=0.05)
data = torch.tensor(pairs)
for epoch in range(4):
    total = 0.0
    for batch in data[torch.randperm(len(data))].split(32):
        negatives = torch.multinomial(unigram, len(batch) * 3, replacement=True).view(-1, 3)
        loss = model(*batch.unbind(1), negatives)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    print(f"epoch {epoch} loss {total / len(data):.4f}")
W = F.normalize(model.center.weight.detach(), dim=1)
for word in ("king", "walks"):
    scores, index = (W @ W[vocab[word]]).topk(3)
    print(word, [(list(vocab)[i], f"{s:.3f}") for s, i in zip(scores, index.tolist())])

CONTEXT_SIZE, EMBEDDING_DIM = 2, 5
ngrams = [([corpus[i - j - 1] for j in range(CONTEXT_SIZE)], corpus[i]) for i in range(CONTEXT_SIZE, len(corpus))]
print(ngrams[:3])


class NGramLanguageModeler(nn.Module):
    def __init__(self, vocab_size, embedding_dim, context_size):
        super(NGramLanguageModeler, self).__init__()
        self.embeddings = nn.Embedding(vocab_size, embedding_dim)
        self.linear1 = nn.Linear(context_size * embedding_dim, 16)
        self.linear2 = nn.Linear(16, vocab_size)

    def forward(self, inputs):
        embeds = self.embeddings(inputs).view((1, -1))
        out = F.relu(self.linear1(embeds))
        return F.log_softmax(self.linear2(out), dim=1)


class CBOW(nn.Module):
    def __init__(self, vocab_size, embedding_dim):
        super().__init__()
        self.bag = nn.EmbeddingBag(vocab_size, embedding_dim, mode="mean", max_norm=2.0)
        self.out = nn.Linear(embedding_dim, vocab_size)

    def forward(self, words, offsets=None):
        return F.log_softmax(self.out(self.bag(words, offsets)), dim=-1)


loss_function = nn.NLLLoss()
model = NGramLanguageModeler(len(vocab), EMBEDDING_DIM, CONTEXT_SIZE)
optimizer = optim.SGD(model.parameters(), lr=0.05)
losses = []
for epoch in range(3):
    total_loss = 0
    for context, target in ngrams:
        context_idxs = torch.tensor([word_to_ix[w] for w in context], dtype=torch.long)
        model.zero_grad()
        log_probs = model(context_idxs)
        loss = loss_function(log_probs, torch.tensor([word_to_ix[target]], dtype=torch.long))
        loss.backward()
        optimizer.step()
        total_loss += loss.item()
    losses.append(round(total_loss, 3))
print(losses, model.embeddings.weight[word_to_ix["king"]])
cbow = CBOW(len(vocab), EMBEDDING_DIM)
optimizer = optim.Adagrad(cbow.parameters(), lr=0.2, lr_decay=0.01, initial_accumulator_value=0.1)
windows = [(corpus[i - 2 : i] + corpus[i + 1 : i + 3], corpus[i]) for i in range(2, len(corpus) - 2)]
flat = torch.tensor([vocab[w] for words, _ in windows for w in words])
offsets = torch.arange(0, len(flat), 4)
targets = torch.tensor([vocab[w] for _, w in windows])
for epoch in range(5):
    loss = loss_function(cbow(flat, offsets), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(
    f"{loss:.4f}",
    cbow,
    cbow.bag.weight.norm(dim=1).max() <= 2.3,
    torch.allclose(cbow(flat, offsets), cbow(flat.view(-1, 4))),
)


class TextCNN(nn.Module):
    def __init__(self, vocab_size, embed_size=6, kernel_sizes=(2, 3), num_channels=(4, 4)):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size)
        self.constant_embedding = nn.Embedding.from_pretrained(W, freeze=True)
        self.dropout = nn.Dropout(0.3)
        self.decoder = nn.Linear(sum(num_channels), 2)
        self.pool, self.relu = nn.AdaptiveAvgPool1d(1), nn.ReLU()
        self.convs = nn.ModuleList()
        for c, k in zip(num_channels, kernel_sizes):
            self.convs.append(nn.Conv1d(2 * embed_size, c, k))

    def forward(self, inputs):
        embeddings = torch.cat((self.embedding(inputs), self.constant_embedding(inputs)), dim=2).permute(0, 2, 1)
        encoding = torch.cat(
            [torch.squeeze(self.relu(self.pool(conv(embeddings))), dim=-1) for conv in self.convs], dim=1
        )
        peaks = [
            F.max_pool1d(conv(embeddings), embeddings.size(2) - conv.kernel_size[0] + 1).squeeze(2)
            for conv in self.convs
        ]
        return self.decoder(self.dropout(encoding)) + 0 * torch.cat(peaks, 1).sum()


def init_weights(m):
    if type(m) in (nn.Linear, nn.Conv1d):
        nn.init.xavier_uniform_(m.weight)


net = TextCNN(len(vocab))
net.apply(init_weights)
sentences = torch.tensor([[vocab[w] for w in corpus[i : i + 5]] for i in range(0, 25, 5)])
labels = torch.tensor([1, 0, 0, 1, 1])
trainer = optim.Adam(net.parameters(), lr=0.01)
for epoch in range(4):
    loss = F.cross_entropy(net(sentences), labels)
    trainer.zero_grad()
    loss.sum().backward()
    trainer.step()
    print(f"textcnn {epoch} {loss.item():.4f}")
print(net, net.constant_embedding.weight.requires_grad, net.constant_embedding.weight.grad)
for bad in (
    lambda: net.embedding(torch.tensor([99])),
    lambda: net.embedding(torch.tensor([0.5])),
    lambda: nn.EmbeddingBag(3, 2)(torch.tensor([0, 1])),
):
    try:
        bad()
    except Exception as e:
        print(f"{type(e).__name__}: {e}")
