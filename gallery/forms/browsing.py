"""What people add to a pack so that others find it and know what it is worth."""

from django import forms
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from gallery.models import PackTag, StyleRating
from gallery.models.rating import FEWEST, MOST_STARS
from gallery.services import tagging


class _GroupedTags(ModelChoiceIterator):
    def __iter__(self):
        for group, tags in tagging.grouped():
            yield group, [self.choice(tag) for tag in tags]


class TagsField(forms.ModelMultipleChoiceField):
    """Tags of packs, by what they tell; none is fine."""

    iterator = _GroupedTags
    widget = forms.CheckboxSelectMultiple

    def __init__(self):
        super().__init__(
            PackTag.objects.all(),
            label=_("Found under"),
            required=False,
            help_text=_("Place, festival and mood: the filters of the library."),
        )


class TagsForm(forms.Form):
    """The tags of a pack."""

    tags = TagsField()


class RatingForm(forms.Form):
    """One person's stars for a version, with a line of words."""

    stars = StyleRating._meta.get_field("stars").formfield(min_value=FEWEST, max_value=MOST_STARS)
    words = StyleRating._meta.get_field("words").formfield()
