"""What the create page shows beside its form: a person's scenes and how far they are."""

import hashlib
import statistics
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain

from django.db.models import Count, Max, Min, Prefetch, Q

from brandstudio.core.models.rights import asked_once
from brandstudio.core.queue import fairness, work_queue
from gallery import problems
from gallery.models import Asset, AssetState, EvidenceSheet, PairGrid, Scene, SceneMode
from gallery.pages import motifs, offers, sheets
from gallery.pages.estimates import estimate
from gallery.services import holds

SHEETS = (EvidenceSheet, PairGrid)  # what renderers paint besides scenes
SCENES_SHOWN = 12
_OTHERS_SHOWN = 8
_REMEMBERED = 50  # pictures of the past that an estimate is drawn from


@dataclass
class Results:
    """Scenes, newest first, each with `.tiles`; and what the sentence above them says."""

    scenes: list
    rendering: int = 0
    loading: int = 0
    waiting: int = 0
    seconds_left: tuple[int, int] | None = None
    tag: str = ""
    active_pks: list = field(default_factory=list)
    others: list = field(default_factory=list)  # colleagues' scenes that wait, for an admin
    sheets: list = field(default_factory=list)  # of `pages.sheets`, for an admin

    @property
    def is_active(self):
        own = self.rendering or self.loading or self.waiting
        return bool(own or self.others or any(row.sheet.is_active for row in self.sheets))

    @property
    def waits_longest(self):
        """The person's picture that has waited longest; None while none waits."""
        tiles = (asset for scene in reversed(self.scenes) for asset in scene.tiles)
        return next((asset for asset in tiles if asset.is_waiting), None)


@asked_once()
def results_of(person):
    """The person's own latest scenes with every picture's state."""
    scenes = list(with_assets(Scene.objects.filter(owner=person), person)[:SCENES_SHOWN])
    results = Results(
        scenes,
        tag=tag_of(person),
        others=waiting_of_others(person),
        sheets=sheets.open_sheets(person),
    )
    active = [scene for scene in scenes if _is_active(scene)]
    places = places_in_queue() if active else {}
    paces = {base.pk: pace_of(base) for base in {scene.base for scene in active}}
    paces["ahead"] = images_ahead() if active else {}
    paces["hands"] = max(1, work_queue.workers(work_queue.RENDER)) if active else 1
    for scene in scenes:
        scene.tiles = list(scene.assets.all())
        for asset in scene.tiles:
            _place(asset, scene, places, paces)
            if asset.is_active:
                results.active_pks.append(asset.pk)
            results.rendering += asset.state == AssetState.RENDERING
            results.loading += asset.state == AssetState.LOADING
            results.waiting += asset.state == AssetState.WAITING
    tiles = [asset for scene in scenes for asset in scene.tiles]
    # Trying it again is refused of what is held, as any use of it.
    holds.mark([a for a in tiles if a.state == AssetState.FAILED])
    offers.mark_downloads([a for a in tiles if a.state == AssetState.READY], person)
    motifs.mark(scenes)
    results.seconds_left = _time_left(active)
    return results


def waiting_of_others(person):
    """Colleagues' scenes that wait, next one first, each with `.waits`; [] unless an admin asks."""
    if not person.is_brand_admin:
        return []
    waits = Q(assets__state=AssetState.WAITING)
    return list(
        Scene.objects.filter(waits)
        .exclude(owner=person)
        .titled()
        .select_related("owner")
        .annotate(waits=Count("assets"), urgent=Max("assets__priority"), turn=Min("assets__turn"))
        .order_by("-urgent", "turn")[:_OTHERS_SHOWN]
    )


def with_assets(scenes, person):
    """The scenes with all that a list of them shows, in a fixed number of queries."""
    assets = Asset.objects.not_binned().liked_by(person).order_by("index")
    related = scenes.titled().select_related("channel", "base")
    related = related.prefetch_related("further_channels")
    return related.prefetch_related(Prefetch("assets", assets.defer("preview", "lineage")))


