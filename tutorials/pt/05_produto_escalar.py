# %% [markdown]
# # 05 · O produto escalar
#
# **Pergunta:** Como um só produto calcula todos os neurônios de uma camada, e que formatos combinam?
#
# **Precisa de:** aulas 01, 02, 03, 04.
#
# **Tempo:** 9 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Todas as entradas são 0. Quanto é `z`? (aula 04)
# 2. Como os pesos das casas foram encontrados a partir de exemplos? (aula 03)
# 3. `x` é `(2, 4)`. Que formato tem `x[:, 1]`? (aula 02)
#
# Entradas vezes pesos e, depois, a soma: todo neurônio faz isso, e por isso a operação tem nome e sinal próprios. É também de onde
# vem a maioria dos erros de formato. Esta aula provoca um de propósito e o conserta de duas maneiras.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Dois vetores
# O *produto escalar* (*dot product*) de dois vetores do mesmo comprimento: cada número é multiplicado pelo que está na mesma posição
# do outro vetor. Primeiro todos os produtos, depois a soma deles.

# %%
a = torch.tensor([1.0, 2.0, 3.0])
b = torch.tensor([3.0, 2.0, 1.0])
print(a * b)  # (3,) * (3,) -> (3,): 3, 4, 3
print((a * b).sum())  # (3,) -> ()
print(torch.dot(a, b))  # (3,) · (3,) -> (): os dois passos em um

figure = viz.dot(a, b)
viz.save(figure, "pictures/05_dot")
figure

# %% [markdown]
# ## Medir: mova um número
# 0,001 a mais no primeiro número de `a`, depois no segundo, depois no terceiro. Quanto anda o produto escalar?
#
# **Adivinhe primeiro:** serão impressas três inclinações ao longo de `a`. Que números são?

# %%
slopes = []
for i in range(3):
    nudged = a.clone()
    nudged[i] += 0.001
    slopes.append(round(((torch.dot(nudged, b) - torch.dot(a, b)) / 0.001).item(), 2))
print("inclinações:", slopes)

# %% [markdown]
# As inclinações ao longo de `a` são os números de `b`. É o neurônio da aula 01: com entradas `x` e pesos `w`, sua pré-ativação é
# `torch.dot(x, w)` mais o viés.
#
# ## Uma camada: um produto escalar para cada neurônio
# Quatro entradas, três neurônios. Os pesos ficam em uma matriz `(3, 4)`: uma **linha** guarda todos os pesos de **um neurônio**;
# portanto, há tantas linhas quantos neurônios. Uma **coluna** guarda o que os neurônios fazem com uma entrada.

# %%
x = torch.tensor([1.0, 2.0, 3.0, 2.5])  # (4,)
W = torch.tensor([[0.2, 0.8, -0.5, 1.0], [0.5, -0.91, 0.26, -0.5], [-0.26, -0.27, 0.17, 0.87]])  # (3, 4)
biases = torch.tensor([2.0, 3.0, 0.5])  # (3,): um para cada neurônio

for i in range(3):
    z = torch.dot(x, W[i]) + biases[i]  # (4,) · (4,) -> ()
    print(f"neurônio {i}: {torch.dot(x, W[i]).item():.3f} + {biases[i].item()} = {z.item():.3f}")

# %% [markdown]
# A segunda linha em destaque, e seu neurônio. Os quatro números da linha são as quatro ligações que chegam a ele. (As figuras contam
# a partir de 1, como na matemática: `y₂` é o que o código chama de neurônio 1.)

# %%
figure = viz.weight_rows(W, neuron=1)
viz.save(figure, "pictures/05_weight_rows")
figure

# %% [markdown]
# Cada entrada vai para todos os neurônios: 4 · 3 = 12 ligações, e 12 números na matriz.

# %%
figure = viz.network([4, 3], names=["tamanho", "quartos", "idade", "andar"])
viz.save(figure, "pictures/05_connections")
figure

