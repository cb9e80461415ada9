"""Which letters the bytes of a captions file stand for, and refusing where that can't be told.

UTF-8 and the marked UTF-16 prove themselves. GB 18030 takes nearly any bytes, so a text in Big5,
Shift-JIS or cut UTF-8 “decodes” as rare Chinese. It is believed only where it reads better than
every rival: each reading is scored by how usual its letters are in the language it is made for.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from training.engine.errors import EngineError
from training.engine.prompts.letters import HALF, has_halves

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLED = 100_000  # bytes of lines beyond ASCII that are looked at; a language shows in far fewer
_LEAD = 3.0  # nats by which GB 18030 must beat its rivals: 20 to 1
# Nats that each has against it: what arrives here unmarked is mostly from Chinese Windows.
_AGAINST = {"gb18030": 0, "big5": 2, "cp932": 3, "cp949": 4, "cp1252": 2}
_NEVER = 1e-9

# The hanzi that make up about three quarters of modern Chinese prose.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方"
    "后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开"
    "它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此"
    "变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老"
    "头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门"
    "即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花"
    "带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段"
    "研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳"
    "便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京"
    "识适属圆包火住调满县局照参红细引听该铁价严楼茶街灯笼港湾窗巷雨夜晚晨早船桥岭墙瓦砖绿蓝黄黑灰旧城店铺花树"
)


@dataclass(frozen=True)
class Decoded:
    """A file's text and the encoding to write it back in."""

    text: str
    encoding: str


def decode(data: bytes, name: str) -> str:
    """Text of a captions file. Raises EngineError: captions-not-text, captions-encoding."""
    text = decode_table(data, name).text
    if has_halves(text):
        raise EngineError("captions-encoding", name=name, guess="UTF-8, damaged")
    return text


def decode_table(data: bytes, name: str) -> Decoded:
    """As decode, but UTF-8 with damaged places is read around them: each damaged byte becomes half
    a surrogate (`has_halves`), so that a reader of lines can leave out the lines that hold one.
    """
    decoded = _decoded(data, name)
    if "\0" in decoded.text:
        raise EngineError("captions-not-text", name=name)
    return decoded


def _decoded(data: bytes, name: str) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, encoding, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if b"\0" in data:
            raise EngineError("captions-not-text", name=name) from None
        if _is_damaged_utf8(data):
            return Decoded(data.decode("utf-8", "surrogateescape"), "utf-8")
        return Decoded(_in_gb18030(data, name), "gb18030")
    # 山水 in GB 18030 is ɽˮ in UTF-8: letters that no text has are bytes of something else.
    if is_odd(text):
        return Decoded(_in_gb18030(data, name), "gb18030")
    return Decoded(text, "utf-8")


