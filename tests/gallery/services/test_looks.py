"""How pictures are told by their looks: the same with the studio's label and without."""

import io

import pytest
from PIL import Image

from gallery.engine import labelling
from gallery.services import lookalikes
from tests.gallery.test_lookalikes import drawing


@pytest.mark.parametrize("corner", labelling.CORNERS)
@pytest.mark.parametrize("size", [(192, 192), (640, 360), (300, 500)])
def test_labelled_file_looks_like_its_picture_wherever_the_label_stands(corner, size):
    looks, labelled_looks = {}, {}
    for number in range(12):
        with Image.open(io.BytesIO(drawing(number))) as master:
            image = master.resize(size)
        file = io.BytesIO()
        labelling.draw_label(image, labelling.LabelPlace(corner)).save(file, "JPEG", quality=60)
        looks[str(number)] = lookalikes.look_of(image)
        with Image.open(file) as labelled:
            labelled_looks[str(number)] = lookalikes.look_of(labelled)

    for number, look in labelled_looks.items():
        near = lookalikes.near(look, "", [(int(key), one, "-") for key, one in looks.items()])
        assert list(near) == [int(number)]
        assert near[int(number)] <= 4
