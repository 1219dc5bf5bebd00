"""Solutions of lesson 05: each function in the place of the lesson's one. · Soluções da aula 05: cada função no lugar da que está na aula."""


def exercise_1(left, right):
    return (left[0], right[1]) if left[1] == right[0] else None


def exercise_2(matrix):
    rows, columns = matrix.shape
    result = torch.zeros(columns, rows)
    for i in range(rows):
        for j in range(columns):
            result[j, i] = matrix[i, j]
    return result


def exercise_3(weights, j):
    return weights[:, j]


def exercise_4(x, first, second):
    hidden = first @ x  # (hidden, inputs) @ (inputs,) -> (hidden,)
    return second @ hidden  # (outputs, hidden) @ (hidden,) -> (outputs,)
