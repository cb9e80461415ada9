"""Once rights have ended no checkpoint leaves, and a run in a worker's hands stops."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import Notice
from training import jobs, services
from training.models import RunState, TrainingRun
from training.worker import run_control, training

pytestmark = pytest.mark.django_db


def end_rights(run, **images):
    """The rights of these pictures ended a minute ago."""
    ended = timezone.now() - timedelta(minutes=1)
    run.dataset.images.filter(**images).update(rights_expire_at=ended)


@pytest.fixture
def finished(make_run):
    run = make_run()
    jobs.train(run.pk)
    run.refresh_from_db()
    return run


def test_checkpoint_does_not_leave_once_rights_ended_until_an_admin_decides(
    at_desk, finished, brand_admin
):
    checkpoint = finished.checkpoints.first()
    address = reverse("training:checkpoint-file", args=[checkpoint.pk])
    assert "attachment" in at_desk.get(address).headers["Content-Disposition"]
    image = finished.dataset.images.first()
    end_rights(finished, pk=image.pk)

    refused = at_desk.get(address)

    assert (refused.status_code, refused.context["back"]) == (403, finished.get_absolute_url())
    assert image.name in refused.context["trouble"].text
    image.refresh_from_db()
    image.keep_in_use(brand_admin, "contract under way")
    assert "attachment" in at_desk.get(address).headers["Content-Disposition"]


def test_checkpoint_stays_when_the_held_picture_is_taken_out(at_desk, finished, designer):
    image = finished.dataset.images.first()
    image.withdraw(designer, "the owner took it back")
    services.remove_images(finished.dataset.images.filter(pk=image.pk), designer)

    address = reverse("training:checkpoint-file", args=[finished.checkpoints.first().pk])

    assert at_desk.get(address).status_code == 403


def test_run_in_training_pauses_at_the_next_step_and_goes_on_when_extended(
    make_run, monkeypatch, at_desk, designer
):
    run = make_run()

    class EndedAtStepTwo(run_control.RunControl):
        def should_pause(self):
            if TrainingRun.objects.get(pk=run.pk).steps_done >= 2:
                end_rights(run)
            return super().should_pause()

    monkeypatch.setattr(run_control, "RIGHTS_SECONDS", 0)
    with monkeypatch.context() as patch:
        patch.setattr(training, "RunControl", EndedAtStepTwo)
        jobs.train(run.pk)

    run.refresh_from_db()
    paused = (run.state, run.problem, run.problem_facts)
    assert paused == (RunState.PAUSED, "rights-expired", {"count": 3})
    assert 2 <= run.steps_done < run.steps_total
    assert Notice.objects.get(person=designer).code == "run-paused"
    page = at_desk.get(run.get_absolute_url())
    assert reverse("training:dataset-rights", args=[run.dataset_id]) in page.text
    with pytest.raises(services.NotReady):
        services.resume_run(run, designer)
    for image in run.dataset.images.all():
        image.extend_rights(designer, None, "renewed")
    services.resume_run(run, designer)
    jobs.train(run.pk)
    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FINISHED, "")


def test_rights_are_looked_at_within_the_minute():
    assert run_control.RIGHTS_SECONDS <= 60
