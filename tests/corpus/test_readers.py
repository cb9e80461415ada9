"""Each odd file is read by all four readers, or refused by name by all four; none is lost."""

import pytest
from django.core.management import CommandError, call_command

from tests.corpus.pictures import PASSED_OVER, REFUSED, SIZE, odd_files, write_corpus
from tests.corpus.readers import labelled, screened, trained, uploaded
from tests.engine import toys
from training.engine.base.base_models import describe
from training.engine.screening import text
from training.models import Dataset


@pytest.fixture
def corpus(tmp_path):
    """(folder, {name in tables: fate})"""
    folder = tmp_path / "corpus"
    folder.mkdir()
    files = write_corpus(folder)
    return folder, {file.table_name: file.fate for file in files if file.fate != PASSED_OVER}


def test_corpus_is_small():
    assert sum(len(file.content) for file in odd_files()) < 1_000_000


def test_three_commands_agree_on_every_odd_file(corpus, tmp_path, monkeypatch):
    # No writing is looked for on pictures so small: it costs a second each, however odd the file.
    monkeypatch.setattr(text, "LEAST", max(SIZE))
    folder, expected = corpus
    table = tmp_path / "metadata.csv"
    base = describe(toys.write_base(tmp_path / "toy", "studio-mini"))

    assert screened(folder) == expected
    assert labelled(folder, table) == expected
    assert trained(folder, table, base) == expected


@pytest.mark.django_db
def test_upload_agrees_with_the_commands_on_every_odd_file(corpus, tmp_path, settings, designer):
    settings.STORAGE_URL = f"file://{tmp_path / 'blobs'}"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    folder, expected = corpus
    for name in ("loop.png", "nowhere.png", "pipe.png"):  # no browser sends these
        expected.pop(name)
    expected["���.png"] = "read"  # nor bytes that are no text: it sends some name

    assert uploaded(folder, designer) == expected


@pytest.mark.django_db
def test_add_pictures_takes_the_whole_folder_by_the_same_rule(
    corpus, tmp_path, settings, designer, capsys
):
    settings.STORAGE_URL = f"file://{tmp_path / 'blobs'}"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    folder, expected = corpus

    with pytest.raises(CommandError):
        call_command("add_pictures", str(folder), dataset="Corpus", owner="designer")

    fates = list(expected.values())
    assert Dataset.objects.get().images.count() == fates.count("read")
    said = capsys.readouterr().err
    refused = [name for name, fate in expected.items() if fate == REFUSED]
    assert [name for name in refused if name not in said] == []
