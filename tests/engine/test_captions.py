"""Captions files: every dialect in, one dialect out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine import captions
from training.engine.errors import EngineError

CAPTION = "Chaozhou-style arcade with red lanterns and Cantonese calligraphy, green glazed tiles"


@pytest.mark.parametrize(
    "text",
    [
        f"img001.jpg,{CAPTION}\nimg002.jpg,tea\n",
        f'img001.jpg,"{CAPTION}"\nimg002.jpg,"tea"\n',
        f"filename,prompt\nimg001.jpg,{CAPTION}\nimg002.jpg,tea\n",
        f'\ufefffile_name,text\r\nimg001.jpg,"{CAPTION}"\r\nimg002.jpg,tea\r\n',
        f'"img001.jpg","{CAPTION}"\r\r\n\n./img002.jpg, tea \n',
        f"img001.jpg\t{CAPTION}\nimg002.jpg\ttea",
        f'text,file_name\n"{CAPTION}",img001.jpg\ntea,img002.jpg\n',
        f"图片,描述\nimg001.jpg,{CAPTION}\nimg002.jpg,tea\n",
        f'id,file_name,text\n1,img001.jpg,"{CAPTION}"\n2,img002.jpg,tea\n',
    ],
)
def test_every_dialect_gives_the_same_captions(text):
    table = captions.read_metadata_text(text)

    assert table.rows == {"img001.jpg": CAPTION, "img002.jpg": "tea"}
    assert table.problems == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_captions_are_read_in_usual_encodings(tmp_path, encoding):
    path = tmp_path / "metadata.csv"
    path.write_bytes("骑楼.jpg,岭南骑楼,红灯笼\n".encode(encoding))

    assert captions.read_metadata(path).rows == {"骑楼.jpg": "岭南骑楼,红灯笼"}


def test_json_lines_are_read():
    text = '{"file_name": "a.png", "text": "tea"}\n\n{"file_name": "b.png"}\n'

    table = captions.read_metadata_text(text, "metadata.jsonl")

    assert table.rows == {"a.png": "tea"}
    assert [problem.facts["line"] for problem in table.problems] == [3]


def test_quoted_caption_may_span_lines():
    table = captions.read_metadata_text('a.png,"tea,\nat ""six"""\nb.png,x\n')

    assert table.rows == {"a.png": 'tea,\nat "six"', "b.png": "x"}


def test_stray_quote_spoils_its_own_line_only():
    table = captions.read_metadata_text('a.png,the 12" wheel, red\nb.png,x\n')

    assert table.rows == {"a.png": 'the 12" wheel, red', "b.png": "x"}


def test_bad_lines_are_named_and_the_rest_is_kept():
    text = "a.png,tea\nno comma here\na.png,twice\nb.png,\n../c.png,out\n/d.png,out\ne.png,ok\n"

    table = captions.read_metadata_text(text)

    assert table.rows == {"a.png": "tea", "e.png": "ok"}
    assert [problem.code for problem in table.problems] == [
        "captions-line-unreadable",
        "captions-duplicate",
        "captions-empty",
        "captions-bad-name",
        "captions-bad-name",
    ]


def test_missing_and_binary_files_are_named(tmp_path):
    with pytest.raises(EngineError) as missing:
        captions.read_metadata(tmp_path / "none.csv")
    (tmp_path / "bad.csv").write_bytes(b"a.png,\x00\x01")
    with pytest.raises(EngineError) as binary:
        captions.read_metadata(tmp_path / "bad.csv")

    assert missing.value.code == "captions-missing-file"
    assert binary.value.code == "captions-not-text"


_WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1)
_NAMES = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\\/:"),
        max_size=20,
    )
    .map(lambda stem: f"x{stem}.png")
    .map(str.strip)
)


@given(st.dictionaries(_NAMES, _WORDS.map(str.strip).filter(bool), min_size=1, max_size=5))
def test_written_captions_read_back_equal(rows):
    table = captions.read_metadata_text(captions.metadata_text(rows))

    assert table.rows == rows
    assert table.problems == []


def test_sidecars_are_read(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).touch()
    (tmp_path / "a.txt").write_text("tea\n house ", encoding="utf-8")
    (tmp_path / "b.caption").write_text("arcade", encoding="utf-8")

    assert captions.read_sidecars(tmp_path) == {"a.png": "tea house", "b.png": "arcade"}


@pytest.mark.parametrize(
    ("caption", "expected"),
    [("tea", "lnarc, tea"), ("tea, LNARC style", "tea, LNARC style")],
)
def test_trigger_words_are_put_in_front_once(caption, expected):
    assert captions.with_trigger(caption, "lnarc") == expected
