"""A small ICC profile of four colours, as a printer's would be, made from plain arithmetic.

ICC.1:2001-04 (version 2): header 6.1, lut16Type 6.5.8, textType 6.5.18, textDescription 6.5.17.
"""

import struct
from functools import lru_cache

import numpy as np

_WHITE = np.array([0.9642, 1.0, 0.8249])  # D50
_FROM_XYZ = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


@lru_cache(maxsize=1)
def cmyk():
    """The profile's bytes: colours of Lab to and from cyan, magenta, yellow and black."""
    tags = {
        b"desc": _description(b"Test press"),
        b"cprt": b"text\0\0\0\0nobody's\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in _WHITE)),
        b"A2B0": _lut(4, 3, 7, _lab_of_cmyk),
        b"B2A0": _lut(3, 4, 17, _cmyk_of_lab),
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    size = start + len(body)
    date = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    white = struct.pack(">3i", *(round(v * 65536) for v in _WHITE))
    header = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"prtr", b"CMYK", b"Lab ") + date
    header += b"acsp" + bytes(28) + white
    return header.ljust(128, b"\0") + table + body


def _lut(inputs, outputs, grid, convert):
    """lut16Type: a table over a grid, with straight curves before and behind."""
    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * inputs, indexing="ij")
    values = convert(np.stack(axes, -1).reshape(-1, inputs))
    straight = struct.pack(">2H", 0, 65535)
    matrix = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    return (
        struct.pack(">4s4x4B", b"mft2", inputs, outputs, grid, 0)
        + matrix
        + struct.pack(">2H", 2, 2)
        + straight * inputs
        + np.clip(values * 65535, 0, 65535).round().astype(">u2").tobytes()
        + straight * outputs
    )


def _lab_of_cmyk(inks):
    rgb = (1 - inks[:, :3]) * (1 - inks[:, 3:])
    xyz = (_linear(rgb) @ np.linalg.inv(_FROM_XYZ).T) / _WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    lightness = 116 * root[:, 1] - 16
    a, b = 500 * (root[:, 0] - root[:, 1]), 200 * (root[:, 1] - root[:, 2])
    # Of version 2, L runs to 0xFF00 and a and b have their zero at 0x8000.
    return np.stack([lightness / 100 * 0xFF00, (a + 128) * 256, (b + 128) * 256], -1) / 65535


def _cmyk_of_lab(encoded):
    values = encoded * 65535
    lightness, a, b = (
        values[:, 0] / 0xFF00 * 100,
        values[:, 1] / 256 - 128,
        values[:, 2] / 256 - 128,
    )
    middle = (lightness + 16) / 116
    root = np.stack([middle + a / 500, middle, middle - b / 200], -1)
    xyz = np.where(root > 0.2069, root**3, (root - 16 / 116) / 7.787) * _WHITE
    rgb = _gamma(np.clip(xyz @ _FROM_XYZ.T, 0, 1))
    black = 1 - rgb.max(axis=1, keepdims=True)
    inks = (1 - rgb - black) / np.maximum(1 - black, 1e-6)
    return np.concatenate([inks, black], axis=1)


def _linear(rgb):
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _gamma(rgb):
    return np.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * rgb ** (1 / 2.4) - 0.055)


def _description(words):
    return b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words + bytes(1 + 8 + 3 + 67)
