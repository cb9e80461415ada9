"""The keys of a run's configuration, the article's and an expert set: default, range, meaning."""

from dataclasses import dataclass

from training.engine.config.key_spec import key
from training.engine.prompts import trigger_words as triggers

TARGET_PRESETS = ("attention", "attention-mlp", "kohya", "kohya-conv", "all")


@dataclass(frozen=True, kw_only=True)
class RunKeys:
    """Every key, in the order of the YAML; RunConfig says what they do together."""

    train_data_dir: str = key(
        help="Folder with the training images.",
        kind="path",
        level="basic",
        group="data",
        affects_result=False,
    )
    metadata_path: str = key(
        help="Captions: a file of “file name,caption” lines, or a folder of text files.",
        kind="path",
        level="basic",
        group="data",
        affects_result=False,
    )
    base_model: str = key(
        help="Name or path of the base model: one .safetensors file or a diffusers folder.",
        kind="text",
        level="basic",
        group="base",
        affects_result=False,
    )
    output_dir: str = key(
        help="Folder for the result; its last part becomes the style's file name.",
        kind="path",
        level="basic",
        group="output",
        affects_result=False,
    )
    lora_rank: int = key(
        8,
        help="Rank of the LoRA matrices: more learns more detail and makes a larger file.",
        kind="int",
        level="basic",
        group="adapter",
        minimum=1,
        maximum=320,
    )
    lora_alpha: float | None = key(
        None,
        help="Scale of what is learned, divided by the rank. Empty means equal to the rank.",
        kind="float",
        level="basic",
        group="adapter",
        minimum=0.01,
        maximum=1024,
    )
    batch_size: int = key(
        4,
        help="Images seen together in one step.",
        kind="int",
        level="basic",
        minimum=1,
        maximum=256,
    )
    epochs: int = key(
        15,
        help="How often each image is seen.",
        kind="int",
        level="basic",
        minimum=1,
        maximum=10_000,
    )
    learning_rate: float = key(
        1e-4,
        help="Size of each correction. Too high breaks the picture, too low learns nothing.",
        kind="float",
        level="basic",
        minimum=1e-8,
        maximum=10,
    )
    save_steps: int = key(
        100,
        help="A checkpoint is written every so many steps.",
        kind="int",
        level="basic",
        group="output",
        minimum=1,
        maximum=1_000_000,
    )
    trigger_words: str = key(
        "",
        help="Words that call the style; put in front of captions that lack them.",
        kind="text",
        level="basic",
        group="data",
        check=triggers.check,
    )
    seed: int = key(
        0,
        help="Start of all randomness: two runs with equal settings are equal.",
        kind="int",
        minimum=0,
        maximum=2**32 - 1,
    )
    resolution: int | None = key(
        None,
        help="Side of a square of the training area in px. Empty means the base model's size.",
        kind="int",
        group="data",
        minimum=32,
        maximum=4096,
    )
    buckets: bool = key(
        True,
        help="Keep each picture's own proportions instead of cutting all to one shape.",
        kind="bool",
        group="data",
    )
    bucket_step: int | None = key(
        None,
        help="Sides of the shapes are multiples of this. Empty means what the base model needs.",
        kind="int",
        group="data",
        minimum=8,
        maximum=512,
    )
    bucket_max_ratio: float = key(
        2.0,
        help="The longest shape: long side divided by short side.",
        kind="float",
        group="data",
        minimum=1,
        maximum=4,
    )
    repeats: int = key(
        1,
        help="How often each image is seen per epoch.",
        kind="int",
        group="data",
        minimum=1,
        maximum=1000,
    )
    flip: bool = key(
        False,
        help="Also show mirrored pictures. Wrong for badges, plates and lettering.",
        kind="bool",
        group="data",
    )
    caption_dropout: float = key(
        0.0,
        help="Share of steps in which an image is shown without its caption.",
        kind="float",
        group="data",
        minimum=0,
        maximum=1,
    )
    shuffle_captions: bool = key(
        False,
        help="Change the order of a caption's comma-separated parts.",
        kind="bool",
        group="data",
    )
    keep_tokens: int = key(
        1,
        help="Parts at the front of a caption that shuffling leaves in place.",
        kind="int",
        group="data",
        minimum=0,
        maximum=100,
    )
    validation_share: float = key(
        0.0,
        help="Share of the images held back to measure the loss on.",
        kind="float",
        group="data",
        minimum=0,
        maximum=0.5,
    )
    early_stop: int = key(
        0,
        help="Ends the run once so many saves in a row are no better, by the loss on the images "
        "held back and by the samples. 0 is off.",
        kind="int",
        minimum=0,
        maximum=100,
    )
    targets: str | tuple[str, ...] | None = key(
        None,
        help="Parts of the network that are tuned: a set’s name, or a list of module names. "
        "Empty means the base model’s recommended set.",
        kind="targets",
        group="adapter",
        choices=TARGET_PRESETS,
    )
    lora_dropout: float = key(
        0.0,
        help="Share of the adapter's input that is dropped at random.",
        kind="float",
        group="adapter",
        minimum=0,
        maximum=0.9,
    )
    rslora: bool = key(
        False,
        help="Scale by alpha/√rank instead of alpha/rank; steadier at high ranks.",
        kind="bool",
        group="adapter",
    )
    train_text_encoder: bool = key(
        False,
        help="Tune the text encoder too. Rarely needed; slower, no text cache.",
        kind="bool",
        group="adapter",
    )
    text_encoder_lr: float = key(
        1e-5,
        help="Learning rate of the text encoder.",
        kind="float",
        group="adapter",
        minimum=1e-9,
        maximum=1,
    )
    optimizer: str = key(
        "adamw",
        help="How corrections are made. Prodigy finds its own rate (set learning_rate to 1).",
        kind="choice",
        choices=("adamw", "adamw8bit", "prodigy", "adafactor"),
    )
    weight_decay: float = key(
        1e-2, help="Pull of the weights to zero.", kind="float", minimum=0, maximum=1
    )
    max_grad_norm: float = key(
        1.0,
        help="Corrections are cut to this length; 0 leaves them.",
        kind="float",
        minimum=0,
        maximum=100,
    )
    lr_schedule: str = key(
        "cosine",
        help="How the learning rate falls during the run.",
        kind="choice",
        choices=("cosine", "constant", "linear"),
    )
    warmup: float = key(
        0.05,
        help="Share of the run in which the learning rate rises from zero.",
        kind="float",
        minimum=0,
        maximum=0.9,
    )
    max_steps: int | None = key(
        None,
        help="Ends the run after so many steps, whatever the epochs say.",
        kind="int",
        minimum=1,
        maximum=10_000_000,
    )
    min_snr_gamma: float = key(
        5.0,
        help="Balances noisy and clean steps (min-SNR); 0 is off.",
        kind="float",
        minimum=0,
        maximum=100,
    )
    noise_offset: float = key(
        0.0,
        help="Helps very dark or bright pictures (0.05 for dark studio shots).",
        kind="float",
        minimum=0,
        maximum=1,
    )
    gradient_accumulation: int = key(
        1,
        help="Batches gathered before each correction: a larger batch with less memory.",
        kind="int",
        group="device",
        minimum=1,
        maximum=256,
    )
    gradient_checkpointing: bool = key(
        False, help="Less memory for about a third more time.", kind="bool", group="device"
    )
    precision: str = key(
        "auto",
        help="Number format of the frozen base: chosen from the device, or fixed.",
        kind="choice",
        group="device",
        choices=("auto", "fp32", "bf16", "fp16"),
    )
    compile: bool = key(
        False,
        help="Compile the network first; pays off in long runs on a GPU.",
        kind="bool",
        group="device",
    )
    device: str = key(
        "auto",
        help="Where to compute: auto, cpu, cuda or cuda:1.",
        kind="text",
        group="device",
        affects_result=False,
    )
    ema: float = key(
        0.0,
        help="Share of the running average kept per step (0.99); 0 is off.",
        kind="float",
        minimum=0,
        maximum=0.99999,
    )
    sample_prompts: tuple[str, ...] = key(
        [],
        help="Prompts drawn at each checkpoint with fixed seeds.",
        kind="list",
        level="basic",
        group="samples",
        affects_result=False,
    )
    sample_at_first: bool = key(
        False,
        help="Also draw the base model's own pictures before the first step, to compare with.",
        kind="bool",
        group="samples",
        affects_result=False,
    )
    sample_steps: int = key(
        20,
        help="Denoising steps of a sample picture.",
        kind="int",
        group="samples",
        minimum=1,
        maximum=200,
        affects_result=False,
    )
    sample_guidance: float = key(
        5.0,
        help="How strictly samples follow their prompt.",
        kind="float",
        group="samples",
        minimum=1,
        maximum=30,
        affects_result=False,
    )
    sample_strength: float = key(
        1.0,
        help="Strength of the style in sample pictures.",
        kind="float",
        group="samples",
        minimum=0,
        maximum=2,
        affects_result=False,
    )
    save_precision: str = key(
        "fp16",
        help="Number format of the finished file.",
        kind="choice",
        group="output",
        choices=("fp16", "fp32"),
        affects_result=False,
    )
    tensorboard: bool = key(
        False,
        help="Also write TensorBoard logs.",
        kind="bool",
        group="output",
        affects_result=False,
    )
    author: str = key(
        "", help="Written into the file.", kind="text", group="output", affects_result=False
    )
    license: str = key(
        "", help="Licence written into the file.", kind="text", group="output", affects_result=False
    )
