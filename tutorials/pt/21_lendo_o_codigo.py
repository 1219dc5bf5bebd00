# %% [markdown]
# # 21 · Lendo o código
#
# **Pergunta:** O que acontece, arquivo por arquivo, em um passo de treinamento?
#
# **Precisa de:** aulas 07, 10, 11, 12, 13, 20.
#
# **Tempo:** 23 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que devolve uma regra? (aula 20)
# 2. Que linha muda os pesos? (aula 13)
# 3. Por que se chama `layer(x)`, e não `layer.forward(x)`? (aula 07)
#
# A aula 20 terminou em `minitorch_pt/tiny.py`, em que cada parte diz em que arquivo mora sua versão adulta. Aqui estão elas: quatro linhas
# treinam uma rede: prever, medir a perda, retropropagar, dar o passo. Tudo o que elas fazem está em arquivos de Python que você pode abrir. Esta aula segue um passo por dentro deles. O código mostrado é lido dos arquivos instalados
# enquanto a aula roda; é sempre, portanto, o código que acabou de rodar. Seus comentários estão em inglês.

# %%
import ast
import inspect
import sys
import textwrap
import traceback
from pathlib import Path

import minitorch_pt as torch
from minitorch_pt.autograd import graph, rule
from minitorch_pt.autograd.walk import Pass
from minitorch_pt.optim import sgd
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, in_pytorch, same_in_pytorch

speak("pt")

# %% [markdown]
# ## Um passo, pequeno o bastante para conferir à mão
# Quatro amostras com duas características, uma camada com uma saída, a média dos quadrados das diferenças.

# %%
x = torch.tensor([[1.0, 2.0], [2.0, 0.0], [0.0, 1.0], [3.0, 1.0]])  # (4, 2)
y = torch.tensor([1.5, 1.0, 2.5, -1.0])  # (4,)


def new_model():
    model = torch.nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[0.5, -0.5]]))
        model.bias.fill_(1.0)
    return model


def loss_of(model, x, y):
    prediction = model(x).squeeze(1)  # (4, 2) @ (2, 1) -> (4, 1) -> (4,)
    difference = prediction - y
    return (difference * difference).mean()  # (4,) -> ()


def one_step(model, optimizer):
    optimizer.zero_grad()
    loss = loss_of(model, x, y)
    loss.backward()
    optimizer.step()
    return loss


model = new_model()
loss = one_step(model, torch.optim.SGD(model.parameters(), lr=0.2))
print(f"perda {loss.item():.4f}; depois do passo: peso {model.weight.detach()}, viés {model.bias.detach()}")

# %% [markdown]
# ## Medir: por quais arquivos ele passou?
# `sys.setprofile` faz o Python avisar a cada chamada de função. Guardamos as chamadas cujo código está na pasta da biblioteca, na
# ordem em que cada arquivo aparece pela primeira vez.
#
# **Adivinhe primeiro:** por quantos arquivos passa um passo de treinamento?

# %%
FOLDER = Path(inspect.getfile(torch)).parent


def trace(function, *arguments):
    visited = {}  # arquivo -> nomes das funções que rodaram nele

    def report(frame, event, _):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(FOLDER):
            names = visited.setdefault(path.relative_to(FOLDER).as_posix(), [])
            if frame.f_code.co_name not in names:
                names.append(frame.f_code.co_name)

    sys.setprofile(report)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return visited


model = new_model()
visited = trace(one_step, model, torch.optim.SGD(model.parameters(), lr=0.2))
for file, names in visited.items():
    print(f"│ {file}: {', '.join(names)}")

# %% [markdown]
# É o caminho inteiro. O passo atravessa só esses arquivos; os outros esperam a vez de sua operação. O que cada um faz:

