"""What workers load before their first job."""

import pytest

from training import jobs
from training.engine.base.base_models import BUNDLED
from training.models import BaseModel

pytestmark = pytest.mark.django_db


def test_background_worker_finds_the_bundled_base():
    jobs.warm_up("background")

    assert BaseModel.objects.usable().filter(name=BUNDLED).exists()
