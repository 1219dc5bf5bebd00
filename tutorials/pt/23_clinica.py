# %% [markdown]
# # 23 · A clínica
#
# **Pergunta:** Um treinamento vai mal e nenhum erro diz por quê. Como descobrir?
#
# **Precisa de:** aulas 03, 06, 07, 09, 10, 11, 12, 13, 14.
#
# **Tempo:** 37 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Que linha faz de um programa destas aulas um programa do PyTorch? (aula 22)
# 2. Perda de treinamento baixa, perda de validação alta: como se chama isso? (aula 14)
# 3. Qual é a inclinação da ReLU abaixo de 0? (aula 09)
#
# Dez treinamentos, todos doentes, nenhum com mensagem de erro. Primeiro você vê o sintoma, como ele aparece na vida: perdas, respostas.
# **Dê um palpite** antes de seguir lendo. Depois medimos, pois um palpite não é um diagnóstico; então vêm a causa, o conserto e a curva
# depois dele. No fim, os dez ficam em um só cartão, para imprimir e pregar ao lado da tela.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Os instrumentos
# Três conjuntos de dados, todos pequenos: os preços de 100 casas (aula 03), as duas luas da aula 13, três espirais. Uma rede, um laço. O
# que medimos antes e depois vai para `curves`, para a figura do fim.

# %%
torch.manual_seed(0)
houses, prices = datasets.house_prices(100)  # (100, 2), (100, 1): m² e quartos, milhares
scaled = (houses - houses.mean(dim=0)) / houses.std(dim=0)  # cada característica com média 0 e desvio padrão 1
moons, sides = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
sides = sides.float().reshape(-1, 1)  # (300, 1)
spirals, arms = datasets.spirals(90, noise=0.1)  # (90, 2), (90,): três classes
mse, bce = torch.nn.functional.mse_loss, torch.nn.functional.binary_cross_entropy_with_logits
curves = {}


def network(outputs=1):
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, outputs))


def train(model, optimizer, loss_function, x, y, steps=200):
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# ## Caso 1: a mesma resposta para todas as casas
# As entradas estão em escala, os alvos são preços em milhares, a taxa de aprendizado de 0,02 não é grande.

# %%
model = network()
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.02), mse, scaled, prices)
answers = model(scaled)  # (100, 2) -> (100, 1)
print(
    f"perda: {ill[0]:.0f} no começo, no fim ≈ {ill[-1]:.0f}; a variância dos preços é {prices.var(unbiased=False).item():.0f}"
)
print(f"preços de {prices.min().item():.0f} a {prices.max().item():.0f}")
print(f"respostas de ≈ {answers.min().item():.1f} a ≈ {answers.max().item():.1f}")

# %% [markdown]
# **Palpite:** por que uma rede que vê casas diferentes responde o mesmo para todas?
#
# Uma resposta que não depende da entrada a perdeu em algum ponto do caminho. Olhe, portanto, o que cada parte passa adiante. Para cada um
# dos 16 neurônios ocultos, o maior valor que ele dá a alguma casa:

# %%
hidden = model[:2](scaled)  # (100, 2) -> (100, 16), depois da ReLU
print("maior valor de cada neurônio:", hidden.max(dim=0).values.tolist())
mse(model(scaled), prices).backward()
print("maior inclinação da primeira camada:", model[0].weight.grad.abs().max().item())

# %% [markdown]
# **Causa:** todos os neurônios morreram. Os alvos são uns 200, as primeiras respostas, perto de 0; por isso os primeiros gradientes foram
# enormes, e um passo jogou os pesos tão longe que cada `z` é negativo para todas as casas. A ReLU faz disso 0, e ali a inclinação da ReLU é
# 0: nenhum gradiente trará os neurônios de volta. O que resta é o último viés, que aprende o preço médio.
#
# **Conserto:** alvos com média 0 e desvio padrão 1, como já são as entradas. (Preços crus com
# uma taxa de aprendizado de 0,001 também servem. A leaky ReLU mantém os neurônios vivos, mas com ela passos deste tamanho terminam em `nan`.)

# %%
model = network()
targets = (prices - prices.mean()) / prices.std()
well = train(model, torch.optim.SGD(model.parameters(), lr=0.02), mse, scaled, targets)
well = [loss * prices.var().item() for loss in well]  # de novo em quadrados de milhares
print(f"perda no fim ≈ {well[-1]:.0f}")
curves["1 ReLU morta"] = ill, well

