# %% [markdown]
# # Início rápido: uma rede que lê dígitos
#
# Uma pequena rede aprende a ler 1.797 dígitos reais, escritos à mão. Ela vê dois terços deles, é observada em outra parte enquanto
# aprende e é testada em dígitos que nunca viu. Onde o PyTorch está instalado, o mesmo programa roda depois no PyTorch, com a mesma
# semente, e os dois são comparados.
#
# Isto mostra para que serve uma rede, antes de qualquer teoria. Ainda não é preciso entender o programa: as aulas 01 a 14 o montam,
# linha por linha.

# %%
from tqdm.auto import tqdm

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import in_pytorch

speak("pt")

EPOCHS = 40


# %% [markdown]
# ## O programa
# Código comum de PyTorch: `torch` é aqui o minitorch_pt e, mais abaixo, onde a mesma função roda de novo, o próprio PyTorch.


# %%
def program():
    # produtos pequenos assim levam menos tempo com uma thread do que com várias, que esperam umas pelas outras
    torch.set_num_threads(1)
    torch.manual_seed(4)
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
#
# **Adivinhe primeiro:** de 300 dígitos que a rede nunca viu, quantos ela vai ler certo?

# %%
pixels, labels = datasets.digits()
history, scores, y, pictures = program()
guess = scores.argmax(dim=1)  # (300, 10) -> (300,)
accuracy = (guess == y).float().mean().item()
print(f"Acurácia no teste ≈ {accuracy:.1%} de {len(y)} dígitos que a rede nunca viu")

# %% [markdown]
# A *semente* (*seed*) no programa decide quais dígitos ficam para o teste e de que ponto a rede parte. Com as nove sementes de 0 a 8,
# ela acerta de 97 a 99 %, em média 98 %.
#
# ## As figuras
# A *perda* diz quanto a rede erra. Ela cai nos dígitos com que a rede aprende; nos que só servem para observá-la, logo cai mais
# devagar e termina mais alta. Disso trata a aula 14.

# %%
curves = {"treinamento": history["train"], "validação": history["valid"]}
figure = viz.history(curves, ylabel="perda (entropia cruzada)", log=True)
viz.save(figure, "pictures/00_curves")
figure

# %% [markdown]
# Cada linha é um dígito, cada coluna, o que a rede disse que ele é. Na diagonal, ela acerta.

# %%
confusion = torch.zeros(10, 10, dtype=torch.int64)
for truth, said in zip(y.tolist(), guess.tolist(), strict=True):
    confusion[truth, said] += 1

figure = viz.confusion(confusion)
viz.save(figure, "pictures/00_confusion")
figure

# %% [markdown]
# Os erros, no máximo seis, a começar por aquele de que a rede tinha mais certeza.

# %%
sure = scores.softmax(dim=1).max(dim=1).values
wrong = [i for i in sure.argsort(descending=True).tolist() if guess[i] != y[i]][:6]
titles = [f"é {y[i].item()}\ndiz {guess[i].item()}\n({sure[i].item():.0%} de certeza)" for i in wrong]

figure = viz.samples(pictures[wrong].reshape(-1, 8, 8), titles=titles)
viz.save(figure, "pictures/00_mistakes")
print("Figuras: 00_curves, 00_confusion e 00_mistakes (.svg e .png), na pasta pictures")
figure

# %% [markdown]
# ## O mesmo no PyTorch
# A mesma semente dá os mesmos pesos iniciais, a mesma ordem das amostras e o mesmo dropout: por isso as perdas também são as mesmas, a
# menos de arredondamentos. Os dois somam os números em outra ordem, o que muda o último de sete algarismos; cada um dos 1.520 passos
# parte do anterior, e a diferença cresce: por quase 30 épocas fica abaixo de um milionésimo da perda, no fim é de cerca de um milésimo.

# %%
twin = in_pytorch(program)
if twin is not None:
    pairs = [(a, b) for name in history for a, b in zip(history[name], twin[0][name], strict=False)]
    largest = max(abs(a - b) / b for a, b in pairs)
    print(f"Maior diferença relativa de {len(pairs)} perdas em relação às do PyTorch: {largest:.1e}")
