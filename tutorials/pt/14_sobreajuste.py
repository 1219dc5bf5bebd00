# %% [markdown]
# # 14 · Sobreajuste e subajuste
#
# **Pergunta:** Por que uma rede pode acertar todas as amostras com que aprendeu e errar as novas, e o que ajuda?
#
# **Precisa de:** aulas 06, 07, 09, 10, 12, 13.
#
# **Tempo:** 24 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Em que ordem estão as linhas de uma rodada? (aula 13)
# 2. O que o momento lembra? (aula 12)
# 3. Que função vem depois da saída, para uma classe entre várias? (aula 09)
#
# Na aula 13, as perdas de treinamento e de validação caíram juntas. Muitas vezes não é assim. Uma rede pode decorar suas
# amostras, com todo o ruído delas, e por isso se sair pior nas novas: é o *sobreajuste* (*overfitting*). Ou pode ir mal em ambas,
# por ser simples demais ou ter treinado de menos: é o *subajuste* (*underfitting*).

# %%

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

# %% [markdown]
# ## Maçãs e laranjas
# Cada fruta tem uma cor, uma redondeza e seis números para pequenas marcas na casca, que nada têm a ver com sua espécie. O
# conjunto de treinamento tem só 30 frutas. O *conjunto de validação*, com 200 frutas, diz como foi o treinamento, e por ele
# fazemos escolhas. O *conjunto de teste* fica guardado para o fim, para julgar uma só vez: o que foi escolhido por ir bem em
# certas amostras é julgado por elas com benevolência demais.

# %%
torch.manual_seed(0)
fruits, kinds = datasets.apples_and_oranges(1230, noise=1.2)  # (1230, 8), (1230,)
kinds = kinds.float().reshape(-1, 1)  # (1230, 1), 1 para uma laranja
training = fruits[:30], kinds[:30]
validation = fruits[30:230], kinds[30:230]
test = fruits[230:], kinds[230:]

# %% [markdown]
# ## Uma só função para todos os experimentos
# É o laço da aula 13, com um interruptor para cada remédio desta aula, todos desligados. `model.train()` e `model.eval()` dizem à
# rede se ela está aprendendo ou respondendo; só o dropout, mais abaixo, leva isso em conta.


# %%
def train(
    training, validation, hidden=64, epochs=200, batch_size=30, weight_decay=0.0, l1=0.0, dropout=0.0, change=None,
    patience=None, seed=1,
):  # fmt: skip
    torch.manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(training[0].shape[1], hidden),  # (30, 8) @ (8, 64) -> (30, 64)
        torch.nn.ReLU(),
        torch.nn.Dropout(dropout),
        torch.nn.Linear(hidden, 1),  # (30, 64) @ (64, 1) -> (30, 1)
    )
    loss_function = torch.nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=weight_decay)
    dataset = torch.utils.data.TensorDataset(*training)
    batches = torch.utils.data.DataLoader(dataset, batch_size=batch_size, shuffle=True)
    history = {"train": [], "valid": []}
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_function(model(change(x) if change else x), y)
            if l1:
                loss = loss + l1 * sum(p.abs().sum() for p in model.parameters())
            loss.backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for name, (x, y) in (("train", training), ("valid", validation)):
                history[name].append(loss_function(model(x), y).item())
        model.train()
        if patience and min(history["valid"][-patience:]) > min(history["valid"]):
            break
    return model.eval(), history


def accuracy(model, samples):
    x, y = samples
    with torch.no_grad():
        return ((model(x) > 0) == (y == 1)).float().mean().item()


# %% [markdown]
# ## Medir: a diferença entre as perdas
# Quanto a rede se sai pior nas amostras novas: essa é a *diferença*, a perda de validação menos a de treinamento.

# %%
model, history = train(training, validation)
for epoch in (10, 50, 200):
    a, b = history["train"][epoch - 1], history["valid"][epoch - 1]
    print(f"época {epoch}: perda de treinamento ≈ {a:.2f}, perda de validação ≈ {b:.2f}, diferença ≈ {b - a:.2f}")
