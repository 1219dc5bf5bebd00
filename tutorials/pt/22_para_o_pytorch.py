# %% [markdown]
# # 22 · A formatura: para o PyTorch
#
# **Pergunta:** O que muda quando você segue adiante com o PyTorch?
#
# **Precisa de:** aulas 06, 07, 09, 10, 11, 12, 13, 21.
#
# **Tempo:** 17 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que contém um nó do grafo? (aula 21)
# 2. Para que serve o conjunto de teste? (aula 14)
# 3. O gradiente de um lote aponta, em média, para o lado certo. Por que só em média? (aula 06)
#
# Cada aula disse `import minitorch_pt as torch`. Com o PyTorch você diz `import torch`, e é quase só isso. Esta aula roda um
# mesmo programa nos dois, leva pesos de um para o outro e de volta, e termina com algo que só o PyTorch faz: treinar em vários
# processos ao mesmo tempo. Se o PyTorch não está instalado, as partes que precisam dele avisam e são puladas.

# %%
import contextlib
import importlib.util
import io
import os
import runpy
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import compare, in_pytorch

speak("pt")

# %% [markdown]
# ## Um programa
# Ele diz `import torch`, como todo programa de PyTorch, e não sabe nada do minitorch_pt. Treina uma rede pequena com `y = x²` e salva
# as perdas e o `state_dict`: os parâmetros, com seus nomes (aula 07).

# %%
PROGRAM = """\
import torch

torch.manual_seed(0)
x = torch.linspace(-1, 1, 8).unsqueeze(1)  # (8, 1)
y = x * x

model = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
losses = []
for epoch in range(201):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(x), y)  # (8, 1) -> (8, 3) -> (8, 1)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    if epoch % 50 == 0:
        print(f"época {epoch}: perda ≈ {loss.item():.5f}")
torch.save({"losses": losses, "model": model.state_dict()}, "weights.pt")
"""
scratch = tempfile.TemporaryDirectory()  # uma pasta que some no fim
folder = Path(scratch.name)
(folder / "program.py").write_text(PROGRAM, encoding="utf-8")

# %% [markdown]
# No terminal, `python -m minitorch_pt run program.py` o roda com esta biblioteca: enquanto ele roda, `import torch` dá o
# minitorch_pt. O mesmo comando, a partir do Python:

# %%
package = Path(torch.__path__[0]).parent  # onde o programa, que roda em outro lugar, encontra o minitorch_pt
done = subprocess.run(
    [sys.executable, "-m", "minitorch_pt", "run", "program.py"],
    cwd=folder,
    env=os.environ | {"PYTHONPATH": str(package), "PYTHONIOENCODING": "utf-8"},
    capture_output=True,
    encoding="utf-8",
    timeout=120,
)
print(done.stdout + done.stderr, end="")
(folder / "weights.pt").rename(folder / "ours.pt")
ours = torch.load(folder / "ours.pt")
print({name: tuple(value.shape) for name, value in ours["model"].items()})

# %% [markdown]
# ## O mesmo no PyTorch
# O outro modo de rodá-lo é `python program.py`; aqui ele roda dentro desta aula, para que possamos comparar. Daqui em diante,
# `pytorch` é o PyTorch, se houver. A semente dá às duas bibliotecas os mesmos pesos iniciais, e cada operação dá os mesmos números,
# salvo arredondamentos; por isso o treinamento inteiro coincide.

# %%
pytorch = None
if importlib.util.find_spec("torch") is None:
    print("O PyTorch não está instalado: o que segue é pulado onde precisa dele.")
else:
    import torch as pytorch

    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            theirs = runpy.run_path("program.py")  # suas variáveis
    finally:
        os.chdir(before)
    print(textwrap.indent(printed.getvalue(), "PyTorch: "), end="")
    (folder / "weights.pt").rename(folder / "theirs.pt")
    compare("PyTorch: perdas", torch.tensor(ours["losses"]), pytorch.tensor(theirs["losses"]))
    compare("PyTorch: pesos no fim", ours["model"]["0.weight"], theirs["model"][0].weight)

# %% [markdown]
# ## Pesos, nos dois sentidos
# `torch.save` do minitorch_pt grava no próprio formato de arquivo do PyTorch: um arquivo zip com os números em bytes puros, uma
# entrada por tensor, e uma tabela que diz o que eles são. Nada ali é de uma só das bibliotecas.

# %%
with zipfile.ZipFile(folder / "ours.pt") as archive:
    for entry in archive.infolist():
        print(f"{entry.filename}: {entry.file_size} bytes" if "/data/" in entry.filename else entry.filename)

# %% [markdown]
# `0.weight` é `(3, 1)`: 3 números de 4 bytes. Assim, cada biblioteca lê o arquivo da outra.


# %%
def new_model():
    return torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))


model = new_model()
model.load_state_dict(ours["model"])
inputs = [[-0.5], [0.8]]
predicted = model(torch.tensor(inputs)).flatten().tolist()  # (2, 1) -> (2, 3) -> (2, 1) -> (2,)
print(f"x = -0.5: y ≈ {predicted[0]:.3f}, e x² = 0.25")