# %%
WORDS = {
    "optim/optimizer.py": "o que todos os otimizadores têm em comum: grupos de parâmetros, zero_grad",
    "nn/modules/module.py": "Module: uma chamada como model(x) vira model.forward(x)",
    "nn/modules/linear.py": "Linear: seu forward passa adiante o peso e o viés",
    "autograd/rule.py": "transforma uma regra em operação: abre os Tensores, roda a regra, registra um nó",
    "ops/layers/linears.py": "a regra do produto de uma camada: linear",
    "ops/shape.py": "as regras que rearrumam os números sem mudar nenhum: squeeze, transpose",
    "ops/axes.py": "o que um eixo significa: contado do início, um entre vários ou todos",
    "ops/elementwise/arithmetic.py": "as regras que trabalham número por número: sub, mul",
    "ops/reductions.py": "as regras que reduzem muitos números a poucos: sum, mean",
    "ops/checks.py": "o que as operações recusam, e com quais palavras",
    "arrays/dtypes.py": "os tipos dos elementos, e qual deles os operandos têm em comum",
    "arrays/sums.py": "soma ao longo de eixos, com poucos erros de arredondamento",
    "arrays/notices.py": "os avisos ao usuário; os do NumPy sobre 1/0 não chegam a ele",
    "arrays/layouts.py": "como um resultado fica na memória: linha por linha, ou como suas entradas",
    "arrays/storage.py": "a memória que vários arrays podem compartilhar, e de quem ela é",
    "autograd/graph.py": "Node: o que uma operação registrou",
    "autograd/gradients.py": "backward() e grad(), como o usuário os chama",
    "autograd/walk.py": "a passagem que leva os gradientes de volta",
    "autograd/changes.py": "conta as mudanças no lugar",
    "tensors/tensor.py": "Tensor: o array, seu gradiente, o nó que o produziu",
    "optim/sgd.py": "SGD: muda os parâmetros",
    "tensors/methods.py": "transforma as operações em métodos: x.sum() é sum(x)",
    "tensors/operators.py": "transforma as operações em operadores: a * b é mul(a, b)",
}
for file in visited:
    print(f"{file}: {WORDS.get(file, '?')}")
print(f"arquivos sem explicação: {len(set(visited) - set(WORDS))}")

# %% [markdown]
# ## A ferramenta: mostrar o próprio código
# `inspect.getsource` devolve o texto de uma função tal como está no arquivo. Das funções longas mostramos só um trecho, de uma linha
# até outra.


# %%
def show(function, start="", end=None):
    function = inspect.unwrap(function)  # a função que um decorador embrulhou
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = next(i for i, line in enumerate(lines) if start in line)
    last = len(lines) - 1 if end is None else next(i for i in range(first, len(lines)) if end in lines[i])
    print(f"│ --- {Path(inspect.getfile(function)).relative_to(FOLDER).as_posix()}")
    print(textwrap.indent(textwrap.dedent("\n".join(lines[first : last + 1])), "│ ", lambda line: True))


show(torch.nn.Module.__call__)
show(torch.nn.Linear.forward)

# %% [markdown]
# ## Estação 1: `model(x)`
# `model(x)` chama `Module.__call__`, que chama `forward` (a não ser que haja *hooks*: funções suas que querem olhar o que passa).
# `Linear.forward` pega seus dois parâmetros e chama `F.linear`. Até aqui nada foi calculado: `nn/` guarda os parâmetros e não
# faz conta nenhuma.
#
# ## Estação 2: uma regra
# `F.linear`, `squeeze`, `-`, `*` e `mean` são operações, e cada uma está escrita como uma *regra* em `ops/`: uma função de arrays
# comuns que devolve o valor e, para cada entrada, como o gradiente volta até ela. A mais curta das cinco é a de `*`:

# %%
show(torch.mul)

# %% [markdown]
# São três resultados: o produto e duas funções de `g`, o gradiente da perda em relação ao produto. Uma regra não sabe nada de
# Tensores nem de grafos. Podemos rodá-la sozinha e mover um pouco uma entrada, como na aula 01:

# %%
mul_rule = inspect.unwrap(torch.mul)
value, pull_a, pull_b = mul_rule(3.0, 4.0)
print(f"3 * 4 = {value}; gradientes {pull_a(1.0)} e {pull_b(1.0)}")
print(f"medido: {(mul_rule(3.001, 4.0)[0] - value) / 0.001:.3f} e {(mul_rule(3.0, 4.001)[0] - value) / 0.001:.3f}")

# %% [markdown]
# A regra de uma camada tem três entradas, e seus gradientes são produtos de matrizes (aula 11). Com `g` de formato `(4, 1)`,
# o do peso é `g.T @ input`: `(1, 4) @ (4, 2) -> (1, 2)`.

