# %% [markdown]
# # 00b · De onde vem tudo isso
#
# **Pergunta:** O que é aprendizado de máquina, como chegou até aqui, e o que não se deve esperar dele?
#
# **Precisa de:** nada.
#
# **Tempo:** 22 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. O que a rede do início rápido lê? (aula 00)
# 2. O que a semente decide ali? (aula 00)
# 3. O que acontece com a perda nos dígitos que só observam? (aula 00)
#
# Esta é uma aula para olhar. Seus programas rodam, e os números são de verdade; como funcionam se conta da aula 01 em diante, peça por peça.
#
# *Inteligência artificial* é o nome antigo do desejo de que máquinas façam o que exige uma mente. *Aprendizado de máquina* (*machine learning*) é
# a parte dela em que ninguém escreve a regra: um programa a encontra em exemplos. Uma *rede neural* é um tipo desses programas, somas e funções
# simples com números que o treinamento ajusta; *aprendizado profundo* (*deep learning*) é o mesmo com muitas camadas.
#
# | para quê | exemplo | aqui |
# |---|---|---|
# | um número a partir de números | o preço de uma casa, a temperatura de amanhã | aula 03 |
# | uma entre várias classes | um dígito, spam ou não, doente ou não | aulas 00, 10, 13 |
# | imagens | o que se vê em uma foto, e onde | aula 15 |
# | sequências | fala, consumo de energia, manchas solares | aulas 16, 17 |
# | algo novo de um tipo conhecido | rostos, vozes, imagens | aula 18 |
# | texto | tradução, respostas, programas | aula 19 |

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## 1957: uma máquina que aprende
# Em 1943, McCulloch e Pitts [1] descrevem uma célula nervosa como aritmética: ela soma o que entra e dispara se a soma passa de um limiar. Em
# 1957, Frank Rosenblatt descreve o *perceptron* [2], uma célula dessas cujos pesos mudam sozinhos. Sua regra cabe em uma linha: se a resposta está
# certa, não faça nada; se está errada, some as entradas aos pesos, ou subtraia.
#
# Que ele aprenda a palavra "e": duas entradas, resposta 1 se ambas são 1.


# %%
def perceptron(inputs, targets, rounds=100):
    """A regra de Rosenblatt: os pesos, o viés, e quantas respostas estavam erradas em cada volta."""
    weights, bias, wrong = torch.zeros(2), torch.zeros(()), []
    for _ in range(rounds):
        mistakes = 0
        for x, target in zip(inputs, targets, strict=True):
            answer = 1.0 if weights @ x + bias > 0 else 0.0  # (2,) @ (2,) -> ()
            weights, bias = weights + (target - answer) * x, bias + (target - answer)
            mistakes += answer != target
        wrong.append(mistakes)
    return weights, bias, wrong


inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # (4, 2)
weights, bias, wrong = perceptron(inputs, [0.0, 0.0, 0.0, 1.0])
print("respostas erradas, volta por volta:", wrong[:8])
print(f"pesos {weights.tolist()}, viés {bias.item()}")

# %% [markdown]
# Depois de cinco voltas ele não erra mais, e ninguém lhe disse a regra. O New York Times de 8 de julho de 1958 conta que a Marinha espera dele uma
# máquina capaz de andar, falar, ver, escrever e saber que existe.
#
# ## 1969: a palavra "ou"
# Agora "ou um, ou outro", XOR: 1 se exatamente uma entrada é 1. **Adivinhe primeiro:** quantas voltas?

# %%
_, _, wrong = perceptron(inputs, [0.0, 1.0, 1.0, 0.0])
print("respostas erradas, as primeiras voltas:", wrong[:8])
print("respostas erradas, as últimas voltas:  ", wrong[-4:])

