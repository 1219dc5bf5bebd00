# %% [markdown]
# # 08 · Camadas densas, ocultas e esparsas
#
# **Pergunta:** O que as palavras densa, oculta e esparsa dizem sobre uma camada?
#
# **Precisa de:** aulas 01, 05, 07.
#
# **Tempo:** 10 minutos.
#
# As três palavras respondem a duas perguntas diferentes. *Oculta* diz onde a camada fica. *Densa* e *esparsa* dizem quantas de suas
# ligações existem. Assim, uma camada oculta pode ser densa ou esparsa, e uma camada densa não precisa ser oculta.

# %%
import importlib.util

import minitorch_pt as torch
from minitorch_pt import viz
from minitorch_pt.exercises import check
from minitorch_pt.testing import compare

# %% [markdown]
# ## Densa: todas as ligações
# Em uma camada densa, cada neurônio está ligado a todas as entradas. Com 4 entradas e 5 neurônios, são 5 · 4 = 20 ligações, e cada
# uma tem um peso: a matriz `(5, 4)` inteira.

# %%
torch.manual_seed(0)
layer = torch.nn.Linear(4, 5)
print(tuple(layer.weight.shape), "ligações:", layer.weight.numel())

figure = viz.network([4, 5], language="pt")
viz.save(figure, "pictures/08_dense")
figure

# %% [markdown]
# ## Oculta: entre as entradas e a saída
# Uma `Sequential` guarda camadas em sequência e entrega a saída de cada uma à seguinte. (Entre as camadas ainda falta uma função; a
# aula 09 diz por que ela é necessária.)

# %%
model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
x = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)
hidden = model[0](x)  # (3, 4) @ (4, 5) -> (3, 5)
output = model[1](hidden)  # (3, 5) @ (5, 2) -> (3, 2)
print(model)
print("o mesmo que model(x):", torch.equal(output, model(x)))
for name, parameter in model.named_parameters():
    print(name, tuple(parameter.shape))

figure = viz.network([4, 5, 2], language="pt")
viz.save(figure, "pictures/08_hidden")
figure

# %% [markdown]
# Três colunas de neurônios na figura, mas só duas matrizes de pesos: a camada de entrada não calcula nada e não tem nenhuma. Os números
# de `hidden` não são dados nem respondidos. Quem usa a rede vê `x` e `output`; daí o nome.
#
# ## Medir: que entrada chega a que neurônio?
# Mova uma entrada de uma camada em 0,001 e veja que saídas andam. Primeiro a camada densa; depois, uma em que falta a maioria das
# ligações: uma *máscara* tem 1 onde há uma ligação e 0 onde não há.

# %%
mask = torch.tensor(
    [
        [1.0, 0.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)  # (5, 4): uma linha é um neurônio, uma coluna é uma entrada


def dense(x):
    return x @ layer.weight.T + layer.bias  # (4,) @ (4, 5) -> (5,)


def sparse(x):
    return x @ (layer.weight * mask).T + layer.bias  # (5, 4) * (5, 4) -> (5, 4); (4,) @ (4, 5) -> (5,)


def reached(function):
    start = torch.tensor([1.0, 2.0, 3.0, 2.5])
    columns = []
    for i in range(4):
        nudged = start.clone()
        nudged[i] += 0.001
        columns.append((function(nudged) != function(start)).int())
    return torch.stack(columns, dim=1)  # quatro vezes (5,) -> (5, 4)


print("densa:", reached(dense).tolist())
print("esparsa:", reached(sparse).tolist())

# %% [markdown]
# ## Deduzir
# A entrada `j` só entra no neurônio `i` pelo produto `x[j] · W[i, j]`. Se `W[i, j]` é 0, o produto é 0, seja qual for `x[j]`: é como se a
# ligação não existisse. Portanto, uma camada esparsa não é outra espécie de camada. É uma densa em que a maioria dos pesos está fixa
# em zero, e o que medimos é a máscara:

# %%
print("a máscara, medida:", bool((reached(sparse) == mask).all()))
connections = int(mask.sum().item())
print(f"{connections} de {mask.numel()} ligações: {100 * connections / mask.numel():.0f} %")

figure = viz.network([4, 5, 2], mask=[mask, None], language="pt")
viz.save(figure, "pictures/08_sparse")
figure

# %% [markdown]
# *Fixa* é a palavra que importa. O treinamento muda um pouco todos os pesos; um peso que só foi zerado uma vez voltaria. Multiplicado
# pela máscara a cada uso, ele fica de fora:

# %%
once = layer.weight * mask  # zerados, uma vez
print("depois de uma mudança de 0.1, zerados uma vez:        ", int(((once + 0.1) != 0).sum().item()), "ligações")
print(
    "depois de uma mudança de 0.1, com máscara a cada uso:", int((((once + 0.1) * mask) != 0).sum().item()), "ligações"
)

# %% [markdown]
# ## Automatizar: uma camada esparsa
# A máscara faz parte da camada, mas não é um parâmetro, pois o treinamento não deve mudá-la. `register_buffer` guarda um tensor assim.


# %%
class Sparse(torch.nn.Module):
    def __init__(self, mask):
        super().__init__()
        n_neurons, n_inputs = mask.shape
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))
        self.register_buffer("mask", mask)

    def forward(self, inputs):
        return (
            inputs @ (self.weight * self.mask).T + self.bias
        )  # (n, entradas) @ (entradas, neurônios) -> (n, neurônios)


