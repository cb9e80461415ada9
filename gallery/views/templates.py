"""Prompt templates: what marketers may say, written by designers and approved by admins."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from gallery import problems, services
from gallery.forms import TemplateForm, slot_rows
from gallery.models import Asset, PromptTemplate, ReviewState
from gallery.pages import template_preview, template_words
from gallery.pages.history import history_of
from gallery.problems import REFUSALS
from gallery.services import template_tables, template_use
from gallery.views.glossary import tell_refusals
from gallery.views.refusals import refuse
from gallery.views.retiring import retire_or_bring_back


@login_required
@require_safe
def template_list(request):
    """The newest of each name; marketers see the approved ones."""
    templates = PromptTemplate.objects.visible_to(request.user).annotate(
        uses=Count("scenes__assets", distinct=True)
    )
    newest: dict[str, PromptTemplate] = {}
    for template in templates.select_related("made_by").order_by("slug", "-number"):
        newest.setdefault(template.slug, template)
    return render(request, "gallery/template_list.html", {"templates": list(newest.values())})


@login_required
@require_safe
def template_detail(request, slug, number):
    template = get_object_or_404(
        PromptTemplate.objects.visible_to(request.user), slug=slug, number=number
    )
    context = {
        "template": template,
        "words": template_words.words_of(template),
        "versions": PromptTemplate.objects.visible_to(request.user)
        .filter(slug=slug)
        .order_by("-number"),
        "history": history_of(template, 20),
        "may_edit": _may_edit(request.user, template),
        "keep_rate": template_use.keep_rate(template),
        "may_sample": template.may_be_tried_by(request.user),
        "sample": template_use.newest_sample(template, request.user),
    }
    return render(request, "gallery/template_detail.html", context)


@designer_required
@require_safe_or("POST")
@made_once
def template_new(request):
    return _edit(request, PromptTemplate(made_by=request.user))


@designer_required
@require_safe_or("POST")
def template_edit(request, slug, number):
    template = _mine(request, slug, number)
    if template.state != ReviewState.DRAFT and request.method != "POST":
        messages.warning(request, _("Only a draft can be changed. Make a new version instead."))
        return redirect(template)
    return _edit(request, template)


@designer_required
@require_POST
def template_preview_fragment(request):
    """How the words in the form read, before they are saved."""
    words = {name: request.POST.get(name, "") for name in ("sentence_zh", "sentence_en", "text")}
    slots = slot_rows.slots_of(slot_rows.rows_sent(request.POST))
    draft = PromptTemplate(**words, negative_prompt="", slots=slots)
    context = {"preview": template_preview.preview_of(draft)}
    return render(request, "gallery/_template_preview.html", context)


@login_required
@require_safe
def template_csv(request, slug, number):
    """The slots of a template, for a spreadsheet."""
    template = get_object_or_404(
        PromptTemplate.objects.visible_to(request.user), slug=slug, number=number
    )
    content = template_tables.as_csv(template)
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{template.slug}-slots.csv"'
    return answer


@designer_required
@require_POST
def template_copy(request, slug, number):
    """The next version as a draft, with the same words."""
    template = get_object_or_404(
        PromptTemplate.objects.visible_to(request.user), slug=slug, number=number
    )
    with transaction.atomic():
        siblings = PromptTemplate.objects.filter(slug=slug)
        draft = siblings.filter(state=ReviewState.DRAFT).first()
        if draft is None:
            packs = list(template.packs.all())
            words = ("name_zh", "name_en", "sentence_zh", "sentence_en", "text")
            draft = PromptTemplate.objects.create(
                slug=slug,
                number=siblings.aggregate(newest=Max("number"))["newest"] + 1,
                made_by=request.user,
                negative_prompt=template.negative_prompt,
                slots=template.slots,
                cover_sha256=template.cover_sha256,
                **{name: getattr(template, name) for name in words},
            )
            draft.packs.set(packs)
    return redirect("gallery:template-edit", draft.slug, draft.number)


@designer_required
@require_POST
def template_submit(request, slug, number):
    template = _mine(request, slug, number)
    try:
        services.submit(template, request.user)
    except Refused as error:
        back = reverse("gallery:template-edit", args=[slug, number])
        return refuse(request, error, back)
    else:
        messages.success(request, _("Sent for review. An admin will look at it."))
    return redirect(template)


@designer_required
@require_POST
@made_once
def template_sample(request, slug, number):
    """Paint a sample of one's own draft, as a trial."""
    template = _mine(request, slug, number)
    try:
        template_use.paint_sample(template, request.user)
    except REFUSALS as error:
        return refuse(request, error, template)
    else:
        messages.success(request, _("The sample is being painted. It appears on this page."))
    return redirect(template)


