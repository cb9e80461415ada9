import pytest

from tests.engine.screening.painted import SCENES
from training.engine.screening import ScreenSettings, screen_file
from training.minibase.artist import picture


@pytest.fixture
def settings():
    return ScreenSettings(resolution=256)


@pytest.fixture
def screened(tmp_path, settings):
    """Save a picture, screen it, hand back the report."""

    def save_and_screen(image, name="picture.png", **options):
        image.save(tmp_path / name, **options)
        return screen_file(tmp_path / name, settings)

    return save_and_screen


@pytest.fixture(scope="package")
def painted():
    """The pictures of SCENES."""
    return [picture.draw(scene, 256) for scene in SCENES]