# %% [markdown]
# ## Caso 2: aprende um pouco, e só
# Para estes preços basta um neurônio: tamanho + 5 · quartos + 30. Com uma taxa de aprendizado cinco vezes maior, como alguém já experimentou, a
# perda cresce sem fim.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.00001), mse, houses, prices)
print(f"perda: {ill[0]:.0f}, depois de 50 passos ≈ {ill[50]:.0f}, depois de 200 ≈ {ill[-1]:.0f}")
print("pesos ≈", [round(value, 2) for value in model.weight[0].tolist()], f"viés ≈ {model.bias.item():.1f}")

# %% [markdown]
# **Palpite:** a perda cai depressa e depois fica parada, longe do ruído, cuja variância é 1. O peso dos quartos quase não melhorou desde o
# começo. Passos de menos?
#
# Compare o que chega aos três parâmetros: o desvio padrão de cada entrada e os gradientes do primeiro passo.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
mse(model(houses), prices).backward()
print("desvio das entradas:", [round(value, 1) for value in houses.std(dim=0).tolist()])
print("gradientes:", [round(value) for value in (*model.weight.grad[0].tolist(), model.bias.grad.item())])

# %% [markdown]
# **Causa:** entradas fora de escala. O gradiente de um peso é uma soma de produtos com sua entrada; por isso o do tamanho é umas 50 vezes o dos
# quartos. A taxa de aprendizado tem de ser pequena o bastante para um, e então os outros se arrastam.
#
# **Conserto:** subtraia a média de cada característica e divida pelo desvio padrão. Aí uma só taxa serve a todos, e pode ser grande.

# %%
torch.manual_seed(1)
model = torch.nn.Linear(2, 1)
well = train(model, torch.optim.SGD(model.parameters(), lr=0.1), mse, scaled, prices)
print(f"perda depois de 50 passos ≈ {well[50]:.2f}")
curves["2 fora de escala"] = ill, well

# %% [markdown]
# ## Caso 3: cem por cento, e um terço
# Um classificador de três espirais. Sua perda não desce abaixo de 3,4, e mesmo assim ele acerta todas as amostras. Então vai trabalhar, e lá
# as amostras chegam uma de cada vez.


# %%
def spiral_network(dim):
    torch.manual_seed(1)
    layers = torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3), torch.nn.LogSoftmax(dim=dim)
    return torch.nn.Sequential(*layers)


def right(model, x, y):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).float().mean().item()


model = spiral_network(dim=0)
ill = train(model, torch.optim.Adam(model.parameters(), lr=0.05), torch.nn.NLLLoss(), spirals, arms)
alone = [right(model, spirals[i : i + 1], arms[i : i + 1]) for i in range(90)]
print(
    f"perda ≈ {ill[-1]:.2f}; acertos, todas em um lote: {right(model, spirals, arms):.0%}; uma a uma: {sum(alone) / 90:.0%}"
)

# %% [markdown]
# **Palpite:** o que a resposta de uma amostra pode ter a ver com as amostras ao lado?
#
# A rede termina com os logaritmos de probabilidades. Probabilidades somam 1: quais delas?

# %%
with torch.no_grad():
    chances = model(spirals).exp()  # (90, 3)
    print("somas sobre as classes, três primeiras amostras:", [round(v, 2) for v in chances.sum(dim=1)[:3].tolist()])
    print("somas sobre as amostras, cada classe:", [round(v, 2) for v in chances.sum(dim=0).tolist()])
    print("uma amostra sozinha:", model(spirals[:1]).exp().tolist())

# %% [markdown]
# **Causa:** a softmax ao longo do eixo errado. `dim=0` reparte cada classe entre as amostras do lote: 30 amostras de uma classe podem ter, no
# melhor caso, 1/30 cada uma, e `-log(1/30)` é 3,4. Uma amostra sozinha recebe 1 em todas as classes.
#
# **Conserto:** `dim=1`, ao longo das classes. Ou deixe a softmax de fora e use `CrossEntropyLoss`, que sabe qual é o eixo.

