"""What a reviewer judges a style by: pictures at rising strength, their figures, the band."""

from django.conf import settings
from django.db import transaction

from brandstudio.core.input import reasons
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery.engine.evidence_plan import PROMPTS, STRENGTHS
from gallery.models import EvidenceSheet, ReviewState, StyleVersion
from gallery.models.sheet import SheetState
from gallery.models.style import BAND
from training.engine.evaluate.figures import READING

SEED = 20251


def order_sheet(version):
    """Have the version's strength sheet painted; one that is there already stays."""
    plan = _plan()
    sheet, is_new = EvidenceSheet.objects.get_or_create(
        version=version, defaults={"plan": plan, "total": images_of(plan)}
    )
    if is_new:
        sheet.requeue(why="ordered")
        work_queue.enqueue_work(sheet)
    return sheet


def _plan():
    return {
        "prompts": list(PROMPTS),
        "seed": SEED,
        "seeds": settings.EVIDENCE_SEEDS,
        "strengths": list(STRENGTHS),
    }


def images_of(plan):
    """How many pictures a plan asks for."""
    return len(plan["prompts"]) * plan.get("seeds", 1) * len(plan["strengths"])


def render_again(sheet, by):
    """A person has a sheet painted once more: one that failed, or was measured by older rules.

    Pictures that are there are kept. Raises Refused: evidence-fixed once the version is no draft,
    sheet-moved-on while it is in the queue or painted.
    """
    if sheet.version.state != ReviewState.DRAFT:
        raise Refused("evidence-fixed")
    if sheet.is_active:
        raise Refused("sheet-moved-on")
    if sheet.is_done:
        sheet.plan = _plan()
        sheet.total = images_of(sheet.plan)
        sheet.save(update_fields=["plan", "total"])
    with transaction.atomic():
        try:
            sheet.requeue(by=by, why="again")
        except WrongState as error:
            raise Refused("sheet-moved-on") from error
        work_queue.enqueue_work(sheet)


def record(version, evidence, band):
    """Keep what a sheet's pictures say. band: five strengths by name, {} when it gives none.

    The band is set while the version is a draft; what a reviewer has before them stays as it is.
    """
    versions = StyleVersion.objects.filter(pk=version.pk)
    versions.update(evidence=evidence)
    none = dict.fromkeys(BAND)
    versions.filter(state=ReviewState.DRAFT).update(**(none | band))


def obstacle_of(version):
    """The Refused that tells what a version lacks to be judged; None when it has its evidence."""
    sheet = EvidenceSheet.objects.filter(version=version).first()
    if sheet and sheet.state == SheetState.FAILED:
        return Refused("evidence-failed")
    if sheet is None or sheet.state != SheetState.DONE:
        return Refused("evidence-missing")
    if version.state == ReviewState.DRAFT and is_read_formerly(version):
        return Refused("evidence-reread")
    if version.has_band:
        return None
    if verdict := version.finding.get("verdict"):
        return Refused(verdict, **version.finding["facts"])
    return Refused("evidence-old")


def is_read_formerly(version):
    """Whether the scene of its figures was read in a former way, so that a draft is read again."""
    reading = reading_of(version)
    return reading is not None and reading < READING


def reading_of(version):
    """figures.READING of a version's figures; None where it has none of now."""
    figures = version.evidence.get("figures")
    return figures.get("reading", 1) if figures else None


def check(version):
    """Raise Refused unless the version has its evidence and a band: see `obstacle_of`."""
    if obstacle := obstacle_of(version):
        raise obstacle


def check_band(version, band, reason):
    """Raise Refused unless a reviewer may approve these five strengths: band-out-of-order;
    band-scene-lost, whoever sets it; band-widened without a reason. band: by name."""
    values = [band[name] for name in BAND]
    if values != sorted(values) or not all(map(version.is_possible, values)):
        raise Refused("band-out-of-order")
    lost = version.finding.get("scene_lost_from")
    if lost is not None and band["strength_max"] >= lost:
        raise Refused("band-scene-lost", strength=f"{lost:g}")
    if widens(version, band) and not reasons.written(reason):
        low, high = _computed(version)
        raise Refused("band-widened", minimum=f"{low:g}", maximum=f"{high:g}")


def widens(version, band):
    """Whether these strengths allow what the computed band, or one of before, does not."""
    low, high = _computed(version)
    return band["strength_min"] < low or band["strength_max"] > high


def _computed(version):
    band = version.finding.get("band") or version.band
    return band["strength_min"], band["strength_max"]
