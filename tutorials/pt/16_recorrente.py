# %% [markdown]
# # 16 · Redes recorrentes
#
# **Pergunta:** Como uma rede pode ler uma sequência de qualquer comprimento, passo a passo?
#
# **Precisa de:** aulas 01, 05, 09, 10, 11, 12, 13.
#
# **Tempo:** 14 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Por que uma convolução precisa de poucos pesos? (aula 15)
# 2. Em que amostras se mede a perda de validação, e para quê? (aula 13)
# 3. O que acontece com as inclinações de passos em sequência? (aula 11)
#
# As redes até aqui tinham um número fixo de entradas. Uma palavra, uma melodia, as manchas solares dos últimos séculos têm
# qualquer número delas, e a ordem conta. Uma rede recorrente lê um passo de cada vez e entrega um *estado* de cada passo ao
# seguinte.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

nn, F = torch.nn, torch.nn.functional

# produtos pequenos assim levam menos tempo com uma thread do que com várias, que esperam umas pelas outras
torch.set_num_threads(1)

# %% [markdown]
# ## À mão: uma unidade
# A unidade é um neurônio com duas entradas: o número `x` deste passo e sua própria saída do passo anterior, o estado `h`. Ela tem,
# portanto, dois pesos, `w` para o novo e `u` para o antigo, e o estado começa em 0: `h = tanh(w·x + u·h + b)`.
#
# **Adivinhe primeiro:** as sequências 1, 0, 0, 0 e 0, 0, 0, 1 têm a mesma soma. Terminam no mesmo estado?


# %%
def read(sequence, w=1.0, u=0.5, b=0.0):
    h, states = 0.0, []
    for x in sequence:
        h = math.tanh(w * x + u * h + b)
        states.append(h)
    return states


