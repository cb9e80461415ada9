"""What would stop a run, or should be known before it."""

from django.conf import settings
from django.db.models import Count, Q

from brandstudio.core.models.rights import barred, copies, expired, not_for_training, unknown
from training.engine.data.spread import first_names
from training.engine.errors import EngineError
from training.engine.prompts.trigger_words import has_trigger
from training.models import TrainingImage
from training.problems import explain, faults_of
from training.rules.mirroring import images_with_writing, in_short
from training.rules.readiness import ENOUGH, dataset_counts, rights_are_required
from training.rules.run_estimate import SPARE_MB, estimate_of, too_small
from training.rules.run_settings import full_config
from training.services import photographs

NAMED = 5  # pictures that a message names


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
    if counts["not_for_training"]:
        note("rights-not-for-training", stops=True, count=counts["not_for_training"])
    for code, facts in held_photographs(dataset.images.all()):
        note(code, stops=True, **facts)
    if count := counts["without_rights"]:
        code = "rights-missing" if rights_are_required() else unknown_rights_code()
        note(code, stops=rights_are_required(), count=count)
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


def unknown_rights_code():
    """What it means to train on pictures of unknown rights, where that is allowed."""
    if settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        return "rights-unknown"
    return "rights-unknown-allowed"


def unknown_rights_of(dataset):
    """Of how many pictures nobody knows the rights, where a run may start all the same; else 0."""
    return 0 if rights_are_required() else dataset.images.without_rights().count()


def unknown_rights_in(snapshot):
    """As `unknown_rights_of`, of a snapshot; a picture whose row is gone is unknown."""
    if snapshot is None or rights_are_required():
        return 0
    known = images_of(snapshot).exclude(unknown()).values("pk")
    return snapshot.images.exclude(image_number__in=known).count()


def _lacking_trigger(dataset):
    """How many captions lack the trigger word: a rule about words, which no database can ask."""
    captions = dataset.images.captioned().values_list("caption", flat=True)
    return sum(not has_trigger(caption, dataset.trigger_word) for caption in captions)


def snapshot_problems(snapshot):
    """What stops a further run on a snapshot, whatever its dataset has become: a list of Problem.

    A picture that was withdrawn and then taken out is still in the snapshot.
    """
    return [
        explain(code, facts, dataset=snapshot.dataset) for code, facts in ended_rights(snapshot)
    ]


def ended_rights(snapshot):
    """[(code, facts)] of the rights that ended since the snapshot was frozen; [] when none did."""
    if snapshot is None:  # a run from before snapshots were kept
        return []
    return ended_rights_of(images_of(snapshot))


def ended_rights_of(images):
    """[(code, facts)] of the rights of TrainingImages (a queryset) from which nothing may learn."""
    counts = images.aggregate(
        withdrawn=Count("pk", filter=~Q(withdrawn_at=None)),
        expired=Count("pk", filter=expired()),
        not_for_training=Count("pk", filter=not_for_training()),
    )
    codes = {
        "withdrawn": "pictures-withdrawn",
        "expired": "rights-expired",
        "not_for_training": "rights-not-for-training",
    }
    own = [(codes[name], {"count": count}) for name, count in counts.items() if count]
    return own + held_photographs(images)


def held_photographs(images, condition=None):
    """[(code, facts)] of pictures that are, or look like, photographs from which nothing may learn
    by what is decided of them under another name; pictures of this studio among them.

    condition: of the photographs that count; None for all that are `barred`.
    """
    condition = barred() if condition is None else condition
    held = images.filter(pk__in=copies(TrainingImage, condition)).order_by("name")
    alike = {row.name for row, _other in photographs.near_undecided(images, condition)}
    messages = (
        ("photographs-held", list(held.values_list("name", flat=True))),
        ("photographs-alike", sorted(alike)),
        ("photographs-painted", photographs.painted_barred(images)),
    )
    return [
        (code, {"count": len(names), "names": first_names(names, NAMED)})
        for code, names in messages
        if names
    ]


def images_of(snapshot):
    """The rows of a snapshot's pictures, those taken out of the dataset since among them."""
    numbers = snapshot.images.exclude(image_number=None).values("image_number")
    return TrainingImage.with_removed.filter(pk__in=numbers)


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
    if config.flip and (names := images_with_writing(dataset)):
        facts = {"count": len(names), "names": in_short(names)}
        problems.append(explain("mirrors-writing", facts, dataset=dataset, stops=False))
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
        resolution = int(settings_.get("resolution") or 0)
    except (TypeError, ValueError):
        return None  # the configuration's own check names the fault
    return resolution or min(base.info.get("default_width", 0), base.info.get("default_height", 0))
