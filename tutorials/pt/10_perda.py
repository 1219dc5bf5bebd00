# %% [markdown]
# # 10 · Funções de perda
#
# **Pergunta:** Como um só número pode dizer quanto uma rede erra?
#
# **Precisa de:** aulas 01, 02, 03, 05, 09.
#
# **Tempo:** 17 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Duas camadas sem função entre elas: o que são juntas? (aula 09)
# 2. O que uma semente repete? (aula 07)
# 3. Por que as diferenças foram elevadas ao quadrado antes da média? (aula 03)
#
# A aula 03 encontrou pesos diminuindo um número. Esse número é a *perda*: ela compara as previsões com os alvos, que são as
# respostas certas. O treinamento faz exatamente o que a perda pede, e nada mais; por isso importa qual perda escolhemos.

# %%
import math
import warnings

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

F = torch.nn.functional

# %% [markdown]
# ## Regressão: a que distância de um número?
# Os preços de quatro casas, em centenas de milhares, e o que uma rede disse deles.

# %%
targets = torch.tensor([1.0, 1.8, 2.5, 3.6])  # (4,)
predictions = torch.tensor([1.2, 1.6, 2.5, 3.0])  # (4,)
difference = predictions - targets  # (4,) - (4,) -> (4,)

print("diferenças:", difference)
print(f"média:                       {difference.mean().item():.4f}")
print(f"média dos valores absolutos: {difference.abs().mean().item():.4f}")
print(f"média dos quadrados:         {(difference * difference).mean().item():.4f}")

# %% [markdown]
# A média simples não serve de perda. Nas duas primeiras casas, 0,2 a mais e 0,2 a menos se anulam, como se nada estivesse errado;
# e uma rede poderia torná-la tão pequena quanto quisesse, respondendo sempre menos. Uma perda conta cada diferença sem o sinal:
#
# - **erro absoluto médio:** a média de `|previsão − alvo|`. Aqui, (0,2 + 0,2 + 0 + 0,6) / 4 = 0,25.
# - **erro quadrático médio:** a média de `(previsão − alvo)²`. Aqui, (0,04 + 0,04 + 0 + 0,36) / 4 = 0,11.
#
# As duas só são 0 se todas as previsões estiverem certas. A biblioteca já as tem:

# %%
print(f"l1_loss:  {F.l1_loss(predictions, targets).item():.4f}")
print(f"mse_loss: {F.mse_loss(predictions, targets).item():.4f}")

# %% [markdown]
# ## Medir: o que uma perda pede?
# Mova uma previsão em 0,001 e veja quanto anda cada perda. Dividido por esse pequeno passo, isso é a inclinação (aula 01).


# %%
def slope(loss, place):
    nudged = predictions.clone()
    nudged[place] += 0.001
    return (loss(nudged, targets) - loss(predictions, targets)).item() / 0.001


for i in (0, 1, 3):
    print(f"erro de {difference[i].item():4.1f}:", end=" ")
    print(f"absoluta {slope(F.l1_loss, i):5.2f}, quadrática {slope(F.mse_loss, i):5.2f}")

# %% [markdown]
# ## Deduzir: um quadrado escuta os erros grandes
# Chame a diferença de `d` e o pequeno passo de `h`. `(d + h)² = d² + 2·d·h + h²`, e `h²` é pequeno demais para contar; assim, o
# quadrado anda `2·d·h`: sua inclinação é `2·d`, e `2·d/4` em uma média de quatro. Na última casa: 2 · (−0,6) / 4 = −0,3. O valor
# absoluto anda `h` ou `−h`, seja qual for `d`: 1/4 ou −1/4.
#
# Portanto, o erro quadrático pede mais onde o erro é maior, e quase nada onde é pequeno. O erro absoluto pede o mesmo de todos. É
# isso que decide o que acontece quando um alvo está simplesmente errado. Um quinto preço foi digitado sem a vírgula, 36 em vez de
# 3,6. Qual é *o* número que, sozinho, melhor prevê os cinco?
#
# **Adivinhe primeiro:** qual número é o melhor pelo erro absoluto, e qual pelo quadrático?

