"""A search of which not all would be read is refused by its length, in the page of its list."""

import pytest
from django.urls import reverse

ARTICLE = "岭南" * 225


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["asset-list", "pack-list", "glossary"])
def test_search_that_is_too_long_is_refused_by_its_length_and_stays_typed(
    client, brand_admin, make_version, in_english, name
):
    make_version()
    client.force_login(brand_admin)

    page = client.get(reverse(f"gallery:{name}"), {"q": ARTICLE}).text
    short = client.get(reverse(f"gallery:{name}"), {"q": "岭南"}).text

    assert "has 450 characters; at most 100 fit here. Shorten it." in page
    assert f'value="{ARTICLE}"' in page
    assert "characters; at most" not in short