if pytorch is None:
    print("O PyTorch não está instalado: não há a quem levar pesos.")
else:
    there = in_pytorch(new_model)
    there.load_state_dict(pytorch.load(folder / "ours.pt")["model"])  # salvo aqui, carregado no PyTorch
    compare("PyTorch: com nossos pesos", model(torch.tensor(inputs)), there(pytorch.tensor(inputs)))

    model.load_state_dict(torch.load(folder / "theirs.pt")["model"])  # salvo no PyTorch, carregado aqui
    compare("PyTorch: os pesos dele, aqui", model(torch.tensor(inputs)), theirs["model"](pytorch.tensor(inputs)))

# %% [markdown]
# ## Quando dá errado
# É tentador salvar o modelo inteiro em vez de seu `state_dict`:
#
# **Adivinhe primeiro:** há pouco ele foi salvo sem queixas. Vai carregar?

# %%
torch.save(model, folder / "whole.pt")
try:
    torch.load(folder / "whole.pt")
except Exception as error:
    print(f"{type(error).__name__}: {textwrap.shorten(str(error), 150)}")

# %% [markdown]
# O erro diz que o arquivo pede para chamar algo que não é preciso para montar tensores e que poderia rodar qualquer código. Um
# arquivo que guarda um objeto diz que código rodar ao ser carregado, e o arquivo de um estranho poderia pedir o que quisesse. Por
# isso `load`, nas duas bibliotecas, só aceita tensores e coleções. O conserto é o que o programa faz: salvar os números e deixar que
# o seu próprio código construa o modelo. `weights_only=False` é para arquivos que você mesmo fez.

# %%
torch.save(model.state_dict(), folder / "numbers.pt")
print(new_model().load_state_dict(torch.load(folder / "numbers.pt")))

# %% [markdown]
# ## O que muda, o que não muda
#
# | | minitorch_pt | PyTorch |
# |---|---|---|
# | nomes, argumentos, números, arquivos | os mesmos | os mesmos |
# | `check`, `compare`, `viz` | aqui | ficam no minitorch_pt |
# | quem calcula | o NumPy, na CPU | código compilado, na CPU e na GPU: `model.to("cuda")` |
# | o código-fonte | Python até o fundo | Python em cima, C++ embaixo |
# | vários processos, números complexos, tensores esparsos | não | sim |
# | `torch.compile(model)` | devolve o modelo como está | o torna mais rápido |
#
# ## Dois processos: primeiro medir
# Modelos grandes aprendem em muitos processos, cada um com sua parte do lote. Eles encontram o gradiente que um processo só
# encontraria? Quatro amostras, um peso e, primeiro, tudo em um processo, aqui:
#
# **Adivinhe primeiro:** o gradiente das quatro é a soma dos das metades, a média deles, ou nenhum dos dois?

# %%
x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 1.0, 3.0, 2.0])


def gradient(part):
    w = torch.tensor(1.0, requires_grad=True)
    loss = ((w * x[part] - y[part]) ** 2).mean()
    loss.backward()
    return w.grad.item()


whole, first, second = gradient(slice(0, 4)), gradient(slice(0, 2)), gradient(slice(2, 4))
print(f"as quatro amostras: {whole}")
print(f"as metades: {first} e {second}, sua média {(first + second) / 2}")

# %% [markdown]
# ## Deduzir: por que a média
# A perda é uma média sobre as amostras; a perda do todo é, portanto, a média das perdas de duas metades *iguais*, e o gradiente de uma
# média é a média dos gradientes. No grafo: um só peso segue por dois caminhos, cada caminho traz de volta a metade de seu próprio
# gradiente, 0,5 e 4, e Σ∂ é 4,5.

# %%
w = torch.tensor(1.0, requires_grad=True)
x1, x2 = x[:2], x[2:]  # (4,) -> (2,), (2,)
loss2 = ((w * x2 - y[2:]) ** 2).mean()  # o grafo desenha à esquerda o que veio por último
loss1 = ((w * x1 - y[:2]) ** 2).mean()
figure = viz.graph((loss1 + loss2) / 2, names={"w": w, "x1": x1, "x2": x2})
viz.save(figure, "pictures/22_two_halves")
figure

# %% [markdown]
# ## Automatizar: dois processos
# Os dois processos rodam o mesmo programa, cada um com seu número, seu *rank*. Eles se encontram por meio de um arquivo, conversam
# pelo *loopback* (a linha desta máquina para si mesma), e `all_reduce` deixa em cada um deles a soma dos dois. *gloo* é a parte do
# PyTorch que leva números de uma CPU a outra.

# %%
WORKER = """\
import sys
from datetime import timedelta

import torch
import torch.distributed as dist

rank, meeting = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2, timeout=timedelta(seconds=30))

x = torch.tensor([1.0, 2.0, 3.0, 4.0])[2 * rank : 2 * rank + 2]  # (4,) -> (2,): a sua metade
y = torch.tensor([2.0, 1.0, 3.0, 2.0])[2 * rank : 2 * rank + 2]
w = torch.tensor(1.0, requires_grad=True)
loss = ((w * x - y) ** 2).mean()
loss.backward()
alone = w.grad.item()

dist.all_reduce(w.grad)  # agora a soma dos dois gradientes, nos dois processos
w.grad /= dist.get_world_size()
print(alone, w.grad.item())
dist.destroy_process_group()
"""
(folder / "worker.py").write_text(WORKER, encoding="utf-8")

