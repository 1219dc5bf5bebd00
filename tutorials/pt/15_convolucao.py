# %% [markdown]
# # 15 · Redes convolucionais
#
# **Pergunta:** Como uma rede pode achar a mesma coisa em qualquer lugar de uma imagem, com poucos pesos?
#
# **Precisa de:** aulas 05, 08, 09, 10, 12, 13.
#
# **Tempo:** 15 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. As duas perdas são altas e próximas. Que doença é? (aula 14)
# 2. Com que perda começa uma rede de dez classes sem treinamento? (aula 10)
# 3. O que faz uma máscara? (aula 08)
#
# Uma camada densa tem um peso próprio para cada pixel. Se um dígito se desloca um pixel, ele encontra outros pesos, e o
# que foi aprendido no lugar antigo não serve no novo. Uma convolução usa os mesmos poucos pesos em todos os lugares.

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

nn, F = torch.nn, torch.nn.functional

# %% [markdown]
# ## À mão: uma janela que desliza
# Uma barra clara sobre fundo escuro, e seis pesos, o *filtro* (*kernel*). Em cada lugar, o filtro fica sobre uma janela do seu
# tamanho: número vezes número e, depois, a soma. É o produto escalar da aula 05, de uma janela com o filtro. (Na matemática,
# uma convolução antes gira o filtro em meia-volta. Nem o PyTorch nem esta biblioteca fazem isso: o treinamento acha os pesos
# tanto de um jeito quanto do outro.)

# %%
bar = torch.zeros(5, 6)  # a barra
bar[1:4, 2:5] = 1.0
edge = torch.tensor([[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]])  # (3, 2): a coluna da direita menos a da esquerda
print(bar)


def convolve(picture, kernel):
    (height, width), (h, w) = picture.shape, kernel.shape
    result = torch.zeros(height - h + 1, width - w + 1)
    for i in range(height - h + 1):
        for j in range(width - w + 1):
            result[i, j] = (picture[i : i + h, j : j + w] * kernel).sum()  # (3, 2) * (3, 2) -> (3, 2) -> ()
    return result


print(convolve(bar, edge))  # (5, 6) com (3, 2) -> (3, 5)

# %% [markdown]
# O resultado é um *mapa de características*: o que o filtro viu, lugar por lugar. Este filtro vê bordas verticais: 3 onde o escuro
# vira claro, -3 onde o claro vira escuro, 0 onde nada muda, 2 onde só duas linhas da janela contêm a barra. Um filtro de altura
# `h` cabe em `altura - h + 1` lugares de cima a baixo; aqui, 5 - 3 + 1 = 3.
#
# ## Medir: a que saídas chega um pixel?
# Mova o pixel da linha 2, coluna 3 (contadas a partir de 0), em 0,001 e veja quais números do mapa andam, e quanto.
#
# **Adivinhe primeiro:** quantos dos 15 números do mapa vão se mover?

# %%
nudged = bar.clone()
nudged[2, 3] += 0.001
slopes = (convolve(nudged, edge) - convolve(bar, edge)) / 0.001
print(slopes.round(decimals=2))

# %% [markdown]
# Seis dos 15 números andam: aqueles cuja janela contém o pixel. Suas inclinações são os pesos do filtro, como na aula 01. Os
# outros nove têm inclinação 0, como se o peso deles para este pixel estivesse fixo em zero.
#
# ## Deduzir: uma camada esparsa de pesos compartilhados
# Uma convolução é, portanto, uma camada da aula 08: cada número do mapa é um neurônio, quase todos os seus pesos são zero, e todos
# os neurônios compartilham os mesmos seis. A matriz dessa camada mostra isso. Nela, a coluna de um pixel é o mapa de uma imagem
# em que só esse pixel está aceso.