# %% [markdown]
# Ele nunca aprende, e nenhuma outra regra aprenderia. Uma célula com os pesos `w1`, `w2` e o viés `b` teria de satisfazer
#
# | entradas | resposta | portanto |
# |---|---|---|
# | 0, 0 | 0 | `b ≤ 0` |
# | 0, 1 | 1 | `w2 + b > 0` |
# | 1, 0 | 1 | `w1 + b > 0` |
# | 1, 1 | 0 | `w1 + w2 + b ≤ 0` |
#
# As duas linhas do meio somam `w1 + w2 + 2b > 0`. Tire disso a última: `b > 0`. Isso contradiz a primeira. Em 1969, o livro *Perceptrons*, de Minsky e
# Papert [3], prova isso e muito mais sobre o que uma só camada não consegue, e por anos pouca gente trabalha com redes.
#
# No entanto, duas camadas conseguem, e todos sabiam: "ou um, ou outro" é "ou, mas não e".


# %%
def fires(x, weights, bias):
    return (x @ torch.tensor(weights) + bias > 0).float()  # (4, 2) @ (2,) -> (4,)


either = fires(inputs, [1.0, 1.0], -0.5)  # ou
both = fires(inputs, [1.0, 1.0], -1.5)  # e
print("ou, e:", either.tolist(), both.tolist())
print("xor:  ", fires(torch.stack([either, both], dim=1), [1.0, -1.0], -0.5).tolist())

# %% [markdown]
# Aqui foi uma pessoa que escolheu os pesos. O que faltava era uma regra para *aprendê-los*: um degrau é plano em quase toda parte, e nada diz a um
# peso da primeira camada se ele deve crescer.
#
# ## 1986: os erros no caminho de volta
# Ponha uma função lisa no lugar do degrau, e a regra da cadeia diz a cada peso, por mais fundo que esteja, para que lado melhora. Linnainmaa descreveu
# o método em 1970 [4]; Rumelhart, Hinton e Williams mostraram em 1986 [5] que com ele as redes aprendem o que ninguém ensinou às suas camadas
# ocultas: é a *retropropagação*, aula 11.


# %%
def learn_xor(steps=300):
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    targets, losses = torch.tensor([[0.0], [1.0], [1.0], [0.0]]), []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(inputs), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model, losses


model, losses = learn_xor()
print(f"perda: {losses[0]:.2f} no começo, no fim ≈ {losses[-1]:.3f}")
print("respostas:", (model(inputs) > 0).int().flatten().tolist())

# %% [markdown]
# ## De lá até aqui
# Depois de 1986, as ideias vêm uma a uma; os computadores e as coleções de dados vão alcançando-as. LeCun lê códigos postais com uma rede convolucional em
# 1989 [6], e cheques em 1998 [7]. A LSTM de 1997 [8] lembra ao longo de sequências compridas. Depois pouco acontece em público, até que em 2012 uma
# grande rede convolucional [10], treinada com o milhão de fotos do ImageNet [9], erra 15 % (com cinco palpites para cada foto) onde o segundo
# melhor programa erra 26 %. Daí em diante, tudo anda depressa.

# %%
EVENTS = {
    1943: "a célula nervosa como aritmética",
    1957: "o perceptron aprende",
    1969: "uma camada não consegue o XOR",
    1986: "retropropagação",
    1989: "a LeNet lê códigos postais",
    1997: "LSTM",
    2012: "a AlexNet vence no ImageNet",
    2014: "redes adversárias generativas",
    2017: "basta a atenção",
    2018: "GPT",
    2020: "GPT-3: 175 bilhões de pesos",
}
figure, (axes,) = viz.panels(height=4.6)
axes.plot([0, 0], [1940, 2023], color="#767676", linewidth=2)
for i, (year, event) in enumerate(EVENTS.items()):
    place = 1942 + i * 8  # letreiros a distâncias iguais, sejam quais forem os anos
    setback = year == 1969
    axes.plot([0, 0.25], [year, place], color="#767676", linewidth=0.8)
    axes.plot(0, year, marker="^" if setback else "o", markersize=8, color="#D55E00" if setback else "#0072B2")
    axes.text(0.27, place, f"{year}   {event}", va="center", fontsize=11)
axes.set(xlim=(-0.1, 1.2), ylim=(2027, 1938), yticks=range(1940, 2021, 20))
axes.xaxis.set_visible(False)
axes.spines[["bottom", "left"]].set_visible(False)
figure.alt = (
    "Uma linha do tempo de 1940 até hoje, os anos mais recentes embaixo. "
    + "; ".join(f"{y}: {e}" for y, e in EVENTS.items())
    + "."
)
viz.save(figure, "pictures/00b_time_line")
figure

