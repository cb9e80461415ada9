"""Pictures of this studio that come back as a file: by their mark, or by their looks."""

import io
import re
from collections import Counter
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo

from brandstudio.core import blobs
from brandstudio.core.models import LocalFeatures, Vehicle
from brandstudio.core.problems import Refused
from gallery.demo.load import FOLDER
from gallery.engine import labelling
from gallery.engine.file_forms import FileForm
from gallery.models import (
    Asset,
    InitImageUpload,
    PackPair,
    PaintedPhotograph,
    PairGrid,
    PairImage,
    ProductCutout,
    Scene,
    StyleVersion,
)
from gallery.services import (
    SceneOrder,
    cutouts,
    downloads,
    finishing,
    own_images,
    reuse,
    scenes,
    sources,
    vehicle_words,
)
from gallery.services import assets as acts
from gallery.services.checklist import all_confirmed
from gallery.services.lookalikes import earlier
from gallery.services.shown import mark, preview_sign
from tests.gallery.conftest import MASTER, PAINTED
from tests.gallery.test_lookalikes import drawing
from tests.photographs import (
    COPIES,
    CUT_CARS,
    car_cut_out,
    cropped,
    saved,
    turned_on_white,
)
from training import services as training_services
from training.engine.data import images
from training.models import RunSample
from training.services import copies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def file_of(asset, form="png"):
    """The bytes of its publication file."""
    return downloads.labelled_file(asset, None, form).content


def without_marks(content, quality=70, size=None):
    """The picture of a file, saved anew as a JPEG that says nothing of itself."""
    with Image.open(io.BytesIO(content)) as image:
        again = image.convert("RGB").resize(size or image.size)
    file = io.BytesIO()
    again.save(file, "JPEG", quality=quality)
    return file.getvalue()


def add_source(browser, content):
    """What a person sees after this file was sent to the create page."""
    answer = browser.post("add-source", init_image_file=SimpleUploadedFile("mine.png", content))
    return browser.get("create").text if answer.status_code == 302 else answer.text