# %%
show(torch.nn.functional.linear, "return value, lambda", "return value, lambda")

# %% [markdown]
# O decorador na primeira linha de uma regra, `@differentiable`, faz dela uma operação. Na porta dela fica a *recepção* de
# `autograd/contract.py`. Ela leu as anotações da regra: `Tensor | Number` diz que `mul` aceita Tensores e números. Chamadas com tipos
# que ela já conhece passam com um só olhar; as outras ela lê, ou recusa, como esta.

# %%
show(rule._served, "if desk.options", "args = desk.serve(args)")
try:
    torch.mul(x, [1.0, 2.0])
except TypeError as error:
    print(f"│ TypeError: {error}")

# %% [markdown]
# Então a operação tira os arrays de dentro dos Tensores e anota de onde veio cada entrada, a sua *aresta*: o nó que a produziu, ou o
# próprio Tensor, se for uma folha. Ela roda a regra e põe o valor em um Tensor novo, que conhece seu nó.

# %%
show(rule._unpacked, "for a in args:", "edges.append(None)")
show(rule._served, "# run", "result = function")
show(rule._output, "out: Any", "out._requires_grad = True")

# %% [markdown]
# Uma regra pode chamar outras operações, mas o que ela tem são arrays, que a recepção recusa. Ela entra pela outra porta:
# `mul.rule(...)` recebe arrays e devolve um array.

# %%
print(torch.mul.rule(x.numpy(), 2.0).tolist())

# %% [markdown]
# ## Estação 3: o nó
# Um nó guarda o que o caminho de volta precisa: `pulls`, as funções de gradiente que a regra devolveu, e `edges`, para onde vão os
# resultados delas.

# %%
show(graph.record)

model = new_model()
loss = loss_of(model, x, y)
node = loss.grad_fn
while isinstance(node, graph.Node):
    print(f"{node.name()}, formato {node.shape}")
    node = next(edge for edge in node.edges if edge is not None)
print(f"folha, formato {tuple(node.shape)}: é o peso? {node is model.weight}")

# %% [markdown]
# ## A figura
# Os valores descem, os gradientes sobem. `difference` é usada duas vezes, e por isso dois gradientes chegam a ela: Σ∂ é sua soma.

# %%
named = {"x": x, "y": y, "peso": model.weight, "viés": model.bias}
figure = viz.graph(loss, names=named)
viz.save(figure, "pictures/21_graph")
figure

# %% [markdown]
# ## Estação 4: `loss.backward()`
# Antes de ler o código, fazemos nós mesmos o caminho, pelos nós verdadeiros. O gradiente da perda em relação a si mesma é 1. Cada
# nó entrega seu gradiente aos seus `pulls`, e o que sai deles é somado no destino das arestas. O nó mais novo vai primeiro: assim,
# quando chega a vez de um nó, tudo o que vai para ele já chegou.


# %%
def walk(loss):
    waiting, leaves = {loss.grad_fn: torch.ones(()).numpy()}, {}
    while waiting:
        node = max(waiting, key=lambda node: node.seq)  # numerados na ordem em que surgem: o maior é o mais novo
        gradient = waiting.pop(node)
        print(f"{node.name()} recebe {gradient.round(4).ravel().tolist()}")
        for pull, edge in zip(node.pulls, node.edges, strict=False):
            if edge is not None:
                home = waiting if isinstance(edge, graph.Node) else leaves
                home[edge] = home[edge] + pull(gradient) if edge in home else pull(gradient)
    return leaves


leaves = walk(loss)
for leaf, gradient in leaves.items():
    print(f"folha de formato {tuple(leaf.shape)}: {gradient.tolist()}")

loss.backward()
compare("peso", leaves[model.weight], model.weight.grad)
compare("viés", leaves[model.bias], model.bias.grad)

# %% [markdown]
# O caminho da própria biblioteca é o nosso laço, com um *heap* (uma fila que dá primeiro o menor número, aqui o do nó mais novo) no
# lugar de `max`. `arrive` soma, `settle` preenche o `.grad` de uma folha. O que foge à regra, nós com várias saídas, *hooks*, gradientes
# de gradientes, passa por `exception`. Para gradientes de gradientes (`create_graph=True`), as mesmas regras rodam outra vez, com Tensores
# da classe `Traced` (`protocols.py`): neles, as funções do NumPy são operações que registram nós. Assim nenhuma regra precisa ser
# escrita duas vezes.

