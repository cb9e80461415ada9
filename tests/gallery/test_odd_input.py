"""Every address of the site, with odd values in every place: an answer, and never a 500."""

import copy
import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as property_settings
from hypothesis import strategies as st

from brandstudio.core.input.numbers import (
    LARGEST_ID,
    parse_id,
    parse_ids,
    parse_number,
    parse_whole,
)
from brandstudio.core.models import User
from training import services as training_services
from training.models import DatasetTaskKind

ODD = [
    "",
    "0",
    "1",
    "-1",
    "²",
    "१२",
    "1e3",
    "1.5",
    "nan",
    "inf",
    "1e999",
    "abc",
    str(10**20),
    str(LARGEST_ID),
    str(LARGEST_ID + 1),
    "9" * 5000,
    "\x00",
    "a\x00b",
    "\ud800",
    "<lora:ink:1>",
    "%s%d{0}{x}",
    "'\"><script>",
    "车" * 3000,
    "\r\nX: y",
    "[1]",
    '{"a": "\\ud800"}',
    'trigger: "\\ud800"',
    "lora_rank: 99999999999999999999999999",
]
# Words that lead deeper into the views.
KNOWN = [
    *("all", "missing", "chosen", "check", "uncheck", "remove", "apply", "exactly", "cancel"),
    *("pause", "save", "sample", "resume", "first", "earlier", "later", "urgent", "keep", "unkeep"),
    *("drop", "text", "picture", "product", "free", "studio", "kohya", "imagefolder", "png", "jpg"),
    *("approve", "return", "reinstate", "withdraw", "screen", "draft", "compare", "start", "yaml"),
    *("light", "dark", "en", "zh-hans", "asset-1", "own-1", "version-1", "0.5 0.7", "on"),
]
_WAYS_OUT = ("sign-out", "admin/logout")
ALL_RIGHTS = dict.fromkeys(
    ("is_designer", "is_marketer", "is_brand_admin", "is_superuser", "is_staff", "is_active")
    + ("may_write_prompts", "may_leave_band"),
    True,
)
_NAMED = re.compile(r"""\.(?:get|getlist)\(\s*f?["']([\w{}.-]+)["']|\b(\w+) = forms\.\w*Field""")
_ROOMS = ("brandstudio/core", "training", "gallery")


def parameter_names():
    """Every name that views and forms look for in what is sent."""
    names = set()
    for room in _ROOMS:
        for path in Path(settings.ROOT, room).rglob("*.py"):
            if path.parts[-2] in {"views", "forms", "services"} or path.parent.name in _ROOMS:
                names.update(one or two for one, two in _NAMED.findall(path.read_text()))
    return sorted({re.sub(r"\{[^}]*\}", "1", name) for name in names} | {"page", "image", "q"})


