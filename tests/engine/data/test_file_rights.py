"""What a file says of its rights, in whatever part of it; what is odd is named."""

from datetime import UTC, date, datetime

import pytest
from PIL import ExifTags, Image

from training.engine.data.file_rights import as_moment, read_rights

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" plus:LicenseEndDate="{end}">
<dc:creator><rdf:Seq><rdf:li>Lin Mei</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 林梅</rdf:li></rdf:Alt></dc:rights>
<xmpRights:UsageTerms><rdf:Alt><rdf:li>Web only</rdf:li></rdf:Alt></xmpRights:UsageTerms>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def iptc(**fields):
    """An APP13 segment's content with IIM datasets of record 2."""
    numbers = {"creator": 80, "copyright": 116, "credit": 110, "expires": 37}
    data = b""
    for name, value in fields.items():
        value = value if isinstance(value, bytes) else value.encode()
        data += b"\x1c\x02" + bytes([numbers[name]]) + len(value).to_bytes(2, "big") + value
    if len(data) % 2:
        data += b"\x00"
    return b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(data).to_bytes(4, "big") + data


@pytest.fixture
def picture(tmp_path):
    """picture(xmp=…, segment=…, artist=…): a JPEG with these parts."""

    def picture(xmp=None, segment=None, artist=None):
        path = tmp_path / "a.jpg"
        exif = Image.Exif()
        if artist:
            exif[ExifTags.Base.Artist] = artist
        options = {"xmp": xmp.encode()} if xmp else {}
        Image.new("RGB", (8, 8), "teal").save(path, exif=exif, **options)
        if segment:
            content = path.read_bytes()
            marker = b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment
            path.write_bytes(content[:2] + marker + content[2:])
        return path

    return picture


def test_xmp_tells_creator_copyright_terms_and_end(picture):
    rights = read_rights(picture(xmp=XMP.format(end="2026-12-31")))

    assert rights.values == {
        "creator": "Lin Mei",
        "copyright_notice": "© 2026 林梅",
        "usage_terms": "Web only",
        "expires": date(2026, 12, 31),
    }
    assert not rights.conflicts
    assert rights.unreadable == []


def test_iptc_is_read_in_utf8_and_gbk(picture):
    utf8 = read_rights(picture(segment=iptc(creator="Lin", credit="林梅", expires="20270101")))
    gbk = read_rights(picture(segment=iptc(copyright="林梅".encode("gbk"))))

    assert utf8.values == {
        "creator": "Lin",
        "rights_holder": "林梅",
        "expires": date(2027, 1, 1),
    }
    assert gbk.values == {"copyright_notice": "林梅"}


def test_parts_that_disagree_are_named_and_the_earlier_end_counts(picture):
    path = picture(
        xmp=XMP.format(end="2027-12-31"), segment=iptc(creator="Chen", expires="20261231")
    )

    rights = read_rights(path)

    assert rights.conflicts == {
        "creator": ["Lin Mei", "Chen"],
        "expires": ["2027-12-31", "2026-12-31"],
    }
    assert rights.values["creator"] == "Lin Mei"
    assert rights.values["expires"] == date(2026, 12, 31)


@pytest.mark.parametrize(
    "xmp",
    [
        "<x:xmpmeta",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!doctype a [<!entity b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_xmp_that_is_broken_or_declares_entities_is_named(picture, xmp):
    rights = read_rights(picture(xmp=xmp, artist="Lin"))

    assert rights.unreadable == ["XMP"]
    assert rights.values == {"creator": "Lin"}


def test_end_that_is_no_day_is_named(picture):
    rights = read_rights(picture(xmp=XMP.format(end="when it suits")))

    assert rights.unreadable == ["XMP: when it suits"]
    assert "expires" not in rights.values


def test_picture_that_says_nothing_and_no_picture_give_nothing(picture, tmp_path):
    (tmp_path / "b.jpg").write_bytes(b"no picture")

    assert not read_rights(picture())
    assert not read_rights(tmp_path / "b.jpg")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20261231", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-12-31T10:00:00Z", datetime(2026, 12, 31, 10, tzinfo=UTC)),
        ("2026-12-31T10:00:00", date(2026, 12, 31)),
        ("20261331", None),
        ("never", None),
    ],
)
def test_moments_are_read_in_the_forms_files_use(text, moment):
    assert as_moment(text) == moment
