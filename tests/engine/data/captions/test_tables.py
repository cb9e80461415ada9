"""Captions files: every dialect in, one dialect out."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.data.captions import tables as captions
from training.engine.errors import EngineError
from training.engine.prompts import letters

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


@given(st.dictionaries(_NAMES, _WORDS.map(letters.visible).filter(bool), min_size=1, max_size=5))
def test_written_captions_read_back_equal(rows):
    table = captions.read_metadata_text(captions.metadata_text(rows))

    assert table.rows == rows
    assert table.problems == []


def test_sidecar_of_several_lines_gives_its_first(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        (tmp_path / name).touch()
    (tmp_path / "a.txt").write_text("\n tea  house \nsecond thoughts", encoding="utf-8")
    (tmp_path / "b.caption").write_text("arcade", encoding="utf-8")

    assert captions.read_sidecars(tmp_path) == {"a.png": "tea house", "b.png": "arcade"}


@pytest.mark.parametrize(
    ("caption", "expected"),
    [("tea", "lnarc, tea"), ("tea, LNARC style", "tea, LNARC style")],
)
def test_trigger_words_are_put_in_front_once(caption, expected):
    assert captions.with_trigger(caption, "lnarc") == expected


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("0.png,tea house,,\n1.png,red,,,,\n", {"0.png": "tea house", "1.png": "red"}),
        (
            '0.png,"tea house, red",,\n1.png,"a ""b""",, \n',
            {"0.png": "tea house, red", "1.png": 'a "b"'},
        ),
        ("0.png,tea, red,,\n", {"0.png": "tea, red"}),
        ('0.png, "tea, red" ,\n', {"0.png": "tea, red"}),
        ('"0.png,tea, red",,\n"1.png,""x"""\n', {"0.png": "tea, red", "1.png": "x"}),
        ('0.png,"tea","red, wet"\n', {"0.png": "tea, red, wet"}),
        ("0,tea house\n1,red, wet\n", {"0": "tea house", "1": "red, wet"}),
        ("0,tea house\n1.png,red\n", {"0": "tea house", "1.png": "red"}),
        ("\r\n\r\nfile_name,text\r\n0.png,tea\r\n", {"0.png": "tea"}),
        ("sep=,\n0.png,tea, red\n", {"0.png": "tea, red"}),
        ('"sep=;"\nfile_name;text;;\n0.png;tea, red;;\n', {"0.png": "tea, red"}),
        ("\ufeff\ufeff0.png,tea\n\ufeff1.png,red\n", {"0.png": "tea", "1.png": "red"}),
        ("\ufeff\ufefffile_name,text\n0.png,tea\n", {"0.png": "tea"}),
        (
            "\ufefffile_name,text\n0.png,tea\n\ufefffile_name,text\n1.png,red\n",
            {"0.png": "tea", "1.png": "red"},
        ),
        (
            "id,file_name,text\n1,0.png,tea, red\n2,1.png,wet\n",
            {"0.png": "tea, red", "1.png": "wet"},
        ),
        ("text,file_name\ntea, red,0.png\n", {"0.png": "tea, red"}),
        ("1,0.png,tea, red\n2,1.png,wet\n", {"0.png": "tea, red", "1.png": "wet"}),
        ("0.png|tea, red\n", {"0.png": "tea, red"}),
        ("tea, house.png,red\n", {"tea, house.png": "red"}),
        ("FileName;Prompt\n0.PNG;tea\n", {"0.PNG": "tea"}),
        ("image,tags,caption\n0.png,wet,tea\n", {"0.png": "tea"}),
        ("0.png,a\r1.png,b\r", {"0.png": "a", "1.png": "b"}),
    ],
)
def test_table_as_a_spreadsheet_or_a_person_leaves_it_is_read(text, rows):
    table = captions.read_metadata_text(text)

    assert (table.rows, table.problems) == (rows, [])


def test_heading_in_words_of_its_own_is_kept_apart_from_the_rows():
    table = captions.read_metadata_text("Bild,Beschreibung\n1.png,red\n2.png,blue\n")

    assert table.heading == "Bild"
    assert captions.read_metadata_text("0,tea house\n1.png,red\n").heading == ""


def test_quote_that_is_never_closed_takes_no_other_row_along():
    text = 'a.png,"tea\nb.png,house"\nc.png,"open\nd.png,x\n'

    table = captions.read_metadata_text(text)

    assert table.rows == {"a.png": '"tea', "b.png": 'house"', "c.png": '"open', "d.png": "x"}


def test_column_that_could_be_either_is_named_instead_of_guessed():
    text = "id,file_name,text,note\n1,0.png,tea, house,good\n2,1.png,red,good\n"

    table = captions.read_metadata_text(text)

    assert table.rows == {"1.png": "red"}
    assert [p.facts["line"] for p in table.problems] == [2]


