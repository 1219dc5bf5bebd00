# %% [markdown]
# # 12 · Gradiente descendente, momento, Adam
#
# **Pergunta:** Quanto um peso deve andar ao longo de seu gradiente?
#
# **Precisa de:** aulas 03, 05, 06, 10, 11.
#
# **Tempo:** 21 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que `backward()` muda? (aula 11)
# 2. A que número leva o erro quadrático, se há uma só resposta para todos? (aula 10)
# 3. Quantas atualizações tem uma época de 96 amostras em lotes de 16? (aula 06)
#
# O gradiente diz em que direção a perda cresce. Um passo *contra* ele, portanto, diminui a perda, se for curto o bastante. Quem dá
# esses passos se chama *otimizador*. Vamos escrever três à mão, ver onde cada um é bom e depois usar os da biblioteca.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Um peso
# A perda `(w − 3)²` é mínima em 3, e começamos em −1. Cada passo subtrai o gradiente vezes um número pequeno, a *taxa de
# aprendizado*.


# %%
def bowl(w):
    return (w - 3.0) ** 2


def descend(lr, steps):
    w = torch.tensor(-1.0, requires_grad=True)
    path = [w.item()]
    for _ in range(steps):
        bowl(w).backward()  # preenche w.grad
        with torch.no_grad():  # o passo em si não faz parte de perda alguma
            w -= lr * w.grad
        w.grad = None  # ou o próximo gradiente seria somado a este
        path.append(w.item())
    return path


path = descend(lr=0.1, steps=5)
print("pesos:           ", [round(w, 3) for w in path])
print("distância até 3:", [round(3.0 - w, 3) for w in path])

# %% [markdown]
# ## Medir: com que rapidez ele se aproxima?
#
# **Adivinhe primeiro:** das taxas 0,1, 0,4, 0,5, 0,9, 1,0 e 1,1, qual chega primeiro, e quais nunca chegam?

# %%
for lr in (0.1, 0.4, 0.5, 0.9, 1.0, 1.1):
    path = descend(lr, steps=4)
    print(
        f"taxa de aprendizado {lr}: cada passo multiplica a distância por {(3.0 - path[1]) / (3.0 - path[0]):4.1f}",
        end=", ",
    )
    print(f"depois de 4 passos, w = {path[-1]:.3f}")

# %% [markdown]
# ## Deduzir: o fator é 1 − 2·lr
# Chame a distância de `d = w − 3`. O gradiente é `2·d`; depois de um passo, a distância é `d − lr·2·d = (1 − 2·lr)·d`.
#
# - Abaixo de 0,5, ela diminui sem mudar de lado; em 0,5, um só passo chega.
# - Entre 0,5 e 1, o peso salta para o outro lado e, mesmo assim, se aproxima.
# - Em 1, ele salta de um lado para o outro para sempre; acima de 1, foge.
#
# Em geral: se o gradiente cresce `c` por unidade do peso (aqui, 2), o fator é `1 − lr·c`, e a taxa de aprendizado precisa ficar
# abaixo de `2/c`. Quanto mais íngreme o vale, mais curtos os passos. (Na figura, o quadrado é o início, a estrela é o fim;
# o terceiro quadro precisou mostrar mais da curva.)

# %%
figure, places = viz.panels(3, height=3.0)
for ax, lr in zip(places, (0.1, 0.9, 1.1), strict=True):
    viz.descent(bowl, descend(lr, steps=6), around=[-1.0, 7.0], ax=ax)
    ax.legend().remove()
    ax.set_title(f"lr = {lr}")
figure.alt = (
    "Seis passos em uma parábola, três vezes. Com lr = 0.1, pelo lado esquerdo abaixo, em direção ao fundo. "
    "Com lr = 0.9, de um lado para o outro, cada vez mais baixo. Com lr = 1.1, de um lado para o outro, cada vez mais alto."
)
viz.save(figure, "pictures/12_learning_rate")
figure

# %% [markdown]
# ## Dois pesos: um íngreme, um plano
# É raro que todos os pesos precisem do mesmo passo. Aqui a perda é `(w1² + 25·w2²) / 2`: seu gradiente é `w1` ao longo de um peso
# e `25·w2` ao longo do outro. É o que acontece em uma rede cujas características têm variações diferentes (aula 03). Ao longo de
# `w2`, a taxa de aprendizado precisa ficar abaixo de 2/25 = 0,08.


