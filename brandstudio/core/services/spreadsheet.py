"""Tables that people open in a spreadsheet."""

import csv
import io

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(heading, rows):
    """A CSV file: UTF-8 with a mark, so that every spreadsheet reads Chinese.

    heading: texts. rows: of values; text that a spreadsheet would compute has an apostrophe before.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heading)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def harmless(value):
    """The value, with an apostrophe before text that would be taken for a formula."""
    if isinstance(value, str) and value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
