"""A search of which not all would be read is refused by its length, in the page of its list."""

import pytest
from django.urls import reverse

from brandstudio.core.models import GlossaryTerm

ARTICLE = "岭南" * 225


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["asset-list", "pack-list", "glossary"])
def test_search_that_is_too_long_is_refused_by_its_length_and_stays_typed(
    client, brand_admin, make_version, make_ready, in_english, name
):
    version = make_version()
    [asset] = make_ready()
    GlossaryTerm.objects.create(term="早茶", phrase="morning tea")
    client.force_login(brand_admin)

    page = client.get(reverse(f"gallery:{name}"), {"q": ARTICLE}).text
    short = client.get(reverse(f"gallery:{name}"), {"q": "岭南"}).text
    whole = client.get(reverse(f"gallery:{name}")).text

    assert "has 450 characters; at most 100 fit here. Shorten it." in page
    assert f'value="{ARTICLE}"' in page
    assert "characters; at most" not in short
    listed = {"asset-list": str(asset), "pack-list": str(version.pack), "glossary": "morning tea"}
    assert listed[name] in whole
    assert listed[name] not in page.replace(ARTICLE, "")
    assert "Nothing was searched" in page
    assert "Choose all" not in page


@pytest.mark.django_db
def test_what_a_refused_search_would_list_is_chosen_by_no_act(
    client, brand_admin, make_ready, in_english
):
    [asset] = make_ready()
    client.force_login(brand_admin)

    for query in (f"q={ARTICLE}", "strength_to=much"):
        data = {"all": "1", "query": query, "act": "like"}
        client.post(reverse("gallery:assets-together"), data)

    assert not asset.favourites.exists()
