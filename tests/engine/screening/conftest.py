import pytest

from training.engine.screening import ScreenSettings, screen_file


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