# %%
pixels = torch.eye(30).reshape(30, 5, 6)  # 30 imagens, cada uma com um só pixel aceso
columns = [convolve(picture, edge).flatten() for picture in pixels]  # cada uma (3, 5) -> (15,)
matrix = torch.stack(columns, dim=1)  # 30 colunas -> (15, 30)
as_layer = matrix @ bar.flatten()  # (15, 30) @ (30,) -> (15,)
print("o mesmo mapa:", (as_layer.reshape(3, 5) == convolve(bar, edge)).all().item())
print(f"pesos da camada densa: {matrix.numel()}, não nulos: {(matrix != 0).sum()}, do filtro: {edge.numel()}")

figure, (axes,) = viz.panels(height=3.4)
shown = axes.imshow(matrix.numpy(), cmap="cividis")
axes.set(xlabel="pixel (entrada)", ylabel="lugar no mapa (saída)")
figure.colorbar(shown, ax=axes, label="peso", ticks=[-1, 0, 1], shrink=0.8)
figure.alt = (
    "A matriz 15 x 30 da convolução: zeros, menos nas faixas de -1 e 1, iguais em cada linha, só que mais à direita."
)
viz.save(figure, "pictures/15_matrix")
figure

# %% [markdown]
# A informação continua a fluir em uma só direção: uma rede convolucional (CNN) também é uma rede feedforward. Ela serve às mesmas
# tarefas que as densas, regressão e classificação, que nem sempre são simples; só as suas ligações são feitas para imagens.
#
# ## Automatizar: `conv2d`
# A convolução da biblioteca recebe muitas imagens, cada uma com vários canais (vermelho, verde e azul, por exemplo), e muitos
# filtros:
#
# - imagens `(N, C, H, W)`: amostras, canais, linhas, colunas
# - pesos `(out, C, h, w)`: cada um dos `out` filtros olha todos os canais e soma o que encontra
# - resultado `(N, out, H - h + 1, W - w + 1)`; com um preenchimento (`padding=p`), põem-se antes
#   `p` linhas e colunas de zeros em volta
#
# Dois filtros olham um dígito de verdade: um para bordas verticais, outro para as horizontais.

# %%
same = F.conv2d(bar.reshape(1, 1, 5, 6), edge.reshape(1, 1, 3, 2))  # (1, 1, 5, 6), (1, 1, 3, 2) -> (1, 1, 3, 5)
print("o mesmo mapa:", (same[0, 0] == convolve(bar, edge)).all().item())

images, labels = datasets.digits()
images = images.reshape(-1, 1, 8, 8) / 16  # (1797, 64) -> (1797, 1, 8, 8)
vertical = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
two = torch.stack([vertical, vertical.T]).unsqueeze(1)  # (2, 1, 3, 3)
maps = F.conv2d(images[:1], two, padding=1)  # (1, 1, 8, 8), (2, 1, 3, 3) -> (1, 2, 8, 8)
print(maps.shape)

titles = ["o dígito", "bordas\nverticais", "bordas\nhorizontais"]
scaled = maps[0] / maps.abs().max()  # de -1 a 1
figure = viz.samples(torch.cat([images[0], scaled.abs()]), titles=titles)
viz.save(figure, "pictures/15_edges")
figure

# %% [markdown]
# O 0 (desenhado escuro sobre branco) tem bordas verticais à esquerda e à direita, e horizontais em cima e embaixo. Aqui ninguém
# aprendeu nada: nós escolhemos os pesos. Em uma rede, quem os escolhe é o treinamento.
#
# ## Pooling: guardar o maior
# Depois de uma convolução, o lugar exato importa pouco. O *max pooling* guarda o maior número de cada bloco de 2 por 2 e reduz a
# altura e a largura à metade; ele não tem pesos.

# %%
small = torch.tensor([[1.0, 2.0, 0.0, 5.0], [3.0, 0.0, 1.0, 1.0]])
print(F.max_pool2d(small.reshape(1, 1, 2, 4), 2))  # (1, 1, 2, 4) -> (1, 1, 1, 2)

# %% [markdown]
# ## Duas redes, uma tarefa
# De novo os dígitos: 1.437 para o treinamento, 360 para o teste. Uma rede densa e uma convolucional com menos parâmetros, ambas
# com o laço de treinamento da aula 13. (`Flatten` transforma cada imagem em uma só fila de números.)


