"""Stable Diffusion XL: two text encoders, and the image's size told to the network."""

from collections.abc import Mapping

from training.engine.families.stable_diffusion import StableDiffusion


class StableDiffusionXL(StableDiffusion):
    name = "sdxl"
    licence = "CreativeML Open RAIL++-M"
    version = "sdxl_base_v1-0"
    architecture = "stable-diffusion-xl-v1-base/lora"
    implementation = "https://github.com/Stability-AI/generative-models"
    webui_version = "SDXL"
    pipeline = "StableDiffusionXLPipeline"
    text_encoders = ("text_encoder", "text_encoder_2")
    text_width = 2048
    file_mark = "conditioner.embedders.1."

    def claims(self, metadata: Mapping[str, str]) -> bool:
        version = metadata.get("ss_base_model_version", "")
        architecture = metadata.get("modelspec.architecture", "")
        return version.startswith("sdxl_") or architecture.startswith("stable-diffusion-xl")