# %%
def valley(w):
    return (w[0] ** 2 + 25.0 * w[1] ** 2) / 2


def run(rule, steps=30):
    """Os pesos antes de cada passo e depois do último; `rule` diz quanto mudá-los."""
    w = torch.tensor([-4.0, 1.0], requires_grad=True)
    path = [w.tolist()]
    for _ in range(steps):
        valley(w).backward()
        with torch.no_grad():
            w -= rule(w.grad)
        w.grad = None
        path.append(w.tolist())
    return torch.tensor(path)  # (steps + 1, 2)


def plain(gradient, lr=0.07):
    return lr * gradient


plain_path = run(plain)
for step in (0, 1, 2, 30):
    w1, w2 = plain_path[step].tolist()
    print(f"passo {step:2}: w1 = {w1:6.3f}, w2 = {w2:6.3f}, perda {valley(plain_path[step]).item():.4f}")

# %% [markdown]
# Ao longo de `w2` o fator é 1 − 0,07·25 = −0,75: de um lado para o outro. Ao longo de `w1` é 1 − 0,07 = 0,93: devagar. Um passo
# mais longo ajudaria `w1`, mas `w2` o proíbe.
#
# ## Momento: lembrar os passos anteriores
# Guarde uma *velocidade*: 0,7 da anterior, mais o gradiente novo. Ao longo de `w1`, onde todos os gradientes têm o mesmo sinal,
# eles se somam e chegam a quase 1 + 0,7 + 0,7² + … = 1 / (1 − 0,7) = 3,3 vezes um deles. Ao longo de `w2`, onde os sinais se
# alternam, eles em boa parte se anulam.


# %%
class Momentum:
    def __init__(self, lr, momentum):
        self.lr, self.momentum, self.velocity = lr, momentum, 0.0

    def __call__(self, gradient):
        self.velocity = self.momentum * self.velocity + gradient
        return self.lr * self.velocity


momentum_path = run(Momentum(lr=0.07, momentum=0.7))
print(f"simples: perda {valley(plain_path[-1]).item():.4f} depois de 30 passos")
print(f"momento: perda {valley(momentum_path[-1]).item():.4f}")

# %% [markdown]
# ## Adam: um comprimento de passo para cada peso
# O Adam guarda duas médias móveis para cada peso: a de seus gradientes (`mean`, como faz o momento) e a dos quadrados deles
# (`square`). O passo é `lr · mean / √square`. Se os gradientes de um peso concordam, esse quociente fica perto de 1 ou de −1,
# *por maiores que eles sejam*; se eles se contradizem, fica perto de 0. Assim, a taxa de aprendizado é mais ou menos o
# comprimento de um passo, tanto para os pesos íngremes quanto para os planos.
#
# As duas médias começam em 0 e, nos primeiros passos, saem pequenas demais: por um fator de `1 − 0.9ᵗ` e de `1 − 0.999ᵗ` depois de
# `t` passos. Dividir por esses fatores corrige isso. O minúsculo 10⁻⁸ evita uma divisão por 0.
#
# **Adivinhe primeiro:** o primeiro gradiente é −4 ao longo de `w1` e 25 ao longo de `w2`. De que tamanho são os dois primeiros
# passos do Adam?


# %%
class AdamByHand:
    def __init__(self, lr):
        self.lr, self.mean, self.square, self.t = lr, 0.0, 0.0, 0

    def __call__(self, gradient):
        self.t += 1
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient * gradient
        mean = self.mean / (1 - 0.9**self.t)
        square = self.square / (1 - 0.999**self.t)
        return self.lr * mean / (square.sqrt() + 1e-8)


adam_path = run(AdamByHand(lr=0.3))
print("primeiro passo, simples:", plain_path[1] - plain_path[0])
print("primeiro passo, Adam:   ", adam_path[1] - adam_path[0])
print(f"Adam: perda {valley(adam_path[-1]).item():.4f} depois de 30 passos")

# %% [markdown]
# O primeiro gradiente foi −4 ao longo de `w1` e 25 ao longo de `w2`. O passo simples é 0,28 e −1,75; o do Adam, 0,3 e −0,3. Neste
# vale pequeno, o Adam não é o mais rápido. Sua força é que a mesma taxa de aprendizado serve a pesos cujos gradientes são cem
# vezes maiores ou menores, e assim há menos o que experimentar.
#
# ## A figura
# Os três caminhos; as linhas unem lugares de mesma perda. O quadrado é o início, a estrela é o fim, depois de 30 passos.

