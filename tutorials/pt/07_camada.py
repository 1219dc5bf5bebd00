# %% [markdown]
# # 07 · Uma camada como objeto
#
# **Pergunta:** Como uma camada guarda seus pesos, e de que números eles devem partir?
#
# **Precisa de:** aulas 02, 04, 05, 06.
#
# **Tempo:** 17 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que é uma época? (aula 06)
# 2. O que contém uma linha dos pesos? (aula 05)
# 3. O tamanho passa a ser dado em m², e não mais em centenas de m². O que acontece com o peso? (aula 03)
#
# Até aqui, pesos e vieses eram variáveis soltas: com dez camadas, seriam vinte delas. Um objeto mantém junto o que anda junto: os
# pesos, o viés e a conta que os usa.

# %%

import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, same_in_pytorch

speak("pt")

X = torch.tensor([[1.0, 2.0, 3.0, 2.5], [2.0, 5.0, -1.0, 2.0], [-1.5, 2.7, 3.3, -0.8]])  # (3, 4)

# %% [markdown]
# `X` é o nome usual das *entradas*: 3 amostras, 4 características. Os *alvos*, as respostas certas, se chamam `y`; nesta aula não há
# nenhum.
#
# ## A classe
# Uma *classe* é um projeto, e um *objeto* é o que se constrói a partir dele. Uma função de uma classe é um *método*; seu primeiro
# argumento, `self`, é o próprio objeto. O que fica guardado no objeto, como `self.weight`, é um *atributo*.
#
# `__init__` roda uma vez, quando o objeto é criado: aqui, ele cria os parâmetros. `forward` calcula a saída e a devolve; não
# inicializa nada, e pode ser chamado quantas vezes quisermos. Seu único produto de matrizes faz as somas ponderadas de todos os
# neurônios para todas as amostras.


# %%
class Layer_Dense:
    def __init__(self, n_inputs, n_neurons):
        self.weight = 0.10 * torch.randn(n_neurons, n_inputs)  # (neurônios, entradas): uma linha é um neurônio
        self.bias = torch.zeros(n_neurons)  # (neurônios,): um vetor

    def forward(self, inputs):
        return inputs @ self.weight.T + self.bias  # (n, entradas) @ (entradas, neurônios) -> (n, neurônios)


torch.manual_seed(0)
layer1 = Layer_Dense(4, 5)
layer2 = Layer_Dense(5, 2)
hidden = layer1.forward(X)  # (3, 4) @ (4, 5) -> (3, 5)
output = layer2.forward(hidden)  # (3, 5) @ (5, 2) -> (3, 2)
print(hidden.shape, output.shape)
print(output)

# %% [markdown]
# Dois objetos de uma mesma classe, cada um com seus próprios parâmetros: `layer1.weight` é `(5, 4)`, `layer2.weight` é `(2, 5)`. O viés
# é um vetor `(5,)`; `(1, 5)` seria uma matriz de uma linha, que somada dá os mesmos números, mas não é o formato que o PyTorch usa.
#
# Ainda falta algo entre as duas camadas: uma função de ativação. A aula 09 mostra por que, sem ela, duas camadas não são mais do que uma
# só.
#
# ## Um só arranjo
# Você também vai encontrar pesos guardados como `(entradas, neurônios)`, e então `X @ W + b`, sem `.T`. É a mesma camada, transposta.
# Estas aulas ficam com o arranjo do PyTorch, `(saídas, entradas)`. Eis duas camadas no outro arranjo, com a semente 0 do NumPy e vieses
# 0; primeiro como estão, depois transpostas para os nossos dois objetos. (Os números do NumPy têm 64 bits cada um, os do PyTorch costumam
# ter 32: daí o `dtype`.)

# %%
stream = np.random.RandomState(0)
W1 = torch.tensor(0.10 * stream.randn(4, 5), dtype=torch.float32)  # (entradas, neurônios)
W2 = torch.tensor(0.10 * stream.randn(5, 2), dtype=torch.float32)
print((X @ W1) @ W2)  # (3, 4) @ (4, 5) @ (5, 2) -> (3, 2)
layer1.weight, layer2.weight = W1.T, W2.T  # (5, 4) e (2, 5)
print(layer2.forward(layer1.forward(X)))

# %% [markdown]
# ## Quando dá errado
# Quatro deslizes de quem digita uma classe. O primeiro: dois nomes para uma coisa só.


