"""Stable Diffusion 1.x and XL in memory: the half that computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from diffusers import StableDiffusionPipeline, StableDiffusionXLPipeline
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor

from training.engine.diffusion import NoiseObjective
from training.engine.families import clip_prompts, pipelines
from training.engine.families.base_info import BaseInfo
from training.engine.families.clip_tokenizer import clip_tokenizer
from training.engine.families.diffusion_model import DiffusionModel, LatentSpread
from training.engine.families.family import Family
from training.engine.families.noise_sampler import NoiseSampler
from training.engine.families.prompt_embeds import PromptEmbeds
from training.engine.families.stable_diffusion_layers import layer_names_of
from training.engine.families.unet_layouts import unet_prefixes

_WITHOUT_CHECKER = {
    "safety_checker": None,
    "feature_extractor": None,
    "requires_safety_checker": False,
}


class StableDiffusionModel(DiffusionModel):
    """One text encoder; the network is told nothing but the prompt."""

    pipeline: pipelines.PipelineClass = StableDiffusionPipeline
    options: Mapping[str, object] = _WITHOUT_CHECKER

    def __init__(self, family: Family, info: BaseInfo, pipe):
        super().__init__(family, info, pipe)
        self.takes_guidance = pipe.unet.config.time_cond_proj_dim is not None
        self._noise_schedule = pipe.scheduler.config
        self._originals = unet_prefixes(pipe.unet.config)

    # -- prompts --------------------------------------------------------------------------

    def count_tokens(self, text: str) -> int:
        return len(self.pipe.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def count_parts(self, prompt: str) -> int:
        return len(clip_prompts.parts_of(self.pipe.tokenizer, prompt, self.info.token_limit))

    @torch.inference_mode()
    def encode_prompt(self, prompt: str) -> PromptEmbeds:
        parts = clip_prompts.parts_of(self.pipe.tokenizer, prompt, self.info.token_limit)
        encoded = [self._encode_part(part) for part in parts]
        prompt_embeds = torch.cat([part.prompt_embeds for part in encoded], 1)
        # The pooled embedding stands for the image as a whole; the first part names its subject.
        return PromptEmbeds(prompt_embeds, encoded[0].pooled_prompt_embeds)

    def encode_captions(self, captions: list[str]) -> PromptEmbeds:
        device = next(self.pipe.text_encoder.parameters()).device
        prompt_embeds, _ = self.pipe.encode_prompt(captions, device, 1, False)
        return PromptEmbeds(prompt_embeds)

    @torch.inference_mode()
    def batch(self, prompts: Sequence[PromptEmbeds]) -> PromptEmbeds:
        longest = max(one.prompt_embeds.shape[1] for one in prompts)
        return PromptEmbeds.cat([self._filled(one, longest) for one in prompts])

    def _filled(self, one: PromptEmbeds, length: int) -> PromptEmbeds:
        """With empty parts behind it, up to a length."""
        missing = (length - one.prompt_embeds.shape[1]) // self.info.token_limit
        if not missing:
            return one
        empty = self._encode_part([]).prompt_embeds
        filled = torch.cat([one.prompt_embeds, *[empty] * missing], 1)
        return PromptEmbeds(filled, one.pooled_prompt_embeds)

    def _encode_part(self, part: list[clip_prompts.Token]) -> PromptEmbeds:
        encoder = self.pipe.text_encoder
        ids = clip_prompts.framed(self.pipe.tokenizer, part, self.info.token_limit, encoder)
        return PromptEmbeds(clip_prompts.weighed(encoder(ids)[0], part))

    # -- images ---------------------------------------------------------------------------

    def encode_images(self, pixels: Tensor, *, tiled: bool = False) -> LatentSpread:
        vae = self.vae
        _set_tiling(vae, tiled)
        with _without_overflow(vae):
            spread = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
        scale, shift = vae.config.scaling_factor, vae.config.get("shift_factor") or 0.0
        return LatentSpread((spread.mean - shift) * scale, spread.std * scale)

    def decode_latents(self, latents: Tensor, *, tiled: bool = False) -> Tensor:
        vae = self.vae
        _set_tiling(vae, tiled)
        with _without_overflow(vae):
            latents = latents.to(vae.device, vae.dtype) / vae.config.scaling_factor
            if shift := vae.config.get("shift_factor"):
                latents = latents + shift
            return vae.decode(latents, return_dict=False)[0]

    # -- denoising ------------------------------------------------------------------------

    def objective(self, min_snr_gamma: float) -> NoiseObjective:
        alphas_cumprod = self.pipe.scheduler.alphas_cumprod.to(self.device, torch.float32)
        return NoiseObjective(alphas_cumprod, self.info.prediction_type, min_snr_gamma)

    def sampler(self, name: str) -> NoiseSampler:
        return NoiseSampler(name, self._noise_schedule)

    def predict(
        self,
        noisy_latents: Tensor,
        timesteps: Tensor,
        prompts: PromptEmbeds,
        guidance: float | None = None,
    ) -> Tensor:
        return self.network(
            noisy_latents,
            timesteps,
            encoder_hidden_states=prompts.prompt_embeds,
            timestep_cond=self._guidance_embedding(noisy_latents, guidance),
            added_cond_kwargs=self._added_conditions(noisy_latents, prompts),
            return_dict=False,
        )[0]

    def _guidance_embedding(self, latents: Tensor, guidance: float | None) -> Tensor | None:
        if guidance is None or not self.takes_guidance:
            return None
        width = self.network.config.time_cond_proj_dim
        scales = torch.full((len(latents),), guidance - 1.0)
        embedding = self.pipe.get_guidance_scale_embedding(scales, embedding_dim=width)
        return embedding.to(latents.device, latents.dtype)

    def _added_conditions(self, latents: Tensor, prompts: PromptEmbeds) -> dict | None:
        return None

    # -- LoRA -----------------------------------------------------------------------------

    def kohya_names(self, part: str, path: str) -> tuple[str, ...]:
        return layer_names_of(self.family.layer_names, part, path, self._originals)


class StableDiffusionXLModel(StableDiffusionModel):
    """Two text encoders; the network is also told a pooled embedding and the image's size."""

    pipeline = StableDiffusionXLPipeline
    options = {}

    def encode_captions(self, captions: list[str]) -> PromptEmbeds:
        device = next(self.pipe.text_encoder.parameters()).device
        prompt_embeds, _, pooled, _ = self.pipe.encode_prompt(
            captions, device=device, do_classifier_free_guidance=False
        )
        return PromptEmbeds(prompt_embeds, pooled)

    def _encode_part(self, part: list[clip_prompts.Token]) -> PromptEmbeds:
        pipe, limit = self.pipe, self.info.token_limit
        first, second = (
            encoder(clip_prompts.framed(tokenizer, part, limit, encoder), output_hidden_states=True)
            for tokenizer, encoder in (
                (pipe.tokenizer, pipe.text_encoder),
                (pipe.tokenizer_2, pipe.text_encoder_2),
            )
        )
        # XL was trained on the last layer but one of both encoders.
        states = [clip_prompts.weighed(one.hidden_states[-2], part) for one in (first, second)]
        return PromptEmbeds(torch.cat(states, -1), second[0])

    def _added_conditions(self, latents: Tensor, prompts: PromptEmbeds) -> dict:
        height, width = (side * self.info.vae_factor for side in latents.shape[2:])
        # The network is told the image's first size, its cut, and the size wanted: all, uncut.
        sizes = torch.tensor([[height, width, 0, 0, height, width]] * len(latents))
        time_ids = sizes.to(latents.device, torch.float32)
        return {"text_embeds": prompts.pooled_prompt_embeds, "time_ids": time_ids}

    def kohya_names(self, part: str, path: str) -> tuple[str, ...]:
        # kohya's XL files have the original names, and number the first text encoder too.
        return super().kohya_names(part, path)[::-1]


