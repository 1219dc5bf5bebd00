# %% [markdown]
# # Início rápido: uma rede que lê dígitos
#
# Uma pequena rede aprende a ler 1.797 dígitos reais, escritos à mão. Ela vê dois terços deles, é observada em outra parte enquanto
# aprende e é testada em dígitos que nunca viu. Onde o torch está instalado, o mesmo programa roda depois no torch, com a mesma
# semente, e os dois são comparados.

# %%
import importlib.util

import matplotlib.pyplot as plt
from tqdm import tqdm

import minitorch_pt

EPOCHS = 40


# %% [markdown]
# ## O programa
# Escrito uma só vez, para um pacote chamado `torch`: pode ser o minitorch_pt ou o próprio PyTorch.


# %%
def program(torch, pixels, labels):
    torch.manual_seed(3)
    data = torch.utils.data.TensorDataset(pixels / 16, labels)  # (1797, 64), (1797,)
    train, valid, test = torch.utils.data.random_split(data, [1197, 300, 300])
    batches = torch.utils.data.DataLoader(train, batch_size=32, shuffle=True)

    model = torch.nn.Sequential(
        torch.nn.Linear(64, 256),  # (32, 64) @ (64, 256) -> (32, 256)
        torch.nn.ReLU(),
        torch.nn.Dropout(0.5),
        torch.nn.Linear(256, 10),  # (32, 256) @ (256, 10) -> (32, 10)
    )
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    history = {"train": [], "valid": []}

    def evaluate(part):
        x, y = part[:]  # todas as amostras da parte de uma vez
        model.eval()
        with torch.no_grad():
            scores = model(x)
        model.train()
        return scores, y

    progress = tqdm(range(EPOCHS), desc=torch.__name__, unit="época")
    try:
        for _ in progress:
            total = 0.0
            for x, y in batches:
                optimizer.zero_grad()
                loss = loss_function(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(x)
            history["train"].append(total / len(train))
            history["valid"].append(loss_function(*evaluate(valid)).item())
            progress.set_postfix(train=f"{history['train'][-1]:.4f}", valid=f"{history['valid'][-1]:.4f}")
    except KeyboardInterrupt:
        print("Interrompido: a rede é usada como está agora.")
    scores, y = evaluate(test)
    return history, scores, y, test[:][0]


# %% [markdown]
# ## Treinamento

# %%
pixels, labels = minitorch_pt.datasets.digits()
history, scores, y, pictures = program(minitorch_pt, pixels, labels)
guess = scores.argmax(dim=1)  # (300, 10) -> (300,)
accuracy = (guess == y).float().mean().item()
print(f"Acurácia no teste: {accuracy:.1%} de {len(y)} dígitos que a rede nunca viu")

# %% [markdown]
# ## A figura
# As curvas de aprendizado; qual dígito foi tomado por qual; os erros de que a rede tinha mais certeza.

# %%
confusion = minitorch_pt.zeros(10, 10, dtype=minitorch_pt.int64)
for truth, said in zip(y.tolist(), guess.tolist(), strict=True):
    confusion[truth, said] += 1
sure = scores.softmax(dim=1).max(dim=1).values
wrong = [i for i in sure.argsort(descending=True).tolist() if guess[i] != y[i]][:6]

figure = plt.figure(figsize=(11, 6), layout="constrained")
grid = figure.add_gridspec(2, 9)
curves = figure.add_subplot(grid[0, :5])
curves.plot(history["train"], label="treinamento", linewidth=2)
curves.plot(history["valid"], label="validação", linewidth=2, linestyle="--")
curves.set(
    xlabel="época",
    ylabel="perda (entropia cruzada)",
    title=f"Curvas de aprendizado: acurácia no teste {accuracy:.1%}",
    yscale="log",
)
curves.legend()
table = figure.add_subplot(grid[:, 5:])
table.imshow(confusion.numpy() ** 0.5, cmap="Greys")
for truth in range(10):
    for said in range(10):
        if confusion[truth, said] > 0:
            table.text(
                said,
                truth,
                confusion[truth, said].item(),
                ha="center",
                va="center",
                color="white" if confusion[truth, said] > 9 else "black",
            )
table.set(xlabel="a rede diz", ylabel="o dígito é", title="Matriz de confusão", xticks=range(10), yticks=range(10))
for place, i in enumerate(wrong[:5]):
    axes = figure.add_subplot(grid[1, place])
    axes.imshow(pictures[i].reshape(8, 8).numpy(), cmap="Greys")
    axes.set_title(f"é {y[i].item()}\ndiz {guess[i].item()}\n({sure[i].item():.0%} de certeza)", fontsize=9)
    axes.axis("off")
figure.savefig(
    "inicio_rapido.png",
    dpi=120,
    metadata={"Title": "Curvas de aprendizado, matriz de confusão e erros confiantes em dígitos escritos à mão"},
)
print("Figura: inicio_rapido.png")

# %% [markdown]
# ## O mesmo no PyTorch
# A mesma semente dá os mesmos pesos iniciais, a mesma ordem das amostras e o mesmo dropout: por isso as perdas também são as mesmas.

# %%
if importlib.util.find_spec("torch") is None:
    print("O torch não está instalado: não há com que comparar. Tudo bem, nada aqui precisa dele.")
else:
    import torch

    theirs, _, _, _ = program(torch, torch.from_numpy(pixels.numpy()), torch.from_numpy(labels.numpy()))
    pairs = [(a, b) for name in history for a, b in zip(history[name], theirs[name], strict=False)]
    largest = max(abs(a - b) / b for a, b in pairs)
    print(f"Maior diferença relativa de {len(pairs)} perdas em relação às do torch: {largest:.1e}")