# %%
class TwoNames(Layer_Dense):
    def forward(self, inputs):
        return inputs @ self.weights.T + self.bias


try:
    TwoNames(4, 5).forward(X)
except AttributeError as error:
    print(f"AttributeError: {error}")

# %% [markdown]
# O erro diz que o objeto não tem o atributo `weights`: `__init__` criou `weight`, e `forward` lê `weights`. Um só nome do começo ao
# fim, o do PyTorch: `weight`. O segundo: na margem esquerda, `forward` é uma função à parte, e a classe não tem esse método; é o
# que diz o erro. O terceiro: sem `return`, a chamada dá `None`.


# %%
class Outside:
    def __init__(self):
        self.weight = torch.ones(5, 4)


def forward(self, inputs):
    return inputs @ self.weight.T  # (3, 4) @ (4, 5) -> (3, 5)


try:
    Outside().forward(X)
except AttributeError as error:
    print(f"AttributeError: {error}")


class NoReturn(Layer_Dense):
    def forward(self, inputs):
        self.output = inputs @ self.weight.T + self.bias  # (3, 4) @ (4, 5) -> (3, 5)


print(NoReturn(4, 5).forward(X))

# %% [markdown]
# O quarto é invisível: o que se copia de uma página ou de uma nota pode trazer espaços *inseparáveis*, ou tabulações ao lado de
# espaços. O Python recusa ambos: o primeiro erro fala de um caractere que não se imprime, o segundo de tabulações e espaços
# misturados. O conserto é recuar sempre com quatro espaços comuns.

# %%
for text in ("class A:\n\u00a0   x = 1", "class A:\n    x = 1\n\ty = 2", "class A:\n    x = 1\n    y = 2"):
    try:
        compile(text, "text", "exec")
        print("certo")
    except SyntaxError as error:
        print(f"{type(error).__name__}: {error}")

# %% [markdown]
# ## Sementes
# `randn` sorteia números. Os números aleatórios de um computador vêm de uma sequência fixa, e a semente diz onde ela começa.
#
# **Adivinhe primeiro:** a semente é posta três vezes. Que linhas de números serão iguais? E a penúltima, que antes sorteia um
# número?

# %%
torch.manual_seed(0)
print("primeira chamada:", torch.randn(3))
print("segunda chamada: ", torch.randn(3))
torch.manual_seed(0)
print("de novo a semente:", torch.randn(3))
torch.manual_seed(0)
torch.randn(1)
print("uma antes:", torch.randn(3))
print("o 0 do NumPy:", np.random.RandomState(0).randn(3).round(4))

# %% [markdown]
# Portanto, uma semente só repete os números se as mesmas chamadas vierem na mesma ordem. Uma chamada a mais, e todos os números
# depois dela são outros. E cada biblioteca tem sua própria sequência: a semente 0 do PyTorch não é a do NumPy. O minitorch_pt tem a
# do PyTorch.
#
# ## A curva em forma de sino
# `randn` segue a *distribuição normal*: a maioria dos números fica perto da média 0, sem limite de nenhum dos lados. A que distância
# dela eles costumam ficar é o que diz o *desvio padrão*, σ (sigma), aqui 1: a raiz quadrada da média dos quadrados das distâncias.
# Sorteie 100.000 números e conte quantos ficam a até 1, 2 e 3 σ; depois multiplique por 0,10 e conte de novo. Em um *histograma*, cada
# barra representa os números entre sua borda esquerda e sua borda direita: quanto mais números, mais alta a barra.

# %%
torch.manual_seed(0)
draws = torch.randn(100_000)
figure, rows = viz.panels(rows=2, height=2.5)
for scale, axes in zip((1.0, 0.10), rows, strict=True):
    numbers = scale * draws
    sigma = numbers.std().item()
    print(f"vezes {scale}: desvio padrão {sigma:.3f}")
    for k in (1, 2, 3):
        inside = ((numbers - numbers.mean()).abs() < k * sigma).float().mean().item()
        print(f"    a até {k * sigma:.1f} da média: {100 * inside:.2f} %")
    viz.histogram(numbers, ax=axes)

viz.save(figure, "pictures/07_histograms")
figure

