# %% [markdown]
# # 09 · Funções de ativação
#
# **Pergunta:** Por que uma camada precisa de uma função depois da soma, e de qual?
#
# **Precisa de:** aulas 01, 05, 07, 08.
#
# **Tempo:** 12 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que é uma camada esparsa? (aula 08)
# 2. Por que a escala inicial dos pesos depende do número de entradas? (aula 07)
# 3. Por que `x @ W` falha, se `x @ W.T` funciona? (aula 05)
#
# Duas camadas em sequência parecem mais fortes que uma. Sem uma função entre elas, não são: esta aula mede e prova isso, e depois
# examina as funções que ajudam.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Medir: a inclinação de duas camadas
# Uma entrada, uma camada oculta de três neurônios, uma saída, com todos os pesos escolhidos à mão. Mova a entrada em 0,001 em cinco
# pontos.
#
# **Adivinhe primeiro:** cinco inclinações sem função, cinco com ReLU. Quais delas serão iguais?

# %%
W1, b1 = torch.tensor([[1.0], [-1.0], [2.0]]), torch.tensor([0.0, 0.5, -1.0])  # (3, 1), (3,)
W2, b2 = torch.tensor([[1.0, 1.0, 0.5]]), torch.tensor([0.25])  # (1, 3), (1,)


def two_layers(x, function):
    hidden = function(x @ W1.T + b1)  # (n, 1) @ (1, 3) -> (n, 3)
    return hidden @ W2.T + b2  # (n, 3) @ (3, 1) -> (n, 1)


def nothing(z):
    return z


places = torch.tensor([[-2.0], [-1.0], [0.2], [1.0], [2.0]])  # (5, 1)


def slopes(function):
    step = two_layers(places + 0.001, function) - two_layers(places, function)  # (5, 1)
    return [round(s, 2) for s in (step / 0.001)[:, 0].tolist()]


print("sem função:", slopes(nothing))
print("ReLU:      ", slopes(torch.relu))

# %% [markdown]
# Sem função, a inclinação é a mesma em toda parte: uma reta, por mais camadas que haja. Com a ReLU, que é `z` acima de 0 e 0 abaixo,
# a inclinação muda de um ponto a outro: a linha tem quinas.
#
# ## Deduzir: duas camadas se reduzem a uma
# Ponha a primeira camada dentro da segunda e faça as multiplicações. (A transposta de um produto é o produto das transpostas na ordem
# inversa: `(W2 @ W1).T` é `W1.T @ W2.T`.)
#
# `(x @ W1.T + b1) @ W2.T + b2  =  x @ (W2 @ W1).T + (W2 @ b1 + b2)`
#
# O lado direito é uma só camada, com os pesos `W2 @ W1` e o viés `W2 @ b1 + b2`. Uma terceira camada se reduz do mesmo modo, e
# também cem delas.

# %%
W = W2 @ W1  # (1, 3) @ (3, 1) -> (1, 1)
b = W2 @ b1 + b2  # (1, 3) @ (3,) -> (1,)
one_layer = places @ W.T + b  # (5, 1) @ (1, 1) -> (5, 1)
print("peso", W.tolist(), "viés", b.tolist())
for name, function in [("sem função", nothing), ("ReLU", torch.relu)]:
    print(f"{name}: mais longe de uma só camada {(two_layers(places, function) - one_layer).abs().max().item():.2f}")

x = torch.linspace(-2.0, 2.0, 201).reshape(-1, 1)  # (201, 1)
figure, (axes,) = viz.panels(height=3.0)
axes.plot(x[:, 0].numpy(), two_layers(x, nothing)[:, 0].numpy(), "--", linewidth=2, label="duas camadas, sem função")
axes.plot(x[:, 0].numpy(), two_layers(x, torch.relu)[:, 0].numpy(), linewidth=2, label="duas camadas, ReLU no meio")
axes.set(xlabel="x", ylabel="saída")
axes.legend(frameon=False)
figure.alt = "Duas camadas sem função dão uma reta; com ReLU entre elas, uma linha com quinas."
viz.save(figure, "pictures/09_collapse")
figure

