"""How Django draws our forms: templates/forms, with the words, hints and errors of every field."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` in the look of the site."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"

    def render(self, template_name, context, request=None):
        """As Django's, but for `maxlength`: a browser cuts what is pasted there and says nothing,
        where the form tells how much too long it is."""
        attrs = context.get("widget", {}).get("attrs", {})
        if "maxlength" in attrs:
            attrs["data-longest"] = attrs.pop("maxlength")
        return super().render(template_name, context, request)