# %%
model = spiral_network(dim=1)
well = train(model, torch.optim.Adam(model.parameters(), lr=0.05), torch.nn.NLLLoss(), spirals, arms)
alone = [right(model, spirals[i : i + 1], arms[i : i + 1]) for i in range(90)]
print(f"perda ≈ {well[-1]:.2f}; uma a uma: {sum(alone) / 90:.0%}")
curves["3 softmax ao longo do lote"] = ill, well

# %% [markdown]
# ## Caso 4: toda casa custa a média
# Aqui os alvos vêm como uma lista de 100 números, e alguém escreveu o erro quadrático à mão. Entradas e alvos estão em escala.


# %%
def squared_error(answers, targets):
    return ((answers - targets) ** 2).mean()


listed = targets.reshape(-1)  # (100,)
model = network()
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.1), squared_error, scaled, listed)
print(f"perda: {ill[0]:.2f} no começo, no fim ≈ {ill[-1]:.2f}")
print(f"desvio das respostas ≈ {model(scaled).std().item():.3f}, dos alvos {listed.std().item():.3f}")

# %% [markdown]
# **Adivinhe primeiro:** o sintoma é o do caso 1. Estes neurônios também morreram?

# %%
print("neurônios que são 0 em todas as casas:", (model[:2](scaled).max(dim=0).values == 0).sum().item(), "de 16")
print(
    "respostas",
    tuple(model(scaled).shape),
    "alvos",
    tuple(listed.shape),
    "diferença",
    tuple((model(scaled) - listed).shape),
)

# %% [markdown]
# **Causa:** rótulos de formato errado. `(100, 1) - (100,)` é expandido para `(100, 100)`: cada resposta é comparada com todos os alvos, e o melhor
# que se pode dizer a todos de uma vez é a média deles. Nada quebra. (A `MSELoss` dá aqui um aviso: não o ignore.)
#
# **Conserto:** o mesmo formato dos dois lados, e uma linha que insiste nisso: `assert answers.shape == targets.shape`.

# %%
model = network()
well = train(model, torch.optim.SGD(model.parameters(), lr=0.1), squared_error, scaled, listed.reshape(-1, 1))
print(f"perda no fim ≈ {well[-1]:.3f}")
curves["4 rótulos (100,)"] = ill, well

# %% [markdown]
# ## Caso 5: estava bom e piora
# As duas luas, e o laço reescrito à mão. Ele aprende bem, e até depressa.


# %%
def loop(steps, empty):
    model, losses, lengths = network(), [], []
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(steps):
        if empty:
            optimizer.zero_grad()
        loss = bce(model(moons), sides)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        lengths.append(model[0].weight.grad.norm().item())
    return losses, lengths


ill, lengths = loop(200, empty=False)
print("perda nos passos 1, 9, 25, 200: ≈", [round(ill[i - 1], 2) for i in (1, 9, 25, 200)])

# %% [markdown]
# **Palpite:** a perda cai depressa, sobe num salto e nunca acha o caminho de volta. Com uma taxa de aprendizado grande demais seria parecido. Como
# distinguir uma coisa da outra?
#
# Onde a perda é pequena e quase plana, o gradiente deveria ser curto. Seu comprimento, em quatro passos, ao lado do de um laço sadio com a
# mesma taxa de aprendizado:

# %%
well, healthy = loop(200, empty=True)
print("doente: ≈", [round(lengths[i - 1], 2) for i in (1, 9, 25, 200)])
print("sadio:  ≈", [round(healthy[i - 1], 2) for i in (1, 9, 25, 200)])

# %% [markdown]
# **Causa:** falta `zero_grad()`. `backward()` soma ao que já está lá; assim, cada passo segue a soma de todos os gradientes até então, como
# uma bola que nada freia. No começo ela até corre mais.
#
# **Conserto:** `optimizer.zero_grad()` em cada volta.

# %%
print(f"perda no fim ≈ {well[-1]:.2f}")
curves["5 sem zero_grad"] = ill, well

# %% [markdown]
# ## Caso 6: pergunte duas vezes, receba duas respostas
# A rede tem dropout. Ela é perguntada três vezes sobre os mesmos 100 pontos novos, sem treinamento entre uma vez e outra.

# %%
torch.manual_seed(1)
parts = torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Dropout(0.5), torch.nn.Linear(32, 1)
model = torch.nn.Sequential(*parts)
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
x_new, y_new = moons[200:], sides[200:]


