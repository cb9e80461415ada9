"""Picture bytes, served only through rows that the person may see.

What a machine made goes through `serve_made`, which keeps the rule about marks.
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.serving import MadeImage, serve_blob, serve_labelled, serve_made
from gallery import problems
from gallery.models import (
    Asset,
    AssetState,
    EvidenceImage,
    InitImageUpload,
    PairImage,
    ProductCutout,
    PromptTemplate,
    StyleVersion,
)
from gallery.services import downloads, shown, sources


@login_required
@require_safe
def asset_thumb(request, pk):
    """A small WebP of a finished picture; its owner sees it in the bin too."""
    return serve_made(request, shown.made_asset(_finished(request, pk)))


@login_required
@require_safe
def asset_bare(request, pk):
    """A finished picture too small for the visible label: what a cut is drawn upon."""
    return serve_made(request, shown.bare_asset(_finished(request, pk)))


@login_required
@require_safe
def asset_preview(request, pk):
    """What a picture is becoming; the address carries the step.

    A page that asks a moment too late gets the finished picture, or nothing if there is none.
    """
    assets = Asset.objects.visible_to(request.user).select_related("scene")
    asset = get_object_or_404(assets, pk=pk)
    if asset.state == AssetState.READY:
        return serve_made(request, shown.made_asset(asset))
    if not asset.preview:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(shown.preview(asset), content_type="image/webp")


@login_required
@require_safe
def asset_image(request, pk):
    """The picture to be looked at, in the best form that this person may have it in."""
    try:
        labelled = downloads.shown_file(_finished(request, pk), request.user)
    except Refused as error:
        raise Http404 from error
    return serve_labelled(labelled.content, labelled.content_type)


def _finished(request, pk):
    """A finished picture that this person may see, their own in the bin among them.

    Admins see declined ones there too, beside what looks like them.
    """
    assets = Asset.objects.visible_to(request.user) | Asset.objects.binned_by(request.user)
    if request.user.is_brand_admin:
        assets |= Asset.objects.barred()
    finished = assets.filter(state=AssetState.READY)
    return get_object_or_404(finished.select_related("scene__channel", "scene__cutout"), pk=pk)


@login_required
@require_safe
def evidence_image(request, pk):
    """A picture of a strength sheet."""
    versions = StyleVersion.objects.visible_to(request.user)
    image = get_object_or_404(EvidenceImage.objects.filter(version__in=versions), pk=pk)
    return serve_made(request, MadeImage(image.sha256, f"evidence-{image.pk}"))


@login_required
@require_safe
def pair_image(request, pk):
    """A picture of a pair's grid, for those who may see both versions."""
    versions = StyleVersion.objects.visible_to(request.user)
    seen = PairImage.objects.filter(grid__pair__first__in=versions, grid__pair__second__in=versions)
    image = get_object_or_404(seen, pk=pk)
    return serve_made(request, MadeImage(image.sha256, f"pair-{image.pk}"))


@login_required
@require_safe
def cutout_image(request, pk):
    """A product cut-out with its transparency, at the size a page shows it."""
    cutout = get_object_or_404(ProductCutout.objects.visible_to(request.user), pk=pk)
    return serve_blob(request, cutout.thumb_sha256, content_type="image/webp")


@login_required
@require_safe
def init_image_thumb(request, pk):
    """A picture that somebody brought along, small: for that person and for admins."""
    seen = InitImageUpload.objects.answered_for_by(request.user)
    init_image = get_object_or_404(seen, pk=pk)
    try:
        sources.check_upload(init_image)
    except Refused as error:
        return trouble.refused(request, problems.of(error), "gallery:create", HTTPStatus.FORBIDDEN)
    return serve_blob(request, init_image.thumb_sha256, content_type="image/webp")


@login_required
@require_safe
def template_cover(request, pk):
    """The picture on a template's card, for those who may see the template."""
    template = get_object_or_404(PromptTemplate.objects.visible_to(request.user), pk=pk)
    if not template.cover_sha256:
        raise Http404
    return serve_made(request, shown.made_cover(template))
