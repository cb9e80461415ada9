"""Stable Diffusion 1.x."""

from collections.abc import Mapping

from training.engine.families import strangers
from training.engine.families.stable_diffusion import StableDiffusion


class StableDiffusion15(StableDiffusion):
    name = "sd15"
    licence = "CreativeML OpenRAIL-M"
    version = "sd_v1"
    architecture = "stable-diffusion-v1/lora"
    webui_version = "SD1"
    pipeline = "StableDiffusionPipeline"
    text_width = 768
    file_mark = "cond_stage_model.transformer."

    def claims(self, metadata: Mapping[str, str]) -> bool:
        version = metadata.get("ss_base_model_version", "")
        architecture = metadata.get("modelspec.architecture", "")
        is_first = version.startswith("sd_v1") or architecture.startswith("stable-diffusion-v1")
        return is_first and not strangers.claimed_by(metadata)