print(f"acertos: treinamento ≈ {accuracy(model, training):.0%}, validação ≈ {accuracy(model, validation):.0%}")

figure = viz.history({"treinamento": history["train"], "validação": history["valid"]})
figure.alt = (
    f"Duas curvas ao longo de 200 épocas. A perda de treinamento cai de {history['train'][0]:.2f} a {history['train'][-1]:.2f}. A de "
    f"validação cai de {history['valid'][0]:.2f} a {min(history['valid']):.2f} e volta a subir, até {history['valid'][-1]:.2f}."
)
viz.save(figure, "pictures/14_curves")
figure

# %% [markdown]
# Leia a figura da esquerda para a direita. No começo as duas perdas são altas: a rede está subajustada, mal treinou. Depois as
# duas caem: ela aprende o que todas as frutas têm em comum. A partir da época 50, mais ou menos, só cai a perda de treinamento: o
# que ela ainda aprende vale apenas para estas 30 frutas. No fim, acerta todas as 30, e a perda de validação é o dobro da melhor
# que já teve.
#
# No que ela presta atenção? Mova cada característica das frutas novas em 0,001 e veja quanto andam as pontuações.
#
# **Adivinhe primeiro:** as marcas não dizem nada. Que parte da atenção da rede elas recebem?


# %%
def share_of_marks(model):
    x, slopes = validation[0], []
    with torch.no_grad():
        for i in range(8):
            nudged = x.clone()
            nudged[:, i] += 0.001
            slopes.append(((model(nudged) - model(x)).abs().mean() / 0.001).item())
    return sum(slopes[2:]) / sum(slopes)


print(f"parte das marcas em todas as inclinações: ≈ {share_of_marks(model):.0%}")

# %% [markdown]
# As marcas não dizem nada, e mesmo assim dois quintos da atenção da rede vão para elas: com seis números aleatórios em cada uma,
# é fácil distinguir 30 frutas, e por acaso alguns desses números parecem servir.
#
# ## Deduzir: o que cada remédio faz
# **L2** soma `λ/2 · w²` à perda, para cada peso. A inclinação disso é `λ · w`; logo, um passo simples tira de todo peso a mesma
# *fração*. Os otimizadores fazem isso quando recebem `weight_decay=λ`. **L1** soma `λ · |w|`, cuja inclinação é `λ` ou `-λ`: um
# passo simples tira de todo peso a mesma *quantia*, e os pequenos terminam perto de 0. (O Adam, que `train` usa, divide também
# essas inclinações pelo tamanho dos gradientes de cada peso; então, frações e quantias já não são as mesmas para todos.) Sem
# nenhuma outra perda, um passo simples com taxa de aprendizado 0,1 e λ = 0,5:

# %%
weights = torch.tensor([2.0, 0.1], requires_grad=True)
optimizer = torch.optim.SGD([weights], lr=0.1, weight_decay=0.5)
(weights * 0.0).sum().backward()  # uma perda que não pede nada
optimizer.step()
print("L2:", weights.detach())  # 2 - 0,1 · 0,5 · 2 = 1,9 e 0,1 - 0,1 · 0,5 · 0,1 = 0,095

weights = torch.tensor([2.0, 0.1], requires_grad=True)
optimizer = torch.optim.SGD([weights], lr=0.1)
(0.5 * weights.abs().sum()).backward()
optimizer.step()
print("L1:", weights.detach())  # 2 - 0,1 · 0,5 = 1,95 e 0,1 - 0,1 · 0,5 = 0,05

# %% [markdown]
# O **dropout** põe em 0, com probabilidade `p`, cada número que uma camada calcula, com novo sorteio a cada propagação, de modo
# que nenhum neurônio possa depender de um único outro. O que resta é dividido por `1 - p`, para que as somas continuem, em média,
# do mesmo tamanho. Quando a rede responde, nada é desligado.