# %%
prices = torch.tensor([1.0, 1.8, 2.5, 3.6, 36.0])  # (5,)
candidates = torch.arange(0, 201) / 10  # (201,): 0,0, 0,1, … 20,0
off = candidates.reshape(201, 1) - prices  # (201, 1) - (5,) -> (201, 5): cada candidato menos cada preço
absolute = off.abs().mean(dim=1)  # (201, 5) -> (201,)
squared = (off * off).mean(dim=1)  # (201, 5) -> (201,)

# argmin: o lugar do menor número
print(f"melhor pelo erro absoluto:   {candidates[absolute.argmin()].item():.1f}")
print(f"melhor pelo erro quadrático: {candidates[squared.argmin()].item():.1f}")
print(f"média dos preços:            {prices.mean().item():.2f}")

# %% [markdown]
# O erro quadrático escolheu a média, que fica longe de todos os preços verdadeiros: um só *valor atípico* a puxou para lá. O erro
# absoluto escolheu o valor do meio, a mediana, e escolheria o mesmo se o engano fosse 360. Na figura, cada perda está dividida por
# seu menor valor, para que as duas caibam.

# %%
figure, (left, right) = viz.panels(2, height=3.1)
d = torch.arange(-20, 21) / 10
for name, values, curve, style, colour in [
    ("absoluta", d.abs(), absolute, "--", "#D55E00"),
    ("quadrática", d * d, squared, "-", "#0072B2"),
]:
    left.plot(d.numpy(), values.numpy(), style, linewidth=2, color=colour, label=name)
    right.plot(candidates.numpy(), (curve / curve.amin()).numpy(), style, linewidth=2, color=colour)
    best = curve.argmin().item()
    right.plot(candidates[best].item(), 1.0, "o", color=colour)
    right.text(candidates[best].item(), 0.94, f"{candidates[best].item():.1f}", ha="center", va="top", color=colour)
left.set(title="perda de uma amostra", xlabel="diferença")
right.set(title="cinco preços, um errado", xlabel="a única previsão", ylabel="perda ÷ seu mínimo", ylim=(0.85, 2.0))
left.legend(frameon=False)
figure.alt = "À esquerda, a perda absoluta é um V, a quadrática uma parábola. À direita, com um valor atípico, a menor perda está em 2,5 e em 9,0."
viz.save(figure, "pictures/10_regression")
figure

# %% [markdown]
# ## Classificação: por que não contar os erros?
# Quatro frutas, três classes: 0 é maçã, 1 laranja, 2 limão. Uma rede dá a cada fruta três *pontuações*, e a maior delas é a
# resposta.
#
# **Adivinhe primeiro:** a pontuação certa da última fruta ganha um pouco. Em quanto muda o número de erros?

# %%
scores = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.0], [1.0, 0.2, 1.5], [0.3, 0.1, 0.2]])  # (4, 3)
labels = torch.tensor([0, 1, 2, 2])  # (4,): um número inteiro para cada amostra


def mistakes(scores):
    return (scores.argmax(dim=1) != labels).sum().item()  # (4, 3) -> (4,) -> ()


nudged = scores.clone()
nudged[3, 2] += 0.001  # um pouco mais para a classe certa da última fruta
print(f"erros: {mistakes(scores)}, depois do pequeno passo: {mistakes(nudged)}")

# %% [markdown]
# O pequeno passo foi uma melhora, e a contagem não se mexeu: sua inclinação é 0 em quase todo lugar, e por isso ela nunca diz para
# que lado melhora. Contar os erros serve às pessoas, como *acurácia*; para treinar, precisamos de um número que sinta cada passo.
#
# ## Deduzir: a entropia cruzada
# A softmax (aula 09) transforma as pontuações de uma amostra em probabilidades. Uma boa rede dá uma probabilidade alta ao que é
# verdade. Olhe, então, a probabilidade `p` que ela deu à classe *certa*.

