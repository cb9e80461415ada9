"""Demo content that another base than the bundled one made."""

import json

import pytest

from gallery.demo import load
from gallery.models import StyleVersion


@pytest.mark.django_db
def test_content_of_another_base_leaves_its_styles_out_and_says_so(tmp_path):
    told = load.content_of()
    told["base"]["sha256"] = "0" * 64
    told["datasets"] = []
    (tmp_path / "content.json").write_text(json.dumps(told))

    notes = load.load_demo(tmp_path)

    assert len(notes) == 1
    assert "another base model" in notes[0]
    assert not StyleVersion.objects.exists()
