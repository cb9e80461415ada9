"""Files of a picture that may not come in again, sought among photographs that came in before it.

What is compared as a file comes in is what was approved then. A copy without a mark that came in
while its picture was private, or waited, is found here, in the background, once that one is
declined, withdrawn or recalled. What a photograph is, `own_images` says; this asks it anew of those
that share places with the picture. Done with a picture is done once: what comes in later is
compared as it comes.
"""

import time

from django.db import transaction
from django.utils.translation import gettext as _

from brandstudio.core.problems import in_each_language
from brandstudio.core.queue import work_queue
from gallery.models import Asset, Painted, PaintedPhotograph, SoughtPicture
from gallery.services import holds, learned, own_images, standing
from training.models import TrainingImage
from training.services import copies

SEARCH_SECONDS = 60  # then other work of the background has its turn
_AT_ONCE = 1_000  # photographs of one step; the 24 likeliest of each are looked at


def order_search():
    """Have files sought of pictures of which that was never done. Safe to call at any time."""
    if _unsought():
        job = "gallery.jobs.search_photographs"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="search-photographs")
    return []


def search(seconds=SEARCH_SECONDS):
    """Seek them until all are sought or the seconds have passed. What a step found is kept with the
    place that it reached, so that whoever comes next goes on from there."""
    end = time.monotonic() + seconds
    for sha256, pk in sorted(_unsought().items()):
        if not _is_sought(sha256, pk, end):
            return


def _unsought():
    """{SHA-256 of a stored picture: key of the finished picture} of those to seek files of. What
    may come in again by now is sought anew when it may not once more."""
    if TrainingImage.with_removed.filter(pixels_sha256="").exists():
        return {}  # what photographs hold is read first
    barred = own_images.stored_barred()
    done = dict(SoughtPicture.objects.values_list("sha256", "is_done"))
    for sha256 in done.keys() - barred.keys():
        SoughtPicture.objects.filter(sha256=sha256).delete()
    return {sha256: pk for sha256, pk in barred.items() if not done.get(sha256)}


def _is_sought(sha256, pk, end):
    """Seek the files of a picture until this moment. Whether that was all."""
    sought, _is_new = SoughtPicture.objects.get_or_create(sha256=sha256)
    compared = copies.compared(sha256)
    if compared and not copies.read_these([sha256], end):
        return False
    while compared and (photographs := _next_to(sought)):
        thumbs = sorted({row.thumb_sha256 for row in photographs})
        if not copies.read_these(thumbs, end):
            return False
        touching = compared.touching(thumbs)
        near = [row for row in photographs if row.thumb_sha256 in touching]
        _keep(near, pk, sought, photographs[-1].pk)
        if time.monotonic() >= end:
            return False
    sought.is_done = True
    sought.save(update_fields=["is_done"])
    return True


def _next_to(sought):
    rows = TrainingImage.with_removed.filter(pk__gt=sought.up_to).exclude(thumb_sha256="")
    return list(rows.order_by("pk")[:_AT_ONCE])


def _keep(photographs, pk, sought, up_to):
    """Keep what these photographs are, tell of those that are files of the picture of this key and
    were not known as such, and how far its search came."""
    of_it = PaintedPhotograph.objects.filter(kind=Painted.ASSET, key=pk)
    known = set(of_it.values_list("pixels_sha256", flat=True))
    new = {row.pixels_sha256: row for row in photographs if row.pixels_sha256 not in known}
    origins = {pixels: own_images.origins_of(row) for pixels, row in new.items()}
    with transaction.atomic():
        for pixels, each in origins.items():
            own_images.keep(pixels, each)
        _tell(pk, [pixels for pixels, each in origins.items() if (Painted.ASSET, pk) in each])
        sought.up_to = up_to
        sought.save(update_fields=["up_to"])


def _tell(pk, all_pixels):
    if not all_pixels:
        return
    asset = Asset.objects.titled().get(pk=pk)
    images = TrainingImage.with_removed.filter(pixels_sha256__in=all_pixels)
    learned.tell(learned.learned_of(images), asset, _reason(asset))


def _reason(asset):
    """Why it may be used no longer, for readers of each language."""
    if decision := standing.decisions_of([asset]).get(asset.pk):
        return decision.facts["reason"]
    held = holds.holds_of_asset(asset)
    return in_each_language(
        lambda: (
            _("It was made with what may not be used now: %(names)s.")
            % {"names": holds.names_of(held)}
        )
    )
