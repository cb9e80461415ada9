"""The training and rendering engine. Knows no Django: it takes paths and values, yields events.

Importing this package switches every hub client off: a checkpoint that needs the network at the
moment of training is a checkpoint that fails in a closed house. Files come from disk or not at all.
"""

import logging
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # of parts that are loaded in a second
# transformers says at every import that torchvision is missing; it is left out on purpose.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
# peft imports bitsandbytes, which then misses an optional package that only 4-bit bases need.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
