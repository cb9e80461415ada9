"""The admin pages of what the gallery holds."""

import pytest

from gallery.models import Channel

pytestmark = pytest.mark.django_db


def test_channel_is_changed_in_the_admin_pages(client, make_user, channel):
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    assert channel.name_zh in client.get("/admin/gallery/channel/").text

    sent = {"slug": channel.slug, "name_zh": channel.name_zh, "name_en": channel.name_en}
    answer = client.post(
        f"/admin/gallery/channel/{channel.pk}/change/",
        {**sent, "width": 1080, "height": 1350, "position": 3},
    )

    assert answer.status_code == 302
    changed = Channel.objects.get(pk=channel.pk)
    assert (changed.width, changed.height, changed.position) == (1080, 1350, 3)


def test_admin_pages_wear_the_studios_name_and_colours(client, make_user):
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    client.cookies["django_language"] = "en"

    page = client.get("/admin/").text

    assert "Brand Studio</a>" in page
    assert "admin-look" in page
