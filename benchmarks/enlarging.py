"""What does the upscaler give, and cost, beside plain Lanczos?

    python benchmarks/enlarging.py [--photos FOLDER] [--weights FILE] [--side PX] [--pictures N]
                                   [--growth TIMES]

Takes drawings of the scene artist, and the photographs of a folder, at `side` px, makes them
`growth` times smaller and enlarges them again, both ways, as often as a worker would. Prints
likeness to the picture of before: PSNR, SSIM (Wang et al. 2004,
https://doi.org/10.1109/TIP.2003.819861), and GMSD, how far its edges differ as the eye judges it, 0
where alike (Xue et al. 2014, https://doi.org/10.1109/TIP.2013.2293423); how strong its edges are
beside the true ones, its saturation and contrast beside those of the small picture, and processor
seconds for a megapixel made. Last, how long two megapixels take by the clock, and that beside plain
Lanczos. docs/picture-tools.md has the figures.
"""

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from training.engine.data import images
from training.engine.tools import enlarging, super_resolution, upscaler
from training.minibase import artist

LANCZOS = Image.Resampling.LANCZOS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="a folder of photographs")
    parser.add_argument("--weights", default=upscaler.BUNDLED)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--pictures", type=int, default=12, help="drawings")
    parser.add_argument("--growth", type=int, default=4, help="on each side")
    arguments = parser.parse_args()
    network = super_resolution.load(arguments.weights)
    print("| Pictures | Way | PSNR | SSIM | GMSD | Edges | Saturation | Contrast | Seconds |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, pictures in sets(arguments):
        lines = [measured(picture, arguments.growth, network) for picture in pictures]
        for way in ("Lanczos", "upscaler"):
            means = [statistics.mean(line[way][n] for line in lines) for n in range(7)]
            figures = " | ".join(f"{mean:.2f}" for mean in means)
            print(f"| {name} | {way} | {figures} |")
    tell_two_megapixels(network)


def tell_two_megapixels(network):
    """Print seconds by the clock for 1,448 × 1,448 px out of 362 × 362, both ways."""
    before = artist.draw(artist.random_spec(random.Random(5)), 362)
    start = time.perf_counter()
    before.resize((1448, 1448), LANCZOS)
    middle = time.perf_counter()
    enlarging.enlarge(before, (1448, 1448), network)
    plain, enlarged = middle - start, time.perf_counter() - middle
    print(f"2 megapixels: {enlarged:.1f} s, {enlarged / plain:.0f} times as long as Lanczos")


def sets(arguments):
    """(name, pictures of a length that the growth divides) of each kind."""
    rng = random.Random(5)
    growth = arguments.growth
    side = arguments.side // growth * growth
    yield (
        f"{arguments.pictures} drawings",
        [artist.draw(artist.random_spec(rng), side) for _ in range(arguments.pictures)],
    )
    if arguments.photos:
        photos = []
        for path in sorted(arguments.photos.iterdir()):
            photo = images.open_rgb(path)
            photo.thumbnail((side, side), LANCZOS)
            photos.append(photo.crop((0, 0, *(length // growth * growth for length in photo.size))))
        yield f"{len(photos)} photographs", photos


def measured(picture, growth, network):
    """{way: [PSNR, SSIM, GMSD, edges, saturation, contrast, seconds]} of one picture."""
    before = picture.resize([side // growth for side in picture.size], LANCZOS)
    passes = max(1, upscaler.passes(before.width * before.height, growth))
    start = time.process_time()
    plain = before.resize(picture.size, LANCZOS)
    middle = time.process_time()
    enlarged = enlarging.enlarge(before, picture.size, network, passes=passes)
    seconds = [middle - start, time.process_time() - middle]
    return {
        way: [
            *likeness(made, picture),
            edges(made) / edges(picture),
            saturation(made) / saturation(before),
            contrast(made) / contrast(before),
            spent / (picture.width * picture.height / 1e6),
        ]
        for way, made, spent in zip(
            ("Lanczos", "upscaler"), (plain, enlarged), seconds, strict=True
        )
    }


def likeness(made, picture):
    first, second = (np.asarray(image, np.float64) for image in (made, picture))
    psnr = 10 * np.log10(255**2 / np.mean((first - second) ** 2))
    similarity = structural_similarity(first, second, channel_axis=2, data_range=255)
    return psnr, similarity, edge_deviation(made, picture)


def edge_deviation(made, picture):
    """GMSD: how unevenly the strengths of edges (Prewitt, at half size) differ; 0 where alike."""
    first, second = (edge_strengths(image.convert("L").reduce(2)) for image in (made, picture))
    constant = 170  # of the paper, for values up to 255
    alike = (2 * first * second + constant) / (first**2 + second**2 + constant)
    return alike.std()


def edge_strengths(image):
    grey = np.asarray(image, np.float64)
    rows = grey[:-2] + grey[1:-1] + grey[2:]
    columns = grey[:, :-2] + grey[:, 1:-1] + grey[:, 2:]
    return np.hypot(rows[:, 2:] - rows[:, :-2], columns[2:] - columns[:-2]) / 3


def edges(image):
    grey = np.asarray(image.convert("L"), np.float64)
    return np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()


def saturation(image):
    return np.asarray(image.convert("HSV"), np.float64)[..., 1].mean()


def contrast(image):
    return np.asarray(image.convert("L"), np.float64).std()


if __name__ == "__main__":
    main()