# %%
probabilities = torch.softmax(scores, dim=1)  # (4, 3) -> (4, 3): cada linha soma 1
p_right = torch.stack(
    [probabilities[i, label] for i, label in enumerate(labels.tolist())]
)  # quatro números em um tensor, (4,)
print(probabilities)
print("da classe certa:", p_right)
print(f"as quatro certas:  {p_right.prod().item():.4f}")
print(f"-log do produto:   {-p_right.prod().log().item():.4f}")
print(f"soma dos -log:     {(-p_right.log()).sum().item():.4f}")

# %% [markdown]
# A probabilidade de as quatro estarem certas é o produto. Um produto de milhares desses números é pequeno demais para um
# computador, e suas inclinações são incômodas; o logaritmo faz dele uma soma. Com o sinal de menos, para que menor seja melhor; e
# em média, para que não dependa do número de amostras. Isso é a **entropia cruzada**: a média de `−log p`, em que `p` é a
# probabilidade da classe certa.

# %%
for p in (1.0, 0.9, 0.5, 0.1, 0.01):  # -log p é log 1/p
    print(f"p = {p:4}: perda {math.log(1 / p):.3f}")

figure, (axes,) = viz.panels(height=3.0)
p = torch.arange(1, 101) / 100
axes.plot(p.numpy(), (-p.log()).numpy(), linewidth=2, color="#0072B2")
axes.plot([1 / 3], [math.log(3)], "o", color="#D55E00")
axes.text(0.35, 1.2, "três classes, um palpite às cegas: log 3", color="#D55E00")
axes.set(xlabel="probabilidade da classe certa", ylabel="perda de uma amostra")
figure.alt = "A curva de menos o logaritmo: 4,6 em uma probabilidade de 0,01, 1,1 em um terço, 0 em 1."
viz.save(figure, "pictures/10_cross_entropy")
figure

# %% [markdown]
# Ter certeza e errar custa caro: não há limite para isso. Uma rede que não sabe nada dá 1/3 a cada uma de três classes, e sua perda
# é log 3 ≈ 1,10. Se a perda de uma rede não treinada começa longe do logaritmo do número de classes, há algo errado na rede
# ou na escala de suas entradas: os dez dígitos do início rápido dão cerca de 2,3, que é log 10, e de 2,9 a 4,2 (com oito sementes)
# se seus pixels não são divididos por 16.
#
# ## Automatizar: das pontuações à perda, em uma chamada
# `cross_entropy` recebe as *pontuações* e faz ela mesma a softmax e o logaritmo.

# %%
print(f"à mão:         {(-p_right.log()).mean().item():.4f}")
print(f"cross_entropy: {F.cross_entropy(scores, labels).item():.4f}")  # (4, 3), (4,) -> ()

# %% [markdown]
# Há uma razão para fazer os dois juntos. Em uma amostra com as pontuações 200, 0 e 0, a segunda classe tem probabilidade 10⁻⁸⁷, que o
# float32 arredonda para 0, e o logaritmo de 0 é −∞. A partir das pontuações, a perda é simplesmente 200:

# %%
sure_and_wrong = torch.tensor([[200.0, 0.0, 0.0]])  # (1, 3)
print("probabilidades:", torch.softmax(sure_and_wrong, dim=1))
print("cross_entropy:", F.cross_entropy(sure_and_wrong, torch.tensor([1])))

# %% [markdown]
# E o que ela pede? Mova cada pontuação da primeira fruta, uma maçã:

# %%
for j in range(3):
    nudged = scores[:1].clone()  # (1, 3)
    nudged[0, j] += 0.001
    moved = F.cross_entropy(nudged, labels[:1]) - F.cross_entropy(scores[:1], labels[:1])
    print(f"pontuação {j}: inclinação {moved.item() / 0.001:5.2f}, probabilidade {probabilities[0, j].item():.2f}")

