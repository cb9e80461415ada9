"""Where the interface lives."""

from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)


@pytest.fixture(scope="session")
def templates():
    """Every template of the site: {path within templates/: text}."""
    folder = ROOT / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.fixture
def at(client):
    """at(person, path, language="zh-hans"): the answer to a GET of that path."""

    def at(person, path, language="zh-hans"):
        if person is not None:
            client.force_login(person)
        client.cookies["django_language"] = language
        return client.get(path)

    return at