# %% [markdown]
# ## O que uma reta não consegue
# Três amostras estão dentro de uma região, quatro fora, em volta dela. Uma só camada sem função não consegue separá-las, sejam quais
# forem seus pesos. O ponto (1, 1), dentro, é a média de (-1, -1), (4, 0) e (0, 4), fora; e, sem função, a saída na média é a média das
# saídas. Se ela é negativa nos três, também é negativa em (1, 1).
#
# Três neurônios ocultos com ReLU conseguem. Cada um é 0 de um lado de uma reta, e cresce do outro. A saída começa em 0,5, e todo
# neurônio que cresce tira algo dela:

# %%
points = torch.tensor(
    [[1.0, 1.0], [0.5, 1.5], [1.5, 0.5], [-1.0, -1.0], [4.0, 0.0], [0.0, 4.0], [3.0, 3.0]]
)  # (7, 2): três dentro, quatro fora
V1 = torch.tensor([[-1.0, 0.0], [0.0, -1.0], [1.0, 1.0]])  # (3, 2): à esquerda de 0, abaixo de 0, além de x1 + x2 = 3
c1 = torch.tensor([0.0, 0.0, -3.0])  # (3,)


def region(x):
    hidden = torch.relu(x @ V1.T + c1)  # (n, 2) @ (2, 3) -> (n, 3)
    return 0.5 - hidden.sum(dim=1)  # (n, 3) -> (n,): os pesos da saída são -1, -1, -1


print(region(points).tolist())

figure = viz.boundary(region, points, [1, 1, 1, 0, 0, 0, 0], names=["fora", "dentro"])
figure.alt = "Uma região que é um triângulo de cantos cortados: três amostras estão dentro, quatro fora, em volta dela."
viz.save(figure, "pictures/09_region")
figure

# %% [markdown]
# A saída só é positiva dentro da região. Três neurônios fazem uma região de três lados longos; seus cantos são cortados onde dois deles
# crescem ao mesmo tempo. Com neurônios suficientes, ela chega tão perto quanto quisermos de qualquer forma. A aula 13 treina uma rede
# em duas meias-luas, com ReLU e sem, e desenha as duas regiões.
#
# ## Quatro funções
# - **Degrau:** 1 acima de 0, senão 0.
# - **Sigmoide:** `1 / (1 + exp(-z))`, entre 0 e 1.
# - **Tanh:** o mesmo S, de -1 a 1.
# - **ReLU:** `z` acima de 0, senão 0.
#
# Só o degrau diz sim ou não. As outras respondem em graus: um `z` maior dá uma resposta maior, e uma pequena mudança de `z`, uma
# pequena mudança da resposta. A função é da camada, que a aplica a cada um de seus números.


# %%
def step(z):
    return (z > 0).float()


z = torch.tensor([-4.0, -1.0, 0.5, 4.0])
for function in (step, torch.sigmoid, torch.tanh, torch.relu):
    values = [round(v, 3) for v in function(z).tolist()]
    measured = [round(s, 3) for s in ((function(z + 0.01) - function(z - 0.01)) / 0.02).tolist()]
    print(f"{function.__name__}: valores {values}, inclinações {measured}")

figure, panels = viz.panels(2, 2, height=2.9)
for name, axes in zip(("step", "sigmoid", "tanh", "relu"), panels, strict=True):
    viz.activation(name, ax=axes)
viz.save(figure, "pictures/09_activations")
figure

# %% [markdown]
# ## Por que a inclinação importa
# O treinamento pergunta a cada peso em que direção ele deve andar, e a resposta é uma inclinação (aula 11): a da saída, muitas vezes a
# várias camadas dali. Por isso, passe um número pela mesma função repetidas vezes, como por camadas de peso 1, e meça quanto anda o fim
# quando o começo anda:
#
# **Adivinhe primeiro:** qual das quatro ainda tem inclinação depois de dez camadas?


# %%
def through(z, function, layers):
    for _ in range(layers):
        z = function(z)
    return z


