"""A version's strength sheet as one picture: a row per prompt, a column per strength."""

from PIL import Image, ImageDraw, ImageFont

from brandstudio.core import blobs
from gallery.services.library import prepared

SIDE, HEAD, GAP = 192, 28, 4  # px


def draw(version):
    """Return the sheet as a PIL image; strengths stand above their columns."""
    version = prepared(version)
    rows, columns = version.rows, version.columns
    width, height = (SIDE + GAP) * len(columns) + GAP, HEAD + (SIDE + GAP) * len(rows)
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(18)
    for column, strength in enumerate(columns):
        left = GAP + column * (SIDE + GAP)
        pen.text((left + SIDE / 2, HEAD / 2), f"{strength:g}", "black", font, anchor="mm")
        for row, pictures in enumerate(rows):
            with blobs.open(pictures[column].sha256) as file, Image.open(file) as picture:
                sheet.paste(picture.resize((SIDE, SIDE)), (left, HEAD + row * (SIDE + GAP)))
    return sheet