torch.manual_seed(0)
network = torch.nn.Sequential(
    Sparse(mask), torch.nn.Linear(5, 2)
)  # uma camada oculta esparsa, uma camada de saída densa
print(network(x).shape)  # (3, 4) @ (4, 5) -> (3, 5), depois (3, 5) @ (5, 2) -> (3, 2)
print("parâmetros:", [name for name, _ in network.named_parameters()])
print("buffers:", [name for name, _ in network.named_buffers()])

# %% [markdown]
# Aqui os zeros continuam guardados e multiplicados; não se economiza nada. O que muda é quais entradas um neurônio pode ver. Isso é
# útil quando sabemos que entradas distantes não importam: uma convolução (aula 15) é uma camada cujos neurônios só veem sua vizinhança.
#
# ## Quando dá errado
# Camadas em sequência precisam combinar: tantas entradas quantos são os neurônios da camada anterior.

# %%
wrong = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(4, 2))
try:
    wrong(x)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
repaired = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
print(repaired(x).shape)  # (3, 4) -> (3, 5) -> (3, 2)

# %% [markdown]
# O erro diz que as matrizes não podem ser multiplicadas: a primeira camada dá 5 números para cada amostra, e a segunda recebe 4. A
# mensagem só aparece quando a rede é *usada*: antes disso, uma `Sequential` não conhece os formatos.
#
# ## O mesmo no PyTorch


# %%
def masked(package):
    package.manual_seed(0)
    layer = package.nn.Linear(4, 5)
    weight = layer.weight * package.tensor(mask.tolist())  # (5, 4) * (5, 4) -> (5, 4)
    return package.nn.functional.linear(package.tensor(x.tolist()), weight, layer.bias)  # (3, 4) -> (3, 5)


if importlib.util.find_spec("torch") is None:
    print("O PyTorch não está instalado: não há com que comparar, e nada aqui precisa dele.")
else:
    import torch as pytorch

    compare("PyTorch: camada esparsa", masked(torch), masked(pytorch))

# %% [markdown]
# ## Resumo
# - Oculta é um lugar: entre as entradas e a saída. Densa e esparsa falam das ligações.
# - Densa: todas as ligações, `saídas · entradas` pesos. Esparsa: uma densa com a maioria dos pesos fixos em zero.
# - A camada de entrada não tem pesos: três colunas de neurônios, duas matrizes.
# - Uma máscara mantém os zeros no lugar, e não é um parâmetro.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Quantos pesos (sem os vieses) tem uma rede de camadas densas destes tamanhos, a começar pelas entradas?


# %%
def exercise_1(sizes):
    return ...


check(exercise_1, ([4, 5, 2], 30), ([64, 128, 64, 10], 17024), ([3, 7], 21), language="pt")

# %% [markdown]
# **2.** Quantos neurônios *ocultos* ela tem?


# %%
def exercise_2(sizes):
    return ...


check(exercise_2, ([4, 5, 2], 5), ([64, 128, 64, 10], 192), ([3, 7], 0), language="pt")

# %% [markdown]
# **3.** A máscara `(n - 1, n)` de uma camada em que o neurônio `i` só vê as entradas `i` e `i + 1`: sua vizinhança.


# %%
def exercise_3(n):
    return ...


check(exercise_3, (3, [[1, 1, 0], [0, 1, 1]]), (4, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), language="pt")

# %% [markdown]
# **4.** Duas camadas esparsas, uma depois da outra, com as máscaras `first` `(ocultos, entradas)` e `second` `(saídas, ocultos)`. Por
# quantos caminhos cada entrada chega a cada saída? Devolva `(saídas, entradas)`. No primeiro caso, conte os caminhos no papel antes de
# escrever o código.


# %%
def exercise_4(first, second):
    return ...


check(
    exercise_4,
    (torch.tensor([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]), torch.tensor([[1.0, 1.0]]), [[1.0, 2.0, 1.0]]),
    (mask, torch.tensor([[1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0]]), [[2.0, 1, 0, 0], [0, 0, 1, 2]]),
    language="pt",
)
