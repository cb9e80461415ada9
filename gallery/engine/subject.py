"""Where the car of a picture probably is: a suggestion for its cut, which a person may move.

By its outline, where one is found (`car_outline`); else by what draws the eye. Spectral residual:
Hou & Zhang 2007, https://doi.org/10.1109/CVPR.2007.383267 (what a picture's spectrum has beyond the
usual fall of all pictures is what the eye goes to), over lightness and two colour differences, with
more weight in the middle and the lower half, where cars stand.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from gallery.engine import car_outline
from gallery.engine.car_outline import Box

_SIDE = 64  # px of the longer side at which a picture is looked at
_SHARE = 0.88  # of what is salient that the box holds
_GROWN = 0.15  # of the box's sides, each way: noses and wheels draw the eye least
_EMPTY = 1.0  # of 255: a wall or a sky without an edge
_LEAST_SIDE = 0.2  # of the picture's: a box is never a spot


def likely_box(image: Image.Image) -> Box:
    """Where in an RGB picture the subject probably stands; all of a picture with nothing in it."""
    if np.asarray(image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BOX)).std() < _EMPTY:
        return 0.0, 0.0, 1.0, 1.0
    found = car_outline.find(image)
    return found.box if found and found.is_car else salient_box(image)


def salient_box(image: Image.Image) -> Box:
    """Where an RGB picture draws the eye, and a little around it."""
    weights = saliency(image)
    left, right = _grown(*_span(weights.sum(axis=0)))
    top, bottom = _grown(*_span(weights.sum(axis=1)))
    return left, top, right, bottom


def _grown(start: float, end: float) -> tuple[float, float]:
    more = _GROWN * (end - start)
    return max(0.0, start - more), min(1.0, end + more)


def saliency(image: Image.Image) -> np.ndarray:
    """(H, W) float32 ≥ 0, at most 64 px a side: how much each place draws the eye."""
    scale = _SIDE / max(image.size)
    small = image.resize([max(8, round(side * scale)) for side in image.size], Image.Resampling.BOX)
    rgb = np.asarray(small.convert("RGB"), np.float32) / 255
    red, green, blue = np.moveaxis(rgb, -1, 0)
    channels = (rgb.mean(axis=-1), red - green, blue - (red + green) / 2)
    found = sum(_spectral_residual(channel) * max(channel.std(), 1e-6) for channel in channels)
    found = _blurred(found, 2.5)
    return (found / max(found.max(), 1e-9)) ** 2 * _where_cars_stand(found.shape)


def _spectral_residual(channel: np.ndarray) -> np.ndarray:
    spectrum = np.fft.fft2(channel)
    amplitude = np.log(np.abs(spectrum) + 1e-6)
    around = [np.roll(amplitude, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    residual = amplitude - np.mean(around, axis=0)
    found = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return found / max(found.sum(), 1e-12)


def _blurred(values: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur; beyond the edges nothing stands. SciPy would do it, but the pages' process
    starts without it."""
    reach = np.arange(-int(3 * sigma), int(3 * sigma) + 1)
    weights = np.exp(-0.5 * (reach / sigma) ** 2)
    weights /= weights.sum()
    for axis in (0, 1):
        length = values.shape[axis]
        wide = np.apply_along_axis(np.convolve, axis, values, weights)
        values = wide.take(range(len(reach) // 2, len(reach) // 2 + length), axis)
    return values


def _where_cars_stand(shape: tuple[int, int]) -> np.ndarray:
    height, width = shape
    x = np.linspace(-1, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    return np.exp(-((x / 0.75) ** 2) - ((y - 0.74) / 0.2) ** 2)


def _span(weights: np.ndarray) -> tuple[float, float]:
    """The shortest run that holds _SHARE of the weights, as shares of the whole length."""
    count = len(weights)
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    if sums[-1] <= 0:
        return 0.0, 1.0
    goal = _SHARE * sums[-1]
    ends = np.searchsorted(sums, sums + goal - 1e-12)
    lengths = np.where(ends <= count, ends - np.arange(count + 1), count + 1)
    start = int(np.argmin(lengths))
    end = int(min(count, start + lengths[start]))
    short = max(0, round(_LEAST_SIDE * count) - (end - start))
    start = max(0, min(start - short // 2, count - (end - start) - short))
    return start / count, min(count, end + short - short // 2) / count
