"""This studio's key, and the list of those whose bundles are let in."""

import stat

import pytest

from brandstudio.core.models import AuditEntry
from gallery.engine import signing
from gallery.models import TrustedStudio
from gallery.services import studios
from training.engine.errors import EngineError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("studio_folder")]


def test_key_is_made_once_and_its_owners_alone(studio_folder):
    key = studios.public_key()

    assert studios.public_key() == key
    assert [path.name for path in studio_folder.iterdir()] == ["signing-key"]
    assert stat.S_IMODE((studio_folder / "signing-key").stat().st_mode) == 0o600


def test_key_of_the_environment_goes_before_the_file(settings, studio_folder):
    settings.STUDIO_SIGNING_KEY = line = signing.new_key()

    assert studios.public_key() == signing.public_text(signing.private_key(line))
    assert not list(studio_folder.iterdir())


def test_unreadable_key_is_told_on_the_page(at, brand_admin, settings, client):
    settings.STUDIO_SIGNING_KEY = "rubbish"

    page = at(brand_admin).get("studios", headers={"Accept-Language": "en"}).content.decode()

    assert "signing key can&#x27;t be read" in page
    with pytest.raises(EngineError):
        studios.signing_key()


def test_studios_page_shows_the_own_key_and_keeps_the_list_with_its_history(
    at, brand_admin, designer, added_by
):
    key = signing.public_text(signing.private_key(signing.new_key()))
    admin = at(brand_admin)

    page = admin.get("studios").content.decode()
    added_by(brand_admin, "One", key)
    again = added_by(brand_admin, "Two", key)
    own = added_by(brand_admin, "Us", studios.public_key())
    odd = added_by(brand_admin, "Odd", key[:-4])
    admin.post("studio-remove", TrustedStudio.objects.get().pk)

    assert studios.public_key() in page.replace("&#x3D;", "=").replace("&#x2B;", "+")
    assert [answer.status_code for answer in (again, own, odd)] == [422, 422, 422]
    assert not TrustedStudio.objects.exists()
    entries = AuditEntry.objects.filter(subject_kind="gallery.trustedstudio")
    assert [(entry.target, entry.facts["name"]) for entry in entries] == [
        ("removed", "One"),
        ("trusted", "One"),
    ]
    assert "One" in admin.get("studios").content.decode()
    assert at(designer).get("studios").status_code == 403