def right_side(model):
    with torch.no_grad():
        return ((model(x_new) > 0) == (y_new == 1)).float().mean().item()


ill, well = [], []
for _ in range(60):
    train(model, optimizer, bce, moons[:200], sides[:200], steps=5)
    ill.append(right_side(model))
    model.eval()
    well.append(right_side(model))
    model.train()
print("acertos: ≈", [f"{right_side(model):.0%}" for _ in range(3)])

# %% [markdown]
# **Palpite:** nenhum peso mudou entre as três respostas. O que mudou?
#
# O instrumento: a mesma entrada duas vezes. As respostas são iguais ou não? E em que modo está a rede?

# %%
print("o mesmo duas vezes:", torch.equal(model(x_new), model(x_new)), "- modo de treinamento:", model.training)
model.eval()
print("o mesmo duas vezes:", torch.equal(model(x_new), model(x_new)), "- modo de treinamento:", model.training)
print(f"acertos ≈ {right_side(model):.0%}")

# %% [markdown]
# **Causa:** `eval()` foi esquecido: metade dos neurônios ainda é desligada ao acaso. Com normalização em lote (*batch normalization*), uma
# resposta dependeria das outras amostras de seu lote.
#
# **Conserto:** `model.eval()` antes de cada resposta, `model.train()` antes de continuar. `no_grad()` é outra coisa: não desliga o dropout.

# %%
print(f"média de 60 olhadas durante o treinamento: sem eval ≈ {sum(ill) / 60:.2f}, com ele ≈ {sum(well) / 60:.2f}")
curves["6 eval esquecido"] = ill, well

# %% [markdown]
# ## Caso 7: bom demais para ser verdade
# Cem pacientes, 500 números de cada um, e se adoeceram. Primeiro se escolhem os dez números que mais combinam com a doença; com eles, uma rede
# aprende com 60 pacientes e é testada nos outros 40.

# %%
torch.manual_seed(0)
numbers, fell_ill = torch.randn(100, 500), torch.randint(0, 2, (100, 1)).float()  # (100, 500), (100, 1)


def chosen(rows):
    """As dez colunas que mais combinam com a doença, segundo estas linhas."""
    x, y = numbers[rows], fell_ill[rows] - 0.5
    return (x * y).mean(dim=0).abs().argsort(descending=True)[:10]


