"""From pictures to a zip for several channels: the cuts, the files, and what is left out."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import BrandKit, Campaign
from gallery import jobs
from gallery.engine import labelling, sizes, upscale, xmp
from gallery.models import (
    Asset,
    Channel,
    ChannelCut,
    ChannelFile,
    Download,
    Scene,
    ZipDelivery,
)
from gallery.pages import estimates
from gallery.services import assets as acts
from gallery.services import (
    channel_files,
    cuts,
    deliveries,
    downloads,
    orders,
    zip_deliveries,
)
from training.engine.tools import upscaler
from training.minibase.artist import SceneSpec, draw, vehicle_box


@pytest.fixture
def make_channel(db):
    """make_channel("tall", 300, 400, form="png"): a channel."""

    def make_channel(slug, width, height, **fields):
        names = {"name_zh": slug, "name_en": slug}
        return Channel.objects.create(slug=slug, width=width, height=height, **names, **fields)

    return make_channel


@pytest.fixture
def approved(in_state):
    """approved(): a finished picture that may be published."""
    return lambda **fields: in_state("approved", **fields)


@pytest.fixture
def colleague(make_user):
    return make_user("colleague", is_marketer=True)


def order_zip(browser, assets, channels, **more):
    data = {"pick": [a.pk for a in assets], "channel": [c.slug for c in channels], **more}
    return browser.post("deliver-zip", **data)


def opened(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_two_pictures_for_two_channels_are_four_files_with_their_papers(
    at, colleague, approved, make_channel
):
    tall = make_channel("tall", 300, 400, form="jpg", declaration="Say that it is made by AI.")
    wide = make_channel("wide", 470, 200, form="png", dpi=150)
    pictures = [approved(), approved()]

    answer = order_zip(at(colleague), pictures, [tall, wide])
    archive = opened(answer)

    assert answer["Content-Type"] == "application/zip"
    assert archive.testzip() is None
    lines = json.loads(archive.read("manifest.json"))["files"]
    files = [line["file"] for line in lines]
    assert sorted(archive.namelist()) == sorted(
        [*files, "manifest.csv", "manifest.json", "declarations.txt"]
    )
    assert len(set(files)) == 4
    for line in lines:
        content = archive.read(line["file"])
        with Image.open(io.BytesIO(content)) as image:
            assert image.size == (line["width"], line["height"])
        assert len(content) == line["bytes"]
        assert xmp.read_mark(io.BytesIO(content)).marks[0]["ProduceID"] == line["produce_id"]
    rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
    assert [row["file"] for row in rows] == files
    assert "Say that it is made by AI." in archive.read("declarations.txt").decode()
    assert Download.objects.filter(person=colleague).count() == 4


def test_papers_name_no_person_and_no_prompt(at, colleague, approved, make_channel):
    picture = approved()

    archive = opened(order_zip(at(colleague), [picture], [make_channel("tall", 300, 400)]))

    words = b"".join(archive.read(n) for n in archive.namelist() if n.startswith("manifest"))
    assert picture.scene.prompt.encode() not in words
    assert picture.scene.owner.username.encode() not in words


def test_picture_withdrawn_while_the_zip_is_made_is_left_out_and_named(
    colleague, brand_admin, approved, make_channel
):
    first, second, tall = approved(), approved(), make_channel("tall", 300, 400)
    delivery = zip_deliveries.begin(colleague, "", "a.zip", 2)
    parts = deliveries.zip_parts([(first, tall), (second, tall)], delivery)
    begun = next(parts)

    acts.withdraw(Asset.objects.get(pk=second.pk), brand_admin, "The plate can be read.")
    archive = zipfile.ZipFile(io.BytesIO(begun + b"".join(parts)))

    kept, gone = json.loads(archive.read("manifest.json"))["files"]
    assert kept["file"] in archive.namelist()
    assert gone["file"] == ""
    assert "withdrawn" in gone["left_out"].lower() or "撤回" in gone["left_out"]
    assert not [name for name in archive.namelist() if f"-{second.pk}_" in name]
    assert second.downloads.count() == 0


@pytest.mark.parametrize("state", ["private", "asked", "declined", "withdrawn"])
def test_picture_that_may_not_leave_makes_no_zip(at, marketer, in_state, make_channel, state):
    answer = order_zip(at(marketer), [in_state(state)], [make_channel("tall", 300, 400)])

    assert answer.status_code == 403
    assert Download.objects.count() == 0


def test_limit_that_cannot_be_kept_leaves_one_file_out_and_says_so(
    at, colleague, approved, make_channel
):
    tight = make_channel("tight", 300, 400, form="png", max_bytes=600)
    fine = make_channel("fine", 300, 400)

    archive = opened(order_zip(at(colleague), [approved()], [fine, tight]))

    good, bad = json.loads(archive.read("manifest.json"))["files"]
    assert good["left_out"] == ""
    assert bad["file"] == ""
    assert "0.0006 MB" in bad["left_out"]


def test_zip_without_a_file_is_refused_with_the_reason(
    at, colleague, approved, make_channel, in_english
):
    tight = make_channel("tight", 300, 400, form="png", max_bytes=600)

    answer = order_zip(at(colleague), [approved()], [tight])

    assert answer.status_code == 422
    assert "No file can be put into the zip" in answer.text
    assert "0.0006 MB as PNG" in answer.text
    assert not Download.objects.exists()


def test_file_that_the_zip_leaves_out_is_told_in_a_notice(
    at, colleague, approved, make_channel, in_english
):
    tight = make_channel("tight", 300, 400, form="png", max_bytes=600)
    picture = approved()

    opened(order_zip(at(colleague), [picture], [make_channel("fine", 300, 400), tight]))

    [notice] = colleague.notices.all()
    assert notice.url == picture.get_absolute_url()
    assert notice.sentence.startswith("1 of 2 files are not in studio-1-pictures-")
    assert "for tight: The picture doesn't fit into 0.0006 MB as PNG" in notice.sentence


def test_zip_with_all_its_files_needs_no_notice(at, colleague, approved, make_channel):
    opened(order_zip(at(colleague), [approved()], [make_channel("fine", 300, 400)]))

    assert not colleague.notices.exists()


def test_page_says_before_how_many_files_the_zip_will_hold_and_which_not(
    at, marketer, approved, in_state, make_channel, in_english
):
    good, asked = approved(), in_state("asked")
    make_channel("fine", 300, 400)
    make_channel("poster", 3200, 3000)
    both = {"pick": [good.pk, asked.pk], "channel": ["fine", "poster"]}

    page = at(marketer).get("deliver", **both).text
    alone = at(marketer).get("deliver", pick=asked.pk, channel="fine").text

    assert "The zip will hold 1 of 4 files." in page
    assert re.search(r"→ poster:\s+in the next zip", page)
    assert page.count("A large file: made in the background") == 1
    assert "The zip will hold 0 of 1 files." in alone
    button = re.compile(r'<button class="button button--primary"\s*(disabled)?>')
    assert button.findall(page) == [""]
    assert button.findall(alone) == ["disabled"]


def test_dragged_cut_is_kept_and_counts_for_every_door(at, colleague, approved, make_channel):
    wide, picture = make_channel("wide", 400, 100), approved()
    field = f"focus-{picture.pk}-wide"

    b"".join(order_zip(at(colleague), [picture], [wide], **{field: "0.5,0.2"}).streaming_content)
    again = b"".join(
        order_zip(at(colleague), [picture], [wide], **{field: "0.5,0.3"}).streaming_content
    )

    kept = ChannelCut.objects.get()
    assert (kept.x, kept.y, kept.version) == (0.5, 0.3, 2)
    cut = cuts.cut_for(picture, wide)
    assert cut.is_set
    assert cut.focus == (0.5, 0.3)
    [name, *_papers] = zipfile.ZipFile(io.BytesIO(again)).namelist()
    assert name.endswith("_wide_400x100_v2.jpg")
    assert downloads.labelled_file(picture, wide).name == name


@pytest.mark.parametrize("text", ["", "0.5", "a,b", "2,0.5", "-0.1,0.5", "nan,0.5", "0.1,0.2,0.3"])
def test_odd_point_is_not_kept(at, colleague, approved, make_channel, text):
    wide, picture = make_channel("wide", 400, 100), approved()

    answer = order_zip(at(colleague), [picture], [wide], **{f"focus-{picture.pk}-wide": text})
    b"".join(answer.streaming_content)

    assert not ChannelCut.objects.exists()


def test_cut_through_the_car_is_told_and_painting_anew_offered(
    at, colleague, approved, make_channel, in_english
):
    make_channel("slit", 64, 640)
    picture = approved()

    page = at(colleague).get("deliver", pick=picture.pk, channel="slit").content.decode()

    assert "Of the car cut off:" in page
    assert f'value="{picture.pk}-slit"' in page
    assert "about 2 to 4 s, then its own review" in page


def drawn_with_a_car(asset, size, **spec):
    """The asset as a drawing of the scene artist's; returns it, and where its car stands."""
    scene = SceneSpec(**spec)
    file = io.BytesIO()
    draw(scene, size).save(file, "PNG")
    asset.image_sha256 = blobs.put_bytes(file.getvalue())
    asset.save(update_fields=["image_sha256"])
    Scene.objects.filter(pk=asset.scene_id).update(width=size[0], height=size[1])
    return Asset.objects.get(pk=asset.pk), vehicle_box(scene, size)