for sequence in ([1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [1.0, 0.0]):
    print(sequence, "->", ", ".join(f"{h:.3f}" for h in read(sequence)))

# %% [markdown]
# Veja três coisas. O 1 do primeiro passo ainda está no estado três passos depois: um vestígio dele. Os mesmos números em outra
# ordem terminam em outro estado, embora a soma seja a mesma. E quatro passos não exigem mais parâmetros do que dois: os mesmos `w`,
# `u`, `b` servem a todos os passos, como um filtro serve a todos os lugares de uma imagem (aula 15).
#
# ## A figura
# A mesma unidade, desenhada uma vez para cada passo: a rede está *desenrolada*. Da esquerda para a direita, ela é uma rede comum,
# com uma camada para cada passo; só que todas as camadas têm os mesmos pesos.

# %%
figure = viz.unrolled([1.0, 0.0, 0.0, 0.0], read([1.0, 0.0, 0.0, 0.0]), w=1.0, u=0.5)
viz.save(figure, "pictures/16_unrolled")
figure

# %% [markdown]
# ## Medir: por quanto tempo ela lembra?
# Mova o primeiro número em 0,001. Quanto anda o último estado, se a sequência tem 1, 2, 5, 10, 20 passos?


# %%
def slope_of_first(steps, u):
    silence = [0.0] * steps
    nudged = [0.001, *silence[1:]]
    return (read(nudged, u=u)[-1] - read(silence, u=u)[-1]) / 0.001


for steps in (1, 2, 5, 10, 20):
    print(f"passos: {steps}, inclinação: {slope_of_first(steps, 0.5):.6f}")

# %% [markdown]
# ## Deduzir: um produto de inclinações
# Cada passo transforma o estado antigo no novo, e a inclinação desse passo é `u` vezes a inclinação da tanh, que é 1 em 0 e menor fora
# dali. Pela regra da cadeia (aula 11), as inclinações de passos seguidos se multiplicam: em `n - 1` passos de silêncio,
# `u · u · … · u`, isto é, `uⁿ⁻¹`. Com `u = 0,5`, cada passo esquece a metade.

# %%
print(f"medido {slope_of_first(10, 0.5):.6f}, deduzido {0.5**9:.6f}")

figure, (axes,) = viz.panels(height=3.0)
for u, style in [(0.5, "-"), (0.9, "--"), (1.0, ":"), (1.1, "-.")]:
    axes.plot(range(41), [u**n for n in range(41)], style, linewidth=2, label=f"u = {u}")
axes.set(xlabel="passos atrás", ylabel="inclinação", yscale="log", ylim=(1e-6, 1e3))
axes.legend(ncols=4, loc="upper left", frameon=False)
figure.alt = (
    "A inclinação contra os passos atrás, em escala logarítmica: u = 0,5 e 0,9 caem, 1 fica na horizontal, 1,1 sobe."
)
viz.save(figure, "pictures/16_slopes")
figure

# %% [markdown]
# Abaixo de 1, as inclinações *desaparecem* (*vanishing gradient*); acima de 1, elas *explodem*, até que a tanh as segure. O
# treinamento precisa dessas inclinações: com o que desapareceu não se aprende. A próxima aula traz o remédio.
#
# ## Automatizar: muitas unidades
# Com 12 unidades, o estado é um vetor, e `u` vira uma matriz: cada unidade escuta todos os estados. Para `N` sequências juntas:
#
# `h = tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)`
#
# `nn.RNN` faz isso a cada passo. `batch_first=True` diz que as sequências vêm como `(N, passos, características)`. Os nomes de seus
# parâmetros terminam em `l0`: camada (*layer*) 0. Ela devolve os estados de todos os passos, `(N, passos, unidades)`, e, de novo, o
# último de cada sequência, `(1, N, unidades)`: o 1 conta as camadas.

# %%
torch.manual_seed(0)
rnn = nn.RNN(1, 12, batch_first=True)
sequences = torch.randn(5, 7, 1)  # 5 sequências, 7 passos, 1 número em cada um

h = torch.zeros(5, 12)
for t in range(7):
    new = sequences[:, t] @ rnn.weight_ih_l0.T + rnn.bias_ih_l0  # (5, 1) @ (1, 12) -> (5, 12)
    old = h @ rnn.weight_hh_l0.T + rnn.bias_hh_l0  # (5, 12) @ (12, 12) -> (5, 12)
    h = torch.tanh(new + old)

states, last = rnn(sequences)
print("todos os estados:", states.shape, "os últimos:", last.shape)
print("o laço dá o mesmo:", torch.allclose(h, states[:, -1], atol=1e-6))

# %% [markdown]
# ## Manchas solares
# As manchas do Sol são contadas ano a ano desde 1700; seu número sobe e desce em ciclos de cerca de 11 anos. A rede lê 22 anos e
# prevê o seguinte. Ela aprende com os anos antes de 1921 e é testada nos demais.

# %%
years, spots = datasets.sunspots()
windows = (spots / 100).unfold(
    0, 23, 1
)  # (309,) -> (287, 23): cada linha tem 23 anos e começa um ano depois da anterior
past, target, year = windows[:, :22].unsqueeze(2), windows[:, 22], years[22:]  # (287, 22, 1), (287,), (287,)
known = year < 1921


class Forecast(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 12, batch_first=True)
        self.head = nn.Linear(12, 1)

    def forward(self, past):
        states, _ = self.rnn(past)  # (N, 22, 1) -> (N, 22, 12)
        return self.head(states[:, -1])[:, 0]  # o último estado: (N, 12) @ (12, 1) -> (N, 1) -> (N,)


torch.manual_seed(0)
model = Forecast()
optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
for _ in range(300):
    optimizer.zero_grad()
    F.mse_loss(model(past[known]), target[known]).backward()
    optimizer.step()

# %% [markdown]
# `backward` percorre a rede desenrolada do último passo ao primeiro. Cada passo soma sua parte ao gradiente dos mesmos pesos: a
# *retropropagação através do tempo* nada mais é que a retropropagação. A previsão é boa? Serve de comparação um palpite que não
# custa nada: "tantas quantas no ano passado".


# %%
def off_by(guess):
    return 100 * (guess - target)[~known].square().mean().sqrt().item()  # raiz da média dos quadrados, em manchas


with torch.no_grad():
    guess = model(past)
print(f"tantas quantas no ano passado: erro de {off_by(past[:, -1, 0]):.1f} manchas")
print(f"a rede: erro de ≈ {off_by(guess):.1f}")

figure, (axes,) = viz.panels(height=3.2)
axes.plot(year.numpy(), 100 * target.numpy(), color="#767676", linewidth=2.5, label="contadas")
axes.plot(year.numpy(), 100 * guess.numpy(), "--", color="#D55E00", label="previstas no ano anterior")
axes.axvline(1921, ymax=0.84, color="#222222", linestyle=":", label="teste a partir de 1921")
axes.set(xlabel="ano", ylabel="manchas solares", ylim=(-5, 240))
axes.legend(ncols=3, loc="upper left", frameon=False)
figure.alt = (
    "As manchas solares de 1722 a 2008, ondas de cerca de 11 anos, e a previsão perto delas, também depois de 1921."
)
viz.save(figure, "pictures/16_sunspots")
figure

# %% [markdown]
# ## Até onde ela olha para trás?
# O gradiente da última previsão, para cada um dos 22 anos que ela leu: quanto ela mudaria com uma mancha a mais naquele ano.
#
# **Adivinhe primeiro:** ela lê 22 anos. Que proporção de todas as inclinações cabe aos três últimos?

# %%
window = past[-1:].clone().requires_grad_()
model(window).sum().backward()
reach = window.grad.flatten()  # (1, 22, 1) -> (22,)
print(f"parte dos últimos 3 anos ≈ {reach[-3:].abs().sum() / reach.abs().sum():.2f}")

figure, (axes,) = viz.panels(height=2.6)
axes.bar(range(22, 0, -1), reach.numpy(), color="#0072B2")
axes.invert_xaxis()  # o tempo corre para a direita
axes.axhline(0, color="#767676", linewidth=0.8)
axes.set(xlabel="anos antes da previsão", ylabel="inclinação")
figure.alt = "Barras da inclinação de cada um dos 22 anos: grandes nos últimos três anos, quase invisíveis antes."
viz.save(figure, "pictures/16_reach")
figure

# %% [markdown]
# Os últimos três anos fazem quase tudo: mais manchas no último elevam a previsão, mais manchas nos dois anteriores a baixam. A
# rede prolonga, portanto, a linha que vê. Ela lê 22 anos e usa poucos: as inclinações dos mais distantes são quase 0.
#
# ## Quando dá errado
# Sequências `(N, passos)` sem o eixo das características:

# %%
try:
    rnn(past[:, :, 0])  # (287, 22)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(rnn(past)[0].shape)  # consertado: (287, 22, 1) -> (287, 22, 12)

# %% [markdown]
# O erro diz que o último eixo devia ter tamanho 1 e tem 22: dois eixos são tomados por uma só sequência de 287 passos com 22
# números cada um. Pior é o que não causa erro: sem `batch_first=True`, o primeiro eixo é o tempo. Então as amostras são lidas como
# passos umas das outras, e os formatos parecem certos:

# %%
wrong = nn.RNN(1, 12)
changed = sequences.clone()
changed[0, 0] += 1.0  # só na primeira sequência
print(wrong(sequences)[0].shape)
for name, layer in [("batch_first=True", rnn), ("sem isso", wrong)]:
    moved = (layer(changed)[0] != layer(sequences)[0]).any(dim=2).any(dim=1)
    print(f"{name}: os estados mudam em {moved.sum()} das 5 sequências")

# %% [markdown]
# ## O mesmo no PyTorch


# %%
def from_the_same_seed():
    torch.manual_seed(0)
    rnn = nn.RNN(1, 12, batch_first=True)
    return {"pesos": rnn.weight_hh_l0, "estados": rnn(sequences)[0]}


same_in_pytorch(from_the_same_seed)

# %% [markdown]
# ## Resumo
# - Uma unidade recorrente é um neurônio que escuta sua própria última saída: `h = tanh(w·x + u·h + b)`.
# - Desenrolada, ela é uma rede com uma camada para cada passo, todas com os mesmos pesos; serve qualquer comprimento.
# - `nn.RNN(…, batch_first=True)`: `(N, passos, características)` dá os estados `(N, passos, unidades)`.
# - A inclinação através de muitos passos é um produto: ela desaparece ou explode, e quase não se aprende com o que
#   ficou muito para trás.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Os estados de uma unidade sem tanh e sem viés, `h = w·x + u·h`, em uma lista.


# %%
def exercise_1(sequence, w, u):
    return ...


check(exercise_1, ([1.0, 0.0, 0.0], 2.0, 0.5, [2.0, 1.0, 0.5]), ([1.0, 1.0], 1.0, -3.0, [1.0, -2.0]))

# %% [markdown]
# **2.** Nessa unidade, quantos passos depois da leitura de um número resta menos de um centésimo dele? `u` está entre 0 e 1.


# %%
def exercise_2(u):
    return ...


check(exercise_2, (0.5, 7), (0.9, 44))

# %% [markdown]
# **3.** O número de parâmetros de `nn.RNN(inputs, units)`, de entradas e unidades: olhe a fórmula, ela tem duas matrizes e dois
# vieses.


# %%
def exercise_3(inputs, units):
    return ...


check(exercise_3, (1, 12, 180), (3, 5, 50))

# %% [markdown]
# **4.** Uma unidade com a função degrau da aula 01 (1 se `z > 0`, senão 0) lê zeros e uns. Escolha `w, u, b` tais que seu estado
# passe a 1 com o primeiro 1 lido e fique em 1 para sempre.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    w, u, b = answer
    for sequence, wanted in [([0, 0, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1]), ([0, 0, 0], [0, 0, 0]), ([1, 1, 0], [1, 1, 1])]:
        h, states = 0, []
        for x in sequence:
            h = 1 if w * x + u * h + b > 0 else 0
            states.append(h)
        if states != wanted:
            return f"dá {states} para {sequence}, não {wanted}"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. O mesmo filtro serve a todos os lugares.
# 2. Naquelas com que a rede não aprende, para ver como ela vai nas novas.
# 3. Elas se multiplicam: a regra da cadeia.
#
# </details>