def addresses(patterns=None, before=""):
    """[(route with <kind:name> parts)] of the whole site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if "(" not in route and not route.startswith(_WAYS_OUT):
                yield route
        else:
            yield from addresses(pattern.url_patterns, route)


NAMES, ROUTES = parameter_names(), sorted(addresses())


def filled(route, value):
    """The route with this value wherever it has a part to fill."""
    return "/" + re.sub(r"<[^>]+>", lambda _: _quoted(value), route)


def _quoted(value):
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


def encoded(fields):
    """What a browser that sends anything would send."""
    pairs = [
        (name.encode("utf-8", "surrogatepass"), value.encode("utf-8", "surrogatepass"))
        for name, value in fields.items()
    ]
    return urlencode(pairs)


class Browser(Client):
    """Reads every answer to its end, as browsers do: files that are sent are closed by that."""

    def request(self, **request):
        answer = super().request(**request)
        list(answer.streaming_content if answer.streaming else ())
        return answer


@pytest.fixture
def site(make_user, make_version, make_ready, make_template, queue_redis, tmp_path):
    """The browser of one who may do everything, on a site with a row of every kind."""
    client = Browser(raise_request_exception=False)
    person = make_user("all", **ALL_RIGHTS)
    version = make_version(made_by=person)
    make_ready(by=person, packs=((version, 0.7),), template=make_template("arcade"))
    dataset = training_services.make_dataset(person, "Ink", trigger_word="lnink")
    training_services.ask_task(dataset, DatasetTaskKind.SCREEN, person)
    client.force_login(person)
    return client


def let_in(site):
    """Sign the person in who may do everything, whatever became of them."""
    User.objects.filter(username="all").update(**ALL_RIGHTS)
    site.force_login(User.objects.get(username="all"))


@pytest.mark.django_db
def test_walk_stands_inside_at_every_address(site):
    shut = []
    for route in ROUTES:
        let_in(site)
        answer = site.get(filled(route, "1"))
        if answer.get("Location", "").startswith("/sign-in/"):
            shut.append(route)
    assert shut == []


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["", "²", "nan", str(10**20), "a\x00b", "\ud800"], ids=ascii)
def test_no_odd_value_in_every_place_of_every_address_is_a_fault(site, value):
    faults = []
    fields = encoded(dict.fromkeys(NAMES, value))
    for route in ROUTES:
        for filling in {value, "1"} if "<" in route and value else "1":
            let_in(site)  # what came before may have signed them out, or taken their roles
            path = filled(route, filling)
            answers = {
                "GET": site.get(path, QUERY_STRING=fields if len(fields) < 60_000 else "page=²"),
                "POST": site.post(path, fields, content_type="application/x-www-form-urlencoded"),
            }
            faults += [
                (method, path[:80], answer.status_code)
                for method, answer in answers.items()
                if answer.status_code >= 500
            ]
    assert faults == []


@pytest.mark.django_db
@property_settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_mixture_of_odd_and_known_values_is_a_fault(site, data):
    some = st.one_of(st.sampled_from(ODD), st.sampled_from(KNOWN), st.text(max_size=20))
    for _ in range(5):
        route = data.draw(st.sampled_from(ROUTES))
        path = filled(route, data.draw(st.sampled_from(["1", "ink", "arcade", "2"])))
        fields = data.draw(st.dictionaries(st.sampled_from(NAMES), some, max_size=12))
        if data.draw(st.booleans()):
            answer = site.get(path, QUERY_STRING=encoded(fields))
        else:
            answer = site.post(
                path, encoded(fields), content_type="application/x-www-form-urlencoded"
            )
        assert answer.status_code < 500, (path, fields)


@pytest.mark.parametrize("text", ["²", "१", "", None, "-1", "1e3", "1.0", str(2**63), "0x1", "a"])
def test_what_is_no_number_of_a_row_is_none(text):
    assert parse_id(text) is None


@given(number=st.integers(0, LARGEST_ID))
def test_number_of_a_row_is_read_as_written(number):
    assert parse_id(str(number)) == number


@given(text=st.text())
def test_any_text_is_read_as_a_finite_number_or_none(text):
    for number in (parse_id(text), parse_whole(text), parse_number(text)):
        assert number is None or -LARGEST_ID <= number <= LARGEST_ID or isinstance(number, float)
    assert parse_number(text) not in (float("inf"), float("-inf"))


def test_numbers_among_other_texts_keep_their_order():
    assert parse_ids(["3", "²", "1", "", str(10**20)]) == [3, 1]


@pytest.mark.django_db
def test_text_in_another_encoding_is_refused(site):
    answer = site.post("/theme/", "theme=+2AA-", content_type="multipart/form-data; charset=utf-7")

    assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "asked", ["bytes=²-", "bytes=-", "bytes=9-1", "bytes=0-" + "9" * 5000, "²"]
)
def test_odd_range_is_answered(site, asked):
    for path in ("/styles/ink/1/file/", "/static/mark.svg", "/assets/1/picture/"):
        answer = site.get(path, headers={"Range": asked})
        assert answer.status_code < 500


def row_choices():
    """[(form, field)] of every choice of rows, in every form of the site and of its admin."""
    kinds, found = [forms.BaseForm], []
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        fields = getattr(kind, "base_fields", {})
        found += [
            (kind, name)
            for name, field in fields.items()
            if isinstance(field, forms.ModelChoiceField)
        ]
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("number", [str(2**63 - 1), str(2**63), str(10**21), "-" + "9" * 30])
def test_number_too_large_for_any_row_is_refused_by_every_choice_of_rows(number, site):
    choices = row_choices()
    assert {name for _form, name in choices} >= {"pack", "packs", "template", "cutout", "base"}
    for form, name in choices:
        field = copy.deepcopy(form.base_fields[name])
        field.queryset = field.queryset.model.objects.all()  # none() would ask nothing
        several = isinstance(field, forms.ModelMultipleChoiceField)
        with pytest.raises(forms.ValidationError):
            field.clean([number] if several else number)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/create/", "/create/prompt/"])
def test_pack_number_too_large_for_the_database_is_told(site, address):
    answer = site.post(address, {"pack": "999999999999999999999"}, HTTP_ACCEPT_LANGUAGE="en")

    assert answer.status_code == 422
    assert "One of the style packs does not exist any more" in answer.content.decode()
