# %% [markdown]
# # 08 · Camadas densas, ocultas e esparsas
#
# **Pergunta:** O que as palavras densa, oculta e esparsa dizem sobre uma camada?
#
# **Precisa de:** aulas 01, 05, 06, 07.
#
# **Tempo:** 14 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que fazem `__init__` e `forward` de uma camada? (aula 07)
# 2. Por que não todas as amostras em um só lote? (aula 06)
# 3. O que faz o viés antes de um degrau? (aula 04)
#
# As três palavras respondem a duas perguntas diferentes. *Oculta* diz onde a camada fica. *Densa* e *esparsa* dizem quantas de suas
# ligações existem. Assim, uma camada oculta pode ser densa ou esparsa, e uma camada densa não precisa ser oculta.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Densa: todas as ligações
# Em uma camada densa, cada neurônio está ligado a todas as entradas. Com 4 entradas e 5 neurônios, são 5 · 4 = 20 ligações, e cada
# uma tem um peso: a matriz `(5, 4)` inteira.

# %%
torch.manual_seed(63)
layer = torch.nn.Linear(4, 5)
print(tuple(layer.weight.shape), "ligações:", layer.weight.numel())

figure = viz.network([4, 5])
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
for name, numbers in [("entradas", x), ("oculta", hidden), ("saída", output)]:
    print(f"{name}: {tuple(numbers.shape)}")
print("o mesmo que model(x):", torch.equal(output, model(x)))
for name, parameter in model.named_parameters():
    print(name, tuple(parameter.shape))

figure = viz.network([4, 5, 2])
viz.save(figure, "pictures/08_hidden")
figure

# %% [markdown]
# Há três colunas na figura, mas só duas matrizes de pesos: a camada de entrada são as próprias entradas, desenhadas como quadrados. Ela
# não calcula nada e não tem pesos.
#
# A tarefa fixa dois dos três tamanhos. Há tantas entradas quantas são as características, e tantos neurônios de saída quantos números a
# resposta tem: 1 para um preço, 10 para as pontuações de dez dígitos. O 5 do meio é escolha nossa. Quem usa a rede fornece `x`, recebe
# `output` e nunca vê os números de `hidden`; daí o nome.
#
# ## Medir: que entrada chega a que neurônio?
# Mova cada entrada de uma camada em 0,001 e veja quanto anda cada saída. Primeiro a camada densa; depois, uma em que falta a maioria
# das ligações: uma *máscara* tem 1 onde há uma ligação e 0 onde não há.
#
# **Adivinhe primeiro:** em que lugares as inclinações da camada esparsa serão 0?

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


def slopes(function):
    start = torch.tensor([1.0, 2.0, 3.0, 2.5])
    columns = []
    for j in range(4):
        nudged = start.clone()
        nudged[j] += 0.001
        columns.append((function(nudged) - function(start)) / 0.001)  # (5,)
    return torch.stack(columns, dim=1)  # quatro vezes (5,) -> (5, 4)


for name, function in [("densa", dense), ("esparsa", sparse)]:
    print(name)
    for i, row in enumerate(slopes(function)):
        print(f"    neurônio {i}:", [round(slope, 2) + 0.0 for slope in row.tolist()])  # + 0.0: -0.0 vira 0.0

# %% [markdown]
# ## Deduzir
# A entrada `j` só entra no neurônio `i` pelo produto `x[j] · W[i, j]`; por isso a inclinação é `W[i, j]`. Onde esse peso é 0, o produto
# é 0, seja qual for `x[j]`: é como se a ligação não existisse. Portanto, uma camada esparsa não é o contrário de uma densa, nem outra
# espécie de camada. É uma camada densa com a maioria dos pesos fixos em zero.

# %%
print("os zeros medidos são os da máscara:", torch.equal(slopes(sparse) != 0, mask != 0))
connections = int(mask.sum().item())
print(f"{connections} de {mask.numel()} ligações: {100 * connections / mask.numel():.0f} %")

figure = viz.network([4, 5, 2], mask=[mask, None])
viz.save(figure, "pictures/08_sparse")
figure

# %% [markdown]
# Na figura, a camada oculta é esparsa, e a de saída é densa.
#
# *Fixos* é a palavra que importa. O treinamento muda um pouco todos os pesos, e um peso que só foi zerado uma vez acaba voltando.
# Multiplicado pela máscara a cada uso, ele fica de fora:
#
# **Adivinhe primeiro:** quantas das 20 ligações há depois da mudança, se os zeros foram postos uma vez, e se a máscara é usada
# sempre?

# %%
zeroed = layer.weight * mask  # (5, 4) * (5, 4) -> (5, 4): zerados, uma vez
changed = zeroed + 0.01  # como o treinamento poderia mudá-los
print("zerados uma vez:        ", int((changed != 0).sum().item()), "ligações")
print("com máscara a cada uso: ", int((changed * mask != 0).sum().item()), "ligações")

# %% [markdown]
# ## Automatizar: uma camada esparsa
# Os pesos são um `Parameter`: o treinamento os muda. A máscara também faz parte da camada, mas precisa ficar como está;
# `register_buffer` guarda um tensor assim.


# %%
class Sparse(torch.nn.Module):
    def __init__(self, mask):
        super().__init__()
        n_neurons, n_inputs = mask.shape
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))
        self.register_buffer("mask", mask)

    def forward(self, inputs):
        # (n, entradas) @ (entradas, neurônios) -> (n, neurônios)
        return inputs @ (self.weight * self.mask).T + self.bias