# %%
figure, places = viz.panels(rows=3, height=2.5)
paths = {"simples": plain_path, "momento": momentum_path, "Adam": adam_path}
every = torch.cat(list(paths.values()))  # três vezes (31, 2) -> (93, 2): os quadros mostram a mesma parte do vale
for ax, (name, path) in zip(places, paths.items(), strict=True):
    viz.descent(valley, path, around=every, ax=ax)
    ax.legend().remove()
    ax.set_aspect("equal")
    ax.set_title(name)
figure.alt = (
    "Um vale visto de cima e três caminhos de 30 passos a partir do mesmo início. Simples: um zigue-zague e, depois, um avanço lento que "
    "termina antes do meio. Momento: balanços largos que terminam no meio. Adam: uma curva que passa do meio, volta e termina ao lado dele."
)
viz.save(figure, "pictures/12_valley")
figure

# %% [markdown]
# ## Automatizar: os otimizadores da biblioteca
# `torch.optim` tem todos eles. Um otimizador recebe os parâmetros uma só vez. Depois, a cada passo: esvaziar os gradientes
# (`zero_grad`), caminhar de volta (`backward`), mudar os parâmetros (`step`).


# %%
def run_library(make, steps=30):
    w = torch.tensor([-4.0, 1.0], requires_grad=True)
    optimizer = make([w])
    path = [w.tolist()]
    for _ in range(steps):
        optimizer.zero_grad()
        valley(w).backward()
        optimizer.step()
        path.append(w.tolist())
    return torch.tensor(path)


makers = {
    "simples": lambda parameters: torch.optim.SGD(parameters, lr=0.07),
    "momento": lambda parameters: torch.optim.SGD(parameters, lr=0.07, momentum=0.7),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=0.3),
}
for name, make in makers.items():
    print(f"{name}, o mesmo caminho que à mão: {torch.allclose(run_library(make), paths[name], atol=1e-5)}")

# %% [markdown]
# `SGD` é o gradiente descendente *estocástico*: o gradiente descendente simples, com o gradiente de um lote no lugar do de todas
# as amostras. O gradiente de uma média é a média dos gradientes; por isso, um lote aponta, em média, para o lado certo, e custa
# menos (aula 06).
#
# ## As casas da aula 03
# Dois pesos, cinco casas. Lá, a busca levou 153 rodadas de até quatro tentativas. Agora cada passo sabe sua direção. As taxas
# de aprendizado combinam com os otimizadores: a do Adam é mais ou menos o comprimento de um passo, e os pesos precisam ir até 100.

# %%
houses = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0]])  # (5, 2)
prices = torch.tensor([100.0, 180.0, 250.0, 360.0, 360.0])  # (5,)


def learn(make, steps=150):
    weights = torch.zeros(2, requires_grad=True)
    optimizer = make([weights])
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(houses @ weights, prices)  # (5, 2) @ (2,) -> (5,)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return weights.detach(), losses  # detach: só os números, sem seu registro


makers = {
    "simples": lambda parameters: torch.optim.SGD(parameters, lr=0.05),
    "momento": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.8),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=20.0),
}
curves = {}
for name, make in makers.items():
    weights, curves[name] = learn(make)
    print(f"{name}: ≈ {weights[0].item():.1f}, {weights[1].item():.1f}, perda {curves[name][-1]:.1f}")

figure, (axes,) = viz.panels(height=3.2)
viz.history(curves, log=True, ax=axes)
axes.set_xlabel("passo")
viz.save(figure, "pictures/12_houses")
figure

# %% [markdown]
# O gradiente descendente simples é rápido na direção íngreme, em que tamanho e quartos crescem juntos, e depois se arrasta na
# plana. O momento e o Adam balançam no começo e depois ficam muito à frente: encontraram os pesos, 100 e 50.
#
# ## Quando dá errado
# O primeiro engano se faz ouvir: mudar um peso enquanto suas mudanças são registradas.

# %%
w = torch.tensor(-1.0, requires_grad=True)
bowl(w).backward()
try:
    w -= 0.1 * w.grad
except RuntimeError as error:
    print(f"RuntimeError: {error}")
with torch.no_grad():
    w -= 0.1 * w.grad  # consertado
print(w)

