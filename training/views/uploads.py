"""Files on their way in: many at once as a plain form, or part by part from upload.js."""

import contextlib
from http import HTTPStatus

from django.http import JsonResponse, UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.blobs import disk
from brandstudio.core.input.numbers import parse_whole
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from training import problems, services
from training.forms import UploadForm
from training.models import Upload
from training.pages.uploads import incoming
from training.services.incoming import PART_BYTES, OutOfStep, are_captions, takes_long
from training.views.datasets import visible_dataset


@designer_required
@require_safe_or("POST")
def upload(request, pk):
    """The page; a POST brings whole files, as a browser without script sends them."""
    dataset = visible_dataset(request, pk)
    if request.method != "POST":
        return _page(request, dataset, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, dataset, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    files, checked = form.cleaned_data["files"], form.cleaned_data["checked"]
    slow = [file for file in files if takes_long(file.name, file.size)]
    if slow:  # captions that came along wait for the pictures of the zips
        slow += [file for file in files if are_captions(file.name) and file not in slow]
    for file in slow:
        services.queue_file(dataset, request.user, file, checked=checked)
    rest = [file for file in files if file not in slow]
    report = services.add_images(dataset, rest, checked=checked, by=request.user)
    in_vain = not slow and report.took_nothing
    status = HTTPStatus.UNPROCESSABLE_ENTITY if in_vain else HTTPStatus.OK
    return _page(request, dataset, UploadForm(), status=status, report=report if rest else None)


def _page(request, dataset, form, *, status=HTTPStatus.OK, report=None):
    context = {"dataset": dataset, "form": form, "report": report, "incoming": incoming(dataset)}
    return render(request, "training/dataset_upload.html", context, status=status)


@designer_required
@require_safe
def uploads(request, pk):
    """What is on its way, being unpacked or told about: the fragment that polls itself."""
    return _fragment(request, visible_dataset(request, pk))


def _fragment(request, dataset):
    context = {"dataset": dataset, "incoming": incoming(dataset)}
    return render(request, "training/_incoming.html", context)


@designer_required
@require_POST
def upload_begin(request, pk):
    """A file is announced: where to send its parts, or why not to send it at all."""
    dataset = visible_dataset(request, pk)
    posted = request.POST
    try:
        upload = services.begin_upload(
            dataset,
            request.user,
            name=posted.get("name", ""),
            size=parse_whole(posted.get("size"), 0),
            key=posted.get("key", "") or posted.get("name", ""),
            checked=bool(posted.get("checked")),
        )
    except Refused as refusal:
        return _refused(refusal.code, refusal.facts)
    return JsonResponse(_state(upload) | {"part": PART_BYTES})


@designer_required
@require_safe_or("PATCH")
def upload_part(request, pk):
    """GET: how much has arrived. PATCH ?offset=N: the next part; the last one takes the file in."""
    row = get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("dataset", "sent_by"), pk=pk
    )
    if request.method != "PATCH":
        return JsonResponse(_state(row))
    try:
        offset = parse_whole(request.GET.get("offset"), -1)
        length = parse_whole(request.headers.get("Content-Length"), -1)
        if min(offset, length) < 0:
            return JsonResponse({}, status=HTTPStatus.BAD_REQUEST)
        services.receive_part(row, offset, request, length)
        if row.is_whole:
            services.take_in_upload(row)
    except UnreadablePostError:
        return JsonResponse({}, status=HTTPStatus.BAD_REQUEST)
    except (OutOfStep, WrongState):
        row.refresh_from_db()
        return JsonResponse(_state(row), status=HTTPStatus.CONFLICT)
    except OSError as error:
        if disk.is_full(error):
            raise  # the answer says so (`trouble`); the sender goes on once there is room
        # A broken line; the sender waits a little and goes on from what is here.
        return JsonResponse(_state(row), status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse(_state(row))


@designer_required
@require_POST
def upload_retry(request, pk):
    """Take in once more a file that failed; what of it was taken in is not added again."""
    row = get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("dataset"), pk=pk
    )
    with contextlib.suppress(WrongState):  # pressed twice, or somebody else was quicker
        services.retry_upload(row, request.user)
    if request.htmx:
        return _fragment(request, row.dataset)
    return redirect("training:dataset-upload", row.dataset_id)


@designer_required
@require_POST
def upload_forget(request, pk):
    """Give up a file that is on its way, or put away a report that was read."""
    row = get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("dataset"), pk=pk
    )
    if not row.is_active:
        services.discard_upload(row)
    if request.htmx:
        return _fragment(request, row.dataset)
    return redirect("training:dataset-upload", row.dataset_id)


def _state(row):
    """What upload.js wants to know of a file."""
    report = row.report or {}
    errors = [(code, facts) for _n, _o, code, facts in report.get("lines", [])]
    if row.problem:
        errors.insert(0, (row.problem, row.problem_facts))
    return {
        "id": row.pk,
        "arrived": row.arrived,
        "state": row.state,
        "errors": [problems.sentence(code, facts) for code, facts in errors],
    }


def _refused(code, facts):
    errors = [problems.sentence(code, facts)]
    return JsonResponse({"errors": errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
