"""studio-mini, the bundled base: a small Stable Diffusion 1.x that is described in studio.json."""

from collections.abc import Mapping

from training.engine.families.stable_diffusion import StableDiffusion


class StudioMini(StableDiffusion):
    name = "studio-mini"
    licence = "the studio's own"
    version = "studio_mini_v1"
    architecture = "studio-mini/lora"
    pipeline = "StableDiffusionPipeline"

    def owns_folder(self, index: dict, studio: dict) -> bool:
        return "family" in studio and super().owns_folder(index, studio)

    def claims(self, metadata: Mapping[str, str]) -> bool:
        version = metadata.get("ss_base_model_version", "")
        architecture = metadata.get("modelspec.architecture", "")
        return version.startswith("studio_mini") or architecture.startswith("studio-mini")