# %% [markdown]
# ## Quando dá errado
# Queremos os três neurônios de uma vez. `torch.dot` se recusa: ele serve a dois vetores. O produto com uma matriz é outra operação, o
# *produto de matrizes*, que se escreve `@`. Ele também se recusa:

# %%
for product in (torch.dot, torch.matmul):  # torch.matmul é o nome de @
    try:
        product(x, W)  # (4,) e (3, 4)
    except RuntimeError as error:
        print(f"RuntimeError: {error}")

# %% [markdown]
# O primeiro erro diz que se esperavam vetores (1D), e não um vetor e uma matriz; o segundo, que 4 e 3 deviam ser iguais. Um produto de
# matrizes faz o produto escalar de cada linha da esquerda com cada **coluna** da direita. Nosso `x` tem 4 números, uma coluna de `W` só
# tem 3. Os três primeiros encontram seus pares, e o último fica sem nenhum.

# %%
figure = viz.matmul(x, W, names=("x", "W"))
viz.save(figure, "pictures/05_misfit")
figure

# %% [markdown]
# ## Deduzir: os tamanhos internos precisam ser iguais
# Escreva os dois formatos lado a lado. Os tamanhos que se encontram no meio, os *internos*, precisam ser iguais, pois contam os pares
# dos produtos escalares. Eles desaparecem do resultado, e os externos ficam:
#
# - `(4,) @ (3, 4)`: 4 encontra 3, não há produto.
# - `(4,) @ (4, 3) -> (3,)`: 4 encontra 4.
# - `(3, 4) @ (4,) -> (3,)`: 4 encontra 4.
# - `(2, 4) @ (4, 3) -> (2, 3)`: 4 encontra 4.
#
# ## Primeiro conserto: transpor
# *Transpor* uma matriz é transformar suas linhas em colunas: `(3, 4)` vira `(4, 3)`. Os números ficam os mesmos; o que está na linha `i` e
# na coluna `j` vai para a linha `j` e a coluna `i`. No código: `W.T`.

# %%
print(W.T)  # (3, 4) -> (4, 3)

figure = viz.transpose(W, row=1, name="W")
viz.save(figure, "pictures/05_transpose")
figure

# %% [markdown]
# Agora cada neurônio é uma coluna, e todo número de `x` tem seu par:

# %%
print(x @ W.T)  # (4,) @ (4, 3) -> (3,)

figure = viz.matmul(x, W.T, names=("x", "W.T"))
viz.save(figure, "pictures/05_after_transposing")
figure

# %% [markdown]
# ## Segundo conserto: trocar a ordem
# Com `W` na frente, suas linhas já são o que o produto pede. Não é preciso transpor nada:
#
# **Adivinhe primeiro:** os três números serão os mesmos de antes?

# %%
print(W @ x)  # (3, 4) @ (4,) -> (3,)

figure = viz.matmul(W, x, names=("W", "x"))
viz.save(figure, "pictures/05_other_order")
figure

# %% [markdown]
# Os números são os mesmos: com um só vetor, as duas ordens fazem o produto escalar de `x` com cada linha de `W`. Elas deixam de
# coincidir assim que várias amostras vêm juntas. A aula 06 mostra por que todas as camadas se escrevem da primeira maneira: `x @ W.T + b`.

# %%
print(x @ W.T + biases)  # (4,) @ (4, 3) -> (3,), depois (3,) + (3,) -> (3,)

# %% [markdown]
# ## Automatizar: duas matrizes quaisquer
# A regra em três laços: para cada linha da esquerda e cada coluna da direita, um produto escalar.


# %%
def matrix_product(left, right):
    (rows, inner), (other, columns) = left.shape, right.shape
    if inner != other:
        raise ValueError(f"os tamanhos internos diferem: {inner} e {other}")
    result = torch.zeros(rows, columns)
    for i in range(rows):
        for j in range(columns):
            for k in range(inner):
                result[i, j] += left[i, k] * right[k, j]
    return result


two = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0]])  # (2, 4)
print(matrix_product(two, W.T))  # (2, 4) @ (4, 3) -> (2, 3), à mão
print(two @ W.T)  # (2, 4) @ (4, 3) -> (2, 3)

# %% [markdown]
# Com três eixos, `@` faz um produto de matrizes para cada plano: `(2, 3, 4) @ (2, 4, 5) -> (2, 3, 5)`, o plano 0 com o plano 0, o
# plano 1 com o plano 1. O `np.dot` do NumPy é ali outra coisa: multiplica cada plano por *todos* os planos, `(2, 3, 2, 5)`. Por isso
# estas aulas escrevem `@`.

# %%
planes, others = torch.ones(2, 3, 4), torch.ones(2, 4, 5)
print("@:     ", tuple((planes @ others).shape))  # (2, 3, 4) @ (2, 4, 5) -> (2, 3, 5)
print("np.dot:", np.dot(planes.numpy(), others.numpy()).shape)

# %% [markdown]
# ## O mesmo no PyTorch


# %%
def products():
    return {
        "produto escalar": torch.dot(a, b),
        "transposto": x @ W.T,  # (4,) @ (4, 3) -> (3,)
        "outra ordem": W @ x,  # (3, 4) @ (4,) -> (3,)
    }


same_in_pytorch(products)

# %% [markdown]
# ## Resumo
# - O produto escalar de dois vetores: multiplique o que está na mesma posição, depois some. É um neurônio sem o viés.
# - Nos pesos `(neurônios, entradas)`, uma linha é um neurônio, e uma coluna, uma entrada.
# - O produto de matrizes combina cada linha da esquerda com cada coluna da direita. Os tamanhos internos precisam ser iguais.
# - `W.T` transforma as linhas em colunas. Para uma só amostra, `x @ W.T` e `W @ x` dão os mesmos números.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Que formato tem `left @ right`? Ambos são formatos de matrizes. Devolva `None` se esse produto não existe.


# %%
def exercise_1(left, right):
    return ...


check(
    exercise_1,
    ((2, 4), (4, 3), (2, 3)),
    ((3, 4), (2, 4), None),
    ((5, 1), (1, 6), (5, 6)),
)

# %% [markdown]
# **2.** Transponha uma matriz sem `.T`: parta de zeros no formato certo e preencha-os em dois laços.


# %%
def exercise_2(matrix):
    return ...


check(
    exercise_2,
    (torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]),
    (torch.tensor([[7.0, 8.0, 9.0, 1.0]]), [[7.0], [8.0], [9.0], [1.0]]),
)

# %% [markdown]
# **3.** A entrada `j` aumenta 1, as outras não mudam. Quanto muda a pré-ativação de cada neurônio? A resposta tem o formato
# `(neurônios,)`.


# %%
def exercise_3(weights, j):
    return ...


check(exercise_3, (W, 0, [0.2, 0.5, -0.26]), (W, 3, [1.0, -0.5, 0.87]))

# %% [markdown]
# **4.** Duas camadas em sequência, sem vieses: as saídas da primeira são as entradas da segunda. `first` e `second` são seus pesos,
# cada um `(neurônios, entradas)`, e `x` é uma amostra. Devolva as saídas da segunda camada.


# %%
def exercise_4(x, first, second):
    return ...


check(
    exercise_4,
    (x, W, torch.tensor([[1.0, 1.0, 1.0], [0.0, 2.0, 0.0]]), [2.895, -3.58]),
    (torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0], [2.0], [-1.0]]), [11.0, 22.0, -11.0]),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. O viés.
# 2. Com pequenas mudanças, mantidas se diminuíam a média das diferenças ao quadrado.
# 3. `(2,)`: o índice tira o eixo 1.
#
# </details>
