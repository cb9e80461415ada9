"""How much memory a run will need, told before it starts."""

from dataclasses import asdict, dataclass

from training.engine import families
from training.engine.config.run_config import RunConfig
from training.engine.data.buckets import make_buckets
from training.engine.families.base_info import BaseInfo

_WIDTHS = {"fp32": 4, "bf16": 2, "fp16": 2}
_OPTIMIZER_BYTES = {"adamw": 8, "adamw8bit": 2, "prodigy": 16, "adafactor": 1}


@dataclass(frozen=True)
class MemoryEstimate:
    """Megabytes (10⁶ bytes) by purpose; total is their sum and a tenth for fragments."""

    weights: int
    adapter: int
    activations: int
    encoding: int

    @property
    def total(self) -> int:
        # The encoders are gone before the first step: whichever phase is larger counts.
        step = self.weights + self.adapter + self.activations
        return round(1.1 * max(step, self.encoding))

    def to_json(self) -> dict:
        return asdict(self) | {"total": self.total}


def estimate(
    config: RunConfig,
    info: BaseInfo,
    precision: str = "fp32",
    numbers: tuple[int, int] | None = None,
) -> MemoryEstimate:
    """The memory of a run on this base.

    precision: of the frozen weights, as it will be chosen. numbers: how many the network has and
    how many the rest of the base, as its family's weight_counts; None counts them from the headers.
    Activations follow the network's own shape: each level keeps about forty maps of its width per
    layer for the way back, where checkpointing keeps three. Meant to be right within a third; the
    memory ladder catches the rest.
    """
    width = _WIDTHS[precision]
    family = families.of(info.family)
    network, others = numbers or family.weight_counts(info)
    cells = max(b.width * b.height for b in make_buckets(config, info)) / info.vae_factor**2
    maps = 3 if config.gradient_checkpointing else 40
    activations = family.activation_count(info, cells) * maps * width * config.batch_size
    share = config.lora_rank * 2e-4  # of the network's numbers, measured on attention targets
    adapter = network * share * (4 + 4 + _OPTIMIZER_BYTES[config.optimizer])
    return MemoryEstimate(
        weights=round(network * width / 1e6),
        adapter=round(adapter / 1e6),
        activations=round(activations / 1e6),
        encoding=round((network + others) * width / 1e6 + cells * info.vae_factor**2 * 2e-3),
    )
