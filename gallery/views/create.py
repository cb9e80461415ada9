"""The page most people live in: what to paint at the left, what is being painted at the right."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, painter_required
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import Vehicle
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.polling import polled
from gallery import problems
from gallery.engine import prompts
from gallery.forms import SceneForm
from gallery.models import Asset, Channel, PromptTemplate, Scene, SceneMode
from gallery.models.asset import AssetState
from gallery.pages import further_channels, mixture, placement, results, scene_initial
from gallery.pages.scene_form import ShownForm
from gallery.problems import REFUSALS
from gallery.services import (
    cutouts,
    enlarging,
    library,
    orders,
    quota,
    reuse,
    scenes,
    shapes,
    sources,
    unread_words,
)
from gallery.views.refusals import address_back, no_file, refuse, results_address
from training.engine import families
from training.engine.prompts import checks, word_weights


@painter_required
@require_safe_or("POST")
def create(request):
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            shapes.compose(form.order, form.further, request.user)
        except REFUSALS as error:
            form.refuse(error)
        else:
            # The results stand on the same page, and the form keeps what was chosen.
            scene_initial.remember(request.session, request.POST)
            if unread := unread_words.unread(form.order):
                messages.warning(request, unread)
            return redirect(results_address())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/create.html", _page_context(request, form), status=status)


def _page_context(request, form):
    shown_form = ShownForm(form)
    base = orders.default_base()
    pace = results.pace_of(base)
    channels = placement.framed(Channel.objects.in_use(), base)
    channels = further_channels.with_costs(channels, pace)
    count = parse_id(form["count"].value()) or 1
    return {
        "form": form,
        "shown": shown_form,
        "channels": channels,
        "frame": placement.frame_of(shown_form, channels),
        "recent": sources.recent_images(request.user, shown_form.init_image),
        "base": base,
        "takes": _takes(form, base, channels, pace),
        "shown_count": count * (1 + len(shown_form.anew)),
        "templates": PromptTemplate.objects.approved().order_by("slug"),
        "results": results.results_of(request.user),
        "left_today": quota.left_today(request.user),
        "trials": _trials_of(request.user, form),
        **_prompt_context(shown_form),
    }


def _trials_of(person, form):
    """What the page says to whom who paints nothing but trials: "first" without a draft to try,
    "only" with one; "" to everybody else."""
    if person.is_marketer or person.is_brand_admin:
        return ""
    drafts = any(version.state in orders.DRAFTS for version in form.versions)
    return (
        "only" if drafts or Scene.objects.filter(owner=person, is_trial=True).exists() else "first"
    )


def _takes(form, base, channels, pace):
    """(low, high) seconds for one picture as the form stands; None where nothing was measured."""
    slug = form["channel"].value()
    chosen = next((one for one in channels if one.slug == slug), None)
    if chosen:
        return chosen.takes
    return further_channels.seconds(pace, orders.native_size(base, None)) if base else None


@painter_required
@require_POST
def add_source(request):
    """Take in a picture to start from, or a cut-out; what else the form held comes back with it."""
    fields = request.POST.copy()
    refusal = None
    try:
        if file := request.FILES.get("init_image_file"):
            upload = sources.take_init_image(file, request.user)
            fields["init_image"] = f"own-{upload.pk}"
            if upload.made_from_id:
                messages.info(request, _came_back(upload))
            else:
                said = _("{name} is chosen to start from.")
                messages.success(request, said.format(name=upload))
            fields["mode"] = SceneMode.IMAGE
        elif file := request.FILES.get("cutout_file"):
            cutout = cutouts.take_cutout(file, request.user)
            messages.success(request, _("{name} can be placed now.").format(name=cutout))
            fields["cutout"] = cutout.pk
            fields["mode"] = SceneMode.PRODUCT
        else:
            refusal = no_file(request, "gallery:create")
    except REFUSALS as error:
        refusal = refuse(request, error, "gallery:create")
    scene_initial.remember(request.session, fields)
    return refusal or redirect("gallery:create")


def _came_back(upload):
    """That a file is a picture of this studio."""
    said = _(
        "This file is picture no. %(number)d of this studio: what is decided of that one holds for "
        "what you make of it."
    )
    return said % {"number": upload.made_from_id}


@painter_required
@require_POST
def use_real_car(request, slug):
    """Go on with the real car in place of words for it; what else the form held comes back."""
    vehicle = get_object_or_404(Vehicle, slug=slug)
    fields = request.POST.copy()
    fields["mode"] = SceneMode.PRODUCT
    if cutout := cutouts.offered_to(request.user).filter(vehicle=vehicle).first():
        fields["cutout"] = cutout.pk
    else:
        sentence = _("There is no cut-out of {vehicle} yet: upload one, or ask a designer.")
        messages.warning(request, sentence.format(vehicle=vehicle))
    scene_initial.remember(request.session, fields)
    return redirect("gallery:create")


@painter_required
@require_POST
def prompt(request):
    """The prompt as it would be sent now, for the block beside the form."""
    form = _form(request)
    form.is_valid()
    shown_form = ShownForm(form)
    context = _prompt_context(shown_form)
    errors = [*form["pack"].errors, *shown_form.errors_above()]
    if errors:
        context["prompt_problem"] = errors[0]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
    return render(request, "gallery/_prompt_answer.html", context, status=status)


@painter_required
@require_safe
@polled(lambda request: results.tag_of(request.user))
def results_fragment(request):
    """The results; polled while something is being painted."""
    return render(request, "gallery/_results.html", {"results": results.results_of(request.user)})


@painter_required
@require_POST
def asset_cancel(request, pk):
    """Stop this picture, or drop it from the queue."""
    asset = get_object_or_404(Asset.objects.filter(scene__owner=request.user), pk=pk)
    scenes.cancel([asset], request.user)
    return _back_to_results(request)


@painter_required
@require_POST
def drop_waiting(request):
    """Drop all my pictures that no renderer has begun."""
    dropped = scenes.cancel(scenes.waiting_of(request.user), request.user)
    if not request.htmx:
        said = ngettext("%(n)d picture dropped.", "%(n)d pictures dropped.", dropped)
        messages.success(request, count_sentences((dropped, said)))
    return _back_to_results(request)


@admin_required
@require_POST
def scene_first(request, pk):
    """Let a colleague's waiting pictures be painted before all others."""
    return _act(request, scenes.render_first, get_object_or_404(Scene, pk=pk), results_address())