start = torch.tensor(1.0, dtype=torch.float64)  # float64: o dobro de casas, para inclinações tão pequenas
for function in (step, torch.sigmoid, torch.tanh, torch.relu):
    print(function.__name__)
    for layers in (2, 5, 10):
        moved = through(start + 0.001, function, layers) - through(start - 0.001, function, layers)
        print(f"    {layers} camadas: inclinação {(moved / 0.002).item():.2g}")

# %% [markdown]
# As inclinações de passos seguidos se multiplicam. Daí:
#
# - A do degrau é 0 onde quer que exista: nenhum peso antes dele aprende coisa alguma.
# - A da sigmoide é no máximo 0,25, e quase 0 longe de 0. Ao fim de dez, resta menos de um milionésimo (`0.25 ** 10` é 0,00000095).
# - A da tanh é 1 em 0, e menor em qualquer outro ponto, quase 0 longe de 0.
# - A da ReLU é exatamente 1 acima de 0, por quantas camadas forem. Abaixo de 0 ela é 0: um neurônio que fica abaixo de 0 em todas as
#   amostras não sai do lugar.
#
# As camadas ocultas usam quase sempre a ReLU ou uma parente dela. A função da camada de saída depende da tarefa: nenhuma para um número
# de qualquer tamanho, a sigmoide para uma probabilidade, a *softmax* para uma entre várias classes: ela torna todas as saídas positivas,
# com soma 1.

# %%
scores = torch.tensor([2.0, 1.0, -1.0])
shares = torch.softmax(scores, dim=0)  # exp(pontuação) / a soma de todas as exp(pontuação)
print(shares, f"soma {shares.sum().item():.2f}")

# %% [markdown]
# ## Automatizar: uma função como camada
# Em uma `Sequential`, as funções ficam entre as camadas, como objetos: `torch.nn.ReLU()`, `Sigmoid()`, `Tanh()`. Elas não têm
# parâmetros.

# %%
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
print(model)
print(model(torch.ones(3, 4)).shape)  # (3, 4) @ (4, 5) -> (3, 5), depois (3, 5) @ (5, 2) -> (3, 2)
print("parâmetros:", sum(parameter.numel() for parameter in model.parameters()))  # 4·5 + 5 + 5·2 + 2

# %% [markdown]
# ## Quando dá errado
# Uma função no lugar de um objeto:

# %%
try:
    torch.nn.Sequential(torch.nn.Linear(4, 5), torch.relu)
except TypeError as error:
    print(f"TypeError: {error}")
print(torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU())(torch.ones(3, 4)).shape)  # consertado: (3, 5)

# %% [markdown]
# O erro diz que uma função não é uma subclasse de `Module`. `torch.relu` é uma função e se aplica a números; `torch.nn.ReLU()` é um
# módulo, que uma `Sequential` pode conter.
#
# ## O mesmo no PyTorch


# %%
def functions():
    z = torch.linspace(-4.0, 4.0, 9)
    return {"sigmoid": torch.sigmoid(z), "tanh": torch.tanh(z), "relu": torch.relu(z)}


same_in_pytorch(functions)

# %% [markdown]
# ## Resumo
# - Camadas sem função entre elas se reduzem a uma só: `W2 @ W1` e `W2 @ b1 + b2`. Uma só camada divide apenas por uma reta.
# - A função é da camada e age em cada número; quase todas respondem em graus, não com sim ou não.
# - Uma inclinação de 0 não ensina nada. A da ReLU é 1 acima de 0, a da sigmoide é no máximo 0,25, a do degrau é 0.
# - Camadas ocultas: quase sempre ReLU. Camada de saída: nenhuma, sigmoide ou softmax, conforme a tarefa.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A *leaky ReLU* é `z` acima de 0 e `0.01 · z` abaixo, para que sua inclinação nunca seja 0. Escreva-a para um tensor de qualquer
# formato.


# %%
def exercise_1(z):
    return ...


check(
    exercise_1,
    (torch.tensor([-2.0, 3.0]), [-0.02, 3.0]),
    (torch.tensor([[1.0, -1.0, 0.0]]), [[1.0, -0.01, 0.0]]),
)

