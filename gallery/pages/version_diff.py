"""Two versions of a pack side by side: what they are, learned from, score and paint."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from brandstudio.core.templatetags.look import short_hash, strength_value
from gallery.models import EvidenceImage
from gallery.pages import evidence_chart
from training.models import Dataset, TrainingRun
from training.pages.snapshot_diff import Differences, differences
from training.rules import run_settings


@dataclass(frozen=True)
class VersionDiff:
    """facts, settings: [(name, older's, newer's)] of what differs. same_training: whether both come
    from one run. dataset: the Differences of their snapshots, None where the reader may not see
    both or one has none. figures: [(label, [(strength, older's, newer's)])]. images:
    [(prompt, [(strength, older's, newer's)])] at equal prompt and seed, None where one lacks it.
    """

    facts: list
    settings: list
    same_training: bool
    dataset: Differences | None
    figures: list
    images: list


def version_diff(older, newer, person):
    """The VersionDiff of two prepared versions of one pack, as far as this person may look."""
    former, present = (_run_for(version, person) for version in (older, newer))
    both = former and present
    return VersionDiff(
        facts=_facts(older, newer),
        settings=_settings(former, present) if both else [],
        same_training=bool(both) and former == present,
        dataset=_dataset(former, present, person) if both else None,
        figures=_figures(older, newer),
        images=_images(older, newer),
    )


def _run_for(version, person):
    run = version.checkpoint and version.checkpoint.run
    if run and TrainingRun.objects.visible_to(person).filter(pk=run.pk).exists():
        return run
    return None


def _facts(older, newer):
    lines = [_facts_of(version) for version in (older, newer)]
    return [
        (name, former, present)
        for (name, former), (_name, present) in zip(*lines, strict=True)
        if former != present
    ]


def _facts_of(version):
    return [
        (_("Trigger words"), version.trigger_words),
        (_("Base model"), str(version.base)),
        (_("Allowed"), _range(version.strength_min, version.strength_max)),
        (_("Recommended"), _range(version.best_min, version.best_max)),
        (_("Default"), "" if version.strength is None else strength_value(version.strength)),
        (_("Weights"), short_hash(version.weights_sha256)),
        (_("Origin"), version.origin),
    ]


def _range(low, high):
    return "" if low is None else f"{strength_value(low)}–{strength_value(high)}"


def _settings(former, present):
    ours, theirs = run_settings.settings_of_run(former), run_settings.settings_of_run(present)
    return [
        (name, ours.get(name), theirs.get(name))
        for name in run_settings.SCHEMA
        if ours.get(name) != theirs.get(name)
    ]


def _dataset(former, present, person):
    if not (former.snapshot and present.snapshot):
        return None
    pair = {former.snapshot.dataset_id, present.snapshot.dataset_id}
    if Dataset.objects.visible_to(person).filter(pk__in=pair).count() != len(pair):
        return None
    return differences(former.snapshot, present.snapshot)


def _figures(older, newer):
    charts = [evidence_chart.chart_of(version) for version in (older, newer)]
    lines = [
        {line["label"]: _values(line) for line in (chart["lines"] if chart else [])}
        for chart in charts
    ]
    labels = dict.fromkeys([*lines[0], *lines[1]])
    return [
        (label, _side_by_side(lines[0].get(label, {}), lines[1].get(label, {}))) for label in labels
    ]


def _values(line):
    return {dot["strength"]: dot["value"] for dot in line["dots"]}


def _images(older, newer):
    before, after = _by_place(older), _by_place(newer)
    return [
        (prompt, _side_by_side(before[prompt, seed], after[prompt, seed]))
        for prompt, seed in before
        if (prompt, seed) in after
    ]


def _by_place(version):
    places: dict[tuple[str, int], dict[float, EvidenceImage]] = {}
    for row in version.rows:
        for image in row:
            prompt = image.prompt.removeprefix(f"{version.trigger_words}, ")
            places.setdefault((prompt, image.seed), {})[image.strength] = image
    return places


def _side_by_side(former, present):
    """[(strength, former's, present one's)] over the strengths of both."""
    return [(s, former.get(s), present.get(s)) for s in sorted({*former, *present})]
