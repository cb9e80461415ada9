"""Drawn “photographs” with shapes large and small, and what people make of one."""

import io
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from training.minibase.artist import picture

SIZE = (480, 360)  # px


def photograph(seed):
    """A picture of its own for each seed."""
    generator = random.Random(seed)
    image = Image.new("RGB", SIZE, _colour(generator))
    draw = ImageDraw.Draw(image)
    for size in (200, 120, 60, 30):
        for _shape in range(2_000 // size):
            left, top = generator.randrange(-size, SIZE[0]), generator.randrange(-size, SIZE[1])
            box = (left, top, left + generator.randint(8, size), top + generator.randint(8, size))
            shape = generator.choice([draw.ellipse, draw.rectangle])
            shape(box, fill=_colour(generator))
    return image


def _colour(generator):
    return tuple(generator.randrange(20, 235) for _channel in range(3))


def saved(image, kind="JPEG", **options):
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def cropped(image, left, top, right, bottom):
    """Without these shares of its sides."""
    width, height = image.size
    edges = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return image.crop(tuple(round(edge) for edge in edges))


VARIANTS = {
    "another JPEG": lambda image: Image.open(io.BytesIO(saved(image, quality=30))),
    "half as wide": lambda image: image.resize((240, 180)),
    "cropped by 3 %": lambda image: cropped(image, 0.03, 0.03, 0.03, 0.03),
    "cropped by 10 %": lambda image: cropped(image, 0.1, 0.1, 0.1, 0.1),
    "one edge cropped": lambda image: cropped(image, 0.0, 0.08, 0.0, 0.0),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "mirrored": ImageOps.mirror,
    "cropped and mirrored": lambda image: ImageOps.mirror(cropped(image, 0.07, 0.0, 0.02, 0.05)),
}


def car_cut_out(image, scene):
    """The car of a drawn scene, RGBA, cut out tightly: along its roof, its nose and its wheels."""
    left, top, right, bottom = (
        round(share * side)
        for share, side in zip(picture.vehicle_box(scene, image.size), 2 * image.size, strict=True)
    )
    across, half = (right - left) // 5, (top + bottom) // 2
    outline = [(left + across, top), (right - across, top), (right, half), (right, bottom)]
    mask = Image.new("L", image.size)
    ImageDraw.Draw(mask).polygon([*outline, (left, bottom), (left, half)], 255)
    car = image.convert("RGBA")
    car.putalpha(mask)
    return car.crop(mask.getbbox())


# What people make of a car that they cut out.
CUT_CARS = {
    "as it is": lambda car: car,
    "left half": lambda car: cropped(car, 0, 0, 0.5, 0),
    "right half": lambda car: cropped(car, 0.5, 0, 0, 0),
    "twice as large": lambda car: car.resize((2 * car.width, 2 * car.height)),
    "two thirds of its size": lambda car: car.resize((2 * car.width // 3, 2 * car.height // 3)),
    "mirrored": ImageOps.mirror,
}


def framed(image, colour="white"):
    """In a frame of an eighth of its width."""
    return ImageOps.expand(image, image.width // 8, colour)


def turned_on_white(image):
    """By 12°, with white corners."""
    return image.rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


# What only a closer look knows again (`engine.screening.copies`).
COPIES = {
    "its middle": lambda image: cropped(image, 0.25, 0.25, 0.25, 0.25),
    "its left half": lambda image: cropped(image, 0, 0, 0.5, 0),
    "its right half": lambda image: cropped(image, 0.5, 0, 0, 0),
    "turned by 12°": turned_on_white,
    "turned by 5°": lambda image: image.rotate(5, Image.Resampling.BICUBIC, expand=True),
    "turned by 90°": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "mirrored and turned": lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    "stretched": lambda image: image.resize((image.width * 3 // 2, image.height)),
    "much brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.4),
    "inverted": ImageOps.invert,
    "in a frame": framed,
    "cut, in a frame, saved anew": lambda image: Image.open(
        io.BytesIO(saved(framed(cropped(image, 0.2, 0.1, 0.1, 0.2), "black"), quality=60))
    ),
}