# %% [markdown]
# **2.** A inclinação da sigmoide pode ser obtida de seu próprio valor `s`: 0,25 onde `s` é 0,5, e 0 onde `s` é 0 ou 1. Qual é a fórmula
# em `s`? Se duas fórmulas servirem, meça em um terceiro ponto.


# %%
def exercise_2(s):
    return ...


check(exercise_2, (0.5, 0.25), (1.0, 0.0), (0.2, 0.16))

# %% [markdown]
# **3.** Três camadas sem função: devolva os pesos da única camada que as substitui. (Os vieses são 0.)


# %%
def exercise_3(W1, W2, W3):
    return ...


def judge_3(W1, W2, W3):
    def judge(W):
        x = torch.tensor([[1.0, -2.0], [0.5, 3.0], [4.0, 1.0]])  # (3, 2)
        if tuple(W.shape) != (W3.shape[0], 2):
            return f"tem o formato {tuple(W.shape)}, e não {(W3.shape[0], 2)}"
        if not near(x @ W.T, x @ W1.T @ W2.T @ W3.T, tolerance=1e-3):
            return "dá saídas diferentes das que dão as três camadas"

    return judge


first, second = torch.arange(6.0).reshape(3, 2), torch.arange(12.0).reshape(4, 3) - 5.0  # 2 -> 3 -> 4
check(
    exercise_3,
    (first, second, torch.ones(1, 4), judge_3(first, second, torch.ones(1, 4))),
    (first, -second, torch.arange(20.0).reshape(5, 4), judge_3(first, -second, torch.arange(20.0).reshape(5, 4))),
)

# %% [markdown]
# **4.** Um chapéu: 0 até x = 0; sobe até 1 em x = 1, desce até 0 em x = 2, e é 0 daí em diante. Os neurônios ocultos são `relu(x)`,
# `relu(x - 1)` e `relu(x - 2)`. Devolva os três pesos da saída.


# %%
def exercise_4():
    return ...


def judge_4(weights):
    x = torch.tensor([[-1.0], [0.0], [0.5], [1.0], [1.5], [2.0], [3.0]])
    hat = torch.relu(x - torch.tensor([0.0, 1.0, 2.0])) @ torch.as_tensor(
        weights, dtype=torch.float32
    )  # (7, 3) @ (3,) -> (7,)
    if not near(hat, [0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0]):
        return f"dá {hat.tolist()} em x = -1; 0; 0,5; 1; 1,5; 2; 3"


check(exercise_4, (judge_4,))

# %% [markdown]
# **5.** "Exatamente uma das duas entradas é 1", o chamado XOR (*ou* exclusivo): a saída é 1 para (0, 1) e (1, 0), e 0 para (0, 0) e
# (1, 1). Por que uma só camada não consegue? Construa-o com neurônios ocultos com ReLU, quantos quiser, e devolva `W1, b1, W2, b2`, de
# formatos `(ocultos, 2)`, `(ocultos,)`, `(1, ocultos)` e `(1,)`. Dois bastam.


# %%
def exercise_5():
    return ...


def judge_5(answer):
    W1, b1, W2, b2 = (torch.as_tensor(part, dtype=torch.float32) for part in answer)
    pairs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
    output = torch.relu(pairs @ W1.T + b1) @ W2.T + b2  # (4, 2) @ (2, n) -> (4, n), (4, n) @ (n, 1) -> (4, 1)
    if tuple(output.shape) != (4, 1):
        return f"dá o formato {tuple(output.shape)} para quatro amostras, e não (4, 1)"
    if not near(output[:, 0], [0.0, 1.0, 1.0, 0.0]):
        return f"dá {output[:, 0].tolist()} para (0, 0), (0, 1), (1, 0), (1, 1), e não 0, 1, 1, 0"


check(exercise_5, (judge_5,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Uma camada densa em que a maioria dos pesos está fixa em zero.
# 2. Com mais produtos na soma, o desvio padrão dela cresce: σ · √n.
# 3. `x` encontra as colunas da matriz da direita, e elas só são os neurônios depois de transpor.
#
# </details>