@designer_required
@require_POST
def template_make_cover(request, slug, number, pk):
    """Show a picture of one's own, made with the draft, on its card."""
    template = _mine(request, slug, number)
    made = Asset.objects.not_binned().filter(scene__template=template, scene__owner=request.user)
    asset = get_object_or_404(made, pk=pk)
    try:
        template_use.make_cover(template, asset, request.user)
    except Refused as error:
        return refuse(request, error, template)
    else:
        messages.success(request, _("The sample stands on the template's card now."))
    return redirect(template)


@admin_required
@require_POST
def template_retire(request, slug, number):
    """Take it out of use with a reason, or back into it (act=bring-back)."""
    template = get_object_or_404(PromptTemplate, slug=slug, number=number)
    return retire_or_bring_back(request, template)


def _edit(request, template):
    act = request.POST.get("rows", "")
    if act == "import" or slot_rows.is_act(act):
        return _change_rows(request, template, act)
    is_draft = template.state == ReviewState.DRAFT
    template.edited_by = request.user
    form = TemplateForm(request.POST or None, instance=template)
    if form.is_valid():
        try:
            if not is_draft:
                raise WrongState(template, "edited")
            draft = form.save()
        except WrongState:  # the page keeps what was written, to be taken along
            form.add_error(None, problems.sentence("no-draft-any-more"))
        else:
            _tell_saved(request, form)
            return redirect(draft)
    rows = slot_rows.rows_sent(request.POST) if form.is_bound else slot_rows.rows_of(template.slots)
    return _form_page(request, form, template, rows, form.fingerprint)


def _change_rows(request, template, act):
    """The form as it was sent, with its rows changed; nothing is judged or saved yet."""
    rows = slot_rows.rows_sent(request.POST)
    focus = done = refusal = ""
    if act == "import":
        rows, refusal = _with_table(request, rows)
    else:
        focus, done = slot_rows.act_on(rows, act)
    sent = {name: values[-1] for name, values in request.POST.lists()}
    form = TemplateForm(instance=template, initial={**sent, "packs": request.POST.getlist("packs")})
    seen = request.POST.get("seen", form.fingerprint)
    acted = {"focus": focus, "done": done, "refusal": refusal}
    return _form_page(request, form, template, rows, seen, **acted)


def _with_table(request, rows):
    """(rows, refusal): with those of the CSV file that was sent along, or why there are none."""
    if (file := request.FILES.get("table")) is None:
        return rows, _("Choose a file first.")
    try:
        slots, left_out = template_tables.read_slots(file)
    except REFUSALS as error:
        return rows, problems.of(error)
    sentence = _("Slots read: {slots}. Look them over, then save.")
    names = ", ".join(slot["name"] for slot in slots)
    messages.info(request, sentence.format(slots=names or "–"))
    tell_refusals(request, [problems.of(error) for error in left_out])
    return slot_rows.rows_of(template_tables.merged(slot_rows.slots_of(rows), slots)), ""


def _form_page(request, form, template, rows, fingerprint, *, focus="", done="", refusal=""):
    words = {name: form[name].value() or "" for name in ("sentence_zh", "sentence_en", "text")}
    draft = PromptTemplate(**words, negative_prompt="", slots=slot_rows.slots_of(rows))
    context = {
        "form": form,
        "template": template,
        "rows": rows,
        "fingerprint": fingerprint,
        "focus": focus,
        "done": done,
        "preview": template_preview.preview_of(draft),
    }
    if refusal:
        messages.error(request, refusal)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or refusal else HTTPStatus.OK
    return render(request, "gallery/template_form.html", context, status=status)


def _tell_saved(request, form):
    messages.success(request, _("Saved."))
    if form.used:
        pairs = ", ".join(f"{term} = {phrase}" for term, phrase in form.used.items())
        messages.info(request, problems.sentence("words-in-english", {"words": pairs}))


def _may_edit(person, template):
    return person.is_brand_admin or (person.is_designer and person.pk == template.made_by_id)


def _mine(request, slug, number):
    template = get_object_or_404(
        PromptTemplate.objects.visible_to(request.user), slug=slug, number=number
    )
    if not _may_edit(request.user, template):
        raise Http404
    return template