# %% [markdown]
# O triângulo é o ponto de virada: a prova de que uma camada não basta é a razão de as redes terem várias. As redes adversárias generativas são de
# Goodfellow [11], a atenção sem recorrência é de Vaswani [12], o primeiro GPT, de Radford [13], o terceiro, de Brown [14]. Pequenas, de cada um
# desses tipos, você vai construir.
#
# ## Limites: perguntada sobre o que não viu
# Uma rede deste tipo traça curvas lisas por seus exemplos. Onde não há exemplos, ela também diz alguma coisa, e com a mesma firmeza.

# %%
torch.manual_seed(0)
x = torch.linspace(-1.0, 1.0, 50).reshape(-1, 1)  # (50, 1)
square = torch.nn.Sequential(torch.nn.Linear(1, 16), torch.nn.Tanh(), torch.nn.Linear(16, 1))
optimizer = torch.optim.Adam(square.parameters(), lr=0.02)
for _ in range(300):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(square(x), x * x).backward()
    optimizer.step()
for value in (0.5, 1.0, 3.0):
    print(f"o quadrado de {value} é {value * value}, a rede diz ≈ {square(torch.tensor([[value]])).item():.2f}")

# %% [markdown]
# ## Viés nos dados: quem é raro é mais mal servido
# Dois grupos de pessoas, 960 e 40. No primeiro, um sim ou não depende de uma medida, no segundo, de outra. A rede é informada do grupo; poderia,
# portanto, ser justa. Na média, ela acerta tanto quanto se pode desejar.


# %%
def people(n, group):
    x = torch.randn(n, 2)
    y = (x[:, group] > 0).float().reshape(-1, 1)  # decide a primeira ou a segunda medida
    return torch.cat([x, torch.full((n, 1), float(group))], dim=1), y  # (n, 3), (n, 1)


