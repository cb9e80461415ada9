"""Whose a picture is, what it may be used for, and until when."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input import reasons, territories
from brandstudio.core.input.numbers import parse_id

from .audit import AuditEntry
from .fields import LineField
from .limits import Use, former_limits, in_words, stays_narrow
from .states import WrongState, update_as_last_seen

# What a person notes of a picture's rights, and what is then to be decided anew.
RIGHTS = (
    "rights_holder",
    "creator",
    "copyright_notice",
    "licence",
    "uses",
    "allowed_uses",
    "territory",
    "rights_expire_at",
)
_UNDECIDED = {"kept_at": None, "kept_why": ""}
RIGHTS_SET = "rights set"  # the audit entry of it
# The audit entries of what somebody decided of a picture's rights.
RIGHTS_DECIDED = (
    "withdrawn",
    "held",
    "rights extended",
    "kept in use",
    "rights carried over",
    "another picture",
)
# What a copy takes over of the photograph that it looks like.
CARRIED = (*RIGHTS, "withdrawn_at", "withdrawn_why")
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def noted_anew():
    """The columns written with whatever a person notes."""
    fresh = {"rights_from_file": False, "expiry_told": None, "rights_noted_at": timezone.now()}
    return fresh | _UNDECIDED


def expired():
    """The condition of a row whose rights have run out by now."""
    return Q(rights_expire_at__lte=timezone.now())


def unknown():
    """The condition of a row of which nobody knows whose it is, or only its file says so."""
    return Q(rights_holder="") | Q(rights_from_file=True)


def not_for_training():
    """The condition of a row whose uses are noted, training not among them."""
    return ~Q(uses="") & ~Q(uses__contains=Use.TRAINING)


def ended():
    """The condition of a row whose own rights have ended."""
    # A range is found by an index, of a hundred thousand rows in no time; IS NOT NULL isn't.
    return expired() | Q(withdrawn_at__gte=_EVER)


def barred():
    """The condition of a row that nothing may learn from, by what was decided of itself."""
    return ended() | not_for_training()


def undecided_bar():
    """The condition of a row that is `barred`, save one that an admin keeps in use."""
    return (ended() & Q(kept_at=None)) | not_for_training()


def copies(model, condition):
    """The keys of a table's rows that are not of this condition, but have the pixels of a row, of
    whatever table, that is: what is decided of a photograph holds for it under every name.

    A list: nested in all that asks for it, a query would be too deep for SQLite's parser.
    """
    same = Q()
    for table in tables_with_rights():
        rows = table._base_manager.filter(condition).exclude(pixels_sha256="")
        same |= Q(pixels_sha256__in=rows.values("pixels_sha256"))
    rows = model._base_manager.filter(same).exclude(condition).order_by()
    return list(rows.values_list("pk", flat=True))


_asked: ContextVar[dict | None] = ContextVar("asked", default=None)


@contextmanager
def asked_once():
    """Around what only reads: which rows are held as copies of another is asked once a table, not
    for each thing that a page shows. As a decorator, too."""
    if _asked.get() is not None:
        yield
        return
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def _held_copies(model, condition):
    """As `copies`; within `asked_once` as they were when first asked for."""
    asked = _asked.get()
    if asked is None:
        return copies(model, condition)
    if model not in asked:
        asked[model] = copies(model, condition)
    return asked[model]


def anything_holds():
    """Whether the rights of anything at all have ended without a decision: asked before it is asked
    of many what holds each, which costs more."""
    undecided = ended() & Q(kept_at=None)
    return any(table._base_manager.filter(undecided).exists() for table in tables_with_rights())


def carry_on(rows):
    """What took over the rights of these rows has them as they are now, whatever act changed them.

    rows: WithRights, each as it is stored.
    """
    known = {row.pixels_sha256: row for row in rows if row.pixels_sha256}
    for model in tables_with_rights():
        carrying = model._base_manager.exclude(carried_from="").order_by()
        for pixels in known.keys() & set(carrying.values_list("carried_from", flat=True)):
            carrying.filter(carried_from=pixels).update(**known[pixels].carried_rights())


def tables_with_rights():
    """The models whose rows have rights."""
    return WithRights.__subclasses__()


def find_with_rights(handle):
    """The row that a form names by its `handle`, or None."""
    name, _, number = str(handle).partition("-")
    model = next((table for table in tables_with_rights() if table._meta.model_name == name), None)
    pk = parse_id(number)
    return model._base_manager.filter(pk=pk).first() if model and pk else None


# Days that every time zone's clock can tell; files say 9999-12-31 for rights without an end.
EARLIEST, LATEST = date(1900, 1, 1), date(9999, 12, 29)


def tellable(day):
    """The day, or the nearest one from EARLIEST to LATEST."""
    return min(max(day, EARLIEST), LATEST)


def end_of_day(day):
    """The moment at which this day ends, in the studio's time zone; the day is made `tellable`."""
    return timezone.make_aware(datetime.combine(tellable(day) + timedelta(days=1), time.min))


