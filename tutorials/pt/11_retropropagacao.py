# %% [markdown]
# # 11 · Gradientes e retropropagação
#
# **Pergunta:** Como uma rede descobre em que direção mudar cada um de seus pesos?
#
# **Precisa de:** aulas 01, 04, 05, 07, 09, 10.
#
# **Tempo:** 21 minutos de leitura; o dobro com lápis e papel, e vale a pena.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. A inclinação de `d²` ao longo de `d`? (aula 10)
# 2. Qual é a inclinação da ReLU acima de 0, e abaixo? (aula 09)
# 3. Qual é a inclinação de `z` ao longo do viés? (aula 04)
#
# A inclinação da perda ao longo de um peso diz se um peso maior é melhor ou pior, e quanto. As inclinações ao longo de todos os
# parâmetros, juntas, são o *gradiente*. Medi-lo custa duas execuções da rede por peso: demais para um milhão de pesos. A
# retropropagação encontra o gradiente inteiro em uma só caminhada de volta pelo cálculo. Vamos fazê-la à mão, depois escrever o
# motor que a faz, e por fim usar o da biblioteca.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Um neurônio, uma amostra, passo a passo
# O peso é 2, o viés é −4. A entrada é 3, e o alvo, 5. Cada linha faz uma só coisa:


# %%
def neuron_loss(w, b):
    product = w * 3.0
    z = product + b
    difference = z - 5.0
    return difference**2


print(f"perda: {neuron_loss(2.0, -4.0)}")  # produto 6, z 2, diferença -3, perda 9

# %% [markdown]
# O que esta aula deduz pode ser visto antes: abra a página em um navegador e aperte a seta para a direita, ou arraste o controle.
# Na ida, cada linha calcula; depois os gradientes voltam, uma linha de cada vez.

# %%
w, b = torch.tensor(2.0, requires_grad=True), torch.tensor(-4.0, requires_grad=True)
print(f"a página para percorrer: {viz.replay(lambda: neuron_loss(w, b), '11_replay.html')}")

# %% [markdown]
# ## Medir: mova para os dois lados
# Um pequeno passo para cima, um para baixo, e a diferença entre as duas perdas. É mais exato do que um passo para um lado só: a
# curvatura levanta as duas perdas igualmente e, por isso, some na diferença.

# %%
h = 0.001
slope_w = (neuron_loss(2.0 + h, -4.0) - neuron_loss(2.0 - h, -4.0)) / (2 * h)
slope_b = (neuron_loss(2.0, -4.0 + h) - neuron_loss(2.0, -4.0 - h)) / (2 * h)
print(f"inclinação ao longo de w: {slope_w:.3f}")
print(f"inclinação ao longo de b: {slope_b:.3f}")

# %% [markdown]
# ## Deduzir: as inclinações de passos seguidos se multiplicam
# Cada linha, sozinha, tem uma inclinação fácil:
#
# | passo | sua inclinação | aqui |
# |---|---|---|
# | `product = w · 3` | 3 ao longo de `w` | 3 |
# | `z = product + b` | 1 ao longo de `product`, 1 ao longo de `b` | 1 |
# | `difference = z − 5` | 1 ao longo de `z` | 1 |
# | `loss = difference²` | 2 · `difference` (aula 10) | −6 |
#
# Mova `w` em 0,001: o produto anda 0,003, `z` e a diferença andam o mesmo, e a perda anda −6 · 0,003 = −0,018. São −18 por unidade
# de `w`: o produto das inclinações do caminho, −6 · 1 · 1 · 3. Essa é a **regra da cadeia**.
#
# Agora comece pelo *fim*. A inclinação da perda ao longo dela mesma é 1. Voltando linha por linha, cada inclinação é a da linha
# seguinte vezes a da própria linha; o que já se sabe nunca é calculado de novo, e assim uma só caminhada serve a `w` e a `b`:

# %%
grad_loss = 1.0
grad_difference = grad_loss * (2 * -3.0)
grad_z = grad_difference * 1.0
grad_product, grad_b = grad_z * 1.0, grad_z * 1.0
grad_w = grad_product * 3.0
print(f"gradiente: {grad_w} ao longo de w, {grad_b} ao longo de b")

# %% [markdown]
# A figura mostra as duas caminhadas: os valores descem, os gradientes sobem de volta. É o *grafo computacional*, desenhado a
# partir do registro que a própria biblioteca fez desses passos; o que é `requires_grad`, veremos mais abaixo.

# %%
w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-4.0, requires_grad=True)
figure = viz.graph(neuron_loss(w, b), names={"w": w, "b": b})
viz.save(figure, "pictures/11_neuron")
figure