def refusal_of(act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_published_file_of_a_withdrawn_picture_is_no_start_picture(
    at, approved, marketer, brand_admin, sent, form
):
    content = file_of(approved, form)
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent(f"mine.{form}", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)
    assert refusal.facts["reason"] == "The light is wrong."
    page = add_source(at(marketer), content)
    assert "a picture of this studio that was withdrawn on" in page
    assert not InitImageUpload.objects.exists()


def test_what_a_browser_showed_of_a_declined_picture_is_none_either(
    approved, marketer, brand_admin, sent
):
    mark = finishing.mark_of(approved)
    with Image.open(blobs.local(approved.image_sha256)) as master:
        shown = labelling.for_screens(master, mark, longest=200, watermark="PROOF")
    acts.withdraw(approved, brand_admin, "Again.")
    Asset.objects.filter(pk=approved.pk).update(review="declined", declined_why="Five wheels.")

    refusal = refusal_of(sources.take_init_image, sent("shot.webp", shown), marketer)

    assert (refusal.code, refusal.facts["reason"]) == ("upload-declined", "Five wheels.")


@pytest.mark.parametrize(("quality", "size"), [(90, None), (60, None), (80, (448, 576))])
def test_without_its_mark_it_is_known_by_its_looks(
    approved, marketer, brand_admin, sent, quality, size
):
    content = without_marks(file_of(approved), quality, size)
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent("holiday.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)


def test_mark_of_another_picture_hides_nothing(approved, in_state, marketer, brand_admin, sent):
    other = in_state("approved", seed=9)
    with Image.open(io.BytesIO(file_of(approved))) as image:
        file = io.BytesIO()
        labelling.write(image, file, file_form=FileForm("png"), mark=finishing.mark_of(other))
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent("other.png", file.getvalue()), marketer)

    assert refusal.facts["number"] == approved.pk


def test_mark_of_another_studio_means_no_picture_of_this_one(approved, sent, marketer):
    mark = finishing.mark_of(approved)
    strange = type(mark)(producer="DEMO", produce_id=f"studio-{approved.pk}-{'0' * 16}")
    file = io.BytesIO()
    with Image.open(io.BytesIO(drawing(2))) as image:
        labelling.write(image, file, file_form=FileForm("png"), mark=strange)

    assert sources.take_init_image(sent("theirs.png", file.getvalue()), marketer).made_from is None


@pytest.mark.parametrize("prepared", [lambda content: content, without_marks])
def test_approved_picture_comes_back_with_its_lineage_and_its_later_withdrawal(
    at, approved, writer, brand_admin, base, sent, prepared
):
    upload = sources.take_init_image(sent("mine.png", prepared(file_of(approved))), writer)
    assert upload.made_from == approved
    init_image = sources.find_init_image(f"own-{upload.pk}", writer)
    order = SceneOrder(free="a suv", count=1, steps=4, base=base, init_image=init_image)

    scene = scenes.compose_scene(order, writer)

    assert (scene.init_image_asset, scene.init_image_sha256) == (approved, upload.sha256)
    assert sources.former_init_image(scene).upload == upload
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    assert refusal_of(scenes.compose_scene, order, writer).code == "upload-withdrawn"
    again = reuse.again(scene.assets.get(), writer)
    assert refusal_of(scenes.compose_scene, again, writer).code == "upload-withdrawn"


def test_start_picture_that_is_a_withdrawn_picture_is_shown_no_more(
    at, approved, writer, brand_admin, sent
):
    upload = sources.take_init_image(sent("mine.png", file_of(approved)), writer)
    assert at(writer).get("init-image-thumb", upload.pk).status_code == 200

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    for person in (writer, brand_admin):
        answer = at(person).get("init-image-thumb", upload.pk)
        assert answer.status_code == 403
        assert "The light is wrong." in answer.text


def test_trial_picture_is_no_start_picture_once_its_style_is_recalled(
    at, make_version, writer, base, sent
):
    """What came in before the recall is asked of again: as evidence, and as it left as a style's
    preview."""
    version = make_version()
    picture = version.images.first()
    with Image.open(blobs.local(picture.sha256)) as image:
        master = image.convert("RGB")
    uploads = []
    for name in (f"evidence-{picture.pk}", f"style-{version.pk}"):
        file = io.BytesIO()
        of_it = mark(name, picture.sha256)
        labelling.write(master, file, file_form=FileForm("png"), mark=of_it)
        uploads.append(sources.take_init_image(sent("trial.png", file.getvalue()), writer))
    orders = [
        SceneOrder(
            free="a suv",
            count=1,
            steps=4,
            base=base,
            init_image=sources.find_init_image(f"own-{upload.pk}", writer),
        )
        for upload in uploads
    ]
    scene = scenes.compose_scene(orders[0], writer)

    recall(version)

    for order in (*orders, reuse.again(scene.assets.get(), writer)):
        refusal = refusal_of(scenes.compose_scene, order, writer)
        assert refusal.code == "upload-style-held"
        assert refusal.facts["names"]["en"] == "ink pack v1"
    for upload in uploads:
        answer = at(writer).get("init-image-thumb", upload.pk)
        assert (answer.status_code, "ink pack v1" in answer.text) == (403, True)
    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=None)
    scenes.compose_scene(orders[0], writer)
    assert at(writer).get("init-image-thumb", uploads[0].pk).status_code == 200


def test_person_is_told_that_the_file_is_the_studios_own(at, approved, marketer, sent):
    page = add_source(at(marketer), file_of(approved))

    assert f"This file is picture no. {approved.pk} of this studio" in page


def test_strange_pictures_come_in_as_before(approved, marketer, sent):
    upload = sources.take_init_image(sent("street.png", drawing(2)), marketer)

    assert upload.made_from is None