# %% [markdown]
# A inclinação é a probabilidade, menos 1 na classe certa: 0,66 − 1 = −0,34. Ela diz: aumente a pontuação certa, tanto mais quanto
# falta à sua probabilidade para chegar a 1; diminua cada uma das outras, tanto mais quanto maior for sua probabilidade. Quando as
# probabilidades estão certas, nada mais é pedido.
#
# ## Duas classes: basta uma pontuação
# Com duas classes, sim ou não, a sigmoide de uma só pontuação é a probabilidade do sim, `p`; a do não é `1 − p`. A perda é, de novo,
# menos o logaritmo do que aconteceu. `binary_cross_entropy_with_logits` recebe a pontuação (também chamada *logit*) e faz o resto.

# %%
ripe_scores = torch.tensor([2.0, -1.0, 0.5])  # (3,)
ripe = torch.tensor([1.0, 0.0, 0.0])  # (3,), está madura? sim, não, não
p = torch.sigmoid(ripe_scores)
happened = torch.where(ripe == 1, p, 1 - p)  # p onde ripe é 1, senão 1 - p: (3,)
print("probabilidade do que aconteceu:", happened)
print(f"à mão:      {(-happened.log()).mean().item():.4f}")
print(f"biblioteca: {F.binary_cross_entropy_with_logits(ripe_scores, ripe).item():.4f}")

# %% [markdown]
# ## Quando dá errado
# Três enganos. O primeiro se faz ouvir: os rótulos de `cross_entropy` são números inteiros, os números das classes.

# %%
try:
    F.cross_entropy(scores, torch.tensor([0.0, 1.0, 2.0, 2.0]))
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print(F.cross_entropy(scores, torch.tensor([0, 1, 2, 2])))  # consertado

# %% [markdown]
# O erro diz que esperava inteiros (`Long`), recebeu `float32`, e que `.long()` os converte.
#
# O segundo só avisa. Uma rede com uma saída dá o formato `(4, 1)`; os alvos são `(4,)`. A diferença entre eles é `(4, 4)`: cada
# previsão menos *cada* alvo. Aqui o aviso vira erro, para que possamos imprimi-lo; ele diz que os dois tamanhos diferem e que, com
# a expansão, o resultado provavelmente será errado.

# %%
column = predictions.reshape(4, 1)  # como a daria uma camada com uma saída
try:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F.mse_loss(column, targets)
except UserWarning as warning:
    print(f"UserWarning: {warning}")
print(f"errado:     {((column - targets) * (column - targets)).mean().item():.4f}")  # (4, 1) - (4,) -> (4, 4)
print(f"consertado: {F.mse_loss(column, targets.reshape(4, 1)).item():.4f}")  # (4, 1) - (4, 1) -> (4, 1)

# %% [markdown]
# O terceiro não diz nada: dar a `cross_entropy` probabilidades no lugar das pontuações. A softmax é então aplicada duas vezes, e até
# uma resposta perfeita fica com uma perda grande, pois probabilidades diferem entre si em no máximo 1.
#
# **Adivinhe primeiro:** de que tamanho é então a perda de uma resposta perfeita?

# %%
perfect = torch.tensor([[1.0, 0.0, 0.0]])  # probabilidades: com certeza uma maçã
print(f"probabilidades perfeitas como pontuações: {F.cross_entropy(perfect, torch.tensor([0])).item():.4f}")
print(f"pontuações 20, 0, 0:                      {F.cross_entropy(perfect * 20, torch.tensor([0])).item():.4f}")

# %% [markdown]
# ## O mesmo no PyTorch


# %%
def losses():
    return {
        "l1_loss": F.l1_loss(predictions, targets),
        "mse_loss": F.mse_loss(predictions, targets),
        "cross_entropy": F.cross_entropy(scores, labels),
        "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits(ripe_scores, ripe),
    }


