"""What may stand in the name of a thing."""

import pytest
from django.core.exceptions import ValidationError

from brandstudio.core.input.names import odd_sign, refuse_odd_sign


@pytest.mark.parametrize("name", ["Little Red Book", "小红书（封面）", "M8 & GS8: 3/4", "Café"])
def test_ordinary_names_are_taken(name):
    refuse_odd_sign(name)

    assert odd_sign(name) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("<b>x", "<"),
        ("x>", ">"),
        ("a\x07b", "U+0007"),
        ("a\u202eb", "U+202E"),
        ("a\u2028b", "U+2028"),
    ],
)
def test_markup_and_unseen_signs_are_refused_by_name(name, told):
    with pytest.raises(ValidationError, match=told.replace("+", r"\+")):
        refuse_odd_sign(name)