# %% [markdown]
# ## Um valor usado duas vezes
# Em `b = a + a`, um passo `h` de `a` chega a `b` por dois caminhos e, por cada um, o move em `h`: juntos, 2·`h`. Portanto, as
# inclinações de caminhos diferentes se **somam**. Um motor que apenas *atribuísse* o gradiente de `a` diria 1; ele precisa somar 1
# e 1.
#
# ## Automatizar: o motor
# Um `Value` é um número que lembra de que números foi feito, e qual é a inclinação de seu passo ao longo de cada entrada. A
# caminhada de volta não precisa saber mais nada.


# %%
class Value:
    """Um número que lembra de que números foi feito."""

    made = 0  # quantos já existem

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.inputs, self.slopes, self.grad = data, inputs, slopes, 0.0
        self.number = Value.made  # quem é feito depois tem um número maior
        Value.made += 1

    def __repr__(self):
        return f"Value({self.data:.4g})"

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), (1.0 if self.data > 0 else 0.0,))


def as_value(number):
    return number if isinstance(number, Value) else Value(number)


# %% [markdown]
# A caminhada de volta: encontre todos os valores por trás do resultado; depois, cada um entrega às suas entradas o próprio
# gradiente, vezes a inclinação. O `+=` soma o que chega por vários caminhos.


# %%
def found_from(result):
    """Todos os valores por trás de um resultado, na ordem em que uma busca os encontra."""
    found = [result]
    for value in found:  # a lista cresce enquanto a percorremos
        for source in value.inputs:
            if source not in found:
                found.append(source)
    return found


def walk(values):
    """Preenche os gradientes dos valores, o primeiro dos quais é o resultado."""
    for value in values:
        value.grad = 0.0
    values[0].grad = 1.0
    for value in values:
        for source, slope in zip(value.inputs, value.slopes, strict=True):
            source.grad += value.grad * slope


a = Value(3.0)
b = a + a
walk(found_from(b))
print(f"inclinação de a + a ao longo de a: {a.grad}")

# %% [markdown]
# ## Por que a ordem importa
# Um passo a mais: `b = a + a`, depois `d = b + b·b`. Com `a = 3`, `b` é 6 e `d` é 42.
#
# **Adivinhe primeiro:** o motor vai concordar com o que se mediu?


# %%
def twice_and_square(a):
    b = a + a
    c = b * b
    return b + c


measured = (twice_and_square(3.0 + h) - twice_and_square(3.0 - h)) / (2 * h)
a = Value(3.0)
d = twice_and_square(a)
walk(found_from(d))
print(f"medida: {measured:.3f}")
print(f"motor:  {a.grad:.3f}")

# %% [markdown]
# O motor errou. Sua busca encontrou `d`, depois `b` e `c`, depois `a`. Assim, `b` entregou seu gradiente quando só tinha o 1 que
# veio direto de `d`: 1 + 1 para `a`. Depois veio `c` e deu a `b` mais 12, tarde demais.
#
# Um valor só pode entregar seu gradiente quando **tudo o que foi feito dele** já entregou o seu. Há uma ordem fácil que respeita
# essa regra: o que é feito de `b` é feito *depois* de `b`. Então caminhe do valor mais novo para o mais velho.


# %%
def backward(result):
    """Preenche os gradientes de todos os valores por trás de um resultado."""
    walk(sorted(found_from(result), key=lambda value: value.number, reverse=True))


backward(d)
print(f"motor:  {a.grad:.3f}")

a = torch.tensor(3.0, requires_grad=True)
figure = viz.graph(twice_and_square(a), names={"a": a})
viz.save(figure, "pictures/11_order")
figure

# %% [markdown]
# A figura concorda: o gradiente da soma `a + a` é 1 + 6 + 6 = 13 (Σ∂, um 6 para cada fator de `b·b`), e `a` o recebe duas vezes.
#
# Esse foi o motor, em menos de 60 linhas. Ele também dá conta de uma rede inteira. Aqui são duas entradas, três neurônios ocultos
# com ReLU, uma saída: 13 parâmetros.


# %%
def network_loss(p):
    """O erro quadrático de uma rede com 2 entradas, 3 neurônios ocultos e 1 saída, cujos 13 parâmetros são a lista p."""
    loss = as_value(p[12])  # o viés da saída
    for i in range(3):
        z = p[i] * 0.9 + p[3 + i] * 0.8 + p[6 + i]  # dois pesos e um viés
        loss = loss + z.relu() * p[9 + i]
    return (loss - 1.0) ** 2


