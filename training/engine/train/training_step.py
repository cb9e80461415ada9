"""The network in training: its adapter, its optimizer, and what it does when memory runs short."""

import torch

from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import derived_seed
from training.engine.data.training_data import Batch, TrainingData
from training.engine.diffusion import Objective
from training.engine.errors import EngineError
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.lora import adapters
from training.engine.train import memory_ladder, optimizers
from training.engine.train.distributed import DistributedState
from training.engine.train.run_state import RunState


class TrainingStep:
    """Makes the optimizer steps of one run.

    model: the base whose network (and text encoders) get the adapter. dtype: of its weights.
    processes: those of the run, and this one's device.
    parameters: what is trained, fp32. ladder: what memory has been saved so far.
    """

    def __init__(
        self, config: RunConfig, model: DiffusionModel, processes: DistributedState, dtype
    ):
        self.config = config
        self.model = model
        self.processes = processes
        self.device = processes.device
        self.dtype = dtype
        network = model.network
        model.move_network(self.device)
        if self.device.type == "cuda":
            model.move_network(self.device, memory_format=torch.channels_last)
        groups = adapters.add_training_adapter(model, config)
        self.parameters = [p for group in groups for p in group["params"]]
        self.optimizer = optimizers.make_optimizer(config, groups)
        self.objective = model.objective(config.min_snr_gamma)
        self.ladder = memory_ladder.MemoryLadder(
            config.batch_size,
            config.gradient_checkpointing,
            optimizers.has_eight_bit(config.optimizer),
        )
        self.average = [p.detach().clone() for p in self.parameters] if config.ema else None
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=dtype == torch.float16 and self.device.type == "cuda"
        )
        network.train()
        self._apply_ladder()
        if config.compile:
            network.compile()

    # -- steps ----------------------------------------------------------------------------

    def set_learning_rate(self, step: int, total: int) -> float:
        """Set the learning rate of step 0 … total-1, and return it."""
        schedule, warmup = self.config.lr_schedule, self.config.warmup
        factor = optimizers.learning_rate_factor(step, total, schedule, warmup)
        return optimizers.set_learning_rate(self.optimizer, factor)

    def gradients(self, batch: Batch, step: int) -> torch.Tensor:
        """Gradients of our share of the mean loss over a batch, in parts; returns that loss."""
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device)
        if self.config.lora_dropout:
            # Dropout draws from torch's own generator: it too must depend on the step alone.
            torch.manual_seed(derived_seed(self.config.seed, "dropout", step, self.processes.rank))
        ours = batch.share(self.processes.rank, self.processes.size)
        for part in ours.micro_batches(self.ladder.micro_batch_size) if len(ours) else ():
            share = len(part) / len(batch)
            loss = self.losses(part, self.objective).mean() * share
            self.scaler.scale(loss).backward()
            total += loss.detach()
        return total

    def losses(self, batch: Batch, objective: Objective) -> torch.Tensor:
        """(B,) loss of each image."""
        latents, noise, timesteps = batch.latents, batch.noise, batch.timesteps
        noisy_latents = objective.add_noise(latents, noise, timesteps)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            prompts = batch.prompts
            if prompts is None:
                prompts = self.model.encode_captions(batch.captions)
            model_output = self.model.predict(
                noisy_latents.to(self.dtype), timesteps, prompts.to(dtype=self.dtype)
            )
        return objective.loss(model_output, objective.target(latents, noise, timesteps), timesteps)

    def update(self) -> None:
        """One correction of the weights by the gradients at hand."""
        if self.config.max_grad_norm:
            self.scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.parameters, self.config.max_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()

    @torch.no_grad()
    def update_ema(self) -> None:
        """Let the running average, where there is one, follow the weights."""
        if self.average:
            torch._foreach_lerp_(self.average, list(self.parameters), 1 - self.config.ema)

    @torch.no_grad()
    def fixed_losses(self, data: TrainingData, shares: tuple[float, ...]) -> list[float]:
        """Per image: mean loss over fixed timesteps, with noise that never changes.

        shares: of the way from the image to noise.
        """
        objective = self.objective.unweighted()
        self.model.network.eval()
        try:
            losses = []
            for index in range(len(data.examples)):
                batch = data.fixed_batch(index, shares)
                parts = batch.micro_batches(self.ladder.micro_batch_size)
                each = torch.cat([self.losses(part, objective) for part in parts])
                losses.append(each.mean().item())
            return losses
        finally:
            self.model.network.train()

    def averaged(self):
        """A block in which the weights are their running average, where there is one."""
        return _swapped(self.parameters, self.average)

    # -- memory ---------------------------------------------------------------------------

    def step_down(self, step: int) -> EngineError | None:
        """Take the next rung of the memory ladder at a step; what to say of it, None at its end.

        Smaller shapes (ladder.area_scale) are the caller's: it has the images.
        """
        self.optimizer.zero_grad(set_to_none=True)
        message = self.ladder.step_down(step)
        self._apply_ladder()
        memory_ladder.free_memory()
        return message

    def _apply_ladder(self) -> None:
        if self.ladder.checkpointing:
            self.model.network.enable_gradient_checkpointing()
        if self.ladder.eight_bit and isinstance(self.optimizer, torch.optim.AdamW):
            self.optimizer = optimizers.in_eight_bit(self.config, self.optimizer)

    def move(self, device) -> None:
        """Move network and optimizer between the card and host memory."""
        self.model.move_network(device)
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

    def restore(self, saved: RunState, path: str) -> None:
        """Be as the saved state was. path: for the message. Raises resume-damaged."""
        self.ladder = memory_ladder.MemoryLadder.from_json(saved.facts["ladder"])
        # First, since it is the ladder that says which optimizer the state is of.
        self._apply_ladder()
        try:
            with torch.no_grad():
                for i, parameter in enumerate(self.parameters):
                    parameter.copy_(saved.weights[str(i)])
                for i, value in enumerate(self.average or ()):
                    value.copy_(saved.weights[f"average.{i}"])
            optimizers.restore_optimizer(self.optimizer, saved.optimizer, saved.plain)
        except (KeyError, ValueError, RuntimeError) as error:
            raise EngineError("resume-damaged", path=path, reason=str(error)) from error
        if saved.plain.get("scaler"):
            self.scaler.load_state_dict(saved.plain["scaler"])


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
            weights = parameter.detach().clone()
            parameter.copy_(value)
            value.copy_(weights)
