"""How Django draws our forms: templates/forms, with the words, hints and errors of every field."""

from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext

_DASHES = BLANK_CHOICE_DASH[0][1]


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` in the look of the site."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name, context, request=None):
        """As Django's, but for two things.

        `maxlength`: a browser cuts what is pasted there and says nothing, where the form tells how
        much too long it is. And a choice of nothing is told in words, not as a row of dashes.
        """
        widget = context.get("widget", {})
        for _group, options, _index in widget.get("optgroups", ()):
            for option in options:
                if option["label"] == _DASHES:
                    option["label"] = _nothing(widget.get("required"))
        attrs = widget.get("attrs", {})
        if "maxlength" in attrs:
            attrs["data-longest"] = attrs.pop("maxlength")
        return super().render(template_name, context, request)


def _nothing(must_choose):
    return gettext("choose one") if must_choose else gettext("not specified")
