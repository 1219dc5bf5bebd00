# %% [markdown]
# # 13 · O laço de treinamento
#
# **Pergunta:** Que linhas treinam uma rede, em que ordem, e o que cada uma delas muda?
#
# **Precisa de:** aulas 06, 07, 08, 09, 10, 11, 12.
#
# **Tempo:** 19 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. A perda cresce a cada passo. O que você mudaria? (aula 12)
# 2. Um valor é usado duas vezes. O que acontece com as inclinações dos dois caminhos? (aula 11)
# 3. Quem escolhe o número de entradas, de neurônios ocultos, de saídas? (aula 08)
#
# Uma rede aprende em cinco passos que se repetem sem parar: as amostras se propagam pelas camadas, as funções de ativação curvam
# o que as camadas calculam, uma perda compara o resultado com a verdade, a retropropagação encontra as inclinações, e o
# otimizador muda os pesos. Cada passo teve sua aula. Esta junta todos eles.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Duas luas
# 300 pontos no plano, em dois semicírculos que se encaixam um no outro: classe 0 e classe 1. Nenhuma reta os separa. A rede
# aprende com 200 pontos, o conjunto de treinamento; os outros 100, o conjunto de validação, só dizem como ela se sai em pontos
# com os quais não aprendeu. Os alvos têm uma coluna, como terá a saída da rede.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
targets = labels.float().reshape(-1, 1)  # (300,) -> (300, 1)
x_train, y_train = points[:200], targets[:200]
x_valid, y_valid = points[200:], targets[200:]
print(f"treinamento {tuple(x_train.shape)}, validação {tuple(x_valid.shape)}")
print(f"primeiro ponto {[round(value, 2) for value in x_train[0].tolist()]}, alvo {y_train[0].item():.0f}")

# %% [markdown]
# ## As peças
# A rede dá uma pontuação para cada ponto: acima de 0, ela diz classe 1. A perda é a entropia cruzada de duas classes, calculada a
# partir dessas pontuações (aula 10). Uma função faz as peças de novo, com a mesma semente, sempre que quisermos recomeçar.


# %%
def parts(lr=0.5, activation=torch.nn.ReLU, seed=1):
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(2, 16),  # (24, 2) @ (2, 16) -> (24, 16)
        activation(),  # torch.nn.ReLU(), a menos que se dê outra classe
        torch.nn.Linear(16, 1),  # (24, 16) @ (16, 1) -> (24, 1)
    )
    return model, torch.nn.BCEWithLogitsLoss(), torch.optim.SGD(model.parameters(), lr=lr)


model, loss_function, optimizer = parts()
print(model)

# %% [markdown]
# ## Medir: uma rodada, linha por linha
# Pegue os primeiros 24 pontos de treinamento como um lote e rode as linhas uma de cada vez. Depois de cada uma, olhe um peso, o
# primeiro da primeira camada, e seu gradiente.
#
# **Adivinhe primeiro:** depois de que linha o peso é outro, e depois de qual o gradiente?


# %%
def look(line):
    weight = model[0].weight  # (16, 2)
    gradient = "None" if weight.grad is None else f"{weight.grad[0, 0].item():.4f}"
    print(f"{line:<32} peso {weight[0, 0].item():.4f}   gradiente {gradient}")


x, y = x_train[:24], y_train[:24]
look("antes")
scores = model(x)  # (24, 2) -> (24, 1)
look("scores = model(x)")
loss = loss_function(scores, y)  # (24, 1), (24, 1) -> ()
look("loss = loss_function(scores, y)")
loss.backward()
look("loss.backward()")
optimizer.step()
look("optimizer.step()")
optimizer.zero_grad()
look("optimizer.zero_grad()")

