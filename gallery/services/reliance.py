"""Which photographs, cut-outs and start pictures something approved, or that left, was made of."""

from collections import defaultdict

from brandstudio.core.models.rights import tables_with_rights
from gallery.models import AssetReview, InitImageUpload, ProductCutout, ReviewState, SourceKind
from gallery.services.downstream import Source
from training.models import TrainingImage

_KINDS = {ProductCutout: SourceKind.CUTOUT, InitImageUpload: SourceKind.START}
_OUT = (ReviewState.APPROVED, ReviewState.RETIRED)  # a retired style was in use


def relied_on(rows):
    """The keys of those of these rows with rights, of one model, of which something approved, or
    that left the studio, was made: a style, a picture or a file, under whatever name."""
    answers: dict[tuple, bool] = {}
    equal = _of_equal_pixels(rows)
    return {
        row.pk
        for row in rows
        if any(_is_out(source, answers) for source in _sources(row, equal[row.pixels_sha256]))
    }


def _of_equal_pixels(rows):
    """{pixels: all rows of them, of whatever table}; of a row whose pixels nobody has read none."""
    equal = defaultdict(list)
    pixels = {row.pixels_sha256 for row in rows} - {""}
    for table in tables_with_rights() if pixels else ():
        for row in table._base_manager.filter(pixels_sha256__in=pixels):
            equal[row.pixels_sha256].append(row)
    return equal


def _sources(row, equal):
    """All that is the photograph of a row: its own Source, and those of rows of equal pixels."""
    rows = equal or [row]
    images = [row for row in rows if isinstance(row, TrainingImage)]
    if images:
        yield Source(SourceKind.IMAGE, images[0].image_sha256, images)
    for row in rows:
        if kind := _KINDS.get(type(row)):
            yield Source(kind, str(row.pk), [row])


def _is_out(source, answers):
    """answers: by what was made of a source at first, for most pictures of a dataset were learned
    from by the same runs."""
    made = (
        frozenset(source.snapshots().values_list("pk", flat=True)),
        frozenset(source.started().values_list("pk", flat=True)),
    )
    if not any(made):
        return False
    if made not in answers:
        answers[made] = (
            source.versions().filter(state__in=_OUT).exists()
            or source.weights_downloads().exists()
            or source.assets().filter(review=AssetReview.APPROVED).exists()
            or source.downloads().exists()
        )
    return answers[made]
