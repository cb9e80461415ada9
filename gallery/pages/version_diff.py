"""Two versions, of a pack or of two, side by side: what they are, learned from, score and paint."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from brandstudio.core.templatetags.look import short_hash, strength_value
from gallery.models import EvidenceImage
from gallery.pages import evidence_chart
from gallery.services.library import DRAWN_WITHOUT_A_BAND
from training.models import Dataset, TrainingRun
from training.pages.snapshot_diff import Differences, differences
from training.rules import run_settings


@dataclass(frozen=True)
class VersionDiff:
    """facts, settings: [(name, the first's, the second's)] of what differs. same_training: whether
    both come from one run. dataset: the Differences of their snapshots, None where the reader may
    not see both or one has none. figures: [Figures]. images: [Row], of the strengths of either.
    """

    facts: list
    settings: list
    same_training: bool
    dataset: Differences | None
    figures: list
    images: list


@dataclass(frozen=True)
class Figures:
    """One kind of figure per strength. cells: [(strength, the first's, the second's, change)], each
    0 to 1 or None where it was not measured; change: second minus first, None likewise."""

    label: str
    cells: list

    @property
    def strengths(self):
        return [cell[0] for cell in self.cells]


@dataclass(frozen=True)
class Row:
    """Pictures at equal prompt and seed. label: the prompt's entry in the plan. cells: [(strength,
    the first's picture, the second's)], None where one was not drawn at that strength."""

    label: dict
    seed: int
    cells: list

    @property
    def strengths(self):
        return [cell[0] for cell in self.cells]


@dataclass(frozen=True)
class Beside:
    """Two sheets at equal prompt, seed and strength. at: the strength to show first. figures:
    [(strength, [(label, the first's, the second's, change)])]. rows: [Row]; both at each strength.
    """

    strengths: list
    at: float
    figures: list
    rows: list


def version_diff(first, second, person):
    """The VersionDiff of two versions with their images, as far as this person may look."""
    former, present = (_run_for(version, person) for version in (first, second))
    both = former and present
    return VersionDiff(
        facts=_facts(first, second),
        settings=_settings(former, present) if both else [],
        same_training=bool(both) and former == present,
        dataset=_dataset(former, present, person) if both else None,
        figures=figures_of(first, second),
        images=_rows(first, second),
    )


def beside(first, second):
    """The Beside of two versions with their images; None where they share no prompt and seed."""
    rows = [
        Row(row.label, row.seed, both)
        for row in _rows(first, second)
        if (both := [cell for cell in row.cells if None not in cell])
    ]
    strengths = sorted({strength for row in rows for strength, _first, _second in row.cells})
    if not strengths:
        return None
    default = second.strength if second.has_band else DRAWN_WITHOUT_A_BAND
    figures: dict[float, list] = {strength: [] for strength in strengths}
    for line in figures_of(first, second):
        for strength, *values in line.cells:
            if strength in figures and None not in values:
                figures[strength].append((line.label, *values))
    return Beside(
        strengths, min(strengths, key=lambda s: abs(s - default)), list(figures.items()), rows
    )


def _run_for(version, person):
    run = version.checkpoint and version.checkpoint.run
    if run and TrainingRun.objects.visible_to(person).filter(pk=run.pk).exists():
        return run
    return None


def _facts(first, second):
    lines = [_facts_of(version) for version in (first, second)]
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


def figures_of(first, second):
    """[Figures] of what the evidence of either says, in the order of the chart."""
    charts = [evidence_chart.chart_of(version) for version in (first, second)]
    lines = [
        {line["label"]: _values(line) for line in (chart["lines"] if chart else [])}
        for chart in charts
    ]
    return [
        Figures(label, _with_change(lines[0].get(label, {}), lines[1].get(label, {})))
        for label in dict.fromkeys([*lines[0], *lines[1]])
    ]


def _values(line):
    return {dot["strength"]: dot["value"] for dot in line["dots"]}


def _with_change(former, present):
    return [
        (strength, before, now, None if before is None or now is None else now - before)
        for strength, before, now in _side_by_side(former, present)
    ]


def _rows(first, second):
    """[Row] of the prompts and seeds that both were drawn at."""
    before, after = _by_place(first), _by_place(second)
    labels = {entry["prompt"]: entry for entry in _prompts(first)}
    return [
        Row(labels[prompt], seed, _side_by_side(before[prompt, seed], after[prompt, seed]))
        for prompt, seed in before
        if (prompt, seed) in after
    ]


def _prompts(version):
    sheet = getattr(version, "sheet", None)
    return sheet.plan.get("prompts", []) if sheet else []


def _by_place(version):
    """{(prompt without trigger words, seed): {strength: EvidenceImage}}, in the sheet's order."""
    places: dict[tuple[str, int], dict[float, EvidenceImage]] = {}
    prompts = [entry["prompt"] for entry in _prompts(version)]
    for image in version.images.all():
        prompt = next((prompt for prompt in prompts if image.prompt.endswith(prompt)), None)
        if prompt is not None:
            places.setdefault((prompt, image.seed), {})[image.strength] = image
    return places


def _side_by_side(former, present):
    """[(strength, former's, present one's)] over the strengths of both."""
    return [(s, former.get(s), present.get(s)) for s in sorted({*former, *present})]