# %% [markdown]
# Cada linha faz uma só coisa, e o que ela faz aparece na tabela:
#
# | linha | lê | escreve |
# |---|---|---|
# | `model(x)` | amostras, pesos | pontuações e o grafo computacional |
# | `loss_function(scores, y)` | pontuações, alvos | um número |
# | `loss.backward()` | o grafo | os gradientes |
# | `optimizer.step()` | os gradientes | os pesos |
# | `optimizer.zero_grad()` | nada | os gradientes, esvaziados |
#
# Costuma-se dizer que a retropropagação ajusta os pesos. Não ajusta: depois de `backward()`, o peso é o mesmo de antes, só o
# gradiente é novo. O peso muda em `step()`. À mão: 0,3643 - 0,5 · 0,0106 = 0,3590.
#
# ## Deduzir: por que a perda cai?
# Um gradiente é uma inclinação: mova um peso em um pequeno `d`, e a perda anda `inclinação · d`. O passo move cada peso em `-lr ·
# inclinação`; logo, esse peso move a perda em `inclinação · (-lr · inclinação) = -lr · inclinação²`. Um quadrado nunca é
# negativo, portanto nenhum peso empurra a perda para cima. Todos juntos: a perda cai `lr` vezes a soma dos quadrados das
# inclinações. Será?
#
# **Adivinhe primeiro:** com quais das taxas 0,001, 0,1 e 100 a promessa se cumpre?

# %%
for lr in (0.001, 0.1, 100.0):
    model, loss_function, optimizer = parts(lr)
    loss = loss_function(model(x), y)
    loss.backward()
    promised = -lr * sum((p.grad * p.grad).sum().item() for p in model.parameters())
    optimizer.step()
    measured = loss_function(model(x), y).item() - loss.item()
    print(f"lr {lr}: a perda deveria mudar em {promised:.5f}; muda em ≈ {measured:.5f}")

# %% [markdown]
# Com um passo pequeno, a promessa se cumpre. Com um grande, não, pois as próprias inclinações mudam no caminho: com 100, a perda
# deveria cair bem mais do que tem para cair, e cresce. Por isso, um passo é curto, e os passos são muitos.
#
# ## Automatizar: o laço
# Dois laços, um dentro do outro: as épocas e, em cada época, os lotes. O `DataLoader` embaralha os pontos e entrega 24 por vez (o
# último lote de 200 tem 8). Os lotes têm tamanhos diferentes; por isso, a perda de uma época é a média das amostras, e não a dos
# lotes. Depois de cada época, mede-se a perda no conjunto de validação, sem gravar um grafo.