torch.manual_seed(3)
numbers = torch.randn(13).tolist()
parameters = [Value(number) for number in numbers]
loss = network_loss(parameters)
backward(loss)
print("gradiente:", [round(p.grad, 3) for p in parameters])

# %% [markdown]
# Os zeros são de um mesmo neurônio: seu `z` está abaixo de 0, e por isso a ReLU torna sua saída 0. Um pequeno passo de seus pesos
# ou de seu viés não muda isso, e o peso que multiplica esse 0 também não tem efeito. Agora o mesmo movendo um parâmetro depois do
# outro:


# %%
def at(i, nudge):
    nudged = numbers[:i] + [numbers[i] + nudge] + numbers[i + 1 :]
    return network_loss([Value(number) for number in nudged]).data


measured = [(at(i, h) - at(i, -h)) / (2 * h) for i in range(13)]
print(
    "medido, igual até a sexta casa decimal:",
    all(abs(p.grad - m) < 1e-6 for p, m in zip(parameters, measured, strict=True)),
)
print(f"execuções da rede: {2 * len(numbers)} com pequenos passos, 1 com o motor (e a caminhada de volta)")

# %% [markdown]
# ## O motor da biblioteca
# O minitorch_pt e o PyTorch fazem exatamente isso, com arrays inteiros no lugar de números soltos. `requires_grad=True` diz:
# lembre o que for feito deste tensor. `loss.backward()` caminha de volta e deixa o gradiente de cada tensor desses em seu `.grad`.

# %%
w = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(-4.0, requires_grad=True)
loss = neuron_loss(w, b)
print(loss)  # grad_fn é o último passo, o primeiro da caminhada de volta
loss.backward()
print("gradiente:", w.grad, b.grad)
print("pesos:    ", w, b)

# %% [markdown]
# `backward()` preencheu os gradientes e não mudou peso nenhum: esse é o passo seguinte, e a próxima aula.
#
# Uma camada também é um passo. Seus gradientes têm os formatos de seus parâmetros e são, de novo, produtos de matrizes. Chame de
# `G` as inclinações da perda ao longo das pré-ativações, de formato `(4, 2)`. Um peso multiplica uma entrada em cada amostra;
# portanto, seu gradiente é a soma, sobre as amostras, dessa entrada vezes a inclinação: `G.T @ x`. O viés é somado em cada
# amostra: é a soma de `G`.

# %%
torch.manual_seed(0)
x, y = torch.randn(4, 3), torch.randn(4, 2)
layer = torch.nn.Linear(3, 2)
z = layer(x)  # (4, 3) @ (3, 2) -> (4, 2)
loss = torch.nn.functional.mse_loss(z, y)
loss.backward()

with torch.no_grad():  # daqui em diante, nada é lembrado
    G = 2 * (z - y) / 8  # a inclinação de um quadrado, em uma média de 4 · 2 números
    by_hand = G.T @ x  # (2, 4) @ (4, 3) -> (2, 3)
    print("dos pesos, à mão:     ", by_hand)
    print("dos pesos, biblioteca:", layer.weight.grad)
    print("dos vieses, à mão:     ", G.sum(dim=0))  # (4, 2) -> (2,)
    print("dos vieses, biblioteca:", layer.bias.grad)

# %% [markdown]
# Dentro de `torch.no_grad()` nada é lembrado: o que se calcula ali não gasta memória com o registro e não tem gradiente. Serve
# para usar uma rede e para mudar seus pesos.
#
# ## Quando dá errado
# Dois erros que você vai encontrar. Uma inclinação precisa de passos pequenos, e números inteiros não os têm: gradientes são para
# números de ponto flutuante.

# %%
try:
    torch.tensor([1, 2, 3], requires_grad=True)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(torch.tensor([1.0, 2.0, 3.0], requires_grad=True))  # consertado

# %% [markdown]
# O erro diz isso mesmo: só tensores de ponto flutuante podem ter gradientes, e `.float()` converte.
#
# Depois da caminhada de volta, o registro é jogado fora, pois ocupa memória. Uma segunda caminhada precisa de um segundo cálculo;
# o erro diz que se tentou percorrer o grafo pela segunda vez, e que a potência já soltou o que guardava:
#
# **Adivinhe primeiro:** há um número em `.grad` depois da primeira caminhada. O que haverá depois de mais uma?

# %%
w = torch.tensor(2.0, requires_grad=True)
loss = neuron_loss(w, -4.0)
loss.backward()
first = w.grad.item()
try:
    loss.backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")
neuron_loss(w, -4.0).backward()  # consertado: calculado de novo
print(f"gradiente depois de uma caminhada: {first}, depois de duas: {w.grad.item()}")

