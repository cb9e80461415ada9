"""What the web process holds for good is loaded at its start and kept from the collector."""

import subprocess
import sys

ASK = """
import gc, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "brandstudio.settings"
import brandstudio.wsgi
assert "gallery.views.create" in sys.modules, "a first visitor would wait for the pages to load"
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_full_collections_of_the_web_process_look_through_little(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        env={"STUDIO_DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=True,
    )

    kept_out, looked_at = map(int, answer.stdout.split())
    assert kept_out > 20 * looked_at
    assert kept_out > 50_000
