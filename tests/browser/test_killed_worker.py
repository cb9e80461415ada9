"""A designer follows a run on the bundled base while its worker is killed in the middle of it."""

import pytest
from playwright.sync_api import expect
from safetensors.torch import load_file

from brandstudio.core import blobs
from tests.browser.conftest import PATIENCE
from training.models import RunState, TrainingRun


@pytest.mark.slow
def test_run_goes_on_by_itself_after_its_worker_is_killed_and_ends_as_if_nothing_had_been(
    enter, nobody_works, start_worker, designer, make_dataset, wait_for, shot
):
    worker = start_worker("train", STUDIO_CLOCK="1")
    dataset = make_dataset(6, size=(320, 320))
    page = enter(designer)
    page.goto(f"/datasets/{dataset.pk}/train/")
    page.get_by_label("Name").fill("Ink one")
    page.get_by_label("Base model").select_option("studio-mini")
    page.get_by_label("Rank", exact=False).first.fill("2")
    page.get_by_label("Batch size").fill("2")
    page.get_by_label("Epochs").fill("8")
    page.get_by_label("Save every").fill("8")
    page.get_by_label("Sample prompts").fill("lnink, arcade street")
    page.get_by_text("Expert settings").click()
    page.get_by_label("Steps of a sample").fill("2")
    page.get_by_label("I know that the rights of").check()
    page.get_by_label("too few for a style").check()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name="Ink one", level=1)).to_be_visible()
    run = TrainingRun.objects.get()
    # Past its first save, so that there is something to go on from and something to lose.
    wait_for(lambda: TrainingRun.objects.filter(pk=run.pk, steps_done__gte=10).exists(), 240)

    worker.kill()
    worker.wait()
    start_worker("train", STUDIO_CLOCK="1")

    # Nobody reloads the page, and nobody presses anything.
    expect(page.get_by_text("goes on from step 8")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("finished", exact=True).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("recommended").first).to_be_visible()
    shot(page, "finished")
    run.refresh_from_db()
    assert (run.state, run.attempt, run.steps_done) == (RunState.FINISHED, 2, 24)
    assert list(run.losses.values_list("step", flat=True)) == list(range(1, 25))
    page.get_by_role("button", name="Run again exactly").click()
    expect(page.get_by_text("finished", exact=True).first).to_be_visible(timeout=PATIENCE)
    straight = TrainingRun.objects.exclude(pk=run.pk).get()
    ours, theirs = (
        load_file(blobs.local(r.checkpoints.get(is_final=True).sha256)) for r in (run, straight)
    )
    assert straight.attempt == 1
    assert all(ours[key].equal(theirs[key]) for key in theirs)
