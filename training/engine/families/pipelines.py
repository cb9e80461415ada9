"""Loading a diffusers pipeline offline; the networks come frozen."""

import warnings
from os import PathLike
from typing import Protocol

import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from training.engine.errors import EngineError
from training.engine.families.base_info import BaseInfo

# Both libraries tell on every load what is normal here (missing safety checker, renamed keys).
diffusers_logging.set_verbosity_error()
diffusers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


class PipelineClass(Protocol):
    """A pipeline's class in diffusers, of a family whose bases may be single files."""

    def from_single_file(self, path: str, **options) -> DiffusionPipeline: ...

    def from_pretrained(self, folder: str | PathLike, **options) -> DiffusionPipeline: ...


def load(kind: PipelineClass, info: BaseInfo, device, dtype, parts: dict, **options):
    """A pipeline of class `kind`.

    parts: components that are in memory already, left as they are; None leaves one out.
    options: what the class takes beside them. Raises EngineError("base-unreadable").
    """
    options = options | parts | {"dtype": dtype, "local_files_only": True}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if info.is_single_file:
                pipe = kind.from_single_file(str(info.path), config=str(info.config), **options)
            else:
                pipe = kind.from_pretrained(info.path, use_safetensors=True, **options)
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EngineError("base-unreadable", name=info.name, reason=reason[:200]) from error
    pipe.set_progress_bar_config(disable=True)
    # A passed network may be in training, on the device, in its own format: leave it as it is.
    for name, part in pipe.components.items():
        if isinstance(part, torch.nn.Module) and name not in parts:
            part.requires_grad_(False)
            part.eval()
            part.to(device)
    return pipe