# %%
show(Pass.walk)
show(Pass.arrive)

# %% [markdown]
# ## Estação 5: `optimizer.step()`
# Sem momento e sem `weight_decay`, uma só linha faz o trabalho: `data -= scale * p._grad._data`, em que `scale` é a taxa de aprendizado. Ela
# mexe nos arrays, e por isso nada é registrado; `changed` avisa ao grafo que os valores antigos se foram. O que você mesmo muda no
# lugar, com `add_` ou `x[0] = 1`, é registrado: disso cuida `autograd/inplace.py`, que também sabe quais Tensores compartilham memória.

# %%
show(torch.optim.SGD.step, "for group in", "_descend(params")
show(sgd._descend)

by_hand = model.weight.detach() - 0.2 * model.weight.grad  # (1, 2)
torch.optim.SGD(model.parameters(), lr=0.2).step()
compare("peso depois do passo", model.weight, by_hand)

# %% [markdown]
# ## Quando dá errado
# O *traceback* de um erro também é um caminho pelo código. Aqui, `backward` é chamado duas vezes sobre o mesmo grafo; imprimimos por
# onde o erro passou, da nossa linha até a linha que o causou.

# %%
try:
    loss.backward()
except RuntimeError as error:
    print(f"RuntimeError: {textwrap.shorten(str(error), 120)}")
    for place in traceback.extract_tb(error.__traceback__)[1:]:
        print(f"│ {Path(place.filename).relative_to(FOLDER).as_posix()}, {place.name}: {place.line}")

# %% [markdown]
# O erro diz que o grafo já foi percorrido uma vez e soltou o que guardava. Leia um traceback de baixo para cima: a última linha
# causou o erro, e o código em volta dela diz por quê. `pulls` era None, pois a retropropagação larga o que um nó guardava assim que
# o gradiente dele passou: os arrays são liberados enquanto ela ainda roda. O conserto é uma nova propagação para cada
# `backward`; ou `retain_graph=True`, se você precisar mesmo duas vezes do mesmo grafo.
#
# **Adivinhe primeiro:** o que há em `.grad` depois do segundo `backward`?

# %%
model.zero_grad()
loss = loss_of(model, x, y)
loss.backward(retain_graph=True)
print(f"uma vez:    {model.weight.grad}")
loss.backward()
print(f"duas vezes: {model.weight.grad}")  # somados: não houve zero_grad no meio

# %% [markdown]
# ## O mapa
# Cada arquivo diz, na primeira linha, para que serve. Estes são os arquivos do primeiro nível e as pastas; abra os que despertarem
# sua curiosidade.

# %%
places = [*sorted(FOLDER.glob("*.py")), *sorted(FOLDER.glob("*/__init__.py"))]
undescribed = 0
for path in places:
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    undescribed += words is None
    print(f"│ {path.relative_to(FOLDER).as_posix()}: {(words or '?').partition(chr(10))[0]}")
print(f"arquivos sem explicação: {undescribed}")

# %% [markdown]
# Uma boa ordem: primeiro `tiny.py`, a ideia inteira em uma página, em que cada parte diz em que arquivo está sua versão adulta; depois
# `autograd/rule.py`, `ops/elementwise/activations.py`, `autograd/graph.py`, `autograd/walk.py`, `tensors/tensor.py`, `autograd/contract.py`,
# `autograd/inplace.py`; depois qualquer família de `ops/`, e, junto de cada arquivo, seus testes em `parity_tests/`.
#
# ## O mesmo no PyTorch
# O mesmo passo dá os mesmos números, e o grafo tem nós com os mesmos nomes. Os arquivos de Python do PyTorch se leem do mesmo jeito,
# até chegar às operações: estas são C++ compilado, que `inspect` não consegue mostrar. Para continuar a leitura lá, você já sabe o
# que procurar: um valor, um nó, funções de gradiente, arestas.


