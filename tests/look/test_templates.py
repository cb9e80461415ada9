"""What every template keeps to: no inline script or style, icons that exist, one main heading."""

import re
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings

STATIC = Path(settings.ROOT) / "static"
INLINE = re.compile(r"<style|\sstyle\s*=|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|hx-on", re.I)
EVAL = re.compile(r"hx-vals=[\"']js:|hx-trigger=[\"'][^\"']*\[|javascript:")
ICON = re.compile(r"""{%\s*icon\s+["']([\w-]+)["']""")


def test_templates_hold_no_inline_script_or_style(templates):
    found = {name: INLINE.findall(text) for name, text in templates.items()}

    assert {name: hits for name, hits in found.items() if hits} == {}


def test_templates_need_no_eval(templates):
    assert [name for name, text in templates.items() if EVAL.search(text)] == []


def test_icons_in_use_are_in_the_sprite(templates):
    sprite = ElementTree.parse(STATIC / "icons.svg").getroot()
    drawn = {symbol.get("id") for symbol in sprite}
    used = {name for text in templates.values() for name in ICON.findall(text)}

    assert used - drawn == set()


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
