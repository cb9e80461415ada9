"""The Chinese catalogue: complete, fresh, and with every placeholder of its source."""

import re

import pytest

from brandstudio.core import catalogue

PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)\w|%[sd]")


def chinese():
    """[(English text, its plural, Chinese)] of the catalogue."""
    return [
        (entry.msgid, entry.msgid_plural, entry.msgstr or entry.msgstr_plural.get(0, ""))
        for entry in catalogue.written()
    ]


def test_every_text_has_its_chinese_and_the_compiled_catalogue_is_fresh():
    assert catalogue.faults() == []


def test_chinese_keeps_the_placeholders():
    torn = [
        english
        for english, plural, text in chinese()
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(english + plural))
        or (not plural and set(PLACEHOLDER.findall(english)) - set(PLACEHOLDER.findall(text)))
    ]

    assert torn == []


def test_chinese_sentences_use_full_width_marks():
    half = re.compile(r"[\u4e00-\u9fff][,;?!.](\s|$)")

    assert [text for _english, _plural, text in chinese() if half.search(text)] == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{% translate "Draw" %}', "Draw"),
        ("{% blocktranslate with a=b %}Step {{ a }}{% endblocktranslate %}", "Step %(a)s"),
        ('{{ _("Words") }}', None),
    ],
)
def test_texts_of_templates_are_found(tmp_path, settings, source, text):
    settings.ROOT = tmp_path
    for folder in (*catalogue.FOLDERS, "training/engine"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / catalogue.SETTINGS_FILE).write_text('_key(help="A setting.")')
    (tmp_path / "templates/page.html").write_text(f"  <p>it's {source}\n</p>")

    found = {message.text for message in catalogue.collect().values()}

    assert found == {text or "Words", "A setting."}
