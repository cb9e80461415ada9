"""The network in training: its adapter, its optimizer, and what it does when memory runs short."""

import dataclasses

import torch

from training.engine.base.base_models import BaseInfo
from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import derived_seed
from training.engine.data.caches import encode_captions
from training.engine.data.training_data import Batch, TrainingData
from training.engine.diffusion import Objective
from training.engine.errors import EngineError
from training.engine.lora import adapters
from training.engine.train import memory_ladder, optimizers
from training.engine.train.distributed import Team
from training.engine.train.run_state import RunState


class Learner:
    """Makes the optimizer steps of one run.

    pipe: the pipeline whose UNet (and text encoders) get the adapter. dtype: of the frozen weights.
    team: the processes of the run, and this one's device.
    parameters: what is trained, fp32. ladder: what memory has been saved so far.
    """

    def __init__(self, config: RunConfig, info: BaseInfo, pipe, team: Team, dtype):
        self.config = config
        self.info = info
        self.pipe = pipe
        self.team = team
        self.device = team.device
        self.dtype = dtype
        unet = pipe.unet
        unet.to(self.device)
        if self.device.type == "cuda":
            unet.to(memory_format=torch.channels_last)
        groups = adapters.add_training_adapter(pipe, config, info)
        self.parameters = [p for group in groups for p in group["params"]]
        self.optimizer = optimizers.make_optimizer(config, groups)
        schedule = pipe.scheduler
        self.objective = Objective(
            schedule.alphas_cumprod.to(self.device, torch.float32),
            info.prediction_type,
            config.min_snr_gamma,
        )
        self.ladder = memory_ladder.Ladder(
            config.batch_size,
            config.gradient_checkpointing,
            optimizers.has_eight_bit(config.optimizer),
        )
        self.average = [p.detach().clone() for p in self.parameters] if config.ema else None
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=dtype == torch.float16 and self.device.type == "cuda"
        )
        unet.train()
        self._apply_ladder()
        if config.compile:
            unet.compile()

    # -- steps ----------------------------------------------------------------------------

    def set_rate(self, step: int, total: int) -> float:
        """Set the learning rate of step 0 … total-1, and return it."""
        factor = optimizers.rate_factor(step, total, self.config.lr_schedule, self.config.warmup)
        return optimizers.set_rate(self.optimizer, factor)

    def gradients(self, batch: Batch, step: int) -> torch.Tensor:
        """Gradients of our share of the mean loss over a batch, in pieces; returns that loss."""
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device)
        if self.config.lora_dropout:
            # Dropout draws from torch's own generator: it too must depend on the step alone.
            torch.manual_seed(derived_seed(self.config.seed, "dropout", step, self.team.rank))
        ours = batch.share(self.team.rank, self.team.size)
        for part in ours.parts(self.ladder.piece) if len(ours) else ():
            share = len(part) / len(batch)
            loss = self.losses(part).mean() * share
            self.scaler.scale(loss).backward()
            total += loss.detach()
        return total

    def losses(self, batch: Batch) -> torch.Tensor:
        """(B,) loss of each picture."""
        tokens, pooled = batch.tokens, batch.pooled
        mixed = self.objective.noisy(batch.clean, batch.noise, batch.levels)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            if tokens is None:
                tokens, pooled = encode_captions(self.pipe, batch.captions)
            extra = None
            if pooled is not None:
                extra = {"text_embeds": pooled, "time_ids": batch.time_ids}
            answer = self.pipe.unet(
                mixed.to(self.dtype),
                batch.levels,
                encoder_hidden_states=tokens.to(self.dtype),
                added_cond_kwargs=extra,
                return_dict=False,
            )[0]
        target = self.objective.target(batch.clean, batch.noise, batch.levels)
        return self.objective.loss(answer, target, batch.levels)

    def update(self) -> None:
        """One correction of the weights by the gradients at hand."""
        if self.config.max_grad_norm:
            self.scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.parameters, self.config.max_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()

    @torch.no_grad()
    def keep_average(self) -> None:
        """Let the running average, where there is one, follow the weights."""
        if self.average:
            torch._foreach_lerp_(self.average, list(self.parameters), 1 - self.config.ema)

    @torch.no_grad()
    def fixed_losses(self, data: TrainingData, shares: tuple[float, ...]) -> list[float]:
        """Per picture: mean loss over fixed noise levels, with noise that never changes.

        shares: the noise levels, as shares of the schedule.
        """
        levels = [round(share * self.objective.levels) for share in shares]
        plain = dataclasses.replace(self.objective, gamma=0)
        weighted, self.objective = self.objective, plain
        self.pipe.unet.eval()
        try:
            losses = []
            for index in range(len(data.examples)):
                parts = data.fixed_batch(index, levels).parts(self.ladder.piece)
                losses.append(torch.cat([self.losses(part) for part in parts]).mean().item())
            return losses
        finally:
            self.objective = weighted
            self.pipe.unet.train()

    def averaged(self):
        """A block in which the weights are their running average, where there is one."""
        return _swapped(self.parameters, self.average)

    # -- memory ---------------------------------------------------------------------------

    def climb(self, step: int) -> EngineError | None:
        """Take the next rung of the memory ladder at a step; what to say of it, None at its end.

        Smaller shapes (ladder.cap) are the caller's: it has the pictures.
        """
        self.optimizer.zero_grad(set_to_none=True)
        change = self.ladder.climb(step)
        self._apply_ladder()
        memory_ladder.free_memory()
        return change

    def _apply_ladder(self) -> None:
        if self.ladder.checkpointing:
            self.pipe.unet.enable_gradient_checkpointing()
        if self.ladder.eight_bit and isinstance(self.optimizer, torch.optim.AdamW):
            self.optimizer = optimizers.in_eight_bit(self.config, self.optimizer)

    def move(self, device) -> None:
        """Move network and optimizer between the card and host memory."""
        self.pipe.unet.to(device)
        for state in self.optimizer.state.values():
            for key, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[key] = value.to(device)
        memory_ladder.free_memory()

    # -- state ----------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor], dict]:
        """(weights, optimizer, plain) of a RunState."""
        tensors, plain = optimizers.optimizer_state(self.optimizer)
        weights = {str(i): p.detach().cpu().clone() for i, p in enumerate(self.parameters)}
        for i, value in enumerate(self.average or ()):
            weights[f"average.{i}"] = value.cpu().clone()
        plain["scaler"] = self.scaler.state_dict()
        return weights, tensors, plain

    def restore(self, kept: RunState, path: str) -> None:
        """Be as the kept state was. path: for the message. Raises EngineError("resume-damaged")."""
        self.ladder = memory_ladder.Ladder(**kept.facts["ladder"])
        # First, since it is the ladder that says which optimizer the state is of.
        self._apply_ladder()
        try:
            with torch.no_grad():
                for i, parameter in enumerate(self.parameters):
                    parameter.copy_(kept.weights[str(i)])
                for i, value in enumerate(self.average or ()):
                    value.copy_(kept.weights[f"average.{i}"])
            optimizers.restore_optimizer(self.optimizer, kept.optimizer, kept.plain)
        except (KeyError, ValueError, RuntimeError) as error:
            raise EngineError("resume-damaged", path=path, reason=str(error)) from error
        if kept.plain.get("scaler"):
            self.scaler.load_state_dict(kept.plain["scaler"])


class _swapped:
    """Within the block the parameters hold their running average, where there is one."""

    def __init__(self, parameters, average):
        self.parameters, self.average = parameters, average

    def __enter__(self):
        self._swap()

    def __exit__(self, *_):
        self._swap()

    @torch.no_grad()
    def _swap(self):
        for parameter, value in zip(self.parameters, self.average or (), strict=False):
            kept = parameter.detach().clone()
            parameter.copy_(value)
            value.copy_(kept)