def tested(columns):
    torch.manual_seed(1)
    model, correct = torch.nn.Linear(10, 1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(60):
        train(model, optimizer, bce, numbers[:60, columns], fell_ill[:60], steps=1)
        said = model(numbers[60:, columns]) > 0  # (40, 10) -> (40, 1)
        correct.append((said == (fell_ill[60:] == 1)).float().mean().item())
    return correct


ill = tested(chosen(slice(0, 100)))
print(f"acertos nos 40 pacientes de teste ≈ {ill[-1]:.0%}")

# %% [markdown]
# **Palpite:** um sucesso? Olhe de novo a primeira linha do código: de onde vêm os números, e de onde a doença?
#
# Ambos são aleatórios; ninguém, portanto, pode acertar mais da metade das vezes. Um teste que dá certeza em qualquer estudo: sorteie os rótulos
# no cara ou coroa e refaça *tudo*. Ou peça pacientes que nada viu, nem mesmo a escolha dos números:

# %%
well = tested(chosen(slice(0, 60)))
print(f"escolhidos só com os 60 pacientes de treinamento: acertos ≈ {well[-1]:.0%}")

# %% [markdown]
# **Causa:** dados de teste vazaram para o treinamento. Os dez números foram escolhidos com todos os 100 pacientes, os 40 do teste entre eles; de
# 500 números aleatórios, alguns sempre combinam com os rótulos por acaso. O mesmo acontece, mais em silêncio, quando a média e o desvio da
# escala são tirados de todos os dados, ou quando um paciente tem linhas dos dois lados.
#
# **Conserto:** primeiro divida. Tudo o que se calcula a partir dos dados, inclusive a escolha e a escala, calcula-se só com a parte de
# treinamento.

# %%
curves["7 vazamento do teste"] = ill, well

# %% [markdown]
# ## Caso 8: nan depois de poucos passos
# Nove camadas ocultas de 32 neurônios. Alguém queria pesos fortes, de uma distribuição normal com desvio padrão 0,5.


# %%
def deep(deviation):
    torch.manual_seed(1)
    layers = []
    for inputs in (2, 32, 32, 32, 32, 32, 32, 32, 32):
        layers += [torch.nn.Linear(inputs, 32), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(32, 1))
    for layer in model[::2]:  # uma sim, uma não, é Linear
        torch.nn.init.normal_(layer.weight, std=deviation)
    return model


model = deep(0.5)
ill = train(model, torch.optim.SGD(model.parameters(), lr=0.02), bce, moons, sides)
print(f"perda: {ill[0]:.0f}, {ill[1]:.0f}, depois ≈ {ill[3]:.0e}, no fim {ill[-1]}")

# %% [markdown]
# **Palpite:** a perda começa em 144, quando uma rede que nada sabe deveria ter 0,69. A culpa é da taxa de aprendizado?
#
# A primeira perda foi calculada antes de qualquer passo; então não é. Camada por camada: o desvio padrão do que ela passa adiante e o comprimento de
# seu gradiente.

# %%
for deviation in (0.5, 0.25):
    model, x, deviations = deep(deviation), moons, []
    for layer in model:
        x = layer(x)
        deviations.append(x.std().item())
    bce(x, sides).backward()
    lengths = [layer.weight.grad.norm().item() for layer in model[::2]]
    print(
        f"pesos ≈ {deviation}: as camadas 1, 5, 9 passam adiante ≈",
        [round(deviations[i], 1) for i in (1, 9, 17)],
        end=", ",
    )
    print("gradientes ≈", [round(lengths[i], 1) for i in (0, 4, 8)])

# %% [markdown]
# **Causa:** gradientes que explodem. Um neurônio soma 32 produtos; com a ReLU atrás, seu desvio é cerca de `0.5 · sqrt(32 / 2) = 2` vezes o de suas
# entradas: ele dobra de camada em camada, e dobra também o que volta no outro sentido. O gradiente de um peso é um produto dos dois: em todas
# as camadas, ele é mil vezes mais longo do que deveria.
#
# **Conserto:** pesos iniciais cujo fator é 1, `sqrt(2 / 32) = 0.25` (`torch.nn.init.kaiming_normal_`). Onde o fator não pode ser escolhido, como
# em redes recorrentes, `torch.nn.utils.clip_grad_norm_` encurta gradientes longos demais. (Com os pesos iniciais do próprio PyTorch, esta rede
# funda tem a doença oposta: o fator é 0,4, os gradientes desaparecem, e a perda fica em 0,69.)

# %%
model = deep(0.25)
well = train(model, torch.optim.SGD(model.parameters(), lr=0.02), bce, moons, sides)
print(f"perda: {well[0]:.2f} no começo, no fim ≈ {well[-1]:.2f}")
curves["8 gradientes que explodem"] = ill, well

# %% [markdown]
# ## Caso 9: dois gêmeos
# A mesma rede, as mesmas luas. Um gêmeo não faz nada, o outro dá saltos.

# %%
sleepy, wild = network(), network()
slow = train(sleepy, torch.optim.SGD(sleepy.parameters(), lr=0.001), bce, moons, sides)
fast = train(wild, torch.optim.SGD(wild.parameters(), lr=30.0), bce, moons, sides)
print("um gêmeo, passos 1, 3, 200:", [round(slow[i - 1], 2) for i in (1, 3, 200)])
print(f"o outro: {fast[0]:.2f}, {fast[1]:.2f}, depois ≈ {fast[2]:.0f}")

# %% [markdown]
# **Palpite:** o caso fácil. Mas qual é o tamanho certo? Meça quanto um passo move os pesos, como parte do comprimento deles; e experimente taxas de
# aprendizado, quase sempre uma dez vezes a anterior, por 50 passos.

# %%
for lr in (0.001, 0.01, 0.1, 1.0, 3.0, 30.0):
    model = network()
    optimizer, before = torch.optim.SGD(model.parameters(), lr=lr), model[0].weight.detach().clone()
    losses = train(model, optimizer, bce, moons, sides, steps=1)
    share = ((model[0].weight.detach() - before).norm() / before.norm()).item()
    losses += train(model, optimizer, bce, moons, sides, steps=50)
    verdict = f"perda ≈ {losses[-1]:.2f}" if max(losses) < 1 else "a perda dá saltos"
    print(f"lr {lr}: o primeiro passo move os pesos ≈ {share:.2%}, depois de mais 50: {verdict}")

# %% [markdown]
# **Causa:** uma taxa de aprendizado pequena demais, e uma grande demais. Passos de centésimos de um por cento não chegam a lugar nenhum; um passo
# do comprimento dos próprios pesos salta por cima de qualquer vale.
#
# **Conserto:** a maior taxa de aprendizado que não salta, ou um terço dela: aqui, 3.

# %%
model = network()
well = train(model, torch.optim.SGD(model.parameters(), lr=3.0), bce, moons, sides)
print(f"perda no fim ≈ {well[-1]:.2f}")
curves["9 taxa de aprendizado"] = fast, well, slow

# %% [markdown]
# ## Caso 10: a perda é constante até o último algarismo
# Uma rede que conhece as luas vai aprender as espirais. Sua primeira camada fica como está, a última é trocada por uma de três saídas, e só
# esta deve aprender.

# %%
model = network()
train(model, torch.optim.SGD(model.parameters(), lr=1.0), bce, moons, sides)
model[0].requires_grad_(False)
optimizer = torch.optim.Adam(model[2].parameters(), lr=0.05)
torch.manual_seed(2)
model[2] = torch.nn.Linear(16, 3)
ill = train(model, optimizer, torch.nn.CrossEntropyLoss(), spirals, arms)
print(f"perdas diferentes em 200 passos: {len(set(ill))}; acertos ≈ {right(model, spirals, arms):.0%}")

# %% [markdown]
# **Adivinhe primeiro:** até um treinamento ruim mexe nos últimos algarismos. Aqui nenhum se mexe; logo, nenhum peso muda. Não há gradiente, ou ninguém o
# usa?

# %%
print("a última camada tem gradiente:", model[2].weight.grad.abs().max().item() > 0)
held = [parameter for group in optimizer.param_groups for parameter in group["params"]]
print("o otimizador guarda o peso dela:", any(parameter is model[2].weight for parameter in held))
print("o que o otimizador guarda:", [tuple(parameter.shape) for parameter in held])

# %% [markdown]
# **Causa:** o otimizador foi criado antes de a camada ser trocada. Ele guarda os tensores da camada antiga, dos quais nenhuma perda depende mais;
# os novos recebem gradientes, e ninguém dá um passo com eles.
#
# **Conserto:** primeiro o modelo, inteiro; depois o otimizador.

# %%
torch.manual_seed(2)
model[2] = torch.nn.Linear(16, 3)
optimizer = torch.optim.Adam(model[2].parameters(), lr=0.05)
well = train(model, optimizer, torch.nn.CrossEntropyLoss(), spirals, arms)
print(f"perda no fim ≈ {well[-1]:.2f}; acertos ≈ {right(model, spirals, arms):.0%}")
curves["10 otimizador cedo demais"] = ill, well

# %% [markdown]
# ## Antes e depois
# Tracejado: doente. Contínuo: consertado. Os casos 6 e 7 mostram a proporção de acertos, os outros a perda. No caso 8, a curva doente termina
# onde começa o `nan`, e os pontos do caso 9 são o gêmeo da taxa pequena.

# %%
figure, panels = viz.panels(2, rows=5, height=1.75)
for (name, (ill, well, *slow)), axes in zip(curves.items(), panels, strict=True):
    axes.plot(ill, color="#D55E00", linestyle=(0, (4, 2)), linewidth=1.5)
    axes.plot(well, color="#0072B2", linewidth=2)
    for losses in slow:
        axes.plot(losses, color="#222222", linestyle=":", linewidth=2, zorder=3)
    axes.set_title(name)
    axes.set_yscale("log" if name[:2] in ("1 ", "2 ", "5 ", "8 ", "9 ") else "linear")
    axes.yaxis.set_minor_formatter("")  # bastam potências de dez
figure.alt = (
    "Dez figuras pequenas, cada uma com a curva de um treinamento doente e a curva depois do conserto. No fim: "
    + "; ".join(f"{name}: {ill[-1]:.2f} e {well[-1]:.2f}" for name, (ill, well, *_) in curves.items())
)
viz.save(figure, "pictures/23_clinic")
figure

# %% [markdown]
# ## Quando dá errado
# Uma doença anunciada está meio curada. A normalização em lote em modo de treinamento, com um lote de uma só amostra:

# %%
try:
    torch.nn.BatchNorm1d(4)(torch.ones(1, 4))
except ValueError as error:
    print(f"ValueError: {error}")
print(torch.nn.BatchNorm1d(4).eval()(torch.ones(1, 4)).shape)  # consertado: com eval() usa o que aprendeu

# %% [markdown]
# O erro diz que, em treinamento, são esperados mais valores que um por canal, e sugere um lote maior ou `eval()`: uma amostra só não tem desvio;
# não há pelo que dividir. Quem encontra este erro no trabalho achou o caso 6 antes que fizesse estrago.
#
# ## O cartão
# Antes de tudo: faça a rede decorar dez amostras. Se ela não consegue, a falha está no código, não nos dados.
#
# | | sintoma | meça | causa | conserto |
# |---|---|---|---|---|
# | 1 | uma só resposta para todas as entradas, perda na variância dos alvos | maior valor de cada neurônio oculto: 0 | ReLU morta | pôr os alvos em escala, taxa de aprendizado menor |
# | 2 | cai depressa e depois se arrasta; com uma taxa maior, dispara | desvio de cada entrada, gradiente de cada peso | entradas fora de escala | subtrair a média, dividir pelo desvio |
# | 3 | acerta em lote, erra uma a uma; perda parada em log(lote / classes) | somas das probabilidades ao longo de cada eixo | softmax no eixo errado | `dim=1`, ou `CrossEntropyLoss` com as pontuações |
# | 4 | uma só resposta para todas as entradas, neurônios vivos | formato das respostas, dos alvos e de sua diferença | rótulos de formato errado, expandidos | `assert answers.shape == targets.shape` |
# | 5 | cai depressa, sobe num salto, fica ruim | gradiente longo enquanto a perda é pequena | falta `zero_grad()` | `optimizer.zero_grad()` em cada volta |
# | 6 | a mesma pergunta, duas respostas | `model.training`; a mesma entrada duas vezes | `eval()` esquecido | `model.eval()` para responder, `model.train()` para aprender |
# | 7 | bom demais para ser verdade | refazer tudo com rótulos de cara ou coroa | dados de teste vazaram para o treinamento | dividir primeiro; escolher e pôr em escala só com a parte de treinamento |
# | 8 | primeira perda enorme, `nan` depois de poucos passos | desvio e comprimento do gradiente, camada por camada | gradientes que explodem | pesos iniciais de Kaiming, `clip_grad_norm_` |
# | 9 | plana, ou aos saltos desde os primeiros passos | comprimento de um passo como parte dos pesos; várias taxas | taxa de aprendizado pequena ou grande demais | a maior que não salta, ou um terço dela |
# | 10 | perda constante até o último algarismo | o otimizador guarda os parâmetros do modelo? | otimizador criado antes de a camada ser trocada | criar o otimizador por último |

# %% [markdown]
# ## O mesmo no PyTorch
# As doenças não são feitas por esta biblioteca: o PyTorch as tem, número por número.


# %%
def ward():
    mean, shared = network(), spiral_network(dim=0)
    first, second = (torch.optim.SGD(model.parameters(), lr=0.1) for model in (mean, shared))
    return {
        "softmax ao longo do lote, 20 passos": train(shared, second, torch.nn.functional.nll_loss, spirals, arms, 20),
        "rótulos expandidos, 20 passos": train(mean, first, squared_error, scaled, listed, 20),
        "sem zero_grad, 20 passos": loop(20, empty=False)[0],
    }


same_in_pytorch(ward)

# %% [markdown]
# ## Resumo
# - As doenças caras não dão erro. O que as denuncia é um número que se olha: um formato, uma soma, um comprimento, um modo.
# - Um sintoma tem várias causas (casos 1 e 4, casos 5 e 9). Meça antes de consertar.
# - O que não depende da entrada a perdeu no caminho: olhe camada por camada.
# - O que é bom demais é motivo para procurar um vazamento.
# - Conserte uma coisa de cada vez, com a mesma semente, e desenhe a curva de novo.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A proporção de neurônios mortos, a partir do que uma camada dá depois da ReLU, `(amostras, neurônios)`: um neurônio está morto se dá 0
# para todas as amostras.


# %%
def exercise_1(hidden):
    return ...


check(
    exercise_1,
    (torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 3.0, 0.0, 0.0]]), 0.5),
    (torch.tensor([[0.0, 1.0, 5.0], [0.0, 0.5, 2.0]]), 1 / 3),
    (torch.tensor([[0.0, 1.0], [0.5, 0.0]]), 0.0),
)