# %%
def train(epochs=100, lr=0.5, activation=torch.nn.ReLU, seed=1):
    model, loss_function, optimizer = parts(lr, activation, seed)
    dataset = torch.utils.data.TensorDataset(x_train, y_train)
    batches = torch.utils.data.DataLoader(dataset, batch_size=24, shuffle=True)
    history = {"train": [], "valid": []}
    for _ in range(epochs):
        total = 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_function(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        history["train"].append(total / len(x_train))
        with torch.no_grad():
            history["valid"].append(loss_function(model(x_valid), y_valid).item())
    return model, history


def accuracy(model):
    with torch.no_grad():
        right = (model(x_valid) > 0) == (y_valid == 1)  # (100, 1): True onde a resposta está certa
    return right.float().mean().item()


model, history = train()
for epoch in (1, 10, 100):
    train_loss, valid_loss = history["train"][epoch - 1], history["valid"][epoch - 1]
    print(f"época {epoch}: perda de treinamento ≈ {train_loss:.3f}, perda de validação ≈ {valid_loss:.3f}")
print(f"acertos em pontos novos: ≈ {accuracy(model):.0%}")

# %% [markdown]
# As quatro linhas do meio, de `zero_grad` a `step`, fazem o trabalho. São as mesmas para uma rede de 65 parâmetros, como esta, e
# para uma de bilhões.
#
# ## A figura
# Primeiro, o que aconteceu com a perda.

# %%
figure = viz.history({"treinamento": history["train"], "validação": history["valid"]})
viz.save(figure, "pictures/13_curves")
figure

# %% [markdown]
# A curva cai depressa, estaciona em um patamar e volta a cair. Quanto tempo fica ali depende dos pesos iniciais: para ir de 0,30 a
# 0,25, esta rede precisa de 24 épocas; as das sementes 2 a 9, de 9 a 18. De vez em quando a perda de validação dá um salto: com a
# taxa de aprendizado 0,5, os passos são longos.
#
# A *fronteira de decisão*, a linha em que a resposta muda, diz por quê. Aqui ela passa entre os 100 pontos do conjunto de
# validação. Na época 0, esta rede diz classe 1 em toda parte. Uma linha quase reta já se sai bem, e esse é o patamar; as curvas da
# fronteira vêm tarde.


# %%
def draw(model, title, axes):
    viz.boundary(model, x_valid, labels[200:], ax=axes)
    axes.set_title(f"{title}: {accuracy(model):.0%} de acertos")
    axes.get_legend().remove()


figure, panels = viz.panels(2, rows=2, height=2.9)
for axes, epochs in zip(panels, (0, 1, 10, 100), strict=True):
    draw(train(epochs)[0], f"época {epochs}", axes)
panels[0].legend(loc="upper right", frameon=False)
figure.alt = (
    "As duas luas e a fronteira de decisão. Época 0: não há nenhuma, tudo é classe 1. Época 1: uma linha pouco curvada, embaixo, à "
    "direita. Época 10: uma linha pouco curvada, pelo meio. Época 100: uma linha que serpenteia entre as luas. "
    f"{'; '.join(axes.get_title() for axes in panels)}."
)
viz.save(figure, "pictures/13_boundaries")
figure

# %% [markdown]
# ## Quanto vale a função de ativação
# A aula 09 provou que duas camadas sem uma função entre elas são uma só. Agora podemos treinar as duas redes: os mesmos pesos
# iniciais, os mesmos lotes, as mesmas 100 épocas. Uma tem a ReLU no meio; a outra, `Identity`, que passa adiante o que recebe.

# %%
figure, panels = viz.panels(2, height=2.9)
for axes, activation, title in zip(panels, (torch.nn.Identity, torch.nn.ReLU), ("sem ativação", "ReLU"), strict=True):
    model, history = train(activation=activation)
    print(
        f"{title}: perda de treinamento ≈ {history['train'][-1]:.3f}, acertos em pontos novos ≈ {accuracy(model):.0%}"
    )
    draw(model, title, axes)
panels[0].legend(loc="upper right", frameon=False)
figure.alt = (
    "As duas luas e as fronteiras de decisão de duas redes depois de 100 épocas. Sem ativação: uma reta que corta as pontas das duas "
    f"luas. Com ReLU: uma linha que serpenteia entre as luas. {'; '.join(axes.get_title() for axes in panels)}."
)
viz.save(figure, "pictures/13_activation")
figure

# %% [markdown]
# Sem ativação, a pontuação é `w1·x1 + w2·x2 + b`, sejam quais forem os 65 parâmetros. Os pontos em que uma pontuação dessas é 0
# estão em uma reta, e treinamento nenhum a curva: a perda fica no patamar para sempre.

# %% [markdown]
# ## Quando dá errado
# Alguém quer poupar trabalho e calcula a perda uma só vez, antes do laço:

# %%
model, loss_function, optimizer = parts()
loss = loss_function(model(x), y)
try:
    for _ in range(3):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
except RuntimeError as error:
    print(f"RuntimeError: {str(error).partition('(')[0]}")

# %% [markdown]
# O erro diz que se tenta percorrer o grafo de volta uma segunda vez. `backward()` consome o grafo que a propagação gravou, e uma
# segunda chamada não encontra mais nada. E está certo assim: depois de `step()` os pesos são outros, e uma perda dos pesos
# antigos nada diz sobre eles. O conserto: a propagação e a perda ficam dentro do laço, antes de cada `backward()`.
#
# Piores são os enganos que não dão erro. Aqui as linhas vêm em uma lista, para que se possa tirar ou mudar de lugar uma delas:
#
# **Adivinhe primeiro:** cinco listas de linhas serão testadas. Sem `zero_grad`, sem `step`, sem `backward`: quem ainda aprende?


# %%
def train_with(lines, epochs=100):
    model, loss_function, optimizer = parts()
    batches = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x_train, y_train), batch_size=24, shuffle=True)
    for _ in range(epochs):
        for x, y in batches:
            for line in lines:
                if line == "zero_grad":
                    optimizer.zero_grad()
                elif line == "forward":
                    loss = loss_function(model(x), y)
                elif line == "backward":
                    loss.backward()
                elif line == "step":
                    optimizer.step()
    return accuracy(model)  # acima eram 98 %


for lines in (
    ["zero_grad", "forward", "backward", "step"],
    ["zero_grad", "forward", "backward"],
    ["zero_grad", "forward", "step"],
    ["forward", "backward", "zero_grad", "step"],
    ["forward", "backward", "step"],
):
    print(f"{'aprende' if train_with(lines) > 0.9 else 'falha  '}: {', '.join(lines)}")

