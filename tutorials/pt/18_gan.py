# %% [markdown]
# # 18 · Redes adversárias generativas
#
# **Pergunta:** Como uma rede pode aprender a fazer amostras novas, se ninguém pode lhe dizer a saída certa?
#
# **Precisa de:** aulas 02, 06, 09, 10, 11, 12, 13, 14.
#
# **Tempo:** 17 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que faz uma porta de esquecimento igual a 1? (aula 17)
# 2. O que o max pooling guarda? (aula 15)
# 3. Uma rede está certa de si e errada. De que tamanho é a entropia cruzada? (aula 10)
#
# Até aqui, cada amostra tinha um alvo, e a perda comparava os dois. Para "desenhe um três que ninguém desenhou ainda" não há
# alvo: qualquer três bem-feito está certo. Uma *rede adversária generativa* (GAN) põe uma segunda rede no lugar do alvo. O
# *gerador* fabrica amostras; o *discriminador* separa as verdadeiras das fabricadas; cada um aprende com o outro (Goodfellow et
# al., 2014).

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check, near
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# produtos pequenos assim levam menos tempo com uma thread do que com várias, que esperam umas pelas outras
torch.set_num_threads(1)

# %% [markdown]
# ## As amostras verdadeiras
# Os três do conjunto de dígitos escritos à mão: 183 imagens de 8x8 tons de cinza, aqui de 0 a 1.

# %%
pixels, labels = datasets.digits()
threes = pixels[labels == 3] / 16  # (1797, 64) -> (183, 64)
print(threes.shape)

# %% [markdown]
# ## Duas redes
# O gerador recebe 8 números aleatórios, o *ruído*, e dá uma imagem: com outro ruído, outra imagem. `Sigmoid` mantém os pixels
# entre 0 e 1. O discriminador recebe uma imagem e dá uma pontuação; a sigmoide da pontuação é a probabilidade que ele atribui a
# "esta é verdadeira". `LeakyReLU(0.2)` é uma ReLU que multiplica os números negativos por 0,2 em vez de zerá-los; assim sempre
# passa alguma inclinação, e é das inclinações do discriminador que o gerador vai viver.


# %%
def networks():
    nn = torch.nn
    generator = nn.Sequential(
        nn.Linear(8, 72),  # (32, 8) @ (8, 72) -> (32, 72)
        nn.ReLU(),
        nn.Linear(72, 64),  # (32, 72) @ (72, 64) -> (32, 64)
        nn.Sigmoid(),
    )
    discriminator = nn.Sequential(
        nn.Linear(64, 80),  # (32, 64) @ (64, 80) -> (32, 80)
        nn.LeakyReLU(0.2),
        nn.Dropout(0.3),
        nn.Linear(80, 1),  # (32, 80) @ (80, 1) -> (32, 1)
    )
    return generator, discriminator


torch.manual_seed(0)
generator, discriminator = networks()
discriminator.eval()  # sem dropout enquanto medimos
noise = torch.randn(32, 8)
made = generator(noise)  # (32, 8) -> (32, 64)
print(made.shape, discriminator(made).shape)
print(f"verdadeira com probabilidade {discriminator(made).sigmoid().mean().item():.2f}, diz o discriminador sem treino")

# %% [markdown]
# ## Dois desejos opostos
# Seja `p` a probabilidade que o discriminador dá a "verdadeira":
#
# - O discriminador quer `p` perto de 1 para as verdadeiras e perto de 0 para as fabricadas:
#   `perda = -log(p_real) - log(1 - p_made)`.
# - O gerador quer `p` perto de 1 para o que ele fabricou: `perda = -log(p_made)`.
#
# As duas são a entropia cruzada binária da aula 10, com alvo 1 para "verdadeira" e 0 para "fabricada". `BCEWithLogitsLoss`
# recebe as pontuações e aplica ela mesma a sigmoide. Um discriminador que não sabe distinguir diz `p = 0,5`: as perdas são então
# `2 · 0,693` e `0,693`.

# %%
loss_function = torch.nn.BCEWithLogitsLoss()
real, fake = torch.ones(32, 1), torch.zeros(32, 1)  # os alvos de 32 pontuações
undecided = torch.zeros(32, 1)  # pontuações cuja sigmoide é 0,5
print(f"discriminador: {(loss_function(undecided, real) + loss_function(undecided, fake)).item():.3f}")
print(f"gerador:       {loss_function(undecided, real).item():.3f}")