# %%
LOOPBACK = {"linux": {"GLOO_SOCKET_IFNAME": "lo"}, "darwin": {"GLOO_SOCKET_IFNAME": "lo0"}}.get(sys.platform, {})


def run_worker(rank):
    command = [sys.executable, "worker.py", str(rank), (folder / "meeting").as_uri()]
    try:
        done = subprocess.run(
            command, cwd=folder, env=os.environ | LOOPBACK, capture_output=True, encoding="utf-8", timeout=60
        )
    except subprocess.TimeoutExpired:  # ele foi encerrado
        return [], "passaram 60 s"
    errors = [line for line in done.stderr.splitlines() if "Error" in line]
    return [float(number) for number in done.stdout.split()], " ".join(errors[-1:])


if pytorch is None or not pytorch.distributed.is_available():
    print("O PyTorch com torch.distributed não está instalado: nada de dois processos.")
else:
    with ThreadPoolExecutor(2) as pool:  # os dois ao mesmo tempo: cada um espera pelo outro
        results = list(pool.map(run_worker, range(2)))
    for rank, (numbers, errors) in enumerate(results):
        if len(numbers) == 2:
            print(f"PyTorch: processo {rank} sozinho {numbers[0]}, juntos {numbers[1]}")
            compare(f"PyTorch: gradiente no processo {rank}", whole, numbers[1])
        else:
            print(f"PyTorch: sem resposta do processo {rank}: {errors}")
scratch.cleanup()

# %% [markdown]
# Os dois processos terminam com o gradiente que um só encontrou. Seus otimizadores dão então o mesmo passo, e os pesos continuam
# iguais sem que ninguém os envie. Em programas de verdade, `torchrun --nproc-per-node 2 program.py` inicia os processos, e
# `torch.nn.parallel.DistributedDataParallel(model)` faz o `all_reduce` durante o `backward`.
#
# ## Resumo
# - O mesmo programa roda nos dois: com `python -m minitorch_pt run program.py` e com `python program.py`.
# - A mesma semente dá o mesmo treinamento, salvo arredondamentos.
# - Salve o `state_dict`, não o modelo; cada biblioteca lê o arquivo da outra.
# - Com partes iguais, a média dos gradientes dos processos é o gradiente do lote inteiro.
# - O que você aprendeu aqui é PyTorch. O que está por baixo de suas operações, você leu na aula 21.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** As partes não precisam ser iguais: três processos podem receber 3, 3 e 2 amostras. Cada gradiente é o da média sobre a sua
# parte. Calcule a partir deles o gradiente do lote inteiro.


# %%
def exercise_1(gradients, sizes):
    return ...


check(exercise_1, ([1.0, 8.0], [2, 2], 4.5), ([1.0, 5.0], [3, 1], 2.0), ([2.0, 2.0, 6.0], [3, 3, 2], 3.0))

# %% [markdown]
# **2.** Transforme a linha de `import` de um programa escrito para o minitorch_pt na linha para o PyTorch.


# %%
def exercise_2(text):
    return ...


check(
    exercise_2,
    ("import minitorch_pt as torch\n", "import torch\n"),
    ("from minitorch_pt import nn\n", "from torch import nn\n"),
    ("from minitorch_pt.utils.data import DataLoader\n", "from torch.utils.data import DataLoader\n"),
)

# %% [markdown]
# **3.** Leve os pesos de `source` para `target`, um modelo da mesma forma, sem arquivo algum, e devolva `target`.


# %%
def exercise_3(source, target):
    return ...


def carried(source, target, x):
    def judge(answer):
        if answer is not target:
            return "devolve outra coisa, não target"
        before = target(x)
        if not torch.equal(before, source(x)):
            return "não prevê o que source prevê"
        with torch.no_grad():
            for parameter in source.parameters():
                parameter += 1.0  # source continua a aprender
        if not torch.equal(target(x), before):
            return "muda quando source continua a aprender: os dois têm os mesmos pesos na memória"

    return judge


a, b, c, d = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3), new_model(), new_model()
check(
    exercise_3,
    (a, b, carried(a, b, torch.ones(4, 2))),
    (c, d, carried(c, d, torch.ones(4, 1))),
)

# %% [markdown]
# **4.** Alguém esqueceu a linha `w.grad /= dist.get_world_size()`. Com que taxa de aprendizado o SGD simples dá o passo certo mesmo
# assim?


# %%
def exercise_4(lr, processes):
    return ...


check(exercise_4, (0.1, 2, 0.05), (0.3, 6, 0.05))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Funções de gradiente e arestas, para onde vão seus resultados.
# 2. Para julgar, uma só vez, no fim.
# 3. Um lote são algumas das amostras, e o ruído delas puxa de um lado para outro.
#
# </details>