def classifier(x, y):
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Linear(3, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
        optimizer.step()
    return lambda x, y: ((model(x) > 0) != (y == 1)).float().mean().item()  # a proporção de erros


torch.manual_seed(0)
test = people(960, 0), people(40, 1), people(1000, 1)
for rare in (40, 400):
    (x_a, y_a), (x_b, y_b) = people(960, 0), people(rare, 1)
    mistakes = classifier(torch.cat([x_a, x_b]), torch.cat([y_a, y_b]))
    average = mistakes(torch.cat([test[0][0], test[1][0]]), torch.cat([test[0][1], test[1][1]]))
    print(f"{rare} exemplos do grupo raro: erros ≈ {average:.0%} na média,", end=" ")
    print(f"primeiro grupo ≈ {mistakes(*test[0]):.0%}, grupo raro ≈ {mistakes(*test[2]):.0%}")

# %% [markdown]
# A média esconde: ela é feita de 96 partes de um e 4 do outro. Não foi preciso má vontade, só uma perda que é uma média sobre exemplos. O mesmo foi
# encontrado em produtos: de três programas que distinguem mulheres de homens em fotos, nenhum errou mais de 0,8 % dos homens de pele clara, e um errou
# 34,7 % das mulheres de pele escura [15]. Portanto: meça cada grupo em separado, e junte mais dados onde há poucos. (Em português, *viés* é também o nome do
# número `b` de um neurônio; um não tem nada a ver com o outro.)
#
# ## Privacidade: o que foi decorado pode ser perguntado
# Quarenta pessoas com um segredo, sim ou não, que não se deduz de nada (cara ou coroa); uma rede os decora (a aula 14 diz como isso acontece). Alguém que
# tem os dados de uma pessoa pergunta à rede e quer saber: essa pessoa estava entre as quarenta?

# %%
torch.manual_seed(0)
known, secret = torch.randn(80, 8), torch.randint(0, 2, (80, 1)).float()
model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.binary_cross_entropy_with_logits(model(known[:40]), secret[:40]).backward()
    optimizer.step()
losses = torch.nn.functional.binary_cross_entropy_with_logits(model(known), secret, reduction="none").flatten()  # (80,)
member = losses < 0.1  # perda pequena: já encontrou esta pessoa
caught, suspected = member[:40].float().mean().item(), member[40:].float().mean().item()
print(f"tidos por membros: ≈ {caught:.0%} dos que são, ≈ {suspected:.0%} dos que não são")

# %% [markdown]
# Que alguém foi paciente de um estudo já pode ser um segredo. Este ataque é do tipo do de Shokri [16]; Carlini e outros fizeram o GPT-2 recitar nomes,
# telefones e e-mails que estavam nos textos de treinamento [17]. Ajuda o que ajuda contra o sobreajuste e, acima de tudo, não treinar com o que não deve
# ser sabido.
#
# ## Energia
# No treinamento, cada peso custa umas 6 contas para cada símbolo lido: um produto e uma soma na ida, dois de cada na volta.

# %%
gpt3 = 6 * 175e9 * 300e9  # pesos, símbolos
digits = 6 * (64 * 256 + 256 + 256 * 10 + 10) * 1197 * 40  # o início rápido: pesos, dígitos, épocas
print(f"GPT-3: {gpt3:.1e} contas, o início rápido: {digits:.1e}: {gpt3 / digits:.0e} vezes mais")
print(f"{1287} MWh são o que {1287 / 2:.0f} casas gastam em um ano, a 2 MWh cada uma")

# %% [markdown]
# 1.287 MWh é o que custou treinar o GPT-3 uma vez, segundo a estimativa de Patterson [18]; perguntar a ele vem por cima. O início rápido da aula 00 leva alguns
# segundos em um notebook velho. Um modelo pequeno que basta é melhor que um grande que impressiona.
#
# ## Quando dá errado
# As entradas são zeros e uns, e alguém deixa de escrever os pontos:

# %%
try:
    torch.tensor([[0, 1], [1, 1]]) @ torch.tensor([1.0, 1.0])
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(torch.tensor([[0.0, 1.0], [1.0, 1.0]]) @ torch.tensor([1.0, 1.0]))  # consertado: (2, 2) @ (2,) -> (2,)

# %% [markdown]
# O erro diz que as duas matrizes deveriam ter o mesmo tipo de número: `0` é um número inteiro e `0.0`, um com fração; os pesos são do segundo tipo, e um
# produto quer os dois do mesmo.
#
# ## O mesmo no PyTorch
# O PyTorch [19] é a biblioteca em que se escreve a maioria das redes de hoje, e a que estas aulas copiam.


# %%
def xor():
    return {"perdas do XOR": learn_xor()[1]}


same_in_pytorch(xor)

# %% [markdown]
# ## Fontes
# 1. W. S. McCulloch, W. Pitts: A logical calculus of the ideas immanent in nervous activity. *Bulletin of Mathematical Biophysics* 5, 115–133, 1943.
# 2. F. Rosenblatt: The perceptron: a perceiving and recognizing automaton. Relatório 85-460-1, Cornell Aeronautical Laboratory, 1957; e: The perceptron: a
#    probabilistic model for information storage and organization in the brain. *Psychological Review* 65(6), 386–408, 1958.
# 3. M. Minsky, S. Papert: *Perceptrons: An Introduction to Computational Geometry*. MIT Press, 1969.
# 4. S. Linnainmaa: The representation of the cumulative rounding error of an algorithm as a Taylor expansion of the local rounding errors. Dissertação de mestrado (em
#    finlandês), Universidade de Helsinque, 1970.
# 5. D. E. Rumelhart, G. E. Hinton, R. J. Williams: Learning representations by back-propagating errors. *Nature* 323, 533–536, 1986.
# 6. Y. LeCun e outros: Backpropagation applied to handwritten zip code recognition. *Neural Computation* 1(4), 541–551, 1989.
# 7. Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition. *Proceedings of the IEEE* 86(11), 2278–2324, 1998.
# 8. S. Hochreiter, J. Schmidhuber: Long short-term memory. *Neural Computation* 9(8), 1735–1780, 1997.
# 9. J. Deng e outros: ImageNet: a large-scale hierarchical image database. *CVPR*, 248–255, 2009.
# 10. A. Krizhevsky, I. Sutskever, G. E. Hinton: ImageNet classification with deep convolutional neural networks. *NIPS* 25, 2012.
# 11. I. Goodfellow e outros: Generative adversarial nets. *NIPS* 27, 2014.
# 12. A. Vaswani e outros: Attention is all you need. *NIPS* 30, 2017.
# 13. A. Radford, K. Narasimhan, T. Salimans, I. Sutskever: Improving language understanding by generative pre-training. OpenAI, 2018.
# 14. T. B. Brown e outros: Language models are few-shot learners. *NeurIPS* 33, 2020.
# 15. J. Buolamwini, T. Gebru: Gender shades: intersectional accuracy disparities in commercial gender classification. *Proceedings of Machine Learning
#     Research* 81, 77–91, 2018.
# 16. R. Shokri, M. Stronati, C. Song, V. Shmatikov: Membership inference attacks against machine learning models. *IEEE Symposium on Security and Privacy*, 3–18, 2017.
# 17. N. Carlini e outros: Extracting training data from large language models. *USENIX Security Symposium*, 2021.
# 18. D. Patterson e outros: Carbon emissions and large neural network training. arXiv:2104.10350, 2021.
# 19. A. Paszke e outros: PyTorch: an imperative style, high-performance deep learning library. *NeurIPS* 32, 2019.
#
# ## Resumo
# - O aprendizado de máquina encontra regras em exemplos. Uma rede neural são somas e funções simples cujos números são ajustados.
# - Uma camada aprende "e" e não consegue aprender "ou um, ou outro"; duas conseguem, e a retropropagação acha seus pesos.
# - Onde não houve exemplos, uma resposta não vale nada; onde houve poucos, é pior. Uma média esconde isso.
# - O que foi decorado pode ser extraído.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Pesos e viés de uma única célula para "o primeiro, mas não o segundo": 1 para as entradas 1, 0, e 0 para as outras três. Devolva
# `[w1, w2, b]`; a célula dispara se `w1·x1 + w2·x2 + b > 0`.


# %%
def exercise_1():
    return ...


def judge_1(answer):
    w1, w2, b = answer
    for (x1, x2), wanted in {(0, 0): False, (0, 1): False, (1, 0): True, (1, 1): False}.items():
        if (w1 * x1 + w2 * x2 + b > 0) != wanted or not abs(w1 * x1 + w2 * x2 + b) < 1e9:
            return f"erra para as entradas {x1}, {x2}"


check(exercise_1, (judge_1,))

# %% [markdown]
# **2.** Um passo da regra de Rosenblatt: a partir de `[w1, w2, b]`, de uma entrada `[x1, x2]` e da resposta certa, os novos `[w1, w2, b]`.


# %%
def exercise_2(cell, x, target):
    return ...


check(
    exercise_2,
    ([0.0, 0.0, 0.0], [1.0, 1.0], 1.0, [1.0, 1.0, 1.0]),
    ([1.0, 1.0, 1.0], [0.0, 1.0], 0.0, [1.0, 0.0, 0.0]),
    ([2.0, 1.0, -2.0], [1.0, 1.0], 1.0, [2.0, 1.0, -2.0]),
    ([2.0, 3.0, -2.0], [0.5, 0.5], 0.0, [1.5, 2.5, -3.0]),
)

# %% [markdown]
# **3.** Para cada pessoa, se a resposta estava certa, e o nome do grupo. Devolva a proporção de respostas *erradas* no grupo que é mais mal servido.


# %%
def exercise_3(right, groups):
    return ...


check(
    exercise_3,
    ([True, True, True, False, True, False], ["a", "a", "a", "a", "b", "b"], 0.5),
    ([True, False, True, True, False, True, True], ["a", "a", "b", "b", "a", "c", "c"], 2 / 3),
    ([True, True], ["a", "b"], 0.0),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Dígitos escritos à mão, imagens de 8 × 8 pixels.
# 2. Que dígitos ficam para o teste, e com que pesos a rede começa.
# 3. Ela logo cai mais devagar e termina mais alta que nos dígitos com que a rede aprende.
#
# </details>