def cutouts_of(asset):
    """Files of a car cut out of its publication file: {how: bytes}."""
    with Image.open(io.BytesIO(file_of(asset))) as image:
        packet = image.info["XML:com.adobe.xmp"]
        whole, car = image.convert("RGBA"), image.convert("RGBA")
    whole.paste((0, 0, 0, 0), (0, 0, whole.width, 12))  # nearly all of it
    outline = Image.new("L", car.size)
    width, height = car.size
    ImageDraw.Draw(outline).ellipse((width * 0.05, height * 0.3, width * 0.95, height * 0.95), 255)
    car.putalpha(outline)
    larger = car.resize((2 * width, 2 * height)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    files = {
        "marked": (whole, _with(packet)),
        "nearly whole": (whole, None),
        "outline": (car, None),
        "larger and mirrored": (larger, None),
    }
    made = {}
    for how, (image, chunks) in files.items():
        file = io.BytesIO()
        image.save(file, "PNG", pnginfo=chunks)
        made[how] = file.getvalue()
    return made


CUTOUTS = ("marked", "nearly whole", "outline", "larger and mirrored")


@pytest.mark.parametrize("how", CUTOUTS)
def test_cutout_of_a_painted_picture_is_not_the_real_car(
    at, approved, writer, brand_admin, sent, how
):
    content = cutouts_of(approved)[how]

    refusal = refusal_of(cutouts.take_cutout, sent("car.png", content), writer)

    assert (refusal.code, refusal.facts["number"]) == ("cutout-painted", approved.pk)
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    refusal = refusal_of(cutouts.take_cutout, sent("car.png", content), brand_admin)
    assert refusal.code == "upload-withdrawn"
    assert not ProductCutout.objects.exists()


def test_create_page_says_that_a_painted_car_is_not_the_real_one(at, approved, writer):
    file = SimpleUploadedFile("car.png", cutouts_of(approved)["outline"])

    answer = at(writer).post("add-source", cutout_file=file)

    page = at(writer).get("create").text if answer.status_code == 302 else answer.text
    assert f"(no. {approved.pk}), a picture painted in this studio" in page


def test_cutout_of_a_photograph_comes_in_though_painted_pictures_show_its_car(
    approved, writer, sent, make_cutout
):
    """What stands in a scene is the real car's own pixels: another cut-out of it is no copy."""
    car = make_cutout()
    approved.scene.cutout = car
    approved.scene.cutout_x, approved.scene.cutout_y, approved.scene.cutout_width = 0.5, 0.9, 0.5
    approved.scene.save()

    taken = cutouts.take_cutout(sent("car.png", cutouts_of(approved)["outline"]), writer)

    assert taken.made_from is None


PLACED = {"cutout_x": 0.5, "cutout_y": 0.9, "cutout_width": 0.6}


def car_file(image, how="as it is"):
    return saved(CUT_CARS[how](car_cut_out(image, PAINTED)), "PNG")


def image_of(asset):
    with Image.open(blobs.local(asset.image_sha256)) as image:
        return image.convert("RGB")


@pytest.mark.parametrize("how", CUT_CARS)
def test_car_cut_out_tightly_or_halved_is_not_the_real_one(painted, writer, sent, how):
    content = car_file(image_of(painted), how)

    refusal = refusal_of(cutouts.take_cutout, sent("car.png", content), writer)

    assert (refusal.code, refusal.facts["number"]) == ("cutout-painted", painted.pk)


def test_car_of_a_picture_that_was_read_before_cars_were_looked_for_is_known(painted, writer, sent):
    copies.Compared(image_of(painted)).likenesses([painted.image_sha256])
    LocalFeatures.objects.update(small=None)

    copies.read_waiting()

    assert LocalFeatures.objects.get(sha256=painted.image_sha256).small is not None
    refusal = refusal_of(cutouts.take_cutout, sent("car.png", car_file(image_of(painted))), writer)
    assert refusal.code == "cutout-painted"


@pytest.mark.parametrize("stem", ["gs8-white-left-day", "m8-white-right-day"])
def test_real_car_comes_in_before_and_after_it_was_placed_in_a_painted_scene(
    painted, in_state, writer, sent, stem
):
    path = FOLDER / "vehicles" / "pictures" / f"{stem}.webp"
    real = cutouts.take_cutout(sent("car.webp", path.read_bytes()), writer)
    scene = image_of(painted)
    with Image.open(path) as car:
        small = car.resize((160, round(160 * car.height / car.width)))
    scene.paste(small, (40, 150), small)
    placed = in_state("approved", size=(256, 256))
    Scene.objects.filter(pk=placed.scene_id).update(cutout=real, **PLACED)
    sha256 = blobs.put_bytes(saved(scene, "PNG"))
    Asset.objects.filter(pk=placed.pk).update(image_sha256=sha256, look="")
    cut = scene.convert("RGBA").crop((40, 150, 200, 150 + small.height))
    cut.putalpha(small.getchannel("A").point(lambda level: 255 * (level > 200)))

    again = cutouts.take_cutout(sent("again.webp", path.read_bytes()), writer)
    outline = cutouts.take_cutout(sent("outline.png", saved(cut, "PNG")), writer)

    assert (again.made_from, outline.made_from) == (None, None)


def test_cutout_that_came_in_before_is_placed_no_more_and_called_by_words(
    at, approved, writer, brand_admin, base, make_cutout, make_ready
):
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8")
    taken = make_cutout(by=writer)
    placed = SceneOrder(
        free="a GS8 on a road", count=1, base=base, placement=scenes.Placement(taken)
    )
    asset = scenes.compose_scene(placed, writer).assets.get()
    ProductCutout.objects.filter(pk=taken.pk).update(made_from=approved)
    asset, taken = Asset.objects.get(pk=asset.pk), ProductCutout.objects.get(pk=taken.pk)
    again = replace(placed, placement=scenes.Placement(taken))

    assert refusal_of(scenes.compose_scene, again, writer).code == "cutout-painted"
    assert vehicle_words.by_words_only(asset.scene) == [vehicle]
    page = " ".join(at(writer).get("asset-detail", asset.pk).text.split())
    assert f"made of the painted picture no. {approved.pk}: not the real car" in page
    assert "<dt>The real car</dt>" not in page
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    assert refusal_of(scenes.compose_scene, again, writer).code == "upload-withdrawn"


def recall(version):
    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=timezone.now())


