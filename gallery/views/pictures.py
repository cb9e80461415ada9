"""Picture bytes, served only through rows that the person may see."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from brandstudio.core import blobs
from gallery.models import (
    Asset,
    EvidencePicture,
    Plate,
    PromptTemplate,
    StartPicture,
    StyleVersion,
)
from gallery.problems import Refused
from gallery.services import downloads

_DAY = 24 * 3600


@login_required
@require_safe
def asset_thumb(request, pk):
    """A small WebP of a finished picture."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
    return blob_response(asset.thumb_sha256, "image/webp")


@login_required
@require_safe
def asset_preview(request, pk):
    """What a picture is becoming; the address carries the step, so a browser may keep it.

    A page that asks a moment too late gets the finished picture, or nothing if there is none.
    """
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
    if asset.thumb_sha256:
        return blob_response(asset.thumb_sha256, "image/webp")
    if not asset.preview:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _kept(HttpResponse(bytes(asset.preview), content_type="image/webp"))


@login_required
@require_safe
def asset_picture(request, pk):
    """The picture as it will leave the studio, labelled, to be looked at."""
    asset = get_object_or_404(
        Asset.objects.visible_to(request.user).select_related("scene__channel"), pk=pk
    )
    try:
        labelled = downloads.labelled_file(asset, None, "jpg")
    except Refused as error:
        raise Http404 from error
    return _kept(HttpResponse(labelled.content, content_type=labelled.content_type))


@login_required
@require_safe
def evidence_picture(request, pk):
    """A picture of a strength sheet."""
    seen = StyleVersion.objects.visible_to(request.user)
    picture = get_object_or_404(EvidencePicture.objects.filter(version__in=seen), pk=pk)
    return blob_response(picture.sha256, "image/webp")


@login_required
@require_safe
def plate_picture(request, pk):
    """A product plate with its transparency, at the size a page shows it."""
    plate = get_object_or_404(Plate.objects.visible_to(request.user), pk=pk)
    return blob_response(plate.thumb_sha256, "image/webp")


@login_required
@require_safe
def start_thumb(request, pk):
    """A picture that this person brought along, small."""
    start = get_object_or_404(StartPicture.objects.filter(owner=request.user), pk=pk)
    return blob_response(start.thumb_sha256, "image/webp")


@login_required
@require_safe
def template_cover(request, pk):
    """The picture on a template's card."""
    template = get_object_or_404(PromptTemplate, pk=pk)
    return blob_response(template.cover_sha256, "image/webp")


def blob_response(sha256, content_type):
    """A stored file that may be kept by this person's browser, since blobs never change."""
    try:
        response = FileResponse(blobs.open(sha256), content_type=content_type)
    except (blobs.BlobMissing, ValueError) as error:
        raise Http404 from error
    return _kept(response)


def _kept(response):
    patch_cache_control(response, private=True, max_age=_DAY, immutable=True)
    return response