def test_car_is_moved_out_from_under_the_platforms_buttons(approved, make_channel):
    picture, car = drawn_with_a_car(approved(), (512, 192), position="centre")
    channel = make_channel("story", 384, 288, covered_right=25)

    cut = cuts.cut_for(picture, channel)

    covered_from = cut.box[0] + 0.75 * (cut.box[2] - cut.box[0])
    assert cut.box[0] <= car[0]
    assert car[2] <= covered_from
    assert (cut.is_lossy, cut.is_hidden) == (False, False)


def test_car_that_stays_under_the_buttons_is_told(
    at, colleague, approved, make_channel, in_english
):
    picture, _car = drawn_with_a_car(approved(), (256, 256), place="harbour")
    make_channel("story", 300, 300, covered_right=30, covered_left=30)
    make_channel("free", 300, 300)

    page = at(colleague).get("deliver", pick=picture.pk, channel=["story", "free"])

    told = re.findall(r"data-cut-hidden(\s+hidden)?>.*?data-cut-percent>(\d+)</b>", page.text, re.S)
    percent = {hidden.strip(): int(share) for hidden, share in told}
    assert percent["hidden"] == 0
    assert 15 < percent[""] < 60


def test_preview_shows_the_picture_without_a_label_of_its_own(
    client, at, colleague, approved, make_channel
):
    """It is too small for one to be due; the dashed box says where the file has it."""
    picture, _car = drawn_with_a_car(approved(), (256, 256))
    make_channel("tall", 300, 400)

    page = at(colleague).get("deliver", pick=picture.pk, channel="tall")
    [address] = re.findall(r'<image href="([^"]+)"', page.text)
    content = b"".join(client.get(address))

    assert max(Image.open(io.BytesIO(content)).size) < 128
    assert xmp.read_mark(io.BytesIO(content)).is_right
    assert Image.open(io.BytesIO(content)).size not in [(256, 256), (240, 240)]