# %% [markdown]
# Os dois têm a mesma forma, e as mesmas proporções caem nas faixas; só a régua mudou. Depois da multiplicação por 0,10, σ é 0,1, e as
# faixas acabam em 0,1, 0,2 e 0,3. Com cada vez mais números, as barras chegam cada vez mais perto da curva tracejada, e as proporções,
# das de qualquer distribuição normal: 68,27, 95,45 e 99,73 %. (Exatamente 95 % ficam a até 1,96 σ; muitas vezes se lê 2.)

# %%
figure = viz.bell(0.0, 0.10)
viz.save(figure, "pictures/07_bell")
figure

# %% [markdown]
# ## Medir: 0,10 é uma boa escala?
# Passe 200 amostras por dez camadas, tão largas quanto o número de entradas, e veja, depois de cada uma, o desvio padrão dos números.
#
# **Adivinhe primeiro:** com a escala 0,10, o que acontece com o sinal depois de dez camadas de 5 entradas, de 100, de 1000?


# %%
def deviations(width, scale):
    torch.manual_seed(0)
    x = torch.randn(200, width)
    found = [x.std().item()]
    for _ in range(10):
        x = x @ (scale * torch.randn(width, width)).T  # (200, width) @ (width, width) -> (200, width)
        found.append(x.std().item())
    return found


runs = {width: deviations(width, 0.10) for width in (5, 100, 1000)}
for width, run in runs.items():
    print(f"{width} entradas: depois de 1 camada {run[1]:.2g}, depois de 10 camadas {run[10]:.1g}")

# %% [markdown]
# Com 5 entradas o sinal morre, com 1000 ele explode; com 100 ele se mantém.
#
# ## Deduzir
# Um neurônio soma `n` produtos. Tome entradas em torno de 0 com desvio padrão 1, e pesos em torno de 0 com σ: cada produto tem o desvio
# padrão `1 · σ`. Quando se somam números independentes, o que se acumula são os *quadrados* de seus desvios padrão, aqui `n · σ²`. Assim,
# a saída tem o desvio padrão `σ · √n`: com 0,10 e 5, 100, 1000 entradas, isso dá 0,22, 1 e 3,2; medimos 0,24, 1 e 3,2. (Com
# 5 entradas são só 25 pesos, e o acaso se faz notar: outras sementes dão de 0,15 a 0,26.) O desvio continua 1 se
#
# `σ = 1 / √n`
#
# Para `n = 100`, isso é justamente 0,10. Portanto, a escala inicial depende do número de entradas; nenhum número serve para todos.

# %%
figure, (axes,) = viz.panels(height=3.2)
for width, style, color in ((5, "-", "#0072B2"), (100, "--", "#D55E00"), (1000, ":", "#009E73")):
    axes.plot(runs[width], style, color=color, linewidth=2, label=f"{width} entradas, escala 0,10")
axes.plot(deviations(1000, 1000**-0.5), "d", color="#222222", markersize=6, label="1000 entradas, escala 1/√1000")
axes.set(xlabel="camadas", ylabel="desvio padrão", yscale="log")
axes.legend(fontsize=8, frameon=False)
figure.alt = "O desvio padrão ao longo de dez camadas. Escala 0,10: cai com 5 entradas, fica com 100, cresce com 1000. 1/√n: fica."
viz.save(figure, "pictures/07_scale")
figure

# %% [markdown]
# ## Automatizar: `torch.nn.Linear`
# A biblioteca tem essa classe. Uma `Linear` escolhe sua própria escala: para `n` entradas, cada peso e cada viés é sorteado entre `-1/√n`
# e `1/√n`, com a mesma chance para todos os números desse intervalo. Chamamos a própria camada, `layer(X)`, e ela chama o seu `forward`.

# %%
torch.manual_seed(0)
layer = torch.nn.Linear(4, 5)
print(layer)
for name, parameter in layer.named_parameters():
    print(name, tuple(parameter.shape), f"maior {parameter.abs().max().item():.4f}")  # abaixo de 1/√4 = 0,5
print(layer(X).shape)  # (3, 4) @ (4, 5) -> (3, 5)

figure = viz.network(layer, neuron=1)
viz.save(figure, "pictures/07_dense")
figure

# %% [markdown]
# Em cores, os quatro pesos de um dos cinco neurônios, com seu viés; cada um dos outros tem os seus.
#
# Nossa classe vira uma camada completa em dois passos: ela herda de `torch.nn.Module`, cujo `__init__` é chamado primeiro, e seus
# pesos são envolvidos em `Parameter`. Daí em diante ela conhece seus parâmetros, sabe se imprimir e pode ser chamada.


