"""Bytes of captions files: read in the right letters, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.data.captions import tables
from training.engine.errors import EngineError

SIMPLIFIED = [
    "骑楼.jpg,岭南骑楼,红灯笼",
    "0.png,茶楼",
    "a.jpg,夜",
    "a.jpg,山水",
    "a.png,趟栊门，满洲窗",
    "a.png,蚝壳墙",
    "a.jpg,arcade 骑楼",
    "a.jpg,一辆红色的汽车停在广州塔前，夜晚",
]
ELSEWHERE = [
    ("big5", "0.png,茶樓"),
    ("big5", "0.png,紅色的茶樓"),
    ("big5", "騎樓.jpg,嶺南騎樓,紅燈籠"),
    ("big5", "a.jpg,車"),
    ("big5", "a.jpg,中環"),
    ("big5", "a.png,龍舟競渡，端午節"),
    ("cp932", "a.jpg,赤い車"),
    ("cp932", "a.jpg,茶屋"),
    ("cp932", "a.png,ｶﾞｿﾘﾝ"),
    ("cp932", "a.png,夜の街、赤い提灯が並ぶ"),
    ("euc_jp", "a.jpg,赤い車"),
    ("cp949", "a.jpg,빨간 자동차"),
    ("cp1252", "a.jpg,a red façade"),
    ("cp1252", "a.jpg,driver’s car, café"),
    ("mac_roman", "a.jpg,a red façade"),
]


@pytest.mark.parametrize("text", SIMPLIFIED)
def test_chinese_of_a_chinese_windows_is_read(text):
    assert tables.decode(text.encode("gb18030"), "metadata.csv") == text


@pytest.mark.parametrize(("encoding", "text"), ELSEWHERE)
@pytest.mark.parametrize("lines", [1, 40])
def test_text_of_another_encoding_never_becomes_other_words(encoding, text, lines):
    data = "\r\n".join([text] * lines).encode(encoding)

    with pytest.raises(EngineError) as refused:
        tables.decode(data, "metadata.csv")

    assert refused.value.code in ("captions-encoding", "captions-not-text")


@pytest.mark.parametrize("text", SIMPLIFIED)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_text_cut_within_a_letter_never_becomes_other_words(text, encoding):
    data = f"b.png,红灯笼在骑楼下\n{text}".encode(encoding)[:-1]

    if encoding == "gb18030":
        with pytest.raises(EngineError, match="captions file"):
            tables.read_metadata_bytes(data, "metadata.csv")
        return
    table = tables.read_metadata_bytes(data, "metadata.csv")
    assert table.rows == {"b.png": "红灯笼在骑楼下"}
    assert [problem.facts["line"] for problem in table.problems] == [2]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@given(text=st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\ufeff")))
def test_marked_text_is_what_it_says(encoding, text):
    assert tables.decode(text.encode(encoding), "metadata.csv") == text


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    codes = {"captions-encoding", "captions-not-text"}
    try:
        table = tables.read_metadata_bytes(data, "metadata.csv")
    except EngineError as refused:
        told = refused.code in codes
    else:
        told = all("\0" not in text for text in table.rows.values())
    assert told
