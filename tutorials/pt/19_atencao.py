# %% [markdown]
# # 19 · Atenção e um pequeno GPT
#
# **Pergunta:** Como cada letra de um nome pode descobrir quais das letras anteriores importam para ela?
#
# **Precisa de:** aulas 02, 05, 07, 09, 10, 11, 12, 13, 16, 17.
#
# **Tempo:** 19 minutos.
#
# **De aulas anteriores:** três perguntas; as respostas estão no fim.
#
# 1. Com que aprende um gerador, se não vê nenhuma amostra verdadeira? (aula 18)
# 2. O que passa de um passo a outro em uma rede recorrente? (aula 16)
# 3. Quando o produto escalar de dois vetores é grande? (aula 05)
#
# Uma rede recorrente comprime tudo o que leu em um só estado, passo após passo. A *atenção* conserva todos os lugares e deixa
# cada um escolher de quais outros toma algo, e quanto. Redes feitas dela se chamam *transformers* (Vaswani et al., 2017); um
# GPT é um que continua um texto. O nosso vai escrever nomes.

# %%
import math

import minitorch_pt as torch
from minitorch_pt.teaching import datasets, viz
from minitorch_pt.teaching.exercises import check
from minitorch_pt.teaching.language import speak
from minitorch_pt.teaching.twins import same_in_pytorch

speak("pt")

nn, F = torch.nn, torch.nn.functional

# produtos pequenos assim levam menos tempo com uma thread do que com várias, que esperam umas pelas outras
torch.set_num_threads(1)

# %% [markdown]
# ## Uma média ponderada
# Três lugares, cada um com um vetor de dois números, seu *valor*. O lugar 2 deve tomar metade de seu próprio valor e um quarto
# de cada um dos outros. Com uma linha de pesos para cada lugar, um produto de matrizes faz isso para todos:

# %%
value = torch.tensor([[4.0, 0.0], [0.0, 8.0], [2.0, 2.0]])  # (3, 2)
weights = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])  # (3, 3): cada linha soma 1
print(weights @ value)  # (3, 3) @ (3, 2) -> (3, 2)

# %% [markdown]
# ## De onde vêm os pesos
# Ninguém os escolhe. Cada lugar tem mais dois vetores: uma *consulta* (*query*), o que ele procura, e uma *chave* (*key*), o
# que ele oferece. O produto escalar de uma consulta e uma chave é grande quando as duas apontam para o mesmo lado: essa é a
# pontuação do par. A softmax transforma as pontuações de uma linha em pesos que somam 1 (aula 09).

# %%
query = torch.tensor([[1.0, 0.0, 0.0, 1.0], [0.0, 2.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0]])  # (3, 4)
key = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 2.0, 0.0]])  # (3, 4)
scores = query @ key.transpose(0, 1)  # (3, 4) @ (4, 3) -> (3, 3): linha = quem pergunta, coluna = a quem
print(scores)
print(scores.softmax(dim=1))  # (3, 3) -> (3, 3)

# %% [markdown]
# ## Medir: que tamanho têm as pontuações?
# Consultas e chaves aleatórias de `d` números com desvio padrão 1: qual é o das pontuações, e quanto vale o maior de 10
# pesos?
#
# **Adivinhe primeiro:** de que tamanho é o maior de 10 pesos se `d` é 1024 e nada é dividido?

# %%
torch.manual_seed(0)
for d in (4, 64, 1024):
    q, k = torch.randn(500, d), torch.randn(10, d)
    scores = q @ k.transpose(0, 1)  # (500, d) @ (d, 10) -> (500, 10)
    largest, scaled = (s.softmax(dim=1).amax(dim=1).mean().item() for s in (scores, scores / math.sqrt(d)))
    print(f"d = {d}: desvio padrão {scores.std().item():.1f}, maior peso {largest:.2f}; dividindo por √d: {scaled:.2f}")

# %% [markdown]
# ## Deduzir: dividir por √d
# Uma pontuação é a soma de `d` produtos, cada um de variância 1 (o quadrado do desvio padrão). Variâncias se somam; a pontuação
# tem então variância `d` e desvio padrão `√d`. Com `d` grande, a softmax dá quase tudo a um só lugar, suas inclinações são
# quase 0, e nada se aprende. Divididas por `√d`, as pontuações conservam o desvio padrão 1, seja qual for `d`.
#
# ## Sem olhar para a frente
# Uma rede que deve adivinhar a próxima letra não pode vê-la. Por isso, o lugar `i` só pode olhar para os lugares até `i`: as
# outras pontuações viram menos infinito, e `exp(-∞) = 0` zera seus pesos. Essa é a *máscara causal*.


