"""What nothing uses goes: icons, classes, scripts, fragments, tags, colours and sentences."""

import ast
import re

import pytest
from django.conf import settings

ROOMS = ("brandstudio", "training", "gallery")
STATIC = settings.ROOT / "static"
CLASS_ATTRIBUTE = re.compile(r'class="((?:{%.*?%}|{{.*?}}|[^"])*)"', re.DOTALL)
NAME = re.compile(r"[\w-]+")
# htmx puts it on what waits for an answer.
OF_OTHERS = {"htmx-request"}
# Django finds them by these names.
OF_DJANGO = {"403.html", "403_csrf.html", "404.html", "500.html"}
# Rooms of sentences, a file a subject, and the tables of codes that stand in them.
SENTENCE_ROOMS = ("training/engine/errors", "training/problems", "gallery/problems")
TABLES = [
    *(
        (path.relative_to(settings.ROOT).as_posix(), "SENTENCES")
        for room in SENTENCE_ROOMS
        for path in sorted((settings.ROOT / room).glob("*.py"))
        if path.name not in ("__init__.py", "log.py", "causes.py")
    ),
    ("training/problems/log.py", "LINES"),
    ("brandstudio/core/notices.py", "SENTENCES"),
]


def texts(folder, pattern):
    """{path within the folder: text}"""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob(pattern))
        if "migrations" not in path.parts
    }


@pytest.fixture(scope="module")
def python():
    return "\n".join(
        text for room in ROOMS for text in texts(settings.ROOT / room, "*.py").values()
    )


@pytest.fixture(scope="module")
def scripts():
    return texts(STATIC / "js", "*.js")


@pytest.fixture(scope="module")
def css():
    sheets = "\n".join(texts(STATIC / "css", "*.css").values())
    return re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)


def words_of_strings(text):
    """The words of the short strings of a Python or script text."""
    strings = re.findall(r"""["'`]([\w ${}.:#>-]{1,60})["'`]""", text)
    return {word for string in strings for word in NAME.findall(string)}


def test_every_icon_is_drawn_somewhere(templates, python, scripts):
    icons = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text())
    everything = "\n".join([*templates.values(), python, *scripts.values()])

    assert [name for name in icons if not re.search(rf"""["']{name}["']""", everything)] == []


def test_every_class_of_the_stylesheet_is_on_some_page(templates, python, scripts, css):
    selectors = "".join(re.findall(r"([^{};]+)\{", re.sub(r'url\([^)]*\)|"[^"]*"', "", css)))
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors)) - OF_OTHERS
    attributes = [value for text in templates.values() for value in CLASS_ATTRIBUTE.findall(text)]
    used = set(NAME.findall(" ".join(attributes)))
    # badge--{{ kind }}: the rest of the class is a word of the code
    stems = {stem for value in attributes for stem in re.findall(r"([\w-]+)(?={{)", value)}
    tags = " ".join(templates.values())
    looks = set(re.findall(r"[\w-]+", " ".join(re.findall(r'(?:look|form_class)="(.*?)"', tags))))
    strings = words_of_strings("\n".join([python, *scripts.values()]))

    def is_used(name):
        last = name.rpartition("--")[2]
        composed = any(name.startswith(stem) and name[len(stem) :] in strings for stem in stems)
        return name in used | strings | looks or composed or (last != name and last in looks)

    assert [name for name in sorted(classes) if not is_used(name)] == []


def test_every_custom_property_is_read(css, templates, scripts):
    elsewhere = "\n".join([*templates.values(), *scripts.values()])
    given = set(re.findall(r"(?<![\w-])(--[\w-]+)\s*:(?!:)", css))
    read = set(re.findall(r"var\(\s*(--[\w-]+)", css))

    assert [name for name in sorted(given - read) if name not in elsewhere] == []


def test_every_script_and_each_of_its_functions_is_called(scripts):
    others = {name: "".join(t for n, t in scripts.items() if n != name) for name in scripts}
    idle = [name for name in scripts if name != "main.js" and f'"./{name}"' not in others[name]]
    for name, text in scripts.items():
        for function in re.findall(r"function (\w+)", text):
            is_exported = f"export function {function}" in text
            callers = others[name] if is_exported else text.replace(f"function {function}", "")
            if not re.search(rf"\b{function}\b", callers):
                idle.append(f"{name}: {function}")

    assert idle == []


def test_every_template_is_shown(templates, python):
    everything = "\n".join([*templates.values(), python])

    assert {name for name in templates if f'"{name}"' not in everything} == OF_DJANGO


def test_every_tag_and_filter_is_used(templates):
    tags = re.findall(
        r"@register\.\w+(?:\(.*\))?\ndef (\w+)",
        (settings.ROOT / "brandstudio/core/templatetags/look.py").read_text(),
    )
    everything = "\n".join(templates.values())

    assert [tag for tag in tags if not re.search(rf"({{%\s*|\|){tag}\b", everything)] == []


@pytest.mark.parametrize("room", SENTENCE_ROOMS)
def test_no_code_stands_in_two_subjects(room):
    codes = [
        code
        for path, table in TABLES
        if path.startswith(f"{room}/")
        for code in codes_of((settings.ROOT / path).read_text(), table)
    ]

    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize(("path", "table"), TABLES)
def test_every_sentence_has_something_that_says_it(path, table, python):
    source = (settings.ROOT / path).read_text()
    elsewhere = python.replace(source, "")

    def is_said(code):
        stem, _dash, rest = code.partition("-")
        # f"run-{run.state}" and f"{row._meta.model_name}-{what}" are put together
        composed = f'f"{stem}-{{' in elsewhere or f'}}-{rest}"' in elsewhere
        composed = composed or ("model_name}-{" in elsewhere and f'"{rest}"' in elsewhere)
        return f'"{code}"' in elsewhere or composed

    assert [code for code in codes_of(source, table) if not is_said(code)] == []


def codes_of(source, table):
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == table:
            return [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
    raise LookupError(table)
