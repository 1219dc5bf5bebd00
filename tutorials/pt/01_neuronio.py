# %% [markdown]
# # 01 · O neurônio
#
# **Pergunta:** O que uma rede neural calcula?
#
# **Precisa de:** Python, nada mais.
#
# **Tempo:** 10 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que entra na rede que lê dígitos, e o que sai? (aula 00)
# 2. Por que ela é testada com dígitos que nunca viu? (aula 00)
# 3. O que diz a perda? (aula 00)
#
# Uma rede neural é uma função: entram números, saem números. No início rápido, entravam 64 tons de cinza e saíam 10
# pontuações, uma para cada dígito. O que faz dela uma rede *neural* é que muitas peças pequenas e iguais fazem o trabalho: os
# neurônios. Esta aula constrói um deles e, depois, uma rede de quatro.
#
# Para que servem tais funções? Elas reconhecem (um dígito, um rosto, uma palavra falada, uma mancha em uma radiografia), preveem (um
# preço, o tempo, o que alguém vai comprar), traduzem e escrevem textos, desenham imagens, guiam carros e robôs. É sempre o mesmo:
# entram números, saem números, e há exemplos com que aprender. Nestas aulas: dígitos (00), preços (03), manchas solares (16),
# imagens de três (18), nomes (19).

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Uma fruta em números
# Uma rede recebe números; por isso, uma fruta vira dois deles: sua cor, de 0 (verde) a 1 (laranja), e sua redondeza, de 0
# a 1. Cada fruta é uma *amostra*, e cada grandeza que medimos nela é uma *característica* (*feature*).

# %%
orange = [0.9, 0.8]  # uma laranja: cor, redondeza
apple = [0.3, 0.7]  # uma maçã

# %% [markdown]
# ## Um neurônio, à mão
# Um neurônio multiplica cada entrada por um número próprio dela, o *peso*; soma os produtos e, por fim, mais um número, o
# *viés*. Nós os escolhemos à mão: a cor diz muito sobre a fruta (peso 4), a redondeza diz pouco (peso 1). O viés é -3.


# %%
def weighted_sum(colour, roundness):
    return colour * 4.0 + roundness * 1.0 - 3.0


print(f"laranja: z = {weighted_sum(0.9, 0.8):.1f}")  # 3,6 + 0,8 - 3,0
print(f"maçã:    z = {weighted_sum(0.3, 0.7):.1f}")  # 1,2 + 0,7 - 3,0

# %% [markdown]
# A soma se chama `z`, a *pré-ativação*. Ela ainda não é a resposta do neurônio: depois vem uma função, a *função de
# ativação*, e o resultado dela é a saída. A mais simples é o degrau: 1 se `z` está acima de 0, senão 0. Aqui, 1 quer dizer
# "laranja".


# %%
def step(z):
    return 1 if z > 0 else 0


print(f"laranja: saída {step(weighted_sum(0.9, 0.8))}")
print(f"maçã:    saída {step(weighted_sum(0.3, 0.7))}")

# %% [markdown]
# ## Medir: o que faz cada entrada?
# Mova uma entrada em 0,001 e veja quanto `z` anda. Esse tanto, dividido pelo pequeno passo, é a *inclinação*: quanto o
# resultado anda para cada unidade daquela entrada.
#
# **Adivinhe primeiro:** quanto `z` anda para cada unidade da cor, e da redondeza?

# %%
nudge = 0.001
z = weighted_sum(0.9, 0.8)
slope_colour = (weighted_sum(0.9 + nudge, 0.8) - z) / nudge
slope_roundness = (weighted_sum(0.9, 0.8 + nudge) - z) / nudge
print(f"inclinação ao longo da cor:       {slope_colour:.3f}")
print(f"inclinação ao longo da redondeza: {slope_roundness:.3f}")

# %% [markdown]
# ## Deduzir: por que justamente esses números?
# As inclinações são os pesos. Em `z = x1·w1 + x2·w2 + b`, mover `x1` em 0,001 muda o primeiro produto em `0,001·w1` e nada
# mais; dividido por 0,001, isso é `w1`. Assim, um peso diz com que força o neurônio escuta uma entrada. O viés não escuta
# nenhuma: ele desloca `z` sempre no mesmo tanto, seja qual for a entrada.
#
# ## Automatizar: qualquer número de entradas
# Com `n` entradas:
#
# - pré-ativação: `z = x1·w1 + x2·w2 + … + xn·wn + b`, abreviada `z = Σ xi·wi + b`: a soma de `xi·wi` com `i` de 1 a `n`
# - saída: `f(z)`, em que `f` é a função de ativação