# %%
torch.manual_seed(4)
dropout = torch.nn.Dropout(0.5)
print("aprendendo: ", dropout(torch.ones(8)))
print("respondendo:", dropout.eval()(torch.ones(8)))

# %% [markdown]
# O **aumento de dados** cria amostras novas a partir das antigas, mudando o que não importa. Uma fruta virada mostra outras
# marcas e continua a mesma fruta. Um **modelo menor** tem menos espaço para decorar 30 frutas. A **parada antecipada** (*early
# stopping*) encerra o treinamento quando faz algumas épocas que a perda de validação não bate seu melhor valor; esse número de
# épocas se chama paciência.


# %%
def turn_round(x):
    turned = x.clone()
    turned[:, 2:] = torch.rand(len(x), 6)  # outras marcas; a cor e a redondeza ficam
    return turned


# %% [markdown]
# ## Automatizar: cada remédio sozinho, com a mesma semente

# %%
cures = {
    "sem remédio": {},
    "L2": {"weight_decay": 0.01},
    "L1": {"l1": 0.005},
    "dropout": {"dropout": 0.5},
    "aumento de dados": {"change": turn_round},
    "modelo menor": {"hidden": 8},
    "parada antecipada": {"patience": 20},
}
results, models = {}, {}
for name, options in cures.items():
    models[name], history = train(training, validation, **options)
    a, b = results[name] = history["train"][-1], history["valid"][-1]
    marks = share_of_marks(models[name])
    print(f"{name:<17} treinamento ≈ {a:.2f}, validação ≈ {b:.2f}, diferença ≈ {b - a:.2f}, marcas ≈ {marks:.0%}")

# %% [markdown]
# A figura mostra as diferenças: um círculo para a perda de treinamento, um triângulo para a de validação.


# %%
def gaps(results, place):
    figure, (axes,) = viz.panels(height=3.2)
    for i, losses in enumerate(results.values()):
        axes.plot(losses, [i, i], color="#767676", linewidth=2, zorder=1)
    a, b = zip(*results.values(), strict=True)
    for side, marker, colour, label in ((a, "o", "#0072B2", "treinamento"), (b, "^", "#D55E00", "validação")):
        axes.scatter(side, range(len(side)), s=50, marker=marker, color=colour, label=label, zorder=3, clip_on=False)
    axes.set_yticks(range(len(results)), results)
    axes.set(xlabel="perda no fim", xlim=(0, None))
    axes.invert_yaxis()
    axes.legend(loc=place, frameon=False)
    each = "; ".join(f"{name}: {a:.2f} e {b:.2f}" for name, (a, b) in results.items())
    figure.alt = f"Perdas de treinamento e de validação no fim do treinamento. {each}."
    return figure


figure = gaps(results, "lower right")
viz.save(figure, "pictures/14_overfitting")
figure

# %% [markdown]
# Todo remédio diminui a diferença e a perda de validação, e todos pioram a perda de *treinamento*: é o preço. Tudo isso valeu também
# em outros oito conjuntos de frutas, com outros pesos iniciais.
#
# Aqui ganha o aumento de dados, porque conta à rede algo que nós sabemos e as 30 frutas não mostram: as marcas não importam. Nos
# outros oito conjuntos, ele sempre deixou às marcas a menor parte, de 6 a 9 %, e em sete foi o que mais acertou nas frutas novas.
# Mas sua perda de validação foi a menor em apenas três; em quatro, a menor foi a da L1, que deixa a rede menos segura de seus
# erros. Qual remédio é o melhor depende, portanto, das amostras, e por isso se experimentam vários.
#
# ## Lotes não impedem uma rede de decorar
# Às vezes se lê que lotes pequenos impedem uma rede de decorar. Um teste: 40 amostras de puro ruído, com rótulos decididos no
# cara ou coroa. Não há nada a aprender: um palpite acerta metade das vezes, e o que passar disso foi decorado.
#
# **Adivinhe primeiro:** os rótulos são cara ou coroa. Que proporção das 40 ela vai acertar, e das novas?

