"""Datasets as a whole: list, make, edit, figures, rights, snapshots, export."""

import tempfile
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.choices import chosen
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.models import OnlyAdminsWiden, WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from brandstudio.core.ui.serving import send_file
from brandstudio.core.ui.trouble import refused
from training import services
from training.engine.data.spread import first_names
from training.forms import DatasetForm, RightsForm
from training.models import Dataset, Snapshot
from training.pages.snapshot_diff import differences
from training.pages.statistics import dataset_statistics
from training.problems import sentence
from training.rules.readiness import readiness
from training.services.exports import Layout, file_stem
from training.services.preflight import ended_rights_of

RIGHTS_PAGE = 200
NAMED = 5  # pictures that a message names


def visible_dataset(request, pk):
    return get_object_or_404(
        Dataset.objects.visible_to(request.user).select_related("owner"), pk=pk
    )


@designer_required
@require_safe
def dataset_list(request):
    datasets = Dataset.objects.visible_to(request.user).select_related("owner").with_counts()
    context = {
        "datasets": datasets.with_covers(),
        "binned": Dataset.objects.binned_by(request.user),
        "bin_days": settings.BIN_DAYS,
    }
    return render(request, "training/dataset_list.html", context)


@designer_required
@require_safe_or("POST")
@made_once
def dataset_new(request):
    form = DatasetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        dataset = services.make_dataset(request.user, **form.cleaned_data)
        return redirect("training:dataset-upload", dataset.pk)
    return _form_page(request, "training/dataset_form.html", form)


@designer_required
@require_safe_or("POST")
def dataset_edit(request, pk):
    dataset = visible_dataset(request, pk)
    form = DatasetForm(request.POST if request.method == "POST" else None, instance=dataset)
    if form.is_valid():
        try:
            form.save()
        except WrongState:
            raise Http404 from None  # in the bin meanwhile, like any address of it
        messages.success(request, _("Saved."))
        return redirect(dataset)
    dataset.refresh_from_db()  # a refused form has written its values on the object
    return _form_page(request, "training/dataset_form.html", form, dataset=dataset)


@designer_required
@require_POST
def dataset_discard(request, pk):
    dataset = visible_dataset(request, pk)
    if dataset.runs.pending_or_paused().exists():
        said = _("A run still trains on it. Wait for its end, or cancel it.")
        return refused(request, said, dataset, HTTPStatus.CONFLICT)
    with suppress(WrongState):  # pressed twice: it is there already
        dataset.discard(by=request.user)
    days = settings.BIN_DAYS
    messages.success(
        request,
        ngettext("In the bin for %(n)d day.", "In the bin for %(n)d days.", days) % {"n": days},
    )
    return redirect("training:dataset-list")


@designer_required
@require_POST
def dataset_restore(request, pk):
    dataset = get_object_or_404(Dataset.objects.binned_by(request.user), pk=pk)
    with suppress(WrongState):
        dataset.restore(by=request.user)
    messages.success(request, _("Back among the datasets."))
    return redirect(dataset)


@designer_required
@require_safe
def statistics(request, pk):
    dataset = visible_dataset(request, pk)
    context = {"dataset": dataset, "statistics": dataset_statistics(dataset)}
    return render(request, "training/dataset_statistics.html", context)


@designer_required
@require_safe_or("POST")
def rights(request, pk):
    dataset = visible_dataset(request, pk)
    # From the bulk bar come only the chosen pictures, and the form is still to be filled in.
    form = RightsForm(
        request.POST if "rights_holder" in request.POST else None, person=request.user
    )
    numbers = parse_ids(request.POST.getlist("image"))
    scope = one_of(request.POST.get("scope", "all"), {"all", "missing", "chosen"})
    if form.is_valid():
        images = {
            "all": dataset.images.all(),
            "missing": dataset.images.without_rights(),
            "chosen": dataset.images.filter(pk__in=numbers),
        }[scope]
        try:
            noted = services.set_rights(dataset, request.user, images, form.why, **form.changes)
        except OnlyAdminsWiden as error:
            said = sentence("rights-widen-reason", {"name": error.row})
            form.add_error("widened_why", said)
        else:
            if noted.count or not noted.stays:
                _say_noted(request, noted)
                if noted.count and form.ended_note:
                    messages.warning(request, form.ended_note)
                return redirect("training:dataset-rights", dataset.pk)
            form.add_error(None, _what_stays(noted))
    return _form_page(
        request,
        "training/dataset_rights.html",
        form,
        dataset=dataset,
        images=_rights_page(request, dataset, numbers),
        chosen=numbers,
        scope=scope if request.method == "POST" else _usual_scope(dataset),
        readiness=readiness(dataset),
    )


