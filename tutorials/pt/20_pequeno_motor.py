# %% [markdown]
# # 20 · O pequeno motor
#
# **Pergunta:** Como um motor para números soltos vira um motor para redes inteiras?
#
# **Precisa de:** aulas 02, 05, 07, 09, 10, 11, 12, 13, 14.
#
# **Tempo:** 16 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que é atenção, em poucas palavras? (aula 19)
# 2. Quando um valor pode passar adiante o seu gradiente? (aula 11)
# 3. O que faz o último eixo de um array na memória? (aula 02)
#
# O motor da aula 11 se lembra de números soltos. Uma camada de 16 neurônios tem 24 amostras · 16 neurônios · 2 produtos a lembrar, antes
# mesmo de somar. Um motor de verdade faz o mesmo com arrays inteiros. Esta aula constrói um deles, peça por peça, e confere cada peça
# com a biblioteca. No fim ele treina uma rede, e você terá lido `minitorch_pt/tiny.py`: o mesmo motor em uma só página.

# %%
import numpy as np

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Um tensor que se lembra
# Um `Value` da aula 11 guardava suas entradas e a inclinação ao longo de cada uma. Com arrays, a inclinação vira uma função: dado `g`, o
# gradiente da perda ao longo do resultado, ela devolve o gradiente ao longo daquela entrada. Nós a chamamos de *pull* (puxar), pois
# puxa o gradiente de volta. A caminhada é a de antes: do mais novo ao mais velho, e o que vem por vários caminhos se soma.


# %%
class Tensor:
    """Um array que se lembra daquilo de que foi feito."""

    made = 0  # quantos já existem

    def __init__(self, data, made_of=()):
        self.data, self.made_of, self.grad = np.array(data, dtype=float), made_of, None
        self.number = Tensor.made  # quem é feito depois tem um número maior
        Tensor.made += 1

    def backward(self):
        waiting = {self: np.ones(self.data.shape)}  # tensores, cada um com o que já chegou de seu gradiente
        while waiting:
            tensor = max(waiting, key=lambda one: one.number)  # o mais novo
            gradient = waiting.pop(tensor)
            for source, pull in tensor.made_of:
                waiting[source] = waiting.get(source, 0.0) + source.fit(pull(gradient))
            if not tensor.made_of:  # uma folha
                tensor.grad = gradient if tensor.grad is None else tensor.grad + gradient

    def fit(self, gradient):
        return gradient  # nada a fazer, ao que parece


# %% [markdown]
# ## Regras
# Uma operação se escreve uma só vez, como uma *regra* sobre arrays: ela devolve seu valor e um pull para cada entrada. `operation` faz
# dela uma função de tensores que se lembra.


# %%
def operation(rule):
    def apply(*inputs):
        tensors = [part if isinstance(part, Tensor) else Tensor(part) for part in inputs]
        value, *pulls = rule(*[tensor.data for tensor in tensors])
        return Tensor(value, list(zip(tensors, pulls, strict=True)))

    return apply


add = operation(lambda a, b: (a + b, lambda g: g, lambda g: g))
mul = operation(lambda a, b: (a * b, lambda g: g * b, lambda g: g * a))
total = operation(lambda a: (a.sum(), lambda g: np.full(a.shape, g)))

# %% [markdown]
# ## Medir
# O produto escalar da aula 05: os pulls dizem que seu gradiente ao longo de `a` é `b`. Um pequeno passo concorda?

# %%
a, b = Tensor([1.0, 2.0, 3.0]), Tensor([3.0, 2.0, 1.0])
total(mul(a, b)).backward()  # (3,) * (3,) -> (3,) -> ()
nudged = [(np.array([1.0, 2.0, 3.0]) + 0.001 * np.eye(3)[i]) @ b.data for i in range(3)]
print("gradiente ao longo de a:", a.grad)
print("medido:                 ", [round(float(value - 10.0) / 0.001, 3) for value in nudged])

# %% [markdown]
# ## Quando dá errado
# Agora some um viés `(3,)` a quatro amostras `(4, 3)`. A expansão usa cada número do viés quatro vezes.
#
# **Adivinhe primeiro:** que formato terá o gradiente do viés?

# %%
samples, bias = Tensor(np.ones((4, 3))), Tensor([0.5, -1.0, 2.0])
total(add(samples, bias)).backward()  # (4, 3) + (3,) -> (4, 3) -> ()
print("viés", bias.data.shape, "seu gradiente", bias.grad.shape)
try:
    bias.data -= 0.1 * bias.grad
except ValueError as error:
    print(f"ValueError: {error}")

