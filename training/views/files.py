"""Training pictures, samples and checkpoints as files, each through the rows its reader may see."""

from http import HTTPStatus
from pathlib import PurePosixPath

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.problems import Refused
from brandstudio.core.ui.serving import MadeImage, serve_blob, serve_made
from brandstudio.core.ui.trouble import refused
from training.models import Checkpoint, RunSample, TrainingImage, TrainingRun
from training.pages.image import painted_said
from training.problems import sentence
from training.services.release import check_release
from training.services.weights_downloads import note_stored


@designer_required
@require_safe
def image_file(request, pk, which):
    image = get_object_or_404(TrainingImage.with_removed.visible_to(request.user), pk=pk)
    if which == "thumb":
        return serve_blob(request, image.thumb_sha256, content_type="image/webp")
    if said := painted_said(image):  # as the picture's own page, which gives no whole file either
        page = reverse("training:image-detail", args=[pk])
        return refused(request, said, page, HTTPStatus.FORBIDDEN)
    if which == "picture":
        return serve_blob(request, image.image_sha256)
    if which == "original":
        return serve_blob(request, image.original_sha256, download_as=image.name)
    raise Http404


@designer_required
@require_safe
def sample_file(request, pk):
    runs = TrainingRun.objects.visible_to(request.user)
    sample = get_object_or_404(RunSample.objects.filter(run__in=runs), pk=pk)
    return serve_made(request, MadeImage(sample.sha256, f"sample-{sample.pk}"))


@designer_required
@require_safe
def checkpoint_file(request, pk):
    runs = TrainingRun.objects.visible_to(request.user)
    checkpoint = get_object_or_404(
        Checkpoint.objects.filter(run__in=runs).select_related("run__snapshot"), pk=pk
    )
    try:
        check_release(checkpoint)
    except Refused as error:
        said = sentence(error.code, error.facts)
        return refused(request, said, checkpoint.run, HTTPStatus.FORBIDDEN)
    name = PurePosixPath(checkpoint.run.name).name or f"run-{checkpoint.run_id}"
    response = serve_blob(
        request,
        checkpoint.sha256,
        content_type="application/octet-stream",
        download_as=f"{name}-step{checkpoint.step:06d}.safetensors",
    )
    note_stored(request, checkpoint.sha256, response)
    return response
