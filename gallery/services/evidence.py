"""What a reviewer sees of a style: the same pictures at rising strength, and their scores."""

from django.db import transaction

from brandstudio.core.queue import work_queue
from gallery.models import EvidenceSheet
from gallery.models.evidence import SheetState

STRENGTHS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
SEED = 20251
# One prompt for each kind of place that campaigns use, none of them from a training set.
PROMPTS = (
    {
        "label_zh": "骑楼",
        "label_en": "Arcade",
        "prompt": "a white GS8 suv facing right in the centre, qilou arcade street by day",
    },
    {
        "label_zh": "珠江",
        "label_en": "Harbour",
        "prompt": "a red Empow sedan facing left in the centre, "
        "harbour skyline with the canton tower at sunset",
    },
    {
        "label_zh": "茶楼",
        "label_en": "Teahouse",
        "prompt": "a gold M8 mpv facing right in the centre, teahouse with lattice windows by day",
    },
)


def order_sheet(version):
    """Have the version's strength sheet painted; one that is there already stays."""
    sheet, is_new = EvidenceSheet.objects.get_or_create(
        version=version,
        defaults={
            "plan": {"prompts": list(PROMPTS), "seed": SEED, "strengths": list(STRENGTHS)},
            "total": len(PROMPTS) * len(STRENGTHS),
        },
    )
    if is_new:
        sheet.requeue(why="ordered")
        work_queue.enqueue_work(sheet)
    return sheet


def render_again(sheet, by):
    """A person lets a failed sheet be painted once more."""
    with transaction.atomic():
        sheet.requeue(by=by, why="again")
        work_queue.enqueue_work(sheet)


def is_ready(version):
    """Whether a reviewer has something to decide by."""
    sheet = getattr(version, "sheet", None)
    return sheet is not None and sheet.state == SheetState.DONE