# %%
torch.manual_seed(2)
noise, coins = torch.rand(1040, 8), torch.randint(0, 2, (1040, 1)).float()
tossed, fresh = (noise[:40], coins[:40]), (noise[40:], coins[40:])
for size in (40, 8):
    model, _ = train(tossed, fresh, batch_size=size)
    print(f"lotes de {size}: acertos ≈ {accuracy(model, tossed):.0%}, nas novas ≈ {accuracy(model, fresh):.0%}")

# %% [markdown]
# Todas foram decoradas, em um lote ou em cinco. Lotes poupam memória e dão mais passos por época (aula 06).
#
# ## A validação cruzada mede
# Muitas vezes não há 200 frutas de sobra. Então as 30 são divididas em cinco partes, e treinam-se cinco redes, cada uma sem uma
# das partes, que é seu juiz. A média dos cinco veredictos é uma medida do sobreajuste que aproveita todas as frutas. Ela não cura
# nada, mas diz que remédio tomar.

# %%
x, y = training
for name in ("sem remédio", "aumento de dados"):
    verdicts = []
    for part in range(5):
        judge = torch.arange(30) // 6 == part  # (30,): True para as 6 frutas desta parte
        _, history = train((x[~judge], y[~judge]), (x[judge], y[judge]), epochs=100, **cures[name])
        verdicts.append(history["valid"][-1])
    print(f"{name}: média ≈ {sum(verdicts) / 5:.2f}, de ≈ {min(verdicts):.2f} a ≈ {max(verdicts):.2f}")

# %% [markdown]
# Seis frutas são um juiz caprichoso, como mostra a distância do menor ao maior valor. A média delas prefere o aumento de dados a
# nenhum remédio, como fazem as 200 frutas; em outros oito conjuntos de 30, ela o preferiu seis vezes, e as 200 frutas, sempre.
#
# ## Subajuste
# As mesmas frutas, mas a rede tem dois neurônios e para depois de 10 épocas: não aprendeu nem o que a cor e a redondeza dizem.

# %%
_, history = train(training, validation, hidden=2, epochs=10)
print(
    f"2 neurônios, 10 épocas: perda de treinamento ≈ {history['train'][-1]:.2f}, perda de validação ≈ {history['valid'][-1]:.2f}"
)

# %% [markdown]
# Não dizer nada, isto é, dar a pontuação 0 a todas, custa `log 2`, cerca de 0,69. As duas perdas são pouco melhores que isso.
#
# As duas luas da aula 13 são um paciente mais interessante. Aqui a rede é simples demais (2 neurônios), treina pouco (20 épocas),
# recebe só as coordenadas e está presa demais (L2 com 0,1). São quatro remédios, cada um sozinho; as características melhores são
# `x1²` e `x1³`, que curvam uma reta. Redes tão pequenas dependem muito de seus pesos iniciais: depois de 20 épocas, uma já diz algo,
# outra ainda não diz nada. Por isso, cada linha é a média de três redes, com as sementes 1, 2 e 3.

# %%
torch.manual_seed(0)
points, labels = datasets.two_moons(300, noise=0.15)  # (300, 2), (300,)
labels = labels.float().reshape(-1, 1)
with_powers = torch.cat([points, points[:, :1] ** 2, points[:, :1] ** 3], dim=1)  # (300, 2) -> (300, 4)
patient = {"hidden": 2, "epochs": 20, "batch_size": 50, "weight_decay": 0.1}
cures_2 = {
    "sem remédio": (points, {}),
    "modelo maior": (points, {"hidden": 64}),
    "treino mais longo": (points, {"epochs": 60}),
    "características melhores": (with_powers, {}),
    "sem L2": (points, {"weight_decay": 0.0}),
    "todos juntos": (with_powers, {"hidden": 64, "epochs": 60, "weight_decay": 0.0}),
}
results_2 = {}
for name, (x, options) in cures_2.items():
    a = b = 0.0
    for seed in (1, 2, 3):
        _, history = train((x[:200], labels[:200]), (x[200:], labels[200:]), seed=seed, **(patient | options))
        a, b = a + history["train"][-1] / 3, b + history["valid"][-1] / 3
    results_2[name] = a, b
    print(f"{name:<24} treinamento ≈ {a:.2f}, validação ≈ {b:.2f}")