# %% [markdown]
# Aí está um terceiro engano, este silencioso: a segunda caminhada *somou* em `.grad`, pelo mesmo `+=` que serve a `a + a`. O
# gradiente é −18, não −36. Antes de cada caminhada, os gradientes antigos precisam ser esvaziados: `w.grad = None`, ou como faz a
# aula 12.
#
# ## O mesmo no PyTorch


# %%
def gradients():
    torch.manual_seed(0)
    x, y = torch.randn(4, 3), torch.randn(4, 2)
    layer = torch.nn.Linear(3, 2)
    torch.nn.functional.mse_loss(layer(x), y).backward()  # (4, 3) @ (3, 2) -> (4, 2)
    return {"gradiente dos pesos": layer.weight.grad, "gradiente dos vieses": layer.bias.grad}


same_in_pytorch(gradients)

# %% [markdown]
# ## Resumo
# - O gradiente são as inclinações da perda ao longo de todos os parâmetros. Pequenos passos o medem, e conferem qualquer outro
#   modo de obtê-lo.
# - Regra da cadeia: as inclinações de um mesmo caminho se multiplicam, as de caminhos diferentes se somam.
# - A retropropagação caminha da perda até os parâmetros. Um valor entrega seu gradiente quando tudo o que foi feito dele já
#   entregou o seu: do mais novo ao mais velho.
# - `loss.backward()` preenche `.grad`, no formato do parâmetro, somando. Não muda parâmetro nenhum.
# - Gradientes precisam de números de ponto flutuante; dentro de `torch.no_grad()` nada é lembrado.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** O gradiente de `(w·x + b − y)²`, para números quaisquer. Devolva as inclinações ao longo de `w` e ao longo de `b`.


# %%
def exercise_1(w, b, x, y):
    return ...


check(exercise_1, (2.0, -4.0, 3.0, 5.0, (-18.0, -6.0)), (1.0, 1.0, 0.5, 0.0, (1.5, 3.0)))

# %% [markdown]
# **2.** Um passo novo para o motor: a sigmoide de um `Value`, como `Value`. Sua inclinação é `s · (1 − s)`, em que `s` é o
# resultado.


# %%
def exercise_2(value):
    return ...


def judge_2(source, data, slope):
    def judge(answer):
        if not isinstance(answer, Value) or source not in found_from(answer):
            return "não devolve um Value que lembre sua entrada"
        backward(answer)
        if not near(answer.data, data):
            return f"tem data {answer.data:.4f}, esperado {data:.4f}"
        if not near(source.grad, slope):
            return f"dá à sua entrada o gradiente {source.grad:.4f}, esperado {slope:.4f}"

    return judge


half, more = Value(0.0), Value(math.log(3))
check(exercise_2, (half, judge_2(half, 0.5, 0.25)), (more, judge_2(more, 0.75, 0.1875)))

# %% [markdown]
# **3.** O gradiente por pequenos passos, para conferir qualquer outro: as inclinações de uma função de uma lista de números, ao
# longo de cada um deles, como lista. Mova para os dois lados, e deixe a lista como estava.


# %%
def exercise_3(function, numbers):
    return ...


check(
    exercise_3,
    (lambda p: p[0] * p[1] + p[2] ** 2, [2.0, 5.0, -1.0], [5.0, 2.0, -2.0]),
    (lambda p: p[0] ** 3, [2.0], [12.0]),
    (lambda p: p[1] + abs(p[0]), [0.0, 1.0], [0.0, 1.0]),
)

# %% [markdown]
# **4.** Sem `backward()`: o gradiente da média de todos os quadrados de `z = x @ weight.T` ao longo do peso. Qual é seu formato?


# %%
def exercise_4(x, weight):
    return ...


check(
    exercise_4,
    (torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 1.0]]), [[10.0, 20.0]]),
    (torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [0.0], [-1.0]]), [[5.0], [0.0], [-5 / 3]]),
)

# %% [markdown]
# **5.** Comece com `a` e dobre-o `n` vezes: `b = a + a`, `c = b + b`, e assim por diante. Qual é a inclinação do resultado ao longo
# de `a`? Quantos valores o motor visita, contando `a`? Devolva os dois números. (Quantos caminhos levam do resultado de volta a
# `a`, e quanto tempo levaria um motor que percorresse cada um deles?)


# %%
def exercise_5(n):
    return ...


check(exercise_5, (3, (8, 4)), (10, (1024, 11)))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. `2·d`: um quadrado cobra mais dos erros grandes.
# 2. 1 acima, 0 abaixo.
# 3. 1, com qualquer entrada.
#
# </details>
