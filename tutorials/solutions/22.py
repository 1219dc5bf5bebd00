"""Solutions of lesson 22: each function in the place of the lesson's one. · Soluções da aula 22: cada função no lugar da que está na aula."""


def exercise_1(gradients, sizes):
    return sum(g * n for g, n in zip(gradients, sizes, strict=True)) / sum(sizes)


def exercise_2(text):
    return text.replace("import minitorch_pt as torch", "import torch").replace("minitorch_pt", "torch")


def exercise_3(source, target):
    target.load_state_dict(source.state_dict())
    return target


def exercise_4(lr, processes):
    return lr / processes