figure = gaps(results_2, "lower center")
viz.save(figure, "pictures/14_underfitting")
figure

# %% [markdown]
# No subajuste não há diferença: o círculo e o triângulo ficam um sobre o outro, ambos longe de 0. Cada remédio move os dois.
# Todos juntos conseguem o que nenhum consegue sozinho. Quem continuar assim encontrará um dia uma diferença, como na primeira metade
# desta aula.
#
# | | perda de treinamento | diferença | o que ajuda |
# |---|---|---|---|
# | subajuste | alta | pequena | modelo maior, treino mais longo, características melhores, menos regularização |
# | sobreajuste | baixa | grande | mais dados ou aumento de dados, L1, L2, dropout, modelo menor, parada antecipada |
#
# ## Quando dá errado
# É para desligar metade dos números; portanto, 50 por cento:

# %%
try:
    torch.nn.Dropout(50)
except ValueError as error:
    print(f"ValueError: {error}")
torch.nn.Dropout(0.5)  # consertado: uma probabilidade fica entre 0 e 1

# %% [markdown]
# O erro diz que a probabilidade do dropout tem de estar entre 0 e 1. Esse engano é anunciado. Outro não é: quem esquece `eval()`
# recebe respostas de uma rede que ainda desliga metade de seus números, e a cada vez respostas diferentes.

# %%
model = models["dropout"]
with torch.no_grad():
    for mode in ("train", "train", "eval", "eval"):
        score = model.train(mode == "train")(fruits[30:31]).item()  # (1, 8) -> (1, 1), e seu número
        print(f"{mode}: pontuação ≈ {score:.2f}")

# %% [markdown]
# ## O veredicto
# Pela perda de validação, escolhemos o aumento de dados. Só agora se usa o conjunto de teste, uma vez.

# %%
print(f"acertos em 1000 frutas nunca usadas antes: ≈ {accuracy(models['aumento de dados'], test):.0%}")

# %% [markdown]
# ## O mesmo no PyTorch
# Com a mesma semente, o PyTorch desliga os mesmos números.


# %%
def ten_epochs():
    _, history = train(training, validation, epochs=10, dropout=0.5, weight_decay=0.01, l1=0.001)
    return {
        "perdas de treinamento com dropout, L1 e L2": history["train"],
        "perdas de validação com dropout, L1 e L2": history["valid"],
    }


same_in_pytorch(ten_epochs)

# %% [markdown]
# ## Resumo
# - Sobreajuste: perda de treinamento baixa, diferença grande. Subajuste: as duas perdas altas, diferença pequena.
# - L2 tira de cada peso uma fração, L1 uma quantia; o dropout desliga números ao acaso enquanto a rede aprende; o aumento de
#   dados mostra o que não importa; um modelo menor tem menos espaço; a parada antecipada termina a tempo. Todos custam um pouco
#   da perda de treinamento.
# - Lotes não impedem uma rede de decorar. A validação cruzada mede o sobreajuste e não cura nada.
# - Contra o subajuste: modelo maior, treino mais longo, características melhores, menos regularização.
# - Escolha pelo conjunto de validação; julgue pelo de teste, uma só vez.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Dê o diagnóstico a partir das duas perdas: `UNDERFITTING` se a perda de treinamento está acima de 0,5; senão,
# `OVERFITTING` se a diferença está acima de 0,2; senão, `FINE`.