def _say_noted(request, noted):
    """How many pictures have these rights now; where something stays as it was, that, and that all
    else is noted."""
    if noted.stays:
        rest = sentence("rights-else-noted")
        messages.warning(request, f"{_what_stays(noted)} {rest}")
        return
    said = ngettext(
        "Rights noted for %(n)d picture.", "Rights noted for %(n)d pictures.", noted.count
    )
    messages.success(request, count_sentences((noted.count, said)))


def _what_stays(noted):
    stays = noted.stays.items()
    return " ".join(sentence(code, {"names": first_names(names, NAMED)}) for code, names in stays)


def _usual_scope(dataset):
    """Of which pictures rights are noted first: what is known already is not noted over unseen."""
    return "missing" if dataset.images.without_rights().exists() else "all"


def _rights_page(request, dataset, numbers):
    """A page of the list; those chosen on the editor all on one. ?show=unknown: whose rights
    nobody has noted."""
    show = one_of(request.GET.get("show", "all"), {"all", "unknown"})
    images = dataset.images.without_rights() if show == "unknown" else dataset.images.all()
    if numbers:
        images = dataset.images.filter(pk__in=numbers)
    return Paginator(images, max(RIGHTS_PAGE, len(numbers))).get_page(request.GET.get("page"))


@designer_required
@require_safe
def snapshots(request, pk):
    dataset = visible_dataset(request, pk)
    all_snapshots = list(dataset.snapshots.without_tastes().with_counts().prefetch_related("runs"))
    pair = [s for s in all_snapshots if str(s.pk) in {request.GET.get("a"), request.GET.get("b")}]
    context = {"dataset": dataset, "snapshots": all_snapshots, "layouts": Layout.choices}
    ended = ended_rights_of(dataset.images.all())
    context["stays_why"] = [sentence(code, facts) for code, facts in ended]
    if len(pair) == 2:
        newer, older = pair
        context |= {"older": older, "newer": newer, "differences": differences(older, newer)}
    return render(request, "training/dataset_snapshots.html", context)


@designer_required
@require_safe
def export(request, pk):
    dataset = visible_dataset(request, pk)
    return _zip(request, Snapshot.images_of(dataset), dataset, dataset.name)


@designer_required
@require_safe
def snapshot_export(request, pk):
    mine = Dataset.objects.visible_to(request.user)
    snapshot = get_object_or_404(
        Snapshot.objects.filter(dataset__in=mine).select_related("dataset"), pk=pk
    )
    name = f"{snapshot.dataset.name}-{snapshot.sha256[:8]}"
    return _zip(request, snapshot.images.all(), snapshot.dataset, name)


def _zip(request, images, dataset, name):
    """A zip in the layout that ?layout= names."""
    layout = chosen(request.GET, "layout", Layout.values, Layout.STUDIO)
    # Not in memory: a dataset may have a gigabyte. The file is gone once it is sent.
    file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 -- sent later
    try:
        services.export_zip(images, file, layout, dataset.trigger_word)
    except Refused as error:
        file.close()
        said = sentence(error.code, error.facts)
        back = reverse("training:dataset-snapshots", args=[dataset.pk])
        return refused(request, said, back, HTTPStatus.FORBIDDEN)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return send_file(file, f"{file_stem(name) or dataset.pk}-{layout}.zip")


def _form_page(request, template, form, **context):
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, **context}, status=status)