# %%
def neuron(inputs, weights, bias):
    z = bias
    for x, w in zip(inputs, weights, strict=True):
        z += x * w
    return step(z)


for name, fruit in [("laranja", orange), ("maçã", apple)]:
    print(f"{name}: saída {neuron(fruit, [4.0, 1.0], -3.0)}")

# %% [markdown]
# ## A figura
# O mesmo neurônio, com todos os números pelo caminho. `Σ` é o sinal de soma.

# %%
figure = viz.neuron(orange, [4.0, 1.0], -3.0, "step", names=["cor", "redondeza"])
viz.save(figure, "pictures/01_neuron")
figure

# %% [markdown]
# ## Quando dá errado
# Agora medimos também o diâmetro, mas o neurônio continua com dois pesos.
#
# **Adivinhe primeiro:** um erro, ou uma resposta errada sem aviso?

# %%
try:
    neuron([0.9, 0.8, 0.07], [4.0, 1.0], -3.0)
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# O erro diz, em inglês, que o segundo argumento de `zip` é mais curto que o primeiro. Um neurônio tem exatamente um peso para
# cada entrada, e `strict=True` faz `zip` exigir isso; sem ele, `zip` descarta a terceira entrada sem avisar, e a resposta é
# calculada só com as outras duas. Melhor um erro do que um número errado. O conserto é um terceiro peso:

# %%
print(neuron([0.9, 0.8, 0.07], [4.0, 1.0, 0.5], -3.0))

# %% [markdown]
# ## Do neurônio à rede
# Neurônios que recebem as mesmas entradas formam uma *camada*, e as saídas de uma camada são as entradas da seguinte.
#
# - A *camada de entrada* são as próprias entradas. Ela não calcula nada e não tem pesos.
# - As *camadas ocultas* ficam no meio.
# - A *camada de saída* dá o resultado: um neurônio para um número, como um preço; vários para várias classes, como dez
#   dígitos.


# %%
def layer(inputs, weights, biases):
    return [neuron(inputs, w, b) for w, b in zip(weights, biases, strict=True)]


for name, fruit in [("laranja", orange), ("maçã", apple)]:
    hidden = layer(fruit, [[4.0, 1.0], [-2.0, 3.0], [1.0, -1.0]], [-3.0, -1.0, 0.0])  # 2 entradas -> 3 saídas
    output = layer(hidden, [[1.0, -1.0, 2.0]], [-0.5])  # 3 entradas -> 1 saída
    print(f"{name}: camada oculta {hidden}, camada de saída {output}")

figure = viz.network([2, 3, 1])
viz.save(figure, "pictures/01_network")
figure

# %% [markdown]
# Pesos e vieses juntos são os *parâmetros*: aqui, 2·3 + 3 na camada oculta e 3·1 + 1 na camada de saída, 13 ao todo. A rede
# do início rápido tem 19.210. Ninguém escolhe tantos à mão: o *treinamento* os encontra, e quase todas as aulas tratam disso.
#
# ## A imagem biológica, e onde ela acaba
# Os nomes vêm do cérebro. As células nervosas enviam sinais umas às outras por meio de *sinapses*; algumas sinapses reforçam o
# sinal, outras o enfraquecem; a célula que recebe o bastante envia um sinal adiante.

# %%
figure = viz.biological_neuron()
viz.save(figure, "pictures/01_biological_neuron")
figure

