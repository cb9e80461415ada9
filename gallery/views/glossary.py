"""The glossary: Chinese terms with their English phrases, kept by admins, offered to all."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required
from brandstudio.core.models import GlossaryTerm, WrongState
from brandstudio.core.ui import trouble
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.methods import require_safe_or
from gallery.forms import GlossaryTermForm
from gallery.problems import REFUSALS
from gallery.services import glossary, glossary_terms, search
from gallery.views.refusals import no_file, refuse

PER_PAGE = 50
HISTORY_SHOWN = 10
REFUSALS_SHOWN = 20


@login_required
@require_safe_or("POST")
def glossary_list(request):
    """The terms, searched in both languages; an admin's new one."""
    may_edit = request.user.is_brand_admin
    form = GlossaryTermForm(request.POST or None) if may_edit else None
    if form and request.method == "POST" and form.is_valid():
        term = glossary_terms.save(form, request.user)
        messages.success(request, _("Added: {term}.").format(term=term))
        return redirect("gallery:glossary")
    words = request.GET.get("q", "").strip()
    category = request.GET.get("category", "")
    problem = search.too_long(words)
    terms = [] if problem else glossary_terms.search(words, category)
    context = {
        "form": form,
        "words": words,
        "search_problem": problem,
        "category": category,
        "categories": glossary_terms.categories(),
        "page": Paginator(terms, PER_PAGE).get_page(request.GET.get("page")),
        "history": glossary_terms.history(HISTORY_SHOWN) if may_edit else (),
    }
    is_refused = form is not None and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "gallery/glossary.html", context, status=status)


@admin_required
@require_safe_or("POST")
def term_edit(request, pk):
    term = get_object_or_404(GlossaryTerm, pk=pk)
    form = GlossaryTermForm(request.POST or None, instance=term)
    if form.is_valid():
        try:
            glossary_terms.save(form, request.user)
        except WrongState:
            said = _("A colleague has removed this term meanwhile.")
            return trouble.refused(request, said, "gallery:glossary", HTTPStatus.CONFLICT)
        messages.success(request, _("Saved."))
        return redirect("gallery:glossary")
    context = {"form": form, "term": term, "categories": glossary_terms.categories()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/glossary_term.html", context, status=status)


@admin_required
@require_POST
def term_remove(request, pk):
    term = get_object_or_404(GlossaryTerm, pk=pk)
    words = str(term)
    glossary_terms.remove(term, request.user)
    messages.success(request, _("Removed: {term}.").format(term=words))
    return redirect("gallery:glossary")


@login_required
@require_safe
def glossary_csv(request):
    """All terms, for a spreadsheet."""
    answer = HttpResponse(glossary_terms.as_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="glossary.csv"'
    return answer


@admin_required
@require_POST
def glossary_import(request):
    """Take terms in from a CSV file; each row that is left out is named."""
    if (file := request.FILES.get("file")) is None:
        return no_file(request, "gallery:glossary")
    try:
        report = glossary_terms.take_in(file, request.user, GlossaryTermForm)
    except REFUSALS as error:
        return refuse(request, error, "gallery:glossary")
    added, changed, same = report.added, report.changed, report.same
    if not added + changed + same:
        first, *rest = refusals_shown(report.refusals) or [_("Nothing was changed.")]
        return trouble.refused(request, first, "gallery:glossary", rest=rest)
    counted = (
        (added, ngettext("%(n)d term is new.", "%(n)d terms are new.", added)),
        (changed, ngettext("%(n)d term was changed.", "%(n)d terms were changed.", changed)),
        (same, ngettext("%(n)d term was here already.", "%(n)d terms were here already.", same)),
    )
    messages.success(request, count_sentences(*counted))
    tell_refusals(request, report.refusals)
    return redirect("gallery:glossary")


def tell_refusals(request, refusals):
    """A message for each row that was left out, and how many more there are."""
    for sentence in refusals_shown(refusals):
        messages.warning(request, sentence)


def refusals_shown(refusals):
    """The sentences about the first rows that were left out, and one for how many more."""
    more = len(refusals) - REFUSALS_SHOWN
    if more <= 0:
        return refusals
    rest = ngettext(
        "%(n)d more row of the file was left out.",
        "%(n)d more rows of the file were left out.",
        more,
    )
    return [*refusals[:REFUSALS_SHOWN], rest % {"n": more}]


@login_required
@require_safe
def term_offers(request):
    """What the glossary offers for the words just typed, as the choices of a listbox."""
    offers = glossary.offers(request.GET.get("typed", ""))
    return render(request, "gallery/_term_offers.html", {"offers": offers})
