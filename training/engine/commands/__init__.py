"""What each command of the engine does: one module a command, with a `run(options) -> exit code`.

They import torch, diffusers and the rest at their tops; `training.engine.cli` knows their names,
their help and what they take, and loads the module of the one that runs.
"""
