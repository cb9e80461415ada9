"""The Chinese catalogue: complete, fresh, and with every placeholder of its source."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from brandstudio.core.ui import catalogue

PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)\w|%[sd]")


def chinese():
    """[(English text, its plural, Chinese)] of the catalogue."""
    return [
        (entry.msgid, entry.msgid_plural, entry.msgstr or entry.msgstr_plural.get(0, ""))
        for entry in catalogue.read_catalogue()
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
    for folder in (*catalogue.FOLDERS, Path(catalogue.SETTINGS_FILE).parent):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / catalogue.SETTINGS_FILE).write_text('_key(help="A setting.")')
    (tmp_path / "templates/page.html").write_text(f"  <p>it's {source}\n</p>")

    found = {message.text for message in catalogue.collect().values()}

    assert found == {text or "Words", "A setting."}


@pytest.mark.parametrize(
    ("other", "word"),
    [
        ("您", "你"),
        ("描述", "说明词"),
        ("标注", "说明词"),
        ("基础模型", "底模"),
        ("证据", "依据"),
        ("场景", "画面"),
        ("资产", "素材"),
    ],
)
def test_one_thing_has_one_chinese_word(other, word):
    assert [text for _english, _plural, text in chinese() if other in text] == []
    assert other not in (settings.ROOT / "README.zh.md").read_text(encoding="utf-8")


def test_figure_that_a_sentence_takes_in_stands_between_blanks():
    """“还要等3 秒” would come of a duration set right behind a sign."""
    tight = re.compile(r"[\u4e00-\u9fff]%\((seconds|minutes|n|counter|count)\)[sd]")

    assert [text for _english, _plural, text in chinese() if tight.search(text)] == []


def test_no_text_names_a_number_of_days():
    """How many days something is kept is a setting: its number is filled in."""
    days = re.compile(r"\d+ (days?\b|天)")

    assert [pair for *pair, text in chinese() if days.search(" ".join([*pair, text]))] == []