# %% [markdown]
# Sem `step`, sem `backward` ou com `zero_grad` entre os dois, a rede continua sendo a que a semente gerou: não aprendeu nada em 100
# épocas, e ninguém reclama. Sem `zero_grad`, cada gradiente é a soma de todos os anteriores (aula 12): os passos vão para onde
# apontavam lotes que já passaram há muito tempo. Uma perda que não cai, ou que fica saltando, é motivo para reler essas linhas.
#
# ## O mesmo no PyTorch
# A mesma função, nele: a mesma semente dá os mesmos pesos iniciais e a mesma ordem dos pontos.


# %%
def ten_epochs():
    model, history = train(10)
    return {
        "perdas de treinamento de 10 épocas": history["train"],
        "perdas de validação de 10 épocas": history["valid"],
        "pesos da primeira camada depois de 90 passos": model[0].weight,
    }


same_in_pytorch(ten_epochs)

# %% [markdown]
# ## Resumo
# - Uma rodada: `zero_grad`, propagação, perda, `backward`, `step`. Uma época é uma rodada para cada lote.
# - `backward()` preenche os gradientes e não muda peso algum; `step()` muda os pesos.
# - Um passo pequeno faz a perda cair cerca de `lr` vezes a soma dos quadrados das inclinações.
# - A perda de uma época é uma média de amostras. A perda de validação se mede sem dar passos e sem grafo.
# - Uma linha que falta ou está fora do lugar muitas vezes não dá erro, só uma rede que não aprende.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** As linhas `forward`, `backward`, `step` estão nesta ordem. `zero_grad` pode entrar no lugar 0 (antes de todas), 1, 2 ou 3
# (depois de todas). Devolva a lista de todos os lugares em que a rede ainda aprende bem.


# %%
def exercise_1():
    return ...


def judge_1(answer):
    if not set(answer) <= {0, 1, 2, 3}:
        return f"devolve {answer}: os lugares são 0, 1, 2 e 3"
    for place in range(4):
        lines = ["forward", "backward", "step"]
        lines.insert(place, "zero_grad")
        learns = train_with(lines) > 0.9
        if learns != (place in answer):
            return f"erra no lugar {place}: com {lines} ela {'aprende' if learns else 'não aprende'}"


check(exercise_1, (judge_1,))

# %% [markdown]
# **2.** A perda média de uma época sobre suas amostras, a partir da perda média de cada lote e dos tamanhos dos lotes.


# %%
def exercise_2(losses, sizes):
    return ...


check(exercise_2, ([0.5, 0.3, 0.1], [24, 24, 24], 0.3), ([0.5, 0.3, 1.3], [24, 24, 2], 0.436))

# %% [markdown]
# **3.** Um lote é grande demais para a memória e vem em duas metades de mesmo tamanho. Pegue as peças de `parts()`, dê um só
# passo que mude os pesos como o lote inteiro de uma vez mudaria, e devolva o modelo. Cada propagação só pode ver uma metade. (Sem
# `zero_grad`, os gradientes se somam; e a perda é uma média.)


# %%
def exercise_3(x_first, y_first, x_second, y_second):
    return ...


def judge_3(model):
    whole, loss_function, optimizer = parts()
    loss_function(whole(x), y).backward()
    optimizer.step()
    for ours, wanted in zip(model.parameters(), whole.parameters(), strict=True):
        if not near(ours, wanted):
            off = (ours - wanted).abs().max().item()
            return f"tem parâmetros que diferem em até {off:.2g} dos que há depois de um passo com o lote inteiro"


check(
    exercise_3,
    (x[:12], y[:12], x[12:], y[12:], judge_3),
    (x[12:], y[12:], x[:12], y[:12], judge_3),
)

# %% [markdown]
# **4.** Três redes, das sementes 1, 2 e 3: com taxa de aprendizado 0,5, a média de suas perdas de treinamento na época 20 ainda é
# 0,246. Encontre uma taxa de aprendizado com a qual ela fique abaixo de 0,2.


# %%
def exercise_4():
    return ...


def judge_4(lr):
    losses = [train(20, lr=lr, seed=seed)[1]["train"][-1] for seed in (1, 2, 3)]
    if not sum(losses) / 3 < 0.2:
        return f"leva a uma perda de treinamento média de {sum(losses) / 3:.3f} na época 20"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. A taxa de aprendizado: para uma menor.
# 2. Elas se somam.
# 3. A tarefa, o primeiro e o último; nós, o do meio.
#
# </details>