# %%
class Dense(torch.nn.Module):
    def __init__(self, n_inputs, n_neurons):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(n_neurons, n_inputs) / n_inputs**0.5)
        self.bias = torch.nn.Parameter(torch.zeros(n_neurons))

    def forward(self, inputs):
        return inputs @ self.weight.T + self.bias  # (n, entradas) @ (entradas, neurônios) -> (n, neurônios)


own = Dense(4, 5)
own.load_state_dict(layer.state_dict())  # os pesos da camada da biblioteca, copiados para a nossa
compare("nossa camada e Linear", own(X), layer(X))
print("parâmetros:", sum(parameter.numel() for parameter in own.parameters()))  # 4·5 + 5

# %% [markdown]
# ## O mesmo no PyTorch
# A mesma semente dá os mesmos pesos.


# %%
def linear():
    torch.manual_seed(0)
    layer = torch.nn.Linear(4, 5)
    return {"pesos": layer.weight, "saída": layer(X)}  # (3, 4) @ (4, 5) -> (3, 5)


same_in_pytorch(linear)

# %% [markdown]
# ## Resumo
# - Uma camada é um objeto: `__init__` cria os parâmetros, `forward` calcula a saída e a devolve.
# - Um só arranjo: pesos `(saídas, entradas)`, um viés `(saídas,)`, e `x @ W.T + b`.
# - Uma semente só repete números com as mesmas chamadas na mesma ordem.
# - Em uma distribuição normal, 68,27, 95,45 e 99,73 % ficam a até 1, 2 e 3 σ.
# - A escala inicial depende do número de entradas, `n`: com σ = `1/√n`, o desvio padrão se mantém. `torch.nn.Linear` é uma classe assim,
#   com escala própria: por igual entre `-1/√n` e `1/√n`, o que é um desvio padrão de cerca de `0,58/√n`.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Quantos parâmetros tem uma camada com tantas entradas e tantos neurônios?


# %%
def exercise_1(n_inputs, n_neurons):
    return ...


check(exercise_1, (4, 5, 25), (64, 10, 650))

# %% [markdown]
# **2.** Os pesos são sorteados como `scale * randn`. Entre que dois números ficam 95,45 % deles? Devolva `[menor, maior]`.


# %%
def exercise_2(scale):
    return ...


check(exercise_2, (0.10, [-0.2, 0.2]), (0.5, [-1.0, 1.0]))

# %% [markdown]
# **3.** Uma camada com `n` entradas de desvio padrão 1 recebe os pesos `scale * randn`. Qual é o desvio padrão de suas saídas?


# %%
def exercise_3(n, scale):
    return ...


check(exercise_3, (100, 0.10, 1.0), (25, 0.10, 0.5), (400, 0.05, 1.0))

# %% [markdown]
# **4.** Alguém lhe dá pesos `(entradas, neurônios)` e um viés `(1, neurônios)`. Faça deles uma `Dense` ou uma `torch.nn.Linear`, e
# devolva-a.


# %%
def exercise_4(weight, bias):
    return ...


def judge_4(weight, bias):
    def judge(layer):
        if not isinstance(layer, torch.nn.Module):
            return "não devolve uma camada"
        shapes = [tuple(t.shape) for t in (layer.weight, layer.bias)]
        wanted = [tuple(t.shape) for t in (weight.T, bias[0])]
        if shapes != wanted:
            return f"devolve uma camada com peso e viés {shapes}, esperado {wanted}"
        x = torch.eye(len(weight))  # uma amostra para cada entrada, em que só ela é 1
        if not near(
            layer(x), x @ weight + bias
        ):  # (entradas, entradas) @ (entradas, neurônios) -> (entradas, neurônios)
            return "tem os formatos certos, mas dá outras saídas que os pesos dados"

    return judge


check(
    exercise_4,
    (W1, torch.ones(1, 5), judge_4(W1, torch.ones(1, 5))),
    (W2, torch.zeros(1, 2), judge_4(W2, torch.zeros(1, 2))),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Uma passagem por todas as amostras.
# 2. Todos os pesos de um neurônio.
# 3. É dividido por 100, e o preço fica igual.
#
# </details>
