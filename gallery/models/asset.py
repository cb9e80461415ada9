from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import (
    AuditEntry,
    Binnable,
    BinQuerySet,
    Campaign,
    Work,
    WorkQuerySet,
    WrongState,
)
from brandstudio.core.models.fields import BlobField, LineField
from brandstudio.core.models.states import move, update_as_last_seen
from gallery.engine import soundness

from .mark import Favourite
from .review import HELD_NOW, OwnWork
from .scene import TITLED_BY, Scene, SceneMode


class AssetState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    LOADING = "loading", _("loading the model")
    RENDERING = "rendering", _("painting")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


IN_HAND = (AssetState.LOADING, AssetState.RENDERING)


class AssetReview(models.TextChoices):
    PRIVATE = "private", _("private")
    ASKED = "asked", _("waits for review")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Doubt(models.TextChoices):
    """What the eye of a machine found odd in a finished picture, as people read it."""

    NO_VEHICLE = (
        soundness.NO_VEHICLE,
        _("No whole car was found in it: it may be missing, cut off or misshapen."),
    )
    TWO_VEHICLES = soundness.TWO_VEHICLES, _("More than one car seems to stand in it.")
    CUT_OFF = soundness.CUT_OFF, _("Its car seems to be cut off at the edge.")
    UNFIT = soundness.UNFIT, _("It may show nakedness.")


ASKS_FROM = (AssetReview.PRIVATE, AssetReview.DECLINED)  # what may be sent for review
NEVER_LEAVES = (AssetReview.DECLINED, AssetReview.WITHDRAWN)  # in no form, whatever the policy
TAKEN_BACK = "taken-back"  # in the audit log: its maker asks for review no longer
_BARRED = Q(review__in=NEVER_LEAVES) | Q(review=AssetReview.ASKED) & ~Q(declined_why="")


class AssetQuerySet(BinQuerySet, WorkQuerySet):
    def visible_to(self, person):
        if person.is_brand_admin:
            return self.not_binned()
        return self.not_binned().filter(
            Q(scene__owner=person) | Q(scene__is_shared=True) | Q(review=AssetReview.APPROVED)
        )

    def listed_for(self, person):
        """The finished ones of `visible_to`, for a list of many: it asks for the scenes once, where
        `visible_to` asks for each picture's."""
        finished = self.not_binned().filter(state=AssetState.READY)
        if person.is_brand_admin:
            return finished
        scenes = Scene.objects.visible_to(person).order_by().values("pk")
        return finished.filter(Q(review=AssetReview.APPROVED) | Q(scene__in=scenes))

    def titled(self):
        """With all that their titles are made of."""
        related = (f"scene__{name}" for name in TITLED_BY)
        return self.select_related(*related).prefetch_related("scene__packs")

    def liked_by(self, person):
        """With .is_favourite, whether the person likes it."""
        mine = Favourite.objects.filter(person=person, asset=OuterRef("pk"))
        return self.annotate(is_favourite=Exists(mine))

    def asked(self):
        """What waits for review, longest first, with all that a reviewer's list shows."""
        related = ("owner", "channel", "init_image_asset__scene")
        return (
            self.not_binned()
            .titled()
            .filter(review=AssetReview.ASKED)
            .select_related("campaign", *(f"scene__{name}" for name in related))
            .prefetch_related("remarks__author")
            .defer("preview", "lineage")
            .order_by(Coalesce("asked_at", "made_at"), "pk")
        )

    def may_leave(self):
        """Without those that leave in no form, whatever the policy; see `Asset.barred`."""
        return self.exclude(_BARRED)

    def barred(self):
        """Those that leave in no form, whatever the policy, in the bin or not."""
        return self.filter(_BARRED)

    def active(self):
        return self.filter(state__in=(AssetState.WAITING, *IN_HAND))