def load(family: Family, info: BaseInfo, device, dtype, parts: dict) -> StableDiffusionModel:
    """The base in memory. parts: see Family.load."""
    kind = StableDiffusionXLModel if len(family.text_encoders) > 1 else StableDiffusionModel
    options = dict(kind.options)
    if info.is_single_file:
        options |= _tokenizers(info)
    pipe = pipelines.load(kind.pipeline, info, device, dtype, parts, **options)
    if pipe.scheduler.config.prediction_type != info.prediction_type:
        pipe.scheduler = pipe.scheduler.from_config(
            pipe.scheduler.config, prediction_type=info.prediction_type
        )
    return kind(family, info, pipe)


def _tokenizers(info: BaseInfo) -> dict:
    """CLIP's own, which single files leave out; XL's second one pads with “!”."""
    tokenizers = {}
    if (info.config / "tokenizer").is_dir():
        tokenizers["tokenizer"] = clip_tokenizer(max_length=info.token_limit)
    if (info.config / "tokenizer_2").is_dir():
        tokenizers["tokenizer_2"] = clip_tokenizer(pad_token="!", max_length=info.token_limit)
    return tokenizers


def _set_tiling(vae: ModelMixin, tiled: bool) -> None:
    if tiled:
        vae.enable_tiling()
    else:
        vae.disable_tiling()


@contextmanager
def _without_overflow(vae: ModelMixin) -> Iterator[None]:
    """Some VAEs (XL's) overflow in fp16; they say so, and work in fp32 meanwhile."""
    raised = vae.dtype == torch.float16 and bool(vae.config.get("force_upcast"))
    if raised:
        vae.float()
    try:
        yield
    finally:
        if raised:
            vae.half()
