"""What a taste shows: the style on two prompts, beside the base model's own pictures."""

from dataclasses import dataclass

from django.utils.functional import cached_property

from training.models import RunSample, TrainingRun
from training.pages.run import RunPage, version_tag


@dataclass(frozen=True)
class TastePair:
    """One prompt, by the base alone and with the style; either is None until it is drawn."""

    prompt: str
    plain: RunSample | None
    styled: RunSample | None


class TastePage(RunPage):
    """A run that is a taste."""

    @property
    def tag(self):
        return version_tag(TrainingRun.objects.tastes(), self.run.pk)

    @cached_property
    def pairs(self):
        """A TastePair for each prompt, in their order."""
        samples = {(sample.prompt, bool(sample.step)): sample for sample in self.run.samples.all()}
        return [
            TastePair(prompt, samples.get((prompt, False)), samples.get((prompt, True)))
            for prompt in self.config["sample_prompts"]
        ]
