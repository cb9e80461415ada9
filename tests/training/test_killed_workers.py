"""Real training workers, killed by `kill -9` at every phase of a run."""

import pytest
from django.conf import settings
from safetensors.torch import load_file

from brandstudio.core import blobs
from tests.engine import toys
from training import services
from training.models import BaseModel, RunState, TrainingRun

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHASES = (
    "checking",
    "loading",
    "caching-images",
    "caching-captions",
    "training",
    "saving",
    "sampling",
    "choosing",
)


@pytest.fixture(autouse=True)
def _own_files():
    """Unlike this room's other tests: the workers share the tests' own data folder."""


@pytest.fixture
def base(transactional_db):
    toys.write_base(settings.BASE_MODELS_DIR / "toy", "studio-mini")
    services.sync_base_models()
    return BaseModel.objects.get(name="toy")


def test_run_survives_the_death_of_its_worker_at_every_phase(
    start_worker, queue_redis, make_dataset, base, designer, quick_settings, wait_for
):
    dataset = make_dataset(4, checked=4)
    straight, run = (
        services.start_run(dataset, base, quick_settings, by=designer, name=name)
        for name in ("Straight", "Killed")
    )
    patient = {"STUDIO_CLOCK": "1", "STUDIO_MAX_ATTEMPTS": "99"}

    # Each worker dies at its own phase; it is started again, as the supervisor would.
    for attempt, phase in enumerate(PHASES, start=1):
        worker = start_worker("train", **patient, STUDIO_TEST_DIE_AT=f"Killed:{phase}")
        assert worker.wait(240) == -9
        run.refresh_from_db()
        assert run.state in (RunState.PREPARING, RunState.TRAINING)
        assert run.attempt == attempt
    start_worker("train", **patient)
    wait_for(lambda: TrainingRun.objects.filter(pk=run.pk, state=RunState.FINISHED).exists(), 240)

    run.refresh_from_db()
    assert (run.attempt, run.lost) == (len(PHASES) + 1, len(PHASES))
    assert list(run.losses.values_list("step", flat=True)) == [1, 2, 3, 4]
    assert run.checkpoints.filter(is_final=True).count() == 1
    ours, theirs = (
        load_file(blobs.local(r.checkpoints.get(is_final=True).sha256)) for r in (run, straight)
    )
    assert all(ours[key].equal(theirs[key]) for key in theirs)