def as_jpeg(image):
    return saved(image.convert("RGB"), quality=70)


def cut_for(width, height):
    """The labelled file of a channel of this shape, as a JPEG without marks."""

    def cut(image):
        shape, own = width / height, image.width / image.height
        across, down = max(0, 1 - shape / own) / 2, max(0, 1 - own / shape) / 2
        middle = cropped(image, across, down, across, down)
        scale = 1080 / min(width, height)
        return labelling.draw_label(middle.resize((round(width * scale), round(height * scale))))

    return cut


CUTS = {f"{width}:{height}": cut_for(width, height) for width, height in ((16, 9), (9, 16), (1, 1))}


@pytest.mark.parametrize("change", [*COPIES, *CUTS])
def test_whatever_was_made_of_a_withdrawn_picture_is_no_start_picture(
    approved, brand_admin, marketer, sent, change
):
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    with Image.open(MASTER) as image:
        content = as_jpeg((COPIES | CUTS)[change](image.convert("RGB")))

    refusal = refusal_of(sources.take_init_image, sent("holiday.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)
    assert not InitImageUpload.objects.exists()


def shown_as_proof(image):
    """As a page shows it until its approval."""
    return labelling.draw_label(labelling.draw_watermark(image, "样稿 PROOF"))


PARTS = {
    "two thirds": lambda image: cropped(image, 1 / 6, 1 / 6, 1 / 6, 1 / 6),
    "right half": lambda image: cropped(image, 0.5, 0, 0, 0),
    "upper half": lambda image: cropped(image, 0, 0, 0, 0.5),
    "turned by 12°": turned_on_white,
}


@pytest.mark.parametrize(
    ("marked", "part"),
    [
        *((labelling.draw_label, part) for part in PARTS),
        *((shown_as_proof, part) for part in ("two thirds", "right half", "turned by 12°")),
    ],
)
def test_part_of_what_a_page_showed_of_a_withdrawn_picture_is_no_start_picture(
    approved, brand_admin, marketer, sent, marked, part
):
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    with Image.open(MASTER) as image:
        content = as_jpeg(PARTS[part](marked(image.convert("RGB"))))

    refusal = refusal_of(sources.take_init_image, sent("shot.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)


@pytest.mark.parametrize("change", ["in a frame", "turned by 90°"])
def test_copy_of_what_a_recalled_style_painted_is_none_either(
    make_version, in_state, marketer, sent, change
):
    version = make_version()
    asset = in_state("private", packs=((version, 0.7),))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put(MASTER), look="")
    with Image.open(MASTER) as image:
        content = as_jpeg(COPIES[change](image.convert("RGB")))
    sources.take_init_image(sent("before.jpg", content), marketer)
    recall(version)

    refusal = refusal_of(sources.take_init_image, sent("after.jpg", content), marketer)

    assert (refusal.code, refusal.facts) == ("upload-held", {"number": asset.pk})


def test_withdrawn_picture_is_not_learned_from(at, approved, brand_admin, designer, tmp_path):
    published = file_of(approved)
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    dataset = training_services.make_dataset(designer, "Harbour")
    with Image.open(MASTER) as image:
        turned = as_jpeg(COPIES["upside down"](image.convert("RGB")))
    files = {"published.png": published, "turned.jpg": turned, "other.png": drawing(2)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    report = training_services.add_images(dataset, [tmp_path / name for name in files], by=designer)

    assert [image.name for image in report.added] == ["other.png"]
    assert [line.code for line in report.refused] == ["upload-withdrawn"] * 2
    assert report.refused[1].text.startswith("turned.jpg: This file shows")
    assert f"(no. {approved.pk}), a picture of this studio" in report.refused[1].text
    assert "The light is wrong." in report.refused[1].text


def test_file_for_a_dataset_asks_once_which_pictures_are_stored_and_what_its_marks_name(
    approved, in_state, tmp_path, django_assert_max_num_queries
):
    in_state("declined", seed=9)
    path = tmp_path / "street.png"
    path.write_bytes(file_of(approved))
    image = images.open_rgb(path)
    own_images.check_file(path, image, "0" * 64)  # what stored pictures need is read

    with django_assert_max_num_queries(100) as asked:
        own_images.check_file(path, image, "1" * 64)

    questions = Counter(query["sql"] for query in asked if query["sql"].startswith("SELECT"))
    twice = [sql for sql, count in questions.items() if count > 1]
    assert [sql for sql in twice if '"scene_id" IN' not in sql] == []  # but a picture's packs
    assert [painted.key for painted in PaintedPhotograph.objects.all()] == [approved.pk] * 2


def test_file_that_is_more_like_an_approved_picture_comes_in(
    approved, in_state, marketer, brand_admin, sent
):
    other = in_state("withdrawn", seed=9)
    with Image.open(MASTER) as image:
        noisy = image.convert("RGB").filter(ImageFilter.GaussianBlur(1.2))
    Asset.objects.filter(pk=other.pk).update(image_sha256=blobs.put_bytes(saved(noisy, "PNG")))

    content = without_marks(file_of(approved), 95)

    assert sources.take_init_image(sent("mine.jpg", content), marketer).made_from == approved
    Asset.objects.filter(pk=approved.pk).update(review="private")
    assert refusal_of(sources.take_init_image, sent("mine.jpg", content), marketer).facts[
        "number"
    ] in {other.pk}


def marked(number, sha256, image=None):
    """The bytes of a picture as a browser gets it, with this mark."""
    return labelling.for_screens(image or Image.new("RGB", (96, 96), "teal"), mark(number, sha256))


@pytest.fixture
def tried(make_version, train_on, dataset):
    """{kind of mark: bytes of a picture that was painted to try a style}, and the version."""
    version = make_version(checkpoint=train_on(dataset))
    other = make_version("clay")
    evidence = version.images.first()
    pair = PackPair.objects.create(first=version, second=other)
    grid = PairGrid.objects.create(pair=pair, ordered_by=version.made_by, plan={}, total=1)
    sha256 = blobs.put_bytes(drawing(3))
    of_pair = PairImage.objects.create(
        grid=grid, prompt="a suv", seed=1, first=0.5, second=0.5, sha256=sha256
    )
    sample = RunSample.objects.create(
        run=version.checkpoint.run, step=4, prompt="a suv", seed=1, sha256=sha256
    )
    pictures = {
        "evidence": marked(f"evidence-{evidence.pk}", evidence.sha256),
        "style": marked(f"style-{version.pk}", evidence.sha256),
        "pair": marked(f"pair-{of_pair.pk}", sha256),
        "sample": marked(f"sample-{sample.pk}", sha256),
    }
    return pictures, version


@pytest.mark.parametrize("kind", ["evidence", "style", "pair", "sample"])
def test_picture_that_tried_a_recalled_style_is_known_by_its_mark(at, tried, marketer, sent, kind):
    pictures, version = tried
    assert sources.take_init_image(sent("mine.webp", pictures[kind]), marketer).made_from is None
    recall(version)

    refusal = refusal_of(sources.take_init_image, sent("mine.webp", pictures[kind]), marketer)

    assert refusal.code == "upload-style-held"
    assert "ink pack" in str(refusal.facts["names"])
    page = add_source(at(marketer), pictures[kind])
    assert "Nothing is made of it. Choose another picture" in page


@pytest.mark.parametrize("kind", ["evidence", "style", "pair", "sample"])
def test_mark_of_another_studios_trial_means_none_of_this_one(tried, marketer, sent, kind):
    pictures, version = tried
    [number] = re.findall(rb"%s-[0-9]+" % kind.encode(), pictures[kind])[:1]
    recall(version)

    theirs = marked(number.decode(), "0" * 64)

    assert sources.take_init_image(sent("theirs.webp", theirs), marketer).made_from is None


def test_preview_and_cover_of_a_withdrawn_picture_are_known_by_their_mark(
    approved, make_template, marketer, brand_admin, sent
):
    template = make_template(cover_sha256=approved.thumb_sha256)
    preview = marked(f"studio-{approved.pk}", preview_sign(approved))
    cover = marked(f"cover-{template.pk}", approved.thumb_sha256)
    for content in (preview, cover):
        assert sources.take_init_image(sent("a.webp", content), marketer).made_from == approved

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    for content in (preview, cover):
        refusal = refusal_of(sources.take_init_image, sent("b.webp", content), marketer)
        assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)


def _with(packet):
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", packet)
    return chunks


def beside(first, second):
    """Two stored pictures in one file, side by side, at different sizes."""
    with Image.open(blobs.local(first.image_sha256)) as one:
        left = one.convert("RGB").resize((448, 448))
    with Image.open(blobs.local(second.image_sha256)) as other:
        right = other.convert("RGB").resize((448, 448))
    page = Image.new("RGB", (896, 448))
    page.paste(left, (0, 0))
    page.paste(right, (448, 0))
    return saved(page, quality=85)


@pytest.fixture
def painted_as(in_state, marketer, brand_admin):
    """painted_as("d6af5e3e41102097", "declined"): a finished picture of the demo in that state."""

    def painted_as(name, state):
        asset = in_state("private", seed=100 + Asset.objects.count())
        sha256 = blobs.put(MASTER.parent / f"{name}.png")
        Asset.objects.filter(pk=asset.pk).update(image_sha256=sha256, look="")
        asset.refresh_from_db()
        acts.ask_review(asset, marketer)
        if state == "declined":
            acts.decline(asset, brand_admin, "Five wheels.")
            return asset
        acts.approve(asset, brand_admin, all_confirmed(), "Another picture.")
        if state == "withdrawn":
            acts.withdraw(asset, brand_admin, "The light is wrong.")
        return asset

    return painted_as


LANTERNS = ("d6af5e3e41102097", "b2bc900bf2f189d1")  # sisters of one scene


@pytest.mark.parametrize("turn", [1, -1])
def test_page_of_two_pictures_is_refused_by_the_one_that_lies_on_it(
    painted_as, marketer, sent, turn
):
    withdrawn = painted_as("0441be1969ed374d", "withdrawn")
    approved = painted_as(LANTERNS[0], "approved")
    sister = painted_as(LANTERNS[1], "declined")
    content = beside(*(withdrawn, approved)[::turn])

    refusal = refusal_of(sources.take_init_image, sent("page.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", withdrawn.pk)
    assert sister.barred


def test_page_of_two_barred_pictures_names_both(at, painted_as, marketer, sent):
    first = painted_as("0441be1969ed374d", "withdrawn")
    second = painted_as(LANTERNS[0], "declined")
    content = beside(first, second)

    refusal = refusal_of(sources.take_init_image, sent("page.jpg", content), marketer)

    assert refusal.code == "upload-several"
    page = add_source(at(marketer), content)
    assert f"(no. {first.pk})" in page
    assert f"(no. {second.pk})" in page


def test_copy_of_a_declined_picture_is_refused_by_its_own_number_beside_approved_sisters(
    painted_as, marketer, sent
):
    painted_as(LANTERNS[0], "approved")
    declined = painted_as(LANTERNS[1], "declined")
    with Image.open(blobs.local(declined.image_sha256)) as image:
        content = saved(image.convert("RGB").resize((704, 384)), quality=60)

    refusal = refusal_of(sources.take_init_image, sent("mine.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-declined", declined.pk)


def test_page_of_two_approved_pictures_is_held_by_what_is_decided_of_either(
    painted_as, in_state, marketer, brand_admin, sent
):
    first, second = painted_as("0441be1969ed374d", "approved"), painted_as(LANTERNS[0], "approved")
    upload = sources.take_init_image(sent("page.jpg", beside(first, second)), marketer)
    InitImageUpload.objects.update(rights_holder="The studio")
    kept = PaintedPhotograph.objects.filter(pixels_sha256=upload.pixels_sha256)
    assert set(kept.values_list("kind", "key")) == {("studio", first.pk), ("studio", second.pk)}
    start = {
        "init_image": sources.find_init_image(f"own-{upload.pk}", marketer),
        "denoising_strength": 0.5,
    }
    made, waiting = in_state("approved", seed=7, **start), in_state("asked", seed=8, **start)

    for number, asset in enumerate((second, first)):
        acts.withdraw(asset, brand_admin, "The light is wrong.")

        made.refresh_from_db()
        assert made.review == "withdrawn"
        assert refusal_of(sources.check_upload, upload).code == "upload-withdrawn"
        near = {like.decision.asset.pk for like in earlier([waiting])[waiting.pk]}
        assert len(near & {first.pk, second.pk}) == number + 1


def test_photograph_of_two_pictures_is_learned_from_while_neither_is_withdrawn(
    painted_as, copies_in, brand_admin
):
    first, second = painted_as("0441be1969ed374d", "approved"), painted_as(LANTERNS[0], "approved")
    [row] = copies_in(beside(first, second)).images.filter(name__startswith="sent")
    assert own_images.barred_among([row.pixels_sha256]) == {}

    acts.withdraw(second, brand_admin, "The light is wrong.")

    assert own_images.barred_among([row.pixels_sha256]) == {row.pixels_sha256: second.pk}
