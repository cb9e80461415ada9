"""A file that is not what was promised reaches nobody, whatever is wrong with it."""

import dataclasses
import datetime
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from gallery.engine import credentials, file_forms, labelling, readback, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.labelling import LabelPlace
from gallery.engine.readback import Promise
from gallery.engine.xmp import Mark
from training.engine.errors import EngineError

MARK = Mark("DEMO", "studio-7-0011223344556677")
SIZE = (400, 300)


@pytest.fixture(scope="module")
def signer():
    now = datetime.datetime.now(datetime.UTC)
    return credentials.credentials(credentials.self_made("Lingnan Motors", now), now)


def picture(size=SIZE, seed=1):
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels)


def signed(content, signer, form, source_type=xmp.GENERATED):
    target = io.BytesIO()
    credentials.sign(
        io.BytesIO(content), target, form.content_type, signer, title="x", source_type=source_type
    )
    return target.getvalue()


def made(signer, form, image=None, place=labelling.IN_LOWER_RIGHT, **words):
    file = io.BytesIO()
    labelling.write(image or picture(), file, file_form=form, mark=MARK, place=place, **words)
    return signed(file.getvalue(), signer, form)


def promise(signer, form, **changes):
    whole = Promise(SIZE, form, MARK, xmp.GENERATED, signer.root, LabelPlace())
    return dataclasses.replace(whole, **changes)


def fault_of(content, promise):
    with pytest.raises(EngineError) as caught:
        readback.check(content, promise)
    assert caught.value.code == "file-broken"
    return caught.value.facts["what"]


@pytest.mark.parametrize("form", file_forms.CONTENT_TYPES)
def test_file_as_promised_passes_every_reader(signer, form):
    assert readback.exiftool(), "The tests need ExifTool: apt-get install libimage-exiftool-perl"

    readback.check(made(signer, FileForm(form)), promise(signer, FileForm(form)))


PNG = FileForm("png")
WRONG_PROMISES = {
    "size": {"size": (300, 400)},
    "resolution": {"file_form": FileForm("png", dpi=300)},
    "profile": {"file_form": FileForm("png", cmyk=b"another")},
    "limit": {"file_form": FileForm("png", max_bytes=1000)},
    "mark": {"mark": Mark("DEMO", "studio-8-0011223344556677")},
    "label": {"place": LabelPlace("upper-left")},
    "credentials": {"source_type": xmp.COMPOSED},
}


@pytest.mark.parametrize("what", [name for name in WRONG_PROMISES if name != "profile"])
def test_what_is_not_as_promised_is_named(signer, what):
    assert fault_of(made(signer, PNG), promise(signer, PNG, **WRONG_PROMISES[what])) == what


def test_file_in_three_colours_for_four_is_named(signer):
    wrong = promise(signer, PNG, **WRONG_PROMISES["profile"])

    assert fault_of(made(signer, PNG), wrong) == "colours"


@pytest.mark.parametrize("form", file_forms.CONTENT_TYPES)
def test_half_a_file_is_named(signer, form):
    content = made(signer, FileForm(form))

    assert fault_of(content[: len(content) // 2], promise(signer, FileForm(form))) == "size"


@pytest.mark.parametrize("form", file_forms.CONTENT_TYPES)
def test_file_without_a_signature_is_named(signer, form):
    file = io.BytesIO()
    labelling.write(picture(), file, file_form=FileForm(form), mark=MARK)

    assert fault_of(file.getvalue(), promise(signer, FileForm(form))) == "credentials"


def test_signature_of_another_house_is_named(signer):
    now = datetime.datetime.now(datetime.UTC)
    other = credentials.credentials(credentials.self_made("Others", now), now)

    assert fault_of(made(other, PNG), promise(signer, PNG)) == "credentials"


def test_unlabelled_file_is_named(signer):
    file = io.BytesIO()
    file_forms.write(picture(), file, PNG, xmp.stamp("", MARK))

    assert fault_of(signed(file.getvalue(), signer, PNG), promise(signer, PNG)) == "label"


def test_file_without_a_mark_is_named(signer):
    file = io.BytesIO()
    file_forms.write(labelling.draw_label(picture()), file, PNG, "")

    assert fault_of(signed(file.getvalue(), signer, PNG), promise(signer, PNG)) == "mark"


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    width=st.integers(160, 900),
    height=st.integers(160, 900),
    form=st.sampled_from(sorted(file_forms.CONTENT_TYPES)),
    corner=st.sampled_from(labelling.CORNERS),
    bleed=st.integers(0, 20),
    grey=st.integers(0, 255),
)
def test_every_form_size_and_corner_leaves_labelled_marked_and_signed(
    signer, width, height, form, corner, bleed, grey
):
    file_form = FileForm(form, dpi=150, bleed=bleed)
    image = Image.new("RGB", (width, height), (grey, 255 - grey, grey // 2))

    place = LabelPlace(corner, (bleed, bleed + 3, bleed, bleed))
    content = made(signer, file_form, image, place)

    readback.check(content, promise(signer, file_form, size=(width, height), place=place))
