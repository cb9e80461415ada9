"""How Django draws our forms: templates/forms, with the words, hints and errors of every field."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` in the look of the site."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