# %% [markdown]
# ## Medir: o que o discriminador sabe de um pixel?
# Deixe o discriminador aprender por 30 passos, com o gerador como está. Depois, mova um pixel de uma imagem fabricada em 0,001
# e veja quanto anda a perda do gerador.
#
# **Adivinhe primeiro:** ninguém disse a ele onde um três tem tinta. Que sinal terá a inclinação de um pixel sobre o traço, e a
# de um fora dele?

# %%
optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.001)
for _ in range(30):
    optimizer.zero_grad()
    loss = loss_function(discriminator(threes[:32]), real) + loss_function(discriminator(made.detach()), fake)
    loss.backward()
    optimizer.step()


def generator_loss(picture):
    return loss_function(discriminator(picture), real[:1])  # (1, 64) -> (1, 1) -> ()


picture = made[:1].detach()  # (1, 64)
for row, column in [(7, 3), (4, 0)]:
    nudged = picture.clone()
    nudged[0, 8 * row + column] += 0.001
    slope = (generator_loss(nudged) - generator_loss(picture)).item() / 0.001
    print(f"pixel na linha {row}, coluna {column}: inclinação {slope:+.2f}")

# %% [markdown]
# A linha 7, coluna 3 fica no traço de baixo de um três: ali, mais tinta faz a perda cair. A linha 4, coluna 0 é vazia nos três
# verdadeiros: ali, mais tinta faz a perda crescer. Ao discriminador só se perguntou "verdadeira ou fabricada?", e ele aprendeu
# onde um três tem tinta.
#
# ## Deduzir: o alvo é uma inclinação
# A retropropagação dá as 64 inclinações de uma vez. Pela regra da cadeia, ela segue através da imagem até o gerador: perda,
# pontuação, imagem, pesos do gerador. Portanto, o gerador não precisa de alvo; precisa da inclinação de cada pixel, e é o
# discriminador que a fornece.

# %%
picture.requires_grad_()
generator_loss(picture).backward()
slopes = picture.grad[0]  # (1, 64) -> (64,)
print(f"linha 7, coluna 3: {slopes[59].item():+.2f}; linha 4, coluna 0: {slopes[32].item():+.2f}")

figure = viz.samples(
    torch.stack([threes.mean(dim=0), slopes / slopes.abs().max() * -0.5 + 0.5]).reshape(2, 8, 8),
    titles=["média dos três", "escuro: pede mais tinta"],
)
viz.save(figure, "pictures/18_slopes")
figure

# %% [markdown]
# ## Uma rodada
# As duas redes se revezam. Na vez do discriminador, `detach()` corta a ligação das imagens fabricadas com o gerador: os
# gradientes param ali. Na vez do gerador, eles atravessam o discriminador, mas só o otimizador do gerador dá um passo.


# %%
def one_round(networks, optimizers, x, noise, loss_function):
    (generator, discriminator), (of_generator, of_discriminator) = networks, optimizers
    made = generator(noise)  # (32, 8) -> (32, 64)
    scores = discriminator(x)  # (32, 64) -> (32, 1)
    real, fake = torch.ones(32, 1), torch.zeros(32, 1)  # os alvos

    of_discriminator.zero_grad()
    loss = loss_function(scores, real) + loss_function(discriminator(made.detach()), fake)
    loss.backward()
    of_discriminator.step()

    of_generator.zero_grad()
    wish = loss_function(discriminator(made), real)
    wish.backward()
    of_generator.step()
    return loss.item(), wish.item()


# %% [markdown]
# ## Quando dá errado
# Todo mundo esquece o `detach()` uma vez:

# %%
generator, discriminator = networks()
made = generator(noise)
loss_function(discriminator(made), fake).backward()  # a vez do discriminador, sem detach()
try:
    loss_function(discriminator(made), real).backward()  # a vez do gerador
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown]
# O erro diz que se tentou percorrer o grafo uma segunda vez. O primeiro `backward()` seguiu até dentro do gerador e liberou o
# que o grafo tinha guardado no caminho; o segundo precisa disso de novo. `retain_graph=True`, que a mensagem oferece, calaria o
# erro e desperdiçaria o trabalho: o conserto é `made.detach()`.
#
# Um engano que não causa erro: a vez do gerador também deixa gradientes no discriminador, e para ele apontam na direção errada.
# `of_discriminator.zero_grad()` os joga fora; por isso tem de ficar depois da vez do gerador e antes da do discriminador.

# %%
generator, discriminator = networks()
made = generator(noise)
loss_function(discriminator(made.detach()), fake).backward()
print("o gerador tem gradientes depois da vez do discriminador:", generator[0].weight.grad is not None)
discriminator.zero_grad()
loss_function(discriminator(made), real).backward()
print("o discriminador tem gradientes depois da vez do gerador:", discriminator[0].weight.grad is not None)

