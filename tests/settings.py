"""The studio's settings, on a data folder that lasts as long as the tests."""

import atexit
import os
import shutil
import tempfile

# Playwright runs a loop in the test's thread, from which Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
# A worker process that a test starts inherits the folder; each process of tests makes its own.
if "STUDIO_TEST_DATABASE" not in os.environ:
    # Short: the socket of the tests' Redis lives in it, and a socket's path must be.
    os.environ["STUDIO_TEST_DIR"] = tempfile.mkdtemp(prefix="studio-")
    atexit.register(shutil.rmtree, os.environ["STUDIO_TEST_DIR"], ignore_errors=True)
os.environ["STUDIO_DATA_DIR"] = os.environ["STUDIO_TEST_DIR"]
for _name in ("REDIS_URL", "STORAGE_URL"):  # the embedded ones, whatever the caller's shell says
    os.environ.pop(_name, None)

from brandstudio.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.testapp.apps.TestAppConfig"]  # noqa: F405
_database = DATABASES["default"]  # noqa: F405
if "STUDIO_TEST_DATABASE" in os.environ:  # a worker process works on the tests' database
    _database["NAME"] = os.environ["STUDIO_TEST_DATABASE"]
if _database["ENGINE"].endswith("sqlite3"):
    # A file, so that worker processes and the live server's threads see what a test committed.
    _database["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}  # noqa: F405
    _database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
