"""Prompt templates: what marketers may say, written by designers and approved by admins."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Count, Max
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from gallery import problems, services
from gallery.engine import prompts
from gallery.forms import TemplateForm
from gallery.models import PromptTemplate, ReviewState
from gallery.pages.history import history_of
from training.engine.errors import EngineError


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
        "versions": PromptTemplate.objects.visible_to(request.user)
        .filter(slug=slug)
        .order_by("-number"),
        "history": history_of(template, 20),
        "may_edit": _may_edit(request.user, template),
        "example": _example(template),
    }
    return render(request, "gallery/template_detail.html", context)


@designer_required
@require_safe_or("POST")
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
    except WrongState:
        messages.error(request, problems.sentence("decided-already"))
    except Refused as error:
        messages.error(request, problems.of(error))
        return redirect("gallery:template-edit", slug, number)
    else:
        messages.success(request, _("Sent for review. An admin will look at it."))
    return redirect(template)


@admin_required
@require_POST
def template_retire(request, slug, number):
    template = get_object_or_404(PromptTemplate, slug=slug, number=number)
    try:
        services.retire(template, request.user, request.POST.get("reason", ""))
    except Refused as error:
        messages.error(request, problems.of(error))
    return redirect(template)


def _edit(request, template):
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
            messages.success(request, _("Saved."))
            return redirect(draft)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "template": template}
    return render(request, "gallery/template_form.html", context, status=status)


def _may_edit(person, template):
    return person.is_brand_admin or (person.is_designer and person.pk == template.made_by_id)


def _mine(request, slug, number):
    template = get_object_or_404(
        PromptTemplate.objects.visible_to(request.user), slug=slug, number=number
    )
    if not _may_edit(request.user, template):
        raise Http404
    return template


def _example(template):
    """The prompt with the first option in every slot, in pieces."""
    values = {
        slot["name"]: slot["options"][0]["value"] for slot in template.slots if slot["options"]
    }
    try:
        return prompts.compose(template.text, values)
    except (EngineError, KeyError):
        return []
