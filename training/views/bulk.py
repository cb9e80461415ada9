"""Many captions at once: what is chosen, or what the filter shows."""

from http import HTTPStatus

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.redirects import led_to
from brandstudio.core.ui.trouble import refused
from training import services
from training.forms import EditForm
from training.pages.caption_editor import CaptionEditor, posted_query
from training.rules.caption_edits import spans
from training.services.captions import CAPTION_MAX_LETTERS
from training.views.datasets import visible_dataset

SHOWN = 12  # changes of a preview that are open to see; the rest unfolds
COMPARED = 300  # changes that are shown word by word; more than a person reads


@designer_required
@require_POST
def bulk(request, pk):
    """An act on the chosen pictures: check, uncheck or remove."""
    dataset = visible_dataset(request, pk)
    numbers = parse_ids(request.POST.getlist("image"))
    images = dataset.images.filter(pk__in=numbers)
    act = one_of(request.POST.get("act"), {"check", "uncheck", "remove"})
    if not images.exists():
        said = _("None of the chosen pictures is in the dataset. Choose at least one.")
        return refused(request, said, _editor(dataset, request))
    if act in {"check", "uncheck"}:
        batch, count = services.set_states(images, request.user, checked=act == "check")
        messages.success(request, _settled(act, count))
        return led_to(request, _editor(dataset, request, batch if count else ""))
    count = services.remove_images(images, request.user)
    said = ngettext("%(n)d picture taken out.", "%(n)d pictures taken out.", count)
    messages.success(request, count_sentences((count, said)))
    return led_to(request, _editor(dataset, request))


def _settled(act, count):
    if act == "check":
        said = ngettext("%(n)d caption checked.", "%(n)d captions checked.", count)
    else:
        said = ngettext(
            "%(n)d caption is a draft again.", "%(n)d captions are drafts again.", count
        )
    return count_sentences((count, said))


@designer_required
@require_POST
def replace(request, pk):
    """Preview an edit, or carry it out (act=apply)."""
    dataset = visible_dataset(request, pk)
    act = one_of(request.POST.get("act", "preview"), {"preview", "apply"})
    form = EditForm(request.POST, auto_id="edit_%s")
    images = _scope(dataset, request)
    context = {"dataset": dataset, "edit_form": form, "query": posted_query(request.POST)}
    if not form.is_valid():
        return _preview(request, context, HTTPStatus.UNPROCESSABLE_ENTITY)
    if act == "apply":
        batch, changes = services.apply_edit(images, form.edit, request.user)
        success = ngettext("%(n)d caption changed.", "%(n)d captions changed.", len(changes))
        messages.success(request, count_sentences((len(changes), success)))
        return led_to(request, _editor(dataset, request, batch if changes else ""))
    changes = services.preview_edit(images, form.edit)
    comparisons = [(c.image, spans(c.before, c.after)) for c in changes[:COMPARED]]
    context |= {
        "total": len(changes),
        "changes": comparisons[:SHOWN],
        "rest": comparisons[SHOWN:],
        "unseen": len(changes) - len(comparisons),
        "too_long": services.too_long_after(images, form.edit),
        "limit": CAPTION_MAX_LETTERS,
    }
    return _preview(request, context, HTTPStatus.OK)


@designer_required
@require_POST
def revert(request, pk):
    dataset = visible_dataset(request, pk)
    reverted, untouched = services.revert_edit(dataset, request.POST.get("batch", ""), request.user)
    put_back = ngettext("%(n)d caption put back.", "%(n)d captions put back.", reverted)
    stays = ngettext(
        "%(n)d was edited since and stays.", "%(n)d were edited since and stay.", untouched
    )
    messages.success(request, count_sentences((reverted, put_back), (untouched, stays)))
    return led_to(request, _editor(dataset, request))


def _scope(dataset, request):
    """The chosen pictures; without a choice those that the filter shows."""
    numbers = parse_ids(request.POST.getlist("image"))
    if numbers:
        return dataset.images.filter(pk__in=numbers)
    view = CaptionEditor(dataset, QueryDict(posted_query(request.POST)))
    return (
        dataset.images.filter(pk__in=view.image_ids) if view.is_filtered else dataset.images.all()
    )


def _preview(request, context, status):
    template = "training/_replace.html" if request.htmx else "training/replace.html"
    return render(request, template, context, status=status)


def _editor(dataset, request, batch=""):
    query = QueryDict(posted_query(request.POST), mutable=True)
    query.pop("batch", None)
    if batch:
        query["batch"] = batch
    return f"{reverse('training:dataset-detail', args=[dataset.pk])}?{query.urlencode()}"
