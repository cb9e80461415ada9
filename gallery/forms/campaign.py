"""A campaign as its maker writes it, and a publication as a publisher notes it."""

from functools import partial
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.input import territories
from brandstudio.core.models import Campaign, Vehicle
from gallery.models import Channel, Publication
from gallery.services import brand


def _day_field(**options):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, **options)


class CampaignForm(GuardedModelForm):
    """Each channel has a box, `channel`, and a day, `deadline_<its short name>`.

    cleaned_data["deadlines"]: {Channel: day or None} of those that are ticked.
    """

    starts = _day_field(label=_("First day"))
    ends = _day_field(label=_("Last day"))
    vehicles = forms.ModelMultipleChoiceField(
        Vehicle.objects.none(),
        label=_("Vehicles"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one vehicle.")},
    )
    channel = forms.ModelMultipleChoiceField(
        Channel.objects.none(),
        label=_("Channels"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one channel.")},
    )

    class Meta:
        model = Campaign
        fields = ["name_zh", "name_en", "slug", "starts", "ends", "territory", "vehicles"]
        help_texts = {
            "territory": _(
                "Where it is told, as places with commas between them, such as: Chinese mainland, "
                "Hong Kong. The rights of its pictures must reach there. Empty: its channels'."
            )
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        territory = self.fields["territory"]
        territory.help_text = f"{territory.help_text} {territories.known()}"
        campaign = self.instance if self.instance.pk else None
        vehicles = Vehicle.objects.filter(is_current=True)
        channels = Channel.objects.in_use()
        if campaign:
            vehicles |= Vehicle.objects.filter(pk__in=campaign.vehicles.values("pk"))
            channels |= Channel.objects.filter(pk__in=campaign.places.values("channel"))
            self.fields["slug"].disabled = True  # it stands in addresses
            self.initial["vehicles"] = [vehicle.slug for vehicle in campaign.vehicles.all()]
        self.fields["vehicles"].queryset = vehicles
        self.fields["channel"].queryset = channels
        places = {p.channel_id: p for p in campaign.places.all()} if campaign else {}
        self.initial["channel"] = [c.slug for c in channels if c.pk in places]
        for channel in channels:
            name = _deadline_of(channel)
            label = _("Deadline of %(channel)s") % {"channel": channel}
            self.fields[name] = _day_field(label=label, required=False)
            if place := places.get(channel.pk):
                self.initial[name] = place.deadline
        # Once more, with what is known of channels and deadlines now.
        self.fingerprint = self._fingerprint()

    def channel_rows(self):
        """[(Channel, whether it is ticked, its deadline's field)] for the page."""
        ticked = {str(value) for value in self["channel"].value() or ()}
        return [
            (channel, channel.slug in ticked, self[_deadline_of(channel)])
            for channel in self.fields["channel"].queryset
        ]

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", _("The last day is before the first. Choose a later one."))
            ends = None
        cleaned["deadlines"] = {}
        for channel in cleaned.get("channel") or ():
            name = _deadline_of(channel)
            day = cleaned.get(name)
            if day and ends and day > ends:
                self.add_error(
                    name, _("This is after the campaign's last day. Choose an earlier day.")
                )
            cleaned["deadlines"][channel] = day
        if "channel" in cleaned:
            self._refuse_lone_deadlines(cleaned)
        return cleaned

    def _refuse_lone_deadlines(self, cleaned):
        """A day that was typed for a channel without its tick would be lost. One that a channel had
        before goes with its tick."""
        for channel in set(self.fields["channel"].queryset) - set(cleaned["channel"]):
            name = _deadline_of(channel)
            if cleaned.get(name) and name in self.changed_data:
                said = _("Tick %(channel)s too, or clear this day: it has a deadline alone.")
                self.add_error(name, said % {"channel": channel})


def _deadline_of(channel):
    return f"deadline_{channel.slug}"


class PublicationForm(GuardedModelForm):
    """files: the Downloads that may be published. hosts: the studio's own, which are no place."""

    address = forms.URLField(
        label=_("Address of the post"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("As others open it: https://…"),
    )
    day = _day_field(label=_("Published on"))

    class Meta:
        model = Publication
        fields = ["download", "address", "place", "day"]
        labels = {"download": _("Which file"), "place": _("Place, in words")}
        help_texts = {
            "place": _(
                "A hall, a hoarding, a magazine; alone where there is no address, or beside it."
            )
        }
        error_messages = {
            "download": {
                "required": _("Choose the file that was published."),
                "invalid_choice": _("This file has not left the studio. Choose one of the list."),
            }
        }

    def __init__(self, *args, files, hosts=(), **kwargs):
        super().__init__(*args, **kwargs)
        self._hosts = hosts
        self.fields["download"].queryset = files
        self.fields["download"].empty_label = None
        self.fields["download"].label_from_instance = partial(
            in_words, producer=brand.producer(), label=brand.label_words()
        )
        self.initial.setdefault("day", timezone.localdate())

    def clean_address(self):
        address = self.cleaned_data["address"]
        host = (urlsplit(address).hostname or "").casefold()
        if address and urlsplit(address).scheme not in ("http", "https"):
            raise ValidationError(URLValidator.message)
        if address and host in self._hosts:
            raise ValidationError(
                _("This is the studio's own address. Give that of the post, as others open it.")
            )
        if address and "." not in host and ":" not in host:
            raise ValidationError(_("“%(host)s” is no public address.") % {"host": host})
        return address

    def clean(self):
        cleaned = super().clean()
        where = ("address", "place")
        if not any(cleaned.get(name) or name in self.errors for name in where):
            self.add_error("address", _("Say where: an address, or a place in words."))
        day, file = cleaned.get("day"), cleaned.get("download")
        if day and day > timezone.localdate():
            self.add_error("day", _("This day is still to come. Note it once it is published."))
        elif day and file and day < timezone.localdate(file.at):
            first = timezone.localdate(file.at).isoformat()
            message = _("The file left the studio on %(day)s only. Choose that day or a later one.")
            self.add_error("day", message % {"day": first})
        return cleaned


def in_words(download, producer, label):
    """A publication file that left, as a list shows it: when, and what it says that no file made
    today would.

    producer, label: the code and the words of today's files.
    """
    moment = timezone.localtime(download.at).strftime("%Y-%m-%d %H:%M:%S")
    where = download.channel or _("as painted")
    size = f"{download.width} × {download.height}"
    words = [str(where), download.content, f"{size} {download.form.upper()}", moment]
    if download.producer and download.producer != producer:
        said = _("with the former producer code %(code)s")
        words.append(said % {"code": download.producer})
    if download.label and download.label != label:
        words.append(_("with the former label %(words)s") % {"words": download.label})
    return " · ".join(words)
