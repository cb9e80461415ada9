"""A channel as an admin writes it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.input import territories
from gallery import problems
from gallery.engine import file_forms
from gallery.engine.file_forms import FileForm
from gallery.models import Channel
from training.engine.errors import EngineError

_LARGEST_PROFILE = 8 * 2**20  # bytes; printers' profiles have one to three megabytes


class ChannelForm(GuardedModelForm):
    """megabytes: the limit as people write it. profile: an ICC file; drop_profile takes it away."""

    megabytes = forms.FloatField(
        label=_("Largest file, in MB"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("Empty: no limit. JPEG and PDF are made smaller until they keep it."),
    )
    profile = forms.FileField(
        label=_("Colour profile of the printer"),
        required=False,
        help_text=_("An ICC file of four colours (CMYK). Empty: sRGB, as screens show it."),
    )
    drop_profile = forms.BooleanField(label=_("Take the profile away"), required=False)

    ALONG = ("max_bytes", "profile_sha256", "profile_name")

    class Meta:
        model = Channel
        fields = [
            "name_zh",
            "name_en",
            "slug",
            "width",
            "height",
            "form",
            "megabytes",
            "dpi",
            "bleed_mm",
            "profile",
            "drop_profile",
            "label_corner",
            "covered_top",
            "covered_right",
            "covered_bottom",
            "covered_left",
            "use",
            "territory",
            "declaration",
            "source",
            "source_en",
            "position",
            "is_current",
        ]
        help_texts = {
            "width": _("px of what is seen, without bleed"),
            "height": _("px of what is seen, without bleed"),
            "dpi": _("dots per inch, written into the file; matters in print"),
            "bleed_mm": _("mm at each edge that the printer cuts off; 3 is usual"),
            "label_corner": _("“Away from the car” chooses for each picture."),
            "covered_top": _("percent that the platform's own words and buttons hide"),
            "covered_right": _("percent"),
            "covered_bottom": _("percent"),
            "covered_left": _("percent"),
            "use": _(
                "Pictures whose rights allow some uses only go to channels of these uses. Empty: "
                "not noted, and no such picture goes there."
            ),
            "territory": _(
                "Where its files are seen, as places with commas between them, such as: Chinese "
                "mainland, Hong Kong. Empty: the campaign's."
            ),
            "declaration": _("Goes along with every order, as a text to follow when publishing."),
            "source": _("So that the next one who changes them knows where to look."),
            "source_en": _("Empty: readers of English see the same as all."),
        }
        widgets = {"declaration": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        territory = self.fields["territory"]
        territory.help_text = f"{territory.help_text} {territories.known()}"
        if self.instance.max_bytes:
            self.initial.setdefault("megabytes", self.instance.megabytes)
        if not self.instance.profile_sha256:
            del self.fields["drop_profile"]
        if self.instance.pk:
            self.fields["slug"].disabled = True  # it stands in addresses and file names

    def groups(self):
        """[(heading, its fields)] as the page shows them."""
        groups = (
            (_("Name"), ("name_zh", "name_en", "slug", "position")),
            (_("Size"), ("width", "height", "dpi", "bleed_mm")),
            (_("File"), ("form", "megabytes", "profile", "drop_profile")),
            (
                _("Label, and what the platform covers"),
                ("label_corner", "covered_top", "covered_right", "covered_bottom", "covered_left"),
            ),
            (_("For what, and where"), ("use", "territory")),
            (_("For those who publish"), ("declaration", "source", "source_en", "is_current")),
        )
        return [
            (heading, [self[name] for name in names if name in self.fields])
            for heading, names in groups
        ]

    def clean_profile(self):
        upload = self.cleaned_data["profile"]
        if not upload:
            return None
        if upload.size > _LARGEST_PROFILE:
            raise ValidationError(_("This file is too large for a colour profile."))
        content = upload.read()
        try:
            file_forms.in_cmyk(Image.new("RGB", (1, 1)), FileForm("tiff", cmyk=content))
        except EngineError as error:
            raise ValidationError(problems.of(error)) from error
        return content

    def clean(self):
        cleaned = super().clean()
        self.instance.max_bytes = round((cleaned.get("megabytes") or 0) * file_forms.BYTES_PER_MB)
        content = cleaned.get("profile")
        if content:
            self.instance.profile_sha256 = blobs.put_bytes(content)
            self.instance.profile_name = self.files["profile"].name[:120]
        elif cleaned.get("drop_profile"):
            self.instance.profile_sha256 = self.instance.profile_name = ""
        has_profile = bool(self.instance.profile_sha256)
        if has_profile and cleaned.get("form") not in (None, *file_forms.IN_CMYK):
            self.add_error("form", _("PNG has no four colours. Choose TIFF, PDF or JPEG."))
        return cleaned
