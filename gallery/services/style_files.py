"""The LoRA files of styles: whether one fits its base, and where a version's lies."""

from dataclasses import dataclass
from pathlib import Path

from brandstudio.core import blobs
from brandstudio.core.problems import Refused, name_of
from training.engine.errors import EngineError
from training.engine.lora.fit import check_fit
from training.engine.lora.header import LoraHeader
from training.engine.lora.numbers import check_effect
from training.models import BaseModel


@dataclass(frozen=True)
class StyleFile:
    """A LoRA file that is sound and fits a base. Only `fitting` makes one.

    name: what it was called. config: the adapter_config.json that came along, or None.
    """

    header: LoraHeader
    name: str
    base: BaseModel
    config: Path | None = None


def fitting(path, name, base, config=None):
    """The StyleFile at a path. Raises EngineError if it is no sound LoRA file for the base, or has
    no effect."""
    header = check_fit(path, name, base, config or False)
    check_effect(header)
    return StyleFile(header, name, base, config)


def fitting_weights(version):
    """The path of a version's weights, which fit its base.

    Raises Refused("weights-missing"), EngineError as `fitting`.
    """
    path = weights_of(version)
    try:
        check_fit(path, str(version), version.base)
    except EngineError as error:
        error.facts["name"] = name_of(version)  # a job keeps them
        raise
    return path


def weights_of(version):
    """The path of a version's weights. Raises Refused("weights-missing")."""
    try:
        return blobs.local(version.weights_sha256, str(version))
    except blobs.BlobMissing as error:
        raise Refused("weights-missing", name=name_of(version)) from error
