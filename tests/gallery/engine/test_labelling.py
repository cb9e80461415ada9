import io
import itertools
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont
from PIL.PngImagePlugin import PngInfo

from gallery.engine import labelling, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.labelling import LabelPlace
from gallery.engine.xmp import Mark

MARK = Mark("DEMO", "bs-12-9f2c71d0")
_FONT = ImageFont.truetype(str(labelling.font_path()), 1000)
sides = st.integers(160, 2400)
greys = st.integers(0, 255)


def ink_of(size, grey=0):
    """Which pixels of a labelled plain picture are the label's own white, as (H, W) booleans."""
    labelled = labelling.draw_label(Image.new("RGB", size, (grey,) * 3))
    light = np.asarray(labelled.convert("L"), int)
    backing = grey * (1 - labelling._BACKING[3] / 255) + 13 * labelling._BACKING[3] / 255
    return light > backing + 0.5 * (255 - backing)


def inside_label(size, grey=0):
    """As `ink_of`, cut to where the label stands."""
    bare = np.full(size[::-1], grey)
    changed = np.asarray(labelling.draw_label(Image.new("RGB", size, (grey,) * 3)).convert("L"))
    rows, columns = np.nonzero(changed != bare)
    box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
    return box, ink_of(size, grey)[box]


def glyph_heights(ink):
    """Height in pixels of the ink of each of the label's glyphs."""
    columns = np.flatnonzero(ink.any(axis=0))
    advances = np.cumsum([0, *map(_FONT.getlength, labelling.LABEL)])
    scale = (columns[-1] - columns[0] + 1) / advances[-1]
    heights = []
    for left, right in itertools.pairwise(columns[0] + advances * scale):
        cell = ink[:, round(left) : round(right)]
        rows = np.flatnonzero(cell.any(axis=1))
        heights.append(rows.max() - rows.min() + 1)
    return heights


@settings(deadline=None, max_examples=40)
@given(sides, sides)
@example(900, 383)
@example(1080, 1920)
@example(160, 160)
def test_lowest_glyph_has_five_percent_of_the_short_side(width, height):
    _box, ink = inside_label((width, height))

    assert min(glyph_heights(ink)) >= labelling.least_ink((width, height))


@settings(deadline=None, max_examples=30)
@given(sides, sides)
def test_label_stands_in_the_lower_right_corner(width, height):
    (rows, columns), _ink = inside_label((width, height))

    assert rows.stop >= height * 0.9
    assert columns.stop >= width * 0.9
    assert rows.start >= height * 0.5
    assert rows.stop <= height
    assert columns.stop <= width


@settings(deadline=None, max_examples=40)
@given(sides, sides, st.sampled_from(labelling.CORNERS), st.integers(0, 40))
def test_label_stands_in_the_corner_it_was_told_inside_the_bleed(width, height, corner, bleed):
    bare = Image.new("RGB", (width, height), "grey")

    place = LabelPlace(corner, (bleed,) * 4)
    labelled = labelling.draw_label(bare, place)

    left, top, right, bottom = ImageChops.difference(labelled, bare).getbbox()
    assert bleed <= left < right <= width - bleed
    assert bleed <= top < bottom <= height - bleed
    assert ("right" in corner) == (right > width * 0.9 - bleed)
    assert ("lower" in corner) == (bottom > height * 0.9 - bleed)
    assert labelling.label_box((width, height), place) == (left, top, right, bottom)


@settings(deadline=None, max_examples=40)
@given(sides, sides, greys, st.sampled_from(labelling.CORNERS), st.integers(0, 2**32 - 1))
def test_label_is_known_where_it_is_and_nowhere_else(width, height, grey, corner, seed):
    noise = np.random.default_rng(seed).normal(grey, 30, (height, width, 3)).clip(0, 255)
    bare = Image.fromarray(noise.astype(np.uint8))
    file = io.BytesIO()
    labelling.draw_label(bare, LabelPlace(corner)).save(file, "JPEG", quality=60)

    labelled = Image.open(file)

    assert labelling.is_labelled(labelled, LabelPlace(corner))
    assert not labelling.is_labelled(bare, LabelPlace(corner))
    others = [other for other in labelling.CORNERS if other != corner]
    assert not any(labelling.is_labelled(labelled, LabelPlace(other)) for other in others)


