"""The page most people live in: what to paint at the left, what is being painted at the right."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import ptag

from brandstudio.core.roles import marketer_required
from gallery import problems
from gallery.engine import prompts, tokens
from gallery.forms import SceneForm
from gallery.models import Asset, Channel, PromptTemplate
from gallery.models.asset import AssetState
from gallery.problems import REFUSALS
from gallery.services import library, quota, remix, scenes, stage


@marketer_required
@require_http_methods(["GET", "POST"])
def create(request):
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            scenes.compose_scene(form.order, request.user)
        except REFUSALS as error:
            form.add_error(None, problems.of(error))
        else:
            # The results stand on the same page: the form keeps what was chosen.
            return redirect(f"{reverse('gallery:create')}?{remix.query_of(form.order)}#results")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    choices = list(form.pack_choices())
    pace = stage.seconds_per_step()
    context = {
        "form": form,
        "choices": choices,
        "any_chosen": any(choice["is_chosen"] for choice in choices),
        "channels": list(Channel.objects.all()),
        "base": scenes.default_base(),
        "takes": stage.estimate(pace * scenes.DEFAULT_STEPS) if pace else None,
        "shown_count": int(form["count"].value() or 1),
        "templates": PromptTemplate.objects.approved().order_by("slug"),
        "stage": stage.stage_of(request.user),
        "left_today": quota.left_today(request.user),
        "size": _size(form),
        **_prompt_context(form),
    }
    return render(request, "gallery/create.html", context, status=status)


@marketer_required
@require_POST
def prompt(request):
    """The prompt as it would be sent now, for the block beside the form."""
    form = _form(request)
    form.is_valid()
    return render(request, "gallery/_prompt.html", _prompt_context(form))


@marketer_required
@require_safe
@ptag(lambda request: stage.tag_of(request.user))
def stage_fragment(request):
    """The results; polled while something is being painted."""
    return render(request, "gallery/_stage.html", {"stage": stage.stage_of(request.user)})


@marketer_required
@require_POST
def asset_cancel(request, pk):
    """Stop this picture, or drop it from the queue."""
    asset = get_object_or_404(Asset.objects.filter(scene__owner=request.user), pk=pk)
    scenes.cancel([asset], request.user)
    return _back_to_stage(request)


@marketer_required
@require_POST
def drop_waiting(request):
    """Drop all my pictures that no renderer has begun."""
    dropped = scenes.cancel(scenes.waiting_of(request.user), request.user)
    if not request.htmx:
        messages.success(
            request,
            ngettext("%(n)d picture dropped.", "%(n)d pictures dropped.", dropped) % {"n": dropped},
        )
    return _back_to_stage(request)


@marketer_required
@require_POST
def asset_retry(request, pk):
    """Let a failed picture be painted once more."""
    asset = get_object_or_404(
        Asset.objects.filter(scene__owner=request.user, state=AssetState.FAILED), pk=pk
    )
    scenes.retry(asset, request.user)
    return _back_to_stage(request)


@marketer_required
@require_POST
def asset_again(request, pk):
    """Another picture with all the same settings but the seed."""
    return _from_asset(request, pk, remix.again)


@marketer_required
@require_POST
def asset_sweep(request, pk):
    """The same picture at rising strengths."""
    return _from_asset(request, pk, remix.sweep)


def _from_asset(request, pk, order_of):
    asset = get_object_or_404(
        Asset.objects.visible_to(request.user).select_related("scene__template", "scene__channel"),
        pk=pk,
    )
    try:
        scenes.compose_scene(order_of(asset), request.user)
    except REFUSALS as error:
        messages.error(request, problems.of(error))
    return _back_to_stage(request)


def _back_to_stage(request):
    if request.htmx:
        return render(request, "gallery/_stage.html", {"stage": stage.stage_of(request.user)})
    return redirect(f"{reverse('gallery:create')}#results")


def _form(request):
    """The form as sent, or as the address asks for it: ?template=…&pack=…&from=…"""
    person = request.user
    versions = library.usable_versions()
    asked = request.POST if request.method == "POST" else request.GET
    template = _template(asked, person)
    if request.method == "POST":
        return SceneForm(request.POST, person=person, template=template, versions=versions)
    initial = remix.initial_of(request.GET, person, template, versions)
    if "from" in request.GET and initial.get("template"):
        template = initial["template"]
    return SceneForm(person=person, template=template, versions=versions, initial=initial)


def _template(asked, person):
    """The template asked for by its number; else the first, unless a free prompt is asked for."""
    approved = PromptTemplate.objects.approved().prefetch_related("packs")
    wanted = asked.get("template", "")
    if wanted.isdigit() and (found := approved.filter(pk=wanted).first()):
        return found
    if wanted == "free" and person.may_write_prompts or "template" in asked and not wanted:
        return None
    return approved.order_by("slug").first()


def _prompt_context(form):
    """The pieces of the prompt and its length in tokens, or what is wrong with it."""
    order = form.order or remix.order_shown(form)
    try:
        pieces = scenes.pieces_of(order)
        base = scenes.base_of(order)
    except (*REFUSALS, KeyError) as error:
        sentence = problems.of(error) if isinstance(error, REFUSALS) else ""
        return {"pieces": [], "prompt_problem": sentence}
    limit = base.info.get("token_limit") or 0
    used = tokens.count(base.path, prompts.joined(pieces))
    too_long = problems.sentence("prompt-too-many-tokens", {"tokens": used, "limit": limit})
    return {
        "pieces": pieces,
        "tokens": used,
        "token_limit": limit,
        "prompt_problem": too_long if limit and used > limit else "",
    }


def _size(form):
    order = form.order or remix.order_shown(form)
    return order.channel
