"""What Django's validators say, in the studio's words; importing this puts them there.

Django's own sentences speak of variables and fields, in its Chinese above all. What refuses a value
stays Django's.
"""

from django import forms
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    URLValidator,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

MaxLengthValidator.message = ngettext_lazy(
    "At most %(limit_value)d character fits here; this has %(show_value)d. Shorten it.",
    "At most %(limit_value)d characters fit here; this has %(show_value)d. Shorten it.",
    "limit_value",
)
MinLengthValidator.message = ngettext_lazy(
    "At least %(limit_value)d character is needed here; this has %(show_value)d.",
    "At least %(limit_value)d characters are needed here; this has %(show_value)d.",
    "limit_value",
)
MinValueValidator.message = _("At least %(limit_value)s is needed here. Write a larger number.")
MaxValueValidator.message = _("At most %(limit_value)s is allowed here. Write a smaller number.")
URLValidator.message = _("This is no address of a page. Write it as a browser shows it: https://…")
forms.URLField.default_error_messages["invalid"] = URLValidator.message
