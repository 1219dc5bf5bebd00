# %% [markdown]
# # 06 · Lotes e épocas
#
# **Pergunta:** Como muitas amostras passam juntas por uma camada, e por que em porções?
#
# **Precisa de:** aulas 01, 02, 03, 04, 05.
#
# **Tempo:** 13 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que deve ser igual em `(2, 4) @ (4, 3)`, e o que resulta? (aula 05)
# 2. Quantos vieses tem uma camada de três neurônios com quatro entradas? (aula 04)
# 3. Como se chama aqui um array de três eixos? (aula 02)
#
# Até aqui, uma amostra de cada vez encontrava a matriz de pesos. Um conjunto de dados tem milhares delas. Esta aula faz várias passarem
# pela camada em um só produto e depois corta um conjunto de dados nessas porções: os *lotes* (*batches*).

# %%
import time

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch
from minitorch_pt.utils.data import DataLoader, TensorDataset

speak("pt")

# %% [markdown]
# ## Duas amostras, um produto
# A camada da aula 05, com três neurônios, e duas amostras com quatro características cada uma. As características se contam por
# amostra: o lote tem 2 amostras, cada amostra tem 4 características, e ao todo são 8 números.

# %%
X = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0]])  # (2, 4): amostras, características
W = torch.tensor([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]])  # (3, 4)
b = torch.tensor([2.0, 3.0, 0.5])  # (3,)

for i in range(2):
    print(f"só a amostra {i}:", X[i] @ W.T + b)  # (4,) @ (4, 3) -> (3,)
print(X @ W.T + b)  # (2, 4) @ (4, 3) -> (2, 3), depois (2, 3) + (3,) -> (2, 3)

# %% [markdown]
# A linha `i` do resultado é da amostra `i`, a coluna `j`, do neurônio `j`. Os vieses se somam a cada linha. A
# figura mostra só o produto, ainda sem os vieses.

# %%
figure = viz.matmul(X, W.T, row=1, column=0, names=("X", "W.T"))
viz.save(figure, "pictures/06_product")
figure

# %% [markdown]
# ## Medir: as amostras de um lote interferem umas nas outras?
# Mova uma característica da amostra 0 e veja quais saídas mudam.
#
# **Adivinhe primeiro:** seis saídas, duas amostras de três neurônios. Quais delas vão se mover?

# %%
nudged = X.clone()
nudged[0, 1] += 0.001
moved = ((nudged @ W.T + b) - (X @ W.T + b)) / 0.001  # (2, 4) @ (4, 3) -> (2, 3)
for i in range(2):
    print(f"inclinações das saídas da amostra {i}:", [round(slope, 2) for slope in moved[i].tolist()])

# %% [markdown]
# Só a linha 0 muda, conforme os pesos da entrada 1 (a coluna 1 de `W`). Um lote poupa trabalho; não mistura amostras.
#
# ## Quando dá errado
# A aula 05 tinha uma segunda maneira, a outra ordem. Com um lote, ela falha: as linhas de `W` têm 4 números, as colunas de `X` têm 2.

# %%
try:
    W @ X  # (3, 4) @ (2, 4)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

try:
    W @ X.T + b  # (3, 4) @ (4, 2) -> (3, 2), depois (3, 2) + (3,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown]
# O primeiro erro diz que 4 e 2 deviam ser iguais. O segundo diz que os tamanhos 2 e 3 não combinam: `W @ X.T` existe, mas tem uma linha
# para cada *neurônio*, e os vieses acompanham o último eixo, onde agora estão as amostras. São 2 amostras e 3 vieses; por sorte, isso dá
# erro. Agora vem uma terceira amostra, e a sorte acaba: 3 amostras, 3 vieses.

# %%
three = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)
print("certo: ", three @ W.T + b)  # (3, 4) @ (4, 3) -> (3, 3), depois (3, 3) + (3,) -> (3, 3)
print("errado:", W @ three.T + b)  # os mesmos formatos, mas um viés para cada amostra

# %% [markdown]
# Nenhum erro, e números errados: o viés do neurônio 1 é somado à amostra 1. Há dois consertos. Escreva camadas como `X @ W.T + b`, com as
# amostras na frente. E teste com tamanhos todos diferentes, pois só assim os formatos denunciam um engano.
#
# ## Por que em porções
# Um produto para muitas amostras é muito mais rápido do que muitos produtos. Aqui, com 10.000 amostras:

