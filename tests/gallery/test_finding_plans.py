"""The list of pictures asks indexes: no filter looks through the whole table."""

import re

import pytest
from django.db import connection
from django.http import QueryDict

from brandstudio.core.models import Campaign, Vehicle
from gallery.models import AssetTag, Board
from gallery.services import finding, marks

pytestmark = pytest.mark.django_db
WHOLE_TABLE = {
    "sqlite": re.compile(r"SCAN gallery_asset(?! USING)"),
    "postgresql": re.compile(r"Seq Scan on gallery_asset "),
}


@pytest.fixture
def few_rows_are_many():
    """The planner of PostgreSQL reads a small table whole, whatever its indexes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.usefixtures("few_rows_are_many")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "mine=1",
        "favourite=1",
        "review=approved",
        "vehicle=gs8",
        "channel=square",
        "from=2026-11-24&to=2026-11-24",
        "pack=ink",
        "strength_from=0.6&strength_to=0.8",
        "template=t0",
        "person=marketer",
        "tag={tag}",
        "board={board}",
        "stars=4",
        "campaign=spring-2027",
        "q=white",
        "q=白色",
        "q=骑楼 gs8",
        "q=红色 gs8",
        "q=春节",
        "q=16",
        "q=%2316",
    ],
)
def test_filter_is_answered_by_an_index(query, make_ready, make_version, marketer, brand_admin):
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")
    for zh, en in (("红色", "red"), ("白色", "white")):
        vehicle.colours.create(name_zh=zh, name_en=en, phrase=en)
    Campaign.objects.create(slug="spring-2027", name_zh="2027 春节", name_en="Spring Festival 2027")
    [asset] = make_ready(packs=((make_version(), 0.7),))
    marks.tag([asset], marks.tags_of("hero"), marketer)
    keys = {
        "tag": AssetTag.objects.get().pk,
        "board": Board.objects.create(owner=marketer, name="Mine").pk,
    }

    for person in (marketer, brand_admin):
        assets = finding.find(person, QueryDict(query.format(**keys))).assets
        for rows in (assets.order_by("-made_at", "-pk").values("pk")[:49], assets.values("pk")):
            plan = rows.explain()
            assert not WHOLE_TABLE[connection.vendor].search(plan), plan