def shaped_for(approved, picture, channel):
    """A picture that was painted anew of this one, for a channel."""
    sister = approved(channel=channel)
    sister.shape_of = picture
    sister.save(update_fields=["shape_of"])
    return sister


def test_page_shows_the_first_pictures_cut_where_that_is_sent(
    at, colleague, approved, make_channel, in_english
):
    tall, picture = make_channel("tall", 64, 900), approved()
    picture, _car = drawn_with_a_car(picture, (256, 256))
    sister = shaped_for(approved, picture, tall)
    choice = {"pick": picture.pk, "channel": "tall"}

    sent = at(colleague).get("deliver", **choice).text
    instead = at(colleague).get("deliver", cut=f"{picture.pk}-tall", **choice).text

    bare = reverse("gallery:asset-bare", args=[picture.pk])
    assert f'href="{reverse("gallery:asset-bare", args=[sister.pk])}"' in sent
    assert f'href="{bare}"' in instead
    assert f'name="focus-{picture.pk}-tall"' in instead
    ticked = re.search(r'name="cut"\s+value="([^"]+)"\s+checked', instead)
    assert ticked[1] == f"{picture.pk}-tall"
    assert re.search(r"data-cut-gone>", instead)


def test_page_shows_again_what_was_dragged_and_ticked(at, colleague, approved, make_channel):
    make_channel("wide", 400, 100)
    make_channel("tall", 300, 400)
    picture = approved()
    point, key = f"focus-{picture.pk}-wide", f"{picture.pk}-tall"

    page = at(colleague).get(
        "deliver", pick=picture.pk, channel=["wide", "tall"], anew=key, **{point: "0.5,0.2"}
    )

    assert re.search(rf'name="{point}"\s+value="0.5000,0.2000"', page.text)
    assert re.search(rf'name="anew"\s+value="{key}"\s+checked', page.text)
    assert not ChannelCut.objects.exists()


def test_refusal_leads_back_to_all_that_was_chosen(at, colleague, approved, make_channel):
    wide, picture = make_channel("wide", 400, 100), approved()
    campaign = Campaign.objects.create(slug="spring", name_zh="春节", name_en="Spring")
    point = f"focus-{picture.pk}-wide"
    more = {point: "0.5,0.2", "campaign": campaign.pk}

    answer = at(colleague).post("paint-anew", pick=picture.pk, channel=wide.slug, **more)

    address = answer.text.replace("&amp;", "&")
    assert f"campaign={campaign.pk}" in address
    assert f"{point}=0.5000%2C0.2000" in address


def test_file_without_its_car_is_named_before_the_zip(
    at, colleague, approved, make_channel, in_english
):
    picture, _car = drawn_with_a_car(approved(), (256, 256))
    make_channel("hair", 64, 3000)
    make_channel("square", 300, 300)

    page = at(colleague).get("deliver", pick=picture.pk, channel=["hair", "square"]).text

    [named] = re.findall(r"In these files no car is left.*?</ul>", page, re.S)
    assert f"#cut-{picture.pk}-hair" in named
    assert "square" not in named
    assert "The zip will hold 1 of 2 files." in page