# %% [markdown]
# Nenhum erro na caminhada e, mesmo assim, um gradiente de formato errado: um para cada *uso* de um número, não um para cada número. (O
# erro, quando enfim vem, diz que um `(4, 3)` não cabe em um `(3,)`.)
#
# ## Deduzir: a expansão se desfaz com uma soma
# Um número usado quatro vezes chega à perda por quatro caminhos, e as inclinações dos caminhos se somam (aula 11). O que a expansão
# repetiu, o caminho de volta soma: ao longo dos eixos postos na frente e dos eixos de tamanho 1 que foram esticados. É para isso que
# serve `fit`.


# %%
def fit(self, gradient):
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - self.data.ndim)))  # eixos postos na frente
    stretched = tuple(i for i, size in enumerate(self.data.shape) if size == 1)
    return gradient.sum(axis=stretched, keepdims=True)


Tensor.fit = fit  # todos os tensores têm o método novo
samples, bias = Tensor(np.ones((4, 3))), Tensor([0.5, -1.0, 2.0])
total(add(samples, bias)).backward()
print("viés", bias.data.shape, "seu gradiente", bias.grad)

# %% [markdown]
# ## Uma camada
# O produto de matrizes `(n, k) @ (k, m)` tem os pulls que a aula 11 encontrou: `(n, m) @ (m, k)` ao longo da esquerda, `(k, n) @ (n, m)` ao
# longo da direita. Com ele, a ReLU e a transposta temos uma camada; a da biblioteca, com os mesmos números, deve dar os mesmos
# gradientes.

# %%
matmul = operation(lambda a, b: (a @ b, lambda g: g @ b.T, lambda g: a.T @ g))
transpose = operation(lambda a: (a.T, lambda g: g.T))
relu = operation(lambda a: (np.maximum(a, 0.0), lambda g: g * (a > 0)))


class Linear:
    def __init__(self, weight, bias):
        self.weight, self.bias = Tensor(weight), Tensor(bias)

    def __call__(self, x):
        return add(matmul(x, transpose(self.weight)), self.bias)  # (n, k) @ (k, m) + (m,) -> (n, m)


torch.manual_seed(0)
x = torch.randn(4, 3, dtype=torch.float64)
theirs = torch.nn.Linear(3, 2, dtype=torch.float64)
ours = Linear(theirs.weight.detach().numpy(), theirs.bias.detach().numpy())
total(relu(ours(x.numpy()))).backward()
torch.relu(theirs(x)).sum().backward()
print("os mesmos gradientes:", near(ours.weight.grad, theirs.weight.grad), near(ours.bias.grad, theirs.bias.grad))

# %% [markdown]
# ## A perda
# A entropia cruzada como uma regra só: sua inclinação é a probabilidade menos a verdade, dividida pelo número de amostras (aula 10). Antes,
# a maior pontuação é descontada de todas: as probabilidades não mudam, e nenhum `exp` fica infinito.


# %%
def cross_entropy(scores, labels):
    def rule(scores):
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)  # (n, classes)
        truth = np.eye(scores.shape[1])[labels]  # (n, classes): 1 na classe certa
        return -np.log(shares[truth == 1]).mean(), lambda g: g * (shares - truth) / len(scores)

    return operation(rule)(scores)


scores, labels = torch.randn(4, 3, dtype=torch.float64, requires_grad=True), torch.tensor([0, 2, 1, 1])
mine = Tensor(scores.detach().numpy())
cross_entropy(mine, labels.numpy()).backward()
torch.nn.functional.cross_entropy(scores, labels).backward()
print("as mesmas inclinações:", near(mine.grad, scores.grad))

# %% [markdown]
# ## O otimizador e o dropout
# Adam com as fórmulas da aula 12, sobre arrays. O dropout (aula 14) não precisa de regra própria: é um produto com uma máscara cujos lugares
# mantidos são aumentados, para que a média fique.


# %%
class Adam:
    def __init__(self, parameters, lr):
        self.parameters, self.lr, self.t = parameters, lr, 0
        self.means, self.squares = [0.0] * len(parameters), [0.0] * len(parameters)

    def step(self):
        self.t += 1
        for i, p in enumerate(self.parameters):
            self.means[i] = 0.9 * self.means[i] + 0.1 * p.grad
            self.squares[i] = 0.999 * self.squares[i] + 0.001 * p.grad**2
            mean, square = self.means[i] / (1 - 0.9**self.t), self.squares[i] / (1 - 0.999**self.t)
            p.data = p.data - self.lr * mean / (np.sqrt(square) + 1e-8)
            p.grad = None  # senão o próximo backward() somaria a ele


def dropout(x, p, stream):
    kept = stream.random(x.data.shape) >= p
    return mul(x, kept / (1 - p))


