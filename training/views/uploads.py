"""Files on their way in: many at once as a plain form, or one at a time by upload.js."""

from http import HTTPStatus

from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from brandstudio.core.roles import designer_required
from training import services
from training.forms import UploadForm
from training.views.datasets import visible_dataset


@designer_required
@require_http_methods(["GET", "POST"])
def upload(request, pk):
    dataset = visible_dataset(request, pk)
    if request.method == "GET":
        return render(
            request, "training/dataset_upload.html", {"dataset": dataset, "form": UploadForm()}
        )
    wants_json = "application/json" in request.headers.get("Accept", "")
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refused(request, dataset, form, wants_json)
    report = services.add_pictures(
        dataset,
        form.cleaned_data["files"],
        checked=form.cleaned_data["checked"],
        by=request.user,
    )
    took_something = bool(report.added or report.captioned or report.duplicates)
    status = HTTPStatus.OK if took_something else HTTPStatus.UNPROCESSABLE_ENTITY
    if wants_json:
        return JsonResponse(_summary(report), status=status)
    context = {"dataset": dataset, "form": UploadForm(), "report": report}
    return render(request, "training/dataset_upload.html", context, status=status)


def _summary(report):
    """What upload.js shows beside one file."""
    lines = report.refused + report.noted + report.duplicates
    return {
        "added": [image.name for image in report.added],
        "captioned": len(report.captioned),
        "errors": [line.text for line in lines],
    }


def _refused(request, dataset, form, wants_json):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if wants_json:
        errors = [error for errors in form.errors.values() for error in errors]
        return JsonResponse({"errors": errors}, status=status)
    context = {"dataset": dataset, "form": form}
    return render(request, "training/dataset_upload.html", context, status=status)
