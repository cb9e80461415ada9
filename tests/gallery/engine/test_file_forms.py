import io

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gallery.engine import file_forms, labelling, readback, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.xmp import Mark
from tests.gallery.engine import print_profile
from training.engine.errors import EngineError

MARK = Mark("DEMO", "studio-7-0011223344556677")


def busy(width=240, height=320, seed=3):
    """A picture that no form shrinks to nothing."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def written(image, file_form):
    file = io.BytesIO()
    labelling.write(image, file, file_form=file_form, mark=MARK)
    return file.getvalue()


@pytest.mark.parametrize("form", file_forms.CONTENT_TYPES)
def test_other_peoples_reader_finds_size_resolution_and_mark(form):
    content = written(busy(), FileForm(form, dpi=150))

    read = readback.read_by_exiftool(content)

    assert read["File:MIMEType"] == file_forms.CONTENT_TYPES[form]
    assert xmp.marks_of(xmp.stamp("", MARK)).marks[0]["ProduceID"] in read["XMP-TC260:Aigc"]
    assert read["XMP-iptcExt:DigitalSourceType"] == xmp.SOURCE_TYPES + xmp.GENERATED
    if form in ("jpg", "tiff"):
        assert {read[key] for key in read if key.endswith(":XResolution")} == {150}


def test_png_says_its_resolution_per_metre():
    content = written(busy(), FileForm("png", dpi=300))

    read = readback.read_by_exiftool(content)

    assert read["PNG-pHYs:PixelsPerUnitX"] == 11811  # 300 / 0.0254


def test_page_has_the_size_on_paper_and_the_line_to_cut_along():
    image = busy(354, 472)  # 30 × 40 mm at 300 dpi
    bleed = file_forms.mm_in_px(3, 300)

    with pikepdf.open(io.BytesIO(written(image, FileForm("pdf", dpi=300, bleed=bleed)))) as pdf:
        page = pdf.pages[0]
        media, trim = [float(side) for side in page.MediaBox], [float(s) for s in page.TrimBox]

    assert bleed == 35
    assert media == pytest.approx([0, 0, 84.96, 113.28])
    assert trim == pytest.approx([8.4, 8.4, 84.96 - 8.4, 113.28 - 8.4])


@pytest.mark.parametrize("form", file_forms.IN_CMYK)
def test_four_colours_come_back_as_the_profile_says(form):
    profile = print_profile.cmyk()
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    file = io.BytesIO()

    file_forms.write(red, file, FileForm(form, cmyk=profile), xmp.stamp("", MARK))

    found = (readback._in_pdf if form == "pdf" else readback._in_image)(file.getvalue())
    assert found.image.mode == "CMYK"
    assert found.profile == profile
    cyan, magenta, yellow, black = found.image.getpixel((32, 32))
    assert cyan < 30
    assert magenta > 200
    assert yellow > 200
    assert black < 60


def test_form_without_four_colours_refuses_them():
    with pytest.raises(EngineError) as caught:
        written(busy(), FileForm("png", cmyk=print_profile.cmyk()))

    assert caught.value.code == "profile-unfit"


@pytest.mark.parametrize("profile", [b"rubbish", file_forms.srgb_profile()])
def test_profile_that_does_not_lead_to_four_colours_is_refused(profile):
    with pytest.raises(EngineError) as caught:
        written(busy(), FileForm("tiff", cmyk=profile))

    assert caught.value.code == "profile-unreadable"
    assert "TIFF" not in str(caught.value)


@pytest.mark.parametrize("form", file_forms.SHRINKABLE)
@settings(deadline=None, max_examples=12)
@given(share=st.floats(0.5, 1.2))
def test_limit_is_kept_by_the_best_quality_that_keeps_it(form, share):
    image = busy(120, 90)
    limit = round(share * len(written(image, FileForm(form))))

    content = written(image, FileForm(form, max_bytes=limit))

    assert len(content) <= limit
    if share >= 1:
        assert content == written(image, FileForm(form))


@pytest.mark.parametrize(("form", "limit"), [("png", 9000), ("tiff", 9000), ("jpg", 3000)])
def test_limit_that_cannot_be_kept_is_refused_by_name(form, limit):
    with pytest.raises(EngineError) as caught:
        written(busy(), FileForm(form, max_bytes=limit))

    names = {"png": "PNG", "tiff": "TIFF", "jpg": "JPEG"}
    assert caught.value.code == ("limit-unmet" if form == "jpg" else "limit-unmet-lossless")
    assert caught.value.facts == {"limit": f"0.00{limit // 1000}", "form": names[form]}
    assert ("choose JPEG" in str(caught.value)) == (form != "jpg")