class OnlyAdminsClear(WrongState):
    """The rights ended and something was made of the picture: only an admin may clear them again,
    with a reason."""


class OnlyAdminsWiden(WrongState):
    """Something approved, or that left, was made of the picture within the limits of its rights:
    only an admin may widen these `columns`, with a reason."""

    def __init__(self, row, columns):
        self.columns = columns
        super().__init__(row, RIGHTS_SET)


class StillAlike(WrongState):
    """The picture looks like one that may not be used: first an admin says whether it is."""


class RightsQuerySet(models.QuerySet):
    """For a WithRights."""

    def withdrawn(self):
        return self.exclude(withdrawn_at=None)

    def ended(self):
        """Expired by now, or withdrawn, under whatever name: nothing new may be made of them."""
        return self._under_every_name(ended())

    def withdrawn_somewhere(self):
        """Withdrawn, under whatever name."""
        return self._under_every_name(Q(withdrawn_at__gte=_EVER))

    def holding(self):
        """Ended, and no admin has decided that what they reached stays in use."""
        undecided = ended() & Q(kept_at=None)
        return self.filter(undecided | Q(pk__in=_held_copies(self.model, undecided)))

    def _under_every_name(self, condition):
        return self.filter(condition | Q(pk__in=copies(self.model, condition)))

    def to_decide(self):
        """Those whose own rights have ended, of which an admin must decide: something was made of
        them, or of the same photograph under another name."""
        return self.filter(ended(), kept_at=None).reached()

    def reached(self):
        """Of which something was made already, under whatever name."""
        reached = self.model.used_condition()
        for model in tables_with_rights():
            rows = model._base_manager.exclude(pixels_sha256="").filter(
                model.used_condition(), pixels_sha256=OuterRef("pixels_sha256")
            )
            reached |= Exists(rows)
        return self.filter(reached)

    def bound(self):
        """Ended, and something was made of them: only an admin may clear their rights again."""
        return self.ended().reached()

    def ended_otherwise(self, until):
        """Expired, something was made of them, and their end is another than this moment (or
        None): it stays until an admin extends it."""
        return self.filter(expired()).reached().exclude(rights_expire_at=until)

    def without_rights(self):
        return self.filter(unknown())