def test_file_without_its_car_leaves_only_where_that_is_ticked(
    at, colleague, approved, make_channel, in_english
):
    picture, _car = drawn_with_a_car(approved(), (256, 256))
    both = [make_channel("hair", 64, 640), make_channel("square", 300, 300)]
    put_aside(picture, both[0])
    key = f"{picture.pk}-hair"

    usual = json.loads(opened(order_zip(at(colleague), [picture], both)).read("manifest.json"))
    ticked = opened(order_zip(at(colleague), [picture], both, carless=key)).read("manifest.json")
    page = at(colleague).get("deliver", pick=picture.pk, channel="hair", carless=key).text

    assert [bool(line["file"]) for line in usual["files"]] == [False, True]
    assert usual["files"][0]["left_out"].startswith("The cut leaves no car")
    assert [bool(line["file"]) for line in json.loads(ticked)["files"]] == [True, True]
    assert "The zip will hold 1 of 1 files." in page
    assert re.search(rf'name="carless"\s+value="{key}"\s+checked', page)


def test_no_tick_sends_a_picture_that_was_withdrawn(
    colleague, brand_admin, approved, make_channel, in_english
):
    hair, picture, fine = make_channel("hair", 64, 640), approved(), approved()
    picture, _car = drawn_with_a_car(picture, (256, 256))
    put_aside(picture, hair)
    cells = [(fine, hair), (picture, hair)]
    delivery = zip_deliveries.begin(colleague, "", "a.zip", 2)
    parts = deliveries.zip_parts(cells, delivery, carless=cells)
    acts.withdraw(Asset.objects.get(pk=picture.pk), brand_admin, "The plate can be read.")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))

    gone = json.loads(archive.read("manifest.json"))["files"][1]
    assert "withdrawn" in gone["left_out"].lower()


def put_aside(picture, channel):
    """Drag the cut to where no car is."""
    car = cuts.subject_of(picture)
    far = 0.0 if (car[0] + car[2]) / 2 > 0.5 else 1.0
    cuts.set_focus(picture, channel, (far, 0.5))
    assert cuts.cut_for(picture, channel).is_gone


TOKEN = "0123456789abcdef"


def test_page_is_told_how_far_its_zip_is_and_what_it_left_out(
    at, colleague, approved, make_channel, in_english
):
    tight = make_channel("tight", 300, 400, form="png", max_bytes=600)
    channels, picture = [make_channel("fine", 300, 400), tight], approved()
    before = at(colleague).get("zip-told", TOKEN).text

    answer = order_zip(at(colleague), [picture], channels, zip=TOKEN)
    begun = at(colleague).get("zip-told", TOKEN).text
    opened(answer)
    after = at(colleague).get("zip-told", TOKEN).text

    assert "The zip is being made …" in before
    assert "The zip is being made: 1 of 2 files are in it." in begun
    assert 'hx-trigger="every 300ms"' in begun  # so that it says at once that the zip has come
    assert 'aria-busy="true"' in begun
    assert re.search(r"studio-1-pictures-[\d-]+\.zip: 1 of 2 files are in it. Left out:", after)
    assert f'href="{picture.get_absolute_url()}"' in after
    assert "tight: The picture doesn&#x27;t fit into 0.0006 MB as PNG" in after
    assert "every " not in after
    assert TOKEN not in after  # the next zip is another one


def test_zip_that_is_whole_is_told_so(at, colleague, approved, make_channel, in_english):
    channel = make_channel("fine", 300, 400)
    opened(order_zip(at(colleague), [approved()], [channel], zip=TOKEN))

    told = at(colleague).get("zip-told", TOKEN).text

    assert re.search(r"\.zip: the one file is in it\.", told)


def test_zip_that_nobody_waits_for_any_more_is_told_as_broken_off(
    at, colleague, approved, make_channel, in_english
):
    channels, picture = (
        [make_channel("fine", 300, 400), make_channel("other", 300, 300)],
        approved(),
    )
    delivery = zip_deliveries.begin(colleague, TOKEN, "a.zip", 2)
    parts = deliveries.zip_parts([(picture, channel) for channel in channels], delivery)
    next(parts)

    parts.close()

    told = at(colleague).get("zip-told", TOKEN).text
    assert "The zip broke off after 1 of 2 files." in told
    assert "every 1s" not in told


@pytest.mark.parametrize("what", ["refused", "silent"])
def test_page_waits_for_no_zip_that_never_comes(
    at, colleague, approved, in_state, make_channel, in_english, what
):
    tight = make_channel("tight", 300, 400, form="png", max_bytes=600)
    if what == "refused":
        assert order_zip(at(colleague), [approved()], [tight], zip=TOKEN).status_code == 422
    else:
        zip_deliveries.begin(colleague, TOKEN, "a.zip", 2)
        ZipDelivery.objects.update(heard_at=timezone.now() - timedelta(minutes=6))

    told = at(colleague).get("zip-told", TOKEN).text

    assert "No zip was made." in told
    assert "every 1s" not in told