# %% [markdown]
# O erro diz que uma *folha* que pede gradiente está sendo mudada no próprio lugar. Uma *folha* (*leaf*) é um tensor que não foi
# calculado a partir de outros, como um parâmetro. Se seu número mudasse, o registro não combinaria mais com ele.
#
# Outros dois são silenciosos. Sem `zero_grad`, cada gradiente se soma aos antigos: é um momento que nunca esquece, e o peso
# balança sem fim. E com uma taxa de aprendizado grande demais, a perda cresce até virar `inf` e, depois, `nan`, que já não é
# número nenhum.

# %%
w = torch.tensor(-1.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
swings = []
for _ in range(40):
    bowl(w).backward()  # sem zero_grad
    optimizer.step()
    swings.append(w.item())
print(f"sem zero_grad, depois de 20 passos, entre {min(swings[20:]):.1f} e {max(swings[20:]):.1f}")
print(f"consertado: {descend(lr=0.1, steps=40)[-1]:.3f}")
print(
    f"taxa de aprendizado 1.1, depois de 40 passos: {descend(lr=1.1, steps=40)[-1]:.0f}; depois de 1000: {descend(1.1, 1000)[-1]}"
)

# %% [markdown]
# ## O mesmo no PyTorch


# %%
def weights_in_the_end():
    return {
        "SGD": run_library(lambda parameters: torch.optim.SGD(parameters, lr=0.07))[-1],
        "SGD com momento": run_library(lambda parameters: torch.optim.SGD(parameters, lr=0.07, momentum=0.7))[-1],
        "Adam": run_library(lambda parameters: torch.optim.Adam(parameters, lr=0.3))[-1],
    }


same_in_pytorch(weights_in_the_end)

# %% [markdown]
# ## Resumo
# - Gradiente descendente: `w -= lr * gradiente`, de novo e de novo. A taxa de aprendizado precisa ficar abaixo de `2/c`, se o
#   gradiente cresce `c` por unidade do peso.
# - Momento: a velocidade soma o que concorda e anula o que balança.
# - Adam: cada peso anda mais ou menos a taxa de aprendizado, por maiores que sejam seus gradientes.
# - A cada passo: `zero_grad`, `backward`, `step`.
# - Se a perda cresce, use uma taxa de aprendizado menor. Se ela mal diminui, uma maior.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Onde está `w` depois de `steps` passos em `(w − 3)²`, se começa em `start`? Um laço resolve; uma linha também.


# %%
def exercise_1(start, lr, steps):
    return ...


check(exercise_1, (-1.0, 0.1, 5, 1.68928), (5.0, 1.1, 3, -0.456))

# %% [markdown]
# **2.** A perda é `c·w²/2`. Qual taxa de aprendizado leva `w` a 0 em um só passo, e qual não pode ser alcançada? Devolva as duas.


# %%
def exercise_2(c):
    return ...


check(exercise_2, (2.0, (0.5, 1.0)), (25.0, (0.04, 0.08)))

# %% [markdown]
# **3.** Um passo com momento: devolva o novo peso e a nova velocidade.


# %%
def exercise_3(w, velocity, gradient, lr, momentum):
    return ...


check(exercise_3, (1.0, 0.0, 2.0, 0.1, 0.9, (0.8, 2.0)), (0.8, 2.0, -1.0, 0.1, 0.5, (0.8, 0.0)))

# %% [markdown]
# **4.** Quanto o Adam muda um peso em seu *primeiro* passo, se o gradiente é `gradient`, diferente de 0? Ponha `t = 1` em suas
# fórmulas.


# %%
def exercise_4(gradient, lr):
    return ...


check(exercise_4, (1000.0, 0.01, -0.01), (-0.5, 0.01, 0.01), (20.0, 0.3, -0.3))

# %% [markdown]
# **5.** Devolva um otimizador para estes parâmetros que leve a perda das casas abaixo de 0,01 em 100 passos. Nenhum dos três acima
# consegue.


# %%
def exercise_5(parameters):
    return ...


def judge_5(answer):
    _, losses = learn(exercise_5, steps=100)
    if not losses[-1] < 0.01:
        return f"termina com uma perda de {losses[-1]:.3g}, não abaixo de 0.01"


check(exercise_5, ([torch.zeros(2, requires_grad=True)], judge_5))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Os gradientes, somando a eles; nenhum parâmetro.
# 2. À média dos alvos.
# 3. Seis.
#
# </details>