# %%
def dense():
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 30), nn.ReLU(), nn.Linear(30, 10))


def convolutional():
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),  # (64, 1, 8, 8) -> (64, 6, 8, 8)
        nn.ReLU(),
        nn.MaxPool2d(2),  # -> (64, 6, 4, 4)
        nn.Conv2d(6, 16, 3, padding=1),  # -> (64, 16, 4, 4)
        nn.ReLU(),
        nn.MaxPool2d(4),  # -> (64, 16, 1, 1): a imagem contém aquilo, seja onde for?
        nn.Flatten(),  # -> (64, 16)
        nn.Linear(16, 10),  # (64, 16) @ (16, 10) -> (64, 10)
    )


torch.manual_seed(0)
order = torch.randperm(1797)
train, test = order[:1437], order[1437:]


def fit(model, epochs=15):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    data = torch.utils.data.TensorDataset(images[train], labels[train])
    for _ in range(epochs):
        for x, y in torch.utils.data.DataLoader(data, batch_size=64, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    return model


# %% [markdown]
# As duas são testadas duas vezes: com os dígitos como são, e com os mesmos dígitos deslocados um pixel para a direita, o que nenhuma
# delas viu. Uma rede só pode ter sorte com seus pesos iniciais; por isso são treinadas quatro de cada tipo, com as sementes 0 a 3.
#
# **Adivinhe primeiro:** os dois tipos leem bem os dígitos parados. Deslocados um pixel, que proporção cada um vai ler?


# %%
def accuracy(model, x):
    with torch.no_grad():
        return (model(x).argmax(dim=1) == labels[test]).float().mean().item()


moved = F.pad(images[test], (1, 0, 0, 0))[:, :, :, :8]  # uma coluna de zeros à esquerda; a última sai
shifted = {}
for name, build in [("densa", dense), ("convolucional", convolutional)]:
    networks = []
    for seed in range(4):
        torch.manual_seed(seed)
        networks.append(fit(build()))
    count = sum(p.numel() for p in networks[0].parameters())
    still, shifted[name] = ([accuracy(network, x) for network in networks] for x in (images[test], moved))
    print(f"{name}: {count} parâmetros, média dos testes ≈ {sum(still) / 4:.2f}")
    print(f"    deslocados um pixel ≈ {sum(shifted[name]) / 4:.2f}")
print("a pior convolucional vence a melhor densa:", min(shifted["convolucional"]) > max(shifted["densa"]))

# %% [markdown]
# Com menos parâmetros, as redes convolucionais leem os dígitos igualmente bem; quando eles se deslocam, elas perdem cerca de metade
# do que perdem as densas. Ainda perdem bastante: a margem de uma imagem tão pequena e os blocos do pooling não se deslocam junto.
# De uma para outra a diferença é grande (de 0,61 a 0,77 onde isto foi escrito): nunca julgue por uma só. Imagens deslocadas no
# conjunto de treinamento (aumento de dados, aula 14) ajudam ainda mais: `benchmarks/runs/cnn_digits.py` treina assim, por alguns
# segundos a mais.
#
# ## O que ela aprendeu
# Os seis filtros da primeira camada, e os mapas que eles dão do 0 mostrado acima, depois da ReLU. Alguns aprenderam a ver bordas
# por conta própria: o filtro [2] tem pesos negativos acima de positivos, e responde onde, de cima para baixo, o escuro vira claro.
# Os filtros [1] e [3] não respondem em lugar nenhum: suas somas são negativas em todos os dígitos, a ReLU faz delas 0, e com
# inclinação 0 eles já não aprendem.

# %%
network = networks[0]  # a primeira das quatro
figure = viz.filters(network[0].weight)
viz.save(figure, "pictures/15_filters")
figure

# %%
with torch.no_grad():
    seen = network[:2](images[:1])  # (1, 1, 8, 8) -> (1, 6, 8, 8)
figure = viz.feature_maps(seen)
viz.save(figure, "pictures/15_feature_maps")
figure

# %% [markdown]
# ## Quando dá errado
# Imagens em tons de cinza têm um canal, e ele precisa de seu eixo. Sem esse eixo, as 64 amostras são tomadas por 64 canais de
# uma só imagem:

# %%
batch = images[:64, 0]  # (64, 8, 8)
try:
    network(batch)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(network(batch.unsqueeze(1)).shape)  # consertado: (64, 1, 8, 8) -> (64, 10)

# %% [markdown]
# O erro diz que o peso `(6, 1, 3, 3)` esperava uma entrada com 1 canal e recebeu uma com 64. `unsqueeze(1)` põe o eixo no lugar
# dele.
#
# ## O mesmo no PyTorch


# %%
def untrained():
    torch.manual_seed(3)
    model = convolutional()
    return {"filtros da mesma semente": model[0].weight, "pontuações": model(images[:5])}


same_in_pytorch(untrained)

# %% [markdown]
# ## Resumo
# - Uma convolução faz o produto escalar de um filtro pequeno com cada janela da imagem: um mapa de características.
# - Ela é uma camada cujos pesos são quase todos zero, e os mesmos em todos os lugares. São poucos pesos, e o que se aprende serve
#   em toda parte.
# - Os formatos: `(N, C, H, W)` com `(out, C, h, w)` dá `(N, out, H - h + 1, W - w + 1)`; um preenchimento (*padding*) `p`
#   acrescenta `2p`.
# - O max pooling guarda o maior número de cada bloco: os mapas diminuem, e o lugar exato importa menos.
# - Uma CNN é feedforward, e pode aprender qualquer tarefa das aulas anteriores.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Em quantos lugares cabe um filtro de tamanho `h` ao longo de um eixo de `size` pixels, com `padding` zeros de cada lado?


# %%
def exercise_1(size, h, padding):
    return ...


check(exercise_1, (8, 3, 0, 6), (8, 3, 1, 8), (28, 5, 2, 28))

# %% [markdown]
# **2.** O número de parâmetros de `Conv2d(channels, out, h)`, com filtros quadrados e um viés para cada um. O tamanho da imagem não
# está entre os argumentos. Por quê?


# %%
def exercise_2(channels, out, h):
    return ...


check(exercise_2, (1, 8, 3, 80), (8, 16, 3, 1168), (3, 2, 5, 152))

# %% [markdown]
# **3.** O max pooling de uma matriz `(H, W)` em blocos de 2 por 2, sem `max_pool2d`. Dois laços, como em `convolve`, bastam.


# %%
def exercise_3(x):
    return ...


ramp = torch.arange(24.0).reshape(4, 6)
check(exercise_3, (small, [[3.0, 5.0]]), (-ramp, [[0.0, -2.0, -4.0], [-12.0, -14.0, -16.0]]))

# %% [markdown]
# **4.** Escolha um filtro `(1, 3)` que dê 0 onde os três pixels de sua janela estão em uma rampa reta (1, 2, 3 ou 5, 5, 5 ou
# 6, 4, 2), e 2 para um único pixel aceso no meio (0, 1, 0). Devolva-o como listas aninhadas.


# %%
def exercise_4():
    return ...


def judge_4(answer):
    kernel = torch.tensor(answer)
    if kernel.shape != (1, 3):
        return f"tem o formato {tuple(kernel.shape)}, não (1, 3)"
    for window, wanted in [([1.0, 2.0, 3.0], 0), ([5.0, 5.0, 5.0], 0), ([6.0, 4.0, 2.0], 0), ([0.0, 1.0, 0.0], 2)]:
        got = convolve(torch.tensor([window]), kernel).item()
        if not near(got, wanted):
            return f"dá {got:g} para {window}, não {wanted}"


check(exercise_4, (judge_4,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Subajuste.
# 2. Cerca de log 10, isto é, 2,3.
# 3. Mantém pesos em zero: um neurônio só vê algumas das entradas.
#
# </details>