@painter_required
@require_POST
def asset_retry(request, pk):
    """Let a failed picture be painted once more."""
    asset = get_object_or_404(
        Asset.objects.filter(scene__owner=request.user, state=AssetState.FAILED), pk=pk
    )
    return _act(request, scenes.retry, asset, address_back(request, asset))


@painter_required
@require_POST
def asset_again(request, pk):
    """Another picture with all the same settings but the seed."""
    return _act_on_visible(request, pk, _made_from(reuse.again))


@painter_required
@require_POST
def asset_enlarge(request, pk):
    """The same picture at twice the size, its detail painted anew."""
    return _act_on_visible(request, pk, enlarging.enlarge)


@painter_required
@require_POST
def asset_sweep(request, pk):
    """The same picture at rising strengths."""
    return _act_on_visible(request, pk, _made_from(reuse.sweep))


def _act_on_visible(request, pk, act):
    related = ("scene__template", "scene__channel", "scene__base", "scene__cutout__vehicle")
    visible = Asset.objects.visible_to(request.user).select_related(*related)
    asset = get_object_or_404(visible, pk=pk)
    return _act(request, act, asset, address_back(request, asset))


def _made_from(order_of):
    """The act of asking for what order_of(asset, by) says."""
    return lambda asset, by: scenes.compose_scene(order_of(asset, by), by)


def _act(request, act, row, back):
    """Do what may be refused, and go to the results. back: where a refusal leads."""
    try:
        act(row, request.user)
    except REFUSALS as error:
        return refuse(request, error, back)
    return _back_to_results(request)


def _back_to_results(request):
    if request.htmx:
        return render(
            request, "gallery/_results.html", {"results": results.results_of(request.user)}
        )
    return redirect(results_address())


def _form(request):
    """The form as sent; else as the address asks (?template=…&pack=…&from=…), or as last sent."""
    person = request.user
    query = request.POST if request.method == "POST" else scene_initial.asked_of(request)
    template = _template(query, person)
    if request.method == "POST":
        return SceneForm(request.POST, person=person, template=template)
    versions = library.versions_for(person)
    initial = scene_initial.initial_of(query, person, template, versions)
    if "from" in request.GET and initial.get("template"):
        template = initial["template"]
    if "from" not in request.GET:
        for note in scene_initial.notes_on_address(request.GET, template, versions, person):
            messages.info(request, note)
    form = SceneForm(person=person, template=template, initial=initial)
    form.versions = versions
    return form


def _template(query, person):
    """The template asked for by its number; else the first, unless a free prompt is asked for."""
    approved = PromptTemplate.objects.approved().prefetch_related("packs")
    choice = query.get("template", "")
    number = parse_id(choice)
    if number is not None and (template := approved.filter(pk=number).first()):
        return template
    if choice == "free" and person.may_write_prompts or "template" in query and not choice:
        return None
    return approved.order_by("slug").first()


def _prompt_context(shown_form):
    """The pieces of the prompt and its length in tokens, or what is wrong with it."""
    try:
        order = shown_form.form.order or shown_form.order()
        pieces = orders.pieces_of(order)
        base = orders.base_of(order)
        prompt = prompts.joined(pieces)
        checks.check(prompt)
    except (*REFUSALS, KeyError) as error:
        sentence = problems.of(error) if isinstance(error, REFUSALS) else ""
        return {"pieces": [], "prompt_problem": sentence}
    limit = base.info.get("token_limit") or 0
    tokens = families.of(base.family).count_tokens(base.path, word_weights.words_of(prompt))
    in_parts = problems.sentence("prompt-in-parts", {"tokens": tokens, "limit": limit})
    notes = [in_parts] if limit and tokens > limit else []
    return {
        "pieces": pieces,
        "tokens": tokens,
        "token_limit": limit,
        "prompt_notes": notes + unread_words.notes_on(order),
        "prompt_packs": order.packs,
        "car": placement.car_in_its_light(order.placement, prompt, shown_form.form.person),
        "by_words": [] if order.placement else Vehicle.objects.all().named_in(prompt),
        "mixture": mixture.of_form(shown_form, order),
    }
