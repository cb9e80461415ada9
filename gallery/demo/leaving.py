"""What of the studio's content may travel as demo content; the rest is named, each with its reason.

The judgement is that of the doors: `ended_rights_of` of datasets, `check_release` of checkpoints,
`policy` of styles and pictures.
"""

from django.utils.translation import gettext as _

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import Asset, PromptTemplate, ReviewState, Scene, StylePack
from gallery.services import policy
from training.models import Dataset, RunState, TrainingRun
from training.services import photographs, release
from training.services.preflight import ended_rights_of


class Leaving:
    """Asked in this order, for each part is made of the former: datasets, runs, packs, covers,
    scenes. base: the one BaseModel whose content travels. left_out: a line of what stayed."""

    def __init__(self, base):
        self.base = base
        self.left_out = []
        self._datasets = set()
        self._runs = set()
        self._versions = set()

    def datasets(self):
        """The datasets from which something may learn."""
        for dataset in Dataset.objects.not_binned().order_by("pk"):
            photographs.read_painted(dataset.images.all())
            reasons = [problems.sentence(*one) for one in ended_rights_of(dataset.images.all())]
            if self._leaves(dataset, reasons):
                self._datasets.add(dataset.pk)
                yield dataset

    def runs(self):
        """(run, its final checkpoint) of those that have ended well."""
        runs = TrainingRun.objects.without_tastes().select_related("dataset", "snapshot", "base")
        for run in runs.order_by("pk"):
            checkpoint = run.checkpoints.filter(is_final=True).first()
            if self._leaves(run, self._reasons_of_run(run, checkpoint)):
                self._runs.add(run.pk)
                yield run, checkpoint

    def _reasons_of_run(self, run, checkpoint):
        if run.state != RunState.FINISHED or checkpoint is None:
            state = run.get_state_display()
            return [
                _("This training has no result to take along: it is {state}.").format(state=state)
            ]
        if run.dataset_id not in self._datasets:
            return [_("Its dataset {name} stays.").format(name=run.dataset)]
        if run.base_id != self.base.pk:
            return [self._other_base(run.base)]
        return _refusals(lambda: release.check_release(checkpoint))

    def packs(self):
        """(pack, its versions) of those with one that may go to other houses."""
        for pack in StylePack.objects.order_by("pk"):
            versions = [
                version
                for version in pack.versions.select_related(
                    "pack", "base", "checkpoint__run", "sheet"
                ).order_by("number")
                if self._leaves(version, self._reasons_of_version(version))
            ]
            self._versions.update(version.pk for version in versions)
            if versions:
                yield pack, versions

    def _reasons_of_version(self, version):
        if reasons := _refusals(lambda: policy.check_style_leaves(version)):
            return reasons
        if version.checkpoint_id is None:
            return [_("Its file came from elsewhere: no training of this studio made it.")]
        if version.checkpoint.run_id not in self._runs or not version.checkpoint.is_final:
            return [_("The training {name} stays.").format(name=version.checkpoint.run)]
        return []

    def covered_templates(self):
        """Approved templates with a cover that was not made of a picture which stays."""
        templates = PromptTemplate.objects.approved().exclude(cover_sha256="")
        for template in templates.order_by("pk"):
            covers = Asset.objects.titled().filter(thumb_sha256=template.cover_sha256)
            reasons = [reason for asset in covers for reason in _reasons_of_asset(asset)]
            if self._leaves(_("The cover of {name}").format(name=template), reasons):
                yield template

    def scenes(self):
        """(scene, its pictures) of those that can be made again from what travels."""
        scenes = Scene.objects.titled().select_related("base").order_by("pk")
        for scene in scenes:
            if not self._leaves(scene, self._reasons_of_scene(scene)):
                continue
            assets = [
                asset
                for asset in Asset.objects.titled().filter(scene=scene).order_by("index")
                if self._leaves(asset, _reasons_of_asset(asset))
            ]
            if assets:
                yield scene, assets

    def _reasons_of_scene(self, scene):
        if scene.is_trial:
            return [problems.sentence("trial-stays")]
        if scene.base_id != self.base.pk:
            return [self._other_base(scene.base)]
        if scene.template is None or scene.template.state != ReviewState.APPROVED:
            return [_("It was not painted with a template that is in use.")]
        if scene.channel is None or scene.cutout_id or scene.init_image_sha256:
            return [_("Demo content holds only pictures painted from words for a channel.")]
        return [
            _("The style {name} stays.").format(name=pack.version)
            for pack in scene.packs.all()
            if pack.version_id not in self._versions
        ]

    def _other_base(self, base):
        facts = {"base": self.base, "other": base}
        return _("It was made with {other}, and demo content with {base} alone.").format(**facts)

    def _leaves(self, thing, reasons):
        """Whether there is no reason against it; else each is noted."""
        facts = [{"name": thing, "why": why} for why in reasons]
        self.left_out += [_("{name} was left out: {why}").format(**one) for one in facts]
        return not reasons


def _reasons_of_asset(asset):
    return _refusals(lambda: policy.check_whole(asset))


def _refusals(check):
    """The sentence of what check() refuses, as a list of one; [] where it refuses nothing."""
    try:
        check()
    except Refused as error:
        return [problems.of(error)]
    return []