torch.manual_seed(0)
network = torch.nn.Sequential(Sparse(mask), torch.nn.Linear(5, 2))  # oculta esparsa, saída densa
print(network(x).shape)  # (3, 4) @ (4, 5) -> (3, 5), depois (3, 5) @ (5, 2) -> (3, 2)
print("parâmetros:", [name for name, _ in network.named_parameters()])
print("buffers:", [name for name, _ in network.named_buffers()])

# %% [markdown]
# ## Para que serve?
# Uma máscara expressa um conhecimento: estas entradas nada têm a ver com aquele neurônio. Em uma imagem, por exemplo, pontos vizinhos
# costumam pertencer à mesma coisa. Tome imagens de 8 × 8 pontos, como os dígitos do início rápido, e deixe cada neurônio ver uma janela
# de 3 × 3 pontos. A janela cabe em 6 · 6 lugares; são, portanto, 36 neurônios:

# %%
windows = torch.zeros(36, 64)  # (neurônios, entradas)
for top in range(6):
    for left in range(6):
        seen = torch.zeros(8, 8)
        seen[top : top + 3, left : left + 3] = 1.0
        windows[6 * top + left] = seen.reshape(64)  # (8, 8) -> (64,): uma linha da máscara

kept = int(windows.sum().item())
print(f"densa: {windows.numel()} ligações; janelas: {kept}, {100 * kept / windows.numel():.0f} %")
print(Sparse(windows)(torch.ones(3, 64)).shape)  # (3, 64) @ (64, 36) -> (3, 36)

figure, panels = viz.panels(3, height=2.4)
for neuron, axes in zip((0, 14, 35), panels, strict=True):
    seen = windows[neuron].reshape(8, 8).numpy()  # (64,) -> (8, 8)
    axes.pcolormesh(seen, cmap="Blues", vmin=0, vmax=1.4, edgecolors="#AAAAAA", linewidth=0.5)
    axes.set(title=f"neurônio {neuron}", xticks=[], yticks=[], aspect="equal", ylim=(8, 0))
figure.alt = (
    "Três imagens de 8 x 8 pontos. "
    "O neurônio 0 vê os 3 x 3 pontos do canto superior esquerdo; o 14, os do meio; o 35, os do canto inferior direito."
)
viz.save(figure, "pictures/08_windows")
figure

# %% [markdown]
# Um neurônio que vê menos tem menos a aprender, e precisa de menos amostras para isso. Nossa camada continua guardando os zeros e
# multiplicando por eles: não economiza memória nem tempo. As redes convolucionais (aula 15) têm janelas assim sem guardar os zeros.
#
# ## Quando dá errado
# Camadas em sequência precisam combinar: tantas entradas quantos são os neurônios da camada anterior. E uma máscara precisa ter o
# formato dos pesos, `(neurônios, entradas)`.

# %%
wrong = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(4, 2))
try:
    wrong(x)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
repaired = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Linear(5, 2))
print(repaired(x).shape)  # (3, 4) -> (3, 5) -> (3, 2)

try:
    layer.weight * mask.T  # (5, 4) * (4, 5)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print((layer.weight * mask).shape)  # consertado: (5, 4) * (5, 4) -> (5, 4)

# %% [markdown]
# O primeiro erro diz que as matrizes não podem ser multiplicadas: a primeira camada dá 5 números para cada amostra, e a segunda recebe
# 4. Ele só aparece quando a rede é *usada*: antes disso, uma `Sequential` não compara suas camadas. O segundo diz que os tamanhos 4 e 5
# não combinam: a máscara está transposta. Com tantos neurônios quantas entradas, ela caberia, e cortaria as ligações erradas sem
# avisar: mais uma razão para experimentar uma camada nova com tamanhos diferentes.
#
# ## O mesmo no PyTorch


# %%
def masked():
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 5)
    weight = layer.weight * mask  # (5, 4) * (5, 4) -> (5, 4)
    return {"camada esparsa": torch.nn.functional.linear(x, weight, layer.bias)}  # (3, 4) -> (3, 5)


same_in_pytorch(masked)

# %% [markdown]
# ## Resumo
# - Oculta é um lugar: entre as entradas e a saída. Densa e esparsa falam das ligações.
# - Densa: todas as ligações, `saídas · entradas` pesos. Esparsa: uma densa com a maioria dos pesos fixos em zero.
# - A camada de entrada não tem pesos: três colunas, duas matrizes. A tarefa fixa o primeiro e o último tamanho.
# - Uma máscara mantém os zeros no lugar, e não é um parâmetro: ela diz que entradas um neurônio pode ver.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Quantos pesos (sem os vieses) tem uma rede de camadas densas destes tamanhos, começando pelas entradas?


# %%
def exercise_1(sizes):
    return ...


check(exercise_1, ([4, 5, 2], 30), ([64, 128, 64, 10], 17024), ([3, 7], 21))

# %% [markdown]
# **2.** Quantos neurônios *ocultos* ela tem?


# %%
def exercise_2(sizes):
    return ...


check(exercise_2, ([4, 5, 2], 5), ([64, 128, 64, 10], 192), ([3, 7], 0))

# %% [markdown]
# **3.** A máscara `(n - 1, n)` de uma camada em que o neurônio `i` só vê as entradas `i` e `i + 1`: sua vizinhança.


# %%
def exercise_3(n):
    return ...


check(exercise_3, (3, [[1, 1, 0], [0, 1, 1]]), (4, [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))

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
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. `__init__` cria os parâmetros, uma vez; `forward` calcula a saída.
# 2. Podem não caber na memória, e haveria uma só atualização por época.
# 3. Determina o limiar.
#
# </details>