def test_nobody_is_told_of_a_colleagues_zip(at, colleague, marketer, approved, make_channel):
    channel = make_channel("fine", 300, 400)
    opened(order_zip(at(colleague), [approved()], [channel], zip=TOKEN))

    told = at(marketer).get("zip-told", TOKEN).text

    assert ".zip" not in told


def test_old_zips_are_forgotten(colleague):
    for token, days in (("aaaaaaaa", 1), ("bbbbbbbb", 3)):
        zip_deliveries.begin(colleague, token, "a.zip", 1)
        of_token = ZipDelivery.objects.filter(token=token)
        of_token.update(heard_at=timezone.now() - timedelta(days=days))

    zip_deliveries.forget_old()

    assert ZipDelivery.objects.get().token == "aaaaaaaa"


@pytest.mark.parametrize(("bottom", "is_told"), [(0.9, False), (0.84, True)])
def test_cut_through_the_wheels_is_told_however_little_of_the_car_it_takes(
    make_channel, bottom, is_told
):
    """The car ends at 0.9 and is 0.4 high: 0.06 of it are 15 percent, two thirds of a wheel."""
    cut = cuts.Cut(
        channel=make_channel("wide", 400, 100),
        focus=(0.5, 0.5),
        box=(0.0, 0.3, 1.0, bottom),
        subject=(0.1, 0.5, 0.9, 0.9),
        is_set=False,
        version=1,
        place=None,
        factor=1,
        suggested=(0.0, 0.3, 1.0, bottom),
    )

    assert (cut.loses_wheels, cut.is_gone) == (is_told, False)


def test_moved_cut_that_harms_the_car_is_summed_up_offered_back_and_told_in_the_manifest(
    at, colleague, approved, make_channel, in_english
):
    picture, _car = drawn_with_a_car(approved(), (256, 256), place="harbour")
    wide = make_channel("wide", 400, 300)
    choice = {"pick": picture.pk, "channel": "wide"}
    # The middle from which the cut takes the wheels and no more than half of the car.
    middles = (f"0.5,{y / 100}" for y in range(60, 37, -1))
    point = f"focus-{picture.pk}-wide"
    harmful = next(
        text
        for text in middles
        if (cut := cuts.cut_for(picture, wide, tuple(map(float, text.split(","))))).loses_wheels
        and not cut.is_gone
    )
    said = "1 file loses part of its car, and is sent like that:"
    back = re.compile(r"data-cut-back\s*(hidden)?\s*>")

    as_suggested = at(colleague).get("deliver", **choice).text
    moved = at(colleague).get("deliver", **choice, **{point: harmful}).text
    files = opened(order_zip(at(colleague), [picture], [wide], **{point: harmful}))

    assert (said in as_suggested, back.findall(as_suggested)) == (False, ["hidden"])
    assert (said in moved, back.findall(moved)) == (True, [""])
    assert "through the wheels" in moved
    [line] = json.loads(files.read("manifest.json"))["files"]
    cut = cuts.cut_for(Asset.objects.get(pk=picture.pk), wide)
    assert line["file"]
    assert line["wheels_cut"] is True
    assert line["car_cut_off"] == round(100 * cut.lost) > 0
    assert line["car_covered"] == 0
    table = files.read("manifest.csv").decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))["car_cut_off"] == str(line["car_cut_off"])


def test_enlarging_is_asked_for_once_a_picture_and_led_to(
    at, colleague, approved, make_channel, in_english
):
    picture, _car = drawn_with_a_car(approved(), (256, 256))
    make_channel("large", 1500, 1500)
    make_channel("larger", 1900, 1900)

    page = at(colleague).get("deliver", pick=picture.pk, channel=["large", "larger"]).text

    assert page.count("it will look soft from near") == 1
    told = re.sub(r"\s+", " ", page)
    assert "large: enlarged 5.9 times" in told
    assert "larger: enlarged 7.4 times" in told
    assert "realesr" not in page  # whoever wants its name finds it on the picture's page
    assert f'href="{picture.get_absolute_url()}#next-steps"' in page


def anew(browser, assets, channels, cells):
    data = {"pick": [a.pk for a in assets], "channel": [c.slug for c in channels], "anew": cells}
    return browser.post("paint-anew", **data)