# %% [markdown]
# **2.** Os nomes de todos os parâmetros de um modelo que um otimizador não guarda, na ordem do modelo, em uma lista. (`named_parameters()` dá nomes
# e tensores. Dois tensores com os mesmos números não são o mesmo tensor.)


# %%
def exercise_2(model, optimizer):
    return ...


def replaced(*places):
    """Um modelo, e um otimizador criado antes de as camadas destes lugares serem trocadas por cópias delas mesmas."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for place in places:
        fresh = torch.nn.Linear(model[place].in_features, model[place].out_features)
        fresh.load_state_dict(model[place].state_dict())
        model[place] = fresh
    return model, optimizer


check(
    exercise_2,
    (*replaced(2), ["2.weight", "2.bias"]),
    (*replaced(), []),
    (*replaced(0, 2), ["0.weight", "0.bias", "2.weight", "2.bias"]),
)

# %% [markdown]
# **3.** Um instrumento para o caso 8: a partir dos gradientes de todos os parâmetros, uma lista de tensores, o comprimento do mais longo dividido pelo do
# mais curto. Só contam os dos pesos, que têm dois eixos, não os dos vieses.


# %%
def exercise_3(gradients):
    return ...


def gradients_of(*lengths):
    """Gradientes destes comprimentos para os pesos de algumas camadas, cada um seguido de um para o viés."""
    gradients = []
    for rows, length in enumerate(lengths, 2):
        gradients += [torch.full((rows, 4), length / (rows * 4) ** 0.5), torch.full((rows,), 1000.0)]
    return gradients


check(
    exercise_3,
    (gradients_of(2.0, 8.0, 4.0), 4.0),
    (gradients_of(0.5, 0.5), 1.0),
    (gradients_of(9.0, 3.0, 0.1), 90.0),
)

# %% [markdown]
# **4.** Este treinamento tem três doenças ao mesmo tempo:
#
# ```
# model = torch.nn.Sequential(torch.nn.Linear(2, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3), torch.nn.LogSoftmax(dim=0))
# optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
# for _ in range(150):
#     loss = torch.nn.functional.nll_loss(model(x), y)
#     loss.backward()
#     optimizer.step()
# return lambda x: model(x).argmax(dim=1)
# ```
#
# Os pontos `x` são espirais das quais uma coordenada foi medida em milésimos e tem um deslocamento. Devolva uma função que dá as classes de pontos
# novos do mesmo tipo, mesmo de um só, e que acerta 90 % deles.


# %%
def exercise_4(x, y):
    return ...


def patient(seed):
    """Pontos para aprender, suas classes e um juiz com pontos próprios."""
    torch.manual_seed(seed)
    points, classes = datasets.spirals(390, noise=0.1)  # (390, 2), (390,)
    points = points * torch.tensor([1000.0, 1.0]) + torch.tensor([5000.0, 0.0])

    def judge(answer):
        if not callable(answer):
            return "deve devolver uma função que dá classes"
        one_by_one = torch.stack([answer(points[i : i + 1]).reshape(()) for i in range(300, 390)])
        for said, how in ((answer(points[300:]), "em um lote"), (one_by_one, "um a um")):
            if said.shape != (90,):
                return f"dá classes do formato {tuple(said.shape)} para 90 pontos"
            share = (said == classes[300:]).float().mean().item()
            if not share >= 0.9:
                return f"acerta {share:.0%} dos pontos novos, {how}"

    return points[:300], classes[:300], judge


check(exercise_4, patient(5), patient(6))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. `import torch` no lugar de `import minitorch_pt as torch`.
# 2. Sobreajuste.
# 3. 0: ali nada se aprende.
#
# </details>
