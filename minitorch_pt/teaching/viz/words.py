"""The words of the pictures: the English text is the key, the Brazilian Portuguese one stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..language import spoken

__all__ = ["PORTUGUESE"]

PORTUGUESE = {
    # arrays
    "shape": "formato",
    "axis {axis}: {size}": "eixo {axis}: {size}",
    "data set\n{shape}": "conjunto de dados\n{shape}",
    "batch {i}": "lote {i}",
    "forward → loss →\nbackward → step": "propagação → perda →\nretropropagação → atualização",
    "one epoch: {samples} samples, {n} batches, {n} updates of the weights": "uma época: {samples} amostras, {n} lotes, {n} atualizações dos pesos",
    # neurons and networks
    "input\nlayer": "camada de\nentrada",
    "hidden\nlayer": "camada\noculta",
    "output\nlayer": "camada de\nsaída",
    "{n} inputs": "{n} entradas",
    "1 input": "1 entrada",
    "{n} neurons": "{n} neurônios",
    "1 neuron": "1 neurônio",
    "weight > 0": "peso > 0",
    "weight < 0": "peso < 0",
    "inputs": "entradas",
    "weights": "pesos",
    "sum": "soma",
    "state": "estado",
    "step {i}": "passo {i}",
    "activation": "ativação",
    "output": "saída",
    "neurons": "neurônios",
    "dendrites": "dendritos",
    "cell body": "corpo celular",
    "axon": "axônio",
    "synapses": "sinapses",
    "signal": "sinal",
    "sum and\nactivation": "soma e\nativação",
    "next\ncell": "próxima\ncélula",
    # functions
    "value": "valor",
    "slope": "inclinação",
    "density": "densidade",
    "weight": "peso",
    "bell curve": "curva em forma de sino",
    "{n} weights: mean {mean}, standard deviation {std}": "{n} pesos: média {mean}, desvio padrão {std}",
    "normal distribution, mean {mean}, standard deviation {std}": "distribuição normal, média {mean}, desvio padrão {std}",
    "without bias: z = {w} · x": "sem viés: z = {w} · x",
    "with bias: z = {w} · x {b}": "com viés: z = {w} · x {b}",
    "parameter": "parâmetro",
    "parameter {i}": "parâmetro {i}",
    "loss": "perda",
    "start": "início",
    "end": "fim",
    # graphs
    "leaf": "folha",
    "constant": "constante",
    "∂ gradient": "∂ gradiente",
    # training
    "epoch": "época",
    "class {c}": "classe {c}",
    "{right} of {n} samples right": "{right} de {n} amostras corretas",
    "mean squared error": "erro quadrático médio",
    "mean squared\nerror: {error}": "erro quadrático\nmédio: {error}",
    "the network says": "a rede diz",
    "the truth is": "a verdade é",
    # layers
    "time step": "passo de tempo",
    "input gate i": "porta de entrada i",
    "forget gate f": "porta de esquecimento f",
    "candidate g": "candidato g",
    "output gate o": "porta de saída o",
    "cell state c": "estado da célula c",
    "state h": "estado h",
    "head {i}": "cabeça {i}",
    "looks at": "olha para",
    "token": "token",
    # alternative texts
    "A single number, of shape (). No axis.": "Um único número, de formato (). Nenhum eixo.",
    "An array of shape {shape}.": "Um array de formato {shape}.",
    "1 axis, drawn as a row of {n} cells.": "1 eixo, desenhado como uma fila de {n} células.",
    "2 axes, drawn as a table of {rows} x {columns} cells.": "2 eixos, desenhados como uma tabela de {rows} x {columns} células.",
    "3 axes, drawn as a cube.": "3 eixos, desenhados como um cubo.",
    "4 axes, drawn as {n} cubes.": "4 eixos, desenhados como {n} cubos.",
    "Planes: {planes}, each of {rows} x {columns} cells.": "Planos: {planes}, cada um de {rows} x {columns} células.",
    "A data set of {samples} samples cut into {n} batches of at most {size}. Each batch brings one update of the weights, all together are one epoch.": "Um conjunto de dados de {samples} amostras, dividido em {n} lotes de no máximo {size}. Cada lote traz uma atualização dos pesos; todos juntos são uma época.",
    "Dot product of two vectors of {n} numbers. {steps} = {total}": "Produto escalar de dois vetores de {n} números. {steps} = {total}",
    "The product {a} @ {b} does not exist. The inner sizes {inner} and {other} differ: some numbers find no partner.": "O produto {a} @ {b} não existe. Os tamanhos internos {inner} e {other} são diferentes: alguns números ficam sem par.",
    "Matrix product {a} @ {b} → {result}. Row {row} of {left} meets column {column} of {right}: {steps}": "Produto de matrizes {a} @ {b} → {result}. A linha {row} de {left} encontra a coluna {column} de {right}: {steps}",
    "A matrix of shape {shape} and its transpose of shape {other}. Row {row} becomes column {row}.": "Uma matriz de formato {shape} e sua transposta, de formato {other}. A linha {row} vira a coluna {row}.",
    "An artificial neuron with {n} inputs. z = {terms} + {bias} = {z}; output = {name}(z) = {output}": "Um neurônio artificial com {n} entradas. z = {terms} + {bias} = {z}; saída = {name}(z) = {output}",
    "A recurrent unit unrolled over {n} steps. At each step the input times {w} and the state before times {u} come in. Input → state: {steps}": "Uma unidade recorrente desenrolada em {n} passos. Em cada passo entram a entrada vezes {w} e o estado anterior vezes {u}. Entrada → estado: {steps}",
    "A biological neuron, simplified. Dendrites bring signals in, the cell body gathers them, the axon carries the answer out, synapses hand it on to the next cell. Below each part stands what it became in the artificial neuron: inputs, sum and activation, output, weights.": "Um neurônio biológico, simplificado. Os dendritos trazem os sinais, o corpo celular os reúne, o axônio leva a resposta adiante e as sinapses a entregam à próxima célula. Abaixo de cada parte está o que ela virou no neurônio artificial: entradas, soma e ativação, saída, pesos.",
    "A neural network with layers of {sizes} neurons. Connections: {made} of {whole} possible ones.": "Uma rede neural com camadas de {sizes} neurônios. Ligações: {made} de {whole} possíveis.",
    "Activations: {names}": "Ativações: {names}",
    "forward() does more than these layers": "forward() faz mais do que estas camadas",
    "A layer of {n} neurons beside its weight matrix. Row {row} holds the weights of one neuron: {weights}": "Uma camada de {n} neurônios ao lado de sua matriz de pesos. A linha {row} guarda os pesos de um neurônio: {weights}",
    "The activation function {name} and its slope. From {low} to {high} it goes from {first} to {last}; its slope is at most {top}": "A função de ativação {name} e sua inclinação. De {low} a {high} ela vai de {first} a {last}; sua inclinação é no máximo {top}",
    "A bell curve around {mean}. 68.27 % of the draws lie within {one} of it, 95.45 % within {two}, 99.73 % within {three}": "Uma curva em forma de sino ao redor de {mean}. 68,27 % dos sorteios ficam a até {one} dela, 95,45 % a até {two}, 99,73 % a até {three}",
    "Histogram of {n} weights from {low} to {high}, mean {mean}, standard deviation {std}, beside the bell curve. Within {shares}": "Histograma de {n} pesos, de {low} a {high}, média {mean}, desvio padrão {std}, ao lado da curva em forma de sino. Em {shares}",
    "Two parallel lines. One goes through the origin, the other is shifted by the bias {b}: at x = 0, z is {b}": "Duas retas paralelas. Uma passa pela origem, a outra é deslocada pelo viés {b}: em x = 0, z é {b}",
    "Gradient descent in {n} steps. The loss goes from {first} to {last}": "Gradiente descendente em {n} passos. A perda vai de {first} a {last}",
    "Computational graph. Its {n} operations, from the result upwards: {operations}. Its leaves: {leaves}. The result is {value}": "Grafo computacional. Suas {n} operações, do resultado para cima: {operations}. Suas folhas: {leaves}. O resultado é {value}",
    "Learning curves. {what}: {curves}": "Curvas de aprendizado. {what}: {curves}",
    "{name} from {first} to {last}": "{name} de {first} a {last}",
    "Decision boundary between {classes} classes. {right} of {n} samples lie on the right side": "Fronteira de decisão entre {classes} classes. {right} de {n} amostras ficam do lado certo",
    "Curves of {n} models on the same samples. {parts}": "Curvas de {n} modelos sobre as mesmas amostras. {parts}",
    "Confusion matrix of {n} classes. {right} of {total} answers are right": "Matriz de confusão de {n} classes. {right} de {total} respostas estão certas",
    "{n} convolution filters of {h} x {w} weights, shape {shape}. The weights reach from {low} to {high}": "{n} filtros de convolução de {h} x {w} pesos, formato {shape}. Os pesos vão de {low} a {high}",
    "{n} feature maps of {h} x {w}. Their values reach from {low} to {high}": "{n} mapas de características de {h} x {w}. Seus valores vão de {low} a {high}",
    "{n} images of {h} x {w} pixels on a grid": "{n} imagens de {h} x {w} pixels em uma grade",
    "Gates and states of an LSTM with {n} units over {time} steps. Means: {means}": "Portas e estados de uma LSTM com {n} unidades ao longo de {time} passos. Médias: {means}",
    "Attention of {n} tokens. Each looks most at: {best}": "Atenção de {n} tokens. Cada um olha mais para: {best}",
}


def translator(language: str | None = None) -> Callable[..., str]:
    """A function from an English text, and values for its places, to the text in `language`, or in the one that is spoken.

    >>> translator("pt")("{n} inputs", n=3)
    '3 entradas'

    Raises:
        ValueError: the language is neither "en" nor "pt".
    """
    portuguese = spoken(language) == "pt"

    def word(text: str, **values: Any) -> str:
        return (PORTUGUESE[text] if portuguese else text).format(**values)

    return word
