"""PyTorch's own test databases as the judge of minitorch_pt.

The torch wheel carries the inputs with which PyTorch tests itself: `op_db` (operations), `module_db`, `optim_db`. Every input of every
entry goes through both packages, and everything that a program can see is compared: value, structure, dtype, shape, gradients for
random cotangents, the method, in-place and operator forms, state, printed text, the type of an error.

    outcome = operations.run_operation(entry)      # one Outcome per entry: how many inputs, which differ and why, the largest difference

`databases.toml` lists what is out of scope and what is known to differ; `test_databases.py` holds the table to the truth.
"""
