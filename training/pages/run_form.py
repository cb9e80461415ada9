"""A run that is being set up: form and YAML in step, presets, and what stands in its way."""

from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_noop, ngettext

from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from training import services
from training.engine.config.presets import PRESETS
from training.engine.errors import EngineError
from training.engine.prompts.checks import as_prompt
from training.forms import RunForm
from training.forms.run import initial_of
from training.models import BaseModel
from training.problems import explain, faults_of
from training.rules import run_settings
from training.rules.mirroring import images_with_writing, in_short
from training.rules.readiness import ENOUGH, readiness
from training.rules.run_estimate import estimate_of

PRESET_WORDS = {
    "light": (
        gettext_noop("Light"),
        gettext_noop("A hint of the style; the base model leads."),
    ),
    "standard": (
        gettext_noop("Standard"),
        gettext_noop("The usual: the style is clear, the content stays free."),
    ),
    "strong": (
        gettext_noop("Strong"),
        gettext_noop("The style leads; small details of the pictures are learned too."),
    ),
}

ACTS = {"", "start", "taste", "from_yaml", "to_yaml"}  # "": a field was changed


class RunDraft:
    """What the page of a new run shows and does.

    posted: the form as sent, or None. Its `act` says what for: a preset's name fills the form,
    "to_yaml" renews the YAML, "from_yaml" the form, "start" starts, "taste" tries it for a minute.
    An edited YAML counts as the newer of the two. again: a run whose settings to begin with.
    """

    def __init__(self, dataset, posted=None, again=None):
        self.dataset = dataset
        self.again = again
        self.notes = []
        self.problems = None
        self.yaml_faults = []
        self.preset = ""
        self._images = dataset.images.count()
        self.act = one_of((posted or {}).get("act"), ACTS)
        self._confirmed = parse_id((posted or {}).get("unknown_rights")) or 0
        self._confirmed_few = parse_id((posted or {}).get("few_images")) or 0
        if not BaseModel.objects.usable().exists():
            services.sync_base_models()
        if posted is None:
            self._begin()
        else:
            self._read(posted)

    def _begin(self):
        if self.again:
            settings = run_settings.settings_of_run(self.again)
            self._fill(settings, self.again.base)
        else:
            base = BaseModel.objects.default()
            self.preset = "standard"
            self._fill(self._preset_settings("standard", base), base)

    def _read(self, posted):
        edited = posted.get("yaml", "") != posted.get("yaml_was", "")
        preset = one_of(posted.get("preset_act"), {"", *PRESETS})
        if preset:
            self.act, self.preset = "preset", preset
            base = BaseModel.objects.usable().filter(pk=parse_id(posted.get("base"))).first()
            base = base or BaseModel.objects.default()
            prompts = [line for line in posted.get("sample_prompts", "").splitlines() if line]
            settings = self._preset_settings(preset, base, prompts)
            self._fill(settings, base, posted.get("name", ""))
        elif self.act == "from_yaml" or (edited and self.act != "to_yaml"):
            self._read_yaml(posted)
        else:
            self.preset = posted.get("preset", "")
            self.form = RunForm(posted)
            self.form.is_valid()

    def _read_yaml(self, posted):
        text = posted.get("yaml", "")
        try:
            settings, base_name, left_out = run_settings.from_yaml(text)
        except EngineError as error:
            self._keep_yaml(posted, text, faults_of(error))
            return
        base = BaseModel.objects.usable().filter(pk=parse_id(posted.get("base"))).first()
        if base_name:
            match = BaseModel.objects.usable().filter(name=base_name).first()
            if match is None:
                self._keep_yaml(posted, text, [("base-not-known", {"name": base_name})])
                return
            base = match
        self.notes = [explain("config-key-is-ours", {"key": key}, stops=False) for key in left_out]
        self._fill(settings, base or BaseModel.objects.default(), posted.get("name", ""))

    def _keep_yaml(self, posted, text, faults):
        """A refused YAML stays as typed, and the form as it was."""
        self.form = RunForm(posted)
        self.form.is_valid()
        self.yaml_faults = [explain(code, facts) for code, facts in faults]
        self._typed_yaml = text

    def _fill(self, settings, base, name=""):
        values = {**_form_defaults(), **initial_of(settings), "name": name}
        values["base"] = base.pk if base else None
        # An unchecked box is sent as nothing at all, so False must not be in the data.
        values = {key: value for key, value in values.items() if value not in (False, None)}
        self.form = RunForm(values)
        self.form.is_valid()

    def _preset_settings(self, name, base, prompts=()):
        if base is None:  # the preflight says so; there is nothing to advise on
            return {}
        return run_settings.preset_settings(
            name,
            self._images,
            base,
            are_drawn=self._is_drawn,
            trigger=self.dataset.trigger_word,
            prompts=prompts or self._sample_prompts(),
            mirrored=not self._with_writing,
        )

    @cached_property
    def _is_drawn(self):
        return services.is_drawn(self.dataset)

    @cached_property
    def _with_writing(self):
        return images_with_writing(self.dataset)

    def _sample_prompts(self):
        """Two of the dataset's own captions: what was learned shows best on what was taught."""
        captions = (
            self.dataset.images.captioned().order_by("name").values_list("caption", flat=True)
        )
        texts = list(captions)
        examples = [texts[0], texts[len(texts) // 2]] if len(texts) > 1 else texts
        return [as_prompt(caption) for caption in examples]

    @property
    def is_started(self):
        return self.act == "start" and self._is_sound and self.is_confirmed and self.knows_few

    @cached_property
    def unknown_rights(self):
        """Of how many pictures nobody knows the rights, and may yet be trained on."""
        return services.unknown_rights_of(self.dataset)

    @property
    def is_confirmed(self):
        """Whether the person has said that the run starts all the same, of as many as there are."""
        return self._confirmed >= self.unknown_rights

    @property
    def few_images(self):
        """How many pictures there are, where a style needs more; else 0."""
        return self._images if self._images < ENOUGH else 0

    @property
    def knows_few(self):
        """Whether the person has said that a run of no more than there are starts all the same."""
        return not self.few_images or 0 < self._confirmed_few <= self.few_images

    @property
    def is_tasted(self):
        return self.act == "taste" and self._is_sound

    @property
    def _is_sound(self):
        return self.form.is_valid() and not self.yaml_faults

    @property
    def is_refused(self):
        is_order = self.act in {"start", "taste", "from_yaml"}
        return is_order and bool(self.yaml_faults or self.form.errors or self.stopping)

    @property
    def base(self):
        return self.form.cleaned_data.get("base")

    @property
    def settings(self):
        return self.form.settings

    @property
    def name(self):
        return self.form.cleaned_data.get("name", "")

    @cached_property
    def yaml(self):
        if self.yaml_faults:
            return self._typed_yaml
        return run_settings.to_yaml(self.settings, self.base.name if self.base else "")

    @property
    def yaml_was(self):
        """What the studio itself last wrote there; a difference means that a person typed."""
        return "" if self.yaml_faults else self.yaml

    @cached_property
    def preflight(self):
        if self.problems is not None:
            return self.problems
        problems = services.preflight(self.dataset, self.base, self.settings)
        if self.act == "start" and not self.is_confirmed:
            facts = {"count": self.unknown_rights}
            problems.append(explain("rights-unconfirmed", facts, dataset=self.dataset))
        if self.act == "start" and not self.knows_few:
            facts = {"count": self.few_images, "enough": ENOUGH}
            problems.append(explain("few-unconfirmed", facts, dataset=self.dataset))
        return problems

    @property
    def stopping(self):
        return [problem for problem in self.preflight if problem.stops]

    @property
    def warning(self):
        return [problem for problem in self.preflight if not problem.stops]

    @cached_property
    def estimate(self):
        """The RunEstimate of the run as it stands; None while it has faults."""
        if not self.base or self.form.errors or not self._images:
            return None
        try:
            config = run_settings.full_config(self.settings, self.base)
            return estimate_of(config, self.base, services.sizes_of(self.dataset))
        except EngineError:  # the preflight names it
            return None

    @cached_property
    def readiness(self):
        return readiness(self.dataset)

    @property
    def preset_reason(self):
        """Why the chosen preset's values are as they are; "" where a person's own stand."""
        if not self.preset or not self.base or not self._images:
            return ""
        return _preset_reason(self.preset, self._images, self.base, self._is_drawn)

    @property
    def mirror_note(self):
        """Why nothing is mirrored; "" where nothing speaks against it."""
        names = self._with_writing
        if not names:
            return ""
        return ngettext(
            "Mirroring stays off: {count} picture carries writing, a badge or a plate ({names}).",
            "Mirroring stays off: {count} pictures carry writing, badges or plates ({names}).",
            len(names),
        ).format(count=len(names), names=in_short(names))

    @property
    def presets(self):
        """[(name, label, words, whether chosen)]"""
        return [
            (
                name,
                gettext(PRESET_WORDS[name][0]),
                gettext(PRESET_WORDS[name][1]),
                name == self.preset,
            )
            for name in PRESETS
        ]


def _preset_reason(name, images, base, is_drawn):
    """One sentence on what the values follow: the set, its number, the base."""
    values = run_settings.preset_settings(name, images, base, are_drawn=is_drawn)
    facts = {
        "count": images,
        "base": base.name,
        "rank": values["lora_rank"],
        "rate": f"{values['learning_rate']:g}",
        "epochs": values["epochs"],
    }
    if is_drawn:
        sentence = ngettext(
            "{count} drawing on {base}: rate {rate}, rank {rank}, {epochs} rounds, as the base "
            "asks for drawings.",
            "{count} drawings on {base}: rate {rate}, rank {rank}, {epochs} rounds, as the base "
            "asks for drawings.",
            images,
        )
    else:
        sentence = ngettext(
            "{count} photograph on {base}: rate {rate}, rank {rank}, {epochs} rounds; under "
            "a third of the rate of drawings, since photographs wear the scene away sooner.",
            "{count} photographs on {base}: rate {rate}, rank {rank}, {epochs} rounds; under "
            "a third of the rate of drawings, since photographs wear the scene away sooner.",
            images,
        )
    return sentence.format(**facts)


def _form_defaults():
    """What the engine takes for every key that is left out, as field values."""
    return initial_of(
        {
            name: spec.default
            for name, spec in run_settings.SCHEMA.items()
            if name not in run_settings.OURS and spec.default is not None
        }
    )
