"""Days as people write them into a search: 昨天, 上周二, last Tuesday, yesterday."""

import datetime
import re

from gallery.services.search import fold

_ZH_DAYS = "一二三四五六日"
_EN_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = "上(?:周|星期|礼拜)"
_WORDS = re.compile(
    rf"(?P<plain>今天|昨天|前天|\b(?:today|yesterday)\b)"
    rf"|(?P<week>{_WEEK}(?![一二三四五六日天])|\blast week\b)"
    rf"|(?P<seven>(?:最近|过去)\s*(?:7|七)\s*天|\blast (?:7|seven) days\b)"
    rf"|{_WEEK}(?P<zh>[一二三四五六日天])|\blast (?P<en>{'|'.join(_EN_DAYS)})\b"
)
_AGO = {"今天": 0, "today": 0, "昨天": 1, "yesterday": 1, "前天": 2}


def read(text, today):
    """(the text without its words for days, [(first day, last day)] of the days that they mean).

    上周二 is the Tuesday of the week before, which begins on Monday. "Last Tuesday" means that to
    one and the latest Tuesday to another: both days then. Without such words there are no days.
    """
    folded = fold(text)
    match = _WORDS.search(folded)
    if match is None:
        return text, []
    rest = f"{folded[: match.start()]} {folded[match.end() :]}".strip()
    return " ".join(rest.split()), _days_of(match, today)


def _days_of(match, today):
    if match["plain"]:
        day = today - datetime.timedelta(days=_AGO[match["plain"]])
        return [(day, day)]
    if match["week"]:
        return [last_week(today)]
    if match["seven"]:
        return [last_7_days(today)]
    monday, _sunday = last_week(today)
    if match["zh"]:
        day = monday + datetime.timedelta(days=_ZH_DAYS.index(match["zh"].replace("天", "日")))
        return [(day, day)]
    weekday = _EN_DAYS.index(match["en"])
    latest = today - datetime.timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    of_last_week = monday + datetime.timedelta(days=weekday)
    return [(day, day) for day in dict.fromkeys((latest, of_last_week))]


def last_7_days(today):
    """(first day, last day), today among them."""
    return today - datetime.timedelta(days=6), today


def last_week(today):
    """(Monday, Sunday) of the week before."""
    monday = today - datetime.timedelta(days=today.weekday() + 7)
    return monday, monday + datetime.timedelta(days=6)
