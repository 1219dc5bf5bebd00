# %% [markdown]
# # 02 · Formatos: vetor, matriz, tensor
#
# **Pergunta:** Como os números se organizam em um array, e o que diz o seu formato?
#
# **Precisa de:** aula 01.
#
# **Tempo:** 10 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que calcula um neurônio, em dois passos? (aula 01)
# 2. A inclinação de `z` ao longo de uma entrada: que outro nome ela tem? (aula 01)
# 3. Que dígitos decidem se a rede é boa? (aula 00)
#
# Uma rede calcula com muitos números de uma vez. Eles vêm em *arrays*: números de um mesmo tipo, ordenados ao longo de *eixos*. O
# *formato* (*shape*) diz como. A maioria dos erros que você vai encontrar tem a ver com formatos; vale a pena aprender a lê-los.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Das listas ao array
# O NumPy é a biblioteca de arrays do Python. Três listas de quatro números em uma lista. Conte os colchetes que se abrem no começo:
# dois; portanto, haverá dois eixos.

# %%
rows = [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
]
array = np.array(rows)
print(array)
print("formato:", array.shape)  # o tamanho de cada eixo, em ordem
print("eixos:", array.ndim)  # tantos quantos os colchetes
print("números:", array.size)  # 3 · 4

# %% [markdown]
# Um **eixo** é uma direção em que se conta; seu **tamanho** é até onde vai a contagem. `(3, 4)` tem dois eixos: o eixo 0 tem tamanho
# 3, o eixo 1 tem tamanho 4. Os eixos se contam a partir de 0, como tudo em Python.
#
# ## Um eixo: um vetor
# `(3,)` é um eixo de tamanho 3. A vírgula só diz ao Python que isso é uma tupla.

# %%
vector = np.array([5, 6, 7])
print(vector.shape)

figure = viz.shape(vector)
viz.save(figure, "pictures/02_vector")
figure

# %% [markdown]
# Os mesmos três números podem ser uma linha `(1, 3)` ou uma coluna `(3, 1)`. Estas têm dois eixos e se comportam de outro modo:
#
# **Adivinhe primeiro:** qual é o primeiro elemento, `[0]`, de cada um dos três?

# %%
row = np.array([[5, 6, 7]])
column = np.array([[5], [6], [7]])
for numbers in (vector, row, column):
    print(f"formato {numbers.shape}, eixos: {numbers.ndim}, primeiro: {numbers[0]}")

# %% [markdown]
# ## Dois eixos: uma matriz
# O eixo 0 conta as linhas, o eixo 1 conta as colunas. Nos dados, uma linha é uma amostra e uma coluna é uma característica.

# %%
matrix = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
print(matrix.shape)  # (linhas, colunas)

figure = viz.shape(matrix)
viz.save(figure, "pictures/02_matrix")
figure

# %% [markdown]
# ## Quando dá errado
# Três enganos que todo mundo comete uma vez. O primeiro: uma lista não tem formato, seja qual for o nome da variável.

# %%
try:
    print(rows.shape)
except AttributeError as error:
    print(f"AttributeError: {error}")
print(np.array(rows).shape)  # consertado: um array tem

# %% [markdown]
# O segundo: duas listas em vez de uma lista de listas. O NumPy toma a segunda pelo *tipo* dos números, e é disso que a mensagem
# fala.

# %%
try:
    np.array([0, 1, 2, 3], [4, 5, 6, 7])
except TypeError as error:
    print(f"TypeError: {error}")
print(np.array([[0, 1, 2, 3], [4, 5, 6, 7]]).shape)  # consertado: colchetes em volta das duas

# %% [markdown]
# O terceiro: linhas de comprimentos diferentes. Um array não tem buracos. É o que diz a mensagem: depois do primeiro eixo, de tamanho
# 2, o formato não é o mesmo em toda parte; não é *homogêneo*.

# %%
try:
    np.array([[0, 1, 2, 3], [4, 5, 6]])
except ValueError as error:
    print(f"ValueError: {error}")
print(np.array([[0, 1, 2, 3], [4, 5, 6, 0]]).shape)  # consertado: quatro números em cada linha

# %% [markdown]
# ## Três eixos ou mais: tensores
# Matrizes de um mesmo formato, uma atrás da outra, formam um terceiro eixo: `(planos, linhas, colunas)`. O eixo novo fica na
# frente.

# %%
cube = np.arange(24).reshape(2, 3, 4)  # os números de 0 a 23, preenchidos linha por linha
print(cube)
print(cube.shape)

figure = viz.shape(cube)
viz.save(figure, "pictures/02_tensor")
figure

# %% [markdown]
# Com um quarto eixo, tudo continua igual: 2 grupos de 3 planos de 4 linhas de 5 colunas, 120 números em 24 linhas. Aqui eles são
# aleatórios, e a *semente* 0 os torna os mesmos em cada execução.

# %%
four_axes = np.random.default_rng(seed=0).random((2, 3, 4, 5)).round(2)
print(four_axes)
print(four_axes.shape, four_axes.size)

figure = viz.shape(four_axes)
viz.save(figure, "pictures/02_four_axes")
figure