# %%
def attention(query, key, value):
    length, d = query.shape[-2:]
    scores = query @ key.transpose(-2, -1) / math.sqrt(d)  # (..., 3, 4) @ (..., 4, 3) -> (..., 3, 3)
    after = query.new_ones(length, length).triu(1) == 1  # True onde a coluna vem depois da linha
    weights = scores.masked_fill(after, -math.inf).softmax(dim=-1)
    return weights @ value, weights  # (..., 3, 3) @ (..., 3, 2) -> (..., 3, 2)


output, weights = attention(query, key, value)
print(output)
figure = viz.attention(weights, ["a", "n", "i"])
viz.save(figure, "pictures/19_three_letters")
figure

# %% [markdown]
# É verdade? Mova o valor e a chave do último lugar em 0,001. Só a última linha da saída pode andar.

# %%
nudge = torch.tensor([[0.0], [0.0], [0.001]])  # (3, 1)
moved, _ = attention(query, key + nudge, value + nudge)
print((moved - output).abs().amax(dim=1) > 0)  # (3, 2) -> (3,)

# %% [markdown]
# ## Nomes em números
# Os 5.000 nomes mais frequentes do Brasil, sem acentos, como o censo os imprime. Uma letra vira seu número no alfabeto; o
# ponto, de número 0, fica no começo e no fim. O alvo de cada lugar é a letra seguinte; os lugares depois do fim têm o alvo
# -100, que `cross_entropy` deixa de fora. Os últimos 500 dos nomes embaralhados são para a validação.

# %%
LETTERS = ".abcdefghijklmnopqrstuvwxyz"
LENGTH = 13  # o nome mais longo tem 12 letras, e há o ponto


def encode(name):
    return [LETTERS.index(letter) for letter in f".{name.lower()}."]


names = datasets.brazilian_names()
torch.manual_seed(0)
inputs, targets = [], []
for i in torch.randperm(len(names)).tolist():
    codes = encode(names[i])
    gap = LENGTH + 1 - len(codes)
    inputs.append(codes[:-1] + [0] * gap)
    targets.append(codes[1:] + [-100] * gap)
inputs, targets = torch.tensor(inputs), torch.tensor(targets)
print(inputs.shape, targets.shape)
print(encode("Ana"))

# %% [markdown]
# ## Automatizar: um bloco
# Um bloco faz duas coisas com cada lugar. Primeiro, a atenção: uma `Linear` faz consulta, chave e valor do vetor de cada lugar.
# Há várias *cabeças*: os 32 números são repartidos em 4 cabeças de 8, cada uma com pesos de atenção próprios, e assim um lugar
# pode procurar várias coisas. Depois, uma pequena rede de duas camadas, a mesma para cada lugar.
#
# Antes de cada parte, `LayerNorm` leva os números de cada lugar à média 0 e ao desvio padrão 1. E cada parte é *somada* ao que
# já havia: assim, as inclinações têm um caminho aberto até a primeira camada.


# %%
class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))

    def forward(self, x):
        n, length, width = x.shape
        parts = self.query_key_value(self.norm_1(x))  # (24, 13, 32) @ (32, 96) -> (24, 13, 96)
        parts = parts.reshape(n, length, 3, self.heads, width // self.heads)  # (24, 13, 3, 4, 8)
        query, key, value = parts.permute(2, 0, 3, 1, 4)  # eixos em outra ordem: três vezes (24, 4, 13, 8)
        taken, self.weights = attention(query, key, value)  # (24, 4, 13, 8), (24, 4, 13, 13)
        taken = taken.transpose(1, 2).reshape(n, length, width)  # (24, 13, 4, 8) -> (24, 13, 32)
        x = x + self.join(taken)  # (24, 13, 32) @ (32, 32) -> (24, 13, 32)
        return x + self.think(self.norm_2(x))  # (24, 13, 32) -> (24, 13, 128) -> (24, 13, 32)


# %% [markdown]
# ## O GPT
# Um `Embedding` é uma tabela com um vetor aprendido para cada letra: o número da letra escolhe a linha. A atenção é uma média,
# e uma média não conhece ordem: vistas de sua última letra, `ana` e `naa` seriam a mesma coisa. Por isso, cada lugar também tem
# um vetor aprendido, que é somado.


# %%
class GPT(nn.Module):
    def __init__(self, width=32, heads=4):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), width)
        self.places = nn.Embedding(LENGTH, width)
        self.block = Block(width, heads)
        self.norm = nn.LayerNorm(width)
        self.scores = nn.Linear(width, len(LETTERS))

    def forward(self, codes):
        places = torch.arange(codes.shape[1])
        x = self.letters(codes) + self.places(places)  # (24, 13, 32) + (13, 32) -> (24, 13, 32)
        x = self.block(x)
        return self.scores(self.norm(x))  # (24, 13, 32) @ (32, 27) -> (24, 13, 27)


