"""Which columns of a table hold the pictures' names and the captions, by its heading.

A heading's columns are separate. Where several may be the caption, or none is known to be it, the
table is refused by name: a wrong column, or two glued together, would be learned as words.
"""

import re

from training.engine.data.captions.rows import is_image
from training.engine.errors import EngineError

NAME_COLUMNS = (
    *("file_name", "filename", "file", "image_path", "img_path", "image_file", "imagefile"),
    *("file_path", "filepath", "image_name", "image", "img", "picture", "photo", "name", "path"),
    *("文件名", "文件名称", "文件", "图片名", "图片名称", "图片文件", "图片文件名", "图片路径"),
    *("文件路径", "图片", "图像", "照片", "路径"),
    *("檔名", "檔案名稱", "檔案", "圖片", "圖像"),
)
# Words for the caption, the plainest first: of columns in the same line, any may be meant.
_PLAIN = ("text", "caption", "captions", "caption_text")
_LIKELY = (
    *("prompt", "description", "描述", "描述词", "图片描述", "提示词", "文本", "文字", "文案"),
    *("说明", "说明词", "图片说明", "标注", "圖片描述", "說明", "提示詞", "標註", "標注"),
)
_PERHAPS = ("label", "labels", "tags", "title", "标题", "标签", "標題", "標籤")
# caption_en, English prompt, 英文描述, 描述（英文）; but not caption_source, 标注人.
_PARTS = frozenset(("text", "caption", "captions", "prompt", "description", "desc"))
_NO_CAPTION = frozenset(
    ("negative", "neg", "id", "length", "len", "source", "score", "model", "count", "lang", "hash")
    + ("language", "date", "time", "author", "path", "file", "url", "scale", "strength", "tokens")
)
_CHINESE = re.compile(
    r"(?<!负面)(?<!反向)(?:描述|描述词|说明|说明词|提示词|标注|文本|文案|說明|提示詞|標註)"
    r"(?:\d|_?[(（\[【].*|_(?:zh|cn|en|英文|中文|英|中))?"
)
_LONGEST_WORD = 40  # letters of a heading's cell


def find_columns(lines: list[list[str]], table: str) -> tuple[int, int] | None:
    """Where the names and the captions stand; None where the first line is no heading.

    lines: cells of the first lines. table: how messages call it. Raises EngineError:
    captions-column-unclear, captions-column-unknown, captions-picture-unclear.
    """
    heading, rows = lines[0], lines[1:]
    if len(heading) < 2 or any(map(is_image, heading)):
        return None
    images = _image_columns(rows, len(heading))
    name = _name_column(heading, images)
    captions = [at for at in caption_columns(heading) if at != name]
    if len(heading) == 2:
        return _of_two(heading, name, captions)
    if name is None:
        if not _reads_as_heading(heading) or not (captions or _is_above(heading, rows, images)):
            return None
        name = _only_image(heading, [at for at in images if at not in captions], table)
    elif not captions and name and name not in images:
        return None  # a row of tags, “photo” among them
    if len(captions) != 1:
        several = "captions-column-unclear" if captions else "captions-column-unknown"
        others = captions or [at for at in range(len(heading)) if at != name]
        raise EngineError(several, name=table, columns=_column_names(heading, others))
    return name, captions[0]


def caption_columns(heading: list[str]) -> list[int]:
    """The columns that may be the caption: one where it is plain, several where it is not."""
    words = [_word(cell) for cell in heading]
    for is_meant in (
        _PLAIN.__contains__,
        lambda word: word in _LIKELY or _is_like_one(word),
        _PERHAPS.__contains__,
    ):
        if matches := [at for at, word in enumerate(words) if is_meant(word)]:
            return matches
    return []


def _word(cell: str) -> str:
    return re.sub(r"[\s-]+", "_", cell.strip("\ufeff \t").casefold())


def _is_like_one(word: str) -> bool:
    parts = word.split("_")
    if _NO_CAPTION.intersection(parts):
        return False
    if parts[0] in _PARTS or parts[-1] in _PARTS:
        return True
    end = _CHINESE.search(word)
    return bool(end) and any(match.end() == len(word) for match in _CHINESE.finditer(word))


def _name_column(heading: list[str], images: list[int]) -> int | None:
    """The first known word for a picture's name, those above pictures before all others."""
    words = [_word(cell) for cell in heading]
    candidates = [words.index(word) for word in NAME_COLUMNS if word in words]
    return next((at for at in candidates if at in images), candidates[0] if candidates else None)


def _image_columns(rows: list[list[str]], columns: int) -> list[int]:
    counts = [sum(len(row) > at and is_image(row[at]) for row in rows) for at in range(columns)]
    return [at for at, count in enumerate(counts) if count and count * 2 >= max(counts)]


def _of_two(heading, name, captions) -> tuple[int, int] | None:
    """Of two columns one word is enough, unless the other holds several: then it is a row."""
    if name is None and len(captions) == 1:
        name = 1 - captions[0]
        return (name, captions[0]) if " " not in heading[name].strip() else None
    if name is None:
        return None
    is_heading = captions or " " not in heading[1 - name].strip()
    return (name, 1 - name) if is_heading else None


def _reads_as_heading(heading: list[str]) -> bool:
    """Whether every cell may be a column's word, none a number or the middle of a sentence."""
    cells = [cell.strip("\ufeff") for cell in heading]
    return not any(
        cell[:1] in ("", " ") or len(cell) > _LONGEST_WORD or cell.strip().isdecimal()
        for cell in cells
    )


def _is_above(heading, rows, images) -> bool:
    """Whether the rows below have a picture where the first line has none, and as many cells."""
    below = [row for row in rows if any(len(row) > at and is_image(row[at]) for at in images)]
    whole = [row for row in below if len(row) >= len(heading)]
    return bool(below) and len(whole) == len(below) and len(below) * 3 >= len(rows) * 2


def _only_image(heading, images, table) -> int:
    if len(images) != 1:
        names = _column_names(heading, images or range(len(heading)))
        raise EngineError("captions-picture-unclear", name=table, columns=names)
    return images[0]


def _column_names(heading, columns) -> str:
    return ", ".join(heading[at].strip("\ufeff \t")[:_LONGEST_WORD] for at in columns)
