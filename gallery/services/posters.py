"""Posters: composed from their rows, shown, and handed out by the same rules as pictures."""

from copy import copy as shallow_copy
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, WrongState
from brandstudio.core.problems import Refused
from gallery.engine import labelling, poster_layouts, posters, sizes
from gallery.engine.file_forms import FileForm
from gallery.models import (
    Asset,
    AssetReview,
    AssetState,
    LogoGround,
    Poster,
    PosterLanguage,
    Rendition,
    ReviewState,
)
from gallery.services import brand, cuts, downloads, file_names, finishing, policy, shown
from gallery.services.downloads import OutgoingFile
from training.engine.data.images import loaded
from training.engine.errors import EngineError

PREVIEW_SIDE = 900  # px of the longer side of what a page shows
_COPIED = (
    "asset",
    "channel",
    "template",
    "language",
    "headline",
    "subline",
    "price",
    "price_note",
    "legal",
    "logo",
    "font",
    "colour",
    "focus_x",
    "focus_y",
)


@dataclass(frozen=True)
class Composition:
    """A poster's plan in px of its file, and how its picture is cut. lost: which share of the car
    is cut off, 0 to 1."""

    plan: poster_layouts.Plan
    template: posters.Template
    colours: posters.Palette
    focus: tuple[float, float]
    lost: float

    @property
    def lost_percent(self):
        """0 where no eye sees it."""
        return round(100 * self.lost) if self.lost > cuts.NOTICEABLE else 0


def assets_for(person):
    """The finished pictures that may be this person's to put on a poster: approved ones, and their
    own. `obstacle_of` says what stands in the way of one."""
    own = Q(scene__owner=person) | Q(review=AssetReview.APPROVED)
    usable = Asset.objects.visible_to(person).filter(own, state=AssetState.READY)
    related = ("scene__channel", "scene__template", "scene__cutout__vehicle")
    return usable.select_related(*related).defer("preview", "lineage").order_by("-pk")


def with_sample(poster):
    """The poster, or a copy with a sample headline while it has none: words to look at the layout
    by, in its own language; never saved."""
    if poster.headline:
        return poster
    sample = shallow_copy(poster)
    with translation.override("zh-hans" if poster.language == PosterLanguage.CHINESE else "en"):
        sample.headline = gettext("Your headline")
    return sample


def obstacle_of(asset):
    """The Refused that keeps a picture from every poster; None for nothing."""
    try:
        policy.check_whole(asset)
    except Refused as error:
        return error
    return Refused("trial-stays") if asset.scene.is_trial else None


def may_hold(asset, person):
    """Whether this person may begin a poster with this picture."""
    return assets_for(person).filter(pk=asset.pk).exists() and obstacle_of(asset) is None


# Families of the studio's own fonts, and what the brand kit calls them.
_OWN_FONTS = {
    "Studio Poster Serif SC": gettext_noop("Noto Serif"),
    "Studio Poster Sans SC": gettext_noop("Noto Sans"),
    "Studio Poster Text SC": gettext_noop("Noto Sans"),
}


_FOCUS = {"focus_x", "focus_y"}  # one means nothing without the other


def without(poster, names):
    """A copy of a poster, never saved, whose columns of these names are as they were saved, or
    empty of one that was not."""
    former = Poster.objects.filter(pk=poster.pk).first() or Poster()
    rest = shallow_copy(poster)
    rest._state = shallow_copy(poster._state)
    rest._state.fields_cache = dict(poster._state.fields_cache)
    for name in {*names, *(_FOCUS if _FOCUS & set(names) else ())}:
        setattr(rest, name, getattr(former, name, None))
    return rest


def composed(poster):
    """The Composition of a poster, saved or not.

    Raises EngineError: poster-words-long, poster-small, font-without-glyph, poster-logo-unseen.
    """
    try:
        return _composed(poster)
    except EngineError as error:
        if own := _OWN_FONTS.get(str(error.facts.get("font"))):
            raise EngineError(error.code, **error.facts | {"font": gettext(own)}) from error
        raise


def _composed(poster):
    template = posters.TEMPLATES[poster.template]
    font = blobs.local(poster.font.sha256, f"font.{poster.font.form}") if poster.font else ""
    channel, logo = poster.channel, poster.logo
    plan = poster_layouts.plan(
        poster_layouts.Words(
            headline=poster.headline,
            subline=poster.subline,
            price=poster.price,
            price_note=poster.price_note,
            legal=poster.legal_words,
        ),
        posters.style(template, str(font)),
        channel.file_size,
        corners=channel.corners,
        insets=channel.insets,
        label_words=brand.label_words(),
        logo_shape=logo.width / logo.height if logo else 0,
    )
    focus, lost = _cut(poster, plan)
    colours = posters.palette(template, poster.colour.hex if poster.colour else "")
    if logo and posters.is_dark(colours.ground) != (logo.ground == LogoGround.DARK):
        raise EngineError("poster-logo-unseen", part="logo", name=logo.name)
    return Composition(plan, template, colours, focus, lost)


def _cut(poster, plan):
    """(what stands in the middle of the picture's place, the share of the car that is cut off)."""
    car = cuts.subject_of(poster.asset)
    focus = poster.focus or ((car[0] + car[2]) / 2, (car[1] + car[3]) / 2)
    size = (poster.asset.scene.width, poster.asset.scene.height)
    x, y, right, foot = plan.picture
    box = sizes.cut_box(size, right - x, foot - y, focus)
    shares = (box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1])
    return focus, sizes.lost_share(shares, car)


