# %% [markdown]
# # 03 · Pesos
#
# **Pergunta:** O que um peso diz sobre sua entrada, e como se pode encontrar um peso?
#
# **Precisa de:** aulas 01, 02.
#
# **Tempo:** 9 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Que formato tem a soma de um `(5, 2)` ao longo do eixo 1? (aula 02)
# 2. O que faz o viés que nenhum peso faz? (aula 01)
# 3. O que a rede do início rápido encontrou sozinha? (aula 00)
#
# Um neurônio calcula o preço de uma casa a partir de seu tamanho e de seu número de quartos. Os pesos são 100 e 50. Isso quer dizer
# que o tamanho importa duas vezes mais?

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Cinco casas
# Cada linha é uma casa (uma amostra), cada coluna uma característica: o tamanho em centenas de m² e os quartos. O preço está em
# milhares de reais. O neurônio ainda não tem viés (aula 04) nem função de ativação: o preço é a própria soma ponderada.

# %%
houses = torch.tensor([[0.5, 1.0], [0.8, 2.0], [1.0, 3.0], [1.1, 5.0], [1.6, 4.0]])  # (5, 2)
weights = torch.tensor([100.0, 50.0])  # (2,)

products = houses * weights  # (5, 2) * (2,) -> (5, 2): cada linha vezes os pesos
prices = products.sum(dim=1)  # (5, 2) -> (5,): a soma de cada linha
print(products)
print(prices)

# %% [markdown]
# ## A figura
# A casa do meio da tabela, passando pelo neurônio. Sem função de ativação, é como se houvesse uma que não muda nada: `identity`.

# %%
figure = viz.neuron(houses[2], weights, 0.0, "identity", names=["tamanho", "quartos"])
viz.save(figure, "pictures/03_neuron")
figure

# %% [markdown]
# ## Medir: mova cada característica
# Como na aula 01: 0,001 a mais de uma característica, e quanto anda o preço?


# %%
def price(size, rooms):
    return 100.0 * size + 50.0 * rooms


print(f"inclinação ao longo do tamanho:   {(price(1.001, 3.0) - price(1.0, 3.0)) / 0.001:.3f}")
print(f"inclinação ao longo dos quartos:  {(price(1.0, 3.001) - price(1.0, 3.0)) / 0.001:.3f}")

# %% [markdown]
# As inclinações são os pesos: 100 mil por mais uma *centena de m²*, 50 mil por mais um *quarto*. São unidades diferentes, e é
# aí que mora o engano. Em m², o mesmo neurônio precisa do peso 1, e todos os preços ficam iguais:

# %%
in_square_metres = houses * torch.tensor([100.0, 1.0])  # (5, 2) * (2,) -> (5, 2): tamanhos 50, 80, 100, 110, 160
new_weights = torch.tensor([1.0, 50.0])
new_prices = (in_square_metres * new_weights).sum(dim=1)  # (5, 2) * (2,) -> (5, 2) -> (5,)
print(new_prices)

# %% [markdown]
# O tamanho não perdeu influência, e mesmo assim seu peso caiu de 100 para 1. Portanto, um peso sozinho não diz nada sobre a
# influência.
#
# ## Deduzir: peso vezes variação
# Do menor ao maior valor nestas casas, uma característica percorre a sua *variação*. O preço anda então `peso · variação`, seja
# qual for a unidade da característica.
#
# **Adivinhe primeiro:** o que muda mais o preço de uma casa a outra: o tamanho, de peso 100, ou os quartos, de peso 50?

# %%
spread = houses.amax(dim=0) - houses.amin(dim=0)  # (5, 2) -> (2,): o maior menos o menor de cada coluna
new_spread = in_square_metres.amax(dim=0) - in_square_metres.amin(dim=0)
print("variação:       ", spread)
print("peso * variação:", weights * spread)
print("o mesmo em m²:  ", new_weights * new_spread)

# %% [markdown]
# Nestas casas, os quartos movem o preço em 200 mil, e o tamanho em 110 mil, embora o tamanho tenha o peso maior. As barras
# abaixo mostram os produtos: os quartos diferem mais de casa para casa.

# %%
figure, (axes,) = viz.panels(height=3.2)
places = torch.arange(5).numpy()
axes.bar(places - 0.2, products[:, 0].numpy(), 0.4, label="100 · tamanho", color="#0072B2")
axes.bar(
    places + 0.2, products[:, 1].numpy(), 0.4, label="50 · quartos", color="#E69F00", hatch="//", edgecolor="white"
)
axes.set(xlabel="casa", ylabel="parte do preço (milhares)", xticks=places)
axes.legend(frameon=False)
figure.alt = (
    "Barras de 100 · tamanho e 50 · quartos para cinco casas. Os tamanhos dão de 50 a 160, os quartos de 50 a 250."
)
viz.save(figure, "pictures/03_products")
figure

# %% [markdown]
# ## Quando dá errado
# Um terceiro peso, para uma característica que as casas não têm:

# %%
try:
    houses * torch.tensor([100.0, 50.0, 10.0])  # (5, 2) * (3,)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
print((houses * weights).shape)  # consertado: um peso para cada coluna, (5, 2) * (2,) -> (5, 2)