@pytest.mark.parametrize(
    ("car", "corner"),
    [
        ((0, 0, 10, 10), "lower-right"),
        ((500, 500, 1000, 1000), "upper-left"),
        ((100, 500, 700, 1000), "upper-right"),  # clear of the label, but too near to it
        ((0, 500, 1000, 1000), "upper-right"),
        ((0, 0, 1000, 1000), "lower-right"),
    ],
)
def test_label_stands_where_it_hides_least_of_the_car(car, corner):
    place = labelling.clearest_place((1000, 1000), labelling.CORNERS, (5, 6, 7, 8), car)

    assert place == LabelPlace(corner, (5, 6, 7, 8))


@pytest.mark.parametrize(("size", "share"), [((1080, 1440), 0.3), ((900, 383), 0.13)])
def test_label_takes_less_than_a_third_of_the_width(size, share):
    left, _top, right, _bottom = labelling.label_box(size)

    assert (right - left) / size[0] <= share


@settings(deadline=None, max_examples=30)
@given(greys)
@example(255)
@example(0)
def test_label_is_legible_on_any_background(grey):
    size = (400, 300)
    (rows, columns), _ink = inside_label(size, grey) if grey else (((slice(0, 0),) * 2), None)
    labelled = labelling.draw_label(Image.new("RGB", size, (grey,) * 3))
    light = np.asarray(labelled.convert("L"), float)
    letters = luminance(light.max() if grey < 255 else 255.0)
    backing = luminance(light[rows, columns].min() if grey else 0.0)

    assert (letters + 0.05) / (backing + 0.05) >= 4.5


def luminance(value):
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("form", ["png", "jpg", "tiff"])
def test_file_carries_exactly_one_mark(tmp_path, form):
    path = tmp_path / f"picture.{form}"

    with path.open("wb") as file:
        picture = Image.new("RGB", (320, 240), "teal")
        labelling.write(picture, file, file_form=FileForm(form), mark=MARK)

    found = xmp.read_mark(path)
    assert found.is_right
    assert list(found.marks[0]) == [
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    ]
    assert found.marks[0]["ContentProducer"] == "DEMO"
    assert found.marks[0]["ContentPropagator"] == "DEMO"
    assert found.marks[0]["PropagateID"] == "bs-12-9f2c71d0"
    assert path.read_bytes().count(b"TC260:AIGC>") == 2  # one element: opened and closed


def test_former_mark_is_replaced_and_the_rest_kept():
    before = xmp.stamp("", Mark("OLD", "1")).replace(
        "<rdf:RDF", '<rdf:RDF xmlns:dc="http://purl.org/dc/elements/1.1/"', 1
    )
    before = before.replace(
        "</rdf:RDF>",
        '<rdf:Description rdf:about=""><dc:creator>Lin Ke</dc:creator></rdf:Description></rdf:RDF>',
    )

    after = xmp.stamp(before, MARK)

    assert "OLD" not in after
    assert "Lin Ke" in after
    assert after.count("<TC260:AIGC>") == 1


def test_mark_written_as_an_attribute_is_replaced_too():
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
        '"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC="{}"/></rdf:RDF></x:xmpmeta>'
    )

    assert xmp.stamp(packet, MARK).count("AIGC>") == 2
    assert 'TC260:AIGC="' not in xmp.stamp(packet, MARK)


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters=' "\\', min_codepoint=0x21)),
        min_size=2,
        max_size=2,
    ).filter(lambda values: "\x7f" not in "".join(values))
)
def test_mark_reads_back_whatever_its_code(values):
    mark = Mark(*values)
    file = io.BytesIO()
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", xmp.stamp("", mark))
    Image.new("RGB", (2, 2)).save(file, "PNG", pnginfo=chunks)
    file.seek(0)

    assert xmp.read_mark(file).marks == (json.loads(mark.to_json()),)


@pytest.mark.parametrize("value", ["广汽", "a b", 'a"b', "a\\b"])
def test_mark_refuses_what_the_annex_forbids(value):
    with pytest.raises(ValueError, match="ASCII"):
        Mark(value, "1")


def test_picture_without_a_mark_says_so(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "bare.png")

    assert xmp.read_mark(tmp_path / "bare.png").is_right is False


def test_xmp_with_a_document_type_is_not_trusted():
    with pytest.raises(ValueError, match="document type"):
        xmp.stamp('<!DOCTYPE x [<!ENTITY a "b">]><x/>', MARK)
