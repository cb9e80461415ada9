"""A designer's day: pictures in, captions right, a style learned, a draft in the library."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE
from training.models import Dataset

YAML = """\
train_data_dir: ./data/gba_culture
metadata_path: ./data/gba_culture/metadata.csv
base_model: toy
lora_rank: 2
lora_alpha: 4
batch_size: 2
epochs: 1
learning_rate: 2e-4
output_dir: ./output/gba_culture_lora
save_steps: 2
sample_steps: 1
"""


def upload(page, files):
    """Send the files and come back to the captions, by itself or by the link."""
    page.get_by_label(re.compile("Drop pictures here")).set_input_files(files)


def test_designer_makes_a_dataset_and_mends_its_captions(
    enter, employ, toy_clip, designer, make_picture, make_zip, shot
):
    employ("background")
    page = enter(designer)
    page.get_by_role("link", name="Datasets").first.click()
    shot(page, "0-no-dataset")
    page.get_by_role("link", name="New dataset").first.click()
    page.get_by_label("Name").fill("Lingnan ink")
    page.get_by_label("Trigger word").fill("street")
    page.get_by_role("button", name="Make it and add pictures").click()
    expect(page.get_by_label("Trigger word")).to_have_accessible_description(re.compile("ordinary"))
    page.get_by_label("Trigger word").fill("lnink")
    page.get_by_role("button", name="Make it and add pictures").click()

    # Several pictures at once: all are good, so the captions open by themselves.
    upload(page, [make_picture("street.jpg", seed=1), make_picture("gate.png", seed=2)])
    expect(page.get_by_role("textbox", name="Caption of gate.png")).to_be_visible()

    # A zip with captions, one line of which names nothing: the rest is taken, the fault is told.
    page.get_by_role("link", name="Add pictures").click()
    archive = make_zip(
        "more.zip",
        {
            "tea.jpg": make_picture("tea.jpg", seed=3),
            "boat.jpg": make_picture("boat.jpg", seed=4),
            "broken.jpg": "this is no picture",
            "metadata.csv": "tea.jpg,morning tea, steam from bamboo baskets\n"
            "boat.jpg,dragon boat on the river\n"
            "nowhere.jpg,a picture that is not there\n",
        },
    )
    upload(page, [archive])
    expect(page.get_by_text("nowhere.jpg", exact=False)).to_be_visible()
    expect(page.get_by_text("broken.jpg", exact=False)).to_be_visible()
    shot(page, "1-upload")
    page.get_by_role("link", name="On to the captions").click()
    expect(page.get_by_role("textbox", name="Caption of tea.jpg")).to_have_value(
        re.compile("morning tea, steam from bamboo baskets")
    )
    assert Dataset.objects.get().images.count() == 4

    page.get_by_role("button", name="Draft captions").click()
    page.get_by_role("link", name="Show the result").click(timeout=PATIENCE)
    street = page.get_by_role("textbox", name="Caption of street.jpg")
    expect(street).to_have_value(re.compile("^lnink, "))
    shot(page, "2-drafted")

    # Corrected in place: saved on leaving the field, and checked by having been typed.
    street.fill("lnink, qilou arcade street, red lanterns")
    street.press("Tab")
    card = page.get_by_role("listitem").filter(has=street)
    expect(card.get_by_text("checked", exact=True)).to_be_visible()
    page.reload()
    expect(street).to_have_value("lnink, qilou arcade street, red lanterns")


def test_designer_trains_by_form_publishes_and_reads_the_verdict(
    enter, employ, designer, make_dataset, shot
):
    employ("train", "render")
    dataset = make_dataset(6)
    page = enter(designer)
    page.goto(dataset.get_absolute_url())
    page.get_by_role("link", name="Freeze and train").click()
    page.get_by_label("Base model").select_option("toy")
    page.get_by_label("Rank", exact=False).first.fill("0")
    page.get_by_label("I know that the rights of").check()
    page.get_by_label("too few for a style").check()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_label("Rank", exact=False).first).to_have_attribute("aria-invalid", "true")
    shot(page, "0-refused")

    page.get_by_label("Name").fill("Ink one")
    page.get_by_label("Rank", exact=False).first.fill("2")
    page.get_by_label("Batch size").fill("2")
    page.get_by_label("Epochs").fill("8")
    page.get_by_label("Save every").fill("12")
    page.get_by_role("button", name="Start training").click()

    # Live: nobody reloads this page.
    expect(page.get_by_role("heading", name="Ink one", level=1)).to_be_visible()
    expect(page.get_by_text("finished", exact=True).first).to_be_visible(timeout=PATIENCE)
    shot(page, "1-finished")
    expect(page.get_by_role("img", name=re.compile("loss", re.IGNORECASE))).to_be_visible()
    expect(page.get_by_role("link", name="Publish as style pack")).to_have_count(2)

    page.get_by_role("link", name="Publish as style pack").first.click()
    page.get_by_label("Chinese name").fill("岭南水墨")
    page.get_by_label("English name").fill("Lingnan ink")
    page.get_by_label("Short name").fill("lingnan-ink")
    page.get_by_role("button", name="Publish as a draft").click()
    expect(page.get_by_role("heading", name="Lingnan ink", level=1)).to_be_visible()
    expect(page.get_by_text("Painting the strength sheet")).to_be_visible()
    # A toy learns next to nothing. The page says so, with the mend, and offers no review.
    verdict = page.get_by_text("This style changes next to nothing", exact=False)
    expect(verdict).to_be_visible(timeout=PATIENCE)
    expect(verdict).to_contain_text("Train longer")
    expect(page.get_by_role("button", name="Submit for review")).to_have_count(0)
    shot(page, "2-verdict")


def test_designer_trains_by_pasted_yaml(enter, employ, designer, make_dataset, shot):
    employ("train")
    dataset = make_dataset(4)
    page = enter(designer)
    page.goto(f"/datasets/{dataset.pk}/train/")
    yaml = page.get_by_label("Configuration", exact=True)
    yaml.fill(YAML + "lora_rnak: 4\n")
    page.get_by_label("I know that the rights of").check()
    page.get_by_label("too few for a style").check()
    page.get_by_role("button", name="Start training").click()
    expect(yaml).to_have_accessible_description(re.compile("lora_rnak.*lora_rank"))
    shot(page, "0-refused")

    yaml.fill(YAML)
    page.get_by_role("button", name="Take the YAML over into the form").click()
    expect(page.get_by_label("Base model")).to_have_accessible_description("")
    expect(page.get_by_label("Alpha", exact=False).first).to_have_value("4")
    page.get_by_role("button", name="Start training").click()

    expect(page.get_by_text("finished", exact=True).first).to_be_visible(timeout=PATIENCE)
    assert dataset.runs.get().base.name == "toy"