class Asset(Work, Binnable):
    """One picture of a scene: a row from the click on, with its full lineage once it is ready."""

    WAITING = (AssetState.WAITING,)
    HELD = IN_HAND
    QUEUE = "render"
    JOB = "gallery.jobs.render"
    OWNER = "scene__owner"

    scene = models.ForeignKey(Scene, models.PROTECT, related_name="assets")
    index = models.PositiveSmallIntegerField()
    seed = models.BigIntegerField()
    strength = models.FloatField(null=True, blank=True)  # in a sweep: of the scene's first pack
    state = models.CharField(max_length=10, choices=AssetState, default=AssetState.WAITING)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)  # 0 until its renderer has counted them
    preview = models.BinaryField(blank=True, default=b"")  # a WebP of a few kB while painting
    seconds = models.FloatField(null=True, blank=True)
    image_sha256 = BlobField(blank=True)  # PNG master, unlabelled, internal
    thumb_sha256 = BlobField(blank=True)
    look = models.TextField(blank=True, editable=False)  # of `services/lookalikes`; "": not read
    lineage = models.JSONField(default=dict, blank=True)  # hashes, strengths, library versions
    doubts = models.JSONField(default=list, blank=True, editable=False)  # codes of Doubt
    review = models.CharField(max_length=10, choices=AssetReview, default=AssetReview.PRIVATE)
    review_reason = models.TextField(blank=True)  # of its last step, if that had one
    declined_why = models.TextField(blank=True)  # of the decline that stands, until an approval
    asked_at = models.DateTimeField(null=True, blank=True)  # for the review under way, or the last
    own_title = LineField(_("title"), max_length=120, blank=True)  # "": the scene's
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="assets"
    )
    # The picture that this is in the shape of another channel: same words, styles and seed.
    shape_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="in_other_shapes"
    )
    stars = models.FloatField(null=True, blank=True, editable=False)  # mean of its ratings
    made_at = models.DateTimeField(auto_now_add=True)

    is_held = False  # whether its page found that it may not leave now: `holds.mark`

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering = ["-made_at", "index"]
        # What waits and is under way is asked for at every poll, by state.
        indexes = [
            models.Index(fields=["state", "turn"], name="asset_turns"),
            # All that counting what a photograph reached must know of a picture.
            models.Index(fields=["scene", "state", "review", "deleted_at"], name="asset_of_scene"),
            # Whether the same settings painted a declined one is asked at every order.
            models.Index(fields=["seed"], name="asset_seed"),
            models.Index(fields=["stars"], condition=Q(stars__isnull=False), name="asset_of_stars"),
            # All that a list must know of a picture, newest first.
            models.Index(
                fields=["state", "-made_at", "-id", "scene", "review", "strength"],
                condition=Q(deleted_at=None),
                name="asset_listed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["scene", "index"], name="asset_index_once"),
            models.CheckConstraint(
                condition=~Q(state=AssetState.READY) | ~Q(image_sha256=""),
                name="asset_ready_has_image",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | ~Q(review=AssetReview.APPROVED),
                name="asset_approved_not_deleted",
            ),
        ]

    def __str__(self):
        """Its title with its number, by which it is told from others of the same title everywhere,
        and which refusals use too."""
        return f"{self.title} #{self.pk}"

    @property
    def title(self):
        """What it is called, without its number: its own title, else its scene's."""
        return self.own_title or f"{self.scene}{self._shape}"

    @property
    def _shape(self):
        """The channel in whose shape a picture was painted anew: else it is called as that one."""
        is_anew = self.shape_of_id is not None and self.scene.channel_id is not None
        return f" · {self.scene.channel}" if is_anew else ""

    def get_absolute_url(self):
        return reverse("gallery:asset-detail", args=[self.pk])

    @property
    def is_active(self):
        return self.state in (AssetState.WAITING, *IN_HAND)

    @property
    def may_be_built_on(self):
        """Whether another picture may start from this one, or enlarge it."""
        return self.deleted_at is None and self.barred is None

    @property
    def shown_review(self):
        """Its review as it counts now, as the badge tag wants it."""
        return HELD_NOW if self._is_approved_and_held else self.review

    @property
    def _is_approved_and_held(self):
        return self.is_held and self.review == AssetReview.APPROVED

    @property
    def review_words(self):
        """Its review as people read it: what is not yet decided of may be shared all the same, and
        what was approved may be held."""
        if self._is_approved_and_held:
            return _("approved, held now")
        if self.review == AssetReview.PRIVATE and self.scene.is_shared:
            return _("shared with colleagues")
        return self.get_review_display()

    @property
    def barred(self):
        """The AssetReview for which it leaves in no form, whatever the policy; None for none.

        A decline stands, though the picture is asked for anew, until an admin approves it.
        """
        if self.review == AssetReview.ASKED and self.declined_why:
            return AssetReview.DECLINED
        return AssetReview(self.review) if self.review in NEVER_LEAVES else None

    @property
    def doubt_words(self):
        """Sentences that say what a machine found odd in it."""
        return [Doubt(code).label for code in self.doubts]

    @property
    def takes_remarks(self):
        """Whether reviewers may pin remarks to it, and take theirs off."""
        return self.review == AssetReview.ASKED

    @property
    def steps_expected(self):
        """How many steps it takes: as counted, else as the scene asks."""
        is_larger = self.scene.mode == SceneMode.LARGER
        return self.steps_total or (1 if is_larger else self.scene.steps)

    def acting_packs(self):
        """[(StyleVersion, strength)] it is painted with; a sweep's strength is the first pack's."""
        packs = [(pack.version, pack.strength) for pack in self.scene.packs.all()]
        if packs and self.strength is not None:
            packs[0] = (packs[0][0], self.strength)
        return packs

    # Making
    def start(self, worker):
        self.claim(AssetState.LOADING, worker)

    def begin_rendering(self):
        self._move(AssetState.RENDERING, sources=(AssetState.LOADING,), progress_at=timezone.now())

    def finish(self, *, image_sha256, thumb_sha256, seconds, lineage, look="", doubts=()):
        self._release(
            AssetState.READY,
            sources=IN_HAND,
            image_sha256=image_sha256,
            thumb_sha256=thumb_sha256,
            seconds=seconds,
            lineage=lineage,
            look=look,
            doubts=list(doubts),
            preview=b"",
        )

    def fail(self, code, **facts):
        self._release(
            AssetState.FAILED,
            sources=(AssetState.WAITING, *IN_HAND),
            why=code,
            problem=code,
            problem_facts=facts,
            preview=b"",
        )

    def cancel(self, by):
        self._release(
            AssetState.CANCELLED, sources=(AssetState.WAITING, *IN_HAND), by=by, preview=b""
        )

    def requeue(self, why="", by=None):
        """Its worker or job is gone, or a person tries a failed one again."""
        self._queue_again(
            AssetState.WAITING,
            sources=(AssetState.WAITING, *IN_HAND, AssetState.FAILED),
            by=by,
            why=why,
            steps_done=0,
            preview=b"",
        )

    # Review
    def ask_review(self, by, why=""):
        """why: what is different now, of one that was declined."""
        if self.scene.is_trial:
            raise WrongState(self, AssetReview.ASKED)
        if self.review == AssetReview.DECLINED and not why:
            raise ValueError("Asking again needs words.")
        self._review(AssetReview.ASKED, by, sources=ASKS_FROM, why=why, asked_at=timezone.now())

    @property
    def author_ids(self):
        """Keys of the people whose picture this is; an enlarged one stays its first maker's too."""
        first = self.scene.init_image_asset if self.scene.mode == SceneMode.LARGER else None
        return {self.scene.owner_id} | (first.author_ids if first else set())

    @property
    def waits_since(self):
        """When it was sent for review; pictures of before this was noted count from the click."""
        return self.asked_at or self.made_at

    @property
    def fingerprint(self):
        """Differs once the picture was declined and sent for review anew."""
        return self.waits_since.isoformat()

    def approve(self, by, *, facts=None, why=""):
        """facts: kept with the decision. why: in spite of what was decided of the same picture."""
        if by.pk in self.author_ids:
            raise OwnWork(self, AssetReview.APPROVED)
        self._review(
            AssetReview.APPROVED,
            by,
            sources=(AssetReview.ASKED,),
            why=why,
            facts=facts,
            declined_why="",
        )

    def decline(self, by, reason):
        if not reason:
            raise ValueError("Declining needs a reason.")
        asked = (AssetReview.ASKED,)
        self._review(AssetReview.DECLINED, by, sources=asked, why=reason, declined_why=reason)

    def withdraw(self, by, reason):
        self._review(AssetReview.WITHDRAWN, by, sources=(AssetReview.APPROVED,), why=reason)

    def take_back(self, by):
        """Ask for review no longer: private again, or declined where a decline stands."""
        former = AssetReview.DECLINED if self.declined_why else AssetReview.PRIVATE
        update_as_last_seen(
            self,
            {"review": AssetReview.ASKED, "asked_at": self.asked_at},
            {"review": former, "review_reason": self.declined_why},
            target=TAKEN_BACK,
        )
        AuditEntry.objects.record(self, AssetReview.ASKED, TAKEN_BACK, by=by)

    # The bin
    def discard(self, by):
        """Into the bin. Raises WrongState when it is there already, or approved meanwhile."""
        if self.review == AssetReview.APPROVED:
            raise WrongState(self, "binned")
        expected = {"deleted_at": None, "review": self.review}
        self._bin(expected, timezone.now(), ("kept", "binned"), by)

    def _review(self, target, by, *, sources, why="", **changes):
        move(
            self,
            target,
            sources=sources,
            field="review",
            by=by,
            why=why,
            # Declined and sent anew, it is not what was decided on any more.
            guard={"state": AssetState.READY, "deleted_at": None, "asked_at": self.asked_at},
            review_reason=why,
            **changes,
        )
