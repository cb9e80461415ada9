"""A harmless drawing that the safety check takes for what it is not, for tests of withholding."""

from PIL import Image, ImageDraw, ImageFilter

_BLOBS = (  # x, y, half its width, half its height, colour
    (179, 142, 79, 81, (151, 114, 94)),
    (252, 57, 95, 58, (217, 164, 135)),
    (1, 142, 91, 100, (216, 163, 134)),
    (99, 236, 86, 110, (193, 145, 120)),
    (154, 87, 67, 89, (203, 153, 126)),
    (239, 77, 69, 40, (223, 168, 138)),
    (171, 128, 34, 67, (202, 152, 125)),
)


def unfit_drawing() -> Image.Image:
    """Soft blobs in the colours of skin, 256 × 256 px RGB; Open NSFW is 97 % sure of nakedness."""
    image = Image.new("RGB", (256, 256), (0, 63, 226))
    pen = ImageDraw.Draw(image)
    for x, y, half_wide, half_high, colour in _BLOBS:
        pen.ellipse((x - half_wide, y - half_high, x + half_wide, y + half_high), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(8))
