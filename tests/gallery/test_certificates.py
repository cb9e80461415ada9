"""A certificate that signs nothing any more is told before somebody misses a file."""

from datetime import timedelta

import pytest
from django.core import checks
from django.utils import timezone

from gallery.engine import credentials


@pytest.fixture
def certificate(tmp_path, settings):
    """certificate(days): the studio signs with one made so many days ago, for ten years."""

    def certificate(days):
        path = tmp_path / "signer.pem"
        path.write_text(credentials.self_made("GAC", timezone.now() - timedelta(days=days)))
        settings.C2PA_CREDENTIALS_FILE = path

    return certificate


def told_at_the_start():
    return [one.msg for one in checks.run_checks() if one.id == "gallery.W001"]


@pytest.mark.parametrize("page", ["brand", "review"])
def test_ended_certificate_is_told_at_the_start_and_to_admins(
    at, brand_admin, certificate, in_english, page
):
    certificate(days=3651)

    [line] = told_at_the_start()
    text = at(brand_admin).get(page).text

    assert "ended on" in line
    assert "No file can be downloaded now:" in text
    assert "Put a new one." in text


@pytest.mark.parametrize("page", ["brand", "review"])
def test_certificate_that_counts_is_told_of_nowhere(at, brand_admin, certificate, in_english, page):
    certificate(days=1)

    assert told_at_the_start() == []
    assert "No file can be downloaded now:" not in at(brand_admin).get(page).text


def test_missing_file_is_told_by_its_name(settings, tmp_path):
    settings.C2PA_CREDENTIALS_FILE = tmp_path / "gone.pem"

    [line] = told_at_the_start()

    assert "gone.pem" in line
