"""Whoever may GET an address may ask for its headers alone."""

import re

import pytest
from django.urls import get_resolver

from brandstudio.core.input.addresses import _routes

_PART = re.compile(r"<(?:(?P<kind>\w+):)?\w+>")
_EXAMPLES = {"int": "1", "slug": "x", "str": "x", "path": "x", "pk": "1"}


def addresses():
    """An example of every address of the studio; /admin/ is Django's own."""
    for route in _routes(get_resolver()):
        if not route.startswith(("admin/", "i18n/")):
            yield "/" + _PART.sub(lambda part: _EXAMPLES.get(part["kind"], "1"), route)


@pytest.mark.django_db
def test_addresses_that_can_be_read_answer_head_as_well(client, brand_admin):
    client.force_login(brand_admin)
    client.raise_request_exception = False

    read = [url for url in addresses() if client.get(url).status_code != 405]

    assert "/create/" in read
    assert [url for url in read if client.head(url).status_code == 405] == []


@pytest.mark.django_db
def test_head_on_the_create_page_answers_like_get(client, marketer):
    client.force_login(marketer)

    assert client.head("/create/").status_code == client.get("/create/").status_code == 200


@pytest.mark.django_db
def test_address_that_is_no_page_says_so_on_the_houses_page(client, marketer, in_english):
    client.force_login(marketer)

    page = client.get("/assets/1/share/")
    fragment = client.get("/assets/1/share/", headers={"HX-Request": "true"})

    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert "<h1>This address is no page</h1>" in page.text
    assert "Brand Studio" in page.text
    assert (fragment.status_code, fragment["HX-Reswap"]) == (405, "beforebegin")
    assert "<h1>" not in fragment.text