# %% [markdown]
# | célula nervosa | neurônio artificial |
# |---|---|
# | os dendritos recebem sinais | entradas |
# | as sinapses os reforçam ou enfraquecem | pesos |
# | o corpo celular os reúne, e dispara ou não | soma, viés e função de ativação |
# | o axônio leva o sinal adiante | saída |
#
# A semelhança para aí. Uma célula nervosa é viva, envia pulsos ao longo do tempo, muda sua química e se liga às outras
# em circuitos fechados. Um neurônio artificial são as quatro linhas de `neuron`, acima. Redes deles funcionam porque podem
# ser treinadas, não porque se parecem com um cérebro.
#
# ## Tipos de redes
# Eles diferem no modo como os neurônios são ligados e, por isso, naquilo para que servem:
#
# - **Redes feedforward:** a informação flui em uma só direção, das entradas às saídas. Para amostras com um número fixo de
#   características, como nossas frutas (aulas 07 a 14).
# - **Redes convolucionais (CNN):** também são feedforward; o mesmo filtro pequeno olha cada lugar de uma imagem (aula 15).
# - **Redes recorrentes (RNN):** um estado passa de cada passo para o seguinte. Para sequências, como medições ao longo do tempo
#   (aula 16).
# - **LSTM, memória longa de curto prazo:** uma rede recorrente com portas que decidem o que se guarda. Para sequências mais longas
#   (aula 17).
# - **Redes adversárias generativas (GAN):** um gerador e um discriminador que competem. Elas fabricam amostras novas (aula 18).
#
# Prever um número (*regressão*) e escolher uma classe (*classificação*) são tarefas. Todos os tipos acima servem para ambas.
#
# ## O mesmo no PyTorch
# Nosso neurônio recebia listas. O minitorch_pt e o PyTorch recebem *tensores*, que multiplicam todos os seus números de uma
# vez; a próxima aula trata deles. As mesmas linhas rodam nos dois. `same_in_pytorch` roda uma função aqui e, se o PyTorch está
# instalado, também nele, e diz em uma linha se os resultados são iguais; toda aula termina assim.


# %%
def with_tensors():
    inputs = torch.tensor(orange)
    weights = torch.tensor([4.0, 1.0])
    z = (inputs * weights).sum() - 3.0  # (2,) * (2,) -> (2,), e a soma de seus números -> ()
    return {"z": z}


print(*with_tensors().values())
same_in_pytorch(with_tensors)

# %% [markdown]
# ## Resumo
# - Um neurônio calcula `z = x1·w1 + … + xn·wn + b` e devolve `f(z)`.
# - Um peso é a inclinação de `z` ao longo de sua entrada; o viés desloca `z`, seja qual for a entrada.
# - Neurônios com as mesmas entradas formam uma camada; camadas em sequência formam uma rede.
# - A camada de entrada não calcula nada. Pesos e vieses são os parâmetros, e o treinamento os encontra.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Um neurônio com outra função de ativação, chamada ReLU: sua saída é `z` se `z` está acima de 0, senão 0.


# %%
def exercise_1(inputs, weights, bias):
    return ...


check(
    exercise_1,
    ([2.0, 1.0], [3.0, -1.0], 0.5, 5.5),
    ([2.0, 1.0], [-3.0, 1.0], 0.5, 0.0),
    ([0.5, 2.0, 1.0], [1.0, 0.25, -0.25], -0.25, 0.5),
    ([1.0, 1.0], [1.0, 1.0], -3.0, 0.0),
)

# %% [markdown]
# **2.** Que viés faz `z` ser exatamente 0 para estas entradas e estes pesos?


# %%
def exercise_2(inputs, weights):
    return ...


check(exercise_2, ([0.5, 2.0], [4.0, 1.0], -4.0), ([1.0, 1.0, 1.0], [1.0, -3.0, 1.0], 1.0))

# %% [markdown]
# **3.** Meça a inclinação de uma função qualquer de um número, no ponto `x`, com um pequeno passo de 0,001.


# %%
def exercise_3(function, x):
    return ...


def about(wanted):
    def judge_3(slope):
        if not near(slope, wanted, tolerance=0.002):
            return f"devolve {slope}, esperado cerca de {wanted}"

    return judge_3


check(
    exercise_3,
    (lambda x: 3.0 * x + 1.0, 2.0, about(3.0)),
    (lambda x: 7.0 - 0.5 * x, -1.0, about(-0.5)),
    (lambda x: x * x, 3.0, about(6.0)),
    (lambda x: x * x, -0.5, about(-1.0)),
)

# %% [markdown]
# **4.** Escolha dois pesos e um viés tais que o neurônio diga 1 só se as duas entradas forem 1. Devolva `[w1, w2], b`.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    weights, bias = answer
    outputs = [neuron(inputs, weights, bias) for inputs in ([0, 0], [0, 1], [1, 0], [1, 1])]
    if outputs != [0, 0, 0, 1]:
        return f"dá {outputs} para [0, 0], [0, 1], [1, 0], [1, 1], e não [0, 0, 0, 1]"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Entram 64 valores de cinza e saem 10 pontuações, uma para cada dígito.
# 2. Porque aqueles com que aprendeu ela poderia saber de cor.
# 3. O quanto a rede erra: um só número, e quanto menor, melhor.
#
# </details>