# %% [markdown]
# Nestas aulas, como no PyTorch, **tensor** é a palavra para todos eles: sem eixos (um só número, `()`), com um (um vetor), com
# dois (uma matriz) ou com mais.
#
# Para girar três eixos com o mouse, faça `import json`, imprima `json.dumps(cube.tolist())` e cole o resultado em
# [array-3d-viz](https://array-3d-viz.vercel.app/).
#
# ## Medir: qual é a distância de um passo ao longo de um eixo?
# Os números de `cube` vão de 0 a 23, na ordem em que estão na memória. Assim, a diferença entre dois vizinhos é a distância
# entre eles. Mova um índice em 1:
#
# **Adivinhe primeiro:** em quanto o número cresce com um passo ao longo do eixo 0?

# %%
start = cube[0, 1, 2]
print("um passo ao longo do eixo 0:", cube[1, 1, 2] - start)
print("um passo ao longo do eixo 1:", cube[0, 2, 2] - start)
print("um passo ao longo do eixo 2:", cube[0, 1, 3] - start)

# %% [markdown]
# ## Deduzir
# O último eixo é o que anda mais depressa: seus vizinhos estão lado a lado, a 1 de distância. Um passo ao longo do eixo 1 pula
# uma linha de 4. Um passo ao longo do eixo 0 pula um plano de 3 · 4 = 12. Em geral: um passo ao longo de um eixo pula o produto
# dos tamanhos que vêm depois dele.
#
# ## Automatizar
# Portanto, um formato e um índice bastam para achar um número na memória, e é exatamente isso que um array faz.


# %%
def place(shape, index):
    distance = 0
    for size, i in zip(shape, index, strict=True):
        distance = distance * size + i
    return distance


print(place((2, 3, 4), (1, 2, 0)), cube[1, 2, 0])
print(place((2, 3, 4, 5), (1, 0, 3, 2)), np.arange(120).reshape(2, 3, 4, 5)[1, 0, 3, 2])

# %% [markdown]
# ## O que acontece com o formato
# Um índice elimina o seu eixo; dois-pontos conservam um eixo inteiro. Uma soma ao longo de um eixo também elimina esse
# eixo. No PyTorch, um eixo se chama *dim*.

# %%
x = torch.tensor([[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]])  # (2, 4)
print(x[1], x[1].shape)  # (2, 4) -> (4,)
print(x[:, 1], x[:, 1].shape)  # (2, 4) -> (2,)
print(x.sum(dim=0), x.sum(dim=0).shape)  # (2, 4) -> (4,)
print(x.sum(dim=1), x.sum(dim=1).shape)  # (2, 4) -> (2,)
print(x.sum(), x.sum().shape)  # (2, 4) -> ()

# %% [markdown]
# ## O mesmo no PyTorch


# %%
def sums():
    numbers = torch.arange(24.0).reshape(2, 3, 4)
    return {"somas ao longo do eixo 1": numbers.sum(dim=1)}  # (2, 3, 4) -> (2, 4)


print(*sums().values())
same_in_pytorch(sums)

# %% [markdown]
# ## Resumo
# - O formato traz os tamanhos dos eixos, em ordem; há tantos eixos quantos colchetes se abrem.
# - `(3,)`, `(1, 3)` e `(3, 1)` guardam os mesmos números e são três formatos diferentes.
# - Um vetor tem um eixo, uma matriz tem dois; tensor é a palavra para qualquer número de eixos.
# - O último eixo anda mais depressa. Um índice, ou uma soma ao longo de um eixo, elimina esse eixo.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Que formato tem este array? Conte e escreva a tupla.
#
# `[[[1], [2]], [[3], [4]], [[5], [6]]]`


# %%
def exercise_1():
    return ...


check(exercise_1, (np.array([[[1], [2]], [[3], [4]], [[5], [6]]]).shape,))

# %% [markdown]
# **2.** Quantos números cabem em um array deste formato?


# %%
def exercise_2(shape):
    return ...


check(exercise_2, ((2, 3, 4), 24), ((5,), 5), ((), 1))

# %% [markdown]
# **3.** Transforme um vetor `(n,)` em uma coluna `(n, 1)`.


# %%
def exercise_3(vector):
    return ...


check(
    exercise_3,
    (torch.tensor([5.0, 6.0]), [[5.0], [6.0]]),
    (torch.arange(4.0), [[0.0], [1.0], [2.0], [3.0]]),
)

# %% [markdown]
# **4.** De um array `(grupos, planos, linhas, colunas)`, tome a última linha do plano 1 de cada grupo: `(grupos, colunas)`.


# %%
def exercise_4(x):
    return ...


check(
    exercise_4,
    (np.arange(120).reshape(2, 3, 4, 5), [[35, 36, 37, 38, 39], [95, 96, 97, 98, 99]]),
    (np.arange(48).reshape(3, 4, 2, 2), [[6, 7], [22, 23], [38, 39]]),
    (np.arange(24).reshape(1, 2, 3, 4), [[20, 21, 22, 23]]),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. A soma ponderada mais o viés, `z`; depois, uma função de `z`.
# 2. O peso dessa entrada.
# 3. Os do teste, que ela nunca viu.
#
# </details>
