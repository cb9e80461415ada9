"""The committed pictures of the demo's cars, as they travel."""

from pathlib import Path

import numpy as np

from gallery.demo.vehicles import files
from gallery.engine.compositing import PlacedProduct, check_cutout, compose

SHIPPED = Path(files.__file__).parent / "pictures"


def test_committed_pictures_are_all_there_large_and_light():
    paths = sorted(SHIPPED.glob("*.webp"))

    assert {cutout.name for cutout in files.all_cutouts()} <= {path.name for path in paths}
    assert sum(path.stat().st_size for path in paths) <= 4_000_000
    for path in paths:
        facts = check_cutout(path)
        assert (facts.box[2] - facts.box[0]) * facts.width >= 1995, path.name
        assert facts.width >= 2000


def test_committed_picture_stands_on_the_line_of_its_tyres_whatever_its_shadow():
    path = SHIPPED / "gs8-red-right-day.webp"
    placed = compose(PlacedProduct(path, 0.5, 0.9, 0.8), (600, 400))
    overlay = np.asarray(placed.overlay.getchannel("A"))

    solid = np.nonzero(overlay >= 128)[0].max()
    any_shadow = np.nonzero(overlay)[0].max()
    assert solid < any_shadow <= 0.9 * 400
    assert np.asarray(placed.shadow)[solid - 4 : solid + 4].max() > 100