def test_painting_anew_keeps_seed_words_and_packs(at, colleague, approved, make_channel):
    slit, wide = make_channel("slit", 200, 400), make_channel("wide", 400, 200)
    picture = approved()

    answer = anew(at(colleague), [picture], [slit, wide], [f"{picture.pk}-slit"])

    assert answer.url == reverse("gallery:create")
    scene = Scene.objects.exclude(pk=picture.scene_id).get()
    asset = scene.assets.get()
    assert scene.channel == slit
    assert scene.prompt == picture.scene.prompt
    assert asset.seed == picture.seed
    assert scene.height > scene.width


def test_all_that_are_ticked_are_painted_anew_or_none(
    at, colleague, approved, make_channel, make_version
):
    slit = make_channel("slit", 200, 400)
    pack = make_version("ink")
    fine, stale = approved(), approved(packs=((pack, 0.7),))
    pack.retire(pack.reviewed_by, "Replaced.")

    answer = anew(at(colleague), [fine, stale], [slit], [f"{a.pk}-slit" for a in (fine, stale)])

    assert answer.status_code in (403, 422)
    assert Scene.objects.count() == 2


def test_nothing_ticked_is_said_and_the_choice_stays(at, colleague, approved, make_channel):
    slit, picture = make_channel("slit", 200, 400), approved()

    answer = anew(at(colleague), [picture], [slit], ["99-slit", f"{picture.pk}-other"])

    assert answer.status_code == 422
    assert f"pick={picture.pk}&amp;channel=slit" in answer.content.decode()


def test_zip_leaves_out_and_names_what_is_painted_anew(at, colleague, approved, make_channel):
    slit, wide = make_channel("slit", 200, 400), make_channel("wide", 400, 200)
    picture = approved()

    answer = order_zip(at(colleague), [picture], [slit, wide], anew=f"{picture.pk}-slit")
    lines = json.loads(opened(answer).read("manifest.json"))["files"]

    assert [(line["channel"], bool(line["file"])) for line in lines] == [
        ("slit", False),
        ("wide", True),
    ]
    assert lines[0]["left_out"]


def test_picture_whose_file_is_gone_is_named_and_the_others_leave(
    at, colleague, approved, make_channel
):
    tall, fine, gone = make_channel("tall", 300, 400), approved(), approved()
    answer = order_zip(at(colleague), [fine, gone], [tall])  # the first is made before it answers
    blobs.local(gone.image_sha256).unlink()

    archive = opened(answer)

    assert archive.testzip() is None
    lines = json.loads(archive.read("manifest.json"))["files"]
    assert [bool(line["file"]) for line in lines] == [True, False]
    assert "verify" in lines[1]["left_out"]


def test_campaign_chooses_its_channels(at, colleague, approved, make_channel):
    make_channel("tall", 300, 400)
    make_channel("wide", 400, 300)
    campaign = Campaign.objects.create(slug="day", name_zh="节", name_en="Day")
    campaign.places.create(channel=Channel.objects.get(slug="wide"))

    answer = at(colleague).get("deliver", pick=approved().pk, campaign=campaign.pk)

    assert [channel.slug for channel in answer.context["chosen"]] == ["wide"]


def test_pictures_of_a_campaign_open_with_it_and_its_channels_unless_none_is_chosen(
    at, colleague, approved, make_channel
):
    ordered, asked = make_channel("tall", 300, 400), make_channel("wide", 400, 300)
    campaign = Campaign.objects.create(slug="day", name_zh="节", name_en="Day")
    campaign.places.create(channel=asked)
    first, other = (approved(campaign=campaign, channel=ordered) for _ in range(2))

    def opened_with(*picks, **more):
        context = at(colleague).get("deliver", pick=[a.pk for a in picks], **more).context
        return context["campaign"], [channel.slug for channel in context["chosen"]]

    assert opened_with(first, other) == (campaign, ["tall", "wide"])
    assert opened_with(first, other, campaign="") == (None, ["tall"])
    assert opened_with(first, approved()) == (None, ["tall"])
    page = at(colleague).get("deliver", pick=first.pk, campaign="").text
    kept = re.findall(r'name="campaign"\s+value=""', page)
    assert len(kept) == 2  # each form keeps that none is chosen


def test_painting_anew_is_offered_for_another_shape_alone(
    at, colleague, approved, make_channel, in_english
):
    picture = approved()
    same, other = make_channel("same", 400, 300), make_channel("tall", 300, 600)
    width, height = orders.native_size(picture.scene.base, same)
    Scene.objects.update(width=width, height=height)

    page = at(colleague).get("deliver", pick=picture.pk, channel=[same.slug, other.slug]).text

    offered = re.findall(r'name="anew"\s+value="([^"]+)"', page)
    assert offered == [f"{picture.pk}-tall"]


def test_strangers_picture_is_not_on_the_page(at, colleague, in_state):
    answer = at(colleague).get("deliver", pick=in_state("private").pk)

    assert answer.status_code == 302