# %%
torch.manual_seed(0)
many = torch.randint(0, 10, (10_000, 4)).float()  # números inteiros de 0 a 9, ao acaso
start = time.perf_counter()
for i in range(10_000):
    many[i] @ W.T + b  # (4,) @ (4, 3) -> (3,)
one_by_one = time.perf_counter() - start
start = time.perf_counter()
many @ W.T + b  # (10000, 4) @ (4, 3) -> (10000, 3)
together = time.perf_counter() - start
print(f"uma a uma: {one_by_one:.4f} segundos; juntas: {together:.4f} segundos")

# %% [markdown]
# Então, por que não sempre todas as amostras juntas? Por duas razões: um conjunto de dados grande, com todos os resultados
# intermediários, não cabe na memória; e os pesos mudariam só uma vez a cada passagem por todas as amostras. Com porções, eles mudam depois
# de cada uma.
#
# - Um **lote** são as amostras que passam juntas pela rede.
# - Uma **época** é uma passagem por todas as amostras.
#
# Com 10.000 amostras e lotes de 32, há 313 lotes em uma época; o último tem só 16 amostras.

# %%
figure = viz.batches(many, 32)
viz.save(figure, "pictures/06_ten_thousand")
figure

# %% [markdown]
# ## Cortar um conjunto de dados em lotes
# Dez amostras com duas características. Um `TensorDataset` guarda cada amostra ao lado de seu *alvo*, a resposta certa; um `DataLoader` as
# entrega em lotes. De 10 amostras em lotes de 4, o último lote fica com 2.

# %%
features = torch.arange(20.0).reshape(10, 2)  # (10, 2)
targets = features.sum(dim=1)  # (10, 2) -> (10,)
dataset = TensorDataset(features, targets)
for x, y in DataLoader(dataset, batch_size=4):
    print(x.shape, y)

figure = viz.batches(features, 4)
viz.save(figure, "pictures/06_batches")
figure

# %% [markdown]
# O que acontece com cada lote está escrito à direita. Propagação: calcular as saídas. Perda: quanto elas erram? Retropropagação: em que direção cada
# peso deve mudar? Atualização: mudá-lo. As aulas 10 a 13 tratam de cada um desses passos.
#
# Com `shuffle=True`, a ordem é embaralhada a cada época, para que as mesmas amostras não caiam sempre no mesmo lote. A semente faz a ordem
# aleatória ser a mesma em cada execução. (Este conjunto tem um só tensor; por isso, cada lote é uma lista de um elemento:
# `(batch,)`.)

# %%
torch.manual_seed(0)
loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)
for epoch in (1, 2):
    print(f"época {epoch}:", [batch.tolist() for (batch,) in loader])

# %% [markdown]
# ## Deduzir: o que muda com o tamanho do lote?
# 96 amostras com duas características, e uma coluna de uns para o viés (aula 04). Os alvos vêm dos pesos 3 e -2 e do viés 1, com um pouco
# de *ruído*: algo aleatório que nenhum peso explica. (`randn` sorteia números em torno de 0: aula 07.)

# %%
torch.manual_seed(1)
samples = torch.cat([torch.randn(96, 2), torch.ones(96, 1)], dim=1)  # (96, 2) e (96, 1) -> (96, 3)
answers = samples @ torch.tensor([3.0, -2.0, 1.0]) + 0.1 * torch.randn(96)  # (96, 3) @ (3,) -> (96,)


def how_far_off(parameters, x, y):
    difference = x @ parameters - y  # (n, 3) @ (3,) -> (n,)
    return (difference * difference).mean().item()


def update(parameters, x, y):
    """Mede a inclinação ao longo de cada parâmetro, movendo-o, e dá um pequeno passo contra ela."""
    now, slopes = how_far_off(parameters, x, y), torch.zeros(3)
    for i in range(3):
        nudged = parameters.clone()
        nudged[i] += 0.001
        slopes[i] = (how_far_off(nudged, x, y) - now) / 0.001
    return parameters - 0.02 * slopes


# %% [markdown]
# Uma inclinação positiva diz que um parâmetro maior piora as coisas; por isso, o passo vai contra ela. Agora, 10 épocas para cada tamanho de
# lote e, depois de cada época, uma olhada em todas as amostras.
#
# **Adivinhe primeiro:** todos viram todas as amostras dez vezes. Quem chega mais perto dos alvos: lotes de 1, de 16 ou de 96?