# %% [markdown]
# O erro diz que os tamanhos 2 e 3 não combinam. Os últimos eixos precisam ter o mesmo tamanho: 2 características pedem 2 pesos.
# O vetor de pesos serve então a todas as linhas; essa repetição se chama *expansão* (*broadcasting*).
#
# ## Automatizar: encontrar os pesos
# Agora esqueça os pesos, e guarde as casas e seus preços. Um par de pesos é tanto melhor quanto mais perto dos verdadeiros ficam
# os preços que ele dá. Um número diz quanto eles erram: a média dos quadrados das diferenças. Ao quadrado porque, sem isso, os
# erros para cima e para baixo se cancelariam.


# %%
def how_far_off(weights):
    difference = (houses * weights).sum(dim=1) - prices  # (5, 2) * (2,) -> (5, 2) -> (5,)
    return (difference * difference).mean().item()  # (5,) -> (): a média, como número do Python


for guess in ([0.0, 0.0], [90.0, 50.0], [100.0, 50.0]):
    print(f"pesos {guess}: {how_far_off(torch.tensor(guess)):.1f}")

# %% [markdown]
# Assim, a busca pode começar em qualquer lugar: mude um pouco um dos pesos; se o número cair, fique com a mudança; senão,
# desfaça. Quando nenhuma mudança ajudar mais, faça mudanças menores. (Na figura, cada marca do eixo vertical vale dez vezes a de
# baixo.)

# %%
found = torch.tensor([0.0, 0.0])
trail = [how_far_off(found)]
change = 16.0
while change > 0.01:
    better = False
    for i in range(2):
        for direction in (1.0, -1.0):
            trial = found.clone()  # uma cópia
            trial[i] += direction * change
            if how_far_off(trial) < how_far_off(found):
                found, better = trial, True
    trail.append(how_far_off(found))
    if not better:
        change = change / 2
print(f"encontrados {found} em {len(trail) - 1} rodadas; erro que resta: {trail[-1]:.3f}")

figure, (axes,) = viz.panels(height=2.8)
axes.plot(trail, linewidth=2)
axes.set(xlabel="rodada", ylabel="média dos quadrados", yscale="log")
figure.alt = f"Uma curva que cai: a média dos quadrados das diferenças em {len(trail) - 1} rodadas, de 72820 a 0,007."
viz.save(figure, "pictures/03_search")
figure

# %% [markdown]
# Os pesos foram encontrados só a partir de exemplos: isso é *aprender*. Para dois pesos, basta tentar. Para milhares, é
# preciso saber de antemão em que direção mudar cada um: disso tratam as aulas 11 e 12.
#
# ## O mesmo no PyTorch


# %%
def found_prices():
    return {"preços": (houses * found).sum(dim=1)}  # (5, 2) * (2,) -> (5, 2) -> (5,)


same_in_pytorch(found_prices)

# %% [markdown]
# ## Resumo
# - Um peso é a inclinação da saída ao longo de sua entrada: quanto a saída cresce por unidade a mais da entrada.
# - Outra unidade, outro peso. A influência é o peso vezes a variação.
# - Os formatos: `(5, 2) * (2,) -> (5, 2)`; depois, a soma ao longo do eixo 1 dá `(5,)`.
# - Pesos podem ser encontrados a partir de exemplos, diminuindo o número que diz quanto eles erram.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Devolva os preços `(n,)` de `n` casas `(n, características)` com estes pesos `(características,)`.


# %%
def exercise_1(houses, weights):
    return ...


check(
    exercise_1,
    (houses, weights, prices),
    (torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([10.0, 1.0, 0.5]), [13.5]),
)

# %% [markdown]
# **2.** O peso do tamanho era 1 para cada m². Quanto é para cada pé quadrado? Um m² tem 10,764 pés quadrados.


# %%
def exercise_2():
    return ...


check(exercise_2, (1 / 10.764,))

# %% [markdown]
# **3.** Qual característica tem mais influência? Devolva o número de sua coluna.


# %%
def exercise_3(houses, weights):
    return ...


three_features = torch.tensor([[3.0, 0.1, 10.0], [5.0, 0.9, 10.0], [4.0, 0.2, 10.5]])  # (3, 3)
check(
    exercise_3,
    (houses, weights, 1),
    (houses, torch.tensor([-200.0, 50.0]), 0),
    (three_features, torch.tensor([1.0, -2.0, 3.0]), 0),
    (three_features, torch.tensor([0.5, -4.0, 1.0]), 1),
    (three_features, torch.tensor([0.1, 1.0, 5.0]), 2),
)

# %% [markdown]
# **4.** Meça: mova o peso `i` destes pesos em 0,01 e veja se `how_far_off` cresce ou diminui. Um peso maior é melhor ou pior? Devolva
# 1 se melhor, -1 se pior.


# %%
def exercise_4(weights, i):
    return ...


check(
    exercise_4,
    (torch.tensor([90.0, 50.0]), 0, 1),
    (torch.tensor([100.0, 60.0]), 1, -1),
    (torch.tensor([120.0, 50.0]), 0, -1),
    (torch.tensor([100.0, 40.0]), 1, 1),
    (torch.tensor([90.0, 60.0]), 0, -1),
    (torch.tensor([80.0, 56.2]), 1, -1),
)

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. `(5,)`: uma soma tira o seu eixo.
# 2. Ele desloca `z` sempre na mesma quantia, sejam quais forem as entradas.
# 3. Seus pesos e vieses, a partir de exemplos.
#
# </details>
