"""Headings whose columns nobody knows: one caption column is taken, none is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from training.engine.data import labelers
from training.engine.data.captions import tables
from training.engine.errors import EngineError

UNCLEAR, UNKNOWN = "captions-column-unclear", "captions-column-unknown"
PICTURE = "captions-picture-unclear"


@pytest.mark.parametrize(
    ("text", "caption"),
    [
        ("文件名,尺寸,说明词\na.png,512,red car\n", "red car"),
        ("文件名,描述人,英文描述\na.png,张,red car\n", "red car"),
        ("图片,描述,标签\na.png,red car,wet\n", "red car"),
        ("文件名,提示词,负面提示词\na.png,red car,blur\n", "red car"),
        ("file_name,prompt,negative_prompt\na.png,red car,blur\n", "red car"),
        ("file_name,text,score\na.png,red car,0.9\n", "red car"),
        ("序号;图;英文描述\n1;a.png;red car\n", "red car"),
        ("path,hash,ai_caption\na.png,ff,red car\n", "red car"),
        ("file_name,text,说明\na.png,red car,x\n", "red car"),
        ("file_name,width,text\na.png,512,red car, wet\n", "red car, wet"),
    ],
)
def test_the_one_column_that_may_be_the_caption_is_taken_alone(text, caption):
    table = tables.read_metadata_text(text)

    assert (table.rows, table.problems) == ({"a.png": caption}, [])


@pytest.mark.parametrize(
    ("text", "code", "columns"),
    [
        ("文件名,中文描述,英文描述\na.png,红车,red\n", UNCLEAR, "中文描述, 英文描述"),
        ("文件名;中文描述;英文描述\na.png;红车;red\n", UNCLEAR, "中文描述, 英文描述"),
        ("文件名,描述（中文）,描述（英文）\na.png,红,red\n", UNCLEAR, "描述（中文）, 描述（英文）"),
        ("file_name,caption_zh,caption_en\na.png,红,red\n", UNCLEAR, "caption_zh, caption_en"),
        ("file_name,text,text\na.png,红,red\n", UNCLEAR, "text, text"),
        ("图,中文,英文\na.png,红,red\n", UNKNOWN, "中文, 英文"),
        ("file_name,category,color\na.png,car,red\n", UNKNOWN, "category, color"),
        ("source,target,text\na.png,b.png,red car\n", PICTURE, "source, target"),
        ("id,text,note\n1,red,x\n", PICTURE, "id, text, note"),
    ],
)
def test_heading_of_several_captions_or_none_is_refused_with_its_columns(text, code, columns):
    with pytest.raises(EngineError) as refused:
        tables.read_metadata_text(text)

    assert (refused.value.code, refused.value.facts["columns"]) == (code, columns)


def test_table_of_two_caption_columns_is_not_drafted_into(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    table = tmp_path / "metadata.csv"
    table.write_text("file_name,caption_zh,caption_en\na.png,红,red\n", encoding="utf-8")

    with pytest.raises(EngineError) as refused:
        labelers.caption_folder(tmp_path, table, None)

    assert refused.value.code == UNCLEAR


@pytest.mark.parametrize("text", ["a.png,red car, wet\n", "img1,photo,red\nimg2,photo,blue\n"])
def test_without_a_heading_commas_belong_to_the_caption(text):
    table = tables.read_metadata_text(text)

    assert (len(table.rows), table.remarks) == (text.count("\n"), [])
    assert all("," in caption for caption in table.rows.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a.png,512,512,red car\nb.png,64,64,blue\n", True),
        ("a.png,red car,0.9\nb.png,blue,1\n", True),
        ("a.png,red car,0.9\nb.png,blue, wet\n", False),
        ('a.png,"red car, 2020"\n', False),
        ("a.png,red car\nb.png,2020\n", False),
    ],
)
def test_numbers_glued_to_every_caption_are_told(text, told):
    table = tables.read_metadata_text(text)

    assert [remark.code for remark in table.remarks] == ["captions-numbers-glued"] * told


def test_json_line_of_two_captions_is_named_and_the_rest_is_read():
    text = (
        '{"file_name": "a.png", "caption_zh": "红", "caption_en": "red"}\n'
        '{"file_name": "b.png", "prompt": "red", "description": "wet"}\n'
        '{"file_name": "c.png", "英文描述": "tea", "score": "1"}\n'
    )

    table = tables.read_metadata_text(text, "metadata.jsonl")

    assert table.rows == {"c.png": "tea"}
    assert [p.facts["columns"] for p in table.problems] == [
        "caption_zh, caption_en",
        "prompt, description",
    ]


_WORDS = st.lists(
    st.text("abcdefg图文描述", min_size=1, max_size=6), min_size=2, max_size=4, unique=True
)


@given(_WORDS, st.sampled_from([",", ";", "\t", "|"]))
def test_cells_below_a_heading_are_never_glued(words, mark):
    rows = [mark.join(["file_name", *words]), mark.join(["a.png", *(f"<{w}>" for w in words)])]

    try:
        table = tables.read_metadata_text("\n".join(rows))
        told = table.rows["a.png"]
    except EngineError as refused:
        told = refused.facts["columns"]

    assert told in {f"<{word}>" for word in words} or set(told.split(", ")) <= set(words)