# %%
curves = {}
for size in (1, 16, 96):
    torch.manual_seed(2)
    parameters, updates, curve = torch.zeros(3), 0, []
    for _epoch in range(10):
        for x, y in DataLoader(TensorDataset(samples, answers), batch_size=size, shuffle=True):
            parameters = update(parameters, x, y)
            updates += 1
        curve.append(how_far_off(parameters, samples, answers))
    curves[f"lotes de {size} ({updates} atualizações)"] = curve
    print(f"lotes de {size}: {updates} atualizações")
    print(f"    erro ≈ {curve[0]:.3f} depois de 1 época, ≈ {curve[-1]:.3f} depois de 10")

figure = viz.history(curves, ylabel="média dos quadrados", log=True)
viz.save(figure, "pictures/06_sizes")
figure

# %% [markdown]
# Os três viram cada amostra dez vezes. Lotes de 1 mudaram os pesos 960 vezes; todas as amostras juntas, só 10 vezes, e isso ainda não é o
# bastante. (Passos maiores ajudariam os lotes grandes: aula 12.) Mas uma só amostra é um guia ruim: seu ruído puxa os pesos de um lado
# para o outro, e cada atualização custa um produto próprio. No meio está o que mais se usa: de 16 a 256 amostras. (Nada fica muito abaixo
# de 0,01: essa parte da média dos quadrados é o próprio ruído, 0,1 ao quadrado.)
#
# Lotes não impedem uma rede de decorar suas amostras. Decorar é sobreajustar, e a aula 14 trata do que ajuda contra isso.
#
# ## Automatizar
# O que um `DataLoader` faz, em cinco linhas: uma ordem, cortada em porções.


# %%
def batches(x, size, shuffle=False):
    n = len(x)
    order = torch.randperm(n) if shuffle else torch.arange(n)  # (n,): os números de 0 a n - 1
    for start in range(0, n, size):
        yield x[order[start : start + size]]


print([batch.tolist() for batch in batches(torch.arange(10), 4)])
print(sorted(i for batch in batches(torch.arange(10), 4, shuffle=True) for i in batch.tolist()))

# %% [markdown]
# ## O mesmo no PyTorch
# A mesma semente dá a mesma ordem aleatória.


# %%
def batches():
    torch.manual_seed(0)
    loader = DataLoader(TensorDataset(torch.arange(10)), batch_size=4, shuffle=True)
    order = torch.cat([batch for (batch,) in loader])  # (4,), (4,) and (2,) -> (10,)
    return {"um lote": X @ W.T + b, "a ordem das amostras embaralhadas": order}  # (2, 4) @ (4, 3) -> (2, 3)


same_in_pytorch(batches)

# %% [markdown]
# ## Resumo
# - `(amostras, entradas) @ (entradas, neurônios) -> (amostras, neurônios)`: `X @ W.T + b` serve a uma amostra e a qualquer lote.
# - A outra ordem serve a uma só amostra; com tantas amostras quantos neurônios, ela erra sem avisar.
# - Um lote passa junto e traz uma atualização; uma época é uma passagem por todas as amostras.
# - Lotes menores: mais atualizações por época, cada uma com mais ruído. Embaralhar muda quem divide um lote com quem.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Quantas atualizações dos pesos trazem `epochs` épocas, com `samples` amostras em lotes de `size`? O último lote pode ser menor.


# %%
def exercise_1(samples, size, epochs):
    return ...


check(exercise_1, (10, 4, 1, 3), (10_000, 32, 5, 1565), (96, 16, 10, 60))

# %% [markdown]
# **2.** Alguém calculou `W @ X.T`, com uma linha para cada neurônio. Transforme isso na saída certa da camada, com os vieses: `(amostras,
# neurônios)`.


# %%
def exercise_2(product, biases):
    return ...


check(exercise_2, (W @ X.T, b, X @ W.T + b), (W @ three.T, b, three @ W.T + b))

# %% [markdown]
# **3.** Quantas amostras tem o último lote?


# %%
def exercise_3(samples, size):
    return ...


check(exercise_3, (10, 4, 2), (10_000, 32, 16), (96, 16, 16), (5, 8, 5))

# %% [markdown]
# **4.** De cada lote se conhecem a média dos quadrados das diferenças e o número de amostras. Qual é a média dos quadrados das diferenças
# de todas as amostras juntas?


# %%
def exercise_4(means, counts):
    return ...


check(exercise_4, ([3.0, 6.0, 9.0], [4, 4, 2], 5.4), ([1.0, 5.0], [3, 1], 2.0))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Os tamanhos internos, ambos 4; resulta `(2, 3)`.
# 2. Três: um para cada neurônio.
# 3. Tensor, como todos os outros também.
#
# </details>
