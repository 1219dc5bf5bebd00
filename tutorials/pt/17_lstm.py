# %% [markdown]
# # 17 · LSTM
#
# **Pergunta:** Como uma rede recorrente pode lembrar algo por muito tempo?
#
# **Precisa de:** aulas 09, 10, 11, 12, 13, 16.
#
# **Tempo:** 16 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Por que uma RNN esquece? (aula 16)
# 2. O que o dropout faz enquanto a rede aprende, e enquanto responde? (aula 14)
# 3. Entre que números fica a sigmoide, e entre quais a tanh? (aula 09)
#
# Na aula 16, o estado era refeito a cada passo, e o que passou há muito se apagava: sua inclinação desaparecia. A LSTM guarda um
# segundo estado, que não é refeito, só mudado onde *portas* o permitem. O nome quer dizer *memória longa de curto prazo* (*long
# short-term memory*): os pesos de uma rede são sua memória de longo prazo, o estado é a de curto prazo, e esta dura muito.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

nn, F = torch.nn, torch.nn.functional

# %% [markdown]
# ## À mão: uma célula com três portas
# Uma porta é um número de 0 (fechada) a 1 (aberta) que multiplica alguma coisa. Uma unidade tem três:
#
# - a *porta de entrada* `i`: quanto entra do valor novo, o *candidato* `g`
# - a *porta de esquecimento* `f`: quanto fica do estado antigo da célula (1: tudo)
# - a *porta de saída* `o`: quanto se mostra do estado da célula
#
# O estado da célula é `c = f·c + i·g`; o que a unidade mostra é o estado `h = o·tanh(c)`. Aqui as portas são reguladas à mão: receber
# o primeiro valor, guardá-lo por dois passos, mostrá-lo no último.


# %%
def cell(c, i, f, g, o):
    c = f * c + i * g
    return c, o * math.tanh(c)


c = 0.0
for i, f, g, o in [(1, 0, 0.9, 0), (0, 1, -0.4, 0), (0, 1, 0.7, 0), (0, 1, -0.2, 1)]:
    c, h = cell(c, i, f, g, o)
    print(f"i = {i}, f = {f}, g = {g:4.1f}, o = {o}: c = {c:.3f}, h = {h:.3f}")

# %% [markdown]
# ## Medir: por quanto tempo ela lembra?
# Mova o primeiro candidato em 0,001 e veja quanto anda o estado da célula 20 passos depois, com portas de esquecimento de 0,5, 0,9,
# 0,99 e 1.
#
# **Adivinhe primeiro:** com uma porta de esquecimento de 0,9, quanto resta do pequeno passo depois de 20 passos: quase tudo,
# metade, um oitavo?


# %%
def last_cell_state(first, f, steps=20):
    c, _ = cell(0.0, 1.0, f, first, 1.0)
    for _ in range(steps):
        c, _ = cell(c, 0.1, f, 0.3, 1.0)  # a cada passo entra outra coisa
    return c


for f in (0.5, 0.9, 0.99, 1.0):
    slope = (last_cell_state(0.501, f) - last_cell_state(0.5, f)) / 0.001
    print(f"f = {f}: medido {slope:.6f}, f elevado a 20: {f**20:.6f}")

# %% [markdown]
# ## Deduzir: a inclinação de um passo é a porta
# Em `c = f·c + i·g`, o estado antigo é multiplicado por `f`, e por nada mais: nem tanh, nem peso. Assim, a inclinação através de
# muitos passos é o produto das portas de esquecimento, `f · f · … · f`. Na aula 16, o fator era um peso, o mesmo em todos os passos.
# Uma porta pode ser 1 enquanto algo deve ficar, e 0 no passo em que deve sair.
#
# Quem regula as portas? A própria rede. Cada porta é um neurônio com sigmoide (de 0 a 1) que lê a entrada `x` e o último estado
# `h`; o candidato é um neurônio com tanh. (Por meio de `h`, o estado antigo da célula chega ao novo também por outros caminhos. O
# direto, cuja inclinação é a porta, é o que não desaparece.)
#
# ## Automatizar: `nn.LSTM`
# Ela guarda os pesos dos quatro em uma só matriz, uns abaixo dos outros, na ordem `i, f, g, o`: 3 unidades têm 12 linhas.

