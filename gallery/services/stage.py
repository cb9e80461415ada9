"""What the create page shows beside its form: a person's scenes and how far they are."""

import hashlib
import statistics
from dataclasses import dataclass, field

from django.db.models import Prefetch

from gallery import problems
from gallery.models import Asset, AssetState, Scene, ScenePack

SCENES_SHOWN = 12
_REMEMBERED = 50  # pictures of the past that an estimate is drawn from
_SPREAD = (0.8, 1.5)  # around the median: half and more of all pictures end inside


@dataclass
class Stage:
    """Scenes, newest first, each with `.tiles`; and what the sentence above them says."""

    scenes: list
    rendering: int = 0
    loading: int = 0
    waiting: int = 0
    seconds_left: tuple[int, int] | None = None
    tag: str = ""
    active_pks: list = field(default_factory=list)

    @property
    def is_active(self):
        return bool(self.rendering or self.loading or self.waiting)


def stage_of(person):
    """The person's own latest scenes with every picture's state."""
    scenes = list(with_assets(Scene.objects.filter(owner=person))[:SCENES_SHOWN])
    stage = Stage(scenes, tag=tag_of(person))
    places = places_in_queue() if any(_is_active(scene) for scene in scenes) else {}
    pace = seconds_per_step()
    for scene in scenes:
        scene.tiles = list(scene.assets.all())
        for asset in scene.tiles:
            _place(asset, scene, places, pace)
            if asset.is_active:
                stage.active_pks.append(asset.pk)
            stage.rendering += asset.state == AssetState.RENDERING
            stage.loading += asset.state == AssetState.LOADING
            stage.waiting += asset.state == AssetState.WAITING
    if stage.is_active and pace:
        stage.seconds_left = _time_left(scenes, pace)
    return stage


def with_assets(scenes):
    """The scenes with all that a list of them shows, in a fixed number of queries."""
    kept = Asset.objects.kept().order_by("index").defer("preview", "lineage")
    packs = ScenePack.objects.select_related("version__pack")
    return scenes.select_related("template", "channel", "base").prefetch_related(
        Prefetch("assets", kept), Prefetch("packs", packs)
    )


def tag_of(person):
    """Changes when what `stage_of` shows does. Two small queries."""
    rows = list(
        Asset.objects.filter(scene__owner=person)
        .order_by("-pk")
        .values_list("pk", "state", "steps_done", "review", "is_favourite", "deleted_at")[:96]
    )
    ahead = ()
    if any(state == AssetState.WAITING for _pk, state, *_rest in rows):
        ahead = tuple(waiting_pks())
    return hashlib.sha256(repr((rows, ahead)).encode()).hexdigest()[:16]


def waiting_pks():
    """All waiting pictures, next one first."""
    return Asset.objects.waiting().order_by("queued_at", "pk").values_list("pk", flat=True)


def places_in_queue():
    """asset pk → place, 1 for the next."""
    return {pk: place for place, pk in enumerate(waiting_pks(), start=1)}


def seconds_per_step():
    """Median seconds per step of recent pictures, or None while there are none."""
    recent = (
        Asset.objects.filter(state=AssetState.READY, seconds__gt=0)
        .order_by("-pk")
        .values_list("seconds", "scene__steps")[:_REMEMBERED]
    )
    paces = [seconds / steps for seconds, steps in recent if steps]
    return statistics.median(paces) if paces else None


def estimate(seconds):
    """A range of whole seconds around an estimate, never below one."""
    low, high = (max(1, round(seconds * factor)) for factor in _SPREAD)
    return low, max(high, low + 1)


def _is_active(scene):
    return any(asset.is_active for asset in scene.assets.all())


def _place(asset, scene, places, pace):
    asset.scene = scene  # spares a query for each tile
    asset.place = places.get(asset.pk)
    if asset.problem:
        asset.problem_sentence = problems.sentence(asset.problem, asset.problem_facts)
    asset.starts_in = asset.ends_in = None
    if not pace:
        return
    if asset.place:
        asset.starts_in = estimate(asset.place * pace * scene.steps)
    elif asset.state == AssetState.RENDERING:
        asset.ends_in = max(1, round((scene.steps - asset.steps_done) * pace))


def _time_left(scenes, pace):
    """When the person's last picture will be done: by its place in everybody's queue."""
    left = 0.0
    for scene in scenes:
        for asset in scene.tiles:
            if asset.place:
                left = max(left, (asset.place + 0.5) * pace * scene.steps)
            elif asset.is_active:
                left = max(left, (scene.steps - asset.steps_done) * pace)
    return estimate(left)