# %% [markdown]
# ## Automatizar: o laço de treinamento
# Cada rodada toma 32 três ao acaso e um ruído novo. Nos dois otimizadores, o primeiro momento é 0,5 em vez do 0,9 do Adam: o
# adversário muda o tempo todo, e gradientes antigos logo dizem pouco. As imagens dos mesmos 7 ruídos são desenhadas várias
# vezes, para ver o que acontece com elas.


# %%
def train(samples, rounds, watch=()):
    torch.manual_seed(0)
    pair = networks()
    optimizers = [torch.optim.Adam(network.parameters(), lr=0.001, betas=(0.5, 0.999)) for network in pair]
    loss_function = torch.nn.BCEWithLogitsLoss()
    same_noise = torch.randn(7, 8)
    losses, pictures = [], {}
    for i in range(rounds + 1):
        if i in watch:
            with torch.no_grad():
                pictures[i] = pair[0](same_noise).reshape(7, 8, 8)  # (7, 64) -> (7, 8, 8)
        x = samples[torch.randint(0, len(samples), (32,))]  # (183, 64) -> (32, 64)
        losses.append(one_round(pair, optimizers, x, torch.randn(32, 8), loss_function))
    return pair[0], losses, pictures


generator, losses, pictures = train(threes, 1200, watch=(0, 20, 50, 100, 300, 1200))
print(f"primeiras perdas: discriminador {losses[0][0]:.2f}, gerador {losses[0][1]:.2f}")

# %% [markdown]
# ## A figura: amostras ao longo do tempo
# Cada coluna é um ruído; cada linha, um momento do treinamento.

# %%
figure = viz.samples({f"rodada {i}": images for i, images in pictures.items()})
viz.save(figure, "pictures/18_samples")
figure

# %% [markdown]
# Primeiro tudo é cinza; depois aparece o lugar da tinta; depois, um mesmo três para todos os ruídos; e só mais tarde os três
# ficam diferentes. As perdas dizem muito menos:

# %%
means = torch.tensor(losses[:1200]).reshape(60, 20, 2).mean(dim=1)  # (1200, 2) -> (60, 20, 2) -> (60, 2)
figure, (axes,) = viz.panels(height=3.0)
rounds = torch.arange(10, 1200, 20).numpy()
axes.plot(rounds, means[:, 0].numpy(), color="#0072B2", linewidth=2, label="discriminador")
axes.plot(rounds, means[:, 1].numpy(), color="#E69F00", linewidth=2, linestyle="--", label="gerador")
axes.axhline(1.386, color="#0072B2", linewidth=0.8, linestyle=":")
axes.axhline(0.693, color="#E69F00", linewidth=0.8, linestyle=":")
axes.set(xlabel="rodada", ylabel="perda (média de 20 rodadas)")
axes.legend(frameon=False)
figure.alt = "As perdas das duas redes em 1200 rodadas. Da rodada 100 em diante, ficam perto das linhas pontilhadas, 1,386 e 0,693."
viz.save(figure, "pictures/18_losses")
figure

# %% [markdown]
# A partir da rodada 100, as duas ficam perto das linhas pontilhadas, onde o discriminador não sabe distinguir. Nenhuma perda
# cai até 0, e nenhuma deveria: quando uma rede melhora, a tarefa da outra fica mais difícil. Por isso, uma GAN se julga por suas
# amostras. Duas perguntas merecem números:
#
# - **Parecem três?** A distância de cada imagem fabricada até a verdadeira mais próxima.
# - **São diferentes entre si?** O desvio padrão de cada pixel ao longo das amostras. Um gerador que faz sempre o mesmo três,
#   ainda que bom, sofreu *colapso*; nada em sua perda o proíbe.
#
# **Adivinhe primeiro:** quantas de 200 imagens fabricadas são cópias de um três verdadeiro?


# %%
def nearest(made):
    distances = torch.cdist(made, threes)  # de cada fabricada a cada verdadeira: (200, 64), (183, 64) -> (200, 183)
    return distances.amin(dim=1).mean().item()  # (200, 183) -> (200,) -> ()


torch.manual_seed(1)
with torch.no_grad():
    untrained, trained = (network(torch.randn(200, 8)) for network in (networks()[0], generator))