class WithRights(models.Model):
    """A picture's rights. From `rights_expire_at` on nothing new is made of it, and what it reached
    is held until an admin extends the rights, keeps it in use (`kept_at`) or recalls it.

    uses: values of Use with blanks between. rights_from_file: the file says so, no person has
    confirmed it. rights_noted_at: when a person did last. file_rights: what the file said, and what
    of it could not be used. expiry_told: the last of the days before the end that was told.
    pixels_sha256: of the upright sRGB pixels, "" until they were read; rows of the same are one
    photograph. carried_from: the pixels of the photograph it looks like and whose rights it took
    over, until an admin has said that it is another; of a copy of a copy, of the original.
    """

    rights_holder = LineField(_("rights holder"), max_length=160, blank=True)
    creator = LineField(_("creator"), max_length=160, blank=True)
    copyright_notice = LineField(_("copyright notice"), max_length=300, blank=True)
    licence = LineField(_("licence or contract"), max_length=160, blank=True)
    uses = models.CharField(_("allowed uses"), max_length=80, blank=True)
    allowed_uses = LineField(_("terms in words"), max_length=300, blank=True)
    territory = LineField(_("territory"), max_length=80, blank=True)
    rights_expire_at = models.DateTimeField(
        _("rights expire"), null=True, blank=True, db_index=True
    )
    rights_noted_at = models.DateTimeField(null=True, blank=True, editable=False)
    rights_from_file = models.BooleanField(default=False, editable=False)
    file_rights = models.JSONField(default=dict, blank=True, editable=False)
    expiry_told = models.SmallIntegerField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, db_index=True)
    withdrawn_why = models.CharField(_("why it was withdrawn"), max_length=300, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True, editable=False)
    kept_why = models.CharField(max_length=300, blank=True, editable=False)
    pixels_sha256 = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    carried_from = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def used_condition(cls):
        """The condition (Q) of a row of which something was made."""
        raise NotImplementedError

    @property
    def is_bound(self):
        """Whether only an admin may clear its rights again."""
        return self._alone().bound().exists()

    def _alone(self):
        return RightsQuerySet(type(self)).filter(pk=self.pk)

    def note_rights(self, by, rights, why=""):
        """A person notes these columns of RIGHTS: what was decided of the former ones, or read from
        the file, counts no longer. why: an admin's reason to widen LIMITS. Raises OnlyAdminsClear
        for another end of ended rights, OnlyAdminsWiden where `stays_narrow` says so, StillAlike
        for those that were taken over from the photograph it looks like."""
        self._check_not_carried(RIGHTS_SET)
        until = rights.get("rights_expire_at")
        if "rights_expire_at" in rights and self._alone().ended_otherwise(until).exists():
            raise OnlyAdminsClear(self, RIGHTS_SET)
        stored = self._alone().get()  # a form has written its values on this row already
        if columns := stays_narrow([stored], rights, by, why).get(self.pk):
            raise OnlyAdminsWiden(self, columns)
        facts = former_limits([stored], rights)
        self._decide({}, {**rights, **noted_anew()}, ("", RIGHTS_SET), by, why, **facts)
        carry_on([self])

    def withdraw(self, by, why):
        """Its rights are gone: nothing new may be made of it."""
        changes = {"withdrawn_at": timezone.now(), "withdrawn_why": why, **_UNDECIDED}
        self._decide({"withdrawn_at": None}, changes, ("held", "withdrawn"), by, why)
        carry_on([self])

    def reinstate(self, by, why=""):
        """Its rights are clear again. Raises OnlyAdminsClear where that needs an admin's reason,
        StillAlike as `note_rights` does."""
        self._check_not_carried("held")
        if self.is_bound and not (by.is_brand_admin and reasons.written(why)):
            raise OnlyAdminsClear(self, "held")
        changes = {"withdrawn_at": None, "withdrawn_why": ""}
        self._decide({"withdrawn_at__isnull": False}, changes, ("withdrawn", "held"), by, why)
        carry_on([self])

    def extend_rights(self, by, until, why):
        """The rights last until this moment (None: without end). Raises WrongState when another
        date was noted meanwhile; StillAlike as `note_rights` does."""
        self._check_not_carried("rights extended")
        expected = {"rights_expire_at": self.rights_expire_at}
        changes = {"rights_expire_at": until, "expiry_told": None, **_UNDECIDED}
        self._decide(expected, changes, ("rights ended", "rights extended"), by, why)
        carry_on([self])

    def keep_in_use(self, by, why):
        """What it reached stays in use although its rights have ended. Raises WrongState when the
        rights changed, or somebody decided, meanwhile."""
        expected = {
            "kept_at": None,
            "rights_expire_at": self.rights_expire_at,
            "withdrawn_at": self.withdrawn_at,
        }
        changes = {"kept_at": timezone.now(), "kept_why": why}
        self._decide(expected, changes, ("rights ended", "kept in use"), by, why)

    def carried_rights(self):
        """{column: value} of what a picture that looks like this one takes over."""
        rights = {name: getattr(self, name) for name in CARRIED}
        return {**rights, "rights_from_file": False, "carried_from": self.original_pixels}

    @property
    def original_pixels(self):
        """The pixels of the photograph that it is, or counts as a copy of."""
        return self.carried_from or self.pixels_sha256

    def carry_rights(self, row, by, why):
        """An admin says that it is the photograph it looks like: its rights are that one's."""
        changes = {**row.carried_rights(), **_UNDECIDED}
        self._decide({}, changes, ("", "rights carried over"), by, why)

    def part_from(self, by, why):
        """It is another picture than the one it took its rights over from: nobody has noted its own
        yet. Raises WrongState when somebody decided meanwhile."""
        changes = {name: self._meta.get_field(name).get_default() for name in CARRIED}
        changes |= {"carried_from": "", **noted_anew()}
        expected = {"carried_from": self.carried_from}
        self._decide(expected, changes, ("rights carried over", "another picture"), by, why)

    def _check_not_carried(self, target):
        if self.carried_from:
            raise StillAlike(self, target)

    def _decide(self, expected, changes, states, by, why="", **facts):
        with transaction.atomic():
            update_as_last_seen(self, expected, changes, target=states[1])
            AuditEntry.objects.record(self, *states, by=by, why=why, **facts)

    @property
    def handle(self):
        """What forms name a row of any table with rights by, such as "trainingimage-12"."""
        return f"{self._meta.model_name}-{self.pk}"

    @property
    def is_expired(self):
        return bool(self.rights_expire_at and self.rights_expire_at <= timezone.now())

    @property
    def is_holding(self):
        """Whether what it reached waits for an admin's decision."""
        return self.kept_at is None and bool(self.withdrawn_at or self.is_expired)

    @property
    def has_known_rights(self):
        """Whether a person has noted whose it is: what its file alone says is not enough."""
        return bool(self.rights_holder) and not self.rights_from_file

    @property
    def has_clear_rights(self):
        """Whether a person has noted whose it is, and the rights last and cover training."""
        ended = self.withdrawn_at or self.is_expired
        return self.has_known_rights and not ended and self.may_train

    @property
    def may_train(self):
        return not self.uses or Use.TRAINING in self.uses.split()

    @property
    def uses_shown(self):
        """The allowed uses in the reader's language, choices first."""
        return " · ".join(filter(None, [in_words(self.uses.split()), self.allowed_uses]))

    @property
    def territory_shown(self):
        """The territory in the reader's language, as far as its places are known."""
        return territories.shown(self.territory)

    @property
    def expires_shown(self):
        """The last day of the rights; with the minute, unless it ends with the day."""
        if self.rights_expire_at is None:
            return ""
        local = timezone.localtime(self.rights_expire_at)
        if (local.hour, local.minute, local.second) == (0, 0, 0):
            return date_format(local - timedelta(days=1), "SHORT_DATE_FORMAT")
        return date_format(local, "SHORT_DATETIME_FORMAT")