# %%
torch.manual_seed(0)
lstm = nn.LSTM(2, 3, batch_first=True)
sequences = torch.randn(5, 7, 2)  # 5 sequências, 7 passos, 2 números em cada um
print("pesos:", lstm.weight_ih_l0.shape, lstm.weight_hh_l0.shape)

h, c = torch.zeros(5, 3), torch.zeros(5, 3)
for t in range(7):
    new = sequences[:, t] @ lstm.weight_ih_l0.T + lstm.bias_ih_l0  # (5, 2) @ (2, 12) -> (5, 12)
    old = h @ lstm.weight_hh_l0.T + lstm.bias_hh_l0  # (5, 3) @ (3, 12) -> (5, 12)
    i, f, g, o = (new + old).chunk(4, dim=1)  # (5, 12) -> quatro vezes (5, 3)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)

states, (last_h, last_c) = lstm(sequences)
print("todos os estados:", states.shape, "últimos h e c:", last_h.shape, last_c.shape)
print("o laço dá o mesmo:", torch.allclose(h, last_h[0], atol=1e-6), torch.allclose(c, last_c[0], atol=1e-6))

# %% [markdown]
# ## Uma tarefa para uma memória
# Sequências de 20 números de -1 a 1. Ao lado de cada um há uma marca: 1 para um dos doze primeiros, 0 para todos os outros. No fim,
# a rede tem de dizer o número que foi marcado, depois de 8 a 19 outros que não importam.


# %%
def make(n):
    values = torch.rand(n, 20) * 2 - 1
    place = torch.randint(0, 12, (n,))
    marks = torch.zeros(n, 20)
    marks[torch.arange(n), place] = 1.0  # na linha 0, em place[0]; na linha 1, em place[1]; …
    return torch.stack([values, marks], dim=2), values[torch.arange(n), place]  # (n, 20, 2), (n,)


class Teller(nn.Module):
    def __init__(self, recurrent):
        super().__init__()
        self.recurrent = recurrent
        self.head = nn.Linear(3, 1)

    def forward(self, x):
        states, _ = self.recurrent(x)  # (n, 20, 2) -> (n, 20, 3)
        return self.head(states[:, -1])[:, 0]  # (n, 3) @ (3, 1) -> (n, 1) -> (n,)


def fit(recurrent, steps=600):
    model = Teller(recurrent)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(steps):
        x, y = make(64)
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% [markdown]
# Três redes de 3 unidades, todas com a semente 1: a RNN da aula 16; a LSTM tal como vem; a LSTM com 3 no viés de suas portas de
# esquecimento. Tal como vem, suas portas começam perto de sigmoide(0) = 0,5, e 0,5 elevado a 20 é um milionésimo. Com o viés 3, elas
# começam perto de 0,95, e depois de 20 passos sobra mais de um terço: inclinação suficiente para aprender.
#
# **Adivinhe primeiro:** qual das três vai aprender a dizer o número?


# %%
def rnn():
    return nn.RNN(2, 3, batch_first=True)


def plain_lstm():
    return nn.LSTM(2, 3, batch_first=True)


def open_lstm():
    layer = nn.LSTM(2, 3, batch_first=True)
    with torch.no_grad():
        layer.bias_ih_l0[3:6] = 3.0  # as linhas 3 a 5 de i, f, g, o são as de f
    return layer


curves = {}
for name, build in [("RNN", rnn), ("LSTM", plain_lstm), ("LSTM, viés de esquecimento 3", open_lstm)]:
    torch.manual_seed(1)
    trained = build()
    losses = fit(trained)
    curves[name] = [sum(losses[k : k + 20]) / 20 for k in range(0, 600, 20)]
    print(f"{name}: perda ≈ {curves[name][-1]:.2f}")