# %%
def names_of(loss):
    names, node = [], loss.grad_fn
    while node is not None:
        names.append(node.name())
        node = next((edge for edge, _ in node.next_functions if edge is not None), None)
    return names


def one_step_again():
    model = new_model()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    one_step(model, optimizer)
    return {"gradiente": model.weight.grad, "peso depois do passo": model.weight}


same_in_pytorch(one_step_again)
theirs = in_pytorch(lambda: names_of(loss_of(new_model(), x, y)))
if theirs is not None:
    print(f"PyTorch: os mesmos nomes de nós? {names_of(loss_of(new_model(), x, y)) == theirs}")
    try:
        inspect.getsource(in_pytorch(lambda: torch.mul))
    except TypeError as error:
        print(f"PyTorch: mul não tem código em Python: {textwrap.shorten(str(error), 60)}")

# %% [markdown]
# ## Resumo
# - `nn/` guarda os parâmetros, `ops/` tem as regras (valor e funções de gradiente), `autograd/` registra e volta, `optim/` muda os
#   parâmetros.
# - Uma regra é uma função de arrays; `@differentiable` faz dela uma operação com Tensores que registra um nó. Suas anotações dizem
#   que argumentos a recepção deixa passar.
# - Um nó guarda funções de gradiente e arestas. `backward` entrega a cada nó seu gradiente, o mais novo primeiro, e soma o que chega
#   ao mesmo lugar.
# - `inspect.getsource`, `sys.setprofile` e um traceback levam de uma chamada ao seu código, em qualquer biblioteca escrita em Python.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Escreva uma regra, na forma da regra de `*`: `input³` e a função que leva `g` de volta.


# %%
def exercise_1(input):
    return ...


def is_cube(at, expected):
    def judge(answer):
        if not isinstance(answer, tuple) or len(answer) != 2 or not callable(answer[1]):
            return "deve devolver duas coisas: o valor e uma função de g"
        value, pull = answer
        if value != expected:
            return f"tem o valor {value}, esperado {expected}"
        if not near(pull(2.0), 6.0 * at * at):
            return f"leva g = 2 de volta como {pull(2.0)}, esperado {6.0 * at * at}"
        if not near(pull(-0.5), -1.5 * at * at):
            return f"leva g = -0.5 de volta como {pull(-0.5)}, esperado {-1.5 * at * at}"

    return judge


check(exercise_1, (2.0, is_cube(2.0, 8.0)), (-1.0, is_cube(-1.0, -1.0)))

# %% [markdown]
# **2.** Conte os nós que estão por trás de um resultado, a partir de seu `grad_fn`, seguindo as `edges` (arestas). Um nó a que
# chegam várias arestas é um nó só.


# %%
def exercise_2(tensor):
    return ...


a = torch.tensor(2.0, requires_grad=True)
b = a * 3.0
check(exercise_2, (loss_of(new_model(), x, y), 5), (a * 2.0, 1), (b * b + b, 3), (a.exp() + a.sqrt(), 3))

# %% [markdown]
# **3.** A expansão repete uma entrada ao longo de um eixo; na volta, `fit`, em `autograd/walk.py`, soma os gradientes das cópias.
# Faça isso para um vetor `(n,)` que foi somado a uma matriz `(m, n)`: do gradiente `(m, n)` ao gradiente do vetor.


# %%
def exercise_3(gradient):
    return ...


check(
    exercise_3,
    (torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]), [11.0, 22.0, 33.0]),
    (torch.ones(5, 2), [5.0, 5.0]),
)

# %% [markdown]
# **4.** Leia `SGD.step` acima. O que faz o segundo passo com momento (sem `weight_decay`, sem Nesterov)? Devolva o novo parâmetro e a
# nova velocidade.


# %%
def exercise_4(parameter, gradient, velocity, lr, momentum):
    return ...


check(exercise_4, (1.0, 2.0, 4.0, 0.1, 0.5, [0.6, 4.0]), (0.0, 1.0, 0.0, 0.5, 0.9, [-0.5, 1.0]))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Seu valor e, para cada entrada, uma função que traz o gradiente de volta.
# 2. `optimizer.step()`.
# 3. A chamada faz o que mais cabe a um módulo e então chama `forward`.
#
# </details>