# Large files
def test_zip_of_large_files_alone_says_that_they_are_being_made(
    at, client, colleague, approved, make_channel, queue_redis, in_english
):
    for slug in ("poster", "wall"):
        make_channel(slug, 3200, 3000)
    picture, channels = approved(), ["poster", "wall"]

    answer = at(colleague).post("deliver-zip", pick=picture.pk, channel=channels)

    assert answer.status_code == 302
    page = client.get(answer.url).text
    assert "a worker makes them now: poster, wall" in page
    assert ChannelFile.objects.count() == 2


def test_large_file_is_made_once_by_a_worker_and_then_leaves(
    at, colleague, approved, make_channel, queue_redis
):
    make_channel("poster", 3200, 3000, form="pdf", dpi=300, bleed_mm=3)
    picture = approved()
    asked = {"channel": "poster", "rendition": "publication"}

    for _press in range(2):
        answer = at(colleague).get("asset-download", picture.pk, **asked)
        assert answer.status_code == 302
    row = ChannelFile.objects.get()
    assert row.state == "waiting"
    assert Download.objects.count() == 0

    jobs.make_channel_file(row.pk)

    row.refresh_from_db()
    assert row.state == "ready", row.problem
    [notice] = colleague.notices.all()
    assert (notice.code, notice.url) == ("file-ready", picture.get_absolute_url())
    assert notice.facts["channel"] == "poster"
    asked_again = at(colleague).get("asset-download", row.asset_id, channel=row.channel.slug)
    assert asked_again.url == reverse("gallery:large-file", args=[row.pk])
    answer = at(colleague).get("large-file", row.pk)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content.startswith(b"%PDF")
    assert len(content) == row.byte_count
    left = Download.objects.get()
    assert (left.width, left.height) == (3200 + 70, 3000 + 70)


def test_page_tells_what_making_a_large_file_takes_and_then_by_what_it_was_enlarged(
    at, colleague, approved, make_channel, queue_redis, in_english
):
    picture, channel = approved(), make_channel("poster", 3200, 3000)

    waits = at(colleague).get("deliver", pick=picture.pk, channel="poster").text
    row = channel_files.order(picture, channel, colleague)
    ordered = at(colleague).get("asset-detail", picture.pk).text
    jobs.make_channel_file(row.pk)
    made = at(colleague).get("asset-detail", picture.pk).text

    way = channel_files.enlargement_of(row)
    low, high = estimates.estimate(channel_files.seconds_for(way, channel))
    said = f"Making it takes about {low} to {high} s."
    assert (said in waits, said in ordered, said in made) == (True, True, False)
    row.refresh_from_db()
    assert row.enlarged_by == way.facts
    assert row.enlarged_by["passes"] == 2
    assert "16 times by the network realesr-animevideov3, the rest by interpolation." in made


def test_large_file_made_without_the_network_says_so_and_is_made_anew_with_it(
    at, colleague, approved, make_channel, queue_redis, in_english, tmp_path, monkeypatch
):
    picture, channel = approved(), make_channel("poster", 3200, 3000)
    with monkeypatch.context() as patch:
        patch.setattr(upscaler, "BUNDLED", tmp_path / "gone.safetensors")
        row = channel_files.order(picture, channel, colleague)
        jobs.make_channel_file(row.pk)
        page = at(colleague).get("asset-detail", picture.pk).text

    row.refresh_from_db()
    assert (row.state, row.enlarged_by["fault"]) == ("ready", "upscaler-missing")
    assert "by interpolation, without new detail: The network that enlarges" in page
    assert channel_files.is_stale(row)
    assert channel_files.order(picture, channel, colleague).pk != row.pk


def test_channel_file_is_enlarged_by_the_network_to_the_pixel(painted, colleague, make_channel):
    channel = make_channel("tall", 600, 800, form="png")
    with Image.open(blobs.local(painted.image_sha256)) as master:
        cut = cuts.cut_for(painted, channel)
        expected = upscale.cut_to(master.convert("RGB"), 600, 800, cut.focus)

    file = downloads.labelled_file(painted, channel)

    made = np.asarray(Image.open(io.BytesIO(file.content)).convert("RGB"), int)
    beside = np.abs(made - np.asarray(expected, int)).max(axis=2) > 0
    assert beside.mean() < 0.1, "all but the label is as the network made it"


def test_large_file_of_a_withdrawn_picture_does_not_leave(
    at, colleague, brand_admin, approved, make_channel, queue_redis
):
    picture = approved()
    row = channel_files.order(picture, make_channel("poster", 3200, 3000), colleague)
    jobs.make_channel_file(row.pk)
    acts.withdraw(Asset.objects.get(pk=picture.pk), brand_admin, "The plate can be read.")

    answer = at(colleague).get("large-file", row.pk)

    assert answer.status_code in (403, 404)
    assert Download.objects.count() == 0


