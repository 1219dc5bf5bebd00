# %% [markdown]
# # 04 · Viés
#
# **Pergunta:** O que um neurônio com viés consegue fazer que um sem viés não consegue?
#
# **Precisa de:** aulas 01, 02, 03.
#
# **Tempo:** 10 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Um peso é 100. A entrada dele importa muito? (aula 03)
# 2. Qual a diferença entre `(3,)` e `(3, 1)`? (aula 02)
# 3. Quando o degrau diz 1? (aula 01)
#
# O neurônio da aula 03 dava o preço de uma casa a partir do tamanho e dos quartos. Pergunte a ele quanto custa um terreno sem
# casa: tamanho 0, quartos 0. A resposta é 0, sejam quais forem os pesos. Como terreno não é de graça, falta alguma coisa.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Cinco casas e um terreno
# O tamanho em centenas de m², os quartos, e o preço em milhares de reais. A última linha é o terreno vazio.

# %%
places = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0], [0.0, 0.0]])  # (6, 2)
prices = torch.tensor([180.0, 260.0, 330.0, 440.0, 440.0, 80.0])  # (6,)

weights = torch.tensor([100.0, 50.0])  # (2,)
sums = (places * weights).sum(dim=1)  # (6, 2) * (2,) -> (6, 2) -> (6,)
print("preços:           ", prices)
print("somas ponderadas: ", sums)
print("o que falta:      ", prices - sums)

# %% [markdown]
# Com os pesos 100 e 50, em todos os preços faltam os mesmos 80: o terreno, que custa o mesmo debaixo de uma casa pequena ou
# grande. Um número que se soma sempre, sejam quais forem as entradas, é o *viés* (*bias*): `z = x1·w1 + x2·w2 + b`, aqui com `b` = 80.
# Com qualquer número de entradas, e `Σ` como sinal de soma: `z = Σ xi·wi + b`.

# %%
bias = 80.0
print((places * weights).sum(dim=1) + bias)  # (6, 2) * (2,) -> (6, 2) -> (6,)

# %% [markdown]
# ## A figura
# De novo a casa do meio da tabela. O viés entra por baixo: nenhuma entrada leva a ele.

# %%
figure = viz.neuron(places[2], weights, bias, "identity", names=["tamanho", "quartos"])
viz.save(figure, "pictures/04_neuron")
figure

# %% [markdown]
# ## Medir: mova o viés
# 0,001 a mais no viés, e quanto anda o preço? Uma vez para a casa grande, outra para o terreno vazio.
#
# **Adivinhe primeiro:** o mesmo passo no viés muda mais o preço da casa grande que o do terreno vazio?


# %%
def price(size, rooms, bias):
    return 100.0 * size + 50.0 * rooms + bias


for name, size, rooms in [("casa grande", 1.6, 4.0), ("terreno vazio", 0.0, 0.0)]:
    slope = (price(size, rooms, 80.001) - price(size, rooms, 80.0)) / 0.001
    print(f"{name}: inclinação ao longo do viés {slope:.3f}")

# %% [markdown]
# ## Deduzir: uma reta que não precisa passar pela origem
# A inclinação ao longo do viés é 1 para qualquer entrada: o viés move todas as saídas juntas. Com uma só entrada, `z = w·x` é
# uma reta que passa pela origem, onde `x` e `z` são 0. O peso só consegue girar essa reta. O viés a desloca e, em `x = 0`, é
# tudo o que resta: `z = b`.

# %%
figure = viz.bias(0.5, 2.0)
viz.save(figure, "pictures/04_line")
figure

# %% [markdown]
# Quando depois vem um degrau, como na aula 01, o viés diz quanto é o bastante. O degrau dá 1 quando `w·x + b > 0` e, para um `w`
# positivo, isso quer dizer `x > -b/w`: esse ponto é o *limiar*.


# %%
def step(z):
    return 1 if z > 0 else 0


for b in (-1.0, -2.0, -3.0):
    outputs = [step(4.0 * x + b) for x in (0.1, 0.3, 0.6, 0.9)]
    print(f"peso 4, viés {b}: limiar {-b / 4.0:.2f}, saídas {outputs}")

# %% [markdown]
# ## Quando dá errado
# Há um viés para cada neurônio, e não um para cada entrada. Dois vieses para nosso único neurônio não combinam com as seis somas:

# %%
try:
    sums + torch.tensor([40.0, 40.0])  # (6,) + (2,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(sums + 80.0)  # consertado: um só número, somado a cada uma das seis somas

# %% [markdown]
# O erro diz que os tamanhos 6 e 2 não combinam. Já o próximo engano não causa erro nenhum. Aqui o viés é somado antes da soma
# das parcelas e, portanto, a cada um dos dois produtos:
#
# **Adivinhe primeiro:** em quanto cada preço vai ficar errado?

# %%
print((places * weights + bias).sum(dim=1))  # (6, 2) + () -> (6, 2) -> (6,): errado, todo preço tem 80 a mais
print((places * weights).sum(dim=1) + bias)  # consertado: primeiro a soma, depois o viés

# %% [markdown]
# O terreno vazio mostra isso na hora: com entradas 0, a saída tem de ser o próprio viés. Vale a pena guardar esse teste.
#
# ## Automatizar: encontrar também o viés
# Um viés pode ser visto como o peso de mais uma entrada, que vale sempre 1: `80 = 1·80`. Com uma coluna de uns ao lado das
# características, a busca da aula 03 encontra o viés como encontra os pesos. Ela tenta uma pequena mudança em um número de cada
# vez, guarda o que faz cair a média dos quadrados das diferenças e, quando nada mais ajuda, faz mudanças menores.


