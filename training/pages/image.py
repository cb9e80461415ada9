"""What one picture's own page shows: findings in full, its captions so far, its rights."""

from dataclasses import dataclass

from django.utils.functional import cached_property

from training.models import CaptionRevision, CaptionState, TrainingImage
from training.pages.caption_editor import findings_of
from training.problems import sentence
from training.rules.caption_edits import spans
from training.rules.image_findings import image_findings, measures
from training.services import photographs

SHOWN = 50  # revisions


@dataclass(frozen=True)
class Change:
    """One step of a caption's history. parts: `caption_edits.spans` of text before and after."""

    revision: CaptionRevision
    parts: list
    state: str

    @property
    def as_changes(self):
        """As the template of changes wants them."""
        return [(self.revision.image, self.parts)]

    @property
    def state_label(self):
        return CaptionState(self.state).label

    @property
    def before_label(self):
        return CaptionState(self.revision.state).label


class ImagePage:
    """A training image, its neighbours in the dataset, and what `person` may know about it."""

    def __init__(self, image, person):
        self.image = image
        self.person = person

    @cached_property
    def history(self):
        """Changes, the newest first. What came after a revision is the next newer one's text."""
        changes, text, state = [], self.image.caption, self.image.caption_state
        for revision in self.image.revisions.select_related("replaced_by", "image")[:SHOWN]:
            changes.append(Change(revision, spans(revision.text, text), state))
            text, state = revision.text, revision.state
        return changes

    @cached_property
    def findings(self):
        return findings_of(self.image) if self.image.caption else []

    @cached_property
    def image_findings(self):
        return image_findings(self.image)

    @cached_property
    def alike(self):
        """Photographs that may not be used and that it looks like: `photographs.Alike`."""
        return photographs.alike_of(self.image, self.person)

    @cached_property
    def painted(self):
        return painted_said(self.image)

    @property
    def measures(self):
        return measures(self.image)

    @cached_property
    def previous(self):
        return self._siblings.filter(name__lt=self.image.name).order_by("-name").first()

    @cached_property
    def next(self):
        return self._siblings.filter(name__gt=self.image.name).order_by("name").first()

    @property
    def _siblings(self):
        return TrainingImage.objects.filter(dataset=self.image.dataset_id).only("pk", "name")


def painted_said(image):
    """The sentence on a file of a studio picture that may be used no longer; "" of others."""
    names = photographs.painted_barred(TrainingImage.with_removed.filter(pk=image.pk))
    facts = {"count": len(names), "names": "".join(names)}
    return sentence("photographs-painted", facts) if names else ""