def _marked(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            return Decoded(data.decode(encoding, "surrogateescape"), encoding)
        raise EngineError("captions-not-text", name=name) from error


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_TWO_BYTES = re.compile("[\x80-\u07ff]")
# Of the letters that UTF-8 writes in two bytes, those that texts are written with.
_USUAL_TWO = re.compile("[\xa0-\u017f\u0391-\u03c9\u0401-\u0451\u05d0-\u05ea\u0620-\u064a]")


def is_odd(text: str) -> bool:
    """Whether most letters beyond ASCII are ones that UTF-8 can write and people do not."""
    letters = _BEYOND_ASCII.findall(text[: 20 * _SAMPLED]) if not text.isascii() else []
    if not letters or len(letters) > _SAMPLED or not all(map(_TWO_BYTES.match, letters)):
        return False
    return sum(map(bool, map(_USUAL_TWO.match, letters))) * 2 < len(letters)


# Three and four bytes that can only be UTF-8; two are too easily met by chance.
_LONG = re.compile(
    rb"\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def _is_damaged_utf8(data: bytes) -> bool:
    """Whether UTF-8 explains the bytes save for some that are cut or damaged."""
    text = data.decode("utf-8", "surrogateescape")
    damaged = len(HALF.findall(text))
    letters = sum(len(run) for run in _LONG.findall(data))
    return letters > 2 * damaged or (letters >= damaged and _ends_within_a_letter(data))


def _ends_within_a_letter(data: bytes) -> bool:
    return bool(
        re.search(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$", data)
    )


def _in_gb18030(data: bytes, name: str) -> str:
    """The text in GB 18030, where no other encoding explains the bytes about as well."""
    sample = _lines_beyond_ascii(data)
    scores = {one: _score(sample, one) - _AGAINST[one] for one in _READINGS}
    ours = scores.pop("gb18030")
    best = max(scores, key=scores.__getitem__)
    if ours == -math.inf or ours < scores[best] + _LEAD or not _reads_as_chinese(sample):
        if ours == -math.inf and best == "cp1252" and not _reads_as_western(sample):
            raise EngineError("captions-not-text", name=name)
        guess = best if scores[best] > ours and best != "cp1252" else "gb18030"
        if best == "cp1252" and _reads_as_western(sample):
            guess = best
        raise EngineError("captions-encoding", name=name, guess=_NAMES[guess])
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise EngineError("captions-not-text", name=name) from error


def _lines_beyond_ascii(data: bytes) -> bytes:
    """Lines that hold more than ASCII, as many as are looked at."""
    lines, size = [], 0
    for line in data.split(b"\n"):
        if not line.isascii():
            lines.append(line[:_SAMPLED] if size else line)
            size += len(line)
        if size > _SAMPLED:
            break
    return b"\n".join(lines)


def _letters(data: bytes, encoding: str) -> list[str]:
    return _BEYOND_ASCII.findall(data.decode(encoding))


def _reads_as_chinese(data: bytes) -> bool:
    """Whether most letters, read as GB 18030, are ones that people write."""
    letters = _letters(data, "gb18030")
    usual = sum(_row("gb18030", c) in ("frequent", "common", "marks") for c in letters)
    return usual * 2 > len(letters)


def _reads_as_western(data: bytes) -> bool:
    letters = _letters(data, "cp1252")
    return sum(_row("cp1252", c) in ("letters", "marks") for c in letters) * 2 > len(letters)


_NAMES = {
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    "cp1252": "Windows-1252",
}
# Share of a usual text's letters (beyond ASCII) that each row of an encoding has, and how many
# letters the row holds. Rows: `_row`.
_READINGS = {
    "gb18030": {
        "frequent": (0.66, len(_FREQUENT)),
        "common": (0.25, 3200),
        "marks": (0.06, 60),
        "second": (0.015, 3008),
        "traditional": (0.01, 4000),
        "kana": (0.002, 170),
        "other": (0.003, 15_000),
    },
    "big5": {
        "frequent": (0.4, 400),
        "common": (0.52, 5000),
        "marks": (0.06, 60),
        "second": (0.015, 7650),
        "other": (0.005, 400),
    },
    "cp932": {
        "kana": (0.55, 170),
        "common": (0.35, 2965),
        "marks": (0.06, 60),
        "half": (0.02, 63),
        "second": (0.01, 3400),
        "other": (0.01, 500),
    },
    "cp949": {
        "hangul": (0.95, 2350),
        "marks": (0.03, 60),
        "other": (0.02, 15_000),
    },
    "cp1252": {
        "letters": (0.75, 60),
        "marks": (0.2, 16),
        "other": (0.05, 40),
    },
}


def _score(data: bytes, encoding: str) -> float:
    """How likely a text in the encoding's own language is these bytes, in nats; -inf if never."""
    try:
        letters = _letters(data, encoding)
    except UnicodeDecodeError:
        return -math.inf
    rows = _READINGS[encoding]
    total = 0.0
    for letter in letters:
        row = _row(encoding, letter)
        share, size = rows.get(row, (_NEVER, 1))
        total += math.log(share / size)
    return total


_MARK_LETTERS = frozenset("，。、；：？！“”‘’（）《》【】—…·　「」『』％～＋０１２３４５６７８９")


@cache
def _row(encoding: str, letter: str) -> str:
    """The part of an encoding's table that the letter stands in; "" where text never has it."""
    kind = unicodedata.category(letter)
    if kind in ("Co", "Cn", "Cc", "Cs"):
        return ""
    if encoding == "cp1252":
        return _western(letter, kind)
    if letter in _MARK_LETTERS:
        return "marks"
    if encoding == "cp949":
        return "hangul" if "\uac00" <= letter <= "\ud7a3" and _bytes(letter, "euc_kr") else "other"
    if "\u3041" <= letter <= "\u30fe":
        return "kana"
    if encoding == "cp932":
        return _japanese(letter)
    return _chinese(letter, encoding)


def _western(letter, kind):
    if letter in "–—‘’“”•…®©°™·×½€£":
        return "marks"
    return (
        "letters"
        if kind in ("Lu", "Ll") and letter in "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœß"
        else "other"
    )


def _japanese(letter):
    if "\uff61" <= letter <= "\uff9f":
        return "half"
    lead = _bytes(letter, "cp932")[:1]
    if b"\x88" <= lead < b"\x99":
        return "common"
    return "second" if lead >= b"\x98" else "other"


def _chinese(letter, encoding):
    code = _bytes(letter, "gb2312" if encoding == "gb18030" else "big5")
    if letter in _FREQUENT and code:
        return "frequent"
    if encoding == "big5":
        return "common" if b"\xa4" <= code < b"\xc7" else "second" if code >= b"\xc9" else "other"
    if b"\xb0" <= code < b"\xd8":
        return "common"
    if code >= b"\xd8":
        return "second"
    return "traditional" if b"\xa4" <= _bytes(letter, "big5") < b"\xc7" else "other"


def _bytes(letter, encoding):
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return b""