# %%
def search(features):
    def how_far_off(parameters):
        difference = (features * parameters).sum(dim=1) - prices  # (6, n) * (n,) -> (6, n) -> (6,)
        return (difference * difference).mean().item()

    found = torch.zeros(features.shape[1])
    trail, change = [how_far_off(found)], 16.0
    while change > 0.01:
        best = trail[-1]
        for i in range(len(found)):
            for direction in (1.0, -1.0):
                trial = found.clone()
                trial[i] += direction * change
                if how_far_off(trial) < how_far_off(found):
                    found = trial
        trail.append(how_far_off(found))
        if trail[-1] == best:
            change = change / 2
    return found, trail


# %% [markdown]
# Uma vez só com as duas características, outra com os uns, que `cat` põe ao lado delas:

# %%
with_ones = torch.cat([places, torch.ones(6, 1)], dim=1)  # (6, 2) e (6, 1) -> (6, 3)
without_bias, trail_without = search(places)
with_bias, trail_with = search(with_ones)
print(f"sem viés: pesos {[round(w) for w in without_bias.tolist()]}, erro {trail_without[-1]:.0f}")
print(f"com viés: pesos e viés {[round(w) for w in with_bias.tolist()]}, erro {trail_with[-1]:.1f}")

figure, (axes,) = viz.panels(height=2.8)
axes.plot(trail_without, linewidth=2, linestyle="--", color="#0072B2", label="sem viés")
axes.plot(trail_with, linewidth=2, color="#D55E00", label="com viés")
axes.set(xlabel="rodada", ylabel="média dos quadrados", yscale="log")
axes.legend(frameon=False)
figure.alt = "Duas curvas que caem. Sem viés, a média dos quadrados para perto de 1700; com viés, cai abaixo de 0,1."
viz.save(figure, "pictures/04_search")
figure

# %% [markdown]
# Sem viés, o melhor que a busca consegue é fazer o tamanho pagar o terreno, com um peso de 171 em vez de 100. Mesmo assim, as casas
# pequenas saem baratas demais, a maior sai cara demais, o terreno sai de graça, e nenhum par de pesos resolve. Com viés, ela
# encontra os números verdadeiros.
#
# ## O mesmo no PyTorch


# %%
def neuron():
    inputs = torch.tensor([[1.6, 4.0], [0.0, 0.0], [1.0, 3.0]])
    z = (inputs * torch.tensor([100.0, 50.0])).sum(dim=1) + 80.0  # (3, 2) * (2,) -> (3, 2) -> (3,)
    return {"preços com viés": z}


print(*neuron().values())
same_in_pytorch(neuron)

# %% [markdown]
# ## Resumo
# - O viés se soma à soma ponderada, sejam quais forem as entradas; com entradas 0, `z` é o viés.
# - Sua inclinação é 1 em toda parte: ele desloca, os pesos giram.
# - Antes de um degrau, ele define o limiar: `w·x + b > 0` onde `x > -b/w`, para um `w` positivo.
# - Há um viés para cada neurônio. Ele é aprendido como um peso: o peso de uma entrada que vale sempre 1.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Os pesos são conhecidos, o viés não. Encontre-o a partir de uma única casa `(características,)` e de seu preço.


# %%
def exercise_1(house, weights, price):
    return ...


check(
    exercise_1,
    (torch.tensor([1.0, 3.0]), torch.tensor([100.0, 50.0]), 330.0, 80.0),
    (torch.tensor([0.0, 2.0, 1.0]), torch.tensor([9.0, -1.0, 0.5]), 0.5, 2.0),
)

# %% [markdown]
# **2.** Um neurônio com uma entrada e um degrau deve dizer 1 só acima deste limiar. De que viés ele precisa?


# %%
def exercise_2(weight, threshold):
    return ...


check(exercise_2, (4.0, 0.75, -3.0), (0.5, -2.0, 1.0))

# %% [markdown]
# **3.** Todas as entradas são 0 ou 1, todos os pesos são 1, e depois vem um degrau. Escolha o viés para que o neurônio diga 1 se
# pelo menos `k` de suas entradas forem 1.


# %%
def exercise_3(k):
    return ...


def judge_3(k):
    def judge(bias):
        for ones in range(5):
            if step(ones + bias) != (ones >= k):
                return f"dá um viés que diz {step(ones + bias)} com {ones} das entradas em 1"

    return judge


check(exercise_3, (1, judge_3(1)), (3, judge_3(3)))

# %% [markdown]
# **4.** De agora em diante, o tamanho é dado como a diferença para uma casa de tamanho comum, `usual`: uma casa de 1,6 vira 0,6 se o
# comum for 1,0. Os pesos não mudam. Que viés mantém todos os preços como eram?


# %%
def exercise_4(bias, weight_of_size, usual):
    return ...


check(exercise_4, (80.0, 100.0, 1.0, 180.0), (80.0, 100.0, 0.5, 130.0), (-3.0, 4.0, 0.0, -3.0))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Não se pode dizer: influência é peso vezes variação, e a unidade decide o peso.
# 2. O primeiro tem um eixo, o segundo, dois: um vetor e uma coluna.
# 3. Quando `z` está acima de 0.
#
# </details>