same_in_pytorch(losses)

# %% [markdown]
# Escritas como camadas, as mesmas funções se chamam `torch.nn.L1Loss()`, `MSELoss()`, `CrossEntropyLoss()` e `BCEWithLogitsLoss()`.
#
# ## Resumo
# - Uma perda é um só número, 0 ou perto disso quando tudo está certo, e cada pequeno passo de uma previsão a move.
# - Regressão: o erro quadrático pede mais onde o erro é maior e leva à média; o erro absoluto leva à mediana.
# - Classificação: entropia cruzada, menos o logaritmo da probabilidade da classe certa. Sua inclinação é a probabilidade menos a
#   verdade.
# - `cross_entropy` recebe pontuações e números inteiros: `(4, 3), (4,) -> ()`. Em `mse_loss`, previsões e alvos têm o mesmo formato.
# - Sem treinamento, uma rede com `k` classes deve começar perto de log `k`.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** A raiz do erro quadrático médio, que tem a unidade dos alvos: para preços, dinheiro, e não dinheiro ao quadrado.


# %%
def exercise_1(predictions, targets):
    return ...


check(
    exercise_1,
    (predictions, targets, 0.11**0.5),
    (torch.tensor([[1.0, 5.0, 2.0]]), torch.tensor([[1.0, 2.0, 6.0]]), (25 / 3) ** 0.5),
)

# %% [markdown]
# **2.** Uma perda entre as duas: para cada diferença `d`, ela é `d²/2` onde `|d|` está abaixo de 1, senão `|d| − 1/2`. Devolva a
# média. (Chama-se perda de Huber. Por que ela suporta valores atípicos? E por que −1/2?)


# %%
def exercise_2(predictions, targets):
    return ...


check(
    exercise_2,
    (torch.tensor([0.5, 3.0]), torch.tensor([0.0, 0.0]), 1.3125),
    (torch.tensor([1.0, 0.0, -9.0]), torch.tensor([1.0, 2.0, 1.0]), 11 / 3),
)

# %% [markdown]
# **3.** De dez frutas, sete são maçãs, e a rede não sabe mais nada. Por isso ela dá a *todas* as frutas a mesma probabilidade `p` de
# serem maçãs. Que `p` torna a perda a menor possível, se `apples` de `n` frutas são maçãs?


# %%
def exercise_3(apples, n):
    return ...


check(exercise_3, (7, 10, 0.7), (1, 4, 0.25))

# %% [markdown]
# **4.** A primeira perda que você espera de uma rede não treinada com `classes` classes.


# %%
def exercise_4(classes):
    return ...


check(exercise_4, (3, math.log(3)), (10, math.log(10)))

# %% [markdown]
# **5.** As inclinações da entropia cruzada ao longo de todas as pontuações de uma vez, `(n, classes)`, sem mover nenhuma. Atenção à
# média sobre as `n` amostras.


# %%
def exercise_5(scores, labels):
    return ...


check(
    exercise_5,
    (torch.tensor([[0.0, 0.0, 0.0, 0.0]]), torch.tensor([3]), [[0.25, 0.25, 0.25, -0.75]]),
    (torch.tensor([[1.0, 2.0, 5.0]]).log(), torch.tensor([0]), [[-7 / 8, 2 / 8, 5 / 8]]),
    (
        torch.tensor([[1.0, 3.0], [1.0, 1.0], [4.0, 1.0]]).log(),
        torch.tensor([0, 1, 1]),
        [[-0.25, 0.25], [1 / 6, -1 / 6], [0.8 / 3, -0.8 / 3]],
    ),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Uma só camada, com os pesos `W2 @ W1`.
# 2. Os mesmos números, se vierem as mesmas chamadas na mesma ordem.
# 3. Porque o que sobra e o que falta se cancelariam.
#
# </details>