dropped = dropout(Tensor(np.ones(10_000)), 0.5, np.random.default_rng(0))
print(f"números que restam: {np.unique(dropped.data)}, média ≈ {dropped.data.mean():.2f}")

# %% [markdown]
# ## Automatizar: ele treina
# As duas luas da aula 13, só com este motor. Os primeiros pesos são os da biblioteca, para que os dois comecem iguais.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(200)
points = points.double()  # (200, 2), float64


def layers():
    torch.manual_seed(1)
    return torch.nn.Linear(2, 8, dtype=torch.float64), torch.nn.Linear(8, 2, dtype=torch.float64)


first, second = (Linear(layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in layers())
optimizer = Adam([first.weight, first.bias, second.weight, second.bias], lr=0.05)
losses = []
for _ in range(60):
    scores = second(relu(first(points.numpy())))  # (200, 2) -> (200, 8) -> (200, 2)
    loss = cross_entropy(scores, labels.numpy())
    loss.backward()
    optimizer.step()
    losses.append(loss.data.item())
right = (scores.data.argmax(axis=1) == labels.numpy()).mean()
print(f"perda {losses[0]:.4f} -> {losses[-1]:.4f}, acertos: {right:.1%}")


# %% [markdown]
# O mesmo com a biblioteca, nas palavras dela:


# %%
def library():
    first, second = layers()
    model = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(points), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"perdas de 60 passos": losses}


(their_losses,) = library().values()
print("as mesmas perdas até a quinta casa:", near(losses, their_losses))
figure = viz.history({"pequeno motor": losses, "torch.nn": their_losses})
viz.save(figure, "pictures/20_losses")
figure

# %% [markdown]
# Uma curva esconde a outra. São umas 80 linhas; `minitorch_pt/tiny.py` as tem com operadores (`a + b`), módulos, mais operações e verificações
# do que recebe, e cada parte diz em que arquivo mora sua versão adulta. A próxima aula vai até lá.
#
# ## O mesmo no PyTorch

# %%
same_in_pytorch(library)

# %% [markdown]
# ## Resumo
# - Um tensor é um array que se lembra daquilo de que foi feito; uma regra dá um valor e, para cada entrada, um pull.
# - A caminhada de volta vai do mais novo ao mais velho e soma o que chega.
# - A expansão repete números; o caminho de volta soma de novo seus gradientes.
# - Uma camada, uma perda, um otimizador e o dropout não pedem mais nada: umas 80 linhas treinam uma rede, com os números da biblioteca.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A regra da divisão `a / b`: devolva seu valor e os dois pulls.


# %%
def exercise_1(a, b):
    return ...


def pulls(value, *gradients):
    def judge(answer):
        if not isinstance(answer, tuple) or len(answer) != 1 + len(gradients) or not all(map(callable, answer[1:])):
            return f"deve devolver um valor e depois {len(gradients)} função(ões) de g"
        if not near(answer[0], value):
            return f"tem o valor {answer[0]}, esperado {value}"
        for i, (pull, gradient) in enumerate(zip(answer[1:], gradients, strict=True)):
            for g in (1.0, -2.0):
                if not near(pull(g), g * np.array(gradient)):
                    return f"puxa g = {g} de volta para a entrada {i} como {pull(g)}, esperado {g * np.array(gradient)}"

    return judge


check(
    exercise_1,
    (np.array([6.0, 1.0]), np.array([3.0, 4.0]), pulls([2.0, 0.25], [1 / 3, 0.25], [-2 / 3, -1 / 16])),
    (np.array([-1.0]), np.array([0.5]), pulls([-2.0], [2.0], [4.0])),
)

# %% [markdown]
# **2.** A regra da média de todos os números de um array de qualquer formato: seu valor e seu pull.


# %%
def exercise_2(a):
    return ...


check(
    exercise_2,
    (np.array([1.0, 2.0, 6.0]), pulls(3.0, [1 / 3, 1 / 3, 1 / 3])),
    (np.array([[1.0, 3.0], [5.0, 7.0]]), pulls(4.0, [[0.25, 0.25], [0.25, 0.25]])),
)

# %% [markdown]
# **3.** Sem `fit`: uma coluna `(m, 1)` foi somada a uma matriz `(m, n)`. Devolva o gradiente da coluna a partir do da soma.


# %%
def exercise_3(gradient):
    return ...


check(
    exercise_3,
    (np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), [[6.0], [60.0]]),
    (np.array([[1.0, -1.0], [2.0, 0.5], [4.0, 4.0]]), [[0.0], [2.5], [8.0]]),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Uma média ponderada dos valores de todos os lugares.
# 2. Quando tudo o que foi feito dele já passou.
# 3. Corre mais depressa: seus vizinhos ficam lado a lado.
#
# </details>