torch.manual_seed(0)
model = GPT()
print("parâmetros:", sum(p.numel() for p in model.parameters()))
print(model(inputs[:24]).shape)

# %% [markdown]
# ## O treinamento
# O laço da aula 13, com um lote de 24 nomes sorteados. Os 13 lugares de um nome são adivinhados de uma vez: graças à
# máscara, sem trapaça.


# %%
def loss_of(model, x, y):
    scores = model(x)  # (24, 13) -> (24, 13, 27)
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten())  # (312, 27), (312,) -> ()


def train(model, inputs, targets, steps):
    torch.manual_seed(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        rows = torch.randint(0, 4500, (24,))
        optimizer.zero_grad()
        loss = loss_of(model, inputs[rows], targets[rows])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def validate(model):
    with torch.no_grad():
        return loss_of(model, inputs[4500:], targets[4500:]).item()


print(f"todas as letras igualmente prováveis: {math.log(len(LETTERS)):.2f}")
print(f"sem treino: {validate(model):.2f}")
losses = train(model, inputs, targets, 400)
print(f"com treino ≈ {validate(model):.2f}")

# %% [markdown]
# Isso é bom? Um concorrente justo conta, nos mesmos 4.500 nomes, quantas vezes cada letra vem depois de cada outra, e não sabe
# mais nada:
#
# **Adivinhe primeiro:** a tabela de pares fica muito atrás do GPT?

# %%
counts = torch.ones(27, 27)  # um para cada, para que nenhum par seja impossível
for x, y in zip(inputs[:4500].tolist(), targets[:4500].tolist(), strict=True):
    for before, after in zip(x, y, strict=True):
        if after >= 0:
            counts[before, after] += 1
pair_scores = (counts / counts.sum(dim=1, keepdim=True)).log()  # (27, 27) / (27, 1) -> (27, 27)
print(f"pares de letras: {loss_of(lambda codes: pair_scores[codes], inputs[4500:], targets[4500:]).item():.2f}")

# %% [markdown]
# ## Ele escreve
# Comece com o ponto; peça as probabilidades da próxima letra; sorteie uma; acrescente-a; peça de novo, até que saia um ponto.


# %%
def write(model, count, begin="."):
    codes = torch.tensor([[LETTERS.index(letter) for letter in begin]] * count)  # (12, 1)
    with torch.no_grad():
        while codes.shape[1] < LENGTH:
            probabilities = model(codes)[:, -1].softmax(dim=1)  # (12, 1, 27) -> (12, 27)
            codes = torch.cat([codes, torch.multinomial(probabilities, 1)], dim=1)  # (12, 1) -> (12, 2)
    texts = ["".join(LETTERS[code] for code in row) for row in codes.tolist()]
    return [text.split(".")[1].capitalize() for text in texts]


torch.manual_seed(2)
for name in write(model, 12):
    print(name, "(um nome da lista)" if name in names else "(novo)")

# %% [markdown]
# ## A figura: mapas de atenção
# Para onde olha cada letra de `Mariana`, em cada uma das quatro cabeças. Uma linha é a letra que pergunta (os símbolos de uma
# sequência se chamam *tokens*); o triângulo de cima é vazio, porque ninguém olha para a frente. Ninguém disse às cabeças o que
# procurar: o que se vê ali é o que ajudou a adivinhar a próxima letra. A cabeça 1, por exemplo, quase sempre olha uma letra para
# trás; com outra semente, as cabeças dividem o trabalho de outro modo.

# %%
with torch.no_grad():
    model(torch.tensor([encode("Mariana")[:-1]]))  # (1, 8) -> (1, 8, 27)
maps = model.block.weights[0]  # (4, 8, 8)
figure = viz.attention(maps, list(".mariana"))
viz.save(figure, "pictures/19_attention_maps")
figure

# %% [markdown]
# ## Quando dá errado
# Um texto com mais letras do que a rede tem lugares:

# %%
try:
    model(torch.zeros(1, 14, dtype=torch.int64))
except IndexError as error:
    print(f"IndexError: {error}")
print(model(torch.zeros(1, 14, dtype=torch.int64)[:, -LENGTH:]).shape)  # consertado: as últimas 13 letras

# %% [markdown]
# O erro diz que o índice 13 está fora da tabela, que tem 13 linhas, de 0 a 12. Um GPT tem um texto de tamanho máximo, seu
# *contexto*; do que é mais longo, corta-se o começo.
#
# Um engano que não causa erro: esquecer a máscara. A perda então cai a quase 0, no treinamento e na validação, pois cada lugar copia a
# próxima letra de seu vizinho. E a rede não consegue escrever, porque não encontra vizinho de quem copiar. Uma perda boa demais
# para ser verdade não é verdade.
#
# ## O mesmo no PyTorch
# As mesmas classes, a mesma semente, e a `scaled_dot_product_attention` do próprio PyTorch, que faz o mesmo que a nossa `attention`.


# %%
def ten_steps():
    torch.manual_seed(0)
    losses = train(GPT(), inputs, targets, 10)
    taken = F.scaled_dot_product_attention(query, key, value, is_causal=True)
    return {"atenção": taken, "perdas de 10 passos": losses}


same_in_pytorch(ten_steps)

# %% [markdown]
# ## Resumo
# - A atenção é uma média ponderada de valores; os pesos são `softmax(consulta · chave / √d)`.
# - A máscara causal dá peso 0 ao que vem depois: assim, todos os lugares podem ser treinados de uma vez.
# - Os lugares precisam de vetores próprios, pois uma média não conhece ordem.
# - Um GPT: vetores de representação (*embeddings*), blocos de atenção com uma pequena rede, pontuações para a próxima letra.
#   Para escrever: sortear, acrescentar, perguntar de novo.
#
# O PyTorch e o minitorch_pt já têm isso pronto: `nn.MultiheadAttention`, `nn.TransformerEncoder`.
# `benchmarks/runs/char_transformer.py` treina por mais tempo um de dois blocos.
#
# ## Exercícios
# Escreva sua resposta no lugar das reticências e rode a aula de novo.
#
# **1.** Um lugar pergunta: seus pesos `(n,)` para as chaves `(n, d)`, dada sua consulta `(d,)`. Sem máscara.


# %%
def exercise_1(query, key):
    return ...


check(
    exercise_1,
    (torch.tensor([0.0, 0.0]), key[:, :2], [1 / 3, 1 / 3, 1 / 3]),
    (torch.tensor([2.0, 0.0, 0.0, 0.0]), key[:2], [0.731059, 0.268941]),
)

# %% [markdown]
# **2.** Uma máscara com janela: um tensor `(n, n)` de True e False, True onde o lugar `i` (linha) pode olhar para o lugar `j`
# (coluna): para si mesmo e para os `back` lugares anteriores.


# %%
def exercise_2(n, back):
    return ...


check(
    exercise_2,
    (
        4,
        1,
        [
            [True, False, False, False],
            [True, True, False, False],
            [False, True, True, False],
            [False, False, True, True],
        ],
    ),
    (3, 0, [[True, False, False], [False, True, False], [False, False, True]]),
    (3, 5, [[True, False, False], [True, True, False], [True, True, True]]),
)

# %% [markdown]
# **3.** Pontuações divididas por uma *temperatura* antes da softmax: com uma pequena, a rede não se arrisca; com uma grande,
# arrisca muito. Devolva as probabilidades. Depois, experimente em `write`.


# %%
def exercise_3(scores, temperature):
    return ...


check(
    exercise_3,
    (torch.tensor([[0.0, 2.0]]), 1.0, [[0.119203, 0.880797]]),
    (torch.tensor([[0.0, 2.0]]), 0.5, [[0.017986, 0.982014]]),
    (torch.tensor([[0.0, 2.0]]), 4.0, [[0.377541, 0.622459]]),
)

# %% [markdown]
# **4.** Quantos parâmetros tem um bloco desta largura? Conte as duas `LayerNorm` (um peso e um viés para cada número) e as
# quatro `Linear` com seus vieses. O número de cabeças importa?


# %%
def exercise_4(width):
    return ...


def count(width, heads):
    return sum(p.numel() for p in Block(width, heads).parameters())


check(exercise_4, (6, count(6, 2)), (10, count(10, 5)), (32, count(32, 1)))

# %% [markdown]
# ## Respostas às três perguntas
#
# <details>
# <summary>Mostrar</summary>
#
# 1. Com as inclinações da pontuação do discriminador ao longo de cada pixel.
# 2. O estado.
# 3. Quando ambos são grandes nas mesmas posições: apontam para o mesmo lado.
#
# </details>
