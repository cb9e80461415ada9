"""The four readers of a folder, each asked what it makes of it: {name in tables: fate}."""

import os
from pathlib import Path

from brandstudio.core.models import User
from tests.corpus.pictures import READ, REFUSED
from training import services
from training.engine import screening
from training.engine.config.run_config import RunConfig
from training.engine.data import labelers
from training.engine.data.dataset import check_dataset
from training.engine.data.image_folder import clean_name


def screened(folder: Path) -> dict[str, str]:
    """`screen_images`."""
    fates = {}
    for report in screening.screen_folder(folder):
        unread = any(finding.check == "readable" for finding in report.findings)
        fates[report.name] = REFUSED if unread else READ
    return fates


def labelled(folder: Path, table: Path) -> dict[str, str]:
    """`auto_label`, into the table."""
    rows, problems = labelers.caption_folder(folder, table, labelers.ClipVocabularyLabeler())
    return {name: READ for name in rows} | {fault.facts["name"]: REFUSED for fault in problems}


def trained(folder: Path, table: Path, base) -> dict[str, str]:
    """`train_lora`, as far as the look that comes before its first step."""
    config = RunConfig(
        train_data_dir=str(folder),
        metadata_path=str(table),
        base_model="toy",
        output_dir=str(folder.parent / "out"),
        resolution=64,
    )
    check = check_dataset(config, base)
    fates = {fault.facts["name"]: REFUSED for fault in check.faults}
    return fates | {example.name: READ for example in check.examples}


def uploaded(folder: Path, person: User) -> dict[str, str]:
    """The site's upload: every file that has a content, under the name a browser sends."""
    dataset = services.make_dataset(person, "Corpus", trigger_word="lnink")
    fates = {}
    for root, _folders, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root) / name
            if not path.is_file():
                continue
            sent = str(path.relative_to(folder))
            report = services.add_images(dataset, [services.NamedFile(path, sent)])
            [line] = report.lines
            if line.outcome != "noted":
                fates[clean_name(sent)] = READ if line.outcome == "added" else REFUSED
    return fates
