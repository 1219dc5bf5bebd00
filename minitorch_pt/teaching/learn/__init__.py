"""`python -m minitorch_pt learn 03`: the exercises of a lesson alone, judged with random cases, hints and explanations."""
