"""Models of transformers from small configurations: losses, gradients, steps, texts that are generated."""

import torch
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
)

SMALL = {"vocab_size": 40, "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 32}
MODELS = {
    "BERT": lambda: BertForSequenceClassification(BertConfig(**SMALL, num_labels=3)),
    "GPT-2": lambda: GPT2LMHeadModel(GPT2Config(vocab_size=40, n_positions=32, n_embd=16, n_layer=2, n_head=2)),
    "Llama": lambda: LlamaForCausalLM(LlamaConfig(**SMALL, num_key_value_heads=1)),
}
for name, make in MODELS.items():
    torch.manual_seed(0)
    model = make()
    words = torch.randint(0, 40, (4, 10))
    labels = words[:, 0] % 3 if name == "BERT" else words
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(4):
        loss = model(words, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(name, round(loss.item(), 4))
    print(sum(p.numel() for p in model.parameters()), list(model.state_dict())[:2])
    model.eval()
    if name != "BERT":
        print(model.generate(words[:1, :4], max_new_tokens=5, do_sample=False, pad_token_id=0).tolist())