# %%
UNDERFITTING, OVERFITTING, FINE = "subajuste", "sobreajuste", "tudo bem"


def exercise_1(train_loss, valid_loss):
    return ...


check(
    exercise_1,
    (0.01, 0.76, OVERFITTING),
    (0.67, 0.68, UNDERFITTING),
    (0.28, 0.27, FINE),
    (0.60, 0.95, UNDERFITTING),
)

# %% [markdown]
# **2.** Parada antecipada: depois de quantas épocas o treinamento termina? Ele termina assim que a menor perda tiver ficado
# `patience` épocas ou mais para trás; se isso não acontecer, depois de todas.


# %%
def exercise_2(losses, patience):
    return ...


check(
    exercise_2,
    ([0.9, 0.7, 0.8, 0.75, 0.6, 0.5], 2, 4),
    ([0.9, 0.7, 0.8, 0.75, 0.6, 0.5], 3, 6),
    ([0.5, 0.6, 0.4, 0.6, 0.6, 0.6, 0.3], 3, 6),
)

# %% [markdown]
# **3.** Um passo de gradiente descendente simples com as duas penalidades: os novos pesos, a partir dos pesos, do gradiente da
# perda sem penalidades, da taxa de aprendizado e dos dois λ. (`weights.sign()` é 1, 0 ou -1.)


# %%
def exercise_3(weights, gradient, lr, l1, l2):
    return ...


check(
    exercise_3,
    (torch.tensor([2.0, -0.5]), torch.tensor([1.0, 0.0]), 0.1, 0.5, 0.0, [1.85, -0.45]),
    (torch.tensor([2.0, -0.5]), torch.tensor([1.0, 0.0]), 0.1, 0.0, 0.5, [1.8, -0.475]),
    (torch.tensor([4.0, -1.0, 0.0]), torch.tensor([0.0, 1.0, -2.0]), 0.5, 0.2, 0.4, [3.1, -1.2, 1.0]),
)

# %% [markdown]
# **4.** Divida as amostras de 0 a `n - 1` em `k` partes para a validação cruzada: uma lista de `k` listas. Cada amostra está em
# uma só parte, e os tamanhos das partes diferem em no máximo 1.


# %%
def exercise_4(n, k):
    return ...


def parts_of(n, k):
    def judge(parts):
        if len(parts) != k:
            return f"tem {len(parts)} partes, e não {k}"
        if sorted(i for part in parts for i in part) != list(range(n)):
            return f"não tem cada número de 0 a {n - 1} exatamente uma vez"
        if max(map(len, parts)) - min(map(len, parts)) > 1:
            return f"tem partes dos tamanhos {[len(part) for part in parts]}"

    return judge


check(exercise_4, (30, 5, parts_of(30, 5)), (11, 4, parts_of(11, 4)))

# %% [markdown]
# **5.** Na prática, combinam-se os remédios. Devolva opções para `train` com as quais a perda de validação das frutas fique abaixo
# de 0,362 sem aumento de dados, na média de três redes, com as sementes 1, 2 e 3. `{"l1": 0.005}` leva a 0,365; com dropout ao lado,
# `{"l1": 0.005, "dropout": 0.5}`, a 0,386: dois remédios nem sempre são melhores que um.


# %%
def exercise_5():
    return ...


def judge_5(options):
    if "change" in options:
        return "usa aumento de dados"
    losses = [train(training, validation, **(options | {"seed": seed}))[1]["valid"][-1] for seed in (1, 2, 3)]
    if not sum(losses) / 3 < 0.362:
        return f"leva a uma perda de validação média de {sum(losses) / 3:.3f}"


check(exercise_5, (judge_5,))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. `zero_grad`, propagação, perda, `backward`, `step`.
# 2. Os passos anteriores: o que concorda se soma, o que oscila se cancela.
# 3. A softmax.
#
# </details>
