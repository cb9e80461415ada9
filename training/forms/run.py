"""The form of a run, made from the engine's own schema, with its YAML beside it."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.names import refuse_unseen_sign
from training.engine.errors import EngineError
from training.engine.prompts import separators
from training.engine.prompts.checks import check_samples
from training.models import BaseModel
from training.problems import faults_of, sentence
from training.rules import run_settings
from training.rules.run_faults import faults_here

_translated = lazy(gettext, str)  # the engine's own sentences, marked for extraction there

LABELS = {
    "lora_rank": _("Rank"),
    "lora_alpha": _("Alpha"),
    "batch_size": _("Batch size"),
    "epochs": _("Epochs"),
    "learning_rate": _("Learning rate"),
    "save_steps": _("Save every … steps"),
    "trigger_words": _("Trigger words"),
    "sample_prompts": _("Sample prompts"),
    "seed": _("Seed"),
    "resolution": _("Resolution"),
    "buckets": _("Keep proportions"),
    "bucket_step": _("Step of the shapes"),
    "bucket_max_ratio": _("Longest shape"),
    "repeats": _("Repeats"),
    "flip": _("Mirror"),
    "caption_dropout": _("Caption dropout"),
    "shuffle_captions": _("Shuffle captions"),
    "keep_tokens": _("Parts kept in place"),
    "validation_share": _("Held back for validation"),
    "early_stop": _("End early after … saves"),
    "targets": _("Targets"),
    "lora_dropout": _("Dropout"),
    "rslora": _("Rank-stabilised scale"),
    "train_text_encoder": _("Train the text encoder"),
    "text_encoder_lr": _("Learning rate of the text encoder"),
    "optimizer": _("Optimizer"),
    "weight_decay": _("Weight decay"),
    "max_grad_norm": _("Gradient limit"),
    "lr_schedule": _("Schedule"),
    "warmup": _("Warm-up"),
    "max_steps": _("Most steps"),
    "min_snr_gamma": _("Min-SNR gamma"),
    "noise_offset": _("Noise offset"),
    "gradient_accumulation": _("Gradient accumulation"),
    "gradient_checkpointing": _("Gradient checkpointing"),
    "precision": _("Precision"),
    "compile": _("Compile"),
    "device": _("Device"),
    "ema": _("Running average"),
    "sample_at_first": _("The base's own pictures first"),
    "sample_steps": _("Steps of a sample"),
    "sample_guidance": _("Guidance of a sample"),
    "sample_strength": _("Strength of a sample"),
    "save_precision": _("Precision of the file"),
    "tensorboard": _("TensorBoard"),
    "author": _("Author"),
    "license": _("Licence"),
}
GROUPS = {
    "data": _("Pictures and captions"),
    "adapter": _("What is tuned"),
    "training": _("Learning"),
    "device": _("Memory and device"),
    "samples": _("Sample pictures"),
    "output": _("Files"),
    "base": _("Base model"),
}


class RunForm(forms.Form):
    """`settings` and `base` after cleaning. Keys left empty mean the engine's own default."""

    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, validators=[refuse_unseen_sign]
    )
    base = forms.ModelChoiceField(
        label=_("Base model"), queryset=BaseModel.objects.none(), empty_label=None
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["base"].queryset = BaseModel.objects.usable()
        for spec in run_settings.SCHEMA.values():
            if spec.name not in run_settings.OURS:
                self.fields[spec.name] = _field(spec)

    def clean(self):
        cleaned = super().clean()
        if base := cleaned.get("base"):
            try:
                config = run_settings.full_config(self.settings, base)
                check_samples(config.sample_prompts)
                config.check_early_stop()
            except EngineError as error:
                self.show_faults(error)
            else:
                for code, facts in faults_here(config, base):
                    self.add_error(facts["key"], sentence(code, facts))
        return cleaned

    def show_faults(self, error):
        """Put each fault of an EngineError beside the field it names."""
        for code, facts in faults_of(error):
            field = facts.get("key")
            self.add_error(field if field in self.fields else None, sentence(code, facts))

    @property
    def settings(self):
        """The training keys that a person filled in."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in run_settings.SCHEMA and value not in (None, "", [])
        }

    @property
    def basic_fields(self):
        return [self[n] for n, s in self._specs() if s.level == "basic" and n != "sample_prompts"]

    @property
    def expert_groups(self):
        """[(heading, fields, whether one is in error)] of the expert drawer."""
        groups: dict[str, list] = {}
        for name, spec in self._specs():
            if spec.level != "basic":
                groups.setdefault(spec.group, []).append(self[name])
        return [(GROUPS.get(key, key), fields) for key, fields in groups.items()]

    @property
    def has_expert_errors(self):
        return any(field.errors for _heading, fields in self.expert_groups for field in fields)

    @property
    def yaml_errors(self):
        return self.errors.get(NON_FIELD_ERRORS, [])

    def _specs(self):
        return [(n, s) for n, s in run_settings.SCHEMA.items() if n not in run_settings.OURS]


def initial_of(settings):
    """Field values for these settings."""
    return {name: _shown(value) for name, value in settings.items()}


def _shown(value):
    if isinstance(value, list | tuple):
        return "\n".join(value)
    if isinstance(value, float):
        # Three significant digits are what people type; repr would show 0.00010000000000000001.
        return f"{value:.6g}"
    return value


class LinesField(forms.CharField):
    """A list of texts, one on a line."""

    def __init__(self, **options):
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}), **options)

    def to_python(self, value):
        text = super().to_python(value)
        return [line.strip() for line in text.splitlines() if line.strip()]


class TargetsField(forms.CharField):
    """A preset's name, or module names between commas."""

    def to_python(self, value):
        text = super().to_python(value)
        names = separators.words(text)
        if len(names) == 1 and names[0] in run_settings.SCHEMA["targets"].choices:
            return names[0]
        return names


class NumberText(forms.CharField):
    """A number as people write it (2e-4); the engine checks it, so that there is one rule."""

    def __init__(self, spec, **options):
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)
        self.spec = spec

    def to_python(self, value):
        text = super().to_python(value).strip()
        if not text:
            return None
        try:
            # A broken one is left for the engine to explain.
            return int(text) if self.spec.kind == "int" else float(text)
        except ValueError:
            return text


def _field(spec):
    options = {
        "label": LABELS.get(spec.name, spec.name),
        "help_text": _translated(spec.help),
        "required": False,
    }
    if spec.kind == "bool":
        return forms.BooleanField(initial=spec.default, **options)
    if spec.kind == "choice":
        choices = [(choice, choice) for choice in spec.choices]
        return forms.ChoiceField(choices=choices, initial=spec.default, **options)
    if spec.kind == "list":
        return LinesField(initial="\n".join(spec.default or ()), **options)
    if spec.kind == "targets":
        return TargetsField(**options)
    if spec.kind in {"int", "float"}:
        return NumberText(spec, initial=_shown(spec.default), **options)
    return forms.CharField(initial=spec.default, **options)
