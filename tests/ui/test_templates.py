"""What every template keeps to: no inline script or style, icons that exist, one main heading."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template.loader import get_template

STATIC = Path(settings.ROOT) / "static"
INLINE = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|hx-on", re.I)
EVAL = re.compile(r"hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[|javascript:")
ICON = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']""")


def test_templates_hold_no_inline_script_or_style(templates):
    found = {name: INLINE.findall(text) for name, text in templates.items()}

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_templates_need_no_eval(templates):
    assert [name for name, text in templates.items() if EVAL.search(text)] == []


def test_no_field_cuts_what_is_pasted_into_it(templates):
    """A browser cuts at `maxlength` and says nothing; the server refuses, and all stays typed."""
    assert [name for name, text in templates.items() if "maxlength" in text.lower()] == []


def test_label_of_a_bare_tick_holds_no_words(templates):
    """`.tick` centres its one box; a box with words beside it is a `.choice`."""
    with_words = {
        name: found
        for name, text in templates.items()
        if (found := re.findall(r'<label class="tick">(?!\s*<input[^<]*>\s*</label>)', text))
    }

    assert with_words == {}


def test_icons_in_use_are_in_the_sprite(templates):
    sprite = ElementTree.parse(STATIC / "icons.svg").getroot()
    drawn = {symbol.get("id") for symbol in sprite}
    used = {name for text in templates.values() for name in ICON.findall(text)}

    assert used - drawn == set()


def test_nothing_is_told_by_hovering_alone(templates):
    """Touch and keys never see a title: it repeats what an icon is called, or isn't there."""
    told = {
        name: hits
        for name, text in templates.items()
        if (hits := [title for title, spoken in titles_of(text) if title != spoken])
    }

    assert told == {}


def titles_of(text):
    """[(title, aria-label)] of the elements of a template that have a title."""
    tags = []

    def masked(match):
        tags.append(match[0])
        return f"@{tags.index(match[0])}@"

    elements = re.findall(r"<[a-z][^<>]*>", re.sub(r"{%.*?%}|{{.*?}}", masked, text, flags=re.S))
    found = []
    for element in elements:
        attributes = dict(re.findall(r'\s(title|aria-label)="([^"]*)"', element))
        if "title" in attributes:
            found.append((attributes["title"], attributes.get("aria-label")))
    return found


def test_titles_of_a_template_are_read_beside_their_labels():
    text = """{% include "a.html" with title="x" %}<a {% if a > b %}class="c"{% endif %}
        aria-label="{% translate "Go" %}" title="{% translate "Go" %}">x</a><b title="{{ y }}">z</b>
    """

    assert titles_of(text) == [("@3@", "@3@"), ("@5@", None)]


def test_scripts_import_files_that_exist():
    modules = list((STATIC / "js").glob("*.js"))
    wanted = {
        name
        for module in modules
        for name in re.findall(r'(?:from|import) "\./([\w-]+\.js)"', module.read_text())
    }

    assert wanted <= {module.name for module in modules}


def test_htmx_events_are_named_in_one_module_only():
    naming = [path.name for path in (STATIC / "js").glob("*.js") if "htmx:" in path.read_text()]

    assert naming == ["htmx-events.js"]


def test_no_line_of_a_template_is_longer_than_140_characters(templates):
    long = {name: max(map(len, text.split("\n"))) for name, text in templates.items()}

    assert {name: length for name, length in long.items() if length > 140} == {}


def test_no_line_of_the_stylesheet_is_longer_than_120_characters():
    long = {p.name: max(map(len, p.read_text().split("\n"))) for p in STATIC.rglob("css/**/*.css")}

    assert {name: length for name, length in long.items() if length > 120} == {}


@pytest.mark.parametrize("task", ["--check", "--lint"])
def test_templates_are_as_djlint_writes_and_wants_them(task):
    command = [sys.executable, "-m", "djlint", task, "--quiet", "templates"]

    answer = subprocess.run(command, cwd=settings.ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout


def test_every_form_that_posts_is_drawn_by_one_template(templates):
    posting = re.compile(r"method=[\"']?post|{% csrf_token|csrfmiddlewaretoken", re.I)
    guard = re.compile(r'type="hidden"\s+name="(?:next|seen|kept)"')

    assert [name for name, text in templates.items() if posting.search(text)] == ["_post_form.html"]
    assert [name for name, text in templates.items() if guard.search(text)] == []


def test_every_template_can_be_read(templates):
    read = {name: get_template(name).template.name for name in templates}

    assert read == {name: name for name in templates}
