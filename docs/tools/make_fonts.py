"""Cut Noto Sans CJK SC down to the glyphs in use: `make fonts`.

Needs Debian's fonts-noto-cjk, fonttools and brotli. Writes
  static/fonts/studio-sans-{400,600}.woff2   the interface's glyphs, for screens without its fonts
  gallery/engine/fonts/studio-label.otf      glyphs of label and watermarks, Latin, for pictures
  gallery/engine/fonts/posters/poster-*.otf  all Chinese characters of GB 2312 (6,763) and Latin
with the licence beside each. Run it when the catalogue has gained characters.
"""

import gzip
import re
from pathlib import Path

import polib
from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path("/usr/share/fonts/opentype/noto")
COPYRIGHT = Path("/usr/share/doc/fonts-noto-cjk/copyright")
LABEL = "人工智能生成合成内容标识AI"
WATERMARKS = "样稿未批准已撤回"
LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) + "–—‘’“”…‹›•√→↑↓×·"
CHINESE_MARKS = "　、。〈〉《》「」『』【】〔〕！（），．：；？～￥"


CANTONESE = "嘅咗喺嚟佢哋冇啲嘢咁唔嗰噉攞搵諗睇瞓嘥啱嗌冧嘞喎噃嬲攰靓埗镬"  # what GB 2312 lacks


def common_chinese() -> str:
    """The Chinese characters of GB 2312: rows 16 to 87 of its table."""
    cells = ((row, cell) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return "".join(bytes(pair).decode("gb2312", errors="ignore") for pair in cells)


def interface_text() -> str:
    """Every Chinese text the site can say by itself."""
    catalogue = polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"))
    said = [entry.msgstr + "".join(entry.msgstr_plural.values()) for entry in catalogue]
    said += [path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")]
    return "".join(said)


def face(weight: str, kind: str = "Sans"):
    """The simplified-Chinese face of the collection; weight: Regular or Bold; kind: or Serif."""
    collection = TTCollection(str(SOURCE / f"Noto{kind}CJK-{weight}.ttc"))
    return next(font for font in collection if font["name"].getDebugName(1).endswith("CJK SC"))


def cut(
    weight: str,
    text: str,
    target: Path,
    family: str,
    flavor: str | None = None,
    kind: str = "Sans",
) -> None:
    """Write the glyphs of `text` as a font of its own family name (the licence asks for that)."""
    font = face(weight, kind)
    options = subset.Options(flavor=flavor, layout_features=["kern", "palt", "vert"], hinting=False)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    font["head"].modified = font["head"].created  # the same input gives the same file
    target.parent.mkdir(parents=True, exist_ok=True)
    font.recalcTimestamp = False
    subset.save_font(font, str(target), options)
    print(target.relative_to(ROOT), target.stat().st_size)


def licence() -> str:
    """The licence text as Debian ships it with the source fonts."""
    raw = COPYRIGHT.read_bytes()
    text = gzip.decompress(raw).decode() if raw[:2] == b"\x1f\x8b" else raw.decode()
    body = text[text.index("SIL OPEN FONT LICENSE") :]
    body = re.split(r"\n\S", body, maxsplit=1)[0]
    lines = [re.sub(r"^ ?\.?$", "", line).removeprefix(" ") for line in body.splitlines()]
    return (
        "Subset of Noto Sans CJK SC and Noto Serif CJK SC, renamed.\n"
        "Copyright 2014-2021 Adobe (http://www.adobe.com/), with Reserved Font Name 'Source'.\n"
        "This Font Software is licensed under the SIL Open Font License, Version 1.1.\n\n"
        + "\n".join(lines).strip()
        + "\n"
    )


def main() -> None:
    screen = LATIN + CHINESE_MARKS + LABEL + interface_text()
    web, label = ROOT / "static/fonts", ROOT / "gallery/engine/fonts"
    cut("Regular", screen, web / "studio-sans-400.woff2", "Studio Sans SC", "woff2")
    cut("Bold", screen, web / "studio-sans-600.woff2", "Studio Sans SC", "woff2")
    cut("Bold", LATIN + LABEL + WATERMARKS, label / "studio-label.otf", "Studio Label SC")
    posters = label / "posters"
    whole = LATIN + CHINESE_MARKS + "‰℃【】￥€£" + CANTONESE + common_chinese()
    cut("Bold", whole, posters / "poster-serif.otf", "Studio Poster Serif SC", kind="Serif")
    cut("Bold", whole, posters / "poster-sans.otf", "Studio Poster Sans SC")
    cut("Regular", whole, posters / "poster-text.otf", "Studio Poster Text SC")
    for folder in (web, label, posters):
        (folder / "OFL.txt").write_text(licence(), encoding="utf-8")


if __name__ == "__main__":
    main()