@pytest.mark.parametrize(
    "line",
    [
        '{"file_name": "a.png", "text": "\\ud800"}',
        '{"file_name": "a\\ud800.png", "text": "tea"}',
        '{"file_name": "a.png", "text": "tea\\u0000"}',
        '{"file_name": "a\\u0000.png", "text": "tea"}',
        "[" * 20_000,
        '{"a":' * 20_000,
        '{"file_name": "a.png", "text": "tea", "id": ' + "9" * 5000 + "}",
        '{"file_name": "a.png", "text": 5}',
        '{"file_name": ["a.png"], "text": "tea"}',
        "null",
        "nonsense",
    ],
)
def test_json_line_built_to_choke_a_reader_is_one_problem(line):
    table = captions.read_metadata_text(
        f'{line}\n{{"file_name": "b.png", "text": "x"}}\n', "metadata.jsonl"
    )

    assert table.rows == {"b.png": "x"}
    assert [problem.facts["line"] for problem in table.problems] == [1]
    str(table.problems[0]).encode()


@pytest.mark.parametrize(
    "cell", ["x" * 200_000, '"' + "x" * 200_000 + '"', "," * 200_000, '"' * 200_001]
)
def test_enormous_cell_is_one_problem(cell):
    table = captions.read_metadata_text(f"a.png,{cell}\nb.png,x\n")

    assert table.rows == {"b.png": "x"}
    assert len(table.problems) == 1


def test_meta_cap_of_kohya_is_read():
    text = '{"a": {"caption": "tea", "tags": "red, wet"}, "b.png": {"tags": "x"}, "c": {"size": 1}}'

    table = captions.read_metadata_text(text, "meta_cap.json")

    assert table.rows == {"a": "tea, red, wet", "b.png": "x"}
    assert [problem.facts["text"] for problem in table.problems] == ["c"]


@pytest.mark.parametrize("text", ["[]", "{}", "5", '{"epoch": 3}', "[" * 20_000, "nonsense"])
def test_json_without_captions_is_refused(text):
    with pytest.raises(EngineError) as refused:
        captions.read_metadata_text(text, "run.json")

    assert refused.value.code == "captions-unknown-form"


@pytest.mark.parametrize("caption", ["=1+1", "+cmd", "-3 degrees", "@home", '=A1,"x"'])
def test_no_cell_begins_a_formula_and_the_words_come_back(caption):
    text = captions.metadata_text({"=a.png": caption, "-b.png": "tea"})

    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert captions.read_metadata_text(text).rows == {"=a.png": caption, "-b.png": "tea"}


@given(st.text(alphabet='a.png,"\n\r;\t|\ufeff 0', max_size=60))
def test_every_letter_of_a_table_is_read_or_named(text):
    try:
        table = captions.read_metadata_text(text)
    except EngineError as refused:  # a heading of unknown columns
        table = captions.CaptionTable(problems=[refused])

    told = " ".join([*table.rows, *table.rows.values(), *map(str, table.problems)])
    assert text.count("p") == 0 or told
    for number in table.lines.values():
        assert 1 <= number <= len(text) + 1


_PLAIN = st.text(alphabet="abc é茶'()-!.: ", min_size=1, max_size=12).map(str.strip).filter(bool)
_STEMS = st.text(alphabet="abc é茶'()-! ", min_size=1, max_size=12).map(str.strip).filter(bool)
_CAPTIONS = st.lists(_PLAIN, min_size=1, max_size=4).map(", ".join)


@st.composite
def tables(draw):
    """(text, rows): the rows in some dialect."""
    count = draw(st.integers(1, 4))
    rows = {f"{draw(_STEMS)}{n}.png": draw(_CAPTIONS) for n in range(count)}
    mark = draw(st.sampled_from(",;\t|"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    numbered, quoted = draw(st.booleans()), draw(st.booleans())
    padding = mark * draw(st.integers(0, 3))
    lines = []
    if draw(st.booleans()):
        lines.append(f"sep={mark}")
    if draw(st.booleans()):
        lines.append("")
    if numbered or draw(st.booleans()):
        heading = draw(
            st.sampled_from([("file_name", "text"), ("Image", "Prompt"), ("图片", "描述")])
        )
        lines.append(mark.join([*(["id"] if numbered else []), *heading]) + padding)
    for n, (name, caption) in enumerate(rows.items()):
        cells = [str(n)] if numbered else []
        whole = [f'"{name}"', '"' + caption + '"'] if quoted else [name, caption]
        lines.append(mark.join([*cells, *whole]) + padding)
    marks = draw(st.sampled_from(["", "\ufeff", "\ufeff\ufeff"]))
    return marks + end.join([*lines, ""]), rows


@given(tables())
def test_table_in_any_dialect_gives_its_rows(table):
    text, rows = table

    told = captions.read_metadata_text(text)

    assert (told.rows, told.problems) == (rows, [])


def test_row_with_a_quoted_name_and_no_caption_is_an_empty_one():
    table = captions.read_metadata_text('file_name,text\n"0.png",\n"1.png",""\n')

    assert [problem.code for problem in table.problems] == ["captions-empty", "captions-empty"]