def test_old_large_files_are_let_go(colleague, approved, make_channel, settings, queue_redis):
    row = channel_files.order(approved(), make_channel("poster", 3200, 3000), colleague)
    jobs.make_channel_file(row.pk)
    assert channel_files.forget_old() == 0

    settings.CHANNEL_FILE_DAYS = -1

    assert channel_files.forget_old() == 1
    assert not ChannelFile.objects.exists()


CODE = "00119144000000000000X100000"


def set_kit(**columns):
    BrandKit.objects.update_or_create(pk=1, defaults=columns)


@pytest.mark.parametrize("change", ["code", "words", "channel", "cut", "none"])
def test_large_file_of_before_a_change_is_offered_no_more_and_let_go(
    at, colleague, approved, make_channel, queue_redis, change
):
    """Of the producer code, the label, the channel or the cut: it is made anew on ask."""
    picture, channel = approved(), make_channel("poster", 3200, 3000)
    row = channel_files.order(picture, channel, colleague)
    jobs.make_channel_file(row.pk)
    changes = {
        "code": lambda: set_kit(producer_code=CODE),
        "words": lambda: set_kit(label_words="人工智能生成"),
        "channel": lambda: Channel.objects.update(dpi=150),
        "cut": lambda: cuts.set_focus(picture, channel, (0.3, 0.4)),
        "none": lambda: None,
    }

    changes[change]()
    address = reverse("gallery:large-file", args=[row.pk])
    is_offered = address in at(colleague).get("asset-detail", picture.pk).text
    answer = at(colleague).get("large-file", row.pk)
    again = channel_files.order(Asset.objects.get(pk=picture.pk), Channel.objects.get(), colleague)

    is_same = change == "none"
    assert is_offered == is_same
    assert answer.status_code == (200 if is_same else 409)
    assert (again.pk == row.pk) == is_same
    assert channel_files.forget_old() == (0 if is_same else 1)
    assert ChannelFile.objects.filter(pk=row.pk).exists() == is_same


def test_large_file_ordered_before_a_change_is_not_made(
    colleague, approved, make_channel, queue_redis, in_english
):
    row = channel_files.order(approved(), make_channel("poster", 3200, 3000), colleague)
    set_kit(producer_code=CODE)

    jobs.make_channel_file(row.pk)

    row.refresh_from_db()
    assert (row.state, row.problem, row.content_sha256) == ("failed", "file-stale", "")
    [notice] = colleague.notices.all()
    assert re.search(r"for poster was not made: .*out of date", notice.sentence)


def test_files_that_left_are_told_apart_by_moment_and_former_code(
    at, colleague, approved, make_channel, in_english
):
    picture, channel = approved(), make_channel("tall", 300, 400)
    downloads.deliver(picture, colleague, "publication", channel)
    set_kit(producer_code=CODE, label_words="人工智能生成")
    downloads.deliver(picture, colleague, "publication", channel)

    page = at(colleague).get("publication-new", picture.pk).text
    newer, older = re.findall(r'<option value="\d+"[^>]*>([^<]*)</option>', page)

    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$", newer)
    assert "with the former producer code DEMO" in older
    assert "with the former label AI生成" in older
    assert [row.producer for row in Download.objects.order_by("pk")] == ["DEMO", CODE]


# Cuts
def test_label_stands_clear_of_what_the_platform_covers(approved, make_channel):
    asset = approved()
    channel = make_channel("story", 270, 480, covered_bottom=20, covered_right=14, covered_top=8)

    place = cuts.cut_for(asset, channel).place
    box = labelling.label_box(channel.file_size, place)

    assert place.insets == (38, 38, 96, 0)
    assert not any(sizes.overlap(box, zone) for zone in channel.covered)


def test_label_stands_in_the_corner_that_the_channel_names(approved, make_channel):
    fixed = make_channel("fixed", 300, 300, label_corner="upper-left")

    assert cuts.cut_for(approved(), fixed).place.corner == "upper-left"


def test_page_names_at_its_top_what_stays_and_counts_what_is_gone(
    at, marketer, in_state, make_channel, make_user, in_english
):
    make_channel("tall", 300, 400)
    fine, declined = in_state("approved"), in_state("declined")
    stranger = make_user("stranger", is_marketer=True)

    own = at(marketer).get("deliver", pick=[fine.pk, declined.pk], channel="tall")
    others = at(stranger).get("deliver", pick=[fine.pk, declined.pk], channel="tall")

    head = own.text.partition("These stay in the studio")[2].partition("</ul>")[0]
    assert str(declined) in head
    assert "it leaves the studio in no form" in head
    assert own.text.count("it leaves the studio in no form") == 1
    assert own.text.count(f'href="{declined.get_absolute_url()}"') == 1
    assert f'href="{fine.get_absolute_url()}"' not in head
    assert "These stay in the studio" not in others.text
    assert "1 chosen picture is left out: it was declined" in others.text
    assert "is left out" not in own.text
