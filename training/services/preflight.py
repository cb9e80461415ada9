"""What would stop a run, or should be known before it."""

from django.db.models import Count, Q
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from training.engine.errors import EngineError
from training.engine.prompts.trigger_words import has_trigger
from training.models import TrainingImage
from training.problems import explain, faults_of
from training.rules.readiness import ENOUGH, dataset_counts, rights_are_required
from training.rules.run_estimate import SPARE_MB, estimate_of, too_small
from training.rules.run_settings import full_config


def preflight(dataset, base, settings_):
    """Everything that would stop a run, or should be known before it: a list of Problem."""
    counts = dataset_counts(dataset)
    problems = []

    def note(code, *, stops, **facts):
        problems.append(explain(code, facts, dataset=dataset, stops=stops))

    if not counts["images"]:
        note("no-pictures", stops=True)
        return problems
    if base is None or not base.is_present:
        note("base-absent", stops=True, name=base.name if base else "?")
    elif side := _training_side(settings_, base):
        small = dataset.images.filter(width__lt=side * 0.9, height__lt=side * 0.9).count()
        if small:
            note("pictures-small", stops=False, count=small, side=side)
    if counts["missing"]:
        note("captions-missing", stops=True, count=counts["missing"])
    if counts["withdrawn"]:
        note("pictures-withdrawn", stops=True, count=counts["withdrawn"])
    if counts["expired"]:
        note("rights-expired", stops=True, count=counts["expired"])
    if counts["without_rights"]:
        note("rights-missing", stops=rights_are_required(), count=counts["without_rights"])
    if counts["images"] < ENOUGH:
        note("few-pictures", stops=False, count=counts["images"])
    if not dataset.trigger_word:
        note("trigger-missing", stops=False)
    elif without := _lacking_trigger(dataset):
        note("trigger-not-in-captions", stops=False, count=without)
    if counts["drafted"]:
        note("captions-unchecked", stops=False, count=counts["drafted"])
    if base is not None and base.is_present:
        problems += _config_problems(dataset, base, settings_, counts["images"])
    return problems


def _lacking_trigger(dataset):
    """How many captions lack the trigger word: a rule about words, which no database can ask."""
    captions = dataset.images.captioned().values_list("caption", flat=True)
    return sum(not has_trigger(caption, dataset.trigger_word) for caption in captions)


def snapshot_problems(snapshot):
    """What stops a further run on a snapshot, whatever its dataset has become: a list of Problem.

    A picture that was withdrawn and then taken out is still in the snapshot.
    """
    hashes = set(snapshot.images.values_list("sha256", flat=True))
    images = TrainingImage.objects.filter(dataset=snapshot.dataset_id, image_sha256__in=hashes)
    counts = images.aggregate(
        withdrawn=Count("pk", filter=~Q(withdrawn_at=None)),
        expired=Count("pk", filter=Q(rights_expire__lt=timezone.localdate())),
    )
    taken_out = AuditEntry.objects.about(snapshot.dataset).filter(facts__withdrawn=True)
    gone = {entry.facts["picture"] for entry in taken_out} & hashes
    withdrawn = counts["withdrawn"] + len(gone)
    problems = []
    for code, count in (("pictures-withdrawn", withdrawn), ("rights-expired", counts["expired"])):
        if count:
            problems.append(explain(code, {"count": count}, dataset=snapshot.dataset))
    return problems


def _config_problems(dataset, base, settings_, images):
    try:
        config = full_config(settings_, base)
    except EngineError as error:
        return [explain(code, facts, dataset=dataset) for code, facts in faults_of(error)]
    if config.batch_size > images:
        facts = {"batch_size": config.batch_size, "images": images}
        return [explain("batch-larger-than-dataset", facts, dataset=dataset)]
    sizes = sizes_of(dataset)
    problems = _estimate_problems(dataset, estimate_of(config, base, sizes))
    if small := too_small(config, base, sizes):
        problems.append(explain("pictures-too-small", {"count": small}, dataset=dataset))
    return problems


def _estimate_problems(dataset, estimate):
    """Whether disk and devices have room for the run."""
    problems = []

    def note(code, *, stops, **facts):
        problems.append(explain(code, facts, dataset=dataset, stops=stops))

    if estimate.lacks_disk:
        note("disk-short", stops=True, needed=estimate.disk_mb + SPARE_MB, free=estimate.free_mb)
    if estimate.fits_nowhere:
        note("memory-short", stops=True, needed=estimate.least_mb, device=estimate.device_mb)
    elif estimate.must_step_down:
        note("memory-tight", stops=False, needed=estimate.memory_mb, device=estimate.device_mb)
    return problems


def sizes_of(dataset):
    """[(width, height)] of the dataset's pictures, px."""
    return list(dataset.images.values_list("width", "height"))


def _training_side(settings_, base):
    try:
        asked = int(settings_.get("resolution") or 0)
    except (TypeError, ValueError):
        return None  # the configuration's own check names the fault
    return asked or min(base.info.get("default_width", 0), base.info.get("default_height", 0))