def image_of(poster, composition, longest=None, watermark="", most=None):
    """(the poster without its label, RGB; the Plan that it was drawn by).

    longest: px that neither side exceeds; None: the size of its file. watermark: words across its
    picture, under its own words. most: as `upscaler.passes`, None for what the size allows.
    """
    plan = composition.plan
    if longest:
        plan = plan.scaled(min(1, longest / max(plan.size)))
    asset = poster.asset
    with loaded(blobs.local(asset.image_sha256, str(asset)), name=str(asset)) as master:
        image = master.convert("RGB")
    if most is None:
        most = downloads.most_pixels(plan.size)
    cut = partial(downloads.cut_and_scaled, image, asset.scene, focus=composition.focus, most=most)

    def image_at(size):
        return labelling.draw_watermark(cut(size), watermark) if watermark else cut(size)

    drawn = posters.draw(
        plan, composition.template, composition.colours, image_at, _logo_of(poster)
    )
    return drawn, plan


def enlargement_for(poster, composition):
    """The Enlargement by which the picture of a poster's file is made."""
    plan = composition.plan
    box = [round(side) for side in plan.picture]
    return downloads.enlargement_for(
        poster.asset.scene,
        (box[2] - box[0], box[3] - box[1]),
        composition.focus,
        downloads.most_pixels(plan.size),
    )


def _logo_of(poster):
    if poster.logo is None:
        return None
    with loaded(blobs.local(poster.logo.sha256, "logo.png"), name=str(poster.logo)) as image:
        return image.convert("RGBA")


def preview(poster, composition, person):
    """A JPEG of the poster for a page: what its file will be, no longer than PREVIEW_SIDE.

    It has a watermark until the person may have the file for publication.
    """
    policy.check_whole(poster.asset)
    watermark = _watermark(poster, person)
    # Drawn at every change of a word: interpolated alone, since nobody waits for a network then.
    image, plan = image_of(poster, composition, PREVIEW_SIDE, watermark, most=0)
    return finishing.marked(image, poster.asset, FileForm("jpg"), place=plan.label, poster=poster)


def _watermark(poster, person):
    try:
        policy.rule_for_poster(poster, person, Rendition.PUBLICATION)
    except Refused:
        return shown.watermark_of(poster.asset)
    return ""


def labelled_file(poster, rendition):
    """The poster as an OutgoingFile: for publication as its channel asks, a proof small and with a
    watermark. Raises EngineError as `composed` and `finishing.finished`."""
    composition = composed(poster)
    is_proof = rendition == Rendition.PROOF
    form = FileForm("png") if is_proof else downloads.file_form(poster.channel)
    longest, watermark = None, ""
    if is_proof:
        longest, watermark = settings.PROOF_SIDE, shown.watermark_of(poster.asset)
    image, plan = image_of(poster, composition, longest, watermark)
    content = finishing.finished(image, poster.asset, form, place=plan.label, poster=poster)
    name = file_names.of(poster.asset, poster.channel, image.size, 1) + f"_poster-{poster.pk}"
    name += "_proof" if is_proof else ""
    return OutgoingFile(content, f"{name}.{form.form}", form.content_type, *image.size)


def deliver(poster, person, rendition):
    """The file of a poster for this person, and its Download.

    Raises Refused as `policy.rule_for_poster`, and file-large for what `channel_files` makes;
    EngineError as `labelled_file`. Nothing is noted then.
    """
    policy.rule_for_poster(poster, person, rendition)
    if rendition == Rendition.PUBLICATION and downloads.is_large(poster.channel):
        raise Refused("file-large", channel=str(poster.channel))
    file = labelled_file(poster, rendition)
    note(poster, person, rendition, file)
    return file


@transaction.atomic
def note(poster, person, rendition, file):
    """Write down that a poster's file leaves. Raises Refused as `policy.rule_for_poster`: making
    it took a while, in which an admin may have decided."""
    poster.refresh_from_db(fields=["state"])
    policy.rule_for_poster(poster, person, rendition)
    return downloads.note(poster.asset, person, rendition, poster.channel, file, poster=poster)


def check(poster):
    """Raise for a poster that can't be put before a reviewer, nor approved: Refused of its picture
    as `policy.check_whole`, and trial-stays; EngineError as `composed`."""
    policy.check_whole(poster.asset)
    if poster.asset.scene.is_trial:
        raise Refused("trial-stays")
    composed(poster)


def save(form, by):
    """Store a valid PosterForm; who changed what goes into the history. Raises WrongState once it
    is no draft any more."""
    is_new = form.instance._state.adding
    if not is_new:
        if form.instance.state != ReviewState.DRAFT:
            raise WrongState(form.instance, "edited")
        form.instance.edited_by = by
    with transaction.atomic():
        poster = form.save()
        if is_new or form.changed_data:
            target = "composed" if is_new else "edited"
            source = "" if is_new else ReviewState.DRAFT
            AuditEntry.objects.record(poster, source, target, by=by)
    return poster


def copy(poster, by):
    """A draft with the same parts, of a poster that may be changed no longer."""
    with transaction.atomic():
        parts = {name: getattr(poster, name) for name in _COPIED}
        draft = Poster.objects.create(made_by=by, **parts)
        AuditEntry.objects.record(draft, "", "composed", by=by, copied_from=poster.pk)
    return draft


def deliverable(assets, person):
    """The approved posters of these pictures that the person may see, the newest first."""
    shown = Poster.objects.visible_to(person).approved().filter(asset__in=assets)
    return shown.select_related(
        "channel",
        "asset__scene__channel",
        "asset__scene__cutout__vehicle",
        "asset__scene__template",
    )


def of_assets(assets):
    """The posters of these pictures that were approved: what a withdrawal takes back with them."""
    return Poster.objects.approved().filter(asset__in=assets)