print(f"distância até o três mais próximo, sem treino: {nearest(untrained):.1f}")
print("com treino, no máximo metade disso:", nearest(trained) < 0.5 * nearest(untrained))
print(f"desvio padrão de um pixel, três verdadeiros: {threes.std(dim=0).mean().item():.2f}")
print("com treino, no mínimo metade disso:", (trained.std(dim=0).mean() > 0.5 * threes.std(dim=0).mean()).item())
print("cópias de um três verdadeiro:", (torch.cdist(trained, threes) < 0.1).sum().item())

# %% [markdown]
# O gerador nunca viu um três verdadeiro: só inclinações chegaram até ele. Com os dez dígitos, redes maiores e o rótulo do
# dígito como mais uma entrada, as mesmas linhas fazem o que `benchmarks/runs/gan_digits.py` desenha.
#
# ## O mesmo no PyTorch


# %%
def ten_rounds():
    _, losses, pictures = train(threes, 9, watch=(0, 9))
    return {"perdas de 10 rodadas": losses, "imagens depois de 9 rodadas": pictures[9]}


same_in_pytorch(ten_rounds)

# %% [markdown]
# ## Resumo
# - O gerador transforma ruído em amostras; o discriminador dá a probabilidade de uma amostra ser verdadeira.
# - O gerador aprende com as inclinações da pontuação do discriminador ao longo de cada pixel; ele não vê nenhuma amostra
#   verdadeira.
# - A vez do discriminador precisa de `made.detach()`; cada vez começa com seu próprio `zero_grad()`.
# - Perdas perto de 1,386 e 0,693 querem dizer empate. Uma GAN se julga por suas amostras: são boas? São diferentes entre si?
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A perda do discriminador, a partir de suas probabilidades para uma amostra verdadeira e uma fabricada: dois tensores
# sem eixos.


# %%
def exercise_1(p_real, p_made):
    return ...


check(
    exercise_1,
    (torch.tensor(0.5), torch.tensor(0.5), 1.386294),
    (torch.tensor(0.9), torch.tensor(0.2), 0.328504),
)

# %% [markdown]
# **2.** Um gerador também poderia minimizar `log(1 - p)` em vez de `-log(p)`: as duas caem quando `p` cresce. Devolva a
# inclinação de cada uma ao longo da *pontuação* (`p` é a sigmoide dela), pelo autograd ou à mão. Qual delas ainda ensina algo a um
# principiante, cujo `p` é 0,01?


# %%
def exercise_2(score):
    return ...


check(exercise_2, (0.0, [-0.5, -0.5]), (-4.59512, [-0.01, -0.99]), (4.59512, [-0.99, -0.01]))

# %% [markdown]
# **3.** Um gerador sofreu colapso? Devolva True se o desvio padrão dos pixels de `made` `(n, 64)`, em média, é menor que um
# décimo do de `real` `(m, 64)`.


# %%
def exercise_3(made, real):
    return ...


check(
    exercise_3,
    (threes[:40], threes, False),
    (threes[:1] + 0.01 * threes[:40], threes, True),
    (threes[5:6].repeat(7, 1), threes, True),
)

# %% [markdown]
# **4.** Caminhe de um ruído a outro `(8,)` em `n` passos iguais, com os dois extremos, e devolva as imagens `(n + 1, 64)` que o
# gerador dá no caminho. Desenhe as suas com `viz.samples`.


# %%
def exercise_4(generator, start, end, n):
    return ...


walker, _ = networks()  # qualquer gerador serve


def judge_4(answer):
    if not isinstance(answer, torch.Tensor):
        return f"devolve {type(answer).__name__}, esperado um tensor (5, 64)"
    if answer.shape != (5, 64):
        return f"devolve o formato {tuple(answer.shape)}, esperado (5, 64)"
    noises = torch.linspace(0, 1, 5).reshape(5, 1).repeat(1, 8)  # (5,) -> (5, 8)
    wanted = walker(noises)  # (5, 8) -> (5, 64)
    if not near(answer[[0, 4]], wanted[[0, 4]]):
        return "não começa e termina com as imagens dos dois ruídos"
    if not near(answer, wanted):
        return "não dá passos iguais de ruído a ruído: o passo 1 de 4 é um quarto do caminho"


check(
    exercise_4,
    (walker, torch.zeros(8), torch.ones(8), 4, judge_4),
    (torch.nn.Identity(), torch.tensor([0.0, 3.0]), torch.tensor([3.0, 0.0]), 3, [[0.0, 3], [1, 2], [2, 1], [3, 0]]),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Guarda todo o estado anterior da célula.
# 2. O maior número de cada bloco.
# 3. Não há limite: é menos o logaritmo de uma probabilidade perto de 0.
#
# </details>
