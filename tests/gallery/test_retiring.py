"""Taking a style version or a template out of use, and back."""

import pytest

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import services

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["version", "template"])
def approved(request, make_version, make_template):
    """(what its address is called, an approved row, the address's arguments)"""
    row = make_version() if request.param == "version" else make_template()
    slug = row.pack.slug if request.param == "version" else row.slug
    return f"{request.param}-retire", row, (slug, row.number)


@pytest.mark.parametrize("sent", [{}, {"reason": " \n"}, {"reason": "."}])
def test_edited_post_without_a_reason_retires_nothing(at, brand_admin, approved, sent):
    address, row, arguments = approved

    at(brand_admin).post(address, *arguments, **sent)

    row.refresh_from_db()
    assert row.state == "approved"
    with pytest.raises(Refused) as caught:
        services.retire(row, brand_admin, "。")
    assert caught.value.code == "retire-reason"


def test_retirement_is_taken_back_with_a_reason(at, brand_admin, approved):
    address, row, arguments = approved
    browser = at(brand_admin)
    browser.post(address, *arguments, reason="The car is lost.")
    row.refresh_from_db()
    assert row.state == "retired"

    browser.post(address, *arguments, act="bring-back")
    row.refresh_from_db()
    assert row.state == "retired"
    browser.post(address, *arguments, act="bring-back", reason="It was the other one.")

    row.refresh_from_db()
    assert row.state == "approved"
    entry = AuditEntry.objects.about(row).first()
    assert (entry.source, entry.target, entry.why) == (
        "retired",
        "approved",
        "It was the other one.",
    )


def test_replaced_version_does_not_come_back_beside_the_one_in_use(make_version, brand_admin):
    first, second = make_version(), make_version()
    first.refresh_from_db()

    with pytest.raises(Refused) as caught:
        services.bring_back(first, brand_admin, "It was better.")
    assert (caught.value.code, caught.value.facts["name"]) == ("newer-approved", str(second))

    services.retire(second, brand_admin, "The car is lost.")
    services.bring_back(first, brand_admin, "It was better.")
    first.refresh_from_db()
    assert first.state == "approved"


def test_recalled_version_is_not_brought_back(make_version, brand_admin):
    version = make_version()
    services.retire(version, brand_admin, "The car is lost.")
    type(version).objects.update(recalled_at=version.made_at)
    version.refresh_from_db()

    with pytest.raises(Refused) as caught:
        services.bring_back(version, brand_admin, "Again.")

    assert caught.value.code == "pack-held"


def test_nobody_but_an_admin_brings_back(at, designer, brand_admin, approved):
    address, row, arguments = approved
    services.retire(row, brand_admin, "The car is lost.")

    answer = at(designer).post(address, *arguments, act="bring-back", reason="Mine.")

    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.state == "retired"


def test_pages_ask_for_the_reason_of_both_ways(
    in_english, at, brand_admin, make_template, make_version
):
    version, template = make_version(), make_template()
    browser = at(brand_admin)
    for act, question in (("retire", "Retire this"), ("bring-back", "back into use")):
        pages = (
            browser.get("downstream", "version", version.pk),
            browser.get("template-detail", template.slug, 1),
        )
        for page in pages:
            assert question in page.text
            assert 'name="reason"' in page.text
        if act == "retire":
            services.retire(version, brand_admin, "gone")
            services.retire(template, brand_admin, "gone")