def tag_of(person):
    """Changes when what `results_of` shows does. Two small queries."""
    rows = list(
        Asset.objects.filter(scene__owner=person)
        .order_by("-pk")
        .liked_by(person)
        .values_list("pk", "state", "steps_done", "review", "is_favourite", "deleted_at")[:96]
    )
    ahead = ()
    waits = any(state == AssetState.WAITING for _pk, state, *_rest in rows)
    if waits or person.is_brand_admin:
        held = [model.objects.held().values_list("pk", "done") for model in SHEETS]
        is_unattended = waits and work_queue.is_unattended(work_queue.RENDER)
        ahead = (*waiting_pks(), *chain(*held), is_unattended)
    if person.is_brand_admin:
        ahead = (*ahead, *sheets.tag_of_sheets())
    return hashlib.sha256(repr((rows, ahead)).encode()).hexdigest()[:16]


def waiting_pks():
    """All waiting pictures, next one first."""
    return Asset.objects.in_turn().values_list("pk", flat=True)


def places_in_queue():
    """asset pk → place, 1 for the next."""
    return {pk: place for place, pk in enumerate(waiting_pks(), start=1)}


def images_ahead():
    """asset pk → how many pictures are painted before it, as a float: what the renderers have in
    hand counts by what is left of it, a strength sheet by all its pictures."""
    steps = Asset.objects.held().values_list("steps_done", "steps_total")
    before = sum(1 - min(1, done / total) if total else 1 for done, total in steps)
    for model in SHEETS:
        before += sum(sheet.images_remaining for sheet in model.objects.held())
    keys = ("priority", "turn", "queued_at")
    waiting = (
        Asset.objects.in_turn().only(*keys),
        *(model.objects.in_turn().only(*keys, "done", "total") for model in SHEETS),
    )
    ahead = {}
    for row in merge(*waiting, key=fairness.place_of):
        if isinstance(row, Asset):
            ahead[row.pk] = before
            before += 1
        else:
            before += row.images_remaining
    return ahead


@dataclass(frozen=True)
class Pace:
    """How fast recent pictures of one base were: seconds per step and per painted px."""

    measured: float

    def seconds(self, steps, width, height):
        """About how long so many steps of a picture of this size take."""
        return self.measured * steps * width * height


def pace_of(base):
    """The Pace of the last pictures of a base, or None while there are none."""
    if base is None:
        return None
    recent = (
        Asset.objects.filter(state=AssetState.READY, seconds__gt=0, scene__base=base)
        .exclude(scene__mode=SceneMode.LARGER)  # no step of a base
        .order_by("-pk")
        .values_list("seconds", "steps_total", "scene__steps", "scene__width", "scene__height")
    )[:_REMEMBERED]
    paces = [
        seconds / ((steps_done or steps) * width * height)
        for seconds, steps_done, steps, width, height in recent
    ]
    return Pace(statistics.median(paces)) if paces else None


def _is_active(scene):
    return any(asset.is_active for asset in scene.assets.all())


def _place(asset, scene, places, paces):
    asset.scene = scene  # spares a query for each tile
    asset.place = places.get(asset.pk)
    if asset.problem:
        asset.problem_sentence = problems.sentence(asset.problem, asset.problem_facts)
    asset.starts_in = asset.ends_in = None
    pace = paces.get(scene.base_id)
    if not (pace and asset.is_active):
        return
    ahead = paces["ahead"].get(asset.pk, 0)
    asset.seconds_left = _seconds_left(asset, scene, pace, ahead, paces["hands"])
    if asset.place:
        asset.starts_in = estimate(asset.seconds_left)
    elif asset.state == AssetState.RENDERING:
        asset.ends_in = max(1, round(asset.seconds_left))


def _seconds_left(asset, scene, pace, ahead, hands):
    """Until a picture is done: those before it, shared by the renderers, then itself."""
    whole = pace.seconds(asset.steps_expected, scene.width, scene.height)
    if asset.place:
        return max(1, (ahead + 1) / hands) * whole
    return whole * max(0.0, 1 - asset.steps_done / asset.steps_expected)


def _time_left(scenes):
    """When the person's last picture will be done, as a range; None where nothing was measured."""
    tiles = [asset for scene in scenes for asset in scene.tiles if asset.is_active]
    seconds = [asset.seconds_left for asset in tiles if hasattr(asset, "seconds_left")]
    return estimate(max(seconds)) if seconds else None