figure = viz.history(curves, ylabel="perda (média de 20 passos)", log=True)
figure.axes[0].set_xlabel("passos de treinamento ÷ 20")
viz.save(figure, "pictures/17_losses")
figure

# %% [markdown]
# Uma rede que diz sempre 0 tem a perda 1/3, a média dos quadrados de tais números. Por mais de 300 passos, nenhuma das três se
# sai melhor. Então a LSTM de portas abertas acha o caminho; a comum o acha mais tarde, pois suas portas de esquecimento têm de se
# abrir antes; a RNN não o acha nestes 600 passos. Suas unidades poderiam guardar um número, mas a inclinação que leva até lá é
# pequena demais.
#
# Uma semente é um só sorteio. Com as sementes de 1 a 8, em até 600 passos, a LSTM de portas abertas achou o caminho sete vezes, a
# comum, duas, a RNN, nenhuma. Experimente outras sementes.
#
# ## As portas ao longo do tempo
# Uma sequência pela LSTM treinada: uma linha para cada uma das 3 unidades, uma coluna para cada passo. `*` é o número marcado.

# %%
torch.manual_seed(19)
x, y = make(1)
labels = [f"{round(value, 1) + 0.0:.1f}" + "\n*" * int(mark) for value, mark in x[0].tolist()]
figure = viz.gates(trained, x[0], labels=labels)
viz.save(figure, "pictures/17_gates")
figure

# %% [markdown]
# Olhe a primeira e a terceira linha de cada painel. Suas portas de entrada estão fechadas, e se abrem na marca. Suas portas de
# esquecimento estão abertas, mas caem na marca: sai o que havia ali. Daí em diante, elas guardam o que têm, ou quase. A segunda
# unidade faz outra coisa: o estado de sua célula cresce a cada passo, como se ela os contasse. Ninguém mandou a rede fazer isso; foi
# o que a perda pediu.
#
# Agora só o estado da célula da primeira unidade, na mesma sequência, com cinco números marcados diferentes. Aqui a LSTM roda passo
# a passo: ela recebe os dois estados em que parou e continua dali (se recebe `None`, começa de zeros).

# %%
numbers = torch.tensor([0.8, 0.4, 0.0, -0.4, -0.8])
five = x.repeat(5, 1, 1)  # (1, 20, 2) -> (5, 20, 2)
mark = x[0, :, 1].argmax().item()
five[:, mark, 0] = numbers
both, kept = None, []
with torch.no_grad():
    for t in range(20):
        _, both = trained(five[:, t : t + 1], both)  # (5, 1, 2) e os estados h e c
        kept.append(both[1][0, :, 0])  # c da primeira unidade: (1, 5, 3) -> (5,)
kept = torch.stack(kept, dim=1)  # (5, 20)

figure, (axes,) = viz.panels(height=3.0)
for line, value, style in zip(kept.numpy(), numbers.tolist(), ["-", "--", ":", "-.", ".-"], strict=True):
    axes.plot(range(20), line, style, linewidth=2, label=f"{value:.1f}")
axes.axvline(mark, color="#767676", linewidth=0.8)
axes.set(xlabel="passo de tempo", ylabel="estado da célula c", xlim=(-0.5, 22.5), xticks=range(0, 20, 5))
axes.legend(title="marcado", frameon=False)
figure.alt = "O estado da célula em 20 passos, cinco linhas: juntas até a marca, depois separadas, descendo devagar, na ordem dos números."
viz.save(figure, "pictures/17_cell")
figure

# %% [markdown]
# Até a marca, as cinco linhas são uma só; depois dela, cada número tem a sua, na ordem deles. As linhas descem um pouco, pois uma
# porta de esquecimento treinada fica perto de 1, não em 1, e uma porta de entrada perto de 0, não em 0. Mas elas continuam separadas,
# e assim, no fim, ainda se pode dizer o número.
#
# ## Quando dá errado
# `nn.LSTM` devolve duas coisas: todos os estados, e o par dos últimos `h` e `c`. A camada seguinte quer só os estados; por isso, não
# pode simplesmente vir depois:

# %%
head = nn.Linear(3, 1)
try:
    head(lstm(sequences))
except TypeError as error:
    print(f"TypeError: {error}")
states, _ = lstm(sequences)
print(head(states[:, -1]).shape)  # consertado: (5, 7, 3) -> (5, 3), e (5, 3) @ (3, 1) -> (5, 1)

# %% [markdown]
# O erro diz que havia uma tupla onde devia haver um tensor. É também por isso que uma LSTM não entra em `nn.Sequential`, e sim em uma
# classe com seu próprio `forward`, como `Teller`.
#
# ## O mesmo no PyTorch


# %%
def from_the_same_seed():
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, batch_first=True)
    states, (_, last_c) = lstm(sequences)
    return {"pesos": lstm.weight_hh_l0, "estados": states, "estados da célula": last_c}


same_in_pytorch(from_the_same_seed)

# %% [markdown]
# ## Resumo
# - LSTM é a memória longa de curto prazo: um estado da célula, `c = f·c + i·g`, e o que ela mostra, `h = o·tanh(c)`.
# - A inclinação de um estado da célula ao seguinte é a porta de esquecimento; enquanto ela está perto de 1, nada desaparece.
# - As portas são neurônios com sigmoide; o treinamento aprende quando abri-las. Comece com a de esquecimento aberta.
# - `nn.LSTM` devolve os estados `(N, passos, unidades)` e o par `(h, c)`.
#
# Uma LSTM maior, que aprende 5.000 nomes brasileiros letra por letra e inventa outros, está em `benchmarks/runs/char_lstm.py`.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A função `cell` da aula recebe portas. Esta recebe as quatro pré-ativações, na ordem `i, f, g, o`, e o estado antigo da
# célula. Devolva o novo estado da célula e o novo estado, em uma lista `[c, h]`. (Para a sigmoide há `math.exp`.)


# %%
def exercise_1(i, f, g, o, c):
    return ...


check(
    exercise_1,
    (0.0, 0.0, 0.0, 0.0, 2.0, [1.0, math.tanh(1.0) / 2]),
    (50.0, -50.0, 1.0, 50.0, 3.0, [math.tanh(1.0), math.tanh(math.tanh(1.0))]),
)

# %% [markdown]
# **2.** Que viés de uma porta de esquecimento, se ela não escuta mais nada, deixa esta parte (`share`) do estado da célula depois de
# tantos passos (`steps`)? Ache primeiro a porta que deixa essa parte, depois o viés cuja sigmoide é essa porta.


# %%
def exercise_2(share, steps):
    return ...


check(exercise_2, (0.5, 1, 0.0), (0.5, 20, 3.344866), (0.9, 100, 6.855011))

# %% [markdown]
# **3.** O número de parâmetros de `nn.LSTM(inputs, units)`, de entradas e unidades, com seus dois vieses.


# %%
def exercise_3(inputs, units):
    return ...


check(exercise_3, (2, 3, 84), (24, 128, 78848))

# %% [markdown]
# **4.** Faça à mão o que a rede aprendeu: regule `i` e `f` segundo as marcas, de modo que `c = f·c + i·g`, com os valores no lugar de
# `g`, seja no fim o último valor marcado (0 se não houve nenhum). Devolva esse `c`.


# %%
def exercise_4(values, marks):
    return ...


check(
    exercise_4,
    ([0.3, 0.7, -0.2], [0, 1, 0], 0.7),
    ([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 0], 3.0),
    ([1.0, 2.0], [0, 0], 0.0),
    ([5.0, 2.0, -1.0], [1, 1, 0], 2.0),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. A inclinação ao longo de muitos passos é um produto, que some.
# 2. Enquanto aprende, desliga números ao acaso; enquanto responde, nada.
# 3. 0 e 1; -1 e 1.
#
# </details>
